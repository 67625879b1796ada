"""Columns of an XER table as the domain wants them; what cannot be read is listed and left out."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import NO_ROW, Codes, Numbers, Rows
from planbench.domain.times import NO_TIME, Minutes, minutes_column
from planbench.exchange.repairs import Repairs
from planbench.exchange.xer import cells
from planbench.exchange.xer.document import XerTable
from planbench.exchange.xer.encodings import EMPTY_TEXT

UNKNOWN_ROW = -2
"""An id that is there but that no row has."""

_LIMIT = 1e9
"""Hours, units and money beyond this are not believed for durations (114,000 years)."""

_GROUPED = re.compile(r"-?\d{1,3}((,\d{3})+(\.\d+)?|(\.\d{3})+(,\d+)?|([ \u00a0]\d{3})+([.,]\d+)?)")


LAST_YEAR = 2199
"""A date beyond that steers scheduling is taken for an error."""


def dates(table: XerTable, name: str, repairs: Repairs, last_year: int = LAST_YEAR) -> Minutes:
    """A column of instants; impossible ones become NO_TIME and are listed.

    P6 itself stores dates some thousand years ahead for activities of a tiny remaining rate, so
    columns that are only shown may allow later years.
    """
    start, end = table.bounds(name)
    values, marks = minutes_column(len(table)), np.empty(len(table), dtype=np.int8)
    if name not in table:
        return values
    if cells.read_dates(table.array, start, end, last_year, values, marks):
        for row in np.flatnonzero(marks == cells.UNREAD).tolist():
            repairs.add(
                "bad-date",
                "error",
                f"{table.name} row {row + 1} {name}",
                f"{_cell(table, start, end, row)!r} is no date between 1900 and {last_year}",
                "left empty",
            )
    return values


def numbers(table: XerTable, name: str, repairs: Repairs, default: float = 0.0) -> Numbers:
    """A column of decimals; empty cells take the default, unreadable ones too and are listed."""
    start, end = table.bounds(name)
    values, marks = np.full(len(table), default), np.empty(len(table), dtype=np.int8)
    if name not in table:
        return values
    if cells.read_decimals(table.array, start, end, values, marks):
        _mend_numbers(table, name, start, end, values, marks, repairs)
    values[np.isnan(values)] = default
    return values


def _mend_numbers(
    table: XerTable,
    name: str,
    start: cells.Offsets,
    end: cells.Offsets,
    values: Numbers,
    marks: cells.Marks,
    repairs: Repairs,
) -> None:
    commas = np.flatnonzero(marks == cells.COMMA)
    if commas.size:
        repairs.add(
            "decimal-comma",
            "info",
            f"{table.name} row {int(commas[0]) + 1} {name}",
            f"{commas.size} numbers have a decimal comma",
            "read as decimals",
        )
    for row in np.flatnonzero(marks == cells.UNREAD).tolist():
        text = _cell(table, start, end, row)
        number = _number(text)
        if number is None:
            repairs.add(
                "bad-number",
                "error",
                f"{table.name} row {row + 1} {name}",
                f"{text!r} is no number",
                "taken as empty",
            )
        values[row] = np.nan if number is None else number


def _number(text: str) -> float | None:
    """A number with grouped thousands, many digits or an exponent; None for anything else."""
    text = text.strip()
    if _GROUPED.fullmatch(text):
        decimal = max(text.rfind("."), text.rfind(","))
        single = text.count(text[decimal]) == 1 and len(re.findall(r"[., \u00a0]", text)) > 1
        whole = re.sub(r"[., \u00a0]", "", text[:decimal] if single else text)
        text = f"{whole}.{text[decimal + 1 :]}" if single else whole
    if not re.fullmatch(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d{1,3})?", text):
        return None
    value = float(text.replace(",", "."))
    return value if abs(value) < 1e300 else None


def durations(table: XerTable, name: str, repairs: Repairs, default: int = NO_TIME) -> Minutes:
    """A column of decimal hours as whole minutes, half a minute away from zero."""
    hours = numbers(table, name, repairs, np.nan)
    huge = np.abs(hours) > _LIMIT
    for row in np.flatnonzero(huge).tolist():
        repairs.add(
            "bad-number",
            "error",
            f"{table.name} row {row + 1} {name}",
            f"{hours[row]:g} hours are more than a schedule can hold",
            "taken as empty",
        )
    absent = np.isnan(hours) | huge
    safe = np.where(absent, 0.0, hours)
    whole = np.floor(np.abs(safe) * 60.0 + 0.5).astype(np.int64)
    return np.where(absent, default, np.where(safe < 0, -whole, whole))


def codes(
    table: XerTable,
    name: str,
    meanings: Mapping[str, int],
    default: int,
    repairs: Repairs,
) -> Codes:
    """A column of enumerated words as numbers; empty cells and unknown words take the default."""
    if name not in table:
        return np.full(len(table), default, dtype=np.int8)
    words, number = table.distinct(name)
    found = np.full(len(words), default, dtype=np.int8)
    for k, word in enumerate(words):
        key = word.strip()
        if key in meanings:
            found[k] = meanings[key]
        elif key and key != "0":
            rows = np.flatnonzero(number == k)
            repairs.add(
                "unknown-value",
                "warning",
                f"{table.name} row {int(rows[0]) + 1} {name}",
                f"{key!r} in {rows.size} rows is not known",
                "taken as the default",
            )
    return found[number] if len(words) else np.zeros(len(table), dtype=np.int8)


def flags(table: XerTable, name: str, default: bool) -> npt.NDArray[np.bool_]:
    """A column of Y and N."""
    words, number = table.distinct(name)
    found = np.array([_yes(word, default) for word in words], dtype=bool)
    return found[number] if len(words) else np.zeros(len(table), dtype=bool)


def _yes(word: str, default: bool) -> bool:
    return {"Y": True, "N": False}.get(word.strip().upper()[:1], default)


def words(table: XerTable, name: str) -> list[str]:
    """A column of text for people: doubled quotes and 0x7F line breaks undone."""
    texts = table.texts(name)
    a, b = table.block
    if table.data.find(EMPTY_TEXT, a, b) >= 0:
        mark = EMPTY_TEXT.decode(table.encoding, errors="replace")
        texts = ["" if text == mark else text for text in texts]
    if table.data.find(b"\x7f", a, b) < 0 and table.data.find(b'""', a, b) < 0:
        return texts
    return [
        text.replace('""', '"').replace("\x7f\x7f", "\n").replace("\x7f", "\n") for text in texts
    ]


_TAGS = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/tr)\b[^<>]*>", re.IGNORECASE)


def plain_text(markup: str) -> str:
    """The text of a notebook entry without its HTML."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    text = html.unescape(_TAGS.sub("", _BREAK.sub("\n", markup)))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


@dataclass(frozen=True, eq=False)
class Ids:
    """A column of ids: as numbers where all are plain ones, else as texts."""

    numbers: npt.NDArray[np.int64] | None
    texts: list[str]
    """Filled only where `numbers` is None."""

    def as_texts(self) -> list[str]:
        """The ids as written."""
        if self.numbers is None:
            return self.texts
        return ["" if value < 0 else str(value) for value in self.numbers.tolist()]

    def blank(self) -> npt.NDArray[np.bool_]:
        """Mask of the empty ones."""
        if self.numbers is None:
            return np.array([not text for text in self.texts], dtype=bool)
        return np.asarray(self.numbers < 0)


def ids(table: XerTable, name: str) -> Ids:
    """The ids of a column."""
    start, end = table.bounds(name)
    values = np.empty(len(table), dtype=np.int64)
    if cells.read_ids(table.array, start, end, values):
        return Ids(values, [])
    return Ids(None, [text.strip() for text in table.texts(name)])


def lookup(keys: Ids, wanted: Ids) -> Rows:
    """Row of `keys` for each id: NO_ROW for an empty one, UNKNOWN_ROW where there is none.

    The first row counts where keys repeat.
    """
    if keys.numbers is not None and wanted.numbers is not None:
        if not keys.numbers.size:
            return np.where(wanted.numbers < 0, NO_ROW, UNKNOWN_ROW).astype(np.int32)
        order = np.argsort(keys.numbers, kind="stable")
        ranked = keys.numbers[order]
        at = np.minimum(np.searchsorted(ranked, wanted.numbers), ranked.size - 1)
        found = np.where(ranked[at] == wanted.numbers, order[at], UNKNOWN_ROW)
        return np.where(wanted.numbers < 0, NO_ROW, found).astype(np.int32)
    rows: dict[str, int] = {}
    for row, key in enumerate(keys.as_texts()):
        rows.setdefault(key, row)
    texts = wanted.as_texts()
    return np.array(
        [rows.get(text, UNKNOWN_ROW) if text else NO_ROW for text in texts], dtype=np.int32
    )


def _cell(table: XerTable, start: cells.Offsets, end: cells.Offsets, row: int) -> str:
    raw = table.data[int(start[row]) : int(end[row])]
    text = raw.decode(table.encoding, errors="replace")
    return text if len(text) <= 40 else text[:37] + "..."
