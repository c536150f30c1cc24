"""The command: every verb helps, mistakes are one readable paragraph and status 2."""

import subprocess
import sys
from pathlib import Path

import pytest

from runtime.cli import VERBS, main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_helps(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert f"nearhand {verb}" in capsys.readouterr().out


def test_without_a_verb_it_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    listed = capsys.readouterr().out
    assert all(verb in listed for verb in VERBS)


def test_an_operators_error_is_a_paragraph_not_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "settings.toml"
    wrong.write_text("[http]\nprot = 80\n")
    assert main(["up", "--config", str(wrong), "--data", str(tmp_path / "data")]) == 2
    said = capsys.readouterr().err
    assert "settings.toml" in said
    assert "prot" in said
    assert "Traceback" not in said


def test_the_launcher_runs_the_command() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "nearhand", "--help"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={"NEARHAND_VENV": str(Path(sys.executable).parent.parent), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    assert "evaluate" in done.stdout
