"""Fields laid over a schedule: columns like others, kept beside it, never in its file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import from_iso
from planbench.engines.cpm import schedule_network
from planbench.exchange.xer.writer import schedule_to_document, write_xer
from planbench.scenes.columns import Extras, flat_table
from planbench.scenes.facts import activity_facts
from planbench.scenes.fields import columns_of
from planbench.scenes.filters import matching, read_filter
from planbench.scenes.groups import grouped_outline
from planbench.services.assigning import edit_cells, edit_rows, fill_down, text_of
from planbench.services.document import Document
from planbench.services.editing import EditError
from planbench.services.library import Library
from planbench.services.own_fields import (
    FIELD,
    VALUE,
    OwnFieldError,
    add_field,
    delete_field,
    keep_own_fields,
    rename_field,
)
from planbench.services.undo import UndoStack

PLAN = synthetic_schedule(40, 80, 4)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library.planbench") as opened:
        yield opened


@pytest.fixture
def document(library: Library) -> Document:
    document = library.open_update(library.add_schedule(PLAN, label="Update 1"))
    document.cpm = schedule_network(PLAN)
    for name, kind in (("Owner", "text"), ("Weight", "number"), ("Promised", "date")):
        add_field(document, name, kind).redo(document)
    return document


def shown(document: Document):
    extras = Extras(own=document.own_fields)
    table = flat_table(document.schedule, activity_facts(document.schedule, document.cpm), extras)
    return table, columns_of(document.schedule, extras)


def test_values_are_read_by_kind_and_are_columns_filters_and_bands(document):
    edit_cells(document, [1, 2, 3], "own:Owner", "Miller").command.redo(document)
    edit_rows(document, [1, 2], "own:Weight", ["2,5", "4"]).command.redo(document)
    edit_cells(document, [2], "own:Promised", "03-May-26").command.redo(document)
    table, columns = shown(document)
    weight = columns["own:Weight"].values(table)
    assert weight[[1, 2]].tolist() == [2.5, 4.0]
    assert np.isnan(np.delete(weight, [1, 2])).all()
    assert columns["own:Promised"].values(table)[2] // 1440 == from_iso("2026-05-03") // 1440
    asked = read_filter("[Owner] is Miller and [Weight] > 3", columns)
    assert np.flatnonzero(matching(asked, table, columns)).tolist() == [2]
    outline = grouped_outline(table, columns, ("own:Owner",))
    assert outline.bands == 2  # Miller, and those without
    assert text_of(document, 1, "own:Weight") == "2.5"
    with pytest.raises(EditError, match="not a number"):
        edit_cells(document, [1], "own:Weight", "heavy")
    fill_down(document, [1, 8, 9], "own:Owner").command.redo(document)
    assert text_of(document, 9, "own:Owner") == "Miller"


def test_names_are_asked_for_once(document):
    for name, words in ((" ", "name"), ("owner", "already"), ("A [b]", "brackets")):
        with pytest.raises(OwnFieldError, match=words):
            add_field(document, name)
    with pytest.raises(OwnFieldError, match="already"):
        add_field(document, "Finish", taken=("Finish",))
    with pytest.raises(OwnFieldError, match="import"):
        add_field(Document(PLAN), "Zone")


def test_steps_are_undone_and_the_schedule_is_the_very_same(document):
    before, stack = document.schedule, UndoStack(document)
    written = write_xer(schedule_to_document(before))
    seen = []
    for make in (
        lambda: edit_cells(document, [0, 5], "own:Owner", "North").command,
        lambda: rename_field(document, document.own_fields[0].uid, "Zone"),
        lambda: edit_cells(document, [5], "own:Zone", "").command,
        lambda: delete_field(document, document.own_fields[1].uid),
    ):
        seen.append(document.own_fields)
        stack.push(make())
    assert document.schedule is before
    assert write_xer(schedule_to_document(document.schedule)) == written
    for expected in reversed(seen):
        stack.undo()
        assert document.own_fields == expected


def test_the_library_keeps_values_for_every_update_by_activity_id(library, document):
    project = document.library_project

    def keep():
        keep_own_fields(library, project, document.own_fields_kept, document.own_fields)
        document.own_fields_kept = document.own_fields

    edit_cells(document, [1, 2], "own:Owner", "Miller").command.redo(document)
    keep()
    edit_cells(document, [2], "own:Owner", "").command.redo(document)
    edit_cells(document, [1], "own:Weight", "7").command.redo(document)
    keep()
    other = PLAN.with_activities(name=np.array(["another"] * len(PLAN), dtype=object))
    later = library.open_update(library.add_schedule(other, label="Update 2", project=project))
    assert later.own_fields == document.own_fields
    assert text_of(later, 1, "own:Owner") == "Miller"
    assert text_of(later, 2, "own:Owner") == ""
    uid, code = document.own_fields[0].uid, PLAN.activities.code[2]
    lines = library.journal(VALUE, project, f"{uid}/{code}")
    assert len(lines) == 2  # put and taken away

    delete_field(document, uid).redo(document)
    keep()
    assert [one.name for one in library.open_update(later.update).own_fields] == [
        "Weight",
        "Promised",
    ]
    assert len(library.entries(FIELD, project)) == 2
    assert all(entry.body["field"] != uid for entry in library.entries(VALUE, project))
