"""What every decoder makes of one payload: the internal record, whatever the vendor.

The words are those of docs/gateways.md: a *sighting* is one advertisement as one gateway heard it. The
decoders fill the lean part (``Sighting``) for every entry; the rest (beacon, telemetry, button, name …)
costs more and is read only for devices that may be located, by ``Format.details``.
"""

from typing import Any, Literal, TypeAlias

import msgspec

from contracts.messages import ScanReport
from contracts.quantities import Instant

Fields: TypeAlias = dict[str, Any]
"""Decoded fields by name, JSON-like: ``battery_mv``, ``temperature_c`` … as docs/gateways.md lists them."""

Kind: TypeAlias = Literal[
    "sightings", "gateway_status", "gateway_heartbeat", "presence_lost", "event_without_rssi"
]

Basis: TypeAlias = Literal[
    "gateway_unix_s",
    "gateway_unix_s_float",
    "gateway_unix_ms",
    "gateway_unix_us",
    "gateway_iso_utc",
    "gateway_iso_like_offset",
    "gateway_local_no_zone",
    "gateway_uptime",
    "cloud_iso_utc",
    "counter_only",
    "report_time_only",
    "none",
]
"""Where a time comes from. Only the first six and ``cloud_iso_utc`` are absolute."""

ABSOLUTE: frozenset[Basis] = frozenset(
    (
        "gateway_unix_s",
        "gateway_unix_s_float",
        "gateway_unix_ms",
        "gateway_unix_us",
        "gateway_iso_utc",
        "gateway_iso_like_offset",
        "cloud_iso_utc",
    )
)


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """One advertisement as one gateway heard it."""

    device: str
    """Radio address, upper case with colons, or the beacon's id where the message has no address."""
    rssi_dbm: float
    at: Instant | None = None
    """The gateway's own time; with basis ``gateway_uptime`` it counts from its start; None = no time."""
    basis: Basis = "none"
    adv: bytes | None = None
    """AD structures as received; None where the gateway sends decoded fields only."""
    entry: Any = None
    """The vendor's own entry, not yet interpreted: for ``Format.details``."""
    gateway: str | None = None
    """Who heard it, where that differs within one message."""


class Event(msgspec.Struct, frozen=True):
    """A tag's word without a usable RSSI: good for a button or a battery, not for a position."""

    device: str
    fields: Fields
    at: Instant | None = None


class Decoded(msgspec.Struct, frozen=True, gc=False):
    """One payload, read."""

    kind: Kind
    gateway: str | None
    """As the message gives it: addresses upper case with colons; None if only the connection tells."""
    sightings: list[Sighting] = []
    fields: Fields = {}
    """What it says of the gateway itself: ``status uptime_s wifi_rssi_dbm version …``."""
    events: list[Event] = []
    drops: dict[str, int] = {}
    """Entries that could not be read, by cause. One bad entry never spoils a batch."""
    filtered: bool = False
    """The gateway smoothed the RSSI itself."""
    scan: ScanReport | None = None
    """Our own columnar format comes as it is; ``sightings`` is empty then."""
