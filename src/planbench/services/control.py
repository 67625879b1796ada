"""Control of a document: progress, cost and time against the baseline, by WBS, CBS and activity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import (
    NO_ROW,
    ActivityType,
    Flags,
    Numbers,
    PercentType,
    Rows,
    Schedule,
    Status,
)
from planbench.domain.times import NO_TIME, Minutes, earliest, latest, to_iso
from planbench.engines.control.allocation import allocated
from planbench.engines.control.credit import Technique
from planbench.engines.control.fiscal import FiscalCalendar
from planbench.engines.control.indices import Values, implausible
from planbench.engines.control.measure import (
    Measured,
    Scope,
    measure,
    rolled_up,
    summed,
)
from planbench.engines.control.spread import Accrual, planned_share
from planbench.services.allocation import Rules, rule_of_activities, rules_of
from planbench.services.baselines import baseline_dates
from planbench.services.control_history import Point as Point
from planbench.services.control_history import Row as Row
from planbench.services.control_history import Stand, earlier_points
from planbench.services.curves import Fan, envelope, forecast_fan
from planbench.services.document import Document
from planbench.services.file_baseline import schedule_of_baseline
from planbench.services.project_settings import fiscal_of

if TYPE_CHECKING:
    from planbench.services.library import Library
    from planbench.store.records import UpdateRecord

NO_BASELINE = "There is no baseline: the dates and budgets of the update itself are the plan."


@dataclass(frozen=True)
class ControlReport:
    """Everything that Control shows of one update. Breakdown rows hold what is below them."""

    digest: str  # of the schedule
    data_date: int
    currency: str
    baseline: str
    measured: Measured
    wbs: tuple[Row, ...]
    cbs: tuple[Row, ...]
    activities: tuple[Row, ...]
    forecast_time: Minutes  # cumulative cost at completion by CPI, from the data date on
    forecast: Numbers
    history: tuple[Point, ...] = ()
    remarks: tuple[str, ...] = field(default_factory=tuple)
    early: Numbers | None = None  # planned value at `measured.curve_time` with all at early dates
    late: Numbers | None = None  # and at late dates; None where the plan is not calculated
    fan: Fan | None = None  # P10 to P90 of the forecast, from a risk run of this schedule
    fiscal: FiscalCalendar = field(default_factory=FiscalCalendar)  # whose periods are counted

    @property
    def eac(self) -> float | None:
        """The estimate at completion that is shown first: by CPI."""
        return self.measured.eac["CPI"]


def computed_percents(schedule: Schedule) -> tuple[Numbers, Numbers, Numbers]:
    """Percent complete 0..100 of every activity (by duration, by units of work, by cost).

    By duration: 1 - remaining / original. By units and cost: actual / (actual + remaining) of the
    resources, of cost those of the expenses too; 0 without any.
    """
    acts = schedule.activities
    whole = np.maximum(acts.original_duration, 1)
    by_time = 100.0 * np.clip(1.0 - np.maximum(acts.remaining_duration, 0) / whole, 0.0, 1.0)
    n, used = len(schedule), schedule.assignments
    on = used.activity >= 0
    done = np.bincount(used.activity[on], used.actual_units[on], minlength=n)
    left = np.bincount(used.activity[on], used.remaining_units[on], minlength=n)
    total = done + left
    by_units = 100.0 * np.divide(done, total, out=np.zeros(n), where=total > 0)
    spent, due = np.zeros(n), np.zeros(n)
    for table in (used, schedule.expenses):
        on = table.activity >= 0
        spent += np.bincount(table.activity[on], table.actual_cost[on], minlength=n)
        due += np.bincount(table.activity[on], table.remaining_cost[on], minlength=n)
    by_cost = 100.0 * np.divide(spent, spent + due, out=np.zeros(n), where=spent + due > 0)
    return by_time, by_units, by_cost


def percent_complete(schedule: Schedule) -> Numbers:
    """Percent complete 0..100 of every activity, by its own type of percent complete."""
    acts = schedule.activities
    by_time, by_units, _ = computed_percents(schedule)
    kinds = [acts.percent_type == PercentType.PHYSICAL, acts.percent_type == PercentType.UNITS]
    percent = np.select(kinds, [acts.physical_percent, by_units], by_time)
    return np.where(acts.status == Status.NOT_STARTED, 0.0, percent)


def _items(schedule: Schedule) -> tuple[Rows, Rows, Numbers, Numbers, Flags]:
    """(activity, account, budget, actual, whether an expense) of every cost item."""
    parts = [
        (t.activity, t.account, t.budget_cost, t.actual_cost, np.full(len(t), expense))
        for t, expense in ((schedule.assignments, False), (schedule.expenses, True))
    ]
    joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    on = joined[0] >= 0
    activity, account, budget, actual, expense = (column[on] for column in joined)
    return activity, account, budget, actual, expense


def _mapped(own: Sequence[str], others: Sequence[str]) -> Rows:
    """Row in `own` of each key in `others`, NO_ROW where there is none; the first that repeats."""
    rows: dict[str, int] = {}
    for row, key in enumerate(own):
        rows.setdefault(key, row)
    return np.array([rows.get(key, NO_ROW) for key in others], dtype=np.int32)


def wbs_paths(schedule: Schedule) -> list[str]:
    """The dotted path of every WBS row."""
    paths: list[str] = []
    for code, parent in zip(schedule.wbs.code.tolist(), schedule.wbs.parent.tolist(), strict=True):
        paths.append(f"{paths[parent]}.{code}" if 0 <= parent < len(paths) else code)
    return paths


def scope_of(
    schedule: Schedule, base: Schedule, cpm: Any = None, rules: Rules = ()
) -> tuple[Scope, Rows, list[str]]:
    """The work of an update measured against the budgets and dates of `base`.

    `cpm` is the calculation of `base`; `rules` allocate cost that is on no account. Returns the
    scope, and the WBS row and id of each of its activities: those of the update in their order,
    then those it dropped. Fixed costs accrue at the start of the activity in files of ProTrack,
    elsewhere evenly.
    """
    acts, n = schedule.activities, len(schedule)
    start, finish = baseline_dates(base, cpm)
    place = _mapped(acts.code.tolist(), base.activities.code.tolist())
    dropped = np.flatnonzero(place == NO_ROW)
    place[dropped] = n + np.arange(dropped.size)
    total = n + dropped.size
    spans = np.full((2, total), NO_TIME, dtype=np.int64)
    spans[:, place] = start, finish
    calendar = np.zeros(total, dtype=np.int32)
    calendar[place] = np.maximum(base.activities.calendar, 0)
    activity, account, budget, _, expense = _items(base)
    own_activity, own_account, _, actual, _ = _items(schedule)
    account_of = _mapped(schedule.accounts.code.tolist(), base.accounts.code.tolist())
    account = np.where(account >= 0, account_of[account] if account_of.size else NO_ROW, NO_ROW)
    at_start = expense & (base.source.format == "p2x")
    accrual = np.where(at_start, Accrual.AT_START, Accrual.UNIFORM)
    more = dropped.size
    # level of effort earns by time: what was reported for it, else what was planned
    effort = acts.type == ActivityType.LEVEL_OF_EFFORT
    reported = effort & (acts.physical_percent > 0)
    technique = np.where(effort & ~reported, Technique.LEVEL_OF_EFFORT, Technique.PERCENT)
    percent = np.where(reported, acts.physical_percent, percent_complete(schedule))
    scope = Scope(
        base.calendars,
        max(base.projects[base.main_project].calendar, 0),
        schedule.data_date,
        calendar,
        spans[0],
        spans[1],
        np.concatenate((technique, np.zeros(more))).astype(np.int8),
        np.concatenate((percent, np.zeros(more))),
        np.concatenate((acts.status != Status.NOT_STARTED, np.zeros(more, dtype=bool))),
        np.concatenate((acts.status == Status.COMPLETE, np.zeros(more, dtype=bool))),
        np.concatenate((place[activity], own_activity)).astype(np.int32),
        np.concatenate((account, own_account)).astype(np.int32),
        np.concatenate((budget, np.zeros(own_activity.size))),
        np.concatenate((np.zeros(budget.size), actual)),
        np.concatenate((accrual, np.zeros(own_activity.size))).astype(np.int8),
    )
    wbs_of = _mapped(wbs_paths(schedule), wbs_paths(base))
    old = base.activities.wbs[dropped]
    old_wbs = np.where(old >= 0, wbs_of[old] if wbs_of.size else NO_ROW, NO_ROW)
    codes = acts.code.tolist() + base.activities.code[dropped].tolist()
    wbs = np.concatenate((acts.wbs, old_wbs)).astype(np.int32)
    if rules:
        place = rule_of_activities(schedule, wbs, codes, wbs_paths(schedule), rules)
        rows = {code: row for row, code in enumerate(schedule.accounts.code.tolist())}
        scope = allocated(scope, place, rules, rows)
    return scope, wbs, codes


def control_report(
    document: Document,
    base: Schedule | None,
    base_cpm: Any = None,
    label: str = "",
    history: Sequence[Point] = (),
    fiscal: FiscalCalendar | None = None,
    rules: Rules = (),
) -> ControlReport:
    """Figures of a calculated document against `base`, or against itself without one.

    Curves run from end to end of the periods of `fiscal`, by default calendar months. `rules`
    allocate cost that is on no account.

    Raises PlanbenchError when there is no data date or no budget to measure with.
    """
    schedule = document.schedule
    if schedule.data_date == NO_TIME:
        raise PlanbenchError("there is no data date", document.title, "Schedule the project first.")
    against = schedule if base is None else base
    plan_cpm = document.cpm if base is None else base_cpm
    scope, wbs, codes = scope_of(schedule, against, plan_cpm, rules)
    if not float(np.abs(scope.item_budget).sum()):
        raise PlanbenchError(
            "no activity of the plan has a budget",
            label or document.title,
            "Load costs on its resources or expenses.",
        )
    fiscal = fiscal or FiscalCalendar()
    months = fiscal.period_ends(
        earliest(scope.start, scope.data_date), latest(scope.finish, scope.data_date)
    )
    ends = [earliest(scope.start, scope.data_date), scope.data_date]
    measured = measure(scope, np.unique(np.concatenate((months, ends))))
    own_rows = len(schedule)
    names = schedule.activities.name.tolist() + [""] * (len(codes) - own_rows)
    if base is not None:
        for row in range(own_rows, len(codes)):
            names[row] = base.activities.name[base.row_of_code[codes[row]]]
    by_activity = summed(scope.item_activity, scope, measured, len(codes))
    remarks = () if base is not None else (NO_BASELINE,)
    time, forecast = _forecast(document, scope, measured, fiscal)
    by_wbs, by_account = _breakdowns(schedule, wbs[scope.item_activity], scope, measured)
    place = _mapped(codes, against.activities.code.tolist())
    around = envelope(scope, place, against, plan_cpm, measured.curve_time)
    early, late = around or (None, None)
    currency = schedule.projects[schedule.main_project].currency
    own = Point(scope.data_date, document.update_label, measured.values, measured.spi_t, currency)
    return ControlReport(
        schedule.digest,
        scope.data_date,
        currency,
        label,
        measured,
        by_wbs,
        by_account,
        tuple(
            Row(row if row < own_rows else NO_ROW, code, name, 0, values)
            for row, (code, name, values) in enumerate(zip(codes, names, by_activity, strict=True))
        ),
        time,
        forecast,
        (*history, own),
        (*remarks, *implausible(measured.values, measured.eac["CPI"])),
        early,
        late,
        forecast_fan(document, time, forecast),
        fiscal,
    )


def _breakdowns(
    schedule: Schedule, item_wbs: Rows, scope: Scope, measured: Measured
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The values by WBS and by cost account."""
    accounts = schedule.accounts.code.tolist()
    return (
        _tree(schedule.wbs, wbs_paths(schedule), item_wbs, scope, measured),
        _tree(schedule.accounts, accounts, scope.item_account, scope, measured),
    )


def _tree(
    table: Any, codes: Sequence[str], keys: Rows, scope: Scope, measured: Measured
) -> tuple[Row, ...]:
    """The rows of a breakdown that bear cost, each with all that is below it."""
    parent = table.parent.tolist()
    level: list[int] = []
    for above in parent:
        level.append(level[above] + 1 if 0 <= above < len(level) else 0)
    values = rolled_up(summed(keys, scope, measured, len(codes)), table.parent)
    rows = [
        Row(row, code, table.name[row], level[row], values[row])
        for row, code in enumerate(codes)
        if values[row] != Values()
    ]
    out = keys < 0
    loose = [
        float(column[out].sum())
        for column in (scope.item_budget, measured.item_pv, measured.item_ev, scope.item_actual)
    ]
    if any(loose):
        rows.append(Row(NO_ROW, "", "Not assigned", 0, Values(*loose)))
    return tuple(rows)


def _forecast(
    document: Document, scope: Scope, measured: Measured, fiscal: FiscalCalendar
) -> tuple[Minutes, Numbers]:
    """Cumulative cost from the data date to the calculated finish, ending at EAC by CPI.

    What remains is spread like the budget that is not yet earned, over the calculated dates.
    """
    from planbench.domain.calendars import build_work_table
    from planbench.domain.times import DAY

    cpm, schedule, eac = document.cpm, document.schedule, measured.eac["CPI"]
    none = np.zeros(0, dtype=np.int64), np.zeros(0)
    if cpm is None or eac is None:
        return none
    now, last, n = scope.data_date, latest(cpm.finish, scope.data_date), len(schedule)
    if last <= now:
        return none
    amounts = scope.item_budget - measured.item_ev
    left = np.bincount(scope.item_activity, amounts, minlength=n)[:n]
    total = float(left.sum())
    if total <= 0:
        return none
    start = np.where(cpm.start == NO_TIME, NO_TIME, np.maximum(cpm.start, now))
    finish = np.where(cpm.finish == NO_TIME, NO_TIME, np.maximum(cpm.finish, now + 1))
    work = build_work_table(schedule.calendars, now // DAY - 1, last // DAY + 2)
    months = fiscal.period_ends(now, last)
    times = np.unique(np.concatenate(([now], months[months < last], [last])))
    rows = np.maximum(schedule.activities.calendar, 0)
    shares = [
        float((planned_share(work, rows, start, finish, int(at)) * left).sum()) / total
        for at in times.tolist()
    ]
    spent = measured.values.ac
    return times, np.array([spent + (eac - spent) * share for share in shares])


def library_report(document: Document, library: Library | None) -> ControlReport:
    """The report of an update against its project's baseline, with the updates before it.

    Raises PlanbenchError when there is nothing to measure with, StoreError when the library
    cannot be read.
    """
    against = baseline_of(document, library)
    fiscal = fiscal_of(library, document.library_project)
    rules = rules_of(library, document.library_project)
    if library is None or against is None:
        base, cpm, label = plan_of(document, library)
        own = None if base is document.schedule else base
        return control_report(document, own, cpm, label, fiscal=fiscal, rules=rules)
    record, load = against
    history = earlier_points(document, library, record, load)
    return control_report(document, *load(), record.label, history, fiscal, rules)


def plan_of(document: Document, library: Library | None) -> tuple[Schedule, Any, str]:
    """(plan, its calculation, its label) that a document is measured against.

    It is the baseline of its project, else the baseline that its file brought or that was read
    from another file, else the document itself with an empty label. Raises StoreError when the
    library cannot be read.
    """
    against = baseline_of(document, library)
    if against is not None:
        return *against[1](), against[0].label
    if document.baseline is not None:
        base = schedule_of_baseline(document.schedule, document.baseline)
        return base, None, document.baseline.name
    return document.schedule, document.cpm, ""


def baseline_of(
    document: Document, library: Library | None
) -> tuple[UpdateRecord, Callable[[], tuple[Schedule, Any]]] | None:
    """The update that a document's project is measured against, and how to load it, or None.

    What the second gives is the schedule and its calculation, read at the first call. Raises
    StoreError when the library cannot be read.
    """
    if library is None or document.library_project is None:
        return None
    chosen = library.project(document.library_project).baseline
    if chosen is None:
        return None
    record = library.update(chosen)

    @cache
    def load() -> tuple[Schedule, Any]:
        schedule = held_schedule(library, chosen, record.digest)
        return schedule, library.load_cpm(chosen, schedule)

    return record, load


@lru_cache(maxsize=1)
def held_schedule(library: Library, update: int, digest: str) -> Schedule:
    """The schedule of an update; the last one stays, as every view of Control asks for it."""
    return library.file.load_schedule(update)


def stand_of(
    schedule: Schedule, base: Schedule, base_cpm: Any, label: str, rules: Rules = ()
) -> Stand:
    """Where an update stood against a baseline, with its breakdowns."""
    scope, wbs, _ = scope_of(schedule, base, base_cpm, rules)
    measured = measure(scope)
    return Stand(
        _point(schedule, label, measured),
        *_breakdowns(schedule, wbs[scope.item_activity], scope, measured),
    )


def point_of(schedule: Schedule, base: Schedule, base_cpm: Any, label: str) -> Point:
    """Where an update stood against a baseline."""
    return _point(schedule, label, measure(scope_of(schedule, base, base_cpm)[0]))


def _point(schedule: Schedule, label: str, measured: Measured) -> Point:
    currency = schedule.projects[schedule.main_project].currency
    return Point(schedule.data_date, label, measured.values, measured.spi_t, currency)


def control_json(report: ControlReport) -> dict[str, Any]:
    """The report in the shape of `planbench control`; money as floats, times ISO."""
    measured = report.measured
    return {
        "data_date": to_iso(report.data_date),
        "currency": report.currency,
        "baseline": report.baseline or None,
        "remarks": list(report.remarks),
        "project": {
            **values_json(measured.values),
            "PD_h": measured.planned_hours,
            "AT_h": measured.actual_hours,
            "ES_h": measured.earned_hours,
            "ES_date": to_iso(measured.earned_date),
            "SV_t_h": measured.sv_t,
            "SPI_t": measured.spi_t,
            "TSPI": measured.tspi,
            "p_factor": measured.p_factor,
            "EAC": measured.eac,
            "EAC_t_h": measured.eac_t,
            "TCPI_BAC": measured.values.tcpi_bac,
            "TCPI_EAC": measured.values.tcpi_eac(report.eac),
        },
        "history": [
            {
                "data_date": to_iso(point.data_date),
                "label": point.label,
                **values_json(point.values),
                "SPI_t": point.spi_t,
            }
            for point in report.history
        ],
        "wbs": [_row_json(row) for row in report.wbs],
        "cbs": [_row_json(row) for row in report.cbs],
        "activities": [_row_json(row) for row in report.activities],
    }


def values_json(values: Values) -> dict[str, Any]:
    """Sums and indices of one line."""
    return {
        "BAC": values.bac,
        "PV": values.pv,
        "EV": values.ev,
        "AC": values.ac,
        "CV": values.cv,
        "SV": values.sv,
        "CPI": values.cpi,
        "SPI": values.spi,
    }


def _row_json(row: Row) -> dict[str, Any]:
    return {"id": row.code, "name": row.name, "level": row.level, **values_json(row.values)}
