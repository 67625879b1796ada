"""Measures that need the durations or the driving paths of a finished run again.

The numbers follow from the seed, so that they are the same as in the run. Kendall's tau: Kendall,
"A new measure of rank correlation", Biometrika 30 (1938), in the form b for ties.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.schedule import ActivityType, Numbers, Rows, Status
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.cpm.columns import Network
from planbench.engines.cpm.result import CpmResult
from planbench.engines.kernel import row_kernel
from planbench.engines.risk import passes
from planbench.engines.risk.measures import Replay, binned_levels, dates_at
from planbench.engines.risk.model import RiskModel
from planbench.engines.risk.result import LEVELS, empty_dates
from planbench.engines.risk.variance import Frozen, Regression, frozen, inputs, regression

if TYPE_CHECKING:
    from planbench.engines.risk.simulate import Setting, Tell

Check = Callable[[], None]
"""Called every block; what it raises ends the work."""


def _nothing() -> None:
    pass


SHORT, LONG = (0.05, 0.15), (0.85, 0.95)
"""Shares of the runs, in the order of a duration, that stand for its P10 and its P90."""


@dataclass(frozen=True)
class Contributions:
    """What activities add to the driving paths, mean over the runs, in the schedule's rows.

    In every run an activity on a driving path adds its duration less the calculated remaining
    one; `ranges` is what its range alone makes of it with the same random numbers, `risks` what
    drivers and risks of the register do besides. Working minutes of the activity's own calendar;
    0 where no driving path comes by, NaN where it is not simulated. Where several paths drive
    together each counts in full, so that the sum can be more than the delay of the project.
    """

    ranges: Numbers
    risks: Numbers
    runs: int


class Lens:
    """Draws a finished run again and measures it."""

    def __init__(
        self,
        setting: Setting,
        network: Network,
        cpm: CpmResult,
        model: RiskModel,
        replay: Replay,
    ) -> None:
        self._setting, self._network, self._cpm = setting, network, cpm
        self._model, self._replay = model, replay

    def kendall(self, rows: Rows) -> Numbers:
        """See RiskResult.kendall."""
        from scipy.stats import kendalltau

        made = np.full(rows.size, np.nan)
        for row, column in self._replay.drawn(rows):
            if column.min() < column.max():
                made[row] = float(kendalltau(column, self._replay.finish).statistic)
        return made

    def swing(self, rows: Rows) -> tuple[Minutes, Minutes]:
        """See RiskResult.swing."""
        finish = self._replay.finish
        first = int(finish[0])
        ends = empty_dates(rows.size), empty_dates(rows.size)
        for row, column in self._replay.drawn(rows):
            ordered = np.sort(column)
            if ordered[0] == ordered[-1]:
                continue
            for end, (low, high) in zip(ends, (SHORT, LONG), strict=True):
                at = (np.array([low, high]) * (ordered.size - 1)).round().astype(np.int64)
                chosen = (column >= ordered[at[0]]) & (column <= ordered[at[1]])
                end[row] = first + round(float((finish[chosen] - first).mean()))
        return ends

    def regression(self, rows: Rows) -> Regression:
        """See RiskResult.regression."""
        return regression(self._replay, rows, self._setting)

    def frozen(self, rows: Rows, most: int, progress: Tell | None) -> tuple[Frozen, ...]:
        """See RiskResult.frozen."""
        some = inputs(self._setting, self._network.schedule, self._model, rows)
        finish = self._replay.finish - self._setting.sim.axes.first_minute
        return frozen(self._setting, finish, some, most, progress)

    def achieved(self, ids: Sequence[str]) -> Numbers:
        """See RiskResult.achieved_by_ranges."""
        alone = Replay(self._without_risks(), self._network, self._replay.finish)
        return alone.achieved(ids)

    def contributions(self, most: int, check: Check = _nothing) -> Contributions:
        """See RiskResult.contributions."""
        from planbench.engines.risk.simulate import make_rows, make_sums, run_block

        setting, alone = self._setting, self._without_risks()
        n, size = min(most, setting.options.iterations), setting.sim.size
        ranges, risks = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        rows, other = make_rows(setting), make_rows(alone)
        everyone = np.arange(size, dtype=np.int64)
        nothing = np.zeros(size)
        sums = make_sums(setting, nothing.astype(np.int32), nothing)
        x = alone.bound.variables
        for first in range(0, n, setting.width):
            check()
            live = min(setting.width, n - first)
            run_block(setting, rows, sums, first, live, full=True)
            passes.durations_of_block(
                x, other, alone.scores, everyone, first, *alone.key, alone.strata
            )
            _add_contributions(
                rows.mask, rows.active, rows.duration, other.duration, x.base, live, ranges, risks
            )
        spread = np.full((2, len(self._network.schedule)), np.nan)
        spread[0, setting.sim.plan.node], spread[1, setting.sim.plan.node] = ranges / n, risks / n
        return Contributions(spread[0], spread[1], n)

    def _without_risks(self) -> Setting:
        """The same runs by ranges alone; existence and branches stay as they are."""
        from dataclasses import replace

        from planbench.engines.risk.variables import bind

        setting = self._setting
        model = replace(self._model, risks=(), drivers=(), occurrence=())
        bound = bind(
            model,
            self._network.schedule,
            setting.sim.plan.node,
            self._cpm.remaining_duration,
            setting.options.mitigated,
        )
        return replace(setting, bound=bound)

    def starts(self, most: int, check: Check = _nothing) -> tuple[dict[int, Minutes], Minutes]:
        """See RiskResult.starts."""
        from planbench.engines.risk.simulate import make_rows, make_sums, run_block

        setting = self._setting
        n, sim = min(most, setting.options.iterations), setting.sim
        rows, nothing = make_rows(setting), np.zeros(sim.size)
        idle = make_sums(setting, nothing.astype(np.int32), nothing)
        low = high = None
        for first in range(0, min(n, 256), setting.width):
            run_block(setting, rows, idle, first, setting.width, full=False)
            start = rows.work[::2].astype(np.int64)
            least, greatest = start.min(axis=1), start.max(axis=1)
            low = least if low is None else np.minimum(low, least)
            high = greatest if high is None else np.maximum(high, greatest)
        assert low is not None
        assert high is not None
        margin = (high - low) // 4 + 1
        sums = make_sums(
            setting, (low - margin).astype(np.int32), passes.BINS / (high - low + 2 * margin)
        )
        sums = sums._replace(reference=low.astype(np.int32))
        option_of = setting.bound.variables.option_of
        for first in range(0, n, setting.width):
            check()
            live = min(setting.width, n - first)
            run_block(setting, rows, idle, first, setting.width, full=False)
            _add_starts(rows.work, rows.absent, option_of, live, sums)
        return self._start_dates(sums, low)

    def _start_dates(self, sums: passes.Sums, low: Any) -> tuple[dict[int, Minutes], Minutes]:
        schedule, sim = self._network.schedule, self._setting.sim
        node, acts = sim.plan.node, schedule.activities
        as_start = acts.type[node] != ActivityType.FINISH_MILESTONE
        mean = np.rint(low + sums.finish / np.maximum(sums.present, 1))
        middle = dates_at(sim, mean, as_start)
        still = sums.finish2 == 0
        begun = acts.status[node] != Status.NOT_STARTED
        begun &= acts.actual_start[node] != NO_TIME

        def spread(dates: Minutes) -> Minutes:
            made = empty_dates(len(schedule))
            made[node] = np.where(begun, acts.actual_start[node], dates)
            return made

        levels = {}
        for level, work in binned_levels(sums, LEVELS).items():
            dates = dates_at(sim, np.rint(work), as_start)
            levels[level] = spread(np.where(still, middle, dates))
        return levels, spread(middle)


@row_kernel
def _add_contributions(
    mask: Any,
    active: Any,
    duration: Any,
    other: Any,
    base: Any,
    live: Any,
    ranges: Any,
    risks: Any,
) -> None:
    """Add up what activities on a driving path last longer than calculated."""
    for j in range(active.size):
        if active[j] == 0:
            continue
        for v in range(live):
            if mask[j, v] != 0:
                ranges[j] += np.int64(other[j, v]) - np.int64(base[j])
                risks[j] += np.int64(duration[j, v]) - np.int64(other[j, v])


@row_kernel
def _add_starts(work: Any, absent: Any, option_of: Any, live: Any, sums: Any) -> None:
    """Add the starts of a block to the histograms of `sums`."""
    bins, total, squares, present = sums.bins, sums.finish, sums.finish2, sums.present
    low, factor, reference = sums.bin_low, sums.bin_factor, sums.reference
    for j in range(option_of.size):
        option = option_of[j]
        for v in range(live):
            if option >= 0 and absent[option, v] != 0:
                continue
            start = work[2 * j, v]
            x = np.int64(start) - np.int64(reference[j])
            total[j] += x
            squares[j] += x * x
            at = np.int64((start - low[j]) * factor[j])
            bins[j, min(max(at, 0), passes.BINS - 1)] += np.uint32(1)
            present[j] += 1
