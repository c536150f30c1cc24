"""Real input on the running system: a lab recording moves a tag, vendors' messages are understood."""

import asyncio
import base64
import csv
import json
import math
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts import messages as m
from contracts.columns import unpack_positions
from runtime.mqtt import Bus
from runtime.replay import running_broker
from tests.system import ROOT, SMALL_SITE, System, eventually, running_system

pytestmark = pytest.mark.broker
SHARED = ROOT.parent / "shared"
TRACK = SHARED / "recordings" / "lab-12gw-straight-01"
CAPTURE = SHARED / "data" / "mqtt-capture-10gw" / "capture.jsonl"
SAMPLES = SHARED / "data" / "gateway-samples"
SECONDS = 25


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    if not SHARED.exists():
        pytest.skip(f"the real data is not at {SHARED}")
    with running_system(tmp_path_factory.mktemp("var")) as running:
        yield running


def test_a_replayed_recording_moves_the_tag_along_its_true_path(system: System) -> None:
    at = (20.0, 10.0)

    async def scenario() -> list[tuple[float, float, float]]:
        bus = Bus(running_broker(system.data), "small", "listener", 10_000)
        bus.subscribe_types([m.PositionsEstimated])
        await bus.connect()
        replay = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "runtime", "replay", str(TRACK), "--data", str(system.data),
            "--site", str(SMALL_SITE), "--at", f"L1:{at[0]},{at[1]}", "--seconds", str(SECONDS),
            cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        began, seen = time.time(), []
        while replay.returncode is None:
            await bus.wait(0.2)
            for received in bus.take(1000):
                assert isinstance(received.message, m.PositionsEstimated)
                p = unpack_positions(received.message)
                seen += [(p.estimated_at / 1e6 - began, x, y) for x, y in zip(p.x_m, p.y_m, strict=True)]
        bus.close()
        assert await replay.wait() == 0
        return seen

    seen = asyncio.run(scenario())
    truth = [(float(row["t_s"]), float(row["x_m"]), float(row["y_m"])) for row in rows(TRACK / "truth.csv")]
    about = tomllib.loads((TRACK / "recording.toml").read_text())
    corner = [float(value) for value in about["bounds_m"].split(",")][:2]
    errors = [
        min(
            math.hypot(x - at[0] - (true_x - corner[0]), y - at[1] - (true_y - corner[1]))
            for t, true_x, true_y in truth
            if abs((t - truth[0][0]) - when) < 6
        )
        for when, x, y in seen
        if 6 < when < SECONDS
    ]
    assert len(errors) > 20
    assert sorted(errors)[len(errors) // 2] < 5, "the tag keeps to its path"


def rows(file: Path) -> list[dict[str, str]]:
    with file.open() as opened:
        return list(csv.DictReader(opened))


def test_the_real_capture_and_the_vendors_samples_are_understood(system: System) -> None:
    published = [
        (line["topic"], json.dumps(line["payload"]).encode())
        for line in map(json.loads, CAPTURE.read_text().splitlines()[:400])
    ]
    for vendor in ("ruuvi", "minew", "moko", "theengs-openmqttgateway", "espresense"):
        for line in map(json.loads, (SAMPLES / f"{vendor}.jsonl").read_text().splitlines()):
            if line.get("transport", "mqtt") == "mqtt":
                binary = line["payload_encoding"] == "base64"
                payload = line["payload"]
                topic = line["topic"] or f"as/the/technician/typed/it/{vendor}"
                published.append((topic, base64.b64decode(payload) if binary else payload.encode()))

    async def scenario() -> dict[str, m.GatewayHealth]:
        bus = Bus(system_url(system), "small", "vendor-gateways", 10_000)
        await bus.connect()
        hearer = Bus(running_broker(system.data), "small", "health-listener", 10_000)
        hearer.subscribe_types([m.GatewayHealth, m.IngestCounted])
        await hearer.connect()
        await asyncio.sleep(0.5)
        for topic, payload in published:
            bus.publish(m.GatewayPayload(topic=topic, payload=payload, received_at=0))
        found: dict[str, m.GatewayHealth] = {}
        until = time.monotonic() + 15
        while time.monotonic() < until:
            await hearer.wait(0.5)
            for received in hearer.take(1000):
                if isinstance(received.message, m.GatewayHealth) and received.message.vendor_format:
                    found[received.message.gateway] = received.message
        bus.close()
        hearer.close()
        return found

    found = asyncio.run(scenario())
    formats = {health.vendor_format for health in found.values()}
    assert {"espresense", "ruuvi", "minew", "moko"} <= formats, formats
    assert len([health for health in found.values() if health.vendor_format == "espresense"]) >= 10
    strangers = [health for health in found.values() if not health.gateway.startswith("gw-")]
    assert {health.state for health in strangers} == {"unknown"}, "none of them hangs in this mall"


def test_gateways_that_post_are_heard(system: System) -> None:
    """Ruuvi's HTTP batches, Aruba's telemetry with its token in the body, Kontakt's cloud."""
    with system.login("technician") as technician:
        token = technician.get("/api/gateways/clouds/post").json()["token"]
        for vendor in ("ruuvi", "aruba", "kontakt"):
            for line in map(json.loads, (SAMPLES / f"{vendor}.jsonl").read_text().splitlines()):
                if line.get("transport") == "http":
                    body = line["payload"].replace('"access_token":"1234"', f'"access_token":"{token}"')
                    headers = {} if token in body else {"Authorization": f"Bearer {token}"}
                    assert technician.post("/post", content=body, headers=headers).status_code == 200

        def heard() -> set[str]:
            gateways = system.snapshot(technician, "gw")
            return {gateway["health"]["vendor_format"] for gateway in gateways if gateway["health"]}

        eventually(lambda: {"ruuvi", "aruba", "kontakt"} <= heard(), what="they show in the list")


def system_url(system: System) -> str:
    """As the mall's technician types it into a gateway: the gateways' user."""
    password = json.loads((system.data / "broker.json").read_text())["gateways"]
    return f"mqtt://gateways:{password}@127.0.0.1:{system.mqtt_port}"


def test_decode_reads_the_same_from_the_command_line() -> None:
    if not CAPTURE.exists():
        pytest.skip(f"the real data is not at {SHARED}")
    line = json.loads(CAPTURE.read_text().splitlines()[0])
    given = json.dumps(
        {"topic": line["topic"], "payload": json.dumps(line["payload"]), "payload_encoding": "utf8"}
    )
    done = subprocess.run(
        [sys.executable, "-m", "runtime", "decode"],
        input=given,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=60,
    )
    said = json.loads(done.stdout)
    assert said["kind"] == "sightings"
    assert said["gateway"] == "basement"
    assert said["sightings"][0]["rssi_dbm"] == -86
