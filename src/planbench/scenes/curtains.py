"""Stretches of time that stand out behind the bars: curtains with a name, and the spotlight.

A curtain is one text, "2026-12-20 2027-01-05 Winter shutdown": first day, last day, name. The
spotlight is the time that follows the data date, in which the next update's progress is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import DAY, NO_TIME
from planbench.scenes.formats import read_date
from planbench.scenes.timescale import TimeView

if TYPE_CHECKING:
    from planbench.scenes.gantt import Frame

MOST_CURTAINS = 40


class CurtainError(PlanbenchError):
    """A curtain that cannot be read."""


@dataclass(frozen=True)
class Curtain:
    """A stretch of whole days, in minutes, and what it is called."""

    start: int
    finish: int
    name: str


@lru_cache(maxsize=256)
def read_curtain(text: str) -> Curtain:
    """The curtain of a text. Raises CurtainError where it is none."""
    parts = text.split(maxsplit=2)
    if len(parts) < 2:
        raise CurtainError(f"“{text}” needs a first and a last day.")
    days = []
    for part in parts[:2]:
        try:
            days.append(read_date(part)[0] // DAY)
        except ValueError:
            raise CurtainError(f"“{part}” is not a date. Type it as 2026-05-03.") from None
    if days[1] < days[0]:
        raise CurtainError(f"“{text}” ends before it begins.")
    return Curtain(days[0] * DAY, (days[1] + 1) * DAY, parts[2] if len(parts) > 2 else "")


def read_curtains(text: str) -> tuple[str, ...]:
    """The curtains of a text, one a line. Raises CurtainError for the first that is none."""
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    for line in lines:
        read_curtain(line)
    if len(lines) > MOST_CURTAINS:
        raise CurtainError(f"At most {MOST_CURTAINS} curtains can be drawn.")
    return lines


def known_curtains(texts: tuple[str, ...]) -> list[Curtain]:
    """Those of some texts that are curtains; a layout from elsewhere may hold others."""
    found = []
    for text in texts[:MOST_CURTAINS]:
        try:
            found.append(read_curtain(text))
        except CurtainError:
            continue
    return found


def spotlight(data_date: int, days: int) -> Curtain | None:
    """The days after the data date; None without either."""
    if data_date == NO_TIME or days <= 0:
        return None
    return Curtain(data_date, data_date + days * DAY, "")


def stretch(one: Curtain, time: TimeView) -> tuple[float, float] | None:
    """Left edge and width of what of a curtain is in sight, in pixels; None for nothing."""
    scale = time.px_per_day / DAY
    left = max((one.start - time.left) * scale, 0.0)
    right = min((one.finish - time.left) * scale, time.width)
    return (left, right - left) if right > left else None


def add_curtains(frame: Frame) -> None:
    """Put curtains and spotlight into a frame; names scroll with the first row of the plan."""
    lit = spotlight(frame.plan.data_date, frame.options.spotlight)
    for style, found in (
        ("curtain", known_curtains(frame.options.curtains)),
        ("spotlight", [lit] if lit is not None else []),
    ):
        for one in found:
            seen = stretch(one, frame.time)
            if seen is None:
                continue
            frame.scene.add("rects", style, [(seen[0], 0.0, seen[1], frame.height)])
            y = frame.metrics.row - 2.0 - frame.scroll  # between the first two bars
            if one.name and y > -frame.metrics.row:
                frame.scene.add("texts", "curtain-name", [(seen[0] + 4.0, y, one.name)])
