"""What each risk of the register adds to the finish: taken out alone, and its fair share.

All runs have the same random numbers, so that differences are those of the model. Effects by
exclusion do not add up (two risks on parallel paths hide each other); Shapley values do: a risk's
value is its marginal effect, averaged over all orders in which the risks could be added (Shapley,
"A value for n-person games", 1953).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Schedule
from planbench.domain.times import Minutes
from planbench.engines.cpm.columns import Network
from planbench.engines.cpm.result import CpmResult
from planbench.engines.risk.distributions import distribution
from planbench.engines.risk.model import RiskModel, Uncertainty, Where
from planbench.engines.risk.result import RiskEffect, RiskResult, nearest_rank, paired_gain
from planbench.engines.risk.rules import network_for_runs
from planbench.engines.risk.simulate import Runner, RunOptions, simulate
from planbench.engines.risk.variables import winning_ranges

ORDERS = 64
"""Random orders that are drawn where there are more risks."""

EXACT_UP_TO = 8
"""Risks for which all subsets are run; for more, some orders are drawn."""

Subset = frozenset[str]


@dataclass(frozen=True)
class Share:
    """A risk's share of the delay by all risks, in minutes of the clock."""

    id: str
    title: str
    value: float  # Shapley value
    last: float  # effect of taking it out of all (exclusion)
    first: float  # effect of adding it to none


@dataclass(frozen=True)
class Shares:
    """Shapley values, largest first. `percent` 0 stands for the mean finish."""

    percent: float
    total: float  # with all risks less without any; the values add up to it
    each: tuple[Share, ...]
    runs: int
    exact: bool  # else over `orders` orders drawn at random
    orders: int


@dataclass(frozen=True)
class HeldEffect:
    """What is gained where an activity's range is held at its mean, in minutes of the clock."""

    row: int
    p80: float
    half_width: float  # half of the 95 % interval
    mean: float


def exclusion_effects(
    network: Network,
    cpm: CpmResult,
    model: RiskModel,
    result: RiskResult,
    threads: int = 0,
    progress: Callable[[int, int], None] | None = None,
    workers: int = 0,
    runner: Runner | None = None,
) -> tuple[RiskEffect, ...]:
    """How much earlier the P80 finish is without each risk of the register, largest first.

    One run a risk with the same random numbers. Such effects do not add up: two risks on parallel
    paths hide each other. With `workers` the runs are shared out to that many processes; `runner`
    and `progress(done, total)` as in `simulate`, over the iterations of all runs. Raises what
    `simulate` raises.
    """
    options = RunOptions(
        result.iterations,
        result.seed,
        threads,
        result.sampling,
        result.mitigated,
        paths=False,
        statistics=False,
        cost=False,
        project=result.project,
    )
    total = len(model.risks) * result.iterations
    done = 0

    def tell(so_far: int, _: int) -> None:
        if progress is not None:
            progress(done * result.iterations + so_far, total)

    jobs = [(model.without(risk.id), options) for risk in model.risks]
    if workers > 1:
        finishes = _from_pool(network.schedule, cpm, jobs, workers)
    else:
        finishes = (_finish(network, cpm, job, tell, runner) for job in jobs)
    effects = []
    for risk, finish in zip(model.risks, finishes, strict=True):
        done += 1
        tell(0, 0)
        gain, width = paired_gain(result.finish, finish, 80.0)
        chance = risk.chance(result.mitigated)
        effects.append(RiskEffect(risk.id, risk.title, risk.opportunity, chance, gain, width))
    return tuple(sorted(effects, key=lambda effect: -effect.gain))


def held_effects(
    network: Network,
    cpm: CpmResult,
    model: RiskModel,
    result: RiskResult,
    rows: Sequence[int],
    most: int = 4096,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[HeldEffect, ...]:
    """What the finish gains where the range of one activity is held at its mean, by row.

    One run of the first `most` iterations an activity, with the same random numbers; drivers and
    risks on it stay. Activities without a range of their own are left out. `progress` as in
    `simulate`. Raises what `simulate` raises.
    """
    ranges = winning_ranges(network.schedule, model.uncertainty)
    able = [row for row in rows if ranges[row] >= 0]
    options = RunOptions(
        min(most, result.iterations),
        result.seed,
        sampling=result.sampling,
        mitigated=result.mitigated,
        paths=False,
        statistics=False,
        cost=False,
        project=result.project,
    )
    total, done = len(able) * options.iterations, 0

    def tell(so_far: int, _: int) -> None:
        if progress is not None:
            progress(done * options.iterations + so_far, total)

    base = result.finish[: options.iterations]
    made = []
    for row in able:
        item = model.uncertainty[ranges[row]]
        mean = float(item.distribution.quantile((np.arange(4096) + 0.5) / 4096).mean())
        where = Where(ids=(str(network.schedule.activities.code[row]),))
        held = Uncertainty(where, distribution("fixed", {"value": mean}), item.unit)
        other = replace(model, uncertainty=(*model.uncertainty, held))
        finish = _finish(network, cpm, (other, options), tell, None)
        gain, width = paired_gain(base, finish, 80.0)
        made.append(HeldEffect(row, gain, width, float((base - finish).mean())))
        done += 1
    return tuple(made)


def shapley_values(
    ids: Sequence[str],
    values_of: Callable[[Iterable[Subset]], Mapping[Subset, float]],
    orders: int = ORDERS,
    seed: int = 1,
) -> tuple[dict[str, float], dict[Subset, float], bool]:
    """(value by id, value by subset that was asked for, whether all orders count).

    `values_of` gives the worth of subsets. Up to EXACT_UP_TO ids all subsets are weighed, else
    `orders` random orders and their reverses, whose errors partly cancel.
    """
    everyone = frozenset(ids)
    if len(ids) <= EXACT_UP_TO:
        subsets = [
            frozenset(some) for k in range(len(ids) + 1) for some in itertools.combinations(ids, k)
        ]
        worth = dict(values_of(subsets))
        shares = dict.fromkeys(ids, 0.0)
        for some in subsets:
            for name in everyone - some:
                weight = 1.0 / (len(ids) * math.comb(len(ids) - 1, len(some)))
                shares[name] += weight * (worth[some | {name}] - worth[some])
        return shares, worth, True
    random = np.random.default_rng(seed)
    drawn = [[ids[k] for k in random.permutation(len(ids))] for _ in range(max(orders // 2, 1))]
    drawn += [order[::-1] for order in drawn]
    needed = {frozenset(order[:k]) for order in drawn for k in range(len(ids) + 1)}
    needed |= {everyone - {name} for name in ids} | {frozenset({name}) for name in ids}
    worth = dict(values_of(sorted(needed, key=sorted)))
    shares = dict.fromkeys(ids, 0.0)
    for order in drawn:
        for k, name in enumerate(order):
            gain = worth[frozenset(order[: k + 1])] - worth[frozenset(order[:k])]
            shares[name] += gain / len(drawn)
    return shares, worth, False


def shapley_runs(risks: int, orders: int = ORDERS) -> int:
    """About how many runs the values of so many risks take, at most."""
    return int(2**risks if risks <= EXACT_UP_TO else orders * (risks - 1) + 2 * risks + 2)


def shapley_shares(
    schedule: Schedule,
    cpm: CpmResult | None,
    model: RiskModel,
    options: RunOptions,
    percent: float = 80.0,
    orders: int = ORDERS,
    workers: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Shares:
    """Shapley values of the register's risks on a percentile of the finish (0: the mean).

    With `workers` the runs are shared out to that many processes, which gives the same values.
    `progress(done, total)` counts runs; whatever it raises comes through. Raises ModelError
    without risks, and what `simulate` raises.
    """
    if not model.risks:
        raise ModelError("there is no risk in the register", "risks")
    done = 0

    def values_of(subsets: Iterable[Subset]) -> dict[Subset, float]:
        nonlocal done
        asked = list(subsets)
        jobs = [(model.with_only(some), plain) for some in asked]
        made: dict[Subset, float] = {}
        for some, finish in zip(asked, _finishes(schedule, cpm, jobs, workers), strict=True):
            made[some] = _worth(finish, percent)
            done += 1
            if progress is not None:
                progress(done, len(asked))
        return made

    plain = replace(options, paths=False, statistics=False, cost=False)
    ids = [risk.id for risk in model.risks]
    values, worth, exact = shapley_values(ids, values_of, orders, options.seed)
    everyone, nobody = frozenset(ids), frozenset[str]()
    each = [
        Share(
            risk.id,
            risk.title,
            values[risk.id],
            worth[everyone] - worth[everyone - {risk.id}],
            worth[frozenset({risk.id})] - worth[nobody],
        )
        for risk in model.risks
    ]
    each.sort(key=lambda share: -share.value)
    total = worth[everyone] - worth[nobody]
    return Shares(percent, total, tuple(each), len(worth), exact, 0 if exact else orders)


Job = tuple[RiskModel, RunOptions]


def _worth(finish: Minutes, percent: float) -> float:
    if percent:
        return float(nearest_rank(finish, percent))
    return float(finish[0] + (finish - finish[0]).mean())


def _finishes(
    schedule: Schedule, cpm: CpmResult | None, jobs: Sequence[Job], workers: int
) -> Iterable[Minutes]:
    """The finish vector of every job, in order."""
    if workers > 1:
        yield from _from_pool(schedule, cpm, jobs, workers)
        return
    network, dates = network_for_runs(schedule, cpm)
    for job in jobs:
        yield _finish(network, dates, job)


def _from_pool(
    schedule: Schedule, cpm: CpmResult | None, jobs: Sequence[Job], workers: int
) -> Iterable[Minutes]:
    import multiprocessing

    pool = ProcessPoolExecutor(
        workers, multiprocessing.get_context("spawn"), _begin_worker, (schedule, cpm)
    )
    with pool:
        try:
            yield from pool.map(_in_worker, jobs)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_prepared: list[tuple[Network, CpmResult]] = []  # of a worker process


def _begin_worker(schedule: Schedule, cpm: CpmResult | None) -> None:
    _prepared[:] = [network_for_runs(schedule, cpm)]


def _in_worker(job: Job) -> Minutes:
    network, dates = _prepared[0]
    model, options = job
    return _finish(network, dates, (model, replace(options, threads=1)))


def _finish(
    network: Network,
    cpm: CpmResult,
    job: Job,
    progress: Callable[[int, int], None] | None = None,
    runner: Runner | None = None,
) -> Minutes:
    model, options = job
    return simulate(network, cpm, replace(model, watch=()), options, progress, runner).finish
