"""A dispatcher that dies again and again loses nothing and contradicts itself nowhere; a sample of
bench/bench_crash.py."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from contracts import messages as m
from contracts.quantities import MINUTE, SECOND
from dispatcher.settings import DispatcherSettings
from runtime.crash_trial import Mortal, Witness, trial
from runtime.journal import StoredJournal
from runtime.policies import Stage, stage
from runtime.scenarios import load_scenario
from runtime.site_files import load_site
from runtime.store import open_store

CONFIG = Path(__file__).parents[2] / "config"
MINUTES = 8


@pytest.fixture(scope="module")
def lunch() -> Stage:
    file = load_scenario(CONFIG / "scenarios" / "heavy.toml")
    world = msgspec.structs.replace(file.world, start="2026-03-14T12:00:00+08:00", minutes=float(MINUTES))
    site = load_site(CONFIG / "sites" / "demo")
    return stage(msgspec.structs.replace(file, world=world), site, DispatcherSettings())


def a_journal(folder: Path) -> StoredJournal:
    return StoredJournal(open_store(f"sqlite:///{folder / 'records.db'}"))


def test_deaths_at_lunch_lose_no_call_and_make_no_second_holder(lunch: Stage, tmp_path: Path) -> None:
    moments = np.sort(np.random.default_rng(3).uniform(0, MINUTES * MINUTE, 30)).astype(int).tolist()
    journal = a_journal(tmp_path)
    outcome = trial(lunch, journal, 3, [lunch.start + moment for moment in moments])
    assert outcome.broken == []
    assert outcome.deaths.total() >= 25
    assert set(outcome.deaths) == {"before_journal", "after_journal", "half_sent", "idle"}
    assert outcome.calls > 20
    facts = list(journal.read())
    assert [fact.seq for fact in facts] == list(range(1, outcome.facts + 1))


def test_a_command_that_was_not_acknowledged_is_delivered_again(lunch: Stage, tmp_path: Path) -> None:
    """Whatever the point of the death, the call exists once and its sender hears the answer."""
    for seed in range(8):
        folder = tmp_path / str(seed)
        folder.mkdir()
        mortal = Mortal(lunch, a_journal(folder), [lunch.start + SECOND], seed)
        mortal.opening(lunch.start)
        spot = lunch.site.spots[0]
        place = m.Place(spot.floor, spot.x_m, spot.y_m)
        at = lunch.start + SECOND
        command = m.PlaceCall(command_id="k1", by="spot/x", at=at, service="luggage", place=place)
        said = mortal.receive(command, at)
        assert not mortal.is_up()
        said += mortal.wake(mortal.wake_at() or 0)
        answers = {(one.accepted, one.subject) for one in said if isinstance(one, m.CommandAnswered)}
        assert len(answers) == 1
        assert len(mortal.service.ledger.calls) == 1


def test_the_witness_hears_contradictions() -> None:
    def answered(seq: int, accepted: bool) -> m.CommandAnswered:
        return m.CommandAnswered(seq=seq, at=0, command_id="k1", accepted=accepted, subject="c1")

    witness = Witness()
    witness.hear(answered(1, True))
    assert witness.broken == []
    witness.hear(answered(2, False))
    assert len(witness.broken) == 1
    witness.hear(m.FireModeSet(seq=3, at=0, on=True))
    witness.hear(m.FireModeSet(seq=3, at=0, on=False))
    assert len(witness.broken) == 2
    offer = m.OfferView("o1", "c1", "t1", "u-01", 0, 10, 5.0, 0.9)
    told = m.UnitChanged(
        unit_id="u-01", version=4, status="offered", device_id=None, roles=(), offers=(offer,)
    )
    witness.hear(told)
    assert len(witness.broken) == 2
    witness.hear(m.OfferExpired(seq=5, at=0, offer_id="o1", task_id="t1", unit_id="u-01"))
    witness.hear(told)
    assert len(witness.broken) == 3
