"""What differs between two descriptions of a site, entry by entry: what somebody reads before publishing."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

import msgspec

from contracts.sitemap import Site

TABLES: Final = (
    ("floors", "floor"),
    ("spaces", "space_id"),
    ("connectors", "connector_id"),
    ("gateways", "gateway"),
    ("depots", "depot"),
    ("zones", "zone"),
    ("spots", "spot"),
    ("items", "item"),
    ("roles", "role"),
    ("services", "service"),
    ("staff", "unit_id"),
    ("devices", "device_id"),
)
"""Tables whose entries have an id, and the id's name."""
NAMELESS: Final = ("walls", "doors", "fixtures", "amenities")
"""Tables whose entries are told apart by what they are; only their number is told."""
HEAD: Final = ("site", "name", "timezone", "latitude_deg", "longitude_deg", "bearing_deg", "desk_phone")
TEXT_MAX: Final = 120
"""Characters of a value that are told; polygons are long."""


class FieldChange(msgspec.Struct, frozen=True):
    """A field of an entry, before and after, as JSON; empty where there was or is nothing."""

    field: str
    before: str
    after: str


class Change(msgspec.Struct, frozen=True):
    """One entry that is new, gone or different. ``id`` is empty for tables without ids and the head."""

    table: str
    id: str
    action: Literal["added", "removed", "changed"]
    fields: tuple[FieldChange, ...] = ()


def site_changes(before: Site, after: Site) -> list[Change]:
    """All differences but the revision; empty when both say the same."""
    head = _fields(HEAD, before, after)
    changes = [Change("site", "", "changed", head)] if head else []
    for table, key in TABLES:
        changes += _entries(table, key, getattr(before, table), getattr(after, table))
    for table in NAMELESS:
        changes += _counted(table, getattr(before, table), getattr(after, table))
    return changes


def _entries(
    table: str, key: str, before: Iterable[msgspec.Struct], after: Iterable[msgspec.Struct]
) -> Iterator[Change]:
    old = {getattr(entry, key): entry for entry in before}
    new = {getattr(entry, key): entry for entry in after}
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield Change(table, name, "removed")
        elif name not in old:
            yield Change(table, name, "added")
        elif old[name] != new[name]:
            fields = _fields(old[name].__struct_fields__, old[name], new[name])
            yield Change(table, name, "changed", fields)


def _counted(table: str, before: Iterable[Any], after: Iterable[Any]) -> Iterator[Change]:
    """How many entries went and came: ``-3``, ``+5``."""
    old, new = Counter(map(_key, before)), Counter(map(_key, after))
    gone, came = (old - new).total(), (new - old).total()
    if gone or came:
        yield Change(table, "", "changed", (FieldChange("number", f"-{gone}", f"+{came}"),))


def _key(entry: Any) -> bytes:
    return msgspec.json.encode(entry)


def _fields(names: Iterable[str], before: object, after: object) -> tuple[FieldChange, ...]:
    return tuple(
        change for name in names for change in _values(name, getattr(before, name), getattr(after, name))
    )


def _values(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    """What differs within a value: ``needs[1].target_s`` rather than all needs twice."""
    if before == after:
        return
    if isinstance(before, msgspec.Struct) and type(before) is type(after):
        for name in before.__struct_fields__:
            yield from _values(f"{path}.{name}", getattr(before, name), getattr(after, name))
    elif _of_structs(before) and _of_structs(after):
        for number, (one, other) in enumerate(itertools.zip_longest(before, after), start=1):
            yield from _values(f"{path}[{number}]", one, other)
    else:
        yield FieldChange(path, _text(before), _text(after))


def _of_structs(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(part, msgspec.Struct) for part in value)


def _text(value: object) -> str:
    if value is None:
        return ""
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 1] + "…"
