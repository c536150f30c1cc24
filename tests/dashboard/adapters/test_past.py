"""What the time bar asks, and who may ask it."""

import asyncio
import base64
from pathlib import Path

import pytest

from contracts import messages as m
from contracts.quantities import DAY, SECOND
from tests.dashboard.builders import Core, served
from tests.kept import OPENED, Kept, keep

JPEG = b"\xff\xd8\xff\xe0 a photo"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return keep(tmp_path_factory.mktemp("kept"))


def test_the_bar_gets_span_ticks_and_the_next_breach(tmp_path: Path, kept: Kept) -> None:
    async def scene() -> None:
        core = Core(tmp_path)
        core.past, core.clock = kept.past, kept.end
        async with served(core) as opened, opened.client("operator") as client:
            span = (await client.get("/api/replay")).json()
            assert span["until"] == kept.end
            found = await client.get("/api/replay/marks", params={"since": OPENED, "until": kept.end})
            kinds = [mark["kind"] for mark in found.json()["marks"]]
            assert kinds.count("CallReceived") == 4
            breach = (await client.get("/api/replay/next", params={"after": OPENED})).json()["mark"]
            assert breach["kind"] == "SlaBreached"
            none = (await client.get("/api/replay/next", params={"after": kept.end})).json()
            assert none == {"mark": None}
            wide = {"since": OPENED, "until": OPENED + 40 * DAY}
            for path, query in (("marks", {}), ("marks", wide), ("next", {"after": 1, "kind": "x"})):
                assert (await client.get(f"/api/replay/{path}", params=query)).status_code == 400

    asyncio.run(scene())


def test_figures_are_of_the_malls_own_hours(tmp_path: Path, kept: Kept) -> None:
    async def scene() -> None:
        core = Core(tmp_path)
        core.past, core.clock = kept.past, kept.end
        async with served(core) as opened, opened.client("operator") as client:
            query = {"since": OPENED, "until": kept.end}
            figures = (await client.get("/api/figures", params=query)).json()
            assert figures["calls"] == 4
            assert set(figures["by_hour"]) == {"18"}
            assert figures["misses"]
            empty = {"since": kept.end, "until": kept.end}
            assert (await client.get("/api/figures", params=empty)).status_code == 400

    asyncio.run(scene())


def test_an_incident_is_a_file_and_its_export_is_entered(tmp_path: Path, kept: Kept) -> None:
    async def scene() -> None:
        core = Core(tmp_path)
        core.past, core.clock = kept.past, kept.end
        async with served(core) as opened, opened.client("operator") as client:
            marks = (
                await client.get("/api/replay/marks", params={"since": OPENED, "until": kept.end})
            ).json()
            call_id = marks["marks"][0]["call_id"]
            answer = await client.get(f"/api/incidents/{call_id}")
            assert f'filename="incident-small-{call_id}.json"' in answer.headers["content-disposition"]
            assert answer.json()["call"]["call_id"] == call_id
            assert answer.json()["tracks"]
            assert answer.json()["files"] == []
            assert (await client.get("/api/incidents/c999")).status_code == 404
        entry = core.accounts.entries(limit=1)[0]
        assert (entry.what, entry.whom) == ("open_incident", call_id)

    asyncio.run(scene())


def test_the_file_of_an_incident_holds_its_photos(tmp_path: Path) -> None:
    async def scene() -> None:
        kept = keep(tmp_path / "kept")
        last = kept.facts[-1]
        call_id = next(fact.call_id for fact in kept.facts if isinstance(fact, m.CallReceived))
        photo = m.FileAttached(
            seq=last.seq + 1, at=kept.end, by="unit/u-02", call_id=call_id, file_id="photo-01", what="photo"
        )
        kept.past._journal.append([photo])
        core = Core(tmp_path)
        core.past, core.clock = kept.past, kept.end + SECOND
        core.files.keep("photo-01", JPEG)
        async with served(core) as opened, opened.client("operator") as client:
            (file,) = (await client.get(f"/api/incidents/{call_id}", params={"files": "1"})).json()["files"]
            assert base64.b64decode(file["content"]) == JPEG
            assert (file["by"], file["media_type"], file["left_out"]) == ("unit/u-02", "image/jpeg", "")
            core.files.drop("photo-01")
            (file,) = (await client.get(f"/api/incidents/{call_id}", params={"files": "1"})).json()["files"]
            assert (file["content"], file["left_out"]) == (None, "gone")
        entry = core.accounts.entries(limit=1)[0]
        assert (entry.what, entry.whom) == ("export_incident", call_id)

    asyncio.run(scene())


def test_the_past_is_for_operators_and_may_be_missing(tmp_path: Path) -> None:
    async def scene() -> None:
        async with served(Core(tmp_path)) as opened:
            for user, status in (("operator", 404), ("technician", 403), ("", 401)):
                async with opened.client(user) as client:
                    assert (await client.get("/api/replay")).status_code == status

    asyncio.run(scene())
