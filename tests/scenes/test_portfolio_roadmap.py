"""Bars of the roadmap against the register they come from."""

from __future__ import annotations

from planbench.engines.portfolio.capacity import as_asked
from planbench.engines.portfolio.quarters import quarter
from planbench.engines.portfolio.timing import Assumptions, make_option
from planbench.scenes.portfolio_roadmap import MOST_DELAY, dragged, road_bars, road_span
from planbench.services.portfolio import sample_portfolio


def test_bars_begin_and_end_with_their_options() -> None:
    register = sample_portfolio()
    plan = {**as_asked(register), "P03": 4, "P06": None}
    order = [project.id for project in register.open_projects]
    bars = {bar.project: bar for bar in road_bars(register, plan, order, wanted={"P06": 2})}
    option = make_option(register, register.by_id["P03"], 4, Assumptions())
    assert (bars["P03"].start, bars["P03"].finish) == (option.start, option.finish)
    assert bars["P03"].start == quarter("2028Q1")
    assert not bars["P06"].going
    assert bars["P06"].delay == 2
    assert list(bars) == order


def test_what_moved_against_the_optimum() -> None:
    register = sample_portfolio()
    solved = {**as_asked(register), "P03": 4, "P06": None}
    plan = {**solved, "P03": 2, "P06": 0}
    bars = {b.project: b for b in road_bars(register, plan, ["P03", "P06", "P08"], solved=solved)}
    assert bars["P03"].moved == -2
    assert bars["P06"].moved is None
    assert bars["P08"].moved == 0


def test_a_deadline_missed_is_said() -> None:
    register = sample_portfolio()
    late = road_bars(register, {**as_asked(register), "P04": 1}, ["P04"])[0]
    assert late.deadline == quarter("2028Q4")
    assert late.late
    assert not road_bars(register, as_asked(register), ["P04"])[0].late


def test_the_axis_holds_whole_years_around_everything() -> None:
    register = sample_portfolio()
    bars = road_bars(register, as_asked(register), [p.id for p in register.open_projects])
    first, last = road_span(bars, quarter("2026Q4"))
    assert first == quarter("2026Q1")
    assert last % 4 == 0
    assert last >= max(bar.finish for bar in bars)


def test_a_bar_is_not_dragged_before_it_was_asked_for() -> None:
    register = sample_portfolio()
    bar = road_bars(register, as_asked(register), ["P08"])[0]
    assert dragged(bar, -5) == 0
    assert dragged(bar, 3) == 3
    assert dragged(bar, 10_000) == MOST_DELAY
