"""Who is on duty by the site's shifts, in the site's local time."""

from collections.abc import Iterable
from typing import Final, Literal

from contracts.quantities import DAY, HOUR, SECOND, Instant
from contracts.sitemap import Shift
from dispatcher.catalogue import Catalogue
from dispatcher.ledger import Ledger

HOURS: Final = 24.0


def scheduled(shifts: tuple[Shift, ...], now: Instant, utc_offset_s: int) -> bool:
    """Whether a person with these shifts should be on duty. Without any shift: always."""
    hour = ((now + utc_offset_s * SECOND) % DAY) / HOUR
    return not shifts or any(
        shift.start_h <= hour < shift.end_h
        if shift.start_h < shift.end_h
        else hour >= shift.start_h or hour < shift.end_h
        for shift in shifts
    )


def boundary_before(shifts: tuple[Shift, ...], now: Instant, utc_offset_s: int) -> Instant:
    """The latest start or end of a shift that is not after ``now``; 0 without any shift."""
    return max((now - since for since in _since(shifts, now, utc_offset_s)), default=0)


def boundary_after(shifts: Iterable[Shift], now: Instant, utc_offset_s: int) -> Instant | None:
    """The next start or end of a shift after ``now``."""
    return min((now - since + DAY for since in _since(shifts, now, utc_offset_s)), default=None)


def _since(shifts: Iterable[Shift], now: Instant, utc_offset_s: int) -> list[int]:
    """How long ago each start and end last was, 0 to one day."""
    time_of_day = (now + utc_offset_s * SECOND) % DAY
    marks = {round((hour % HOURS) * HOUR) for shift in shifts for hour in (shift.start_h, shift.end_h)}
    return [(time_of_day - mark) % DAY for mark in sorted(marks)]


def due_changes(
    ledger: Ledger, catalogue: Catalogue, now: Instant, utc_offset_s: int
) -> list[tuple[str, Literal["on", "off"]]]:
    """Units whose duty the schedule changes now, in the order of ids.

    What a person said since the last start or end of a shift stands until the next.
    """
    changes: list[tuple[str, Literal["on", "off"]]] = []
    for unit_id, staff in catalogue.staff.items():
        unit = ledger.units[unit_id]
        duty: Literal["on", "off"] = "on" if scheduled(staff.shifts, now, utc_offset_s) else "off"
        if unit.duty != duty and unit.duty_at < boundary_before(staff.shifts, now, utc_offset_s):
            changes.append((unit_id, duty))
    return changes


def next_change(catalogue: Catalogue, now: Instant, utc_offset_s: int) -> Instant | None:
    """When the schedule next has to be looked at."""
    shifts = sorted({(s.start_h, s.end_h) for staff in catalogue.staff.values() for s in staff.shifts})
    return boundary_after([Shift(*shift) for shift in shifts], now, utc_offset_s)
