"""A quarter of an hour that was kept: a journal and a position history, written by the real writers."""

import atexit
import functools
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from contracts import messages as m
from contracts.columns import Positions, pack_positions
from contracts.grid import WalkableGrid, build_grid
from contracts.messages import Fact, Message
from contracts.quantities import SECOND, Instant
from contracts.sitemap import Site
from dispatcher.catalogue import catalogue_of
from dispatcher.service import DispatcherService
from dispatcher.settings import DispatcherSettings
from runtime.history import History
from runtime.journal import StoredJournal
from runtime.past import JournalPast
from runtime.tables import metadata
from tests.dashboard.builders import small_grid
from tests.sites import small_mall

OPENED: Instant = 1_699_934_400_000_000 + 6 * 3600 * SECOND
"""Six in the evening in Shanghai, when everybody of the small mall is on shift."""
CALLS = {
    10: ("luggage", "L1-desk", 30.0, 12.0),
    60: ("medical", "L1-west", 3.0, 18.0),
    200: ("wheelchair", "L1-desk", 30.0, 12.0),
    320: ("medical", "L1-desk", 30.0, 12.0),
}
"""Second → service and place. From second 300 nobody answers, so the last one is missed."""
LAST_S = 540
SILENT_S = (100, 260)
"""When the first gateway was not heard."""


@dataclass
class Kept:
    past: JournalPast
    facts: list[Fact]
    end: Instant


def keep(folder: Path, site: Site | None = None) -> Kept:
    """Write it, one step a second; in the small mall unless another is asked for.

    The quarter of an hour of the small mall is reckoned once in a process and then copied.
    """
    if site is None:
        site, grid = small_mall(), small_grid()
        facts, written = _small_mall_kept()
        shutil.copytree(written, folder / "history")
    else:
        grid = build_grid(site)
        facts, _ = _written(site, grid, folder / "history")
    engine = sa.create_engine(f"sqlite:///{folder / 'records.db'}")
    metadata.create_all(engine)
    journal = StoredJournal(engine)
    journal.append(facts)
    past = JournalPast(catalogue_of(site, grid), journal, folder / "history")
    return Kept(past, list(facts), OPENED + LAST_S * SECOND)


@functools.cache
def _small_mall_kept() -> tuple[tuple[Fact, ...], Path]:
    folder = tempfile.mkdtemp(prefix="nearhand-kept-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _written(small_mall(), small_grid(), Path(folder) / "history")


def _written(site: Site, grid: WalkableGrid, folder: Path) -> tuple[tuple[Fact, ...], Path]:
    """All facts, and the folder into which the positions were written."""
    history = History(folder, days=2)
    dispatcher = DispatcherService(site, grid, DispatcherSettings())
    facts: list[Fact] = []
    units: dict[str, m.UnitChanged] = {}
    since: dict[str, tuple[str, int]] = {}

    def carry(said: list[Message]) -> None:
        facts.extend(one for one in said if isinstance(one, Fact))
        units.update({one.unit_id: one for one in said if isinstance(one, m.UnitChanged)})

    carry(list(dispatcher.resumed(OPENED)))
    for second in range(LAST_S):
        now = OPENED + second * SECOND
        estimate = _positions(site, now, second)
        history.tap([estimate, *_health(site, now, second)])
        carry(list(dispatcher.receive(estimate, now)))
        if second in CALLS:
            service, spot, x_m, y_m = CALLS[second]
            place = m.Place(floor="L1", x_m=x_m, y_m=y_m, spot=spot)
            key = {"command_id": f"place-{second:04}", "by": "operator/test", "at": now}
            carry(list(dispatcher.receive(m.PlaceCall(service=service, place=place, **key), now)))
        for unit_id, unit in list(units.items()):
            if since.get(unit_id, ("", 0))[0] != unit.status:
                since[unit_id] = (unit.status, second)
            command = _next(unit, second - since[unit_id][1], now) if second < 300 else None
            if command is not None:
                carry(list(dispatcher.receive(command, now)))
        carry(list(dispatcher.wake(now)))
    history.close(OPENED + LAST_S * SECOND)
    return tuple(facts), folder


def _health(site: Site, now: Instant, second: int) -> list[m.GatewayHealth]:
    """All hear well, told every twenty seconds; the first is silent for a while."""
    if second % 20:
        return []
    return [
        m.GatewayHealth(
            gateway=gateway.gateway,
            state="silent" if n == 0 and SILENT_S[0] <= second < SILENT_S[1] else "ok",
            finding="no_message" if n == 0 and SILENT_S[0] <= second < SILENT_S[1] else "",
            at=now,
            adverts_per_s=float(second),
        )
        for n, gateway in enumerate(site.gateways)
    ]


def _positions(site: Site, now: Instant, second: int) -> m.PositionsEstimated:
    """Everybody walks a metre to and fro about home, so that each second has its own place."""
    staff = site.staff
    n = len(staff)
    return pack_positions(
        Positions(
            estimated_at=now,
            device_ids=tuple(member.device_id for member in staff),
            floor=np.array([site.floor_index(member.home_floor) for member in staff], np.int8),
            x_m=np.array([member.home[0] + second % 60 / 60 for member in staff]),
            y_m=np.array([member.home[1] for member in staff]),
            vx_mps=np.zeros(n),
            vy_mps=np.zeros(n),
            semi_major_m=np.full(n, 2.0),
            semi_minor_m=np.full(n, 1.5),
            heading_deg=np.zeros(n),
            floor_probability=np.full((n, len(site.floors)), 1 / len(site.floors)),
            quality=np.ones(n, np.uint8),
            age_s=np.zeros(n),
        )
    )


def _next(unit: m.UnitChanged, waited_s: int, now: Instant) -> m.Command | None:
    key = {"command_id": f"{unit.unit_id}-{now}", "by": f"unit/{unit.unit_id}", "at": now}
    if unit.offers and waited_s >= 3:
        return m.AcceptOffer(offer_id=unit.offers[0].offer_id, unit_id=unit.unit_id, **key)  # type: ignore[arg-type]
    if unit.status == "returning_item" and unit.depot and waited_s >= 20:
        return m.ReportItemReturned(unit_id=unit.unit_id, depot=unit.depot, **key)  # type: ignore[arg-type]
    if unit.task_id is None or waited_s < 20:
        return None
    reports: dict[str, type[m.Command]] = {
        "en_route_to_item": m.ReportItemPickedUp,
        "en_route": m.ReportOnScene,
        "on_scene": m.ReportDone,
    }
    report = reports.get(unit.status)
    return None if report is None else report(task_id=unit.task_id, unit_id=unit.unit_id, **key)  # type: ignore[call-arg,arg-type]
