"""The kinds of section that templates choose from: what each needs, and its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planbench.engines.reports.blocks import Block
from planbench.services.reports import board, findings, lights, performance, plan
from planbench.services.reports.figures import Desk

Builder = Callable[[Desk, Mapping[str, Any]], list[Block]]


@dataclass(frozen=True)
class Kind:
    """A kind of section. Without one of `needs` it says why; `uses` are told where they are."""

    title: str
    build: Builder | None
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


_LIMITS = {
    "index_green": 0.95,
    "index_amber": 0.90,
    "margin": 0.01,
    "late_amber": 30.0,
    "flags_amber": 2,
    "overdue_amber": 2,
}

STRIP = ("finish", "slip", "earned", "spi_t", "cpi", "eac", "p80", "quality_flags")
"""Figures of a strip for which a template names none."""

KINDS: dict[str, Kind] = {
    "text": Kind("Text", None),
    "figures": Kind("Key figures", findings.figures, options={"show": list(STRIP)}),
    "lights": Kind(
        "State by dimension",
        lights.lights,
        ("document",),
        ("cpm", "baseline", "control", "quality", "risk", "actions"),
        _LIMITS,
    ),
    "basis": Kind("Basis", findings.basis, ("document",)),
    "story": Kind("In words", performance.story, ("control",)),
    "key-dates": Kind(
        "Key dates", plan.key_dates, ("cpm",), ("baseline", "earlier", "binding"), {"most": 25}
    ),
    "critical-path": Kind("Critical path", plan.critical_path, ("cpm",), (), {"most": 30}),
    "near-critical": Kind(
        "Near-critical work", plan.near_critical, ("cpm",), (), {"days": 15.0, "most": 25}
    ),
    "look-ahead": Kind("Look-ahead", plan.look_ahead, ("cpm",), (), {"days": 60, "most": 40}),
    "gantt": Kind(
        "Programme",
        plan.gantt_extract,
        ("cpm",),
        ("baseline",),
        {"of": "wbs", "level": 2, "most": 40},
    ),
    "all-activities": Kind("All activities", plan.whole_gantt, ("cpm",), ("baseline",)),
    "trends": Kind("Trends", plan.trends, ("series",), ("earlier",), {"milestones": 6}),
    "changes": Kind(
        "Changes since the update before", plan.changes, ("review",), ("earlier",), {"most": 15}
    ),
    "curves": Kind("Value over time", performance.curves, ("control",), ("earlier",)),
    "indices": Kind("Indices", performance.indices, ("control",), ("earlier",), {"scatter": True}),
    "progress": Kind("Progress", performance.progress, ("control",), (), {"level": 1}),
    "breakdown": Kind(
        "Cost and variances", performance.breakdown, ("control",), (), {"by": "wbs", "level": 2}
    ),
    "forecasts": Kind("Forecasts", performance.forecasts, ("control",)),
    "programme-values": Kind("Programme", performance.programme_values, ("programme",)),
    "time-phased": Kind("Time-phased budget", performance.time_phased, ("control",), ("earlier",)),
    "staffing": Kind("Resources", performance.staffing, ("cpm",), (), {"most": 6}),
    "explanations": Kind(
        "Explained variances",
        performance.explanations,
        ("control",),
        ("actions",),
        {"percent": 5.0, "level": 1},
    ),
    "actions": Kind(
        "Corrective actions", performance.actions, ("actions",), ("control",), {"closed": False}
    ),
    "quality": Kind("Schedule quality", findings.quality, ("quality",), ("baseline",)),
    "risk": Kind("Schedule risk", findings.risk, ("risk",), (), {"most": 10}),
    "cost-risk": Kind("Cost risk", findings.cost_risk, ("cost-risk",), ("risk", "control")),
    "contract": Kind(
        "Contract", findings.contract, ("binding",), ("earlier",), {"deadlines": True}
    ),
    "decisions": Kind("Decisions asked for", findings.decisions, ("portfolio",)),
    "limits": Kind("Limits and capacity", findings.limits, ("portfolio",), (), {"most": 12}),
    "frontier": Kind("Value for money", findings.frontier, ("portfolio",)),
    "roadmap": Kind("Roadmap", findings.roadmap, ("portfolio",)),
    "investments": Kind("Investment figures", findings.investments, ("portfolio",)),
    "indicators": Kind("Indicators and exceptions", board.board, ("portfolio",)),
    "capital": Kind("Capital plan", board.capital, ("portfolio",)),
    "benefits": Kind("Benefits", board.benefits, ("portfolio",)),
    "portfolio-risk": Kind("Portfolio risk", findings.portfolio_risk, ("portfolio",)),
}
"""All kinds of section by the name that templates use."""

OPTIONS: dict[str, Mapping[str, Any]] = {name: kind.options for name, kind in KINDS.items()}
"""Options of each kind with what they are where a template does not say."""
