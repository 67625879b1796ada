"""Events of the contract and the deadlines that follow from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from planbench.engines.contract.deadlines import Deadline, Event
from planbench.engines.contract.pack import Pack
from planbench.services.contract_view import ContractReport
from planbench.services.deadlines import DATA_DATE
from planbench.ui import text
from planbench.ui.contract import words
from planbench.ui.contract.parts import bar
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    CellLook,
    Column,
    ComboBox,
    FlatTableModel,
    FormField,
    Label,
    TableView,
)

DATE_WORDS = {
    "date": tr("Happened on"),
    "aware": tr("Became aware"),
    "notified": tr("Notified"),
    "instructed": tr("Quotation instructed"),
    "submitted": tr("Submitted"),
    "quoted": tr("Quoted"),
    "decided": tr("Decided"),
    "replied": tr("Replied"),
    "detailed": tr("Detailed claim sent"),
    "silence": tr("Silence notified"),
    "met": tr("Met"),
}
"""What the dates of an event are called."""


class EventsModel(FlatTableModel):
    """One row an event."""

    def __init__(self) -> None:
        super().__init__()
        self.events: tuple[Event, ...] = ()

    def show_events(self, events: Sequence[Event]) -> None:
        """Show these events."""
        self.events = tuple(events)
        columns = [
            Column("id", tr("Id"), 96, values=[one.id for one in events]),
            Column("kind", tr("Kind"), 160, values=[one.kind for one in events]),
            Column("subject", tr("Subject"), 300, values=[e.subject for e in events], stretch=True),
            Column("clause", tr("Clause"), 80, values=[one.clause for one in events]),
            Column("dates", tr("Dates"), 330, values=[_dates(one) for one in events]),
            Column(
                "state", tr("State"), 96, values=[tr("closed") if e.closed else "" for e in events]
            ),
        ]
        self.set_data(columns, len(events))


def _dates(event: Event) -> str:
    return ", ".join(
        f"{DATE_WORDS.get(name, name).lower()} {words.day(day)}"
        for name, day in sorted(event.dates.items(), key=lambda item: item[1])
    )


class DeadlinesModel(FlatTableModel):
    """One row a deadline, by due date."""

    def __init__(self) -> None:
        super().__init__()
        self.deadlines: tuple[Deadline, ...] = ()

    def show_deadlines(self, deadlines: Sequence[Deadline]) -> None:
        """Show these deadlines."""
        self.deadlines = tuple(deadlines)
        columns = [
            Column(
                "due",
                tr("Due"),
                84,
                values=[words.day(one.due) for one in deadlines],
                sort_values=[one.due.toordinal() for one in deadlines],
            ),
            Column("state", tr("State"), 112, sort_values=[one.state for one in deadlines]),
            Column("left", "Left", 104, values=[words.days_left(one) for one in deadlines]),
            Column("what", tr("What"), 280, values=[d.rule.title for d in deadlines], stretch=True),
            Column("event", tr("Event"), 96, values=[one.event.id for one in deadlines]),
            Column("who", tr("Who"), 124, values=[one.rule.who for one in deadlines]),
            Column("clause", tr("Clause"), 76, values=[one.rule.clause for one in deadlines]),
            Column("days", tr("Counted"), 214, values=[words.counted_days(d) for d in deadlines]),
        ]
        self.set_data(columns, len(deadlines))

    def look(self, row: int, column: int) -> CellLook:
        if self.columns[column].key == "state":
            chip, word, _ = words.CLOCK[self.deadlines[row].state]
            return CellLook(word, chip=chip)
        return super().look(row, column)

    def tip(self, row: int, column: int) -> str:
        return self.deadlines[row].rule.expiry


class EventsPage(QWidget):
    """Both tables. `kept(Event)` after an edit, `deleted(id)`."""

    kept = Signal(object)
    deleted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._report: ContractReport | None = None
        self.events, self.deadlines = EventsModel(), DeadlinesModel()
        self.table = TableView(tr("Events of the contract"))
        self.table.setModel(self.events)
        self.table.row_activated.connect(lambda _row: self.edit())
        self.table.row_changed.connect(lambda _row: self._arm())
        self.due_table = TableView(tr("Deadlines"))
        self.due_table.setModel(self.deadlines)
        self.add = Button(
            tr("New event"), "default", "plus", tip=tr("Write down an event (Insert)")
        )
        self.add.setShortcut("Ins")
        self.add.clicked.connect(lambda _checked=False: self.new())
        self.change = Button(tr("Edit"), "tool", "pencil", tip=tr("Edit the chosen event (Return)"))
        self.change.clicked.connect(lambda _checked=False: self.edit())
        self.remove = Button(tr("Delete"), "tool", "trash", tip=tr("Delete the chosen event"))
        self.remove.clicked.connect(lambda _checked=False: self._delete())
        self.problem = Label("", "prose", "negative", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar(tr("Events"), self.add, self.change, self.remove))
        column.addWidget(self.table, 1)
        self._due_count = Label("", "body", "text-muted")
        column.addWidget(bar(tr("Deadlines"), self._due_count))
        column.addWidget(self.problem)
        column.addWidget(self.due_table, 1)

    def show_report(self, report: ContractReport, why_not: str) -> None:
        """Show the events and deadlines of a report."""
        self._report = report
        self.events.show_events(report.binding.events)
        self.deadlines.show_deadlines(report.deadlines)
        self.table.apply_columns()
        self.due_table.apply_columns()
        pending = sum(one.pending for one in report.deadlines)
        told = tr("{pending} pending as of {as_of}").format(
            pending=text.counted(pending, tr("deadline"), tr("deadlines")),
            as_of=words.long_day(report.as_of),
        )
        self._due_count.setText(told)
        self.problem.setText(report.problem)
        self.problem.setVisible(bool(report.problem))
        self.add.setEnabled(not why_not)
        self._writable = not why_not
        self._arm()

    def _arm(self) -> None:
        chosen = self.table.current_row() >= 0 and self._writable
        self.change.setEnabled(chosen)
        self.remove.setEnabled(chosen)

    def new(self) -> None:
        """Ask for a new event."""
        if self._report is not None:
            self._ask(None)

    def edit(self) -> None:
        """Edit the chosen event."""
        row = self.table.current_row()
        if row >= 0 and self._writable:
            self._ask(self.events.events[row])

    def _ask(self, event: Event | None) -> None:
        assert self._report is not None
        taken = {one.id for one in self.events.events}
        dialog = EventDialog(self._report.binding.pack, event, taken, self)
        if dialog.exec() == QDialog.DialogCode.Accepted and dialog.made is not None:
            self.kept.emit(dialog.made)

    def _delete(self) -> None:
        row = self.table.current_row()
        if row >= 0:
            self.deleted.emit(self.events.events[row].id)


class EventDialog(QDialog):
    """One event: its kind decides which dates are asked for. `made` is the event as typed."""

    def __init__(
        self, pack: Pack, event: Event | None, taken: set[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Event of the contract"))
        self.setMinimumWidth(440)
        self.made: Event | None = None
        self._pack, self._event = pack, event
        self._taken = taken - {event.id if event else ""}
        kinds = list(dict.fromkeys(r.trigger for r in pack.deadlines if r.trigger != DATA_DATE))
        kinds += [DATA_DATE, tr("early warning"), "instruction"]
        if event is not None and event.kind not in kinds:
            kinds.append(event.kind)
        self.kind = ComboBox(kinds, tr("Kind of event"))
        if event is not None:
            self.kind.setCurrentText(event.kind)
        self.id_field = FormField(tr("Id"), event.id if event else "")
        self.id_field.field.setReadOnly(event is not None)
        self.subject = FormField(tr("Subject"), event.subject if event else "")
        self.clause = FormField(tr("Clause"), event.clause if event else "")
        self.proof = FormField(tr("Proof of service"), event.proof if event else "")
        self.dates: dict[str, FormField] = {}
        self._date_column = QVBoxLayout()
        self._date_column.setSpacing(8)
        self.closed = ComboBox([tr("Open"), tr("Closed")], tr("State"))
        self.closed.setCurrentIndex(1 if event is not None and event.closed else 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        column.addWidget(Label(tr("Kind"), "small", "text-muted"))
        column.addWidget(self.kind)
        for part in (self.id_field, self.subject, self.clause):
            column.addWidget(part)
        column.addLayout(self._date_column)
        column.addWidget(self.proof)
        column.addWidget(self.closed)
        keep = Button(tr("Keep"), "primary", tip=tr("Keep the event"))
        keep.clicked.connect(lambda _checked=False: self._keep())
        keep.setDefault(True)
        cancel = Button(tr("Cancel"), "default")
        cancel.clicked.connect(lambda _checked=False: self.reject())
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(keep)
        column.addSpacing(6)
        column.addLayout(row)
        self.kind.currentTextChanged.connect(lambda _text: self._ask_dates())
        self._ask_dates()

    def _ask_dates(self) -> None:
        """Fields for the dates that the deadlines of this kind know, and those it has."""
        typed = {name: field.text() for name, field in self.dates.items()}
        for field in self.dates.values():
            self._date_column.removeWidget(field)
            field.deleteLater()
        rules = [one for one in self._pack.deadlines if one.trigger == self.kind.currentText()]
        names = [name for one in rules for name in (one.starts, one.met_by) if name]
        known = dict(self._event.dates) if self._event else {}
        names = list(dict.fromkeys([*names, *known])) or ["date"]
        self.dates = {}
        for name in names:
            day = known.get(name)
            value = typed.get(name, day.isoformat() if day else "")
            title = DATE_WORDS.get(name, name.capitalize())
            self.dates[name] = FormField(tr("{title} (YYYY-MM-DD)").format(title=title), value)
            self._date_column.addWidget(self.dates[name])

    def _keep(self) -> None:
        fine, days = True, {}
        for name, field in self.dates.items():
            try:
                if field.text().strip():
                    days[name] = dt.date.fromisoformat(field.text().strip())
                field.set_error("")
            except ValueError:
                field.set_error(tr("Write the date as YYYY-MM-DD"))
                fine = False
        name = self.id_field.text().strip()
        wrong = "" if name else tr("An event needs an id")
        if name in self._taken:
            wrong = tr("Another event has this id")
        self.id_field.set_error(wrong)
        subject = self.subject.text().strip()
        self.subject.set_error("" if subject else tr("Say in a few words what it is about"))
        if not fine or wrong or not subject:
            return
        self.made = Event(
            name,
            self.kind.currentText(),
            subject,
            self.clause.text().strip(),
            days,
            self._event.waived if self._event else (),
            self.closed.currentIndex() == 1,
            self.proof.text().strip(),
        )
        self.accept()
