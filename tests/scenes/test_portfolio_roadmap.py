"""Bars of the roadmap against the register they come from."""

from __future__ import annotations

from planbench.engines.portfolio.capacity import as_asked
from planbench.engines.portfolio.quarters import quarter
from planbench.engines.portfolio.timing import Assumptions, driver_weights, make_option
from planbench.scenes.portfolio_roadmap import (
    BAR,
    LANE,
    MOST_DELAY,
    ROLE,
    arrows,
    by_objective,
    dragged,
    objectives_of,
    road_bars,
    road_lines,
    road_span,
)
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


def test_lanes_are_the_objectives_each_project_does_most_for() -> None:
    register = sample_portfolio()
    of = objectives_of(register)
    weights = driver_weights(register)
    for project in register.open_projects:
        worth = {name: impact * weights[name] for name, impact in project.impacts.items()}
        assert worth[of[project.id]] == max(worth.values())
    order = by_objective(register, [p.id for p in register.open_projects], of)
    assert sorted(order) == sorted(of)
    bars = road_bars(register, as_asked(register), order)
    lines = road_lines(register, bars, of, roles=True)
    assert [line.bar for line in lines if line.kind == BAR] == list(range(len(bars)))
    assert [line.title for line in lines if line.kind == ROLE] == [r.id for r in register.roles]
    lane, names = "", {driver.id: driver.name for driver in register.drivers}
    for line in lines:
        if line.kind == LANE:
            lane = line.title
        elif line.kind == BAR:
            assert names[of[bars[line.bar].project]] == lane
    assert len(road_lines(register, bars, None, roles=False)) == len(bars)


def test_open_gates_move_with_the_bar_and_decided_ones_stay() -> None:
    register = sample_portfolio()
    first = road_bars(register, as_asked(register), ["P02"])[0].gates
    later = road_bars(register, {**as_asked(register), "P02": 3}, ["P02"])[0].gates
    assert [gate for _, gate, _ in first] == ["G2 concept", "G3 definition"]
    assert [b[0] - a[0] for a, b in zip(first, later, strict=True)] == [0.0, 3.0]
    assert int(first[1][0]) == quarter("2027Q4")


def test_arrows_join_what_waits_for_another_and_goes_on() -> None:
    register = sample_portfolio()
    order = ["P01", "P02", "P09", "P10"]
    bars = road_bars(register, as_asked(register), order)
    found = {(order[a.source], order[a.target], a.after) for a in arrows(register, bars)}
    assert found == {("P09", "P02", False), ("P01", "P10", True)}
    without = road_bars(register, {**as_asked(register), "P10": None}, order)
    assert len(arrows(register, without)) == 1
