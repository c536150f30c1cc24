"""The plain methods to compare with: snapshots of a 3 s window once a truth row, nothing learned."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from contracts.quantities import SECOND
from positioning.multilateration import Heard, solve
from runtime.judging import Estimates
from runtime.recordings import TAG_HEIGHT_M, Recording

WINDOW_S = 3.0
MEASURED_POWER_DBM = -59.0
PATH_LOSS_EXPONENT = 2.0
Floats = NDArray[np.float64]
Place = tuple[float, float]


def run(recording: Recording, method: str) -> Estimates:
    """What ``method`` says at each truth row."""
    locate = METHODS[method]
    gateways = {gateway.gateway: gateway for gateway in recording.site.gateways}
    known = np.array([name in gateways for name in recording.gateway_names], bool)
    estimates = Estimates.empty()
    for at, device in zip(recording.truth.at, recording.truth.device, strict=True):
        begin, end = np.searchsorted(recording.at, (at - WINDOW_S * SECOND, at), side="right")
        own = recording.device[begin:end] == recording.device_names.index(device)
        own &= known[recording.gateway[begin:end]]
        heard = recording.gateway[begin:end][own]
        if not len(heard):
            continue
        numbers = np.unique(heard)
        levels = recording.rssi_dbm[begin:end][own]
        mean = np.array([levels[heard == number].mean() for number in numbers])
        installed = [gateways[recording.gateway_names[number]] for number in numbers]
        place = np.array([(g.x_m, g.y_m, g.height_m) for g in installed])
        x, y = locate(place, mean)
        _keep(estimates, int(at), device, installed[int(np.argmax(mean))].floor, x, y)
    return estimates


def _keep(estimates: Estimates, at: int, device: str, floor: str, x: float, y: float) -> None:
    estimates.at.append(at)
    estimates.device.append(device)
    estimates.floor.append(floor)
    estimates.x_m.append(x)
    estimates.y_m.append(y)
    for column in (estimates.semi_major_m, estimates.semi_minor_m, estimates.heading_deg):
        column.append(float("nan"))
    estimates.zone.append("")


def nearest(place: Floats, rssi_dbm: Floats) -> Place:
    """The loudest gateway's place."""
    best = int(np.argmax(rssi_dbm))
    return float(place[best, 0]), float(place[best, 1])


def centroid(place: Floats, rssi_dbm: Floats) -> Place:
    """Mean of the gateways weighted by amplitude."""
    weight = 10.0 ** ((rssi_dbm - rssi_dbm.max()) / 20.0)
    x, y = (weight @ place[:, :2]) / weight.sum()
    return float(x), float(y)


def multilateration(place: Floats, rssi_dbm: Floats) -> Place:
    """A snapshot of our own robust multilateration with default numbers."""
    shape = (1, len(rssi_dbm))
    fix = solve(
        Heard(
            x_m=place[None, :, 0],
            y_m=place[None, :, 1],
            vertical_m=place[None, :, 2] - TAG_HEIGHT_M,
            rssi_dbm=rssi_dbm[None, :],
            power_dbm=np.full(shape, MEASURED_POWER_DBM),
            exponent=np.full(shape, PATH_LOSS_EXPONENT),
            sigma_db=np.full(shape, 5.0),
            offset_mean_db=np.zeros(1),
            offset_spread_db=np.full(1, 3.0),
        )
    )
    return float(fix.x_m[0]), float(fix.y_m[0])


def nlls(place: Floats, rssi_dbm: Floats) -> Place:
    """Plain least squares on distances in metres, weighted 1/d², by Gauss-Newton from the centroid."""
    distance = 10.0 ** ((MEASURED_POWER_DBM - rssi_dbm) / (10 * PATH_LOSS_EXPONENT))
    at = np.array(centroid(place, rssi_dbm))
    for _ in range(20):
        away = at - place[:, :2]
        length = np.maximum(np.hypot(away[:, 0], away[:, 1]), 0.1)
        slope = away / length[:, None] / distance[:, None]
        step, *_ = np.linalg.lstsq(slope, (distance - length) / distance, rcond=None)
        at = at + np.clip(step, -5, 5)
    return float(at[0]), float(at[1])


METHODS: dict[str, Callable[[Floats, Floats], Place]] = {
    "nearest": nearest,
    "centroid": centroid,
    "nlls": nlls,
    "multilateration": multilateration,
}
