"""Gateways: nothing is lost or invented without a vice, and each vice does what it says."""

from collections import Counter

import msgspec
import numpy as np
import pytest

from contracts import wire
from contracts.columns import observations
from contracts.messages import GatewayPayload, GatewayStatus, ScanReport
from firmware_sim.firmware import BUFFER, Fleet, clock_error, collect, hurry, new_fleet, send
from firmware_sim.formats.base import Tags
from firmware_sim.population import populate
from firmware_sim.radio import Heard
from firmware_sim.scenario import Vices
from tests.firmware_sim.builders import QUIET, SECOND, START, coarse_grid, rng, scenario, speaking
from tests.sites import small_mall

G = 16
CALM = Vices(
    clock_offset_sd_s=0.0,
    clock_drift_sd_ppm=0.0,
    clock_steps_per_h=0.0,
    reboots_per_h=0.0,
    outages_per_h=0.0,
    duplicate_share=0.0,
)


def _tags() -> Tags:
    return Tags(populate(small_mall(), coarse_grid(), QUIET, rng()).beacons, frozenset())


def _fleet(vices: Vices | None = None, *formats: str) -> Fleet:
    return new_fleet(speaking(*(formats or ("nearhand",))), scenario(vices=vices), rng(3), START)


def _hear(fleet: Fleet, until: int, count: int = 20) -> Counter[tuple[int, int, int]]:
    """Random observations in the tenth of a second before ``until``; counts (gateway, device, ms)."""
    stream = rng(until % 2**32)
    gateway = stream.integers(0, G, count).astype(np.int16)
    device = stream.integers(0, 20, count)
    at = np.sort(until - stream.integers(0, SECOND // 10, count))
    rssi = stream.integers(-99, -40, count).astype(np.int8)
    collect(fleet, Heard(np.arange(count), gateway, rssi), device, at)
    rows = zip(gateway.tolist(), device.tolist(), (at // 1000).tolist(), strict=True)
    return Counter(rows)


def _reports(payloads: list[GatewayPayload]) -> list[ScanReport]:
    messages = [wire.decode(payload.payload) for payload in payloads]
    return [message for message in messages if isinstance(message, ScanReport)]


def _run(fleet: Fleet, seconds: int, listen: bool = True) -> tuple[list[tuple[int, GatewayPayload]], Counter]:
    """Ten looks a second; everything sent with its time, and everything heard."""
    tags, sent, heard = _tags(), [], Counter()
    for tenth in range(1, 10 * seconds + 1):
        now = START + tenth * SECOND // 10
        if listen:
            heard += _hear(fleet, now)
        sent += [(now, payload) for payload in send(fleet, tags, now)]
    for tenth in range(21):
        now = START + seconds * SECOND + tenth * SECOND // 10
        sent += [(now, payload) for payload in send(fleet, tags, now)]
    return sent, heard


def _told(reports: list[ScanReport], ids: list[str]) -> Counter[tuple[int, int, int]]:
    names = {gateway.gateway: number for number, gateway in enumerate(small_mall().gateways)}
    found: Counter[tuple[int, int, int]] = Counter()
    for report in reports:
        columns = observations(report)
        for device, offset in zip(columns.device.tolist(), columns.offset_ms.tolist(), strict=True):
            at_ms = report.started_at // 1000 + offset
            found[names[report.gateway], ids.index(report.device_ids[device]), at_ms] += 1
    return found


def test_without_vices_everything_heard_is_told_once_at_its_time() -> None:
    fleet = _fleet()
    sent, heard = _run(fleet, 20)
    told = _told(_reports([payload for _, payload in sent]), _tags().beacons.ids)
    assert sum(told.values()) == sum(heard.values())
    for (gateway, device, at_ms), count in heard.items():
        near = sum(told[gateway, device, at_ms + shift] for shift in (-1, 0, 1))
        assert near >= count, "to the millisecond, but for rounding"


def test_batches_are_numbered_without_gaps_and_spread_over_the_second() -> None:
    sent, _ = _run(_fleet(), 20)
    by_gateway: dict[str, list[int]] = {}
    for report in _reports([payload for _, payload in sent]):
        by_gateway.setdefault(report.gateway, []).append(report.seq)
    assert len(by_gateway) == G
    assert all(seqs == list(range(len(seqs))) and len(seqs) >= 20 for seqs in by_gateway.values())
    per_look = Counter(now % SECOND for now, payload in sent if payload.topic.endswith("/scan"))
    assert max(per_look.values()) <= 2.5 * min(per_look.values())


def test_a_late_look_sends_one_batch_with_everything() -> None:
    fleet = _fleet()
    _hear(fleet, START + 10 * SECOND, 200)
    reports = _reports(send(fleet, _tags(), START + 10 * SECOND))
    assert len(reports) == G
    assert sum(len(report.rssi_dbm) for report in reports) == 200
    assert _reports(send(fleet, _tags(), START + 10 * SECOND)) == []


def test_what_a_gateway_cannot_hold_is_lost_and_counted() -> None:
    fleet = _fleet()
    n = BUFFER + 30
    at = np.arange(n) + START
    collect(fleet, Heard(np.arange(n), np.zeros(n, np.int16), np.full(n, -60, np.int8)), np.zeros(n, int), at)
    assert fleet.overflowed == 30
    (report,) = [r for r in _reports(send(fleet, _tags(), START + 2 * SECOND)) if r.gateway == "gw-L1-01"]
    assert len(report.rssi_dbm) == BUFFER


def test_a_pressed_button_is_passed_on_at_once_by_our_own_agents() -> None:
    fleet, now = _fleet(None, "nearhand", "minew"), START + 1_400_000
    send(fleet, _tags(), now)
    due = fleet.next_send.copy()
    heard = Heard(np.array([0, 0, 1]), np.array([0, 1, 2], np.int16), np.full(3, -60, np.int8))
    device, unheard = np.array([7, 8]), {7, 9}
    collect(fleet, heard, device, np.array([now, now]))
    hurry(fleet, heard, device, unheard, now)
    assert unheard == {9}
    assert np.flatnonzero(fleet.next_send != due).tolist() == [0], "its own, and of those only who heard it"
    (report,) = _reports(send(fleet, _tags(), now))
    assert report.gateway == "gw-L1-01"


def test_clocks_are_off_by_their_offset_and_drift() -> None:
    vices = msgspec.structs.replace(CALM, clock_offset_sd_s=2.0, clock_drift_sd_ppm=100.0)
    fleet = _fleet(vices)
    now = [clock_error(gateway, START) / SECOND for gateway in fleet.gateways]
    later = [clock_error(gateway, START + 3600 * SECOND) / SECOND for gateway in fleet.gateways]
    assert 1.0 < np.std(now) < 3.5
    assert 0.15 < np.std(np.subtract(later, now)) < 0.8
    _hear(fleet, START + SECOND)
    for report in _reports(send(fleet, _tags(), START + 2 * SECOND)):
        number = int(report.gateway[-2:]) - 1 + (8 if "L2" in report.gateway else 0)
        assert report.started_at - START == pytest.approx(
            clock_error(fleet.gateways[number], START), abs=1000
        )


def test_steps_set_a_clock_by_seconds() -> None:
    fleet = _fleet(msgspec.structs.replace(CALM, clock_steps_per_h=60.0))
    before = [clock_error(gateway, START) for gateway in fleet.gateways]
    _run(fleet, 180, listen=False)
    after = [clock_error(gateway, START) for gateway in fleet.gateways]
    moved = [abs(a - b) / SECOND for a, b in zip(after, before, strict=True) if a != b]
    assert len(moved) > 5
    assert all(0.5 <= step <= 5.0 for step in moved)


def test_a_reboot_begins_a_new_life() -> None:
    fleet = _fleet(msgspec.structs.replace(CALM, reboots_per_h=60.0, reboot_mean_s=3.0))
    sent, heard = _run(fleet, 120)
    reports = _reports([payload for _, payload in sent])
    boots = {(report.gateway, report.boot) for report in reports}
    assert len(boots) > G + 5
    for gateway, boot in boots:
        seqs = [r.seq for r in reports if (r.gateway, r.boot) == (gateway, boot)]
        assert seqs == list(range(len(seqs))), "seq starts again"
    assert sum(len(report.rssi_dbm) for report in reports) < sum(heard.values())


def test_after_an_outage_an_agent_sends_its_back_log_and_a_vendors_forgets() -> None:
    vices = msgspec.structs.replace(CALM, outages_per_h=60.0, outage_mean_s=15.0)
    own = _fleet(vices)
    sent, heard = _run(own, 120)
    reports = _reports([payload for _, payload in sent])
    waiting = sum(len(gateway.spool) for gateway in own.gateways)
    told = sum(len(report.rssi_dbm) for report in reports)
    assert told <= sum(heard.values())
    if waiting == 0:
        assert told == sum(heard.values())
    delays = [now - report.started_at for now, payload in sent for report in _reports([payload])]
    assert max(delays) > 10 * SECOND
    minew = _fleet(vices, "minew")
    _run(minew, 100)
    assert minew.lost_in_outages > 0
    assert not any(gateway.spool for gateway in minew.gateways)


def test_a_spool_is_bounded_and_the_newest_win() -> None:
    vices = msgspec.structs.replace(CALM, outages_per_h=3600.0, outage_mean_s=1e6, spool_batches=5)
    fleet = _fleet(vices)
    _run(fleet, 60)
    gateway = fleet.gateways[0]
    assert len(gateway.spool) == 5
    assert fleet.lost_in_outages > 0
    newest = [wire.decode(payload) for _, payload in gateway.spool]
    seqs = [message.seq for message in newest if isinstance(message, ScanReport)]
    assert seqs == sorted(seqs)
    assert seqs[-1] == gateway.seq - 1


def test_the_broker_tells_of_who_stays_away_and_of_who_comes_back() -> None:
    fleet = _fleet(msgspec.structs.replace(CALM, outages_per_h=120.0, outage_mean_s=90.0))
    sent, _ = _run(fleet, 300, listen=False)
    words = [
        (message.gateway, message.online)
        for _, payload in sent
        if isinstance(message := wire.decode(payload.payload), GatewayStatus)
    ]
    away = {gateway for gateway, online in words if not online}
    assert away
    last = dict(words)
    assert any(last[gateway] for gateway in away)


def test_some_messages_come_twice() -> None:
    fleet = _fleet(msgspec.structs.replace(CALM, duplicate_share=0.2))
    sent, _ = _run(fleet, 30)
    keys = Counter((r.gateway, r.boot, r.seq) for r in _reports([payload for _, payload in sent]))
    twice = sum(count == 2 for count in keys.values()) / len(keys)
    assert twice == pytest.approx(0.2, abs=0.08)
    assert max(keys.values()) == 2


def test_a_deaf_gateway_stays_connected() -> None:
    fleet = _fleet(msgspec.structs.replace(CALM, deaf_per_h=3600.0, deaf_mean_s=1e6))
    sent, heard = _run(fleet, 30)
    late = [report for now, payload in sent if now > START + 20 * SECOND for report in _reports([payload])]
    assert len(late) >= 9 * G
    assert sum(len(report.rssi_dbm) for report in late) < 0.05 * sum(heard.values())


def test_some_vendors_gateways_upload_slowly() -> None:
    fleet = _fleet(
        msgspec.structs.replace(CALM, slow_upload_share=1.0, slow_upload_s=5.0), "minew", "nearhand"
    )
    assert set((fleet.interval / SECOND).tolist()) == {1.0, 5.0}
    sent, _ = _run(fleet, 20)
    by_format = Counter(
        payload.topic.split("/")[0] for _, payload in sent if not payload.topic.endswith("status")
    )
    minew = sum(payload.topic.startswith("/gw/") for _, payload in sent)
    assert 8 * 3 <= minew <= 8 * 7
    assert by_format["nearhand"] >= 8 * 19


def test_vendors_have_intervals_and_vices_of_their_own() -> None:
    fleet = _fleet(None, "ruuvi", "espresense")
    assert set((fleet.interval / SECOND).tolist()) == {0.25}
    _hear(fleet, START + SECOND, 50)
    payloads = send(fleet, _tags(), START + 2 * SECOND)
    assert sum("/gw_status" in payload.topic for payload in payloads) == 8
    assert sum(payload.topic.startswith("ruuvi/") for payload in payloads) > 10
