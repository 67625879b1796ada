"""The shelf of a workshop: states that were kept, each with its P80 against the present one."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.times import DAY
from planbench.engines.risk.model import RiskModel
from planbench.engines.risk.result import paired_gain
from planbench.services.preview import Preview
from planbench.services.workshop import Session
from planbench.ui import text
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Label

MOST = 6
"""States that are shown; older ones stay among the kept runs of Results."""


@dataclass(frozen=True)
class Kept:
    """A state of the room: its letter, what was shown of it, and what it came from."""

    letter: str
    words: str
    preview: Preview
    session: Session
    model: RiskModel


class ScenarioShelf(QWidget):
    """`wanted(Kept)` when a kept state should be gone back to."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Kept] = []
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)
        self.lines: list[Label] = []

    def add(self, preview: Preview, session: Session, model: RiskModel, words: str) -> Kept:
        """Keep a state under the next letter."""
        letter = chr(ord("A") + len(self.kept) % 26)
        self.kept.append(Kept(letter, words, preview, session, model))
        return self.kept[-1]

    def clear(self) -> None:
        """Forget all states."""
        self.kept.clear()
        self.compare(None)

    def text(self) -> str:
        """All lines, as the minutes tell them."""
        return "\n".join(one.words for one in self.kept)

    def compare(self, now: Preview | None) -> None:
        """Show every state against the present one, by the same random numbers."""
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()  # it is gone at once, also before it is deleted
                widget.deleteLater()
        self.lines = []
        for kept in self.kept[-MOST:]:
            row = QWidget()
            inside = QHBoxLayout(row)
            inside.setContentsMargins(0, 0, 0, 0)
            said = tr("{letter}  {words}").format(letter=kept.letter, words=kept.words)
            if now is not None:
                said += f"  {_shift(kept, now)}"
            label = Label(said, "body")
            self.lines.append(label)
            inside.addWidget(label, 1)
            back = Button(
                tr("Go back to {letter}").format(letter=kept.letter),
                "quiet",
                "undo",
                tip=tr("Go back to the ranges of this state"),
                in_card=True,
            )
            back.clicked.connect(lambda _checked=False, kept=kept: self.wanted.emit(kept))
            inside.addWidget(back)
            self._rows.addWidget(row)


def _shift(kept: Kept, now: Preview) -> str:
    """How a kept state's P80 stands to the present one, with the interval of the difference."""
    gain, width = paired_gain(kept.preview.result.finish, now.result.finish, 80.0)
    days = round(gain / DAY)
    if days == 0 and width < DAY / 20:
        return tr("as now")
    return tr("{days} d \u00b1 {width} to now").format(
        days=text.signed(days), width=text.number(width / DAY, 1)
    )
