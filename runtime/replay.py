"""``nearhand replay RECORDING``: send a recording through the broker as if it were live.

The recording's gateways are installed as guests and its tags enrolled, at the place on the running site
that ``--at`` names; they are taken away again at the end. The tags then move on the live map as they
moved when they were recorded.
"""

import argparse
import asyncio
import math
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from contracts import messages as m
from contracts.errors import ConfigError, LinkError
from contracts.messages import Command, InstalledGateway, Message, ScanReport
from contracts.quantities import SECOND, Instant, to_seconds
from contracts.sitemap import Site
from runtime import broker
from runtime.clock import now
from runtime.mqtt import Bus
from runtime.recordings import Recording, enrolled, read_recording, reports
from runtime.serve import add_common
from runtime.settings import load_settings
from runtime.site_files import load_site

ANSWER_TIMEOUT_S = 10.0


def add_parsers(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "replay", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_common(parser)
    parser.add_argument("recording", type=Path, help="folder of the recording")
    parser.add_argument(
        "--broker", help="mqtt://user:password@host:port (default: of the system that runs on --data)"
    )
    parser.add_argument(
        "--at", default="", metavar="FLOOR:X,Y", help="where the recording's corner lies on the site"
    )
    parser.add_argument("--speed", type=float, default=1.0, help="times real time (default 1)")
    parser.add_argument("--seconds", type=float, help="only the first so many seconds")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    recording = read_recording(arguments.recording)
    site = load_site(arguments.site)
    moved = place(recording, site, arguments.at)
    url = arguments.broker or running_broker(arguments.data)
    return asyncio.run(_replay(recording, moved, url, site.site, arguments.speed, arguments.seconds))


def running_broker(data: Path) -> str:
    """The embedded broker of the system that runs on this data folder.

    Raises:
        ConfigError: nothing was ever started there.
    """
    file = data / "settings.json"
    if not file.exists():
        raise ConfigError(f"nothing has run in {data}: start nearhand up first, or give --broker and --data")
    settings = load_settings(file)
    if settings.broker.url:
        return settings.broker.url
    password = broker.load_credentials(data).services
    return f"mqtt://services:{password}@127.0.0.1:{settings.broker.mqtt_port}"


def place(recording: Recording, site: Site, where: str) -> tuple[InstalledGateway, ...]:
    """The recording's gateways in the site's metres; without ``where`` in the middle of the ground floor.

    Raises:
        ConfigError: the floor does not exist or the place cannot be read.
    """
    own = recording.site.floors[0].outline.outer
    x0, y0 = min(x for x, _ in own), min(y for _, y in own)
    ground = min(site.floors, key=lambda floor: abs(floor.ordinal))
    if where:
        try:
            floor, _, point = where.partition(":")
            x, y = (float(number) for number in point.split(","))
            site.floor_index(floor)
            if not (math.isfinite(x) and math.isfinite(y)):
                raise ValueError(point)
        except (ValueError, KeyError) as error:
            floors = ", ".join(each.floor for each in site.floors)
            raise ConfigError(f"--at {where!r}: expected FLOOR:X,Y with a floor of {floors}") from error
    else:
        floor, xs, ys = ground.floor, *zip(*ground.outline.outer, strict=True)
        width, depth = (max(v) - min(v) for v in zip(*own, strict=True))
        x, y = (min(xs) + max(xs) - width) / 2, (min(ys) + max(ys) - depth) / 2
    return tuple(
        msgspec.structs.replace(
            gateway, floor=floor, x_m=gateway.x_m - x0 + x, y_m=gateway.y_m - y0 + y, vendor_format="nearhand"
        )
        for gateway in recording.site.gateways
    )


async def _replay(
    recording: Recording,
    gateways: Sequence[InstalledGateway],
    url: str,
    site: str,
    speed: float,
    seconds: float | None,
) -> int:
    bus = Bus(url, site, f"nearhand-replay-{secrets.token_hex(4)}", 10_000)
    bus.subscribe_types([m.CommandAnswered])
    await bus.connect()
    devices = enrolled(recording)
    try:
        await command_and_wait(bus, m.InstallGateways(**signed(), gateways=tuple(gateways)))
        await command_and_wait(bus, m.EnrolDevices(**signed(), devices=devices))
        print(
            f"replaying {recording.title}: {len(devices)} tags, {len(gateways)} gateways, Ctrl-C stops",
            flush=True,
        )
        await _send_all(bus, recording, speed, seconds)
    finally:
        await command_and_wait(
            bus, m.ReleaseDevices(**signed(), device_ids=tuple(d.device_id for d in devices))
        )
        await command_and_wait(bus, m.RemoveGateways(**signed(), gateways=tuple(g.gateway for g in gateways)))
        bus.close()
    return 0


async def _send_all(bus: Bus, recording: Recording, speed: float, seconds: float | None) -> None:
    boot, began, first = secrets.token_hex(4), now(), None
    shown_s = time.monotonic()
    for report in reports(recording):
        first = report.received_at if first is None else first
        if seconds is not None and report.received_at - first > seconds * SECOND:
            return
        due = began + round((report.received_at - first) / speed)
        await asyncio.sleep(max(0.0, to_seconds(due - now())))
        bus.publish(shift(report, boot, report.started_at - report.received_at, due, speed))
        if time.monotonic() - shown_s > 5:
            shown_s = time.monotonic()
            print(f"  {to_seconds(report.received_at - first):.0f} s", flush=True)


def shift(report: ScanReport, boot: str, lead: int, due: Instant, speed: float) -> ScanReport:
    """The report as sent now: times moved to end at ``due``. Faster than life, times inside shrink too."""
    return msgspec.structs.replace(report, boot=boot, started_at=due + round(lead / speed), received_at=0)


def signed() -> dict[str, Any]:
    """What every command of this tool carries: a fresh id, who, when."""
    return {"command_id": f"replay-{secrets.token_hex(8)}", "by": "operator/replay", "at": now()}


async def command_and_wait(bus: Bus, command: Command) -> None:
    """Send a command and wait for its answer.

    Raises:
        LinkError: no answer, or a refusal.
    """
    bus.publish(command)
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            while True:
                await bus.wait(1.0)
                for received in bus.take(100):
                    bus.acknowledge([received])
                    answer: Message = received.message
                    if isinstance(answer, m.CommandAnswered) and answer.command_id == command.command_id:
                        if not answer.accepted:
                            raise LinkError(f"{type(command).__name__} was refused: {answer.reason}")
                        return
    except TimeoutError as error:
        raise LinkError(f"the dispatcher did not answer {type(command).__name__}: is nearhand up?") from error
