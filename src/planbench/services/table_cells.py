"""Cells of a table that comes back: each read as its type or refused, never guessed.

Decimal commas, dates in other orders, Excel's day numbers and formulas are refused; ids and names
must be texts, for a spreadsheet turns `1E10` and `00123` into numbers.
"""

from __future__ import annotations

import datetime as dt
import math
import re

from planbench.domain.errors import PlanbenchError
from planbench.exchange.tables.sheets import Cell, Formula

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,2})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?", re.ASCII)
_TRUTHS = {"yes": True, "no": False, "true": True, "false": False}
MOST = 1e12
"""No quantity, price or duration of a schedule is larger."""


def told(value: Cell) -> str:
    """A cell in words for a preview."""
    if value is None:
        return ""
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def text(value: Cell) -> str:
    """A text, "" for an empty cell. Raises PlanbenchError for anything else."""
    _no_formula(value)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PlanbenchError("This is not a text: the spreadsheet may have changed it.")
    return value.strip()


def words(value: Cell) -> str:
    """A text that keeps its blanks and lines. Raises PlanbenchError for anything else."""
    return value if isinstance(value, str) else text(value)


def number(value: Cell) -> float:
    """A number. Raises PlanbenchError for an empty cell and anything else."""
    _no_formula(value)
    if value is None:
        raise PlanbenchError("A number is needed here.")
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise PlanbenchError("This is not a number such as 12.5.")
        value = float(value.strip())
    if not isinstance(value, int | float) or isinstance(value, bool) or value != value:
        raise PlanbenchError("This is not a number such as 12.5.")
    if abs(value) > MOST:  # whole numbers may have any number of digits
        raise PlanbenchError("This number is larger than a schedule can hold.")
    return float(value)


def quantity(value: Cell) -> float:
    """A number that is not negative."""
    found = number(value)
    if found < 0:
        raise PlanbenchError("This cannot be negative.")
    return found


def minutes(value: Cell) -> int:
    """Hours as whole minutes."""
    return round(number(value) * 60.0)


def moment(value: Cell) -> dt.datetime | None:
    """A date with or without a time, None for an empty cell. Raises PlanbenchError."""
    _no_formula(value)
    if value is None or isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value.strip()):
        try:
            return dt.datetime.fromisoformat(value.strip())
        except ValueError:
            raise PlanbenchError("There is no such date.") from None
    raise PlanbenchError("This is not a date such as 2026-05-03 08:00.")


def truth(value: Cell) -> bool:
    """Yes or no. Raises PlanbenchError for an empty cell and anything else."""
    if isinstance(value, bool):
        return value
    word = text(value).casefold()
    if word not in _TRUTHS:
        raise PlanbenchError("This is neither yes nor no.")
    return _TRUTHS[word]


def _no_formula(value: Cell) -> None:
    if isinstance(value, Formula):
        raise PlanbenchError("A formula is not taken. Put its value there.")


def same(one: Cell, other: Cell) -> bool:
    """Whether two cells show the same, whatever became of the type on the way through a CSV."""
    if one == other or told(one) == told(other):
        return True
    if isinstance(one, str) == isinstance(other, str):
        both_numbers = isinstance(one, int | float) and isinstance(other, int | float)
        return both_numbers and _close(one, other)  # type: ignore[arg-type]
    given, plain = (one, other) if isinstance(one, str) else (other, one)
    assert isinstance(given, str)
    if isinstance(plain, bool):
        return _TRUTHS.get(given.strip().casefold()) == plain
    if isinstance(plain, int | float) and _NUMBER.fullmatch(given.strip()):
        return _close(float(given.strip()), plain)
    if isinstance(plain, dt.datetime) and _DATE.fullmatch(given.strip()):
        moment = given.strip().replace("T", " ")[:16]
        return told(plain) == (moment if len(moment) > 10 else f"{moment} 00:00")
    return plain is None and not given.strip()


def _close(one: float, other: float) -> bool:
    """Whether two numbers are equal but for what a spreadsheet rounds."""
    if abs(one) > MOST or abs(other) > MOST:  # whole numbers may be beyond any float
        return one == other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-4)
