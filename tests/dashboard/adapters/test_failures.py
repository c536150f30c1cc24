"""Refusals have one shape, and every code a status and two texts."""

import msgspec
import pytest

from dashboard.adapters.failures import TEXTS, Failure, failure_response


@pytest.mark.parametrize("code", TEXTS)
def test_every_code_has_a_status_and_both_languages(code: str) -> None:
    answer = failure_response(Failure(code, "field"))
    body = msgspec.json.decode(bytes(answer.body))
    assert answer.status_code == TEXTS[code][0]
    assert 400 <= answer.status_code < 600
    assert body["error"]["code"] == code
    assert body["error"]["message"]["zh"]
    assert body["error"]["message"]["en"].endswith(": field")


def test_a_dispatchers_reason_is_the_code() -> None:
    body = msgspec.json.decode(bytes(failure_response(Failure("refused", reason="closed")).body))
    assert body["error"]["code"] == "closed"


@pytest.mark.parametrize(("wait_s", "header"), [(0.0, None), (0.2, "1"), (2.0, "2"), (3.4, "4")])
def test_the_wait_is_told_in_whole_seconds(wait_s: float, header: str | None) -> None:
    answer = failure_response(Failure("too_many_requests", retry_after_s=wait_s))
    assert answer.headers.get("retry-after") == header


def test_an_unknown_code_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError):
        Failure("nonsense")
