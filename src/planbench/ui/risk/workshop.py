"""The side Workshop: one card at a time in large type, and what each answer does to the finish.

The worst case is asked first: whoever names the likely one first stays near it. A preview follows
every answer; `present` fills the screen, `project` opens a second window for a projector.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QInputDialog, QStackedWidget, QVBoxLayout, QWidget

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.engines.risk.model import RiskModel
from planbench.services import workshop as steps
from planbench.services.document import Document
from planbench.services.preview import Preview, Runner
from planbench.services.workshop import Opinion, Session
from planbench.ui import text
from planbench.ui.register.dialogs import number
from planbench.ui.risk.projector import Projector
from planbench.ui.risk.workshop_log import LogDialog
from planbench.ui.risk.workshop_menus import Menus, below
from planbench.ui.risk.workshop_page import ASKED, WorkshopPage
from planbench.ui.risk.workshop_papers import Papers
from planbench.ui.risk.workshop_shelf import Kept
from planbench.ui.state import AppState
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, EmptyState


class WorkshopView(QWidget):
    """A workshop on the open document.

    `changed(RiskModel)` when a range was agreed on; `kept(name, Preview)` when the shown state was
    put on the shelf; `map_wanted(id)` to map a risk. `model()` gives the model as it stands, with
    the register's risks.
    """

    changed = Signal(object)
    kept = Signal(str, object)
    map_wanted = Signal(str)

    def __init__(self, state: AppState, model: Callable[[], RiskModel | None]) -> None:
        super().__init__()
        self.state, self.model = state, model
        self.session: Session | None = None
        self._undo: list[tuple[Session, RiskModel | None]] = []
        self._runner: Runner | None = None
        self._before: Preview | None = None  # what the next preview is held against
        self._against: Preview | None = None  # what the shown one is held against
        self.preview: Preview | None = None
        self.left_out: set[str] = set()  # risks that the preview does without
        self.projector: Projector | None = None
        self._home: QStackedWidget | None = None
        self._began = self._item_began = time.monotonic()
        self._build()

    # Building.

    def _build(self) -> None:
        self.begin = EmptyState(
            tr("No workshop has begun"),
            tr(
                "Cards of the work that moves the finish most, one at a time: worst case first, "
                "then best and most likely. Every answer shows at once what it does to the finish."
            ),
            (tr("Begin"), "users", self.start),
        )
        self.page = WorkshopPage()
        self.menus = Menus(self)
        self.page.asked.connect(self._command)
        self.page.agreed.connect(self.agree)
        self.page.hide_names.toggled.connect(lambda _on: self._show())
        self.page.after.toggled.connect(lambda _on: self._what_if())
        self.page.parking.clicked.connect(lambda _checked=False: self.menus.parked())
        self.page.shelf.wanted.connect(self.go_back_to)
        self.answers, self.hide_names = self.page.answers, self.page.hide_names
        for field in self.answers.values():
            field.textChanged.connect(lambda _text: self._project())
        self.pages = QStackedWidget()
        self.pages.addWidget(self.begin)
        self.pages.addWidget(self.page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        for key, slot in (
            ("Ctrl+Z", self.undo),
            ("F11", self.present),
            ("F12", self.project),
            ("Esc", self.leave),
        ):
            made = QShortcut(QKeySequence(key), self, slot)
            made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.papers = Papers(self)
        self.minutes_button = Button(
            tr("Minutes"), "default", "file-text", tip=tr("Write the minutes")
        )
        self.minutes_button.clicked.connect(lambda _checked=False: self.papers.ask_minutes())
        self.sheets_button = Button(
            tr("Sheets"), "default", "file-spreadsheet", tip=tr("Interview sheets")
        )
        self.sheets_button.clicked.connect(
            lambda _checked=False: self.papers.menu(below(self.sheets_button))
        )
        self.shelf_button = Button(
            tr("Keep"), "tool", "plus", tip=tr("Keep this state as a scenario")
        )
        self.shelf_button.clicked.connect(lambda _checked=False: self.keep())
        self.project_button = Button(
            tr("Projector"), "tool", "external-link", tip=tr("Second window for a projector (F12)")
        )
        self.project_button.clicked.connect(lambda _checked=False: self.project())
        self.present_button = Button(
            tr("Present"), "primary", "presentation", tip=tr("Full screen (F11)")
        )
        self.present_button.clicked.connect(lambda _checked=False: self.present())
        self.tools: list[QWidget] = [
            self.shelf_button, self.sheets_button, self.minutes_button, self.project_button,
            self.present_button,
        ]  # fmt: skip
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._show_clock)

    # The session.

    def open_document(self, document: Document | None) -> None:
        """Show the workshop that is kept with the project, if there is one."""
        self.session, self._runner, self.preview = None, None, None
        self._before = self._against = None
        self._undo.clear()
        self.left_out.clear()
        self.page.shelf.clear()
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
        self._began = self._item_began = time.monotonic()
        self.take_session(session)
        self.answers["worst"].setFocus()

    def shown(self) -> None:
        """The side was gone to: show the finish as the model stands."""
        if self.session is not None:
            if self.preview is None:
                self.run()
            self.answers["worst"].setFocus()

    def take_session(self, session: Session, keep: bool = True) -> None:
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
        self.take_session(session, keep=False)
        if model is not None:
            self.changed.emit(model)
            self.run()

    def go(self, step: int) -> None:
        """The next card or the one before."""
        if self.session is not None:
            self.go_to(self.session.at + step)

    def go_to(self, at: int) -> None:
        """Another card by its number from 0."""
        if self.session is not None:
            self._before = self.preview
            self._item_began = time.monotonic()
            self.take_session(self.session.go(at - self.session.at), keep=False)
            self.answers["worst"].setFocus()

    def _command(self, letter: str) -> None:
        acts: dict[str, Callable[[], None]] = {
            "N": lambda: self.go(1),
            "P": lambda: self.go(-1),
            "K": self.park,
            "D": self.dissent,
            "V": self.voice,
            "M": self.take_middle,
            "L": self.show_log,
            "A": self.page.after.toggle,
            "X": self.menus.leave_out,
            "R": self.menus.map,
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
            self.page.banner.show_message(error.line)
            return False
        self.page.banner.hide()
        self.take_session(session)
        return True

    def agree(self) -> None:
        """Take the three values into the model and show what they do."""
        model = self.model()
        if self.session is None or model is None:
            return
        self._before = self.preview
        if not self._step(lambda session: steps.agreed(session, self._typed("room"))):
            return
        assert self.session is not None
        try:
            changed = steps.with_agreed(model, self.session)
        except ModelError as error:
            self.page.banner.show_message(error.line)
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
        document, model = self.state.document, self.model()
        if document is None or model is None:
            return
        runner, against = self._runner, self._before
        if runner is not None and runner.digest != document.schedule.digest:
            runner = None
        shown = self._shown(model)
        after = self.page.after.isChecked()

        def work(context: Any) -> tuple[Runner, Preview]:
            ready = runner or Runner(document)

            def tell(done: int, total: int) -> None:
                context.report(done, total, tr("Preview"))

            base = against.result if against is not None else None
            return ready, ready.preview(shown, base, mitigated=after, progress=tell)

        def done(found: tuple[Runner, Preview]) -> None:
            if self.state.document is document:
                self._runner, self.preview = found
                self._show_preview()

        self.state.run("workshop-preview", tr("Preview"), work, done)

    def _shown(self, model: RiskModel) -> RiskModel:
        """The model without the risks that are left out; all other draws stay as they are."""
        risks = tuple(
            replace(risk, taken_out=risk.taken_out or risk.id in self.left_out)
            for risk in model.risks
        )
        return replace(model, risks=risks)

    def _what_if(self) -> None:
        """Something else than the room's answers changed in what is shown."""
        self._before = self.preview
        self.run()

    def leave_out(self, code: str, out: bool = True) -> None:
        """Show the finish without a risk of the register, or with it again."""
        (self.left_out.add if out else self.left_out.discard)(code)
        self._what_if()

    def _state_words(self) -> str:
        """What is shown otherwise than the room left it."""
        said = [tr("after actions")] if self.page.after.isChecked() else []
        if self.left_out:
            said.append(tr("without {risks}").format(risks=", ".join(sorted(self.left_out))))
        return "; ".join(said)

    def _show_preview(self) -> None:
        self._against = self._before  # until the next preview, on whatever card
        self.page.show_preview(self.preview, self._against, self._state_words())
        self.page.shelf.compare(self.preview)
        self._project()

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
        model = self.model()
        self.page.show_session(session, document, model, len(session.parked))
        risks = bool(self.menus.risk_names(model))
        for part in (self.page.risks, self.page.map, self.page.after):
            part.setEnabled(risks)
        self._project()

    def _show_clock(self) -> None:
        now = time.monotonic()
        self.page.show_clock(int(now - self._item_began), int(now - self._began))

    def map_risk(self, code: str) -> None:
        """Map a risk on the Gantt and show what it does."""
        self._before = self.preview
        self.map_wanted.emit(code)
        self._show()
        self.run()

    def show_log(self) -> None:
        """Show what was decided when."""
        if self.session is not None:
            LogDialog(self.session, not self.hide_names.isChecked(), self).open()

    # Round about.

    def project(self) -> None:
        """Open the second window, or close it."""
        if self.projector is not None:
            self.projector.close()
            return
        if self.session is None:
            return
        self.projector = Projector(self)
        self.projector.closed.connect(self._projector_closed)
        self.projector.show_on_other_screen(self.window())
        self._project()
        self.answers["worst"].setFocus()

    def _projector_closed(self) -> None:
        if self.projector is not None:
            self.projector.deleteLater()
            self.projector = None

    def _project(self) -> None:
        """Show on the projector what the facilitator sees, without names."""
        document, session = self.state.document, self.session
        if self.projector is None or document is None:
            return
        if session is None:
            self.projector.close()
            return
        state = self._state_words()
        self.projector.show_card(document, session, self.page.values())
        self.projector.show_finish(self.preview, self._against, state)

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
        model = self.model()
        if self.preview is None or self.session is None or model is None:
            return
        words = tr("item {at}: P80 {date}").format(
            at=self.session.at + 1, date=text.long_date(self.preview.p80)
        )
        if self._state_words():
            words += f", {self._state_words()}"
        kept = self.page.shelf.add(self.preview, self.session, model, words)
        self.page.shelf.compare(self.preview)
        name = tr("Workshop {letter}, {words}").format(letter=kept.letter, words=words)
        self.kept.emit(name, self.preview)

    def go_back_to(self, kept: Kept) -> None:
        """The ranges of a kept state; opinions and log stay, undo takes it back."""
        model = self.model()
        if self.session is None or model is None:
            return
        agreed = {card.code: card.agreed for card in kept.session.cards}
        session = steps.with_agreements(self.session, agreed, kept.letter)
        self._before = self.preview
        self.take_session(session)
        self._undo[-1] = (self._undo[-1][0], model)
        self.changed.emit(replace(model, uncertainty=kept.model.uncertainty))
        self.run()
