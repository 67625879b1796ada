"""Ways to group and to sift the activities of a plan: by the WBS, and by any of its fields.

A grouping is a tuple of keys, the outermost level first; each is a column's id, for dates with the
interval behind an @ (`start@month`). Bands without activities are shown only of a WBS that stands
first: its elements are the same whatever the dates are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import NO_ROW, Rows, Schedule
from planbench.domain.times import DAY, NO_TIME
from planbench.scenes.columns import Column, PlanTable
from planbench.scenes.filters import form
from planbench.scenes.formats import MONTHS, date_text, days_text
from planbench.scenes.more_fields import code_ids, value_of_code
from planbench.scenes.outline import Outline, build_outline

BY_WBS = "wbs"
BY_NONE = ""
"""Stands for no grouping where one has to be chosen."""

INTERVALS = {"week": "week", "month": "month", "quarter": "quarter", "year": "year"}

FLOAT_LIMITS = (0.0, 5.0, 10.0, 20.0, 44.0, 100.0)
"""Upper limits of the bands that numbers are grouped in."""

WITHOUT = "Without a value"

QUICK_FILTERS: dict[str, str] = {
    "": "All activities",
    "critical": "Critical",
    "near": "Near-critical",
    "in-progress": "In progress",
    "not-started": "Not started",
    "next-weeks": "Next four weeks",
    "open-ends": "Open ends",
}
"""Filters that need no words, by what they are called."""

QUICK_TEXTS: dict[str, str] = {
    "": "",
    "critical": "[Critical] is Critical",
    "near": "[Critical] is Near-critical",
    "in-progress": '[Status] is "In progress"',
    "not-started": '[Status] is "Not started"',
    "next-weeks": "[Status] is not Complete and [Start] before DD+4w and [Finish] on or after DD",
    "open-ends": "[Open end] is set",
}
"""What each of them asks."""

MOST_LEVELS = 6
"""Levels of bands that can be chosen."""


def groupings(columns: Mapping[str, Column]) -> dict[str, str]:
    """What a level of bands can stand by: keys and titles."""
    found = {BY_WBS: "WBS"}
    for column in columns.values():
        if column.id in ("name", "id", BY_WBS):
            continue
        if form(column) == "date":
            for interval in INTERVALS:
                found[f"{column.id}@{interval}"] = f"{column.name} by {interval}"
        else:
            found[column.id] = column.name
    return found


def known_grouping(keys: Sequence[str], columns: Mapping[str, Column]) -> tuple[str, ...]:
    """The keys that a schedule can be grouped by, each once."""
    known = groupings(columns)
    return tuple(key for key in dict.fromkeys(keys) if key in known)[:MOST_LEVELS]


@dataclass(frozen=True)
class _Level:
    """The bands one level can have, as a tree, and the one each activity stands under."""

    names: Sequence[str]
    parent: Rows
    band: Rows  # NO_ROW: stands beside the bands


def grouped_outline(
    table: PlanTable, columns: Mapping[str, Column], by: Sequence[str] = (BY_WBS,)
) -> Outline:
    """The tree of a schedule under one of its groupings; `table` is that of its activities alone.

    Raises KeyError for a key that is none of `groupings`.
    """
    schedule = table.schedule
    if not by:
        return build_outline(schedule, False)
    if tuple(by) == (BY_WBS,):
        return build_outline(schedule)
    levels = [_level(key, table, columns) for key in by]
    n = len(schedule)
    names: list[str] = []
    parents: list[npt.NDArray[Any]] = []
    above = np.full(n, NO_ROW, dtype=np.int64)  # the band each activity stands under so far
    for number, level in enumerate(levels):
        whole = number == 0 and by[0] == BY_WBS
        above = _stack(level, above, names, parents, whole)
    parent = np.concatenate((*parents, above)).astype(np.int32)
    return Outline(len(names), n, parent, tuple(names))


def _stack(
    level: _Level,
    above: npt.NDArray[np.int64],
    names: list[str],
    parents: list[npt.NDArray[Any]],
    whole: bool,
) -> npt.NDArray[np.int64]:
    """Put a level of bands under those there are; gives the bands of the activities.

    A band is a pair of the band above and one of the level's; bands of the level's tree above
    those with activities come along. `whole` takes all of the level's bands as they are.
    """
    wide = len(level.names)
    first = len(names)
    if whole:
        names.extend(level.names)
        parents.append(level.parent)
        return level.band.astype(np.int64)
    inside = level.band >= 0
    pairs = (above + 1) * wide + np.maximum(level.band, 0)
    known = fresh = np.unique(pairs[inside])
    while fresh.size:
        tree = level.parent[fresh % wide]
        fresh = np.setdiff1d(fresh[tree >= 0] // wide * wide + tree[tree >= 0], known)
        known = np.union1d(known, fresh)
    tree = level.parent[known % wide]
    of_tree = first + np.searchsorted(known, known // wide * wide + np.maximum(tree, 0))
    parents.append(np.where(tree >= 0, of_tree, known // wide - 1))
    names.extend(level.names[one] for one in (known % wide).tolist())
    return np.where(inside, first + np.searchsorted(known, pairs), above)


def _level(key: str, table: PlanTable, columns: Mapping[str, Column]) -> _Level:
    schedule = table.schedule
    if key == BY_WBS:
        bands = len(schedule.wbs)
        own = schedule.activities.wbs
        own = np.where((own >= 0) & (own < bands), own, NO_ROW)
        return _Level(list(map(str, schedule.wbs.name.tolist())), schedule.wbs.parent, own)
    codes = code_ids(schedule)
    if key in codes:
        return _code_level(schedule, codes.index(key))
    name, _, interval = key.partition("@")
    column = columns[name]
    kind = form(column)
    values = column.values(table)
    if kind == "date":
        return _date_level(values, INTERVALS[interval])
    if kind == "number":
        return _number_level(values)
    names, band = _by_rank(column, table, values)
    return _Level(names, np.full(len(names), NO_ROW, dtype=np.int32), band)


def _by_rank(column: Column, table: PlanTable, values: Any) -> tuple[list[str], Rows]:
    """One band for each different value, in the column's order."""
    rank = column.rank(table, False)
    _, first, band = np.unique(rank, return_index=True, return_inverse=True)
    names = [str(value) for value in values[first].tolist()]
    if form(column) == "flag":
        names = [
            column.name if value == "True" else f"Not {column.name.lower()}" for value in names
        ]
    return [name or WITHOUT for name in names], band.astype(np.int32)


def _code_level(schedule: Schedule, type_row: int) -> _Level:
    """The dictionary of an activity code in its order, values of values below them."""
    values = schedule.code_values
    mine = np.flatnonzero(values.type == type_row)
    place = np.full(len(values) + 1, NO_ROW, dtype=np.int32)
    place[mine] = np.arange(mine.size)
    titles = zip(values.code[mine].tolist(), values.name[mine].tolist(), strict=True)
    names = [*(f"{code}  {name}".strip() for code, name in titles), WITHOUT]
    above = values.parent[mine]
    parent = np.append(place[np.where((above >= 0) & (above < len(values)), above, -1)], NO_ROW)
    band = place[value_of_code(schedule, type_row)]
    return _Level(names, parent, np.where(band >= 0, band, mine.size).astype(np.int32))


def _date_level(values: Any, interval: str) -> _Level:
    """One band for each week, month, quarter or year that has a date; without a date last."""
    there = values != NO_TIME
    days = np.where(there, values, 0) // DAY
    if interval == "week":
        unit = (days + 3) // 7  # weeks begin on Monday; day 0 was a Thursday
    else:
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        unit = months // {"month": 1, "quarter": 3, "year": 12}[interval]
    unit = np.where(there, unit, np.iinfo(np.int64).max)
    units, band = np.unique(unit, return_inverse=True)
    names = [
        _interval_name(one, interval) if one != np.iinfo(np.int64).max else "Without a date"
        for one in units.tolist()
    ]
    return _Level(names, np.full(units.size, NO_ROW, dtype=np.int32), band.astype(np.int32))


def _interval_name(unit: int, interval: str) -> str:
    if interval == "week":
        return f"Week of {date_text((unit * 7 - 3) * DAY)}"
    if interval == "month":
        return f"{MONTHS[unit % 12]} {1970 + unit // 12}"
    if interval == "quarter":
        return f"Q{unit % 4 + 1} {1970 + unit // 4}"
    return str(1970 + unit)


def _number_level(values: Any) -> _Level:
    """Bands between round limits; without a value last."""
    band = np.searchsorted(np.array(FLOAT_LIMITS) + 1e-9, values, side="right")
    below = values < -1e-9
    band = np.where(below, 0, band + 1)
    band = np.where(np.isnan(values), len(FLOAT_LIMITS) + 2, band).astype(np.int32)
    texts = [days_text(limit) for limit in FLOAT_LIMITS]
    names = ["Below 0", "0"]
    names += [f"Above {low} to {high}" for low, high in pairwise(texts)]
    names += [f"Above {texts[-1]}", WITHOUT]
    return _Level(names, np.full(len(names), NO_ROW, dtype=np.int32), band)
