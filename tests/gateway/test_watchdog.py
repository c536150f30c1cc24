from contracts.quantities import SECOND
from gateway.watchdog import PAUSE_MAX, Watchdog
from tests.gateway.builders import START

QUIET = 10 * SECOND


def test_adverts_keep_it_asleep() -> None:
    dog = Watchdog(QUIET, START)
    for second in range(100):
        dog.advert(START + second * SECOND)
        assert dog.check(START + (second + 9) * SECOND) == "none"


def test_silence_is_helped_ever_more_strongly_and_rarely() -> None:
    dog, now, remedies, pauses = Watchdog(QUIET, START), START, [], []
    for _ in range(9):
        pauses.append(dog.check_at() - now)
        now = dog.check_at()
        remedies.append(dog.check(now))
    assert remedies == ["restart", "restart", "power_cycle"] * 3
    assert pauses == sorted(pauses)
    assert pauses[-1] == PAUSE_MAX
    assert (dog.restarts, dog.power_cycles) == (9, 3)
    dog.advert(now)
    assert dog.check_at() == now + QUIET


def test_a_scanner_that_does_not_start_is_tried_again_later() -> None:
    dog = Watchdog(QUIET, START)
    dog.failed(START)
    assert dog.check_at() == START + 2 * QUIET
    dog.failed(START)
    assert dog.check(START + 4 * QUIET) == "power_cycle"
