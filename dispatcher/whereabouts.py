"""Where units and located callers are, as last estimated, and how unsure that is.

Position messages come several times a second with hundreds of devices; only the few devices that the
dispatcher knows are looked at, in arrays.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.columns import QUALITY
from contracts.grid import WalkableGrid
from contracts.messages import Place, PositionsEstimated
from contracts.quantities import Instant, from_seconds, to_seconds
from contracts.sitemap import Site
from dispatcher.catalogue import Catalogue
from dispatcher.settings import DispatcherSettings

CALLERS_MAX: Final = 2_000
"""Located callers followed at once; further ones are served where they called from."""
SIGMAS_95: Final = math.sqrt(-2 * math.log(0.05))
"""Semi-axis of the 95 % ellipse in standard deviations of a plane normal distribution: 2.448."""
DRIFT_MPS: Final = 0.7
"""How fast a person unheard of may have gone away: strolling pace, in a straight line at worst."""
DRIFT_MAX_M: Final = 60.0
"""Further away somebody may be as well, but points all over the mall would say nothing any more."""
REMEMBERED_S: Final = 3_600.0
"""With a dead network, a last position counts for so long; then the person is assumed to be at home."""
HOME_SIGMA_M: Final = 8.0
"""Standard deviation of "stands by at home" while nobody has been located yet."""
GATHERING_S: Final = 20.0
"""After the first position ever, people not heard yet still count as being at home for so long."""
SAMPLES: Final = 6
"""Points that stand for an uncertain position: five of one floor, one of the next likely floor."""

_LOST: Final = QUALITY.index("lost")


class Whereabouts:
    """Latest estimates of the units' devices (rows in the order of the catalogue) and of callers'."""

    def __init__(self, catalogue: Catalogue, settings: DispatcherSettings) -> None:
        self._catalogue = catalogue
        self._settings = settings
        self._floors = len(catalogue.site.floors)
        self._units = {staff.device_id: row for row, staff in enumerate(catalogue.staff.values())}
        self.rows = dict(self._units)
        """Device → row, units first."""
        n = len(catalogue.staff) + CALLERS_MAX
        self.floor: NDArray[np.int8] = np.full(n, -1, np.int8)
        self.xy: NDArray[np.float64] = np.zeros((n, 2))
        self.sigma_m: NDArray[np.float64] = np.zeros((n, 2))
        self.heading: NDArray[np.float64] = np.zeros(n)
        self.heard_at: NDArray[np.int64] = np.full(n, -1, np.int64)
        self.estimated_at: NDArray[np.int64] = np.full(n, -1, np.int64)
        self.lost: NDArray[np.bool_] = np.zeros(n, bool)
        self.other_floor: NDArray[np.int8] = np.full(n, -1, np.int8)
        self.other_p: NDArray[np.float64] = np.zeros(n)
        self.first_at: Instant | None = None
        """When the first unit was located since the start."""
        self._known = frozenset(self.rows)
        self._latest: dict[str, PositionsEstimated] = {}
        """Device → the newest message that has it and is not filed yet: at most one a device."""

    def watch_callers(self, device_ids: list[str]) -> None:
        """From now on follow exactly these callers; what was known of others is forgotten."""
        wanted = [device for device in device_ids if device not in self._units]
        kept = {device: self.rows[device] for device in wanted if device in self.rows}
        taken = set(kept.values())
        free = (row for row in range(len(self._units), len(self.floor)) if row not in taken)
        fresh = [device for device in dict.fromkeys(wanted) if device not in kept]
        for device, row in zip(fresh, free, strict=False):
            kept[device] = row
            self.heard_at[row] = self.estimated_at[row] = -1
        self.rows = {**self._units, **kept}
        self._known = frozenset(self.rows)
        self._latest = {device: message for device, message in self._latest.items() if device in self.rows}

    def take(self, message: PositionsEstimated) -> bool:
        """Keep new estimates; whether a caller is among them.

        Most devices are strangers to the dispatcher and most estimates are overtaken by newer ones before
        anybody asks, so nothing is decoded here.
        """
        found = sorted(self._known.intersection(message.device_ids))
        for device in found:
            known = self._latest.get(device)
            if known is None or known.estimated_at <= message.estimated_at:
                self._latest[device] = message
        if self.first_at is None and any(device in self._units for device in found):
            self.first_at = message.estimated_at
        return any(device not in self._units for device in found)

    def settle(self) -> None:
        """File what was kept. Everything below does so first."""
        messages = {id(message): message for message in self._latest.values()}
        of: dict[int, list[str]] = {}
        for device, message in self._latest.items():
            of.setdefault(id(message), []).append(device)
        for key, devices in of.items():
            index = np.array([messages[key].device_ids.index(device) for device in devices], np.intp)
            self._file(messages[key], index, np.array([self.rows[device] for device in devices], np.intp))
        self._latest = {}

    def _file(self, message: PositionsEstimated, index: NDArray[np.intp], rows: NDArray[np.intp]) -> None:
        fresh = message.estimated_at >= self.estimated_at[rows]  # the network may reorder
        index, rows = index[fresh], rows[fresh]
        self.estimated_at[rows] = message.estimated_at
        self.floor[rows] = np.frombuffer(message.floor, np.int8)[index]
        self.xy[rows, 0] = np.frombuffer(message.x_cm, "<i4")[index] / 100
        self.xy[rows, 1] = np.frombuffer(message.y_cm, "<i4")[index] / 100
        self.sigma_m[rows, 0] = np.frombuffer(message.semi_major_cm, "<u2")[index] / (100 * SIGMAS_95)
        self.sigma_m[rows, 1] = np.frombuffer(message.semi_minor_cm, "<u2")[index] / (100 * SIGMAS_95)
        self.heading[rows] = np.radians(np.frombuffer(message.heading_deg, "<i2")[index])
        age = np.frombuffer(message.age_ms, "<u4")[index].astype(np.int64) * 1000
        self.heard_at[rows] = message.estimated_at - age
        self.lost[rows] = np.frombuffer(message.quality, np.uint8)[index] == _LOST
        self._file_floors(message, index, rows)

    def _file_floors(
        self, message: PositionsEstimated, index: NDArray[np.intp], rows: NDArray[np.intp]
    ) -> None:
        """The second most likely floor and its share against the chosen one."""
        percent = np.frombuffer(message.floor_probability, np.uint8)
        if len(percent) != len(message.device_ids) * self._floors or self._floors < 2:
            self.other_p[rows] = 0.0
            return
        p = percent.reshape(-1, self._floors)[index].astype(np.float64)
        chosen = np.clip(self.floor[rows], 0, None)
        here = p[np.arange(len(rows)), chosen]
        p[np.arange(len(rows)), chosen] = -1.0
        other = p.argmax(axis=1)
        there = p[np.arange(len(rows)), other]
        self.other_floor[rows] = other
        self.other_p[rows] = np.where(there > 0, there / np.maximum(here + there, 1.0), 0.0)

    def ages_s(self, now: Instant) -> list[float | None]:
        """Per unit the time since it was last heard; None = never located."""
        self.settle()
        heard = self.heard_at[: len(self._units)].tolist()
        return [None if at < 0 else max(0.0, to_seconds(now - at)) for at in heard]

    def place_of(self, device_id: str, now: Instant) -> Place | None:
        """Where a device is, if it was located lately."""
        self.settle()
        row = self.rows.get(device_id)
        if row is None or self.heard_at[row] < 0 or not 0 <= self.floor[row] < self._floors:
            return None
        if now - int(self.heard_at[row]) > from_seconds(self._settings.position_lost_s):
            return None
        floor = self._catalogue.site.floors[int(self.floor[row])].floor
        return Place(floor, float(self.xy[row, 0]), float(self.xy[row, 1]))

    def sigma_of(self, device_id: str) -> float:
        """Standard deviation along the longer axis in metres; inf = unknown."""
        self.settle()
        row = self.rows.get(device_id)
        return math.inf if row is None or self.heard_at[row] < 0 else float(self.sigma_m[row, 0])

    def missing(self, now: Instant) -> list[str]:
        """Per unit why it has no usable position, empty where it has one; ``home`` = assumed at home.

        Where nobody at all has one, the network is dead, not the mall: then everybody's last position
        counts, with its doubt, and a home where that is too old.
        """
        self.settle()
        gathering = self.first_at is None or now < self.first_at + from_seconds(GATHERING_S)
        oldest = now - from_seconds(self._settings.position_lost_s)
        n = len(self._units)
        heard_at = self.heard_at[:n]
        known = (heard_at >= 0) & (self.floor[:n] >= 0) & (self.floor[:n] < self._floors)
        usable = known & ~self.lost[:n] & (heard_at >= oldest)
        if self.first_at is not None and not gathering and not usable.any():
            recent = known & (heard_at >= now - from_seconds(REMEMBERED_S))
            return ["" if last else "home" for last in recent.tolist()]
        return [
            "" if good else ("lost" if heard else "home" if gathering else "never_located")
            for good, heard in zip(usable.tolist(), (heard_at >= 0).tolist(), strict=True)
        ]

    def samples(self, now: Instant) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Cells (units, SAMPLES) and weights that stand for each unit's uncertain position.

        Unscented points of a plane normal distribution (Julier and Uhlmann, kappa = 1: centre 1/3, four at
        sqrt(3) sigma 1/6 each), and the centre on the next likely floor. Cell -1 = no such point.
        """
        self.settle()
        n = len(self._units)
        floor, xy = self.floor[:n].copy(), self.xy[:n].copy()
        age_s = np.maximum(0.0, (now - self.heard_at[:n]) / 1e6 - self._settings.position_fresh_s)
        drift = np.minimum(age_s * DRIFT_MPS, DRIFT_MAX_M)
        sigma = np.hypot(self.sigma_m[:n], drift[:, None] / math.sqrt(2))
        other_p = self.other_p[:n].copy()
        at_home = np.array([why == "home" for why in self.missing(now)], bool)
        if at_home.any():
            homes = home_positions(self._catalogue.site, list(self._catalogue.staff))
            floor[at_home], xy[at_home] = homes[0][at_home], homes[1][at_home]
            sigma[at_home], other_p[at_home] = HOME_SIGMA_M, 0.0
        along = np.stack([np.cos(self.heading[:n]), np.sin(self.heading[:n])], axis=1) * sigma[:, :1]
        across = np.stack([-np.sin(self.heading[:n]), np.cos(self.heading[:n])], axis=1) * sigma[:, 1:]
        root3 = math.sqrt(3)
        points = np.stack(
            [xy, xy + root3 * along, xy - root3 * along, xy + root3 * across, xy - root3 * across, xy], axis=1
        )
        floors = np.repeat(floor[:, None], SAMPLES, axis=1)
        floors[:, -1] = np.where(other_p > 0, self.other_floor[:n], floor)
        cells = cells_of(self._catalogue.grid, floors, points)
        weights = np.concatenate(
            [np.array([[1 / 3, 1 / 6, 1 / 6, 1 / 6, 1 / 6]]) * (1 - other_p[:, None]), other_p[:, None]],
            axis=1,
        )
        return cells, weights


def cells_of(grid: WalkableGrid, floors: NDArray[np.int8], points: NDArray[np.float64]) -> NDArray[np.int32]:
    """(units, SAMPLES) cells of points (units, SAMPLES, 2)."""
    flat = points.reshape(-1, 2)
    return grid.cells_at(floors.ravel(), flat[:, 0], flat[:, 1]).reshape(floors.shape)


def home_positions(site: Site, unit_ids: list[str]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Floors (units,) and points (units, 2) where people stand by."""
    staff = {person.unit_id: person for person in site.staff}
    floors = np.array([site.floor_index(staff[unit].home_floor) for unit in unit_ids], np.int8)
    return floors, np.array([staff[unit].home for unit in unit_ids], np.float64).reshape(-1, 2)
