"""The compiled simulation of one block of iterations, activity by activity.

A row holds one value per iteration of the block; rows of an activity stay in the processor's
cache until its successors read them. Everything is whole minutes, so that sums and dates do not
depend on the order in which blocks are run.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from planbench.engines.kernel import row_kernel
from planbench.engines.risk.clock import to_work
from planbench.engines.risk.dates import date_activity, fill, raise_to
from planbench.engines.risk.driving import driving_paths
from planbench.engines.risk.optional import EXISTS, KIND, decide, draw_options, leave_out
from planbench.engines.risk.sampling import apply_risks, draw_range, shared_draws
from planbench.engines.risk.weather import lose_days

BINS = 64
"""Bins of the histogram of each activity's finish."""


CELL_BYTES = 2 * 4 + 2 * 4 + 4 + 1
"""Bytes of `Rows` by activity and iteration."""

SUM_BYTES = 7 * 8 + 4 * BINS
"""Bytes of `Sums` by activity that every thread has of its own."""


class Rows(NamedTuple):
    """Working memory of one thread; `width` iterations a row."""

    work: Any  # (2n, width) int32, start and finish on the activity's own work axis
    clock: Any  # (2n, width) int32, the same by the clock, where needed
    duration: Any  # (n, width) int32
    mask: Any  # (n, width) uint8: on the driving path
    active: Any  # (n,) uint8: the mask of this activity was begun
    scratch: Any  # (8, width) int32
    word: Any  # (width,) uint32
    value: Any  # (6, width) float64
    score: Any  # (groups, width) float64 normal scores
    factor: Any  # (drivers, width) float64
    impact: Any  # (impacts, width) float64, 0 where the risk does not occur
    occurs: Any  # (risks, width) uint8
    finish: Any  # (width,) int32, the project's finish by the clock
    late: Any  # (width,) int32, the same as working minutes after the calculated finish
    absent: Any  # (options, width) uint8: the work is not done in this run
    decided: Any  # (options,) uint8
    lost: Any  # (weathers, days, width) uint8: no work on this day of the horizon
    left: Any  # (2, width) uint32


class Sums(NamedTuple):
    """What one thread adds up per activity; whole numbers, so that merging is exact."""

    critical: Any  # int64 iterations on the driving path
    duration: Any  # of duration - base
    duration2: Any
    product: Any  # (duration - base) * late
    finish: Any  # of finish - calculated finish, on the work axis
    finish2: Any
    present: Any  # int64 iterations in which it is done
    bins: Any  # (n, BINS) uint32
    bin_low: Any  # int32 lower edge of the histogram on the work axis
    bin_factor: Any  # float64 bins per minute
    reference: Any  # int32 calculated finish on the work axis


@row_kernel
def _add_finish(
    bins: Any,
    total: Any,
    squares: Any,
    j: Any,
    finish: Any,
    reference: Any,
    low: Any,
    factor: Any,
    live: Any,
) -> None:
    first = np.int64(0)
    second = np.int64(0)
    for v in range(live):
        x = np.int64(finish[v] - reference)
        first += x
        second += x * x
    total[j] += first
    squares[j] += second
    for v in range(live):
        at = np.int64((finish[v] - low) * factor)
        bins[j, min(max(at, 0), BINS - 1)] += np.uint32(1)


@row_kernel
def _add_finish_of_some(
    bins: Any,
    total: Any,
    squares: Any,
    j: Any,
    finish: Any,
    reference: Any,
    low: Any,
    factor: Any,
    live: Any,
    absent: Any,
) -> Any:
    """The same over the runs in which the work is done; how many these are."""
    present = 0
    for v in range(live):
        if absent[v] == 0:
            x = np.int64(finish[v] - reference)
            total[j] += x
            squares[j] += x * x
            at = np.int64((finish[v] - low) * factor)
            bins[j, min(max(at, 0), BINS - 1)] += np.uint32(1)
            present += 1
    return present


@row_kernel
def _add_duration(
    total: Any, squares: Any, product: Any, j: Any, duration: Any, base: Any, late: Any, live: Any
) -> None:
    first = np.int64(0)
    second = np.int64(0)
    mixed = np.int64(0)
    for v in range(live):
        x = np.int64(duration[v] - base)
        first += x
        second += x * x
        mixed += x * np.int64(late[v])
    total[j] += first
    squares[j] += second
    product[j] += mixed


@row_kernel
def durations_of_block(
    x: Any, rows: Any, scores: Any, chosen: Any, first: Any, k0: Any, k1: Any, strata: Any
) -> None:
    """Draw the durations of some activities into `rows.duration`."""
    shared_draws(x, rows, scores, first, k0, k1, strata)
    options, of = x.options, x.option_of
    draw_options(options, rows.absent, rows.decided, rows.word, first, k0, k1, strata)
    for j in chosen:
        if x.varies[j]:
            draw_range(
                x.lawhead,
                x.values,
                x.chances,
                scores,
                x.xi,
                x.xf,
                j,
                first,
                k0,
                k1,
                strata,
                rows.score,
                rows.word,
                rows.value,
                rows.duration[j],
            )
            if x.risky[j]:
                apply_risks(
                    x.impact_i,
                    x.driver_start,
                    x.drivers,
                    x.impact_start,
                    x.impacts,
                    x.impact_minutes,
                    rows.factor,
                    rows.impact,
                    j,
                    rows.value,
                    rows.duration[j],
                )
            if of[j] >= 0:
                leave_out(rows.absent[of[j]], rows.duration[j])


@row_kernel
def run_block(
    plan: Any,
    axes: Any,
    x: Any,
    scores: Any,
    calendars: Any,
    shares: Any,
    rows: Any,
    sums: Any,
    first: Any,
    live: Any,
    k0: Any,
    k1: Any,
    strata: Any,
    main: Any,
    reference: Any,
    paths: Any,
    statistics: Any,
    sky: Any,
) -> None:
    """Simulate one block of iterations from number `first`; the first `live` of them count."""
    t, links, head, wt, ct = plan.table, plan.links, axes.head, axes.work, axes.clock
    work, clock, duration, scratch = rows.work, rows.clock, rows.duration, rows.scratch
    lawhead, values, chances, xi, xf = x.lawhead, x.values, x.chances, x.xi, x.xf
    score, word, value, varies, risky = rows.score, rows.word, rows.value, x.varies, x.risky
    factor, impact, impact_i = rows.factor, rows.impact, x.impact_i
    driver_start, drivers, impact_start = x.driver_start, x.drivers, x.impact_start
    impacts, minutes, late = x.impacts, x.impact_minutes, rows.late
    bins, total, squares, low = sums.bins, sums.finish, sums.finish2, sums.bin_low
    bin_factor, calculated, origin = sums.bin_factor, sums.reference, axes.first_minute
    d_total, d_squares, product, base = sums.duration, sums.duration2, sums.product, x.base
    options, option_of, absent, decided = x.options, x.option_of, rows.absent, rows.decided
    lost, before, present = rows.lost, sky.work, sums.present
    shared_draws(x, rows, scores, first, k0, k1, strata)
    draw_options(options, absent, decided, word, first, k0, k1, strata)
    lose_days(sky, first, k0, k1, word, rows.left, lost)
    n = varies.size
    for j in range(n):
        if varies[j]:
            draw_range(
                lawhead,
                values,
                chances,
                scores,
                xi,
                xf,
                j,
                first,
                k0,
                k1,
                strata,
                score,
                word,
                value,
                duration[j],
            )
            if risky[j]:
                apply_risks(
                    impact_i,
                    driver_start,
                    drivers,
                    impact_start,
                    impacts,
                    minutes,
                    factor,
                    impact,
                    j,
                    value,
                    duration[j],
                )
        option = option_of[j]
        if option >= 0:
            if decided[option] == 0:
                decide(options, absent, decided, clock, origin, option)
            leave_out(absent[option], duration[j])
        date_activity(
            t,
            links,
            head,
            wt,
            ct,
            work,
            clock,
            duration,
            scratch,
            before,
            lost,
            j,
            origin,
            calendars,
            shares,
        )
        if option >= 0 and options[option, KIND] != EXISTS:
            for k in range(2 * j, 2 * j + 2):
                leave_out(absent[option], work[k])
                leave_out(absent[option], clock[k])
        if statistics and option >= 0:
            present[j] += _add_finish_of_some(
                bins,
                total,
                squares,
                j,
                work[2 * j + 1],
                calculated[j],
                low[j],
                bin_factor[j],
                live,
                absent[option],
            )
        elif statistics:
            present[j] += live
            _add_finish(
                bins,
                total,
                squares,
                j,
                work[2 * j + 1],
                calculated[j],
                low[j],
                bin_factor[j],
                live,
            )
    fill(rows.finish, np.int32(0))
    for j in plan.ends:
        raise_to(rows.finish, clock[2 * j + 1])
    to_work(head, wt, main, rows.finish, np.int32(-reference), late)
    if statistics:
        for j in range(n):
            if varies[j]:
                _add_duration(d_total, d_squares, product, j, duration[j], base[j], late, live)
    if paths:
        driving_paths(
            t,
            links,
            plan.ends,
            head,
            wt,
            ct,
            work,
            clock,
            scratch,
            rows.mask,
            rows.active,
            rows.finish,
            live,
            sums.critical,
            options,
            option_of,
            absent,
        )
