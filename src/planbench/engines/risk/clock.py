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
from planbench.engines.kernel import kernel

Int32 = npt.NDArray[np.int32]


class Axes(NamedTuple):
    """The tables of all calendars in use, one after another."""

    quantum: npt.NDArray[np.int64]
    multiplier: npt.NDArray[np.uint64]  # t // q is (t * multiplier) >> shift
    shift: npt.NDArray[np.uint64]
    work_offset: npt.NDArray[np.uint64]
    work_last: npt.NDArray[np.uint64]  # last cell of the calendar
    work: Int32
    clock_offset: npt.NDArray[np.uint64]
    clock_last: npt.NDArray[np.uint64]
    clock: Int32
    first_minute: int
    last_minute: int


def build_axes(
    calendars: Sequence[Calendar], used: Sequence[bool], first_day: int, last_day: int
) -> Axes:
    """Tables over the days [first_day, last_day); calendars that are not used stay empty."""
    quantum, multiplier, shift = [], [], []
    work_offset, work_last, clock_offset, clock_last = [], [], [], []
    works: list[Int32] = []
    clocks: list[Int32] = []
    work_size = clock_size = 0
    for calendar, wanted in zip(calendars, used, strict=True):
        q, work, clock = _tables(calendar, first_day, last_day) if wanted else _EMPTY
        bits = 40 if q >= 16 else 32
        quantum.append(q)
        multiplier.append(-(-(1 << bits) // q))
        shift.append(bits)
        work_offset.append(work_size)
        clock_offset.append(clock_size)
        work_last.append(work.size - 1)
        clock_last.append(clock.size - 1)
        works.append(work)
        clocks.append(clock)
        work_size += work.size
        clock_size += clock.size
    return Axes(
        np.array(quantum, dtype=np.int64),
        np.array(multiplier, dtype=np.uint64),
        np.array(shift, dtype=np.uint64),
        np.array(work_offset, dtype=np.uint64),
        np.array(work_last, dtype=np.uint64),
        np.concatenate(works).astype(np.int32),
        np.array(clock_offset, dtype=np.uint64),
        np.array(clock_last, dtype=np.uint64),
        np.concatenate(clocks).astype(np.int32),
        first_day * DAY,
        last_day * DAY,
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
def work_at(axes: Any, c: Any, t: Any) -> Any:
    """Working minutes from the beginning of the horizon to instant t."""
    k = min((np.uint64(max(t, 0)) * axes.multiplier[c]) >> axes.shift[c], axes.work_last[c])
    x = np.int64(axes.work[axes.work_offset[c] + k])
    return (x >> 1) + (x & 1) * (t - np.int64(k) * axes.quantum[c])


@kernel
def start_at(axes: Any, c: Any, w: Any) -> Any:
    """The instant at which work position w begins."""
    w = max(w, 0)
    k = min((np.uint64(w) * axes.multiplier[c]) >> axes.shift[c], axes.clock_last[c])
    return np.int64(axes.clock[axes.clock_offset[c] + k]) + w - np.int64(k) * axes.quantum[c]


@kernel
def finish_at(axes: Any, c: Any, w: Any) -> Any:
    """The instant at which work position w is reached."""
    return start_at(axes, c, w - 1) + 1


@kernel
def shifted(axes: Any, c: Any, t: Any, minutes: Any) -> Any:
    """Instant t moved by working minutes: later in finish form, earlier in start form."""
    if minutes > 0:
        return finish_at(axes, c, work_at(axes, c, t) + minutes)
    if minutes < 0:
        return start_at(axes, c, work_at(axes, c, t) + minutes)
    return t


@kernel
def shift_all(axes: Any, calendar: Any, instants: Any, minutes: Any, out: Any) -> None:
    """Each instant moved on its own calendar."""
    for row in range(out.size):
        out[row] = shifted(axes, calendar[row], instants[row], minutes[row])


@kernel
def work_all(axes: Any, calendar: Any, instants: Any, out: Any) -> None:
    """Working minutes before each instant on its own calendar."""
    for row in range(out.size):
        out[row] = work_at(axes, calendar[row], instants[row])


@kernel
def to_work(axes: Any, c: Any, instants: Any, out: Any) -> None:
    """One row of instants as work positions. Instants are not negative."""
    multiplier, shift = axes.multiplier[c], axes.shift[c]
    offset, last, q = axes.work_offset[c], axes.work_last[c], axes.quantum[c]
    table = axes.work
    for v in range(out.size):
        t = instants[v]
        k = min((np.uint64(np.uint32(t)) * multiplier) >> shift, last)
        x = table[offset + k]
        out[v] = np.int32((x >> 1) + (x & 1) * (t - np.int64(k) * q))


@kernel
def to_start(axes: Any, c: Any, work: Any, lag: Any, out: Any) -> None:
    """One row of work positions, moved by `lag`, as instants in start form."""
    multiplier, shift = axes.multiplier[c], axes.shift[c]
    offset, last, q = axes.clock_offset[c], axes.clock_last[c], axes.quantum[c]
    table = axes.clock
    for v in range(out.size):
        w = max(np.int32(work[v] + lag), np.int32(0))
        k = min((np.uint64(np.uint32(w)) * multiplier) >> shift, last)
        out[v] = np.int32(table[offset + k] + w - np.int64(k) * q)


@kernel
def to_finish(axes: Any, c: Any, work: Any, lag: Any, out: Any) -> None:
    """One row of work positions, moved by `lag`, as instants in finish form."""
    multiplier, shift = axes.multiplier[c], axes.shift[c]
    offset, last, q = axes.clock_offset[c], axes.clock_last[c], axes.quantum[c]
    table = axes.clock
    for v in range(out.size):
        w = max(np.int32(work[v] + lag - np.int32(1)), np.int32(0))
        k = min((np.uint64(np.uint32(w)) * multiplier) >> shift, last)
        out[v] = np.int32(table[offset + k] + w - np.int64(k) * q + 1)
