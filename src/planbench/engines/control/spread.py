"""Planned value: budgets spread over the working time between baseline start and finish."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from planbench.domain.calendars import WorkTable
from planbench.domain.schedule import Codes, Numbers, Rows
from planbench.domain.times import NO_TIME, Minutes


class Accrual(IntEnum):
    """When a cost falls due over the span of its activity."""

    UNIFORM = 0  # evenly over working time
    AT_START = 1
    AT_FINISH = 2


def planned_share(
    work: WorkTable,
    calendar: Rows,
    start: Minutes,
    finish: Minutes,
    at: int,
    accrual: Codes | None = None,
) -> Numbers:
    """Share of each span that is planned to be done at the minute `at`, 0..1.

    Spans run in the working time of their calendar (row of `work`); one without working time in
    it is done at its finish, and one without dates is never planned. `accrual` moves the whole
    share to the span's start or finish.
    """
    share = np.zeros(start.size)
    dated = (start != NO_TIME) & (finish != NO_TIME)
    share[dated & (finish <= at)] = 1.0
    running = dated & (start < at) & (at < finish)
    for row in np.unique(calendar[running]).tolist():
        chosen = np.flatnonzero(running & (calendar == row))
        whole = work.work_between(row, start[chosen], finish[chosen])
        done = work.work_between(row, start[chosen], np.full(chosen.size, at, dtype=np.int64))
        share[chosen] = np.where(whole > 0, np.minimum(done / np.maximum(whole, 1), 1.0), 0.0)
    if accrual is not None:
        started = dated & (start <= at)
        share = np.where(accrual == Accrual.AT_START, started.astype(np.float64), share)
        late = (accrual == Accrual.AT_FINISH) & (share < 1.0)
        share = np.where(late, 0.0, share)
    return share


def in_cents(amounts: Sequence[float] | Numbers, total: float) -> Numbers:
    """Amounts rounded to cents so that they sum to `total` exactly (largest remainder).

    `total` is rounded to the cent first; amounts may have either sign.
    """
    exact = np.asarray(amounts, dtype=np.float64) * 100.0
    whole = np.floor(exact)
    missing = round(total * 100.0) - int(whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    if exact.size:
        each, rest = divmod(missing, exact.size)
        whole += each
        whole[order[:rest]] += 1.0
    return np.asarray(whole / 100.0)
