"""Photos and spoken notes over HTTP: from whoever is there, to the control room, and to nobody else."""

import asyncio
from pathlib import Path

import httpx
import msgspec
import pytest

from contracts import messages as m
from dashboard.attachments import SIZE_LIMIT
from tests.dashboard.builders import T0, Core, accepted, served

PHOTO = b"\xff\xd8\xff\xe0 a photo"
KEY = {"Idempotency-Key": "photo-0123456789"}
ADDRESS = "/api/attachments/photo-0123456789"


async def send(client: httpx.AsyncClient, content: bytes = PHOTO, **query: str) -> httpx.Response:
    query = {"app": "staff", "call": "c-1", **query}
    return await client.post("/api/attachments", content=content, headers=KEY, params=query)


def test_a_photo_is_kept_told_and_shown_and_who_looked_is_known(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client("u-01") as staff, server.client("operator") as desk:
            answer = await send(staff, at=str(T0 - 5))
            assert answer.json()["accepted"] is True
            assert (await send(staff)).json() == answer.json()  # the answer was lost, and it comes again
            [wish] = core.sent
            assert wish == m.AttachFile(
                command_id=KEY["Idempotency-Key"], by="unit/u-01", at=T0 - 5,
                call_id="c-1", file_id=KEY["Idempotency-Key"], what="photo",
            )  # fmt: skip
            seen = await desk.get(ADDRESS)
            assert (seen.content, seen.headers["content-type"]) == (PHOTO, "image/jpeg")
            assert "sandbox" in seen.headers["content-security-policy"]
            assert (await staff.get(ADDRESS)).status_code == 403
        [entry] = [one for one in core.accounts.entries() if one.what == "open_attachment"]
        assert (entry.who, entry.whom) == ("operator/operator", KEY["Idempotency-Key"])

    asyncio.run(scenario())


def test_what_the_dispatcher_refuses_is_not_kept(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        core.answer = lambda wish: msgspec.structs.replace(accepted(wish), accepted=False, reason="not_yours")
        async with served(core) as server, server.client("u-01") as staff, server.client("operator") as desk:
            assert (await send(staff)).json()["reason"] == "not_yours"
            assert (await desk.get(ADDRESS)).status_code == 404

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("user", "content", "query", "status"),
    [
        ("operator", PHOTO, {"app": ""}, 403),
        ("u-01", b"<svg/>", {}, 400),
        ("u-01", b"", {}, 400),
        ("u-01", PHOTO, {"call": "../c-1"}, 400),
        ("u-01", PHOTO, {"at": "-5"}, 400),
        ("u-01", PHOTO + bytes(SIZE_LIMIT), {}, 413),
    ],
)
def test_what_cannot_be_is_refused(
    tmp_path: Path, user: str, content: bytes, query: dict[str, str], status: int
) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client(user) as client:
            assert (await send(client, content, **query)).status_code == status
        assert core.sent == []
        assert list((tmp_path / "attachments").iterdir()) == []

    asyncio.run(scenario())


def test_one_handheld_cannot_fill_the_disk(tmp_path: Path) -> None:
    async def scenario() -> None:
        core = Core(tmp_path)
        async with served(core) as server, server.client("u-01") as staff:
            codes = [(await send(staff)).status_code for _ in range(17)]
        assert codes[0] == 200
        assert codes[-1] == 429

    asyncio.run(scenario())
