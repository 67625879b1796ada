"""One figure for a ruleset, in two published ways, with what each metric takes from it.

By records an activity either passes every metric or does not; by metrics each metric gives its
share of points. Both are 100 when nothing is found. Weights are those of the ruleset, 1 where it
says nothing. What is not applicable, not run, or has no limit takes no part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from planbench.domain.schedule import Flags, Schedule
from planbench.engines.quality.result import FLAG, MEETS, MetricResult, QualityReport

SCORE_VERSION = "1"
"""Changes whenever the same results would give another score."""

AT_MOST_FLAGGED = 0.5
"""Credit of a metric that flags, however near it is to its limit."""


@dataclass(frozen=True)
class Share:
    """What one metric takes from a score, in points of 100.

    `by_metrics` adds up, over all metrics, to what is missing in the score by metrics, and
    `by_records` to what is missing by records: the point of an activity that fails several metrics
    is split between them evenly. `alone` is what the score by records would gain if this metric
    alone found nothing. `records` is the number of activities behind it.
    """

    metric: str
    weight: float
    credit: float
    by_metrics: float
    by_records: float
    alone: float
    records: int


@dataclass(frozen=True)
class Score:
    """A ruleset's score. None where there is nothing to score."""

    by_records: float | None
    by_metrics: float | None
    passing: int
    records: int
    shares: tuple[Share, ...]
    version: str = SCORE_VERSION


def scored(schedule: Schedule, report: QualityReport) -> QualityReport:
    """The report with its score."""
    return replace(report, score=score_of(schedule, report))


def score_of(schedule: Schedule, report: QualityReport) -> Score:
    """The score of a report by records and by metrics.

    Records are the activities that at least one metric with a limit counted, of links their
    successors. One fails when it is behind such a metric, whether or not the metric as a whole
    stays within its limit. By metrics the score is the mean of the credits by weight: 1 for a
    metric that meets, and for one that flags half of how near it is, limit to value or value to
    limit; where the limit is none, the share of what was counted that is clean.
    """
    used = [one for one in report.metrics if one.state in (MEETS, FLAG)]
    counted = np.zeros(len(schedule), dtype=bool)
    failed = np.zeros(len(schedule), dtype=np.int64)
    behind: list[Flags] = []
    for result in used:
        counted |= _activities(schedule, result, result.membership.inside)
        found = np.zeros(result.membership.codes.size, dtype=bool)
        found[result.rows] = True
        behind.append(_activities(schedule, result, found))
        failed += behind[-1]
    counted |= failed > 0
    records = int(counted.sum())
    weights = [result.metric.weight for result in used]
    whole = sum(weights)
    point = 100.0 / records if records else 0.0
    shares = []
    for result, weight, rows in zip(used, weights, behind, strict=True):
        credit = credit_of(result)
        shares.append(
            Share(
                result.id,
                weight,
                credit,
                100.0 * weight * (1.0 - credit) / whole if whole else 0.0,
                point * float((1.0 / failed[rows]).sum()),
                point * float(np.count_nonzero(failed[rows] == 1)),
                int(rows.sum()),
            )
        )
    passing = int(np.count_nonzero(counted & (failed == 0)))
    return Score(
        100.0 * passing / records if records else None,
        100.0 - sum(share.by_metrics for share in shares) if whole else None,
        passing,
        records,
        tuple(shares),
    )


def credit_of(result: MetricResult) -> float:
    """What a metric gives of its weight, 0 to 1."""
    value, limit = result.value, result.threshold
    if result.state == MEETS or value is None or limit is None:
        return 1.0
    if limit <= 0:
        size = result.membership.size
        near = 1.0 - result.rows.size / size if size else 0.0
    elif result.better == "higher":
        near = value / limit
    else:
        near = limit / value if value else 0.0
    return AT_MOST_FLAGGED * min(max(near, 0.0), 1.0)


def _activities(schedule: Schedule, result: MetricResult, mask: Flags) -> Flags:
    """Objects of a result as activities; calendars and projects are none."""
    if result.kind == "activity":
        return mask
    found = np.zeros(len(schedule), dtype=bool)
    if result.kind == "relationship":
        found[schedule.relationships.successor[mask]] = True
    return found
