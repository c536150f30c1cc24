"""The dispatcher's numbers. Everything that belongs to a service or an item is in the site's catalogue."""

import msgspec


class DispatcherSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Defaults are the recommendation of docs/dispatch.md; times in seconds, costs in targets."""

    policy: str = "full"
    """How people are chosen: ``full``; ``optimal``, ``eta`` and ``nearest`` exist to compare with."""
    utc_offset_s: int = 28_800
    """Of the site's clock from UTC, for shifts; malls in China have no summer time."""

    # offers
    hedge_share: float = 0.4
    """After this share of an offer's time-out in silence the next best is asked too (10 of 25 s)."""
    offers_per_task_max: int = 2
    """Live offers for one task: a third phone ringing costs walking and wins nothing measurable."""
    decline_block_s: float = 120.0
    """Who declined is not asked again for the same task so soon."""
    silence_mute_s: float = 180.0
    """Who let an offer expire gets no other so soon, unless the handheld says something meanwhile."""
    answer_delay_s: float = 9.0
    """Expected time from an offer to its answer, until a person's own delay is known."""

    # planning
    priority_weights: tuple[float, float, float, float] = (20.0, 4.0, 2.0, 1.0)
    """What one target of lateness costs for priorities 1 to 4."""
    solve_interval_ms: int = 200
    """At most one plan in this time: a burst of calls is planned together."""
    replan_s: float = 5.0
    """Plan again this often while somebody waits: people move, blocks and mutes end."""
    switch_cost: float = 0.12
    """For taking a task off somebody under way, as a share of the task's weight."""
    interrupt_cost: float = 0.8
    """For interrupting one task for a more urgent one, as a share of the interrupted weight."""
    switch_gain_min_s: float = 20.0
    """A re-match must save at least this much, or people are sent to and fro for nothing."""
    finishing_horizon_s: float = 150.0
    """People expected to be done within this time are planned with (reserved, not offered)."""
    ageing: float = 3.0
    """How much dearer it is to leave a late task waiting, for each target past the first: with 1, a task
    three targets late counts as much as one that can still be on time."""
    patience_targets: float = 2.4
    """What somebody could reach only after so many targets is served before all else of its priority."""
    patience_share: float = 0.3
    """Of a role's people on duty so many at most are bound to such calls: the rest keeps others in time."""
    forecast_s: float = 10.0
    """Arrivals of those under way are compared with their positions this often."""

    standby_price: float = 0.001
    """What a minute's walk to a better place to stand by must bring, as a share of the urgency-weighted
    calls that will be in time because of it."""
    standby_walk_max_m: float = 800.0
    """Suggestions to stand by elsewhere cost nobody more metres an hour than this; 0 = no suggestions."""
    reserve_cost: float = 0.02
    """For sending a first-aider to anything but an emergency, times what emergencies would lose."""

    # travel
    pick_up_s: float = 15.0
    """Taking an item out of a depot."""
    walk_cv: float = 0.1
    """Spread of walking times: standard deviation over mean."""
    travel_sd_s: float = 8.0
    """Spread that does not grow with the way: doors, crowds, waiting at a lift."""

    # positions
    position_fresh_s: float = 5.0
    """Up to this age a position is taken as it is; later its uncertainty grows with walking speed."""
    position_lost_s: float = 120.0
    """Older than this nobody is offered anything: the person may be anywhere."""
    follow_caller_m: float = 20.0
    """A located caller who moved this far is followed (``CallMoved``); 0 = never."""

    # the rest
    sos_service: str = "medical"
    """What a pressed button asks for."""
    sos_repeat_s: float = 60.0
    """Presses of the same button within this time after its call was closed are the same press."""
    return_grace_s: float = 600.0
    """A unit that has an item to bring back gets other tasks again after this time."""
    open_calls_max: int = 1_000
    """More open calls at once are refused (``too_many_calls``)."""
    enrolled_max: int = 5_000
    """Devices enrolled by command; more are refused (``too_many``)."""
