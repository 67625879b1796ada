"""Single cells of portfolio tables: read strictly, written so that they come back the same."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planbench.domain.errors import ImportRefused, ModelError
from planbench.engines.portfolio.months import month, month_name
from planbench.engines.portfolio.quarters import quarter, quarter_name
from planbench.exchange.tables.sheets import Cell, Formula, Grid, Value

MISSING = object()
_MOST = 1e300
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_FRACTION = re.compile(r"(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Column:
    """A column of a table: its title, what its cells are, and the field they fill.

    `kind`: text, date, number, whole, flag, quarter, month, period, list or wholes. Columns that
    are not `needed` may be left out or empty and then keep the default of the field. `others` are
    titles that are understood as well, with the factor that brings their numbers to the unit.
    """

    title: str
    kind: str
    into: str = ""
    needed: bool = False
    others: Mapping[str, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The field it fills: by default called like the column."""
        return self.into or self.title


def read_cell(kind: str, cell: Cell) -> Any:
    """The value of a cell, MISSING when it is empty. Raises ValueError with the mend as text."""
    if isinstance(cell, Formula):
        raise ValueError("a formula is not taken; put its value there")  # noqa: TRY004
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return MISSING
    return _READERS[kind](cell)


def _text(cell: Cell) -> str:
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _date(cell: Cell) -> str:
    text = _text(cell)
    try:
        return dt.date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise ValueError("this is not a date such as 2027-03-31") from None


def _number(cell: Cell) -> float:
    if isinstance(cell, str):
        text = cell.strip()
        fraction = _FRACTION.fullmatch(text)
        if fraction and float(fraction[2]):
            cell = float(fraction[1]) / float(fraction[2])
        elif not _NUMBER.fullmatch(text):
            raise ValueError("this is not a number such as 12.5")
        else:
            cell = float(text)
    # whole numbers may have any number of digits, more than a float can hold
    known = isinstance(cell, int | float) and not isinstance(cell, bool)
    if not known or not -_MOST <= cell <= _MOST:  # type: ignore[operator]
        raise ValueError("this is not a number such as 12.5")
    return float(cell)  # type: ignore[arg-type]


def _whole(cell: Cell) -> int:
    number = _number(cell)
    if not number.is_integer():
        raise ValueError("this is not a whole number")
    return int(number)


def _flag(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    word = _text(cell).casefold()
    if word in ("y", "yes", "true", "1"):
        return True
    if word in ("n", "no", "false", "0"):
        return False
    raise ValueError("this is neither Y nor N")


def _quarter(cell: Cell) -> int:
    try:
        return quarter(_text(cell))
    except ModelError as error:
        raise ValueError("this is not a quarter such as 2027Q1") from error


def _month(cell: Cell) -> int:
    try:
        return month(_text(cell)[:10])
    except ModelError as error:
        raise ValueError("this is not a month such as 2027-05") from error


class Month(int):
    """The number of a month where a quarter could stand as well."""


def _period(cell: Cell) -> int:
    text = _text(cell)
    try:
        return Month(month(text)) if "-" in text else quarter(text)
    except ModelError as error:
        raise ValueError("this is neither a quarter such as 2027Q1 nor a month: 2027-05") from error


def _list(cell: Cell) -> tuple[str, ...]:
    return tuple(part.strip() for part in _text(cell).split(";") if part.strip())


def _wholes(cell: Cell) -> tuple[int, ...]:
    return tuple(_whole(part) for part in _list(cell))


_READERS = {
    "text": _text,
    "date": _date,
    "number": _number,
    "whole": _whole,
    "flag": _flag,
    "quarter": _quarter,
    "month": _month,
    "period": _period,
    "list": _list,
    "wholes": _wholes,
}


def write_cell(kind: str, value: Any) -> Value:
    """The value as a cell that `read_cell` reads back."""
    if value is None or value == "" or value == ():
        return None
    if kind == "flag":
        return "Y" if value else "N"
    if isinstance(value, Month) or kind == "month":
        return month_name(value)
    if kind in ("quarter", "period"):
        return quarter_name(int(value))
    if kind in ("list", "wholes"):
        return ";".join(map(str, value))
    if kind == "number":
        return float(value)
    return int(value) if kind == "whole" else str(value)


def read_rows(grid: Grid, columns: tuple[Column, ...], name: str) -> list[dict[str, Any]]:
    """Rows as fields by name; empty cells are left out.

    Raises ImportRefused that names file, table, row and column of what cannot be read.
    """
    titles = [title.strip().casefold() for title in grid.titles]
    places: list[tuple[Column, int, float]] = []
    for column in columns:
        for title, factor in {column.title: 1.0, **column.others}.items():
            if title in titles:
                places.append((column, titles.index(title), factor))
                break
        else:
            if column.needed:
                raise ImportRefused(f"there is no column '{column.title}'", f"{name}, {grid.name}")
    rows = []
    for line, cells in enumerate(grid.rows, 2):
        if all(cell is None for cell in cells):
            continue
        row: dict[str, Any] = {}
        for column, at, factor in places:
            where = f"{name}, {grid.name}, row {line}, {column.title}"
            try:
                value = read_cell(column.kind, cells[at])
            except ValueError as error:
                raise ImportRefused(str(error), where) from error
            if value is MISSING:
                if column.needed:
                    raise ImportRefused("there is no value", where)
                continue
            row[column.name] = value * factor if column.kind == "number" else value
        rows.append(row)
    return rows


def write_rows(name: str, columns: tuple[Column, ...], rows: list[dict[str, Any]]) -> Grid:
    """Fields by name as a table."""
    return Grid(
        name,
        tuple(column.title for column in columns),
        [tuple(write_cell(c.kind, row.get(c.name)) for c in columns) for row in rows],
    )
