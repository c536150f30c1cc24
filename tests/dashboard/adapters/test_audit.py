"""The audit asked for: commands beside looks, by time and words, page by page, and as a table."""

import asyncio
import csv
import io
from pathlib import Path

import pytest

from contracts.quantities import SECOND
from dashboard.access import AuditEntry
from dashboard.adapters.audit import as_csv
from tests.dashboard.builders import Core, served
from tests.kept import OPENED, Kept, keep


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return keep(tmp_path_factory.mktemp("kept"))


def test_commands_and_looks_stand_together_and_are_read_in_pages(tmp_path: Path, kept: Kept) -> None:
    async def scene() -> None:
        core = Core(tmp_path)
        core.past, core.clock = kept.past, kept.end
        core.accounts.audit("operator/operator", "follow", "u-01", OPENED + 61 * SECOND)
        async with served(core) as opened, opened.client("admin") as client:

            async def ask(**query: object) -> dict[str, object]:
                answer = await client.get("/api/audit", params=query)
                assert answer.status_code == 200, answer.text
                return answer.json()

            everything = (await ask(limit=2000))["entries"]
            calls = [entry for entry in everything if entry["what"] == "CallReceived"]
            assert [entry["who"] for entry in calls] == ["operator/test"] * 4
            assert everything == sorted(everything, key=lambda entry: -entry["at"])
            whats = [entry["what"] for entry in everything]
            assert whats.index("follow") < len(whats) - 1 - whats[::-1].index("CallReceived")
            pages, until = [], None
            for _ in range(100):
                page = await ask(limit=7, **({} if until is None else {"until": until}))
                pages += page["entries"]
                until = page["more_before"]
                if until is None:
                    break
            assert pages == everything
            assert (await ask(find="follow u-01"))["entries"] == [
                entry for entry in everything if entry["what"] == "follow"
            ]
            assert (await ask(since=kept.end))["entries"] == []

    asyncio.run(scene())


def test_the_table_holds_what_was_asked_for_and_its_export_is_entered(tmp_path: Path, kept: Kept) -> None:
    async def scene() -> None:
        core = Core(tmp_path)
        core.past, core.clock = kept.past, kept.end
        async with served(core) as opened, opened.client("admin") as client:
            answer = await client.get("/api/audit.csv", params={"find": "CallReceived"})
            assert "attachment" in answer.headers["content-disposition"]
            rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
            assert [row[2] for row in rows] == ["what", *["CallReceived"] * 4]
            assert rows[-1][0].startswith("2023-11-14 18:00:10")
            entry = core.accounts.entries(limit=1)[0]
            assert (entry.who, entry.what, entry.detail) == ("operator/admin", "audit_exported", "4 rows")

    asyncio.run(scene())


def test_the_audit_is_for_administrators_and_asked_for_rightly(tmp_path: Path) -> None:
    async def scene() -> None:
        async with served(Core(tmp_path)) as opened:
            for user in ("operator", "technician"):
                async with opened.client(user) as client:
                    for path in ("/api/audit", "/api/audit.csv"):
                        assert (await client.get(path)).status_code == 403
            async with opened.client("admin") as client:
                for query in ({"limit": "all"}, {"since": "x"}, {"find": "x" * 101}, {"limit": "0"}):
                    assert (await client.get("/api/audit", params=query)).status_code == 400, query

    asyncio.run(scene())


def test_a_cell_is_never_a_formula() -> None:
    entry = AuditEntry(0, "user/=1+1", "log_in_refused", "=HYPERLINK(1)", "@x")
    assert "'=HYPERLINK(1)" in as_csv([entry], "Asia/Shanghai")
    assert "'@x" in as_csv([entry], "Asia/Shanghai")
