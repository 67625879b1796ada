"""Sections that tell of quality, risk and the contract, and where a report comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from planbench.domain.times import DAY, NO_TIME, day_number
from planbench.engines.reports.blocks import (
    DATE,
    INDEX,
    MONEY,
    NUMBER,
    SHARE,
    STATE,
    TEXT,
    Block,
    Chart,
    Column,
    Facts,
    Mark,
    Paragraph,
    Series,
    Value,
)
from planbench.scenes.formats import date_text, long_date_text, number_text
from planbench.services.reports.figures import FIGURES, Desk
from planbench.services.reports.words import plain, share_text, table

Options = Mapping[str, Any]

_METRIC_STATES = {
    "meets": "✓ Meets",
    "flag": "⚑ Flag",
    "not-applicable": "Not applicable",
    "not-run": "Not run",
}
_RULE_STATES = {
    "met": "✓ Met",
    "not-met": "⚑ Not met",
    "needs-evidence": "○ Needs evidence",
    "not-applicable": "Not applicable",
}


def figures(desk: Desk, options: Options) -> list[Block]:
    """Figures by name beside each other."""
    names = [str(name) for name in options["show"]]
    reasons = [desk.snapshot.why_not(FIGURES[name].part) for name in names]
    if reasons and all(reasons):
        return [Paragraph(reasons[0], "missing")]
    return [Facts(tuple(desk.fact(name) for name in names))]


def basis(desk: Desk, options: Options) -> list[Block]:
    """What the report rests on: file, hash, data date, baseline, agreement, what was mended."""
    snapshot, document = desk.snapshot, desk.snapshot.document
    assert document is not None
    schedule = document.schedule
    main = schedule.projects[schedule.main_project] if schedule.projects else None
    calendar = ""
    if main is not None and 0 <= main.calendar < len(schedule.calendars):
        calendar = schedule.calendars[main.calendar].name
    rows: list[list[Value]] = [
        ["Update", document.update_label],
        ["Data date", long_date_text(schedule.data_date) or "none"],
        ["Source", schedule.source.name or "made in planbench"],
        ["SHA-256 of the source", schedule.source.sha256 or "none"],
        ["Digest of the update", schedule.digest],
        ["Project calendar", calendar or "none"],
        ["Baseline", document.baseline_label or "none"],
        ["Earlier updates", number_text(len(snapshot.earlier))],
        ["Activities", number_text(len(schedule))],
        ["Relationships", number_text(len(schedule.relationships))],
        ["Mended on reading", number_text(len(document.repairs))],
    ]
    agreement = document.agreement
    if agreement is not None and agreement.share is not None:
        words = f"{agreement.all_five} of {agreement.population}"
        rows.append(["Stored dates that agree in full", words])
    columns = [Column("What", TEXT, 1), Column("Value", TEXT, 3)]
    desk.cite("What this rests on", "", "as read from the source", "document")
    return [table("What this rests on", columns, rows)]


def quality(desk: Desk, options: Options) -> list[Block]:
    """Every metric of the ruleset with its value, limit, population and state."""
    report = desk.snapshot.quality
    assert report is not None
    rows: list[list[Value]] = [
        [
            metric.name,
            _METRIC_STATES.get(metric.state, metric.state),
            _measure(metric.value, metric.unit),
            _measure(metric.threshold, metric.unit),
            plain(metric.numerator),
            plain(metric.denominator),
            metric.reason or "",
        ]
        for metric in report.metrics
    ]
    columns = [
        Column("Metric", TEXT, 2.2), Column("State", STATE, 1), Column("Value", TEXT, 0.8),
        Column("Limit", TEXT, 0.8), Column("Count", NUMBER, 0.7), Column("Of", NUMBER, 0.7),
        Column("Remark", TEXT, 2),
    ]  # fmt: skip
    title = report.ruleset.title
    desk.cite(
        "Schedule quality", f"{len(rows)} metrics",
        f"{title}, version {report.version}: count / population", "quality",
    )  # fmt: skip
    return [table(title, columns, rows)]


def _measure(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "ratio":
        return share_text(value)
    return number_text(value, 0 if float(value).is_integer() else 2)


def risk(desk: Desk, options: Options) -> list[Block]:
    """Distribution of the finish with its percentiles, and the risks that cost most time."""
    result = desk.snapshot.risk
    assert result is not None
    finish = result.finish
    counts, edges = np.histogram(finish, bins=40)
    middle = tuple(float(edge) for edge in ((edges[1:] + edges[:-1]) / 2).tolist())
    share = np.cumsum(counts) / finish.size * 100.0
    lines = (
        Series("Confidence", middle, tuple(float(v) for v in share.tolist()), "accent"),
        Series(
            "Runs, % a class", middle,
            tuple(float(v) for v in (counts / finish.size * 100.0).tolist()), "two", dashed=True,
        ),
    )  # fmt: skip
    marks = tuple(
        Mark(float(result.percentile(level)), f"P{level} {date_text(result.percentile(level))}")
        for level in (50, 80)
    )
    rows: list[list[Value]] = []
    for level in (5, 10, 20, 50, 80, 90, 95):
        date = result.percentile(level)
        rows.append(
            [
                f"P{level}",
                date,
                round((date - result.deterministic) / DAY),
                plain(round(result.interval(level) / DAY, 1)),
            ]
        )
    columns = [
        Column("Confidence", TEXT), Column("Finish", DATE), Column("Later than planned, d", NUMBER),
        Column("95 % interval, ± d", NUMBER),
    ]  # fmt: skip
    desk.cite(
        "Finish under risk", f"{result.iterations} iterations, seed {result.seed}",
        f"share of runs by date; run digest {result.digest[:16]}", "risk",
    )  # fmt: skip
    told = (
        f"The calculated finish is met in {desk.text_of('chance')} of the runs; "
        f"P50 is {desk.text_of('p50')}, P80 {desk.text_of('p80')}."
    )
    made: list[Block] = [
        Paragraph(told),
        Chart("Finish under risk", "line", "date", lines, "%", marks=marks),
        table("Percentiles of the finish", columns, rows),
    ]
    effects = [one for one in result.effects if one.gain][: int(options["most"])]
    if effects:
        desk.cite(
            "Risks by effect", f"{len(effects)} risks",
            "P80 with all risks less P80 without the one, same random numbers", "risk",
        )  # fmt: skip
        days = tuple(one.gain / DAY for one in effects)
        names = tuple(f"{one.id} {one.title}" for one in effects)
        chart = Chart(
            "Days of P80 that each risk costs", "bars", "category",
            (Series("Days", names, days, "late"),), "d",
        )  # fmt: skip
        made.append(chart)
    return made


def cost_risk(desk: Desk, options: Options) -> list[Block]:
    """Percentiles of the cost and the chance of cost and date together."""
    result = desk.snapshot.risk
    assert result is not None
    cost = result.cost
    assert cost is not None
    rows: list[list[Value]] = [
        [f"P{level}", cost.percentile(level), cost.percentile(level) - cost.at_plan,
         plain(cost.joint_at(level))]
        for level in (10, 50, 80, 90)
    ]  # fmt: skip
    unit = desk.money.unit
    columns = [
        Column("Confidence", TEXT), Column(f"Cost, {unit}", MONEY),
        Column(f"Beyond plan, {unit}", MONEY), Column("Cost and date together", SHARE),
    ]  # fmt: skip
    desk.cite(
        "Cost under risk", f"{result.iterations} iterations",
        "cost that a share of the runs keeps; joint: cost and date in one run", "cost-risk",
    )  # fmt: skip
    return [table("Percentiles of the cost", columns, rows, desk.money)]


def contract(desk: Desk, options: Options) -> list[Block]:
    """The programme against the contract's pack: items, what is not met, and deadlines."""
    assessment, binding = desk.snapshot.assessment, desk.snapshot.binding
    assert assessment is not None
    assert binding is not None
    counts = assessment.counts()
    told = ", ".join(f"{counts[k]} {k.replace('-', ' ')}" for k in counts if counts[k])
    rows: list[list[Value]] = [
        [one.rule.clause, one.rule.title, _RULE_STATES.get(one.state, one.state), one.words]
        for one in assessment.results
    ]
    columns = [
        Column("Clause", TEXT, 0.8), Column("Item", TEXT, 2), Column("State", STATE, 1.1),
        Column("What was found", TEXT, 3.2),
    ]  # fmt: skip
    desk.cite(
        "Contract items", f"{len(rows)} items", "checks of the pack on the programme", "binding"
    )
    made: list[Block] = [
        Paragraph(f"{len(rows)} items: {told}."),
        Paragraph("Items are paraphrases to work by; the contract itself decides.", "note"),
        table(binding.pack.title, columns, rows),
    ]
    if not desk.snapshot.bound:
        made.insert(1, Paragraph("The contract data are a proposal, not kept yet.", "note"))
    deadlines = desk.snapshot.deadlines or ()
    if options["deadlines"] and deadlines:
        due: list[list[Value]] = [
            [
                day_number(one.due) * DAY,
                one.state.replace("-", " ").capitalize(),
                one.rule.title,
                f"{one.event.id} {one.event.subject}",
                one.rule.who,
            ]
            for one in deadlines
        ]
        columns = [
            Column("Due", DATE, 0.8), Column("State", STATE, 0.8), Column("What", TEXT, 2),
            Column("Event", TEXT, 2.2), Column("Who", TEXT, 1),
        ]  # fmt: skip
        day = desk.snapshot.day
        desk.cite(
            "Deadlines", f"{len(due)} deadlines", "event date + period of the pack", "binding"
        )
        made.append(table(f"Deadlines as of {day.isoformat() if day else ''}", columns, due))
    return made


# ------------------------------------------------------------------ portfolio


def decisions(desk: Desk, options: Options) -> list[Block]:
    """What to launch, delay, continue, pause, hold or stop, and why."""
    from planbench.services.portfolio_board import board_decisions
    from planbench.services.portfolio_words import WORDS, reason, told, when

    found = desk.snapshot.portfolio
    assert found is not None
    solved = found.solved
    register = solved.register
    asked = board_decisions(register, solved.plan, solved.assumptions)
    amounts = {one.project: (one.action, one.amount) for one in asked}
    share = {one.project: one.share for one in found.stability}
    rows: list[list[Value]] = [
        [
            one.project,
            register.by_id[one.project].name,
            amounts[one.project][0],
            WORDS[one.decision],
            plain(amounts[one.project][1]),
            when(one.option),
            plain(one.option.value) if one.option else None,
            plain(share.get(one.project)),
            reason(register, one, solved.unit),
        ]
        for one in solved.answer.decisions
    ]
    columns = [
        Column("Id", TEXT, 0.6), Column("Project", TEXT, 1.7), Column("Asked", TEXT, 0.7),
        Column("Decision", STATE, 0.9), Column("Amount", NUMBER, 0.7), Column("Start", TEXT, 0.7),
        Column("Value", NUMBER, 0.7), Column("Kept in", SHARE, 0.7),
        Column("Why", TEXT, 3.6),
    ]  # fmt: skip
    chosen = solved.selection
    desk.cite(
        "Decisions", f"{len(rows)} projects",
        f"best choice under all limits, proven within {share_text(chosen.gap)} of the optimum",
        "portfolio",
    )  # fmt: skip
    words = (
        f"The choice is worth {told(chosen.value, solved.unit)} and costs "
        f"{told(solved.cost, register.settings.unit)} from now on. As asked, the projects would "
        f"be worth {told(found.as_asked.value, solved.unit)}"
        + (f" and break {len(found.as_asked.broken)} limits." if found.as_asked.broken else ".")
    )
    note = f"Value in {solved.unit}. Kept in: share of draws of the values that keep the project."
    return [Paragraph(words), table("Decisions", columns, rows, note=note)]


def limits(desk: Desk, options: Options) -> list[Block]:
    """Limits that bind and roles that are short; money by year is the capital plan's."""
    from planbench.engines.portfolio.quarters import quarter_name
    from planbench.services.portfolio_words import binding_words

    found = desk.snapshot.portfolio
    assert found is not None
    register = found.solved.register
    made: list[Block] = [
        Paragraph(binding_words(register, one, found.solved.unit))
        for one in found.solved.answer.bindings
    ] or [Paragraph("No limit holds the value down.")]
    short = sorted((c for c in found.cells if c.shortage > 0), key=lambda c: -c.shortage)
    bound = len(found.solved.answer.bindings)
    desk.cite("Limits", f"{bound} bind", "re-solved without each", "portfolio")
    if not short:
        return [*made, Paragraph("No role is short of people.")]
    roles = {role.id: role.name for role in register.roles}
    rows: list[list[Value]] = [
        [roles.get(c.role, c.role), quarter_name(c.quarter), plain(c.demand), plain(c.capacity),
         ", ".join(f"{name} {amount:,.1f}" for name, amount in c.causes[:4])]
        for c in short[: int(options["most"])]
    ]  # fmt: skip
    columns = [
        Column("Role", TEXT, 2), Column("Quarter", TEXT), Column("Needed", NUMBER),
        Column("Available", NUMBER), Column("By", TEXT, 2.5),
    ]  # fmt: skip
    return [*made, table("Roles that are short", columns, rows)]


def frontier(desk: Desk, options: Options) -> list[Block]:
    """The best value at each budget, with the choice and what was asked for on it."""
    found = desk.snapshot.portfolio
    assert found is not None
    points = found.frontier
    chosen = found.solved
    lines = (
        Series(
            "Best value", tuple(p.cost for p in points), tuple(plain(p.value) for p in points),
            "accent", dots=True,
        ),
        Series("Chosen", (chosen.cost,), (chosen.selection.value,), "three", dots=True),
        Series("As asked", (found.as_asked.cost,), (found.as_asked.value,), "late", dots=True),
    )  # fmt: skip
    desk.cite(
        "Efficient frontier", f"{len(points)} points", "best value within each budget", "portfolio"
    )
    unit = chosen.register.settings.unit
    return [
        Chart("Efficient frontier", "line", "number", lines, chosen.unit, f"Forward cost, {unit}")
    ]


def roadmap(desk: Desk, options: Options) -> list[Block]:
    """What goes on when: from the start of the chosen option to the last quarter of its cost."""
    from planbench.engines.portfolio.quarters import day as day_of
    from planbench.engines.portfolio.quarters import last_day, quarter_of
    from planbench.engines.reports.blocks import Bar, Bars

    found = desk.snapshot.portfolio
    assert found is not None
    register, plan = found.solved.register, found.solved.plan
    today = day_number(day_of(register.settings.valuation_date)) * DAY
    rows = []
    for project in register.open_projects:
        delay = plan.get(project.id)
        quarters = sorted(project.capex)
        if delay is None or not quarters:
            continue
        first = project.start_quarter if project.start_quarter is not None else quarters[0]
        now = quarter_of(day_of(register.settings.valuation_date))
        begin = min(first, quarters[0]) + (0 if project.running else delay)
        start = day_number(last_day(begin - 1)) * DAY + DAY
        finish = day_number(last_day(quarters[-1] + delay)) * DAY
        done = today if project.running and begin <= now else None
        rows.append(
            Bar(project.id, project.name, 0, "task", start, finish, done, None, None, False)
        )
    rows.sort(key=lambda one: (one.start or NO_TIME, one.id))
    desk.cite(
        "Roadmap", f"{len(rows)} projects", "quarters with forward cost of the choice", "portfolio"
    )
    return [Bars("Roadmap", tuple(rows), today)] if rows else [Paragraph("Nothing is chosen.")]


def investments(desk: Desk, options: Options) -> list[Block]:
    """Investment figures of every open project."""
    found = desk.snapshot.portfolio
    assert found is not None
    unit = found.solved.register.settings.unit
    rows: list[list[Value]] = [
        [
            one.project,
            found.solved.register.by_id[one.project].name,
            plain(one.npv),
            ", ".join(share_text(rate) for rate in one.irr),
            plain(one.mirr),
            plain(one.payback_years),
            plain(one.benefit_cost),
            plain(one.roi),
            plain(one.annuity),
        ]
        for one in sorted(found.investments, key=lambda one: -one.npv)
    ]
    columns = [
        Column("Id", TEXT, 0.7), Column("Project", TEXT, 2.4), Column("NPV", NUMBER),
        Column("IRR", TEXT), Column("MIRR", SHARE), Column("Payback, years", NUMBER),
        Column("Benefit / cost", INDEX), Column("ROI", SHARE), Column("EAA", NUMBER),
    ]  # fmt: skip
    desk.cite(
        "Investment figures", f"{len(rows)} projects",
        "benefits weighted by chance of success, discounted to the valuation date", "portfolio",
    )  # fmt: skip
    note = "Several rates of return: the flows change sign more than once. EAA: a year's worth."
    return [table(f"Investment figures, {unit}", columns, rows, note=note)]


def portfolio_risk(desk: Desk, options: Options) -> list[Block]:
    """Percentiles of the total cost, chance of each year's budget, and common causes."""
    found = desk.snapshot.portfolio
    assert found is not None
    drawn, unit = found.risk, found.solved.register.settings.unit
    rows: list[list[Value]] = [
        [f"P{level}", plain(drawn.cost_percentile(level)), plain(drawn.npv_percentile(100 - level))]
        for level in (10, 50, 80, 90)
    ]
    columns = [
        Column("Confidence", TEXT), Column("Cost no more than", NUMBER),
        Column("NPV at least", NUMBER),
    ]  # fmt: skip
    made: list[Block] = [table(f"Total cost and value, {unit}", columns, rows)]
    years: list[list[Value]] = [
        [f"{y.fiscal_year} {y.fund}".strip(), plain(y.budget), plain(y.p50), plain(y.p80),
         plain(y.probability_over)]
        for y in drawn.years
    ]  # fmt: skip
    if years:
        columns = [
            Column("Year", TEXT), Column("Budget", NUMBER), Column("P50 cost", NUMBER),
            Column("P80 cost", NUMBER), Column("Chance beyond budget", SHARE),
        ]  # fmt: skip
        made.append(table(f"Chance of breaking budgets, {unit}", columns, years))
    desk.cite(
        "Portfolio risk", f"{drawn.cost.size} iterations",
        "sums of the projects' draws with common drivers", "portfolio",
    )  # fmt: skip
    causes = [one for levels in found.systemic.values() for one in levels if one.systemic]
    for one in causes:
        ratio = "" if one.ratio is None else f", {one.ratio:.1f} times as often as the others"
        made.append(
            Paragraph(
                f"{one.factor.capitalize()} {one.name} is late in {one.late} of {one.events} cases "
                f"in {one.projects} projects{ratio}: a problem beyond a single project."
            )
        )
    uncovered = found.alignment.uncovered if found.alignment is not None else ()
    if uncovered:
        drivers = {d.id: d.name for d in found.solved.register.drivers}
        names = ", ".join(drivers.get(name, name) for name in uncovered)
        made.append(Paragraph(f"No chosen project serves {names} strongly."))
    return made
