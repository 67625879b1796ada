"""Measures of progress against the baseline: missed, execution index, hit rate, no baseline."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Status
from planbench.domain.times import DAY, NO_TIME, to_iso
from planbench.engines.quality.context import Context
from planbench.engines.quality.measures.base import (
    Measure,
    choice,
    counted,
    members_of,
    nothing,
    option,
)
from planbench.engines.quality.measures.updates import (
    NEEDS_EARLIER,
    forecast_then,
    rows_earlier,
    then,
)
from planbench.engines.quality.result import Measured, Members, Metric

_NO_BASELINE = "there is no baseline"
_NO_BASELINE_FINISH = "no baseline finish"
_NOT_DUE = "due after the data date"


def _due(ctx: Context, metric: Metric) -> tuple[Members, str]:
    """Members whose baseline finish is not after the data date, and why there cannot be any."""
    members = members_of(ctx, metric, "tasks")
    if ctx.baseline is None:
        return members, _NO_BASELINE
    if ctx.status_date == NO_TIME:
        return members, "there is no data date"
    finish = ctx.baseline.columns.finish
    members = members.without(_NO_BASELINE_FINISH, finish == NO_TIME)
    return members.without(_NOT_DUE, finish > ctx.data_date), ""


def missed(ctx: Context, metric: Metric) -> Measured:
    """Due tasks that finished, or are forecast to finish, after their baseline finish."""
    members, problem = _due(ctx, metric)
    if problem or ctx.baseline is None:
        return nothing(problem, members)
    finish = ctx.baseline.columns.finish
    late = np.where(ctx.finish == NO_TIME, NO_TIME, ctx.finish - finish)
    if choice(metric, "count", ("all", "complete")) == "complete":
        members = members.without("not complete", ~ctx.complete)
    return counted(
        metric,
        members,
        (ctx.finish != NO_TIME) & (ctx.finish > finish),
        values=late / 1440.0,
        words="{} after the baseline",
        values_unit="d",
        notes=("Lateness is in calendar days",),
    )


def execution_index(ctx: Context, metric: Metric) -> Measured:
    """Baseline execution index: tasks completed over tasks due (PAM 200.1 section 3.1.2.4).

    `unbaselined` adds tasks without a baseline finish to those due, as the pamphlet does. `count`
    "due" restricts the completed ones to those due, "in-time" to those due that finished by their
    baseline date (hit task share); neither can exceed 1. `since_earlier` asks only for what became
    due after the data date of the earlier update. The rows are the due ones not counted.
    """
    due, problem = _due(ctx, metric)
    if problem or ctx.baseline is None:
        return nothing(problem, due)
    if option(metric, "since_earlier", False):
        if ctx.previous is None:
            return nothing(NEEDS_EARLIER, due)
        due = due.without(
            "due before the earlier update", ctx.baseline.columns.finish <= ctx.previous.data_date
        )
        if not due.size:
            return nothing("nothing became due since the earlier update", due)
    everybody = members_of(ctx, metric, "tasks")
    finish = ctx.baseline.columns.finish
    in_time = ctx.complete & (ctx.finish <= finish)
    count = choice(metric, "count", ("all", "due", "in-time"))
    done = {
        "all": everybody.inside & ctx.complete,
        "due": due.inside & ctx.complete,
        "in-time": due.inside & in_time,
    }[count]
    asked, members = due.inside, due
    extra = 0
    if option(metric, "unbaselined", count == "all"):
        members = everybody.without(_NOT_DUE, (finish != NO_TIME) & (finish > ctx.data_date))
        asked = members.inside
        extra = int(np.count_nonzero(asked & (finish == NO_TIME)))
    if not members.size:
        return nothing("nothing was due by the data date", members)
    number = int(np.count_nonzero(done))
    open_ = asked & ~(in_time if count == "in-time" else ctx.complete)
    rows = np.flatnonzero(open_).astype(np.int32)
    notes = [f"Without that, {number / due.size:.3f}"] if extra and due.size else []
    if extra:
        notes.insert(0, f"{extra:,} of the denominator have no baseline finish")
    early = int(np.count_nonzero(done & ~asked))
    if early:
        notes.append(f"{early:,} completed ahead of their date are in the numerator")
    return Measured(
        "activity",
        members,
        rows,
        number / members.size,
        float(number),
        float(members.size),
        values=np.where(finish[rows] == NO_TIME, np.nan, finish[rows]).astype(np.float64),
        words="Baseline finish {}",
        values_unit="date",
        notes=tuple(notes),
    )


def current_execution(ctx: Context, metric: Metric) -> Measured:
    """Current execution index: of what the earlier update forecast to finish by now, how much did.

    The forecasts are the early finishes of the earlier update after its data date and up to today's
    (PASEG section 10.4.5). The rows are the tasks that are still open.
    """
    members = members_of(ctx, metric, "tasks")
    earlier = ctx.previous
    if earlier is None:
        return nothing(NEEDS_EARLIER, members)
    if NO_TIME in (ctx.status_date, earlier.data_date):
        return nothing("there is no data date", members)
    forecast = forecast_then(ctx, earlier, "early_finish")
    done_then = (then(ctx, "status") == Status.COMPLETE) | (then(ctx, "actual_finish") != NO_TIME)
    members = (
        members.without("not in the earlier update", rows_earlier(ctx) < 0)
        .without("complete in the earlier update", done_then)
        .without("not forecast to finish since", forecast <= earlier.data_date)
        .without("forecast to finish later", forecast > ctx.data_date)
    )
    if not members.size:
        return nothing("nothing was forecast to finish since the earlier update", members)
    number = int(np.count_nonzero(members.inside & ctx.complete))
    rows = np.flatnonzero(members.inside & ~ctx.complete).astype(np.int32)
    return Measured(
        "activity",
        members,
        rows,
        number / members.size,
        float(number),
        float(members.size),
        values=forecast[rows].astype(np.float64),
        words="Was forecast to finish {}",
        values_unit="date",
    )


def earned_schedule(ctx: Context, metric: Metric) -> Measured:
    """SPI(t) = ES / AT, earned schedule over actual time (Lipke; NDIA predictive measures).

    Tasks are counted, because a schedule need not carry cost: the plan earns a task at its
    baseline finish. ES is the time from the first baseline start to the moment until which the
    baseline asked for no more tasks than are complete: to the data date on plan, to the last
    baseline finish with all complete. AT runs to the data date, with all complete to the last
    actual finish. Calendar days, as the control figures have it. The rows are the due tasks that
    are open.
    """
    members = members_of(ctx, metric, "tasks")
    if ctx.baseline is None:
        return nothing(_NO_BASELINE, members)
    if ctx.status_date == NO_TIME:
        return nothing("there is no data date", members)
    columns = ctx.baseline.columns
    members = members.without(_NO_BASELINE_FINISH, columns.finish == NO_TIME)
    inside = members.inside
    begun = columns.start[inside & (columns.start != NO_TIME)]
    if not begun.size:
        return nothing("no task has a baseline start", members)
    planned = np.sort(columns.finish[inside])
    start, now = int(begun.min()), ctx.status_date
    done = int(np.count_nonzero(inside & ctx.complete))
    if done == planned.size:
        earned, now = int(planned[-1]), int(ctx.finish[inside].max())
    elif int(np.searchsorted(planned, now, side="right")) == done:
        earned = now
    else:
        earned = int(planned[done])
    if now <= start:
        return nothing("no time has passed since the first baseline start", members)
    late = inside & ~ctx.complete & (columns.finish <= ctx.data_date)
    rows = np.flatnonzero(late).astype(np.int32)
    moment = (to_iso(earned) or "").replace("T", " ")
    return Measured(
        "activity",
        members,
        rows,
        (earned - start) / (now - start),
        (earned - start) / DAY,
        (now - start) / DAY,
        values=columns.finish[rows].astype(np.float64),
        words="Baseline finish {}",
        values_unit="date",
        notes=(
            f"{done:,} of {planned.size:,} tasks are complete; the baseline asked for no more "
            f"until {moment}",
            "Tasks are counted, in calendar days",
        ),
    )


def without_baseline(ctx: Context, metric: Metric) -> Measured:
    """Members without a baseline start or finish (DECM 06A501a)."""
    members = members_of(ctx, metric, "activities")
    if ctx.baseline is None:
        return nothing(_NO_BASELINE, members)
    columns = ctx.baseline.columns
    lacking = (columns.start == NO_TIME) | (columns.finish == NO_TIME)
    return counted(metric, members, lacking)


MEASURES: dict[str, Measure] = {
    "missed": missed,
    "execution-index": execution_index,
    "current-execution": current_execution,
    "earned-schedule": earned_schedule,
    "without-baseline": without_baseline,
}
