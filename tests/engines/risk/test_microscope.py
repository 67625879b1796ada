"""One iteration as a schedule, what merging costs, and how percentiles settle."""

from __future__ import annotations

import math

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Status
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import prepare, run
from planbench.engines.risk.model import RiskModel, parse_model
from planbench.engines.risk.result import convergence, half_width, order_ranks
from planbench.engines.risk.simulate import RunOptions, simulate

RANGES = {
    "uncertainty": [
        {"where": {"all": True}, "distribution": "triangular", "as": "percent",
         "parameters": {"low": 80, "mode": 100, "high": 150}}
    ]
}  # fmt: skip


@pytest.mark.parametrize("number", [0, 17, 1500])
def test_an_iteration_is_the_calculation_with_its_durations(number) -> None:
    schedule = synthetic_schedule(400, 900, 3)
    network = prepare(schedule)
    result = simulate(network, run(network), parse_model(RANGES), RunOptions(2048, 5))
    seen = result.iteration(number)
    assert seen.project_finish == result.finish[number]
    again = run(network, np.where(schedule.activities.status == Status.COMPLETE,
                                  network.remaining, seen.duration))  # fmt: skip
    assert np.array_equal(seen.start[network.order], again.early_start[network.order])
    assert np.array_equal(seen.finish[network.order], again.early_finish[network.order])
    assert np.array_equal(seen.driving, again.longest_path)


def test_shares_on_the_driving_path_are_those_of_single_iterations(simulation) -> None:
    schedule = simulation.build(
        {"A": 10, "B": 10, "C": 5}, [("A", "C", "FS", 0), ("B", "C", "FS", 0)]
    )
    result = simulation(schedule, {**RANGES}, iterations=200)
    counts = sum(result.iteration(k).driving for k in range(200)) / 200
    assert np.allclose(counts, result.criticality)


def test_what_fired_is_told(simulation) -> None:
    impact = {"where": {"ids": ["A"]}, "as": "hours", "distribution": "fixed",
              "parameters": {"value": 5}}  # fmt: skip
    model = {
        "risks": [{"id": "R", "title": "r", "probability": 0.5, "impacts": [impact]}],
        "drivers": [{"id": "D", "probability": 0.5, "where": {"ids": ["B"]},
                     "factor": {"distribution": "fixed", "parameters": {"value": 2}}}],
        "existence": [{"where": {"ids": ["C"]}, "probability": 0.5}],
    }  # fmt: skip
    schedule = simulation.build({"A": 10, "B": 10, "C": 10}, [])
    result = simulation(schedule, model, iterations=64)
    runs = [result.iteration(k) for k in range(64)]
    for seen in runs:
        hours = (seen.finish - simulation.start) / 60
        assert hours[0] == (15 if seen.risks == ("R",) else 10)
        assert hours[1] == (20 if seen.drivers == {"D": 2.0} else 10)
        assert (seen.finish[2] == NO_TIME) == bool(seen.absent[2])
    assert 20 < sum(bool(seen.risks) for seen in runs) < 44
    assert 20 < sum(bool(seen.absent[2]) for seen in runs) < 44
    with pytest.raises(ModelError, match="no iteration 64"):
        result.iteration(64)


def test_merge_bias_of_normals(simulation) -> None:  # V4: E max of 3 N(0, 1) = 0.8462844
    laws = {name: ("normal", {"mean": 100, "sd": 10}) for name in "ABC"}
    links = [(name, "M", "FS", 0) for name in "ABC"]
    schedule = simulation.build({**dict.fromkeys("ABC", 100), "M": 1}, links)
    result = simulation(schedule, simulation.ranges(laws), iterations=20_480)
    bias = result.merge_bias(20_480)
    assert bias.rows.tolist() == [3]
    assert bias.links.tolist() == [3]
    assert bias.minutes[0] / 60 == pytest.approx(8.462844, abs=0.25)


def test_merging_costs_nothing_where_nothing_varies() -> None:
    schedule = synthetic_schedule(300, 900, 8)
    network = prepare(schedule)
    result = simulate(network, run(network), RiskModel(), RunOptions(64, 1))
    bias = result.merge_bias()
    assert bias.rows.size
    assert (bias.minutes == 0).all()


def test_order_statistics_of_the_eightieth_percentile() -> None:  # V20
    from scipy.stats import binom

    assert order_ranks(10_000, 80) == (7921, 8078)
    for n, p in ((100, 50), (1000, 80), (700, 95)):
        low, high = order_ranks(n, p)
        inside = binom.cdf(high - 1, n, p / 100) - binom.cdf(low - 1, n, p / 100)
        assert inside == pytest.approx(0.95, abs=0.02)


def test_percentiles_settle_and_end_where_the_run_ends() -> None:
    values = np.random.default_rng(4).normal(1000, 100, 20_480)
    steps = convergence(values, (50.0, 80.0))
    assert [s.iterations for s in steps] == sorted({s.iterations for s in steps})
    assert all(s.iterations % 1024 == 0 for s in steps if s.iterations > 1024)
    last = steps[-1]
    assert last.iterations == values.size
    assert last.levels[80.0] == (np.sort(values)[16_383], half_width(values, 80.0))
    assert last.mean == pytest.approx(values.mean())
    assert last.mean_half_width == pytest.approx(1.96 * 100 / math.sqrt(20_480), rel=0.5)
    assert last.levels[50.0][1] < steps[0].levels[50.0][1] / 5
