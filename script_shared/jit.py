"""Loops over a few hundred items, compiled: too many for Python, too few for numpy's fixed costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def jit_compiled(function: F) -> F:
    """Compile a function of arrays and numbers when it is first called.

    The machine code is kept beside the source, in the user's own cache, or where `NUMBA_CACHE_DIR`
    says; where none of these can be written, it is made anew in each process.
    """
    return _compiled(function)


def jit_compiled_sums(function: F) -> F:
    """Compile a function that may add numbers up in any order, several at a time."""
    return _compiled(function, fastmath={"reassoc", "nsz"})


def _compiled(function: F, **options: Any) -> F:
    try:
        return cast(F, njit(cache=True, error_model="numpy", **options)(function))
    except RuntimeError:
        return cast(F, njit(error_model="numpy", **options)(function))
