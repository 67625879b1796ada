"""Which row of the picture each card of a trace stands in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any


def place(
    levels: Mapping[int, int],
    links: Sequence[tuple[int, int, bool]],
    weight: Mapping[int, Any],
    centre: int,
) -> dict[int, int]:
    """A row number from 0 on for every activity; no two of one level share one.

    `links` are (predecessor, successor, drives). From the traced activity outwards each card
    takes the free row nearest to its neighbours of the levels placed before, those with driving
    links and little float first, so that the driving path runs straight. `weight` orders
    activities, the most critical first.
    """
    around: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for a, b, drives in links:
        around[a].append((b, drives))
        around[b].append((a, drives))
    by_level: dict[int, list[int]] = defaultdict(list)
    for row, level in levels.items():
        by_level[level].append(row)
    slots: dict[int, int] = {centre: 0}
    for level in sorted(by_level, key=lambda one: (abs(one), one)):
        beside = [row for row in by_level[level] if row != centre]
        if beside:
            _fill(beside, around, weight, slots, level == 0)
    least = min(slots.values())
    return {row: slot - least for row, slot in slots.items()}


def _fill(
    rows: list[int],
    around: Mapping[int, list[tuple[int, bool]]],
    weight: Mapping[int, Any],
    slots: dict[int, int],
    beside_centre: bool,
) -> None:
    """Give the cards of one level their rows; the centre's is taken in its own level."""
    wish: dict[int, float] = {}
    drives: dict[int, bool] = {}
    for row in rows:
        placed = [(slots[other], driving) for other, driving in around[row] if other in slots]
        strong = [slot for slot, driving in placed if driving]
        drives[row] = bool(strong)
        chosen = strong or [slot for slot, _ in placed]
        wish[row] = sum(chosen) / len(chosen) if chosen else 0.0
    free = _Free()
    if beside_centre:
        free.take(0)
    given = {}
    for row in sorted(rows, key=lambda one: (not drives[one], weight[one], one)):
        given[row] = free.take(round(wish[row]))
    # Cards without a driving link have no row of their own to keep: put them in the order of
    # their neighbours, which uncrosses most links.
    loose = sorted((row for row in rows if not drives[row]), key=lambda one: (wish[one], one))
    given |= dict(zip(loose, sorted(given[row] for row in loose), strict=True))
    slots.update(given)


class _Free:
    """Free numbers; `take` gives the one nearest to a wish, below it before above."""

    def __init__(self) -> None:
        self._up: dict[int, int] = {}
        self._down: dict[int, int] = {}

    @staticmethod
    def _next(skips: dict[int, int], start: int) -> int:
        end = start
        while end in skips:
            end = skips[end]
        while start in skips and skips[start] != end:  # so that long runs are skipped at once
            skips[start], start = end, skips[start]
        return end

    def take(self, wish: int) -> int:
        above, below = self._next(self._up, wish), self._next(self._down, wish)
        found = above if above - wish <= wish - below else below
        self._up[found], self._down[found] = found + 1, found - 1
        return found
