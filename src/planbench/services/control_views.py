"""What the further views of Control show, worked out in one go away from the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planbench.domain.errors import PlanbenchError, StoreError
from planbench.domain.schedule import NO_ROW, Rows
from planbench.engines.control.rules import Step
from planbench.services import packs, standards
from planbench.services.actions import need_library
from planbench.services.cash import CashReport, Scenario, cash_report, payment_of, scenarios_of
from planbench.services.control import ControlReport
from planbench.services.document import Document
from planbench.services.packs import Deviation, KpiValue, Standards
from planbench.services.progress import (
    ProgressReport,
    commodities,
    progress_report,
    submitters,
)

if TYPE_CHECKING:
    from planbench.services.library import Library


@dataclass(frozen=True)
class CashView:
    """Cash under one scenario. `report` is None with `trouble` in words."""

    report: CashReport | None
    scenarios: tuple[Scenario, ...]
    trouble: str
    why_not: str  # why nothing can be kept, "" when it can


@dataclass(frozen=True)
class ProgressView:
    """Progress, the commodities whose rules can be chosen, and where each activity is.

    `wbs` and `accounts` are sets of rows of the WBS (with all above them) and of the accounts, by
    activity id.
    """

    document: Document
    report: ProgressReport
    commodities: Mapping[str, tuple[Step, ...]]
    wbs: Mapping[str, frozenset[int]]
    accounts: Mapping[str, frozenset[int]]
    submitters: Mapping[str, str]  # who submitted each measurement last, by activity id
    why_not: str


@dataclass(frozen=True)
class StandardsView:
    """Packs to choose from, the one that holds, and how the project complies with it."""

    document: Document
    packs: tuple[Standards, ...]
    bound: Standards | None
    deviations: tuple[Deviation, ...]
    kpis: tuple[KpiValue, ...]
    rulesets: tuple[tuple[str, str], ...]  # (id, title) of all that can be a check profile
    templates: tuple[tuple[str, str], ...]
    why_not: str


def why_not_kept(library: Library | None, project: int | None) -> str:
    """Why nothing can be kept about a project, "" when it can."""
    try:
        need_library(library, project)
    except StoreError as error:
        return error.line
    return ""


def cash_view(
    document: Document, library: Library | None, report: ControlReport, asked: int
) -> CashView:
    """Cash under the scenario at place `asked`, the first when there is none."""
    project = document.library_project
    why_not = why_not_kept(library, project)
    scenarios = scenarios_of(library, project)
    payment = payment_of(library, project)
    if payment is None:
        return CashView(None, scenarios, why_not, why_not)
    scenario = scenarios[asked] if asked < len(scenarios) else scenarios[0]
    try:
        found = cash_report(document, library, report, payment, scenario)
    except PlanbenchError as error:
        return CashView(None, scenarios, error.line, why_not)
    return CashView(found, scenarios, "", why_not)


def progress_view(
    document: Document, library: Library | None, report: ControlReport
) -> ProgressView:
    """Progress of a measured document."""
    schedule = document.schedule
    above, over_account = _above(schedule.wbs.parent), _above(schedule.accounts.parent)
    none: frozenset[int] = frozenset()
    codes = schedule.activities.code.tolist()
    wbs = {
        code: above[row] if row >= 0 else none
        for code, row in zip(codes, schedule.activities.wbs.tolist(), strict=True)
    }
    accounts: dict[str, frozenset[int]] = {}
    for items in (schedule.assignments, schedule.expenses):
        for activity, account in zip(items.activity.tolist(), items.account.tolist(), strict=True):
            if activity >= 0 and account >= 0:
                code = codes[activity]
                accounts[code] = accounts.get(code, none) | over_account[account]
    return ProgressView(
        document,
        progress_report(document, library, report),
        commodities(library),
        wbs,
        accounts,
        submitters(library, document.library_project),
        why_not_kept(library, document.library_project),
    )


def _above(parent: Rows) -> list[frozenset[int]]:
    """Every row of a tree with all above it; parents come before their children."""
    found: list[frozenset[int]] = []
    for row, over in enumerate(parent.tolist()):
        found.append(frozenset({row}) | (found[over] if over != NO_ROW else frozenset()))
    return found


def standards_view(
    document: Document, library: Library | None, report: ControlReport | None
) -> StandardsView:
    """The pack of a project and its compliance; without a report KPIs are left out.

    Compliance is with templates, dictionaries and calendars, then with check and report profiles.
    """
    project = document.library_project
    bound = packs.bound(library, project)
    return StandardsView(
        document,
        packs.packs_of(library),
        bound,
        (
            *packs.deviations(document.schedule, bound),
            *standards.profile_deviations(document, bound, library),
        )
        if bound
        else (),
        packs.kpi_values(report, bound) if bound and report else (),
        tuple((one.id, one.title) for one in standards.rulesets_for(library, project)),
        tuple((one.id, one.title) for one in standards.report_templates(library, project)[0]),
        why_not_kept(library, project),
    )
