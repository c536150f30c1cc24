"""Leads hear on their handheld of silence and of calls that nobody takes."""

import msgspec
import pytest

from contracts import messages as m
from contracts.values import LadderStep
from tests.dispatcher.builders import EAST, HALL, Control, ground


def texts(control: Control) -> list[tuple[str, str, str]]:
    return [(fact.unit_id, fact.phrase, fact.text) for fact in control.of(m.TextSent)]


def test_silence_is_told_to_the_lead_once() -> None:
    control = Control()
    task_id = control.task(control.call("security", HALL))
    control.wait(25)
    silent = control.of(m.OfferExpired)[0].unit_id
    name = next(person.name for person in control.site.staff if person.unit_id == silent)
    assert texts(control)[0] == ("u-04", "colleague_silent", f"{name.zh} {name.en} · {task_id}")
    assert control.ledger.units["u-04"].texts[0].phrase == "colleague_silent"
    assert len(texts(control)) == len(control.of(m.OfferExpired))
    assert control.replayed() == control.ledger


def test_nobody_is_told_of_his_own_silence_nor_while_off_duty() -> None:
    control = Control()
    control.call("complaint", EAST)
    control.wait(26)
    assert control.of(m.OfferExpired)[0].unit_id == "u-04"
    control.do(m.SetDuty, unit_id="u-04", duty="off")
    control.call("security", HALL)
    control.wait(30)
    assert texts(control) == []


@pytest.mark.parametrize(("to", "told"), [("zone_lead", "u-04"), ("cleaner", "u-11"), ("u-08", "u-08")])
def test_a_step_reaches_whoever_it_names(to: str, told: str) -> None:
    services = tuple(
        msgspec.structs.replace(kind, ladder=(LadderStep(0.1, to), LadderStep(0.2, "duty_manager")))
        for kind in ground()[0].services
    )
    control = Control(site=msgspec.structs.replace(ground()[0], services=services))
    for unit_id in ("u-07", "u-09", "u-10"):
        control.do(m.SetDuty, unit_id=unit_id, duty="break")
    control.call("security", HALL)
    (holder,) = control.offered(control.task(control.ledger.open_calls[0]))
    assert control.decline(holder).accepted
    control.wait(60)
    escalated = [fact.to for fact in control.of(m.TaskEscalated)]
    assert escalated == [to, "duty_manager"]
    assert [row for row in texts(control) if row[1] == "nobody_goes"] == [
        (told, "nobody_goes", f"{control.task(control.ledger.open_calls[0])} · {HALL.floor}")
    ]
