"""Ten minutes without a broker at 150 adverts a second, killed in between: nothing lost, order kept."""

from pathlib import Path

import pytest

from contracts import messages as m
from contracts import wire
from contracts.columns import observations
from contracts.quantities import MILLISECOND, MINUTE, SECOND, Instant
from gateway.adapters.disk import DiskStorage
from gateway.agent import AdvertHeard, AgentService
from gateway.outbox import Outbox
from gateway.settings import AgentSettings
from gateway.spool import Spool
from tests.gateway.builders import START

RATE_PER_S = 150
DEVICES = 50
PLAIN = bytes.fromhex("0201061aff4c000215b5b182c7eab14988aa99b5c1517008d90001cf64c5")


class Life:
    """One life of the agent, on a disk that outlives it."""

    def __init__(self, folder: Path, bytes_max: int, boot: str, now: Instant) -> None:
        settings = AgentSettings(gateway="gw-1", heartbeat_s=1e6)
        self.service = AgentService(settings, boot, now)
        self.service.wake(now)
        self.spool = Spool(DiskStorage(folder), bytes_max)
        self.outbox = Outbox(self.spool, 500 * MILLISECOND, 100)

    def hear(self, number: int, at: Instant) -> None:
        """Advert ``number``; its RSSI and device tell which it was."""
        address = f"C3:00:00:00:00:{number % DEVICES:02X}"
        heard = AdvertHeard(address=address, rssi_dbm=-30 - number % 90, heard_at=at, adv=PLAIN)
        out = [*self.service.receive(heard, at), *self.service.wake(at)]
        for report in out:
            assert isinstance(report, m.ScanReport)
            self.outbox.put(wire.encode(report), len(report.rssi_dbm), at)

    def killed(self) -> int:
        """The process dies: what was in its batch is gone; how many that were."""
        return sum(len(x.rssi_dbm) for x in self.service.flush() if isinstance(x, m.ScanReport))


def sent(outbox: Outbox) -> list[tuple[str, int, Instant]]:
    """The broker is back: everything in the order in which it comes."""
    outbox.connected = True
    found: list[tuple[str, int, Instant]] = []
    while taken := outbox.take():
        for token, data in taken:
            report = wire.decode(data)
            assert isinstance(report, m.ScanReport)
            columns = observations(report)
            rows = zip(columns.device, columns.rssi_dbm, columns.offset_ms, strict=True)
            for device, rssi, offset in rows:
                at = report.started_at + int(offset) * MILLISECOND
                found.append((report.device_ids[device], int(rssi), at))
            outbox.acknowledge(token)
    return found


def ten_minutes(folder: Path, bytes_max: int) -> tuple[int, int, Outbox, Spool]:
    """(adverts heard, lost in memory at the kill, outbox, spool) of two lives without a broker."""
    total = 10 * MINUTE // SECOND * RATE_PER_S
    life = Life(folder, bytes_max, "one", START)
    lost = 0
    for number in range(total):
        at = START + number * SECOND // RATE_PER_S
        if number == total // 2:
            lost = life.killed()
            life = Life(folder, bytes_max, "two", at)
        life.hear(number, at)
    lost += life.killed()
    return total, lost, life.outbox, life.spool


def test_within_the_limit_nothing_that_was_sent_off_is_lost(tmp_path: Path) -> None:
    total, lost, outbox, spool = ten_minutes(tmp_path, 64_000_000)
    assert lost <= 2 * RATE_PER_S // 4, "at most the batch of the moment, twice"
    found = sent(outbox)
    assert len(found) == total - lost
    assert (spool.dropped_records, spool.records) == (0, 0)
    times = [at for _, _, at in found]
    assert times == sorted(times)
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


@pytest.mark.parametrize("bytes_max", [100_000, 400_000])
def test_beyond_the_limit_the_newest_win_and_the_drops_are_counted_exactly(
    tmp_path: Path, bytes_max: int
) -> None:
    total, lost, outbox, spool = ten_minutes(tmp_path, bytes_max)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= bytes_max
    dropped = spool.dropped_observations
    found = sent(outbox)
    assert dropped > 0
    assert len(found) + dropped + lost == total
    assert found[-1][2] > START + 10 * MINUTE - SECOND
    times = [at for _, _, at in found]
    assert times == sorted(times)
