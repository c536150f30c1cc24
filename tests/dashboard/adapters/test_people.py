"""Log-in, log-out, and who looked at whom."""

import asyncio
from pathlib import Path

from contracts import messages as m
from contracts.quantities import SECOND
from tests.dashboard.builders import Core, served


def test_in_and_out(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as client:
            assert (await client.get("/api/me")).status_code == 401
            answer = await client.post(
                "/api/login", json={"user": "operator", "password": core.passwords["operator"]}
            )
            assert answer.status_code == 200
            cookie = answer.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=lax" in cookie
            me = (await client.get("/api/me")).json()
            assert me == answer.json()
            assert (me["role"], me["unit_id"], me["language"]) == ("operator", None, "zh")
            token = client.cookies["nearhand_console"]
            assert (await client.post("/api/logout", json={})).status_code == 204
            assert core.accounts.session(token, core.clock) is None
            client.cookies.set("nearhand_console", token)
            assert (await client.get("/api/me")).status_code == 401
        assert [entry.what for entry in core.accounts.entries()] == ["log_out", "log_in"]

    asyncio.run(scenario())


def test_whoever_logs_in_on_a_handheld_is_no_longer_silent(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as client:
            for user, params in (("operator", {}), ("u-03", {"app": "staff"})):
                body = {"user": user, "password": core.passwords[user]}
                assert (await client.post("/api/login", json=body, params=params)).status_code == 200
            [said] = core.sent
            assert isinstance(said, m.ReportPresent)
            assert (said.by, said.unit_id) == ("unit/u-03", "u-03")
            core.away = True  # the broker: who logs in gets in all the same
            assert (await client.post("/api/login", json=body, params=params)).status_code == 200
            assert core.service.desk.counters["presence_unsaid"] == 1

    asyncio.run(scenario())


def test_console_and_handheld_live_in_one_browser(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as client:
            for user, params in (("operator", {}), ("u-03", {"app": "staff"})):
                body = {"user": user, "password": core.passwords[user]}
                wrong = {} if params else {"app": "staff"}
                assert (await client.post("/api/login", json=body, params=wrong)).status_code == 403
                assert (await client.post("/api/login", json=body, params=params)).status_code == 200
            assert (await client.get("/api/me")).json()["user"] == "operator"
            assert (await client.get("/api/me", params={"app": "staff"})).json()["unit_id"] == "u-03"

    asyncio.run(scenario())


def test_guessing_is_slowed_down_and_the_owner_gets_in_after_the_wait(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client() as client:
            codes = []
            for _ in range(7):
                answer = await client.post("/api/login", json={"user": "operator", "password": "guess"})
                codes.append(answer.status_code)
            assert codes == [401, 401, 401, 401, 401, 429, 429]
            assert int(answer.headers["retry-after"]) >= 1
            right = {"user": "operator", "password": core.passwords["operator"]}
            assert (await client.post("/api/login", json=right)).status_code == 429
            other = {"user": "admin", "password": core.passwords["admin"]}
            assert (await client.post("/api/login", json=other)).status_code == 200
            core.clock += 5 * SECOND
            assert (await client.post("/api/login", json=right)).status_code == 200
        refused = [entry for entry in core.accounts.entries() if entry.what == "log_in_refused"]
        assert len(refused) == 5

    asyncio.run(scenario())


def test_a_session_ends_with_its_time(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client("operator") as client:
            assert (await client.get("/api/me")).status_code == 200
            core.clock += 3601 * SECOND
            assert (await client.get("/api/me")).status_code == 401

    asyncio.run(scenario())


def test_the_language_is_ones_own(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client("operator") as client:
            assert (await client.put("/api/me", json={"language": "en"})).json()["language"] == "en"
            assert (await client.get("/api/me")).json()["language"] == "en"
            assert (await client.put("/api/me", json={"language": "fr"})).status_code == 400

    asyncio.run(scenario())


def test_who_looked_at_whom_is_entered_and_read_by_the_admin(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with (
            served(core) as server,
            server.client("operator") as client,
            server.client("admin") as admin,
        ):
            for whom in ("u-01", "u-02"):
                answer = await client.post("/api/looked", json={"what": "follow", "whom": whom})
                assert answer.status_code == 204
            assert (
                await client.post("/api/looked", json={"what": "stare", "whom": "u-01"})
            ).status_code == 400
            await client.get("/api/route", params={"unit": "u-04"})
            entries = (await admin.get("/api/audit")).json()["entries"]
            seen = [(entry["who"], entry["what"], entry["whom"]) for entry in entries]
            assert seen == [
                ("operator/operator", "route", "u-04"),
                ("operator/operator", "follow", "u-02"),
                ("operator/operator", "follow", "u-01"),
            ]

    asyncio.run(scenario())
