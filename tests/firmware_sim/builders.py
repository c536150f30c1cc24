"""Small worlds for the simulator's tests."""

from functools import cache

import msgspec
import numpy as np

from contracts.grid import WalkableGrid, build_grid
from contracts.messages import CallChanged, OfferView, Place, TaskView, UnitChanged
from contracts.sitemap import Site
from firmware_sim.scenario import Crowd, Demand, Scenario, Staff, Vices
from firmware_sim.service import FirmwareSimService
from firmware_sim.ways import Ways
from tests.sites import small_mall

START = 1_773_453_600_000_000
SECOND = 1_000_000
QUIET = Scenario(
    crowd=Crowd(visitors=6, app_customers=2, assets=3, destinations=30),
    staff=Staff(silence_share=0.0, decline_share=0.0, give_back_share=0.0, not_found_share=0.0),
    vices_on=False,
)
"""Nobody wants anything, everybody answers, and the gateways are without fault."""
DESK = Place("L1", 30.0, 12.0)


@cache
def coarse_grid() -> WalkableGrid:
    return build_grid(small_mall(), 2.0)


@cache
def fine_grid() -> WalkableGrid:
    return build_grid(small_mall())


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def ways(rows_max: int = 20) -> Ways:
    return Ways(small_mall(), coarse_grid(), rows_max)


def speaking(*formats: str, addresses: bool = True) -> Site:
    """The small mall with these formats in turn."""
    site = small_mall()
    gateways = tuple(
        msgspec.structs.replace(
            gateway,
            vendor_format=formats[number % len(formats)],
            address=f"AC:23:3F:00:00:{number:02X}" if addresses else "",
        )
        for number, gateway in enumerate(site.gateways)
    )
    return msgspec.structs.replace(site, gateways=gateways)


def simulator(scenario: Scenario = QUIET, site: Site | None = None, seed: int = 1) -> FirmwareSimService:
    return FirmwareSimService(site or speaking("nearhand"), fine_grid(), scenario, rng(seed))


def scenario(
    demand: Demand = Demand(),  # noqa: B008 - frozen
    vices: Vices | None = None,
    staff: Staff | None = None,
    crowd: Crowd | None = None,
) -> Scenario:
    return msgspec.structs.replace(
        QUIET,
        demand=demand,
        vices=vices or Vices(),
        vices_on=vices is not None,
        staff=staff or QUIET.staff,
        crowd=crowd or QUIET.crowd,
    )


def view(unit_id: str = "u-01", version: int = 1, status: str = "available", **fields: object) -> UnitChanged:
    known = {"device_id": None, "roles": ("service",), **fields}
    return msgspec.convert(
        {"unit_id": unit_id, "version": version, "status": status, **msgspec.to_builtins(known)}, UnitChanged
    )


def offer(offer_id: str = "o1", unit_id: str = "u-01", call_id: str = "c1") -> OfferView:
    return OfferView(offer_id, call_id, f"{call_id}-1", unit_id, START, START + 25 * SECOND, 60.0, 0.9)


def call(
    call_id: str = "c1",
    version: int = 1,
    state: str = "pending",
    priority: int = 3,
    service: str = "luggage",
    device_id: str | None = None,
    tasks: tuple[TaskView, ...] = (),
) -> CallChanged:
    return CallChanged(
        call_id=call_id,
        version=version,
        service=service,
        priority=priority,
        state=state,  # type: ignore[arg-type]
        place=DESK,
        device_id=device_id,
        note="",
        by="operator/lin",
        received_at=START,
        deadline_at=START,
        tasks=tasks,
    )
