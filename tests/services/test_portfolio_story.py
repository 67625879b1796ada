"""The sample portfolio tells a story worth showing: one test for the whole of it."""

from __future__ import annotations

from planbench.services import portfolio as pf
from planbench.services.portfolio_board import board_decisions, indicators
from planbench.services.portfolio_library import release_blocked
from planbench.services.portfolio_scoring import scoring


def test_a_running_project_stops_a_supplier_is_chronic_and_an_objective_is_uncovered() -> None:
    register = pf.sample_portfolio()
    solved = pf.solve_portfolio(register)
    stopped = [one.project for one in solved.answer.decisions if one.decision == "stop"]
    assert stopped == ["P06"]
    pilot = register.by_id["P06"]
    assert pilot.running
    assert not pilot.must_do
    ahead = pf.investment(register, pilot).npv
    assert ahead < -pilot.exit_cost < 0  # going on loses more than stopping costs
    asked = {one.project: one.action for one in board_decisions(register, solved.plan)}
    assert asked["P06"] == "stop"
    # what else is known of it says the same: a gate on hold, below the gate of the scoring model
    assert release_blocked(register, "P06") is not None
    model = scoring(register)
    assert model is not None
    assert set(model.scores.failed) == {"P06"}
    assert indicators(register).health["P06"] == "amber"
    chronic = [level.name for level in pf.systemic_levels(register)["supplier"] if level.chronic]
    assert chronic == ["S07"]
    found = pf.align(register, solved.plan)
    weights = dict(zip(found.drivers, found.weights.tolist(), strict=True))
    assert found.uncovered[0] == "D5"
    assert weights["D5"] > 0.15
    short = pf.check_plan(register, {p.id: 0 for p in register.open_projects})
    assert short.broken  # as asked, it does not fit
    assert pf.check_plan(register, solved.plan).broken == {}
