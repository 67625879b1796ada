from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from planbench.domain.errors import Cancelled, ModelError, PlanbenchError
from planbench.domain.times import NO_TIME, to_iso
from planbench.engines.control.indices import Values
from planbench.engines.portfolio.capacity import as_asked, shortages
from planbench.engines.portfolio.months import month
from planbench.engines.portfolio.priority import sensitivity
from planbench.engines.portfolio.quarters import quarter
from planbench.engines.portfolio.register import Gate, Project, Register, Settings
from planbench.engines.portfolio.timing import Assumptions
from planbench.services import portfolio as pf
from planbench.services import portfolio_library as pl
from planbench.services import portfolio_scenarios as ps
from planbench.services.jobs import JobContext
from planbench.services.library import Library
from planbench.services.portfolio_json import portfolio_json
from planbench.services.portfolio_worker import Worker

ALWAYS = {"P01", "P04", "P11", "P08", "P09"}


@pytest.fixture(scope="module")
def register() -> Register:
    return pf.sample_portfolio()


@pytest.fixture(scope="module")
def solved(register: Register) -> pf.Solved:
    return pf.solve_portfolio(register, gap=1e-6)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "own.planbench") as made:
        yield made


def _more(plan: dict[str, int | None]) -> dict[str, int]:
    return {name: d for name, d in plan.items() if d is not None and name not in ALWAYS}


@pytest.mark.parametrize(
    ("given", "value", "plan"),
    [
        (
            Assumptions(use_budgets=False, use_capacity=False),
            1696.9,
            {"P02": 0, "P03": 0, "P05": 0, "P10": 0},
        ),
        (Assumptions(use_capacity=False), 1635.7, {"P02": 4, "P03": 0, "P05": 0}),
        (Assumptions(), 1583.3, {"P03": 4, "P05": 0}),
        (Assumptions(cover=("D5",)), 1576.6, {"P03": 4, "P05": 0, "P07": 0}),
    ],
)
def test_the_sample_gives_what_trying_every_combination_gave(
    register: Register, given: Assumptions, value: float, plan: dict[str, int]
) -> None:
    found = pf.solve_portfolio(register, given, explain=False, gap=1e-6)
    assert found.selection.value == pytest.approx(value, abs=0.051)
    assert _more(found.plan) == plan
    assert {name for name in ALWAYS if found.plan[name] == 0} == ALWAYS
    assert found.plan["P06"] is None
    checked = pf.check_plan(register, found.plan, given)
    assert checked.value == pytest.approx(found.selection.value)
    assert checked.broken == {}


def test_the_running_pilot_is_rightly_stopped(solved: pf.Solved) -> None:
    from planbench.services.portfolio_words import reason

    pilot = next(one for one in solved.answer.decisions if one.project == "P06")
    assert pilot.decision == "stop"
    assert pilot.instead is not None
    assert pilot.instead.value == pytest.approx(-43.2, abs=0.05)
    assert pilot.loss == pytest.approx(31.2, abs=0.05)
    text = reason(solved.register, pilot, solved.unit)
    assert "-43.2" in text
    assert "31.2 million EUR better" in text
    assert solved.selection.gap <= 1e-6


def test_the_vessel_is_short_in_two_quarters_and_binds(solved: pf.Solved) -> None:
    cells = pf.check_plan(solved.register, as_asked(solved.register)).cells
    found = {(c.role, c.quarter): (c.demand, c.capacity) for c in shortages(cells)}
    assert found == {
        ("CLV", quarter("2028Q2")): (89, 82),
        ("CLV", quarter("2028Q3")): (96, 78),
    }
    vessel = solved.answer.bindings[0]
    assert vessel.name == "capacity CLV 2028Q2"
    assert vessel.removal_gain > 0


def test_objectives_suppliers_and_judgements_of_the_sample(solved: pf.Solved) -> None:
    aligned = pf.align(solved.register, solved.plan)
    weights = dict(zip(aligned.drivers, aligned.weights.tolist(), strict=True))
    assert weights["D5"] == pytest.approx(0.1735, abs=5e-5)
    assert aligned.uncovered[0] == "D5"
    sets = pf.judged(solved.register)
    assert sets["board_2026"].ratio == pytest.approx(0.0955, abs=5e-5)
    assert sets["board_2026"].accepted
    assert sets["workshop_draft"].ratio == pytest.approx(0.4346, abs=5e-5)
    assert not sets["workshop_draft"].accepted
    suppliers = pf.systemic_levels(solved.register)["supplier"]
    assert [level.name for level in suppliers if level.systemic] == ["S07"]
    worst = suppliers[0]
    assert (worst.late, worst.events, worst.rest_late, worst.rest_events) == (18, 24, 41, 136)
    assert worst.chronic
    assert worst.significant_periods == (True, True, True, True)
    assert worst.p == pytest.approx(4.5e-5, rel=0.02)


def test_investment_figures_agree_with_the_options(solved: pf.Solved) -> None:
    for project in solved.register.open_projects:
        figures = pf.investment(solved.register, project)
        option = next(o for o in solved.problem.options if o.item == project.id and o.delay == 0)
        assert figures.npv == pytest.approx(option.value)
        gains, costs = pf.yearly_flows(solved.register, project)
        assert sum(costs) == pytest.approx(project.forward_capex)
        assert sum(gains) == pytest.approx(project.p_success * sum(project.benefits.values()))


def test_days_and_premiums_of_risk_value_as_by_hand() -> None:
    project = Project(
        "A", "A", bucket="new", p_success=0.5, capex={quarter("2027Q1"): 100.0},
        benefits={2028: 400.0},
    )  # fmt: skip
    settings = Settings("2027-01-01", 0.05, risk_premium_pct={"new": 3.0})
    found = pf.investment(Register(settings, (project,)), project)
    days = (dt.date(2027, 2, 14) - dt.date(2027, 1, 1)).days  # the middle of the quarter
    late = (dt.date(2028, 6, 30) - dt.date(2027, 1, 1)).days
    by_days = -100 / 1.05 ** (days / 365) + 200 / 1.05 ** (late / 365)
    assert found.xnpv == pytest.approx(by_days)
    assert found.premium == 3.0
    assert found.adjusted == pytest.approx(-100 / 1.08**0.125 + 200 / 1.08**1.5)
    assert found.adjusted < found.npv


def test_moving_a_bar_shows_what_it_breaks(solved: pf.Solved) -> None:
    moved = {**solved.plan, "P03": 0}
    checked = pf.check_plan(solved.register, moved)
    assert checked.broken == {"capacity CLV 2028Q2": pytest.approx(7.0)}
    assert checked.value == pytest.approx(solved.selection.value + 137.28 - 111.73, abs=0.02)
    somewhere = pf.check_plan(solved.register, {**solved.plan, "P03": 6})
    assert somewhere.option_values["P03"] < 111.73


def test_contradicting_wishes_are_told_with_the_least_loosening(register: Register) -> None:
    given = Assumptions(budgets={"2027 SEC": 5.0}, force_in=("P05",))
    found = pf.solve_portfolio(register, given)
    assert found.answer.conflict is not None
    assert set(found.answer.conflict.names) == {"P05 must be done", "budget 2027 SEC"}
    with pytest.raises(PlanbenchError, match="contradict"):
        pf.analyse(register, given)


def test_the_whole_analysis_is_plain_json(register: Register) -> None:
    found = pf.analyse(register, points=5, draws=5)
    text = json.dumps(portfolio_json(found), allow_nan=False)
    told = json.loads(text)
    assert {one["decision"] for one in told["decisions"]} >= {"stop", "hold", "launch", "continue"}
    assert told["selection"]["gap"] >= 0
    assert told["as_asked"]["distance_to_frontier"] is None or math.isfinite(
        told["as_asked"]["distance_to_frontier"]
    )
    values = [point["value"] for point in told["frontier"]]
    assert values == sorted(values)
    assert told["risk"]["diversification"] > 0
    assert told["concentration"]["technology"]["HHI"] > 0.2


def test_a_portfolio_that_nothing_of_is_worth_doing_is_answered_too() -> None:
    from planbench.engines.portfolio.register import Project, Settings

    poor = Project("A", "Poor idea", capex={quarter("2027Q1"): 5.0}, benefits={2028: 1.0})
    found = pf.analyse(Register(Settings("2026-10-01", 0.05), (poor,)), points=3, draws=3)
    assert found.solved.plan == {"A": None}
    assert found.risk.cost.max() == 0.0
    json.dumps(portfolio_json(found), allow_nan=False)


def test_scores_by_drivers_show_who_a_weight_turns_round(register: Register) -> None:
    scores = pf.driver_scores(register)
    assert (
        scores.ranking()[0]
        == max(zip(scores.scores.tolist(), scores.projects, strict=True), key=lambda pair: pair[0])[
            1
        ]
    )
    swings = sensitivity(scores, 0.2)
    assert {swing.criterion for swing in swings} == {f"D{k}" for k in range(1, 7)}
    assert any(swing.reversals for swing in swings)


def test_priorities_can_be_the_objective_and_are_told_in_points(register: Register) -> None:
    found = pf.solve_portfolio(register, Assumptions(objective="score"), explain=False, gap=1e-6)
    chosen = [name for name, delay in found.plan.items() if delay is not None]
    shares = pf.align(register, found.plan)
    assert found.unit == "points"
    assert found.selection.value == pytest.approx(100 * shares.share)
    best = pf.solve_portfolio(register, explain=False, gap=1e-6)
    assert shares.share >= pf.align(register, best.plan).share
    assert "P01" in chosen
    # equal points whenever it starts: the earlier start is worth more money
    assert found.plan["P03"] == 4


def test_value_can_be_traded_for_certainty(solved: pf.Solved) -> None:
    points = pf.find_risk_frontier(solved, 30)
    assert points
    assert all(a.mean > b.mean and a.shortfall > b.shortfall for a, b in pairwise(points))
    stable = {one.project: one.kind for one in pf.find_stability(solved, 20)}
    assert stable["P01"] == "core"
    assert stable["P12"] == "out"


# ---------------------------------------------------------------- the worker


def test_a_cancelled_solve_ends_its_process_and_the_next_one_works(register: Register) -> None:
    from planbench.engines.portfolio.selection import solve  # has no step: refused
    from planbench.engines.portfolio.timing import build

    worker = Worker()
    context = JobContext()
    context.cancel()
    with pytest.raises(Cancelled):
        worker.run(pf.answer, build(register), context=context)
    with pytest.raises(TypeError):
        worker.run(solve, build(register))
    steps: list[int] = []
    found = worker.run(
        pf.answer, build(register), gap=0.01, context=JobContext(lambda p: steps.append(p.done))
    )
    worker.close()
    assert found.selection.found
    assert steps


# ---------------------------------------------------------------- the library


def test_the_register_is_kept_and_only_changes_are_journalled(
    library: Library, register: Register
) -> None:
    assert pl.kept_register(library) is None
    assert pl.keep_register(library, register, "Import") > 12
    assert pl.kept_register(library) == register
    assert pl.keep_register(library, register, "Again") == 0
    poorer = replace(register.by_id["P07"], p_success=0.5)
    others = tuple(p for p in register.projects if p.id not in ("P07", "P06"))
    links = tuple(link for link in register.links if "P06" not in (link.a, link.b))
    asked = tuple(one for one in register.requests if one.project != "P06")
    changed = replace(register, projects=(*others, poorer), links=links, requests=asked)
    pl.keep_register(library, changed, "Review of EKKO")
    assert pl.kept_register(library) == changed
    lines = library.journal(pl.PROJECT, uid="P07")
    assert [line.what for line in lines] == ["Import", "Review of EKKO"]
    assert library.journal(pl.PROJECT, uid="P06")[-1].after is None


def test_a_scenario_is_a_snapshot_that_later_changes_do_not_touch(
    library: Library, register: Register, solved: pf.Solved
) -> None:
    first = ps.new_scenario("Balanced", solved)
    ps.keep_scenario(library, first, register)
    hand = ps.scenario_of_plan("As asked", register, as_asked(register))
    ps.keep_scenario(library, hand, register)
    dearer = replace(register.by_id["P01"], sunk_cost=500.0)
    pl.keep_register(library, replace(register, projects=(dearer, *register.projects[1:])), "News")
    one, other = ps.scenarios(library)
    assert (one, other) == (first, hand)
    assert ps.snapshot(library, one) == register
    assert len(library.entries(ps.SNAPSHOT)) == 1
    lines = {line.name: line.values for line in ps.compare([one, other])}
    assert lines["value"][0] == solved.selection.value
    assert lines["P06"] == (None, 0)
    for k, scenario in enumerate((one, other)):
        total = sum(v[k] for name, v in lines.items() if name.startswith("cost 2"))
        exits = 12.0 if scenario.plan["P06"] is None else 0.0
        assert total == pytest.approx(scenario.figures["cost"] + exits)


def test_scenarios_are_approved_then_committed_as_targets(
    library: Library, register: Register, solved: pf.Solved
) -> None:
    draft = ps.new_scenario("Balanced", solved)
    ps.keep_scenario(library, draft, register)
    with pytest.raises(PlanbenchError, match="approved"):
        ps.commit(library, draft)
    approved = ps.approve(library, draft, who="Board")
    with pytest.raises(PlanbenchError, match="already approved"):
        ps.approve(library, approved)
    with pytest.raises(PlanbenchError, match="approved"):
        ps.keep_scenario(library, draft, register)
    with pytest.raises(PlanbenchError, match="stays"):
        ps.delete_scenario(library, approved)
    ps.commit(library, approved, who="Board")
    targets = pl.targets(library)
    assert targets["P03"].start_quarter == quarter("2028Q1")
    assert targets["P06"].decision == "stop"
    assert sum(target.budget for target in targets.values()) == pytest.approx(solved.cost)
    assert library.journal(ps.SCENARIO, uid=draft.uid)[-1].who == "Board"
    second = ps.new_scenario("Covered", replace(solved, assumptions=Assumptions(cover=("D5",))))
    ps.keep_scenario(library, second, register)
    ps.commit(library, ps.approve(library, second))
    states = {one.name: one.state for one in ps.scenarios(library)}
    assert states == {"Balanced": "approved", "Covered": "committed"}


def test_a_late_p80_is_an_exception_and_a_gate_holds_budget_back(register: Register) -> None:
    first = replace(register.by_id["P01"], p80_finish="2029-06-20")
    gates = (
        Gate("P02", "G2 concept", "2026-01-10", "go"),
        Gate("P02", "G3 definition", "2026-11-10", "hold"),
    )
    changed = replace(register, projects=(first, *register.projects[1:]), gates=gates)
    found = {(one.project, one.kind) for one in pl.exceptions(changed)}
    assert ("P01", "p80-deadline") in found
    assert ("P02", "gate") in found
    assert not {one for one in pl.exceptions(register) if one.project == "P01"}
    assert pl.release_blocked(changed, "P01") is None


def test_targets_are_watched(register: Register) -> None:
    target = pl.Target("P01", "s", "continue", quarter("2027Q1"), quarter("2029Q1"), 700.0)
    project = replace(register.by_id["P01"], eac=1300.0)
    changed = replace(register, projects=(project, *register.projects[1:]))
    kinds = {one.kind for one in pl.exceptions(changed, {"P01": target}) if one.project == "P01"}
    assert kinds == {"target-finish", "target-budget"}


def test_indices_of_the_portfolio_come_from_sums() -> None:
    def flow(name: str, values: Values | None) -> pl.Flow:
        return pl.Flow(name, "u", "", "", "", None, None, values)

    found = pl.summed_values(
        (
            flow("A", Values(200.0, 90.0, 100.0, 50.0)),
            flow("B", Values(40.0, 15.0, 10.0, 20.0)),
            flow("C", None),
        )
    )
    assert found.cpi == pytest.approx(110 / 70)


def test_figures_flow_up_from_the_projects_own_updates(
    library: Library, register: Register
) -> None:
    from planbench.services.sample import ensure_sample

    ensure_sample(library)
    (flow,) = pl.flows(library, register)
    assert flow.project == "P01"
    assert flow.finish == "2029-05-15"
    assert flow.cpi == pytest.approx(0.951, abs=5e-4)
    fresh: Any = pl.with_flows(register, (flow,)).by_id["P01"]
    assert fresh.eac == pytest.approx(1207.7, abs=0.1)
    assert fresh.forecast_finish == "2029-05-15"
    assert pl.with_flows(register, ()) == register


def test_an_update_a_risk_run_and_a_ledger_reach_the_register(
    library: Library, register: Register
) -> None:
    """Dates, float, CPI, EAC, P80, cost under risk and spending, by reading once more."""
    from planbench.engines.control.ledger import Commitment, Posting
    from planbench.services import cost
    from planbench.services.risk import run_risk, sample_model
    from planbench.services.sample import ensure_sample, sample_schedules
    from planbench.services.scheduling import recalculate

    project = library.project(ensure_sample(library))
    ordered = sorted(project.updates, key=lambda one: one.data_date)
    for update in ordered[2:]:
        library.delete_update(update.id)
    old: Any = pl.with_flows(register, pl.flows(library, register)).by_id["P01"]
    newest = max(sample_schedules().values(), key=lambda one: one.data_date)
    update = library.add_schedule(newest, project=project.id)
    document = library.open_update(update)
    recalculate(document)
    run_risk(document, sample_model(document), iterations=200, exclusion=False)
    library.save_results(document)
    cost.keep_order(library, project.id, Commitment("O1", "S", "", "", 4e6, "2026-10-05"))
    postings = [Posting("2026-11", "", "1", "invoice", 2.5e6)]
    cost.keep_postings(library, project.id, postings, "test")
    (flow,) = pl.flows(library, register)
    fresh = pl.with_flows(register, (flow,))
    new: Any = fresh.by_id["P01"]
    for name in ("forecast_finish", "eac", "cpi"):
        assert getattr(new, name) != getattr(old, name), name
    assert document.cpm is not None
    known = document.cpm.total_float > NO_TIME
    assert new.float_days == pytest.approx(
        min(
            minutes / newest.calendars[row].minutes_per_day
            for minutes, row in zip(
                document.cpm.total_float[known].tolist(),
                newest.activities.calendar[known].tolist(),
                strict=True,
            )
        ),
        abs=0.05,
    )
    assert document.risk is not None
    assert new.p80_finish == (to_iso(int(document.risk.percentile(80.0))) or "")[:10]
    assert new.cost_p10 < new.cost_p50 < new.cost_p90
    booked = {one.month: one for one in fresh.spending if one.project == "P01"}
    assert booked[month("2026-10")].committed == 4.0
    assert booked[month("2026-11")].spent == 2.5


def test_a_portfolio_without_projects_is_still_answered() -> None:
    empty = Register(Settings("2026-10-01", 0.05), ())
    found = pf.solve_portfolio(empty)
    assert found.selection.value == 0.0
    assert found.plan == {}
    with pytest.raises(ModelError):
        Register(Settings("tomorrow", 0.05), ())


def test_the_cost_of_a_kept_risk_run_becomes_the_spread_of_the_project(register: Register) -> None:
    drawn = [float(amount) for amount in range(500_000_000, 600_000_000, 1_000_000)]
    cost = pl._forward_cost({"cost": {"total": drawn[::-1]}})
    assert cost == (509e6, 549e6, 589e6)  # by nearest rank of 100 values
    assert pl._forward_cost({}) is None
    assert pl._forward_cost({"cost": None}) is None
    assert pl._forward_cost({"cost": {"total": [0.0] * 20}}) is None
    flow = pl.Flow("P01", "one", "2026-09-30", "", "", None, None, None, cost=cost)
    fresh = pl.with_flows(register, (flow,))
    assert (fresh.by_id["P01"].cost_p10, fresh.by_id["P01"].cost_p90) == (509.0, 589.0)
    found = pf.balance.simulate(fresh, as_asked(fresh))
    assert found.cost_p50["P01"] == pytest.approx(549.0, rel=0.002)
