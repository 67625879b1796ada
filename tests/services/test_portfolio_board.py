"""Indicators by sums, decisions with amounts, benefits, and what goes from portfolio to project."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.control.budget import BudgetChange
from planbench.engines.control.indices import Values
from planbench.engines.portfolio.register import Gate, Project, Register, ScoringCriterion, Settings
from planbench.services import cost
from planbench.services import portfolio as pf
from planbench.services import portfolio_board as pb
from planbench.services.library import Library
from planbench.services.portfolio_library import Flow, Target, keep_register
from planbench.services.portfolio_scoring import scoring
from planbench.services.recents import Recents
from planbench.services.sample import ensure_sample


@pytest.fixture(scope="module")
def register() -> Register:
    return pf.sample_portfolio()


def _flow(project: str, ev: float, ac: float) -> Flow:
    values = Values(100.0, ev, ev, ac)
    return Flow(project, "u", "2026-10-01", "", "", None, values.cpi, values)


def test_the_index_of_the_portfolio_is_a_ratio_of_sums() -> None:
    """PPM-20: 100/50 and 10/20 are 110/70 = 1.571 together, not the mean 1.25."""
    one, two = (Project(name, name, status="running") for name in "AB")
    register = Register(Settings("2026-10-01", 0.05), (one, two))
    found = pb.indicators(register, (_flow("A", 100, 50), _flow("B", 10, 20)))
    assert found.values.cpi == pytest.approx(110 / 70)
    assert found.values.cpi == pytest.approx(1.571, abs=5e-4)
    assert (found.reporting, found.running) == (2, 2)


def test_green_amber_and_red_have_a_reason_and_silence_is_none() -> None:
    late = Project("A", "a", status="running", deadline="2027-01-31", forecast_finish="2027-02-01")
    near = replace(late, id="B", forecast_finish="2027-01-15", p80_finish="2027-03-01")
    good = replace(late, id="C", forecast_finish="2027-01-15", p80_finish="2027-01-20")
    poor = replace(good, id="D", cpi=0.89)
    thin = replace(good, id="E", cpi=0.94)
    mute = Project("F", "f", status="running")
    asked = replace(late, id="G", status="candidate")
    projects = (late, near, good, poor, thin, mute, asked)
    found = pb.indicators(Register(Settings("2026-10-01", 0.05), projects))
    assert found.health == {"A": "red", "B": "amber", "C": "green", "D": "red", "E": "amber"}
    assert found.counts == {"green": 1, "amber": 2, "red": 2}
    assert "P80" in found.why["B"]
    assert "0.89" in found.why["D"]
    assert found.slips["A"] == 1
    assert found.slips["C"] == -16


def test_milestones_money_and_targets_of_the_sample(register: Register) -> None:
    found = pb.indicators(register)
    late = sum(one.late for one in register.delays)
    assert (found.due, found.on_time) == (len(register.delays), len(register.delays) - late)
    running = [p for p in register.projects if p.status == "running"]
    spent = sum(p.sunk_cost for p in running)
    assert found.drawn == pytest.approx(spent)
    assert found.approved == pytest.approx(spent + sum(p.forward_capex for p in running))
    target = Target("P01", "s", "continue", 8108, 8112, 500.0)
    cut = pb.indicators(register, committed={"P01": target})
    fewer = register.by_id["P01"].forward_capex - 500.0
    assert cut.approved == pytest.approx(found.approved - fewer)
    assert cut.health["P01"] == "red"  # forecast after the target of 2028Q1
    assert "target" in cut.why["P01"]


def test_benefits_run_up_their_ramp_and_falling_measures_count(register: Register) -> None:
    plain = replace(
        register.benefits[0], baseline=10.0, target=4.0, target_date="2026-01-01", ramp_months=12
    )
    assert pb.planned_share(plain, dt.date(2025, 12, 31)) == 0.0
    assert pb.planned_share(plain, dt.date(2026, 7, 2)) == pytest.approx(0.5, abs=0.01)
    assert pb.planned_share(plain, dt.date(2028, 1, 1)) == 1.0
    assert pb.realised_share(plain) is None
    assert pb.realised_share(replace(plain, actual=7.0)) == pytest.approx(0.5)
    made = replace(register, benefits=(replace(plain, actual=7.0), replace(plain, actual=4.0)))
    found = pb.indicators(made)
    assert (found.measured, found.promised) == (2, 2)
    assert found.realised == pytest.approx(0.75)


def test_every_project_is_approved_deferred_or_stopped_with_its_amount(register: Register) -> None:
    """PPM-42: the decision table; its amounts are those of the projects."""
    plan = {project.id: 0 for project in register.open_projects}
    plan |= {"P06": None, "P02": None, "P03": 4}
    found = {one.project: one for one in pb.board_decisions(register, plan)}
    assert set(found) == set(plan)
    assert (found["P06"].action, found["P06"].amount) == ("stop", 12.0)
    assert (found["P02"].action, found["P02"].word) == ("defer", "hold")
    assert found["P02"].amount == pytest.approx(register.by_id["P02"].forward_capex)
    assert (found["P03"].action, found["P03"].word) == ("defer", "delay")
    assert (found["P01"].action, found["P01"].word) == ("approve", "continue")
    cost = pf.check_plan(register, plan).cost
    going = sum(one.amount for one in found.values() if plan[one.project] is not None)
    assert going == pytest.approx(cost)


def test_the_project_hears_what_was_approved_and_what_a_gate_holds_back(
    register: Register,
) -> None:
    """LINK-01, downwards: target, exception and blocked budget reach the project."""
    linked = replace(register.by_id["P01"], p80_finish="2029-07-01")
    gate = Gate("P01", "G4", "2026-09-01", "hold")
    made = replace(register, projects=(linked, *register.projects[1:]), gates=(gate,))
    target = Target("P01", "s", "continue", 8108, 8117, 739.8)
    said = pb.orders(linked.library_code, made, {"P01": target})
    assert "by 2029-06-30 with 739.8 million EUR" in said[0]
    assert any("P80" in one for one in said)
    assert "no budget is released" in said[-1]
    assert pb.orders("of no portfolio", made, {"P01": target}) == []
    assert pb.orders("", made, {}) == []


def test_a_closed_gate_blocks_the_release_of_budget_and_an_open_one_lets_it(
    register: Register, tmp_path: Path
) -> None:
    """LINK-01: the gate's status in the portfolio decides in the project's own budget log."""
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as library:
        ensure_sample(library)
        (project,) = library.projects()
        release = BudgetChange("2026-10-05", "R1", "undistributed", "accounts", 4e5, "Cables")
        held = Gate("P01", "G4b second cable", "2026-09-20", "hold")
        keep_register(library, replace(register, gates=(held,)), "hold")
        before = len(library.entries(cost.CHANGE, project.id))
        with pytest.raises(ModelError, match="G4b second cable") as refused:
            cost.add_change(library, project.id, release)
        assert "\n" not in refused.value.line
        assert len(library.entries(cost.CHANGE, project.id)) == before
        # what only moves inside the baseline's reserve is no release
        move = BudgetChange("2026-10-05", "M1", "reserve", "undistributed", 1e5, "Scope")
        cost.add_change(library, project.id, move)
        keep_register(library, replace(register, gates=(replace(held, decision="go"),)), "go")
        cost.add_change(library, project.id, release)
        logged = [entry.body["id"] for entry in library.entries(cost.CHANGE, project.id)]
        assert logged[-2:] == ["M1", "R1"]


# ---------------------------------------------------------------- scoring model


def test_the_scoring_model_measures_by_itself_and_keeps_its_gates(register: Register) -> None:
    found = scoring(register)
    assert found is not None
    assert found.scores.failed == {"P06": ("p_success",)}
    place = found.scores.projects.index("P01")
    share = (0.98 - 0.5) / 0.5
    column = found.scores.criteria.index("p_success")
    assert found.scores.values[place, column] == pytest.approx(share)
    worth = pf.investment(register, register.by_id["P01"])
    assert found.measures["P01"]["bcr"] == pytest.approx(worth.benefit_cost)
    assert found.scores.ranking()[0] != "P06"
    assert "P06" not in found.scores.ranking()


def test_measures_given_go_before_and_missing_ones_are_named(register: Register) -> None:
    own = replace(register.by_id["P06"], measures={"p_success": 0.9})
    others = tuple(p for p in register.projects if p.id != "P06")
    better = scoring(replace(register, projects=(*others, own)))
    assert better is not None
    assert better.scores.failed == {}
    strange = replace(register, criteria=(ScoringCriterion("ready", "Ready", 1.0),))
    with pytest.raises(ModelError, match="has no measure of ready"):
        scoring(strange)
    assert scoring(replace(register, criteria=())) is None


def test_open_gates_give_the_choice_to_stop(register: Register) -> None:
    """Worked by hand: the tree is folded back from the end."""
    found = pf.investment(register, register.by_id["P02"]).staged
    assert found is not None
    first, rest = 0.0, 0.0
    since = 4 * 2026 + 3
    for quarter, amount in register.by_id["P02"].capex.items():
        worth = amount / 1.065 ** (0.25 * (quarter - since) + 0.125)
        if quarter <= 4 * 2027 + 3:
            first += worth
        else:
            rest += worth
    benefit = pf.investment(register, register.by_id["P02"]).benefit_pv / 0.836
    after = max(0.0, 0.836 / 0.88 * benefit - rest)
    assert found.value == pytest.approx(0.88 * after - first)
    # what fails at the gate need not be paid for: more than the value that pays for all
    assert found.value > pf.investment(register, register.by_id["P02"]).npv
    assert pf.investment(register, register.by_id["P01"]).staged is None


def test_a_gate_that_is_still_ahead_holds_nothing_back(register: Register) -> None:
    from planbench.services.portfolio_library import release_blocked

    assert release_blocked(register, "P12") is None
    due = replace(register, gates=(Gate("P12", "G3", "2026-09-30"),))
    assert "not decided" in str(release_blocked(due, "P12"))
