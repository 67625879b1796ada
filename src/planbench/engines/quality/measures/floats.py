"""Measures of total float, in days of each activity's own calendar."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Flags, Numbers
from planbench.domain.times import NO_TIME
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

_NO_FLOAT = "no total float"


def _with_float(ctx: Context, metric: Metric, default: str = "open-tasks") -> Members:
    return members_of(ctx, metric, default).without(_NO_FLOAT, np.isnan(ctx.float_days))


def high_float(ctx: Context, metric: Metric) -> Measured:
    """Total float above `days` own-calendar days (`boundary` "at-or-above" counts the limit).

    A note gives the number by plain hours / 8 where it differs: 44 days of a ten-hour calendar
    are 440 h, not 352 h. `hours` instead of `days` compares plain hours, as P6 does.
    """
    members = _with_float(ctx, metric)
    if ctx.dates is None or not members.size:
        return nothing(ctx.no_dates if ctx.dates is None else _nobody(metric), members)
    limit = option(metric, "days", 44.0)
    hours = option(metric, "hours", 0.0)
    eight = np.where(np.isnan(ctx.float_days), np.nan, ctx.float_days * ctx.day / 480.0)
    value = eight if hours else ctx.float_days
    limit = hours / 8.0 if hours else limit
    beyond = choice(metric, "boundary", ("above", "at-or-above"))
    notes: tuple[str, ...] = ()
    plain = int(np.count_nonzero(_over(eight, limit, beyond) & members.inside))
    here = int(np.count_nonzero(_over(value, limit, beyond) & members.inside))
    if plain != here:
        notes = (f"Dividing hours by 8 on every calendar would count {plain:,}",)
    return counted(
        metric,
        members,
        _over(value, limit, beyond),
        values=value,
        words="Total float {}",
        values_unit="d",
        spread=value[members.inside],
        limit=limit,
        beyond=beyond,
        notes=notes,
    )


def _over(value: Numbers, limit: float, beyond: str) -> Flags:
    return np.asarray(value >= limit if beyond == "at-or-above" else value > limit)


def _nobody(metric: Metric) -> str:
    return f"there is nothing with a total float ({metric.population})"


def low_float(ctx: Context, metric: Metric) -> Measured:
    """Total float below `below` days, or `at_or_below`, and above `above` where that is given."""
    members = _with_float(ctx, metric)
    if ctx.dates is None or not members.size:
        return nothing(ctx.no_dates if ctx.dates is None else _nobody(metric), members)
    value = ctx.float_days
    closed = "at_or_below" in metric.options
    limit = option(metric, "at_or_below" if closed else "below", 0.0)
    hit = value <= limit if closed else value < limit
    if "above" in metric.options:
        hit = hit & (value > option(metric, "above", 0.0))
    return counted(
        metric,
        members,
        hit,
        values=value,
        words="Total float {}",
        values_unit="d",
        spread=value[members.inside],
        limit=limit,
        beyond="at-or-below" if closed else "below",
    )


def critical(ctx: Context, metric: Metric) -> Measured:
    """Members that the schedule's own definition of critical calls critical."""
    members = members_of(ctx, metric, "open-activities")
    if ctx.cpm is None:
        return nothing("the dates could not be calculated", members)
    return counted(
        metric,
        members,
        ctx.cpm.critical,
        values=ctx.float_days,
        words="Total float {}",
        values_unit="d",
    )


def float_ratio(ctx: Context, metric: Metric) -> Measured:
    """Mean of total float over remaining duration; the rows are those above `ratio`."""
    remaining = ctx.activities.remaining_duration
    members = _with_float(ctx, metric).without("nothing remains", remaining <= 0)
    if ctx.dates is None or not members.size:
        return nothing(ctx.no_dates if ctx.dates is None else _nobody(metric), members)
    inside = members.inside
    each = np.full(ctx.n, np.nan)
    each[inside] = ctx.dates.total_float[inside] / remaining[inside]
    limit = option(metric, "ratio", 2.0)
    rows = np.flatnonzero(inside & (each > limit)).astype(np.int32)
    return Measured(
        "activity",
        members,
        rows,
        float(each[inside].mean()),
        float(each[inside].sum()),
        float(members.size),
        values=each[rows],
        words="Float is {} times the remaining duration",
        values_unit="n",
        notes=(f"{rows.size / members.size:.1%} have more than {limit:g} times",),
    )


def float_beyond_project(ctx: Context, metric: Metric) -> Measured:
    """Total float longer than the working time from the data date to the project's finish."""
    members = _with_float(ctx, metric, "open-activities")
    if ctx.dates is None or not members.size:
        return nothing(ctx.no_dates if ctx.dates is None else _nobody(metric), members)
    if ctx.status_date == NO_TIME:
        return nothing("there is no data date", members)
    real = members.inside & (ctx.finish != NO_TIME)
    if not real.any():
        return nothing(ctx.no_dates, members)
    finish = np.full(ctx.n, int(ctx.finish[real].max()), dtype=np.int64)
    left = ctx.work_between(ctx.activities.calendar, np.full(ctx.n, ctx.status_date), finish)
    return counted(
        metric,
        members,
        ctx.float_days > in_days(left, ctx.day),
        values=ctx.float_days,
        words="Total float {}",
        values_unit="d",
    )


MEASURES: dict[str, Measure] = {
    "high-float": high_float,
    "low-float": low_float,
    "critical": critical,
    "float-ratio": float_ratio,
    "float-beyond-project": float_beyond_project,
}
