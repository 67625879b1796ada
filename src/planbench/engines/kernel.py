"""The one way of compiling hot loops: machine code kept on disk, run without the GIL.

numba keeps compiled code by the file of the function alone. It does not notice that a kernel in
another file which was compiled into it has changed, nor other options of the decorator, and then
runs code that no longer fits its data. So every kernel uses this decorator, and its code is kept
in a folder named by the source of the function and of all that it uses: other kernels, constants,
records, wherever they stand in our sources.
"""

from __future__ import annotations

import ast
import hashlib
import os
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
_SOURCES = "planbench."


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
    return _compiled(function, "", {})


def row_kernel(function: F) -> F:
    """As `kernel`, for functions that only work on rows of arrays that they are given.

    They must not make arrays. Views of a row are then not counted as references, which costs more
    than a short row's own work, and is lost time in threads that share an array.
    """
    return _compiled(function, "-rows", {"_nrt": False})


def _compiled(function: F, kind: str, options: dict[str, bool]) -> F:
    folder = kernel_folder() / (_state(function.__module__, function.__name__) + kind)
    settings, compiler = cast(Any, numba.config), cast(Any, njit)
    with _DECORATING:
        before = settings.CACHE_DIR
        try:
            folder.mkdir(parents=True, exist_ok=True)
            settings.CACHE_DIR = str(folder)
            compiled = compiler(cache=True, nogil=True, boundscheck=False, **options)(function)
        except (RuntimeError, OSError):
            compiled = compiler(nogil=True, boundscheck=False, **options)(function)
        finally:
            settings.CACHE_DIR = before
    return cast(F, compiled)


def _state(module: str, name: str) -> str:
    """A word for the present source of a function and of all that it uses in our sources."""
    total = hashlib.sha256(__version__.encode())
    seen: set[tuple[str, str]] = set()
    waiting = [(module, name)]
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        for text, uses in _definitions(place[0]).get(place[1], ()):
            total.update(f"{place}:{text}".encode())
            waiting += uses
    return total.hexdigest()[:16]


@cache
def _definitions(module: str) -> dict[str, list[tuple[str, list[tuple[str, str]]]]]:
    """By name: the source of each statement of a module that binds it, and what that uses.

    A use is (module, name); nothing is known of modules that are not ours, or without sources.
    """
    path = _SOURCE_ROOT.joinpath(*module.split(".")).with_suffix(".py")
    if not module.startswith(_SOURCES) or not path.is_file():
        return {}
    source = path.read_text(encoding="utf-8")
    found: dict[str, list[tuple[str, list[tuple[str, str]]]]] = {}
    lines = source.splitlines()
    for statement in ast.parse(source).body:
        text = "\n".join(lines[statement.lineno - 1 : statement.end_lineno])
        if isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                origin = [(statement.module or "", alias.name)]
                found.setdefault(alias.asname or alias.name, []).append(("", origin))
            continue
        uses = [(module, word) for word in _names(statement, ast.Load)]
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            bound = [statement.name]
        else:
            bound = _names(statement, ast.Store)
        for word in bound:
            found.setdefault(word, []).append((text, uses))
    return found


def _names(tree: ast.AST, context: type[ast.expr_context]) -> list[str]:
    """The names read or bound in a piece of source, type hints too: they name the records."""
    nodes = ast.walk(tree)
    return sorted({n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, context)})
