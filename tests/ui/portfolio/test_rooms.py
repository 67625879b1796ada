"""Capacity by month, people moved, what a board sees, the scoring model, and undo by room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from planbench.engines.portfolio.capacity import as_asked, heat_map
from planbench.engines.portfolio.reallocation import Move, reallocate
from planbench.services.library import Library
from planbench.services.portfolio import investment, sample_portfolio
from planbench.services.portfolio_library import Target, keep_register, targets
from planbench.services.portfolio_scenarios import approve, commit, keep_scenario, scenario_of_plan
from planbench.services.portfolio_words import finish_day
from planbench.store.records import Entry
from planbench.ui.portfolio.board import rate_words, stats
from planbench.ui.portfolio.words import money
from planbench.ui.portfolio.workspace import PortfolioWorkspace
from planbench.ui.state import AppState
from planbench.ui.window import MainWindow


@pytest.fixture
def state(themed) -> Iterator[AppState]:
    made = AppState()
    yield made
    made.close()


@pytest.fixture
def sample(state, qtbot) -> PortfolioWorkspace:
    made = PortfolioWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1840, 940)
    made.show()
    made.desk.open_sample()
    still(state, qtbot)
    return made


def still(state, qtbot) -> None:
    qtbot.waitUntil(lambda: not state.busy, timeout=60_000)


def pick(box, words: str) -> None:
    """As choosing an entry does."""
    index = next(k for k in range(box.count()) if words in box.itemText(k))
    box.setCurrentIndex(index)
    box.activated.emit(index)


# ---------------------------------------------------------------- capacity


def test_months_that_are_short_are_listed_with_the_projects_that_cause_them(sample, qtbot) -> None:
    """PPM-04."""
    sample.show_view("capacity")
    page = sample.capacity
    assert page.shorts.rowCount() == 0
    assert "No role is short" in page.said.text()
    page.whose.set_index(1)
    register = sample.desk.register
    cells = heat_map(register, as_asked(register), monthly=True)
    short = {cell.period for cell in cells if cell.shortage}
    assert short == {f"2028-{month:02d}" for month in range(4, 10)}
    assert {row[1].text for row in page.shorts.looks} == short
    assert all("MARBAK" in row[5].text for row in page.shorts.looks)
    page.short_table.setFocus()
    page.short_table.select_row(0)
    qtbot.keyClick(page.short_table, Qt.Key.Key_Down)
    assert page.shorts.looks[1][1].text == "2028-07"
    assert page.heat.current == ("CLV", 12 * 2028 + 6)
    assert "short" in page.said.text()
    qtbot.keyClick(page.heat, Qt.Key.Key_Left)
    assert page.heat.current == ("CLV", 12 * 2028 + 5)
    page.fine.set_index(1)
    assert {row[1].text for row in page.shorts.looks} == {"2028Q2", "2028Q3"}


def test_people_are_moved_and_winner_and_loser_are_told(sample, qtbot) -> None:
    """PPM-22 in the window: what is shown is what the engine says of the same move."""
    sample.show_view("capacity")
    card, desk = sample.capacity.mover, sample.desk
    before = dict(desk.plan)
    pick(card.role, "Commissioning")
    pick(card.giver, "P01")
    pick(card.taker, "P04")
    pick(card.first, "2027-04")
    pick(card.last, "2027-09")
    card.amount.field.selectAll()
    qtbot.keyClicks(card.amount.field, "2")
    months = (12 * 2027 + 3, 12 * 2027 + 8)
    wanted = reallocate(desk.register, desk.plan, Move("COM", "P01", "P04", 2.0, *months))
    assert card.found == wanted
    rows = card.rows.looks
    assert (rows[0][0].text, rows[0][0].muted) == ("NORDLYS", "gives")
    assert rows[0][2].text == finish_day(wanted.giver.after)
    assert rows[1][2].text < rows[1][1].text  # the taker finishes earlier
    assert "NORDLYS loses" in card.words.text()
    assert "VIDAR gains" in card.words.text()
    assert desk.plan == before
    card.amount.field.selectAll()
    qtbot.keyClicks(card.amount.field, "999")
    assert card.found is None
    assert "P01 has" in card.words.text()
    assert card.rows.rowCount() == 0


def test_a_finish_in_months_is_a_day() -> None:
    assert finish_day(12 * 2028 + 0.0) == "2027-12-31"
    assert finish_day(12 * 2028 + 1.5) == "2028-02-14"


# ---------------------------------------------------------------- board


def test_the_board_sees_decisions_figures_and_envelopes(sample) -> None:
    """PPM-42 and PPM-40 in the window."""
    sample.show_view("board")
    page, desk = sample.board, sample.desk
    asked = dict(zip(page.decided.keys, page.decided.looks, strict=True))
    assert asked["P06"][0].text == "stop"
    assert asked["P06"][4].text == "12.0"
    assert asked["P03"][0].text == "defer"
    assert "stopping costs 12.0" in page.total.text()
    row = page.figures.looks[page.figures.row_of("P08")]
    found = investment(desk.register, desk.register.by_id["P08"])
    assert row[5].text == f"{100 * found.irr[0]:.1f}\u202f%"
    assert row[7].text == f"{found.benefit_cost:.2f}"
    for line, year in zip(
        page.funds.looks, [y for y in desk.check.years if y.cost or y.budget], strict=True
    ):
        assert line[0].text == str(year.fiscal_year)
        if year.budget is not None:
            total = year.cost + year.reserve + year.unallocated
            assert total == pytest.approx(year.budget + year.carried)


def test_dated_and_risk_adjusted_figures_are_shown_where_chosen(sample) -> None:
    sample.show_view("board")
    page, desk = sample.board, sample.desk
    page.by.set_index(1)
    titles = [column.title for column in page.figures.columns]
    assert titles[2:] == [
        "XNPV",
        "Premium",
        "At premium",
        "Simulated",
        "Deviation",
        "Certainty equivalent",
    ]
    row = page.figures.looks[page.figures.row_of("P03")]
    sure = desk.risk.certain("P03", desk.register.settings.risk_aversion)
    assert row[-1].text == money(sure)
    assert row[3].text == "1.0"  # adjacent projects bear a point more
    out = page.figures.looks[page.figures.row_of("P06")]
    assert out[-1].text == "—"  # nothing of what does not go on is simulated
    page.by.set_index(0)
    assert "IRR" in [column.title for column in page.figures.columns]


def test_every_rate_of_return_is_shown_where_there_are_several(sample) -> None:
    register = sample.desk.register
    # -1.00, +2.50, -1.54 by year: 10 % and 40 % both make the value zero
    odd = replace(
        register.by_id["P08"],
        p_success=1.0,
        capex={4 * 2026 + 3: 100.0, 4 * 2028: 154.0},
        benefits={2027: 250.0},
    )
    made = replace(register, projects=tuple(odd if p.id == "P08" else p for p in register.projects))
    sample.desk.apply("Odd", register=made)
    sample.show_view("board")
    page = sample.board
    row = page.figures.looks[page.figures.row_of("P08")]
    assert row[5].text == "10\u202f%, 40\u202f%"
    assert "more than once" in rate_words(investment(made, odd))


def test_indices_of_the_board_are_those_of_the_sums(sample) -> None:
    from planbench.engines.control.indices import Values
    from planbench.services.portfolio_board import indicators
    from planbench.services.portfolio_library import Flow

    pairs = (("P01", 100.0, 50.0), ("P04", 10.0, 20.0))
    found = tuple(
        Flow(name, "u", "2026-10-01", "", "", None, None, Values(200.0, ev, ev, ac))
        for name, ev, ac in pairs
    )
    shown = {one.label: one for one in stats(indicators(sample.desk.register, found))}
    assert shown["CPI"].value == "1.57"
    assert "2 of 4" in shown["CPI"].note


# ---------------------------------------------------------------- priorities


def test_the_scoring_model_ranks_and_names_who_fails_a_gate(sample) -> None:
    sample.show_view("priorities")
    card = sample.priorities.rank_card
    card.by.set_index(1)
    assert card.ranking.keys[-1] == "P06"
    assert card.ranking.looks[-1][-1].text == "fails"
    assert "Below a gate: KESTREL" in card.turns.text()
    tips = [column.tip for column in card.ranking.columns]
    assert any("gate at 0.6" in tip for tip in tips)
    assert any("falling evenly from 4 to 20" in tip for tip in tips)


def test_weights_or_judgements_count_as_chosen_and_it_is_said_which(sample, state, qtbot) -> None:
    register = sample.desk.register
    given = (5.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    drivers = tuple(
        replace(driver, weight=weight)
        for driver, weight in zip(register.drivers, given, strict=True)
    )
    sample.desk.apply("Weights", register=replace(register, drivers=drivers))
    sample.show_view("priorities")
    page = sample.priorities
    assert page.sets.currentText() == "Weights as given"
    assert "as the register gives them" in page.verdict.text()
    assert page.model.look(0, 1).text == "50\u202f%"
    pick(page.sets, "board_2026")
    assert page.sets.currentText() == "board_2026"
    assert "The weights that the register gives do not count" in page.verdict.text()
    last = len(page.model.columns) - 1
    assert page.model.look(0, last).text == "27\u202f%"
    pick(page.sets, "Weights as given")
    assert sample.desk.assumptions.judgement_set == ""
    assert page.model.look(0, 1).text == "50\u202f%"


# ---------------------------------------------------------------- both ways


def test_a_late_p80_in_the_next_refresh_asks_for_another_solve(sample, state, tmp_path) -> None:
    """LINK-01, upwards: the exception is raised as the updates are read."""
    from planbench.services.portfolio_library import Flow

    desk = sample.desk
    found = (Flow("P01", "u", "2026-10-01", "2029-05-15", "2029-07-20", None, None, None),)
    desk._report(found)
    assert "P80 finish 2029-07-20 is after the deadline" in desk.raised
    assert "P80" in sample.banner.text()
    sample.show_view("follow-up")
    rows = sample.followup.exceptions.looks
    assert ("P80 late", "from project") in {(row[0].text, row[1].text) for row in rows}
    assert ("gate", "to project") in {(row[0].text, row[1].text) for row in rows}


def test_targets_of_a_committed_scenario_reach_the_project(sample, state, tmp_path, qtbot) -> None:
    """LINK-01, downwards: what was committed is what Control tells of the linked project."""
    from planbench.services.portfolio_board import orders

    register = sample_portfolio()
    with Library.open(tmp_path / "own.planbench") as library:
        keep_register(library, register, "Keep")
        made = scenario_of_plan("Board", register, as_asked(register))
        keep_scenario(library, made, register)
        commit(library, approve(library, made), "the board")
        asked = targets(library)
        assert isinstance(asked["P01"], Target)
        entry = library.entries("portfolio-target")[0]
        assert isinstance(entry, Entry)
        said = orders(register.by_id["P01"].library_code, register, asked)
    assert said[0].startswith(f"The approved portfolio asks for finish by {asked['P01'].finish}")


# ---------------------------------------------------------------- undo


def test_undo_acts_on_the_room_in_front(themed, qtbot, tmp_path) -> None:
    from planbench.ui.settings import Settings

    settings = Settings(tmp_path / "window.json")
    settings.set("library", str(tmp_path / "own.planbench"))
    settings.set("sample_shown", True)
    window = MainWindow(AppState(), settings)
    qtbot.addWidget(window)
    window.resize(1600, 900)
    window.show()
    window.session.start([])
    still(window.state, qtbot)
    window.go("portfolio")
    page = window.page()
    page.desk.open_sample()
    still(window.state, qtbot)
    undo = window.commands["undo"]
    assert not undo.isEnabled()
    solved = dict(page.desk.plan)
    page.desk.move("P08", 2)
    assert undo.isEnabled()
    assert undo.text() == "Undo: Move P08"
    window.go("home")
    assert not undo.isEnabled()  # the schedule's, and there is none
    window.go("portfolio")
    undo.trigger()
    assert page.desk.plan == solved
    assert not undo.isEnabled()
    window.commands["redo"].trigger()
    assert page.desk.plan["P08"] == 2
    still(window.state, qtbot)
    window.close()


def test_the_board_pack_has_no_more_than_ten_pages(themed) -> None:
    """PPM-42."""
    from planbench.services.reports.compose import make_report, template_of
    from planbench.services.reports.snapshot import Given
    from planbench.ui.reports.pages import build_pages

    report = make_report(template_of("board"), Given(None, register=sample_portfolio()))
    pages = build_pages(report)
    assert len(pages) <= 10
    told = " ".join(cell.text for page in pages for cell in page.cells)
    for words in ("approve", "KESTREL", "Promised benefits", "Capital plan", "Exceptions"):
        assert words in told
    assert report.sources
