"""Measures of how the plan was made: constraints, durations, resources, calendars."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Constraint, Flags, Numbers, Status
from planbench.domain.times import DAY, NO_TIME, Minutes
from planbench.engines.quality.context import Context, in_days
from planbench.engines.quality.measures.base import (
    Measure,
    choice,
    counted,
    members_of,
    nothing,
    option,
)
from planbench.engines.quality.result import Measured, Members, Metric, everything

MANDATORY = (Constraint.MANDATORY_START, Constraint.MANDATORY_FINISH)
TWO_WAY = (Constraint.START_ON, Constraint.FINISH_ON)
LATE = (Constraint.START_ON_OR_BEFORE, Constraint.FINISH_ON_OR_BEFORE)
EARLY = (Constraint.START_ON_OR_AFTER, Constraint.FINISH_ON_OR_AFTER)
AS_LATE = (Constraint.AS_LATE_AS_POSSIBLE,)

_GROUPS = {
    "mandatory": MANDATORY,
    "two-way": TWO_WAY,
    "late": LATE,
    "early": EARLY,
    "as-late-as-possible": AS_LATE,
}
CONSTRAINT_NAMES = (
    "None",
    "Start on or after",
    "Start on or before",
    "Start on",
    "Finish on or after",
    "Finish on or before",
    "Finish on",
    "Mandatory start",
    "Mandatory finish",
    "As late as possible",
)


def constraints(ctx: Context, metric: Metric) -> Measured:
    """Members with a constraint of one of the `groups`, primary or secondary.

    Groups: mandatory, two-way (start on, finish on), late (on or before), early (on or after),
    as-late-as-possible. An early and a late constraint on the same end make a two-way one. A note
    counts the groups apart, because sources and tools draw the line differently.
    """
    groups = option(metric, "groups", ["mandatory", "two-way", "late"])
    acts = ctx.activities
    masks = {name: _has(ctx, kinds) for name, kinds in _GROUPS.items()}
    masks["two-way"] |= _pinned(ctx)
    hit = np.zeros(ctx.n, dtype=bool)
    for name in groups:
        hit |= masks[name]
    wanted = [int(kind) for name in groups for kind in _GROUPS[name]]
    shown = np.where(np.isin(acts.constraint, wanted), acts.constraint, acts.constraint2)
    shown = np.where(np.isin(shown, wanted), shown, acts.constraint)
    members = members_of(ctx, metric)
    tally = [f"{np.count_nonzero(masks[name] & members.inside):,} {name}" for name in groups]
    return counted(
        metric,
        members,
        hit,
        values=shown,
        words="{}",
        values_unit="name",
        names=CONSTRAINT_NAMES,
        notes=(f"By kind: {', '.join(tally)}",) if len(groups) > 1 else (),
    )


def _has(ctx: Context, kinds: tuple[Constraint, ...]) -> Flags:
    acts = ctx.activities
    return np.isin(acts.constraint, kinds) | np.isin(acts.constraint2, kinds)


def _pinned(ctx: Context) -> Flags:
    """Start (or finish) both on or after and on or before."""
    first, second = ctx.activities.constraint, ctx.activities.constraint2
    found = np.zeros(ctx.n, dtype=bool)
    for early, late in zip(EARLY, LATE, strict=True):
        found |= (first == early) & (second == late)
        found |= (first == late) & (second == early)
    return found


def duration(ctx: Context, metric: Metric) -> Measured:
    """Durations above `days` own-calendar days.

    `basis` "baseline" (the original duration where there is none, and a note says so), "original"
    or "remaining". `hours` instead of `days` compares plain hours, as P6 does. `boundary` as for
    float. `window_days` is the detail planning window: only what starts in the baseline (without
    one, by our dates) up to so many calendar days after the data date counts; 0 sets none.
    """
    basis = choice(metric, "basis", ("baseline", "original", "remaining"))
    acts, notes = ctx.activities, []
    members, window = _in_window(ctx, metric, members_of(ctx, metric))
    minutes = acts.remaining_duration if basis == "remaining" else acts.original_duration
    if basis == "baseline":
        if ctx.baseline is None:
            notes.append("No baseline: original durations are used")
        else:
            known = ctx.baseline.columns.duration
            minutes = np.where(known == NO_TIME, minutes, known)
            missing = int(np.count_nonzero((known == NO_TIME) & members.inside))
            if missing:
                notes.append(f"{missing:,} without baseline: original durations are used")
    hours = option(metric, "hours", 0.0)
    eight = in_days(minutes, np.full(ctx.n, 480.0))
    days = eight if hours else in_days(minutes, ctx.day)
    limit = hours / 8.0 if hours else option(metric, "days", 44.0)
    beyond = choice(metric, "boundary", ("above", "at-or-above"))
    hit = days >= limit if beyond == "at-or-above" else days > limit
    plain = int(np.count_nonzero((eight > limit) & members.inside))
    if not hours and plain != int(np.count_nonzero(hit & members.inside)):
        notes.append(f"Dividing hours by 8 on every calendar would count {plain:,}")
    return counted(
        metric,
        members,
        hit,
        values=days,
        words=f"{basis.capitalize()} duration {{}}" if not notes else "Duration {}",
        values_unit="d",
        spread=days[members.inside],
        limit=limit,
        beyond=beyond,
        notes=(*notes, *window),
    )


def _in_window(ctx: Context, metric: Metric, members: Members) -> tuple[Members, tuple[str, ...]]:
    """The members within the detail planning window, and what to say of it."""
    days = option(metric, "window_days", 0.0)
    if "window_days" not in metric.options:
        return members, ()
    if days <= 0 or ctx.status_date == NO_TIME:
        return members, ("No detail planning window is set: all of them count",)
    start = ctx.start
    if ctx.baseline is not None:
        planned = ctx.baseline.columns.start
        start = np.where(planned == NO_TIME, start, planned)
    later = (start == NO_TIME) | (start > ctx.data_date + round(days * DAY))
    return members.without("starts after the detail planning window", later), (
        f"Detail planning window: {days:g} calendar days from the data date",
    )


def coarse(ctx: Context, metric: Metric) -> Measured:
    """Durations above a `share` of the project's length from first start to last finish."""
    members = members_of(ctx, metric)
    first, last = ctx.start[~ctx.others], ctx.finish[~ctx.others]
    first, last = first[first != NO_TIME], last[last != NO_TIME]
    if not first.size or not last.size:
        return nothing(ctx.no_dates, members)
    length = float(last.max() - first.min())
    spans = np.where(
        (ctx.start == NO_TIME) | (ctx.finish == NO_TIME), 0.0, 1.0 * ctx.finish - ctx.start
    )
    portion = spans / length if length else np.zeros(ctx.n)
    limit = option(metric, "share", 0.1)
    return counted(
        metric,
        members,
        portion > limit,
        values=100.0 * portion,
        words="{} of the project's length",
        values_unit="%",
    )


def resources(ctx: Context, metric: Metric) -> Measured:
    """Members of at least a day (`least_days`) with neither units nor cost.

    Not applicable where the file has no assignments and no expenses at all: not exported is not
    the same as not there.
    """
    members = members_of(ctx, metric)
    schedule = ctx.schedule
    given, spent = schedule.assignments, schedule.expenses
    if not len(given) and not len(spent):
        return nothing("the file has no resource assignments and no expenses", members)
    least = option(metric, "least_days", 1.0)
    members = members.without(
        f"shorter than {least:g} d", ctx.activities.original_duration < least * ctx.day
    )
    loaded = (given.budget_units > 0) | (given.remaining_units > 0) | (given.actual_units > 0)
    loaded |= (given.budget_cost != 0) | (given.remaining_cost != 0) | (given.actual_cost != 0)
    paid = (spent.budget_cost != 0) | (spent.remaining_cost != 0) | (spent.actual_cost != 0)
    load = ctx.count_links(loaded, given.activity) + ctx.count_links(paid, spent.activity)
    days = in_days(ctx.activities.original_duration, ctx.day)
    return counted(metric, members, load == 0, values=days, words="{} unloaded", values_unit="d")


def expected_finish(ctx: Context, metric: Metric) -> Measured:
    """Members whose remaining duration follows an expected finish date."""
    column = ctx.activities.expected_finish
    return counted(
        metric,
        members_of(ctx, metric, "open-activities"),
        column != NO_TIME,
        values=_dates(column),
        words="Expected finish {}",
        values_unit="date",
    )


def _dates(column: Minutes) -> Numbers:
    return np.where(column == NO_TIME, np.nan, column)


def rounded(ctx: Context, metric: Metric) -> Measured:
    """Original durations that are a multiple of `days` own days."""
    days = in_days(ctx.activities.original_duration, ctx.day)
    step = option(metric, "days", 5.0)
    hit = np.abs(days / step - np.round(days / step)) < 1e-9
    return counted(
        metric,
        members_of(ctx, metric, "tasks"),
        hit & (days > 0),
        values=days,
        words="Duration {}",
        values_unit="d",
    )


def kind_share(ctx: Context, metric: Metric) -> Measured:
    """Share of `what` ("effort", "milestones") among the members."""
    what = choice(metric, "what", ("effort", "milestones"))
    hit = ctx.effort if what == "effort" else ctx.milestone
    return counted(metric, members_of(ctx, metric, "all-but-summaries"), hit)


def _calendar_members(ctx: Context) -> Members:
    used = np.zeros(len(ctx.schedule.calendars), dtype=bool)
    rows = ctx.activities.calendar[~ctx.others & ~ctx.summary]
    used[rows[(rows >= 0) & (rows < used.size)]] = True
    return everything(used.size).without("not used by any activity", ~used)


def calendars(ctx: Context, metric: Metric) -> Measured:
    """Calendars in use. `what`: "all", "other-day" (not `hours` a day) or "no-holidays".

    "no-holidays" means a week with free days and no exception that takes work away.
    """
    what = choice(metric, "what", ("all", "other-day", "no-holidays"))
    members = _calendar_members(ctx)
    each = ctx.schedule.calendars
    hours = np.array([c.hours_per_day for c in each], dtype=np.float64)
    if what == "all":
        hit = np.ones(len(each), dtype=bool)
    elif what == "other-day":
        hit = np.abs(hours - option(metric, "hours", 8.0)) > 1e-9
    else:
        hit = np.array([_no_holidays(ctx, row) for row in range(len(each))], dtype=bool)
    return counted(
        metric, members, hit, "calendar", values=hours, words="{} a day", values_unit="h"
    )


def _no_holidays(ctx: Context, row: int) -> bool:
    calendar = ctx.schedule.calendars[row]
    if all(calendar.week) or not calendar.has_work:
        return False
    worked = [sum(f - s for s, f in shifts) for shifts in calendar.week]
    return not any(
        sum(f - s for s, f in shifts) < worked[(day + 3) % 7]
        for day, shifts in calendar.exceptions.items()
    )


def calendar_float(ctx: Context, metric: Metric) -> Measured:
    """Members of the longest path with more than `days` float on their own calendar.

    On one path all have the float of the last one, or less where a constraint holds them; where
    calendars differ, waiting for the next working period shows as float that nobody can use.
    """
    members = members_of(ctx, metric)
    if ctx.cpm is None or ctx.dates is None:
        return nothing("the dates could not be calculated", members)
    members = members.without("not on the longest path", ~ctx.cpm.longest_path)
    members = members.without("no total float", np.isnan(ctx.float_days))
    if not members.size:
        return nothing("nothing open is on the longest path", members)
    ends = np.where(members.inside, ctx.finish, NO_TIME)
    more = ctx.float_days - float(ctx.float_days[members.inside & (ends == ends.max())].min())
    return counted(
        metric,
        members,
        more > option(metric, "days", 1.0),
        values=more,
        words="{} more float than the end of the path",
        values_unit="d",
    )


def remaining_changed(ctx: Context, metric: Metric) -> Measured:
    """Not started, yet the remaining differs from the original duration."""
    acts = ctx.activities
    change = in_days(acts.remaining_duration, ctx.day) - in_days(acts.original_duration, ctx.day)
    differs = (acts.status == Status.NOT_STARTED) & (
        acts.remaining_duration != acts.original_duration
    )
    return counted(
        metric,
        members_of(ctx, metric, "not-started"),
        differs,
        values=change,
        words="Remaining less original {}",
        values_unit="d",
    )


MEASURES: dict[str, Measure] = {
    "constraints": constraints,
    "duration": duration,
    "coarse": coarse,
    "resources": resources,
    "expected-finish": expected_finish,
    "rounded": rounded,
    "kind-share": kind_share,
    "calendars": calendars,
    "calendar-float": calendar_float,
    "remaining-changed": remaining_changed,
}
