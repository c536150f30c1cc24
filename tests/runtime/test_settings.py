"""Settings: the shipped file is what the classes say, mistakes are named, few are enough."""

import itertools
import re
from pathlib import Path

import msgspec
import pytest

from contracts.errors import ConfigError
from runtime.settings import DEFAULTS, Settings, load_settings
from runtime.settings_doc import render


def test_the_shipped_file_is_fresh() -> None:
    assert DEFAULTS.read_text(encoding="utf-8") == render(), (
        "run: python -m runtime.settings_doc > config/nearhand.toml"
    )


def test_uncommented_it_gives_the_defaults(tmp_path: Path) -> None:
    text = re.sub(r"^#(\w+ = )", r"\1", render(), flags=re.M)
    text = "\n".join(line for line in text.splitlines() if not line.endswith("# none"))
    file = tmp_path / "all.toml"
    file.write_text(text, encoding="utf-8")
    assert load_settings(file) == Settings()


def test_every_setting_says_why() -> None:
    lines = render().splitlines()
    silent = [
        line
        for before, line in itertools.pairwise(lines)
        if re.match(r"#\w+ = ", line) and not before.startswith("# ")
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[http]\nprot = 1", "prot"),
        ("[broker]\nmqtt_port = 'x'", "mqtt_port"),
        ("[nothing]\n", "nothing"),
        ("[dispatcher]\noldest_factor = 3.0", "write patience_targets"),
        ("=", "read"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=complaint) as caught:
        load_settings(file)
    assert "mine.toml" in str(caught.value)


def test_json_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(msgspec.json.encode(Settings()))
    assert load_settings(file) == Settings()
