import msgspec

from contracts.messages import AcceptOffer, Command, DeclineOffer, ReportReceipt
from firmware_sim.agenda import Agenda
from firmware_sim.calls import KnownCalls
from firmware_sim.handsets import Handset, act, show
from firmware_sim.outbox import Outbox
from firmware_sim.scenario import Staff
from tests.firmware_sim.builders import SECOND, START, call, offer, rng, view

SURE = Staff(silence_share=0.0, decline_share=0.0, urgent_silence_share=0.0, urgent_decline_share=0.0)


def _taps(handset: Handset, seconds: int = 120) -> list[tuple[float, Command]]:
    """Everything tapped, with the time since the start."""
    outbox = Outbox("t")
    taps = []
    for tenth in range(seconds * 10):
        now = START + tenth * SECOND // 10
        taps += [(tenth / 10, command) for command in act(handset.taps, outbox, now)]
    return taps


def _offered(staff: Staff, seed: int = 1, priority: int = 3) -> Handset:
    calls = KnownCalls()
    calls.note(call(priority=priority))
    handset = Handset("u-01", staff, rng(seed), Agenda())
    assert show(handset, view(status="offered", offers=(offer(),)), calls, START)
    return handset


def test_an_offer_is_delivered_seen_and_accepted_in_this_order() -> None:
    taps = _taps(_offered(SURE))
    kinds = [getattr(command, "receipt", type(command).__name__) for _, command in taps]
    assert kinds == ["delivered", "seen", "AcceptOffer"]
    assert all(command.by == "unit/u-01" for _, command in taps)
    accept = taps[-1][1]
    assert isinstance(accept, AcceptOffer)
    assert accept.offer_id == "o1"


def test_answers_take_eight_seconds_in_the_middle() -> None:
    delays = sorted(_taps(_offered(SURE, seed))[-1][0] for seed in range(60))
    assert 6.0 < delays[30] < 11.0
    assert delays[0] > 1.0


def test_shares_of_silence_and_refusal_are_kept() -> None:
    staff = msgspec.structs.replace(SURE, silence_share=0.3, decline_share=0.3)
    last = [_taps(_offered(staff, seed))[-1][1] for seed in range(200)]
    silent = sum(isinstance(command, ReportReceipt) for command in last)
    refused = [command for command in last if isinstance(command, DeclineOffer)]
    assert 40 <= silent <= 80
    assert 40 <= len(refused) <= 80
    assert all(command.reason for command in refused)


def test_emergencies_are_answered_more_surely() -> None:
    staff = Staff(silence_share=1.0, urgent_silence_share=0.0, urgent_decline_share=0.0)
    assert isinstance(_taps(_offered(staff, priority=1))[-1][1], AcceptOffer)
    assert isinstance(_taps(_offered(staff, priority=3))[-1][1], ReportReceipt)


def test_nobody_answers_an_offer_that_left_the_screen() -> None:
    handset = _offered(SURE)
    show(handset, view(version=2), KnownCalls(), START + SECOND // 20)
    assert _taps(handset) == []


def test_late_and_repeated_views_change_nothing() -> None:
    handset = _offered(SURE)
    assert not show(handset, view(version=1), KnownCalls(), START)
    assert not show(handset, view(version=0), KnownCalls(), START)
    assert handset.view is not None
    assert handset.view.status == "offered"
    assert len(_taps(handset)) == 3, "the person decided once"


def test_a_held_handset_taps_nothing() -> None:
    handset = _offered(SURE)
    handset.held_until = START + 120 * SECOND
    assert _taps(handset) == []
