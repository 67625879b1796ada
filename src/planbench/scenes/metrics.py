"""Lengths of the Gantt, from the design tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Metrics:
    """Lengths of the Gantt in pixels (tokens `gantt`, rows of 24)."""

    row: int = 24
    bar_top: float = 4.0
    bar_height: float = 10.0
    baseline_top: float = 16.0
    baseline_height: float = 4.0
    keel: float = 2.0
    summary: float = 4.0
    cap_drop: float = 8.0
    cap_width: float = 6.0
    effort: float = 4.0
    tick: float = 10.0
    milestone: float = 6.0
    baseline_milestone: float = 4.0
    label_gap: float = 10.0
    milestone_label_gap: float = 16.0
    exit_stub: float = 5.0
    entry_stub: float = 6.0
    arrow: tuple[float, float] = (5.0, 6.0)
    fade_full: float = 0.35
    fade_gone: float = 0.12
    driving_gone: float = 0.05
    other_opacity: float = 0.7

    @property
    def middle(self) -> float:
        """Of the bar, from the top of its row."""
        return self.bar_top + self.bar_height / 2

    @staticmethod
    def of_tokens(gantt: dict[str, Any], row: int = 24) -> Metrics:
        """Metrics of the design tokens for a row height."""
        base = gantt["row_24"] if row >= 24 else gantt["row_22_print"]
        shift = float((row - (24 if row >= 24 else 22)) // 2)
        link, fading = gantt["link"], gantt["link"]["fade"]
        return Metrics(
            row=row,
            bar_top=base["bar_top"] + shift,
            bar_height=float(base["bar_height"]),
            baseline_top=base["baseline_top"] + shift,
            baseline_height=float(base["baseline_height"]),
            keel=float(gantt["critical_keel"]),
            summary=float(gantt["summary"]["thickness"]),
            cap_drop=float(gantt["summary"]["cap_drop"]),
            cap_width=float(gantt["summary"]["cap_width"]),
            effort=float(gantt["loe"]["height"]),
            tick=float(gantt["loe"]["end_tick"]),
            milestone=float(gantt["milestone_half"]),
            baseline_milestone=float(gantt["baseline_milestone_half"]),
            label_gap=float(gantt["label"]["gap_after_bar"]),
            milestone_label_gap=float(gantt["label"]["gap_after_milestone"]),
            exit_stub=float(link["exit_stub"]),
            entry_stub=float(link["entry_stub"]),
            arrow=(float(link["arrow"][0]), float(link["arrow"][1])),
            fade_full=fading["full_at_px_per_day"],
            fade_gone=fading["gone_at_px_per_day"],
            driving_gone=fading["driving_gone_at_px_per_day"],
            other_opacity=link["other_alpha"],
        )
