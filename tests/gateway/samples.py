"""The recorded messages and adverts of real gateways, and how they are compared (their README says how)."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "gateway-samples"
CAPTURE = FOLDER.parent / "mqtt-capture-10gw" / "capture.jsonl"
TOLERANCE = 0.01

needs_samples = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"the recorded samples are not here: {FOLDER} is absent"
)


def lines(name: str) -> list[dict[str, Any]]:
    """The lines of one file; none where the samples are absent."""
    file = FOLDER / name
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def message_lines() -> list[dict[str, Any]]:
    files = sorted(FOLDER.glob("*.jsonl")) if FOLDER.is_dir() else []
    return [line for file in files if file.name != "adverts.jsonl" for line in lines(file.name)]


def differences(expected: Any, got: Any, path: str = "") -> list[str]:
    """Where ``got`` lacks something expected or says it otherwise. More than expected is no difference."""
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return [f"{path}: expected an object, got {got!r}"]
        return [
            text
            for key, value in expected.items()
            for text in differences(value, got.get(key, "<missing>"), f"{path}.{key}")
        ]
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            return [f"{path}: expected {len(expected)} entries, got {got!r}"]
        return [
            text
            for index, (one, other) in enumerate(zip(expected, got, strict=True))
            for text in differences(one, other, f"{path}[{index}]")
        ]
    if _is_number(expected) and _is_number(got):
        return [] if abs(expected - got) <= TOLERANCE else [f"{path}: expected {expected}, got {got}"]
    same = type(expected) is type(got) and expected == got
    return [] if same else [f"{path}: expected {expected!r}, got {got!r}"]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
