"""Where the cards of a dashboard lead: the workspace that answers further.

Dashboards are templates like those of reports, shown as cards. Every audience sees the same
snapshot through the same sections; what differs is what it asks.
"""

from __future__ import annotations

from collections.abc import Mapping

from planbench.services.reports.figures import FIGURES
from planbench.services.reports.kinds import KINDS

DOORS: Mapping[str, str] = {
    "document": "schedule",
    "cpm": "schedule",
    "baseline": "schedule",
    "control": "control",
    "actions": "control",
    "programme": "home",
    "quality": "quality",
    "risk": "risk",
    "cost-risk": "risk",
    "review": "compare",
    "series": "compare",
    "binding": "contract",
    "portfolio": "portfolio",
}
"""The workspace that answers further for each part of a snapshot."""


def door_of_section(kind: str) -> str:
    """The workspace in which a kind of section is looked into, "" for one that has none."""
    if kind == "lights":
        return "control"
    needs = KINDS[kind].needs if kind in KINDS else ()
    return DOORS.get(needs[0], "") if needs else ""


def door_of_figure(title: str) -> str:
    """The workspace in which a figure is looked into, by its title."""
    return next((DOORS.get(one.part, "") for one in FIGURES.values() if one.title == title), "")
