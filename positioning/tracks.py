"""The life of every device's estimate: begun, confirmed, coasting, lost. Arrays with one row per device."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from positioning import filter as kalman
from positioning.multilateration import Fix, Heard, solve
from positioning.radio import Gateways, Storeys, slab_loss_db, vertical_m
from positioning.settings import OffsetPrior, PositioningSettings
from positioning.window import Recent, Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TENTATIVE, CONFIRMED, COASTING, LOST = range(4)
WIDTH = 10
"""Loudest gateways used per device: more move a fix by centimetres."""
CONFIRM_AFTER_S = 2.0
FLOOR_MEMORY_S = 4.0
"""Evidence about the floor fades with this time constant: readings of one place are not independent."""
CHI2_95 = 5.991


@dataclass(frozen=True)
class Estimate:
    """What leaves for a few rows; shapes (n,), ``floor_probability`` (n, floors)."""

    floor: Ints
    x_m: Floats
    y_m: Floats
    vx_mps: Floats
    vy_mps: Floats
    semi_major_m: Floats
    semi_minor_m: Floats
    heading_deg: Floats
    floor_probability: Floats
    quality: NDArray[np.uint8]
    age_s: Floats


class Tracks:
    """State of all devices; a row without readings has ``heard_s`` -inf and quality LOST."""

    def __init__(self, floors: int, settings: PositioningSettings) -> None:
        self._settings = settings
        self.mean: Floats = np.zeros((0, 4))
        self.covariance: Floats = np.zeros((0, 4, 4))
        self.floor_evidence: Floats = np.zeros((0, floors))
        self.heard_s: Floats = np.zeros(0)
        self.begun_s: Floats = np.zeros(0)
        self.solved_s: Floats = np.zeros(0)
        self.quality: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self.prior_mean_db: Floats = np.zeros(0)
        self.prior_spread_db: Floats = np.zeros(0)

    def reserve(self, rows: int) -> None:
        """Make room for ``rows`` devices."""
        missing = max(0, rows - len(self.heard_s))
        for name in ("mean", "covariance", "floor_evidence", "begun_s", "solved_s", "prior_mean_db"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros((missing, *old.shape[1:]))]))
        self.prior_spread_db = np.concatenate([self.prior_spread_db, np.ones(missing)])
        self.heard_s = np.concatenate([self.heard_s, np.full(missing, -np.inf)])
        self.quality = np.concatenate([self.quality, np.full(missing, LOST, np.uint8)])

    def begin(self, row: int, prior: OffsetPrior) -> None:
        """A device was enrolled."""
        self.clear(row)
        self.prior_mean_db[row] = prior.mean_db
        self.prior_spread_db[row] = prior.spread_db

    def clear(self, row: int) -> None:
        """Forget all about a device."""
        self.mean[row] = self.covariance[row] = self.floor_evidence[row] = 0.0
        self.heard_s[row] = -np.inf
        self.quality[row] = LOST

    def followed(self) -> bool:
        """Whether any device may still change by the passing of time."""
        return bool((self.quality != LOST).any())

    def locate(self, rows: Ints, window: Window, gateways: Gateways, storeys: Storeys, now_s: float) -> None:
        """Take what ``rows`` (distinct) heard lately into their tracks."""
        recent = window.recent(rows, now_s, WIDTH)
        heard = recent.count[:, 0] > 0
        rows, recent = rows[heard], Recent(recent.gateway[heard], recent.rssi_dbm[heard], recent.count[heard])
        if not len(rows):
            return
        fresh = self.quality[rows] == LOST
        self.floor_evidence[rows[fresh]] = 0.0
        self.begun_s[rows[fresh]] = now_s
        fix = self._decide_floor(rows, recent, gateways, storeys, now_s, fresh)
        self._filter(rows, fix, now_s, fresh)
        old = now_s - self.begun_s[rows] >= CONFIRM_AFTER_S
        self.quality[rows] = np.where(old, CONFIRMED, TENTATIVE)
        self.solved_s[rows] = now_s

    def _decide_floor(
        self,
        rows: Ints,
        recent: Recent,
        gateways: Gateways,
        storeys: Storeys,
        now_s: float,
        fresh: NDArray[np.bool_],
    ) -> Fix:
        """Solve on each floor that could be, gather the evidence, and give the fix on the likeliest floor."""
        floors = self.floor_evidence.shape[1]
        fixes = []
        for floor in range(floors):
            fixes.append(solve(self._problem(rows, recent, gateways, storeys, np.full(len(rows), floor))))
        cost = np.stack([fix.cost for fix in fixes], axis=1)
        fade = np.where(fresh, 0.0, np.exp((self.solved_s[rows] - now_s) / FLOOR_MEMORY_S))[:, None]
        evidence = self.floor_evidence[rows] * fade - (1 - fade) * cost
        self.floor_evidence[rows] = evidence - evidence.max(axis=1, keepdims=True)
        best = np.argmax(evidence, axis=1)
        take = np.arange(len(rows))
        return Fix(
            *(
                np.stack([getattr(fix, name) for fix in fixes], axis=1)[take, best]
                for name in ("x_m", "y_m", "offset_db", "covariance_m2", "cost", "hdop")
            )
        )

    def _problem(
        self, rows: Ints, recent: Recent, gateways: Gateways, storeys: Storeys, floor: Ints
    ) -> Heard:
        s = self._settings
        g = recent.gateway
        variance = s.shadowing_db**2 + s.gateway_spread_db**2
        with np.errstate(divide="ignore"):
            sigma = np.sqrt(variance + s.packet_db**2 / recent.count)
        sigma = np.where(recent.count > 0, sigma, np.inf)
        slabs = slab_loss_db(gateways, storeys, g, floor[:, None])
        return Heard(
            x_m=gateways.x_m[g],
            y_m=gateways.y_m[g],
            vertical_m=vertical_m(gateways, storeys, g, floor[:, None], s.tag_height_m),
            rssi_dbm=np.where(recent.count > 0, recent.rssi_dbm, -100.0),
            power_dbm=gateways.power_dbm[g] - slabs,
            exponent=gateways.exponent[g],
            sigma_db=sigma,
            offset_mean_db=self.prior_mean_db[rows],
            offset_spread_db=self.prior_spread_db[rows],
        )

    def _filter(self, rows: Ints, fix: Fix, now_s: float, fresh: NDArray[np.bool_]) -> None:
        walk = self._settings.walk_mps
        place = np.stack([fix.x_m, fix.y_m], axis=1)
        mean, covariance = kalman.predict(
            self.mean[rows], self.covariance[rows], now_s - self.solved_s[rows], walk
        )
        # Fixes of one window are not independent: their information is spread over the window.
        share = np.clip((now_s - self.solved_s[rows]) / self._settings.window_s, 0.05, 1.0)
        mean, covariance = kalman.update(mean, covariance, place, fix.covariance_m2 / share[:, None, None])
        first_mean, first_covariance = kalman.begin(fix.x_m, fix.y_m, fix.covariance_m2, walk)
        self.mean[rows] = np.where(fresh[:, None], first_mean, mean)
        self.covariance[rows] = np.where(fresh[:, None, None], first_covariance, covariance)

    def age(self, now_s: float) -> Ints:
        """Let time pass; gives the rows whose quality changed by silence."""
        silent_s = now_s - self.heard_s
        alive = self.quality != LOST
        lost = alive & (silent_s > self._settings.lost_after_s)
        coasting = alive & ~lost & (silent_s > self._settings.coast_after_s) & (self.quality != COASTING)
        self.quality[coasting] = COASTING
        self.quality[lost] = LOST
        return np.flatnonzero(lost | coasting)

    def report(self, rows: Ints, now_s: float) -> Estimate:
        """The state of ``rows`` as it leaves."""
        silence_s = now_s - self.solved_s[rows]
        mean, covariance = kalman.predict(
            self.mean[rows], self.covariance[rows], silence_s, self._settings.walk_mps
        )
        odds = np.exp(self.floor_evidence[rows])
        major, minor, heading = ellipse(covariance[:, :2, :2])
        return Estimate(
            floor=np.argmax(odds, axis=1),
            x_m=mean[:, 0],
            y_m=mean[:, 1],
            vx_mps=mean[:, 2],
            vy_mps=mean[:, 3],
            semi_major_m=major,
            semi_minor_m=minor,
            heading_deg=heading,
            floor_probability=odds / odds.sum(axis=1, keepdims=True),
            quality=self.quality[rows],
            age_s=np.maximum(now_s - self.heard_s[rows], 0.0),
        )


def ellipse(covariance_m2: Floats) -> tuple[Floats, Floats, Floats]:
    """Semi-axes in m of the 95 % ellipse of (n, 2, 2), and the major axis in degrees from east."""
    xx, xy, yy = covariance_m2[:, 0, 0], covariance_m2[:, 0, 1], covariance_m2[:, 1, 1]
    middle, half = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    heading = np.degrees(np.arctan2(2 * xy, xx - yy)) / 2
    major, minor = np.sqrt((middle + half) * CHI2_95), np.sqrt(np.maximum(middle - half, 0.0) * CHI2_95)
    return major, minor, heading
