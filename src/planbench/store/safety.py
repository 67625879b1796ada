"""Good copies of a library file: beside it when it is opened, elsewhere when the user asks."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from planbench.domain.errors import StoreError
from planbench.store.connection import damaged, told

_HEADER = b"SQLite format 3\x00"


def backup_path(path: Path) -> Path:
    """Where the last good copy lies."""
    return path.with_name(path.name + ".bak")


def header(path: Path) -> tuple[bool, int]:
    """(whether it is an SQLite file, application id); only to be called while it is not open.

    Closing any handle on a file drops the locks SQLite has on it in this process.
    Raises OSError when the file cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(100)
    return start.startswith(_HEADER) and len(start) == 100, int.from_bytes(start[68:72], "big")


def unchanged_since_copy(path: Path) -> bool:
    """Whether the last good copy is one of the file as it is now."""
    try:
        copy, original = backup_path(path).stat(), path.stat()
    except OSError:
        return False
    return (copy.st_mtime_ns, copy.st_size) == (original.st_mtime_ns, original.st_size)


def check(engine: Engine, path: Path) -> None:
    """SQLite's quick check. Raises StoreError when the file is damaged."""
    with told(path), engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found != "ok":
        raise damaged(path, str(found).replace("\n", " "))


def copy_beside(engine: Engine, path: Path, target: Path) -> None:
    """Copy the open file page by page to `target`, with the time of its last change.

    Raises OSError or sqlite3.Error when that cannot be done; `target` is then as it was.
    """
    with _replacing(target) as partial:
        raw = engine.raw_connection()
        try:
            copy = sqlite3.connect(partial)
            try:
                copy.execute("PRAGMA synchronous = OFF").close()  # flushed as a whole below
                raw.driver_connection.backup(copy)  # type: ignore[union-attr]
            finally:
                copy.close()
        finally:
            raw.close()
        changed = path.stat()
        os.utime(partial, ns=(changed.st_atime_ns, changed.st_mtime_ns))


def save_copy(engine: Engine, target: Path) -> None:
    """Write the open library to another file in one step, without its empty pages.

    Raises StoreError when the disk is full or the folder cannot be written; an older file of that
    name is then untouched.
    """
    try:
        with told(target), _replacing(target) as partial:
            raw = engine.raw_connection()
            try:
                raw.driver_connection.execute("VACUUM INTO ?", (str(partial),)).close()  # type: ignore[union-attr]
            finally:
                raw.close()
    except OSError as error:
        raise StoreError(f"the copy cannot be written: {error.strerror}", str(target)) from error


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A name in the folder of `target` for a new file that takes its place when all went well."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    partial.unlink(missing_ok=True)
    try:
        yield partial
        flush(partial)
        os.replace(partial, target)
        flush_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Make sure that a file's content is on the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Make sure that a folder's names are on the disk, where the system can do that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
