"""The Portfolio workspace as a user meets it, on the sample portfolio and on one of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from planbench.engines.portfolio.capacity import as_asked
from planbench.services.library import Library
from planbench.services.portfolio import check_plan, sample_portfolio, save_portfolio
from planbench.services.portfolio_library import kept_register, targets
from planbench.services.portfolio_scenarios import scenarios
from planbench.ui.portfolio.decisions import WATERLINE
from planbench.ui.portfolio.roadmap import bar_words
from planbench.ui.portfolio.workspace import PortfolioWorkspace
from planbench.ui.state import AppState


@pytest.fixture
def state(themed) -> Iterator[AppState]:
    made = AppState()
    yield made
    made.close()


@pytest.fixture
def workspace(state, qtbot) -> PortfolioWorkspace:
    made = PortfolioWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1840, 940)
    made.show()
    return made


@pytest.fixture
def sample(workspace, state, qtbot) -> PortfolioWorkspace:
    """The workspace with the sample portfolio, solved and studied."""
    workspace.desk.open_sample()
    still(state, qtbot)
    return workspace


@pytest.fixture
def library(tmp_path, state) -> Iterator[Library]:
    made = Library.open(tmp_path / "own.planbench")
    state.library = made
    yield made
    made.close()


def still(state, qtbot) -> None:
    qtbot.waitUntil(lambda: not state.busy, timeout=60_000)


def test_it_teaches_when_empty_and_opens_the_sample_in_one_click(
    workspace, state, qtbot, nameless
) -> None:
    assert workspace._pages.currentIndex() == 0
    assert not workspace.solve_button.isEnabled()
    from planbench.ui.widgets import Button

    button = next(b for b in workspace.empty.findChildren(Button) if b.text() == "Open the sample")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    still(state, qtbot)
    assert workspace._pages.currentIndex() == 1
    assert "sample" in workspace.banner.text()
    for name in workspace.view_names():
        workspace.show_view(name)
        assert nameless(workspace) == []


def test_the_table_says_what_is_decided_with_the_waterline(sample) -> None:
    table, desk = sample.selection.table, sample.desk
    assert desk.solved is not None
    line = table.rows.keys.index(WATERLINE)
    for row, name in enumerate(table.rows.keys):
        if name != WATERLINE:
            assert (desk.solved.plan[name] is not None) == (row < line)
    decided = {
        name: row[2].text for name, row in zip(table.rows.keys, table.rows.looks, strict=True)
    }
    assert decided["P06"] == "Stop"
    assert decided["P01"] == "Continue"
    assert "optimum within" in sample.selection.proof.text()
    assert desk.study is not None
    assert desk.study.frontier


def test_why_is_answered_for_the_row_chosen(sample, qtbot) -> None:
    table = sample.selection.table
    row = table.rows.keys.index("P06")
    spot = table.visualRect(table.rows.index(row, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert sample.desk.current == "P06"
    assert sample.selection.why.title.text() == "Why stop KESTREL?"
    assert "31.2" in sample.selection.why.words.text()


def test_a_bar_is_dragged_and_money_and_people_follow(sample, qtbot) -> None:
    desk, road = sample.desk, sample.selection.roadmap
    assert desk.register is not None
    number = next(k for k, bar in enumerate(road.bars) if bar.project == "P03")
    bar = road.bars[number]
    start = road.area(number).center().toPoint()
    step = QPoint(round(-2 * road._quarter), 0)
    qtbot.mousePress(road, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(road, start + step)
    # What follows the mouse is exactly what the engine says of that plan.
    shown = {**desk.solved.plan, "P03": bar.delay - 2}
    assert desk.plan == shown
    said = check_plan(desk.register, shown)
    assert desk.check.value == said.value
    assert sample.selection.heat.cells[said.cells[0].role, said.cells[0].quarter] == said.cells[0]
    assert [one.cost for one in sample.selection.bars.bars] == pytest.approx(
        [
            sum(y.cost for y in said.years if y.fiscal_year == bar.year)
            for bar in sample.selection.bars.bars
        ]
    )
    assert not desk.undo_label  # nothing has happened until the mouse is released
    qtbot.mouseRelease(road, Qt.MouseButton.LeftButton, pos=start + step)
    assert desk.undo_label == "Move P03"
    assert sample.selection.proof.text() == "planned by hand"
    moved = next(bar for bar in road.bars if bar.project == "P03")
    assert moved.moved == -2
    desk.undo()
    assert desk.plan == desk.solved.plan
    desk.redo()
    assert desk.plan == shown


def test_keys_move_take_out_and_bring_in(sample, qtbot) -> None:
    desk, road = sample.desk, sample.selection.roadmap
    desk.select("P08")
    qtbot.keyClick(road, Qt.Key.Key_Right)
    assert desk.plan["P08"] == 1
    qtbot.keyClick(road, Qt.Key.Key_Delete)
    assert desk.plan["P08"] is None
    qtbot.keyClick(road, Qt.Key.Key_Return)
    assert desk.plan["P08"] == 0


def test_bars_in_lanes_of_objectives_are_dragged_and_the_roles_below_follow(sample, qtbot) -> None:
    desk, page = sample.desk, sample.selection
    road = page.roadmap
    page.rows.setCurrentIndex(3)
    page.rows.activated.emit(3)
    roles = [line.title for line in road.lines if line.kind == "role"]
    assert roles == [role.id for role in desk.register.roles]
    assert len([line for line in road.lines if line.kind == "lane"]) > 2
    assert "gate G4 delivery" in bar_words(next(b for b in road.bars if b.project == "P06"))
    title = road.area(0).center().y() - road._row  # a title is no bar
    assert road._row_at(title) == -1
    number = next(k for k, bar in enumerate(road.bars) if bar.project == "P03")
    bar, start = road.bars[number], road.area(number).center().toPoint()
    step = QPoint(round(-2 * road._quarter), 0)
    before = desk.check.cells
    qtbot.mousePress(road, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(road, start + step)
    assert desk.plan["P03"] == bar.delay - 2
    assert desk.check.cells != before
    qtbot.mouseRelease(road, Qt.MouseButton.LeftButton, pos=start + step)
    assert desk.undo_label == "Move P03"


def test_forcing_a_project_in_solves_again_at_a_price(sample, state, qtbot) -> None:
    desk = sample.desk
    before, loss = desk.solved.selection.value, desk.decisions["P02"].loss
    desk.select("P02")
    assert sample.selection.why.force.text() == "Force in"
    qtbot.mouseClick(sample.selection.why.force, Qt.MouseButton.LeftButton)
    still(state, qtbot)
    assert desk.solved.plan["P02"] is not None
    assert before - desk.solved.selection.value == pytest.approx(loss, abs=0.01)
    assert "P02 forced in" in sample.supposed.text()
    assert sample.selection.why.force.text() == "Leave free"
    desk.undo()
    still(state, qtbot)
    assert desk.solved.selection.value == pytest.approx(before)


def test_contradicting_limits_are_named_not_an_empty_screen(sample, state, qtbot) -> None:
    from dataclasses import replace

    given = replace(sample.desk.assumptions, force_in=("P05", "P12"))
    sample.desk.suppose("Both on one site", given)
    still(state, qtbot)
    assert "P12 must be done, budget 2028 INN" in sample.banner.text()
    assert sample.selection.table.rows.rowCount() == 13


def test_a_cell_of_the_register_is_edited_checked_and_undone(sample, state, qtbot) -> None:
    sample.show_view("register")
    page, desk = sample.register, sample.desk
    page.show_table("projects")
    column = next(k for k, c in enumerate(page.sheet.columns) if c.key == "p_success")

    def write(words: str) -> None:
        index = page.sheet.index(5, column)
        page.grid.setCurrentIndex(index)
        page.grid.edit(index)
        editor = page.grid.viewport().findChildren(QLineEdit)[-1]
        editor.setText(words)
        qtbot.keyClick(editor, Qt.Key.Key_Return)

    write("1.4")
    qtbot.waitUntil(lambda: "between 0 and 1" in page.banner.text())
    assert desk.register.by_id["P06"].p_success == 0.57
    write("0.99")
    qtbot.waitUntil(lambda: desk.register.by_id["P06"].p_success == 0.99)
    assert desk.stale
    assert "changed since it was solved" in sample.banner.text()
    still(state, qtbot)
    desk.undo()
    assert desk.register.by_id["P06"].p_success == 0.57
    assert not desk.stale


def test_rows_are_added_and_deleted(sample, state, qtbot) -> None:
    sample.show_view("register")
    page = sample.register
    page.show_table("drivers")
    page.grid.select_row(5)
    page.show_table("budgets")
    page.grid.select_row(14)
    count = len(sample.desk.register.budgets)
    page.delete_rows()
    assert len(sample.desk.register.budgets) == count - 1
    page.show_table("projects")
    page.grid.select_row(11)
    page.add_row()
    assert "P13" in sample.desk.register.by_id
    still(state, qtbot)


def test_rows_wait_until_they_are_whole(sample, state, qtbot) -> None:
    """A cost over two funds, typed into an empty table: taken when both shares stand."""
    sample.show_view("register")
    page, desk = sample.register, sample.desk
    page.show_table("project_funds")
    assert page.sheet.rowCount() == 0

    def fill(row: int, *words: str) -> None:
        for column, one in enumerate(words):
            page.sheet.put(row, column, one)

    page.add_row()
    assert page.sheet.rowCount() == 1
    assert "Fill in its cells" in page.banner.text()
    fill(0, "P08", "REG", "60")
    assert desk.register.by_id["P08"].fund_shares == {}
    page.add_row()
    assert page.sheet.rowCount() == 2
    fill(1, "P08", "SEC", "40")
    qtbot.waitUntil(lambda: desk.register.by_id["P08"].fund_shares == {"REG": 0.6, "SEC": 0.4})
    assert page.banner.isHidden()
    page.show_table("budgets")
    page.grid.select_row(page.sheet.rowCount() - 1)
    count = len(desk.register.budgets)
    page.add_row()  # the same year and fund again: it waits
    assert len(desk.register.budgets) == count
    page.sheet.put(count, 0, "2032")
    qtbot.waitUntil(lambda: len(desk.register.budgets) == count + 1)
    still(state, qtbot)


def test_a_workbook_goes_out_and_comes_back_into_the_library(
    sample, state, library, tmp_path, qtbot
) -> None:
    path = tmp_path / "board.xlsx"
    sample.desk.save_file(path)
    still(state, qtbot)
    assert path.exists()
    sample.desk.open_file(path)
    still(state, qtbot)
    kept = kept_register(library)
    assert kept is not None
    assert [p.id for p in kept.projects] == [p.id for p in sample_portfolio().projects]
    assert not sample.desk.is_sample


def test_a_judgement_is_revisited_until_the_set_is_consistent_enough(sample) -> None:
    sample.show_view("priorities")
    page = sample.priorities
    page.sets.setCurrentText("workshop_draft")
    page._set_chosen()
    assert "too much contradiction" in page.verdict.text()
    assert page.use.isVisible()
    for _ in range(12):
        if not page.use.isVisible():
            break
        page.use.click()
    assert "consistent enough" in page.verdict.text()
    assert page.chosen_set == "workshop_draft"


def test_an_uncovered_driver_is_named_and_can_be_covered(sample, state, qtbot) -> None:
    sample.show_view("priorities")
    page = sample.priorities
    assert "Digital and cyber resilience" in page.gaps.text()
    assert page.cover.text() == "Cover D5"
    qtbot.mouseClick(page.cover, Qt.MouseButton.LeftButton)
    still(state, qtbot)
    assert sample.desk.solved.plan["P07"] is not None
    assert "Digital and cyber resilience" not in page.gaps.text()


def test_balance_speaks_of_the_plan_on_the_table(sample, qtbot, state) -> None:
    sample.show_view("balance")
    page, desk = sample.balance, sample.desk
    shares = {row[0].text: row[1].text for row in page.shares.looks}
    going = [p for p in desk.register.open_projects if desk.plan[p.id] is not None]
    whole = sum(p.forward_capex for p in going)
    core = sum(p.forward_capex for p in going if p.bucket == "core") / whole
    assert shares["core"].startswith(f"{100 * core:.0f}")
    assert page.years.rowCount() == len([one for one in desk.risk.years if one.p50 > 0])
    assert page.risks.rowCount() == len(desk.register.factors)


def test_scenarios_are_kept_compared_approved_and_committed(sample, state, library, qtbot) -> None:
    sample.show_view("scenarios")
    page, desk = sample.scenarios, sample.desk
    page.keep("Optimum")
    desk.move("P03", 8)
    page.keep("MARBAK two years later")
    assert [one.name for one in scenarios(library)] == ["Optimum", "MARBAK two years later"]
    line = next(row for row in page.lines.looks if row[0].text.startswith("MARBAK"))
    assert [cell.text for cell in line[1:]] == [
        "4 quarters later",
        "8 quarters later",
        "8 quarters later",
    ]
    page.list.select_row(0)
    page._enable()
    assert not page.buttons["Commit"].isEnabled()
    qtbot.mouseClick(page.buttons["Show"], Qt.MouseButton.LeftButton)
    assert desk.plan == desk.solved.plan
    qtbot.mouseClick(page.buttons["Approve"], Qt.MouseButton.LeftButton)
    assert not page.buttons["Delete"].isEnabled()
    qtbot.mouseClick(page.buttons["Commit"], Qt.MouseButton.LeftButton)
    assert targets(library)["P06"].decision == "stop"
    still(state, qtbot)


def test_the_chronic_supplier_is_named(sample) -> None:
    sample.show_view("follow-up")
    page = sample.followup
    assert page.levels.looks[0][8].text == "chronic"
    assert "18 of 24" in page.said.text()
    page.factor.set_index(5)
    assert all(row[8].text == "not judged" for row in page.levels.looks)
    assert page.benefits.rowCount() == len(sample.desk.register.benefits)


def test_the_plan_as_asked_is_shown_until_it_is_solved(workspace, state, qtbot) -> None:
    workspace.desk.open_sample()
    assert workspace.desk.plan == as_asked(sample_portfolio())
    assert "not solved yet" in workspace.selection.proof.text()
    still(state, qtbot)


def test_what_the_library_keeps_is_opened_when_gone_to(
    workspace, state, library, qtbot, tmp_path
) -> None:
    from planbench.services.portfolio_library import keep_register

    keep_register(library, sample_portfolio(), "Keep")
    state.library_changed.emit()
    still(state, qtbot)
    assert workspace.desk.register is not None
    assert not workspace.desk.is_sample
    save_portfolio(workspace.desk.register, tmp_path / "again.xlsx")


def test_assumptions_are_checked_and_solved_with(sample, state, qtbot) -> None:
    from planbench.ui.portfolio.assume import AssumptionsDialog

    desk = sample.desk
    dialog = AssumptionsDialog(desk.register, desk.assumptions, sample)
    qtbot.addWidget(dialog)
    dialog._take()
    assert dialog.made == desk.assumptions  # nothing typed, nothing supposed
    dialog.total.setText("much")
    dialog._take()
    assert dialog.made == desk.assumptions
    assert dialog.total.field.property("error")
    dialog.total.setText("1200")
    dialog.use_capacity.setChecked(False)
    dialog._take()
    desk.suppose("Assumptions", dialog.made)
    still(state, qtbot)
    assert desk.solved.cost <= 1200
    assert "1" in sample.supposed.text()
    assert "no capacity limits" in sample.supposed.text()
