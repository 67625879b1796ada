from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import Status
from planbench.domain.synthetic import synthetic_schedule
from planbench.services.document import Document
from planbench.services.undo import Macro, SetCells, SetSchedule, UndoStack

START = synthetic_schedule(20, 30)


def names(label: str, rows: list[int], text: str) -> SetCells:
    return SetCells(label, "activities", "name", rows, text)


@st.composite
def commands(draw: st.DrawFn) -> SetCells | SetSchedule:
    rows = draw(st.lists(st.integers(0, 19), min_size=1, max_size=5, unique=True))
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return names("name", rows, draw(st.text(max_size=3)))
    if kind == 1:
        return SetCells("duration", "activities", "remaining_duration", rows, draw(_minutes))
    if kind == 2:
        return SetCells("lag", "relationships", "lag", rows, [480 * row for row in rows])
    return SetSchedule("other", synthetic_schedule(20, 30, seed=draw(st.integers(1, 3))))


_minutes = st.integers(0, 10_000)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(commands(), st.sampled_from(["undo", "redo"])), max_size=20))
def test_undo_and_redo_walk_through_the_states_that_were(steps: list[object]) -> None:
    document = Document(START)
    stack = UndoStack(document)
    states, at = [START.digest], 0  # the obvious way: remember every state as a whole
    for step in steps:
        if step == "undo":
            stack.undo()
            at = max(0, at - 1)
        elif step == "redo":
            stack.redo()
            at = min(len(states) - 1, at + 1)
        else:
            stack.push(step)  # type: ignore[arg-type]
            states[at + 1 :] = [document.schedule.digest]
            at += 1
        assert document.schedule.digest == states[at]
        assert (stack.can_undo, stack.can_redo) == (at > 0, at < len(states) - 1)


def test_cells_share_what_they_do_not_touch() -> None:
    document = Document(START)
    stack = UndoStack(document)
    stack.push(names("Rename", [3, 5], "new"))
    assert document.schedule.activities.name[[3, 5]].tolist() == ["new", "new"]
    assert document.schedule.activities.name[4] == START.activities.name[4]
    assert START.activities.name[3] != "new"
    assert document.schedule.activities.code is START.activities.code
    assert document.schedule.relationships is START.relationships


def test_another_schedule_comes_back_as_the_same_object() -> None:
    document = Document(START)
    stack = UndoStack(document)
    other = START.with_activities(status=np.full(20, Status.COMPLETE, dtype=np.int8))
    stack.push(SetSchedule("Level", other))
    assert document.schedule is other
    stack.undo()
    assert document.schedule is START
    stack.redo()
    assert document.schedule is other


def test_labels_and_what_was_touched() -> None:
    told: list[frozenset[str]] = []
    stack = UndoStack(Document(START), told.append)
    assert (stack.undo_label, stack.redo_label) == ("", "")
    stack.push(names("Rename", [0], "x"))
    stack.push(SetSchedule("Level", replace(START)))
    assert stack.undo_label == "Level"
    stack.undo()
    assert (stack.undo_label, stack.redo_label) == ("Rename", "Level")
    assert told == [frozenset({"activities.name"}), frozenset({"*"}), frozenset({"*"})]


def test_a_macro_is_one_step() -> None:
    document = Document(START)
    stack = UndoStack(document)
    with stack.macro("Fill down"):
        stack.push(names("a", [0], "x"))
        with stack.macro("inner"):
            stack.push(names("b", [0, 1], "y"))
        assert not stack.can_undo
    with stack.macro("nothing"):
        pass
    assert stack.undo_label == "Fill down"
    stack.undo()
    assert document.schedule.digest == START.digest
    assert not stack.can_undo
    stack.redo()
    assert document.schedule.activities.name[:2].tolist() == ["y", "y"]


def test_a_macro_that_fails_leaves_nothing() -> None:
    document = Document(START)
    stack = UndoStack(document)

    def fill_down() -> None:
        with stack.macro("Fill down"):
            stack.push(names("a", [0], "x"))
            stack.push(names("b", [99], "y"))

    with pytest.raises(IndexError):
        fill_down()
    assert document.schedule.digest == START.digest
    assert not stack.can_undo
    assert stack.is_clean


def test_a_ready_made_macro_that_fails_takes_its_steps_back() -> None:
    document = Document(START)
    stack = UndoStack(document)
    with pytest.raises(IndexError):
        stack.push(Macro("both", [names("a", [0], "x"), names("b", [99], "y")]))
    assert document.schedule.digest == START.digest


def test_clean_is_where_it_was_saved() -> None:
    stack = UndoStack(Document(START))
    assert stack.is_clean
    stack.push(names("a", [0], "x"))
    assert not stack.is_clean
    stack.set_clean()
    stack.push(names("b", [0], "y"))
    stack.undo()
    assert stack.is_clean
    stack.undo()
    assert not stack.is_clean
    stack.push(names("c", [0], "z"))  # the saved state can no longer be reached
    stack.undo()
    stack.redo()
    assert not stack.is_clean


def test_a_row_twice_in_one_step_is_refused() -> None:
    with pytest.raises(ValueError, match="once"):
        names("a", [1, 1], "x")
