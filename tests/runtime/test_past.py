"""The past as it is read back: a moment folded at once is the same as one that was played up to."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import messages as m
from contracts.columns import unpack_positions
from contracts.messages import Message
from contracts.quantities import MILLISECOND, MINUTE, SECOND, Instant
from dashboard.desk import TEXT_TOPICS
from dashboard.service import DashboardService
from dispatcher import views
from dispatcher.evolve import replay
from runtime.past import JournalPast, as_estimate
from tests.dashboard.builders import a_service
from tests.kept import LAST_S, OPENED, Kept, keep
from tests.sites import small_mall


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return keep(tmp_path_factory.mktemp("kept"))


def shown(at: Instant, opening: list[Message]) -> DashboardService:
    service = a_service()
    for message in opening:
        service.receive(message, at)
    return service


def whole(service: DashboardService) -> dict[str, object]:
    """What the pages would be given, but for numbers of events and stamps."""
    view = service.desk.view
    return {
        "calls": {call: msgspec.structs.replace(each, version=0) for call, each in view.calls.items()},
        "units": {unit: msgspec.structs.replace(each, version=0) for unit, each in view.units.items()},
        "stock": {depot: msgspec.structs.replace(each, version=0) for depot, each in view.stock.items()},
        "gateways": view.gateway_health,
        "devices": [device.device_id for device in view.enrolment.devices],
        "where": [service.desk.where(unit) for unit in view.units],
    }


@settings(max_examples=15, deadline=None)
@given(first=st.integers(0, LAST_S), second=st.integers(0, LAST_S), steps=st.integers(1, 7))
def test_playing_up_to_a_moment_shows_what_going_there_at_once_shows(
    kept: Kept, first: int, second: int, steps: int
) -> None:
    start, end = (OPENED + at * SECOND for at in sorted((first, second)))
    playback = kept.past.open(start)
    service = shown(start, playback.opening())
    for step in range(1, steps + 1):
        at = start + (end - start) * step // steps // MILLISECOND * MILLISECOND  # as fine as ages are
        for message in playback.advance(at):
            service.receive(message, at)
    assert set(TEXT_TOPICS) >= {"calls", "units", "stock", "devices", "where"}
    assert whole(service) == whole(shown(end, kept.past.open(end).opening()))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, LAST_S))
def test_a_moment_is_the_fold_of_the_facts_until_then(kept: Kept, second: int) -> None:
    at = OPENED + second * SECOND
    ledger = replay(small_mall(), [fact for fact in kept.facts if fact.at <= at])
    snapshot = kept.past.open(at).opening()[0]
    assert isinstance(snapshot, m.Snapshot)
    assert [call.call_id for call in snapshot.calls] == [*ledger.closed_calls, *ledger.open_calls]
    for call in snapshot.calls:
        assert call == views.call_view(ledger, ledger.calls[call.call_id])


def test_people_stand_where_they_stood(kept: Kept) -> None:
    at = OPENED + 90 * SECOND
    found = next(one for one in kept.past.open(at).opening() if isinstance(one, m.PositionsEstimated))
    columns = unpack_positions(found)
    where = dict(zip(columns.device_ids, columns.x_m.tolist(), strict=True))
    for member in small_mall().staff:
        assert where[member.device_id] == pytest.approx(member.home[0] + 29 / 60, abs=0.02)  # second 89
    assert columns.age_s.tolist() == [1.0] * len(small_mall().staff)


def test_the_time_bar_has_a_tick_for_each_call_and_finds_the_next_breach(kept: Kept) -> None:
    marks = kept.past.marks(OPENED, kept.end)
    received = [mark for mark in marks if mark.kind == "CallReceived"]
    assert [(mark.at - OPENED) // SECOND for mark in received] == [10, 60, 200, 320]
    assert received[1].priority == 1
    on_scene = next(mark for mark in marks if mark.kind == "UnitOnScene")
    assert on_scene.call_id == received[0].call_id
    breach = kept.past.next_mark(OPENED, "SlaBreached")
    assert breach is not None
    assert breach.call_id == received[3].call_id
    assert breach.at >= received[3].at + 3 * MINUTE
    assert kept.past.next_mark(kept.end, "SlaBreached") is None
    assert kept.past.marks(received[1].at, received[2].at)[0].at == received[1].at


def test_what_is_kept_is_said(kept: Kept, tmp_path: Path) -> None:
    span = kept.past.span(kept.end)
    assert (span.since, span.until) == (kept.facts[0].at, kept.end)
    assert span.positions_since == OPENED
    elsewhere = JournalPast(kept.past.catalogue, kept.past._journal, tmp_path / "none")
    assert elsewhere.span(kept.end).positions_since is None
    assert elsewhere.open(kept.end).opening()


def test_an_incident_is_whole(kept: Kept) -> None:
    """Its facts alone give the call; each decision tells the candidates; those who went have tracks."""
    call_id = next(
        fact.call_id for fact in kept.facts if isinstance(fact, m.CallReceived) and fact.priority == 1
    )
    incident = kept.past.incident(call_id, kept.end)
    assert incident is not None
    assert incident.call.state == "cleared"
    offered = [fact for fact in incident.facts if isinstance(fact, m.OfferMade)]
    assert [decision.unit_id for decision in incident.decisions] == [fact.unit_id for fact in offered]
    assert all(decision.candidates and decision.free for decision in incident.decisions)
    tracks = {track.subject: track for track in incident.tracks}
    for unit_id in {decision.unit_id for decision in incident.decisions}:
        track = tracks[unit_id]
        assert len(track.at_ms) > 60
        assert track.at_ms == sorted(track.at_ms)
        assert len({len(column) for column in (track.at_ms, track.floor, track.x_cm, track.quality)}) == 1
    assert msgspec.json.decode(msgspec.json.encode(incident))["format"] == "nearhand-incident/1"
    assert kept.past.incident("c999", kept.end) is None


def test_kept_ledgers_change_nothing(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.past.CHECKPOINT_FACTS", 10)
    monkeypatch.setattr("runtime.past.CHECKPOINTS_LIMIT", 3)
    quick = JournalPast(kept.past.catalogue, kept.past._journal, kept.past._folder)
    last = len(kept.facts)
    for seq in (last, last // 2, last - 3, 5):
        assert quick.ledger_at(seq).calls == kept.past.ledger_at(seq).calls
    assert len(quick._kept) == 3


def test_nothing_located_is_an_empty_estimate() -> None:
    assert unpack_positions(as_estimate([], OPENED, 2)).device_ids == ()
