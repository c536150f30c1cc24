"""When customers want what, and where: a Poisson process for each service, by hour and floor."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from contracts.errors import ConfigError
from contracts.quantities import HOUR, Instant, from_seconds
from contracts.sitemap import Site
from firmware_sim.agenda import Agenda
from firmware_sim.scenario import Demand

HOURS: Final = 24


@dataclass(eq=False)
class Wishes:
    """Services wanted, each with a stream of its own, so that one rate does not shuffle another."""

    demand: Demand
    streams: dict[str, np.random.Generator]
    until: Instant | None = None
    agenda: Agenda[str] = field(default_factory=Agenda)


def new_wishes(site: Site, demand: Demand, rng: np.random.Generator) -> Wishes:
    """
    Raises:
        ConfigError: a service or floor that the site does not have, or not 24 factors.
    """
    services = {kind.service for kind in site.services}
    asked = [*demand.calls_per_h, *([demand.burst_service] if demand.burst_calls else [])]
    for service in asked:
        if service not in services:
            raise ConfigError(f"demand: service {service!r} is not in the site's catalogue")
    floors = {floor.floor for floor in site.floors}
    for floor in demand.by_floor:
        if floor not in floors:
            raise ConfigError(f"demand.by_floor: the site has no floor {floor!r}")
    for floor in demand.by_floor_hour:
        if floor not in floors:
            raise ConfigError(f"demand.by_floor_hour: the site has no floor {floor!r}")
    tables = {"by_hour": demand.by_hour, **{f"by_floor_hour.{k}": v for k, v in demand.by_floor_hour.items()}}
    for name, factors in tables.items():
        if len(factors) not in (0, HOURS):
            raise ConfigError(f"demand.{name}: {len(factors)} factors instead of {HOURS}")
    streams = dict(zip(demand.calls_per_h, rng.spawn(len(demand.calls_per_h)), strict=True))
    return Wishes(demand, streams)


def open_doors(wishes: Wishes, now: Instant) -> None:
    """From ``now`` on people want something."""
    if wishes.demand.stop_after_s > 0:
        wishes.until = now + from_seconds(wishes.demand.stop_after_s)
    for service in wishes.streams:
        _next(wishes, service, now)
    if wishes.demand.burst_calls and wishes.demand.burst_after_s > 0:
        at = now + from_seconds(wishes.demand.burst_after_s)
        for _ in range(wishes.demand.burst_calls):
            wishes.agenda.add(at, "")


def wanted(wishes: Wishes, now: Instant) -> list[str]:
    """The services asked for by ``now``."""
    return [service for _, service in arrivals(wishes, now)]


def arrivals(wishes: Wishes, now: Instant) -> Iterator[tuple[Instant, str]]:
    """When each service is asked for, in order, until ``now``."""
    while (entry := wishes.agenda.due(now)) is not None:
        at, service = entry
        if wishes.until is not None and at > wishes.until:
            continue
        if not service:
            yield at, wishes.demand.burst_service
            continue
        peak = max(wishes.demand.by_hour, default=1.0)
        if wishes.streams[service].random() * peak < factor(wishes.demand, at):
            yield at, service
        _next(wishes, service, at)


def factor(demand: Demand, at: Instant) -> float:
    """Of the local hour."""
    return demand.by_hour[_hour(demand, at)] if demand.by_hour else 1.0


def floor_weights(site: Site, demand: Demand, at: Instant) -> list[float]:
    """(floors,) shares that add up to 1, in the local hour."""
    hour = _hour(demand, at)
    weights = []
    for floor in site.floors:
        by_hour = demand.by_floor_hour.get(floor.floor, ())
        weights.append(max(0.0, demand.by_floor.get(floor.floor, 1.0) * (by_hour[hour] if by_hour else 1.0)))
    total = sum(weights)
    return [weight / total for weight in weights] if total > 0 else [1 / len(weights)] * len(weights)


def _hour(demand: Demand, at: Instant) -> int:
    return (at + round(demand.utc_offset_h * HOUR)) // HOUR % HOURS


def _next(wishes: Wishes, service: str, now: Instant) -> None:
    """Waiting times at the day's highest rate; ``wanted`` thins them out (Lewis and Shedler 1979)."""
    peak = max(wishes.demand.by_hour, default=1.0)
    rate = wishes.demand.calls_per_h[service] * peak
    if rate > 0:
        wishes.agenda.add(now + round(wishes.streams[service].exponential(HOUR / rate)), service)
