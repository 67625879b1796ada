"""The trace picture as a file: PDF and SVG as vectors, PNG twice as sharp."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from planbench import __version__
from planbench.domain.errors import PlanbenchError
from planbench.scenes.trace import TraceScene
from planbench.ui.logic.painter import TracePainter
from planbench.ui.theme import load_theme
from planbench.ui.translation import tr

KINDS = ("pdf", "svg", "png")

_POINTS = 0.75
"""Points of a logical pixel."""

_FOOT = 28.0


def export_picture(picture: TraceScene, title: str, path: Path) -> None:
    """Write a picture in the format that the file's ending names, on white.

    Raises PlanbenchError for another ending, or when the file cannot be written.
    """
    kind = path.suffix.lower().lstrip(".")
    if kind not in KINDS:
        raise PlanbenchError(
            tr("is not a kind of picture"), str(path), tr("End it with .pdf, .svg, .png.")
        )
    width, height = picture.scene.width, picture.scene.height + _FOOT
    written = {"pdf": _pdf, "svg": _svg, "png": _png}[kind](picture, title, path, width, height)
    if not written or not path.is_file() or not path.stat().st_size:
        raise PlanbenchError(tr("cannot be written"), str(path), tr("Choose another folder."))


def _paint(painter: QPainter, picture: TraceScene, title: str, vector: bool) -> None:
    """The scene on white with a line below it that says what it is."""
    theme = load_theme("light")
    scene = picture.scene
    painter.fillRect(QRectF(0, 0, scene.width, scene.height + _FOOT), theme.color("surface-raised"))
    TracePainter(theme, 1.0, vector, "surface-raised").paint(painter, scene)
    painter.setFont(theme.font("small"))
    painter.setPen(theme.color("text-muted"))
    foot = tr("{title}   planbench {version}").format(title=title, version=__version__)
    painter.drawText(QRectF(16, scene.height, scene.width - 32, 20), 0, foot)


def _pdf(picture: TraceScene, title: str, path: Path, width: float, height: float) -> bool:
    writer = QPdfWriter(str(path))
    writer.setTitle(title)
    writer.setCreator(tr("planbench {version}").format(version=__version__))
    writer.setResolution(144)
    page = QPageSize(QSizeF(width * _POINTS, height * _POINTS), QPageSize.Unit.Point, tr("Trace"))
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    painter = QPainter()
    if not painter.begin(writer):
        return False
    painter.scale(144 * _POINTS / 72, 144 * _POINTS / 72)
    _paint(painter, picture, title, vector=True)
    return painter.end()


def _svg(picture: TraceScene, title: str, path: Path, width: float, height: float) -> bool:
    made = QSvgGenerator()
    made.setFileName(str(path))
    made.setSize(QSize(round(width), round(height)))
    made.setViewBox(QRectF(0, 0, width, height))
    made.setTitle(title)
    made.setDescription(tr("planbench {version}").format(version=__version__))
    painter = QPainter()
    if not painter.begin(made):
        return False
    _paint(painter, picture, title, vector=True)
    return painter.end()


def _png(picture: TraceScene, title: str, path: Path, width: float, height: float) -> bool:
    image = QImage(round(width * 2), round(height * 2), QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        return False
    image.setDevicePixelRatio(2.0)
    painter = QPainter(image)
    _paint(painter, picture, title, vector=False)
    painter.end()
    return image.save(str(path))
