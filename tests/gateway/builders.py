"""A small site of gateways, and payloads of our own format."""

from collections.abc import Sequence

import numpy as np

from contracts import messages as m
from contracts import wire
from contracts.messages import Message
from contracts.quantities import MILLISECOND, SECOND, Instant
from contracts.sitemap import Name, Site
from gateway.ingest import IngestService
from gateway.settings import IngestSettings

START: Instant = 1_790_000_000 * SECOND
TAG = "C3:00:00:25:EF:6A"
OTHER = "C3:00:00:25:EF:6B"
BEACON = "ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0:1:7"
GATEWAYS = (
    m.InstalledGateway("gw-1", "L1", 0, 0, address="AC:23:3F:C0:36:41"),
    m.InstalledGateway("gw-2", "L1", 9, 0, address="AC:23:3F:C0:36:42"),
    m.InstalledGateway("office", "L1", 9, 9),
)
SITE = Site("demo", Name("a", "a"), "Asia/Shanghai", 0, 0, 0, (), gateways=GATEWAYS)


def enrolment(*devices: str, version: int = 1) -> m.EnrolmentChanged:
    enrolled = tuple(
        m.EnrolledDevice(device, "staff", f"u-{number}") for number, device in enumerate(devices)
    )
    return m.EnrolmentChanged(version=version, devices=enrolled)


def ingest(*devices: str, site: Site = SITE, **settings: object) -> IngestService:
    """A service that knows these devices."""
    service = IngestService(site, IngestSettings(**settings))  # type: ignore[arg-type]
    service.receive(enrolment(*devices), START)
    return service


def scan(
    heard: Sequence[tuple[str, int, int]],
    gateway: str = "gw-1",
    seq: int = 1,
    boot: str = "b",
    started_at: Instant = START,
    adverts: dict[int, bytes] | None = None,
) -> m.ScanReport:
    """A report of (device, dBm, ms after the start)."""
    ids = tuple(dict.fromkeys(device for device, _, _ in heard))
    return m.ScanReport(
        gateway=gateway,
        boot=boot,
        seq=seq,
        started_at=started_at,
        device_ids=ids,
        device=np.array([ids.index(device) for device, _, _ in heard], "<u2").tobytes(),
        rssi_dbm=np.array([rssi for _, rssi, _ in heard], np.int8).tobytes(),
        offset_ms=np.array([offset for _, _, offset in heard], "<u2").tobytes(),
        adverts=adverts or {},
    )


def own(
    message: Message, at: Instant = START, gateway: str = "gw-1", retained: bool = False
) -> m.GatewayPayload:
    """A message of an own agent on its own topic."""
    kind = "scan" if isinstance(message, m.ScanReport) else "status"
    topic = f"nearhand/v1/demo/gateways/{gateway}/{kind}"
    return m.GatewayPayload(topic=topic, payload=wire.encode(message), received_at=at, retained=retained)


def vendor(body: str | bytes, topic: str, at: Instant = START, **more: object) -> m.GatewayPayload:
    data = body.encode() if isinstance(body, str) else body
    return m.GatewayPayload(topic=topic, payload=data, received_at=at, **more)  # type: ignore[arg-type]


def heard_in(report: Message) -> list[tuple[str, int, Instant]]:
    """(device, dBm, server time) of each observation of a scan report."""
    assert isinstance(report, m.ScanReport), report
    device = np.frombuffer(report.device, "<u2")
    rssi = np.frombuffer(report.rssi_dbm, np.int8)
    offset = np.frombuffer(report.offset_ms, "<u2")
    return [
        (report.device_ids[index], int(dbm), report.started_at + int(ms) * MILLISECOND)
        for index, dbm, ms in zip(device, rssi, offset, strict=True)
    ]


def counted(service: IngestService, now: Instant = START + 3600 * SECOND) -> m.IngestCounted:
    """The totals, as the service reports them on its next wake."""
    return next(message for message in service.wake(now) if isinstance(message, m.IngestCounted))


def health_of(messages: Sequence[Message]) -> dict[str, tuple[str, str]]:
    """Gateway → (state, finding) of the health messages."""
    return {x.gateway: (x.state, x.finding) for x in messages if isinstance(x, m.GatewayHealth)}
