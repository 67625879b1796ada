"""Figures of a finished simulation: contingency, money by month, what hard constraints hide."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Constraint, Flags, Schedule
from planbench.domain.times import DAY, Minutes, from_iso, to_iso
from planbench.services.document import Document
from planbench.services.jobs import JobContext

if TYPE_CHECKING:
    from planbench.engines.risk.result import RiskResult
    from planbench.engines.risk.spending import Bands
    from planbench.services.library import Library

POLICIES = (50.0, 70.0, 80.0, 90.0)
"""Percentiles at which organisations commonly set their contingency."""

READINESS = "risk-despite"
"""Kind of the library's entries that say why a schedule was simulated in spite of warnings."""


@dataclass(frozen=True)
class Contingency:
    """What a policy adds to the calculated finish and to the cost by plan; negative is a margin."""

    percent: float
    finish: int
    calendar_days: float
    working_days: float  # of the project's calendar
    cost: float | None


@dataclass(frozen=True)
class Lifted:
    """How much later the finish is, in minutes, once hard constraints no longer hold it."""

    ids: tuple[str, ...]
    calculated: int
    p50: float
    p80: float


def _shown(document: Document) -> RiskResult:
    if document.risk is None:
        raise PlanbenchError("nothing was simulated", mend="Run the simulation first.")
    return document.risk


def contingency(document: Document, percent: float) -> Contingency:
    """The contingency at a percentile: P less the calculated finish, P less the cost by plan.

    Raises PlanbenchError when nothing was simulated.
    """
    from planbench.engines.cpm.horizon import packed_calendars
    from planbench.engines.cpm.network import calendars_of, used_calendars
    from planbench.engines.worktime import work_each

    result, schedule = _shown(document), document.schedule
    at, plan = result.percentile(percent), result.deterministic
    first, last = min(at, plan) // DAY - 1, max(at, plan) // DAY + 2
    calendars = calendars_of(schedule)
    table = packed_calendars(calendars, first, last, lambda: used_calendars(schedule))
    main = max(schedule.projects[result.project].calendar, 0) if schedule.projects else 0
    early, late = np.array([min(at, plan)]), np.array([max(at, plan)])
    minutes = int(work_each(table, np.array([main], dtype=np.int32), early, late)[0])
    sign = 1.0 if at >= plan else -1.0
    cost = result.cost
    return Contingency(
        percent,
        at,
        (at - plan) / DAY,
        sign * abs(minutes) / calendars[main].minutes_per_day,
        None if cost is None else cost.percentile(percent) - cost.at_plan,
    )


def month_edges(document: Document) -> Minutes:
    """First instants of the months from the data date to the latest finish of all runs."""
    result = _shown(document)
    day = dt.date.fromisoformat((to_iso(document.schedule.data_date) or "")[:10]).replace(day=1)
    last = int(result.finish.max())
    edges = [from_iso(day.isoformat())]
    while edges[-1] < last:
        day = (day + dt.timedelta(days=32)).replace(day=1)
        edges.append(from_iso(day.isoformat()))
    return np.array(edges, dtype=np.int64)


def cash_flow(document: Document) -> Bands | None:
    """Cost by month over all runs; None for a model without costs."""
    cost = _shown(document).cost
    return None if cost is None else cost.flow(month_edges(document))


def resource_load(document: Document, code: str) -> Bands:
    """Units of a resource by month over all runs. Raises ModelError for an unknown one."""
    return _shown(document).resource_load(code, month_edges(document))


def lifted(document: Document, context: JobContext | None = None) -> Lifted:
    """What the shown run would be without hard constraints, with the same random numbers.

    Raises PlanbenchError when nothing was simulated.
    """
    from planbench.engines.risk.result import paired_gain
    from planbench.engines.risk.rules import network_for_runs
    from planbench.engines.risk.simulate import RunOptions, simulate
    from planbench.services.risk import hard_constraints

    result, model, context = _shown(document), document.risk_model, context or JobContext()
    hard = hard_constraints(document)
    ids = tuple(document.schedule.activities.code[hard].tolist())
    if not ids or model is None:
        return Lifted((), 0, 0.0, 0.0)
    network, cpm = network_for_runs(_without(document.schedule, hard), None)
    options = RunOptions(
        result.iterations,
        result.seed,
        sampling=result.sampling,
        mitigated=result.mitigated,
        paths=False,
        statistics=False,
        cost=False,
        project=result.project,
    )

    def tell(done: int, total: int) -> None:
        context.report(done, total, "Simulating without hard constraints")

    other = simulate(network, cpm, model, options, tell)
    gains = [-paired_gain(result.finish, other.finish, p)[0] for p in (50.0, 80.0)]
    return Lifted(ids, other.deterministic - result.deterministic, *gains)


@dataclass(frozen=True)
class Gain:
    """What actions change of a percentile of the finish; `minutes` earlier, same random numbers."""

    percent: float
    before: int
    after: int
    minutes: float
    half_width: float  # half of the 95 % interval of the difference, NaN for few runs


@dataclass(frozen=True)
class Benefit:
    """The run before against that after the actions of the register, and what the actions cost.

    Money is the mean over the runs, None for a model without costs; `net` is what is saved once
    the actions are paid.
    """

    gains: tuple[Gain, ...]
    sure_before: float  # share of the runs that meet the calculated finish
    sure_after: float
    actions: float | None
    cost_before: float | None
    cost_after: float | None

    @property
    def net(self) -> float | None:
        """Mean cost before less mean cost after, which has the actions in it."""
        if self.cost_before is None or self.cost_after is None:
            return None
        return self.cost_before - self.cost_after


def other_state(document: Document, context: JobContext | None = None) -> RiskResult:
    """The shown run with its risks after actions, or before them where it is after, same numbers.

    Raises PlanbenchError when nothing was simulated or no risk has actions.
    """
    from planbench.services.risk import simulated

    result, model = _shown(document), document.risk_model
    if model is None or not any(risk.mitigated for risk in model.risks):
        raise PlanbenchError("no risk of the model has a state after actions")
    return simulated(
        document,
        model,
        iterations=result.iterations,
        seed=result.seed,
        sampling=result.sampling,
        mitigated=not result.mitigated,
        exclusion=False,
        context=context,
    )


def benefit(one: RiskResult, other: RiskResult) -> Benefit:
    """What the actions buy, from a run before and one after them in any order."""
    from planbench.engines.risk.result import paired_gain

    before, after = (other, one) if one.mitigated else (one, other)
    gains = tuple(
        Gain(
            percent,
            before.percentile(percent),
            after.percentile(percent),
            *paired_gain(before.finish, after.finish, percent),
        )
        for percent in POLICIES
    )
    costs = [None if run.cost is None else float(run.cost.total.mean()) for run in (before, after)]
    spent = None if after.cost is None else float(after.cost.means.get("actions", 0.0))
    sure = [run.confidence(run.deterministic) for run in (before, after)]
    return Benefit(gains, sure[0], sure[1], spent, costs[0], costs[1])


def benefit_json(document: Document, context: JobContext | None = None) -> dict[str, Any]:
    """What the actions buy, in hours of the clock and money."""
    found = benefit(_shown(document), other_state(document, context))
    return {
        "finish": [
            {
                "percent": gain.percent,
                "before": to_iso(gain.before),
                "after": to_iso(gain.after),
                "gain_h": gain.minutes / 60.0,
                "half_width_h": None if math.isnan(gain.half_width) else gain.half_width / 60.0,
            }
            for gain in found.gains
        ],
        "probability_before": found.sure_before,
        "probability_after": found.sure_after,
        "cost_of_actions": found.actions,
        "mean_cost_before": found.cost_before,
        "mean_cost_after": found.cost_after,
        "net_saving": found.net,
    }


def merges_json(document: Document) -> list[dict[str, Any]]:
    """What merging costs at every activity where links meet, in its working hours, most first."""
    found = _shown(document).merge_bias()
    codes = document.schedule.activities.code
    order = np.argsort(-found.minutes, kind="stable")
    return [
        {
            "id": str(codes[found.rows[k]]),
            "links": int(found.links[k]),
            "bias_h": float(found.minutes[k]) / 60.0,
        }
        for k in order.tolist()
        if found.minutes[k] > 0
    ]


def run_despite(document: Document, reason: str, library: Library | None = None) -> str:
    """Log that a schedule is simulated in spite of what `readiness` found; the line that was kept.

    It goes into the document's history, and with a library into its journal. Raises
    PlanbenchError without a reason, and StoreError.
    """
    from planbench.services.risk import readiness

    if not reason.strip():
        raise PlanbenchError("a reason is missing", "risk", "Say why in words.")
    found = {item.id: len(item.ids) for item in readiness(document)}
    counted = ", ".join(f"{name} {count}" if count else name for name, count in found.items())
    line = f"Simulated in spite of {counted or 'no warning'}: {reason.strip()}"
    document.history.append(f"{line}.")
    document.risk_reason = reason.strip()
    if library is not None and document.update is not None:
        from planbench.store.records import Entry

        body = {"reason": reason.strip(), "found": found}
        entry = Entry(READINESS, str(document.update), body, document.library_project)
        library.put_entries([entry], line)
    return line


def why_despite(document: Document, library: Library | None = None) -> str:
    """Why this update is simulated in spite of warnings; empty where nobody said so.

    Raises StoreError.
    """
    if document.risk_reason or library is None or document.update is None:
        return document.risk_reason
    for entry in library.entries(READINESS, document.library_project):
        if entry.uid == str(document.update):
            document.risk_reason = str(entry.body.get("reason", ""))
    return document.risk_reason


@dataclass(frozen=True)
class Freed:
    """The calculated finish as it is, and without the hard constraints."""

    ids: tuple[str, ...]
    finish: int
    without: int


def freed(document: Document) -> Freed:
    """What the calculated finish is once hard constraints no longer hold it.

    Raises PlanbenchError for a schedule that was not calculated.
    """
    from planbench.engines.risk.rules import network_for_runs
    from planbench.services.risk import hard_constraints

    if document.cpm is None:
        raise PlanbenchError("the schedule was not calculated", mend="Calculate it first.")
    hard = hard_constraints(document)
    project = document.schedule.main_project
    finish = int(document.cpm.project_finish[project])
    if not hard.any():
        return Freed((), finish, finish)
    _, cpm = network_for_runs(_without(document.schedule, hard), None)
    ids = tuple(document.schedule.activities.code[hard].tolist())
    return Freed(ids, finish, int(cpm.project_finish[project]))


def _without(schedule: Schedule, hard: Flags) -> Schedule:
    """The schedule with these activities free of constraints."""
    acts = schedule.activities
    return schedule.with_activities(
        constraint=np.where(hard, Constraint.NONE, acts.constraint).astype(np.int8),
        constraint2=np.where(hard, Constraint.NONE, acts.constraint2).astype(np.int8),
    )


def bands_json(found: Bands) -> dict[str, Any]:
    """Bands as plain numbers, one value a period."""
    return {
        "edges": [to_iso(edge) for edge in found.edges.tolist()],
        "planned": found.planned.tolist(),
        "mean": found.mean.tolist(),
        **{f"p{level}": values.tolist() for level, values in found.levels.items()},
        "cumulative": {f"p{p}": values.tolist() for p, values in found.cumulative.items()},
    }


def figures_json(document: Document) -> dict[str, Any]:
    """Contingency by policy, cost by CBS and by month, and how the run settled."""
    from planbench.engines.risk.result import convergence

    result = _shown(document)
    flow = cash_flow(document)
    by_cbs = result.cost.by_cbs() if result.cost is not None else {}
    return {
        "contingency": [
            {
                "percent": item.percent,
                "finish": to_iso(item.finish),
                "calendar_days": item.calendar_days,
                "working_days": item.working_days,
                "cost": item.cost,
            }
            for item in (contingency(document, percent) for percent in POLICIES)
        ],
        "cost_by_cbs": {code: float(values.mean()) for code, values in by_cbs.items()},
        "cash_flow": None if flow is None else bands_json(flow),
        "convergence": [
            {
                "iterations": step.iterations,
                **{f"p{p:g}": to_iso(int(value)) for p, (value, _) in step.levels.items()},
                **{
                    f"p{p:g}_half_width_h": None if width != width else width / 60.0
                    for p, (_, width) in step.levels.items()
                },
            }
            for step in convergence(result.finish)
        ],
    }


def lifted_json(document: Document, context: JobContext | None = None) -> dict[str, Any]:
    """How much later the finish is without hard constraints, in hours of the clock."""
    found = lifted(document, context)
    return {
        "ids": list(found.ids),
        "calculated_h": found.calculated / 60.0,
        "p50_h": found.p50 / 60.0,
        "p80_h": found.p80 / 60.0,
    }
