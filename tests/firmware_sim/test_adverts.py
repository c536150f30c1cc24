"""The bytes are those of published captures: see the comments for where each layout was seen."""

import numpy as np

from firmware_sim.adverts import (
    advert,
    alarming,
    eddystone_uid,
    ibeacon,
    moko_button,
    moko_info,
    phone,
    ruuvi_df5,
)
from firmware_sim.population import populate
from firmware_sim.scenario import Crowd, Scenario
from tests.firmware_sim.builders import START, coarse_grid, rng
from tests.sites import small_mall

MAC = bytes.fromhex("CBB8334C884F")


def test_ibeacon() -> None:
    # flags, Apple, 02 15, UUID, major, minor, power at 1 m: -59 dBm
    wanted = "0201061aff4c000215f7826da64fa24e988024bc5b71e0893e00640007c5"
    assert ibeacon("f7826da6-4fa2-4e98-8024-bc5b71e0893e:100:7").hex() == wanted


def test_eddystone_uid() -> None:
    # service data FEAA, frame 00, power at 0 m: -18 dBm, namespace, instance
    data = eddystone_uid("2f234454f4911ba9ffa6:000000000001")
    assert data.hex() == "0201060303aafe1516aafe00ee2f234454f4911ba9ffa6000000000001"


def test_moko_device_information() -> None:
    # as captured from a fob, but for the name that followed: 2968 mV, its own address
    data = moko_info(bytes.fromhex("F95BC0EC4E56"), 2968)
    assert data.hex() == "020106020a001216abfe4000140b980001f95bc0ec4e562001"


def test_moko_button_counts_and_signals() -> None:
    # service data FEE0: mode, status bit 1, counter, device id
    assert moko_button(MAC, 6, True).hex() == "0201060f16e0fe20020006cbb8334c884f0000"
    assert moko_button(MAC, 7, False).hex() == "0201060f16e0fe20000007cbb8334c884f0000"


def test_ruuvi_data_format_5() -> None:
    # as the published valid example, but for movement counter and sequence
    data = ruuvi_df5(MAC, 2977, 66)
    assert data.hex() == "0201061bff99040512fc5394c37c0004fffc040cac364200cdcbb8334c884f"


def test_a_phone_says_nothing_that_identifies_it() -> None:
    assert phone("5A:11:22:33:44:55").hex().startswith("02011a020a0c0aff4c0010")


def test_each_structure_is_as_long_as_it_says() -> None:
    scenario = Scenario(crowd=Crowd(visitors=6, app_customers=2, assets=3, strangers=2))
    beacons = populate(small_mall(), coarse_grid(), scenario, rng()).beacons
    for device in range(len(beacons)):
        for alarm in (False, True):
            data, at = advert(beacons, device, alarm), 0
            while at < len(data):
                at += 1 + data[at]
            assert at == len(data) <= 31, (beacons.kind[device], data.hex())


def test_an_alarm_shows_for_its_time_only() -> None:
    beacons = populate(small_mall(), coarse_grid(), Scenario(), rng()).beacons
    beacons.alarm_until[3] = START
    assert alarming(beacons, 3, START - 1)
    assert not alarming(beacons, 3, START)
    assert np.count_nonzero(beacons.alarm_until) == 1
