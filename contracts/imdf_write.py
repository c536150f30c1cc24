"""The geometry of a site as IMDF feature collections: the inverse of ``contracts/imdf.py``."""

from typing import Any, Final

import numpy as np

from contracts.categories import kind_of
from contracts.geometry import LocalFrame, frame_of, label_point
from contracts.imdf import CONNECTOR_KINDS
from contracts.sitemap import Connector, Name, Point, Polygon, Site
from contracts.walls import walls_of

DECIMALS: Final = 9
"""Of a degree: a tenth of a millimetre, so that reading gives the same centimetre."""
CATEGORY_OF: Final = {"lift": "elevator", "escalator": "escalator", "stairs": "stairs", "ramp": "ramp"}
assert all(CONNECTOR_KINDS[category] == kind for kind, category in CATEGORY_OF.items())

Feature = dict[str, Any]


def write_imdf(site: Site) -> dict[str, list[Feature]]:
    """Feature type → features. Reading them gives the site's geometry back, to the centimetre.

    ``detail`` is written only where the walls are not those that follow from the rooms.
    """
    pen = _Pen(frame_of(site))
    written = {
        "venue": [_venue(site, pen)],
        "level": _levels(site, pen),
        "unit": _units(site, pen),
        "opening": _openings(site, pen),
        "fixture": _fixtures(site, pen),
        "amenity": _amenities(site, pen),
        "relationship": [_relationship(connector, pen) for connector in site.connectors],
    }
    if site.walls != walls_of(site.floors, site.spaces, site.fixtures):
        written["detail"] = _details(site, pen)
    return {kind: features for kind, features in written.items() if features}


class _Pen:
    """Draws GeoJSON geometries in degrees."""

    def __init__(self, frame: LocalFrame) -> None:
        self.frame = frame

    def position(self, point: Point) -> list[float]:
        longitude, latitude = self.frame.to_wgs84(np.array(point[0]), np.array(point[1]))
        return [round(float(longitude), DECIMALS), round(float(latitude), DECIMALS)]

    def polygon(self, polygon: Polygon) -> Feature:
        rings = (polygon.outer, *polygon.holes)
        return {
            "type": "Polygon",
            "coordinates": [[self.position(corner) for corner in (*ring, ring[0])] for ring in rings],
        }

    def line(self, *points: Point) -> Feature:
        return {"type": "LineString", "coordinates": [self.position(point) for point in points]}

    def points(self, *points: Point) -> Feature:
        return {"type": "MultiPoint", "coordinates": [self.position(point) for point in points]}

    def point(self, point: Point) -> Feature:
        return {"type": "Point", "coordinates": self.position(point)}


def _feature(kind: str, feature_id: str, geometry: Feature, /, **properties: object) -> Feature:
    return {
        "id": feature_id,
        "type": "Feature",
        "feature_type": kind,
        "geometry": geometry,
        "properties": properties,
    }


def _labels(name: Name | None) -> dict[str, str] | None:
    return None if name is None else {"en": name.en, "zh": name.zh}


def _venue(site: Site, pen: _Pen) -> Feature:
    outline = max(site.floors, key=lambda floor: len(floor.outline.outer)).outline
    point = pen.point(label_point(outline))
    name = _labels(site.name)
    geometry = pen.polygon(outline)
    return _feature("venue", site.site, geometry, category="shoppingcenter", name=name, display_point=point)


def _levels(site: Site, pen: _Pen) -> list[Feature]:
    return [
        _feature(
            "level",
            floor.floor,
            pen.polygon(floor.outline),
            category="unspecified",
            outdoor=False,
            ordinal=floor.ordinal,
            name=_labels(floor.name),
            short_name={"en": floor.floor},
            elevation_m=floor.elevation_m,
            height_m=floor.height_m,
            slab_loss_db=floor.slab_loss_db,
        )
        for floor in site.floors
    ]


def _units(site: Site, pen: _Pen) -> list[Feature]:
    units = []
    for space in site.spaces:
        unit = _feature(
            "unit",
            space.space_id,
            pen.polygon(space.polygon),
            category=space.category,
            level_id=space.floor,
            name=_labels(space.name),
            display_point=pen.point(label_point(space.polygon)),
        )
        if space.walkable != kind_of(space.category).walkable:
            unit["properties"]["walkable"] = space.walkable
        units.append(unit)
    return units


def _openings(site: Site, pen: _Pen) -> list[Feature]:
    return [
        _feature(
            "opening",
            f"{door.floor}-door-{number}",
            pen.line(door.a, door.b),
            category="pedestrian.principal" if door.exit else "pedestrian",
            level_id=door.floor,
        )
        for number, door in enumerate(site.doors, start=1)
    ]


def _fixtures(site: Site, pen: _Pen) -> list[Feature]:
    return [
        _feature(
            "fixture",
            f"{fixture.floor}-fixture-{number}",
            pen.polygon(fixture.polygon),
            category=fixture.category,
            level_id=fixture.floor,
        )
        for number, fixture in enumerate(site.fixtures, start=1)
    ]


def _amenities(site: Site, pen: _Pen) -> list[Feature]:
    return [
        _feature(
            "amenity",
            f"{amenity.floor}-amenity-{number}",
            pen.point(amenity.at),
            category=amenity.category,
            level_id=amenity.floor,
            name=_labels(amenity.name),
        )
        for number, amenity in enumerate(site.amenities, start=1)
    ]


def _relationship(connector: Connector, pen: _Pen) -> Feature:
    references = [{"id": stop.floor, "feature_type": "level"} for stop in connector.stops]
    return _feature(
        "relationship",
        connector.connector_id,
        pen.points(*(stop.at for stop in connector.stops)),
        category=CATEGORY_OF[connector.kind],
        direction="undirected" if connector.both_ways else "directed",
        origin=references[0],
        intermediary=references[1:-1] or None,
        destination=references[-1],
        name=_labels(connector.name),
        wait_s=connector.wait_s,
        seconds_per_floor=connector.seconds_per_floor,
        wheels=connector.wheels,
        fire_safe=connector.fire_safe,
    )


def _details(site: Site, pen: _Pen) -> list[Feature]:
    return [
        _feature(
            "detail",
            f"{wall.floor}-wall-{number}",
            pen.line(wall.a, wall.b),
            level_id=wall.floor,
            loss_db=wall.loss_db,
        )
        for number, wall in enumerate(site.walls, start=1)
    ]
