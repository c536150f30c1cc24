from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from contracts.geometry import rectangle
from contracts.grid import build_grid
from contracts.messages import EnrolledDevice, InstalledGateway, LadderStep
from contracts.sitecheck import check_ground, check_references, reach_of
from contracts.sitemap import Depot, Name, Polygon, RoleNeed, Shift, Site, Space, Spot, Stop, Within
from tests.sites import small_mall

NAME = Name("一", "one")
replace = msgspec.structs.replace


def with_(**changes: Any) -> Site:
    return replace(small_mall(), **changes)


def first(part: str, **changes: Any) -> Site:
    """The small mall with the first entry of a list changed."""
    entries = getattr(small_mall(), part)
    return with_(**{part: (replace(entries[0], **changes), *entries[1:])})


def promising(*promises: Within) -> Site:
    return first("services", needs=(RoleNeed("service", 300.0, promises=promises),))


def ground(site: Site) -> list[str]:
    grid = build_grid(site)
    return [finding.line() for finding in check_ground(site, grid, reach_of(site, grid))]


def test_the_small_mall_is_faultless() -> None:
    assert check_references(small_mall()) == []
    assert ground(small_mall()) == []


@pytest.mark.parametrize(
    ("site", "place", "says"),
    [
        (lambda: with_(latitude_deg=99.0), "site", "not on the globe"),
        (lambda: with_(floors=()), "level.geojson", "at least one floor"),
        (lambda: first("connectors", seconds_per_floor=0.0), "lift-1", "seconds_per_floor above 0"),
        (lambda: first("services", priority=9), "wheelchair", "priority of 1 to 4"),
        (lambda: first("services", needs=()), "wheelchair", "needs nobody"),
        (lambda: first("services", offer_timeout_s=0.0), "wheelchair", "offer_timeout_s above 0"),
        (lambda: first("services", name=Name("轮椅", " ")), "wheelchair", "both languages"),
        (lambda: first("items", loan_s=0.0), "wheelchair", "loan_s above 0"),
        (lambda: first("items", spares=1), "wheelchair", "spares of 0 to 5"),
        (lambda: first("services", needs=(RoleNeed("service", 0.0),)), "wheelchair", "target_s above 0"),
        (lambda: first("services", needs=(RoleNeed("pilot", 9.0),)), "wheelchair", "unknown role 'pilot'"),
        (
            lambda: first("services", needs=(RoleNeed("lead", 9.0, skills=("fly",)),)),
            "wheelchair",
            "with fly",
        ),
        (lambda: first("services", needs=(RoleNeed("lead", 9.0, item="rope"),)), "wheelchair", "item 'rope'"),
        (lambda: first("services", ladder=(LadderStep(0.0, "x"),)), "wheelchair", "ladder"),
        (
            lambda: first("services", ladder=(LadderStep(0.5, "x"), LadderStep(0.2, "y"))),
            "wheelchair",
            "ladder",
        ),
        (lambda: promising(Within(0.9, 300.0), Within(0.8, 600.0)), "wheelchair", "promises"),
        (lambda: promising(Within(0.8, 300.0), Within(0.9, 200.0)), "wheelchair", "promises"),
        (lambda: promising(Within(1.1, 300.0)), "wheelchair", "promises"),
        (lambda: first("staff", roles=("pilot",)), "u-01", "unknown role 'pilot', expected one of service"),
        (lambda: first("staff", roles=()), "u-01", "has no role"),
        (lambda: first("staff", carries=("rope",)), "u-01", "carries unknown item"),
        (lambda: first("staff", walk_mps=9.0), "u-01", "walk_mps of 0.3 to 3.0"),
        (lambda: first("staff", shifts=(Shift(5.0, 30.0),)), "u-01", "shift hours"),
        (lambda: first("staff", shifts=()), "u-01", "has no shift"),
        (lambda: first("staff", home_floor="L7"), "u-01", "floor 'L7' is not drawn, expected one of L1, L2"),
        (lambda: first("gateways", floor="L7"), "gw-L1-01", "floor 'L7' is not drawn"),
        (lambda: first("gateways", gateway="gw/1"), "gw/1", "letters, digits"),
        (lambda: first("gateways", gateway="gw-L1-02"), "gw-L1-02", "2 have this id"),
        (lambda: first("spots", floor="L7"), "L1-desk", "floor 'L7'"),
        (lambda: first("zones", floor="L7"), "z-hall", "floor 'L7'"),
        (lambda: first("depots", stock={"rope": 1}), "d-L1", "unknown item 'rope'"),
        (lambda: first("depots", stock={"umbrella": -1}), "d-L1", "below 0"),
        (lambda: first("connectors", connector_id="L1-hall"), "L1-hall", "id of a unit as well"),
        (lambda: first("spaces", category="hole"), "L1-hall", "not IMDF's"),
    ],
)
def test_each_fault_is_found_and_placed(site: Callable[[], Site], place: str, says: str) -> None:
    lines = [finding.line() for finding in check_references(site())]
    assert any(place in line and says in line for line in lines), lines


def test_a_service_nobody_can_give_is_an_error() -> None:
    nobody = tuple(member for member in small_mall().staff if "cleaner" not in member.roles)
    lines = [finding.line() for finding in check_references(with_(staff=nobody))]
    assert lines == ["error: site.toml: services (cleaning): nobody has the role 'cleaner'"]


def test_an_item_that_is_nowhere_is_an_error_unless_somebody_carries_it() -> None:
    depots = tuple(depot for depot in small_mall().depots if depot.kind == "depot")
    without = with_(depots=depots)
    assert any("first_aid_kit" in finding.text for finding in check_references(without))
    medic = next(member for member in small_mall().staff if "medic" in member.roles)
    carried = tuple(
        replace(member, carries=("first_aid_kit",)) if member == medic else member for member in without.staff
    )
    assert check_references(replace(without, staff=carried)) == []


def test_one_device_has_one_holder() -> None:
    twice = EnrolledDevice(small_mall().staff[0].device_id, "loan", "visitor-1")
    lines = [f.line() for f in check_references(with_(devices=(twice,)))]
    assert lines[0].endswith("belongs to devices (visitor-1) as well")


def test_one_address_is_one_gateway() -> None:
    gateways = tuple(replace(gateway, address="AC:23:3F:00:00:01") for gateway in small_mall().gateways[:2])
    assert "2 gateways have the address" in check_references(with_(gateways=gateways))[0].text


def test_overlapping_rooms_are_reported_and_kiosks_are_not() -> None:
    a = Space("a", "L1", "retail", rectangle(0, 0, 10, 10))
    b = Space("b", "L1", "retail", rectangle(5, 0, 15, 10))
    kiosk = Space("k", "L1", "retail", rectangle(2, 2, 4, 4))
    found = check_references(with_(spaces=(a, b, kiosk)))
    assert [(f.severity, f.feature, f.text) for f in found] == [("warning", "a", "overlaps b by 50 m²")]


def test_a_bow_tie_and_a_room_outside_are_reported() -> None:
    bow = Space("bow", "L1", "retail", Polygon(((0, 0), (5, 5), (5, 0), (0, 5))))
    assert "Self-intersection" in check_references(with_(spaces=(bow,)))[0].text
    far = Space("far", "L1", "retail", rectangle(55, 0, 75, 10))
    assert "148 m² of it lie outside" in check_references(with_(spaces=(far,)))[0].text


# --- ground


def test_a_room_without_a_door_cannot_be_reached() -> None:
    doors = small_mall().doors[1:]
    lines = ground(with_(doors=doors))
    assert lines == [
        "warning: unit.geojson: L1-S1: cannot be reached on foot: expected an opening in its wall"
    ]


def test_places_behind_that_door_are_errors() -> None:
    spot = Spot("lost", "L1", 5.0, 5.0, NAME)
    lines = ground(with_(doors=small_mall().doors[1:], spots=(spot,)))
    assert "error: site.toml: spots (lost): cannot be reached on foot from the rest of the building" in lines


def test_a_floor_without_a_lift_is_out_of_reach_for_wheels() -> None:
    connectors = tuple(c for c in small_mall().connectors if c.kind != "lift")
    depot = Depot("d-L2", "depot", NAME, "L2", 12.0, 27.0, {"wheelchair": 1})
    lines = ground(with_(connectors=connectors, depots=(depot,)))
    assert any("cannot be reached with a wheelchair" in line for line in lines)
    assert sum(line.startswith("error") and "d-L2" in line for line in lines) == 1


def test_one_way_up_is_no_way_back() -> None:
    up = tuple(c for c in small_mall().connectors if c.connector_id == "escalator-up")
    assert any("cannot be reached on foot" in line for line in ground(with_(connectors=up)))


def test_stops_and_places_far_from_ground_are_errors() -> None:
    lift = small_mall().connectors[0]
    astray = replace(lift, stops=(Stop("L1", (9.0, 20.0)), Stop("L2", (30.0, 20.0))))
    spot = Spot("air", "L2", 30.0, 20.0, NAME)
    lines = ground(with_(connectors=(astray, *small_mall().connectors[1:]), spots=(spot,)))
    assert any("lift-1: its stop on L2 is" in line for line in lines)
    assert any("spots (air): is" in line and "from where anybody can stand" in line for line in lines)


def test_a_lift_between_one_floor_joins_nothing() -> None:
    lift = small_mall().connectors[0]
    flat = replace(lift, stops=(lift.stops[0], lift.stops[0]))
    lines = ground(with_(connectors=(flat, *small_mall().connectors[1:])))
    assert "error: relationship.geojson: lift-1: joins no two floors" in lines


def test_gateways_hang_inside_and_below_the_ceiling() -> None:
    gateways = (InstalledGateway("g-1", "L1", 99.0, 9.0), InstalledGateway("g-2", "L1", 9.0, 9.0, 12.0))
    lines = ground(with_(gateways=gateways))
    assert lines == [
        "warning: site.toml: gateways (g-1): hangs outside the outline of L1",
        "warning: site.toml: gateways (g-2): hangs at 12.0 m, expected 0 to 5.0 m",
    ]


def test_a_floor_where_nobody_can_stand_is_an_error() -> None:
    spaces = tuple(space for space in small_mall().spaces if space.floor == "L1")
    lines = ground(with_(spaces=spaces, connectors=(), gateways=(), depots=(), staff=(), spots=()))
    assert "error: unit.geojson: L2: nobody can stand anywhere on this floor" in lines
