"""One `.planbench` file: opened, checked, locked, kept safe, and what lies in it.

Every method is one short transaction and may be called from any thread. What the surroundings
spoil (disk full, damage, no right to write) is a StoreError and leaves the file as it was.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy.typing as npt
import sqlalchemy as sql
from sqlalchemy import Connection, Engine

from planbench.domain.errors import StoreError
from planbench.domain.reports import Repair
from planbench.domain.schedule import Schedule
from planbench.store import (
    attachments,
    codec,
    entries,
    migrations,
    projects,
    safety,
    schedules,
    schema,
)
from planbench.store.connection import WRITES, damaged, make_engine, told
from planbench.store.lock import LibraryLock
from planbench.store.records import (
    KINDS,
    Entry,
    JournalLine,
    NewUpdate,
    Note,
    ProjectRecord,
    StoredResult,
    UpdateRecord,
)


class LibraryFile:
    """An open library. `read_only` says in words why it cannot be written ("" when it can).

    `warnings` are things that went wrong without harm, such as a good copy that found no room.
    """

    def __init__(self, path: Path, engine: Engine, lock: LibraryLock | None, why: str) -> None:
        self.path = path
        self.read_only = why
        self.warnings: tuple[str, ...] = ()
        self._engine = engine
        self._writer = engine.execution_options(**{WRITES: True})
        self._file_lock = lock
        self._lock = threading.RLock()
        self._closed = False

    # ------------------------------------------------------------ opening and closing

    @classmethod
    def open(cls, path: str | Path, *, create: bool = False) -> LibraryFile:
        """Open a library; with `create`, make an empty one where there is none.

        A library that is open elsewhere, or cannot be written, is opened for reading. Otherwise it
        is brought to the present layout, after a copy, and a good copy is kept beside it.
        Raises StoreError when it is no library, damaged, of a newer major version, or missing.
        """
        path = Path(path).absolute()
        if not create:
            _must_exist(path)
        lock = LibraryLock(path)
        why = lock.take()
        try:
            if not path.exists():
                _create(path, why)
            _recognise(path)
            if not why and not os.access(path, os.W_OK):
                why = "the file may not be written"
            library = cls(path, make_engine(path, writable=not why), None if why else lock, why)
            try:
                library._make_ready()
            except BaseException:
                library._engine.dispose()
                raise
        except BaseException:
            lock.release()
            raise
        if why:
            lock.release()
        return library

    def _make_ready(self) -> None:
        """Check version and content, migrate, keep a good copy."""
        with self._reading() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        newest = migrations.current()
        if version >> 16 > newest.major:
            raise StoreError(
                f"this library was written by a newer planbench (layout {_dotted(version)}, "
                f"this program knows {newest.major}.{newest.minor})",
                str(self.path),
                "Update planbench to open it.",
            )
        if safety.unchanged_since_copy(self.path):
            checked = True
        else:
            safety.check(self._engine, self.path)
            checked = False
        steps = migrations.pending(version)
        if steps:
            self._migrate(version, steps)
        self._see_tables()
        if not self.read_only and (steps or not checked):
            self._keep_copy()

    def _see_tables(self) -> None:
        """Raise StoreError unless all tables and columns are there that we are going to ask for."""
        query = "SELECT name FROM pragma_table_info(?)"
        with self._reading() as connection:
            for name, table in schema.metadata.tables.items():
                found = set(connection.exec_driver_sql(query, (name,)).scalars())
                if not found >= set(table.columns.keys()):
                    raise damaged(self.path, f"table {name}")

    def _migrate(self, version: int, steps: tuple[migrations.Migration, ...]) -> None:
        if self.read_only:
            raise StoreError(
                "this library has an older layout and must be written to be opened, but "
                + self.read_only,
                str(self.path),
            )
        before = self.path.with_name(f"{self.path.name}.{_dotted(version)}.bak")
        with told(self.path):
            try:
                safety.copy_beside(self._engine, self.path, before)
            except OSError as error:
                raise StoreError(
                    f"no copy could be made before the layout is changed ({error.strerror})",
                    str(self.path),
                ) from error
        for step in steps:
            with self._writing() as connection:
                migrations.apply(connection, step)

    def _keep_copy(self) -> None:
        try:
            safety.copy_beside(self._engine, self.path, safety.backup_path(self.path))
        except (OSError, sqlite3.Error) as error:
            self.warnings += (f"No good copy could be kept beside the library: {error}.",)

    def close(self) -> None:
        """Close the file and let others write it; closing twice does no harm."""
        with self._lock:
            self._closed = True
            self._engine.dispose()
            if self._file_lock is not None:
                self._file_lock.release()

    def __enter__(self) -> LibraryFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._lock, told(self.path):
            self._see_open()
            with self._engine.begin() as connection:
                yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self.read_only:
            raise StoreError(
                f"the library is open for reading only: {self.read_only}", str(self.path)
            )
        with self._lock, told(self.path):
            self._see_open()
            with self._writer.begin() as connection:
                yield connection

    def _see_open(self) -> None:
        if self._closed:
            raise StoreError("the library was closed", str(self.path))

    @contextmanager
    def _sound(self, what: str) -> Iterator[None]:
        """Tell content that is not what was written, in whatever way that shows."""
        try:
            yield
        except (ValueError, LookupError, TypeError, OverflowError) as error:
            raise damaged(self.path, what) from error

    def save_copy(self, target: str | Path) -> None:
        """Write the whole library to another file in one step; this one stays open.

        Raises StoreError when that cannot be done; an older file of that name is then untouched.
        """
        target = Path(target).absolute()
        lock = LibraryLock(target)
        with self._lock:
            self._see_open()
            if target.exists() and target.samefile(self.path):
                raise StoreError("this is the open library itself", str(target))
            why = lock.take()
            try:
                if why:
                    raise StoreError(f"the copy cannot be written: {why}", str(target))
                safety.save_copy(self._engine, target)
            finally:
                lock.release()

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        with contextlib.suppress(OSError):
            return self.path.stat().st_size
        return 0

    # ------------------------------------------------------------ projects

    def projects(self) -> tuple[ProjectRecord, ...]:
        """All projects by name, with their updates."""
        with self._reading() as connection:
            return projects.list_projects(connection)

    def find_project(self, code: str) -> int | None:
        """Id of the project with this code."""
        with self._reading() as connection:
            return projects.find_project(connection, code)

    def add_project(self, code: str, name: str) -> int:
        """Make an empty project; its id. Raises StoreError when the code is taken."""
        with self._writing() as connection:
            self._code_is_free(connection, code)
            return projects.add_project(connection, code, name)

    def change_project(self, project: int, *, code: str | None = None, name: str = "") -> None:
        """Rename a project. Raises StoreError when the code is taken."""
        with self._writing() as connection:
            values = {"name": name} if name else {}
            if code is not None and projects.find_project(connection, code) != project:
                self._code_is_free(connection, code)
                values["code"] = code
            if values:
                chosen = schema.projects.c.id == project
                connection.execute(sql.update(schema.projects).where(chosen).values(**values))

    def _code_is_free(self, connection: Connection, code: str) -> None:
        if projects.find_project(connection, code) is not None:
            raise StoreError(
                f"there already is a project '{code}'", str(self.path), "Choose another code."
            )

    def delete_project(self, project: int) -> None:
        """Delete a project with all its updates and what hangs on them."""
        with self._writing() as connection:
            connection.execute(sql.delete(schema.projects).where(schema.projects.c.id == project))
            projects.drop_unused_files(connection)

    def set_baseline(self, project: int, update: int | None) -> None:
        """Say which update of a project is its baseline; any update of the library will do."""
        with self._writing() as connection:
            chosen = schema.projects.c.id == project
            connection.execute(sql.update(schema.projects).where(chosen).values(baseline=update))

    # ------------------------------------------------------------ updates

    def update(self, update: int) -> UpdateRecord:
        """One update. Raises StoreError when it was deleted."""
        with self._reading() as connection:
            found = projects.one_update(connection, update)
        if found is None:
            raise self._gone()
        return found

    def _gone(self) -> StoreError:
        return StoreError("this update is no longer in the library", str(self.path))

    def find_update(self, sha256: str) -> int | None:
        """Id of the first update that was read from a file with this hash."""
        with self._reading() as connection:
            return projects.find_update(connection, sha256)

    def add_update(
        self,
        project: int,
        schedule: Schedule,
        new: NewUpdate,
        repairs: Iterable[Repair] = (),
        content: bytes | None = None,
    ) -> int:
        """Keep a schedule as a new update, with the bytes of its file where given; its id."""
        if new.kind not in KINDS:
            raise ValueError(f"an update cannot be a '{new.kind}'")
        with self._writing() as connection:
            return projects.add_update(connection, project, schedule, new, repairs, content)

    def change_update(self, update: int, **values: Any) -> None:
        """Change `label`, `kind`, `project_id` or `figures` of an update."""
        if not values.keys() <= {"label", "kind", "project_id", "figures"}:
            raise ValueError(f"an update's {', '.join(values)} cannot be changed")
        if "figures" in values:
            values["figures"] = codec.to_json(values["figures"])
        with self._writing() as connection:
            chosen = schema.updates.c.id == update
            done = connection.execute(sql.update(schema.updates).where(chosen).values(**values))
            if done.rowcount != 1:
                raise self._gone()

    def delete_update(self, update: int) -> None:
        """Delete an update with its results, findings and notes."""
        with self._writing() as connection:
            connection.execute(sql.delete(schema.updates).where(schema.updates.c.id == update))
            projects.drop_unused_files(connection)

    def load_schedule(self, update: int) -> Schedule:
        """The schedule of an update, equal (by digest) to the one that was saved.

        Raises StoreError when the update was deleted or its data is damaged.
        """
        with self._sound("an update's schedule"), self._reading() as connection:
            query = sql.select(schema.updates.c.digest, schema.updates.c.layout)
            kept = connection.execute(query.where(schema.updates.c.id == update)).first()
            if kept is None:
                raise self._gone()
            schedule = schedules.read_schedule(connection, update)
            if kept.layout == codec.layout() and kept.digest != schedule.digest:
                raise ValueError("another digest than when it was saved")
        return schedule

    def original_file(self, update: int) -> bytes | None:
        """The bytes of the file an update was read from, None where they were not kept."""
        with self._sound("the file of an update"), self._reading() as connection:
            return projects.file_of(connection, update)

    def repairs(self, update: int) -> tuple[Repair, ...]:
        """What reading an update's file had to mend."""
        with self._reading() as connection:
            return projects.repairs_of(connection, update)

    # ------------------------------------------------------------ results, notes

    def save_result(
        self,
        update: int,
        kind: str,
        digest: str,
        meta: Mapping[str, Any],
        columns: Mapping[str, npt.NDArray[Any]],
        label: str = "",
    ) -> int:
        """Keep a result in place of the one of the same update, kind and label; its id.

        `digest` is that of the schedule it was computed from; `meta` is what JSON can hold:
        engine version, ruleset, seed, inputs, summary figures.
        """
        with self._writing() as connection:
            key = (update, kind, label)
            return attachments.save_result(connection, key, digest, meta, columns)

    def load_result(self, update: int, kind: str, label: str = "") -> StoredResult | None:
        """A kept result with its columns, None without one. Raises StoreError when damaged."""
        with self._sound(f"a result of kind {kind}"), self._reading() as connection:
            return attachments.load_result(connection, (update, kind, label))

    def delete_result(self, result: int) -> None:
        """Forget a result by its id."""
        with self._writing() as connection:
            connection.execute(sql.delete(schema.results).where(schema.results.c.id == result))

    def add_note(
        self, project: int, text: str, update: int | None = None, subject: str = ""
    ) -> int:
        """Note something on a project, an update of it, or an activity (`subject`: its id)."""
        with self._writing() as connection:
            return attachments.add_note(connection, project, update, subject, text)

    def notes(self, project: int) -> tuple[Note, ...]:
        """All notes of a project, oldest first."""
        with self._reading() as connection:
            return attachments.notes_of(connection, project)

    def delete_note(self, note: int) -> None:
        """Forget a note."""
        with self._writing() as connection:
            attachments.delete_note(connection, note)

    def entries(self, kind: str, project: int | None = None) -> tuple[Entry, ...]:
        """What users wrote down of a kind, oldest first; of one project, or of all (None)."""
        with self._reading() as connection, self._sound("table entries"):
            return entries.entries_of(connection, kind, project)

    def put_entries(self, new: Iterable[Entry], who: str, what: str) -> int:
        """Keep entries, all or none, and journal each change; how many were new or different."""
        with self._writing() as connection:
            return entries.put(connection, new, who, what)

    def delete_entries(self, old: Iterable[Entry], who: str, what: str) -> int:
        """Forget entries, all or none; the journal keeps what they were. How many there were."""
        with self._writing() as connection:
            return entries.delete(connection, old, who, what)

    def journal(
        self, kind: str, project: int | None = None, uid: str | None = None
    ) -> tuple[JournalLine, ...]:
        """What happened to the entries of a kind, oldest first: the audit trail."""
        with self._reading() as connection, self._sound("table journal"):
            return entries.journal_of(connection, kind, project, uid)

    def setting(self, key: str, default: Any = None) -> Any:
        """A setting of this library."""
        with self._reading() as connection:
            return attachments.setting(connection, key, default)

    def set_setting(self, key: str, value: Any) -> None:
        """Keep a setting: any value that JSON can hold."""
        with self._writing() as connection:
            attachments.set_setting(connection, key, value)


def _dotted(version: int) -> str:
    return f"{version >> 16}.{version & 0xFFFF}"


def _must_exist(path: Path) -> None:
    if not path.exists():
        raise StoreError("there is no such library", str(path))


def _create(path: Path, why_not: str) -> None:
    """Make an empty library of the present layout, in one step, unless `why_not` says why not."""
    if why_not:
        raise StoreError(f"the library cannot be made: {why_not}", str(path))
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(b"")
        engine = make_engine(partial, writable=True)
        try:
            with told(path), engine.execution_options(**{WRITES: True}).begin() as connection:
                for step in migrations.migrations():
                    migrations.apply(connection, step)
        finally:
            engine.dispose()
        os.replace(partial, path)
        safety.flush_folder(path.parent)
    except OSError as error:
        raise StoreError(f"the library cannot be made: {error.strerror}", str(path)) from error
    finally:
        partial.unlink(missing_ok=True)


def _recognise(path: Path) -> None:
    """Raise StoreError unless the file is an SQLite file with our mark."""
    try:
        is_sqlite, application = safety.header(path)
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror}", str(path)) from error
    if not is_sqlite or application != migrations.APPLICATION_ID:
        raise StoreError(
            "this is not a planbench library",
            str(path),
            "To look at a schedule file, import it into a library.",
        )
