"""The left pane: the packs, what the contract says in short, and that items are paraphrases."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from planbench.engines.contract.pack import Pack
from planbench.engines.contract.terms import ContractData
from planbench.ui.contract import words
from planbench.ui.contract.parts import heading
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    CellLook,
    Column,
    FlatTableModel,
    Label,
    LinkButton,
    SidePane,
    Surface,
    TableView,
)

_MOST = 12


class _PackModel(FlatTableModel):
    def show_packs(self, packs: Sequence[Pack], bound: str) -> None:
        self._bound = bound
        self.packs = tuple(packs)
        self.set_data(
            [Column("pack", tr("Pack"), 200, values=[p.title for p in packs], stretch=True)],
            len(packs),
        )

    def look(self, row: int, column: int) -> CellLook:
        pack = self.packs[row]
        mine = pack.id == self._bound
        return CellLook(pack.title, strong=mine, icon="bookmark" if mine else "")

    def tip(self, row: int, column: int) -> str:
        return self.packs[row].edition


class Sidebar(SidePane):
    """`pack_chosen(id)`, `bind_wanted()`, `restore_wanted()`."""

    pack_chosen = Signal(str)
    bind_wanted = Signal()
    restore_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("", current_theme().frame["side_list"][1], "left")
        self.setAccessibleName(tr("Packs and contract data"))
        self.body.setContentsMargins(0, 10, 0, 12)
        self.body.addWidget(heading(tr("Rule packs"), 14))
        self._model = _PackModel()
        self.packs = TableView(tr("Rule packs"), row_height=34)
        self.packs.setModel(self._model)
        self.packs.horizontalHeader().hide()
        self.packs.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.packs.row_changed.connect(self._chosen)
        self.body.addWidget(self.packs)
        self.edition = Label("", "small", "text-muted", wrap=True)
        self.edition.setContentsMargins(14, 2, 10, 4)
        self.body.addWidget(self.edition)
        self.bind = Button(tr("Bind project to this pack"), "default", "bookmark")
        self.bind.set_tip(tr("Keep this pack and the contract data with the project"))
        self.bind.clicked.connect(lambda _checked=False: self.bind_wanted.emit())
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(14, 2, 14, 6)
        inner.addWidget(self.bind)
        self._bind_row = holder
        self.body.addWidget(holder)
        self.body.addWidget(heading(tr("Contract data"), 14))
        self._facts = QWidget()
        self._grid = QGridLayout(self._facts)
        self._grid.setContentsMargins(14, 2, 10, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self.body.addWidget(self._facts)
        self.body.addStretch(1)
        foot = Surface("surface-raised", "t")
        column = QVBoxLayout(foot)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(4)
        column.addWidget(Label(tr("Particular conditions first"), "strong"))
        column.addWidget(
            Label(
                tr(
                    "Items are paraphrases in our own words. Your contract governs; adapt items "
                    "and "
                    "limits under Edit item."
                ),
                "prose",
                wrap=True,
            )
        )
        self.restore = LinkButton(tr("Back to the pack as it ships"))
        self.restore.setToolTip(tr("Drop this project's own wording and limits of the pack"))
        self.restore.clicked.connect(lambda _checked=False: self.restore_wanted.emit())
        column.addWidget(self.restore)
        outer = self.layout()
        assert outer is not None
        outer.addWidget(foot)
        self._quiet = False

    def _chosen(self, row: int) -> None:
        if row >= 0 and not self._quiet:
            self.pack_chosen.emit(self._model.packs[row].id)

    def show_packs(
        self, packs: Sequence[Pack], used: Pack, bound: str, edited: bool, why_not: str
    ) -> None:
        """Show the packs: the one in use, the one the project is bound to, and what can be done."""
        self._quiet = True
        self._model.show_packs(packs, bound)
        self.packs.apply_columns()
        self.packs.setFixedHeight(34 * len(packs) + 2)
        self.packs.select_row(next(k for k, one in enumerate(packs) if one.id == used.id))
        self._quiet = False
        self.edition.setText(
            tr("{edition}. Version {version}.").format(edition=used.edition, version=used.version)
        )
        self._bind_row.setVisible(bound != used.id)
        self.bind.setEnabled(not why_not)
        self.restore.setVisible(edited)

    def show_data(self, data: ContractData) -> None:
        """Show the dates of the contract and its facts in short."""
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        kinds = ("commencement", "access", "key-date", "section", "completion")
        dated = sorted(data.milestones, key=lambda one: (kinds.index(one.kind), one.date))
        lines = [(one.name, words.day(one.due), one.kind == "completion") for one in dated]
        hidden = len(lines) - _MOST
        lines = lines if hidden <= 0 else [*lines[: _MOST - 1], lines[-1]]
        lines += [(name, told, False) for name, told in data.facts.items()]
        for row, (name, told, strong) in enumerate(lines):
            label = _short(name)
            label.setToolTip(name)
            value = Label(told, "strong" if strong else "body", tabular=True, wrap=len(told) > 12)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(value, row, 1)
        if not lines:
            self._grid.addWidget(Label(tr("None yet"), "body", "text-muted"), 0, 0)


def _short(name: str) -> Label:
    cut = name if len(name) <= 19 else f"{name[:18].rstrip(' -')}…"
    return Label(cut, "body", "text-muted")
