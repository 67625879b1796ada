"""Levelling a real schedule: a proposal with the reason of every shift, never an edit.

Serial generation (Kolisch 1996) on the calculated network: activities are taken in priority order
among those whose predecessors are placed, and each begins at the first date that its logic,
calendar and constraints allow and at which its resources suffice. Dates come from the scheduler's
own forward pass, so calendars, link types, lags and constraints count as they do there. A
resource is held from an activity's early start to its early finish, nights and weekends included:
what is feasible so is feasible on any finer count.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import NO_ROW, Schedule, Status
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.levelling.dates import Dates, dates_of

PRIORITIES = (
    "levelling priority",
    "early start",
    "late finish",
    "total float",
    "remaining duration",
    "activity id",
)
"""What may come in the priority list; smaller values go first."""

_MOST_MOVES = 10_000
"""Moves of one activity before it is left where its constraints hold it."""


@dataclass(frozen=True)
class LevelOptions:
    """How to level: which resources, whether the finish may move, in which order."""

    resources: tuple[int, ...] = ()  # rows of Schedule.resources; none means all with a limit
    within_float: bool = False  # shifts may not pass the late finish
    float_to_keep: int = 0  # minutes of total float that must stay, when within float
    over_allocation: float = 0.0  # share of the limit that may be exceeded, 0.25 for 25 %
    priority: tuple[str, ...] = ("levelling priority", "late finish", "activity id")


@dataclass(frozen=True)
class Shift:
    """Why an activity was moved, or why it could not be and is over a limit."""

    activity: int
    resource: int
    blockers: tuple[int, ...]  # activities that hold the resource at the date it wanted
    delay: int  # working minutes on its own calendar; 0 when it stayed over the limit
    over_limit: str = ""  # why it was left over the limit, empty when it is not


@dataclass(frozen=True)
class LevelResult:
    """The proposal: levelled early dates beside the calculated ones, and a reason a shift."""

    start: Minutes
    finish: Minutes
    shifts: tuple[Shift, ...]
    finish_before: int
    finish_after: int


@dataclass
class _Profile:
    """Units of one resource over time: `level[k]` holds from `time[k]` to `time[k + 1]`."""

    limit: float
    time: list[int] = field(default_factory=lambda: [NO_TIME])
    level: list[float] = field(default_factory=lambda: [0.0])
    users: list[tuple[int, int, int]] = field(default_factory=list)  # (start, finish, activity)

    def first_clash(self, start: int, finish: int, units: float) -> tuple[int, int]:
        """(moment of the first overload, moment from which it is over), NO_TIME without any."""
        k = bisect_right(self.time, start) - 1
        while k < len(self.time) and self.time[k] < finish:
            if self.level[k] + units > self.limit + 1e-9:
                clash = max(self.time[k], start)
                while k < len(self.time) and self.level[k] + units > self.limit + 1e-9:
                    k += 1
                return clash, self.time[k] if k < len(self.time) else finish
            k += 1
        return NO_TIME, NO_TIME

    def take(self, start: int, finish: int, units: float, activity: int) -> None:
        for moment in (start, finish):
            k = bisect_left(self.time, moment)
            if k == len(self.time) or self.time[k] != moment:
                self.time.insert(k, moment)
                self.level.insert(k, self.level[k - 1])
        for k in range(bisect_left(self.time, start), bisect_left(self.time, finish)):
            self.level[k] += units
        self.users.append((start, finish, activity))

    def holders(self, moment: int) -> tuple[int, ...]:
        return tuple(a for start, finish, a in self.users if start <= moment < finish)


def level(
    schedule: Schedule,
    options: LevelOptions | None = None,
    report: Callable[[int, int, str], None] | None = None,
) -> LevelResult:
    """Propose levelled dates for a schedule.

    `report(done, total, text)` is called as activities are placed and may raise `Cancelled`.
    Raises ModelError for an unknown priority, LoopError and ScheduleError as scheduling does.
    """
    chosen = options or LevelOptions()
    dates = dates_of(schedule)
    profiles, demands = _profiles(schedule, chosen)
    placing = _Placing(schedule, dates, profiles, demands, chosen)
    order = _priority_order(schedule, dates, chosen.priority)
    for count, row in enumerate(order):
        placing.place(row)
        if report is not None and count % 200 == 0:
            report(count, len(order), "Levelling resources")
    n, plain = len(schedule), dates.plain
    rows = np.flatnonzero(dates.works)
    open_rows = rows[schedule.activities.status[rows] != Status.COMPLETE]
    after = dates.ef[open_rows].max() if open_rows.size else NO_TIME
    before = plain.early_finish[open_rows].max() if open_rows.size else NO_TIME
    return LevelResult(dates.es[:n], dates.ef[:n], tuple(placing.shifts), int(before), int(after))


def _profiles(
    schedule: Schedule, options: LevelOptions
) -> tuple[dict[int, _Profile], dict[int, list[tuple[int, float]]]]:
    """Profiles of the resources to level, and per activity its (resource, units per hour)."""
    limits = schedule.resources.max_units
    wanted = set(options.resources) or set(np.flatnonzero(limits > 0).tolist())
    profiles = {
        row: _Profile(float(limits[row]) * (1.0 + options.over_allocation))
        for row in sorted(wanted)
        if limits[row] > 0 and schedule.resources.kind[row] != "material"
    }
    given = schedule.assignments
    together: dict[tuple[int, int], float] = {}
    for row in np.flatnonzero((given.resource != NO_ROW) & (given.remaining_units > 0)).tolist():
        key = int(given.activity[row]), int(given.resource[row])
        if key[1] in profiles and given.units_per_hour[row] > 0:
            together[key] = together.get(key, 0.0) + float(given.units_per_hour[row])
    demands: dict[int, list[tuple[int, float]]] = {}
    for (activity, resource), units in together.items():
        demands.setdefault(activity, []).append((resource, units))
    return profiles, demands


def _priority_order(schedule: Schedule, dates: Dates, names: tuple[str, ...]) -> list[int]:
    """Nodes: what has begun first, then by priority among those that may go.

    What is no activity uses nothing and goes as soon as it may.
    """
    acts, plain = schedule.activities, dates.plain
    columns: dict[str, list[object]] = {
        "levelling priority": acts.levelling_priority.tolist(),
        "early start": plain.early_start.tolist(),
        "late finish": plain.late_finish.tolist(),
        "total float": plain.total_float.tolist(),
        "remaining duration": plain.remaining_duration.tolist(),
        "activity id": acts.code.tolist(),
    }
    unknown = [name for name in names if name not in columns]
    if unknown:
        raise ModelError(
            f"'{unknown[0]}' is no priority", "levelling", f"Use {', '.join(PRIORITIES)}."
        )
    later = (acts.status == Status.NOT_STARTED).tolist()
    words = list(zip(*(columns[name] for name in names), strict=True)) if names else []

    def key(node: int) -> tuple[bool, tuple[object, ...], int]:
        activity = node < len(acts)
        return activity and later[node], words[node] if activity and words else (), node

    count = dict.fromkeys(dates.order.tolist(), 0)
    successors: dict[int, list[int]] = {}
    for before, after in zip(dates.before.tolist(), dates.after.tolist(), strict=True):
        successors.setdefault(before, []).append(after)
        count[after] += 1
    ready = [key(node) for node, left in count.items() if left == 0]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        row = heapq.heappop(ready)[-1]
        order.append(row)
        for after in successors.get(row, ()):
            count[after] -= 1
            if count[after] == 0:
                heapq.heappush(ready, key(after))
    return order


class _Placing:
    """Places one activity after another and remembers why each had to wait."""

    def __init__(
        self,
        schedule: Schedule,
        dates: Dates,
        profiles: dict[int, _Profile],
        demands: dict[int, list[tuple[int, float]]],
        options: LevelOptions,
    ) -> None:
        self._status, self._manual = schedule.activities.status, schedule.activities.manual
        self._dates, self._options = dates, options
        self._profiles, self._demands = profiles, demands
        self.shifts: list[Shift] = []

    def place(self, row: int) -> None:
        """Give one activity its dates; its predecessors have theirs."""
        dates = self._dates
        dates.place(row)
        wanted = self._demands.get(row)
        if not wanted or not dates.works[row]:
            return
        begun = bool(self._status[row] != Status.NOT_STARTED)
        logic_start, logic_finish = int(dates.es[row]), int(dates.ef[row])
        first: tuple[int, tuple[int, ...]] | None = None
        trouble = ""
        for _ in range(_MOST_MOVES):
            clash = self._clash(row, wanted)
            if clash is None:
                break
            resource, moment, free_from = clash
            if first is None:
                first = resource, self._profiles[resource].holders(moment)
            trouble = self._trouble(row, begun, resource, wanted, free_from)
            if trouble:
                break
        if trouble:
            dates.release(row)
            dates.place(row)
        for resource, units in wanted:
            if dates.ef[row] > dates.es[row]:
                self._profiles[resource].take(int(dates.es[row]), int(dates.ef[row]), units, row)
        if first is not None:
            delay = dates.work(row, logic_start, int(dates.es[row]))
            moved = (int(dates.es[row]), int(dates.ef[row])) != (logic_start, logic_finish)
            if moved or trouble:
                self.shifts.append(Shift(row, first[0], first[1], delay, trouble))

    def _trouble(
        self,
        row: int,
        begun: bool,
        resource: int,
        wanted: list[tuple[int, float]],
        free_from: int,
    ) -> str:
        """Move the activity to where the clash ends; why that cannot be, empty when it can."""
        if begun:
            return "work has begun"
        units = dict(wanted)[resource]
        if units > self._profiles[resource].limit + 1e-9:
            return "it needs more than there is"
        dates = self._dates
        before = int(dates.es[row])
        dates.hold(row, free_from)
        dates.place(row)
        if dates.es[row] <= before:
            manual = bool(self._manual[row])
            return "its dates were entered by hand" if manual else "a constraint holds it"
        if self._options.within_float:
            left = dates.work(row, int(dates.ef[row]), int(dates.plain.late_finish[row]))
            if left < self._options.float_to_keep:
                return "no float is left"
        return ""

    def _clash(self, row: int, wanted: list[tuple[int, float]]) -> tuple[int, int, int] | None:
        """(resource, moment, free again from) of the earliest clash, None when all fits."""
        start, finish = int(self._dates.es[row]), int(self._dates.ef[row])
        found: tuple[int, int, int] | None = None
        for resource, units in wanted:
            moment, free_from = self._profiles[resource].first_clash(start, finish, units)
            if moment != NO_TIME and (found is None or moment < found[1]):
                found = resource, moment, free_from
        return found
