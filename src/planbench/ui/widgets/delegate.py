"""Paints the cells of a table: fills, marker, rule, and whatever a look holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from planbench.ui import paint
from planbench.ui.icons import draw_icon
from planbench.ui.theme import Theme, current_theme
from planbench.ui.widgets.labels import draw_chip, draw_parts, draw_sparkline

if TYPE_CHECKING:
    from planbench.ui.widgets.table import CellLook, TableView

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_SELECTED = QStyle.StateFlag.State_Selected


class CellDelegate(QStyledItemDelegate):
    """The delegate of `TableView`; asks the model for looks, not for roles one by one."""

    def __init__(self, view: TableView) -> None:
        super().__init__(view)
        self._view = view

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        view, theme = self._view, current_theme()
        model = view.table
        area: QRect = option.rect
        state: Any = option.state
        shown = index.row()
        selected = bool(state & _SELECTED)
        column = index.column()
        spec = model.columns[column]
        kind = model.row_kind(model.source(shown))
        painter.fillRect(area, theme.color(self._fill(selected, kind, shown)))
        painter.fillRect(area.left(), area.bottom(), area.width(), 1, theme.color("grid-line"))
        if selected and view.horizontalHeader().visualIndex(column) == 0:
            marker = QRect(area.left(), area.top(), 2, area.height())
            painter.fillRect(marker, theme.color("accent"))
        draw_look(
            painter,
            area,
            model.cell(shown, column),
            right=spec.right,
            elide=spec.elide,
            band=kind == "band",
        )

    def _fill(self, selected: bool, kind: str, shown: int) -> str:
        if selected:
            active = self._view.hasFocus() or not self._view.window().isActiveWindow()
            return "selection" if active else "selection-inactive"
        if shown == self._view.hovered:
            return "hover"
        return {"band": "surface-header", "sub": "surface"}.get(kind, "surface-raised")

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        editor = super().createEditor(parent, option, index)
        if editor is not None:
            editor.setFont(current_theme().font("body", tabular=True))
            title = self._view.table.columns[index.column()].title
            editor.setAccessibleName(title.replace("\n", " "))
        return editor


def _font(theme: Theme, look: CellLook, band: bool) -> QFont:
    font = theme.font("strong" if look.strong or band else "body", tabular=True)
    if look.italic:
        font = QFont(font)
        font.setItalic(True)
    return font


def draw_look(
    painter: QPainter,
    area: QRect,
    look: CellLook,
    *,
    right: bool = False,
    elide: bool = True,
    band: bool = False,
) -> None:
    """Paint what a cell holds into its rectangle, eight pixels from the sides."""
    theme = current_theme()
    painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # figures keep their order
    inner = area.adjusted(8, 0, -8, -1)
    if look.spark:
        height = min(18, inner.height() - 2)
        line = QRect(inner.left(), inner.center().y() - height // 2, inner.width(), height)
        draw_sparkline(painter, line, look.spark, look.role)
        return
    if look.chip:
        draw_chip(painter, inner, look.chip, look.text)
        return
    if look.parts:
        strip = QRect(inner.left(), inner.top(), min(64, inner.width()), inner.height())
        draw_parts(painter, strip, look.parts)
        inner.setLeft(strip.right() + 9)
    elif look.bar >= 0:
        _draw_bar(painter, inner, look)
        return
    inner.setLeft(_draw_lead(painter, inner, look))
    painter.setFont(_font(theme, look, band))
    painter.setPen(theme.color("accent-text" if look.link else look.role))
    if right:
        if look.dot:
            inner.setRight(inner.right() - 10)
        painter.drawText(inner, _RIGHT, look.text)
    else:
        text = look.text
        if elide:
            text = paint.elided(painter, text, inner.width() + 1)
        # What may not be cut may use the padding at its right.
        painter.drawText(inner if elide else inner.adjusted(0, 0, 7, 0), _LEFT, text)
        if look.muted:
            _draw_muted(painter, theme, inner, look, text)
    if look.dot:
        spot = QRectF(area.right() - 12, area.center().y() - 2.5, 6, 6)
        paint.box(painter, spot, 3, theme.color("accent"))


def _draw_lead(painter: QPainter, inner: QRect, look: CellLook) -> int:
    """Expander, check box and icon; returns where the text begins."""
    x = inner.left() + 12 * look.indent
    middle = inner.center().y()
    if look.expander is not None:
        name = "chevron-down" if look.expander else "chevron-right"
        draw_icon(painter, name, QRect(x - 1, middle - 6, 14, 14), "text-muted")
        x += 18
    if look.check is not None:
        paint.check_box(painter, QRect(x, inner.top(), 16, inner.height()), look.check, False, True)
        x += 24
    if look.icon:
        draw_icon(painter, look.icon, QRect(x, middle - 6, 14, 14), look.icon_role)
        x += 20
    return x


def _draw_muted(painter: QPainter, theme: Theme, inner: QRect, look: CellLook, shown: str) -> None:
    x = inner.left() + painter.fontMetrics().horizontalAdvance(shown) + 8
    painter.setFont(theme.font("body", tabular=True))
    painter.setPen(theme.color("text-muted"))
    if x < inner.right() - 12:
        paint.text_left(painter, look.muted, x, inner, inner.right())


def _draw_bar(painter: QPainter, inner: QRect, look: CellLook) -> None:
    theme = current_theme()
    track = QRectF(inner.left(), inner.center().y() - 3, inner.width(), 7)
    paint.box(painter, track, 2, theme.color("surface-sunken"))
    track.setWidth(track.width() * min(1.0, look.bar))
    if track.width() >= 1:
        paint.box(painter, track, 2, theme.color(look.bar_role))
