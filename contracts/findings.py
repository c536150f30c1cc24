"""What is wrong with a site's files: findings with file, feature and what was expected."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from contracts.findings_zh import chinese


class Finding(msgspec.Struct, frozen=True, order=True):
    """One thing to mend (``error``) or to look at (``warning``)."""

    severity: Literal["error", "warning"]
    file: str
    feature: str
    """Id of the feature or entry, or its place in the file; empty for the whole file."""
    text: str
    zh: str = ""
    """The same in Chinese, where it is a text of ours and not a library's."""

    def line(self) -> str:
        """``error: unit.geojson: L1-101: …``."""
        place = f"{self.file}: {self.feature}" if self.feature else self.file
        return f"{self.severity}: {place}: {self.text}"


def errors(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity == "error"]


def error(file: str, feature: str, text: str) -> Finding:
    return Finding("error", file, feature, text, chinese(text))


def warning(file: str, feature: str, text: str) -> Finding:
    return Finding("warning", file, feature, text, chinese(text))
