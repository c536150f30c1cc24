import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import messages as m
from contracts import wire
from contracts.errors import ConfigError
from contracts.messages import Message
from contracts.quantities import MILLISECOND, SECOND, Instant
from contracts.sitemap import Anchor
from gateway.ingest import IngestService
from gateway.settings import IngestSettings
from tests.gateway.builders import (
    BEACON,
    OTHER,
    SITE,
    START,
    TAG,
    counted,
    enrolment,
    health_of,
    heard_in,
    ingest,
    own,
    scan,
    vendor,
)

MS = MILLISECOND
PRESS = bytes.fromhex("0201060f16e0fe2202000600000000000100000a094d4b20427574746f6e")
IBEACON = "0201061aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010007c5"


def minew(*entries: dict[str, Any], gateway: str = "AC233FC03641") -> str:
    head = {"timestamp": "2026-09-21T14:13:20.000Z", "type": "Gateway", "mac": gateway}
    return json.dumps([head, *entries])


def entry(at_ms: int = 0, mac: str = "C3000025EF6A", rssi: int = -65, **more: Any) -> dict[str, Any]:
    """2026-09-21T14:13:20Z is START."""
    second, ms = divmod(20_000 + at_ms, 1000)
    stamp = f"2026-09-21T14:13:{second:02d}.{ms:03d}Z"
    return {"timestamp": stamp, "type": "Unknown", "mac": mac, "rssi": rssi, **more}


def reports(messages: Sequence[Message]) -> list[m.ScanReport]:
    return [message for message in messages if isinstance(message, m.ScanReport)]


def test_tags_at_known_places_are_heard_though_nobody_enrolled_them() -> None:
    site = msgspec.structs.replace(SITE, anchors=(Anchor(OTHER, "L1", 1.0, 1.0),))
    service = ingest(TAG, site=site)
    (report,) = service.receive(own(scan([(TAG, -60, 0), (OTHER, -50, 10)])), START + 10 * MS)
    assert [device for device, _, _ in heard_in(report)] == [TAG, OTHER]


def test_a_gateway_that_positioning_finds_moved_has_it_in_its_health() -> None:
    service = ingest(TAG)
    service.receive(own(scan([(TAG, -60, 0)])), START)
    service.receive(m.GatewaysChecked(at=START, gateways=("gw-1",), offset_db=(1.0,), moved=("gw-1",)), START)
    assert health_of(service.wake(START + SECOND))["gw-1"] == ("ok", "moved")


# --- our own format --------------------------------------------------------------------------------------


def test_an_agents_report_comes_out_in_server_time_with_the_enrolled_only() -> None:
    service = ingest(TAG)
    ahead = scan(
        [(TAG, -60, 0), (OTHER, -50, 10), (TAG, -127, 20), (TAG, -61, 200)], started_at=START + SECOND
    )
    (report,) = service.receive(own(ahead), START)
    assert heard_in(report) == [(TAG, -60, START - 200 * MS), (TAG, -61, START)]
    assert counted(service).drops == {"not_enrolled": 1, "bad_rssi": 1}
    assert counted(service, START + 7200 * SECOND).observations == 2


def test_a_batch_that_comes_twice_does_nothing_the_second_time() -> None:
    service = ingest(TAG)
    batch = own(scan([(TAG, -60, 0)]))
    assert len(reports(service.receive(batch, START))) == 1
    assert service.receive(batch, START + 1) == []
    assert len(reports(service.receive(own(scan([(TAG, -60, 0)], boot="c")), START + 2))) == 1
    assert counted(service).drops == {"duplicate": 1}


def test_stored_scans_are_history_not_positions() -> None:
    service = ingest(TAG)
    service.receive(own(scan([(TAG, -60, 0)], seq=1)), START)
    late = scan([(TAG, -60, 0)], seq=2, started_at=START - 600 * SECOND)
    assert service.receive(own(late), START + SECOND) == []
    assert counted(service).drops == {"too_old": 1}


def test_a_retained_report_is_ignored() -> None:
    service = ingest(TAG)
    assert service.receive(own(scan([(TAG, -60, 0)]), retained=True), START) == []
    assert counted(service).drops == {"retained": 1}


def test_a_report_in_anothers_name_is_refused() -> None:
    service = ingest(TAG)
    assert service.receive(own(scan([(TAG, -60, 0)], gateway="gw-2"), gateway="gw-1"), START) == []
    assert counted(service).drops == {"gateway_mismatch": 1}


def test_a_press_that_an_agent_passes_on() -> None:
    service = ingest(TAG)
    (press, report) = service.receive(
        own(scan([(OTHER, -60, 0), (TAG, -90, 40)], adverts={1: PRESS, 0: PRESS})), START
    )
    assert isinstance(press, m.ButtonPressed)
    assert (press.device_id, press.mode, press.counter, press.gateway) == (TAG, "long", 6, "gw-1")
    assert press.heard_at == START
    assert reports([report])[0].adverts == {}, "the bytes go no further"
    again = scan([(TAG, -60, 0)], gateway="gw-2", adverts={0: PRESS, 9: PRESS})
    assert len(service.receive(own(again, gateway="gw-2"), START)) == 1
    assert counted(service).drops == {"not_enrolled": 1, "bad_columns": 1}


def test_columns_that_do_not_fit_are_counted() -> None:
    service = ingest(TAG)
    broken = msgspec.structs.replace(scan([(TAG, -60, 0)]), device=b"\x07\x00")
    assert service.receive(own(broken), START) == []
    assert counted(service).drops == {"bad_columns": 1}


def test_an_empty_report_is_a_sign_of_life() -> None:
    service = ingest(TAG)
    assert service.receive(own(scan([])), START) == []
    assert health_of(service.wake(START))["gw-1"] == ("ok", "")


# --- the vendors' formats ----------------------------------------------------------------------------------


def test_a_batch_of_a_vendor_becomes_one_report() -> None:
    service = ingest(TAG, OTHER)
    body = minew(
        entry(-900), entry(-500, mac="C3000025EF6B", rssi=-70), entry(-20), entry(0, mac="000000000001")
    )
    (report,) = service.receive(vendor(body, "/gw/status"), START + 30 * MS)
    assert heard_in(report) == [
        (TAG, -65, START - 900 * MS),
        (OTHER, -70, START - 500 * MS),
        (TAG, -65, START - 20 * MS),
    ]
    assert reports([report])[0].gateway == "gw-1"
    assert counted(service).drops == {"not_enrolled": 1}


def test_advert_and_scan_response_are_one_sample() -> None:
    service = ingest(TAG)
    (report,) = service.receive(vendor(minew(entry(-90, rssi=-60), entry(-10, rssi=-70)), "t"), START)
    assert heard_in(report) == [(TAG, -65, START - 90 * MS)]
    assert counted(service).drops == {"merged": 1}


def test_single_adverts_are_gathered_for_a_moment() -> None:
    service = ingest(TAG, OTHER)
    body = {"gw_mac": "AC:23:3F:C0:36:41", "rssi": -60, "ts": START // SECOND, "data": "020106"}
    for number, tag in enumerate((TAG, OTHER, TAG)):
        at = START + number * 30 * MS
        assert (
            service.receive(vendor(json.dumps({**body, "rssi": -60 - number}), f"ruuvi/x/{tag}", at), at)
            == []
        )
    due = service.wake_at()
    assert due == min(START + 100 * MS, due or 0)
    (report,) = reports(service.wake(START + 100 * MS))
    assert [(name, rssi) for name, rssi, _ in heard_in(report)] == [(TAG, -60), (OTHER, -61), (TAG, -62)]
    assert reports(service.wake(START + 200 * MS)) == []


def test_what_waited_in_a_queue_is_dated_by_its_arrival() -> None:
    service = ingest(TAG, coalesce_ms=0)
    waited = vendor('{"mac":"c3000025ef6a","rssi":-81}', "espresense/devices/x/office", START)
    (report,) = reports(service.receive(waited, START + 5 * SECOND))
    assert (heard_in(report), report.received_at) == ([(TAG, -81, START)], START)


def test_a_broker_whose_clock_is_ahead_dates_nothing_into_the_future() -> None:
    """Payloads pulled from its stream bear its time."""
    service = ingest(TAG, coalesce_ms=0)
    stamped = vendor('{"mac":"c3000025ef6a","rssi":-81}', "espresense/devices/x/office", START + 5 * SECOND)
    (report,) = reports(service.receive(stamped, START))
    assert (heard_in(report), report.received_at) == ([(TAG, -81, START)], START)


def test_filtered_values_say_so() -> None:
    service = ingest(TAG, coalesce_ms=0)
    body = '{"mac":"c3000025ef6a","rssi":-81.10}'
    (report,) = service.receive(vendor(body, "espresense/devices/x/office"), START)
    assert reports([report])[0].filtered
    assert heard_in(report) == [(TAG, -81, START)]


def test_beacons_by_their_own_name_whatever_their_address() -> None:
    service = ingest(BEACON)
    raw = minew(
        entry(-20, mac="5210A84690AC", rawData=IBEACON), entry(0, mac="58782076BC24", rawData="020106")
    )
    (report,) = service.receive(vendor(raw, "t"), START)
    assert heard_in(report) == [(BEACON, -65, START - 20 * MS)]
    decoded = minew(
        entry(
            0,
            mac="111111111111",
            ibeaconUuid="E2C56DB5DFFB48D2B060D0F5A71096E0",
            ibeaconMajor=1,
            ibeaconMinor=7,
        )
    )
    assert reports(service.receive(vendor(decoded, "t"), START)) == []
    (late,) = reports(service.wake(START + SECOND))
    assert heard_in(late) == [(BEACON, -65, START)], "a single entry waited for company"


def test_one_message_of_two_gateways_becomes_two_reports() -> None:
    service = ingest(TAG, coalesce_ms=0)
    heard = (("AC233FC03641", -60), ("AC233FC03642", -70), ("AAAAAAAAAAAA", -1))
    lines = "\n".join(f"$GPRP,C3000025EF6A,{gateway},{rssi}," for gateway, rssi in heard)
    found = service.receive(vendor(lines, "ingics/all"), START)
    assert [(report.gateway, heard_in(report)[0][1]) for report in reports(found)] == [
        ("gw-1", -60),
        ("gw-2", -70),
    ]
    assert counted(service).drops == {"unknown_gateway": 1}


def test_the_same_upload_twice_is_one() -> None:
    service = ingest(TAG, OTHER)
    upload = vendor(minew(entry(0), entry(0, mac="C3000025EF6B")), "t")
    assert len(reports(service.receive(upload, START))) == 1
    assert reports(service.receive(upload, START + SECOND)) == []
    assert counted(service).drops == {"duplicate": 2}


def test_a_press_is_passed_on_at_once_and_once_for_eight_gateways() -> None:
    service = ingest(TAG)
    raised: list[Message] = []
    for number, gateway in enumerate(("AC233FC03641", "AC233FC03642") * 4):
        body = minew(
            entry(number * 50, rawData=PRESS.hex()), entry(number * 50, mac="000000000001"), gateway=gateway
        )
        at = START + (20 + number * 50) * MS
        raised += [x for x in service.receive(vendor(body, "t", at), at) if isinstance(x, m.ButtonPressed)]
    assert len(raised) == 1


def test_a_press_without_rssi_is_an_alarm_and_no_sighting() -> None:
    service = ingest("7C:C6:B6:A5:C9:3D")
    data = {"pid": 118, "button": 1, "address": "7c:c6:b6:a5:c9:3d"}
    body = {
        "src": "office",
        "method": "NotifyEvent",
        "params": {"events": [{"event": "shelly-blu", "data": data}]},
    }
    (press,) = service.receive(vendor(json.dumps(body), "office/events/rpc"), START)
    assert isinstance(press, m.ButtonPressed)


def test_another_advert_of_a_tag_may_be_its_alarm() -> None:
    service = ingest(TAG, trigger_identities={BEACON: TAG}, coalesce_ms=0)
    body = minew(entry(0, mac="5210A84690AC", rawData=IBEACON))
    press, report = service.receive(vendor(body, "t"), START)
    assert isinstance(press, m.ButtonPressed)
    assert (press.mode, heard_in(report)) == ("trigger", [(TAG, -65, START)])


def test_a_mapping_reads_an_unknown_vendor() -> None:
    mapping = {"device": "id", "rssi_dbm": "level", "entries": "tags", "gateway": "box"}
    settings = msgspec.convert(
        {"mappings": {"acme": mapping}, "topic_formats": {"acme/#": "acme"}}, IngestSettings
    )
    service = IngestService(SITE, settings)
    service.receive(enrolment(TAG), START)
    body = {"box": "office", "tags": [{"id": TAG, "level": -60}, {"id": OTHER, "level": -60}]}
    (report,) = service.receive(vendor(json.dumps(body), "acme/up"), START)
    assert heard_in(report) == [(TAG, -60, START)]


def test_a_setting_for_no_format_keeps_it_from_starting() -> None:
    site = msgspec.structs.replace(
        SITE, gateways=(m.InstalledGateway("g", "L1", 0, 0, vendor_format="minnow"),)
    )
    with pytest.raises(ConfigError, match="minnow"):
        IngestService(site, IngestSettings())


# --- who and how --------------------------------------------------------------------------------------


def test_strangers_scans_are_dropped_and_they_are_shown() -> None:
    service = ingest(TAG)
    assert service.receive(vendor(minew(entry(0), gateway="AAAAAAAAAAAA"), "t"), START) == []
    assert health_of(service.wake(START))["AAAAAAAAAAAA"] == ("unknown", "not_installed")
    assert counted(service).drops == {"unknown_gateway": 1}


def test_a_guest_is_heard_from_the_moment_it_is_installed() -> None:
    service = ingest(TAG, coalesce_ms=0)
    body = vendor(minew(entry(0), gateway="AAAAAAAAAAAA"), "t")
    service.receive(body, START)
    guest = m.InstalledGateway("guest", "L1", 0, 0, address="AA:AA:AA:AA:AA:AA")
    service.receive(m.GuestGatewaysChanged(version=1, gateways=(guest,)), START)
    assert reports(service.receive(body, START + SECOND))[0].gateway == "guest"
    service.receive(m.GuestGatewaysChanged(version=2, gateways=()), START)
    assert reports(service.receive(body, START + SECOND)) == []


def test_an_older_enrolment_does_not_bring_anybody_back() -> None:
    service = ingest()
    service.receive(enrolment(version=3), START)
    service.receive(enrolment(TAG, version=2), START + SECOND)
    assert service.receive(own(scan([(TAG, -60, 0)])), START) == []
    service.receive(enrolment(TAG, version=1), START + 100 * SECOND), "a journal that began anew"
    assert len(service.receive(own(scan([(TAG, -60, 0)], seq=2)), START)) == 1


def test_statuses_and_wills_pass_and_show() -> None:
    service = ingest(TAG)
    service.wake(START)
    status = m.GatewayStatus(gateway="gw-1", online=False, at=START)
    (passed,) = service.receive(own(status), START)
    assert isinstance(passed, m.GatewayStatus)
    assert health_of(service.wake(START + 5 * SECOND))["gw-1"] == ("offline", "last_will")
    service.receive(own(scan([(TAG, -60, 0)])), START + 6 * SECOND)
    assert health_of(service.wake(START + 10 * SECOND))["gw-1"] == ("ok", "")


def test_its_own_status_come_back_from_the_broker_is_no_news() -> None:
    service = ingest(TAG)
    (told,) = service.receive(vendor(b"online", "home/office/LWT"), START)
    assert service.receive(own(told, gateway="office"), START + 10 * MS) == []


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "empty"),
        (b"hello", "unknown_format"),
        (b"x" * 1_000_001, "too_long"),
        (b'{"gw_mac":"AC:23:3F:C0:36:41","data":"020106","rssi":-1}', "no_device"),
        (b'{"msg_id":3004,"device_info":7}', "bad_message"),
        (b'[{"type":"Gateway","mac":"AC233FC03641"},{"mac":"C3000025EF6A","rssi":-127}]', "no_rssi"),
    ],
)
def test_what_cannot_be_used_is_counted_by_cause(data: bytes, cause: str) -> None:
    service = ingest(TAG)
    assert service.receive(vendor(data, "gw-1/x"), START) == []
    assert counted(service).drops == {cause: 1}


@pytest.mark.parametrize(
    ("topic", "good", "head"),
    [
        ("gw-1/x", minew(entry()).encode(), b'[{"type":"Gateway","mac":'),
        ("gw-1/x", b'{"msg_id":3004,"device_info":{"mac":"AC233FC03641"},"data":[]}', b'{"msg_id":'),
        ("nearhand/v1/test/gateways/gw-1/scan", wire.encode(scan([(TAG, -60, 0)])), b'{"type":'),
    ],
)
def test_a_message_nested_without_end_is_a_counted_drop(topic: str, good: bytes, head: bytes) -> None:
    service = ingest(TAG)
    service.receive(vendor(good, topic), START)
    assert service.receive(vendor(head + 9000 * b"[", topic), START + SECOND) == []
    assert sum(counted(service).drops.values()) == 1


def test_totals_come_every_few_seconds() -> None:
    service = ingest(TAG)
    assert service.wake_at() == 0
    service.wake(START)
    assert service.wake_at() == START + 5 * SECOND
    assert service.wake(START + SECOND) == []


@given(
    st.lists(
        st.tuples(st.sampled_from(["gw-1", "gw-2"]), st.integers(0, 40), st.integers(0, 3000)), max_size=60
    )
)
def test_the_same_payloads_in_the_same_order_give_the_same_words(steps: list[tuple[str, int, int]]) -> None:
    def run() -> list[Message]:
        service, out, now = ingest(TAG, OTHER), list[Message](), START
        for gateway, seq, wait_ms in steps:
            now += wait_ms * MS
            batch = scan([(TAG, -60, seq), (OTHER, -70, 0)], gateway, seq, started_at=now - SECOND)
            out += service.receive(own(batch, now, gateway), now)
            due: Instant | None = service.wake_at()
            if due is not None and due <= now:
                out += service.wake(now)
        return out

    assert run() == run()
