"""Filters, bands, sorting and columns as a user sets them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from planbench.scenes.filters import read_filter
from planbench.ui.schedule.choosing import KEY, ColumnDialog
from planbench.ui.schedule.filtering import ConditionRow, FilterDialog
from planbench.ui.schedule.workspace import ScheduleWorkspace
from planbench.ui.theme import current_theme

# What is offered while typing pops up, which needs a real display.
pytestmark = pytest.mark.qt_log_ignore("does not support grabbing", extend=True)

LEFT = Qt.MouseButton.LeftButton


def button(dialog, name: str):
    from planbench.ui.widgets.buttons import Button

    found = [b for b in dialog.findChildren(Button) if name in (b.text(), b.accessibleName())]
    return found[0]


@pytest.fixture
def builder(qtbot, space: ScheduleWorkspace) -> FilterDialog:
    with qtbot.waitActive(space):
        space.activateWindow()
    space.table.setFocus()
    qtbot.keyClick(
        space, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    dialog = space.findChild(FilterDialog)
    assert dialog is not None
    return dialog


def row_of(box, place: int) -> ConditionRow:
    part = box.parts[place]
    assert isinstance(part, ConditionRow)
    return part


def test_a_filter_is_built_of_nested_conditions(
    qtbot, space, builder: FilterDialog, nameless, dead_buttons
):
    assert not nameless(builder)
    assert not dead_buttons(builder)
    first = row_of(builder.root, 0)
    assert first.field.currentText() == "Status"
    first.values[0].clear()
    qtbot.keyClicks(first.values[0], "Not started")
    qtbot.mouseClick(button(builder.root, "Group"), LEFT)
    inner = builder.root.parts[1]
    inner.how.set_index(1)
    inner.how.changed.emit(1)
    one = row_of(inner, 0)
    one.field.setCurrentText("Total float")
    assert one.operator.itemText(0) == "="
    one.operator.setCurrentText("<=")
    one.values[0].clear()
    qtbot.keyClicks(one.values[0], "5")
    qtbot.mouseClick(button(inner, "Condition"), LEFT)
    two = row_of(inner, 1)
    two.field.setCurrentText("Finish")
    two.operator.setCurrentText("before")
    qtbot.keyClicks(two.values[0], "DD+4w")
    qtbot.waitUntil(lambda: "DD+4w" in builder.text.text())
    assert builder.text.text() == (
        '[Status] is "Not started" and ([Total float] <= 5 or [Finish] before DD+4w)'
    )
    facts, first_day = space.plan.activity_facts, space.plan.schedule.data_date // 1440 * 1440
    soon = facts.finish < first_day + 28 * 1440
    wanted = (facts.status == 0) & ((np.nan_to_num(facts.total_float, nan=9e9) <= 5) | soon)
    assert builder.words.text().startswith(f"{int(wanted.sum())} of 600")
    button(builder, "Apply").click()
    shown = space.plan.rows.nodes[space.plan.rows.nodes >= space.plan.outline.bands]
    assert sorted(shown - space.plan.outline.bands) == np.flatnonzero(wanted).tolist()
    assert space.bar.quick.text() == "Filter"
    assert f"{int(wanted.sum())} of 600" in space.bar.count.text()


def test_what_is_wrong_is_said_and_the_dialog_stays(qtbot, space, builder: FilterDialog):
    first = row_of(builder.root, 0)
    first.field.setCurrentText("Total float")
    first.values[0].clear()
    qtbot.keyClicks(first.values[0], "much")
    button(builder, "Apply").click()
    assert builder.isVisible()
    assert "not a number" in builder.words.text()
    builder.text.field.setFocus()
    builder.text.field.clear()
    qtbot.keyClicks(builder.text.field, "[Total float] << 3")
    button(builder, "Apply").click()
    assert builder.isVisible()
    builder.text.field.clear()
    qtbot.keyClicks(builder.text.field, "[Total float] < 3")
    button(builder, "Apply").click()
    assert space.plan.matching == int((space.plan.activity_facts.total_float < 3).sum())


def test_highlighting_hides_nothing_and_tints_table_and_gantt(qtbot, space):
    wanted = read_filter("[Total float] < 20", space.plan.columns)
    space.take_filter(wanted, True)
    rows = len(space.plan.rows)
    space.take_filter(wanted, False)
    assert len(space.plan.rows) < rows
    space.take_filter(wanted, True)
    assert len(space.plan.rows) == rows
    floats = space.plan.activity_facts.total_float
    row, other = int(np.flatnonzero(floats < 20)[0]), int(np.flatnonzero(floats >= 20)[0])
    space.group_by()
    tint = current_theme().color("warning-soft").rgb()
    for one, is_marked in ((row, True), (other, False)):
        node = space.plan.node_of(one)
        place = space._row_of(node)
        space.table.bring_up(place)
        QApplication.processEvents()
        y = place * space.table.row_height - space.table.verticalScrollBar().value() + 1
        for view in (space.table, space.gantt):
            picture = view.viewport().grab().toImage()
            x = view.viewport().width() - 12
            colour = QColor(picture.pixel(QPoint(x, y))).rgb()
            assert (colour == tint) == is_marked, view
    index = space.model.index(space._row_of(space.plan.node_of(row)), 0)
    assert "marked" in space.model.data(index, Qt.ItemDataRole.AccessibleTextRole)


def test_parameters_are_asked_for_above_the_rows(qtbot, space):
    space.take_filter(read_filter('[Total float] <= "{Most=5}"', space.plan.columns), False)
    floats = space.plan.activity_facts.total_float
    assert space.parameters.isVisibleTo(space)
    assert space.plan.matching == int((floats <= 5).sum())
    field = space.parameters.fields["Most"]
    field.clear()
    qtbot.keyClicks(field, "40")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert space.plan.matching == int((floats <= 40).sum())
    field.clear()
    qtbot.keyClicks(field, "forty")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "not a number" in space.parameters.words.text()
    quick = {action.text(): action for action in space.bar.quick_menu().actions()}
    quick["Clear the filter"].trigger()
    assert space.plan.matching == 600
    assert not space.parameters.isVisibleTo(space)


def test_bands_in_several_levels_and_sorting_by_several_columns(qtbot, space):
    space.state.select(77)
    dialog = space.ask_for_arrangement()
    dialog.levels[0].setCurrentText("Status")
    dialog.levels[1].setCurrentText("Start by quarter")
    dialog.sorts[0].setCurrentText("Original duration")
    dialog.ways[0].set_index(1)
    dialog.sorts[1].setCurrentText("Activity ID")
    dialog.take()
    plan = space.plan
    assert plan.grouping == ("status", "start@quarter")
    assert plan.sorting == (("original", True), ("id", False))
    assert plan.activity_of(space.node) == 77
    assert space.bar.group.text() == "Status +1"
    assert plan.deepest == 2
    durations, codes = plan.activity_facts.original, plan.schedule.activities.code
    nodes = plan.rows.nodes.tolist()
    for a, b in pairwise(nodes):
        if min(a, b) >= plan.outline.bands:
            one, two = (n - plan.outline.bands for n in (a, b))
            assert (-durations[one], codes[one]) <= (-durations[two], codes[two])


def test_shift_and_a_click_sort_further(qtbot, space):
    head, ids = space.table.horizontalHeader(), space.columns.ids()

    def click(column: str, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        x = head.sectionViewportPosition(ids.index(column)) + 10
        qtbot.mouseClick(head.viewport(), LEFT, modifier, QPoint(x, 10))

    click("percent")
    space.plan.sort_by("percent")
    assert space.plan.sorting == (("percent", False),)
    space.model.sort(ids.index("id"))
    assert space.plan.sorting == (("id", False),)
    space.plan.sort_by("float", True, further=True)
    assert space.plan.sorting == (("id", False), ("float", True))


def test_columns_are_found_by_typing_and_dressed(qtbot, space, nameless, dead_buttons):
    dialog = space.columns.ask()
    assert isinstance(dialog, ColumnDialog)
    assert not nameless(dialog)
    assert not dead_buttons(dialog)
    qtbot.keyClicks(dialog.search, "late fin")
    found = [dialog.offered.item(n).text() for n in range(dialog.offered.count())]
    assert found[:2] == ["Dates", "Late finish"]  # names that begin so come first
    fields = [dialog.offered.item(n) for n in range(dialog.offered.count())]
    names = [item.text().casefold() for item in fields if item.data(KEY)]
    assert len(names) > 5
    assert all("late" in name and "fin" in name for name in names)
    qtbot.keyClick(dialog.offered, Qt.Key.Key_Return)
    assert dialog.order()[-1] == "late_finish"
    dialog.title.clear()
    qtbot.keyClicks(dialog.title, "Latest")
    dialog.width_.setValue(130)
    dialog.move_one(-1)
    dialog.take()
    ids = space.columns.ids()
    assert ids[-2] == "late_finish"
    assert space.model.columns[-2].title == "Latest"
    assert space.table.columnWidth(len(ids) - 2) == 130
    layout = space.layouts.current()
    space.columns.show(None)
    space.columns.titles.clear()
    space.layouts.apply(layout)
    assert space.columns.ids() == ids
    assert space.model.columns[-2].title == "Latest"
    again = space.columns.ask()
    again.chosen.setCurrentRow(again.order().index("late_finish"))
    again.remove()
    again.take()
    assert "late_finish" not in space.columns.ids()


def test_a_layout_brings_filter_levels_and_marks_back(space, tmp_path):
    space.take_filter(read_filter('[Total float] <= "{Most=5}"', space.plan.columns), True)
    space.plan.sort_by_all([("finish", True), ("id", False)])
    space.group_by("status", "critical")
    wanted = space.layouts.current()
    space.layouts.export(str(tmp_path / "mine.json"))
    space.bar.critical.set_index(0)
    from planbench.services.layouts import Layout, read_layout

    space.layouts.apply(Layout())
    assert space.layouts.current() != wanted
    space.layouts.apply(read_layout(tmp_path / "mine.json")[1])
    assert space.layouts.current() == wanted
    assert space.plan.parameters == {"Most": "5"}


def test_a_filter_this_schedule_cannot_be_asked_is_told_and_left_out(qtbot, space):
    from planbench.services.layouts import Layout

    with qtbot.waitSignal(space.state.message) as told:
        space.layouts.apply(Layout(filter="[Colour] is red"))
    assert "no field “Colour”" in told.args[1]
    assert space.plan.matching == 600
