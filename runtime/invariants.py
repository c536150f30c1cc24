"""What must always hold, asked after every turn of the dispatcher, in worlds, tests and live.

The dispatcher knows its own laws (``dispatcher.invariants``); here stand those that need more than one
part to be seen: one answer a command, nothing acknowledged ever lost, honest positions.
"""

import math
from collections.abc import Callable, Sequence
from itertools import count, repeat
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contracts import messages as m
from contracts.columns import unpack_positions
from contracts.messages import Message
from contracts.quantities import Instant
from contracts.sitemap import Site
from dispatcher import invariants
from dispatcher.ledger import Ledger

ANSWERS_LIMIT = 100_000
"""Answers remembered, and calls; a world that runs longer forgets the oldest."""
JUDGED_LIMIT = 1_000_000
"""Errors kept for the summary; with more it tells of the newest."""
CONTRADICTIONS_LIMIT = 100
"""One is enough to fail."""
TRUTH_LAG = 2_500_000
"""Microseconds: an estimate is compared with a truth at most this much older or newer."""


class Watch:
    """Sees everything that is sent and keeps what the invariants and the summary need."""

    def __init__(self, site: Site) -> None:
        self._floors = len(site.floors)
        self.answers: dict[str, tuple[bool, str, str]] = {}
        self.accepted_calls: dict[str, Instant] = {}
        self.calls: dict[str, m.CallChanged] = {}
        self.accuracy = Accuracy()
        self._placed: dict[str, None] = {}
        """Calls asked for, by command, oldest first."""
        self._contradictions: list[str] = []

    def saw(self, message: Message, at: Instant) -> None:
        take = _TAKES.get(type(message))
        if take is not None:
            take(self, message)

    def violations(self, ledger: Ledger, at: Instant) -> list[str]:
        """The laws that are broken now, in words."""
        broken = invariants.violations(ledger, at)
        for call in [call for call in self.accepted_calls if call not in ledger.calls]:
            seen = self.calls.get(call)
            if seen is not None and seen.state in m.CLOSED_CALL_STATES:
                del self.accepted_calls[call]  # closed long ago: the ledger keeps only the newest of those
                continue
            broken.append(f"acknowledged call {call} is lost")
        return broken + self._contradictions

    def _asked(self, command: m.PlaceCall) -> None:
        self._placed[command.command_id] = None
        _forget(self._placed)

    def _changed(self, call: m.CallChanged) -> None:
        known = self.calls.get(call.call_id)
        if known is None or call.version >= known.version:
            self.calls[call.call_id] = call
            _forget(self.calls)

    def _estimated(self, message: m.PositionsEstimated) -> None:
        self.accuracy.estimate(message)

    def _true(self, message: m.GroundTruth) -> None:
        self.accuracy.truth(message)

    def _answered(self, answer: m.CommandAnswered) -> None:
        said = (answer.accepted, answer.reason, answer.subject)
        before = self.answers.setdefault(answer.command_id, said)
        if before != said and len(self._contradictions) < CONTRADICTIONS_LIMIT:
            self._contradictions.append(f"command {answer.command_id} was answered {before} and {said}")
        if answer.accepted and answer.command_id in self._placed:
            self.accepted_calls.setdefault(answer.subject, answer.at)
            _forget(self.accepted_calls)
        _forget(self.answers)


_TAKES: Final[dict[type[Message], Callable[[Watch, Any], None]]] = {
    m.PlaceCall: Watch._asked,
    m.CommandAnswered: Watch._answered,
    m.CallChanged: Watch._changed,
    m.PositionsEstimated: Watch._estimated,
    m.GroundTruth: Watch._true,
}
"""By type: most of what is sent is payloads of gateways, which tell nothing."""


def _forget(table: dict[str, Any]) -> None:
    """The oldest beyond the limit."""
    if len(table) > ANSWERS_LIMIT:
        del table[next(iter(table))]


class Accuracy:
    """Estimates against ground truth, sampled at each truth: error, floor, ellipse."""

    def __init__(self) -> None:
        self._latest: dict[str, tuple[Instant, NDArray[np.float64], int]] = {}
        """Device → the estimates that it was last among (as ``_judge`` wants them), and its row there."""
        self.errors_m: list[float] = []
        self.floor_hits = 0
        self.inside = 0
        self.judged = 0
        self.missing = 0

    def estimate(self, message: m.PositionsEstimated) -> None:
        p = unpack_positions(message)
        table = np.stack([p.x_m, p.y_m, p.semi_major_m, p.semi_minor_m, p.heading_deg, p.floor], axis=1)
        entries = zip(repeat(p.estimated_at), repeat(table), count(), strict=False)
        self._latest.update(zip(message.device_ids, entries, strict=False))

    def truth(self, message: m.GroundTruth) -> None:
        """Judge a sample: one device in seven a second keeps the cost of judging below 1 % of the run."""
        sample = slice((message.at // 1_000_000) % 7, None, 7)
        known = [self._latest.get(device_id) for device_id in message.device_ids[sample]]
        fresh = [last if last and abs(message.at - last[0]) <= TRUTH_LAG else None for last in known]
        located = [index for index, last in enumerate(fresh) if last is not None]
        self.missing += len(known) - len(located)
        found = np.array([last[1][last[2]] for last in fresh if last is not None]).reshape(-1, 6)
        self._judge(
            found,
            np.frombuffer(message.floor, np.int8)[sample][located],
            np.frombuffer(message.x_cm, "<i4")[sample][located] / 100,
            np.frombuffer(message.y_cm, "<i4")[sample][located] / 100,
        )

    def _judge(
        self,
        found: NDArray[np.float64],
        floor: NDArray[np.int8],
        x_m: NDArray[np.float64],
        y_m: NDArray[np.float64],
    ) -> None:
        """``found``: (n, 6) x, y, semi-axes, heading, floor of the estimates; the others are the truth."""
        dx, dy = x_m - found[:, 0], y_m - found[:, 1]
        heading = np.radians(found[:, 4])
        along = dx * np.cos(heading) + dy * np.sin(heading)
        across = dy * np.cos(heading) - dx * np.sin(heading)
        major, minor = np.maximum(found[:, 2], 0.01), np.maximum(found[:, 3], 0.01)
        self.judged += len(found)
        self.errors_m += map(math.hypot, dx.tolist(), dy.tolist())
        if len(self.errors_m) > JUDGED_LIMIT:
            del self.errors_m[: JUDGED_LIMIT // 10]
        self.floor_hits += int(np.count_nonzero(found[:, 5] == floor))
        self.inside += int(np.count_nonzero((along / major) ** 2 + (across / minor) ** 2 <= 1))

    def summary(self) -> dict[str, float]:
        if not self.judged:
            return {"judged": 0, "without_estimate": 1.0} if self.missing else {}
        errors = np.array(self.errors_m)
        return {
            "judged": self.judged,
            "mean_m": float(errors.mean()),
            "p90_m": float(np.percentile(errors, 90)),
            "floor_hit": self.floor_hits / self.judged,
            "inside_95_ellipse": self.inside / self.judged,
            "without_estimate": self.missing / (self.judged + self.missing),
        }


def settled(ledger: Ledger, calls: Sequence[m.CallChanged]) -> list[str]:
    """After the faults have stopped for long enough: what still hangs without a reason."""
    return [
        f"call {call.call_id} hangs in {call.state} without a reason"
        for call in calls
        if call.state not in {*m.CLOSED_CALL_STATES, "on_scene"}
        and call.call_id in ledger.calls
        and not any(task.waiting_for or task.unit_id or task.offers for task in call.tasks)
    ]
