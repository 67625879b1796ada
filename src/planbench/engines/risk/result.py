"""What a simulation gives back, and the measures read from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.schedule import Flags, Numbers, Rows
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.risk.rng import REPLICATE

if TYPE_CHECKING:
    from planbench.engines.risk.correlation import Correlated
    from planbench.engines.risk.cost import CostResult
    from planbench.engines.risk.lens import Contributions, Lens
    from planbench.engines.risk.microscope import Microscope
    from planbench.engines.risk.spending import Bands
    from planbench.engines.risk.variance import Frozen, Regression

LEVELS = (10, 50, 80, 90)
"""Percentiles that are kept of every activity's early finish."""


def ranked(values: Any, percent: float) -> Any:
    """The smallest value that at least `percent` of all values do not exceed, as it stands."""
    rank = max(math.ceil(percent / 100.0 * values.size - 1e-9), 1)
    return np.sort(values)[min(rank, values.size) - 1]


def nearest_rank(values: Minutes, percent: float) -> int:
    """The instant that at least `percent` of all values do not exceed."""
    return int(ranked(values, percent))


def half_width(values: Any, percent: float) -> float:
    """Half of the 95 % interval of a percentile, in the unit of the values.

    From the spread over whole replicates where there are at least four (Student's t), else from
    the ranks of `order_ranks`.
    """
    replicates = values.size // REPLICATE
    if replicates >= 4:
        from scipy.stats import t

        parts = values[: replicates * REPLICATE].reshape(replicates, REPLICATE)
        each = np.array([ranked(part, percent) for part in parts], dtype=np.float64)
        spread = float(each.std(ddof=1)) / math.sqrt(replicates)
        return float(t.ppf(0.975, replicates - 1)) * spread
    low, high = order_ranks(values.size, percent)
    ordered = np.sort(values)
    return float(ordered[high - 1] - ordered[low - 1]) / 2.0


def order_ranks(n: int, percent: float) -> tuple[int, int]:
    """Ranks (1 is the smallest) of n values between which a percentile lies in 95 of 100 cases.

    Quantiles of the binomial law of the number of values below it; nothing about the law of the
    values is assumed (Conover, Practical Nonparametric Statistics, 3.2).
    """
    from scipy.stats import binom

    low, high = binom.ppf((0.025, 0.975), n, percent / 100.0)
    return min(max(int(low), 1), n), min(max(int(high), 1), n)


@dataclass(frozen=True)
class Step:
    """Percentiles and mean after the first `iterations` runs, each with half its 95 % interval."""

    iterations: int
    mean: float
    mean_half_width: float
    levels: Mapping[float, tuple[float, float]]


def convergence(
    values: Any, percents: tuple[float, ...] = (50.0, 80.0), steps: int = 24
) -> tuple[Step, ...]:
    """How percentiles of a run settle: after 64 runs and then after ever more, up to all.

    In the unit of the values. The interval of the mean is Student's over replicates of which there
    are at least four, else the normal one of single values.
    """
    n = int(values.size)
    counts = np.unique(np.geomspace(min(64, n), n, steps).round().astype(np.int64))
    replicates = counts > REPLICATE
    counts[replicates] -= counts[replicates] % REPLICATE  # whole Latin hypercubes
    made = []
    for count in sorted({*counts.tolist(), n}):
        part = values[:count]
        first = float(part[0])
        levels = {p: (float(ranked(part, p)), half_width(part, p)) for p in percents}
        mean = first + float((part - part[0]).mean())
        made.append(Step(count, mean, _mean_half_width(part), levels))
    return tuple(made)


def _mean_half_width(values: Any) -> float:
    from scipy.stats import t

    own = (values - values[0]).astype(np.float64)
    replicates = own.size // REPLICATE
    if replicates >= 4:
        own = own[: replicates * REPLICATE].reshape(replicates, REPLICATE).mean(axis=1)
    if own.size < 2:
        return math.nan
    return float(t.ppf(0.975, own.size - 1) * own.std(ddof=1)) / math.sqrt(own.size)


@dataclass(frozen=True)
class Iteration:
    """One run as a schedule, in the schedule's rows; instants are minutes since the epoch.

    Level of effort and summaries span the dates of their work, where no branches are simulated.
    """

    number: int
    start: Minutes
    finish: Minutes
    duration: Minutes  # working minutes; as calculated where it does not vary
    driving: Flags  # on a driving path of the project's finish
    absent: Flags  # not done in this run
    risks: tuple[str, ...]  # that occurred
    drivers: Mapping[str, float]  # factor of those that occurred
    project_finish: int


@dataclass(frozen=True)
class MergeBias:
    """How much later work starts because several predecessors meet, in its working minutes.

    Mean over the runs of the latest demand less the latest of the mean demands of the links.
    """

    rows: Rows  # activities with two links or more on their start
    links: Rows  # how many
    minutes: Numbers


def paired_gain(values: Minutes, other: Minutes, percent: float) -> tuple[float, float]:
    """(difference of a percentile, half of its 95 % interval) of two runs with equal numbers.

    The interval is Student's over whole replicates of which there are at least four, else NaN.
    """
    gain = float(nearest_rank(values, percent) - nearest_rank(other, percent))
    replicates = values.size // REPLICATE
    if replicates < 4:
        return gain, math.nan
    from scipy.stats import t

    parts = range(0, replicates * REPLICATE, REPLICATE)
    each = np.array(
        [
            nearest_rank(values[k : k + REPLICATE], percent)
            - nearest_rank(other[k : k + REPLICATE], percent)
            for k in parts
        ],
        dtype=np.float64,
    )
    spread = float(each.std(ddof=1)) / math.sqrt(replicates)
    return gain, float(t.ppf(0.975, replicates - 1)) * spread


@dataclass(frozen=True)
class RiskEffect:
    """What a percentile of the finish gains when one risk is taken out, same random numbers."""

    id: str
    title: str
    opportunity: bool
    probability: float
    gain: float  # minutes of the clock; negative when the finish would move out
    half_width: float  # half of the 95 % interval


@dataclass(frozen=True)
class RiskResult:
    """Outcome of a run: the finish of every iteration, and measures per activity.

    Instants are minutes since the epoch. Activity columns follow the schedule's rows; measures of
    activities that were not simulated (complete, level of effort, summaries) are NaN or `NO_TIME`.
    Percentiles of activities come from a histogram of 64 bins and are good to `bin_minutes`
    working minutes of their calendar; those of the project and of watched activities are exact.
    """

    iterations: int
    seed: int
    sampling: str  # "lhs" or "mc"
    mitigated: bool
    project: int
    finish: Minutes
    digest: str  # sha256 of `finish` as little-endian int64
    deterministic: int
    criticality: Numbers  # share of iterations on the driving path of the project's finish
    pearson: Numbers  # correlation of duration and project finish, NaN for a fixed duration
    sensitivity: Numbers  # criticality x sd(duration) / sd(finish)
    variance_share: Numbers  # covariance of duration and finish / variance of the finish
    existence: Numbers  # share of the runs in which the work is done
    duration_mean: Numbers  # working minutes
    duration_sd: Numbers
    finish_mean: Minutes
    finish_levels: dict[int, Minutes]  # by LEVELS
    bin_minutes: Numbers
    watch: dict[str, Minutes]  # finish of watched activities by id
    watch_deterministic: dict[str, int]
    varies: Flags
    simulated: Flags
    idle: tuple[str, ...]  # risks and drivers that touch no open activity
    correlated: tuple[Correlated, ...]  # what was asked for and what is used
    left_out: tuple[str, ...]  # parts of the model that are not simulated
    schedule_digest: str
    seconds: Mapping[str, float]
    threads: int
    _rank_correlation: Callable[[Rows], Numbers] = field(repr=False, compare=False)
    _significance: Callable[[Rows, int], Numbers] = field(repr=False, compare=False)
    _achieved: Callable[[Correlated], Numbers] = field(repr=False, compare=False)
    _load: Callable[[str, Minutes], Bands] = field(repr=False, compare=False)
    _microscope: Microscope = field(repr=False, compare=False)
    _lens: Lens = field(repr=False, compare=False)
    cost: CostResult | None = None  # where the model says what something costs
    effects: tuple[RiskEffect, ...] = ()  # of the risks of the register on P80, largest first

    def percentile(self, percent: float, watched: str = "") -> int:
        """Date that `percent` of all runs meet, for the project or a watched activity."""
        return nearest_rank(self.watch[watched] if watched else self.finish, percent)

    def interval(self, percent: float, watched: str = "") -> float:
        """Half of the 95 % interval of a percentile, in minutes of the clock."""
        return half_width(self.watch[watched] if watched else self.finish, percent)

    def confidence(self, instant: int, watched: str = "") -> float:
        """Share of the runs that finish no later than an instant."""
        values = self.watch[watched] if watched else self.finish
        return float(np.count_nonzero(values <= instant)) / values.size

    @property
    def mean(self) -> int:
        """Mean finish to the minute."""
        first = int(self.finish[0])
        return first + round(float((self.finish - first).mean()))

    @property
    def sd(self) -> float:
        """Standard deviation of the finish in minutes of the clock."""
        return float((self.finish - self.finish[0]).std())

    def rank_correlation(self, rows: Rows) -> Numbers:
        """Spearman's correlation of duration and project finish for some activities.

        The durations are drawn again, so this takes time in proportion to the rows. Ties share
        their mean rank; NaN for activities whose duration does not vary.
        """
        return self._rank_correlation(rows)

    def kendall(self, rows: Rows) -> Numbers:
        """Kendall's tau-b of duration and project finish for some activities.

        The durations are drawn again. NaN for activities whose duration does not vary.
        """
        return self._lens.kendall(rows)

    def swing(self, rows: Rows) -> tuple[Minutes, Minutes]:
        """(mean finish at a short, at a long duration) of some activities, as instants.

        Short are the runs whose duration lies between its own P5 and P15, long those between P85
        and P95, ties included: what finish to expect at about P10 and about P90 of the duration,
        with all that goes along with it. `NO_TIME` where the duration does not vary.
        """
        return self._lens.swing(rows)

    def contributions(
        self, most: int = 4096, check: Callable[[], None] = lambda: None
    ) -> Contributions:
        """What every activity adds to the driving paths, over the first `most` runs.

        `check` is called every block and may raise to end the work.
        """
        return self._lens.contributions(most, check)

    def regression(self, rows: Rows) -> Regression:
        """The finish regressed on the durations of some activities, standardised.

        Over the first 16,384 runs; those that matter most stand first in `rows`.
        """
        return self._lens.regression(rows)

    def frozen(
        self,
        rows: Rows,
        most: int = 4096,
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[Frozen, ...]:
        """Sobol indices of the ranges of some activities, of all drivers and all risks.

        One run of the first `most` iterations each, with fresh numbers for all but that input.
        `progress(done, total)` counts iterations and may raise to end the work.
        """
        return self._lens.frozen(rows, most, progress)

    def starts(
        self, most: int = 4096, check: Callable[[], None] = lambda: None
    ) -> tuple[dict[int, Minutes], Minutes]:
        """(percentiles by LEVELS, mean) of every activity's start over the first `most` runs.

        In the schedule's rows, from histograms like those of the finish; the actual start where
        work has begun, `NO_TIME` for what is not simulated.
        """
        return self._lens.starts(most, check)

    def significance(self, rows: Rows, most: int = 512) -> Numbers:
        """Significance index (Williams 1992) of some activities over the first `most` runs.

        Mean of duration / (duration + total float) x time to finish / mean time to finish, from a
        full calculation with both passes of each of these runs; 0 where duration and float are 0,
        negative float counts as none.
        Time lost to weather counts as duration. NaN for models with branches.
        """
        return self._significance(rows, most)

    def achieved(self, entry: Correlated) -> Numbers:
        """Rank correlations of the durations of this run's activities of an entry of `correlated`.

        NaN where a duration does not vary. Drivers and risks on the activities count as well.
        """
        return self._achieved(entry)

    def achieved_by_ranges(self, entry: Correlated) -> Numbers:
        """The same of the ranges alone, as they were correlated before drivers and risks."""
        return self._lens.achieved(entry.ids)

    def iteration(self, number: int) -> Iteration:
        """One run again, from 0, as a schedule. Raises ModelError for a number that was not run."""
        return self._microscope.iteration(number)

    def finish_of(self, activities: Rows, check: Callable[[], None] = lambda: None) -> Minutes:
        """The latest finish of some activities in every run, which is run again.

        What spans other work is left out; `NO_TIME` where nothing has logic. `check` is called
        every block and may raise to end the work.
        """
        return self._microscope.finishes(activities, check)

    def durations_of(
        self, activities: Rows, check: Callable[[], None] = lambda: None
    ) -> tuple[Numbers, float]:
        """(remaining duration in days by run, the calculated one) of an activity or a group.

        Of one activity in days of its own calendar; of several the project's working days from
        the earliest remaining start to the latest finish. `check` is called every block and may
        raise to end the work. Raises ModelError where runs move nothing of it.
        """
        return self._microscope.durations(activities, check)

    def floats_of(
        self, activities: Rows, most: int = 512, check: Callable[[], None] = lambda: None
    ) -> tuple[Numbers, float]:
        """(total float in days over the first runs, the calculated one); of several the least.

        Each run is calculated with both passes. `check` is called every run and may raise to end
        the work. Raises ModelError where nothing has a float and for models with branches.
        """
        return self._microscope.floats(activities, most, check)

    def resource_load(self, code: str, edges: Minutes) -> Bands:
        """Units of a resource by period between instants, over all runs, which are drawn again.

        Labour and equipment in hours. Raises ModelError for a code the schedule does not have.
        """
        return self._load(code, edges)

    def merge_bias(self, most: int = 4096) -> MergeBias:
        """What merging costs at every activity, over the first `most` runs."""
        return self._microscope.merge_bias(most)


@dataclass(frozen=True)
class RunFields:
    """What is worked out after a run for the table of activities, in the schedule's rows."""

    digest: str  # of the run
    start_levels: dict[int, Minutes]  # by LEVELS
    start_mean: Minutes
    rank_correlation: Numbers
    significance: Numbers


def empty_dates(n: int) -> Minutes:
    """A column without dates."""
    return np.full(n, NO_TIME, dtype=np.int64)
