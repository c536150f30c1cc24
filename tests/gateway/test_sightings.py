from typing import get_args

from gateway.sightings import ABSOLUTE, Basis, Decoded


def test_only_times_since_1970_are_absolute() -> None:
    assert set(get_args(Basis)) >= ABSOLUTE
    relative = set(get_args(Basis)) - ABSOLUTE
    assert {"gateway_uptime", "gateway_local_no_zone", "counter_only", "none"} <= relative


def test_two_messages_do_not_share_their_lists() -> None:
    one, other = Decoded("sightings", None), Decoded("sightings", None)
    assert one.sightings is not other.sightings
    assert one.drops is not other.drops
