"""What somebody reads before publishing a site."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.sitediff import TABLES, Change, FieldChange, site_changes
from contracts.sitemap import Name, Site, Spot
from tests.sites import small_mall


def test_a_site_does_not_differ_from_itself_nor_from_its_next_revision() -> None:
    assert site_changes(small_mall(), replace(small_mall(), revision=9)) == []


def test_a_moved_gateway_is_told_with_where_it_was_and_is() -> None:
    site = small_mall()
    moved = replace(site.gateways[0], x_m=site.gateways[0].x_m + 1.5)
    after = replace(site, gateways=(moved, *site.gateways[1:]))
    field = FieldChange("x_m", str(site.gateways[0].x_m), str(moved.x_m))
    assert site_changes(site, after) == [Change("gateways", moved.gateway, "changed", (field,))]


def test_new_and_gone_entries_are_named() -> None:
    site = small_mall()
    spot = Spot("L1-new", "L1", 1.0, 12.0, Name("新", "New"))
    after = replace(site, spots=(*site.spots[1:], spot))
    assert site_changes(site, after) == [
        Change("spots", site.spots[0].spot, "removed"),
        Change("spots", "L1-new", "added"),
    ]


def test_walls_have_no_ids_and_are_counted() -> None:
    site = small_mall()
    after = replace(site, walls=site.walls[2:], name=Name("甲", "A"))
    changes = site_changes(site, after)
    assert changes[0].table == "site"
    assert changes[1] == Change("walls", "", "changed", (FieldChange("number", "-2", "+0"),))


def test_long_values_are_cut() -> None:
    site = small_mall()
    ring = tuple((float(n), float(n * n)) for n in range(60))
    zone = replace(site.zones[0], polygon=replace(site.zones[0].polygon, outer=ring))
    (change,) = site_changes(site, replace(site, zones=(zone, *site.zones[1:])))
    assert change.fields[0].after.endswith("…")


tables = st.sampled_from([name for name, _ in TABLES])


@given(tables, st.data())
def test_what_is_removed_one_way_is_added_the_other_way(table: str, data: st.DataObject) -> None:
    site: Site = small_mall()
    entries = getattr(site, table)
    kept = tuple(entry for entry in entries if data.draw(st.booleans()))
    fewer = replace(site, **{table: kept})
    gone = {change.id for change in site_changes(site, fewer) if change.action == "removed"}
    came = {change.id for change in site_changes(fewer, site) if change.action == "added"}
    assert gone == came
    assert len(gone) == len(entries) - len(kept)
