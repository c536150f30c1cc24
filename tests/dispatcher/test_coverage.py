"""Standing by: the gain is what a recount gives, suggestions help, cost little, and end with a task."""

import msgspec
import numpy as np
import pytest

from contracts import messages as m
from contracts.messages import Place
from contracts.quantities import HOUR
from dispatcher import coverage
from dispatcher.coverage import READY, Scene, gains, look, losses, suggest
from dispatcher.drafting import Draft
from dispatcher.ledger import standby_walked_m
from dispatcher.posts import Posts
from dispatcher.settings import DispatcherSettings
from tests.dispatcher.builders import SETTINGS, Control
from tests.dispatcher.test_posts import ready

EAGER = msgspec.structs.replace(SETTINGS, standby_price=0.0)


def a_scene(control: Control, posts: Posts) -> Scene:
    return look(control.ledger, posts, control.service.whereabouts, SETTINGS, control.now)


def covered(scene: Scene) -> float:
    """Share of weighted calls in time, counted afresh."""
    every = [
        need.weight @ (1.0 - np.prod(1.0 - READY * need.here[need.able], axis=0)) for need in scene.needs
    ]
    return float(sum(every))


def test_a_gain_is_what_counting_afresh_gives() -> None:
    control, posts = Control(), ready()
    scene = a_scene(control, posts)
    worth, before = gains(scene), covered(scene)
    for i, p in [(0, 1), (2, 5), (len(scene.unit_ids) - 1, 0)]:
        moved = a_scene(control, posts)
        coverage._move(moved, i, p)
        assert covered(moved) - before == pytest.approx(worth[i, p], abs=1e-9)


def test_suggestions_raise_coverage_and_are_few() -> None:
    control, posts = Control(), ready()
    everybody = {person.unit_id: (0, 8.0, 8.0) for person in control.site.staff}
    control.locate(everybody)
    scene = a_scene(control, posts)
    before = covered(scene)
    facts = suggest(scene, posts, EAGER, Draft(control.ledger.seq, control.now))
    assert 0 < len(facts) <= coverage.MOVES_MAX
    assert covered(scene) > before
    assert len({fact.unit_id for fact in facts if isinstance(fact, m.StandbySuggested)}) == len(facts)


def test_the_service_suggests_shows_and_forgets_with_the_next_task() -> None:
    control = Control(msgspec.structs.replace(SETTINGS, standby_price=0.0))
    control.locate({person.unit_id: (0, 8.0, 8.0) for person in control.site.staff})
    control.wait(90)
    said = control.of(m.StandbySuggested)
    assert said
    unit = control.ledger.units[said[0].unit_id]
    assert isinstance(unit.standby, Place)
    assert standby_walked_m(unit, control.now) > 0
    assert standby_walked_m(unit, control.now + HOUR) == 0
    task = control.task(control.call("wheelchair"))
    asked = control.do(m.AssignUnit, task_id=task, unit_id=said[0].unit_id)
    if asked.accepted:
        assert control.ledger.units[said[0].unit_id].standby is None
    assert control.replayed() == control.ledger


def test_nobody_is_walked_beyond_the_cap_nor_soon_again() -> None:
    control = Control(msgspec.structs.replace(SETTINGS, standby_price=0.0, standby_walk_max_m=150.0))
    control.locate({person.unit_id: (0, 8.0, 8.0) for person in control.site.staff})
    control.wait(1800)
    last: dict[str, int] = {}
    walked: dict[str, float] = {}
    for fact in control.of(m.StandbySuggested):
        assert fact.at - last.get(fact.unit_id, 0) >= coverage.REST
        last[fact.unit_id] = fact.at
        walked[fact.unit_id] = walked.get(fact.unit_id, 0.0) + fact.walk_m
        assert fact.walk_m <= 150.0
    assert 0 < max(walked.values()) <= 150.0 * 1.5, "half an hour forgets half of it"


@pytest.mark.parametrize("changes", [{"policy": "optimal"}, {"standby_walk_max_m": 0.0}])
def test_without_it_nobody_is_moved(changes: dict[str, object]) -> None:
    control = Control(msgspec.structs.replace(DispatcherSettings(), **changes))
    control.wait(120)
    assert control.of(m.StandbySuggested) == []


def test_the_control_room_hears_which_floors_are_understaffed() -> None:
    control = Control()
    for person in control.site.staff:
        control.do(m.SetDuty, unit_id=person.unit_id, duty="off")
    control.wait(60)
    said = control.service._coverage
    assert said is not None
    assert {row.understaffed for row in said.floors} == {True}
    assert {row.floor for row in said.floors} == {"L1", "L2"}
    assert said.reserve == (), "nobody is here to be missed"


def test_it_hears_whom_emergencies_would_miss_and_what_standing_by_costs() -> None:
    control = Control(msgspec.structs.replace(SETTINGS, standby_price=0.0))
    control.locate({person.unit_id: (0, 8.0, 8.0) for person in control.site.staff})
    control.wait(90)
    said = control.service._coverage
    assert said is not None
    assert [one.loss for one in said.reserve] == sorted((one.loss for one in said.reserve), reverse=True)
    medics = {person.unit_id for person in control.site.staff if "medic" in person.roles}
    assert medics <= {one.unit_id for one in said.reserve}
    moved = {fact.unit_id for fact in control.of(m.StandbySuggested)}
    assert {walk.unit_id for walk in said.walks} <= moved
    assert moved
    assert all(0 < walk.walked_m <= said.walk_max_m for walk in said.walks)


def test_emergencies_miss_most_whoever_is_alone_able() -> None:
    control, posts = Control(), ready()
    scene = a_scene(control, posts)
    lost = losses(scene)
    urgent = [need for need in scene.needs if need.urgent and need.able.any()]
    able = np.any([need.able for need in urgent], axis=0)
    for unit_id, is_able in zip(scene.unit_ids, able.tolist(), strict=True):
        assert (lost[unit_id] > 0) == is_able
