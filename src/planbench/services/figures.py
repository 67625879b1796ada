"""What of a schedule and its results is worth a place in the list of projects; results as columns.

Everything is plain Python, instants are minutes since the epoch or None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planbench import __version__
from planbench.domain.schedule import Schedule, Status
from planbench.domain.times import NO_TIME, as_plain, latest
from planbench.services.document import Document

if TYPE_CHECKING:
    from planbench.engines.quality.result import QualityReport
    from planbench.engines.risk.result import RiskResult

Columns = dict[str, npt.NDArray[Any]]

LEVELS = (10, 50, 80, 90)
"""Percentiles of a risk run that the list shows."""


def of_schedule(schedule: Schedule) -> dict[str, Any]:
    """Counts and dates of a schedule's main project, for the list. Nothing is calculated.

    `finish` is what the file says: the project's scheduled finish, else its latest finish date.
    """
    acts = schedule.activities
    mine = acts.project == schedule.main_project
    status = np.bincount(acts.status[mine], minlength=3).tolist()
    project = schedule.projects[schedule.main_project] if schedule.projects else None
    finish = project.scheduled_finish if project else NO_TIME
    if finish == NO_TIME:
        done = latest(acts.actual_finish[mine])
        finish = max(done, latest(acts.stored_early_finish[mine]))
    return {
        "activities": int(mine.sum()),
        "not_started": status[Status.NOT_STARTED],
        "in_progress": status[Status.IN_PROGRESS],
        "complete": status[Status.COMPLETE],
        "planned_start": _known(project.planned_start if project else NO_TIME),
        "must_finish_by": _known(project.must_finish_by if project else NO_TIME),
        "finish": _known(finish),
    }


def _known(minute: int) -> int | None:
    return None if minute == NO_TIME else int(minute)


def of_dates(document: Document) -> dict[str, Any]:
    """Figures of a calculation: finish, critical activities, agreement with the stored dates."""
    schedule, cpm = document.schedule, document.cpm
    if cpm is None:
        raise ValueError("the document was not calculated")
    main = schedule.main_project
    mine = schedule.activities.project == main
    negative = mine & (cpm.total_float != NO_TIME) & (cpm.total_float < 0)
    finish = int(cpm.project_finish[main]) if cpm.project_finish.size > main else NO_TIME
    agreement = document.agreement
    return {
        "planbench": __version__,
        "finish": _known(finish),
        "critical": int((cpm.critical & mine).sum()),
        "negative_float": int(negative.sum()),
        "agreement_population": None if agreement is None else agreement.population,
        "agreement_all_five": None if agreement is None else agreement.all_five,
    }


def of_quality(report: QualityReport) -> tuple[dict[str, Any], Columns]:
    """Figures of a quality report, and the rows behind each metric by its id."""
    names = {metric.id: metric.name for metric in report.metrics}
    found = {
        "planbench": __version__,
        "ruleset": report.ruleset_id,
        "version": report.version,
        "project": report.project,
        "dates": report.dates,
        "baseline": report.baseline,
        "counts": report.counts(),
        "score": None
        if report.score is None
        else {
            "version": report.score.version,
            "by_records": report.score.by_records,
            "by_metrics": report.score.by_metrics,
            "takes": [
                {"metric": share.metric, "name": names[share.metric], "points": share.by_records}
                for share in report.score.shares
            ],
        },
        "metrics": [
            {
                "id": metric.id,
                "state": metric.state,
                "value": metric.value,
                "numerator": metric.numerator,
                "denominator": metric.denominator,
            }
            for metric in report.metrics
        ],
    }
    return found, {metric.id: metric.rows for metric in report.metrics}


def of_risk(risk: RiskResult) -> tuple[dict[str, Any], Columns]:
    """Inputs and figures of a risk run, and its columns."""
    columns, plain = taken_apart(risk)
    figures = {f"p{level}": int(risk.percentile(level)) for level in LEVELS}
    return {"planbench": __version__, **plain, **figures}, columns


def taken_apart(result: Any) -> tuple[Columns, dict[str, Any]]:
    """A result's columns, and its other values as far as JSON can hold them.

    Columns that lie in a mapping are called "field key". What is private to the result stays out.
    """
    columns: Columns = {}
    plain: dict[str, Any] = {}
    for item in fields(result):
        value = getattr(result, item.name)
        if item.name.startswith("_"):
            continue
        if isinstance(value, np.ndarray):
            columns[item.name] = value
        elif isinstance(value, Mapping) and any(isinstance(v, np.ndarray) for v in value.values()):
            columns.update({f"{item.name} {key}": column for key, column in value.items()})
        else:
            plain[item.name] = _plain(value)
    return columns, plain


def _plain(value: Any) -> Any:
    """What JSON can hold of a value: records become mappings, tuples lists."""
    if is_dataclass(value) and not isinstance(value, type):
        public = [item.name for item in fields(value) if not item.name.startswith("_")]
        return {name: _plain(getattr(value, name)) for name in public}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    return as_plain(value)
