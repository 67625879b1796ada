"""What work costs and which resources it takes, run by run, and in which period.

Blocks of the finished run are run again; the money of an activity is spread evenly over its
working time on its own calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from planbench.domain.schedule import Numbers
from planbench.domain.times import Minutes
from planbench.engines.kernel import row_kernel
from planbench.engines.risk import passes
from planbench.engines.risk.clock import instants_all, work_at
from planbench.engines.risk.optional import CONDITION, KIND

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult
    from planbench.engines.risk.simulate import Setting

YEAR = 365.25 * 1440.0
"""Minutes of a year of escalation."""

LEVELS = (10, 50, 80, 90)
_AT_ONCE = 1024  # activities whose amounts are held in memory together


@dataclass(frozen=True)
class Bands:
    """Amounts by period over all runs: mean, percentiles, and those of what is spent by then.

    Percentiles of periods do not add up to percentiles of the sum, which is why both are here.
    """

    edges: Minutes  # p + 1 instants; what is before the first or after the last is not counted
    mean: Numbers  # (p,)
    levels: dict[int, Numbers]  # by percent
    cumulative: dict[int, Numbers]
    planned: Numbers  # with the calculated dates and the middle values


def bands(by_period: Numbers, planned: Numbers, edges: Minutes) -> Bands:
    """Bands of (periods, runs) amounts."""
    from planbench.engines.risk.result import ranked

    so_far = np.cumsum(by_period, axis=0)

    def levels(values: Numbers) -> dict[int, Numbers]:
        return {p: np.array([ranked(row, p) for row in values]) for p in LEVELS}

    return Bands(edges, by_period.mean(axis=1), levels(by_period), levels(so_far), planned)


@dataclass
class Work:
    """Amounts that activities make: (per minute x duration + once) x what a run says.

    `positions` are those of the plan. `factor` and `growth` have a value for every run, and one
    more at the end for the plan.
    """

    positions: Any
    per_minute: Numbers
    once: Numbers
    factor: Numbers
    growth: Numbers | None = None  # yearly rise of prices


@dataclass
class Lump:
    """Amounts that no single activity makes; at a position's finish, else evenly to the finish."""

    amount: Numbers  # by run, and the plan at the end
    position: int = -1
    growth: Numbers | None = None


@dataclass
class Spend:
    """All that one line spends."""

    name: str
    work: list[Work] = field(default_factory=list)
    lumps: list[Lump] = field(default_factory=list)


class Dated(NamedTuple):
    """Dates of some runs: of one block, or of the plan as a block of one."""

    runs: Any  # slice of the runs, and of the columns that have one more for the plan
    start: Any  # (activities, width) int32 on their work axes
    finish: Any
    duration: Any
    done: Any  # (activities, width) bool or None: whether the work is done at all
    last: Any  # (width,) project finish by the clock of the horizon


class Spender:
    """Goes through the runs of a setting again and adds amounts up."""

    def __init__(self, setting: Setting, finish: Minutes, cpm: CpmResult) -> None:
        self._setting = setting
        sim = setting.sim
        self._finish = finish - sim.axes.first_minute
        node = sim.plan.node
        start = np.zeros(sim.size, dtype=np.int64)
        early = cpm.early_start[node] - sim.axes.first_minute
        for k, t in enumerate(np.maximum(early, 0).tolist()):
            start[k] = work_at(sim.axes.head, sim.axes.work, sim.plan.calendar[k], t)
        self._plan_start = start
        self._cpm = cpm
        data_date = int(sim.network.data_date[setting.options.project])
        self._start = data_date - sim.axes.first_minute

    def totals(
        self, spends: Sequence[Spend], check: Callable[[], None] = lambda: None
    ) -> tuple[Any, Numbers]:
        """((spends, runs) amounts, amounts by plan)."""
        n = self._setting.options.iterations
        totals, plan = np.zeros((len(spends), n)), np.zeros(len(spends))
        used = [work.positions for spend in spends for work in spend.work]
        chosen = np.unique(np.concatenate(used)) if used else np.zeros(0, dtype=np.int64)
        for dated in self._all(None if self._with_dates(spends) else chosen):
            check()
            for k, spend in enumerate(spends):
                made = self._total(spend, dated)
                if dated.runs.start < n:
                    totals[k, dated.runs] = made
                else:
                    plan[k] = made[0]
        return totals, plan

    def by_period(self, spends: Sequence[Spend], edges: Minutes) -> tuple[Numbers, Numbers]:
        """((periods, runs) amounts of all spends together, by plan)."""
        n = self._setting.options.iterations
        until = np.zeros((edges.size, n + 1))
        on_axes = self._on_axes(edges)
        for dated in self._all():
            own = np.zeros((edges.size, dated.last.size))
            for spend in spends:
                self._spread(spend, dated, on_axes, own)
            until[:, dated.runs] = np.cumsum(own, axis=0)
        made = np.diff(until, axis=0)
        return made[:, :n], made[:, n]

    def _with_dates(self, spends: Sequence[Spend]) -> bool:
        x = self._setting.bound.variables
        growing = any(w.growth is not None for s in spends for w in s.work) or any(
            lump.growth is not None for s in spends for lump in s.lumps
        )
        return growing or bool((x.options[:, KIND] == CONDITION).any())

    def _all(self, chosen: Any = None) -> Iterator[Dated]:
        """Every block of runs, and the plan at the end; of `chosen` positions durations alone."""
        from planbench.engines.risk.simulate import make_rows, make_sums, run_block

        setting = self._setting
        n, width, x = setting.options.iterations, setting.width, setting.bound.variables
        rows = make_rows(setting)
        nothing = np.zeros(setting.sim.size)
        sums = make_sums(setting, nothing.astype(np.int32), nothing) if chosen is None else None
        optional = np.flatnonzero(x.option_of >= 0)
        for first in range(0, n, width):
            live = min(width, n - first)
            if sums is not None:
                run_block(setting, rows, sums, first, width, full=False)
            else:
                args = (first, *setting.key, setting.strata)
                passes.durations_of_block(x, rows, setting.scores, chosen, *args)
            done = None
            if optional.size:
                done = np.ones((setting.sim.size, live), dtype=np.bool_)
                done[optional] = rows.absent[x.option_of[optional], :live] == 0
            yield Dated(
                slice(first, first + live),
                rows.work[::2, :live],
                rows.work[1::2, :live],
                rows.duration[:, :live],
                done,
                self._finish[first : first + live],
            )
        end = int(self._cpm.project_finish[setting.options.project])
        remaining = self._cpm.remaining_duration[setting.sim.plan.node]
        yield Dated(
            slice(n, n + 1),
            self._plan_start[:, None],
            setting.base[:, None],
            remaining[:, None],
            None,
            np.array([end - setting.sim.axes.first_minute]),
        )

    def _total(self, spend: Spend, dated: Dated) -> Numbers:
        total: Numbers = np.zeros(dated.last.size)
        for work in spend.work:
            for part in _parts(work):
                total += self._amounts(part, dated).sum(axis=0)
        for lump in spend.lumps:
            total += self._lump(lump, dated)
        return total

    def _amounts(self, work: Work, dated: Dated) -> Numbers:
        """(activities, width) of one piece of work."""
        at = work.positions
        made: Numbers = dated.duration[at] * work.per_minute[:, None] + work.once[:, None]
        if dated.done is not None:
            made *= dated.done[at]
        made *= work.factor[dated.runs]
        if work.growth is not None:
            middle = (dated.start[at].astype(np.int64) + dated.finish[at]) // 2
            made *= self._risen(work.growth[dated.runs], self._instants(at, middle))
        return made

    def _instants(self, at: Any, work: Any) -> Any:
        """Positions on the activities' work axes by the clock of the horizon."""
        axes, plan = self._setting.sim.axes, self._setting.sim.plan
        out = np.zeros(work.size, dtype=np.int64)
        calendar = np.repeat(plan.calendar[at], work.shape[1])
        as_start = np.ones(work.size, dtype=np.bool_)
        instants_all(axes.head, axes.clock, calendar, np.ravel(work), as_start, out)
        return out.reshape(work.shape)

    def _risen(self, growth: Numbers, instants: Any) -> Any:
        return (1.0 + growth) ** (np.maximum(instants - self._start, 0) / YEAR)

    def _lump(self, lump: Lump, dated: Dated) -> Numbers:
        amount: Numbers = lump.amount[dated.runs]
        if lump.growth is None:
            return amount
        when = (self._start + dated.last) / 2.0
        if lump.position >= 0:
            at = np.array([lump.position])
            when = self._instants(at, dated.finish[at].astype(np.int64))[0]
        made: Numbers = amount * self._risen(lump.growth[dated.runs], when)
        return made

    def _on_axes(self, edges: Minutes) -> dict[int, Any]:
        """Instants as positions on the work axis of every calendar; -1 is for the clock."""
        axes = self._setting.sim.axes
        by_clock = edges - axes.first_minute
        inside = np.clip(by_clock, 0, axes.last_minute - axes.first_minute - 1).tolist()
        made: dict[int, Any] = {-1: by_clock}
        for c in np.unique(self._setting.sim.plan.calendar).tolist():
            made[c] = np.array([work_at(axes.head, axes.work, c, t) for t in inside])
        return made

    def _spread(self, spend: Spend, dated: Dated, on_axes: dict[int, Any], out: Numbers) -> None:
        """Add what is spent up to each edge and after the one before; `out` (edges, width)."""
        calendar = self._setting.sim.plan.calendar
        for work in spend.work:
            for part in _parts(work):
                amounts = self._amounts(part, dated)
                for k, j in enumerate(part.positions.tolist()):
                    e = on_axes[int(calendar[j])]
                    _until(amounts[k], dated.start[j], dated.finish[j], e, out)
        for lump in spend.lumps:
            amount = self._lump(lump, dated)
            if lump.position >= 0:
                j = lump.position
                e = on_axes[int(calendar[j])]
                _until(amount, dated.finish[j], dated.finish[j], e, out)
            else:
                start = np.full(dated.last.size, self._start)
                _until(amount, start, dated.last, on_axes[-1], out)


def _parts(work: Work) -> Iterator[Work]:
    """The work in pieces that fit in memory."""
    for k in range(0, work.positions.size, _AT_ONCE):
        cut = slice(k, k + _AT_ONCE)
        yield Work(
            work.positions[cut], work.per_minute[cut], work.once[cut], work.factor, work.growth
        )


@row_kernel
def _until(amount: Any, start: Any, finish: Any, edges: Any, out: Any) -> None:
    """Add to `out[e]` what of an amount from start to finish is spent between edges e - 1 and e.

    What ends at an edge is spent before it.
    """
    for v in range(amount.size):
        before = 0.0
        for e in range(edges.size):
            if edges[e] >= finish[v]:
                out[e, v] += amount[v] - before
                break
            if edges[e] > start[v]:
                now = amount[v] * (edges[e] - start[v]) / (finish[v] - start[v])
                out[e, v] += now - before
                before = now
