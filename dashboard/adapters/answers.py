"""Waiting for the one answer to a command, and remembering answers for whoever repeats it."""

import asyncio
from collections import OrderedDict
from typing import Final

from contracts.errors import WorldError
from contracts.messages import Command, CommandAnswered
from dashboard.adapters.core import ScreensCore
from dashboard.adapters.failures import Failure

PATIENCE_S: Final = 5.0
WAITING_LIMIT: Final = 1_000
"""Commands waiting at once; more means that the dispatcher is gone, and the pages shall come back later."""
KEPT_LIMIT: Final = 5_000
"""Answers remembered for repeated commands: hours of a busy mall. Older ones the dispatcher repeats."""


class Answers:
    """Matches ``CommandAnswered`` with those who wait for it."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[CommandAnswered]]] = {}
        self._kept: OrderedDict[str, CommandAnswered] = OrderedDict()
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._going_down = False

    def go_down(self) -> None:
        """No answer will be heard any more: who waits, or comes now, shall ask again when we are back."""
        self._going_down = True
        for futures in self._waiting.values():
            for future in futures:
                if not future.done():
                    future.set_exception(_restarting())

    def answered(self, answer: CommandAnswered) -> None:
        """An answer came. The first one counts."""
        if answer.command_id in self._owners:
            self._kept.setdefault(answer.command_id, answer)
            if len(self._kept) > KEPT_LIMIT:
                self._kept.popitem(last=False)
        for future in self._waiting.pop(answer.command_id, ()):
            if not future.done():
                future.set_result(answer)

    async def ask(self, command: Command, core: ScreensCore) -> CommandAnswered:
        """Send a command and wait for its answer.

        Raises:
            Failure: ``not_confirmed`` after ``PATIENCE_S``, ``key_in_use`` when the id is somebody else's,
                ``going_down`` while we stop.
        """
        key = command.command_id
        if self._owners.setdefault(key, command.by) != command.by:
            raise Failure("key_in_use")
        self._owners.move_to_end(key)
        if len(self._owners) > KEPT_LIMIT:
            self._owners.popitem(last=False)
        if key in self._kept:
            return self._kept[key]
        if self._going_down:
            raise _restarting()
        if len(self._waiting) >= WAITING_LIMIT:
            raise Failure("too_many_requests", retry_after_s=PATIENCE_S)
        future: asyncio.Future[CommandAnswered] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(future)
        try:
            await core.send(command)
            async with asyncio.timeout(PATIENCE_S):
                return await future
        except (TimeoutError, WorldError) as error:
            raise Failure("not_confirmed", retry_after_s=1.0) from error
        finally:
            self._drop(key, future)

    def _drop(self, key: str, future: asyncio.Future[CommandAnswered]) -> None:
        left = [other for other in self._waiting.get(key, ()) if other is not future]
        if left:
            self._waiting[key] = left
        else:
            self._waiting.pop(key, None)


def _restarting() -> Failure:
    return Failure("going_down", retry_after_s=1.0)
