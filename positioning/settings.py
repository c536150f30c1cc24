"""The numbers of positioning, each with its reason. Algorithms are not options."""

import msgspec


class OffsetPrior(msgspec.Struct, frozen=True):
    """What is known of a radio class before it was heard: its level against the reference tag."""

    mean_db: float
    spread_db: float
    """Standard deviation between devices of the class."""


def _priors() -> dict[str, OffsetPrior]:
    return {"tag": OffsetPrior(0.0, 1.5), "phone": OffsetPrior(-5.0, 8.0)}


class PositioningSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wake_interval_ms: int = 150
    """Pace of the solver. Lag that is not felt against a walk of 1.2 m/s, and batches that fill."""
    window_s: float = 3.0
    """Readings older than this say nothing about now: 3 s of walking is 4 m, the error of a fix."""
    coast_after_s: float = 5.0
    """Without a reading for so long an estimate is only carried on: five adverts at 1 Hz were missed."""
    lost_after_s: float = 30.0
    """Nobody's place is known after half a minute of silence (36 m of walking)."""
    measured_power_dbm: float = -59.0
    """Level at 1 m: what iBeacon tags are set to; a calibration replaces it."""
    path_loss_exponent: float = 2.4
    """Between open rooms (1.55) and shelves (3.0); a calibration replaces it."""
    gateway_spread_db: float = 2.3
    """Between equal gateways, as measured."""
    shadowing_db: float = 6.0
    """Residual around the model with default numbers: 4 dB in space as measured, and as much again by walls,
    bodies and an exponent that is not the place's; a calibration replaces it."""
    packet_db: float = 4.0
    """One packet around its mean, as measured."""
    independent_m: float = 2.5
    """What a model misses is spatial, 3 to 6 m wide, and what a survey's map misses besides changes within a
    metre: readings taken so far apart count as independent."""
    independent_s: float = 20.0
    """The same for a device at rest, where only the people around it move."""
    particles: int = 256
    """Per device: twice as many cost half as much again for centimetres; with half as many, positions with a
    survey are 5 % worse."""
    walk_mps: float = 1.2
    """Root mean square speed of people who walk and stand."""
    tag_height_m: float = 1.2
    """Worn at the chest or lanyard."""
    offset_priors: dict[str, OffsetPrior] = msgspec.field(default_factory=_priors)
    """By device class; phones differ by up to 18 dB. Unknown classes count as phones."""
    device_limit: int = 20_000
    """Enrolments beyond it are counted and not located: bounds memory."""
    pending_limit: int = 400_000
    """Readings filed between two wakes; the oldest beyond it are dropped and counted."""
