"""The dialogs of the Review side: waive, make a finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from planbench.engines.findings.record import SEVERITIES, SLIP_DAYS, WATCHED
from planbench.exchange.comments.letter import RECOMMENDATIONS
from planbench.ui.quality.review.pane import ReplyField
from planbench.ui.quality.review.words import SEVERITIES as SEVERITY_WORDS
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, ComboBox, FormField, Label


def is_date(words: str) -> bool:
    """Whether a text is a date as `2026-10-31`."""
    try:
        return dt.date.fromisoformat(words).isoformat() == words
    except ValueError:
        return False


class _Ask(QDialog):
    """A small dialog: title, sentence, fields, and two buttons."""

    def __init__(self, title: str, sentence: str, verb: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(460)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(Label(title, "title"))
        column.addWidget(Label(sentence, "prose", "text-muted", wrap=True))
        self.fields = QVBoxLayout()
        self.fields.setSpacing(8)
        column.addLayout(self.fields)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        cancel = Button(tr("Cancel"), "default")
        cancel.clicked.connect(lambda _checked=False: self.reject())
        self.go = Button(verb, "primary")
        self.go.setDefault(True)
        self.go.clicked.connect(lambda _checked=False: self.take())
        row.addWidget(cancel)
        row.addWidget(self.go)
        column.addLayout(row)

    def take(self) -> None:
        """Use what was filled in, where it is good."""
        self.accept()


class WaiveDialog(_Ask):
    """Asks for a reason and for what ends a waiver; calls `waive(reason, expires, watch, days)`."""

    def __init__(
        self,
        count: int,
        waive: Callable[[str, str, Sequence[str], int], object],
        parent: QWidget | None = None,
    ) -> None:
        several = (
            tr("this finding") if count == 1 else tr("these {count} findings").format(count=count)
        )
        super().__init__(
            tr("Waive"),
            tr(
                "Accept {several} with a reason. The waiver keeps value, logic and dates "
                "of this moment and ends by itself when what is ticked below changes."
            ).format(several=several),
            tr("Waive"),
            parent,
        )
        self._waive = waive
        self.reason = FormField(tr("Reason"))
        self.expires = FormField(tr("Expires (YYYY-MM-DD, empty: never)"))
        titles = (
            tr("Ends when its value gets worse"),
            tr("Ends when its logic changes"),
            tr("Ends when its dates move by more than"),
        )
        self.watch = [QCheckBox(title) for title in titles]
        for box in self.watch:
            box.setChecked(True)
        self.days = QSpinBox()
        self.days.setRange(0, 999)
        self.days.setValue(SLIP_DAYS)
        self.days.setSuffix(tr(" calendar days"))
        self.days.setAccessibleName(tr("Days by which dates may move"))
        self.watch[2].toggled.connect(self.days.setEnabled)
        for part in (self.reason, self.expires, *self.watch[:2]):
            self.fields.addWidget(part)
        moved = QHBoxLayout()
        moved.addWidget(self.watch[2])
        moved.addWidget(self.days)
        moved.addStretch(1)
        self.fields.addLayout(moved)
        self.reason.field.setFocus()

    def take(self) -> None:
        reason, expires = self.reason.text().strip(), self.expires.text().strip()
        self.reason.set_error("" if reason else tr("Say why this is acceptable"))
        good = not expires or is_date(expires)
        self.expires.set_error("" if good else tr("Write a date as 2026-10-31"))
        if reason and good:
            watch = [name for name, box in zip(WATCHED, self.watch, strict=True) if box.isChecked()]
            self.accept()
            self._waive(reason, expires, watch, self.days.value())


class FindingDialog(_Ask):
    """Writes a finding down; calls `make(title, severity, comment)`."""

    def __init__(
        self,
        about: str,
        make: Callable[[str, str, str], object],
        parent: QWidget | None = None,
        title: str = "",
    ) -> None:
        super().__init__(
            tr("Make a finding"), tr("On {about}.").format(about=about), tr("Make"), parent
        )
        self._make = make
        self.name = FormField(tr("What was found"), title)
        self.severity = ComboBox([SEVERITY_WORDS[one][2] for one in SEVERITIES], tr("Severity"))
        self.severity.setCurrentIndex(SEVERITIES.index("minor"))
        self.comment = ReplyField(tr("Comment, may be empty"))
        self.comment.sent.connect(self.take)
        for part in (self.name, self.severity, self.comment):
            self.fields.addWidget(part)
        self.name.field.setFocus()

    def take(self) -> None:
        title = self.name.text().strip()
        self.name.set_error("" if title else tr("Give it a few words"))
        if title:
            self.accept()
            severity = SEVERITIES[self.severity.currentIndex()]
            self._make(title, severity, self.comment.toPlainText())


class LetterDialog(_Ask):
    """Asks what a summary letter recommends; calls `write(recommendation, remarks)`."""

    def __init__(self, write: Callable[[str, str], object], parent: QWidget | None = None) -> None:
        super().__init__(
            tr("Summary letter"),
            tr("A Word document with your recommendation, the counts, the findings that matter "
               "most, and the figures of the update last looked at."),
            tr("Write"),
            parent,
        )  # fmt: skip
        self._write = write
        self.recommendation = ComboBox(
            [tr("Accept"), tr("Accept with comments"), tr("Revise and resubmit")],
            tr("Recommendation"),
        )
        self.remarks = ReplyField(tr("Remarks, may be empty"))
        self.remarks.sent.connect(self.take)
        for part in (self.recommendation, self.remarks):
            self.fields.addWidget(part)

    def take(self) -> None:
        self.accept()
        chosen = RECOMMENDATIONS[self.recommendation.currentIndex()]
        self._write(chosen, self.remarks.toPlainText().strip())


class WordsDialog(_Ask):
    """Asks for one line; calls `use(text)`."""

    def __init__(
        self,
        title: str,
        sentence: str,
        label: str,
        use: Callable[[str], object],
        parent: QWidget | None = None,
        first: str = "",
    ) -> None:
        super().__init__(title, sentence, tr("Take"), parent)
        self._use = use
        self.words = FormField(label, first)
        self.fields.addWidget(self.words)
        self.words.field.setFocus()

    def take(self) -> None:
        words = self.words.text().strip()
        self.words.set_error("" if words else tr("Write something"))
        if words:
            self.accept()
            self._use(words)
