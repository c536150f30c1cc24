"""Questions to another process."""

import asyncio

import msgspec
import pytest

from contracts.errors import StorageError
from contracts.findings import Finding
from runtime.elsewhere import in_another_process


def test_it_answers_what_it_is_asked() -> None:
    answer = asyncio.run(in_another_process("runtime.site_trial", b'{"folder":"/nowhere"}', 60))
    (finding,) = msgspec.json.decode(answer, type=list[Finding])[:1]
    assert finding.severity == "error"


def test_what_dies_says_with_which_words() -> None:
    with pytest.raises(StorageError, match=r"runtime\.site_trial failed: .*DecodeError"):
        asyncio.run(in_another_process("runtime.site_trial", b"not JSON", 60))


def test_what_does_not_end_is_ended() -> None:
    with pytest.raises(StorageError, match="did not end"):
        asyncio.run(in_another_process("runtime.site_trial", b"", 0.01))
