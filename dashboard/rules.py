"""The rules of the house as the office changes them: services with targets and ladders, items, roles."""

from typing import Final, Protocol

import msgspec

from contracts.findings import Finding
from contracts.quantities import Instant
from contracts.sitemap import Item, Role, ServiceKind, Site
from dashboard.workshop import Checked, Outcome

ENTRIES_MAX: Final = 500
"""Of one kind in a draft; the richest catalogue known has forty services."""


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of a site that is neither drawn nor installed."""

    services: tuple[ServiceKind, ...]
    items: tuple[Item, ...]
    roles: tuple[Role, ...]


class RulesEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole draft as a page has it. ``version`` is that of the draft it was made from."""

    version: int
    rules: Rules


class RulesDraft(msgspec.Struct, frozen=True):
    """Rules being changed. ``version`` 0: nobody has changed anything yet."""

    base: int
    """Revision of the site it was begun from."""
    version: int
    by: str
    at: Instant
    rules: Rules


class RulesShown(msgspec.Struct, frozen=True):
    """A draft with what a first look finds wrong."""

    draft: RulesDraft
    findings: tuple[Finding, ...]


def rules_of(site: Site) -> Rules:
    return Rules(site.services, site.items, site.roles)


def with_rules(site: Site, rules: Rules) -> Site:
    """The site with other rules; all that is drawn and installed stays."""
    return msgspec.structs.replace(site, services=rules.services, items=rules.items, roles=rules.roles)


class RulesDesk(Protocol):
    """The process's side. Raises ``workshop.DraftMoved`` where the draft is not the page's any more."""

    async def shown(self) -> RulesShown: ...

    async def save(self, edit: RulesEdit, by: str) -> RulesShown: ...

    async def discard(self, version: int) -> None: ...

    async def check(self) -> Checked: ...

    async def publish(self, version: int, note: str, by: str) -> Outcome: ...
