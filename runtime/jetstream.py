"""The ingest's second connection: gateways' payloads pulled from the broker's own stream.

nats-server keeps each MQTT message of QoS 1 in ``$MQTT_msgs`` until every consumer has acknowledged it, and
that store is what its PUBACK vouches for (a stream of one's own is not). A durable pull consumer survives
the death of this process, of the broker, and of a cluster's leader. Everything else goes over plain MQTT:
commands, facts, positions, payloads of QoS 0, retained ones. nats-py has the connection; its ``fetch``
waits for a whole batch, so the pull request is our own. The stream is documented by nats-server but no public
contract: tests/runtime/test_jetstream.py is ours.
"""

import asyncio
import contextlib
import itertools
import logging
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Final

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig
from nats.js.errors import BadRequestError

from contracts import messages as m
from contracts.errors import ConfigError, LinkError
from contracts.messages import Message
from contracts.quantities import Duration, from_seconds
from runtime.bus import Received, acknowledge
from runtime.clock import now
from runtime.mqtt import Bus
from runtime.subjects import subjects_of, topic_of

log = logging.getLogger(__name__)

STREAM: Final = "$MQTT_msgs"
PREFIX: Final = "$MQTT.msgs."
BATCH: Final = 100
PULL_S: Final = 2.0
"""The broker ends an unfilled request after this; another follows at once."""
ACK_WAIT_S: Final = 5.0
"""What a crashed process had not finished comes again this soon."""
UNFINISHED_MAX: Final = 200
"""Payloads handed to us and not acknowledged; others wait in the broker. It removes each with a write to the
disk, 4 ms or more: so many are done within ``ACK_WAIT_S`` even then, and none comes twice for nothing."""
DELIVERIES_MAX: Final = 3
"""A payload that came so often without an acknowledgement is taken for what kills us, and given up."""
IDLE_S: Final = 60.0
"""Without us for so long the broker forgets the consumer: it holds nothing of worth, and disks are finite."""
AGE_S_MAX: Final = 10.0
"""Older payloads are dropped: ``ACK_WAIT_S`` and a restart have passed, whoever it was has walked 12 m."""
RETRY_S: Final = 1
INBOX: Final = "$nearhand"
"""Where the engine answers us: no MQTT filter '#' hears topics that begin with '$'."""


class PulledBus:
    """A ``MessageBus`` that hears gateways by pull and everything else by the MQTT connection ``others``.

    ``others`` is made with ``pulled=True``. ``url`` is ``nats://user:password@host:port`` of the same broker.
    """

    def __init__(
        self, others: Bus, url: str, age_s_max: float = AGE_S_MAX, ack_wait_s: float = ACK_WAIT_S
    ) -> None:
        if not url.startswith(("nats://", "tls://")):
            raise ConfigError(f"engine url {url!r}: expected nats://user:password@host:port or tls://…")
        self._others = others
        self._url = url
        self._age_max: Duration = from_seconds(age_s_max)
        self._ack_wait_s = ack_wait_s
        self._subjects: list[str] = []
        self._name = f"nearhand-{others.site}-ingest"
        self._client = Client()
        self._tasks: list[asyncio.Task[None]] = []
        self._acks: asyncio.Queue[str] = asyncio.Queue()
        self._left = 0  # payloads that the request under way may still bring
        self._ended = asyncio.Event()
        self._inbox = self._request = ""
        self._gone = False

    @property
    def connected(self) -> bool:
        return self._others.connected and self._client.is_connected

    @property
    def counters(self) -> Counter[str]:
        return self._others.counters

    def subscribe_types(self, types: Iterable[type[Message]], raw_filters: Iterable[str] = ()) -> None:
        """What to hear. Before ``connect``. ``raw_filters`` are MQTT filters for ``GatewayPayload``."""
        filters = list(raw_filters)
        self._subjects = [PREFIX + subject for one in filters for subject in subjects_of(one)]
        self._others.subscribe_types(types, filters)

    async def connect(self, timeout_s: float = 30.0) -> None:
        """Connect, make sure that the consumer exists, pull for ever in the background.

        The MQTT connection comes first: the broker makes its stream for the first MQTT client.

        Raises:
            LinkError: the broker did not answer within ``timeout_s``.
            ConfigError: it refuses the filters.
        """
        await self._others.connect(timeout_s)
        try:
            async with asyncio.timeout(timeout_s):
                await self._client.connect(
                    self._url,
                    name=self._name,
                    inbox_prefix=INBOX,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=RETRY_S,
                    error_cb=self._on_error,
                    disconnected_cb=self._on_disconnected,
                    reconnected_cb=self._end_request,
                )
                while not await self._ensure_consumer():  # noqa: ASYNC110 (the broker makes its stream)
                    await asyncio.sleep(RETRY_S)
        except (ConfigError, TimeoutError, OSError, NatsError) as error:
            await self.aclose()
            if isinstance(error, ConfigError):
                raise
            raise LinkError(f"the engine does not answer: {error!r}") from error
        self._inbox = self._client.new_inbox()
        await self._client.subscribe(f"{self._inbox}.*", cb=self._on_delivery)
        self._tasks = [asyncio.create_task(self._pull()), asyncio.create_task(self._send_acks())]

    async def aclose(self) -> None:
        """Leave. What is not acknowledged comes to the next process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client.is_connected or self._client.is_connecting or self._client.is_reconnecting:
            with contextlib.suppress(NatsError, OSError):
                while not self._acks.empty():
                    await self._client.publish(self._acks.get_nowait())
                await self._client.close()
        await self._others.aclose()

    async def wait(self, timeout_s: float | None) -> None:
        """Return when something is in the inbox, or after ``timeout_s``."""
        for task in self._tasks:
            if task.done():
                task.result()  # never ends by itself but by our own fault: die loudly
        await self._others.wait(timeout_s)

    def interrupt(self) -> None:
        self._others.interrupt()

    def take(self, limit: int) -> list[Received]:
        return self._others.take(limit)

    def acknowledge(self, batch: Iterable[Received]) -> None:
        acknowledge(batch)

    def publish(self, message: Message) -> None:
        self._others.publish(message)

    async def _ensure_consumer(self) -> bool:
        """Make or update the durable consumer. False: the broker is not ready for it yet."""
        config = ConsumerConfig(
            name=self._name,
            durable_name=self._name,
            filter_subjects=self._subjects,
            ack_wait=self._ack_wait_s,
            max_ack_pending=UNFINISHED_MAX,
            inactive_threshold=IDLE_S,
        )
        try:
            await self._client.jetstream().add_consumer(STREAM, config)
        except BadRequestError as error:
            raise ConfigError(f"the broker refuses [ingest] topic_filters: {error.description}") from error
        except NatsError as error:
            log.info("no consumer yet: %r", error)
            return False
        return True

    async def _pull(self) -> None:
        """One request after the other, each answered with up to ``BATCH`` payloads as they come."""
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{self._name}"
        content = msgspec.json.encode({"batch": BATCH, "expires": round(PULL_S * 1e9)})
        for number in itertools.count():
            if self._gone:
                self._gone = not await self._ensure_consumer()
                self.counters["pulls_failed"] += 1
            if self._gone or not self._client.is_connected:
                await asyncio.sleep(RETRY_S)
                continue
            self._request, self._left = f"{self._inbox}.{number}", BATCH
            self._ended.clear()
            try:
                await self._client.publish(subject, content, reply=self._request)
                async with asyncio.timeout(2 * PULL_S):  # the broker ends it sooner, unless it died
                    await self._ended.wait()
            except (TimeoutError, NatsError) as error:
                log.warning("no answer to a pull: %r", error)
                self._gone = True  # the broker is silent, too, about a consumer that it does not know

    async def _on_delivery(self, msg: Msg) -> None:
        if msg.subject.startswith(PREFIX):
            self._receive(msg)
            self._left -= 1
            if self._left == 0:
                self._ended.set()
        elif msg.subject == self._request:  # the broker's word that the request is over, and why
            words = msg.headers or {}
            self._gone = words.get("Status") == "503" or "Deleted" in words.get("Description", "")
            self._ended.set()

    def _receive(self, msg: Msg) -> None:
        """Into the inbox, or acknowledged at once if it is nothing for us, too old, or came too often."""
        topic = topic_of(msg.subject[len(PREFIX) :])
        stored_at, at = from_seconds(msg.metadata.timestamp.timestamp()), now()
        if not self._others.is_payload(topic):
            cause = "ignored_not_a_payload"  # heard by the vendors' wide filter alone
        elif at - stored_at > self._age_max:
            cause = "dropped_old"
        elif msg.metadata.num_delivered > DELIVERIES_MAX:
            cause = "dropped_given_up"
            log.error("given up after %d deliveries: a payload on %s", DELIVERIES_MAX, topic)
        else:
            self.counters["received"] += 1
            payload = m.GatewayPayload(topic=topic, payload=msg.data, received_at=min(at, stored_at))
            self._others.inbox.put(Received(payload, partial(self._acks.put_nowait, msg.reply)))
            return
        self.counters[cause] += 1
        self._acks.put_nowait(msg.reply)

    async def _send_acks(self) -> None:
        while True:
            reply = await self._acks.get()
            try:
                await self._client.publish(reply)
            except NatsError:
                self.counters["acks_lost"] += 1  # the payload comes again; ingest knows it

    async def _on_error(self, error: Exception) -> None:
        if not self._tasks:
            raise error  # nats-py would try the first connection for ever, and leave sockets open
        log.warning("engine: %r", error)

    async def _on_disconnected(self) -> None:
        self.counters["disconnects"] += 1

    async def _end_request(self) -> None:
        self._ended.set()
