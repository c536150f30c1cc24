"""The radio model: what level each gateway should hear from a place. Everything in dB.

Log-distance with one exponent and one level at 1 m per gateway, minus what slabs take:
``rssi = power - 10 n log10(d) - slabs + device offset + noise`` (Rappaport, Wireless Communications, 4.9).
"""

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.messages import InstalledGateway
from contracts.sitemap import Site
from positioning.calibration import Calibration
from positioning.settings import PositioningSettings

Floats = NDArray[np.float64]
MIN_DISTANCE_M = 0.5
"""Nearer than this the far-field formula does not hold."""


@dataclass(frozen=True)
class Gateways:
    """What is installed, as arrays of shape (g,); ``index`` names the rows."""

    index: dict[str, int]
    x_m: Floats
    y_m: Floats
    height_m: Floats
    floor: NDArray[np.int64]
    power_dbm: Floats
    exponent: Floats
    noise_db: Floats
    """What the model misses of the mean level at a place: residuals, equal gateways that differ."""

    def __len__(self) -> int:
        return len(self.index)


@dataclass(frozen=True)
class Storeys:
    """Floors as arrays of shape (f,): elevation, and the summed slab loss from the lowest floor up."""

    elevation_m: Floats
    slabs_db: Floats

    def __len__(self) -> int:
        return len(self.elevation_m)


def storeys_of(site: Site) -> Storeys:
    """The vertical facts of a site: slab loss counts the slabs between two floors."""
    losses = [floor.slab_loss_db for floor in site.floors]
    losses[0] = 0.0
    return Storeys(np.array([floor.elevation_m for floor in site.floors]), np.cumsum(losses))


def install(
    site: Site,
    guests: tuple[InstalledGateway, ...],
    settings: PositioningSettings,
    calibration: Calibration | None = None,
) -> tuple[Gateways, int]:
    """All gateways of the site and the guests, in that order, and how many stand on unknown floors.

    A guest replaces an installed gateway of the same name; unknown floors are left out. What was surveyed
    has its own numbers, the others those of the site, or the defaults.
    """
    floors = {floor.floor: index for index, floor in enumerate(site.floors)}
    wanted = {gateway.gateway: gateway for gateway in (*site.gateways, *guests)}
    known = [gateway for gateway in wanted.values() if gateway.floor in floors]
    fits = _fits(known, {guest.gateway for guest in guests}, settings, calibration)
    gateways = Gateways(
        index={gateway.gateway: index for index, gateway in enumerate(known)},
        x_m=np.array([g.x_m for g in known], float),
        y_m=np.array([g.y_m for g in known], float),
        height_m=np.array([g.height_m for g in known], float),
        floor=np.array([floors[g.floor] for g in known], np.int64),
        power_dbm=np.array([fit[0] for fit in fits], float),
        exponent=np.array([fit[1] for fit in fits], float),
        noise_db=np.array([fit[2] for fit in fits], float),
    )
    return gateways, len(wanted) - len(known)


def _fits(
    known: list[InstalledGateway],
    guests: Set[str],
    settings: PositioningSettings,
    calibration: Calibration | None,
) -> list[tuple[float, float, float]]:
    """Level at 1 m, exponent and noise of each gateway; a guest hangs elsewhere than when surveyed."""
    noise_db = float(np.hypot(settings.shadowing_db, settings.gateway_spread_db))
    if calibration is None:
        return [(settings.measured_power_dbm, settings.path_loss_exponent, noise_db)] * len(known)
    site = (calibration.power_dbm, calibration.path_loss_exponent, noise_db)
    surveyed = {
        fit.gateway: (fit.power_dbm, fit.path_loss_exponent, fit.misfit_db)
        for fit in calibration.gateways
        if fit.spots and fit.gateway not in guests
    }
    return [surveyed.get(gateway.gateway, site) for gateway in known]


def vertical_m(
    gateways: Gateways,
    storeys: Storeys,
    gateway: NDArray[np.int64],
    floor: NDArray[np.int64],
    height_m: float,
) -> Floats:
    """Height difference between gateways and a tag ``height_m`` above ``floor``; shapes broadcast."""
    tag_m = storeys.elevation_m[floor] + height_m
    return storeys.elevation_m[gateways.floor[gateway]] + gateways.height_m[gateway] - tag_m


def slab_loss_db(
    gateways: Gateways, storeys: Storeys, gateway: NDArray[np.int64], floor: NDArray[np.int64]
) -> Floats:
    """What the slabs between gateways and ``floor`` take; shapes broadcast."""
    return np.abs(storeys.slabs_db[gateways.floor[gateway]] - storeys.slabs_db[floor])
