"""Lookups in the site."""

import pytest

from contracts.messages import Place
from dispatcher.catalogue import qualified
from tests.dispatcher.builders import a_catalogue, a_need


@pytest.mark.parametrize(
    ("place", "known"),
    [
        (Place("L1", 30.0, 20.0), True),
        (Place("L2", 30.0, 20.0), True),  # over the void: the nearest ground is near
        (Place("L1", -20.0, 20.0), True),
        (Place("L1", -200.0, 20.0), False),
        (Place("L7", 30.0, 20.0), False),
        (Place("L1", float("inf"), 20.0), False),
    ],
)
def test_places_on_the_site(place: Place, known: bool) -> None:
    assert a_catalogue().knows(place) is known


def test_a_task_finds_its_entry_in_the_catalogue() -> None:
    need = a_catalogue().need_of(a_need(task_id="c7-2-security", role="security"), "medical")
    assert need is not None
    assert need.on_scene_s == 600.0
    assert a_catalogue().need_of(a_need(task_id="c7-2-security", role="cleaner"), "medical") is None
    assert a_catalogue().need_of(a_need(task_id="c7-9-security", role="security"), "medical") is None
    assert a_catalogue().need_of(a_need(), "no such service") is None
    assert a_catalogue().offer_timeout_s("medical") == 15.0
    assert a_catalogue().offer_timeout_s("no such service") == 25.0


def test_qualified_means_role_and_all_skills() -> None:
    staff = a_catalogue().staff["u-07"]
    assert qualified(staff, a_need(role="medic"))
    assert not qualified(staff, a_need(role="cleaner"))
    assert not qualified(staff, a_need(role="medic", skills=("first_aid",)))
    rows = a_catalogue().qualified(a_need(role="medic"))
    assert [unit for unit, fit in zip(a_catalogue().staff, rows, strict=True) if fit] == ["u-06", "u-07"]


def test_wheels() -> None:
    assert a_catalogue().needs_wheels("wheelchair")
    assert not a_catalogue().needs_wheels("umbrella")
    assert not a_catalogue().needs_wheels(None)
