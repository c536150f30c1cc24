"""``nearhand record``: without a system that runs it says so."""

from pathlib import Path

import pytest

from runtime.cli import main


def test_nothing_to_listen_to_is_a_readable_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "never-started"
    assert main(["record", str(tmp_path / "out"), "--data", str(data)]) == 2
    said = capsys.readouterr().err
    assert str(data) in said
    assert "nearhand up" in said
    assert not (tmp_path / "out").exists()
