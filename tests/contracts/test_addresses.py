"""Radio addresses in one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.addresses import canonical_address


@pytest.mark.parametrize("text", ["c30000a50001", "C3:00:00:A5:00:01", "c3-00-00-a5-00-01", "C300.00A5.0001"])
def test_every_spelling_is_one_address(text: str) -> None:
    assert canonical_address(text) == "C3:00:00:A5:00:01"


@pytest.mark.parametrize("text", ["", "C3:00:00:A5:00", "hello", "C3:00:00:A5:00:0G", "C3:00:00:A5:00:01:02"])
def test_what_is_no_address_is_none(text: str) -> None:
    assert canonical_address(text) is None


@given(st.binary(min_size=6, max_size=6))
def test_our_own_spelling_stays_as_it_is(data: bytes) -> None:
    text = data.hex(":").upper()
    assert canonical_address(text) == text
