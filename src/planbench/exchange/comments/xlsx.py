"""Comment sheets as workbooks: ids are locked, dispositions are chosen from a list."""

from __future__ import annotations

import io
import re
from typing import Any

from planbench.domain.errors import ImportRefused
from planbench.engines.findings.record import DISPOSITIONS, clean
from planbench.exchange.comments.sheet import (
    FILLED_IN,
    TALK_TITLES,
    TITLES,
    Response,
    Sheet,
    response_of,
    uid_in,
)
from planbench.exchange.tables.sheets import Cell, Formula, Grid, read_xlsx

_COMMENTS = "Comments"
_LITERAL = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""What a reader of workbooks would take for the code of a letter."""

_WIDTHS = (5, 16, 26, 34, 28, 22, 11, 11, 11, 18, 11, 44, 30, 50, 15, 18)


def write_comment_xlsx(sheet: Sheet) -> bytes:
    """The sheet as a workbook of three sheets: comments, the threads in full, what it is about.

    All but the columns for the answer is locked (without a password: a seam, not a wall).
    """
    from openpyxl import Workbook
    from openpyxl.styles import Protection
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    main = book.active
    main.title = _COMMENTS
    _fill(main, TITLES, [row.cells() for row in sheet.rows], _WIDTHS)
    last = len(sheet.rows) + 1
    first = len(TITLES) - len(FILLED_IN) + 1
    for line in main.iter_rows(min_row=2, max_row=last, min_col=first):
        for cell in line:
            cell.protection = Protection(locked=False)
    if sheet.rows:
        choices = DataValidation("list", formula1=f'"{",".join(DISPOSITIONS)}"', allow_blank=True)
        main.add_data_validation(choices)
        letter = get_column_letter(TITLES.index("Disposition") + 1)
        choices.add(f"{letter}2:{letter}{last}")
    main.auto_filter.ref = f"A1:{get_column_letter(len(TITLES))}{last}"
    main.protection.sheet = True
    main.protection.autoFilter = main.protection.sort = False
    main.protection.formatColumns = main.protection.formatRows = False
    main.page_setup.orientation = "landscape"
    main.page_setup.paperSize = main.PAPERSIZE_A3
    main.page_setup.fitToHeight = 0
    main.page_margins.left = main.page_margins.right = 0.4
    main.sheet_properties.pageSetUpPr.fitToPage = True
    main.print_title_rows = "1:1"
    talk = [(one.uid, one.at, one.author, one.kind, one.text) for one in sheet.talk]
    _fill(book.create_sheet("Discussion"), TALK_TITLES, talk, (14, 20, 20, 11, 90))
    facts = [("Sheet", sheet.title), *sheet.facts]
    _fill(book.create_sheet("About"), ("What", "Words"), facts, (24, 80))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Any, titles: tuple[str, ...], rows: Any, widths: tuple[int, ...]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    top, fill = Alignment(wrap_text=True, vertical="top"), PatternFill("solid", fgColor="E8ECF4")
    for column, (title, width) in enumerate(zip(titles, widths, strict=True), start=1):
        cell = page.cell(1, column, title)
        cell.font, cell.fill, cell.alignment = Font(bold=True), fill, top
        page.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = page.cell(number, column)
            cell.alignment = top
            if isinstance(value, str):
                cell.value = _LITERAL.sub("_x005F_", clean(value)) or None
                if cell.value is not None:
                    cell.data_type = "s"  # whatever it looks like, it is no formula
                cell.number_format = "@"
            else:
                cell.value = value
        page.row_dimensions[number].height = _height(row, widths)
    page.freeze_panes = "C2" if page.title == _COMMENTS else "A2"


def _height(row: Any, widths: tuple[int, ...]) -> float:
    """Points a row needs, two lines at least: not every program makes room for wrapped text."""
    lines = 2
    for value, width in zip(row, widths, strict=True):
        parts = str(value).split("\n")
        lines = max(lines, sum(1 + len(part) // max(1, width - 2) for part in parts))
    return min(13.5 * lines, 400.0)


def read_comment_xlsx(content: bytes, name: str) -> tuple[Response, ...]:
    """The responses in a workbook that went out as a comment sheet, in the order of its rows.

    Rows may have been sorted, columns moved. Raises ImportRefused when it is no workbook or has
    no column of findings.
    """
    for grid in read_xlsx(content, name):
        if {"Finding", "Response"} <= set(grid.titles):
            return tuple(_responses(grid, name))
    raise ImportRefused(
        "there is no sheet with the columns Finding and Response",
        name,
        "Send the comment sheet that was exported, with the responses filled in.",
    )


def _responses(grid: Grid, name: str) -> list[Response]:
    places = {title: grid.titles.index(title) for title in grid.titles if title}
    found = []
    for number, row in enumerate(grid.rows, start=2):

        def cell(title: str, row: tuple[Cell, ...] = row) -> str:
            return _text(row[places[title]]) if title in places else ""

        uid = uid_in(cell("Finding"))
        where = f"{name}, row {number}"
        text, disposition, by = (cell(title) for title in FILLED_IN)
        response = response_of(uid, text, disposition, by, where)
        if response is not None:
            found.append(response)
    return found


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
