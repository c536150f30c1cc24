from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.agenda import Agenda


@given(st.lists(st.integers(0, 20)))
def test_entries_come_in_order_of_time_and_of_entering(times: list[int]) -> None:
    agenda: Agenda[int] = Agenda()
    for number, at in enumerate(times):
        agenda.add(at, number)
    out = []
    while (entry := agenda.due(20)) is not None:
        out.append(entry)
    assert out == sorted(((at, number) for number, at in enumerate(times)))


def test_nothing_is_due_before_its_time() -> None:
    agenda: Agenda[str] = Agenda()
    agenda.add(10, "later")
    assert agenda.due(9) is None
    assert agenda.due(10) == (10, "later")
    assert agenda.due(10) is None


def test_beyond_the_limit_the_new_entry_is_refused_and_counted() -> None:
    agenda: Agenda[int] = Agenda(limit=2)
    for number in range(5):
        agenda.add(number, number)
    assert len(agenda) == 2
    assert agenda.refused == 3
