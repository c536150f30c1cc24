from contracts.quantities import MILLISECOND, SECOND, Instant
from gateway.outbox import Outbox
from gateway.spool import Spool
from tests.gateway.builders import START
from tests.gateway.test_spool import Memory

AFTER = 500 * MILLISECOND


def outbox(storage: Memory | None = None, in_flight_max: int = 100, connected: bool = True) -> Outbox:
    made = Outbox(Spool(storage or Memory(), 1_000_000), AFTER, in_flight_max)
    made.connected = connected
    return made


def put(box: Outbox, *messages: bytes, at: Instant = START, urgent: bool = False) -> None:
    for message in messages:
        box.put(message, 1, at, urgent)


def test_while_the_broker_answers_nothing_is_written() -> None:
    storage = Memory()
    box = outbox(storage)
    for number in range(50):
        put(box, b"%d" % number, at=START + number * SECOND)
        ((token, message),) = box.take()
        assert message == b"%d" % number
        box.acknowledge(token)
        box.wake(START + number * SECOND + 100)
    assert storage.files == {}
    assert box.waiting == 0


def test_what_is_not_acknowledged_for_a_moment_is_written_and_not_sent_twice() -> None:
    storage = Memory()
    box = outbox(storage)
    put(box, b"a", b"b")
    taken = box.take()
    assert box.wake_at() == START + AFTER
    box.wake(START + AFTER)
    assert storage.files != {}
    put(box, b"c")
    assert [message for _, message in box.take()] == [b"c"]
    for token, _ in taken:
        box.acknowledge(token)
    assert box.waiting == 1


def test_a_lost_connection_loses_nothing_and_keeps_the_order() -> None:
    box = outbox(in_flight_max=3)
    put(box, b"a", b"b", b"c", b"d")
    (first, *_) = box.take()
    box.acknowledge(first[0])
    box.connection_lost()
    put(box, b"e")
    assert box.take() == []
    box.connected = True
    sent: list[bytes] = []
    while taken := box.take():
        for token, message in taken:
            sent.append(message)
            box.acknowledge(token)
    assert sent == [b"b", b"c", b"d", b"e"]
    assert box.waiting == 0


def test_after_a_kill_it_is_all_on_disk() -> None:
    storage = Memory()
    box = outbox(storage, connected=False)
    put(box, b"a", b"b", b"c")
    again = outbox(storage)
    put(again, b"d")
    assert [message for _, message in again.take()] == [b"a", b"b", b"c", b"d"]


def test_an_alarm_overtakes_the_backlog() -> None:
    box = outbox(connected=False)
    put(box, *(b"%d" % number for number in range(20)))
    box.connected = True
    put(box, b"alarm", urgent=True)
    assert next(message for _, message in box.take()) == b"alarm"


def test_no_more_is_under_way_than_the_limit_alarms_apart() -> None:
    box = outbox(in_flight_max=2)
    put(box, b"a", b"b", b"c")
    assert len(box.take()) == 2
    assert box.take() == []
    put(box, b"alarm", urgent=True)
    assert [message for _, message in box.take()] == [b"alarm"]


def test_a_late_acknowledgement_of_an_earlier_connection_does_nothing() -> None:
    box = outbox()
    put(box, b"a")
    ((token, _),) = box.take()
    box.connection_lost()
    box.acknowledge(token)
    box.connected = True
    assert [message for _, message in box.take()] == [b"a"]
