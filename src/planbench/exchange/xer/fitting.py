"""Rows that do not fit their field list: short ones, long ones, tabs within values."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planbench.exchange.repairs import Repairs

if TYPE_CHECKING:
    from planbench.exchange.xer.document import XerTable

_TEXT_FIELDS = re.compile(r"(_name|_title|_notes?|_memo|_descr|_text|_type|_label|comments)$")


_TRIED = 2000
"""Rows of a table in which tabs are looked for; a file with more has another fault."""


def fitted(table: XerTable, repairs: Repairs) -> XerTable:
    """The table with short and long rows listed, and values with tabs in them put together."""
    width = len(table.fields)
    if not width:
        return table
    if any(name != name.lower() for name in table.fields if name.upper() == name):
        repairs.add(
            "upper-case-fields", "info", table.name, "field names in capitals", "read regardless"
        )
    if len(table.position) < width:
        repairs.add(
            "repeated-field", "info", table.name, "a field occurs twice", "the first one counts"
        )
    count = table.cell_counts
    for row in np.flatnonzero(count < width).tolist():
        repairs.add(
            "row-too-short",
            "warning",
            f"{table.name} row {row + 1}",
            f"{int(count[row])} of {width} cells",
            "padded with blanks",
        )
    merged: dict[int, tuple[int, int]] = {}
    for tried, row in enumerate(np.flatnonzero(count > width).tolist()):
        surplus = int(count[row]) - width
        column = _tab_column(table, row, surplus) if tried < _TRIED else None
        message = f"{int(count[row])} cells for {width} fields"
        where = f"{table.name} row {row + 1}"
        if column is None:
            repairs.add("row-too-long", "warning", where, message, "surplus cells ignored")
        else:
            merged[row] = (column, surplus)
            repairs.add(
                "embedded-tab", "warning", where, message, f"joined in {table.fields[column]}"
            )
    return replace(table, merged=merged) if merged else table


_SHAPES = (
    (re.compile(r"(_id|_num|_cnt|_qty|_cost|_pct|_wt)\d?$"), re.compile(rb"-?[\d.,]*(E[-+]\d+)?")),
    (re.compile(r"_date\d?$"), re.compile(rb"(\d{4}-\d\d-\d\d.*)?")),
    (re.compile(r"_flag$"), re.compile(rb"[YN]?")),
    (re.compile(r"^(task_type|status_code|cstr_type2?|pred_type|complete_pct_type|duration_type)$"),
     re.compile(rb"([A-Z]{2}_\w+|0)?")),
)  # fmt: skip


def _tab_column(table: XerTable, row: int, surplus: int) -> int | None:
    """The column of text that must have held the surplus tabs, None if it is none.

    Tried only where the row as it stands contradicts its fields: ids, dates, numbers and flags
    must look like such in the columns after the text.
    """
    row_cells = table.data[int(table.start[row]) : int(table.end[row])].split(b"\t")
    names = [name.strip().lower() for name in table.fields]
    shapes = [next((look for use, look in _SHAPES if use.search(n)), None) for n in names]

    def misfits(values: list[bytes]) -> int:
        pairs = zip(shapes, values, strict=False)
        return sum(look is not None and not look.fullmatch(value) for look, value in pairs)

    best, fewest = None, misfits(row_cells[: len(names)])
    for k, name in enumerate(names):
        if fewest and _TEXT_FIELDS.search(name) and shapes[k] is None:
            tried = misfits([*row_cells[:k], b"", *row_cells[k + surplus + 1 :]])
            if tried < fewest:
                best, fewest = k, tried
    return best
