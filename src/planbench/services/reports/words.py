"""How a report tells values: dates, amounts, shares, indices; and tables from plain rows."""

from __future__ import annotations

import math
from collections.abc import Sequence

from planbench.domain.times import NO_TIME
from planbench.engines.reports.blocks import (
    DATE,
    INDEX,
    MONEY,
    NUMBER,
    SHARE,
    Column,
    Table,
    Value,
)
from planbench.scenes.formats import THIN, date_text, number_text
from planbench.services.money import Money

DASH = "\u2014"

DAY = 1440.0


def whole_minute(minute: int) -> int | None:
    """A date of a column as a plain value, None for none."""
    return None if int(minute) == NO_TIME else int(minute)


def plain(value: float | None) -> float | None:
    """A finite plain number, None for anything else."""
    if value is None or not math.isfinite(float(value)):
        return None
    return float(value)


def share_text(value: float | None, decimals: int = 1) -> str:
    """`22.2 %`, a dash for none."""
    return DASH if value is None else f"{number_text(100 * value, decimals)}{THIN}%"


def index_text(value: float | None) -> str:
    """An index with two decimals, a dash for none."""
    return DASH if value is None else number_text(value, 2)


def told(value: Value, kind: str) -> str:
    """A value of a column in words; a dash where a number or date does not exist."""
    if isinstance(value, str):
        return value
    if kind == DATE:
        return DASH if value is None else date_text(int(value))
    if value is None:
        return DASH if kind in (NUMBER, MONEY, SHARE, INDEX) else ""
    if kind == MONEY:
        return number_text(float(value), 1)
    if kind == SHARE:
        return share_text(float(value))
    if kind == INDEX:
        return index_text(float(value))
    decimals = 0 if float(value).is_integer() else 1
    return number_text(float(value), decimals)


def table(
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Value]],
    money: Money | None = None,
    levels: Sequence[int] = (),
    note: str = "",
) -> Table:
    """A table with its words; sums of `total` columns leave out what is None.

    With `money` the amounts of MONEY columns are given in the currency and stand in its unit.
    """
    factor = 1.0 if money is None else money.factor
    plain_rows = tuple(
        tuple(
            float(value) / factor
            if column.kind == MONEY and isinstance(value, int | float)
            else value
            for value, column in zip(row, columns, strict=True)
        )
        for row in rows
    )
    texts = tuple(
        tuple(told(value, column.kind) for value, column in zip(row, columns, strict=True))
        for row in plain_rows
    )
    totals: tuple[str, ...] = ()
    if rows and any(column.total for column in columns):
        made = []
        for place, column in enumerate(columns):
            if column.total:
                numbers = [row[place] for row in plain_rows]
                total = math.fsum(float(one) for one in numbers if isinstance(one, int | float))
                made.append(told(total, column.kind))
            else:
                made.append("")
        made[0] = made[0] or "Total"
        totals = tuple(made)
    return Table(title, tuple(columns), plain_rows, texts, tuple(levels), totals, note)
