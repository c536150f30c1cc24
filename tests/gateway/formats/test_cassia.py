import pytest

from contracts.errors import WireError
from tests.gateway.formats.reading import detail, read

ITEM = {"bdaddrs": [{"bdaddr": "ED:47:B0:D3:A9:C8", "bdaddrType": "random"}], "adData": "020106", "rssi": -37}


def test_the_streams_lines_as_they_come() -> None:
    decoded = read(
        b'data: {"bdaddrs":[{"bdaddr":"ED:47:B0:D3:A9:C8"}],"rssi":-37,"ap":"CC:1B:E0:E2:8F:2C"}',
        "",
        "cassia",
    )
    assert decoded.gateway == "CC:1B:E0:E2:8F:2C"
    assert len(decoded.sightings) == 1
    with pytest.raises(WireError, match="keep-alive"):
        read(b":keep-alive\n")


def test_one_time_for_the_whole_batch() -> None:
    body = {
        "action": "data.scan",
        "gateway": "CC:1B:E0:E2:8F:2C",
        "timestamp": 1678698297528,
        "data": [ITEM, {}, ITEM],
    }
    decoded = read(body, "", "cassia")
    assert {sighting.at for sighting in decoded.sightings} == {1678698297528_000}
    assert decoded.drops == {"bad_entry": 1}
    assert detail(body)["address_type"] == "random"


def test_the_gateways_own_rssi_is_no_sighting() -> None:
    body = {
        "action": "gateway_status",
        "gateway": "CC:1B:E0:E2:8F:2C",
        "timestamp": 1,
        "data": {"RSSI": -21, "uptime": 5},
    }
    decoded = read(body)
    assert decoded.sightings == []
    assert decoded.fields["wifi_rssi_dbm"] == -21
