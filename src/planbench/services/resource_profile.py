"""Resource profiles: units, full-time equivalents or cost over time, against what can be had."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planbench.domain.calendars import WorkTable
from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.schedule import NO_ROW, Flags, Numbers, Rows, Schedule
from planbench.domain.times import Minutes
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
    Pieces,
    amounts_between,
    cut,
    period_edges,
    spread,
)
from planbench.services.document import Document
from planbench.services.resource_groups import BY_RESOURCE, Grouping, groupings, make_grouping

UNITS, FTE, COST = "units", "fte", "cost"
MEASURES = {UNITS: "Units", FTE: "FTE", COST: "Cost"}
"""What can be measured. Units are hours of labour and equipment, materials in their own unit."""

_CELLS = 4_000_000
"""Groups times periods that are spread at once: bounds the memory of an overview."""

_ENOUGH = 1e-6
"""Share by which a period may exceed its limit before it counts as over it."""


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
        return groupings(self.schedule)

    def grouping(self, key: str) -> Grouping:
        """The groups of a key. Raises ModelError for an unknown one."""
        if key not in self._groupings:
            known = self.groupings()
            if key not in known:
                raise ModelError(
                    f"'{key}' is nothing to group by", "resources", f"Use {', '.join(known)}."
                )
            self._groupings[key] = make_grouping(self.schedule, key)
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
                limit = self._limit(grouping, [one], measure, edges, hours)
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
        limit = self._limit(grouping, groups, measure, edges, self._hours(edges))
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
        edges: Minutes,
        hours: npt.NDArray[np.float64],
    ) -> Numbers | None:
        """What can be had in each period; None for cost and where some resource has no limit.

        `hours` are those of `_hours` for the same edges. Limits may change over time.
        """
        members = [row for one in groups for row in grouping.members[one].tolist()]
        if measure == COST or not members:
            return None
        resources = self.schedule.resources
        rows = np.array(sorted(set(members)))
        most = resources.max_units[rows]
        changing = np.isin(rows, self.schedule.resource_rates.resource)
        if not ((most > 0) | changing).all():
            return None
        own = resources.calendar[rows]
        own = np.where((own >= 0) & (own < hours.shape[0] - 1), own, hours.shape[0] - 1)
        per_calendar = np.bincount(own[~changing], most[~changing], hours.shape[0])
        found: Numbers = per_calendar @ hours
        for row in rows[changing].tolist():
            found = found + self._changing_limit(row, edges)
        return found * self._factor(measure, edges)

    def _changing_limit(self, resource: int, edges: Minutes) -> Numbers:
        """Units of a resource in each period, by the rate that holds at each of its instants.

        What the resource itself says stands for the rate that holds at the data date.
        """
        rates, resources = self.schedule.resource_rates, self.schedule.resources
        mine = np.flatnonzero(rates.resource == resource)
        mine = mine[np.argsort(rates.start[mine], kind="stable")]
        start, units = rates.start[mine], rates.max_units[mine].copy()
        now = max(int(np.searchsorted(start, self.schedule.data_date, side="right")) - 1, 0)
        units[now] = resources.max_units[resource]
        own = int(resources.calendar[resource])
        known = 0 <= own < len(calendars_of(self.schedule))
        calendar = own if known else self._main_calendar()
        bounds = [int(edges[0]), *start[1:].tolist(), int(edges[-1])]
        found = np.zeros(edges.size - 1)
        for low, high, most in zip(bounds, bounds[1:], units.tolist(), strict=False):
            inside = np.clip(edges, low, max(low, high))
            found += np.diff(self.work().worked(calendar, inside)) / 60.0 * most
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
