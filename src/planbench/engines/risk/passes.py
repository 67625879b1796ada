"""The compiled simulation of one block of iterations, activity by activity.

A row holds one value per iteration of the block; rows of an activity stay in the processor's
cache until its successors read them. Everything is whole minutes, so that sums and dates do not
depend on the order in which blocks are run.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from planbench.domain.times import NO_TIME
from planbench.engines.cpm.passes import ahead, back, begin
from planbench.engines.kernel import kernel
from planbench.engines.risk.clock import to_finish, to_start, to_work
from planbench.engines.risk.distributions import STEPS, TABLE
from planbench.engines.risk.network import (
    CLOCK,
    COMPLETE,
    FINISH,
    FROM_WORK,
    NEVER,
    PINNED,
    RESOURCE,
    SAME,
    TASK,
)
from planbench.engines.risk.rng import FACTOR, OCCURS, VALUE, draw
from planbench.engines.worktime import finish_at_or_after

BINS = 64
"""Bins of the histogram of each activity's finish."""

SCORE_STEPS = 512
SCORE_END = 8
"""The normal distribution function is tabulated from -8 to 8 in steps of 1/512."""

_TWO32 = 4294967296.0
_ZERO = np.int32(0)
_VALUE, _OCCURS, _FACTOR = np.uint32(VALUE), np.uint32(OCCURS), np.uint32(FACTOR)


class Rows(NamedTuple):
    """Working memory of one thread; `width` iterations a row."""

    work: Any  # (2n, width) int32, start and finish on the activity's own work axis
    clock: Any  # (2n, width) int32, the same by the clock, where needed
    duration: Any  # (n, width) int32
    mask: Any  # (n, width) uint8: on the driving path
    active: Any  # (n,) uint8: the mask of this activity was begun
    scratch: Any  # (6, width) int32
    word: Any  # (width,) uint32
    value: Any  # (8, width) float64
    group: Any  # (groups, width) float64 normal scores
    driver: Any  # (drivers, width) float64 factors
    impact: Any  # (impacts, width) float64, 0 where the risk does not occur
    finish: Any  # (width,) int32, the project's finish by the clock
    late: Any  # (width,) int32, the same as working minutes after the calculated finish


class Sums(NamedTuple):
    """What one thread adds up per activity; whole numbers, so that merging is exact."""

    critical: Any  # int64 iterations on the driving path
    duration: Any  # of duration - base
    duration2: Any
    product: Any  # (duration - base) * late
    finish: Any  # of finish - calculated finish, on the work axis
    finish2: Any
    bins: Any  # (n, BINS) uint32
    bin_low: Any  # int32 lower edge of the histogram on the work axis
    bin_factor: Any  # float64 bins per minute
    reference: Any  # int32 calculated finish on the work axis


@kernel
def quantiles(laws: Any, k: Any, word: Any, out: Any) -> None:
    """One row of 32-bit numbers as values of law k."""
    offset, count = laws.offset[k], laws.count[k]
    values = laws.values
    if laws.kind[k] == TABLE:
        mask = np.uint32(0x3FFFFF)
        for v in range(word.size):
            u = word[v]
            interval = u >> np.uint32(22)
            rest = u & mask
            at = np.uint64(offset) + np.uint64(interval)
            share = (np.float64(rest) + 0.5) * (1.0 / 4194304.0)
            if interval == 0 or interval == 1023:
                tail = np.uint64(1025) if interval == 0 else np.uint64(2050)
                at = np.uint64(offset) + tail + np.uint64(rest >> np.uint32(12))
                share = (np.float64(rest & np.uint32(0xFFF)) + 0.5) * (1.0 / 4096.0)
            low = values[at]
            out[v] = low + share * (values[at + np.uint64(1)] - low)
        return
    probabilities = laws.probabilities
    stepped = laws.kind[k] == STEPS
    for v in range(word.size):
        u = (np.float64(word[v]) + 0.5) / _TWO32
        a, b = offset, offset + count - 1
        while a < b:
            middle = (a + b) // 2
            if probabilities[middle] < u:
                a = middle + 1
            else:
                b = middle
        if stepped or a == offset:
            out[v] = values[a]
        else:
            width = probabilities[a] - probabilities[a - 1]
            share = (u - probabilities[a - 1]) / width if width > 0 else 1.0
            out[v] = values[a - 1] + share * (values[a] - values[a - 1])


@kernel
def _scaled(
    laws: Any,
    k: Any,
    location: Any,
    scale: Any,
    first: Any,
    low: Any,
    high: Any,
    purpose: Any,
    k0: Any,
    k1: Any,
    strata: Any,
    word: Any,
    out: Any,
) -> None:
    """Draws of location + scale * law; the location alone where there is no law."""
    if k < 0:
        for v in range(out.size):
            out[v] = location
        return
    draw(word, first, low, high, purpose, k0, k1, strata)
    quantiles(laws, k, word, out)
    for v in range(out.size):
        out[v] = location + scale * out[v]


@kernel
def shared_draws(laws: Any, x: Any, rows: Any, first: Any, k0: Any, k1: Any, strata: Any) -> None:
    """Scores of correlation groups, factors of drivers and impacts of risks for one block."""
    word = rows.word
    for g in range(x.group_low.size):
        draw(word, first, x.group_low[g], x.group_high[g], _VALUE, k0, k1, strata)
        quantiles(laws, 0, word, rows.group[g])
    for d in range(x.driver_law.size):
        out = rows.driver[d]
        low, high = x.driver_low[d], x.driver_high[d]
        _scaled(
            laws,
            x.driver_law[d],
            x.driver_location[d],
            x.driver_scale[d],
            first,
            low,
            high,
            _FACTOR,
            k0,
            k1,
            strata,
            word,
            out,
        )
        draw(word, first, low, high, _OCCURS, k0, k1, strata)
        for v in range(out.size):
            if np.uint64(word[v]) >= x.driver_chance[d]:
                out[v] = 1.0
    for i in range(x.impact_law.size):
        out = rows.impact[i]
        _scaled(
            laws,
            x.impact_law[i],
            x.impact_location[i],
            x.impact_scale[i],
            first,
            x.impact_low[i],
            x.impact_high[i],
            _VALUE,
            k0,
            k1,
            strata,
            word,
            out,
        )
        draw(word, first, x.risk_low[i], x.risk_high[i], _OCCURS, k0, k1, strata)
        for v in range(out.size):
            if np.uint64(word[v]) >= x.impact_chance[i]:
                out[v] = 0.0


@kernel
def sample(
    laws: Any,
    x: Any,
    scores: Any,
    rows: Any,
    j: Any,
    first: Any,
    k0: Any,
    k1: Any,
    strata: Any,
    out: Any,
) -> None:
    """Durations of activity j in one block, whole minutes, never negative."""
    value, word = rows.value[0], rows.word
    k = x.law[j]
    if k < 0:
        for v in range(out.size):
            value[v] = x.location[j]
    else:
        draw(word, first, x.low[j], x.high[j], _VALUE, k0, k1, strata)
        g = x.group[j]
        if g >= 0:
            _correlated(
                laws, scores, rows.group[g], x.shared_part[j], x.own_part[j], word, rows.value[1]
            )
        quantiles(laws, k, word, value)
        location, scale = x.location[j], x.scale[j]
        for v in range(out.size):
            value[v] = location + scale * value[v]
    for d in range(x.driver_start[j], x.driver_start[j + 1]):
        factor = rows.driver[x.drivers[d]]
        for v in range(out.size):
            value[v] *= factor[v]
    if x.impact_start[j + 1] > x.impact_start[j]:
        _impacts(x, rows, j, value)
    for v in range(out.size):
        out[v] = max(np.int32(value[v] + 0.5), _ZERO)


@kernel
def _correlated(
    laws: Any, scores: Any, group: Any, shared: Any, own: Any, word: Any, z: Any
) -> None:
    """Move uniform numbers so that their normal scores share the group's score."""
    quantiles(laws, 0, word, z)
    for v in range(word.size):
        s = (shared * group[v] + own * z[v] + SCORE_END) * SCORE_STEPS
        s = min(max(s, 0.0), SCORE_STEPS * SCORE_END * 2.0 - 1.0)
        at = int(s)
        p = scores[at] + (s - at) * (scores[at + 1] - scores[at])
        word[v] = np.uint32(min(max(p * _TWO32, 0.0), _TWO32 - 1.0))


@kernel
def _impacts(x: Any, rows: Any, j: Any, value: Any) -> None:
    """Add the impacts of the risks on activity j to its durations."""
    plus, plus_most, minus, minus_most = (
        rows.value[2],
        rows.value[3],
        rows.value[4],
        rows.value[5],
    )
    for v in range(value.size):
        plus[v] = plus_most[v] = minus[v] = minus_most[v] = 0.0
    for e in range(x.impact_start[j], x.impact_start[j + 1]):
        i = x.impacts[e]
        effect = rows.impact[i]
        unit = x.impact_minutes[e]
        total = plus if x.impact_sign[i] > 0 else minus
        most = plus_most if x.impact_sign[i] > 0 else minus_most
        for v in range(value.size):
            minutes = effect[v] * unit if unit > 0 else effect[v] * value[v] * 0.01
            if x.impact_parallel[i]:
                most[v] = max(most[v], minutes)
            else:
                total[v] += minutes
    for v in range(value.size):
        value[v] += max(plus[v], plus_most[v]) - max(minus[v], minus_most[v])


@kernel
def _raise(row: Any, by: Any) -> None:
    for v in range(row.size):
        row[v] = max(row[v], by[v])


@kernel
def _raise_moved(row: Any, by: Any, lag: Any) -> None:
    for v in range(row.size):
        row[v] = max(row[v], np.int32(by[v] + lag))


@kernel
def _fill(row: Any, value: Any) -> None:
    for v in range(row.size):
        row[v] = value


@kernel
def _clock_demand(plan: Any, axes: Any, rows: Any, e: Any, own: Any, tmp: Any) -> None:
    """Demand of link e by the clock, into `own`; `tmp` is scratch."""
    source = plan.source[e]
    mode, lag = plan.mode[e], plan.lag[e]
    if mode == FROM_WORK:
        c = plan.calendar[source >> 1]
        if lag > 0:
            to_finish(axes, c, rows.work[source], lag, own)
        else:
            to_start(axes, c, rows.work[source], lag, own)
    elif mode == CLOCK:
        own[:] = rows.clock[source]
    else:
        c = plan.lag_calendar[e]
        to_work(axes, c, rows.clock[source], tmp)
        if lag > 0:
            to_finish(axes, c, tmp, lag, own)
        else:
            to_start(axes, c, tmp, lag, own)
    if plan.minute[e] != 0:
        for v in range(own.size):
            own[v] += np.int32(1)


@kernel
def _raise_by_work(
    plan: Any, axes: Any, rows: Any, a: Any, b: Any, calendar: Any, limit: Any, tmp: Any
) -> None:
    """Raise `limit` by the demands of links a..b that are made on the work axis."""
    for e in range(a, b):
        source = plan.source[e]
        if plan.mode[e] == SAME:
            _raise_moved(limit, rows.work[source], plan.lag[e])
        else:
            to_work(axes, calendar, rows.clock[source], tmp)
            _raise_moved(limit, tmp, plan.lag[e])


@kernel
def _raise_by_clock(
    plan: Any, axes: Any, rows: Any, a: Any, b: Any, limit: Any, own: Any, tmp: Any
) -> None:
    """Raise `limit` by the demands of links a..b that are made by the clock."""
    for e in range(a, b):
        if plan.mode[e] == CLOCK and plan.minute[e] == 0:
            _raise(limit, rows.clock[plan.source[e]])
        else:
            _clock_demand(plan, axes, rows, e, own, tmp)
            _raise(limit, own)


@kernel
def _start_limit(plan: Any, axes: Any, rows: Any, j: Any, limit: Any) -> None:
    """Latest demand on the start of activity j on its work axis."""
    s0, s1, s2 = plan.segment[4 * j], plan.segment[4 * j + 1], plan.segment[4 * j + 2]
    c = plan.calendar[j]
    _fill(limit, plan.floor[j])
    _raise_by_work(plan, axes, rows, s0, s1, c, limit, rows.scratch[1])
    if s2 > s1:
        clock = rows.scratch[2]
        _fill(clock, _ZERO)
        _raise_by_clock(plan, axes, rows, s1, s2, clock, rows.scratch[3], rows.scratch[4])
        to_work(axes, c, clock, rows.scratch[1])
        _raise(limit, rows.scratch[1])


@kernel
def _finish_limit(plan: Any, axes: Any, rows: Any, j: Any, limit: Any) -> Any:
    """Latest demand on the finish on the work axis; False where there is none."""
    s2, s3, s4 = plan.segment[4 * j + 2], plan.segment[4 * j + 3], plan.segment[4 * j + 4]
    least = max(plan.low[j], plan.finish_floor[j])
    if s4 == s2 and least == NEVER:
        return False
    c = plan.calendar[j]
    _fill(limit, least)
    _raise_by_work(plan, axes, rows, s2, s3, c, limit, rows.scratch[1])
    if s4 > s3:
        clock = rows.scratch[2]
        _fill(clock, _ZERO)
        _raise_by_clock(plan, axes, rows, s3, s4, clock, rows.scratch[3], rows.scratch[4])
        to_work(axes, c, clock, rows.scratch[1])
        _raise(limit, rows.scratch[1])
    return True


@kernel
def _readings(plan: Any, axes: Any, rows: Any, j: Any) -> None:
    """Clock readings that others need; work without duration stays in start form."""
    c = plan.calendar[j]
    start, finish = rows.work[2 * j], rows.work[2 * j + 1]
    if plan.clock_start[j]:
        to_start(axes, c, start, _ZERO, rows.clock[2 * j])
    if plan.clock_finish[j]:
        out = rows.clock[2 * j + 1]
        to_finish(axes, c, finish, _ZERO, out)
        none = False
        for v in range(out.size):
            none |= start[v] == finish[v]
        if none:
            own = rows.scratch[1]
            to_start(axes, c, start, _ZERO, own)
            for v in range(out.size):
                if start[v] == finish[v]:
                    out[v] = own[v]


@kernel
def _plain(plan: Any, axes: Any, rows: Any, j: Any) -> None:
    """An activity that is dated on its own work axis."""
    start, finish, duration = rows.work[2 * j], rows.work[2 * j + 1], rows.duration[j]
    _start_limit(plan, axes, rows, j, start)
    limit = rows.scratch[0]
    if _finish_limit(plan, axes, rows, j, limit):
        for v in range(start.size):
            start[v] = max(start[v], np.int32(limit[v] - duration[v]))
    for v in range(start.size):
        finish[v] = np.int32(start[v] + duration[v])
    _readings(plan, axes, rows, j)


@kernel
def _task(plan: Any, axes: Any, rows: Any, j: Any) -> None:
    """A task whose finish may keep the clock reading that a link demands."""
    c = plan.calendar[j]
    start, finish, duration = rows.work[2 * j], rows.work[2 * j + 1], rows.duration[j]
    _start_limit(plan, axes, rows, j, start)
    low = plan.low[j]
    if low != NEVER:
        for v in range(start.size):
            start[v] = max(start[v], np.int32(low - duration[v]))
    demanded = rows.scratch[0]
    _fill(demanded, max(plan.finish_clock[j], _ZERO))
    a, b = plan.segment[4 * j + 2], plan.segment[4 * j + 4]
    _raise_by_clock(plan, axes, rows, a, b, demanded, rows.scratch[3], rows.scratch[4])
    limit = rows.scratch[2]
    to_work(axes, c, demanded, limit)
    for v in range(start.size):
        finish[v] = np.int32(start[v] + duration[v])
        start[v] = max(start[v], np.int32(limit[v] - duration[v]))
    governed = rows.scratch[5]
    for v in range(start.size):
        governed[v] = np.int32(limit[v] > finish[v])
        finish[v] = np.int32(start[v] + duration[v])
    _readings(plan, axes, rows, j)
    _keep_demanded(axes, c, limit, demanded, governed, rows.scratch[3], rows.clock[2 * j + 1])


@kernel
def _keep_demanded(
    axes: Any, c: Any, limit: Any, demanded: Any, governed: Any, own: Any, out: Any
) -> None:
    """Where a demand governs, its clock reading stays if work can end there, else work starts."""
    to_start(axes, c, limit, _ZERO, own)
    for v in range(out.size):
        if governed[v] != 0:
            out[v] = own[v]
    to_finish(axes, c, limit, _ZERO, own)
    for v in range(out.size):
        if governed[v] != 0 and own[v] == demanded[v]:
            out[v] = demanded[v]


@kernel
def _by_clock(plan: Any, axes: Any, rows: Any, j: Any) -> None:
    """Finish milestones and complete activities: one instant in the reading that demanded it."""
    c = plan.calendar[j]
    instant = rows.clock[2 * j]
    _fill(instant, max(plan.floor_clock[j], plan.finish_clock[j]))
    a, b = plan.segment[4 * j], plan.segment[4 * j + 4]
    _raise_by_clock(plan, axes, rows, a, b, instant, rows.scratch[3], rows.scratch[4])
    work = rows.work[2 * j]
    to_work(axes, c, instant, work)
    if plan.form[j] == FINISH:
        own = rows.scratch[3]
        governed = rows.scratch[5]
        demanded = rows.scratch[0]
        demanded[:] = instant
        _fill(governed, np.int32(1))
        _keep_demanded(axes, c, work, demanded, governed, own, instant)
    rows.work[2 * j + 1][:] = work
    rows.clock[2 * j + 1][:] = instant


@kernel
def _pinned(plan: Any, axes: Any, rows: Any, j: Any) -> None:
    """A mandatory date holds the activity whatever its predecessors say."""
    start, finish, duration = rows.work[2 * j], rows.work[2 * j + 1], rows.duration[j]
    _fill(start, plan.pin_start[j])
    if plan.pin_finish[j] != NEVER:
        date, pin = plan.data_date[j], plan.pin_finish[j]
        for v in range(start.size):
            start[v] = max(date, np.int32(pin - duration[v]))
    for v in range(start.size):
        finish[v] = np.int32(start[v] + duration[v])
    _readings(plan, axes, rows, j)


@kernel
def _on_resources(plan: Any, axes: Any, rows: Any, j: Any, work: Any, shares: Any) -> None:
    """An activity on the calendars of its resources, by the calculation's own functions."""
    c = plan.calendar[j]
    a, b, d = plan.segment[4 * j], plan.segment[4 * j + 2], plan.segment[4 * j + 4]
    first, last = rows.scratch[0], rows.scratch[2]
    _fill(first, plan.floor_clock[j])
    _raise_by_clock(plan, axes, rows, a, b, first, rows.scratch[3], rows.scratch[4])
    _fill(last, plan.finish_clock[j])
    _raise_by_clock(plan, axes, rows, b, d, last, rows.scratch[3], rows.scratch[4])
    for v in range(first.size):
        _one_on_resources(
            plan,
            rows,
            j,
            v,
            work,
            shares,
            axes.first_minute,
            first[v],
            last[v],
            np.int64(rows.duration[j, v]),
        )
    to_work(axes, c, rows.clock[2 * j], rows.work[2 * j])
    to_work(axes, c, rows.clock[2 * j + 1], rows.work[2 * j + 1])


@kernel
def _one_on_resources(
    plan: Any,
    rows: Any,
    j: Any,
    v: Any,
    work: Any,
    shares: Any,
    origin: Any,
    first: Any,
    last: Any,
    left: Any,
) -> None:
    c, k = np.int64(plan.calendar[j]), np.int64(plan.share[j])
    start = begin(work, shares, c, k, first + origin)
    if plan.low_clock[j] != NEVER:
        t = back(work, shares, c, k, plan.low_clock[j] + origin, left)
        start = max(start, begin(work, shares, c, k, t))
    kept = NO_TIME
    if last != NEVER:
        finish = finish_at_or_after(work, c, last + origin)
        t = begin(work, shares, c, k, back(work, shares, c, k, finish, left))
        if t > start:
            start, kept = t, finish
    if plan.pin_start_clock[j] != NEVER:
        start = begin(work, shares, c, k, plan.pin_start_clock[j] + origin)
        kept = NO_TIME
    if plan.pin_finish_clock[j] != NEVER:
        t = back(work, shares, c, k, plan.pin_finish_clock[j] + origin, left)
        start = begin(work, shares, c, k, max(plan.data_date_clock[j] + origin, t))
        kept = NO_TIME
    finish = ahead(work, shares, c, k, start, left) if kept == NO_TIME else kept
    rows.clock[2 * j, v] = np.int32(start - origin)
    rows.clock[2 * j + 1, v] = np.int32(finish - origin)


@kernel
def date_activity(plan: Any, axes: Any, rows: Any, j: Any, work: Any, shares: Any) -> None:
    """Start and finish of activity j in every iteration of the block."""
    form = plan.form[j]
    if form == TASK:
        _task(plan, axes, rows, j)
    elif form in (FINISH, COMPLETE):
        _by_clock(plan, axes, rows, j)
    elif form == PINNED:
        _pinned(plan, axes, rows, j)
    elif form == RESOURCE:
        _on_resources(plan, axes, rows, j, work, shares)
    else:
        _plain(plan, axes, rows, j)


@kernel
def project_finish(plan: Any, axes: Any, rows: Any, calendar: Any, reference: Any) -> None:
    """Latest finish of the project in every iteration, by the clock and on its calendar."""
    _fill(rows.finish, _ZERO)
    for j in plan.ends:
        _raise(rows.finish, rows.clock[2 * j + 1])
    to_work(axes, calendar, rows.finish, rows.late)
    for v in range(rows.late.size):
        rows.late[v] = np.int32(rows.late[v] - reference)


@kernel
def _begin_mask(rows: Any, k: Any) -> None:
    if rows.active[k] == 0:
        rows.active[k] = 1
        row = rows.mask[k]
        for v in range(row.size):
            row[v] = 0


@kernel
def driving_paths(plan: Any, axes: Any, rows: Any, live: Any, critical: Any) -> None:
    """Count, for every activity, the iterations in which it is on a driving path.

    Walks back from the activities that finish last over the links whose demand is the date of
    their successor, ties included; activities that no driving path reaches are not looked at.
    """
    for j in range(plan.form.size):
        rows.active[j] = 0
    for j in plan.ends:
        hit = False
        finish = rows.clock[2 * j + 1]
        for v in range(live):
            hit |= finish[v] == rows.finish[v]
        if hit:
            _begin_mask(rows, j)
            for v in range(live):
                if finish[v] == rows.finish[v]:
                    rows.mask[j, v] = 1
    for j in range(plan.form.size - 1, -1, -1):
        if rows.active[j] == 0:
            continue
        mask = rows.mask[j]
        count = 0
        for v in range(live):
            count += mask[v]
        if count == 0:
            continue
        critical[j] += count
        _walk_back(plan, axes, rows, j, live)


@kernel
def _walk_back(plan: Any, axes: Any, rows: Any, j: Any, live: Any) -> None:
    """Hand the mask of activity j to the predecessors that drive it."""
    mask = rows.mask[j]
    c, date = plan.calendar[j], plan.data_date[j]
    demanded, tmp = rows.scratch[0], rows.scratch[1]
    for part in range(4):
        own = rows.work[2 * j + (part >> 1)]
        for e in range(plan.segment[4 * j + part], plan.segment[4 * j + part + 1]):
            source = plan.source[e]
            if plan.mode[e] == SAME:
                for v in range(live):
                    demanded[v] = np.int32(rows.work[source, v] + plan.lag[e])
            elif part % 2 == 0:
                to_work(axes, c, rows.clock[source], demanded)
                for v in range(live):
                    demanded[v] = np.int32(demanded[v] + plan.lag[e])
            else:
                _clock_demand(plan, axes, rows, e, tmp, rows.scratch[4])
                to_work(axes, c, tmp, demanded)
            hit = False
            for v in range(live):
                hit |= mask[v] != 0 and max(demanded[v], date) == own[v]
            if hit:
                k = source >> 1
                _begin_mask(rows, k)
                for v in range(live):
                    if mask[v] != 0 and max(demanded[v], date) == own[v]:
                        rows.mask[k, v] = 1


@kernel
def _add_finish(sums: Any, j: Any, finish: Any, live: Any) -> None:
    reference, low, factor = sums.reference[j], sums.bin_low[j], sums.bin_factor[j]
    total = np.int64(0)
    squares = np.int64(0)
    bins = sums.bins[j]
    for v in range(live):
        x = np.int64(finish[v] - reference)
        total += x
        squares += x * x
        at = np.int64((finish[v] - low) * factor)
        bins[min(max(at, 0), BINS - 1)] += np.uint32(1)
    sums.finish[j] += total
    sums.finish2[j] += squares


@kernel
def _add_duration(sums: Any, j: Any, duration: Any, base: Any, late: Any, live: Any) -> None:
    total = np.int64(0)
    squares = np.int64(0)
    product = np.int64(0)
    for v in range(live):
        x = np.int64(duration[v] - base)
        total += x
        squares += x * x
        product += x * np.int64(late[v])
    sums.duration[j] += total
    sums.duration2[j] += squares
    sums.product[j] += product


@kernel
def run_block(
    plan: Any,
    axes: Any,
    laws: Any,
    x: Any,
    scores: Any,
    work: Any,
    shares: Any,
    rows: Any,
    sums: Any,
    first: Any,
    live: Any,
    k0: Any,
    k1: Any,
    strata: Any,
    calendar: Any,
    reference: Any,
    paths: Any,
    statistics: Any,
) -> None:
    """Simulate one block of iterations from number `first`; the first `live` of them count."""
    n = plan.form.size
    shared_draws(laws, x, rows, first, k0, k1, strata)
    for j in range(n):
        if x.varies[j]:
            sample(laws, x, scores, rows, j, first, k0, k1, strata, rows.duration[j])
        date_activity(plan, axes, rows, j, work, shares)
        if statistics:
            _add_finish(sums, j, rows.work[2 * j + 1], live)
    project_finish(plan, axes, rows, calendar, reference)
    if statistics:
        for j in range(n):
            if x.varies[j]:
                _add_duration(sums, j, rows.duration[j], x.base[j], rows.late, live)
    if paths:
        driving_paths(plan, axes, rows, live, sums.critical)
