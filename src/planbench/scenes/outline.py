"""The plan as displayed rows: WBS bands with their activities, sorted, filtered and folded.

A *node* is a WBS row (0 .. bands - 1) or, after them, an activity (bands + its row). The display
order comes from sizes of subtrees level by level, so that sorting 100,000 activities, filtering
them or folding bands takes some hundredths of a second without compiled code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
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
        """Bands of each depth, from the top."""
        depth = self.depth[: self.bands]
        order = np.argsort(depth, kind="stable").astype(np.int32)
        ends = np.cumsum(np.bincount(depth)) if self.bands else np.zeros(0, dtype=np.int64)
        return tuple(part for part in np.split(order, ends[:-1]) if part.size)

    @cached_property
    def frame(self) -> _Frame:
        """The display order of everything, but for the order of the activities in their bands."""
        return _frame(self, np.sort(self.parent[self.bands :]))

    @cached_property
    def whole_frame(self) -> _Frame:
        """The same with the bands that hold nothing."""
        return _frame(self, np.sort(self.parent[self.bands :]), empty=True)

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
    """Numbers in the order of the values, equal values sharing theirs; gaps come last.

    Missing are NaN and `NO_TIME`, in either direction. Whole numbers need no sorting for that.
    """
    if values.dtype.kind != "f":
        values = values.astype(np.int64)
        gap = values == NO_TIME
        there = values[~gap]
        low, high = (int(there.min()), int(there.max())) if there.size else (0, 0)
        return np.where(gap, high - low + 1, high - values if descending else values - low)
    _, rank = np.unique(values, return_inverse=True)
    rank = rank.astype(np.int64)
    if descending:
        rank = rank.size - rank
    return np.where(np.isnan(values), values.size + 1, rank)


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


def display_order(
    outline: Outline, rank: Ranks | None = None, match: Flags | None = None, empty: bool = False
) -> Order:
    """Sort siblings by rank (activities first, then bands in WBS order) and drop what is empty.

    `rank` is per activity, None for file order; `match` says which activities are shown. With
    `empty` the bands without activities stay, unless `match` hides them.
    """
    parent, bands = outline.parent, outline.bands
    rows = _by_band(parent[bands:], rank, match)
    above = parent[bands:][rows]  # -1, which stands for the top, comes first
    if match is not None:
        frame = _frame(outline, above)
    else:
        frame = outline.whole_frame if empty else outline.frame
    nodes = frame.nodes.copy()
    nodes[frame.places] = rows + bands
    return Order(nodes, frame.size)


@dataclass(frozen=True)
class _Frame:
    """The display order without its activities: where they go, however they are sorted."""

    nodes: Rows  # bands at their places
    size: Rows  # as in `Order`
    places: Ranks  # of the activities, those at the top first, then band by band


def _frame(outline: Outline, above: Rows, empty: bool = False) -> _Frame:
    """The frame of a tree; `above` are the bands of the shown activities, ascending."""
    parent, bands = outline.parent, outline.bands
    own = np.bincount(above + 1, minlength=bands + 1)
    size = own[1:].copy()
    for level in reversed(outline.levels):
        size[level] += (size[level] > 0) | empty
        inside = level[parent[level] >= 0]
        np.add.at(size, parent[inside], size[inside])
    within = np.zeros(bands + 1, dtype=np.int64)  # position of the first row in a band
    for level in outline.levels:
        by = level[np.argsort(parent[level], kind="stable")]
        into = parent[by] + 1
        before = np.cumsum(size[by]) - size[by]
        fresh = np.concatenate(([True], into[1:] != into[:-1]))
        base = before[fresh][np.cumsum(fresh) - 1]
        within[by + 1] = within[into] + own[into] + before - base + 1
    shown = np.flatnonzero(size > 0)
    count = above.size + shown.size
    nodes, sizes = np.empty(count, dtype=np.int32), np.ones(count, dtype=np.int32)
    nodes[within[shown + 1] - 1] = shown
    sizes[within[shown + 1] - 1] = size[shown]
    first = np.cumsum(own) - own
    return _Frame(nodes, sizes, within[above + 1] + np.arange(above.size) - first[above + 1])


def _by_band(above: Rows, rank: Ranks | None, match: Flags | None) -> Ranks:
    """The shown activities by the band above them, then by rank, then as in the file."""
    rows = np.arange(above.size, dtype=np.int64) if match is None else np.flatnonzero(match)
    if not rows.size:
        return rows
    value = np.zeros(rows.size, dtype=np.int64) if rank is None else rank[rows]
    value = value - value.min()
    place, step = above.size.bit_length(), int(value.max()).bit_length()
    if int(above.max() + 2).bit_length() + step + place < 63:
        # One number says all of it: sorting plain numbers takes a fraction of sorting positions,
        # a stable sort a fraction of that again, as files stand nearly in order.
        key = (((above[rows].astype(np.int64) + 1) << step | value) << place) | rows
        key.sort(kind="stable")
        return np.asarray(key & ((1 << place) - 1))
    return rows[np.lexsort((value, above[rows]))]


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


_STEADY = ("kind", "status", "started", "original", "baseline_start", "baseline_finish", "count")
"""Columns of facts that seldom differ when dates do."""

_ROLLED_FROM = {
    "status": ("status", "started"),
    "percent": ("percent", "original", "status"),
    "start_variance": ("start_variance", "start", "baseline_start"),
    "finish_variance": ("finish_variance", "finish", "baseline_finish"),
}
"""What a band's value follows from, where that is more than the column of the same name."""


def sharing(facts: Facts, before: Facts) -> Facts:
    """The same facts with columns of `before` where they are equal, so that sums can be kept."""
    kept = {}
    for name in _STEADY:
        own, old = getattr(facts, name), getattr(before, name)
        # Bits are compared, as what is missing does not equal itself.
        if own.shape == old.shape and np.array_equal(own.view(np.uint8), old.view(np.uint8)):
            kept[name] = old
    return replace(facts, **kept)


def with_bands(
    outline: Outline, facts: Facts, match: Flags | None = None, before: Facts | None = None
) -> Facts:
    """Facts of all nodes: what the (matching) activities of each band amount to, then activities.

    Dates span from the earliest to the latest, total float is the smallest, percent complete is
    weighted by original duration, remaining duration is left out, as days of several calendars
    do not add up. Columns are made when they are first asked for. `before` is an earlier result:
    sums that follow from the very same columns are taken from there.
    """
    return _NodeFacts(outline, facts, match, before)


class _NodeFacts(Facts):
    """Facts of bands and activities, column by column as they are asked for."""

    def __init__(
        self, outline: Outline, own: Facts, match: Flags | None, before: Facts | None
    ) -> None:
        known: dict[str, Any] = {"_outline": outline, "_own": own, "_match": match}
        same = isinstance(before, _NodeFacts) and before._outline is outline
        if isinstance(before, _NodeFacts) and same and before._match is match:
            known["_roll"] = before._roll
            for item in fields(Facts):
                needs = _ROLLED_FROM.get(item.name, (item.name,))
                steady = all(getattr(own, one) is getattr(before._own, one) for one in needs)
                if steady and item.name in before.__dict__:
                    known[item.name] = before.__dict__[item.name]
        self.__dict__.update(known)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in Facts.__dataclass_fields__:
            raise AttributeError(name)
        own = getattr(self._own, name)
        column = np.concatenate((self._above(name, own), own)).astype(own.dtype, copy=False)
        self.__dict__[name] = column
        return column

    def __len__(self) -> int:
        return int(self._outline.size)

    @cached_property
    def _roll(self) -> RollUp:
        shown = np.ones(len(self._own), dtype=bool) if self._match is None else self._match
        return RollUp(self._outline, shown)

    def _above(self, name: str, own: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """A column's values of the bands."""
        roll, bands = self._roll, self._outline.bands
        if name in _FOLDS:
            return np.asarray(_FOLDS[name](roll, own))
        if name in ("critical", "near", "longest_path"):
            return roll.total(own.astype(float)) > 0
        if name == "kind":
            return np.full(bands, BAND, dtype=own.dtype)
        if name == "count":
            return roll.total(np.ones(own.size))
        if name == "status":
            begun = roll.total(self._own.started.astype(float)) > 0
            return np.where(self._complete, Status.COMPLETE, np.where(begun, 1, 0))
        if name == "percent":
            return self._percent()
        if name in ("start_variance", "finish_variance"):
            end = name.removesuffix("_variance")
            now, planned = getattr(self, end), getattr(self, f"baseline_{end}")
            return variance_days(now[:bands], planned[:bands])
        fill: Any = NO_TIME if own.dtype == np.int64 else False if own.dtype == bool else np.nan
        return np.full(bands, fill, dtype=own.dtype)

    @cached_property
    def _complete(self) -> Flags:
        """Bands whose activities are all complete."""
        done = self._roll.total((self._own.status == Status.COMPLETE).astype(float))
        return np.asarray(done == self.count[: self._outline.bands])

    def _percent(self) -> Numbers:
        weight = np.where(np.isfinite(self._own.original), self._own.original, 0.0)
        known = np.where(np.isfinite(self._own.percent), self._own.percent, 0.0)
        total, done = self._roll.total(weight), self._roll.total(weight * known)
        share = np.where(total > 0, done / np.where(total > 0, total, 1), np.nan)
        return np.where(self._complete, 100.0, share)


class RollUp:
    """Carries activity columns up the tree to its bands, deepest level first."""

    def __init__(self, outline: Outline, shown: Flags) -> None:
        self._outline = outline
        self._rows = np.flatnonzero(shown & (outline.parent[outline.bands :] >= 0))
        self._to = outline.parent[outline.bands :][self._rows]
        self._steps = []
        for level in reversed(outline.levels):
            inside = level[outline.parent[level] >= 0]
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


_FOLDS: dict[str, Callable[[RollUp, Any], npt.NDArray[Any]]] = {
    "start": RollUp.least,
    "finish": RollUp.greatest,
    "early_start": RollUp.least,
    "early_finish": RollUp.greatest,
    "late_start": RollUp.least,
    "late_finish": RollUp.greatest,
    "baseline_start": RollUp.least,
    "baseline_finish": RollUp.greatest,
    "total_float": RollUp.smallest,
}
"""How a column's values of the activities in a band become the band's."""
