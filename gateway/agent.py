"""Our own gateway, without its radio and its network: adverts in, scan reports and heartbeats out.

What a tag says is not read here but passed on (``ScanReport.adverts``): one place decides on presses. The
agent only knows enough to hurry: an advert with a button that was not seen just before leaves at once.
"""

from array import array
from collections.abc import Sequence
from typing import Final

import msgspec

from contracts.edge import GatewayConfig, GatewayStatus, ScanReport
from contracts.errors import UNREADABLE, WireError
from contracts.quantities import MILLISECOND, SECOND, Instant, from_seconds, to_seconds
from contracts.values import Message
from gateway.adverts.decode import decode_advert
from gateway.adverts.meaning import Meaning, meaning_of
from gateway.bounded import Bounded
from gateway.drops import Drops, no_drops
from gateway.readings import POSSIBLE_DBM
from gateway.settings import AgentSettings

VERSION: Final = "nearhand-agent-1"
SPAN_MAX: Final = 60 * SECOND
"""A report's offsets span 65 s: a clock that leaps begins a new one."""
PASS_ON_AGAIN: Final = 60 * SECOND
"""The same advert bytes of a device are passed on at most so often, alarms apart."""
ALARM_AGAIN: Final = 2 * SECOND
"""While a tag says that its button is pressed: whoever hears us may just have been restarted."""


class AdvertHeard(Message, frozen=True, kw_only=True):
    """One advertisement as the radio gave it. Never leaves the process."""

    address: str
    rssi_dbm: int
    heard_at: Instant
    adv: bytes


def read_config(data: bytes, gateway: str) -> GatewayConfig:
    """What was set for ``gateway``, JSON (``type`` may be left out) or MessagePack; empty = nothing is set.

    Raises:
        WireError: ``bad_config`` for what is none, has a number out of range, or is another gateway's.
    """
    if not data:
        return GatewayConfig(gateway=gateway)
    decode = msgspec.json.decode if data.lstrip()[:1] == b"{" else msgspec.msgpack.decode
    try:
        config = decode(data, type=GatewayConfig)
    except UNREADABLE as error:
        raise WireError("bad_config", str(error)) from error
    fault = config.fault() if config.gateway in ("", gateway) else f"it is for {config.gateway!r}"
    if fault:
        raise WireError("bad_config", fault)
    return config


class AllowList:
    """Which devices pass."""

    def __init__(self, entries: Sequence[str] | None) -> None:
        self.everyone = entries is None
        self._exact = frozenset(entry for entry in entries or () if not entry.endswith("*"))
        self._starts = tuple(entry[:-1] for entry in entries or () if entry.endswith("*"))

    def __contains__(self, name: str) -> bool:
        return self.everyone or name in self._exact or name.startswith(self._starts or ("\0",))


class Batch:
    """What was heard since the last report. Mutable, short-lived."""

    def __init__(self, started_at: Instant) -> None:
        self.started_at = started_at
        self.index: dict[str, int] = {}
        self.device: list[int] = []
        self.rssi_dbm: list[int] = []
        self.offset_ms: list[int] = []
        self.adverts: dict[int, bytes] = {}
        self.counts: dict[str, int] = {}

    def report(self, gateway: str, boot: str, seq: int) -> ScanReport:
        return ScanReport(
            gateway=gateway,
            boot=boot,
            seq=seq,
            started_at=self.started_at,
            device_ids=tuple(self.index),
            device=_little(array("H", self.device)),
            rssi_dbm=array("b", self.rssi_dbm).tobytes(),
            offset_ms=_little(array("H", self.offset_ms)),
            adverts=self.adverts,
        )


def _little(column: "array[int]") -> bytes:
    if array("H", [1]).tobytes() != b"\x01\x00":
        column.byteswap()
    return column.tobytes()


class AgentService:
    """One gateway. ``boot`` names this start of it for ever."""

    name = "agent"
    topics: tuple[type[Message], ...] = (AdvertHeard,)

    def __init__(self, settings: AgentSettings, boot: str, now: Instant) -> None:
        self._settings = settings
        self._boot = boot
        self._booted_at = now
        self._allow = AllowList(None)
        self._batch_span = settings.batch_ms * MILLISECOND
        self._per_device_max = settings.per_device_max
        self._obeyed: dict[str, str | float] = {}
        """Of the configuration from afar, for the heartbeat."""
        self._batch: Batch | None = None
        self._seq = 0
        self._passed_on: Bounded[str, tuple[Meaning, Instant]] = Bounded(settings.devices_max)
        self._heartbeat_at = self._counted_since = now
        self._heard = self._heard_before = 0
        self._sent = 0
        self._drops: Drops = no_drops()

    def configure(self, data: bytes) -> bool:
        """Obey an operator; what is left out is as in the file. False: it cannot be obeyed, all stays so.

        Either way the next heartbeat says so, and comes at once.
        """
        self._heartbeat_at = 0
        try:
            config = read_config(data, self._settings.gateway)
        except WireError as error:
            self._drops["bad_config"] += 1
            self._obeyed["config_error"] = str(error)
            return False
        settings = self._settings
        self._allow = AllowList(config.allow)
        self._batch_span = (config.batch_ms or settings.batch_ms) * MILLISECOND
        self._per_device_max = config.per_device_max or settings.per_device_max
        self._obeyed = {
            "config_at_s": to_seconds(config.at),
            "config_batch_ms": to_seconds(self._batch_span) * 1000,
            "config_per_device_max": float(self._per_device_max),
        }
        if config.allow is not None:
            self._obeyed["config_allowed"] = float(len(config.allow))
        return True

    def receive(self, message: Message, now: Instant) -> Sequence[Message]:
        if not isinstance(message, AdvertHeard):
            return ()
        self._heard += 1
        if message.rssi_dbm not in POSSIBLE_DBM:
            self._drops["bad_rssi"] += 1
            return ()
        meaning = meaning_of(message.adv)
        name = self._name_of(message, meaning)
        if name is None:
            return ()
        before = self.flush() if self._leaps(message.heard_at) else []
        urgent = self._file(name, message, meaning)
        full = self._batch is not None and len(self._batch.device) >= self._settings.batch_max
        return [*before, *self.flush()] if urgent or full else before

    def wake_at(self) -> Instant | None:
        if self._batch is None:
            return self._heartbeat_at
        return min(self._heartbeat_at, self._batch.started_at + self._batch_span)

    def wake(self, now: Instant) -> Sequence[Message]:
        out: list[Message] = []
        if self._batch is not None and now >= self._batch.started_at + self._batch_span:
            out += self.flush()
        if now >= self._heartbeat_at:
            out.append(self.status(now))
            self._heard_before, self._counted_since = self._heard, now
            self._heartbeat_at = now + from_seconds(self._settings.heartbeat_s)
        return out

    def status(self, now: Instant, online: bool = True) -> GatewayStatus:
        """The heartbeat: what was heard, sent and dropped since the start."""
        span_s = max(to_seconds(now - self._counted_since), 1.0)
        fields: dict[str, str | float] = {
            "adverts_per_s": round((self._heard - self._heard_before) / span_s, 1),
            "heard": float(self._heard),
            "sent": float(self._sent),
            "uptime_s": round(to_seconds(now - self._booted_at), 1),
            "boot": self._boot,
            **self._obeyed,
            **{f"dropped_{cause}": float(count) for cause, count in self._drops.items()},
        }
        return GatewayStatus(
            gateway=self._settings.gateway, online=online, at=now, version=VERSION, fields=fields
        )

    def _name_of(self, heard: AdvertHeard, meaning: Meaning) -> str | None:
        """What the device is called: the name that is allowed, else its address unless that rotates."""
        identity = meaning.identity
        if not self._allow.everyone:
            if heard.address in self._allow:
                return heard.address
            if identity is not None and identity in self._allow:
                return identity
            self._drops["not_allowed"] += 1
            return None
        if decode_advert(heard.adv).get("trackable_identity") is False:
            self._drops["phones"] += 1
            return None
        if identity is not None and (self._settings.prefer_identity or _rotates(heard.address)):
            return identity
        return heard.address

    def _leaps(self, heard_at: Instant) -> bool:
        """Whether the clock was set since the batch began."""
        return self._batch is not None and not 0 <= heard_at - self._batch.started_at < SPAN_MAX

    def _file(self, name: str, heard: AdvertHeard, meaning: Meaning) -> bool:
        """Put an advert into the batch; whether it must leave at once."""
        batch = self._batch
        if batch is None:
            batch = self._batch = Batch(heard.heard_at)
        tells, urgent = self._tells(name, heard, meaning)
        count = batch.counts.get(name, 0) + 1
        batch.counts[name] = count
        if count > self._per_device_max and not tells:
            self._drops["thinned"] += 1
            return False
        if tells:
            batch.adverts[len(batch.device)] = heard.adv
        batch.device.append(batch.index.setdefault(name, len(batch.index)))
        batch.rssi_dbm.append(heard.rssi_dbm)
        batch.offset_ms.append((heard.heard_at - batch.started_at) // MILLISECOND)
        return urgent

    def _tells(self, name: str, heard: AdvertHeard, meaning: Meaning) -> tuple[bool, bool]:
        """Whether the advert's bytes go along, and whether they are urgent: a button and something new."""
        if meaning.silent:
            return False, False
        known = self._passed_on.get(name)
        pressed = meaning.button is not None and meaning.button.get("pressed") is not False
        again = ALARM_AGAIN if pressed else PASS_ON_AGAIN
        if known is not None and known[0] == meaning and heard.heard_at - known[1] < again:
            return False, False
        self._passed_on.put(name, (meaning, heard.heard_at))
        return True, pressed and (known is None or known[0].button != meaning.button)

    def flush(self) -> list[Message]:
        """The report begun, whatever is in it."""
        batch, self._batch = self._batch, None
        if batch is None or not batch.device:
            return []
        self._seq += 1
        self._sent += len(batch.device)
        return [batch.report(self._settings.gateway, self._boot, self._seq)]


def _rotates(address: str) -> bool:
    """Private addresses have the top two bits 00 or 01; public ones may too, but then nobody goes by it."""
    try:
        return int(address[:2], 16) & 0xC0 in (0x00, 0x40)
    except ValueError:
        return False
