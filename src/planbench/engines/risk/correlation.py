"""Correlation of ranges: groups with one coefficient, and matrices, repaired where impossible.

Coefficients are rank correlations r. Normal scores that correlate by 2 sin(pi r / 6) give ranks
that correlate by r, whatever the laws are; the laws themselves stay as they were given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Numbers, Schedule
from planbench.engines.risk.model import RiskModel
from planbench.engines.risk.rng import stable_hash
from planbench.engines.risk.selection import selected

GROUP_LOW, GROUP_HIGH, GROUP_FIRST, GROUP_WEIGHTS = range(4)
"""Columns of `Groups.head`: halves of the hash that keys the score; for a row of a matrix the
first group of the matrix and where its weights begin, else -1."""

_STEPS = 2000
_CLOSE = 1e-11


@dataclass(frozen=True)
class Correlated:
    """One entry of the model: rank correlations that were asked for and those that are used.

    The two differ where the asked ones contradict each other: then the nearest possible matrix
    is used.
    """

    at: str
    ids: tuple[str, ...]
    requested: Numbers  # (k, k)
    used: Numbers

    @property
    def largest_change(self) -> tuple[str, str, float, float]:
        """(an activity, another, coefficient asked for, coefficient used) that differ most."""
        k = int(np.abs(self.used - self.requested).argmax())
        a, b = sorted(divmod(k, len(self.ids)))
        return self.ids[a], self.ids[b], float(self.requested[a, b]), float(self.used[a, b])

    @property
    def repaired(self) -> bool:
        """Whether what was asked for was not possible."""
        return bool(np.abs(self.used - self.requested).max(initial=0.0) > 1e-9)


@dataclass
class Groups:
    """Normal scores that several draws share, and how rows of matrices mix theirs."""

    head: list[tuple[int, int, int, int]] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, name: str) -> int:
        """A group with a score of its own."""
        key = stable_hash(name)
        self.head.append((key & 0xFFFFFFFF, key >> 32, -1, -1))
        return len(self.head) - 1

    def add_matrix(self, names: list[str], scores: Numbers) -> int:
        """A group for each name, whose scores have this correlation matrix; the first of them."""
        first = len(self.head)
        lower = triangular(scores)
        for k, name in enumerate(names):
            key = stable_hash(name)
            self.head.append((key & 0xFFFFFFFF, key >> 32, first, len(self.weights)))
            self.weights += lower[k, : k + 1].tolist()
        return first


def score_correlation(rank: Any) -> Any:
    """Correlation of normal scores whose ranks correlate so (Pearson 1907)."""
    return 2.0 * np.sin(np.pi * np.asarray(rank, dtype=np.float64) / 6.0)


def rank_correlation(score: Any) -> Any:
    """Correlation of the ranks of normal scores that correlate so."""
    return 6.0 / np.pi * np.arcsin(np.asarray(score, dtype=np.float64) / 2.0)


def nearest_correlation(given: Numbers) -> Numbers:
    """The correlation matrix with the least sum of squared differences from a symmetric one.

    Projections in turn on the positive semidefinite matrices and on those with a unit diagonal,
    the former with Dykstra's correction (Higham, "Computing the nearest correlation matrix", IMA
    J. Numer. Anal. 22, 2002). What is possible comes back as it is.
    """
    if np.linalg.eigvalsh(given)[0] >= -1e-12:
        return given
    y, correction = given.copy(), np.zeros_like(given)
    for _ in range(_STEPS):
        r = y - correction
        x = _positive(r)
        correction = x - r
        before, y = y, x.copy()
        np.fill_diagonal(y, 1.0)
        if np.linalg.norm(y - before) <= _CLOSE * np.linalg.norm(y):
            break
    made = _positive(y)  # what is left of the negative eigenvalues after the last step
    scale = np.sqrt(np.diag(made))
    made /= np.outer(scale, scale)
    np.fill_diagonal(made, 1.0)
    return made


def _positive(given: Numbers) -> Numbers:
    values, vectors = np.linalg.eigh(given)
    made: Numbers = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return (made + made.T) / 2.0


def triangular(correlation: Numbers) -> Numbers:
    """Lower triangular L with L L' = correlation, which may be singular."""
    values, vectors = np.linalg.eigh(correlation)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))).T
    lower = np.asarray(np.linalg.qr(root, mode="r")).T
    made: Numbers = lower * np.where(np.diag(lower) < 0, -1.0, 1.0)
    return made


def bind_correlation(
    model: RiskModel, schedule: Schedule, rows: Any, groups: Groups
) -> tuple[Any, Any, Any, tuple[Correlated, ...]]:
    """(group, weight of its score, weight of the own score) of every simulated activity.

    A group of one coefficient has the one-factor form: score = shared * group + own * activity.
    The fourth value tells what was asked for and what is used. Raises ModelError for an activity
    of two entries.
    """
    group = np.full(rows.size, -1, dtype=np.int32)
    shared, own = np.zeros(rows.size), np.ones(rows.size)
    told: list[Correlated] = []
    position = {int(row): k for k, row in enumerate(rows.tolist())}
    code = schedule.activities.code
    for number, item in enumerate(model.correlation):
        at = f"correlation {number + 1}"
        chosen = np.flatnonzero(selected(schedule, item.where, at)[rows])
        twice = chosen[group[chosen] >= 0]
        if twice.size:
            raise ModelError(
                f"{code[rows[twice[0]]]} is in another correlation as well",
                at,
                "Join the two entries.",
            )
        if item.matrix:
            asked = np.array(item.matrix, dtype=np.float64)
            scores = nearest_correlation(score_correlation(asked))
            first = groups.add_matrix([f"correlation of {name}" for name in item.where.ids], scores)
            told.append(Correlated(at, item.where.ids, asked, rank_correlation(scores)))
            for k, name in enumerate(item.where.ids):
                at_plan = position.get(schedule.row_of_code[name], -1)
                if at_plan >= 0:
                    group[at_plan], shared[at_plan], own[at_plan] = first + k, 1.0, 0.0
            continue
        rho = float(score_correlation(abs(item.coefficient)))
        shared[chosen] = math.sqrt(min(rho, 1.0))
        own[chosen] = math.sqrt(max(1.0 - rho, 0.0))
        if item.coefficient < 0 and chosen.size == 2:
            shared[chosen[1]] *= -1.0
        group[chosen] = groups.add(f"correlation {sorted(item.where.as_dict().items())}")
        some = chosen[:MOST_SHOWN]
        asked = np.full((some.size, some.size), item.coefficient)
        np.fill_diagonal(asked, 1.0)
        told.append(Correlated(at, tuple(code[rows[some]].tolist()), asked, asked))
    return group, shared, own, tuple(told)


MOST_SHOWN = 60
"""Activities of a group for which the achieved correlation is worked out."""
