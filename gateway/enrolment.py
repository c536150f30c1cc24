"""Who may be located: everything else heard is dropped here and counted, never stored."""

from collections.abc import Iterable
from itertools import count

import numpy as np
from numpy.typing import NDArray

from contracts.messages import EnrolledDevice
from gateway.addresses import canonical_address


class Enrolment:
    """The enrolled devices."""

    def __init__(self, devices: Iterable[EnrolledDevice]) -> None:
        self.version = 0
        self.keep: dict[str, str] = {}
        self._as_named: frozenset[str] = frozenset()
        """The names by which devices go on."""
        self.any_beacon = False
        """Whether any device goes by another name than a radio address."""
        self.replace(devices)

    def replace(self, devices: Iterable[EnrolledDevice]) -> None:
        """The whole list anew."""
        self.keep = {}
        for device in devices:
            self.keep[device.device_id] = device.device_id
            self.keep.setdefault(device.device_id.upper(), device.device_id)
        self._as_named = frozenset(name for name, device in self.keep.items() if name == device)
        self.any_beacon = any(canonical_address(name) is None for name in self.keep.values())

    def select(self, ids: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.int32] | None]:
        """What is left of a report's ids, and (m,) old index → new index with -1 = not enrolled.

        None for the index means that nobody was dropped or renamed. Lists differ from report to report,
        so nothing is remembered.
        """
        if self._as_named.issuperset(ids):
            return ids, None
        names = tuple(map(self.keep.get, ids))
        kept = [name for name in names if name is not None]
        place = count()
        index = [-1 if name is None else next(place) for name in names]
        if len(set(kept)) < len(kept):
            places = {name: place for place, name in enumerate(dict.fromkeys(kept))}
            return tuple(places), np.array([places.get(name or "", -1) for name in names], np.int32)
        return tuple(kept), np.array(index, np.int32)
