"""The settings' requests, with a real draft behind them."""

import asyncio
from pathlib import Path

import pytest

from tests.dashboard.adapters.technicians import workplace


def test_a_draft_is_kept_checked_and_published_with_who_and_why(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path, "admin") as (client, core):
            draft = (await client.get("/api/rules/draft")).json()["draft"]
            edit = {"version": draft["version"], "rules": draft["rules"]}
            edit["rules"]["services"][0]["needs"][0]["target_s"] = 0
            shown = (await client.put("/api/rules/draft", json=edit)).json()
            assert shown["findings"][0]["severity"] == "error"
            again = await client.put("/api/rules/draft", json=edit)
            assert (again.status_code, again.json()["error"]["code"]) == (409, "draft_moved")
            edit["version"] = shown["draft"]["version"]
            edit["rules"]["services"][0]["needs"][0]["target_s"] = 200
            version = (await client.put("/api/rules/draft", json=edit)).json()["draft"]["version"]
            (change,) = (await client.post("/api/rules/check")).json()["changes"]
            assert change["fields"][0]["field"] == "needs[1].target_s"
            without = await client.post("/api/rules/publish", json={"version": version, "note": " "})
            assert without.status_code == 400, "whoever changes the rules says why"
            body = {"version": version, "note": "too slow"}
            outcome = (await client.post("/api/rules/publish", json=body)).json()
            assert outcome["revision"] > 0
            entry = core.accounts.entries(limit=1)[0]
            assert (entry.who, entry.what, entry.detail) == ("operator/admin", "rules_published", "too slow")

    asyncio.run(asyncio.wait_for(scenario(), 120))


@pytest.mark.parametrize("user", ["operator", "technician"])
def test_the_rules_are_for_administrators(tmp_path: Path, user: str) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path, user) as (client, _):
            for method, path in (
                ("GET", "draft"),
                ("PUT", "draft"),
                ("DELETE", "draft?version=0"),
                ("POST", "check"),
                ("POST", "publish"),
            ):
                answer = await client.request(method, f"/api/rules/{path}")
                assert answer.status_code == 403, path

    asyncio.run(scenario())


def test_what_is_no_draft_is_refused_and_a_draft_is_given_up(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path, "admin") as (client, _):
            assert (await client.put("/api/rules/draft", json={"version": 0})).status_code == 400
            rules = (await client.get("/api/rules/draft")).json()["draft"]["rules"]
            for sent, status in (({**rules, "items": rules["items"] * 200}, 413), (rules, 200)):
                edit = {"version": 0, "rules": sent}
                assert (await client.put("/api/rules/draft", json=edit)).status_code == status
            assert (await client.delete("/api/rules/draft?version=0")).status_code == 409
            assert (await client.delete("/api/rules/draft?version=1")).status_code == 204

    asyncio.run(scenario())
