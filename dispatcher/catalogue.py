"""What the site says about services, people, items and places, looked up by id; made once."""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.grid import WalkableGrid
from contracts.messages import Place, TaskNeed
from contracts.sitemap import Depot, Item, RoleNeed, ServiceKind, Site, StaffMember

PLACE_REACH_M: Final = 30.0
"""A place further than this from any walkable ground is a mistake, not a corner of a shop."""

CELLS_MAX: Final = 5_000
"""Places whose cell is remembered; all are forgotten at once when there are more."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Lookups; immutable but for memories of who is qualified for what and which cell a place is."""

    site: Site
    grid: WalkableGrid
    services: dict[str, ServiceKind]
    staff: dict[str, StaffMember]
    """By unit id, in the order of ids."""
    items: dict[str, Item]
    depots: dict[str, Depot]
    """In the order of ids."""
    floors: dict[str, int]
    connectors: frozenset[str]
    """What can be closed: connectors, and spaces (a corridor)."""
    walk_mps: NDArray[np.float64]
    """(staff,) in the order of ``staff``."""
    on_belts: frozenset[str]
    """Items that somebody always carries."""
    _qualified: dict[tuple[str, tuple[str, ...]], NDArray[np.bool_]] = field(default_factory=dict)

    def qualified(self, need: TaskNeed) -> NDArray[np.bool_]:
        """Who has the role and all skills: (staff,) in the order of ``staff``."""
        key = (need.role, need.skills)
        if key not in self._qualified:  # as many entries as the catalogue of services has needs
            self._qualified[key] = np.array([qualified(staff, need) for staff in self.staff.values()], bool)
        return self._qualified[key]

    _cells: dict[Place, int] = field(default_factory=dict)

    def carriers(self, item: str) -> NDArray[np.bool_]:
        """Who always carries an item: (staff,)."""
        return np.array([item in staff.carries for staff in self.staff.values()], bool)

    def need_of(self, task: TaskNeed, service: str) -> RoleNeed | None:
        """The catalogue's entry behind a task, None where the catalogue has changed since."""
        kind = self.services.get(service)
        number = int(task.task_id.split("-")[1]) - 1
        if kind is None or not 0 <= number < len(kind.needs):
            return None
        need = kind.needs[number]
        return need if need.role == task.role else None

    def offer_timeout_s(self, service: str) -> float:
        kind = self.services.get(service)
        return 25.0 if kind is None else kind.offer_timeout_s

    def needs_wheels(self, item: str | None) -> bool:
        return item is not None and item in self.items and self.items[item].wheels

    def cell_of(self, place: Place) -> int:
        """The walkable cell of a place that ``knows`` it."""
        if place not in self._cells:
            if len(self._cells) >= CELLS_MAX:
                self._cells.clear()
            self._cells[place] = self.grid.cell_at(self.floors[place.floor], place.x_m, place.y_m)
        return self._cells[place]

    def knows(self, place: Place) -> bool:
        """Whether a place lies on this site."""
        if place.floor not in self.floors or not (math.isfinite(place.x_m) and math.isfinite(place.y_m)):
            return False
        try:
            cell = self.cell_of(place)
        except KeyError:
            return False
        grid = self.grid
        away_m = math.hypot(place.x_m - float(grid.x_m[cell]), place.y_m - float(grid.y_m[cell]))
        return away_m <= PLACE_REACH_M


def catalogue_of(site: Site, grid: WalkableGrid) -> Catalogue:
    everybody = sorted(site.staff, key=lambda staff: staff.unit_id)
    return Catalogue(
        site=site,
        grid=grid,
        services={kind.service: kind for kind in site.services if kind.needs},
        staff={staff.unit_id: staff for staff in everybody},
        items={item.item: item for item in site.items},
        depots={depot.depot: depot for depot in sorted(site.depots, key=lambda depot: depot.depot)},
        floors={floor.floor: index for index, floor in enumerate(site.floors)},
        connectors=frozenset(
            [connector.connector_id for connector in site.connectors]
            + [space.space_id for space in site.spaces]
        ),
        walk_mps=np.array([staff.walk_mps for staff in everybody], np.float64),
        on_belts=frozenset(item for staff in everybody for item in staff.carries),
    )


def qualified(staff: StaffMember, need: TaskNeed) -> bool:
    """Whether a person has the role and all the skills."""
    return need.role in staff.roles and set(need.skills) <= set(staff.skills)
