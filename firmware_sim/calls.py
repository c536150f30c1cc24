"""What simulated people know of calls: the newest word on each, forgotten in the order they came."""

from dataclasses import dataclass, field
from typing import Final

from contracts.messages import CallChanged, TaskView

CALLS_MAX: Final = 2000


@dataclass
class KnownCalls:
    by_id: dict[str, CallChanged] = field(default_factory=dict)

    def note(self, call: CallChanged) -> bool:
        """Whether it is news; late and repeated messages are not."""
        known = self.by_id.get(call.call_id)
        if known is not None and known.version >= call.version:
            return False
        self.by_id[call.call_id] = call
        if len(self.by_id) > CALLS_MAX:
            del self.by_id[next(iter(self.by_id))]
        return True

    def task(self, call_id: str | None, task_id: str | None) -> TaskView | None:
        call = self.by_id.get(call_id or "")
        return next((task for task in call.tasks if task.task_id == task_id), None) if call else None

    def service(self, call_id: str | None) -> str:
        call = self.by_id.get(call_id or "")
        return call.service if call else ""

    def priority(self, call_id: str) -> int:
        """3 where nothing is known: an ordinary service."""
        call = self.by_id.get(call_id)
        return call.priority if call else 3
