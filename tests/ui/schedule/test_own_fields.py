"""Own fields as a user makes and fills them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from planbench.services.assigning import edit_cells
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.ui.schedule.ownfields import OwnFieldsDialog
from planbench.ui.schedule.workspace import ScheduleWorkspace
from planbench.ui.session import Session


@pytest.fixture
def bench(opened, session: Session, document: Document) -> ScheduleWorkspace:
    library: Library = session.library
    update = library.open_update(library.add_schedule(document.schedule, label="Update 3"))
    update.cpm = document.cpm
    return opened(update)


def test_a_field_is_made_filled_grouped_by_and_kept(qtbot, session, bench):
    document = session.state.document
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(bench.table, Qt.Key.Key_U, keys)
    dialog = bench.findChild(OwnFieldsDialog)
    qtbot.keyClicks(dialog.name, "Finish")
    qtbot.mouseClick(dialog.add, Qt.MouseButton.LeftButton)
    assert "already" in dialog.error.text()
    dialog.name.clear()
    qtbot.keyClicks(dialog.name, "Owner")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert bench.columns.ids()[-1] == "own:Owner"
    dialog.accept()

    rows = [int(bench.plan.activity_of(node)) for node in bench.plan.rows.nodes.tolist()]
    shown = next(place for place, row in enumerate(rows) if row >= 0)
    bench.select_node(int(bench.plan.rows.nodes[shown]))
    column = len(bench.columns.ids()) - 1
    bench.table.setCurrentIndex(bench.model.index(shown, column))
    qtbot.keyClick(bench.table, Qt.Key.Key_F2)
    qtbot.keyClicks(bench.desk.editor.field, "Miller")
    qtbot.keyClick(bench.desk.editor.field, Qt.Key.Key_Return)
    assert document.own_fields[0].values == {
        str(document.schedule.activities.code[rows[shown]]): "Miller"
    }
    assert session.undo_label("undo").startswith("Set Owner of")
    assert document.update_label == "Update 3"  # the schedule is what it was
    assert bench.what_if.isHidden()
    bench.group_by("own:Owner")
    assert bench.plan.outline.bands == 2
    for text, bands in (("Smith", 3), ("Miller", 2)):
        bench.desk.push(edit_cells(document, [rows[shown + 1]], "own:Owner", text).command)
        assert bench.plan.outline.bands == bands
    session.undo()
    session.undo()

    dialog = bench.columns.ask()
    assert "own:Owner" in dialog.order()
    dialog.reject()
    qtbot.waitUntil(lambda: not session.state.busy)
    assert session.library.open_update(document.update).own_fields == document.own_fields
    session.undo()
    assert document.own_fields[0].values == {}
    qtbot.waitUntil(lambda: not session.state.busy)
    assert session.library.open_update(document.update).own_fields == document.own_fields


def test_a_renamed_field_stays_where_its_column_is(qtbot, session, bench):
    dialog = OwnFieldsDialog(bench)
    dialog.show()
    for name in ("A", "B"):
        dialog.name.setText(name)
        dialog.add.click()
    dialog.table.setCurrentIndex(dialog.lines.index(0, 0))
    dialog.name.setText("Zone")
    dialog.rename.click()
    assert bench.columns.ids()[-2:] == ["own:Zone", "own:B"]
    dialog.table.setCurrentIndex(dialog.lines.index(1, 0))
    dialog.delete.click()
    assert bench.columns.ids()[-1] == "own:Zone"
    assert [one.name for one in session.state.document.own_fields] == ["Zone"]
