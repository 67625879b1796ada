"""The side Workshop: one card at a time in large type, and what each answer does to the finish.

The worst case is asked first: whoever names the likely one first stays near it. A preview follows
every answer; `present` shows the same on a projector, driven by keys alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.times import DAY
from planbench.engines.risk.model import RiskModel
from planbench.services import workshop as steps
from planbench.services.document import Document
from planbench.services.preview import Preview, Runner
from planbench.services.register import double_counts
from planbench.services.workshop import Opinion, Session
from planbench.services.workshop_minutes import write_minutes
from planbench.ui import text
from planbench.ui.register.dialogs import number
from planbench.ui.risk.finish import FinishChart, share_words
from planbench.ui.risk.voices import RangeShape, Voices
from planbench.ui.state import AppState
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    Card,
    Chip,
    EmptyState,
    Label,
    PartsBar,
    Surface,
)
from planbench.ui.widgets.forms import check_box

ASKED = (
    ("worst", tr("Worst case first"), tr("1 in 10 would be longer")),
    ("best", tr("Best case"), tr("1 in 10 would be shorter")),
    ("likely", tr("Most likely"), tr("what happens most often")),
)
"""The three values in the order in which they are asked."""

KEYS = (
    ("Tab", tr("next value")),
    ("Enter", tr("agree and run")),
    ("V", tr("record a voice")),
    ("D", "dissent"),
    ("K", tr("parking lot")),
    ("N / P", tr("next / previous")),
    ("Ctrl+Z", "undo"),
    ("F11", "present"),
    ("Esc", "leave"),
)


SMALL = 800
"""Height below which the type is smaller, so that voices and curve keep their room."""


class Answer(QLineEdit):
    """A number in large type; letters are commands: `asked(letter)`."""

    asked = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFont(current_theme().font("present_value"))
        self.setFrame(False)
        self.setMaxLength(7)
        self.setMinimumHeight(64)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = event.text().upper()
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if plain and letter.isalpha():
            self.asked.emit(letter)
            return
        super().keyPressEvent(event)


class WorkshopView(QWidget):
    """A workshop on the open document.

    `changed(RiskModel)` when a range was agreed on; `kept(name, Preview)` when the shown state was
    put on the shelf. `model()` gives the model as it stands, with the register's risks.
    """

    changed = Signal(object)
    kept = Signal(str, object)

    def __init__(self, state: AppState, model: Callable[[], RiskModel | None]) -> None:
        super().__init__()
        self.state, self._model = state, model
        self.session: Session | None = None
        self._undo: list[tuple[Session, RiskModel | None]] = []
        self._runner: Runner | None = None
        self._before: Preview | None = None
        self.preview: Preview | None = None
        self._shelf: list[str] = []
        self._home: QStackedWidget | None = None
        self._began = time.monotonic()
        self._build()

    # Building.

    def _build(self) -> None:
        self.begin = EmptyState(
            tr("No workshop has begun"),
            tr(
                "Cards of the work that moves the finish most, one at a time: worst case first, "
                "then "
                "best and most likely. Every answer shows at once what it does to the finish."
            ),
            (tr("Begin"), "users", self.start),
        )
        self.pages = QStackedWidget()
        self.pages.addWidget(self.begin)
        self.pages.addWidget(self._table())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        for key, slot in (("Ctrl+Z", self.undo), ("F11", self.present), ("Esc", self.leave)):
            made = QShortcut(QKeySequence(key), self, slot)
            made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.sheets_button = Button(
            tr("Sheets"), "default", "file-spreadsheet", tip=tr("Interview sheets")
        )
        self.sheets_button.clicked.connect(lambda _checked=False: self._sheets_menu())
        self.minutes_button = Button(
            tr("Minutes"), "default", "file-text", tip=tr("Write the minutes")
        )
        self.minutes_button.clicked.connect(lambda _checked=False: self._minutes())
        self.shelf_button = Button(
            tr("Keep"), "tool", "plus", tip=tr("Keep this state as a scenario")
        )
        self.shelf_button.clicked.connect(lambda _checked=False: self.keep())
        self.present_button = Button(
            tr("Present"), "primary", "presentation", tip=tr("Full screen (F11)")
        )
        self.present_button.clicked.connect(lambda _checked=False: self.present())
        self.tools: list[QWidget] = [
            self.shelf_button, self.sheets_button, self.minutes_button, self.present_button,
        ]  # fmt: skip
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._show_clock)

    def _table(self) -> QWidget:
        page = Surface("surface")
        column = QVBoxLayout(page)
        column.setContentsMargins(32, 14, 32, 0)
        column.setSpacing(12)
        column.addLayout(self._head())
        body = QHBoxLayout()
        body.setSpacing(28)
        body.addLayout(self._left(), 3)
        body.addLayout(self._right(), 2)
        column.addLayout(body, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.setContentsMargins(0, 2, 0, 10)
        for key, words in KEYS:
            foot.addWidget(Chip("neutral", key))
            foot.addWidget(Label(words, "small", "text-muted"))
            foot.addSpacing(6)
        foot.addStretch(1)
        self.ran = Label("", "small", "text-muted")
        foot.addWidget(self.ran)
        column.addLayout(foot)
        return page

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        self.item = Label("", "heading")
        row.addWidget(self.item)
        self.progress = PartsBar()
        self.progress.setFixedWidth(240)
        row.addWidget(self.progress)
        row.addStretch(1)
        self.clock = Label("", "body", "text-muted")
        self.room = Label("", "body", "text-muted")
        row.addWidget(self.clock)
        row.addWidget(self.room)
        self.hide_names = check_box(tr("Hide names"), False)
        self.hide_names.toggled.connect(lambda _on: self._show())
        row.addWidget(self.hide_names)
        return row

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        row = QHBoxLayout()
        self.where = Label("", "present_label", "text-muted")
        row.addWidget(self.where)
        self.path = Chip("critical", tr("On the longest path"))
        row.addWidget(self.path)
        row.addStretch(1)
        column.addLayout(row)
        self.name = Label("", "present_title", wrap=True)
        column.addWidget(self.name)
        self.about = Label("", "present_label", "text-muted", wrap=True)
        column.addWidget(self.about)
        boxes = QHBoxLayout()
        boxes.setSpacing(14)
        self.answers: dict[str, Answer] = {}
        self.hints: dict[str, Label] = {}
        for key, words, hint in ASKED:
            card = Card(words)
            field = Answer(words)
            field.asked.connect(self._command)
            field.returnPressed.connect(self.agree)
            self.answers[key] = field
            self.hints[key] = Label(hint, "body", "text-muted")
            inner = QWidget()
            inside = QVBoxLayout(inner)
            inside.setContentsMargins(14, 0, 14, 12)
            inside.addWidget(field)
            inside.addWidget(self.hints[key])
            card.set_body(inner)
            boxes.addWidget(card, 1)
        column.addLayout(boxes)
        self.banner = Banner("error")
        self.banner.hide()
        column.addWidget(self.banner)
        lower = QHBoxLayout()
        lower.setSpacing(14)
        lower.addWidget(self._voices_card(), 1)
        self.shape_card = Card(tr("Range in the model"), "days")
        self.shape = RangeShape()
        self.shape_card.set_body(self.shape)
        lower.addWidget(self.shape_card, 1)
        column.addLayout(lower, 1)
        self.double = Label("", "body", "warning", wrap=True)
        column.addWidget(self.double)
        return column

    def _voices_card(self) -> Card:
        self.voices_card = Card(tr("Voices"))
        for words, icon, tip, slot in (
            (tr("Voice"), "user", tr("Record these values as somebody's opinion (V)"), self.voice),
            (tr("Middle"), "users", tr("Take the medians of all voices (M)"), self.take_middle),
            (tr("Dissent"), "message-square", tr("Record who disagrees and why (D)"), self.dissent),
        ):
            button = Button(words, "quiet", icon, tip=tip, in_card=True)
            button.clicked.connect(lambda _checked=False, slot=slot: slot())
            self.voices_card.add_tool(button)
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(14, 0, 14, 12)
        self.voices = Voices()
        inside.addWidget(self.voices)
        inside.addStretch(1)
        self.middle = Label("", "body", "text-muted", wrap=True)
        inside.addWidget(self.middle)
        self.voices_card.set_body(inner)
        return self.voices_card

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(12)
        card = Card(tr("Finish, 8 times out of 10 by"))
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(14, 0, 14, 14)
        self.date = Label("", "present_value")
        self.shift = Label("", "present_title", "text-muted")
        inside.addWidget(self.date)
        inside.addWidget(self.shift)
        card.set_body(inner)
        column.addWidget(card)
        self.chart_card = Card(tr("Chance of finishing by a date"), tr("dashed: before this item"))
        self._chart: FinishChart | None = None
        column.addWidget(self.chart_card, 1)
        facts = Surface("surface-raised", "")
        grid = QGridLayout(facts)
        grid.setContentsMargins(14, 10, 14, 10)
        self.chance = Label("", "heading")
        self.median = Label("", "heading")
        for row, (words, label) in enumerate(
            (
                (tr("Chance of the planned finish"), self.chance),
                (tr("As likely as not by"), self.median),
            )
        ):
            grid.addWidget(Label(words, "body"), row, 0)
            grid.addWidget(label, row, 1, Qt.AlignmentFlag.AlignRight)
        self.shelf = Label("", "body", "text-muted", wrap=True)
        grid.addWidget(self.shelf, 2, 0, 1, 2)
        column.addWidget(facts)
        return column

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        small = self.height() < SMALL
        theme = current_theme()
        for label, large, compact in (
            (self.name, "present_title", "display"),
            (self.shift, "present_title", "display"),
            (self.date, "present_value", "present_title"),
            (self.about, "present_label", "prose"),
            (self.where, "present_label", "prose"),
        ):
            label.setFont(theme.font(compact if small else large))
        for field in self.answers.values():
            field.setFont(theme.font("present_title" if small else "present_value"))
            field.setMinimumHeight(44 if small else 64)

    # The session.

    def open_document(self, document: Document | None) -> None:
        """Show the workshop that is kept with the project, if there is one."""
        self.session, self._runner, self.preview, self._before = None, None, None, None
        self._undo.clear()
        self._shelf.clear()
        library = self.state.library
        if document is not None and library is not None and document.library_project is not None:
            try:
                self.session = steps.kept_session(library, document.library_project)
            except PlanbenchError as error:
                self.state.message.emit("warning", error.line)
        if self.session is not None and document is not None:
            known = document.schedule.row_of_code
            cards = tuple(card for card in self.session.cards if card.code in known)
            at = min(self.session.at, max(len(cards) - 1, 0))
            self.session = replace(self.session, cards=cards, at=at) if cards else None
        self._show()

    def start(self) -> None:
        """Begin with the cards of the open document."""
        document = self.state.document
        if document is None:
            return
        try:
            session = steps.start(document)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return
        self._began = time.monotonic()
        self._take(session)
        self.answers["worst"].setFocus()

    def shown(self) -> None:
        """The side was gone to: show the finish as the model stands."""
        if self.session is not None:
            if self.preview is None:
                self.run()
            self.answers["worst"].setFocus()

    def _take(self, session: Session, keep: bool = True) -> None:
        """Go on with another session, which is kept with the project."""
        if keep and self.session is not None:
            self._undo.append((self.session, None))
        self.session = session
        document, library = self.state.document, self.state.library
        if library is not None and document is not None and document.library_project is not None:
            try:
                steps.keep_session(library, document.library_project, session)
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)
        self._show()
        if self.preview is None:
            self.run()

    def undo(self) -> None:
        """Take the last step back, in the model as well."""
        if not self._undo:
            return
        session, model = self._undo.pop()
        self._take(session, keep=False)
        if model is not None:
            self.changed.emit(model)
            self.run()

    def go(self, step: int) -> None:
        """The next card or the one before."""
        if self.session is not None:
            self._before = self.preview
            self._take(self.session.go(step), keep=False)
            self.answers["worst"].setFocus()

    def _command(self, letter: str) -> None:
        acts: dict[str, Callable[[], None]] = {
            "N": lambda: self.go(1),
            "P": lambda: self.go(-1),
            "K": self.park,
            "D": self.dissent,
            "V": self.voice,
            "M": self.take_middle,
        }
        if letter in acts:
            acts[letter]()

    def _typed(self, who: str, why: str = "") -> Opinion:
        values = {key: number(self.answers[key].text(), words) for key, words, _ in ASKED}
        if not all(self.answers[key].text().strip() for key in values):
            raise ModelError(
                tr("all three values are needed"), "card", tr("The worst case comes first.")
            )
        return Opinion(who, values["worst"], values["best"], values["likely"], why)

    def _step(self, work: Callable[[Session], Session]) -> bool:
        if self.session is None:
            return False
        try:
            session = work(self.session)
        except ModelError as error:
            self.banner.show_message(error.line)
            return False
        self.banner.hide()
        self._take(session)
        return True

    def agree(self) -> None:
        """Take the three values into the model and show what they do."""
        model = self._model()
        if self.session is None or model is None:
            return
        self._before = self.preview
        if not self._step(lambda session: steps.agreed(session, self._typed("room"))):
            return
        assert self.session is not None
        try:
            changed = steps.with_agreed(model, self.session)
        except ModelError as error:
            self.banner.show_message(error.line)
            return
        self._undo[-1] = (self._undo[-1][0], model)
        self.changed.emit(changed)
        self.run()

    def voice(self, who: str = "", why: str = "") -> None:
        """Record the three values as an opinion; asks whose it is."""
        if not who:
            who, fine = QInputDialog.getText(self, tr("Voice"), tr("Whose opinion is it?"))
            if not fine:
                return
            why, _ = QInputDialog.getText(self, tr("Voice"), tr("Why? (may stay empty)"))
        if self._step(lambda session: steps.voiced(session, self._typed(who.strip(), why.strip()))):
            for field in self.answers.values():
                field.clear()
            self.answers["worst"].setFocus()

    def take_middle(self) -> None:
        """Fill in the medians of the voices."""
        centre = steps.middle(self.session.card) if self.session is not None else None
        if centre is not None:
            for key, field in self.answers.items():
                field.setText(f"{getattr(centre, key):g}")

    def dissent(self, words: str = "") -> None:
        """Record who disagrees and why."""
        if not words:
            words, fine = QInputDialog.getText(self, tr("Dissent"), tr("Who disagrees, and why?"))
            if not fine:
                return
        self._step(lambda session: steps.dissented(session, words))

    def park(self) -> None:
        """Put the card off and go on, or take it back."""
        if self._step(steps.parked) and self.session is not None and self.session.card.parked:
            self.go(1)

    # The preview.

    def run(self) -> None:
        """Simulate the model as it stands, beside the window."""
        document, model = self.state.document, self._model()
        if document is None or model is None:
            return
        runner, against = self._runner, self._before
        if runner is not None and runner.digest != document.schedule.digest:
            runner = None

        def work(context: Any) -> tuple[Runner, Preview]:
            ready = runner or Runner(document)

            def tell(done: int, total: int) -> None:
                context.report(done, total, tr("Preview"))

            base = against.result if against is not None else None
            return ready, ready.preview(model, base, progress=tell)

        def done(found: tuple[Runner, Preview]) -> None:
            if self.state.document is document:
                self._runner, self.preview = found
                self._show_preview()

        self.state.run("workshop-preview", tr("Preview"), work, done)

    def _show_preview(self) -> None:
        found = self.preview
        if found is None:
            for label in (self.date, self.shift, self.chance, self.median, self.ran):
                label.setText("")
            return
        self.date.setText(text.long_date(found.p80))
        days = round(found.shift / DAY)
        width = text.number(found.half_width / DAY, 1)
        if self._before is None or (days == 0 and found.half_width < DAY / 20):
            self.shift.setText(tr("as before") if self._before is not None else " ")
            self.shift.set_role("text-muted")
        else:
            told = tr("{days} {words}").format(
                days=text.counted(abs(days), tr("day"), tr("days")),
                words=tr("later") if days >= 0 else tr("earlier"),
            )
            mark = "\u25bc" if days > 0 else "\u25b2" if days < 0 else ""
            self.shift.setText(f"{mark} {told} \u00b1 {width}".strip())
            self.shift.set_role("late" if days > 0 else "early" if days < 0 else "text-muted")
        result = found.result
        self.chance.setText(share_words(result.confidence(result.deterministic)))
        self.median.setText(text.long_date(found.p50))
        seconds = text.number(found.seconds, 1)
        self.ran.setText(
            tr("{words}, {iterations} runs in {seconds} s").format(
                words=found.words, iterations=text.number(result.iterations), seconds=seconds
            )
        )
        if self._chart is None:
            self._chart = FinishChart()
            self.chart_card.set_body(self._chart.chart.widget)
        self._chart.show_result(result, "", self._before.result if self._before else None)

    # Showing.

    def _show(self) -> None:
        session, document = self.session, self.state.document
        for tool in self.tools:
            tool.setEnabled(session is not None)
        self.begin.setEnabled(document is not None)
        if session is None or document is None:
            self._tick.stop()
            self.pages.setCurrentIndex(0)
            return
        self.pages.setCurrentIndex(1)
        self._tick.start()
        self._show_clock()
        card, total = session.card, len(session.cards)
        done = sum(one.agreed is not None for one in session.cards)
        self.item.setText(
            tr("{title}   Item {at} of {total}").format(
                title=session.title, at=session.at + 1, total=total
            )
        )
        self.progress.set([(done, "accent"), (total - done, "surface-sunken")])
        self.progress.setAccessibleName(
            tr("{done} of {total} agreed").format(done=done, total=total)
        )
        self.room.setText(
            tr("{people} heard   Parking lot {parked}").format(
                people=len(session.people), parked=len(session.parked)
            )
        )
        self._show_card(document, session)
        self.voices.show_opinions(card.opinions, self.hide_names.isChecked())
        self._show_middle(session)
        self._show_shape(document, session)

    def _show_clock(self) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        self.clock.setText(f"{minutes:02d}:{seconds:02d}")

    def _show_card(self, document: Document, session: Session) -> None:
        card, schedule = session.card, document.schedule
        row = schedule.row_of_code[card.code]
        node = int(schedule.activities.wbs[row])
        self.where.setText(f"{card.code}  {schedule.wbs.name[node] if node >= 0 else ''}")
        cpm = document.cpm
        self.path.setVisible(cpm is not None and bool(cpm.longest_path[row]))
        self.name.setText(card.name)
        dates = ""
        if cpm is not None:
            start, finish = int(cpm.early_start[row]), int(cpm.early_finish[row])
            dates = tr("{start} to {finish}. ").format(
                start=text.long_date(start), finish=text.long_date(finish)
            )
        state = tr("Parked. ") if card.parked else ""
        self.about.setText(
            tr("{dates}{state}{words}").format(
                dates=dates,
                state=state,
                words=tr("Dissent: ") + "; ".join(card.dissent) if card.dissent else "",
            )
        )
        plan = steps.plan_days(document, card.code)
        self.hints["likely"].setText(
            tr("plan says {plan:g}").format(plan=plan) if card.agreed is not None else ASKED[2][2]
        )
        for key, field in self.answers.items():
            value = "" if card.agreed is None else f"{getattr(card.agreed, key):g}"
            field.setText(value)

    def _show_middle(self, session: Session) -> None:
        card = session.card
        centre, far = steps.middle(card), steps.outlier(card)
        words = ""
        if centre is not None:
            words = tr("Middle {best:g} / {likely:g} / {worst:g} d.").format(
                best=centre.best, likely=centre.likely, worst=centre.worst
            )
        if far is not None:
            who = tr("One voice") if self.hide_names.isChecked() else far.who
            why = f", \u201c{far.why}\u201d" if far.why else ""
            words += tr(" Outlier: {who}, {worst:g} d{why}.").format(
                who=who, worst=far.worst, why=why
            )
        self.middle.setText(words)
        self.voices_card.set_title(text.counted(len(card.opinions), tr("voice"), tr("voices")))

    def _show_shape(self, document: Document, session: Session) -> None:
        card, model = session.card, self._model()
        now = steps.agreed_range(card).distribution if card.agreed is not None else None
        plain, unit = None, 1.0
        if model is not None and now is None:
            mine = [one for one in model.uncertainty if card.code in one.where.ids]
            mine = mine or [one for one in model.uncertainty if one.where.all]
            if mine:
                plain = mine[-1].distribution
                if mine[-1].unit == "percent":
                    unit = steps.plan_days(document, card.code) / 100.0
        self.shape.show_laws(now, plain, unit)
        self.double.setText("")
        if model is not None:
            try:
                found = double_counts(document.schedule, steps.with_agreed(model, session))
            except PlanbenchError:  # the run says what is wrong with the model
                return
            mine_only = [one.text for one in found if one.activity == card.code]
            self.double.setText("\n".join(mine_only[:2]))

    # Round about.

    def present(self) -> None:
        """Fill the screen, or come back from it."""
        if self._home is not None:
            self.leave()
            return
        stack = self.parentWidget()
        if not isinstance(stack, QStackedWidget) or self.session is None:
            return
        self._home = stack
        self._place = stack.indexOf(self)
        stack.removeWidget(self)
        self.setParent(None)
        self.setWindowTitle(tr("Risk workshop"))
        self.showFullScreen()
        self.answers["worst"].setFocus()

    def leave(self) -> None:
        """Back from the full screen into the window."""
        if self._home is not None:
            self._home.insertWidget(self._place, self)
            self._home.setCurrentWidget(self)
            self._home = None

    def keep(self) -> None:
        """Put the present state on the shelf of scenarios."""
        if self.preview is None or self.session is None:
            return
        name = tr("Workshop {shelf}, item {at}").format(
            shelf=len(self._shelf) + 1, at=self.session.at + 1
        )
        self._shelf.append(f"{name}: P80 {text.long_date(self.preview.p80)}")
        self.shelf.setText("\n".join(self._shelf[-4:]))
        self.kept.emit(name, self.preview)

    def _sheets_menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(tr("Write interview sheets\u2026"), self._write_sheets)
        menu.addAction(tr("Read filled sheets\u2026"), self._read_sheets)
        menu.exec(self.sheets_button.mapToGlobal(self.sheets_button.rect().bottomLeft()))

    def _write_sheets(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Write interview sheets"), "interview.xlsx", tr("Workbook (*.xlsx)")
        )
        if name and self.session is not None:
            try:
                steps.write_sheets(self.session, Path(name))
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)

    def _read_sheets(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self, tr("Filled sheets"), "", tr("Workbook (*.xlsx)")
        )
        if names:
            self.take_sheets([Path(name) for name in names])

    def take_sheets(self, paths: list[Path]) -> None:
        """Put the opinions of filled sheets on their cards."""
        if self.session is None:
            return
        try:
            session, refused = steps.read_sheets(self.session, paths)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return
        self._take(session)
        said = tr("{people} heard").format(
            people=text.counted(len(session.people), tr("person"), tr("people"))
        )
        if refused:
            said += tr("; {refused} refused: {refused2}").format(
                refused=text.counted(len(refused), tr("row"), tr("rows")), refused2=refused[0]
            )
        self.state.message.emit("warning" if refused else "info", said)

    def _minutes(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Write the minutes"), "minutes.docx", tr("Word (*.docx);;HTML (*.html)")
        )
        if name:
            self.write_minutes(Path(name))

    def write_minutes(self, path: Path) -> None:
        """Write the minutes as DOCX or HTML."""
        if self.session is None:
            return
        outcome = []
        if self.preview is not None:
            found = self.preview
            sure = share_words(found.result.confidence(found.result.deterministic))
            outcome = [
                tr(
                    "Eight times out of ten the finish is met by {p80}; as likely as not by {p50}."
                ).format(p80=text.long_date(found.p80), p50=text.long_date(found.p50)),
                tr(
                    "The planned finish {deterministic} is met in {sure} of {iterations} "
                    "runs, seed {seed}."
                ).format(
                    deterministic=text.long_date(found.result.deterministic),
                    sure=sure,
                    iterations=found.result.iterations,
                    seed=found.result.seed,
                ),
                *self._shelf,
            ]
        try:
            write_minutes(self.session, outcome, path, not self.hide_names.isChecked())
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
