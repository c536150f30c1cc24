import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from contracts.geometry import (
    WGS84_A_M,
    WGS84_E2,
    LocalFrame,
    frame_of,
    label_point,
    polygon_of,
    rectangle,
    segments,
    shape,
)
from contracts.sitemap import Polygon, Wall
from tests.sites import small_mall

metres = st.floats(-500, 500)
frames = st.builds(LocalFrame, st.floats(-60, 60), st.floats(-179, 179), st.floats(0, 360))


@given(frames, metres, metres)
def test_there_and_back_again_is_the_same_place(frame: LocalFrame, x: float, y: float) -> None:
    longitude, latitude = frame.to_wgs84(np.array(x), np.array(y))
    back_x, back_y = frame.to_local(longitude, latitude)
    assert (float(back_x), float(back_y)) == pytest.approx((x, y), abs=1e-6)


def exact_tangent_plane(frame: LocalFrame, longitude_deg: float, latitude_deg: float) -> tuple[float, float]:
    """East and north in the plane that touches the ellipsoid at the anchor, by way of ECEF."""

    def ecef(lon: float, lat: float) -> np.ndarray:
        phi, lam = math.radians(lat), math.radians(lon)
        n = WGS84_A_M / math.sqrt(1 - WGS84_E2 * math.sin(phi) ** 2)
        return np.array(
            [
                n * math.cos(phi) * math.cos(lam),
                n * math.cos(phi) * math.sin(lam),
                n * (1 - WGS84_E2) * math.sin(phi),
            ]
        )

    phi, lam = math.radians(frame.latitude_deg), math.radians(frame.longitude_deg)
    east = np.array([-math.sin(lam), math.cos(lam), 0.0])
    north = np.array([-math.sin(phi) * math.cos(lam), -math.sin(phi) * math.sin(lam), math.cos(phi)])
    away = ecef(longitude_deg, latitude_deg) - ecef(frame.longitude_deg, frame.latitude_deg)
    return float(away @ east), float(away @ north)


@given(st.floats(-45, 45), st.floats(0, 2 * math.pi))
def test_five_hundred_metres_from_the_anchor_the_frame_is_off_by_less_than_four_centimetres(
    latitude_deg: float, direction: float
) -> None:
    frame = LocalFrame(latitude_deg, 120.0)
    x, y = 500 * math.cos(direction), 500 * math.sin(direction)
    longitude, latitude = frame.to_wgs84(np.array(x), np.array(y))
    assert math.dist((x, y), exact_tangent_plane(frame, float(longitude), float(latitude))) < 0.04


def test_the_bearing_turns_the_y_axis_clockwise_from_north() -> None:
    frame = LocalFrame(31.0, 121.0, bearing_deg=90.0)
    longitude, latitude = frame.to_wgs84(np.array(0.0), np.array(100.0))
    assert float(longitude) > 121.0005
    assert float(latitude) == pytest.approx(31.0, abs=1e-6)


def test_the_frame_of_a_site_is_at_its_anchor() -> None:
    frame = frame_of(small_mall())
    assert (frame.latitude_deg, frame.longitude_deg, frame.bearing_deg) == (31.2, 121.4, 0.0)


def test_polygons_survive_shapely() -> None:
    polygon = Polygon(((0, 0), (10, 0), (10, 10), (0, 10)), (((2, 2), (2, 4), (4, 4), (4, 2)),))
    again = polygon_of(shape(polygon))
    assert shape(again).equals(shape(polygon))
    assert again == polygon_of(shape(again))


def test_a_label_lies_inside_even_where_the_centroid_does_not() -> None:
    hook = Polygon(((0, 0), (10, 0), (10, 1), (1, 1), (1, 10), (0, 10)))
    assert shape(hook).contains(shapely.Point(label_point(hook)))
    assert label_point(rectangle(0, 0, 4, 2)) == (2.0, 1.0)


def test_walls_are_arrays_even_when_there_are_none() -> None:
    a, b, loss = segments([Wall("L1", (0, 1), (2, 3), 4.0)])
    assert (a.tolist(), b.tolist(), loss.tolist()) == ([[0.0, 1.0]], [[2.0, 3.0]], [4.0])
    a, b, loss = segments([])
    assert a.shape == b.shape == (0, 2)
    assert loss.shape == (0,)
