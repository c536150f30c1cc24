"""What several messages hold: the base of all messages, places, devices, gateways, needs, candidates."""

from typing import Final, Literal, TypeAlias

import msgspec

from contracts.quantities import Instant

HoldCause: TypeAlias = Literal["wants_it_later", "not_at_the_place", "not_reachable", "not_decided"]
"""Why our clock may stand still: causes on the customer's side only."""
FeedbackGrade: TypeAlias = Literal["at_once", "three_days", "this_month"]
"""How soon something must be put right."""
FileKind: TypeAlias = Literal["photo", "voice"]
"""What a person on scene may add to a call."""


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Anything that travels. On the wire ``type`` holds the class's name."""


class Place(msgspec.Struct, frozen=True):
    """A point of the site, in local metres, with the QR spot or unit that names it if any."""

    floor: str
    x_m: float
    y_m: float
    spot: str | None = None


class EnrolledDevice(msgspec.Struct, frozen=True):
    """A device that may be located, and on whose behalf."""

    device_id: str
    kind: Literal["staff", "asset", "loan", "app"]
    subject: str
    """Unit id, item id, or for customers the pseudonym (call id) that ends with the call."""
    device_class: str = "tag"
    """Radio class for the offset's prior: ``tag`` or ``phone`` or a name the calibration knows."""
    until: Instant | None = None


class InstalledGateway(msgspec.Struct, frozen=True):
    """A gateway and where it hangs. Height is above its own floor."""

    gateway: str
    floor: str
    x_m: float
    y_m: float
    height_m: float = 3.0
    vendor_format: str = "auto"
    address: str = ""
    """What the hardware calls itself in its vendor's messages (an address, a room); empty = its id."""


class LadderStep(msgspec.Struct, frozen=True):
    """Who is told that nobody is committed yet, and when."""

    after_share: float
    """Of the target; 1 = when it is over."""
    to: str
    """``zone_lead control_room duty_manager``, or a name of the house's own."""


STANDARD_LADDER: Final = (
    LadderStep(0.3, "zone_lead"),
    LadderStep(0.6, "control_room"),
    LadderStep(1.0, "duty_manager"),
)


class TaskNeed(msgspec.Struct, frozen=True):
    """One person wanted by a call, as decided when the call was received."""

    task_id: str
    role: str
    skills: tuple[str, ...]
    item: str | None
    target_s: float
    deadline_at: Instant
    ladder: tuple[LadderStep, ...] = STANDARD_LADDER


class Candidate(msgspec.Struct, frozen=True):
    """One person as the planner saw them for a task; the five best are kept with each decision."""

    unit_id: str
    eta_s: float | None
    p_on_time: float | None
    cost: float | None
    reason: str
    """``chosen``, or why not: ``busy declined_before off_shift no_skill no_route slower …``."""
    depot: str | None = None
    fix_age_s: float | None = None
    terms: dict[str, float] = {}
    """What ``cost`` is made of, by name."""


class Cure(msgspec.Struct, frozen=True):
    """Who else could make it in time, and what that would cost."""

    unit_id: str
    eta_s: float
    p_on_time: float
    taken_from: str | None = None
    """Task that this person would be taken off."""
    price_s: float | None = None
    """How much later somebody would then come to that task; None where nobody else could."""
