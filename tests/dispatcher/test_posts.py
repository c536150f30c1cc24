"""Posts: a bounded table that is made a little at a time and agrees with the ways."""

import numpy as np
import pytest

from dispatcher.posts import FIELDS_AT_ONCE, POSTS_PER_FLOOR, Posts, posts_of
from tests.dispatcher.builders import SETTINGS, ground, open_ways

SITE = ground()[0]


def ready() -> Posts:
    posts = Posts(open_ways())
    while not posts.prepare():
        pass
    return posts


def test_each_floor_has_some_posts_and_not_too_many() -> None:
    floors = [place.floor for place in posts_of(SITE)]
    assert set(floors) == {floor.floor for floor in SITE.floors}
    assert max(floors.count(floor) for floor in set(floors)) <= POSTS_PER_FLOOR


def test_the_table_is_made_piece_by_piece() -> None:
    posts = Posts(open_ways())
    wanted = len(posts._todo)
    posts.prepare()
    assert len(posts._todo) == wanted - FIELDS_AT_ONCE
    assert not posts.ready
    assert ready().ready


def test_its_times_are_those_of_the_ways() -> None:
    posts, ways = ready(), open_ways()
    field = ways.travel.times_to(int(posts.cells[2]))
    assert np.allclose(posts.walk_s[:, 2], field[posts.cells])
    depots = tuple(posts.depots)
    by_way = posts.arrive_s("wheelchair", depots, wheels=True)
    onward = ways.travel.times_to(int(posts.cells[3]), wheels=True)
    best = min(
        ways.travel.times_to(ways.depot_cells[d])[posts.cells[0]] + onward[ways.depot_cells[d]]
        for d in depots
    )
    assert by_way[0, 3] == pytest.approx(float(best) + SETTINGS.pick_up_s, abs=0.01)
    assert np.isinf(posts.arrive_s("wheelchair", (), wheels=True)).all()


def test_everybody_has_a_nearest_post_on_their_floor() -> None:
    posts = ready()
    post, away_m = posts.nearest(posts.cells)
    assert (away_m < 0.01).all()
    assert (posts.floor[post] == posts.floor).all()
