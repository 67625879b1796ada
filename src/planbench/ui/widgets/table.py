"""Tables of any length: one row map over columns, cells painted from the theme.

A table of 100,000 rows stays quick because nothing is kept per row: the model holds a map from
shown rows to rows of the columns, sorting and filtering replace that map, and a cell's look is
made when it is painted and kept while it is near.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QMenu, QTableView, QWidget

from planbench.ui.faces import header_font
from planbench.ui.paint import upright
from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.translation import tr
from planbench.ui.widgets.cell_block import CellBlock, put_block
from planbench.ui.widgets.cell_look import CellLook, Column

__all__ = ["CellLook", "Column", "FlatTableModel", "TableView"]

Rows = npt.NDArray[np.int32]
Index = QModelIndex | QPersistentModelIndex

# Made once: joining enums costs more than the rest of a call that each painted cell makes.
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_EDITABLE = _PLAIN | Qt.ItemFlag.ItemIsEditable

_CONTROL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier

MOST_COPIED = 50_000
"""Rows that are copied at once; files are for more."""

_KEPT = 20_000
"""Looks of cells that are kept before they are made anew."""


class FlatTableModel(QAbstractTableModel):
    """A table over columns with one map from shown rows to data rows.

    `rows` (int32) says which data row stands where. Override `look(row, column)` (data row,
    column number) for anything beyond plain text, `row_kind(row)` for the fill of a row,
    `put(row, column, text)` to take an edit. Call `refresh()` after the data changed.
    """

    def __init__(self, columns: Sequence[Column] = (), count: int = 0, parent: Any = None) -> None:
        super().__init__(parent)
        self.columns = list(columns)
        self.rows: Rows = np.arange(count, dtype=np.int32)
        self.sorted_by: tuple[int, bool] | None = None
        self._places: Rows | None = None
        self._looks: dict[tuple[int, int], CellLook] = {}

    # What a subclass may say.

    def look(self, row: int, column: int) -> CellLook:
        """How the cell of a data row is shown."""
        spec = self.columns[column]
        if spec.values is None:
            return CellLook()
        value = spec.values[row]
        if isinstance(value, np.generic):
            value = value.item()
        return CellLook(spec.format(value))

    def row_kind(self, row: int) -> str:
        """`` for a plain row, `band` for a group, `sub` for a quiet row below another."""
        return ""

    def put(self, row: int, column: int, text: str) -> bool:
        """Take an edit of a cell; False refuses it."""
        return False

    # The map.

    def set_rows(self, rows: npt.NDArray[Any]) -> None:
        """Show these data rows in this order."""
        self.beginResetModel()
        self.rows = np.ascontiguousarray(rows, dtype=np.int32)
        self._places = None
        self._looks.clear()
        self.endResetModel()

    def set_data(self, columns: Sequence[Column], rows: npt.NDArray[Any] | int) -> None:
        """Show other columns and rows (a count means all, in order)."""
        self.beginResetModel()
        self.columns = list(columns)
        self.rows = (
            np.arange(rows, dtype=np.int32)
            if isinstance(rows, int)
            else np.ascontiguousarray(rows, dtype=np.int32)
        )
        self._places = None
        self._looks.clear()
        self.sorted_by = None
        self.endResetModel()

    def refresh(self) -> None:
        """The data behind the shown rows changed: make the looks anew."""
        self._looks.clear()
        if len(self.rows) and self.columns:
            last = self.index(len(self.rows) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def source(self, shown: int) -> int:
        """Data row of a shown row."""
        return int(self.rows[shown])

    def place(self, row: int) -> int:
        """Shown row of a data row, -1 when it is not shown."""
        if self._places is None:
            size = int(self.rows.max()) + 1 if len(self.rows) else 0
            places = np.full(size, -1, dtype=np.int32)
            places[self.rows] = np.arange(len(self.rows), dtype=np.int32)
            self._places = places
        return int(self._places[row]) if 0 <= row < len(self._places) else -1

    def order(self, column: int) -> npt.NDArray[Any] | None:
        """Values by which a column is sorted, one per data row; None when it cannot be."""
        spec = self.columns[column]
        values = spec.sort_values if spec.sort_values is not None else spec.values
        if values is None or not spec.sortable:
            return None
        if isinstance(values, np.ndarray) and values.dtype != object:
            return values
        # Text is ordered without case; rank it once so that numpy sorts numbers.
        texts = ["" if value is None else str(value).casefold() for value in values]
        ranks = {text: rank for rank, text in enumerate(sorted(set(texts)))}
        return np.array([ranks[text] for text in texts], dtype=np.int64)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the shown rows by a column; rows that are equal keep their order."""
        if not 0 <= column < len(self.columns):
            return
        values = self.order(column)
        if values is None:
            return
        ascending = order == Qt.SortOrder.AscendingOrder
        keys = values[self.rows]
        picked = np.argsort(keys, kind="stable")
        if not ascending:
            # Stable in the other direction too.
            picked = len(picked) - 1 - np.argsort(keys[::-1], kind="stable")[::-1]
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        sources = [self.source(index.row()) for index in held]
        self.rows = np.ascontiguousarray(self.rows[picked], dtype=np.int32)
        self._places = None
        self.sorted_by = (column, ascending)
        moved = [
            self.index(self.place(row), index.column())
            for row, index in zip(sources, held, strict=True)
        ]
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    # What Qt asks.

    def cell(self, shown: int, column: int) -> CellLook:
        """The look of a shown cell, kept while it is near."""
        row = int(self.rows[shown])
        found = self._looks.get((row, column))
        if found is None:
            if len(self._looks) > _KEPT:
                self._looks.clear()
            found = self._looks[row, column] = self.look(row, column)
        return found

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            look = self.cell(index.row(), index.column())
            text = f"{look.text} {look.muted}" if look.muted else look.text
            if role == Qt.ItemDataRole.AccessibleTextRole and look.expander is not None:
                state = tr("expanded") if look.expander else tr("collapsed")
                text = tr("{text}, level {indent}, {state}").format(
                    text=text, indent=look.indent + 1, state=state
                )
            return text
        if role == Qt.ItemDataRole.EditRole:
            return self.cell(index.row(), index.column()).text
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tip(self.source(index.row()), index.column()) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(self.columns[index.column()])
        if role == Qt.ItemDataRole.CheckStateRole:
            check = self.cell(index.row(), index.column()).check
            if check is None:
                return None
            return Qt.CheckState.Checked if check else Qt.CheckState.Unchecked
        return None

    def tip(self, row: int, column: int) -> str:
        """The tooltip of a data row's cell."""
        return ""

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        row = self.source(index.row())
        if not self.put(row, index.column(), str(value)):
            return False
        self._looks.clear()
        self.dataChanged.emit(index, index)
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return _EDITABLE if self.columns[index.column()].editable else _PLAIN


def _side(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class TableView(QTableView):
    """A table of whole rows: horizontal rules, accent marker, hover, sort by click, copy.

    Ctrl+C copies the selected rows with titles (after Ctrl+A all), Ctrl+Alt+C the current column of
    the selected rows without a title. Shift with the left and right keys, or the mouse drawn over
    several columns, marks a rectangle of cells; then Ctrl+C copies its cells without titles, and
    Escape goes back to whole rows.

    `row_changed(row)` when another data row became current (-1 for none), `row_activated(row)` on
    return or double click, `expander_toggled(row, open)` on the expander or the left and right
    keys, `check_toggled(row)` on a check box or space, `cell_clicked(row, column)` on any click,
    `menu_requested(row, point)` with the point on the screen.
    """

    row_changed = Signal(int)
    row_activated = Signal(int)
    expander_toggled = Signal(int, bool)
    check_toggled = Signal(int)
    cell_clicked = Signal(int, int)
    menu_requested = Signal(int, QPoint)

    def __init__(
        self, name: str, row_height: int = 0, header_height: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        from planbench.ui.widgets.delegate import CellDelegate

        theme = current_theme()
        self.setAccessibleName(name)
        self.setFont(theme.font("body", tabular=True))
        self.hovered = -1
        self.block = CellBlock(self)
        self.setItemDelegate(CellDelegate(self))
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setCornerButtonEnabled(False)
        side = self.verticalHeader()
        side.setVisible(False)
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setMinimumSectionSize(16)
        side.setDefaultSectionSize(row_height or theme.row["default"])
        head = self.horizontalHeader()
        head.setFixedHeight(header_height or theme.row["header_single"])
        head.setHighlightSections(False)
        head.setSectionsMovable(True)
        head.setSectionsClickable(True)
        head.setMinimumSectionSize(28)
        head.setFont(header_font())
        head.setSortIndicatorClearable(False)
        head.sectionClicked.connect(self._sort_by)
        head.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        head.setAccessibleName(tr("Columns of {table}").format(table=name))
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.customContextMenuRequested.connect(self._header_menu)
        theme_manager().changed.connect(self._repaint)
        self._last_row = -1

    def _repaint(self) -> None:
        self.viewport().update()

    @property
    def table(self) -> FlatTableModel:
        """The model, as what it is."""
        model = self.model()
        assert isinstance(model, FlatTableModel)
        return model

    def setModel(self, model: Any) -> None:
        super().setModel(model)
        self._last_row = -1
        model.modelReset.connect(self._was_reset)
        self.apply_columns()

    def apply_columns(self) -> None:
        """Give the columns the widths their descriptions name."""
        head = self.horizontalHeader()
        for number, column in enumerate(self.table.columns):
            mode = QHeaderView.ResizeMode.Interactive
            if column.stretch:
                mode = QHeaderView.ResizeMode.Stretch
            head.setSectionResizeMode(number, mode)
            self.setColumnWidth(number, column.width)

    def fit_columns(self, sample: int = 200) -> None:
        """Widen columns that must not be cut to what their first rows need."""
        model = self.table
        metrics = QFontMetrics(current_theme().font("strong", tabular=True))
        head = QFontMetrics(header_font())
        for number, column in enumerate(model.columns):
            if column.elide and not column.right:
                continue
            shown = range(min(sample, model.rowCount()))
            widest = max(
                (metrics.horizontalAdvance(model.cell(r, number).text) for r in shown), default=0
            )
            title = max(
                (head.horizontalAdvance(word) for word in column.title.split("\n")), default=0
            )
            self.setColumnWidth(number, max(column.width, widest + 18, title + 30))

    def _was_reset(self) -> None:
        self.hovered = -1
        self.block.clear()
        self._tell_row(-1)

    def _sort_by(self, column: int) -> None:
        model = self.table
        if model.order(column) is None:
            return
        ascending = model.sorted_by != (column, True)
        self.sort_by(column, ascending)

    def sort_by(self, column: int, ascending: bool = True) -> None:
        """Sort by a column and show it in the header."""
        order = Qt.SortOrder.AscendingOrder if ascending else Qt.SortOrder.DescendingOrder
        self.table.sort(column, order)
        self.horizontalHeader().setSortIndicatorShown(True)
        self.horizontalHeader().setSortIndicator(column, order)

    def _header_menu(self, point: QPoint) -> None:
        """What the table is sorted by and which columns are shown; the last one shown stays."""
        menu = QMenu(self)
        sorting = menu.addMenu(tr("Sort by"))
        for number, column in enumerate(self.table.columns):
            if column.sortable and not self.isColumnHidden(number):
                sorting.addAction(column.title.replace("\n", " ")).triggered.connect(
                    lambda _checked=False, number=number: self._sort_by(number)
                )
        sorting.setEnabled(not sorting.isEmpty())
        menu.addAction(tr("Fit widths")).triggered.connect(
            lambda _checked=False: self.fit_columns()
        )
        menu.addSeparator()
        shown = [c for c in range(len(self.table.columns)) if not self.isColumnHidden(c)]
        for number, column in enumerate(self.table.columns):
            action = menu.addAction(column.title.replace("\n", " "))
            action.setCheckable(True)
            action.setChecked(number in shown)
            action.setEnabled(shown != [number])
            action.triggered.connect(
                lambda checked, number=number: self.setColumnHidden(number, not checked)
            )
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.horizontalHeader().mapToGlobal(point))

    def select_row(self, row: int, scroll: bool = True) -> None:
        """Make a data row current without telling it back; -1 or a hidden row clears."""
        place = self.table.place(row)
        self.block.clear()
        self._last_row = row if place >= 0 else -1
        if place < 0:
            self.clearSelection()
            return
        column = max(0, self.currentIndex().column())
        index = self.table.index(place, column)
        self.setCurrentIndex(index)
        if scroll:
            self.scrollTo(index)

    def current_row(self) -> int:
        """The current data row, -1 when there is none."""
        index = self.currentIndex()
        return self.table.source(index.row()) if index.isValid() else -1

    def selected_rows(self) -> list[int]:
        """All selected data rows, in the order shown."""
        return [self.table.source(row) for row in self.block.rows()]

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self._tell_row(self.table.source(current.row()) if current.isValid() else -1)
        self.viewport().update()

    def _tell_row(self, row: int) -> None:
        if row != self._last_row:
            self._last_row = row
            self.row_changed.emit(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.block.dragged()
        self._hover_at(self.rowAt(int(event.position().y())))
        look = self._look_at(event.position().toPoint())
        cursor = Qt.CursorShape.PointingHandCursor if look is not None and look.link else None
        if cursor is None:
            self.viewport().unsetCursor()
        else:
            self.viewport().setCursor(cursor)

    def _hover_at(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover_at(-1)
        return super().viewportEvent(event)

    def _look_at(self, point: QPoint) -> CellLook | None:
        index = self.indexAt(point)
        return self.table.cell(index.row(), index.column()) if index.isValid() else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.indexAt(point)
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            look = self.table.cell(index.row(), index.column())
            row = self.table.source(index.row())
            x = point.x() - self.visualRect(index).left()
            start = 8 + 12 * look.indent
            if look.expander is not None and start - 4 <= x < start + 20:
                self.expander_toggled.emit(row, not look.expander)
                return
            if look.check is not None and x < 32:
                self.check_toggled.emit(row)
                return
            self.block.pressed(index, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        super().mousePressEvent(event)
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.cell_clicked.emit(self.table.source(index.row()), index.column())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.block.released()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.paint_block()

    def paint_block(self) -> None:
        """The frame around the marked rectangle of cells, over what was painted."""
        if self.block:
            painter = upright(self.viewport())
            self.block.paint(painter)
            painter.end()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and not self.table.columns[index.column()].editable:
            self.row_activated.emit(self.table.source(index.row()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        row = self.table.source(index.row()) if index.isValid() else -1
        self.menu_requested.emit(row, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_C and event.modifiers() == _CONTROL_ALT:
            self.copy(one_column=True)
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        if event.key() == Qt.Key.Key_F10 and event.modifiers() == _CONTROL_SHIFT:
            self._header_menu(QPoint(0, self.horizontalHeader().height()))
            return
        if self.block_key(event):
            return
        index = self.currentIndex()
        editing = self.state() == QAbstractItemView.State.EditingState
        if index.isValid() and not editing and self._row_key(event, index):
            return
        super().keyPressEvent(event)

    def block_key(self, event: QKeyEvent) -> bool:
        """Whether a key marks a rectangle of cells or lets go of it, and does no more."""
        if self.state() == QAbstractItemView.State.EditingState:
            return False
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        return self.block.key(event.key(), shift)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if self.block:
            self.viewport().update()

    def _row_key(self, event: QKeyEvent, index: QModelIndex) -> bool:
        row = self.table.source(index.row())
        key = event.key()
        looks = [self.table.cell(index.row(), c) for c in range(len(self.table.columns))]
        opened = next((look.expander for look in looks if look.expander is not None), None)
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if plain and opened is not None and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            wanted = key == Qt.Key.Key_Right
            if opened != wanted:
                self.expander_toggled.emit(row, wanted)
                return True
        if plain and key == Qt.Key.Key_Space and any(look.check is not None for look in looks):
            self.check_toggled.emit(row)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.row_activated.emit(row)
            return True
        return False

    def copy(self, every_row: bool = False, one_column: bool = False) -> str:
        """Put the selected rows (or every row shown) on the clipboard with the titles above them.

        With `one_column` only the cells of the current column, without a title; of a marked
        rectangle only its cells. Returns the text.
        """
        model = self.table
        if self.block and not (every_row or one_column):
            return put_block(self.block.texts())
        if every_row:
            self.block.clear()
        order = self.block.columns()
        rows = list(range(min(model.rowCount(), MOST_COPIED))) if every_row else self.block.rows()
        if one_column:
            current = self.currentIndex().column()
            order = [current] if current in order else order[:1]
        block = [[model.columns[c].title.replace("\n", " ") for c in order]] * (not one_column)
        block += [[model.cell(row, column).text for column in order] for row in rows]
        return put_block(block)
