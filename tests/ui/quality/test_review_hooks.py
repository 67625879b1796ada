"""Findings are made where the reviewer looks: by key and by context menu, in every view."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from planbench.services.findings import evidence_of
from planbench.ui.gallery import wait_until_still
from planbench.ui.quality.review.dialogs import FindingDialog
from planbench.ui.quality.review.hooks import activity_menu
from planbench.ui.window import MainWindow

# The display of the tests has no keyboard that a menu could take.
pytestmark = pytest.mark.qt_log_ignore("does not support grabbing", extend=True)


def asked(window: MainWindow) -> FindingDialog:
    (found,) = [one for one in window.findChildren(FindingDialog) if one.isVisible()]
    return found


def test_a_key_makes_a_finding_on_what_is_selected_in_schedule(
    window: MainWindow, qtbot: Any
) -> None:
    window.go("schedule")
    wait_until_still(window)
    row = window.state.document.schedule.row_of_code["TS-2120"]  # type: ignore[union-attr]
    window.state.select(row)
    window.commands["finding"].trigger()
    wait_until_still(window)
    dialog = asked(window)
    qtbot.keyClicks(dialog.name.field, "Repair time is not in the plan")
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    review = window._pages["quality"].review
    kept = review.desk.review.findings.values()
    (finding,) = [one for one in kept if one.title == "Repair time is not in the plan"]
    assert finding.objects == (("activity", "TS-2120"),)
    assert window.current == "schedule", "the reviewer stays where he looks"


def test_without_an_activity_the_window_says_what_to_do(window: MainWindow) -> None:
    window.state.select(-1)
    told: list[str] = []
    window.state.message.connect(lambda _kind, words: told.append(words))
    window.commands["finding"].trigger()
    assert "Select an activity" in told[-1]


@pytest.mark.parametrize("workspace", ["schedule", "logic"])
def test_the_pictures_offer_the_menu(window: MainWindow, qtbot: Any, workspace: str) -> None:
    window.go(workspace)
    wait_until_still(window)
    window.state.select(7)
    page = window.page()
    picture = page.gantt if workspace == "schedule" else page.canvas
    picture.customContextMenuRequested.emit(QPoint(5, 5))
    (menu,) = [one for one in picture.findChildren(QMenu) if one.isVisible()]
    (entry,) = menu.actions()
    code = str(window.state.document.schedule.activities.code[7])  # type: ignore[union-attr]
    assert code in entry.text()
    menu.close()
    entry.trigger()
    asked(window).reject()


def test_the_menu_counts_several_and_is_silent_for_none(window: MainWindow, qtbot: Any) -> None:
    activity_menu(window.state, [1, 2, -1], QPoint(0, 0), window)
    (menu,) = [one for one in window.findChildren(QMenu) if one.isVisible()]
    assert "2 activities" in menu.actions()[0].text()
    menu.close()
    activity_menu(window.state, [-1], QPoint(0, 0), window)
    assert not [one for one in window.findChildren(QMenu) if one.isVisible()]


def menu_of(window: MainWindow) -> QMenu:
    (menu,) = [one for one in window.findChildren(QMenu) if one.isVisible()]
    return menu


@pytest.mark.parametrize("workspace", ["schedule", "quality", "compare"])
def test_the_tables_offer_it_and_the_finding_keeps_its_evidence(
    window: MainWindow, qtbot: Any, workspace: str
) -> None:
    window.go(workspace)
    wait_until_still(window)
    page = window.page()
    table = page.table
    if workspace == "schedule":
        document = window.state.document
        assert document is not None
        window.state.select(document.schedule.row_of_code["TS-2120"])
        wait_until_still(window)
    else:
        table.setCurrentIndex(table.model().index(0, 1))
    spot = table.visualRect(table.currentIndex()).center()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, spot, table.viewport().mapToGlobal(spot)
    )
    QApplication.sendEvent(table.viewport(), event)
    menu = menu_of(window)
    entry = menu.actions()[0]
    assert "Make a finding on" in entry.text()
    menu.close()
    entry.trigger()
    dialog = asked(window)
    qtbot.keyClicks(dialog.name.field, "Look at this")
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    wait_until_still(window)
    document = window.state.document
    assert document is not None
    review = window._pages["quality"].review.desk.review
    (finding,) = [one for one in review.findings.values() if not one.rule]
    (place,) = evidence_of(review, document, finding)
    row = document.schedule.row_of_code[place["key"]]
    assert ("activity", place["key"]) in finding.objects
    assert document.cpm is not None
    assert place["finish"] == int(document.cpm.finish[row])
    assert place["float_h"] == int(document.cpm.total_float[row]) / 60
    links = document.schedule.relationships
    count = int((links.predecessor == row).sum() + (links.successor == row).sum())
    assert len(place["links"]) == count
