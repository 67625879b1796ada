"""The tables of the second count: a schedule as pandas frames, its populations, its clocks."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd  # noqa: TID253

from planbench.domain.calendars import Calendar
from planbench.domain.schedule import Baseline, Schedule
from planbench.domain.times import NO_TIME

FS, SS, FF, SF = range(4)
TASKS, MILESTONES, EFFORT, SUMMARY = (0, 5), (1, 2), 3, 4

Answer = tuple[float, float, float] | None


def known(column: Any) -> pd.Series:
    """A column of minutes with NaN for what is missing."""
    numbers = np.asarray(column)
    return pd.Series(np.where(numbers == NO_TIME, np.nan, numbers.astype(np.float64)))


def ratio(hit: Any, of: Any) -> Answer:
    hits, total = int((hit & of).sum()), int(of.sum())
    return (hits, total, hits / total) if total else None


def count(hit: Any, of: Any) -> Answer:
    hits, total = int((hit & of).sum()), int(of.sum())
    return (hits, total, hits) if total else None


class Clock:
    """Working minutes of one calendar, day by day."""

    def __init__(self, calendar: Calendar, first: int, last: int) -> None:
        self.calendar, self.first = calendar, first
        days = range(first, last + 1)
        each = [sum(f - s for s, f in self.shifts(day)) for day in days]
        self.before = np.concatenate([[0], np.cumsum(each)])

    def shifts(self, day: int) -> Any:
        if day in self.calendar.exceptions:
            return self.calendar.exceptions[day]
        return self.calendar.week[(dt.date(1970, 1, 1) + dt.timedelta(days=day)).weekday()]

    def worked(self, moment: float) -> float:
        day, minute = divmod(int(moment), 1440)
        part = sum(min(max(minute - s, 0), f - s) for s, f in self.shifts(day))
        return float(self.before[day - self.first] + part)

    def between(self, start: float, finish: float) -> float:
        return self.worked(finish) - self.worked(start)


class Tables:
    """One project of a schedule as frames, with masks of who is who, and working time."""

    def __init__(
        self,
        schedule: Schedule,
        cpm: Any,
        project: int,
        baseline: Baseline | None = None,
        previous: Schedule | None = None,
        stored: bool = False,
    ) -> None:
        self.schedule, self.cpm, self.baseline, self.previous = schedule, cpm, baseline, previous
        self.stored = stored
        self.place, self.project = project, schedule.projects[project]
        self.dd = np.nan if self.project.data_date == NO_TIME else float(self.project.data_date)
        self.a = a = self._activities(schedule, cpm, baseline, stored)
        self.links = self._links(schedule)
        mine = a.project == project
        self.complete = (a.status == 2) | a.af.notna()
        self.soft = a.kind.isin((EFFORT, SUMMARY))
        milestone, summary = a.kind.isin(MILESTONES), a.kind == SUMMARY
        self.milestone = milestone
        self.tasks = mine & a.kind.isin(TASKS) & (a.od > 0)
        self.open_tasks = self.tasks & ~self.complete
        self.work = mine & ~self.soft  # tasks and milestones
        self.open_work = self.work & ~self.complete
        self.open_normal = self.open_work & ~milestone
        self.listed = mine & ~summary
        self.open_listed = self.listed & ~self.complete
        self.mine = mine

    # ------------------------------------------------------------ tables

    @staticmethod
    def _activities(
        schedule: Schedule, cpm: Any, baseline: Baseline | None, stored: bool
    ) -> pd.DataFrame:
        t = schedule.activities
        hours = [c.hours_per_day or 8.0 for c in schedule.calendars]
        a = pd.DataFrame(
            {
                "code": t.code,
                "name": [" ".join(n.split()).casefold() for n in t.name.tolist()],
                "project": t.project,
                "wbs": t.wbs,
                "cal": t.calendar,
                "day": [hours[c] * 60 for c in t.calendar],
                "kind": t.type,
                "status": t.status,
                "od": known(t.original_duration),
                "rd": known(t.remaining_duration),
                "as_": known(t.actual_start),
                "af": known(t.actual_finish),
                "c1": t.constraint,
                "c2": t.constraint2,
                "expected": known(t.expected_finish),
                "es": known(t.stored_early_start if stored else cpm.early_start),
                "ef": known(t.stored_early_finish if stored else cpm.early_finish),
                "ls": known(t.stored_late_start if stored else cpm.late_start),
                "lf": known(t.stored_late_finish if stored else cpm.late_finish),
                "tf": known(t.stored_total_float if stored else cpm.total_float),
                "critical": cpm.critical,
                "path": cpm.longest_path,
                "ses": known(t.stored_early_start),
                "sef": known(t.stored_early_finish),
                "stf": known(t.stored_total_float),
            }
        )
        a["start"] = a.as_.fillna(a.es).fillna(known(t.planned_start))
        a["finish"] = a.af.fillna(a.ef).fillna(known(t.planned_finish))
        a["dd"] = [float(schedule.projects[p].data_date) for p in t.project]
        a["dd"] = a.dd.where(a.dd != NO_TIME)
        columns = baseline.columns if baseline else None
        for name, column in (("bs", "start"), ("bf", "finish"), ("bd", "duration")):
            a[name] = known(getattr(columns, column)) if columns else np.nan
        a["tf_days"] = a.tf / a.day
        a["od_days"], a["rd_days"] = a.od / a.day, a.rd / a.day
        return a

    def _links(self, schedule: Schedule) -> pd.DataFrame:
        r = schedule.relationships
        links = pd.DataFrame({"p": r.predecessor, "s": r.successor, "t": r.type, "lag": r.lag})
        links["days"] = links.lag / self.a.day.to_numpy()[links.p]
        return links

    @cached_property
    def outside(self) -> pd.DataFrame:
        far = self.schedule.external_links
        return pd.DataFrame({"a": far.activity, "into": far.incoming, "t": far.type})

    def tied(self, side: str, kinds: tuple[int, ...] = (FS, SS, FF, SF)) -> pd.Series:
        """Whether a link of these types is there: `side` "before" or "after" an activity."""
        return self.number(side, kinds) > 0

    def number(self, side: str, kinds: tuple[int, ...] = (FS, SS, FF, SF)) -> pd.Series:
        links = self.links[self.links.t.isin(kinds)]
        far = self.outside[self.outside.t.isin(kinds)]
        far = far[far.into] if side == "before" else far[~far.into.astype(bool)]
        ends = pd.concat([links.s if side == "before" else links.p, far.a])
        return ends.value_counts().reindex(self.a.index, fill_value=0)

    def at(self, end: str, mask: Any) -> pd.Series:
        """A mask of activities at the end "p" or "s" of every link."""
        return pd.Series(np.asarray(mask)[self.links[end]], index=self.links.index, dtype=bool)

    def either(self, mask: Any) -> pd.Series:
        return self.at("p", mask) | self.at("s", mask)

    # ------------------------------------------------------------ time

    @cached_property
    def clocks(self) -> list[Clock]:
        a = self.a
        ours = known(self.cpm.start), known(self.cpm.finish)
        mine = [a.start, a.finish, a.dd, a.es, a.ef, a.ses, a.sef, a.bf, a.as_, a.af]
        moments = pd.concat([*mine, *ours, known(self.cpm.early_start)])
        if self.previous is not None:
            moments = pd.concat([moments, known([self.previous.data_date])])
        moments = moments.dropna()
        first = int(moments.min() // 1440) - 2 if len(moments) else 0
        last = int(moments.max() // 1440) + 2 if len(moments) else 1
        return [Clock(calendar, first, last) for calendar in self.schedule.calendars]

    def between(self, calendar: int, start: float, finish: float) -> float:
        return self.clocks[calendar].between(start, finish)
