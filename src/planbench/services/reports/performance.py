"""Sections that tell of cost and progress: curves, indices, breakdowns, forecasts, actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from planbench.domain.calendars import build_work_table
from planbench.domain.schedule import NO_ROW, Status
from planbench.domain.times import DAY, NO_TIME, earliest, latest
from planbench.engines.control.indices import Values, cost_forecasts
from planbench.engines.control.measure import month_ends
from planbench.engines.control.spread import planned_share
from planbench.engines.reports.blocks import (
    DATE,
    INDEX,
    MONEY,
    NUMBER,
    PALETTE,
    SHARE,
    STATE,
    TEXT,
    Block,
    Chart,
    Column,
    Mark,
    Paragraph,
    Series,
    Value,
)
from planbench.scenes.formats import MONTHS, date_text, number_text
from planbench.services.control import ControlReport, Row
from planbench.services.control_words import standing
from planbench.services.money import Money
from planbench.services.reports.figures import Desk
from planbench.services.reports.plan import dated
from planbench.services.reports.words import plain, share_text, table

Options = Mapping[str, Any]


def _control(desk: Desk) -> ControlReport:
    control = desk.snapshot.control
    assert control is not None
    return control


def story(desk: Desk, options: Options) -> list[Block]:
    """Where the project stands, in sentences made of its figures."""
    report, money = _control(desk), desk.money
    values = report.measured.values
    told = [
        f"The project is {desk.text_of('earned')} complete where the plan has "
        f"{desk.text_of('planned')}."
    ]
    facts = standing(report)
    if facts.area is not None:
        behind = money.of(-facts.area.values.sv)
        told.append(f"Furthest behind is {facts.area.name}, by {behind}.")
    if values.cpi is not None and facts.over is not None:
        side = "above" if facts.over >= 0 else "below"
        told.append(
            f"At a cost index of {desk.text_of('cpi')} the project ends at "
            f"{desk.text_of('eac')}, {money.of(abs(facts.over))} {side} budget."
        )
    days = facts.days
    where = "on the data date" if round(days) == 0 else (
        f"{number_text(abs(days))} days {'behind' if days < 0 else 'ahead of'} the data date"
    )  # fmt: skip
    told.append(f"Earned schedule puts progress at {desk.text_of('earned_schedule')}, {where}.")
    notes = [Paragraph(one, "note") for one in report.remarks]
    return [Paragraph(" ".join(told)), *notes]


def curves(desk: Desk, options: Options) -> list[Block]:
    """Planned value over time, earned value and actual cost by update, the forecast by CPI."""
    report, factor = _control(desk), desk.money.factor
    measured = report.measured

    def scaled(values: Any) -> tuple[float | None, ...]:
        return tuple(plain(value / factor) for value in values)

    time = tuple(float(one) for one in measured.curve_time.tolist())
    dates = tuple(float(point.data_date) for point in report.history)
    lines = [
        Series("Planned", time, scaled(measured.curve_pv.tolist()), "planned"),
        Series("Earned", dates, scaled(p.values.ev for p in report.history), "earned", dots=True),
        Series("Actual", dates, scaled(p.values.ac for p in report.history), "actual", dots=True),
    ]
    if report.forecast.size:
        ahead = tuple(float(one) for one in report.forecast_time.tolist())
        lines.append(
            Series("Forecast", ahead, scaled(report.forecast.tolist()), "actual", dashed=True)
        )
    if report.early is not None and report.late is not None:
        for name, values in (("Early dates", report.early), ("Late dates", report.late)):
            lines.append(Series(name, time, scaled(values.tolist()), "muted", dashed=True))
    fan = report.fan
    if fan is not None:
        ahead = tuple(float(one) for one in fan.time.tolist())
        for name, values in (("P10", fan.low), ("P90", fan.high)):
            lines.append(Series(name, ahead, scaled(values.tolist()), "near", dashed=True))
    desk.cite(
        "Value over time", f"{len(report.history)} updates",
        "PV, EV, AC cumulative; forecast: what is unearned at CPI over the calculated dates; early "
        "and late: PV at those dates; P10 and P90: the forecast stretched to each run",
        "control",
    )  # fmt: skip
    mark = Mark(float(report.data_date), f"Data date {date_text(report.data_date)}")
    note = "Earned and actual are those measured at the updates; nothing between is made up."
    title = "Planned, earned, actual"
    return [Chart(title, "line", "date", tuple(lines), desk.money.unit, marks=(mark,), note=note)]


def indices(desk: Desk, options: Options) -> list[Block]:
    """CPI and SPI(t) by update, as a trend and as a table."""
    report = _control(desk)
    points = report.history
    dates = tuple(float(point.data_date) for point in points)
    lines = (
        Series("CPI", dates, tuple(plain(p.values.cpi) for p in points), "actual", dots=True),
        Series("SPI(t)", dates, tuple(plain(p.spi_t) for p in points), "earned", dots=True),
    )
    rows: list[list[Value]] = [
        [
            point.label or date_text(point.data_date),
            point.data_date,
            plain(point.values.planned),
            plain(point.values.earned),
            plain(point.values.ac),
            plain(point.values.cpi),
            plain(point.values.spi),
            plain(point.spi_t),
        ]
        for point in points
    ]
    columns = [
        Column("Update", TEXT, 2), Column("Data date", DATE), Column("Planned", SHARE),
        Column("Earned", SHARE), Column(f"Actual, {desk.money.unit}", MONEY),
        Column("CPI", INDEX, 0.7), Column("SPI", INDEX, 0.7), Column("SPI(t)", INDEX, 0.7),
    ]  # fmt: skip
    desk.cite(
        "Indices by update", f"{len(points)} updates",
        "CPI = EV / AC, SPI = EV / PV, SPI(t) = ES / AT, each from sums", "control",
    )  # fmt: skip
    made: list[Block] = []
    if len(points) > 1:
        made.append(Chart("Cost and schedule index", "line", "date", lines, "index"))
        scatter = Series(
            "Updates",
            tuple(p.spi_t for p in points if p.spi_t is not None and p.values.cpi is not None),
            tuple(p.values.cpi for p in points if p.spi_t is not None and p.values.cpi is not None),
            "accent",
            dots=True,
        )
        if options["scatter"]:
            made.append(
                Chart(
                    "SPI(t) across, CPI upwards", "scatter", "number", (scatter,), "CPI",
                    x_title="SPI(t)",
                    note=quadrant(points[-1].spi_t, points[-1].values.cpi),
                )
            )  # fmt: skip
    return [*made, table("By update", columns, rows, desk.money)]


def quadrant(spi_t: float | None, cpi: float | None) -> str:
    """Where a pair of indices lies, in plain words; "" without both."""
    if spi_t is None or cpi is None:
        return ""
    pace = "on time" if abs(spi_t - 1) < 0.005 else "late" if spi_t < 1 else "early"
    cost = "on cost" if abs(cpi - 1) < 0.005 else "over cost" if cpi < 1 else "under cost"
    return f"The last update is {pace}, {cost}."


def _value_row(row: Row) -> list[Value]:
    values = row.values
    eac = None
    if values.cpi:
        eac = values.ac + (values.bac - values.ev) / values.cpi
    return [
        row.code,
        row.name,
        values.bac,
        values.pv,
        values.ev,
        values.ac,
        values.sv,
        values.cv,
        plain(values.spi),
        plain(values.cpi),
        plain(eac),
        None if eac is None else plain(values.bac - eac),
    ]


def breakdown(desk: Desk, options: Options) -> list[Block]:
    """Budget, value, cost and variances by work breakdown or cost account."""
    report, by = _control(desk), str(options["by"])
    rows = report.cbs if by == "cbs" else report.wbs
    shown = [row for row in rows if row.level <= int(options["level"])]
    if not shown:
        what = "cost accounts" if by == "cbs" else "work breakdown"
        return [Paragraph(f"No cost is assigned to the {what}.", "missing")]
    unit = desk.money.unit
    columns = [
        Column("Code", TEXT, 1.1), Column("Name", TEXT, 2.6),
        *(Column(word, MONEY, 0.85) for word in ("BAC", "PV", "EV", "AC", "SV", "CV")),
        Column("SPI", INDEX, 0.6), Column("CPI", INDEX, 0.6),
        Column("EAC", MONEY, 0.85), Column("VAC", MONEY, 0.85),
    ]  # fmt: skip
    title = "By cost account" if by == "cbs" else "By work breakdown"
    desk.cite(
        title, f"{len(shown)} rows",
        "sums of what lies below; SV = EV - PV, CV = EV - AC, EAC = AC + (BAC - EV) / CPI",
        "control",
    )  # fmt: skip
    made = [_value_row(row) for row in shown]
    levels = [row.level for row in shown]
    note = f"Amounts in {unit}. Rows hold all that lies below them."
    return [table(f"{title}, {unit}", columns, made, desk.money, levels, note)]


def programme_values(desk: Desk, options: Options) -> list[Block]:
    """The projects of the library at their latest updates, with the sums of each currency."""
    found = desk.snapshot.programme
    assert found is not None
    if not found.measured:
        return [Paragraph("No project of the library has a baseline with budgets.", "missing")]
    rows: list[list[Value]] = []
    levels: list[int] = []
    for currency, total in found.sums.items():
        money = Money(total.bac, currency)
        mine = [one for one in found.measured if one.currency == currency]
        name = f"{len(mine)} projects" if len(mine) > 1 else "1 project"
        rows.append(_programme_row(f"{name}, {money.unit}", "", None, total, money.factor))
        levels.append(0)
        for one in mine:
            assert one.point is not None
            values, date = one.point.values, one.point.data_date
            rows.append(_programme_row(one.name, one.point.label, date, values, money.factor))
            levels.append(1)
    columns = [
        Column("Project", TEXT, 2.6), Column("Update", TEXT, 1.2), Column("Data date", DATE),
        *(Column(word, MONEY, 0.8) for word in ("BAC", "PV", "EV", "AC", "SV", "CV")),
        Column("SPI", INDEX, 0.6), Column("CPI", INDEX, 0.6), Column("EAC", MONEY, 0.8),
    ]  # fmt: skip
    desk.cite(
        "Programme", f"{len(found.measured)} projects",
        "BAC, PV, EV and AC summed by currency; SPI and CPI from the sums", "programme",
    )  # fmt: skip
    out = [f"{one.name} ({one.why_not})" for one in found.members if one.point is None]
    note = f"Not summed: {', '.join(out)}." if out else ""
    return [table("Projects of the library", columns, rows, levels=levels, note=note)]


def _programme_row(
    name: str, label: str, date: int | None, values: Values, factor: float
) -> list[Value]:
    eac = cost_forecasts(values, None)["CPI"]
    sums = (values.bac, values.pv, values.ev, values.ac, values.sv, values.cv)
    return [
        name, label, date, *(one / factor for one in sums),
        plain(values.spi), plain(values.cpi), None if eac is None else eac / factor,
    ]  # fmt: skip


def progress(desk: Desk, options: Options) -> list[Block]:
    """Planned and earned share of every work area, as bars and as a table."""
    report = _control(desk)
    level = int(options["level"])
    areas = [row for row in report.wbs if row.level == level and row.values.bac > 0]
    if not areas:
        return [Paragraph(f"No work area of level {level} has a budget.", "missing")]
    names = tuple(row.name for row in areas)
    lines = (
        Series("Planned", names, tuple(_percent(r.values.planned) for r in areas), "planned"),
        Series("Earned", names, tuple(_percent(r.values.earned) for r in areas), "earned"),
    )
    total = sum(row.values.bac for row in areas)
    rows: list[list[Value]] = [
        [
            row.name,
            row.values.bac / total,
            plain(row.values.planned),
            plain(row.values.earned),
            plain((row.values.earned or 0.0) - (row.values.planned or 0.0)),
            plain(row.values.spi),
        ]
        for row in areas
    ]
    columns = [
        Column("Work area", TEXT, 3), Column("Weight", SHARE), Column("Planned", SHARE),
        Column("Earned", SHARE), Column("Difference", SHARE), Column("SPI", INDEX, 0.8),
    ]  # fmt: skip
    desk.cite(
        "Progress by work area", f"{len(areas)} areas", "PV / BAC and EV / BAC, weighted by BAC",
        "control",
    )  # fmt: skip
    chart = Chart("Progress by work area", "bars", "category", lines, "%")
    return [chart, table("Progress by work area", columns, rows)]


def _percent(value: float | None) -> float | None:
    return None if value is None else plain(100.0 * value)


def forecasts(desk: Desk, options: Options) -> list[Block]:
    """All estimates of cost and duration at completion, and what is odd about them."""
    report = _control(desk)
    measured = report.measured
    values = measured.values
    rows: list[list[Value]] = [
        [
            one.name,
            plain(one.eac),
            None if one.eac is None else plain(values.bac - one.eac),
            plain(values.tcpi_eac(one.eac)),
            one.formula,
            " ".join(one.flags),
        ]
        for one in desk.snapshot.forecasts
    ]
    unit = desk.money.unit
    columns = [
        Column("Estimate", TEXT, 1.6), Column("EAC", MONEY), Column("VAC", MONEY),
        Column("TCPI", INDEX, 0.7), Column("Formula or reason", TEXT, 2.4),
        Column("Not plausible because", TEXT, 1.8),
    ]  # fmt: skip
    cost = table(f"Estimates at completion, {unit}", columns, rows, desk.money)
    hours: list[list[Value]] = [
        [name, plain(value), None if value is None else plain(value - measured.planned_hours)]
        for name, value in measured.eac_t.items()
    ]
    time = table(
        "Duration at completion, working hours",
        [Column("Method", TEXT, 2), Column("EAC(t)", NUMBER), Column("Beyond plan", NUMBER)],
        hours,
    )
    desk.cite(
        "Estimates at completion", f"{len(rows)} of cost, {len(hours)} of duration",
        "EAC = AC + (BAC - EV) / PF; planned value, earned duration and earned schedule methods",
        "control",
    )  # fmt: skip
    return [cost, time]


def time_phased(desk: Desk, options: Options) -> list[Block]:
    """Budget by month as planned, with earned value and actual cost where updates measured them."""
    report = _control(desk)
    curve, planned = report.measured.curve_time, report.measured.curve_pv
    months = [k for k in range(curve.size) if _month_end(int(curve[k]))]
    rows: list[list[Value]] = []
    before = 0.0
    known = {_month(point.data_date): point.values for point in report.history}
    for k in months:
        month, total = _month(int(curve[k]) - 1), float(planned[k])
        held = known.get(month)
        rows.append(
            [
                _month_text(int(curve[k]) - 1),
                plain(total - before),
                plain(total),
                None if held is None else plain(held.ev),
                None if held is None else plain(held.ac),
            ]
        )
        before = total
    if not rows:
        return [Paragraph("The plan spans no month's end.", "missing")]
    columns = [
        Column("Month", TEXT, 1.4), Column("PV of the month", MONEY, total=True),
        Column("PV cumulative", MONEY), Column("EV cumulative", MONEY),
        Column("AC cumulative", MONEY),
    ]  # fmt: skip
    unit = desk.money.unit
    desk.cite(
        "Time-phased budget", f"{len(rows)} months",
        "budgets spread over working time from baseline start to baseline finish", "control",
    )  # fmt: skip
    names = tuple(str(row[0]) for row in rows)
    amounts = tuple(None if row[1] is None else float(row[1]) / desk.money.factor for row in rows)
    chart = Chart(
        "Budget by month", "columns", "category", (Series("PV", names, amounts, "planned"),), unit
    )
    note = "EV and AC stand in the months in which an update measured them."
    return [chart, table(f"Time-phased budget, {unit}", columns, rows, desk.money, note=note)]


def _month_end(minute: int) -> bool:
    return _month(minute) != _month(minute - 1)


def _month(minute: int) -> int:
    months = np.datetime64(int(minute), "m").astype("datetime64[M]")
    return int(months.astype(np.int64))


def _month_text(minute: int) -> str:
    month = _month(minute)
    return f"{MONTHS[month % 12]} {1970 + month // 12}"


def staffing(desk: Desk, options: Options) -> list[Block]:
    """Units that remain, by month and resource, over the calculated dates."""
    _, schedule, cpm = dated(desk)
    used = schedule.assignments
    live = (used.activity >= 0) & (used.remaining_units > 0) & (used.resource >= 0)
    live &= schedule.activities.status[np.maximum(used.activity, 0)] != Status.COMPLETE
    rows = np.flatnonzero(live)
    if not rows.size:
        return [Paragraph("No resource has units that remain.", "missing")]
    activity, units = used.activity[rows], used.remaining_units[rows]
    now = max(schedule.data_date, earliest(cpm.start[activity], schedule.data_date))
    last = latest(cpm.finish[activity], now)
    start = np.where(cpm.start[activity] == NO_TIME, NO_TIME, np.maximum(cpm.start[activity], now))
    finish = np.where(
        cpm.finish[activity] == NO_TIME, NO_TIME, np.maximum(cpm.finish[activity], now + 1)
    )
    calendar = np.maximum(schedule.activities.calendar[activity], 0)
    work = build_work_table(schedule.calendars, now // DAY - 1, last // DAY + 2)
    ends = np.unique(np.concatenate((month_ends(now, last), [last])))
    ends = ends[ends > now]
    if not ends.size:
        return [Paragraph("No work that remains has dates after the data date.", "missing")]
    names, totals = _resource_totals(schedule.resources, used.resource[rows], units)
    shown = names[: int(options["most"])]
    spread = {name: np.zeros(ends.size) for name in shown}
    before = np.zeros(rows.size)
    place_of = {resource: name for resource, name, _ in totals}
    for k, at in enumerate(ends.tolist()):
        done = planned_share(work, calendar, start, finish, int(at)) * units
        part = np.bincount(used.resource[rows], done - before, minlength=len(schedule.resources))
        before = done
        for resource, name in place_of.items():
            if name in spread:
                spread[name][k] += float(part[resource])
    labels = tuple(_month_text(int(at) - 1) for at in ends.tolist())
    lines = tuple(
        Series(name, labels, tuple(float(v) for v in spread[name]), PALETTE[k % len(PALETTE)])
        for k, name in enumerate(shown)
    )
    columns = [
        Column("Month", TEXT, 1.2), *(Column(name, NUMBER, total=True) for name in shown)
    ]  # fmt: skip
    body: list[list[Value]] = [
        [label, *(round(float(spread[name][k]), 1) for name in shown)]
        for k, label in enumerate(labels)
    ]
    desk.cite(
        "Resources by month", f"{len(shown)} of {len(names)} resources",
        "remaining units spread evenly over working time of the calculated dates", "cpm",
    )  # fmt: skip
    hidden = len(names) - len(shown)
    note = f"{hidden} resources with fewer units are not shown." if hidden > 0 else ""
    chart = Chart("Remaining units by month", "columns", "category", lines, "units", stacked=True)
    return [chart, table("Remaining units by month", columns, body, note=note)]


def _resource_totals(
    resources: Any, resource: Any, units: Any
) -> tuple[list[str], list[tuple[int, str, float]]]:
    """Names of resources by remaining units, most first; and (row, name, units) of each."""
    sums = np.bincount(resource, units, minlength=len(resources))
    found = [
        (row, str(resources.name[row] or resources.code[row]), float(sums[row]))
        for row in np.flatnonzero(sums > 0).tolist()
    ]
    found.sort(key=lambda one: (-one[2], one[1]))
    return list(dict.fromkeys(name for _, name, _ in found)), found


def actions(desk: Desk, options: Options) -> list[Block]:
    """Variances beyond their limits and what is done about them."""
    report = desk.snapshot.actions
    assert report is not None
    today = report.date.isoformat()
    rows: list[list[Value]] = []
    for one in report.actions:
        if one.state == "closed" and not options["closed"]:
            continue
        overdue = one.state != "closed" and bool(one.due) and one.due < today
        state = "Overdue" if overdue else one.state.capitalize()
        rows.append(
            [one.title or one.name, one.name, one.cause, one.action, one.owner, one.due, state]
        )
    desk.cite(
        "Actions", f"{len(rows)} shown, {len(report.missing)} breaches without one",
        "threshold rules of the project on SV, CV, VAC and indices", "actions",
    )  # fmt: skip
    blocks: list[Block] = []
    if rows:
        columns = [
            Column("What", TEXT, 1.8), Column("Where", TEXT, 1.4), Column("Cause", TEXT, 0.9),
            Column("Action", TEXT, 2.4), Column("By", TEXT, 1.0), Column("Due", TEXT, 0.9),
            Column("State", STATE, 0.8),
        ]  # fmt: skip
        blocks.append(table("Corrective actions", columns, rows))
    else:
        blocks.append(Paragraph("No corrective action is open."))
    if report.missing:
        names = ", ".join(f"{one.rule.title} ({one.subject.name})" for one in report.missing[:8])
        blocks.append(Paragraph(f"Beyond their limit without an action: {names}."))
    return blocks


def explanations(desk: Desk, options: Options) -> list[Block]:
    """What the work areas beyond a limit deviate by, with cause, impact and action in words."""
    report = _control(desk)
    limit = float(options["percent"]) / 100.0
    kept = desk.snapshot.actions.actions if desk.snapshot.actions else ()
    by_subject: dict[str, Any] = {}
    for one in kept:
        by_subject.setdefault(one.subject, one)
    blocks: list[Block] = []
    for row in report.wbs:
        values = row.values
        beyond = [abs(v) for v in (values.sv_share, values.cv_share) if v is not None]
        if (
            row.row == NO_ROW
            or row.level != int(options["level"])
            or max(beyond, default=0) < limit
        ):
            continue
        told = (
            f"{row.code} {row.name}: SV {desk.money.of(values.sv)} ({share_text(values.sv_share)}),"
            f" CV {desk.money.of(values.cv)} ({share_text(values.cv_share)})."
        )
        action = by_subject.get(row.code)
        if action is None:
            why = " No cause and no action are recorded."
        else:
            parts = (action.narrative, action.impact, action.action)
            why = " " + " ".join(f"{part.rstrip('.')}." for part in parts if part)
        blocks.append(Paragraph(told + why))
    desk.cite(
        "Explained variances", f"{len(blocks)} areas",
        f"areas with SV / PV or CV / EV beyond {options['percent']:g} %",
        "control",
    )  # fmt: skip
    return blocks or [Paragraph("No work area is beyond the limit.")]
