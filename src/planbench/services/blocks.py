"""Blocks of cells as they go over the clipboard to and from spreadsheets.

A block is a list of rows of texts. Spreadsheets take the HTML, in which every cell is told to be a
text, so that ids stay as they are and nothing is run; the plain text is for everything else, with
an apostrophe before what a spreadsheet would run.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Sequence

from planbench.domain.errors import PlanbenchError

MOST_CELLS = 2_000_000
"""A larger block is not taken: that is what files are for."""

_RISKY = re.compile(r"'*[=+\-@]")
_NUMBER = re.compile(r"[+-]?[\d.,]+\s?([A-Za-z]{1,3}|%)?")
_QUOTED = re.compile(r"'+[=+\-@]")


def as_text(rows: Iterable[Sequence[str]]) -> str:
    """A block as text: tabs between cells, a line for each row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def _guarded(cell: str) -> str:
    """Numbers and durations such as -5d stay what they are."""
    return f"'{cell}" if _RISKY.match(cell) and not _NUMBER.fullmatch(cell) else cell


def as_html(rows: Iterable[Sequence[str]]) -> str:
    """A block as a table whose cells are texts."""
    lines = []
    for row in rows:
        cells = "".join(f"<td>{_escaped(cell)}</td>" for cell in row)
        lines.append(f"<tr>{cells}</tr>")
    style = "<style>td{mso-number-format:'\\@';white-space:nowrap}</style>"
    head = f"<head><meta charset='utf-8'>{style}</head>"
    return f"<html>{head}<body><table>{''.join(lines)}</table></body></html>"


def _escaped(cell: str) -> str:
    return html.escape(cell).replace("\n", "<br style='mso-data-placement:same-cell'>")


def read_block(text: str) -> list[list[str]]:
    """The cells of a text from the clipboard; a last empty line is no row.

    Raises PlanbenchError when it is no block or too large.
    """
    if text.count("\t") + text.count("\n") > MOST_CELLS:
        raise PlanbenchError(
            f"more than {MOST_CELLS:,} cells are on the clipboard", mend="Import them as a file."
        )
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    try:
        found = list(csv.reader(io.StringIO(lines, newline=""), delimiter="\t"))
    except csv.Error as error:
        raise PlanbenchError(f"this is no block of cells: {error}") from error
    while found and not any(found[-1]):
        found.pop()
    return [[cell[1:] if _QUOTED.match(cell) else cell for cell in row] for row in found]
