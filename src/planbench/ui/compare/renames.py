"""The dialog on proposed renames: a deleted and an added activity that may be one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from planbench.services.compare import Proposal
from planbench.ui import text
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Column, FlatTableModel, Label, TableView

Settle = Callable[[list[tuple[str, str]], bool], object]


class RenamesDialog(QDialog):
    """Settles pairs: `settle(pairs, same)` for those chosen, `forget()` to be asked about all."""

    def __init__(
        self,
        proposals: Sequence[Proposal],
        settled: int,
        settle: Settle,
        forget: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Proposed renames"))
        self.resize(900, 460)
        self.open_ = list(proposals)
        self._settle, self._forget = settle, forget
        said = Label(
            tr(
                "Each row is a deleted and an added activity with like names and neighbours. Pairs "
                "that are the same are compared as one activity. The answer is kept with the "
                "project."
            ),
            "prose",
            wrap=True,
        )
        self.model = FlatTableModel()
        self.table = TableView(tr("Pairs that may be one activity"))
        self.table.setModel(self.model)
        self.yes = Button(tr("They are the same"), "primary", "check")
        self.no = Button(tr("They are not"), "default", "x")
        self.yes.clicked.connect(lambda _on=False: self._answer(True))
        self.no.clicked.connect(lambda _on=False: self._answer(False))
        self.again = Button(
            tr("Ask about all again"),
            "quiet",
            "undo",
            tip=tr("Forget what was answered for this project"),
        )
        self.again.setVisible(bool(settled))
        self.again.clicked.connect(lambda _on=False: self._ask_again())
        close = Button(tr("Close"), "default")
        close.clicked.connect(lambda _on=False: self.accept())
        foot = QHBoxLayout()
        foot.addWidget(self.again)
        foot.addStretch(1)
        for button in (close, self.no, self.yes):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(said)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self._fill()

    def _fill(self) -> None:
        rows = self.open_
        columns = [
            Column("old", tr("Was"), 110, values=[one.old for one in rows]),
            Column(
                "old_name", tr("Name"), 230, values=[one.old_name for one in rows], stretch=True
            ),
            Column("new", tr("Is now"), 110, values=[one.new for one in rows]),
            Column(
                "new_name", tr("Name"), 230, values=[one.new_name for one in rows], stretch=True
            ),
            Column(
                "like",
                tr("Likeness"),
                84,
                True,
                values=[one.likeness for one in rows],
                format=lambda share: text.percent(share, 0),
            ),
        ]
        self.model.set_data(columns, len(rows))
        self.table.apply_columns()
        for button in (self.yes, self.no):
            button.setEnabled(bool(rows))
        if rows:
            self.table.select_row(0)

    def _answer(self, same: bool) -> None:
        chosen = self.table.selected_rows()
        pairs = [(self.open_[row].old, self.open_[row].new) for row in chosen]
        if not pairs:
            return
        self._settle(pairs, same)
        self.open_ = [one for row, one in enumerate(self.open_) if row not in set(chosen)]
        self._fill()
        if not self.open_:
            self.accept()

    def _ask_again(self) -> None:
        self._forget()
        self.accept()
