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
    from planbench.engines.risk.cost import CostResult

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
    order statistics: the ranks n p -+ 1.96 sqrt(n p (1 - p)).
    """
    replicates = values.size // REPLICATE
    if replicates >= 4:
        from scipy.stats import t

        parts = values[: replicates * REPLICATE].reshape(replicates, REPLICATE)
        each = np.array([ranked(part, percent) for part in parts], dtype=np.float64)
        spread = float(each.std(ddof=1)) / math.sqrt(replicates)
        return float(t.ppf(0.975, replicates - 1)) * spread
    n, p = values.size, percent / 100.0
    reach = 1.96 * math.sqrt(n * p * (1.0 - p))
    ordered = np.sort(values)
    low = min(max(math.floor(n * p - reach), 0), n - 1)
    high = min(max(math.ceil(n * p + reach), 0), n - 1)
    return float(ordered[high] - ordered[low]) / 2.0


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
    left_out: tuple[str, ...]  # parts of the model that are not simulated
    schedule_digest: str
    seconds: Mapping[str, float]
    threads: int
    _rank_correlation: Callable[[Rows], Numbers] = field(repr=False, compare=False)
    _significance: Callable[[Rows, int], Numbers] = field(repr=False, compare=False)
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

    def significance(self, rows: Rows, most: int = 512) -> Numbers:
        """Significance index (Williams 1992) of some activities over the first `most` runs.

        Mean of duration / (duration + total float) x time to finish / mean time to finish, from a
        full calculation with both passes of each of these runs; 0 where duration and float are 0.
        Time lost to weather counts as duration. NaN for models with branches.
        """
        return self._significance(rows, most)


def empty_dates(n: int) -> Minutes:
    """A column without dates."""
    return np.full(n, NO_TIME, dtype=np.int64)
