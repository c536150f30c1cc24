"""Topics and subjects: what nats-server does with them (its own test's table), and back again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.subjects import subjects_of, topic_of


@pytest.mark.parametrize(
    ("topic", "subject"),
    [
        ("foo/bar", "foo.bar"),
        ("/", "/./"),
        ("//", "/././"),
        ("/foo", "/.foo"),
        ("//foo/", "/./.foo./"),
        ("foo//bar", "foo./.bar"),
        ("foo.bar", "foo//bar"),
        (".foo", "//foo"),
    ],
)
def test_as_the_server_converts(topic: str, subject: str) -> None:
    assert subjects_of(topic) == [subject]
    assert topic_of(subject) == topic


def test_filters() -> None:
    assert subjects_of("#") == [">"]
    assert subjects_of("a/+/scan") == ["a.*.scan"]
    assert subjects_of("a.b/#") == ["a//b", "a//b.>"]
    assert subjects_of("/a/#") == ["/.a", "/.a.>"]


@given(st.text("ab./", min_size=1))
def test_every_topic_comes_back(topic: str) -> None:
    (subject,) = subjects_of(topic)
    assert topic_of(subject) == topic
    assert all(subject.split(".")), "no empty token"
