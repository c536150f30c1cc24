"""Which device has which slot: small stable numbers that stand for devices in position frames."""

from collections import deque
from collections.abc import Sequence
from typing import Final

import msgspec

from contracts.messages import EnrolledDevice
from contracts.quantities import SECOND, Instant

SLOT_LIMIT: Final = 65_535
"""Slots are u16 on the wire. Beyond it a device gets none, is not drawn, and is counted."""
QUARANTINE: Final = 60 * SECOND
"""A released slot rests this long, so that no page takes the new device for the old one."""


class Change(msgspec.Struct, frozen=True):
    """What an enrolment changed."""

    gone: tuple[tuple[int, str], ...]
    """Slots that were released, with their devices."""
    fresh: tuple[int, ...]
    """Slots that are new or mean something else now."""


class Slots:
    """The table of enrolled devices. ``device[slot]`` is None where the slot is free."""

    def __init__(self, limit: int = SLOT_LIMIT) -> None:
        self.of_device: dict[str, int] = {}
        self.device: list[EnrolledDevice | None] = []
        self.refused = 0
        self._free: deque[tuple[Instant, int]] = deque()
        self._limit = limit

    def enrol(self, devices: Sequence[EnrolledDevice], now: Instant) -> Change:
        """Make the table hold exactly ``devices``; devices that stay keep their slots."""
        wanted = {device.device_id: device for device in devices}
        lost = [known for known in self.of_device if known not in wanted]
        gone = [(self._release(known, now), known) for known in lost]
        fresh: list[int] = []
        for device_id, device in wanted.items():
            slot = self.of_device.get(device_id)
            if slot is None:
                slot = self._take(now)
                if slot is None:
                    self.refused += 1
                    continue
                self.of_device[device_id] = slot
            elif self.device[slot] == device:
                continue
            self.device[slot] = device
            fresh.append(slot)
        assert len(self.of_device) <= self._limit
        return Change(tuple(gone), tuple(fresh))

    def _release(self, device_id: str, now: Instant) -> int:
        slot = self.of_device.pop(device_id)
        self.device[slot] = None
        self._free.append((now, slot))
        return slot

    def _take(self, now: Instant) -> int | None:
        if self._free and (now - self._free[0][0] >= QUARANTINE or len(self.device) >= self._limit):
            return self._free.popleft()[1]
        if len(self.device) >= self._limit:
            return None
        self.device.append(None)
        return len(self.device) - 1
