"""The strip above the metrics: how many meet, flag, or could not be measured."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from planbench.engines.quality.result import FLAG, MEETS, NOT_APPLICABLE, QualityReport
from planbench.ui import paint, text
from planbench.ui.quality import words
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Surface


class StateStrip(Surface):
    """64 high: a bar split by state, the counts in words, and two figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface-raised", "b", parent)
        self.setFixedHeight(64)
        self._parts: list[tuple[float, str]] = []
        self._counts: list[tuple[str, str]] = []
        self._facts: list[tuple[str, str, str]] = []
        self._summary = ""

    def show_waiting(self) -> None:
        """Before the first run."""
        self._parts, self._counts, self._facts = [], [], []
        self._summary = tr("Not checked yet")
        self.setAccessibleName(self._summary)
        self.update()

    def show_report(
        self, report: QualityReport, activities: int, baseline: str, earlier: list[float]
    ) -> None:
        """Show the counts of a report, its score and the number of activities behind its flags.

        `earlier` are the scores by records of the updates before, oldest first.
        """
        counts = report.counts()
        quiet = counts["information"] + counts[NOT_APPLICABLE] + counts["not-run"]
        self._parts = [
            (float(counts[MEETS]), "positive"),
            (float(counts[FLAG]), "near-critical"),
            (float(quiet), "border-strong"),
        ]
        self._counts = words.strip_words(counts)
        self._facts = [
            *_score_facts(report, earlier),
            (tr("Activities flagged"), text.number(activities), tr("by at least one metric")),
            (
                tr("Baseline"),
                baseline or tr("None"),
                "" if baseline else tr("progress is not measured"),
            ),
        ]
        self._summary = ""
        said = [f"{number} {word}" for number, word in self._counts]
        said += [f"{label} {value} {note}".strip() for label, value, note in self._facts]
        self.setAccessibleName(", ".join(said))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = paint.upright(self)
        theme = current_theme()
        area = QRect(0, 0, self.width(), self.height() - 1)
        if self._summary:
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text-muted"))
            paint.text_left(painter, self._summary, 16, area, self.width() - 16)
            return
        _state_bar(painter, QRectF(16, area.center().y() - 5, 180, 11), self._parts)
        x = 216.0
        for number, word in self._counts:
            painter.setFont(theme.font("heading", tabular=True))
            painter.setPen(theme.color("text"))
            x = paint.text_left(painter, number, x, area, self.width()) + 5
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text-muted"))
            x = paint.text_left(painter, word, x, area, self.width()) + 16
        x += 8
        for label, value, note in self._facts:
            if x > self.width() - 150:
                break
            painter.fillRect(QRectF(x, 14, 1, self.height() - 28), theme.color("border"))
            x += 20
            x = _fact(painter, x, self.width() - 16, label, value, note) + 24


def _score_facts(report: QualityReport, earlier: list[float]) -> list[tuple[str, str, str]]:
    """Both scores; that by records with its movement since the update before."""
    score = report.score
    if score is None or score.by_records is None or score.by_metrics is None:
        return []
    moved = round(score.by_records) - round(earlier[-1]) if earlier else 0
    note = (
        tr("{moved} since the update before").format(moved=text.signed(moved))
        if earlier
        else tr("of 100")
    )
    return [
        (tr("Score by records"), text.number(score.by_records), note),
        (tr("Score by metrics"), text.number(score.by_metrics), tr("of 100")),
    ]


def _fact(painter: QPainter, x: float, right: float, label: str, value: str, note: str) -> float:
    """A small label above a figure with a note; returns where it ends."""
    theme = current_theme()
    painter.setFont(theme.font("small"))
    painter.setPen(theme.color("text-muted"))
    first = paint.text_left(painter, label, x, QRect(0, 14, 10, 16), right)
    painter.setFont(theme.font("heading", tabular=True))
    painter.setPen(theme.color("text"))
    end = paint.text_left(painter, value, x, QRect(0, 31, 10, 20), right)
    if note and end + 60 < right:
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text-muted"))
        end = paint.text_left(painter, note, end + 7, QRect(0, 32, 10, 20), right)
    return max(first, end)


def _state_bar(painter: QPainter, area: QRectF, parts: list[tuple[float, str]]) -> None:
    """Shares side by side with a gap, the first and last rounded."""
    theme = current_theme()
    total = sum(amount for amount, _ in parts)
    if not total:
        paint.box(painter, area, 2, theme.color("surface-sunken"))
        return
    x = area.left()
    shown = [(amount, role) for amount, role in parts if amount]
    usable = area.width() - 2 * (len(shown) - 1)
    for amount, role in shown:
        width = usable * amount / total
        paint.box(painter, QRectF(x, area.top(), width, area.height()), 2, theme.color(role))
        x += width + 2
