"""Commands of handsets and customers: repeated under the same id until they are answered."""

from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from contracts.messages import Command, CommandAnswered
from contracts.quantities import Instant, from_seconds
from firmware_sim.agenda import Agenda

C = TypeVar("C", bound=Command)

RETRY_S: Final = (2.0, 4.0, 8.0, 15.0, 30.0)
"""Waits between tries; the last one is kept."""
TRIES_MAX: Final = 40
"""Eighteen minutes; then the person gives up (counted) and looks at the screen again."""


@dataclass(slots=True)
class _Waiting:
    command: Command
    tries: int


@dataclass
class Outbox:
    """Unanswered commands by id, in the order sent."""

    prefix: str
    """Unlike that of any earlier run: ids must never be used again."""
    given_up: int = 0
    answered: int = 0
    refused: int = 0
    _count: int = 0
    _waiting: dict[str, _Waiting] = field(default_factory=dict)
    _agenda: Agenda[str] = field(default_factory=Agenda)

    def __len__(self) -> int:
        return len(self._waiting)

    def holds(self, command_id: str) -> bool:
        return command_id in self._waiting


def post(outbox: Outbox, kind: type[C], by: str, now: Instant, **fields: Any) -> C:
    """A new command, to be sent now and repeated until ``settle`` sees its answer."""
    outbox._count += 1
    command = kind(command_id=f"{outbox.prefix}-{outbox._count}", by=by, at=now, **fields)
    outbox._waiting[command.command_id] = _Waiting(command, 1)
    outbox._agenda.add(now + from_seconds(RETRY_S[0]), command.command_id)
    return command


def settle(outbox: Outbox, answer: CommandAnswered) -> Command | None:
    """The command that was answered; None for others' and for repeated answers."""
    waiting = outbox._waiting.pop(answer.command_id, None)
    if waiting is None:
        return None
    outbox.answered += 1
    outbox.refused += not answer.accepted
    return waiting.command


def repeats(outbox: Outbox, now: Instant) -> list[Command]:
    """Commands whose answer is overdue, once more and unchanged."""
    again: list[Command] = []
    while (entry := outbox._agenda.due(now)) is not None:
        _, command_id = entry
        waiting = outbox._waiting.get(command_id)
        if waiting is None:
            continue
        if waiting.tries >= TRIES_MAX:
            del outbox._waiting[command_id]
            outbox.given_up += 1
            continue
        wait_s = RETRY_S[min(waiting.tries, len(RETRY_S) - 1)]
        waiting.tries += 1
        outbox._agenda.add(now + from_seconds(wait_s), command_id)
        again.append(waiting.command)
    return again
