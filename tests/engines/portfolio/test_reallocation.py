"""PPM-22: a move equals working off the same work again with the changed teams."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.portfolio.capacity import as_asked, heat_map
from planbench.engines.portfolio.months import month
from planbench.engines.portfolio.quarters import quarter
from planbench.engines.portfolio.reallocation import Move, reallocate
from planbench.engines.portfolio.register import Project, Register, Role, Settings
from planbench.engines.portfolio.timing import Assumptions, make_option

Q = quarter("2027Q1")
M = 3 * Q
STEP = 1 / 2000


def _register(capacity: float = 100.0, **giver: Any) -> Register:
    role = Role("R", "Fitters", capacity={Q + k: capacity for k in range(16)})
    first = Project(
        "A",
        "a",
        capex={Q + k: 3.0 for k in range(4)},
        benefits={2028 + k: 9.0 for k in range(6)},
        demand={"R": {Q + k: 4.0 for k in range(4)}},
        **giver,
    )
    second = Project(
        "B",
        "b",
        capex={Q + k: 2.0 for k in range(6)},
        benefits={2029 + k: 20.0 for k in range(6)},
        demand={"R": {Q + k: 2.0 for k in range(6)}},
        delays=(0, 1),
    )
    settings = Settings("2027-01-01", 0.08, escalation=0.03, benefits_until=2040)
    return Register(settings, (first, second), (role,))


def _finish(plan: dict[int, float], team: dict[int, float]) -> float:
    """Work done step by step, a two-thousandth of a month at a time, until none is left."""
    left, now = sum(plan.values()), float(min(k for k, v in plan.items() if v))
    while left > 1e-9:
        left -= team.get(int(now + 1e-9), 0.0) * STEP
        now += STEP
    return now


def test_both_finish_as_working_off_with_the_changed_capacities_says() -> None:
    for seed in range(15):
        dice = random.Random(seed)
        levels = [{M + k: dice.uniform(1.0, 5.0) for k in range(9)} for _ in "AB"]
        register = _register()
        made = tuple(
            replace(project, demand={}, demand_months={"R": by})
            for project, by in zip(register.projects, levels, strict=True)
        )
        register = replace(register, projects=made)
        first = M + dice.randrange(9)
        last = min(M + 8, first + dice.randrange(4))
        amount = dice.uniform(0.1, 1.0) * min(levels[0][k] for k in range(first, last + 1))
        move = Move("R", "A", "B", amount, first, last)
        found = reallocate(register, {"A": 0, "B": 0}, move)
        window = range(first, last + 1)
        less = {k: v - amount * (k in window) for k, v in levels[0].items()}
        less |= {M + k: levels[0][M + 8] for k in range(9, 60)}
        more = {k: v + amount * (k in window) for k, v in levels[1].items()}
        slips = [
            _finish(plan, team) - (M + 9) for plan, team in zip(levels, (less, more), strict=True)
        ]
        assert found.giver.slip == pytest.approx(slips[0], abs=2 * STEP), seed
        assert found.taker.slip == pytest.approx(slips[1], abs=2 * STEP), seed
        for effect, plan in ((found.giver, levels[0]), (found.taker, levels[1])):
            assert sum(effect.team.values()) == pytest.approx(sum(plan.values()))


def test_the_loser_loses_what_a_quarter_later_costs_and_the_winner_gains() -> None:
    """All of A's first quarter goes to B: A is what its option one quarter later is worth."""
    register = _register()
    found = reallocate(register, as_asked(register), Move("R", "A", "B", 4.0, M, M + 2))
    late = make_option(register, register.by_id["A"], 1, Assumptions())
    on_time = make_option(register, register.by_id["A"], 0, Assumptions())
    assert found.giver.slip == pytest.approx(3.0)
    assert found.giver.value_before == pytest.approx(on_time.value)
    assert found.giver.value_after == pytest.approx(late.value)
    assert found.giver.gain < 0 < found.taker.gain
    # B has 36 to do: 18 in the first quarter, the other 18 at 2 a month take nine: a year
    assert found.taker.slip == pytest.approx(12 - 18)
    assert found.gain == pytest.approx(found.giver.gain + found.taker.gain)


def test_a_delayed_plan_moves_with_its_months() -> None:
    register = _register()
    found = reallocate(register, {"A": 0, "B": 1}, Move("R", "A", "B", 1.0, M + 3, M + 5))
    assert found.taker.before == 3 * (Q + 6 + 1)
    option = make_option(register, register.by_id["B"], 1, Assumptions())
    assert found.taker.value_before == pytest.approx(option.value)
    assert found.taker.slip == pytest.approx(-1.5)


def test_nobody_free_makes_the_giver_wait() -> None:
    """Levelled: A's rest needs people that only B's end sets free."""
    roomy = reallocate(_register(), {"A": 0, "B": 0}, Move("R", "A", "B", 1.0, M, M + 5))
    tight = reallocate(_register(6.0), {"A": 0, "B": 0}, Move("R", "A", "B", 1.0, M, M + 5))
    assert roomy.giver.slip == pytest.approx(6 / 4)
    # 4 of 6 are free beside B's 2: the same; with 5 only 3 are
    assert tight.giver.slip == pytest.approx(6 / 4)
    tighter = reallocate(_register(5.0), {"A": 0, "B": 0}, Move("R", "A", "B", 1.0, M, M + 5))
    assert tighter.giver.slip == pytest.approx(6 / 3)
    with pytest.raises(ModelError, match="nobody is free"):
        reallocate(_register(0.0), {"A": 0, "B": 0}, Move("R", "A", "B", 1.0, M, M + 5))


def test_the_cells_afterwards_are_those_of_the_teams() -> None:
    register = _register()
    found = reallocate(register, as_asked(register), Move("R", "A", "B", 1.0, M, M + 5))
    assert found.before == heat_map(register, as_asked(register), monthly=True)
    total = sum(cell.demand for cell in found.before)
    assert sum(cell.demand for cell in found.after) == pytest.approx(total)
    first = next(cell for cell in found.after if cell.month == M)
    assert dict(first.causes) == {"A": pytest.approx(3.0), "B": pytest.approx(3.0)}


def test_a_deadline_that_is_missed_then_costs_its_loss() -> None:
    register = _register(deadline="2027-12-31", deadline_loss=5.0)
    found = reallocate(register, as_asked(register), Move("R", "A", "B", 1.0, M, M + 2))
    assert (found.giver.late_before, found.giver.late_after) == (0, 1)
    free = reallocate(_register(), as_asked(_register()), Move("R", "A", "B", 1.0, M, M + 2))
    assert found.giver.gain == pytest.approx(free.giver.gain - 5.0)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"role": "X"}, "no role 'X'"),
        ({"giver": "X"}, "no project 'X'"),
        ({"taker": "A"}, "gives to itself"),
        ({"amount": 0.0}, "not above 0"),
        ({"amount": 4.5}, "A has 4.0 FTE in 2027-01"),
        ({"first": month("2027-12"), "last": month("2028-01")}, "A has 0.0 FTE in 2028-01"),
    ],
)
def test_moves_that_cannot_be_are_refused(changed: dict[str, Any], words: str) -> None:
    register = _register()
    move = replace(Move("R", "A", "B", 1.0, M, M + 2), **changed)
    with pytest.raises(ModelError, match=words):
        reallocate(register, as_asked(register), move)


def test_a_project_that_does_not_go_on_gives_nothing() -> None:
    with pytest.raises(ModelError, match="does not go on"):
        reallocate(_register(), {"A": None, "B": 0}, Move("R", "A", "B", 1.0, M, M))
