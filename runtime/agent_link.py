"""The agent's connection to the broker: paho with a will, a client certificate, and acknowledgements told.

All callbacks run in the loop of the agent, whatever thread paho calls from.
"""

import asyncio
import logging
import random
import ssl
from collections.abc import Callable
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from contracts.errors import ConfigError
from gateway.settings import AgentSettings

log = logging.getLogger(__name__)

KEEPALIVE_S: Final = 15
FIRST_PAUSE_S: Final = (1, 2)
LONGEST_PAUSE_S: Final = (15, 40)
"""Drawn anew by every agent, so that a hundred of them do not come back in the same second."""


class Handlers(NamedTuple):
    """What the agent does when something happens on the line."""

    connected: Callable[[], None]
    lost: Callable[[], None]
    acknowledged: Callable[[int], None]
    configured: Callable[[bytes], None]


class Link:
    """Connects for ever in the background; publishes with QoS 1."""

    def __init__(self, settings: AgentSettings, config_topic: str, will: tuple[str, bytes]) -> None:
        """Raises ``ConfigError`` for a broker's address or certificates that cannot be used."""
        parts = urlsplit(settings.broker)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ConfigError(
                f"broker {settings.broker!r}: expected mqtt://user:password@host:port or mqtts://…"
            )
        self._address = (parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883))
        self._config_topic = config_topic
        self._handlers: Handlers | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        client = paho.Client(CallbackAPIVersion.VERSION2, f"nearhand-agent-{settings.gateway}")
        if parts.username:
            client.username_pw_set(parts.username, parts.password)
        if parts.scheme == "mqtts":
            _set_tls(client, settings)
        client.will_set(*will, qos=1, retain=True)
        client.reconnect_delay_set(random.randint(*FIRST_PAUSE_S), random.randint(*LONGEST_PAUSE_S))
        client.max_inflight_messages_set(200)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        self._client = client

    def start(self, handlers: Handlers) -> None:
        """Connect, now or as soon as the broker answers. Inside the agent's loop."""
        self._handlers, self._loop = handlers, asyncio.get_running_loop()
        self._client.connect_async(*self._address, keepalive=KEEPALIVE_S)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int:
        """Send with QoS 1; the number that its acknowledgement will bear."""
        return self._client.publish(topic, payload, 1, retain).mid

    def stop(self, last: tuple[str, bytes]) -> None:
        """Say a last word and go: the will is for those who cannot."""
        info = self._client.publish(*last, qos=1, retain=True)
        if self._client.is_connected():
            info.wait_for_publish(2.0)
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: paho.Client, *details: Any) -> None:
        reason = details[2]
        if getattr(reason, "is_failure", False):
            log.error("the broker refuses us: %s", reason)
            return
        client.subscribe(self._config_topic, 1)
        if self._handlers:
            self._call(self._handlers.connected)

    def _on_disconnect(self, *_details: Any) -> None:
        if self._handlers:
            self._call(self._handlers.lost)

    def _on_publish(self, _client: paho.Client, _data: Any, mid: int, *_details: Any) -> None:
        if self._handlers:
            self._call(self._handlers.acknowledged, mid)

    def _on_message(self, _client: paho.Client, _data: Any, packet: paho.MQTTMessage) -> None:
        if self._handlers:
            self._call(self._handlers.configured, packet.payload)

    def _call(self, action: Callable[..., None], *arguments: Any) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action, *arguments)


def _set_tls(client: paho.Client, settings: AgentSettings) -> None:
    try:
        client.tls_set(
            ca_certs=settings.tls_ca or None,
            certfile=settings.tls_certificate or None,
            keyfile=settings.tls_key or None,
        )
    except (OSError, ssl.SSLError, ValueError) as error:
        raise ConfigError(f"tls_ca, tls_certificate, tls_key: {error}") from error
