"""Printed sheets as files: a vector PDF of all, or one PNG each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QSizeF
from PySide6.QtGui import QImage, QImageWriter, QPageLayout, QPageSize, QPainter, QPdfWriter

from planbench import __version__
from planbench.domain.errors import PlanbenchError
from planbench.scenes.print_page import PrintSource, build_page
from planbench.scenes.print_setup import PX_PER_MM, ROW, PrintLayout, Sheet, paper_mm
from planbench.services.convert import save
from planbench.services.pdf_outline import Bookmark, with_outline
from planbench.ui.printing.painter import SheetPainter
from planbench.ui.translation import tr

KINDS = ("pdf", "png")

Report = Callable[[int, int, str], object]
"""Called with (done, total, text); may raise to stop."""

_DPI = 300
_MOST_PIXELS = 40_000_000


def read_logo(path: str) -> QImage | None:
    """The picture in a file, None for no path. Raises PlanbenchError for what is no picture."""
    if not path:
        return None
    picture = QImage(path)
    if picture.isNull():
        raise PlanbenchError(tr("the logo is no picture"), path, tr("Choose a PNG or JPEG."))
    return picture


def write_print(
    source: PrintSource, layout: PrintLayout, path: Path, report: Report | None = None
) -> list[Path]:
    """Write all sheets to a file of one of `KINDS`; a PNG each gets a number where there are more.

    The files appear when they are whole. Raises PlanbenchError for another ending, or when a file
    cannot be written.
    """
    kind = path.suffix.lower().lstrip(".")
    if kind not in KINDS:
        raise PlanbenchError(
            tr("plans are printed as PDF or PNG"), str(path), tr("End it with .pdf.")
        )
    tell = report or (lambda done, total, text: None)
    painter = SheetPainter(read_logo(layout.setup.logo))
    made = _pdf if kind == "pdf" else _pngs
    return made(source, layout, path, painter, tell)


def _pdf(
    source: PrintSource, layout: PrintLayout, path: Path, sheets: SheetPainter, tell: Report
) -> list[Path]:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(layout.setup.title)
    writer.setCreator(tr("planbench {version}").format(version=__version__))
    writer.setResolution(_DPI)
    wide, high = paper_mm(layout.setup)
    page = QPageSize(QSizeF(wide, high), QPageSize.Unit.Millimeter, layout.setup.paper)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    scale = layout.scale / 25.4 * _DPI
    painter = QPainter(writer)
    try:
        for number, sheet in enumerate(layout.sheets):
            tell(number, len(layout.sheets), tr("Printing"))
            if number:
                writer.newPage()
            painter.save()
            painter.scale(scale, scale)
            sheets.paint(painter, build_page(source, layout, sheet))
            painter.restore()
    finally:
        painter.end()
    save(with_outline(bytes(buffer.data().data()), bookmarks(source, layout)), path)
    tell(len(layout.sheets), len(layout.sheets), tr("Printed"))
    return [path]


def bookmarks(source: PrintSource, layout: PrintLayout) -> list[Bookmark]:
    """The groups of the plan (WBS elements, or what it is grouped by) where they are printed.

    A group is found on the first of the sheets side by side.
    """
    table, nodes = source.table, source.plan.rows.nodes
    across = layout.setup.pages_wide
    high = layout.height * layout.scale
    marks = []
    for sheet in layout.sheets[::across]:
        for row, node in enumerate(nodes[sheet.first : sheet.last].tolist()):
            if node >= table.outline.bands:
                continue
            name = table.outline.band_name(table.schedule, node)
            up = high - (layout.top + row * ROW) * layout.scale
            level = int(table.outline.depth[node])
            marks.append(Bookmark(name, level, sheet.number - 1, up * 72 / 25.4))
    return marks


def sheet_image(
    source: PrintSource, layout: PrintLayout, sheet: Sheet, sheets: SheetPainter, scale: float
) -> QImage:
    """A sheet as a picture, `scale` pixels for a fifth of a millimetre."""
    wide, high = paper_mm(layout.setup)
    picture = QImage(
        round(wide * PX_PER_MM * scale),
        round(high * PX_PER_MM * scale),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    if picture.isNull():
        raise PlanbenchError(tr("there is not enough memory for the picture"), layout.setup.paper)
    picture.setDotsPerMeterX(round(1000 * PX_PER_MM * scale))
    picture.setDotsPerMeterY(round(1000 * PX_PER_MM * scale))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing, True)
    painter.scale(scale * layout.zoom, scale * layout.zoom)
    sheets.paint(painter, build_page(source, layout, sheet))
    painter.end()
    return picture


def _pngs(
    source: PrintSource, layout: PrintLayout, path: Path, sheets: SheetPainter, tell: Report
) -> list[Path]:
    wide, high = paper_mm(layout.setup)
    most = (_MOST_PIXELS / (wide * high * PX_PER_MM**2)) ** 0.5
    scale = min(2.0, most)
    total = len(layout.sheets)
    written = []
    for number, sheet in enumerate(layout.sheets, start=1):
        tell(number - 1, total, tr("Printing"))
        name = path if total == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"png")).write(
            sheet_image(source, layout, sheet, sheets, scale)
        )
        save(bytes(buffer.data().data()), name)
        written.append(name)
    tell(total, total, tr("Printed"))
    return written
