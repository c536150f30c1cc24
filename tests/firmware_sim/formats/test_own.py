import numpy as np

from contracts import wire
from contracts.columns import observations
from contracts.messages import GatewayStatus, ScanReport
from firmware_sim.formats import own
from tests.firmware_sim.builders import SECOND, START
from tests.firmware_sim.formats.batches import CLOCK_ERROR, batch, condition, tags


def _report(*args: object, **kwargs: object) -> ScanReport:
    ((topic, payload),) = own.encode(*args, **kwargs)  # type: ignore[arg-type]
    assert topic == "nearhand/v1/small/gateways/gw-L1-01/scan"
    report = wire.decode(payload)
    assert isinstance(report, ScanReport)
    return report


def test_columns_come_through() -> None:
    sent, known = batch(), tags()
    report = _report(sent, known)
    columns = observations(report)
    assert [report.device_ids[i] for i in columns.device] == [known.beacons.ids[i] for i in sent.device]
    np.testing.assert_array_equal(columns.rssi_dbm, sent.rssi_dbm)
    np.testing.assert_array_equal(columns.offset_ms, np.arange(len(sent.device)) * 20)
    assert report.started_at == START - SECOND + CLOCK_ERROR
    assert (report.boot, report.seq, report.received_at) == ("b1", 7, 0)


def test_devices_heard_twice_are_named_once() -> None:
    report = _report(batch([3, 5, 3, 3], [-50, -60, -52, -54]), tags())
    assert len(report.device_ids) == 2
    assert observations(report).device.tolist() == [0, 1, 0, 0]


def test_an_empty_batch_and_a_batch_of_one() -> None:
    assert _report(batch([]), tags()).device_ids == ()
    assert len(_report(batch([4]), tags()).device_ids) == 1


def test_adverts_are_added_now_and_then_and_while_a_button_signals() -> None:
    known, quiet = tags(), batch()
    assert _report(quiet, known).adverts == {}
    told = _report(quiet._replace(seq=8), known).adverts
    assert 0 < len(told) < len(quiet.device) / 4
    known.beacons.press(5, START - SECOND)
    known.beacons.press(6, START)
    known.refresh(START + SECOND)
    assert _report(quiet, known).adverts == {5: known.advert(5)}, "the other one was heard before the press"


def test_status() -> None:
    for online in (True, False):
        ((topic, payload),) = own.status(condition("nearhand", online))
        message = wire.decode(payload)
        assert isinstance(message, GatewayStatus)
        assert message.online is online
        assert topic == wire.topic_of(message, "small")
