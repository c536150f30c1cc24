"""Surveys: a long stay is one spot, silence is a bound, weak levels are put right."""

import numpy as np

from positioning.survey import PACKET_DB, Walk, gather


def walk(rows: list[tuple[int, float, float, int, float]]) -> Walk:
    floor, x, y, gateway, rssi = (np.array(column) for column in zip(*rows, strict=True))
    return Walk(floor.astype(np.int64), x, y, gateway.astype(np.int64), rssi.astype(float))


def test_readings_within_a_cell_are_one_spot_however_many() -> None:
    long_stay = [(0, 1.2, 1.2, 0, -60.0)] * 50
    survey = gather(walk([*long_stay, *[(0, 8.5, 1.5, 0, -70.0)] * 5]), gateways=1)
    assert len(survey.x_m) == 2
    assert sorted(np.round(survey.level_dbm[:, 0]).tolist()) == [-70.0, -60.0]


def test_floors_are_never_mixed() -> None:
    survey = gather(walk([(0, 1.2, 1.2, 0, -60.0), (1, 1.2, 1.2, 0, -80.0)]), gateways=1)
    assert sorted(survey.floor.tolist()) == [0, 1]


def test_a_gateway_that_heard_nothing_is_missed_there() -> None:
    survey = gather(walk([(0, 1.2, 1.2, 0, -60.0)] * 10), gateways=2)
    assert survey.missed.tolist() == [[False, True]]


def test_levels_that_were_heard_only_when_high_are_lowered() -> None:
    """Half of the adverts heard at the limit: the mean of the heard ones is too high."""
    near = [(0, 1.2, 1.2, 0, -60.0)] * 20
    weak = [(0, 1.2, 1.2, 1, -98.0)] * 8
    survey = gather(walk(near + weak), gateways=2)
    assert survey.level_dbm[0, 0] == -60.0
    assert -98.0 - 2 * PACKET_DB < survey.level_dbm[0, 1] < -98.0 - 0.3 * PACKET_DB


def test_near_gateways_that_lose_packets_are_left_as_they_are() -> None:
    """Far above the receiver's limit a miss is a collision, not a weak level."""
    lossy = [(0, 1.2, 1.2, 0, -60.0)] * 20 + [(0, 1.2, 1.2, 1, -65.0)] * 12
    limit = [(0, 9.2, 1.2, 0, -98.0)] * 20
    survey = gather(walk(lossy + limit), gateways=2)
    assert survey.level_dbm[0, 1] == -65.0


def test_too_many_spots_are_made_larger() -> None:
    rng = np.random.default_rng(1)
    rows = [(0, float(x), float(y), 0, -60.0) for x, y in rng.uniform(0, 60, (3000, 2))]
    assert len(gather(walk(rows), gateways=1).x_m) <= 400
