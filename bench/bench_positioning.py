"""What positioning costs: CPU per device and update on a mall of four floors.

    python -m bench.bench_positioning [--devices 500] [--seconds 30] [--json]

500 devices, one advert a second each, heard by 8 of 80 gateways on 4 floors of 240 x 120 m. Counts the
whole service (``receive`` of every scan report and ``wake``) by CPU time of one core.
"""

import argparse
import json
import time

import numpy as np

from contracts.grid import WalkableGrid, build_grid
from contracts.messages import EnrolledDevice, EnrolmentChanged, InstalledGateway, ScanReport
from contracts.quantities import MILLISECOND, SECOND
from contracts.sitemap import Connector, Floor, Name, Polygon, Site, Space, Stop
from positioning.service import PositioningService
from positioning.settings import PositioningSettings

START = 1_700_000_000 * SECOND
FLOORS = 4
WIDTH_M, DEPTH_M = 240.0, 120.0
HEARD_BY = 8


def mall(gateways_per_floor: int = 20) -> Site:
    """Four plain floors with a void in the middle, two lifts, gateways on a lattice."""
    hole = ((90.0, 45.0), (150.0, 45.0), (150.0, 75.0), (90.0, 75.0))
    ring = ((0.0, 0.0), (WIDTH_M, 0.0), (WIDTH_M, DEPTH_M), (0.0, DEPTH_M))
    names = [f"L{index + 1}" for index in range(FLOORS)]
    columns = 5
    gateways = [
        InstalledGateway(
            gateway=f"gw-{name}-{number:02d}",
            floor=name,
            x_m=WIDTH_M / columns * (number % columns + 0.5),
            y_m=DEPTH_M / (gateways_per_floor // columns) * (number // columns + 0.5),
        )
        for name in names
        for number in range(gateways_per_floor)
    ]
    return Site(
        site="bench",
        name=Name("bench", "bench"),
        timezone="UTC",
        latitude_deg=0.0,
        longitude_deg=0.0,
        bearing_deg=0.0,
        floors=tuple(Floor(n, i, Name(n, n), 5.0 * i, 5.0, 15.0, Polygon(ring)) for i, n in enumerate(names)),
        spaces=tuple(Space(f"hall-{name}", name, "walkway", Polygon(ring, (hole,))) for name in names),
        connectors=tuple(
            Connector(f"lift-{x}", "lift", tuple(Stop(n, (float(x), 60.0)) for n in names), True, 30.0)
            for x in (60, 180)
        ),
        gateways=tuple(gateways),
    )


def second_of_reports(
    site: Site, grid: WalkableGrid, cells: np.ndarray, at: int, seq: int, rng: np.random.Generator
) -> list[ScanReport]:
    """What all gateways report of one second in which every device advertised once."""
    x = np.array([g.x_m for g in site.gateways])
    y = np.array([g.y_m for g in site.gateways])
    floor = np.array([site.floor_index(g.floor) for g in site.gateways])
    apart = np.hypot(grid.x_m[cells, None] - x, grid.y_m[cells, None] - y)
    apart = np.hypot(apart, 5.0 * (grid.floor[cells, None] - floor) + 2.0)
    level = -59 - 24 * np.log10(apart) - 15 * np.abs(grid.floor[cells, None] - floor)
    level += rng.normal(0, 5, level.shape)
    best = np.argsort(-level, axis=1)[:, :HEARD_BY]
    reports = []
    for number, gateway in enumerate(site.gateways):
        devices = np.flatnonzero((best == number).any(axis=1))
        if len(devices):
            reports.append(
                ScanReport(
                    gateway=gateway.gateway,
                    boot="b",
                    seq=seq,
                    started_at=at,
                    device_ids=tuple(f"d-{d:05d}" for d in devices),
                    device=np.arange(len(devices), dtype="<u2").tobytes(),
                    rssi_dbm=np.clip(level[devices, number], -110, -30).astype(np.int8).tobytes(),
                    offset_ms=np.zeros(len(devices), "<u2").tobytes(),
                    received_at=at,
                )
            )
    return reports


def measure(devices: int, seconds: int, settings: PositioningSettings) -> dict[str, float]:
    """CPU time of the service over ``seconds``, the first five not counted."""
    rng = np.random.default_rng(1)
    site = mall()
    grid = build_grid(site)
    begun = time.process_time()
    service = PositioningService(site, grid, settings)
    start_s = time.process_time() - begun
    enrolled = [EnrolledDevice(device_id=f"d-{d:05d}", kind="asset", subject="x") for d in range(devices)]
    service.receive(EnrolmentChanged(version=1, devices=tuple(enrolled)), START)
    cells = rng.integers(0, grid.n_cells, devices)
    neighbours = np.flatnonzero(np.diff(grid.step_from, prepend=-1))
    spent_s, updates, emitted = 0.0, 0, 0
    for second in range(seconds):
        at = START + second * SECOND
        reports = second_of_reports(site, grid, cells, at, second, rng)
        cells = grid.step_to[neighbours[cells]]
        begun = time.process_time()
        for report in reports:
            service.receive(report, at)
        wake_at = service.wake_at()
        while wake_at is not None and wake_at < at + SECOND - MILLISECOND:
            emitted += sum(len(getattr(m, "device_ids", ())) for m in service.wake(wake_at))
            wake_at = service.wake_at()
        if second >= 5:
            spent_s += time.process_time() - begun
            updates += devices
    return {
        "devices": devices,
        "cells": grid.n_cells,
        "start_s": round(start_s, 2),
        "us_per_device_and_update": round(spent_s / updates * 1e6, 2),
        "ms_per_second": round(spent_s / (seconds - 5) * 1e3, 2),
        "estimates": emitted,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--wake-ms", type=int, default=150)
    parser.add_argument("--particles", type=int, default=PositioningSettings().particles)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result = measure(
        arguments.devices,
        arguments.seconds,
        PositioningSettings(wake_interval_ms=arguments.wake_ms, particles=arguments.particles),
    )
    print(json.dumps(result) if arguments.json else "\n".join(f"{k:28} {v}" for k, v in result.items()))


if __name__ == "__main__":
    main()
