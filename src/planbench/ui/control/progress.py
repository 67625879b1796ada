"""The progress view of Control: rules of credit, approval, sheets, and what earned a figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.engines.control import rules
from planbench.engines.control.rules import Step
from planbench.exchange.tables.sheets import write_xlsx
from planbench.services import progress
from planbench.services.control_views import ProgressView
from planbench.services.library import Library, user_name
from planbench.services.progress import ProgressLine
from planbench.services.tables import read_grid
from planbench.store.records import JournalLine
from planbench.ui import text
from planbench.ui.control.form import Field, RecordDialog, number
from planbench.ui.control.grid import Sheet, SheetModel, amounts, words
from planbench.ui.control.words import Money
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    Card,
    Column,
    Label,
    LinkButton,
    SegmentedControl,
    Stat,
    StatStrip,
    Surface,
    TableView,
)

CHIPS = {
    rules.DRAFT: "neutral",
    rules.SUBMITTED: "needs-you",
    rules.APPROVED: "meets",
    rules.RETURNED: "watch",
}

WBS, ACCOUNT = 0, 1
"""What the table can be narrowed by."""


class ProgressPane(Surface):
    """Activities with their rules. `wanted(act)` keeps something, `pushed(command)` edits."""

    wanted = Signal(object)
    pushed = Signal(object)

    def __init__(self) -> None:
        super().__init__("surface")
        self.view: ProgressView | None = None
        self._money = Money(1.0, "")
        self.lines: list[ProgressLine] = []
        self._narrowed: tuple[int, int, str] | None = None
        self._library: tuple[Library, int] | None = None
        self.strip = StatStrip()
        self.which = SegmentedControl(
            [tr("All"), tr("Measured"), tr("To approve")], tr("Activities shown")
        )
        self.which.changed.connect(lambda _index: self._show_lines())
        self.all = LinkButton(tr("Show all work"))
        self.all.clicked.connect(lambda _checked=False: self.narrow(WBS, -2, ""))
        self.model, self.table = SheetModel(), TableView(tr("Progress by activity"))
        self.table.setModel(self.model)
        self.table.row_changed.connect(lambda _row: self._show_detail())
        self.table.row_activated.connect(lambda _row: self.ask_rule())
        self.parts, self.part_table = (
            SheetModel(),
            TableView(tr("What earned the activity's value")),
        )
        self.part_table.setModel(self.parts)
        self.told = Label("", "prose", "text-muted", wrap=True)
        self.told.setContentsMargins(14, 4, 14, 10)
        self.remarks = Label("", "prose", "text-muted", wrap=True)
        self.remarks.setContentsMargins(14, 0, 14, 8)
        self._buttons()
        self._lay_out()

    def _buttons(self) -> None:
        def button(name: str, icon: str, tip: str, act: Callable[[], object]) -> Button:
            made = Button(name, "tool", icon, tip=tip)
            made.clicked.connect(lambda _checked=False: act())
            return made

        self.rule = button(
            tr("Measure"), "pencil", tr("Rule of credit and what is done (Return)"), self.ask_rule
        )
        self.submit = button(
            tr("Submit"),
            "upload",
            tr("Submit the chosen drafts"),
            lambda: self._move(rules.SUBMITTED),
        )
        self.approve = button(
            tr("Approve"),
            "check",
            tr("Approve what somebody else submitted"),
            self.ask_approval,
        )
        self.give_back = button(
            "Return",
            "rotate-ccw",
            tr("Return what is submitted"),
            lambda: self._move(rules.RETURNED),
        )
        self.trail = button(
            tr("History"), "history", tr("Who changed it and when"), self.show_trail
        )
        self.out = button(
            tr("Sheet out"), "upload", tr("A workbook to be filled in on site"), self.ask_out
        )
        self.back = button(tr("Sheet in"), "download", tr("Read a filled workbook"), self.ask_in)
        self.put = button(
            tr("Apply"), "check", tr("Put approved progress into the schedule"), self.apply
        )

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 10, 12, 0)
        bar.setSpacing(8)
        bar.addWidget(self.which)
        bar.addWidget(self.all)
        bar.addStretch(1)
        for button in (self.out, self.back, self.put):
            bar.addWidget(button)
        self.card = Card(tr("Progress by activity"))
        for button in (self.rule, self.submit, self.approve, self.give_back, self.trail):
            button.setFixedHeight(20)
            self.card.add_tool(button)
        self.card.set_body(_stacked(self.table, self.remarks))
        self.detail = Card(tr("What earned it"))
        self.detail.set_body(_stacked(self.part_table, self.told))
        self.detail.setFixedWidth(400)
        lower = QHBoxLayout()
        lower.setContentsMargins(12, 8, 12, 12)
        lower.setSpacing(12)
        lower.addWidget(self.card, 1)
        lower.addWidget(self.detail)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addLayout(bar)
        column.addLayout(lower, 1)

    # ------------------------------------------------------------ showing

    def narrow(self, by: int, row: int, name: str) -> None:
        """Show only the activities below a WBS row or account; -2 shows all."""
        self._narrowed = None if row == -2 else (by, row, name)
        self.which.set_index(0)
        self._show_lines()

    def show_view(self, view: ProgressView, money: Money) -> None:
        """Show another document's progress, or the same one anew."""
        self.view, self._money = view, money
        report = view.report
        measured = [line for line in report.lines if line.measurement is not None]
        waiting = sum(_state(line) == rules.SUBMITTED for line in measured)
        differ = sum(line.differs for line in measured)
        self.strip.set(
            [
                Stat(
                    tr("Earned"),
                    money.of(report.earned),
                    tr("of {budget}").format(budget=money.of(report.budget)),
                ),
                Stat(tr("Measured by a rule"), text.percent(report.ruled), tr("of the budget")),
                Stat(
                    tr("Activities measured"),
                    str(len(measured)),
                    tr("of {lines}").format(lines=len(report.lines)),
                ),
                Stat(tr("To approve"), str(waiting), "submitted", "warning" if waiting else "text"),
                Stat(tr("To apply"), str(differ), tr("approved and not in the schedule yet")),
            ]
        )
        self.remarks.setText(" ".join(report.remarks))
        self.remarks.setVisible(bool(report.remarks))
        self._show_lines()

    def _show_lines(self) -> None:
        view = self.view
        if view is None:
            return
        shown = list(view.report.lines)
        if self._narrowed is not None:
            by, row, _ = self._narrowed
            places = view.wbs if by == WBS else view.accounts
            shown = [line for line in shown if row in places.get(line.code, ())]
        if self.which.index == 1:
            shown = [line for line in shown if line.measurement is not None]
        elif self.which.index == 2:
            shown = [line for line in shown if _state(line) == rules.SUBMITTED]
        before = self._chosen()
        self.lines = shown
        self.all.setVisible(self._narrowed is not None)
        note = self._narrowed[2] if self._narrowed else ""
        self.card.set_title(tr("Progress by activity"), note)
        self.model.show_sheet(_sheet(shown, self._money))
        self.table.apply_columns()
        codes = [line.code for line in shown]
        if shown:  # the activity that was chosen stays so
            mine = before is not None and before.code in codes
            self.table.select_row(codes.index(before.code) if before and mine else 0)
        self._show_detail()

    def _chosen(self) -> ProgressLine | None:
        row = self.table.current_row()
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def _show_detail(self) -> None:
        line, view = self._chosen(), self.view
        writable = view is not None and not view.why_not
        held = line is not None and line.measurement is not None
        for button in (self.rule, self.back):
            button.setEnabled(writable and (line is not None or button is self.back))
        self.trail.setEnabled(writable and held)
        state = "" if line is None else _state(line)
        self.submit.setEnabled(writable and state in (rules.DRAFT, rules.RETURNED))
        self.approve.setEnabled(writable and state == rules.SUBMITTED)
        self.give_back.setEnabled(writable and state == rules.SUBMITTED)
        measured = view is not None and any(one.measurement for one in view.report.lines)
        self.out.setEnabled(bool(measured))
        self.put.setEnabled(
            writable and view is not None and any(one.differs for one in view.report.lines)
        )
        if line is None:
            self.detail.set_title(tr("What earned it"))
            self.parts.show_sheet(Sheet([], 0))
            self.told.setText(tr("No activity is shown."))
            return
        self.detail.set_title(tr("What earned it"), line.code)
        self._show_parts(line)

    def _show_parts(self, line: ProgressLine) -> None:
        one = line.measurement
        percent = 100.0 * line.earned / line.budget if line.budget else 0.0
        title = tr("Earned")
        if one is None:
            parts = [(tr("percent complete of the schedule"), line.earned)]
            told = tr(
                "{percent} % of {budget}. No rule of credit is chosen: the percentage is "
                "what the schedule reports."
            ).format(percent=text.number(percent, 1), budget=self._money.of(line.budget))
        else:
            measured = line.measured if line.measured is not None else percent
            if abs(measured - percent) > 0.005:
                title = tr("Would earn")  # drafts and what is not applied have earned nothing yet
            parts = rules.earned_parts(one, line.budget, measured)
            told = line.trouble or (
                tr("{technique} gives {measured} %; the schedule has {percent} %. {remark}").format(
                    technique=one.technique.capitalize(),
                    measured=text.number(measured, 1),
                    percent=text.number(line.percent, 1),
                    remark=one.remark,
                )
            )
        done = {step.name: step.done for step in one.steps} if one else {}
        weights = {step.name: step.weight for step in one.steps} if one else {}
        columns = [words("what", tr("Step"), 150, [name for name, _ in parts], stretch=True)]
        if done:
            columns += [
                Column("weight", tr("Weight"), 64, True, [f"{weights[n]:g}" for n, _ in parts]),
                Column("done", tr("Done"), 64, True, [f"{done[n]:g} %" for n, _ in parts]),
            ]
        columns.append(amounts("earned", title, [amount for _, amount in parts], self._money))
        self.parts.show_sheet(Sheet(columns, len(parts)))
        self.part_table.apply_columns()
        self.told.setText(told)

    # ------------------------------------------------------------ acting

    def ask_rule(self) -> None:
        """Ask for the rule of the chosen activity and what is done."""
        line, view = self._chosen(), self.view
        if line is None or view is None or view.why_not:
            return
        held = line.measurement or progress.first_measurement(view.document.schedule, line.code)
        steps = "; ".join(f"{s.name} {s.weight:g} {s.done:g}" for s in held.steps)
        kinds = tuple((name, name.capitalize()) for name in rules.TECHNIQUES)
        stages = (("", tr("As below")), *((name, name) for name in view.commodities))
        fields = (
            Field("technique", tr("Rule of credit"), held.technique, kinds),
            Field("commodity", tr("Stages of a commodity"), "", stages),
            Field("steps", tr("Steps: name weight done; name weight done"), steps),
            Field("keep_as", tr("Keep the steps as a commodity named")),
            Field("first", tr("Earned at the start, %"), f"{held.first:g}"),
            Field("budgeted", tr("Budgeted quantity"), f"{held.budgeted:g}"),
            Field("installed", tr("Installed quantity"), f"{held.installed:g}"),
            Field("unit", tr("Unit"), held.unit),
            Field("percent", tr("Percent judged"), f"{held.percent:g}"),
            Field("cap", tr("Cap before the finish, %"), f"{held.cap:g}"),
            Field("base", tr("Apportioned to activity"), held.base),
            Field("factor", tr("Factor of its percent"), f"{held.factor:g}"),
            Field("remark", tr("Remark"), held.remark),
        )

        def keep(typed: dict[str, str]) -> None:
            labels = {field.key: field.label for field in fields}
            typed_numbers: dict[str, Any] = {
                key: number(typed[key], labels[key])
                for key in ("first", "budgeted", "installed", "percent", "cap", "factor")
            }
            stage = view.commodities.get(typed["commodity"])
            made = replace(
                held,
                technique=typed["technique"],
                steps=stage or _steps(typed["steps"]),
                unit=typed["unit"],
                base=typed["base"],
                remark=typed["remark"],
                state=rules.DRAFT,
                **typed_numbers,
            )
            rules.checked(made)
            named = typed["keep_as"]
            if named:
                rules.checked(replace(made, technique=rules.EQUIVALENT))
            told = tr("measured by {technique}").format(technique=made.technique)

            def act(library: Library, project: int) -> None:
                if named:
                    stages = [replace(step, done=0.0) for step in made.steps]
                    progress.keep_commodity(library, named, stages)
                progress.keep(library, project, [made], told)

            self.wanted.emit(act)

        said = tr("A changed measurement is a draft again and needs another approval.")
        RecordDialog(
            tr("Progress of {code}").format(code=line.code), said, fields, keep, self
        ).exec()

    def _selected(self) -> list[str]:
        rows = [row for row in self.table.selected_rows() if row < len(self.lines)]
        return [self.lines[row].code for row in rows if self.lines[row].measurement]

    def _move(self, state: str) -> None:
        codes = self._selected()
        self.wanted.emit(lambda library, project: progress.move(library, project, codes, state))

    def ask_approval(self) -> None:
        """Ask who approves what is submitted: never whoever submitted it."""
        codes, view = self._selected(), self.view
        if view is None or not codes:
            return
        me = user_name()
        mine = any(view.submitters.get(code, "").casefold() == me.casefold() for code in codes)
        fields = (Field("who", tr("Approved by"), "" if mine else me),)

        def keep(typed: dict[str, str]) -> None:
            who = typed["who"]
            if not who:
                raise PlanbenchError(tr("the name of the approver is missing"))
            progress.refuse_own(codes, view.submitters, who)
            self.wanted.emit(
                lambda library, project: progress.move(library, project, codes, rules.APPROVED, who)
            )

        said = tr(
            "Somebody other than the submitter approves. The name goes into the history of each "
            "measurement, with the account it was entered at."
        )
        RecordDialog(tr("Approve progress"), said, fields, keep, self).exec()

    def apply(self) -> None:
        """Put approved progress into the schedule as one step that can be undone."""
        view = self.view
        if view is None:
            return

        by_time = {
            line.code: line.measured
            for line in view.report.lines
            if line.measurement and line.measured is not None
        }

        def act(library: Library, project: int) -> None:
            step = progress.apply(view.document, library, project, by_time)
            if step is not None:
                self.pushed.emit(step)

        self.wanted.emit(act)

    def show_trail(self) -> None:
        """Show who changed the chosen measurement and when."""
        line = self._chosen()
        if line is None:
            return

        def act(library: Library, project: int) -> None:
            TrailDialog(line, progress.trail(library, project, line.code), self).exec()

        self.wanted.emit(act)

    def ask_out(self) -> None:
        """Ask where to write the sheet for the site."""
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Sheet for the site"), "progress.xlsx", tr("Workbooks (*.xlsx)")
        )
        if name:
            self.write_sheet(Path(name))

    def write_sheet(self, path: Path) -> None:
        """Write what is measured as a workbook."""
        view = self.view
        if view is None:
            return

        def act(library: Library, project: int) -> None:
            held = progress.measurements_of(library, project)
            try:
                path.write_bytes(write_xlsx([progress.sheet(view.document, held)]))
            except OSError as error:
                words_ = tr("cannot be written: {strerror}").format(strerror=error.strerror)
                raise PlanbenchError(words_, str(path)) from error

        self.wanted.emit(act)

    def ask_in(self) -> None:
        """Ask for a filled sheet."""
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Filled sheet"), "", tr("Tables in Excel or CSV (*.xlsx *.csv)")
        )
        if name:
            self.read_sheet(Path(name))

    def read_sheet(self, path: Path) -> None:
        """Read a filled sheet; what it changes becomes drafts, all or nothing."""

        def act(library: Library, project: int) -> None:
            try:
                grid = read_grid(path.read_bytes(), path.name, "progress")
            except OSError as error:
                words_ = tr("cannot be read: {strerror}").format(strerror=error.strerror)
                raise PlanbenchError(words_, str(path)) from error
            held = progress.measurements_of(library, project)
            new = progress.from_sheet(grid, held)
            progress.keep(library, project, new, tr("sheet {name}").format(name=path.name))

        self.wanted.emit(act)


class TrailDialog(QDialog):
    """The audit trail of a measurement."""

    def __init__(self, line: ProgressLine, trail: Sequence[JournalLine], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("History"))
        self.resize(560, 320)
        self.model, self.table = SheetModel(), TableView(tr("Who changed it and when"))
        self.table.setModel(self.model)
        rows = [(one.at[:16].replace("T", " "), one.who, one.what) for one in reversed(trail)]
        columns = [
            words("at", tr("When (UTC)"), 140, [row[0] for row in rows]),
            words("who", tr("Who"), 110, [row[1] for row in rows]),
            words("what", tr("What"), 240, [row[2] for row in rows], stretch=True),
        ]
        self.model.show_sheet(Sheet(columns, len(rows)))
        self.table.apply_columns()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.addWidget(Label(f"{line.code} {line.name}", "title"))
        column.addWidget(self.table, 1)
        close = Button(tr("Close"), "default")
        close.clicked.connect(lambda _checked=False: self.accept())
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column.addLayout(foot)


def _stacked(*parts: QWidget) -> QWidget:
    """Parts below each other, the first taking the room."""
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for place, part in enumerate(parts):
        column.addWidget(part, 1 if place == 0 else 0)
    return body


def _state(line: ProgressLine) -> str:
    return "" if line.measurement is None else line.measurement.state


def _steps(typed: str) -> tuple[Step, ...]:
    """Steps as typed, `weld pipe 60 50; test 40 0`. Raises PlanbenchError for what is none."""
    found = []
    for part in filter(None, (one.strip() for one in typed.split(";"))):
        pieces = part.rsplit(" ", 2)
        if len(pieces) != 3:
            raise PlanbenchError(
                tr("“{part}” is no step").format(part=part),
                tr("Steps"),
                tr("Write name weight done."),
            )
        found.append(
            Step(pieces[0], number(pieces[1], tr("Weight")), number(pieces[2], tr("Done")))
        )
    return tuple(found)


def _sheet(lines: Sequence[ProgressLine], money: Money) -> Sheet:
    """The activities as a table."""
    rule = [one.measurement.technique if one.measurement else "" for one in lines]
    state = [_state(one).capitalize() for one in lines]
    measured = [
        text.DASH if one.measured is None else f"{text.number(one.measured, 1)} %" for one in lines
    ]
    chips = {(n, "state"): CHIPS[_state(one)] for n, one in enumerate(lines) if one.measurement}
    return Sheet(
        [
            words("code", tr("Id"), 90, [one.code for one in lines]),
            words("name", tr("Activity"), 240, [one.name for one in lines], stretch=True),
            amounts("bac", tr("Budget"), [one.budget for one in lines], money),
            amounts("ev", tr("Earned"), [one.earned for one in lines], money),
            Column(
                "percent",
                tr("Schedule"),
                84,
                True,
                [f"{text.number(one.percent, 1)} %" for one in lines],
                sort_values=[one.percent for one in lines],
            ),
            words("rule", tr("Rule of credit"), 140, rule),
            Column(
                "measured",
                tr("Measured"),
                84,
                True,
                measured,
                sort_values=[-1.0 if one.measured is None else one.measured for one in lines],
            ),
            words("state", tr("State"), 110, state),
        ],
        len(lines),
        warned=frozenset(n for n, one in enumerate(lines) if one.differs or one.trouble),
        chips=chips,
    )
