"""Packed columns: what goes in comes out, rounded; what is too big is clipped; bad bytes get a cause."""

import dataclasses

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from contracts import wire
from contracts.columns import QUALITY, Positions, observations, pack_positions, pack_truth, unpack_positions
from contracts.errors import WireError
from contracts.messages import PositionsEstimated, ScanReport

AT = 1_773_453_600_000_000
STEPS = {  # column → the step of its unit on the wire, and what its type holds
    "x_m": (0.01, -(2**31), 2**31 - 1),
    "y_m": (0.01, -(2**31), 2**31 - 1),
    "vx_mps": (0.01, -(2**15), 2**15 - 1),
    "vy_mps": (0.01, -(2**15), 2**15 - 1),
    "semi_major_m": (0.01, 0, 2**16 - 1),
    "semi_minor_m": (0.01, 0, 2**16 - 1),
    "heading_deg": (1.0, -(2**15), 2**15 - 1),
    "age_s": (0.001, 0, 2**32 - 1),
}
BYTES = {
    "floor": 1,
    "x_cm": 4,
    "y_cm": 4,
    "vx_cm_s": 2,
    "vy_cm_s": 2,
    "semi_major_cm": 2,
    "semi_minor_cm": 2,
    "heading_deg": 2,
    "quality": 1,
    "age_ms": 4,
}
"""Column on the wire → bytes an entry, written down again: a changed type breaks every reader."""


def positions(n: int, floors: int = 2, **columns: NDArray[np.float64]) -> Positions:
    """n estimates, all numbers zero but for ``columns``."""
    zero = np.zeros(n)
    plain = dict.fromkeys(STEPS, zero) | columns
    return Positions(
        estimated_at=AT,
        device_ids=tuple(f"C3:00:00:00:00:{index:02X}" for index in range(n)),
        floor=np.zeros(n, np.int8),
        floor_probability=np.zeros((n, floors)),
        quality=np.zeros(n, np.uint8),
        zone=(None,) * n,
        **plain,
    )


@st.composite
def any_positions(draw: st.DrawFn) -> Positions:
    n = draw(st.integers(0, 5))
    floors = draw(st.integers(1, 4))

    def column(name: str) -> NDArray[np.float64]:
        step, low, high = STEPS[name]
        numbers = st.floats(low * step, high * step)
        return np.array(draw(st.lists(numbers, min_size=n, max_size=n)), float)

    made = positions(n, floors, **{name: column(name) for name in STEPS})
    share = st.floats(0, 1)
    shares = draw(st.lists(share, min_size=n * floors, max_size=n * floors))
    return dataclasses.replace(
        made,
        floor=np.array(draw(st.lists(st.integers(-1, 127), min_size=n, max_size=n)), np.int8),
        quality=np.array(draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)), np.uint8),
        floor_probability=np.array(shares, float).reshape(n, floors),
        zone=tuple(draw(st.lists(st.sampled_from([None, "", "z-hall", "一层中庭"]), min_size=n, max_size=n))),
    )


@settings(deadline=None)
@given(any_positions())
@example(positions(0))
def test_positions_come_back_to_half_a_step(sent: Positions) -> None:
    message = pack_positions(sent)
    assert wire.decode(wire.encode(message)) == message
    got = unpack_positions(message)
    assert (got.estimated_at, got.device_ids, got.zone) == (AT, sent.device_ids, sent.zone)
    assert got.floor.tolist() == sent.floor.tolist()
    assert got.quality.tolist() == sent.quality.tolist()
    for name, (step, _, _) in STEPS.items():
        wanted, found = getattr(sent, name), getattr(got, name)
        assert found.shape == wanted.shape
        assert np.all(np.abs(found - wanted) <= 0.5 * step + 1e-6), name
    assert len(got.floor_probability) == len(sent.device_ids)
    if len(sent.device_ids):
        assert got.floor_probability.shape == sent.floor_probability.shape
        assert np.all(np.abs(got.floor_probability - sent.floor_probability) <= 0.005 + 1e-9)


@settings(deadline=None)
@given(any_positions())
def test_packing_again_changes_nothing(sent: Positions) -> None:
    message = pack_positions(sent)
    assert pack_positions(unpack_positions(message)) == message


@pytest.mark.parametrize("name", STEPS)
def test_what_a_column_cannot_hold_stops_at_its_limit(name: str) -> None:
    step, low, high = STEPS[name]
    wild = np.array([-1e15, 1e15])
    got = getattr(unpack_positions(pack_positions(positions(2, **{name: wild}))), name)
    assert got.tolist() == pytest.approx([low * step, high * step])


def test_probabilities_travel_as_whole_per_cents() -> None:
    sent = dataclasses.replace(positions(2, 3), floor_probability=np.array([[0.5, 0.254, 0.246], [0, 0, 1]]))
    message = pack_positions(sent)
    assert list(message.floor_probability) == [50, 25, 25, 0, 0, 100]


def test_columns_are_little_endian_and_of_the_agreed_width() -> None:
    one = positions(1, x_m=np.array([2.58]), vx_mps=np.array([-0.01]), age_s=np.array([0.513]))
    message = pack_positions(one)
    assert message.x_cm == b"\x02\x01\x00\x00"
    assert message.vx_cm_s == b"\xff\xff"
    assert message.age_ms == b"\x01\x02\x00\x00"
    assert {name: len(getattr(message, name)) for name in BYTES} == BYTES


def test_qualities_have_their_fixed_numbers() -> None:
    assert QUALITY == ("tentative", "confirmed", "coasting", "lost")


@pytest.mark.parametrize("name", BYTES)
@pytest.mark.parametrize("spoil", ["short", "torn", "long"])
def test_a_column_of_another_length_is_refused_with_its_cause(name: str, spoil: str) -> None:
    message = pack_positions(positions(3))
    column: bytes = getattr(message, name)
    width = BYTES[name]
    spoilt = {"short": column[:-width], "torn": column[:-1], "long": column + column[:width]}[spoil]
    with pytest.raises(WireError) as caught:
        unpack_positions(msgspec.structs.replace(message, **{name: spoilt}))
    assert caught.value.cause == "bad_columns"


@pytest.mark.parametrize("cut", [1, 5])
def test_probabilities_that_do_not_share_out_are_refused(cut: int) -> None:
    message = pack_positions(positions(3, 2))
    with pytest.raises(WireError) as caught:
        unpack_positions(msgspec.structs.replace(message, floor_probability=message.floor_probability[:-cut]))
    assert caught.value.cause == "bad_columns"


def test_columns_without_devices_are_refused() -> None:
    orphan = msgspec.structs.replace(pack_positions(positions(2)), device_ids=())
    with pytest.raises(WireError) as caught:
        unpack_positions(orphan)
    assert caught.value.cause == "bad_columns"


@settings(deadline=None)
@given(st.binary(max_size=12), st.integers(0, 3))
def test_any_bytes_are_positions_or_a_counted_cause(data: bytes, n: int) -> None:
    columns = dict.fromkeys((*BYTES, "floor_probability"), data)
    message = PositionsEstimated(estimated_at=AT, device_ids=("a",) * n, **columns)
    try:
        got = unpack_positions(message)
    except WireError as error:
        assert error.cause == "bad_columns"  # noqa: PT017 (either is right)
    else:
        assert len(got.x_m) == n


def report(device: list[int], rssi: list[int], offset: list[int], ids: tuple[str, ...]) -> ScanReport:
    return ScanReport(
        gateway="gw-L1-01",
        boot="b",
        seq=1,
        started_at=AT,
        device_ids=ids,
        device=np.array(device, "<u2").tobytes(),
        rssi_dbm=np.array(rssi, np.int8).tobytes(),
        offset_ms=np.array(offset, "<u2").tobytes(),
    )


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(-128, 127), st.integers(0, 65_535)), min_size=0, max_size=20
    )
)
def test_observations_are_the_columns(rows: list[tuple[int, int, int]]) -> None:
    device, rssi, offset = ([row[k] for row in rows] for k in range(3))
    got = observations(report(device, rssi, offset, ("a", "b", "c")))
    assert got.device.tolist() == device
    assert got.rssi_dbm.tolist() == rssi
    assert got.offset_ms.tolist() == offset


@pytest.mark.parametrize(
    ("device", "rssi", "offset", "ids"),
    [
        ([0, 1], [-60, -61], [0, 1], ("a",)),
        ([0], [-60], [0], ()),
        ([65_535], [-60], [0], ("a", "b")),
        ([0, 0], [-60], [0, 1], ("a",)),
        ([0], [-60], [0, 1], ("a",)),
        ([0], [-60, -61], [0], ("a",)),
        ([], [-60], [], ("a",)),
    ],
)
def test_observations_that_point_nowhere_are_refused(
    device: list[int], rssi: list[int], offset: list[int], ids: tuple[str, ...]
) -> None:
    with pytest.raises(WireError) as caught:
        observations(report(device, rssi, offset, ids))
    assert caught.value.cause == "bad_columns"


@pytest.mark.parametrize("name", ["device", "offset_ms"])
def test_a_torn_observation_is_refused(name: str) -> None:
    whole = report([0, 0], [-60, -61], [0, 1], ("a",))
    torn = msgspec.structs.replace(whole, **{name: getattr(whole, name)[:-1]})
    with pytest.raises(WireError, match="bad_columns"):
        observations(torn)


def test_the_truth_is_packed_in_centimetres() -> None:
    truth = pack_truth(AT, ("a", "b"), np.array([0, -1]), np.array([1.234, -1e12]), np.array([0.006, 5.0]))
    assert (truth.at, truth.device_ids) == (AT, ("a", "b"))
    assert list(np.frombuffer(truth.floor, np.int8)) == [0, -1]
    assert list(np.frombuffer(truth.x_cm, "<i4")) == [123, -(2**31)]
    assert list(np.frombuffer(truth.y_cm, "<i4")) == [1, 500]
