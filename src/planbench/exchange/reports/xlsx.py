"""A report as a workbook: one live table a sheet, sums as formulas, charts of its own.

Texts are never taken for formulas. Data sheets have no merged cells, so that they can be filtered
and read by other programs.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from planbench import __version__
from planbench.domain.times import to_datetime
from planbench.engines.reports.blocks import (
    COLOURS,
    DATE,
    INDEX,
    LEFT,
    MONEY,
    NUMBER,
    SHARE,
    Bars,
    Chart,
    Column,
    Facts,
    Paragraph,
    Report,
    Section,
    Series,
    Sheets,
    Table,
    Value,
    around_one,
)
from planbench.exchange.reports.repack import repacked

FORMATS = {
    DATE: "dd-mmm-yy",
    MONEY: "#,##0.00",
    NUMBER: "#,##0.##",
    SHARE: "0.0%",
    INDEX: "0.00",
}
"""Number formats by kind of column."""

_HEAD = 4  # row of the column titles of a data sheet
_CHARTS_APART = 18
_DATA = 14  # first column of the data that charts draw
_NOT_IN_NAME = re.compile(r"[\[\]:*?/\\]")


def write_xlsx(report: Report) -> bytes:
    """The report as a workbook; equal reports give equal bytes."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = f"planbench {__version__}"
    book.properties.title = f"{report.title}: {report.subtitle}"
    book.properties.identifier = report.identity
    first = book.active
    first.title = "Report"
    names: dict[str, None] = {"report": None}
    entries: list[tuple[str, str]] = []
    tables = 0
    for section in report.sections:
        charts: list[Chart] = []
        place = None
        for block in section.blocks:
            table = _as_table(block)
            if isinstance(block, Chart):
                charts.append(block)
            elif table is not None:
                tables += 1
                name = _sheet_name(table.title or section.title, names)
                sheet = book.create_sheet(name)
                _table_sheet(sheet, section, table, tables)
                _sources_of_cells(sheet, report, section, table)
                entries.append((name, section.title))
                place = place or sheet
        if charts:
            name = _sheet_name(f"{section.title} chart", names)
            sheet = book.create_sheet(name)
            entries.append((name, section.title))
            _chart_sheet(sheet, section, charts)
    _front(first, report, entries)
    for sheet in book.worksheets:  # printed across, as wide as the paper
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    out = io.BytesIO()
    book.save(out)
    return repacked(out.getvalue())


def _as_table(block: Any) -> Table | None:
    """What a sheet shows of a block; None for what the first sheet or a chart tells."""
    if isinstance(block, Table):
        return block
    if isinstance(block, Sheets):
        return block.table
    if not isinstance(block, Bars):
        return None
    columns = (
        Column("Id"), Column("Name", weight=3), Column("Level", NUMBER), Column("Start", DATE),
        Column("Finish", DATE), Column("Baseline start", DATE), Column("Baseline finish", DATE),
        Column("Critical"),
    )  # fmt: skip
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (b.id, b.name, b.level, b.start, b.finish, b.base_start, b.base_finish,
         "yes" if b.critical else "no")
        for b in block.rows
    )  # fmt: skip
    return Table(block.title, columns, rows, (), note=block.note)


def _sheet_name(title: str, taken: dict[str, None]) -> str:
    """A name that a sheet can have and no other has."""
    plain = _NOT_IN_NAME.sub(" ", title).strip("' ")[:31].strip() or "Sheet"
    name, number = plain, 2
    while name.casefold() in taken:
        tail = f" {number}"
        name, number = plain[: 31 - len(tail)] + tail, number + 1
    taken[name.casefold()] = None
    return name


def _put(sheet: Any, row: int, column: int, value: Value, kind: str = "text") -> Any:
    """Write a value; texts stay texts whatever they begin with."""
    from openpyxl.utils.escape import escape

    cell = sheet.cell(row, column)
    if value is None:
        return cell
    if kind == DATE and not isinstance(value, str):
        cell.value = to_datetime(int(value))
        cell.number_format = FORMATS[DATE]
    elif isinstance(value, str):
        cell.value = escape(value)[:32_000]
        cell.data_type = "s"
    else:
        cell.value = value
        cell.number_format = FORMATS.get(kind, "General")
    return cell


# ------------------------------------------------------------------ sheets


def _front(sheet: Any, report: Report, entries: Sequence[tuple[str, str]]) -> None:
    """The first sheet: what it is, the figures and words, and where the tables are."""
    from openpyxl.styles import Alignment, Font

    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 22
    sheet.column_dimensions["C"].width = 70
    _put(sheet, 1, 1, report.title).font = Font(name="Calibri", size=16, bold=True)
    _put(sheet, 2, 1, report.subtitle).font = Font(name="Calibri", size=12, color="5B6675")
    row = 4
    for name, text in (*report.about, ("Digest", report.digest), ("Report", report.identity)):
        _put(sheet, row, 1, name).font = Font(name="Calibri", color="5B6675")
        _put(sheet, row, 2, text)
        row += 1
    for section in report.sections:
        told = [b for b in section.blocks if isinstance(b, Facts | Paragraph)]
        if not told:
            continue
        row += 1
        _put(sheet, row, 1, section.title).font = Font(name="Calibri", bold=True, size=12)
        for block in told:
            for line in _lines(block):
                row += 1
                for column, text in enumerate(line, 1):
                    cell = _put(sheet, row, column, text)
                    cell.alignment = Alignment(wrap_text=len(line) > 1, vertical="top")
        row += 1
    row += 1
    _put(sheet, row, 1, "Sheets").font = Font(name="Calibri", bold=True, size=12)
    for name, section_title in entries:
        row += 1
        cell = _put(sheet, row, 1, name)
        cell.hyperlink = f"#'{name.replace(chr(39), chr(39) * 2)}'!A1"
        cell.font = Font(name="Calibri", color="3451C6", underline="single")
        _put(sheet, row, 2, section_title)


def _lines(block: Facts | Paragraph) -> list[tuple[str, ...]]:
    if isinstance(block, Facts):
        return [(fact.title, fact.text, fact.note) for fact in block.facts]
    words, lines, line = block.text.split(), [], ""
    for word in words:  # a long text stays readable without wrapped or merged cells
        if len(line) + len(word) > 118:
            lines.append((line,))
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, (line,)]


def _table_sheet(sheet: Any, section: Section, table: Table, number: int) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.table import Table as Live
    from openpyxl.worksheet.table import TableStyleInfo

    _put(sheet, 1, 1, section.title).font = Font(name="Calibri", bold=True, size=13)
    note = " ".join(one for one in (table.title, table.note) if one)
    _put(sheet, 2, 1, note).font = Font(name="Calibri", color="5B6675")
    titles = _distinct([column.title for column in table.columns])
    rows = table.rows or ((None,) * len(titles),)
    for place, (title, column) in enumerate(zip(titles, table.columns, strict=True), 1):
        side = "left" if column.kind in LEFT else "right"
        head = _put(sheet, _HEAD, place, title)
        head.alignment = Alignment(side, "top", wrap_text=True)
    for at, row in enumerate(rows, _HEAD + 1):
        for place, (value, column) in enumerate(zip(row, table.columns, strict=True), 1):
            cell = _put(sheet, at, place, value, column.kind)
            if isinstance(value, str) and len(value) > 40:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    last = _HEAD + len(rows)
    wide = get_column_letter(len(titles))
    live = Live(displayName=f"Table{number}", ref=f"A{_HEAD}:{wide}{last}")
    live.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    sheet.add_table(live)
    sheet.freeze_panes = sheet.cell(_HEAD + 1, 1)
    for place, column in enumerate(table.columns, 1):
        letter = get_column_letter(place)
        longest = max((len(str(row[place - 1] or "")) for row in rows), default=0)
        text = column.kind in ("text", "state")
        asked = longest + 2 if text else 13
        sheet.column_dimensions[letter].width = min(max(asked, len(column.title) / 2 + 4, 11), 60)
    _sums(sheet, table, last)


def _sources_of_cells(sheet: Any, report: Report, section: Section, table: Table) -> None:
    """A comment on the head of each column: how its cells are made, from what, by what."""
    from openpyxl.comments import Comment

    sources = [one for one in report.sources if one.figure in section.cites]
    data = "; ".join(dict.fromkeys(one.data for one in sources if one.data))
    made = "; ".join(dict.fromkeys(one.engine for one in sources))
    for place, column in enumerate(table.columns, 1):
        if column.formula:
            words = "\n".join(part for part in (column.formula, data, made) if part)
            note = Comment(words, f"planbench {__version__}")
            note.width, note.height = 320, 90
            sheet.cell(_HEAD, place).comment = note


def _sums(sheet: Any, table: Table, last: int) -> None:
    """Sums below the table, as formulas that follow its filter."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    if not table.totals:
        return
    row = last + 2
    for place, column in enumerate(table.columns, 1):
        if column.total:
            letter = get_column_letter(place)
            cell = sheet.cell(row, place, f"=SUBTOTAL(109,{letter}{_HEAD + 1}:{letter}{last})")
            cell.number_format = FORMATS.get(column.kind, "General")
            cell.font = Font(name="Calibri", bold=True)
        elif place == 1:
            _put(sheet, row, 1, "Total of what is shown").font = Font(name="Calibri", bold=True)


def _distinct(titles: Sequence[str]) -> list[str]:
    """Titles as a live table wants them: none empty, none twice."""
    made: list[str] = []
    for number, title in enumerate(titles, 1):
        name = title or f"Column {number}"
        while name in made:
            name += "'"
        made.append(name)
    return made


# ------------------------------------------------------------------ charts


def _chart_sheet(sheet: Any, section: Section, charts: Sequence[Chart]) -> None:
    """Charts at the left and the data they draw at the right."""
    from openpyxl.styles import Font

    sheet.sheet_view.showGridLines = False
    _put(sheet, 1, 1, section.title).font = Font(name="Calibri", bold=True, size=13)
    column = _DATA
    row = 3
    for chart in charts:
        if chart.x_kind == "category":
            made, column = _category_chart(sheet, chart, column)
        else:
            made, column = _value_chart(sheet, chart, column)
        _widen(sheet, column)
        made.title = chart.title or section.title
        made.width, made.height = 22.0, 8.2
        sheet.add_chart(made, f"A{row}")
        row += _CHARTS_APART
        notes = [mark.text for mark in chart.marks] + ([chart.note] if chart.note else [])
        if notes:
            _put(sheet, row - 1, 1, "; ".join(notes)).font = Font(name="Calibri", color="5B6675")


def _widen(sheet: Any, last: int) -> None:
    """Columns of data wide enough for dates and names."""
    from openpyxl.utils import get_column_letter

    for column in range(_DATA, last):
        sheet.column_dimensions[get_column_letter(column)].width = 13


def _category_chart(sheet: Any, chart: Chart, column: int) -> tuple[Any, int]:
    from openpyxl.chart import BarChart, Reference

    names = list(dict.fromkeys(str(x) for one in chart.series for x in one.x))
    _put(sheet, 2, column, chart.title or "Category")
    for k, name in enumerate(names):
        _put(sheet, 3 + k, column, name)
    for number, series in enumerate(chart.series, 1):
        _put(sheet, 2, column + number, series.name)
        held = dict(zip(map(str, series.x), series.y, strict=True))
        for k, name in enumerate(names):
            _put(sheet, 3 + k, column + number, held.get(name), "number")
    made = BarChart()
    made.type = "bar" if chart.kind == "bars" else "col"
    if chart.stacked:
        made.grouping, made.overlap = "stacked", 100
    last = 2 + len(names)
    many = len(chart.series)
    data = Reference(sheet, min_col=column + 1, max_col=column + many, min_row=2, max_row=last)
    made.add_data(data, titles_from_data=True)
    made.set_categories(Reference(sheet, min_col=column, min_row=3, max_row=last))
    for one, series in zip(made.series, chart.series, strict=True):
        one.graphicalProperties.solidFill = COLOURS[series.role][1:]
    if chart.kind == "bars":
        made.x_axis.scaling.orientation = "maxMin"
    made.y_axis.title = chart.unit or None
    _axes(made, many)
    return made, column + many + 2


def _value_chart(sheet: Any, chart: Chart, column: int) -> tuple[Any, int]:
    from openpyxl.chart import Reference, ScatterChart
    from openpyxl.chart import Series as Drawn

    made = ScatterChart()
    made.style = 13
    made.scatterStyle = "lineMarker"
    dates = chart.x_kind == "date"
    for series in chart.series:
        _put(sheet, 2, column, "Date" if dates else chart.x_title or "x")
        _put(sheet, 2, column + 1, series.name)
        for k, (x, y) in enumerate(zip(series.x, series.y, strict=True)):
            _put(sheet, 3 + k, column, _across(x, dates), DATE if dates else "number")
            _put(sheet, 3 + k, column + 1, y, "number")
        last = 2 + len(series.x)
        xs = Reference(sheet, min_col=column, min_row=3, max_row=max(last, 3))
        ys = Reference(sheet, min_col=column + 1, min_row=2, max_row=max(last, 3))
        one = Drawn(ys, xs, title_from_data=True)
        _look(one, chart, series)
        made.series.append(one)
        column += 3
    made.x_axis.number_format = "mmm yy" if dates else "General"
    made.x_axis.title = chart.x_title or None
    made.y_axis.title = chart.unit or None
    for axis, limits in ((made.y_axis, around_one(chart)), (made.x_axis, around_one(chart, True))):
        if limits is not None:
            axis.scaling.min, axis.scaling.max = limits
            axis.number_format = "0.00"
    _axes(made, len(chart.series))
    return made, column


def _across(value: float | str, dates: bool) -> Value:
    return int(value) if dates and not isinstance(value, str) else value


def _look(one: Any, chart: Chart, series: Series) -> None:
    colour = COLOURS[series.role][1:]
    one.smooth = False
    line = one.graphicalProperties.line
    line.solidFill, line.width = colour, 22_000
    if series.dashed:
        line.dashStyle = "dash"
    if series.dots or chart.kind == "scatter" or len(series.x) == 1:
        one.marker.symbol, one.marker.size = "circle", 6
        one.marker.graphicalProperties.solidFill = "FFFFFF"
        one.marker.graphicalProperties.line.solidFill = colour
    else:
        one.marker.symbol = "none"


def _axes(made: Any, many: int) -> None:
    """Axes that show: newer programs hide those that do not say so."""
    made.x_axis.delete = made.y_axis.delete = False
    made.x_axis.tickLblPos = "low"  # not through values below zero
    made.legend.position = "b"
    if many < 2:
        made.legend = None
