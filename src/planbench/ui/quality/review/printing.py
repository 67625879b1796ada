"""The comment sheet as a PDF: a table on A4 in landscape whose rows flow over the pages.

All objects here are made and used on the thread that calls, so that a job can print.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextLayout,
)

from planbench.exchange.comments.sheet import Sheet, SheetRow
from planbench.ui.translation import tr

_HEADS = (tr("No."), tr("Finding"), tr("Subject"), tr("Comment"), tr("Response"), tr("Disposition"))
_SHARES = (0.04, 0.13, 0.21, 0.31, 0.20, 0.11)
_INK, _MUTED, _RULE, _HEAD = "#1b2330", "#5b6472", "#c8cfda", "#e8ecf4"
_PAD = 5.0

PLAIN, STRONG, QUIET = "plain", "strong", "quiet"
Part = tuple[str, str]
"""A text and how it is set: one of PLAIN, STRONG, QUIET."""


@dataclass(frozen=True)
class _Line:
    text: str
    style: str


class _Page:
    """Writes lines of cells from top to bottom, on as many pages as it takes."""

    def __init__(self, writer: QPdfWriter, painter: QPainter, title: str) -> None:
        self._writer, self._painter, self._title = writer, painter, title
        area = writer.pageLayout().paintRectPixels(writer.resolution())
        self.width, self._bottom = float(area.width()), float(area.height()) - 16
        self.y, self._number = 0.0, 1
        self.fonts = {PLAIN: _font(8), STRONG: _font(8, True), QUIET: _font(8)}
        self.line = QFontMetricsF(self.fonts[STRONG], writer).lineSpacing()
        self._foot()

    def wrapped(self, parts: Sequence[Part], width: float) -> list[_Line]:
        """The parts one below the other, in lines that fit a width."""
        return [
            _Line(text, style)
            for words, style in parts
            for paragraph in words.split("\n")
            for text in _lines(paragraph, self.fonts[style], width, self._writer)
        ]

    def room(self, lines: float = 1.0) -> bool:
        """Whether so many lines fit on the page."""
        return self.y + lines * self.line + _PAD <= self._bottom

    def turn(self) -> None:
        """Begin another page."""
        self._writer.newPage()
        self.y, self._number = 0.0, self._number + 1
        self._foot()

    def _foot(self) -> None:
        self.text(
            tr("{title}, page {number}").format(title=self._title, number=self._number),
            QUIET,
            0.0,
            self._bottom + 14,
        )

    def text(self, words: str, style: str, x: float, baseline: float) -> None:
        """One line of text."""
        self._painter.setFont(self.fonts[style])
        self._painter.setPen(QColor(_MUTED if style == QUIET else _INK))
        self._painter.drawText(QPointF(x, baseline), words)

    def heading(self, words: str, points: float) -> None:
        """A heading of its own size."""
        font = _font(points, True)
        self._painter.setFont(font)
        self._painter.setPen(QColor(_INK))
        metrics = QFontMetricsF(font, self._writer)
        for line in _lines(words, font, self.width, self._writer):
            self.y += metrics.lineSpacing()
            self._painter.drawText(QPointF(0.0, self.y - metrics.descent()), line)
        self.y += _PAD

    def head(self) -> None:
        """The titles of the columns, on a ground."""
        height = self.line + 2 * _PAD
        self._painter.fillRect(QRectF(0, self.y, self.width, height), QColor(_HEAD))
        for title, (x, _) in zip(_HEADS, self.columns(), strict=True):
            self.text(title, STRONG, x, self.y + _PAD + self.line * 0.8)
        self.y += height

    def columns(self) -> Iterator[tuple[float, float]]:
        """Left edge of the text and its width, column by column."""
        left = 0.0
        for share in _SHARES:
            yield left + _PAD, share * self.width - 2 * _PAD
            left += share * self.width

    def row(self, cells: Sequence[Sequence[Part]]) -> None:
        """One row of the table; what does not fit goes on below the titles of the next page."""
        places = list(self.columns())
        flowing = [
            self.wrapped(parts, width) for parts, (_, width) in zip(cells, places, strict=True)
        ]
        tall = max(map(len, flowing))
        if not self.room(min(tall, 6)):
            self.turn()
            self.head()
        self.y += _PAD
        for number in range(tall):
            if not self.room():
                self.turn()
                self.head()
                self.y += _PAD
            for lines, (x, _) in zip(flowing, places, strict=True):
                if number < len(lines):
                    line = lines[number]
                    self.text(line.text, line.style, x, self.y + self.line * 0.8)
            self.y += self.line
        self.y += _PAD
        self._painter.fillRect(QRectF(0, self.y, self.width, 0.7), QColor(_RULE))

    def paragraph(self, parts: Sequence[Part]) -> None:
        """Text over the whole width."""
        for line in self.wrapped(parts, self.width):
            if not self.room():
                self.turn()
            self.text(line.text, line.style, 0.0, self.y + self.line * 0.8)
            self.y += self.line


def _font(points: float, bold: bool = False) -> QFont:
    font = QFont("Inter")
    font.setPointSizeF(points)
    font.setBold(bold)
    return font


def _lines(text: str, font: QFont, width: float, device: QPdfWriter) -> list[str]:
    """A paragraph broken where it has to be; an empty one is an empty line."""
    layout = QTextLayout(text, font, device)
    layout.beginLayout()
    found = []
    line = layout.createLine()
    while line.isValid():
        line.setLineWidth(width)
        found.append(text[line.textStart() : line.textStart() + line.textLength()].rstrip())
        line = layout.createLine()
    layout.endLayout()
    return found or [""]


def sheet_pdf(sheet: Sheet) -> bytes:
    """The sheet as a PDF; the titles of the columns stand on every page."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(96)
    writer.setTitle(sheet.title)
    writer.setCreator("planbench")
    size, margins = QPageSize(QPageSize.PageSizeId.A4), QMarginsF(12, 12, 12, 12)
    landscape, unit = QPageLayout.Orientation.Landscape, QPageLayout.Unit.Millimeter
    writer.setPageLayout(QPageLayout(size, landscape, margins, unit))
    painter = QPainter(writer)
    page = _Page(writer, painter, sheet.title)
    page.heading(sheet.title, 14)
    page.paragraph([("; ".join(f"{label}: {words}" for label, words in sheet.facts), QUIET)])
    page.y += 2 * _PAD
    page.head()
    for row in sheet.rows:
        page.row(_cells(row))
    if sheet.talk:
        page.y += 4 * _PAD
        if not page.room(6):
            page.turn()
        page.heading(tr("Discussion"), 11)
        for one in sheet.talk:
            about = f"{one.uid}, {one.author}, {one.at}, {one.kind}"
            page.paragraph([(about, STRONG), (one.text, PLAIN)])
            page.y += _PAD
    painter.end()
    buffer.close()
    return bytes(buffer.data().data())


def _cells(row: SheetRow) -> list[list[Part]]:
    """What the columns say of a finding."""
    about = [(row.uid, STRONG), (row.reference, PLAIN), (f"{row.severity}, {row.state}", QUIET)]
    owner = tr("Owner: {owner}").format(owner=row.owner) if row.owner else ""
    due = tr("Due: {due}").format(due=row.due) if row.due else ""
    asked = tr("Asked for: {action}").format(action=row.action) if row.action else ""
    parts: list[list[Part]] = [
        [(str(row.number), PLAIN)],
        about,
        [(row.subject, PLAIN), (owner, QUIET), (due, QUIET)],
        [(row.title, STRONG), (row.measured, PLAIN), (row.comment, PLAIN), (asked, PLAIN)],
        [(row.response, PLAIN)],
        [(row.disposition, PLAIN), (row.responded_by, QUIET)],
    ]
    return [[one for one in cell if one[0]] for cell in parts]
