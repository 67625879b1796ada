"""Contract data: its dates, long-lead items, and what the words of the contract mean here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.errors import ModelError
from planbench.engines.contract.terms import (
    MILESTONE_KINDS,
    ContractData,
    Term,
    data_from,
    data_json,
)
from planbench.ui.contract.parts import bar
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    CellLook,
    Column,
    FlatTableModel,
    FormField,
    Label,
    Surface,
    TableView,
)

WORDS = (
    "review",
    "test",
    "stage",
    "section",
    "others",
    "need-by",
    "safety",
    "procurement",
    "risk-allowance",
)
"""Words of the contract that the packs which ship ask for."""


class RowsModel(FlatTableModel):
    """Rows of texts that can be typed over; `changed` is called after every edit."""

    def __init__(self, columns: Sequence[tuple[str, str, int, bool]]) -> None:
        super().__init__()
        self._spec = columns
        self.lines: list[list[str]] = []
        self.changed: Callable[[], None] = lambda: None
        self.writable = True
        self.known: Callable[[str], bool] = lambda _code: True

    def show_lines(self, lines: Sequence[Sequence[str]]) -> None:
        """Show these rows."""
        self.lines = [list(line) for line in lines]
        columns = [
            Column(
                key,
                title,
                width,
                values=[line[place] for line in self.lines],
                stretch=key in ("name", "values"),
                editable=editable and self.writable,
                sortable=False,
            )
            for place, (key, title, width, editable) in enumerate(self._spec)
        ]
        self.set_data(columns, len(self.lines))

    def look(self, row: int, column: int) -> CellLook:
        value = self.lines[row][column]
        plain = CellLook(value)
        if self._spec[column][0] == "activity" and not self.known(value):
            return plain._replace(role="negative", icon="alert", icon_role="negative")
        return plain

    def tip(self, row: int, column: int) -> str:
        value = self.lines[row][column]
        if self._spec[column][0] == "activity" and not self.known(value):
            return tr("No activity of the schedule has this id") if value else tr("Not mapped yet")
        return value

    def put(self, row: int, column: int, text: str) -> bool:
        if self.lines[row][column] == text.strip():
            return False
        self.lines[row][column] = text.strip()
        self.changed()
        return True


class DataPage(QWidget):
    """The tables and fields. `kept(ContractData)` after an edit that makes sense."""

    kept = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._data = ContractData()
        self.banner = Banner("error")
        self.dates = RowsModel(
            (
                ("kind", tr("Kind"), 110, True),
                ("name", tr("Date of the contract"), 260, True),
                ("activity", tr("Activity"), 110, True),
                ("date", tr("Contract date"), 110, True),
                ("extension", tr("Days granted"), 100, True),
            )
        )
        self.items = RowsModel(
            (
                ("name", tr("Long-lead item"), 240, True),
                ("activity", tr("Delivery milestone"), 130, True),
                ("needed", tr("Needed by"), 100, True),
            )
        )
        self.terms = RowsModel(
            (
                ("word", tr("Word"), 110, False),
                ("code", tr("Activity code"), 130, True),
                ("values", tr("Values (none: all)"), 150, True),
                ("field", tr("or user field"), 130, True),
            )
        )
        for model in (self.dates, self.items, self.terms):
            model.changed = self._changed
        self.tables = [
            TableView(tr("Dates of the contract")),
            TableView(tr("Long-lead items")),
            TableView(tr("Words of the contract")),
        ]
        for table, model in zip(self.tables, (self.dates, self.items, self.terms), strict=True):
            table.setModel(model)
        self.stages = FormField(tr("Stages of the work, in order (values of the code of “stage”)"))
        self.holidays = FormField(tr("Holidays that calendars must keep free (YYYY-MM-DD, ...)"))
        self.calendar = FormField(tr("Calendar of contract days"))
        self.price = FormField(tr("Contract price"))
        for field in (self.stages, self.holidays, self.calendar, self.price):
            field.edited.connect(lambda _text: self._changed())
        self._buttons: list[Button] = []
        self._build()

    def _build(self) -> None:
        kinds = tr("kinds: ") + ", ".join(MILESTONE_KINDS)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(
            self._bar(tr("Dates"), 0, ["completion", tr("Completion"), "", "2030-01-01", "0"])
        )
        left.addWidget(self.tables[0], 3)
        note = Label(kinds, "small", "text-muted")
        note.setContentsMargins(16, 4, 8, 6)
        left.addWidget(note)
        left.addWidget(self._bar(tr("Long-lead items"), 1, [tr("New item"), "", ""]))
        left.addWidget(self.tables[1], 2)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._bar(tr("Words"), 2, None))
        right.addWidget(self.tables[2], 3)
        fields = Surface("surface-raised", "t")
        inner = QVBoxLayout(fields)
        inner.setContentsMargins(16, 12, 16, 14)
        inner.setSpacing(8)
        for field in (self.stages, self.holidays, self.calendar, self.price):
            inner.addWidget(field)
        right.addWidget(fields)
        line = Surface("border")
        line.setFixedWidth(1)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addLayout(left, 3)
        row.addWidget(line)
        row.addLayout(right, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addLayout(row, 1)

    def _bar(self, title: str, place: int, fresh: list[str] | None) -> Surface:
        if fresh is None:
            return bar(title)
        add = Button(
            tr("Add"), "tool", "plus", tip=tr("Add a row to {title}").format(title=title.lower())
        )
        gone = Button(tr("Remove"), "tool", "trash", tip=tr("Remove the chosen row"))
        add.clicked.connect(lambda _checked=False: self._add(place, fresh))
        gone.clicked.connect(lambda _checked=False: self._remove(place))
        self._buttons += [add, gone]
        return bar(title, add, gone, at_right=True)

    def _model(self, place: int) -> RowsModel:
        return (self.dates, self.items, self.terms)[place]

    def _add(self, place: int, fresh: list[str]) -> None:
        model = self._model(place)
        model.show_lines([*model.lines, fresh])
        self.tables[place].apply_columns()
        self.tables[place].select_row(len(model.lines) - 1)
        self._changed()

    def _remove(self, place: int) -> None:
        row, model = self.tables[place].current_row(), self._model(place)
        if row >= 0:
            model.show_lines([line for k, line in enumerate(model.lines) if k != row])
            self.tables[place].apply_columns()
            self._changed()

    def show_data(self, data: ContractData, known: Callable[[str], bool], why_not: str) -> None:
        """Show the data; `known` tells whether the schedule has an activity id."""
        self._data = data
        for model in (self.dates, self.items, self.terms):
            model.writable, model.known = not why_not, known
        body = data_json(data)
        keys = ("kind", "name", "activity", "date", "extension")
        self.dates.show_lines([[str(one[key]) for key in keys] for one in body["milestones"]])
        self.items.show_lines(
            [[one["name"], one["activity"], one["needed"] or ""] for one in body["deliveries"]]
        )
        names = dict.fromkeys([*WORDS, *data.terms])
        terms = [(name, data.terms.get(name, Term())) for name in names]
        self.terms.show_lines(
            [[name, one.code, ", ".join(one.values), one.field] for name, one in terms]
        )
        for table in self.tables:
            table.apply_columns()
        self.stages.setText(", ".join(data.stages))
        self.holidays.setText(", ".join(body["holidays"]))
        self.calendar.setText(data.calendar)
        self.price.setText("" if data.price is None else f"{data.price:.2f}")
        for part in (self.stages, self.holidays, self.calendar, self.price):
            part.setEnabled(not why_not)
        for button in self._buttons:
            button.setEnabled(not why_not)
        self.banner.hide()

    def _changed(self) -> None:
        """Take what was typed, when it makes sense; say what does not."""
        try:
            data = data_from(self._typed(), tr("Contract data"))
        except ModelError as error:
            self.banner.show_message(error.line, tr("This is not kept yet"))
            return
        self.banner.hide()
        if data != self._data:
            self._data = data
            self.kept.emit(data)

    def _typed(self) -> dict[str, Any]:
        body = data_json(self._data)
        keys = ("kind", "name", "activity", "date")
        body["milestones"] = [
            dict(zip(keys, line, strict=False)) | {"extension": _whole(line[4], tr("Days granted"))}
            for line in self.dates.lines
        ]
        body["deliveries"] = [
            {"name": name, "activity": activity, "needed": needed or None}
            for name, activity, needed in self.items.lines
        ]
        body["terms"] = {
            word: {"code": code, "values": _listed(values), "field": field}
            for word, code, values, field in self.terms.lines
            if code or field
        }
        body["stages"] = _listed(self.stages.text())
        body["holidays"] = _listed(self.holidays.text())
        body["calendar"] = self.calendar.text().strip()
        price = self.price.text().replace(" ", "").replace("\u202f", "").replace(",", "")
        try:
            body["price"] = float(price) if price else None
        except ValueError:
            raise ModelError(
                tr("the contract price is no number: {price}").format(price=price)
            ) from None
        return body


def _listed(words: str) -> list[str]:
    return [one.strip() for one in words.split(",") if one.strip()]


def _whole(words: str, name: str) -> int:
    try:
        return int(words or 0)
    except ValueError:
        raise ModelError(
            tr("{name} is no whole number: {words}").format(name=name, words=words)
        ) from None
