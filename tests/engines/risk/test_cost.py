"""Cost against closed forms, and joint confidence against the bivariate normal."""

from __future__ import annotations

import math

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.engines.risk.cost import CostResult
from planbench.engines.risk.model import model_json, parse_model


def fixed(value: float) -> dict:
    return {"distribution": "fixed", "parameters": {"value": value}}


LINES = [
    {
        "id": "Crew",
        "fixed": {"distribution": "uniform", "parameters": {"low": 2000, "high": 6000}},
        "per_day": fixed(1000),
        "where": {"ids": ["A"]},
    }
]


def test_fixed_part_and_day_rate(simulation) -> None:
    """U(2000, 6000) + 1000 x Tri(8, 10, 15): moments of the sum by hand."""
    model = simulation.ranges({"A": ("triangular", {"low": 192, "mode": 240, "high": 360})})
    result = simulation(simulation.build({"A": 240}, []), {**model, "cost": LINES})
    variance_tri = (64 + 100 + 225 - 80 - 120 - 150) / 18.0
    sd = math.sqrt(4000**2 / 12.0 + 1e6 * variance_tri)
    assert result.cost.total.mean() == pytest.approx(15_000, rel=1e-4)
    assert result.cost.total.std() == pytest.approx(sd, rel=3e-3)
    expected = math.sqrt(1e6 * variance_tri) / sd
    assert result.cost.correlation == pytest.approx(expected, abs=0.005)
    assert expected == pytest.approx(0.786796, abs=1e-6)
    assert result.cost.at_plan == pytest.approx(14_000)


def test_a_risk_costs_in_the_runs_in_which_it_delays(simulation) -> None:
    impact = {"where": {"ids": ["A"]}, "as": "hours", **fixed(10)}
    risk = {"id": "R", "probability": 0.3, "impacts": [impact], "cost": fixed(500)}
    risk["mitigated"] = {"probability": 0.1, "impacts": [], "cost": fixed(200)}
    risk["mitigated"]["cost_of_action"] = 40
    schedule = simulation.build({"A": 20}, [])
    result = simulation(schedule, {"risks": [risk]}, iterations=10_240)
    hours = simulation.hours(result)
    assert np.array_equal(result.cost.total, np.where(hours > 20, 500.0, 0.0))
    assert result.cost.total.mean() == pytest.approx(150, abs=1)
    after = simulation(schedule, {"risks": [risk]}, iterations=10_240, mitigated=True)
    assert after.cost.total.mean() == pytest.approx(40 + 20, abs=1)
    assert set(np.unique(after.cost.total)) == {40.0, 240.0}


def test_a_line_over_fixed_work_and_opportunities(simulation) -> None:
    line = {"id": "L", "per_day": fixed(240), "where": {"all": True}}
    saving = {"id": "O", "kind": "opportunity", "probability": 1.0, "impacts": [], "cost": fixed(7)}
    schedule = simulation.build({"A": 24, "B": 12}, [("A", "B", "FS", 0)])
    result = simulation(schedule, {"cost": [line], "risks": [saving]}, iterations=100)
    assert (result.cost.total == 1.5 * 240 - 7).all()
    assert result.cost.at_plan == 360
    assert math.isnan(result.cost.correlation)


@pytest.mark.parametrize(
    ("rho", "both"),
    [(0.0, 0.25), (0.3, 0.298493), (0.5, 1 / 3), (0.6, 0.352416), (0.8, 0.397584), (0.9, 0.428217)],
)  # V12
def test_joint_confidence_of_two_medians(rho, both) -> None:
    result = normals(rho)
    assert result.joint_at(50) == pytest.approx(both, abs=0.004)


def test_joint_confidence_of_a_bivariate_normal() -> None:
    result = normals(0.6)
    assert result.joint_at(70) == pytest.approx(0.572748, abs=0.004)
    assert result.joint_at(80) == pytest.approx(0.699235, abs=0.004)
    assert result.level_for(0.7) == pytest.approx(80.0577, abs=0.3)


def normals(rho: float) -> CostResult:
    """300,000 runs whose cost and finish are normal with a correlation."""
    z = np.random.default_rng(5).standard_normal((2, 300_000))
    late = rho * z[0] + math.sqrt(1 - rho * rho) * z[1]
    return CostResult(z[0], np.rint(late * 1e6).astype(np.int64), 0.0, {})


@pytest.mark.parametrize("threads", [1, 2])
def test_cost_does_not_depend_on_threads(simulation, threads) -> None:
    model = simulation.ranges({"A": ("uniform", {"low": 10, "high": 30})})
    schedule = simulation.build({"A": 20}, [])
    given = {**model, "cost": LINES}
    first = simulation(schedule, given, iterations=3000, threads=1, width=64)
    again = simulation(schedule, given, iterations=3000, threads=threads, width=32)
    assert np.array_equal(first.cost.total, again.cost.total)


def test_a_model_without_costs_has_none(simulation) -> None:
    assert simulation(simulation.build({"A": 20}, []), {}, iterations=10).cost is None


def test_lines_survive_being_written_and_mistakes_are_told() -> None:
    model = parse_model({"cost": LINES})
    assert parse_model(model_json(model)) == model
    for line in ({"id": "X"}, {"id": "X", "per_day": fixed(1)}, {**LINES[0], "rate": 1}):
        with pytest.raises(ModelError, match=r"cost 1|cost X|cost Crew"):
            parse_model({"cost": [line]})
