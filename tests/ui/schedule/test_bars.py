"""What the Gantt shows besides bars, as a user asks for it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from planbench.domain.times import NO_TIME, to_iso
from planbench.services.layouts import Layout, layout_json, parse_layout
from planbench.ui.printing.source import source_by_layout
from planbench.ui.schedule.attaching import AttachDialog
from planbench.ui.schedule.workspace import ScheduleWorkspace


def actions(menu) -> dict:
    """All actions of a menu and of the menus in it, by their texts."""
    found = {}
    for action in menu.actions():
        if action.menu() is not None:
            found |= actions(action.menu())
        elif action.text():
            found[action.text()] = action
    return found


def submenu(space: ScheduleWorkspace, title: str) -> QMenu:
    menu = space.bar.bars_menu()
    return next(a.menu() for a in menu.actions() if a.menu() is not None and a.text() == title)


def test_every_kind_of_bar_is_switched_on_and_kept_in_the_layout(space: ScheduleWorkspace):
    wanted = {
        "Late dates": "late-bar",
        "Total and negative float": "float",
    }
    for text, style in wanted.items():
        assert not space.gantt.scene().items(style)
        actions(space.bar.bars_menu())[text].trigger()
        assert space.gantt.scene().items(style), text
    # Nothing is under way that the line could be drawn at.
    actions(space.bar.bars_menu())["By remaining duration"].trigger()
    layout = space.layouts.current()
    assert (layout.late, layout.floats, layout.progress_line) == (True, True, True)
    assert layout.progress_by == "remaining"
    actions(line := submenu(space, "Progress line"))["None"].trigger()
    line.deleteLater()
    assert not space.layouts.current().progress_line
    for text in wanted:
        actions(space.bar.bars_menu())[text].trigger()
    space.layouts.apply(layout)
    assert space.layouts.current() == layout
    assert not actions(space.bar.bars_menu())["Baseline 2"].isEnabled()  # there is none


def test_texts_beside_bars_are_columns(space: ScheduleWorkspace):
    menu = space.bar.bars_menu()
    inner = {a.text(): a.menu() for a in menu.actions() if a.menu() is not None}
    actions(inner["Text behind bars"])["Activity ID"].trigger()
    actions(inner["Text before bars"])["Total float"].trigger()
    texts = {text for *_, text in space.gantt.scene().items("label")}
    codes = set(space.plan.schedule.activities.code.tolist())
    assert texts
    assert texts <= codes
    assert space.gantt.options.before == "float"


def test_the_time_axis_counts_otherwise_and_both_headers_are_as_high(space: ScheduleWorkspace):
    choices = actions(space.bar.bars_menu())
    choices["Three tiers"].trigger()
    space.grab()
    assert space.table.horizontalHeader().height() == space.gantt.header_height == 66
    assert space.table.viewport().height() == space.gantt.viewport().height()
    actions(space.bar.bars_menu())["Apr"].trigger()
    actions(space.bar.bars_menu())["Count from the start of the plan"].trigger()
    scale = space.gantt.options.scale
    assert (scale.tiers, scale.fiscal_month) == (3, 4)
    assert scale.ordinal_from == space.plan.span[0]
    layout = space.layouts.current()
    from planbench.services.layouts import Layout

    space.layouts.apply(Layout())
    assert space.gantt.options.scale.ordinal_from == NO_TIME
    assert space.table.horizontalHeader().height() == 44
    space.layouts.apply(layout)
    assert space.gantt.options.scale == scale


def test_zoom_to_the_selection(space: ScheduleWorkspace):
    row = int(np.argmax(space.plan.activity_facts.original))
    space.state.select(row)
    commands = {action.text(): action for action in space.actions()}
    commands["Zoom to the selection"].trigger()
    time, facts = space.gantt.time, space.plan.activity_facts
    start, finish = int(facts.start[row]), int(facts.finish[row])
    assert time.left < start
    assert time.right > finish
    assert (finish - start) / (time.right - time.left) > 0.5


def test_the_legend_names_what_is_in_sight(qtbot, space: ScheduleWorkspace):
    actions(space.bar.bars_menu())["Legend"].trigger()
    assert space.legend.isVisible()
    words = space.legend.accessibleDescription()
    assert "Remaining" in words
    assert "Late dates" not in words
    actions(space.bar.bars_menu())["Late dates"].trigger()
    assert "Late dates" in space.legend.accessibleDescription()
    assert space.layouts.current().legend


def test_the_picture_goes_to_the_clipboard(qtbot, space: ScheduleWorkspace):
    with qtbot.waitSignal(space.state.message):
        space.copy_picture()
    picture = QGuiApplication.clipboard().image()
    assert picture.width() >= space.splitter.width()
    assert picture.height() >= space.splitter.height()


def test_spotlight_and_curtains_are_drawn_and_kept_in_layouts(qtbot, space):
    from planbench.ui.schedule.curtains import CurtainDialog, ask_for_curtains

    start, finish = space.plan.span
    assert not {"spotlight", "curtain"} & set(space.gantt.scene().styles())
    menu = space.bar.bars_menu()
    (light,) = [one for one in menu.actions() if one.text() == "Progress spotlight"]
    light.menu().actions()[2].trigger()
    menu.close()
    assert space.gantt.options.spotlight == 14
    dialog = ask_for_curtains(space)
    assert isinstance(dialog, CurtainDialog)
    dialog.lines.setPlainText("soon")
    dialog.take()
    assert "first and a last day" in dialog.error.text()
    middle = (start + finish) // 2
    days = [to_iso(one)[:10] for one in (middle, middle + 20 * 1440)]
    dialog.lines.setPlainText(f"{days[0]} {days[1]} Shutdown")
    dialog.take()
    space.gantt.fit()
    scene = space.gantt.scene()
    assert {"spotlight", "curtain"} <= set(scene.styles())
    assert [text for *_, text in scene.items("curtain-name")] == ["Shutdown"]
    kept = space.layouts.current()
    space.layouts.apply(type(kept)())
    assert space.gantt.options.curtains == ()
    space.layouts.apply(kept)
    assert space.gantt.options.curtains == (f"{days[0]} {days[1]} Shutdown",)
    assert space.gantt.options.spotlight == 14


def test_the_selected_are_shown_alone_and_all_again(qtbot, space):
    space.state.select(5)
    space.table.setFocus()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(space.table, Qt.Key.Key_A, keys)
    assert space.plan.matching == 1
    assert space.selected_activities() == [5]
    qtbot.keyClick(space.table, Qt.Key.Key_A, keys)
    assert space.plan.matching == len(space.plan.schedule)


def test_a_text_is_attached_to_a_bar_kept_in_the_layout_and_printed(qtbot, space):
    row = int(np.argmin(space.plan.activity_facts.start))
    space.go_to(row)
    code = str(space.plan.schedule.activities.code[row])
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(space.table, Qt.Key.Key_T, keys)
    dialog = space.findChild(AttachDialog)
    qtbot.keyClicks(dialog.words.field, "crane on site")
    qtbot.keyClick(dialog.words.field, Qt.Key.Key_Return)
    assert [one[2] for one in space.gantt.scene().items("attached-text")] == ["crane on site"]
    layout = parse_layout(layout_json(space.layouts.current()))
    assert layout.attached == {code: "crane on site"}
    printed = source_by_layout(space.state.document, layout)
    assert printed.options.attached == ((code, "crane on site"),)
    space.layouts.apply(Layout())
    assert not space.gantt.options.attached
    space.layouts.apply(layout)
    qtbot.keyClick(space.table, Qt.Key.Key_T, keys)
    dialog = [one for one in space.findChildren(AttachDialog) if one.isVisible()][-1]
    assert dialog.words.text() == "crane on site"
    qtbot.keyClick(dialog.words.field, Qt.Key.Key_Delete)  # all of it is selected
    qtbot.keyClick(dialog.words.field, Qt.Key.Key_Return)
    assert not space.gantt.options.attached


def test_find_and_refresh_have_the_keys_of_the_field(qtbot, space):
    for key, held in (
        (Qt.Key.Key_F3, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier),
    ):
        space.table.setFocus()
        qtbot.keyClick(space.table, key, held)
        assert space.bar.filter.hasFocus()
    space.table.setFocus()
    row = int(space.plan.activity_of(int(space.plan.rows.nodes[5])))
    space.go_to(row)
    with qtbot.waitSignal(space.plan.plan_changed):
        qtbot.keyClick(space.table, Qt.Key.Key_F5)
    assert space.plan.activity_of(space.node) == row


def test_in_a_tight_window_what_is_critical_is_chosen_among_the_bars(qtbot, space):
    assert space.bar.critical.isVisible()
    for wide in (1366, 1100, 960):  # it becomes compact on the way
        space.resize(wide, 600)
        qtbot.wait(20)
    qtbot.waitUntil(lambda: not space.bar.critical.isVisible())
    actions(space.bar.bars_menu())["Total float ≤ 0"].trigger()
    assert space.plan.critical_by == "total_float"
    assert actions(space.bar.bars_menu())["Total float ≤ 0"].isChecked()
