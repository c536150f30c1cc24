"""Writes the recording of a commissioning walk through a simulated building, to calibrate on.

python -m bench.simulated_survey FOLDER [--site DIR] [--scenario FILE] [--spacing 12] [--stay 10]
"""

import argparse
import gzip
from pathlib import Path

import numpy as np

from contracts.grid import build_grid
from contracts.quantities import SECOND
from contracts.sitemap import Site
from firmware_sim.survey import Survey, walk
from runtime.scenarios import load_scenario
from runtime.settings import DEMO_SCENARIO, DEMO_SITE
from runtime.site_files import load_site
from runtime.toml_text import toml_text

START = 1_773_450_000 * SECOND
DEVICE = "survey"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--site", type=Path, default=DEMO_SITE)
    parser.add_argument("--scenario", type=Path, default=DEMO_SCENARIO)
    parser.add_argument("--spacing", type=float, default=12.0, help="metres from stop to stop")
    parser.add_argument("--stay", type=float, default=10.0, help="seconds at each stop")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    site = load_site(arguments.site)
    scenario = load_scenario(arguments.scenario).scenario
    survey = walk(
        site,
        build_grid(site),
        scenario,
        START,
        np.random.default_rng(arguments.seed),
        arguments.spacing,
        arguments.stay,
    )
    write(arguments.folder, site, survey)
    print(f"{len(survey.stop_x_m)} stops, {len(survey.at)} observations in {arguments.folder}")


def write(folder: Path, site: Site, survey: Survey) -> None:
    """The recording's four files."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "schema": 1,
        "title": f"{site.site} simulated survey",
        "licence": "",
        "origin": "bench/simulated_survey.py",
        "who_listens": "gateways",
    }
    (folder / "recording.toml").write_text(toml_text(about), encoding="utf-8")
    gateways = [
        f"{gateway.gateway},{gateway.floor},{gateway.x_m},{gateway.y_m},{gateway.height_m}"
        for gateway in site.gateways
    ]
    (folder / "gateways.csv").write_text(
        "\n".join(["gateway,floor,x_m,y_m,z_m", *gateways, ""]), encoding="utf-8"
    )
    with gzip.open(folder / "observations.csv.gz", "wt", encoding="utf-8") as file:
        file.write("t_s,gateway,device,rssi_dbm\n")
        columns = zip(survey.at.tolist(), survey.gateway.tolist(), survey.rssi_dbm.tolist(), strict=True)
        for at, number, rssi_dbm in columns:
            file.write(f"{at / SECOND:.3f},{site.gateways[number].gateway},{DEVICE},{rssi_dbm}\n")
    floors = [floor.floor for floor in site.floors]
    (folder / "truth.csv").write_text(truth(survey, floors), encoding="utf-8")


def truth(survey: Survey, floors: list[str]) -> str:
    """Two rows for each stop: arrival and departure."""
    lines = ["t_s,device,floor,x_m,y_m,z_m,zone"]
    columns = zip(
        survey.stop_from.tolist(),
        survey.stop_until.tolist(),
        survey.stop_floor.tolist(),
        survey.stop_x_m.tolist(),
        survey.stop_y_m.tolist(),
        strict=True,
    )
    for since, until, floor, x_m, y_m in columns:
        place = f"{DEVICE},{floors[floor]},{x_m:.2f},{y_m:.2f},1.2,"
        lines += [f"{at / SECOND:.3f},{place}" for at in (since, until)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
