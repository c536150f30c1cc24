"""ESPresense-companion's standing scenarios, rebuilt from their published description.

Two rooms, 6 x 4 m, a node near each corner; two tracks in steps of a few centimetres; level by the
log-distance formula on the horizontal distance (-59 dBm at 1 m, exponent 3), noise of 2.5 dB on each
reading and, in a tenth of them, 6 dB lost by multipath. Published of the companion's own locator
(Nelder-Mead, each sample by itself; its accuracy report of 2026-05-30, base seed 20260530):

    diagonal_walk      median 0.60  p95 1.33 m  wrong room 6.6 %   (61 samples)
    living_to_bedroom  median 0.60  p95 1.61 m  wrong room 22.3 %  (121 samples)

The description has no time base: here a sample is one advert, ten a second, so that the diagonal is
walked at 1 m/s. The filter hears exactly what the single fixes hear, and nothing more.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.geometry import rectangle
from contracts.messages import InstalledGateway
from contracts.quantities import SECOND
from contracts.sitemap import Floor, Name, Site, Space, Zone
from positioning.calibration import SCHEMA, Calibration, GatewayFit
from positioning.multilateration import Heard, solve
from runtime.recordings import TAG_HEIGHT_M, Recording, Truth

Floats = NDArray[np.float64]
START: Final = 1_700_000_000 * SECOND
NODES: Final = ((0.2, 3.8), (0.2, 0.2), (5.8, 3.8), (5.8, 0.2))
POWER_DBM, EXPONENT = -59.0, 3.0
NOISE_DB, MULTIPATH, MULTIPATH_DB = 2.5, 0.1, 6.0
SAMPLE_S: Final = 0.1
SAMPLES: Final = 30
"""On each leg of a track."""
TRACKS: Final = {
    "diagonal_walk": ((0.5, 0.5), (3.0, 2.0), (5.5, 3.5)),
    "living_to_bedroom": ((1.0, 2.0), (3.0, 2.0), (3.9, 2.0), (4.1, 2.0), (5.0, 2.0)),
}
PUBLISHED: Final = {"diagonal_walk": (0.60, 1.33, 0.066), "living_to_bedroom": (0.60, 1.61, 0.223)}
MISFIT_DB: Final = 0.3
"""Of a model that is right: what rounding to whole dBm takes."""
ROOM_EDGE_M: Final = 4.0
"""West of it the living room, east the bedroom."""


def home() -> Site:
    """The two rooms, open to each other as in the description; nodes at tag height, for it knows none."""
    ring = rectangle(0, 0, 6, 4)
    name = Name("home", "home")
    return Site(
        site="companion",
        name=name,
        timezone="UTC",
        latitude_deg=0.0,
        longitude_deg=0.0,
        bearing_deg=0.0,
        floors=(Floor("0", 0, name, 0.0, 3.0, 15.0, ring),),
        spaces=(Space("home", "0", "walkway", ring),),
        gateways=tuple(
            InstalledGateway(gateway=f"node-{i}", floor="0", x_m=x, y_m=y, height_m=TAG_HEIGHT_M)
            for i, (x, y) in enumerate(NODES)
        ),
        zones=(
            Zone("living", "0", rectangle(0, 0, ROOM_EDGE_M, 4), name),
            Zone("bedroom", "0", rectangle(ROOM_EDGE_M, 0, 6, 4), name),
        ),
    )


def points(track: str) -> Floats:
    """The samples' places, (n, 2): legs in equal steps, the last point once."""
    corners = np.array(TRACKS[track])
    share = np.arange(SAMPLES)[:, None] / SAMPLES
    legs = [a + share * (b - a) for a, b in pairwise(corners)]
    return np.concatenate([*legs, corners[-1:]])


def levels(places: Floats, rng: np.random.Generator) -> Floats:
    """What each node hears of each sample, (n, 4) in dBm."""
    apart = np.hypot(*(places[:, None] - np.array(NODES)).transpose(2, 0, 1))
    noise = rng.normal(0, NOISE_DB, apart.shape) - MULTIPATH_DB * (rng.random(apart.shape) < MULTIPATH)
    return POWER_DBM - 10 * EXPONENT * np.log10(np.maximum(apart, 0.1)) + noise


@dataclass(frozen=True)
class Score:
    """Errors in m over all samples, and the share of them in the wrong room."""

    median_m: float
    p95_m: float
    mean_m: float
    wrong_room: float


def score(places: Floats, said: Floats) -> Score:
    """The companion's own metrics."""
    error = np.hypot(*(said - places).T)
    wrong = (said[:, 0] < ROOM_EDGE_M) != (places[:, 0] < ROOM_EDGE_M)
    median, p95 = np.percentile(error, (50, 95))
    return Score(float(median), float(p95), float(error.mean()), float(wrong.mean()))


def snapshots(track: str, seed: int) -> tuple[Floats, Floats]:
    """Truth and first fixes, (n, 2) each: every sample by itself, as the companion does it."""
    places = points(track)
    rssi = levels(places, np.random.default_rng(seed))
    shape = rssi.shape
    fix = solve(
        Heard(
            x_m=np.broadcast_to(np.array(NODES)[:, 0], shape),
            y_m=np.broadcast_to(np.array(NODES)[:, 1], shape),
            vertical_m=np.zeros(shape),
            rssi_dbm=rssi,
            power_dbm=np.full(shape, POWER_DBM),
            exponent=np.full(shape, EXPONENT),
            sigma_db=np.full(shape, NOISE_DB),
            offset_mean_db=np.zeros(shape[0]),
            offset_spread_db=np.full(shape[0], 0.5),
        )
    )
    inside = np.clip(np.stack([fix.x_m, fix.y_m], axis=1), (0.0, 0.0), (6.0, 4.0))
    return places, inside


def recording(track: str, seed: int) -> Recording:
    """The same samples as a recording: one advert each, truth just after it."""
    places = points(track)
    rssi = np.rint(levels(places, np.random.default_rng(seed))).astype(np.int64)
    row, node = np.indices(rssi.shape)
    site, count = home(), len(places)
    at = START + np.rint(np.arange(count) * SAMPLE_S * SECOND).astype(np.int64)
    return Recording(
        name=track,
        path=Path(track),
        title=track,
        survey=None,
        device_class="tag",
        site=site,
        device_names=("walker",),
        gateway_names=tuple(g.gateway for g in site.gateways),
        at=at[row.ravel()],
        device=np.zeros(rssi.size, np.int64),
        gateway=node.ravel(),
        rssi_dbm=rssi.ravel(),
        impossible=0,
        truth=Truth(
            at=at + 1000,
            device=("walker",) * count,
            floor=("0",) * count,
            x_m=places[:, 0],
            y_m=places[:, 1],
            z_m=np.full(count, np.nan),
            zone=tuple("living" if x < ROOM_EDGE_M else "bedroom" for x in places[:, 0]),
        ),
    )


def known_model() -> Calibration:
    """What the companion is told: every node's level at 1 m and exponent, which here are the truth."""
    names = [f"node-{i}" for i in range(len(NODES))]
    fits = tuple(GatewayFit(name, POWER_DBM, EXPONENT, MISFIT_DB, 1) for name in names)
    return Calibration(
        schema=SCHEMA,
        revision=1,
        title="given",
        device_class="tag",
        tag_height_m=TAG_HEIGHT_M,
        power_dbm=POWER_DBM,
        path_loss_exponent=EXPONENT,
        length_m=1.0,
        spread_db=1.0,
        nugget_db=1.0,
        gateways=fits,
    )
