"""Grids of plain values as workbooks and CSV files, and back, without a single guess.

Texts stay texts (ids such as 1E10, 00123 or =A1 come back as they went out), numbers stay numbers.
Nothing that a cell holds is ever run: formulas are not written, and those that somebody typed are
read as such and left to be refused.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from planbench.domain.errors import ImportRefused, PlanbenchError
from planbench.exchange.tables import workbook

Value = str | float | int | bool | dt.datetime | None

MOST_ROWS = 1_048_575
MOST_COLUMNS = 1_000
MOST_BYTES = 512 * 1024 * 1024
"""A workbook that unpacks to more is refused."""

MOST_SWELL = 100
"""Bytes that a byte of a workbook unpacks to at most, beyond the first `FREE_BYTES`; tables of
schedules need about twelve."""

FREE_BYTES = 8 * 1024 * 1024

MOST_CELLS = 20_000_000
"""Cells of a whole workbook, empty ones between others included."""

MOST_SHEETS = 1_000
MOST_FORMATS = 65_490
"""Formats of cells that Excel itself can hold."""

_COUNTED = (
    (re.compile(rb"[<:]xf[\s/>]"), MOST_FORMATS),
    (re.compile(rb"[<:]sheet\s"), MOST_SHEETS),
)

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_QUOTED = re.compile(r"'+[=+\-@\t\r]")
_LONGEST = 32_767


@dataclass(frozen=True)
class Formula:
    """A formula that somebody typed into a cell: it has no value of its own here."""

    text: str


Cell = Value | Formula


@dataclass(frozen=True)
class Grid:
    """One table: its name, the titles of its columns, its rows.

    `locked` are titles of columns to look at, which a table that comes back does not change.
    """

    name: str
    titles: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    locked: frozenset[str] = frozenset()


def write_csv(grid: Grid) -> bytes:
    """The grid as CSV in UTF-8 with a byte order mark; dates as `YYYY-MM-DD HH:MM`.

    A text that a spreadsheet would run begins with an apostrophe, which `read_csv` takes away.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(map(_guarded, grid.titles))
    writer.writerows([_guarded(value) for value in row] for row in grid.rows)
    return out.getvalue().encode("utf-8-sig")


def _guarded(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, str):
        return f"'{value}" if _RISKY.match(value) else value
    return repr(value) if not isinstance(value, Formula) else f"'{value.text}"


def read_csv(data: bytes, name: str) -> Grid:
    """A CSV in UTF-8 or Windows-1252, separated by commas, semicolons or tabs; all cells texts.

    Raises ImportRefused when it is no such file or too large.
    """
    if len(data) > MOST_BYTES or b"\x00" in data[:4096]:
        raise ImportRefused("this is no CSV file", name, "Save it as CSV UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise ImportRefused("its encoding is not known", name, "Save as CSV UTF-8.") from error
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as error:
        raise ImportRefused(f"this is no CSV file: {error}", name) from error
    found = [tuple(map(_unguarded, line)) for line in lines]
    return _grid(name.rsplit(".", 1)[0], found, name)


def _unguarded(text: str) -> str | None:
    return text[1:] if _QUOTED.match(text) else text or None


def _grid(name: str, lines: Sequence[tuple[Cell, ...]], where: str) -> Grid:
    """The first line names the columns; every row gets as many cells as there are."""
    if not lines or all(value is None for value in lines[0]):
        raise ImportRefused("the first row has no column titles", where)
    if len(lines) - 1 > MOST_ROWS or len(lines[0]) > MOST_COLUMNS:
        raise ImportRefused(f"more than {MOST_ROWS:,} rows or {MOST_COLUMNS:,} columns", where)
    titles = tuple("" if value is None else _one_line(str(value)) for value in lines[0])
    wide = len(titles)
    for number, line in enumerate(lines[1:], 2):
        if any(value is not None for value in line[wide:]):
            raise ImportRefused(
                f"row {number} has more cells than there are column titles",
                where,
                "Put numbers with a decimal comma in quotes, and give every column a title.",
            )
    rows = [
        line if len(line) == wide else (*line[:wide], *([None] * (wide - len(line))))
        for line in lines[1:]
    ]
    return Grid(name, titles, rows)


def _one_line(title: str) -> str:
    """A title without breaks and marks that cannot be seen."""
    return "".join(filter(str.isprintable, " ".join(title.split())))


def write_xlsx(grids: Sequence[Grid]) -> bytes:
    """The grids as sheets of a workbook; texts that look like formulas are quoted texts.

    Raises PlanbenchError for what a sheet cannot hold.
    """
    strings, sheets = workbook.Strings(), []
    for grid in grids:
        if len(grid.rows) > MOST_ROWS:
            raise PlanbenchError(f"more than {MOST_ROWS:,} rows", grid.name, "Export as CSV.")
        looks = ["locked" if title in grid.locked else "title" for title in grid.titles]
        rows = chain([grid.titles], ([_plain(value) for value in row] for row in grid.rows))
        sheets.append(workbook.sheet_part(rows, looks, _stays_text, strings))
    longest = max(strings.places, key=len, default="")
    if len(longest) > _LONGEST:
        raise PlanbenchError(
            f"a text of {len(longest):,} letters is longer than a cell can hold",
            f"{longest[:40]}…",
            "Export as CSV.",
        )
    return workbook.packed([grid.name for grid in grids], sheets, strings)


def _plain(value: Cell) -> Value:
    return value.text if isinstance(value, Formula) else value


def _stays_text(value: str) -> bool:
    """Whether a spreadsheet would make something else of a text when it is edited."""
    return bool(_RISKY.match(value)) or value[:1].isdigit()


def read_xlsx(data: bytes, name: str) -> list[Grid]:
    """The sheets of a workbook that have titles in their first row; formulas as `Formula`.

    Raises ImportRefused when it is no workbook, damaged, or unpacks to more than `MOST_BYTES`.
    """
    from openpyxl import load_workbook

    try:
        _refuse_bomb(data, name)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        grids, room, texts = [], MOST_CELLS, workbook.read_strings(data)
        for sheet in book.worksheets:
            if texts is not None:  # openpyxl drops every "x005F_" in them
                sheet._shared_strings = texts
            lines = _lines(sheet, room)
            room -= sum(map(len, lines[:1])) * len(lines)
            if lines:
                grids.append(_grid(sheet.title, lines, f"{name}, sheet {sheet.title}"))
    except ImportRefused:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part provokes
        raise ImportRefused("this is no workbook that can be read", name) from error
    if not grids:
        raise ImportRefused("the workbook is empty", name)
    return grids


def _refuse_bomb(data: bytes, name: str) -> None:
    """Too much to unpack, or parts that cost openpyxl minutes for a few kilobytes.

    What a member claims to unpack to is what zipfile reads of it at most.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        most = min(MOST_BYTES, FREE_BYTES + MOST_SWELL * len(data))
        if sum(item.file_size for item in packed.infolist()) > most:
            raise ImportRefused("the workbook unpacks to too much", name, "Split it.")
        for item in packed.infolist():
            if item.file_size < 100_000 or "worksheets/" in item.filename:
                continue
            part = packed.read(item)
            if any(sum(1 for _ in tag.finditer(part)) > most for tag, most in _COUNTED):
                raise ImportRefused(
                    f"more than {MOST_SHEETS:,} sheets or {MOST_FORMATS:,} formats of cells", name
                )


def _lines(sheet: Any, room: int) -> list[tuple[Cell, ...]]:
    """All rows of a sheet, as wide as its titles; empty ones at the end are left out.

    Raises ImportRefused for more than `room` cells.
    """
    head = next(sheet.iter_rows(max_row=1, max_col=MOST_COLUMNS), ())
    titles = [_read(cell) for cell in head]
    while titles and titles[-1] is None:
        titles.pop()
    lines: list[tuple[Cell, ...]] = [tuple(titles)]
    before: Any = None
    if titles:
        for row in sheet.iter_rows(min_row=2, max_col=len(titles)):
            if len(lines) > MOST_ROWS:
                raise ImportRefused(f"more than {MOST_ROWS:,} rows", sheet.title)
            if len(lines) * len(titles) > room:
                raise ImportRefused(f"more than {MOST_CELLS:,} cells", sheet.title)
            # openpyxl gives one and the same tuple for every row that is left out
            lines.append(lines[-1] if row is before else tuple(_read(cell) for cell in row))
            before = row
    while lines and all(value is None for value in lines[-1]):
        lines.pop()
    return lines


def _read(cell: Any) -> Cell:
    value, kind = cell.value, cell.data_type
    if value is None or value == "":
        return None
    if kind == "f":
        return Formula(str(getattr(value, "text", value)))
    if isinstance(value, str):
        return workbook.decoded(value)
    if isinstance(value, dt.datetime | bool | int | float):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    return str(value)
