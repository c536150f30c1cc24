from hypothesis import given
from hypothesis import strategies as st

from gateway.adverts.bthome import bthome

ADDRESS = "54:48:E6:8F:80:A5"
KEY = bytes.fromhex("231d39c1d7cc1ab1aee224cd096db932")
SEALED = bytes.fromhex("41a47266c95f730011223378237214")


def test_a_remote_lists_all_its_keys() -> None:
    fields = bthome(bytes.fromhex("4400bc01643a003a003a003a01"), None, None)
    assert fields is not None
    assert fields["packet_id"] == 188
    assert fields["battery_percent"] == 100
    assert fields["buttons"] == ["none", "none", "none", "press"]


def test_negative_temperature_and_motion() -> None:
    fields = bthome(bytes.fromhex("400218fc2101"), None, None)
    assert fields is not None
    assert fields["temperature_c"] == -10.0
    assert fields["motion"] is True


def test_text_is_skipped_by_its_length_and_the_unknown_ends_the_reading() -> None:
    fields = bthome(bytes.fromhex("40530341424301614001"), None, None)
    assert fields is not None
    assert fields["battery_percent"] == 97
    assert bthome(bytes.fromhex("40ee010161"), None, None) == {"type": "bthome_v2", "encrypted": False}


def test_encrypted_adverts_open_with_key_and_address() -> None:
    fields = bthome(SEALED, ADDRESS, KEY)
    assert fields is not None
    assert fields["temperature_c"] == 25.06
    assert bthome(SEALED, ADDRESS, None) == {"type": "bthome_v2", "encrypted": True}
    wrong = bthome(SEALED, ADDRESS, bytes(16))
    assert wrong is not None
    assert wrong["error"] == "wrong_key"


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_can_be_read(data: bytes, keyed: bool) -> None:
    fields = bthome(data, ADDRESS if keyed else None, KEY if keyed else None)
    assert fields is None or fields["type"] == "bthome_v2"
