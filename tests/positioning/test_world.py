import numpy as np

from positioning.tracks import CANDIDATES
from positioning.world import FAR_M, NEAR_M
from tests.positioning.builders import SETTINGS, world_of


def test_candidates_lie_around_their_gateway_half_of_them_near() -> None:
    world = world_of(2)
    grid = world.ground.grid
    assert world.near.shape == (len(world.gateways), SETTINGS.particles * CANDIDATES)
    for gateway in range(len(world.gateways)):
        cells = world.near[gateway]
        away = np.hypot(
            grid.x_m[cells] - world.gateways.x_m[gateway], grid.y_m[cells] - world.gateways.y_m[gateway]
        )
        assert away.max() <= FAR_M
        assert (away <= NEAR_M).mean() >= 0.45
        assert set(grid.floor[cells].tolist()) == {0, 1}
