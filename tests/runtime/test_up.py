"""``nearhand up --demo`` as a user has it: it comes up, serves, survives kills, stops, resumes."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from contracts import messages as m
from contracts import wire
from contracts.quantities import SECOND
from runtime.cli import main
from tests.system import ROOT, SMALL_SITE, System, command, eventually, running_system

SMALL_SCENARIO = ROOT / "config" / "scenarios" / "small.toml"
pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def system(data: Path) -> Iterator[System]:
    with running_system(data, "--demo", "--scenario", str(SMALL_SCENARIO)) as running:
        yield running


def place_call(system: System, key: str, service: str = "wheelchair") -> str:
    with system.login() as client:
        site = client.get("/api/site").json()
        spot = site["spots"][0]
        place = {name: spot[name] for name in ("floor", "x_m", "y_m", "spot")}
        answer = command(client, key, type="PlaceCall", service=service, place=place)
        assert answer["accepted"], answer
        return str(answer["subject"])


def test_a_wheelchair_is_delivered_by_a_simulated_handset(system: System) -> None:
    call_id = place_call(system, "wheelchair-0001")
    with system.login() as client:

        def delivered() -> dict[str, object] | None:
            call = system.call(client, call_id)
            return call if call and call["tasks"][0]["on_scene_at"] else None

        call = eventually(delivered, 280, "the wheelchair arrives")
    task = call["tasks"][0]  # type: ignore[index]
    assert task["picked_up_at"], "fetched at a depot"
    assert task["on_scene_at"] <= task["deadline_at"]
    kinds = [entry["kind"] for entry in call["timeline"]]  # type: ignore[union-attr]
    assert kinds.index("OfferMade") < kinds.index("OfferAccepted") < kinds.index("UnitOnScene")


def test_a_medical_call_sends_three_roles(system: System) -> None:
    call_id = place_call(system, "medical-00001", "medical")
    with system.login() as client:

        def all_assigned() -> list[str] | None:
            call = system.call(client, call_id)
            if call is None or any(task["unit_id"] is None for task in call["tasks"]):
                return None
            return sorted(task["role"] for task in call["tasks"])

        assert eventually(all_assigned, 120, "three people are sent") == ["medic", "security", "service"]


@pytest.mark.parametrize("victim", ["dispatcher", "positioning", "dashboard", "broker", "simulator"])
def test_a_killed_process_comes_back_and_no_acknowledged_call_is_lost(system: System, victim: str) -> None:
    before = place_call(system, f"before-{victim}", "power_bank")
    system.kill(victim)
    after = place_call(system, f"after-{victim}-1", "umbrella")
    with system.login() as client:
        eventually(lambda: victim in system.pids(), 30, f"{victim} is back")
        for call_id in (before, after):
            eventually(lambda call_id=call_id: system.call(client, call_id), 60, f"{call_id} is on the board")
        since = time.time() * 1e6

        def map_goes_on() -> bool:
            return any(where["seen_at"] > since for where in system.snapshot(client, "where"))

        eventually(map_goes_on, 60, "staff move on the map again")
        command_again = command(
            client, f"before-{victim}", type="PlaceCall", service="power_bank", place=_place(client)
        )
        assert command_again["subject"] == before, "the same key is the same call, whatever died between"


def test_a_press_is_one_call_across_the_death_of_positioning(system: System) -> None:
    """Pressed before it dies, or while it is dead: tags go on saying so for seconds."""
    before, meanwhile = "C0:FF:EE:00:00:01", "C0:FF:EE:00:00:02"
    with system.login() as client:
        devices = [{"device_id": name, "kind": "loan", "subject": name[-2:]} for name in (before, meanwhile)]
        assert command(client, "enrol-0000001", type="EnrolDevices", devices=devices)["accepted"]

        def calls_of(device: str) -> list[dict[str, object]]:
            return [call for call in system.snapshot(client, "calls") if call["device_id"] == device]

        with pressing(system, "gw-L1-01", before):
            eventually(lambda: calls_of(before), 20, "a call for the press")
            system.kill("positioning")
            with pressing(system, "gw-L1-02", meanwhile):
                eventually(lambda: calls_of(meanwhile), 60, "a call for the press that nobody heard at first")
                time.sleep(2)
        assert (len(calls_of(before)), len(calls_of(meanwhile))) == (1, 1)
        for number, device in enumerate((before, meanwhile)):
            call_id = calls_of(device)[0]["call_id"]
            command(client, f"cancel-00000{number}", type="CancelCall", call_id=call_id, reason="test")


@contextlib.contextmanager
def pressing(system: System, gateway: str, device: str) -> Iterator[None]:
    """A tag whose button was pressed: its advert comes once a second, by an agent of ours."""
    advert = bytes.fromhex("0201060f16e0fe220200060000000000010000")
    password = json.loads((system.data / "broker.json").read_text())["gateways"]
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("gateways", password)
    client.connect("127.0.0.1", system.mqtt_port)
    client.loop_start()
    done = threading.Event()

    def press() -> None:
        seq = 0
        while not done.wait(1.0 if seq else 0.0):
            seq += 1
            report = m.ScanReport(
                gateway=gateway,
                boot="pressed",
                seq=seq,
                started_at=int(time.time() * 1e6),
                device_ids=(device,),
                device=bytes(2),
                rssi_dbm=b"\xc0",
                offset_ms=bytes(2),
                adverts={0: advert},
            )
            client.publish(f"nearhand/v1/small/gateways/{gateway}/scan", wire.encode(report), 1)

    presser = threading.Thread(target=press)
    presser.start()
    try:
        yield
    finally:
        done.set()
        presser.join()
        client.disconnect()
        client.loop_stop()


def _place(client: object) -> dict[str, object]:
    spot = client.get("/api/site").json()["spots"][0]  # type: ignore[attr-defined]
    return {name: spot[name] for name in ("floor", "x_m", "y_m", "spot")}


def test_a_published_site_reaches_every_service_and_no_call_is_lost(system: System) -> None:
    """Published and rolled back while somebody waits; so is a call that is placed in the very moment."""
    before = place_call(system, "published-0001", "power_bank")
    pids = system.pids()
    with system.login("technician") as technician, system.login() as operator:

        def revision() -> int:
            return int(operator.get("/api/site").json()["rev"])

        first, place = revision(), _place(operator)
        draft = technician.get("/api/workshop/draft").json()["draft"]
        draft["installed"]["spots"][0]["name"]["en"] = "Moved desk"
        edit = {name: draft[name] for name in ("version", "installed", "backdrops")}
        kept = technician.put("/api/workshop/draft", json=edit).json()["draft"]
        body = {"version": kept["version"], "note": "live"}
        outcome = technician.post("/api/workshop/publish", json=body, timeout=120).json()
        assert outcome["revision"] == first + 1, outcome
        key = "published-0002"
        meanwhile = command(operator, key, type="PlaceCall", service="umbrella", place=place)["subject"]
        eventually(lambda: revision() == first + 1, 60, "the pages are served the new site")
        assert operator.get("/api/site").json()["spots"][0]["name"]["en"] == "Moved desk"
        services = {"dispatcher", "positioning", "dashboard", "simulator"}
        eventually(
            lambda: all(system.pids().get(name, pids[name]) != pids[name] for name in services),
            60,
            "all four were started on it",
        )
        assert system.pids()["broker"] == pids["broker"], "the broker has nothing to do with the site"
        for call_id in (before, meanwhile):
            eventually(
                lambda call_id=call_id: system.call(operator, call_id), 60, f"{call_id} is on the board"
            )
        hurried = _hurry(system, "umbrella", 120.0)
        eventually(lambda: revision() == hurried, 60, "the pages are served the new rules")
        sooner = command(operator, "published-0003", type="PlaceCall", service="umbrella", place=place)[
            "subject"
        ]
        targets = {
            call_id: eventually(
                lambda call_id=call_id: system.call(operator, call_id), 60, f"{call_id} is shown"
            )
            for call_id in (meanwhile, sooner)
        }
        waits_s = [
            (call["tasks"][0]["deadline_at"] - call["received_at"]) / SECOND for call in targets.values()
        ]
        assert waits_s == [300.0, 120.0], "each by the rules of when it was placed"
        restore = f"/api/workshop/versions/{first}/restore"
        back = eventually(lambda: technician.post(restore, timeout=120).json(), 120, "back")
        eventually(lambda: revision() == back["revision"], 60, "rolled back")
        assert operator.get("/api/site").json()["spots"][0]["name"]["en"] != "Moved desk"
        eventually(lambda: system.call(operator, before), 60, "the call is still on the board")


def _hurry(system: System, service: str, target_s: float) -> int:
    """The office gives a service another target; the revision that holds it."""
    with system.login("admin") as admin:
        draft = admin.get("/api/rules/draft").json()["draft"]
        kind = next(one for one in draft["rules"]["services"] if one["service"] == service)
        kind["needs"][0]["target_s"] = target_s
        edit = {"version": draft["version"], "rules": draft["rules"]}
        kept = admin.put("/api/rules/draft", json=edit).json()["draft"]
        body = {"version": kept["version"], "note": "hurry"}
        outcome = admin.post("/api/rules/publish", json=body, timeout=120).json()
        assert outcome["revision"], outcome
        return int(outcome["revision"])


def test_a_walk_hears_what_the_gateways_hear(system: System) -> None:
    """The tag of somebody simulated, who walks on by himself."""
    with system.login("technician") as technician:
        devices = eventually(lambda: system.snapshot(technician, "devices"), 60, "devices are enrolled")
        tag = next(device["device_id"] for device in devices if device["kind"] == "staff")
        started = eventually(
            lambda: (
                answer.json()
                if (answer := technician.post("/api/walks", json={"device_id": tag})).status_code == 200
                else None
            ),
            60,
            "a walk",
        )
        path = f"/api/walks/{started['walk_id']}"
        place = {"floor": "L1", "x_m": 30.0, "y_m": 12.0}
        technician.post(f"{path}/marks", json=place)
        eventually(lambda: technician.get(path).json()["readings"] > 5, 60, "the tag is heard")
        technician.post(f"{path}/marks", json=place)
        state = technician.get(path).json()
        assert set(state["gateways"]) <= {
            gateway["gateway"] for gateway in technician.get("/api/site").json()["gateways"]
        }
        assert state["coverage"], "what was heard has a place"
        assert technician.post(f"{path}/stop").json()["stopped_at"]


def test_z_stops_cleanly_and_resumes(system: System, data: Path) -> None:
    call_id = place_call(system, "last-call-001", "luggage")
    assert system.stop() == 0
    with running_system(data) as again, again.login() as client:
        assert eventually(lambda: again.call(client, call_id), 30, "the call is still on the board")


def test_a_port_in_use_is_said_plainly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status = main(["up", "--site", str(SMALL_SITE), "--data", str(tmp_path), "--http-port", str(port)])
    assert status == 2
    said = capsys.readouterr().err
    assert f"port {port} (pages) is in use" in said
    assert "--http-port" in said
