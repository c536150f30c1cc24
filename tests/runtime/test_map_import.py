"""Maps into a draft: the geometry changes, what is installed stays."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from contracts.errors import SiteError
from runtime.map_import import with_map
from runtime.site_files import save_site
from tests.sites import small_mall


def packed(folder: Path, *without: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for file in folder.iterdir():
            if file.name not in without:
                archive.write(file, f"deep/{file.name}")
    return content.getvalue()


def test_a_zip_brings_floors_rooms_and_ways_and_leaves_what_is_installed(tmp_path: Path) -> None:
    site = small_mall()
    fewer = replace(site, spaces=site.spaces[1:], connectors=site.connectors[:1], gateways=(), staff=())
    save_site(fewer, tmp_path)
    made, _ = with_map(site, packed(tmp_path))
    assert len(made.spaces) == len(site.spaces) - 1
    assert [one.connector_id for one in made.connectors] == [site.connectors[0].connector_id]
    assert (made.gateways, made.staff, made.site) == (site.gateways, site.staff, site.site)


def test_a_map_of_another_place_brings_its_own_anchor(tmp_path: Path) -> None:
    site = small_mall()
    save_site(replace(site, latitude_deg=39.9, longitude_deg=116.4), tmp_path)
    made, _ = with_map(site, packed(tmp_path))
    assert (made.latitude_deg, made.longitude_deg) == pytest.approx((39.9, 116.4), abs=0.01)
    xs = [x for x, _ in made.floors[0].outline.outer]
    assert max(xs) - min(xs) == pytest.approx(60.0, abs=0.05)


def test_an_openstreetmap_extract_is_a_map_too() -> None:
    ring = [[121.4, 31.2], [121.401, 31.2], [121.401, 31.2005], [121.4, 31.2005], [121.4, 31.2]]
    room = [[121.4, 31.2], [121.4004, 31.2], [121.4004, 31.2002], [121.4, 31.2002], [121.4, 31.2]]
    features = [
        {"type": "Feature", "properties": tags, "geometry": {"type": "Polygon", "coordinates": [corners]}}
        for tags, corners in (
            ({"indoor": "corridor", "level": "0"}, ring),
            ({"indoor": "room", "level": "0", "name": "Shop"}, room),
        )
    ]
    made, _ = with_map(small_mall(), json.dumps({"type": "FeatureCollection", "features": features}).encode())
    assert len(made.floors) == 1
    assert any(space.name and space.name.en == "Shop" for space in made.spaces)
    assert (made.latitude_deg, made.longitude_deg) == (31.2, 121.4), "near: the site's own anchor"


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PK\x03\x04broken", b"[]", b'{"type":"FeatureCollection"}']
)
def test_what_is_no_map_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(SiteError):
        with_map(small_mall(), content)


def test_a_zip_without_floors_is_refused(tmp_path: Path) -> None:
    save_site(small_mall(), tmp_path)
    with pytest.raises(SiteError, match="no floor"):
        with_map(small_mall(), packed(tmp_path, "level.geojson"))
