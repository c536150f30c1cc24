"""``nearhand site check`` and ``nearhand site import``."""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import shapely

from contracts.drawing import floor_svg
from contracts.errors import UNREADABLE, SiteError
from contracts.findings import Finding, errors, warning
from contracts.geometry import shape
from contracts.grid import WalkableGrid, build_grid
from contracts.installation import FILE
from contracts.osm_indoor import ImportSettings, import_osm
from contracts.sitecheck import Reach, check_ground, reach_of
from contracts.sitemap import Site
from gateway.formats.table import BY_NAME
from runtime.site_files import FILE_BYTES_MAX, read_site, save_site

STATUS_WRONG: Final = 2
"""Exit status when the site cannot be used."""


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds ``site`` with its verbs; each sets ``run`` to the function that does it."""
    site = subparsers.add_parser("site", help="check or import the description of a building")
    verbs = site.add_subparsers(dest="action", required=True)

    checking = verbs.add_parser("check", help="validate a site's files; exit status 2 on errors")
    checking.add_argument("directory", type=Path, help="directory or zip with *.geojson and site.toml")
    checking.add_argument("--cell", type=float, default=1.0, metavar="M", help="grid cell in metres (1)")
    checking.add_argument("--svg", type=Path, metavar="DIR", help="draw each floor into this directory")
    checking.add_argument("--json", action="store_true", help="print findings and summary as JSON")
    checking.set_defaults(run=check)

    importing = verbs.add_parser("import", help="OpenStreetMap simple indoor tagging to a site's files")
    importing.add_argument("file", type=Path, help="GeoJSON in WGS84 degrees")
    importing.add_argument("--out", type=Path, required=True, metavar="DIR", help="directory to write")
    importing.add_argument("--site", default="", help="id of the site (from the file's name)")
    importing.add_argument("--name", default="", help="name of the building")
    importing.add_argument("--timezone", default="UTC", help="IANA name, such as Europe/Berlin (UTC)")
    importing.add_argument(
        "--level-height", type=float, default=5.0, metavar="M", help="height of one level in metres (5)"
    )
    importing.add_argument("--svg", type=Path, metavar="DIR", help="draw each floor into this directory")
    importing.set_defaults(run=import_)


def check(args: argparse.Namespace) -> int:
    """Prints everything that is wrong with a site, then a summary. 0, or 2 where there are errors."""
    site, findings = read_site(args.directory)
    grid: WalkableGrid | None = None
    reach: Reach | None = None
    if site is not None and site.floors and not errors(findings):
        grid = build_grid(site, args.cell)
        reach = reach_of(site, grid)
        findings = findings + check_ground(site, grid, reach) + check_formats(site)
    if args.json:
        summary = summary_of(site, grid, reach) if site else {}
        answer = {"findings": findings, "summary": summary}
        print(msgspec.json.format(msgspec.json.encode(answer)).decode())
    else:
        report(findings, site, grid, reach)
    if args.svg is not None and site is not None:
        draw(site, grid, reach, args.svg)
    return STATUS_WRONG if errors(findings) else 0


def import_(args: argparse.Namespace) -> int:
    """Writes a site's files from an OpenStreetMap extract and says what came of it."""
    document = read_json(args.file)
    settings = ImportSettings(
        site=args.site or identifier(args.file.stem),
        name=args.name or args.file.stem,
        timezone=args.timezone,
        level_height_m=args.level_height,
    )
    site, findings = import_osm(document, settings)
    if site is None:
        report(findings, None, None, None)
        return STATUS_WRONG
    save_site(site, args.out)
    grid = build_grid(site)
    reach = reach_of(site, grid)
    findings = findings + check_ground(site, grid, reach)
    report(findings, site, grid, reach)
    print(f"written to {args.out}; `nearhand site check {args.out}` checks it again")
    if args.svg is not None:
        draw(site, grid, reach, args.svg)
    return STATUS_WRONG if errors(findings) else 0


def check_formats(site: Site) -> list[Finding]:
    """Gateways that speak no built-in format: right only if the settings describe theirs."""
    known = ("auto", *BY_NAME)
    return [
        warning(FILE, f"gateways ({gateway.gateway})", f"{_FORMAT_TEXT}: {' '.join(known)}")
        for gateway in site.gateways
        if gateway.vendor_format not in known
    ]


_FORMAT_TEXT: Final = "vendor_format is none of the built-in ones (a mapping in the settings may define it)"


def read_json(file: Path) -> object:
    """A JSON file.

    Raises:
        SiteError: it is missing, too large or no JSON.
    """
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise SiteError(f"{file} is larger than {FILE_BYTES_MAX // 1_000_000} MB")
        return msgspec.json.decode(file.read_bytes())
    except OSError as cause:
        raise SiteError(f"{file} cannot be read: {cause.strerror}") from cause
    except UNREADABLE as cause:
        raise SiteError(f"{file}: not JSON: {cause}") from cause


def identifier(text: str) -> str:
    """A text as an id: what may not stand in one becomes a hyphen."""
    kept = "".join(
        letter if (letter.isascii() and letter.isalnum()) or letter in "-_" else "-" for letter in text
    )
    return kept.strip("-")[:64] or "site"


def draw(site: Site, grid: WalkableGrid | None, reach: Reach | None, directory: Path) -> None:
    """``<floor>.svg`` for each floor; what cannot be reached is marked red."""
    directory.mkdir(parents=True, exist_ok=True)
    for floor in site.floors:
        unreached = None if reach is None else ~reach.walking
        text = floor_svg(site, floor.floor, grid=grid, unreached=unreached)
        (directory / f"{floor.floor}.svg").write_text(text, encoding="utf-8")
    print(f"drawn into {directory}", file=sys.stderr)


# --- what a person reads ----------------------------------------------------------------------------


def report(
    findings: list[Finding], site: Site | None, grid: WalkableGrid | None, reach: Reach | None
) -> None:
    for finding in sorted(findings):
        print(finding.line())
    counts = Counter(finding.severity for finding in findings)
    if site is not None:
        print_summary(site, summary_of(site, grid, reach))
    verdict = "cannot be used" if counts["error"] else "can be used"
    print(f"{counts['error']} errors, {counts['warning']} warnings: this site {verdict}")


def summary_of(site: Site, grid: WalkableGrid | None, reach: Reach | None) -> dict[str, Any]:
    """Numbers of a site; the grid's only where the site was good enough to build it."""
    floors = []
    for index, floor in enumerate(site.floors):
        here = [space for space in site.spaces if space.floor == floor.floor]
        entry: dict[str, Any] = {
            "floor": floor.floor,
            "elevation_m": floor.elevation_m,
            "area_m2": round(shape(floor.outline).area),
            "units": len(here),
            "named": sum(space.name is not None for space in here),
            "walls": sum(wall.floor == floor.floor for wall in site.walls),
            "doors": sum(door.floor == floor.floor for door in site.doors),
            "gateways": sum(gateway.floor == floor.floor for gateway in site.gateways),
        }
        if grid is not None and reach is not None:
            cells = grid.floor == index
            entry["cells"] = int(cells.sum())
            entry["reached"] = round(float(reach.walking[cells].mean()), 4) if cells.any() else 0.0
            entry["reached_by_wheels"] = round(float(reach.wheels[cells].mean()), 4) if cells.any() else 0.0
        floors.append(entry)
    kinds = Counter(connector.kind for connector in site.connectors)
    return {
        "site": site.site,
        "floors": floors,
        "connectors": dict(sorted(kinds.items())),
        "exits": sum(door.exit for door in site.doors),
        "cells": 0 if grid is None else grid.n_cells,
        "reached": 0.0 if reach is None else round(reach.share(), 4),
        "reached_by_wheels": 0.0 if reach is None else round(float(np.mean(reach.wheels)), 4),
        "extent_m": extent_m(site),
        "installed": {
            "gateways": len(site.gateways),
            "depots": len(site.depots),
            "staff": len(site.staff),
            "services": len(site.services),
            "spots": len(site.spots),
            "zones": len(site.zones),
            "devices": len(site.devices),
        },
    }


def extent_m(site: Site) -> list[float]:
    """Width and depth of the building."""
    if not site.floors:
        return [0.0, 0.0]
    x0, y0, x1, y1 = shapely.total_bounds([shape(floor.outline) for floor in site.floors])
    return [round(float(x1 - x0), 1), round(float(y1 - y0), 1)]


_COLUMNS: Final = (
    "floor",
    "elevation_m",
    "area_m2",
    "units",
    "named",
    "walls",
    "doors",
    "gateways",
    "cells",
    "reached",
    "reached_by_wheels",
)


def print_summary(site: Site, summary: dict[str, Any]) -> None:
    width, depth = summary["extent_m"]
    print(f"\n{site.name.zh} {site.name.en} ({site.site}): {len(site.floors)} floors, {width} x {depth} m")
    print("  ".join(f"{column:>{_width(column)}}" for column in _COLUMNS))
    for entry in summary["floors"]:
        print("  ".join(f"{entry.get(column, '-')!s:>{_width(column)}}" for column in _COLUMNS))
    joined = ", ".join(f"{count} {kind}" for kind, count in summary["connectors"].items()) or "none"
    print(f"ways between floors: {joined}; doors to the outside: {summary['exits']}")
    print("installed: " + ", ".join(f"{count} {name}" for name, count in summary["installed"].items()))


def _width(column: str) -> int:
    return max(len(column), 6)
