"""The register as a user meets it: adding, editing, filtering, the heat map, Excel, the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.register.entry import Exposure, RiskAction, RiskEntry, Three
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.register import Register, export_register
from planbench.services.scheduling import recalculate
from planbench.ui.register.dialogs import RiskDialog, ScalesDialog
from planbench.ui.register.heatmap import BEFORE, HeatMap
from planbench.ui.register.model import chip_words, places
from planbench.ui.risk.workspace import RiskWorkspace
from planbench.ui.state import AppState


@pytest.fixture
def document() -> Document:
    made = Document(synthetic_schedule(80, 160, 3), risk_reason="a test")
    recalculate(made)
    return made


@pytest.fixture
def state(themed, document, tmp_path: Path) -> Iterator[AppState]:
    made = AppState()
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as library:
        made.library = library
        document.library_project = library.new_project("P", "Project")
        yield made
        made.close()


@pytest.fixture
def workspace(state, document, qtbot) -> RiskWorkspace:
    made = RiskWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1700, 900)
    made.show()
    state.open_document(document)
    made.side.set_index(1)
    made.go_to(1)
    return made


def late(document: Document, code: str = "R-01", days: float = 30.0) -> RiskEntry:
    row = int(np.flatnonzero(document.cpm.longest_path)[-2])
    return RiskEntry(
        code,
        "Transformer arrives late",
        category="Supply",
        activities=(str(document.schedule.activities.code[row]),),
        before=Exposure(0.4, Three(days / 2, days, days * 2)),
        after=Exposure(0.1, Three(1, 2, 3)),
        actions=(RiskAction("Second source", cost=100.0, due="2020-01-01"),),
    )


def put(workspace: RiskWorkspace, *entries: RiskEntry) -> None:
    view = workspace.register_view
    view._keep(lambda: view.register.put(entries, "test"))


def test_an_empty_register_says_how_to_begin(workspace, nameless, dead_buttons) -> None:
    view = workspace.register_view
    assert view.pages.currentIndex() == 0
    assert view.new_button.isVisible()
    assert not workspace.run_button.isVisible()
    assert nameless(view) == []
    assert dead_buttons(view) == []


def test_a_risk_is_typed_and_kept(workspace, document, qtbot, state) -> None:
    wanted = late(document)
    dialog = RiskDialog(RiskEntry("R-01", ""), document.schedule, set())
    qtbot.addWidget(dialog)
    dialog.keep()
    assert dialog.made is None
    assert "title" in dialog.banner.text()
    typed = {
        "title": wanted.title,
        "category": "Supply",
        "activities": wanted.activities[0],
        "before_p": "40 %",
        "before_days_low": "15",
        "before_days_mode": "30",
        "before_days_high": "60",
        "after_p": "10",
        "after_days_low": "1",
        "after_days_mode": "2",
        "after_days_high": "3",
    }
    for key, words in typed.items():
        dialog.fields[key].setText(words)
    dialog.add_action()
    table = dialog.steps
    for column, words in ((0, "Second source"), (4, "100"), (5, "2020-01-01")):
        assert table.setData(table.index(0, column), words, Qt.ItemDataRole.EditRole)
    assert not table.setData(table.index(0, 6), "odd", Qt.ItemDataRole.EditRole)
    dialog.keep()
    assert dialog.made == wanted
    dialog.fields["activities"].setText("nowhere")
    dialog.made = None
    dialog.keep()
    assert dialog.made is None
    assert "nowhere" in dialog.banner.text()


def test_a_filter_maps_activities(document, qtbot, themed) -> None:
    dialog = RiskDialog(late(document), document.schedule, set())
    qtbot.addWidget(dialog)
    calendar = document.schedule.calendars[0].name
    dialog.filter_kind.setCurrentIndex(3)
    dialog.filter_value.setText(calendar)
    dialog.add_mapped.click()
    mine = document.schedule.activities.calendar == 0
    assert set(document.schedule.activities.code[mine].tolist()) <= set(dialog._codes())
    dialog.filter_value.setText("no such calendar")
    dialog.add_mapped.click()
    assert "no such calendar" in dialog.banner.text()


def test_the_list_filters_and_the_map_counts(workspace, document, qtbot) -> None:
    view = workspace.register_view
    put(workspace, late(document), late(document, "R-02", 3.0))
    assert view.table_model.rowCount() == 2
    view.search.setText("r-02")
    assert view.table_model.rowCount() == 1
    view.search.clear()
    view.mode.set_index(BEFORE)
    view._show_map()
    place = places(view.register.entries[0], view.register.matrix)[0]
    assert [entry.id for entry in view.map.inside(place)] == ["R-01"]
    assert "R-01" in view.map.words(place)
    assert chip_words(place) == "4\u00b73"
    middle = view.map.rect_of(place).center()
    qtbot.mouseClick(view.map, Qt.MouseButton.LeftButton, pos=middle.toPoint())
    assert view.table_model.rowCount() == 1
    qtbot.keyClick(view.map, Qt.Key.Key_Escape)
    assert view.table_model.rowCount() == 2


def test_closing_a_risk_takes_it_out_of_the_model(workspace, document, state) -> None:
    view = workspace.register_view
    put(workspace, late(document))
    assert [risk.id for risk in workspace._whole_model().risks] == ["R-01"]
    view._toggle(0)
    assert view.register.entries[0].status == "closed"
    assert workspace._whole_model().risks == ()
    again = Register(state.library, document.library_project)
    assert again.entries[0].status == "closed"
    assert "status closed" in view.notes["History"].text()
    view.remove()
    assert view.register.entries == ()


def test_actions_are_weighed_and_held_against_the_baseline(workspace, document, qtbot) -> None:
    view = workspace.register_view
    put(workspace, late(document))
    assert "no activity of the baseline" in view.notes["Actions"].text()
    assert "overdue" in view.notes["Actions"].text()
    view.weigh()
    qtbot.waitUntil(lambda: "Alone it buys +" in view.notes["Actions"].text(), timeout=120_000)
    assert "for 100" in view.notes["Actions"].text()


def test_a_run_takes_the_register(workspace, document, state, qtbot) -> None:
    put(workspace, late(document))
    workspace.shelf.iterations.setText("1024")
    with qtbot.waitSignal(state.result_changed, timeout=240_000):
        workspace.run()
    assert [effect.id for effect in document.risk.effects] == ["R-01"]
    assert document.risk.effects[0].gain > 0
    assert workspace.register_view.table_model._effects["R-01"] is document.risk.effects[0]


def test_a_workbook_is_taken_and_refused_rows_are_told(
    workspace, document, state, tmp_path
) -> None:
    other = Register()
    other.put([late(document, "R-07")], "x")
    export_register(other, tmp_path / "r.xlsx")
    said = []
    state.message.connect(lambda kind, words: said.append((kind, words)))
    workspace.register_view.take_file(tmp_path / "r.xlsx")
    assert workspace.register_view.register.find("R-07") == late(document, "R-07")
    assert said == [("info", "1 risk taken from r.xlsx")]
    (tmp_path / "bad.xlsx").write_bytes(b"nothing")
    workspace.register_view.take_file(tmp_path / "bad.xlsx")
    assert said[-1][0] == "error"


def test_scales_are_edited(workspace, qtbot) -> None:
    matrix = workspace.register_view.register.matrix
    dialog = ScalesDialog(matrix)
    qtbot.addWidget(dialog)
    dialog.bounds["delay"].setText("1; 2; 3; 4")
    dialog.rows[0].setText("5 5 5 5 5")
    dialog.keep()
    assert dialog.made is not None
    assert dialog.made.delay.bounds == (1, 2, 3, 4)
    assert dialog.made.cells[-1] == (4,) * 5
    dialog.names["delay"].setText("a; b")
    dialog.made = None
    dialog.keep()
    assert dialog.made is None
    assert "3 to 10" in dialog.banner.text()
    dialog.names["delay"].setText("a; b; c")
    dialog.bounds["delay"].setText("1; 2")
    dialog.names["cost"].setText("a; b; c")
    dialog.bounds["cost"].setText("1; 2")
    dialog.keep()
    assert len(dialog.made.cells[0]) == 3


def test_the_map_is_walked_by_keys(themed, document, qtbot) -> None:
    heat = HeatMap()
    qtbot.addWidget(heat)
    heat.resize(400, 300)
    matrix = Register().matrix
    heat.show_entries([late(document)], matrix, BEFORE)
    heat.show()
    chosen = []
    heat.cell_chosen.connect(lambda row, column: chosen.append((row, column)))
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(heat, key)
    qtbot.keyClick(heat, Qt.Key.Key_Return)
    assert chosen == [(0, 2)]
