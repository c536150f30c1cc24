"""A made-up tag in a made-up hall, so that every loop is compiled before anybody waits for it.

Compiling takes a quarter of a minute once per installation: at the first call of help that would be too
late. Later starts find the machine code on the disk, and this takes a moment.
"""

from functools import cache
from itertools import cycle
from typing import Final

import numpy as np

from contracts.geometry import rectangle
from contracts.grid import build_grid
from contracts.messages import EnrolledDevice, EnrolmentChanged, InstalledGateway, ScanReport
from contracts.quantities import SECOND
from contracts.sitemap import Floor, Name, Site, Space, Zone
from positioning.service import PositioningService
from positioning.settings import PositioningSettings

SIDE_M: Final = 40.0
CORNERS: Final = {"near": (1.0, 1.0), "far": (39.0, 39.0), "other": (39.0, 1.0)}
LEVELS_DBM: Final = ((-50, -90, -85), (-90, -50, -85))
"""By turns: the tag leaps from corner to corner, so that its particles must be drawn anew."""
PACKETS: Final = 20
"""Of each report: so many leave no doubt."""
TURNS: Final = 8


@cache
def rehearse() -> None:
    """Once per process."""
    site = _hall()
    service = PositioningService(site, build_grid(site), PositioningSettings())
    device = EnrolledDevice(device_id="tag", kind="asset", subject="tag")
    service.receive(EnrolmentChanged(version=1, devices=(device,)), 0)
    for turn, levels in zip(range(TURNS), cycle(LEVELS_DBM), strict=False):
        at = turn * SECOND
        for gateway, dbm in zip(CORNERS, levels, strict=True):
            service.receive(_report(gateway, dbm, turn, at), at)
        service.wake(at)


def _report(gateway: str, dbm: int, seq: int, at: int) -> ScanReport:
    return ScanReport(
        gateway=gateway,
        boot="rehearsal",
        seq=seq,
        started_at=at,
        device_ids=("tag",),
        device=np.zeros(PACKETS, "<u2").tobytes(),
        rssi_dbm=np.full(PACKETS, dbm, np.int8).tobytes(),
        offset_ms=np.zeros(PACKETS, "<u2").tobytes(),
        received_at=at,
    )


def _hall() -> Site:
    name, outline = Name("hall", "hall"), rectangle(0, 0, SIDE_M, SIDE_M)
    return Site(
        site="rehearsal",
        name=name,
        timezone="UTC",
        latitude_deg=0.0,
        longitude_deg=0.0,
        bearing_deg=0.0,
        floors=(Floor("L1", 0, name, 0.0, 4.0, 15.0, outline),),
        spaces=(Space("hall", "L1", "walkway", outline),),
        gateways=tuple(
            InstalledGateway(gateway=gateway, floor="L1", x_m=x_m, y_m=y_m)
            for gateway, (x_m, y_m) in CORNERS.items()
        ),
        zones=(Zone("hall", "L1", outline, name),),
    )
