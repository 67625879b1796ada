"""The same question as several rulesets read it, and the rows that explain the difference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.schedule import Schedule
from planbench.engines.quality.result import MetricResult
from planbench.engines.quality.ribbons import Difference, Reading, differences
from planbench.ui import text
from planbench.ui.quality import words
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr, tr_data
from planbench.ui.widgets import Button, CellLook, Column, FlatTableModel, Label, TableView
from planbench.ui.widgets.forms import check_box


class ReadingsModel(FlatTableModel):
    """One row a ruleset's reading of the question."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.readings = readings
        results = [one.result for one in readings]
        columns = [
            Column(
                "ruleset", tr("Ruleset"), 250, values=[one.report.ruleset.title for one in readings]
            ),
            Column("id", tr("Metric"), 120, values=[one.id for one in results], elide=False),
            Column("state", tr("State"), 120, sort_values=[one.state for one in results]),
            Column(
                "value",
                tr("Value"),
                84,
                right=True,
                values=[words.value(one.metric, one.value) for one in results],
            ),
            Column(
                "limit",
                tr("Limit"),
                80,
                right=True,
                values=[words.limit(one.metric) for one in results],
            ),
            Column(
                "rows",
                tr("Rows"),
                64,
                right=True,
                values=[int(one.rows.size) for one in results],
                sort_values=np.array([one.rows.size for one in results], dtype=np.int64),
            ),
            Column(
                "counted",
                tr("Counted"),
                80,
                right=True,
                values=[text.number(one.membership.size) for one in results],
                sort_values=np.array([one.membership.size for one in results], dtype=np.int64),
            ),
            Column(
                "formula",
                tr("Formula"),
                300,
                values=[tr_data(r.metric.formula) for r in results],
                stretch=True,
            ),
        ]
        super().__init__(columns, len(readings))

    def look(self, row: int, column: int) -> CellLook:
        if self.columns[column].key == "state":
            kind, word = words.state_chip(self.readings[row].result)
            return CellLook(word, chip=kind)
        return super().look(row, column)


class DifferencesDialog(QDialog):
    """Readings above, below the rows that the reading in view and the one chosen see apart."""

    def __init__(
        self,
        schedule: Schedule,
        readings: Sequence[Reading],
        result: MetricResult,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Explain a difference"))
        self.resize(1080, 640)
        self._schedule = schedule
        self._readings = readings
        self._here = next(place for place, one in enumerate(readings) if one.result is result)
        self.readings = TableView(tr("Readings of the question"))
        self.readings.setModel(ReadingsModel(readings))
        self.readings.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.readings.fit_columns()
        row = current_theme().row
        height = row["header_single"] + row["default"] * min(len(readings), 9) + 2
        self.readings.setFixedHeight(height)
        self._said = Label("", "prose", wrap=True)
        self.everyone: QCheckBox = check_box(tr("Also rows that only one of them counts"), False)
        self.everyone.toggled.connect(lambda _on: self._compare())
        self.rows = FlatTableModel()
        self.table = TableView(tr("Rows that differ"))
        self.table.setModel(self.rows)
        close = Button(tr("Close"), "primary")
        close.clicked.connect(lambda _on=False: self.accept())
        foot = QHBoxLayout()
        foot.addWidget(self.everyone)
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(
            Label(tr_data(readings[self._here].result.metric.question), "heading", wrap=True)
        )
        for part in (self.readings, self._said):
            column.addWidget(part)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self.readings.row_changed.connect(lambda _row: self._compare())
        self.readings.select_row(self._first())
        self._compare()

    def _first(self) -> int:
        """The first reading that finds other rows, else the first other one."""
        here = self._readings[self._here].result
        others = [place for place in range(len(self._readings)) if place != self._here]
        for place in others:
            if not np.array_equal(self._readings[place].result.rows, here.rows):
                return place
        return others[0]

    def _compare(self) -> None:
        place = self.readings.current_row()
        if place < 0:
            return
        here, there = self._readings[self._here], self._readings[place]
        found = differences(here.result, there.result, self.everyone.isChecked())
        names = [words.named(self._schedule, here.result.kind, one.row) for one in found]
        first, second = here.report.ruleset.title, there.report.ruleset.title
        self.rows.set_data(
            [
                Column("id", "ID", 150, values=[one for one, _ in names], elide=False),
                Column("name", tr("Name"), 260, values=[one for _, one in names], stretch=True),
                Column("here", first, 260, values=[one.here for one in found]),
                Column("there", second, 260, values=[one.there for one in found]),
            ],
            len(found),
        )
        self.table.apply_columns()
        self.table.fit_columns()
        self._said.setText(_sentence(found, first, second, place == self._here))


def _sentence(found: list[Difference], first: str, second: str, same: bool) -> str:
    if same:
        return tr("This is the reading in view; choose another one above.")
    if not found:
        return tr("{first} and {second} find the same rows.").format(first=first, second=second)
    only = sum(one.here == "found" for one in found)
    other = sum(one.there == "found" for one in found)
    return tr("{only} found by {first} alone, {other} by {second} alone.").format(
        only=text.counted(only, tr("row"), tr("rows")),
        first=first,
        other=text.number(other),
        second=second,
    )
