"""Where findings lie: the top branches of the work breakdown structure, and their counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planbench.domain.schedule import Flags, Rows, Schedule
from planbench.engines.quality.result import FLAG, QualityReport


@dataclass(frozen=True)
class Areas:
    """The branches and the branch of every activity (-1 for none)."""

    names: tuple[str, ...]
    of_activity: Rows


def work_areas(schedule: Schedule, project: int) -> Areas:
    """The branches right below the project's own node (or the top nodes, where it has none)."""
    wbs = schedule.wbs
    mine = wbs.project == project if project >= 0 else np.ones(len(wbs), dtype=bool)
    tops = np.flatnonzero(mine & (wbs.parent < 0))
    below = np.flatnonzero(mine & np.isin(wbs.parent, tops))
    heads = below if tops.size == 1 and below.size else tops
    area = np.full(len(wbs), -1, dtype=np.int32)
    area[heads] = np.arange(heads.size)
    for row in range(len(wbs)):  # parents come before their children
        parent = wbs.parent[row]
        if area[row] < 0 and parent >= 0:
            area[row] = area[parent]
    nodes = schedule.activities.wbs
    of_activity = np.where(nodes >= 0, area[np.maximum(nodes, 0)], -1) if len(wbs) else nodes
    names = tuple(str(wbs.name[row] or wbs.code[row]) for row in heads.tolist())
    return Areas(names, of_activity.astype(np.int32))


def flagged_activities(schedule: Schedule, report: QualityReport) -> Flags:
    """Activities behind at least one flagged metric of a report."""
    found = np.zeros(len(schedule), dtype=bool)
    for result in report.metrics:
        if result.state != FLAG:
            continue
        if result.kind == "activity":
            found[result.rows] = True
        elif result.kind == "relationship":
            found[schedule.relationships.successor[result.rows]] = True
    return found


def area_counts(areas: Areas, flagged: Flags) -> list[tuple[int, str, int]]:
    """(area, name, flagged activities) of the areas that have any, in WBS order."""
    chosen = areas.of_activity[flagged & (areas.of_activity >= 0)]
    counts = np.bincount(chosen, minlength=len(areas.names)).tolist()
    rows = zip(areas.names, counts, strict=True)
    return [(number, name, count) for number, (name, count) in enumerate(rows) if count]
