"""Phones that nobody enrolled: they take a new random address about every quarter of an hour."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from contracts.quantities import Instant
from firmware_sim.agenda import Agenda
from firmware_sim.beacons import Beacons, stranger_id
from firmware_sim.formats.base import Tags
from firmware_sim.walkers import seconds_later

ROTATION_S: Final = (600.0, 1200.0)
"""Resolvable private addresses live for 15 minutes by default; phones vary it."""


@dataclass(eq=False)
class Strangers:
    rng: np.random.Generator
    agenda: Agenda[int] = field(default_factory=Agenda)


def new_strangers(beacons: Beacons, rng: np.random.Generator, now: Instant) -> Strangers:
    """Each is somewhere in the life of its address."""
    strangers = Strangers(rng)
    for device in np.flatnonzero(beacons.stranger).tolist():
        strangers.agenda.add(seconds_later(now, rng.uniform(0.0, ROTATION_S[1])), device)
    return strangers


def rotate(strangers: Strangers, tags: Tags, now: Instant) -> None:
    """New addresses for those whose time has come."""
    while (entry := strangers.agenda.due(now)) is not None:
        at, device = entry
        tags.beacons.ids[device] = stranger_id(strangers.rng)
        tags.forget(device)
        strangers.agenda.add(seconds_later(at, strangers.rng.uniform(*ROTATION_S)), device)
