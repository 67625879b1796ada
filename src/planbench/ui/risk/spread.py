"""The chart of a duration, a float or a cost over the runs: histogram, S-curve, percentiles."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtGui import QBrush

from planbench.services.risk_watch import Spread
from planbench.ui import text
from planbench.ui.risk.finish import share_words
from planbench.ui.risk.voices import ticks
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets.chart import Chart, pen

MARKED = (10, 50, 80, 90)
"""Percentiles with a ring and a tag."""

_BARS = 48


def value_words(value: float, unit: str) -> str:
    """A value in its unit: days with one digit, money in full, thousands or millions."""
    if unit == "d":
        return f"{text.number(value, 1)}{text.NARROW}d"
    for scale, name in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= scale:
            return f"{text.number(value / scale, 1)}{text.NARROW}{name}"
    return text.number(value, 0)


def mark_words(spread: Spread, level: int) -> str:
    """`P80 12.3 d ± 0.4 d`: the percentile with half of its 95 % interval."""
    width = spread.interval(level)
    sure = "" if math.isnan(width) else f" ± {value_words(width, spread.unit)}"
    return f"P{level}  {value_words(spread.percentile(level), spread.unit)}{sure}"


def draw_spread(chart: Chart, spread: Spread) -> None:
    """Draw the values of the runs; the calculated one is dashed."""
    import pyqtgraph as pg

    theme, plot = current_theme(), chart.plot
    values = np.sort(np.asarray(spread.values, dtype=np.float64))
    low, high = min(float(values[0]), spread.plan), max(float(values[-1]), spread.plan)
    room = 0.02 * (high - low) or 1.0
    counts, edges = np.histogram(values, np.linspace(low - room, high + room, _BARS + 1))
    shares = counts / values.size * 100.0
    top = max(float(shares.max(initial=0.0)) * 1.12, 1e-9)
    bars = pg.BarGraphItem(
        x0=edges[:-1],
        width=(edges[1] - edges[0]) * 0.94,
        y0=0,
        height=shares,
        pen=pg.mkPen(None),
        brush=QBrush(theme.sequential[2]),
    )
    plot.addItem(bars)
    step = max(values.size // 600, 1)
    at = np.append(np.arange(0, values.size, step), values.size - 1)
    plot.plot(values[at], (at + 1) / values.size * top, pen=pen("accent", 2.5))
    plot.plot([spread.plan] * 2, [0, top], pen=pen("text-muted", 1.25, "reference"))
    words = tr("Plan {plan}, kept in {share}").format(
        plan=value_words(spread.plan, spread.unit), share=share_words(spread.confidence())
    )
    right = spread.plan > (low + high) / 2
    name = chart.label(words, "text-muted", anchor=(1 if right else 0, 1))
    name.setPos(spread.plan, top)
    plot.addItem(name, ignoreBounds=True)
    for level in MARKED:
        _mark(chart, spread, level, top, (low + 3.0 * high) / 4)
    plot.setXRange(low - room, high + room, padding=0.02)
    plot.setYRange(0, top * 1.18, padding=0)
    plot.getAxis("left").setTicks([[(top * k / 4, f"{25 * k}{text.NARROW}%") for k in range(5)]])
    marks = [(one, value_words(one, spread.unit)) for one in ticks(low, high, 7)]
    plot.getAxis("bottom").setTicks([marks])


def _mark(chart: Chart, spread: Spread, level: int, top: float, late: float) -> None:
    import pyqtgraph as pg

    surface = QBrush(current_theme().color("surface-raised"))
    at, height = spread.percentile(level), level / 100.0 * top
    ring = pg.ScatterPlotItem([at], [height], size=8, pen=pen("accent", 2.0), brush=surface)
    ring.setZValue(20)
    chart.plot.addItem(ring)
    left = level == 80 or at > late
    tag = chart.label(
        mark_words(spread, level),
        strong=level in (50, 80),
        anchor=(1.06 if left else -0.06, 0.9 if left and level == 90 else 0.5),
        fill=surface,
        border=pen("border-strong", 1.0),
    )
    tag.setPos(at, height)
    tag.setZValue(25)
    chart.plot.addItem(tag, ignoreBounds=True)
