"""Which gateway hears an advert, and how loud: the measured noise facts, in arrays.

Mean level: log-distance with an exponent and offset per gateway, walls by the multi-wall model, slabs
except through voids, and a smooth residual field that is the same at every visit (most of a real
residual is spatial and repeatable). On top, per packet: the body of the wearer, noise, and loss.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firmware_sim.coverage import NO_GATEWAY, Coverage
from firmware_sim.scenario import Radio

Floats = NDArray[np.float32]

SKEW: Final = -0.0915
"""z + SKEW (z² - 1) with normal z has skew -0.54, and 1 % and 99 % at -14.9 and +10.5 dB when its sd is
5.5 dB (measured: -14.9 and +10.8)."""
SKEW_SD: Final = (1.0 + 2.0 * SKEW**2) ** 0.5
LEVEL_SPREAD_DB: Final = 2.2
"""Logistic scale of reception about the sensitivity: with it 98 % at -90, 88 % at -95 dBm are heard."""
LOSS_MAX: Final = 0.3
"""Packets lost on the way through walls, at most."""


@dataclass(frozen=True, slots=True)
class Emitters:
    """k adverts on the air, arrays of shape (k,)."""

    floor: NDArray[np.int8]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    offset_db: Floats
    """Of the device against a tag that hangs free."""
    moving: NDArray[np.bool_]
    worn: NDArray[np.bool_]
    """By a person, whose body is in the way of some gateways."""
    heading: NDArray[np.float64]
    """(k, 2) unit vectors of the wearers."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Pairs of advert and gateway that got through, arrays of shape (h,)."""

    advert: NDArray[np.intp]
    """Index into the emitters."""
    gateway: NDArray[np.int16]
    rssi_dbm: NDArray[np.int8]


def hear(coverage: Coverage, radio: Radio, emitters: Emitters, rng: np.random.Generator) -> Heard:
    """Who hears the adverts, at most ``coverage``'s number of gateways for each.

    Ordered by advert, then by how loud a gateway is there on average.
    """
    at = coverage.place(emitters.floor, emitters.x_m, emitters.y_m)
    gateway = coverage.gateway[at]
    level = coverage.level_dbm[at] + emitters.offset_db[:, None]
    if emitters.worn.any():
        level -= _body_loss_db(coverage, radio, emitters, gateway)
    level += _packet_noise_db(radio, emitters.moving, gateway.shape, rng)
    chance = (1.0 - coverage.loss[at]) / (1.0 + np.exp((radio.sensitivity_dbm - level) / LEVEL_SPREAD_DB))
    got = (rng.random(gateway.shape, dtype=np.float32) < chance) & (gateway != NO_GATEWAY)
    advert, column = np.nonzero(got)
    rssi = np.clip(np.rint(level[got]), -120, 20).astype(np.int8)
    _spoil(rssi, radio, rng)
    return Heard(advert, gateway[advert, column], rssi)


def _body_loss_db(coverage: Coverage, radio: Radio, emitters: Emitters, gateway: NDArray[np.int16]) -> Floats:
    """None in front of the wearer, the whole behind: the tag hangs on the chest."""
    dx = coverage.gateway_x_m[gateway] - emitters.x_m[:, None].astype(np.float32)
    dy = coverage.gateway_y_m[gateway] - emitters.y_m[:, None].astype(np.float32)
    heading = emitters.heading.astype(np.float32)
    ahead = dx * heading[:, :1] + dy * heading[:, 1:]
    cosine = ahead / np.sqrt(dx * dx + dy * dy + 1.0)
    worn_db: Floats = np.where(emitters.worn, radio.body_db / 2, 0.0).astype(np.float32)
    loss: Floats = (worn_db[:, None] * (1.0 - cosine)).astype(np.float32, copy=False)
    return loss


def _packet_noise_db(
    radio: Radio, moving: NDArray[np.bool_], shape: tuple[int, ...], rng: np.random.Generator
) -> Floats:
    """Zero mean; standing still symmetric, moving wider and skewed to the weak side."""
    z = rng.standard_normal(shape, dtype=np.float32)
    skew = np.where(moving, SKEW, 0.0).astype(np.float32)[:, None]
    sd_db = np.where(moving, radio.moving_sd_db / SKEW_SD, radio.static_sd_db).astype(np.float32)
    noise: Floats = (z + skew * (z * z - 1.0)) * sd_db[:, None]
    return noise


def _spoil(rssi: NDArray[np.int8], radio: Radio, rng: np.random.Generator) -> None:
    """Once in a million packets the controller reports what cannot be."""
    count = rng.poisson(len(rssi) * radio.impossible_per_million * 1e-6)
    if count and len(rssi):
        rssi[rng.integers(0, len(rssi), count)] = rng.choice(IMPOSSIBLE_DBM, count)


IMPOSSIBLE_DBM: Final = np.array([42, 62], np.int8)
"""Seen in real captures."""
