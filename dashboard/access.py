"""Who may see which topic, send which command, and in whose name. Pure tables and checks."""

import math
from typing import Any, Final, Literal, TypeAlias

import msgspec

from contracts import messages as m
from contracts.sitemap import Site
from contracts.wire import COMMAND_TYPES, IDENTIFIER

RoleName: TypeAlias = Literal["operator", "staff", "technician", "admin"]

TEXT_LIMIT: Final = 500
"""Characters in a note or a reason: a few sentences, and no flood in the journal."""
LIST_LIMIT: Final = 500
"""Devices or gateways in one command."""
OFFLINE_LIMIT_US: Final = 24 * 3_600_000_000
"""A handheld may have been without a network for a day; older stamps are not believed."""


class Session(msgspec.Struct, frozen=True):
    """A person who is logged in, as the pages need to know it."""

    user: str
    role: RoleName
    unit_id: str | None
    name_zh: str
    name_en: str
    language: Literal["zh", "en"]
    expires_at: int

    @property
    def by(self) -> str:
        """Who wishes, in the words of commands and audit."""
        return f"unit/{self.unit_id}" if self.role == "staff" else f"operator/{self.user}"


class UserEntry(msgspec.Struct, frozen=True):
    """A person who may log in, as the list of people shows them."""

    user: str
    role: RoleName
    unit_id: str | None
    name_zh: str
    name_en: str
    disabled: bool
    created_at: int


class AuditEntry(msgspec.Struct, frozen=True):
    """Who looked at whom, or did what; ``detail`` says why, where somebody said so."""

    at: int
    who: str
    what: str
    whom: str
    detail: str


_DESK: Final[frozenset[type[m.Command]]] = frozenset(
    (
        m.PlaceCall,
        m.MoveCall,
        m.CancelCall,
        m.AbandonCall,
        m.HoldCall,
        m.ResumeCall,
        m.MergeCalls,
        m.UnmergeCall,
        m.AddTask,
        m.CancelTask,
        m.TickChecklist,
        m.AssignUnit,
        m.UnassignUnit,
        m.RelieveUnit,
        m.SetDuty,
        m.ReturnLoan,
        m.ExtendLoan,
        m.WriteOffLoan,
        m.MoveStock,
        m.RaiseFeedback,
        m.AssignFeedback,
        m.CloseFeedback,
        m.ReportItemPickedUp,
        m.ReportOnScene,
        m.ReportDone,
        m.ReportItemReturned,
        m.CloseConnector,
        m.OpenConnector,
        m.SetFireMode,
        m.SendText,
        m.ReportTextsSeen,
        m.EnrolDevices,
        m.ReleaseDevices,
    )
)
_WORKSHOP: Final[frozenset[type[m.Command]]] = frozenset(
    (
        m.CloseConnector,
        m.OpenConnector,
        m.EnrolDevices,
        m.ReleaseDevices,
        m.InstallGateways,
        m.RemoveGateways,
    )
)
_HANDHELD: Final[frozenset[type[m.Command]]] = frozenset(
    (
        m.AcceptOffer,
        m.DeclineOffer,
        m.ReportReceipt,
        m.ReportItemPickedUp,
        m.ReportOnScene,
        m.ReportDone,
        m.ReportItemReturned,
        m.UnassignUnit,
        m.SetDuty,
        m.SendText,
        m.ReportTextsSeen,
        m.PlaceCall,
        m.AddTask,
        m.TickChecklist,
        m.ReturnLoan,
        m.MoveStock,
        m.RaiseFeedback,
    )
)

COMMANDS: Final[dict[RoleName, frozenset[type[m.Command]]]] = {
    "operator": _DESK,
    "staff": _HANDHELD,
    "technician": _WORKSHOP,
    "admin": _DESK | _WORKSHOP,
}

_BOARD: Final = ("calls", "units", "logbooks", "stock", "moves", "coverage", "feedback", "alarms")

TOPICS: Final[dict[RoleName, tuple[str, ...]]] = {
    "operator": (*_BOARD, "where", "gw", "health", "site", "devices", "pos"),
    "staff": ("me", "site"),
    "technician": ("stock", "gw", "health", "site", "devices", "pos"),
    "admin": (*_BOARD, "where", "gw", "health", "site", "devices", "pos"),
}
"""By the part of a topic before the colon."""

_BY_NAME: Final[dict[str, type[m.Command]]] = {kind.__name__: kind for kind in COMMAND_TYPES}


class Refusal(Exception):  # noqa: N818 -- a refusal is an answer, not an error of ours
    """A request that is not granted; ``code`` is a key of the texts in the adapters."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def inner_topic(topic: str, session: Session, floors: tuple[str, ...]) -> str:
    """The topic as the service names it (``me`` becomes ``me:u-07``).

    Raises:
        Refusal: ``forbidden`` for this role, ``not_found`` for a topic that does not exist.
    """
    family, _, rest = topic.partition(":")
    if family not in {name for names in TOPICS.values() for name in names}:
        raise Refusal("not_found", topic)
    if family not in TOPICS[session.role]:
        raise Refusal("forbidden", topic)
    if family == "pos":
        if rest not in floors:
            raise Refusal("not_found", topic)
        return topic
    if rest:
        raise Refusal("not_found", topic)
    if family == "me":
        assert session.unit_id is not None, "staff without a unit cannot log in"
        return f"me:{session.unit_id}"
    return family


def read_command(body: object, key: str, session: Session, site: Site, now: int) -> m.Command:
    """The command a page sent, stamped with who and when by us.

    Raises:
        Refusal: ``bad_request`` or ``forbidden``.
    """
    if not isinstance(body, dict):
        raise Refusal("bad_request", "body: expected an object")
    kind = _BY_NAME.get(str(body.get("type")))
    if kind is None:
        raise Refusal("bad_request", "type: not a command")
    if kind not in COMMANDS[session.role]:
        raise Refusal("forbidden", kind.__name__)
    command = stamped(kind, body, key, session.by, believed(body.get("at"), now))
    check(command, site)
    if session.role == "staff" and getattr(command, "unit_id", session.unit_id) != session.unit_id:
        raise Refusal("forbidden", "another unit")
    if session.role == "staff" and isinstance(command, m.PlaceCall) and command.device_id is not None:
        raise Refusal("forbidden", "device_id")
    return command


def stamped(kind: type[m.Command], fields: dict[str, Any], key: str, by: str, at: int) -> m.Command:
    """A command out of untrusted fields.

    Raises:
        Refusal: ``bad_request``, saying which field.
    """
    if not 8 <= len(key) <= 64 or not IDENTIFIER.fullmatch(key):
        raise Refusal("bad_request", "Idempotency-Key: expected 8 to 64 of A-Z a-z 0-9 _ -")
    whole = {**fields, "type": kind.__name__, "command_id": key, "by": by, "at": at}
    try:
        return msgspec.convert(whole, kind)
    except msgspec.ValidationError as error:
        raise Refusal("bad_request", str(error)) from error


def check(command: m.Command, site: Site) -> None:
    """Limits that the types do not say: lengths, finite numbers, floors that exist.

    Raises:
        Refusal: ``bad_request``.
    """
    for name in command.__struct_fields__:
        value = getattr(command, name)
        if isinstance(value, str) and len(value) > TEXT_LIMIT:
            raise Refusal("bad_request", f"{name}: more than {TEXT_LIMIT} characters")
        if isinstance(value, tuple) and len(value) > LIST_LIMIT:
            raise Refusal("bad_request", f"{name}: more than {LIST_LIMIT} entries")
        if isinstance(value, m.Place | m.InstalledGateway):
            _check_place(value.floor, value.x_m, value.y_m, site)
    if isinstance(command, m.InstallGateways):
        for gateway in command.gateways:
            _check_place(gateway.floor, gateway.x_m, gateway.y_m, site)


def _check_place(floor: str, x_m: float, y_m: float, site: Site) -> None:
    if floor not in {candidate.floor for candidate in site.floors}:
        raise Refusal("bad_request", "place.floor: no such floor")
    if not (math.isfinite(x_m) and math.isfinite(y_m) and abs(x_m) < 1e5 and abs(y_m) < 1e5):
        raise Refusal("bad_request", "place: expected metres on the site")


def believed(at: object, now: int) -> int:
    """The sender's own time, if it can be true."""
    if at is None:
        return now
    if not isinstance(at, int) or isinstance(at, bool):
        raise Refusal("bad_request", "at: expected microseconds as an integer")
    return min(max(at, now - OFFLINE_LIMIT_US), now)
