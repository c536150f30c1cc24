import pytest

from contracts.errors import WireError
from tests.gateway.formats.reading import detail, read

PRESS = {
    "encryption": False,
    "pid": 118,
    "battery": 100,
    "button": 1,
    "rssi": -76,
    "address": "7c:c6:b6:a5:c9:3d",
}


def event(*data: object) -> dict[str, object]:
    events = [{"event": "shelly-blu", "data": one, "ts": 1791148003.45} for one in data]
    return {"src": "shellyplus1-a8", "method": "NotifyEvent", "params": {"events": events}}


def test_a_press_with_rssi_is_a_sighting_and_without_it_an_event() -> None:
    assert detail(event(PRESS))["button"] == {"mode": "single", "pressed": True, "packet_id": 118}
    silent = {key: value for key, value in PRESS.items() if key != "rssi"}
    decoded = read(event(silent))
    assert (decoded.kind, decoded.sightings) == ("event_without_rssi", [])
    assert decoded.events[0].fields["button"]["packet_id"] == 118
    both = read(event(PRESS, silent))
    assert (both.kind, len(both.sightings), len(both.events)) == ("sightings", 1, 1)


def test_other_events_are_no_sightings() -> None:
    with pytest.raises(WireError, match="not_a_sighting"):
        read({"src": "x", "method": "NotifyEvent", "params": {"events": [{"event": "single_push"}]}})


def test_a_raw_script_sends_bytes_as_numbers_and_names_its_gateway() -> None:
    body = {
        "addr": "7c:c6:b6:a5:c9:3d",
        "rssi": -60,
        "time": 1791148003450,
        "gateway": "hall",
        "data": [64, 0, 82, 58, 1],
    }
    assert read(body, "node-red/bleraw", "shelly").gateway == "hall"
    assert detail(body)["button"]["packet_id"] == 82
    assert read({**body, "data": [1, 300]}).drops == {"bad_entry": 1}


def test_the_relays_list_has_no_rssi() -> None:
    sdata = {"fcd2": "RAC8AWQ6ADoAOgA6AQ=="}
    body = {
        "ts": 1,
        "offset": 0,
        "count": 2,
        "total": 2,
        "devices": [{"7c:c6:b6:a5:c9:3d": {"sdata": sdata}}, {"x": {}}],
    }
    decoded = read(body, "", "shelly")
    assert decoded.kind == "event_without_rssi"
    assert [known.device for known in decoded.events] == ["7C:C6:B6:A5:C9:3D", "x"]
    assert decoded.events[0].fields["button"]["key"] == 4


def test_wills() -> None:
    assert read(b"false", "shellyplus1-a8/online", "shelly").fields == {"status": "offline"}


def test_a_status_names_no_tag() -> None:
    status = {"bthomedevice:200": {"id": 200, "rssi": -60, "battery": 100, "packet_id": 5}}
    with pytest.raises(WireError, match="not_a_sighting"):
        read({"src": "shelly1g4-aabb", "method": "NotifyStatus", "params": status}, name="shelly")
