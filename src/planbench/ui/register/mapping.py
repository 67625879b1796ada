"""Mapping a risk to activities: by drawing over bars of a Gantt, by keys, or by a filter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import NO_ROW
from planbench.domain.times import NO_TIME
from planbench.engines.register.entry import RiskEntry
from planbench.engines.register.quantify import with_register
from planbench.engines.risk.model import RiskModel
from planbench.services.document import Document
from planbench.services.register import Register, double_counts
from planbench.ui import text
from planbench.ui.paint import upright
from planbench.ui.register.finder import Finder
from planbench.ui.risk.bars import Bars
from planbench.ui.schedule.gantt import GanttView
from planbench.ui.schedule.plan import Plan
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Banner, Button, Label
from planbench.ui.widgets.forms import side_by_side

COLUMNS = ("id", "name", "remaining", "start")


class DrawGantt(GanttView):
    """A Gantt that is drawn over: `drawn(rows, add)` with the activities whose bars were met.

    Dragging adds, with Ctrl it takes out; a click turns one over. The middle button still moves
    the picture.
    """

    drawn = Signal(object, object)

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.mapped: set[int] = set()
        self._from: QPointF | None = None
        self._to = QPointF()

    def show_mapped(self, rows: Iterable[int]) -> None:
        """Mark these activities."""
        self.mapped = set(rows)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = self._to = event.position()
            self.picked.emit(self._node_at(event.position().y()))
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is None:
            super().mouseMoveEvent(event)
            return
        self._to = event.position()
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._from is None:
            super().mouseReleaseEvent(event)
            return
        area = QRectF(self._from, event.position()).normalized()
        self._from = None
        self.viewport().update()
        rows = self.bars_in(area)
        if not rows:
            return
        if area.width() < 4 and area.height() < 4:
            self.drawn.emit(rows, not set(rows) <= self.mapped)
        else:
            out = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            self.drawn.emit(rows, not out)

    def bars_in(self, area: QRectF) -> list[int]:
        """Activities whose bars an area of the pane touches."""
        high, scroll = self.metrics.row, self.verticalScrollBar().value()
        first = max(int(area.top() + scroll) // high, 0)
        last = min(int(area.bottom() + scroll) // high, len(self.plan.rows) - 1)
        nodes = self.plan.rows.nodes[first : last + 1]
        facts = self.plan.facts
        start, finish = facts.start[nodes], facts.finish[nodes]
        left, right = self.time.x(start) - 4, self.time.x(finish) + 4
        met = (finish != NO_TIME) & (left <= area.right()) & (right >= area.left())
        rows = (self.plan.activity_of(int(node)) for node in nodes[met])
        return [row for row in rows if row != NO_ROW]

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, theme = upright(self.viewport()), current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        high, scroll = self.metrics.row, self.verticalScrollBar().value()
        first = scroll // high
        last = min(first + self.viewport().height() // high + 2, len(self.plan.rows))
        facts, pen = self.plan.facts, QPen(theme.color("accent"), 2.0)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place in range(first, last):
            node = int(self.plan.rows.nodes[place])
            if self.plan.activity_of(node) not in self.mapped or facts.finish[node] == NO_TIME:
                continue
            ends = self.time.x(np.array([facts.start[node], facts.finish[node]])).tolist()
            top = place * high - scroll
            bar = QRectF(ends[0] - 3, top + 3, max(ends[1] - ends[0], 2) + 6, high - 6)
            painter.drawRoundedRect(bar, 4, 4)
        if self._from is not None:
            fill = theme.color("accent")
            fill.setAlphaF(0.16)
            painter.setPen(QPen(theme.color("accent"), 1.2, Qt.PenStyle.DashLine))
            painter.setBrush(fill)
            painter.drawRect(QRectF(self._from, self._to).normalized())


class MappingDialog(QDialog):
    """Which activities a risk delays. `made` is the risk with another mapping once it was kept."""

    def __init__(
        self,
        state: AppState,
        document: Document,
        model: RiskModel,
        register: Register,
        entry: RiskEntry,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Map {id} {title}").format(id=entry.id, title=entry.title))
        self.resize(1180, 700)
        self.made: RiskEntry | None = None
        self._document, self._model, self._register = document, model, register
        self._entry, self._state = entry, state
        known = document.schedule.row_of_code
        self.codes = dict.fromkeys(code for code in entry.activities if code in known)
        self.bars = Bars(tr("Activities to map"), tr("Gantt chart to draw on"), DrawGantt)
        self.plan, self.table = self.bars.plan, self.bars.table
        assert isinstance(self.bars.gantt, DrawGantt)
        self.gantt: DrawGantt = self.bars.gantt
        self._lay_out()
        self._connect()
        self.plan.show(document.schedule, document.cpm, None)
        self.bars.show_columns(COLUMNS)
        for code in list(self.codes)[:1]:
            self.table.select_row(self.plan.node_of(known[code]))
        self._show()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        intro = tr(
            "Draw over bars to map them, with Ctrl to take them out; a click or Space turns one "
            "over. The middle button moves the picture, Ctrl and the wheel zoom."
        )
        column.addWidget(Label(intro, "body", "text-muted", wrap=True))
        self.finder = Finder(self._document.schedule, self._document)
        column.addWidget(self.finder)
        column.addWidget(self.bars, 1)
        self.told = Label("", "strong", wrap=True)
        column.addWidget(self.told)
        self.double = Label("", "body", "warning", wrap=True)
        column.addWidget(self.double)
        self.banner = Banner("error")
        self.banner.hide()
        column.addWidget(self.banner)
        clear = Button(tr("None"), "quiet", tip=tr("Take all activities out"))
        clear.clicked.connect(lambda _checked=False: self.put(list(self.codes), False))
        cancel = Button(tr("Cancel"), "default")
        cancel.clicked.connect(lambda _checked=False: self.reject())
        keep = Button(tr("Keep"), "primary", tip=tr("Keep the mapping (Ctrl+Return)"))
        keep.clicked.connect(lambda _checked=False: self.keep())
        column.addLayout(side_by_side(clear, None, cancel, keep))

    def _connect(self) -> None:
        self.gantt.drawn.connect(self._drawn)
        self.finder.found.connect(lambda codes: self.put(codes, True))
        self.finder.refused.connect(
            lambda line: self.banner.show_message(line, tr("The filter finds nothing"))
        )
        for place in (self.table, self.gantt):
            space = QShortcut(QKeySequence(Qt.Key.Key_Space), place, self._turn)
            space.setContext(Qt.ShortcutContext.WidgetShortcut)
        QShortcut(QKeySequence("Ctrl+Return"), self, self.keep)
        self._later = QTimer(self)  # double counts are looked for once the drawing rests
        self._later.setSingleShot(True)
        self._later.setInterval(120)
        self._later.timeout.connect(self._warn)

    # Mapping.

    def _drawn(self, rows: list[int], add: bool) -> None:
        code = self._document.schedule.activities.code
        self.put([str(code[row]) for row in rows], add)

    def _turn(self) -> None:
        """Turn over the activity of the current row."""
        row = self.plan.activity_of(self.table.current_row())
        if row != NO_ROW:
            code = str(self._document.schedule.activities.code[row])
            self.put([code], code not in self.codes)

    def put(self, codes: list[str], add: bool) -> None:
        """Map activities, or take them out."""
        self.banner.hide()
        for code in codes:
            if add:
                self.codes.setdefault(code)
            else:
                self.codes.pop(code, None)
        self._show()

    @property
    def entry(self) -> RiskEntry:
        """The risk as it is mapped now; activities the schedule does not have stay."""
        known = self._document.schedule.row_of_code
        lost = [code for code in self._entry.activities if code not in known]
        return replace(self._entry, activities=(*self.codes, *lost))

    def _show(self) -> None:
        known = self._document.schedule.row_of_code
        self.gantt.show_mapped(known[code] for code in self.codes)
        count = text.counted(len(self.codes), tr("activity"), tr("activities"))
        names = ", ".join(list(self.codes)[:10])
        more = len(self.codes) - 10
        if more > 0:
            names += tr(" and {more} more").format(more=more)
        self.told.setText(
            tr("Mapped to {count}: {names}").format(count=count, names=names)
            if self.codes
            else tr("Mapped to no activity: it has no effect on dates.")
        )
        self._later.start()

    def _warn(self) -> None:
        """Where the cause may be counted twice."""
        entries = {one.id: one for one in self._register.entries} | {self._entry.id: self.entry}
        try:
            whole = with_register(self._model, entries.values(), self._document.schedule)
            found = double_counts(self._document.schedule, whole)
        except PlanbenchError as error:
            self.double.setText(error.line)
            return
        mine = [one.text for one in found if self._entry.id in (one.risk, one.other)]
        if len(mine) > 3:
            mine[3:] = [tr("and {more} more").format(more=len(mine) - 3)]
        self.double.setText("\n".join(mine))
        self.double.setVisible(bool(mine))

    def keep(self) -> None:
        """Close with the mapping."""
        self.made = self.entry
        self.accept()
