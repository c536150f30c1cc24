"""Vectors of the binary form are those of the format's own tests."""

import pytest

from contracts.errors import WireError
from tests.gateway.formats.reading import detail, read

ONE = "10001702aabbccddeeff013a0101001bc509408100000b"
TWO = "10002202aabbccddeeff02390201001bc50940810000550101001bc5094081000119"
TIMED = "10002902aabbccddeeff02550101001bc50940810001350401001bc50940810000f0014aa31759006c"
PACKETS = (
    "10007e02aabbccddeeff02550101001bc50940810001350401001bc50940810000f103"
    "1d061bffeeddccbbaa02010611074449555520657669746341796c656572"
    "1d061bffeeddccbbaa02010611074449555520657669746341796c65656c"
    "1d061bffeeddccbbaa02010611074449555520657669746341796c656576ef"
)


def test_binary_vectors() -> None:
    decoded = read(bytes.fromhex(ONE), "", "raddec")
    assert (decoded.gateway, decoded.sightings[0].rssi_dbm) == ("001BC50940810000", -69)
    two = read(bytes.fromhex(TWO))
    assert two.gateway is None
    assert [(s.gateway, s.rssi_dbm) for s in two.sightings] == [
        ("001BC50940810000", -70),
        ("001BC50940810001", -42),
    ]
    assert read(bytes.fromhex(TIMED)).sightings[0].at == 1420075424000_000


def test_packets_lose_their_link_layer_header() -> None:
    adv = read(bytes.fromhex(PACKETS)).sightings[0].adv
    assert adv is not None
    assert adv.startswith(bytes.fromhex("02010611074449555520657669746341796c656572"))


def test_json_with_several_receivers() -> None:
    signature = [
        {"receiverId": "001bc50940810000", "rssi": -69, "numberOfDecodings": 3},
        {"receiverId": "ac233fffffff", "rssi": -70},
    ]
    body = {
        "transmitterId": "aabbccddeeff",
        "transmitterIdType": 3,
        "rssiSignature": [*signature, {}],
        "timestamp": 1343392496789,
    }
    decoded = read(body, "", "raddec")
    assert [s.gateway for s in decoded.sightings] == ["001BC50940810000", "AC:23:3F:FF:FF:FF"]
    assert decoded.drops == {"no_rssi": 1}
    assert detail(body) == {"decodings": 3, "address_type": "random"}


def test_a_wrong_checksum_is_refused() -> None:
    with pytest.raises(WireError, match="bad_checksum"):
        read(bytes.fromhex(ONE[:-2] + "00"))
