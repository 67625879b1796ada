"""The plan as displayed rows: WBS bands with their activities, sorted, filtered and folded.

A *node* is a WBS row (0 .. bands - 1) or, after them, an activity (bands + its row). The display
order comes from sizes of subtrees level by level, so that sorting 100,000 activities, filtering
them or folding bands takes some hundredths of a second without compiled code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import NO_ROW, Flags, Numbers, Rows, Schedule, Status
from planbench.domain.times import NO_TIME, Minutes
from planbench.scenes.facts import BAND, Facts, variance_days

Ranks = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Outline:
    """The tree of all nodes. Parents of bands come before them, as in the schedule."""

    bands: int
    activities: int
    parent: Rows  # per node, NO_ROW at the top
    names: tuple[str, ...] = ()  # of the bands, where they are not those of the WBS

    @property
    def size(self) -> int:
        """Number of nodes."""
        return self.bands + self.activities

    @cached_property
    def depth(self) -> Rows:
        """Levels above each node."""
        depth = np.zeros(self.size, dtype=np.int32)
        above = self.parent.copy()
        while True:
            inside = above >= 0
            if not inside.any():
                return depth
            depth[inside] += 1
            above = np.where(inside, self.parent[np.maximum(above, 0)], NO_ROW)

    @cached_property
    def levels(self) -> tuple[Rows, ...]:
        """Nodes of each depth."""
        order = np.argsort(self.depth, kind="stable").astype(np.int32)
        ends = np.cumsum(np.bincount(self.depth)) if self.size else np.zeros(0, dtype=np.int64)
        return tuple(part for part in np.split(order, ends[:-1]) if part.size)

    def band_name(self, schedule: Schedule, band: int) -> str:
        """What a band is called."""
        return self.names[band] if self.names else str(schedule.wbs.name[band])

    def path(self, node: int) -> list[int]:
        """The bands above a node, from the top."""
        found: list[int] = []
        while (node := int(self.parent[node])) >= 0:
            found.append(node)
        return found[::-1]


def build_outline(schedule: Schedule, by_wbs: bool = True) -> Outline:
    """The tree of a schedule; without `by_wbs` all activities stand at the top, bands nowhere."""
    bands, n = len(schedule.wbs), len(schedule)
    if not by_wbs or not bands:
        return Outline(bands, n, np.full(bands + n, NO_ROW, dtype=np.int32))
    own = schedule.activities.wbs
    own = np.where((own >= 0) & (own < bands), own, NO_ROW)
    return Outline(bands, n, np.concatenate((schedule.wbs.parent, own)).astype(np.int32))


def rank_numbers(values: npt.NDArray[Any], descending: bool = False) -> Ranks:
    """Positions of the values in their order, equal values sharing theirs; gaps come last.

    Missing are NaN and `NO_TIME`, in either direction.
    """
    gap = np.isnan(values) if values.dtype.kind == "f" else values == NO_TIME
    _, rank = np.unique(values, return_inverse=True)
    rank = rank.astype(np.int64)
    if descending:
        rank = rank.size - rank
    return np.where(gap, values.size + 1, rank)


def rank_texts(texts: list[str], descending: bool = False) -> Ranks:
    """The same for texts, without regard to case; empty ones come last."""
    folded = [text.casefold() for text in texts]
    place = {text: row for row, text in enumerate(sorted(set(folded), reverse=descending))}
    last = len(place) + 1
    return np.array([place[text] if text else last for text in folded], dtype=np.int64)


def rank_by_several(ranks: list[Ranks]) -> Ranks:
    """One rank of several, the first of which counts most; equal ones share a place."""
    if len(ranks) == 1:
        return ranks[0]
    _, found = np.unique(np.stack(ranks, axis=1), axis=0, return_inverse=True)
    return found.reshape(-1).astype(np.int64)


@dataclass(frozen=True)
class Order:
    """Nodes of the filtered tree in display order, each band before what is in it.

    `size[i]` counts the nodes from position i to the end of its subtree.
    """

    nodes: Rows
    size: Rows


def display_order(outline: Outline, rank: Ranks | None = None, match: Flags | None = None) -> Order:
    """Sort siblings by rank (activities first, then bands in WBS order) and drop what is empty.

    `rank` is per activity, None for file order; `match` says which activities are shown.
    """
    parent, bands = outline.parent, outline.bands
    size = np.zeros(outline.size, dtype=np.int64)
    size[bands:] = 1 if match is None else match
    for level in reversed(outline.levels):
        own = level[level < bands]
        size[own] += size[own] > 0
        inside = level[parent[level] >= 0]
        if inside.size:
            size[:bands] += np.bincount(
                parent[inside], weights=size[inside], minlength=bands
            ).astype(np.int64)
    wide = outline.size + 2
    key = np.empty(outline.size, dtype=np.int64)
    key[:bands] = wide + np.arange(bands)
    key[bands:] = np.arange(outline.activities) if rank is None else rank
    position = np.full(outline.size, -1, dtype=np.int64)
    for level in outline.levels:
        shown = level[size[level] > 0]
        if not shown.size:
            continue
        above = np.where(parent[shown] >= 0, position[np.maximum(parent[shown], 0)], -1)
        # Of equal keys the one first in the file comes first.
        by = np.argsort(above * (2 * wide) + key[shown], kind="stable")
        shown, above = shown[by], above[by]
        before = np.cumsum(size[shown]) - size[shown]
        fresh = np.concatenate(([True], above[1:] != above[:-1]))
        base = before[fresh][np.cumsum(fresh) - 1]
        position[shown] = above + 1 + before - base
    nodes = np.flatnonzero(position >= 0)
    ordered = np.empty(nodes.size, dtype=np.int32)
    ordered[position[nodes]] = nodes
    return Order(ordered, size[ordered].astype(np.int32))


@dataclass(frozen=True)
class RowMap:
    """The displayed rows: `nodes[r]` is shown in row r, `row_of[node]` is its row or -1."""

    nodes: Rows
    row_of: Rows

    def __len__(self) -> int:
        return int(self.nodes.size)


def row_map(outline: Outline, order: Order, folded: Flags) -> RowMap:
    """Leave out what lies inside folded bands (`folded` is per band)."""
    is_folded = np.zeros(order.nodes.size, dtype=bool)
    band = order.nodes < outline.bands
    is_folded[band] = folded[order.nodes[band]]
    at = np.flatnonzero(is_folded)
    change = np.zeros(order.nodes.size + 1, dtype=np.int64)
    np.add.at(change, at + 1, 1)
    np.add.at(change, at + order.size[at], -1)
    nodes = order.nodes[np.cumsum(change[:-1]) == 0]
    row_of = np.full(outline.size, -1, dtype=np.int32)
    row_of[nodes] = np.arange(nodes.size, dtype=np.int32)
    return RowMap(nodes, row_of)


def folded_below(outline: Outline, level: int) -> Flags:
    """Bands to fold so that `level` levels of bands are open (0 folds all)."""
    return np.asarray(outline.depth[: outline.bands] >= level)


def match_text(texts: Iterable[list[str]], query: str) -> Flags | None:
    """Activities whose name, id ... contains every word of the query; None for no words."""
    words = query.casefold().split()
    if not words:
        return None
    joined = ["\n".join(parts).casefold() for parts in zip(*texts, strict=True)]
    return np.array([all(word in text for word in words) for text in joined], dtype=bool)


# ---------------------------------------------------------------- roll-ups


def with_bands(outline: Outline, facts: Facts, match: Flags | None = None) -> Facts:
    """Facts of all nodes: what the (matching) activities of each band amount to, then activities.

    Dates span from the earliest to the latest, total float is the smallest, percent complete is
    weighted by original duration, remaining duration is left out, as days of several calendars
    do not add up.
    """
    bands = outline.bands
    shown = np.ones(len(facts), dtype=bool) if match is None else match
    roll = RollUp(outline, shown)
    start, finish = roll.least(facts.start), roll.greatest(facts.finish)
    base_start, base_finish = roll.least(facts.baseline_start), roll.greatest(facts.baseline_finish)
    weight = np.where(np.isfinite(facts.original), facts.original, 0.0)
    known_percent = np.where(np.isfinite(facts.percent), facts.percent, 0.0)
    total = roll.total(weight)
    percent = np.where(
        total > 0, roll.total(weight * known_percent) / np.where(total > 0, total, 1), np.nan
    )
    count = roll.total(np.ones(len(facts)))
    complete = roll.total((facts.status == Status.COMPLETE).astype(float)) == count
    begun = roll.total(facts.started.astype(float)) > 0
    floats = roll.smallest(facts.total_float)
    made: dict[str, Any] = {
        "kind": np.full(bands, BAND, dtype=np.int8),
        "status": np.where(complete, Status.COMPLETE, np.where(begun, 1, 0)).astype(np.int8),
        "start": start,
        "finish": finish,
        "started": begun & False,
        "finished": complete & False,
        "early_start": roll.least(facts.early_start),
        "early_finish": roll.greatest(facts.early_finish),
        "late_start": roll.least(facts.late_start),
        "late_finish": roll.greatest(facts.late_finish),
        "total_float": floats,
        "critical": roll.total(facts.critical.astype(float)) > 0,
        "near": roll.total(facts.near.astype(float)) > 0,
        "longest_path": roll.total(facts.longest_path.astype(float)) > 0,
        "percent": np.where(complete, 100.0, percent),
        "baseline_start": base_start,
        "baseline_finish": base_finish,
        "start_variance": variance_days(start, base_start),
        "finish_variance": variance_days(finish, base_finish),
        "count": count.astype(np.int32),
    }
    columns = {}
    for item in fields(Facts):
        own = getattr(facts, item.name)
        above = made.get(item.name)
        if above is None:
            fill: Any = NO_TIME if own.dtype == np.int64 else np.nan
            above = np.full(bands, fill, dtype=own.dtype)
        columns[item.name] = np.concatenate((above, own)).astype(own.dtype)
    return Facts(**columns)


class RollUp:
    """Carries activity columns up the tree to its bands, deepest level first."""

    def __init__(self, outline: Outline, shown: Flags) -> None:
        self._outline = outline
        self._rows = np.flatnonzero(shown & (outline.parent[outline.bands :] >= 0))
        self._to = outline.parent[outline.bands :][self._rows]
        self._steps = []
        for level in reversed(outline.levels):
            inside = level[(level < outline.bands) & (outline.parent[level] >= 0)]
            if inside.size:
                self._steps.append((inside, outline.parent[inside]))

    def _carry(self, how: np.ufunc, values: npt.NDArray[Any], fill: Any) -> npt.NDArray[Any]:
        found = np.full(self._outline.bands, fill, dtype=values.dtype)
        how.at(found, self._to, values[self._rows])
        for inside, above in self._steps:
            how.at(found, above, found[inside])
        return found

    def least(self, values: Minutes) -> Minutes:
        """The earliest in each band, `NO_TIME` where there is none."""
        top = np.iinfo(np.int64).max
        found = self._carry(np.minimum, np.where(values == NO_TIME, top, values), top)
        return np.where(found == top, NO_TIME, found)

    def greatest(self, values: Minutes) -> Minutes:
        """The latest in each band."""
        return self._carry(np.maximum, values, NO_TIME)

    def smallest(self, values: Numbers) -> Numbers:
        """The smallest in each band, NaN where there is none."""
        found = self._carry(np.minimum, np.where(np.isnan(values), np.inf, values), np.inf)
        return np.where(np.isinf(found), np.nan, found)

    def total(self, values: Numbers) -> Numbers:
        """What the values of each band add up to."""
        return self._carry(np.add, values, 0.0)
