import numpy as np

from firmware_sim.formats.stamps import iso_ms, local, moko, unix_s
from tests.firmware_sim.builders import START


def test_the_start_of_the_tests_is_ten_in_shanghai() -> None:
    assert iso_ms(np.array([START + 668_400], np.int64)) == ["2026-03-14T02:00:00.668Z"]
    assert moko(unix_s(START), 8) == "2026-3-14&10:00:00+08"
    assert moko(unix_s(START), -5) == "2026-3-13&21:00:00-05"
    assert local(unix_s(START), 8) == "2026-03-14 10:00:00"
    assert unix_s(START + 999_999) == START // 1_000_000
