"""IMDF's unit categories: who can be in one, and whether walls stand around it.

IMDF 1.0 (OGC 20-094) has no category for a shop, only ``room``; ``retail`` is our one addition.
"""

from typing import Final

import msgspec


class UnitKind(msgspec.Struct, frozen=True):
    walkable: bool = True
    enclosed: bool = True
    loss_db: float = 4.0
    """Of its walls at 2.4 GHz: light partitions 3 to 5 dB, brick 6 to 8, concrete 10 to 15
    (COST 231 section 4.7; ITU-R P.1238)."""


_ROOM: Final = UnitKind()
_BRICK: Final = UnitKind(loss_db=8.0)
_OPEN: Final = UnitKind(enclosed=False, loss_db=0.0)
_SHAFT: Final = UnitKind(walkable=False, loss_db=10.0)
_RUN: Final = UnitKind(walkable=False, enclosed=False, loss_db=0.0)

SHOP_FRONT_DB: Final = 3.0
"""Glass between a room and open ground."""
OUTER_WALL_DB: Final = 12.0
"""The building's outside wall, concrete and coated glass."""
SOLID_WALL_DB: Final = 8.0
"""A fixture of category ``wall``, both faces together."""

_WORDS: Final[dict[str, UnitKind]] = {
    "walkway walkway.island footbridge unenclosedarea platform road lobby waitingroom terrace": _OPEN,
    "parking ramp fieldofplay movingwalkway": _OPEN,
    "opentobelow vegetation escalator": _RUN,
    "elevator stairs steps": _SHAFT,
    "structure column brick concrete drywall glass wood": _SHAFT,
    "nonpublic storage kitchen serverroom firstaid mothersroom restroom shower": _BRICK,
    "auditorium movietheater theater": _BRICK,
    "retail room foodservice office classroom conferenceroom fitnessroom huddleroom laboratory": _ROOM,
    "library lounge mailroom phoneroom privatelounge recreation smokingarea unspecified": _ROOM,
}
KINDS: Final[dict[str, UnitKind]] = {word: kind for words, kind in _WORDS.items() for word in words.split()}


def kind_of(category: str) -> UnitKind:
    """What the table says, for ``restroom.female.wheelchair`` what it says for ``restroom``; else a room."""
    return KINDS.get(category) or KINDS.get(category.split(".")[0], _ROOM)


def known(category: str) -> bool:
    return category in KINDS or category.split(".")[0] == "restroom"
