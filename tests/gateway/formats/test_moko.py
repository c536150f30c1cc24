from tests.gateway.formats.reading import detail, identity, read

OLD = {
    "mac": "F95BC0EC4E56",
    "timestamp": "2026-6-8&21:43:48+00",
    "type": "Unknown",
    "rssi": -53,
    "raw data": "020106",
}
NEW = {
    "timestamp": 1786359514903,
    "timezone": 32,
    "type_code": 7,
    "type": "bxp-button",
    "rssi": -82,
    "mac": "fbd87c59ba8b",
}


def old(*values: object) -> dict[str, object]:
    data = [{"type": 0, "value": value} for value in values]
    return {"msg_id": 3004, "device_info": {"mac": "409151A65C96"}, "data": data}


def new(*entries: object) -> dict[str, object]:
    return {"msg_id": 3070, "device_info": {"mac": "d48c49f7909c"}, "data": list(entries)}


def test_both_protocols() -> None:
    (sighting,) = read(old(OLD), "", "moko").sightings
    assert (sighting.at, sighting.basis) == (1780955028_000_000, "gateway_iso_like_offset")
    assert sighting.adv == b"\x02\x01\x06"
    (sighting,) = read(new(NEW)).sightings
    assert (sighting.at, sighting.basis) == (1786359514903_000, "gateway_unix_ms"), (
        "the zone field is ignored"
    )


def test_a_button_counts_its_presses() -> None:
    press = {**NEW, "frame_type": 2, "alarm_status": 1, "trigger_count": 69, "batt_vol": 2968}
    details = detail(new(press))
    assert details["button"] == {"mode": "long", "pressed": True, "counter": 69}
    assert details["telemetry"] == {"battery_mv": 2968}
    idle = {**press, "alarm_status": 0, "batt_vol": 98}
    assert detail(new(idle))["button"]["pressed"] is False
    assert detail(new(idle))["telemetry"] == {"battery_percent": 98}


def test_advert_and_scan_response_are_joined() -> None:
    (sighting,) = read(new({**NEW, "adv_data": "020106", "rsp_data": "0309545a"})).sightings
    assert sighting.adv == bytes.fromhex("0201060309545a")


def test_a_beacon_has_its_power_under_an_odd_key() -> None:
    beacon = {**OLD, "uuid": "2686F39CBADA4658854AA62E7E5E8B8D", "major": 1, "minor": 0, "rssi@1m": -55}
    assert detail(old(beacon))["beacon"]["measured_power_dbm"] == -55
    assert identity(old(beacon)) == "ibeacon:2686f39c-bada-4658-854a-a62e7e5e8b8d:1:0"
    tag = {**NEW, "namespace": "1122334455667788990A", "instance": "000000000001"}
    assert identity(new(tag)) == "eddystone:1122334455667788990a:000000000001"


def test_the_network_state_is_a_heartbeat() -> None:
    decoded = read({"msg_id": 3003, "device_info": {"mac": "409151A65C96"}, "data": {"net_state": "online"}})
    assert (decoded.kind, decoded.fields) == ("gateway_heartbeat", {"status": "online"})


def test_rubbish_is_counted() -> None:
    decoded = read(
        old(OLD, None, {}, {"mac": "x", "rssi": -1}, {**OLD, "rssi": 0}, {**OLD, "timestamp": "?"})
    )
    assert len(decoded.sightings) == 2
    assert decoded.sightings[1].basis == "none"
    assert decoded.drops == {"bad_entry": 2, "no_device": 1, "no_rssi": 1}


def test_a_single_advert_may_come_without_a_list_and_without_a_time() -> None:
    single = {"type": "other", "rssi": -50, "mac": "f95bc0ec4e56", "adv_data": "020106"}
    decoded = read({"msg_id": 3070, "device_info": {"mac": "409151A65C96"}, "data": single}, name="moko")
    (sighting,) = decoded.sightings
    assert (sighting.device, sighting.at, sighting.adv) == ("F9:5B:C0:EC:4E:56", None, b"\x02\x01\x06")
