import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.geometry import rectangle
from contracts.installation import (
    DEVICES_MAX,
    DeviceEntry,
    ZoneEntry,
    compact_devices,
    expand_devices,
    expand_zones,
    following_address,
    read_installation,
)
from contracts.messages import EnrolledDevice
from contracts.sitemap import Name, StaffMember
from tests.sites import small_mall

NAME = {"zh": "一", "en": "one"}
SITE = {"site": "one", "name": NAME, "timezone": "UTC", "latitude_deg": 1.0, "longitude_deg": 2.0}


def texts(document: dict[str, object]) -> list[str]:
    return [finding.line() for finding in read_installation(document)[1]]


def test_the_smallest_file_is_its_head() -> None:
    installation, findings = read_installation({"site": SITE})
    assert findings == []
    assert installation is not None
    assert installation.site.bearing_deg == 0.0
    assert installation.gateways == ()


def test_unknown_keys_are_refused_with_those_that_are_known() -> None:
    gateway = {"gateway": "g", "floor": "L1", "x_m": 1.0, "y_m": 2.0, "hight_m": 3.0}
    (text,) = texts({"site": SITE, "gateways": [gateway]})
    assert text.startswith(
        "error: site.toml: gateways 1 (g): unknown key 'hight_m', expected one of gateway,"
    )
    (text,) = texts({"site": SITE, "gatways": []})
    assert text.startswith("error: site.toml: gatways: unknown table")


def test_unknown_keys_are_found_deep_down() -> None:
    member = {
        "unit_id": "u-1",
        "name": {"zh": "一", "en": "one", "fr": "un"},
        "roles": ["medic"],
        "device_id": "x",
        "home_floor": "L1",
        "home": [1.0, 2.0],
        "shifts": [{"start_h": 0.0, "end_h": 24.0}, {"start": 3.0, "start_h": 0.0, "end_h": 24.0}],
    }
    found = texts({"site": SITE, "staff": [member]})
    assert any("unknown key 'name.fr', expected one of zh, en" in text for text in found)
    assert any("unknown key 'shifts[2].start'" in text for text in found)


def test_wrong_values_say_which_entry_and_what_was_expected() -> None:
    gateway = {"gateway": "g-7", "floor": "L1", "x_m": "left", "y_m": 2.0}
    (text,) = texts({"site": SITE, "gateways": [gateway]})
    assert text == "error: site.toml: gateways 1 (g-7): Expected `float`, got `str` - at `x_m`"
    assert texts({"site": SITE, "gateways": {"a": 1}})[0].endswith("expected a list of tables, got dict")


def test_without_a_head_there_is_no_installation() -> None:
    installation, findings = read_installation({})
    assert installation is None
    assert "missing required field `site`" in findings[0].text


def test_good_entries_survive_bad_neighbours() -> None:
    good = msgspec.to_builtins(small_mall().staff[0])
    installation, findings = read_installation({"site": SITE, "staff": [{"unit_id": "bad"}, good]})
    assert len(findings) == 1
    assert installation is not None
    assert installation.staff == (small_mall().staff[0],)
    assert isinstance(installation.staff[0], StaffMember)


def test_a_run_of_devices_counts_up_in_hexadecimal() -> None:
    entry = DeviceEntry("loan", "visitor-{n}", first_device_id="C3:00:00:00:00:FE", count=10)
    devices, findings = expand_devices([entry])
    assert findings == []
    assert devices[0] == EnrolledDevice("C3:00:00:00:00:FE", "loan", "visitor-01")
    assert devices[2].device_id == "C3:00:00:00:01:00"
    assert devices[9].subject == "visitor-10"


@pytest.mark.parametrize(
    "entry",
    [
        DeviceEntry("loan", "x"),
        DeviceEntry("loan", "x", "C3:00:00:00:00:01", "C3:00:00:00:00:01"),
        DeviceEntry("loan", "x", "C3:00:00:00:00:01", count=4),
        DeviceEntry("loan", "x", first_device_id="C3:00:00:00:00:01", count=0),
        DeviceEntry("loan", "x", first_device_id="C3:00:00:00:00:01", count=DEVICES_MAX + 1),
        DeviceEntry("loan", "x", first_device_id="c3-00-00-00-00-01", count=2),
    ],
)
def test_device_entries_that_make_no_sense_are_refused(entry: DeviceEntry) -> None:
    devices, findings = expand_devices([entry])
    assert devices == ()
    assert findings[0].feature == "devices 1 (x)"


device_lists = st.lists(
    st.builds(
        lambda kind, stem, first, count: expand_devices(
            [
                DeviceEntry(
                    kind,
                    stem + "-{n}",
                    first_device_id=following_address("C3:00:00:00:00:00", first),
                    count=count,
                )
            ]
        )[0],
        st.sampled_from(["loan", "asset"]),
        st.sampled_from(["visitor", "chair", "x1"]),
        st.integers(0, 2**20),
        st.integers(1, 30),
    ),
    max_size=4,
)


@given(device_lists)
def test_compacting_and_expanding_gives_the_same_devices(runs: list[tuple[EnrolledDevice, ...]]) -> None:
    devices = [device for run in runs for device in run]
    again, findings = expand_devices(compact_devices(devices))
    assert findings == []
    assert list(again) == devices


def test_four_hundred_tags_are_one_line() -> None:
    devices, _ = expand_devices(
        [DeviceEntry("loan", "visitor-{n}", first_device_id="C3:00:00:03:00:01", count=400)]
    )
    assert len(compact_devices(devices)) == 1


def test_a_zone_is_a_space_or_is_drawn() -> None:
    spaces, name = small_mall().spaces, Name("一", "one")
    ring = rectangle(1, 1, 2, 2).outer
    entries = [ZoneEntry("z-1", name, space="L1-hall"), ZoneEntry("z-2", name, floor="L2", outer=ring)]
    zones, findings = expand_zones(entries, spaces)
    assert findings == []
    assert (zones[0].floor, zones[0].polygon) == ("L1", spaces[0].polygon)
    assert (zones[1].floor, zones[1].polygon.outer) == ("L2", ring)
    _, findings = expand_zones([ZoneEntry("z", name, space="no"), ZoneEntry("y", name, floor="L1")], spaces)
    assert [finding.feature for finding in findings] == ["zones (z)", "zones (y)"]


toml_values = st.recursive(
    st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["site", "gateways", "staff", "zones", "devices", "x"]), toml_values))
def test_no_document_upsets_the_reader(document: dict[str, object]) -> None:
    installation, findings = read_installation(document)
    assert installation is not None or findings
