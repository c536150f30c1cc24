"""What was heard as weights of particles, and what it teaches of the device's offset.

Each particle carries its own opinion of the offset (Rao-Blackwellised: Doucet et al., 2000), a Gaussian
whose spread all particles of a device share. Noise is Student's t; the offset is eliminated at its most
likely value, with robust weights common to the device. Shapes: m devices, k gateways, p particles.
"""

from typing import Final, NamedTuple

import numpy as np

from positioning.compiled import compiled
from positioning.elementary import exponentials, logarithms
from positioning.particles import Cloud, Ints, Rows, Singles
from positioning.radiomap import FLOOR_DBM, UNIT_DB, Levels, RadioMap

DEGREES: Final = np.float32(6.0)
"""Of Student's t: single far-off levels (a body, a reflection) must not drag the place."""
OFFSET_SPREAD_MIN_DB: Final = np.float32(1.0)
"""An offset is never known better: a body turns, a hand covers."""


class Evidence(NamedTuple):
    """Levels heard by up to k gateways, (m, k) in single precision."""

    gateway: Ints
    rssi_dbm: Singles
    share: Singles
    """0 to 1: how much of an independent reading this is; 0 = none. Spatial residuals persist, so
    a reading right after another says little. At least one gateway of a device has a share."""
    variance_db2: Singles


def weigh(
    cloud: Cloud, index: Rows, evidence: Evidence, radio: RadioMap, spread_db: Singles, slowness: float
) -> Singles:
    """Weigh the clouds in the rows ``index`` (m,) by the evidence, in place.

    ``spread_db`` is the offsets' uncertainty before: (m, 1), or (m, p) where particles have several priors;
    what is left of it is returned. Offsets are learnt ``slowness`` times more slowly than places, since in
    one place all residuals persist. The weight is the tempered likelihood at the best offset:
    prod_k t(r_k - e_k - o) ** share_k.
    """
    opinions = (cloud.weight, cloud.offset_db, cloud.cell)
    return _weigh(opinions, index, evidence, radio.level, radio.gateways, spread_db, np.float32(slowness))


@compiled
def _weigh(
    opinions: tuple[Singles, Singles, Ints],
    index: Rows,
    evidence: Evidence,
    level: Levels,
    gateways: int,
    spread_db: Singles,
    slowness: np.float32,
) -> Singles:
    weight, offset_db, cell = opinions
    size = weight.shape[1]
    apart = np.empty((evidence.share.shape[1], size), np.float32)
    best, score, work = np.empty(size, np.float32), np.empty(size, np.float32), np.empty(size, np.float32)
    prior_db2 = np.empty(size, np.float32)
    left_db = np.empty_like(spread_db)
    one = spread_db.shape[1] == 1
    for i in range(len(index)):
        row = index[i]
        heard = _heard(evidence.share[i])
        _expect(apart, heard, i, evidence, cell[row], offset_db[row], level, gateways)
        pull = _pull(apart, heard, i, evidence, weight[row], spread_db[i])
        certain = pull.sum()
        wrong_db = score  # the same memory: not needed at the same time
        wrong_db[:] = np.float32(0)
        for k in range(heard):
            part = pull[k] / certain
            for p in range(size):
                wrong_db[p] += part * apart[k, p]
        for p in range(size):
            prior_db2[p] = spread_db[i, 0 if one else p] ** 2
        for p in range(size):
            best[p] = wrong_db[p] * (prior_db2[p] / (prior_db2[p] + 1 / certain))
            gain = prior_db2[p] / (prior_db2[p] + slowness / certain)
            offset_db[row, p] += gain * wrong_db[p]
        _score(score, apart, heard, i, evidence, best, work)
        for p in range(size):
            score[p] -= best[p] * best[p] / (2 * prior_db2[p])
        if not one:
            for p in range(size):
                score[p] -= np.log1p(certain * prior_db2[p]) / 2
        for p in range(spread_db.shape[1]):
            variance = spread_db[i, p] ** 2
            rest = variance * (1 - variance / (variance + slowness / certain))
            left_db[i, p] = np.sqrt(max(rest, OFFSET_SPREAD_MIN_DB**2))
        _reweigh(weight[row], score)
    return left_db


@compiled
def _heard(share: Singles) -> int:
    """How many of the first columns may count."""
    heard = len(share)
    while heard > 1 and share[heard - 1] == 0:
        heard -= 1
    return heard


@compiled
def _expect(
    apart: Singles,
    heard: int,
    i: int,
    evidence: Evidence,
    cell: Ints,
    offset_db: Singles,
    level: Levels,
    gateways: int,
) -> None:
    """Heard minus expected level in dB, (k, p)."""
    begin, units = np.empty(len(cell), np.uint64), np.empty(len(cell), np.uint8)
    for p in range(len(cell)):
        begin[p] = np.uint64(cell[p]) * np.uint64(gateways)
    for k in range(heard):
        g = np.uint64(evidence.gateway[i, k])
        for p in range(len(cell)):
            units[p] = level[begin[p] + g]
        above_dbm = evidence.rssi_dbm[i, k] - np.float32(FLOOR_DBM)
        for p in range(len(cell)):
            apart[k, p] = above_dbm - offset_db[p] - np.float32(units[p]) * np.float32(UNIT_DB)


@compiled
def _pull(
    apart: Singles, heard: int, i: int, evidence: Evidence, weight: Singles, spread_db: Singles
) -> Singles:
    """Robust information of each gateway about the offset, (k,)."""
    misfit = np.zeros(heard, np.float32)
    for k in range(heard):
        total = np.float32(0)
        for p in range(len(weight)):
            total += weight[p] * apart[k, p]
        misfit[k] = total
    unsure_db2 = np.float32(0)
    for p in range(len(spread_db)):
        unsure_db2 += spread_db[p] ** 2 / np.float32(len(spread_db))
    share, variance_db2 = evidence.share[i], evidence.variance_db2[i]
    middle = np.median(misfit[share[:heard] > 0]) * (unsure_db2 / (unsure_db2 + variance_db2[0]))
    for k in range(heard):
        z2 = (misfit[k] - middle) ** 2 / variance_db2[k]
        misfit[k] = share[k] * (DEGREES + 1) / (DEGREES + z2) / variance_db2[k]
    return misfit


@compiled
def _score(
    score: Singles, apart: Singles, heard: int, i: int, evidence: Evidence, best: Singles, work: Singles
) -> None:
    """Log of the likelihood at the best offset, (p,)."""
    score[:] = np.float32(0)
    for k in range(heard):
        scale = 1 / (DEGREES * evidence.variance_db2[i, k])
        power = evidence.share[i, k] * (DEGREES + 1) / -2
        for p in range(len(score)):
            off_db = apart[k, p] - best[p]
            work[p] = 1 + off_db * off_db * scale
        logarithms(work)
        for p in range(len(score)):
            score[p] += power * work[p]


@compiled
def _reweigh(weight: Singles, score: Singles) -> None:
    score -= score.max()
    exponentials(score)
    weight *= score
    weight /= weight.sum()
