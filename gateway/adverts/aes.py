"""AES-128 in CCM mode for encrypted adverts: FIPS 197 and RFC 3610, decryption only.

Adverts are a dozen bytes, once in a while: a table-free version in plain Python is enough, and keeps a
gateway free of compiled libraries. Not for anything that must resist timing measurements.
"""

from functools import lru_cache
from hmac import compare_digest
from typing import Final

NONCE_BYTES: Final = 13
_BLOCK: Final = 16


class BadTagError(Exception):
    """The message was not made with this key."""


def ccm_decrypt(key: bytes, nonce: bytes, ciphertext: bytes, tag: bytes) -> bytes:
    """The plain text of a message without associated data; nonce 13 bytes, so length field 2 bytes.

    Raises:
        BadTagError: the tag does not fit.
    """
    assert len(key) == 16, len(key)
    assert len(nonce) == NONCE_BYTES, len(nonce)
    plain = bytearray()
    for number, start in enumerate(range(0, len(ciphertext), _BLOCK), 1):
        stream = encrypt_block(key, _counter(nonce, number))
        plain += bytes(a ^ b for a, b in zip(ciphertext[start : start + _BLOCK], stream, strict=False))
    expected = _tag(key, nonce, bytes(plain), len(tag))
    if not compare_digest(expected, tag):
        raise BadTagError
    return bytes(plain)


def _counter(nonce: bytes, number: int) -> bytes:
    return b"\x01" + nonce + number.to_bytes(2, "big")


def _tag(key: bytes, nonce: bytes, plain: bytes, length: int) -> bytes:
    """CBC-MAC over the first block and the padded message, encrypted with counter 0."""
    flags = ((length - 2) // 2) << 3 | 1
    state = encrypt_block(key, bytes([flags]) + nonce + len(plain).to_bytes(2, "big"))
    padded = plain + bytes(-len(plain) % _BLOCK)
    for start in range(0, len(padded), _BLOCK):
        block = padded[start : start + _BLOCK]
        state = encrypt_block(key, bytes(a ^ b for a, b in zip(state, block, strict=True)))
    mask = encrypt_block(key, _counter(nonce, 0))
    return bytes(a ^ b for a, b in zip(state[:length], mask, strict=False))


def encrypt_block(key: bytes, block: bytes) -> bytes:
    """One block of 16 bytes, FIPS 197."""
    round_keys = _expand(key)
    state = [a ^ b for a, b in zip(block, round_keys[0], strict=True)]
    for number in range(1, 11):
        state = [_SBOX[state[(at + 4 * (at % 4)) % 16]] for at in range(16)]
        if number < 10:
            state = _mix_columns(state)
        state = [a ^ b for a, b in zip(state, round_keys[number], strict=True)]
    return bytes(state)


def _mix_columns(state: list[int]) -> list[int]:
    mixed: list[int] = []
    for at in range(0, 16, 4):
        column = state[at : at + 4]
        everything = column[0] ^ column[1] ^ column[2] ^ column[3]
        mixed += [
            byte ^ everything ^ _double(byte ^ column[(index + 1) % 4]) for index, byte in enumerate(column)
        ]
    return mixed


def _double(value: int) -> int:
    """Times x in GF(2^8)."""
    value <<= 1
    return value ^ 0x11B if value & 0x100 else value


@lru_cache(maxsize=256)
def _expand(key: bytes) -> tuple[bytes, ...]:
    """The eleven round keys."""
    words = [list(key[at : at + 4]) for at in range(0, 16, 4)]
    constant = 1
    for number in range(4, 44):
        word = words[number - 1]
        if number % 4 == 0:
            word = [_SBOX[byte] for byte in word[1:] + word[:1]]
            word[0] ^= constant
            constant = _double(constant)
        words.append([a ^ b for a, b in zip(words[number - 4], word, strict=True)])
    flat = bytes(byte for word in words for byte in word)
    return tuple(flat[at : at + 16] for at in range(0, 176, 16))


def _make_sbox() -> bytes:
    """Inverse in GF(2^8) by powers of the generator 3, then the affine map."""
    powers = [1]
    for _ in range(254):
        powers.append(powers[-1] ^ _double(powers[-1]))
    log = {value: exponent for exponent, value in enumerate(powers)}
    box = []
    for value in range(256):
        inverse = powers[(255 - log[value]) % 255] if value else 0
        turned = inverse
        for shift in range(1, 5):
            turned ^= (inverse << shift | inverse >> (8 - shift)) & 0xFF
        box.append(turned ^ 0x63)
    return bytes(box)


_SBOX: Final = _make_sbox()
