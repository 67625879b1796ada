"""What matters more: AHP with its consistency, scoring models, alignment and sensitivity.

AHP after Saaty, The Analytic Hierarchy Process (1980): weights are the principal right
eigenvector of the matrix of judgements.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planbench.domain.errors import ModelError

Floats = npt.NDArray[np.float64]

RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Saaty's mean consistency index of random matrices of order 1 to 10."""

ACCEPTED_RATIO = 0.10

VERBAL = {
    "equally important": 1.0,
    "moderately more important": 3.0,
    "strongly more important": 5.0,
    "very strongly more important": 7.0,
    "extremely more important": 9.0,
}
"""The words of the scale and their numbers; the reverse is the reciprocal."""


@dataclass(frozen=True)
class Revisit:
    """The judgement that fits the others least, and the value that would fit them."""

    a: str
    b: str
    given: float
    consistent: float


@dataclass(frozen=True)
class Ahp:
    """Weights in the order of `names`, and how consistent the judgements are.

    `ratio` is None up to two names, where judgements cannot contradict each other.
    """

    names: tuple[str, ...]
    weights: Floats
    eigenvalue: float
    index: float
    ratio: float | None
    revisit: Revisit | None

    @property
    def accepted(self) -> bool:
        """Whether the judgements are consistent enough (ratio at most 0.10)."""
        return self.ratio is None or self.ratio <= ACCEPTED_RATIO


def judgement_matrix(names: Sequence[str], judgements: Mapping[tuple[str, str], float]) -> Floats:
    """The reciprocal matrix of all pairs. Raises ModelError when a pair is missing or twice."""
    n = len(names)
    row = {name: k for k, name in enumerate(names)}
    matrix = np.eye(n)
    for (a, b), value in judgements.items():
        if a not in row or b not in row or a == b:
            raise ModelError(f"'{a}' against '{b}' is no pair of drivers", "judgements")
        if value <= 0 or not math.isfinite(value):
            raise ModelError(f"{a} against {b} is not above 0", "judgements", "Use 1/9 to 9.")
        if (b, a) in judgements:
            raise ModelError(f"{a} and {b} are judged twice", "judgements", "Keep one of them.")
        matrix[row[a], row[b]], matrix[row[b], row[a]] = value, 1.0 / value
    for k in range(n):
        for j in range(k):
            pair = (names[k], names[j])
            if pair not in judgements and pair[::-1] not in judgements:
                raise ModelError(f"{names[j]} and {names[k]} are not judged yet", "judgements")
    return matrix


def ahp(names: Sequence[str], matrix: Floats, *, geometric: bool = False) -> Ahp:
    """Weights of a reciprocal matrix by the principal eigenvector, or by row geometric means."""
    n = len(names)
    if n == 0 or matrix.shape != (n, n):
        raise ModelError("there is nothing to compare", "judgements")
    if n > len(RANDOM_INDEX):
        raise ModelError(f"more than {len(RANDOM_INDEX)} drivers cannot be judged in pairs")
    weights = np.exp(np.log(matrix).mean(axis=1)) if geometric else _eigenvector(matrix)
    weights = weights / weights.sum()
    eigenvalue = float(((matrix @ weights) / weights).mean())
    index = (eigenvalue - n) / (n - 1) if n > 1 else 0.0
    ratio = index / RANDOM_INDEX[n - 1] if n > 2 else None
    return Ahp(tuple(names), weights, eigenvalue, index, ratio, _revisit(names, matrix, weights))


def _eigenvector(matrix: Floats) -> Floats:
    """Power iteration, until no weight moves by more than 1e-12."""
    weights = np.full(len(matrix), 1.0 / len(matrix))
    for _ in range(1000):
        after = matrix @ weights
        after /= after.sum()
        if np.abs(after - weights).max() < 1e-12:
            return np.asarray(after)
        weights = after
    return weights


def _revisit(names: Sequence[str], matrix: Floats, weights: Floats) -> Revisit | None:
    """The judgement a_ij farthest from w_i / w_j, as a ratio."""
    consistent = weights[:, None] / weights[None, :]
    off = np.abs(np.log(matrix / consistent))
    off[np.tril_indices(len(names))] = 0.0
    if off.size == 0 or off.max() < 1e-9:
        return None
    i, j = divmod(int(np.argmax(off)), len(names))
    return Revisit(names[i], names[j], float(matrix[i, j]), float(consistent[i, j]))


def group_matrix(matrices: Sequence[Floats]) -> Floats:
    """One matrix of several judges: the geometric mean of each cell (Aczel and Saaty 1983)."""
    return np.asarray(np.exp(np.mean([np.log(matrix) for matrix in matrices], axis=0)))


# ---------------------------------------------------------------- scoring


@dataclass(frozen=True)
class Criterion:
    """A criterion with a weight and the way from a measure to 0..1 between `low` and `high`.

    `shape`: linear, step (1 from `high` on), s (smooth between both), inverse (falling). A
    `gate` is the least measure a project must reach to be scored at all.
    """

    id: str
    weight: float
    low: float = 0.0
    high: float = 1.0
    shape: str = "linear"
    gate: float | None = None


SHAPES = ("linear", "step", "s", "inverse")


def value_of(criterion: Criterion, measure: float) -> float:
    """The value function of a criterion, 0..1."""
    if criterion.shape not in SHAPES:
        raise ModelError(
            f"'{criterion.shape}' is no value function", criterion.id, f"Known: {SHAPES}."
        )
    if criterion.high <= criterion.low:
        raise ModelError("its high end is not above its low end", criterion.id)
    if criterion.shape == "step":
        return float(measure >= criterion.high)
    part = (measure - criterion.low) / (criterion.high - criterion.low)
    part = min(1.0, max(0.0, part))
    if criterion.shape == "s":
        return part * part * (3.0 - 2.0 * part)
    return 1.0 - part if criterion.shape == "inverse" else part


@dataclass(frozen=True)
class Scores:
    """Scores 0..100 in the order of `projects`; `failed` names the gates a project does not pass.

    `values` has one row for each project and one column for each criterion.
    """

    projects: tuple[str, ...]
    criteria: tuple[str, ...]
    weights: Floats
    values: Floats
    failed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def scores(self) -> Floats:
        """100 times the weighted mean of the values."""
        return np.asarray(100.0 * self.values @ self.weights)

    def ranking(self) -> tuple[str, ...]:
        """Projects that pass their gates, best first; equals by id."""
        pairs = zip(self.projects, self.scores.tolist(), strict=True)
        ordered = sorted((-score, name) for name, score in pairs if name not in self.failed)
        return tuple(name for _, name in ordered)


def scored(criteria: Sequence[Criterion], measures: Mapping[str, Mapping[str, float]]) -> Scores:
    """Score projects by their measures; weights are scaled to a sum of 1.

    Raises ModelError when a measure is missing or no weight is above 0.
    """
    total = sum(criterion.weight for criterion in criteria)
    if total <= 0 or any(criterion.weight < 0 for criterion in criteria):
        raise ModelError("the weights are not all 0 or more with a sum above 0", "criteria")
    projects = tuple(sorted(measures))
    values = np.zeros((len(projects), len(criteria)))
    failed: dict[str, tuple[str, ...]] = {}
    for k, project in enumerate(projects):
        given = measures[project]
        for c, criterion in enumerate(criteria):
            if criterion.id not in given:
                raise ModelError(f"{project} has no measure of {criterion.id}", "scores")
            values[k, c] = value_of(criterion, given[criterion.id])
        missed = tuple(c.id for c in criteria if c.gate is not None and given[c.id] < c.gate)
        if missed:
            failed[project] = missed
    weights = np.array([criterion.weight / total for criterion in criteria])
    return Scores(projects, tuple(c.id for c in criteria), weights, values, failed)


@dataclass(frozen=True)
class Swing:
    """What a change of one weight by -x and +x does to a project's score, rank and order."""

    criterion: str
    low: Floats
    high: Floats
    reversals: tuple[tuple[str, str], ...]


def sensitivity(scores: Scores, change: float = 0.2) -> tuple[Swing, ...]:
    """Each weight changed by -`change` and +`change`, the others scaled to keep the sum.

    `low` and `high` are the scores then; `reversals` are the pairs (was ahead, falls behind) of
    either change. Widest swing first.
    """
    before = scores.scores
    made = []
    for c, criterion in enumerate(scores.criteria):
        shifted = [_with_weight(scores, c, factor) for factor in (1 - change, 1 + change)]
        turned = {
            (scores.projects[a], scores.projects[b])
            for after in shifted
            for a, b in zip(
                *np.nonzero(
                    (before[:, None] > before[None, :] + 1e-9)
                    & (after[:, None] < after[None, :] - 1e-9)
                ),
                strict=True,
            )
        }
        made.append(Swing(criterion, shifted[0], shifted[1], tuple(sorted(turned))))
    return tuple(
        sorted(made, key=lambda s: (-float(np.abs(s.high - s.low).max(initial=0)), s.criterion))
    )


def _with_weight(scores: Scores, criterion: int, factor: float) -> Floats:
    weights = scores.weights.copy()
    mine = min(1.0, weights[criterion] * factor)
    rest = weights.sum() - weights[criterion]
    weights *= (1.0 - mine) / rest if rest > 0 else 0.0
    weights[criterion] = mine if rest > 0 else 1.0
    return np.asarray(100.0 * scores.values @ weights)


def topsis(scores: Scores) -> Floats:
    """Closeness 0..1 to the ideal of all projects (Hwang and Yoon 1981)."""
    lengths = np.sqrt((scores.values**2).sum(axis=0))
    weighted = scores.values / np.where(lengths > 0, lengths, 1.0) * scores.weights
    best = np.sqrt(((weighted - weighted.max(axis=0)) ** 2).sum(axis=1))
    worst = np.sqrt(((weighted - weighted.min(axis=0)) ** 2).sum(axis=1))
    whole = best + worst
    return np.asarray(np.where(whole > 0, worst / np.where(whole > 0, whole, 1.0), 1.0))


# ---------------------------------------------------------------- alignment


@dataclass(frozen=True)
class Alignment:
    """How projects serve the drivers.

    `impact` has one row for each project and one column for each driver, 0..1 of the strongest
    impact; `priority` is the weighted sum, scaled to a sum of 1 over all projects. `uncovered`
    are drivers, heaviest first, that no selected project serves strongly; `share` is the part of
    all priority that the selected projects have.
    """

    projects: tuple[str, ...]
    drivers: tuple[str, ...]
    weights: Floats
    impact: Floats
    priority: Floats
    uncovered: tuple[str, ...]
    share: float


def alignment(
    impacts: Mapping[str, Mapping[str, float]],
    drivers: Mapping[str, float],
    selected: Sequence[str],
    strongest: float,
) -> Alignment:
    """Impacts of projects on weighted drivers, and what the selected ones leave uncovered."""
    projects, names = tuple(sorted(impacts)), tuple(drivers)
    weights = np.array([drivers[name] for name in names])
    impact = np.array(
        [[impacts[p].get(name, 0.0) / strongest for name in names] for p in projects]
    ).reshape(len(projects), len(names))
    raw: Floats = impact @ weights
    total = float(raw.sum())
    priority: Floats = raw / total if total > 0 else raw
    mine = np.array([project in set(selected) for project in projects], dtype=np.bool_)
    best = impact[mine].max(axis=0, initial=0.0)
    order = sorted(range(len(names)), key=lambda k: (-weights[k], names[k]))
    uncovered = tuple(names[k] for k in order if best[k] < 1.0 - 1e-9)
    return Alignment(projects, names, weights, impact, priority, uncovered, float(priority @ mine))
