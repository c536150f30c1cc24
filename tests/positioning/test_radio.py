import numpy as np
import pytest

from contracts.messages import InstalledGateway
from positioning.radio import install, slab_loss_db, storeys_of, vertical_m
from tests.positioning.builders import SETTINGS, hall


def test_guests_join_and_replace_and_unknown_floors_are_left_out() -> None:
    site = hall(2)
    known = site.gateways[0].gateway
    guests = (
        InstalledGateway(gateway="guest", floor="L2", x_m=1.0, y_m=2.0),
        InstalledGateway(gateway=known, floor="L2", x_m=9.0, y_m=9.0),
        InstalledGateway(gateway="lost", floor="L9", x_m=1.0, y_m=2.0),
    )
    gateways, unknown = install(site, guests, SETTINGS)
    assert unknown == 1
    assert len(gateways) == len(site.gateways) + 1
    assert gateways.x_m[gateways.index[known]] == 9.0
    assert gateways.floor[gateways.index["guest"]] == 1


def test_slabs_and_heights_count_between_floors() -> None:
    site = hall(3)
    gateways, _ = install(site, (), SETTINGS)
    storeys = storeys_of(site)
    low = np.array([gateways.index[site.gateways[0].gateway]])
    floors = np.array([0, 1, 2])
    assert slab_loss_db(gateways, storeys, low, floors) == pytest.approx([0.0, 15.0, 30.0])
    assert vertical_m(gateways, storeys, low, floors, 1.2) == pytest.approx([1.8, -3.2, -8.2])
