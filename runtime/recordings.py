"""Read a recording: a folder of observations with known truth, and the little site it was made in.

Format: ``recording.toml``, ``gateways.csv``, ``observations.csv[.gz]``, ``truth.csv``, ``zones.csv``.
"""

import csv
import gzip
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.errors import ConfigError
from contracts.geometry import shape
from contracts.grid import WalkableGrid, build_grid
from contracts.messages import EnrolledDevice, InstalledGateway, ScanReport
from contracts.quantities import from_seconds
from contracts.sitemap import Floor, Name, Polygon, Site, Space, Zone

MARGIN_M = 5.0
"""Where a recording names no bounds, people may be so far outside the hull of its gateways."""
ROOM_M2 = 3000.0
CEILING_M = 3.0
"""Mounting height of a gateway whose z is not known."""
TAG_HEIGHT_M = 1.2
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Truth:
    """Instants at which the estimate is judged, shapes (n,); unknown coordinates are NaN."""

    at: Ints
    device: tuple[str, ...]
    floor: tuple[str, ...]
    x_m: Floats
    y_m: Floats
    z_m: Floats
    zone: tuple[str, ...]
    """Empty where the zone is not known."""


@dataclass(frozen=True)
class Recording:
    """Observations in time order as columns (n,), the truth, and what is installed."""

    name: str
    path: Path
    title: str
    survey: str | None
    device_class: str
    site: Site
    device_names: tuple[str, ...]
    gateway_names: tuple[str, ...]
    at: Ints
    device: Ints
    gateway: Ints
    rssi_dbm: Ints
    impossible: int
    """Readings left out because no receiver can report them."""
    truth: Truth


def read_recording(path: Path) -> Recording:
    """The recording in folder ``path``.

    Raises:
        ConfigError: a file is missing or a cell cannot be read; names file and line.
    """
    path = Path(path)
    about = _about(path)
    gateways = tuple(_gateways(path))
    rows = list(_rows(path, "observations.csv"))
    rssi = np.array([_number(path, "observations.csv", r, "rssi_dbm") for r in rows])
    possible = np.isfinite(rssi) & (rssi >= -127) & (rssi < 0)
    at = np.array([from_seconds(_number(path, "observations.csv", r, "t_s")) for r in rows], np.int64)
    order = np.flatnonzero(possible)[np.argsort(at[possible], kind="stable")]
    truth = _truth(path)
    devices = tuple(dict.fromkeys([*(r["device"] for r in rows), *truth.device]))
    names = tuple(dict.fromkeys([*(g.gateway for g in gateways), *(r["gateway"] for r in rows)]))
    listens = str(about.get("who_listens", ""))
    return Recording(
        name=path.name,
        path=path,
        title=str(about.get("title", path.name)),
        survey=str(about["survey"]) if about.get("survey") else None,
        device_class=str(about.get("device_class", "phone" if listens.startswith("phone") else "tag")),
        site=_site(path, about, gateways, truth),
        device_names=devices,
        gateway_names=names,
        at=at[order],
        device=_codes([r["device"] for r in rows], devices)[order],
        gateway=_codes([r["gateway"] for r in rows], names)[order],
        rssi_dbm=np.rint(rssi[order]).astype(np.int64),
        impossible=int((~possible).sum()),
        truth=truth,
    )


def reports(recording: Recording, edges: Ints | None = None, batch_s: float = 0.1) -> Iterator[ScanReport]:
    """The observations as the scan reports that gateways would have sent, in order of arrival.

    Each gateway sends what it heard in each ``batch_s``, and no batch reaches over one of ``edges``
    (instants); a report arrives at its last observation.
    """
    if not len(recording.at):
        return
    slot = (recording.at - recording.at[0]) // from_seconds(batch_s)
    if edges is not None:
        slot += np.searchsorted(np.sort(edges), recording.at, side="left") * (slot[-1] + 1)
    order = np.lexsort((recording.gateway, slot))
    cuts = np.flatnonzero(np.diff(slot[order]) | np.diff(recording.gateway[order])) + 1
    parts = np.split(order, cuts)
    parts.sort(key=lambda part: (int(recording.at[part[-1]]), int(part[0])))
    for seq, part in enumerate(parts):
        yield _report(recording, part, seq)


def _report(recording: Recording, part: Ints, seq: int) -> ScanReport:
    started = int(recording.at[part[0]])
    devices, index = np.unique(recording.device[part], return_inverse=True)
    offset_ms = (recording.at[part] - started) // 1000
    return ScanReport(
        gateway=recording.gateway_names[recording.gateway[part[0]]],
        boot="recording",
        seq=seq,
        started_at=started,
        device_ids=tuple(recording.device_names[d] for d in devices),
        device=index.astype("<u2").tobytes(),
        rssi_dbm=recording.rssi_dbm[part].astype(np.int8).tobytes(),
        offset_ms=offset_ms.astype("<u2").tobytes(),
        received_at=int(recording.at[part[-1]]),
    )


def grid_of(site: Site) -> WalkableGrid:
    """The walkable grid of a place, of half a metre in rooms and of a metre in malls."""
    area_m2 = sum(shape(floor.outline).area for floor in site.floors)
    return build_grid(site, 0.5 if area_m2 <= ROOM_M2 else 1.0)


def enrolled(recording: Recording) -> tuple[EnrolledDevice, ...]:
    """Every device of the recording, of the recording's radio class."""
    return tuple(
        EnrolledDevice(device_id=name, kind="asset", subject=name, device_class=recording.device_class)
        for name in recording.device_names
    )


# --- the files ---


def _about(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads((path / "recording.toml").read_text())
    except FileNotFoundError as error:
        raise ConfigError(f"{path} is not a recording: it has no recording.toml") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path / 'recording.toml'}: {error}") from error


def _rows(path: Path, name: str) -> Iterator[dict[str, str]]:
    """Rows of a CSV file or its compressed form; nothing where neither exists."""
    plain, packed = path / name, path / f"{name}.gz"
    if packed.exists():
        text = gzip.decompress(packed.read_bytes()).decode()
    elif plain.exists():
        text = plain.read_text()
    else:
        return
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        row["line"] = str(number)
        yield row


def _number(path: Path, name: str, row: dict[str, str], column: str) -> float:
    """A cell as a number; NaN where it is empty or the column does not exist."""
    text = row.get(column) or ""
    try:
        return float(text) if text else float("nan")
    except ValueError as error:
        raise ConfigError(f"{path / name} line {row['line']}: {column} is {text!r}, not a number") from error


def _codes(values: list[str], names: tuple[str, ...]) -> Ints:
    index = {name: number for number, name in enumerate(names)}
    return np.array([index[value] for value in values], np.int64)


def _gateways(path: Path) -> Iterator[InstalledGateway]:
    for row in _rows(path, "gateways.csv"):
        z_m = _number(path, "gateways.csv", row, "z_m")
        yield InstalledGateway(
            gateway=row["gateway"],
            floor=row["floor"],
            x_m=_number(path, "gateways.csv", row, "x_m"),
            y_m=_number(path, "gateways.csv", row, "y_m"),
            height_m=CEILING_M if np.isnan(z_m) else z_m,
        )


def _truth(path: Path) -> Truth:
    rows = list(_rows(path, "truth.csv"))

    def column(name: str) -> Floats:
        return np.array([_number(path, "truth.csv", row, name) for row in rows], float)

    return Truth(
        at=np.array([from_seconds(value) for value in column("t_s")], np.int64),
        device=tuple(row["device"] for row in rows),
        floor=tuple(row["floor"] for row in rows),
        x_m=column("x_m"),
        y_m=column("y_m"),
        z_m=column("z_m"),
        zone=tuple(row.get("zone") or "" for row in rows),
    )


def _site(path: Path, about: dict[str, object], gateways: tuple[InstalledGateway, ...], truth: Truth) -> Site:
    """The smallest site that holds the recording: rectangular floors, gateways, zones."""
    zones = _zones(path)
    box = _bounds(path, about, gateways, zones)
    named = [*(g.floor for g in gateways), *truth.floor, *(z.floor for z in zones)]
    floors = sorted(dict.fromkeys(named), key=_storey) or ["0"]
    ring = ((box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3]))
    return Site(
        site=path.name,
        name=Name(path.name, path.name),
        timezone="UTC",
        latitude_deg=0.0,
        longitude_deg=0.0,
        bearing_deg=0.0,
        floors=tuple(
            Floor(floor, index, Name(floor, floor), 4.5 * index, 4.5, 15.0, Polygon(ring))
            for index, floor in enumerate(floors)
        ),
        spaces=tuple(Space(f"floor-{floor}", floor, "walkway", Polygon(ring)) for floor in floors),
        gateways=gateways,
        zones=zones,
    )


def _storey(floor: str) -> tuple[float, str]:
    try:
        return float(floor), floor
    except ValueError:
        return float("inf"), floor


def _zones(path: Path) -> tuple[Zone, ...]:
    corners: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in _rows(path, "zones.csv"):
        place = (_number(path, "zones.csv", row, "x_m"), _number(path, "zones.csv", row, "y_m"))
        corners.setdefault((row["zone"], row["floor"]), []).append(place)
    return tuple(
        Zone(zone, floor, Polygon(tuple(ring)), Name(zone, zone)) for (zone, floor), ring in corners.items()
    )


def _bounds(
    path: Path, about: dict[str, object], gateways: tuple[InstalledGateway, ...], zones: tuple[Zone, ...]
) -> tuple[float, float, float, float]:
    """Of the recording, else of its zones, else around its gateways."""
    text = about.get("bounds_m")
    if text:
        try:
            values = text if isinstance(text, list) else str(text).split(",")
            x0, y0, x1, y1 = (float(value) for value in values)
        except ValueError as error:
            raise ConfigError(f"{path / 'recording.toml'}: bounds_m is {text!r}, not x0,y0,x1,y1") from error
        return x0, y0, x1, y1
    corners = [corner for zone in zones for corner in zone.polygon.outer]
    margin = 0.0 if corners else MARGIN_M
    places = np.array([*corners, *((g.x_m, g.y_m) for g in gateways)], float).reshape(-1, 2)
    if not len(places):
        raise ConfigError(f"{path / 'gateways.csv'}: no gateway")
    low, high = places.min(axis=0) - margin, places.max(axis=0) + margin
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
