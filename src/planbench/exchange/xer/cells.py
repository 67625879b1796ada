"""Compiled readers of table cells: bytes at given offsets into columns of numbers.

Every function takes the whole file as a read-only uint8 array and, for one column, the offsets at
which each cell starts and ends. Cells they cannot read are flagged for the slow, exact and
forgiving readers in `columns.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.times import NO_TIME
from planbench.engines.kernel import kernel

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Marks = npt.NDArray[np.int8]

READ, BLANK, COMMA, UNREAD = 0, 1, 2, 3
"""What became of a cell: read, empty, read with a decimal comma, or not understood."""


@kernel
def _digits(data: Any, at: int, n: int) -> int:
    """The number written in n digits at this offset, -1 when one of them is no digit."""
    value = 0
    for k in range(at, at + n):
        digit = int(data[k]) - 48
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@kernel
def _days_before(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 in the Gregorian calendar, months counted from March."""
    y = year - 1 if month <= 2 else year
    era = y // 400
    of_era = y - era * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


@kernel
def _date(data: Any, a: int, b: int, last_year: int) -> int:
    """`yyyy-mm-dd[( |T)hh(:|.)mm[...]]` as minutes, -1 << 62 when it is something else."""
    bad = -(1 << 62)
    if b - a < 10 or data[a + 4] != 45 or data[a + 7] != 45:
        return bad
    year, month, day = _digits(data, a, 4), _digits(data, a + 5, 2), _digits(data, a + 8, 2)
    if year < 1900 or year > last_year or month < 1 or month > 12 or day < 1:
        return bad
    last = 31
    if month == 4 or month == 6 or month == 9 or month == 11:
        last = 30
    elif month == 2:
        last = 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    if day > last:
        return bad
    minutes = _days_before(year, month, day) * 1440
    if b - a == 10:
        return minutes
    if b - a != 16 and b - a != 19:
        return bad
    if (data[a + 10] != 32 and data[a + 10] != 84) or (data[a + 13] != 58 and data[a + 13] != 46):
        return bad
    hour, minute = _digits(data, a + 11, 2), _digits(data, a + 14, 2)
    if hour < 0 or hour > 23 or minute < 0 or minute > 59:
        return bad
    if b - a == 19 and _digits(data, a + 17, 2) < 0:
        return bad
    return minutes + hour * 60 + minute


@kernel
def read_dates(data: Any, start: Any, end: Any, last_year: int, values: Any, marks: Any) -> int:
    """Fill `values` (minutes since the epoch) and `marks`; the number of cells not read."""
    unread = 0
    for row in range(start.size):
        a, b = start[row], end[row]
        while a < b and data[a] == 32:
            a += 1
        while b > a and data[b - 1] == 32:
            b -= 1
        values[row] = NO_TIME
        marks[row] = BLANK
        if a == b:
            continue
        moment = _date(data, a, b, last_year)
        marks[row] = READ
        if moment == -(1 << 62):
            marks[row] = UNREAD
            unread += 1
        else:
            values[row] = moment
    return unread


@kernel
def read_decimals(data: Any, start: Any, end: Any, values: Any, marks: Any) -> int:
    """Fill `values` (NaN where empty) and `marks`; the number of cells that were not plain.

    Up to 15 digits the result is the correctly rounded double: both the digits and the power of
    ten are exact. Longer or exponential numbers are left to the slow reader.
    """
    odd = 0
    for row in range(start.size):
        a, b = start[row], end[row]
        while a < b and data[a] == 32:
            a += 1
        while b > a and data[b - 1] == 32:
            b -= 1
        values[row] = np.nan
        marks[row] = BLANK
        if a == b:
            continue
        negative = data[a] == 45
        if negative:
            a += 1
        mantissa, digits, scale, mark = 0, 0, 1.0, READ
        fraction = False
        for k in range(a, b):
            c = int(data[k])
            if 48 <= c <= 57:
                mantissa = mantissa * 10 + c - 48
                digits += 1
                if fraction:
                    scale *= 10.0
            elif (c == 46 or c == 44) and not fraction:
                fraction = True
                if c == 44:
                    mark = COMMA
            else:
                digits = 99
            if digits > 15:
                break
        if digits == 0 or digits > 15:
            marks[row] = UNREAD
            odd += 1
            continue
        values[row] = -mantissa / scale if negative else mantissa / scale
        marks[row] = mark
        if mark == COMMA:
            odd += 1
    return odd


@kernel
def read_ids(data: Any, start: Any, end: Any, values: Any) -> bool:
    """Fill `values` with plain ids (-1 where empty); False when any cell is no plain number."""
    for row in range(start.size):
        a, b = start[row], end[row]
        if a == b:
            values[row] = -1
            continue
        if b - a > 18 or (data[a] == 48 and b - a > 1):
            return False
        value = 0
        for k in range(a, b):
            digit = int(data[k]) - 48
            if digit < 0 or digit > 9:
                return False
            value = value * 10 + digit
        values[row] = value
    return True


@kernel
def read_hashes(data: Any, start: Any, end: Any, values: Any) -> None:
    """Fill `values` with a 64-bit FNV-1a hash of each cell, to find the distinct ones."""
    for row in range(start.size):
        h = np.uint64(14695981039346656037)
        for k in range(start[row], end[row]):
            h = (h ^ np.uint64(data[k])) * np.uint64(1099511628211)
        values[row] = h


@kernel
def copy_cells(data: Any, start: Any, end: Any, out: Any) -> int:
    """Copy the cells one after another with a tab after each; the length used of `out`."""
    n = 0
    for row in range(start.size):
        for k in range(start[row], end[row]):
            out[n] = data[k]
            n += 1
        out[n] = 9
        n += 1
    return n
