"""Comparing documents: the one function behind `planbench compare` and the Compare workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import PlanbenchError, ScheduleError
from planbench.domain.times import NO_TIME, to_hours, to_iso
from planbench.engines.compare.changes import DATES, DURATIONS
from planbench.engines.compare.compare import (
    ENTERS,
    LEAVES,
    ON,
    Comparison,
    change_effects,
    compare,
)
from planbench.engines.compare.halfstep import HalfStep, half_step
from planbench.engines.compare.narrative import narrative
from planbench.engines.compare.revert import REVERTIBLE, finish_effect
from planbench.engines.compare.series import Series, path_kept, series_of
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.services.scheduling import recalculate

if TYPE_CHECKING:
    from planbench.services.library import Library

PATH_WORDS = {ON: "on", ENTERS: "enters", LEAVES: "leaves"}

ISOLATED = 40
"""Changes whose effect on the finish is calculated one by one, each with a run of its own."""


@dataclass(frozen=True)
class Review:
    """A comparison with its half-step and what undoing single changes does to the finish.

    `undone` maps positions in the register to calendar days by which the finish would come later
    without that change (negative: earlier); `trouble` says in a line what could not be calculated.
    """

    comparison: Comparison
    half: HalfStep | None
    undone: dict[int, float]
    words: tuple[str, ...]
    trouble: str = ""


def calculated(document: Document) -> Document:
    """The document, with dates. Raises PlanbenchError when it cannot be calculated."""
    if document.cpm is None:
        recalculate(document)
    if document.cpm is None:
        name = document.schedule.source.name or document.update_label
        raise PlanbenchError(document.problem or "the schedule was not calculated", name)
    return document


def compare_documents(
    old: Document,
    new: Document,
    *,
    mapping: Mapping[str, str] | None = None,
    isolate: int = ISOLATED,
    context: JobContext | None = None,
) -> Review:
    """Compare two documents; `isolate` changes at most are undone one at a time.

    Those are taken whose activities stand near the longest path. Raises PlanbenchError when one
    of the two cannot be calculated.
    """
    work = context or JobContext()
    calculated(old)
    calculated(new)
    comparison = compare(old.schedule, new.schedule, old.cpm, new.cpm, mapping)
    half, trouble = None, ""
    try:
        half = half_step(comparison)
    except ScheduleError as error:
        trouble = f"The half-step cannot be calculated: {error.line}"
    chosen = worth_isolating(comparison, isolate)
    undone: dict[int, float] = {}
    for number, k in enumerate(chosen):
        work.report(number, len(chosen), "undoing single changes")
        try:
            days = finish_effect(comparison, [k])
        except ScheduleError:
            continue  # without this change the network has a loop: no date to tell
        if days is not None:
            undone[k] = days
    return Review(comparison, half, undone, tuple(narrative(comparison, half)), trouble)


def worth_isolating(comparison: Comparison, most: int) -> list[int]:
    """Positions of up to `most` changes that may have moved the finish, likeliest first.

    Progress is left out: the half-step tells it as a whole. Changes without an activity
    (calendars, options) come first, then by least total float of the activity in either schedule.
    """
    changes = comparison.changes
    kinds = sorted(REVERTIBLE - {"progress"})
    rows = changes.of_type(*kinds)
    rows = rows[changes.field[rows] != "data_date"]
    floats = np.full(rows.size, np.iinfo(np.int64).max)
    for cpm, places in (
        (comparison.new_cpm, changes.new_row[rows]),
        (comparison.old_cpm, changes.old_row[rows]),
    ):
        if cpm.total_float.size:
            value = np.where(places >= 0, cpm.total_float[places], NO_TIME)
            floats = np.minimum(floats, np.where(value == NO_TIME, floats, value))
    floats[(changes.new_row[rows] < 0) & (changes.old_row[rows] < 0)] = NO_TIME
    picked = rows[np.argsort(floats, kind="stable")][:most]
    return [int(k) for k in picked]


def series_of_documents(documents: Sequence[Document]) -> Series:
    """Two or more updates in the order of their data dates.

    Raises PlanbenchError for fewer, or when one cannot be calculated.
    """
    if len(documents) < 2:
        raise PlanbenchError("a comparison needs two schedules at least")
    done = [calculated(document) for document in documents]
    return series_of([d.schedule for d in done], [d.cpm for d in done])


# ---------------------------------------------------------------- telling


def value_json(field: str, value: Any) -> Any:
    """A value of the register as JSON: dates in ISO, durations in hours."""
    if value is None:
        return None
    if field in DATES:
        return to_iso(value)
    return to_hours(value) if field in DURATIONS or field == "critical_threshold" else value


def field_key(field: str) -> str:
    """The name of a field as a key: durations carry their unit."""
    return f"{field}_h" if field in DURATIONS or field == "critical_threshold" else field


def summary(review: Review) -> dict[str, Any]:
    """The figures of the strip."""
    comparison = review.comparison
    changes = comparison.changes
    kinds, counts = np.unique(changes.type.astype(str), return_counts=True)
    by_type = dict(zip(kinds.tolist(), counts.tolist(), strict=True))
    matched = changes.new_row[(changes.new_row >= 0) & (changes.old_row >= 0)]
    before, after = comparison.finishes
    half = review.half
    return {
        "added": by_type.get("activity-added", 0),
        "deleted": by_type.get("activity-deleted", 0),
        "changed": int(np.unique(matched).size),
        "matched": int((comparison.matching.old_of_new >= 0).sum()),
        "matched_by_uid": comparison.matching.by_uid,
        "finish_before": to_iso(before),
        "finish_after": to_iso(after),
        "finish_movement_days": comparison.movement_days,
        "by_type": by_type,
        "enters_longest_path": int((comparison.path == ENTERS).sum()),
        "leaves_longest_path": int((comparison.path == LEAVES).sum()),
        "longest_path_kept": path_kept(comparison),
        "half_step": None if half is None else half_json(half),
    }


def half_json(half: HalfStep) -> dict[str, Any]:
    """Both orders and the steps, in calendar days."""
    return {
        "progress_days": half.progress_days[0],
        "revision_days": half.revision_days[0],
        "progress_days_after_revision": half.progress_days[1],
        "revision_days_before_progress": half.revision_days[1],
        "total_days": half.total_days,
        "steps": [
            {"step": step.name, "finish": to_iso(step.finish), "days": step.days}
            for step in half.steps
        ],
        "started_but_new": list(half.left_out),
    }


def changes_json(review: Review) -> list[dict[str, Any]]:
    """The register, one dictionary a change, those that moved the finish most first."""
    changes = review.comparison.changes
    shifts, floats, paths = (column.tolist() for column in change_effects(review.comparison))
    order = sorted(range(len(changes)), key=lambda k: -abs(review.undone.get(k, 0.0)))
    rows = []
    for k in order:
        row = changes.row(k)
        field = row["field"]
        rows.append(
            {
                "type": row["type"],
                "id": row["id"],
                "field": field_key(field),
                "before": value_json(field, row["before"]),
                "after": value_json(field, row["after"]),
                "effect": {
                    "early_finish_h": to_hours(shifts[k]),
                    "total_float_h": to_hours(floats[k]),
                    "longest_path": PATH_WORDS.get(paths[k]),
                    "finish_if_undone_days": review.undone.get(k),
                },
            }
        )
    return rows


def compare_json(review: Review) -> dict[str, Any]:
    """`summary`, `changes` and the rest of `planbench compare`."""
    old, new = review.comparison.old.activities, review.comparison.new.activities
    return {
        "summary": summary(review),
        "narrative": list(review.words),
        "proposed_renames": [
            {
                "old": str(old.code[item.old]),
                "new": str(new.code[item.new]),
                "likeness": round(item.likeness, 3),
            }
            for item in review.comparison.matching.renames
        ],
        "changes": changes_json(review),
    }


def series_json(series: Series) -> dict[str, Any]:
    """Windows, float erosion, milestone trend and longest path by update."""
    windows = []
    for window in series.windows:
        comparison = window.comparison
        before, after = comparison.finishes
        windows.append(
            {
                "from": to_iso(comparison.old.data_date),
                "to": to_iso(comparison.new.data_date),
                "finish_before": to_iso(before),
                "finish_after": to_iso(after),
                "finish_movement_days": comparison.movement_days,
                "changes": len(comparison.changes),
                "longest_path_kept": window.path_kept,
                "half_step": None if window.half is None else half_json(window.half),
            }
        )
    return {
        "windows": windows,
        "float_erosion": [
            {"area": area, "least_total_float_days": list(days)}
            for area, days in zip(series.erosion.areas, series.erosion.days, strict=True)
        ],
        "milestones": [
            {"id": item.id, "name": item.name, "finish": [to_iso(d) for d in item.dates]}
            for item in series.milestones
        ],
        "longest_paths": [list(path) for path in series.paths],
    }


def sheets(review: Review, series: Series | None = None) -> dict[str, list[dict[str, Any]]]:
    """The comparison as sheets of a workbook: summary, register, windows."""
    figures = summary(review)
    half = figures.pop("half_step") or {}
    by_type = figures.pop("by_type")
    lines = [{"figure": key, "value": value} for key, value in figures.items()]
    lines += [{"figure": f"changes: {key}", "value": value} for key, value in by_type.items()]
    steps = half.pop("steps", [])
    half.pop("started_but_new", None)
    lines += [{"figure": key, "value": value} for key, value in half.items()]
    lines += [{"figure": "in words", "value": text} for text in review.words]
    register = [
        {**{k: v for k, v in row.items() if k != "effect"}, **row["effect"]}
        for row in changes_json(review)
    ]
    made = {"Summary": lines, "Register": register, "Half-step": steps}
    if series is not None:
        told = series_json(series)
        made["Windows"] = [
            {k: v for k, v in row.items() if k != "half_step"} for row in told["windows"]
        ]
    return made


def document_of_update(library: Library, update: int) -> Document:
    """An update of a library for comparing, with the dates kept for it; nothing is opened.

    Raises StoreError when the update was deleted or is damaged.
    """
    record = library.file.update(update)
    schedule = library.file.load_schedule(update)
    cpm = library.load_cpm(update, schedule)
    return Document(schedule, update=update, update_label=record.label, cpm=cpm)
