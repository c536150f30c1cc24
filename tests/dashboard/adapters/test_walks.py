"""Commissioning over HTTP."""

import asyncio
from pathlib import Path

from contracts import messages as m
from tests.dashboard.adapters.technicians import workplace
from tests.dashboard.builders import T0, enrolled

TAG = "C3:00:00:A5:00:01"
PLACE = {"floor": "L1", "x_m": 10.0, "y_m": 12.0}


def test_a_walk_is_started_marked_and_stopped_by_an_enrolled_device_only(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path) as (client, core):
            refused = await client.post("/api/walks", json={"device_id": TAG})
            assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_enrolled")
            core.service.receive(m.EnrolmentChanged(version=1, devices=enrolled(TAG)), T0)
            far = {"device_id": TAG, "route": [{**PLACE, "floor": "L9"}]}
            assert (await client.post("/api/walks", json=far)).status_code == 400
            walk = (await client.post("/api/walks", json={"device_id": TAG, "route": [PLACE]})).json()
            path = f"/api/walks/{walk['walk_id']}"
            assert (await client.post(f"{path}/marks", json=PLACE)).json()["marks"][0]["at"] == core.now()
            assert (await client.post(f"{path}/marks", json={"floor": "L9"})).status_code == 400
            assert (await client.delete(f"{path}/marks/last")).json()["marks"] == []
            assert (await client.get(path)).json()["readings"] == 0
            assert (await client.post(f"{path}/stop")).json()["stopped_at"] is not None
            again = await client.post(f"{path}/stop")
            assert (again.status_code, again.json()["error"]["code"]) == (409, "not_under_way")
            listed = (await client.get("/api/walks")).json()
            assert [one["walk_id"] for one in listed["walks"]] == [walk["walk_id"]]
            assert listed["in_use"] is None
            accepted = await client.post(f"{path}/accept")
            assert accepted.json()["error"]["code"] == "not_assessed"
            assert (await client.get(f"{path}/assessment")).json()["state"] == "none"
            assert (await client.delete(path)).status_code == 204
            assert (await client.get(path)).status_code == 404
            rollback = await client.post("/api/calibration/rollback")
            assert rollback.json()["error"]["code"] == "not_calibrated"

    asyncio.run(scenario())


def test_an_operator_does_not_walk(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with workplace(tmp_path, "operator") as (client, _):
            for method, path in [("GET", ""), ("POST", ""), ("GET", "/w1"), ("POST", "/w1/accept")]:
                assert (await client.request(method, f"/api/walks{path}")).status_code == 403

    asyncio.run(scenario())
