"""Plane geometry in local metres: shapely to and from our polygons, the WGS84 frame, walls as arrays."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from contracts.sitemap import Point, Polygon, Ring, Site, Wall

Array = NDArray[np.float64]

WGS84_A_M: Final = 6_378_137.0
WGS84_E2: Final = 6.694_379_990_14e-3
"""Semi-major axis and first eccentricity squared (NIMA TR8350.2)."""


@dataclass(frozen=True)
class LocalFrame:
    """Local metres about a WGS84 anchor: equirectangular with the ellipsoid's radii there.

    Against the exact tangent plane (ECEF to east-north-up) it is off by less than 4 cm at 500 m from the
    anchor up to 45 degrees of latitude, growing with the square of the distance (see the test); a
    floor plan in a mapping vendor's file is no better.
    """

    latitude_deg: float
    longitude_deg: float
    bearing_deg: float = 0.0

    def _scales(self) -> tuple[float, float]:
        """Metres per degree of longitude and of latitude at the anchor."""
        phi = math.radians(self.latitude_deg)
        w = math.sqrt(1.0 - WGS84_E2 * math.sin(phi) ** 2)
        east = WGS84_A_M / w * math.cos(phi)
        north = WGS84_A_M * (1.0 - WGS84_E2) / w**3
        return math.radians(1.0) * east, math.radians(1.0) * north

    def to_local(self, longitude_deg: Array, latitude_deg: Array) -> tuple[Array, Array]:
        """Degrees to x, y in metres; any shape."""
        per_lon, per_lat = self._scales()
        east = (np.asarray(longitude_deg, np.float64) - self.longitude_deg) * per_lon
        north = (np.asarray(latitude_deg, np.float64) - self.latitude_deg) * per_lat
        cos, sin = math.cos(math.radians(self.bearing_deg)), math.sin(math.radians(self.bearing_deg))
        return cos * east - sin * north, sin * east + cos * north

    def to_wgs84(self, x_m: Array, y_m: Array) -> tuple[Array, Array]:
        """x, y in metres to longitude and latitude in degrees; the inverse of ``to_local``."""
        per_lon, per_lat = self._scales()
        x, y = np.asarray(x_m, np.float64), np.asarray(y_m, np.float64)
        cos, sin = math.cos(math.radians(self.bearing_deg)), math.sin(math.radians(self.bearing_deg))
        east, north = cos * x + sin * y, -sin * x + cos * y
        return self.longitude_deg + east / per_lon, self.latitude_deg + north / per_lat


def frame_of(site: Site) -> LocalFrame:
    return LocalFrame(site.latitude_deg, site.longitude_deg, site.bearing_deg)


def shape(polygon: Polygon) -> shapely.Polygon:
    """Our polygon as shapely's."""
    return shapely.Polygon(polygon.outer, polygon.holes)


def polygon_of(geometry: shapely.Polygon) -> Polygon:
    """Shapely's polygon as ours: outer ring counter-clockwise, holes clockwise, no repeated corner."""
    oriented = shapely.geometry.polygon.orient(geometry)
    return Polygon(_ring(oriented.exterior), tuple(_ring(hole) for hole in oriented.interiors))


def _ring(ring: shapely.LinearRing) -> Ring:
    return tuple((float(x), float(y)) for x, y in shapely.get_coordinates(ring)[:-1])


def rectangle(x0_m: float, y0_m: float, x1_m: float, y1_m: float) -> Polygon:
    """The axis-parallel rectangle between two corners."""
    x0_m, y0_m, x1_m, y1_m = float(x0_m), float(y0_m), float(x1_m), float(y1_m)
    return Polygon(((x0_m, y0_m), (x1_m, y0_m), (x1_m, y1_m), (x0_m, y1_m)))


def label_point(polygon: Polygon) -> Point:
    """A point well inside the polygon, where its name fits best: the centroid if it lies inside."""
    geometry = shape(polygon)
    inside = geometry.centroid
    if not geometry.contains(inside):
        inside = geometry.representative_point()
    return (float(inside.x), float(inside.y))


def segments(walls: Sequence[Wall]) -> tuple[Array, Array, Array]:
    """Walls as arrays: first corners (k, 2), second corners (k, 2), losses in dB (k,)."""
    a = np.array([wall.a for wall in walls], np.float64).reshape(-1, 2)
    b = np.array([wall.b for wall in walls], np.float64).reshape(-1, 2)
    return a, b, np.array([wall.loss_db for wall in walls], np.float64)
