"""The loading under the Gantt: bars, running totals and limits on the time axis of the bars above.

Geometry alone, in logical pixels from the top left corner; the amounts come from the engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from planbench.domain.schedule import Numbers
from planbench.engines.resources.profile import Profile
from planbench.scenes.timescale import TimeView

Rect = tuple[float, float, float, float]
Line = tuple[tuple[float, float], ...]

HEAD = 8.0
"""Pixels above the largest amount."""


@dataclass(frozen=True)
class LoadingScene:
    """What is painted. Rectangles are x, y, width, height; `periods` says which period each is of.

    `over` are the parts of bars above the limit, `ticks` heights with the amount written there.
    """

    ticks: tuple[tuple[float, float], ...]
    periods: tuple[int, ...]
    actual: tuple[Rect, ...]
    remaining: tuple[Rect, ...]
    over: tuple[Rect, ...]
    limit: Line
    baseline: Line
    early: Line
    late: Line


def loading_scene(found: Profile, view: TimeView, height: float, curves: bool) -> LoadingScene:
    """The picture of a profile: bars with their limit, or (`curves`) the running totals."""
    return _curves(found, view, height) if curves else _bars(found, view, height)


def period_at(found: Profile, minute: float) -> int:
    """The period an instant lies in, -1 outside of all."""
    place = int(np.searchsorted(found.edges, minute, side="right")) - 1
    return place if 0 <= place < found.edges.size - 1 else -1


def round_ticks(top: float, most: int) -> list[float]:
    """At most `most` amounts above zero up to `top`, in steps of 1, 2 or 5 times a power of ten."""
    if not top > 0 or most < 1:
        return []
    step = 10.0 ** math.floor(math.log10(top / most))
    step = next(step * k for k in (1, 2, 5, 10, 20) if int(top / (step * k) + 1e-9) <= most)
    return [step * k for k in range(1, int(top / step + 1e-9) + 1)]


def _seen(found: Profile, view: TimeView) -> range:
    """Periods of which something is in sight."""
    last = found.edges.size - 2
    low = int(np.searchsorted(found.edges, view.left, side="right")) - 1
    high = int(np.searchsorted(found.edges, view.right, side="left")) - 1
    return range(max(low, 0), min(high, last) + 1)


def _scale(values: list[Numbers], height: float) -> tuple[float, tuple[tuple[float, float], ...]]:
    """(pixels per amount, ticks) so that the largest of the values fits."""
    top = max((float(one.max(initial=0.0)) for one in values), default=0.0)
    if top <= 0:
        return 0.0, ()
    scale = max(height - HEAD, 1.0) / top
    ticks = round_ticks(top, max(1, int(height // 36)))
    return scale, tuple((height - amount * scale, amount) for amount in ticks)


def _bars(found: Profile, view: TimeView, height: float) -> LoadingScene:
    total = found.total
    shown = [total, found.late]
    if found.baseline is not None:
        shown.append(found.baseline)
    most = max(float(one.max(initial=0.0)) for one in shown)
    # A limit far above everything would press the bars flat: it then lies out of sight.
    if found.limit is not None and float(found.limit.max(initial=0.0)) <= 2.5 * most:
        shown.append(found.limit)
    scale, ticks = _scale(shown, height)
    seen = _seen(found, view)
    x = view.x(found.edges)
    actual: list[Rect] = []
    remaining: list[Rect] = []
    over: list[Rect] = []
    for k in seen:
        left, wide = float(x[k]), max(float(x[k + 1] - x[k]) - 1.0, 0.5)
        done, all_ = float(found.actual[k]) * scale, float(total[k]) * scale
        if done > 0:
            actual.append((left, height - done, wide, done))
        if all_ > done:
            remaining.append((left, height - all_, wide, all_ - done))
        if found.over[k] and found.limit is not None:
            cap = float(found.limit[k]) * scale
            over.append((left, height - all_, wide, all_ - cap))
    limit = () if found.limit is None else _steps(found.limit, x, seen, height, scale)
    base = () if found.baseline is None else _steps(found.baseline, x, seen, height, scale)
    late: Line = ()
    if found.slips:  # what is done has no late dates: the line is drawn where it differs
        other = np.flatnonzero(np.abs(found.late - total) > 1e-9)
        ahead = range(max(seen.start, int(other[0])), min(seen.stop, int(other[-1]) + 1))
        late = _steps(found.late, x, ahead, height, scale)
    return LoadingScene(
        ticks, tuple(seen), tuple(actual), tuple(remaining), tuple(over), limit, base, (), late
    )


def _steps(values: Numbers, x: Numbers, seen: range, height: float, scale: float) -> Line:
    points: list[tuple[float, float]] = []
    for k in seen:
        y = height - float(values[k]) * scale
        points += [(float(x[k]), y), (float(x[k + 1]), y)]
    return tuple(points)


def _curves(found: Profile, view: TimeView, height: float) -> LoadingScene:
    sums = [np.cumsum(found.total), np.cumsum(found.late)]
    if found.baseline is not None:
        sums.append(np.cumsum(found.baseline))
    scale, ticks = _scale(sums, height)
    seen = _seen(found, view)
    x = view.x(found.edges)

    def line(total: Numbers) -> Line:
        up = np.concatenate(([0.0], total))
        places = range(seen.start, seen.stop + 1) if len(seen) else range(0)
        return tuple((float(x[k]), height - float(up[k]) * scale) for k in places)

    base = line(sums[2]) if found.baseline is not None else ()
    return LoadingScene(ticks, tuple(seen), (), (), (), (), base, line(sums[0]), line(sums[1]))
