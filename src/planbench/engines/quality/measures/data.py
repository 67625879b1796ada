"""Measures of the data itself: dates against the data date, status, names, codes, agreement."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Flags, Status, Texts
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.quality.context import Context
from planbench.engines.quality.measures.base import (
    Measure,
    choice,
    counted,
    members_of,
    nothing,
    option,
    plural,
)
from planbench.engines.quality.result import Measured, Members, Metric

_NO_DATA_DATE = "there is no data date"


def invalid_forecast(ctx: Context, metric: Metric) -> Measured:
    """Open work forecast before the data date.

    What the file states counts where it states dates, since a calculation never puts work before
    the data date. `late_too` also looks at late dates (DCMA of November 2009). `on_date` "counts"
    also flags forecasts exactly on the data date.
    """
    members = members_of(ctx, metric, "open-all-but-summaries")
    if ctx.status_date == NO_TIME:
        return nothing(_NO_DATA_DATE, members)
    started = ctx.activities.actual_start != NO_TIME
    columns = [ctx.forecast_finish, np.where(started, NO_TIME, ctx.forecast_start)]
    if option(metric, "late_too", False):
        if ctx.dates is None:
            return nothing(ctx.no_dates, members)
        columns += [ctx.dates.late_finish, np.where(started, NO_TIME, ctx.dates.late_start)]
    members = members.without(
        "no forecast dates", (ctx.forecast_finish == NO_TIME) & (ctx.forecast_start == NO_TIME)
    )
    return _against_data_date(ctx, metric, columns, before=True, members=members)


def invalid_actual(ctx: Context, metric: Metric) -> Measured:
    """Actual dates after the data date; `on_date` "counts" also flags those on it.

    `which` looks at both dates, or at "start" or "finish" alone.
    """
    members = members_of(ctx, metric, "all-but-summaries")
    if ctx.status_date == NO_TIME:
        return nothing(_NO_DATA_DATE, members)
    which = choice(metric, "which", ("both", "start", "finish"))
    acts = ctx.activities
    columns = []
    if which != "finish":
        columns.append(acts.actual_start)
    if which != "start":
        columns.append(acts.actual_finish)
    return _against_data_date(ctx, metric, columns, before=False, members=members)


def _against_data_date(
    ctx: Context, metric: Metric, columns: list[Minutes], before: bool, members: Members
) -> Measured:
    """Members with a date on the wrong side; what is measured is the worst of these dates."""
    counts = choice(metric, "on_date", ("allowed", "counts")) == "counts"
    hit = np.zeros(ctx.n, dtype=bool)
    worst = np.full(ctx.n, np.nan)
    for column in columns:
        known = column != NO_TIME
        if before:
            wrong = known & ((column <= ctx.data_date) if counts else (column < ctx.data_date))
        else:
            wrong = known & ((column >= ctx.data_date) if counts else (column > ctx.data_date))
        hit |= wrong
        pick = np.fmin if before else np.fmax
        worst = pick(worst, np.where(wrong, column, np.nan))
    words = "Forecast {}" if before else "Actual {}"
    return counted(metric, members, hit, values=worst, words=words, values_unit="date")


_CONTRADICTIONS = (
    "In progress without an actual start",
    "Complete without an actual finish",
    "Not started, yet it has actual dates",
    "Actual finish before actual start",
    "A duration, yet it started and finished at the same minute",
)


def contradictions(ctx: Context, metric: Metric) -> Measured:
    """Status that contradicts the dates. `what` "all", or one alone as DECM 06A505a and b do."""
    what = choice(metric, "what", ("all", "no-actual-start", "no-actual-finish"))
    acts = ctx.activities
    started, finished = acts.actual_start != NO_TIME, acts.actual_finish != NO_TIME
    checks: list[Flags] = [
        (acts.status == Status.IN_PROGRESS) & ~started,
        (acts.status == Status.COMPLETE) & ~finished,
        (acts.status == Status.NOT_STARTED) & (started | finished),
        started & finished & (acts.actual_finish < acts.actual_start),
        started
        & (acts.actual_finish == acts.actual_start)
        & (acts.original_duration > 0)
        & ~ctx.milestone
        & ~ctx.soft,
    ]
    # A finish milestone that is under way, or complete, has no actual start in some formats.
    checks[0] &= ~ctx.milestone
    if what == "no-actual-start":
        checks = checks[:1]
    elif what == "no-actual-finish":
        checks = [np.zeros(ctx.n, dtype=bool), checks[1]]
    which = np.zeros(ctx.n)
    hit = np.zeros(ctx.n, dtype=bool)
    for place in reversed(range(len(checks))):
        which[checks[place]] = place
        hit |= checks[place]
    members = members_of(ctx, metric, "all-but-summaries")
    return counted(
        metric, members, hit, values=which, words="{}", values_unit="name", names=_CONTRADICTIONS
    )


def complete_with_rest(ctx: Context, metric: Metric) -> Measured:
    """Complete, yet remaining duration, units or cost is left."""
    acts, given, spent = ctx.activities, ctx.schedule.assignments, ctx.schedule.expenses
    small = 0.005
    rest = (np.abs(given.remaining_units) > small) | (np.abs(given.remaining_cost) > small)
    bills = np.abs(spent.remaining_cost) > small
    left = ctx.count_links(rest, given.activity) + ctx.count_links(bills, spent.activity)
    lasting = acts.remaining_duration > 0
    names = ("Remaining duration", "Remaining units or cost", "Remaining duration, units and cost")
    which = np.where(lasting & (left > 0), 2, np.where(lasting, 0, 1))
    return counted(
        metric,
        members_of(ctx, metric, "complete-activities"),
        lasting | (left > 0),
        values=which,
        words="{}",
        values_unit="name",
        names=names,
    )


def same_names(ctx: Context, metric: Metric) -> Measured:
    """Activities that share their name with another one of the same WBS node.

    `within` "project" compares over the whole project instead.
    """
    members = members_of(ctx, metric, "activities")
    node = ctx.activities.wbs.astype(np.int64)
    if choice(metric, "within", ("wbs", "project")) == "project":
        node = ctx.activities.project.astype(np.int64)
    _, name = np.unique(_plain(ctx.activities.name), return_inverse=True)
    names = int(name.max()) + 1 if name.size else 1
    key = (node + 1) * names + name
    inside = members.inside
    found, number = np.unique(key[inside], return_counts=True)
    hit = np.isin(key, found[number > 1]) & inside
    return counted(metric, members, hit)


def _plain(texts: Texts) -> Texts:
    """Names as they are compared: case and blanks do not tell them apart."""
    return np.array([" ".join(text.split()).casefold() for text in texts.tolist()], dtype=object)


def missing_codes(ctx: Context, metric: Metric) -> Measured:
    """Members without a value of a code type that at least the share `usual` of them carries.

    Files do not say which codes are mandatory; a code that nearly everybody has is taken as such.
    """
    members = members_of(ctx, metric, "activities")
    schedule = ctx.schedule
    if not len(schedule.code_types) or not members.size:
        return nothing("the file has no activity codes", members)
    kind = schedule.code_values.type[schedule.code_assignments.value]
    lacking = np.zeros(ctx.n, dtype=bool)
    which = np.zeros(ctx.n)
    usual = option(metric, "usual", 0.95)
    names: list[str] = []
    for row in range(len(schedule.code_types)):
        has = ctx.count_links(kind == row, schedule.code_assignments.activity) > 0
        if np.count_nonzero(has & members.inside) < usual * members.size:
            continue
        which[~has & ~lacking] = len(names)
        names.append(str(schedule.code_types.name[row]))
        lacking |= ~has
    if not names:
        return nothing(f"no code is carried by {usual:.0%} of the activities", members)
    return counted(
        metric,
        members,
        lacking,
        values=which,
        words="No value of {}",
        values_unit="name",
        names=tuple(names),
        notes=(f"Codes nearly all carry: {', '.join(names)}",),
    )


def no_wbs(ctx: Context, metric: Metric) -> Measured:
    """Members without a WBS node, or directly under the project's own node."""
    if not len(ctx.schedule.wbs):
        members = members_of(ctx, metric, "activities")
        return nothing("the file has no work breakdown structure", members)
    rows = ctx.activities.wbs
    top = ctx.schedule.wbs.parent[np.maximum(rows, 0)] < 0
    deeper = bool(np.any(ctx.schedule.wbs.parent >= 0))
    hit = (rows < 0) | (top & deeper)
    return counted(metric, members_of(ctx, metric, "activities"), hit)


def engine_match(ctx: Context, metric: Metric) -> Measured:
    """Share of open activities whose stored early dates and total float we recalculate.

    Two starts (or finishes) with no working time between them are the same instant. The rows are
    those that differ.
    """
    acts, cpm = ctx.activities, ctx.cpm
    members = members_of(ctx, metric, "open-activities")
    if cpm is None:
        return nothing("the dates could not be calculated", members)
    stored = (acts.stored_early_start, acts.stored_early_finish, acts.stored_total_float)
    lacking = np.logical_or.reduce([column == NO_TIME for column in stored])
    members = members.without("the file stores no dates", lacking)
    if not members.size:
        return nothing("the file stores no calculated dates", members)
    inside = members.inside
    same = np.abs(acts.stored_total_float - cpm.total_float) <= 1
    for mine, theirs in (
        (cpm.early_start, acts.stored_early_start),
        (cpm.early_finish, acts.stored_early_finish),
    ):
        differ = inside & (mine != theirs)
        work = ctx.work_between(acts.calendar[differ], mine[differ], theirs[differ])
        equal = np.ones(ctx.n, dtype=bool)
        equal[differ] = work == 0
        same &= equal
    rows = np.flatnonzero(inside & ~same).astype(np.int32)
    agreeing = members.size - rows.size
    change = np.abs(acts.stored_early_finish[rows] - cpm.early_finish[rows]) / 1440.0
    return Measured(
        "activity",
        members,
        rows,
        agreeing / members.size,
        float(agreeing),
        float(members.size),
        values=change,
        words="Early finish differs by {}",
        values_unit="d",
        notes=(f"{plural(int(rows.size), 'activity', 'activities')} with other dates or float",),
    )


MEASURES: dict[str, Measure] = {
    "invalid-forecast": invalid_forecast,
    "invalid-actual": invalid_actual,
    "contradictions": contradictions,
    "complete-with-rest": complete_with_rest,
    "same-names": same_names,
    "missing-codes": missing_codes,
    "no-wbs": no_wbs,
    "engine-match": engine_match,
}
