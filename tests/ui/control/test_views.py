"""Progress, cost, cash and standards in Control, as a user works with them on the sample."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from planbench.domain.times import to_datetime
from planbench.engines.control import rules
from planbench.engines.control.fiscal import FiscalCalendar
from planbench.engines.control.ledger import Rate
from planbench.engines.portfolio.register import Gate
from planbench.exchange.tables.sheets import Grid, read_xlsx, write_xlsx
from planbench.services import cost, packs, progress
from planbench.services.library import Library, user_name
from planbench.services.portfolio import sample_portfolio
from planbench.services.portfolio_library import keep_register
from planbench.services.project_settings import keep_rates
from planbench.ui.control import cash, form, standards
from planbench.ui.control import cost as cost_ui
from planbench.ui.control import progress as progress_ui
from planbench.ui.control.allocation import AllocationDialog
from planbench.ui.control.profiles import ProfilesDialog, ticks
from planbench.ui.control.workspace import CASH, COST, PROGRESS, STANDARDS, ControlWorkspace


def go(workspace: ControlWorkspace, view: int, qtbot: Any) -> None:
    workspace.view.set_index(view)
    settle(workspace, qtbot)


def settle(workspace: ControlWorkspace, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: not workspace.state.busy, timeout=60_000)


def place(workspace: ControlWorkspace) -> tuple[Library, int]:
    document = workspace.state.document
    assert document is not None
    assert document.library_project is not None
    return workspace.state.library, document.library_project


class Typed:
    """A user who fills a form and presses Keep; what was said against it is in `told`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
        self.told: list[str] = []

        def fill(dialog: form.RecordDialog) -> int:
            for key, value in values.items():
                dialog.put(key, value)
            dialog.take()
            self.told.append(dialog.banner.text() if not dialog.result() else "")
            return dialog.result()

        monkeypatch.setattr(form.RecordDialog, "exec", fill)


def shown(model: Any) -> list[list[str]]:
    return [
        [str(model.data(model.index(row, column)) or "") for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_every_view_has_names_and_no_dead_button(
    workspace: ControlWorkspace, qtbot: Any, nameless: Any, dead_buttons: Any
) -> None:
    for view in (PROGRESS, COST, CASH, STANDARDS):
        go(workspace, view, qtbot)
        assert not nameless(workspace)
        assert not dead_buttons(workspace)
        assert all(pane is not None for pane in workspace.panes())


def test_the_tables_of_cost(workspace: ControlWorkspace, qtbot: Any) -> None:
    go(workspace, COST, qtbot)
    pane = workspace.cost
    rows = []
    for index in range(len(cost_ui.TABLES)):
        pane.choice.set_index(index)
        rows.append(pane.model.rowCount())
    assert rows == [67, 31, 20, 3, 6, 25, 0]
    assert "once" in pane.nothing.text()
    pane.choice.set_index(cost_ui.LEDGER)
    assert shown(pane.model)[0][3] == "Open"
    assert shown(pane.model)[1][3] == "Locked"


def test_a_budget_change_is_written_down(
    workspace: ControlWorkspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(workspace, COST, qtbot)
    user = Typed(monkeypatch, id="CR-1", amount="1 000", reason="", date="2026-09-15")
    workspace.cost.ask_change()
    assert "reason" in user.told[0]
    Typed(monkeypatch, id="CR-1", amount="400000", reason="training", date="2026-09-15")
    workspace.cost.ask_change()
    settle(workspace, qtbot)
    assert workspace.cost.report is not None
    assert len(workspace.cost.report.log) == 4
    assert workspace.cost.report.frame is not None
    assert workspace.cost.report.frame.undistributed == 6_000_000.0


def test_budget_is_released_when_the_portfolios_gate_lets_it(
    workspace: ControlWorkspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = workspace.cost
    library, _ = place(workspace)
    held = Gate("P01", "G4b second cable", "2026-09-20", "hold")
    register = sample_portfolio()
    keep_register(library, replace(register, gates=(held,)), "hold")
    go(workspace, COST, qtbot)
    pane.choice.set_index(cost_ui.LOG)
    button = next(one for table, one in pane.tools if one.text() == "Release budget")
    said: list[str] = []
    workspace.state.message.connect(lambda _kind, words: said.append(words))
    user = Typed(monkeypatch, id="R1", amount="400000", reason="Cables", date="2026-10-05")
    button.click()
    settle(workspace, qtbot)
    assert user.told == []  # nothing is asked while the gate is closed
    assert "Gate G4b second cable is 'hold': no budget is released" in said[-1]
    assert pane.report is not None
    logged = len(pane.report.log)
    assert "G4b second cable" in pane.report.held_back
    keep_register(library, replace(register, gates=(replace(held, decision="go"),)), "go")
    button.click()
    settle(workspace, qtbot)
    assert user.told == [""]
    assert pane.report.held_back == ""
    assert len(pane.report.log) == logged + 1
    assert shown(pane.model)[-1][2:4] == ["Undistributed budget", "Control accounts"]


def test_a_reserve_an_order_and_a_lock(
    workspace: ControlWorkspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(workspace, COST, qtbot)
    user = Typed(monkeypatch, amount="99000000", date="2026-10-01", risk="R-02")
    workspace.cost.ask_move()
    assert "more is drawn" in user.told[0]
    Typed(monkeypatch, amount="790000", date="2026-10-01", risk="R-02")
    workspace.cost.ask_move()
    settle(workspace, qtbot)
    workspace.cost.choice.set_index(cost_ui.ACCOUNTS)
    workspace.cost.table.select_row(0)
    Typed(monkeypatch, id="PO-1", supplier="S", amount="5", date="2026-10-01")
    workspace.cost.ask_order()
    settle(workspace, qtbot)
    Typed(monkeypatch, period="2026-09")
    workspace.cost.ask_lock()
    settle(workspace, qtbot)
    report = workspace.cost.report
    assert report is not None
    assert report.reserves["contingency"].left == 32_000_000.0
    assert report.accounts[0].open == 5.0
    assert report.locked == "2026-09"


def test_a_ledger_is_mapped_once(
    workspace: ControlWorkspace, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(workspace, COST, qtbot)
    grid = Grid("l", ("Buchung", "KST", "Betrag"), [("2026-10", "1.1", 7.0)])
    path = tmp_path / "l.xlsx"
    path.write_bytes(write_xlsx([grid]))
    library, project = place(workspace)
    user = Typed(monkeypatch)
    workspace.cost.read_ledger(path)
    settle(workspace, qtbot)
    assert "no column is chosen" in user.told[0]
    said: list[tuple[str, str]] = []
    workspace.state.message.connect(lambda kind, told: said.append((kind, told)))
    Typed(monkeypatch, period="Buchung", account="KST", amount="Betrag")
    workspace.cost.read_ledger(path)
    settle(workspace, qtbot)
    assert said == [("info", "1 postings in 1 periods came in.")]
    assert cost.ledger_of(library, project)["2026-10"][0].amount == 7.0
    again = Typed(monkeypatch)  # the map comes back by itself
    workspace.cost.read_ledger(path)
    settle(workspace, qtbot)
    assert again.told == [""]
    workspace.cost.read_ledger(tmp_path / "none.csv")
    settle(workspace, qtbot)
    assert said[-1][0] == "error"


def test_fiscal_periods_are_the_projects(
    workspace: ControlWorkspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(workspace, COST, qtbot)
    workspace.cost.choice.set_index(cost_ui.FISCAL)
    before = workspace.cost.model.rowCount()
    user = Typed(monkeypatch, rule="listed", ends="2026-5-1")
    workspace.cost.ask_fiscal()
    assert "no date" in user.told[0]
    Typed(monkeypatch, first_month="7", rule="last weekday", weekday="4")
    workspace.cost.ask_fiscal()
    settle(workspace, qtbot)
    assert workspace.report is not None
    assert workspace.report.fiscal == FiscalCalendar(7, "last weekday")
    labels = [row[0] for row in shown(workspace.cost.model)]
    assert any(label.startswith("FY") and label.endswith("Q4") for label in labels)
    workspace.cost.fiscal.setCurrentIndex(0)
    assert workspace.cost.model.rowCount() > 2 * before
    go(workspace, CASH, qtbot)
    report = workspace.cash.report
    assert report is not None
    ends = [to_datetime(int(end) - 1) for end in report.months]
    assert {end.weekday() for end in ends if end is not None} == {4}  # all are Fridays


def test_an_order_in_another_currency(
    workspace: ControlWorkspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, project = place(workspace)
    keep_rates(library, project, (Rate("USD", 0.9), Rate("USD", 0.8, "2026-09-01")))
    go(workspace, COST, qtbot)
    user = Typed(monkeypatch, id="PO-1", amount="100", date="2026-10-05", currency="gbp")
    workspace.cost.ask_order()
    assert "no rate for GBP" in user.told[0]
    Typed(monkeypatch, id="PO-1", amount="100", date="2026-10-05", currency="usd")
    workspace.cost.ask_order()
    settle(workspace, qtbot)
    assert workspace.cost.report is not None
    order = workspace.cost.report.orders[-1]
    assert (order.amount, order.currency, order.quoted) == (80.0, "USD", 100.0)


def test_cash_under_another_scenario_and_other_terms(
    workspace: ControlWorkspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(workspace, CASH, qtbot)
    pane = workspace.cash
    assert pane.report is not None
    before = pane.report.peak
    assert shown(pane.model)[0][0] == "Q3 2024"
    pane.scenario.setCurrentIndex(2)
    pane.scenario.activated.emit(2)
    settle(workspace, qtbot)
    assert pane.report.scenario.name == "Late"
    assert pane.report.peak != before
    user = Typed(monkeypatch, retention="x")
    pane.ask_terms()
    assert "no number" in user.told[0]
    Typed(monkeypatch, advance="0", days="60")
    pane.ask_terms()
    settle(workspace, qtbot)
    assert pane.report.payment.days == 60
    assert pane.report.peak[0] < 0
    Typed(monkeypatch, name="Half a year", days="180")
    pane.ask_delay()
    settle(workspace, qtbot)
    assert pane.scenario.findText("Half a year") > 0


def test_classes_are_typed_plainly() -> None:
    assert cash._classes("3 30 15 0; 4 45") == (("3", 30, 0.15, 0.0), ("4", 45, 0.0, 0.0))


def test_from_a_variance_to_what_earned_it(workspace: ControlWorkspace, qtbot: Any) -> None:
    lines = workspace.model.lines
    row = next(n for n, line in enumerate(lines) if line.code == "NDL.4.2")
    workspace.table.row_activated.emit(row)
    settle(workspace, qtbot)
    assert workspace.view.index == PROGRESS
    pane = workspace.progress
    assert sum(line.earned for line in pane.lines) == pytest.approx(lines[row].values.ev)
    qtbot.mouseClick(pane.all, Qt.MouseButton.LeftButton)
    assert len(pane.lines) > 400


def test_progress_is_measured_approved_and_applied(
    workspace: ControlWorkspace, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(workspace, PROGRESS, qtbot)
    pane = workspace.progress
    chosen = next(n for n, line in enumerate(pane.lines) if line.code == "TS-2120")

    def choose() -> None:
        settle(workspace, qtbot)
        pane.table.select_row(chosen)

    choose()
    user = Typed(monkeypatch, technique=rules.EQUIVALENT, steps="weld 60 50; test 30 0")
    pane.ask_rule()
    assert "sum to 90" in user.told[0]
    Typed(monkeypatch, technique=rules.EQUIVALENT, steps="weld 60 50; test 40 0")
    pane.ask_rule()
    choose()
    path = tmp_path / "site.xlsx"
    pane.write_sheet(path)
    (grid,) = read_xlsx(path.read_bytes(), path.name)
    done = [list(row) for row in grid.rows]
    done[0][8] = 100.0
    path.write_bytes(write_xlsx([Grid(grid.name, grid.titles, [tuple(row) for row in done])]))
    pane.read_sheet(path)
    choose()
    assert pane.submit.isEnabled()
    qtbot.mouseClick(pane.submit, Qt.MouseButton.LeftButton)
    choose()
    assert pane.approve.isEnabled()
    me = Typed(monkeypatch, who=user_name())
    qtbot.mouseClick(pane.approve, Qt.MouseButton.LeftButton)
    assert "cannot approve it" in me.told[0]
    Typed(monkeypatch, who="Site engineer")
    qtbot.mouseClick(pane.approve, Qt.MouseButton.LeftButton)
    choose()
    assert pane.put.isEnabled()
    qtbot.mouseClick(pane.put, Qt.MouseButton.LeftButton)
    document = workspace.state.document
    assert document is not None
    row = document.schedule.row_of_code["TS-2120"]
    assert document.schedule.activities.physical_percent[row] == 60.0
    assert workspace.state.undo_stack is not None
    workspace.state.undo_stack.undo()
    assert document.schedule.activities.physical_percent[row] == 84.0
    seen: list[int] = []
    monkeypatch.setattr(
        progress_ui.TrailDialog, "exec", lambda dialog: seen.append(dialog.model.rowCount())
    )
    pane.show_trail()
    assert seen == [4]
    library, project = place(workspace)
    assert progress.measurements_of(library, project)["TS-2120"].state == rules.APPROVED


def test_a_pack_is_bound_made_and_tightened(
    workspace: ControlWorkspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(workspace, STANDARDS, qtbot)
    pane = workspace.standards
    assert pane.model.rowCount() == 0
    qtbot.mouseClick(pane.bind, Qt.MouseButton.LeftButton)
    settle(workspace, qtbot)
    kinds = [row[0] for row in shown(pane.model)]
    assert kinds.count(standards.KINDS["code"]) == 3
    assert kinds.count(standards.KINDS["check"]) == 2  # its two rulesets were not run yet
    assert len(kinds) == 5
    states = [row[4] for row in shown(pane.kpi_model)]
    assert set(states) <= set(standards.STATES.values())
    Typed(monkeypatch, **{"cpi red": "0.99"})
    pane.ask_limits()
    settle(workspace, qtbot)
    assert pane.pack.count() == 3  # two versions, and none
    library, project = place(workspace)
    bound = packs.bound(library, project)
    assert bound is not None
    assert bound.version == 1  # a new version changes no project by itself
    Typed(monkeypatch, id="own", title="Own", depth="2")
    pane.ask_make()
    settle(workspace, qtbot)
    assert packs.bound(library, project) == packs.packs_of(library)[-1]
    assert {row[0] for row in shown(pane.model)} == {standards.KINDS["check"]}
    asked: list[Any] = []

    def ticked(dialog: ProfilesDialog) -> None:
        asked.append(dialog)
        for part in (dialog.checks, dialog.reports):
            for row in range(part.count()):
                part.item(row).setCheckState(Qt.CheckState.Unchecked)
        dialog.reports.item(0).setCheckState(Qt.CheckState.Checked)
        dialog.take()

    monkeypatch.setattr(ProfilesDialog, "exec", ticked)
    qtbot.mouseClick(pane.profiles, Qt.MouseButton.LeftButton)
    settle(workspace, qtbot)
    bare = packs.packs_of(library)[-1]
    assert (bare.checks, bare.reports) == ((), (ticks(asked[0].reports)[0],))
    pane.pack.setCurrentIndex(packs.packs_of(library).index(bare))
    pane.pack.activated.emit(pane.pack.currentIndex())
    qtbot.mouseClick(pane.bind, Qt.MouseButton.LeftButton)
    settle(workspace, qtbot)
    assert "complies" in pane.nothing.text()
    pane.pack.setCurrentIndex(pane.pack.count() - 1)
    pane.pack.activated.emit(pane.pack.currentIndex())
    qtbot.mouseClick(pane.bind, Qt.MouseButton.LeftButton)
    settle(workspace, qtbot)
    assert packs.bound(library, project) is None


def test_allocation_rules_are_written_and_kept(
    workspace: ControlWorkspace, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(workspace, COST, qtbot)
    told: list[str] = []

    def write(dialog: AllocationDialog) -> None:
        dialog.text.setPlainText("wbs NORDLYS = 1.1 60")
        dialog.take()
        told.append(dialog.banner.text())
        dialog.text.setPlainText("activity TS-2120 = 1.1 60, 2.1 40")
        dialog.take()

    monkeypatch.setattr(AllocationDialog, "exec", write)
    workspace.cost.choice.set_index(cost_ui.MATRIX)
    button = next(one for _, one in workspace.cost.tools if one.text() == "Allocation")
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settle(workspace, qtbot)
    assert "sum to 60" in told[0]
    assert workspace.cost.report is not None
    assert [one.key for one in workspace.cost.report.rules] == ["TS-2120"]
