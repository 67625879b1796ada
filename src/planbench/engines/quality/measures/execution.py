"""Measures of progress against the baseline: missed, execution index, hit rate, no baseline."""

from __future__ import annotations

import numpy as np

from planbench.domain.times import NO_TIME
from planbench.engines.quality.context import Context
from planbench.engines.quality.measures.base import (
    Measure,
    choice,
    counted,
    members_of,
    nothing,
    option,
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
    baseline date (hit task share); neither can exceed 1. The rows are the due ones not counted.
    """
    due, problem = _due(ctx, metric)
    if problem or ctx.baseline is None:
        return nothing(problem, due)
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
    "without-baseline": without_baseline,
}
