"""The way of a unit to its present target, for handheld and console."""

import msgspec

from contracts import messages as m
from contracts.grid import WalkableGrid
from contracts.sitemap import Name, Point, Site
from contracts.walking import Closures, Leg, Travel


class UsedConnector(msgspec.Struct, frozen=True):
    connector_id: str
    kind: str
    name: Name | None


class RouteLeg(msgspec.Struct, frozen=True):
    floor: str
    floor_i: int
    to_floor: str
    kind: str
    points: tuple[Point, ...]
    seconds: float
    connector: UsedConnector | None


class Route(msgspec.Struct, frozen=True):
    """``seconds`` is None where there is no target or no way."""

    unit_id: str
    target: m.Place | None
    seconds: float | None
    legs: tuple[RouteLeg, ...]


class Question(msgspec.Struct, frozen=True):
    """All that a route depends on, taken from the view in one go."""

    unit_id: str
    floor_i: int
    x_m: float
    y_m: float
    target: m.Place | None
    wheels: bool
    closures: Closures


class Router:
    """Answers route questions; keeps the walking times of the last state of closures."""

    def __init__(self, site: Site, grid: WalkableGrid) -> None:
        self._site = site
        self._grid = grid
        self._travel: Travel | None = None

    def route(self, question: Question) -> Route:
        target = question.target
        if target is None:
            return Route(question.unit_id, None, None, ())
        if self._travel is None or self._travel.closures != question.closures:
            self._travel = Travel(self._site, self._grid, question.closures, before=self._travel)
        try:
            start = self._grid.cell_at(question.floor_i, question.x_m, question.y_m)
            goal = self._grid.cell_at(self._site.floor_index(target.floor), target.x_m, target.y_m)
        except KeyError:
            return Route(question.unit_id, target, None, ())
        legs = self._travel.legs(start, goal, question.wheels)
        if not legs and start != goal:
            return Route(question.unit_id, target, None, ())
        told = tuple(self._leg(leg) for leg in legs)
        return Route(question.unit_id, target, round(sum(leg.seconds for leg in told), 1), told)

    def _leg(self, leg: Leg) -> RouteLeg:
        used = next((c for c in self._site.connectors if c.connector_id == leg.connector_id), None)
        to_floor = leg.to_floor if leg.to_floor >= 0 else leg.floor
        return RouteLeg(
            floor=self._site.floors[leg.floor].floor,
            floor_i=leg.floor,
            to_floor=self._site.floors[to_floor].floor,
            kind=leg.kind,
            points=tuple((round(x, 2), round(y, 2)) for x, y in leg.points),
            seconds=round(leg.seconds, 1),
            connector=UsedConnector(used.connector_id, used.kind, used.name) if used else None,
        )
