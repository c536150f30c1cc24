"""The office's draft: kept over restarts, published beside the technician's, and no call is lost."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from contracts import messages as m
from contracts.quantities import SECOND
from dashboard.rules import RulesEdit, rules_of, with_rules
from dashboard.workshop import DraftMoved, Edit, installed_of
from dispatcher.service import DispatcherService
from runtime.publishing import Publishing
from runtime.rules import RulesDesk
from runtime.site_files import load_site, save_site
from runtime.site_versions import SiteVersions
from runtime.workshop import Workshop
from tests.dispatcher.builders import SETTINGS, Control
from tests.sites import small_mall

AT = 1_700_000_000_000_000


@pytest.fixture
def publishing(tmp_path: Path) -> Publishing:
    save_site(small_mall(), tmp_path / "given")
    return Publishing(SiteVersions(tmp_path, tmp_path / "given"), lambda: AT)


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 120))


def hurried(version: int, target_s: float = 240.0) -> RulesEdit:
    """The first service has to be there sooner."""
    rules = rules_of(small_mall())
    first = rules.services[0]
    need = replace(first.needs[0], target_s=target_s)
    return RulesEdit(version, replace(rules, services=(replace(first, needs=(need,)), *rules.services[1:])))


def test_a_draft_outlives_the_process_and_two_people_do_not_overwrite_each_other(
    publishing: Publishing,
) -> None:
    async def scenario() -> None:
        first = (await RulesDesk(publishing).save(hurried(0), "operator/a")).draft
        again = (await RulesDesk(publishing).shown()).draft
        assert again == first
        assert (again.version, again.by, again.base) == (1, "operator/a", small_mall().revision)
        for late in (RulesDesk(publishing).save(hurried(0), "operator/b"), RulesDesk(publishing).discard(0)):
            with pytest.raises(DraftMoved):
                await late
        await RulesDesk(publishing).discard(1)
        assert (await RulesDesk(publishing).shown()).draft.rules == rules_of(small_mall())

    run(scenario)


def test_published_rules_leave_the_technicians_drawing_alone_and_can_be_gone_back_to(
    publishing: Publishing,
) -> None:
    async def scenario() -> None:
        desk, workshop = RulesDesk(publishing), Workshop(publishing)
        installed = installed_of(small_mall())
        spot = replace(installed.spots[0], x_m=31.0)
        drawn = replace(installed, spots=(spot, *installed.spots[1:]))
        await workshop.save(Edit(0, drawn), "operator/t")
        await desk.save(hurried(0), "operator/a")
        (change,) = (await desk.check()).changes
        assert (change.table, change.id) == ("services", small_mall().services[0].service)
        assert [(one.field, one.before, one.after) for one in change.fields] == [
            ("needs[1].target_s", "300.0", "240.0")
        ]
        outcome = await desk.publish(1, "customers wait too long", "operator/a")
        site = load_site(publishing.versions.current())
        assert site.revision == outcome.revision == small_mall().revision + 1
        assert site.services[0].needs[0].target_s == 240.0
        assert site.spots == small_mall().spots, "what the technician is drawing is not published"
        assert (await publishing.listed())[0].note == "customers wait too long"
        later = await workshop.publish(1, "", "operator/t")
        site = load_site(publishing.versions.current())
        assert (site.spots[0].x_m, site.services[0].needs[0].target_s) == (31.0, 240.0)
        assert later.revision == outcome.revision + 1
        await workshop.restore(small_mall().revision, "operator/a")
        assert load_site(publishing.versions.current()).services == small_mall().services

    run(scenario)


def test_what_cannot_be_given_is_not_published(publishing: Publishing) -> None:
    async def scenario() -> None:
        desk = RulesDesk(publishing)
        edit = hurried(0)
        service = edit.rules.services[0]
        strange = replace(service, needs=(replace(service.needs[0], skills=("flying",)),))
        rules = replace(edit.rules, services=(strange, *edit.rules.services[1:]))
        shown = await desk.save(RulesEdit(0, rules), "operator/a")
        assert [finding.severity for finding in shown.findings] == ["error"]
        outcome = await desk.publish(1, "why not", "operator/a")
        assert outcome.revision == 0
        assert "flying" in outcome.findings[0].text
        assert publishing.versions.current() == publishing.versions.given
        assert (await desk.shown()).draft.version == 1, "the draft is still there to be mended"

    run(scenario)


@pytest.mark.parametrize("gone", [False, True])
def test_who_waits_while_the_rules_change_is_helped_by_the_rules_of_then(gone: bool) -> None:
    """The dispatcher starts on the new rules with the journal of before: changed, or the service gone."""
    control = Control()
    call_id = control.call()
    promised = next(iter(control.ledger.tasks.values())).need
    rules = hurried(0).rules
    site = with_rules(control.site, replace(rules, services=rules.services[1:]) if gone else rules)
    control.service = DispatcherService(site, control.grid, SETTINGS, tuple(control.facts))
    control.take(control.service.resumed(control.now))
    control.wait(1)
    (task,) = control.ledger.tasks.values()
    assert (task.need, task.call_id) == (promised, call_id)
    control.accept_all()
    for report in (m.ReportItemPickedUp, m.ReportOnScene, m.ReportDone):
        assert control.report(report, task.unit_id or "").accepted
        control.wait(1)
    assert control.ledger.calls[call_id].closed_at is not None
    answer = control.do(m.PlaceCall, service="wheelchair", place=m.Place("L2", 55.0, 27.0))
    if gone:
        assert (answer.accepted, answer.reason) == (False, "unknown_service")
    else:
        need = next(t.need for t in control.ledger.tasks.values() if t.call_id == answer.subject)
        assert need.deadline_at == control.now + 240 * SECOND
