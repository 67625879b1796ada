from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from planbench.domain.schedule import Schedule
from planbench.services.document import Document
from planbench.ui.actions import duplicate_shortcuts
from planbench.ui.schedule.workspace import ScheduleWorkspace
from planbench.ui.theme import apply_theme

CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


def wheel(widget: QWidget, steps: int, keys=NONE, at=(200, 200), sideways: int = 0) -> None:
    place = QPointF(*at)
    event = QWheelEvent(
        place, QPointF(widget.mapToGlobal(place.toPoint())), QPoint(),
        QPoint(120 * sideways, 120 * steps), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def names(space: ScheduleWorkspace, count: int) -> list[str]:
    return [space.model.data(space.model.index(row, 0)) for row in range(count)]


def test_table_and_gantt_scroll_as_one(space: ScheduleWorkspace):
    mine, other = space.table.verticalScrollBar(), space.gantt.verticalScrollBar()
    assert mine.maximum() == other.maximum() > 0
    wheel(space.gantt.viewport(), -4)
    assert mine.value() == other.value() == 4 * 3 * 24
    mine.setValue(500)
    assert other.value() == 500


def test_ctrl_and_wheel_zoom_around_the_cursor(space: ScheduleWorkspace):
    before = space.gantt.time
    under = before.at(300.0)
    wheel(space.gantt.viewport(), 3, CTRL, at=(300, 100))
    after = space.gantt.time
    assert after.px_per_day == pytest.approx(before.px_per_day * 1.25**3)
    assert after.at(300.0) == pytest.approx(under, abs=1)
    assert space.table.verticalScrollBar().value() == 0
    left = after.left
    wheel(space.gantt.viewport(), 0, sideways=-1)
    assert space.gantt.time.left > left


def test_keys_move_fold_and_unfold(qtbot, space: ScheduleWorkspace):
    table = space.table
    qtbot.keyClick(table, Qt.Key.Key_Home)
    assert space.node == 0
    rows = space.model.rowCount()
    qtbot.keyClick(table, Qt.Key.Key_Left)
    assert space.model.rowCount() == 1
    assert space.node == 0
    qtbot.keyClick(table, Qt.Key.Key_Right)
    assert space.model.rowCount() == rows
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert space.plan.rows.row_of[space.node] == rows - 1
    bar = table.verticalScrollBar()
    assert bar.value() == bar.maximum()
    last = space.node
    qtbot.keyClick(table, Qt.Key.Key_Left)  # to the band above
    assert space.node == space.plan.outline.parent[last]


def test_selection_is_shared_both_ways(qtbot, space: ScheduleWorkspace):
    state = space.state
    with qtbot.waitSignal(state.selection_changed):
        space.table.setCurrentIndex(space.model.index(5, 0))
    row = space.plan.activity_of(int(space.plan.rows.nodes[5]))
    assert state.selection == row
    space.open_level(1)
    state.select(321)
    assert space.node == space.plan.node_of(321)
    place = int(space.plan.rows.row_of[space.node])
    top = place * 24 - space.table.verticalScrollBar().value()
    assert 0 <= top < space.table.viewport().height()
    assert space.gantt.selected == space.node
    assert space.pane.row == 321
    start = int(space.plan.activity_facts.start[321])
    assert space.gantt.time.left < start < space.gantt.time.right


def test_it_opens_on_what_was_selected_before(qtbot, state, document):
    state.open_document(document)
    state.select(432)
    space = ScheduleWorkspace(state)
    qtbot.addWidget(space)
    space.resize(1700, 800)
    space.show()
    assert space.node == space.plan.node_of(432)
    assert space.pane.row == 432
    assert space.gantt.time.right > space.plan.span[1]  # still fitted


def test_another_views_selection_beats_the_filter(space: ScheduleWorkspace):
    space.bar.filter.setText("line zzz")
    space._filter()
    assert space.model.rowCount() == 0
    space.state.select(77)
    assert space.node == space.plan.node_of(77)
    assert space.plan.query == ""
    assert space.bar.filter.text() == ""


def test_a_click_on_a_bars_row_selects_it(qtbot, space: ScheduleWorkspace):
    qtbot.mouseClick(space.gantt.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 6 * 24 + 9))
    assert space.node == space.plan.rows.nodes[6]
    assert space.table.currentIndex().row() == 6


def test_a_click_on_the_expander_folds(qtbot, space: ScheduleWorkspace):
    rows = space.model.rowCount()
    qtbot.mouseClick(space.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(12, 12))
    assert space.model.rowCount() == 1
    qtbot.mouseClick(space.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(12, 12))
    assert space.model.rowCount() == rows


def test_a_click_on_a_header_sorts_and_again_turns_round(qtbot, space: ScheduleWorkspace):
    head = space.table.horizontalHeader()
    number = space.columns.ids().index("float")
    place = QPoint(head.sectionViewportPosition(number) + 10, 20)
    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (space.plan.sort_column, space.plan.descending) == ("float", False)
    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (space.plan.sort_column, space.plan.descending) == ("float", True)
    assert head.sortIndicatorSection() == number


def test_typing_finds_by_id(qtbot, space: ScheduleWorkspace):
    code = str(space.plan.schedule.activities.code[250])
    qtbot.keyClicks(space.table, code)
    assert space.state.selection == 250


def test_the_filter_waits_for_the_last_key_and_says_how_many(qtbot, space: ScheduleWorkspace):
    qtbot.keyClick(space.table, Qt.Key.Key_F, CTRL)
    qtbot.waitUntil(space.bar.filter.hasFocus)
    qtbot.keyClicks(space.bar.filter, "activity 7 ")
    qtbot.waitUntil(lambda: space.plan.matching < 600)
    assert "of 600" in space.bar.count.text()
    qtbot.keyClicks(space.bar.filter, "zzz")
    qtbot.waitUntil(lambda: space.plan.matching == 0)
    assert space.model.rowCount() == 0
    assert "zzz" in space.table.empty_text
    space.grab()
    qtbot.keyClick(space.bar.filter, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: space.plan.matching == 600)
    assert space.bar.count.text() == ""


def test_f9_calculates_in_the_background(qtbot, state, opened, document):
    space = opened(Document(document.schedule))
    assert "stored in the file" in space.banner.text()
    with qtbot.waitSignal(state.result_changed, timeout=15000) as caught:
        qtbot.keyClick(space.table, Qt.Key.Key_F9)
    assert caught.args == ["cpm"]
    assert space.plan.cpm is state.document.cpm is not None
    assert np.array_equal(space.plan.cpm.early_start, document.cpm.early_start)
    assert not space.banner.isVisible()
    qtbot.waitUntil(lambda: space.plan.reasons(5) is not None, timeout=30000)
    state.select(5)
    assert space.plan.reasons(5) in space.pane.text()


def test_a_schedule_that_cannot_be_calculated_says_why(qtbot, state, document):
    state.open_document(Document(document.schedule, problem="the network has a loop"))
    space = ScheduleWorkspace(state)
    qtbot.addWidget(space)
    space.show()
    assert "the network has a loop" in space.banner.text()


def test_without_a_document_one_button_leads_home(qtbot, state):
    space = ScheduleWorkspace(state)
    qtbot.addWidget(space)
    space.show()
    asked = []
    state.workspace_requested.connect(asked.append)
    from PySide6.QtWidgets import QPushButton

    [button] = [b for b in space.findChildren(QPushButton) if b.isVisible()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == ["home"]
    state.open_document(Document(Schedule()))  # empty, but open
    space.grab()


def test_narrow_windows_fold_the_details_into_a_strip(qtbot, space: ScheduleWorkspace):
    assert space.pane.isVisible()
    space.resize(1290, 700)
    assert not space.pane.isVisible()
    assert space.strip.isVisible()
    assert "id" not in space.columns.ids()
    space.state.select(10)
    assert str(space.plan.schedule.activities.code[10]) in space.strip.accessibleDescription()
    qtbot.keyClick(space.table, Qt.Key.Key_Space)
    assert space.pane.isVisible()
    assert not space.strip.isVisible()
    space.resize(1700, 800)
    assert space.pane.isVisible()
    assert "id" in space.columns.ids()


def test_columns_are_chosen_and_the_name_stays(space: ScheduleWorkspace):
    space.columns.choose(["calendar", "float"])
    assert space.columns.ids() == ["name", "float", "calendar"]
    assert space.columns.ask().order() == ["name", "float", "calendar"]
    space.columns.reset()
    assert "start" in space.columns.ids()


def test_menus_do_what_they_say(space: ScheduleWorkspace):
    level = {a.text(): a for a in space.bar.level_menu().actions()}
    level["Closed"].trigger()
    assert space.model.rowCount() == 1
    level["All levels"].trigger()
    assert space.model.rowCount() > 600
    bars = {a.text(): a for a in space.bar.bars_menu().actions() if a.text()}
    bars["No links"].trigger()
    assert space.gantt.options.links == "none"
    assert not space.gantt.scene().items("link-driving")
    bars["Labels"].trigger()
    assert not space.gantt.scene().items("label")


def test_fit_follows_the_width_until_the_user_zooms(space: ScheduleWorkspace):
    first, last = space.plan.span
    space.gantt.fit()
    assert space.gantt.time.left < first
    assert space.gantt.time.right > last
    space.resize(1900, 800)
    assert space.gantt.time.right > last
    space.gantt.zoom(4.0)
    px = space.gantt.time.px_per_day
    space.resize(1700, 800)
    assert space.gantt.time.px_per_day == px


def test_commands_have_names_and_no_key_twice(space: ScheduleWorkspace, nameless):
    actions = space.actions()
    assert all(action.text() and action.shortcut().toString() for action in actions)
    assert duplicate_shortcuts(actions) == []
    assert nameless(space) == []


def test_a_theme_change_repaints_in_its_colours(space: ScheduleWorkspace):
    def corner() -> int:
        image: QImage = space.gantt.viewport().grab().toImage()
        return image.pixelColor(image.width() - 3, image.height() - 30).lightness()

    light = corner()
    apply_theme(QApplication.instance(), "dark")
    assert corner() < 80 < light


def test_the_axis_is_dragged_to_zoom(qtbot, space: ScheduleWorkspace):
    header = space.gantt._header
    px = space.gantt.time.px_per_day
    qtbot.mousePress(header, Qt.MouseButton.LeftButton, pos=QPoint(200, 30))
    qtbot.mouseMove(header, QPoint(320, 30))
    qtbot.mouseRelease(header, Qt.MouseButton.LeftButton, pos=QPoint(320, 30))
    assert space.gantt.time.px_per_day == pytest.approx(2 * px)
    qtbot.mouseDClick(header, Qt.MouseButton.LeftButton, pos=QPoint(200, 30))
    assert space.gantt.time.px_per_day == pytest.approx(px)


def test_grouping_keeps_the_selection_and_names_the_button(space: ScheduleWorkspace):
    space.state.select(321)
    groups = {action.text(): action for action in space.bar.group_menu().actions()}
    groups["Status"].trigger()
    assert space.plan.activity_of(space.node) == 321
    assert space.table.current_row() == space.node
    assert space.bar.group.text() == "Status"
    bands = [n for n in space.plan.rows.nodes.tolist() if space.model.is_band(n)]
    assert {space.plan.outline.band_name(space.plan.schedule, band) for band in bands} <= {
        "In progress", "Not started", "Complete",
    }  # fmt: skip
    space.open_level(0)
    assert space.model.rowCount() == len(bands)
    space.state.select(321)  # closing its band had selected the band
    space.group_by()
    assert space.model.rowCount() == 600
    assert not space.bar.level.isEnabled()
    space.group_by("wbs")
    space.grab()
    assert space.plan.activity_of(space.node) == 321


def test_quick_filters_say_how_many_and_give_way_to_a_selection(space: ScheduleWorkspace):
    quick = {action.text(): action for action in space.bar.quick_menu().actions()}
    quick["In progress"].trigger()
    expected = int((space.plan.schedule.activities.status == 1).sum())
    assert space.plan.matching == expected < 600
    assert f"{expected} of 600" in space.bar.count.text()
    space.bar.filter.setText("zzz")
    space._filter()
    assert space.model.rowCount() == 0
    space.bar.filter.clear()
    space._filter()
    other = int(np.flatnonzero(space.plan.schedule.activities.status == 0)[0])
    space.state.select(other)
    assert space.plan.quick == ""
    assert space.plan.activity_of(space.node) == other
    assert space.bar.quick.text() == "All activities"
