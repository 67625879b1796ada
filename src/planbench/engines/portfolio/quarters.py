"""Calendar quarters as whole numbers, and the fiscal years they belong to."""

from __future__ import annotations

import datetime as dt
import re

from planbench.domain.errors import ModelError

_QUARTER = re.compile(r"((?:19|2\d)\d\d)[ -]?Q([1-4])")


def quarter(text: str) -> int:
    """Number of a quarter such as `2027Q1` (1900 to 2999): four times the year, plus 0 to 3.

    Raises ModelError when it is written otherwise.
    """
    found = _QUARTER.fullmatch(text.strip().upper())
    if found is None:
        raise ModelError(f"'{text}' is not a quarter", mend="Write it as 2027Q1.")
    return 4 * int(found[1]) + int(found[2]) - 1


def quarter_name(number: int) -> str:
    """The quarter as people write it: `2027Q1`."""
    return f"{number // 4}Q{number % 4 + 1}"


def day(text: str, where: str = "") -> dt.date:
    """A date written as YYYY-MM-DD. Raises ModelError when it is written otherwise."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ModelError(f"'{text}' is not a date", where, "Write it as 2027-03-31.") from None


def quarter_of(date: dt.date) -> int:
    """The quarter a day lies in."""
    return 4 * date.year + (date.month - 1) // 3


def last_day(number: int) -> dt.date:
    """The last day of a quarter."""
    return dt.date((number + 1) // 4, (number + 1) % 4 * 3 + 1, 1) - dt.timedelta(days=1)


def years_from(date: dt.date, number: float) -> float:
    """Years from a day to the beginning of a quarter (or within it), quarters being 0.25 years."""
    first = dt.date(date.year, 3 * ((date.month - 1) // 3) + 1, 1)
    inside = (date - first).days / 365.0
    return 0.25 * (number - quarter_of(date)) - inside


def fiscal_year(number: int, start_month: int) -> int:
    """The fiscal year of a quarter, named by the calendar year in which it ends.

    `start_month` is 1, 4, 7 or 10, so that fiscal years are whole quarters.
    """
    return (number + (4 - (start_month - 1) // 3) % 4) // 4
