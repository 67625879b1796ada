"""A row of fields that finds activities: by ids, WBS, code, calendar or a filter of Schedule."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.schedule import Schedule
from planbench.engines.risk.selection import selected
from planbench.services.document import Document
from planbench.services.risk_shorthand import ids_of_filter
from planbench.ui.risk.shelf import CHOICES, FILTER, FILTER_HINT, HINTS, where_of
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, ComboBox, FormField


class Finder(QWidget):
    """`found(codes)` with the activities it finds, `refused(line)` where it cannot.

    With a document the filters of Schedule can be used as well.
    """

    found = Signal(object)
    refused = Signal(str)

    def __init__(self, schedule: Schedule, document: Document | None = None) -> None:
        super().__init__()
        self._schedule, self._document = schedule, document
        self._hints = (*HINTS[1:], FILTER_HINT) if document is not None else HINTS[1:]
        names = (*CHOICES[1:], FILTER) if document is not None else CHOICES[1:]
        self.kind = ComboBox(names, tr("Filter"))
        self.value = FormField(tr("Add what a filter finds"))
        self.kind.currentIndexChanged.connect(self._hint)
        self._hint(0)
        self.button = Button(tr("Add"), "default", "plus", tip=tr("Add the activities it finds"))
        self.button.clicked.connect(lambda _checked=False: self.tell())
        self.value.field.returnPressed.connect(self.tell)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.kind, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.value, 1, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)

    def _hint(self, index: int) -> None:
        self.value.field.setPlaceholderText(self._hints[index])

    def tell(self) -> None:
        """Tell what the fields find."""
        index, words = self.kind.currentIndex() + 1, self.value.text().strip()
        try:
            if index < len(CHOICES):
                rows = selected(self._schedule, where_of(index, words), "filter").nonzero()[0]
                codes = self._schedule.activities.code[rows].tolist()
            else:
                assert self._document is not None
                if not words:
                    raise ModelError(tr("say which activities are meant"))
                codes = list(ids_of_filter(self._document, words))
        except PlanbenchError as error:
            self.refused.emit(error.line)
            return
        self.found.emit([str(code) for code in codes])
