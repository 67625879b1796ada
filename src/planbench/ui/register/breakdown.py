"""The breakdown structure of the register: a tree that is edited, with what its risks add up to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QInputDialog, QMenu, QVBoxLayout

from planbench.domain.errors import ModelError
from planbench.engines.register import breakdown as tree
from planbench.engines.register.breakdown import Node, Path, breakdown, category_of, path_of
from planbench.engines.register.entry import RiskEntry
from planbench.services.register import Register
from planbench.ui import text
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    CellLook,
    Column,
    FlatTableModel,
    Surface,
    TableView,
    Toolbar,
)

ALL: Path = ()
"""Path of the top."""


class TreeModel(FlatTableModel):
    """Nodes with their risks below them; names of nodes are edited in their cells."""

    def __init__(self, rename: Callable[[Path, str], bool]) -> None:
        super().__init__()
        self._rename = rename
        self.lines: list[tuple[Node, RiskEntry | None]] = []
        self.folded: set[Path] = set()

    def show_nodes(self, nodes: tuple[Node, ...]) -> None:
        """Show another tree; folded nodes stay folded."""
        self.lines = []
        for node in nodes:
            if any(node.path[:k] in self.folded for k in range(1, len(node.path))):
                continue
            self.lines.append((node, None))
            if node.path not in self.folded:
                self.lines += [(node, entry) for entry in node.risks]
        sums = [node.sum if e is None else tree.expected(e) for node, e in self.lines]
        top = max((abs(one.days) for one in sums), default=0.0)
        self._shares = [abs(one.days) / top if top else 0.0 for one in sums]
        tip = tr(
            "Probability times mean delay in working days, summed. Parallel risks do not add up "
            "on the finish: the simulation tells that"
        )
        columns = [
            Column("name", tr("Breakdown"), 320, values=[""] * len(sums), editable=True,
                   stretch=True, sortable=False),
            Column("risks", tr("Open risks"), 84, True, [one.risks for one in sums],
                   sortable=False),
            Column("days", tr("Expected, d"), 96, True, [_days(one.days) for one in sums],
                   tip=tip, sortable=False),
            Column("bar", "", 110, values=[""] * len(sums), sortable=False),
            Column("after", tr("After actions, d"), 116, True,
                   [_days(one.days_after) for one in sums], tip=tip, sortable=False),
            Column("cost", tr("Expected cost"), 116, True,
                   [text.number(one.cost) for one in sums], sortable=False),
            Column("cost_after", tr("After actions"), 110, True,
                   [text.number(one.cost_after) for one in sums], sortable=False),
        ]  # fmt: skip
        self.set_data(columns, len(self.lines))

    def look(self, row: int, column: int) -> CellLook:
        node, entry = self.lines[row]
        key = self.columns[column].key
        if key == "bar":
            gains = (node.sum.days if entry is None else tree.expected(entry).days) < 0
            return CellLook(bar=self._shares[row], bar_role="early" if gains else "warning")
        if key != "name":
            found = super().look(row, column)
            return found._replace(
                strong=entry is None, role="text" if entry is None else "text-muted"
            )
        if entry is not None:
            role = "text" if entry.modelled else "text-muted"
            return CellLook(f"{entry.id}  {entry.title}", role, indent=len(node.path) or 1)
        below = [other for other in self.lines if other[0].path[:-1] == node.path]
        open_ = node.path not in self.folded if node.risks or below or node.sum.risks else None
        name = node.name or tr("Without a category")
        return CellLook(name, strong=True, indent=max(len(node.path) - 1, 0), expander=open_)

    def put(self, row: int, column: int, text: str) -> bool:
        node, entry = self.lines[row]
        return entry is None and bool(node.path) and self._rename(node.path, text)


def _days(value: float) -> str:
    return text.number(value, 1)


class BreakdownPane(Surface):
    """`chosen(id)` when a risk was selected; `edited(nodes, risks, words)` after every edit."""

    chosen = Signal(str)
    opened = Signal()
    edited = Signal(object, object, str)
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__("surface")
        self._register = Register()
        self.model = TreeModel(self.rename)
        self.table = TableView(tr("Risk breakdown structure"))
        self.table.setModel(self.model)
        self.table.row_changed.connect(self._row)
        self.table.row_activated.connect(self._activate)
        self.table.expander_toggled.connect(lambda row, _open: self.fold(row))
        self.table.menu_requested.connect(self._menu)
        bar = Toolbar()
        for words, icon, tip, slot in (
            (tr("Add node"), "plus", tr("Add a node below the selected one (Ins)"), self.ask_add),
            (tr("Rename"), "list-tree", tr("Rename the node; its risks follow"), self.ask_rename),
            (tr("Move to"), "corner-down-right", tr("Move the selected risk or node"), self._moves),
            (tr("Remove"), "trash-2", tr("Remove the node; its risks move up (Del)"), self.remove),
        ):
            button = Button(words, "quiet", icon, tip=tip)
            button.clicked.connect(lambda _checked=False, slot=slot: slot())
            bar.add(button)
        bar.add_stretch()
        self.bar = bar
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.table, 1)
        for key, slot in (("Ins", self.ask_add), ("Del", self.remove)):
            QShortcut(QKeySequence(key), self.table, slot)

    def show_register(self, register: Register) -> None:
        """Show the tree of a register."""
        at = self._at()
        self._register = register
        self.model.show_nodes(breakdown(register.entries, register.nodes))
        self.table.apply_columns()
        for row, (node, entry) in enumerate(self.model.lines):
            if at is not None and (node.path, entry and entry.id) == at:
                self.table.select_row(row)

    def _at(self) -> tuple[Path, Any] | None:
        row = self.table.current_row()
        if not 0 <= row < len(self.model.lines):
            return None
        node, entry = self.model.lines[row]
        return node.path, entry and entry.id

    def select(self, code: str) -> None:
        """Select a risk."""
        for row, (_, entry) in enumerate(self.model.lines):
            if entry is not None and entry.id == code:
                self.table.select_row(row)

    def _row(self, row: int) -> None:
        if 0 <= row < len(self.model.lines):
            entry = self.model.lines[row][1]
            if entry is not None:
                self.chosen.emit(entry.id)

    def _activate(self, row: int) -> None:
        if self.model.lines[row][1] is not None:
            self.opened.emit()
        else:
            self.fold(row)

    def fold(self, row: int) -> None:
        """Fold or unfold a node."""
        self.model.folded ^= {self.model.lines[row][0].path}
        self.show_register(self._register)
        self.table.select_row(row)

    # Editing.

    def _node(self) -> Path:
        at = self._at()
        return at[0] if at is not None else ALL

    def _keep(self, work: Callable[[], tree.Tree], words: str) -> bool:
        try:
            nodes, risks = work()
        except ModelError as error:
            self.refused.emit(error.line)
            return False
        self.edited.emit(nodes, risks, words)
        return True

    def _paths(self) -> tuple[Path, ...]:
        """All nodes, so that what is laid out keeps its order from now on."""
        return tuple(n.path for n in breakdown(self._register.entries, self._register.nodes)
                     if n.path)  # fmt: skip

    def add(self, name: str, above: Path) -> bool:
        """Another node below one."""
        return self._keep(
            lambda: (tree.added(self._paths(), above, name), ()),
            tr("node {name} added").format(name=name),
        )

    def rename(self, path: Path, name: str) -> bool:
        """Give a node another name."""
        return self._keep(
            lambda: tree.renamed(self._paths(), self._register.entries, path, name),
            tr("node {path} is now {name}").format(path=category_of(path), name=name),
        )

    def move_to(self, what: RiskEntry | Path, to: Path) -> bool:
        """Move a risk to a node, or a node below another."""
        if isinstance(what, RiskEntry):
            from dataclasses import replace

            risk = replace(what, category=category_of(to))
            return self._keep(
                lambda: (self._paths(), (risk,)),
                tr("moved to {path}").format(path=category_of(to) or tr("no category")),
            )
        return self._keep(
            lambda: tree.moved(self._paths(), self._register.entries, what, (*to, what[-1])),
            tr("node {path} moved").format(path=category_of(what)),
        )

    def remove(self) -> None:
        """Take the selected node out; what stands below it moves up."""
        path = self._node()
        at = self._at()
        if path and at is not None and not at[1]:
            self._keep(
                lambda: tree.removed(self._paths(), self._register.entries, path),
                tr("node {path} removed").format(path=category_of(path)),
            )

    def ask_add(self) -> None:
        """Ask for the name of a node below the selected one."""
        above = self._node()
        words = tr("Name of a node below {path}").format(path=category_of(above))
        name, fine = QInputDialog.getText(
            self, tr("Add node"), words if above else tr("Name of a node at the top")
        )
        if fine:
            self.add(name, above)

    def ask_rename(self) -> None:
        """Ask for another name of the selected node."""
        path = self._node()
        if not path:
            return
        name, fine = QInputDialog.getText(
            self, tr("Rename"), tr("Another name of {path}").format(path=category_of(path))
        )
        if fine:
            self.rename(path, name)

    def _targets(self, menu: QMenu) -> None:
        row = self.table.current_row()
        if not 0 <= row < len(self.model.lines):
            return
        node, entry = self.model.lines[row]
        what: RiskEntry | Path = node.path if entry is None else entry
        if entry is None and not node.path:
            return
        here = node.path[:-1] if entry is None else path_of(entry.category)
        top = tr("The top") if entry is None else tr("No category")
        for path in (ALL, *self._paths()):
            if path != here and (entry is not None or path[: len(node.path)] != node.path):
                name = category_of(path).replace("&", "&&") or top
                menu.addAction(name, partial(self.move_to, what, path))

    def _moves(self) -> None:
        menu = QMenu(self)
        self._targets(menu)
        menu.exec(self.bar.mapToGlobal(self.bar.rect().bottomLeft()))

    def _menu(self, _row: int, point: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction(tr("Add node\u2026"), self.ask_add)
        menu.addAction(tr("Rename\u2026"), self.ask_rename)
        self._targets(menu.addMenu(tr("Move to")))
        menu.addAction(tr("Remove"), self.remove)
        menu.exec(point)
