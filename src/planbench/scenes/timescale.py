"""The two tiers of a time axis, chosen by zoom, and its sight lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.times import DAY, NO_TIME, Minutes
from planbench.scenes.formats import MONTHS
from planbench.scenes.primitives import Scene

DayNumbers = npt.NDArray[np.int64]

MIN_PX_PER_DAY = 0.004
MAX_PX_PER_DAY = 96.0


@dataclass(frozen=True)
class Level:
    """A pair of tiers. `from_px` is the smallest zoom (pixels a day) at which it is readable."""

    name: str
    top: str
    bottom: str
    from_px: float


LEVELS: tuple[Level, ...] = (
    Level("Century", "century", "decade", 0.0),
    Level("Decade", "decade", "year", 0.085),
    Level("Quarter", "year", "quarter", 0.24),
    Level("Month", "year", "month", 0.95),
    Level("Week", "month", "week", 3.2),
    Level("Day", "month", "day", 17.0),
    Level("Weekday", "week", "weekday", 48.0),
)


ABOVE = {
    "Century": "",
    "Decade": "century",
    "Quarter": "decade",
    "Month": "quarter",
    "Week": "year",
    "Day": "year",
    "Weekday": "month",
}
"""The third tier of each level; months then show quarters between years and months."""


@dataclass(frozen=True)
class Scale:
    """How the axis counts: tiers (2 or 3), first month of the fiscal year, and ordinals.

    With `ordinal_from` (minutes) the lowest tier counts from there: week 1 is the week it lies in.
    """

    tiers: int = 2
    fiscal_month: int = 1
    ordinal_from: int = NO_TIME


PLAIN = Scale()


def level_at(px_per_day: float) -> Level:
    """The finest level whose labels fit at this zoom."""
    return [level for level in LEVELS if px_per_day >= level.from_px][-1]


@dataclass(frozen=True)
class TimeView:
    """A window of time: `left` is the instant (minutes, may be fractional) at x = 0."""

    left: float
    px_per_day: float
    width: float
    ratio: float = 1.0  # device pixels per logical pixel, for crisp edges

    @property
    def right(self) -> float:
        """The instant at the right edge."""
        return self.left + self.width * DAY / self.px_per_day

    def x(self, instants: Minutes) -> npt.NDArray[np.float64]:
        """Pixel positions on whole device pixels."""
        exact = (instants - self.left) * (self.px_per_day / DAY)
        snapped: npt.NDArray[np.float64] = np.rint(exact * self.ratio) / self.ratio
        return snapped

    def at(self, x: float) -> float:
        """The instant at a pixel."""
        return self.left + x * DAY / self.px_per_day

    def zoomed(self, factor: float, around: float) -> TimeView:
        """Zoomed by a factor; the instant under the pixel `around` stays where it is."""
        px = min(max(self.px_per_day * factor, MIN_PX_PER_DAY), MAX_PX_PER_DAY)
        return TimeView(self.at(around) - around * DAY / px, px, self.width, self.ratio)

    def fitted(self, first: int, last: int, margin: float = 24.0, after: float = 72.0) -> TimeView:
        """The same width showing [first, last] with room for the last labels."""
        room = max(self.width - margin - after, 32.0)
        days = max((last - first) / DAY, 1.0)
        px = min(max(room / days, MIN_PX_PER_DAY), MAX_PX_PER_DAY)
        return TimeView(first - margin * DAY / px, px, self.width, self.ratio)


def boundaries(unit: str, first: float, last: float, fiscal_month: int = 1) -> DayNumbers:
    """Day numbers at which the units that touch [first, last] (in days) begin, and one more.

    Quarters and years begin with the fiscal ones.
    """
    if unit in ("day", "weekday"):
        return np.arange(int(np.floor(first)), int(np.floor(last)) + 2, dtype=np.int64)
    if unit == "week":
        monday = int(np.floor((first + 3) / 7)) * 7 - 3
        return np.arange(monday, last + 7, 7, dtype=np.int64)
    months = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}[unit]
    # np.datetime64 counts months since 1970-01; decades and centuries begin with years 0, 10, ...
    shift = 1970 * 12 - (fiscal_month - 1 if unit in ("quarter", "year") else 0)
    low = _month_of(first) + shift
    high = _month_of(last) + shift
    starts = np.arange(low // months, high // months + 2, dtype=np.int64) * months - shift
    return starts.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _month_of(day: float) -> int:
    whole = np.int64(np.clip(np.floor(day), -700_000, 2_900_000))
    return int(whole.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))


@lru_cache(maxsize=8192)
def _label(unit: str, day: int, fiscal: int = 1) -> str:
    if unit == "weekday":
        return ("Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")[day % 7]
    date = np.int64(day).astype("datetime64[D]")
    month = int(date.astype("datetime64[M]").astype(np.int64))
    year, month = 1970 + month // 12, month % 12
    if unit == "century":
        return f"{year}\u2013{year + 99}"
    if unit == "decade":
        return f"{year}s"
    if unit == "year":
        return str(year) if fiscal == 1 else f"FY{year + 1}"
    if unit == "quarter":
        return f"Q{(month - fiscal + 1) % 12 // 3 + 1}"
    if unit == "month":
        return MONTHS[month]
    day_of_month = int((date - date.astype("datetime64[M]")).astype(np.int64)) + 1
    return str(day_of_month)


@lru_cache(maxsize=2048)
def _top_label(unit: str, day: int, fiscal: int = 1) -> str:
    """Labels of the upper tier carry their year, as nothing above them does."""
    if unit not in ("month", "week"):
        return _label(unit, day, fiscal)
    year = _label("year", day)
    if unit == "month":
        return f"{_label('month', day)} {year}"
    return f"{_label('day', day)} {_label('month', day)} {year}"


TOP_FIT = (7.3, 10.0)
BOTTOM_FIT = (6.6, 3.0)
"""Pixels a character and pixels besides that a label of a tier needs (12 px strong, 11 px)."""


@dataclass(frozen=True)
class Timescale:
    """The axis of one window: cells (x, width, label) of its tiers, and sight lines.

    `above` is the third tier, empty where there is none.
    """

    level: Level
    top: list[tuple[float, float, str]]
    bottom: list[tuple[float, float, str]]
    major: list[float]
    minor: list[float]
    above: list[tuple[float, float, str]] = field(default_factory=list)


def _units(level: Level, scale: Scale) -> tuple[str, str, str]:
    """The units of the third tier ("" for none), the upper and the lower one."""
    third = ABOVE[level.name] if scale.tiers > 2 else ""
    if third == "quarter":  # years, quarters, months
        return "year", "quarter", level.bottom
    return third, level.top, level.bottom


def _ordinal(unit: str, days: DayNumbers, scale: Scale) -> list[str]:
    """Labels that count units from the first one."""
    origin = scale.ordinal_from / DAY
    start = int(boundaries(unit, origin, origin, scale.fiscal_month)[0])
    if unit in ("day", "weekday", "week"):
        number = (days - start) // (7 if unit == "week" else 1)
    else:
        per = {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit]
        month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        number = (month - _month_of(start)) // per
    letter = {"weekday": "D", "day": "D"}.get(unit, unit[0].upper())
    return [f"{letter}{one + 1 if one >= 0 else one}" for one in number.tolist()]


def build_timescale(view: TimeView, scale: Scale = PLAIN) -> Timescale:
    """The cells that touch the window, clipped to it on the left so that labels stay in sight."""
    level = level_at(view.px_per_day)
    third, upper, lower = _units(level, scale)
    tiers: list[tuple[list[tuple[float, float, str]], list[float]]] = []
    for unit, label, (char, besides) in (
        (third, _top_label, TOP_FIT),
        (upper, _label if third else _top_label, TOP_FIT),
        (lower, _label, BOTTOM_FIT),
    ):
        if not unit:
            tiers.append(([], []))
            continue
        days = boundaries(unit, view.left / DAY, view.right / DAY, scale.fiscal_month)
        edges = view.x(days * DAY).tolist()
        texts = [label(unit, day, scale.fiscal_month) for day in days.tolist()]
        if unit == lower and scale.ordinal_from != NO_TIME:
            texts = _ordinal(unit, days, scale)
        cells: list[tuple[float, float, str]] = []
        for x, x2, text in zip(edges, edges[1:], texts, strict=False):
            if x2 <= 0 or x >= view.width:
                continue
            x = max(x, 0.0)
            cells.append((x, x2 - x, text if len(text) * char + besides <= x2 - x else ""))
        tiers.append((cells, [x for x in edges if 0 <= x < view.width]))
    (above, _), (top, major), (bottom, minor) = tiers
    kept = set(major)
    return Timescale(level, top, bottom, major, [x for x in minor if x not in kept], above)


def build_header(
    view: TimeView, tier: float, data_date: int, flag: Any, counting: Scale = PLAIN
) -> Scene:
    """The picture of the axis: its tiers, each of height `tier`, and the data date's flag.

    `flag` is None or (text, width, height) of the flag.
    """
    scale = build_timescale(view, counting)
    high = counting.tiers * tier
    shift = high - 2 * tier  # of the two lower tiers
    scene = Scene(view.width, high)
    scene.add("rects", "header", [(0.0, 0.0, view.width, high)])
    edge = 1.0 / view.ratio
    lines = [(x, shift, edge, 2 * tier) for x in scale.major if x > 0]
    lines += [(x, shift + tier, edge, tier) for x in scale.minor if x > 0]
    lines += [(x, 0.0, edge, tier) for x, _, _ in scale.above if x > 0]
    lines += [(0.0, n * tier - edge, view.width, edge) for n in range(1, counting.tiers)]
    scene.add("rects", "header-line", lines)
    scene.add("rects", "header-edge", [(0.0, high - edge, view.width, edge)])
    titles = [(x + 8, shift + tier - 7, t) for x, _, t in scale.top if t]
    titles += [(x + 8, tier - 7, t) for x, _, t in scale.above if t]
    scene.add("texts", "header-top", titles)
    centred = [(x + w / 2, high - 7, t) for x, w, t in scale.bottom if t]
    x = float(view.x(np.array([data_date]))[0]) if flag is not None else -1.0
    if flag is not None and 0 <= x <= view.width:
        text, width, height = flag
        left = min(max(x - width / 2, 2.0), max(view.width - width - 2, 2.0))
        top = high - height - 3
        # A label half under the flag reads as a fault: leave it out.
        centred = [c for c in centred if abs(c[0] - (left + width / 2)) > width / 2 + 14]
        scene.add("texts", "header-bottom", centred)
        scene.add("rects", "data-date-flag", [(left, top, width, height)])
        tip = ((x - 4, top + height), (x + 4, top + height), (x, top + height + 3))
        scene.add("polygons", "data-date", [tip])
        scene.add("texts", "data-date-text", [(left + width / 2, top + height - 4.5, text)])
    else:
        scene.add("texts", "header-bottom", centred)
    return scene
