from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.adverts import SCAN_RESPONSE, eddystone_uid, ibeacon, moko_info
from firmware_sim.formats.ad import COMPLETE_NAME, SERVICE_DATA, as_ibeacon, first, split_response, structures


def test_an_ibeacon_is_recognised_and_nothing_else() -> None:
    found = as_ibeacon(ibeacon("f7826da6-4fa2-4e98-8024-bc5b71e0893e:40000:7"))
    assert found is not None
    assert (found.major, found.minor, found.power_dbm) == (40000, 7, -59)
    assert found.uuid_hex == "F7826DA64FA24E988024BC5B71E0893E"
    assert as_ibeacon(eddystone_uid("2f234454f4911ba9ffa6:000000000001")) is None


def test_structures_and_their_kinds() -> None:
    data = moko_info(bytes(6), 2900) + SCAN_RESPONSE
    assert [kind for kind, _ in structures(data)] == [1, 0x0A, SERVICE_DATA, COMPLETE_NAME]
    assert first(data, COMPLETE_NAME) == b"MK Button"
    assert first(data, 0xFF) is None
    assert split_response(data) == (moko_info(bytes(6), 2900), SCAN_RESPONSE)
    assert split_response(moko_info(bytes(6), 2900))[1] == b""


@given(st.binary(max_size=62))
def test_any_bytes_can_be_walked(data: bytes) -> None:
    assert sum(2 + len(body) for _, body in structures(data)) <= max(len(data), 0)
