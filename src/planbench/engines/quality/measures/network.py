"""Measures of the network as a whole: redundant links, parts that hang together with nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import Flags, LinkType, Rows
from planbench.engines.kernel import kernel
from planbench.engines.quality.context import Context
from planbench.engines.quality.measures.base import (
    Measure,
    counted,
    links_of,
    members_of,
    nothing,
    plural,
)
from planbench.engines.quality.result import Measured, Metric

VISITS = 4000
"""Activities looked at for one link before it is left undecided."""


@kernel
def _levels(start: Rows, follower: Rows, n: int) -> npt.NDArray[np.int64]:
    """Length of the longest chain before each activity (Kahn's order); in loops it stays 0."""
    waiting = np.zeros(n, dtype=np.int64)
    for link in range(follower.size):
        waiting[follower[link]] += 1
    level = np.zeros(n, dtype=np.int64)
    queue = np.empty(n, dtype=np.int64)
    head = 0
    tail = 0
    for row in range(n):
        if waiting[row] == 0:
            queue[tail] = row
            tail += 1
    while head < tail:
        row = queue[head]
        head += 1
        for place in range(start[row], start[row + 1]):
            after = follower[place]
            level[after] = max(level[after], level[row] + 1)
            waiting[after] -= 1
            if waiting[after] == 0:
                queue[tail] = after
                tail += 1
    return level


@kernel
def _redundant(
    candidates: Rows,
    before: Rows,
    after: Rows,
    start: Rows,
    follower: Rows,
    level: npt.NDArray[np.int64],
    visits: int,
) -> npt.NDArray[np.int8]:
    """For each candidate link: 1 another path joins its ends, 0 none does, 2 undecided.

    Depth first along the compressed rows `start`/`follower`; an activity as deep as the goal or
    deeper cannot lead to it.
    """
    seen = np.full(level.size, -1, dtype=np.int64)
    stack = np.empty(visits + 1, dtype=np.int64)
    found = np.zeros(candidates.size, dtype=np.int8)
    for number in range(candidates.size):
        link = candidates[number]
        source, goal = before[link], after[link]
        if level[goal] - level[source] < 2:
            continue
        stack[0] = source
        depth = 1
        count = 0
        while depth > 0 and found[number] == 0:
            depth -= 1
            row = stack[depth]
            for place in range(start[row], start[row + 1]):
                next_ = follower[place]
                if next_ == goal:
                    if row != source:
                        found[number] = 1
                        break
                elif level[next_] < level[goal] and seen[next_] != number:
                    seen[next_] = number
                    count += 1
                    if count >= visits:
                        found[number] = 2
                        break
                    stack[depth] = next_
                    depth += 1
    return found


def redundant(ctx: Context, metric: Metric) -> Measured:
    """Finish-to-start links without lag whose ends a chain of FS links joins as well.

    Conservative: only chains of FS links without leads count, so that the longer way imposes at
    least as late a date whatever the durations are.
    """
    links = ctx.links
    plain = (links.type == LinkType.FS) & (links.lag >= 0)
    soft = ctx.soft[links.predecessor] | ctx.soft[links.successor]
    usable = plain & ~soft & (links.predecessor != links.successor)
    members = (
        links_of(ctx, metric, "everything")
        .without("not finish-to-start", links.type != LinkType.FS)
        .without("level of effort or summary at one end", soft)
    )
    rows = np.flatnonzero(usable)
    rows = rows[np.argsort(links.predecessor[rows], kind="stable")]
    start = np.zeros(ctx.n + 1, dtype=np.int32)
    np.cumsum(np.bincount(links.predecessor[rows], minlength=ctx.n), out=start[1:])
    follower = links.successor[rows]
    level = _levels(start, follower, ctx.n)
    many_out = np.bincount(links.predecessor[rows], minlength=ctx.n) > 1
    many_in = np.bincount(links.successor[rows], minlength=ctx.n) > 1
    asked = usable & (links.lag == 0) & many_out[links.predecessor] & many_in[links.successor]
    candidates = np.flatnonzero(asked & members.inside).astype(np.int32)
    verdict = _redundant(
        candidates, links.predecessor, links.successor, start, follower, level, VISITS
    )
    hit = np.zeros(len(links), dtype=bool)
    hit[candidates[verdict == 1]] = True
    undecided = int(np.count_nonzero(verdict == 2))
    notes = (f"{plural(undecided, 'link')} not decided: too many ways",) if undecided else ()
    return counted(metric, members, hit, "relationship", notes=notes)


@kernel
def _components(before: Rows, after: Rows, n: int) -> npt.NDArray[np.int64]:
    """Smallest row of the part of the network that each activity belongs to (union-find)."""
    root = np.arange(n)
    for link in range(before.size):
        a, b = before[link], after[link]
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        while root[b] != b:
            root[b] = root[root[b]]
            b = root[b]
        if a < b:
            root[b] = a
        else:
            root[a] = b
    for row in range(n):
        a = row
        while root[a] != a:
            a = root[a]
        root[row] = a
    return root


def isolated(ctx: Context, metric: Metric) -> Measured:
    """Parts of the network beside the largest one; the rows are their activities.

    Level of effort and summaries are no bridge. An activity without any link is a part.
    """
    members = members_of(ctx, metric, "activities")
    if not members.size:
        return nothing("there are no activities", members)
    soft, links = ctx.soft, ctx.links
    used: Flags = ~soft[links.predecessor] & ~soft[links.successor]
    root = _components(links.predecessor[used], links.successor[used], ctx.n)
    sizes = np.bincount(root[members.inside], minlength=ctx.n)
    largest = int(np.argmax(sizes))
    rows = np.flatnonzero(members.inside & (root != largest)).astype(np.int32)
    parts = int(np.count_nonzero(sizes)) - 1
    return Measured(
        "activity",
        members,
        rows,
        float(parts),
        float(parts),
        float(members.size),
        values=sizes[root[rows]].astype(np.float64),
        words="In a part of {}",
        values_unit="n",
        notes=(f"The largest part has {plural(int(sizes[largest]), 'activity', 'activities')}",),
    )


MEASURES: dict[str, Measure] = {"redundant": redundant, "isolated": isolated}
