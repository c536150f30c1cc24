"""A commissioning walk as visits: each stay at a spot is a device of its own, never heard of before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.spatial import cKDTree

from contracts.quantities import SECOND, from_seconds
from runtime.recordings import Recording, Truth
from runtime.surveyed import GAP_S, Ints, Surveyed

JUDGED_AFTER_S: Final = (3.0, 6.0)
"""A visit is judged so long after it began; a shorter one at its end."""
VISITS_MAX: Final = 8
"""Of one spot: whoever stands there for hours says the same again."""


@dataclass(frozen=True)
class Visit:
    """Readings taken at one spot in one go: which of the recording they are, in order of time."""

    spot: int
    reading: Ints


def visits(surveyed: Surveyed) -> list[Visit]:
    """The visits of all spots, in order of time; a gap or another spot ends one."""
    walk, survey, at = surveyed.walk, surveyed.survey, surveyed.recording.at
    spot = np.zeros(len(walk.x_m), np.int64)
    for floor in np.unique(survey.floor):
        own, here = np.flatnonzero(survey.floor == floor), walk.floor == floor
        tree = cKDTree(np.stack([survey.x_m[own], survey.y_m[own]], axis=1))
        spot[here] = own[tree.query(np.stack([walk.x_m[here], walk.y_m[here]], axis=1))[1]]
    device = surveyed.recording.device[surveyed.reading]
    order = np.lexsort((surveyed.reading, device))
    reading, spot, device = surveyed.reading[order], spot[order], device[order]
    ends = np.flatnonzero(
        (np.diff(spot) != 0) | (np.diff(device) != 0) | (np.diff(at[reading]) > from_seconds(GAP_S))
    )
    found: list[Visit] = []
    count = np.zeros(len(survey.x_m), np.int64)
    for begin, end in zip([0, *(ends + 1)], [*(ends + 1), len(reading)], strict=True):
        where = int(spot[begin])
        if end > begin and count[where] < VISITS_MAX:
            count[where] += 1
            found.append(Visit(where, reading[begin:end]))
    return found


def as_recording(surveyed: Surveyed, chosen: Sequence[Visit]) -> tuple[Recording, Ints]:
    """The visits as devices that all begin at the same instant, and the spot of each row of its truth."""
    whole, survey = surveyed.recording, surveyed.survey
    begin = int(whole.at[0])
    at, device, picked, rows = [], [], [], []
    for number, visit in enumerate(chosen):
        since = whole.at[visit.reading] - whole.at[visit.reading[0]]
        early = since <= from_seconds(JUDGED_AFTER_S[-1])
        at.append(begin + since[early])
        device.append(np.full(int(early.sum()), number))
        picked.append(visit.reading[early])
        lasts_s = float(since[-1]) / SECOND
        moments_s = [after_s for after_s in JUDGED_AFTER_S if after_s <= lasts_s] or [lasts_s]
        rows += [(begin + from_seconds(after_s), number, visit.spot) for after_s in moments_s]
    rows.sort()
    order = np.argsort(np.concatenate(at), kind="stable")
    reading, spot = np.concatenate(picked)[order], np.array([row[2] for row in rows], np.int64)
    truth = Truth(
        at=np.array([row[0] for row in rows], np.int64),
        device=tuple(f"visit-{row[1]}" for row in rows),
        floor=tuple(surveyed.site.floors[int(floor)].floor for floor in survey.floor[spot]),
        x_m=survey.x_m[spot],
        y_m=survey.y_m[spot],
        z_m=np.full(len(rows), np.nan),
        zone=("",) * len(rows),
    )
    return replace(
        whole,
        site=surveyed.site,
        device_names=tuple(f"visit-{number}" for number in range(len(chosen))),
        at=np.concatenate(at)[order],
        device=np.concatenate(device)[order],
        gateway=whole.gateway[reading],
        rssi_dbm=whole.rssi_dbm[reading],
        truth=truth,
    ), spot
