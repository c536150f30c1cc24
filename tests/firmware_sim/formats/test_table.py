"""Every format, read back by the ingest's own decoders, which were made from the vendors' real messages."""

import pytest

from contracts.errors import ConfigError
from firmware_sim.formats.table import FORMATS, formats_of
from gateway.formats.base import Clue
from gateway.formats.table import detect_format, format_named
from tests.firmware_sim.builders import rng, speaking
from tests.firmware_sim.formats.batches import batch, condition, heard_at, installed, read, tags
from tests.sites import small_mall

VENDORS = sorted(set(FORMATS) - {"nearhand"})
TOLERANCE = {
    "minew": 1_000,
    "moko": 1_000_000,
    "ruuvi": 1_000_000,
    "ingics": 1_000,
    "april_brother": 1_300_000,
    "kkm": None,
    "openmqttgateway": None,
    "espresense": None,
}
"""Microseconds by which a format's time is cut; None = it tells no absolute time."""


@pytest.mark.parametrize("name", VENDORS)
def test_devices_levels_and_gateway_come_through(name: str) -> None:
    known = tags()
    sent = batch(gateway=installed(name))
    found = read(name, FORMATS[name].encode(sent, known))
    assert len(found) == len(sent.device)
    details = format_named(name)
    for number, (gateway, sighting) in enumerate(found):
        assert gateway in ("AC:23:3F:C0:36:41", "gw-L1-01")
        assert sighting.rssi_dbm == pytest.approx(-60 - number, abs=0.01)
        identity = details.identity(sighting) or sighting.device if hasattr(details, "identity") else ""
        wanted = known.beacons.ids[int(sent.device[number])]
        if wanted.startswith("ibeacon:"):
            told = sighting.adv or identity
            assert told, f"{name} must tell the beacon's identity"
        else:
            assert sighting.device == wanted


@pytest.mark.parametrize("name", [name for name in VENDORS if TOLERANCE[name] is not None])
def test_times_are_the_gateways_own(name: str) -> None:
    sent = batch(gateway=installed(name))
    for number, (_, sighting) in enumerate(read(name, FORMATS[name].encode(sent, tags()))):
        assert sighting.at is not None
        assert abs(sighting.at - heard_at(number)) <= (TOLERANCE[name] or 0)


@pytest.mark.parametrize("name", [name for name in VENDORS if TOLERANCE[name] is None])
def test_formats_without_absolute_time_tell_none(name: str) -> None:
    found = read(name, FORMATS[name].encode(batch(gateway=installed(name)), tags()))
    assert all(s.basis not in ("gateway_unix_s", "gateway_iso_utc", "gateway_unix_ms") for _, s in found)


@pytest.mark.parametrize("name", VENDORS)
def test_a_message_bears_the_signs_of_its_format(name: str) -> None:
    for topic, payload in FORMATS[name].encode(batch(gateway=installed(name)), tags()):
        assert detect_format(Clue(topic, payload)).name == name


@pytest.mark.parametrize("name", VENDORS)
def test_status_is_no_sighting(name: str) -> None:
    for online in (True, False):
        for topic, payload in FORMATS[name].status(condition(name, online)):
            decoded = format_named(name).decode(Clue(topic, payload))
            assert decoded.kind in ("gateway_status", "gateway_heartbeat") or not decoded.sightings


def test_the_sites_word_holds_and_the_rest_is_dealt_by_shares() -> None:
    site = speaking("auto")
    formats = formats_of(site.gateways, {"minew": 0.25, "ruuvi": 0.125}, rng())
    names = [known.name for known in formats]
    assert (names.count("minew"), names.count("ruuvi"), names.count("nearhand")) == (4, 2, 10)
    own = formats_of(small_mall().gateways, {"kkm": 1.0}, rng())
    assert [known.name for known in own] == [gateway.vendor_format for gateway in small_mall().gateways]


@pytest.mark.parametrize(
    ("formats", "mix", "words"),
    [
        (("zigbee",), {}, "zigbee"),
        (("auto",), {"lora": 0.5}, "lora"),
        (("auto",), {"kkm": 0.7, "moko": 0.7}, "1.4"),
    ],
)
def test_what_cannot_be_simulated_is_refused_by_name(
    formats: tuple[str, ...], mix: dict[str, float], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        formats_of(speaking(*formats).gateways, mix, rng())
