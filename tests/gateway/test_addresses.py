from hypothesis import given
from hypothesis import strategies as st

from gateway.addresses import (
    address_of,
    address_reversed,
    canonical_address,
    canonical_uuid,
    device_name,
    gateway_name,
    uuid_of,
)


@given(st.binary(min_size=6, max_size=6))
def test_every_spelling_of_an_address_is_one(data: bytes) -> None:
    written = address_of(data)
    bare = data.hex()
    for text in (bare, bare.upper(), data.hex(":"), data.hex("-"), f" {written} "):
        assert canonical_address(text) == written
    assert address_reversed(data[::-1]) == written


@given(st.binary(min_size=16, max_size=16))
def test_every_spelling_of_a_uuid_is_one(data: bytes) -> None:
    written = uuid_of(data)
    assert canonical_uuid(data.hex().upper()) == written
    assert canonical_uuid(written) == written
    assert [len(part) for part in written.split("-")] == [8, 4, 4, 4, 12]


def test_what_is_no_address_is_none() -> None:
    for text in ("", "AC233FC0364", "AC233FC036411", "office", "GG:00:00:00:00:00"):
        assert canonical_address(text) is None
    assert canonical_uuid("1de4b189") is None


def test_names_that_are_no_addresses_stay() -> None:
    assert device_name("f3:52:85") == "F3:52:85"
    assert device_name("watch:w1") == "watch:w1"
    assert gateway_name("001bc50940810000") == "001BC50940810000"
    assert gateway_name("Mv1640") == "Mv1640"
    assert gateway_name("ac233fc03641") == "AC:23:3F:C0:36:41"
