"""Where everything is that may be shown, in arrays by slot, and the frames that say so."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from contracts.columns import QUALITY
from contracts.messages import PositionsEstimated, ScreenFrame
from contracts.quantities import SECOND, Duration, Instant
from contracts.sitemap import Site
from dashboard import frames

NOWHERE: Final = -1
COASTING: Final = QUALITY.index("coasting")
STALE_BIT: Final = 0x80
DECISECOND: Final = SECOND // 10
PER_SLOT: Final = (
    "record", "floor", "x_cm", "y_cm", "r95_cm", "quality", "seen_at", "estimated_at", "visible", "base"
)  # fmt: skip
"""The arrays of ``Radar`` that have one entry per slot."""


class Seen(msgspec.Struct, frozen=True):
    """Where one device was last located."""

    floor_i: int
    x_m: float
    y_m: float
    r95_m: float
    quality: str
    seen_at: Instant


class Radar:
    """Positions of all slots. Newest wins; invisible slots are ignored and leave the map."""

    def __init__(self, site: Site, stale: Duration, flags: int = 0) -> None:
        self.topics = tuple(f"pos:{floor.floor}" for floor in site.floors)
        self.scales = tuple(frames.scale_of(floor) for floor in site.floors)
        self.newest = 0
        """The newest ``estimated_at`` seen."""
        self._stale = stale
        self._revision = site.revision
        self._flags = flags
        self._numbers = [0] * len(site.floors)
        self._keys: dict[int, tuple[int, bytes]] = {}
        self._x0 = np.array([scale.x0 for scale in self.scales])
        self._y0 = np.array([scale.y0 for scale in self.scales])
        self._sx = np.array([scale.sx for scale in self.scales])
        self._sy = np.array([scale.sy for scale in self.scales])
        self._allocate(256)

    def _allocate(self, n: int) -> None:
        self.record = np.zeros(n, frames.RECORD)
        self.record["slot"] = np.arange(n)
        self.floor = np.full(n, NOWHERE, np.int8)
        self.x_cm, self.y_cm = np.zeros(n, np.int32), np.zeros(n, np.int32)
        self.r95_cm = np.zeros(n, np.uint16)
        self.quality = np.zeros(n, np.uint8)
        self.seen_at, self.estimated_at = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.visible = np.zeros(n, np.bool_)
        self.base = np.zeros(n, np.uint8)

    def reserve(self, n: int) -> None:
        """Room for slots 0 to n - 1."""
        size = len(self.floor)
        if n <= size:
            return
        old = [getattr(self, name) for name in PER_SLOT]
        self._allocate(min(max(n, 2 * size), 65_535))
        for name, column in zip(PER_SLOT, old, strict=True):
            getattr(self, name)[:size] = column

    @property
    def present(self) -> int:
        """How many devices are on the map."""
        return int(np.count_nonzero(self.floor != NOWHERE))

    def seen(self, slot: int) -> Seen | None:
        """Where the slot's device was last located, None if never."""
        return self.seen_all([slot])[0]

    def seen_all(self, slots: Sequence[int]) -> list[Seen | None]:
        """The same for many at once."""
        index = np.array(slots, np.intp)
        columns = (self.floor, self.x_cm, self.y_cm, self.r95_cm, self.quality, self.seen_at)
        return [
            None if floor == NOWHERE else Seen(floor, x / 100, y / 100, r95 / 100, QUALITY[quality], at)
            for floor, x, y, r95, quality, at in zip(*(each[index].tolist() for each in columns), strict=True)
        ]

    def show(self, slot: int, state: int, now: Instant) -> list[ScreenFrame]:
        """Let a slot be seen with this class and status; a change is told at once."""
        self.visible[slot] = True
        if int(self.base[slot]) == state:
            return []
        self.base[slot] = state
        floor = int(self.floor[slot])
        if floor == NOWHERE:
            return []
        return [self._frame(floor, now, changed=self._records(np.array([slot]), now))]

    def hide(self, slots: Iterable[int], now: Instant) -> list[ScreenFrame]:
        """Take slots off the map; what is heard of them later is ignored until ``show``."""
        gone = np.array(sorted(slots), np.int64)
        if not len(gone):
            return []
        self.visible[gone] = False
        return self._leave(gone, now)

    def forget(self, before: Instant, now: Instant) -> list[ScreenFrame]:
        """Take off the map whatever was last seen before an instant."""
        return self._leave(np.flatnonzero((self.floor != NOWHERE) & (self.seen_at < before)), now)

    def locate(
        self, slots: NDArray[np.int64], message: PositionsEstimated, now: Instant
    ) -> list[ScreenFrame]:
        """Take new estimates; ``slots[i]`` is the slot of the message's device i, -1 for none.

        The message's columns must have n entries (checked by the service).
        """
        floor = np.frombuffer(message.floor, np.int8)
        at = message.estimated_at
        self.newest = max(self.newest, at)
        fits = (slots >= 0) & (floor >= 0) & (floor < len(self.topics))
        fits &= self.visible[slots] & (self.estimated_at[slots] <= at)
        rows = np.flatnonzero(fits)
        if not len(rows):
            return []
        slots, floor = slots[rows], floor[rows]
        before = self.floor[slots]
        self._store(slots, floor, message, rows)
        left = (before != floor) & (before != NOWHERE)
        records = self._records(slots, now)
        gone, gone_from = slots[left], before[left]
        touched = sorted({*floor.tolist(), *gone_from.tolist()})
        return [
            self._frame(index, now, records[floor == index], gone[gone_from == index]) for index in touched
        ]

    def _store(
        self,
        slots: NDArray[np.int64],
        floor: NDArray[np.int8],
        message: PositionsEstimated,
        rows: NDArray[np.int64],
    ) -> None:
        x_cm = np.frombuffer(message.x_cm, "<i4")[rows]
        y_cm = np.frombuffer(message.y_cm, "<i4")[rows]
        r95_cm = np.frombuffer(message.semi_major_cm, "<u2")[rows]
        record = self.record
        record["x"][slots] = _quantised(x_cm, self._x0[floor], self._sx[floor])
        record["y"][slots] = _quantised(y_cm, self._y0[floor], self._sy[floor])
        record["r95_dm"][slots] = np.minimum((r95_cm + np.uint16(5)) // 10, 255)
        record["vx_dm_s"][slots] = _decimetres(np.frombuffer(message.vx_cm_s, "<i2")[rows])
        record["vy_dm_s"][slots] = _decimetres(np.frombuffer(message.vy_cm_s, "<i2")[rows])
        self.floor[slots] = floor
        self.x_cm[slots], self.y_cm[slots], self.r95_cm[slots] = x_cm, y_cm, r95_cm
        self.quality[slots] = np.minimum(np.frombuffer(message.quality, np.uint8)[rows], len(QUALITY) - 1)
        age = np.frombuffer(message.age_ms, "<u4")[rows].astype(np.int64)
        self.seen_at[slots] = message.estimated_at - age * 1000
        self.estimated_at[slots] = message.estimated_at

    def key_frame(self, topic: str, now: Instant) -> bytes:
        """All of a floor as it is now; the same bytes until something on it changes."""
        index = self.topics.index(topic)
        known = self._keys.get(index)
        if known is not None and known[0] == self._numbers[index]:
            return known[1]
        records = self._records(np.flatnonzero(self.floor == index), now)
        data = self._encode(frames.KEY, index, now, records)
        self._keys[index] = (self._numbers[index], data)
        return data

    def key_frames(self, now: Instant) -> list[ScreenFrame]:
        """Each floor's whole picture, to be sent to everybody from time to time."""
        out: list[ScreenFrame] = []
        for index, topic in enumerate(self.topics):
            self._numbers[index] += 1
            out.append(ScreenFrame(topic=topic, key_frame=True, data=self.key_frame(topic, now)))
        return out

    def _leave(self, slots: NDArray[np.int64], now: Instant) -> list[ScreenFrame]:
        floors = self.floor[slots]
        self.floor[slots] = NOWHERE
        self.estimated_at[slots] = 0
        touched = sorted({floor for floor in floors.tolist() if floor != NOWHERE})
        return [self._frame(index, now, left=slots[floors == index]) for index in touched]

    def _frame(
        self,
        index: int,
        now: Instant,
        changed: frames.Records | None = None,
        left: NDArray[np.int64] | None = None,
    ) -> ScreenFrame:
        """What changed on one floor and what left it, as one message."""
        self._numbers[index] += 1
        data = b""
        if changed is not None and len(changed):
            data += self._encode(frames.CHANGES, index, now, changed)
        if left is not None and len(left):
            data += self._encode(frames.LEFT, index, now, left.astype("<u2"))
        return ScreenFrame(topic=self.topics[index], key_frame=False, data=data)

    def _records(self, slots: NDArray[np.int64], now: Instant) -> frames.Records:
        """The slots' records as of now, with age and state."""
        records = self.record[slots]
        age = now - self.seen_at[slots]
        stale = (age > self._stale) | (self.quality[slots] >= COASTING)
        records["age_ds"] = np.minimum(np.maximum(age // DECISECOND, 0), 0xFFFF)
        records["state"] = self.base[slots] | (stale * np.uint8(STALE_BIT))
        return records

    def _encode(
        self, kind: int, index: int, now: Instant, records: frames.Records | NDArray[np.uint16]
    ) -> bytes:
        return frames.encode(kind, index, self._numbers[index], now, self._revision, records, self._flags)


def column_lengths_fit(message: PositionsEstimated) -> bool:
    """Whether every column that the map reads has one entry per device."""
    n = len(message.device_ids)
    widths: Sequence[tuple[bytes, int]] = (
        (message.floor, 1),
        (message.x_cm, 4),
        (message.y_cm, 4),
        (message.vx_cm_s, 2),
        (message.vy_cm_s, 2),
        (message.semi_major_cm, 2),
        (message.quality, 1),
        (message.age_ms, 4),
    )
    return all(len(column) == n * width for column, width in widths)


def _quantised(
    value_cm: NDArray[np.int32], origin_m: NDArray[np.float64], step_m: NDArray[np.float64]
) -> NDArray[np.uint16]:
    steps = np.rint((value_cm / 100 - origin_m) / step_m)
    return np.minimum(np.maximum(steps, 0), 0xFFFF).astype(np.uint16)  # np.clip takes twice as long


def _decimetres(speed_cm_s: NDArray[np.int16]) -> NDArray[np.int8]:
    return np.minimum(np.maximum(np.rint(speed_cm_s / 10), -127), 127).astype(np.int8)
