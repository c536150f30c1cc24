"""nearhand's own format: one ``ScanReport`` for each gateway and interval, and ``GatewayStatus``."""

from typing import Final

import numpy as np

from contracts import wire
from contracts.messages import GatewayStatus, ScanReport
from contracts.quantities import MILLISECOND
from firmware_sim.adverts import alarming
from firmware_sim.formats.base import Batch, Condition, Format, Tags, Written

SOME: Final = 64
"""One observation in so many carries its advert's bytes, for battery and button counter."""
OFFSET_MAX: Final = 2**16 - 1
INDICES: Final = np.arange(4096, dtype="<u2")


def encode(batch: Batch, tags: Tags) -> Written:
    """The columns as they lie in memory."""
    ids, column = _distinct(batch, tags)
    offset = np.clip((batch.at - batch.started_at) // MILLISECOND, 0, OFFSET_MAX).astype("<u2")
    report = ScanReport(
        gateway=batch.gateway.gateway,
        boot=batch.boot,
        seq=batch.seq,
        started_at=batch.started_at,
        device_ids=ids,
        device=column,
        rssi_dbm=batch.rssi_dbm.tobytes(),
        offset_ms=offset.tobytes(),
        adverts=_telling(batch, tags),
    )
    return [(wire.topic_of(report, batch.site), wire.encode(report))]


def _distinct(batch: Batch, tags: Tags) -> tuple[tuple[str, ...], bytes]:
    """Device ids without repeats, and the index column."""
    devices = batch.device.tolist()
    place = {device: index for index, device in enumerate(dict.fromkeys(devices))}
    ids = tags.beacons.ids
    names = tuple([ids[device] for device in place])
    if len(place) == len(devices) <= len(INDICES):
        return names, INDICES[: len(devices)].tobytes()
    return names, np.array([place[device] for device in devices], "<u2").tobytes()


def _telling(batch: Batch, tags: Tags) -> dict[int, bytes]:
    """Adverts that say more than "here I am": every alarm, and now and then the battery's."""
    pick = (batch.device + batch.seq) % SOME == 0
    pick |= tags.beacons.alarm_until[batch.device] > tags.now
    result = {}
    for row in np.flatnonzero(pick).tolist():
        device = int(batch.device[row])
        if tags.beacons.kind[device] != "stranger" or alarming(tags.beacons, device, tags.now):
            result[row] = tags.advert(device)
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
