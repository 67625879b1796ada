"""Finding the changes between two matched schedules, column by column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import numpy as np

from planbench.domain.calendars import Calendar
from planbench.domain.schedule import (
    ActivityType,
    Constraint,
    LinkType,
    PercentType,
    Schedule,
    Status,
    Texts,
)
from planbench.domain.times import DAY, NO_TIME, known, to_iso
from planbench.engines.compare.attached import attached_changes
from planbench.engines.compare.changes import Changes, Register
from planbench.engines.compare.matching import Matching, wbs_paths

TYPE_WORDS = {
    ActivityType.TASK: "task",
    ActivityType.START_MILESTONE: "start milestone",
    ActivityType.FINISH_MILESTONE: "finish milestone",
    ActivityType.LEVEL_OF_EFFORT: "level of effort",
    ActivityType.WBS_SUMMARY: "WBS summary",
    ActivityType.RESOURCE_DEPENDENT: "resource dependent",
}
_STATUS_WORDS = ("not started", "in progress", "complete")


def find_changes(old: Schedule, new: Schedule, matching: Matching) -> Changes:
    """The register of everything that differs; the same schedule twice has an empty one."""
    register = Register()
    _activities(register, old, new, matching)
    a = np.flatnonzero(matching.new_of_old >= 0)
    b = matching.new_of_old[a]
    _plain_fields(register, old, new, a, b)
    _progress(register, old, new, a, b)
    _constraints(register, old, new, a, b)
    _calendar_assignments(register, old, new, matching, a, b)
    _links(register, old, new, matching)
    _calendar_contents(register, old, new, matching)
    _options(register, old, new)
    attached_changes(register, old, new, matching)
    return register.joined()


def _activities(register: Register, old: Schedule, new: Schedule, matching: Matching) -> None:
    gone = np.flatnonzero(matching.new_of_old < 0)
    come = np.flatnonzero(matching.old_of_new < 0)
    acts, others = new.activities, old.activities
    empty = [None] * come.size
    register.add(
        "activity-added", "activity", acts.code[come], empty, acts.name[come], new_row=come
    )
    empty = [None] * gone.size
    names = others.name[gone]
    register.add("activity-deleted", "activity", others.code[gone], names, empty, gone)


def _block(
    register: Register,
    kind: str,
    field: str,
    ids: Texts,
    rows: tuple[Any, Any],
    values: tuple[Any, Any],
    mask: Any = None,
) -> None:
    """Add the rows whose values differ (and where `mask` holds); minutes that are not: None."""
    before, after = values
    differs = np.asarray(before != after, dtype=bool)
    picked = np.flatnonzero(differs if mask is None else differs & mask)
    register.add(
        kind,
        field,
        ids[picked],
        _shown(before[picked]),
        _shown(after[picked]),
        rows[0][picked],
        rows[1][picked],
    )


def _shown(values: Any) -> list[Any]:
    if values.dtype == np.int64:
        return [None if value == NO_TIME else value for value in values.tolist()]
    return list(values.tolist())


def _words(codes: Any, words: Iterable[str]) -> Texts:
    table = np.array(list(words), dtype=object)
    taken: Texts = table[codes]
    return taken


def _plain_fields(register: Register, old: Schedule, new: Schedule, a: Any, b: Any) -> None:
    was, now = old.activities, new.activities
    ids, rows = now.code[b], (a, b)
    _block(register, "activity-renumbered", "id", ids, rows, (was.code[a], now.code[b]))
    _block(register, "name", "name", ids, rows, (_trim(was.name[a]), _trim(now.name[b])))
    kinds = [_words(t.type[r], TYPE_WORDS.values()) for t, r in ((was, a), (now, b))]
    _block(register, "activity-type", "type", ids, rows, (kinds[0], kinds[1]))
    # One more empty path at the end serves activities without a WBS node (row -1).
    paths = [np.array([*wbs_paths(s), ""], dtype=object) for s in (old, new)]
    _block(register, "wbs", "wbs", ids, rows, (paths[0][was.wbs[a]], paths[1][now.wbs[b]]))
    durations = (was.original_duration[a], now.original_duration[b])
    _block(register, "duration", "original_duration", ids, rows, durations)


def _trim(values: Texts) -> Texts:
    out = np.empty(values.size, dtype=object)
    out[:] = [" ".join(str(value).split()) for value in values.tolist()]
    return out


def _progress(register: Register, old: Schedule, new: Schedule, a: Any, b: Any) -> None:
    was, now = old.activities, new.activities
    ids, rows = now.code[b], (a, b)
    idle = (was.status[a] == Status.NOT_STARTED) & (now.status[b] == Status.NOT_STARTED)
    remaining = (was.remaining_duration[a], now.remaining_duration[b])
    _block(register, "duration", "remaining_duration", ids, rows, remaining, idle)
    _block(register, "progress", "remaining_duration", ids, rows, remaining, ~idle)
    states = [_words(t.status[r], _STATUS_WORDS) for t, r in ((was, a), (now, b))]
    _block(register, "progress", "status", ids, rows, (states[0], states[1]))
    for field in ("actual_start", "actual_finish"):
        values = (getattr(was, field)[a], getattr(now, field)[b])
        reported = known(values[0])  # a date that was told before and now differs or is gone
        _block(register, "progress", field, ids, rows, values, ~reported)
        _block(register, "actual-changed", field, ids, rows, values, reported)
    for field in ("suspend", "resume", "expected_finish"):
        _block(
            register,
            "progress",
            field,
            ids,
            rows,
            (getattr(was, field)[a], getattr(now, field)[b]),
        )
    percents = (np.round(was.physical_percent[a], 4), np.round(now.physical_percent[b], 4))
    _block(register, "progress", "physical_percent", ids, rows, percents)
    kinds = [
        _words(t.percent_type[r], (p.name.lower() for p in PercentType))
        for t, r in ((was, a), (now, b))
    ]
    _block(register, "progress", "percent_type", ids, rows, (kinds[0], kinds[1]))


def constraint_words(kind: int, date: int) -> str | None:
    """`finish on or before 2027-06-30T17:00`, None without a constraint."""
    if kind == Constraint.NONE:
        return None
    words = Constraint(kind).name.lower().replace("_", " ")
    return words if date == NO_TIME else f"{words} {to_iso(date)}"


def _constraints(register: Register, old: Schedule, new: Schedule, a: Any, b: Any) -> None:
    was, now = old.activities, new.activities
    for kind, date in (("constraint", "constraint_date"), ("constraint2", "constraint2_date")):
        kinds = getattr(was, kind)[a], getattr(now, kind)[b]
        dates = getattr(was, date)[a], getattr(now, date)[b]
        some = (kinds[0] != Constraint.NONE) | (kinds[1] != Constraint.NONE)
        picked = np.flatnonzero(some & ((kinds[0] != kinds[1]) | (dates[0] != dates[1])))
        before, after = (
            [constraint_words(k, d) for k, d in _pairs(ks[picked], ds[picked])]
            for ks, ds in zip(kinds, dates, strict=True)
        )
        rows = b[picked]
        register.add("constraint", kind, now.code[rows], before, after, a[picked], rows)
    _block(
        register,
        "constraint",
        "deadline",
        now.code[b],
        (a, b),
        (was.deadline[a], now.deadline[b]),
    )


def _pairs(left: Any, right: Any) -> Iterable[tuple[int, int]]:
    return zip(left.tolist(), right.tolist(), strict=True)


def _calendar_assignments(
    register: Register, old: Schedule, new: Schedule, matching: Matching, a: Any, b: Any
) -> None:
    was, now = old.activities, new.activities
    partner = np.array([*matching.calendar_new_of_old, -1], dtype=np.int32)
    moved = np.flatnonzero(partner[was.calendar[a]] != now.calendar[b])
    names = [np.array([*(c.name for c in s.calendars), ""], dtype=object) for s in (old, new)]
    register.add(
        "calendar",
        "calendar",
        now.code[b[moved]],
        names[0][was.calendar[a[moved]]],
        names[1][now.calendar[b[moved]]],
        a[moved],
        b[moved],
    )


def _ranks(keys: Any) -> Any:
    """How many equal keys stand before each."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    fresh = np.concatenate(([True], ordered[1:] != ordered[:-1])) if keys.size else ordered
    first = np.maximum.accumulate(np.where(fresh, np.arange(keys.size), 0))
    ranks = np.empty(keys.size, dtype=np.int64)
    ranks[order] = np.arange(keys.size) - first
    return ranks


def _common(left: Any, right: Any) -> tuple[Any, Any]:
    """Positions (in left, in right) of equal keys; of repeated ones the first with the first."""
    size = int(max(left.max(initial=0), right.max(initial=0))) + 1
    lefts, rights = left + size * _ranks(left), right + size * _ranks(right)
    _, i, j = np.intersect1d(lefts, rights, assume_unique=True, return_indices=True)
    return i, j


def link_words(kind: int, lag: int) -> str:
    """`FS`, or `SS + 120 h` with a lag."""
    hours = lag / 60.0
    name = LinkType(kind).name
    return name if not lag else f"{name} {'+' if lag > 0 else '-'} {abs(hours):g} h"


def _links(register: Register, old: Schedule, new: Schedule, matching: Matching) -> None:
    """Links by both ends and type; what is left over of a pair of ends changed its type."""
    was, now = old.relationships, new.relationships
    size = len(old) + len(new) + 1
    number = np.where(
        matching.new_of_old >= 0, matching.new_of_old, len(new) + np.arange(len(old))
    ).astype(np.int64)
    left = number[was.predecessor] * size + number[was.successor]
    right = now.predecessor.astype(np.int64) * size + now.successor
    i, j = _common(left * 4 + was.type, right * 4 + now.type)
    rest_i, rest_j = _without(left.size, i), _without(right.size, j)
    x, y = _common(left[rest_i], right[rest_j])
    for kind, p, q in (("lag", i, j), ("logic-type", rest_i[x], rest_j[y])):
        differs = (was.lag[p] != now.lag[q]) | (was.lag_format[p] != now.lag_format[q])
        differs |= was.type[p] != now.type[q]
        p, q = p[differs], q[differs]
        ends = new.activities.code[now.predecessor[q]], new.activities.code[now.successor[q]]
        register.add(
            kind,
            "link",
            _arrows(*ends),
            _link_texts(was, p),
            _link_texts(now, q),
            was.successor[p],
            now.successor[q],
            p,
            q,
        )
    gone, come = _without_of(rest_i, x), _without_of(rest_j, y)
    ends = old.activities.code[was.predecessor[gone]], old.activities.code[was.successor[gone]]
    end_rows = matching.new_of_old[was.successor[gone]]
    none = [None] * gone.size
    register.add(
        "logic-deleted",
        "link",
        _arrows(*ends),
        _link_texts(was, gone),
        none,
        was.successor[gone],
        end_rows,
        old_item=gone,
    )
    ends = new.activities.code[now.predecessor[come]], new.activities.code[now.successor[come]]
    end_rows = matching.old_of_new[now.successor[come]]
    none = [None] * come.size
    register.add(
        "logic-added",
        "link",
        _arrows(*ends),
        none,
        _link_texts(now, come),
        end_rows,
        now.successor[come],
        new_item=come,
    )


def _without(n: int, taken: Any) -> Any:
    mask = np.ones(n, dtype=bool)
    mask[taken] = False
    return np.flatnonzero(mask)


def _without_of(rows: Any, taken: Any) -> Any:
    return rows[_without(rows.size, taken)]


def _arrows(left: Texts, right: Texts) -> list[str]:
    return [f"{a} > {b}" for a, b in zip(left.tolist(), right.tolist(), strict=True)]


def _link_texts(links: Any, rows: Any) -> list[str]:
    kinds, lags = links.type[rows].tolist(), links.lag[rows].tolist()
    return [link_words(k, 0 if lag == NO_TIME else lag) for k, lag in zip(kinds, lags, strict=True)]


def _calendar_contents(
    register: Register, old: Schedule, new: Schedule, matching: Matching
) -> None:
    for a, b in enumerate(matching.calendar_new_of_old):
        if b < 0:
            continue
        before, after = calendar_difference(old.calendars[a], new.calendars[b])
        if before or after:
            register.add(
                "calendar-content",
                "calendar",
                [new.calendars[b].name],
                ["; ".join(before) or None],
                ["; ".join(after) or None],
                old_item=[a],
                new_item=[b],
            )


def calendar_difference(old: Calendar, new: Calendar) -> tuple[list[str], list[str]]:
    """What each calendar says where the two differ: week days and runs of exception days."""
    before, after = [], []
    for day, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        if old.week[day] != new.week[day]:
            before.append(f"{name} {_shift_words(old.week[day])}")
            after.append(f"{name} {_shift_words(new.week[day])}")
    days = sorted(
        day
        for day in old.exceptions.keys() | new.exceptions.keys()
        if old.shifts_on(day) != new.shifts_on(day)
    )
    for first, last in _runs(days, old, new):
        span = _span(first, last)
        before.append(f"{span} {_shift_words(old.shifts_on(first))}")
        after.append(f"{span} {_shift_words(new.shifts_on(first))}")
    if old.hours_per_day != new.hours_per_day:
        before.append(f"{old.hours_per_day:g} h a day")
        after.append(f"{new.hours_per_day:g} h a day")
    return before, after


def _runs(days: list[int], old: Calendar, new: Calendar) -> list[tuple[int, int]]:
    runs: list[list[int]] = []
    for day in days:
        shifts = (old.shifts_on(day), new.shifts_on(day))
        if runs and day == runs[-1][1] + 1:
            first = runs[-1][0]
            if shifts == (old.shifts_on(first), new.shifts_on(first)):
                runs[-1][1] = day
                continue
        runs.append([day, day])
    return [(first, last) for first, last in runs]


def _span(first: int, last: int) -> str:
    texts = [str(to_iso(day * DAY))[:10] for day in (first, last)]
    return texts[0] if first == last else f"{texts[0]} to {texts[1]}"


def _shift_words(shifts: Iterable[tuple[int, int]]) -> str:
    hours = sum(finish - start for start, finish in shifts) / 60.0
    return f"{hours:g} h" if hours else "no work"


def _options(register: Register, old: Schedule, new: Schedule) -> None:
    if not old.projects or not new.projects:
        return
    was, now = old.projects[old.main_project], new.projects[new.main_project]
    for item in fields(was.options):
        values = [_option(getattr(p.options, item.name)) for p in (was, now)]
        if values[0] != values[1]:
            register.add("option", item.name, [now.code], [values[0]], [values[1]])
    for name in ("data_date", "must_finish_by"):
        values = [getattr(p, name) for p in (was, now)]
        if values[0] != values[1]:
            shown = [[None if v == NO_TIME else v] for v in values]
            register.add("project", name, [now.code], *shown)


def _option(value: Any) -> Any:
    name = getattr(value, "name", None)
    return name.lower().replace("_", " ") if name else value
