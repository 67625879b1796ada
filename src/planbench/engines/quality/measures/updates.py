"""Measures over two updates of one project; activities are the same where their ids are.

Without an earlier update all of them are not applicable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planbench.domain.errors import ScheduleError
from planbench.domain.schedule import Rows, Schedule, Status
from planbench.domain.times import DAY, NO_TIME, Minutes, to_iso
from planbench.engines.quality.context import Context, in_days
from planbench.engines.quality.measures.base import (
    Measure,
    choice,
    counted,
    members_of,
    nothing,
    option,
)
from planbench.engines.quality.result import Measured, Members, Metric

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult

NEEDS_EARLIER = "needs an earlier update of the same project"
_NEW = "not in the earlier update"
_NO_PROJECT = "the earlier update has no project of this id"


def rows_earlier(ctx: Context) -> Rows:
    """Row in the earlier update of each activity, -1 for new ones.

    Ids are those of one project: the project of the same id is asked first, then all.
    """
    if "earlier" not in ctx.shared:
        assert ctx.previous is not None
        code, anywhere = ctx.activities.code.tolist(), ctx.previous.row_of_code
        rows = [anywhere.get(one, -1) for one in code]
        if len(ctx.previous.projects) > 1:
            row_of = _rows_by_project(ctx.previous)
            keys = zip(_project_codes(ctx.schedule), code, strict=True)
            rows = [row_of.get(key, row) for key, row in zip(keys, rows, strict=True)]
        ctx.shared["earlier"] = np.array(rows, dtype=np.int32)
    found: Rows = ctx.shared["earlier"]
    return found


def _rows_by_project(schedule: Schedule) -> dict[tuple[str, str], int]:
    """Row of each (project id, activity id), the first of equals."""
    found: dict[tuple[str, str], int] = {}
    keys = zip(_project_codes(schedule), schedule.activities.code.tolist(), strict=True)
    for row, key in enumerate(keys):
        found.setdefault(key, row)
    return found


def _project_codes(schedule: Schedule) -> list[str]:
    names = [project.code for project in schedule.projects]
    return [names[place] for place in schedule.activities.project.tolist()]


def then(ctx: Context, name: str) -> Minutes:
    """A column of the earlier update in today's order, `NO_TIME` for new activities."""
    assert ctx.previous is not None
    rows = rows_earlier(ctx)
    column: Minutes = getattr(ctx.previous.activities, name).astype(np.int64)
    if not column.size:
        return np.full(rows.size, NO_TIME, dtype=np.int64)
    return np.where(rows < 0, NO_TIME, column[np.maximum(rows, 0)])


def actual_changed(ctx: Context, metric: Metric) -> Measured:
    """Actual starts or finishes (`which`) that were reported before and are different now.

    Whole days are compared (DECM 06A504a and b). A date taken back counts as changed.
    """
    members = members_of(ctx, metric, "activities")
    if ctx.previous is None:
        return nothing(NEEDS_EARLIER, members)
    which = choice(metric, "which", ("both", "start", "finish"))
    names = {"both": ("actual_start", "actual_finish")}.get(which, (f"actual_{which}",))
    reported = np.zeros(ctx.n, dtype=bool)
    changed = np.zeros(ctx.n, dtype=bool)
    before = np.full(ctx.n, np.nan)
    for name in names:
        was, now = then(ctx, name), getattr(ctx.activities, name)
        had = was != NO_TIME
        reported |= had
        differs = had & (was // 1440 != now // 1440)
        before = np.where(differs, was, before)
        changed |= differs
    members = members.without(_NEW, rows_earlier(ctx) < 0).without("not reported before", ~reported)
    return counted(
        metric, members, changed, values=before, words="Was reported as {}", values_unit="date"
    )


def riding(ctx: Context, metric: Metric) -> Measured:
    """Open work that keeps its distance to the data date from update to update (DECM 06A506c).

    Not started and forecast within `days` calendar days of the data date both times; or in
    progress both times with the remaining duration within `least_change` days of what it was.
    """
    members = members_of(ctx, metric, "open-activities")
    earlier = ctx.previous
    if earlier is None:
        return nothing(NEEDS_EARLIER, members)
    if NO_TIME in (ctx.status_date, earlier.data_date):
        return nothing("there is no data date", members)
    members = members.without(_NEW, rows_earlier(ctx) < 0)
    near = option(metric, "days", 6.0) * 1440
    now, was = ctx.activities.status, then(ctx, "status")
    start_then = forecast_then(ctx, earlier, "early_start")
    waiting = (now == Status.NOT_STARTED) & (was == Status.NOT_STARTED)
    waiting &= (ctx.forecast_start != NO_TIME) & (start_then != NO_TIME)
    waiting &= (ctx.forecast_start <= ctx.data_date + near) & (
        start_then <= earlier.data_date + near
    )
    rest_then = then(ctx, "remaining_duration")
    change = in_days(np.abs(rest_then - ctx.activities.remaining_duration), ctx.day)
    still = (now == Status.IN_PROGRESS) & (was == Status.IN_PROGRESS)
    still &= (rest_then != NO_TIME) & (change <= option(metric, "least_change", 2.0))
    return counted(
        metric,
        members,
        waiting | still,
        values=np.where(waiting, 0, 1),
        words="{}",
        values_unit="name",
        names=("Start moves along with the data date", "Remaining duration hardly changes"),
    )


def forecast_then(ctx: Context, earlier: Schedule, name: str) -> Minutes:
    """Early dates ("early_start", "early_finish") of the earlier update in today's order.

    They are calculated where it stores too few of them.
    """
    stored = then(ctx, f"stored_{name}")
    if np.any(stored != NO_TIME) and np.count_nonzero(stored != NO_TIME) > ctx.n // 2:
        return stored
    calculated = cpm_then(ctx)
    if calculated is None:
        return stored
    found: Minutes = getattr(calculated, name)
    rows = rows_earlier(ctx)
    return np.where(rows < 0, NO_TIME, found[np.maximum(rows, 0)])


def cpm_then(ctx: Context) -> CpmResult | None:
    """The earlier update, calculated; None where it cannot be."""
    from planbench.engines.cpm import schedule_network

    assert ctx.previous is not None
    if "cpm then" not in ctx.shared:
        try:
            ctx.shared["cpm then"] = schedule_network(ctx.previous)
        except ScheduleError:
            ctx.shared["cpm then"] = None
    found: CpmResult | None = ctx.shared["cpm then"]
    return found


def _context_then(ctx: Context) -> Context | str:
    """The earlier update as a context of its own, of the same project; or why there is none."""
    earlier = ctx.previous
    if earlier is None:
        return NEEDS_EARLIER
    project = None
    if ctx.project is not None:
        places = {p.code: place for place, p in enumerate(earlier.projects)}
        project = places.get(ctx.schedule.projects[ctx.project].code)
        if project is None:
            return _NO_PROJECT
    calculated = cpm_then(ctx)
    if calculated is None:
        return "the earlier update could not be calculated"
    return Context(earlier, calculated, dates=ctx.dates_of, project=project)


def path_stability(ctx: Context, metric: Metric) -> Measured:
    """How much of the critical path is the same in both updates (a Jaccard share).

    Open work on the longest path of both updates over open work on the longest path of either;
    both paths are calculated, and what was completed in between is left aside. What was on the
    path and is not in the file any more counts as left. The rows are the activities that joined
    the path or left it.
    """
    members = members_of(ctx, metric, "open-activities")
    before = _context_then(ctx)
    if isinstance(before, str):
        return nothing(before, members)
    if ctx.cpm is None:
        return nothing("the dates could not be calculated", members)
    assert before.cpm is not None
    rows, open_then = rows_earlier(ctx), before.population("open-activities").inside
    on_then = before.cpm.longest_path & open_then
    was = np.where(rows < 0, False, on_then[np.maximum(rows, 0)]) if on_then.size else rows >= 0
    here = ctx.cpm.longest_path
    members = members.without("on neither path", ~(was | here))
    on_then[rows[rows >= 0]] = False
    gone = int(np.count_nonzero(on_then))
    whole, inside = members.size + gone, members.inside
    if not whole:
        return nothing("nothing open is on either path", members)
    both = int(np.count_nonzero(inside & was & here))
    changed = np.flatnonzero(inside & (was != here)).astype(np.int32)
    return Measured(
        "activity",
        members,
        changed,
        both / whole,
        float(both),
        float(whole),
        values=np.where(here[changed], 0.0, 1.0),
        words="{}",
        values_unit="name",
        names=("Joined the longest path", "Left the longest path"),
        notes=(f"{gone:,} of the earlier path are not in the file any more",) if gone else (),
    )


def slip_rate(ctx: Context, metric: Metric) -> Measured:
    """Calendar days the last finish moved over the calendar days between the data dates.

    The last finish is that of all work of the project, actual or forecast. 1 is a day later for
    every day that passed; below 0 the forecast came closer.
    """
    members = members_of(ctx, metric, "activities")
    before = _context_then(ctx)
    if isinstance(before, str):
        return nothing(before, members)
    dates = ctx.status_date, before.status_date
    if NO_TIME in dates:
        return nothing("there is no data date", members)
    if dates[0] <= dates[1]:
        return nothing("the data date has not moved since the earlier update", members)
    last, was = _last_finish(ctx), _last_finish(before)
    if last < 0 or was < 0:
        return nothing("there is no finish to compare", members)
    members = members.without("not the last finish", np.arange(ctx.n) != last)
    moved = (int(ctx.finish[last]) - int(before.finish[was])) / DAY
    passed = (dates[0] - dates[1]) / DAY
    rows = np.array([last] if moved > 0 else [], dtype=np.int32)
    return Measured(
        "activity",
        members,
        rows,
        moved / passed,
        moved,
        passed,
        values=np.full(rows.size, moved),
        words="Last finish {} later",
        values_unit="d",
        notes=(
            f"Last finish {_when(ctx, last)}; in the earlier update {_when(before, was)}",
            "In calendar days",
        ),
    )


def _last_finish(ctx: Context) -> int:
    """Row of the last finish of the work, of equals the completion; -1 without one."""
    able = np.flatnonzero(~ctx.soft & ~ctx.others & (ctx.finish != NO_TIME))
    if not able.size:
        return -1
    last = able[ctx.finish[able] == ctx.finish[able].max()]
    return ctx.target if ctx.target in last else int(last[0])


def _when(ctx: Context, row: int) -> str:
    return f"{(to_iso(int(ctx.finish[row])) or '').replace('T', ' ')} ({ctx.activities.code[row]})"


def hollow(ctx: Context, metric: Metric) -> Measured:
    """New activities of at most `days` that were put between others."""
    members = members_of(ctx, metric, "open-tasks")
    if ctx.previous is None:
        return nothing(NEEDS_EARLIER, members)
    members = members.without("in the earlier update", rows_earlier(ctx) >= 0)
    short = in_days(ctx.activities.original_duration, ctx.day)
    hit = (short <= option(metric, "days", 1.0)) & (ctx.incoming > 0) & (ctx.outgoing > 0)
    found = counted(metric, members, hit, values=short, words="New, {} long", values_unit="d")
    if found.value is None:
        return nothing("no open task is new", members)
    return found


def remaining_cut(ctx: Context, metric: Metric) -> Measured:
    """Remaining durations that fell by more than the working time between the data dates.

    For work that has not started any cut counts, unless the percentage reported explains it.
    """
    members = members_of(ctx, metric, "open-normal")
    earlier = ctx.previous
    if earlier is None:
        return nothing(NEEDS_EARLIER, members)
    if NO_TIME in (ctx.status_date, earlier.data_date):
        return nothing("there is no data date", members)
    members = members.without(_NEW, rows_earlier(ctx) < 0)
    cut = then(ctx, "remaining_duration") - ctx.activities.remaining_duration
    cut[rows_earlier(ctx) < 0] = 0
    dates = np.array([earlier.data_date, ctx.status_date], dtype=np.int64)
    table = ctx.work_over(dates)
    elapsed = np.zeros(ctx.n, dtype=np.int64)
    for row in range(len(ctx.schedule.calendars)):
        worked = table.worked(row, dates)
        elapsed[ctx.activities.calendar == row] = worked[1] - worked[0]
    elapsed[ctx.activities.status == Status.NOT_STARTED] = 0
    return counted(
        metric,
        members,
        cut > elapsed,
        values=in_days(cut, ctx.day),
        words="Remaining duration {} shorter",
        values_unit="d",
    )


def churn(ctx: Context, metric: Metric) -> Measured:
    """Links added and deleted over the links of the earlier update; the rows are those added."""
    members = ctx.links_into(ctx.population("everything"), "any")
    if ctx.previous is None:
        return nothing(NEEDS_EARLIER, members, "relationship")
    now, before = _keys(ctx.schedule), _keys(ctx.previous)
    if not before:
        return nothing("the earlier update has no links", members, "relationship")
    known, today = set(before), set(now)
    added = np.array([key not in known for key in now], dtype=bool)
    deleted = sum(key not in today for key in before)
    rows = np.flatnonzero(added & members.inside).astype(np.int32)
    changes = float(rows.size + deleted)
    return Measured(
        "relationship",
        members,
        rows,
        changes / len(before),
        changes,
        float(len(before)),
        notes=(f"{rows.size:,} links added or of another type, {deleted:,} gone",),
    )


def _keys(schedule: Schedule) -> list[tuple[str, str, int]]:
    links, code = schedule.relationships, schedule.activities.code
    ends = code[links.predecessor].tolist(), code[links.successor].tolist()
    return list(zip(*ends, links.type.tolist(), strict=True))


def options_changed(ctx: Context, metric: Metric) -> Measured:
    """Scheduling options of the project that differ from the earlier update."""
    schedule, earlier = ctx.schedule, ctx.previous
    codes: npt.NDArray[np.int8] = np.zeros(len(schedule.projects), dtype=np.int8)
    members = Members(codes)
    if earlier is None:
        return nothing(NEEDS_EARLIER, members, "project")
    place = schedule.main_project if ctx.project is None else ctx.project
    others = np.arange(len(schedule.projects)) != place
    members = members.without("other project", others)
    was = {p.code: p for p in earlier.projects}.get(schedule.projects[place].code)
    if was is None:
        return nothing(_NO_PROJECT, members, "project")
    now, before = vars(schedule.projects[place].options), vars(was.options)
    changed = [name for name in now if now[name] != before[name]]
    rows = np.array([place] if changed else [], dtype=np.int32)
    notes = tuple(
        f"{name.replace('_', ' ').capitalize()}: {_shown(name, before[name])} became "
        f"{_shown(name, now[name])}"
        for name in changed
    )
    return Measured(
        "project",
        members,
        rows,
        float(len(changed)),
        float(len(changed)),
        float(len(now)),
        notes=notes,
    )


def _shown(name: str, value: object) -> str:
    if name == "critical_threshold" and isinstance(value, int):
        return f"{value / 60:g} h"
    word = getattr(value, "name", None)
    return str(word).replace("_", " ").lower() if word else str(value).lower()


MEASURES: dict[str, Measure] = {
    "actual-changed": actual_changed,
    "riding": riding,
    "hollow": hollow,
    "remaining-cut": remaining_cut,
    "churn": churn,
    "options-changed": options_changed,
    "path-stability": path_stability,
    "slip-rate": slip_rate,
}
