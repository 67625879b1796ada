"""Calendar months as whole numbers, and amounts of quarters spread over their months.

Month m is 12 times the year plus 0 to 11; it lies in quarter m // 3. People and plant are levels:
four people in a quarter are four in each of its months. Days and hours add up: they are spread
by the calendar days of the months.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from planbench.domain.errors import ModelError

_MONTH = re.compile(r"((?:19|2\d)\d\d)-(0[1-9]|1[0-2])(?:-01)?")
_SUMMED = ("day", "hour", "week", "month")


def month(text: str) -> int:
    """Number of a month such as `2027-05`. Raises ModelError when it is written otherwise."""
    found = _MONTH.fullmatch(text.strip())
    if found is None:
        raise ModelError(f"'{text}' is not a month", mend="Write it as 2027-05.")
    return 12 * int(found[1]) + int(found[2]) - 1


def month_name(number: int) -> str:
    """The month as people write it: `2027-05`."""
    return f"{number // 12}-{number % 12 + 1:02d}"


def month_of(date: dt.date) -> int:
    """The month a day lies in."""
    return 12 * date.year + date.month - 1


def first_day(number: int) -> dt.date:
    """The first day of a month."""
    return dt.date(number // 12, number % 12 + 1, 1)


def days_in(number: int) -> int:
    """The calendar days of a month."""
    return (first_day(number + 1) - first_day(number)).days


def adds_up(unit: str) -> bool:
    """Whether amounts of a unit add up over months (vessel-days) or are levels (FTE)."""
    words = unit.casefold()
    return any(word in words for word in _SUMMED)


def month_part(number: int) -> float:
    """The part of its quarter's calendar days that lies in a month."""
    first = number - number % 3
    return days_in(number) / sum(days_in(first + k) for k in range(3))


def by_month(
    quarters: Mapping[int, float], months: Mapping[int, float], summed: bool
) -> dict[int, float]:
    """Amounts by month: those given for months, else those of the quarter, spread by its days."""
    made = {
        3 * quarter + k: amount * (month_part(3 * quarter + k) if summed else 1.0)
        for quarter, amount in quarters.items()
        for k in range(3)
    }
    made.update(months)
    return made


def by_quarter(
    quarters: Mapping[int, float], months: Mapping[int, float], summed: bool
) -> dict[int, float]:
    """Amounts by quarter: the sum of its months where they add up, else their mean."""
    if not months:
        return dict(quarters)
    detailed = {number // 3 for number in months}
    made = {quarter: amount for quarter, amount in quarters.items() if quarter not in detailed}
    inside = {quarter: quarters[quarter] for quarter in detailed if quarter in quarters}
    spread = by_month(inside, months, summed)
    for quarter in detailed:
        total = sum(spread.get(3 * quarter + k, 0.0) for k in range(3))
        made[quarter] = total if summed else total / 3.0
    return made
