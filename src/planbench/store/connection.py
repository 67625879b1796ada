"""Opening SQLite the way a document needs it, and telling its errors in the user's words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from planbench.domain.errors import StoreError

WRITES = "planbench_writes"
"""Execution option of connections that will write."""

BUSY_SECONDS = 5.0
"""How long to wait for another program that holds the file."""

CACHE_KIB = 65_536
"""Pages kept in memory: a whole import, so that it reaches the file in one go at its end."""


def make_engine(path: Path, *, writable: bool) -> Engine:
    """An engine with one connection to an existing file.

    Rollback journal and full synchronisation: a plain copy of the file, open or not, is complete,
    and what was saved survives a power cut. Transactions are begun by us, at once as writers, so
    that the creation of tables rolls back like everything else.
    """
    mode = "rw" if writable else "ro"
    uri = f"file:{quote(str(path.resolve()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        made = sqlite3.connect(
            uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        for pragma in (
            "foreign_keys = ON",
            "trusted_schema = OFF",
            "synchronous = FULL",
            f"cache_size = -{CACHE_KIB}",
            *(("journal_mode = DELETE",) if writable else ()),
        ):
            made.execute(f"PRAGMA {pragma}").close()
        return made

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


_BACKUP = "A good copy may lie beside it, under the same name with .bak at the end."

_REASONS: dict[str, tuple[str, str]] = {
    "SQLITE_FULL": (
        "the disk is full; nothing was changed",
        "Make room on the disk and do it again.",
    ),
    "SQLITE_READONLY": (
        "the file or its folder cannot be written; nothing was changed",
        "Save a copy in a folder of your own.",
    ),
    "SQLITE_CORRUPT": ("the library file is damaged", _BACKUP),
    "SQLITE_NOTADB": ("this is not a planbench library", ""),
    "SQLITE_BUSY": (
        "another program holds the file; nothing was changed",
        "Close it there and do it again.",
    ),
    "SQLITE_LOCKED": (
        "another program holds the file; nothing was changed",
        "Close it there and do it again.",
    ),
    "SQLITE_CANTOPEN": (
        "the file cannot be opened",
        "See whether it exists and whether its folder can be written.",
    ),
    "SQLITE_PERM": ("the file may not be opened", "Ask for the right to read and write it."),
    "SQLITE_IOERR": (
        "the disk reported an error; nothing was changed",
        "See whether the drive is still connected.",
    ),
    "SQLITE_CONSTRAINT_FOREIGNKEY": ("this project or update is no longer in the library", ""),
    "SQLITE_TOOBIG": ("one part of the schedule is larger than a library can hold", ""),
}


def damaged(path: Path, what: str = "") -> StoreError:
    """The error of a file, or the part `what` of it, whose content is not what was written."""
    subject = f"the library file is damaged ({what})" if what else "the library file is damaged"
    return StoreError(subject, str(path), _BACKUP)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn SQLite's errors of the surroundings into StoreError; errors of ours pass through."""
    try:
        yield
    except UnicodeDecodeError as error:  # in a message of SQLite about its damaged schema
        raise damaged(path) from error
    except (DBAPIError, sqlite3.Error) as error:
        known = _store_error(error.orig if isinstance(error, DBAPIError) else error, path)
        if known is None:
            raise
        raise known from error


def _store_error(error: BaseException | None, path: Path) -> StoreError | None:
    name = str(getattr(error, "sqlite_errorname", ""))
    for code, (what, mend) in _REASONS.items():
        if name == code or name.startswith(code + "_"):
            return StoreError(what, str(path), mend)
    text = str(error)
    if "decode to UTF-8" in text or "malformed" in text:
        return damaged(path)
    return None
