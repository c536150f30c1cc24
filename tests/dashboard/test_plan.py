"""Floor plans as SVG."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import msgspec
import pytest

from contracts.sitemap import Name
from dashboard.plan import floor_svg
from tests.sites import small_mall

SVG = "{http://www.w3.org/2000/svg}"


def groups(root: ET.Element) -> Iterator[str]:
    return (child.get("class", "") for child in root.findall(f"{SVG}g"))


def test_a_plan_is_well_formed_and_in_drawing_order() -> None:
    root = ET.fromstring(floor_svg(small_mall(), "L1"))
    assert root.get("data-floor") == "L1"
    assert list(groups(root)) == ["outline", "spaces", "fixtures", "connectors", "labels", "overlay"]
    assert root.get("viewBox") == "-2 -42 64 44"


def test_every_space_can_be_found_by_its_id() -> None:
    site = small_mall()
    root = ET.fromstring(floor_svg(site, "L2"))
    ids = {path.get("data-id") for path in root.iter(f"{SVG}path")} - {None}
    assert ids == {space.space_id for space in site.spaces if space.floor == "L2"}


def test_names_cannot_break_out() -> None:
    site = small_mall()
    evil = Name(zh="<script>", en='"&</svg>')
    spaces = tuple(msgspec.structs.replace(space, name=evil) for space in site.spaces)
    text = floor_svg(msgspec.structs.replace(site, spaces=spaces), "L1")
    assert "<script>" not in text
    ET.fromstring(text)


def test_there_is_no_style_that_the_content_policy_would_refuse() -> None:
    assert "style" not in floor_svg(small_mall(), "L1")


def test_an_unknown_floor() -> None:
    with pytest.raises(KeyError):
        floor_svg(small_mall(), "L9")
