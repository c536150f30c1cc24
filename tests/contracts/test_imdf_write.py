import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.geometry import frame_of
from contracts.imdf import read_imdf
from contracts.imdf_write import write_imdf
from contracts.sitemap import Amenity, Name
from contracts.walls import walls_of
from tests.sites import small_mall

PARTS = ("floors", "spaces", "walls", "doors", "fixtures", "connectors", "amenities")


@given(st.floats(-60, 60), st.floats(-170, 170), st.floats(0, 360))
@settings(max_examples=20, deadline=None)
def test_reading_gives_the_same_geometry_wherever_the_mall_stands(
    latitude_deg: float, longitude_deg: float, bearing_deg: float
) -> None:
    site = msgspec.structs.replace(
        small_mall(),
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        bearing_deg=bearing_deg,
        amenities=(Amenity("L2", "atm", (3.25, 12.5), Name("取款机", "Cash")),),
    )
    geometry, findings = read_imdf(json.loads(json.dumps(write_imdf(site))), frame_of(site))
    assert findings == []
    for part in PARTS:
        assert getattr(geometry, part) == getattr(site, part), part
    assert geometry.name == site.name


def test_walls_that_follow_from_the_rooms_are_not_written() -> None:
    site = small_mall()
    derived = walls_of(site.floors, site.spaces, site.fixtures)
    assert "detail" in write_imdf(site)
    assert "detail" not in write_imdf(msgspec.structs.replace(site, walls=derived))


def test_features_are_imdfs() -> None:
    for kind, features in write_imdf(small_mall()).items():
        for feature in features:
            assert feature["type"] == "Feature"
            assert feature["feature_type"] == kind
            assert feature["id"]
    ring = write_imdf(small_mall())["unit"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
