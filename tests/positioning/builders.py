"""Small sites and reports for the tests of positioning, built by hand."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from contracts.columns import Positions, unpack_positions
from contracts.geometry import rectangle
from contracts.grid import WalkableGrid, build_grid
from contracts.messages import (
    EnrolledDevice,
    EnrolmentChanged,
    InstalledGateway,
    Message,
    PositionsEstimated,
    ScanReport,
)
from contracts.quantities import MILLISECOND, SECOND, Instant
from contracts.sitemap import Connector, Floor, Name, Site, Space, Stop, Wall, Zone
from contracts.walking import Closures
from positioning.service import PositioningService
from positioning.settings import PositioningSettings
from positioning.world import World, assemble

START: Instant = 1_700_000_000 * SECOND
SETTINGS = PositioningSettings()


@cache
def hall(floors: int = 1, spacing_m: float = 10.0) -> Site:
    """Floors of 40 x 30 m, gateways on a lattice, a lift in the middle, two zones side by side."""
    names = [f"L{index + 1}" for index in range(floors)]
    return Site(
        site="hall",
        name=Name("hall", "hall"),
        timezone="UTC",
        latitude_deg=0.0,
        longitude_deg=0.0,
        bearing_deg=0.0,
        floors=tuple(
            Floor(n, i, Name(n, n), 5.0 * i, 5.0, 15.0, rectangle(0, 0, 40, 30)) for i, n in enumerate(names)
        ),
        spaces=tuple(Space(f"hall-{n}", n, "walkway", rectangle(0, 0, 40, 30)) for n in names),
        walls=(Wall("L1", (20.0, 0.0), (20.0, 12.0), 8.0),),
        connectors=(
            Connector("lift", "lift", tuple(Stop(n, (20.5, 20.5)) for n in names), True, 20.0)
            if floors > 1
            else Connector("ramp", "ramp", (Stop("L1", (1.0, 1.0)), Stop("L1", (39.0, 29.0))), True),
        ),
        gateways=tuple(
            InstalledGateway(gateway=f"gw-{n}-{i}{j}", floor=n, x_m=x, y_m=y)
            for n in names
            for i, x in enumerate(np.arange(spacing_m / 2, 40, spacing_m).tolist())
            for j, y in enumerate(np.arange(spacing_m / 2, 30, spacing_m).tolist())
        ),
        zones=tuple(
            Zone(name, "L1", rectangle(x, 0, x + 20, 30), Name(name, name))
            for name, x in (("west", 0), ("east", 20))
        ),
    )


@cache
def grid_of(floors: int = 1) -> WalkableGrid:
    return build_grid(hall(floors))


@cache
def world_of(floors: int = 1) -> World:
    return assemble(hall(floors), grid_of(floors), (), Closures(), SETTINGS)


def service(floors: int = 1, settings: PositioningSettings = SETTINGS) -> PositioningService:
    return PositioningService(hall(floors), grid_of(floors), settings)


def enrolment(*devices: str, version: int = 1, device_class: str = "tag") -> EnrolmentChanged:
    return EnrolmentChanged(
        version=version,
        devices=tuple(
            EnrolledDevice(device_id=d, kind="asset", subject=d, device_class=device_class) for d in devices
        ),
    )


def levels(site: Site, floor: int, x_m: float, y_m: float, offset_db: float = 0.0) -> NDArray[np.float64]:
    """What each gateway hears from a place by the model with default numbers, (gateways,)."""
    result = []
    for gateway in site.gateways:
        storey = site.floor_index(gateway.floor)
        high = site.floors[storey].elevation_m + gateway.height_m
        high -= site.floors[floor].elevation_m + SETTINGS.tag_height_m
        apart = np.sqrt((gateway.x_m - x_m) ** 2 + (gateway.y_m - y_m) ** 2 + high**2)
        loss = 10 * SETTINGS.path_loss_exponent * np.log10(max(apart, 0.5)) + 15.0 * abs(storey - floor)
        result.append(SETTINGS.measured_power_dbm - loss + offset_db)
    return np.array(result)


def report(
    gateway: str, device: str, rssi_dbm: Sequence[int], at: Instant, seq: int = 0, offset_ms: int = 0
) -> ScanReport:
    n = len(rssi_dbm)
    return ScanReport(
        gateway=gateway,
        boot="b",
        seq=seq,
        started_at=at,
        device_ids=(device,),
        device=np.zeros(n, "<u2").tobytes(),
        rssi_dbm=np.array(rssi_dbm, np.int8).tobytes(),
        offset_ms=np.full(n, offset_ms, "<u2").tobytes(),
        received_at=at,
    )


def hash_of(device: str) -> int:
    """Numbers that keep the batches of devices apart, the same in every run."""
    return int.from_bytes(device.encode()[:3], "big") << 48


def hear(
    heard: PositioningService,
    site: Site,
    device: str,
    place: tuple[int, float, float],
    at: Instant,
    rng: np.random.Generator | None = None,
    offset_db: float = 0.0,
    without: frozenset[str] = frozenset(),
) -> None:
    """All gateways in reach report one advertisement of a device at (floor, x, y)."""
    level = levels(site, *place, offset_db)
    if rng is not None:
        level = level + rng.normal(0.0, 3.0, len(level))
    for gateway, dbm in zip(site.gateways, level, strict=True):
        if dbm > -95 and gateway.gateway not in without:
            seq = hash_of(device) + at // MILLISECOND
            heard.receive(report(gateway.gateway, device, [round(float(dbm))], at, seq), at)


def estimates(messages: Sequence[Message]) -> list[Positions]:
    return [unpack_positions(m) for m in messages if isinstance(m, PositionsEstimated)]


def run_until(awake: PositioningService, at: Instant) -> list[Message]:
    """Wake as often as it asks until ``at``."""
    said: list[Message] = []
    wake_at = awake.wake_at()
    while wake_at is not None and wake_at <= at:
        said += awake.wake(wake_at)
        wake_at = awake.wake_at()
    return said


def stand(
    awake: PositioningService,
    site: Site,
    device: str,
    place: tuple[int, float, float],
    seconds: int,
    start: Instant = START,
    seed: int = 1,
    offset_db: float = 0.0,
) -> Positions:
    """Let a device advertise once a second from a place; the last estimate."""
    rng = np.random.default_rng(seed)
    said: list[Message] = []
    for second in range(seconds):
        at = start + second * SECOND
        said += run_until(awake, at)
        hear(awake, site, device, place, at, rng, offset_db)
        said += run_until(awake, at + 900 * MILLISECOND)
    return estimates(said)[-1]
