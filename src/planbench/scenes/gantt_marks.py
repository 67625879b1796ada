"""Marks that the Gantt draws when they are asked for: more bars, the progress line, constraints.

Each function adds to the scene of a picture being made; `frame` gives its visible rows and time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import Constraint, Flags, Rows
from planbench.domain.times import DAY, NO_TIME
from planbench.scenes.facts import BAND, EFFORT, SUMMARY, TASK
from planbench.scenes.shading import LEAST_PX, closed_stretches

if TYPE_CHECKING:
    from planbench.scenes.gantt import Frame
    from planbench.scenes.risk_fields import RiskMarks

Span = tuple[float, float, float]  # left, width, top of the row
Piece = tuple[float, float, float, float]  # left, top from that of the row's bars, width, height

BEYOND = 40.0
"""Pixels that marks may reach past the window before they are cut."""

BY_PERCENT, BY_REMAINING = "percent", "remaining"
"""How the progress line tells how far an activity has come."""

NECK = 4.0
"""Height of a bar in time that is not worked."""

AT_START = (
    Constraint.START_ON_OR_AFTER,
    Constraint.START_ON_OR_BEFORE,
    Constraint.START_ON,
    Constraint.MANDATORY_START,
)
MANDATORY = (Constraint.MANDATORY_START, Constraint.MANDATORY_FINISH)


def more_baselines(frame: Frame) -> None:
    """The second and third baseline as thin bars below the first."""
    top, height = frame.metrics.baseline_top, frame.metrics.baseline_height
    wanted = (frame.options.baseline2, frame.options.baseline3)
    for number, (shown, columns) in enumerate(
        zip(wanted, frame.plan.more_baselines, strict=False), start=2
    ):
        if not shown:
            continue
        own = frame.nodes - frame.plan.outline.bands
        there, rows = own >= 0, np.maximum(own, 0)
        start = np.where(there, columns.start[rows], NO_TIME)
        finish = np.where(there, columns.finish[rows], NO_TIME)
        start = np.where(start == NO_TIME, finish, start)
        spans = frame.span(start, np.where(finish == NO_TIME, start, finish), there)
        y = top + height + 0.5 + 2.0 * (number - 2)
        bars = [(x, row + y, w, 1.5) for x, w, row in spans]
        frame.scene.add("rects", f"baseline{number}", bars)


def late_bars(frame: Frame) -> None:
    """A thin bar above each activity from its late start to its late finish."""
    kind = frame.take("kind")
    open_ = (kind != BAND) & (kind != SUMMARY) & ~frame.take("finished")
    spans = frame.span(frame.take("late_start"), frame.take("late_finish"), open_)
    frame.scene.add("rects", "late-bar", [(x, y + 1.0, w, 2.0) for x, w, y in spans])


def float_bars(frame: Frame) -> None:
    """A line from the finish as far as total float lets it slip, or by how much it is too late."""
    kind = frame.take("kind")
    open_ = (kind != BAND) & (kind != SUMMARY) & ~frame.take("finished")
    finish, late = frame.take("finish"), frame.take("late_finish")
    there = open_ & (finish != NO_TIME) & (late != NO_TIME)
    # Below the bar's middle, so that no label behind the bar is struck through.
    y, half = frame.metrics.bar_top + frame.metrics.bar_height + 0.5, 3.0
    for style, chosen, first, last in (
        ("float", there & (late > finish), finish, late),
        ("float-negative", there & (late < finish), late, finish),
    ):
        spans = frame.span(first, last, chosen)
        lines = [(x, row + y, x + w, row + y) for x, w, row in spans]
        ends = ((x + w if style == "float" else x, row) for x, w, row in spans)
        lines += [(x, row + y - half, x, row + y + half) for x, row in ends]
        frame.scene.add("lines", style, lines)


def progress_line(frame: Frame) -> None:
    """From the data date to how far each activity has come, and back.

    An activity has come as far along its baseline (its own dates without one) as its percent
    complete, or until as much of it is left as its remaining work takes: left of the data date is
    behind, right of it ahead. What should not have begun, or is done as it should be, stays on the
    data date.
    """
    date = frame.plan.data_date
    if date == NO_TIME:
        return
    kind = frame.take("kind")
    own = (kind != BAND) & (kind != SUMMARY)
    start, finish = frame.take("baseline_start"), frame.take("baseline_finish")
    bare = (start == NO_TIME) | (finish == NO_TIME)
    start = np.where(bare, frame.take("start"), start)
    finish = np.where(bare, frame.take("finish"), finish)
    share = np.nan_to_num(frame.take("percent")) / 100.0
    there = own & (start != NO_TIME) & (finish != NO_TIME)
    come = start + (share * (finish - start)).astype(np.int64)
    if frame.options.progress_by == BY_REMAINING:
        begun = frame.take("remaining_from")
        come = finish - np.where(begun == NO_TIME, 0, frame.take("finish") - begun)
    come = np.where(there, come, date)
    idle = ((share <= 0) & (start >= date)) | ((share >= 1) & (finish <= date))
    come = np.where(idle, date, come)
    points = frame.time.x(np.stack((np.full(come.size, date), come)))
    row, middle = float(frame.metrics.row), frame.metrics.middle
    lines = []
    for x, to, y in zip(*points.tolist(), frame.tops.tolist(), strict=True):
        x, to = (min(max(one, -40.0), frame.time.width + 40.0) for one in (x, to))
        if x != to:  # the data date's own line is there already
            lines += [(x, y, to, y + middle), (to, y + middle, x, y + row)]
    frame.scene.add("lines", "progress-line", lines)


def attached_texts(frame: Frame) -> None:
    """Texts of the user's own behind the bars of some activities, after the label if there is one.

    One that does not fit into the window is dropped, as labels are.
    """
    given, bands = dict(frame.options.attached), frame.plan.outline.bands
    shown = np.flatnonzero(frame.nodes >= bands)
    codes = frame.plan.schedule.activities.code[frame.nodes[shown] - bands].tolist()
    start, finish, kind = frame.take("start"), frame.take("finish"), frame.take("kind")
    gap = frame.metrics.label_gap
    placed = []
    for place, code in zip(shown.tolist(), codes, strict=True):
        if code not in given or NO_TIME in (start[place], finish[place]):
            continue
        top = float(frame.tops[place])
        end = float(frame.time.x(finish[place : place + 1])[0])
        if end < 0:
            continue
        reach = gap if kind[place] in (TASK, EFFORT) else frame.metrics.milestone_label_gap
        x = frame.labels_end.get(top, end + reach - gap) + gap
        if x + frame.plan.text_width(given[code]) <= frame.time.width - 2:
            placed.append((x, top + frame.metrics.middle + 4.0, given[code]))
    frame.scene.add("texts", "halo", placed)
    frame.scene.add("texts", "attached-text", placed)


def constraints(frame: Frame) -> None:
    """A small triangle at the date of every constraint, a square at that of a mandatory one."""
    acts, bands = frame.plan.schedule.activities, frame.plan.outline.bands
    shown = np.flatnonzero(frame.nodes >= bands)
    rows = frame.nodes[shown] - bands
    shapes: list[Any] = []
    low = frame.metrics.bar_top + frame.metrics.bar_height
    for kinds, dates in (
        (acts.constraint[rows], acts.constraint_date[rows]),
        (acts.constraint2[rows], acts.constraint2_date[rows]),
    ):
        there = np.flatnonzero((kinds > 0) & (dates != NO_TIME))
        across = frame.time.x(dates[there])
        for place, x in zip(there.tolist(), across.tolist(), strict=True):
            if not 0 <= x <= frame.time.width:
                continue
            kind, y = Constraint(int(kinds[place])), float(frame.tops[shown[place]]) + low
            way = 6.0 if kind in AT_START else -6.0
            if kind in MANDATORY:
                shapes.append(((x, y), (x + way, y), (x + way, y + 6), (x, y + 6)))
            else:
                shapes.append(((x, y), (x + way, y + 3), (x, y + 6)))
    frame.scene.add("polygons", "constraint", shapes)


def float_whisker(frame: Frame) -> None:
    """From the selected activity's finish as far as its total float lets it slip."""
    facts, node = frame.plan.facts, frame.selected
    at = int(frame.plan.rows.row_of[node]) if node >= 0 else -1
    if not frame.first <= at < frame.last or facts.kind[node] in (BAND, SUMMARY):
        return
    ends = np.array([facts.finish[node], facts.late_finish[node]])
    if (ends == NO_TIME).any() or facts.finished[node]:
        return
    x, x2 = np.clip(frame.time.x(ends), -BEYOND, frame.time.width + BEYOND).tolist()
    if abs(x2 - x) < 2:
        return
    y = at * frame.metrics.row - frame.scroll + frame.metrics.middle
    half = frame.metrics.tick / 2
    frame.scene.add("lines", "whisker", [(x, y, x2, y), (x2, y - half, x2, y + half)])


def risk_whiskers(frame: Frame) -> None:
    """From P10 to P90 of the simulated finish, with a mark at the median."""
    risk, bands = frame.plan.risk, frame.plan.outline.bands
    if risk is None:
        return
    shown = np.flatnonzero(frame.nodes >= bands)
    rows = frame.nodes[shown] - bands
    shown, rows = shown[risk.known[rows]], rows[risk.known[rows]]
    x, middle, x2 = (frame.time.x(dates[rows]) for dates in (risk.p10, risk.p50, risk.p90))
    seen = (x2 >= 0) & (x <= frame.time.width) & (x2 - x >= 2)
    y = frame.tops[shown] + frame.metrics.middle
    left, right = np.maximum(x, -BEYOND), np.minimum(x2, frame.time.width + BEYOND)
    half = frame.metrics.tick / 2
    lines: list[Any] = []
    dots: list[Any] = []
    columns = (left[seen], middle[seen], right[seen], y[seen])
    for low, dot, high, at in zip(*(column.tolist() for column in columns), strict=True):
        lines += [(low, at, high, at)]
        lines += [(end, at - half, end, at + half) for end in (low, high)]
        dots.append(((dot, at - 3), (dot + 3, at), (dot, at + 3), (dot - 3, at)))
    frame.scene.add("lines", "risk-whisker", lines)
    frame.scene.add("polygons", "risk-median", dots)


def past_whiskers(frame: Frame, nodes: Rows, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Where labels behind bars begin, so that no whisker strikes them through."""
    gap, risk, bands = frame.metrics.label_gap, frame.plan.risk, frame.plan.outline.bands
    if frame.options.whiskers and risk is not None:
        rows = np.maximum(nodes - bands, 0)
        there = (nodes >= bands) & risk.known[rows]
        x = np.maximum(x, np.where(there, frame.time.x(risk.p90[rows]) + gap, x))
    found = frame.scene.items("whisker")
    if found:
        beyond = np.maximum(x, max(found[0][0], found[0][2]) + gap)
        x = np.where(nodes == frame.selected, beyond, x)
    return x


CRITICALITY = (
    ("criticality-0", 0.0),
    ("criticality-1", 0.25),
    ("criticality-2", 0.5),
    ("criticality-3", 0.75),
    ("criticality-4", 1.0),
)
"""Styles of bars and the largest criticality index that they stand for."""


def criticality_classes(
    frame: Frame, risk: RiskMarks, classes: list[tuple[str, Flags]]
) -> list[tuple[str, Flags]]:
    """Bars by their criticality index; those that were not simulated stay as they are."""
    bands = frame.plan.outline.bands
    own = frame.nodes >= bands
    index = np.where(own, risk.criticality[np.maximum(frame.nodes - bands, 0)], np.nan)
    made = [(style, mask & np.isnan(index)) for style, mask in classes]
    task = np.logical_or.reduce([mask for _, mask in classes])
    least = -1.0
    for style, most in CRITICALITY:
        made.append((style, task & (index > least) & (index <= most + 1e-12)))
        least = most + 1e-12
    return made


def necked(frame: Frame, spans: list[Span], high: float) -> Iterator[Piece]:
    """The pieces of bars, narrow where nothing is worked; their y is to be moved to the bar's top.

    `spans` are bars of visible rows; days are taken as a whole, on each activity's own calendar.
    """
    if not frame.options.necks or frame.time.px_per_day < LEAST_PX:
        for x, w, y in spans:
            yield x, y, w, high
        return
    for x, w, y in spans:
        begun = x
        for left, right in _closed(frame, y, x, x + w):
            if left > begun:
                yield begun, y, left - begun, high
            yield left, y + (high - NECK) / 2, right - left, NECK
            begun = right
        if x + w > begun:
            yield begun, y, x + w - begun, high


def _closed(frame: Frame, top: float, left: float, right: float) -> Iterator[tuple[float, float]]:
    """Stretches without work within [left, right] on the calendar of the activity at a row."""
    schedule = frame.plan.schedule
    place = round((top - float(frame.tops[0])) / frame.metrics.row)
    row = int(frame.nodes[place]) - frame.plan.outline.bands
    number = int(schedule.activities.calendar[row]) if row >= 0 else -1
    if not 0 <= number < len(schedule.calendars):
        return
    if number not in frame.closed:
        first, last = int(frame.time.left // DAY) - 1, int(frame.time.right // DAY) + 2
        pair = closed_stretches(schedule.calendars[number], first, last)
        frame.closed[number] = tuple(frame.time.x(one) for one in pair)
    starts, ends = frame.closed[number]
    first = int(np.searchsorted(ends, left, side="right"))
    last = int(np.searchsorted(starts, right, side="left"))
    for a, b in zip(starts[first:last].tolist(), ends[first:last].tolist(), strict=True):
        yield max(a, left), min(b, right)
