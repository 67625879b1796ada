"""Cost by fiscal year against its budget, as bars with a mark at the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from planbench.engines.portfolio.balance import YearRisk
from planbench.engines.portfolio.capacity import Year
from planbench.engines.portfolio.register import Register
from planbench.ui import paint
from planbench.ui.portfolio.words import change, money, percent
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

_ROW = 22


@dataclass(frozen=True)
class YearBar:
    """A fiscal year: cost and budget of all funds, funds over theirs, the former cost."""

    year: int
    cost: float
    budget: float
    over: tuple[tuple[str, float], ...]
    before: float
    likely: float | None
    tip: str


def year_bars(
    register: Register,
    years: Sequence[Year],
    before: Sequence[Year] = (),
    risk: Sequence[YearRisk] = (),
) -> list[YearBar]:
    """One bar for each fiscal year with a budget or cost.

    `likely` is the highest chance of any fund to break its budget of the year.
    """
    made = []
    for year in sorted({one.fiscal_year for one in years}):
        mine = [one for one in years if one.fiscal_year == year]
        old = [one.cost for one in before if one.fiscal_year == year]
        chances = [one.probability_over for one in risk if one.fiscal_year == year]
        lines = [_fund_line(register, one) for one in mine]
        lines += [
            tr("{fund}: {probability_over} chance to break its budget").format(
                fund=one.fund, probability_over=percent(one.probability_over)
            )
            for one in risk
            if one.fiscal_year == year and one.probability_over > 0
        ]
        made.append(
            YearBar(
                year,
                sum(one.cost for one in mine),
                sum(one.budget or 0.0 for one in mine),
                tuple((one.fund, one.over) for one in mine if one.over),
                sum(old),
                max(chances) if chances else None,
                "\n".join(lines),
            )
        )
    return made


def _fund_line(register: Register, year: Year) -> str:
    names = {fund.id: fund.name for fund in register.funds}
    limit = (
        tr("no budget")
        if year.budget is None
        else tr("of {budget}").format(budget=money(year.budget))
    )
    causes = ", ".join(f"{name} {money(amount)}" for name, amount in year.causes[:4])
    said = tr("{words}: {cost} {limit}").format(
        words=names.get(year.fund, year.fund) or tr("No fund"), cost=money(year.cost), limit=limit
    )
    return f"{said} ({causes})" if causes else said


class YearBars(QWidget):
    """The bars; the tooltip tells funds and projects of a year."""

    def __init__(self) -> None:
        super().__init__()
        self.bars: list[YearBar] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Cost by year against budget"))

    def show_bars(self, bars: list[YearBar]) -> None:
        """Show other years."""
        grown = len(bars) != len(self.bars)
        self.bars = bars
        said = [
            tr("{year}: {cost} of {budget}").format(
                year=bar.year, cost=money(bar.cost), budget=money(bar.budget)
            )
            for bar in bars
        ]
        self.setAccessibleDescription("; ".join(said))
        if grown:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, _ROW * max(1, len(self.bars)) + 6)

    minimumSizeHint = sizeHint

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            bar = self._at(event.pos())
            QToolTip.showText(event.globalPos(), bar.tip if bar else "", self)
            return True
        return super().event(event)

    def _at(self, point: QPoint) -> YearBar | None:
        row = point.y() // _ROW
        return self.bars[row] if 0 <= row < len(self.bars) else None

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), paint.upright(self)
        most = max((max(b.cost, b.budget, b.before) for b in self.bars), default=0.0) or 1.0
        left, right = 60, self.width() - 14 - 186
        for k, bar in enumerate(self.bars):
            top = k * _ROW
            area = QRect(left, top, right - left, _ROW)
            painter.setFont(theme.font("body", tabular=True))
            painter.setPen(theme.color("text"))
            flags = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRect(14, top, 46, _ROW), flags, str(bar.year))
            track = QRectF(area.left(), area.center().y() - 5, area.width(), 10)
            paint.box(painter, track, 2, theme.color("surface-sunken"))
            full = QRectF(track)
            full.setWidth(max(0.0, track.width() * bar.cost / most))
            paint.box(painter, full, 2, theme.color("late" if bar.over else "progress"))
            mark = track.left() + track.width() * bar.budget / most
            if bar.budget > 0:
                painter.fillRect(QRectF(mark - 1, track.top() - 3, 2, 16), theme.color("text"))
            self._say(painter, bar, QRect(right + 10, top, 190, _ROW))

    def _say(self, painter: QPainter, bar: YearBar, area: QRect) -> None:
        theme = current_theme()
        painter.setFont(theme.font("strong" if bar.over else "body", tabular=True))
        painter.setPen(theme.color("late" if bar.over else "text"))
        words = tr("{cost} of {budget}").format(cost=money(bar.cost), budget=money(bar.budget))
        if bar.budget <= 0:
            words = tr("{cost}, no budget").format(cost=money(bar.cost))
        x = paint.text_left(painter, words, area.left(), area, area.right())
        painter.setFont(theme.font("small", tabular=True))
        role, note = "text-muted", ""
        if bar.over:
            fund, by = bar.over[0]
            role, note = "late", f"{fund} {change(by)}"
        elif abs(bar.cost - bar.before) >= 0.05:
            note = change(bar.cost - bar.before)
        elif bar.likely is not None and bar.likely >= 0.005:
            note = tr("{likely} risk").format(likely=percent(bar.likely))
        painter.setPen(theme.color(role))
        paint.text_left(painter, note, x + 8, area, area.right())
