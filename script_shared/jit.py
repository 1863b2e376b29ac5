"""Just-in-time compilation of loops that are too long for Python and too short for numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def jit_compiled(function: F) -> F:
    """Compile a function of arrays and numbers at its first call.

    The machine code is cached next to the source, in the user's cache folder or in `NUMBA_CACHE_DIR`. Where
    none of these is writable, each process compiles again.
    """
    return _compiled(function)


def jit_compiled_sums(function: F) -> F:
    """Compile a function whose sums may be reordered, which allows vector instructions."""
    return _compiled(function, fastmath={"reassoc", "nsz"})


def _compiled(function: F, **options: Any) -> F:
    try:
        return cast(F, njit(cache=True, error_model="numpy", **options)(function))
    except RuntimeError:
        return cast(F, njit(error_model="numpy", **options)(function))
