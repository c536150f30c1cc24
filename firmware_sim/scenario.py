"""What is simulated: a frozen scenario, read from TOML by the runtime; unknown keys are refused.

Figures come from the measurements on real halls and from the dispatch experiment
(``docs/simulation.md`` says which from where).
"""

import msgspec


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the scenario's file."""


class Crowd(_Part, frozen=True, kw_only=True):
    """Who is in the building besides the staff, and how people move."""

    visitors: int = 40
    """Customers with a loaned tag: located all the time."""
    app_customers: int = 4
    """Customers whose app's beacon advertises only while a call of theirs is open."""
    assets: int = 8
    """Tagged things that stand near the depots."""
    strangers: int = 0
    """Phones that nobody enrolled, with addresses that rotate: what ingest must drop and count."""
    walk_mean_mps: float = 1.1
    """Shoppers are slower than the 1.2 m/s of people with an errand."""
    walk_sd_mps: float = 0.2
    dwell_mean_s: float = 150.0
    """At one place between two walks; drawn from an exponential distribution."""
    same_floor_share: float = 0.75
    """Walks that stay on the floor."""
    destinations: int = 120
    """Different places shoppers walk to: one field of ways each is kept."""


class Staff(_Part, frozen=True, kw_only=True):
    """The people on duty and their handsets."""

    share: float = 1.0
    """Of the site's staff that is at work, evenly over the list. The others are logged off."""
    answer_median_s: float = 8.0
    """To an offer: lognormal, as the dispatch experiment has it."""
    answer_sigma: float = 0.5
    silence_share: float = 0.07
    """Offers that nobody looks at."""
    decline_share: float = 0.03
    urgent_silence_share: float = 0.04
    """For priority 1."""
    urgent_decline_share: float = 0.01
    pick_up_mean_s: float = 15.0
    """From standing at the depot to having the item in hand."""
    drop_off_mean_s: float = 8.0
    report_delay_mean_s: float = 2.0
    """From arriving to tapping on "arrived"."""
    serve_sigma: float = 0.3
    """Spread (lognormal) of the time on scene around the catalogue's typical time."""
    not_found_share: float = 0.01
    give_back_share: float = 0.005
    """Accepted tasks that a person gives back on the way."""
    loan_mean_s: float = 1500.0
    """Until a customer hands a loaned item back at the depot where it came from."""
    break_every_s: float = 0.0
    """Mean time between two breaks of a person; 0 = none."""
    break_s: float = 900.0
    one_break: bool = False
    """One break a day for everybody, staggered, instead of now and then."""
    leg_cv: float = 0.1
    """Spread of walking times over one way, where no radio is simulated (``--policy``)."""
    lift_wait_sd_s: float = 0.0
    """Spread of lift waits about the site's mean, likewise."""
    lift_wait_factor: float = 1.0
    """Lifts come later than the site says: what the dispatcher has to learn, likewise."""
    standby_share: float = 1.0
    """Suggestions to stand by elsewhere that people follow."""


class Demand(_Part, frozen=True, kw_only=True):
    """Calls by customers: a Poisson process for each service."""

    calls_per_h: dict[str, float] = {}
    """By service id of the site's catalogue."""
    by_hour: tuple[float, ...] = ()
    """24 factors by local hour; empty = the same all day."""
    utc_offset_h: float = 8.0
    """Of the local time that ``by_hour`` means."""
    by_floor: dict[str, float] = {}
    """Weights by floor id; floors that are not named weigh 1."""
    by_floor_hour: dict[str, tuple[float, ...]] = {}
    """24 more factors by local hour for a floor: a food floor fills at noon."""
    stop_after_s: float = 0.0
    """No new calls from then on (0 = they never stop): a shift's end, or time for a test to settle."""
    burst_after_s: float = 0.0
    """When ``burst_calls`` come at once (0 = never): somebody faints in the food court."""
    burst_calls: int = 0
    burst_service: str = "medical"
    app_share: float = 0.25
    """Calls placed in the app, with the beacon as opt-in; the others scan the QR code of a spot."""
    tag_share: float = 0.25
    """Calls placed for the wearer of a loaned tag, opting in with it."""
    cancel_share: float = 0.05
    cancel_mean_s: float = 90.0
    move_share: float = 0.08
    """Customers who walk on and say so."""
    rate_share: float = 0.5
    button_presses_per_h: float = 0.0
    """Presses of the tags' buttons by their wearers."""


class Closure(_Part, frozen=True, kw_only=True):
    """Something in the building is out of use for a while."""

    connector: str = ""
    """Connector or space; empty = fire mode."""
    after_min: float
    for_min: float = 0.0
    """0 = to the end."""


class Radio(_Part, frozen=True, kw_only=True):
    """How adverts are heard; the defaults are the measured noise facts."""

    building_seed: int = 20
    """Residuals and gateways' offsets are drawn from this, not from the run's seed: it is one building,
    whatever the day's luck, so that a survey of it serves every run."""
    measured_power_dbm: float = -59.0
    """At 1 m, of a tag that hangs free."""
    exponent_mean: float = 2.0
    exponent_sd: float = 0.15
    """Per gateway, kept within 1.8 to 2.5 (offices and halls)."""
    residual_sd_db: float = 4.0
    """Spatial and repeatable, per gateway."""
    residual_scale_m: float = 4.5
    """Distance at which the residual's correlation has fallen to 1/e (3 to 6 m)."""
    gateway_sd_db: float = 2.3
    tag_sd_db: float = 2.0
    phone_mean_db: float = -8.0
    phone_sd_db: float = 5.0
    """Phones against tags, kept within -18 to 0 dB."""
    body_db: float = 6.0
    """Lost when the wearer stands between tag and gateway."""
    static_sd_db: float = 2.9
    moving_sd_db: float = 5.5
    """Per packet; the moving one is skewed by -0.54."""
    sensitivity_dbm: float = -99.5
    """Level at which half of the packets are lost."""
    near_loss: float = 0.015
    """Packets lost at any level (collisions, the scanner's blind times)."""
    wall_loss_share: float = 0.006
    """More packets lost for each dB that walls and slabs take, to 30 % in all."""
    impossible_per_million: float = 1.5
    """RSSI values such as +62 that real controllers report."""


class Vices(_Part, frozen=True, kw_only=True):
    """What real gateways do wrong. Rates per gateway."""

    clock_offset_sd_s: float = 0.2
    clock_drift_sd_ppm: float = 20.0
    clock_steps_per_h: float = 0.02
    """Steps of some seconds, when the time service corrects a clock or spoils it."""
    reboots_per_h: float = 0.02
    reboot_mean_s: float = 20.0
    outages_per_h: float = 0.05
    """The gateway's network goes away; what it has spooled comes as a burst."""
    outage_mean_s: float = 60.0
    spool_batches: int = 600
    """Batches an own agent keeps through an outage; the newest win."""
    duplicate_share: float = 0.002
    """Messages that come twice (MQTT QoS 1)."""
    joined_scan_response_share: float = 0.3
    """Raw adverts with the scan response joined to them."""
    slow_upload_share: float = 0.1
    """Of the vendors' gateways that send batches: they upload only each ``slow_upload_s``."""
    slow_upload_s: float = 5.0
    deaf_per_h: float = 0.0
    """The radio hangs while the gateway stays connected."""
    deaf_mean_s: float = 120.0


class Scenario(_Part, frozen=True, kw_only=True):
    """Everything firmware_sim is told besides the site and the seed."""

    name: str = "default"
    crowd: Crowd = Crowd()
    staff: Staff = Staff()
    demand: Demand = Demand()
    closures: tuple[Closure, ...] = ()
    radio: Radio = Radio()
    vices: Vices = Vices()
    vices_on: bool = True
    """False = gateways without fault."""
    vendor_mix: dict[str, float] = {}
    """Shares of formats among gateways whose site entry says ``auto``; the rest speaks our own."""
    advertising_interval_s: float = 1.0
    """Of tags and app beacons; the specification adds 0 to 10 ms at random each time."""
    asset_interval_s: float = 1.0
    gateway_interval_s: float = 1.0
    """From one batch of a gateway to the next; the gateways' turns are spread over it."""
    truth_interval_s: float = 1.0
    wake_interval_s: float = 0.2
    """The simulator's own step."""
    start_delay_s: float = 2.0
    """People log on and tags are enrolled at once; calls begin after this."""
