import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contracts.columns import observations
from contracts.messages import EnrolledDevice
from contracts.quantities import MILLISECOND
from gateway.drops import no_drops
from gateway.enrolment import Enrolment
from gateway.scans import Gathered, newest_of, select_scan
from tests.gateway.builders import START, heard_in, scan

names = st.sampled_from(["A", "B", "C", "D"])
rows = st.lists(st.tuples(names, st.integers(-128, 127), st.integers(0, 65535)), min_size=1, max_size=60)


def possible(rssi: int) -> bool:
    return -126 <= rssi <= 20 and rssi != 0


@given(rows, st.sets(names), st.integers(-(10**9), 10**9))
def test_only_enrolled_devices_and_possible_values_are_left_in_order_and_all_else_is_counted(
    heard: list[tuple[str, int, int]], enrolled: set[str], offset: int
) -> None:
    report, drops = scan(heard), no_drops()
    roster = Enrolment([EnrolledDevice(name, "staff", "u") for name in sorted(enrolled)])
    selected = select_scan(report, observations(report), roster, offset, START, drops)
    wanted = [
        (name, rssi, START + offset + ms * MILLISECOND)
        for name, rssi, ms in heard
        if name in enrolled and possible(rssi)
    ]
    assert (heard_in(selected) if selected else []) == wanted
    assert drops["not_enrolled"] == sum(name not in enrolled for name, _, _ in heard)
    assert drops["bad_rssi"] == sum(name in enrolled and not possible(rssi) for name, rssi, _ in heard)
    if selected:
        assert selected.received_at == START
        assert set(selected.device_ids) <= enrolled


def test_two_names_of_one_device_become_one() -> None:
    roster = Enrolment([EnrolledDevice("AB:00:00:00:00:01", "staff", "u")])
    assert roster.select(("AB:00:00:00:00:01", "x"))[0] == ("AB:00:00:00:00:01",)
    ids, index = Enrolment([EnrolledDevice("ab", "staff", "u")]).select(("ab", "AB", "x"))
    assert ids == ("ab",)
    assert index is not None
    assert index.tolist() == [0, 0, -1]


def test_the_newest_observation_dates_a_report() -> None:
    report = scan([("A", -60, 30), ("B", -60, 250), ("A", -61, 90)])
    assert newest_of(report, observations(report)) == START + 250 * MILLISECOND
    empty = scan([])
    assert newest_of(empty, observations(empty)) == START


def test_near_repeats_are_averaged_and_later_samples_are_not() -> None:
    gathered = Gathered()
    span = 100 * MILLISECOND
    assert gathered.add("A", -60, START, b"1", span)
    assert not gathered.add("A", -70, START + 80 * MILLISECOND, b"2", span)
    assert not gathered.add("A", -71, START + 90 * MILLISECOND, b"1", span)
    assert gathered.add("B", -50, START + 90 * MILLISECOND, None, span)
    assert gathered.add("A", -40, START + 500 * MILLISECOND, b"1", span)
    assert heard_in(gathered.report("gw-1", "b", 1, START)) == [
        ("A", -67, START),
        ("B", -50, START + 90 * MILLISECOND),
        ("A", -40, START + 500 * MILLISECOND),
    ]


def test_with_coarse_times_only_another_frame_of_the_same_second_is_a_repeat() -> None:
    gathered = Gathered()
    assert gathered.add("A", -60, START, b"1", None)
    assert not gathered.add("A", -70, START, b"2", None), "advert and scan response"
    assert gathered.add("A", -64, START, b"1", None), "the next advert"
    assert len(gathered) == 2


@given(st.lists(st.tuples(names, st.integers(-126, 20), st.integers(0, 60_000)), min_size=1))
def test_what_was_gathered_comes_out(heard: list[tuple[str, int, int]]) -> None:
    gathered = Gathered()
    for name, rssi, ms in heard:
        gathered.add(name, rssi, START + ms * MILLISECOND, b"same", None)
    wanted = [(name, rssi, START + ms * MILLISECOND) for name, rssi, ms in heard]
    report = gathered.report("gw-1", "b", 1, START)
    assert heard_in(report) == wanted
    assert len(np.frombuffer(report.device, "<u2")) == len(heard)
