"""Comparing documents: the one function behind `planbench compare` and the Compare workspace."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
from planbench.engines.compare.series import (
    ABSENT,
    DONE,
    OFF_PATH,
    ON_PATH,
    Series,
    path_kept,
    series_of,
    slip_days,
)
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.services.scheduling import recalculate

if TYPE_CHECKING:
    from planbench.services.library import Library

PATH_WORDS = {ON: "on", ENTERS: "enters", LEAVES: "leaves"}

STAND_WORDS = {ABSENT: "absent", DONE: "complete", OFF_PATH: "off", ON_PATH: "on"}

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
    refused: Collection[tuple[str, str]] = (),
    target: str = "",
    isolate: int = ISOLATED,
    context: JobContext | None = None,
) -> Review:
    """Compare two documents; `isolate` changes at most are undone one at a time.

    Those are taken whose activities stand near the longest path. `mapping`, `refused` and `target`
    as in `planbench.engines.compare.compare.compare`. Raises PlanbenchError when one of the two
    cannot be calculated, or neither has the target.
    """
    work = context or JobContext()
    calculated(old)
    calculated(new)
    if target and all(target not in one.schedule.row_of_code for one in (old, new)):
        raise PlanbenchError(f"there is no activity {target} in either schedule")
    comparison = compare(old.schedule, new.schedule, old.cpm, new.cpm, mapping, refused, target)
    half, trouble = None, ""
    try:
        half = half_step(comparison)
    except ScheduleError as error:
        trouble = f"The half-step cannot be calculated: {error.line}"
    undone = single_effects(comparison, worth_isolating(comparison, isolate), work)
    return Review(comparison, half, undone, tuple(narrative(comparison, half)), trouble)


def single_effects(
    comparison: Comparison, chosen: Sequence[int], context: JobContext | None = None
) -> dict[int, float]:
    """By position in the register: calendar days by which undoing that change moves the finish.

    Each change takes a calculation of its own. What no date can follow from is 0 without one; left
    out is what cannot be told, because without the change the network has a loop or no finish.
    Raises Cancelled when the user stopped the job.
    """
    work = context or JobContext()
    changes = comparison.changes
    found: dict[int, float] = {}
    for number, k in enumerate(chosen):
        work.report(number, len(chosen), "undoing single changes")
        if changes.type[k] not in REVERTIBLE:
            found[k] = 0.0
            continue
        try:
            days = finish_effect(comparison, [k])
        except ScheduleError:
            continue
        if days is not None:
            found[k] = days
    return found


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


def series_of_documents(
    documents: Sequence[Document],
    mapping: Mapping[str, str] | None = None,
    refused: Collection[tuple[str, str]] = (),
    target: str = "",
) -> Series:
    """Two or more updates in the order of their data dates; `target` is the id in the last.

    Raises PlanbenchError for fewer, or when one cannot be calculated.
    """
    if len(documents) < 2:
        raise PlanbenchError("a comparison needs two schedules at least")
    done = [calculated(document) for document in documents]
    return series_of([d.schedule for d in done], [d.cpm for d in done], mapping, refused, target)


@dataclass(frozen=True)
class Proposal:
    """A deleted and an added activity that may be one under another id."""

    old: str
    old_name: str
    new: str
    new_name: str
    likeness: float


def proposals(comparison: Comparison) -> list[Proposal]:
    """The renames that are proposed and not settled, the likeliest first."""
    old, new = comparison.old.activities, comparison.new.activities
    return [
        Proposal(
            str(old.code[one.old]),
            str(old.name[one.old]),
            str(new.code[one.new]),
            str(new.name[one.new]),
            one.likeness,
        )
        for one in comparison.matching.renames
    ]


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
        "target": None if comparison.target is None else comparison.target.id,
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
                "name": activity_name(review.comparison, row["old_row"], row["new_row"]),
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


def activity_name(comparison: Comparison, old_row: int, new_row: int) -> str | None:
    """The name of the activity a change stands at, None where it stands at none."""
    if new_row >= 0:
        return str(comparison.new.activities.name[new_row])
    return str(comparison.old.activities.name[old_row]) if old_row >= 0 else None


def compare_json(review: Review) -> dict[str, Any]:
    """`summary`, `changes` and the rest of `planbench compare`."""
    return {
        "summary": summary(review),
        "narrative": list(review.words),
        "proposed_renames": renames_json(review),
        "changes": changes_json(review),
    }


def renames_json(review: Review) -> list[dict[str, Any]]:
    """The proposed renames, the likeliest first."""
    return [
        {
            "old": one.old,
            "old_name": one.old_name,
            "new": one.new,
            "new_name": one.new_name,
            "likeness": round(one.likeness, 3),
        }
        for one in proposals(review.comparison)
    ]


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
        "updates": [to_iso(one.data_date) for one in series.schedules],
        "milestones": [
            {
                "id": item.id,
                "name": item.name,
                "finish": [to_iso(d) for d in item.dates],
                "reached": list(item.reached),
                "slip_days": slip_days(item),
            }
            for item in series.milestones
        ],
        "longest_paths": [list(path) for path in series.paths],
        "longest_path_by_update": [
            {
                "id": line.id,
                "name": line.name,
                "stands": [STAND_WORDS[stand] for stand in line.stands],
                "total_float_days": list(line.float_days),
            }
            for line in series.path_lines
        ],
    }


def document_of_update(library: Library, update: int) -> Document:
    """An update of a library for comparing, with the dates kept for it; nothing is opened.

    Raises StoreError when the update was deleted or is damaged.
    """
    record = library.file.update(update)
    schedule = library.file.load_schedule(update)
    cpm = library.load_cpm(update, schedule)
    return Document(schedule, update=update, update_label=record.label, cpm=cpm)
