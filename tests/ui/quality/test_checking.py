"""How often the window checks: once for what was opened, once for an edit, never for nothing."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtTest import QTest

from planbench.services.editing import edit_cell
from planbench.services.hold import override
from planbench.ui.gallery import wait_until_still
from planbench.ui.window import MainWindow

COMPARED = 900
"""Milliseconds after which the agreement with the stored dates has come as well."""


@pytest.fixture
def checks(window: MainWindow) -> list[str]:
    """The checks that were started, oldest first."""
    names: list[str] = []

    def started(job: Any) -> None:
        if job.name == "Checking quality":
            names.append(job.name)

    window.state.job_started.connect(started)
    return names


def rest(window: MainWindow) -> None:
    wait_until_still(window)
    QTest.qWait(COMPARED)
    wait_until_still(window)


def test_opening_and_editing_check_once_each(window: MainWindow, checks: list[str]) -> None:
    window.go("quality")
    rest(window)
    assert len(checks) == 1
    document = window.state.document
    assert document is not None
    row = document.schedule.row_of_code["TS-2120"]
    before = document.quality
    command = edit_cell(document, row, "remaining", "60d")
    assert command is not None
    agreements: list[str] = []
    window.state.result_changed.connect(agreements.append)
    window.state.push(command)
    rest(window)
    assert agreements.count("agreement") == 1, "the agreement came after the check"
    assert len(checks) == 2
    assert document.quality is not before
    window.session.undo()
    rest(window)
    assert len(checks) == 3


def test_two_edits_in_a_row_end_in_one_result(window: MainWindow, checks: list[str]) -> None:
    window.go("quality")
    rest(window)
    document = window.state.document
    assert document is not None
    row = document.schedule.row_of_code["TS-2120"]
    results: list[str] = []
    window.state.result_changed.connect(results.append)
    for days in ("60d", "61d"):
        command = edit_cell(document, row, "remaining", days)
        assert command is not None
        window.state.push(command)
    rest(window)
    assert results.count("quality") == 1
    assert len(checks) == 2


def test_what_is_held_back_is_checked_again(window: MainWindow, checks: list[str]) -> None:
    document = window.state.document
    assert document is not None
    document.agreement_needed = 1.01  # no schedule can agree so well
    window.go("quality")
    rest(window)
    document = window.state.document
    assert document is not None
    override(document, True, "looked into it")
    window.state.result_changed.emit("agreement")
    rest(window)
    assert len(checks) == 2
    window.state.result_changed.emit("agreement")
    rest(window)
    assert len(checks) == 2


def test_earlier_scores_reach_the_trend_and_the_library(window: MainWindow) -> None:
    window.go("quality")
    rest(window)
    page = window._pages["quality"]
    page._view.set_index(4)
    trend = page.score.trend
    assert trend.isVisible()
    assert len(trend.points) == 4
    spots = [trend.place(u, one.by_records) for u, one in enumerate(trend.points)]
    assert [spot.x() for spot in spots] == sorted(spot.x() for spot in spots)
    keys = [column.key for column in page.score.model.columns]
    assert "Since before" in keys
    home = window._pages["home"]
    lines = [line for project in home.model.lines for line in project.updates]
    assert [line.score is not None for line in lines] == [True] * 4
