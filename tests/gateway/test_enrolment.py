from contracts.messages import EnrolledDevice
from gateway.enrolment import Enrolment
from tests.gateway.builders import BEACON, OTHER, TAG


def roster(*names: str) -> Enrolment:
    return Enrolment([EnrolledDevice(name, "staff", "u") for name in names])


def test_the_common_case_changes_nothing() -> None:
    assert roster(TAG, OTHER).select((OTHER, TAG)) == ((OTHER, TAG), None)


def test_strangers_are_taken_out() -> None:
    ids, index = roster(TAG).select((OTHER, TAG))
    assert ids == (TAG,)
    assert index is not None
    assert index.tolist() == [-1, 0]


def test_a_file_may_write_addresses_in_lower_case() -> None:
    known = roster(TAG.lower())
    assert known.keep[TAG] == TAG.lower()


def test_beacons_by_their_own_name_are_noticed() -> None:
    assert not roster(TAG).any_beacon
    known = roster(TAG, BEACON)
    assert known.any_beacon
    known.replace([])
    assert known.keep == {}
    assert not known.any_beacon
