"""For all tests: single-threaded linear algebra as in the product, and the browser last.

Playwright keeps an event loop running in its process until the end, in which no ``asyncio.run`` of a
later test would work; so browser tests come after all others, on every worker (tests are given out in this
order, one at a time).
"""

import os

import hypothesis
import pytest

import runtime  # noqa: F401  (sets the threads before numpy is loaded)

# No test is judged by the clock on the wall. On the check machine the same examples come every time, so
# that a change is judged by itself; at a desk they are fresh, and what they find becomes a test.
hypothesis.settings.register_profile(
    "nearhand",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=os.environ.get("CI") is not None,
)
hypothesis.settings.load_profile("nearhand")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
