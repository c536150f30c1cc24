"""The site as the pages get it."""

import msgspec

from dashboard.sitejson import site_json
from tests.sites import small_mall


def test_everything_the_map_needs_is_there() -> None:
    site = small_mall()
    whole = msgspec.json.decode(site_json(site))
    assert [floor["i"] for floor in whole["floors"]] == [0, 1]
    assert whole["floors"][0]["bounds"] == [0.0, 0.0, 60.0, 40.0]
    assert sum(len(floor["spaces"]) for floor in whole["floors"]) == len(site.spaces)
    assert len(whole["gateways"]) == len(site.gateways)
    assert set(whole["services"][0]) >= {"service", "name", "priority", "needs", "checklist"}
    assert set(whole["staff"][0]) == {"unit_id", "name", "roles", "skills", "carries", "home_floor", "home"}


def test_a_handheld_gets_itself_only() -> None:
    whole = msgspec.json.decode(site_json(small_mall(), "u-02"))
    assert [member["unit_id"] for member in whole["staff"]] == ["u-02"]
    assert whole["gateways"] == []


def test_no_device_ids_leave() -> None:
    text = site_json(small_mall()).decode()
    assert all(member.device_id not in text for member in small_mall().staff)
