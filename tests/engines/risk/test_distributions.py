"""Quantiles against published and closed-form figures, and the tables against the quantiles."""

from __future__ import annotations

import math

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.engines.risk.distributions import PARAMETERS, distribution

U = (np.arange(400_000) + 0.5) / 400_000


@pytest.mark.parametrize(
    ("name", "parameters", "mean", "sd", "points"),
    [
        (
            "pert",
            {"low": 2, "mode": 4, "high": 12},
            5.0,
            math.sqrt(3),
            {0.1: 2.899021, 0.5: 4.766723, 0.8: 6.502586, 0.9: 7.453341},
        ),
        ("pert", {"low": 2, "mode": 4, "high": 12, "shape": 2}, 5.5, 2.133073, {0.8: 7.447769}),
        ("pert", {"low": 2, "mode": 4, "high": 12, "shape": 6}, 4.75, 1.488381, {0.8: 6.012505}),
        (
            "triangular",
            {"low": 2, "mode": 4, "high": 12},
            6.0,
            2.160247,
            {0.1: 3.414214, 0.5: 5.675445, 0.8: 8.0, 0.9: 9.171573},
        ),
        (
            "trigen",
            {"low": 10, "mode": 15, "high": 25},
            17.151226,
            None,
            {0.1: 10.0, 0.5: 16.699854, 0.8: 22.218573, 0.9: 25.0},
        ),
        (
            "lognormal",
            {"p10": 8, "p90": 20},
            13.483779,
            4.978545,
            {0.1: 8.0, 0.8: 17.089434, 0.9: 20.0},
        ),
        ("weibull", {"shape": 2, "scale": 10}, 8.862269, 4.632514, {0.8: 12.686362}),
        (
            "normal",
            {"mean": 10, "sd": 3, "min": 7, "max": 16},
            10.688912,
            2.162837,
            {0.8: 12.672950},
        ),
        ("uniform", {"low": 3, "high": 9}, 6.0, math.sqrt(3), {0.25: 4.5}),
        ("beta", {"alpha": 2, "beta": 2, "low": 0, "high": 1}, 0.5, math.sqrt(0.05), {0.5: 0.5}),
        ("discrete", {"values": [7, 2, 4], "weights": [1, 1, 2]}, 4.25, None, {0.25: 2, 0.26: 4}),
        (
            "cumulative",
            {"values": [0, 10, 30], "probabilities": [0, 0.5, 1]},
            12.5,
            None,
            {0.25: 5, 0.75: 20},
        ),
        ("fixed", {"value": 5}, 5.0, 0.0, {0.3: 5}),
    ],
)
def test_moments_and_points(name, parameters, mean, sd, points) -> None:
    law = distribution(name, parameters)
    values = law.quantile(U)
    assert values.mean() == pytest.approx(mean, rel=1e-5)
    if sd is not None:
        assert values.std() == pytest.approx(sd, rel=1e-4)
    for u, value in points.items():
        assert law.quantile(u)[0] == pytest.approx(value, abs=1e-6)


def test_mean_and_sd_of_a_lognormal_are_those_that_were_given() -> None:
    values = distribution("lognormal", {"mean": 100, "sd": 20}).quantile(U)
    assert values.mean() == pytest.approx(100, rel=1e-4)
    assert values.std() == pytest.approx(20, rel=1e-3)


def test_trigen_ends() -> None:
    law = distribution("trigen", {"low": 10, "mode": 15, "high": 25})
    assert (law.location, law.location + law.scale) == pytest.approx((4.738719, 31.714959))


def test_equal_shapes_share_a_law() -> None:
    a = distribution("triangular", {"low": 90, "mode": 100, "high": 120}).law
    b = distribution("triangular", {"low": 9, "mode": 10, "high": 12}).law
    assert a == b


def test_a_table_has_the_law_at_its_knots_and_in_its_tails() -> None:
    law = distribution("weibull", {"shape": 0.7, "scale": 1}).law
    values, _ = law.knots()
    assert values.size == 3 * 1025
    assert values[512] == pytest.approx(law.quantile(np.array([0.5]))[0], abs=1e-9)
    u = 1 - 1 / 1024 / 2
    assert values[2050 + 512] == pytest.approx(law.quantile(np.array([u]))[0], rel=1e-9)
    assert (np.diff(values[:1025]) >= 0).all()


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("triangular", {"low": 3, "mode": 2, "high": 5}, "low 3 is above mode 2"),
        ("triangular", {"low": 3, "mode": 4}, "needs the parameter 'high'"),
        ("triangular", {"low": 1, "mode": 2, "high": 3, "max": 4}, "no parameter 'max'"),
        ("gaussian", {}, "unknown distribution 'gaussian'"),
        ("normal", {"mean": 1, "sd": -1}, "below zero"),
        ("normal", {"mean": 0, "sd": 1, "min": 90, "max": 91}, "cut off"),
        ("lognormal", {"mean": 1, "p90": 2}, "mean and sd, or p10 and p90"),
        ("discrete", {"values": [1, 2], "weights": [1]}, "same length"),
        ("discrete", {"values": [1, 2], "weights": [0, 0]}, "not all zero"),
        ("cumulative", {"values": [1, 2], "probabilities": [0, 0.9]}, "end with 1"),
        ("fixed", {"value": "much"}, "'much' is not a number"),
        ("fixed", {"value": float("nan")}, "not a number"),
        ("pert", {"low": 1, "mode": 2, "high": 3, "shape": 0}, "above zero"),
        ("trigen", {"low": 1, "mode": 2, "high": 3, "low_p": 95}, "percentages"),
    ],
)
def test_impossible_parameters_are_refused_with_the_place(name, parameters, words) -> None:
    with pytest.raises(ModelError) as caught:
        distribution(name, parameters, "uncertainty 3")
    assert words in caught.value.line
    assert caught.value.line.startswith("uncertainty 3")


def test_every_distribution_can_be_built_and_a_point_is_fixed() -> None:
    assert set(PARAMETERS) >= {"triangular", "pert", "trigen", "fixed"}
    assert distribution("triangular", {"low": 4, "mode": 4, "high": 4}).fixed
    assert distribution("pert", {"low": 4, "mode": 4, "high": 4}).fixed
    assert distribution("discrete", {"values": [4], "weights": [1]}).fixed
