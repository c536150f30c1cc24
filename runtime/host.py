"""The host: drives the services of one process on the real clock, over the bus.

One turn: take what came in, let the services decide, make the facts durable, then send, then tell the
broker that we are done. Everything decided in one turn shares one journal commit.
"""

import asyncio
import logging
import resource
from collections import Counter
from collections.abc import Callable, Sequence

from contracts import messages as m
from contracts.errors import LinkError, StorageError
from contracts.messages import Fact, Message
from contracts.quantities import to_seconds
from contracts.service import Service
from runtime.bus import MessageBus
from runtime.clock import now
from runtime.journal import Journal
from runtime.settings import HostSettings
from runtime.turn import deliver, hearers_of, next_wake, settle, staying, wake_due

log = logging.getLogger(__name__)

Tap = Callable[[Sequence[Message]], None]
"""Sees everything that the services of this process said, in order."""
Ear = Callable[[Message], None]
"""Sees every message that came in, before the services do."""


class Host:
    """Owns services, bus and journal of one process."""

    def __init__(
        self,
        name: str,
        services: Sequence[Service],
        bus: MessageBus,
        settings: HostSettings,
        journal: Journal | None = None,
        taps: Sequence[Tap] = (),
        ear: Ear | None = None,
        raw_filters: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.counters: Counter[str] = Counter()
        self._services = services
        self._hearers = hearers_of(services)
        self._stays = staying(self._hearers)
        self._bus = bus
        self._settings = settings
        self._journal = journal
        self._taps = taps
        self._ear = ear
        self._stopping = asyncio.Event()
        self._turn_lag_ms = 0.0
        self._reason = ""
        local = (m.ScanReport, m.GatewayStatus) if raw_filters else ()
        wanted = [kind for service in services for kind in service.topics if kind not in local]
        bus.subscribe_types(wanted, raw_filters)

    async def run(self, opening: Sequence[Message] = ()) -> None:
        """Turn until ``stop``. ``opening`` is sent first (a resumed dispatcher's whole state)."""
        await self._finish(list(opening))
        reporter = asyncio.create_task(self._report_health())
        try:
            while not self._stopping.is_set():
                await self._bus.wait(self._pause_s())
                await self._turn()
        finally:
            reporter.cancel()

    def stop(self) -> None:
        """End ``run`` after the turn that is under way."""
        self._stopping.set()
        self._bus.interrupt()

    async def send(self, message: Message) -> None:
        """Let an adapter's message travel as if a service had said it.

        Raises:
            LinkError: a gateway's payload, and the broker is away: it would be old when it is heard.
        """
        if isinstance(message, m.GatewayPayload) and not self._bus.connected:
            raise LinkError("the broker is away")
        await self._finish([message])

    async def _turn(self) -> None:
        at = now()
        batch = self._bus.take(self._settings.batch_limit)
        out: list[Message] = []
        for received in batch:
            if self._ear is not None:
                self._ear(received.message)
            out += deliver(self._hearers, received.message, at)
        due = next_wake(self._services)
        if due is not None and due <= at:
            self._turn_lag_ms = max(self._turn_lag_ms, (at - due) / 1000)
            out += wake_due(self._services, at)
        await self._finish(out)
        self._bus.acknowledge(batch)

    async def _finish(self, out: Sequence[Message]) -> None:
        """Neighbours in the process first, then the journal, then everybody else."""
        every = settle(self._hearers, out, now())
        facts = [message for message in every if isinstance(message, Fact)]
        if facts and self._journal is not None:
            await self._persist(facts)
        for message in every:
            if type(message) not in self._stays:
                self._bus.publish(message)
        for tap in self._taps:
            tap(every)

    async def _persist(self, facts: Sequence[Fact]) -> None:
        """Until it is on the disk nothing is sent: a full disk stops decisions, loudly, and loses none."""
        assert self._journal is not None
        pause_s = 0.1
        while True:
            try:
                await asyncio.to_thread(self._journal.append, facts)
                self._reason = ""
                return
            except StorageError as error:
                self._reason = "journal"
                self.counters["journal_retries"] += 1
                log.error("%s; trying again in %.1f s", error, pause_s)
                await asyncio.sleep(pause_s)
                pause_s = min(5.0, pause_s * 2)

    def _pause_s(self) -> float | None:
        due = next_wake(self._services)
        return 1.0 if due is None else max(0.0, to_seconds(due - now()))

    def _counted(self) -> dict[str, float]:
        """The counters of bus, host and services, by name."""
        counted: dict[str, float] = {**self._bus.counters, **self.counters}
        for service in self._services:
            counted |= getattr(service, "counters", {})
        return dict(sorted(counted.items()))

    async def _report_health(self) -> None:
        interval_s = self._settings.health_interval_s
        before = _cpu_s()
        while True:
            await asyncio.sleep(interval_s)
            after = _cpu_s()
            reason = self._reason or ("" if self._bus.connected else "broker")
            self._bus.publish(
                m.ServiceHealth(
                    service=self.name,
                    at=now(),
                    state="degraded" if reason else "ok",
                    reason=reason,
                    lag_ms=self._turn_lag_ms,
                    cpu_share=(after - before) / interval_s,
                    counters=self._counted(),
                )
            )
            before, self._turn_lag_ms = after, 0.0


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
