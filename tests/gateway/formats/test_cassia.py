import json

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


def test_several_events_in_one_message() -> None:
    """A bridge that forwards what the stream brought since its last message."""
    other = {**ITEM, "bdaddrs": {"bdaddr": "ED:47:B0:D3:A9:C9", "bdaddrType": "public"}, "rssi": -47}
    stream = f":keep-alive\n\ndata: {json.dumps(ITEM)}\n\ndata:{json.dumps(other)}\n\ndata: cut sho"
    for body in (stream, [ITEM, other, 7]):
        decoded = read(body, name="cassia")
        assert [sighting.rssi_dbm for sighting in decoded.sightings] == [-37, -47]
        assert decoded.sightings[1].device == "ED:47:B0:D3:A9:C9"
    assert detail(stream, index=1)["address_type"] == "public"
