import pytest

from contracts.errors import ConfigError, WireError
from gateway.formats.base import Clue
from gateway.formats.mapping import JsonMapping
from gateway.formats.table import BY_NAME, FORMATS, detect_format, format_named, formats_by_name

MAPPING = JsonMapping(device="mac", rssi_dbm="rssi")


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(FORMATS) == 20


def test_a_wrong_name_is_refused_with_the_right_ones() -> None:
    assert format_named("ruuvi").name == "ruuvi"
    with pytest.raises(ConfigError, match="expected one of auto nearhand"):
        format_named("ruvi")


def test_own_mappings_stand_beside_the_built_in_formats() -> None:
    assert formats_by_name({"acme": MAPPING})["acme"].name == "acme"
    with pytest.raises(ConfigError, match="built-in"):
        formats_by_name({"minew": MAPPING})


@pytest.mark.parametrize("payload", [b"hello", b"{}", b"[]", b"[1]", b"\xff\xff", b"null", b"7"])
def test_what_nobody_knows_is_refused(payload: bytes) -> None:
    with pytest.raises(WireError, match="unknown_format"):
        detect_format(Clue("a/b", payload))


def test_nothing_is_empty() -> None:
    with pytest.raises(WireError, match="empty"):
        detect_format(Clue("a/b", b""))


def test_broken_json_says_so() -> None:
    with pytest.raises(WireError, match="not_json"):
        detect_format(Clue("a/b", b'{"gw_mac":"C8'))
