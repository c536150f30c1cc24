"""What reading a gateway's message costs: CPU time per sighting, decoding alone and the whole ingest.

    python bench/bench_decode.py [--rounds N]

"decode" = payload to sightings; "ingest" = payload to the scan report of enrolled devices, a quarter or
all of them enrolled. Figures are the best of the rounds, in CPU time of this process: other work on the
machine makes them larger, never smaller.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import msgspec
import numpy as np

from contracts import messages as m
from contracts import wire
from contracts.quantities import MILLISECOND, SECOND, Instant
from contracts.sitemap import Name, Site
from gateway.formats.base import Clue, decode_safely
from gateway.formats.table import detect_format
from gateway.ingest import IngestService
from gateway.settings import IngestSettings

START: Instant = 1_790_000_000 * SECOND
GATEWAY = "AC:23:3F:C0:36:41"
MESSAGES = 200
BEACON_HEX = "0201061AFF4C000215E2C56DB5DFFB48D2B060D0F5A71096E000010007C5"
PHONE_HEX = "1EFF0600010920222F04EC3E6E966F7A3A4D7B5E4F35211B4742A8"
DEVICES = [f"C3000025{number:04X}" for number in range(400)]


class Case(NamedTuple):
    name: str
    topic: str
    payloads: list[bytes]
    per_message: int


def stamp(at: Instant) -> str:
    when = datetime.fromtimestamp(at / SECOND, UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def colons(bare: str) -> str:
    return ":".join(bare[at : at + 2] for at in range(0, 12, 2))


def rows(rng: random.Random, number: int, size: int) -> list[tuple[str, int, Instant, str]]:
    """(address, dBm, time, advert): half tags that repeat themselves, half phones that never do."""
    at = START + number * SECOND
    found = []
    for _ in range(size):
        advert = BEACON_HEX if rng.random() < 0.5 else PHONE_HEX + f"{rng.randrange(1 << 24):06X}"
        when = at - rng.randrange(1_000_000)
        found.append((rng.choice(DEVICES), rng.randrange(-95, -40), when // 1000 * 1000, advert))
    return found


def minew(raw: bool) -> Callable[[random.Random, int], bytes]:
    def make(rng: random.Random, number: int) -> bytes:
        head = {
            "timestamp": stamp(START + number * SECOND),
            "type": "Gateway",
            "mac": GATEWAY.replace(":", ""),
        }
        body: list[dict[str, object]] = [head]
        for mac, rssi, at, advert in rows(rng, number, 42):
            entry: dict[str, object] = {"timestamp": stamp(at), "mac": mac, "bleName": "", "rssi": rssi}
            if raw:
                entry |= {"type": "Unknown", "rawData": advert}
            else:
                entry |= {"type": "iBeacon", "ibeaconUuid": "E2C56DB5DFFB48D2B060D0F5A71096E0"}
                entry |= {"ibeaconMajor": 1, "ibeaconMinor": 7, "ibeaconTxPower": -59, "battery": 0}
            body.append(entry)
        return json.dumps(body, separators=(",", ":")).encode()

    return make


def own(rng: random.Random, number: int) -> bytes:
    found = rows(rng, number, 50)
    ids = tuple(dict.fromkeys(colons(mac) for mac, *_ in found))
    report = m.ScanReport(
        gateway="gw-1",
        boot="b",
        seq=number,
        started_at=START + number * SECOND - SECOND,
        device_ids=ids,
        device=np.array([ids.index(colons(mac)) for mac, *_ in found], "<u2").tobytes(),
        rssi_dbm=np.array([rssi for _, rssi, *_ in found], np.int8).tobytes(),
        offset_ms=np.sort(np.array([rng.randrange(1000) for _ in found], "<u2")).tobytes(),
    )
    return wire.encode(report)


def ruuvi(rng: random.Random, number: int) -> bytes:
    ((_, rssi, at, advert),) = rows(rng, number, 1)
    return json.dumps(
        {"gw_mac": GATEWAY, "rssi": rssi, "aoa": [], "ts": at // SECOND, "data": advert}
    ).encode()


def moko(rng: random.Random, number: int) -> bytes:
    entries = [
        {
            "timestamp": at // 1000,
            "timezone": 0,
            "type_code": 10,
            "type": "other",
            "rssi": rssi,
            "mac": mac,
            "adv_data": ad,
        }
        for mac, rssi, at, ad in rows(rng, number, 20)
    ]
    return json.dumps({"msg_id": 3070, "device_info": {"mac": GATEWAY}, "data": entries}).encode()


def april_brother(rng: random.Random, number: int) -> bytes:
    devices = [
        b"\0" + bytes.fromhex(mac) + bytes([rssi & 0xFF]) + bytes.fromhex(ad)
        for mac, rssi, _, ad in rows(rng, number, 150)
    ]
    time_s = START // SECOND + number
    return msgspec.msgpack.encode(
        {"v": "1", "mid": number, "time": time_s, "mac": GATEWAY, "devices": devices}
    )


def ingics(rng: random.Random, number: int) -> bytes:
    name = GATEWAY.replace(":", "")
    lines = [
        f"$GPRP,{mac},{name},{rssi},{ad},{at / SECOND:.3f}" for mac, rssi, at, ad in rows(rng, number, 20)
    ]
    return "\r\n".join(lines).encode()


def espresense(rng: random.Random, number: int) -> bytes:
    ((mac, rssi, *_),) = rows(rng, number, 1)
    return json.dumps(
        {"mac": mac.lower(), "id": "x", "rssi@1m": -59, "rssi": rssi + 0.1, "int": 2028}
    ).encode()


def cases() -> list[Case]:
    rng = random.Random(1)
    makers: list[tuple[str, str, int, Callable[[random.Random, int], bytes]]] = [
        ("own, 50 a report", "nearhand/v1/demo/gateways/gw-1/scan", 50, own),
        ("Minew JSON, iBeacons, 42", "/gw/ac233fc03641/status", 42, minew(raw=False)),
        ("Minew JSON, raw, 42", "/gw/ac233fc03641/status", 42, minew(raw=True)),
        ("MOKO 3070, 20", "mokosmart/gw-1", 20, moko),
        ("April Brother MessagePack, 150", "ab_gateway/gw-1", 150, april_brother),
        ("Ingics lines, 20", "ingics/gw-1", 20, ingics),
        ("Ruuvi, 1", "ruuvi/gw-1/C3:00:00:25:00:07", 1, ruuvi),
        ("ESPresense, 1", "espresense/devices/x/gw-1", 1, espresense),
    ]
    return [
        Case(name, topic, [make(rng, number) for number in range(MESSAGES)], size)
        for name, topic, size, make in makers
    ]


def best(rounds: int, run: Callable[[], object]) -> float:
    times = []
    for _ in range(rounds):
        before = time.process_time()
        run()
        times.append(time.process_time() - before)
    return min(times)


def decode_us(case: Case, rounds: int) -> float:
    known = detect_format(Clue(case.topic, case.payloads[0]))

    def run() -> None:
        for payload in case.payloads:
            decode_safely(known, Clue(case.topic, payload))

    return best(rounds, run) / MESSAGES / case.per_message * 1e6


def ingest_us(case: Case, share: float, rounds: int) -> float:
    gateway = m.InstalledGateway("gw-1", "L1", 0, 0, address=GATEWAY)
    site = Site("demo", Name("a", "a"), "UTC", 0, 0, 0, (), gateways=(gateway,))
    names = [colons(mac) for mac in DEVICES[: int(len(DEVICES) * share)]]
    enrolled = m.EnrolmentChanged(version=1, devices=tuple(m.EnrolledDevice(n, "staff", "u") for n in names))

    def run() -> None:
        service = IngestService(site, IngestSettings())
        service.receive(enrolled, START)
        for number, payload in enumerate(case.payloads):
            at = START + number * SECOND + 20 * MILLISECOND
            service.receive(m.GatewayPayload(topic=case.topic, payload=payload, received_at=at), at)
            service.wake(at)

    return best(rounds, run) / MESSAGES / case.per_message * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    print("| message | bytes | decode us/sighting | decode k/s | ingest us, 1/4 enrolled | all enrolled |")
    print("|---|---|---|---|---|---|")
    for case in cases():
        size = sum(map(len, case.payloads)) // len(case.payloads)
        decode = decode_us(case, rounds)
        some, every = ingest_us(case, 0.25, rounds), ingest_us(case, 1.0, rounds)
        print(f"| {case.name} | {size} | {decode:.2f} | {1000 / decode:.0f} | {some:.2f} | {every:.2f} |")


if __name__ == "__main__":
    main()
