"""How much each level says beyond what its gateway said about the device before.

Of n packets in one place the mean is known to ``noise_db² + packet_db² / n``: what the model misses
stays, until the device has walked on or people around it have moved. What is news is the share.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from positioning.batch import Batch
from positioning.compiled import compiled
from positioning.particles import Rows, Singles
from positioning.settings import PositioningSettings
from positioning.weighing import Evidence

SHARE_MIN: Final = np.float32(0.02)
"""No reading says less: keeps the weights of gateways defined."""
Floats = NDArray[np.float64]


def news(
    batch: Batch,
    used_s: Floats,
    packets: Singles,
    noise_db: Floats,
    speed_mps: Singles,
    settings: PositioningSettings,
) -> Evidence:
    """The batch as evidence. ``used_s`` and ``packets`` (rows, gateways), what was heard before, are kept up.

    ``noise_db`` (g,) is what the model misses at a place; ``speed_mps`` (rows,) says how fast that changes.
    """
    speed: Floats = speed_mps[batch.row].astype(np.float64)
    rate = 1 / settings.independent_s + speed / settings.independent_m
    evidence = Evidence(
        gateway=batch.gateway.astype(np.int32),
        rssi_dbm=batch.rssi_dbm.astype(np.float32),
        share=np.zeros(batch.count.shape, np.float32),
        variance_db2=np.ones(batch.count.shape, np.float32),
    )
    heard = (batch.row, batch.count, batch.heard_s)
    _fill(evidence, heard, used_s, packets, noise_db**2, rate, settings.packet_db**2)
    return evidence


@compiled
def _fill(
    evidence: Evidence,
    heard: tuple[Rows, Floats, Floats],
    used_s: Floats,
    packets: Singles,
    noise_db2: Floats,
    rate: Floats,
    packet_db2: float,
) -> None:
    rows, counts, heard_s = heard
    for i in range(len(rows)):
        row = rows[i]
        for k in range(counts.shape[1]):
            count, g = counts[i, k], evidence.gateway[i, k]
            variance = noise_db2[g] + packet_db2 / max(count, 1.0)
            evidence.variance_db2[i, k] = variance
            if count == 0:
                continue
            before, known, stays = packets[row, g], 0.0, 0.0
            if before > 0:
                stays = np.exp(-max(heard_s[i, k] - used_s[row, g], 0.0) * rate[i])
                known = stays / (noise_db2[g] + packet_db2 / max(before, 1e-3))
            together = before * stays + count
            said = 1 / (noise_db2[g] + packet_db2 / together) - known
            evidence.share[i, k] = min(max(said * variance, SHARE_MIN), 1.0)
            packets[row, g] = together
            used_s[row, g] = heard_s[i, k]
