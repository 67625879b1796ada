"""All metrics counted a second time, with plain pandas, from their formulas in words.

Nothing of the quality engine is used here: not its populations, not its working time, not its
order of things. Dates and floats are those of the schedule calculation, which has tests of its
own. `Count(...).all()` gives (numerator, denominator, value) by metric id, None where there is
nothing to measure.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import networkx as nx  # noqa: TID253
import numpy as np
import pandas as pd  # noqa: TID253

from planbench.domain.calendars import Calendar
from planbench.domain.schedule import Schedule
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import schedule_network


def _tables() -> ModuleType:
    name = "second_tables"
    if name not in sys.modules:
        path = Path(__file__).with_name(f"{name}.py")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


tables = _tables()
Clock, known, ratio, count = tables.Clock, tables.known, tables.ratio, tables.count
FS, SS, FF, SF = range(4)
EFFORT, SUMMARY = tables.EFFORT, tables.SUMMARY
MANDATORY, ON, LATE, EARLY, ALAP = (7, 8), (3, 6), (2, 5), (1, 4), (9,)
HARD = (*MANDATORY, *ON, *LATE)
OPTIONS_OF_TIME = ("predecessor", "successor", "project", "clock")

Answer = tuple[float, float, float] | None


class Count(tables.Tables):  # type: ignore[misc]
    """One project of a schedule, counted."""

    # ------------------------------------------------------------ logic

    @cached_property
    def ends(self) -> tuple[int, int]:
        """Row of the project's own first start and of its last finish, -1 without one."""
        links, far = self.links, self.outside
        before = set(links.s[~self.at("p", self.soft)]) | set(far.a[far.into.astype(bool)])
        after = set(links.p[~self.at("s", self.soft)]) | set(far.a[~far.into.astype(bool)])
        rows = pd.Series(self.a.index)
        opening, closing = self.work & ~rows.isin(before), self.work & ~rows.isin(after)
        first, last = self.a.start[opening].dropna(), self.a.finish[closing].dropna()

        def only(candidates: pd.Series) -> int:
            return int(candidates.idxmax()) if candidates.sum() == 1 else -1

        return (
            int(first.idxmin()) if len(first) else only(opening),
            int(last.idxmax()) if len(last) else only(closing),
        )

    def less(self, mask: pd.Series, row: int) -> pd.Series:
        """A mask without one row."""
        return mask & (self.a.index != row)

    def missing(self, of: Any, exempt: bool = True) -> Answer:
        before, after = ~self.tied("before"), ~self.tied("after")
        if exempt:
            before, after = self.less(before, self.ends[0]), self.less(after, self.ends[1])
        return ratio(before | after, of)

    def dangling(
        self,
        of: Any,
        how: Callable[[Any, Any], Answer],
        side: str = "any",
        open_too: bool = True,
        easy: bool = False,
        exempt: bool = True,
    ) -> Answer:
        start, finish = ~self.tied("before", (FS, SS)), ~self.tied("after", (FS, FF))
        if not open_too:
            start, finish = start & self.tied("before"), finish & self.tied("after")
        if easy:  # any link will do for a milestone
            start &= ~(self.milestone & self.tied("before"))
            finish &= ~(self.milestone & self.tied("after"))
        if exempt:
            start, finish = self.less(start, self.ends[0]), self.less(finish, self.ends[1])
        return how({"any": start | finish, "start": start, "finish": finish}[side], of)

    def effort_drives(self) -> Answer:
        effort = self.mine & ~self.complete & (self.a.kind == EFFORT)
        used = self.links[self.at("p", effort) & ~self.at("s", self.a.kind == EFFORT)].p.nunique()
        return (used, int(effort.sum()), used / effort.sum()) if effort.any() else None

    def redundant(self) -> Answer:
        plain = (self.links.t == FS) & ~self.either(self.soft)
        members = plain & self.at("s", self.mine)
        usable = self.links[plain & (self.links.lag >= 0) & (self.links.p != self.links.s)]
        after: dict[int, set[int]] = {}
        for p, s in zip(usable.p.tolist(), usable.s.tolist(), strict=True):
            after.setdefault(p, set()).add(s)
        network = nx.DiGraph([(p, s) for p, follow in after.items() for s in follow])
        reach: dict[int, int] = {}  # of each activity, as bits, those a chain leads to
        for row in reversed(list(nx.topological_sort(network))):
            reach[row] = 0
            for s in after.get(row, ()):
                reach[row] |= reach[s] | 1 << s
        hit = []
        for p, t, lag, here in zip(
            self.links.p.tolist(), self.links.s.tolist(), self.links.lag, members, strict=True
        ):
            longer = any(reach[s] >> t & 1 for s in after.get(p, ()))
            hit.append(bool(here and lag == 0 and longer))
        return ratio(pd.Series(hit, dtype=bool), members)

    def isolated(self) -> Answer:
        if not self.work.any():
            return None
        network = nx.Graph()
        network.add_nodes_from(self.a.index[self.work])
        used = self.links[~self.either(self.soft)]
        network.add_edges_from(zip(used.p, used.s, strict=True))
        here = set(self.a.index[self.work])
        parts = sum(bool(part & here) for part in nx.connected_components(network))
        return parts - 1, len(here), parts - 1

    def twice(self) -> Answer:
        of = self.at("s", self.mine)
        if not of.any():
            return None
        kinds = self.links[of].groupby(["p", "s"]).t.agg(lambda t: sorted(t))
        pairs = sum(len(t) > 1 and t != [SS, FF] for t in kinds)
        return pairs, int(of.sum()), pairs

    @cached_property
    def broken(self) -> tuple[pd.Series, pd.Series]:
        """Links that progress broke, and links whose successor end has happened."""
        a, broken, of = self.a, [], []
        start, finish = a.start.to_numpy(), a.finish.to_numpy()
        began, ended = a.as_.to_numpy(), a.af.to_numpy()
        mine, soft = self.mine.to_numpy(), self.soft.to_numpy()
        for p, s, kind, lag in self.links[["p", "s", "t", "lag"]].itertuples(index=False):
            actual = began[s] if kind in (FS, SS) else ended[s]
            of.append(bool(mine[s] and not soft[p] and not soft[s] and not np.isnan(actual)))
            broken.append(False)
            if not of[-1]:
                continue
            done = began[p] if kind in (SS, SF) else ended[p]
            forecast = start[p] if kind in (SS, SF) else finish[p]
            moment = forecast if np.isnan(done) else done
            hit = np.isnan(done) and lag >= 0
            if not np.isnan(moment):
                hit = hit or self.on_lag_calendar(p, s, moment, actual) < lag
            broken[-1] = bool(hit)
        return pd.Series(broken, dtype=bool), pd.Series(of, dtype=bool)

    def on_lag_calendar(self, p: int, s: int, start: float, finish: float) -> float:
        project = self.schedule.projects[self.a.project[s]]
        which = OPTIONS_OF_TIME[int(project.options.lag_calendar)]
        if which == "clock":
            return finish - start
        calendar = {
            "predecessor": self.a.cal[p],
            "successor": self.a.cal[s],
            "project": max(project.calendar, 0),
        }[which]
        return self.between(calendar, start, finish)

    # ------------------------------------------------------------ plan

    def held(self, kinds: tuple[int, ...], pinned: bool = False) -> pd.Series:
        a = self.a
        found = a.c1.isin(kinds) | a.c2.isin(kinds)
        if pinned:
            for early, late in zip(EARLY, LATE, strict=True):
                found |= (a.c1 == early) & (a.c2 == late) | (a.c1 == late) & (a.c2 == early)
        return found

    def loads(self, least: float) -> Answer:
        given, spent = self.schedule.assignments, self.schedule.expenses
        if not len(given) and not len(spent):
            return None
        units = pd.DataFrame(
            {
                "a": given.activity,
                "u": (given.budget_units > 0)
                | (given.remaining_units > 0)
                | (given.actual_units > 0)
                | (given.budget_cost != 0)
                | (given.remaining_cost != 0)
                | (given.actual_cost != 0),
            }
        )
        paid = (spent.budget_cost != 0) | (spent.remaining_cost != 0) | (spent.actual_cost != 0)
        loaded = set(units.a[units.u]) | set(spent.activity[paid].tolist())
        rows = pd.Series(self.a.index)
        return ratio(~rows.isin(loaded), self.open_tasks & (self.a.od >= least * self.a.day))

    def coarse(self) -> Answer:
        first, last = self.a.start[self.mine].min(), self.a.finish[self.mine].max()
        if np.isnan(first) or np.isnan(last):
            return None
        spans = self.a.finish - self.a.start
        return ratio(
            spans / (last - first) > 0.1 if last > first else spans > np.inf, self.open_tasks
        )

    def rest(self) -> Answer:
        given, spent = self.schedule.assignments, self.schedule.expenses
        units = (abs(given.remaining_units) > 0.005) | (abs(given.remaining_cost) > 0.005)
        bills = abs(spent.remaining_cost) > 0.005
        left = set(given.activity[units].tolist()) | set(spent.activity[bills].tolist())
        rows = pd.Series(self.a.index)
        return count((self.a.rd > 0) | rows.isin(left), self.work & self.complete)

    def calendars(self, which: str) -> Answer:
        used = set(self.a.cal[self.listed])
        each = [c for row, c in enumerate(self.schedule.calendars) if row in used]
        if not each:
            return None

        def free_days_only(calendar: Calendar) -> bool:
            week = [sum(f - s for s, f in shifts) for shifts in calendar.week]
            if all(calendar.week) or not any(calendar.week):
                return False
            for day, shifts in calendar.exceptions.items():
                weekday = (dt.date(1970, 1, 1) + dt.timedelta(days=day)).weekday()
                if sum(f - s for s, f in shifts) < week[weekday]:
                    return False
            return True

        hits = {
            "all": [True for _ in each],
            "no-holidays": [free_days_only(c) for c in each],
            "other-day": [c.hours_per_day != 8 for c in each],
        }[which]
        return sum(hits), len(each), sum(hits)

    # ------------------------------------------------------------ float and path

    def with_float(self, of: Any) -> Any:
        return of & self.a.tf.notna()

    def float_ratio(self) -> Answer:
        each = (self.a.tf / self.a.rd)[self.with_float(self.open_tasks) & (self.a.rd > 0)]
        return (each.sum(), len(each), each.mean()) if len(each) else None

    def beyond_project(self) -> Answer:
        of = self.with_float(self.open_work)
        finish = self.a.finish[of].max()
        if np.isnan(self.dd) or np.isnan(finish):
            return None
        left = [self.between(c, self.dd, finish) for c in range(len(self.clocks))]
        return count(self.a.tf > self.a.cal.map(dict(enumerate(left))), of)

    def calendar_float(self) -> Answer:
        of = self.with_float(self.open_work & self.a.path)
        if not of.any():
            return None
        last = self.a.finish[of].max()
        end = self.a.tf_days[of & (self.a.finish == last)].min()
        return count(self.a.tf_days - end > 1, of)

    @cached_property
    def target(self) -> int:
        after = set(self.links.p[~self.at("s", self.soft)])
        far = self.outside
        after |= set(far.a[~far.into.astype(bool)])
        ends = self.open_work & ~pd.Series(self.a.index).isin(after)
        finish = self.a.finish[ends if ends.any() else self.open_work].dropna()
        return int(finish.idxmax()) if len(finish) else -1

    def length_index(self, basis: str) -> Answer:
        row = self.target
        if row < 0 or np.isnan(self.dd):
            return None
        calendar = int(self.a.cal[row])
        forecast, promised = self.a.finish[row], self.a.bf[row]
        if np.isnan(promised):
            bound = self.project.must_finish_by != NO_TIME
            held = self.a.c1[row] in HARD or self.a.c2[row] in HARD
            spare = self.a.tf[row] if held or bound else np.nan
        else:
            spare = self.between(calendar, forecast, promised)
        end = promised if basis == "baseline" else forecast
        begun = self.a.as_[self.work].notna().any()
        if np.isnan(spare) or np.isnan(end) or (basis == "passed" and not begun):
            return None
        length = self.between(calendar, self.dd, end)
        if basis == "passed":
            length = self.between(calendar, self.a.as_[self.work].min(), self.dd)
        if length <= 0:
            return None
        day = self.a.day[row]
        return (length + spare) / day, length / day, (length + spare) / length

    def path_test(self) -> Answer:
        """The network is calculated again with 600 days more at the earliest path task."""
        if self.stored:  # it calculates in any case
            return Count(self.schedule, self.cpm, self.place).path_test()
        a, end = self.a, self.target
        able = self.open_normal & a.es.notna()
        rows = a.es[able & a.path]
        rows = rows if len(rows) else a.es[able & a.critical]
        if end < 0 or not len(rows) or int(rows.idxmin()) == end:
            return None
        row, acts = int(rows.idxmin()), self.schedule.activities
        more = np.zeros(len(a), dtype=np.int64)
        more[row] = round(600 * a.day[row])
        longer = replace(
            self.schedule,
            activities=acts.with_columns(
                remaining_duration=np.where(
                    more > 0, np.maximum(acts.remaining_duration, 0) + more, acts.remaining_duration
                ),
                original_duration=np.where(
                    more > 0, np.maximum(acts.original_duration, 0) + more, acts.original_duration
                ),
                expected_finish=np.where(more > 0, NO_TIME, acts.expected_finish),
            ),
        )
        after = schedule_network(longer)
        last = int(known(after.finish).max() // 1440) + 2
        clock = Clock(
            self.schedule.calendars[int(a.cal[end])], self.clocks[int(a.cal[end])].first, last
        )
        day = a.day[end]
        given = clock.between(self.cpm.finish[row], after.finish[row]) / day
        shift = clock.between(self.cpm.finish[end], after.finish[end]) / day
        lost = (float(self.cpm.total_float[end]) - float(after.total_float[end])) / day
        arrived = max(shift, lost)
        kinds = a.cal[a.path & ~self.complete & self.mine].nunique()
        meets = arrived >= given - (1.0 if kinds < 2 else max(1.0, 0.01 * given))
        share = arrived / given if given > 0 else 0.0
        return arrived, given, min(share, 1.0) if meets else share

    def unforced(self) -> Answer:
        """Off the critical path although it leads to the end once no hard constraint holds it."""
        acts = self.schedule.activities
        free = replace(
            self.schedule,
            projects=tuple(replace(p, must_finish_by=NO_TIME) for p in self.schedule.projects),
            activities=acts.with_columns(
                constraint=np.where(self.a.c1.isin(HARD), 0, acts.constraint),
                constraint2=np.where(self.a.c2.isin(HARD), 0, acts.constraint2),
            ),
        )
        path = pd.Series(schedule_network(free).longest_path)
        if not self.open_work.any():
            return None
        return count(~self.a.critical, self.open_work & path)

    # ------------------------------------------------------------ data

    def forecasts(self, of: Any, how: Callable[[Any, Any], Answer], late: bool = False) -> Answer:
        if np.isnan(self.dd):
            return None
        a = self.a
        start, finish = a.ses.fillna(a.es), a.sef.fillna(a.ef)
        waiting = a.as_.isna()
        hit = (finish < a.dd) | waiting & (start < a.dd)
        if late:
            hit |= (a.lf < a.dd) | waiting & (a.ls < a.dd)
        return how(hit, of & (start.notna() | finish.notna()))

    def actuals(self, of: Any, how: Callable[[Any, Any], Answer]) -> Answer:
        if np.isnan(self.dd):
            return None
        return how((self.a.as_ > self.a.dd) | (self.a.af > self.a.dd), of)

    def contradicting(self, of: Any) -> Answer:
        a = self.a
        begun, done = a.as_.notna(), a.af.notna()
        hit = (a.status == 1) & ~begun & ~self.milestone
        hit |= (a.status == 2) & ~done
        hit |= (a.status == 0) & (begun | done)
        hit |= a.af < a.as_
        hit |= (a.af == a.as_) & (a.od > 0) & ~self.milestone & ~self.soft
        return count(hit, of)

    def names(self) -> Answer:
        twice = self.a[self.work].groupby(["wbs", "name"]).code.transform("size") > 1
        return count(twice.reindex(self.a.index, fill_value=False), self.work)

    def codes(self) -> Answer:
        s = self.schedule
        if not len(s.code_types) or not self.work.any():
            return None
        kind = s.code_values.type[s.code_assignments.value]
        lacking, asked = pd.Series(False, index=self.a.index), False
        for row in range(len(s.code_types)):
            has = pd.Series(self.a.index).isin(s.code_assignments.activity[kind == row])
            if (has & self.work).sum() >= 0.95 * self.work.sum():
                asked, lacking = True, lacking | ~has
        return count(lacking, self.work) if asked else None

    def without_wbs(self) -> Answer:
        parent = self.schedule.wbs.parent
        if not len(parent):
            return None
        top = [w >= 0 and parent[w] < 0 for w in self.a.wbs]
        deeper = bool((parent >= 0).any())
        return count((self.a.wbs < 0) | (pd.Series(top, dtype=bool) & deeper), self.work)

    def agreement(self) -> Answer:
        a = self.a
        of = self.open_work & a.ses.notna() & a.sef.notna() & a.stf.notna()
        if not of.any():
            return None
        good, ours = 0, self.cpm
        for row in a.index[of]:
            same = abs(a.stf[row] - ours.total_float[row]) <= 1
            dates = ours.early_start[row], ours.early_finish[row]
            for mine, theirs in zip(dates, (a.ses[row], a.sef[row]), strict=True):
                same = same and self.between(int(a.cal[row]), mine, theirs) == 0
            good += bool(same)
        return good, int(of.sum()), good / of.sum()

    # ------------------------------------------------------------ baseline

    @cached_property
    def due(self) -> Any:
        return self.tasks & (self.a.bf <= self.a.dd)

    def missed(self) -> Answer:
        if self.baseline is None or np.isnan(self.dd):
            return None
        return ratio(self.a.finish > self.a.bf, self.due)

    def execution(self, unbaselined: bool) -> Answer:
        if self.baseline is None or np.isnan(self.dd):
            return None
        of = self.due | (self.tasks & self.a.bf.isna()) if unbaselined else self.due
        done, asked = int((self.tasks & self.complete).sum()), int(of.sum())
        return (done, asked, done / asked) if asked else None

    def hit(self) -> Answer:
        """Of what became due between the two data dates, what was done in time."""
        if self.baseline is None or np.isnan(self.dd):
            return None
        of = self.due
        if self.previous.data_date != NO_TIME:
            of = of & (self.a.bf > self.previous.data_date)
        return ratio(self.complete & (self.a.finish <= self.a.bf), of)

    def current(self) -> Answer:
        """Of what the earlier update forecast to finish by now, what is complete."""
        before, was = self._date_before, self.then
        if np.isnan(self.dd) or np.isnan(before):
            return None
        open_then = (was.status != 2) & was.af.isna()
        asked = (was.ef > before) & (was.ef <= self.a.dd)
        return ratio(self.complete, self.tasks & self.old & open_then & asked)

    def earned(self) -> Answer:
        """How far the baseline had come when it had as many tasks done, of how far we are."""
        of = self.a[self.tasks & self.a.bf.notna()]
        if self.baseline is None or np.isnan(self.dd) or of.bs.isna().all():
            return None
        first, due = of.bs.min(), of.bf.sort_values().tolist()
        done, now = int(self.complete[of.index].sum()), self.dd
        asked = sum(f <= now for f in due)
        if done == len(due):
            now = of.finish.max()
        there = due[-1] if done == len(due) else now if asked == done else due[done]
        if now <= first:
            return None
        return (there - first) / 1440, (now - first) / 1440, (there - first) / (now - first)

    def unplanned(self) -> Answer:
        if self.baseline is None:
            return None
        return ratio(self.a.bs.isna() | self.a.bf.isna(), self.work)

    # ------------------------------------------------------------ two updates

    @cached_property
    def then(self) -> pd.DataFrame:
        """The earlier update in today's rows, NaN for what is new."""
        assert self.previous is not None
        t = self.previous.activities
        was = pd.DataFrame(
            {
                "as_": known(t.actual_start),
                "af": known(t.actual_finish),
                "status": t.status.astype(float),
                "rd": known(t.remaining_duration),
                "es": known(t.stored_early_start),
                "ef": known(t.stored_early_finish),
            }
        )
        was["there"] = 1.0
        found = self.found_then(was)
        for name, full in (("es", "early_start"), ("ef", "early_finish")):
            if found[name].notna().sum() > len(found) // 2:
                continue
            ours = known(getattr(schedule_network(self.previous), full))
            found[name] = self.found_then(pd.DataFrame({name: ours}))[name]
        return found

    def found_then(self, was: pd.DataFrame) -> pd.DataFrame:
        """Columns of the earlier update in today's rows: by project and id, else by id alone."""

        def owner(s: Schedule) -> list[str]:
            return [s.projects[p].code for p in s.activities.project]

        t = self.previous.activities
        was = was.assign(owner=owner(self.previous), id=t.code)
        mine = pd.DataFrame({"owner": owner(self.schedule), "id": self.a.code})
        exact = mine.merge(was.drop_duplicates(["owner", "id"]), "left", ["owner", "id"])
        loose = mine[["id"]].merge(was.drop(columns="owner").drop_duplicates("id"), "left", "id")
        matched = (
            exact[["owner", "id"]]
            .apply(tuple, axis=1)
            .isin(set(zip(was.owner, was.id, strict=True)))
        )
        names = [n for n in was.columns if n not in ("owner", "id")]
        return exact[names].where(matched, loose[names])

    @property
    def old(self) -> pd.Series:
        return self.then.there.notna()

    def changed(self, *which: str) -> Answer:
        reported = differs = pd.Series(False, index=self.a.index)
        for name in which:
            was, now = self.then[name], self.a[name]
            reported = reported | was.notna()
            differs = differs | was.notna() & ~(was // 1440 == now // 1440)
        return ratio(differs, self.work & self.old & reported)

    def riding(self) -> Answer:
        a, was = self.a, self.then
        before = self._date_before
        if np.isnan(self.dd) or np.isnan(before):
            return None
        near = 6 * 1440
        start = a.ses.fillna(a.es)
        waits = (a.status == 0) & (was.status == 0)
        waits &= (start <= a.dd + near) & (was.es <= before + near)
        stays = (a.status == 1) & (was.status == 1) & (abs(was.rd - a.rd) / a.day <= 2)
        return ratio(waits | stays, self.open_work & self.old)

    @property
    def _date_before(self) -> float:
        assert self.previous is not None
        return float(known([self.previous.data_date])[0])

    def shrunk(self) -> Answer:
        a, before = self.a, self._date_before
        if np.isnan(self.dd) or np.isnan(before):
            return None
        passed = a.cal.map(
            {c: self.between(c, before, self.dd) for c in range(len(self.clocks))}
        ).where(a.status != 0, 0.0)
        return count(self.then.rd - a.rd > passed, self.open_normal & self.old)

    def hollow(self) -> Answer:
        tied = self.tied("before") & self.tied("after")
        return count((self.a.od_days <= 1) & tied, self.open_tasks & ~self.old)

    def churn(self) -> Answer:
        assert self.previous is not None

        def keys(s: Schedule) -> list[tuple[str, str, int]]:
            r, code = s.relationships, s.activities.code
            return [
                (code[p], code[q], int(t))
                for p, q, t in zip(r.predecessor, r.successor, r.type, strict=True)
            ]

        now, then = keys(self.schedule), keys(self.previous)
        if not then:
            return None
        mine = self.at("s", self.mine)
        was, today = set(then), set(now)
        added = sum(key not in was for key, here in zip(now, mine, strict=True) if here)
        gone = sum(key not in today for key in then)
        return added + gone, len(then), (added + gone) / len(then)

    @cached_property
    def before(self) -> Count | None:
        """The project in the earlier update, counted alike."""
        assert self.previous is not None
        codes = [p.code for p in self.previous.projects]
        if self.project.code not in codes:
            return None
        place = len(codes) - 1 - codes[::-1].index(self.project.code)
        return Count(self.previous, schedule_network(self.previous), place, stored=self.stored)

    def kept(self) -> Answer:
        """Critical path now and then by the ids of the activities."""
        was = self.before
        if was is None:
            return None
        path = (was.open_work & was.a.path).astype(float)
        place = pd.Series(range(len(path)), dtype=float)
        found = self.found_then(pd.DataFrame({"path": path, "place": place}))
        now = self.open_work & self.a.path
        then = self.open_work & (found.path == 1)
        gone = int(((path == 1) & ~place.isin(found.place)).sum())
        both, whole = int((now & then).sum()), int((now | then).sum()) + gone
        return (both, whole, both / whole) if whole else None

    def slip(self) -> Answer:
        was = self.before
        if was is None or np.isnan(self.dd) or np.isnan(was.dd) or self.dd <= was.dd:
            return None
        moved = (self.a.finish[self.work].max() - was.a.finish[was.work].max()) / 1440
        passed = (self.dd - was.dd) / 1440
        return None if np.isnan(moved) else (moved, passed, moved / passed)

    def options(self) -> Answer:
        assert self.previous is not None
        was = [p for p in self.previous.projects if p.code == self.project.code]
        if not was:
            return None
        now, then = self.project.options, was[-1].options
        names = [item.name for item in fields(now)]
        differ = sum(getattr(now, name) != getattr(then, name) for name in names)
        return differ, len(names), differ
