"""pyqtgraph in planbench's clothes: axes, grid and colours from the theme, dates on an axis.

pyqtgraph is loaded on first use, never when the window starts. A chart listens to the theme by
itself; its owner redraws curves in `painted(draw)`, which is called again on a change of theme.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPen
from PySide6.QtWidgets import QWidget

from planbench.domain.times import DAY, from_datetime, to_datetime
from planbench.ui.text import MONTHS
from planbench.ui.theme import current_theme, theme_manager

if TYPE_CHECKING:
    import pyqtgraph as pg

_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
_DAY_STEPS = (1, 2, 7, 14)


def date_ticks(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """At most about `most` ticks between two instants (minutes since 1970), with their labels.

    Ticks stand on days, on firsts of months or of years; the first and every January also name
    the year.
    """
    if not high > low or most < 1:
        return []
    limit = from_datetime(dt.datetime(9990, 1, 1))
    low, high = max(low, -limit), min(high, limit)
    days = (high - low) / DAY
    for step in _DAY_STEPS:
        if days / step <= most:
            return _day_ticks(low, high, step)
    months = days / 30.44
    step = next((step for step in _MONTH_STEPS if months / step <= most), _MONTH_STEPS[-1])
    return _month_ticks(low, high, step)


def _day_ticks(low: float, high: float, step: int) -> list[tuple[float, str]]:
    first = -int(-low // (DAY * step)) * step
    ticks: list[tuple[float, str]] = []
    for day in range(first, int(high // DAY) + 1, step):
        moment = to_datetime(day * DAY)
        if moment is None or day * DAY < low:
            continue
        year = f" {moment.year}" if not ticks or (moment.month == 1 and moment.day <= step) else ""
        ticks.append((float(day * DAY), f"{moment.day:02d} {MONTHS[moment.month - 1]}{year}"))
    return ticks


def _month_ticks(low: float, high: float, step: int) -> list[tuple[float, str]]:
    start = to_datetime(int(low))
    if start is None:
        return []
    month = (start.year * 12 + start.month - 1) // step * step
    ticks: list[tuple[float, str]] = []
    while True:
        year, index = divmod(month, 12)
        at = float(from_datetime(dt.datetime(year, index + 1, 1)))
        if at > high or year >= 9990:
            return ticks
        if at >= low:
            if step >= 12:
                label = str(year)
            elif index == 0 or not ticks:
                label = f"{MONTHS[index]} {year}"
            else:
                label = MONTHS[index]
            ticks.append((at, label))
        month += step


@cache
def _axis_class() -> type:
    import pyqtgraph as pg

    class DateAxis(pg.AxisItem):
        """An axis in minutes since 1970 that shows dates."""

        def tickValues(self, low: float, high: float, size: float) -> list[Any]:
            ticks = date_ticks(low, high, max(2, int(size // 76)))
            self._names = dict(ticks)
            return [(DAY, [at for at, _ in ticks])]

        def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
            names = getattr(self, "_names", {})
            return [names.get(float(value), "") for value in values]

    return DateAxis


def pen(role: str | QColor, width: float = 1.5, dash: str = "") -> QPen:
    """A cosmetic pen; `dash` is pre, option, forecast or reference from the tokens."""
    theme = current_theme()
    line = QPen(theme.color(role) if isinstance(role, str) else role, width)
    line.setCosmetic(True)
    if dash:
        line.setDashPattern([part / width for part in theme.chart["dash"][dash]])
    return line


class Chart(QObject):
    """A plot that lives as long as its widget.

    `widget` goes into a layout, `plot` is the pyqtgraph PlotItem to draw on.

    `dates` makes the horizontal axis one of dates in minutes since 1970. `painted(draw)` runs
    `draw(chart)` now and after each change of theme, on a cleared plot.
    """

    def __init__(
        self,
        name: str,
        *,
        dates: bool = False,
        right_axis: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        import pyqtgraph as pg

        pg.setConfigOption("antialias", True)
        axes: dict[str, pg.AxisItem] = {}
        if dates:
            axes["bottom"] = _axis_class()(orientation="bottom")
        widget = pg.PlotWidget(parent, axisItems=axes)
        super().__init__(widget)
        self.widget = widget
        self.widget.setAccessibleName(name)
        self.widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.widget.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.plot = self.widget.getPlotItem()
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setContentsMargins(8, 12, 16, 6)
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.showAxis("right", right_axis)
        self._draw: Callable[[Chart], None] | None = None
        self._wear()
        theme_manager().changed.connect(self._changed)

    def painted(self, draw: Callable[[Chart], None]) -> None:
        """Draw now and again whenever the theme changes."""
        self._draw = draw
        self.redraw()

    def redraw(self) -> None:
        """Clear the plot and draw it anew."""
        self.plot.clear()
        if self._draw is not None:
            self._draw(self)

    def label(self, text: str, role: str = "text", *, strong: bool = False, **place: Any) -> Any:
        """A text item in a colour role; give it a position with `setPos` and add it yourself."""
        import pyqtgraph as pg

        item = pg.TextItem(text, color=current_theme().color(role), **place)
        font = QFont(current_theme().font("small", tabular=True))
        if strong:
            font.setWeight(QFont.Weight.DemiBold)
        item.setFont(font)
        return item

    def copy_picture(self) -> None:
        """Put the chart on the clipboard as a picture."""
        QGuiApplication.clipboard().setPixmap(self.widget.grab())

    def _wear(self) -> None:
        theme = current_theme()
        self.widget.setBackground(theme.color("surface-raised"))
        for side in ("bottom", "left", "right", "top"):
            axis = self.plot.getAxis(side)
            axis.setPen(theme.color("border"))
            axis.setTickPen(theme.color("border-strong"))
            axis.setTextPen(theme.color("text-muted"))
            axis.setStyle(
                tickFont=theme.font("tick", tabular=True),
                hideOverlappingLabels=False,
                tickLength=0 if side in ("left", "right") else -4,
            )
        # Only horizontal lines: the left axis carries the grid.
        self.plot.showGrid(x=False, y=True, alpha=0.5)
        self.plot.getAxis("left").setPen(None)
        if self.plot.getAxis("right").isVisible():
            self.plot.getAxis("right").setPen(None)

    def _changed(self) -> None:
        if self.plot.axes is None:  # closed, but not deleted yet
            return
        self._wear()
        self.redraw()
