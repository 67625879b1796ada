"""WBS elements that come, go and are named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import UdfTypes, UdfValues, Wbs, make_table
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.services.document import Document
from planbench.services.editing import EditError
from planbench.services.elements import (
    branch_of,
    delete_element,
    insert_element,
    next_element_code,
    recode_element,
    rename_element,
)


def plant() -> Document:
    """Plant > A > (A1, A2), B; activities 0..5 in A, A1, A2, B, B, Plant."""
    schedule = synthetic_schedule(6, 6, 1)
    schedule = replace(
        schedule.with_activities(wbs=np.array([1, 2, 3, 4, 4, 0], dtype=np.int32)),
        wbs=make_table(
            Wbs, 5, uid=list("pabcd"), code=["P", "P.08", "1", "2", "P.09"],
            name=["Plant", "A", "A1", "A2", "B"], parent=[-1, 0, 1, 1, 0], project=[0] * 5,
        ),
        udf_types=make_table(UdfTypes, 1, uid=["7"], table=["PROJWBS"], name=["Lead"],
                             kind=["text"]),
        udf_values=make_table(UdfValues, 2, type=[0, 0], subject=["b", "d"], value=["x", "y"]),
    )  # fmt: skip
    return Document(schedule, cpm=schedule_network(schedule))


def shape(document: Document) -> list[tuple[str, str]]:
    """(name, name of the element above) in the order of the WBS."""
    wbs = document.schedule.wbs
    return [
        (str(name), str(wbs.name[above]) if above >= 0 else "")
        for name, above in zip(wbs.name.tolist(), wbs.parent.tolist(), strict=True)
    ]


def homes(document: Document) -> list[str]:
    """The element of each activity."""
    schedule = document.schedule
    return [str(schedule.wbs.name[row]) for row in schedule.activities.wbs.tolist()]


def test_a_new_element_stands_behind_the_one_it_was_asked_for():
    document = plant()
    digest = document.schedule.digest
    made = insert_element(document, 1)
    made.command.redo(document)
    assert shape(document)[4:] == [("New WBS element", "Plant"), ("B", "Plant")]
    assert document.schedule.wbs.code[4] == "P.10"
    assert document.schedule.wbs.uid[4] == made.uid
    assert homes(document) == ["A", "A1", "A2", "B", "B", "Plant"]
    made.command.undo(document)
    assert document.schedule.digest == digest


def test_behind_the_top_element_is_below_it():
    document = plant()
    insert_element(document, 0).command.redo(document)
    assert shape(document)[-1] == ("New WBS element", "Plant")


def test_a_schedule_without_a_wbs_gets_its_top_element():
    schedule = synthetic_schedule(6, 6, 1)
    document = Document(replace(schedule, wbs=make_table(Wbs, 0)))
    insert_element(document, -1).command.redo(document)
    assert shape(document) == [(schedule.projects[0].name, "")]
    with pytest.raises(EditError):
        insert_element(document, -1)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [(["1", "2"], "3"), (["S.09"], "S.10"), (["A", "B"], "3"), ([], "1"), (["x9", "y2"], "x10")],
)
def test_the_next_code_counts_on(codes, expected):
    n = len(codes)
    wbs = make_table(Wbs, n + 1, code=["P", *codes], parent=[-1, *[0] * n])
    assert next_element_code(replace(synthetic_schedule(3, 2, 1), wbs=wbs), 0) == expected


def test_names_and_codes():
    document = plant()
    rename_element(document, 2, " Cellar ").redo(document)
    recode_element(document, 2, "C").redo(document)
    assert (document.schedule.wbs.name[2], document.schedule.wbs.code[2]) == ("Cellar", "C")
    assert rename_element(document, 2, "Cellar") is None
    assert recode_element(document, 2, "C") is None
    for edit in (rename_element, recode_element):
        with pytest.raises(EditError, match="needs a"):
            edit(document, 2, "  ")
    with pytest.raises(EditError, match="beside it already"):
        recode_element(document, 2, "2")
    assert recode_element(document, 2, "P.09") is not None  # that one stands elsewhere


def test_what_hangs_on_an_element():
    schedule = plant().schedule
    found = branch_of(schedule, 1)
    assert found.words == "2 elements and 3 activities"
    assert not found.empty
    assert branch_of(schedule, 3).words == "1 activity"


def test_the_content_of_a_deleted_element_moves_up_into_its_place():
    document = plant()
    digest = document.schedule.digest
    command = delete_element(document, 1, with_content=False)
    command.redo(document)
    assert shape(document) == [("Plant", ""), ("A1", "Plant"), ("A2", "Plant"), ("B", "Plant")]
    assert homes(document) == ["Plant", "A1", "A2", "B", "B", "Plant"]
    command.undo(document)
    assert document.schedule.digest == digest


def test_an_element_goes_with_all_below_it():
    document = plant()
    digest = document.schedule.digest
    command = delete_element(document, 1, with_content=True)
    assert command.label == "Delete WBS element P.08 with 3 activities"
    command.redo(document)
    assert shape(document) == [("Plant", ""), ("B", "Plant")]
    assert homes(document) == ["B", "B", "Plant"]
    assert document.schedule.udf_values.subject.tolist() == ["d"]
    schedule_network(document.schedule)
    command.undo(document)
    assert document.schedule.digest == digest


def test_fields_of_an_element_go_with_it():
    document = plant()
    delete_element(document, 4, with_content=False).redo(document)
    assert document.schedule.udf_values.subject.tolist() == ["b"]


def test_what_breaks_the_plan_is_refused_in_one_line():
    document = plant()
    with pytest.raises(EditError, match="the project itself"):
        delete_element(document, 0, with_content=False)
    lone = document.schedule.with_activities(wbs=np.full(6, 4, dtype=np.int32))
    with pytest.raises(EditError, match="one activity at least"):
        delete_element(Document(lone), 4, with_content=True)


def test_what_hangs_on_a_deleted_element_leaves_its_file_too():
    from planbench.exchange.repairs import Repairs
    from planbench.exchange.xer.document import parse_document
    from planbench.exchange.xer.edited import document_with_edits
    from planbench.exchange.xer.reader import read_xer
    from planbench.exchange.xer.writer import schedule_to_document, write_xer

    data = write_xer(schedule_to_document(plant().schedule))
    read = read_xer(data).schedule
    uid = {name: str(uid) for name, uid in zip(read.wbs.name, read.wbs.uid, strict=True)}
    table = "\r\n".join(
        ["%T\tWBSMEMO", "%F\twbs_memo_id\twbs_id", *(f"%R\t{n}\t{uid[n]}" for n in ("A", "B"))]
    )
    data = data.replace(b"%E", table.encode() + b"\r\n%E")
    document = Document(read)
    a = read.wbs.name.tolist().index("A")
    insert_element(document, a).command.redo(document)
    delete_element(document, a, with_content=False).redo(document)
    written = document_with_edits(parse_document(data, Repairs()), read, document.schedule)
    memo = written.table("WBSMEMO")
    assert memo is not None
    assert [text.strip() for text in memo.texts("wbs_id")] == [uid["B"]]
    back = read_xer(write_xer(written))
    below = back.schedule.wbs.name[back.schedule.wbs.parent >= 0].tolist()
    assert sorted(below) == ["A1", "A2", "B", "New WBS element"]
    assert len(back.schedule) == len(read)
    assert back.repairs == read_xer(data).repairs
