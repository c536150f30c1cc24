"""The receiving side: payloads of gateways in, scan reports of enrolled devices out.

    payload → which format → which gateway → sightings → enrolled, possible, new, in server time → report
                                                       ↘ buttons at once        ↘ telemetry now and then

Nothing that a gateway can send raises; what cannot be used is dropped and counted by cause.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from contracts import messages as m
from contracts.errors import WireError
from contracts.messages import Message
from contracts.quantities import SECOND, Instant, from_seconds
from contracts.sitemap import Site
from contracts.wire import MAX_PAYLOAD_BYTES
from gateway.bounded import Bounded
from gateway.enrolment import Enrolment
from gateway.formats.base import Clue, Format
from gateway.formats.table import detect_format, format_named
from gateway.heard import Heard, newly_heard
from gateway.roster import Roster
from gateway.scans import newest_of, select_scan
from gateway.settings import IngestSettings
from gateway.sightings import Decoded

VERSION_HEAL: Final = 60 * SECOND
"""An older version of the enrolment is a late message, unless nothing newer came for so long."""


class IngestService:
    """Reads every gateway's words; locates nobody."""

    name = "ingest"
    topics: tuple[type[Message], ...] = (m.GatewayPayload, m.EnrolmentChanged, m.GuestGatewaysChanged)

    def __init__(self, site: Site, settings: IngestSettings) -> None:
        self._site = site
        self._settings = settings
        self._roster = Roster(site.gateways)
        self._enrolment = Enrolment((), settings.id_tuples_max)
        self._enrolment_at = 0
        self._formats: Bounded[str, Format] = Bounded(settings.topics_max)
        self._heard: dict[str, Heard] = {}
        self._drops: Counter[str] = Counter()
        self._payloads = 0
        self._observations = 0
        self._count_at: Instant = 0

    def receive(self, message: Message, now: Instant) -> Sequence[Message]:
        match message:
            case m.GatewayPayload():
                return self._read(message, now)
            case m.EnrolmentChanged():
                if message.version >= self._enrolment.version or now - self._enrolment_at > VERSION_HEAL:
                    self._enrolment.replace(message.devices)
                    self._enrolment.version = message.version
                    self._enrolment_at = now
            case m.GuestGatewaysChanged():
                self._roster = Roster((*self._site.gateways, *message.gateways))
        return ()

    def wake_at(self) -> Instant | None:
        return self._count_at

    def wake(self, now: Instant) -> Sequence[Message]:
        if now < self._count_at:
            return ()
        self._count_at = now + from_seconds(self._settings.count_interval_s)
        return (
            m.IngestCounted(
                at=now, payloads=self._payloads, observations=self._observations, drops=dict(self._drops)
            ),
        )

    def _read(self, payload: m.GatewayPayload, now: Instant) -> Sequence[Message]:
        self._payloads += 1
        try:
            decoded, known = self._decode(payload)
            gateway = self._whose(decoded, payload)
        except WireError as error:
            self._drops[error.cause] += 1
            return ()
        heard = self._state(gateway, now)
        heard.vendor_format = known.name
        heard.payloads += 1
        if decoded.scan is not None and not payload.retained:
            return self._scan(decoded.scan, heard, payload.received_at)
        return ()

    def _decode(self, payload: m.GatewayPayload) -> tuple[Decoded, Format]:
        if len(payload.payload) > MAX_PAYLOAD_BYTES:
            raise WireError("too_long")
        clue = Clue(payload.topic, payload.payload)
        known = self._formats.get(payload.topic)
        if known is None:
            known = self._configured(payload.topic) or detect_format(clue)
            self._formats.put(payload.topic, known)
        return known.decode(clue), known

    def _configured(self, topic: str) -> Format | None:
        gateway = self._roster.in_topic(topic)
        name = self._roster.gateways[gateway].vendor_format if gateway else "auto"
        return None if name == "auto" else format_named(name)

    def _whose(self, decoded: Decoded, payload: m.GatewayPayload) -> str:
        gateway = self._roster.find(decoded.gateway or "")
        if gateway is None:
            raise WireError("unknown_gateway")
        return gateway

    def _state(self, gateway: str, now: Instant) -> Heard:
        heard = self._heard.get(gateway)
        if heard is None:
            window = from_seconds(self._settings.clock_window_s)
            heard = self._heard[gateway] = newly_heard(gateway, True, window, now)
        heard.last_at = now
        return heard

    def _scan(self, report: m.ScanReport, heard: Heard, arrival: Instant) -> Sequence[Message]:
        verdict = heard.seen.note(report.boot, report.seq)
        n = len(report.rssi_dbm)
        heard.adverts += n
        if verdict != "new":
            self._drops[verdict] += n
            return ()
        try:
            newest = newest_of(report)
            offset = heard.clock.note(newest, arrival, absolute=True)
            if newest + offset < arrival - from_seconds(self._settings.entry_age_s_max):
                raise WireError("too_old")
            selected = select_scan(report, self._enrolment, offset, arrival, self._drops)
        except WireError as error:
            self._drops[error.cause] += n
            return ()
        if selected is None:
            return ()
        self._observations += len(selected.rssi_dbm)
        return (selected,)
