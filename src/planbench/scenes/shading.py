"""Non-working days of a calendar as stretches of time."""

from __future__ import annotations

import numpy as np

from planbench.domain.calendars import Calendar
from planbench.domain.times import DAY, Minutes

LEAST_PX = 4.0
"""Narrower stretches are not shaded: stripes finer than that only grey the picture."""

MOST_DAYS = 40_000
"""Days that are looked at at most (a century); a faulty date must not cost the picture."""


def closed_stretches(calendar: Calendar, first_day: int, last_day: int) -> tuple[Minutes, Minutes]:
    """(start, finish) of runs of whole days without work in [first_day, last_day), in minutes."""
    last_day = min(last_day, first_day + MOST_DAYS)
    days = np.arange(first_day, max(last_day, first_day), dtype=np.int64)
    weekly = np.array([not shifts for shifts in calendar.week], dtype=bool)
    if not calendar.has_work:  # scheduled as the standard week, see the calendars of the domain
        weekly = np.array([False] * 5 + [True] * 2)
    closed = weekly[(days + 3) % 7]
    for day, shifts in calendar.exceptions.items():
        if first_day <= day < last_day:
            closed[day - first_day] = not shifts
    edge = np.diff(np.concatenate(([False], closed, [False])).astype(np.int8))
    start = (np.flatnonzero(edge == 1) + first_day) * DAY
    finish = (np.flatnonzero(edge == -1) + first_day) * DAY
    return start, finish
