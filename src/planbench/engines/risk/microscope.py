"""Looking into a finished run: one iteration as a schedule, and what merging costs.

The numbers follow from the seed, so that blocks of iterations are simply run again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Numbers, Rows
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.cpm.calculate import run as calculate
from planbench.engines.cpm.columns import Network
from planbench.engines.cpm.result import CpmResult
from planbench.engines.kernel import row_kernel
from planbench.engines.risk import spread
from planbench.engines.risk.driving import demand
from planbench.engines.risk.model import RiskModel
from planbench.engines.risk.network import CALENDAR, SEGMENT, WEATHER
from planbench.engines.risk.result import Iteration, MergeBias

if TYPE_CHECKING:
    from planbench.engines.risk.simulate import Setting


class Microscope:
    """Blocks of a finished run, again, with every activity's clock readings."""

    def __init__(
        self, setting: Setting, network: Network, cpm: CpmResult, model: RiskModel
    ) -> None:
        self._given = setting
        self._network, self._cpm, self._model = network, cpm, model

    @cached_property
    def _setting(self) -> Setting:
        from planbench.engines.risk.simulate import setting_with_readings

        return setting_with_readings(self._given, self._network, self._cpm, self._model)

    def iteration(self, number: int) -> Iteration:
        """See RiskResult.iteration."""
        from planbench.engines.risk.simulate import make_rows, make_sums, run_block

        setting, cpm, network = self._setting, self._cpm, self._network
        if not 0 <= number < setting.options.iterations:
            raise ModelError(f"there is no iteration {number}", "risk")
        rows, nothing = make_rows(setting), np.zeros(setting.sim.size)
        sums = make_sums(setting, nothing.astype(np.int32), nothing)
        at = number % setting.width
        run_block(setting, rows, sums, number - at, setting.width, full=True)
        sim, x = setting.sim, setting.bound.variables
        node = sim.plan.node
        start, finish = cpm.early_start.copy(), cpm.early_finish.copy()
        duration = cpm.remaining_duration.copy()
        duration[node] = rows.duration[:, at]
        absent = np.zeros(start.size, dtype=np.bool_)
        chosen = np.flatnonzero(x.option_of >= 0)
        absent[node[chosen]] = rows.absent[x.option_of[chosen], at] != 0
        start[node], finish[node] = sim.clock(rows.clock[::2, at]), sim.clock(rows.clock[1::2, at])
        others = np.ones(start.size, dtype=np.bool_)
        others[network.order] = False
        if not self._model.branches:
            others |= network.nodes.alap
        start[others], finish[others] = self._spans(others, rows, at)
        start[absent] = finish[absent] = NO_TIME
        driving = np.zeros(start.size, dtype=np.bool_)
        driving[node] = (rows.active != 0) & (rows.mask[:, at] != 0)
        occurs = rows.occurs[:, at] != 0
        factors = zip(self._model.drivers, rows.factor[:, at].tolist(), strict=False)
        last = rows.finish[at] if sim.plan.ends.size else setting.done
        return Iteration(
            number,
            start,
            finish,
            duration,
            driving & ~absent,
            absent,
            tuple(name for name, fired in zip(setting.bound.risks, occurs, strict=True) if fired),
            {driver.id: factor for driver, factor in factors if factor != 1.0},
            int(sim.clock(last)),
        )

    def _spans(self, others: Any, rows: Any, at: int) -> tuple[Any, Any]:
        """Dates of what spans other work or is as late as possible.

        None where branches leave work out of the logic.
        """
        setting, network = self._setting, self._network
        if self._model.branches:
            nothing = np.full(int(others.sum()), NO_TIME, dtype=np.int64)
            return nothing, nothing
        node = setting.sim.plan.node
        remaining = network.remaining.copy()
        span = rows.work[1::2, at] - rows.work[::2, at]
        in_weather = setting.sim.plan.table[:, WEATHER] >= 0
        remaining[node] = np.where(in_weather, span, rows.duration[:, at])
        result = calculate(network, remaining)
        return result.early_start[others], result.early_finish[others]

    def finishes(self, activities: Rows, check: Callable[[], None]) -> Minutes:
        """See RiskResult.finish_of."""
        from planbench.engines.risk.simulate import make_rows, make_sums, run_block

        setting, cpm = self._setting, self._cpm
        in_logic = np.zeros(cpm.finish.size, dtype=np.bool_)
        in_logic[self._network.order] = True
        activities = activities[in_logic[activities]]
        position = setting.sim.position[activities]
        settled = cpm.finish[activities[position < 0]]
        at = 2 * position[position >= 0].astype(np.int64) + 1
        latest = int(settled.max(initial=NO_TIME))
        n = setting.options.iterations
        made = np.full(n, latest, dtype=np.int64)
        if not at.size:
            return made
        rows, nothing = make_rows(setting), np.zeros(setting.sim.size)
        sums = make_sums(setting, nothing.astype(np.int32), nothing)
        for first in range(0, n, setting.width):
            check()
            live = min(setting.width, n - first)
            run_block(setting, rows, sums, first, setting.width, full=False)
            found = setting.sim.clock(rows.clock[at, :live].max(axis=0))
            made[first : first + live] = np.maximum(found, latest)
        return made

    def durations(self, activities: Rows, check: Callable[[], None]) -> tuple[Numbers, float]:
        """See RiskResult.durations_of."""
        return spread.durations(self._setting, self._cpm, activities, check)

    def floats(
        self, activities: Rows, most: int, check: Callable[[], None]
    ) -> tuple[Numbers, float]:
        """See RiskResult.floats_of."""
        return spread.floats(self._given, self._network, self._cpm, activities, most, check)

    def merge_bias(self, most: int) -> MergeBias:
        """See RiskResult.merge_bias."""
        from planbench.engines.risk.simulate import make_rows, make_sums, run_block

        setting = self._setting
        n = min(most, setting.options.iterations)
        plan, axes = setting.sim.plan, setting.sim.axes
        by_link = np.zeros(plan.links.shape[0], dtype=np.int64)
        latest = np.zeros(setting.sim.size, dtype=np.int64)
        rows, nothing = make_rows(setting), np.zeros(setting.sim.size)
        sums = make_sums(setting, nothing.astype(np.int32), nothing)
        for first in range(0, n, setting.width):
            live = min(setting.width, n - first)
            run_block(setting, rows, sums, first, setting.width, full=False)
            _add_demands(
                plan.table,
                plan.links,
                axes.head,
                axes.work,
                axes.clock,
                rows.work,
                rows.clock,
                rows.scratch,
                rows.late,
                live,
                by_link,
                latest,
            )
        start, end = plan.table[:, SEGMENT], plan.table[:, SEGMENT + 2]
        merging = np.flatnonzero(end - start >= 2)
        highest = np.array([by_link[start[j] : end[j]].max() for j in merging], dtype=np.int64)
        bias = (latest[merging] - highest) / n
        counts = (end - start)[merging].astype(np.int32)
        return MergeBias(plan.node[merging], counts, bias)


@row_kernel
def _add_demands(
    t: Any,
    links: Any,
    head: Any,
    wt: Any,
    ct: Any,
    work: Any,
    clock: Any,
    scratch: Any,
    most: Any,
    live: Any,
    by_link: Any,
    latest: Any,
) -> None:
    """Add up what every link demands of its successor's start, and the latest of them."""
    for j in range(latest.size):
        if t[j, SEGMENT + 2] - t[j, SEGMENT] < 2:
            continue
        begun = False
        for part in range(2):
            for e in range(t[j, SEGMENT + part], t[j, SEGMENT + part + 1]):
                demand(t, links, head, wt, ct, work, clock, scratch, t[j, CALENDAR], part, e, live)
                for v in range(live):
                    by_link[e] += scratch[0, v]
                    most[v] = max(most[v], scratch[0, v]) if begun else scratch[0, v]
                begun = True
        for v in range(live):
            latest[j] += most[v]
