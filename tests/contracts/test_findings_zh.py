"""Every text of a finding has its Chinese words, with the same things named."""

import ast
import string
from pathlib import Path

import pytest

from contracts.findings import error
from contracts.findings_zh import TEXTS, chinese

ROOT = Path(__file__).parents[2]
SOURCES = [
    *(ROOT / "contracts").glob("*.py"),
    *(ROOT / "runtime" / f"{name}.py" for name in ("site_trial", "site_files", "map_import", "publishing")),
]
GENERAL = {"{} {}", "{}: {}"}
"""Texts that are put together of parts; what they become is tried below."""


def templates(node: ast.expr) -> list[str]:
    """The texts an expression may be, ``{}`` for each value in it."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts)]  # type: ignore[misc]
        case ast.IfExp(body=one, orelse=other):
            return templates(one) + templates(other)
    return []


def said() -> set[str]:
    """All texts of findings in the sources: given to ``error`` or ``warning``, or named ``text`` before."""
    found: set[str] = set()
    for file in SOURCES:
        content = file.read_text(encoding="utf-8")
        if "findings import" not in content:
            continue
        for node in ast.walk(ast.parse(content)):
            match node:
                case ast.Call(func=ast.Name(id="error" | "warning"), args=[_, _, text]):
                    found.update(templates(text))
                case ast.Assign(targets=[ast.Name(id="text" | "text_")], value=text):
                    found.update(templates(text))
    return found - GENERAL


def test_no_text_is_without_chinese_words() -> None:
    texts = said()
    assert len(texts) > 60
    missing = [text for text in sorted(texts) if not chinese(text.replace("{}", "x"))]
    assert missing == [], "put them into contracts/findings_zh.py"


@pytest.mark.parametrize("english", TEXTS)
def test_the_same_things_are_named(english: str) -> None:
    named = [f"<{n}>" for n in range(english.count("{}"))]
    words = chinese(english.format(*named))
    assert all(name in words for name in named)
    assert len(list(string.Formatter().parse(TEXTS[english]))) >= len(named)


def test_a_finding_has_both_and_a_strange_text_only_its_own() -> None:
    assert (
        error("site.toml", "", "nobody has the role 'medic' with first_aid").zh
        == "没有人有岗位 'medic' 且会 first_aid"
    )
    assert error("site.toml", "", "something else entirely").zh == ""
