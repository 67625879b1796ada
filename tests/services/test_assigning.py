from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import (
    ActivityType,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Constraint,
    PercentType,
    UdfTypes,
    UdfValues,
    Wbs,
    make_table,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.services.assigning import can_edit, choices_of, edit_cells, fill_down, text_of
from planbench.services.document import Document
from planbench.services.editing import EditError
from planbench.services.moving import indent, move_activities, move_element, outdent, shift
from planbench.services.undo import UndoStack


@pytest.fixture
def document() -> Document:
    schedule = synthetic_schedule(40, 70, 5)
    uids = schedule.activities.uid.tolist()
    n = len(schedule)
    schedule = replace(
        schedule.with_activities(wbs=(np.arange(n) % 5).astype(np.int32)),
        wbs=make_table(
            Wbs, 5, uid=list("pabcd"), code=list("PABCD"), name=["Plant", "A", "B", "C", "B1"],
            parent=[-1, 0, 0, 0, 2], project=[0] * 5,
        ),
        code_types=make_table(CodeTypes, 2, uid=list("12"), name=["Phase", "Area"]),
        code_values=make_table(
            CodeValues, 3, uid=list("123"), type=[0, 0, 1], code=["D", "B", "N"],
            name=["Design", "Build", "North"], parent=[-1, -1, -1],
        ),
        code_assignments=make_table(CodeAssignments, 3, activity=[0, 1, 0], value=[0, 1, 2]),
        udf_types=make_table(
            UdfTypes, 3, uid=list("123"), table=["TASK"] * 3, name=["Weight", "Due", "Remark"],
            kind=["integer", "date", "text"],
        ),
        udf_values=make_table(UdfValues, 1, type=[2], subject=[uids[0]], value=["old"]),
    )  # fmt: skip
    return Document(schedule, cpm=schedule_network(schedule))


def test_codes_are_assigned_to_many_and_taken_away(document):
    stack = UndoStack(document)
    before = document.schedule.digest
    assert choices_of(document.schedule, "code:Phase") == ("None", "D  Design", "B  Build")
    edited = edit_cells(document, [0, 1, 5], "code:Phase", "b")
    assert edited.command.label == "Set Phase of 2 activities"
    stack.push(edited.command)
    got = [text_of(document, row, "code:Phase") for row in (0, 1, 2, 5)]
    assert got == ["B  Build", "B  Build", "None", "B  Build"]
    assert text_of(document, 0, "code:Area") == "N  North"  # other codes stay
    assert edit_cells(document, [0], "code:Phase", "B  Build").command is None
    stack.push(edit_cells(document, [0], "code:Phase", "None").command)
    assert text_of(document, 0, "code:Phase") == "None"
    with pytest.raises(EditError, match="no value of the code Phase"):
        edit_cells(document, [0], "code:Phase", "Z")
    stack.undo()
    stack.undo()
    assert document.schedule.digest == before


@pytest.mark.parametrize(
    ("field", "typed", "shown", "wrong"),
    [
        ("udf:Weight", "12", "12", "1.5"),
        ("udf:Due", "03-May-26", "03-May-26", "soon"),
        ("udf:Remark", "hold", "hold", None),
    ],
)
def test_fields_of_the_user_take_what_fits_their_kind(document, field, typed, shown, wrong):
    stack = UndoStack(document)
    before = document.schedule.digest
    stack.push(edit_cells(document, [0, 3], field, typed).command)
    assert [text_of(document, row, field) for row in (0, 1, 3)] == [shown, "", shown]
    assert edit_cells(document, [3], field, typed).command is None
    stack.push(edit_cells(document, [0], field, "").command)
    assert text_of(document, 0, field) == ""
    if wrong is not None:
        with pytest.raises(EditError):
            edit_cells(document, [3], field, wrong)
    stack.undo()
    stack.undo()
    assert document.schedule.digest == before


def test_fill_down_tells_of_rows_that_refuse(document):
    acts = document.schedule.activities
    marks = np.isin(acts.type, (ActivityType.START_MILESTONE, ActivityType.FINISH_MILESTONE))
    mark = int(np.flatnonzero(marks)[0])
    tasks = np.flatnonzero((acts.type == ActivityType.TASK) & (acts.status == 0))[:3].tolist()
    UndoStack(document).push(edit_cells(document, [tasks[0]], "original", "11").command)
    found = fill_down(document, [tasks[0], tasks[1], mark, tasks[2]], "original")
    assert found.done == 2
    assert found.refused == ((mark, "A milestone has no duration."),)
    UndoStack(document).push(found.command)
    assert [text_of(document, row, "original") for row in tasks] == ["11"] * 3
    for rows, field in (([tasks[0]], "original"), (tasks, "id"), ([tasks[0], mark], "original")):
        with pytest.raises(EditError):
            fill_down(document, rows, field)


def test_types_ids_and_second_constraints(document):
    stack = UndoStack(document)
    acts = document.schedule.activities
    row = int(np.flatnonzero((acts.type == ActivityType.TASK) & (acts.status == 0))[0])

    def put(field: str, text: str) -> None:
        stack.push(edit_cells(document, [row], field, text).command)

    put("type", "Finish milestone")
    assert document.schedule.activity(row).kind == ActivityType.FINISH_MILESTONE
    assert document.schedule.activities.remaining_duration[row] == 0
    put("type", "Task")
    assert document.schedule.activities.original_duration[row] > 0
    put("percent_type", "physical")
    assert document.schedule.activities.percent_type[row] == PercentType.PHYSICAL
    with pytest.raises(EditError, match="primary constraint first"):
        put("constraint2", "Finish on or before")
    put("constraint", "Start on or after")
    put("constraint2", "Finish on or before")
    put("constraint2_date", "03-May-30")
    assert document.schedule.activities.constraint2[row] == Constraint.FINISH_ON_OR_BEFORE
    assert text_of(document, row, "constraint2_date") == "03-May-30"
    put("expected_finish", "04-May-30")
    assert text_of(document, row, "expected_finish") == "04-May-30"
    with pytest.raises(EditError, match="already"):
        put("id", str(acts.code[row + 1]))
    put("id", "NEW-1")
    assert document.schedule.row_of_code["NEW-1"] == row
    assert can_edit("udf:Due")
    assert not can_edit("float")


# ---------------------------------------------------------------- the WBS


def tree(schedule) -> dict[str, tuple[str | None, list[str]]]:
    """Each element's parent and its activities, by uid, and the order of the elements."""
    wbs, acts = schedule.wbs, schedule.activities
    uids = wbs.uid.tolist()
    return {
        uid: (
            uids[wbs.parent[row]] if wbs.parent[row] >= 0 else None,
            acts.code[acts.wbs == row].tolist(),
        )
        for row, uid in enumerate(uids)
    }


def children(schedule, uid: str) -> list[str]:
    return [one for one, (above, _) in tree(schedule).items() if above == uid]


def test_elements_move_with_all_that_is_in_them(document):
    stack = UndoStack(document)
    before, digest = tree(document.schedule), document.schedule.digest
    parents = document.schedule.wbs.parent
    top = int(np.flatnonzero(parents == -1)[0])
    first, second = np.flatnonzero(parents == top)[:2].tolist()
    uids = document.schedule.wbs.uid.tolist()
    one, two = uids[first], uids[second]

    stack.push(indent(document, second))
    got = tree(document.schedule)
    assert got[two][0] == one
    assert {uid: rest for uid, (_, rest) in got.items()} == {
        uid: rest for uid, (_, rest) in before.items()
    }
    parent = document.schedule.wbs.parent
    assert (parent < np.arange(parent.size)).all()  # parents come before their children

    stack.push(outdent(document, document.schedule.wbs.uid.tolist().index(two)))
    assert tree(document.schedule) == before
    assert children(document.schedule, "p") == ["a", "b", "c"]

    stack.push(shift(document, document.schedule.wbs.uid.tolist().index(two), -1))
    assert children(document.schedule, "p") == ["b", "a", "c"]
    assert tree(document.schedule) == before
    for _ in range(3):
        stack.undo()
    assert document.schedule.digest == digest


def test_what_cannot_move_is_refused(document):
    parents = document.schedule.wbs.parent
    top = int(np.flatnonzero(parents == -1)[0])
    first, second = np.flatnonzero(parents == top)[:2].tolist()
    with pytest.raises(EditError, match="project itself"):
        move_element(document, top, first)
    with pytest.raises(EditError, match="below itself"):
        move_element(document, first, first)
    with pytest.raises(EditError, match="no element before"):
        indent(document, first)
    with pytest.raises(EditError, match="top level"):
        outdent(document, second)
    assert shift(document, first, -1) is None


def test_activities_move_to_another_element(document):
    stack = UndoStack(document)
    own = document.schedule.activities.wbs
    target = next(k for k in range(len(document.schedule.wbs)) if k not in own[:2].tolist())
    stack.push(move_activities(document, [0, 1], target))
    assert document.schedule.activities.wbs[:2].tolist() == [target, target]
    assert move_activities(document, [0, 1], target) is None
    stack.undo()
    assert document.schedule.activities.wbs is not own
    assert (document.schedule.activities.wbs == own).all()
