"""The bus over MQTT: one paho client a process, its thread hidden behind one inbox.

Messages of a type in ``wire.ROUTES`` travel as themselves; ``GatewayPayload`` is the raw payload on a
gateway's own topic. What came in is acknowledged to the broker only when the host says that it is done
with it, so a message that a crash swallows comes again.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from contracts import messages as m
from contracts import wire
from contracts.errors import ConfigError, LinkError, WireError
from contracts.messages import Message
from contracts.quantities import Instant
from runtime.bus import Inbox, Received, acknowledge
from runtime.clock import now

log = logging.getLogger(__name__)

RECONNECT_S: Final = (0.2, 5.0)
"""First and longest pause before the next try; paho doubles in between."""
OUTBOX_LIMIT: Final = 20_000
"""QoS 1 messages that wait for the broker; more are dropped and counted (``outbox_full``)."""


class Bus:
    """A connection to the broker.

    Call ``connect`` inside the running loop; then ``wait`` for messages and ``take`` them. Counters are
    read by the host's health report. With ``pulled`` the gateways' QoS 1 payloads come another way
    (``runtime/jetstream.py``): here only those of QoS 0 and the retained ones are read.
    """

    def __init__(
        self,
        url: str,
        site: str,
        client_id: str,
        inbox_limit: int,
        persistent: bool = False,
        pulled: bool = False,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ConfigError(f"broker url {url!r}: expected mqtt://user:password@host:port or mqtts://…")
        self.site = site
        self.counters: Counter[str] = Counter()
        self._address = (parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883))
        self._filters: dict[str, int] = {}
        self._own_filters: list[str] = []
        self._raw = False
        self._pulled = pulled
        self.inbox = Inbox(inbox_limit, self.counters)
        self._connected = asyncio.Event()
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id, clean_session=not persistent, manual_ack=True
        )
        client.username_pw_set(parts.username, parts.password)
        if parts.scheme == "mqtts":
            client.tls_set()
        client.reconnect_delay_set(*(max(1, round(delay)) for delay in RECONNECT_S))
        client.max_queued_messages_set(OUTBOX_LIMIT)
        client.max_inflight_messages_set(200)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    def subscribe_types(self, types: Iterable[type[Message]], raw_filters: Iterable[str] = ()) -> None:
        """What to hear. Before ``connect``. ``raw_filters`` are for ``GatewayPayload``.

        Payloads are asked for with QoS 0: what was heard while we were away is old, and for a QoS 1
        hearer the broker would write each of them to its disk (about 500 a second at most).
        """
        for kind in types:
            if kind is m.GatewayPayload:
                self._raw = True
                self._filters.update(dict.fromkeys(raw_filters, 1 if self._pulled else 0))
            elif kind in wire.ROUTES:
                self._own_filters.append(wire.filter_of(kind, self.site))
                self._filters[self._own_filters[-1]] = wire.ROUTES[kind].qos
                if issubclass(kind, m.Command):
                    self._filters[f"{wire.ROOT}/{self.site}/{wire.HANDHELD_COMMANDS.format(unit_id='+')}"] = 1

    async def connect(self, timeout_s: float = 30.0) -> None:
        """Connect and go on connecting for ever in the background.

        Raises:
            LinkError: the broker did not answer within ``timeout_s``.
        """
        self.inbox.open(asyncio.get_running_loop())
        self._client.connect_async(*self._address, keepalive=15)
        self._client.loop_start()
        try:
            await asyncio.wait_for(self._connected.wait(), timeout_s)
        except TimeoutError as error:
            self.close()
            raise LinkError(f"no answer from the broker at {self._address[0]}:{self._address[1]}") from error

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    async def aclose(self) -> None:
        """As ``close``, without holding up the loop while paho's thread ends."""
        await asyncio.to_thread(self.close)

    async def wait(self, timeout_s: float | None) -> None:
        """Return when something is in the inbox, or after ``timeout_s``."""
        await self.inbox.wait(timeout_s)

    def interrupt(self) -> None:
        """Let ``wait`` return now."""
        self.inbox.interrupt()

    def take(self, limit: int) -> list[Received]:
        """Up to ``limit`` messages, oldest first."""
        return self.inbox.take(limit)

    def acknowledge(self, batch: Iterable[Received]) -> None:
        """We are done with these: the broker may forget them."""
        acknowledge(batch)

    def publish(self, message: Message) -> None:
        """Send a message. While the broker is away QoS 1 waits in memory, QoS 0 is dropped and counted."""
        if isinstance(message, m.GatewayPayload):
            kept = message.topic.endswith(("/scan", "/post"))
            self._publish(message.topic, message.payload, 1 if kept else 0, False)
        else:
            route = wire.ROUTES[type(message)]
            self._publish(wire.topic_of(message, self.site), wire.encode(message), route.qos, route.retain)

    def publish_to(self, topic: str, message: Message) -> None:
        """Send a message on a topic of the caller's choice, QoS 1 (a handheld's own command topic)."""
        self._publish(topic, wire.encode(message), 1, False)

    def _publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        if qos == 0 and not self.connected:
            self.counters["sent_dropped_offline"] += 1
            return
        info = self._client.publish(topic, payload, qos, retain)
        if info.rc == paho.MQTT_ERR_QUEUE_SIZE:
            self.counters["sent_dropped_outbox_full"] += 1
        else:
            self.counters["sent"] += 1

    # --- paho's thread ---------------------------------------------------------------------------------

    def _on_connect(self, client: paho.Client, *details: object) -> None:
        reason = details[2]
        if getattr(reason, "is_failure", False):
            log.error("the broker refuses us: %s", reason)
            self.counters["refused"] += 1
            return
        if self._filters:
            client.subscribe([(name, qos) for name, qos in sorted(self._filters.items())])
        self.inbox.call(self._connected.set)

    def _on_disconnect(self, *_details: object) -> None:
        self.counters["disconnects"] += 1
        self.inbox.call(self._connected.clear)

    def _on_message(self, _client: paho.Client, _data: object, packet: paho.MQTTMessage) -> None:
        ack = partial(self._client.ack, packet.mid, packet.qos) if packet.qos else None
        if ack and self._pulled and not packet.retain and self.is_payload(packet.topic):
            ack()
            return
        self.counters["received"] += 1
        try:
            message = self._read(packet, now())
        except WireError as error:
            self.counters[f"dropped_{error.cause}"] += 1
            log.warning("unreadable message on %s: %s", packet.topic, error)
            message = None
        if ack and (message is None or isinstance(message, m.GatewayPayload)):
            ack()  # a scan that came late is worth nothing: never ask for it again
            ack = None
        if message is not None:
            self.inbox.put(Received(message, ack))

    def is_payload(self, topic: str) -> bool:
        """Whether what comes on this topic is a gateway's own word: not ours, or below ``gateways/``."""
        if not self._raw or not topic.startswith("nearhand/"):
            return self._raw
        return topic.startswith(f"{wire.ROOT}/{self.site}/gateways/") and not topic.endswith("/config")

    def _read(self, packet: paho.MQTTMessage, received_at: Instant) -> Message | None:
        topic = packet.topic
        if self.is_payload(topic):
            return m.GatewayPayload(
                topic=topic, payload=bytes(packet.payload), received_at=received_at, retained=packet.retain
            )
        prefix = f"{wire.ROOT}/{self.site}/"
        if not topic.startswith(prefix):
            return None
        if self._raw and not any(paho.topic_matches_sub(wanted, topic) for wanted in self._own_filters):
            return None  # heard by the vendors' wide filter alone
        message = wire.decode(bytes(packet.payload))
        tail = topic[len(prefix) :].split("/")
        if tail[0] == "units" and tail[-1] == "commands":
            claimed = getattr(message, "by", None)
            if not isinstance(message, m.Command) or claimed != f"unit/{tail[1]}":
                raise WireError("not_yours", f"a command by {claimed!r}")
        return message
