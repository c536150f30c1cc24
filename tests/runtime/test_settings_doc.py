"""The settings file is written from the classes: all of them, in order, readable, and true."""

import re
import subprocess
import sys
import tomllib

import msgspec
import pytest

from runtime.settings import CLONE, Settings
from runtime.settings_doc import HEAD, render

SECTIONS = {field.name: type(field.default) for field in msgspec.structs.fields(Settings)}
LINE = re.compile(r"#(\w+) = (.*)")


def documented() -> dict[str, dict[str, str]]:
    """Section → setting → its default as written."""
    found: dict[str, dict[str, str]] = {}
    for line in render().splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = section = {}
        elif match := LINE.fullmatch(line):
            section[match[1]] = match[2]
    return found


def test_every_section_and_every_setting_is_there_in_order() -> None:
    wanted = {
        section: [field.encode_name for field in msgspec.structs.fields(kind)]
        for section, kind in SECTIONS.items()
    }
    got = {section: list(settings) for section, settings in documented().items()}
    assert got == wanted
    assert list(got) == list(wanted)


@pytest.mark.parametrize("section", SECTIONS)
def test_what_is_written_is_the_default(section: str) -> None:
    for field in msgspec.structs.fields(SECTIONS[section]):
        default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
        written = documented()[section][field.encode_name]
        if default is None:
            assert written == '""   # none'
            continue
        read = tomllib.loads(f"value = {written}")["value"]
        assert msgspec.convert(read, field.type) == default, field.name


def test_as_shipped_it_changes_nothing() -> None:
    """Every line is a comment: the file may be given as it is."""
    read = tomllib.loads(render())
    assert read == {section: {} for section in SECTIONS}
    assert msgspec.convert(read, Settings) == Settings()


def test_it_says_how_it_is_made_and_fits_a_screen() -> None:
    assert render().startswith(HEAD)
    assert "Generated: python -m runtime.settings_doc > config/nearhand.toml" in HEAD
    too_long = [line for line in render().splitlines() if len(line) > 110 and line.startswith("# ")]
    assert too_long == []


def test_reasons_stand_above_their_settings() -> None:
    text = render()
    port = text.index("#port = 8080")
    assert text[:port].endswith("# Of the pages and their socket.\n")


def test_the_command_writes_it_to_standard_output() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "runtime.settings_doc"],
        cwd=CLONE,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.decode() == render()
    assert done.stderr == b""
