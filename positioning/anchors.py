"""Tags at known places, and what they tell of the gateways: receiver offsets, and which one was moved.

An anchored tag is any beacon that hangs still at a place written into the site (a gateway that advertises,
too). Of each link between an anchored tag and a gateway a slow mean is kept. What it lies above the radio
model is the gateway's offset, plus the tag's, plus what the model misses there, all Gaussian:

    level - expected = offset_gateway + offset_tag + misfit

so that the offsets are a ridge regression (Rasmussen and Williams 2006, section 2.1), and few links say
little. A link also remembers its first half hour. When the links of one gateway have changed by much, and
the other gateways hear the same tags as ever, that gateway was moved, turned, covered or broken.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.messages import GatewaysChecked
from contracts.quantities import Instant
from contracts.sitemap import Anchor, Site
from positioning.batch import Readings
from positioning.radio import vertical_m
from positioning.tracks import World

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
REVIEW_S: Final = 60.0
"""Links are looked at once a minute: nothing that hangs on a wall is in a hurry."""
RECENT_MIN: Final = 5.0
"""Minutes that the slow mean forgets in: longer than people stand in a link's way."""
READINGS_MIN: Final = 3
"""In a minute; a link heard less says nothing that minute."""
KNOWN_AFTER: Final = 5
"""Minutes until a link counts for its gateway's offset."""
REFERENCE_MIN: Final = 30
"""Minutes whose mean a link's level is held against for ever after."""
LOST_AFTER: Final = 10
"""Minutes without a reading after which a link that was heard well is gone."""
LOST_DBM: Final = -100.0
"""What a gone link is taken to be at: below it, receivers hear nothing."""
MOVED_DB: Final = 6.0
"""Root mean square of a gateway's changes: beyond twice what gateways change in nine months, as measured."""
LINKS_MIN: Final = 2
"""Changed links that make a moved gateway, and gateways that make a changed tag."""
TAG_SPREAD_DB: Final = 4.0
"""Between tags, and of where and how they hang."""
TOLD_DB: Final = 0.5
"""Offsets that changed by less are not told anew."""
DEGREES: Final = 4.0
"""Of Student's t, against links that the model misses altogether."""


@dataclass(frozen=True)
class Links:
    """What the model says of every pair: (a, g) anchored tags by gateways."""

    expected_dbm: Floats
    noise_db: Floats
    """(g,) what the model misses of a mean level."""
    gateway_spread_db: float


def links_of(site: Site, world: World, tag_height_m: float, gateway_spread_db: float) -> Links:
    """The expected levels: the table's at the anchor's cell, put right for the true distance.

    Args:
        tag_height_m: above the floor, of the tags that the table is made for.
        gateway_spread_db: between equal gateways.
    """
    anchors, gateways = site.anchors, world.gateways
    floor = np.array([site.floor_index(anchor.floor) for anchor in anchors], np.int64)
    x_m = np.array([anchor.x_m for anchor in anchors], float)
    y_m = np.array([anchor.y_m for anchor in anchors], float)
    grid = world.ground.grid
    cell = np.array([_nearest(world, f, x, y) for f, x, y in zip(floor, x_m, y_m, strict=True)], np.int32)
    everyone = np.arange(len(gateways))
    table = world.radio.expected_dbm(cell[:, None], everyone[None].astype(np.int32)).astype(float)
    heights_m = np.array([anchor.height_m for anchor in anchors], float)

    def decades(x: Floats, y: Floats, height_m: Floats) -> Floats:
        rise = vertical_m(gateways, world.storeys, everyone[None], floor[:, None], 0.0) - height_m[:, None]
        flat = np.hypot(x[:, None] - gateways.x_m, y[:, None] - gateways.y_m)
        return np.asarray(np.log10(np.maximum(np.hypot(flat, rise), 0.5)))

    at_cell = decades(
        grid.x_m[cell].astype(float), grid.y_m[cell].astype(float), np.full(len(anchors), tag_height_m)
    )
    nearer = at_cell - decades(x_m, y_m, heights_m)
    return Links(table + 10 * gateways.exponent * nearer, gateways.noise_db, gateway_spread_db)


def _nearest(world: World, floor: int, x_m: float, y_m: float) -> int:
    grid = world.ground.grid
    away = np.hypot(grid.x_m - x_m, grid.y_m - y_m) + 1e6 * (grid.floor != floor)
    return int(np.argmin(away))


class AnchorWatch:
    """Hears the anchored tags' readings; ``offset_db`` (g,) is what gateways read too high."""

    def __init__(self, anchors: tuple[Anchor, ...], gateways: tuple[str, ...], links: Links) -> None:
        shape = (len(anchors), len(gateways))
        self._anchors = anchors
        self._links = links
        self._gateways = gateways
        self._total, self._count = np.zeros(shape), np.zeros(shape, np.int64)
        self._recent, self._minutes = np.zeros(shape), np.zeros(shape, np.int64)
        self._reference, self._quiet = np.zeros(shape), np.zeros(shape, np.int64)
        self._review_s: float | None = None
        self.offset_db: Floats = np.zeros(len(gateways))
        self.moved: Bools = np.zeros(len(gateways), bool)
        self._told: tuple[Floats, Bools] | None = None

    def rebuilt(
        self, gateways: tuple[str, ...], old_to_new: NDArray[np.int64], links: Links
    ) -> "AnchorWatch":
        """Gateways were installed or removed: what is known of the others stays."""
        new = AnchorWatch(self._anchors, gateways, links)
        stay = np.flatnonzero(old_to_new >= 0)
        for name in ("_total", "_count", "_recent", "_minutes", "_reference", "_quiet"):
            getattr(new, name)[:, old_to_new[stay]] = getattr(self, name)[:, stay]
        new.offset_db[old_to_new[stay]] = self.offset_db[stay]
        new._review_s = self._review_s
        return new

    def hear(self, readings: Readings) -> None:
        """Levels of anchored tags; ``row`` counts the anchors."""
        at = (readings.row, readings.gateway)
        np.add.at(self._total, at, readings.rssi_dbm)
        np.add.at(self._count, at, 1)

    def review(self, now_s: float, now: Instant) -> GatewaysChecked | None:
        """Once a minute: learn, judge, and say what is new."""
        if self._review_s is None:
            self._review_s = now_s + REVIEW_S
        if now_s < self._review_s:
            return None
        self._review_s = now_s + REVIEW_S
        self._take_minute()
        self.offset_db = self._offsets_db()
        self.moved = self._judge()
        return self._tell(now)

    def _take_minute(self) -> None:
        enough = self._count >= READINGS_MIN
        mean = self._total / np.maximum(self._count, 1)
        gain = np.maximum(1.0 / (self._minutes + 1), 1.0 / RECENT_MIN)
        self._recent = np.where(enough, self._recent + gain * (mean - self._recent), self._recent)
        early = enough & (self._minutes < REFERENCE_MIN)
        step = (mean - self._reference) / (self._minutes + 1)
        self._reference = np.where(early, self._reference + step, self._reference)
        self._minutes += enough
        self._quiet = np.where(enough, 0, self._quiet + 1)
        self._total[:], self._count[:] = 0.0, 0

    def _offsets_db(self) -> Floats:
        """Offsets of all gateways and tags at once, by reweighted ridge regression."""
        known = (self._minutes >= KNOWN_AFTER) & (self._quiet < LOST_AFTER)
        tag, gateway = np.nonzero(known)
        tags, gateways = known.shape
        if not len(tag):
            return np.zeros(gateways)
        apart = self._recent[known] - self._links.expected_dbm[known]
        sure = self._links.noise_db[gateway] ** -2.0
        weight, both = sure, np.zeros(gateways + tags)
        prior = np.repeat([self._links.gateway_spread_db**-2.0, TAG_SPREAD_DB**-2.0], [gateways, tags])
        for _ in range(3):
            normal = np.diag(prior)
            right = np.zeros(gateways + tags)
            for index in (gateway, gateways + tag):
                np.add.at(normal, (index, index), weight)
                np.add.at(right, index, weight * apart)
            np.add.at(normal, (gateway, gateways + tag), weight)
            np.add.at(normal, (gateways + tag, gateway), weight)
            both = np.linalg.solve(normal, right)
            left = apart - both[gateway] - both[gateways + tag]
            weight = sure * (DEGREES + 1) / (DEGREES + left**2 * sure)
        return np.asarray(both[:gateways])

    def _judge(self) -> Bools:
        """Gateways whose links changed where the tags did not."""
        settled = self._minutes >= REFERENCE_MIN
        gone = self._quiet >= LOST_AFTER
        level = np.where(gone, LOST_DBM, self._recent)
        change = np.where(settled, level - self._reference, np.nan)
        deaf = gone.all(axis=0)  # a gateway that hears no anchored tag at all is the health book's affair
        change[:, deaf] = np.nan
        moved = np.zeros(change.shape[1], bool)
        for tag, row in enumerate(change):
            known = row[np.isfinite(row)]
            change[tag] -= np.median(known) if len(known) > LINKS_MIN else 0.0
        for gateway, column in enumerate(change.T):
            known = column[np.isfinite(column)]
            if len(known) >= LINKS_MIN:
                moved[gateway] = np.sqrt(np.mean(known**2)) > MOVED_DB
        return moved

    def _tell(self, now: Instant) -> GatewaysChecked | None:
        if not (self._minutes >= REFERENCE_MIN).any():
            return None  # what was said before a restart holds until as much is known again
        if self._told is not None:
            offset_db, moved = self._told
            if (moved == self.moved).all() and np.abs(offset_db - self.offset_db).max(initial=0) < TOLD_DB:
                return None
        self._told = (self.offset_db, self.moved)
        return GatewaysChecked(
            at=now,
            gateways=self._gateways,
            offset_db=tuple(round(float(offset), 1) for offset in self.offset_db),
            moved=tuple(name for name, moved in zip(self._gateways, self.moved, strict=True) if moved),
        )
