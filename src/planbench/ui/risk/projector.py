"""The second window of a workshop, for a projector: the item, the voices and the finish, no names.

It only shows; the keys of the facilitator's window drive it.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from planbench.services.document import Document
from planbench.services.preview import Preview
from planbench.services.workshop import Session
from planbench.ui import text
from planbench.ui.risk.finish import FinishChart, share_words
from planbench.ui.risk.voices import Voices
from planbench.ui.risk.workshop_head import SessionHead, where_words
from planbench.ui.risk.workshop_page import ASKED, shift_words
from planbench.ui.translation import tr
from planbench.ui.widgets import Card, Label, Surface


class Projector(Surface):
    """A window of its own. `closed()` when it is gone."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("surface")
        self.setParent(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("Risk workshop"))
        self.resize(1280, 720)
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 28, 48, 28)
        column.setSpacing(18)
        self.head = SessionHead(320)
        column.addLayout(self.head)
        body = QHBoxLayout()
        body.setSpacing(32)
        body.addLayout(self._left(), 3)
        body.addLayout(self._right(), 2)
        column.addLayout(body, 1)
        for key in ("Esc", "F12"):
            QShortcut(QKeySequence(key), self, self.close)
        self._chart: FinishChart | None = None

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(14)
        self.where = Label("", "present_label", "text-muted")
        column.addWidget(self.where)
        self.name = Label("", "present_title", wrap=True)
        column.addWidget(self.name)
        row = QHBoxLayout()
        row.setSpacing(16)
        self.values: dict[str, Label] = {}
        for key, words, hint in ASKED:
            card = Card(words)
            inner = QWidget()
            inside = QVBoxLayout(inner)
            inside.setContentsMargins(14, 0, 14, 12)
            self.values[key] = Label("", "present_value")
            inside.addWidget(self.values[key])
            inside.addWidget(Label(hint, "prose", "text-muted"))
            card.set_body(inner)
            row.addWidget(card, 1)
        column.addLayout(row)
        self.voices_card = Card(tr("Voices"))
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(14, 4, 14, 12)
        self.voices = Voices()
        inside.addWidget(self.voices)
        inside.addStretch(1)
        self.voices_card.set_body(inner)
        column.addWidget(self.voices_card, 1)
        return column

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(14)
        self.finish_card = Card(tr("Finish, 8 times out of 10 by"))
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(14, 0, 14, 14)
        self.date = Label("", "present_value")
        self.shift = Label("", "present_title", "text-muted")
        inside.addWidget(self.date)
        inside.addWidget(self.shift)
        self.finish_card.set_body(inner)
        column.addWidget(self.finish_card)
        self.chart_card = Card(tr("Chance of finishing by a date"), tr("dashed: before this item"))
        column.addWidget(self.chart_card, 1)
        self.chance = Label("", "present_label", wrap=True)
        column.addWidget(self.chance)
        return column

    def show_on_other_screen(self, beside: QWidget) -> None:
        """Fill a screen that another window is not on; a plain window where there is but one."""
        others = [one for one in QGuiApplication.screens() if one is not beside.screen()]
        if others:
            self.setGeometry(others[0].geometry())
            self.showFullScreen()
        else:
            self.show()

    def show_card(self, document: Document, session: Session, typed: Mapping[str, str]) -> None:
        """Show the card on the table with what is typed."""
        card = session.card
        self.head.show_session(session)
        self.where.setText(where_words(document.schedule, card.code))
        self.name.setText(card.name)
        for key, label in self.values.items():
            label.setText(tr("{days} d").format(days=typed[key]) if typed[key] else "\u2013")
        self.voices.show_opinions(card.opinions, True)
        self.voices_card.set_title(text.counted(len(card.opinions), tr("voice"), tr("voices")))

    def show_finish(self, found: Preview | None, before: Preview | None, state: str) -> None:
        """Show the finish and its shift; `state` says what is shown otherwise."""
        self.finish_card.set_title(tr("Finish, 8 times out of 10 by"), state)
        if found is None:
            return
        self.date.setText(text.long_date(found.p80))
        words, role = shift_words(found, before)
        self.shift.setText(words)
        self.shift.set_role(role)
        sure = share_words(found.result.confidence(found.result.deterministic))
        self.chance.setText(tr("Chance of the planned finish: {sure}").format(sure=sure))
        if self._chart is None:
            self._chart = FinishChart()
            self.chart_card.set_body(self._chart.chart.widget)
        self._chart.show_result(found.result, "", before.result if before else None)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()
