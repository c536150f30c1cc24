"""New presses of buttons, told from their repeats.

An alarm is raised from one advert heard by one gateway at any strength. What tells a new press from a
repeat depends on the tag: a counter, a packet id, or nothing but a level that is true for some seconds.
The same press comes from eight gateways, late and out of order, and again after a restart.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from contracts.messages import ButtonPressed
from contracts.quantities import SECOND, Duration, Instant
from gateway.bounded import Bounded
from gateway.sightings import Fields

RECENT: Final = 16
"""Numbers remembered for each button: a remote pressed twice a second for eight seconds."""
REPEAT_SPAN: Final = 120 * SECOND
"""The longest repeat known is 30 s (MOKO); store-and-forward adds to it."""
LATE_COUNTS: Final = 8
"""A counter this little below the newest is a late repeat, unless the tag restarted long ago."""
NOT_PRESSES: Final = ("inactivity",)


@dataclass(slots=True)
class Button:
    """One button of one tag. Mutable state."""

    number: int | None = None
    """Newest counter or packet id."""
    recent: list[tuple[int, Instant]] = field(default_factory=list)
    active_at: Instant = 0
    """When a level was last seen true; for counters, when the newest number was first seen."""


class Presses:
    """Remembers the buttons of the enrolled tags; forgets the longest unheard at its limit."""

    def __init__(self, devices_max: int, rearm: Duration) -> None:
        self._rearm = rearm
        self._buttons: Bounded[tuple[str, str], Button] = Bounded(devices_max)

    def resume(self, presses: Iterable[ButtonPressed]) -> None:
        """Presses raised before a restart, oldest first: their repeats are repeats."""
        for press in presses:
            button = self._button(press.device_id, press.mode)[0]
            button.active_at = press.heard_at
            if press.counter is not None:
                _remember(button, press.counter, press.heard_at)

    def note(self, device: str, button: Fields, gateway: str, heard_at: Instant) -> list[ButtonPressed]:
        """The presses that this word of a tag is news of: none, one, or one for each of two keys."""
        presses: list[ButtonPressed] = []
        for mode, number, pressed, packet in _words(button):
            if mode in NOT_PRESSES or not self._is_new(device, mode, number, pressed, packet, heard_at):
                continue
            presses.append(
                ButtonPressed(device_id=device, mode=mode, counter=number, gateway=gateway, heard_at=heard_at)
            )
        return presses

    def _button(self, device: str, mode: str) -> tuple[Button, bool]:
        known = self._buttons.get((device, mode))
        if known is not None:
            return known, True
        fresh = Button()
        self._buttons.put((device, mode), fresh)
        return fresh, False

    def _is_new(
        self, device: str, mode: str, number: int | None, pressed: bool | None, packet: bool, at: Instant
    ) -> bool:
        if (number is None or packet) and not pressed:
            return False
        button, known = self._button(device, mode)
        if number is None:
            return self._level_rises(button, known, at)
        if any(number == seen and abs(at - seen_at) < REPEAT_SPAN for seen, seen_at in button.recent):
            return False
        if not packet and known and button.number is not None:
            if number == button.number:
                return False
            late = 0 < button.number - number <= LATE_COUNTS and at - button.active_at < REPEAT_SPAN
            if late:
                return False
        _remember(button, number, at)
        button.active_at = at
        return known or bool(pressed)

    def _level_rises(self, button: Button, known: bool, at: Instant) -> bool:
        """A level is a new press when it was not true for a while, whichever gateway says so."""
        quiet = not known or abs(at - button.active_at) > self._rearm
        button.active_at = max(button.active_at, at)
        return quiet


def _remember(button: Button, number: int, at: Instant) -> None:
    button.number = number
    button.recent.append((number, at))
    if len(button.recent) > RECENT:
        del button.recent[0]


def _words(button: Fields) -> list[tuple[str, int | None, bool | None, bool]]:
    """(mode, number, pressed, number is a packet id) of each key that an advert speaks of."""
    mode, pressed = str(button.get("mode", "single")), button.get("pressed")
    if "key" in button:
        mode = f"{mode}_{button['key']}"
    packet_id = button.get("packet_id")
    if isinstance(packet_id, int):
        return [(mode, packet_id, pressed, True)]
    counter = button.get("counter")
    words = [(mode, counter if isinstance(counter, int) else None, pressed, False)]
    second = button.get("second_counter")
    if isinstance(second, int):
        words.append((f"{mode}_2", second, pressed, False))
    return words
