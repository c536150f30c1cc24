"""nearhand's own wire format: a ``ScanReport`` or a ``GatewayStatus``, MessagePack or JSON."""

from collections.abc import Iterator

from contracts import wire
from contracts.columns import observations
from contracts.errors import WireError
from contracts.messages import GatewayStatus, ScanReport
from contracts.quantities import MILLISECOND
from gateway.formats.base import Clue, Format
from gateway.sightings import Decoded, Sighting

_HEAD = f"{wire.ROOT}/"
_OWN_LEVELS = ("/scan", "/status")


def detect(clue: Clue) -> bool:
    if clue.topic.startswith(_HEAD) and "/gateways/" in clue.topic and clue.topic.endswith(_OWN_LEVELS):
        return True
    if clue.payload[:1] == b"{":
        return clue.object.get("type") in ("ScanReport", "GatewayStatus")
    return b"\xa4type" in clue.payload[:8] and (
        b"\xaaScanReport" in clue.payload[:24] or b"\xadGatewayStatus" in clue.payload[:24]
    )


def decode(clue: Clue) -> Decoded:
    """The columns stay packed in ``Decoded.scan``."""
    message = wire.decode(clue.payload)
    if isinstance(message, ScanReport):
        if message.received_at:
            raise WireError("not_from_a_gateway", "a scan report that an ingest already stamped")
        return Decoded("sightings", message.gateway, scan=message, filtered=message.filtered)
    if isinstance(message, GatewayStatus):
        fields = {"status": "online" if message.online else "offline", "at": message.at, **message.fields}
        if message.version:
            fields["version"] = message.version
        return Decoded("gateway_status", message.gateway, fields=fields)
    raise WireError("not_from_a_gateway", type(message).__name__)


def sightings(report: ScanReport) -> Iterator[Sighting]:
    """The columns as single sightings, for people and tools.

    Raises:
        WireError: ``bad_columns``.
    """
    columns = observations(report)
    rows = zip(columns.device.tolist(), columns.rssi_dbm.tolist(), columns.offset_ms.tolist(), strict=True)
    for number, (device, rssi_dbm, offset_ms) in enumerate(rows):
        at = report.started_at + offset_ms * MILLISECOND
        adv = report.adverts.get(number)
        yield Sighting(report.device_ids[device], rssi_dbm, at, "gateway_unix_us", adv)


FORMAT = Format("nearhand", detect, decode)
