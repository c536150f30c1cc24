"""The gateways: what they collect, when they send it, and what goes wrong with them.

Each gateway has its turn in the interval, so that live traffic is smooth. A gateway's clock is off by
an offset and a drift, and is set now and then; an own agent spools while its network is away and sends
the back-log as a burst, most vendors' hardware forgets.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.messages import GatewayPayload
from contracts.quantities import HOUR, SECOND, Instant, from_seconds, to_seconds
from contracts.sitemap import Site
from firmware_sim.agenda import Agenda
from firmware_sim.formats.base import Batch, Condition, Format, Tags, Written
from firmware_sim.formats.table import formats_of
from firmware_sim.radio import Heard
from firmware_sim.scenario import Scenario, Vices

BUFFER: Final = 2048
"""Observations a gateway holds between two messages; what comes beyond is lost and counted."""
WILL_AFTER_S: Final = 45.0
"""The broker tells of a lost connection after one and a half keep-alives of 30 s."""
STEP_S: Final = (0.5, 5.0)
"""How far a clock jumps when the time service sets it."""
UNSET_CLOCK_SHARE: Final = 0.3
"""Reboots after which the clock shows an old time until the time service answers."""
UNSET_CLOCK_S: Final = (600.0, 7200.0)
SYNCHRONISED_AFTER_S: Final = 8.0


@dataclass(slots=True)
class Gateway:
    """One gateway's own state."""

    boot: str
    booted_at: Instant
    window_from: Instant
    """When the batch being collected began."""
    clock_offset: float = 0.0
    clock_drift: float = 0.0
    """Microseconds, and microseconds for each microsecond since ``clock_set_at``."""
    clock_set_at: Instant = 0
    seq: int = 0
    link_up: bool = True
    told_offline: bool = False
    spool: deque[tuple[str, bytes]] = field(default_factory=deque)
    sent: int = 0
    next_status: Instant = 0


@dataclass(eq=False)
class Fleet:
    """All gateways; arrays of shape (g,) or (g, BUFFER)."""

    site: Site
    formats: list[Format]
    vices: Vices | None
    rng: np.random.Generator
    gateways: list[Gateway]
    interval: NDArray[np.int64]
    next_send: NDArray[np.int64]
    powered: NDArray[np.bool_]
    deaf: NDArray[np.bool_]
    device: NDArray[np.int32]
    rssi_dbm: NDArray[np.int8]
    at: NDArray[np.int64]
    count: NDArray[np.int64]
    agenda: Agenda[tuple[str, int]] = field(default_factory=Agenda)
    overflowed: int = 0
    lost_in_outages: int = 0

    def __len__(self) -> int:
        return len(self.gateways)


def new_fleet(site: Site, scenario: Scenario, rng: np.random.Generator, now: Instant) -> Fleet:
    """The site's gateways, switched on at ``now``, their turns spread over the interval.

    Raises:
        ConfigError: a vendor's format that cannot be simulated.
    """
    n = len(site.gateways)
    formats = formats_of(site.gateways, scenario.vendor_mix, rng)
    vices = scenario.vices if scenario.vices_on else None
    interval = _intervals(formats, scenario, vices, rng)
    turn = (np.arange(n) * interval // max(n, 1)).astype(np.int64)
    fleet = Fleet(
        site,
        formats,
        vices,
        rng,
        [Gateway(_boot_id(rng), now, now) for _ in range(n)],
        interval,
        now + interval // 2 + turn,
        np.ones(n, bool),
        np.zeros(n, bool),
        np.zeros((n, BUFFER), np.int32),
        np.zeros((n, BUFFER), np.int8),
        np.zeros((n, BUFFER), np.int64),
        np.zeros(n, np.int64),
    )
    for number, gateway in enumerate(fleet.gateways):
        gateway.next_status = int(fleet.next_send[number])
        _set_clock(fleet, gateway, now)
        for vice in ("reboot", "outage", "deaf", "step"):
            _plan(fleet, vice, number, now)
    return fleet


def _intervals(
    formats: list[Format], scenario: Scenario, vices: Vices | None, rng: np.random.Generator
) -> NDArray[np.int64]:
    """From message to message, in microseconds, (g,); some vendors' gateways upload slowly."""
    slow = rng.random(len(formats)) < (vices.slow_upload_share if vices is not None else 0.0)
    result = np.empty(len(formats), np.int64)
    for number, known in enumerate(formats):
        seconds = known.interval_s or scenario.gateway_interval_s
        if vices is not None and slow[number] and known.interval_s is None and known.name != "nearhand":
            seconds = max(seconds, vices.slow_upload_s)
        result[number] = from_seconds(seconds)
    return result


def collect(fleet: Fleet, heard: Heard, device: NDArray[np.intp], at: NDArray[np.int64]) -> None:
    """File what was heard; ``device`` and ``at`` are by advert, in order of time."""
    order = np.argsort(heard.gateway, kind="stable")
    gateway = heard.gateway[order].astype(np.intp)
    arriving = np.bincount(gateway, minlength=len(fleet))
    first = np.cumsum(arriving) - arriving
    slot = fleet.count[gateway] + np.arange(len(gateway)) - first[gateway]
    listens = fleet.powered & ~fleet.deaf
    kept = listens[gateway] & (slot < BUFFER)
    gateway, slot, advert = gateway[kept], slot[kept], heard.advert[order][kept]
    fleet.device[gateway, slot] = device[advert]
    fleet.rssi_dbm[gateway, slot] = heard.rssi_dbm[order][kept]
    fleet.at[gateway, slot] = at[advert]
    wanted = fleet.count + np.where(listens, arriving, 0)
    fleet.overflowed += int(np.maximum(wanted - BUFFER, 0).sum())
    fleet.count = np.minimum(wanted, BUFFER)


def hurry(fleet: Fleet, heard: Heard, device: NDArray[np.intp], unheard: set[int], now: Instant) -> None:
    """Our own agents pass a pressed button on at once, the first time they hear it."""
    listens = fleet.powered & ~fleet.deaf
    fresh = np.isin(device[heard.advert], list(unheard)) & listens[heard.gateway]
    for number in np.unique(heard.gateway[fresh]).tolist():
        if fleet.formats[number].name == "nearhand":
            fleet.next_send[number] = min(int(fleet.next_send[number]), now)
    unheard.difference_update(device[heard.advert][fresh].tolist())


def send(fleet: Fleet, tags: Tags, now: Instant) -> list[GatewayPayload]:
    """What the gateways whose turn has come put on the wire by ``now``."""
    tags.refresh(now)
    written: Written = _misbehave(fleet, now)
    due = np.flatnonzero(fleet.next_send <= now)
    missed = (now - fleet.next_send[due]) // fleet.interval[due]
    fleet.next_send[due] += (missed + 1) * fleet.interval[due]
    counts = fleet.count[due].tolist()
    fleet.count[due] = 0
    powered = fleet.powered[due].tolist()
    for number, count, on in zip(due.tolist(), counts, powered, strict=True):
        if on:
            written += _turn(fleet, number, count, tags, now)
    return [GatewayPayload(topic=topic, payload=payload, received_at=now) for topic, payload in written]


def stand_still(fleet: Fleet, gap: int) -> None:
    """Turns and batches under way move on by ``gap`` microseconds."""
    fleet.next_send += gap
    fleet.at += gap
    for gateway in fleet.gateways:
        gateway.window_from += gap


def clock_error(gateway: Gateway, at: Instant) -> int:
    """Microseconds by which a gateway's clock is ahead at a true time."""
    return round(gateway.clock_offset + (at - gateway.clock_set_at) * gateway.clock_drift)


def _turn(fleet: Fleet, number: int, n: int, tags: Tags, now: Instant) -> Written:
    """One gateway's turn: its batch of n observations, and its status when that is due."""
    gateway, format_ = fleet.gateways[number], fleet.formats[number]
    written: Written = []
    if n or format_.empty:
        written += format_.encode(_batch(fleet, number, n, now), tags)
        gateway.seq += 1
    started, gateway.window_from = gateway.window_from, now
    if now >= gateway.next_status:
        gateway.next_status = now + from_seconds(format_.status_interval_s)
        rate = n / max(to_seconds(now - started), 1e-3)
        written += format_.status(_condition(fleet, number, True, rate, now))
    return _transmit(fleet, number, written)


def _batch(fleet: Fleet, number: int, n: int, now: Instant) -> Batch:
    gateway = fleet.gateways[number]
    return Batch(
        fleet.site.site,
        fleet.site.gateways[number],
        gateway.boot,
        gateway.seq,
        gateway.window_from,
        now,
        clock_error(gateway, now),
        fleet.device[number, :n],
        fleet.rssi_dbm[number, :n],
        fleet.at[number, :n],
    )


def _condition(fleet: Fleet, number: int, online: bool, rate: float, now: Instant) -> Condition:
    gateway = fleet.gateways[number]
    return Condition(
        fleet.site.site,
        fleet.site.gateways[number],
        online,
        now + clock_error(gateway, now),
        gateway.boot,
        rate,
        to_seconds(now - gateway.booted_at),
    )


def _transmit(fleet: Fleet, number: int, written: Written) -> Written:
    """Over the network, into the spool, or nowhere; sometimes twice."""
    gateway, vices = fleet.gateways[number], fleet.vices
    if gateway.link_up:
        gateway.sent += len(written)
        if vices is not None and written and fleet.rng.random() < vices.duplicate_share:
            return [*written, written[0]]
        return written
    assert vices is not None
    if fleet.formats[number].name == "nearhand":
        gateway.spool.extend(written)
        while len(gateway.spool) > vices.spool_batches:
            gateway.spool.popleft()
            fleet.lost_in_outages += 1
    else:
        fleet.lost_in_outages += len(written)
    return []


def _misbehave(fleet: Fleet, now: Instant) -> Written:
    """The vices that are due."""
    written: Written = []
    while (entry := fleet.agenda.due(now)) is not None:
        at, (vice, number) = entry
        written += _VICES[vice](fleet, number, at)
    return written


def _plan(fleet: Fleet, vice: str, number: int, now: Instant) -> None:
    """The next time of a vice: exponential waiting."""
    if fleet.vices is None:
        return
    rates = {
        "reboot": fleet.vices.reboots_per_h,
        "outage": fleet.vices.outages_per_h,
        "deaf": fleet.vices.deaf_per_h,
        "step": fleet.vices.clock_steps_per_h,
    }
    if rates[vice] > 0:
        fleet.agenda.add(now + round(fleet.rng.exponential(HOUR / rates[vice])), (vice, number))


def _lasting(fleet: Fleet, mean_s: float) -> int:
    return max(1, from_seconds(fleet.rng.exponential(mean_s)))


def _reboot(fleet: Fleet, number: int, at: Instant) -> Written:
    assert fleet.vices is not None
    fleet.powered[number] = False
    fleet.count[number] = 0
    fleet.agenda.add(at + _lasting(fleet, fleet.vices.reboot_mean_s), ("boot", number))
    return []


def _boot(fleet: Fleet, number: int, at: Instant) -> Written:
    gateway = fleet.gateways[number]
    gateway.boot, gateway.booted_at, gateway.seq = _boot_id(fleet.rng), at, 0
    gateway.next_status = at
    fleet.powered[number] = True
    fleet.deaf[number] = False
    gateway.window_from = at
    _set_clock(fleet, gateway, at)
    if fleet.rng.random() < UNSET_CLOCK_SHARE:
        gateway.clock_offset -= fleet.rng.uniform(*UNSET_CLOCK_S) * SECOND
        fleet.agenda.add(at + from_seconds(SYNCHRONISED_AFTER_S), ("synchronise", number))
    _plan(fleet, "reboot", number, at)
    return []


def _synchronise(fleet: Fleet, number: int, at: Instant) -> Written:
    _set_clock(fleet, fleet.gateways[number], at)
    return []


def _step(fleet: Fleet, number: int, at: Instant) -> Written:
    gateway = fleet.gateways[number]
    _set_clock(fleet, gateway, at)
    sign = 1.0 if fleet.rng.random() < 0.5 else -1.0
    gateway.clock_offset += sign * fleet.rng.uniform(*STEP_S) * SECOND
    _plan(fleet, "step", number, at)
    return []


def _outage(fleet: Fleet, number: int, at: Instant) -> Written:
    assert fleet.vices is not None
    fleet.gateways[number].link_up = False
    fleet.agenda.add(at + from_seconds(WILL_AFTER_S), ("will", number))
    fleet.agenda.add(at + _lasting(fleet, fleet.vices.outage_mean_s), ("link", number))
    return []


def _will(fleet: Fleet, number: int, at: Instant) -> Written:
    """The broker publishes the last will, if the gateway is still away."""
    gateway = fleet.gateways[number]
    if gateway.link_up:
        return []
    gateway.told_offline = True
    return fleet.formats[number].status(_condition(fleet, number, False, 0.0, at))


def _link(fleet: Fleet, number: int, at: Instant) -> Written:
    """Back again: it says so, and what was spooled comes at once."""
    gateway = fleet.gateways[number]
    gateway.link_up = True
    written: Written = []
    if gateway.told_offline:
        gateway.told_offline = False
        written += fleet.formats[number].status(_condition(fleet, number, True, 0.0, at))
    written += gateway.spool
    gateway.spool.clear()
    _plan(fleet, "outage", number, at)
    return written


def _go_deaf(fleet: Fleet, number: int, at: Instant) -> Written:
    assert fleet.vices is not None
    fleet.deaf[number] = True
    fleet.agenda.add(at + _lasting(fleet, fleet.vices.deaf_mean_s), ("hear", number))
    return []


def _hear_again(fleet: Fleet, number: int, at: Instant) -> Written:
    fleet.deaf[number] = False
    _plan(fleet, "deaf", number, at)
    return []


_VICES: Final = {
    "reboot": _reboot,
    "boot": _boot,
    "synchronise": _synchronise,
    "step": _step,
    "outage": _outage,
    "will": _will,
    "link": _link,
    "deaf": _go_deaf,
    "hear": _hear_again,
}


def _boot_id(rng: np.random.Generator) -> str:
    return f"{int(rng.integers(0, 2**48)):012x}"


def _set_clock(fleet: Fleet, gateway: Gateway, at: Instant) -> None:
    """A clock as the time service leaves it: nearly right, and drifting again."""
    gateway.clock_set_at = at
    if fleet.vices is not None:
        gateway.clock_offset = fleet.rng.normal(0.0, fleet.vices.clock_offset_sd_s) * SECOND
        gateway.clock_drift = fleet.rng.normal(0.0, fleet.vices.clock_drift_sd_ppm) * 1e-6
