"""The portfolio in the library: its register, and what the projects' own updates say of it.

Every project of the register is an entry of its own and so is every other table, so that the
journal tells who changed which project. The entries hold the cells of the exchange tables.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import PlanbenchError, StoreError
from planbench.domain.times import NO_TIME, to_iso
from planbench.engines.control.indices import Values
from planbench.engines.portfolio.envelopes import Spend
from planbench.engines.portfolio.months import month, month_of
from planbench.engines.portfolio.quarters import day, last_day
from planbench.engines.portfolio.register import Project, Register
from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.services.document import Document
    from planbench.services.library import Library
    from planbench.store.records import ProjectRecord

PROJECT, TABLE, TARGET = "portfolio-project", "portfolio-table", "portfolio-target"

Tables = dict[str, list[list[Any]]]


def tables_of(register: Register) -> Tables:
    """The register as rows of plain cells by table, each with its titles first."""
    from planbench.exchange.portfolio.writer import grids_of

    return {
        grid.name: [list(grid.titles), *(list(row) for row in grid.rows)]
        for grid in grids_of(register)
    }


def register_from(tables: Mapping[str, list[list[Any]]], where: str) -> Register:
    """The register of such tables. Raises ImportRefused when they do not fit together."""
    from planbench.exchange.portfolio.reader import register_of
    from planbench.exchange.tables.sheets import Grid

    grids = [
        Grid(name, tuple(rows[0]), [tuple(row) for row in rows[1:]])
        for name, rows in tables.items()
    ]
    return register_of(grids, where)


def digest_of(register: Register) -> str:
    """SHA-256 of everything in the register."""
    text = json.dumps(tables_of(register), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _entries(register: Register) -> list[Entry]:
    """One entry for each project with its own rows of all tables, one for each other table."""
    mine: dict[str, Tables] = defaultdict(dict)
    made = []
    for order, (name, rows) in enumerate(tables_of(register).items()):
        titles = rows[0]
        if name not in _OF_PROJECT:
            made.append(Entry(TABLE, name, {"order": order, "rows": rows}))
            continue
        for row in rows[1:]:
            mine[row[0]].setdefault(name, [titles]).append(row)
    for order, project in enumerate(register.projects):
        made.append(Entry(PROJECT, project.id, {"order": order, "tables": mine[project.id]}))
    return made


_OF_PROJECT = (
    "projects",
    "start_options",
    "capex",
    "project_benefits",
    "demand",
    "driver_scores",
    "risk_loadings",
    "project_funds",
    "criterion_measures",
)
"""Tables whose rows belong to the project in their first column."""


def keep_register(library: Library, register: Register, what: str) -> int:
    """Keep the register; only what changed is journalled, under the words `what`.

    Returns how many entries changed. Raises StoreError when it cannot be kept.
    """
    new = _entries(register)
    there = {entry.uid for entry in new if entry.kind == PROJECT}
    gone = [entry for entry in library.entries(PROJECT) if entry.uid not in there]
    changed = library.put_entries(new, what)
    return changed + (library.delete_entries(gone, what) if gone else 0)


def kept_register(library: Library) -> Register | None:
    """The register of the library, None where there is none yet.

    Raises ImportRefused when it was damaged.
    """
    tables: dict[str, list[list[Any]]] = {}
    for entry in library.entries(TABLE):
        tables[entry.uid] = [list(row) for row in entry.body["rows"]]
    projects = sorted(library.entries(PROJECT), key=lambda entry: entry.body["order"])
    if not tables and not projects:
        return None
    for entry in projects:
        for name, rows in entry.body["tables"].items():
            tables.setdefault(name, [rows[0]]).extend(rows[1:])
    for name in ("projects", "capex"):
        tables.setdefault(name, [["project_id", "name", "quarter", "capex"]])
    return register_from(tables, str(library.path))


# ---------------------------------------------------------------- from the projects


@dataclass(frozen=True)
class Flow:
    """What a project's latest update says: dates as YYYY-MM-DD, money in its own currency.

    `values` are its BAC, PV, EV and AC; None where nothing can be measured, `remark` says why.
    `float_days` is the least total float of its open activities in days of their calendars.
    `booked` are (month, bound by orders, spent) of its ledger and commitments. `cost` are P10,
    P50 and P90 of what is still to be spent, by the kept risk run.
    """

    project: str
    update: str
    data_date: str
    finish: str
    p80_finish: str
    eac: float | None
    cpi: float | None
    values: Values | None
    remark: str = ""
    cost: tuple[float, float, float] | None = None
    booked: tuple[tuple[int, float, float], ...] = ()
    float_days: float | None = None


def flows(library: Library, register: Register) -> tuple[Flow, ...]:
    """The latest figures of every project of the register that has a schedule in the library.

    Dates and risk come from kept results, cost from the control report of the latest update.
    """
    records = {record.code: record for record in library.projects()}
    found = []
    for project in register.projects:
        record = records.get(project.library_code) if project.library_code else None
        if record is not None and record.latest is not None:
            found.append(_flow(library, project, record))
    return tuple(found)


def _flow(library: Library, project: Project, record: ProjectRecord) -> Flow:
    from planbench.services.control import library_report
    from planbench.services.scheduling import recalculate

    latest = record.latest
    assert latest is not None
    dates, risk = latest.result("cpm"), latest.result("risk")
    finish = dates.meta.get("finish") if dates else latest.figures.get("finish")
    p80 = risk.meta.get("p80") if risk else None
    made = Flow(
        project.id,
        latest.label,
        _day(latest.data_date),
        _day(finish),
        _day(p80),
        None,
        None,
        None,
        booked=_booked(library, record.id),
    )
    try:
        document = library.open_update(latest.id)
        if document.cpm is None:
            recalculate(document)
        made = replace(made, float_days=_least_float(document))
        report = library_report(document, library)
    except StoreError:
        raise
    except PlanbenchError as error:
        return replace(made, remark=error.line)
    values = report.measured.values
    cost = _forward_cost(risk.meta if risk else {})
    return replace(made, eac=report.eac, cpi=values.cpi, values=values, cost=cost)


def _least_float(document: Document) -> float | None:
    """The least total float of the main project's open activities, in working days."""
    schedule, cpm = document.schedule, document.cpm
    assert cpm is not None
    known = (cpm.total_float != NO_TIME) & (schedule.activities.project == schedule.main_project)
    rows = np.flatnonzero(known)
    if not rows.size:
        return None
    per_day = np.array([one.minutes_per_day or 480.0 for one in schedule.calendars] or [480.0])
    days = cpm.total_float[rows] / per_day[schedule.activities.calendar[rows]]
    return round(float(days.min()), 1)


def _booked(library: Library, project: int) -> tuple[tuple[int, float, float], ...]:
    from planbench.services.cost import ORDER, ledger_of

    found: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for entry in library.entries(ORDER, project):
        if entry.body.get("date"):
            found[month_of(day(entry.body["date"]))][0] += entry.body["amount"]
    for period, lines in ledger_of(library, project).items():
        found[month(period)][1] += math.fsum(line.amount for line in lines)
    return tuple((number, bound, spent) for number, (bound, spent) in sorted(found.items()))


def _forward_cost(meta: Mapping[str, Any]) -> tuple[float, float, float] | None:
    """P10, P50 and P90 of the drawn cost, by nearest rank; a risk run draws what is ahead.

    None where the run had no cost, or where it is not above 0.
    """
    drawn = sorted((meta.get("cost") or {}).get("total", ()))
    if not drawn:
        return None
    low, middle, high = (drawn[math.ceil(p * len(drawn) / 100) - 1] for p in (10, 50, 90))
    return (low, middle, high) if low > 0 else None


def _day(minute: int | None) -> str:
    return "" if minute is None else (to_iso(minute) or "")[:10]


def with_flows(register: Register, found: tuple[Flow, ...]) -> Register:
    """The register with what linked projects report: dates, P80, EAC, CPI, spending, risk of cost.

    Where the unit of the register is a million, amounts are divided by a million. Projects
    without a kept risk run keep the percentiles they have.
    """
    scale = 1e6 if "million" in register.settings.unit.casefold() else 1.0
    by_id = {flow.project: flow for flow in found}

    def fresh(project: Project) -> Project:
        flow = by_id.get(project.id)
        if flow is None:
            return project
        return replace(
            project,
            forecast_finish=flow.finish or project.forecast_finish,
            p80_finish=flow.p80_finish,
            eac=None if flow.eac is None else flow.eac / scale,
            cpi=flow.cpi,
            float_days=flow.float_days,
            **_percentiles(flow, scale),
        )

    told = {flow.project: flow for flow in found if flow.booked}
    spending = [one for one in register.spending if one.project not in told]
    spending += [
        Spend(name, number, bound / scale, spent / scale)
        for name, flow in told.items()
        for number, bound, spent in flow.booked
    ]
    projects = tuple(fresh(project) for project in register.projects)
    return replace(register, projects=projects, spending=tuple(spending))


def _percentiles(flow: Flow, scale: float) -> dict[str, Any]:
    if flow.cost is None:
        return {}
    names = ("cost_p10", "cost_p50", "cost_p90")
    return {name: amount / scale for name, amount in zip(names, flow.cost, strict=True)}


def summed_values(found: tuple[Flow, ...]) -> Values:
    """BAC, PV, EV and AC of all projects; indices of the portfolio come from these sums."""
    total = Values()
    for flow in found:
        if flow.values is not None:
            total = total + flow.values
    return total


# ---------------------------------------------------------------- exceptions


@dataclass(frozen=True)
class Target:
    """What an approved portfolio asks of a project. `budget` is in the register's unit."""

    project: str
    scenario: str
    decision: str
    start_quarter: int | None
    finish_quarter: int | None
    budget: float

    @property
    def finish(self) -> str:
        """The last day of its last quarter, "" where it does not go on."""
        return "" if self.finish_quarter is None else last_day(self.finish_quarter).isoformat()


def targets(library: Library) -> dict[str, Target]:
    """The targets that were committed, by project of the register."""
    return {entry.uid: Target(**entry.body) for entry in library.entries(TARGET)}


@dataclass(frozen=True)
class PortfolioException:
    """Something between portfolio and project that somebody has to decide about."""

    project: str
    kind: str  # p80-deadline, forecast-deadline, target-finish, target-budget, gate
    text: str


COST_TOLERANCE = 0.05
"""Share by which the estimate at completion may exceed what is spent and approved."""


def exceptions(
    register: Register, committed: Mapping[str, Target] | None = None
) -> tuple[PortfolioException, ...]:
    """Forecasts beyond deadlines and targets, and gates that hold back budget; by project."""
    made: list[PortfolioException] = []
    for project in register.open_projects:
        target = (committed or {}).get(project.id)
        made += _late(project, target)
        if target is not None and project.eac is not None and target.budget > 0:
            approved = project.sunk_cost + target.budget
            if project.eac > approved * (1 + COST_TOLERANCE):
                text = (
                    f"The estimate at completion of {project.eac:,.1f} exceeds "
                    f"the approved {approved:,.1f} {register.settings.unit}."
                )
                made.append(PortfolioException(project.id, "target-budget", text))
        if (why := release_blocked(register, project.id)) is not None:
            made.append(PortfolioException(project.id, "gate", why))
    return tuple(made)


def _late(project: Project, target: Target | None) -> list[PortfolioException]:
    made = []
    if project.deadline:
        deadline = day(project.deadline)
        if project.forecast_finish and day(project.forecast_finish) > deadline:
            text = f"The forecast finish {project.forecast_finish} is after {project.deadline}."
            made.append(PortfolioException(project.id, "forecast-deadline", text))
        elif project.p80_finish and day(project.p80_finish) > deadline:
            text = (
                f"The P80 finish {project.p80_finish} is after the deadline {project.deadline}: "
                "less than 80 % chance to meet it."
            )
            made.append(PortfolioException(project.id, "p80-deadline", text))
    if target is not None and target.finish and project.forecast_finish > target.finish:
        text = f"The forecast finish {project.forecast_finish} is after the target {target.finish}."
        made.append(PortfolioException(project.id, "target-finish", text))
    return made


def release_blocked(register: Register, project: str) -> str | None:
    """Why budget of a project must not be released by its latest gate, None when it may.

    Gates that are still ahead and open hold nothing back yet.
    """
    today = register.settings.valuation_date
    mine = [
        gate
        for gate in register.gates
        if gate.project == project and (gate.decision or gate.date <= today)
    ]
    if not mine:
        return None
    latest = max(mine, key=lambda gate: (gate.date, gate.gate))
    if latest.decision in ("go", "conditional"):
        return None
    said = latest.decision or "not decided"
    return f"Gate {latest.gate} is '{said}': no budget is released."
