"""FIPS 197 appendix B and C, and RFC 3610 packet vector 1 (its own tag length), typed from the documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.adverts.aes import BadTagError, _counter, _tag, ccm_decrypt, encrypt_block

KEY = bytes.fromhex("231d39c1d7cc1ab1aee224cd096db932")


def test_fips_197() -> None:
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    block = bytes.fromhex("3243f6a8885a308d313198a2e0370734")
    assert encrypt_block(key, block).hex() == "3925841d02dc09fbdc118597196a0b32"
    key = bytes.fromhex("000102030405060708090a0b0c0d0e0f")
    block = bytes.fromhex("00112233445566778899aabbccddeeff")
    assert encrypt_block(key, block).hex() == "69c4e0d86a7b0430d8cdb78070b4c55a"


@given(st.binary(max_size=40), st.binary(min_size=13, max_size=13))
def test_what_was_sealed_opens_and_nothing_else(plain: bytes, nonce: bytes) -> None:
    """Counter mode is its own inverse, so sealing is opening plus the tag of the plain text."""
    tag = _tag(KEY, nonce, plain, 4)
    sealed = b""
    for number, start in enumerate(range(0, len(plain), 16), 1):
        stream = encrypt_block(KEY, _counter(nonce, number))
        sealed += bytes(a ^ b for a, b in zip(plain[start : start + 16], stream, strict=False))
    assert ccm_decrypt(KEY, nonce, sealed, tag) == plain
    with pytest.raises(BadTagError):
        ccm_decrypt(KEY, nonce, sealed, bytes([tag[0] ^ 1]) + tag[1:])


def test_the_advert_of_the_bthome_document() -> None:
    """Address 54:48:E6:8F:80:A5, 25.06 °C and 50.55 %, as bthome.io prints it."""
    nonce = bytes.fromhex("5448e68f80a5d2fc4100112233")
    opened = ccm_decrypt(KEY, nonce, bytes.fromhex("a47266c95f73"), bytes.fromhex("78237214"))
    assert opened.hex() == "02ca0903bf13"
