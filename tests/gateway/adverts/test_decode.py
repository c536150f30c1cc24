from hypothesis import given
from hypothesis import strategies as st

from gateway.adverts.decode import decode_advert
from tests.gateway import samples

IBEACON = "1aff4c000215426c7565436861726d426561636f6e730efe1355c5"


def test_the_first_type_names_it_and_later_structures_add_to_it() -> None:
    fields = decode_advert(bytes.fromhex("020106" + IBEACON + "0c09526164426561636f6e2047"))
    assert fields["type"] == "ibeacon"
    assert fields["name"] == "RadBeacon G"


def test_an_ibeacon_inside_anothers_data_is_none() -> None:
    fields = decode_advert(
        bytes.fromhex("22ff010001010d915f9a4c000215494e54454c4c495f524f434b535f48575075f2ff0c")
    )
    assert fields["type"] == "not_a_beacon"


def test_nothing_is_something_other() -> None:
    assert decode_advert(b"") == {"type": "other"}
    assert decode_advert(bytes(31)) == {"type": "other"}


def test_unknown_data_of_a_phone_maker_is_a_phone() -> None:
    assert decode_advert(bytes.fromhex("07ff750042098102"))["trackable_identity"] is False
    assert "trackable_identity" not in decode_advert(bytes.fromhex("07ff7c0042098102"))


@given(st.binary(max_size=255))
def test_any_bytes_have_a_type(ad: bytes) -> None:
    assert isinstance(decode_advert(ad)["type"], str)


@samples.needs_samples
@given(st.data())
def test_any_mutation_of_a_recorded_advert_has_a_type(data: st.DataObject) -> None:
    ad = bytearray(bytes.fromhex(data.draw(st.sampled_from(samples.lines("adverts.jsonl")))["adv_hex"]))
    for _ in range(data.draw(st.integers(1, 4))):
        ad[data.draw(st.integers(0, len(ad) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(ad)))
    assert isinstance(decode_advert(bytes(ad[:cut]))["type"], str)
