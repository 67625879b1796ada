from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planbench.domain.errors import ImportRefused, PlanbenchError
from planbench.domain.schedule import LinkType
from planbench.domain.synthetic import synthetic_schedule
from planbench.exchange.registry import read_schedule
from planbench.exchange.xer.writer import schedule_to_document, write_xer
from planbench.services.convert import edited_xer, exported, format_of, save
from planbench.services.document import Document
from planbench.services.editing import edit_cell
from planbench.services.rewiring import add_link, delete_activities
from planbench.services.undo import UndoStack


@pytest.fixture
def original() -> bytes:
    made = write_xer(schedule_to_document(synthetic_schedule(40, 60)))
    extra = b"%T\tUNKNOWN\r\n%F\ttask_id\tmark\r\n%R\t1\t  kept, as is \r\n%E\r\n"
    return made.removesuffix(b"%E\r\n") + extra


def opened(original: bytes) -> Document:
    return Document(read_schedule(original, "plan.xer").schedule)


def changed(before: bytes, after: bytes) -> list[tuple[bytes, bytes]]:
    old, new = before.split(b"\r\n"), after.split(b"\r\n")
    assert len(old) == len(new)
    return [(a, b) for a, b in zip(old, new, strict=True) if a != b]


def test_nothing_edited_is_the_file_itself(original: bytes) -> None:
    assert edited_xer(original, opened(original).schedule) == original


def test_one_duration_changes_two_cells_of_one_row(original: bytes) -> None:
    document = opened(original)
    row = int(
        np.flatnonzero(
            (document.schedule.activities.status == 0) & (document.schedule.activities.type == 0)
        )[0]
    )
    command = edit_cell(document, row, "original", "77h")
    assert command is not None
    command.redo(document)
    ((old, new),) = changed(original, exported(document, "xer", original))
    cells = [(a, b) for a, b in zip(old.split(b"\t"), new.split(b"\t"), strict=True) if a != b]
    assert [b for _, b in cells] == [b"77", b"77"]
    assert str(document.schedule.activities.uid[row]).encode() == new.split(b"\t")[1]


def test_undo_gives_the_file_back(original: bytes) -> None:
    document = opened(original)
    stack = UndoStack(document)
    command = edit_cell(document, 3, "name", "Pour the slab")
    assert command is not None
    stack.push(command)
    assert b"Pour the slab" in exported(document, "xer", original)
    stack.undo()
    assert exported(document, "xer", original) == original


def test_links_and_deleted_activities_come_back_as_edited(original: bytes) -> None:
    document = opened(original)
    first, last = 0, len(document.schedule) - 1
    links = set(
        zip(
            document.schedule.relationships.predecessor.tolist(),
            document.schedule.relationships.successor.tolist(),
            strict=True,
        )
    )
    assert (first, last) not in links
    command = add_link(document, first, last, LinkType.SS)
    command.redo(document)
    delete_activities(document, [5]).redo(document)
    again = read_schedule(exported(document, "xer", original), "plan.xer").schedule
    assert again.activities.code.tolist() == document.schedule.activities.code.tolist()
    table, other = document.schedule.relationships, again.relationships
    for name in ("predecessor", "successor", "type", "lag"):
        assert getattr(table, name).tolist() == getattr(other, name).tolist()


def test_letters_that_the_encoding_lacks_are_refused(original: bytes) -> None:
    document = opened(original)
    command = edit_cell(document, 3, "name", "浇筑")
    assert command is not None
    command.redo(document)
    with pytest.raises(PlanbenchError, match="cp1252 lacks"):
        exported(document, "xer", original)


@pytest.mark.parametrize("kind", ["xer", "p6xml", "mspdi"])
def test_other_formats_keep_the_network(original: bytes, kind: str) -> None:
    document = opened(original)
    again = read_schedule(exported(document, kind), f"plan.{kind}").schedule
    links = len(document.schedule.relationships)
    assert len(again.relationships) == links > 0
    assert set(document.schedule.activities.name) <= set(again.activities.name)


def test_format_by_ending(tmp_path: Path) -> None:
    assert format_of("a/plan.XLSX") == "xlsx"
    with pytest.raises(PlanbenchError, match="tells no format"):
        format_of("plan.doc")


def test_save_replaces_whole_files(tmp_path: Path) -> None:
    target = tmp_path / "plan.xer"
    save(b"one", target)
    save(b"two", target)
    assert target.read_bytes() == b"two"
    assert [one.name for one in tmp_path.iterdir()] == ["plan.xer"]
    with pytest.raises(PlanbenchError, match="cannot be written"):
        save(b"x", tmp_path / "no" / "plan.xer")


def test_real_files_differ_in_one_row(shared: Path) -> None:
    """Edit a name in real files of every shape: one line differs and the rest is as it was."""
    files = sorted((shared / "corpus").rglob("*.xer"), key=lambda one: one.stat().st_size)[:40:4]
    assert files
    tried = 0
    for file in files:
        content = file.read_bytes()
        try:
            document = opened(content)
        except ImportRefused:
            continue
        if not len(document.schedule):  # nothing in it to edit
            continue
        command = edit_cell(document, 0, "name", "Another name 1")
        assert command is not None
        command.redo(document)
        old = content.split(b"\n")
        new = exported(document, "xer", content).split(b"\n")
        assert len(old) == len(new), file.name
        assert sum(a != b for a, b in zip(old, new, strict=True)) == 1, file.name
        tried += 1
    assert tried >= 3
