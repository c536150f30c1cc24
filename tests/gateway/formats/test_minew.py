from typing import Any

import pytest

from tests.gateway.formats.reading import detail, identity, read

HEAD = {"timestamp": "2026-02-09T00:13:53.668Z", "type": "Gateway", "mac": "AC233FC03641", "gatewayFree": 89}
TAG = {"timestamp": "2026-02-09T00:13:53.667Z", "type": "Unknown", "mac": "C3000025EF6A", "rssi": -65}
BEACON = {
    **TAG,
    "type": "iBeacon",
    "bleName": "",
    "ibeaconUuid": "E2C56DB5DFFB48D2B060D0F5A71096E0",
    "ibeaconMajor": 1,
    "ibeaconMinor": 65535,
    "ibeaconTxPower": -59,
    "battery": 0,
}


def test_a_batch_with_every_kind_of_rubbish_in_it() -> None:
    rubbish: list[Any] = [
        None,
        7,
        "x",
        [],
        {},
        {**TAG, "mac": 5},
        {**TAG, "mac": "C30"},
        {**TAG, "rssi": None},
        {**TAG, "rssi": -127},
    ]
    decoded = read([HEAD, *rubbish, {**TAG, "rawData": "zz"}, TAG], "", "minew")
    assert len(decoded.sightings) == 2
    assert sum(decoded.drops.values()) == len(rubbish)
    assert decoded.drops["no_rssi"] == 2


def test_every_entry_has_its_own_time() -> None:
    later = {**TAG, "timestamp": "2026-02-09T00:14:12Z"}
    odd = {**TAG, "timestamp": 1770596033667}
    none = {**TAG, "timestamp": "yesterday"}
    found = read([HEAD, TAG, later, odd, none]).sightings
    assert [sighting.at for sighting in found] == [
        1770596033667_000,
        1770596052_000_000,
        1770596033667_000,
        None,
    ]
    assert [sighting.basis for sighting in found][2:] == ["gateway_unix_ms", "none"]


def test_battery_nought_means_unknown_and_empty_raw_is_a_sighting() -> None:
    assert "telemetry" not in detail([HEAD, BEACON])
    assert read([HEAD, {**TAG, "rawData": ""}]).sightings[0].adv is None
    assert detail([HEAD, {**TAG, "rawData": "0g"}])["error"] == "bad_hex"
    assert detail([HEAD, {**TAG, "bleName": False, "battery": 90, "temperature": 21.5}])["telemetry"] == {
        "battery_percent": 90,
        "temperature_c": 21.5,
    }


def test_a_beacon_names_itself() -> None:
    assert identity([HEAD, BEACON]) == "ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0:1:65535"
    assert identity([HEAD, TAG]) is None


def test_json_raw_has_another_head() -> None:
    decoded = read([{"gateway": "ac233fffffff"}, {**TAG, "no": 37}], "", "minew")
    assert decoded.gateway == "AC:23:3F:FF:FF:FF"
    assert len(decoded.sightings) == 1


def test_the_gateways_element_is_its_heartbeat() -> None:
    decoded = read([HEAD])
    assert decoded.sightings == []
    assert decoded.fields == {"gateway_status": {"free_percent": 89}}


@pytest.mark.parametrize("head", [[], [{**HEAD, "mac": None}]])
def test_old_firmware_without_the_gateways_element_leaves_its_name_to_the_topic(head: list[Any]) -> None:
    decoded = read([*head, TAG, BEACON], "/gw/ac233fc03641/status", "minew")
    assert (decoded.gateway, len(decoded.sightings)) == (None, 2)


def test_the_gateways_element_may_come_last_and_zones_are_minded() -> None:
    zoned = {**TAG, "timestamp": "2026-02-09T08:13:53.667+08:00", "rssi": "-65"}
    decoded = read([TAG, zoned, BEACON, TAG, HEAD], name="minew")
    assert decoded.gateway == "AC:23:3F:C0:36:41"
    first, second, *_ = decoded.sightings
    assert (first.at, first.rssi_dbm) == (second.at, second.rssi_dbm)
