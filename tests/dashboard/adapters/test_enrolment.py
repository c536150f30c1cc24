"""The preview of a bulk enrolment."""

import asyncio
from pathlib import Path

from tests.dashboard.adapters.technicians import workplace
from tests.sites import small_mall


def test_lines_are_told_with_what_is_wrong_and_nothing_is_enrolled(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path) as (client, core):
            text = f"c30000770001\n{small_mall().staff[0].device_id}"
            answer = await client.post("/api/devices/preview", json={"text": text, "subject": "cart-{n}"})
            rows = answer.json()["lines"]
            assert [(row["subject"], row["problem"]) for row in rows] == [
                ("cart-001", ""),
                ("cart-002", "enrolled_already"),
            ]
            assert core.sent == []
            assert (await client.post("/api/devices/preview", json={"text": "\n" * 6000})).status_code == 413
            wrong = await client.post("/api/devices/preview", json={"texts": "x"})
            assert wrong.status_code == 400

    asyncio.run(scenario())


def test_an_operator_has_no_business_here(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path, "operator") as (client, _):
            answer = await client.post("/api/devices/preview", json={"text": "c30000770001"})
            assert answer.status_code == 403

    asyncio.run(scenario())
