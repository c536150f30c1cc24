"""Writes what was heard as a recording folder, which ``runtime/recordings.py`` reads."""

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

from contracts.quantities import SECOND
from contracts.sitemap import Site
from runtime.listening import Row
from runtime.toml_text import toml_text


def write_recording(folder: Path, site: Site, rows: Sequence[Row], title: str) -> None:
    """A recording folder with what was heard and an empty truth."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "schema": 1,
        "title": title or folder.name,
        "licence": "",
        "origin": f"nearhand record, site {site.site}",
        "who_listens": "gateways",
    }
    (folder / "recording.toml").write_text(toml_text(about), encoding="utf-8")
    with (folder / "gateways.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["gateway", "floor", "x_m", "y_m", "z_m"])
        writer.writerows((g.gateway, g.floor, g.x_m, g.y_m, g.height_m) for g in site.gateways)
    with gzip.open(folder / "observations.csv.gz", "wt", newline="", encoding="utf-8") as packed:
        writer = csv.writer(packed)
        writer.writerow(["t_s", "gateway", "device", "rssi_dbm"])
        writer.writerows((f"{at / SECOND:.3f}", gateway, device, rssi) for at, gateway, device, rssi in rows)
    (folder / "truth.csv").write_text("t_s,device,floor,x_m,y_m,z_m,zone\n", encoding="utf-8")
