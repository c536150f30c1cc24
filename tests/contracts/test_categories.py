import pytest

from contracts.categories import kind_of, known


@pytest.mark.parametrize(
    ("category", "walkable", "enclosed"),
    [
        ("retail", True, True),
        ("walkway", True, False),
        ("opentobelow", False, False),
        ("elevator", False, True),
        ("restroom.female.wheelchair", True, True),
        ("structure", False, True),
        ("no-such-thing", True, True),
    ],
)
def test_who_can_be_where_and_behind_walls(category: str, walkable: bool, enclosed: bool) -> None:
    kind = kind_of(category)
    assert (kind.walkable, kind.enclosed) == (walkable, enclosed)


def test_sub_categories_of_restrooms_are_known_and_inventions_are_not() -> None:
    assert known("restroom.unisex")
    assert known("retail")
    assert not known("no-such-thing")
