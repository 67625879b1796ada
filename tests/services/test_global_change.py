"""If/then/else over all activities: the preview is what is done, and one step takes it back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import (
    ActivityType,
    CodeTypes,
    CodeValues,
    Status,
    UdfTypes,
    make_table,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.scenes.columns import flat_table
from planbench.scenes.facts import activity_facts
from planbench.scenes.fields import columns_of
from planbench.scenes.filters import FilterError, read_filter
from planbench.services.document import Document
from planbench.services.editing import EditError
from planbench.services.global_change import (
    Change,
    GlobalChange,
    changeable,
    preview_change,
    write_report,
)
from planbench.services.undo import UndoStack


@pytest.fixture
def document() -> Document:
    schedule = replace(
        synthetic_schedule(60, 110, 5),
        code_types=make_table(CodeTypes, 1, uid=["1"], name=["Phase"]),
        code_values=make_table(CodeValues, 2, uid=["1", "2"], type=[0, 0], code=["D", "B"],
                               name=["Design", "Build"], parent=[-1, -1]),
        udf_types=make_table(UdfTypes, 1, uid=["1"], table=["TASK"], name=["Remark"],
                             kind=["text"]),
    )  # fmt: skip
    return Document(schedule, cpm=schedule_network(schedule))


def worked_out(document: Document, condition: str, then=(), otherwise=()):
    columns = columns_of(document.schedule)
    table = flat_table(document.schedule, activity_facts(document.schedule, document.cpm))
    change = GlobalChange(
        read_filter(condition, columns),
        tuple(Change(*one) for one in then),
        tuple(Change(*one) for one in otherwise),
    )
    return preview_change(document, change, table, columns), change, columns


def test_then_and_else_are_one_step_that_is_what_was_shown(document):
    schedule = document.schedule
    digest, acts = schedule.digest, schedule.activities
    found, *_ = worked_out(
        document,
        '[Status] is "Not started"',
        [("code:Phase", "B"), ("name", "[Activity name] & (open)")],
        [("udf:Remark", "under way or done")],
    )
    open_ = acts.status == Status.NOT_STARTED
    assert found.passing == open_.sum()
    assert found.changed == len(schedule)
    assert document.schedule is schedule  # only shown so far
    stack = UndoStack(document)
    stack.push(found.command)
    now = document.schedule
    assert [n.endswith(" (open)") for n in now.activities.name.tolist()] == open_.tolist()
    assert sorted(now.code_assignments.activity.tolist()) == np.flatnonzero(open_).tolist()
    assert set(now.udf_values.subject.tolist()) == set(acts.uid[~open_].tolist())
    assert stack.undo_label == "Global change of 60 activities"
    stack.undo()
    assert document.schedule.digest == digest


def test_durations_are_worked_out_and_what_refuses_is_told(document):
    acts = document.schedule.activities
    found, *_ = worked_out(
        document, "[Original duration] >= 0", [("original", "[Original duration] * 2")]
    )
    marks = np.isin(acts.type, (ActivityType.START_MILESTONE, ActivityType.FINISH_MILESTONE))
    refused = {line.row for line in found.lines if line.why}
    assert set(np.flatnonzero(marks).tolist()) <= refused
    found.command.redo(document)
    rows = [row for row in range(len(acts)) if row not in refused]
    doubled = document.schedule.activities.original_duration
    assert (doubled[rows] == 2 * acts.original_duration[rows]).all()
    left = sorted(refused)
    assert (doubled[left] == acts.original_duration[left]).all()


def test_dates_are_shifted_by_days(document):
    found, *_ = worked_out(
        document,
        '[Status] is "Not started"',
        [("constraint", "Start on or after"), ("constraint_date", "[Start] + 3")],
    )
    found.command.redo(document)
    now, row = document.schedule.activities, found.lines[0].row
    moved = now.constraint_date[row] // 1440 - document.cpm.start[row] // 1440
    assert moved == 3


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("total_float", "3", "cannot be set"),
        ("id", "A1", "cannot be set"),
        ("name", "[Nothing]", "no field"),
        ("original", "[Original duration] / 0", "divided by zero"),
        ("original", "[Original duration] * much", "not a number"),
        ("original", "[Activity name] * 2", "is no number"),
        ("constraint_date", "[Start] * 2", "Days are added"),
    ],
)
def test_what_cannot_be_asked_is_said(document, field, value, told):
    with pytest.raises(EditError, match=told):
        worked_out(document, '[Status] is "Not started"', [(field, value)])


def test_nothing_to_do(document):
    with pytest.raises(EditError, match="which field"):
        worked_out(document, '[Status] is "Not started"')
    with pytest.raises(FilterError):
        worked_out(document, '[Nowhere] is "x"', [("name", "x")])
    found, *_ = worked_out(document, '[Activity name] is "of no activity"', [("name", "x")])
    assert found.command is None
    assert found.lines == ()


def test_a_value_that_no_row_takes_changes_nothing(document):
    found, *_ = worked_out(document, '[Status] is "Not started"', [("code:Phase", "Q")])
    assert found.command is None
    assert found.refused == found.passing
    assert "no value of the code" in found.lines[0].why


def test_the_report_says_what_was_asked_and_every_cell(document, tmp_path):
    found, change, columns = worked_out(
        document, '[Status] is "Not started"', [("udf:Remark", "x")]
    )
    from openpyxl import load_workbook

    write_report(tmp_path / "report.xlsx", found, change, columns)
    book = load_workbook(tmp_path / "report.xlsx")
    assert book["Cells"].max_row == len(found.lines) + 1
    assert "Not started" in str(book["Global change"]["B2"].value)


def test_fields_that_can_be_set(document):
    known = changeable(columns_of(document.schedule))
    assert {"name", "original", "code:Phase", "udf:Remark", "calendar"} <= known.keys()
    assert "id" not in known
    assert "total_float" not in known
