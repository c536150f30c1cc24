"""The dashboard's adapter side: secrets outlive restarts, log-ins are made once, commands find their way."""

import asyncio
import contextlib
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from contracts import messages as m
from contracts.errors import LinkError, StartupError
from contracts.messages import Message
from dashboard.access import Session
from dashboard.adapters.hub import Client
from runtime import compose
from runtime.accounts import ROLES
from runtime.clock import now
from runtime.screens import Screens
from runtime.settings import HttpSettings, Settings
from runtime.store import open_store
from tests.sites import small_mall


@pytest.fixture(scope="module")
def ground() -> compose.Ground:
    """The small mall with two of its staff: a password's hash takes its time."""
    site = small_mall()
    settings = Settings(http=HttpSettings(port=0))
    return compose.ground(msgspec.structs.replace(site, staff=site.staff[:2]), settings)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    opened = open_store(f"sqlite:///{tmp_path / 'records.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def start_with(tmp_path: Path, engine: sa.Engine) -> Iterator[Callable[[compose.Ground], Screens]]:
    """A start of the dashboard on one data folder and store; it listens, on any free port, till the end."""
    with contextlib.ExitStack() as stack:

        def start(ground: compose.Ground) -> Screens:
            screens = Screens(compose.dashboard_service(ground), ground, tmp_path, engine)
            stack.enter_context(screens._listener)
            return screens

        yield start


@pytest.fixture
def start(ground: compose.Ground, start_with: Callable[[compose.Ground], Screens]) -> Callable[[], Screens]:
    return lambda: start_with(ground)


def logins(data: Path) -> list[tuple[str, str, str]]:
    return msgspec.json.decode((data / "logins.json").read_bytes(), type=list[tuple[str, str, str]])


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_the_secret_outlives_a_restart(start: Callable[[], Screens], tmp_path: Path) -> None:
    """Every QR code on the walls is signed with it."""
    first = start().secret
    assert len(first) == 32
    assert start().secret == first == (tmp_path / "secret").read_bytes()
    assert mode(tmp_path / "secret") == 0o600


def test_each_installation_has_a_secret_of_its_own(start: Callable[[], Screens], tmp_path: Path) -> None:
    first = start().secret
    (tmp_path / "secret").unlink()
    assert start().secret != first


def test_an_empty_secret_is_replaced_or_refused_in_readable_words(
    start: Callable[[], Screens], tmp_path: Path
) -> None:
    """A power cut can leave an empty file; the pages must not die of it at every start."""
    (tmp_path / "secret").write_bytes(b"")
    with contextlib.suppress(StartupError):  # to refuse is as good as to make a new one
        assert len(start().secret) >= 32


def test_log_ins_are_made_once(start: Callable[[], Screens], tmp_path: Path, ground: compose.Ground) -> None:
    screens = start()
    first = logins(tmp_path)
    assert [(user, role) for user, _, role in first] == [
        ("operator", "operator"),
        ("technician", "technician"),
        ("admin", "admin"),
        *((member.unit_id, "staff") for member in ground.site.staff),
    ]
    assert len({password for _, password, _ in first}) == len(first)
    assert mode(tmp_path / "logins.json") == 0o600
    user, password, role = first[0]
    session = screens.accounts.verify(user, password, now())
    assert session is not None
    assert session.role == role
    start()
    assert logins(tmp_path) == first


def test_every_role_can_log_in(start: Callable[[], Screens], tmp_path: Path) -> None:
    screens = start()
    roles = {}
    for user, password, _ in logins(tmp_path):
        session = screens.accounts.verify(user, password, now())
        assert session is not None
        roles[session.role] = session.unit_id
    assert set(roles) == set(ROLES)
    assert roles["staff"] == "u-02"


def test_a_lost_list_of_log_ins_changes_no_password(start: Callable[[], Screens], tmp_path: Path) -> None:
    start()
    user, password, _ = logins(tmp_path)[0]
    (tmp_path / "logins.json").unlink()
    screens = start()
    assert logins(tmp_path) == [], "what is not known is not invented"
    assert screens.accounts.verify(user, password, now()) is not None


def test_whoever_joins_the_staff_gets_a_log_in_at_the_next_start(
    start_with: Callable[[compose.Ground], Screens], ground: compose.Ground, tmp_path: Path
) -> None:
    start_with(ground)
    before = logins(tmp_path)
    site = msgspec.structs.replace(ground.site, staff=small_mall().staff[:3])
    grown = compose.Ground(site, ground.grid, ground.settings)
    start_with(grown)
    after = logins(tmp_path)
    assert [entry for entry in after if entry in before] == before
    assert [user for user, _, _ in after if user not in {known for known, _, _ in before}] == ["u-03"]


def test_a_command_before_the_bus_is_there_is_the_worlds_fault(start: Callable[[], Screens]) -> None:
    with pytest.raises(LinkError):
        asyncio.run(start().send(m.RequestSnapshot(by="x")))


def test_commands_go_where_the_host_said(start: Callable[[], Screens]) -> None:
    screens, sent = start(), list[Message]()

    async def bus(message: Message) -> None:
        sent.append(message)

    screens.attach(bus)
    command = m.OpenConnector(command_id="k1", by="operator/o", at=1, connector="lift-1")
    asyncio.run(screens.send(command))
    assert sent == [command]


def test_an_answer_reaches_who_waits_for_it(start: Callable[[], Screens]) -> None:
    screens = start()
    command = m.OpenConnector(command_id="k1", by="operator/o", at=1, connector="lift-1")
    other = m.CommandAnswered(seq=1, at=1, command_id="k2", accepted=False, reason="unknown_connector")
    answer = m.CommandAnswered(seq=2, at=1, command_id="k1", accepted=True)

    async def bus(_command: Message) -> None:
        for message in (m.RequestSnapshot(by="x"), other, answer):
            screens.heard(message)

    screens.attach(bus)
    assert asyncio.run(screens._hub.answers.ask(command, screens)) == answer


def test_its_clock_is_the_one_clock(start: Callable[[], Screens]) -> None:
    before, told, after = now(), start().now(), now()
    assert before <= told <= after


def test_screens_get_their_frames_and_events_and_nothing_else(start: Callable[[], Screens]) -> None:
    """The tap sees all that the service says."""
    screens = start()
    session = Session("x", "operator", None, "", "", "zh", 0)

    async def follow() -> list[object]:
        client = Client(session, "token")
        assert screens._hub.join(client)
        screens._hub.subscribe(client, ["calls"], "", {})
        while client.next() is not None:
            pass  # what there was before
        screens.said([m.RequestSnapshot(by="dashboard")])
        nothing = client.next()
        said = [m.RequestSnapshot(by="x"), m.ScreenEvent(topic="calls", seq=1, data=b'{"new":1}')]
        screens.said(said)
        return [nothing, client.next(), client.next()]

    assert asyncio.run(follow()) == [None, '{"new":1}', None]
