"""Stretches of work spread over periods: working time decides how much falls into each.

Everything happens in working minutes of the stretch's calendar, where the rate is constant. A
stretch then gives a part to its first period, a part to its last, and its rate times the working
time to each one in between; the latter is summed through differences, so that the cost does not
grow with the number of periods that a stretch crosses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planbench.domain.calendars import WorkTable
from planbench.domain.errors import ModelError
from planbench.domain.schedule import Codes, Contour, Numbers, Rows
from planbench.domain.times import DAY, Minutes
from planbench.engines.resources.spans import Spans

PERIODS = ("day", "week", "month", "quarter", "year")

MOST_PERIODS = 20_000
"""More than these are refused: fifty years of days."""

_TENTHS = {
    Contour.BACK_LOADED: (10, 15, 25, 50, 50, 75, 75, 100, 100, 100),
    Contour.FRONT_LOADED: (100, 100, 100, 75, 75, 50, 50, 25, 15, 10),
    Contour.DOUBLE_PEAK: (25, 50, 100, 50, 25, 25, 50, 100, 50, 25),
    Contour.EARLY_PEAK: (25, 50, 100, 100, 75, 50, 50, 25, 15, 10),
    Contour.LATE_PEAK: (10, 15, 25, 50, 50, 75, 100, 100, 50, 25),
    Contour.BELL: (10, 20, 40, 80, 100, 100, 80, 40, 20, 10),
    Contour.TURTLE: (25, 50, 75, 100, 100, 100, 100, 75, 50, 25),
}
"""Percent of the units used in each tenth of the span, as Microsoft Project documents them."""


def period_edges(period: str, first: int, last: int) -> Minutes:
    """Edges of the periods from the one `first` lies in to that of `last`; one more than periods.

    Weeks begin on Mondays. Raises ModelError for an unknown period or too many of them.
    """
    if period not in PERIODS:
        raise ModelError(
            f"'{period}' is no period", "resources", f"Use one of {', '.join(PERIODS)}."
        )
    low, high = first // DAY, max(last - 1, first) // DAY
    if period == "day":
        days = np.arange(low, high + 2, dtype=np.int64)
    elif period == "week":
        days = np.arange(low - (low + 3) % 7, high + 8 - (high + 3) % 7, 7, dtype=np.int64)
    else:
        step = {"month": 1, "quarter": 3, "year": 12}[period]
        one, other = (np.datetime64(day, "D").astype("datetime64[M]") for day in (low, high))
        begin = int(one.astype(np.int64)) // step * step
        end = int(other.astype(np.int64)) // step * step + step
        months = np.arange(begin, end + 1, step, dtype=np.int64).astype("datetime64[M]")
        days = months.astype("datetime64[D]").astype(np.int64)
    if days.size - 1 > MOST_PERIODS:
        raise ModelError(
            f"{days.size - 1} periods of a {period} lie between the first and the last date",
            "resources",
            "Choose a longer period, or mend the dates that are far away.",
        )
    return np.asarray(days * DAY, dtype=np.int64)


@dataclass(frozen=True)
class Pieces:
    """Spans in working minutes of their calendars, contoured ones cut into tenths.

    `span` says which span a piece is of. A piece without working time is done at its finish.
    """

    span: Rows
    calendar: Rows
    begin: Numbers
    end: Numbers
    finish: Minutes
    amount: Numbers


def cut(spans: Spans, work: WorkTable) -> Pieces:
    """The pieces of spans; `work` must cover all of their time."""
    begin, end = np.zeros(len(spans)), np.zeros(len(spans))
    for row in np.unique(spans.calendar).tolist():
        mine = np.flatnonzero(spans.calendar == row)
        begin[mine] = work.worked(row, spans.start[mine])
        end[mine] = work.worked(row, spans.finish[mine])
    begin = np.minimum(begin + spans.delay, end)
    shaped = np.isin(spans.contour, list(_TENTHS)) & (end > begin)
    flat, bent = np.flatnonzero(~shaped), np.flatnonzero(shaped)
    share = _shares(spans.contour[bent])
    tenth = (end[bent] - begin[bent]) / 10.0
    starts = begin[bent, None] + tenth[:, None] * np.arange(10)
    return Pieces(
        np.concatenate((flat, np.repeat(bent, 10))).astype(np.int32),
        np.concatenate((spans.calendar[flat], np.repeat(spans.calendar[bent], 10))),
        np.concatenate((begin[flat], starts.ravel())),
        np.concatenate((end[flat], np.column_stack((starts[:, 1:], end[bent])).ravel())),
        np.concatenate((spans.finish[flat], np.repeat(spans.finish[bent], 10))),
        np.concatenate((spans.amount[flat], (spans.amount[bent, None] * share).ravel())),
    )


def _shares(contour: Codes) -> Numbers:
    """Share of the amount in each tenth, one row a contour."""
    table = np.full((len(Contour), 10), 0.1)
    for one, tenths in _TENTHS.items():
        table[one] = np.array(tenths) / sum(tenths)
    return table[contour]


def spread(
    pieces: Pieces, group: Rows, groups: int, work: WorkTable, edges: Minutes
) -> npt.NDArray[np.float64]:
    """Amount per group and period, float64[groups, periods].

    `group` is the group of each span, -1 for one that is left out. Every row sums to the amounts
    of its group's spans, as long as the edges enclose them.
    """
    periods = edges.size - 1
    cells = groups * periods
    total = np.zeros(cells)
    flow = np.zeros((groups, periods))
    mine = group[pieces.span]
    for row in np.unique(pieces.calendar).tolist():
        chosen = np.flatnonzero((pieces.calendar == row) & (mine >= 0))
        if not chosen.size:
            continue
        at = mine[chosen].astype(np.int64) * periods
        mark = work.worked(row, edges).astype(np.float64)
        begin, end, amount = pieces.begin[chosen], pieces.end[chosen], pieces.amount[chosen]
        first = np.clip(np.searchsorted(mark, begin, side="right") - 1, 0, periods - 1)
        last = np.clip(np.searchsorted(mark, end, side="left") - 1, 0, periods - 1)
        idle = end <= begin
        moment = np.searchsorted(edges, pieces.finish[chosen], side="left") - 1
        last = np.where(idle, np.clip(moment, 0, periods - 1), last)
        within = idle | (first >= last)
        total += np.bincount(at[within] + last[within], amount[within], cells)
        at, begin, end = at[~within], begin[~within], end[~within]
        first, last, amount = first[~within], last[~within], amount[~within]
        rate = amount / (end - begin)
        total += np.bincount(at + first, rate * (mark[first + 1] - begin), cells)
        total += np.bincount(at + last, rate * (end - mark[last]), cells)
        # Whole periods in between: the rate begins after the first and ends before the last.
        steps = np.bincount(at + first + 1, rate, cells) - np.bincount(at + last, rate, cells)
        running = np.cumsum(steps.reshape(groups, periods), axis=1)
        running[np.abs(running) < 1e-12] = 0.0  # what summing up and down leaves
        flow += running * np.diff(mark)
    return total.reshape(groups, periods) + flow


def amounts_between(pieces: Pieces, spans: int, work: WorkTable, first: int, last: int) -> Numbers:
    """Amount of each of so many spans that falls into the minutes [first, last)."""
    found = np.zeros(pieces.amount.size)
    for row in np.unique(pieces.calendar).tolist():
        chosen = np.flatnonzero(pieces.calendar == row)
        low, high = work.worked(row, np.array([first, last], dtype=np.int64)).tolist()
        begin, end = pieces.begin[chosen], pieces.end[chosen]
        length = end - begin
        inside = np.clip(np.minimum(end, high) - np.maximum(begin, low), 0.0, None)
        moment = pieces.finish[chosen]
        there = ((moment > first) & (moment <= last)).astype(np.float64)
        share = np.where(length > 0, inside / np.where(length > 0, length, 1.0), there)
        found[chosen] = pieces.amount[chosen] * share
    return np.asarray(np.bincount(pieces.span, found, spans), dtype=np.float64)
