"""Hears what the gateways hear, beside those whose work it is: to record it, or for a commissioning walk."""

import secrets
from collections.abc import AsyncGenerator, Sequence
from typing import Final, TypeAlias

from paho.mqtt.client import topic_matches_sub

from contracts import messages as m
from contracts.columns import observations
from contracts.messages import ScanReport
from contracts.sitemap import Site
from contracts.wire import ROOT
from gateway.ingest import IngestService
from runtime.clock import now
from runtime.mqtt import Bus
from runtime.settings import Settings
from runtime.turn import deliver, hearers_of

LOOK_S: Final = 0.2
Row: TypeAlias = tuple[int, str, str, int]
"""Instant, gateway, device, RSSI in dBm."""


async def listening(
    url: str,
    site: Site,
    ingest: IngestService,
    topics: tuple[str, ...],
    also: Sequence[type[m.Message]] = (),
) -> AsyncGenerator[list[Row], None]:
    """What the ingest lets through, some rows every ``LOOK_S``, until it is closed.

    ``also``: what the ingest shall hear besides payloads and the list of guest gateways.
    """
    hearers = hearers_of([ingest])
    bus = Bus(url, site.site, f"nearhand-record-{secrets.token_hex(4)}", 50_000)
    bus.subscribe_types([m.GatewayPayload, m.GuestGatewaysChanged, *also], topics)
    await bus.connect()
    try:
        while True:
            await bus.wait(LOOK_S)
            batch = bus.take(1000)
            said = [message for received in batch for message in deliver(hearers, received.message, now())]
            said += ingest.wake(now())
            bus.acknowledge(batch)
            yield [row for one in said if isinstance(one, ScanReport) for row in report_rows(one)]
    finally:
        bus.close()


def report_rows(report: ScanReport) -> list[Row]:
    """(instant, gateway, device, RSSI in dBm) of each observation."""
    columns = observations(report)
    return [
        (report.started_at + 1000 * offset, report.gateway, report.device_ids[device], rssi)
        for device, rssi, offset in zip(
            columns.device.tolist(), columns.rssi_dbm.tolist(), columns.offset_ms.tolist(), strict=True
        )
    ]


def ingest_filters(site: str, settings: Settings) -> tuple[str, ...]:
    """What ingest hears: our own format's topics and the vendors'; none twice."""
    vendors = settings.ingest.topic_filters
    own = f"{ROOT}/{site}/gateways"
    if "#" in vendors:
        return ("#",)
    covered = any(topic_matches_sub(vendor, f"{own}/any/scan") for vendor in vendors)
    return vendors if covered else (f"{own}/#", *vendors)
