from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.errors import PlanbenchError
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import from_iso
from planbench.exchange.tables.sheets import Formula, Grid, write_csv, write_xlsx
from planbench.services.document import Document
from planbench.services.tables import (
    TABLES,
    all_sheets,
    apply_changes,
    exported_grid,
    read_changes,
    read_grid,
)
from planbench.services.undo import UndoStack


@pytest.fixture
def document() -> Document:
    schedule = synthetic_schedule(30, 40)
    code = schedule.activities.code.copy()
    code[:4] = ["1E10", "00123", "=A1+1", "-5"]
    return Document(schedule.with_activities(code=code))


def bent(grid: Grid, row: int, **cells: object) -> Grid:
    keys = [column.key for column in TABLES[grid.name]]
    rows = list(grid.rows)
    rows[row] = tuple(cells.get(key, value) for key, value in zip(keys, rows[row], strict=True))
    return replace(grid, rows=rows)


def tasks(document: Document) -> list[int]:
    return np.flatnonzero(document.schedule.activities.type == 0).tolist()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_out_and_in_again_changes_nothing(document: Document, ending: str) -> None:
    grid = exported_grid(document.schedule, "activities")
    data = write_csv(grid) if ending == "csv" else write_xlsx(all_sheets(document.schedule))
    changes = read_changes(document, read_grid(data, f"activities.{ending}"))
    assert (changes.changed, changes.refused, changes.unchanged) == ([], [], 30)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_edits_are_one_step(document: Document, ending: str) -> None:
    before = document.schedule
    first, second = tasks(document)[:2]
    grid = exported_grid(before, "activities")
    grid = bent(grid, first, original=44.5, name="=Not a formula")
    grid = bent(
        grid, second, constraint="Start on or after", constraint_date=dt.datetime(2031, 2, 3, 9, 30)
    )
    data = write_csv(grid) if ending == "csv" else write_xlsx([grid])
    changes = read_changes(document, read_grid(data, f"activities.{ending}"))
    assert changes.refused == []
    assert len(changes.changed) == 4
    stack = UndoStack(document)
    stack.push(apply_changes(document, changes))
    acts = document.schedule.activities
    assert (acts.original_duration[first], acts.remaining_duration[first]) == (2670, 2670)
    assert acts.name[first] == "=Not a formula"
    assert int(acts.constraint[second]) == 1
    assert document.schedule.activity(second).constraint_date == from_iso("2031-02-03 09:30")
    stack.undo()
    assert document.schedule.digest == before.digest
    assert not stack.can_undo


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("original", "12,5", "not a number"),
        ("original", None, "number is needed"),
        ("original", -8.0, "cannot be negative"),
        ("start", 45000, "not a date"),
        ("start", "03/05/2026", "not a date"),
        ("start", "2026-02-30", "no such date"),
        ("start", dt.datetime(2090, 1, 1), "after the data date"),
        ("finish", dt.datetime(2020, 1, 1), "has not started"),
        ("name", None, "needs a name"),
        ("name", 5, "not a text"),
        ("name", Formula("=1+1"), "formula"),
        ("calendar", "No such", "no calendar"),
        ("id", 123, "not a text"),
        ("id", "Z9", "no such activity"),
        ("id", None, "no activity id"),
    ],
)
def test_what_cannot_be_is_refused(
    document: Document, key: str, value: object, reason: str
) -> None:
    row = tasks(document)[3]
    grid = bent(exported_grid(document.schedule, "activities"), row, **{key: value})
    changes = read_changes(document, grid)
    (refused,) = changes.refused
    assert reason in refused.reason
    assert refused.line == row + 2
    assert not changes.cells
    with pytest.raises(PlanbenchError, match="changes nothing"):
        apply_changes(document, changes)


def test_a_row_that_is_there_twice_counts_once(document: Document) -> None:
    grid = exported_grid(document.schedule, "activities")
    changes = read_changes(document, replace(grid, rows=[*grid.rows, grid.rows[0]]))
    assert [one.line for one in changes.refused] == [32]


def test_changes_of_another_state_are_not_applied(document: Document) -> None:
    row = tasks(document)[0]
    grid = bent(exported_grid(document.schedule, "activities"), row, original=1.0)
    changes = read_changes(document, grid)
    apply_changes(document, changes).redo(document)
    with pytest.raises(PlanbenchError, match="changed in between"):
        apply_changes(document, changes)


def test_chosen_columns_and_unknown_ones(document: Document) -> None:
    grid = exported_grid(document.schedule, "relationships", ["successor", "lag"])
    assert grid.titles == ("Successor", "Lag (h)")
    assert len(grid.rows) == 40
    with pytest.raises(PlanbenchError, match="no column"):
        exported_grid(document.schedule, "activities", ["nonsense"])
    with pytest.raises(PlanbenchError, match="no table"):
        exported_grid(document.schedule, "nonsense")
