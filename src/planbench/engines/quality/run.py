"""Holding rulesets against a schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from planbench.domain.schedule import Baseline, Schedule
from planbench.engines.quality.context import Asker, CannotAsk, Context
from planbench.engines.quality.measures import MEASURES
from planbench.engines.quality.measures.base import nothing
from planbench.engines.quality.result import (
    FLAG,
    MEETS,
    NO_LIMIT,
    NOT_APPLICABLE,
    NOT_RUN,
    Measured,
    Metric,
    MetricResult,
    QualityReport,
    Ruleset,
    everything,
)
from planbench.engines.quality.score import scored

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult

_TINY = 1e-12
"""Shares that equal their limit but for rounding meet it."""


def run_rulesets(
    schedule: Schedule,
    cpm: CpmResult | None,
    rulesets: Iterable[Ruleset],
    baseline: Baseline | None = None,
    dates: str = "engine",
    previous: Schedule | None = None,
    project: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    asker: Asker | None = None,
) -> tuple[QualityReport, ...]:
    """Measure every metric of the rulesets.

    `dates` "engine" reads the calculated dates and floats, "stored" those of the file. `baseline`
    is aligned to the schedule's activities; `previous` is an earlier update of the same project.
    `project` restricts to one project of the file. What cannot be measured is not applicable with
    a reason. `progress(done, total, text)` is called before each metric. `asker` answers the
    expressions of metrics, which are not run without it.

    Raises ModelError for a ruleset with impossible options.
    """
    ctx = Context(schedule, cpm, baseline, previous, dates, project, asker)
    chosen = tuple(rulesets)
    total = sum(len(ruleset.metrics) for ruleset in chosen)
    done, reports = 0, []
    for ruleset in chosen:
        results = []
        for metric in ruleset.metrics:
            if progress is not None:
                progress(done, total, metric.title)
            results.append(_measured(ctx, metric))
            done += 1
        report = QualityReport(
            ruleset,
            -1 if project is None else project,
            schedule.digest,
            dates,
            baseline.name if baseline else "",
            tuple(results),
        )
        reports.append(scored(schedule, report))
    return tuple(reports)


def _measured(ctx: Context, metric: Metric) -> MetricResult:
    ctx.told.clear()
    try:
        found = MEASURES[metric.measure](ctx, metric)
    except CannotAsk as error:
        return _not_run(ctx, metric, str(error))
    where = metric.options.get("where", "")
    if where and where not in ctx.told:
        return _not_run(ctx, metric, "what this measures cannot be narrowed by a condition")
    return judge(metric, found)


def _not_run(ctx: Context, metric: Metric, reason: str) -> MetricResult:
    kind = "relationship" if metric.options.get("of") == "links" else "activity"
    size = len(ctx.links) if kind == "relationship" else ctx.n
    left_out = everything(size).without("not asked", np.ones(size, dtype=bool))
    return MetricResult(metric, NOT_RUN, reason, None, None, None, nothing(reason, left_out, kind))


def judge(metric: Metric, found: Measured) -> MetricResult:
    """Hold what was measured against the metric's limit."""
    value = found.value
    state, reason = found.state or MEETS, ""
    if value is None:
        state, reason = NOT_APPLICABLE, found.reason
    elif metric.threshold is None:
        state, reason = NOT_APPLICABLE, NO_LIMIT
    elif not found.state:
        excess = value - metric.threshold
        if metric.better == "higher":
            excess = -excess
        state = FLAG if excess > _TINY else MEETS
    return MetricResult(metric, state, reason, value, found.numerator, found.denominator, found)
