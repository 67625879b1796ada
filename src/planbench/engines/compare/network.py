"""Both networks in one: the newer schedule with what was deleted, and what became of each link."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from planbench.domain.schedule import NO_ROW, Codes, Rows, Schedule
from planbench.engines.compare.compare import Comparison
from planbench.engines.compare.revert import reverted

SAME, ADDED, DELETED, CHANGED = range(4)


@dataclass(frozen=True)
class JointNetwork:
    """`schedule` is the newer one; deleted activities and links stand at its ends.

    `activity` and `link` say what became of each, `old_row` and `old_link` which one of the older
    schedule it is (`NO_ROW` for added ones).
    """

    schedule: Schedule
    activity: Codes
    link: Codes
    old_row: Rows
    old_link: Rows

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many links were added, deleted, changed."""
        return tuple(int((self.link == kind).sum()) for kind in (ADDED, DELETED, CHANGED))  # type: ignore[return-value]

    def changed_ends(self) -> list[int]:
        """Rows at either end of a link that is not the same in both."""
        links = self.schedule.relationships
        picked = self.link != SAME
        ends = np.union1d(links.predecessor[picked], links.successor[picked])
        return [int(row) for row in ends]

    def around(self, row: int, far: int) -> list[int]:
        """Rows that lead to or from one over at most `far` links of either network."""
        found = {row: 0}
        links = self.schedule.relationships
        for index, others in (
            (self.schedule.incoming, links.predecessor),
            (self.schedule.outgoing, links.successor),
        ):
            seen, waiting = {row: 0}, deque([row])
            while waiting:
                here = waiting.popleft()
                if seen[here] == far:
                    continue
                for other in others[index.of(here)].tolist():
                    if other not in seen:
                        seen[other] = seen[here] + 1
                        waiting.append(other)
            found |= seen
        return sorted(found)


def joint_network(comparison: Comparison) -> JointNetwork:
    """The two networks of a comparison in one."""
    old, new, changes = comparison.old, comparison.new, comparison.changes
    chosen = changes.of_type("activity-deleted", "logic-deleted").tolist()
    schedule = reverted(old, new, comparison.matching, changes, chosen)
    links = schedule.relationships
    back = len(schedule) - len(new)
    activity = np.full(len(schedule), SAME, dtype=np.int8)
    activity[: len(new)][comparison.matching.old_of_new == NO_ROW] = ADDED
    activity[len(new) :] = DELETED
    deleted = changes.old_row[changes.of_type("activity-deleted")]
    old_row = np.concatenate((comparison.matching.old_of_new, deleted[:back])).astype(np.int32)
    kind = np.full(len(links), SAME, dtype=np.int8)
    kind[len(new.relationships) :] = DELETED
    kind[changes.new_item[changes.of_type("logic-added")]] = ADDED
    edited = changes.of_type("lag", "logic-type")
    kind[changes.new_item[edited]] = CHANGED
    old_link = np.full(len(links), NO_ROW, dtype=np.int32)
    old_link[changes.new_item[edited]] = changes.old_item[edited]
    return JointNetwork(schedule, activity, kind, old_row, old_link)


def layers(schedule: Schedule, rows: Iterable[int]) -> dict[int, int]:
    """Level of each row from 0 on: one beyond the highest of those that lead to it.

    Only links among `rows` count. The links of two networks may close a loop: where nothing else
    is left, the row with the fewest open links before it comes next.
    """
    inside = set(rows)
    before: dict[int, set[int]] = {row: set() for row in inside}
    after: dict[int, set[int]] = {row: set() for row in inside}
    links = schedule.relationships
    mask = np.zeros(len(schedule), dtype=bool)
    mask[list(inside)] = True
    picked = np.flatnonzero(mask[links.predecessor] & mask[links.successor])
    ends = (links.predecessor[picked].tolist(), links.successor[picked].tolist())
    for a, b in zip(*ends, strict=True):
        if a != b:
            before[b].add(a)
            after[a].add(b)
    open_ = {row: len(found) for row, found in before.items()}
    ready = deque(sorted(row for row, count in open_.items() if not count))
    levels: dict[int, int] = {}
    while len(levels) < len(inside):
        if not ready:
            ready.append(min((count, row) for row, count in open_.items() if row not in levels)[1])
        row = ready.popleft()
        if row in levels:
            continue
        levels[row] = 1 + max((levels[a] for a in before[row] if a in levels), default=-1)
        for other in sorted(after[row]):
            open_[other] -= 1
            if open_[other] == 0 and other not in levels:
                ready.append(other)
    return levels


def components(schedule: Schedule, rows: Iterable[int]) -> list[list[int]]:
    """`rows` in groups between which no link runs, each in row order, the largest first."""
    inside = sorted(set(rows))
    top = {row: row for row in inside}

    def root(row: int) -> int:
        while top[row] != row:
            top[row] = row = top[top[row]]
        return row

    links = schedule.relationships
    mask = np.zeros(len(schedule), dtype=bool)
    mask[inside] = True
    picked = np.flatnonzero(mask[links.predecessor] & mask[links.successor])
    ends = (links.predecessor[picked].tolist(), links.successor[picked].tolist())
    for a, b in zip(*ends, strict=True):
        top[root(a)] = root(b)
    groups: dict[int, list[int]] = {}
    for row in inside:
        groups.setdefault(root(row), []).append(row)
    return sorted(groups.values(), key=lambda group: (-len(group), group[0]))
