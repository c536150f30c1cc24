import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import WireError
from gateway.formats.base import Clue
from gateway.formats.minew_binary import decode
from tests.gateway.formats.reading import detail, read

GATEWAY = bytes.fromhex("ac233fc02f87")
packets = st.lists(
    st.tuples(st.binary(max_size=62), st.integers(0, 7), st.integers(-126, 20).filter(bool)),
    min_size=1,
    max_size=4,
)
devices = st.lists(st.tuples(st.binary(min_size=6, max_size=6), packets), max_size=3)


def long_frame(entries: list[tuple[bytes, list[tuple[bytes, int, int]]]]) -> bytes:
    body = b""
    for address, heard in entries:
        body += address + len(heard).to_bytes(2, "big")
        for ad, response, rssi in heard:
            body += bytes([len(ad)]) + ad + bytes([response, rssi & 0xFF])
    size = 14 + len(body) + 1
    return b"\xbb\x01" + size.to_bytes(4, "big") + GATEWAY + len(entries).to_bytes(2, "big") + body + b"\xdd"


@given(devices)
def test_a_long_frame_comes_back(entries: list[tuple[bytes, list[tuple[bytes, int, int]]]]) -> None:
    decoded = read(long_frame(entries), "", "minew_binary")
    wanted = [
        (address.hex(":").upper(), rssi, ad or None) for address, heard in entries for ad, _, rssi in heard
    ]
    assert [(s.device, s.rssi_dbm, s.adv) for s in decoded.sightings] == wanted
    assert decoded.fields["n_devices"] == len(entries)


@given(devices, st.data())
def test_a_frame_that_lies_about_itself_never_raises_anything_else(
    entries: list[tuple[bytes, list[tuple[bytes, int, int]]]], data: st.DataObject
) -> None:
    frame = bytearray(long_frame(entries))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(6, len(frame) - 2))] = data.draw(st.integers(0, 255))
    decoded = decode(Clue("", bytes(frame)))
    assert all(-126 <= sighting.rssi_dbm <= 20 for sighting in decoded.sightings)


def test_wrong_length_or_end() -> None:
    good = long_frame([])
    with pytest.raises(WireError, match="bad_length"):
        read(good + b"\xdd")
    with pytest.raises(WireError, match="bad_frame"):
        read(good[:-1] + b"\x00")


def test_random_addresses_and_no_value() -> None:
    frame = long_frame([(bytes(5) + b"\x01", [(b"\x01\x06", 6, -60), (b"", 0, -127)])])
    assert detail(frame)["address_type"] == "random"
    assert read(frame).drops == {"no_rssi": 1}


def test_a_short_frame_has_addresses_and_rssi() -> None:
    body = bytes.fromhex("c3000025ef6a") + bytes([0xBF])
    frame = b"\xbb\x00" + (14 + 7 + 1).to_bytes(4, "big") + GATEWAY + b"\x00\x01" + body + b"\xdd"
    (sighting,) = read(frame).sightings
    assert (sighting.device, sighting.rssi_dbm) == ("C3:00:00:25:EF:6A", -65)
    odd = b"\xbb\x00" + (14 + 9 + 1).to_bytes(4, "big") + GATEWAY + b"\x00\x01" + body + b"xx\xdd"
    with pytest.raises(WireError, match="BINARY-LONG"):
        read(odd)


def test_a_connect_frame_counts_in_little_endian() -> None:
    ad = bytes.fromhex("0201061aff4c000215b5b182c7eab14988aa99b5c1517008d90001c666c5")
    entry = bytes([0, 0]) + bytes.fromhex("d712ed6a66c6") + bytes([0xAB, len(ad)]) + ad
    body = len(entry).to_bytes(2, "little") + entry
    size = 20 + len(body)
    head = b"\xbb\x02" + bytes(4) + size.to_bytes(4, "little") + (size - 14).to_bytes(4, "little")
    frame = head + b"\x84\x3e" + (size - 20).to_bytes(4, "little") + body
    decoded = read(frame, "minew/gw-1")
    assert decoded.gateway is None
    assert [(s.device, s.rssi_dbm, s.adv) for s in decoded.sightings] == [("D7:12:ED:6A:66:C6", -85, ad)]
