"""The numbers of the ingest and of the agent, each with its reason."""

from typing import Literal

import msgspec

from gateway.formats.mapping import JsonMapping


class IngestSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How payloads of gateways are read."""

    topic_filters: tuple[str, ...] = ("#",)
    """MQTT topics on which gateways of other vendors publish: all, because operators type what they like.
    With a busy broker of your own, name them. Ours, ``nearhand/v1/<site>/gateways/#``, is always heard."""
    topic_formats: dict[str, str] = {}
    """MQTT filter to format name, for topics whose format must not be guessed."""
    mappings: dict[str, JsonMapping] = {}
    """Formats of your own by name, for JSON gateways that nearhand does not know; see docs/gateways.md."""
    bthome_keys: dict[str, str] = {}
    """Radio address to key (32 hex digits) of tags that encrypt their adverts."""
    trigger_identities: dict[str, str] = {}
    """Beacon identity or address to enrolled device, for tags whose alarm is another advert of their own."""
    entry_age_s_max: float = 30.0
    """Older entries of a batch are dropped: a person has walked 36 m since. At most 60."""
    clock_window_s: float = 60.0
    """A gateway's clock offset is the least delay seen in this window; long enough for slow batches."""
    coalesce_ms: int = 100
    """Vendors that send one advert a message are gathered this long: positioning likes batches."""
    merge_ms: int = 100
    """Advert and scan response of one device within this time are one sample (their fading is common)."""
    silent_after_s: float = 30.0
    """No message at all for so long: the slowest heartbeat of the usual vendors is 30 s."""
    deaf_after_s: float = 20.0
    """Connected but no advert for so long, where it used to hear some: radios hang silently."""
    count_interval_s: float = 5.0
    """How often totals and health are looked at."""
    telemetry_interval_s: float = 60.0
    """A tag's battery and motion are passed on at most so often."""
    battery_low_mv: int = 2400
    """Below this a coin cell dies within days."""
    battery_low_percent: int = 15
    """The same, for tags that say per cent."""
    slow_advert_s: float = 2.5
    """A tag that advertises less often than this is found that much late."""
    button_age_s_max: float = 900.0
    """A stored button press older than this is history, not an alarm."""
    button_rearm_s: float = 10.0
    """A level flag (Ingics) absent for so long means that the next one is a new press."""
    topics_max: int = 20_000
    """Formats remembered by topic; some vendors use a topic for each tag."""
    strangers_max: int = 200
    """Gateways tracked though nobody installed them; more are only counted."""
    devices_max: int = 20_000
    """Tags whose last button state, battery and advert are remembered."""


class AgentSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Our own gateway: what it hears, keeps and sends. A file of these is given to ``nearhand gateway``."""

    site: str = "demo"
    gateway: str = ""
    """Its id on the site; empty = the machine's name."""
    broker: str = "mqtt://127.0.0.1:1883"
    """``mqtt://user:password@host:port`` or ``mqtts://…``."""
    tls_ca: str = ""
    """Certificates that the broker's must be signed by; empty = the system's."""
    tls_certificate: str = ""
    """The gateway's own certificate and key: then it needs no password, and nobody else can speak for it."""
    tls_key: str = ""
    adapter: str = ""
    """Bluetooth adapter (``hci0``); empty = the system's default."""
    scanning: Literal["auto", "passive", "active"] = "auto"
    """Passive asks nothing of the tags and hears every packet; auto falls back to active."""
    batch_ms: int = 200
    """From hearing to sending; alarms do not wait."""
    batch_max: int = 500
    """Observations in one report, should the radio hear that many."""
    per_device_max: int = 5
    """Observations of one device in one report; more say nothing new and are dropped and counted."""
    prefer_identity: bool = False
    """Call beacons by UUID, major and minor although their address is stable (sites that enrol so)."""
    devices_max: int = 5_000
    """Devices whose last advert is remembered."""
    heartbeat_s: float = 10.0
    quiet_s: float = 10.0
    """No advert for so long: the scanner is restarted, then the adapter switched off and on."""
    spool_dir: str = "/var/lib/nearhand-gateway"
    spool_bytes_max: int = 64_000_000
    """About a day of a busy hall; at the limit the oldest go, counted."""
    spool_after_ms: int = 500
    """What the broker has not acknowledged by then is written to disk."""
    beacon_uuid: str = ""
    """The agent advertises an iBeacon of this UUID, so that gateways hear each other; empty = silent."""
