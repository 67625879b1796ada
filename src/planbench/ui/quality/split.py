"""A ruleset by groups of activities: work areas, codes, calendars, quarters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.times import Minutes
from planbench.engines.quality.result import QualityReport
from planbench.engines.quality.ribbons import Ribbon, Ribbons, ribbons_of
from planbench.services.document import Document
from planbench.services.ribbons import Groups, groupings
from planbench.ui import text
from planbench.ui.quality import words
from planbench.ui.quality.areas import Areas
from planbench.ui.translation import tr, tr_data
from planbench.ui.widgets import (
    CellLook,
    Column,
    ComboBox,
    ElidedLabel,
    FlatTableModel,
    Label,
    Surface,
    TableView,
)

WORK_AREA = tr("Work area")
_DESCENDING = Qt.SortOrder.DescendingOrder


def headed(head: QWidget, table: QWidget) -> QVBoxLayout:
    """A head above what it is about."""
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(head)
    column.addWidget(table, 1)
    return column


# ---------------------------------------------------------------- ribbons

_FIXED = 3
"""Columns before those of the metrics."""


class RibbonsModel(FlatTableModel):
    """One row a group, one column a metric that can be split."""

    def __init__(self) -> None:
        super().__init__()
        self.names: tuple[str, ...] = ()
        self.split: Ribbons | None = None

    def show_split(self, names: tuple[str, ...], split: Ribbons | None) -> None:
        """Show other groups."""
        self.names, self.split = names, split
        if split is None:
            self.set_data([], 0)
            return
        share = 100.0 * split.passing / np.maximum(split.records, 1)
        columns = [
            Column("group", tr("Group"), 210, values=list(names)),
            Column("records", tr("Counted"), 78, right=True, sort_values=split.records),
            Column(
                "score",
                tr("Score"),
                70,
                right=True,
                sort_values=np.where(split.records > 0, share, -1.0),
                tip=tr("Of 100: activities that pass every metric of the ruleset"),
            ),
            *(
                Column(
                    one.result.id,
                    words.short_id(one.result.metric),
                    74,
                    right=True,
                    sort_values=np.nan_to_num(one.value, nan=-1.0),
                    tip=f"{tr_data(one.result.name)}: {tr_data(one.result.metric.formula)}",
                )
                for one in split.ribbons
            ),
        ]
        self.set_data(columns, np.flatnonzero(split.records + _any(split)))

    def look(self, row: int, column: int) -> CellLook:
        split = self.split
        assert split is not None
        if column == 0:
            return CellLook(self.names[row], strong=True)
        records = int(split.records[row])
        if column == 1:
            return CellLook(text.number(records), role="text-muted")
        if column == 2:
            passing = int(split.passing[row])
            shown = text.number(100.0 * passing / records) if records else text.DASH
            return CellLook(shown, strong=True)
        one = split.ribbons[column - _FIXED]
        if not one.counted[row]:
            return CellLook(text.DASH, role="text-muted")
        shown = words.value(one.result.metric, float(one.value[row]))
        flagged = bool(one.flagged[row])
        return CellLook(shown, role="warning" if flagged else "text", strong=flagged)

    def tip(self, row: int, column: int) -> str:
        split = self.split
        if split is None or column < _FIXED:
            return ""
        one = split.ribbons[column - _FIXED]
        found, counted = int(one.found[row]), int(one.counted[row])
        return tr("{name}: {found} found of {counted} counted").format(
            name=tr_data(one.result.name), found=text.number(found), counted=text.number(counted)
        )


def _any(split: Ribbons) -> Minutes:
    total = np.zeros(split.records.size, dtype=np.int64)
    for one in split.ribbons:
        total += one.counted
    return total


class RibbonsView(QWidget):
    """`metric_opened(id)` when the rows behind a metric are asked for."""

    metric_opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.by = ComboBox([WORK_AREA], tr("Group by"))
        self.by.activated.connect(lambda _index: self._split())
        self.model = RibbonsModel()
        self.table = TableView(tr("Metrics by group"))
        self.table.setModel(self.model)
        self.table.cell_clicked.connect(self._clicked)
        head = Surface("surface-raised", "b")
        head.setFixedHeight(44)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(8)
        self._note = ElidedLabel("", "body", "text-muted")
        for part in (Label(tr("Group by"), "body", "text-muted"), self.by):
            row.addWidget(part)
        row.addWidget(self._note, 1)
        self.setLayout(headed(head, self.table))
        self._ways: dict[str, Callable[[], Groups]] = {}
        self._document: Document | None = None
        self._report: QualityReport | None = None
        self._areas: Areas | None = None

    def show_report(
        self, document: Document | None, report: QualityReport | None, areas: Areas | None
    ) -> None:
        """Split another report."""
        if document is None or report is None or areas is None:
            self._report = None
            self.model.show_split((), None)
            return
        same = self._document is not None and self._document.schedule is document.schedule
        self._document, self._report, self._areas = document, report, areas
        if not same:
            chosen = self.by.currentText()
            self._ways = groupings(document)
            self.by.clear()
            self.by.addItems([WORK_AREA, *self._ways])
            self.by.setCurrentIndex(max(self.by.findText(chosen), 0))
        self._split()

    def _split(self) -> None:
        document, report, areas = self._document, self._report, self._areas
        if document is None or report is None or areas is None:
            return
        name = self.by.currentText()
        way = self._ways.get(name)
        names, groups = way() if way is not None else (areas.names, areas.of_activity)
        split = ribbons_of(document.schedule, report, groups, len(names))
        self.model.show_split(names, split)
        self.table.apply_columns()
        self.table.fit_columns()
        left = len(report.metrics) - len(split.ribbons)
        said = tr("A click on a figure opens the rows behind the metric.")
        if left:
            said += tr(" {left} cannot be split or not measured.").format(
                left=text.counted(left, tr("metric"), tr("metrics"))
            )
        self._note.setText(said)

    def _clicked(self, _row: int, column: int) -> None:
        ribbon = self.ribbon(column)
        if ribbon is not None:
            self.metric_opened.emit(ribbon.result.id)

    def ribbon(self, column: int) -> Ribbon | None:
        """The metric of a column."""
        split = self.model.split
        if split is None or not _FIXED <= column < _FIXED + len(split.ribbons):
            return None
        return split.ribbons[column - _FIXED]
