from tests.gateway.formats.reading import read


def test_it_is_refused_with_the_reason() -> None:
    body = {
        "method": "_async.ble_event",
        "params": {"dev": {"did": "blt.3", "mac": "AA:BB:CC:DD:EE:FF"}, "evt": []},
    }
    decoded = read(body, "miio/report", "xiaomi")
    assert decoded.kind == "event_without_rssi"
    assert decoded.fields["event_device"] == "AA:BB:CC:DD:EE:FF"
    assert "no_rssi" in decoded.fields["refused"]
