"""What the map editor changes of a site."""

from msgspec.structs import replace

from dashboard.workshop import Home, installed_of, with_installed
from tests.sites import small_mall


def test_what_is_not_changed_gives_the_site_back() -> None:
    assert with_installed(small_mall(), installed_of(small_mall())) == small_mall()


def test_people_move_to_where_they_are_put_and_strangers_are_left_out() -> None:
    site = small_mall()
    homes = (Home(site.staff[0].unit_id, "L2", (5.0, 12.0)), Home("u-nobody", "L1", (1.0, 1.0)))
    made = with_installed(site, replace(installed_of(site), homes=homes))
    assert (made.staff[0].home_floor, made.staff[0].home) == ("L2", (5.0, 12.0))
    assert made.staff[1:] == site.staff[1:]
