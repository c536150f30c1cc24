"""The radio of a walk in tests: the simulated one over the small mall, for one tag that is carried about."""

import asyncio
from collections.abc import AsyncGenerator, Callable

import numpy as np

from contracts.quantities import MILLISECOND, Instant
from contracts.sitemap import Site
from firmware_sim.coverage import build_coverage
from firmware_sim.radio import Emitters, hear
from firmware_sim.scenario import Radio
from runtime.listening import Row

TICK_S = 0.1
ADVERTS = 4
"""In each tick: a quick tag, so that tests need not stand about."""


class Air:
    """Who walks where is said by ``place``; what the gateways hear follows from it."""

    def __init__(self, site: Site, now: Callable[[], Instant]) -> None:
        self._site = site
        self._now = now
        self._rng = np.random.default_rng(5)
        self._radio = Radio()
        self._coverage = build_coverage(site, self._radio)
        self.place: Callable[[], tuple[int, float, float] | None] = lambda: None

    async def listen(self, device_id: str, device_class: str) -> AsyncGenerator[list[Row], None]:
        """As the recorder in its own process does."""
        del device_class
        while True:
            await asyncio.sleep(TICK_S)
            place = self.place()
            yield [] if place is None else self._heard(device_id, *place)

    def _heard(self, device_id: str, floor: int, x_m: float, y_m: float) -> list[Row]:
        angle = self._rng.uniform(0, 2 * np.pi, ADVERTS)
        emitters = Emitters(
            floor=np.full(ADVERTS, floor, np.int8),
            x_m=np.full(ADVERTS, x_m),
            y_m=np.full(ADVERTS, y_m),
            offset_db=np.zeros(ADVERTS, np.float32),
            moving=np.zeros(ADVERTS, bool),
            worn=np.ones(ADVERTS, bool),
            heading=np.stack([np.cos(angle), np.sin(angle)], axis=1),
        )
        heard = hear(self._coverage, self._radio, emitters, self._rng)
        names = [gateway.gateway for gateway in self._site.gateways]
        now = self._now()
        return [
            (now - (ADVERTS - 1 - int(advert)) * MILLISECOND, names[int(gateway)], device_id, int(rssi))
            for advert, gateway, rssi in zip(heard.advert, heard.gateway, heard.rssi_dbm, strict=True)
        ]
