"""``nearhand record DIR``: what the gateways hear now, written as a recording folder.

Only enrolled devices are written, as everywhere. Add truth.csv to judge it, or name it in another
recording's ``survey`` to commission with it.
"""

import argparse
import asyncio
import contextlib
import time
from pathlib import Path
from typing import Any

from contracts import messages as m
from contracts.sitemap import Site
from gateway.ingest import IngestService
from runtime.listening import Row, ingest_filters, listening
from runtime.recording_write import write_recording
from runtime.replay import running_broker
from runtime.serve import add_common
from runtime.settings import load_settings
from runtime.site_files import load_site
from runtime.site_versions import SiteVersions


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
    site = load_site(SiteVersions(arguments.data, arguments.site).current())
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
) -> list[Row]:
    rows: list[Row] = []
    until = time.monotonic() + seconds
    async with contextlib.aclosing(listening(url, site, ingest, topics, [m.EnrolmentChanged])) as heard:
        async for some in heard:
            rows += some
            if time.monotonic() >= until:
                break
    return sorted(rows)
