"""The critical path test and the critical path length index."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planbench.domain.errors import ScheduleError
from planbench.domain.schedule import Constraint, Numbers, Schedule
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.quality.context import Context
from planbench.engines.quality.measures.base import (
    Measure,
    choice,
    counted,
    members_of,
    nothing,
    option,
)
from planbench.engines.quality.measures.plan import LATE, MANDATORY, TWO_WAY
from planbench.engines.quality.result import FLAG, MEETS, Measured, Members, Metric

_HARD = (*MANDATORY, *TWO_WAY, *LATE)


@dataclass(frozen=True)
class PathTest:
    """What a delay of `slip` working days at one activity did to the completion.

    `shift` and `float_lost` are days of the completion's own calendar; `given` is how far the
    delayed activity itself moved on that calendar. `stops_at` is the first activity of the
    longest path that did not follow, -1 when all did.
    """

    activity: int
    target: int
    slip: float
    given: float
    shift: float
    float_lost: float
    tolerance: float
    stops_at: int


def critical_path_test(ctx: Context, metric: Metric) -> Measured:
    """Delay the earliest critical task and see whether completion follows (DCMA point 12).

    The network is recalculated on a copy with `slip_days` more remaining duration on the earliest
    starting open task of the longest path (of the critical ones where a fixed date leaves no task
    on it), once as it is and once without hard constraints. It
    meets when, as it is, the completion moves by the delay less `tolerance_days` of its own
    calendar, or loses as much total float; where the longest path runs over several calendars,
    whose breaks take a little of any delay, less `tolerance_share` of it. The value is the share
    of the delay that arrived. The row is where the delay stops.
    """
    slip = option(metric, "slip_days", 600.0)
    nobody = Members(np.ones(ctx.n, dtype=np.int8), ("counted", "not the activity under test"))
    let_pass = (option(metric, "tolerance_days", 1.0), option(metric, "tolerance_share", 0.01))
    key = ("path-test", slip, let_pass)
    if key not in ctx.shared:
        ctx.shared[key] = _both_tests(ctx, slip, let_pass)
    outcome = ctx.shared[key]
    if isinstance(outcome, str):
        return nothing(outcome, nobody)
    kept, lifted = outcome
    codes = np.ones(ctx.n, dtype=np.int8)
    codes[kept.activity] = 0
    arrived = max(kept.shift, kept.float_lost)
    share = arrived / kept.given if kept.given > 0 else 0.0
    meets = arrived >= kept.given - kept.tolerance
    rows = np.array([kept.stops_at] if kept.stops_at >= 0 and not meets else [], dtype=np.int32)
    return Measured(
        "activity",
        Members(codes, nobody.reasons),
        rows,
        round(min(share, 1.0) if meets else share, 4),
        round(arrived, 2),
        round(kept.given, 2),
        values=np.zeros(rows.size),
        words="The delay stops here",
        notes=_told(ctx, kept, lifted),
        state=MEETS if meets else FLAG,
    )


def path_without(ctx: Context, metric: Metric) -> Measured:
    """What leads to completion without hard constraints and is not critical as the plan stands.

    The constraint method (DECM 06A401a) takes the hard constraints off, pulls the last activity to
    an early finish and reads the least float. Floats of different calendars are no measure of one
    another, so the path is found by what drives what: it is the longest path of the network
    calculated without hard constraints. Critical is what the options of the file call so.
    """
    members = members_of(ctx, metric, "open-activities")
    if ctx.cpm is None:
        return nothing("the dates could not be calculated", members)
    free = _freed(ctx)
    if isinstance(free, str):
        return nothing(free, members)
    assert free.cpm is not None
    if not members.size:
        return nothing("nothing is open", members)
    members = members.without("not on the path without hard constraints", ~free.cpm.longest_path)
    return counted(
        metric, members, ~ctx.cpm.critical, values=ctx.float_days, words="Total float {}",
        values_unit="d",
    )  # fmt: skip


def _freed(ctx: Context) -> Context | str:
    """The schedule without hard constraints, calculated; or why it cannot be."""
    from planbench.engines.cpm import schedule_network

    if "freed" not in ctx.shared:
        free = without_hard_constraints(ctx.schedule)
        try:
            cpm = ctx.cpm if free is ctx.schedule else schedule_network(free)
            ctx.shared["freed"] = Context(free, cpm, project=ctx.project)
        except ScheduleError as error:
            ctx.shared["freed"] = f"without hard constraints: {error.what}"
    found: Context | str = ctx.shared["freed"]
    return found


def _told(ctx: Context, kept: PathTest, lifted: PathTest | str) -> tuple[str, ...]:
    code = ctx.activities.code
    notes = [
        f"{code[kept.activity]} was delayed by {kept.slip:g} d; on the calendar of "
        f"{code[kept.target]} it moved {kept.given:,.1f} d, {code[kept.target]} moved "
        f"{kept.shift:,.1f} d and lost {kept.float_lost:,.1f} d of float"
    ]
    if isinstance(lifted, str):
        notes.append(f"Without hard constraints: {lifted}")
    else:
        notes.append(
            f"Without hard constraints {code[lifted.activity]} moved {lifted.given:,.1f} d and "
            f"{code[lifted.target]} {lifted.shift:,.1f} d"
        )
    if kept.given - kept.tolerance <= kept.shift < kept.given:
        notes.append(f"Up to {kept.tolerance:,.1f} d less is let pass")
    if kept.stops_at >= 0:
        notes.append(f"The delay first shrinks at {code[kept.stops_at]}")
    return tuple(notes)


def _both_tests(
    ctx: Context, slip: float, let_pass: tuple[float, float]
) -> tuple[PathTest, PathTest | str] | str:
    if ctx.cpm is None:
        return "the dates could not be calculated"
    free = _freed(ctx)
    if ctx.dates_of != "engine":  # the test calculates, whatever dates the other metrics read
        ctx = Context(ctx.schedule, ctx.cpm, project=ctx.project)
    if ctx.target < 0:
        return "nothing is open"
    try:
        kept = _test(ctx, ctx.schedule, slip, let_pass)
        if isinstance(kept, str):
            return kept
        if isinstance(free, str):
            return kept, free
        if free.schedule is ctx.schedule:
            return kept, kept
        return kept, _test(free, free.schedule, slip, let_pass)
    except ScheduleError as error:
        return f"the delayed network could not be calculated: {error.what}"


def _test(
    ctx: Context, schedule: Schedule, slip: float, let_pass: tuple[float, float]
) -> PathTest | str:
    from planbench.engines.cpm import schedule_network

    cpm = ctx.cpm
    assert cpm is not None
    tasks = ctx.population("open-normal").inside
    tasks = tasks & (cpm.early_start != NO_TIME)
    candidates = np.flatnonzero(tasks & cpm.longest_path)
    if not candidates.size:  # a fixed date cut the path off: what has the least float, then
        candidates = np.flatnonzero(tasks & cpm.critical)
    if not candidates.size:
        return "no open task is critical"
    row = int(candidates[np.argmin(cpm.early_start[candidates])])
    target = ctx.target
    if row == target:
        return "the earliest critical task is the completion itself: there is no path to test"
    after = schedule_network(delayed(schedule, row, round(slip * float(ctx.day[row]))))
    calendar = int(ctx.activities.calendar[target])
    table = ctx.work_over(cpm.finish, after.finish)
    known = (cpm.finish != NO_TIME) & (after.finish != NO_TIME)
    moved = np.zeros(ctx.n)
    moved[known] = table.work_between(calendar, cpm.finish[known], after.finish[known])
    moved /= float(ctx.day[target])
    lost = (cpm.total_float[target] - after.total_float[target]) / float(ctx.day[target])
    given = float(moved[row])
    path = np.unique(ctx.activities.calendar[cpm.longest_path & ~ctx.complete & ~ctx.others])
    tolerance = let_pass[0] if path.size < 2 else max(let_pass[0], let_pass[1] * given)
    return PathTest(
        row,
        target,
        slip,
        given,
        float(moved[target]),
        float(lost),
        tolerance,
        _stop(ctx, row, moved, tolerance),
    )


def _stop(ctx: Context, row: int, moved: Numbers, tolerance: float) -> int:
    """First activity of the longest path that did not follow the delayed one, or -1."""
    cpm = ctx.cpm
    assert cpm is not None
    open_ = ~ctx.complete & ~ctx.soft & ~ctx.others
    path = np.flatnonzero(cpm.longest_path & open_ & (cpm.early_start >= cpm.early_start[row]))
    short = path[moved[path] < moved[row] - tolerance]
    return int(short[np.argmin(cpm.early_finish[short])]) if short.size else -1


def delayed(schedule: Schedule, row: int, minutes: int) -> Schedule:
    """The schedule with a longer remaining (and original) duration of one activity."""

    def longer(column: Minutes) -> Minutes:
        changed = column.copy()
        changed[row] = max(int(changed[row]), 0) + minutes
        return changed

    acts = schedule.activities
    expected = acts.expected_finish.copy()
    expected[row] = NO_TIME  # it would take the delay back
    return schedule.with_activities(
        remaining_duration=longer(acts.remaining_duration),
        original_duration=longer(acts.original_duration),
        expected_finish=expected,
    )


def without_hard_constraints(schedule: Schedule) -> Schedule:
    """The schedule without constraints that hold dates from behind; itself when it has none."""
    acts = schedule.activities
    first, second = np.isin(acts.constraint, _HARD), np.isin(acts.constraint2, _HARD)
    bound = any(project.must_finish_by != NO_TIME for project in schedule.projects)
    if not first.any() and not second.any() and not bound:
        return schedule
    projects = tuple(replace(p, must_finish_by=NO_TIME) for p in schedule.projects)
    freed = schedule.with_activities(
        constraint=np.where(first, Constraint.NONE, acts.constraint).astype(np.int8),
        constraint2=np.where(second, Constraint.NONE, acts.constraint2).astype(np.int8),
    )
    return replace(freed, projects=projects)


def _promise(ctx: Context) -> tuple[Members, tuple[int, int, int, str] | str]:
    """The completion alone as members; its row, baseline finish and float, and what float that is.

    The float is baseline finish less forecast finish where there is a baseline, else the total
    float against a late constraint or the project's must-finish date. Instead, in words, why there
    is none.
    """
    target = ctx.target
    codes = np.ones(ctx.n, dtype=np.int8)
    members = Members(codes, ("counted", "not the completion"))
    if ctx.dates is None:
        return members, ctx.no_dates
    if target < 0:
        anything = bool(np.any(~ctx.complete & ~ctx.soft & ~ctx.others))
        return members, ctx.no_dates if anything else "nothing is open"
    codes[target] = 0
    if ctx.status_date == NO_TIME:
        return members, "there is no data date"
    promised = int(ctx.baseline.columns.finish[target]) if ctx.baseline else NO_TIME
    if promised != NO_TIME:
        late = _work(ctx, target, int(ctx.finish[target]), promised)
        return members, (target, promised, late, "baseline finish less forecast finish")
    found = _committed_float(ctx, target)
    if found is None:
        return members, "completion has neither a baseline nor a committed finish"
    return members, (target, promised, found, "total float against the committed finish")


def path_length_index(ctx: Context, metric: Metric) -> Measured:
    """Critical path length index: (CPL + TF) / CPL of the completion (PAM 200.1 section 4.13).

    CPL is the working time on the completion's calendar from the data date to its forecast finish
    (`length` "baseline": to its baseline finish, as Edwards 2016 does). TF is baseline finish less
    forecast finish where there is a baseline, else the completion's total float against a late
    constraint or the project's must-finish date; without either there is nothing to measure.
    """
    members, found = _promise(ctx)
    if isinstance(found, str):
        return nothing(found, members)
    target, promised, float_, basis = found
    forecast = int(ctx.finish[target])
    end = promised if choice(metric, "length", ("forecast", "baseline")) == "baseline" else forecast
    if end == NO_TIME:
        return nothing("completion has no baseline finish", members)
    length = _work(ctx, target, ctx.status_date, end)
    if length <= 0:
        return nothing("no working time is left before completion", members)
    day = float(ctx.day[target])
    value = (length + float_) / length
    name = ctx.schedule.calendars[int(ctx.activities.calendar[target])].name
    return Measured(
        "activity",
        members,
        np.array([target] if metric.threshold and value < metric.threshold else [], dtype=np.int32),
        value,
        (length + float_) / day,
        length / day,
        values=np.array([float_ / day] if metric.threshold and value < metric.threshold else []),
        words="Float {}",
        values_unit="d",
        notes=(
            f"Completion is {ctx.activities.code[target]}, calendar {name}",
            f"Path length {length / day:,.1f} d, float {float_ / day:,.1f} d ({basis})",
        ),
    )


def float_consumption(ctx: Context, metric: Metric) -> Measured:
    """Total float consumption index: (AD + CPTF) / AD (NDIA predictive measures, 2014).

    AD is the working time on the completion's calendar from the first actual start to the data
    date, CPTF the completion's float against its promise, as in the path length index.
    """
    members, found = _promise(ctx)
    if isinstance(found, str):
        return nothing(found, members)
    target, _, float_, basis = found
    begun = ctx.activities.actual_start[~ctx.others & ~ctx.soft]
    begun = begun[begun != NO_TIME]
    if not begun.size:
        return nothing("nothing has started", members)
    passed = _work(ctx, target, int(begun.min()), ctx.status_date)
    if passed <= 0:
        return nothing("no working time has passed since the first start", members)
    day = float(ctx.day[target])
    return Measured(
        "activity",
        members,
        np.zeros(0, dtype=np.int32),
        (passed + float_) / passed,
        (passed + float_) / day,
        passed / day,
        notes=(
            f"Completion is {ctx.activities.code[target]}",
            f"{passed / day:,.1f} d passed, float {float_ / day:,.1f} d ({basis})",
        ),
    )


def _work(ctx: Context, row: int, start: int, finish: int) -> int:
    calendar = int(ctx.activities.calendar[row])
    instants = np.array([start, finish], dtype=np.int64)
    worked = ctx.work_over(instants).worked(calendar, instants)
    return int(worked[1] - worked[0])


def _committed_float(ctx: Context, target: int) -> int | None:
    acts = ctx.activities
    project = ctx.schedule.projects[int(acts.project[target])]
    held = int(acts.constraint[target]) in _HARD or int(acts.constraint2[target]) in _HARD
    if ctx.dates is None or not (held or project.must_finish_by != NO_TIME):
        return None
    found = int(ctx.dates.total_float[target])
    return None if found == NO_TIME else found


MEASURES: dict[str, Measure] = {
    "critical-path-test": critical_path_test,
    "path-without-constraints": path_without,
    "path-length-index": path_length_index,
    "float-consumption": float_consumption,
}
