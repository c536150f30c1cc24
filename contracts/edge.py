"""Messages of the edge: what gateways send, and what ingest makes of it."""

from typing import Final, Literal

from contracts.quantities import Instant
from contracts.values import Message

BATCH_MS: Final = range(20, 10_001)
"""An agent's batches: shorter ones cost the broker more than they hurry, longer ones are stale."""
PER_DEVICE: Final = range(1, 1_001)
ALLOWED: Final = range(10_001)
"""Entries of an allow-list: ten thousand are 200 kB, which a broker still takes."""


class GatewayPayload(Message, frozen=True, kw_only=True):
    """One message of gateway hardware as it came, in whatever format its vendor speaks."""

    topic: str
    payload: bytes
    received_at: Instant
    retained: bool = False
    sender: str = ""
    """Who published it, where the connection tells (certificate, user name); else empty."""


class ScanReport(Message, frozen=True, kw_only=True):
    """What one gateway heard in one interval; our own wire format and what every decoder makes.

    Columns have one entry per observation, n in all. As an agent sends it, ``started_at`` is gateway
    time; as ingest passes it on, it is server time and only enrolled devices are left.
    """

    gateway: str
    boot: str
    """Changes at each start of the gateway, so that (gateway, boot, seq) names a batch for ever."""
    seq: int
    started_at: Instant
    device_ids: tuple[str, ...]
    """The distinct devices of this batch, m of them."""
    device: bytes
    """uint16[n]: index into ``device_ids``."""
    rssi_dbm: bytes
    """int8[n]."""
    offset_ms: bytes
    """uint16[n]: when it was heard, after ``started_at``."""
    received_at: Instant = 0
    """Server time of arrival; 0 as sent by the gateway."""
    filtered: bool = False
    """The gateway smoothed the RSSI itself (ESPresense): no per-packet statistics."""
    adverts: dict[int, bytes] = {}
    """Index of an observation → its AD structures, only where they say more than "here I am" (a button,
    a battery). For the ingest: it reads them and does not pass them on."""


class GatewayStatus(Message, frozen=True, kw_only=True):
    """A gateway's own word: will, heartbeat or status line. ``fields`` are the vendor's extras."""

    gateway: str
    online: bool
    at: Instant
    version: str = ""
    fields: dict[str, str | float] = {}


class GatewayConfig(Message, frozen=True, kw_only=True):
    """What an operator sets on an agent from afar, retained by the broker; None = as in the agent's file."""

    gateway: str = ""
    """Whose it is; an agent refuses another's. Empty = of whoever's topic it comes on."""
    at: Instant = 0
    """When it was set: the agent's heartbeat names the one that it obeys."""
    allow: tuple[str, ...] | None = None
    """Device ids that are passed on (``ibeacon:<uuid>:*`` for all of a UUID); None = all but phones."""
    batch_ms: int | None = None
    per_device_max: int | None = None

    def fault(self) -> str | None:
        """What no agent can obey in it, in words; None where there is nothing."""
        for name, value, limits in (
            ("batch_ms", self.batch_ms, BATCH_MS),
            ("per_device_max", self.per_device_max, PER_DEVICE),
            ("allow", None if self.allow is None else len(self.allow), ALLOWED),
        ):
            if value is not None and value not in limits:
                return f"{name}: expected {limits.start} to {limits.stop - 1}, got {value}"
        return None


class GatewayHealth(Message, frozen=True, kw_only=True):
    """What ingest thinks of a gateway: whole state, newest wins."""

    gateway: str
    state: Literal["ok", "silent", "deaf", "unknown", "offline"]
    at: Instant
    last_heard_at: Instant = 0
    adverts_per_s: float = 0.0
    clock_offset_ms: float = 0.0
    vendor_format: str = ""
    finding: str = ""
    """Code of the cause, a key of the texts on the screens; empty when ok."""
    drops: dict[str, int] = {}


class HandheldPresent(Message, frozen=True, kw_only=True):
    """Somebody is logged in on this unit's handheld; said at once and then every 20 s."""

    unit_id: str
    at: Instant


class GatewaysChecked(Message, frozen=True, kw_only=True):
    """What tags at known places tell of the gateways that hear them: whole state, newest wins."""

    at: Instant
    gateways: tuple[str, ...]
    offset_db: tuple[float, ...]
    """By gateway: what it reads higher than the radio model; already taken off where positions are made."""
    moved: tuple[str, ...] = ()
    """Gateways that hear these tags otherwise than they used to: moved, turned, covered or broken."""


class IngestCounted(Message, frozen=True, kw_only=True):
    """What came in and what was dropped, by cause, since the ingest started."""

    at: Instant
    payloads: int
    observations: int
    drops: dict[str, int]


class ButtonPressed(Message, frozen=True, kw_only=True):
    """One press of a tag's button, de-duplicated over gateways and repeats."""

    device_id: str
    mode: str
    counter: int | None
    gateway: str
    heard_at: Instant


class DeviceTelemetry(Message, frozen=True, kw_only=True):
    """Battery and the like, as a tag advertised them; sent on change, at most once a minute."""

    device_id: str
    at: Instant
    battery_mv: int | None = None
    battery_percent: int | None = None
    moving: bool | None = None
    advert_interval_s: float | None = None
    """Between its adverts, at the gateway that hears it best; None = not known."""
    finding: Literal["", "low_battery", "slow_adverts"] = ""
    """What is not right with the tag; empty when nothing is."""
