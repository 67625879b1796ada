from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import (
    Baseline,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    PercentType,
    Status,
    empty_baseline,
    make_table,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME, from_iso
from planbench.exchange.registry import read_schedule
from planbench.exchange.tables.sheets import Formula, Grid, write_csv, write_xlsx
from planbench.services.blocks import as_text, read_block
from planbench.services.convert import export
from planbench.services.document import Document
from planbench.services.editing import FIELDS
from planbench.services.scheduling import recalculate
from planbench.services.table_readers import READERS
from planbench.services.tables import (
    TABLES,
    Cells,
    all_sheets,
    apply_changes,
    exported_grid,
    left_out,
    paste_changes,
    read_all_changes,
    read_changes,
    read_grid,
    read_grids,
    table_of,
)
from planbench.services.undo import UndoStack


@pytest.fixture
def document() -> Document:
    schedule = synthetic_schedule(30, 40)
    code = schedule.activities.code.copy()
    code[:4] = ["1E10", "00123", "=A1+1", "-5"]
    return Document(schedule.with_activities(code=code))


def bent(grid: Grid, row: int, **cells: object) -> Grid:
    keys = [column.key for column in TABLES[grid.name] if column.main]
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
        ("original", "9" * 400, "larger than a schedule"),
        ("original", 10**400, "larger than a schedule"),
        ("status", 10**400, "shown only"),
        ("original", "１２", "not a number"),
        ("start", "２０２６-01-05", "not a date"),
        ("original", 1e308, "larger than a schedule"),
        ("remaining", "99999999", "longer than"),
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
    assert changes.after is None
    with pytest.raises(PlanbenchError, match="changes nothing"):
        apply_changes(document, changes)


def test_blanks_around_a_number_are_no_part_of_it(document: Document) -> None:
    """Separators of records count as blanks to some functions and not to others."""
    grid = bent(exported_grid(document.schedule, "activities"), tasks(document)[0])
    for text in ("\x1e30.0", " 30 ", "\u200930"):
        bent_grid = bent(grid, tasks(document)[0], original=text)
        (changed,) = read_changes(document, bent_grid).changed
        assert changed.after == "30"


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


# ---------------------------------------------------------------- every table, rows that are new


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("columns", ["main", "all"])
def test_every_table_out_and_in_again_changes_nothing(
    rich: Document, ending: str, columns: str
) -> None:
    for table in ("activities", *READERS):
        keys = [c.key for c in TABLES[table] if columns == "all" or c.main]
        grid = exported_grid(rich.schedule, table, keys)
        data = write_csv(grid) if ending == "csv" else write_xlsx([grid])
        back = read_grid(data, f"{table}.{ending}", table)
        changes = read_changes(rich, back, table)
        assert table_of(back) == table
        assert changes.ignored == (), table
        assert (changes.changed, changes.added, changes.refused) == ([], [], []), table
        assert changes.after is None
        assert changes.unchanged == len(grid.rows) > 0


EDITS: list[tuple[str, dict[str, object], str, object]] = [
    ("relationships", {"lag": 16.5}, "relationships.lag", 990),
    ("relationships", {"type": "ss"}, "relationships.type", 1),
    ("wbs", {"name": "Quay"}, "wbs.name", "Quay"),
    ("resources", {"price": "60.5"}, "resources.price", 60.5),
    ("resources", {"kind": "Material"}, "resources.kind", "material"),
    ("assignments", {"budget": 96.0}, "assignments.budget_units", 96.0),
    ("codes", {"value": "S"}, "code_assignments.value", 1),
    ("codes", {"value": "W", "name": "West"}, "code_assignments.value", 2),
    ("udfs", {"value": "B"}, "udf_values.value", "B"),
    ("expenses", {"remaining": 40}, "expenses.remaining_cost", 40.0),
    ("accounts", {"name": "Works"}, "accounts.name", "Works"),
    ("notes", {"text": "Other\nlines"}, "notes.text", "Other\nlines"),
    ("code_types", {"name": "Place"}, "code_types.name", "Place"),
    ("code_values", {"name": "Far north"}, "code_values.name", "Far north"),
    ("code_values", {"code": "NN"}, "code_values.code", "NN"),
    ("code_values", {"parent": "S"}, "code_values.parent", 1),
    ("udf_types", {"name": "Quarter"}, "udf_types.name", "Quarter"),
    ("external_links", {"lag": -2.5}, "external_links.lag", -150),
    ("external_links", {"type": "FF"}, "external_links.type", 2),
    ("splits", {"finish": "2026-03-03 12:00"}, "splits.finish", from_iso("2026-03-03 12:00")),
    ("splits", {"start": dt.datetime(2026, 3, 1, 8)}, "splits.start", from_iso("2026-03-01 08:00")),
    ("steps", {"percent": 40}, "steps.percent", 40.0),
    ("steps", {"name": "Dig deeper"}, "steps.name", "Dig deeper"),
    ("steps", {"weight": "2.5"}, "steps.weight", 2.5),
    ("roles", {"name": "Engineers"}, "roles.name", "Engineers"),
    ("resource_rates", {"price": 51.5}, "resource_rates.price", 51.5),
    ("resource_rates", {"max": 3}, "resource_rates.max_units", 3.0),
]


@pytest.mark.parametrize(("table", "given", "column", "value"), EDITS)
def test_an_edited_row_of_any_table(
    rich: Document, table: str, given: dict[str, object], column: str, value: object
) -> None:
    row = 1 if table == "wbs" else 0
    if table == "relationships":
        kinds = rich.schedule.relationships.type.tolist()
        row = kinds.index(0)
    before = rich.schedule
    grid = bent(exported_grid(before, table), row, **given)
    changes = read_changes(rich, grid, table)
    assert changes.refused == []
    assert {one.table for one in changes.changed} == {table}
    stack = UndoStack(rich)
    stack.push(apply_changes(rich, changes))
    name, field = column.split(".")
    assert getattr(getattr(rich.schedule, name), field)[row] == value
    stack.undo()
    assert rich.schedule is before


NEW: list[tuple[str, dict[str, object], dict[str, object]]] = [
    (
        "activities",
        {"id": "NEW-1", "name": "Survey", "wbs": "*", "original": 40, "constraint": "Start on",
         "constraint_date": "2031-02-03"},
        {"code": "NEW-1", "original_duration": 2400, "remaining_duration": 2400, "constraint": 3,
         "constraint_date": from_iso("2031-02-03 08:00")},
    ),
    ("activities", {"id": "NEW-2", "name": "Go", "wbs": "*", "type": "Finish milestone"},
     {"type": 2, "original_duration": 0}),
    ("relationships", {"predecessor": "first", "successor": "last", "type": "FF", "lag": 8},
     {"type": 2, "lag": 480}),
    ("wbs", {"uid": "mine", "code": "Q", "name": "Quay", "parent": "%"}, {"uid": "mine"}),
    ("wbs", {"code": "Q", "name": "Quay", "parent": "%"}, {"name": "Quay", "parent": 0}),
    ("resources", {"id": "R9", "name": "Barge", "kind": "nonlabor", "price": 900.0},
     {"code": "R9", "price": 900.0, "max_units": 1.0}),
    ("assignments", {"activity": "last", "resource": "007", "budget": 8.0, "actual": 2.0},
     {"budget_units": 8.0, "remaining_units": 6.0, "budget_cost": 1600.0}),
    ("codes", {"activity": "last", "code": "Phase", "value": "P1", "name": "Design"}, {"value": 2}),
    ("udfs", {"table": "TASK", "subject": "last", "field": "Weight", "value": 7}, {"value": "7"}),
    ("expenses", {"activity": "last", "name": "Fee", "account": "C", "budget": 20.0},
     {"account": 0, "remaining_cost": 20.0}),
    ("accounts", {"code": "C1", "name": "Concrete", "parent": "C"}, {"parent": 0}),
    ("notes", {"activity": "last", "topic": "Risk", "text": "Watch"}, {"topic": "Risk"}),
    ("relationships", {"predecessor": "first", "successor": "last", "share": 50},
     {"type": 0, "lag": 5000, "lag_format": 2}),
    ("code_types", {"name": "Phase", "scope": "EPS"}, {"name": "Phase", "scope": "eps"}),
    ("code_types", {"name": "Phase"}, {"scope": "project"}),
    ("code_values", {"type": "Area", "code": "N1", "name": "Near", "parent": "N"},
     {"type": 0, "code": "N1", "name": "Near", "parent": 0}),
    ("udf_types", {"table": "task", "name": "Crew", "kind": "Integer"},
     {"table": "TASK", "name": "Crew", "kind": "integer"}),
    ("external_links", {"activity": "last", "incoming": "yes", "other": "79", "project": "9",
                        "type": "SS", "lag": 8},
     {"incoming": True, "other_uid": "79", "type": 1, "lag": 480}),
    ("splits", {"activity": "last", "start": "2026-05-04 08:00", "finish": "2026-05-05 17:00"},
     {"start": from_iso("2026-05-04 08:00"), "finish": from_iso("2026-05-05 17:00")}),
    ("steps", {"activity": "last", "name": "Test", "weight": 2, "percent": 25},
     {"name": "Test", "weight": 2.0, "percent": 25.0}),
    ("steps", {"activity": "last", "name": "Test"}, {"weight": 1.0, "percent": 0.0}),
    ("roles", {"code": "STR", "name": "Steel", "parent": "ENG"}, {"code": "STR", "parent": 0}),
    ("resource_rates", {"resource": "CREW", "start": "2095-01-01", "price": 60},
     {"price": 60.0, "max_units": 4.0, "start": from_iso("2095-01-01 00:00")}),
    ("resource_rates", {"resource": "007", "start": "2095-01-01", "max": 2},
     {"price": 200.0, "max_units": 2.0, "resource": 1}),
]  # fmt: skip


def line_of(document: Document, table: str, given: dict[str, object]) -> tuple[object, ...]:
    acts = document.schedule.activities.code
    words = {"first": acts[0], "last": acts[-1], "*": str(document.schedule.wbs.code[-1])}
    words["%"] = str(document.schedule.wbs.uid[0])
    return tuple(
        words.get(given.get(column.key), given.get(column.key))  # type: ignore[call-overload]
        for column in TABLES[table]
        if column.main
    )


@pytest.mark.parametrize(("table", "given", "expected"), NEW)
def test_a_new_row_of_any_table(
    rich: Document, table: str, given: dict[str, object], expected: dict[str, object]
) -> None:
    before = rich.schedule
    rich.baseline = Baseline("B", NO_TIME, empty_baseline(len(before)))
    grid = exported_grid(before, table)
    grid = replace(grid, rows=[*grid.rows, line_of(rich, table, given)])
    again = replace(grid, rows=[*grid.rows, grid.rows[-1]])
    changes = read_changes(rich, again, table)
    if table != "notes":  # several notes on one topic are usual
        (refused,) = changes.refused
        assert ("overlaps" if table == "splits" else "twice") in refused.reason
        assert len(changes.added) == 1
    changes = read_changes(rich, grid, table)
    (added,) = changes.added
    assert (added.table, added.line) == (table, len(grid.rows) + 1)
    stack = UndoStack(rich)
    stack.push(apply_changes(rich, changes))
    rows = getattr(
        rich.schedule, {"codes": "code_assignments", "udfs": "udf_values"}.get(table, table)
    )
    for column, value in expected.items():
        assert getattr(rows, column)[-1] == value
    assert rich.baseline is not None
    assert len(rich.baseline.columns) == len(rich.schedule)
    if table == "relationships":
        assert rows.predecessor[-1] == 0
    stack.undo()
    assert rich.schedule is before
    assert len(rich.baseline.columns) == len(before)


@pytest.mark.parametrize(
    ("table", "given", "reason"),
    [
        ("activities", {"id": "N1", "wbs": "*", "original": 8}, "needs an activity name"),
        ("activities", {"id": "N1", "name": "N", "wbs": "*"}, "original duration"),
        ("activities", {"id": "N1", "name": "N", "wbs": "?", "original": 8}, "no WBS"),
        ("activities", {"id": "N1", "name": "N", "wbs": "*", "original": 8, "type": "Job"}, "type"),
        ("activities",
         {"id": "N1", "name": "N", "wbs": "*", "original": 8, "start": "2090-01-01"}, "data date"),
        ("activities", {"id": "N1", "name": "N", "project": "X", "original": 8}, "no project"),
        ("relationships", {"predecessor": "last", "successor": "last"}, "drive itself"),
        ("relationships", {"predecessor": "Z", "successor": "last"}, "no activity “Z”"),
        ("relationships", {"predecessor": 5, "successor": "last"}, "not a text"),
        ("relationships", {"uid": "777", "predecessor": "first", "successor": "last"}, "no link"),
        ("relationships", {"predecessor": "first", "successor": "last", "type": "XX"}, "FS, SS"),
        ("wbs", {"uid": "9", "name": "N"}, "no WBS node"),
        ("wbs", {"uid": "9", "code": "Q", "name": "N", "parent": "?"}, "no WBS node"),
        ("wbs", {"uid": "9", "name": "N", "parent": "%"}, "A code is needed"),
        ("resources", {"id": "R", "name": "N", "kind": "dog"}, "A kind is"),
        ("resources", {"id": "R", "kind": "labor"}, "A name is needed"),
        ("resources", {"id": "R", "name": "N", "kind": "labor", "price": -1.0}, "negative"),
        ("assignments", {"activity": "last", "resource": "?", "budget": 1.0}, "no resource"),
        ("assignments", {"activity": "last", "resource": "007"}, "number is needed"),
        ("codes", {"activity": "last", "code": "Area"}, "takes nothing away"),
        ("udfs", {"table": "TASK", "subject": "last", "field": "?", "value": "1"}, "no user-def"),
        ("udfs", {"table": "TASK", "subject": "last", "field": "Weight", "value": "1,5"}, "number"),
        ("expenses", {"activity": "last", "name": "N", "budget": Formula("=1")}, "formula"),
        ("accounts", {"code": "C9", "name": "N", "parent": "?"}, "no account"),
        ("notes", {"activity": "last", "topic": "T"}, "A text is needed"),
        ("relationships",
         {"predecessor": "first", "successor": "last", "lag": 1, "share": 5}, "either in hours"),
        ("code_types", {"scope": "global"}, "A name is needed"),
        ("code_types", {"uid": "9", "name": "N"}, "no code “9”"),
        ("code_types", {"name": "N", "scope": "all"}, "A scope is"),
        ("code_values", {"type": "?", "code": "X"}, "no code “?”"),
        ("code_values", {"type": "Area"}, "A value is needed"),
        ("code_values", {"type": "Area", "code": "X", "parent": "?"}, "no one value"),
        ("udf_types", {"table": "TASK", "name": "N", "kind": "list"}, "A kind is"),
        ("udf_types", {"table": "HOUSE", "name": "N"}, "A new field is of"),
        ("udfs", {"table": "RSRC", "subject": "?", "field": "Since", "value": "x"}, "no resource"),
        ("external_links", {"activity": "last", "incoming": "maybe", "other": "1"}, "yes nor no"),
        ("external_links", {"activity": "last", "incoming": True}, "other activity's id"),
        ("external_links", {"activity": "last", "incoming": True, "other": "99"}, "other proj"),
        ("splits",
         {"activity": "first", "start": "2026-03-03", "finish": "2026-03-05"}, "overlaps"),
        ("splits", {"activity": "last", "start": "2026-03-03", "finish": "2026-03-03"}, "after it"),
        ("splits", {"activity": "last", "start": "2026-03-03"}, "needs its start"),
        ("steps", {"activity": "last", "percent": 5}, "name is needed"),
        ("steps", {"activity": "last", "name": "Test", "percent": 101}, "between 0 and 100"),
        ("steps", {"activity": "last", "name": "Test", "weight": -1}, "negative"),
        ("steps", {"uid": "1", "activity": "last", "name": "Dig"}, "another activity's"),
        ("steps", {"uid": "9", "activity": "last", "name": "Dig"}, "no step “9”"),
        ("roles", {"code": "STR"}, "A name is needed"),
        ("roles", {"code": "STR", "name": "Steel", "parent": "?"}, "no role “?”"),
        ("resource_rates", {"resource": "CREW", "price": 1}, "needs the date"),
        ("resource_rates", {"resource": "?", "start": "2095-01-01"}, "no resource"),
        ("resource_rates", {"resource": "007", "start": "1980-01-01"}, "holds from 1990"),
    ],
)  # fmt: skip
def test_new_rows_that_cannot_be_are_refused_whole(
    rich: Document, table: str, given: dict[str, object], reason: str
) -> None:
    grid = exported_grid(rich.schedule, table)
    changes = read_changes(
        rich, replace(grid, rows=[*grid.rows, line_of(rich, table, given)]), table
    )
    (refused,) = changes.refused
    assert reason in refused.reason
    assert changes.after is None
    assert changes.added == []


def test_a_relationship_that_closes_a_loop_with_another_new_one(rich: Document) -> None:
    codes = rich.schedule.activities.code
    lonely = replace(
        rich.schedule, relationships=rich.schedule.relationships.take(np.array([], int))
    )
    pairs = [(codes[0], codes[1]), (codes[1], codes[2]), (codes[2], codes[0])]
    grid = Grid("relationships", ("Predecessor", "Successor"), pairs)
    changes = read_changes(Document(lonely), grid, "relationships")
    assert len(changes.added) == 2
    assert "loop" in changes.refused[0].reason


def test_a_column_that_only_new_rows_take_is_refused_where_it_differs(rich: Document) -> None:
    for table, given in (
        ("activities", {"type": "Level of effort"}),
        ("assignments", {"resource": "007"}),
        ("code_types", {"scope": "eps"}),
        ("udf_types", {"kind": "date"}),
    ):
        grid = bent(exported_grid(rich.schedule, table), 0, **given)
        (refused,) = read_changes(rich, grid, table).refused
        assert "only counts for new rows" in refused.reason


@pytest.mark.parametrize(
    ("table", "given", "reason"),
    [
        ("code_values", {"parent": "N"}, "below itself"),
        ("code_values", {"code": "S"}, "another value"),
        ("udf_types", {"name": "Weight"}, "another field"),
        ("splits", {"start": "2026-03-05", "finish": "2026-03-04 17:00"}, "after it starts"),
        ("splits", {"finish": "2026-03-09 12:00"}, "overlaps"),
        ("roles", {"parent": "CIV"}, "below itself"),
        ("steps", {"activity": "last"}, "no activity"),
    ],
)
def test_edits_that_cannot_be_are_refused(
    rich: Document, table: str, given: dict[str, object], reason: str
) -> None:
    changes = read_changes(rich, bent(exported_grid(rich.schedule, table), 0, **given), table)
    assert [reason in one.reason for one in changes.refused] == [True]
    assert changes.after is None


def test_what_a_new_row_does_not_take_is_told_in_one_line(rich: Document) -> None:
    keys = ["id", "name", "wbs", "original", "status", "deadline", "stored_early_start"]
    grid = exported_grid(rich.schedule, "activities", keys)
    node = str(rich.schedule.wbs.code[-1])
    line = ("NEW", "Survey", node, 8, "Complete", "2031-02-03", None)
    changes = read_changes(rich, replace(grid, rows=[*grid.rows, line]))
    (refused,) = changes.refused
    assert refused.title == "Status, Deadline"
    assert len(changes.added) == 1
    same = ("NEW", "Survey", node, 8, "Not started", None, None)
    assert read_changes(rich, replace(grid, rows=[*grid.rows, same])).refused == []


def test_renamed_codes_of_a_workbook_keep_their_activities(rich: Document) -> None:
    """The other sheets still say the former names: nothing is made twice, nothing refused."""
    schedule = rich.schedule
    node = len(schedule.wbs) - 1
    grids = {grid.name: grid for grid in all_sheets(schedule)}
    grids["code_types"] = bent(grids["code_types"], 0, name="Place")
    grids["code_values"] = bent(grids["code_values"], 0, code="NO", name="Norden")
    grids["udf_types"] = bent(grids["udf_types"], 0, name="Quarter")
    grids["wbs"] = bent(grids["wbs"], node, code="other")
    book = read_grids(write_xlsx(list(grids.values())), "all.xlsx")
    changes = read_all_changes(rich, book)
    assert changes.refused == []
    assert changes.added == []
    assert {(one.table, one.title) for one in changes.changed} == {
        ("code_types", "Code"), ("code_values", "Value"), ("code_values", "Value name"),
        ("udf_types", "Field"), ("wbs", "WBS"),
    }  # fmt: skip
    stack = UndoStack(rich)
    stack.push(apply_changes(rich, changes))
    after = rich.schedule
    assert after.code_types.name.tolist() == ["Place"]
    assert after.code_values.code.tolist() == ["NO", "S"]
    assert after.code_assignments is schedule.code_assignments
    stack.undo()
    assert rich.schedule is schedule


def test_new_codes_fields_and_their_values_reach_an_xer(rich: Document) -> None:
    code = str(rich.schedule.activities.code[5])
    grids = [
        Grid("code_types", ("Code", "Scope"), [("Phase", "project")]),
        Grid("code_values", ("Code", "Value", "Value name", "Parent value"),
             [("Phase", "P", "Plan", None), ("Phase", "P1", "Design", "P")]),
        Grid("codes", ("Activity ID", "Code", "Value"), [(code, "Phase", "P1")]),
        Grid("udf_types", ("Table", "Field", "Kind"), [("TASK", "Crew", "integer")]),
        Grid("udfs", ("Table", "Row", "Field", "Value"), [("TASK", code, "Crew", 12)]),
    ]  # fmt: skip
    changes = read_all_changes(rich, grids)
    assert changes.refused == []
    assert len(changes.added) == 6
    apply_changes(rich, changes).redo(rich)
    back = read_schedule(export(rich, "xer").content, name="x.xer").schedule
    values = back.code_values
    assert back.code_types.name.tolist() == ["Area", "Phase"]
    assert values.parent[values.code.tolist().index("P1")] == values.code.tolist().index("P")
    named = {
        (str(back.activities.code[a]), str(values.code[v]))
        for a, v in zip(*(c.tolist() for _, c in back.code_assignments.columns()), strict=True)
    }
    assert (code, "P1") in named
    crew = back.udf_types.name.tolist().index("Crew")
    assert back.udf_types.kind[crew] == "integer"
    assert back.udf_values.value[back.udf_values.type == crew].tolist() == ["12"]


def test_rows_left_out_stay(rich: Document) -> None:
    for table in ("activities", *READERS):
        grid = exported_grid(rich.schedule, table)
        changes = read_changes(rich, replace(grid, rows=grid.rows[:1]), table)
        assert changes.after is None


def test_a_workbook_of_new_things_that_refer_to_each_other(rich: Document) -> None:
    """A new activity, its predecessor, a new resource and the assignment, in one file."""
    code, node = str(rich.schedule.activities.code[0]), str(rich.schedule.wbs.code[-1])
    grids = [
        Grid("Team", ("Activity ID", "Resource ID", "Budgeted units"), [("NEW", "BARGE", 16)]),
        Grid("Logic", ("Predecessor", "Successor"), [(code, "NEW")]),
        Grid("Notes of the meeting", ("What", "Who"), [("a", "b")]),
        Grid(
            "activities",
            ("Activity ID", "Activity name", "WBS", "Original duration (h)"),
            [("NEW", "Tow the barge", node, 16)],
        ),
        Grid("Plant", ("Resource ID", "Resource name", "Kind"), [("BARGE", "Barge", "nonlabor")]),
    ]
    changes = read_all_changes(rich, read_grids(write_xlsx(grids), "new.xlsx"))
    assert changes.refused == []
    assert changes.ignored == ("sheet Notes of the meeting",)
    assert [one.table for one in changes.added] == [
        "resources", "activities", "relationships", "assignments",
    ]  # fmt: skip
    before = rich.schedule
    stack = UndoStack(rich)
    stack.push(apply_changes(rich, changes))
    made = rich.schedule
    assert made.activities.code[-1] == "NEW"
    assert made.assignments.units_per_hour[-1] == 1.0
    assert made.relationships.successor[-1] == len(before)
    stack.undo()
    assert rich.schedule is before


def test_no_sheet_of_a_table_is_refused(rich: Document) -> None:
    with pytest.raises(PlanbenchError, match="columns of a table"):
        read_all_changes(rich, [Grid("x", ("What", "Who"), [("a", "b")])])
    with pytest.raises(PlanbenchError, match="no column “Successor”"):
        read_changes(rich, Grid("x", ("Predecessor",), []), "relationships")


def test_what_tables_do_not_show_is_told(rich: Document) -> None:
    grid = exported_grid(rich.schedule, "activities", ["id", "name"])
    lines = {line.where: line for line in left_out(rich.schedule, [grid])}
    assert {"Relationships", "Notes", "Calendars"} <= lines.keys()
    assert "Original duration (h)" in lines["Activities"].message
    assert "Deadline" not in lines["Activities"].message  # there is none


@pytest.fixture
def cells(rich: Document) -> Cells:
    """Three activities that have not begun, with three columns beside each other."""
    acts = rich.schedule.activities
    rows = [row for row in tasks(rich) if not acts.status[row]][:3]
    shown = [[str(acts.name[row]), "05-Jan-26", "5d"] for row in rows]
    titles = ["Name", "Early start", "Original"]
    return Cells(rows, ["name", "", "original"], titles, lambda k, c: shown[k][c])


def test_a_block_goes_over_cells_as_if_typed(rich: Document, cells: Cells) -> None:
    block = [["First", "05-Jan-26", "12d"], ["", "x", "9" * 400], ["Third"], ["left over"]]
    changes = paste_changes(rich, cells, block)
    assert [one.after for one in changes.changed] == ["First", "12d", "Third"]
    assert [one.reason.split(".")[0] for one in changes.refused] == [
        "An activity needs a name", "This column cannot be edited",
        f"“{'9' * 400}” is not a duration", "There are no rows left for it",
    ]  # fmt: skip
    before = rich.schedule
    stack = UndoStack(rich)
    stack.push(apply_changes(rich, changes, "Paste"))
    assert rich.schedule.activities.name[cells.rows].tolist()[::2] == ["First", "Third"]
    stack.undo()
    assert rich.schedule is before


def test_what_was_copied_changes_nothing_where_it_came_from(rich: Document, cells: Cells) -> None:
    block = [list(cells.titles)]
    block += [[cells.shown(k, c) for c in range(3)] for k in range(3)]
    changes = paste_changes(rich, cells, read_block(as_text(block)))
    assert (changes.changed, changes.refused, changes.after) == ([], [], None)


def test_a_band_takes_nothing_and_columns_end(rich: Document, cells: Cells) -> None:
    banded = replace(cells, rows=[-1, *cells.rows[1:]])
    changes = paste_changes(rich, banded, [["Other"], ["a", "05-Jan-26", "5d", "more"]])
    assert [one.reason for one in changes.refused] == [
        "This row is no activity.", "There are no columns left for it.",
    ]  # fmt: skip


def test_tables_show_calculated_dates_and_take_them_back_as_no_change(rich: Document) -> None:
    recalculate(rich)
    assert rich.cpm is not None
    columns = {"activities": ("id", "name", "stored_early_finish", "stored_total_float")}
    data = export(rich, "xlsx", columns=columns).content
    (grid,) = read_grids(data, "a.xlsx")
    assert grid.titles[2:] == ("Early finish", "Total float (h)")
    dates = [None if cell is None else from_iso(str(cell)[:16]) for _, _, cell, _ in grid.rows]
    calculated = rich.cpm.early_finish.tolist()
    assert [NO_TIME if date is None else date for date in dates] == calculated
    changes = read_all_changes(rich, [grid])
    assert (changes.changed, changes.refused, changes.after) == ([], [], None)


def test_every_table_that_goes_out_comes_back(rich: Document) -> None:
    """Each table has a reader and, in these tests, rows, an edit and a new row."""
    assert TABLES.keys() == {"activities", *READERS}
    assert {grid.name for grid in all_sheets(rich.schedule)} == TABLES.keys()
    assert {"activities", *(table for table, *_ in EDITS)} == TABLES.keys()
    assert {table for table, *_ in NEW} == TABLES.keys()
    for table, columns in TABLES.items():
        for column in columns:  # the fields that a table says to change are read
            known = READERS[table].parsers if table in READERS else FIELDS
            assert not column.edit or column.edit in known or table == "udfs", (table, column.key)
    back = read_grids(write_xlsx(all_sheets(rich.schedule)), "all.xlsx")
    changes = read_all_changes(rich, back)
    assert (changes.changed, changes.added, changes.refused) == ([], [], [])
    assert changes.ignored == ()


def test_a_percent_that_follows_from_steps_is_told(rich: Document) -> None:
    acts = rich.schedule.activities
    row = 5
    status, kind = acts.status.copy(), acts.percent_type.copy()
    status[row], kind[row] = Status.IN_PROGRESS, PercentType.PHYSICAL
    project = replace(rich.schedule.projects[0], percent_from_steps=True)
    schedule = rich.schedule.with_activities(status=status, percent_type=kind)
    plan = Document(replace(schedule, projects=(project,)))
    changes = read_changes(
        plan, bent(exported_grid(plan.schedule, "steps"), 1, percent=50), "steps"
    )
    assert [(one.table, one.title) for one in changes.changed] == [
        ("steps", "% complete"), ("activities", "Physical % complete"),
    ]  # fmt: skip
    stack = UndoStack(plan)
    before = plan.schedule
    stack.push(apply_changes(plan, changes))
    assert plan.schedule.activities.physical_percent[row] == 50.0  # (1 * 100 + 3 * 50) / 5
    stack.undo()
    assert plan.schedule is before


def test_rates_keep_the_order_of_time_and_the_resource_says_what_holds_now(rich: Document) -> None:
    grid = exported_grid(rich.schedule, "resource_rates")
    more = [("CREW", "2024-01-01", 5, 52), ("007", "2025-01-01", 2, 210)]
    changes = read_changes(rich, replace(grid, rows=[*grid.rows, *more]), "resource_rates")
    assert (len(changes.added), changes.refused) == (2, [])
    apply_changes(rich, changes).redo(rich)
    after = rich.schedule
    assert exported_grid(after, "resource_rates").rows == [
        ("CREW", dt.datetime(2020, 1, 1), 4.0, 50.0),
        ("CREW", dt.datetime(2024, 1, 1), 5.0, 52.0),
        ("CREW", dt.datetime(2090, 1, 1), 6.0, 55.0),
        ("007", dt.datetime(1990, 1, 1), 1.0, 200.0),  # what it had so far
        ("007", dt.datetime(2025, 1, 1), 2.0, 210.0),
    ]
    assert after.resources.max_units.tolist() == [5.0, 2.0]
    assert after.resources.price.tolist() == [52.0, 210.0]


def test_codes_of_one_name_are_told_by_what_the_activity_has(rich: Document) -> None:
    schedule = replace(
        rich.schedule,
        code_types=make_table(
            CodeTypes, 2, uid=["1", "2"], name=["Area", "Area"], scope=["global", "project"]
        ),
        code_values=make_table(
            CodeValues, 3, uid=["1", "2", "3"], type=[0, 0, 1], code=["N", "S", "P"],
            name=["North", "South", "Plot"], parent=[-1, -1, -1],
        ),
        code_assignments=make_table(CodeAssignments, 3, activity=[0, 1, 0], value=[0, 2, 2]),
    )  # fmt: skip
    plan = Document(schedule)
    grid = exported_grid(schedule, "codes")
    changes = read_changes(plan, grid, "codes")
    assert (changes.changed, changes.added, changes.refused) == ([], [], [])
    other = Grid("codes", grid.titles, [(schedule.activities.code[5], "Area", "N", None)])
    (refused,) = read_changes(plan, other, "codes").refused
    assert "Several rows" in refused.reason
