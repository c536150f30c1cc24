"""Arrivals as they become clearer, and breaches before they happen."""

import msgspec
import numpy as np

from contracts import messages as m
from contracts.quantities import SECOND
from dispatcher import forecast
from dispatcher.eta import Crowd
from tests.dispatcher.builders import EAST, HALL, SETTINGS, Control

HOMES = {f"u-{n:02d}": (0, 4.0 * n, 14.0) for n in range(1, 13)}


def under_way(control: Control, service: str = "luggage") -> tuple[str, str]:
    """A task and its holder, everybody located on the ground floor."""
    control.locate(HOMES)
    task_id = control.task(control.call(service, EAST))
    control.accept_all()
    return task_id, control.ledger.tasks[task_id].unit_id or ""


def test_an_arrival_is_revised_when_it_matters() -> None:
    control = Control()
    task_id, unit_id = under_way(control)
    promised = control.ledger.tasks[task_id].eta_at
    assert promised is not None
    control.wait(11)
    assert len(control.of(m.EtaRevised)) == 0, "as planned, within a quarter of the way"
    for _ in range(4):
        control.wait(10)
        control.locate(HOMES)  # he stands still
    (first, *_) = control.of(m.EtaRevised)
    assert (first.task_id, first.unit_id) == (task_id, unit_id)
    assert first.eta_at > promised + 15 * SECOND
    view = next(
        said
        for said in control.service.resumed(control.now)
        if isinstance(said, m.UnitChanged) and said.unit_id == unit_id
    )
    assert view.eta_at == control.of(m.EtaRevised)[-1].eta_at


def test_a_person_told_by_an_operator_gets_an_arrival_too() -> None:
    control = Control()
    control.locate(HOMES)
    task_id = control.task(control.call("wheelchair", EAST))
    control.do(m.AssignUnit, task_id=task_id, unit_id="u-02")
    assert control.ledger.tasks[task_id].eta_at is None
    control.locate(HOMES)
    control.wait(11)
    assert control.ledger.tasks[task_id].eta_at is not None


def test_a_breach_is_forecast_once_before_it_happens_with_a_cure() -> None:
    control = Control(msgspec.structs.replace(SETTINGS, switch_cost=100.0))
    task_id, unit_id = under_way(control)
    other = next(unit for unit in ("u-01", "u-02", "u-03", "u-05") if unit != unit_id)
    places = {**HOMES, other: (1, 50.0, 27.0)}
    for _ in range(31):
        control.wait(9)
        control.locate(places)
    (said,) = control.of(m.BreachForecast)
    breach_at = control.of(m.CallReceived)[0].tasks[0].deadline_at
    assert said.at < breach_at
    assert said.p_on_time < 0.5
    assert said.cure is not None
    assert (said.cure.unit_id, said.cure.taken_from) == (other, None)
    assert said.cure.p_on_time > 0.7
    assert control.ledger.tasks[task_id].cure == said.cure


def test_the_cure_may_take_somebody_off_something_less_urgent() -> None:
    control = Control(msgspec.structs.replace(SETTINGS, switch_cost=100.0))
    control.locate(HOMES)
    cleaning = control.task(control.call("lost_property", EAST))
    control.accept_all()
    lesser = control.ledger.tasks[cleaning].unit_id or ""
    task_id = control.task(control.call("luggage", EAST))
    control.accept_all()
    for unit_id in ("u-01", "u-02", "u-03", "u-04", "u-05", "u-06"):
        if control.ledger.units[unit_id].task_id is None:
            control.do(m.SetDuty, unit_id=unit_id, duty="break")
    for _ in range(31):
        control.wait(9)
        control.locate({**HOMES, lesser: (1, 50.0, 27.0)})
    said = next(fact for fact in control.of(m.BreachForecast) if fact.task_id == task_id)
    assert said.cure is not None
    assert (said.cure.unit_id, said.cure.taken_from) == (lesser, cleaning)
    assert said.cure.price_s is None, "everybody else has a break"


def test_the_price_of_a_cure_is_what_the_other_customer_waits_longer() -> None:
    control = Control(msgspec.structs.replace(SETTINGS, switch_cost=100.0))
    control.locate(HOMES)
    cleaning = control.task(control.call("lost_property", EAST))
    control.accept_all()
    lesser = control.ledger.tasks[cleaning].unit_id or ""
    service = control.service
    crowd = Crowd(*service.whereabouts.samples(control.now), np.ones(len(service.catalogue.staff)))
    located = np.ones(len(service.catalogue.staff), bool)
    free = control.ledger.units["u-02" if lesser != "u-02" else "u-01"]

    def asked(unit_id: str) -> float | None:
        unit = control.ledger.units[unit_id]
        return forecast.price(control.ledger, service.ways, crowd, located, unit, control.now, SETTINGS)

    assert asked(free.unit_id) == 0.0
    price_s = asked(lesser)
    assert price_s is not None
    assert price_s > 0, "whoever is left stands further away"
    for unit_id in ("u-01", "u-02", "u-03", "u-04", "u-05", "u-06"):
        if unit_id != lesser:
            control.do(m.SetDuty, unit_id=unit_id, duty="break")
    assert asked(lesser) is None


def test_without_a_position_nothing_is_forecast() -> None:
    control = Control()
    control.call("luggage", HALL)
    control.accept_all()
    control.wait(3600)
    assert control.of(m.EtaRevised) == []
    assert control.of(m.BreachForecast) == []
    assert len(control.of(m.SlaBreached)) == 1


def test_nobody_under_way_is_nothing_to_forecast() -> None:
    control = Control()
    assert not forecast.wanted(control.ledger)
    service = control.service
    assert forecast.revise(control.ledger, service.ways, service.whereabouts, SETTINGS, control.now) == []
