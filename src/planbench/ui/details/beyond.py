"""What the details say beyond the schedule: findings, risks, costs, and earlier updates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Flags
from planbench.domain.times import NO_TIME
from planbench.scenes.formats import THIN, date_text, days_text, number_text
from planbench.scenes.more_fields import metric_flags
from planbench.services.history import Snapshot
from planbench.ui.details.content import WIDE, Cell, Line, Section
from planbench.ui.schedule.plan import Plan
from planbench.ui.translation import tr

if TYPE_CHECKING:
    from planbench.engines.risk.model import Impact, Risk, Uncertainty


def said(title: str, words: str) -> Section:
    """A section of one sentence."""
    return Section(title, (Line(wrap=words),))


def findings(plan: Plan, row: int) -> list[Section]:
    """The metrics that flag this activity or a link into it, by ruleset."""
    if not plan.extras.reports:
        words = tr(
            "This schedule was not checked yet. Quality runs the checks and keeps them here."
        )
        return [said(tr("Findings"), words)]
    flagged = plan.table.once("metrics", lambda: metric_flags(plan.table))
    by_ruleset: dict[str, list[Line]] = {}
    for name, ruleset, mask in flagged:
        if mask[row]:
            cells = (Cell(name, 22, room=WIDE - 22),)
            line = Line(cells, icon="flag", icon_role="text-muted")
            by_ruleset.setdefault(ruleset, []).append(line)
    if not by_ruleset:
        return [
            said(tr("Findings"), tr("No metric of the rulesets that were run flags this activity."))
        ]
    return [Section(title, tuple(lines), str(len(lines))) for title, lines in by_ruleset.items()]


# ---------------------------------------------------------------- risks


def risks(plan: Plan, row: int) -> list[Section]:
    """Risks of the register and ranges that bear on this activity, and what the run gave."""
    model = plan.extras.model
    if model is None:
        words = tr(
            "There is no risk model for this update yet. Risk holds ranges and the register."
        )
        return [said(tr("Risks"), words)]
    masks = plan.table.once(tr("risk masks"), lambda: _masks(plan))
    mapped = [risk for risk, mask in masks["risks"] if mask[row]]
    sections = [_mapped(mapped)]
    ranges = [one for one, mask in masks["ranges"] if mask[row]]
    if ranges:
        from planbench.ui.risk.models import law_words

        lines = tuple(
            _pair(tr("Duration"), law_words(one.distribution, one.unit)) for one in ranges
        )
        sections.append(Section(tr("Ranges"), lines, str(len(lines))))
    result = plan.extras.risk
    if result is not None and result.criticality.size == len(plan.schedule):
        sections.append(_simulated(plan, row))
    return sections


def _masks(plan: Plan) -> dict[str, list[tuple[Any, Flags]]]:
    """The activities each risk and each range bears on."""
    model, found = plan.extras.model, {"risks": list[Any](), "ranges": list[Any]()}
    assert model is not None
    for risk in model.risks:
        for impact in risk.impacts:
            mask = _mask(plan, impact)
            if mask is not None:
                found["risks"].append((risk, mask))
    for one in model.uncertainty:
        mask = _mask(plan, one)
        if mask is not None:
            found["ranges"].append((one, mask))
    return found


def _mask(plan: Plan, part: Impact | Uncertainty) -> Flags | None:
    from planbench.engines.risk.selection import selected

    try:
        return selected(plan.schedule, part.where)
    except ModelError:  # the model speaks of something this schedule does not have
        return None


def _mapped(found: Sequence[Risk]) -> Section:
    once = {risk.id: risk for risk in found}
    lines = []
    for risk in once.values():
        chance = f"{number_text(100 * risk.probability)}{THIN}%"
        lines.append(
            Line(
                (
                    Cell(risk.id, 0, "text-muted", room=60),
                    Cell(risk.title, 64, room=WIDE - 64 - 48),
                    Cell(chance, WIDE, right=True),
                )
            )
        )
    if not lines:
        lines.append(Line((Cell(tr("No risk of the register bears on it"), 0, "text-muted"),)))
    return Section(tr("Risks"), tuple(lines), str(len(once)), tr("Likelihood") if once else "")


def _simulated(plan: Plan, row: int) -> Section:
    result = plan.extras.risk
    assert result is not None
    lines = []
    for title, values in (
        (tr("Criticality"), result.criticality),
        (tr("Sensitivity"), result.sensitivity),
    ):
        value = float(values[row])
        text = f"{number_text(100 * value)}{THIN}%" if value == value else tr("not simulated")
        lines.append(_pair(title, text))
    for level, dates in sorted(result.finish_levels.items()):
        if int(dates[row]) != NO_TIME:
            lines.append(
                _pair(tr("P{level} finish").format(level=level), date_text(int(dates[row])))
            )
    return Section(
        tr("Simulation"),
        tuple(lines),
        tr("{iterations:,} iterations").format(iterations=result.iterations).replace(",", THIN),
    )


# ---------------------------------------------------------------- costs


def costs(plan: Plan, row: int) -> list[Section]:
    """What the activity costs: its assignments and expenses, one by one."""
    schedule = plan.schedule
    lines: list[Line] = []
    total = [0.0, 0.0]
    for table, names in (
        (schedule.assignments, schedule.resources.name),
        (schedule.expenses, None),
    ):
        for place in (table.activity == row).nonzero()[0].tolist():
            budget = float(table.budget_cost[place])
            final = float(table.actual_cost[place] + table.remaining_cost[place])
            if not budget and not final:
                continue
            if names is None:
                name = str(schedule.expenses.name[place])
            else:
                who = int(schedule.assignments.resource[place])
                name = str(names[who]) if 0 <= who < names.size else tr("Unassigned")
            total[0] += budget
            total[1] += final
            lines.append(_cost_line(name, budget, final))
    if not lines:
        return []
    lines.append(_cost_line(tr("Total"), total[0], total[1], strong=True))
    head = Line(
        (
            Cell(tr("Budget"), 220, "text-muted", right=True),
            Cell(tr("At completion"), WIDE, "text-muted", right=True),
        )
    )
    currency = next((one.currency for one in schedule.projects if one.currency), "")
    return [Section(tr("Costs"), (head, *lines), currency)]


def _cost_line(name: str, budget: float, final: float, strong: bool = False) -> Line:
    return Line(
        (
            Cell(name, 0, strong=strong, room=136),
            Cell(number_text(budget), 220, strong=strong, right=True),
            Cell(number_text(final), WIDE, strong=strong, right=True),
        )
    )


# ---------------------------------------------------------------- earlier updates


def history(plan: Plan, row: int) -> list[Section]:
    """Start, finish, duration, float and percent of this activity in every update, newest first."""
    found = plan.history
    if found is None:
        return [Section(tr("History"), (Line((Cell(tr("Being looked up"), 0, "text-muted"),)),))]
    if not found:
        words = tr("This schedule is in no project of the library: it has no earlier updates.")
        return [said(tr("History"), words)]
    code = str(plan.schedule.activities.code[row])
    sections = []
    for number in range(len(found) - 1, -1, -1):
        before = next((s for s in reversed(found[:number]) if s.row(code) >= 0), None)
        sections.append(_snapshot(found[number], before, code))
    return [replace(sections[0], last="as stored"), *sections[1:]]


def _snapshot(snapshot: Snapshot, before: Snapshot | None, code: str) -> Section:
    """One update, with how far start and finish moved since the one before."""
    row, facts = snapshot.row(code), snapshot.facts
    note = tr("data date {data_date}").format(data_date=date_text(snapshot.data_date))
    if row < 0:
        return Section(snapshot.label, (Line((Cell(tr("Not in it"), 0, "text-muted"),)),), note)
    lines = []
    for title, name, happened in (
        (tr("Start"), "start", "started"),
        (tr("Finish"), "finish", "finished"),
    ):
        now = int(getattr(facts, name)[row])
        was = int(getattr(before.facts, name)[before.row(code)]) if before else NO_TIME
        cells = [
            Cell(title, 0, "text-muted"),
            Cell(date_text(now, bool(getattr(facts, happened)[row])) or "none", 52, strong=True),
        ]
        if NO_TIME not in (now, was):
            moved = now // 1440 - was // 1440
            role = "late" if moved > 0 else "early" if moved < 0 else "text-muted"
            text = f"{number_text(moved, sign=True)}{THIN}d" if moved else tr("unchanged")
            cells.append(Cell(text, WIDE, role, right=True))
        lines.append(Line(tuple(cells)))
    days = days_text(float(facts.original[row])) or "none"
    slack = days_text(float(facts.total_float[row])) or "none"
    percent = number_text(float(facts.percent[row]))
    words = tr("Duration {days}{thin}d, float {slack}{thin}d, {percent}{thin}% complete").format(
        days=days, thin=THIN, slack=slack, percent=percent
    )
    lines.append(Line((Cell(words, 0, "text-muted", room=WIDE),)))
    return Section(snapshot.label, tuple(lines), note)


def _pair(title: str, text: str) -> Line:
    return Line((Cell(title, 0, "text-muted"), Cell(text, 128, room=WIDE - 128)))
