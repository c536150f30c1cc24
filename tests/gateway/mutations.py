"""Recorded messages, spoilt at random in the ways that wires, firmware and enemies spoil them."""

import base64
import json
import random
from typing import Any, NamedTuple

from contracts import messages as m
from contracts import wire
from contracts.sitemap import Name, Site
from gateway.formats.table import FORMATS
from gateway.ingest import IngestService
from gateway.settings import IngestSettings
from runtime.decode import answers
from tests.gateway import samples
from tests.gateway.builders import START, TAG, scan

ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, -127, 1e308, -(2**63), 2**64, 10**30, 0.5),
    *("", " ", "-50", "NaN", "0x1F", "\0", "é", "𝟙", "C3000025EF6A", "2026-02-30T00:00:00Z", "A" * 300),
    *([], {}, [[]], [None], {"": {}}),
)


class Sample(NamedTuple):
    topic: str
    payload: bytes


def corpus() -> list[Sample]:
    """Every recorded message, and one of our own in both encodings."""
    found = [Sample(line["topic"] or "", _payload(line)) for line in samples.message_lines()]
    own = scan([(TAG, -60, 0), (TAG, -61, 100)], adverts={0: b"\x02\x01\x06"})
    topic = "nearhand/v1/demo/gateways/gw-1/scan"
    return [*found, Sample(topic, wire.encode(own)), Sample(topic, wire.encode_json(own))]


def _payload(line: dict[str, Any]) -> bytes:
    if line.get("payload_encoding") == "base64":
        return base64.b64decode(line["payload"])
    return str(line["payload"]).encode()


def knowing_service(found: list[Sample]) -> IngestService:
    """An ingest for which every gateway of the samples is installed and every device enrolled."""
    gateways: dict[str, m.InstalledGateway] = {}
    devices: dict[str, m.EnrolledDevice] = {TAG: m.EnrolledDevice(TAG, "staff", "u")}
    for topic, payload in found:
        line = json.dumps(
            {"topic": topic, "payload": base64.b64encode(payload).decode(), "payload_encoding": "base64"}
        )
        (answer,) = answers([line], None, False, {})
        for sighting in answer["sightings"]:
            devices.setdefault(sighting["device"], m.EnrolledDevice(sighting["device"], "asset", "a"))
            name = sighting.get("gateway") or answer["gateway"]
            if name:
                gateways.setdefault(name, m.InstalledGateway(f"gw-{len(gateways)}", "L1", 0, 0, address=name))
    site = Site("demo", Name("a", "a"), "UTC", 0, 0, 0, (), gateways=tuple(gateways.values()))
    service = IngestService(site, IngestSettings(strangers_max=20, topics_max=500, devices_max=500))
    service.receive(m.EnrolmentChanged(version=1, devices=tuple(devices.values())), START)
    return service


def mutate(rng: random.Random, sample: Sample, others: list[Sample]) -> Sample:
    """One to four spoilings of a message; sometimes of its topic."""
    topic, payload = sample
    if payload[:1] in (b"{", b"[") and rng.random() < 0.5:
        try:
            body = json.loads(payload)
        except ValueError:
            body = None
        if body is not None:
            for _ in range(rng.randint(1, 4)):
                body = _spoil_json(rng, body)
            payload = json.dumps(body).encode()
    else:
        for _ in range(rng.randint(1, 4)):
            payload = _spoil_bytes(rng, payload, rng.choice(others).payload)
    if rng.random() < 0.15:
        topic = rng.choice(others).topic
    elif rng.random() < 0.05:
        topic = _spoil_bytes(rng, topic.encode(), b"/").decode("utf-8", "replace")
    return Sample(topic, payload)


def _spoil_bytes(rng: random.Random, data: bytes, other: bytes) -> bytes:
    a, b = sorted((rng.randint(0, len(data)), rng.randint(0, len(data))))
    match rng.randint(0, 6):
        case 0:
            return data[:a]
        case 1:
            return data[:a] + data[b:]
        case 2:
            return data[:b] + data[a:b] + data[b:]
        case 3:
            return data[:a] + rng.randbytes(rng.randint(1, 8)) + data[b:]
        case 4:
            return data[:a] + other[rng.randint(0, len(other)) :][: rng.randint(0, 64)] + data[a:]
        case 5 if data:
            at = rng.randrange(len(data))
            return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
    at = rng.randrange(len(data)) if data else 0
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def _spoil_json(rng: random.Random, value: Any) -> Any:
    """Somewhere in the tree: another value, a key less, an entry twice, a value wrapped."""
    if isinstance(value, dict) and value and rng.random() < 0.8:
        key = rng.choice(list(value))
        changed = dict(value)
        if rng.random() < 0.2:
            del changed[key]
        else:
            changed[key] = _spoil_json(rng, value[key])
        return changed
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        if rng.random() < 0.2:
            return value[:at] + value[at:] * 2
        return [*value[:at], _spoil_json(rng, value[at]), *value[at + 1 :]]
    return [value] if rng.random() < 0.1 else rng.choice(ODD_VALUES)


def feed(service: IngestService, sample: Sample, at: int) -> bool:
    """Give a message to the service; whether it did something, counted a drop, or could understand it.

    The service remembers formats by topic, so that it may understand as a heartbeat what nobody would
    recognise without that memory.
    """
    before = service.drops_total
    out = service.receive(m.GatewayPayload(topic=sample.topic, payload=sample.payload, received_at=at), at)
    given = {"topic": sample.topic, "payload": base64.b64encode(sample.payload).decode()}
    line = json.dumps({**given, "payload_encoding": "base64"})
    (answer,) = answers([line], None, False, {})
    json.dumps(answer)
    if out or service.drops_total > before or answer["error"] is None:
        return True
    return any(next(answers([line], known, False, {}))["error"] is None for known in FORMATS)
