"""The one way of compiling hot loops: machine code kept on disk, run without the GIL.

numba keeps compiled code by the file of the function alone. It does not notice that a kernel in
another file which was compiled into it has changed, nor other options of the decorator, and then
runs code that no longer fits its data. So every kernel uses this decorator, and its code is kept
in a folder named by the state of its file and of all our files that it imports.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import njit

from planbench import __version__

F = TypeVar("F", bound=Callable[..., Any])

_DECORATING = threading.Lock()  # the folder is a global of numba, and modules load in any thread
_SOURCE_ROOT = Path(__file__).resolve().parents[2]
_IMPORTS = re.compile(r"^\s*(?:from|import)\s+(planbench[\w.]*)", re.MULTILINE)


def kernel_folder() -> Path:
    """Where compiled kernels are kept: what NUMBA_CACHE_DIR says, else the user's cache folder."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return Path(given)
    from platformdirs import user_cache_path

    return Path(user_cache_path("planbench", appauthor=False)) / "kernels"


def kernel(function: F) -> F:
    """Compile `function` on first use, keep the machine code, run it without the GIL.

    Where no folder can be written the code is compiled anew in every process.
    """
    folder = kernel_folder() / _state(function.__module__)
    settings = cast(Any, numba.config)
    with _DECORATING:
        before = settings.CACHE_DIR
        try:
            folder.mkdir(parents=True, exist_ok=True)
            settings.CACHE_DIR = str(folder)
            compiled = njit(cache=True, nogil=True, boundscheck=False)(function)
        except (RuntimeError, OSError):
            compiled = njit(nogil=True, boundscheck=False)(function)
        finally:
            settings.CACHE_DIR = before
    return cast(F, compiled)


@cache
def _state(module: str) -> str:
    """Name for the present state of a module and of all modules of ours that it imports."""
    total = hashlib.sha256(__version__.encode())
    for path in sorted(_reached(module)):
        total.update(f"{path.relative_to(_SOURCE_ROOT)}:".encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def _reached(module: str) -> set[Path]:
    """Source files of a module and of what it imports, one from the other."""
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        for path in _files(waiting.pop()):
            if path not in found:
                found.add(path)
                waiting += _IMPORTS.findall(path.read_text(encoding="utf-8"))
    return found


def _files(module: str) -> list[Path]:
    """The file of a module, or all files of a package; none where the sources are not there."""
    path = _SOURCE_ROOT.joinpath(*module.split("."))
    file = path.with_suffix(".py")
    if file.is_file():
        return [file]
    return sorted(path.glob("*.py")) if path.is_dir() else []
