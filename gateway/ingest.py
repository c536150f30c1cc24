"""The receiving side: payloads of gateways in, scan reports of enrolled devices out.

    payload → which format → which gateway → sightings → enrolled, possible, new, in server time → report
                                                       ↘ buttons at once        ↘ telemetry now and then

Nothing that a gateway can send raises; what cannot be used is dropped and counted by cause.
"""

from collections.abc import Sequence
from typing import Final

from contracts import messages as m
from contracts.columns import Observations, observations
from contracts.errors import WireError
from contracts.messages import Message
from contracts.quantities import MILLISECOND, SECOND, Duration, Instant, from_seconds
from contracts.sitemap import Site
from contracts.wire import MAX_PAYLOAD_BYTES
from gateway.adverts.meaning import may_name_itself, meaning_of
from gateway.batches import batch_times
from gateway.drops import count, no_drops
from gateway.enrolment import Enrolment
from gateway.formats.base import MALFORMED, Format
from gateway.formats.table import format_named, formats_by_name
from gateway.health import HealthBook
from gateway.heard import Heard
from gateway.pace import Pace
from gateway.scans import Gathered, newest_of, select_scan
from gateway.senders import Senders
from gateway.settings import IngestSettings
from gateway.sightings import Decoded, Sighting
from gateway.status import note_status
from gateway.tags import Source, Tags
from gateway.topics import Topic, Topics, decode_payload

VERSION_HEAL: Final = 60 * SECOND
"""An older version of the enrolment is a late message, unless nothing newer came for so long."""
GATHERED_MAX: Final = 200
"""Rows gathered of one gateway before they go on without waiting."""
STATUS_KINDS: Final = ("gateway_status", "gateway_heartbeat")
AGE_S_MAX: Final = 60.0
"""A report's columns span 65 s."""


class IngestService:
    """Reads every gateway's words; locates nobody.

    ``presses`` are the newest button presses raised before a restart, so that their repeats stay repeats.

    Raises:
        ConfigError: a gateway or topic is set to a format that does not exist.
    """

    name = "ingest"
    topics: tuple[type[Message], ...] = (
        m.GatewayPayload,
        m.EnrolmentChanged,
        m.GuestGatewaysChanged,
        m.GatewaysChecked,
    )

    def __init__(self, site: Site, settings: IngestSettings, presses: Sequence[m.ButtonPressed] = ()) -> None:
        formats = formats_by_name(settings.mappings)
        for gateway in site.gateways:
            if gateway.vendor_format != "auto":
                format_named(gateway.vendor_format, formats)
        self._site = site
        self._settings = settings
        self._age_max = from_seconds(min(settings.entry_age_s_max, AGE_S_MAX))
        self._anchored = tuple(m.EnrolledDevice(a.device_id, "asset", a.device_id) for a in site.anchors)
        self._enrolment = Enrolment(self._anchored)
        self._enrolment_at: Instant = 0
        self._any_other_name = False
        """Whether a device may be meant by another name than its radio address."""
        window = from_seconds(settings.clock_window_s)
        self._senders = Senders(site.gateways, settings.strangers_max, window)
        self._topics = Topics(formats, settings.topic_formats, self._senders.roster, settings.topics_max)
        self._tags = Tags(settings, presses)
        self._pace = Pace()
        self._health = HealthBook(settings)
        self._drops = no_drops()
        self._payloads = 0
        self._observations = 0
        self._count_at: Instant = 0
        self._pending: dict[str, Instant] = {}
        """Gateway → when its gathered rows go on; all wait equally long, so the first is next (or nearly)."""
        self._boot = ""
        """Names the scan reports made here: the time of the first payload."""

    def receive(self, message: Message, now: Instant) -> Sequence[Message]:
        match message:
            case m.GatewayPayload():
                return self._read(message, now)
            case m.EnrolmentChanged():
                if message.version >= self._enrolment.version or now - self._enrolment_at > VERSION_HEAL:
                    self._enrolment.replace((*self._anchored, *message.devices))
                    self._enrolment.version = message.version
                    self._any_other_name = self._enrolment.any_beacon or bool(
                        self._settings.trigger_identities
                    )
                    self._enrolment_at = now
            case m.GatewaysChecked():
                self._health.moved = frozenset(message.moved)
            case m.GuestGatewaysChanged():
                self._senders.install((*self._site.gateways, *message.gateways))
                self._topics.install(self._senders.roster)
                self._pending = {n: due for n, due in self._pending.items() if n in self._senders.heard}
        return ()

    @property
    def drops_total(self) -> int:
        """Everything dropped since the start, whatever the cause."""
        return sum(self._drops.values())

    def wake_at(self) -> Instant | None:
        if not self._pending:
            return self._count_at
        return min(self._count_at, next(iter(self._pending.values())))

    def wake(self, now: Instant) -> Sequence[Message]:
        out: list[Message] = []
        for gateway in [gateway for gateway, due in self._pending.items() if due <= now]:
            self._flush(self._senders.heard[gateway], now, out)
        if now >= self._count_at:
            self._count_at = now + from_seconds(self._settings.count_interval_s)
            self._senders.forget_strangers(now)
            self._tags.tick(now)
            out += self._tags.paced(self._pace.tick(now), now)
            out += self._health.judge(self._senders.roster, self._senders.heard, now)
            out.append(
                m.IngestCounted(
                    at=now, payloads=self._payloads, observations=self._observations, drops=dict(self._drops)
                )
            )
        return out

    # --- a payload ---------------------------------------------------------------------------------------

    def _read(self, payload: m.GatewayPayload, now: Instant) -> Sequence[Message]:
        self._payloads += 1
        self._boot = self._boot or str(now)
        drops = no_drops()
        heard: Heard | None = None
        out: list[Message] = []
        topic = self._topics.of(payload.topic)
        arrival = min(payload.received_at or now, now)
        try:
            if len(payload.payload) > MAX_PAYLOAD_BYTES:
                raise WireError("too_long")
            decoded, known = decode_payload(topic, payload.topic, payload.payload)
            if decoded.gateway is None and decoded.sightings and decoded.sightings[0].gateway is not None:
                self._many(decoded, known, topic, payload, Source("", arrival, drops), out)
            else:
                heard = self._senders.of(decoded.gateway, known, topic.gateway, payload, arrival)
                self._use(decoded, known, heard, payload, Source(heard.gateway, arrival, drops), out)
        except WireError as error:
            drops[error.cause] += 1
        if drops:
            heard = heard or self._senders.heard.get(topic.gateway or "")
            count(self._drops, drops)
            if heard is not None:
                count(heard.drops, drops)
        return out

    def _use(
        self,
        decoded: Decoded,
        known: Format,
        heard: Heard,
        payload: m.GatewayPayload,
        source: Source,
        out: list[Message],
    ) -> None:
        scan = decoded.scan
        n = len(decoded.sightings) if scan is None else len(scan.rssi_dbm)
        if decoded.drops:
            count(source.drops, decoded.drops)
        if not payload.retained:
            heard.last_at = source.arrival
            heard.payloads += 1
        if decoded.fields if decoded.kind == "sightings" else decoded.kind in STATUS_KINDS:
            out += note_status(heard, decoded, payload.retained, source.arrival)
        if n:
            heard.vendor_format = known.name
        if payload.retained or not heard.installed:
            if n:
                source.drops["retained" if payload.retained else "unknown_gateway"] += n
            return
        if n:
            heard.online, heard.advert_at = True, source.arrival
        if scan is not None:
            self._scan(scan, heard, source, out)
        elif n:
            self._sightings(decoded, known, heard, payload, source, out)
        for event in decoded.events:
            device = self._enrolment.keep.get(event.device)
            if device is not None:
                out += self._tags.event(device, event, source)

    # --- our own format ----------------------------------------------------------------------------------

    def _scan(self, report: m.ScanReport, heard: Heard, source: Source, out: list[Message]) -> None:
        n, arrival = len(report.rssi_dbm), source.arrival
        heard.adverts += n
        verdict = heard.seen.note(report.boot, report.seq)
        if verdict != "new":
            heard.repeated += 1
            source.drops[verdict] += n
            return
        if not n:
            return
        try:
            columns = observations(report)
        except WireError as error:
            source.drops[error.cause] += n
            return
        newest = newest_of(report, columns)
        offset = min(heard.clock.note(newest, arrival, absolute=True), arrival - newest)
        if report.adverts:
            self._adverts(report, columns, offset, source, out)
        if newest + offset < arrival - self._age_max:
            source.drops["too_old"] += n
            return
        selected = select_scan(report, columns, self._enrolment, offset, arrival, source.drops)
        if selected is not None:
            self._pass(selected, out)

    def _adverts(
        self,
        report: m.ScanReport,
        columns: Observations,
        offset: Duration,
        source: Source,
        out: list[Message],
    ) -> None:
        """The adverts that an agent passed on because they say something."""
        keep, n = self._enrolment.keep, len(report.rssi_dbm)
        for number, ad in report.adverts.items():
            if not 0 <= number < n:
                source.drops["bad_columns"] += 1
                continue
            name = report.device_ids[columns.device.item(number)]
            device = keep.get(name)
            if device is not None and not self._tags.says_nothing_new(device, ad):
                at = report.started_at + columns.offset_ms.item(number) * MILLISECOND + offset
                out += self._tags.advert(device, ad, name, at, source)

    # --- the vendors' formats ----------------------------------------------------------------------------

    def _sightings(
        self,
        decoded: Decoded,
        known: Format,
        heard: Heard,
        payload: m.GatewayPayload,
        source: Source,
        out: list[Message],
    ) -> None:
        n = len(decoded.sightings)
        if n > 1 and heard.repeats(payload.payload):
            heard.repeated += 1
            source.drops["duplicate"] += n
        else:
            self._batch(decoded.sightings, decoded.filtered, known, heard, source, out)

    def _many(
        self,
        decoded: Decoded,
        known: Format,
        topic: Topic,
        payload: m.GatewayPayload,
        source: Source,
        out: list[Message],
    ) -> None:
        """One message that carries what several gateways heard."""
        groups: dict[str | None, list[Sighting]] = {}
        for sighting in decoded.sightings:
            groups.setdefault(sighting.gateway, []).append(sighting)
        count(source.drops, decoded.drops)
        for claim, group in groups.items():
            try:
                heard = self._senders.of(claim, known, topic.gateway, payload, source.arrival)
            except WireError as error:
                source.drops[error.cause] += len(group)
                continue
            if payload.retained or not heard.installed:
                source.drops["retained" if payload.retained else "unknown_gateway"] += len(group)
                continue
            heard.last_at = heard.advert_at = source.arrival
            heard.vendor_format, heard.online = known.name, True
            heard.payloads += 1
            if len(group) > 1 and heard.repeats(payload.payload):
                source.drops["duplicate"] += len(group)
                continue
            here = Source(heard.gateway, source.arrival, source.drops)
            self._batch(group, decoded.filtered, known, heard, here, out)

    def _batch(
        self,
        sightings: list[Sighting],
        filtered: bool,
        known: Format,
        heard: Heard,
        source: Source,
        out: list[Message],
    ) -> None:
        """One gateway's sightings of one payload: filter, date, merge, gather."""
        arrival, drops, keep, tags = source.arrival, source.drops, self._enrolment.keep, self._tags
        heard.adverts += len(sightings)
        times, coarse = batch_times(sightings, heard, arrival)
        span = None if coarse else self._settings.merge_ms * MILLISECOND
        gathered = heard.gathered
        gathered.filtered = filtered
        oldest = arrival - self._age_max
        if sightings[0].adv is not None:
            heard.note_kind(sightings[0].adv)
        strangers = merged = 0
        for sighting, at in zip(sightings, times, strict=True):
            device = keep.get(sighting.device)
            if device is None:
                device = self._by_identity(sighting, known, source, out) if self._any_other_name else None
                if device is None:
                    strangers += 1
                    continue
            if at is None:
                drops["bad_time"] += 1
                continue
            adv = sighting.adv
            if adv is None or not tags.says_nothing_new(device, adv) or known.presses(sighting):
                out += tags.sighting(device, sighting, known, at, source)
            if at < oldest:
                drops["too_old"] += 1
            elif not gathered.add(device, sighting.rssi_dbm, at, adv, span):
                merged += 1
        if strangers:
            drops["not_enrolled"] += strangers
        if merged:
            drops["merged"] += merged
        self._pass_on(len(sightings), heard, arrival, out)

    def _by_identity(
        self, sighting: Sighting, known: Format, source: Source, out: list[Message]
    ) -> str | None:
        """The enrolled device that goes by the beacon's own id, or whose alarm this beacon is."""
        keep, triggers = self._enrolment.keep, self._settings.trigger_identities
        name: str | None = None
        if sighting.adv is not None and may_name_itself(sighting.adv):
            name = meaning_of(sighting.adv).identity
        elif sighting.entry is not None:
            try:
                name = known.identity(sighting)
            except MALFORMED:
                source.drops["bad_entry"] += 1
        device = keep.get(name) if name else None
        if device is None and triggers:
            device = keep.get(triggers.get(name or "", "") or triggers.get(sighting.device, ""))
            if device is not None:
                out += self._tags.trigger(device, source.arrival, source)
        return device

    def _pass_on(self, size: int, heard: Heard, now: Instant, out: list[Message]) -> None:
        """Batches go on at once; vendors that send one advert a message are gathered for a moment."""
        if size > 1 or not self._settings.coalesce_ms or len(heard.gathered) >= GATHERED_MAX:
            self._flush(heard, now, out)
        elif len(heard.gathered) and heard.gateway not in self._pending:
            self._pending[heard.gateway] = now + self._settings.coalesce_ms * MILLISECOND

    def _flush(self, heard: Heard, now: Instant, out: list[Message]) -> None:
        self._pending.pop(heard.gateway, None)
        if len(heard.gathered):
            gathered, heard.gathered = heard.gathered, Gathered()
            heard.seq += 1
            self._pass(gathered.report(heard.gateway, self._boot, heard.seq, now), out)

    def _pass(self, report: m.ScanReport, out: list[Message]) -> None:
        """What positioning gets."""
        self._observations += len(report.rssi_dbm)
        if self._pace.sampling:
            self._pace.note(report)
        out.append(report)
