"""The garbage collector, told what kind of process this is.

What is made at the start (site, grid, tables) lives as long as the process, and a turn makes thousands of
short-lived messages without cycles: reference counting frees those. With CPython's default of a look
every 700 objects a tenth of the CPU went into walking what never changes.
"""

import gc
from typing import Final

YOUNG: Final = 50_000
"""Container objects made before the youngest are looked at: some tens of turns, a few megabytes."""


def keep_for_good() -> None:
    """All that exists now stays for the process's life; collect seldom from here on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
