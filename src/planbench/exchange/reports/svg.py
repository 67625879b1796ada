"""Charts and Gantt extracts as SVG, for HTML and for print: shapes and texts, nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

from planbench.domain.times import DAY, NO_TIME, to_datetime
from planbench.engines.reports.blocks import COLOURS, Bar, Bars, Chart, Series, around_one

FONT = 11.0
"""Height of letters in pixels of the picture."""

ROW = 19.0
"""Height of a row of a Gantt extract or of a bar chart's category."""

_WIDE = 0.56  # of a letter on average, as a share of its height

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass
class Picture:
    """A picture under way: `width` by `height` pixels."""

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, role: str, wide: float = 1.0,
        dash: str = "",
    ) -> None:  # fmt: skip
        """A straight line."""
        more = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{COLOURS[role]}" stroke-width="{wide:g}"{more}/>'
        )

    def box(self, x: float, y: float, wide: float, high: float, role: str) -> None:
        """A filled rectangle."""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(wide, 0.5):.1f}" height="{high:.1f}" '
            f'fill="{COLOURS[role]}"/>'
        )

    def curve(self, points: Sequence[tuple[float, float]], role: str, dash: str = "") -> None:
        """A line through points."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        more = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<polyline points="{path}" fill="none" stroke="{COLOURS[role]}" '
            f'stroke-width="2" stroke-linejoin="round"{more}/>'
        )

    def shape(self, points: Sequence[tuple[float, float]], role: str, hollow: bool = False) -> None:
        """A closed shape."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        fill = "#ffffff" if hollow else COLOURS[role]
        self.parts.append(f'<polygon points="{path}" fill="{fill}" stroke="{COLOURS[role]}"/>')

    def dot(self, x: float, y: float, role: str, full: bool = False) -> None:
        """The point of a series."""
        fill = COLOURS[role] if full else "#ffffff"
        self.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{fill}" '
            f'stroke="{COLOURS[role]}" stroke-width="1.8"/>'
        )

    def text(
        self, x: float, y: float, words: str, role: str = "muted", anchor: str = "start",
        strong: bool = False,
    ) -> None:  # fmt: skip
        """Words on the line `y`; `anchor` is start, middle or end."""
        weight = ' font-weight="600"' if strong else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{COLOURS[role]}" '
            f'text-anchor="{anchor}"{weight}>{escape(words)}</text>'
        )

    def svg(self, name: str) -> str:
        """The whole picture."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} '
            f'{self.height:g}" width="{self.width:g}" height="{self.height:g}" role="img" '
            f"font-family=\"Inter, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif\" "
            f'font-size="{FONT:g}"><title>{escape(name)}</title>'
        )
        return head + "".join(self.parts) + "</svg>"


def text_wide(words: str) -> float:
    """About how wide words are, in pixels."""
    return len(words) * FONT * _WIDE


def cut(words: str, wide: float) -> str:
    """The words, with an ellipsis where they are too wide."""
    most = max(int(wide / (FONT * _WIDE)), 1)
    return words if len(words) <= most else words[: max(most - 1, 1)].rstrip() + "…"


# ------------------------------------------------------------------ axes


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round values from `low` to `high`, at most about `most` of them."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    rough = span / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def number(value: float, step: float) -> str:
    """A tick's words with as many decimals as its step needs."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if step > 0 and abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6:
        decimals += 1
    return f"{value:,.{decimals}f}".replace(",", "\u202f").replace("-", "\u2212")


def date_ticks(low: float, high: float, most: int = 8) -> list[tuple[float, str]]:
    """Starts of months, quarters or years from `low` to `high`, with their words."""
    first, last = to_datetime(int(low)), to_datetime(int(high))
    if first is None or last is None:
        return []
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((k for k in (1, 2, 3, 6, 12, 24, 60) if months / k <= most), 120)
    made = []
    start = (first.year * 12 + first.month - 1) // step * step
    for month in range(start, last.year * 12 + last.month, step):
        minute = _month_start(month)
        if low <= minute <= high:
            words = f"{_MONTHS[month % 12]} {month // 12 % 100:02d}"
            made.append((minute, str(month // 12) if step >= 12 else words))
    return made


def _month_start(month: int) -> float:
    import datetime as dt

    day = dt.date(month // 12, month % 12 + 1, 1)
    return float((day - dt.date(1970, 1, 1)).days * DAY)


# ------------------------------------------------------------------ charts


def chart_svg(chart: Chart, width: float = 720.0) -> tuple[str, float]:
    """A chart as SVG, and its height in pixels."""
    if chart.kind == "bars":
        picture = _bars(chart, width)
    elif chart.x_kind == "category":
        picture = _columns(chart, width)
    else:
        picture = _lines(chart, width)
    return picture.svg(chart.title or "Chart"), picture.height


def _legend(picture: Picture, chart: Chart, x: float, y: float) -> float:
    """The names of the series in lines from `y` down; where the chart may begin."""
    at = x
    for series in chart.series:
        wide = 34 + text_wide(series.name)
        if at + wide > picture.width and at > x:
            at, y = x, y + 17
        if chart.kind in ("columns", "bars"):
            picture.box(at, y - 8, 18, 9, series.role)
        elif chart.kind != "scatter":
            picture.line(at, y - 4, at + 18, y - 4, series.role, 2.0, "5 3" * series.dashed)
        if series.dots:
            picture.dot(at + 9, y - 4, series.role)
        picture.text(at + 23, y, cut(series.name, picture.width - x - 30), "ink")
        at += wide
    return y + 14


def _span(series: Sequence[Series], x: bool) -> tuple[float, float]:
    every = [float(v) for one in series for v in (one.x if x else one.y) if v is not None]
    return (min(every), max(every)) if every else (0.0, 1.0)


def _scale_y(
    picture: Picture, low: float, high: float, left: float, right: float, top: float, bottom: float
) -> Callable[[float], float]:
    """Draws the horizontal grid with its words; where a value lies."""
    steps = ticks(low, high, 5)
    step = steps[1] - steps[0] if len(steps) > 1 else 1.0
    span = (high - low) or 1.0

    def place(value: float) -> float:
        return bottom - (value - low) / span * (bottom - top)

    for value in steps:
        y = place(value)
        picture.line(left, y, right, y, "line")
        picture.text(left - 6, y + 4, number(value, step), anchor="end")
    return place


def _lines(chart: Chart, width: float) -> Picture:
    """Lines or points over dates or numbers."""
    picture = Picture(width, 270.0)
    marked = 16.0 if chart.marks else 0.0
    top = _legend(picture, chart, 8, 14) + 10 + marked
    left, right = 58.0, width - 16.0
    under = 34.0 if chart.x_title else 20.0
    picture.height = top + 190 + under
    bottom = top + 190
    x_low, x_high = _span(chart.series, True)
    if x_high == x_low:
        pad = 30 * DAY if chart.x_kind == "date" else max(abs(x_low) * 0.05, 1.0)
        x_low, x_high = x_low - pad, x_high + pad
    y_low, y_high = _span(chart.series, False)
    x_low, x_high = around_one(chart, True) or (x_low, x_high)
    y_low, y_high = around_one(chart) or (y_low, y_high)
    index = around_one(chart) is not None
    if not index and y_low > 0 and y_low < 0.5 * y_high:
        y_low = 0.0
    room = 0.0 if index else (y_high - y_low) * 0.05 or 1.0
    y_low, y_high = (y_low if y_low == 0 else y_low - room), y_high + room
    place = _scale_y(picture, y_low, y_high, left, right, top, bottom)
    picture.text(8, top - 6 - marked, chart.unit)

    def across(value: float) -> float:
        return left + (value - x_low) / (x_high - x_low) * (right - left)

    if chart.x_kind == "date":
        found = date_ticks(x_low, x_high)
    else:
        steps = ticks(x_low, x_high, 7)
        step = steps[1] - steps[0] if len(steps) > 1 else 1.0
        found = [(value, number(value, step)) for value in steps]
    for value, words in found:
        x = across(value)
        picture.line(x, bottom, x, bottom + 4, "muted")
        picture.text(x, bottom + 16, words, anchor="middle")
    if chart.x_title:
        picture.text((left + right) / 2, bottom + 31, chart.x_title, anchor="middle")
    if index:
        picture.line(left, place(1.0), right, place(1.0), "muted", 1.2)
    if chart.kind == "scatter":
        picture.line(across(1.0), top, across(1.0), bottom, "muted", 1.2)
    _marks(picture, chart, across, (left, right), (top, bottom))
    for series in chart.series:
        _series(picture, chart, series, across, place)
    return picture


def _marks(
    picture: Picture,
    chart: Chart,
    across: Callable[[float], float],
    sides: tuple[float, float],
    ends: tuple[float, float],
) -> None:
    """Upright lines with their words above, kept apart from each other."""
    taken = -1e9
    for mark in sorted(chart.marks, key=lambda one: one.x):
        x = across(mark.x)
        if not sides[0] <= x <= sides[1]:
            continue
        picture.line(x, ends[0] - 4, x, ends[1], "accent", 1.2)
        wide = text_wide(mark.text)
        at = min(max(x - wide / 2, sides[0]), sides[1] - wide)
        at = max(at, taken)
        picture.text(at, ends[0] - 8, mark.text, "accent", strong=True)
        taken = at + wide + 12


def _series(
    picture: Picture,
    chart: Chart,
    series: Series,
    across: Callable[[float], float],
    place: Callable[[float], float],
) -> None:
    run: list[tuple[float, float]] = []
    runs = [run]
    for x, y in zip(series.x, series.y, strict=True):
        if y is None:
            run = []
            runs.append(run)
        else:
            run.append((across(float(x)), place(y)))
    dash = "6 4" if series.dashed else ""
    for points in runs:
        if len(points) > 1:
            picture.curve(points, series.role, dash)
    if series.dots:
        every = [point for points in runs for point in points]
        for number_, (x, y) in enumerate(every):
            picture.dot(x, y, series.role, chart.kind == "scatter" and number_ == len(every) - 1)


def _columns(chart: Chart, width: float) -> Picture:
    """Columns over categories, beside or on top of each other."""
    picture = Picture(width, 270.0)
    top = _legend(picture, chart, 8, 14) + 10
    left, right, bottom = 58.0, width - 10.0, top + 180.0
    picture.height = bottom + 22
    names = list(dict.fromkeys(str(x) for one in chart.series for x in one.x))
    values = [dict(zip(map(str, one.x), one.y, strict=True)) for one in chart.series]
    if chart.stacked:
        sums = [sum(max(v.get(name) or 0.0, 0.0) for v in values) for name in names]
        high, low = max(sums, default=1.0), 0.0
    else:
        flat = [v or 0.0 for one in values for v in one.values()]
        high, low = max([*flat, 0.0]), min([*flat, 0.0])
    place = _scale_y(picture, low, high * 1.05 or 1.0, left, right, top, bottom)
    picture.text(8, top - 6, chart.unit)
    slot = (right - left) / max(len(names), 1)
    widest = max((text_wide(name) for name in names), default=0.0)
    each = max(math.ceil(min(widest + 8, 90.0) / slot), 1)
    for k, name in enumerate(names):
        x = left + k * slot
        if k % each == 0:
            picture.text(x + slot / 2, bottom + 16, cut(name, slot * each), anchor="middle")
        gap = min(slot * 0.15, 8.0)
        if chart.stacked:
            level = 0.0
            for series, held in zip(chart.series, values, strict=True):
                value = held.get(name) or 0.0
                if value > 0:
                    high_y, low_y = place(level + value), place(level)
                    picture.box(x + gap, high_y, slot - 2 * gap, low_y - high_y, series.role)
                    level += value
            continue
        wide = (slot - 2 * gap) / len(chart.series)
        for number_, (series, held) in enumerate(zip(chart.series, values, strict=True)):
            found = held.get(name)
            if found is not None:
                ends = sorted((place(found), place(0.0)))
                at = x + gap + number_ * wide
                picture.box(at, ends[0], wide * 0.92, ends[1] - ends[0], series.role)
    picture.line(left, place(0.0), right, place(0.0), "muted")
    return picture


def _bars(chart: Chart, width: float) -> Picture:
    """Bars to the right of their categories' names."""
    names = list(dict.fromkeys(str(x) for one in chart.series for x in one.x))
    picture = Picture(width, 0.0)
    top = _legend(picture, chart, 8, 14) if len(chart.series) > 1 else 6.0
    several = len(chart.series)
    high = max(ROW, 12.0 * several + 6)
    left = min(max(text_wide(name) for name in names) + 14, width * 0.42) if names else 80.0
    right = width - 62.0
    flat = [v for one in chart.series for v in one.y if v is not None]
    most, least = max([*flat, 0.0]) or 1.0, min([*flat, 0.0])
    span = (most - least) or 1.0
    zero = left + (0.0 - least) / span * (right - left)
    for k, name in enumerate(names):
        y = top + k * high
        picture.text(left - 8, y + high / 2 + 4, cut(name, left - 12), "ink", "end")
        for number_, series in enumerate(chart.series):
            found = dict(zip(map(str, series.x), series.y, strict=True)).get(name)
            if found is None:
                continue
            thick = (high - 5) / several
            at = y + 2 + number_ * thick
            length = found / span * (right - left)
            picture.box(min(zero, zero + length), at, abs(length), thick - 1, series.role)
            words = f"{number(found, 0.1)} {chart.unit}".strip()
            beside = max(zero, zero + length) + 5
            if thick >= 9:
                picture.text(beside, at + thick / 2 + 3.5, words)
    picture.line(zero, top, zero, top + high * len(names), "muted")
    picture.height = top + high * len(names) + 8
    return picture


# ------------------------------------------------------------------ Gantt extracts


def bars_svg(bars: Bars, width: float = 720.0) -> tuple[str, float]:
    """A Gantt extract as SVG, and its height in pixels."""
    picture = Picture(width, 24.0 + ROW * len(bars.rows) + 8)
    left = min(max((text_wide(b.name) + 12 * b.level for b in bars.rows), default=80) + 16,
               width * 0.4)  # fmt: skip
    right = width - 70.0
    every = [
        value
        for bar in bars.rows
        for value in (bar.start, bar.finish, bar.base_start, bar.base_finish)
        if value is not None
    ]
    low, high = (min(every), max(every)) if every else (0, DAY)
    if high <= low:
        high = low + 30 * DAY

    def across(minute: float) -> float:
        return left + (minute - low) / (high - low) * (right - left)

    bottom = 24.0 + ROW * len(bars.rows)
    for minute, words in date_ticks(low, high, int((right - left) / 52)):
        x = across(minute)
        picture.line(x, 20, x, bottom, "line")
        picture.text(x, 13, words, anchor="middle")
    for k, bar in enumerate(bars.rows):
        y = 24.0 + k * ROW
        picture.line(0, y + ROW, width, y + ROW, "line", 0.5)
        _bar(picture, bar, y, left, across)
    now = bars.data_date
    if now is not None and now != NO_TIME and low <= now <= high:
        picture.line(across(now), 17, across(now), bottom, "accent", 1.3)
    return picture.svg(bars.title or "Gantt"), picture.height


def _bar(
    picture: Picture, bar: Bar, y: float, left: float, across: Callable[[float], float]
) -> None:
    indent = 4 + 12 * bar.level
    strong = bar.kind == "summary" and bar.level < 2
    name = cut(bar.name, left - indent - 8)
    picture.text(indent, y + 13, name, "ink", strong=strong)
    if bar.start is None or bar.finish is None:
        return
    start, finish = across(bar.start), across(bar.finish)
    if bar.kind == "milestone":
        if bar.base_finish is not None:
            _diamond(picture, across(bar.base_finish), y + 9, "muted", True)
        role = "critical" if bar.critical else "ink" if bar.done is None else "done"
        _diamond(picture, finish, y + 9, role, False)
    else:
        if bar.base_start is not None and bar.base_finish is not None:
            base = across(bar.base_start)
            picture.box(base, y + 14, across(bar.base_finish) - base, 2.5, "muted")
        if bar.kind == "summary":
            picture.box(start, y + 5, finish - start, 4, "ink")
            for x, turn in ((start, 4), (finish, -4)):
                picture.shape([(x, y + 5), (x + turn, y + 5), (x, y + 12)], "ink")
        else:
            picture.box(start, y + 4, finish - start, 9, "critical" if bar.critical else "bar")
            if bar.done is not None:
                picture.box(start, y + 4, across(bar.done) - start, 9, "done")
    moment = to_datetime(bar.finish)
    if moment is not None:
        told = f"{moment.day:02d}-{_MONTHS[moment.month - 1]}-{moment.year % 100:02d}"
        picture.text(finish + 7, y + 13, told)


def _diamond(picture: Picture, x: float, y: float, role: str, hollow: bool) -> None:
    picture.shape([(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)], role, hollow)
