"""Measures over two updates of one project; activities are the same where their ids are.

Without an earlier update all of them are not applicable.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import Rows, Schedule, Status
from planbench.domain.times import NO_TIME, Minutes
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

NEEDS_EARLIER = "needs an earlier update of the same project"
_NEW = "not in the earlier update"


def rows_earlier(ctx: Context) -> Rows:
    """Row in the earlier update of each activity, -1 for new ones."""
    if "earlier" not in ctx.shared:
        assert ctx.previous is not None
        row_of = ctx.previous.row_of_code
        rows = [row_of.get(code, -1) for code in ctx.activities.code.tolist()]
        ctx.shared["earlier"] = np.array(rows, dtype=np.int32)
    found: Rows = ctx.shared["earlier"]
    return found


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
    from planbench.domain.errors import ScheduleError
    from planbench.engines.cpm import schedule_network

    try:
        found: Minutes = getattr(schedule_network(earlier), name)
    except ScheduleError:
        return stored
    rows = rows_earlier(ctx)
    return np.where(rows < 0, NO_TIME, found[np.maximum(rows, 0)])


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
        return nothing("the earlier update has no project of this id", members, "project")
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
}
