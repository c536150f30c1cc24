"""What enrolled tags say beside their presence: presses at once, battery and motion now and then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import msgspec

from contracts.messages import ButtonPressed, DeviceTelemetry, Message
from contracts.quantities import SECOND, Instant, from_seconds
from gateway.adverts.meaning import Meaning, meaning_of, telemetry_of
from gateway.bounded import Bounded
from gateway.drops import Drops
from gateway.formats.base import Format, details_of, never
from gateway.presses import Presses
from gateway.settings import IngestSettings
from gateway.sightings import Event, Fields, Sighting

Values: TypeAlias = tuple[int | None, int | None, bool | None]
"""Battery in mV, battery in per cent, moving."""
NOTHING: Final[Values] = (None, None, None)
LOOK_AGAIN: Final = 15 * SECOND
"""The very same advert is not looked at twice within this time: eight gateways hear each."""


class Source(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The payload being read: whose it is, when it came, where its drops are counted."""

    gateway: str
    arrival: Instant
    drops: Drops


@dataclass(slots=True)
class Told:
    """What is known of one tag, and what was passed on. Mutable state."""

    values: Values = NOTHING
    interval_s: float | None = None
    sent: tuple[Values, str] = (NOTHING, "")
    next_at: Instant = 0


class Tags:
    """State of the enrolled tags beside their positions."""

    def __init__(self, settings: IngestSettings, presses: Iterable[ButtonPressed]) -> None:
        self._interval = from_seconds(settings.telemetry_interval_s)
        self._age_max = from_seconds(settings.button_age_s_max)
        self._settings = settings
        self._keys = {a.upper(): bytes.fromhex(key) for a, key in settings.bthome_keys.items()}
        self._told: Bounded[str, Told] = Bounded(settings.devices_max)
        self._presses = Presses(settings.devices_max, from_seconds(settings.button_rearm_s))
        self._presses.resume(presses)
        self._looked: dict[str, Meaning] = {}
        """Device → what its last advert meant; emptied every ``LOOK_AGAIN``, so no larger than the site."""
        self._look_again_at: Instant = 0

    def sighting(
        self, device: str, sighting: Sighting, known: Format, at: Instant, source: Source
    ) -> Sequence[Message]:
        """A vendor's entry of an enrolled ``device``, heard ``at`` (server time)."""
        may_press = known.presses is not never and known.presses(sighting)
        if sighting.adv is not None:
            out = self.advert(device, sighting.adv, sighting.device, at, source)
            return [*out, *self._entry(device, sighting, known, at, source)] if may_press else out
        told = self._told.get(device)
        if not may_press and told is not None and source.arrival < told.next_at:
            return ()
        return self._entry(device, sighting, known, at, source)

    def _entry(
        self, device: str, sighting: Sighting, known: Format, at: Instant, source: Source
    ) -> list[Message]:
        """What the gateway decoded itself."""
        out: list[Message] = []
        details = details_of(sighting, known)
        button, telemetry = details.get("button"), details.get("telemetry")
        if isinstance(button, dict):
            out += self._press(device, button, at, source)
        if sighting.adv is None:
            values = telemetry_of(telemetry) if isinstance(telemetry, dict) else NOTHING
            out += self._telemetry(device, values, source.arrival)
        return out

    def advert(self, device: str, ad: bytes, address: str, at: Instant, source: Source) -> Sequence[Message]:
        """Advertisement bytes of an enrolled ``device``."""
        if self._keys and address in self._keys:
            meaning = meaning_of(ad, address, self._keys[address])
        else:
            meaning = meaning_of(ad)
        if meaning.silent:
            return ()
        if self._looked.get(device) is meaning:
            return ()
        if source.arrival - at <= self._age_max and not meaning.is_level:
            self._looked[device] = meaning
        out: list[Message] = []
        if meaning.button is not None:
            out += self._press(device, meaning.button, at, source)
        if meaning.values != NOTHING:
            out += self._telemetry(device, meaning.values, source.arrival)
        return out

    def says_nothing_new(self, device: str, ad: bytes) -> bool:
        """A quick look that spares the long one: a plain beacon, or the very advert looked at just before."""
        if self._keys:
            return False
        meaning = meaning_of(ad)
        return meaning.silent or self._looked.get(device) is meaning

    def tick(self, now: Instant) -> None:
        """Every few seconds: adverts looked at long ago are looked at again."""
        if now >= self._look_again_at:
            self._look_again_at = now + LOOK_AGAIN
            self._looked.clear()

    def event(self, device: str, event: Event, source: Source) -> list[Message]:
        """A word without RSSI."""
        button = event.fields.get("button")
        return self._press(device, button, source.arrival, source) if isinstance(button, dict) else []

    def trigger(self, device: str, at: Instant, source: Source) -> list[Message]:
        """A beacon whose mere presence is the alarm of ``device``."""
        return self._press(device, {"mode": "trigger", "pressed": True}, at, source)

    def _press(self, device: str, button: Fields, at: Instant, source: Source) -> list[Message]:
        if source.arrival - at > self._age_max:
            source.drops["old_button"] += 1
            return []
        return list(self._presses.note(device, button, source.gateway, at))

    def paced(self, intervals: dict[str, float], now: Instant) -> list[Message]:
        """How often tags advertise, in seconds, as a sample found."""
        out: list[Message] = []
        for device, interval_s in intervals.items():
            told = self._tag(device)
            told.interval_s = interval_s
            out += self._tell(device, told, now)
        return out

    def _telemetry(self, device: str, values: Values, now: Instant) -> list[Message]:
        """Frames of one tag say different things: kept together."""
        told = self._tag(device)
        old_mv, old_percent, old_moving = told.values
        battery_mv, battery_percent, moving = values
        told.values = (
            old_mv if battery_mv is None else battery_mv,
            old_percent if battery_percent is None else battery_percent,
            old_moving if moving is None else moving,
        )
        return self._tell(device, told, now)

    def _tag(self, device: str) -> Told:
        told = self._told.get(device)
        if told is None:
            told = Told()
            self._told.put(device, told)
        return told

    def _tell(self, device: str, told: Told, now: Instant) -> list[Message]:
        """On change, and at most once an interval."""
        if now < told.next_at:
            return []
        told.next_at = now + self._interval
        finding = self._finding(told)
        if (told.values, finding) == told.sent:
            return []
        told.sent = (told.values, finding)
        battery_mv, battery_percent, moving = told.values
        return [
            DeviceTelemetry(
                device_id=device,
                at=now,
                battery_mv=battery_mv,
                battery_percent=battery_percent,
                moving=moving,
                advert_interval_s=told.interval_s,
                finding=finding,
            )
        ]

    def _finding(self, told: Told) -> Literal["", "low_battery", "slow_adverts"]:
        battery_mv, battery_percent, _ = told.values
        settings = self._settings
        low = battery_mv is not None and battery_mv < settings.battery_low_mv
        if low or (battery_percent is not None and battery_percent <= settings.battery_low_percent):
            return "low_battery"
        slow = told.interval_s is not None and told.interval_s > settings.slow_advert_s
        return "slow_adverts" if slow else ""
