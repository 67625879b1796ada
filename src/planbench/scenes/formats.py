"""How dates and numbers are written in tables and on bars."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from planbench.domain.times import DAY, NO_TIME

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUS = "\u2212"
THIN = "\u202f"
ACTUAL = " A"
"""What follows a date that has happened."""

_EPOCH = dt.date(1970, 1, 1).toordinal()


@lru_cache(maxsize=65536)
def _day_text(day: int, long: bool) -> str:
    if not 1 <= day + _EPOCH <= dt.date.max.toordinal():
        return "out of range"
    date = dt.date.fromordinal(day + _EPOCH)
    year = f"{date.year:04d}" if long else f"{date.year % 100:02d}"
    return f"{date.day:02d}-{MONTHS[date.month - 1]}-{year}"


def date_text(minute: int, actual: bool = False) -> str:
    """`dd-MMM-yy`, with the suffix A where it has happened; empty without a date."""
    if minute == NO_TIME:
        return ""
    text = _day_text(minute // DAY, False)
    return text + ACTUAL if actual else text


def long_date_text(minute: int) -> str:
    """`dd-MMM-yyyy` for prose; empty without a date."""
    return "" if minute == NO_TIME else _day_text(minute // DAY, True)


def number_text(value: float, decimals: int = 0, sign: bool = False) -> str:
    """A number with a true minus and narrow spaces in thousands; empty for NaN."""
    if value != value:  # NaN
        return ""
    text = f"{abs(value):,.{decimals}f}".replace(",", THIN)
    if float(text.replace(THIN, "")) == 0.0:
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def days_text(value: float, sign: bool = False) -> str:
    """Days: whole where they are whole, else with one decimal; empty for NaN."""
    if value != value:
        return ""
    return number_text(value, 0 if abs(value - round(value)) < 0.05 else 1, sign)


def read_date(text: str) -> tuple[int, bool]:
    """(minutes since the epoch, whether a time of day was given) of a typed date.

    Taken are `dd-MMM-yy`, `dd.mm.yyyy` and ISO dates, each with or without a time; a trailing A
    is passed over. Raises ValueError for anything else.
    """
    found = re.fullmatch(
        r"(\S+?)(?:[ T](\d{1,2}):(\d{2})(?::\d{2})?)?(?:\s+A)?", text.strip(), re.IGNORECASE
    )
    if found is None:
        raise ValueError(text)
    day = re.fullmatch(r"(\d{1,2})[-./ ](\w{1,3})[-./ ](\d{2}|\d{4})", found[1])
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", found[1])
    if iso is not None:
        date = dt.date(int(iso[1]), int(iso[2]), int(iso[3]))
    elif day is not None:
        month = day[2].capitalize()
        number = int(month) if month.isdecimal() else MONTHS.index(month) + 1
        year = int(day[3]) + (2000 if len(day[3]) == 2 else 0)
        date = dt.date(year, number, int(day[1]))
    else:
        raise ValueError(text)
    clock = dt.time(int(found[2] or 0), int(found[3] or 0))
    minutes = (date.toordinal() - _EPOCH) * DAY + clock.hour * 60 + clock.minute
    return minutes, found[2] is not None
