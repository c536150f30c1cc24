"""People are added, shut out and let in again by admins alone, and the audit says who did it."""

import asyncio
from pathlib import Path

from tests.dashboard.builders import Core, served


def test_a_person_is_added_shut_out_and_let_in_again(tmp_path: Path) -> None:
    async def scene() -> None:
        core = Core(tmp_path)
        async with served(core) as opened, opened.client("admin") as client, opened.client() as stranger:
            body = {"user": "lin", "role": "operator", "name": {"zh": "林", "en": "Lin"}}
            made = (await client.post("/api/users", json=body)).json()
            login = {"user": "lin", "password": made["password"]}
            assert (await stranger.post("/api/login", json=login)).json()["name"] == {"zh": "林", "en": "Lin"}
            assert (await stranger.get("/api/me")).status_code == 200
            assert (await client.put("/api/users/lin", json={"act": "disable"})).status_code == 200
            assert (await stranger.get("/api/me")).status_code == 401
            assert (await stranger.post("/api/login", json=login)).status_code == 401
            await client.put("/api/users/lin", json={"act": "enable"})
            renewed = (await client.put("/api/users/lin", json={"act": "password"})).json()["password"]
            assert renewed != made["password"]
            again = {"user": "lin", "password": renewed}
            assert (await stranger.post("/api/login", json=again)).status_code == 200
            listed = {one["user"]: one for one in (await client.get("/api/users")).json()["users"]}
            assert (listed["lin"]["role"], listed["lin"]["disabled"]) == ("operator", False)
            assert not any("password" in key for key in listed["lin"])
        done = [entry.what for entry in core.accounts.entries() if entry.whom == "user/lin"]
        assert done == ["password_user", "enable_user", "disable_user", "add_user"]

    asyncio.run(scene())


def test_what_cannot_be_is_refused_in_words(tmp_path: Path) -> None:
    async def scene() -> None:
        async with served(Core(tmp_path)) as opened, opened.client("admin") as client:
            good = {"user": "lin", "role": "operator"}
            wrongs: list[dict[str, object]] = [
                {"user": "operator"}, {"user": "a b"}, {"role": "king"}, {"unit_id": "u-01"},
                {"role": "staff"}, {"role": "staff", "unit_id": "u-99"}, {"name": {"zh": "x" * 200}},
            ]  # fmt: skip
            for wrong in wrongs:
                answer = await client.post("/api/users", json={**good, **wrong})
                assert answer.status_code == 400, wrong
            assert (await client.put("/api/users/nobody", json={"act": "disable"})).status_code == 404
            assert (await client.put("/api/users/operator", json={"act": "x"})).status_code == 400
            assert (await client.put("/api/users/admin", json={"act": "disable"})).status_code == 400

    asyncio.run(scene())


def test_nobody_but_an_admin(tmp_path: Path) -> None:
    async def scene() -> None:
        async with served(Core(tmp_path)) as opened:
            for user, status in (("operator", 403), ("technician", 403), ("u-01", 403), ("", 401)):
                async with opened.client(user) as client:
                    assert (await client.get("/api/users")).status_code == status
                    body = {"user": "lin", "role": "admin"}
                    assert (await client.post("/api/users", json=body)).status_code == status
                    wish = {"act": "password"}
                    assert (await client.put("/api/users/admin", json=wish)).status_code == status

    asyncio.run(scene())
