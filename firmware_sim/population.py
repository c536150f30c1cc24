"""Who and what there is at the start: walkers, and the devices they wear."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from contracts.grid import WalkableGrid
from contracts.messages import EnrolledDevice
from contracts.quantities import from_seconds
from contracts.sitemap import Site, StaffMember
from firmware_sim.beacons import NEVER, Beacons, Kind, app_id, enrolled_of, stranger_id
from firmware_sim.scenario import Scenario
from firmware_sim.walkers import Walkers
from firmware_sim.ways import Ways, attractions

BATTERY_MV: Final = (2550, 3050)
"""Coin cells in use."""
SLOWEST_MPS: Final = 0.5


@dataclass(frozen=True)
class Population:
    """Walkers come in this order: staff, wearers of loaned tags, app customers, strangers."""

    staff: tuple[StaffMember, ...]
    walkers: Walkers
    beacons: Beacons
    destinations: np.ndarray[tuple[int], np.dtype[np.int32]]
    enrol: tuple[EnrolledDevice, ...]
    """Devices that the site does not list."""
    customers: range
    """Walkers who may place calls."""
    shoppers: range
    """Walkers who wander."""


def populate(site: Site, grid: WalkableGrid, scenario: Scenario, rng: np.random.Generator) -> Population:
    """Everybody at a place of their own. ``grid`` is the coarse one that people walk on."""
    crowd = scenario.crowd
    at_work = round(len(site.staff) * scenario.staff.share)
    staff = tuple(site.staff[number * len(site.staff) // at_work] for number in range(at_work))
    shoppers = crowd.visitors + crowd.app_customers + crowd.strangers
    destinations = attractions(site, grid, crowd.destinations, rng)
    ways = Ways(site, grid, len(destinations) + 2 * len(staff) + ROWS_SPARE)
    homes = [grid.cell_at(site.floor_index(person.home_floor), *person.home) for person in staff]
    strolling = rng.choice(destinations, shoppers)
    slow = rng.normal(crowd.walk_mean_mps, crowd.walk_sd_mps, shoppers)
    speed = np.maximum([*(person.walk_mps for person in staff), *slow], SLOWEST_MPS)
    cells = np.concatenate([np.array(homes, np.int32), strolling])
    walkers = Walkers(grid, ways, cells, speed)
    devices, extra = enrolled_of(site, scenario)
    first = len(staff)
    return Population(
        staff,
        walkers,
        _beacons(site, grid, scenario, staff, devices, rng),
        destinations,
        tuple(extra),
        range(first, first + crowd.visitors + crowd.app_customers),
        range(first, first + shoppers),
    )


ROWS_SPARE: Final = 64
"""Fields of ways beside those of shoppers and staff: customers who walk to a spot or move on."""


def _beacons(
    site: Site,
    grid: WalkableGrid,
    scenario: Scenario,
    staff: tuple[StaffMember, ...],
    devices: list[EnrolledDevice],
    rng: np.random.Generator,
) -> Beacons:
    crowd = scenario.crowd
    rows: list[tuple[str, Kind, str, int, bool]] = []
    for number, person in enumerate(staff):
        rows.append((person.device_id, "staff", person.unit_id, number, False))
    loans = [device for device in devices if device.kind == "loan"]
    for number, device in enumerate(loans, start=len(staff)):
        phone = device.device_class == "phone"
        rows.append((device.device_id, "loan", device.subject, number, phone))
    first_app = len(staff) + crowd.visitors
    rows += [(app_id(n + 1), "app", "", first_app + n, True) for n in range(crowd.app_customers)]
    first_stranger = first_app + crowd.app_customers
    for n in range(crowd.strangers):
        rows.append((stranger_id(rng), "stranger", "", first_stranger + n, True))
    rows += [(d.device_id, "asset", d.subject, -1, False) for d in devices if d.kind == "asset"]
    return _columns(site, grid, scenario, rows, rng)


def _columns(
    site: Site,
    grid: WalkableGrid,
    scenario: Scenario,
    rows: list[tuple[str, Kind, str, int, bool]],
    rng: np.random.Generator,
) -> Beacons:
    n = len(rows)
    phone = np.array([row[4] for row in rows], bool)
    radio = scenario.radio
    phones_db = np.clip(rng.normal(radio.phone_mean_db, radio.phone_sd_db, n), -18.0, 0.0)
    tags_db = rng.normal(0.0, radio.tag_sd_db, n)
    interval_s = [
        scenario.asset_interval_s if row[1] == "asset" else scenario.advertising_interval_s for row in rows
    ]
    interval = np.array([from_seconds(value) for value in interval_s], np.int64).reshape(n)
    floor, x_m, y_m = _stands(site, grid, n, rng)
    dormant = np.array([row[1] == "app" for row in rows], bool)
    return Beacons(
        ids=[row[0] for row in rows],
        kind=[row[1] for row in rows],
        subject=[row[2] for row in rows],
        walker=np.array([row[3] for row in rows], np.int32).reshape(n),
        floor=floor,
        x_m=x_m,
        y_m=y_m,
        offset_db=np.where(phone, phones_db, tags_db).astype(np.float32),
        interval=interval,
        next_at=np.where(dormant, NEVER, (rng.random(n) * interval).astype(np.int64)),
        battery_mv=rng.integers(*BATTERY_MV, n).astype(np.int16),
        phone=phone,
        stranger=np.array([row[1] == "stranger" for row in rows], bool),
        presses=rng.integers(0, 60, n).astype(np.uint16),
        alarm_until=np.zeros(n, np.int64),
    )


def _stands(
    site: Site, grid: WalkableGrid, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places near the depots, for things that stand."""
    depots = [(site.floor_index(d.floor), d.x_m, d.y_m) for d in site.depots if d.kind == "depot"]
    if not depots:
        depots = [(int(grid.floor[0]), float(grid.x_m[0]), float(grid.y_m[0]))]
    chosen = np.array(depots, float)[rng.integers(0, len(depots), n)]
    wish = chosen[:, 1:] + rng.normal(0.0, 3.0, (n, 2))
    cells = grid.cells_at(chosen[:, 0].astype(int), wish[:, 0], wish[:, 1])
    return grid.floor[cells].copy(), grid.x_m[cells].astype(float), grid.y_m[cells].astype(float)
