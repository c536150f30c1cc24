from tests.gateway.formats.reading import detail, read

BODY = {
    "dev_wifi_sta_mac": "C4DEE229A174",
    "dev_ble_mac": "C4DEE229A176",
    "dev_version": "3.0.3",
    "dev_list_len": 2,
    "dev_list": [
        {"mac": "6C79B82603A7", "rssi": -55, "n": "Reader", "ad": "0201050302009812", "ts": 1780587172412},
        {"mac": "33CFB74FF48C", "rssi": -66, "ad": "1EFF06", "ts": 1780587172410},
        {"mac": "33CFB74FF48C", "ad": "1EFF06", "ts": 1780587172410},
    ],
}


def test_each_advert_has_its_own_time() -> None:
    decoded = read(BODY, "", "gl_s10")
    assert decoded.gateway == "C4:DE:E2:29:A1:76"
    assert [sighting.at for sighting in decoded.sightings] == [1780587172412_000, 1780587172410_000]
    assert decoded.drops == {"no_rssi": 1}
    assert detail(BODY)["name"] == "Reader"


def test_old_firmware_sends_one_advert_a_message() -> None:
    body = {
        "dev_ble_mac": "C4:DE:E2:29:A1:76",
        "mac": "6C:79:B8:26:03:A7",
        "rssi": -55,
        "adv_data": "020106",
        "scan_resp": "",
    }
    (sighting,) = read(body, "", "gl_s10").sightings
    assert (sighting.device, sighting.adv, sighting.at) == ("6C:79:B8:26:03:A7", b"\x02\x01\x06", None)
