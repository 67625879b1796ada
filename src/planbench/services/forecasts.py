"""Every estimate of cost at completion of an update, and in how far work follows the plan's order.

Beside the estimates by performance factor: by the cost index of the last updates, bottom-up from
the remaining cost of the schedule, by the percentiles of a risk run, and one that people set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import ActivityType
from planbench.engines.control.indices import Values, implausible, ratio, recent_cpi
from planbench.engines.control.measure import Plan
from planbench.services.actions import need_library
from planbench.services.control import ControlReport, plan_of, scope_of
from planbench.services.document import Document
from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.services.library import Library

MANUAL = "manual-eac"
"""Kind of the library's entry that holds the estimate people set for a project."""

LAST = (3, 6)
"""Numbers of updates over which the recent cost index is taken."""

EFFORT_SHARE = 0.15
"""Level of effort should hold no more of the budget than this: it earns by time alone."""


@dataclass(frozen=True)
class Forecast:
    """One estimate at completion; `eac` is None where it cannot be made, `flags` what is odd."""

    name: str
    formula: str
    eac: float | None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrderLine:
    """How one activity was worked against the plan's order: PV at ES, and EV now."""

    row: int  # -1 for an activity that the update dropped
    code: str
    planned: float
    earned: float

    @property
    def reading(self) -> str:
        """Held up where less is earned than the plan had at ES, else ahead of its turn."""
        return "impeded" if self.planned > self.earned else "at risk of rework"


def forecasts_of(
    document: Document, library: Library | None, report: ControlReport
) -> tuple[Forecast, ...]:
    """All estimates at completion of a measured document. Raises StoreError as the library does."""
    measured = report.measured
    values = measured.values
    left = values.bac - values.ev
    found = [
        (f"PF {n}", f"AC + (BAC - EV) / {f'({n})' if '+' in n else n}", eac)
        for n, eac in measured.eac.items()
    ]
    points = report.history
    ev, ac = [one.values.ev for one in points], [one.values.ac for one in points]
    for n in LAST:
        part = ratio(left, recent_cpi(ev, ac, n))
        eac = None if part is None else values.ac + part
        needs = "" if len(points) > n else f"; needs {n + 1} updates, there are {len(points)}"
        words = f"AC + (BAC - EV) / (EV gained / AC spent){needs}"
        found.append((f"CPI of the last {n} updates", words, eac))
    bottom = values.ac + _remaining(document)
    found.append(("Bottom-up", "AC + remaining cost of all resources and expenses", bottom))
    risk = document.risk
    own = risk is not None and risk.schedule_digest == document.schedule.digest
    if own and risk is not None and risk.cost is not None and report.eac is not None:
        for level in (50, 80):
            drawn = report.eac + risk.cost.percentile(level) - risk.cost.at_plan
            words = f"EAC by CPI + P{level} of the drawn cost - its planned cost"
            found.append((f"Risk run, P{level}", words, drawn))
    manual = manual_of(library, document.library_project)
    if manual is not None:
        found.append(("Set by hand", manual[1] or "no reason is given", manual[0]))
    return tuple(Forecast(*one, tuple(implausible(values, one[2]))) for one in found)


def _remaining(document: Document) -> float:
    """Remaining cost of resources and expenses."""
    parts = (document.schedule.assignments, document.schedule.expenses)
    return sum(float(one.remaining_cost[one.activity >= 0].sum()) for one in parts)


def manual_of(library: Library | None, project: int | None) -> tuple[float, str] | None:
    """The estimate that people set for a project with its reason, None without one."""
    if library is None or project is None:
        return None
    for entry in library.entries(MANUAL, project):
        return float(entry.body["amount"]), str(entry.body.get("reason", ""))
    return None


def keep_manual(library: Library | None, project: int | None, amount: float, reason: str) -> None:
    """Keep an estimate set by hand; 0 takes it back.

    Raises StoreError when it cannot be kept, ModelError for an amount below zero or no reason.
    """
    library, project = need_library(library, project)
    if amount < 0:
        raise ModelError("an estimate is not below zero", "Estimate at completion")
    if amount and not reason.strip():
        raise ModelError("an estimate set by hand needs a reason", "Reason")
    entry = Entry(MANUAL, "eac", {"amount": amount, "reason": reason.strip()}, project)
    if amount:
        library.put_entries([entry], f"estimate at completion set: {reason.strip()}")
    elif manual_of(library, project) is not None:
        library.delete_entries([entry], "estimate at completion taken back")


def work_order(
    document: Document, library: Library | None, report: ControlReport
) -> tuple[OrderLine, ...]:
    """Activities whose earned value differs from what the plan had at ES, the largest first.

    They make the p-factor: p = sum of min(PV at ES, EV) / sum of PV at ES.
    """
    base, cpm, _ = plan_of(document, library)
    scope, _, codes = scope_of(document.schedule, base, cpm)
    measured = report.measured
    n = len(codes)
    at_es = Plan(scope).of_items(measured.earned_date)
    planned = np.bincount(scope.item_activity, at_es, minlength=n)
    earned = np.bincount(scope.item_activity, measured.item_ev, minlength=n)
    apart = np.abs(planned - earned)
    rows = np.argsort(-apart, kind="stable")
    own = len(document.schedule)
    return tuple(
        OrderLine(int(k) if k < own else -1, codes[k], float(planned[k]), float(earned[k]))
        for k in rows.tolist()
        if apart[k] > 0.005
    )


def effort_share(document: Document, report: ControlReport) -> float | None:
    """The share of the budget that level of effort holds, None without a budget."""
    kinds = document.schedule.activities.type
    effort = [
        row.values
        for row in report.activities
        if row.row >= 0 and kinds[row.row] == ActivityType.LEVEL_OF_EFFORT
    ]
    total: Values = sum(effort, Values())
    return ratio(total.bac, report.measured.values.bac)


def remarks_of(document: Document, report: ControlReport) -> tuple[str, ...]:
    """What does not fit together beside the remarks of the report itself."""
    found = []
    share = effort_share(document, report)
    if share is not None and share > EFFORT_SHARE:
        found.append(
            f"Level of effort holds {100 * share:.0f} % of the budget; "
            f"more than {100 * EFFORT_SHARE:.0f} % hides what is earned."
        )
    steps = np.diff(report.measured.curve_pv)
    if float(steps.min(initial=0.0)) < -0.005:
        found.append("The plan takes value back in a period: a budget is below zero.")
    return tuple(found)
