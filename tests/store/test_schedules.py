from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain import schedule as domain
from planbench.domain.calendars import Calendar
from planbench.domain.schedule import Activities, Project, Relationships, Schedule, make_table
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import from_iso
from planbench.store import schema
from planbench.store.library_file import LibraryFile
from planbench.store.records import NewUpdate


def assert_same(left: Schedule, right: Schedule) -> None:
    """Equal value by value, without the help of digests."""
    assert (left.projects, left.calendars, left.source) == (
        right.projects,
        right.calendars,
        right.source,
    )
    for name in domain.TABLES:
        pairs = zip(getattr(left, name).columns(), getattr(right, name).columns(), strict=True)
        for (column, mine), (_, other) in pairs:
            assert mine.dtype == other.dtype, (name, column)
            np.testing.assert_array_equal(mine, other, f"{name}.{column}")
    assert [(b.name, b.data_date) for b in left.baselines] == [
        (b.name, b.data_date) for b in right.baselines
    ]
    for mine_baseline, other_baseline in zip(left.baselines, right.baselines, strict=True):
        for (_, mine), (_, other) in zip(
            mine_baseline.columns.columns(), other_baseline.columns.columns(), strict=True
        ):
            np.testing.assert_array_equal(mine, other)


def test_any_schedule_comes_back(path: Path, any_schedule: st.SearchStrategy[Schedule]) -> None:
    with LibraryFile.open(path, create=True) as library:
        project = library.add_project("P1", "First")

        @settings(max_examples=40, deadline=None, database=None)
        @given(any_schedule)
        def comes_back(schedule: Schedule) -> None:
            update = library.add_update(project, schedule, NewUpdate("x"))
            found = library.load_schedule(update)
            assert_same(found, schedule)
            assert found.digest == schedule.digest

        comes_back()


def test_a_real_size_comes_back(library: LibraryFile) -> None:
    schedule = synthetic_schedule(3000, 7000)
    project = library.add_project("P1", "First")
    update = library.add_update(project, schedule, NewUpdate("x"))
    other = library.add_update(project, synthetic_schedule(50, 60), NewUpdate("y"))
    assert_same(library.load_schedule(update), schedule)
    assert len(library.load_schedule(other)) == 50
    assert library.load_schedule(update).activities.name.flags.writeable


def test_numpy_scalars_and_minus_zero_are_made_plain(library: LibraryFile) -> None:
    acts = make_table(Activities, 2, physical_percent=[-0.0, 12.5])
    schedule = Schedule(
        projects=(Project("1", "P", "P", data_date=np.int64(5)),),  # type: ignore[arg-type]
        calendars=(Calendar("1", "C", hours_per_day=np.float64(7.5)),),
        activities=acts,
    )
    update = library.add_update(library.add_project("P", "P"), schedule, NewUpdate("x"))
    found = library.load_schedule(update)
    assert type(found.projects[0].data_date) is int
    assert found.calendars[0].hours_per_day == 7.5
    assert found.activities.physical_percent.tolist() == [0.0, 12.5]


def test_every_relational_column_is_one_of_the_domain() -> None:
    for name, kind in (("activities", Activities), ("relationships", Relationships)):
        known = {item.name for item in fields(kind)}
        assert set(schema.ROW_COLUMNS[name]) <= known


def test_a_column_that_came_later_is_kept_and_an_older_file_lacks_it(
    path: Path, filled: Callable[[Schedule], int]
) -> None:
    """A column without a place among the rows lies as a blob; where it is missing it is default."""
    schedule = synthetic_schedule(10, 10)
    update = filled(schedule)
    with sqlite3.connect(path) as raw:
        raw.execute("DELETE FROM schedule_columns WHERE column_name = 'parent'")
        raw.execute("UPDATE updates SET layout = 'older'")
        raw.execute(
            "INSERT INTO schedule_columns SELECT update_id, table_name, 'unheard_of', dtype, shape,"
            " content FROM schedule_columns WHERE table_name = 'wbs' AND column_name = 'project'"
        )
    raw.close()
    with LibraryFile.open(path) as library:
        found = library.load_schedule(update)
    assert found.wbs.parent.tolist() == [-1] * len(schedule.wbs)
    np.testing.assert_array_equal(found.wbs.project, schedule.wbs.project)


def test_others_can_query_the_file(path: Path, filled: Callable[[Schedule], int]) -> None:
    schedule = synthetic_schedule(10, 9)
    acts = schedule.activities
    start = acts.actual_start.copy()
    start[0] = from_iso("2026-02-03 08:00")
    schedule = replace(schedule, activities=acts.with_columns(actual_start=start))
    filled(schedule)
    raw = sqlite3.connect(path)
    listed = raw.execute("SELECT code, type, status, actual_start FROM activity_list").fetchall()
    links = raw.execute("SELECT predecessor, successor, type FROM relationship_list").fetchall()
    updates = raw.execute("SELECT project, label, activities, is_baseline FROM update_list")
    assert updates.fetchall() == [("P1", "one", 10, 0)]
    raw.close()
    assert listed[0][0] == acts.code[0]
    assert listed[0][2:] == ("not started", "2026-02-03T08:00")
    assert listed[1][3] is None
    codes = acts.code.tolist()
    assert links == [
        (codes[before], codes[after], domain.LinkType(kind).name)
        for before, after, kind in zip(
            schedule.relationships.predecessor.tolist(),
            schedule.relationships.successor.tolist(),
            schedule.relationships.type.tolist(),
            strict=True,
        )
    ]
