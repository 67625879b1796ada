"""The Review side of Quality: findings with their states, triage by keyboard, and the rounds."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planbench.engines.findings.life import Outcome
from planbench.engines.findings.record import SEVERITIES, Act
from planbench.services.findings import Line
from planbench.ui import text
from planbench.ui.quality.review import words
from planbench.ui.quality.review.commands import HINT, LETTERS, ReviewCommands
from planbench.ui.quality.review.desk import ReviewDesk
from planbench.ui.quality.review.model import FindingsList, RoundChanges, RoundsList
from planbench.ui.quality.review.pane import FindingPane
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    ComboBox,
    EmptyState,
    Label,
    SearchField,
    Stat,
    StatStrip,
    Surface,
    TableView,
)

_STAGE_CHOICES = ("live", "", *words.STAGES, "conflict", "unmended")
_STAGE_WORDS = (
    tr("Not closed"),
    tr("Any state"),
    *(word for _, word in words.STAGES.values()),
    tr("In conflict"),
    tr("Corrected, they say"),
)
_NARROW = {"uid": 112, "subject": 92, "measured": 126, "severity": 112, "stage": 108, "owner": 84}
"""Widths of columns in a narrow window."""


class FindingsTable(TableView):
    """The list of findings; letters are commands. `command(letter)`."""

    command = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.ShiftModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        letter = event.text().upper()
        if plain and len(letter) == 1 and letter in LETTERS:
            self.command.emit(letter)
            event.accept()
            return
        super().keyPressEvent(event)


class ReviewPage(QWidget):
    """Findings with their states, or the rounds; see `show_view`."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.desk = ReviewDesk(state, self)
        self.commands = ReviewCommands(self)
        self.model = FindingsList()
        self.rounds_model = RoundsList()
        self.changes_model = RoundChanges()
        self._narrow: bool | None = None
        self._build()
        self.desk.changed.connect(self._refresh)
        self.desk.looked.connect(self._tell_look)
        self.desk.opened.connect(self.show_finding)

    # Building.

    def _build(self) -> None:
        self.strip = StatStrip()
        self.strip.opened.connect(self._stat_opened)
        self.banner = Banner("info")
        self.banner.hide()
        self.table = FindingsTable(tr("Findings"))
        self.table.setModel(self.model)
        self.pane = FindingPane()
        self.rounds = TableView(tr("Rounds"))
        self.rounds.setModel(self.rounds_model)
        self.changes = TableView(tr("What the round says"))
        self.changes.setModel(self.changes_model)
        self._lists = QStackedWidget()
        self._lists.addWidget(self._findings_list())
        self._lists.addWidget(self._rounds_list())
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.strip, self.banner):
            column.addWidget(part)
        column.addWidget(self._lists, 1)
        work = QWidget()
        row = QHBoxLayout(work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(column, 1)
        row.addWidget(self.pane)
        self._pages = QStackedWidget()
        for page in (self._homeless(), self._unlooked(), work):
            self._pages.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)
        self.table.row_changed.connect(self._row_changed)
        self.table.row_activated.connect(lambda _row: self.pane.show_discussion())
        self.table.command.connect(self.commands.do)
        self.table.menu_requested.connect(lambda _row, point: self.commands.menu().popup(point))
        self.rounds.row_changed.connect(self._round_chosen)
        self.changes.row_changed.connect(self._change_chosen)
        self.pane.said.connect(self.say_on)
        self.pane.field_changed.connect(self._field_changed)
        self.pane.settled.connect(self._settle)
        self.pane.opened.connect(self._open_activity)

    def _homeless(self) -> QWidget:
        return EmptyState(
            tr("Findings live in the library"),
            tr(
                "A review is kept with a project, so that its findings survive from update to "
                "update. "
                "Open an update of a project to review it."
            ),
            (tr("Choose a project"), "home", lambda: self.state.workspace_requested.emit("home")),
        )

    def _unlooked(self) -> QWidget:
        return EmptyState(
            tr("No update has been looked at"),
            tr(
                "Looking at an update makes a finding of every row behind its metrics. The next "
                "update "
                "then tells what was resolved, what persists, what is new and what came back."
            ),
            (tr("Look at this update"), "eye", self.desk_look),
        )

    def desk_look(self) -> None:
        """Look at the open update."""
        self.desk.look()

    def _findings_list(self) -> QWidget:
        bar = Surface("surface-raised", "b")
        bar.setFixedHeight(44)
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(8)
        self.search = SearchField(tr("Filter findings"))
        self.stage = ComboBox(_STAGE_WORDS, tr("State"))
        self.severity = ComboBox(
            [tr("Any severity"), *(words.SEVERITIES[one][2] for one in SEVERITIES)], tr("Severity")
        )
        self.rule = ComboBox([tr("Any rule")], tr("Rule"))
        self.rule.setMaximumWidth(220)
        self._count = Label("", "body", "text-muted")
        self.waive = Button(tr("Waive…"), "default", "eye-off", tip=tr("Accept with a reason (W)"))
        self.assign = Button(tr("Assign…"), "default", "user", tip=tr("Name an owner (E)"))
        self.more = Button("", "tool", "more", tip=tr("More that can be done with findings"))
        for part in (self.search, self.stage, self.severity, self.rule, self._count):
            row.addWidget(part)
        row.addStretch(1)
        for button in (self.assign, self.waive, self.more):
            row.addWidget(button)
        self.search.textChanged.connect(lambda _text: self._filter())
        for box in (self.stage, self.severity, self.rule):
            box.activated.connect(lambda _index: self._filter())
        self.waive.clicked.connect(lambda _checked=False: self.commands.do("W"))
        self.assign.clicked.connect(lambda _checked=False: self.commands.do("E"))
        self.more.clicked.connect(lambda _checked=False: self.commands.more_menu(self.more))
        foot = Surface("surface-raised", "t")
        foot.setFixedHeight(28)
        inside = QHBoxLayout(foot)
        inside.setContentsMargins(16, 0, 12, 0)
        inside.addWidget(Label(HINT, "small", "text-muted"))
        inside.addStretch(1)
        self._nothing = Label("", "prose", "text-muted", wrap=True)
        self._nothing.setContentsMargins(16, 14, 16, 14)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self._nothing)
        column.addWidget(self.table, 1)
        column.addWidget(foot)
        return whole

    def _rounds_list(self) -> QWidget:
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.rounds)
        split.addWidget(self.changes)
        split.setStretchFactor(0, 0)
        split.setStretchFactor(1, 1)
        self._split = split
        return split

    def _share_height(self) -> None:
        """The rounds take what they need, at most two fifths."""
        whole = max(self._lists.height(), 200)
        rows = current_theme().row
        wanted = rows["header_single"] + rows["default"] * len(self.rounds_model.rounds) + 8
        upper = min(wanted, int(whole * 0.4))
        self._split.setSizes([upper, whole - upper])

    # Showing.

    def show_view(self, rounds: bool) -> None:
        """Show the rounds, or the findings."""
        self._lists.setCurrentIndex(1 if rounds else 0)
        if rounds:
            self._share_height()
        if rounds and self.rounds.current_row() < 0 and self.rounds_model.rounds:
            self.rounds.select_row(0)
            self._round_chosen(0)

    def _refresh(self) -> None:
        review = self.desk.review
        if not self.desk.ready:
            self._pages.setCurrentIndex(0)
            return
        if not review.rounds and not review.findings:
            self._pages.setCurrentIndex(1)
            return
        self._pages.setCurrentIndex(2)
        uid = self.uid()
        place = self.table.table.place(self.table.current_row())
        lines = self.desk.lines()
        self.model.show_lines(lines, review)
        self._fit()
        self._fill_rules(lines)
        self._show_stats(lines)
        self._filter()
        self._keep_place(uid, place)
        self.rounds_model.show_rounds(review.ordered_rounds)
        self.rounds.apply_columns()
        self._share_height()
        self._round_chosen(max(self.rounds.current_row(), 0))
        self._offer_look()

    def _keep_place(self, uid: str, place: int) -> None:
        """The same finding stays current, or the one that took its place in the list."""
        row = self.model.row_of(uid) if uid else -1
        if row < 0 or self.model.place(row) < 0:
            last = self.model.rowCount() - 1
            row = self.model.source(min(max(place, 0), last)) if last >= 0 else -1
        self.table.select_row(row)
        self._row_changed(row)

    def _offer_look(self) -> None:
        document = self.state.document
        if document is None or self.desk.up_to_date:
            if self.banner.property("offer"):
                self.banner.hide()
            return
        self.banner.setProperty("offer", True)
        self.banner.show_message(
            tr("What it resolves, keeps, changes and brings is not known yet."),
            tr("{words} has not been looked at").format(
                words=document.update_label or tr("This update")
            ),
            kind="info",
            action=tr("Look at it"),
            slot=self.desk_look,
            closable=False,
        )

    def _show_stats(self, lines: list[Line]) -> None:
        latest = self.desk.review.latest
        counts = latest.counts() if latest is not None else {}
        stages = [line.stage for line in lines]
        live = sum(stage not in ("closed", "waived", "resolved") for stage in stages)
        label = tr("in {label}").format(label=latest.label) if latest is not None else ""
        back, answered = stages.count("came back"), stages.count("responded")
        conflicts = sum(bool(line.finding.conflicts) for line in lines)
        self._stats = ("live", "new", tr("came back"), "waived", "resolved", "conflict")
        stats = [
            Stat(
                tr("Not closed"),
                text.number(live),
                tr("{answered} answered").format(answered=answered),
                door=True,
            ),
            Stat(tr("New"), text.number(counts.get("new", 0)), label, door=True),
            Stat(tr("Came back"), text.number(back), tr("were resolved or closed"), door=True),
            Stat(tr("Waived"), text.number(stages.count("waived")), tr("with a reason"), door=True),
            Stat(tr("Resolved"), text.number(counts.get("resolved", 0)), label, door=True),
        ]
        if conflicts:
            role = "critical-text"
            stats.append(
                Stat(tr("In conflict"), text.number(conflicts), tr("to decide"), role, door=True)
            )
        self.strip.set(stats)

    def _stat_opened(self, index: int) -> None:
        stage = self._stats[index]
        if stage == "new":
            self.show_view(rounds=True)
            return
        self.show_view(rounds=False)
        self.stage.setCurrentIndex(_STAGE_CHOICES.index(stage))
        self._filter()

    def _fill_rules(self, lines: list[Line]) -> None:
        rules = {line.finding.rule: line.finding.title for line in lines if line.finding.rule}
        chosen = self.rule.currentData()
        self.rule.clear()
        self.rule.addItem(tr("Any rule"), "")
        for rule in sorted(rules):
            self.rule.addItem(f"{rule} {rules[rule]}", rule)
        if any(not line.finding.rule for line in lines):
            self.rule.addItem(tr("Written by hand"), "-")
        self.rule.setCurrentIndex(max(self.rule.findData(chosen), 0))

    def _filter(self) -> None:
        severity = self.severity.currentIndex()
        self.model.filter(
            self.search.text(),
            _STAGE_CHOICES[self.stage.currentIndex()],
            SEVERITIES[severity - 1] if severity else "",
            str(self.rule.currentData() or ""),
        )
        shown, whole = self.model.rowCount(), len(self.model.lines)
        self._count.setText(
            tr("{shown} of {whole}").format(
                shown=text.number(shown), whole=text.counted(whole, tr("finding"), tr("findings"))
            )
        )
        self._nothing.setText("" if shown else tr("No finding fits the filter."))
        self._nothing.setVisible(not shown)

    def uid(self) -> str:
        """The current finding's id, "" for none."""
        row = self.table.current_row()
        return self.model.lines[row].finding.uid if 0 <= row < len(self.model.lines) else ""

    def chosen(self) -> list[str]:
        """Ids of the selected findings, in the order shown."""
        rows = self.table.selected_rows() or [self.table.current_row()]
        return [
            self.model.lines[row].finding.uid for row in rows if 0 <= row < len(self.model.lines)
        ]

    def show_finding(self, uid: str) -> None:
        """Show one finding, whatever the filter says."""
        self.show_view(rounds=False)
        row = self.model.row_of(uid)
        if row >= 0 and self.model.place(row) < 0:
            self.search.clear()
            for box, index in ((self.stage, 1), (self.severity, 0), (self.rule, 0)):
                box.setCurrentIndex(index)
            self._filter()
        self.table.select_row(row)
        self._row_changed(row)

    def _row_changed(self, row: int) -> None:
        line = self.model.lines[row] if 0 <= row < len(self.model.lines) else None
        self.pane.show_line(line, self.desk.review)
        activity = self._activity(line)
        if activity >= 0 and self.table.hasFocus():
            self.state.select(activity)

    def _activity(self, line: Line | None) -> int:
        """Row of the finding's first activity (of a link its successor), -1 for none."""
        document = self.state.document
        if line is None or document is None or not line.finding.objects:
            return -1
        kind, key = line.finding.objects[0]
        if kind == "relationship":
            key = key.rpartition(" > ")[2].rpartition(" ")[0]
        if kind not in ("activity", "relationship"):
            return -1
        return int(document.schedule.row_of_code.get(key.partition(" @ ")[0], -1))

    def _open_activity(self) -> None:
        row = self.table.current_row()
        activity = self._activity(self.model.lines[row]) if row >= 0 else -1
        if activity >= 0:
            self.state.select(activity)
            self.state.workspace_requested.emit("schedule")

    def _round_chosen(self, row: int) -> None:
        rounds = self.rounds_model.rounds
        shown = rounds[row] if 0 <= row < len(rounds) else None
        self.changes_model.show_round(self.desk.review, shown)
        self.changes.apply_columns()

    def _change_chosen(self, row: int) -> None:
        if 0 <= row < len(self.changes_model.uids):
            uid = self.changes_model.uids[row]
            found = self.model.row_of(uid)
            line = self.model.lines[found] if found >= 0 else None
            self.pane.show_line(line, self.desk.review)

    def _tell_look(self, outcome: Outcome | None) -> None:
        if outcome is None:
            return
        told = [
            f"{text.number(len(uids))} {words.STANDINGS[name][1].lower()}"
            for name, uids in outcome.standings.items()
        ]
        if outcome.lapsed:
            told.append(
                tr("{lapsed} ended").format(
                    lapsed=text.counted(len(outcome.lapsed), tr("waiver"), tr("waivers"))
                )
            )
        if outcome.still_there:
            told.append(
                tr("{still_there} reported as corrected, still found").format(
                    still_there=text.number(len(outcome.still_there))
                )
            )
        if outcome.renamed:
            told.append(
                tr("{renamed} went along with a new id").format(
                    renamed=text.number(len(outcome.renamed))
                )
            )
        self.state.message.emit("info", ", ".join(told) or tr("Nothing was found"))
        if outcome.proposed:
            self._offer_renames(outcome)

    def _offer_renames(self, outcome: Outcome) -> None:
        pairs = dict(outcome.proposed)
        shown = ", ".join(tr("{a} is now {b}").format(a=a, b=b) for a, b in list(pairs.items())[:4])
        self.banner.setProperty("offer", False)
        self.banner.show_message(
            tr("{shown}{words}. Their findings can go along.").format(
                shown=shown, words=tr(" and more") if len(pairs) > 4 else ""
            ),
            tr("{pairs} may have another id now").format(
                pairs=text.counted(len(pairs), tr("activity"), tr("activities"))
            ),
            kind="info",
            action=tr("They are the same"),
            slot=lambda: self.desk.look(pairs),
        )

    def say_on(self, said: str, kind: str) -> None:
        """Write something on the current finding; `kind` is one of the pane's KINDS."""
        uid = self.uid()
        if not uid:
            return
        if kind == "action":
            taken = self.desk.set_field([uid], "action", said) == 1
        else:
            taken = self.desk.comment(
                uid, said, response=kind == "response", private=kind == "note"
            )
        if taken:
            self.pane.sent(kind)

    def _field_changed(self, name: str, value: object, why: str) -> None:
        uid = self.uid()
        if uid:
            self.desk.set_field([uid], name, value, why)

    def _settle(self, name: str, act: Act) -> None:
        uid = self.uid()
        if uid:
            self.desk.set_field(
                [uid],
                name,
                act.value,
                tr("decided for {words}").format(words=act.author or "planbench"),
            )

    # Room.

    def _fit(self) -> None:
        """In a narrow window the list leaves room for what the finding is about."""
        narrow = self.window().width() < current_theme().frame["narrow_breakpoint"]
        self.table.apply_columns()
        for number, column in enumerate(self.model.columns):
            self.table.setColumnHidden(number, narrow and column.key == "rule")
            if narrow and column.key in _NARROW:
                self.table.setColumnWidth(number, _NARROW[column.key])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.window().width() < current_theme().frame["narrow_breakpoint"]
        if narrow != self._narrow:
            self._narrow = narrow
            self._fit()
