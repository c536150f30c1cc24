"""Who may be located: everything else heard is dropped here and counted, never stored."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contracts.messages import EnrolledDevice
from gateway.bounded import Bounded


@dataclass(frozen=True, slots=True)
class Selection:
    """What is left of one list of device ids."""

    ids: tuple[str, ...]
    new_index: NDArray[np.int32]
    """(m,): old index → index in ``ids``, -1 = not enrolled."""
    everyone: bool
    """Nobody was dropped and the ids are the same."""


class Enrolment:
    """The enrolled devices and the filters made of them."""

    def __init__(self, devices: Iterable[EnrolledDevice], tuples_max: int) -> None:
        self.version = 0
        self.keep: dict[str, str] = {}
        self._selections: Bounded[tuple[str, ...], Selection] = Bounded(tuples_max)
        self.replace(devices)

    def replace(self, devices: Iterable[EnrolledDevice]) -> None:
        """The whole list anew."""
        self.keep = {}
        for device in devices:
            self.keep[device.device_id] = device.device_id
            self.keep.setdefault(device.device_id.upper(), device.device_id)
        self._selections.clear()

    def select(self, ids: tuple[str, ...]) -> Selection:
        """The filter for a list of ids, computed once for each distinct list."""
        known = self._selections.get(ids)
        if known is None:
            known = self._select(ids)
            self._selections.put(ids, known)
        return known

    def _select(self, ids: tuple[str, ...]) -> Selection:
        kept: dict[str, int] = {}
        new_index = np.full(len(ids), -1, np.int32)
        for index, device in enumerate(ids):
            enrolled = self.keep.get(device)
            if enrolled is not None:
                new_index[index] = kept.setdefault(enrolled, len(kept))
        names = tuple(kept)
        return Selection(names, new_index, names == ids)
