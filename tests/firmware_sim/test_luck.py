"""Luck by name: the same for the same thing, another for another."""

from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.luck import stream


@given(st.integers(0, 2**32), st.text(max_size=8), st.integers(0, 2**53))
def test_the_same_thing_has_the_same_luck(seed: int, name: str, number: int) -> None:
    assert stream(seed, name, number).random() == stream(seed, name, number).random()


def test_other_things_have_other_luck() -> None:
    draws = {stream(seed, name, n).random() for seed in (1, 2) for name in ("walk", "answer") for n in (0, 1)}
    assert len(draws) == 8
