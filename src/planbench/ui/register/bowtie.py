"""The bow-tie of a risk: causes and what prevents them, the event, effects and what eases them.

Controls are bars across the lines, numbered; the list below names them and says how far they work.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from planbench.engines.register.entry import EASES, PREVENTS, RiskAction, RiskEntry
from planbench.engines.register.scales import Matrix
from planbench.ui import text
from planbench.ui.paint import box, elided, upright
from planbench.ui.register.model import places
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

_RADIUS = 22
_LINE = 20
_BARRIER = 15
"""Width of a numbered control."""


def parts(words: str) -> list[str]:
    """Causes or effects, one a line or separated by semicolons."""
    return [part.strip() for part in re.split(r"[;\n]", words) if part.strip()]


def control_words(action: RiskAction) -> str:
    """`Second test bay, works by 60 %`."""
    if not action.works:
        return tr("{text}, not judged").format(text=action.text)
    return tr("{text}, works by {share}").format(
        text=action.text, share=text.percent(action.works, 0)
    )


def left_words(entry: RiskEntry) -> str:
    """What the controls leave as they are judged, beside what is expected after the actions."""
    judged = [one for one in entry.actions if one.works and one.state != "dropped"]
    if not judged:
        return ""
    chance = entry.before.probability * entry.left(PREVENTS)
    said = tr("As judged, the controls leave {chance} of {before}").format(
        chance=text.percent(chance, 0), before=text.percent(entry.before.probability, 0)
    )
    if entry.controls(EASES):
        days = entry.before.days.mode * entry.left(EASES)
        said += tr(" and {days} of {mode} d").format(
            days=text.number(days, 1), mode=text.number(entry.before.days.mode, 1)
        )
    if entry.after is not None:
        said += tr("; after actions is {chance}, {days} d").format(
            chance=text.percent(entry.after.probability, 0),
            days=text.number(entry.after.days.mode, 1),
        )
    return said + "."


class BowTie(QWidget):
    """Painted; its accessible name says the same in words."""

    def __init__(self) -> None:
        super().__init__()
        self._entry: RiskEntry | None = None
        self._rating = 0
        self._tie = 100  # height of the tie itself; the list of controls stands below
        self.setMinimumHeight(110)

    def show_entry(self, entry: RiskEntry | None, matrix: Matrix) -> None:
        """Show another risk."""
        self._entry = entry
        if entry is not None:
            self._rating = matrix.rating(places(entry, matrix)[0])
            said = tr("Bow-tie: because of {words}, {words2}; then {words3}").format(
                words=entry.cause or tr("no named cause"),
                words2=entry.event or entry.title,
                words3=entry.effect or tr("no named effect"),
            )
            controls = [control_words(one) for one in self._controls()]
            if controls:
                said += tr(". Controls: {words}").format(words="; ".join(controls))
            self.setAccessibleName(f"{said}. {left_words(entry)}".strip())
            lines = max(len(parts(entry.cause)), len(parts(entry.effect)), 1)
            self._tie = max(100, 30 + lines * 48)
            self.setMinimumHeight(self._tie + (len(controls) + bool(controls)) * _LINE)
        self.update()

    def _controls(self) -> list[RiskAction]:
        entry = self._entry
        return [*entry.controls(PREVENTS), *entry.controls(EASES)] if entry is not None else []

    def sizeHint(self) -> QSize:
        return QSize(340, self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:
        entry = self._entry
        if entry is None:
            return
        theme, painter = current_theme(), upright(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(self.width() / 2, 20 + (self._tie - 20) / 2)
        room = self.width() / 2 - _RADIUS - 46
        number = 1
        for left, title, words, side in (
            (True, tr("Causes"), parts(entry.cause), PREVENTS),
            (False, tr("Effects"), parts(entry.effect), EASES),
        ):
            x = 0.0 if left else self.width() - room
            painter.setFont(theme.font("strong"))
            painter.setPen(theme.color("text-muted"))
            painter.drawText(QRectF(x, 0, room, 18), Qt.AlignmentFlag.AlignLeft, title)
            self._side(painter, left, x, room, words or [tr("not named")], middle)
            controls = entry.controls(side)
            for place in range(len(controls)):
                away = (
                    _RADIUS
                    + 5
                    + (place if not left else len(controls) - 1 - place) * (_BARRIER + 2)
                )
                at = middle.x() - away - _BARRIER if left else middle.x() + away
                self._barrier(painter, QRectF(at, middle.y() - 19, _BARRIER, 38), number)
                number += 1
        fill, on = theme.risk[self._rating]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawEllipse(middle, _RADIUS, _RADIUS)
        painter.setPen(on)
        painter.setFont(theme.font("strong", tabular=True))
        area = QRectF(middle.x() - _RADIUS, middle.y() - 10, 2 * _RADIUS, 20)
        chance = text.percent(entry.before.probability, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, chance)
        self._legend(painter)

    def _legend(self, painter: QPainter) -> None:
        """The controls by their numbers, what prevents first."""
        theme, controls = current_theme(), self._controls()
        if not controls:
            return
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text-muted"))
        title = QRectF(0, self._tie, self.width(), _LINE)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(title, flags, tr("Controls"))
        for number, one in enumerate(controls, start=1):
            area = QRectF(0, self._tie + number * _LINE, self.width(), _LINE)
            self._barrier(painter, QRectF(0, area.top() + 2, _BARRIER, _LINE - 4), number)
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text"))
            words = area.adjusted(_BARRIER + 8, 0, 0, 0)
            painter.drawText(words, flags, elided(painter, control_words(one), words.width()))

    def _barrier(self, painter: QPainter, area: QRectF, number: int) -> None:
        theme = current_theme()
        box(painter, area, 3, theme.color("surface-sunken"), theme.color("border-strong"))
        painter.setFont(theme.font("small", tabular=True))
        painter.setPen(theme.color("text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(number))

    def _side(
        self,
        painter: QPainter,
        left: bool,
        x: float,
        room: float,
        words: list[str],
        middle: QPointF,
    ) -> None:
        theme = current_theme()
        high = (self._tie - 22) / len(words)
        for number, said in enumerate(words):
            area = QRectF(x, 22 + number * high, room, high)
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("text"))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, flags, said)
            edge = area.right() + 4 if left else area.left() - 6
            end = middle + QPointF(-_RADIUS if left else _RADIUS, 0)
            start = QPointF(edge, area.center().y())
            path = QPainterPath(start)
            half = (start.x() + end.x()) / 2
            path.cubicTo(QPointF(half, start.y()), QPointF(half, end.y()), end)
            painter.setPen(QPen(theme.color("border-strong"), 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
