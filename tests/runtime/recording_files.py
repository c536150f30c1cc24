"""A small recording written by hand, for tests."""

import gzip
from pathlib import Path

import numpy as np

GATEWAYS = {"a": (0.0, 0.0), "b": (10.0, 0.0), "c": (10.0, 8.0), "d": (0.0, 8.0)}
START_S = 1_700_000_000.0


def levels(x: float, y: float) -> dict[str, int]:
    apart = {name: np.hypot(np.hypot(x - gx, y - gy), 1.8) for name, (gx, gy) in GATEWAYS.items()}
    return {name: round(-59 - 24 * np.log10(max(away, 0.5))) for name, away in apart.items()}


def write(folder: Path, zones: bool = True, places: bool = True, packed: bool = True) -> Path:
    """A tag goes from the west to the east of a room in 20 s."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recording.toml").write_text(
        'schema = 1\ntitle = "room"\nwho_listens = "gateways"\n'
        'bounds_m = "0,0,10,8"\nsurvey = "room-survey"\n'
    )
    rows = [f"{name},0,{x},{y},3.0" for name, (x, y) in GATEWAYS.items()]
    (folder / "gateways.csv").write_text("gateway,floor,x_m,y_m,z_m\n" + "\n".join(rows) + "\n")
    observed, truth = [], []
    for second in range(21):
        x = 1.0 + second * 0.4
        t = START_S + second
        observed += [f"{t:.3f},{name},tag,{level}" for name, level in levels(x, 4.0).items()]
        zone = ("west" if x < 5 else "east") if zones else ""
        place = f"{x},4.0,1.2" if places else ",,"
        truth.append(f"{t + 0.5:.3f},tag,0,{place},{zone}")
    observed.append(f"{START_S + 5:.3f},a,tag,62")
    text = "t_s,gateway,device,rssi_dbm\n" + "\n".join(observed) + "\n"
    if packed:
        (folder / "observations.csv.gz").write_bytes(gzip.compress(text.encode()))
    else:
        (folder / "observations.csv").write_text(text)
    (folder / "truth.csv").write_text("t_s,device,floor,x_m,y_m,z_m,zone\n" + "\n".join(truth) + "\n")
    if zones:
        corners = [("west", 0, 0), ("west", 5, 0), ("west", 5, 8), ("west", 0, 8)]
        corners += [("east", 5, 0), ("east", 10, 0), ("east", 10, 8), ("east", 5, 8)]
        lines = [f"{zone},0,{x},{y}" for zone, x, y in corners]
        (folder / "zones.csv").write_text("zone,floor,x_m,y_m\n" + "\n".join(lines) + "\n")
    return folder
