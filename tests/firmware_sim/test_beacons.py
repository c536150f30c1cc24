import msgspec
import numpy as np
import pytest

from firmware_sim.beacons import (
    ADVERTS_MAX,
    APP_UUID,
    NEVER,
    Beacons,
    app_id,
    due,
    enrolled_of,
    static_address,
    stranger_id,
)
from firmware_sim.population import populate
from firmware_sim.scenario import Crowd, Scenario
from tests.firmware_sim.builders import QUIET, SECOND, START, coarse_grid, rng
from tests.sites import small_mall


def _beacons() -> Beacons:
    beacons = populate(small_mall(), coarse_grid(), QUIET, rng()).beacons
    beacons.next_at[beacons.next_at != NEVER] += START
    return beacons


def test_adverts_come_each_interval_and_0_to_10_ms_late() -> None:
    beacons = _beacons()
    device, at = due(beacons, START + 200 * SECOND, rng())
    first = at[device == 0]
    assert len(first) <= ADVERTS_MAX
    gaps = np.diff(first)
    assert (gaps >= SECOND).all()
    assert (gaps <= SECOND + 10_000).all()
    assert gaps.mean() == pytest.approx(SECOND + 5_000, rel=0.002)


def test_adverts_are_ordered_by_time_and_never_come_twice() -> None:
    beacons = _beacons()
    seen: list[tuple[int, int]] = []
    for step in range(1, 21):
        device, at = due(beacons, START + step * SECOND // 4, rng(step))
        assert (np.diff(at) >= 0).all()
        assert (at <= START + step * SECOND // 4).all()
        seen += zip(device.tolist(), at.tolist(), strict=True)
    assert len(seen) == len(set(seen))


def test_an_app_is_silent_until_it_starts() -> None:
    beacons = _beacons()
    app = beacons.kind.index("app")
    assert beacons.silent(app)
    assert app not in due(beacons, START + 5 * SECOND, rng())[0]
    beacons.start(app, START + 5 * SECOND, 1.0)
    assert app in due(beacons, START + 6 * SECOND, rng())[0]
    beacons.silence(app)
    assert app not in due(beacons, START + 20 * SECOND, rng())[0]


def test_the_sites_devices_come_first_and_only_the_rest_is_enrolled() -> None:
    site = small_mall()
    devices, extra = enrolled_of(site, Scenario(crowd=Crowd(visitors=15, assets=2)))
    loans = [device.device_id for device in devices if device.kind == "loan"]
    assert loans[:10] == [device.device_id for device in site.devices if device.kind == "loan"]
    assert len(loans) == 15
    assert [device.kind for device in extra] == ["loan"] * 5
    assert len({device.device_id for device in devices}) == len(devices) == 17


def test_a_site_with_more_devices_than_wanted_keeps_some_back() -> None:
    devices, extra = enrolled_of(small_mall(), Scenario(crowd=Crowd(visitors=4, assets=1)))
    assert (len(devices), extra) == (5, [])


def test_addresses_are_of_their_kind() -> None:
    addresses = {static_address(number, 0x0A) for number in range(1000)}
    assert len(addresses) == 1000
    assert all(int(address[:2], 16) >> 6 == 0b11 for address in addresses), "static random"
    assert int(stranger_id(rng())[:2], 16) >> 6 == 0b01, "resolvable private"
    assert app_id(0x1_0002) == f"ibeacon:{APP_UUID}:1:2"


def test_columns_have_one_length() -> None:
    beacons = _beacons()
    columns = [getattr(beacons, name) for name in ("kind", "walker", "x_m", "offset_db", "interval", "phone")]
    assert {len(column) for column in columns} == {len(beacons)}
    assert msgspec.to_builtins(beacons.subject)[0] == "u-01"
