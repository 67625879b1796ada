"""Numbered steps from one layout of the library file to the next.

Each module has `info` (a `Step`) and `migrate(connection)`. A step runs in one transaction, which
also writes the new version, so that a file is either before it or behind it. Steps are history:
they never change once released and never use the definitions of `planbench.store.schema`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

APPLICATION_ID = 0x504C4E42
"""`PLNB` in the header of the file: what `file(1)` and we know it by."""


@dataclass(frozen=True)
class Step:
    """What a migration leads to: the file's version and, in words, what changes.

    A file of a newer `major` cannot be read by older programs, one of a newer `minor` can.
    """

    major: int
    minor: int
    text: str

    @property
    def user_version(self) -> int:
        """The version as SQLite's `user_version` holds it."""
        return self.major << 16 | self.minor


@dataclass(frozen=True)
class Migration:
    """A step and the function that takes it."""

    info: Step
    migrate: Callable[[Connection], None]


def migrations() -> tuple[Migration, ...]:
    """All steps in order."""
    from planbench.store.migrations import m0001_first, m0002_entries

    return (
        Migration(m0001_first.info, m0001_first.migrate),
        Migration(m0002_entries.info, m0002_entries.migrate),
    )


def current() -> Step:
    """The version that this program writes."""
    return migrations()[-1].info


def pending(user_version: int) -> tuple[Migration, ...]:
    """The steps that a file of this version still lacks."""
    return tuple(step for step in migrations() if step.info.user_version > user_version)


def apply(connection: Connection, step: Migration) -> None:
    """Take one step inside the open transaction of `connection`, unless the file is behind it."""
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version >= step.info.user_version:
        return
    step.migrate(connection)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {step.info.user_version}")
