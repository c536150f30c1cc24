"""A commissioning walk as the pages see it: who carries what, where they said they were, what came of it."""

from collections.abc import Sequence
from typing import Final, Literal, Protocol

import msgspec

from contracts.quantities import Instant

MARKS_MAX: Final = 2_000
"""In one walk: hours of walking."""


class Waypoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place on the drawn route."""

    floor: str
    x_m: float
    y_m: float


class PlaceMark(msgspec.Struct, frozen=True):
    """The walker said: here, now."""

    at: Instant
    floor: str
    x_m: float
    y_m: float


class NewWalk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    device_id: str
    device_class: Literal["tag", "phone"] = "tag"
    title: str = ""
    height_m: float = 1.2
    """At which the device is carried."""
    route: tuple[Waypoint, ...] = ()


class Walk(msgspec.Struct, frozen=True):
    """A walk. Between two marks on one floor the walker went straight, at one pace."""

    walk_id: str
    by: str
    started_at: Instant
    stopped_at: Instant | None
    device_id: str
    device_class: str
    title: str
    height_m: float
    route: tuple[Waypoint, ...]
    marks: tuple[PlaceMark, ...]


class Covered(msgspec.Struct, frozen=True):
    """What was heard at one spot of the walk."""

    floor: str
    x_m: float
    y_m: float
    gateways: int
    best_dbm: float


class WalkState(msgspec.Struct, frozen=True):
    """A walk with what was heard so far."""

    walk: Walk
    readings: int
    gateways: dict[str, int]
    """Gateway → readings."""
    coverage: tuple[Covered, ...]


class ErrorFigures(msgspec.Struct, frozen=True):
    """Of the expected error of a snapshot."""

    mean_m: float
    p90_m: float
    floor_right: float
    """Share of the spots."""


class FloorExpectation(msgspec.Struct, frozen=True):
    floor: str
    spots: int
    before: ErrorFigures | None
    after: ErrorFigures | None


class SpotExpectation(msgspec.Struct, frozen=True):
    """Errors at a spot, judged by models that were fitted without it; None where nothing was heard."""

    floor: str
    x_m: float
    y_m: float
    before_m: float | None
    after_m: float | None


class GatewayFound(msgspec.Struct, frozen=True):
    gateway: str
    power_dbm: float
    path_loss_exponent: float
    misfit_db: float
    spots: int
    change_db: float | None = None
    """Against the calibration in use."""
    moved: bool = False
    """Changed much more than the others: moved, turned or broken."""


class Assessment(msgspec.Struct, frozen=True):
    """What a walk is worth. ``before`` is the plain model, ``after`` the one fitted to this walk."""

    state: Literal["none", "running", "done", "failed"]
    reason: str = ""
    floors: tuple[FloorExpectation, ...] = ()
    spots: tuple[SpotExpectation, ...] = ()
    gateways: tuple[GatewayFound, ...] = ()


class InUse(msgspec.Struct, frozen=True):
    """The calibration that positioning uses."""

    revision: int
    title: str
    spots: int
    gateways: int
    former: bool
    """There is one before it to go back to; else going back means none."""


class WalkRefused(Exception):  # noqa: N818 -- an answer to a page, not an error of ours
    """``reason`` is a fixed word that the pages put into words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Walks(Protocol):
    """The process's side of commissioning. All but reading raises ``WalkRefused``."""

    async def listed(self) -> Sequence[Walk]:
        """Newest first; the one without ``stopped_at`` is under way."""
        ...

    async def state(self, walk_id: str) -> WalkState: ...

    async def start(self, new: NewWalk, by: str) -> Walk: ...

    async def mark(self, walk_id: str, place: Waypoint, at: Instant) -> Walk: ...

    async def unmark(self, walk_id: str) -> Walk:
        """Takes the last mark back."""
        ...

    async def stop(self, walk_id: str) -> Walk: ...

    async def remove(self, walk_id: str) -> None: ...

    async def assess(self, walk_id: str) -> None:
        """Begins to compute; ``assessment`` says how far it is."""
        ...

    async def assessment(self, walk_id: str) -> Assessment: ...

    async def in_use(self) -> InUse | None: ...

    async def accept(self, walk_id: str) -> InUse: ...

    async def roll_back(self) -> InUse | None: ...
