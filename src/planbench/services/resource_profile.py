"""Resource profiles: units, full-time equivalents or cost over time, against what can be had."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.calendars import WorkTable
from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.schedule import NO_ROW, Flags, Numbers, Rows, Schedule
from planbench.domain.times import Minutes, to_iso
from planbench.engines.cpm.network import calendars_of
from planbench.engines.resources.profile import Profile
from planbench.engines.resources.spans import (
    Amount,
    Dates,
    Spans,
    assignment_calendars,
    assignment_spans,
    work_over,
)
from planbench.engines.resources.spread import (
    PERIODS,
    Pieces,
    amounts_between,
    cut,
    period_edges,
    spread,
)
from planbench.services.document import Document

UNITS, FTE, COST = "units", "fte", "cost"
MEASURES = {UNITS: "Units", FTE: "FTE", COST: "Cost"}
"""What can be measured. Units are hours of labour and equipment, materials in their own unit."""

BY_RESOURCE, BY_GROUP, BY_KIND, BY_ALL = "resource", "group", "kind", "all"

_CELLS = 4_000_000
"""Groups times periods that are spread at once: bounds the memory of an overview."""

_ENOUGH = 1e-6
"""Share by which a period may exceed its limit before it counts as over it."""

_NONE = "Without a value"


@dataclass(frozen=True)
class Grouping:
    """Groups of assignments: texts, the group of each assignment (-1: none) and the limits.

    `limit` is the most units an hour of each group, NaN where it means nothing: activities of a
    WBS element share their resources with others. `hours` says whose units are hours.
    """

    key: str
    codes: list[str]
    names: list[str]
    of: Rows
    members: list[Rows]  # resources whose limits add up, none where there is no limit
    unit: list[str]


@dataclass(frozen=True)
class Line:
    """One group in the overview: amounts, its fullest period and how often it is over its limit.

    `actual` and `remaining` are units or cost, also where the peak is in full-time equivalents,
    because those of several periods do not add up.
    """

    group: int
    code: str
    name: str
    unit: str
    actual: float
    remaining: float
    peak: float
    peak_at: int  # beginning of the period
    over: int  # periods


@dataclass
class Loading:
    """The loading of one calculated document; spans and work table are made once per measure.

    Raises PlanbenchError when the document has no calculated dates.
    """

    document: Document
    schedule: Schedule = field(init=False)
    _spans: dict[tuple[Amount, Dates], tuple[Spans, Pieces]] = field(init=False)
    _groupings: dict[str, Grouping] = field(init=False)

    def __post_init__(self) -> None:
        if self.document.cpm is None:
            raise PlanbenchError(self.document.problem or "the schedule is not calculated")
        self.schedule, self._cpm = self.document.schedule, self.document.cpm
        self._spans, self._groupings = {}, {}
        self._calendars, self._calendar_of = assignment_calendars(self.schedule)
        self._baseline = self.document.baseline
        fitting = self._baseline is not None and len(self._baseline.columns) == len(self.schedule)
        self._kinds = [Dates.EARLY, Dates.LATE, *([Dates.BASELINE] if fitting else [])]
        self._work: WorkTable | None = None
        self._reach = (0, 0)
        self._measure_reach()

    # ------------------------------------------------------------ the ground

    def _measure_reach(self) -> None:
        """One horizon for everything, so that all measures share their periods."""
        low, high = [], []
        for amount in Amount:
            for kind in self._kinds:
                found = self._found(amount, kind)
                if len(found):
                    low.append(int(found.start.min()))
                    high.append(int(found.finish.max()))
        if low:
            self._reach = min(low), max(high)

    def _found(self, amount: Amount, kind: Dates) -> Spans:
        return assignment_spans(
            self.schedule, self._cpm, self._calendar_of, amount, kind, self._baseline
        )

    @property
    def empty(self) -> bool:
        """Whether no assignment has anything to spread."""
        return self._reach == (0, 0)

    @property
    def has_baseline(self) -> bool:
        """Whether there are baseline dates to spread the budget between."""
        return Dates.BASELINE in self._kinds

    def edges(self, period: str) -> Minutes:
        """The periods of all the loading. Raises ModelError for too many of them."""
        return period_edges(period, *self._reach)

    def work(self) -> WorkTable:
        """Working time of the calendars of assignments and then of resources."""
        if self._work is None:
            edges = period_edges("year", *self._reach)
            self._work = work_over(self._calendars, int(edges[0]), int(edges[-1]))
        return self._work

    def _pieces(self, amount: Amount, kind: Dates) -> tuple[Spans, Pieces]:
        key = amount, kind
        if key not in self._spans:
            spans = self._found(amount, kind)
            self._spans[key] = spans, cut(spans, self.work())
        return self._spans[key]

    # ------------------------------------------------------------ groups

    def groupings(self) -> dict[str, str]:
        """What can be grouped by: keys and titles."""
        found = {BY_RESOURCE: "Resource", BY_KIND: "Kind of resource", BY_ALL: "All resources"}
        if (self.schedule.resources.parent >= 0).any():
            found[BY_GROUP] = "Top of the resource tree"
        depth = int(_levels(self.schedule.wbs.parent).max(initial=-1))
        for level in range(min(depth, 5) + 1):
            found[f"wbs:{level + 1}"] = f"WBS level {level + 1}"
        for name in dict.fromkeys(map(str, self.schedule.code_types.name.tolist())):
            found[f"code:{name}"] = f"Code {name}"
        return found

    def grouping(self, key: str) -> Grouping:
        """The groups of a key. Raises ModelError for an unknown one."""
        if key not in self._groupings:
            known = self.groupings()
            if key not in known:
                raise ModelError(
                    f"'{key}' is nothing to group by", "resources", f"Use {', '.join(known)}."
                )
            made = _by_resources if key in (BY_RESOURCE, BY_GROUP, BY_KIND, BY_ALL) else _by_work
            self._groupings[key] = made(self.schedule, key)
        return self._groupings[key]

    def _counted(self, key: str, measure: str) -> Flags:
        """Assignments that count: materials only where they stand alone or as cost."""
        given, kinds = self.schedule.assignments, self.schedule.resources.kind
        if measure == COST or (key == BY_RESOURCE and measure == UNITS):
            return np.ones(len(given), dtype=bool)
        hours = np.append(kinds != "material", True)
        return np.asarray(hours[given.resource], dtype=bool)

    # ------------------------------------------------------------ answers

    def overview(self, key: str, period: str, measure: str) -> list[Line]:
        """Every group that has an amount, in the order of the groups."""
        if self.empty:
            return []
        grouping, edges = self.grouping(key), self.edges(period)
        spans, pieces = self._pieces(_amount(measure), Dates.EARLY)
        group = self._group_of(key, measure, spans)
        factor = self._factor(measure, edges)
        n, periods = len(grouping.codes), edges.size - 1
        done = np.bincount(
            group[spans.actual & (group >= 0)], spans.amount[spans.actual & (group >= 0)], n
        )
        left = np.bincount(
            group[~spans.actual & (group >= 0)], spans.amount[~spans.actual & (group >= 0)], n
        )
        used = np.flatnonzero(np.bincount(group[group >= 0], minlength=n))
        lines = []
        at_once = max(1, _CELLS // periods)
        hours = self._hours(edges)
        for first in range(0, used.size, at_once):
            some = used[first : first + at_once]
            place = np.full(n + 1, NO_ROW, dtype=np.int32)
            place[some] = np.arange(some.size, dtype=np.int32)
            table = spread(pieces, place[group], some.size, self.work(), edges) * factor
            for row, one in enumerate(some.tolist()):
                limit = self._limit(grouping, [one], measure, hours, factor)
                over = 0 if limit is None else int(_over(table[row], limit).sum())
                peak = int(table[row].argmax())
                lines.append(
                    Line(
                        one,
                        grouping.codes[one],
                        grouping.names[one],
                        self._unit(grouping, [one], measure),
                        float(done[one]),
                        float(left[one]),
                        float(table[row, peak]),
                        int(edges[peak]),
                        over,
                    )
                )
        return lines

    def profile(
        self, key: str, period: str, measure: str, chosen: Iterable[int] | None = None
    ) -> Profile:
        """Amounts over time of some groups together, of all without a choice."""
        grouping, edges = self.grouping(key), self.edges(period)
        groups = sorted(set(range(len(grouping.codes)) if chosen is None else chosen))
        amount, factor = _amount(measure), self._factor(measure, edges)
        wanted = np.zeros(len(grouping.codes) + 1, dtype=bool)
        wanted[groups] = True

        def row(kind: Dates, part: bool | None = None) -> Numbers:
            spans, pieces = self._pieces(amount, kind)
            group = self._group_of(key, measure, spans)
            inside = wanted[group]
            if part is not None:
                inside &= spans.actual == part
            one = np.where(inside, 0, NO_ROW).astype(np.int32)
            found: Numbers = spread(pieces, one, 1, self.work(), edges)[0] * factor
            return found

        actual, remaining = row(Dates.EARLY, True), row(Dates.EARLY, False)
        limit = self._limit(grouping, groups, measure, self._hours(edges), factor)
        total = actual + remaining
        return Profile(
            period,
            measure,
            self._unit(grouping, groups, measure),
            edges,
            actual,
            remaining,
            row(Dates.LATE),
            row(Dates.BASELINE) if self.has_baseline else None,
            limit,
            np.zeros(total.size, dtype=bool) if limit is None else _over(total, limit),
            self._pieces(amount, Dates.EARLY)[0].undated,
        )

    def in_bar(
        self, key: str, measure: str, chosen: Iterable[int] | None, first: int, last: int
    ) -> list[tuple[int, float]]:
        """Activities with an amount between two minutes, the largest first (units or cost)."""
        grouping = self.grouping(key)
        spans, pieces = self._pieces(_amount(measure), Dates.EARLY)
        wanted = np.zeros(len(grouping.codes) + 1, dtype=bool)
        wanted[list(range(len(grouping.codes)) if chosen is None else chosen)] = True
        each = amounts_between(pieces, len(spans), self.work(), first, last)
        each[~wanted[self._group_of(key, measure, spans)]] = 0.0
        rows = self.schedule.assignments.activity[spans.assignment]
        total = np.bincount(rows, each, len(self.schedule))
        order = np.argsort(-total, kind="stable")
        order = order[np.abs(total[order]) > 1e-9]
        return [(int(row), float(total[row])) for row in order]

    # ------------------------------------------------------------ measures

    def _group_of(self, key: str, measure: str, spans: Spans) -> Rows:
        counted = self._counted(key, measure)
        of = np.where(counted, self.grouping(key).of, NO_ROW)
        return np.asarray(of[spans.assignment], dtype=np.int32)

    def _hours(self, edges: Minutes) -> npt.NDArray[np.float64]:
        """Working hours per resource calendar and period; the main project's is the last row."""
        plain = len(calendars_of(self.schedule))
        rows = [
            np.diff(self.work().worked(row, edges)) / 60.0
            for row in (*range(plain), self._main_calendar())
        ]
        return np.array(rows)

    def _main_calendar(self) -> int:
        projects = self.schedule.projects
        own = projects[self.schedule.main_project].calendar if projects else 0
        return own if 0 <= own < len(calendars_of(self.schedule)) else 0

    def _factor(self, measure: str, edges: Minutes) -> Numbers:
        """What turns hours into the measure: FTE are hours by the main project's working hours."""
        if measure not in MEASURES:
            raise ModelError(
                f"'{measure}' is no measure", "resources", f"Use {', '.join(MEASURES)}."
            )
        if measure != FTE:
            return np.ones(edges.size - 1)
        hours = self._hours(edges)[-1]
        return np.where(hours > 0, 1.0 / np.where(hours > 0, hours, 1.0), 0.0)

    def _limit(
        self,
        grouping: Grouping,
        groups: list[int],
        measure: str,
        hours: npt.NDArray[np.float64],
        factor: Numbers,
    ) -> Numbers | None:
        """What can be had in each period; None for cost and where some resource has no limit."""
        members = [row for one in groups for row in grouping.members[one].tolist()]
        if measure == COST or not members:
            return None
        resources = self.schedule.resources
        rows = np.array(sorted(set(members)))
        most = resources.max_units[rows]
        if not (most > 0).all():
            return None
        own = resources.calendar[rows]
        own = np.where((own >= 0) & (own < hours.shape[0] - 1), own, hours.shape[0] - 1)
        per_calendar = np.bincount(own, most, hours.shape[0])
        found: Numbers = (per_calendar @ hours) * factor
        return found

    def _unit(self, grouping: Grouping, groups: list[int], measure: str) -> str:
        if measure == FTE:
            return "FTE"
        if measure == COST:
            projects = self.schedule.projects
            return projects[self.schedule.main_project].currency if projects else ""
        units = {grouping.unit[one] for one in groups}
        return units.pop() if len(units) == 1 else "h"


def _amount(measure: str) -> Amount:
    return Amount.COST if measure == COST else Amount.UNITS


def _over(amounts: Numbers, limit: Numbers) -> Flags:
    return np.asarray(amounts > limit * (1.0 + _ENOUGH) + _ENOUGH, dtype=bool)


# ---------------------------------------------------------------- groups of resources and of work


def _by_resources(schedule: Schedule, key: str) -> Grouping:
    """Groups whose resources can be counted; assignments without a resource stand last."""
    resources, given = schedule.resources, schedule.assignments
    n = len(resources)
    if key == BY_RESOURCE:
        codes = [*map(str, resources.code.tolist())]
        names = [*map(str, resources.name.tolist())]
        of = np.arange(n)
    elif key == BY_ALL:
        codes, names, of = ["All"], ["All resources"], np.zeros(n, dtype=np.int64)
    elif key == BY_KIND:
        kinds = sorted({*map(str, resources.kind.tolist())})
        codes, names = kinds, [{"nonlabor": "Equipment"}.get(k, k.capitalize()) for k in kinds]
        of = np.array([kinds.index(str(kind)) for kind in resources.kind], dtype=np.int64)
    else:
        top = _tops(resources.parent)
        heads, of = np.unique(top, return_inverse=True)
        codes = [str(resources.code[row]) for row in heads]
        names = [str(resources.name[row]) for row in heads]
    used = np.zeros(n + 1, dtype=bool)
    used[given.resource] = True
    members = (
        [
            np.flatnonzero((of == one) & used[:n] & (resources.kind != "material")).astype(np.int32)
            for one in range(len(codes))
        ]
        if key != BY_RESOURCE
        else [
            np.array([row] if resources.kind[row] != "material" else [], dtype=np.int32)
            for row in range(n)
        ]
    )
    unit = (
        [
            str(u) or "units" if k == "material" else "h"
            for u, k in zip(resources.unit.tolist(), resources.kind.tolist(), strict=True)
        ]
        if key == BY_RESOURCE
        else ["h"] * len(codes)
    )
    nobody = len(codes)
    where = np.append(of, nobody).astype(np.int32)[given.resource]
    return Grouping(
        key,
        [*codes, ""],
        [*names, "Without a resource"],
        where,
        [*members, np.zeros(0, dtype=np.int32)],
        [*unit, "h"],
    )


def _by_work(schedule: Schedule, key: str) -> Grouping:
    """Groups of activities; their resources work elsewhere too, so that they have no limit."""
    acts, given = schedule.activities, schedule.assignments
    kind, _, rest = key.partition(":")
    if kind == "wbs":
        wbs, level = schedule.wbs, int(rest) - 1
        at = _at_level(wbs.parent, level)
        rows = np.flatnonzero(at == np.arange(len(wbs)))
        codes, names = wbs.code[rows].tolist(), wbs.name[rows].tolist()
        place = np.full(len(wbs) + 1, rows.size, dtype=np.int32)
        place[rows] = np.arange(rows.size, dtype=np.int32)
        group = place[np.append(at, -1)[acts.wbs]]
    else:
        values, types = schedule.code_values, schedule.code_types
        wanted = np.flatnonzero(types.name == rest)
        rows = np.flatnonzero(np.isin(values.type, wanted))
        codes, names = values.code[rows].tolist(), values.name[rows].tolist()
        place = np.full(len(values) + 1, rows.size, dtype=np.int32)
        place[rows] = np.arange(rows.size, dtype=np.int32)
        group = np.full(len(acts), rows.size, dtype=np.int32)
        mine = np.isin(values.type[schedule.code_assignments.value], wanted)
        assigned = schedule.code_assignments
        group[assigned.activity[mine]] = place[assigned.value[mine]]
    count = rows.size + 1
    return Grouping(
        key,
        [*map(str, codes), ""],
        [*map(str, names), _NONE],
        group[given.activity].astype(np.int32),
        [np.zeros(0, dtype=np.int32)] * count,
        ["h"] * count,
    )


def _levels(parent: Rows) -> Rows:
    """Depth of each node; parents come before their children."""
    depth = np.zeros(parent.size, dtype=np.int32)
    for row, above in enumerate(parent.tolist()):
        if above >= 0:
            depth[row] = depth[above] + 1
    return depth


def _tops(parent: Rows) -> Rows:
    """The root above each node, itself where it is one; in whatever order the nodes stand."""
    top = np.arange(parent.size, dtype=np.int32)
    for _ in range(parent.size):
        above = parent[top]
        if not (above >= 0).any():
            break
        top = np.where(above >= 0, above, top).astype(np.int32)
    return top


def _at_level(parent: Rows, level: int) -> Rows:
    """The ancestor at a level of each node; a node above that level stands for itself."""
    at = np.arange(parent.size, dtype=np.int32)
    depth = _levels(parent)
    for row, above in enumerate(parent.tolist()):
        if depth[row] > level:
            at[row] = at[above]
    return at


# ---------------------------------------------------------------- tables and JSON


def profile_rows(found: Profile) -> list[dict[str, Any]]:
    """One row a period, for tables and workbooks; running totals beside the amounts."""
    total = found.total
    rows = []
    early, late = np.cumsum(total), np.cumsum(found.late)
    for k in range(total.size):
        row: dict[str, Any] = {
            "from": (to_iso(int(found.edges[k])) or "")[:10],
            "to": (to_iso(int(found.edges[k + 1]) - 1) or "")[:10],
            "actual": _plain(found.actual[k]),
            "remaining": _plain(found.remaining[k]),
            "total": _plain(total[k]),
            "limit": None if found.limit is None else _plain(found.limit[k]),
            "over": bool(found.over[k]),
            "late": _plain(found.late[k]),
            "baseline": None if found.baseline is None else _plain(found.baseline[k]),
        }
        if found.measure != FTE:  # equivalents of periods do not add up
            row["early_so_far"], row["late_so_far"] = _plain(early[k]), _plain(late[k])
        rows.append(row)
    return rows


def _plain(value: float) -> float:
    return round(float(value), 6) + 0.0


def line_rows(lines: list[Line]) -> list[dict[str, Any]]:
    """The overview as rows."""
    return [
        {
            "code": line.code,
            "name": line.name,
            "unit": line.unit,
            "actual": _plain(line.actual),
            "remaining": _plain(line.remaining),
            "peak": _plain(line.peak),
            "peak_from": (to_iso(line.peak_at) or "")[:10],
            "periods_over": line.over,
        }
        for line in lines
    ]


def profile_json(
    document: Document, key: str, period: str, measure: str, names: Iterable[str] = ()
) -> dict[str, Any]:
    """Body of `planbench resources`: the overview, and a profile of each group with an amount.

    `names` picks groups by code. Raises ModelError for an unknown one.
    """
    loading = Loading(document)
    lines = loading.overview(key, period, measure)
    wanted = list(names)
    unknown = set(wanted) - {line.code for line in lines}
    if unknown:
        raise ModelError(f"'{min(unknown)}' has nothing to show", "resources")
    lines = [line for line in lines if not wanted or line.code in wanted]
    whole = loading.profile(key, period, measure, [line.group for line in lines]) if lines else None
    return {
        "by": key,
        "period": period,
        "measure": measure,
        "undated": _plain(whole.undated) if whole is not None else 0.0,
        "groups": [
            {**row, "periods": profile_rows(loading.profile(key, period, measure, [line.group]))}
            for row, line in zip(line_rows(lines), lines, strict=True)
        ],
        "together": profile_rows(whole) if whole is not None else [],
    }


__all__ = [
    "BY_ALL", "BY_GROUP", "BY_KIND", "BY_RESOURCE", "COST", "FTE", "MEASURES", "PERIODS", "UNITS",
    "Grouping", "Line", "Loading", "Profile", "line_rows", "profile_json", "profile_rows",
]  # fmt: skip
