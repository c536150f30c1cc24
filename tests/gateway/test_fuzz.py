"""Spoilt messages: no exception leaves the ingest, each drop is counted. ``bench/fuzz_ingest.py`` runs more.

The seed is new each day and printed; ``NEARHAND_FUZZ_SEED`` pins it.
"""

import json
import os
import random
import sys
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import messages as m
from contracts.quantities import MILLISECOND
from runtime.decode import answers
from tests.gateway import samples
from tests.gateway.builders import START, TAG, ingest
from tests.gateway.mutations import corpus, feed, knowing_service, mutate

ROUNDS = 6000
SEED = int(os.environ.get("NEARHAND_FUZZ_SEED", datetime.now(UTC).strftime("%Y%m%d")))


@samples.needs_samples
def test_no_spoilt_message_gets_an_exception_out_of_the_ingest() -> None:
    sys.stdout.write(f"NEARHAND_FUZZ_SEED={SEED}\n")
    rng = random.Random(SEED)
    found = corpus()
    service = knowing_service(found)
    for number in range(ROUNDS):
        spoilt = mutate(rng, rng.choice(found), found)
        at = START + number * 20 * MILLISECOND
        assert feed(service, spoilt, at), f"neither understood nor counted: {spoilt}"
        due = service.wake_at()
        if due is not None and due <= at:
            service.wake(at)
    totals = service.wake(START + ROUNDS * 20 * MILLISECOND + 10**7)[-1]
    assert isinstance(totals, m.IngestCounted)
    assert totals.payloads == ROUNDS
    assert sum(totals.drops.values()) > ROUNDS // 10, "most of them are spoilt"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=300), st.text(max_size=60))
@settings(max_examples=200)
def test_any_bytes_on_any_topic(payload: bytes, topic: str) -> None:
    service = ingest(TAG)
    service.receive(m.GatewayPayload(topic=topic, payload=payload, received_at=START), START)
    totals = service.wake(START)[-1]
    assert isinstance(totals, m.IngestCounted)


@given(json_values, st.booleans())
@settings(max_examples=200)
def test_any_json_line_gets_an_answer(value: object, adverts: bool) -> None:
    line = json.dumps(value)
    (answer,) = answers([line], None, adverts, {})
    assert "error" in answer
    if isinstance(value, dict):
        (answer,) = answers([json.dumps({"topic": "t", "payload": value, **value})], None, False, {})
        json.dumps(answer)
