"""Replay: a recording's corner goes where it was told, its times become the present, mistakes are named."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import ConfigError
from contracts.messages import InstalledGateway, ScanReport
from contracts.quantities import SECOND
from runtime import broker
from runtime.cli import main
from runtime.recordings import Recording, read_recording, reports
from runtime.replay import place, running_broker, shift, signed
from runtime.settings import BrokerSettings, Settings
from tests.sites import small_mall

AT = 1_773_453_600_000_000
GATEWAYS = "gateway,floor,x_m,y_m,z_m\na,0,12,22,2.5\nb,0,18,22,\nc,1,12,30,2.5\n"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """10 x 20 m with its corner at (10, 20), three gateways, one tag."""
    folder = tmp_path_factory.mktemp("recording")
    (folder / "recording.toml").write_text(
        'title = "lab"\nwho_listens = "gateways"\nbounds_m = [10, 20, 20, 40]\n'
    )
    (folder / "gateways.csv").write_text(GATEWAYS)
    (folder / "observations.csv").write_text(
        "t_s,gateway,device,rssi_dbm\n100.0,a,tag,-60\n100.05,a,tag,-61\n100.3,b,tag,-70\n"
    )
    return read_recording(folder)


def spots(gateways: tuple[InstalledGateway, ...]) -> dict[str, tuple[str, float, float]]:
    return {g.gateway: (g.floor, round(g.x_m, 6), round(g.y_m, 6)) for g in gateways}


def test_the_corner_goes_where_it_was_told(recording: Recording) -> None:
    moved = place(recording, small_mall(), "L2:3,5.5")
    assert spots(moved) == {"a": ("L2", 5.0, 7.5), "b": ("L2", 11.0, 7.5), "c": ("L2", 5.0, 15.5)}
    assert [g.height_m for g in moved] == [g.height_m for g in recording.site.gateways]


def test_without_a_place_it_is_the_middle_of_the_ground_floor(recording: Recording) -> None:
    moved = spots(place(recording, small_mall(), ""))
    assert moved == {"a": ("L1", 27.0, 12.0), "b": ("L1", 33.0, 12.0), "c": ("L1", 27.0, 20.0)}


def test_the_ground_floor_is_the_one_of_ordinal_nought(recording: Recording) -> None:
    """Not the lowest: below a mall there are garages."""
    floors = tuple(
        msgspec.structs.replace(floor, ordinal=ordinal)
        for floor, ordinal in zip(small_mall().floors, (-1, 0), strict=True)
    )
    moved = place(recording, msgspec.structs.replace(small_mall(), floors=floors), "")
    assert {floor for floor, _, _ in spots(moved).values()} == {"L2"}


@settings(deadline=None)
@given(x=st.floats(-100, 100), y=st.floats(-100, 100))
def test_placing_moves_and_never_stretches(recording: Recording, x: float, y: float) -> None:
    before, after = recording.site.gateways, place(recording, small_mall(), f"L1:{x!r},{y!r}")
    moves = np.array([(b.x_m - a.x_m, b.y_m - a.y_m) for a, b in zip(before, after, strict=True)])
    np.testing.assert_allclose(moves, np.tile((x - 10, y - 20), (3, 1)), atol=1e-9)


def test_replayed_gateways_speak_our_own_format(recording: Recording) -> None:
    assert {g.vendor_format for g in place(recording, small_mall(), "")} == {"nearhand"}


@pytest.mark.parametrize(
    "where", ["L9:1,2", "L1", "L1:", "L1:1", "L1:1,2,3", "L1:one,two", ":1,2", "1,2", "L1:nan,2", "L1:1,inf"]
)
def test_a_place_that_is_none_is_refused_with_the_floors_there_are(recording: Recording, where: str) -> None:
    with pytest.raises(ConfigError, match="L1, L2") as caught:
        place(recording, small_mall(), where)
    assert repr(where) in str(caught.value)


def report(lead_s: float) -> ScanReport:
    return ScanReport(
        gateway="a",
        boot="recording",
        seq=7,
        started_at=AT,
        device_ids=("tag",),
        device=b"\0\0",
        rssi_dbm=b"\xc4",
        offset_ms=b"\0\0",
        received_at=AT + round(lead_s * SECOND),
    )


@settings(deadline=None)
@given(
    lead_s=st.floats(0, 0.1),
    speed=st.sampled_from([0.5, 1.0, 2.0, 10.0]),
    due=st.integers(AT, AT + 10**12),
)
def test_a_shifted_report_ends_when_it_is_due(lead_s: float, speed: float, due: int) -> None:
    sent = report(lead_s)
    lead = sent.started_at - sent.received_at
    got = shift(sent, "boot-1", lead, due, speed)
    assert got.boot == "boot-1"
    assert got.received_at == 0, "as a gateway sends it"
    assert abs((due - got.started_at) * speed + lead) <= speed
    same = {"gateway", "seq", "device_ids", "device", "rssi_dbm", "offset_ms"}
    assert all(getattr(got, name) == getattr(sent, name) for name in same)


def test_at_the_speed_of_life_observations_keep_their_distances(recording: Recording) -> None:
    due = AT
    for sent in reports(recording):
        got = shift(sent, "b", sent.started_at - sent.received_at, due, 1.0)
        assert got.started_at - due == sent.started_at - sent.received_at


def test_every_command_of_the_tool_is_signed_and_unique() -> None:
    one, other = signed(), signed()
    assert one["by"] == other["by"] == "operator/replay"
    assert one["command_id"] != other["command_id"]


def test_where_nothing_ever_ran_it_says_what_to_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nearhand up.*--broker") as caught:
        running_broker(tmp_path / "nothing")
    assert "nothing has run in" in str(caught.value)
    assert not (tmp_path / "nothing").exists(), "asking makes nothing"


def test_the_address_of_what_runs_there_is_found(tmp_path: Path) -> None:
    settings = Settings(broker=BrokerSettings(mqtt_port=2883))
    (tmp_path / "settings.json").write_bytes(msgspec.json.encode(settings))
    password = broker.load_credentials(tmp_path).services
    assert running_broker(tmp_path) == f"mqtt://services:{password}@127.0.0.1:2883"


def test_a_broker_of_ones_own_comes_first(tmp_path: Path) -> None:
    url = "mqtts://me:secret@broker.example:8883"
    settings = Settings(broker=BrokerSettings(url=url))
    (tmp_path / "settings.json").write_bytes(msgspec.json.encode(settings))
    assert running_broker(tmp_path) == url
    assert not (tmp_path / "broker.json").exists(), "no password is made that nobody needs"


def test_a_folder_that_is_no_recording_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(tmp_path), "--data", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err
