"""The library as rows: folding, filtering, sorting, opening."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from planbench.domain.times import from_iso
from planbench.store.records import ProjectRecord, UpdateRecord
from planbench.ui.home.figures import ScoreFigure, project_line
from planbench.ui.home.model import (
    FINISH,
    HEALTH,
    NAME,
    SCORE,
    TO_BASELINE,
    LibraryModel,
    score_words,
)


def make_project(number: int, name: str, *finishes: str) -> ProjectRecord:
    updates = tuple(
        UpdateRecord(
            number * 10 + place, number, f"Update {place}", "update", from_iso("2026-09-30"),
            "2026-10-01", f"{name}{place}.xer", "xer", "", 1, 1,
            {"finish": from_iso(finish)}, "d",
        )
        for place, finish in enumerate(finishes)
    )  # fmt: skip
    first = updates[0].id if updates else None
    return ProjectRecord(number, f"P{number}", name, "2026-01-01", first, updates)


@pytest.fixture
def model(themed: QApplication) -> LibraryModel:
    made = LibraryModel()
    made.show_lines(
        [
            project_line(make_project(1, "Pier", "2029-01-01", "2029-01-03")),
            project_line(make_project(2, "Yard", "2028-01-01", "2028-03-01", "2028-06-01")),
            project_line(make_project(3, "empty")),
        ]
    )
    return made


def names(model: LibraryModel) -> list[str]:
    return [model.index(row, NAME).data() for row in range(model.rowCount())]


def test_the_model_keeps_the_rules(model: LibraryModel) -> None:
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.toggle(0, True)
    model.sort(FINISH, Qt.SortOrder.AscendingOrder)
    model.set_filter("yard")
    assert names(model) == ["Yard"]


def test_updates_stand_below_their_project_newest_first(model: LibraryModel) -> None:
    model.toggle(1, True)
    assert names(model)[:5] == [
        "Pier",
        "Yard",
        "Update 2 Yard2.xer",
        "Update 1 Yard1.xer",
        "Update 0 measured against, Yard0.xer",
    ]
    assert model.update_of(1) == 22
    assert model.update_of(3) == 21
    model.toggle(1, False)
    assert names(model) == ["Pier", "Yard", "empty"]
    assert model.update_of(2) is None


@pytest.mark.parametrize(
    ("column", "ascending", "expected"),
    [
        (NAME, True, ["empty", "Pier", "Yard"]),
        (FINISH, True, ["Yard", "Pier", "empty"]),
        (TO_BASELINE, True, ["Yard", "Pier", "empty"]),
        (HEALTH, True, ["Yard", "Pier", "empty"]),
        (NAME, False, ["Yard", "Pier", "empty"]),
    ],
)
def test_projects_sort(
    model: LibraryModel, column: int, ascending: bool, expected: list[str]
) -> None:
    order = Qt.SortOrder.AscendingOrder if ascending else Qt.SortOrder.DescendingOrder
    model.sort(column, order)
    assert names(model) == expected


def test_the_filter_looks_into_updates(model: LibraryModel) -> None:
    model.set_filter("update 2")
    assert names(model) == ["Yard"]
    model.set_filter("  ")
    assert len(names(model)) == 3


def test_missing_figures_are_dashes(model: LibraryModel) -> None:
    row = names(model).index("empty")
    cells: list[Any] = [model.index(row, column).data() for column in range(2, 9)]
    assert set(cells) <= {"\u2014", ""}
    movement = model.index(names(model).index("Yard"), TO_BASELINE).data()
    assert movement == "\u2212152"


def test_a_score_says_what_takes_most_from_it(model: LibraryModel) -> None:
    assert model.index(0, SCORE).data() == "\u2014"
    score = ScoreFigure(64.2, ("dcma-pam-2012", "1", "1"), (("High float", 30.0), ("Leads", 2.25)))
    assert score_words(score) == "64.2 of 100 by records. Taken most: High float 30.0, Leads 2.2"
