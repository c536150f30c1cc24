"""Messages of positioning: estimates in columns, zones, and the simulator's truth."""

from typing import Literal

from contracts.quantities import Instant
from contracts.values import Message


class PositionsEstimated(Message, frozen=True, kw_only=True):
    """New position estimates, filtered: columns of n devices. See ``contracts/columns.py``."""

    estimated_at: Instant
    device_ids: tuple[str, ...]
    floor: bytes
    """int8[n]."""
    x_cm: bytes
    """int32[n], local metres times 100, east."""
    y_cm: bytes
    """int32[n], north."""
    vx_cm_s: bytes
    """int16[n]."""
    vy_cm_s: bytes
    """int16[n]."""
    semi_major_cm: bytes
    """uint16[n]: 95 % ellipse."""
    semi_minor_cm: bytes
    """uint16[n]."""
    heading_deg: bytes
    """int16[n]: of the major axis, counter-clockwise from east."""
    floor_probability: bytes
    """uint8[n * number of floors], per cent, row per device."""
    quality: bytes
    """uint8[n]: 0 tentative, 1 confirmed, 2 coasting, 3 lost."""
    age_ms: bytes
    """uint32[n]: since the newest observation used."""
    zone: tuple[str | None, ...] = ()
    """The zone or unit each device is most probably in, None where there is none."""


class ZoneChanged(Message, frozen=True, kw_only=True):
    """A device entered or left a zone of interest, from probability with hysteresis."""

    device_id: str
    zone: str
    change: Literal["enter", "leave"]
    at: Instant
    probability: float


class GroundTruth(Message, frozen=True, kw_only=True):
    """Where the simulator knows its devices are. Heard by nobody but invariants and evaluation."""

    at: Instant
    device_ids: tuple[str, ...]
    floor: bytes
    """int8[n]."""
    x_cm: bytes
    """int32[n]."""
    y_cm: bytes
    """int32[n]."""
