"""The state behind all screens, and the questions that the web adapter may ask of it. Reading only."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, Literal, TypeAlias

import msgspec

from contracts import messages as m
from contracts.quantities import Instant, from_seconds
from contracts.sitemap import Site
from contracts.walking import Closures
from dashboard import frames, handheld
from dashboard.alarms import Alarms
from dashboard.customer import CallStatus, call_status
from dashboard.feed import Feed, SlotEntry
from dashboard.radar import Radar, Seen
from dashboard.routes import Question
from dashboard.settings import DashboardSettings
from dashboard.slots import Slots
from dashboard.view import View, Where

TEXT_TOPICS: Final = (
    "calls",
    "units",
    "logbooks",
    "stock",
    "where",
    "gw",
    "health",
    "site",
    "devices",
    "alarms",
    "moves",
    "coverage",
    "feedback",
)

Origin: TypeAlias = Literal["live", "simulated", "replay"]
"""Where what is shown comes from; pages and every frame say so."""
FLAGS: Final[dict[Origin, int]] = {
    "live": 0,
    "simulated": frames.FLAG_SIMULATED,
    "replay": frames.FLAG_REPLAY,
}


class Desk:
    """What is known now. Filled by ``DashboardService``, read by the web adapter between messages."""

    def __init__(self, site: Site, settings: DashboardSettings, origin: Origin = "live") -> None:
        self.site = site
        self.origin = origin
        self.boot = ""
        """Changes at each start, so that pages know when sequence numbers begin anew."""
        self.view = View(site)
        self.slots = Slots()
        self.radar = Radar(site, from_seconds(settings.stale_s), FLAGS[origin])
        self.feed = Feed(settings.resume_events)
        self.alarms = Alarms()
        self.zones: dict[str, str | None] = {}
        """Device → the zone it is most probably in."""
        self.call_versions: dict[str, int] = {}
        """Call → sequence number of its newest event."""
        self.counters: Counter[str] = Counter()
        """What was dropped or went wrong on the way to the screens, by cause; the adapter counts here too."""
        self.floors = tuple(floor.floor for floor in site.floors)
        self._names = {member.unit_id: member for member in site.staff}
        self._items = {item.item: item.name for item in site.items}

    def welcome(self, now: Instant) -> dict[str, Any]:
        """The part of ``welcome`` that is the same for everybody."""
        floors = [
            {"i": index, "id": floor.floor, "ordinal": floor.ordinal, "name": floor.name}
            | msgspec.structs.asdict(self.radar.scales[index])
            for index, floor in enumerate(self.site.floors)
        ]
        return {
            "t": "welcome",
            "v": 1,
            "boot": self.boot,
            "now": now,
            "rev": self.site.revision,
            "simulated": self.origin == "simulated",
            "replay": self.origin == "replay",
            "floors": floors,
        }

    def snapshot(self, topic: str, now: Instant) -> bytes:
        """The whole of a text topic (``me:u-07`` for a handheld)."""
        return self.feed.snap(topic, self._whole(topic), now)

    def dictionary(self) -> bytes:
        """The whole table of slots."""
        return self.feed.whole_dictionary([self.entry(slot) for slot in self.slots.of_device.values()])

    def figures(self, now: Instant) -> dict[str, float]:
        """The part of ``tick`` that is the same for everybody."""
        newest = self.radar.newest
        lag_ms = max(0.0, (now - newest) / 1000) if newest else 0.0
        return {"now": now, "devices": self.radar.present, "lag_ms": round(lag_ms, 1)}

    def entry(self, slot: int) -> SlotEntry:
        """Who or what a slot stands for; customers are only the call they belong to."""
        device = self.slots.device[slot]
        assert device is not None, "only slots in use are told"
        if device.kind == "staff":
            member = self._names.get(device.subject)
            name = msgspec.structs.asdict(member.name) if member else None
            return SlotEntry(
                slot, device.subject, "staff", name, member.roles[0] if member and member.roles else None
            )
        item = self._items.get(device.subject) if device.kind == "asset" else None
        return SlotEntry(
            slot, device.subject, device.kind, msgspec.structs.asdict(item) if item else None, None
        )

    def seen_unit(self, unit_id: str) -> Seen | None:
        """Where a unit on duty was last located."""
        found = self._seen_units([unit_id])
        return found[0][1] if found else None

    def where(self, unit_id: str) -> Where | None:
        found = self.places([unit_id])
        return found[0] if found else None

    def places(self, unit_ids: Iterable[str]) -> list[Where]:
        """Where units on duty were last located; those that never were are left out."""
        return [
            Where(
                unit_id=unit.unit_id,
                floor=self.floors[seen.floor_i],
                floor_i=seen.floor_i,
                x_m=seen.x_m,
                y_m=seen.y_m,
                r95_m=seen.r95_m,
                quality=seen.quality,
                seen_at=seen.seen_at,
                zone=self.zones.get(unit.device_id or ""),
            )
            for unit, seen in self._seen_units(unit_ids)
        ]

    def _seen_units(self, unit_ids: Iterable[str]) -> list[tuple[m.UnitChanged, Seen]]:
        units = [unit for unit_id in unit_ids if (unit := self.view.units.get(unit_id)) is not None]
        slots = [self.slots.of_device.get(unit.device_id or "", -1) for unit in units]
        with_slot = [(unit, slot) for unit, slot in zip(units, slots, strict=True) if slot >= 0]
        seen = self.radar.seen_all([slot for _, slot in with_slot])
        return [(unit, place) for (unit, _), place in zip(with_slot, seen, strict=True) if place is not None]

    def mine(self, unit_id: str) -> handheld.Mine | None:
        """What the unit's handheld shows."""
        return handheld.mine(self.view, unit_id, self.where(unit_id))

    def question(self, unit_id: str) -> Question | None:
        """What a route of this unit depends on; None for an unknown unit."""
        member = self._names.get(unit_id)
        if member is None:
            return None
        unit = self.view.units.get(unit_id)
        seen = self.seen_unit(unit_id)
        item = next((item for item in self.site.items if unit and item.item == unit.item), None)
        return Question(
            unit_id=unit_id,
            floor_i=seen.floor_i if seen else self.site.floor_index(member.home_floor),
            x_m=seen.x_m if seen else member.home[0],
            y_m=seen.y_m if seen else member.home[1],
            target=unit.target if unit else None,
            wheels=bool(unit and unit.carrying and item and item.wheels),
            closures=Closures(frozenset(self.view.closures.connectors), self.view.closures.fire_mode),
        )

    def followed(self, call_id: str) -> str:
        """The call by which a customer is helped: the own one, or the one that it was merged into."""
        for _ in self.view.calls:  # a chain is no longer than the board
            call = self.view.calls.get(call_id)
            if call is None or call.merged_into not in self.view.calls:
                break
            call_id = call.merged_into
        return call_id

    def call_status(self, call_id: str, now: Instant) -> CallStatus | None:
        """What the customer of a call may know; None when the call is not on the board."""
        own = self.view.calls.get(call_id)
        if own is None:
            return None
        call_id = self.followed(call_id)
        call = self.view.calls[call_id]
        units = [task.unit_id for task in call.tasks if task.unit_id is not None]
        places = {unit_id: seen for unit_id in units if (seen := self.seen_unit(unit_id)) is not None}
        version = self.call_versions.get(call_id, 0)
        status = call_status(call, version, self.site, places, now, self.loans())
        if call is own:
            return status
        return msgspec.structs.replace(
            status,
            call_id=own.call_id,
            stars=own.stars,
            can_cancel=False,
            can_move=False,
            can_rate=call.state == "cleared" and own.stars is None,
        )

    def loans(self) -> list[m.LoanView]:
        """Everything that customers have."""
        return [loan for stock in self.view.stock.values() for loan in stock.loans]

    def _whole(self, topic: str) -> object:
        view = self.view
        match topic:
            case "calls":
                return list(view.calls.values())
            case "units":
                return list(view.units.values())
            case "logbooks":
                return list(view.logbooks.values())
            case "stock":
                return list(view.stock.values())
            case "where":
                return self.places(view.units)
            case "gw":
                return view.gateways()
            case "health":
                counters = {**self.counters, **view.counters, "slots_refused": self.slots.refused}
                return {"services": list(view.services.values()), "ingest": view.ingest, "screens": counters}
            case "site":
                return {"closures": view.closures, "guests": view.guests}
            case "alarms":
                return self.alarms.board
            case "moves":
                return view.moves
            case "coverage":
                return view.coverage
            case "feedback":
                return list(view.feedback.values())
            case "devices":
                return [view.device(device) for device in view.enrolment.devices]
            case _:
                family, _, unit_id = topic.partition(":")
                assert family == "me", f"no such topic: {topic}"
                return self.mine(unit_id)
