"""Reports as PDF and as pictures of their pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgRenderer

from planbench import __version__
from planbench.engines.reports.blocks import Report
from planbench.scenes.print_page import PrintSource, build_page
from planbench.scenes.print_setup import PrintLayout, paper_mm
from planbench.services.convert import save
from planbench.ui.printing.painter import SheetPainter
from planbench.ui.reports.pages import PX_PER_MM, ReportPage, build_pages, page_mm
from planbench.ui.translation import tr

Tell = Callable[[int, int, str], object]
"""Called with (done, total, text); may raise to stop."""

_DPI = 300
_FAMILY = re.compile(r'font-family="[^"]*"')
_CLOCK = tuple(
    re.compile(pattern)
    for pattern in (
        rb"(/(?:Creation|Mod)Date \(D:)([^)]*)",
        rb'(xmp:(?:Create|Modify|Metadata)Date=")([^"]*)',
        rb"(uuid:)([0-9a-f-]{36})",
        rb"(/ID \[)([^\]]*)",
    )
)
"""What a PDF says of the moment of its making, or draws by chance."""

_DIGIT = re.compile(rb"[0-9a-fA-F]")


def in_own_typeface(svg: str) -> str:
    """A drawing in the program's own typeface: Qt reads no list of families."""
    return _FAMILY.sub('font-family="Inter"', svg, 1)


@dataclass(frozen=True)
class Annex:
    """The whole plan on printed sheets."""

    source: PrintSource
    layout: PrintLayout


class ReportPainter:
    """Paints pages of a report one after the other."""

    def __init__(self) -> None:
        self._sheets = SheetPainter()

    def paint(self, painter: QPainter, page: ReportPage) -> None:
        """Paint a page with its corner at the painter's origin, in its pixels."""
        self._sheets.paint(painter, page)
        for x, y, wide, high, svg in page.pictures:
            drawing = QSvgRenderer(QByteArray(in_own_typeface(svg).encode("utf-8")))
            drawing.render(painter, QRectF(x, y, wide, high))


def write_pdf(
    report: Report, pages: Sequence[ReportPage], path: Path, annex: Annex | None = None,
    tell: Tell | None = None,
) -> int:  # fmt: skip
    """Write pages as a vector PDF, the annex where its place is; the number of pages.

    Equal reports give equal bytes. Raises PlanbenchError when it cannot be written.
    """
    told = tell or (lambda done, total, text: None)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(f"{report.title}: {report.subtitle}")
    writer.setCreator(
        tr("planbench {version}, report {identity}").format(
            version=__version__, identity=report.identity
        )
    )
    writer.setResolution(_DPI)
    _page_size(writer, page_mm(report))
    work, sheets = ReportPainter(), SheetPainter()
    scale = _DPI / 25.4 / PX_PER_MM
    count = 0
    painter = QPainter(writer)
    try:
        for number, page in enumerate(pages):
            told(number, len(pages), tr("Writing pages"))
            if number:
                _page_size(writer, page_mm(report))
                writer.newPage()
            painter.save()
            painter.scale(scale, scale)
            work.paint(painter, page)
            painter.restore()
            count += 1
            if page.sheets and annex is not None:
                count += _annex(writer, painter, sheets, annex, told)
    finally:
        painter.end()
    save(_without_clock(bytes(buffer.data().data())), path)
    told(1, 1, tr("Written"))
    return count


def _page_size(writer: QPdfWriter, size_mm: tuple[float, float]) -> None:
    page = QPageSize(QSizeF(*size_mm), QPageSize.Unit.Millimeter)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))


def _annex(
    writer: QPdfWriter, painter: QPainter, sheets: SheetPainter, annex: Annex, tell: Tell
) -> int:
    """The printed sheets, on paper of their own size."""
    layout = annex.layout
    scale = layout.scale / 25.4 * _DPI
    for number, sheet in enumerate(layout.sheets):
        tell(number, len(layout.sheets), tr("Writing sheets"))
        _page_size(writer, paper_mm(layout.setup))
        writer.newPage()
        painter.save()
        painter.scale(scale, scale)
        sheets.paint(painter, build_page(annex.source, layout, sheet))
        painter.restore()
    return len(layout.sheets)


def _without_clock(content: bytes) -> bytes:
    """The file without the moment of its making; every byte stays in its place."""
    for pattern in _CLOCK:
        content = pattern.sub(lambda match: match[1] + _DIGIT.sub(b"0", match[2]), content)
    return content


def page_image(page: ReportPage, scale: float) -> QImage:
    """A page as a picture, `scale` pixels for each of its own."""
    picture = QImage(
        round(page.width * scale),
        round(page.height * scale),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing, True)
    painter.scale(scale, scale)
    ReportPainter().paint(painter, page)
    painter.end()
    return picture


__all__ = ["Annex", "ReportPainter", "build_pages", "page_image", "write_pdf"]
