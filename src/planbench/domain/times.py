"""Instants and durations as whole minutes.

An instant is the number of minutes since 1970-01-01T00:00 in project time (no zone), a duration
is a number of working minutes on some calendar. Both live in int64 columns. A value that does
not exist is `NO_TIME`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt

Minutes = npt.NDArray[np.int64]

NO_TIME: int = int(np.iinfo(np.int64).min)
"""A date, duration or float that is not there."""

DAY: int = 1440
"""Minutes of a calendar day."""

_EPOCH = dt.datetime(1970, 1, 1)
_EPOCH_DAY = dt.date(1970, 1, 1)


def from_datetime(moment: dt.datetime) -> int:
    """Minutes since the epoch; seconds are dropped."""
    return int((moment - _EPOCH).total_seconds() // 60)


def to_datetime(minute: int) -> dt.datetime | None:
    """The instant as a naive datetime, None for `NO_TIME`."""
    if minute == NO_TIME:
        return None
    return _EPOCH + dt.timedelta(minutes=int(minute))


def to_iso(minute: int) -> str | None:
    """`YYYY-MM-DDTHH:MM`, None for `NO_TIME`."""
    moment = to_datetime(minute)
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M")


def from_iso(text: str) -> int:
    """Read `YYYY-MM-DD`, `YYYY-MM-DD HH:MM[:SS]` or the same with a T.

    Raises ValueError when the text is anything else.
    """
    return from_datetime(dt.datetime.fromisoformat(text.strip()).replace(tzinfo=None))


def day_number(date: dt.date) -> int:
    """Days since the epoch."""
    return (date - _EPOCH_DAY).days


def to_hours(minutes: int) -> float | None:
    """Hours as a float, None for `NO_TIME`."""
    return None if minutes == NO_TIME else int(minutes) / 60.0


def from_hours(hours: float) -> int:
    """Whole minutes, half a minute away from zero (as P6 rounds its decimal hours)."""
    whole = int(abs(hours) * 60.0 + 0.5)
    return whole if hours >= 0 else -whole


def known(values: Minutes) -> npt.NDArray[np.bool_]:
    """Mask of the values that exist."""
    return np.asarray(values != NO_TIME)


def latest(values: Minutes, default: int = NO_TIME) -> int:
    """Largest existing value, `default` when there is none."""
    present = values[values != NO_TIME]
    return int(present.max()) if present.size else default


def earliest(values: Minutes, default: int = NO_TIME) -> int:
    """Smallest existing value, `default` when there is none."""
    present = values[values != NO_TIME]
    return int(present.min()) if present.size else default


def minutes_column(n: int, fill: int = NO_TIME) -> Minutes:
    """A new column of n instants or durations."""
    return np.full(n, fill, dtype=np.int64)


def as_plain(value: Any) -> Any:
    """A plain Python value of a numpy scalar; other values pass through."""
    return value.item() if isinstance(value, np.generic) else value
