"""Compiled code is thrown away when anything that was compiled into it changes."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import planbench

PACKAGE = Path(planbench.__file__).parent


def _run(root: Path, cache: Path) -> int:
    environment = {**os.environ, "PYTHONPATH": str(root), "NUMBA_CACHE_DIR": str(cache)}
    command = "from planbench.outer import outer; print(outer(1))"
    done = subprocess.run(
        [sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")


def test_a_changed_inner_kernel_changes_the_outer_one(tmp_path: Path) -> None:
    root, cache = tmp_path / "src", tmp_path / "cache"
    for name in ("__init__.py", "engines/__init__.py", "engines/kernel.py"):
        _write(root / "planbench" / name, (PACKAGE / name).read_text(encoding="utf-8"))
    inner = """
        from planbench.engines.kernel import kernel

        @kernel
        def inner(x: int) -> int:
            return x + {amount}
    """
    outer = """
        from planbench.engines.kernel import kernel
        from planbench.inner import inner

        @kernel
        def outer(x: int) -> int:
            return inner(x) * 10
    """
    _write(root / "planbench/outer.py", outer)
    _write(root / "planbench/inner.py", inner.format(amount=1))
    assert _run(root, cache) == 20
    kept = sorted(path.name for path in cache.iterdir())
    assert _run(root, cache) == 20
    assert sorted(path.name for path in cache.iterdir()) == kept
    _write(root / "planbench/inner.py", inner.format(amount=2))
    assert _run(root, cache) == 30


def test_only_what_is_compiled_counts(tmp_path: Path) -> None:
    root, cache = tmp_path / "src", tmp_path / "cache"
    for name in ("__init__.py", "engines/__init__.py", "engines/kernel.py"):
        _write(root / "planbench" / name, (PACKAGE / name).read_text(encoding="utf-8"))
    outer = """
        import numpy as np
        from planbench.engines.kernel import kernel
        from planbench.records import Pair, ten

        @kernel
        def _sum(pair: Pair) -> int:
            return pair.first * ten() + pair.second

        def outer(x: int) -> int:
            return int(_sum(Pair(x, x + 1)))
    """
    records = """
        from typing import NamedTuple

        from planbench.constants import TEN
        from planbench.engines.kernel import kernel

        class Pair(NamedTuple):
            {fields}

        @kernel
        def ten() -> int:
            return TEN

        def {other}() -> str:
            return "{other}"
    """
    there, back = "first: int; second: int", "second: int; first: int"
    _write(root / "planbench/outer.py", outer)
    _write(root / "planbench/constants.py", "TEN = 10\nELSE = 3\n")
    _write(root / "planbench/records.py", records.format(fields=there, other="one"))
    assert _run(root, cache) == 12
    kept = {path.name for path in cache.iterdir()}
    _write(root / "planbench/constants.py", "ELSE = 4\n\nTEN = 10\n")
    _write(root / "planbench/records.py", records.format(fields=there, other="two"))
    assert _run(root, cache) == 12
    assert {path.name for path in cache.iterdir()} == kept
    _write(root / "planbench/records.py", records.format(fields=back, other="two"))
    assert _run(root, cache) == 21
    _write(root / "planbench/constants.py", "TEN = 100\n")
    assert _run(root, cache) == 201


def test_an_unwritable_folder_only_costs_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(blocked)}
    root = tmp_path / "src"
    _write(
        root / "twice.py",
        """
        from planbench.engines.kernel import kernel

        @kernel
        def twice(x: int) -> int:
            return 2 * x
        """,
    )
    environment["PYTHONPATH"] = str(root)
    command = "from twice import twice; print(twice(1))"
    done = subprocess.run(
        [sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "2"
