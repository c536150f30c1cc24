import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.toml_text import toml_text

keys = st.text(min_size=1, max_size=8)
scalars = st.one_of(
    st.booleans(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False), st.text(max_size=20)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
tables = st.dictionaries(keys, values, min_size=1, max_size=4)
documents = st.dictionaries(keys, tables | st.lists(tables, max_size=3) | scalars, max_size=4)


@given(documents)
def test_reading_gives_back_what_was_written(document: dict[str, object]) -> None:
    assert tomllib.loads(toml_text(document)) == document


def test_entries_stand_on_a_line_each() -> None:
    text = toml_text({"site": {"id": "x"}, "gateways": [{"a": 1}, {"a": 2}]})
    assert text == 'site.id = "x"\n\ngateways = [\n  { a = 1 },\n  { a = 2 },\n]\n'


def test_numpy_floats_are_floats() -> None:
    assert toml_text({"a": np.float64(1.5)}) == "a = 1.5\n"


def test_what_toml_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="NoneType"):
        toml_text({"a": None})
