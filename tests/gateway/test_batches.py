from contracts.quantities import MILLISECOND, MINUTE, SECOND, Instant
from gateway.batches import batch_times
from gateway.heard import Heard, newly_heard
from gateway.sightings import Basis, Sighting
from tests.gateway.builders import START, TAG


def gateway() -> Heard:
    return newly_heard("gw-1", True, MINUTE, START)


def entries(*times: Instant | None, basis: Basis = "gateway_unix_ms") -> list[Sighting]:
    return [Sighting(TAG, -60, at, basis if at is not None else "none") for at in times]


def dated(found: list[Sighting], heard: Heard, arrival: Instant) -> list[Instant | None]:
    return batch_times(found, heard, arrival)[0]


def test_a_batch_keeps_its_differences_and_never_lies_ahead() -> None:
    ms = MILLISECOND
    found = entries(START - 900 * ms, START - 5 * ms)
    assert dated(found, gateway(), START + 20 * ms) == [START - 900 * ms, START - 5 * ms]
    fast = entries(START + 3600 * SECOND - 900 * ms, START + 3600 * SECOND + ms)
    assert dated(fast, gateway(), START) == [START - 901 * ms, START]


def test_without_a_time_it_was_heard_on_arrival() -> None:
    assert dated(entries(None, None), gateway(), START) == [START, START]
    counters = [Sighting(TAG, -60, None, "counter_only")]
    assert dated(counters, gateway(), START) == [START]


def test_whole_seconds_mean_within_this_second() -> None:
    found = entries(START - 5 * SECOND, START - 2 * SECOND, basis="gateway_unix_s")
    first, second = dated(found, gateway(), START)
    assert (first, second) == (START - 4_500_000, START - 1_500_000)


def test_a_fresh_single_advert_with_whole_seconds_was_heard_now() -> None:
    arrival = START + 700 * MILLISECOND
    assert dated(entries(START, basis="gateway_unix_s"), gateway(), arrival) == [arrival]


def test_seconds_since_boot_are_as_good_as_any() -> None:
    heard = gateway()
    found = entries(4096 * SECOND + MILLISECOND, 4097 * SECOND + MILLISECOND, basis="gateway_uptime")
    assert dated(found, heard, START) == [START - SECOND, START]
    assert heard.clock.offset is None, "the other clock"


def test_local_time_without_a_zone_keeps_its_differences() -> None:
    found = entries(START + 8 * 3600 * SECOND, START + 8 * 3600 * SECOND + 1, basis="gateway_local_no_zone")
    assert dated(found, gateway(), START) == [START - 1, START]


def test_one_broken_date_in_a_batch_is_not_the_batchs_date() -> None:
    found = entries(*(START - number * 100_000 - 1 for number in range(9)), START + 10**12)
    times = dated(found, gateway(), START)
    assert times[-1] is None
    assert times[0] == START - 1


def test_an_upload_of_a_minute_keeps_its_own_times() -> None:
    found = entries(*(START - number * SECOND - 1 for number in range(60)))
    assert dated(found, gateway(), START) == [START - number * SECOND - 1 for number in range(60)]
