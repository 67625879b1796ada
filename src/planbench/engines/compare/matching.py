"""Which activity, link and calendar of one schedule is which of the other.

Activities are matched by id, those left over by the uid of the source program. Pairs that only
look alike (same WBS, like names, common neighbours) are proposed, never taken silently. All rules
read the same in both directions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from planbench.domain.schedule import NO_ROW, Rows, Schedule

LIKE = 0.6
"""Least share of likeness at which a rename is proposed."""

_GROUP = 60
"""Leftover activities of one WBS node beyond which names are not compared pair by pair."""


@dataclass(frozen=True)
class Rename:
    """A proposal: `old` (row) may be `new` (row) under another id; likeness from 0 to 1."""

    old: int
    new: int
    likeness: float


@dataclass(frozen=True)
class Matching:
    """Rows of the other schedule, `NO_ROW` without a partner, and what else was noticed."""

    new_of_old: Rows
    old_of_new: Rows
    by_uid: int  # pairs whose id differs and whose uid is the same
    by_user: int
    renames: tuple[Rename, ...]
    calendar_new_of_old: tuple[int, ...]


def match(
    old: Schedule,
    new: Schedule,
    mapping: Mapping[str, str] | None = None,
    refused: Collection[tuple[str, str]] = (),
) -> Matching:
    """Match two schedules; `mapping` gives new ids by old id where the user knows better.

    `refused` are (old id, new id) of pairs that are not to be proposed as renames.

    Ids that repeat within a file are told apart by the project they stand in. A uid counts only
    where most activities with the same id have the same uid as well: files of different databases
    share uids by chance.
    """
    old_keys, new_keys = _keys(old, new), _keys(new, old)
    new_row = _first_rows(new_keys)
    forward = np.full(len(old), NO_ROW, dtype=np.int32)
    back = np.full(len(new), NO_ROW, dtype=np.int32)

    def pair(a: int, b: int) -> bool:
        if forward[a] != NO_ROW or back[b] != NO_ROW:
            return False
        forward[a], back[b] = b, a
        return True

    by_user = 0
    for was, now in (mapping or {}).items():
        a, b = old.row_of_code.get(was, -1), new.row_of_code.get(now, -1)
        by_user += a >= 0 and b >= 0 and pair(a, b)
    for a, key in enumerate(old_keys):
        b = new_row.get(key, -1)
        if b >= 0:
            pair(a, b)
    by_uid = 0
    if _uids_agree(old, new, forward):
        uid_row = {str(new.activities.uid[b]): b for b in np.flatnonzero(back < 0).tolist()}
        for a in np.flatnonzero(forward < 0).tolist():
            b = uid_row.get(str(old.activities.uid[a]), -1)
            by_uid += b >= 0 and pair(a, b)
    proposals = _proposals(old, new, forward, back, refused)
    return Matching(forward, back, by_uid, by_user, proposals, _calendars(old, new))


def leftover_pairs(old: Schedule, new: Schedule, mapping: Mapping[str, str]) -> dict[str, str]:
    """Those pairs of a mapping whose old id only `old` has, and whose new id only `new` has.

    What people said of two updates is thus not read into others, in which both ids are in use.
    """
    return {
        was: now
        for was, now in mapping.items()
        if was in old.row_of_code
        and now in new.row_of_code
        and was not in new.row_of_code
        and now not in old.row_of_code
    }


def _keys(schedule: Schedule, other: Schedule) -> list[str]:
    codes: list[str] = schedule.activities.code.tolist()
    if len(set(codes)) == len(codes) and len(other.row_of_code) == len(other):
        return codes
    names = [project.code for project in schedule.projects]
    rows = schedule.activities.project.tolist()
    return [f"{names[row]}\x1f{code}" for row, code in zip(rows, codes, strict=True)]


def _first_rows(keys: list[str]) -> dict[str, int]:
    rows: dict[str, int] = {}
    for row, key in enumerate(keys):
        rows.setdefault(key, row)
    return rows


def _uids_agree(old: Schedule, new: Schedule, forward: Rows) -> bool:
    matched = np.flatnonzero(forward >= 0)
    if not matched.size:
        return False
    same = old.activities.uid[matched] == new.activities.uid[forward[matched]]
    return bool(np.mean(same) > 0.5)


def wbs_paths(schedule: Schedule) -> list[str]:
    """The path of every WBS node below its project, codes joined by dots."""
    paths: list[str] = []
    codes, parents = schedule.wbs.code.tolist(), schedule.wbs.parent.tolist()
    for code, parent in zip(codes, parents, strict=True):
        above = paths[parent] if parent >= 0 else None
        # The topmost node is the project itself, whose code often carries the update's number.
        paths.append("" if above is None else f"{above}.{code}" if above else code)
    return paths


def _proposals(
    old: Schedule,
    new: Schedule,
    forward: Rows,
    back: Rows,
    refused: Collection[tuple[str, str]],
) -> tuple[Rename, ...]:
    """Pairs of leftovers under one WBS path, most alike first, no activity twice."""
    here, there = wbs_paths(old), wbs_paths(new)
    groups: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, schedule, paths, rows in ((0, old, here, forward), (1, new, there, back)):
        for row in np.flatnonzero(rows < 0).tolist():
            node = int(schedule.activities.wbs[row])
            groups[paths[node] if node >= 0 else ""][side].append(row)
    found: list[Rename] = []
    for left, right in groups.values():
        if max(len(left), len(right)) <= _GROUP:
            found += [
                Rename(a, b, likeness)
                for a in left
                for b in right
                if (likeness := _likeness(old, new, a, b, forward)) >= LIKE
                and (str(old.activities.code[a]), str(new.activities.code[b])) not in refused
            ]
    found.sort(key=lambda item: (-item.likeness, item.old, item.new))
    taken: Counter[tuple[str, int]] = Counter()
    chosen = []
    for item in found:
        if not taken["old", item.old] and not taken["new", item.new]:
            taken["old", item.old] = taken["new", item.new] = 1
            chosen.append(item)
    return tuple(chosen)


def _likeness(old: Schedule, new: Schedule, a: int, b: int, forward: Rows) -> float:
    """Six parts the name, four parts the neighbours both have in common."""
    # In order, because the ratio depends a little on which text comes first.
    first, second = sorted(
        (str(old.activities.name[a]).casefold(), str(new.activities.name[b]).casefold())
    )
    name = float(SequenceMatcher(None, first, second, autojunk=False).ratio())
    mine = {int(forward[row]) for row in _neighbours(old, a)} - {NO_ROW}
    theirs = set(_neighbours(new, b))
    both = mine | theirs
    return 0.6 * name + 0.4 * (len(mine & theirs) / len(both) if both else 0.0)


def _neighbours(schedule: Schedule, row: int) -> list[int]:
    links = schedule.relationships
    before = links.predecessor[schedule.incoming.of(row)].tolist()
    return [*before, *links.successor[schedule.outgoing.of(row)].tolist()]


def _calendars(old: Schedule, new: Schedule) -> tuple[int, ...]:
    """Calendars by name and uid, then by name, then by uid."""
    left, right = old.calendars, new.calendars
    found, free = [NO_ROW] * len(left), set(range(len(right)))
    for same in (lambda c: (c.uid, c.name), lambda c: c.name, lambda c: c.uid):
        places = {same(right[b]): b for b in sorted(free, reverse=True)}
        for a, calendar in enumerate(left):
            b = places.get(same(calendar), NO_ROW)
            if found[a] == NO_ROW and b in free:
                found[a] = b
                free.discard(b)
    return tuple(found)
