from hypothesis import given
from hypothesis import strategies as st

from contracts.quantities import DAY, MILLISECOND, MINUTE, SECOND
from gateway.clock import GatewayClock

START = 1_790_000_000 * SECOND
delays_ms = st.lists(st.integers(5, 400), min_size=1, max_size=200)


def run(
    clock: GatewayClock, error: int, delays: list[int], start: int = START, step: int = SECOND // 4
) -> None:
    """Batches every ``step`` from a gateway whose clock is ahead by ``error``."""
    for number, delay in enumerate(delays):
        at = start + number * step
        clock.note(at + error, at + delay * MILLISECOND, absolute=True)


@given(st.integers(-3600, 0), delays_ms)
def test_a_clock_ahead_is_learnt_to_the_shortest_way(ahead_s: int, delays: list[int]) -> None:
    """A clock ahead shows at once: nothing arrives before it was sent."""
    error = -ahead_s * SECOND + SECOND
    clock = GatewayClock(MINUTE)
    run(clock, error, delays)
    assert clock.offset == -error + min(delays) * MILLISECOND


@given(st.integers(-DAY * 400, DAY * 400), delays_ms)
def test_no_entry_is_ever_dated_after_its_arrival(error: int, delays: list[int]) -> None:
    clock = GatewayClock(MINUTE)
    for number, delay in enumerate(delays):
        at = START + number * SECOND // 4
        arrival = at + delay * MILLISECOND
        assert at + error + clock.note(at + error, arrival, absolute=True) <= arrival


def test_a_good_clock_needs_no_correction() -> None:
    clock = GatewayClock(MINUTE)
    run(clock, 0, [20] * 4)
    assert clock.offset == 0


def test_a_backlog_is_late_and_does_not_move_the_clock() -> None:
    """Ten minutes of batches drained in five seconds: the delay falls all the while."""
    clock = GatewayClock(MINUTE)
    run(clock, 0, [20] * 40)
    drained_at = START + 600 * SECOND
    for number in range(2400):
        sent = START + number * SECOND // 4
        clock.note(sent, drained_at + number * 2 * MILLISECOND, absolute=True)
    assert clock.offset is not None
    assert clock.offset < 100 * MILLISECOND
    assert clock.steps == 0


def test_a_first_message_out_of_a_backlog_is_not_taken_for_live() -> None:
    clock = GatewayClock(MINUTE)
    assert clock.note(START - 600 * SECOND, START, absolute=True) == 0


def test_a_clock_set_back_is_believed_when_the_delay_stays() -> None:
    clock = GatewayClock(MINUTE)
    run(clock, 0, [20] * 40)
    later = START + 60 * SECOND
    run(clock, -3 * SECOND, [20] * 40, later)
    assert clock.steps == 1
    assert clock.offset is not None
    assert abs(clock.offset - 3 * SECOND) < 100 * MILLISECOND


def test_a_clock_that_was_never_set_is_anchored_by_the_first_message() -> None:
    clock = GatewayClock(MINUTE)
    assert clock.note(1000 * SECOND, START, absolute=True) == START - 1000 * SECOND


def test_seconds_since_boot_are_anchored() -> None:
    clock = GatewayClock(MINUTE)
    assert clock.note(4096 * SECOND, START, absolute=False) == START - 4096 * SECOND


def test_one_garbled_date_does_not_set_the_clock() -> None:
    clock = GatewayClock(MINUTE)
    run(clock, 0, [20] * 40)
    clock.note(START + 400 * DAY, START + 11 * SECOND, absolute=True)
    assert clock.offset is not None
    assert abs(clock.offset) < SECOND


def test_slow_drift_is_followed() -> None:
    clock = GatewayClock(MINUTE)
    for number in range(4000):
        at = START + number * SECOND
        error = -at_drift(number)
        clock.note(at + error, at + 20 * MILLISECOND, absolute=True)
    assert clock.offset is not None
    assert abs(clock.offset - at_drift(4000)) < 60 * MILLISECOND
    assert clock.steps == 0


def at_drift(seconds: int) -> int:
    """200 millionths behind."""
    return seconds * 200
