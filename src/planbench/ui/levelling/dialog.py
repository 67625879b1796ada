"""The levelling dialog: options, the difference table, and the reason of every shift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.times import NO_TIME
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.ui import text
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    CellLook,
    Column,
    ComboBox,
    FlatTableModel,
    Label,
    SegmentedControl,
    Surface,
    TableView,
)

if TYPE_CHECKING:
    from planbench.engines.levelling.propose import LevelResult

ORDERS = {
    tr("Levelling priority, late finish"): (
        tr("levelling priority"),
        tr("late finish"),
        tr("activity id"),
    ),
    tr("Total float"): (tr("total float"), tr("late finish"), tr("activity id")),
    tr("Early start"): (tr("early start"), tr("late finish"), tr("activity id")),
    tr("Late finish"): (tr("late finish"), tr("activity id")),
    tr("Activity id"): (tr("activity id"),),
}
"""Priority lists by the words of the dialog; ties are broken from left to right."""

_COLUMNS = (
    Column("id", "ID", 110),
    Column("name", tr("Activity"), 260, stretch=True),
    Column("before", tr("Early start"), 92),
    Column("after", tr("Levelled start"), 104),
    Column("finish", tr("Levelled finish"), 108),
    Column("delay", tr("Delay, d"), 76, right=True),
    Column("resource", tr("Resource"), 120),
    Column("why", tr("Why"), 300),
)


class _Shifts(FlatTableModel):
    """The difference table of one proposal."""

    def __init__(self, document: Document, result: LevelResult) -> None:
        acts, cpm = document.schedule.activities, document.cpm
        shifts = result.shifts
        rows = [shift.activity for shift in shifts]
        self.activities = rows
        calendars = [document.schedule.activity(row).own_calendar for row in rows]
        days = [s.delay / c.minutes_per_day for s, c in zip(shifts, calendars, strict=True)]
        before = [NO_TIME if cpm is None else int(cpm.early_start[row]) for row in rows]
        after = [int(result.start[row]) for row in rows]
        finish = [int(result.finish[row]) for row in rows]
        codes = document.schedule.resources.code
        values = {
            "id": [acts.code[row] for row in rows],
            "name": [acts.name[row] for row in rows],
            "before": [text.date(moment) for moment in before],
            "after": [text.date(moment) for moment in after],
            "finish": [text.date(moment) for moment in finish],
            "delay": [f"{day:.1f}" if day else "—" for day in days],
            "resource": [codes[shift.resource] for shift in shifts],
            "why": [_reason(document, shift) for shift in shifts],
        }
        order: dict[str, Sequence[float]] = {
            "before": before,
            "after": after,
            "finish": finish,
            "delay": days,
        }
        super().__init__(
            [
                Column(
                    one.key,
                    one.title,
                    one.width,
                    right=one.right,
                    values=values[one.key],
                    sort_values=order.get(one.key),
                    stretch=one.stretch,
                )
                for one in _COLUMNS
            ],
            len(rows),
        )
        self._over = [bool(shift.over_limit) for shift in shifts]

    def look(self, row: int, column: int) -> CellLook:
        plain = super().look(row, column)
        if self._over[row] and self.columns[column].key == "why":
            return plain._replace(role="warning")
        return plain


def _reason(document: Document, shift: object) -> str:
    from planbench.engines.levelling.propose import Shift

    assert isinstance(shift, Shift)
    codes = document.schedule.activities.code
    holders = ", ".join(codes[other] for other in shift.blockers)
    if shift.over_limit:
        return tr("Stays over the limit: {over_limit}").format(over_limit=shift.over_limit)
    return (
        tr("Waits for {holders}").format(holders=holders)
        if holders
        else tr("Waits for the resource")
    )


class LevellingDialog(QDialog):
    """Proposes levelled dates for the open schedule; the schedule itself never changes."""

    def __init__(self, state: AppState, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._document = state, document
        self.result_: LevelResult | None = None
        self.setWindowTitle(tr("Level resources"))
        self.setAccessibleName(tr("Level resources"))
        self.resize(1180, 620)
        self.mode = SegmentedControl(
            [tr("Finish may move"), tr("Within float")], tr("How far shifts go")
        )
        self.order = ComboBox(list(ORDERS), tr("Priority"))
        self.run = Button(tr("Propose"), "primary", "play", tip=tr("Calculate a proposal"))
        self.run.clicked.connect(self.propose)
        self.sentence = Label(
            tr(
                "Activities wait until their resources are free, in the order of priority. "
                "This is a proposal: no date of the schedule is changed."
            ),
            "prose",
            "text-muted",
            wrap=True,
        )
        self.table = TableView(tr("Shifts that levelling proposes"))
        self.table.row_activated.connect(self._open)
        self._lay_out()

    def _lay_out(self) -> None:
        head = Surface("surface-raised", "b")
        column = QVBoxLayout(head)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        column.addWidget(Label(tr("Level resources"), "title"))
        column.addWidget(self.sentence)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(self.mode)
        bar.addWidget(Label(tr("Priority"), "body", "text-muted"))
        bar.addWidget(self.order)
        bar.addStretch(1)
        bar.addWidget(self.run)
        column.addLayout(bar)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(head)
        whole.addWidget(self.table, 1)

    def propose(self) -> None:
        """Level in a job and show the difference table."""
        from planbench.services.levelling import level_options, propose

        options = level_options(
            self._document,
            within_float=self.mode.index == 1,
            priority=ORDERS[self.order.currentText()],
        )
        document = self._document

        def work(context: JobContext) -> LevelResult:
            return propose(document, options, context)

        self.run.setEnabled(False)
        job = self._state.run("level", tr("Levelling resources"), work, self._show)
        job.finished.connect(lambda: self.run.setEnabled(True))

    def _show(self, result: LevelResult) -> None:
        self.result_ = result
        moved = sum(1 for shift in result.shifts if shift.delay)
        over = sum(1 for shift in result.shifts if shift.over_limit)
        days = (result.finish_after - result.finish_before) / 1440
        finish = text.date(result.finish_after)
        if not result.shifts:
            words = tr("No resource is asked for more than there is: nothing has to move.")
        elif days > 0:
            words = tr("{moved} would move; the finish ").format(
                moved=text.counted(moved, tr("activity"), tr("activities"))
            )
            words += tr("would become {finish}, {days:.0f} calendar days later.").format(
                finish=finish, days=days
            )
        else:
            words = tr("{moved} would move; the finish stays.").format(
                moved=text.counted(moved, tr("activity"), tr("activities"))
            )
        if over:
            words += tr(" {over} over a limit.").format(
                over=text.counted(over, tr("activity stays"), tr("activities stay"))
            )
        self.sentence.setText(words)
        self.table.setModel(_Shifts(self._document, result))
        self.table.fit_columns()

    def _open(self, row: int) -> None:
        """Select the activity of a row in all views."""
        model = self.table.model()
        if isinstance(model, _Shifts):
            self._state.select(model.activities[row])
