"""``nearhand up --demo`` as a user has it: it comes up, serves, survives kills, stops, resumes."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.cli import main
from tests.system import ROOT, SMALL_SITE, System, command, eventually, running_system

SMALL_SCENARIO = ROOT / "config" / "scenarios" / "small.toml"
pytestmark = [pytest.mark.broker, pytest.mark.xdist_group("system")]


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


def _place(client: object) -> dict[str, object]:
    spot = client.get("/api/site").json()["spots"][0]  # type: ignore[attr-defined]
    return {name: spot[name] for name in ("floor", "x_m", "y_m", "spot")}


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
