from contracts.messages import CommandAnswered, SetDuty
from firmware_sim.outbox import RETRY_S, TRIES_MAX, Outbox, post, repeats, settle
from tests.firmware_sim.builders import SECOND, START


def _posted() -> tuple[Outbox, SetDuty]:
    outbox = Outbox("t")
    return outbox, post(outbox, SetDuty, "unit/u-01", START, unit_id="u-01", duty="on")


def _answer(command_id: str, accepted: bool = True) -> CommandAnswered:
    return CommandAnswered(seq=1, at=START, command_id=command_id, accepted=accepted)


def test_an_unanswered_command_is_repeated_unchanged_with_growing_waits() -> None:
    outbox, command = _posted()
    times = []
    for second in range(1, 70):
        now = START + second * SECOND
        for again in repeats(outbox, now):
            assert again is command
            times.append(second)
    assert times == [2, 6, 14, 29, 59]


def test_an_answer_ends_the_repeats_and_a_second_one_means_nothing() -> None:
    outbox, command = _posted()
    assert settle(outbox, _answer(command.command_id, accepted=False)) is command
    assert settle(outbox, _answer(command.command_id)) is None
    assert (outbox.answered, outbox.refused, len(outbox)) == (1, 1, 0)
    assert repeats(outbox, START + 60 * SECOND) == []


def test_answers_to_others_are_not_ours() -> None:
    outbox, command = _posted()
    assert settle(outbox, _answer("somebody-1")) is None
    assert outbox.holds(command.command_id)


def test_after_the_limit_the_person_gives_up() -> None:
    outbox, command = _posted()
    tries = 1
    for step in range(1, TRIES_MAX + 20):
        tries += len(repeats(outbox, START + round(step * RETRY_S[-1] * SECOND)))
    assert tries == TRIES_MAX
    assert outbox.given_up == 1
    assert not outbox.holds(command.command_id)


def test_ids_are_never_used_twice_and_name_the_run() -> None:
    outbox = Outbox("run-1")
    ids = [post(outbox, SetDuty, "unit/u", START, unit_id="u", duty="on").command_id for _ in range(3)]
    assert ids == ["run-1-1", "run-1-2", "run-1-3"]
