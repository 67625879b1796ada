"""A rectangle of cells in a table of whole rows, and blocks of texts on the clipboard.

The rows of a rectangle are the selected rows of the table, so that everything that works on
selected rows still does; the rectangle adds the columns, from an anchor to the current cell.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QRect, QStringListModel, Qt
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QTableView

from planbench.services.blocks import as_html, as_text
from planbench.ui.theme import current_theme

_MOVES = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home,
    Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
)  # fmt: skip


class CellBlock:
    """The columns of a table's rectangle; without an anchor there is none, and rows are whole."""

    def __init__(self, view: QTableView) -> None:
        self._view = view
        self._anchor = -1  # column where the rectangle begins
        self._pressed = -1  # column where the mouse went down

    def __bool__(self) -> bool:
        return self._anchor >= 0

    def clear(self) -> None:
        """Back to whole rows."""
        if self._anchor >= 0:
            self._anchor = -1
            self._view.viewport().update()

    def columns(self) -> list[int]:
        """Columns in sight in the order shown: those of the rectangle, all without one."""
        view, head = self._view, self._view.horizontalHeader()
        order = sorted(range(head.count()), key=head.visualIndex)
        order = [column for column in order if not view.isColumnHidden(column)]
        ends = (self._anchor, view.currentIndex().column())
        if self._anchor < 0 or not set(ends) <= set(order):
            return order
        first, last = sorted(map(order.index, ends))
        return order[first : last + 1]

    def rows(self) -> list[int]:
        """The selected rows, as shown."""
        chosen = self._view.selectionModel()
        return sorted(index.row() for index in chosen.selectedRows()) if chosen else []

    def corner(self) -> QModelIndex:
        """The upper left cell of the rectangle, the current cell without one."""
        index, rows = self._view.currentIndex(), self.rows()
        if self._anchor < 0 or not rows:
            return index
        return index.siblingAtRow(rows[0]).siblingAtColumn(self.columns()[0])

    # what the user does

    def key(self, key: int, shift: bool) -> bool:
        """Take a key of the table; True when there is nothing more to do."""
        if key == Qt.Key.Key_Escape and self:
            self.clear()
            return True
        if shift and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return self._step(1 if key == Qt.Key.Key_Right else -1)
        if key in _MOVES and not shift:
            self.clear()
        return False

    def _step(self, by: int) -> bool:
        view, index = self._view, self._view.currentIndex()
        if not index.isValid():
            return False
        if not self:
            self._anchor = index.column()
        head = view.horizontalHeader()
        place = head.visualIndex(index.column()) + by
        while 0 <= place < head.count() and view.isColumnHidden(head.logicalIndex(place)):
            place += by
        chosen = view.selectionModel()
        if not chosen.isRowSelected(index.row(), QModelIndex()):
            chosen.select(
                index,
                QItemSelectionModel.SelectionFlag.ClearAndSelect
                | QItemSelectionModel.SelectionFlag.Rows,
            )
        if 0 <= place < head.count():
            there = index.siblingAtColumn(head.logicalIndex(place))
            chosen.setCurrentIndex(there, QItemSelectionModel.SelectionFlag.NoUpdate)
            view.scrollTo(there)
        view.viewport().update()
        return True

    def pressed(self, index: QModelIndex, shift: bool) -> None:
        """The mouse went down on a cell, before the table hears of it."""
        column, current = index.column(), self._view.currentIndex()
        if not shift or not current.isValid():
            self.clear()
        elif not self and column != current.column():
            self._anchor = current.column()
        self._pressed = column

    def dragged(self) -> None:
        """The mouse moved with its button down, after the table has heard of it."""
        current = self._view.currentIndex()
        other = current.isValid() and current.column() != self._pressed
        if not self and self._pressed >= 0 and other:
            self._anchor = self._pressed
        if self:
            self._view.viewport().update()

    def released(self) -> None:
        """The mouse went up."""
        self._pressed = -1

    def paint(self, painter: QPainter) -> None:
        """A frame around the rectangle; around each run of rows where it has gaps."""
        rows, columns = self.rows(), self.columns()
        if not self or not rows or not columns:
            return
        view, head, side = self._view, self._view.horizontalHeader(), self._view.verticalHeader()
        left = head.sectionViewportPosition(columns[0])
        right = head.sectionViewportPosition(columns[-1]) + head.sectionSize(columns[-1])
        theme = current_theme()
        tint = theme.color("accent")
        painter.save()
        painter.setClipRect(view.viewport().rect())
        for first, last in _runs(rows):
            top = side.sectionViewportPosition(first)
            high = side.sectionViewportPosition(last) + side.sectionSize(last) - top
            frame = QRect(left, top, right - left, high)
            painter.setOpacity(0.14)
            painter.fillRect(frame, tint)
            painter.setOpacity(1.0)
            painter.setPen(tint)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(frame.adjusted(0, 0, -1, -2))
        painter.restore()

    def texts(self) -> list[list[str]]:
        """What the cells of the rectangle show."""
        model, columns = self._view.model(), self.columns()
        return [
            [
                str(model.index(row, column).data(Qt.ItemDataRole.EditRole) or "")
                for column in columns
            ]
            for row in self.rows()
        ]


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each run of rows that follow each other."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = found[-1][0], row
        else:
            found.append((row, row))
    return found


def put_block(rows: Sequence[Sequence[str]]) -> str:
    """Put rows of texts on the clipboard, as text and as a table for spreadsheets.

    Returns the text.
    """
    # One that Qt made itself: what Python made is still on the clipboard when Python has ended,
    # and letting go of it then crashes.
    maker, plain = QStringListModel([""]), as_text(rows)
    found = maker.mimeData([maker.index(0)])
    for form in found.formats():
        found.removeFormat(form)
    found.setText(plain)
    found.setHtml(as_html(rows))
    QGuiApplication.clipboard().setMimeData(found)
    return plain
