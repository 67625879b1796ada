"""Weather: which days are lost in which run, and how work goes on around them.

Lost days belong to the calendar day, so all activities of an entry lose the same ones. An activity
starts when its logic lets it start; the time that it loses lies within it. Lags, milestones and
work on the calendars of resources or ending on a mandatory date know no weather.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from planbench.domain.schedule import Schedule
from planbench.domain.times import DAY
from planbench.engines.kernel import kernel, row_kernel
from planbench.engines.risk.clock import CLOCK_AT, CLOCK_LAST, MULTIPLIER, QUANTUM, SHIFT, work_at
from planbench.engines.risk.events import Weather
from planbench.engines.risk.network import (
    CALENDAR,
    FORM,
    PINNED,
    RESOURCE,
    TASK,
    WEATHER,
    WORK,
    SimNetwork,
)
from planbench.engines.risk.rng import stable_hash, uniforms
from planbench.engines.risk.selection import selected
from planbench.engines.risk.variables import open_work

CHAIN, COUNT, YEARS = range(3)
"""How an entry loses days: by a Markov chain, by a number a month, by recorded years."""

KIND, LOW, HIGH, FIRST = range(4)
"""Columns of `Lost.head`: kind, halves of the hash, day of the horizon on which it begins."""

_LAW_KNOTS = 1024


class Lost(NamedTuple):
    """What the passes read about weather. Days count from the beginning of the horizon."""

    head: Any  # (entries, 4) int64
    leave: Any  # (entries, days) float64 P(lost | the day before was not)
    stay: Any  # (entries, days) float64 P(lost | the day before was); COUNT: 1 on working days
    month: Any  # (days,) int32 number of the month, counted from year 0
    laws: Any  # (entries, 12, _LAW_KNOTS) float64 quantiles of the number of days, by month
    years: Any  # (years, 367) uint8 lost days of recorded years, of all entries
    year_of: Any  # (entries, 2) int64 first recorded year and how many
    day_of_year: Any  # (days,) int32
    work: Any  # (calendars, days + 1) int32 working minutes before each day
    origin: int  # first day of the horizon since the epoch


def bind_weather(entries: Sequence[Weather], schedule: Schedule, sim: SimNetwork) -> Lost:
    """Columns of the weather over the horizon, and the entry of every activity in the plan.

    Of two entries for one activity the later counts. Raises ModelError for names that the
    schedule does not have.
    """
    axes = sim.axes
    days = (axes.last_minute - axes.first_minute) // DAY if entries else 0
    origin = axes.first_minute // DAY
    dates = np.arange(origin, origin + days).astype("datetime64[D]")
    month = dates.astype("datetime64[M]").astype(np.int64)
    of_year = (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    begin = max(int(sim.network.data_date.min()) // DAY - origin, 0)
    n = len(entries)
    head = np.zeros((n, 4), dtype=np.int64)
    leave, stay = np.zeros((n, days)), np.zeros((n, days))
    laws = np.zeros((n, 12 if any(e.lost_days for e in entries) else 0, _LAW_KNOTS))
    year_of, years = np.zeros((n, 2), dtype=np.int64), [np.zeros((0, 367), dtype=np.uint8)]
    work = np.zeros((axes.head.shape[0], days + 1), dtype=np.int32)
    if n:
        _work_before(axes.head, axes.work, work)
    table = sim.plan.table
    table[:, WEATHER] = -1
    able = np.isin(table[:, FORM], (WORK, TASK, PINNED, RESOURCE))
    able &= open_work(schedule)[sim.plan.node]
    for k, entry in enumerate(entries):
        at = f"weather {k + 1}"
        mine = np.flatnonzero(selected(schedule, entry.where, at)[sim.plan.node] & able)
        table[mine, WEATHER] = k
        name = stable_hash(f"weather {sorted(entry.where.as_dict().items())}")
        kind = CHAIN if entry.non_workable else COUNT if entry.lost_days else YEARS
        head[k] = kind, name & 0xFFFFFFFF, name >> 32, begin
        if kind == CHAIN:
            share, again = np.array(entry.non_workable), np.array(entry.persistence)
            fresh = np.divide(
                share * (1.0 - again), 1.0 - share, out=np.ones(12), where=share < 1.0
            )
            leave[k], stay[k] = np.minimum(fresh, 1.0)[month % 12], again[month % 12]
            leave[k, begin : begin + 1] = stay[k, begin : begin + 1] = share[month % 12][
                begin : begin + 1
            ]
        elif kind == COUNT:
            calendar = int(table[mine[0], CALENDAR]) if mine.size else 0
            stay[k] = np.diff(work[calendar]) > 0
            for number, law in entry.lost_days:
                u = (np.arange(_LAW_KNOTS) + 0.5) / _LAW_KNOTS
                laws[k, number - 1] = np.maximum(law.quantile(u), 0.0)
        else:
            year_of[k] = sum(len(part) for part in years), len(entry.years)
            years.append(_flags(entry.years))
    return Lost(
        head,
        leave,
        stay,
        month.astype(np.int32),
        laws,
        np.concatenate(years),
        year_of,
        (of_year + 1).astype(np.int32),
        work,
        int(origin),
    )


def without_weather(sim: SimNetwork) -> tuple[str, ...]:
    """What the weather of a model should move and does not, in words; empty mostly."""
    table = sim.plan.table
    count = int(((table[:, WEATHER] >= 0) & (table[:, FORM] == RESOURCE)).sum())
    return (f"weather of {count} activities on the calendars of resources",) if count else ()


def _flags(years: Sequence[Sequence[int]]) -> Any:
    made = np.zeros((len(years), 367), dtype=np.uint8)
    for row, days in enumerate(years):
        made[row, list(days)] = 1
    return made


@kernel
def _work_before(head: Any, table: Any, out: Any) -> None:
    for c in range(head.shape[0]):
        for day in range(out.shape[1]):
            out[c, day] = work_at(head, table, c, day * DAY)


@row_kernel
def lose_days(x: Any, first: Any, k0: Any, k1: Any, word: Any, left: Any, lost: Any) -> None:
    """Fill `lost` (entries, days, width) for a block; `left` is scratch of two rows."""
    days, width = lost.shape[1], lost.shape[2]
    for k in range(lost.shape[0]):
        kind = x.head[k, KIND]
        low, high = np.uint32(x.head[k, LOW]), np.uint32(x.head[k, HIGH])
        begin = x.head[k, FIRST]
        for day in range(min(begin, days)):
            for v in range(width):
                lost[k, day, v] = 0
        for day in range(begin, days):
            fresh = kind == CHAIN or day == begin
            if kind == COUNT:
                fresh = True
            elif kind == YEARS:
                fresh = day == begin or x.day_of_year[day] == 1
            if fresh:
                purpose = np.uint32(16 + 2 * (x.origin + day))
                uniforms(word, first, low, high, purpose, k0, k1)
            if kind == CHAIN:
                _chain(x.leave[k, day], x.stay[k, day], word, lost[k], day)
            elif kind == COUNT:
                if day == begin or x.month[day] != x.month[day - 1]:
                    _begin_month(x, k, day, first, low, high, k0, k1, left)
                _take(x.stay[k, day] > 0, word, left, lost[k, day])
            else:
                start, count = x.year_of[k, 0], x.year_of[k, 1]
                for v in range(width):
                    pick = start + ((np.uint64(word[v]) * np.uint64(count)) >> np.uint64(32))
                    lost[k, day, v] = x.years[pick, x.day_of_year[day]]


@row_kernel
def _chain(leave: Any, stay: Any, word: Any, lost: Any, day: Any) -> None:
    """One day of the chain; on its first day both probabilities are the share of lost days."""
    from_good, from_bad = np.int64(leave * 4294967296.0), np.int64(stay * 4294967296.0)
    for v in range(word.size):
        before = day > 0 and lost[day - 1, v] != 0
        lost[day, v] = np.uint8(np.int64(word[v]) < (from_bad if before else from_good))


@row_kernel
def _begin_month(
    x: Any, k: Any, day: Any, first: Any, low: Any, high: Any, k0: Any, k1: Any, left: Any
) -> None:
    """Draw how many days the month loses (row 0) and count its working days (row 1).

    A month that has begun loses its share of the days that are left.
    """
    end, begin = day, day
    while begin > 0 and x.month[begin - 1] == x.month[day]:
        begin -= 1
    whole: Any = 0
    rest: Any = 0
    for before in range(begin, day):
        whole += x.stay[k, before] > 0
    while end < x.month.size and x.month[end] == x.month[day]:
        rest += x.stay[k, end] > 0
        end += 1
    whole += rest
    share = rest / whole if whole > 0 else 0.0
    purpose = np.uint32(17 + 2 * (x.origin + day))
    uniforms(left[0], first, low, high, purpose, k0, k1)
    for v in range(left.shape[1]):
        at = np.int64(left[0, v] >> np.uint32(22))
        number = np.int64(x.laws[k, x.month[day] % 12, at] * share + 0.5)
        left[0, v] = np.uint32(min(number, rest))
        left[1, v] = np.uint32(rest)


@row_kernel
def _take(works: Any, word: Any, left: Any, lost: Any) -> None:
    """Selection sampling (Knuth, TAOCP 2, 3.4.2): of the working days left, some are lost."""
    for v in range(lost.size):
        taken = np.uint8(0)
        if works:
            share = np.uint64(word[v]) * np.uint64(left[1, v]) >> np.uint64(32)
            taken = np.uint8(share < np.uint64(left[0, v]))
            left[1, v] -= np.uint32(1)
            left[0, v] -= np.uint32(taken)
        lost[v] = taken


@row_kernel
def day_of(head: Any, table: Any, c: Any, w: Any) -> Any:
    """Day of the horizon on which the minute of work after position w falls."""
    k = (np.uint64(w) * np.uint64(head[c, MULTIPLIER])) >> np.uint64(head[c, SHIFT])
    cell = min(np.int64(k), head[c, CLOCK_LAST])
    clock = np.int64(table[head[c, CLOCK_AT] + cell]) + w - cell * head[c, QUANTUM]
    return clock // DAY


@row_kernel
def span_after(
    head: Any, table: Any, c: Any, before: Any, lost: Any, start: Any, length: Any, out: Any
) -> None:
    """Working minutes from `start` until `length` minutes were worked on days not lost."""
    days = lost.shape[0]
    for v in range(out.size):
        at, left = np.int64(max(start[v], 0)), np.int64(length[v])
        day = day_of(head, table, c, at)
        while left > 0 and day < days:
            if lost[day, v] == 0:
                room = before[day + 1] - at
                if room >= left:
                    break
                left -= room
            at = np.int64(before[day + 1])
            day += 1
        out[v] = np.int32(at + left - max(start[v], 0)) if length[v] > 0 else np.int32(0)


@row_kernel
def span_before(
    head: Any, table: Any, c: Any, before: Any, lost: Any, finish: Any, length: Any, out: Any
) -> None:
    """Working minutes back from `finish` until `length` minutes were worked on days not lost."""
    for v in range(out.size):
        at, left = np.int64(max(finish[v], 0)), np.int64(length[v])
        day = min(day_of(head, table, c, max(at - 1, 0)), lost.shape[0] - 1)
        while left > 0 and day >= 0:
            if lost[day, v] == 0:
                room = at - before[day]
                if room >= left:
                    break
                left -= room
            at = np.int64(min(at, before[day]))
            day -= 1
        out[v] = np.int32(max(finish[v], 0) - (at - left))
