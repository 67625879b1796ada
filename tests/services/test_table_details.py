"""Steps, roles and rates that come back from tables reach the file they came from."""

from __future__ import annotations

import pytest

from planbench.domain.times import from_iso
from planbench.exchange.registry import read_schedule
from planbench.exchange.tables.sheets import Grid, read_xlsx, write_xlsx
from planbench.exchange.xer.writer import schedule_to_document, write_xer
from planbench.services.convert import edited_xer
from planbench.services.document import Document
from planbench.services.tables import all_sheets, apply_changes, read_all_changes
from planbench.services.undo import UndoStack


@pytest.fixture
def original(rich: Document) -> bytes:
    """A file with steps, roles and rates; the one rate of the crane holds since 2019."""
    made = write_xer(schedule_to_document(rich.schedule))
    assert made.count(b"1990-01-01 00:00") == 1
    return made.replace(b"1990-01-01 00:00", b"2019-07-01 00:00")


def opened(data: bytes) -> Document:
    return Document(read_schedule(data, "plan.xer").schedule)


def edited(document: Document, *grids: Grid) -> None:
    """Take grids over that went through a workbook."""
    changes = read_all_changes(document, read_xlsx(write_xlsx(list(grids)), "plan.xlsx"))
    assert changes.refused == []
    apply_changes(document, changes).redo(document)


def rows_that_differ(before: bytes, after: bytes) -> list[str]:
    """Lines that are new or gone."""
    old, new = before.decode("cp1252").splitlines(), after.decode("cp1252").splitlines()
    gone = [f"- {line}" for line in old if line not in new]
    return gone + [f"+ {line}" for line in new if line not in old]


def test_new_and_changed_steps_roles_and_rates_reach_the_file(original: bytes) -> None:
    document = opened(original)
    code = str(document.schedule.activities.code[5])
    edited(
        document,
        Grid("steps", ("Activity ID", "Step", "% complete"), [(code, "Dig", 60), (code, "Go", 5)]),
        Grid("roles", ("Role ID", "Role name", "Parent role"), [("STR", "Steel", "ENG")]),
        Grid(
            "resource_rates",
            ("Resource ID", "Valid from", "Price per unit"),
            [("CREW", "2090-01-01", 58), ("CREW", "2095-01-01", 61), ("007", "2096-01-01", 250)],
        ),
    )
    after = edited_xer(original, document.schedule)
    differing = rows_that_differ(original, after)
    assert sorted({line[:1] for line in differing}) == ["+", "-"]
    assert len(differing) == 10, differing  # three changed rows, four new ones
    back = read_schedule(after, "plan.xer")
    steps, roles, rates = back.schedule.steps, back.schedule.roles, back.schedule.resource_rates
    assert list(zip(steps.name.tolist(), steps.percent.tolist(), strict=True)) == [
        ("Dig", 60.0), ("Fill", 0.0), ("Fill", 0.0), ("Go", 5.0),
    ]  # fmt: skip
    assert roles.code.tolist() == ["ENG", "CIV", "STR"]
    assert roles.parent.tolist() == [-1, 0, 0]
    assert rates.price.tolist() == [50.0, 58.0, 61.0, 200.0, 250.0]
    assert rates.start[3] == from_iso("1990-01-01 00:00")  # before the first date that was given
    assert back.repairs == read_schedule(original, "plan.xer").repairs


def test_a_rate_that_holds_now_is_changed_where_it_stands(original: bytes) -> None:
    document = opened(original)
    edited(
        document,
        Grid("resource_rates", ("Resource ID", "Valid from", "Price per unit"),
             [("CREW", "2020-01-01", 51)]),
    )  # fmt: skip
    gone, came = rows_that_differ(original, edited_xer(original, document.schedule))
    cells = [
        (a, b) for a, b in zip(gone[2:].split("\t"), came[2:].split("\t"), strict=True) if a != b
    ]
    assert cells == [("50", "51")]


def test_undo_gives_the_file_back_byte_for_byte(original: bytes) -> None:
    document = opened(original)
    assert edited_xer(original, document.schedule) == original
    stack = UndoStack(document)
    grids = {grid.name: grid for grid in all_sheets(document.schedule)}
    more = Grid("roles", grids["roles"].titles, [("STR", "Steel", None)])
    stack.push(apply_changes(document, read_all_changes(document, [more])))
    assert edited_xer(original, document.schedule) != original
    stack.undo()
    assert edited_xer(original, document.schedule) == original
