"""The register as a user meets it: adding, editing, filtering, the heat map, Excel, the run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from planbench.engines.register.entry import Exposure, RiskAction, RiskEntry, Three
from planbench.services.document import Document
from planbench.services.findings import load_review
from planbench.services.register import Register, export_register
from planbench.ui import text
from planbench.ui.register.bowtie import BowTie, left_words
from planbench.ui.register.dialogs import RiskDialog, ScalesDialog
from planbench.ui.register.heatmap import BEFORE, HeatMap
from planbench.ui.register.mapping import MappingDialog
from planbench.ui.register.model import chip_words, places
from planbench.ui.risk.workspace import RiskWorkspace
from planbench.ui.state import AppState


@pytest.fixture
def document(small_document: Document) -> Document:
    return small_document


@pytest.fixture
def state(library_state: AppState) -> AppState:
    return library_state


@pytest.fixture
def workspace(risk_workspace: RiskWorkspace) -> RiskWorkspace:
    risk_workspace.go_to(1)
    return risk_workspace


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
    dialog.finder.kind.setCurrentIndex(3)
    dialog.finder.value.setText(calendar)
    dialog.finder.button.click()
    mine = document.schedule.activities.calendar == 0
    assert set(document.schedule.activities.code[mine].tolist()) <= set(dialog._codes())
    dialog.finder.value.setText("no such calendar")
    dialog.finder.button.click()
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


def test_the_tree_is_edited_and_adds_up(workspace, document, state) -> None:
    view = workspace.register_view
    put(workspace, late(document), replace(late(document, "R-02", 3.0), category="Yard / Steel"))
    view.show_view(3)
    tree = view.tree

    def nodes() -> list[str]:
        return [node.name for node, entry in tree.model.lines if entry is None]

    assert nodes() == ["Supply", "Yard", "Steel"]
    days = tree.model.columns[2].values
    assert days[0] == text.number(0.4 * (15 + 30 + 60) / 3, 1)
    assert tree.add("Weather", ())
    assert nodes() == ["Supply", "Yard", "Steel", "Weather"]
    assert tree.rename(("Yard",), "Factory")
    assert view.register.find("R-02").category == "Factory / Steel"
    assert tree.move_to(view.register.find("R-01"), ("Weather",))
    assert view.register.find("R-01").category == "Weather"
    said = []
    state.message.connect(lambda kind, words: said.append(words))
    assert not tree.rename(("Factory",), "a/b")
    assert "without dots" in said[-1]
    assert not tree.move_to(("Factory",), ("Factory", "Steel"))
    rows = [k for k, (node, entry) in enumerate(tree.model.lines) if node.name == "Steel"]
    tree.table.select_row(rows[0])
    tree.remove()
    assert view.register.find("R-02").category == "Factory"
    again = Register(state.library, document.library_project)
    assert again.nodes == view.register.nodes
    assert ("Weather",) in again.nodes
    tree.fold(next(k for k, (n, e) in enumerate(tree.model.lines) if n.name == "Weather"))
    assert not any(e is not None and e.id == "R-01" for _, e in tree.model.lines)


def test_windows_and_top_ten(workspace, document, qtbot) -> None:
    view = workspace.register_view
    first = replace(late(document), proximity_from="2027-01-01", proximity_to="2027-02-01")
    second = replace(late(document, "R-02", 90.0), proximity_from="2026-12-01")
    put(workspace, first, second, late(document, "R-03", 1.0))
    view.show_view(4)
    windows = view.windows
    assert [strip.entry.id for strip in windows.strips if strip.given] == ["R-02", "R-01"]
    loose = next(strip for strip in windows.strips if not strip.given)
    row = document.schedule.row_of_code[first.activities[0]]
    assert loose.start == document.cpm.start[row]
    place = [strip.entry.id for strip in windows.strips].index("R-01")
    area = windows._area(place)
    qtbot.mouseClick(windows.viewport(), Qt.MouseButton.LeftButton, pos=area.center().toPoint())
    assert view.side.name.text().startswith("R-01")
    qtbot.keyClick(windows, Qt.Key.Key_Home)
    assert view.side.name.text().startswith(windows.strips[0].entry.id)
    assert windows.grab().size().width() > 100  # it can be painted
    view.show_view(1)
    shown = [view.table_model.source(k) for k in range(view.table_model.rowCount())]
    assert [view.register.entries[k].id for k in shown] == ["R-02", "R-01", "R-03"]
    view.show_view(2)
    assert view.actions_model.rowCount() == 3
    assert "owner" in view.actions_model.links[0].finding


def test_a_risk_is_mapped_by_drawing(workspace, document, state, qtbot) -> None:
    view = workspace.register_view
    put(workspace, replace(late(document), activities=()))
    entry = view.register.find("R-01")
    dialog = MappingDialog(state, document, workspace._model, view.register, entry, view)
    qtbot.addWidget(dialog)
    dialog.show()
    gantt = dialog.gantt
    nodes = gantt.plan.rows.nodes[:14]
    bars = [node for node in nodes if gantt.plan.activity_of(int(node)) >= 0][:3]
    places = [int(np.flatnonzero(nodes == node)[0]) for node in bars]
    ends = gantt.time.x(np.array([gantt.plan.facts.start[bars], gantt.plan.facts.finish[bars]]))
    high = gantt.metrics.row
    start = QPoint(int(ends.min()) - 2, places[0] * high + 2)
    stop = QPoint(int(ends.max()) + 2, places[-1] * high + high - 2)
    surface = gantt.viewport()
    qtbot.mousePress(surface, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(surface, stop)
    qtbot.mouseRelease(surface, Qt.MouseButton.LeftButton, pos=stop)
    codes = [str(document.schedule.activities.code[gantt.plan.activity_of(int(n))]) for n in bars]
    assert set(codes) <= set(dialog.codes)
    assert codes[0] in dialog.told.text()
    middle = QPoint(int(ends[:, 1].mean()), places[1] * high + high // 2)
    qtbot.mouseClick(surface, Qt.MouseButton.LeftButton, pos=middle)  # turns it over
    assert codes[1] not in dialog.codes
    qtbot.mousePress(surface, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, start)
    qtbot.mouseRelease(
        surface, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, stop
    )
    assert not set(codes) & set(dialog.codes)
    dialog.finder.kind.setCurrentIndex(4)
    dialog.finder.value.setText("[Total float] < 1")
    dialog.finder.button.click()
    assert dialog.codes
    dialog._warn()
    dialog.keep()
    assert set(dialog.made.activities) == set(dialog.codes)


def test_a_double_count_is_told_while_mapping(workspace, document, state, qtbot) -> None:
    view = workspace.register_view
    one = late(document, days=8.0)
    put(workspace, one, replace(one, id="R-02", activities=()))
    entry = view.register.find("R-02")
    dialog = MappingDialog(state, document, workspace._model, view.register, entry, view)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.put(list(one.activities), True)
    qtbot.waitUntil(lambda: "same cause" in dialog.double.text(), timeout=20_000)


def test_findings_on_actions_reach_quality(workspace, document, state, qtbot) -> None:
    with qtbot.waitSignal(state.review_changed, timeout=60_000):
        put(workspace, late(document))
    review = load_review(state.library, document.library_project)
    rules = {finding.rule for finding in review.findings.values()}
    assert {"action-owner", "action-budget", "action-baseline"} <= rules


def test_the_bow_tie_names_controls(themed, document, qtbot) -> None:
    tie = BowTie()
    qtbot.addWidget(tie)
    entry = late(document)
    actions = (
        RiskAction("Second source", works=0.5),
        RiskAction("Air freight", side="eases", works=0.25),
    )
    entry = replace(entry, actions=actions)
    tie.show_entry(entry, Register().matrix)
    assert "Second source, works by 50" in tie.accessibleName()
    assert left_words(entry).startswith("As judged, the controls leave 20")
    assert "22.5 of 30.0 d" in left_words(entry)
    assert tie.grab().width() > 10
