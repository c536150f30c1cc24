"""PositioningService: files what gateways heard, and on ``wake`` locates all devices heard since, at once."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.columns import Positions, pack_positions
from contracts.grid import WalkableGrid
from contracts.messages import (
    ClosuresChanged,
    EnrolledDevice,
    EnrolmentChanged,
    ExplainPosition,
    GuestGatewaysChanged,
    InstalledGateway,
    Message,
    ScanReport,
    ZoneChanged,
)
from contracts.quantities import MILLISECOND, SECOND, Instant
from contracts.sitemap import Site
from contracts.walking import Closures
from positioning import why, zones
from positioning.anchors import AnchorWatch, Links, links_of
from positioning.batch import Readings, gather
from positioning.calibration import DRIFT_DB, Calibration
from positioning.ground import lay
from positioning.inbox import Inbox
from positioning.settings import OffsetPrior, PositioningSettings
from positioning.tracks import LOST, Rows, Tracks, World
from positioning.world import assemble
from positioning.zones import ZoneMemory

SURVEYED_SPREAD_DB: Final = 3.0
"""Between the surveying device and others of its class: most sites use one make."""


class PositioningService:
    """Holds the window, the tracks and who is enrolled; see the modules for the mathematics."""

    name = "positioning"
    topics: tuple[type[Message], ...] = (
        *(ScanReport, EnrolmentChanged, GuestGatewaysChanged, ClosuresChanged),
        ExplainPosition,
    )

    def __init__(
        self,
        site: Site,
        grid: WalkableGrid,
        settings: PositioningSettings,
        calibration: Calibration | None = None,
    ) -> None:
        self._site = site
        self._grid = grid
        self._settings = settings
        self._guests: tuple[InstalledGateway, ...] = ()
        self._closures = Closures()
        self._calibration = calibration
        self._world = self._assemble()
        self._tracks = Tracks(len(site.floors), len(self._world.gateways), settings)
        self._zones = ZoneMemory(zones.draw(site, grid))
        self._ids = [anchor.device_id for anchor in site.anchors]
        """By row; the first rows are the anchored tags, which are heard and not located."""
        self._rows = {device_id: row for row, device_id in enumerate(self._ids)}
        self._anchors = AnchorWatch(site.anchors, tuple(self._world.gateways.index), self._links())
        self._free: list[int] = []
        self._enrolment_version = -1
        self._guests_version = -1
        self._closures_version = -1
        self._inbox = Inbox(settings.window_s, settings.pending_limit)
        self._recent = why.Recent(settings.window_s)
        self._epoch: Instant | None = None
        self._latest: Instant = 0
        self._wake_at: Instant | None = None
        self.refused = 0
        """Enrolments beyond the limit."""

    @property
    def dropped(self) -> dict[str, int]:
        """Readings dropped since the start, by cause."""
        return self._inbox.dropped

    def receive(self, message: Message, now: Instant) -> Sequence[Message]:
        self._set_clock(now)
        match message:
            case ScanReport():
                self._inbox.put(message, now)
                if self._wake_at is None:
                    self._wake_at = now + self._settings.wake_interval_ms * MILLISECOND
            case EnrolmentChanged() if message.version >= self._enrolment_version:
                self._enrolment_version = message.version
                self._enrol(message.devices)
            case GuestGatewaysChanged() if message.version >= self._guests_version:
                self._guests_version = message.version
                if message.gateways != self._guests:
                    self._install(message)
            case ClosuresChanged() if message.version >= self._closures_version:
                self._closures_version = message.version
                closures = Closures(frozenset(message.connectors), message.fire_mode)
                if closures != self._closures:
                    self._closures = closures
                    self._world = replace(self._world, ground=lay(self._site, self._grid, closures))
            case ExplainPosition():
                return (self._explain(message.device_id, now),)
            case _:
                pass  # an older version of what is known already
        return ()

    def wake_at(self) -> Instant | None:
        return self._wake_at

    def wake(self, now: Instant) -> Sequence[Message]:
        self._set_clock(now)
        now_s = self._seconds(now)
        assert self._epoch is not None, "the clock is set"
        readings = self._inbox.take(self._rows, self._world.gateways.index, self._epoch)
        heard = np.zeros(0, np.int64)
        readings = self._through_anchors(readings)
        checked = self._anchors.review(now_s, now) if self._site.anchors else None
        if len(readings.row):
            batch = gather(readings, len(self._world.gateways))
            heard = batch.row
            self._tracks.locate(batch, self._world, now_s)
            self._recent.put(batch, now_s)
        changed = self._tracks.age(now_s)
        rows = np.union1d(heard, changed)
        busy = self._tracks.followed()
        self._wake_at = now + self._settings.wake_interval_ms * MILLISECOND if busy else None
        said = self._say(rows, now, now_s) if len(rows) else []
        return said if checked is None else [*said, checked]

    # --- what tags at known places tell ---

    def _links(self) -> Links:
        settings, calibration = self._settings, self._calibration
        height_m = settings.tag_height_m if calibration is None else calibration.tag_height_m
        spread_db = settings.gateway_spread_db if calibration is None else DRIFT_DB
        return links_of(self._site, self._world, height_m, spread_db)

    def _through_anchors(self, readings: Readings) -> Readings:
        """The readings of all other devices, without what their gateways read too high."""
        count = len(self._site.anchors)
        if not count:
            return readings
        anchored = readings.row < count
        self._anchors.hear(_part(readings, anchored))
        rest = _part(readings, ~anchored)
        return replace(rest, rssi_dbm=rest.rssi_dbm - self._anchors.offset_db[rest.gateway])

    # --- who may be located, and by what ---

    def _enrol(self, devices: tuple[EnrolledDevice, ...]) -> None:
        """Begin new devices; forget at once those that are no longer enrolled."""
        wanted = {device.device_id: device for device in devices}
        anchors = len(self._site.anchors)
        for device_id in [
            known for known, row in self._rows.items() if known not in wanted and row >= anchors
        ]:
            self._forget(device_id)
        for device_id, device in wanted.items():
            if device_id not in self._rows:
                if len(self._rows) >= self._settings.device_limit:
                    self.refused += 1
                    continue
                self._begin(device)

    def _begin(self, device: EnrolledDevice) -> None:
        if self._free:
            row = self._free.pop()
            self._ids[row] = device.device_id
        else:
            row = len(self._ids)
            self._ids.append(device.device_id)
            room = max(16, 1 << (len(self._ids) - 1).bit_length())
            self._tracks.reserve(room)
            self._zones.reserve(room)
        self._rows[device.device_id] = row
        self._tracks.begin(row, self._prior(device.device_class))

    def _prior(self, device_class: str) -> OffsetPrior:
        """Against the reference tag, or against the device that made the survey."""
        priors = self._settings.offset_priors
        own = priors.get(device_class, priors["phone"])
        if self._calibration is None:
            return own
        reference = priors.get(self._calibration.device_class, priors["phone"])
        alike = device_class == self._calibration.device_class
        spread_db = min(own.spread_db, SURVEYED_SPREAD_DB) if alike else own.spread_db
        return OffsetPrior(own.mean_db - reference.mean_db, spread_db)

    def _assemble(self) -> World:
        return assemble(
            self._site, self._grid, self._guests, self._closures, self._settings, self._calibration
        )

    def _forget(self, device_id: str) -> None:
        row = self._rows.pop(device_id)
        self._ids[row] = ""
        self._free.append(row)
        self._recent.clear()
        self._tracks.clear(row)
        self._zones.clear(row)

    def _install(self, message: GuestGatewaysChanged) -> None:
        old = self._world.gateways
        self._guests = message.gateways
        self._world = self._assemble()
        new = self._world.gateways
        moved = np.array([new.index.get(name, -1) for name in old.index], np.int64)
        self._tracks.rebuild(len(new), moved)
        self._recent.clear()
        self._anchors = self._anchors.rebuilt(tuple(new.index), moved, self._links())

    def _explain(self, device_id: str, now: Instant) -> Message:
        row = self._rows.get(device_id, -1)
        if row < len(self._site.anchors) or self._tracks.quality[row] == LOST:
            return why.unknown(device_id, now)
        now_s = self._seconds(now)
        return why.explain(
            device_id, row, self._recent, self._tracks, self._world, self._settings, now, now_s
        )

    # --- time, and what goes out ---

    def _set_clock(self, now: Instant) -> None:
        """When the clock was set back, move the past with it, so that ages stay what they were."""
        if self._epoch is None:
            self._epoch = now
        elif now < self._latest - SECOND:
            self._epoch -= self._latest - now
            self._inbox.shift(now - self._latest)
            self._wake_at = None if self._wake_at is None else now
        self._latest = now

    def _seconds(self, at: Instant) -> float:
        assert self._epoch is not None, "the clock is set first"
        return (at - self._epoch) / SECOND

    def _say(self, rows: Rows, now: Instant, now_s: float) -> list[Message]:
        estimate = self._tracks.report(rows, self._world, now_s)
        ids = tuple(map(self._ids.__getitem__, rows.tolist()))
        cloud = self._tracks.cloud
        names, changes = self._zones.update(rows, cloud.weight, cloud.cell, now_s)
        zone_of = self._zones.map.names.__getitem__
        message = pack_positions(
            Positions(
                estimated_at=now,
                device_ids=ids,
                floor=estimate.floor.astype(np.int8),
                x_m=estimate.x_m,
                y_m=estimate.y_m,
                vx_mps=estimate.vx_mps,
                vy_mps=estimate.vy_mps,
                semi_major_m=estimate.semi_major_m,
                semi_minor_m=estimate.semi_minor_m,
                heading_deg=estimate.heading_deg,
                floor_probability=estimate.floor_probability,
                quality=estimate.quality,
                age_s=estimate.age_s,
                zone=tuple(map(zone_of, names.tolist())),
            )
        )
        return [message, *(self._zone_changed(ids, change, now) for change in changes)]

    def _zone_changed(self, ids: tuple[str, ...], change: zones.Change, now: Instant) -> ZoneChanged:
        return ZoneChanged(
            device_id=ids[change.row],
            zone=self._zones.map.zones[change.zone],
            change="enter" if change.entered else "leave",
            at=now,
            probability=round(change.probability, 2),
            dwell_s=round(change.dwell_s, 1),
        )


def _part(readings: Readings, chosen: NDArray[np.bool_]) -> Readings:
    return Readings(*(getattr(readings, field.name)[chosen] for field in fields(Readings)))
