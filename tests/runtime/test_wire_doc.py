"""The wire's page is what the classes say."""

from pathlib import Path

from runtime.wire_doc import render

PAGE = Path(__file__).parents[2] / "docs" / "wire.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run: python -m runtime.wire_doc > docs/wire.md"
