import xml.etree.ElementTree as ET

import msgspec
import numpy as np
import pytest

from contracts.drawing import floor_svg, text_width
from contracts.geometry import rectangle
from contracts.grid import build_grid
from contracts.sitemap import Amenity, Name, Space
from contracts.walking import Travel
from tests.sites import small_mall

SVG = "{http://www.w3.org/2000/svg}"


def drawn(text: str, kind: str) -> list[ET.Element]:
    return [element for element in ET.fromstring(text).iter() if kind in element.get("class", "").split()]


def test_a_floor_is_well_formed_and_holds_every_space() -> None:
    text = floor_svg(small_mall(), "L2")
    ids = {element.get("data-id") for element in drawn(text, "space")}
    assert ids == {space.space_id for space in small_mall().spaces if space.floor == "L2"}
    assert ET.fromstring(text).get("viewBox") == "-3 -43 66 46"


def test_north_is_up() -> None:
    text = floor_svg(small_mall(), "L1")
    north = next(element for element in drawn(text, "space") if element.get("data-id") == "L1-N1")
    assert "0 -30" in (north.get("d") or "")


def test_layers_are_drawn_on_demand() -> None:
    full, bare = floor_svg(small_mall(), "L1"), floor_svg(small_mall(), "L1", layers=())
    for kind, count in (("gateway", 8), ("spot", 2), ("staff", 6), ("zone", 1), ("depot", 1), ("box", 1)):
        assert len(drawn(full, kind)) == count, kind
        assert drawn(bare, kind) == []
    assert "大厅" in full
    assert "大厅" not in bare


@pytest.mark.parametrize(("language", "there", "missing"), [("zh", "大厅", "Hall"), ("en", "Hall", "大厅")])
def test_names_come_in_the_language_asked_for(language: str, there: str, missing: str) -> None:
    text = floor_svg(small_mall(), "L1", language=language)  # type: ignore[arg-type]
    assert f">{there}<" in text
    assert f">{missing}<" not in text


def test_names_are_escaped_and_those_too_long_left_out() -> None:
    odd = Space("odd", "L1", "retail", rectangle(0, 0, 20, 10), Name("<茶&咖啡>", "Tea & <Coffee>"))
    tiny = Space("tiny", "L1", "retail", rectangle(30, 0, 31, 1), Name("很长很长的店名", "A very long name"))
    text = floor_svg(msgspec.structs.replace(small_mall(), spaces=(odd, tiny)), "L1")
    assert "&lt;茶&amp;咖啡&gt;" in text
    assert "很长" not in text
    ET.fromstring(text)


def test_escalators_point_where_they_carry() -> None:
    ground, upper = floor_svg(small_mall(), "L1"), floor_svg(small_mall(), "L2")
    assert len(drawn(ground, "up")) == 1
    assert drawn(ground, "down") == []
    assert len(drawn(upper, "down")) == 1


def test_what_cannot_be_reached_is_red_and_a_way_is_a_line() -> None:
    site = small_mall()
    grid = build_grid(site)
    unreached = np.zeros(grid.n_cells, bool)
    unreached[[3, 4]] = True
    legs = Travel(site, grid).legs(grid.cell_at(0, 5.0, 5.0), grid.cell_at(1, 55.0, 35.0))
    text = floor_svg(site, "L1", grid=grid, unreached=unreached, way=legs)
    (red,) = drawn(text, "unreached")
    assert (red.get("d") or "").count("M") == 2
    assert len(drawn(text, "way")) == 1
    assert drawn(floor_svg(site, "L2", grid=grid, unreached=unreached), "unreached") == []


def test_amenities_have_a_mark() -> None:
    site = msgspec.structs.replace(small_mall(), amenities=(Amenity("L1", "atm", (5.0, 15.0)),))
    assert "¥" in floor_svg(site, "L1")


def test_an_unknown_floor_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        floor_svg(small_mall(), "L9")


def test_chinese_signs_are_twice_as_wide_as_letters() -> None:
    assert text_width("茶") == 1.0
    assert text_width("ab") == pytest.approx(1.12)
