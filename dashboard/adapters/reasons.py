"""Why is somebody said to be there? Asked of positioning when a person asks us."""

import asyncio
from typing import Final

from contracts import messages as m
from contracts.errors import WorldError
from dashboard.adapters.core import ScreensCore
from dashboard.adapters.failures import Failure

PATIENCE_S: Final = 3.0
"""Positioning answers at once; later it is stopped or starting."""
WAITING_LIMIT: Final = 100
"""People who wait at once; more are asked to come back."""


class Reasons:
    """Matches ``PositionExplained`` with those who wait for it: one answer serves all who ask of a device."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[m.PositionExplained]]] = {}

    def explained(self, answer: m.PositionExplained) -> None:
        """An answer came."""
        for future in self._waiting.pop(answer.device_id, ()):
            if not future.done():
                future.set_result(answer)

    async def ask(self, device_id: str, by: str, core: ScreensCore) -> m.PositionExplained:
        """The evidence behind a device's estimate.

        Raises:
            Failure: ``not_confirmed`` after ``PATIENCE_S``, ``too_many_requests``.
        """
        if sum(map(len, self._waiting.values())) >= WAITING_LIMIT:
            raise Failure("too_many_requests", retry_after_s=PATIENCE_S)
        future: asyncio.Future[m.PositionExplained] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(device_id, []).append(future)
        try:
            await core.send(m.ExplainPosition(device_id=device_id, by=by))
            async with asyncio.timeout(PATIENCE_S):
                return await future
        except (TimeoutError, WorldError) as error:
            raise Failure("not_confirmed", retry_after_s=1.0) from error
        finally:
            left = [other for other in self._waiting.get(device_id, ()) if other is not future]
            if left:
                self._waiting[device_id] = left
            else:
                self._waiting.pop(device_id, None)
