import msgspec
import numpy as np
import pytest

from contracts.sitemap import Site, Wall
from firmware_sim.coverage import NO_GATEWAY, RASTER_M, WALLS_DB_MAX, Coverage, build_coverage
from firmware_sim.scenario import Radio
from tests.sites import small_mall

PLAIN = Radio(exponent_sd=0.0, residual_sd_db=0.0, gateway_sd_db=0.0)
LOUD = msgspec.structs.replace(PLAIN, measured_power_dbm=-30.0)


def _one_gateway(site: Site, x_m: float, y_m: float, floor: str = "L1") -> Site:
    gateway = msgspec.structs.replace(site.gateways[0], gateway="g", floor=floor, x_m=x_m, y_m=y_m)
    return msgspec.structs.replace(site, gateways=(gateway,))


def _level(coverage: Coverage, floor: int, x_m: float, y_m: float) -> float:
    place = coverage.place(np.array([floor]), np.array([x_m]), np.array([y_m]))
    assert coverage.gateway[place[0], 0] == 0
    return float(coverage.level_dbm[place[0], 0])


def _open_hall() -> Site:
    return msgspec.structs.replace(small_mall(), walls=())


def test_the_mean_falls_with_the_logarithm_of_the_distance() -> None:
    coverage = build_coverage(_one_gateway(_open_hall(), 5.5, 20.5), PLAIN)
    height = 3.5 - 1.2
    for x_m in (6.5, 12.5, 30.5, 55.5):
        distance_m = np.hypot(x_m - 5.5, height)
        expected = -59.0 - 20.0 * np.log10(distance_m)
        assert _level(coverage, 0, x_m, 20.5) == pytest.approx(expected, abs=0.01)


def test_walls_take_their_loss_and_many_walls_saturate() -> None:
    def behind(walls: int) -> float:
        row = tuple(Wall("L1", (10.0 + 3 * n, 0.0), (10.0 + 3 * n, 40.0), 10.0) for n in range(walls))
        site = msgspec.structs.replace(_one_gateway(small_mall(), 5.5, 20.5), walls=row)
        return _level(build_coverage(site, LOUD), 0, 40.5, 20.5)

    losses = [behind(0) - behind(count) for count in (1, 2, 6)]
    assert losses == sorted(losses)
    assert 6.0 < losses[0] < 10.0
    assert losses[2] < WALLS_DB_MAX


def test_slabs_take_their_loss_but_not_through_the_void() -> None:
    coverage = build_coverage(_one_gateway(_open_hall(), 30.5, 20.5), PLAIN)

    def lost(x_m: float) -> float:
        distance_m = np.hypot(x_m - 30.5, 5.0 + 1.2 - 3.5)
        return -59.0 - 20.0 * np.log10(distance_m) - _level(coverage, 1, x_m, 20.5)

    assert lost(30.5) == pytest.approx(0.0, abs=0.01)
    assert lost(38.5) == pytest.approx(0.0, abs=0.01), "the ray passes the slab where the void is"
    assert lost(52.5) == pytest.approx(18.0, abs=0.01)


def test_the_residual_is_spatial_with_the_measured_spread_and_reach() -> None:
    radio = msgspec.structs.replace(LOUD, residual_sd_db=4.0)
    site = _one_gateway(_open_hall(), 30.5, 20.5)
    fields = []
    for seed in range(12):
        seeded = msgspec.structs.replace(radio, building_seed=seed)
        with_field = build_coverage(site, seeded)
        without = build_coverage(site, msgspec.structs.replace(seeded, residual_sd_db=0.0))
        places = with_field.rows * with_field.columns
        difference = with_field.level_dbm[:places, 0] - without.level_dbm[:places, 0]
        fields.append(difference.reshape(with_field.rows, with_field.columns))
    field = np.stack(fields)
    assert field.std() == pytest.approx(4.0, abs=0.4)
    lag = round(radio.residual_scale_m / RASTER_M)
    near, far = (field[:, :, :-k] * field[:, :, k:] for k in (1, 3 * lag))
    at_scale = 0.5 * (
        (field[:, :, :-4] * field[:, :, 4:]).mean() + (field[:, :, :-5] * field[:, :, 5:]).mean()
    )
    assert near.mean() / field.var() > 0.9
    assert at_scale / field.var() == pytest.approx(np.exp(-1), abs=0.12)
    assert abs(far.mean() / field.var()) < 0.2


def test_the_same_seed_is_the_same_building_and_another_seed_another() -> None:
    first, again, other = (build_coverage(small_mall(), Radio(building_seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.level_dbm, again.level_dbm)
    np.testing.assert_array_equal(first.gateway, again.gateway)
    assert (first.level_dbm != other.level_dbm).any()


def test_gateways_are_listed_loudest_first_and_once() -> None:
    coverage = build_coverage(small_mall(), Radio())
    assert (np.diff(coverage.level_dbm, axis=1) <= 0).all()
    for row in coverage.gateway[::97]:
        heard = row[row != NO_GATEWAY]
        assert len(set(heard.tolist())) == len(heard)


def test_places_outside_count_as_at_the_edge() -> None:
    coverage = build_coverage(small_mall(), PLAIN)
    inside = coverage.place(np.array([1]), np.array([59.9]), np.array([0.1]))
    outside = coverage.place(np.array([1]), np.array([99.0]), np.array([-9.0]))
    assert inside == outside
