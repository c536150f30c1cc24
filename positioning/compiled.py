"""Plain loops over particles, compiled to machine code at their first call (numba).

A cloud is a few hundred bytes: written as array operations, its update is dozens of passes over memory; as
a loop it stays in the processor's registers and first cache, several times cheaper (docs/decisions/0008).
The code is kept beside the module or in ``NUMBA_CACHE_DIR``, so that only the first start compiles.
"""

from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar, cast

import numba

_P = ParamSpec("_P")
_R = TypeVar("_R")
_MATH: Final = {"contract", "reassoc", "arcp", "nsz"}
"""Sums may be taken in any order (vector registers); infinities keep their meaning."""


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The same function as machine code; where nothing can be kept, it is compiled at each start."""
    for keep in (True, False):
        try:
            made = numba.njit(cache=keep, nogil=True, error_model="numpy", fastmath=_MATH)(function)
        except RuntimeError:  # "no locator available": nowhere to write
            continue
        return cast(Callable[_P, _R], made)
    raise AssertionError("compiling without keeping needs no place")
