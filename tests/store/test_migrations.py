from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sql

from planbench.domain.errors import StoreError
from planbench.domain.schedule import Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.store import migrations, schema
from planbench.store.connection import WRITES, make_engine
from planbench.store.library_file import LibraryFile
from planbench.store.migrations import Migration, Step


def structure(path: Path) -> list[tuple[object, ...]]:
    raw = sqlite3.connect(path)
    try:
        return raw.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    finally:
        raw.close()


def file_of_version(path: Path, number: int) -> Path:
    """An empty file as the first `number` migrations make it."""
    path.write_bytes(b"")
    engine = make_engine(path, writable=True)
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        for step in migrations.migrations()[:number]:
            migrations.apply(connection, step)
    engine.dispose()
    return path


@pytest.mark.parametrize("number", range(1, len(migrations.migrations()) + 1))
def test_a_file_of_every_version_opens_as_the_present_one(tmp_path: Path, number: int) -> None:
    old = file_of_version(tmp_path / "old.planbench", number)
    with LibraryFile.open(old) as library:
        library.add_project("P", "P")
    new = tmp_path / "new.planbench"
    LibraryFile.open(new, create=True).close()
    assert structure(old) == structure(new)


def test_a_step_taken_twice_changes_nothing(path: Path) -> None:
    LibraryFile.open(path, create=True).close()
    before = structure(path)
    engine = make_engine(path, writable=True)
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        for step in migrations.migrations():
            migrations.apply(connection, step)
    engine.dispose()
    assert structure(path) == before


def test_the_file_is_what_the_queries_take_it_for(path: Path) -> None:
    LibraryFile.open(path, create=True).close()
    engine = make_engine(path, writable=False)
    inspected = sql.inspect(engine)
    assert set(inspected.get_table_names()) - {"sqlite_sequence"} == set(schema.metadata.tables)
    for name, table in schema.metadata.tables.items():
        assert {c["name"] for c in inspected.get_columns(name)} == set(table.columns.keys())
        assert set(inspected.get_pk_constraint(name)["constrained_columns"]) == {
            column.name for column in table.primary_key
        }
    engine.dispose()
    strict = sqlite3.connect(path).execute("PRAGMA table_list").fetchall()
    assert all(row[5] == 1 for row in strict if row[2] == "table" and "sqlite" not in row[1])


def test_the_mark_and_the_version_stand_in_the_header(path: Path) -> None:
    LibraryFile.open(path, create=True).close()
    header = path.read_bytes()[:100]
    assert header[68:72] == b"PLNB"
    assert int.from_bytes(header[60:64], "big") == migrations.current().user_version


def next_version(step: Callable[[sql.Connection], None]) -> tuple[Migration, ...]:
    return (*migrations.migrations(), Migration(Step(1, 900, "a later one"), step))


def test_a_later_step_leaves_a_copy_of_the_file_before_it(
    path: Path, filled: Callable[[Schedule], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    update = filled(synthetic_schedule(20, 20))

    def step(connection: sql.Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT")

    later = next_version(step)
    monkeypatch.setattr(migrations, "migrations", lambda: later)
    with LibraryFile.open(path) as library:
        assert len(library.load_schedule(update)) == 20
    assert "later" in {row[1] for row in structure(path)}
    now, version = migrations.current(), migrations.migrations()[-2].info
    before = path.with_name(f"{path.name}.{version.major}.{version.minor}.bak")
    assert before.is_file()
    assert "later" not in {row[1] for row in structure(before)}
    assert int.from_bytes(path.read_bytes()[60:64], "big") == now.user_version


def test_a_step_that_fails_leaves_the_file_as_it_was(
    path: Path, filled: Callable[[Schedule], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(synthetic_schedule(20, 20))
    before = structure(path)

    def step(connection: sql.Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT")
        connection.exec_driver_sql("DELETE FROM activities")
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patch:
        later = next_version(step)
        patch.setattr(migrations, "migrations", lambda: later)
        with pytest.raises(RuntimeError, match="in the middle"):
            LibraryFile.open(path)
    assert structure(path) == before
    with LibraryFile.open(path) as library:  # the lock was given back
        assert library.read_only == ""
        assert len(library.load_schedule(library.projects()[0].updates[0].id)) == 20


def test_an_older_file_that_is_only_read_is_refused(
    path: Path, library: LibraryFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = next_version(lambda connection: None)
    monkeypatch.setattr(migrations, "migrations", lambda: later)
    with pytest.raises(StoreError, match="older layout"):
        LibraryFile.open(path)
