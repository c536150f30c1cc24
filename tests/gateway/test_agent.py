import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import messages as m
from contracts import wire
from contracts.columns import observations
from contracts.messages import Message
from contracts.quantities import MILLISECOND, SECOND, Instant
from gateway.agent import AdvertHeard, AgentService, AllowList, read_config
from gateway.settings import AgentSettings
from tests.gateway.builders import OTHER, START, TAG, ingest, own

ROOT = Path(__file__).parents[2]
PLAIN = bytes.fromhex("0201061aff4c000215b5b182c7eab14988aa99b5c1517008d90001cf64c5")
IDENTITY = "ibeacon:b5b182c7-eab1-4988-aa99-b5c1517008d9:1:53092"
PHONE = bytes.fromhex("02011a020a0c0aff4c001005441cbd08c5")
BATTERY = bytes.fromhex("020106020a001216abfe4000140b980001f95bc0ec4e56200107094e6f74696679")


def press(count: int = 6) -> bytes:
    return bytes.fromhex(f"0201060f16e0fe2202{count:04x}0000000000010000")


def agent(config: m.GatewayConfig | None = None, **settings: Any) -> AgentService:
    made = AgentService(AgentSettings(gateway="gw-1", **settings), "b", START)
    if config is not None:
        assert made.configure(wire.encode(config))
    made.wake(START)
    return made


def hear(
    service: AgentService, adv: bytes = PLAIN, address: str = TAG, rssi: int = -60, at: Instant = START
) -> list[m.ScanReport]:
    heard = AdvertHeard(address=address, rssi_dbm=rssi, heard_at=at, adv=adv)
    return [x for x in service.receive(heard, at) if isinstance(x, m.ScanReport)]


def report(service: AgentService, at: Instant = START + 200 * MILLISECOND) -> m.ScanReport:
    (found,) = (x for x in service.wake(at) if isinstance(x, m.ScanReport))
    return found


def status(messages: list[Message] | Any) -> dict[str, Any]:
    (found,) = (x for x in messages if isinstance(x, m.GatewayStatus))
    return found.fields


def test_adverts_are_gathered_and_leave_together() -> None:
    service = agent()
    for number in range(4):
        assert (
            hear(service, address=(TAG, OTHER)[number % 2], rssi=-60 - number, at=START + number * 10_000)
            == []
        )
    assert service.wake_at() == START + 200 * MILLISECOND
    found = report(service)
    assert (found.gateway, found.boot, found.seq, found.started_at) == ("gw-1", "b", 1, START)
    assert found.device_ids == (TAG, OTHER)
    columns = observations(found)
    assert columns.device.tolist() == [0, 1, 0, 1]
    assert columns.rssi_dbm.tolist() == [-60, -61, -62, -63]
    assert columns.offset_ms.tolist() == [0, 10, 20, 30]


def test_an_alarm_does_not_wait() -> None:
    service = agent()
    assert hear(service) == []
    (found,) = hear(service, press(), at=START + 5000)
    assert found.adverts == {1: press()}
    assert hear(service, press(), at=START + 9000) == [], "its repeats do"
    assert len(hear(service, press(7), at=START + SECOND)) == 1


def test_a_press_goes_along_while_it_lasts_for_whoever_was_restarted() -> None:
    """The first word is urgent; the others go with the batch, and a new ingest hears them within seconds."""
    service = agent()
    passed_on = []
    for number in range(80):  # eight seconds
        at = START + number * 100 * MILLISECOND
        reports = [*hear(service, press(), at=at), *service.wake(at)]
        passed_on += [at for x in reports if isinstance(x, m.ScanReport) and x.adverts]
    assert passed_on[0] == START
    assert len(passed_on) == 4
    released = bytes.fromhex("0201060f16e0fe220000060000000000010000")
    assert hear(service, released, at=START + 9 * SECOND) == []


def test_batteries_go_along_once_in_a_while() -> None:
    service = agent()
    hear(service, BATTERY)
    hear(service, BATTERY, at=START + 1000)
    assert report(service).adverts == {0: BATTERY}
    hear(service, BATTERY, at=START + 61 * SECOND)
    assert report(service, START + 62 * SECOND).adverts == {0: BATTERY}


def test_what_the_agent_passes_on_becomes_a_press_at_the_ingest() -> None:
    service, receiver = agent(), ingest(TAG)
    (found,) = hear(service, press())
    out = receiver.receive(own(found), START)
    assert [type(message) for message in out] == [m.ButtonPressed, m.ScanReport]


def test_phones_and_impossible_values_are_dropped_and_counted() -> None:
    service = agent()
    hear(service, PHONE)
    hear(service, rssi=-127)
    hear(service, rssi=0)
    fields = status(service.wake(START + 10 * SECOND))
    assert (fields["dropped_phones"], fields["dropped_bad_rssi"], fields["heard"]) == (1.0, 2.0, 3.0)


def test_an_allow_list_passes_names_and_families() -> None:
    service = agent(m.GatewayConfig(allow=(OTHER, "ibeacon:b5b182c7-eab1-4988-aa99-b5c1517008d9:*")))
    hear(service, address=TAG)
    hear(service, BATTERY, address=OTHER)
    hear(service, BATTERY, address="C3:00:00:00:00:09")
    assert report(service).device_ids == (IDENTITY, OTHER)
    assert status(service.wake(START + 10 * SECOND))["dropped_not_allowed"] == 1.0


def test_beacons_whose_address_rotates_go_by_their_own_name() -> None:
    service = agent()
    hear(service, address="52:10:A8:46:90:AC")
    hear(service, address="C3:10:A8:46:90:AC")
    hear(service, address="not an address")
    assert report(service).device_ids == (IDENTITY, "C3:10:A8:46:90:AC", "not an address")
    service = agent(prefer_identity=True)
    hear(service, address="C3:10:A8:46:90:AC")
    assert report(service).device_ids == (IDENTITY,)


def test_a_chatty_tag_is_thinned_and_a_big_batch_leaves_early() -> None:
    service = agent(per_device_max=3, batch_max=6)
    for number in range(10):
        hear(service, at=START + number)
    sent = [x for number in range(3) for x in hear(service, address=f"C3:00:00:00:00:0{number}")]
    assert len(observations(sent[0]).device) == 6
    assert status(service.wake(START + 10 * SECOND))["dropped_thinned"] == 7.0


@given(st.lists(st.integers(-100_000, 100_000), min_size=1, max_size=30))
def test_a_clock_that_leaps_begins_a_new_report(offsets_ms: list[int]) -> None:
    service = agent()
    found: list[m.ScanReport] = []
    for offset in offsets_ms:
        found += hear(service, at=START + offset * MILLISECOND)
    found += [x for x in service.wake(START + 10**12) if isinstance(x, m.ScanReport)]
    times = [
        (one.started_at - START) // MILLISECOND + int(offset)
        for one in found
        for offset in observations(one).offset_ms
    ]
    assert len(times) + int(status([service.status(START)]).get("dropped_thinned", 0)) == len(offsets_ms)
    assert set(times) <= set(offsets_ms)
    assert [one.seq for one in found] == list(range(1, len(found) + 1))


def test_the_heartbeat_counts() -> None:
    service = agent(heartbeat_s=10.0)
    for number in range(50):
        hear(service, at=START + number)
    fields = status(service.wake(START + 10 * SECOND))
    assert (fields["adverts_per_s"], fields["uptime_s"], fields["boot"]) == (5.0, 10.0, "b")
    assert service.wake_at() == START + 20 * SECOND


def test_configuration_from_afar_is_obeyed_and_reported() -> None:
    config = read_config(b'{"allow":["a","b*"],"batch_ms":100,"unknown":1}', "gw-1")
    assert config == m.GatewayConfig(allow=("a", "b*"), batch_ms=100)
    assert read_config(b"", "gw-1") == m.GatewayConfig(gateway="gw-1")
    mine = m.GatewayConfig(gateway="gw-1", at=START, allow=("a", "b*"), batch_ms=100)
    assert read_config(wire.encode(mine), "gw-1") == mine == read_config(wire.encode_json(mine), "gw-1")
    service = agent()
    assert service.configure(wire.encode(mine))
    fields = status(service.wake(START + MILLISECOND))
    assert fields["config_at_s"] == START / SECOND, "at once, not at the next heartbeat"
    assert (fields["config_batch_ms"], fields["config_per_device_max"]) == (100.0, 5.0)
    assert fields["config_allowed"] == 2.0
    hear(service, address="bcd")
    assert service.wake_at() == START + 100 * MILLISECOND
    assert service.configure(b"")
    fields = status(service.wake(START + SECOND))
    assert (fields["config_at_s"], fields["config_batch_ms"]) == (0.0, 200.0), "as in the file again"
    assert "config_allowed" not in fields


@pytest.mark.parametrize(
    "data",
    [
        b'{"batch_ms":"fast"}',
        b'{"batch_ms":5}',
        b'{"per_device_max":0}',
        b"{",
        b"\xff\xfe",
        b"[]",
        wire.encode(m.GatewayConfig(gateway="gw-2", batch_ms=100)),
        wire.encode(m.GatewayStatus(gateway="gw-1", online=True, at=0)),
    ],
)
def test_a_configuration_that_is_none_changes_nothing_and_is_reported(data: bytes) -> None:
    service = agent(m.GatewayConfig(batch_ms=100))
    assert not service.configure(data)
    fields = status(service.wake(START + MILLISECOND))
    assert "bad_config" in fields["config_error"]
    assert (fields["config_batch_ms"], fields["dropped_bad_config"]) == (100.0, 1.0)
    assert service.configure(wire.encode(m.GatewayConfig(batch_ms=50)))
    assert "config_error" not in status(service.wake(START + 2 * MILLISECOND))


@given(st.binary(max_size=60))
def test_no_bytes_on_the_configuration_topic_stop_an_agent(data: bytes) -> None:
    agent().configure(data)


def test_nobody_is_on_an_empty_list() -> None:
    assert "a" not in AllowList(())
    assert "a" in AllowList(None)
    assert "ab" in AllowList(("a*",))


def test_the_agent_needs_no_numpy() -> None:
    """A Raspberry Pi has better things to do than to compile it."""
    program = (
        "import sys, gateway.agent, gateway.spool, gateway.outbox, gateway.adapters.disk\n"
        "heavy = {'numpy', 'scipy', 'shapely', 'fastapi', 'uvicorn', 'sqlalchemy'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
