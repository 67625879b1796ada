"""Schedule quality of a document: which rulesets there are, running them, telling the result."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Baseline, LinkType, Schedule
from planbench.domain.times import NO_TIME
from planbench.services.document import Document
from planbench.services.hold import held_back
from planbench.services.resources import resource

if TYPE_CHECKING:
    from planbench.engines.quality.result import MetricResult, QualityReport, Ruleset
    from planbench.services.jobs import JobContext
    from planbench.services.library import Library
    from planbench.store.records import UpdateRecord

ORDER = (
    "dcma-pam-2012",
    "dcma-09nov09",
    "decm-v5",
    "p6-check-schedule",
    "gao-89g",
    "nasa",
    "nine-checks",
    "planbench",
)
"""The rulesets that ship, in the order they are shown."""


@cache
def load_rulesets() -> tuple[Ruleset, ...]:
    """All rulesets that ship with planbench.

    Raises ModelError for a ruleset file that says something impossible.
    """
    return tuple(read_ruleset(resource("rulesets", f"{name}.toml")) for name in ORDER)


def read_ruleset(path: Path) -> Ruleset:
    """A ruleset from its TOML file. Raises ModelError when it cannot be used."""
    from planbench.engines.quality.rulesets import ruleset_from

    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"cannot be read: {error}", str(path)) from error
    return ruleset_from(data, path.name)


def chosen_rulesets(ids: Sequence[str] | None) -> tuple[Ruleset, ...]:
    """Rulesets by id, all of them for None. Raises ModelError for an unknown id."""
    known = {ruleset.id: ruleset for ruleset in load_rulesets()}
    if ids is None:
        return tuple(known.values())
    for name in ids:
        if name not in known:
            raise ModelError(
                f"there is no ruleset '{name}'", "--ruleset", f"Known are {', '.join(known)}."
            )
    return tuple(known[name] for name in dict.fromkeys(ids))


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
    rulesets: Sequence[str] | None = None,
    previous: Schedule | None = None,
    context: JobContext | None = None,
    dates: str = "engine",
) -> tuple[QualityReport, ...]:
    """The reports of a document, project by project; the document is not changed.

    Raises ModelError for an unknown ruleset, Cancelled when the user stopped the job.
    """
    from planbench.engines.quality.run import run_rulesets

    chosen = chosen_rulesets(rulesets)
    projects = measured_projects(document.schedule)
    total = sum(len(ruleset.metrics) for ruleset in chosen) * max(len(projects), 1)
    reports: list[QualityReport] = []
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
        )
    if context is not None:
        context.report(total, total)
    reason = held_back(document)
    return tuple(reports) if reason is None else tuple(_held(one, reason) for one in reports)


def _held(report: QualityReport, reason: str) -> QualityReport:
    """A report without the critical path test, which moves dates that cannot be relied on."""
    from planbench.engines.quality.result import NOT_RUN

    metrics = [
        replace(one, state=NOT_RUN, reason=reason, value=None, numerator=None, denominator=None)
        if one.metric.measure == "critical-path-test"
        else one
        for one in report.metrics
    ]
    return replace(report, metrics=tuple(metrics))


def check_document(
    document: Document,
    rulesets: Sequence[str] | None = None,
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


def check_earlier_updates(
    document: Document, library: Library, context: JobContext | None = None, most: int = 8
) -> int:
    """Check those of the last updates before a document that were not, and keep the figures.

    Returns how many were checked. Raises StoreError when the library cannot be used, Cancelled
    when the user stopped the job.
    """
    from planbench.services.scheduling import recalculate

    before = earlier_updates(document, library)[-most:]
    open_ = [update for update in before if update.result("quality") is None]
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
        earlier.quality = quality_of(earlier, None, earlier_schedule(earlier, library))
        keep_reports(earlier, library)
    return len(open_)


History = dict[tuple[str, str], list[float]]
"""Values of earlier updates by (ruleset, metric), oldest first."""


def metric_history(document: Document, library: Library | None, project: int) -> History:
    """Kept values of the updates before this one, as far as they were checked.

    `project` is the position in the file, which is the same from update to update as a rule.
    Raises StoreError when the library cannot be read.
    """
    found: History = {}
    for update in earlier_updates(document, library):
        for head in update.results:
            mine = head.kind == "quality" and head.digest == update.digest
            mine = mine and head.meta.get("dates") == "engine"
            if not mine or head.meta.get("project") != project:
                continue
            for metric in head.meta["metrics"]:
                if metric["value"] is not None:
                    key = (str(head.meta["ruleset"]), str(metric["id"]))
                    found.setdefault(key, []).append(float(metric["value"]))
    return found


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
