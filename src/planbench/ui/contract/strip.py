"""The strip above the checklist: how many items are in which state, and what is spare in time."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from planbench.engines.contract.result import MET, NEEDS_EVIDENCE, NOT_APPLICABLE, NOT_MET
from planbench.services.contract_view import ContractReport
from planbench.ui import text
from planbench.ui.contract import words
from planbench.ui.translation import tr
from planbench.ui.widgets import ChipButton, Label, PartsBar, Surface

_SHOWN = (MET, NOT_MET, NEEDS_EVIDENCE, NOT_APPLICABLE)


class Strip(Surface):
    """The counts of a report as parts and chips; `state_chosen(state)` when a chip is pressed."""

    state_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("surface-raised", "b")
        self.setFixedHeight(64)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(10)
        self.parts = PartsBar(())
        self.parts.setFixedWidth(170)
        row.addWidget(self.parts)
        self.chips: dict[str, ChipButton] = {}
        for state in _SHOWN:
            chip, word, _ = words.STATES[state]
            made = ChipButton(
                chip,
                word,
                tr("Show the items of this state alone: {word}").format(word=word.lower()),
            )
            made.clicked.connect(lambda _checked=False, state=state: self.state_chosen.emit(state))
            self.chips[state] = made
            row.addWidget(made)
        row.addSpacing(12)
        self._finish_line = Surface("border")
        self._finish_line.setFixedSize(1, 34)
        row.addWidget(self._finish_line)
        row.addSpacing(8)
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addStretch(1)
        self._finish_label = Label(tr("Completion against contract"), "small", "text-muted")
        self.finish = Label("", "heading")
        told.addWidget(self._finish_label)
        told.addWidget(self.finish)
        told.addStretch(1)
        row.addLayout(told)
        row.addStretch(1)

    def show_report(self, report: ContractReport) -> None:
        """Show the counts and the completion of a report."""
        counts = report.assessment.counts()
        self.parts.set([(counts[s], words.STATES[s][2]) for s in _SHOWN if counts[s]])
        for state, chip in self.chips.items():
            kind, word, _ = words.STATES[state]
            chip.set(kind, f"{counts[state]} {word.lower()}")
            chip.setVisible(bool(counts[state]))
        self._show_completion(report)

    def _show_completion(self, report: ContractReport) -> None:
        found = report.completion
        for part in (self._finish_line, self._finish_label, self.finish):
            part.setVisible(found is not None)
        if found is None:
            return
        days = text.counted(abs(found.spare), tr("day"), tr("days"))
        spare = (
            tr("{days} to spare").format(days=days)
            if found.spare >= 0
            else tr("{days} late").format(days=days)
        )
        self.finish.setText(f"{text.long_date(found.planned)}, {spare}")
        self.finish.setToolTip(
            tr("{name}: contract date {due}").format(name=found.name, due=words.long_day(found.due))
        )
        self.finish.set_role("text" if found.spare >= 0 else "late")
