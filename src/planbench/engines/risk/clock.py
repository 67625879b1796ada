"""Conversions between clock and working time that cost one look-up each.

All shift edges of a calendar are multiples of some quantum q (their greatest common divisor,
mostly 30 or 15 minutes), so the clock is cut into cells of q minutes that are wholly working or
wholly not. Two tables a calendar make every conversion exact to the minute:

    work before clock cell k, and whether the cell works:   W[k] = before << 1 | works
    clock at work cell k:                                    C[k]

Instants are int32 minutes since the first minute of the horizon, work is int32 working minutes
since then. The start form of a work position w is C(w), its finish form C(w - 1) + 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from planbench.domain.calendars import Calendar, build_work_table
from planbench.domain.times import DAY
from planbench.engines.kernel import kernel, row_kernel

Int32 = npt.NDArray[np.int32]


QUANTUM, MULTIPLIER, SHIFT, WORK_AT, WORK_LAST, CLOCK_AT, CLOCK_LAST = range(7)
"""Columns of `Axes.head`: t // quantum is (t * multiplier) >> shift; where the tables begin and
the last cell of each."""


class Axes(NamedTuple):
    """The tables of all calendars in use, one after another."""

    head: npt.NDArray[np.int64]  # (calendars, 7)
    work: Int32
    clock: Int32
    first_minute: int
    last_minute: int


def build_axes(
    calendars: Sequence[Calendar], used: Sequence[bool], first_day: int, last_day: int
) -> Axes:
    """Tables over the days [first_day, last_day); calendars that are not used stay empty."""
    head = np.zeros((len(calendars), 7), dtype=np.int64)
    works: list[Int32] = []
    clocks: list[Int32] = []
    work_size = clock_size = 0
    for row, (calendar, wanted) in enumerate(zip(calendars, used, strict=True)):
        q, work, clock = _tables(calendar, first_day, last_day) if wanted else _EMPTY
        bits = 40 if q >= 16 else 32
        multiplier = -(-(1 << bits) // q)
        head[row] = q, multiplier, bits, work_size, work.size - 1, clock_size, clock.size - 1
        works.append(work)
        clocks.append(clock)
        work_size += work.size
        clock_size += clock.size
    return Axes(
        head, np.concatenate(works), np.concatenate(clocks), first_day * DAY, last_day * DAY
    )


_EMPTY = (DAY, np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.int32))


def _tables(calendar: Calendar, first_day: int, last_day: int) -> tuple[int, Int32, Int32]:
    """(quantum, work table, clock table) of one calendar."""
    start, finish, _ = build_work_table([calendar], first_day, last_day).periods(0)
    origin = first_day * DAY
    start, finish = start - origin, finish - origin
    q = int(np.gcd.reduce(np.concatenate((start, finish, [DAY]))))
    cells = (last_day - first_day) * DAY // q
    steps = np.zeros(cells + 1, dtype=np.int32)
    steps[start // q] += 1
    steps[finish // q] -= 1
    works = np.cumsum(steps)
    before = np.concatenate(([0], np.cumsum(works[:-1]))) * q
    clock = np.append(np.flatnonzero(works) * q, cells * q)
    return q, (before << 1 | works).astype(np.int32), clock.astype(np.int32)


@kernel
def work_at(head: Any, table: Any, c: Any, t: Any) -> Any:
    """Working minutes from the beginning of the horizon to instant t; `table` is `Axes.work`."""
    k = (np.uint64(max(t, 0)) * np.uint64(head[c, MULTIPLIER])) >> np.uint64(head[c, SHIFT])
    cell = min(np.int64(k), head[c, WORK_LAST])
    x = np.int64(table[head[c, WORK_AT] + cell])
    return (x >> 1) + (x & 1) * (t - cell * head[c, QUANTUM])


@kernel
def start_at(head: Any, table: Any, c: Any, w: Any) -> Any:
    """The instant at which work position w begins; `table` is `Axes.clock`."""
    w = max(w, 0)
    k = (np.uint64(w) * np.uint64(head[c, MULTIPLIER])) >> np.uint64(head[c, SHIFT])
    cell = min(np.int64(k), head[c, CLOCK_LAST])
    return np.int64(table[head[c, CLOCK_AT] + cell]) + w - cell * head[c, QUANTUM]


@kernel
def work_all(head: Any, table: Any, calendar: Any, instants: Any, out: Any) -> None:
    """Working minutes before each instant on its own calendar."""
    for row in range(out.size):
        out[row] = work_at(head, table, calendar[row], instants[row])


@kernel
def instants_all(head: Any, table: Any, calendar: Any, work: Any, as_start: Any, out: Any) -> None:
    """Each work position on its own calendar as an instant in start or finish form."""
    for row in range(out.size):
        if as_start[row]:
            out[row] = start_at(head, table, calendar[row], work[row])
        else:
            out[row] = start_at(head, table, calendar[row], work[row] - 1) + 1


@row_kernel
def to_work(head: Any, table: Any, c: Any, instants: Any, lag: Any, out: Any) -> None:
    """One row of instants as work positions moved by `lag`. Instants are not negative."""
    multiplier, shift = np.uint64(head[c, MULTIPLIER]), np.uint64(head[c, SHIFT])
    offset, last = np.uint64(head[c, WORK_AT]), np.uint64(head[c, WORK_LAST])
    q = head[c, QUANTUM]
    for v in range(out.size):
        t = instants[v]
        k = min((np.uint64(np.uint32(t)) * multiplier) >> shift, last)
        x = table[offset + k]
        out[v] = np.int32((x >> 1) + (x & 1) * (t - np.int64(k) * q) + lag)


@row_kernel
def raise_to_work(head: Any, table: Any, c: Any, instants: Any, lag: Any, out: Any) -> None:
    """Raise a row to work positions: `to_work` and the larger of both."""
    multiplier, shift = np.uint64(head[c, MULTIPLIER]), np.uint64(head[c, SHIFT])
    offset, last = np.uint64(head[c, WORK_AT]), np.uint64(head[c, WORK_LAST])
    q = head[c, QUANTUM]
    for v in range(out.size):
        t = instants[v]
        k = min((np.uint64(np.uint32(t)) * multiplier) >> shift, last)
        x = table[offset + k]
        out[v] = max(out[v], np.int32((x >> 1) + (x & 1) * (t - np.int64(k) * q) + lag))


@row_kernel
def to_start(head: Any, table: Any, c: Any, work: Any, lag: Any, out: Any) -> None:
    """One row of work positions, moved by `lag`, as instants in start form."""
    multiplier, shift = np.uint64(head[c, MULTIPLIER]), np.uint64(head[c, SHIFT])
    offset, last = np.uint64(head[c, CLOCK_AT]), np.uint64(head[c, CLOCK_LAST])
    q = head[c, QUANTUM]
    for v in range(out.size):
        w = max(np.int32(work[v] + lag), np.int32(0))
        k = min((np.uint64(np.uint32(w)) * multiplier) >> shift, last)
        out[v] = np.int32(table[offset + k] + w - np.int64(k) * q)


@row_kernel
def to_finish(head: Any, table: Any, c: Any, work: Any, lag: Any, out: Any) -> None:
    """One row of work positions, moved by `lag`, as instants in finish form."""
    multiplier, shift = np.uint64(head[c, MULTIPLIER]), np.uint64(head[c, SHIFT])
    offset, last = np.uint64(head[c, CLOCK_AT]), np.uint64(head[c, CLOCK_LAST])
    q = head[c, QUANTUM]
    for v in range(out.size):
        w = max(np.int32(work[v] + lag - np.int32(1)), np.int32(0))
        k = min((np.uint64(np.uint32(w)) * multiplier) >> shift, last)
        out[v] = np.int32(table[offset + k] + w - np.int64(k) * q + 1)
