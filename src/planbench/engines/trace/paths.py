"""Walking the logic: neighbourhoods, the driving path to an activity, and float paths."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from planbench.domain.schedule import Schedule, Status
from planbench.domain.times import NO_TIME

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult


@dataclass(frozen=True)
class Path:
    """A chain of activities from its first to its last, with the relationship between each two."""

    rows: tuple[int, ...]
    relationships: tuple[int, ...]


@dataclass(frozen=True)
class Trace:
    """The logic around an activity.

    `levels` tells how many links away each row is, negative before and positive after; a row that
    can be reached both ways keeps the shorter one. `relationships` are the links walked.
    """

    row: int
    levels: dict[int, int]
    relationships: tuple[int, ...]


@dataclass(frozen=True)
class FloatPath:
    """One of the paths that lead to an activity, most critical first.

    `slack` is the float, in minutes, by which it was ranked; `joins` the row of an earlier path
    that it leads into (its own last row for the first path).
    """

    number: int
    rows: tuple[int, ...]
    relationships: tuple[int, ...]
    slack: int
    joins: int


def driving_path(schedule: Schedule, result: CpmResult, to_row: int) -> Path:
    """The chain of driving links that leads to an activity.

    Where several links drive, the path follows the predecessor on the longest path, then the one
    with the least total float, then the one that finishes last, then file order.
    """
    links = schedule.relationships
    rows, taken = [to_row], list[int]()
    seen = {to_row}
    while True:
        into = schedule.incoming.of(rows[-1])
        choices = [
            int(k) for k in into if result.driving[k] and int(links.predecessor[k]) not in seen
        ]
        if not choices:
            return Path(tuple(reversed(rows)), tuple(reversed(taken)))
        best = min(choices, key=lambda k: _rank(result, int(links.predecessor[k]), k))
        taken.append(best)
        rows.append(int(links.predecessor[best]))
        seen.add(rows[-1])


def _rank(result: CpmResult, row: int, link: int) -> tuple[bool, int, int, int]:
    total = int(result.total_float[row])
    known = total if total != NO_TIME else 0
    return (not bool(result.longest_path[row]), known, -int(result.early_finish[row]), link)


def trace(
    schedule: Schedule,
    result: CpmResult,
    row: int,
    back: int = 1,
    forward: int = 1,
    driving_only: bool = False,
    through_completed: bool = True,
) -> Trace:
    """Everything within `back` links before and `forward` links after an activity.

    `driving_only` follows driving links alone; without `through_completed` complete activities
    are shown but not walked through.
    """
    levels, walked = {row: 0}, set[int]()
    for steps, sign in ((back, -1), (forward, 1)):
        walked |= _walk(schedule, result, row, steps, sign, driving_only, through_completed, levels)
    return Trace(row, levels, tuple(sorted(walked)))


def _walk(
    schedule: Schedule,
    result: CpmResult,
    row: int,
    steps: int,
    sign: int,
    driving_only: bool,
    through_completed: bool,
    levels: dict[int, int],
) -> set[int]:
    """Breadth first in one direction; fills `levels`, gives the relationships."""
    links = schedule.relationships
    around = schedule.incoming if sign < 0 else schedule.outgoing
    ends = links.predecessor if sign < 0 else links.successor
    status = schedule.activities.status
    walked: set[int] = set()
    seen, edge = {row}, [row]
    for step in range(1, steps + 1):
        following: list[int] = []
        for here in edge:
            if here != row and not through_completed and status[here] == Status.COMPLETE:
                continue
            for k in around.of(here).tolist():
                if driving_only and not result.driving[k]:
                    continue
                other = int(ends[k])
                walked.add(k)
                if other not in seen:
                    seen.add(other)
                    following.append(other)
                    if abs(levels.get(other, step + 1)) > step:
                        levels[other] = sign * step
        if not following:
            break
        edge = following
    return walked


def float_paths(
    schedule: Schedule,
    result: CpmResult,
    to_row: int,
    count: int = 10,
    by: Literal["total", "free"] = "free",
) -> tuple[FloatPath, ...]:
    """Up to `count` paths of incomplete activities that lead to an activity.

    Each activity is on one path. The first path goes back from `to_row`, each further one from
    the most critical activity not yet on a path that leads into one. "free" ranks by what a path
    can slip before it delays `to_row`: the sum of relationship floats along the way; "total" by
    the total float of the activities.
    """
    slack = _slack_to(schedule, result, to_row)
    incomplete = schedule.activities.status != Status.COMPLETE
    used: set[int] = set()
    waiting: list[tuple[int, int, int]] = []  # (slack, relationship, predecessor)
    paths: list[FloatPath] = []
    links = schedule.relationships

    def key(row: int) -> int:
        return slack[row] if by == "free" else int(result.total_float[row])

    def branches(row: int) -> list[tuple[int, int, int]]:
        found = []
        for k in schedule.incoming.of(row).tolist():
            p = int(links.predecessor[k])
            if p in slack and incomplete[p] and p not in used and _counts(result, k):
                own = slack[row] + int(result.relationship_float[k])
                found.append((own if by == "free" else key(p), k, p))
        return sorted(found)

    start, entry = to_row, -1
    while len(paths) < count:
        rows, taken = [start], list[int]()
        used.add(start)
        while True:
            options = branches(rows[-1])
            for other in options[1:]:
                heapq.heappush(waiting, other)
            if not options:
                break
            _, k, p = options[0]
            taken.append(k)
            rows.append(p)
            used.add(p)
        joins = int(links.successor[entry]) if entry >= 0 else to_row
        ways = [*reversed(taken), *([entry] if entry >= 0 else [])]
        paths.append(
            FloatPath(len(paths) + 1, tuple(reversed(rows)), tuple(ways), key(start), joins)
        )
        while waiting and waiting[0][2] in used:
            heapq.heappop(waiting)
        if not waiting:
            break
        _, entry, start = heapq.heappop(waiting)
    return tuple(paths)


def _counts(result: CpmResult, link: int) -> bool:
    return bool(result.relationship_float[link] != NO_TIME)


def _slack_to(schedule: Schedule, result: CpmResult, to_row: int) -> dict[int, int]:
    """Least sum of relationship floats from each incomplete ancestor to the activity."""
    links = schedule.relationships
    rank = np.full(len(schedule), -1, dtype=np.int64)
    rank[result.order] = np.arange(result.order.size)
    slack: dict[int, int] = {to_row: 0}
    heap, done = [(-int(rank[to_row]), to_row)], set[int]()
    while heap:  # last activity first: all ways from it to the goal are known by then
        _, row = heapq.heappop(heap)
        if row in done:
            continue
        done.add(row)
        for k in schedule.incoming.of(row).tolist():
            p = int(links.predecessor[k])
            if not _counts(result, k) or schedule.activities.status[p] == Status.COMPLETE:
                continue
            way = slack[row] + int(result.relationship_float[k])
            if p not in slack or way < slack[p]:
                slack[p] = way
            heapq.heappush(heap, (-int(rank[p]), p))
    return slack
