"""The rows behind the metric in view: their head with filters, and the table."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from planbench.domain.schedule import Schedule
from planbench.engines.quality.result import WHO, MetricResult, listed
from planbench.ui import text
from planbench.ui.quality import words
from planbench.ui.quality.areas import Areas
from planbench.ui.quality.findings import FindingsModel
from planbench.ui.quality.sidebar import AreaBars
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr, tr_data
from planbench.ui.widgets import (
    Button,
    ComboBox,
    ElidedLabel,
    Label,
    LinkButton,
    SearchField,
    Surface,
    TableView,
)

_WHO = [tr("Found"), tr("Counted"), tr("Left out"), tr("All, with why")]
"""Words of WHO."""


class RowsPane(QWidget):
    """`filtered()` after the rows shown changed, `compare_asked()` for other readings."""

    filtered = Signal()
    compare_asked = Signal()

    def __init__(self, bars: AreaBars) -> None:
        super().__init__()
        self._bars = bars
        self._areas: Areas | None = None
        self._result: MetricResult | None = None
        self._whole: MetricResult | None = None  # with what was found
        self._schedule: Schedule | None = None
        self.model = FindingsModel()
        self.table = TableView(tr("Rows behind the metric"))
        self.table.setModel(self.model)
        self._nothing = Label("", "prose", "text-muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing.setContentsMargins(16, 14, 16, 0)
        ground = Surface("surface-raised")
        inside = QVBoxLayout(ground)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self._nothing)
        inside.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.table)
        self._pages.addWidget(ground)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(self._pages, 1)

    def _head(self) -> QWidget:
        head = Surface("surface-raised", "t")
        head.setFixedHeight(40)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(8)
        self._title = Label("", "heading")
        self._count = Label("", "body", "text-muted")
        self._search = SearchField(tr("Filter rows"))
        self._search.textChanged.connect(lambda _text: self.filter())
        self.who = ComboBox(_WHO, tr("Whom the list shows"))
        self.who.setToolTip(tr("Who is counted, who is left out, and why"))
        self.who.activated.connect(lambda _index: self._show())
        self._area = LinkButton("")
        self._area.setToolTip(tr("Show all work areas"))
        self._area.clicked.connect(lambda _checked=False: self._bars.choose(-1))
        self.compare = Button(
            tr("Explain a difference"),
            "default",
            "scale",
            tip=tr("The same question as other rulesets read it, and the rows that differ"),
            in_card=True,
        )
        self.compare.clicked.connect(lambda _checked=False: self.compare_asked.emit())
        for part in (self._title, self.who, self._count, self._search, self._area):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.compare)
        return head

    def show_result(
        self,
        schedule: Schedule | None,
        result: MetricResult | None,
        areas: Areas | None,
        readings: int,
    ) -> None:
        """Show the rows of another metric, of which there are so many readings."""
        self._whole, self._schedule, self._areas = result, schedule, areas
        self._title.setText(tr_data(result.name) if result else "")
        self.compare.setVisible(readings > 1)
        self.who.setVisible(result is not None)
        self._show()

    def _show(self) -> None:
        """The rows of those who were asked for."""
        who = WHO[self.who.currentIndex()]
        self._result = None if self._whole is None else listed(self._whole, who)
        self.model.show_result(self._schedule, self._result)
        self.table.apply_columns()
        self.table.fit_columns()
        self.filter()

    def place(self, row: int) -> int:
        """The place of a row among what was found, -1 where it was not found."""
        if self._whole is None or self._result is self._whole or self._result is None or row < 0:
            return row
        found = np.flatnonzero(self._whole.rows == self._result.rows[row])
        return int(found[0]) if found.size else -1

    def filter(self) -> None:
        """Show the rows that fit the text and the work area chosen."""
        result, area = self._result, self._bars.area()
        self._area.setText(
            tr("Only {area_name}, show all").format(area_name=self._bars.area_name())
            if area >= 0
            else ""
        )
        self._area.setVisible(area >= 0)
        self._search.setVisible(result is not None and result.rows.size > 0)
        if result is None:
            self._count.setText("")
            self._nothing.setText("")
            self._pages.setCurrentIndex(1)
            return
        self.model.filter(self._search.text(), self._areas, area)
        shown, whole = self.model.rowCount(), int(result.rows.size)
        count = words.rows_word(result)
        self._count.setText(
            count
            if shown == whole
            else tr("{shown} of {count}").format(shown=text.number(shown), count=count)
        )
        self._nothing.setText(_nothing_words(result, shown, whole))
        self._pages.setCurrentIndex(0 if shown else 1)
        self.filtered.emit()


def _nothing_words(result: MetricResult, shown: int, whole: int) -> str:
    """Why there are no rows."""
    if shown:
        return ""
    if whole:
        return tr("No row fits the filter.")
    if result.value is None:
        reason = result.reason
        return f"{reason[:1].upper()}{reason[1:]}."
    return tr("Nothing to list: no row is behind this figure.")


class PeekStrip(Surface):
    """In a narrow window the evidence in one line, 40 high; `opened()` for all of it."""

    opened = Signal()

    def __init__(self) -> None:
        super().__init__("surface-raised", "t")
        self.setFixedHeight(current_theme().frame["peek_strip"])
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(8)
        self._title = Label("", "strong")
        self._words = ElidedLabel("", "body", "text-muted")
        more = LinkButton(tr("Evidence"))
        more.clicked.connect(lambda _checked=False: self.opened.emit())
        row.addWidget(self._title)
        row.addWidget(self._words, 1)
        row.addWidget(more)
        self.hide()

    def show_result(self, result: MetricResult | None) -> None:
        """Say the metric in view in a sentence."""
        self._title.setText(tr_data(result.name) if result else "")
        self._words.setText(words.sentence(result) if result else "")
