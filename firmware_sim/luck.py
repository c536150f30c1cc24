"""Luck by name: the same chance for the same person and the same call, whatever was decided before.

Two policies that send different people to the first call must not therefore meet other customers at the
second. So each draw has a stream of its own, keyed by what it is about.
"""

from zlib import crc32

import numpy as np

from contracts.quantities import Instant


def stream(seed: int, *about: str | int | Instant) -> np.random.Generator:
    """The stream of one thing that chance decides."""
    keys = [crc32(part.encode()) if isinstance(part, str) else part for part in about]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *keys])))
