"""Shares of the variance against closed forms and against plain least squares."""

from __future__ import annotations

import numpy as np
import pytest

from planbench.engines.cpm import prepare, run
from planbench.engines.risk.model import parse_model
from planbench.engines.risk.simulate import RunOptions, simulate

CHAIN = [("A", "B", "FS", 0), ("B", "C", "FS", 0)]


def uniform(simulation, widths, **more):
    """A model in which activities have U(1000, 1000 + width) hours."""
    laws = {k: ("uniform", {"low": 1000, "high": 1000 + w}) for k, w in widths.items()}
    return {**simulation.ranges(laws), **more}


def by_id(found):
    return {one.id: one for one in found}


def test_indices_of_a_chain_are_the_shares_of_its_variances(simulation) -> None:
    widths = {"A": 100, "B": 200, "C": 400}
    chain = simulation.build(dict.fromkeys("ABC", 1000), CHAIN)
    result = simulation(chain, uniform(simulation, widths), iterations=16_384)
    rows = np.arange(3, dtype=np.int32)
    whole = sum(w * w for w in widths.values())
    shares = [w * w / whole for w in widths.values()]
    found = by_id(result.frozen(rows, 16_384))
    for name, share in zip("ABC", shares, strict=True):
        assert found[name].first == pytest.approx(share, abs=0.02)
        assert found[name].total == pytest.approx(share, abs=0.02)
        assert found[name].half_width < 0.05
    told = result.regression(rows)
    assert told.beta**2 == pytest.approx(shares, abs=0.01)
    assert told.explained == pytest.approx(1, abs=1e-6)


def test_indices_of_the_later_of_two_are_those_of_the_maximum(simulation) -> None:
    """max(X, Y) of two U(0, 1): E(max | x) = (1 + x^2) / 2, so first = (1/45) / (1/18) = 2/5."""
    both = simulation.build(dict.fromkeys("AB", 1000), [])
    result = simulation(both, uniform(simulation, {"A": 1000, "B": 1000}), iterations=16_384)
    for one in result.frozen(np.arange(2, dtype=np.int32), 16_384):
        assert one.first == pytest.approx(0.4, abs=0.025)
        assert one.total == pytest.approx(0.6, abs=0.025)


def test_correlated_work_and_risks_that_exclude_each_other_are_one_input(simulation) -> None:
    def risk(name, probability, hours):
        impact = {"where": {"ids": ["C"]}, "as": "hours", "distribution": "fixed",
                  "parameters": {"value": hours}}  # fmt: skip
        return {"id": name, "title": name, "probability": probability, "impacts": [impact]}

    model = uniform(
        simulation,
        {"A": 300, "B": 300},
        correlation=[{"where": {"ids": ["A", "B"]}, "coefficient": 1.0}],
        risks=[risk("R1", 0.3, 100), risk("R2", 0.4, 200), risk("R3", 0.5, 100)],
        occurrence=[{"risks": ["R1", "R2"], "exclusive": True}],
    )
    chain = simulation.build(dict.fromkeys("ABC", 1000), CHAIN)
    result = simulation(chain, model, iterations=16_384)
    of_work = 600**2 / 12  # both as one
    of_two = 0.3 * 100**2 + 0.4 * 200**2 - (0.3 * 100 + 0.4 * 200) ** 2
    of_third = 0.25 * 100**2
    whole = of_work + of_two + of_third
    found = by_id(result.frozen(np.arange(3, dtype=np.int32), 16_384))
    expected = {"A …": of_work, "R1, R2": of_two, "R3": of_third}
    assert set(found) == set(expected)
    for name, variance in expected.items():
        assert found[name].first == pytest.approx(variance / whole, abs=0.02)
    assert found["A …"].row == -1


def test_a_matrix_is_one_input_and_a_driver_is_another(simulation) -> None:
    model = uniform(
        simulation,
        {"A": 300, "B": 300},
        correlation=[{"ids": ["A", "B"], "matrix": [[1, 0.5], [0.5, 1]]}],
        drivers=[{"id": "D", "probability": 0.5, "where": {"ids": ["C"]},
                  "factor": {"distribution": "fixed", "parameters": {"value": 1.2}}}],
    )  # fmt: skip
    chain = simulation.build(dict.fromkeys("ABC", 1000), CHAIN)
    result = simulation(chain, model, iterations=16_384)
    found = by_id(result.frozen(np.arange(3, dtype=np.int32), 16_384))
    assert set(found) == {"A …", "D"}
    of_work = 3 * 300**2 / 12  # two variances and twice half of one
    share = 100**2 / (of_work + 100**2)
    assert found["D"].first == pytest.approx(share, abs=0.025)
    assert found["A …"].first == pytest.approx(1 - share, abs=0.025)


def test_standardised_coefficients_are_those_of_least_squares(simulation) -> None:
    hours = {"A": 20, "B": 24, "C": 30, "D": 30, "E": 8}
    links = [("A", "C", "FS", 0), ("B", "C", "FS", 0), ("C", "E", "FS", 0), ("D", "E", "FS", 0)]
    schedule = simulation.build(hours, links)
    model = {
        "uncertainty": [
            {"where": {"ids": list("ABCD")}, "distribution": "triangular",
             "parameters": {"low": 50, "mode": 100, "high": 200}}
        ]
    }  # fmt: skip
    result = simulation(schedule, model, iterations=600)
    runs = [result.iteration(k) for k in range(600)]
    x = np.array([one.duration[:4] for one in runs], dtype=float)
    y = np.array([one.project_finish for one in runs], dtype=float)
    design = np.column_stack((np.ones(600), x))
    plain = np.linalg.lstsq(design, y - y.mean(), rcond=None)[0]
    left = ((y - y.mean() - design @ plain) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    told = result.regression(np.arange(5, dtype=np.int32))
    assert told.beta[:4] == pytest.approx(plain[1:] * x.std(axis=0) / y.std(), abs=1e-9)
    assert np.isnan(told.beta[4])
    assert told.explained == pytest.approx(1 - left, abs=1e-9)
    assert 0.3 < told.explained < 1  # a merge is no sum


def test_nothing_is_explained_where_nothing_varies_and_cancelling_comes_through(simulation) -> None:
    chain = simulation.build(dict.fromkeys("ABC", 10), CHAIN)
    network = prepare(chain)
    rows = np.arange(3, dtype=np.int32)
    still = simulate(network, run(network), parse_model({}), RunOptions(64, 1))
    assert still.frozen(rows) == ()
    assert still.regression(rows).explained == 0

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    ran = simulation(chain, uniform(simulation, {"A": 10}), iterations=1024)
    with pytest.raises(KeyboardInterrupt):
        ran.frozen(rows, progress=stop)
