"""Who is composed of whom, and that everything said finds its hearer."""

from collections.abc import Sequence
from typing import Final

import pytest

from contracts import messages as m
from contracts import wire
from contracts.messages import Message
from contracts.service import Service
from dispatcher.service import DispatcherService
from firmware_sim.scenario import Scenario
from gateway.ingest import IngestService
from runtime import compose
from runtime.settings import Settings
from runtime.turn import LOCAL_TO_INGEST, hearers_of, staying
from tests.sites import small_mall

FOR_NOBODY: Final = {m.GroundTruth, m.GatewayConfig, *wire.FACT_TYPES} - {m.CommandAnswered}
"""Routed, yet no service of the mall wants them: journal, evaluation and gateway agents do."""
FOR_SCREENS: Final = {m.ScreenFrame, m.ScreenEvent}


@pytest.fixture(scope="module")
def ground() -> compose.Ground:
    return compose.ground(small_mall(), Settings())


@pytest.fixture(scope="module")
def processes(ground: compose.Ground) -> dict[str, Sequence[Service]]:
    return {
        "positioning": compose.positioning_services(ground),
        "dispatcher": (compose.dispatcher_service(ground),),
        "dashboard": (compose.dashboard_service(ground),),
        "firmware_sim": (compose.firmware_sim_service(ground, Scenario(), 1),),
    }


def heard_by(processes: dict[str, Sequence[Service]], kind: type[Message]) -> list[str]:
    return [service.name for services in processes.values() for service in services if kind in service.topics]


def test_these_are_all_processes_and_their_services(processes: dict[str, Sequence[Service]]) -> None:
    assert tuple(processes) == compose.PROCESSES
    assert {name: [service.name for service in services] for name, services in processes.items()} == {
        "positioning": ["ingest", "positioning"],
        "dispatcher": ["dispatcher"],
        "dashboard": ["dashboard"],
        "firmware_sim": ["firmware_sim"],
    }


def test_every_service_wants_distinct_messages_that_exist(processes: dict[str, Sequence[Service]]) -> None:
    kinds = set(wire.MESSAGE_TYPES.values())
    for services in processes.values():
        for service in services:
            assert service.topics, service.name
            assert len(set(service.topics)) == len(service.topics), service.name
            assert set(service.topics) <= kinds, "a base class is never received"


def test_what_a_service_hears_travels_or_comes_from_a_gateway(
    processes: dict[str, Sequence[Service]],
) -> None:
    unrouted = {
        kind
        for services in processes.values()
        for service in services
        for kind in service.topics
        if kind not in wire.ROUTES
    }
    assert unrouted == {m.GatewayPayload}, "raw payloads have their vendors' topics"
    assert heard_by(processes, m.GatewayPayload) == ["ingest"]


@pytest.mark.parametrize("kind", wire.COMMAND_TYPES, ids=lambda kind: kind.__name__)
def test_every_command_has_exactly_one_hearer(
    kind: type[Message], processes: dict[str, Sequence[Service]]
) -> None:
    assert heard_by(processes, kind) == ["dispatcher"]


@pytest.mark.parametrize("kind", wire.MESSAGE_TYPES.values(), ids=lambda kind: kind.__name__)
def test_nothing_is_said_into_the_void(kind: type[Message], processes: dict[str, Sequence[Service]]) -> None:
    hearers = heard_by(processes, kind)
    assert (not hearers) == (kind in FOR_NOBODY | FOR_SCREENS), hearers


def test_only_what_is_for_screens_needs_no_route() -> None:
    unrouted = set(wire.MESSAGE_TYPES.values()) - set(wire.ROUTES)
    assert unrouted == FOR_SCREENS | {m.GatewayPayload}


def test_what_stays_in_the_positioning_process_is_heard_there_or_said_by_gateways(
    processes: dict[str, Sequence[Service]],
) -> None:
    inside = [service.name for service in processes["positioning"]]
    assert set(heard_by(processes, m.ScanReport)) <= set(inside)
    assert m.ScanReport in LOCAL_TO_INGEST


def test_a_process_takes_all_types_of_a_topic_or_none(processes: dict[str, Sequence[Service]]) -> None:
    """A subscription brings every type on its topic: nobody may be sent what it throws away."""
    for name, services in processes.items():
        wanted = {kind for service in services for kind in service.topics if kind in wire.ROUTES}
        filters = {wire.filter_of(kind, "s") for kind in wanted}
        brought = {kind for kind in wire.ROUTES if wire.filter_of(kind, "s") in filters}
        assert brought == wanted, name


def test_the_state_of_the_site_reaches_all_who_reckon_with_it(
    processes: dict[str, Sequence[Service]],
) -> None:
    """And is retained, so that who starts later has it too."""
    hearers = {
        m.EnrolmentChanged: ["ingest", "positioning", "dashboard"],
        m.GuestGatewaysChanged: ["ingest", "positioning", "dashboard"],
        m.ClosuresChanged: ["positioning", "dashboard", "firmware_sim"],
    }
    for kind, names in hearers.items():
        assert heard_by(processes, kind) == names
        assert wire.ROUTES[kind].retain, kind


def test_screen_messages_never_leave_their_process(processes: dict[str, Sequence[Service]]) -> None:
    assert staying(hearers_of(processes["dashboard"])) == {m.ScreenFrame, m.ScreenEvent}


def test_the_ground_is_the_sites(ground: compose.Ground) -> None:
    assert ground.site is small_mall()
    assert ground.grid.n_cells > 0
    assert set(ground.grid.floor.tolist()) == set(range(len(ground.site.floors)))


def test_settings_reach_their_services() -> None:
    """The very object: a service made with its own defaults would ignore the operator's file."""
    settings = Settings()
    ground = compose.ground(small_mall(), settings)
    ingest, positioning = compose.positioning_services(ground)
    dispatcher = compose.dispatcher_service(ground)
    dashboard = compose.dashboard_service(ground)
    assert isinstance(ingest, IngestService)
    held = [
        (ingest, settings.ingest),
        (positioning, settings.positioning),
        (dispatcher, settings.dispatcher),
        (dashboard, settings.dashboard),
    ]
    for service, wanted in held:
        assert any(value is wanted for value in vars(service).values()), service.name


def test_a_dispatcher_goes_on_from_its_facts(ground: compose.Ground) -> None:
    first = compose.dispatcher_service(ground)
    at = 1_773_453_600_000_000
    said = list(first.resumed(at))
    call = m.PlaceCall(
        command_id="k-1",
        by="operator/o",
        at=at,
        service="cleaning",
        place=m.Place("L1", 30.0, 20.0),
    )
    said += first.receive(call, at)
    facts = [message for message in said if isinstance(message, m.Fact)]
    second = compose.dispatcher_service(ground, facts)
    assert isinstance(second, DispatcherService)
    assert len(first.ledger.calls) == 1
    assert second.ledger.calls.keys() == first.ledger.calls.keys()


def test_the_simulators_luck_is_its_seed(ground: compose.Ground) -> None:
    def opening(seed: int) -> list[bytes]:
        service = compose.firmware_sim_service(ground, Scenario(), seed)
        at = 1_773_453_600_000_000
        return [
            wire.encode(message)
            for tick in range(3)
            for message in service.wake(at + tick * 1_000_000)
            if type(message) is m.GroundTruth
        ]

    assert opening(1) == opening(1)
    assert opening(1) != opening(2)
