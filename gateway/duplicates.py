"""Batches that came twice: after a fail-over brokers repeat and reorder, and that must do nothing.

A batch is named by (gateway, boot, seq) for ever. Per gateway the newest boots are remembered, per boot
the newest ``seq`` and a bit for each of the ``WINDOW`` numbers before it.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

WINDOW: Final = 4096
"""At four batches a second this is 17 minutes of reordering: more than an outage's back-log."""
BOOTS_MAX: Final = 4
"""A gateway that restarts more often inside the window has other troubles."""

Verdict = Literal["new", "duplicate", "seq_out_of_window"]


@dataclass(slots=True)
class Seen:
    """What of one gateway's batches was seen. Mutable: it is the state of one gateway."""

    boots: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Boot → (newest seq, bit i set = newest - i was seen)."""

    def note(self, boot: str, seq: int) -> Verdict:
        """Remember a batch; say whether it is new."""
        known = self.boots.get(boot)
        if known is None:
            if len(self.boots) >= BOOTS_MAX:
                del self.boots[next(iter(self.boots))]
            self.boots[boot] = (seq, 1)
            return "new"
        newest, bits = known
        ahead = seq - newest
        if ahead > 0:
            bits = ((bits << ahead) | 1) & _MASK if ahead < WINDOW else 1
            self.boots[boot] = (seq, bits)
            return "new"
        if -ahead >= WINDOW:
            return "seq_out_of_window"
        bit = 1 << -ahead
        if bits & bit:
            return "duplicate"
        self.boots[boot] = (newest, bits | bit)
        return "new"


_MASK: Final = (1 << WINDOW) - 1
