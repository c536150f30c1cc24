"""The recorder of a walk: one device, from a real broker, in a process of its own."""

import asyncio
import contextlib
from pathlib import Path

import numpy as np
import pytest

from contracts import messages as m
from contracts import wire
from contracts.messages import ScanReport
from runtime.clock import now
from runtime.listening import Row
from runtime.mqtt import Bus
from runtime.site_files import save_site
from runtime.walk_recorder import listener
from tests.runtime.brokers import running_broker
from tests.sites import small_mall

pytestmark = pytest.mark.broker
TAG = "C3:00:00:A5:00:01"


def scan(seq: int) -> ScanReport:
    """Two devices as one of our gateways hears them now."""
    return ScanReport(
        gateway="gw-L1-01",
        boot="b1",
        seq=seq,
        started_at=now(),
        device_ids=(TAG, "C3:00:00:25:00:01"),
        device=np.array([0, 1], "<u2").tobytes(),
        rssi_dbm=np.array([-61, -62], np.int8).tobytes(),
        offset_ms=np.array([0, 1], "<u2").tobytes(),
    )


def test_only_the_walker_is_heard(tmp_path: Path) -> None:
    site = small_mall()
    save_site(site, tmp_path / "site")

    async def scenario(url: str) -> list[Row]:
        bus = Bus(url, site.site, "gateways", 100)
        await bus.connect()
        listen = listener(url, lambda: tmp_path / "site", "")
        rows: list[Row] = []

        async def speak() -> None:
            for seq in range(10_000):
                report = scan(seq)
                payload = wire.encode(report)
                topic = wire.topic_of(report, site.site)
                bus.publish(m.GatewayPayload(topic=topic, payload=payload, received_at=now()))
                await asyncio.sleep(0.2)

        speaking = asyncio.create_task(speak())
        async with contextlib.aclosing(listen(TAG, "tag")) as heard:
            async for some in heard:
                rows += some
                if len(rows) >= 3:
                    break
        speaking.cancel()
        bus.close()
        return rows

    with running_broker(tmp_path / "broker") as broker:
        rows = asyncio.run(asyncio.wait_for(scenario(broker.url()), 60))
    assert {(gateway, device, rssi) for _, gateway, device, rssi in rows} == {("gw-L1-01", TAG, -61)}
    assert len({at for at, *_ in rows}) == len(rows)
