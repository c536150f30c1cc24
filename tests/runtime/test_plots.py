"""Pictures of a floor: well-formed SVG, y up, colours by error."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from runtime.plots import dot, ellipse, graded, line, shade, write_floor
from tests.sites import small_mall


def test_shapes_lie_over_the_floor(tmp_path: Path) -> None:
    site = small_mall()
    file = tmp_path / "plots" / "L1.svg"
    write_floor(
        file, site, "L1", [line("truth", [(1, 2), (3, 4)]), dot("good", 5, 6), ellipse(1, 2, 3, 1, 30)]
    )
    root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    kinds = [element.tag.rsplit("}")[-1] for element in root.iter()]
    assert "polyline" in kinds
    assert "ellipse" in kinds


def test_north_is_up() -> None:
    assert 'cy="-6.00"' in dot("good", 5, 6)
    assert 'points="1.00,-2.00"' in line("said", [(1, 2)])


def test_shades_lie_around_their_place() -> None:
    assert 'x="4.0" y="-7.0" width="2.0" height="2.0" opacity="0.25"' in shade(0.25, 5, 6, 2)


def test_grades() -> None:
    assert [graded(error) for error in (0.0, 2.0, 2.1, 5.0, 5.1)] == ["good", "good", "fair", "fair", "bad"]
