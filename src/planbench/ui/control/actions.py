"""Variances beyond their limits and what is done about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from planbench.domain.errors import ModelError
from planbench.domain.times import DAY, day_number
from planbench.engines.control.variances import (
    ACCEPTED,
    AMOUNTS,
    CLOSED,
    OPEN,
    Action,
    Breach,
    VarianceRule,
    closed,
    escalation,
    rule_from,
)
from planbench.services.actions import ActionReport, Cause
from planbench.ui import text
from planbench.ui.control.form import Field, RecordDialog
from planbench.ui.control.words import Money
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    CellLook,
    Column,
    ComboBox,
    FlatTableModel,
    FormField,
    Label,
    TableView,
)

HIGHER = ("", tr("to the project manager"), tr("to the PMO"), tr("to the sponsor"))
"""Where an overdue action is escalated to, by level."""

METRICS = {"SPI_t": tr("SPI(t)"), "TCPI_gap": tr("TCPI over CPI")}
"""Metrics that are written otherwise than their names."""

LEVELS = {"project": "project", "wbs": "WBS", "account": tr("cost account")}

NAME, CAUSE, ACTION = 1, 3, 4
"""Columns that give way."""

_STATES = {
    OPEN: ("neutral", tr("Open")),
    ACCEPTED: ("meets", tr("Accepted")),
    CLOSED: ("done", tr("Closed")),
}


def figure(metric: str, value: float | None, share: float | None, money: Money) -> str:
    """A metric's value as text: money with its percentage, or an index."""
    if value is None:
        return "n/a"
    if metric in AMOUNTS:
        told = text.signed(value / money.factor, 1)
        return told if share is None else f"{told} ({text.percent(share)})"
    return text.number(value, 2)


def short_day(iso: str) -> str:
    """`12-Apr-29` of an ISO date, an empty text for none."""
    return text.date(day_number(dt.date.fromisoformat(iso)) * DAY) if iso else ""


class ActionsModel(FlatTableModel):
    """Actions that are not closed first, then breaches without an action, then closed ones."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Action | Breach] = []
        self._today = dt.date(2000, 1, 1)

    def show_report(self, report: ActionReport, money: Money, today: dt.date) -> None:
        """Show the actions and breaches of a report, as of a day."""
        self._today = today
        live = [one for one in report.actions if one.state != CLOSED]
        live.sort(key=lambda one: (-escalation(one, today), one.due or "9999", one.uid))
        known = {(one.rule, one.subject) for one in live}
        fresh = [b for b in report.missing if (b.rule.id, b.subject.code) not in known]
        done = [one for one in report.actions if one.state == CLOSED]
        self.lines = [*live, *fresh, *done]
        names = {one.code: one.name for one in report.causes}
        rows = [self._cells(line, money, names) for line in self.lines]
        keys = (
            ("subject", tr("Id"), 92),
            ("name", tr("Work"), 170),
            ("value", tr("Variance, {unit}").format(unit=money.unit), 128),
            ("cause", tr("Cause"), 126),
            ("action", tr("Action"), 200),
            ("due", tr("Due"), 82),
        )
        columns = [
            Column(
                key,
                title,
                width,
                right=key == "value",
                values=[row[place] for row in rows],
                stretch=key == "action",
            )
            for place, (key, title, width) in enumerate(keys)
        ]
        columns.append(Column("state", tr("Status"), 132, values=[row[6] for row in rows]))
        self.set_data(columns, len(self.lines))

    def _cells(self, line: Action | Breach, money: Money, names: dict[str, str]) -> tuple[str, ...]:
        if isinstance(line, Breach):
            rule, subject = line.rule, line.subject
            told = figure(rule.metric, line.value, line.share, money)
            shown = f"{METRICS.get(rule.metric, rule.metric)} {told}"
            return subject.code, subject.name, shown, "", rule.title, "", "new"
        told = figure(line.metric, line.latest, line.latest_share, money)
        cause = names.get(line.cause, line.cause)
        what = line.action or line.title
        return (
            line.subject,
            line.name,
            f"{METRICS.get(line.metric, line.metric)} {told}",
            cause,
            what,
            short_day(line.due),
            line.state,
        )

    def look(self, row: int, column: int) -> CellLook:
        plain, line = super().look(row, column), self.lines[row]
        if self.columns[column].key == "state":
            if isinstance(line, Breach):
                return CellLook(tr("Needs an action"), chip="needs-you")
            if escalation(line, self._today):
                return CellLook(tr("Overdue"), chip="watch")
            chip, word = _STATES[line.state]
            return CellLook(word, chip=chip)
        quiet = isinstance(line, Action) and line.state == CLOSED
        return plain._replace(role="text-muted") if quiet else plain

    def tip(self, row: int, column: int) -> str:
        line = self.lines[row]
        if isinstance(line, Breach):
            return tr("{title}, since {isoformat} at least").format(
                title=line.rule.title, isoformat=line.since.isoformat()
            )
        level = escalation(line, self._today)
        gone = tr(". Overdue, escalated {higher}").format(higher=HIGHER[level]) if level else ""
        seen = text.counted(len(line.seen), tr("data date"), tr("data dates"))
        return tr("{title}: seen at {seen}, opened {opened}{gone}").format(
            title=line.title, seen=seen, opened=short_day(line.opened), gone=gone
        )


class ActionsPane(QWidget):
    """The table with its buttons.

    `open_wanted()`, `kept(Action)`, `rules_kept(rules)`, `cause_kept(Cause)`.
    """

    open_wanted = Signal()
    kept = Signal(object)
    rules_kept = Signal(object)
    cause_kept = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.report: ActionReport | None = None
        self._money = Money(1.0, "")
        self._today = dt.date(2000, 1, 1)
        self.model = ActionsModel()
        self.table = TableView(tr("Variances and actions"))
        self.table.setModel(self.model)
        self.table.row_activated.connect(self.edit)
        self.open = Button(
            tr("Open actions"),
            "tool",
            "plus",
            tip=tr("Open one action for every breach without one"),
        )
        self.open.clicked.connect(lambda _checked=False: self.open_wanted.emit())
        self.change = Button(
            tr("Edit"), "tool", "pencil", tip=tr("Edit the chosen action (Return)")
        )
        self.change.clicked.connect(lambda _checked=False: self.edit(self.table.current_row()))
        self.limits = Button(
            tr("Limits"), "tool", "sliders-horizontal", tip=tr("Limits of the variances")
        )
        self.limits.clicked.connect(lambda _checked=False: self.edit_rules())
        self.table.row_changed.connect(lambda _row: self._arm())
        self._nothing = Label("", "prose", "text-muted", wrap=True)
        self._nothing.setContentsMargins(14, 4, 14, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._nothing)
        column.addWidget(self.table, 1)
        self._writable = False
        self._arm()

    def tools(self) -> list[QWidget]:
        """The buttons, for the head of a card."""
        return [self.limits, self.change, self.open]

    def show_report(
        self, report: ActionReport | None, money: Money, today: dt.date, why_not: str
    ) -> None:
        """Show a report; `why_not` says why nothing can be kept, "" when it can."""
        self.report, self._money, self._today = report, money, today
        self._writable = not why_not
        self._arm()
        if report is None:
            self.table.hide()
            self._nothing.setText(why_not)
            self._nothing.show()
            return
        self.model.show_report(report, money, today)
        self.table.apply_columns()
        self._fit()
        empty = not self.model.lines
        self.table.setVisible(not empty)
        self._nothing.setVisible(empty)
        self._nothing.setText(tr("Nothing is beyond its limit, and no action was ever needed."))

    def _fit(self) -> None:
        """In little room the texts give way: due date and status stay in sight."""
        if not self.model.columns:
            return
        width = self.width()
        self.table.setColumnHidden(CAUSE, width < 860)
        self.table.setColumnHidden(ACTION, width < 700)
        self.table.setColumnWidth(NAME, max(118, width - 462) if width < 700 else 170)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def words(self) -> str:
        """The counts in a few words."""
        if self.report is None:
            return ""
        live = [one for one in self.report.actions if one.state == OPEN]
        over = sum(escalation(one, self._today) > 0 for one in live)
        parts = [tr("{live} open").format(live=len(live))]
        parts += [tr("{over} overdue").format(over=over)] if over else []
        parts += (
            [tr("{missing} to follow up").format(missing=len(self.report.missing))]
            if self.report.missing
            else []
        )
        return ", ".join(parts)

    def _arm(self) -> None:
        there = self.report is not None and self._writable
        row = self.table.current_row()
        self.open.setEnabled(bool(there and self.report and self.report.missing))
        chosen = 0 <= row < len(self.model.lines) and isinstance(self.model.lines[row], Action)
        self.change.setEnabled(there and chosen)
        self.limits.setEnabled(there)

    def edit(self, row: int) -> None:
        """Edit an action; a breach without one is told to be opened first."""
        if self.report is None or not self._writable or not 0 <= row < len(self.model.lines):
            return
        line = self.model.lines[row]
        if isinstance(line, Action):
            dialog = ActionDialog(line, self.report, self._money, self._today, self)
            dialog.cause_made.connect(self.cause_kept.emit)
            if dialog.exec() == QDialog.DialogCode.Accepted and dialog.made is not None:
                self.kept.emit(dialog.made)

    def edit_rules(self) -> None:
        """Edit the limits of the threshold rules."""
        if self.report is None or not self._writable:
            return
        dialog = RulesDialog(self.report.rules, self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.rules_kept.emit(dialog.made)


class ActionDialog(QDialog):
    """One action: cause, impact, what is done, by whom and until when; closing with its proof.

    `cause_made(Cause)` when a root cause was added to the list that all projects share.
    """

    cause_made = Signal(object)

    def __init__(
        self,
        action: Action,
        report: ActionReport,
        money: Money,
        today: dt.date,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Corrective action"))
        self.setMinimumWidth(520)
        self._action, self._report, self._today = action, report, today
        self.made: Action | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        column.addWidget(Label(f"{action.subject} {action.name}".strip(), "title"))
        now, still = report.now(action)
        told = figure(action.metric, action.before, action.before_share, money)
        told_now = figure(action.metric, now, None, money)
        state = tr("still beyond its limit") if still else tr("within its limit now")
        metric = METRICS.get(action.metric, action.metric)
        opened = tr("{title}. Opened {opened} at {metric} {told}").format(
            title=action.title, opened=short_day(action.opened), metric=metric, told=told
        )
        said = Label(
            tr("{opened}; now {told_now}, {state}.").format(
                opened=opened, told_now=told_now, state=state
            ),
            "prose",
            "text-muted",
            wrap=True,
        )
        column.addWidget(said)
        self.banner = Banner("error")
        column.addWidget(self.banner)
        column.addWidget(Label(tr("Root cause"), "small", "text-muted"))
        self.cause = _cause_box(report.causes, action.cause)
        self.new_cause = Button(
            tr("New cause"),
            "default",
            "plus",
            tip=tr("Add a root cause for all projects of the library"),
        )
        self.new_cause.clicked.connect(lambda _checked=False: self.ask_cause())
        causes = QHBoxLayout()
        causes.addWidget(self.cause, 1)
        causes.addWidget(self.new_cause)
        column.addLayout(causes)
        self.narrative = _paragraph(column, tr("What caused it"), action.narrative)
        self.impact = _paragraph(column, tr("What it affects"), action.impact)
        self.action = _paragraph(column, tr("What is done about it"), action.action)
        row = QHBoxLayout()
        self.owner = FormField(tr("Owner"), action.owner)
        self.due = FormField(tr("Due (YYYY-MM-DD)"), action.due)
        self.expected = FormField(tr("Expected recovery"), action.expected)
        for field in (self.owner, self.due, self.expected):
            row.addWidget(field)
        column.addLayout(row)
        self.activities = FormField(tr("Activities it works on"), ", ".join(action.activities))
        column.addWidget(self.activities)
        self.verification = _paragraph(column, tr("What shows that it worked"), action.verification)
        buttons = QHBoxLayout()
        close = Button(
            tr("Verify and close"), "default", "check", tip=tr("Close it with what shows it")
        )
        close.clicked.connect(lambda _checked=False: self._close())
        accept = Button(
            tr("Accept variance"), "default", tip=tr("No action is needed; the cause says why")
        )
        accept.clicked.connect(lambda _checked=False: self._keep(ACCEPTED))
        cancel = Button(tr("Cancel"), "default")
        cancel.clicked.connect(lambda _checked=False: self.reject())
        keep = Button(tr("Keep"), "primary", tip=tr("Keep the action"))
        keep.setDefault(True)
        keep.clicked.connect(lambda _checked=False: self._keep(OPEN))
        for button in (close, accept):
            button.setEnabled(action.state != CLOSED)
            buttons.addWidget(button)
        keep.setEnabled(action.state != CLOSED)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(keep)
        column.addSpacing(6)
        column.addLayout(buttons)

    def ask_cause(self) -> None:
        """Ask for a root cause, add it to the list and choose it."""
        fields = (Field("code", tr("Code")), Field("name", tr("Root cause")))

        def keep(typed: dict[str, str]) -> None:
            code = typed["code"].upper()
            if not code or not typed["name"]:
                raise ModelError(tr("a root cause needs a code and a name"))
            if self.cause.findData(code) >= 0:
                raise ModelError(
                    tr("there is a root cause {code} already").format(code=code),
                    mend=tr("Use another code."),
                )
            self.cause.addItem(f"{code}  {typed['name']}", code)
            self.cause.setCurrentIndex(self.cause.count() - 1)
            self.cause_made.emit(Cause(code, typed["name"]))

        words = tr("All projects of the library share the list, so that causes can be counted.")
        RecordDialog(tr("New root cause"), words, fields, keep, self).exec()

    def _typed(self) -> Action | None:
        """The action as typed, None while something is wrong."""
        due = self.due.text().strip()
        try:
            due = dt.date.fromisoformat(due).isoformat() if due else ""
        except ValueError:
            self.due.set_error(tr("Write the date as YYYY-MM-DD"))
            return None
        self.due.set_error("")
        return replace(
            self._action,
            cause=self.cause.currentData() or "",
            narrative=self.narrative.toPlainText().strip(),
            impact=self.impact.toPlainText().strip(),
            action=self.action.toPlainText().strip(),
            owner=self.owner.text().strip(),
            due=due,
            expected=self.expected.text().strip(),
            activities=tuple(
                one.strip() for one in self.activities.text().split(",") if one.strip()
            ),
        )

    def _keep(self, state: str) -> None:
        typed = self._typed()
        if typed is None:
            return
        if state == ACCEPTED and not typed.cause:
            self.banner.show_message(
                tr("Choose a root cause first."), tr("It cannot be accepted yet")
            )
            return
        self.made = replace(typed, state=state)
        self.accept()

    def _close(self) -> None:
        typed = self._typed()
        if typed is None:
            return
        now, still = self._report.now(self._action)
        try:
            words = self.verification.toPlainText()
            self.made = closed(typed, words, self._today, now, still)
        except ModelError as error:
            self.banner.show_message(error.line, tr("It cannot be closed yet"))
            return
        self.accept()


def _cause_box(causes: Sequence[Cause], chosen: str) -> ComboBox:
    box = ComboBox([], tr("Root cause"))
    box.addItem(tr("Not known yet"), "")
    for one in causes:
        box.addItem(f"{one.code}  {one.name}", one.code)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    return box


def _paragraph(column: QVBoxLayout, title: str, words: str) -> QPlainTextEdit:
    column.addWidget(Label(title, "small", "text-muted"))
    field = QPlainTextEdit(words)
    field.setAccessibleName(title)
    field.setTabChangesFocus(True)
    field.setFixedHeight(54)
    column.addWidget(field)
    return field


class RulesDialog(QDialog):
    """The limits of every rule. `made` are the rules as typed."""

    def __init__(self, rules: Sequence[VarianceRule], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Limits of variances"))
        self.setMinimumWidth(560)
        self.made: tuple[VarianceRule, ...] = tuple(rules)
        self._rules = tuple(rules)
        self._fields: list[dict[str, FormField]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        for rule in rules:
            level = LEVELS[rule.level]
            level += (
                "" if rule.level == "project" else tr(", level {depth}").format(depth=rule.depth)
            )
            join = tr(" (both)") if rule.both else ""
            metric = METRICS.get(rule.metric, rule.metric)
            column.addWidget(
                Label(
                    tr("{title}: {metric} by {level}{join}").format(
                        title=rule.title, metric=metric, level=level, join=join
                    ),
                    "strong",
                )
            )
            row = QHBoxLayout()
            fields: dict[str, FormField] = {}
            names = {"amount": tr("Amount"), "percent": tr("Percent")}
            if rule.metric not in AMOUNTS:
                names = {"limit": tr("Limit")}
            for name, title in {**names, "periods": tr("Periods in a row")}.items():
                value = getattr(rule, name)
                field = FormField(title, "" if value is None else f"{value:.12g}")
                field.field.setAccessibleName(f"{rule.title}: {title}")
                fields[name] = field
                row.addWidget(field)
            self._fields.append(fields)
            column.addLayout(row)
        self.banner = Banner("error")
        column.addWidget(self.banner)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        cancel = Button(tr("Cancel"), "default")
        cancel.clicked.connect(lambda _checked=False: self.reject())
        keep = Button(tr("Keep"), "primary", tip=tr("Keep the limits for this project"))
        keep.setDefault(True)
        keep.clicked.connect(lambda _checked=False: self._keep())
        buttons.addWidget(cancel)
        buttons.addWidget(keep)
        column.addLayout(buttons)

    def _keep(self) -> None:
        made = []
        for rule, fields in zip(self._rules, self._fields, strict=True):
            item: dict[str, Any] = dict(vars(rule))
            try:
                for name, field in fields.items():
                    read: Callable[[str], float] = int if name == "periods" else float
                    plain = field.text().replace(text.NARROW, "").replace(" ", "")
                    item[name] = read(plain) if plain else None
                made.append(rule_from(item))
            except (ModelError, ValueError, TypeError) as error:
                told = error.line if isinstance(error, ModelError) else tr("Write numbers only.")
                self.banner.show_message(
                    told, tr("{title} is not right yet").format(title=rule.title)
                )
                return
        self.made = tuple(made)
        self.accept()
