"""A scheduler to test against: recursive, on real dates, with calendars as lists of minutes.

It shares nothing with the engine but the schedule it reads. Every date is asked for by name and
found from the dates it depends on; there are no passes, no order and no sentinels.
"""

from __future__ import annotations

import datetime as dt
from array import array
from bisect import bisect_left
from functools import cache

from planbench.domain.calendars import Calendar
from planbench.domain.schedule import (
    ActivityType,
    Constraint,
    FloatType,
    LagCalendar,
    LinkType,
    Logic,
    Schedule,
    Status,
)
from planbench.domain.times import NO_TIME, day_number, from_datetime, to_datetime

FIRST, LAST = dt.date(2018, 1, 1), dt.date(2034, 1, 1)
EPOCH = dt.datetime(1970, 1, 1)
DAY_LONG = (0, 1440)


def midnight(day: dt.date) -> int:
    return from_datetime(dt.datetime.combine(day, dt.time()))


class Clock:
    """All minutes on which a calendar works between FIRST and LAST."""

    def __init__(self, calendar: Calendar | None) -> None:
        self.always = calendar is None
        self.minutes: array[int] | range = array("q")
        if calendar is None:
            return
        if not calendar.exceptions and calendar.week == ((DAY_LONG,),) * 7:
            self.minutes = range(midnight(FIRST), midnight(LAST))
            return
        day = FIRST
        while day < LAST:
            for start, finish in calendar.exceptions.get(
                day_number(day), calendar.week[day.weekday()]
            ):
                self.minutes.extend(range(midnight(day) + start, midnight(day) + finish))
            day += dt.timedelta(days=1)

    def as_start(self, t: dt.datetime) -> dt.datetime:
        return back(self.minutes[bisect_left(self.minutes, number(t))])

    def as_finish(self, t: dt.datetime) -> dt.datetime:
        return back(self.minutes[bisect_left(self.minutes, number(t)) - 1] + 1)

    def can_end(self, t: dt.datetime) -> bool:
        return self.as_finish(t) == t

    def can_begin(self, t: dt.datetime) -> bool:
        return self.as_start(t) == t

    def work(self, a: dt.datetime, b: dt.datetime) -> int:
        if self.always:
            return number(b) - number(a)
        return bisect_left(self.minutes, number(b)) - bisect_left(self.minutes, number(a))

    def move(self, t: dt.datetime, minutes: int) -> dt.datetime:
        if minutes == 0 or self.always:
            return t + dt.timedelta(minutes=minutes)
        here = bisect_left(self.minutes, number(t))
        if minutes > 0:
            return back(self.minutes[here + minutes - 1] + 1)
        if here + minutes < 0:
            raise IndexError("the slow calendars do not begin early enough")
        return back(self.minutes[here + minutes])


def number(t: dt.datetime) -> int:
    return int((t - EPOCH).total_seconds() // 60)


def back(minute: int) -> dt.datetime:
    return EPOCH + dt.timedelta(minutes=minute)


_clocks: dict[int, tuple[Calendar | None, Clock]] = {}


def clock_of(calendar: Calendar | None) -> Clock:
    """One clock per calendar object."""
    if id(calendar) not in _clocks:
        _clocks[id(calendar)] = (calendar, Clock(calendar))
    return _clocks[id(calendar)][1]


def latest(dates: list[dt.datetime | None]) -> dt.datetime | None:
    there = [d for d in dates if d is not None]
    return max(there) if there else None


def earliest(dates: list[dt.datetime | None]) -> dt.datetime | None:
    there = [d for d in dates if d is not None]
    return min(there) if there else None


class SlowCpm:
    """Dates and floats of every activity by row, as datetimes and minutes."""

    def __init__(self, schedule: Schedule) -> None:
        self.s = schedule
        self.acts = [schedule.activity(row) for row in range(len(schedule))]
        self.links = []
        rel = schedule.relationships
        for k in range(len(rel)):
            self.links.append(
                (
                    k,
                    int(rel.predecessor[k]),
                    int(rel.successor[k]),
                    LinkType(int(rel.type[k])),
                    int(rel.lag[k]),
                )
            )
        for name in ("early", "late", "moved", "remaining", "project_end", "allowed"):
            setattr(self, name, cache(getattr(self, name)))

    # what an activity is
    def opts(self, i: int):
        return self.s.projects[self.acts[i].project].options

    def data_date(self, i: int) -> dt.datetime:
        return to_datetime(self.s.projects[self.acts[i].project].data_date)

    def clock(self, i: int) -> Clock:
        return clock_of(self.s.calendars[self.acts[i].calendar])

    def done(self, i: int) -> bool:
        return self.acts[i].state == Status.COMPLETE

    def begun(self, i: int) -> bool:
        return self.acts[i].state != Status.NOT_STARTED

    def counts(self, i: int) -> bool:
        return self.acts[i].kind not in (ActivityType.LEVEL_OF_EFFORT, ActivityType.WBS_SUMMARY)

    def constraint(self, i: int, *kinds: Constraint) -> list[dt.datetime]:
        a = self.acts[i]
        pairs = ((a.constraint, a.constraint_date), (a.constraint2, a.constraint2_date))
        return [to_datetime(d) for k, d in pairs if k in kinds and d != NO_TIME]

    def alap(self, i: int) -> bool:
        a = self.acts[i]
        return not self.begun(i) and Constraint.AS_LATE_AS_POSSIBLE in (a.constraint, a.constraint2)

    def expected(self, i: int) -> dt.datetime | None:
        a = self.acts[i]
        if self.done(i) or self.alap(i) or not self.opts(i).use_expected_finish:
            return None
        return to_datetime(a.expected_finish)

    def holds(self, i: int) -> bool:
        return self.opts(i).logic == Logic.ACTUAL_DATES and self.done(i)

    # links that count
    def counted(self, link) -> bool:
        _, a, b, _, _ = link
        if not (self.counts(a) and self.counts(b)):
            return False
        unfinished_into_begun = not self.done(a) and self.begun(b)
        return not (self.opts(b).logic == Logic.OVERRIDE and unfinished_into_begun)

    def into(self, i: int):
        return [link for link in self.links if link[2] == i and self.counted(link)]

    def out(self, i: int):
        return [link for link in self.links if link[1] == i and self.counted(link)]

    def lag_clock(self, link) -> Clock:
        _, a, b, _, _ = link
        mode = self.opts(b).lag_calendar
        if mode == LagCalendar.PREDECESSOR:
            return self.clock(a)
        if mode == LagCalendar.SUCCESSOR:
            return self.clock(b)
        if mode == LagCalendar.PROJECT:
            return clock_of(self.s.calendars[self.s.projects[self.acts[b].project].calendar])
        return clock_of(None)

    def actual_duration(self, i: int) -> int:
        a, cal, dd = self.acts[i], self.clock(i), self.data_date(i)
        start, suspend, resume = map(to_datetime, (a.actual_start, a.suspend, a.resume))
        if suspend is None or suspend >= dd:
            return max(0, cal.work(start, dd))
        first = max(0, cal.work(start, suspend))
        return first + (max(0, cal.work(resume, dd)) if resume and resume < dd else 0)

    def lag(self, link) -> int:
        """What is left of the lag."""
        _, a, _, kind, lag = link
        act = self.acts[a]
        from_finish = kind in (LinkType.FS, LinkType.FF)
        if lag <= 0 or not self.begun(a) or self.holds(a):
            return lag
        if self.done(a):
            since = to_datetime(act.actual_finish if from_finish else act.actual_start)
            used = self.lag_clock(link).work(since, self.data_date(a))
        else:
            used = 0 if from_finish else self.actual_duration(a)
        return max(0, lag - max(0, used))

    # work of an activity, by its resources where it depends on them
    def crews(self, i: int):
        a, given = self.acts[i], self.s.assignments
        found = []
        for k in range(len(given)) if a.kind == ActivityType.RESOURCE_DEPENDENT else ():
            if given.activity[k] == i and not self.done(i) and given.remaining_units[k] >= 0.001:
                cal = self.s.calendars[self.s.resources.calendar[given.resource[k]]]
                hours = given.remaining_units[k] / given.units_per_hour[k]
                found.append((clock_of(cal), int(hours * 60 + 0.5)))
        return found

    def shares(self, i: int, minutes: int):
        whole = max(0, self.acts[i].remaining_duration)
        scaled = [
            (c, m if minutes == whole or not whole else (m * minutes + whole // 2) // whole)
            for c, m in self.crews(i)
        ]
        return scaled or [(self.clock(i), minutes)]

    def on_start(self, i: int, t: dt.datetime) -> dt.datetime:
        return min(c.as_start(t) for c, _ in self.shares(i, 0))

    def ahead(self, i: int, t: dt.datetime, minutes: int) -> dt.datetime:
        return max([t, *(c.move(t, m) for c, m in self.shares(i, minutes))])

    def behind(self, i: int, t: dt.datetime, minutes: int) -> dt.datetime:
        return min([t, *(c.move(t, -m) for c, m in self.shares(i, minutes))])

    # early dates
    def ask(self, link, dates) -> dt.datetime:
        """The demand of a link, given a function for the dates of its predecessor."""
        _, a, b, kind, lag = link
        options = self.opts(b)
        from_start = kind in (LinkType.SS, LinkType.SF)
        actual = options.logic == Logic.ACTUAL_DATES or not options.lag_from_early_start
        if from_start and actual and self.acts[a].state == Status.IN_PROGRESS:
            t = self.lag_clock(link).move(to_datetime(self.acts[a].actual_start), lag)
        else:
            t = self.lag_clock(link).move(dates(a)[0 if from_start else 1], self.lag(link))
        if kind == LinkType.SF and options.sf_one_minute:
            t += dt.timedelta(minutes=1)
        return max(t, self.data_date(b))

    def early(self, i: int):
        """(early start, early finish) before ALAP."""
        return self._early(i)[:2]

    def remaining(self, i: int) -> int:
        return self._early(i)[2]

    def _early(self, i: int):
        a, cal, dd = self.acts[i], self.clock(i), self.data_date(i)
        demands = [(link[3], self.ask(link, self.early)) for link in self.into(i)]
        on_start = latest([t for kind, t in demands if kind in (LinkType.FS, LinkType.SS)])
        on_finish = latest([t for kind, t in demands if kind in (LinkType.FF, LinkType.SF)])
        floor = [dd, on_start]
        if not demands and not self.begun(i):
            floor.append(to_datetime(self.s.projects[a.project].planned_start))
        if a.state == Status.IN_PROGRESS and a.suspend != NO_TIME:
            floor.append(to_datetime(a.resume))
        start = latest(floor)
        if self.holds(i):
            return to_datetime(a.actual_start), to_datetime(a.actual_finish), 0
        if self.done(i):
            both = latest([start, on_finish])
            return both, both, 0
        lows = self.constraint(i, Constraint.START_ON_OR_AFTER, Constraint.START_ON)
        if not self.opts(i).ignore_external:
            lows.append(to_datetime(a.external_early_start))
        if self.begun(i):
            lows = []
        finish_lows = self.constraint(i, Constraint.FINISH_ON_OR_AFTER, Constraint.FINISH_ON)
        must_start = [] if self.begun(i) else self.constraint(i, Constraint.MANDATORY_START)
        must_finish = self.constraint(i, Constraint.MANDATORY_FINISH)
        if a.kind == ActivityType.FINISH_MILESTONE:
            t = latest([start, on_finish, *lows, *finish_lows])
            if must_start or must_finish:
                t = max(latest(must_start + must_finish), dd)
            t = t if cal.can_end(t) else cal.as_start(t)
            return t, t, 0
        left = 0 if a.kind == ActivityType.START_MILESTONE else max(0, a.remaining_duration)
        es = self.on_start(i, latest([start, *lows]))
        expected = self.expected(i)
        needed_later = on_finish is not None and expected is not None and on_finish > expected
        hopeless = expected is not None and not self.begun(i) and expected < es
        if expected is not None and not needed_later and not hopeless:
            left = max(0, cal.work(es, expected))
        for date in finish_lows:
            es = max(es, self.on_start(i, self.behind(i, date, left)))
        ef = None
        if on_finish is not None:
            wanted = on_finish if cal.can_end(on_finish) else cal.as_start(on_finish)
            counted = self.on_start(i, self.behind(i, wanted, left))
            if counted > es:
                es, ef = counted, wanted
        if must_start:
            es, ef = self.on_start(i, max(dd, latest(must_start))), None
        if must_finish:
            t = self.behind(i, latest(must_finish), left)
            es, ef = self.on_start(i, max(dd, t)), None
        return es, ef or self.ahead(i, es, left), left

    def project_end(self, p: int) -> dt.datetime:
        """Latest early finish of unfinished work of a project, before ALAP."""
        rows = [i for i in range(len(self.acts)) if self.acts[i].project == p]
        ends = [self.early(i)[1] for i in rows if self.counts(i) and not self.done(i)]
        return max(ends, default=to_datetime(self.s.projects[p].data_date))

    def float_end(self, p: int) -> dt.datetime:
        if self.s.projects[p].options.float_to_project_finish:
            return self.project_end(p)
        return max(self.project_end(a.project) for a in self.acts)

    # late dates
    def late(self, i: int):
        a, cal = self.acts[i], self.clock(i)
        must = to_datetime(self.s.projects[a.project].must_finish_by)
        finish = must or self.float_end(a.project)
        if self.opts(i).open_ends_critical and not self.out(i) and not self.done(i):
            finish = min(finish, self.early(i)[1])
        outer = None if self.opts(i).ignore_external else to_datetime(a.external_late_finish)
        if outer:
            finish = min(finish, outer) if self.out(i) else outer
        starts = []
        for link in self.out(i):
            t = self.late_ask(link)
            if link[3] in (LinkType.SS, LinkType.SF):
                starts.append(t)
            else:
                finish = min(finish, t)
        if self.holds(i):
            return to_datetime(a.actual_start), to_datetime(a.actual_finish)
        if self.done(i):
            both = min([finish, *starts])
            return both, both
        highs = self.constraint(i, Constraint.START_ON_OR_BEFORE, Constraint.START_ON)
        highs = [] if self.begun(i) else [earliest(highs)] if highs else []
        finish_highs = self.constraint(i, Constraint.FINISH_ON_OR_BEFORE, Constraint.FINISH_ON)
        must_start = [] if self.begun(i) else self.constraint(i, Constraint.MANDATORY_START)
        must_finish = self.constraint(i, Constraint.MANDATORY_FINISH)
        if a.kind == ActivityType.START_MILESTONE:
            t = min([finish, *starts, *highs, *finish_highs])
            if must_start or must_finish:
                t = latest(must_start + must_finish)
            t = t if cal.can_begin(t) else cal.as_finish(t)
            return t, t
        left = self.remaining(i)
        lf = cal.as_finish(min([finish, *finish_highs]))
        ls = None
        candidates = [cal.as_start(t) for t in highs]
        if starts:
            t = min(starts)
            candidates.append(t if cal.can_begin(t) else cal.as_finish(t))
        if candidates and self.ahead(i, min(candidates), left) <= lf:
            ls = min(candidates)
            lf = self.ahead(i, ls, left)
        if must_start:
            ls = self.on_start(i, latest(must_start))
            lf = self.ahead(i, ls, left)
        if must_finish:
            ls, lf = None, cal.as_finish(latest(must_finish))
        return ls or self.behind(i, lf, left), lf

    def late_ask(self, link) -> dt.datetime:
        _, _, b, kind, _ = link
        t = self.late(b)[0 if kind in (LinkType.FS, LinkType.SS) else 1]
        t = self.lag_clock(link).move(t, 0 if self.done(b) else -self.lag(link))
        if kind == LinkType.SF and self.opts(b).sf_one_minute:
            t -= dt.timedelta(minutes=1)
        return t

    # as late as possible
    def allowed(self, link) -> dt.datetime:
        """The date of the predecessor's end that leaves the successor's early date alone."""
        _, _, b, kind, _ = link
        t = self.moved(b)[0 if kind in (LinkType.FS, LinkType.SS) else 1]
        return self.lag_clock(link).move(t, -self.lag(link))

    def moved(self, i: int):
        """Early dates after ALAP."""
        es, ef = self.early(i)
        if not self.counts(i) or not self.alap(i):
            return es, ef
        a, cal, left = self.acts[i], self.clock(i), self.remaining(i)
        limits = []
        for link in self.out(i):
            if not self.done(link[2]):
                t = self.allowed(link)
                if link[3] in (LinkType.SS, LinkType.SF):
                    t = self.ahead(i, cal.as_start(t), left)
                limits.append(t)
        t = cal.as_finish(min(limits, default=self.project_end(a.project)))
        if t <= ef:
            return es, ef
        if a.kind == ActivityType.START_MILESTONE:
            return cal.as_start(t), cal.as_start(t)
        return self.behind(i, t, left), t

    # what follows
    def explains(self, link) -> bool:
        _, _, b, kind, _ = link
        if not self.counted(link):
            return False
        t, cal = self.ask(link, self.moved), self.clock(b)
        es, ef = self.moved(b)
        if self.done(b):
            return t == es
        milestone = self.acts[b].kind == ActivityType.FINISH_MILESTONE
        if kind in (LinkType.FS, LinkType.SS) and not milestone:
            return self.on_start(b, t) == es
        return (t if cal.can_end(t) else cal.as_start(t)) == ef

    def gap(self, link) -> int | None:
        _, a, b, kind, _ = link
        if not self.counted(link) or self.done(b):
            return None
        own = self.moved(a)[0 if kind in (LinkType.SS, LinkType.SF) else 1]
        return self.clock(a).work(own, self.allowed(link))

    def free_float(self, i: int) -> int | None:
        if self.done(i):
            return None
        if not self.counts(i) or self.alap(i) or self.expected(i):
            return 0
        gaps = [g for g in map(self.gap, self.out(i)) if g is not None]
        if not gaps:
            end = self.float_end(self.acts[i].project)
            gaps = [self.clock(i).work(self.moved(i)[1], end)]
        return max(0, min(gaps))

    def total_float(self, i: int) -> int | None:
        if self.done(i):
            return None
        (es, ef), (ls, lf) = self.moved(i), self.late(i)
        start, finish = self.clock(i).work(es, ls), self.clock(i).work(ef, lf)
        kind = self.opts(i).float_type
        if self.begun(i) or kind == FloatType.FINISH:
            return finish
        return start if kind == FloatType.START else min(start, finish)

    def longest_path(self) -> set[int]:
        rows = [i for i in range(len(self.acts)) if self.counts(i) and not self.done(i)]
        ends: dict[int, dt.datetime] = {}
        for i in rows:
            p = self.acts[i].project
            ends[p] = max(ends.get(p, self.moved(i)[1]), self.moved(i)[1])
        path: set[int] = set()
        waiting = [i for i in rows if self.moved(i)[1] == ends[self.acts[i].project]]
        while waiting:
            i = waiting.pop()
            if i not in path:
                path.add(i)
                waiting += [link[1] for link in self.into(i) if self.explains(link)]
        return path

    def loe(self, i: int):
        """(ES, EF, LS, LF) of a level of effort that is not complete."""
        cal, end = self.clock(i), self.project_end(self.acts[i].project)
        early_starts, late_starts, early_finishes, late_finishes = [], [], [], []
        for link in self.links:
            _, a, b, kind, lag = link
            other = a if b == i else b
            if i not in (a, b) or not self.counts(other):
                continue
            if b == i:
                from_finish = kind in (LinkType.FS, LinkType.FF)
                own_start = kind in (LinkType.FS, LinkType.SS)
            else:
                from_finish = kind in (LinkType.FF, LinkType.SF)
                own_start, lag = kind in (LinkType.SS, LinkType.SF), -lag
            side = 1 if from_finish else 0
            early, late = self.moved(other)[side], self.late(other)[side]
            if b == i and from_finish and self.done(a):
                early = late = to_datetime(self.acts[a].actual_finish)
            early, late = (self.lag_clock(link).move(t, lag) for t in (early, late))
            (early_starts if own_start else early_finishes).append(early)
            (late_starts if own_start else late_finishes).append(late)
        dd = self.data_date(i)
        es = cal.as_start(max(dd, min(early_starts, default=dd)))
        ef = max(es, cal.as_finish(max(early_finishes, default=end)))
        ls = cal.as_start(min(late_starts, default=end))
        lf = cal.as_finish(max(late_finishes, default=end))
        return es, ef, ls, lf

    def dates(self, i: int):
        """(ES, EF, LS, LF), None for what a complete level of effort does not have."""
        kind = self.acts[i].kind
        if self.counts(i):
            return (*self.moved(i), *self.late(i))
        if self.done(i):
            return None
        if kind == ActivityType.LEVEL_OF_EFFORT:
            return self.loe(i)
        branch = self.branch(self.acts[i].wbs)
        below = [
            self.dates(j)
            for j in range(len(self.acts))
            if self.acts[j].wbs in branch
            and self.acts[j].kind != ActivityType.WBS_SUMMARY
            and not self.done(j)
        ]
        if not below:
            return None
        first, last, late_first, late_last = zip(*below, strict=True)
        return min(first), max(last), min(late_first), max(late_last)

    def branch(self, node: int) -> set[int]:
        found = {node}
        for row in range(len(self.s.wbs)):
            if int(self.s.wbs.parent[row]) in found:
                found.add(row)
        return found
