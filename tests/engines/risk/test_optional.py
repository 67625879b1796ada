"""Existence, probabilistic and conditional branches against exact figures."""

from __future__ import annotations

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.domain.times import to_iso
from planbench.engines.risk.model import model_json, parse_model


def fork(simulation, left: float, right: float, tail: float = 10):
    """A before two paths L and R that meet in Z."""
    links = [("A", "L", "FS", 0), ("A", "R", "FS", 0), ("L", "Z", "FS", 0), ("R", "Z", "FS", 0)]
    return simulation.build({"A": 100, "L": left, "R": right, "Z": tail}, links)


def branch(share: float):
    return {"branches": [{"id": "B", "paths": [
        {"where": {"ids": ["L"]}, "probability": share},
        {"where": {"ids": ["R"]}, "probability": 1 - share}]}]}  # fmt: skip


def test_a_branch_by_chance(simulation) -> None:  # V18, in hundreds of hours
    schedule = fork(simulation, 1000, 2000, 0)
    model = branch(0.7)
    law = {"low": 1500, "mode": 2000, "high": 3000}
    model["uncertainty"] = [{"where": {"ids": ["R"]}, "as": "hours",
                             "distribution": "triangular", "parameters": law}]  # fmt: skip
    assert parse_model(model_json(parse_model(model))) == parse_model(model)
    result = simulation(schedule, model)
    hours = simulation.hours(result) / 100 - 1
    assert hours.mean() == pytest.approx(0.7 * 10 + 0.3 * (65 / 3), abs=0.1)
    mean = 10 + 0.3 * 35 / 3
    assert hours.mean() == pytest.approx(mean, abs=0.1)
    assert (hours == 10).mean() == pytest.approx(0.7, abs=0.006)
    assert np.quantile(hours, 0.8) == pytest.approx(20.0, abs=0.35)  # 15 + Tri(0, 5, 15) at 1/3
    rows = [schedule.row_of_code[name] for name in "LR"]
    assert result.criticality[rows] == pytest.approx([0.7, 0.3], abs=0.006)
    assert (result.finish_levels[50][rows[0]] - simulation.start) / 60 == pytest.approx(1100)


def test_the_published_branch(simulation) -> None:  # V18: 10 d, or 10 d and Tri(5, 10, 20) more
    links = [("A", "R", "FS", 0), ("A", "L", "FS", 0)]
    schedule = simulation.build({"A": 1000, "R": 1000, "L": 1}, links)
    model = branch(0.7)
    model["uncertainty"] = [
        {"where": {"ids": ["R"]}, "as": "hours", "distribution": "triangular",
         "parameters": {"low": 500, "mode": 1000, "high": 2000}},
        {"where": {"ids": ["L"]}, "as": "hours", "distribution": "fixed",
         "parameters": {"value": 0.02}},
    ]  # fmt: skip
    days = simulation.hours(simulation(schedule, model)) / 100
    assert days.mean() == pytest.approx(13.5, abs=0.08)
    assert np.quantile(days, 0.8) == pytest.approx(20.0, abs=0.15)


def test_a_path_not_taken_is_out_of_the_logic(simulation) -> None:
    # without the path the successor begins at the data date, not after A
    schedule = simulation.build(
        {"A": 100, "L": 50, "R": 50, "Z": 10},
        [("A", "L", "FS", 0), ("L", "Z", "FS", 0), ("R", "Z", "FS", 0)],
    )
    result = simulation(schedule, branch(0.5) | {"watch": ["Z"]}, iterations=4096)
    hours = {int(t - simulation.start) // 60 for t in result.watch["Z"]}
    assert hours == {160, 60}


def test_activities_that_may_not_exist_pass_the_logic_on(simulation) -> None:
    schedule = simulation.build({"A": 100, "X": 50, "Z": 10}, [("A", "X", "FS", 0),
                                                              ("X", "Z", "FS", 0)])  # fmt: skip
    model = {"existence": [{"where": {"ids": ["X"]}, "probability": 0.4}]}
    assert parse_model(model_json(parse_model(model))) == parse_model(model)
    result = simulation(schedule, model)
    hours = simulation.hours(result)
    assert set(hours.tolist()) == {110, 160}
    assert (hours == 160).mean() == pytest.approx(0.4, abs=0.006)
    assert result.criticality == pytest.approx([1, 0.4, 1], abs=0.006)
    assert result.duration_mean[1] / 60 == pytest.approx(20, abs=0.4)
    ranks = result.rank_correlation(np.array([1]))
    assert ranks == pytest.approx([1.0])


def test_each_of_many_activities_exists_on_its_own(simulation) -> None:
    names = [f"A{k}" for k in range(8)]
    schedule = simulation.build(dict.fromkeys(names, 10), [])
    model = {"existence": [{"where": {"all": True}, "probability": 0.5}]}
    hours = simulation.hours(simulation(schedule, model))
    assert (hours == 0).mean() == pytest.approx(0.5**8, abs=0.001)


def conditional(simulation, hours: float):
    after = to_iso(simulation.start + int(hours * 60))
    return {"branches": [{"id": "B", "paths": [
        {"where": {"ids": ["L"]}, "when": {"activity": "A", "finish_after": after}},
        {"where": {"ids": ["R"]}}]}]}  # fmt: skip


def test_a_date_decides_which_path_is_taken(simulation) -> None:
    schedule = fork(simulation, 1000, 300)
    law = {"distribution": "uniform", "parameters": {"low": 0, "high": 200}}
    model = conditional(simulation, 150) | {
        "uncertainty": [{"where": {"ids": ["A"]}, "as": "hours", **law}],
        "watch": ["A", "Z"],
    }
    assert parse_model(model_json(parse_model(model))) == parse_model(model)
    result = simulation(schedule, model, iterations=8192)
    a = result.watch["A"] - simulation.start
    expected = a + np.where(a > 150 * 60, 1000 * 60, 300 * 60) + 600
    assert np.array_equal(result.watch["Z"] - simulation.start, expected)
    assert (a > 150 * 60).mean() == pytest.approx(0.25, abs=0.01)
    assert result.criticality[1:3] == pytest.approx([0.25, 0.75], abs=0.01)
    assert np.isnan(result.rank_correlation(np.array([1, 2]))).all()
    assert np.isnan(result.significance(np.array([0, 3]))).all()


def test_a_condition_must_come_before_its_branch(simulation) -> None:
    schedule = simulation.build({"L": 10, "R": 10, "A": 10}, [("L", "A", "FS", 0),
                                                             ("R", "A", "FS", 0)])  # fmt: skip
    with pytest.raises(ModelError, match="Link the condition"):
        simulation(schedule, conditional(simulation, 5))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"branches": [{"id": "B", "paths": [{"where": {"all": True}, "probability": 1.0}]}]},
         "two paths or more"),
        ({"branches": [{"id": "B", "paths": [
            {"where": {"ids": ["L"]}, "probability": 0.5},
            {"where": {"ids": ["R"]}, "probability": 0.4}]}]}, r"add up to 0\.9"),
        ({"branches": [{"id": "B", "paths": [
            {"where": {"ids": ["L"]}}, {"where": {"ids": ["R"]},
             "when": {"activity": "A", "finish_after": "2026-05-01"}}]}]},
         "every path but the last"),
        ({"branches": [{"id": "B", "paths": [
            {"where": {"ids": ["L"]}, "when": {"activity": "A", "finish_after": "soon"}},
            {"where": {"ids": ["R"]}}]}]}, "'soon' is not a date"),
        ({"existence": [{"where": {"ids": ["L"]}, "probability": 1.4}]}, "impossible"),
    ],
)  # fmt: skip
def test_branches_that_make_no_sense_are_refused(model, words) -> None:
    with pytest.raises(ModelError, match=words):
        parse_model(model)


def test_work_may_depend_on_one_choice_only(simulation) -> None:
    model = branch(0.5) | {"existence": [{"where": {"ids": ["L"]}, "probability": 0.5}]}
    with pytest.raises(ModelError, match="L depends on another choice"):
        simulation(fork(simulation, 1, 1), model)
    model = branch(0.5)
    model["cost"] = [{"id": "c", "per_day": {"distribution": "fixed", "parameters": {"value": 1}},
                      "where": {"ids": ["L"]}}]  # fmt: skip
    assert simulation(fork(simulation, 24, 24), model, iterations=4096).cost is not None
