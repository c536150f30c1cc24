"""Signed tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.adapters.failures import Failure
from dashboard.adapters.tokens import CALL, DEVICE, GATEWAY, SPOT, Tokens

TOKENS = Tokens(b"0123456789abcdef")


@given(st.text(max_size=60))
def test_what_was_signed_is_read_back(word: str) -> None:
    assert TOKENS.read(SPOT, TOKENS.sign(SPOT, word[:60])) == word


def test_a_token_of_one_kind_is_none_of_another() -> None:
    token = TOKENS.sign(SPOT, "L1-desk")
    for kind in (DEVICE, CALL, GATEWAY):
        with pytest.raises(Failure):
            TOKENS.read(kind, token)


def test_changed_foreign_and_huge_tokens_are_not_found() -> None:
    token = TOKENS.sign(CALL, "c-1")
    other = Tokens(b"another secret!!").sign(CALL, "c-1")
    for bad in (token[:-1], "x" + token, other, "", ".", "x" * 10_000, token.replace(".", "")):
        with pytest.raises(Failure) as caught:
            TOKENS.read(CALL, bad)
        assert caught.value.code == "not_found"


def test_a_short_secret_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError):
        Tokens(b"short")
