"""Schedule quality of a document: which rulesets there are, running them, telling the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.schedule import Baseline, Flags, LinkType, Numbers, Schedule
from planbench.domain.times import NO_TIME
from planbench.services.document import Document
from planbench.services.hold import held_back
from planbench.services.rulesets import chosen_rulesets
from planbench.services.standards import rulesets_for

if TYPE_CHECKING:
    from planbench.engines.quality.result import Metric, MetricResult, QualityReport, Ruleset
    from planbench.engines.quality.score import Score
    from planbench.scenes.expressions import ActivityFields, LinkFields
    from planbench.services.jobs import JobContext
    from planbench.services.library import Library
    from planbench.store.records import UpdateRecord


def measured_projects(schedule: Schedule) -> tuple[int, ...]:
    """Positions of the projects that are checked: exported ones that have activities."""
    used = np.unique(schedule.activities.project).tolist()
    exported = [row for row in used if row >= 0 and schedule.projects[row].exported]
    return tuple(exported or [row for row in used if row >= 0])


def baseline_of(document: Document) -> Baseline | None:
    """The assigned baseline, else the first one that the file itself carries."""
    if document.baseline is not None:
        return document.baseline
    return document.schedule.baselines[0] if document.schedule.baselines else None


def quality_of(
    document: Document,
    rulesets: Sequence[str | Ruleset] | None = None,
    previous: Schedule | None = None,
    context: JobContext | None = None,
    dates: str = "engine",
) -> tuple[QualityReport, ...]:
    """The reports of a document, project by project; the document is not changed.

    `rulesets` are ids, paths of ruleset files or rulesets. Raises ModelError for an unknown
    ruleset, Cancelled when the user stopped the job.
    """
    from planbench.engines.quality.run import run_rulesets

    chosen = chosen_rulesets(rulesets)
    projects = measured_projects(document.schedule)
    total = sum(len(ruleset.metrics) for ruleset in chosen) * max(len(projects), 1)
    reports: list[QualityReport] = []
    asker = FieldAsker(document, dates)
    for number, project in enumerate(projects):
        before = number * total // len(projects)

        def progress(done: int, _all: int, text: str, before: int = before) -> None:
            if context is not None:
                context.report(before + done, total, text)

        reports += run_rulesets(
            document.schedule,
            document.cpm,
            chosen,
            baseline_of(document),
            dates,
            previous,
            project,
            progress,
            asker,
        )
    if context is not None:
        context.report(total, total)
    reason = held_back(document)
    if reason is None:
        return tuple(reports)
    return tuple(_held(document.schedule, one, reason) for one in reports)


def try_metric(document: Document, metric: Metric, asker: FieldAsker | None) -> MetricResult:
    """What one metric finds in the main project; the document is not changed."""
    from planbench.engines.quality.result import Ruleset
    from planbench.engines.quality.run import run_rulesets

    alone = Ruleset("trial", "1", "Trial", "", metric.authority, "", (metric,))
    projects = measured_projects(document.schedule)
    main = document.schedule.main_project
    (report,) = run_rulesets(
        document.schedule,
        document.cpm,
        (alone,),
        baseline_of(document),
        project=main if main in projects else None,
        asker=asker or FieldAsker(document),
    )
    return report.metrics[0]


class FieldAsker:
    """Answers a metric's expressions from the columns of the Schedule workspace."""

    def __init__(self, document: Document, dates: str = "engine") -> None:
        self._document, self._calculated = document, dates == "engine"

    @cached_property
    def activities(self) -> ActivityFields:
        """The fields of activities."""
        from planbench.scenes.columns import flat_table
        from planbench.scenes.expressions import ActivityFields
        from planbench.scenes.facts import activity_facts
        from planbench.scenes.fields import columns_of

        document = self._document
        cpm = document.cpm if self._calculated else None
        facts = activity_facts(document.schedule, cpm, baseline_of(document))
        return ActivityFields(flat_table(document.schedule, facts), columns_of(document.schedule))

    @cached_property
    def links(self) -> LinkFields:
        """The fields of links."""
        from planbench.scenes.expressions import LinkFields

        cpm = self._document.cpm
        return LinkFields(self.activities, None if cpm is None else cpm.driving)

    def fields(self, of: str) -> ActivityFields | LinkFields:
        """The fields of "activities" or "links"."""
        return self.links if of == "links" else self.activities

    def holds(self, of: str, text: str) -> Flags:
        """For which objects an expression holds. Raises ExpressionError."""
        from planbench.scenes.expressions import flags_of

        return flags_of(text, self.fields(of))

    def amounts(self, of: str, text: str) -> Numbers:
        """The number an expression gives for each object. Raises ExpressionError."""
        from planbench.scenes.expressions import numbers_of

        return numbers_of(text, self.fields(of))


def _held(schedule: Schedule, report: QualityReport, reason: str) -> QualityReport:
    """A report without the critical path test, which moves dates that cannot be relied on."""
    from planbench.engines.quality.result import NOT_RUN
    from planbench.engines.quality.score import scored

    metrics = [
        replace(one, state=NOT_RUN, reason=reason, value=None, numerator=None, denominator=None)
        if one.metric.measure == "critical-path-test"
        else one
        for one in report.metrics
    ]
    return scored(schedule, replace(report, metrics=tuple(metrics)))


def check_document(
    document: Document,
    rulesets: Sequence[str | Ruleset] | None = None,
    previous: Schedule | None = None,
    context: JobContext | None = None,
) -> None:
    """Run rulesets (all for None) on a document and keep the reports in it."""
    document.quality = quality_of(document, rulesets, previous, context)


def earlier_updates(document: Document, library: Library | None) -> list[UpdateRecord]:
    """The updates before a document in its library, oldest first; what-if copies are none.

    Raises StoreError when the library cannot be read.
    """
    if library is None or document.library_project is None or document.update is None:
        return []
    date = document.schedule.data_date
    return [
        update
        for update in library.project(document.library_project).updates
        if update.kind != "what-if"
        and update.id != document.update
        and NO_TIME < update.data_date < date
    ]


def earlier_schedule(document: Document, library: Library | None) -> Schedule | None:
    """The schedule of the update before this one in its library, None where there is none.

    Raises StoreError when the library cannot be read.
    """
    before = earlier_updates(document, library)
    return library.file.load_schedule(before[-1].id) if library and before else None


def earlier_unchecked(
    document: Document, library: Library | None, most: int = 8
) -> list[UpdateRecord]:
    """Those of the last updates before a document that not all rulesets were held against.

    Raises StoreError when the library cannot be read.
    """
    before = earlier_updates(document, library)[-most:]
    wanted = rulesets_for(library, document.library_project)
    return [update for update in before if not _checked(update, wanted)]


def check_earlier_updates(
    document: Document, library: Library, context: JobContext | None = None, most: int = 8
) -> int:
    """Check those of the last updates before a document that were not, and keep the figures.

    Returns how many were checked. Raises StoreError when the library cannot be used, Cancelled
    when the user stopped the job.
    """
    from planbench.services.scheduling import recalculate

    open_ = earlier_unchecked(document, library, most)
    if library.read_only:
        return 0
    for number, update in enumerate(open_):
        if context is not None:
            context.report(number, len(open_), update.label)
        schedule = library.file.load_schedule(update.id)
        earlier = Document(schedule, library_project=update.project, update=update.id)
        earlier.cpm = library.load_cpm(update.id, schedule)
        library.attach_baseline(earlier)
        if earlier.cpm is None:
            recalculate(earlier)
        rules = rulesets_for(library, update.project)
        earlier.quality = quality_of(earlier, rules, earlier_schedule(earlier, library))
        keep_reports(earlier, library)
    return len(open_)


def _checked(update: UpdateRecord, wanted: Sequence[Ruleset]) -> bool:
    """Whether all these rulesets were held against an update, as they read now."""
    kept = {
        (head.meta.get("ruleset"), head.meta.get("version"))
        for head in update.results
        if head.kind == "quality"
        and head.digest == update.digest
        and "takes" in (head.meta.get("score", {}) or {"takes": ()})
    }
    return all((ruleset.id, ruleset.version) in kept for ruleset in wanted)


History = dict[tuple[str, str], list[float]]
"""Values of earlier updates by (ruleset, metric), oldest first; scores under `SCORE`."""

SCORE = "score"


def metric_history(document: Document, library: Library | None, project: int) -> History:
    """Kept values of the updates before this one, as far as they were checked the same way.

    `project` is the position in the file, which is the same from update to update as a rule.
    Raises StoreError when the library cannot be read.
    """
    found: History = {}
    for _, figures in measured_alike(document, library, project):
        name = str(figures["ruleset"])
        for metric in figures["metrics"]:
            if metric["value"] is not None:
                found.setdefault((name, str(metric["id"])), []).append(float(metric["value"]))
        score = known_score(figures)
        if score is not None:
            found.setdefault((name, SCORE), []).append(float(score["by_records"]))
    return found


def measured_alike(
    document: Document, library: Library | None, project: int
) -> Iterator[tuple[UpdateRecord, Mapping[str, Any]]]:
    """Kept figures of quality of the updates before this one, as far as rulesets read the same.

    Raises StoreError when the library cannot be read.
    """
    wanted = rulesets_for(library, document.library_project)
    versions = {ruleset.id: ruleset.version for ruleset in wanted}
    for update in earlier_updates(document, library):
        for head in update.results:
            mine = head.kind == "quality" and head.digest == update.digest
            mine = mine and head.meta.get("dates") == "engine"
            if not mine or head.meta.get("project") != project:
                continue
            if head.meta.get("version") == versions.get(str(head.meta["ruleset"])):
                yield update, head.meta


def known_score(figures: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The score of kept figures, None where it was made in another way or there is none."""
    from planbench.engines.quality.score import SCORE_VERSION

    score: Mapping[str, Any] = figures.get("score") or {}
    alike = score.get("version") == SCORE_VERSION and score.get("by_records") is not None
    return score if alike else None


def keep_reports(document: Document, library: Library | None) -> None:
    """Keep a document's reports in its library; nothing happens for a document from elsewhere.

    Raises StoreError when they cannot be kept.
    """
    if library is not None and document.update is not None and not library.read_only:
        library.save_results(replace(document, cpm=None))


def baseline_from_file(document: Document, path: Path) -> None:
    """Use the dates of another schedule file as the document's baseline, by activity id.

    Start and finish are the actual dates, else the calculated ones, else those the file stores.
    Raises ImportRefused when the file cannot be read.
    """
    from planbench.services.baselines import aligned_baseline
    from planbench.services.files import open_file
    from planbench.services.scheduling import recalculate

    other = open_file(path)
    recalculate(other)
    document.baseline = aligned_baseline(document.schedule, other.schedule, other.title, other.cpm)
    document.baseline_label = path.name


OVERALL = "dcma-pam-2012"
"""The ruleset whose score stands for the schedule as a whole."""


def overall_score(document: Document) -> Score | None:
    """The score of the main project by the ruleset that stands for the whole, else by the first.

    None before a check. The same is kept with each quality result of the library, as `score`.
    """
    main = document.schedule.main_project
    mine = [one for one in document.quality if one.project == main] or list(document.quality)
    chosen = next((one for one in mine if one.ruleset_id == OVERALL), mine[0] if mine else None)
    return None if chosen is None else chosen.score


def score_json(score: Score) -> dict[str, Any]:
    """A score with what each metric takes from it, in points of 100."""
    return {
        "version": score.version,
        "by_records": score.by_records,
        "by_metrics": score.by_metrics,
        "passing": score.passing,
        "records": score.records,
        "takes": [
            {
                "metric": share.metric,
                "weight": share.weight,
                "credit": share.credit,
                "by_metrics": share.by_metrics,
                "by_records": share.by_records,
                "alone": share.alone,
                "activities": share.records,
            }
            for share in score.shares
        ],
    }


def check_json(document: Document) -> list[dict[str, Any]]:
    """The document's reports in the shape of `planbench check`, project by project."""
    found: dict[int, list[QualityReport]] = {}
    for report in document.quality:
        found.setdefault(report.project, []).append(report)
    return [
        {
            "id": document.schedule.projects[project].code,
            "rulesets": [_report_json(document.schedule, report) for report in reports],
        }
        for project, reports in found.items()
    ]


def _report_json(schedule: Schedule, report: QualityReport) -> dict[str, Any]:
    return {
        "id": report.ruleset_id,
        "version": report.version,
        "title": report.ruleset.title,
        "authority": report.ruleset.authority,
        "dates": report.dates,
        "baseline": report.baseline or None,
        "score": None if report.score is None else score_json(report.score),
        "metrics": [metric_json(schedule, result) for result in report.metrics],
    }


def metric_json(schedule: Schedule, result: MetricResult) -> dict[str, Any]:
    """One metric; `objects` are activity ids, for links those of the successors (see `links`)."""
    made: dict[str, Any] = {
        "id": result.id,
        "name": result.name,
        "state": result.state,
        "reason": result.reason or None,
        "value": _plain(result.value),
        "unit": result.unit,
        "threshold": _plain(result.threshold),
        "better": result.better,
        "numerator": _plain(result.numerator),
        "denominator": _plain(result.denominator),
        "population": result.population,
        "objects": object_names(schedule, result),
        "counted": dict(result.membership.breakdown()),
        "notes": list(result.found.notes),
    }
    if result.kind == "relationship":
        made["links"] = _links_json(schedule, result)
    return made


def _plain(value: float | None) -> float | int | None:
    """A plain number; whole ones as integers."""
    if value is None:
        return None
    number = float(value)
    return int(number) if number.is_integer() else number


def object_names(schedule: Schedule, result: MetricResult) -> list[str]:
    """What the metric found, by name: activity ids, calendars or projects, each once."""
    rows = result.rows
    if result.kind == "relationship":
        rows = schedule.relationships.successor[rows]
    if result.kind in ("relationship", "activity"):
        names = schedule.activities.code[rows].tolist()
    elif result.kind == "calendar":
        names = [schedule.calendars[row].name for row in rows.tolist()]
    else:
        names = [schedule.projects[row].code for row in rows.tolist()]
    return list(dict.fromkeys(str(name) for name in names))


def _links_json(schedule: Schedule, result: MetricResult) -> list[dict[str, Any]]:
    links, code = schedule.relationships.take(result.rows), schedule.activities.code
    rows = zip(
        links.predecessor.tolist(),
        links.successor.tolist(),
        links.type.tolist(),
        links.lag.tolist(),
        strict=True,
    )
    return [
        {
            "predecessor": str(code[before]),
            "successor": str(code[after]),
            "type": LinkType(kind).name,
            "lag_h": lag / 60.0,
        }
        for before, after, kind, lag in rows
    ]
