"""What the office changes of a site."""

from msgspec.structs import replace

from dashboard.rules import rules_of, with_rules
from tests.sites import small_mall


def test_what_is_not_changed_gives_the_site_back() -> None:
    assert with_rules(small_mall(), rules_of(small_mall())) == small_mall()


def test_only_the_rules_are_changed() -> None:
    site = small_mall()
    rules = replace(rules_of(site), services=site.services[1:], items=site.items[:2])
    made = with_rules(site, rules)
    assert (made.services, made.items, made.roles) == (site.services[1:], site.items[:2], site.roles)
    assert replace(made, services=site.services, items=site.items) == site
