"""A commissioning walk through a made-up room, as a recording, for tests."""

from pathlib import Path

import numpy as np

from runtime.recordings import Recording, read_recording
from tests.runtime.recording_files import GATEWAYS, START_S, levels

STOPS = [(x, y) for x in (1.0, 3.0, 5.0, 7.0, 9.0) for y in (1.0, 3.0, 5.0, 7.0)]


def survey(folder: Path, stay_s: int = 8, noise_db: float = 2.0, seed: int = 1) -> Recording:
    """``stay_s`` at each of twenty stops, 20 s apart; at each stop a gateway is off by ``noise_db``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recording.toml").write_text(
        'schema = 1\ntitle = "room survey"\nwho_listens = "gateways"\nbounds_m = "0,0,10,8"\n'
    )
    rows = [f"{name},0,{x},{y},3.0" for name, (x, y) in GATEWAYS.items()]
    (folder / "gateways.csv").write_text("gateway,floor,x_m,y_m,z_m\n" + "\n".join(rows) + "\n")
    rng = np.random.default_rng(seed)
    observed, truth = [], []
    for number, (x, y) in enumerate(STOPS):
        begin = START_S + number * (stay_s + 20)
        off = {name: rng.normal(0, noise_db) for name in GATEWAYS}
        for second in range(stay_s):
            at_s = begin + second
            observed += [
                f"{at_s + 0.1:.3f},{name},tag,{round(level + off[name] + rng.normal(0, 1))}"
                for name, level in levels(x, y).items()
            ]
        truth += [f"{begin + after:.3f},tag,0,{x},{y},1.2," for after in (0, stay_s)]
    (folder / "observations.csv").write_text("t_s,gateway,device,rssi_dbm\n" + "\n".join(observed) + "\n")
    (folder / "truth.csv").write_text("t_s,device,floor,x_m,y_m,z_m,zone\n" + "\n".join(truth) + "\n")
    return read_recording(folder)
