"""The trace picture on the screen: scrolled, zoomed, walked with the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from planbench.scenes.primitives import Scene
from planbench.scenes.trace import TraceScene, in_sight
from planbench.ui import paint
from planbench.ui.logic.painter import TracePainter
from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.translation import tr

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}

_HEADS = 26
"""Height of the titles of the columns above a scrolled picture."""

LEAST, GREATEST = 0.35, 2.5
"""Zoom."""


class TraceCanvas(QAbstractScrollArea):
    """Cards and links.

    `picked(row)` on a click or an arrow key, `traced(row)` on a double click or Return: trace
    from there.
    """

    picked = Signal(int)
    traced = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # causes left, effects right
        self.setAccessibleName(tr("Trace"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.picture = TraceScene(Scene(0, 0))
        self.current = -1
        self.scale = 1.0
        self._painter: TracePainter | None = None
        self._drag: tuple[QPointF, int, int] | None = None
        theme_manager().changed.connect(self._new_theme)

    def _new_theme(self) -> None:
        self._painter = None
        self.viewport().update()

    def painter_of_scenes(self) -> TracePainter:
        """The painter of the theme in force; the builder measures texts with it."""
        ratio = self.devicePixelRatioF()
        if self._painter is None or self._painter.ratio != ratio:
            self._painter = TracePainter(current_theme(), ratio)
        return self._painter

    def show_picture(self, picture: TraceScene, current: int, keep: bool = False) -> None:
        """Show a picture; the current card comes into the middle unless the view is kept."""
        self.picture, self.current = picture, current
        self._tell()
        self._ranges()
        if not keep:
            self.bring_up(current)
        self.viewport().update()

    def _tell(self) -> None:
        cards = len(self.picture.cards)
        self.setAccessibleDescription(
            tr("{cards} activities, {edges} links").format(
                cards=cards, edges=len(self.picture.edges)
            )
        )

    # Where things are.

    def _origin(self) -> QPointF:
        """Where the scene's corner stands in the viewport; small pictures stand in the middle."""
        view, scene = self.viewport(), self.picture.scene
        x = (view.width() - scene.width * self.scale) / 2
        y = (view.height() - scene.height * self.scale) / 2
        left = x if x > 0 else -float(self.horizontalScrollBar().value())
        top = min(y, 24.0) if y > 0 else -float(self.verticalScrollBar().value())
        return QPointF(round(left), round(top))

    def _ranges(self) -> None:
        view, scene = self.viewport(), self.picture.scene
        for bar, size, room in (
            (self.horizontalScrollBar(), scene.width, view.width()),
            (self.verticalScrollBar(), scene.height, view.height()),
        ):
            bar.setRange(0, max(0, round(size * self.scale) - room))
            bar.setPageStep(max(1, room))
            bar.setSingleStep(24)

    def bring_up(self, row: int) -> None:
        """Scroll so that a card stands in the middle."""
        card = self.picture.card(row)
        if card is not None:
            view = self.viewport()
            x, y = (card.x + card.width / 2) * self.scale, (card.y + card.height / 2) * self.scale
            self.horizontalScrollBar().setValue(round(x - view.width() / 2))
            self.verticalScrollBar().setValue(round(y - view.height() / 2))

    def _into_sight(self, row: int) -> None:
        card = self.picture.card(row)
        if card is None:
            return
        origin, view = self._origin(), self.viewport()
        for bar, start, size, room in (
            (
                self.horizontalScrollBar(),
                card.x * self.scale + origin.x(),
                card.width * self.scale,
                view.width(),
            ),
            (
                self.verticalScrollBar(),
                card.y * self.scale + origin.y(),
                card.height * self.scale,
                view.height(),
            ),
        ):
            if start < 8:
                bar.setValue(bar.value() + round(start) - 24)
            elif start + size > room - 8:
                bar.setValue(bar.value() + round(start + size - room) + 24)

    def spot(self, row: int) -> QPointF:
        """The middle of a card in the viewport."""
        card = self.picture.card(row)
        if card is None:
            return QPointF(-1, -1)
        middle = QPointF(card.x + card.width / 2, card.y + card.height / 2)
        return self._origin() + middle * self.scale

    def _row_at(self, place: QPointF) -> int:
        inside = (place - self._origin()) / self.scale
        return self.picture.at(inside.x(), inside.y())

    # Zoom.

    def zoom(self, factor: float) -> None:
        """Zoom around the middle of the view."""
        view = self.viewport()
        middle = QPointF(view.width() / 2, view.height() / 2)
        inside = (middle - self._origin()) / self.scale
        self.scale = min(max(self.scale * factor, LEAST), GREATEST)
        self._ranges()
        self.horizontalScrollBar().setValue(round(inside.x() * self.scale - middle.x()))
        self.verticalScrollBar().setValue(round(inside.y() * self.scale - middle.y()))
        self.viewport().update()

    def fit(self) -> None:
        """The whole picture at once, but never larger than life."""
        scene, view = self.picture.scene, self.viewport()
        if scene.width and scene.height:
            wanted = min(view.width() / scene.width, view.height() / scene.height, 1.0)
            self.scale = max(wanted, LEAST)
            self._ranges()
            self.bring_up(self.current)
            self.viewport().update()

    # What Qt asks.

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._ranges()
        self.bring_up(self.current)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = paint.upright(self.viewport()), current_theme()
        painter.fillRect(self.viewport().rect(), theme.color("surface"))
        painter.save()
        painter.translate(self._origin())
        painter.scale(self.scale, self.scale)
        self.painter_of_scenes().paint(painter, self._in_sight())
        keyboard = self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        card = self.picture.card(self.current)
        if card is not None and self.hasFocus() and keyboard:
            ring = QRectF(*card.box).adjusted(-3, -3, 3, 3)
            paint.focus_ring(painter, ring, 7)
        painter.restore()
        self._heads(painter)

    def _in_sight(self) -> Scene:
        corner, view = self._origin() / -self.scale, self.viewport()
        width, height = view.width() / self.scale, view.height() / self.scale
        return in_sight(self.picture.scene, corner.x(), corner.y(), width, height)

    def _heads(self, painter: QPainter) -> None:
        """The titles of the columns stay at the top when the picture is scrolled down."""
        origin, view = self._origin(), self.viewport()
        if origin.y() >= 0:
            return
        painter.fillRect(0, 0, view.width(), _HEADS, current_theme().color("surface"))
        strip = Scene(view.width(), _HEADS)
        for style, here in (("trace-head", False), ("trace-head-here", True)):
            titles = [
                (origin.x() + x * self.scale, 17.0, title)
                for x, title, at in self.picture.heads
                if at == here
            ]
            strip.add("texts", style, titles)
        self.painter_of_scenes().paint(painter, strip)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        row = self._row_at(event.position())
        if row >= 0:
            self.picked.emit(row)
            return
        bars = (self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        self._drag = (event.position(), *bars)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            start, x, y = self._drag
            moved = event.position() - start
            self.horizontalScrollBar().setValue(round(x - moved.x()))
            self.verticalScrollBar().setValue(round(y - moved.y()))
            return
        row = self._row_at(event.position())
        hand = Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(hand if row >= 0 else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        if row >= 0:
            self.traced.emit(row)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1.15 ** (event.angleDelta().y() / 120))
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.traced.emit(self.current)
        elif key in _ARROWS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            row = self.picture.beside(self.current, *_ARROWS[key])
            if row >= 0:
                self.picked.emit(row)
                self._into_sight(row)
        else:
            event.ignore()
