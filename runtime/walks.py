"""Commissioning walks: recorded, kept, judged, accepted. A folder each in ``<data>/walks``, as recordings.

One walk at a time. What was heard is on the disk as it comes, so that a restart loses none of it; the walk is
then over, at its last mark.
"""

import asyncio
import contextlib
import csv
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from contracts.errors import ConfigError, NearhandError, StorageError
from contracts.messages import InstalledGateway
from contracts.quantities import SECOND, Instant
from contracts.sitemap import Site
from dashboard.walks import (
    MARKS_MAX,
    Assessment,
    Covered,
    InUse,
    NewWalk,
    PlaceMark,
    Walk,
    WalkRefused,
    WalkState,
    Waypoint,
)
from runtime.broker import write_private
from runtime.elsewhere import in_another_process
from runtime.listening import Row
from runtime.recording_write import write_recording
from runtime.recordings import Recording, Truth
from runtime.site_files import load_site
from runtime.site_versions import SiteVersions
from runtime.walk_recorder import Listen

log = logging.getLogger(__name__)
FILE: Final = "walk.json"
CALIBRATION: Final = "calibration.json"
HEARD: Final = "heard.csv"
ASSESSMENT: Final = "assessment.json"
ROWS_MAX: Final = 500_000
"""Readings of one walk: a day of one tag near thirty gateways."""
WALKS_MAX: Final = 200
TRUTH_S: Final = 2.0
"""Between marks the place is written this often: the fit joins only rows that are close in time."""
ASSESS_TIMEOUT_S: Final = 900.0
AGAIN_S: Final = 1.0
"""After the recorder has failed."""


class Question(msgspec.Struct, frozen=True):
    """What ``runtime/walk_assess.py`` is asked. ``current``: the calibration in use, or empty."""

    folder: str
    site: str
    current: str = ""


class Walks:
    """``dashboard.walks.Walks`` over a folder."""

    def __init__(
        self, data: Path, versions: SiteVersions, listen: Listen, now: Callable[[], Instant]
    ) -> None:
        self._root = data / "walks"
        self._versions = versions
        self._listen = listen
        self._now = now
        self._site: Site | None = None
        self.under_way: Walk | None = None
        """Under way."""
        self._rows: list[Row] = []
        self._recording: asyncio.Task[None] | None = None
        self._assessing: dict[str, asyncio.Task[None]] = {}
        self._finish_interrupted()

    def _finish_interrupted(self) -> None:
        for walk in self._kept():
            if walk.stopped_at is None:
                last = walk.marks[-1].at if walk.marks else walk.started_at
                self._keep(msgspec.structs.replace(walk, stopped_at=last))
                self._lay_out(self._read(walk.walk_id), self._heard(walk.walk_id))

    # --- the walk under way --------------------------------------------------------------------------------

    async def listed(self) -> Sequence[Walk]:
        return await asyncio.to_thread(self._kept)

    async def start(self, new: NewWalk, by: str) -> Walk:
        if self.under_way is not None:
            raise WalkRefused("another_walk")
        if len(self._kept()) >= WALKS_MAX:
            raise WalkRefused("too_many_walks")
        now = self._now()
        walk = Walk(
            walk_id=f"w{now // 1_000_000}",
            by=by,
            started_at=now,
            stopped_at=None,
            device_id=new.device_id,
            device_class=new.device_class,
            title=new.title,
            height_m=new.height_m,
            route=new.route,
            marks=(),
        )
        self._keep(walk)
        self.under_way, self._rows = walk, []
        self._recording = asyncio.create_task(self._record(walk))
        return walk

    async def _record(self, walk: Walk) -> None:
        """What is heard of the walker, to the disk and to memory, until cancelled."""
        with (self._root / walk.walk_id / HEARD).open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            while True:
                try:
                    async with contextlib.aclosing(self._listen(walk.device_id, walk.device_class)) as heard:
                        async for rows in heard:
                            own = [row for row in rows if row[2] == walk.device_id]
                            room = ROWS_MAX - len(self._rows)
                            self._rows += own[:room]
                            writer.writerows(own[:room])
                            file.flush()
                except NearhandError as error:
                    log.warning("walk %s: %s", walk.walk_id, error)
                await asyncio.sleep(AGAIN_S)

    async def mark(self, walk_id: str, place: Waypoint, at: Instant) -> Walk:
        walk = self._current(walk_id)
        if len(walk.marks) >= MARKS_MAX:
            raise WalkRefused("too_many_marks")
        mark = PlaceMark(at, place.floor, place.x_m, place.y_m)
        return self._changed(msgspec.structs.replace(walk, marks=(*walk.marks, mark)))

    async def unmark(self, walk_id: str) -> Walk:
        walk = self._current(walk_id)
        return self._changed(msgspec.structs.replace(walk, marks=walk.marks[:-1]))

    async def stop(self, walk_id: str) -> Walk:
        walk = msgspec.structs.replace(self._current(walk_id), stopped_at=self._now())
        assert self._recording is not None
        self._recording.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._recording
        self.under_way = self._recording = None
        self._keep(walk)
        await asyncio.to_thread(self._lay_out, walk, self._rows)
        return walk

    async def close(self) -> None:
        """The process ends: the recorder too."""
        if self.under_way is not None:
            await self.stop(self.under_way.walk_id)
        for task in self._assessing.values():
            task.cancel()

    def _current(self, walk_id: str) -> Walk:
        if self.under_way is None or self.under_way.walk_id != walk_id:
            self._read(walk_id)
            raise WalkRefused("not_under_way")
        return self.under_way

    def _changed(self, walk: Walk) -> Walk:
        self._keep(walk)
        self.under_way = walk
        return walk

    # --- kept walks ----------------------------------------------------------------------------------------

    async def state(self, walk_id: str) -> WalkState:
        current = self.under_way is not None and self.under_way.walk_id == walk_id
        walk = self.under_way if current and self.under_way is not None else self._read(walk_id)
        rows = list(self._rows) if current else await asyncio.to_thread(self._heard, walk_id)
        return await asyncio.to_thread(self._state, walk, rows)

    def _state(self, walk: Walk, rows: Sequence[Row]) -> WalkState:
        heard = Counter(row[1] for row in rows)
        coverage = tuple(coverage_of(walk, rows, self._ground()))
        return WalkState(walk, len(rows), dict(heard.most_common()), coverage)

    async def remove(self, walk_id: str) -> None:
        if self.under_way is not None and self.under_way.walk_id == walk_id:
            await self.stop(walk_id)
        self._read(walk_id)
        await asyncio.to_thread(shutil.rmtree, self._root / walk_id, True)

    def _kept(self) -> list[Walk]:
        walks = [self._read(file.parent.name) for file in self._root.glob(f"*/{FILE}")]
        return sorted(walks, key=lambda walk: -walk.started_at)

    def _read(self, walk_id: str) -> Walk:
        file = self._root / walk_id / FILE
        if not walk_id.isalnum() or not file.exists():
            raise WalkRefused("no_such_walk")
        return msgspec.json.decode(file.read_bytes(), type=Walk)

    def _keep(self, walk: Walk) -> None:
        folder = self._root / walk.walk_id
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_private(folder / FILE, msgspec.json.encode(walk))
        except OSError as cause:
            raise StorageError(f"{folder}: {cause.strerror}") from cause

    def _heard(self, walk_id: str) -> list[Row]:
        file = self._root / walk_id / HEARD
        if not file.exists():
            return []
        with file.open(newline="", encoding="utf-8") as lines:
            return [(int(at), gateway, device, int(rssi)) for at, gateway, device, rssi in csv.reader(lines)]

    def _lay_out(self, walk: Walk, rows: Sequence[Row]) -> None:
        """As a recording, which every tool reads: replay, evaluate, calibrate."""
        folder = self._root / walk.walk_id
        write_recording(folder, self._ground(), sorted(rows), walk.title or walk.walk_id)
        about = (folder / "recording.toml").read_text(encoding="utf-8")
        about += f'device_class = "{walk.device_class}"\n'
        (folder / "recording.toml").write_text(about, encoding="utf-8")
        with (folder / "truth.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["t_s", "device", "floor", "x_m", "y_m", "z_m", "zone"])
            for mark in places_of(walk.marks):
                at_s = f"{mark.at / SECOND:.3f}"
                place = (mark.floor, round(mark.x_m, 3), round(mark.y_m, 3), walk.height_m)
                writer.writerow([at_s, walk.device_id, *place, ""])

    def _ground(self) -> Site:
        if self._site is None:  # a process lives with one site
            self._site = load_site(self._versions.current())
        return self._site

    # --- what it is worth ----------------------------------------------------------------------------------

    async def assess(self, walk_id: str) -> None:
        walk = self._read(walk_id)
        if walk.stopped_at is None:
            raise WalkRefused("under_way")
        if any(not task.done() for task in self._assessing.values()):
            raise WalkRefused("another_assessment")
        self._assessing = {walk_id: asyncio.create_task(self._assess(walk_id))}

    async def _assess(self, walk_id: str) -> None:
        folder = self._root / walk_id
        current = self._versions.current()
        calibration = current / CALIBRATION
        question = Question(str(folder), str(current), str(calibration) if calibration.exists() else "")
        try:
            encoded = msgspec.json.encode(question)
            answer = await in_another_process("runtime.walk_assess", encoded, ASSESS_TIMEOUT_S)
        except NearhandError as error:
            answer = msgspec.json.encode(Assessment("failed", str(error)))
        write_private(folder / ASSESSMENT, answer)

    async def assessment(self, walk_id: str) -> Assessment:
        self._read(walk_id)
        task = self._assessing.get(walk_id)
        if task is not None and not task.done():
            return Assessment("running")
        file = self._root / walk_id / ASSESSMENT
        return (
            msgspec.json.decode(file.read_bytes(), type=Assessment) if file.exists() else Assessment("none")
        )

    async def in_use(self) -> InUse | None:
        return await asyncio.to_thread(self._in_use)

    def _in_use(self) -> InUse | None:
        from runtime import calibrate  # brings scipy's optimisers, which the screens do not need

        folder = self._versions.current()
        if not (folder / CALIBRATION).exists():
            return None
        c = calibrate.load(folder / CALIBRATION)
        former = (folder / f"calibration.{c.revision - 1}.json").exists()
        return InUse(c.revision, c.title, len(c.spots), len(c.gateways), former)

    async def accept(self, walk_id: str) -> InUse:
        if (await self.assessment(walk_id)).state != "done":
            raise WalkRefused("not_assessed")
        from runtime import calibrate

        calibration = calibrate.load(self._root / walk_id / CALIBRATION)

        def apply() -> InUse:
            self._versions.taken_over(self._now())  # the folder given to us is never written to
            calibrate.apply(calibration, self._versions.current())
            self._versions.calibration_changed(self._now())
            in_use = self._in_use()
            assert in_use is not None
            return in_use

        return await asyncio.to_thread(apply)

    async def roll_back(self) -> InUse | None:
        from runtime import calibrate

        def back() -> InUse | None:
            if self._in_use() is None:
                raise WalkRefused("not_calibrated")
            self._versions.taken_over(self._now())
            calibrate.roll_back(self._versions.current())
            self._versions.calibration_changed(self._now())
            return self._in_use()

        return await asyncio.to_thread(back)


def places_of(marks: Sequence[PlaceMark]) -> Iterable[PlaceMark]:
    """The marks, and between two on one floor a place every ``TRUTH_S`` at even pace."""
    for number, mark in enumerate(marks):
        if number and marks[number - 1].floor == mark.floor:
            before = marks[number - 1]
            steps = int((mark.at - before.at) / SECOND // TRUTH_S)
            for step in range(1, steps):
                share = step / steps
                yield PlaceMark(
                    before.at + round(share * (mark.at - before.at)),
                    mark.floor,
                    before.x_m + share * (mark.x_m - before.x_m),
                    before.y_m + share * (mark.y_m - before.y_m),
                )
        yield mark


def coverage_of(walk: Walk, rows: Sequence[Row], site: Site) -> Iterable[Covered]:
    """How many gateways heard the walker at each spot, and how loud the loudest."""
    marks = list(places_of(walk.marks))
    if not rows or not marks:
        return
    from positioning.survey import gather
    from runtime.surveyed import walk_of

    recording = _recording(walk, rows, marks, site)
    try:
        survey = gather(walk_of(recording, site), len(site.gateways))
    except ConfigError:  # nothing was heard near any mark yet
        return
    heard = np.isfinite(survey.level_dbm) & ~survey.missed
    for spot in range(len(survey.x_m)):
        levels = survey.level_dbm[spot][heard[spot]]
        if len(levels):
            yield Covered(
                site.floors[int(survey.floor[spot])].floor,
                round(float(survey.x_m[spot]), 2),
                round(float(survey.y_m[spot]), 2),
                len(levels),
                round(float(levels.max()), 1),
            )


def _recording(walk: Walk, rows: Sequence[Row], marks: Sequence[PlaceMark], site: Site) -> Recording:
    """The walk so far, as ``read_recording`` would give it."""
    installed: tuple[InstalledGateway, ...] = site.gateways
    names = tuple(dict.fromkeys([*(g.gateway for g in installed), *(row[1] for row in rows)]))
    number = {name: index for index, name in enumerate(names)}
    ordered = sorted(rows)
    truth = Truth(
        at=np.array([mark.at for mark in marks], np.int64),
        device=(walk.device_id,) * len(marks),
        floor=tuple(mark.floor for mark in marks),
        x_m=np.array([mark.x_m for mark in marks]),
        y_m=np.array([mark.y_m for mark in marks]),
        z_m=np.full(len(marks), walk.height_m),
        zone=("",) * len(marks),
    )
    return Recording(
        name=walk.walk_id,
        path=Path(walk.walk_id),
        title=walk.title,
        survey=None,
        device_class=walk.device_class,
        site=site,
        device_names=(walk.device_id,),
        gateway_names=names,
        at=np.array([row[0] for row in ordered], np.int64),
        device=np.zeros(len(ordered), np.int64),
        gateway=np.array([number[row[1]] for row in ordered], np.int64),
        rssi_dbm=np.array([row[3] for row in ordered], np.int64),
        impossible=0,
        truth=truth,
    )
