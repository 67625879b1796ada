"""How the cells of every table of a report follow from what: a formula for each column.

With the source of its section (the update, the baseline or the run) that traces every cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from planbench.engines.reports.blocks import (
    MONEY,
    Block,
    Column,
    Section,
    Sheets,
    Source,
    Table,
)
from planbench.services.reports.words import table

AS_READ = "as in the update"
WRITTEN = "as written down in the library"
REGISTER = "as in the portfolio register"

_FLOAT = "total float: late finish less early finish, in working days of its calendar"
_ACTIVITY = {
    "Id": AS_READ, "Activity": AS_READ,
    "Start": "actual start, else early start", "Finish": "actual finish, else early finish",
    "Float, d": _FLOAT, "State": "complete, under way, critical or open by status and float",
}  # fmt: skip
_VALUES = {
    "BAC": "sum of budgets", "PV": "budget planned by the data date, summed",
    "EV": "budget x percent complete, summed", "AC": "cost booked, summed",
    "SV": "EV - PV", "CV": "EV - AC", "SPI": "EV / PV", "CPI": "EV / AC", "SPI(t)": "ES / AT",
    "EAC": "AC + (BAC - EV) / CPI", "VAC": "BAC - EAC",
    "Planned": "PV / BAC", "Earned": "EV / BAC", "Actual": "AC: cost booked, summed",
}  # fmt: skip

FORMULAS: Mapping[str, Mapping[str, str]] = {
    "lights": {
        "Dimension": "what is judged", "State": "by the rule in the row",
        "Because": "the figures of the sources above", "Rule": "limits of the template",
        "Trend": "the index less that of the update before",
    },
    "key-dates": {
        "Id": AS_READ, "Milestone": AS_READ, "Contract": "date of the contract data",
        "Baseline": "finish in the baseline", "Previous": "finish in the update before",
        "Current": "actual finish, else early finish",
        "d late": "Current less Contract, else less Baseline, calendar days",
        "Float, d": _FLOAT, "State": "by days late and float",
    },
    "critical-path": _ACTIVITY | {"Follows by": "the driving relationship to the row above"},
    "near-critical": _ACTIVITY, "look-ahead": _ACTIVITY, "all-activities": _ACTIVITY,
    "gantt": _ACTIVITY,
    "changes": {
        "Step": "kind of change", "Finish then": "finish when all changes of the step are made",
        "Moves, d": "Finish then less that of the step before, calendar days",
        "Change": "kind of change", "Id": AS_READ, "Field": "what differs",
        "Before": "in the update before", "After": AS_READ,
        "Finish undone, d": "movement of the finish with this change alone taken back",
    },
    "trends": {
        "Update": AS_READ, "Data date": AS_READ, "Finish": "latest early finish",
        "*": "finish of the milestone in that update",
    },
    "progress": {
        "Work area": AS_READ, "Weight": "BAC / sum of BAC", "Planned": "PV / BAC",
        "Earned": "EV / BAC", "Difference": "EV / BAC - PV / BAC", "SPI": "EV / PV",
    },
    "indices": _VALUES | {"Update": AS_READ, "Data date": AS_READ},
    "breakdown": _VALUES | {"Code": AS_READ, "Name": AS_READ},
    "programme-values": _VALUES | {
        "Project": "project of the library", "Update": "its latest update",
        "Data date": "of that update",
    },
    "time-phased": {
        "Month": "calendar month",
        "PV of the month": "PV cumulative less that of the month before",
        "PV cumulative": "budgets spread over working time up to the end of the month",
        "EV cumulative": "as measured at the update of that month",
        "AC cumulative": "as measured at the update of that month",
    },
    "forecasts": {
        "Estimate": "kind of estimate", "EAC": "by the formula of the row", "VAC": "BAC - EAC",
        "Formula or reason": "as calculated, or as written down",
        "Not plausible because": "tests of the figures against each other",
        "TCPI": "(BAC - EV) / (EAC - AC)",
        "Method": "planned value, earned duration or earned schedule method",
        "EAC(t)": "by the method, working hours", "Beyond plan": "EAC(t) - PD",
    },
    "actions": {"*": WRITTEN},
    "explanations": {"*": WRITTEN},
    "risk": {
        "Confidence": "share of the runs", "Finish": "date that so many of the runs meet",
        "Later than planned, d": "Finish less the calculated finish, calendar days",
        "95 % interval, \u00b1 d": "half the interval of the order statistics",
        "*": "from the runs of the simulation",
    },
    "cost-risk": {
        "Confidence": "share of the runs", "Cost": "cost that so many of the runs keep",
        "Beyond plan": "Cost less the planned cost",
        "Cost and date together": "share of the runs that keep both",
    },
    "quality": {
        "Metric": "of the ruleset", "State": "Value held against Limit", "Value": "Count / Of",
        "Limit": "of the ruleset", "Count": "activities or links that the metric counts",
        "Of": "its population", "Remark": "of the ruleset",
    },
    "basis": {"What": "name of the fact", "Value": AS_READ},
    "staffing": {
        "Month": "calendar month",
        "*": "remaining units of open work spread over its remaining dates, summed by month",
    },
    "contract": {
        "Clause": "of the contract pack", "Item": "of the contract pack",
        "State": "by its checks, evidence or the reviewer's word",
        "What was found": "by its checks",
        "Due": "the event's date and the days of its rule", "What": "rule of the pack",
        "Event": WRITTEN, "Who": "rule of the pack",
    },
    "decisions": {"*": "choice of the optimiser and the register"},
    "limits": {"*": "sums over the chosen projects against the register's limits"},
    "frontier": {"*": "the most value for each budget"},
    "roadmap": {"*": "dates of the choice"},
    "investments": {
        "NPV": "cash flows discounted to the valuation date, summed",
        "*": "from the cash flows of the register",
    },
    "indicators": {"*": REGISTER}, "capital": {
        "Unallocated": "Budget + Carried in - Allocated - Reserve", "*": REGISTER,
    },
    "benefits": {
        "Due": "share of the way to the target by the ramp",
        "Realised": "(measured - From) / (To - From)", "*": REGISTER,
    },
    "portfolio-risk": {"*": "from the runs of the portfolio simulation"},
}  # fmt: skip
"""Formulas by kind of section and title of column; `*` holds for all other columns."""


def formula_of(kind: str, column: Column) -> str:
    """How the cells of a column of a kind of section are made; amounts are named without unit."""
    known = FORMULAS.get(kind, {})
    title = column.title.rsplit(", ", 1)[0] if column.kind == MONEY else column.title
    return known.get(title) or known.get("*", "")


def with_formulas(kind: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with a formula on every column of their tables that has none of its own."""

    def told(one: Table) -> Table:
        columns = tuple(replace(c, formula=c.formula or formula_of(kind, c)) for c in one.columns)
        return replace(one, columns=columns)

    made: list[Block] = []
    for block in blocks:
        if isinstance(block, Table):
            made.append(told(block))
        elif isinstance(block, Sheets):
            made.append(replace(block, table=told(block.table)))
        else:
            made.append(block)
    return tuple(made)


def column_sources(sources: Mapping[str, Source], sections: Sequence[Section]) -> tuple[Table, ...]:
    """The formulas of all columns of a report's tables as a table, none where it has none.

    Columns of a section that are made alike stand in one row.
    """
    rows: dict[tuple[str, str, str], dict[str, None]] = {}
    for section in sections:
        data = "; ".join({sources[name].data: None for name in section.cites if name in sources})
        for block in section.blocks:
            one = block.table if isinstance(block, Sheets) else block
            for column in one.columns if isinstance(one, Table) else ():
                rows.setdefault((section.title, column.formula, data), {})[column.title] = None
    if not rows:
        return ()
    made = [[name, ", ".join(of), formula, data] for (name, formula, data), of in rows.items()]
    columns = [
        Column("Section", weight=1.4), Column("Columns", weight=1.4), Column("Formula", weight=3.0),
        Column("From", weight=1.9),
    ]  # fmt: skip
    return (table("Columns of the tables", columns, made),)
