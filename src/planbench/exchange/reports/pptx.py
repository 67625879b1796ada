"""A report as slides: tables that can be edited and charts of PowerPoint's own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from planbench import __version__
from planbench.domain.errors import PlanbenchError
from planbench.domain.times import DAY, to_datetime
from planbench.engines.reports.blocks import (
    COLOURS,
    LEFT,
    Bars,
    Chart,
    Facts,
    Paragraph,
    Report,
    Section,
    Series,
    Sheets,
    Table,
    around_one,
)
from planbench.exchange.reports.repack import repacked

MOST_ROWS = 400
"""Rows of one table that become slides; what is beyond is said and stands in the workbook."""

_LINES = 15  # lines of a table on one slide
_BARS = 22
_WIDE, _HIGH = 13.333, 7.5  # inches
_LEFT, _TOP = 0.6, 1.25


def write_pptx(report: Report, master: Path | None = None) -> bytes:
    """The report as a presentation, in the slides' master of `master` where one is given.

    Raises PlanbenchError when the master cannot be used. Equal reports give equal bytes.
    """
    deck = _Deck(report, master)
    deck.first()
    for section in report.sections:
        for title, blocks in _slides(section):
            deck.slide(title, blocks)
    out = io.BytesIO()
    deck.made.save(out)
    return repacked(out.getvalue())


def _slides(section: Section) -> Iterator[tuple[str, list[Any]]]:
    """What stands together on a slide: words with figures, charts and parts of tables alone."""
    words: list[Any] = []
    for block in section.blocks:
        if isinstance(block, Paragraph | Facts):
            words.append(block)
            continue
        if words and any(isinstance(one, Facts) or len(one.text) > 260 for one in words):
            yield section.title, words
            words = []
        title = section.title
        for part in _parts(block):
            yield title, [*words, part]
            words = []
            title = f"{section.title}, continued"
    if words:
        yield section.title, words


def _parts(block: Any) -> Iterator[Any]:
    """A block in pieces that fit a slide."""
    from dataclasses import replace

    if isinstance(block, Sheets):
        block = block.table
    if isinstance(block, Bars):
        for k in range(0, len(block.rows), _BARS):
            yield replace(block, rows=block.rows[k : k + _BARS])
        return
    if not isinstance(block, Table):
        yield block
        return
    shown, first, used = min(len(block.rows), MOST_ROWS), 0, 0
    left = len(block.rows) - shown
    for row in range(shown):
        lines = _row_lines(block, row)
        if used and used + lines > _LINES:
            yield _piece(block, first, row)
            first, used = row, 0
        used += lines
    last = _piece(block, first, shown)
    if left:
        last = replace(last, note=f"{left} more rows are in the workbook. {block.note}".strip())
    yield replace(last, totals=block.totals)


def _row_lines(table: Table, row: int) -> int:
    """About how many lines the tallest cell of a row takes."""
    weight = sum(column.weight for column in table.columns) or 1.0
    lines = [
        -(-len(text) // max(int(150 * column.weight / weight), 4))
        for text, column in zip(table.texts[row], table.columns, strict=True)
    ]
    return max([1, *lines])


def _piece(table: Table, first: int, last: int) -> Table:
    from dataclasses import replace

    return replace(
        table,
        rows=table.rows[first:last],
        texts=table.texts[first:last],
        levels=table.levels[first:last],
        totals=(),
    )


class _Deck:
    """A presentation under way."""

    def __init__(self, report: Report, master: Path | None) -> None:
        from pptx import Presentation
        from pptx.util import Inches

        self.report = report
        try:
            self.made = Presentation(str(master)) if master else Presentation()
        except Exception as error:  # the library raises whatever a damaged part provokes
            raise PlanbenchError("this is no presentation", str(master)) from error
        if master is None:
            self.made.slide_width, self.made.slide_height = Inches(_WIDE), Inches(_HIGH)
        self.scale = int(self.made.slide_width or Inches(_WIDE)) / Inches(_WIDE)
        self.down = int(self.made.slide_height or Inches(_HIGH)) / Inches(_HIGH)
        for k in reversed(range(len(self.made.slides))):  # a master's own slides are examples
            ids = self.made.slides._sldIdLst
            self.made.part.drop_rel(ids[k].rId)
            ids.remove(ids[k])
        core = self.made.core_properties
        core.title, core.author = f"{report.title}: {report.subtitle}", f"planbench {__version__}"
        core.identifier = report.identity
        self.bare = min(self.made.slide_layouts, key=lambda one: len(one.placeholders))
        self.number = 0

    def _box(self, x: float, y: float, wide: float, high: float) -> tuple[Any, Any, Any, Any]:
        from pptx.util import Inches

        s, d = self.scale, self.down
        return (
            Inches(x * s), Inches(y * d), Inches(wide * s), Inches(high * d)
        )  # fmt: skip

    def _text(
        self, slide: Any, box: tuple[float, float, float, float], words: str, size: float,
        role: str = "ink", bold: bool = False, right: bool = False,
    ) -> Any:  # fmt: skip
        from pptx.enum.text import PP_ALIGN
        from pptx.util import Pt

        shape = slide.shapes.add_textbox(*self._box(*box))
        frame = shape.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = 0
        frame.text = words
        for paragraph in frame.paragraphs:
            paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
            for run in paragraph.runs:
                run.font.size, run.font.bold = Pt(size), bold
                run.font.color.rgb = _rgb(role)
        return shape

    def _blank(self) -> Any:
        slide = self.made.slides.add_slide(self.bare)
        for one in list(slide.placeholders):
            one.element.getparent().remove(one.element)
        self.number += 1
        return slide

    def first(self) -> None:
        """The title slide."""
        slide, report = self._blank(), self.report
        self._text(slide, (_LEFT, 2.4, 12.0, 1.0), report.title, 36, bold=True)
        self._text(slide, (_LEFT, 3.4, 12.0, 0.6), report.subtitle, 20, "muted")
        about = "   ".join(f"{name}: {text}" for name, text in report.about if text)
        self._text(slide, (_LEFT, 4.2, 12.0, 0.5), about, 14, "muted")
        self._foot(slide)

    def _foot(self, slide: Any) -> None:
        told = f"{self.report.title}, {self.report.subtitle.lower()}"
        self._text(slide, (_LEFT, 7.0, 9.0, 0.3), told, 9, "muted")
        self._text(slide, (11.7, 7.0, 1.0, 0.3), str(self.number), 9, "muted", right=True)

    def slide(self, title: str, blocks: Sequence[Any]) -> None:
        """A slide with a title and blocks below each other."""
        slide = self._blank()
        self._text(slide, (_LEFT, 0.4, 12.1, 0.6), title, 24, bold=True)
        y = _TOP
        for block in blocks:
            if isinstance(block, Paragraph):
                size = 11 if block.role == "note" else 16 if len(block.text) < 700 else 13
                role = "ink" if block.role == "prose" else "muted"
                lines = -(-len(block.text) // int(1900 / size))
                high = lines * size * 1.35 / 72 + 0.1
                self._text(slide, (_LEFT, y, 12.1, high), block.text, size, role)
                y += high + 0.05
            elif isinstance(block, Facts):
                y = self._facts(slide, block, y)
            elif isinstance(block, Table):
                self._table(slide, block, y)
            elif isinstance(block, Bars):
                self._bars(slide, block, y)
            else:
                self._chart(slide, block, y)
        self._foot(slide)

    def _facts(self, slide: Any, facts: Facts, y: float) -> float:
        wide = 12.1 / 4
        for k, fact in enumerate(facts.facts):
            x, top = _LEFT + wide * (k % 4), y + 1.45 * (k // 4)
            role = "late" if fact.warn else "ink"
            self._text(slide, (x, top, wide - 0.2, 0.3), fact.title, 12, "muted")
            self._text(slide, (x, top + 0.28, wide - 0.2, 0.55), fact.text, 24, role, True)
            self._text(slide, (x, top + 0.82, wide - 0.2, 0.35), fact.note, 11, "muted")
        return y + 1.45 * (-(-len(facts.facts) // 4)) + 0.15

    def _table(self, slide: Any, table: Table, y: float) -> None:
        if table.title:
            self._text(slide, (_LEFT, y, 12.1, 0.3), table.title, 13, "muted")
            y += 0.36
        rows = [*table.texts, *([table.totals] if table.totals else [])]
        high = 0.3 * (len(rows) + 1)
        shape = slide.shapes.add_table(
            len(rows) + 1, len(table.columns), *self._box(_LEFT, y, 12.1, high)
        )
        made = shape.table
        _plain_look(shape)
        weight = sum(column.weight for column in table.columns) or 1.0
        total = shape.width
        for place, column in enumerate(table.columns):
            made.columns[place].width = int(total * column.weight / weight)
        size = 10.5 if len(table.columns) <= 9 else 9.0
        for place, column in enumerate(table.columns):
            right = column.kind not in LEFT
            _cell(made.cell(0, place), column.title, size, True, right, "head")
            for k, row in enumerate(rows, 1):
                strong = bool(table.totals) and k == len(rows)
                _cell(made.cell(k, place), row[place], size, strong, right)
        for row in made.rows:
            row.height = int(shape.height / (len(rows) + 1))
        if table.note:
            self._text(slide, (_LEFT, 6.65, 12.1, 0.3), table.note, 10, "muted")

    def _chart(self, slide: Any, chart: Chart, y: float) -> None:
        if not any(series.x for series in chart.series):
            self._text(slide, (_LEFT, y, 12.1, 0.4), "There is nothing to draw.", 14, "muted")
            return
        if chart.x_kind == "category":
            kind, data = _categories(chart)
        else:
            kind, data = _points(chart)
        box = self._box(_LEFT, y, 12.1, 6.45 - y)
        made = slide.shapes.add_chart(kind, *box, data).chart
        _dress(made, chart)
        notes = [mark.text for mark in chart.marks] + ([chart.note] if chart.note else [])
        if notes:
            self._text(slide, (_LEFT, 6.5, 12.1, 0.3), "; ".join(notes), 11, "muted")

    def _bars(self, slide: Any, bars: Bars, y: float) -> None:
        """A Gantt extract of plain shapes, so that it can be edited."""
        from planbench.exchange.reports.svg import date_ticks

        dates = [v for b in bars.rows for v in (b.start, b.finish, b.base_start, b.base_finish)]
        known = [v for v in dates if v is not None]
        low, high = (min(known), max(known)) if known else (0, DAY)
        span = max(high - low, DAY)
        left, wide = _LEFT + 4.2, 7.0
        row = min(0.27, (6.5 - y - 0.3) / max(len(bars.rows), 1))

        def across(minute: float) -> float:
            return left + (minute - low) / span * wide

        for minute, words in date_ticks(low, high, 8):
            self._text(slide, (across(minute) - 0.4, y - 0.05, 0.8, 0.25), words, 9, "muted")
        y += 0.25
        for k, bar in enumerate(bars.rows):
            top = y + k * row
            name = "    " * bar.level + bar.name
            named = self._text(slide, (_LEFT, top - 0.05, 4.1, row), name[:62], 9.5)
            named.text_frame.word_wrap = False
            if bar.start is None or bar.finish is None:
                continue
            self._bar(slide, bar, (across(bar.start), across(bar.finish)), top, row, across)
            moment = to_datetime(bar.finish)
            told = f"{moment:%d-%b-%y}" if moment else ""
            self._text(slide, (across(bar.finish) + 0.1, top - 0.05, 0.9, row), told, 9, "muted")
        now = bars.data_date
        if now is not None and low <= now <= high:
            self._shape(slide, (across(now), y, 0.02, row * len(bars.rows)), "accent")

    def _bar(
        self, slide: Any, bar: Any, ends: tuple[float, float], top: float, row: float, across: Any
    ) -> None:
        start, finish = ends
        if bar.kind == "milestone":
            role = "critical" if bar.critical else "ink"
            self._shape(slide, (finish - 0.07, top + row / 2 - 0.07, 0.14, 0.14), role, True)
            return
        role = "ink" if bar.kind == "summary" else "critical" if bar.critical else "bar"
        thick = 0.07 if bar.kind == "summary" else 0.13
        self._shape(slide, (start, top + 0.05, max(finish - start, 0.02), thick), role)
        if bar.done is not None and bar.done > bar.start:
            self._shape(slide, (start, top + 0.05, across(bar.done) - start, thick), "done")

    def _shape(
        self, slide: Any, box: tuple[float, float, float, float], role: str, diamond: bool = False
    ) -> None:
        from pptx.enum.shapes import MSO_SHAPE

        kind = MSO_SHAPE.DIAMOND if diamond else MSO_SHAPE.RECTANGLE
        shape = slide.shapes.add_shape(kind, *self._box(*box))
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb(role)
        shape.line.fill.background()


def _rgb(role: str) -> Any:
    """A colour of `COLOURS` as the library wants it."""
    from pptx.dml.color import RGBColor

    build: Any = RGBColor.from_string
    return build(COLOURS[role][1:])


def _plain_look(shape: Any) -> None:
    """A table without the theme's bands: rules only."""
    properties = shape._element.graphic.graphicData.tbl.tblPr
    properties.set("bandRow", "0")
    for one in properties.findall(f"{{{properties.nsmap['a']}}}tableStyleId"):
        one.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def _cell(
    cell: Any, text: str, size: float, strong: bool, right: bool, fill: str = ""
) -> None:  # fmt: skip
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches, Pt

    cell.text = text
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    cell.margin_left = cell.margin_right = Inches(0.06)
    if fill:
        cell.fill.solid()
        cell.fill.fore_color.rgb = _rgb(fill)
    for paragraph in cell.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        for run in paragraph.runs:
            run.font.size, run.font.bold = Pt(size), strong
            run.font.color.rgb = _rgb("ink")


# ------------------------------------------------------------------ charts


def _categories(chart: Chart) -> tuple[Any, Any]:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    build: Any = CategoryChartData
    data = build(number_format="#,##0.0")
    names = list(dict.fromkeys(str(x) for one in chart.series for x in one.x))
    data.categories = names
    for series in chart.series:
        held = dict(zip(map(str, series.x), series.y, strict=True))
        data.add_series(series.name, [held.get(name) for name in names])
    if chart.kind == "bars":
        return XL_CHART_TYPE.BAR_CLUSTERED, data
    if chart.stacked:
        return XL_CHART_TYPE.COLUMN_STACKED, data
    return XL_CHART_TYPE.COLUMN_CLUSTERED, data


def _points(chart: Chart) -> tuple[Any, Any]:
    from pptx.chart.data import XyChartData
    from pptx.enum.chart import XL_CHART_TYPE

    build: Any = XyChartData
    data = build(number_format="General")
    for series in chart.series:
        made = data.add_series(series.name)
        for x, y in zip(series.x, series.y, strict=True):
            if y is not None:
                made.add_data_point(_serial(x) if chart.x_kind == "date" else float(x), y)
    return XL_CHART_TYPE.XY_SCATTER_LINES, data


def _serial(minute: float | str) -> float:
    """A date as Office counts it: days since 1899-12-30."""
    return float(minute) / DAY + 25_569.0


def _dress(made: Any, chart: Chart) -> None:
    from pptx.enum.chart import XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
    from pptx.util import Pt

    made.has_title = False
    made.font.size = Pt(11)
    made.has_legend = len(chart.series) > 1
    if made.has_legend:
        made.legend.position = XL_LEGEND_POSITION.TOP
        made.legend.include_in_layout = False
    value, across = made.value_axis, made.category_axis
    value.has_major_gridlines = True
    _faint(value.major_gridlines.format.line)
    across.has_major_gridlines = False
    value.tick_labels.number_format_is_linked = False
    value.tick_labels.number_format = "#,##0.##"
    if chart.unit:
        value.has_title = True
        value.axis_title.text_frame.text = chart.unit
        value.axis_title.text_frame.paragraphs[0].runs[0].font.size = Pt(11)
    if chart.x_kind == "date":
        across.tick_labels.number_format_is_linked = False
        across.tick_labels.number_format = "mmm yy"
        every = [_serial(x) for one in chart.series for x in one.x]
        if every and max(every) > min(every):
            across.minimum_scale, across.maximum_scale = min(every), max(every)
    if chart.kind == "bars":
        across.reverse_order = True
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW  # not through values below zero
    for axis, limits in ((value, around_one(chart)), (across, around_one(chart, True))):
        if limits is not None:
            axis.minimum_scale, axis.maximum_scale = limits
            axis.tick_labels.number_format_is_linked = False
            axis.tick_labels.number_format = "0.00"
    for one, series in zip(made.plots[0].series, chart.series, strict=True):
        _colour(one, chart, series)


def _faint(line: Any) -> None:
    line.color.rgb = _rgb("line")


def _colour(one: Any, chart: Chart, series: Series) -> None:
    from pptx.enum.chart import XL_MARKER_STYLE
    from pptx.enum.dml import MSO_LINE_DASH_STYLE
    from pptx.util import Pt

    colour = _rgb(series.role)
    if chart.x_kind == "category":
        one.format.fill.solid()
        one.format.fill.fore_color.rgb = colour
        return
    one.smooth = False
    one.format.line.color.rgb = colour
    one.format.line.width = Pt(2)
    if series.dashed:
        one.format.line.dash_style = MSO_LINE_DASH_STYLE.DASH
    if series.dots or len(series.x) == 1:
        one.marker.style = XL_MARKER_STYLE.CIRCLE
        one.marker.size = 6
        one.marker.format.fill.solid()
        one.marker.format.fill.fore_color.rgb = colour
    else:
        one.marker.style = XL_MARKER_STYLE.NONE
