from hypothesis import given
from hypothesis import strategies as st

from gateway.adverts.walk import advert_kind, fixed88, i8, i16be, i16le, structures, text_of, u16be, u16le

one = st.tuples(st.integers(0, 255), st.binary(max_size=40))


def written(parts: list[tuple[int, bytes]]) -> bytes:
    return b"".join(bytes([len(data) + 1, kind]) + data for kind, data in parts)


@given(st.lists(one, max_size=8), st.integers(0, 30))
def test_whole_structures_come_back_in_order_whatever_padding_follows(
    parts: list[tuple[int, bytes]], zeros: int
) -> None:
    assert structures(written(parts) + bytes(zeros)) == parts


@given(st.lists(one, min_size=1, max_size=4), st.data())
def test_a_cut_advert_gives_what_was_whole(parts: list[tuple[int, bytes]], data: st.DataObject) -> None:
    ad = written(parts)
    cut = data.draw(st.integers(0, len(ad)))
    assert structures(ad[:cut]) == parts[: len(structures(ad[:cut]))]


@given(st.binary(max_size=300))
def test_any_bytes_can_be_walked(ad: bytes) -> None:
    assert sum(2 + len(data) for _, data in structures(ad)) <= len(ad)
    assert advert_kind(ad) >= 0


@given(st.binary(min_size=2, max_size=2))
def test_numbers(data: bytes) -> None:
    assert u16le(data, 0) == int.from_bytes(data, "little")
    assert u16be(data, 0) == int.from_bytes(data, "big")
    assert i16le(data, 0) == int.from_bytes(data, "little", signed=True)
    assert i16be(data, 0) == int.from_bytes(data, "big", signed=True)
    assert i8(data, 0) == int.from_bytes(data[:1], "big", signed=True)


def test_fixed_point_is_not_two_numbers_with_a_dot() -> None:
    assert fixed88(bytes.fromhex("1b18"), 0) == 27.09375
    assert fixed88(bytes.fromhex("ff80"), 0) == -0.5


def test_names_lose_their_nul_and_keep_what_can_be_read() -> None:
    assert text_of(b"bin-tracker\0") == "bin-tracker"
    assert text_of("椅".encode()[:2]) == "\ufffd"
