"""Measures per activity from the sums of a run, and those that need the durations again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.schedule import Numbers, Rows, Schedule
from planbench.domain.times import Minutes
from planbench.engines.cpm.calculate import run as calculate
from planbench.engines.cpm.columns import Network
from planbench.engines.cpm.result import CpmResult
from planbench.engines.risk import passes
from planbench.engines.risk.clock import instants_all, work_all
from planbench.engines.risk.network import WEATHER
from planbench.engines.risk.optional import EXISTS, KIND, decided_by_dates
from planbench.engines.risk.result import LEVELS, empty_dates

if TYPE_CHECKING:
    from planbench.engines.risk.simulate import Setting

_AT_ONCE = 256  # activities whose durations are held in memory together


def activity_measures(
    setting: Setting, schedule: Schedule, sums: passes.Sums, finish: Any, calculated: Minutes
) -> dict[str, Any]:
    """Columns of a RiskResult, in the schedule's rows; `calculated` are the early finishes."""
    sim, n = setting.sim, setting.options.iterations
    x, rows = setting.bound.variables, sim.plan.node
    late = project_work(setting, finish)
    mean_late = float(late.mean())
    sd_late = float(late.std())
    mean = sums.duration / n
    sd = np.sqrt(np.maximum(sums.duration2 / n - mean * mean, 0.0))
    sd[~x.varies] = 0.0
    covariance = sums.product / n - mean * mean_late
    with np.errstate(divide="ignore", invalid="ignore"):
        pearson = np.where((sd > 0) & (sd_late > 0), covariance / (sd * sd_late), np.nan)
        share = sums.critical / n
        variance = pearson * sd / sd_late if sd_late > 0 else np.full(sd.size, np.nan)
        sensitivity = share * sd / sd_late if sd_late > 0 else np.full(sd.size, np.nan)
    open_rows = schedule.activities.status[rows] != 2
    criticality = np.where(open_rows, share, np.nan)

    def spread(values: Any, missing: float = np.nan) -> Numbers:
        made = np.full(len(schedule), missing)
        made[rows] = values
        return made

    nan = np.full(rows.size, np.nan)
    with_paths, with_sums = setting.options.paths, setting.options.statistics
    levels, middle = _finishes(setting, sums, calculated) if with_sums else ({}, None)
    dates = {level: empty_dates(len(schedule)) for level in LEVELS}
    finish_mean = empty_dates(len(schedule))
    if with_sums and middle is not None:
        finish_mean[rows] = middle
        for level in LEVELS:
            dates[level][rows] = levels[level]
    varies = np.zeros(len(schedule), dtype=np.bool_)
    varies[rows] = x.varies
    simulated = np.zeros(len(schedule), dtype=np.bool_)
    simulated[rows] = True
    return {
        "criticality": spread(criticality if with_paths else nan),
        "pearson": spread(np.clip(pearson, -1.0, 1.0) if with_sums else nan),
        "sensitivity": spread(
            np.where(open_rows, sensitivity, np.nan) if with_paths and with_sums else nan
        ),
        "variance_share": spread(variance if with_sums else nan),
        "existence": spread(sums.present / n if with_sums else nan),
        "duration_mean": spread(x.base + mean if with_sums else nan),
        "duration_sd": spread(sd if with_sums else nan),
        "finish_mean": finish_mean,
        "finish_levels": dates,
        "bin_minutes": spread(1.0 / sums.bin_factor),
        "varies": varies,
        "simulated": simulated,
    }


def project_work(setting: Setting, finish: Any) -> Any:
    """Working minutes of the project's calendar beyond the calculated finish.

    `finish` by the clock of the horizon.
    """
    sim = setting.sim
    late = np.zeros(finish.size, dtype=np.int64)
    main = np.full(finish.size, sim.project_calendar, dtype=np.int32)
    work_all(sim.axes.head, sim.axes.work, main, finish.astype(np.int64), late)
    return late - setting.reference


def _finishes(
    setting: Setting, sums: passes.Sums, calculated: Minutes
) -> tuple[dict[int, Minutes], Minutes]:
    """Percentiles and mean of every activity's finish, as instants on its calendar.

    Over the runs in which its work is done; the calculated finish where there are none, and where
    no run moves it.
    """
    x, n = setting.bound.variables, np.maximum(sums.present, 1)
    fixed = (x.base == 0) & ~x.varies
    levels = {
        level: dates_at(setting.sim, np.rint(work), fixed)
        for level, work in binned_levels(sums, LEVELS).items()
    }
    middle = dates_at(setting.sim, np.rint(setting.base + sums.finish / n), fixed)
    still = sums.finish2 == 0
    node = setting.sim.plan.node
    if still[~setting.sim.network.nodes.alap[node]].all():
        still[:] = True  # what is as late as possible is moved by others only
    middle[still] = calculated[node[still]]
    for level in LEVELS:
        levels[level][still] = middle[still]
    return levels, middle


def binned_levels(sums: passes.Sums, levels: Sequence[int]) -> dict[int, Numbers]:
    """Percentiles from the histograms of a run, as positions on each activity's work axis."""
    cumulative = np.cumsum(sums.bins, axis=1, dtype=np.int64)
    n, made = np.maximum(sums.present, 1), {}
    for level in levels:
        target = level / 100.0 * n
        at = (cumulative < (target - 1e-9)[:, None]).sum(axis=1)
        at = np.minimum(at, passes.BINS - 1)
        picked = np.arange(at.size)
        count = sums.bins[picked, at]
        before = cumulative[picked, at] - count
        share = (target - before) / np.maximum(count, 1)
        made[level] = sums.bin_low + (at + share) / sums.bin_factor
    return made


def dates_at(sim: Any, work: Any, as_start: Any) -> Minutes:
    """Instants of whole positions on the activities' work axes, in start or finish form."""
    out = np.zeros(work.size, dtype=np.int64)
    axes = sim.axes
    instants_all(axes.head, axes.clock, sim.plan.calendar, work.astype(np.int64), as_start, out)
    made: Minutes = sim.clock(out)
    return made


class Replay:
    """Draws durations of a finished run again: the numbers follow from the seed alone."""

    def __init__(self, setting: Setting, network: Network, finish: Minutes) -> None:
        self._setting = setting
        self._network = network
        self.finish = finish

    def durations(self, positions: Any, iterations: int) -> Any:
        """(positions, iterations) durations of simulated activities, whole minutes."""
        from planbench.engines.risk.simulate import make_rows

        setting = self._setting
        width = setting.width
        rows = make_rows(setting)
        out = np.zeros((positions.size, iterations), dtype=np.int32)
        for first in range(0, iterations, width):
            live = min(width, iterations - first)
            self._draw(rows, positions, first)
            out[:, first : first + live] = rows.duration[positions, :live]
        return out

    def occurrences(self, iterations: int) -> dict[str, Any]:
        """By risk the iterations in which it occurs, as a mask."""
        from planbench.engines.risk.simulate import make_rows

        setting = self._setting
        rows, nothing = make_rows(setting), np.zeros(0, dtype=np.int64)
        out = np.zeros((len(setting.bound.risks), iterations), dtype=np.bool_)
        for first in range(0, iterations, setting.width):
            self._draw(rows, nothing, first)
            out[:, first : first + setting.width] = rows.occurs[:, : iterations - first]
        return dict(zip(setting.bound.risks, out, strict=True))

    def _draw(self, rows: passes.Rows, positions: Any, first: int) -> None:
        setting = self._setting
        passes.durations_of_block(
            setting.bound.variables,
            rows,
            setting.scores,
            positions,
            first,
            *setting.key,
            setting.strata,
        )

    def drawn(self, rows: Rows, most: int = 0) -> Iterator[tuple[int, Any]]:
        """(place in `rows`, durations over the runs) of those that vary and need no dates.

        Over the first `most` runs, 0 for all.
        """
        setting = self._setting
        n = most or setting.options.iterations
        positions = setting.sim.position[rows].astype(np.int64)
        able = setting.bound.variables.varies & ~decided_by_dates(setting.bound.variables)
        chosen = np.flatnonzero((positions >= 0) & able[np.maximum(positions, 0)])
        for k in range(0, chosen.size, _AT_ONCE):
            part = chosen[k : k + _AT_ONCE]
            yield from zip(part.tolist(), self.durations(positions[part], n), strict=True)

    def rank_correlation(self, rows: Rows) -> Numbers:
        """Spearman's rho of duration and finish; see RiskResult.rank_correlation."""
        made = np.full(rows.size, np.nan)
        late = centred_ranks(self.finish)
        for row, column in self.drawn(rows):
            own = centred_ranks(column)
            scale = float(np.sqrt((own @ own) * (late @ late)))
            made[row] = float(own @ late) / scale if scale > 0 else np.nan
        return made

    def achieved(self, ids: Sequence[str]) -> Numbers:
        """Rank correlation matrix of the durations of some activities over all runs."""
        schedule = self._network.schedule
        varies, n = self._setting.bound.variables.varies, self._setting.options.iterations
        rows = np.array([schedule.row_of_code[code] for code in ids], dtype=np.int64)
        positions = self._setting.sim.position[rows].astype(np.int64)
        made = np.full((rows.size, rows.size), np.nan)
        able = np.flatnonzero((positions >= 0) & varies[np.maximum(positions, 0)])
        if able.size:
            ranks = np.array([centred_ranks(v) for v in self.durations(positions[able], n)])
            sizes = np.sqrt((ranks * ranks).sum(axis=1))
            with np.errstate(divide="ignore", invalid="ignore"):
                made[np.ix_(able, able)] = ranks @ ranks.T / np.outer(sizes, sizes)
        return made

    def significance(self, rows: Rows, most: int) -> Numbers:
        """Williams' index; see RiskResult.significance."""
        setting, network = self._setting, self._network
        n = min(most, setting.options.iterations)
        if not can_recalculate(setting):
            return np.full(rows.size, np.nan)
        start = int(network.data_date[setting.options.project])
        length = (self.finish[:n] - start).astype(np.float64)
        mean = float(length.mean())
        total = np.zeros(rows.size)
        for k, (remaining, result) in enumerate(recalculated(setting, network, n)):
            d = remaining[rows].astype(np.float64)
            whole = d + np.maximum(result.total_float[rows], 0)
            share = np.divide(d, whole, out=np.zeros_like(d), where=whole > 0)
            total += share * (length[k] / mean if mean > 0 else 1.0)
        made = total / n
        made[setting.sim.position[rows] < 0] = np.nan
        return made


def can_recalculate(setting: Setting) -> bool:
    """Whether runs are schedules that the calculation knows: it knows no branches."""
    return bool((setting.bound.variables.options[:, KIND] == EXISTS).all())


def recalculated(
    setting: Setting, network: Network, most: int
) -> Iterator[tuple[Minutes, CpmResult]]:
    """(remaining durations, full calculation with both passes) of the first runs, in order.

    Time lost to weather counts as duration.
    """
    from planbench.engines.risk.simulate import make_rows, make_sums, run_block

    nothing = np.zeros(setting.sim.size)
    sums = make_sums(setting, nothing.astype(np.int32), nothing)
    in_weather = setting.sim.plan.table[:, WEATHER] >= 0
    remaining = network.remaining.copy()
    memory = make_rows(setting)
    for k in range(min(most, setting.options.iterations)):
        if k % setting.width == 0:
            run_block(setting, memory, sums, k, setting.width, full=False)
        at = k % setting.width
        span = memory.work[1::2, at] - memory.work[::2, at]
        remaining[setting.sim.plan.node] = np.where(in_weather, span, memory.duration[:, at])
        yield remaining, calculate(network, remaining)


def centred_ranks(values: Any) -> Numbers:
    """Ranks about their mean; equal values share their mean rank."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    fresh = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    group = np.cumsum(fresh) - 1
    first = np.flatnonzero(fresh)
    size = np.diff(np.append(first, values.size))
    ranks: Numbers = np.empty(values.size)
    ranks[order] = (first + (size - 1) / 2.0)[group]
    ranks -= (values.size - 1) / 2.0
    return ranks
