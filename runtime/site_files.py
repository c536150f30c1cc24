"""A site's files: a directory or zip of IMDF ``*.geojson`` and ``site.toml``, read and written."""

import json
import re
import tomllib
import zipfile
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from contracts.errors import UNREADABLE, SiteError
from contracts.findings import Finding, error, errors
from contracts.geometry import LocalFrame
from contracts.imdf import FEATURE_TYPES, read_imdf
from contracts.imdf_write import write_imdf
from contracts.installation import (
    FILE,
    Installation,
    SiteHead,
    ZoneEntry,
    compact_devices,
    expand_devices,
    expand_zones,
    read_installation,
)
from contracts.sitecheck import check_references
from contracts.sitemap import Site, Zone
from runtime.toml_text import toml_text

FILE_BYTES_MAX: Final = 64_000_000
"""A bigger file of a site is refused before it is parsed."""
PHONE: Final = re.compile(r"(?=.*\d)[\d+*#() -]{2,30}|")
SHOWN_MAX: Final = 20
"""Errors that ``load_site`` shows; ``nearhand site check`` shows all."""


def load_site(path: Path) -> Site:
    """The site in a directory or zip.

    Raises:
        SiteError: what is wrong, naming file, feature and what was expected, one line each.
    """
    site, findings = read_site(path)
    wrong = errors(findings)
    if wrong or site is None:
        lines = [finding.line() for finding in wrong[:SHOWN_MAX]]
        if len(wrong) > SHOWN_MAX:
            lines.append(f"and {len(wrong) - SHOWN_MAX} more; `nearhand site check` lists them all")
        raise SiteError(f"the site in {path} cannot be used:\n" + "\n".join(lines))
    return site


def read_site(path: Path) -> tuple[Site | None, list[Finding]]:
    """The site in a directory or zip as far as it can be read, and everything wrong with its files."""
    texts, findings = _texts(path)
    if FILE not in texts:
        return None, [*findings, error(FILE, "", "expected this file beside the *.geojson files")]
    try:
        document = tomllib.loads(texts[FILE].decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        return None, [*findings, error(FILE, "", f"not TOML: {cause}")]
    installation, more = read_installation(document)
    findings += more
    collections = collections_in(texts, findings)
    if installation is None:
        return None, findings
    site = _assemble(installation, collections, findings)
    return site, [*findings, *check_references(site), *_check_timezone(site), *_check_phone(site)]


def _check_phone(site: Site) -> list[Finding]:
    """It becomes a link that a phone dials."""
    if PHONE.fullmatch(site.desk_phone):
        return []
    return [error(FILE, "site", f"desk_phone {site.desk_phone!r}, expected a number such as 0512-6288-0000")]


def _check_timezone(site: Site) -> list[Finding]:
    """The time zone must be known here: shifts are local time."""
    if not zoneinfo.available_timezones():  # a machine without the tz database cannot tell
        return []
    try:
        zoneinfo.ZoneInfo(site.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        text = f"unknown time zone {site.timezone!r}, expected an IANA name such as Asia/Shanghai"
        return [error(FILE, "site", text)]
    return []


def _texts(path: Path) -> tuple[dict[str, bytes], list[Finding]]:
    """File name → content of what belongs to a site."""
    if path.is_dir():
        found = sorted(path.glob("*.geojson")) + sorted(path.glob(FILE))
        large = [file for file in found if file.stat().st_size > FILE_BYTES_MAX]
        texts = {file.name: file.read_bytes() for file in found if file not in large}
        return texts, [error(file.name, "", _TOO_LARGE) for file in large]
    if path.is_file() and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return texts_in(archive)
    return {}, [error(str(path), "", "expected a directory or a zip archive of *.geojson and site.toml")]


def texts_in(archive: zipfile.ZipFile) -> tuple[dict[str, bytes], list[Finding]]:
    """File name → content of what belongs to a site in a zip, in whatever folder."""
    texts: dict[str, bytes] = {}
    findings = []
    for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
        name = Path(entry.filename).name
        if entry.is_dir() or not (name.endswith(".geojson") or name == FILE):
            continue
        if entry.file_size > FILE_BYTES_MAX:
            findings.append(error(name, "", _TOO_LARGE))
        elif name in texts:
            findings.append(error(name, "", "is twice in the archive, expected once"))
        else:
            texts[name] = archive.read(entry)
    return texts, findings


_TOO_LARGE: Final = f"is larger than {FILE_BYTES_MAX // 1_000_000} MB"


def collections_in(texts: Mapping[str, bytes], findings: list[Finding]) -> dict[str, list[object]]:
    """Feature type → features, from ``<type>.geojson``; what is wrong is added to ``findings``."""
    collections: dict[str, list[object]] = {}
    for file, text in texts.items():
        if not file.endswith(".geojson"):
            continue
        kind = file.removesuffix(".geojson")
        if kind not in FEATURE_TYPES:
            text_ = f"unknown file, expected one of {', '.join(sorted(FEATURE_TYPES))}"
            findings.append(error(file, "", text_))
            continue
        try:
            parsed = msgspec.json.decode(text)
        except UNREADABLE as cause:
            findings.append(error(file, "", f"not JSON: {cause}"))
            continue
        features = parsed.get("features") if isinstance(parsed, dict) else None
        if isinstance(features, list):
            collections[kind] = features
        else:
            findings.append(error(file, "", "expected a FeatureCollection with a list of features"))
    return collections


def _assemble(
    installation: Installation, collections: Mapping[str, list[object]], findings: list[Finding]
) -> Site:
    head = installation.site
    frame = LocalFrame(head.latitude_deg, head.longitude_deg, head.bearing_deg)
    geometry, geometry_findings = read_imdf(collections, frame)
    devices, device_findings = expand_devices(installation.devices)
    zones, zone_findings = expand_zones(installation.zones, geometry.spaces)
    findings += geometry_findings + device_findings + zone_findings
    return Site(
        site=head.site,
        name=head.name,
        timezone=head.timezone,
        latitude_deg=head.latitude_deg,
        longitude_deg=head.longitude_deg,
        bearing_deg=head.bearing_deg,
        revision=head.revision,
        desk_phone=head.desk_phone,
        floors=geometry.floors,
        spaces=geometry.spaces,
        walls=geometry.walls,
        doors=geometry.doors,
        fixtures=geometry.fixtures,
        connectors=geometry.connectors,
        amenities=geometry.amenities,
        gateways=installation.gateways,
        depots=installation.depots,
        items=installation.items,
        roles=installation.roles,
        services=installation.services,
        staff=installation.staff,
        spots=installation.spots,
        zones=zones,
        devices=devices,
        anchors=installation.anchors,
    )


def save_site(site: Site, directory: Path) -> None:
    """Writes the site's files into a directory, which is made; ``load_site`` gives the site back."""
    directory.mkdir(parents=True, exist_ok=True)
    for kind, features in write_imdf(site).items():
        lines = [json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features]
        head = f'{{"type":"FeatureCollection","name":"{kind}","features":[\n'
        (directory / f"{kind}.geojson").write_text(head + ",\n".join(lines) + "\n]}\n", encoding="utf-8")
    (directory / FILE).write_text(toml_text(_document(site)), encoding="utf-8")


def _document(site: Site) -> dict[str, Any]:
    """``site.toml`` as plain values; what has its default is left out."""
    head = SiteHead(
        site.site,
        site.name,
        site.timezone,
        site.latitude_deg,
        site.longitude_deg,
        site.bearing_deg,
        site.revision,
        site.desk_phone,
    )
    zones = [_zone_entry(zone, site) for zone in site.zones]
    lists: dict[str, Any] = {
        "items": site.items,
        "roles": site.roles,
        "services": site.services,
        "depots": site.depots,
        "staff": site.staff,
        "gateways": site.gateways,
        "spots": site.spots,
        "zones": zones,
        "devices": compact_devices(site.devices),
        "anchors": site.anchors,
    }
    plain = {name: [_without_defaults(entry) for entry in entries] for name, entries in lists.items()}
    return {"site": _without_defaults(head), **{name: entries for name, entries in plain.items() if entries}}


def _zone_entry(zone: Zone, site: Site) -> ZoneEntry:
    for space in site.spaces:
        if (space.floor, space.polygon) == (zone.floor, zone.polygon):
            return ZoneEntry(zone.zone, zone.name, space=space.space_id)
    return ZoneEntry(zone.zone, zone.name, floor=zone.floor, outer=zone.polygon.outer)


def _without_defaults(value: Any) -> Any:
    """A struct as nested dicts and lists, without fields that have their default."""
    if isinstance(value, msgspec.Struct):
        return {
            field.encode_name: _without_defaults(getattr(value, field.name))
            for field in msgspec.structs.fields(value)
            if getattr(value, field.name) != field.default
        }
    if isinstance(value, tuple | list):
        return [_without_defaults(part) for part in value]
    return value
