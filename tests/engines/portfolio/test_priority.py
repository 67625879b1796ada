from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.engines.portfolio import priority as pr


def test_weights_of_a_textbook_matrix() -> None:
    matrix = np.array([[1, 1 / 3, 5], [3, 1, 7], [1 / 5, 1 / 7, 1]])
    found = pr.ahp(("a", "b", "c"), matrix)
    assert found.weights == pytest.approx([0.2790, 0.6491, 0.0719], abs=5e-5)
    assert found.eigenvalue == pytest.approx(3.0649, abs=5e-5)
    assert found.index == pytest.approx(0.0324, abs=5e-5)
    assert found.ratio == pytest.approx(0.0559, abs=5e-5)
    assert found.accepted


def test_saatys_cities() -> None:
    third, sixth, seventh, eighth, ninth = 1 / 3, 1 / 6, 1 / 7, 1 / 8, 1 / 9
    matrix = np.array(
        [
            [1, third, 8, 3, 3, 7],
            [3, 1, 9, 3, 3, 9],
            [eighth, ninth, 1, sixth, 1 / 5, 2],
            [third, third, 6, 1, third, 6],
            [third, third, 5, 3, 1, 6],
            [seventh, ninth, 1 / 2, sixth, sixth, 1],
        ]
    )
    found = pr.ahp(tuple("CTHSLM"), matrix)
    assert found.weights == pytest.approx([0.263, 0.397, 0.033, 0.116, 0.164, 0.027], abs=2e-3)
    assert found.weights == pytest.approx(
        [0.2619, 0.3975, 0.0334, 0.1164, 0.1642, 0.0266], abs=5e-5
    )
    assert found.eigenvalue == pytest.approx(6.4536, abs=5e-5)
    assert found.ratio == pytest.approx(0.073, abs=5e-4)


def test_the_judgement_to_revisit_is_the_one_that_was_spoilt() -> None:
    true = np.array([0.5, 0.25, 0.15, 0.1])
    names = ("a", "b", "c", "d")
    for i, j in combinations(range(4), 2):
        matrix = true[:, None] / true[None, :]
        assert pr.ahp(names, matrix).revisit is None
        matrix[i, j] *= 8
        matrix[j, i] = 1 / matrix[i, j]
        found = pr.ahp(names, matrix)
        assert found.revisit is not None
        assert (found.revisit.a, found.revisit.b) == (names[i], names[j])
        mended = matrix.copy()
        mended[i, j] = found.revisit.consistent
        mended[j, i] = 1 / found.revisit.consistent
        better = pr.ahp(names, mended).ratio
        assert better is not None
        assert found.ratio is not None
        assert better < found.ratio


def test_a_group_judges_by_geometric_means() -> None:
    one = pr.judgement_matrix(("a", "b"), {("a", "b"): 2.0})
    other = pr.judgement_matrix(("a", "b"), {("b", "a"): 1 / 8})
    together = pr.group_matrix([one, other])
    assert together[0, 1] == pytest.approx(4.0)
    assert together[1, 0] == pytest.approx(0.25)
    assert pr.ahp(("a", "b"), together).ratio is None
    assert pr.ahp(("a", "b"), together, geometric=True).weights == pytest.approx([0.8, 0.2])


def test_judgements_must_be_whole() -> None:
    with pytest.raises(ModelError, match="not judged yet"):
        pr.judgement_matrix(("a", "b", "c"), {("a", "b"): 2.0, ("a", "c"): 2.0})
    with pytest.raises(ModelError, match="twice"):
        pr.judgement_matrix(("a", "b"), {("a", "b"): 2.0, ("b", "a"): 2.0})
    with pytest.raises(ModelError, match="no pair"):
        pr.judgement_matrix(("a", "b"), {("a", "z"): 2.0})
    with pytest.raises(ModelError, match="above 0"):
        pr.judgement_matrix(("a", "b"), {("a", "b"): 0.0})


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("linear", 0.25), ("step", 0.0), ("s", 0.15625), ("inverse", 0.75)],
)
def test_value_functions_between_their_ends(shape: str, expected: float) -> None:
    criterion = pr.Criterion("x", 1.0, 10.0, 30.0, shape)
    assert pr.value_of(criterion, 15.0) == pytest.approx(expected)
    ends = {pr.value_of(criterion, 0.0), pr.value_of(criterion, 99.0)}
    assert ends == {0.0, 1.0}


def test_scores_gates_and_reversals() -> None:
    criteria = (
        pr.Criterion("return", 3.0),
        pr.Criterion("safety", 2.0, gate=0.2),
    )
    measures = {
        "A": {"return": 0.9, "safety": 0.3},
        "B": {"return": 0.6, "safety": 0.7},
        "C": {"return": 1.0, "safety": 0.1},
    }
    found = pr.scored(criteria, measures)
    assert found.scores == pytest.approx([66.0, 64.0, 64.0])
    assert found.failed == {"C": ("safety",)}
    assert found.ranking() == ("A", "B")
    swings = {swing.criterion: swing for swing in pr.sensitivity(found)}
    # safety at 0.48: A 0.612, B 0.648
    assert ("A", "B") in swings["safety"].reversals
    assert swings["safety"].high[0] == pytest.approx(61.2)
    close = pr.topsis(found)
    assert ((close >= 0) & (close <= 1)).all()
    with pytest.raises(ModelError, match="no measure"):
        pr.scored(criteria, {"A": {"return": 1.0}})


def test_an_objective_of_a_fifth_without_a_strong_project_is_uncovered() -> None:
    drivers = {"growth": 0.5, "safety": 0.3, "climate": 0.2}
    impacts = {
        "A": {"growth": 9, "safety": 3},
        "B": {"safety": 9, "climate": 3},
        "C": {"climate": 9},
    }
    found = pr.alignment(impacts, drivers, ("A", "B"), 9)
    assert found.uncovered == ("climate",)
    raw = {"A": 0.5 + 0.3 / 3, "B": 0.3 + 0.2 / 3, "C": 0.2}
    assert found.share == pytest.approx((raw["A"] + raw["B"]) / sum(raw.values()))
    assert pr.alignment(impacts, drivers, tuple("ABC"), 9).uncovered == ()
    assert pr.alignment(impacts, drivers, (), 9).uncovered == ("growth", "safety", "climate")
