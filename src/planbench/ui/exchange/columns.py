"""Which tables and columns go into a workbook or CSV."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.schedule import Schedule
from planbench.services.table_columns import TABLES, model_table
from planbench.ui import text
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Label, SearchField, Surface

NAMES = {"wbs": "WBS", "codes": tr("Activity codes"), "udfs": tr("User-defined fields")}


def table_title(table: str) -> str:
    """What a table is called."""
    return NAMES.get(table) or table.replace("_", " ").replace("udf", "UDF").capitalize()


class ColumnsDialog(QDialog):
    """A tree of tables and their columns with check boxes; `chosen()` are those that go out.

    With `single` only one table can be chosen, as for a CSV.
    """

    def __init__(
        self, schedule: Schedule, name: str, single: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        title = tr("Export {name}").format(name=name)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.resize(520, 640)
        self._single = single
        self.tree = QTreeWidget()
        self.tree.setAccessibleName(tr("Tables and columns"))
        self.tree.setHeaderHidden(True)
        self.tree.setFont(current_theme().font("body"))
        self._fill(schedule)
        self.tree.itemChanged.connect(self._changed)
        head = Surface("surface-raised", "b")
        column = QVBoxLayout(head)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        column.addWidget(Label(title, "title"))
        words = tr("A CSV holds one table.") if single else tr("Each table becomes a sheet.")
        words += tr(" All can be edited and brought back, save columns to look at.")
        column.addWidget(Label(words, "prose", "text-muted", wrap=True))
        self.query = SearchField(tr("Find a column"))
        self.query.textChanged.connect(self._find)
        column.addWidget(self.query)
        self.told = Label("", "body", "text-muted", tabular=True)
        self.export = Button(
            tr("Export"), "primary", "download", tip=tr("Write the chosen columns")
        )
        self.export.clicked.connect(self.accept)
        cancel = Button(tr("Cancel"))
        cancel.clicked.connect(self.reject)
        bar = Surface("surface-raised", "t")
        buttons = QHBoxLayout(bar)
        buttons.setContentsMargins(16, 10, 16, 10)
        buttons.addWidget(self.told, 1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.export)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(head)
        whole.addWidget(self.tree, 1)
        whole.addWidget(bar)
        self._tell()

    def _fill(self, schedule: Schedule) -> None:
        for table, columns in TABLES.items():
            rows = len(getattr(schedule, model_table(table)))
            node = QTreeWidgetItem([f"{table_title(table)}  ({text.number(rows)})"])
            node.setData(0, Qt.ItemDataRole.UserRole, table)
            node.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | _CHECK)
            node.setDisabled(not rows)
            wanted = bool(rows) and (table == "activities" or not self._single)
            for column in columns:
                told = (
                    tr("{title}  (to look at)").format(title=column.title)
                    if column.locked
                    else column.title
                )
                leaf = QTreeWidgetItem([told])
                leaf.setData(0, Qt.ItemDataRole.UserRole, column.key)
                leaf.setCheckState(0, _state(wanted and column.main))
                node.addChild(leaf)
            self.tree.addTopLevelItem(node)
            node.setCheckState(0, _of_leaves(node))
            node.setExpanded(table == "activities")

    def _changed(self, item: QTreeWidgetItem, _column: int) -> None:
        """A table's box stands for its columns; a partly ticked one is told by its columns."""
        self.tree.blockSignals(True)
        above = item.parent()
        if above is None:
            wanted = item.checkState(0) == Qt.CheckState.Checked
            main = {column.key for column in TABLES[_key(item)] if column.main}
            for leaf in _leaves(item):
                leaf.setCheckState(0, _state(wanted and _key(leaf) in main))
            if wanted:
                item.setCheckState(0, _of_leaves(item))
        else:
            above.setCheckState(0, _of_leaves(above))
        if self._single and any(_ticked(leaf) for leaf in _leaves(above or item)):
            self._alone(above or item)
        self.tree.blockSignals(False)
        self._tell()

    def _alone(self, kept: QTreeWidgetItem) -> None:
        for node in self._tables():
            if node is not kept:
                for leaf in _leaves(node):
                    leaf.setCheckState(0, Qt.CheckState.Unchecked)
                node.setCheckState(0, Qt.CheckState.Unchecked)

    def _find(self, query: str) -> None:
        wanted = query.casefold().strip()
        for node in self._tables():
            for leaf in _leaves(node):
                leaf.setHidden(bool(wanted) and wanted not in leaf.text(0).casefold())
            node.setHidden(all(leaf.isHidden() for leaf in _leaves(node)))
            node.setExpanded(bool(wanted) or _key(node) == "activities")

    def _tables(self) -> list[QTreeWidgetItem]:
        found = [self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount())]
        return [node for node in found if node is not None]

    def chosen(self) -> Mapping[str, tuple[str, ...]]:
        """Column keys by table, in the order of the tables."""
        found = {}
        for node in self._tables():
            keys = tuple(_key(leaf) for leaf in _leaves(node) if _ticked(leaf))
            if keys and not node.isDisabled():
                found[_key(node)] = keys
        return found

    def _tell(self) -> None:
        chosen = self.chosen()
        columns = sum(map(len, chosen.values()))
        words = tr("{chosen}, {columns}").format(
            chosen=text.counted(len(chosen), tr("table"), tr("tables")),
            columns=text.counted(columns, tr("column"), tr("columns")),
        )
        self.told.setText(words if chosen else tr("Nothing is chosen."))
        self.export.setEnabled(bool(chosen))


_CHECK = Qt.ItemFlag.ItemIsUserCheckable


def _key(item: QTreeWidgetItem) -> str:
    return str(item.data(0, Qt.ItemDataRole.UserRole))


def _leaves(node: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = [node.child(row) for row in range(node.childCount())]
    return [leaf for leaf in found if leaf is not None]


def _ticked(item: QTreeWidgetItem) -> bool:
    return item.checkState(0) == Qt.CheckState.Checked


def _state(wanted: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if wanted else Qt.CheckState.Unchecked


def _of_leaves(node: QTreeWidgetItem) -> Qt.CheckState:
    ticked = [_ticked(leaf) for leaf in _leaves(node)]
    if all(ticked):
        return Qt.CheckState.Checked
    return Qt.CheckState.PartiallyChecked if any(ticked) else Qt.CheckState.Unchecked
