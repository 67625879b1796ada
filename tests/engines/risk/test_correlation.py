"""Correlation matrices: the nearest possible one, and what the draws make of it."""

from __future__ import annotations

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.engines.risk.correlation import (
    nearest_correlation,
    rank_correlation,
    score_correlation,
    triangular,
)
from planbench.engines.risk.model import model_json, parse_model

IDS = ["A", "B", "C"]
LAW = ("triangular", {"low": 8, "mode": 10, "high": 15})


def matrix_model(simulation, matrix):
    return {
        **simulation.ranges(dict.fromkeys(IDS, LAW)),
        "correlation": [{"ids": IDS, "matrix": matrix}],
    }


def test_the_published_nearest_matrix() -> None:  # V13, Higham 2002, section 4
    given = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    made = nearest_correlation(given)
    assert made[0, 1] == pytest.approx(0.76068985, abs=1e-8)
    assert made[1, 2] == pytest.approx(0.76068985, abs=1e-8)
    assert made[0, 2] == pytest.approx(0.15729811, abs=1e-8)
    assert np.linalg.norm(made - given) == pytest.approx(0.527790, abs=1e-6)
    assert np.linalg.eigvalsh(made)[0] >= -1e-12


def test_the_nearest_matrix_of_a_large_one_is_possible_and_nearer_than_clipping() -> None:
    random = np.random.default_rng(5)
    given = np.clip(random.normal(0, 0.5, (60, 60)), -1, 1)
    given = np.triu(given, 1) + np.triu(given, 1).T + np.eye(60)
    made = nearest_correlation(given)
    values, vectors = np.linalg.eigh(given)
    clipped = (vectors * np.maximum(values, 0)) @ vectors.T
    clipped /= np.sqrt(np.outer(np.diag(clipped), np.diag(clipped)))
    assert np.diag(made) == pytest.approx(1.0)
    assert np.linalg.eigvalsh(made)[0] >= -1e-12
    assert np.linalg.norm(made - given) < np.linalg.norm(clipped - given)


def test_a_possible_matrix_stays_and_has_a_root_even_when_singular() -> None:
    given = np.array([[1, 0.5, 0.2], [0.5, 1, -0.3], [0.2, -0.3, 1]])
    assert nearest_correlation(given) is given
    for each in (given, np.ones((3, 3))):
        lower = triangular(each)
        assert np.allclose(lower @ lower.T, each)
        assert np.allclose(lower, np.tril(lower))


def test_ranks_and_scores() -> None:  # V11, by formula
    asked = [0.3, 0.5, 0.8, 0.9]
    assert score_correlation(asked) == pytest.approx(
        [0.312869, 0.517638, 0.813473, 0.907981], abs=1e-6
    )
    assert rank_correlation(score_correlation(asked)) == pytest.approx(asked)


def test_the_draws_have_the_ranks_that_were_asked_for_and_their_own_laws(simulation) -> None:
    from scipy.stats import spearmanr

    asked = np.array([[1, 0.7, -0.4], [0.7, 1, 0.1], [-0.4, 0.1, 1]])
    schedule = simulation.build(dict.fromkeys(IDS, 10), [])
    model = {**matrix_model(simulation, asked.tolist()), "watch": IDS}
    result = simulation(schedule, model)
    hours = np.array([(result.watch[name] - simulation.start) / 60.0 for name in IDS])
    assert np.allclose(spearmanr(hours.T).statistic, asked, atol=0.012)
    (entry,) = result.correlated
    assert np.allclose(result.achieved(entry), spearmanr(hours.T).statistic, atol=1e-9)
    assert not entry.repaired
    for row in hours:  # Tri(8, 10, 15): mean 11, variance 13/6
        assert row.mean() == pytest.approx(11.0, abs=0.019)
        assert row.std() == pytest.approx((13 / 6) ** 0.5, abs=0.013)


def test_what_is_impossible_is_repaired_and_told(simulation) -> None:
    asked = [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]
    schedule = simulation.build(dict.fromkeys(IDS, 10), [])
    result = simulation(schedule, matrix_model(simulation, asked), iterations=20_480)
    (entry,) = result.correlated
    assert entry.repaired
    a, b, requested, used = entry.largest_change
    assert abs(used - requested) == np.abs(entry.used - np.array(asked)).max()
    assert entry.requested[IDS.index(a), IDS.index(b)] == requested
    assert np.allclose(result.achieved(entry), entry.used, atol=0.03)


def test_a_group_tells_what_it_achieved(simulation) -> None:
    schedule = simulation.build(dict.fromkeys(IDS, 10), [])
    model = simulation.ranges(dict.fromkeys(IDS, LAW))
    model["correlation"] = [{"ids": ["A", "B"], "coefficient": 0.6}]
    result = simulation(schedule, model, iterations=20_480)
    (entry,) = result.correlated
    assert entry.ids == ("A", "B")
    assert result.achieved(entry)[0, 1] == pytest.approx(0.6, abs=0.03)


def test_a_matrix_survives_being_written() -> None:
    given = {"correlation": [{"ids": ["A", "B"], "matrix": [[1.0, 0.2], [0.2, 1.0]]}]}
    model = parse_model(given)
    assert parse_model(model_json(model)) == model


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"ids": ["A", "B"], "matrix": [[1, 0.2]]}, "is not 2 rows of 2 numbers"),
        ({"ids": ["A", "B"], "matrix": [[1, 0.2], [0.3, 1]]}, "two different values"),
        ({"ids": ["A", "B"], "matrix": [[1, 2], [2, 1]]}, "2 between A and B is impossible"),
        ({"ids": ["A", "B"], "matrix": [[0.5, 0], [0, 1]]}, "0.5 between A and A"),
        ({"ids": ["A", "B"], "coefficient": 0.2, "matrix": [[1]]}, "either"),
        ({"where": {"all": True}, "matrix": [[1]]}, "different activities"),
    ],
)
def test_wrong_matrices_are_refused(entry, words) -> None:
    with pytest.raises(ModelError, match=words):
        parse_model({"correlation": [entry]})
