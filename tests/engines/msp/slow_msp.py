"""A slow scheduler by the same rules: every worked minute is listed, every link written out.

Dates are found by recursion over leaves; a link of a summary is a link of each leaf beneath it.
"""

from __future__ import annotations

import bisect
from functools import cache
from typing import Any

from planbench.domain.schedule import (
    ActivityType,
    Constraint,
    LagFormat,
    LinkType,
    Schedule,
    Status,
)
from planbench.domain.times import NO_TIME

MEAN = {0: 1.0, 1: 0.6, 2: 0.6, 3: 0.5, 4: 0.5, 5: 0.5, 6: 0.5, 7: 0.7}


class Clock:
    """A list of all minutes that are worked."""

    def __init__(self, minutes: list[int]) -> None:
        self.minutes = minutes

    def start_form(self, t: int) -> int:
        return self.minutes[bisect.bisect_left(self.minutes, t)]

    def finish_form(self, t: int) -> int:
        return self.minutes[bisect.bisect_left(self.minutes, t) - 1] + 1

    def shift(self, t: int, lag: int) -> int:
        at = bisect.bisect_left(self.minutes, t)
        if lag > 0:
            return self.minutes[at + lag - 1] + 1
        return self.minutes[at + lag] if lag < 0 else t

    def work(self, a: int, b: int) -> int:
        return bisect.bisect_left(self.minutes, b) - bisect.bisect_left(self.minutes, a)


class SlowMsp:
    """Dates of one plan; ask `early`, `late` and `slack` of a row."""

    def __init__(self, schedule: Schedule) -> None:
        self.s, self.a = schedule, schedule.activities
        self.project = schedule.projects[0]
        days = range(
            self.project.planned_start // 1440 - 60, self.project.planned_start // 1440 + 90
        )
        listed = [
            [d * 1440 + m for d in days for s, f in c.shifts_on(d) for m in range(s, f)]
            for c in schedule.calendars
        ]
        self.sets = [set(minutes) for minutes in listed]
        self.calendars = [Clock(minutes) for minutes in listed]
        self.round = Clock(list(range(days[0] * 1440, days[-1] * 1440)))
        self.leaves = [
            i for i in range(len(self.a))
            if self.a.type[i] != ActivityType.WBS_SUMMARY and not self.a.inactive[i]
        ]  # fmt: skip
        self.early = cache(self._early)
        self.late = cache(self._late)
        self.workers = cache(self._workers)
        self.into: dict[int, list[Any]] = {i: [] for i in self.leaves}
        self.out: dict[int, list[Any]] = {i: [] for i in self.leaves}
        links = schedule.relationships
        for e in range(len(links)):
            p, q = int(links.predecessor[e]), int(links.successor[e])
            if self.a.inactive[p] or self.a.inactive[q]:
                continue
            lag, form = int(links.lag[e]), int(links.lag_format[e])
            if form >= LagFormat.PERCENT:
                part = int(abs(lag) * int(self.a.original_duration[p]) / 10000 + 0.5)
                lag = part if lag > 0 else -part
            item = (p, q, LinkType(int(links.type[e])), lag, form in (1, 3))
            for leaf in self.beneath(q):
                self.into[leaf].append(item)
            for leaf in self.beneath(p):
                self.out[leaf].append(item)

    def ancestors(self, i: int) -> list[int]:
        """Summaries above a row, itself included where it is one."""
        found, node = [], int(self.a.wbs[i])
        while node >= 0:
            here = [k for k in range(len(self.a)) if self.a.wbs[k] == node]
            found += [k for k in here if self.a.type[k] == ActivityType.WBS_SUMMARY]
            node = int(self.s.wbs.parent[node])
        return found

    def beneath(self, i: int) -> list[int]:
        if self.a.type[i] != ActivityType.WBS_SUMMARY:
            return [i] if i in self.leaves else []
        return [leaf for leaf in self.leaves if i in self.ancestors(leaf)]

    # who works
    def clock(self, i: int) -> Clock:
        return self.round if self.a.elapsed[i] else self.calendars[int(self.a.calendar[i])]

    def done(self, i: int) -> bool:
        return bool(self.a.status[i] == Status.COMPLETE)

    def pinned(self, i: int) -> bool:
        return bool(self.a.manual[i]) and not self.done(i)

    def running(self, i: int) -> bool:
        return bool(self.a.status[i] == Status.IN_PROGRESS) and not self.pinned(i)

    def milestone(self, i: int) -> bool:
        return bool(self.a.original_duration[i] == 0)

    def _workers(self, i: int) -> list[tuple[Clock, int, int, int]]:
        """(clock, delay, minutes, remaining minutes) of each assignment that has a say."""
        g, a, found = self.s.assignments, self.a, []
        if a.fixed_duration[i] or a.elapsed[i] or self.milestone(i) or self.done(i):
            return []
        for k in range(len(g)):
            if g.activity[k] != i or g.budget_units[k] == 0:
                continue
            if self.s.resources.kind[g.resource[k]] == "material":
                continue
            own, his = int(a.calendar[i]), int(self.s.resources.calendar[g.resource[k]])
            minutes = self.sets[his]
            if a.calendar_chosen[i]:
                minutes = self.sets[own]
                if not a.ignore_resource_calendar[i]:
                    minutes = minutes & self.sets[his]
            pace = g.units_per_hour[k] * MEAN[int(g.contour[k])]
            delay = 0 if g.delay[k] == NO_TIME else int(g.delay[k])
            whole, left = (
                int(h * 60 / pace + 0.5) for h in (g.budget_units[k], g.remaining_units[k])
            )
            found.append((Clock(sorted(minutes)), delay, whole, left))
        return found

    def finish_from(self, i: int, t: int) -> int:
        if not self.workers(i):
            return self.clock(i).shift(t, int(self.a.original_duration[i]))
        return max(
            c.shift(c.start_form(c.shift(t, delay)), whole)
            for c, delay, whole, _ in self.workers(i)
        )

    def start_from(self, i: int, t: int) -> int:
        if self.milestone(i):
            return t
        if not self.workers(i):
            c = self.clock(i)
            return c.shift(c.finish_form(t), -int(self.a.original_duration[i]))
        return min(
            c.shift(c.shift(c.finish_form(t), -whole), -delay)
            for c, delay, whole, _ in self.workers(i)
        )

    def work_start(self, i: int, t: int) -> int:
        if self.milestone(i):
            return t
        clocks = [w[0] for w in self.workers(i)] or [self.clock(i)]
        return min(c.start_form(t) for c in clocks)

    def work_finish(self, i: int, t: int) -> int:
        if self.milestone(i) or self.pinned(i):
            return t
        clocks = [w[0] for w in self.workers(i)] or [self.clock(i)]
        return max(c.finish_form(t) for c in clocks)

    def lagged(self, i: int, t: int, lag: int, elapsed: bool) -> int:
        return t + lag if elapsed else self.clock(i).shift(t, lag)

    # early dates
    def span_of(self, p: int) -> tuple[int, int] | None:
        """Early dates of a row, of a summary those of what lies beneath."""
        found = [self.early(leaf) for leaf in self.beneath(p)]
        return (min(f[0] for f in found), max(f[1] for f in found)) if found else None

    def constraint(self, i: int, *kinds: Constraint) -> list[int]:
        return [int(self.a.constraint_date[i])] if self.a.constraint[i] in kinds else []

    def demands(self, i: int) -> list[tuple[LinkType, int]]:
        found = []
        for p, _, kind, lag, elapsed in self.into[i]:
            span = self.span_of(p)
            if span is not None:
                base = span[1] if kind in (LinkType.FS, LinkType.FF) else span[0]
                found.append((kind, self.lagged(i, base, lag, elapsed)))
        return found

    def logic_start(self, i: int) -> int:
        asked = [
            t if kind in (LinkType.FS, LinkType.SS) else self.start_from(i, t)
            for kind, t in self.demands(i)
        ]
        floors = self.constraint(i, Constraint.START_ON_OR_AFTER)
        for k in self.ancestors(i):
            floors += self.constraint(k, Constraint.START_ON_OR_AFTER)
        late = self.constraint(i, Constraint.FINISH_ON_OR_AFTER)
        floors += [self.start_from(i, t) for t in late]
        return max(asked + (floors or [self.project.planned_start]))

    def _early(self, i: int) -> tuple[int, int]:
        a = self.a
        if self.done(i):
            return int(a.actual_start[i]), int(a.actual_finish[i])
        if self.pinned(i):
            return int(a.planned_start[i]), int(a.planned_finish[i])
        if self.running(i):
            begun = int(a.actual_start[i])
            if NO_TIME in (a.suspend[i], a.resume[i]) or not a.resume[i] > a.suspend[i]:
                return begun, self.finish_from(i, begun)
            if a.remaining_duration[i] == 0:
                return begun, self.finish_from(i, begun)
            workers = self.workers(i) or [(self.clock(i), 0, 0, int(a.remaining_duration[i]))]
            return begun, max(c.shift(c.start_form(int(a.resume[i])), left)
                              for c, _, _, left in workers)  # fmt: skip
        start = self.logic_start(i)
        wins = self.project.honor_constraints or not self.demands(i)
        if wins:
            for t in self.constraint(i, Constraint.START_ON_OR_BEFORE):
                start = min(start, t)
            for t in self.constraint(i, Constraint.FINISH_ON_OR_BEFORE):
                start = min(start, self.start_from(i, t))
        for t in self.musts(i, self.start_from, early=True):
            start = t if wins else max(start, t)
        start = self.work_start(i, start)
        if a.levelling_delay[i] not in (NO_TIME, 0):
            start = self.work_start(i, start + int(a.levelling_delay[i]))
        finish = self.finish_from(i, start)
        reached = finish
        for kind, t in self.demands(i):
            if kind == LinkType.SF and not self.milestone(i) and reached == self.work_finish(i, t):
                finish = max(finish, t)
        return start, finish

    def musts(self, i: int, other: Any, early: bool) -> list[int]:
        starts = self.constraint(i, Constraint.START_ON, Constraint.MANDATORY_START)
        ends = self.constraint(i, Constraint.FINISH_ON, Constraint.MANDATORY_FINISH)
        if early:
            return starts + [other(i, t) for t in ends]
        return ends + [other(i, t) for t in starts]

    # late dates
    def end(self) -> int:
        return max(self.early(i)[1] for i in self.leaves)

    def demand_back(self, i: int, link: Any) -> list[int]:
        p, q, kind, lag, elapsed = link
        through = self.a.type[q] == ActivityType.WBS_SUMMARY
        targets = self.beneath(q)
        if all(self.done(leaf) for leaf in targets):
            return []
        found = []
        for leaf in targets:
            start, finish = self.late(leaf)
            if through and self.pinned(leaf):
                start = int(self.a.planned_start[leaf])
            if self.a.levelling_delay[leaf] != NO_TIME:
                start -= int(self.a.levelling_delay[leaf])
            t = start if kind in (LinkType.FS, LinkType.SS) else finish
            found.append(self.lagged(leaf, t, -lag, elapsed))
        t = min(found)
        if kind in (LinkType.FS, LinkType.FF):
            return [t]
        span = self.span_of(p)
        first = span is not None and self.early(i)[0] == span[0]
        if self.running(i) or self.pinned(i) or self.milestone(i) or not first:
            return []
        return [self.finish_from(i, t)]

    def _late(self, i: int) -> tuple[int, int]:
        """Late dates, in progress before the late finish meets the early one."""
        a = self.a
        if self.done(i):
            return int(a.actual_start[i]), int(a.actual_finish[i])
        limits = [t for link in self.out[i] for t in self.demand_back(i, link)]
        for k in [i, *self.ancestors(i)]:
            limits += [int(a.deadline[k])] if a.deadline[k] != NO_TIME else []
            limits += self.constraint(k, Constraint.FINISH_ON_OR_BEFORE)
        if not self.running(i):
            highs = self.constraint(i, Constraint.START_ON_OR_BEFORE)
            limits += [self.finish_from(i, t) for t in highs]
        finish = min([*limits, self.end()])
        for t in self.musts(i, self.finish_from, early=False):
            finish = t if self.project.honor_constraints else min(finish, t)
        finish = self.work_finish(i, finish)
        if self.running(i):
            return int(a.actual_start[i]), finish
        return self.start_from(i, finish), finish

    def slack(self, i: int) -> int:
        (es, ef), (ls, lf), c = self.early(i), self.late(i), self.clock(i)
        if self.running(i) or self.pinned(i):
            return c.work(ef, lf)
        found = min(c.work(es, ls), c.work(ef, lf))
        if self.into[i] and es < self.logic_start(i):
            found = min(found, c.work(self.logic_start(i), es))
        return found
