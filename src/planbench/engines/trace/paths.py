"""Walking the logic: neighbourhoods, the driving path to an activity, and float paths."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from planbench.domain.schedule import Flags, Schedule, Status
from planbench.domain.times import NO_TIME
from planbench.engines.trace.ways import Ways, ways_of

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult
    from planbench.engines.trace.why import Prepared

_NOWHERE = 1 << 62
"""Total float of what no open activity leads into."""


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


def driving_path(
    schedule: Schedule, result: CpmResult, to_row: int, logic: Prepared | None = None
) -> Path:
    """The chain of driving links that leads to an activity.

    Where several links drive, the path follows the predecessor on the longest path, then the one
    with the least total float, then the one that finishes last, then file order. Under Microsoft
    Project's rules links of summaries lead on into what lies beneath; `logic` is what `prepared`
    gives for the schedule, made anew where it is needed.
    """
    ways = ways_of(schedule, result, logic)
    rows, taken = [to_row], list[int]()
    seen = {to_row}
    while True:
        choices = [(p, k) for p, k in _driving(ways, ways.place(rows[-1])) if p not in seen]
        if not choices:
            return Path(tuple(reversed(rows)), tuple(reversed(taken)))
        row, link = min(choices, key=lambda one: _rank(result, *one))
        taken.append(link)
        rows.append(row)
        seen.add(row)


def _driving(ways: Ways, place: int) -> Iterator[tuple[int, int]]:
    """(predecessor, relationship) of what drives a place, through helpers."""
    waiting, seen = [(place, -1)], {place}
    while waiting:
        here, link = waiting.pop()
        for way in ways.into(here):
            if not way.drives or way.place in seen:
                continue
            taken = way.relationship if way.relationship >= 0 else link
            row = ways.row(way.place)
            if row >= 0:
                yield row, taken
            else:
                seen.add(way.place)
                waiting.append((way.place, taken))


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
    towards: Flags | None = None,
) -> Trace:
    """Everything within `back` links before and `forward` links after an activity.

    `driving_only` follows driving links alone; without `through_completed` complete activities
    are shown but not walked through. With `towards` (see `leading_to`) the way ahead is taken only
    through the activities flagged.
    """
    levels, walked = {row: 0}, set[int]()
    for steps, sign, kept in ((back, -1, None), (forward, 1, towards)):
        rules = (driving_only, through_completed, kept)
        walked |= _walk(schedule, result, row, steps, sign, rules, levels)
    return Trace(row, levels, tuple(sorted(walked)))


def leading_to(schedule: Schedule, row: int) -> Flags:
    """The activities from which links lead to an activity, over any number, and itself."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order

    links, n = schedule.relationships, len(schedule)
    back = coo_array(
        (np.ones(len(links), dtype=np.int8), (links.successor, links.predecessor)), shape=(n, n)
    )
    found = np.zeros(n, dtype=bool)
    found[breadth_first_order(back.tocsr(), row, return_predecessors=False)] = True
    return found


def _walk(
    schedule: Schedule,
    result: CpmResult,
    row: int,
    steps: int,
    sign: int,
    rules: tuple[bool, bool, Flags | None],
    levels: dict[int, int],
) -> set[int]:
    """Breadth first in one direction; fills `levels`, gives the relationships."""
    driving_only, through_completed, kept = rules
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
                if kept is not None and not kept[other]:
                    continue
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
    logic: Prepared | None = None,
) -> tuple[FloatPath, ...]:
    """Up to `count` paths of incomplete activities that lead to an activity.

    Each activity is on one path. The first path goes back from `to_row`, each further one from
    the most critical activity not yet on a path that leads into one. "free" ranks by what a path
    can slip before it delays `to_row`: the sum of relationship floats along the way; "total" by
    the total float of the activities, as P6 does: what is critical for the project comes first,
    whether or not it drives. `logic` as for `driving_path`.
    """
    ways = ways_of(schedule, result, logic)
    goal = ways.place(to_row)
    slack = _slack_to(ways, goal)
    rank = slack if by == "free" else _totals(ways, result, slack)
    onward: dict[int, tuple[int, int]] = {
        goal: (-1, to_row)
    }  # (relationship, activity) it leads to
    waiting: list[tuple[int, int, int, int]] = []  # (rank, relationship, place, place it leads to)
    paths: list[FloatPath] = []

    def take(link: int, place: int, into: int) -> None:
        row, (later, further) = ways.row(into), onward[into]
        onward[place] = (link if link >= 0 else later, further) if row < 0 else (link, row)

    def branches(place: int) -> list[tuple[int, int, int, int]]:
        found = []
        for way in ways.into(place):
            if way.slack == NO_TIME or way.place not in slack or way.place in onward:
                continue
            own = slack[place] + way.slack if by == "free" else rank[way.place]
            found.append((own, way.relationship, way.place, place))
        return sorted(found)

    start = goal
    while len(paths) < count:
        places = [start]
        while options := branches(places[-1]):
            for other in options[1:]:
                heapq.heappush(waiting, other)
            _, link, place, into = options[0]
            take(link, place, into)
            places.append(place)
        real = [place for place in reversed(places) if ways.row(place) >= 0]
        if real:
            taken = tuple(onward[place][0] for place in real if place != goal)
            rows = tuple(ways.row(place) for place in real)
            paths.append(
                FloatPath(len(paths) + 1, rows, taken, rank[real[-1]], onward[real[-1]][1])
            )
        while waiting and waiting[0][2] in onward:
            heapq.heappop(waiting)
        if not waiting:
            break
        _, link, start, into = heapq.heappop(waiting)
        take(link, start, into)
    return tuple(paths)


def _slack_to(ways: Ways, goal: int) -> dict[int, int]:
    """Least sum of floats from each place that is open to the goal."""
    slack: dict[int, int] = {goal: 0}
    heap, done = [(-ways.rank(goal), goal)], set[int]()
    while heap:  # last place first: all ways from it to the goal are known by then
        _, here = heapq.heappop(heap)
        if here in done:
            continue
        done.add(here)
        for way in ways.into(here):
            if way.slack == NO_TIME or not ways.is_open(way.place):
                continue
            through = slack[here] + way.slack
            if way.place not in slack or through < slack[way.place]:
                slack[way.place] = through
            heapq.heappush(heap, (-ways.rank(way.place), way.place))
    return slack


def _totals(ways: Ways, result: CpmResult, places: dict[int, int]) -> dict[int, int]:
    """Total float of each place; of helpers the least of what leads into them."""
    totals: dict[int, int] = {}
    for place in sorted(places, key=ways.rank):
        row = ways.row(place)
        if row >= 0:
            totals[place] = int(result.total_float[row])
            continue
        before = [totals[way.place] for way in ways.into(place) if way.place in totals]
        totals[place] = min(before, default=_NOWHERE)
    return totals
