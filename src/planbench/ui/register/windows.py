"""When risks may strike: their windows on a time axis, with the ends of their actions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from planbench.domain.times import DAY, NO_TIME
from planbench.engines.register.entry import RiskEntry
from planbench.engines.register.mitigation import ActionLink
from planbench.engines.register.scales import RATINGS, Matrix
from planbench.scenes.formats import date_text
from planbench.scenes.timescale import TimeView, build_header
from planbench.services.document import Document
from planbench.ui import paint, text
from planbench.ui.painter import ScenePainter
from planbench.ui.register.model import places
from planbench.ui.theme import Theme, current_theme, theme_manager
from planbench.ui.translation import tr

_NAMES = 330
_FOOT = 26


@dataclass(frozen=True)
class Strip:
    """One risk: its window in minutes, whether it was given or is that of its activities."""

    entry: RiskEntry
    rating: int
    start: int
    finish: int
    given: bool
    actions: tuple[ActionLink, ...]

    @property
    def near(self) -> int:
        """What strips are ordered by: those that may strike first stand above."""
        return self.start if self.start != NO_TIME else 2**62


def strips(
    entries: Sequence[RiskEntry], links: Sequence[ActionLink], matrix: Matrix, document: Document
) -> tuple[Strip, ...]:
    """Open risks by the beginning of their window; without one it is that of their activities."""
    made = []
    for entry in entries:
        if entry.modelled:
            start, finish = _day(entry.proximity_from), _day(entry.proximity_to, end=True)
            given = start != NO_TIME
            if not given:
                start, finish = _activities(entry, document)
            elif finish == NO_TIME:
                finish = start + DAY
            mine = tuple(link for link in links if link.risk.id == entry.id)
            rating = matrix.rating(places(entry, matrix)[0])
            made.append(Strip(entry, rating, start, finish, given, mine))
    return tuple(sorted(made, key=lambda one: (one.near, -one.rating, one.entry.id)))


def _day(words: str, end: bool = False) -> int:
    if not words:
        return int(NO_TIME)
    days = (dt.date.fromisoformat(words) - dt.date(1970, 1, 1)).days
    return (days + int(end)) * DAY


def _activities(entry: RiskEntry, document: Document) -> tuple[int, int]:
    cpm, known = document.cpm, document.schedule.row_of_code
    rows = [known[code] for code in entry.activities if code in known]
    if cpm is None or not rows:
        return int(NO_TIME), int(NO_TIME)
    first, last = cpm.start[rows], cpm.finish[rows]
    first, last = first[first != NO_TIME], last[last != NO_TIME]
    if not first.size or not last.size:
        return int(NO_TIME), int(NO_TIME)
    return int(first.min()), int(last.max())


class Windows(QAbstractScrollArea):
    """`chosen(id)` on a click or up and down, `opened()` on return or a double click."""

    chosen = Signal(str)
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strips: tuple[Strip, ...] = ()
        self._at = -1
        self._data_date = int(NO_TIME)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time runs to the right
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("When risks may strike"))
        self.viewport().setMouseTracking(True)
        self.time = TimeView(0.0, 1.0, 100.0)
        self._themed(current_theme())
        theme_manager().changed.connect(self._themed)

    def _themed(self, theme: Theme) -> None:
        self._pen = ScenePainter(theme, self.devicePixelRatioF())
        self._tier = float(theme.gantt["header"]["tier_height"])
        self._row = int(theme.row["default"])
        self.viewport().update()

    def show_strips(self, found: Sequence[Strip], data_date: int, marked: str) -> None:
        """Show these risks; `marked` is the id of the selected one."""
        self.strips, self._data_date = tuple(found), data_date
        self._at = next((k for k, one in enumerate(found) if one.entry.id == marked), -1)
        self._fit()
        self._tell()

    def _fit(self) -> None:
        instants = [self._data_date]
        for one in self.strips:
            instants += [one.start, one.finish, *(link.end for link in one.actions)]
        known = [value for value in instants if value != NO_TIME]
        wide = float(max(self.viewport().width() - _NAMES, 50))
        self.time = TimeView(0.0, 1.0, wide, self.devicePixelRatioF())
        if known:
            self.time = self.time.fitted(min(known), max(known), after=40.0)
        bar = self.verticalScrollBar()
        room = self.viewport().height() - int(2 * self._tier) - _FOOT
        bar.setRange(0, max(0, len(self.strips) * self._row - room))
        bar.setPageStep(max(room, 1))
        bar.setSingleStep(self._row)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _area(self, place: int) -> QRectF:
        top = 2 * self._tier + place * self._row - self.verticalScrollBar().value()
        return QRectF(0, top, self.viewport().width(), self._row)

    def _place_at(self, point: QPointF) -> int:
        y = point.y() - 2 * self._tier + self.verticalScrollBar().value()
        place = int(y // self._row)
        return place if point.y() > 2 * self._tier and place < len(self.strips) else -1

    def words(self, place: int) -> str:
        """What a strip says."""
        one = self.strips[place]
        rated = RATINGS[one.rating].lower()
        said = [f"{one.entry.id} {one.entry.title}: {rated}"]
        if one.start == NO_TIME:
            said.append(tr("It has neither a window nor activities."))
        else:
            window = tr("Window {start} to {finish}") if one.given else tr(
                "Its activities, {start} to {finish}; it has no window of its own"
            )  # fmt: skip
            said.append(window.format(start=text.date(one.start), finish=text.date(one.finish - 1)))
        for link in one.actions:
            end = tr("ends {date}").format(date=text.date(link.end)) if link.end != NO_TIME else (
                tr("without a date")
            )  # fmt: skip
            wrong = f": {link.finding}" if link.finding else ""
            said.append(f"{link.action.text}, {end}{wrong}")
        return "\n".join(said)

    def _tell(self) -> None:
        self.setAccessibleDescription(self.words(self._at) if self._at >= 0 else "")

    # Mouse and keys.

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self.strips):
            self._at = place
            area, bar = self._area(place), self.verticalScrollBar()
            low = self.viewport().height() - _FOOT
            if area.top() < 2 * self._tier:
                bar.setValue(bar.value() - int(2 * self._tier - area.top()))
            elif area.bottom() > low:
                bar.setValue(bar.value() + int(area.bottom() - low))
            self._tell()
            self.viewport().update()
            self.chosen.emit(self.strips[place].entry.id)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(self._place_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._place_at(event.position()) >= 0:
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: self._at - 1,
            Qt.Key.Key_Down: self._at + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self.strips) - 1,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._choose(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at >= 0:
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            place = self._place_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.words(place) if place >= 0 else "", self)
            return True
        return bool(super().viewportEvent(event))  # type: ignore[arg-type]

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), paint.upright(self.viewport())
        wide, high = self.viewport().width(), self.viewport().height()
        painter.fillRect(self.viewport().rect(), theme.color("surface"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in range(len(self.strips)):
            area = self._area(place)
            if area.bottom() > 0 and area.top() < high:
                self._strip(painter, place, area)
        if self._data_date != NO_TIME:
            x = _NAMES + float(self.time.x(np.array([self._data_date]))[0])
            painter.setPen(QPen(theme.color("accent"), 1.4))
            painter.drawLine(QPointF(x, 2 * self._tier), QPointF(x, high))
        painter.fillRect(QRectF(0, 0, wide, 2 * self._tier), theme.color("surface-raised"))
        painter.fillRect(QRectF(0, high - _FOOT, wide, _FOOT), theme.color("surface-raised"))
        painter.setPen(theme.color("text-muted"))
        painter.setFont(theme.font("small"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        title = tr("{risks} open risks by the beginning of their window").format(
            risks=len(self.strips)
        )
        painter.drawText(QRectF(14, 0, _NAMES - 20, 2 * self._tier), flags, title)
        legend = tr(
            "Bar: window; outline: span of its activities where none is given. "
            "Diamond: end of an action, red where it is wrong"
        )
        foot = QRectF(14, high - _FOOT, wide - 28, _FOOT)
        painter.drawText(foot, flags, paint.elided(painter, legend, foot.width()))
        painter.translate(_NAMES, 0)
        flag = None
        if self._data_date != NO_TIME:
            width, tall = theme.gantt["data_date"]["flag"]
            said = tr("DD {date}").format(date=date_text(self._data_date))
            flag = (said, float(width), float(tall))
        self._pen.active = self.hasFocus()
        self._pen.paint(painter, build_header(self.time, self._tier, self._data_date, flag))

    def _strip(self, painter: QPainter, place: int, area: QRectF) -> None:
        theme, one = current_theme(), self.strips[place]
        if place == self._at:
            painter.fillRect(area, theme.color("selection"))
            if self.hasFocus():
                paint.focus_ring(painter, area.adjusted(1, 1, -1, -1), 3)
        paint.rule(painter, 0, area.bottom() - 0.5, area.width())
        painter.setFont(theme.font("strong" if place == self._at else "body", tabular=True))
        painter.setPen(theme.color("text"))
        name = f"{one.entry.id}  {one.entry.title}"
        paint.text_left(painter, name, 14, area, _NAMES - 8)
        painter.save()
        painter.setClipRect(QRectF(_NAMES, area.top(), area.width() - _NAMES, area.height()))
        if one.start != NO_TIME:
            x, x2 = (_NAMES + self.time.x(np.array([one.start, one.finish]))).tolist()
            bar = QRectF(x, area.top() + 8, max(x2 - x, 3.0), area.height() - 16)
            fill = theme.risk[one.rating][0]
            if one.given:
                paint.box(painter, bar, 3, fill, theme.color("border-strong"))
            else:
                painter.setPen(QPen(theme.color("text-muted"), 1.4, Qt.PenStyle.DashLine))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(bar, 3, 3)
        for link in one.actions:
            if link.end != NO_TIME:
                x = _NAMES + float(self.time.x(np.array([link.end]))[0])
                self._diamond(painter, QPointF(x, area.center().y()), bool(link.issues))
        painter.restore()

    def _diamond(self, painter: QPainter, at: QPointF, wrong: bool) -> None:
        theme, r = current_theme(), 5.5
        painter.setPen(QPen(theme.color("surface"), 1.4))
        painter.setBrush(theme.color("negative" if wrong else "text"))
        painter.drawPolygon(
            QPolygonF(
                [at + QPointF(0, -r), at + QPointF(r, 0), at + QPointF(0, r), at + QPointF(-r, 0)]
            )
        )
