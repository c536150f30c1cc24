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
    dwell_s: float = 0.0
    """On leaving: how long the device was in the zone."""


class ExplainPosition(Message, frozen=True, kw_only=True):
    """Somebody wishes to know why an estimate is as it is; positioning answers at once."""

    device_id: str
    by: str
    """Who asked."""


class PositionExplained(Message, frozen=True, kw_only=True):
    """The evidence behind one estimate, for whoever asked: gateways heard of late, strongest first, and
    gateways that should have been heard at the estimated place and were not."""

    device_id: str
    at: Instant
    located: bool
    """Whether there is an estimate; without one all else is empty."""
    gateways: tuple[str, ...] = ()
    heard_dbm: tuple[float, ...] = ()
    """By gateway: mean level of the last seconds."""
    residual_db: tuple[float, ...] = ()
    """By gateway: how much louder than expected there, the device's offset taken into account."""
    trust: tuple[float, ...] = ()
    """By gateway: 1 = as expected, near 0 = so far off that it hardly counts (Student's t)."""
    missing: tuple[str, ...] = ()
    missing_probability: tuple[float, ...] = ()
    """By missing gateway: how surely it should have heard the device at least once."""
    offset_db: float = 0.0
    """Of the device against the reference, as learnt so far."""
    offset_spread_db: float = 0.0
    hdop_m_per_db: float = 0.0
    """Metres of error per dB of noise, by where the gateways hang: large = badly placed or too few."""
    cloud_m: float = 0.0
    """What the ellipse is made of, as spreads in m that add as squares: disagreement of the evidence,"""
    geometry_m: float = 0.0
    """what one snapshot of these gateways can tell at best,"""
    silence_m: float = 0.0
    """and how far one may have walked since the device was heard."""


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
