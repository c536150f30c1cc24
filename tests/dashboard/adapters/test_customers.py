"""The customer's way: QR code, call, waiting, rating, and limits for angry children."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from contracts import messages as m
from contracts.quantities import SECOND
from dashboard.adapters import customers
from dashboard.adapters.tokens import CALL, DEVICE, SPOT, Tokens
from tests.dashboard.builders import T0, Core, a_call, a_task, a_unit, accepted, served
from tests.sites import small_mall

TOKENS = Tokens(Core.secret)
DESK = TOKENS.sign(SPOT, "L1-desk")
PHONE = TOKENS.sign(DEVICE, "ibeacon:x:1:2")
MINE = TOKENS.sign(CALL, "c-1")


def key(number: int = 1) -> dict[str, str]:
    return {"Idempotency-Key": f"customer-{number:04}"}


async def ask(
    client: httpx.AsyncClient, number: int = 1, service: str = "wheelchair", **body: Any
) -> httpx.Response:
    return await client.post(f"/c/{DESK}/calls", json={"service": service, **body}, headers=key(number))


def test_the_page_learns_where_it_is_and_what_may_be_asked_for(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as phone:
            start = (await phone.get(f"/c/{DESK}/start")).json()
            assert start["spot"]["name"]["zh"] == "一层服务台"
            assert {"wheelchair", "medical"} <= {offer["service"] for offer in start["services"]}
            assert len(start["spots"]) == len(core.service.site.spots)
            linked = (await phone.get(f"/d/{PHONE}/start")).json()
            assert linked["spot"] is None
            assert start["desk_phone"] == core.service.site.desk_phone
            attended = [start["open"]]
            for version, status in enumerate(("off_duty", "on_break"), start=2):
                core.hear(a_unit(status=status, version=version))
                attended.append((await phone.get(f"/c/{DESK}/start")).json()["open"])
            assert attended == [True, False, True], "before anything is known nobody is sent away"

    asyncio.run(scenario())


def test_a_call_comes_from_the_spot_and_its_token_opens_it_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as phone:
            answer = await ask(phone, note="two people", device_id="staff:tag", by="operator/x")
            assert answer.json() == {"call_token": MINE, "call_id": "c-1"}
            (command,) = core.sent
            assert isinstance(command, m.PlaceCall)
            assert (command.by, command.note, command.device_id) == ("spot/L1-desk", "two people", None)
            assert command.place == m.Place("L1", 30.0, 12.0, "L1-desk")
            core.hear(a_call())
            assert (await phone.get(f"/c/call/{MINE}/state")).json()["state"] == "pending"
            assert (await phone.get(f"/c/call/{DESK}/state")).status_code == 404

    asyncio.run(scenario())


def test_a_device_is_located_only_with_its_signed_token(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as phone:
            await ask(phone, 1, device_token=PHONE)
            await phone.post(
                f"/d/{PHONE}/calls", json={"service": "medical", "spot": "L2-east"}, headers=key(2)
            )
            assert (await ask(phone, 3, device_token="ibeacon:x:1:2")).status_code == 404
        first, second = core.sent
        assert isinstance(first, m.PlaceCall)
        assert isinstance(second, m.PlaceCall)
        assert first.device_id == second.device_id == "ibeacon:x:1:2"
        assert (second.by, second.place.floor) == ("device/ibeacon:x:1:2", "L2")

    asyncio.run(scenario())


def test_what_is_not_offered_is_refused_and_a_refusal_has_its_reason(tmp_path: Path) -> None:
    site = small_mall()
    services = tuple(
        msgspec.structs.replace(kind, customer=kind.service != "security") for kind in site.services
    )

    async def scenario() -> None:
        core = Core(tmp_path, msgspec.structs.replace(site, services=services))
        async with served(core) as server, server.client() as phone:
            for service in ("security", "nonsense"):
                assert (await ask(phone, service=service)).status_code == 400
            assert (await ask(phone, note="x" * 501)).status_code == 400
            assert core.sent == []
            core.answer = lambda command: msgspec.structs.replace(
                accepted(command), accepted=False, reason="closed"
            )
            answer = await ask(phone)
            assert answer.status_code == 409
            assert answer.json()["error"]["code"] == "closed"

    asyncio.run(scenario())


def test_the_state_is_held_until_it_changes(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        core.hear(a_call())
        async with served(core) as server, server.client() as phone:
            first = (await phone.get(f"/c/call/{MINE}/state")).json()
            assert first["version"] == 1
            held = asyncio.create_task(phone.get(f"/c/call/{MINE}/state", params={"after": 1}))
            for _ in range(20):
                await asyncio.sleep(0.005)
            assert not held.done()
            task = a_task(unit_id="u-01", state="en_route", eta_at=T0 + 90 * SECOND)
            core.hear(a_call(version=2, state="en_route", tasks=(task,)))
            status = (await asyncio.wait_for(held, 5)).json()
            assert (status["state"], status["minutes_left"], status["version"]) == ("en_route", 2, 2)
            assert status["helpers"][0]["name"]["zh"].endswith("师傅")

    asyncio.run(scenario())


def test_a_held_request_is_answered_after_its_time_and_a_forgotten_call_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "HOLD_S", 0.05)

    async def scenario() -> None:
        core = Core(tmp_path)
        core.hear(a_call())
        async with served(core) as server, server.client() as phone:
            same = await phone.get(f"/c/call/{MINE}/state", params={"after": 1})
            assert same.json()["version"] == 1
            gone = await phone.get(f"/c/call/{TOKENS.sign(CALL, 'c-0')}/state")
            assert gone.status_code == 410

    asyncio.run(scenario())


def test_a_call_that_is_just_placed_is_waited_for(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as phone:
            early = asyncio.create_task(phone.get(f"/c/call/{MINE}/state"))
            for _ in range(20):
                await asyncio.sleep(0.005)
            core.hear(a_call())
            assert (await asyncio.wait_for(early, 5)).json()["state"] == "pending"

    asyncio.run(scenario())


def test_cancel_move_and_rate(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as phone:
            for number, (what, body) in enumerate(
                [
                    ("cancel", {}),
                    ("move", {"spot": "L2-east"}),
                    ("move", {"spot_token": TOKENS.sign(SPOT, "L1-west")}),
                    ("rate", {"stars": 3, "note": "谢谢"}),
                ]
            ):
                answer = await phone.post(f"/c/call/{MINE}/{what}", json=body, headers=key(number))
                assert answer.json() == {"accepted": True, "reason": ""}, what
            for body in ({"stars": 4}, {"stars": "3"}, {}):
                bad = await phone.post(f"/c/call/{MINE}/rate", json=body, headers=key(9))
                assert bad.status_code == 400
            assert (
                await phone.post(f"/c/call/{MINE}/move", json={"spot": "moon"}, headers=key(9))
            ).status_code == 404
        cancel, move, again, rate = core.sent
        assert isinstance(cancel, m.CancelCall)
        assert isinstance(move, m.MoveCall)
        assert isinstance(again, m.MoveCall)
        assert isinstance(rate, m.RateCall)
        assert (cancel.call_id, cancel.by) == ("c-1", "call/c-1")
        assert (move.place.spot, again.place.spot, rate.stars) == ("L2-east", "L1-west", 3)

    asyncio.run(scenario())


def test_a_child_cannot_flood_the_mall_nor_keep_a_medic_away(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as phone:
            codes = [(await ask(phone, number)).status_code for number in range(12)]
            assert codes == [200] * 8 + [429] * 4
            last = await ask(phone, 50)
            assert 1 <= int(last.headers["retry-after"]) <= 60
            assert (await ask(phone, 60, "medical")).status_code == 200
            core.clock += 21 * SECOND
            assert (await ask(phone, 70)).status_code == 200
        assert core.service.desk.counters["calls_too_many"] == 5

    asyncio.run(scenario())


def test_the_same_key_places_one_call(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as phone:
            first, second = await ask(phone, 1), await ask(phone, 1)
            assert first.json() == second.json()
        assert len(core.sent) == 1

    asyncio.run(scenario())


def test_what_was_lent_is_fetched_on_request(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        core.hear(a_call(state="cleared", tasks=(a_task(state="cleared", item="wheelchair"),)))
        async with served(core) as server, server.client() as phone:
            nothing = await phone.post(f"/c/call/{MINE}/collect", json={}, headers=key(1))
            assert nothing.status_code == 404
            loan = m.LoanView("t-1", "wheelchair", "W-7", "u-01", T0, T0 + SECOND)
            core.hear(m.StockChanged(depot="d-L1", version=2, free={}, reserved={}, loans=(loan,)))
            assert (await phone.get(f"/c/call/{MINE}/state")).json()["loan"]["item_number"] == "W-7"
            answer = await phone.post(f"/c/call/{MINE}/collect", json={}, headers=key(2))
            assert answer.json()["call_id"] == "c-1"
            (command,) = core.sent
            assert isinstance(command, m.PlaceCall)
            assert (command.service, command.by) == ("collect_loan", "call/c-1")
            assert command.place == m.Place("L1", 30.0, 12.0, "L1-desk")
            assert "W-7" in command.note

    asyncio.run(scenario())


def test_an_app_gets_its_link_from_the_desk_only(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client("operator") as desk, server.client() as phone:
            body = {"device_id": "ibeacon:x:1:2"}
            assert (await phone.post("/api/device-links", json=body)).status_code == 401
            assert (await desk.post("/api/device-links", json={"device_id": ""})).status_code == 400
            link = (await desk.post("/api/device-links", json=body)).json()
            assert link["path"] == f"/d/{PHONE}"
            assert link["address"] == f"{server.base}/d/{PHONE}"
            assert (await phone.get(f"{link['path']}/start")).status_code == 200

    asyncio.run(scenario())
