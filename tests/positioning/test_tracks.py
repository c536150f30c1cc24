from dataclasses import replace

import numpy as np
import pytest

from contracts.quantities import SECOND
from positioning.service import PositioningService
from positioning.settings import OffsetPrior
from positioning.tracks import COASTING, CONFIRMED, LOST, TENTATIVE, Tracks, ellipse
from tests.positioning.builders import (
    SETTINGS,
    START,
    enrolment,
    estimates,
    grid_of,
    hall,
    hear,
    run_until,
    service,
    stand,
)


def test_the_ellipse_holds_95_per_cent_of_a_gaussian() -> None:
    covariance = np.array([[4.0, 1.5], [1.5, 2.0]])
    major, minor, heading = ellipse(*(np.array([covariance[i]]) for i in ((0, 0), (0, 1), (1, 1))))
    points = np.random.default_rng(1).multivariate_normal([0, 0], covariance, 20_000)
    turn = np.radians(heading[0])
    along = points @ [np.cos(turn), np.sin(turn)]
    across = points @ [-np.sin(turn), np.cos(turn)]
    inside = (along / major[0]) ** 2 + (across / minor[0]) ** 2 <= 1
    assert inside.mean() == pytest.approx(0.95, abs=0.01)
    assert major[0] >= minor[0] > 0


def test_a_track_is_tentative_then_confirmed_then_coasts_and_is_lost() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    qualities = []
    for second in range(4):
        hear(awake, hall(), "tag", (0, 10.5, 20.5), START + second * SECOND)
        qualities += [
            p.quality[0] for p in estimates(run_until(awake, START + second * SECOND + SECOND // 2))
        ]
    assert qualities[0] == TENTATIVE
    assert qualities[-1] == CONFIRMED
    silent = estimates(run_until(awake, START + 60 * SECOND))
    assert [p.quality[0] for p in silent] == [COASTING, LOST]
    assert [round(float(p.age_s[0])) for p in silent] == [5, 30]
    assert silent[1].semi_major_m[0] > silent[0].semi_major_m[0]
    assert awake.wake_at() is None


def test_a_lost_device_begins_anew_where_it_is_heard() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    stand(awake, hall(), "tag", (0, 5.5, 25.5), 5)
    run_until(awake, START + 60 * SECOND)
    there = stand(awake, hall(), "tag", (0, 35.5, 25.5), 3, START + 60 * SECOND)
    assert np.hypot(there.x_m[0] - 35.5, there.y_m[0] - 25.5) < 5.0


def test_what_was_learnt_of_the_offset_outlives_the_track() -> None:
    dense = hall(1, 5.0)
    awake = PositioningService(dense, grid_of(), SETTINGS)
    awake.receive(enrolment("phone", device_class="phone"), START)
    stand(awake, dense, "phone", (0, 12.5, 20.5), 20, offset_db=-14.0)
    run_until(awake, START + 100 * SECOND)
    assert awake._tracks.quality[0] == LOST
    assert awake._tracks.offset_db[0] == pytest.approx(-14.0, abs=4.0)


def test_rows_are_reused_without_a_trace() -> None:
    tracks = Tracks(2, 5, SETTINGS)
    tracks.reserve(4)
    tracks.begin(2, OffsetPrior(-3.0, 2.0))
    tracks.used_s[2] = tracks.heard_s[2] = 7.0
    tracks.cloud.x_m[2] = 9.0
    tracks.quality[2] = CONFIRMED
    tracks.clear(2)
    assert not tracks.cloud.x_m[2].any()
    assert (tracks.used_s[2] == -np.inf).all()
    assert tracks.heard_s[2] == -np.inf
    assert not tracks.followed()


def test_what_the_walk_said_of_the_ellipses_stretches_them_and_nothing_else() -> None:
    awake = service()
    awake.receive(enrolment("tag"), START)
    for second in range(4):
        hear(awake, hall(), "tag", (0, 10.5, 20.5), START + second * SECOND)
        run_until(awake, START + second * SECOND + SECOND // 2)
    tracks, world, rows = awake._tracks, awake._world, np.arange(1)
    now_s = float(tracks.solved_s[0])
    plain, wide = (tracks.report(rows, replace(world, ellipse_scale=s), now_s) for s in (1.0, 2.0))
    assert (wide.x_m, wide.y_m, wide.heading_deg) == (plain.x_m, plain.y_m, plain.heading_deg)
    grown = (wide.semi_major_m / plain.semi_major_m).item()
    assert 1.9 < grown < 2.0, "all but the size of a cell"
