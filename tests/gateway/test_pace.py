import numpy as np

from contracts.messages import ScanReport
from contracts.quantities import MINUTE, SECOND
from gateway.pace import Pace
from tests.gateway.builders import OTHER, START, TAG


def report(gateway: str, heard: list[tuple[str, int]], filtered: bool = False) -> ScanReport:
    ids = tuple(dict.fromkeys(name for name, _ in heard))
    return ScanReport(
        gateway=gateway,
        boot="b",
        seq=1,
        started_at=START,
        device_ids=ids,
        device=np.array([ids.index(name) for name, _ in heard], "<u2").tobytes(),
        rssi_dbm=np.array([rssi for _, rssi in heard], np.int8).tobytes(),
        offset_ms=bytes(2 * len(heard)),
        filtered=filtered,
    )


def sampling() -> Pace:
    pace = Pace()
    assert not pace.sampling
    assert pace.tick(START) == {}
    assert pace.sampling
    return pace


def test_the_gateway_that_hears_it_best_tells_its_pace() -> None:
    pace = sampling()
    for second in range(10):
        pace.note(report("near", [(TAG, -60), (OTHER, -70)] if second % 5 == 0 else [(TAG, -62)]))
        if second % 3 == 0:
            pace.note(report("far", [(TAG, -92)]))
    assert pace.tick(START + 9 * SECOND) == {}
    assert pace.tick(START + 10 * SECOND) == {TAG: 1.0, OTHER: 5.0}
    assert not pace.sampling


def test_what_is_only_heard_from_afar_has_no_pace() -> None:
    pace = sampling()
    pace.note(report("far", [(TAG, -90)]))
    pace.note(report("smooth", [(OTHER, -60)], filtered=True))
    assert pace.tick(START + 10 * SECOND) == {}


def test_samples_are_a_small_part_of_the_time() -> None:
    pace = sampling()
    sampled = sum(
        pace.sampling for second in range(0, 3600, 5) if pace.tick(START + second * SECOND) is not None
    )
    assert 0.02 < sampled / 720 < 0.06
    assert pace.tick(START + 10 * MINUTE) is not None
