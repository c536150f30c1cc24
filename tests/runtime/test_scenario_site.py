"""What a scenario changes in the building, and what it may not name."""

import pytest

from contracts.errors import ConfigError
from runtime.scenario_site import CrewGroup, ServiceChange, SiteChanges, changed, thinned, without_spares
from tests.sites import small_mall

SITE = small_mall()


def test_no_change_is_no_change() -> None:
    assert changed(SITE, SiteChanges()) == SITE
    assert thinned(SITE, 1.0) == SITE


def test_a_new_crew_and_other_figures() -> None:
    lift = next(c for c in SITE.connectors if c.kind == "lift")
    depot = SITE.depots[0]
    changes = SiteChanges(
        without=(SITE.connectors[-1].connector_id,),
        lift_wait_s=77.0,
        crew=(CrewGroup(3, ("service",)), CrewGroup(1, ("medic",), ("first_aid",), ("first_aid_kit",))),
        stock={depot.depot: {"wheelchair": 9}},
        spares={"umbrella": 1},
        services={"wheelchair": ServiceChange(target_s=111.0, on_scene_s=22.0, priority=2)},
    )
    site = changed(SITE, changes)
    assert len(site.connectors) == len(SITE.connectors) - 1
    assert all(c.wait_s == 77.0 for c in site.connectors if c.kind == "lift"), lift
    assert [person.roles for person in site.staff] == [("service",)] * 3 + [("medic",)]
    assert {person.home_floor for person in site.staff} == {"L1", "L2"}
    assert len({person.device_id for person in site.staff}) == 4
    assert site.depots[0].stock == {"wheelchair": 9}
    assert {item.item: item.spares for item in site.items if item.spares} == {"power_bank": 2, "umbrella": 1}
    assert not any(item.spares for item in without_spares(site).items)
    chair = next(kind for kind in site.services if kind.service == "wheelchair")
    assert (chair.priority, chair.needs[0].target_s, chair.needs[0].on_scene_s) == (2, 111.0, 22.0)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (SiteChanges(without=("lift-9",)), "lift-9"),
        (SiteChanges(stock={"d-9": {}}), "d-9"),
        (SiteChanges(stock={SITE.depots[0].depot: {"anvil": 1}}), "anvil"),
        (SiteChanges(spares={"anvil": 1}), "anvil"),
        (SiteChanges(services={"haircut": ServiceChange()}), "haircut"),
        (SiteChanges(crew=(CrewGroup(1, ("pilot",)),)), "pilot"),
    ],
)
def test_what_the_site_does_not_have_is_named(changes: SiteChanges, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        changed(SITE, changes)


def test_thinning_spares_those_who_are_there_for_emergencies() -> None:
    crew = (CrewGroup(2, ("medic",), ("first_aid",)), CrewGroup(8, ("service",)))
    site = changed(SITE, SiteChanges(crew=crew))
    half = thinned(site, 0.5)
    assert [person.roles[0] for person in half.staff] == ["medic"] * 2 + ["service"] * 3
    with pytest.raises(ConfigError, match="share"):
        thinned(site, 0.0)
