"""Green, amber and red by dimension: each with its rule, its trend and the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planbench.domain.times import latest
from planbench.engines.control.indices import Values, cost_forecasts
from planbench.engines.control.rag import held_state, state_of
from planbench.engines.reports.blocks import STATE, TEXT, Block, Column, Value
from planbench.scenes.formats import long_date_text, number_text
from planbench.services.reports.figures import Desk
from planbench.services.reports.words import share_text, table

Options = Mapping[str, Any]


def lights(desk: Desk, options: Options) -> list[Block]:
    """Green, amber or red by dimension with the rule and the figures behind it."""
    cost, time = _cost_light(desk, options), _time_light(desk, options)
    found = [
        _overall(cost, time), cost, time, _quality_light(desk, options),
        _risk_light(desk, options), _action_light(desk, options),
    ]  # fmt: skip
    rows: list[list[Value]] = [list(one) for one in found]
    columns = [
        Column("Dimension", TEXT, 1.1), Column("State", STATE, 0.9), Column("Trend", TEXT, 0.8),
        Column("Because", TEXT, 3.0), Column("Rule", TEXT, 3.0),
    ]  # fmt: skip
    desk.cite("State by dimension", "", "the rule in each row, limits of the template", "document")
    return [table("State by dimension", columns, rows)]


Light = tuple[str, str, str, str, str]
STATES = ("● Green", "◆ Amber", "▲ Red")
NO_DATA = "No data"


def _state(value: float, green: float, amber: float) -> str:
    return STATES[state_of(value, green, amber)]


def _held(runs: Sequence[Sequence[float | None]], options: Options) -> list[int]:
    """The state of each index over the updates, oldest first; those without a value are left out.

    A state eases only when its index is beyond the limit by the margin of the options.
    """
    limits = (float(options["index_green"]), float(options["index_amber"]))
    states = [held_state(run, *limits, float(options["margin"])) for run in runs]
    return [one for one in states if one is not None]


def _trend(run: Sequence[float | None]) -> str:
    """Where an index went since the update before, as a sign and a number; "" without one."""
    known = [value for value in run[-2:] if value is not None]
    if len(known) < 2:
        return ""
    moved = round(known[1] - known[0], 2)
    sign = "↗" if moved > 0 else "↘" if moved < 0 else "→"
    return f"{sign} {number_text(abs(moved), 2)}"


def _overall(cost: Light, time: Light) -> Light:
    """The worse of cost and schedule."""
    rule = "The worse of cost and schedule"
    known = [one for one in (cost, time) if one[1] in STATES]
    if not known:
        return "Overall", NO_DATA, "", "Neither cost nor schedule can be judged.", rule
    worst = max(known, key=lambda one: STATES.index(one[1]))
    alike = [one[0] for one in known if one[1] == worst[1]]
    return "Overall", worst[1], "", " and ".join(alike), rule


def _rule(options: Options, first: str, second: str) -> str:
    green, amber = float(options["index_green"]), float(options["index_amber"])
    return (
        f"Green from {first} {green:g} and {second}, red below {amber:g}; "
        f"eases only beyond a limit by {float(options['margin']):g}"
    )


def _cost_light(desk: Desk, options: Options) -> Light:
    green = float(options["index_green"])
    rule = _rule(options, "CPI", f"VAC {number_text(100 * (green - 1))} %")
    reason = desk.snapshot.why_not("control")
    report = desk.snapshot.control
    if reason or report is None or report.measured.values.cpi is None or report.eac is None:
        return "Cost", NO_DATA, "", reason or "No cost is booked.", rule
    run = [point.values for point in report.history]
    cpi = [values.cpi for values in run]
    # VAC by CPI as a share of the budget: 1 + VAC / BAC = 2 - EAC / BAC
    left = [_budget_left(values) for values in run]
    state = STATES[max(_held([cpi, left], options))]
    over = (report.measured.values.bac - report.eac) / report.measured.values.bac
    why = f"CPI {desk.text_of('cpi')}, VAC {share_text(over)} of budget"
    return "Cost", state, _trend(cpi), why, rule


def _budget_left(values: Values) -> float | None:
    eac = cost_forecasts(values, None)["CPI"]
    return None if eac is None or not values.bac else 2.0 - eac / values.bac


def _time_light(desk: Desk, options: Options) -> Light:
    from planbench.services.reports.figures import slip_days

    rule = _rule(options, "SPI(t)", "no delay to baseline")
    report = desk.snapshot.control
    slip = slip_days(desk)
    run = [] if report is None else [point.spi_t for point in report.history]
    states = _held([run], options)
    told = [f"SPI(t) {desk.text_of('spi_t')}"] if states else []
    if slip is not None:
        late = float(options["late_amber"])
        states.append(state_of(-slip, 0.0, -late))
        told.append(f"finish {desk.text_of('slip')} to baseline")
        rule += f"; red beyond {late:g} d late"
    if not states:
        return "Schedule", NO_DATA, "", desk.snapshot.why_not("baseline"), rule
    return "Schedule", STATES[max(states)], _trend(run), ", ".join(told), rule


def _quality_light(desk: Desk, options: Options) -> Light:
    most = int(options["flags_amber"])
    rule = f"Green without a flag, amber up to {most}, red beyond"
    reason = desk.snapshot.why_not("quality")
    quality = desk.snapshot.quality
    if reason or quality is None:
        return "Quality of schedule", NO_DATA, "", reason, rule
    flags = quality.counts()["flag"]
    return (
        "Quality of schedule",
        _state(-flags, 0, -most),
        "",
        f"{desk.text_of('quality_flags')} metrics flag",
        rule,
    )


def _risk_light(desk: Desk, options: Options) -> Light:
    rule = "Green: P80 by the baseline finish; amber: P50; red: neither"
    risk, document = desk.snapshot.risk, desk.snapshot.document
    reason = desk.snapshot.why_not("risk") or desk.snapshot.why_not("baseline")
    if reason or risk is None or document is None or document.baseline is None:
        return "Risk", NO_DATA, "", reason, rule
    due = latest(document.baseline.columns.finish)
    late = [risk.percentile(80) > due, risk.percentile(50) > due]
    state = STATES[sum(late)]
    why = f"P50 {desk.text_of('p50')}, P80 {desk.text_of('p80')}, due {long_date_text(due)}"
    return "Risk", state, "", why, rule


def _action_light(desk: Desk, options: Options) -> Light:
    most = int(options["overdue_amber"])
    rule = f"Green without overdue actions, amber up to {most}, red beyond"
    reason = desk.snapshot.why_not("actions")
    report = desk.snapshot.actions
    if reason or report is None:
        return "Actions", NO_DATA, "", reason, rule
    today = report.date.isoformat()
    live = [one for one in report.actions if one.state != "closed"]
    late = sum(bool(one.due) and one.due < today for one in live)
    return "Actions", _state(-late, 0, -most), "", f"{late} overdue of {len(live)}", rule
