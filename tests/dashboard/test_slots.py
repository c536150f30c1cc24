"""Slots: stable while enrolled, reused only after a rest."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.messages import EnrolledDevice
from dashboard.slots import QUARANTINE, Slots
from tests.dashboard.builders import T0, enrolled


def test_a_device_keeps_its_slot_while_others_come_and_go() -> None:
    slots = Slots()
    slots.enrol(enrolled("a", "b", "c"), T0)
    slot = slots.of_device["b"]
    change = slots.enrol(enrolled("b", "d"), T0 + 1)
    assert slots.of_device["b"] == slot
    assert {device for _, device in change.gone} == {"a", "c"}
    assert change.fresh == (slots.of_device["d"],)


def test_a_released_slot_rests_before_it_is_used_again() -> None:
    slots = Slots()
    slots.enrol(enrolled("a"), T0)
    slots.enrol((), T0)
    slots.enrol(enrolled("b"), T0 + QUARANTINE - 1)
    assert slots.of_device["b"] == 1
    slots.enrol(enrolled("b", "c"), T0 + QUARANTINE)
    assert slots.of_device["c"] == 0


def test_a_changed_meaning_is_told_with_the_same_slot() -> None:
    slots = Slots()
    slots.enrol(enrolled("a", subject="call-1"), T0)
    change = slots.enrol(enrolled("a", subject="call-2"), T0)
    assert change.gone == ()
    assert change.fresh == (0,)


def test_at_the_limit_a_resting_slot_is_used_and_then_none() -> None:
    slots = Slots(limit=2)
    slots.enrol(enrolled("a", "b"), T0)
    slots.enrol(enrolled("b", "c"), T0)
    assert slots.of_device["c"] == 0
    slots.enrol(enrolled("b", "c", "d"), T0)
    assert "d" not in slots.of_device
    assert slots.refused == 1


@given(st.lists(st.sets(st.sampled_from("abcdefgh")), max_size=20))
def test_no_two_devices_ever_share_a_slot(steps: list[set[str]]) -> None:
    slots = Slots()
    for step, names in enumerate(steps):
        slots.enrol(enrolled(*sorted(names)), T0 + step * QUARANTINE // 3)
        assert set(slots.of_device) == names
        assert len(set(slots.of_device.values())) == len(names)
        for name, slot in slots.of_device.items():
            device = slots.device[slot]
            assert isinstance(device, EnrolledDevice)
            assert device.device_id == name
