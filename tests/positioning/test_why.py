"""What positioning says when it is asked why an estimate is as it is."""

from dataclasses import replace

import numpy as np
import pytest

from contracts.messages import ExplainPosition, PositionExplained
from contracts.quantities import SECOND
from positioning.batch import Batch
from positioning.service import PositioningService
from positioning.tracks import CHI2_95
from positioning.why import BATCHES_MAX, Recent
from tests.positioning import builders as b

PLACE = (0, 12.0, 9.0)
NEAREST = "gw-L1-10"


def ask(service: PositioningService, at: int, device: str = "dev") -> PositionExplained:
    (answer,) = service.receive(ExplainPosition(device_id=device, by="user/op"), at)
    assert isinstance(answer, PositionExplained)
    return answer


def standing(without: frozenset[str] = frozenset(), louder: str = "") -> tuple[PositioningService, int]:
    """A service that heard a device for eight seconds, and the moment after."""
    service, site = b.service(), b.hall()
    service.receive(b.enrolment("dev"), b.START)
    rng = np.random.default_rng(3)
    for second in range(8):
        at = b.START + second * SECOND
        b.run_until(service, at)
        b.hear(service, site, "dev", PLACE, at, rng, without=without | {louder})
        if louder:
            service.receive(b.report(louder, "dev", [-45], at, second), at)
    end = b.START + 7 * SECOND + SECOND // 2
    b.run_until(service, end)
    return service, end


def test_gateways_are_named_strongest_first_with_how_well_they_fit() -> None:
    said = ask(*standing())
    assert said.located
    assert said.gateways[0] == NEAREST
    assert list(said.heard_dbm) == sorted(said.heard_dbm, reverse=True)
    assert len(said.gateways) == len(said.heard_dbm) == len(said.residual_db) == len(said.trust)
    assert np.abs(said.residual_db).max() < 10.0
    assert min(said.trust) > 0.4
    assert said.missing == ()
    assert abs(said.offset_db) < 3.0
    assert 1.0 <= said.offset_spread_db <= 1.5


def test_a_gateway_that_should_have_heard_is_missing() -> None:
    said = ask(*standing(without=frozenset({NEAREST})))
    assert said.missing == (NEAREST,)
    assert said.missing_probability[0] > 0.9
    assert NEAREST not in said.gateways


def test_a_falsely_loud_gateway_is_not_trusted() -> None:
    said = ask(*standing(louder="gw-L1-32"))
    by_name = dict(zip(said.gateways, zip(said.residual_db, said.trust, strict=True), strict=True))
    assert by_name["gw-L1-32"][0] > 10.0
    assert by_name["gw-L1-32"][1] == min(said.trust) < 0.6


def test_the_parts_are_what_the_ellipse_is_made_of() -> None:
    service, end = standing()
    rng = np.random.default_rng(4)
    b.hear(service, b.hall(), "dev", PLACE, end, rng)
    at = service.wake_at()
    assert at is not None
    estimate = b.estimates(service.wake(at))[-1]
    said = ask(service, at)
    axes_m2 = (float(estimate.semi_major_m[0]) ** 2 + float(estimate.semi_minor_m[0]) ** 2) / CHI2_95
    cell_m2 = 2 * b.grid_of().cell_m ** 2 / 12
    parts_m2 = said.cloud_m**2 + said.geometry_m**2 + said.silence_m**2 + cell_m2
    assert axes_m2 == pytest.approx(parts_m2, rel=0.02)


def test_silence_widens_and_then_nothing_is_left_to_explain() -> None:
    service, end = standing()
    soon, later = ask(service, end), ask(service, end + 10 * SECOND)
    assert later.silence_m > soon.silence_m + 5.0
    assert later.gateways == ()
    assert later.missing == ()  # nobody can be missing where the device itself was not heard
    b.run_until(service, end + 60 * SECOND)
    lost = ask(service, end + 60 * SECOND)
    assert lost == PositionExplained(device_id="dev", at=end + 60 * SECOND, located=False)


def test_few_gateways_are_a_bad_geometry() -> None:
    names = frozenset(gateway.gateway for gateway in b.hall().gateways)
    one = ask(*standing(without=names - {NEAREST}))
    many = ask(*standing())
    assert one.gateways == (NEAREST,)
    assert one.hdop_m_per_db > 5 * many.hdop_m_per_db
    assert one.geometry_m > 2 * many.geometry_m


@pytest.mark.parametrize("device", ["stranger", "gone"])
def test_nothing_is_said_of_who_is_not_enrolled(device: str) -> None:
    service, end = standing()
    service.receive(b.enrolment("dev", "gone", version=2), end)
    service.receive(b.enrolment("dev", version=3), end)
    assert not ask(service, end, device).located
    assert ask(service, end).located


def test_what_is_remembered_is_bounded_in_time_and_number() -> None:
    recent, one = Recent(3.0), np.ones((1, 1))
    batch = Batch(np.array([5]), np.zeros(1), np.zeros((1, 1), np.int64), -60 * one, one, one)
    for step in range(3 * BATCHES_MAX):
        recent.put(batch, step * 0.01)
    now_s = 3 * BATCHES_MAX * 0.01
    assert recent.heard(5, 2, now_s)[1].tolist() == [BATCHES_MAX, 0.0]
    assert recent.heard(6, 2, now_s)[1].sum() == 0
    recent.put(replace(batch, row=np.array([6])), 99.0)
    assert recent.heard(5, 2, 99.0)[1].sum() == 0
    recent.clear()
    assert recent.heard(6, 2, 99.0)[1].sum() == 0
