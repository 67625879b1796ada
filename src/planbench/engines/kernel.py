"""The one way of compiling hot loops: cached machine code that releases the GIL.

numba's cache does not know the options of the decorator, so every kernel of the program must use
this one; two decorators for one function would load each other's code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile `function` on first use, keep the machine code on disk, run without the GIL."""
    return cast(F, njit(cache=True, nogil=True, boundscheck=False)(function))
