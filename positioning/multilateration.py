"""Robust multilateration in dB: the first fix of many devices at once.

For each problem: find x, y and the device's offset o that minimise

    sum_k rho((r_k - p_k + 10 n_k log10 d_k - o) / sigma_k)
        + ((o - mean) / spread)^2 / 2 + |xy - centre|^2 / 2 s^2

with rho the negative log of Student's t with ``DEGREES`` degrees of freedom. Solved by iteratively
reweighted, damped Gauss-Newton (Lange, Little, Taylor, JASA 84, 1989), starting at the weighted
centroid; the offset is eliminated by its Schur complement, so each step is a 2 x 2 solve.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DEGREES = 4.0
"""Of Student's t: body shadows and multipath make tails of -15 dB in 1 % of packets."""
ITERATIONS = 12
"""Gauss-Newton steps: more change nothing at the centimetre."""
STARTS_DB = (1e6, 60.0)
"""Further starts: the plain mean of the gateways, and one between it and the amplitude's centroid."""
DB_PER_NEPER = 10.0 / np.log(10.0)


@dataclass(frozen=True)
class Heard:
    """n problems with up to k gateways each: all (n, k) but the last two. Absent: ``sigma_db`` inf."""

    x_m: Floats
    y_m: Floats
    vertical_m: Floats
    rssi_dbm: Floats
    power_dbm: Floats
    exponent: Floats
    sigma_db: Floats
    offset_mean_db: Floats
    """(n,)"""
    offset_spread_db: Floats
    """(n,)"""


@dataclass(frozen=True)
class Fix:
    """Solutions of n problems."""

    x_m: Floats
    y_m: Floats
    offset_db: Floats
    covariance_m2: Floats
    """(n, 2, 2), symmetric positive definite."""
    cost: Floats
    """Negative log likelihood with priors, up to a constant that does not depend on the place."""
    hdop: Floats
    """Metres of spread per dB of noise, by geometry alone."""


def solve(heard: Heard, reach_m: float = 20.0) -> Fix:
    """The most likely places. ``reach_m`` is the spread of the prior around the heard gateways.

    Each problem starts from several places (a falsely loud gateway draws the centroid to itself, and
    the cost has valleys); the best end counts.
    """
    weight = np.where(np.isfinite(heard.sigma_db), heard.sigma_db, 1.0) ** -2.0
    weight[~np.isfinite(heard.sigma_db)] = 0.0
    n = len(weight)
    centre = _centroid(heard, weight, 20.0)
    starts = [centre, *(_centroid(heard, weight, decibels) for decibels in STARTS_DB)]
    many = Heard(*(np.concatenate([getattr(heard, f.name)] * len(starts)) for f in fields(Heard)))
    all_weight = np.concatenate([weight] * len(starts))
    prior = tuple(np.concatenate([axis] * len(starts)) for axis in centre)
    begin = tuple(np.concatenate([start[axis] for start in starts]) for axis in (0, 1))
    x, y, offset, cost = _descend(many, all_weight, (begin[0], begin[1]), (prior[0], prior[1]), reach_m)
    best = np.argmin(cost.reshape(len(starts), n), axis=0) * n + np.arange(n)
    return _report(heard, weight, x[best], y[best], offset[best], cost[best], reach_m)


def _descend(
    heard: Heard, weight: Floats, start: tuple[Floats, Floats], centre: tuple[Floats, Floats], reach_m: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Damped Gauss-Newton: x, y, offset and cost at the end."""
    x, y, offset = start[0].copy(), start[1].copy(), heard.offset_mean_db.copy()
    cost = _cost(heard, weight, x, y, offset, *centre, reach_m)
    damping = np.full(len(x), 1e-3)
    for _ in range(ITERATIONS):
        robust, jx, jy, residual = _linearise(heard, weight, x, y, offset)
        to_centre = (centre[0] - x, centre[1] - y)
        step = _step(heard, robust, jx, jy, residual, offset, to_centre, reach_m, damping)
        tried = (x + step[0], y + step[1], offset + step[2])
        tried_cost = _cost(heard, weight, *tried, *centre, reach_m)
        better = tried_cost <= cost
        x, y, offset = (np.where(better, new, old) for new, old in zip(tried, (x, y, offset), strict=True))
        cost = np.where(better, tried_cost, cost)
        damping = np.where(better, damping * 0.3, damping * 10.0)
    return x, y, offset, cost


def _centroid(heard: Heard, weight: Floats, decibels: float) -> tuple[Floats, Floats]:
    """Centre of the heard gateways weighted by 10 ** (rssi / decibels): near ones count more."""
    loudest = np.max(np.where(weight > 0, heard.rssi_dbm, -np.inf), axis=1, keepdims=True)
    share = np.where(weight > 0, 10.0 ** ((heard.rssi_dbm - loudest) / decibels), 0.0)
    total = share.sum(axis=1)
    return (share * heard.x_m).sum(axis=1) / total, (share * heard.y_m).sum(axis=1) / total


def _residual(heard: Heard, x: Floats, y: Floats, offset: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    dx, dy = x[:, None] - heard.x_m, y[:, None] - heard.y_m
    square = np.maximum(dx**2 + dy**2 + heard.vertical_m**2, 0.25)
    expected = heard.power_dbm - 0.5 * DB_PER_NEPER * heard.exponent * np.log(square) + offset[:, None]
    return heard.rssi_dbm - expected, dx, dy, square


def _cost(
    heard: Heard, weight: Floats, x: Floats, y: Floats, offset: Floats, cx: Floats, cy: Floats, reach_m: float
) -> Floats:
    residual, _, _, _ = _residual(heard, x, y, offset)
    data = 0.5 * (DEGREES + 1) * np.log1p(residual**2 * weight / DEGREES).sum(axis=1)
    prior = 0.5 * ((offset - heard.offset_mean_db) / heard.offset_spread_db) ** 2
    total: Floats = data + prior + 0.5 * ((x - cx) ** 2 + (y - cy) ** 2) / reach_m**2
    return total


def _linearise(
    heard: Heard, weight: Floats, x: Floats, y: Floats, offset: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Robust weights, and the slopes of the expected level in dB per metre."""
    residual, dx, dy, square = _residual(heard, x, y, offset)
    robust = weight * (DEGREES + 1) / (DEGREES + residual**2 * weight)
    slope = -DB_PER_NEPER * heard.exponent / square
    return robust, slope * dx, slope * dy, residual


def _normal(
    heard: Heard, robust: Floats, jx: Floats, jy: Floats, reach_m: float
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """Information about x, y after the offset is eliminated: xx, xy, yy; and x-o, y-o, o-o before."""
    oo = robust.sum(axis=1) + heard.offset_spread_db**-2.0
    xo, yo = (robust * jx).sum(axis=1), (robust * jy).sum(axis=1)
    xx = (robust * jx * jx).sum(axis=1) - xo * xo / oo + reach_m**-2.0
    xy = (robust * jx * jy).sum(axis=1) - xo * yo / oo
    yy = (robust * jy * jy).sum(axis=1) - yo * yo / oo + reach_m**-2.0
    return xx, xy, yy, xo, yo, oo


def _step(
    heard: Heard,
    robust: Floats,
    jx: Floats,
    jy: Floats,
    residual: Floats,
    offset: Floats,
    to_centre: tuple[Floats, Floats],
    reach_m: float,
    damping: Floats,
) -> tuple[Floats, Floats, Floats]:
    xx, xy, yy, xo, yo, oo = _normal(heard, robust, jx, jy, reach_m)
    pull = robust * residual
    go = pull.sum(axis=1) + (heard.offset_mean_db - offset) * heard.offset_spread_db**-2.0
    gx = (pull * jx).sum(axis=1) + to_centre[0] / reach_m**2 - xo / oo * go
    gy = (pull * jy).sum(axis=1) + to_centre[1] / reach_m**2 - yo / oo * go
    xx, yy = xx * (1 + damping), yy * (1 + damping)
    det = xx * yy - xy * xy
    sx, sy = (yy * gx - xy * gy) / det, (xx * gy - xy * gx) / det
    return sx, sy, (go - xo * sx - yo * sy) / oo


def _report(
    heard: Heard, weight: Floats, x: Floats, y: Floats, offset: Floats, cost: Floats, reach_m: float
) -> Fix:
    """Covariance from the information matrix, with the weights of the model (not of the residuals)."""
    _, jx, jy, _ = _linearise(heard, weight, x, y, offset)
    information = weight * (DEGREES + 1) / (DEGREES + 3)
    covariance = _inverse(*_normal(heard, information, jx, jy, reach_m)[:3])
    unit = (weight > 0).astype(float)
    geometry = _inverse(*_normal(heard, unit, jx, jy, reach_m)[:3])
    return Fix(x, y, offset, covariance, cost, np.sqrt(geometry[:, 0, 0] + geometry[:, 1, 1]))


def _inverse(xx: Floats, xy: Floats, yy: Floats) -> Floats:
    det = xx * yy - xy * xy
    return np.stack([np.stack([yy, -xy], -1), np.stack([-xy, xx], -1)], -2) / det[:, None, None]
