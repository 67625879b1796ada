"""A whole workshop as a user: cards, voices, agreement, dissent, undo, projector, minutes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QMenu

from planbench.domain.times import DAY
from planbench.engines.register.entry import Exposure, RiskEntry, Three
from planbench.engines.risk.distributions import distribution
from planbench.services import workshop as steps
from planbench.services.document import Document
from planbench.ui import text
from planbench.ui.risk.voices import density, ticks
from planbench.ui.risk.workshop import WorkshopView
from planbench.ui.risk.workshop_log import LogDialog
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
    risk_workspace.go_to(2)
    return risk_workspace


@pytest.fixture
def view(workspace, qtbot) -> WorkshopView:
    made = workspace.workshop
    made.start()
    still(qtbot, made)
    return made


def still(qtbot, view: WorkshopView) -> None:
    """Until the preview is there."""
    qtbot.waitUntil(lambda: view.preview is not None and not view.state.busy, timeout=120_000)


def answer(qtbot, view: WorkshopView, *values: float) -> None:
    """Type worst, best and likely as one does, with Tab between them."""
    for (key, _, _), value in zip(
        (("worst", 0, 0), ("best", 0, 0), ("likely", 0, 0)), values, strict=True
    ):
        view.answers[key].clear()
        qtbot.keyClicks(view.answers[key], f"{value:g}")


def plan(view: WorkshopView, document: Document) -> float:
    return steps.plan_days(document, view.session.card.code)


def test_nothing_has_begun(workspace, nameless, dead_buttons) -> None:
    assert workspace.workshop.pages.currentIndex() == 0
    assert not workspace.workshop.minutes_button.isEnabled()
    assert nameless(workspace.workshop) == []
    assert dead_buttons(workspace.workshop) == []


def test_a_whole_workshop(workspace, view, document, state, qtbot, monkeypatch, tmp_path) -> None:
    assert view.pages.currentIndex() == 1
    first = view.session.card
    row = document.schedule.row_of_code[first.code]
    assert document.cpm.longest_path[row]
    start = view.preview.p80
    long = plan(view, document)
    # two voices by keys: V asks who and why
    told = iter(
        [("Ann", True), ("fog", True), ("Ben", True), ("", True), ("Cid", True), ("", True)]
    )
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: next(told))
    for factor in (2.0, 2.2, 6.0):
        answer(qtbot, view, long * factor, long * 0.8, long * 1.1)
        qtbot.keyClick(view.answers["worst"], Qt.Key.Key_V)
    assert [one.who for one in view.session.card.opinions] == ["Ann", "Ben", "Cid"]
    assert view.session.card.opinions[0].why == "fog"
    assert "Outlier: Cid" in view.page.middle.text()
    view.hide_names.setChecked(True)
    assert "Cid" not in view.page.middle.text()
    assert "Ann" not in view.page.voices.accessibleName()
    # the middle is agreed on with Enter; the preview tells the shift
    qtbot.keyClick(view.answers["likely"], Qt.Key.Key_M)
    assert float(view.answers["worst"].text()) == pytest.approx(long * 2.2)
    qtbot.keyClick(view.answers["likely"], Qt.Key.Key_Return)
    still(qtbot, view)
    assert view.session.card.agreed is not None
    assert view.preview.p80 > start
    days = round((view.preview.p80 - start) / DAY)
    assert text.long_date(view.preview.p80) == view.page.date.text()
    assert str(days) in view.page.shift.text()
    assert "later" in view.page.shift.text()
    ranges = [r for r in workspace._model.uncertainty if r.where.ids == (first.code,)]
    assert len(ranges) == 1
    for percent, key in ((0.1, "best"), (0.9, "worst")):
        got = float(ranges[0].distribution.quantile(percent)[0])
        assert got == pytest.approx(getattr(view.session.card.agreed, key), rel=1e-3)
    # dissent, the next card, parking it
    view.dissent("Cid: too short")
    assert "too short" in view.page.about.text()
    qtbot.keyClick(view.answers["worst"], Qt.Key.Key_N)
    assert view.session.at == 1
    qtbot.keyClick(view.answers["worst"], Qt.Key.Key_K)
    assert view.session.at == 2
    assert view.page.parking.text() == "Parking lot 1"
    # the shelf, and the state in the comparison of the results
    view.shelf_button.click()
    assert "P80" in view.page.shelf.text()
    assert any(name.startswith("Workshop A") for name in workspace.scenarios.kept)
    # minutes both ways
    view.papers.write_minutes(tmp_path / "m.html")
    page = (tmp_path / "m.html").read_text("utf-8")
    for words in (first.name, "too short", "Voice 3", text.long_date(view.preview.p80), "fog"):
        assert words in page, words
    assert "Cid says" not in page
    view.hide_names.setChecked(False)
    view.papers.write_minutes(tmp_path / "m.docx")
    from docx import Document as Docx

    word = Docx(str(tmp_path / "m.docx"))
    cells = [cell.text for table in word.tables for line in table.rows for cell in line.cells]
    assert "Ann" in cells
    # what was done stays with the project
    again = steps.kept_session(state.library, document.library_project)
    assert again == view.session


def test_a_step_is_taken_back_in_the_model_too(workspace, view, document, qtbot) -> None:
    before = workspace._model
    start = view.preview.p80
    long = plan(view, document)
    answer(qtbot, view, long * 4, long, long * 2)
    view.agree()
    still(qtbot, view)
    assert view.preview.p80 > start
    view.undo()
    still(qtbot, view)
    qtbot.waitUntil(lambda: view.preview.p80 == start, timeout=60_000)
    assert view.session.card.agreed is None
    assert workspace._model.uncertainty == before.uncertainty


def test_wrong_answers_are_told(view, qtbot) -> None:
    answer(qtbot, view, 5, 9, 7)
    view.agree()
    assert "must rise" in view.page.banner.text()
    view.answers["best"].clear()
    view.agree()
    assert "all three" in view.page.banner.text()
    view._step(lambda s: steps.dissented(s, " "))
    assert "needs words" in view.page.banner.text()
    assert view.session.card.agreed is None


def test_the_projector_shows_it_and_gives_it_back(workspace, view) -> None:
    view.present_button.click()
    assert view.isWindow()
    assert workspace.sides.count() == 2
    view.leave()
    assert workspace.sides.currentWidget() is view
    assert not view.isWindow()


def test_sheets_go_out_empty_and_come_back_filled(view, state, tmp_path) -> None:
    from openpyxl import load_workbook

    path = tmp_path / "sheet.xlsx"
    steps.write_sheets(view.session, path)
    book = load_workbook(path)
    sheet = book["interview"]
    codes = [cell.value for cell in sheet["A"][1:]]
    assert codes == [card.code for card in view.session.cards]
    assert all(cell.value is None for cell in sheet["C"][1:])
    book["about"]["B2"] = "Dora"
    sheet["C2"], sheet["D2"], sheet["E2"], sheet["F2"] = 20, 5, 9, "steel"
    sheet["C3"] = 7
    sheet["C4"], sheet["D4"], sheet["E4"] = 1, 5, 9
    sheet["C5"], sheet["D5"], sheet["E5"] = "soon", 5, 9
    book.save(path)
    said = []
    state.message.connect(lambda kind, words: said.append((kind, words)))
    view.papers.take([path])
    (opinion,) = view.session.cards[0].opinions
    assert opinion == steps.Opinion("Dora", 20, 5, 9, "steel")
    assert sum(len(card.opinions) for card in view.session.cards) == 1
    assert said[-1][0] == "warning"
    assert "3 rows refused" in said[-1][1]


def test_the_shape_is_the_density_of_the_law() -> None:
    law = distribution("triangular", {"low": 0, "mode": 10, "high": 20})
    at, height = density(law)
    assert at[np.argmax(height)] == pytest.approx(10, abs=0.5)
    inside = (at > 2) & (at < 8)
    slope = np.polyfit(at[inside], height[inside], 1)
    assert np.corrcoef(at[inside], height[inside])[0, 1] > 0.999
    assert slope[0] > 0
    assert ticks(0, 100) == [0, 20, 40, 60, 80, 100]


def test_risks_are_left_out_and_actions_taken(workspace, view, document, qtbot) -> None:
    """Toggles of what is shown: without a risk, after actions; the register stays as it is."""
    row = int(np.flatnonzero(document.cpm.longest_path)[-2])
    risk = RiskEntry(
        "R-01",
        "Late delivery",
        activities=(str(document.schedule.activities.code[row]),),
        before=Exposure(1.0, Three(30, 40, 50)),
        after=Exposure(1.0, Three(5, 6, 7)),
    )
    register = workspace.register_view
    register._keep(lambda: register.register.put([risk], "test"))
    workspace.go_to(2)
    view.run()
    still(qtbot, view)
    qtbot.waitUntil(lambda: view.preview.result.finish.mean() > 0, timeout=60_000)
    with_risk = view.preview.p80
    menu = QMenu()
    (action,) = view.menus.risk_actions(menu)
    assert action.isChecked()
    action.setChecked(False)
    qtbot.waitUntil(lambda: view.preview.p80 < with_risk, timeout=60_000)
    assert "without R-01" in view._state_words()
    assert "earlier" in view.page.shift.text()
    none = view.preview.p80
    action.setChecked(True)
    qtbot.waitUntil(lambda: view.preview.p80 == with_risk, timeout=60_000)
    qtbot.keyClick(view.answers["worst"], Qt.Key.Key_A)
    qtbot.waitUntil(lambda: none < view.preview.p80 < with_risk, timeout=60_000)
    assert register.register.find("R-01") == risk


def test_a_kept_state_is_gone_back_to(workspace, view, document, qtbot) -> None:
    view.shelf_button.click()
    long, start = plan(view, document), view.preview.p80
    answer(qtbot, view, long * 4, long, long * 2)
    view.agree()
    qtbot.waitUntil(lambda: view.preview.p80 > start, timeout=60_000)
    view.shelf_button.click()
    assert [one.letter for one in view.page.shelf.kept] == ["A", "B"]
    days = round((view.preview.p80 - start) / DAY)
    assert f"{text.signed(-days)} d" in view.page.shelf.lines[0].text()
    assert "as now" in view.page.shelf.lines[1].text()
    view.page.shelf.wanted.emit(view.page.shelf.kept[0])
    qtbot.waitUntil(lambda: view.preview.p80 == start, timeout=60_000)
    assert view.session.card.agreed is None
    assert "went back to the ranges of A" in view.session.log[-1]
    view.undo()
    qtbot.waitUntil(lambda: view.preview.p80 > start, timeout=60_000)


def test_the_log_and_the_parking_lot_can_be_looked_at(view, document, qtbot) -> None:
    long = plan(view, document)
    answer(qtbot, view, long * 4, long, long * 2)
    view.voice("Ann", "fog")
    view.hide_names.setChecked(True)
    view.show_log()
    (dialog,) = view.findChildren(LogDialog)
    what = dialog.model.columns[2].values
    assert what[0].startswith("Voice 1 says")
    dialog.accept()
    code = view.session.card.code
    qtbot.keyClick(view.answers["worst"], Qt.Key.Key_K)
    qtbot.keyClick(view.answers["worst"], Qt.Key.Key_N)
    menu = QMenu()
    view.menus.parking_actions(menu)
    menu.actions()[0].trigger()
    assert view.session.card.code == code
    assert "/" in view.page.clock.text()


def test_the_projector_is_a_window_of_its_own(workspace, view, document, qtbot) -> None:
    long = plan(view, document)
    answer(qtbot, view, long * 4, long, long * 2)
    view.voice("Ann", "fog")
    answer(qtbot, view, long * 5, long, long * 2)
    qtbot.keyClick(view.answers["worst"], Qt.Key.Key_F12)
    projector = view.projector
    assert projector.isWindow()
    assert workspace.sides.currentWidget() is view  # the facilitator's window stays
    assert projector.name.text() == view.session.card.name
    assert projector.values["worst"].text() == f"{long * 5:g} d"
    assert "Ann" not in projector.voices.accessibleName()
    view.agree()
    qtbot.waitUntil(lambda: projector.shift.text() == view.page.shift.text() != " ", timeout=60_000)
    assert projector.date.text() == view.page.date.text()
    qtbot.keyClick(projector, Qt.Key.Key_Escape)
    assert view.projector is None


def test_a_preview_takes_less_than_a_second_and_says_so(view, document, qtbot) -> None:
    """Its words are those of a delta card; the time is told, not asserted."""
    long = plan(view, document)
    answer(qtbot, view, long * 4, long, long * 2)
    view.agree()
    still(qtbot, view)
    qtbot.waitUntil(lambda: view.preview.shift > 0, timeout=60_000)
    days = round(view.preview.shift / DAY)
    assert f"P80 +{days} d \u00b1" in view.page.ran.text()
    assert "4\u202f096 runs in" in view.page.ran.text()
