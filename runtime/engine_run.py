"""The very same ``PositioningService`` as in a live system, driven by the observations of a recording."""

from collections.abc import Sequence

from contracts.columns import unpack_positions
from contracts.grid import WalkableGrid
from contracts.messages import EnrolmentChanged, Message, PositionsEstimated
from contracts.quantities import Instant, from_seconds
from positioning.calibration import Calibration
from positioning.service import PositioningService
from positioning.settings import PositioningSettings
from runtime.judging import FRESH_S, Estimates
from runtime.recordings import Recording, enrolled, grid_of, reports


def run_engine(
    recording: Recording,
    settings: PositioningSettings | None = None,
    calibration: Calibration | None = None,
    grid: WalkableGrid | None = None,
    early_s: float = 0.0,
) -> Estimates:
    """Every estimate that the service makes while it hears the recording.

    Started ``early_s`` before, the service comes by other random numbers: how much is luck is seen so.
    """
    grid = grid or grid_of(recording.site)
    service = PositioningService(recording.site, grid, settings or PositioningSettings(), calibration)
    estimates = Estimates.empty()
    if not len(recording.at):
        return estimates
    start = int(min(recording.at[0], *recording.truth.at[:1])) - 1 - from_seconds(early_s)
    service.receive(EnrolmentChanged(version=1, devices=enrolled(recording)), start)
    arrivals = list(reports(recording, edges=recording.truth.at))
    moments = sorted({*(int(at) for at in recording.truth.at), *(r.received_at for r in arrivals)})
    judged = {int(at) for at in recording.truth.at}
    position = 0
    for moment in moments:
        _wake_until(service, moment, estimates, recording)
        while position < len(arrivals) and arrivals[position].received_at <= moment:
            service.receive(arrivals[position], moment)
            position += 1
        if moment in judged:
            _keep(estimates, service.wake(moment), recording)
    return estimates


def _wake_until(
    service: PositioningService, moment: Instant, estimates: Estimates, recording: Recording
) -> None:
    at = service.wake_at()
    while at is not None and at <= moment:
        _keep(estimates, service.wake(at), recording)
        at = service.wake_at()


def _keep(estimates: Estimates, messages: Sequence[Message], recording: Recording) -> None:
    floors = [floor.floor for floor in recording.site.floors]
    for message in messages:
        if not isinstance(message, PositionsEstimated):
            continue
        positions = unpack_positions(message)
        for row, device in enumerate(positions.device_ids):
            if positions.age_s[row] > FRESH_S:
                continue
            estimates.at.append(message.estimated_at)
            estimates.device.append(device)
            estimates.floor.append(floors[positions.floor[row]])
            estimates.x_m.append(float(positions.x_m[row]))
            estimates.y_m.append(float(positions.y_m[row]))
            estimates.semi_major_m.append(float(positions.semi_major_m[row]))
            estimates.semi_minor_m.append(float(positions.semi_minor_m[row]))
            estimates.heading_deg.append(float(positions.heading_deg[row]))
            estimates.zone.append(positions.zone[row] or "")
