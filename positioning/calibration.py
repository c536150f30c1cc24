"""What a commissioning walk teaches: path loss and level of each gateway, and a map of what is left.

A calibration is plain data, versioned and readable; fitting it is a pure function of a survey.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from positioning import residuals
from positioning.residuals import Field, Kernel, Places
from positioning.survey import Survey

Floats = NDArray[np.float64]
SCHEMA: Final = 1
EXPONENT: Final = (2.4, 0.6)
"""Mean and spread over sites: open rooms 1.5 to shelves 3.6."""
EXPONENT_APART: Final = 0.3
"""Spread of the exponent between gateways of a site."""
POWER_APART_DB: Final = 3.0
"""Spread of the level at 1 m between gateways, as measured."""
DRIFT_DB: Final = 2.0
"""What a place changes until the next survey: 3.5 dB in nine months, as measured, half of it common."""
ROUNDS: Final = 3
"""Of fitting lines and kernel in turn."""
MISSED_MARGIN_DB: Final = 3.0
"""A gateway that was missed is left out where the model expects it that much below the limit."""


class GatewayFit(msgspec.Struct, frozen=True):
    gateway: str
    power_dbm: float
    """At 1 m, of the surveying device."""
    path_loss_exponent: float
    misfit_db: float
    """Root mean square at spots that are left out, drift included: the noise of its levels."""
    spots: int


class SurveyedSpot(msgspec.Struct, frozen=True):
    floor: str
    x_m: float
    y_m: float
    residual_db: dict[str, tuple[float, float]]
    """Gateway → what the line leaves over there, and its spread."""


class Calibration(msgspec.Struct, frozen=True):
    schema: int
    revision: int
    """Counts up with each survey that was applied."""
    title: str
    device_class: str
    """Radio class of the surveying device: offsets count from it."""
    tag_height_m: float
    power_dbm: float
    """Of gateways that were not surveyed."""
    path_loss_exponent: float
    length_m: float
    spread_db: float
    nugget_db: float
    ellipse_scale: float = 1.0
    """By which an estimate's ellipse is stretched, so that it holds 95 % of the spots that were left out."""
    gateways: tuple[GatewayFit, ...] = ()
    spots: tuple[SurveyedSpot, ...] = ()

    @property
    def kernel(self) -> Kernel:
        return Kernel(self.length_m, self.spread_db, self.nugget_db)


@dataclass(frozen=True)
class Lines:
    """Level at 1 m and exponent of g gateways, (g,), and of the site."""

    power_dbm: Floats
    exponent: Floats
    site_power_dbm: float
    site_exponent: float


def fit(
    survey: Survey,
    names: tuple[str, ...],
    floors: tuple[str, ...],
    distance_m: Floats,
    structure_db: Floats,
    about: tuple[str, str, float],
    places: Places,
    kernel: Kernel | None = None,
) -> Calibration:
    """Fit to a survey; the kernel too, unless it is given.

    Args:
        places: where people walk.
        distance_m: (s, g) from each spot to each gateway, heights included.
        structure_db: (s, g) what walls and slabs in between take, by the map.
        about: title, device class, height of the surveying device above the floor in m.
    """
    decades = -10 * np.log10(np.maximum(distance_m, 0.5))
    level = survey.level_dbm + structure_db
    usable = np.isfinite(level)
    found = kernel or residuals.PRIOR
    lines = _fit_lines(survey, found, decades, level, usable & ~survey.missed, None)
    for _ in range(ROUNDS):
        wanted = usable & ~(survey.missed & (_model(lines, decades) < level - MISSED_MARGIN_DB))
        lines = _fit_lines(survey, found, decades, level, wanted, lines)
        wanted = usable & ~(survey.missed & (_model(lines, decades) < level))
        fields = _fields(survey, level - _model(lines, decades), wanted)
        if kernel is None:
            found = residuals.fit([field for field in fields if len(field.x_m) > 2], found)
    return _describe(survey, names, floors, lines, found, fields, wanted, about, places)


def _model(lines: Lines, decades: Floats) -> Floats:
    return lines.power_dbm + lines.exponent * decades


def _fit_lines(
    survey: Survey,
    kernel: Kernel,
    decades: Floats,
    level: Floats,
    wanted: NDArray[np.bool_],
    known: Lines | None,
) -> Lines:
    """Lines by generalised least squares (close spots share their weight), each drawn to the site's."""
    gateways = level.shape[1]
    site = np.array([-59.0, EXPONENT[0]] if known is None else [known.site_power_dbm, known.site_exponent])
    blocks = []
    for g in range(gateways):
        field = _field(survey, level[:, g], wanted[:, g], g)
        design = np.stack([np.ones(len(field.x_m)), decades[wanted[:, g], g]], axis=1)
        if len(field.x_m):
            weighted = residuals.whiten(kernel, field, design)
            blocks.append((design.T @ weighted, weighted.T @ field.residual_db))
        else:
            blocks.append((np.zeros((2, 2)), np.zeros(2)))
    apart = np.diag([POWER_APART_DB**-2, EXPONENT_APART**-2])
    for _ in range(20):
        each = np.array([np.linalg.solve(h + apart, v + apart @ site) for h, v in blocks]).reshape(-1, 2)
        prior = np.diag([15.0**-2, EXPONENT[1] ** -2])
        site = np.linalg.solve(
            prior + gateways * apart, prior @ np.array([-59.0, EXPONENT[0]]) + apart @ each.sum(axis=0)
        )
    return Lines(each[:, 0], each[:, 1], float(site[0]), float(site[1]))


def _field(survey: Survey, values: Floats, wanted: NDArray[np.bool_], gateway: int) -> Field:
    return Field(
        survey.floor[wanted],
        survey.x_m[wanted],
        survey.y_m[wanted],
        values[wanted],
        survey.spread_db[wanted, gateway],
    )


def _fields(survey: Survey, left_over: Floats, wanted: NDArray[np.bool_]) -> list[Field]:
    return [_field(survey, left_over[:, g], wanted[:, g], g) for g in range(left_over.shape[1])]


def _describe(
    survey: Survey,
    names: tuple[str, ...],
    floors: tuple[str, ...],
    lines: Lines,
    kernel: Kernel,
    fields: list[Field],
    wanted: NDArray[np.bool_],
    about: tuple[str, str, float],
    places: Places,
) -> Calibration:
    usual = float(np.hypot(kernel.spread_db, kernel.nugget_db))
    misfits = []
    for field in fields:
        heard = field.spread_db < 0.9 * 5.0
        missing = residuals.left_out(kernel, field)[heard] if heard.sum() > 3 else np.array([usual])
        share = residuals.elsewhere(kernel, field, places) if heard.sum() > 3 else 1.0
        misfits.append(float(np.hypot(np.sqrt(np.mean(np.clip(missing, -15, 15) ** 2) * share), DRIFT_DB)))
    spots: list[dict[str, tuple[float, float]]] = [{} for _ in survey.x_m]
    for name, field, column in zip(names, fields, wanted.T, strict=True):
        for spot, left, spread in zip(
            np.flatnonzero(column), field.residual_db, field.spread_db, strict=True
        ):
            spots[spot][name] = (round(float(left), 1), round(float(spread), 1))
    title, device_class, tag_height_m = about
    return Calibration(
        schema=SCHEMA,
        revision=1,
        title=title,
        device_class=device_class,
        tag_height_m=round(tag_height_m, 3),
        power_dbm=round(lines.site_power_dbm, 3),
        path_loss_exponent=round(lines.site_exponent, 4),
        length_m=round(kernel.length_m, 3),
        spread_db=round(kernel.spread_db, 3),
        nugget_db=round(kernel.nugget_db, 3),
        gateways=tuple(
            GatewayFit(name, round(float(p), 3), round(float(n), 4), round(m, 3), len(field.x_m))
            for name, p, n, m, field in zip(
                names, lines.power_dbm, lines.exponent, misfits, fields, strict=True
            )
        ),
        spots=tuple(
            SurveyedSpot(floors[f], round(float(x), 3), round(float(y), 3), left)
            for f, x, y, left in zip(survey.floor, survey.x_m, survey.y_m, spots, strict=True)
        ),
    )


def residual_maps(
    calibration: Calibration, gateways: Sequence[str], floors: tuple[str, ...], places: Places
) -> Floats:
    """What the survey found beyond the line of each gateway at n places, (n, gateways) in dB."""
    number = {name: index for index, name in enumerate(floors)}
    known = [spot for spot in calibration.spots if spot.floor in number]
    spots = Places(
        np.array([number[spot.floor] for spot in known], np.int64),
        np.array([spot.x_m for spot in known], float),
        np.array([spot.y_m for spot in known], float),
    )
    weights = np.zeros((len(known), len(gateways)))
    for column, gateway in enumerate(gateways):
        own = np.array([i for i, spot in enumerate(known) if gateway in spot.residual_db], np.int64)
        if len(own):
            said = np.array([known[i].residual_db[gateway] for i in own])
            field = Field(spots.floor[own], spots.x_m[own], spots.y_m[own], said[:, 0], said[:, 1])
            weights[own, column] = residuals.whiten(calibration.kernel, field, said[:, :1])[:, 0]
    return residuals.predict(calibration.kernel, spots, weights, places)


def differences(old: Calibration, new: Calibration) -> list[tuple[str, float, float]]:
    """Gateways of both, with what the new one says of each against the old: dB at 1 m, and exponent."""
    before = {fit.gateway: fit for fit in old.gateways}
    pairs = [(fit, before[fit.gateway]) for fit in new.gateways if fit.gateway in before]
    return [
        (a.gateway, a.power_dbm - b.power_dbm, a.path_loss_exponent - b.path_loss_exponent) for a, b in pairs
    ]
