"""Tags to be enrolled, as pasted, read from a table or scanned one by one: understood line by line."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from contracts.addresses import canonical_address
from contracts.sitemap import Site
from contracts.wire import IDENTIFIER

KINDS: Final = ("asset", "loan")
"""What is enrolled by hand; staff are in the site's file, apps come with their call."""
CLASSES: Final = ("tag", "phone")
LINES_MAX: Final = 5_000
COLUMNS: Final = ("device_id", "kind", "subject", "device_class")
_BEACON: Final = re.compile(
    r"ibeacon:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:\d{1,5}:\d{1,5}|eddystone:[0-9a-f]{20}:[0-9a-f]{12}"
)


class Pasted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines, and what stands in where they say nothing."""

    text: str
    kind: str = "asset"
    subject: str = "tag-{n}"


class Line(msgspec.Struct, frozen=True):
    """One line. ``problem`` empty: it can be enrolled. ``other`` is what it clashes with."""

    line: int
    device_id: str
    kind: str
    subject: str
    device_class: str
    problem: str = ""
    other: str = ""


def read_lines(
    text: str, kind: str, subject: str, site: Site, enrolled: Mapping[str, str]
) -> tuple[Line, ...]:
    """Every line that is not empty; more than ``LINES_MAX`` are left out by the caller.

    Columns are device, kind, subject, class, split by comma, semicolon or tab, in this order or as a first
    line names them. ``kind`` and ``subject`` (with ``{n}`` for a number) stand in where a line has none.
    ``enrolled``: device → whose it is.
    """
    taken = {**enrolled, **{member.device_id: member.unit_id for member in site.staff}}
    gateways = {gateway.address: gateway.gateway for gateway in site.gateways if gateway.address}
    columns: tuple[str, ...] = COLUMNS
    lines: list[Line] = []
    seen: dict[str, int] = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        cells = [cell.strip().strip('"') for cell in re.split(r"[,;\t]", raw.lstrip("\ufeff"))]
        if not any(cells):
            continue
        if not lines and "device_id" in cells:
            columns = tuple(cells)
            continue
        known = dict(zip(columns, cells, strict=False))
        line = _line(number, known, kind, subject, len(lines) + 1)
        problem, other = _problem(line, seen, taken, gateways)
        seen.setdefault(line.device_id, number)
        lines.append(msgspec.structs.replace(line, problem=problem, other=other))
    return tuple(lines)


def _line(number: int, cells: Mapping[str, str], kind: str, subject: str, n: int) -> Line:
    device_id = cells.get("device_id", "")
    return Line(
        line=number,
        device_id=canonical_address(device_id) or device_id.lower(),
        kind=cells.get("kind") or kind,
        subject=cells.get("subject") or subject.replace("{n}", f"{n:03d}"),
        device_class=cells.get("device_class") or "tag",
    )


def _problem(
    line: Line, seen: Mapping[str, int], taken: Mapping[str, str], gateways: Mapping[str, str]
) -> tuple[str, str]:
    """A fixed word, and what it clashes with."""
    if canonical_address(line.device_id) is None and not _BEACON.fullmatch(line.device_id):
        return "bad_address", ""
    if line.device_id in seen:
        return "twice", str(seen[line.device_id])
    if line.device_id in gateways:
        return "is_a_gateway", gateways[line.device_id]
    if line.device_id in taken:
        return "enrolled_already", taken[line.device_id]
    if line.kind not in KINDS:
        return "bad_kind", line.kind
    if line.device_class not in CLASSES:
        return "bad_class", line.device_class
    if not IDENTIFIER.fullmatch(line.subject):
        return "bad_subject", line.subject
    return "", ""
