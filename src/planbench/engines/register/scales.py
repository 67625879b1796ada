"""Qualitative scales: levels of likelihood and impact, and the matrix that rates their pairs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planbench.domain.errors import ModelError

RATINGS = ("Very low", "Low", "Medium", "High", "Very high")
"""What a cell of the matrix can be, mildest first."""

FEWEST, MOST = 3, 10
"""Levels that a scale may have."""


@dataclass(frozen=True)
class Scale:
    """Named levels, mildest first, and the upper bound of each but the last, which has none.

    A value belongs to the first level whose bound it does not exceed.
    """

    names: tuple[str, ...]
    bounds: tuple[float, ...]

    def level(self, value: float) -> int:
        """Level of a value, from 0."""
        return bisect_left(self.bounds, value)

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class Matrix:
    """Scales of likelihood (0 to 1), delay (days) and cost, and the rating of every pair.

    `cells[likelihood][impact]` is a place in RATINGS.
    """

    likelihood: Scale
    delay: Scale
    cost: Scale
    cells: tuple[tuple[int, ...], ...]

    def place(self, probability: float, days: float, cost: float) -> tuple[int, int]:
        """(likelihood, impact) levels from 0: the worse of delay and cost counts."""
        impact = max(self.delay.level(abs(days)), self.cost.level(abs(cost)))
        return self.likelihood.level(probability), impact

    def rating(self, place: tuple[int, int]) -> int:
        """Rating of a pair of levels, a place in RATINGS."""
        return self.cells[place[0]][place[1]]


def usual_cells(rows: int, columns: int) -> tuple[tuple[int, ...], ...]:
    """A matrix that grows from the lower left to the upper right, impact weighing more.

    Both levels are stretched to 0..1; likelihood counts four, impact six tenths.
    """
    made = []
    for row in range(rows):
        line = []
        for column in range(columns):
            score = 0.4 * row / (rows - 1) + 0.6 * column / (columns - 1)
            line.append(min(int(score * 5.0), 4))
        made.append(tuple(line))
    return tuple(made)


def usual_matrix() -> Matrix:
    """Five levels each way; cost in the currency of the model."""
    likelihood = Scale(
        ("Rare", "Unlikely", "Possible", "Likely", "Very likely"), (0.05, 0.2, 0.35, 0.5)
    )
    delay = Scale(("Slight", "Minor", "Moderate", "Major", "Severe"), (5.0, 15.0, 30.0, 90.0))
    cost = Scale(("Slight", "Minor", "Moderate", "Major", "Severe"), (1e5, 5e5, 2e6, 1e7))
    return Matrix(likelihood, delay, cost, usual_cells(5, 5))


def matrix_json(matrix: Matrix) -> dict[str, Any]:
    """The JSON that `matrix_from` reads back."""
    scales = {
        name: {"names": list(scale.names), "bounds": list(scale.bounds)}
        for name, scale in (
            ("likelihood", matrix.likelihood),
            ("delay", matrix.delay),
            ("cost", matrix.cost),
        )
    }
    return {**scales, "cells": [list(row) for row in matrix.cells]}


def matrix_from(given: Mapping[str, Any], at: str = "scales") -> Matrix:
    """Read and check a matrix. Raises ModelError for scales or cells that make no sense."""
    parts = [
        scale_from(given.get(name), f"{at} {name}") for name in ("likelihood", "delay", "cost")
    ]
    likelihood, delay, cost = parts
    if likelihood.bounds[-1] >= 1:
        raise ModelError("the last bound of likelihood must be below 1", at)
    if len(delay) != len(cost):
        raise ModelError("delay and cost must have equally many levels", at)
    cells = given.get("cells") or usual_cells(len(likelihood), len(delay))
    rows = tuple(tuple(int(cell) for cell in row) for row in cells)
    fits = len(rows) == len(likelihood) and all(len(row) == len(delay) for row in rows)
    if not fits or any(not 0 <= cell < len(RATINGS) for row in rows for cell in row):
        raise ModelError("the ratings do not fit the scales", at)
    return Matrix(likelihood, delay, cost, rows)


def scale_from(given: Any, at: str) -> Scale:
    """A scale of names and rising bounds. Raises ModelError."""
    if not isinstance(given, Mapping):
        raise ModelError("is missing", at)
    names = tuple(str(name).strip() for name in given.get("names", ()))
    bounds = tuple(float(bound) for bound in given.get("bounds", ()))
    if not FEWEST <= len(names) <= MOST or not all(names):
        raise ModelError(f"needs {FEWEST} to {MOST} named levels", at)
    if len(bounds) != len(names) - 1:
        raise ModelError("every level but the last needs an upper bound", at)
    if any(low >= high for low, high in zip((0.0, *bounds), bounds, strict=False)):
        raise ModelError("bounds must be above zero and rise from level to level", at)
    return Scale(names, bounds)


def counts(matrix: Matrix, places: Sequence[tuple[int, int]]) -> list[list[int]]:
    """How many places fall into each cell, by likelihood and impact."""
    made = [[0] * len(matrix.delay) for _ in range(len(matrix.likelihood))]
    for row, column in places:
        made[row][column] += 1
    return made
