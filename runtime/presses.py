"""The button presses that outlive a restart of positioning, so that their repeats stay repeats.

A press is written down after it was sent. Killed between the two, the next start hears the tag's repeat and
raises the press again; killed after both, the next start sends it again. Either way the dispatcher, which
knows calls by device and press, makes one call of it, and none is lost.
"""

import logging
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from contracts.messages import ButtonPressed, Message
from contracts.quantities import SECOND, Instant
from runtime.broker import write_private

log = logging.getLogger(__name__)

KEPT: Final = 1000
"""Presses remembered; with more the oldest are forgotten, and a repeat of theirs would be a new press."""
SEND_AGAIN: Final = 30 * SECOND
"""Presses so young are sent again at a start: longer than a restart takes, and shorter than the time in which
the dispatcher takes a press after its call was closed for the same one (``sos_repeat_s``)."""


class PressBook:
    """A host tap that keeps the newest presses in ``file``."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept: deque[ButtonPressed] = deque(_read(file), KEPT)

    @property
    def presses(self) -> tuple[ButtonPressed, ...]:
        """Oldest first."""
        return tuple(self._kept)

    def unsure(self, now: Instant) -> list[ButtonPressed]:
        """Those that may not have left the process before it died."""
        return [press for press in self._kept if 0 <= now - press.heard_at < SEND_AGAIN]

    def tap(self, messages: Sequence[Message]) -> None:
        """What the services of the process said, after it was sent."""
        fresh = [
            message
            for message in messages
            if isinstance(message, ButtonPressed) and message not in self._kept
        ]
        if not fresh:
            return
        self._kept.extend(fresh)
        try:
            write_private(self._file, msgspec.json.encode(self.presses))
        except OSError as error:
            log.error("presses are not kept, a restart may repeat them: %s", error)


def _read(file: Path) -> tuple[ButtonPressed, ...]:
    """What an earlier life kept; nothing where that cannot be read (the dispatcher knows repeats, too)."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=tuple[ButtonPressed, ...])
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError) as error:
        log.error("%s cannot be read: %s", file, error)
        return ()
