"""What was heard as weights of particles, and what it teaches of the device's offset.

Each particle carries its own opinion of the offset (Rao-Blackwellised: Doucet et al., 2000), a Gaussian
whose spread all particles of a device share. Noise is Student's t; the offset is eliminated at its most
likely value, with robust weights common to the device. Shapes: n devices, k gateways, p particles.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from positioning.particles import Cloud, Ints, Singles
from positioning.radiomap import FLOOR_DBM, UNIT_DB, RadioMap

DEGREES: Final = np.float32(6.0)
"""Of Student's t: single far-off levels (a body, a reflection) must not drag the place."""
OFFSET_SPREAD_MIN_DB: Final = np.float32(1.0)
"""An offset is never known better: a body turns, a hand covers."""


@dataclass(frozen=True)
class Evidence:
    """Levels heard by up to k gateways, (n, k) in single precision."""

    gateway: Ints
    rssi_dbm: Singles
    share: Singles
    """0 to 1: how much of an independent reading this is; 0 = none. Spatial residuals persist, so
    a reading right after another says little."""
    variance_db2: Singles


def weigh(
    cloud: Cloud,
    evidence: Evidence,
    radio: RadioMap,
    spread_db: Singles,
    slowness: float,
) -> tuple[Cloud, Singles]:
    """The cloud after the evidence, and what is left of ``spread_db``, the offsets' uncertainty: (n, 1),
    or (n, p) where particles have several priors. Offsets are learnt ``slowness`` times more slowly
    than places, since in one place all residuals persist.

    The weight is the tempered likelihood at the best offset: prod_k t(r_k - e_k - o) ** share_k.
    """
    apart = _apart(cloud, evidence, radio)
    pull = _pull(cloud, apart, evidence, spread_db)
    certain = pull.sum(axis=1)[:, None]
    wrong_db = ((pull / certain)[:, None, :] @ apart)[:, 0]
    variance = spread_db * spread_db
    best_db = wrong_db * (variance / (variance + 1 / certain))
    apart -= best_db[:, None, :]
    np.square(apart, out=apart)
    apart *= (1 / (DEGREES * evidence.variance_db2))[:, :, None]
    apart += 1
    np.log(apart, out=apart)
    score = ((evidence.share * ((DEGREES + 1) / -2))[:, None, :] @ apart)[:, 0]
    score -= np.square(best_db) / (2 * variance)
    if spread_db.shape[1] > 1:
        score -= np.log1p(certain * variance) / 2
    score -= score.max(axis=1, keepdims=True)
    weight = np.exp(score, out=score)
    weight *= cloud.weight
    weight /= weight.sum(axis=1, keepdims=True)
    gain = variance / (variance + np.float32(slowness) / certain)
    left = np.sqrt(np.maximum(variance * (1 - gain), OFFSET_SPREAD_MIN_DB**2))
    return replace(cloud, weight=weight, offset_db=cloud.offset_db + gain * wrong_db), left


def _apart(cloud: Cloud, evidence: Evidence, radio: RadioMap) -> Singles:
    """Heard minus expected level in dB, (n, k, p)."""
    index = (cloud.cell * np.intp(radio.gateways))[:, None, :] + evidence.gateway[:, :, None]
    level = radio.level.take(index, mode="clip")
    apart = np.multiply(level, np.float32(-UNIT_DB))
    apart += (evidence.rssi_dbm - np.float32(FLOOR_DBM))[:, :, None]
    apart -= cloud.offset_db[:, None, :]
    return apart


def _pull(cloud: Cloud, apart: Singles, evidence: Evidence, spread_db: Singles) -> Singles:
    """Robust information of each gateway about the offset, (n, k)."""
    misfit = (apart @ cloud.weight[:, :, None])[:, :, 0]
    unsure_db2 = np.square(spread_db).mean(axis=1)
    middle = _middle(misfit, evidence.share) * (unsure_db2 / (unsure_db2 + evidence.variance_db2[:, 0]))
    z2 = (misfit - middle[:, None]) ** 2 / evidence.variance_db2
    pull: Singles = evidence.share * (DEGREES + 1) / (DEGREES + z2) / evidence.variance_db2
    return pull


def _middle(misfit: Singles, share: Singles) -> Singles:
    """Median over the gateways that count, at least one per device."""
    ordered = np.sort(np.where(share > 0, misfit, np.inf), axis=1)
    count = (share > 0).sum(axis=1)
    row = np.arange(len(misfit))
    pair: Singles = ordered[row, (count - 1) // 2] + ordered[row, count // 2]
    return pair * np.float32(0.5)
