"""What Control and reports tell in words about where a project stands: the facts of its story."""

from __future__ import annotations

from dataclasses import dataclass

from planbench.domain.times import DAY
from planbench.services.control import ControlReport, Row


@dataclass(frozen=True)
class Standing:
    """The facts of a story.

    `area` is the work area one level below the project that is furthest behind, None where none
    is; `over` the forecast by CPI less the budget, None without one; `days` calendar days of the
    earned schedule after the data date, below zero behind it.
    """

    area: Row | None
    over: float | None
    days: float


def standing(report: ControlReport) -> Standing:
    """The facts of a measured update."""
    level = 1 if any(row.level == 1 for row in report.wbs) else 0
    behind = [row for row in report.wbs if row.level == level and row.values.sv < 0]
    eac = report.eac
    return Standing(
        min(behind, key=lambda row: row.values.sv, default=None),
        None if eac is None else eac - report.measured.values.bac,
        (report.measured.earned_date - report.data_date) / DAY,
    )
