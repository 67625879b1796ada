"""Measures of a finished run against slow calculations from its single iterations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats  # noqa: TID253

from planbench.domain.schedule import Status
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import prepare, run
from planbench.engines.risk.contribution import held_effects
from planbench.engines.risk.model import parse_model
from planbench.engines.risk.result import LEVELS
from planbench.engines.risk.simulate import RunOptions, simulate

RANGES = {"where": {"all": True}, "distribution": "triangular", "as": "percent",
          "parameters": {"low": 80, "mode": 100, "high": 150}}  # fmt: skip
DELAY = {"where": {"ids": ["A", "C"]}, "as": "hours", "distribution": "uniform",
         "parameters": {"low": 5, "high": 40}}  # fmt: skip
MODEL: Any = {
    "uncertainty": [RANGES],
    "risks": [{"id": "R", "title": "r", "probability": 0.4, "impacts": [DELAY]}],
    "drivers": [{"id": "D", "probability": 0.5, "where": {"ids": ["B"]},
                 "factor": {"distribution": "uniform", "parameters": {"low": 1, "high": 2}}}],
}  # fmt: skip
LINKS = [("A", "C", "FS", 0), ("B", "C", "FS", 0), ("C", "D", "SS", 4), ("D", "E", "FS", 0)]
HOURS = {"A": 20, "B": 24, "C": 30, "D": 30, "E": 8}


@pytest.fixture(scope="module")
def network(simulation) -> Any:
    return simulation.build(HOURS, LINKS)


@pytest.fixture(scope="module")
def ran(simulation, network) -> Any:
    return simulation(network, MODEL, iterations=512)


@pytest.fixture(scope="module")
def runs(ran) -> list[Any]:
    return [ran.iteration(k) for k in range(512)]


ROWS = np.arange(5, dtype=np.int32)


def test_correlations_against_scipy(ran, runs) -> None:
    durations = np.array([one.duration for one in runs]).T
    finish = np.array([one.project_finish for one in runs])
    for measured, slow in (
        (ran.kendall(ROWS), stats.kendalltau),
        (ran.rank_correlation(ROWS), stats.spearmanr),
        (ran.pearson, stats.pearsonr),
    ):
        expected = [slow(row, finish).statistic for row in durations]
        assert np.allclose(measured, expected, atol=1e-9)


def test_the_share_of_the_variance_is_covariance_over_variance(ran, runs) -> None:
    finish = np.array([one.project_finish for one in runs], dtype=float)
    expected = [
        np.cov(np.array([one.duration[k] for one in runs], dtype=float), finish, ddof=0)[0, 1]
        / finish.var()
        for k in range(5)
    ]
    assert np.allclose(ran.variance_share, expected, atol=1e-9)


def test_shares_of_the_variance_of_a_chain_add_up_to_one(simulation) -> None:
    chain = simulation.build(
        {"A": 10, "B": 20, "C": 30}, [("A", "B", "FS", 0), ("B", "C", "FS", 0)]
    )
    result = simulation(chain, {"uncertainty": [RANGES]}, iterations=4096)
    assert result.variance_share.sum() == pytest.approx(1.0, abs=1e-9)


def test_swing_is_the_mean_finish_about_p10_and_p90_of_the_duration(ran, runs) -> None:
    low, high = ran.swing(ROWS)
    durations = np.array([one.duration for one in runs]).T
    finish = np.array([one.project_finish for one in runs])
    for k in range(5):
        order = sorted(durations[k].tolist())
        for found, ends in ((low, (0.05, 0.15)), (high, (0.85, 0.95))):
            bounds = [order[round(511 * share)] for share in ends]
            inside = [f for d, f in zip(durations[k], finish, strict=True)
                      if bounds[0] <= d <= bounds[1]]  # fmt: skip
            assert found[k] == pytest.approx(np.mean(inside), abs=1)


def test_swing_of_a_single_activity_is_its_own_spread(simulation) -> None:
    law = {"where": {"ids": ["A"]}, "distribution": "uniform", "as": "hours",
           "parameters": {"low": 100, "high": 200}}  # fmt: skip
    one = simulation.build({"A": 150, "B": 1}, [])
    result = simulation(one, {"uncertainty": [law]}, iterations=10_240)
    low, high = result.swing(ROWS[:2])
    assert (high[0] - low[0]) / 60 == pytest.approx(80, abs=0.2)  # P90 - P10 of U(100, 200)
    assert low[1] == NO_TIME


def test_contributions_are_those_of_the_driving_paths(simulation, network, ran, runs) -> None:
    found = ran.contributions(512)
    alone = simulation(network, {"uncertainty": [RANGES]}, iterations=512)
    calculated = run(prepare(network)).remaining_duration
    ranges, risks = np.zeros(5), np.zeros(5)
    for k, one in enumerate(runs):
        own = alone.iteration(k).duration
        ranges += np.where(one.driving, own - calculated, 0)
        risks += np.where(one.driving, one.duration - own, 0)
    assert np.allclose(found.ranges, ranges / 512)
    assert np.allclose(found.risks, risks / 512)
    assert found.risks[3] == 0  # nothing bears on D


def test_contributions_of_a_chain_are_the_whole_delay(simulation) -> None:
    chain = simulation.build({"A": 10, "C": 30}, [("A", "C", "FS", 0)])
    result = simulation(chain, {**MODEL, "drivers": []}, iterations=1024)
    found = result.contributions()
    delay = (result.finish - result.deterministic).mean()
    assert found.ranges.sum() + found.risks.sum() == pytest.approx(delay, abs=1e-6)


def test_percentiles_of_starts_are_those_of_single_iterations() -> None:
    schedule = synthetic_schedule(60, 140, 3)
    network = prepare(schedule)
    cpm = run(network)
    model = parse_model({"uncertainty": [RANGES]})
    result = simulate(network, cpm, model, RunOptions(1024, 5))
    levels, mean = result.starts(1024)
    runs = np.array([result.iteration(k).start for k in range(1024)])
    begun = schedule.activities.status != Status.NOT_STARTED
    for row in np.flatnonzero(result.simulated & ~begun).tolist():
        own = np.sort(runs[:, row])
        tolerance = 5 * 1440 + (own[-1] - own[0]) / 40  # a bin, and the nights within it
        for level in LEVELS:
            exact = own[int(np.ceil(level / 100 * 1024)) - 1]
            assert abs(int(levels[level][row]) - exact) <= tolerance
        assert abs(int(mean[row]) - own.mean()) <= 3 * 1440
    actual = result.simulated & begun
    assert np.array_equal(mean[actual], schedule.activities.actual_start[actual])


def test_nothing_varies_and_every_start_is_the_calculated_one() -> None:
    schedule = synthetic_schedule(200, 500, 4)
    network = prepare(schedule)
    cpm = run(network)
    result = simulate(network, cpm, parse_model({}), RunOptions(64, 5))
    levels, mean = result.starts()
    waiting = result.simulated & (schedule.activities.status == Status.NOT_STARTED)
    assert waiting.any()
    for dates in (*levels.values(), mean):
        assert np.array_equal(dates[waiting], cpm.early_start[waiting])


def test_existence_is_the_share_of_the_runs_with_the_work(simulation) -> None:
    model = {"existence": [{"where": {"ids": ["C"]}, "probability": 0.25}]}
    result = simulation(simulation.build({"A": 10, "C": 10}, []), model, iterations=4096)
    assert result.existence[0] == 1
    assert result.existence[1] == pytest.approx(0.25, abs=0.001)  # stratified


def test_holding_a_range_at_its_mean_takes_its_spread_out(simulation) -> None:
    chain = simulation.build({"A": 100, "B": 200}, [("A", "B", "FS", 0)])
    result = simulation(chain, {"uncertainty": [RANGES]}, iterations=4096)
    network = prepare(chain)
    model = parse_model({"uncertainty": [RANGES]})
    (held,) = held_effects(network, run(network), model, result, [0])
    (other,) = result._lens._replay.durations(np.array([1]), 4096)
    mean = 100 * 60 * (80 + 100 + 150) / 300  # of the triangle
    alone = np.sort(mean + other)[int(np.ceil(0.8 * 4096)) - 1]
    p80 = np.sort(result.finish - simulation.start)[int(np.ceil(0.8 * 4096)) - 1]
    assert held.p80 == pytest.approx(p80 - alone, abs=1)
    assert held.mean == pytest.approx(0, abs=5)
    assert held_effects(network, run(network), parse_model({}), result, [0]) == ()


def test_the_ranges_alone_keep_their_correlation_whatever_risks_do(simulation, network) -> None:
    pair = {"where": {"ids": ["A", "C"]}, "coefficient": 0.7}
    result = simulation(network, {**MODEL, "correlation": [pair]}, iterations=10_240)
    (entry,) = result.correlated
    assert result.achieved_by_ranges(entry)[0, 1] == pytest.approx(0.7, abs=0.02)
    assert result.achieved(entry)[0, 1] != pytest.approx(0.7, abs=0.02)


def test_significance_is_at_most_one_where_the_plan_is_late(simulation, network) -> None:
    project = replace(network.projects[0], must_finish_by=simulation.start + 60)
    late = replace(network, projects=(project,))
    result = simulation(late, {"uncertainty": [RANGES]}, iterations=256)
    assert (run(prepare(late)).total_float < 0).any()
    shares = result.significance(ROWS, 256)
    length = (result.finish[:256] - simulation.start).astype(float)
    assert (shares <= length.max() / length.mean()).all()
