"""MQTT topics as NATS subjects and back, as nats-server converts them.

'/' separates levels there, '.' here; a '.' within a level becomes '//', an empty level '/'.
"""

from typing import Final

WILD: Final = {"+": "*", "#": ">"}


def subjects_of(topic_filter: str) -> list[str]:
    """The subjects that an MQTT filter covers: ``a/#`` is ``a`` itself and what lies below."""
    levels = [WILD.get(level) or _token(level) for level in topic_filter.split("/")]
    above = [".".join(levels[:-1])] if levels[-1] == ">" and len(levels) > 1 else []
    return [*above, ".".join(levels)]


def topic_of(subject: str) -> str:
    """The MQTT topic that a subject was made of."""
    return "/".join("" if token == "/" else token.replace("//", ".") for token in subject.split("."))


def _token(level: str) -> str:
    return level.replace(".", "//") or "/"
