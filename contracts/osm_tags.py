"""What OpenStreetMap's "simple indoor tagging" says: levels, kinds of areas, ways between levels.

Source: wiki.openstreetmap.org/wiki/Simple_Indoor_Tagging and Key:conveying; the odd spellings are
those met in real extracts.
"""

import math
import re
from collections.abc import Mapping
from typing import Final, Literal

from contracts.sitemap import Name

Tags = Mapping[str, str]

LEVELS_MAX: Final = 60
"""A range of more levels than any building has is a slip of the pen."""

_RANGE: Final = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*-\s*(-?\d+(?:\.\d+)?)\s*")


def levels_of(tags: Tags) -> tuple[float, ...]:
    """The levels of a feature, lowest first: ``0;1``, ``-2;-1``, ``0.5``, ``0,5``, ``0-3``; empty = unsaid.

    ``repeat_on`` counts like ``level``: the feature is the same on each of them.
    """
    found: set[float] = set()
    for text in (tags.get("level", ""), tags.get("repeat_on", "")):
        for part in text.split(";"):
            found |= _part(part)
    return tuple(sorted(found))


def _part(text: str) -> set[float]:
    text = text.strip()
    if re.fullmatch(r"-?\d+,5", text):  # a German half
        text = text.replace(",", ".")
    between = _RANGE.fullmatch(text)
    if between:
        low, high = sorted((float(between[1]), float(between[2])))
        if high - low <= LEVELS_MAX:
            return {low, high, *(float(level) for level in range(math.ceil(low), math.floor(high) + 1))}
        return set()
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return {float(text)}
    return {level for part in text.split(",") for level in _part(part)} if "," in text else set()


def floor_id(level: float) -> str:
    """``L0 L1 B1``, halves ``L0_5``: what may stand in a topic."""
    number = f"{abs(level):g}".replace(".", "_")
    return f"B{number}" if level < 0 else f"L{number}"


def name_of(tags: Tags) -> Name | None:
    """Chinese and English names, the local one standing in for either."""
    local = tags.get("name")
    zh = tags.get("name:zh") or tags.get("name:zh-Hans") or local
    en = tags.get("name:en") or local
    return Name(zh or en or "", en or zh or "") if zh or en else None


STAIRCASE: Final = "staircase"
"""A room around steps, as against a flight of steps: people can stand in it."""
_EATING: Final = frozenset(
    ("restaurant", "cafe", "fast_food", "food_court", "bar", "pub", "ice_cream", "biergarten")
)
_GROUND: Final = frozenset(("corridor", "area", "yes"))
_PATHS: Final = frozenset(("footway", "pedestrian", "corridor", "path"))


def area_category(tags: Tags) -> str | None:
    """The IMDF category of a polygon, ``wall``/``column`` for solid things; None = not part of the inside."""
    indoor = tags.get("indoor")
    if indoor == "no" or tags.get("railway") or tags.get("landuse") or tags.get("amenity") == "parking":
        return None
    if indoor in ("wall", "column"):
        return indoor
    inside = indoor is not None or "room" in tags
    if not inside:
        return "walkway" if _covered_path(tags) and _is_area(tags) else None
    special = _special(tags)
    if special is not None:
        return special
    if indoor in _GROUND or tags.get("highway") in _PATHS:
        return "walkway"
    return "nonpublic" if tags.get("access") == "private" else "room"


def _special(tags: Tags) -> str | None:
    """Categories that other tags than ``indoor`` give."""
    room, amenity = tags.get("room", ""), tags.get("amenity", "")
    if tags.get("building:part") == "elevator" or room == "elevator" or tags.get("highway") == "elevator":
        return "elevator"
    if tags.get("stairwell") == "stair_landing":
        return "walkway"
    if tags.get("stairwell") == "flight_of_stairs":
        return "stairs"
    if "stairwell" in tags or room == "stairs" or tags.get("stairs") == "yes":
        return STAIRCASE
    if amenity == "toilets" or room in ("toilet", "toilets"):
        return "restroom"
    if amenity in _EATING or room == "restaurant":
        return "foodservice"
    if "shop" in tags or room == "shop":
        return "retail"
    if "office" in tags or room == "office":
        return "office"
    if room in ("storage", "technical", "service"):
        return "nonpublic"
    return "room" if amenity or room in ("yes", "waiting") else None


def _is_area(tags: Tags) -> bool:
    return tags.get("area") == "yes" or tags.get("type") == "multipolygon"


def _covered_path(tags: Tags) -> bool:
    return tags.get("highway") in _PATHS and tags.get("covered") == "yes" and "level" in tags


def is_indoor_path(tags: Tags) -> bool:
    """A line that people walk along inside, on one level."""
    if tags.get("highway") not in _PATHS or tags.get("indoor") == "no":
        return False
    return tags.get("indoor") in _GROUND or _covered_path(tags)


Kind = Literal["stairs", "escalator", "lift", "ramp"]


def way_kind(tags: Tags) -> Kind | None:
    """What joins levels: lifts, steps, escalators, moving walks and ramps; None = nothing of the sort."""
    highway = tags.get("highway")
    if highway == "elevator":
        return "lift"
    if highway == "steps":
        return "escalator" if moves(tags) else "stairs"
    if highway in _PATHS and len(levels_of(tags)) > 1:
        return "ramp"
    return None


def moves(tags: Tags) -> bool:
    return tags.get("conveying", "no") != "no"


def path_width_m(tags: Tags, default_m: float) -> float:
    """The tagged width where it is a number of metres from 0.5 to 30."""
    try:
        width_m = float(tags.get("width", "").split()[0])
    except (ValueError, IndexError):
        return default_m
    return width_m if 0.5 <= width_m <= 30.0 else default_m


def amenity_category(tags: Tags) -> str | None:
    """The IMDF amenity category of a point; None = not worth a mark on the map."""
    amenity = tags.get("amenity", "")
    if tags.get("emergency") == "defibrillator":
        return "defibrillator"
    if tags.get("tourism") == "information":
        return "information"
    table = {"toilets": "restroom", "atm": "atm", "bench": "seating", "drinking_water": "drinkingfountain"}
    return table.get(amenity)
