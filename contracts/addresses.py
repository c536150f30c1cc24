"""Radio addresses: one spelling of ours, any spelling of theirs."""

import re
from functools import lru_cache
from typing import Final

_HEX: Final = re.compile(r"[0-9A-Fa-f]+")
SEPARATORS: Final = str.maketrans("", "", ":-. ")


@lru_cache(maxsize=65_536)
def canonical_address(text: str) -> str | None:
    """A 48-bit address in any spelling as ``AA:BB:CC:DD:EE:FF``; None where it is none."""
    bare = text.translate(SEPARATORS)
    if len(bare) != 12 or not _HEX.fullmatch(bare):
        return None
    bare = bare.upper()
    return ":".join((bare[:2], bare[2:4], bare[4:6], bare[6:8], bare[8:10], bare[10:]))
