from contracts.messages import GatewayHealth, InstalledGateway
from contracts.quantities import MINUTE, SECOND, Instant
from gateway.health import HealthBook
from gateway.heard import Heard, newly_heard
from gateway.roster import Roster
from gateway.settings import IngestSettings
from tests.gateway.builders import START

TICK = 5 * SECOND


class House:
    """Ten gateways that hear twenty adverts a second each, and what the book says of them."""

    def __init__(self, count: int = 10) -> None:
        self.names = [f"gw-{number}" for number in range(count)]
        self.roster = Roster(InstalledGateway(name, "L1", 0, 0) for name in self.names)
        self.heard: dict[str, Heard] = {}
        self.book = HealthBook(IngestSettings())
        self.now: Instant = START
        self.rate = dict.fromkeys(self.names, 20)
        self.alive = set(self.names)
        self.kinds = {1, 2, 3}
        self.said: dict[str, GatewayHealth] = {}

    def run(self, seconds: int) -> None:
        for _ in range(seconds * SECOND // TICK):
            self.now += TICK
            for name in self.names:
                if name in self.alive:
                    self._hear(name)
            for message in self.book.judge(self.roster, self.heard, self.now):
                self.said[message.gateway] = message

    def _hear(self, name: str) -> None:
        heard = self.heard.setdefault(name, newly_heard(name, True, MINUTE, self.now))
        heard.last_at = self.now
        heard.payloads += 20
        heard.adverts += self.rate[name] * (TICK // SECOND)
        if self.rate[name]:
            heard.advert_at, heard.online = self.now, True
        heard.kinds |= self.kinds

    def state(self, name: str = "gw-3") -> tuple[str, str]:
        return self.said[name].state, self.said[name].finding


def test_all_is_well_and_little_is_said() -> None:
    house = House()
    house.run(120)
    assert {message.state for message in house.said.values()} == {"ok"}
    assert abs(house.said["gw-3"].adverts_per_s - 20) < 4
    house.said.clear()
    house.run(600)
    assert house.said == {}


def test_one_that_was_moved_says_so_until_it_is_not() -> None:
    house = House()
    house.run(120)
    house.book.moved = frozenset({"gw-3"})
    house.run(30)
    assert house.state() == ("ok", "moved")
    assert house.state("gw-4") == ("ok", "")
    house.book.moved = frozenset()
    house.run(30)
    assert house.state() == ("ok", "")


def test_one_that_falls_silent() -> None:
    house = House()
    house.run(120)
    house.alive.discard("gw-3")
    house.run(60)
    assert house.state() == ("silent", "no_message")
    house.alive.add("gw-3")
    house.run(10)
    assert house.state() == ("ok", "")


def test_a_dead_network_is_not_an_empty_mall() -> None:
    house = House()
    house.run(120)
    house.alive.clear()
    house.run(60)
    assert {house.state(name) for name in house.names} == {("silent", "network")}


def test_one_that_was_never_heard() -> None:
    house = House()
    house.alive.discard("gw-3")
    house.run(20)
    assert "gw-3" not in house.said
    house.run(60)
    assert house.state() == ("silent", "never_heard")


def test_a_last_will_and_a_return() -> None:
    house = House()
    house.run(120)
    house.alive.discard("gw-3")
    house.heard["gw-3"].online = False
    house.run(5)
    assert house.state() == ("offline", "last_will")


def test_connected_but_deaf() -> None:
    house = House()
    house.run(300)
    house.rate["gw-3"] = 0
    house.run(60)
    assert house.state() == ("deaf", "radio_deaf")


def test_an_agent_that_hears_but_filters_is_not_deaf() -> None:
    house = House()
    house.run(300)
    house.rate["gw-3"] = 0
    house.heard["gw-3"].reported_per_s = 30.0
    house.run(60)
    assert house.state()[0] == "ok"


def test_at_night_all_hear_little_and_nobody_is_deaf() -> None:
    house = House()
    house.run(600)
    house.rate = dict.fromkeys(house.names, 0)
    house.run(300)
    assert {house.state(name)[0] for name in house.names} == {"ok"}


def test_one_that_hears_much_less_than_usual_while_the_others_do_not() -> None:
    house = House()
    house.run(900)
    house.rate["gw-3"] = 3
    house.run(90)
    assert house.state() == ("ok", "hears_less")


def test_a_vendors_default_filter_shows() -> None:
    house = House()
    house.run(60)
    house.heard["gw-3"].kinds.clear()
    house.kinds = {1}
    house.run(600)
    assert house.state() == ("ok", "one_kind")
    assert house.state("gw-4") == ("ok", "")


def test_a_clock_that_is_off() -> None:
    house = House()
    house.run(60)
    house.heard["gw-3"].clock.offset = -3 * SECOND
    house.run(10)
    assert house.state() == ("ok", "clock_off")
    assert house.said["gw-3"].clock_offset_ms == -3000


def test_findings_of_a_minute() -> None:
    for finding, harm in (
        ("duplicates", lambda heard: setattr(heard, "repeated", heard.repeated + 500)),
        ("unreadable", lambda heard: heard.drops.update({"bad_message": 500})),
        ("refused", lambda heard: heard.drops.update({"gateway_mismatch": 1})),
        ("clock_steps", lambda heard: setattr(heard.clock, "steps", 5)),
    ):
        house = House()
        house.run(130)
        harm(house.heard["gw-3"])
        house.run(70)
        assert house.state() == ("ok", finding)
        house.run(180)
        assert house.state() == ("ok", ""), "it passes when it stops"


def test_a_gateway_that_nobody_installed() -> None:
    house = House()
    house.heard["stranger"] = newly_heard("stranger", False, MINUTE, START)
    house.run(10)
    assert house.state("stranger") == ("unknown", "not_installed")


def test_drops_are_told_by_cause() -> None:
    house = House()
    house.run(60)
    house.heard["gw-3"].drops.update({"not_enrolled": 7})
    house.alive.discard("gw-3")
    house.run(60)
    assert house.said["gw-3"].drops == {"not_enrolled": 7}


def test_a_gateway_that_was_taken_away_is_not_left_standing_as_ok() -> None:
    house = House()
    house.run(60)
    house.names.remove("gw-3")
    house.roster = Roster(InstalledGateway(name, "L1", 0, 0) for name in house.names)
    del house.heard["gw-3"]
    house.alive.discard("gw-3")
    house.run(5)
    assert house.state() == ("unknown", "not_installed")
    house.said.clear()
    house.run(60)
    assert "gw-3" not in house.said, "once"
