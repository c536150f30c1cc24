"""What enrolled tags say beside their presence: presses at once, battery and motion now and then."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from contracts.messages import ButtonPressed, DeviceTelemetry, Message
from contracts.quantities import Instant, from_seconds
from gateway.adverts.meaning import meaning_of, telemetry_of
from gateway.bounded import Bounded
from gateway.formats.base import Format, details_of
from gateway.presses import Presses
from gateway.settings import IngestSettings
from gateway.sightings import Event, Fields, Sighting

Values: TypeAlias = tuple[int | None, int | None, bool | None]
"""Battery in mV, battery in per cent, moving."""
NOTHING: Values = (None, None, None)


class Source(NamedTuple):
    """The payload being read: whose it is, when it came, where its drops are counted."""

    gateway: str
    arrival: Instant
    drops: Counter[str]


@dataclass(slots=True)
class Told:
    """What is known of one tag, and what was passed on. Mutable state."""

    values: Values = NOTHING
    sent: Values = NOTHING
    next_at: Instant = 0


class Tags:
    """State of the enrolled tags beside their positions."""

    def __init__(self, settings: IngestSettings, presses: Iterable[ButtonPressed]) -> None:
        self._interval = from_seconds(settings.telemetry_interval_s)
        self._age_max = from_seconds(settings.button_age_s_max)
        self._keys = {a.upper(): bytes.fromhex(key) for a, key in settings.bthome_keys.items()}
        self._told: Bounded[str, Told] = Bounded(settings.devices_max)
        self._presses = Presses(settings.devices_max, from_seconds(settings.button_rearm_s))
        self._presses.resume(presses)

    def may_speak(self, sighting: Sighting, known: Format) -> bool:
        """A quick look whether a sighting may say more than that the tag is here."""
        if sighting.adv is None:
            return True
        return bool(self._keys) or not meaning_of(sighting.adv).silent or known.presses(sighting)

    def sighting(
        self, device: str, sighting: Sighting, known: Format, at: Instant, source: Source
    ) -> list[Message]:
        """A vendor's entry of an enrolled ``device``, heard ``at`` (server time)."""
        out: list[Message] = []
        if sighting.adv is not None:
            out += self.advert(device, sighting.adv, sighting.device, at, source)
            if not known.presses(sighting):
                return out
        elif not known.presses(sighting):
            told = self._told.get(device)
            if told is not None and source.arrival < told.next_at:
                return out
        details = details_of(sighting, known)
        button, telemetry = details.get("button"), details.get("telemetry")
        if isinstance(button, dict):
            out += self._press(device, button, at, source)
        if sighting.adv is None:
            values = telemetry_of(telemetry) if isinstance(telemetry, dict) else NOTHING
            out += self._telemetry(device, values, source.arrival)
        return out

    def advert(self, device: str, ad: bytes, address: str, at: Instant, source: Source) -> list[Message]:
        """Advertisement bytes of an enrolled ``device``."""
        key = self._keys.get(address)
        meaning = meaning_of(ad) if key is None else meaning_of(ad, address, key)
        out: list[Message] = []
        if meaning.button is not None:
            out += self._press(device, meaning.button, at, source)
        if meaning.values != NOTHING:
            out += self._telemetry(device, meaning.values, source.arrival)
        return out

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

    def _telemetry(self, device: str, values: Values, now: Instant) -> list[Message]:
        """On change, and at most once an interval. Frames of one tag say different things: kept together."""
        told = self._told.get(device)
        if told is None:
            told = Told()
            self._told.put(device, told)
        old_mv, old_percent, old_moving = told.values
        battery_mv, battery_percent, moving = values
        told.values = (
            old_mv if battery_mv is None else battery_mv,
            old_percent if battery_percent is None else battery_percent,
            old_moving if moving is None else moving,
        )
        if now < told.next_at:
            return []
        told.next_at = now + self._interval
        if told.values == told.sent:
            return []
        told.sent = told.values
        battery_mv, battery_percent, moving = told.values
        return [
            DeviceTelemetry(
                device_id=device,
                at=now,
                battery_mv=battery_mv,
                battery_percent=battery_percent,
                moving=moving,
            )
        ]
