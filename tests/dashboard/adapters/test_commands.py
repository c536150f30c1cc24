"""The site, commands and routes over HTTP."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from contracts import messages as m
from dashboard.adapters import answers
from tests.dashboard.builders import T0, Core, a_unit, accepted, served

PLACE = {"type": "PlaceCall", "service": "wheelchair", "place": {"floor": "L1", "x_m": 30.0, "y_m": 12.0}}
KEY = {"Idempotency-Key": "0123456789"}


def test_a_call_is_placed_in_the_operators_name(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client("operator") as client:
            answer = await client.post("/api/commands", json=PLACE, headers=KEY)
            assert answer.json() == {
                "command_id": "0123456789", "accepted": True, "reason": "", "subject": "c-1"
            }  # fmt: skip
        (command,) = core.sent
        assert isinstance(command, m.PlaceCall)
        assert (command.by, command.at, command.service) == ("operator/operator", T0, "wheelchair")

    asyncio.run(scenario())


def test_a_refusal_is_an_answer(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        core.answer = lambda command: msgspec.structs.replace(
            accepted(command), accepted=False, reason="unknown_service", subject=""
        )
        async with served(core) as server, server.client("operator") as client:
            answer = await client.post("/api/commands", json=PLACE, headers=KEY)
            assert answer.status_code == 200
            assert answer.json()["accepted"] is False
            assert answer.json()["reason"] == "unknown_service"

    asyncio.run(scenario())


def test_silence_is_504_and_the_same_key_may_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "PATIENCE_S", 0.05)

    async def scenario() -> None:
        core = Core(tmp_path)
        core.answer = lambda _command: None
        async with served(core) as server, server.client("operator") as client:
            first = await client.post("/api/commands", json=PLACE, headers=KEY)
            assert first.status_code == 504
            assert first.json()["error"]["code"] == "not_confirmed"
            core.answer = accepted
            again = await client.post("/api/commands", json=PLACE, headers=KEY)
            assert again.json()["accepted"] is True
        assert [command.command_id for command in core.sent] == ["0123456789"] * 2

    asyncio.run(scenario())


def test_a_handheld_acts_for_its_own_unit(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        body = {"type": "AcceptOffer", "offer_id": "o-1", "unit_id": "u-01"}
        async with served(core) as server, server.client("u-01") as client:
            assert (await client.post("/api/commands", json=body, headers=KEY)).status_code == 200
            other = await client.post("/api/commands", json={**body, "unit_id": "u-02"}, headers=KEY)
            assert other.status_code == 403
        assert [command.by for command in core.sent] == ["unit/u-01"]

    asyncio.run(scenario())


def test_a_key_is_needed(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client("operator") as client:
            answer = await client.post("/api/commands", json=PLACE)
            assert answer.status_code == 400
            assert "Idempotency-Key" in answer.json()["error"]["message"]["en"]

    asyncio.run(scenario())


def test_the_site_is_sent_once_and_then_only_confirmed(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with (
            served(core) as server,
            server.client("operator") as client,
            server.client("u-02") as staff,
        ):
            first = await client.get("/api/site")
            assert first.headers["content-encoding"] == "gzip"
            assert len(first.json()["gateways"]) == 16
            again = await client.get("/api/site", headers={"If-None-Match": first.headers["etag"]})
            assert again.status_code == 304
            plain = await client.get("/api/site", headers={"Accept-Encoding": "identity"})
            assert plain.json() == first.json()
            own = await staff.get("/api/site")
            assert [member["unit_id"] for member in own.json()["staff"]] == ["u-02"]
            assert own.headers["etag"] != first.headers["etag"]

    asyncio.run(scenario())


def test_a_route_leads_to_the_units_target(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        core.hear(a_unit("u-01", target=m.Place("L2", 55.0, 27.0)))
        async with (
            served(core) as server,
            server.client("u-01") as client,
            server.client("operator") as operator,
        ):
            route = (await client.get("/api/route")).json()
            assert route["seconds"] > 0
            assert route["legs"][-1]["to_floor"] == "L2"
            assert (await client.get("/api/route", params={"unit": "u-02"})).status_code == 403
            assert (await operator.get("/api/route", params={"unit": "u-01"})).json() == route
            assert (await operator.get("/api/route", params={"unit": "nobody"})).status_code == 404

    asyncio.run(scenario())
