"""Links as edges between nodes: those of summaries shared by all that lies beneath them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planbench.domain.schedule import (
    NO_ROW,
    ActivityType,
    Codes,
    Flags,
    LagFormat,
    LinkType,
    Rows,
    Schedule,
)
from planbench.domain.times import Minutes, known
from planbench.engines.msp.columns import CHILD, COLLECT, LINK, NOTHING, SUMMARY
from planbench.engines.worktime import ROUND_THE_CLOCK


@dataclass(frozen=True)
class Raw:
    """Edges in no particular order. `spread_of` names the summary of each spread node."""

    source: Rows
    target: Rows
    role: Codes
    from_finish: Flags
    to_start: Flags
    lag: Minutes
    calendar: Rows
    relationship: Rows
    spread_of: Rows


def summary_above(schedule: Schedule) -> Rows:
    """The summary activity right above each activity, NO_ROW for none.

    A second summary of the same WBS node lies above the first one.
    """
    acts, wbs = schedule.activities, schedule.wbs
    n = len(acts)
    above = np.full(n, NO_ROW, dtype=np.int32)
    summaries = np.flatnonzero((acts.type == ActivityType.WBS_SUMMARY) & (acts.wbs >= 0))
    if not summaries.size:
        return above
    first, last = np.full(len(wbs), NO_ROW), np.full(len(wbs), NO_ROW)
    for row in summaries.tolist():
        node = int(acts.wbs[row])
        if last[node] >= 0:
            above[last[node]] = row
        else:
            first[node] = row
        last[node] = row
    owner = first.copy()  # of each node: its own summary, else the next one up
    for node, parent in enumerate(wbs.parent.tolist()):
        if parent >= 0 and owner[node] < 0:
            owner[node] = owner[parent]
    leaves = (acts.type != ActivityType.WBS_SUMMARY) & (acts.wbs >= 0)
    above[leaves] = owner[acts.wbs[leaves]]
    for node in np.flatnonzero(last >= 0).tolist():
        parent = int(wbs.parent[node])
        if parent >= 0:
            above[last[node]] = owner[parent]
    return above


def edges_of(schedule: Schedule, kind: Codes, above: Rows, calendar: Rows) -> Raw:
    """All edges of the active part of a schedule."""
    acts, links = schedule.activities, schedule.relationships
    n = len(acts)
    active = (kind[links.predecessor] != NOTHING) & (kind[links.successor] != NOTHING)
    rows = np.flatnonzero(active & (links.predecessor != links.successor)).astype(np.int32)
    before, after, type_ = links.predecessor[rows], links.successor[rows], links.type[rows]
    lag, elapsed = _lags(schedule, rows)
    from_finish = (type_ == LinkType.FS) | (type_ == LinkType.FF)
    to_start = (type_ == LinkType.FS) | (type_ == LinkType.SS)
    drawn_calendar = np.where(elapsed, ROUND_THE_CLOCK, calendar[after])
    into_summary = kind[after] == SUMMARY
    plain, spread = np.flatnonzero(~into_summary), np.flatnonzero(into_summary)

    words = np.column_stack((after, type_, lag, elapsed))[spread].astype(np.int64)
    groups, of = np.unique(words, axis=0, return_inverse=True)
    of = of.reshape(-1)
    owner = groups[:, 0]
    leaf, node = _beneath(kind, above, owner, n)
    reach = groups[node - n]
    kids = np.flatnonzero((above >= 0) & (kind != NOTHING))
    kids = kids[kind[above[kids]] != NOTHING]

    def joined(*parts: Any, dtype: Any) -> Any:
        return np.concatenate([np.asarray(part) for part in parts]).astype(dtype)

    return Raw(
        source=joined(before[plain], before[spread], node, kids, dtype=np.int32),
        target=joined(after[plain], of + n, leaf, above[kids], dtype=np.int32),
        role=np.repeat(
            np.array([LINK, COLLECT, LINK, CHILD], dtype=np.int8),
            [plain.size, spread.size, leaf.size, kids.size],
        ),
        from_finish=joined(
            from_finish[plain],
            from_finish[spread],
            (reach[:, 1] == LinkType.FS) | (reach[:, 1] == LinkType.FF),
            np.ones(kids.size),
            dtype=bool,
        ),
        to_start=joined(
            to_start[plain],
            to_start[spread],
            (reach[:, 1] == LinkType.FS) | (reach[:, 1] == LinkType.SS),
            np.zeros(kids.size),
            dtype=bool,
        ),
        lag=joined(
            lag[plain], np.zeros(spread.size), reach[:, 2], np.zeros(kids.size), dtype=np.int64
        ),
        calendar=joined(
            drawn_calendar[plain],
            np.full(spread.size, ROUND_THE_CLOCK),
            np.where(reach[:, 3] > 0, ROUND_THE_CLOCK, calendar[leaf]),
            np.full(kids.size, ROUND_THE_CLOCK),
            dtype=np.int32,
        ),
        relationship=joined(
            rows[plain],
            rows[spread],
            np.full(leaf.size + kids.size, NO_ROW),
            dtype=np.int32,
        ),
        spread_of=owner.astype(np.int32),
    )


def _lags(schedule: Schedule, rows: Rows) -> tuple[Minutes, Flags]:
    """(lag in minutes, whether it runs round the clock) of these relationships.

    A percentage is of the predecessor's duration as the file has it.
    """
    links, acts = schedule.relationships, schedule.activities
    lag = np.where(known(links.lag[rows]), links.lag[rows], 0)
    form = links.lag_format[rows]
    share = (form == LagFormat.PERCENT) | (form == LagFormat.ELAPSED_PERCENT)
    if share.any():
        duration = acts.original_duration[links.predecessor[rows]]
        duration = np.where(known(duration), duration, 0)
        part = np.floor(np.abs(lag) * duration / 10000.0 + 0.5).astype(np.int64)
        lag = np.where(share, np.sign(lag) * part, lag)
    return lag, (form == LagFormat.ELAPSED) | (form == LagFormat.ELAPSED_PERCENT)


def _beneath(kind: Codes, above: Rows, owner: Minutes, n: int) -> tuple[Rows, Rows]:
    """Pairs (leaf, spread node) of all leaves beneath the summaries that own spread nodes.

    `owner` is sorted. One step up the outline at a time, all leaves at once.
    """
    leaves, nodes = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    leaf = np.flatnonzero((kind != SUMMARY) & (kind != NOTHING))
    at = above[leaf].astype(np.int64)
    while owner.size and leaf.size:
        leaf, at = leaf[at >= 0], at[at >= 0]
        low = np.searchsorted(owner, at, side="left")
        count = np.searchsorted(owner, at, side="right") - low
        leaves.append(np.repeat(leaf, count))
        ends = np.cumsum(count)
        within = np.arange(int(ends[-1]) if ends.size else 0) - np.repeat(ends - count, count)
        nodes.append(np.repeat(low, count) + within + n)
        at = above[at].astype(np.int64)
    return np.concatenate(leaves).astype(np.int32), np.concatenate(nodes).astype(np.int32)
