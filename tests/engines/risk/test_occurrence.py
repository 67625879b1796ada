"""Risks that occur together: correlated, exclusive, dependent."""

from __future__ import annotations

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.engines.risk.model import model_json, parse_model


def risk(name, probability, hours=10.0, **more):
    impact = {"where": {"ids": [name]}, "as": "hours", "distribution": "fixed",
              "parameters": {"value": hours}}  # fmt: skip
    return {"id": name, "title": name, "probability": probability, "impacts": [impact], **more}


def occurrences(simulation, risks, entries, **options):
    """By risk whether it occurred, run by run: each delays an activity of its own name."""
    names = [item["id"] for item in risks]
    schedule = simulation.build(dict.fromkeys(names, 10), [])
    model = parse_model({"risks": risks, "occurrence": entries, "watch": names})
    result = simulation(schedule, model, **options)
    return {name: result.watch[name] > result.watch_deterministic[name] for name in names}


@pytest.mark.parametrize("rho", [0.6, -0.6])
def test_correlated_occurrence_is_tetrachoric(simulation, rho) -> None:
    from scipy.stats import multivariate_normal, norm

    entry = {"risks": ["A", "B"], "coefficient": rho}
    seen = occurrences(simulation, [risk("A", 0.3), risk("B", 0.2)], [entry])
    law = multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    both = law.cdf([norm.ppf(0.3), norm.ppf(0.2)])
    assert seen["A"].mean() == pytest.approx(0.3, abs=0.0058)
    assert seen["B"].mean() == pytest.approx(0.2, abs=0.005)
    assert (seen["A"] & seen["B"]).mean() == pytest.approx(both, abs=0.005)


def test_of_exclusive_risks_at_most_one_occurs(simulation) -> None:
    risks = [risk("A", 0.3), risk("B", 0.5), risk("C", 0.2)]
    seen = occurrences(simulation, risks, [{"risks": ["A", "B", "C"], "exclusive": True}])
    total = sum(seen[name].astype(int) for name in "ABC")
    assert (total == 1).all()  # the probabilities make 1
    for name, chance in zip("ABC", (0.3, 0.5, 0.2), strict=True):
        assert seen[name].mean() == pytest.approx(chance, abs=0.007)


def test_a_dependent_risk_has_another_probability_when_its_parent_occurs(simulation) -> None:
    risks = [risk("B", 0.1), risk("A", 0.4), risk("C", 0.0)]  # parents in any order
    entries = [
        {"risks": ["B"], "if": "A", "probability": 0.8},
        {"risks": ["C"], "if": "B", "probability": 1.0},
    ]
    seen = occurrences(simulation, risks, entries)
    assert seen["B"][seen["A"]].mean() == pytest.approx(0.8, abs=0.008)
    assert seen["B"][~seen["A"]].mean() == pytest.approx(0.1, abs=0.005)
    assert (seen["C"] == seen["B"]).all()


def test_taking_a_risk_out_leaves_the_others_where_they_were(simulation) -> None:
    risks = [risk("A", 0.3), risk("B", 0.5), risk("C", 0.1)]
    schedule = simulation.build(dict.fromkeys("ABC", 10), [])
    given = {
        "risks": risks,
        "watch": ["A", "B", "C"],
        "occurrence": [
            {"risks": ["A", "B"], "exclusive": True},
            {"risks": ["C"], "if": "B", "probability": 0.9},
        ],
    }
    model = parse_model(given)
    whole = simulation(schedule, model, iterations=2048)
    without_a = simulation(schedule, model.without("A"), iterations=2048)
    assert (without_a.watch["A"] == whole.watch_deterministic["A"]).all()
    assert np.array_equal(without_a.watch["B"], whole.watch["B"])
    assert np.array_equal(without_a.watch["C"], whole.watch["C"])
    without_b = simulation(schedule, model.without("B"), iterations=20_480)
    share = (without_b.watch["C"] > whole.watch_deterministic["C"]).mean()
    assert share == pytest.approx(0.1, abs=0.01)  # what it depends on no longer occurs


def test_costs_arise_in_the_runs_of_the_joint_occurrence(simulation) -> None:
    cost = {"distribution": "fixed", "parameters": {"value": 100}}
    risks = [risk("A", 0.4, cost=cost), risk("B", 0.4, cost=cost)]
    schedule = simulation.build(dict.fromkeys("AB", 10), [])
    model = {"risks": risks, "occurrence": [{"risks": ["A", "B"], "exclusive": True}]}
    total = simulation(schedule, model).cost.total
    assert set(total.tolist()) == {0.0, 100.0}
    assert total.mean() == pytest.approx(80.0, abs=0.6)


def test_entries_survive_being_written() -> None:
    given = {
        "risks": [risk(name, 0.2) for name in "ABCDE"],
        "occurrence": [
            {"risks": ["A", "B"], "coefficient": 0.5},
            {"risks": ["C", "D"], "exclusive": True},
            {"risks": ["E"], "if": "A", "probability": 0.7},
        ],
    }
    model = parse_model(given)
    assert parse_model(model_json(model)) == model


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([{"risks": ["A", "X"], "coefficient": 0.5}], "no risk X"),
        ([{"risks": ["A"], "if": "B", "probability": 1},
          {"risks": ["B"], "if": "A", "probability": 1}], "depends on itself"),
        ([{"risks": ["A", "B"], "exclusive": True}], "add up to 1.2"),
        ([{"risks": ["A", "B"], "coefficient": 0.5},
          {"risks": ["A"], "if": "B", "probability": 1}], "another entry"),
        ([{"risks": ["A", "B"]}], "give one of"),
        ([{"risks": ["A", "A"], "exclusive": True}], "different risks"),
        ([{"risks": ["A", "B"], "coefficient": 0.5, "probability": 1}], "belong together"),
    ],
)  # fmt: skip
def test_entries_that_make_no_sense_are_refused(entries, words) -> None:
    risks = [risk("A", 0.6), risk("B", 0.6)]
    with pytest.raises(ModelError, match=words):
        parse_model({"risks": risks, "occurrence": entries})
