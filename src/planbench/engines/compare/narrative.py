"""What changed, in plain words: one short sentence a fact, none where there is none."""

from __future__ import annotations

import numpy as np

from planbench.domain.times import to_iso
from planbench.engines.compare.compare import ENTERS, LEAVES, ON, Comparison
from planbench.engines.compare.halfstep import HalfStep


def narrative(comparison: Comparison, half: HalfStep | None = None) -> list[str]:
    """Sentences from the whole to the particular: finish, progress and revision, path, counts."""
    changes = comparison.changes
    if not len(changes):
        return ["Nothing differs between the two schedules."]
    lines = [_finish(comparison)]
    if half is not None:
        lines.append(_parts(half))
    entered = int((comparison.path == ENTERS).sum())
    left = int((comparison.path == LEAVES).sum())
    if entered or left:
        path = "longest path" if comparison.target is None else "driving path"
        lines.append(
            f"{_count(entered, 'activity', 'activities')} entered the {path}, {left} left it."
        )
    lines += _counts(comparison)
    restated = changes.of_type("actual-changed")
    if restated.size:
        ids = sorted(set(changes.id[restated].tolist()))
        lines.append(f"Dates reported before were restated on {_some(ids)}.")
    content = changes.of_type("calendar-content")
    if content.size:
        names = changes.id[content].tolist()
        lines.append(f"Working time changed inside {_some(names)}; the name stayed.")
    options = changes.of_type("option")
    if options.size:
        names = [name.replace("_", " ") for name in changes.field[options].tolist()]
        lines.append(f"Scheduling options differ: {_some(names)}.")
    proposals = comparison.matching.renames
    if proposals:
        lines.append(
            f"{_count(len(proposals), 'pair', 'pairs')} of a deleted and an added activity look "
            "like one that got another id; confirm before reading them as changes."
        )
    return lines


def _finish(comparison: Comparison) -> str:
    before, after = (to_iso(value) for value in comparison.finishes)
    days = comparison.movement_days
    finish = "The finish" if comparison.target is None else f"The finish of {comparison.target.id}"
    if days is None or before is None or after is None:
        what = finish[4:] if comparison.target is not None else "finish"
        return f"One of the schedules has no {what}."
    if abs(days) < 0.5:
        return f"{finish} stays on {after[:10]}."
    way = "later" if days > 0 else "earlier"
    number = _count(round(abs(days)), "day", "days")
    return f"{finish} moves {number} {way}, from {before[:10]} to {after[:10]}."


def _parts(half: HalfStep) -> str:
    progress, revision = half.progress_days, half.revision_days
    text = (
        f"Progress alone moves it {_signed(progress[0])} days, the revisions {_signed(revision[0])}"
    )
    if round(progress[0]) != round(progress[1]):
        text += (
            f" (with the revisions first: progress {_signed(progress[1])}, "
            f"revisions {_signed(revision[1])})"
        )
    return f"{text}."


def _counts(comparison: Comparison) -> list[str]:
    changes, path = comparison.changes, comparison.path
    added = changes.of_type("activity-added")
    on = int(np.isin(path[changes.new_row[added]], (ON, ENTERS)).sum()) if added.size else 0
    lines = []
    deleted = int(changes.of_type("activity-deleted").size)
    if added.size or deleted:
        which = "longest path" if comparison.target is None else "driving path"
        where = f", {on} of them on the {which}" if on else ""
        added_words = _count(int(added.size), "activity was", "activities were")
        lines.append(f"{added_words} added{where}; {deleted} deleted.")
    come = int(changes.of_type("logic-added").size)
    gone = int(changes.of_type("logic-deleted").size)
    edited = int(changes.of_type("lag", "logic-type").size)
    if come or gone or edited:
        lines.append(f"{_count(come, 'link was', 'links were')} added, {gone} deleted, ")
        lines[-1] += f"{edited} changed in type or lag."
    durations = set(changes.id[changes.of_type("duration")].tolist())
    if durations:
        count = _count(len(durations), "activity", "activities")
        lines.append(f"Durations changed without progress or in the original on {count}.")
    return lines


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _signed(value: float) -> str:
    return f"{round(value):+d}"


def _some(names: list[str]) -> str:
    """Up to four names, then how many more."""
    shown = ", ".join(names[:4])
    return f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown
