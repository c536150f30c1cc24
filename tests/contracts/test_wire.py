"""The wire: every message survives it, bad bytes get a cause, golden bytes stay as they are."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import messages as m
from contracts import wire
from contracts.errors import WireError

PLACE = m.Place("L1", 1.5, 2.0, "L1-desk")
GOLDEN = (
    m.AcceptOffer(command_id="k1", by="unit/u-01", at=7, offer_id="o3", unit_id="u-01"),
    b"\x86\xa4type\xabAcceptOffer\xaacommand_id\xa2k1\xa2by\xa9unit/u-01\xa2at\x07\xa8offer_id\xa2o3\xa7unit_id\xa4u-01",
)


def example(kind: type[m.Message]) -> m.Message:
    """A message of a type with a plausible value in each field."""

    def value(t: msgspec.inspect.Type) -> object:
        match t:
            case msgspec.inspect.StrType():
                return "x1"
            case msgspec.inspect.IntType():
                return 3
            case msgspec.inspect.FloatType():
                return 2.5
            case msgspec.inspect.BoolType():
                return True
            case msgspec.inspect.BytesType():
                return b"\x01\xff"
            case msgspec.inspect.LiteralType(values):
                return values[0]
            case msgspec.inspect.UnionType(types):
                return value(types[0])
            case msgspec.inspect.VarTupleType(item):
                return (value(item),)
            case msgspec.inspect.DictType(key, item):
                return {value(key): value(item)}
            case msgspec.inspect.StructType(cls):
                return build(cls)
            case _:
                raise AssertionError(t)

    def build(cls: type) -> object:
        info = msgspec.inspect.type_info(cls)
        assert isinstance(info, msgspec.inspect.StructType)
        return cls(**{field.name: value(field.type) for field in info.fields})

    made = build(kind)
    assert isinstance(made, m.Message)
    return made


@pytest.mark.parametrize("kind", wire.MESSAGE_TYPES.values(), ids=lambda kind: kind.__name__)
def test_every_message_survives_both_encodings(kind: type[m.Message]) -> None:
    message = example(kind)
    assert wire.decode(wire.encode(message)) == message
    assert wire.decode(wire.encode_json(message)) == message
    assert wire.encode(message) == wire.encode(wire.decode(wire.encode(message)))


def test_golden_bytes() -> None:
    message, data = GOLDEN
    assert wire.encode(message) == data
    assert wire.decode(data) == message


def test_unknown_fields_are_skipped_and_unknown_types_refused() -> None:
    assert wire.decode(b'{"type":"RequestSnapshot","by":"x","colour":"red"}') == m.RequestSnapshot(by="x")
    with pytest.raises(WireError) as caught:
        wire.decode(b'{"type":"OpenSesame","by":"x"}')
    assert caught.value.cause == "not_a_message"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_counted_cause(data: bytes) -> None:
    try:
        wire.decode(data)
    except WireError as error:
        assert error.cause in ("not_a_message", "too_long")  # noqa: PT017 (either is right)


@pytest.mark.parametrize("data", [b'{"type":"ScanReport","x":' + 9000 * b"[", b"\x81\xa1x" + 9000 * b"\x91"])
def test_what_is_nested_too_deep_is_no_message(data: bytes) -> None:
    with pytest.raises(WireError, match="not_a_message"):
        wire.decode(data)


def test_what_is_too_long_is_not_parsed() -> None:
    with pytest.raises(WireError, match="too_long"):
        wire.decode(b"\x00" * (wire.MAX_PAYLOAD_BYTES + 1))


@pytest.mark.parametrize("kind", wire.ROUTES, ids=lambda kind: kind.__name__)
def test_a_types_filter_matches_its_topics(kind: type[m.Message]) -> None:
    topic = wire.topic_of(example(kind), "demo").split("/")
    pattern = wire.filter_of(kind, "demo").split("/")
    assert len(topic) == len(pattern)
    assert all(p in ("+", t) for t, p in zip(topic, pattern, strict=True))


def test_every_command_and_fact_has_a_route() -> None:
    assert set(wire.COMMAND_TYPES) <= set(wire.ROUTES)
    assert set(wire.FACT_TYPES) <= set(wire.ROUTES)
    assert m.Command not in wire.COMMAND_TYPES
