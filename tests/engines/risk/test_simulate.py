"""The simulation against closed forms, full enumerations and published figures.

Tolerances are four standard errors of plain Monte Carlo at 102,400 iterations unless the figure
is exact.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.errors import Cancelled, ModelError
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import prepare, run
from planbench.engines.risk import passes
from planbench.engines.risk import simulate as risk
from planbench.engines.risk.contribution import exclusion_effects, shapley_shares, shapley_values
from planbench.engines.risk.model import parse_model
from planbench.engines.risk.result import half_width, nearest_rank
from planbench.engines.risk.simulate import RunOptions, simulate

N = 102_400
UNIT = 1000.0  # hours that stand for 1 in laws on [0, 1]


def chain(*names: str) -> list:
    return [(a, b, "FS", 0) for a, b in itertools.pairwise(names)]


def close(values, mean=None, sd=None, at=None) -> None:
    n, spread = values.size, values.std()
    if mean is not None:
        assert abs(values.mean() - mean) < 4 * spread / math.sqrt(n) + 0.01
    if sd is not None:
        assert values.std() == pytest.approx(sd, rel=0.012)
    for p, value in (at or {}).items():
        density = 0.3 / spread  # of most laws here at their P80; a bound, not a fit
        error = math.sqrt(p * (1 - p) / n) / (density * 0.5)
        assert abs(np.quantile(values, p) - value) < 4 * error + 0.02


@pytest.mark.parametrize(("n", "p80"), [(2, 1.367544), (3, 1.937121), (12, 6.849833)])
def test_sum_of_uniforms(simulation, n, p80) -> None:  # V1
    names = [f"A{k}" for k in range(n)]
    schedule = simulation.build(dict.fromkeys(names, UNIT / 2), chain(*names))
    law = ("uniform", {"low": 0, "high": UNIT})
    hours = simulation.hours(simulation(schedule, simulation.ranges(dict.fromkeys(names, law))))
    close(hours / UNIT, n / 2, math.sqrt(n / 12), {0.8: p80})


TRIANGLES = {
    "A": ("triangular", {"low": 2000, "mode": 3000, "high": 4500}),
    "B": ("triangular", {"low": 3500, "mode": 4000, "high": 6000}),
    "C": ("triangular", {"low": 1500, "mode": 2500, "high": 4000}),
}


def test_sum_of_triangles(simulation) -> None:  # V2
    schedule = simulation.build({"A": 3000, "B": 4000, "C": 2500}, chain("A", "B", "C"))
    result = simulation(schedule, simulation.ranges(TRIANGLES))
    hours = simulation.hours(result) / 100
    points = {0.1: 91.7783, 0.5: 103.0426, 0.8: 111.0545, 0.9: 115.2912}
    close(hours, 103.333333, 9.052317, points)
    assert result.confidence(result.deterministic) == pytest.approx(0.185432, abs=0.005)
    assert np.allclose(result.criticality, 1.0)
    # serial and independent: correlation and sensitivity index are both sd_i / sd (V22)
    expected = result.duration_sd / 60 / (hours.std() * 100)
    assert np.allclose(result.pearson, expected, atol=0.015)
    assert np.allclose(result.sensitivity, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("n", "p80"), [(2, 0.894427), (3, 0.928318), (5, 0.956352), (10, 0.977933)]
)
def test_largest_of_uniforms(simulation, n, p80) -> None:  # V3
    names = [f"A{k}" for k in range(n)]
    schedule = simulation.build(dict.fromkeys(names, UNIT / 2), [])
    law = ("uniform", {"low": 0, "high": UNIT})
    hours = simulation.hours(simulation(schedule, simulation.ranges(dict.fromkeys(names, law))))
    close(hours / UNIT, n / (n + 1), None, {0.8: p80})


@pytest.mark.parametrize(
    ("n", "mean"), [(2, 0.5641896), (5, 1.1629645), (20, 1.8674751), (100, 2.5075936)]
)
def test_largest_of_normals(simulation, n, mean) -> None:  # V4
    names = [f"A{k}" for k in range(n)]
    schedule = simulation.build(dict.fromkeys(names, 10_000), [])
    law = ("normal", {"mean": 10_000, "sd": 1000})
    result = simulation(schedule, simulation.ranges(dict.fromkeys(names, law)))
    close((simulation.hours(result) - 10_000) / 1000, mean)


@pytest.mark.parametrize(
    ("k", "mean", "p80"),
    [(2, 108.4616, 114.9923), (3, 111.1042, 117.0312), (5, 114.1005, 119.3681)],
)
def test_merge_bias_of_equal_paths(simulation, k, mean, p80) -> None:  # V4
    base = {"A": 3000, "B": 4000, "C": 2500}
    durations = {f"{name}{i}": h for i in range(k) for name, h in base.items()}
    links = [link for i in range(k) for link in chain(f"A{i}", f"B{i}", f"C{i}")]
    laws = {name: TRIANGLES[name[0]] for name in durations}
    result = simulation(simulation.build(durations, links), simulation.ranges(laws))
    close(simulation.hours(result) / 100, mean, None, {0.8: p80})


def test_two_parallel_triangles(simulation) -> None:  # V6
    schedule = simulation.build({"A": 1000, "B": 1000}, [])
    laws = {
        "A": ("triangular", {"low": 800, "mode": 1000, "high": 1500}),
        "B": ("triangular", {"low": 900, "mode": 1000, "high": 1200}),
    }
    result = simulation(schedule, simulation.ranges(laws))
    close(simulation.hours(result) / 100, 11.351270, 1.174304, {0.5: 11.130224, 0.8: 12.354249})
    assert result.criticality == pytest.approx([0.627778, 0.372222], abs=0.006)
    assert result.pearson == pytest.approx([0.91530, 0.21090], abs=0.012)
    assert result.sensitivity == pytest.approx([0.78690, 0.19767], abs=0.01)


def bridge(simulation, law, base):
    names = [f"X{k}" for k in range(1, 6)]
    links = [("X1", "X4", "FS", 0), ("X1", "X3", "FS", 0), ("X3", "X5", "FS", 0)]
    links += [("X2", "X5", "FS", 0)]
    schedule = simulation.build(dict.fromkeys(names, base), links)
    return simulation(schedule, simulation.ranges(dict.fromkeys(names, law)))


def test_stochastic_activity_network_of_exponentials(simulation) -> None:  # V7
    result = bridge(simulation, ("weibull", {"shape": 1, "scale": UNIT}), UNIT)
    hours = simulation.hours(result) / UNIT
    close(hours, 83 / 24, math.sqrt(1663 / 576))
    assert (hours > 5).mean() == pytest.approx(0.165329707, abs=0.0047)
    expected = [19 / 24, 5 / 24, 7 / 12, 5 / 24, 19 / 24]
    assert result.criticality == pytest.approx(expected, abs=0.0062)


def test_the_same_network_of_two_point_laws(simulation) -> None:  # V8
    law = ("discrete", {"values": [1, 2], "weights": [1, 1]})
    hours = simulation.hours(bridge(simulation, law, 1))
    shares = [(hours == t).mean() for t in (3, 4, 5, 6)]
    assert shares == pytest.approx([4 / 32, 12 / 32, 12 / 32, 4 / 32], abs=0.0062)
    assert sum(shares) == pytest.approx(1.0)


POINTS = {
    "A": ([2, 4, 7], [0.25, 0.5, 0.25]),
    "B": ([3, 5, 9], [0.3, 0.5, 0.2]),
    "C": ([1, 2, 6], [0.2, 0.6, 0.2]),
    "D": ([4, 6, 8], [0.25, 0.5, 0.25]),
    "E": ([2, 3, 8], [0.5, 0.3, 0.2]),
    "F": ([5, 7, 10], [0.6, 0.3, 0.1]),
    "G": ([1, 2, 3], [1, 1, 1]),
}
PRECEDENCE = [
    ("A", "B", "FS", 0), ("A", "C", "SS", 1), ("B", "D", "FS", 0), ("C", "D", "FF", 2),
    ("C", "E", "FS", 1), ("B", "F", "SS", 2), ("E", "F", "FF", 0), ("D", "G", "FS", 0),
    ("F", "G", "FS", -1), ("E", "G", "SF", 6),
]  # fmt: skip


def test_all_link_types_against_full_enumeration(simulation) -> None:  # V9
    laws = {
        name: ("discrete", {"values": values, "weights": weights})
        for name, (values, weights) in POINTS.items()
    }
    schedule = simulation.build(dict.fromkeys(POINTS, 5), PRECEDENCE)
    result = simulation(schedule, simulation.ranges(laws))
    hours = simulation.hours(result)
    close(hours, 17.61885, 3.0618444350)
    cdf = {10: 0.0024, 13: 0.060825, 15: 0.2484, 17: 0.5065416667, 19: 0.73375, 20: 0.8220833333,
           22: 0.93125, 25: 0.9916666667, 27: 1.0}  # fmt: skip
    for t, p in cdf.items():
        assert (hours <= t).mean() == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / N) + 1e-9)
    assert [nearest_rank(result.finish, p) for p in (50, 80, 90)] == [
        simulation.start + 60 * t for t in (17, 20, 22)
    ]
    criticality = [1, 0.971725, 0.0661, 0.917425, 0.0661, 0.120175, 1]
    assert result.criticality == pytest.approx(criticality, abs=0.0042)
    correlation = [0.5652284, 0.6375452, 0.0361225, 0.4090666, 0.0222737, 0.0674355, 0.2621082]
    assert result.pearson == pytest.approx(correlation, abs=0.0125)
    index = [0.5830986, 0.6626794, 0.0376405, 0.4237429, 0.0494650, 0.0619342, 0.2666682]
    assert result.sensitivity == pytest.approx(index, abs=0.012)


def test_significance_index_from_full_calculations(simulation) -> None:  # V9
    laws = {
        name: ("discrete", {"values": values, "weights": weights})
        for name, (values, weights) in POINTS.items()
    }
    schedule = simulation.build(dict.fromkeys(POINTS, 5), PRECEDENCE)
    result = simulation(schedule, simulation.ranges(laws), iterations=2048)
    index = result.significance(np.arange(7), 2048)
    expected = [1, 0.99098, 0.31297, 0.97764, 0.36689, 0.62040, 1]
    assert index == pytest.approx(expected, abs=0.035)


def test_a_risk_that_occurs_in_three_of_ten_runs(simulation) -> None:  # V10, V18
    schedule = simulation.build({"A": 10_000}, [])
    law = {"distribution": "triangular", "parameters": {"low": 500, "mode": 1000, "high": 2000}}
    impact = {"where": {"ids": ["A"]}, "as": "hours", **law}
    model = {"risks": [{"id": "R", "probability": 0.3, "impacts": [impact]}]}
    result = simulation(schedule, model)
    hours = simulation.hours(result) / 100
    close(hours, 103.5, 5.612486, {0.9: 112.928932})
    assert nearest_rank(result.finish, 70) in (result.deterministic, result.deterministic + 60)
    assert result.confidence(result.deterministic) == pytest.approx(0.7, abs=0.006)
    assert np.quantile(hours, 0.8) == pytest.approx(110.0, abs=0.15)


@pytest.mark.parametrize(("rank", "sd"), [(0.0, 4.654747), (0.48283, 10.85), (1.0, 14.719601)])
def test_correlation_widens_the_sum_and_leaves_the_margins(simulation, rank, sd) -> None:  # V11
    names = [f"A{k}" for k in range(10)]
    schedule = simulation.build(dict.fromkeys(names, 1000), chain(*names))
    law = ("triangular", {"low": 800, "mode": 1000, "high": 1500})
    model = simulation.ranges(dict.fromkeys(names, law))
    model["correlation"] = [{"where": {"all": True}, "coefficient": rank}]
    result = simulation(schedule, model)
    close(simulation.hours(result) / 100, 110.0, sd)
    assert result.duration_mean / 6000 == pytest.approx([11.0] * 10, abs=0.02)
    assert result.duration_sd / 6000 == pytest.approx([math.sqrt(13 / 6)] * 10, rel=0.012)


def test_the_larger_of_two_correlated_normals(simulation) -> None:  # V5, Clark 1961
    schedule = simulation.build({"A": 10_000, "B": 11_000}, [])
    model = simulation.ranges(
        {
            "A": ("normal", {"mean": 10_000, "sd": 2000}),
            "B": ("normal", {"mean": 11_000, "sd": 1500}),
        }
    )
    rank = 6.0 / math.pi * math.asin(0.3 / 2.0)  # of normals that correlate by 0.3
    model["correlation"] = [{"where": {"all": True}, "coefficient": rank}]
    result = simulation(schedule, model)
    close(simulation.hours(result) / 1000, 11.434396, 1.477477)
    assert result.criticality == pytest.approx([0.317734, 0.682266], abs=0.0059)


def test_half_widths_of_few_runs_are_those_of_order_statistics() -> None:  # V20
    random = np.random.default_rng(2)
    widths = []
    for _ in range(400):
        values = (random.normal(0, 1, 1000) * 100_000).astype(np.int64)
        widths.append(half_width(values, 80) / 100_000)
    assert np.mean(widths) == pytest.approx(1.96 * 0.045182, rel=0.05)


def test_a_pair_can_be_correlated_against_each_other(simulation) -> None:
    schedule = simulation.build({"A": 1000, "B": 1000}, chain("A", "B"))
    law = ("uniform", {"low": 500, "high": 1500})
    model = simulation.ranges({"A": law, "B": law})
    model["correlation"] = [{"ids": ["A", "B"], "coefficient": -1.0}]
    assert simulation.hours(simulation(schedule, model)).std() < 2


def test_a_shared_factor_correlates_by_its_share_of_the_variance(simulation) -> None:  # 3.3
    schedule = simulation.build({"A": 10_000, "B": 10_000}, chain("A", "B"))
    own, shared = 0.1, 0.15
    law = ("normal", {"mean": 10_000, "sd": 10_000 * own})
    model = simulation.ranges({"A": law, "B": law})
    factor = {"distribution": "normal", "parameters": {"mean": 1.0, "sd": shared}}
    model["drivers"] = [{"id": "D", "factor": factor, "where": {"all": True}}]
    rho = shared**2 / ((1 + own**2) * (1 + shared**2) - 1)
    variance = 10_000**2 * ((1 + own**2) * (1 + shared**2) - 1)
    hours = simulation.hours(simulation(schedule, model))
    close(hours, 20_000, math.sqrt(2 * variance * (1 + rho)))


def test_one_risk_on_two_activities_correlates_twice_its_own_spread(simulation) -> None:  # V22
    schedule = simulation.build({"A": 1000, "B": 1000, "C": 1000}, chain("A", "B", "C"))
    law = {"distribution": "uniform", "parameters": {"low": 0, "high": 500}}
    impact = {"where": {"ids": ["A", "B"]}, "as": "hours", **law}
    model = {"risks": [{"id": "R", "probability": 1.0, "impacts": [impact]}]}
    result = simulation(schedule, model)
    assert result.pearson[:2] == pytest.approx([1.0, 1.0], abs=1e-6)
    assert result.pearson[:2] == pytest.approx(2 * result.sensitivity[:2], rel=1e-6)
    assert math.isnan(result.pearson[2])


def test_series_add_parallel_takes_the_largest_opportunities_shorten(simulation) -> None:
    schedule = simulation.build({"A": 1000}, [])

    def risk(name, hours, **more):
        law = {"distribution": "fixed", "parameters": {"value": hours}}
        impact = {"where": {"all": True}, "as": "hours", **law}
        return {"id": name, "probability": 1.0, "impacts": [impact], **more}

    def finish(*risks):
        return simulation.hours(simulation(schedule, {"risks": list(risks)}, iterations=64))[0]

    assert finish(risk("a", 10), risk("b", 20)) == 1030
    parallel = {"mode": "parallel"}
    assert finish(risk("a", 10, **parallel), risk("b", 20, **parallel)) == 1020
    assert finish(risk("a", 10), risk("b", 4), risk("c", 25, **parallel)) == 1025
    assert finish(risk("a", 10, kind="opportunity"), risk("b", 4)) == 994
    assert finish(risk("a", 5000, kind="opportunity")) == 0


def test_exclusion_against_the_exact_contributions(simulation) -> None:  # V21
    schedule = simulation.build({"A": 10, "B": 11}, [])

    def risk(name, activity, hours, probability):
        law = {"distribution": "fixed", "parameters": {"value": hours}}
        impact = {"where": {"ids": [activity]}, "as": "hours", **law}
        return {"id": name, "probability": probability, "impacts": [impact]}

    model = parse_model({"risks": [risk("R1", "A", 4, 0.5), risk("R2", "B", 5, 0.4)]})
    mean = simulation.hours(simulation(schedule, model)).mean()
    assert mean == pytest.approx(13.9, abs=0.03)
    without_1 = simulation.hours(simulation(schedule, model.without("R1"))).mean()
    without_2 = simulation.hours(simulation(schedule, model.without("R2"))).mean()
    assert mean - without_1 == pytest.approx(0.9, abs=0.03)
    assert mean - without_2 == pytest.approx(1.4, abs=0.03)
    network = prepare(schedule)
    cpm = run(network)
    result = simulate(network, cpm, model, RunOptions(8192, 7))
    effects = exclusion_effects(network, cpm, model, result)
    # P80: 16 with both, 16 without R1, 14 without R2
    assert {e.id: e.gain / 60 for e in effects} == {"R1": 0.0, "R2": 2.0}
    told = []
    pooled = exclusion_effects(
        network, cpm, model, result, progress=lambda *at: told.append(at), workers=2
    )
    assert pooled == effects
    assert told == [(8192, 16_384), (16_384, 16_384)]


def test_shapley_values_of_a_game_with_known_values() -> None:
    # the glove game: two left gloves and one right one; a pair is worth 1
    def worth(subsets):
        return {some: float("r" in some and len(some) > 1) for some in subsets}

    values, _, exact = shapley_values(["a", "b", "r"], worth)
    assert exact
    assert values == pytest.approx({"a": 1 / 6, "b": 1 / 6, "r": 2 / 3})
    many = [f"p{k}" for k in range(12)]
    weights = {name: float(k * k) for k, name in enumerate(many)}

    def additive(subsets):
        return {some: sum(weights[name] for name in some) for some in subsets}

    values, _, exact = shapley_values(many, additive, orders=4)
    assert not exact
    assert values == pytest.approx(weights)


@pytest.mark.parametrize("workers", [0, 2])
def test_shapley_values_against_the_exact_contributions(simulation, workers) -> None:  # V21
    schedule = simulation.build({"A": 1000, "B": 1100}, [])

    def one(name, activity, hours, probability):
        law = {"distribution": "fixed", "parameters": {"value": hours}}
        impact = {"where": {"ids": [activity]}, "as": "hours", **law}
        return {"id": name, "probability": probability, "impacts": [impact]}

    model = parse_model({"risks": [one("R1", "A", 400, 0.5), one("R2", "B", 500, 0.4)]})
    shares = shapley_shares(schedule, None, model, RunOptions(20_480, 7), 0.0, workers=workers)
    by_id = {share.id: share for share in shares.each}
    hours = {name: share.value / 6000 for name, share in by_id.items()}
    assert hours == pytest.approx({"R1": 1.2, "R2": 1.7}, abs=0.02)
    assert sum(share.value for share in shares.each) == pytest.approx(shares.total)
    assert shares.total / 6000 == pytest.approx(2.9, abs=0.03)
    assert by_id["R1"].last / 6000 == pytest.approx(0.9, abs=0.02)
    assert by_id["R2"].first / 6000 == pytest.approx(2.0, abs=0.02)
    assert (shares.exact, shares.runs) == (True, 4)


def test_the_shown_interval_covers_the_known_percentile_as_often_as_it_says(simulation) -> None:
    schedule = simulation.build(dict.fromkeys("ABC", 1000), chain("A", "B", "C"))
    law = ("uniform", {"low": 0, "high": 1000})
    model = parse_model(simulation.ranges(dict.fromkeys("ABC", law)))
    network = prepare(schedule)
    cpm = run(network)
    p80 = simulation.start + 1.937121 * 60_000  # V1
    inside = 0
    for seed in range(300):
        options = RunOptions(8192, seed, 1, paths=False, statistics=False)
        result = simulate(network, cpm, model, options)
        inside += abs(result.percentile(80) - p80) <= result.interval(80)
    assert 0.92 <= inside / 300 <= 0.98


def test_a_published_example_to_the_day(simulation) -> None:  # V24, Levine p. 210
    three = {
        "D": (3, 4, 5), "MA": (3, 5, 10), "AA": (11, 11, 22), "MB": (1, 5, 5), "AB": (5, 11, 17),
        "MC": (5, 5, 5), "AC": (5, 7, 12), "TC": (3, 4, 10),
    }  # fmt: skip
    links = chain("D", "MA", "AA") + chain("D", "MB", "AB") + chain("D", "MC", "AC", "TC")
    schedule = simulation.build({k: 1000 * m for k, (_, m, _) in three.items()}, links)
    laws = {
        k: ("triangular", {"low": 1000 * a, "mode": 1000 * m, "high": 1000 * b})
        for k, (a, m, b) in three.items()
    }
    days = simulation.hours(simulation(schedule, simulation.ranges(laws))) / 1000
    close(days, None, None, {0.5: 25.07, 0.8: 27.52, 0.95: 30.07})
    assert (days <= 22).mean() == pytest.approx(0.079, abs=0.004)


MODEL = parse_model(
    {
        "uncertainty": [
            {
                "where": {"all": True},
                "distribution": "pert",
                "parameters": {"low": 80, "mode": 100, "high": 150},
            },
            {
                "where": {"wbs": "L01"},
                "distribution": "triangular",
                "as": "days",
                "parameters": {"low": 1, "mode": 2, "high": 9},
            },
        ],
        "correlation": [{"where": {"wbs": "L02"}, "coefficient": 0.4}],
        "risks": [
            {
                "id": "R",
                "probability": 0.2,
                "impacts": [
                    {
                        "where": {"wbs": "L03"},
                        "as": "percent",
                        "distribution": "uniform",
                        "parameters": {"low": 5, "high": 50},
                    }
                ],
            }
        ],
        "watch": ["A0002000"],
    }
)


def test_the_same_seed_gives_the_same_run_for_any_threads_and_blocks() -> None:
    network = prepare(synthetic_schedule(700, 1700, 5))
    cpm = run(network)
    first = simulate(network, cpm, MODEL, RunOptions(1500, 11, threads=1))
    for more in ({"threads": 2}, {"threads": 8}, {"threads": 2, "width": 32}):
        other = simulate(network, cpm, MODEL, RunOptions(1500, 11, **more))
        assert other.digest == first.digest
        for name in ("criticality", "pearson", "sensitivity", "duration_sd", "finish_mean"):
            assert np.array_equal(getattr(other, name), getattr(first, name), equal_nan=True), name
        for level, dates in first.finish_levels.items():
            assert np.array_equal(other.finish_levels[level], dates)
        assert np.array_equal(other.watch["A0002000"], first.watch["A0002000"])
    assert simulate(network, cpm, MODEL, RunOptions(1500, 12)).digest != first.digest
    longer = simulate(network, cpm, MODEL, RunOptions(3000, 11))
    assert np.array_equal(longer.finish[:1500], first.finish)


def test_a_new_activity_leaves_the_draws_of_the_others_alone(simulation) -> None:
    law = ("triangular", {"low": 800, "mode": 1000, "high": 1500})
    one = simulation.build({"A": 1000}, [])
    two = simulation.build({"B": 1, "A": 1000}, [])
    alone = simulation(one, simulation.ranges({"A": law}), iterations=500)
    beside = simulation(two, simulation.ranges({"A": law}), iterations=500)
    assert np.array_equal(alone.finish, beside.finish)


def test_percentiles_of_activities_agree_with_their_exact_finish(simulation) -> None:
    schedule = synthetic_schedule(400, 900, 2)
    codes = schedule.activities.code[[50, 150, 250, 399]].tolist()
    everything = {"where": {"all": True}, "distribution": "triangular",
                  "parameters": {"low": 90, "mode": 100, "high": 130}}  # fmt: skip
    result = simulation(schedule, {"uncertainty": [everything], "watch": codes}, iterations=4096)
    for code in codes:
        row = schedule.row_of_code[code]
        spread = np.ptp(result.watch[code])
        for level, dates in result.finish_levels.items():
            # a bin of the histogram, and the weekend that working time does not see
            bin_ = spread / 20 + 4 * 1440
            assert abs(int(dates[row]) - nearest_rank(result.watch[code], level)) <= bin_


def test_rank_correlation_against_scipy(simulation) -> None:
    from scipy.stats import spearmanr

    schedule = simulation.build({"A": 1000, "B": 1000}, [])
    laws = {
        "A": ("triangular", {"low": 800, "mode": 1000, "high": 1500}),
        "B": ("discrete", {"values": [900, 1000, 1200], "weights": [1, 1, 1]}),
    }
    result = simulation(schedule, simulation.ranges(laws), iterations=3000)
    rows = np.array([0, 1])
    replay = result._rank_correlation.__self__
    durations = replay.durations(rows, 3000)
    assert np.array_equal(durations.max(axis=0) * 1 + simulation.start, result.finish)
    expected = [spearmanr(column, result.finish).statistic for column in durations]
    assert result.rank_correlation(rows) == pytest.approx(expected, abs=1e-12)


def test_a_cancelled_run_stops_and_tells() -> None:
    network = prepare(synthetic_schedule(2000, 5000))
    cpm = run(network)
    seen = []

    def stop(done: int, total: int) -> None:
        seen.append(done)
        raise Cancelled

    with pytest.raises(Cancelled):
        simulate(network, cpm, MODEL, RunOptions(1_000_000, threads=2), stop)
    assert len(seen) == 1


def test_half_widths_shrink_with_the_iterations_and_cover() -> None:
    random = np.random.default_rng(1)
    widths, inside = [], 0
    for n in (2000, 16_384):
        values = (random.normal(0, 1, n) * 10_000).astype(np.int64)
        widths.append(half_width(values, 80))
    assert widths[0] > 1.5 * widths[1]
    for _ in range(100):
        values = (random.normal(0, 1, 2000) * 10_000).astype(np.int64)
        inside += abs(nearest_rank(values, 80) - 8416.2) <= half_width(values, 80)
    assert 88 <= inside <= 100


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ({}, {"iterations": 0}, "0 iterations are not possible"),
        ({}, {"sampling": "sobol"}, "unknown sampling 'sobol'"),
        ({"watch": ["nobody"]}, {}, "there is no activity nobody"),
        (
            {"correlation": [{"ids": ["A", "B"], "coefficient": 0.5},
                             {"where": {"all": True}, "coefficient": 0.2}]},
            {}, "is in another correlation as well",
        ),
        (
            {"uncertainty": [{"where": {"all": True}, "distribution": "fixed", "as": "percent",
                              "parameters": {"value": 1e12}}]},
            {}, "beyond fifty years",
        ),
    ],
)  # fmt: skip
def test_runs_that_make_no_sense_are_refused(simulation, model, options, words) -> None:
    schedule = simulation.build({"A": 1000, "B": 1000}, chain("A", "B"))
    with pytest.raises(ModelError, match=words):
        simulation(schedule, model, **options)


def test_risks_that_touch_nothing_are_named(simulation) -> None:
    schedule = simulation.build({"A": 10, "M": 0}, [])
    law = {"distribution": "fixed", "parameters": {"value": 1}}
    impact = {"where": {"ids": ["M"]}, "as": "hours", **law}
    model = {"risks": [{"id": "R9", "probability": 1.0, "impacts": [impact]}]}
    assert simulation(schedule, model, iterations=64).idle == ("R9",)


def test_the_arrays_of_a_hundred_thousand_activities_fit_for_any_threads() -> None:
    network = prepare(synthetic_schedule(300, 700))
    cpm = run(network)
    for threads in (1, 2, 4, 16):
        options = RunOptions(10_000, 1, threads, project=0)
        setting, (low, high) = risk._setting(network, cpm, MODEL, options, {})
        rows = risk.make_rows(setting)
        sums = risk.make_sums(setting, low.astype(np.int32), passes.BINS / (high - low + 1))
        by_activity = (rows.work, rows.clock, rows.duration, rows.mask)
        cells = sum(a.nbytes for a in by_activity) / (setting.sim.size * setting.width)
        assert cells == passes.CELL_BYTES
        own = (sums.critical, sums.duration, sums.duration2, sums.product, sums.finish)
        assert sum(a.nbytes for a in (*own, sums.finish2, sums.present, sums.bins)) == (
            passes.SUM_BYTES * setting.sim.size
        )
        width = risk._width(100_000, options)
        large = replace(setting, width=width, sim=replace_size(setting.sim, 100_000))
        used = risk._threads_that_fit(large)
        assert 1 <= used <= threads
        assert used * 100_000 * (width * passes.CELL_BYTES + passes.SUM_BYTES) <= 420e6
        assert risk._width(10_000, options) * threads * 4 <= 10_240


def replace_size(sim, size):
    plan = sim.plan._replace(node=np.zeros(size, dtype=np.int32))
    return replace(sim, plan=plan)
