import numpy as np

from contracts.sitemap import Zone
from positioning.zones import Look, ZoneMap, ZoneMemory, draw, look
from tests.positioning.builders import grid_of, hall


def clouds(shares: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Devices with the given shares of their weight in the east."""
    west, east = grid_of().cell_at(0, 5.5, 20.5), grid_of().cell_at(0, 35.5, 20.5)
    cell = np.tile(np.array([west, east], np.int32), (len(shares), 1))
    return np.array([[1 - s, s] for s in shares], np.float32), cell


def at(zone_map: ZoneMap, shares: list[float]) -> Look:
    return look(zone_map, *clouds(shares), np.arange(len(shares)), np.full(len(shares), -1, np.int32))


def test_probabilities_are_the_weights_in_each_polygon() -> None:
    zone_map = draw(hall(), grid_of())
    found = at(zone_map, [0.25, 1.0])
    assert np.allclose(found.by_zone, [[0.75, 0.25], [0.0, 1.0]])
    assert [zone_map.names[name] for name in found.name] == ["west", "east"]
    assert np.allclose(found.lead, [1.75, 2.0]), "nothing was said before"


def test_the_lead_is_over_what_was_said_before() -> None:
    zone_map = draw(hall(), grid_of())
    west, east = (zone_map.names.index(name) for name in ("west", "east"))
    said = np.array([west, east, west], np.int32)
    found = look(zone_map, *clouds([0.25, 0.25, 0.25]), np.arange(3), said)
    assert list(found.name) == [west] * 3
    assert np.allclose(found.lead, [0.0, 0.5, 0.0])


def test_zones_name_before_the_unit_around_them_and_overlap_counts_twice() -> None:
    site = hall()
    small = Zone("kiosk", "L1", site.zones[0].polygon, site.zones[0].name)
    ring = ((2.0, 18.0), (8.0, 18.0), (8.0, 24.0), (2.0, 24.0))
    small = Zone("kiosk", "L1", type(small.polygon)(ring), small.name)
    both = type(site)(
        **{**{f: getattr(site, f) for f in site.__struct_fields__}, "zones": (*site.zones, small)}
    )
    zone_map = draw(both, grid_of())
    found = at(zone_map, [0.0])
    assert zone_map.names[found.name[0]] == "kiosk"
    assert np.allclose(found.by_zone, [[1.0, 0.0, 1.0]])


def test_standing_at_the_border_flips_nothing() -> None:
    memory = ZoneMemory(draw(hall(), grid_of()))
    memory.reserve(1)
    row = np.array([0])
    said = []
    changes = 0
    for share in [0.1] + [0.45, 0.6, 0.4, 0.62] * 10:
        name, changed = memory.update(row, *clouds([share]), 0.0)
        said.append(memory.map.names[name[0]])
        changes += len(changed)
    assert set(said) == {"west"}
    assert changes == 1


def test_a_crossing_is_one_leave_and_one_enter() -> None:
    memory = ZoneMemory(draw(hall(), grid_of()))
    memory.reserve(2)
    events = []
    for second, share in enumerate((0.0, 0.3, 0.6, 0.9, 1.0)):
        _, changed = memory.update(np.array([1]), *clouds([0.0, share]), 10.0 * second)
        events += [(memory.map.zones[c.zone], c.entered, c.dwell_s) for c in changed]
    assert events == [("west", True, 0.0), ("west", False, 30.0), ("east", True, 0.0)]
    memory.clear(1)
    name, changed = memory.update(np.array([1]), *clouds([0.0, 0.0]), 50.0)
    assert memory.map.names[name[0]] == "west"
    assert [c.entered for c in changed] == [True]
