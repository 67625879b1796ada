"""Baselines copied, updated and assigned: what is taken is taken, all else stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import Baseline, empty_baseline
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import DAY, NO_TIME
from planbench.engines.cpm import schedule_network
from planbench.services.baselining import (
    COSTS,
    DATES,
    DURATIONS,
    BaselineError,
    all_baselines,
    assign_baselines,
    copy_baseline,
    delete_baseline,
    rename_baseline,
    update_baseline,
)
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.rewiring import insert_activity
from planbench.services.undo import UndoStack


@pytest.fixture
def document() -> Document:
    schedule = synthetic_schedule(60, 120, 5)
    return Document(schedule, cpm=schedule_network(schedule))


def names(document: Document) -> list[str]:
    return [one.name for one in document.schedule.baselines]


def test_a_copy_has_the_dates_that_are_shown_and_the_first_one_is_primary(document):
    copy_baseline(document, "Contract").redo(document)
    (made,) = document.schedule.baselines
    acts, cpm = document.schedule.activities, document.cpm
    for row in range(len(document.schedule)):
        begun = acts.actual_start[row] != NO_TIME
        assert made.columns.start[row] == (acts.actual_start if begun else cpm.start)[row]
        assert made.columns.duration[row] == acts.original_duration[row]
    assert document.baseline is made
    assert document.baseline_label == "Contract"
    assert made.data_date == document.schedule.data_date


def test_selected_activities_alone_are_copied_and_updated(document):
    some = np.array([2, 5, 9])
    copy_baseline(document, "Part", rows=some).redo(document)
    part = document.schedule.baselines[0].columns
    blank = empty_baseline(60)
    others = np.setdiff1d(np.arange(60), some)
    np.testing.assert_array_equal(part.finish[others], blank.finish[others])
    assert (part.finish[some] != blank.finish[some]).all()

    copy_baseline(document, "All").redo(document)
    moved = document.schedule.baselines[1].columns
    later = Baseline("later", 77, moved.with_columns(
        start=moved.start + DAY, finish=moved.finish + DAY, duration=moved.duration + 60,
        cost=np.arange(60.0),
    ))  # fmt: skip
    date = document.schedule.baselines[1].data_date
    update_baseline(document, 1, later, some, (DATES, COSTS)).redo(document)
    now = document.schedule.baselines[1]
    for row in range(60):
        shift = DAY if row in some else 0
        assert now.columns.start[row] == moved.start[row] + shift
        assert now.columns.finish[row] == moved.finish[row] + shift
        assert now.columns.duration[row] == moved.duration[row]
        assert (now.columns.cost[row] == row) == (row in some)
    assert now.data_date == date  # most of it is as it was
    update_baseline(document, 1, later).redo(document)
    assert document.schedule.baselines[1].data_date == 77


def test_places_are_assigned_and_the_project_s_own_comes_in_where_it_is_second(document):
    for name in ("A", "B", "C"):
        update = copy_baseline(document, name)
        update.redo(document)
    project = replace(document.schedule.baselines[0], name="Update 1")
    document.baseline, document.baseline_label = project, project.name
    assert [one.name for one in all_baselines(document)] == ["Update 1", "A", "B", "C"]
    _, a, _, c = all_baselines(document)
    assign_baselines(document, c, (project, a)).redo(document)
    assert document.baseline_label == "C"
    assert names(document) == ["Update 1", "A", "B", "C"]
    with pytest.raises(BaselineError, match="one place"):
        assign_baselines(document, c, (c,))
    delete_baseline(document, 3).redo(document)
    assert document.baseline_label == "Update 1"
    rename_baseline(document, 0, " First ").redo(document)
    assert names(document) == ["First", "A", "B"]
    assert document.baseline_label == "First"


def test_what_makes_no_sense_is_refused_in_one_line(document):
    copy_baseline(document, "A").redo(document)
    for name, words in (("A", "already"), ("  ", "name")):
        with pytest.raises(BaselineError, match=words):
            copy_baseline(document, name)
    with pytest.raises(BaselineError, match="selected"):
        copy_baseline(document, "B", rows=np.zeros(0, dtype=int))
    with pytest.raises(BaselineError, match="what is to be taken"):
        copy_baseline(document, "B", figures=())
    with pytest.raises(BaselineError, match="like this already"):
        update_baseline(document, 0, figures=(DATES, DURATIONS))


def test_every_step_is_undone_to_the_same_schedule_with_rows_coming_between(document):
    stack, seen = UndoStack(document), []

    def look():
        return document.schedule.digest, document.baseline_label

    for make in (
        lambda: copy_baseline(document, "A"),
        lambda: insert_activity(document, 3, -1).command,
        lambda: copy_baseline(document, "B", rows=np.array([0, 1])),
        lambda: assign_baselines(document, document.schedule.baselines[1], ()),
        lambda: update_baseline(document, 1),
        lambda: delete_baseline(document, 0),
    ):
        seen.append(look())
        stack.push(make())
        assert len(document.baseline.columns) == len(document.schedule)
    last = look()
    for expected in reversed(seen):
        stack.undo()
        assert look() == expected
    while stack.can_redo:
        stack.redo()
    assert look() == last


def test_the_library_keeps_which_of_its_own_an_update_is_measured_against(document, tmp_path):
    for name in ("A", "B"):
        copy_baseline(document, name).redo(document)
    with Library.open(tmp_path / "library.planbench") as library:
        library.add_schedule(document.schedule, kind="baseline", label="Contract")
        update = library.add_schedule(document.schedule, label="Update 1")
        assert library.open_update(update).baseline_label == "Contract"
        library.keep_own_baseline(update, "B")
        assert library.open_update(update).baseline_label == "B"
        library.keep_own_baseline(update, "")
        assert library.open_update(update).baseline_label == "Contract"
