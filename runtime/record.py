"""``nearhand record DIR``: what the gateways hear now, written as a recording folder.

Only enrolled devices are written, as everywhere. Add truth.csv to judge it, or name it in another
recording's ``survey`` to commission with it.
"""

import argparse
import asyncio
import csv
import gzip
import secrets
import time
from pathlib import Path
from typing import Any

from contracts import messages as m
from contracts.columns import observations
from contracts.messages import ScanReport
from contracts.quantities import SECOND
from contracts.sitemap import Site
from gateway.ingest import IngestService
from runtime.clock import now
from runtime.mqtt import Bus
from runtime.replay import running_broker
from runtime.serve import add_common, ingest_filters
from runtime.settings import load_settings
from runtime.site_files import load_site
from runtime.toml_text import toml_text
from runtime.turn import deliver


def add_parsers(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "record", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_common(parser)
    parser.add_argument("recording", type=Path, help="folder to make")
    parser.add_argument(
        "--broker", help="mqtt://user:password@host:port (default: of the system that runs on --data)"
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default 60)")
    parser.add_argument("--title", default="", help="what and where, for recording.toml")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    site = load_site(arguments.site)
    url = arguments.broker or running_broker(arguments.data)
    settings = load_settings(arguments.config)
    rows = asyncio.run(
        _listen(
            url,
            site,
            IngestService(site, settings.ingest),
            ingest_filters(site.site, settings),
            arguments.seconds,
        )
    )
    write_recording(arguments.recording, site, rows, arguments.title)
    print(f"{len(rows)} observations in {arguments.recording}")
    return 0


async def _listen(
    url: str, site: Site, ingest: IngestService, topics: tuple[str, ...], seconds: float
) -> list[tuple[int, str, str, int]]:
    bus = Bus(url, site.site, f"nearhand-record-{secrets.token_hex(4)}", 50_000)
    bus.subscribe_types([m.GatewayPayload, m.EnrolmentChanged, m.GuestGatewaysChanged], topics)
    await bus.connect()
    rows: list[tuple[int, str, str, int]] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await bus.wait(0.2)
        batch = bus.take(1000)
        said = [message for received in batch for message in deliver([ingest], received.message, now())]
        said += ingest.wake(now())
        for message in said:
            if isinstance(message, ScanReport):
                rows += report_rows(message)
        bus.acknowledge(batch)
    bus.close()
    return sorted(rows)


def report_rows(report: ScanReport) -> list[tuple[int, str, str, int]]:
    """(instant, gateway, device, RSSI in dBm) of each observation."""
    columns = observations(report)
    return [
        (report.started_at + 1000 * offset, report.gateway, report.device_ids[device], rssi)
        for device, rssi, offset in zip(
            columns.device.tolist(), columns.rssi_dbm.tolist(), columns.offset_ms.tolist(), strict=True
        )
    ]


def write_recording(folder: Path, site: Site, rows: list[tuple[int, str, str, int]], title: str) -> None:
    """A recording folder with what was heard and an empty truth."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "schema": 1,
        "title": title or folder.name,
        "licence": "",
        "origin": f"nearhand record, site {site.site}",
        "who_listens": "gateways",
    }
    (folder / "recording.toml").write_text(toml_text(about), encoding="utf-8")
    with (folder / "gateways.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["gateway", "floor", "x_m", "y_m", "z_m"])
        writer.writerows((g.gateway, g.floor, g.x_m, g.y_m, g.height_m) for g in site.gateways)
    with gzip.open(folder / "observations.csv.gz", "wt", newline="", encoding="utf-8") as packed:
        writer = csv.writer(packed)
        writer.writerow(["t_s", "gateway", "device", "rssi_dbm"])
        writer.writerows((f"{at / SECOND:.3f}", gateway, device, rssi) for at, gateway, device, rssi in rows)
    (folder / "truth.csv").write_text("t_s,device,floor,x_m,y_m,z_m,zone\n", encoding="utf-8")
