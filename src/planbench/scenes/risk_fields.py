"""Columns of a risk run, and what of it the Gantt can draw."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from planbench.domain.schedule import Flags, Numbers
from planbench.domain.times import Minutes, minutes_column
from planbench.scenes.columns import Column, Extras, PlanTable, Values, dates, numbers
from planbench.scenes.facts import minutes_per_day

if TYPE_CHECKING:
    from planbench.engines.risk.result import RiskResult, RunFields

LEVELS = (10, 50, 80, 90)
"""Percentiles of starts and finishes that are columns."""


def run_of(extras: Extras, activities: int) -> RiskResult | None:
    """The run, where it is one of a schedule with as many activities."""
    risk = extras.risk
    return risk if risk is not None and risk.criticality.size == activities else None


def fields_of(extras: Extras, activities: int) -> RunFields | None:
    """What was worked out after this very run."""
    run, fields = run_of(extras, activities), extras.risk_fields
    return (
        fields if run is not None and fields is not None and fields.digest == run.digest else None
    )


# ---------------------------------------------------------------- columns


def _of_run(make: Callable[[RiskResult, PlanTable], Values], table: PlanTable) -> Values:
    run = run_of(table.extras, len(table.schedule))
    return np.full(len(table.schedule), np.nan) if run is None else make(run, table)


def _share(name: str, run: RiskResult, _: PlanTable) -> Values:
    values: Values = 100.0 * getattr(run, name)
    return values


def _days(name: str, run: RiskResult, table: PlanTable) -> Values:
    days: Values = getattr(run, name) / minutes_per_day(table.schedule)
    return days


def _cruciality(run: RiskResult, table: PlanTable) -> Values:
    """Criticality times the rank correlation."""
    ranks: Values = np.abs(_of_fields("rank_correlation", table)) * np.nan_to_num(run.criticality)
    return ranks


def _of_fields(name: str, table: PlanTable) -> Values:
    fields = fields_of(table.extras, len(table.schedule))
    if fields is None:
        return np.full(len(table.schedule), np.nan)
    values: Values = 100.0 * getattr(fields, name)
    return values


def _finish(level: int, table: PlanTable) -> Values:
    run = run_of(table.extras, len(table.schedule))
    if run is None:
        return minutes_column(len(table.schedule))
    return run.finish_levels[level] if level else run.finish_mean


def _start(level: int, table: PlanTable) -> Values:
    fields = fields_of(table.extras, len(table.schedule))
    if fields is None:
        return minutes_column(len(table.schedule))
    return fields.start_levels[level] if level else fields.start_mean


_NUMBERS: tuple[tuple[str, str, Callable[[PlanTable], Values], str, str], ...] = (
    (
        "criticality",
        "Crit.\nindex %",
        partial(_of_run, partial(_share, "criticality")),
        "Criticality index",
        "Share of iterations in which it drives the finish, percent",
    ),
    (
        "sensitivity",
        "Sens.\nindex %",
        partial(_of_run, partial(_share, "sensitivity")),
        "Schedule sensitivity index",
        "Criticality × standard deviation of its duration / that of the finish, percent",
    ),
    (
        "significance",
        "Sign.\nindex %",
        partial(_of_fields, "significance"),
        "Significance index",
        "Mean of duration / (duration + total float) × time to finish / mean of it, percent; "
        "worked out after the run",
    ),
    (
        "cruciality",
        "Corr.\n%",
        partial(_of_run, partial(_share, "pearson")),
        "Duration sensitivity",
        "Correlation of its duration with the project's finish (Pearson), percent",
    ),
    (
        "rank_correlation",
        "Rank\ncorr. %",
        partial(_of_fields, "rank_correlation"),
        "Rank correlation",
        "Rank correlation of its duration with the project's finish (Spearman), percent; worked "
        "out after the run for the activities that matter most",
    ),
    (
        "cruciality_index",
        "Cruc.\nindex %",
        partial(_of_run, _cruciality),
        "Cruciality index",
        "Criticality × |rank correlation|, percent; worked out after the run",
    ),
    (
        "variance_share",
        "Share of\nvar. %",
        partial(_of_run, partial(_share, "variance_share")),
        "Share of variance",
        "Covariance of its duration and the finish / variance of the finish, percent",
    ),
    (
        "existence",
        "Exists\n%",
        partial(_of_run, partial(_share, "existence")),
        "Probability of existence",
        "Share of iterations in which the work is done, percent",
    ),
    (
        "duration_mean",
        "Mean\ndur.",
        partial(_of_run, partial(_days, "duration_mean")),
        "Mean duration",
        "Mean duration of all iterations, days of the activity's calendar",
    ),
    (
        "duration_sd",
        "SD\ndur.",
        partial(_of_run, partial(_days, "duration_sd")),
        "Standard deviation of duration",
        "Of all iterations, days of the activity's calendar",
    ),
)


def risk_columns() -> Iterable[Column]:
    """Measures and percentiles of the last run."""
    for key, title, make, label, tip in _NUMBERS:
        source = numbers(key, make, 1)
        yield Column(key, title, 60, "number", source, tip, None, "Risk", label)
    for end, make_dates in (("start", _start), ("finish", _finish)):
        for level in (*LEVELS, 0):
            key = f"{end}_p{level}" if level else f"{end}_mean"
            label = f"P{level} {end}" if level else f"Mean {end}"
            tip = f"{end.capitalize()} that {level} % of the iterations meet (risk run)"
            if not level:
                tip = "Mean of all iterations (risk run)"
            source = dates(key, partial(make_dates, level))
            yield Column(key, label, 84, "date", source, tip, category="Risk")


# ---------------------------------------------------------------- the Gantt


@dataclass(frozen=True)
class RiskMarks:
    """Percentiles of every activity's finish, and the share of the runs in which it drives."""

    p10: Minutes
    p50: Minutes
    p90: Minutes
    criticality: Numbers  # NaN where it is not simulated
    known: Flags  # percentiles are known and apart


def risk_marks(extras: Extras, activities: int) -> RiskMarks | None:
    """What the Gantt draws of the last run; None without one of this schedule."""
    run = run_of(extras, activities)
    if run is None:
        return None
    p10, p50, p90 = (run.finish_levels[level] for level in (10, 50, 90))
    return RiskMarks(p10, p50, p90, run.criticality, run.simulated & (p90 > p10))
