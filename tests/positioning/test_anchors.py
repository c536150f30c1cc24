"""Anchored tags: offsets come out, few links say little, a moved gateway is named, a changed tag is not."""

from itertools import count

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from contracts.grid import build_grid
from contracts.messages import GatewaysChecked, ScanReport
from contracts.quantities import MILLISECOND, SECOND
from contracts.sitemap import Anchor, Site
from contracts.walking import Closures
from positioning.anchors import KNOWN_AFTER, LOST_AFTER, REFERENCE_MIN, REVIEW_S, AnchorWatch, Links, links_of
from positioning.batch import Readings
from positioning.service import PositioningService
from positioning.world import assemble
from tests.positioning.builders import SETTINGS, START, enrolment, hall, levels

TAGS, GATEWAYS = 6, 5
NAMES = tuple(f"gw-{g}" for g in range(GATEWAYS))
ANCHORS = tuple(Anchor(f"tag-{t}", "L1", 6.0 * t, 5.0) for t in range(TAGS))
EXPECTED = -60.0 - 5 * np.abs(np.arange(TAGS)[:, None] - np.arange(GATEWAYS))


class Hall:
    """Minutes of readings, four of each link, around ``level``; NaN = not heard."""

    def __init__(self, level: NDArray[np.float64]) -> None:
        self.watch = AnchorWatch(ANCHORS, NAMES, Links(EXPECTED, np.full(GATEWAYS, 3.0), 2.3))
        self.level = level
        self.rng = np.random.default_rng(1)
        self.minute = count(1)
        self.said: list[GatewaysChecked] = []
        self.watch.review(0.0, START)

    def run(self, minutes: int) -> None:
        for _ in range(minutes):
            for _ in range(4):
                row, gateway = np.nonzero(np.isfinite(self.level))
                rssi = self.level[row, gateway] + self.rng.normal(0, 2, len(row))
                self.watch.hear(Readings(row, gateway, rssi, np.zeros(len(row))))
            minute = next(self.minute)
            told = self.watch.review(minute * REVIEW_S, START + minute * 60 * SECOND)
            self.said += [told] if told else []


def test_offsets_of_receivers_come_out_whatever_the_tags_are_set_to() -> None:
    truth = np.array([4.0, -3.0, 0.0, 2.0, -3.0])
    tags = np.array([-8.0, -7.0, -9.0, -8.0, -6.0, -8.0])
    hall = Hall(EXPECTED + truth + tags[:, None])
    hall.run(KNOWN_AFTER + 5)
    found = hall.watch.offset_db
    assert found - found.mean() == pytest.approx(truth - truth.mean(), abs=1.2)
    assert abs(found.mean()) < 2.5, "what all have in common is the tags'"


def test_nothing_known_is_no_offset_and_one_link_says_little() -> None:
    level = np.full((TAGS, GATEWAYS), np.nan)
    level[0, 0] = EXPECTED[0, 0] + 10.0
    hall = Hall(level)
    hall.run(KNOWN_AFTER - 1)
    assert hall.watch.offset_db.tolist() == [0.0] * GATEWAYS
    hall.run(3)
    assert 0.5 < hall.watch.offset_db[0] < 3.0
    assert hall.watch.offset_db[1:].tolist() == [0.0] * (GATEWAYS - 1)


def test_a_moved_gateway_is_named_and_no_other() -> None:
    hall = Hall(EXPECTED.copy())
    hall.run(REFERENCE_MIN + 5)
    assert not hall.watch.moved.any()
    hall.level[:, 2] = EXPECTED[:, 2] + np.array([-12.0, -9.0, 3.0, 9.0, -6.0, -14.0])
    hall.run(15)
    assert hall.said[-1].moved == ("gw-2",)
    hall.level[:, 2] = EXPECTED[:, 2]
    hall.run(20)
    assert hall.said[-1].moved == ()


def test_a_tag_whose_battery_fails_moves_no_gateway() -> None:
    hall = Hall(EXPECTED.copy())
    hall.run(REFERENCE_MIN + 5)
    hall.level[1] -= 25.0
    hall.level[3] = np.nan
    hall.run(LOST_AFTER + 10)
    assert not hall.watch.moved.any()


def test_links_that_vanish_count_and_a_gateway_that_hears_nothing_is_not_our_affair() -> None:
    hall = Hall(EXPECTED.copy())
    hall.run(REFERENCE_MIN + 5)
    hall.level[:, 1] = np.nan
    hall.run(LOST_AFTER + 5)
    assert not hall.watch.moved.any()
    hall.level[5, 1] = -95.0
    hall.run(10)
    assert hall.watch.moved.tolist() == [False, True, False, False, False]


def test_little_is_said_when_nothing_changes_and_nothing_before_it_is_known() -> None:
    hall = Hall(EXPECTED.copy())
    hall.run(REFERENCE_MIN - 1)
    assert hall.said == []
    hall.run(60)
    assert len(hall.said) < 10


def test_what_is_known_stays_when_gateways_are_installed() -> None:
    hall = Hall(EXPECTED.copy())
    hall.run(REFERENCE_MIN + 5)
    wider = np.concatenate([np.full((TAGS, 1), -80.0), EXPECTED], axis=1)
    links = Links(wider, np.full(GATEWAYS + 1, 3.0), 2.3)
    watch = hall.watch.rebuilt(("new", *NAMES), np.arange(GATEWAYS) + 1, links)
    assert watch.offset_db.tolist() == [0.0, *hall.watch.offset_db.tolist()]
    hall.watch, hall.level = watch, np.concatenate([np.full((TAGS, 1), np.nan), EXPECTED], axis=1)
    hall.level[:, 3] -= 12.0 * np.array([1, -1, 1, -1, 1, -1])
    hall.run(15)
    assert hall.said[-1].moved == ("gw-2",)


# --- in the service ---


def anchored_hall() -> Site:
    places = ((3.0, 3.0), (37.0, 3.0), (3.0, 27.0), (37.0, 27.0), (15.0, 14.0))
    anchors = tuple(Anchor(f"tag-{i}", "L1", x, y, 1.2) for i, (x, y) in enumerate(places))
    return msgspec.structs.replace(hall(), anchors=anchors)


def test_the_table_expects_what_the_model_says_at_the_true_place() -> None:
    site = msgspec.structs.replace(anchored_hall(), walls=())
    world = assemble(site, build_grid(site), (), Closures(), SETTINGS)
    links = links_of(site, world, SETTINGS.tag_height_m, 2.3)
    exact = np.array([levels(site, 0, anchor.x_m, anchor.y_m) for anchor in site.anchors])
    assert np.abs(links.expected_dbm - exact).max() < 0.6, "half a decibel is the table's step"


def test_the_service_hears_anchors_without_locating_them_and_corrects_others() -> None:
    site = msgspec.structs.replace(anchored_hall(), walls=())
    service = PositioningService(site, build_grid(site), SETTINGS)
    service.receive(enrolment("d"), START)
    offset = np.zeros(len(site.gateways))
    offset[0], offset[5] = 6.0, -6.0
    told: list[GatewaysChecked] = []
    located: set[str] = set()
    exact = {anchor.device_id: levels(site, 0, anchor.x_m, anchor.y_m) for anchor in site.anchors}
    for second in range(0, 60 * (REFERENCE_MIN + 2), 15):
        now = START + second * SECOND
        for number, gateway in enumerate(site.gateways):
            rssi = [round(float(level[number] + offset[number])) for level in exact.values()]
            service.receive(
                ScanReport(
                    gateway=gateway.gateway,
                    boot="b",
                    seq=second,
                    started_at=now,
                    device_ids=tuple(exact),
                    device=np.arange(len(rssi), dtype="<u2").tobytes(),
                    rssi_dbm=np.array(rssi, np.int8).tobytes(),
                    offset_ms=np.zeros(len(rssi), "<u2").tobytes(),
                ),
                now,
            )
        for message in service.wake(now + 200 * MILLISECOND):
            told += [message] if isinstance(message, GatewaysChecked) else []
            located |= set(getattr(message, "device_ids", ()))
    assert located == set()
    assert service.dropped["not_enrolled"] == 0
    found = dict(zip(told[-1].gateways, told[-1].offset_db, strict=True))
    assert found[site.gateways[0].gateway] > 1.5
    assert found[site.gateways[5].gateway] < -1.5
    assert told[-1].moved == ()
