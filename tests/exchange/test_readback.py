"""Nothing is left out in silence: every column of every table is changed, written and read back.

What came back is judged here by counting values, without the comparison under test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import (
    TABLES,
    Baseline,
    Schedule,
    Splits,
    Table,
    column_kind,
    empty_baseline,
    make_table,
)
from planbench.domain.times import NO_TIME
from planbench.exchange.readback import differences
from planbench.exchange.registry import read_schedule
from planbench.services.convert import export
from planbench.services.document import Document
from planbench.services.rewiring import add_link, insert_activity

SPANS = ("duration", "float", "lag", "delay")
TEXTS = {
    "resources.kind": "material", "udf_types.kind": "integer", "code_types.scope": "project",
    "udf_types.table": "RSRC", "udf_values.value": "other", "external_links.other_uid": "70009",
    "external_links.other_project": "78", "resources.unit": "kg",
}  # fmt: skip
CODES = {"levelling_priority": 4, "lag_format": 1, "contour": 3}
REFERS = {
    "project": "projects", "wbs": "wbs", "calendar": "calendars", "activity": "activities",
    "predecessor": "activities", "successor": "activities", "resource": "resources",
    "account": "accounts", "value": "code_values", "role": "roles",
}  # fmt: skip
OF_PROJECT = (
    "deadline", "manual", "inactive", "elapsed", "levelling_delay", "fixed_duration",
    "ignore_resource_calendar",
)  # fmt: skip
NOT_IN_P6 = {f"activities.{name}" for name in OF_PROJECT} | {
    "relationships.lag_format", "assignments.overtime_units", "assignments.contour",
    "assignments.remaining_overtime_units", "assignments.delay", "assignments.start",
    "assignments.finish", "wbs.code", "wbs.name",
}  # fmt: skip
"""What Primavera has no place for; a root node has code and name of its project there."""

_LEFT_BY_PROJECT = (
    "type", "status", "expected_finish", "suspend", "resume", "external_early_start",
    "external_late_finish", "constraint_date", "constraint2", "constraint2_date",
    "stored_longest_path", "stored_start", "stored_finish",
)  # fmt: skip
NOT_IN_PROJECT = {f"activities.{name}" for name in _LEFT_BY_PROJECT} | {
    "wbs.code", "udf_types.kind", "resources.parent", "notes.topic",
    "assignments.budget_units", "assignments.budget_cost", "expenses.budget_cost",
}  # fmt: skip
"""What Microsoft Project has no place for, or makes of other fields."""

UNREAD = {"activities.calendar_chosen", "wbs.parent", "udf_values.subject", "assignments.role"}
"""Not counted: a flag of Microsoft Project's own, values that are there in any case, and roles,
which the schedule has none of."""


def target(name: str, column: str) -> str:
    if column == "parent":
        return name
    if column == "type":
        return {"code_values": "code_types", "udf_values": "udf_types"}[name]
    return REFERS[column]


def bent(schedule: Schedule, name: str, column: str) -> Schedule:
    """The schedule with another value in the first row of a column."""
    table: Table = getattr(schedule, name)
    values, kind = getattr(table, column).copy(), column_kind(type(table), column)
    if kind == "Texts":
        values[0] = TEXTS.get(f"{name}.{column}", f"{values[0]} ünd 2")
    elif kind == "Minutes":
        span = any(word in column for word in SPANS)
        first = int(values[0]) if values[0] != NO_TIME else (480 if span else 29_500_020)
        values[0] = first + (120 if span else 1440)
    elif kind == "Codes":
        values[0] = CODES.get(column, (int(values[0]) + 1) % 3)
    elif kind == "Numbers":
        values[0] += 12.5
    elif kind == "Flags":
        values[0] = not values[0]
    elif column == "parent":
        values[-1] = -1 if values[-1] >= 0 else 0
    else:
        count = len(getattr(schedule, target(name, column)))
        values[0] = (values[0] + (2 if name == "relationships" else 1)) % count
    return replace(schedule, **{name: table.with_columns(**{column: values})})  # type: ignore[arg-type]


def told(schedule: Schedule, name: str, column: str) -> Counter[object]:
    """The values of a column, references by name."""
    table: Table = getattr(schedule, name)
    values, kind = getattr(table, column).tolist(), column_kind(type(table), column)
    if kind == "Numbers":
        return Counter(round(value, 4) for value in values)
    if kind != "Rows":
        return Counter(values)
    rows = getattr(schedule, target(name, column))
    if isinstance(rows, tuple):
        names = [one.name for one in rows]
    else:
        names = (rows.code if hasattr(rows, "code") else rows.name).tolist()
    return Counter(names[row] if row >= 0 else "" for row in values)


def columns(schedule: Schedule) -> Iterator[tuple[str, str]]:
    for name in TABLES:
        table: Table = getattr(schedule, name)
        if len(table):
            for column, _ in table.columns():
                if column != "uid" and f"{name}.{column}" not in UNREAD:
                    yield name, column


def lost_in(wanted: Schedule, found: Schedule, name: str, column: str) -> bool:
    """Whether the first value is there less often than it should be."""
    table: Table = getattr(wanted, name)
    one = told(replace(wanted, **{name: table.take(np.array([0]))}), name, column)  # type: ignore[arg-type]
    if column == "parent":
        return told(wanted, name, column) != told(found, name, column)
    (value,) = one
    return told(found, name, column)[value] < told(wanted, name, column)[value]


@pytest.fixture
def rich(full_schedule: Schedule) -> Schedule:
    """One row or more in every table."""
    splits = make_table(
        Splits, 2, activity=[7, 7], start=[29_000_000, 29_003_000], finish=[29_001_000, 29_004_000]
    )
    return replace(full_schedule, splits=splits)


@pytest.mark.parametrize(
    ("kind", "not_held"), [("xer", NOT_IN_P6), ("p6xml", NOT_IN_P6), ("mspdi", NOT_IN_PROJECT)]
)
def test_what_a_format_does_not_hold_is_told(rich: Schedule, kind: str, not_held: set[str]) -> None:
    lost, seen = set(), 0
    for name, column in columns(rich):
        wanted = bent(rich, name, column)
        made = export(Document(wanted), kind)
        found = read_schedule(made.content, name=f"plan.{kind}").schedule
        seen += 1
        if lost_in(wanted, found, name, column):
            whole = name in ("splits", "external_links", "accounts") or column == "account"
            if not whole:
                lost.add(f"{name}.{column}")
            label = name.replace("_", " ").casefold()
            lines = [one.where.casefold() for one in made.report]
            field = f"{label}, {column.replace('_', ' ')}"
            wanted_lines = {field, label, "accounts" if column == "account" else field}
            assert wanted_lines & set(lines), (name, column, lines)
    assert seen > 100
    assert lost == not_held


def test_every_edit_goes_into_the_original_xer_or_is_refused(rich: Schedule) -> None:
    original = export(Document(rich), "xer").content
    base = read_schedule(original, name="plan.xer").schedule
    refused, clear = set(), set()
    for name, column in columns(base):
        wanted = bent(base, name, column)
        try:
            made = export(Document(wanted), "xer", original)
        except PlanbenchError as error:
            clear.add("\n" not in error.line and error.mend != "")
            refused.add(f"{name}.{column}")
            continue
        found = read_schedule(made.content, name="plan.xer").schedule
        assert not lost_in(wanted, found, name, column), (name, column)
        old, new = original.split(b"\r\n"), made.content.split(b"\r\n")
        touched = sum((Counter(old) - Counter(new)).values())
        assert touched <= 3, (name, column)
    assert refused == NOT_IN_P6
    assert clear == {True}


def test_new_and_deleted_rows_go_into_the_original_xer(rich: Schedule) -> None:
    original = export(Document(rich), "xer").content
    base = read_schedule(original, name="plan.xer").schedule
    for name in (
        "notes", "expenses", "accounts", "code_types", "code_values", "code_assignments",
        "udf_types", "udf_values", "resources", "assignments",
    ):  # fmt: skip
        table: Table = getattr(base, name)
        last = table.take(np.array([len(table) - 1]))
        more = {"uid": np.array(["new-1"], dtype=object)} if hasattr(table, "uid") else {}
        if name in ("code_assignments", "assignments"):
            more["activity"] = np.array([9], dtype=np.int32)
        if name == "udf_values":
            more["subject"] = base.activities.uid[9:10]
        if name in ("code_types", "code_values", "udf_types", "resources", "accounts"):
            for column in {"code", "name"} & {one for one, _ in table.columns()}:
                more[column] = np.array(["Fresh"], dtype=object)
        last = last.with_columns(**more)
        joined = type(table)(
            **{n: np.concatenate((c, getattr(last, n))) for n, c in table.columns()}
        )
        for wanted in (joined, table.take(np.arange(len(table) - 1))):
            if (len(wanted) < len(table) and name in REFERS.values()) or (
                len(wanted) < len(table) and name in ("code_types", "udf_types")
            ):
                continue  # others refer to it
            after = replace(base, **{name: wanted})  # type: ignore[arg-type]
            made = export(Document(after), "xer", original)
            found = read_schedule(made.content, name="plan.xer").schedule
            assert len(getattr(found, name)) == len(wanted), name
            assert {line.severity for line in made.report} <= {"info"}, name


def test_an_inserted_activity_goes_into_the_original_xer(rich: Schedule) -> None:
    original = export(Document(rich), "xer").content
    document = Document(read_schedule(original, name="plan.xer").schedule)
    made = insert_activity(document, beside=4)
    made.command.redo(document)
    add_link(document, 3, made.row).redo(document)
    edited = export(document, "xer", original)
    assert {line.severity for line in edited.report} <= {"info"}
    found = read_schedule(edited.content, name="plan.xer").schedule
    assert found.activities.name[-1] == "New activity"
    assert found.relationships.successor[-1] == made.row


def test_a_note_under_a_new_topic_brings_the_topic(rich: Schedule) -> None:
    original = export(Document(rich), "xer").content
    base = read_schedule(original, name="plan.xer").schedule
    notes = base.notes.with_columns(topic=np.array(["Permits"], dtype=object))
    made = export(Document(replace(base, notes=notes)), "xer", original)
    found = read_schedule(made.content, name="plan.xer")
    assert found.schedule.notes.topic.tolist() == ["Permits"]
    assert found.raw is not None
    assert found.raw.table("MEMOTYPE").texts("memo_type") == ["Method", "Permits"]  # type: ignore[union-attr]


def test_equal_schedules_have_no_differences(rich: Schedule) -> None:
    assert differences(rich, rich) == ()


def test_rows_that_moved_are_found_again(rich: Schedule) -> None:
    """The order of rows does not count: activities backwards are the same schedule."""
    n = len(rich.activities)
    back = np.arange(n)[::-1]
    changed = {"activities": rich.activities.take(back)}
    for name in ("assignments", "expenses", "notes", "code_assignments", "external_links"):
        table = getattr(rich, name)
        changed[name] = table.with_columns(activity=(n - 1 - table.activity).astype(np.int32))
    links = rich.relationships
    changed["relationships"] = links.with_columns(
        predecessor=(n - 1 - links.predecessor).astype(np.int32),
        successor=(n - 1 - links.successor).astype(np.int32),
    ).take(np.arange(len(links))[::-1])
    changed["splits"] = rich.splits.with_columns(activity=n - 1 - rich.splits.activity)
    assert differences(rich, replace(rich, **changed)) == ()  # type: ignore[arg-type]


def test_baselines_are_compared(rich: Schedule) -> None:
    columns = empty_baseline(len(rich))
    some = replace(rich, baselines=(Baseline("Contract", 29_000_000, columns),))
    (line,) = differences(some, rich)
    assert (line.code, line.where) == ("not-written", "Baseline Contract")
    start = columns.start.copy()
    start[3] = 29_000_100
    other = Baseline("Contract", 29_000_000, columns.with_columns(start=start))
    (line,) = differences(some, replace(rich, baselines=(other,)))
    assert line.where == "Baseline Contract, start"
