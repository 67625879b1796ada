"""A path step by step: dates, a small time scale, and why each activity comes when it does."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem, QWidget

from planbench.domain.schedule import Schedule
from planbench.domain.times import DAY, NO_TIME
from planbench.scenes.facts import Facts
from planbench.scenes.formats import date_text
from planbench.services.trace import Reasoner, Step, link_words
from planbench.ui import paint
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel, TableView
from planbench.ui.widgets.chart import date_ticks
from planbench.ui.widgets.delegate import CellDelegate

_TIME = 6

ROW = 30

_PLAIN = [
    Column("number", "#", 34, right=True, sortable=False),
    Column("id", "ID", 84, sortable=False, elide=False),
    Column("name", tr("Activity"), 190, sortable=False),
    Column("link", tr("Link"), 74, sortable=False),
    Column("start", tr("Start"), 94, sortable=False, elide=False),
    Column("finish", tr("Finish"), 94, sortable=False, elide=False),
    Column("time", "", 230, sortable=False),
    Column("why", tr("Why this date"), 260, sortable=False, stretch=True),
]


class StepsModel(FlatTableModel):
    """The steps of one path; reasons are found when they are first looked at."""

    def __init__(self) -> None:
        super().__init__(_PLAIN, 0)
        self.steps: list[Step] = []
        self.schedule = Schedule()
        self.facts: Facts | None = None
        self._reasons: Reasoner | None = None
        self.extent: tuple[float, float] = (0.0, 1.0)

    def show_steps(
        self, schedule: Schedule, facts: Facts, steps: list[Step], reasons: Reasoner | None
    ) -> None:
        """Show another path; without `reasons` they are still being prepared."""
        self.schedule, self.facts, self.steps, self._reasons = schedule, facts, steps, reasons
        dates = [
            int(moment)
            for step in steps
            for moment in (facts.start[step.row], facts.finish[step.row])
            if moment != NO_TIME
        ]
        low, high = (min(dates), max(dates)) if dates else (0, DAY)
        room = max((high - low) * 0.03, float(DAY))
        self.extent = (low - room, high + room)
        self.set_data(_PLAIN, len(steps))

    def explain_with(self, reasons: Reasoner) -> None:
        """From now on reasons can be told."""
        self._reasons = reasons
        self.refresh()

    def row_of(self, step: int) -> int:
        """The activity of a step."""
        return self.steps[step].row if 0 <= step < len(self.steps) else -1

    def step_of(self, row: int) -> int:
        """The step at which an activity stands, -1 when the path does not pass it."""
        return next((n for n, step in enumerate(self.steps) if step.row == row), -1)

    def look(self, row: int, column: int) -> CellLook:
        step, facts = self.steps[row], self.facts
        assert facts is not None
        acts, key = self.schedule.activities, self.columns[column].key
        if key == "number":
            return CellLook(str(row + 1), "text-muted")
        if key == "id":
            return CellLook(str(acts.code[step.row]), "text-muted")
        if key == "name":
            return CellLook(str(acts.name[step.row]))
        if key == "link":
            return CellLook(link_words(self.schedule, step.link))
        if key == "start":
            return CellLook(date_text(int(facts.start[step.row]), bool(facts.started[step.row])))
        if key == "finish":
            return CellLook(date_text(int(facts.finish[step.row]), bool(facts.finished[step.row])))
        if key == "why" and self._reasons is not None:
            return CellLook(self._reasons.start(step.row))
        return CellLook()

    def tip(self, row: int, column: int) -> str:
        if self.columns[column].key == "why" and self._reasons is not None:
            return "\n".join(self._reasons.sentences(self.steps[row].row))
        return self.cell(row, column).text if self.columns[column].key == "name" else ""


class StepsTable(TableView):
    """The table of a path with bars on one time scale, whose years stand in the header."""

    def __init__(self, model: StepsModel) -> None:
        super().__init__(tr("Path step by step"), ROW)
        self.setModel(model)
        head = self.horizontalHeader()
        head.setSectionsMovable(False)
        self.setItemDelegateForColumn(_TIME, _BarDelegate(self, model))
        self._scale = _TimeScale(self, model)
        for change in (head.sectionResized, head.geometriesChanged):
            change.connect(lambda *_: self._scale.follow())
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self._scale.follow())
        model.modelReset.connect(self._scale.update)

    def set_narrow(self, narrow: bool) -> None:
        """Leave out the finish and shorten the scale in a narrow window."""
        self.setColumnHidden(5, narrow)
        self.setColumnWidth(2, 150 if narrow else 190)
        self.setColumnWidth(_TIME, 150 if narrow else 230)
        self.horizontalHeader().setSectionResizeMode(7, QHeaderView.ResizeMode.Stretch)
        self._scale.follow()


def _at(model: StepsModel, area: QRect, instant: float) -> float:
    low, high = model.extent
    return area.left() + 4 + (instant - low) / (high - low) * (area.width() - 8)


class _TimeScale(QWidget):
    """Dates over the bars."""

    def __init__(self, table: StepsTable, model: StepsModel) -> None:
        super().__init__(table.horizontalHeader().viewport())
        self._table, self._model = table, model
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.follow()
        self.show()

    def follow(self) -> None:
        """Stand over the column of the bars."""
        head = self._table.horizontalHeader()
        x, wide = head.sectionViewportPosition(_TIME), head.sectionSize(_TIME)
        self.setGeometry(x, 0, wide, head.height() - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = paint.upright(self), current_theme()
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(theme.color("text-muted"))
        if not self._model.steps:
            return
        last = -100.0
        for instant, label in date_ticks(*self._model.extent, max(2, self.width() // 46)):
            x = _at(self._model, self.rect(), instant)
            wide = painter.fontMetrics().horizontalAdvance(label)
            if x > last + 8 and x + wide < self.width():
                paint.text_left(painter, label, x, self.rect(), self.width())
                last = x + wide


class _BarDelegate(CellDelegate):
    """A bar or a diamond, and the step down to the next activity."""

    def __init__(self, view: StepsTable, model: StepsModel) -> None:
        super().__init__(view)
        self._model = model

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        model, area, place = self._model, QRect(option.rect), index.row()
        facts = model.facts
        if facts is None or not 0 <= place < len(model.steps):
            return
        row, theme = model.steps[place].row, current_theme()
        painter.save()
        painter.setClipRect(area)
        ticks = date_ticks(*model.extent, max(2, area.width() // 46))
        for instant, _ in ticks:
            x = round(_at(model, area, instant))
            painter.fillRect(QRect(x, area.top(), 1, area.height()), theme.color("grid-line"))
        data_date = model.schedule.data_date
        if model.extent[0] < data_date < model.extent[1]:
            x = round(_at(model, area, data_date))
            painter.fillRect(QRectF(x, area.top(), 1.5, area.height()), theme.color("data-date"))
        start, finish = int(facts.start[row]), int(facts.finish[row])
        if NO_TIME not in (start, finish):
            self._mark(painter, area, row, facts, start, finish)
            self._drop(painter, area, place, facts)
        painter.restore()

    def _mark(
        self, painter: QPainter, area: QRect, row: int, facts: Facts, start: int, finish: int
    ) -> None:
        theme = current_theme()
        critical, near = bool(facts.critical[row]), bool(facts.near[row])
        fill = "critical" if critical else "near-critical" if near else "remaining"
        fill = "progress" if facts.finished[row] else fill
        middle = area.center().y() + 0.5
        x1, x2 = _at(self._model, area, start), _at(self._model, area, finish)
        if finish - start < DAY and facts.original[row] == 0:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(x2, middle)
            painter.rotate(45)
            painter.fillRect(QRectF(-4, -4, 8, 8), theme.color(fill))
            painter.restore()
            return
        box = QRectF(round(x1), middle - 5, max(3.0, round(x2) - round(x1)), 10)
        edge = None if facts.finished[row] else theme.color(f"{fill}-edge")
        paint.box(painter, box, 2, theme.color(fill), edge)
        until = int(facts.progress_to[row])
        if until != NO_TIME and not facts.finished[row]:
            box.setWidth(max(2.0, min(_at(self._model, area, until) - box.left(), box.width())))
            paint.box(painter, box, 2, theme.color("progress"))

    def _drop(self, painter: QPainter, area: QRect, place: int, facts: Facts) -> None:
        """The upright part of the links to the next step and from the one before."""
        theme, steps = current_theme(), self._model.steps
        middle = area.center().y()
        for first, top, end in (
            (place, middle + 6, area.bottom() + 1),
            (place - 1, area.top(), middle - 5),
        ):
            if not 0 <= first < len(steps) - 1:
                continue
            before, after = steps[first].row, steps[first + 1].row
            role = "link-critical" if facts.longest_path[after] else "link-driving"
            begins, ends = int(facts.start[after]), int(facts.finish[before])
            if NO_TIME in (begins, ends):
                continue
            at = round(_at(self._model, area, min(begins, ends)))
            painter.fillRect(QRectF(at, top, 1.25, end - top), theme.color(role))
            there = round(_at(self._model, area, begins))
            if first != place and there > at + 6:  # a gap before the start
                painter.fillRect(QRectF(at, middle - 5, 1.25, 5), theme.color(role))
                painter.fillRect(QRectF(at, middle, there - at - 1, 1.25), theme.color(role))
