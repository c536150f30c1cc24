"""Which installed gateway a name means: vendors write one address in five ways."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from contracts.messages import InstalledGateway

_ADDRESS: Final = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]?){5}[0-9A-Fa-f]{2}(?:(?:[:-]?[0-9A-Fa-f]{2}){2})?")


@lru_cache(maxsize=16_384)
def name_key(name: str) -> str:
    """One spelling for a gateway's name: addresses as bare upper-case hex, other names as they are."""
    name = name.strip()
    if _ADDRESS.fullmatch(name):
        return name.replace(":", "").replace("-", "").upper()
    return name


class Roster:
    """The installed gateways, by id and by what their hardware calls itself. Immutable."""

    def __init__(self, gateways: Iterable[InstalledGateway]) -> None:
        self.gateways: dict[str, InstalledGateway] = {}
        self._by_key: dict[str, str] = {}
        for gateway in gateways:
            self.gateways[gateway.gateway] = gateway
            self._by_key[name_key(gateway.gateway)] = gateway.gateway
            if gateway.address:
                self._by_key[name_key(gateway.address)] = gateway.gateway

    def find(self, name: str) -> str | None:
        """The installed gateway's id, or None for a name nobody installed."""
        return self._by_key.get(name) or self._by_key.get(name_key(name))

    def in_topic(self, topic: str) -> str | None:
        """The first level of a topic that names an installed gateway."""
        for level in topic.split("/"):
            found = self.find(level)
            if found is not None:
                return found
        return None


def topic_matches(pattern: str, topic: str) -> bool:
    """Whether an MQTT filter (``+`` one level, ``#`` the rest) matches a topic."""
    wanted, given = pattern.split("/"), topic.split("/")
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(given) or level not in ("+", given[index]):
            return False
    return len(wanted) == len(given)


def identifier_of(name: str) -> str:
    """A name that may stand in a topic, for a gateway that nobody installed."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", name_key(name))[:64] or "unnamed"
