"""``site.toml``: what is installed in the building, and the rules of the house. Unknown keys are refused.

Its tables have the fields of the structs in ``contracts/sitemap.py``, with two short forms:

* ``devices`` entries may stand for many: ``first_device_id`` and ``count``, and ``{n}`` in ``subject``;
  addresses count up in hexadecimal, subjects from 1.
* ``zones`` entries may name a space (``space = "L3-food-court"``) instead of drawing a polygon.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from contracts.findings import Finding, error
from contracts.messages import EnrolledDevice, InstalledGateway
from contracts.sitemap import (
    Anchor,
    Depot,
    Item,
    Name,
    Polygon,
    Ring,
    Role,
    ServiceKind,
    Space,
    Spot,
    StaffMember,
    Zone,
)

FILE: Final = "site.toml"
DEVICES_MAX: Final = 20_000
"""Devices one entry may stand for."""

_T = TypeVar("_T")


class SiteHead(msgspec.Struct, frozen=True):
    """The table ``[site]``."""

    site: str
    name: Name
    timezone: str
    latitude_deg: float
    longitude_deg: float
    bearing_deg: float = 0.0
    revision: int = 1
    desk_phone: str = ""


class DeviceEntry(msgspec.Struct, frozen=True):
    """One device, or ``count`` devices with addresses counting up from ``first_device_id``."""

    kind: Literal["staff", "asset", "loan", "app"]
    subject: str
    device_id: str | None = None
    first_device_id: str | None = None
    count: int = 1
    device_class: str = "tag"


class ZoneEntry(msgspec.Struct, frozen=True):
    """A zone drawn here, or one that is a space of the map."""

    zone: str
    name: Name
    space: str | None = None
    floor: str | None = None
    outer: Ring | None = None


class Installation(msgspec.Struct, frozen=True):
    """The whole file."""

    site: SiteHead
    gateways: tuple[InstalledGateway, ...] = ()
    depots: tuple[Depot, ...] = ()
    items: tuple[Item, ...] = ()
    roles: tuple[Role, ...] = ()
    services: tuple[ServiceKind, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    spots: tuple[Spot, ...] = ()
    zones: tuple[ZoneEntry, ...] = ()
    devices: tuple[DeviceEntry, ...] = ()
    anchors: tuple[Anchor, ...] = ()


LISTS: Final = tuple(name for name in Installation.__struct_fields__ if name != "site")


def read_installation(document: Mapping[str, Any]) -> tuple[Installation | None, list[Finding]]:
    """A parsed ``site.toml``, and what is wrong with it; None where ``[site]`` itself is wrong."""
    findings = [
        error(FILE, key, f"unknown table, expected one of {', '.join(Installation.__struct_fields__)}")
        for key in document
        if key not in Installation.__struct_fields__
    ]
    heads = list(_entries("site", [document.get("site", {})], SiteHead, findings))
    types = get_type_hints(Installation)
    lists: dict[str, tuple[Any, ...]] = {}
    for name in LISTS:
        raw = document.get(name, [])
        if not isinstance(raw, list):
            findings.append(error(FILE, name, f"expected a list of tables, got {type(raw).__name__}"))
            raw = []
        lists[name] = tuple(_entries(name, raw, get_args(types[name])[0], findings))
    return (Installation(site=heads[0], **lists) if heads else None), findings


def _entries(table: str, raw: Sequence[object], of: type[_T], findings: list[Finding]) -> Iterator[_T]:
    """The entries of a table that fit; the others are reported."""
    for number, entry in enumerate(raw, start=1):
        place = table if table == "site" else _place(table, number, entry, of)
        strange = list(unknown_keys(entry, of))
        findings += [error(FILE, place, text) for text in strange]
        try:
            converted = msgspec.convert(entry, of)
        except msgspec.ValidationError as cause:
            findings.append(error(FILE, place, str(cause).replace("`$.", "`").replace(" - at `$`", "")))
            continue
        if not strange:
            yield converted


def _place(table: str, number: int, entry: object, of: type) -> str:
    """``staff 3 (u-03)``: the first field of each struct is its id."""
    first = of.__struct_fields__[0]  # type: ignore[attr-defined]
    known = entry.get(first) if isinstance(entry, dict) else None
    return f"{table} {number}" + (f" ({known})" if known is not None else "")


def unknown_keys(value: object, of: Any, path: str = "") -> Iterator[str]:
    """A text for each key of a table (and of the tables in it) that its struct does not have."""
    if get_origin(of) in (Union, UnionType):
        of = next((part for part in get_args(of) if part is not type(None)), None)
    if get_origin(of) is tuple and isinstance(value, list):
        for number, part in enumerate(value, start=1):
            yield from unknown_keys(part, get_args(of)[0], f"{path}[{number}]")
    elif isinstance(of, type) and issubclass(of, msgspec.Struct) and isinstance(value, dict):
        fields = {field.encode_name: field.type for field in msgspec.structs.fields(of)}
        for key, part in value.items():
            where = f"{path}.{key}" if path else str(key)
            if key in fields:
                yield from unknown_keys(part, fields[key], where)
            else:
                yield f"unknown key {where!r}, expected one of {', '.join(fields)}"


def expand_devices(entries: Sequence[DeviceEntry]) -> tuple[tuple[EnrolledDevice, ...], list[Finding]]:
    """Every device by itself."""
    devices: list[EnrolledDevice] = []
    findings = []
    for number, entry in enumerate(entries, start=1):
        place = f"devices {number} ({entry.subject})"
        first = entry.device_id or entry.first_device_id
        if first is None or (entry.device_id and (entry.first_device_id or entry.count != 1)):
            text = "expected either device_id, or first_device_id with count"
        elif not 1 <= entry.count <= DEVICES_MAX:
            text = f"count is {entry.count}, expected 1 to {DEVICES_MAX}"
        elif entry.first_device_id and not _ADDRESS.fullmatch(first):
            text = f"first_device_id {first!r}, expected an address such as C3:00:00:25:EF:6A"
        else:
            width = len(str(entry.count))
            for n in range(entry.count):
                subject = entry.subject.replace("{n}", str(n + 1).zfill(width))
                device_id = following_address(first, n) if n else first
                devices.append(EnrolledDevice(device_id, entry.kind, subject, entry.device_class))
            continue
        findings.append(error(FILE, place, text))
    return tuple(devices), findings


_ADDRESS: Final = re.compile(r"([0-9A-F]{2}:){5}[0-9A-F]{2}")


def following_address(address: str, steps: int) -> str:
    """The radio address so many steps after this one."""
    value = f"{(int(address.replace(':', ''), 16) + steps) % 2**48:012X}"
    return ":".join(value[i : i + 2] for i in range(0, 12, 2))


def expand_zones(
    entries: Sequence[ZoneEntry], spaces: Sequence[Space]
) -> tuple[tuple[Zone, ...], list[Finding]]:
    """Every zone with its polygon."""
    known = {space.space_id: space for space in spaces}
    zones, findings = [], []
    for entry in entries:
        if entry.space is not None and entry.space in known:
            space = known[entry.space]
            zones.append(Zone(entry.zone, space.floor, space.polygon, entry.name))
        elif entry.space is None and entry.floor is not None and entry.outer is not None:
            zones.append(Zone(entry.zone, entry.floor, Polygon(entry.outer), entry.name))
        else:
            text = f"space {entry.space!r} is not in unit.geojson" if entry.space else _ZONE_TEXT
            findings.append(error(FILE, f"zones ({entry.zone})", text))
    return tuple(zones), findings


_ZONE_TEXT: Final = "expected either space, or floor and outer (a list of corners in metres)"


def compact_devices(devices: Sequence[EnrolledDevice]) -> list[DeviceEntry]:
    """Runs of consecutive addresses as one entry each: the inverse of ``expand_devices``."""
    entries: list[DeviceEntry] = []
    start = 0
    while start < len(devices):
        end = start + 1
        while end < len(devices) and _continues(devices[start], devices[end], end - start):
            end += 1
        entries += _run(devices[start:end])
        start = end
    return entries


def _continues(first: EnrolledDevice, other: EnrolledDevice, steps: int) -> bool:
    return (
        _ADDRESS.fullmatch(first.device_id) is not None
        and other.device_id == following_address(first.device_id, steps)
        and (other.kind, other.device_class) == (first.kind, first.device_class)
        and re.sub(r"\d+$", "", other.subject) == re.sub(r"\d+$", "", first.subject)
    )


def _run(devices: Sequence[EnrolledDevice]) -> list[DeviceEntry]:
    first, count = devices[0], len(devices)
    pattern = re.sub(r"\d+$", "{n}", first.subject)
    width = len(str(count))
    expected = [pattern.replace("{n}", str(n).zfill(width)) for n in range(1, count + 1)]
    if count > 1 and "{n}" in pattern and [device.subject for device in devices] == expected:
        entry = DeviceEntry(
            first.kind,
            pattern,
            first_device_id=first.device_id,
            count=count,
            device_class=first.device_class,
        )
        return [entry]
    return [
        DeviceEntry(device.kind, device.subject, device.device_id, device_class=device.device_class)
        for device in devices
    ]
