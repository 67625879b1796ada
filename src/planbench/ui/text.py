"""Dates and numbers as the window writes them."""

from __future__ import annotations

from planbench.domain.times import to_datetime
from planbench.ui.translation import tr

MONTHS = (
    tr("Jan"),
    tr("Feb"),
    tr("Mar"),
    tr("Apr"),
    tr("May"),
    tr("Jun"),
    tr("Jul"),
    tr("Aug"),
    tr("Sep"),
    tr("Oct"),
    tr("Nov"),
    tr("Dec"),
)

NARROW = "\u202f"
MINUS = "\u2212"
DASH = "\u2014"


def date(minute: int) -> str:
    """`12-Apr-29` for tables, an empty text where there is no date."""
    moment = to_datetime(int(minute))
    if moment is None:
        return ""
    return f"{moment.day:02d}-{MONTHS[moment.month - 1]}-{moment.year % 100:02d}"


def long_date(minute: int) -> str:
    """`12-Apr-2029` for prose, an empty text where there is no date."""
    moment = to_datetime(int(minute))
    if moment is None:
        return ""
    return f"{moment.day:02d}-{MONTHS[moment.month - 1]}-{moment.year}"


def clock(minute: int) -> str:
    """`09:42`, an empty text where there is no time."""
    moment = to_datetime(int(minute))
    return "" if moment is None else f"{moment.hour:02d}:{moment.minute:02d}"


def number(value: float, decimals: int = 0) -> str:
    """`10 000` or `1 234.5`: narrow spaces between thousands, a true minus."""
    text = f"{abs(value):,.{decimals}f}".replace(",", NARROW)
    return f"{MINUS}{text}" if value < 0 and float(f"{value:.{decimals}f}") != 0 else text


def signed(value: float, decimals: int = 0) -> str:
    """The same with a plus before what is above zero."""
    text = number(value, decimals)
    return f"+{text}" if value > 0 and float(f"{value:.{decimals}f}") != 0 else text


def percent(share: float, decimals: int = 1) -> str:
    """`99.3 %` of a share between 0 and 1; a share short of the whole never reads 100 %."""
    shown = round(share * 100, decimals)
    if shown >= 100 and share < 1:
        shown = 100 - 10.0**-decimals
    whole = shown == int(shown)
    return f"{number(shown, 0 if whole else decimals)}{NARROW}%"


def size(count: int) -> str:
    """`418 MB` of a number of bytes."""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{number(value)}{NARROW}{unit}"
        value /= 1000
    return tr("{value}{narrow}GB").format(value=number(value, 1), narrow=NARROW)


def counted(count: int, one: str, many: str = "") -> str:
    """`1 project`, `12 projects`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"
