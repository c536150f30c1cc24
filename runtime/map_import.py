"""A map into a draft: the zip of a mapping vendor (IMDF), a site's own zip, or an OpenStreetMap extract.

The map's floors, rooms, doors and ways replace the site's; what is installed stays where it is. A map of
another place (more than 2 km away) brings its own anchor.
"""

import io
import zipfile
from typing import Final

import msgspec
import numpy as np
import shapely
from msgspec.structs import replace

from contracts.errors import UNREADABLE, SiteError
from contracts.findings import Finding, errors
from contracts.geometry import LocalFrame, frame_of, shape
from contracts.imdf import Geometry, read_imdf
from contracts.imdf_write import write_imdf
from contracts.osm_indoor import ImportSettings, import_osm
from contracts.sitemap import Site
from runtime.site_files import collections_in, texts_in

ELSEWHERE_M: Final = 2_000.0
"""A map whose middle is farther from the site's anchor is of another place."""
SHOWN_MAX: Final = 5
"""Errors told when nothing can be imported."""


def with_map(site: Site, content: bytes) -> tuple[Site, list[Finding]]:
    """The site with the floors, rooms and ways of a map, and what is wrong with the map.

    Raises:
        SiteError: it is no map that we read, or one without floors.
    """
    if content[:4] == b"PK\x03\x04":
        collections, findings = _zip_collections(content)
    else:
        collections, findings = _osm_collections(content, site)
    frame = frame_of(site)
    geometry, more = read_imdf(collections, frame)
    findings += more
    if not geometry.floors:
        wrong = [finding.line() for finding in errors(findings)[:SHOWN_MAX]]
        raise SiteError("\n".join(["no floor could be read", *wrong]))
    middle = _middle(geometry)
    if float(np.hypot(*middle)) > ELSEWHERE_M:
        longitude, latitude = frame.to_wgs84(np.array(middle[0]), np.array(middle[1]))
        frame = LocalFrame(round(float(latitude), 6), round(float(longitude), 6))
        geometry, _ = read_imdf(collections, frame)
    return _with_geometry(site, geometry, frame), findings


def _with_geometry(site: Site, geometry: Geometry, frame: LocalFrame) -> Site:
    fields = {name: getattr(geometry, name) for name in geometry.__struct_fields__ if name != "name"}
    anchor = {
        "latitude_deg": frame.latitude_deg,
        "longitude_deg": frame.longitude_deg,
        "bearing_deg": frame.bearing_deg,
    }
    return replace(site, **fields, **anchor)


def _middle(geometry: Geometry) -> tuple[float, float]:
    x0, y0, x1, y1 = shapely.total_bounds([shape(floor.outline) for floor in geometry.floors])
    return float(x0 + x1) / 2, float(y0 + y1) / 2


def _zip_collections(content: bytes) -> tuple[dict[str, list[object]], list[Finding]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            texts, findings = texts_in(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as cause:
        raise SiteError(f"the zip cannot be read: {cause}") from cause
    maps = {name: text for name, text in texts.items() if name.endswith(".geojson")}
    if not maps:
        raise SiteError("expected *.geojson files in the zip")
    return collections_in(maps, findings), findings


def _osm_collections(content: bytes, site: Site) -> tuple[dict[str, list[object]], list[Finding]]:
    try:
        document = msgspec.json.decode(content)
    except UNREADABLE as cause:
        raise SiteError(f"expected a zip of IMDF files or a GeoJSON extract: {cause}") from cause
    settings = ImportSettings(site=site.site, name=site.name.en, timezone=site.timezone)
    imported, findings = import_osm(document, settings)
    if imported is None:
        raise SiteError("\n".join(finding.line() for finding in findings[:SHOWN_MAX]))
    collections: dict[str, list[object]] = {kind: list(rows) for kind, rows in write_imdf(imported).items()}
    return collections, findings
