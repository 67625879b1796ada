"""The order of tasks in a Microsoft Project file: summaries and what lies beneath them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import NO_ROW, ActivityType, Schedule


@dataclass(frozen=True)
class TaskLine:
    """One task to be written: an activity, a WBS node as its summary, or both."""

    uid: str
    level: int
    number: str  # outline number
    activity: int = NO_ROW
    node: int = NO_ROW


def task_lines(schedule: Schedule, uids: list[str]) -> list[TaskLine]:
    """All tasks in outline order; `uids` are the numbers of the activities.

    The first WBS summary activity of a node is its summary task. Tasks and branches keep the order
    of the activities where that is known. Branches without activities are left out, as Project has
    no empty summaries.
    """
    wbs, table = schedule.wbs, schedule.activities
    n, nodes = len(table), len(wbs)
    summary = np.full(nodes, NO_ROW, dtype=np.int64)
    inside: dict[int, list[tuple[float, int, bool]]] = {}
    filled = np.zeros(nodes, dtype=bool)
    for row in range(n):
        node = int(table.wbs[row])
        kind = int(table.type[row])
        top = node >= 0 and wbs.parent[node] == NO_ROW
        if kind == ActivityType.WBS_SUMMARY and node >= 0 and summary[node] < 0 and not top:
            summary[node] = row
        else:
            inside.setdefault(node, []).append((float(row), row, False))
            if node >= 0:
                filled[node] = True
    for node in range(nodes - 1, -1, -1):  # parents come before their children
        parent = int(wbs.parent[node])
        if parent >= 0:
            filled[parent] |= filled[node]
    for node in range(nodes):
        owner, parent = int(summary[node]), int(wbs.parent[node])
        if filled[node]:
            place = float(owner if owner >= 0 else n + node)
            inside.setdefault(parent, []).append((place, node, True))
        elif owner >= 0:  # a summary of nothing is a task
            inside.setdefault(parent, []).append((float(owner), owner, False))
    return _walk(schedule, uids, summary, inside)


def _walk(
    schedule: Schedule,
    uids: list[str],
    summary: npt.NDArray[np.int64],
    inside: dict[int, list[tuple[float, int, bool]]],
) -> list[TaskLine]:
    """Lines depth first; a single top node is the project itself and no line."""
    wbs = schedule.wbs
    fresh = max((int(uid) for uid in uids), default=0)
    taken = set(uids)
    lines: list[TaskLine] = []
    tops = inside.get(NO_ROW, [])
    only = [item for item in tops if item[2]]
    if len(only) == 1:
        rest = [item for item in tops if not item[2]]
        tops = sorted(rest + inside.get(only[0][1], []))
    stack = [(item, 1, "") for item in sorted(tops, reverse=True)]
    counts: dict[str, int] = {}
    while stack:
        (_, row, branch), level, above = stack.pop()
        counts[above] = counts.get(above, 0) + 1
        number = f"{above}{counts[above]}"
        if not branch:
            lines.append(TaskLine(uids[row], level, number, row))
            continue
        owner = int(summary[row])
        if owner >= 0:
            uid = uids[owner]
        elif _plain(str(wbs.uid[row])) and wbs.uid[row] not in taken:
            uid = str(wbs.uid[row])
        else:
            fresh += 1
            uid = str(fresh)
        taken.add(uid)
        fresh = max(fresh, int(uid))
        lines.append(TaskLine(uid, level, number, owner, row))
        stack += [
            (item, level + 1, f"{number}.") for item in sorted(inside.get(row, []), reverse=True)
        ]
    return lines


def _plain(uid: str) -> bool:
    """Whether this is a number that Project takes for the UID of a task; 0 is the project's own."""
    return uid.isascii() and uid.isdigit() and len(uid) < 10 and uid != "0"
