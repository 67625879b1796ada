"""The score of a ruleset from update to update, and which metrics moved it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planbench.services.document import Document
from planbench.services.quality import known_score, measured_alike

if TYPE_CHECKING:
    from planbench.engines.quality.result import QualityReport
    from planbench.services.library import Library


@dataclass(frozen=True)
class ScorePoint:
    """Both scores at an update; `takes` are points of the score by records, by metric.

    `takes` is empty where they were not kept.
    """

    label: str
    data_date: int
    by_records: float
    by_metrics: float
    takes: Mapping[str, float] = field(default_factory=dict)


def score_history(
    document: Document, library: Library | None, report: QualityReport
) -> list[ScorePoint]:
    """The scores of the updates before a report and its own, by data date.

    Those of other versions of the ruleset or of the score are left out. Raises StoreError when the
    library cannot be read.
    """
    found = []
    for update, figures in measured_alike(document, library, report.project):
        score = known_score(figures)
        if figures["ruleset"] != report.ruleset_id or score is None:
            continue
        takes = {str(one["metric"]): float(one["points"]) for one in score.get("takes", ())}
        by_metrics = score.get("by_metrics")
        if by_metrics is not None:
            by_records = float(score["by_records"])
            found.append(
                ScorePoint(update.label, update.data_date, by_records, float(by_metrics), takes)
            )
    now = report.score
    if now is not None and now.by_records is not None and now.by_metrics is not None:
        takes = {share.metric: share.by_records for share in now.shares}
        label = document.update_label or document.title
        date = document.schedule.data_date
        found.append(ScorePoint(label, date, now.by_records, now.by_metrics, takes))
    return found


def moved_by(history: list[ScorePoint]) -> dict[str, float]:
    """By metric: points of the score by records it gave (+) or took since the update before.

    The points add up to the movement of the score. Empty where there is no update before, or what
    its metrics took was not kept.
    """
    if len(history) < 2 or not history[-2].takes:
        return {}
    before, now = history[-2].takes, history[-1].takes
    return {
        metric: before.get(metric, 0.0) - now.get(metric, 0.0)
        for metric in sorted(before.keys() | now.keys())
    }
