"""Every part of the risk model as a table to type into: the sheets of its workbook."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.engines.risk.model import RiskModel
from planbench.services.document import Document
from planbench.services.risk import check_model
from planbench.services.risk_sheets import Texts, model_of_texts, model_texts
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Column, ComboBox, FlatTableModel, Label, TableView

NAMES = {
    "uncertainty": tr("Ranges"),
    "correlation": tr("Correlation"),
    "matrices": tr("Correlation matrices"),
    "occurrence": tr("Risks that occur together"),
    "drivers": tr("Drivers"),
    "risks": tr("Risks"),
    "impacts": tr("Impacts of risks"),
    "weather": tr("Weather"),
    "lost days": tr("Weather: lost days by month"),
    "years": tr("Weather: recorded years"),
    "existence": tr("Work that may not exist"),
    "paths": tr("Paths of branches"),
    "cost": tr("Cost lines"),
    "currencies": tr("Currencies"),
    "watch": tr("Watched"),
}
"""Sheets of the workbook as a planner would call them."""

FIRST = "correlation"
"""What is shown at first: ranges have a form of their own beside the results."""


class PartModel(FlatTableModel):
    """One sheet; every cell can be typed into."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: Texts = []

    def show_part(self, titles: tuple[str, ...], texts: Texts) -> None:
        """Show these rows, which edits change in place."""
        self.texts = texts
        columns = []
        for k, title in enumerate(titles):
            short = title.replace("parameters.", "").replace("where.", "")
            values = [row[k] for row in texts]
            column = Column(title, short, max(76, 9 * len(short)), values=values)
            columns.append(replace(column, editable=True, sortable=False, tip=title))
        self.set_data(columns, len(texts))

    def put(self, row: int, column: int, text: str) -> bool:
        self.texts[row][column] = text
        values = self.columns[column].values
        assert isinstance(values, list)
        values[row] = text
        return True


class ModelDialog(QDialog):
    """Tables of the model. `made(RiskModel)` once all of them make sense for the schedule."""

    made = Signal(object)

    def __init__(self, document: Document, model: RiskModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._document = document
        self.texts = model_texts(model)
        self.setWindowTitle(tr("Risk model"))
        self.resize(980, 520)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        head = QHBoxLayout()
        self.part = ComboBox((), tr("Part of the model"))
        self.part.setMinimumWidth(260)
        for name in self.texts:
            self.part.addItem(self._title(name), name)
        self.part.setCurrentIndex(self.part.findData(FIRST))
        self.part.activated.connect(lambda _index: self.refresh())
        head.addWidget(self.part)
        head.addStretch(1)
        add = Button(tr("Add"), "quiet", "plus", tip=tr("Add a row (Ins)"))
        add.clicked.connect(lambda _checked=False: self.add())
        remove = Button(tr("Remove"), "quiet", "trash-2", tip=tr("Remove the chosen row (Del)"))
        remove.clicked.connect(lambda _checked=False: self.take_out())
        head.addWidget(add)
        head.addWidget(remove)
        column.addLayout(head)
        self.model = PartModel()
        self.table = TableView(tr("Part of the model"))
        self.table.setModel(self.model)
        edit = QAbstractItemView.EditTrigger
        self.table.setEditTriggers(edit.DoubleClicked | edit.EditKeyPressed | edit.AnyKeyPressed)
        for key, slot in (("Ins", self.add), ("Del", self.take_out)):
            QShortcut(QKeySequence(key), self.table, slot)
        column.addWidget(self.table, 1)
        words = tr(
            "Columns are those of the model's workbook. Lists in one cell are separated by "
            "semicolons, codes are written as Phase = Civil, yes stands for all open work."
        )
        column.addWidget(Label(words, "small", "text-muted", wrap=True))
        self.trouble = Label("", "body", "negative", wrap=True)
        self.trouble.hide()
        column.addWidget(self.trouble)
        feet = QHBoxLayout()
        feet.addStretch(1)
        cancel = Button(tr("Cancel"), "quiet")
        cancel.clicked.connect(lambda _checked=False: self.reject())
        self.use = Button(tr("Use"), "primary", "check", tip=tr("Work with this model"))
        self.use.clicked.connect(lambda _checked=False: self.finish())
        feet.addWidget(cancel)
        feet.addWidget(self.use)
        column.addLayout(feet)
        self.refresh()

    @property
    def name(self) -> str:
        """The sheet that is shown."""
        return str(self.part.currentData())

    def _title(self, name: str) -> str:
        count = len(self.texts[name][1])
        return f"{NAMES[name]} ({count})" if count else NAMES[name]

    def refresh(self) -> None:
        """Show the chosen part."""
        self.model.show_part(*self.texts[self.name])
        self.table.apply_columns()
        self.part.setItemText(self.part.currentIndex(), self._title(self.name))

    def add(self) -> None:
        """A new empty row; rows that say nothing are left out at the end."""
        titles, rows = self.texts[self.name]
        rows.append([""] * len(titles))
        self.refresh()
        self.table.select_row(len(rows) - 1)

    def take_out(self) -> None:
        """Remove the chosen row."""
        row = self.table.current_row()
        _, rows = self.texts[self.name]
        if 0 <= row < len(rows):
            del rows[row]
            self.refresh()
            self.table.select_row(min(row, len(rows) - 1))

    def finish(self) -> None:
        """Hand the model over, or say what is wrong with it."""
        try:
            model = model_of_texts(self.texts)
            check_model(self._document, model)
        except PlanbenchError as error:
            self.trouble.setText(error.line)
            self.trouble.show()
            return
        self.made.emit(model)
        self.accept()
