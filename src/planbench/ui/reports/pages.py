"""A report divided into pages, made of the same cells, fills and lines as printed sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from PySide6.QtGui import QFontMetricsF

from planbench.engines.reports.blocks import (
    LEFT,
    Bars,
    Block,
    Chart,
    Column,
    Facts,
    Paragraph,
    Report,
    Section,
    Sheets,
    Table,
)
from planbench.exchange.reports.svg import ROW, bars_svg, chart_svg
from planbench.scenes.print_page import Cell, PrintPage
from planbench.ui.painter import scene_font
from planbench.ui.theme import load_theme
from planbench.ui.translation import tr

PX_PER_MM = 3.6
"""Pixels of a page for each millimetre: body text becomes 9.5 points high."""

PAPER_MM = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}

_MARGIN, _HEAD, _FOOT = 52.0, 50.0, 56.0
_PAD = 5.0
_SHORT_TITLE = 8  # letters of a column's title that stay in one line
_MOST_LINES = 12  # of one cell of a table
_FIRST_BARS = 8  # rows of a Gantt extract that stay together
_LEAST_UNDER = 130.0  # room that must follow a heading on its page

Report_ = Callable[[int, int, str], object]


@dataclass
class ReportPage(PrintPage):
    """A page with pictures (x, y, width, height, SVG) beside its cells.

    `sheets` says that the printed sheets of the whole plan follow here.
    """

    pictures: list[tuple[float, float, float, float, str]] = field(default_factory=list)
    sheets: bool = False


def page_mm(report: Report) -> tuple[float, float]:
    """Width and height of a page in millimetres."""
    wide, high = PAPER_MM[report.paper]
    return (high, wide) if report.landscape else (wide, high)


def build_pages(report: Report, tell: Report_ | None = None) -> list[ReportPage]:
    """All pages of a report, numbered. A page with `sheets` holds the place of printed sheets."""
    press = _Press(report)
    press.cover()
    total = len(report.sections)
    for number, section in enumerate(report.sections):
        if tell is not None:
            tell(number, total, tr("Laying out"))
        press.section(section)
    press.finish()
    return press.pages


class Measures:
    """Widths of texts in the type styles of the print theme, and texts broken into lines."""

    def __init__(self) -> None:
        theme = load_theme("print")
        styles = ("small", "small-strong", "body", "strong", "prose", "heading", "title", "display")
        self._of = {style: QFontMetricsF(scene_font(theme, style)) for style in styles}

    def wide(self, text: str, style: str) -> float:
        """Width of a text in one line."""
        return self._of[style].horizontalAdvance(text)

    def lines(self, text: str, style: str, wide: float, most: int = 400) -> list[str]:
        """The text in lines no wider than `wide`; words that are wider are broken."""
        measure = self._of[style].horizontalAdvance
        if "\n" not in text and measure(text) <= wide:
            return [text]
        made: list[str] = []
        for part in text.split("\n"):
            line = ""
            for word in part.split(" "):
                longer = f"{line} {word}" if line else word
                if measure(longer) <= wide:
                    line = longer
                    continue
                if line:
                    made.append(line)
                while measure(word) > wide and len(word) > 1:
                    cut = max(int(len(word) * wide / measure(word)), 1)
                    while cut > 1 and measure(word[:cut]) > wide:
                        cut -= 1
                    made.append(word[:cut])
                    word = word[cut:]
                line = word
            made.append(line)
        if len(made) > most:
            made = [*made[: most - 1], made[most - 1].rstrip() + "…"]
        return made


class _Press:
    """Pages under way: `y` is where the next block begins on the last page."""

    def __init__(self, report: Report) -> None:
        self.report = report
        wide, high = page_mm(report)
        self.width, self.height = wide * PX_PER_MM, high * PX_PER_MM
        self.left, self.right = _MARGIN, self.width - _MARGIN
        self.bottom = self.height - _FOOT
        self.measure = Measures()
        self.pages: list[ReportPage] = []
        self.places: list[tuple[str, int]] = []
        self.contents: tuple[ReportPage, float] | None = None
        self.y = 0.0
        self.new_page()

    @property
    def page(self) -> ReportPage:
        """The page under way."""
        return self.pages[-1]

    @property
    def room(self) -> float:
        """Height that is left on the page."""
        return self.bottom - self.y

    def new_page(self) -> None:
        """Begin another page."""
        self.pages.append(ReportPage(self.width, self.height))
        self.y = _HEAD

    def text(
        self, x: float, wide: float, words: str, style: str, role: str = "text", high: float = 0.0,
        right: bool = False,
    ) -> None:  # fmt: skip
        """One line at the place where the page stands; the place does not move."""
        self.page.cells.append(Cell(x, self.y, wide, high or 16.0, words, role, style, right))

    # -------------------------------------------------------- cover, heads and feet

    def cover(self) -> None:
        """Title, what the report is of, and its contents where it is long."""
        wide = self.right - self.left
        for line in self.measure.lines(self.report.title, "display", wide):
            self.text(self.left, wide, line, "display", high=28)
            self.y += 28
        self.text(self.left, wide, self.report.subtitle, "title", "text-muted", 22)
        self.y += 24
        told = "     ".join(f"{name}  {text}" for name, text in self.report.about if text)
        self.text(self.left, wide, told, "body", "text-muted")
        self.y += 24
        self.page.lines.append((self.left, self.y, self.right, self.y, "border-strong"))
        self.y += 6
        if len(self.report.sections) > 8:
            self.contents = (self.page, self.y)
            rows = -(-len(self.report.sections) // 2)
            self.y += rows * 17 + 18

    def finish(self) -> None:
        """Write the contents with their pages, and the feet of all pages."""
        if self.contents is not None:
            page, top = self.contents
            rows = -(-len(self.places) // 2)
            column = (self.right - self.left - 32) / 2
            for k, (title, number) in enumerate(self.places):
                x = self.left + (k // rows) * (column + 32)
                y = top + 8 + (k % rows) * 17
                page.cells.append(Cell(x, y, column - 30, 16, title))
                page.cells.append(Cell(x, y, column, 16, str(number), "text-muted", right=True))
        told = f"{self.report.title}, {self.report.subtitle.lower()}"
        for name, text in self.report.about:
            if name == "Data date" and text:
                told += tr(", data date {text}").format(text=text)
        y = self.height - 36
        for number, page in enumerate(self.pages, 1):
            words = tr("{number} of {pages}").format(number=number, pages=len(self.pages))
            page.lines.append((self.left, y - 4, self.right, y - 4, "border"))
            half = (self.right - self.left) * 0.7
            page.cells.append(Cell(self.left, y, half, 14, told, "text-muted", "small"))
            ident = tr("Report {identity}     {words}").format(
                identity=self.report.identity[:12], words=words
            )
            page.cells.append(
                Cell(self.left + half, y, self.right - self.left - half, 14, ident, "text-muted",
                     "small", True)
            )  # fmt: skip

    # -------------------------------------------------------- blocks

    def section(self, section: Section) -> None:
        """A heading and its blocks."""
        if self.y > _HEAD:
            self.y += 16
        if self.room < self._wanted(section):
            self.new_page()
        self.places.append((section.title, len(self.pages)))
        wide = self.right - self.left
        self.text(self.left, wide, section.title, "title", high=20)
        self.y += 24
        for block in section.blocks:
            self.block(block)

    def _wanted(self, section: Section) -> float:
        """Height that must follow with a heading: a picture that comes first, else a few lines."""
        first = next((one for one in section.blocks if not isinstance(one, Paragraph)), None)
        if isinstance(first, Chart):
            return min(350.0, self.bottom - _HEAD)
        if isinstance(first, Bars):  # as many rows as `_bars` wants on a page, axis and titles
            return 110.0 + ROW * min(len(first.rows), _FIRST_BARS)
        return _LEAST_UNDER

    def block(self, block: Block) -> None:
        """Any block below the last one."""
        if isinstance(block, Paragraph):
            self._paragraph(block)
        elif isinstance(block, Facts):
            self._facts(block)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Chart):
            svg, high = chart_svg(block, self.right - self.left)
            self._picture(block.title, svg, high, block.note)
        elif isinstance(block, Bars):
            self._bars(block)
        else:
            self._sheets(block)

    def _paragraph(self, block: Paragraph) -> None:
        style = "small" if block.role == "note" else "prose"
        role = "text" if block.role == "prose" else "text-muted"
        high = 14.0 if style == "small" else 18.0
        shift = 12.0 if block.role == "missing" else 0.0
        wide = min(self.right - self.left, 690.0) - shift
        for line in self.measure.lines(block.text, style, wide):
            if self.room < high:
                self.new_page()
            if shift:
                self.page.fills.append((self.left, self.y, 3.0, high, "border-strong"))
            self.text(self.left + shift, wide, line, style, role, high)
            self.y += high
        self.y += 6

    def _facts(self, block: Facts) -> None:
        across = 4 if self.width > 600 else 3
        gap = 14.0
        wide = (self.right - self.left - gap * (across - 1)) / across
        for first in range(0, len(block.facts), across):
            if self.room < 66:
                self.new_page()
            for k, fact in enumerate(block.facts[first : first + across]):
                x = self.left + k * (wide + gap)
                role = "warning" if fact.warn else "text"
                cells = self.page.cells
                self.page.lines.append((x, self.y, x + wide, self.y, "border-strong"))
                cells.append(Cell(x, self.y + 5, wide, 14, fact.title, "text-muted", "small"))
                big = "display" if self.measure.wide(fact.text, "display") <= wide else "title"
                cells.append(Cell(x, self.y + 19, wide, 26, fact.text, role, big))
                cells.append(Cell(x, self.y + 45, wide, 14, fact.note, "text-muted", "small"))
            self.y += 70

    def _picture(self, title: str, svg: str, high: float, note: str) -> None:
        needed = high + (20 if title else 0) + (16 if note else 0)
        if self.room < min(needed, self.bottom - _HEAD):
            self.new_page()
        self._title(title)
        wide = self.right - self.left
        self.page.pictures.append((self.left, self.y, wide, high, svg))
        self.y += high + 4
        self._note(note)
        self.y += 4

    def _title(self, title: str) -> None:
        if title:
            self.text(self.left, self.right - self.left, title, "heading", high=18)
            self.y += 20

    def _note(self, note: str) -> None:
        if not note:
            return
        wide = self.right - self.left
        for line in self.measure.lines(note, "small", wide):
            self.text(self.left, wide, line, "small", "text-muted", 14)
            self.y += 14

    def _bars(self, bars: Bars) -> None:
        """A Gantt extract, in pieces where it is longer than a page."""
        rows = list(bars.rows)
        title = bars.title
        while rows:
            fits = int((self.room - 60) / ROW)
            if fits < min(len(rows), _FIRST_BARS):
                self.new_page()
                fits = int((self.room - 60) / ROW)
            part = replace(bars, rows=tuple(rows[:fits]))
            rows = rows[fits:]
            svg, high = bars_svg(part, self.right - self.left)
            self._picture(title, svg, high, "" if rows else bars.note)
            title = ""

    def _sheets(self, block: Sheets) -> None:
        words = tr("The sheets that follow show every activity with its bar.")
        self._paragraph(Paragraph(words))
        self.pages[-1].sheets = True
        self.new_page()

    # -------------------------------------------------------- tables

    def _table(self, table: Table) -> None:
        widths = self._widths(table)
        if self.room < 90:
            self.new_page()
        self._title(table.title)
        head = [
            self.measure.lines(c.title, "small", w - 2 * _PAD, 3)
            for c, w in zip(table.columns, widths, strict=True)
        ]
        self._head(table, widths, head)
        rows: Sequence[tuple[str, ...]] = [*table.texts, *([table.totals] if table.totals else [])]
        for number, row in enumerate(rows):
            strong = bool(table.totals) and number == len(rows) - 1
            level = table.levels[number] if number < len(table.levels) else -1
            style = "small-strong" if strong or level == 0 else "small"
            lines = [
                self.measure.lines(
                    text, style, wide - 2 * _PAD - _shift(column, level), _MOST_LINES
                )
                for text, wide, column in zip(row, widths, table.columns, strict=True)
            ]
            high = max(map(len, lines)) * 14.0 + 4
            foot = 18.0 if table.note and number == len(rows) - 1 else 0.0  # no note stands alone
            if self.room < high + foot:
                self.new_page()
                self._head(table, widths, head)
            self._row(table, widths, lines, high, strong or level == 0, level)
        self.y += 4
        if table.note and self.room < 16:
            self.new_page()
        self._note(table.note)
        self.y += 6

    def _widths(self, table: Table) -> list[float]:
        """Numbers and dates get what they need, texts share the rest by weight and need."""
        total = self.right - self.left
        sample = list(table.texts[:: max(len(table.texts) // 300, 1)])
        if table.totals:
            sample.append(table.totals)
        needs, floors = [], []
        for place, column in enumerate(table.columns):
            cells = [self.measure.wide(row[place], "small-strong") for row in sample]
            words = [self.measure.wide(word, "small") for word in column.title.split(" ")]
            title = self.measure.wide(column.title, "small")
            part = 1.0 if len(column.title) <= _SHORT_TITLE else 0.55  # long titles take two lines
            needs.append(max([*cells, *words, title * part, 14.0]) + 2 * _PAD + 2)
            parts = {word for row in sample for word in row[place].split(" ")}
            longest = max((self.measure.wide(word, "small") for word in parts), default=14.0)
            floors.append(min(max([longest, *words]), 150.0) + 2 * _PAD + 1)
        fixed = [c.kind not in LEFT or n < 80 for c, n in zip(table.columns, needs, strict=True)]
        widths = list(needs)
        open_ = [k for k, is_fixed in enumerate(fixed) if not is_fixed]
        left = total - sum(n for n, is_fixed in zip(needs, fixed, strict=True) if is_fixed)
        while open_:  # a text that needs less than its share leaves the rest to the others
            weight = sum(table.columns[k].weight for k in open_)
            share = {k: max(left * table.columns[k].weight / weight, 24.0) for k in open_}
            wide = [k for k in open_ if floors[k] > share[k]]  # no word is broken if it can be
            settled = wide or [k for k in open_ if needs[k] <= share[k]] or open_
            for k in settled:
                widths[k] = min(max(floors[k], share[k]), needs[k])
                left -= widths[k]
            open_ = [k for k in open_ if k not in settled]
        spare = total - sum(widths)
        if spare > 0:
            stretch = [k for k, c in enumerate(table.columns) if c.kind in LEFT] or [0]
            for k in stretch:  # wide gaps make rows hard to follow
                widths[k] += min(spare / len(stretch), max(needs[k] * 0.8, 40.0))
        elif spare < 0:
            widths = [wide * total / sum(widths) for wide in widths]
        return widths

    def _head(self, table: Table, widths: list[float], head: list[list[str]]) -> None:
        high = max(map(len, head)) * 14.0 + 6
        end = self.left + sum(widths)
        self.page.fills.append((self.left, self.y, end - self.left, high, "surface-header"))
        x = self.left
        for lines, column, wide in zip(head, table.columns, widths, strict=True):
            for k, line in enumerate(lines):
                box = (x + _PAD, self.y + 3 + 14 * k, wide - 2 * _PAD, 14.0)
                right = column.kind not in LEFT
                self.page.cells.append(Cell(*box, line, "text-muted", "small", right))
            x += wide
        self.y += high
        self.page.lines.append((self.left, self.y, end, self.y, "border-strong"))

    def _row(
        self, table: Table, widths: list[float], lines: list[list[str]], high: float, strong: bool,
        level: int,
    ) -> None:  # fmt: skip
        x = self.left
        style = "small-strong" if strong else "small"
        for place, (column, wide) in enumerate(zip(table.columns, widths, strict=True)):
            shift = _shift(column, level)
            for k, line in enumerate(lines[place]):
                box = (x + _PAD + shift, self.y + 2 + 14 * k, wide - 2 * _PAD - shift, 14.0)
                self.page.cells.append(Cell(*box, line, "text", style, column.kind not in LEFT))
            x += wide
        self.y += high
        self.page.lines.append((self.left, self.y, x, self.y, "grid-line"))


def _shift(column: Column, level: int) -> float:
    """How far the name of a row of an outline stands in."""
    return 8.0 * level if level > 0 and column.title == "Name" else 0.0
