"""The activity table: a table view that paints its visible rows in one go.

Qt asks a delegate cell by cell, which costs some 20 ms for a screen of 40 rows; here each column
writes the texts of all visible rows at once and laid-out texts are kept, which takes a tenth.
Selection, keys, editing and the accessible table stay those of the kit's table view.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QPointF,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from planbench.domain.schedule import Rows
from planbench.scenes.columns import Column, PlanTable
from planbench.scenes.facts import BAND, EFFORT, TASK
from planbench.scenes.formats import ACTUAL, THIN
from planbench.ui.models.activities import ActivityModel
from planbench.ui.models.fields import cell_texts
from planbench.ui.paint import upright
from planbench.ui.schedule.textpen import TextPen
from planbench.ui.theme import Theme, current_theme, theme_manager
from planbench.ui.translation import tr
from planbench.ui.widgets.table import TableView

PAD = 8
INDENT = 12
EXPANDER = 18


@dataclass(frozen=True)
class _Picture:
    """What the rows in sight say: texts, colour roles and signs of edits by column."""

    plan: PlanTable
    columns: tuple[Column, ...]
    first: int
    nodes: Rows
    texts: list[list[str]]
    roles: list[list[str] | None]
    edited: list[list[bool] | None]

    def row(self, place: int) -> tuple[Any, ...]:
        """All that is seen in a row."""
        facts, node = self.plan.facts, int(self.nodes[place])
        ways = [one[place] for part in (self.roles, self.edited) for one in part if one is not None]
        look = (facts.kind[node], facts.count[node], facts.critical[node], facts.finished[node])
        return (*(column[place] for column in self.texts), *ways, *look)


class ActivityTable(TableView):
    """Shows an `ActivityModel`. `zoom_wheel(steps)` tells of Ctrl and the wheel.

    `edit_wanted(row, column, text)` when F2, Enter, a double click or typing asks for a cell,
    `paste_wanted()` when a block is to go over the cells from the current one on.
    """

    zoom_wheel = Signal(float)
    edit_wanted = Signal(int, int, str)  # shown row, column, what was typed to open the field
    paste_wanted = Signal()
    dropped = Signal(int)
    row_height = 24

    def __init__(self, model: ActivityModel, parent: QWidget | None = None) -> None:
        theme = current_theme()
        self._activities = model  # Qt asks for rows while the view is still being made
        super().__init__(tr("Activities"), theme.row["default"], theme.row["header_double"], parent)
        self.row_height = theme.row["default"]
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAutoScroll(False)  # the workspace says when to scroll, and how far
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.partner: QWidget | None = None  # the Gantt beside it
        self._typed, self._typed_at = "", 0.0
        self._grip: QPoint | None = None  # where a selected row was taken by its name
        self._over = -1  # the shown row that what is dragged would be dropped on
        self.empty_text = ""  # said where there are no rows
        self._picture: _Picture | None = None  # of what was painted last
        self._pen = TextPen(theme)
        theme_manager().changed.connect(self._themed)
        self.setModel(model)

    def _themed(self, theme: Theme) -> None:
        self._pen = TextPen(theme)
        self.viewport().update()

    @property
    def activities(self) -> ActivityModel:
        """The model, as what it is."""
        return self._activities

    def active(self) -> bool:
        """Whether the selection is shown as that of the view with the keyboard."""
        return self.hasFocus() or self.partner_focus() or not self.window().isActiveWindow()

    def partner_focus(self) -> bool:
        """Whether the pane that shows the same rows has the keyboard."""
        return self.partner is not None and self.partner.hasFocus()

    @property
    def typing(self) -> bool:
        """Whether a key now would go on with what is being typed to find."""
        return time.monotonic() - self._typed_at <= QApplication.keyboardInputInterval() / 1000.0

    def keyboardSearch(self, search: str) -> None:
        """Type to find: the next row whose name or ID begins with what was typed of late."""
        fresh = not self.typing
        self._typed = search if fresh else self._typed + search
        self._typed_at = time.monotonic()
        here = self.currentIndex()
        after = here.row() + (1 if fresh else 0) if here.isValid() else 0
        found = self.activities.find(self._typed, max(after, 0))
        if found >= 0:
            self.setCurrentIndex(self.activities.index(found, max(here.column(), 0)))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # Qt makes the first row current without selecting it; here both are one.
        if not self.selectionModel().hasSelection():
            self.setCurrentIndex(QModelIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.block_key(event):
            return
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        count = self.activities.rowCount()
        if plain and count and event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            row = 0 if event.key() == Qt.Key.Key_Home else count - 1
            self.setCurrentIndex(self.activities.index(row, max(0, self.currentIndex().column())))
            return
        if plain and event.key() == Qt.Key.Key_Left and (self._to_left() or self._to_band()):
            return
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_wanted.emit()
            return
        if self._edit_key(event, plain):
            return
        super().keyPressEvent(event)

    def _edit_key(self, event: QKeyEvent, plain: bool) -> bool:
        """F2 edits any field; Enter and typing edit all but names, which typing finds."""
        index, key = self.currentIndex(), event.key()
        if not plain and event.modifiers() != Qt.KeyboardModifier.ShiftModifier:
            return False
        if not index.isValid() or not self.selectionModel().hasSelection():
            return False
        model = self.activities
        if key == Qt.Key.Key_F2 and model.is_band(model.source(index.row())):
            self.edit_wanted.emit(index.row(), index.column(), "")
            return True
        if not model.can_edit(model.source(index.row()), index.column()):
            return False
        name = model.shown[index.column()].kind == "name"
        text, enter = event.text(), key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        typed = bool(text) and text.isprintable() and not text.isspace() and not self.typing
        if key == Qt.Key.Key_F2 or (not name and (enter or typed)):
            self.edit_wanted.emit(index.row(), index.column(), text if typed else "")
            return True
        return False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index, model = self.indexAt(event.position().toPoint()), self.activities
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            row, column = index.row(), index.column()
            name = model.shown[column].kind == "name"
            if not name and model.can_edit(model.source(row), column):
                self.edit_wanted.emit(row, column, "")
                return
        super().mouseDoubleClickEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A selected row that is pressed on its name again can be dragged to another band."""
        index = self.indexAt(event.position().toPoint())
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if index.isValid() and plain and event.button() == Qt.MouseButton.LeftButton:
            held = self.selectionModel().isSelected(index)
            on_name = self.activities.shown[index.column()].kind == "name"
            left = self.visualRect(index).left() + PAD + EXPANDER
            deep = self.activities.cell(index.row(), index.column()).indent * INDENT
            if held and on_name and event.position().x() > left + deep:
                self._grip = event.position().toPoint()
                return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            super().mouseMoveEvent(event)
            return
        place = event.position().toPoint()
        far = (place - self._grip).manhattanLength() >= QApplication.startDragDistance()
        if far or self._over >= 0:
            self._over = self.rowAt(place.y())
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            super().mouseReleaseEvent(event)
            return
        over, place = self._over, self._grip
        self._grip, self._over = None, -1
        self.viewport().unsetCursor()
        self.viewport().update()
        if over >= 0:
            self.dropped.emit(self.activities.source(over))
        else:  # a click, after all
            index = self.indexAt(place)
            self.setCurrentIndex(index)
            self.cell_clicked.emit(self.activities.source(index.row()), index.column())

    def select_also(self, nodes: list[int]) -> None:
        """Select further rows by their nodes; those that are not shown are passed over."""
        model, last = self.activities, max(0, len(self.activities.shown) - 1)
        chosen = QItemSelection()
        for place in (model.place(node) for node in nodes):
            if place >= 0:
                chosen.select(model.index(place, 0), model.index(place, last))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.Select)

    def _to_left(self) -> bool:
        """Left goes from cell to cell until the first."""
        index, head = self.currentIndex(), self.horizontalHeader()
        place = head.visualIndex(index.column()) if index.isValid() else 0
        if place <= 0:
            return False
        column = head.logicalIndex(place - 1)
        self.setCurrentIndex(self.activities.index(index.row(), column))
        return True

    def _to_band(self) -> bool:
        """Left on an activity or a closed band goes to the band above, as in any tree."""
        model, index = self.activities, self.currentIndex()
        plan = model.plan
        if plan is None or not index.isValid():
            return False
        node = model.source(index.row())
        if model.is_band(node) and model.look(node, self._name_column()).expander:
            return False
        above = int(plan.outline.parent[node])
        if above < 0:
            return False
        self.setCurrentIndex(model.index(model.place(above), index.column()))
        return True

    def _name_column(self) -> int:
        return next(i for i, column in enumerate(self.activities.shown) if column.kind == "name")

    def scrollTo(
        self,
        index: Any,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring the row into sight; the columns stay where they are."""
        if not index.isValid():
            return
        bar, high = self.verticalScrollBar(), self.viewport().height()
        top = index.row() * self.row_height
        centre = hint == QAbstractItemView.ScrollHint.PositionAtCenter
        if centre:
            bar.setValue(top - (high - self.row_height) // 2)
        elif top < bar.value():
            bar.setValue(top)
        elif top + self.row_height > bar.value() + high:
            bar.setValue(top + self.row_height - high)

    def bring_up(self, row: int) -> None:
        """Scroll to a shown row: to the middle where it was out of sight."""
        if row >= 0:
            top = row * self.row_height - self.verticalScrollBar().value()
            inside = 0 <= top <= self.viewport().height() - self.row_height
            hint = QAbstractItemView.ScrollHint
            where = hint.EnsureVisible if inside else hint.PositionAtCenter
            self.scrollTo(self.activities.index(row, 0), where)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_wheel.emit(event.angleDelta().y() / 120.0)
            event.accept()
            return
        super().wheelEvent(event)

    # ------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        model, area = self.activities, event.rect()
        painter = upright(self.viewport())
        painter.fillRect(area, self._pen.theme.color("surface-raised"))
        plan = model.plan
        if plan is None or not len(model.rows):
            painter.setFont(self._pen.theme.font("body"))
            painter.setPen(self._pen.theme.color("text-muted"))
            place = self.viewport().rect().adjusted(16, 16, -16, 0)
            painter.drawText(place, int(Qt.TextFlag.TextWordWrap), self.empty_text)
            return
        scroll, high = self.verticalScrollBar().value(), self.row_height
        picture = self._in_sight(plan)
        wanted = event.region()
        rows = [
            row
            for row in range(picture.first, picture.first + picture.nodes.size)
            if wanted.intersects(QRect(area.left(), row * high - scroll, area.width(), high))
        ]
        places = [row - picture.first for row in rows]
        nodes = picture.nodes[places]
        tops = [row * high - scroll for row in rows]
        bands = (nodes < plan.outline.bands).tolist()
        self._fill(painter, rows, tops, bands)
        head = self.horizontalHeader()
        for number, column in enumerate(model.shown):
            if self.isColumnHidden(number):
                continue
            x, wide = head.sectionViewportPosition(number), head.sectionSize(number)
            if x + wide < area.left() or x > area.right():
                continue
            cell = QRect(x, 0, wide, high)
            texts = [picture.texts[number][place] for place in places]
            roles, edited = picture.roles[number], picture.edited[number]
            if column.kind == "name":
                self._names(painter, plan, nodes, texts, tops, cell)
            else:
                own = [roles[place] for place in places] if roles is not None else None
                self._texts(painter, column, texts, own, tops, cell, bands)
            if edited is not None:
                self._dots(painter, [edited[place] for place in places], tops, cell)
        if self.block:
            self.block.paint(painter)
        else:
            self._cell_frame(painter)

    def _in_sight(self, plan: PlanTable) -> _Picture:
        """What is to be seen now; what was made for the last frame, where it is the same."""
        model, scroll, high = self.activities, self.verticalScrollBar().value(), self.row_height
        first = max(0, scroll // high)
        nodes = model.rows[first : (scroll + self.viewport().height()) // high + 1]
        old, columns = self._picture, tuple(model.shown)
        if (
            old is None
            or old.plan is not plan
            or old.columns != columns
            or old.first != first
            or not np.array_equal(old.nodes, nodes)
        ):
            texts = [cell_texts(column, plan, nodes) for column in columns]
            roles = [column.roles(plan, nodes) if column.roles else None for column in columns]
            edited = [self._edited(column.id, nodes, plan) for column in columns]
            self._picture = _Picture(plan, columns, first, nodes, texts, roles, edited)
        assert self._picture is not None
        return self._picture

    def _edited(self, column: str, nodes: Rows, plan: PlanTable) -> list[bool] | None:
        """Which cells of a column differ from the update that was opened."""
        flags, bands = self.activities.edited(column), plan.outline.bands
        if flags is None:
            return None
        found: list[bool] = ((nodes >= bands) & flags[np.maximum(nodes - bands, 0)]).tolist()
        return found

    def refresh_rows(self) -> None:
        """The same rows have other contents: paint those in sight that look different."""
        old, plan = self._picture, self.activities.plan
        if old is None or plan is None or old.plan is plan or not old.nodes.size:
            self.viewport().update()
            return
        new = self._in_sight(plan)
        if new.first != old.first or new.columns != old.columns or new.nodes.size != old.nodes.size:
            self.viewport().update()
            return
        model, last = self.activities, max(0, len(new.columns) - 1)
        for place in range(new.nodes.size):
            if new.row(place) != old.row(place):
                row = new.first + place
                model.dataChanged.emit(model.index(row, 0), model.index(row, last))

    def _dots(self, painter: QPainter, edited: list[bool], tops: list[int], cell: QRect) -> None:
        """An accent dot in the padding of every edited cell."""
        x = cell.left() + cell.width() - PAD / 2
        for found, y in zip(edited, tops, strict=True):
            if found:
                self._pen.dot(painter, x, y + self.row_height / 2 - 0.5)

    def _cell_frame(self, painter: QPainter) -> None:
        """Around the cell that Enter, F2 or typing would edit."""
        index, model = self.currentIndex(), self.activities
        if not self.hasFocus() or not index.isValid() or not self.selectionModel().hasSelection():
            return
        column = model.shown[index.column()]
        if column.kind != "name" and model.can_edit(model.source(index.row()), index.column()):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._pen.theme.color("accent"))
            painter.drawRect(self.visualRect(index).adjusted(0, 0, -1, -2))

    def _fill(self, painter: QPainter, rows: list[int], tops: list[int], bands: list[bool]) -> None:
        theme, wide, high = self._pen.theme, self.viewport().width(), self.row_height
        model, selection = self.activities, self.selectionModel()
        none = not selection.hasSelection()
        active = self.active()
        band, rule = theme.color("surface-header"), theme.color("grid-line")
        for row, y, is_band in zip(rows, tops, bands, strict=True):
            if not none and selection.isSelected(model.index(row, 0)):
                role = "selection" if active else "selection-inactive"
                painter.fillRect(0, y, wide, high, theme.color(role))
                painter.fillRect(0, y, 2, high, theme.color("accent"))
            elif row == self.hovered:
                painter.fillRect(0, y, wide, high, theme.color("hover"))
            elif self.activities.is_marked(self.activities.source(row)):
                painter.fillRect(0, y, wide, high, theme.color("warning-soft"))
                painter.fillRect(0, y, 3, high, theme.color("warning"))
            elif is_band:
                painter.fillRect(0, y, wide, high, band)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(rule)
        painter.drawRects([QRect(0, y + high - 1, wide, 1) for y in tops])
        if self._over >= 0:
            y = self._over * high - self.verticalScrollBar().value()
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(theme.color("accent"))
            painter.drawRect(QRect(0, y, wide - 1, high - 2))

    def _texts(
        self,
        painter: QPainter,
        column: Column,
        texts: list[str],
        roles: list[str] | None,
        tops: list[int],
        cell: QRect,
        bands: list[bool],
    ) -> None:
        pen, room, is_id = self._pen, cell.width() - 2 * PAD, column.id == "id"
        left, right = cell.left() + PAD, cell.left() + cell.width() - PAD
        for place, (text, y, band) in enumerate(zip(texts, tops, bands, strict=True)):
            if not text:
                continue
            role = roles[place] if roles else "text"
            actual = column.kind == "date" and text.endswith(ACTUAL)
            if actual:
                text = text[: -len(ACTUAL)]
            if column.right:
                width = pen.write(painter, text, right, y, role, band, from_right=True)
            else:
                # IDs tell by their ends: they are cut in the middle.
                width = pen.write(painter, text, left, y, role, band, room, middle=is_id)
            if actual and room - width > 8:
                pen.write(painter, "A", left + width + 3, y, "text-muted", False)
            if column.kind == "float" and not band and role != "text":
                pen.mark(painter, right - width - 9, y + self.row_height / 2 - 0.5, role)

    def _names(
        self,
        painter: QPainter,
        plan: PlanTable,
        nodes: Rows,
        texts: list[str],
        tops: list[int],
        cell: QRect,
    ) -> None:
        model, pen = self.activities, self._pen
        columns = (
            plan.outline.depth[nodes].tolist(),
            plan.facts.kind[nodes].tolist(),
            plan.facts.count[nodes].tolist(),
            plan.facts.critical[nodes].tolist(),
            plan.facts.finished[nodes].tolist(),
            nodes.tolist(),
        )
        end = cell.left() + cell.width() - PAD
        ratio = painter.deviceTransform().m11()  # of what is painted on, which may be a picture
        flat = not plan.outline.bands or not (plan.outline.parent >= 0).any()
        for text, y, depth, kind, count, critical, done, node in zip(
            texts, tops, *columns, strict=True
        ):
            x = cell.left() + PAD + INDENT * depth
            if kind == BAND:
                picture = pen.chevron(not model.folded(node), ratio)
                painter.drawPixmap(QPointF(x - 1, y + (self.row_height - 14) / 2), picture)
            x += 0 if flat else EXPANDER
            if TASK < kind < EFFORT:
                role = "critical" if critical else "progress" if done else "milestone"
                pen.diamond(painter, x + 5, y + self.row_height / 2 - 0.5, role)
                x += 15
            strong = kind == BAND
            mute = f"{count:,}".replace(",", THIN) if strong else ""
            room = end - x - (len(mute) * 7 + 6 if mute else 0)
            width = pen.write(painter, text, x, y, "text", strong, most=max(room, 16))
            if mute:
                pen.write(painter, mute, x + width + 6, y, "text-muted", False)

    def visualRect(self, index: Any) -> QRect:
        """Row geometry by arithmetic; Qt would ask its header of 100,000 sections."""
        if not index.isValid():
            return QRect()
        head = self.horizontalHeader()
        x, wide = head.sectionViewportPosition(index.column()), head.sectionSize(index.column())
        y = index.row() * self.row_height - self.verticalScrollBar().value()
        return QRect(x, y, wide, self.row_height)

    def rowAt(self, y: int) -> int:
        row = (y + self.verticalScrollBar().value()) // self.row_height
        return row if 0 <= row < self.activities.rowCount() else -1

    def indexAt(self, pos: QPoint) -> QModelIndex:
        row, column = self.rowAt(pos.y()), self.columnAt(pos.x())
        return self.activities.index(row, column) if row >= 0 and column >= 0 else QModelIndex()
