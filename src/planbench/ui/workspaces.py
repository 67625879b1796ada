"""The workspaces in the order of a planner's day, and how each is made when first visited."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from planbench.ui.state import AppState
from planbench.ui.translation import tr


@dataclass(frozen=True)
class Entry:
    """One place on the rail; `path` is `module:Class`."""

    name: str
    title: str
    icon: str
    path: str
    needs_document: bool = True


WORKSPACES = (
    Entry("home", tr("Home"), "home", "planbench.ui.home.workspace:HomeWorkspace", False),
    Entry(
        "schedule", tr("Schedule"), "schedule", "planbench.ui.schedule.workspace:ScheduleWorkspace"
    ),
    Entry("logic", tr("Logic"), "logic", "planbench.ui.logic.workspace:LogicWorkspace"),
    Entry("quality", tr("Quality"), "quality", "planbench.ui.quality.workspace:QualityWorkspace"),
    Entry("compare", tr("Compare"), "compare", "planbench.ui.compare.workspace:CompareWorkspace"),
    Entry("risk", tr("Risk"), "risk", "planbench.ui.risk.workspace:RiskWorkspace"),
    Entry("control", tr("Control"), "control", "planbench.ui.control.workspace:ControlWorkspace"),
    Entry(
        "contract", tr("Contract"), "contract", "planbench.ui.contract.workspace:ContractWorkspace"
    ),
    Entry(
        "portfolio",
        tr("Portfolio"),
        "portfolio",
        "planbench.ui.portfolio.workspace:PortfolioWorkspace",
        needs_document=False,
    ),
    Entry("reports", tr("Reports"), "reports", "planbench.ui.reports.workspace:ReportsWorkspace"),
)


def entry(name: str) -> Entry:
    """The entry of a workspace. Raises KeyError for an unknown name."""
    return next((one for one in WORKSPACES if one.name == name), None) or _unknown(name)


def _unknown(name: str) -> Entry:
    raise KeyError(name)


def make(one: Entry, state: AppState) -> Any:
    """Build a workspace; a module that cannot be imported is an error of ours and is raised."""
    module, _, name = one.path.partition(":")
    return getattr(importlib.import_module(module), name)(state)
