import pytest

from contracts import wire
from contracts.errors import WireError
from contracts.messages import GatewayStatus, PlaceCall, ScanReport
from contracts.values import Place
from gateway.formats import own
from tests.gateway.formats.reading import read

TOPIC = "nearhand/v1/demo/gateways/gw-1/scan"
REPORT = ScanReport(
    gateway="gw-1",
    boot="b",
    seq=7,
    started_at=1_790_000_000_000_000,
    device_ids=("C3:00:00:25:EF:6A",),
    device=bytes(4),
    rssi_dbm=bytes([0xBF, 0xC0]),
    offset_ms=bytes([0, 0, 10, 0]),
    adverts={1: b"\x02\x01\x06"},
)


@pytest.mark.parametrize("data", [wire.encode(REPORT), wire.encode_json(REPORT)])
@pytest.mark.parametrize("topic", [TOPIC, ""])
def test_both_encodings_with_and_without_topic(data: bytes, topic: str) -> None:
    decoded = read(data, topic, "nearhand")
    assert decoded.scan == REPORT
    first, second = own.sightings(REPORT)
    assert (first.rssi_dbm, first.adv) == (-65, None)
    assert (second.at, second.adv) == (REPORT.started_at + 10_000, b"\x02\x01\x06")


def test_a_status() -> None:
    status = GatewayStatus(gateway="gw-1", online=False, at=5, version="1", fields={"uptime_s": 3.0})
    decoded = read(wire.encode(status), "nearhand/v1/demo/gateways/gw-1/status")
    assert decoded.kind == "gateway_status"
    assert decoded.fields == {"status": "offline", "at": 5, "version": "1", "uptime_s": 3.0}


def test_another_vendors_message_on_a_topic_of_ours_is_told_by_its_signs() -> None:
    """Gateways that post, and those that are told to publish below ``gateways/``."""
    posted = b"$GPRP,FE581D9DB308,2F9203AFA66B,-21,0201"
    decoded = read(posted, "nearhand/v1/demo/gateways/gw-1/post", "ingics")
    assert decoded.gateway == "2F:92:03:AF:A6:6B"


def test_what_no_gateway_may_say() -> None:
    stamped = wire.encode(
        REPORT.__class__(**{**{f: getattr(REPORT, f) for f in REPORT.__struct_fields__}, "received_at": 9})
    )
    call = PlaceCall(command_id="1", by="x", at=0, service="medical", place=Place("L1", 0, 0))
    for data in (stamped, wire.encode(call)):
        with pytest.raises(WireError, match="not_from_a_gateway"):
            read(data, TOPIC)
    with pytest.raises(WireError):
        read(b"\x80", TOPIC)
