"""nearhand's own format: one ``ScanReport`` for each gateway and interval, and ``GatewayStatus``."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts import wire
from contracts.messages import GatewayStatus, ScanReport
from contracts.quantities import MILLISECOND
from firmware_sim.beacons import ALARM
from firmware_sim.formats.base import Batch, Condition, Format, Tags, Written

SOME: Final = 8
"""Every eighth observation of every eighth batch carries its advert's bytes: battery, button counter."""
OFFSET_MAX: Final = 2**16 - 1


def encode(batch: Batch, tags: Tags) -> Written:
    """The columns as they lie in memory."""
    ids, column = _distinct(batch.device, tags.beacons.ids)
    assert batch.sent - batch.since <= OFFSET_MAX * MILLISECOND, "a batch spans at most 65 s"
    offset = ((batch.heard - batch.since) // MILLISECOND).astype("<u2")
    report = ScanReport(
        gateway=batch.gateway.gateway,
        boot=batch.boot,
        seq=batch.seq,
        started_at=batch.since + batch.clock_error,
        device_ids=ids,
        device=column,
        rssi_dbm=batch.rssi_dbm.tobytes(),
        offset_ms=offset.tobytes(),
        adverts=_telling(batch, tags),
    )
    return [(_topic(batch.site, batch.gateway.gateway), wire.encode(report))]


def _distinct(devices: NDArray[np.int32], ids: list[str]) -> tuple[tuple[str, ...], bytes]:
    """Device ids without repeats, and the index column."""
    here = np.zeros(len(ids), bool)
    here[devices] = True
    distinct = here.nonzero()[0]
    place = np.empty(len(ids), "<u2")
    place[distinct] = _NUMBERS[: len(distinct)]
    return tuple(map(ids.__getitem__, distinct.tolist())), place[devices].tobytes()


_NUMBERS: Final = np.arange(OFFSET_MAX + 1, dtype="<u2")


@lru_cache(maxsize=4096)
def _topic(site: str, gateway: str) -> str:
    return f"{wire.ROOT}/{site}/" + wire.ROUTES[ScanReport].template.format(gateway=gateway)


def _telling(batch: Batch, tags: Tags) -> dict[int, bytes]:
    """Adverts that say more than "here I am": every alarm, and now and then the battery's."""
    result = {}
    if batch.seq % SOME == 0:
        for row in range(batch.seq // SOME % SOME, len(batch.device), SOME):
            result[row] = tags.advert(int(batch.device[row]))
    if tags.beacons.last_alarm > tags.now:
        until = tags.beacons.alarm_until[batch.device]
        for row in np.flatnonzero((until > batch.heard) & (batch.heard >= until - ALARM)).tolist():
            result[row] = tags.advert(int(batch.device[row]))
    return result


def status(condition: Condition) -> Written:
    message = GatewayStatus(
        gateway=condition.gateway.gateway,
        online=condition.online,
        at=condition.at,
        version="sim-1",
        fields={"adverts_per_s": round(condition.heard_per_s, 1), "uptime_s": round(condition.uptime_s, 1)},
    )
    return [(wire.topic_of(message, condition.site), wire.encode(message))]


FORMAT = Format("nearhand", encode, status)
