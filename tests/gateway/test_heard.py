from contracts.quantities import MINUTE
from gateway.heard import KINDS_KEPT, LOOK_EACH, PAYLOADS_KEPT, newly_heard
from tests.gateway.builders import START


def test_the_same_bytes_just_before_are_a_repeat() -> None:
    heard = newly_heard("gw-1", True, MINUTE, START)
    assert not heard.repeats(b"a")
    assert heard.repeats(b"a")
    for number in range(PAYLOADS_KEPT):
        assert not heard.repeats(bytes([number]))
    assert not heard.repeats(b"a"), "long ago"


def test_kinds_of_adverts_are_noticed_up_to_a_limit() -> None:
    heard = newly_heard("gw-1", True, MINUTE, START)
    for number in range(2 * KINDS_KEPT * LOOK_EACH):
        heard.note_kind(bytes([3, 0xFF, number // LOOK_EACH, 0]))
    assert len(heard.kinds) == KINDS_KEPT
