import numpy as np
import pytest

from contracts.messages import (
    ClosuresChanged,
    EnrolmentChanged,
    GuestGatewaysChanged,
    InstalledGateway,
    Message,
    PositionsEstimated,
    ZoneChanged,
)
from contracts.quantities import HOUR, MILLISECOND, SECOND
from positioning.calibration import Calibration, GatewayFit, SurveyedSpot
from positioning.service import PositioningService
from positioning.settings import PositioningSettings
from tests.positioning.builders import (
    START,
    enrolment,
    estimates,
    grid_of,
    hall,
    hear,
    report,
    run_until,
    service,
    stand,
)


def test_no_device_no_work() -> None:
    awake = service()
    assert awake.wake_at() is None
    awake.receive(enrolment("tag"), START)
    assert awake.wake_at() is None
    assert awake.wake(START) == []


def test_strangers_are_not_located() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    hear(awake, hall(), "stranger", (0, 10.5, 20.5), START)
    assert estimates(run_until(awake, START + SECOND)) == []
    assert awake.dropped["not_enrolled"] == 12


@pytest.mark.parametrize("place", [(0, 8.5, 8.5), (0, 30.5, 22.5), (1, 14.5, 20.5), (1, 38.5, 1.5)])
def test_a_standing_device_is_found_with_its_floor(place: tuple[int, float, float]) -> None:
    awake = service(2)
    awake.receive(enrolment("tag"), START)
    found = stand(awake, hall(2), "tag", place, 8)
    assert found.floor[0] == place[0]
    assert np.hypot(found.x_m[0] - place[1], found.y_m[0] - place[2]) < 4.0
    assert found.floor_probability[0].sum() == pytest.approx(1.0, abs=0.02)
    assert 0.3 < found.semi_minor_m[0] <= found.semi_major_m[0] < 20.0


def test_when_enrolment_ends_all_is_forgotten_at_once() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    stand(awake, hall(), "tag", (0, 10.5, 20.5), 3)
    hear(awake, hall(), "tag", (0, 10.5, 20.5), START + 3 * SECOND)
    awake.receive(EnrolmentChanged(version=2, devices=()), START + 3 * SECOND)
    assert estimates(run_until(awake, START + 60 * SECOND)) == []
    assert not awake._tracks.cloud.x_m.any()
    awake.receive(enrolment("other", version=3), START + 61 * SECOND)
    assert estimates(awake.wake(START + 61 * SECOND)) == []


def test_an_older_enrolment_changes_nothing() -> None:
    awake = service()
    awake.receive(enrolment("tag", version=5), START)
    awake.receive(enrolment("other", version=4), START)
    hear(awake, hall(), "tag", (0, 10.5, 20.5), START)
    assert estimates(run_until(awake, START + SECOND))[0].device_ids == ("tag",)


def walk(order: tuple[str, ...], seconds: int = 6) -> dict[str, list[tuple[float, ...]]]:
    """Three devices, enrolled in some order; what is said of each."""
    awake = service(2)
    awake.receive(enrolment(*order), START)
    places = {"a": (0, 5.5, 22.5), "b": (0, 31.5, 8.5), "c": (1, 20.5, 15.5)}
    said: dict[str, list[tuple[float, ...]]] = {device: [] for device in order}
    for second in range(seconds):
        at = START + second * SECOND
        for device in order:
            rng = np.random.default_rng([second, ord(device)])
            hear(awake, hall(2), device, places[device], at, rng)
        for positions in estimates(run_until(awake, at + 900 * MILLISECOND)):
            for i, device in enumerate(positions.device_ids):
                said[device].append((positions.x_m[i], positions.y_m[i], positions.semi_major_m[i]))
    return said


def test_the_order_of_devices_changes_nothing_and_nothing_is_left_to_chance() -> None:
    one, two, again = walk(("a", "b", "c")), walk(("c", "a", "b")), walk(("a", "b", "c"))
    assert one == again
    for device in "abc":
        assert np.allclose(one[device], two[device], atol=0.02)


def test_the_same_input_gives_the_same_bytes() -> None:
    def said() -> list[Message]:
        awake = service()
        awake.receive(enrolment("tag", "b"), START)
        hear(awake, hall(), "tag", (0, 10.5, 20.5), START)
        hear(awake, hall(), "b", (0, 30.5, 20.5), START)
        return run_until(awake, START + 10 * SECOND)

    assert said() == said()


def test_a_batch_that_comes_twice_does_nothing_the_second_time() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    for _ in range(3):
        awake.receive(report("gw-L1-00", "tag", [-60], START, seq=9), START)
    assert awake.dropped["duplicate"] == 2


def test_impossible_late_and_future_readings_are_dropped_and_counted() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    for seq, (level, lag) in enumerate(((62, 0), (0, 0), (-127, 0), (-60, -20), (-60, 20))):
        awake.receive(report("gw-L1-00", "tag", [level], START + lag * SECOND, seq), START)
    assert estimates(run_until(awake, START + SECOND)) == []
    assert [awake.dropped[cause] for cause in ("impossible", "late", "future")] == [3, 1, 1]


def test_a_clock_set_back_an_hour_changes_no_age() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    stand(awake, hall(), "tag", (0, 10.5, 20.5), 5)
    found = stand(awake, hall(), "tag", (0, 10.5, 20.5), 3, START - HOUR)
    assert found.age_s[0] < 2.0
    assert found.quality[0] == 1
    assert np.hypot(found.x_m[0] - 10.5, found.y_m[0] - 20.5) < 3.5


def test_a_clock_set_forward_loses_and_finds_again() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    stand(awake, hall(), "tag", (0, 10.5, 20.5), 5)
    found = stand(awake, hall(), "tag", (0, 30.5, 20.5), 4, START + HOUR)
    assert np.hypot(found.x_m[0] - 30.5, found.y_m[0] - 20.5) < 3.5


def test_a_gateway_that_dies_in_the_middle_costs_little() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    place, rng = (0, 15.5, 15.5), np.random.default_rng(3)
    for second in range(10):
        dead = frozenset({"gw-L1-11"}) if second >= 4 else frozenset()
        hear(awake, hall(), "tag", place, START + second * SECOND, rng, without=dead)
        said = estimates(run_until(awake, START + second * SECOND + 900 * MILLISECOND))
    assert np.hypot(said[-1].x_m[0] - 15.5, said[-1].y_m[0] - 15.5) < 3.5


def test_one_gateway_gives_a_place_with_a_large_ellipse() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    awake.receive(report("gw-L1-11", "tag", [-75], START), START)
    (found,) = estimates(run_until(awake, START + SECOND))
    assert np.hypot(found.x_m[0] - 15, found.y_m[0] - 15) < 8.0
    assert found.semi_major_m[0] > 4.0
    assert found.quality[0] == 0


def test_a_floor_without_gateways_or_devices_does_no_harm() -> None:
    site = hall(2)
    upper = tuple(g for g in site.gateways if g.floor == "L2")
    bare = type(site)(**{**{f: getattr(site, f) for f in site.__struct_fields__}, "gateways": upper})
    awake = PositioningService(bare, grid_of(2), PositioningSettings())
    awake.receive(enrolment("tag"), START)
    found = stand(awake, bare, "tag", (1, 12.5, 12.5), 4)
    assert found.floor[0] == 1


def test_no_gateway_at_all() -> None:
    site = hall()
    bare = type(site)(**{**{f: getattr(site, f) for f in site.__struct_fields__}, "gateways": ()})
    awake = PositioningService(bare, grid_of(), PositioningSettings())
    awake.receive(enrolment("tag"), START)
    awake.receive(report("gw-L1-00", "tag", [-60], START), START)
    assert awake.wake(START + SECOND) == []
    assert awake.dropped["unknown_gateway"] == 1


def test_guest_gateways_are_heard_from_then_on_and_no_longer_when_gone() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    stand(awake, hall(), "tag", (0, 10.5, 20.5), 2)
    guest = InstalledGateway(gateway="guest", floor="L1", x_m=38.0, y_m=28.0)
    awake.receive(GuestGatewaysChanged(version=1, gateways=(guest,)), START + 2 * SECOND)
    run_until(awake, START + 60 * SECOND)
    at = START + 61 * SECOND
    awake.receive(report("guest", "tag", [-64], at), at)
    (found,) = estimates(run_until(awake, at + SECOND))
    assert np.hypot(found.x_m[0] - 38, found.y_m[0] - 28) < 6.0
    awake.receive(GuestGatewaysChanged(version=2, gateways=()), at + 2 * SECOND)
    awake.receive(report("guest", "tag", [-64], at + 3 * SECOND, seq=2), at + 3 * SECOND)
    run_until(awake, at + 4 * SECOND)
    assert awake.dropped["unknown_gateway"] == 1


def test_a_closed_lift_carries_nobody() -> None:
    awake = service(2)
    awake.receive(ClosuresChanged(version=1, connectors=("lift",), fire_mode=False), START)
    assert not awake._world.ground.hop_rate.any()
    awake.receive(ClosuresChanged(version=2, connectors=(), fire_mode=False), START)
    assert awake._world.ground.hop_rate.any()


def test_zone_changes_are_told_once() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    said: list[Message] = []
    rng = np.random.default_rng(5)
    for second in range(40):
        x = 5.5 + 0.8 * second
        hear(awake, hall(), "tag", (0, x, 20.5), START + second * SECOND, rng)
        said += run_until(awake, START + second * SECOND + 900 * MILLISECOND)
    events = [(m.zone, m.change) for m in said if isinstance(m, ZoneChanged)]
    assert events == [("west", "enter"), ("west", "leave"), ("east", "enter")]
    (dwell_s,) = (m.dwell_s for m in said if isinstance(m, ZoneChanged) and m.change == "leave")
    assert dwell_s == pytest.approx(18.0, abs=4.0), "half of the hall at its pace"
    assert {m.zone[0] for m in said if isinstance(m, PositionsEstimated)} == {"west", "east"}


def test_enrolments_beyond_the_limit_are_refused_and_counted() -> None:
    awake = service(settings=PositioningSettings(device_limit=2))
    awake.receive(enrolment("a", "b", "c"), START)
    assert awake.refused == 1
    hear(awake, hall(), "c", (0, 10.5, 20.5), START)
    assert estimates(run_until(awake, START + SECOND)) == []


def test_a_class_of_devices_never_heard_of_is_located_as_a_phone() -> None:
    awake = service()
    awake.receive(enrolment("thing", device_class="toaster"), START)
    found = stand(awake, hall(), "thing", (0, 12.5, 12.5), 5)
    assert np.hypot(found.x_m[0] - 12.5, found.y_m[0] - 12.5) < 4.0


def test_a_floor_that_the_survey_never_saw_is_located_all_the_same() -> None:
    """By the site's line: no gateway there was surveyed, and no spot of the map lies there."""
    site = hall(2)
    lines = [GatewayFit(g.gateway, -59.0, 2.4, 4.0, 20) for g in site.gateways if g.floor == "L1"]
    spot = SurveyedSpot("L1", 12.0, 12.0, {"gw-L1-11": (3.0, 0.5)})
    below = Calibration(
        1, 1, "L1 only", "tag", 1.2, -59.0, 2.4, 4.0, 4.0, 2.0, 1.0, gateways=tuple(lines), spots=(spot,)
    )
    awake = PositioningService(site, grid_of(2), PositioningSettings(), below)
    awake.receive(enrolment("tag"), START)
    found = stand(awake, site, "tag", (1, 12.5, 12.5), 5)
    assert found.floor[0] == 1
    assert np.hypot(found.x_m[0] - 12.5, found.y_m[0] - 12.5) < 4.0
