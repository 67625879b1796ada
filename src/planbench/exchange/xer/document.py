"""An XER file as its tables, byte for byte.

A document keeps the file's bytes and, for every table, where its rows and cells lie. Columns are
made on demand, all rows at once; whatever planbench does not know stays as it was and goes out
again with `write_xer`. Rows that do not fit their field list are mended in what the columns say,
never in the bytes.

The `xer-reader` package (a dependency) reads well-formed files in Windows-1252 only, drops tables
it does not know, splits rows cell by cell in Python and refuses a file without its header; what it
knows better than we do is which tables need which, and `missing_tables` asks it that.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from planbench.domain.errors import ImportRefused
from planbench.exchange.repairs import Repairs
from planbench.exchange.xer import cells, encodings
from planbench.exchange.xer.cells import Bytes, Offsets
from planbench.exchange.xer.fitting import fitted

Progress = Callable[[int, int, str], None]

_TAB, _LF, _CR, _PERCENT = 9, 10, 13, 37

MAX_TABLES = 1000
"""A file with more tables is refused; P6 has about sixty."""


@dataclass(frozen=True, eq=False)
class XerTable:
    """One table of a file: where its rows lie in the bytes.

    `data` is a whole file (or a block of its own for a table made by `from_columns`); `block` are
    the bytes from `%T` up to the next table. `start` and `end` enclose each row's cells, `tabs` are
    the offsets of all tabs of `data`.
    """

    name: str
    fields: tuple[str, ...]
    data: bytes
    block: tuple[int, int]
    tabs: Offsets
    start: Offsets
    end: Offsets
    encoding: str
    merged: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Rows with tabs inside a value: row -> (column of the value, surplus tabs in it)."""

    def __len__(self) -> int:
        return self.start.size

    @cached_property
    def position(self) -> dict[str, int]:
        """Column of each field by its lower-case name, the first where a name repeats."""
        found: dict[str, int] = {}
        for k, name in enumerate(self.fields):
            found.setdefault(name.strip().lower(), k)
        return found

    @cached_property
    def array(self) -> Bytes:
        """The data as a read-only array."""
        return np.frombuffer(self.data, dtype=np.uint8)

    @cached_property
    def first_tab(self) -> Offsets:
        """Per row, the position in `tabs` of its first tab."""
        return np.searchsorted(self.tabs, self.start)

    @cached_property
    def cell_counts(self) -> Offsets:
        """Number of cells each row really has."""
        found: Offsets = np.searchsorted(self.tabs, self.end) - self.first_tab + 1
        return np.where(self.end > self.start, found, 0)

    def __contains__(self, name: str) -> bool:
        return name in self.position

    def bounds(self, name: str) -> tuple[Offsets, Offsets]:
        """Offsets at which the cells of a field start and end; all empty without such a field."""
        k = self.position.get(name)
        if k is None:
            return self.start, self.start
        last = max(self.tabs.size - 1, 0)
        count, first = self.cell_counts, self.first_tab
        shift = np.zeros(len(self), dtype=np.int64)
        width = np.zeros(len(self), dtype=np.int64)
        for row, (column, surplus) in self.merged.items():
            if k == column:
                width[row] = surplus
            elif k > column:
                shift[row] = surplus
        tabs = self.tabs if self.tabs.size else np.zeros(1, dtype=np.int64)
        at = k + shift
        start = tabs[np.minimum(first + at - 1, last)] + 1 if k else self.start.copy()
        till = at + width
        end = np.where(till >= count - 1, self.end, tabs[np.minimum(first + till, last)])
        gone = at >= count
        start = np.where(gone, self.end, start)
        return start, np.where(gone, self.end, end)

    def texts(self, name: str) -> list[str]:
        """A column as it is written, without any unquoting."""
        start, end = self.bounds(name)
        room = int((end - start).sum()) + len(self)
        out = np.empty(room, dtype=np.uint8)
        cells.copy_cells(self.array, start, end, out)
        found = out.tobytes().decode(self.encoding, errors="replace").split("\t")
        found.pop()
        if len(found) != len(self):  # a tab within a value, or a code page that eats one
            raw = self.data
            found = [
                raw[a:b].decode(self.encoding, errors="replace")
                for a, b in zip(start.tolist(), end.tolist(), strict=True)
            ]
        return found

    def rows(self) -> list[dict[str, str]]:
        """All rows as dictionaries, for small tables."""
        columns = [self.texts(name) for name in self.position]
        return [dict(zip(self.position, row, strict=True)) for row in zip(*columns, strict=True)]

    def distinct(self, name: str) -> tuple[list[str], npt.NDArray[np.int64]]:
        """(values, number of each row's value) of a column."""
        start, end = self.bounds(name)
        hashes = np.empty(len(self), dtype=np.uint64)
        cells.read_hashes(self.array, start, end, hashes)
        _, where, number = np.unique(hashes, return_index=True, return_inverse=True)
        raw = self.data
        values = [
            raw[int(start[row]) : int(end[row])].decode(self.encoding, errors="replace")
            for row in where
        ]
        return values, number.astype(np.int64)

    @classmethod
    def from_columns(
        cls, name: str, columns: dict[str, Sequence[str]], encoding: str, newline: bytes = b"\r\n"
    ) -> XerTable:
        """A new table from columns of text. Tabs become blanks, line breaks 0x7F pairs."""
        width = len(columns)
        n = len(next(iter(columns.values()))) if columns else 0
        flat = [""] * (n * width)
        for k, column in enumerate(columns.values()):
            flat[k::width] = [clean(text) for text in column]
        mark = newline.decode()
        lines = ["%R\t" + "\t".join(flat[at : at + width]) for at in range(0, n * width, width)]
        head = [f"%T\t{name}", "%F\t" + "\t".join(columns)]
        text = mark.join([*head, *lines]) + mark
        data = text.encode(encoding)
        table = parse_tables(data, encoding, Repairs())[1][0]
        return replace(table, name=name)


_BREAKS = re.compile(r"\r\n|\r|\n")


def clean(text: str) -> str:
    """A text as a cell can hold it: no tab, no line break, quotes doubled."""
    if text.isprintable() and '"' not in text:
        return text
    return _BREAKS.sub("\x7f\x7f", text.replace("\t", " ")).replace('"', '""')


@dataclass(frozen=True, eq=False)
class XerDocument:
    """A whole XER file: what stands before the first table, the tables, what stands after."""

    header: tuple[str, ...]
    tables: tuple[XerTable, ...]
    preamble: bytes = b""
    closing: bytes = b""  # from the last %E line on
    encoding: str = encodings.DEFAULT
    mark: bytes = b""  # byte order mark
    newline: bytes = b"\r\n"

    @property
    def version(self) -> str:
        """The exporter's version as the header has it, "" without one."""
        return self.header[1].strip() if len(self.header) > 1 else ""

    def table(self, name: str) -> XerTable | None:
        """A table by name, None where it is not in the file; rows of repeats are put together."""
        found = [table for table in self.tables if table.name.upper() == name and table.fields]
        if len(found) <= 1:
            return found[0] if found else None
        names = list(dict.fromkeys(key for table in found for key in table.position))
        columns: dict[str, Sequence[str]] = {
            key: [
                text
                for table in found
                for text in (table.texts(key) if key in table else [""] * len(table))
            ]
            for key in names
        }
        return XerTable.from_columns(name, columns, "utf-8")

    def with_table(self, table: XerTable) -> XerDocument:
        """The same document with a table replaced, or added at the end."""
        others = [old.name.upper() for old in self.tables]
        if table.name.upper() in others:
            at = others.index(table.name.upper())
            tables = (*self.tables[:at], table, *self.tables[at + 1 :])
        else:
            tables = (*self.tables, table)
        return replace(self, tables=tables)

    def missing_tables(self) -> list[str]:
        """Tables that P6 needs beside those of the file, by the key table of `xer-reader`."""
        from xer_reader.src.reader import REQUIRED_TABLES
        from xer_reader.src.table_data import table_data

        present = {table.name.upper() for table in self.tables}
        needed = set(REQUIRED_TABLES)
        for name in present & set(table_data):
            needed.update(table_data[name]["depends"])
        return sorted(needed - present)


def parse_document(
    data: bytes, repairs: Repairs, encoding: str | None = None, progress: Progress | None = None
) -> XerDocument:
    """Take a file apart. Raises ImportRefused when no table can be found in it."""
    found, mark = encodings.byte_order_mark(data)
    if encoding is not None:
        found = encodings.checked(encoding)
    body = data[len(mark) :]
    if found.startswith(("utf-16", "utf-32")):
        body = _as_utf8(body, found, repairs)
    if progress is not None:
        progress(1, 10, "Finding the tables")
    wide = found.startswith(("utf-16", "utf-32"))
    preamble, tables, closing = parse_tables(
        body, "utf-8" if wide else found or encodings.DEFAULT, repairs
    )
    if not tables:
        raise ImportRefused(
            "there is no table in it" if body.strip() else "the file is empty",
            mend="An XER file has lines that start with %T; export the project again.",
        )
    if not found:
        found, tables = _with_encodings(tables, body, repairs)
    tables = tuple(fitted(table, repairs) for table in tables)
    _report_undecodable(body, found, tables, repairs)
    lines = preamble.decode(
        "utf-8" if found.startswith("utf-") else found, errors="replace"
    ).splitlines()
    header = next((tuple(line.split("\t")) for line in lines if line.startswith("ERMHDR")), ())
    _report_header(header, lines, repairs)
    return XerDocument(header, tables, preamble, closing, found, mark, _newline(body))


def _as_utf8(body: bytes, encoding: str, repairs: Repairs) -> bytes:
    try:
        return body.decode(encoding).encode("utf-8")
    except UnicodeError:
        repairs.add(
            "undecodable-bytes",
            "warning",
            "file",
            f"some bytes are no {encoding}",
            "replaced by the replacement character",
        )
        return body.decode(encoding, errors="replace").encode("utf-8", errors="replace")


def _newline(data: bytes) -> bytes:
    """The line ending of the first line."""
    at = data.find(b"\n")
    if at < 0:
        return b"\r" if b"\r" in data else b"\r\n"
    return b"\r\n" if at and data[at - 1] == _CR else b"\n"


def parse_tables(
    data: bytes, encoding: str, repairs: Repairs
) -> tuple[bytes, tuple[XerTable, ...], bytes]:
    """(what stands before the first table, the tables, what stands after) of a file's bytes.

    Lines end with LF, CRLF or, where there is no LF at all, CR. A line that begins with none of
    the tags belongs to the row before it; blank lines between rows are passed over. Raises
    ImportRefused for more than `MAX_TABLES` tables.
    """
    array = np.frombuffer(data, dtype=np.uint8)
    start, end = _lines(array)
    if not start.size:
        return data, (), b""
    tag = _tags(array, start, end)
    tabs = np.flatnonzero(array == _TAB)
    heads = np.flatnonzero(tag == ord("T"))
    if not heads.size:
        return data, (), b""
    ends = np.flatnonzero(tag == ord("E"))
    if heads.size > MAX_TABLES:
        raise ImportRefused(
            f"it has {heads.size} tables, more than {MAX_TABLES}",
            mend="This is no file of a scheduling program.",
        )
    finish = int(start[ends[-1]]) if ends.size and ends[-1] > heads[-1] else len(data)
    tables = []
    limits = [*heads.tolist(), start.size]
    for head, stop in itertools.pairwise(limits):
        a, b = int(start[head]), int(end[head])
        name = data[a + 2 : b].decode(encoding, errors="replace").strip()
        till = int(start[stop]) if stop < start.size else finish
        span = slice(head + 1, stop)
        table = _table(
            data, array, name, (a, till), tabs, start[span], end[span], tag[span], encoding, repairs
        )
        tables.append(table)
    if finish == len(data):
        repairs.add(
            "no-end-marker",
            "warning",
            "end of file",
            "the closing %E line is missing, the file may have been cut off",
            "what is there was read",
        )
    return data[: int(start[heads[0]])], tuple(tables), data[finish:]


def _lines(array: Bytes) -> tuple[Offsets, Offsets]:
    """Where each line starts and ends, without its line ending."""
    if not array.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    breaks = np.flatnonzero(array == _LF)
    if not breaks.size:
        breaks = np.flatnonzero(array == _CR)
    start = np.concatenate(([0], breaks + 1))
    end = np.concatenate((breaks, [array.size]))
    if start[-1] == array.size:
        start, end = start[:-1], end[:-1]
    while True:
        returns = (end > start) & (array[np.maximum(end - 1, 0)] == _CR)
        if not returns.any():
            return start, end
        end = end - returns


def _tags(array: Bytes, start: Offsets, end: Offsets) -> npt.NDArray[np.uint8]:
    """Per line the letter of its tag (T, F, R, E), 0 for a blank line, 1 for any other."""
    padded = np.concatenate((array, np.zeros(3, dtype=np.uint8)))
    letter = padded[start + 1]
    closed = (end - start == 2) | (padded[start + 2] == _TAB) | (padded[start + 2] == ord(" "))
    known = (letter == ord("T")) | (letter == ord("F")) | (letter == ord("R"))
    known |= letter == ord("E")
    known &= (padded[start] == _PERCENT) & closed & (end - start >= 2)
    tag = np.where(known, letter, 1).astype(np.uint8)
    tag[end == start] = 0
    closing = (padded[start] == ord("E")) & (letter == ord("R")) & (padded[start + 2] == ord("M"))
    tag[closing] = ord("E")  # ERMTAIL of other programs
    return tag


def _table(
    data: bytes,
    array: Bytes,
    name: str,
    block: tuple[int, int],
    tabs: Offsets,
    start: Offsets,
    end: Offsets,
    tag: npt.NDArray[np.uint8],
    encoding: str,
    repairs: Repairs,
) -> XerTable:
    """One table from its lines."""
    closing = np.flatnonzero(tag == ord("E"))
    if closing.size:
        stray = int((tag[closing[0] :] == 1).sum())
        if stray:
            repairs.add("stray-line", "info", name, f"{stray} lines follow its %E", "ignored")
        first = int(closing[0])
        start, end, tag = start[:first], end[:first], tag[:first]
    titles = np.flatnonzero(tag == ord("F"))
    fields: tuple[str, ...] = ()
    if titles.size:
        line = data[int(start[titles[0]]) + 3 : int(end[titles[0]])]
        fields = tuple(line.decode(encoding, errors="replace").split("\t"))
    rows = np.flatnonzero(tag == ord("R"))
    if rows.size and not fields:
        repairs.add(
            "no-fields", "warning", name, "the table has no %F line", f"{rows.size} rows not read"
        )
        rows = rows[:0]
    row_end = end[rows].copy()
    continued = np.flatnonzero(tag == 1)
    if continued.size and rows.size:
        owner = np.searchsorted(rows, continued) - 1
        inside = owner >= 0
        np.maximum.at(row_end, owner[inside], end[continued[inside]])
        repairs.add(
            "continued-line",
            "info",
            f"{name} row {int(owner[inside][0]) + 1}" if inside.any() else name,
            f"{int(inside.sum())} lines of the table have no tag",
            "taken as line breaks within the row before",
        )
    row_start = np.minimum(start[rows] + 3, row_end)
    return XerTable(name, fields, data, block, tabs, row_start, row_end, encoding)


def _with_encodings(
    tables: tuple[XerTable, ...], body: bytes, repairs: Repairs
) -> tuple[str, tuple[XerTable, ...]]:
    """Choose the encoding: one for the file, another for single tables that contradict it."""
    if body.isascii():
        return encodings.DEFAULT, tables
    if encodings.is_utf8(body):
        return "utf-8", tuple(replace(table, encoding="utf-8") for table in tables)
    telling = [t for t in tables if t.name.upper() not in ("CURRTYPE", "UMEASURE", "RISKTYPE")]
    chosen = encodings.guess(
        line for table in telling for line in table.data[slice(*table.block)].split(b"\n")
    )
    mended = []
    for table in tables:
        block = table.data[slice(*table.block)].replace(encodings.EMPTY_TEXT, b"")
        own = chosen
        if not block.isascii():
            if encodings.is_utf8(block):
                own = "utf-8"
            elif table not in telling and not encodings.decodes(block, chosen):
                own = encodings.DEFAULT
        if own != chosen:
            repairs.add(
                "mixed-encoding",
                "info",
                table.name,
                f"the table is in {own}, the file in {chosen}",
                f"read as {own}",
            )
        mended.append(replace(table, encoding=own))
    if chosen != encodings.DEFAULT:
        repairs.add(
            "guessed-encoding",
            "info",
            "file",
            f"the file does not say its encoding, its letters look like {chosen}",
            f"read as {chosen}",
        )
    return chosen, tuple(mended)


def _report_undecodable(
    body: bytes, encoding: str, tables: tuple[XerTable, ...], repairs: Repairs
) -> None:
    if body.isascii():
        return
    for table in tables:
        block = table.data[slice(*table.block)]
        if not encodings.decodes(block, table.encoding):
            repairs.add(
                "undecodable-bytes",
                "warning",
                table.name,
                f"some bytes are no {table.encoding}",
                "shown as the replacement character, kept in the file",
            )


def _report_header(header: tuple[str, ...], lines: list[str], repairs: Repairs) -> None:
    if not header:
        repairs.add(
            "no-header",
            "warning",
            "line 1",
            "the ERMHDR line is missing",
            "exporter and version taken as unknown",
        )
    elif len(header) < 9:
        repairs.add(
            "short-header",
            "info",
            "line 1",
            f"the ERMHDR line has {len(header)} of 9 fields",
            "missing ones taken as empty",
        )
    stray = sum(bool(line.strip()) and not line.startswith("ERMHDR") for line in lines)
    if stray:
        repairs.add(
            "stray-line", "info", "line 2", f"{stray} unknown lines before the tables", "ignored"
        )
