"""The logic around an activity on a time axis: bars where the work lies, joined by their links.

Bars stand at their dates, each in the highest lane in which it and its text have room; the lane of
the traced activity is the first. Links leave a bar at the end that their type names and enter the
other at the end that it names, upright in between.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from planbench.domain.schedule import LinkType, Schedule
from planbench.domain.times import DAY, NO_TIME
from planbench.engines.cpm.result import CpmResult
from planbench.engines.trace import Trace
from planbench.scenes.facts import Facts
from planbench.scenes.formats import MONTHS
from planbench.scenes.links import arrow
from planbench.scenes.primitives import Scene
from planbench.scenes.trace import (
    Card,
    Edge,
    Measure,
    TraceScene,
    approximate,
    joined_links,
    kept_rows,
    slack_text,
    state_of,
)

_HEAD, _MARGIN, _FOOT = 34.0, 24.0, 16.0
_LANE, _BAR = 44.0, 12.0
_TEXT = 20.0
"""How far below the top of a lane its text stands; the bar comes below that."""

_LEAST_WIDTH, _GREATEST_WIDTH = 900.0, 9000.0
_PER_ACTIVITY = 56.0
"""Pixels of width an activity of the picture asks for."""

_NAME = 190.0
"""The longest text above a bar."""


def timed_scene(
    schedule: Schedule,
    result: CpmResult,
    facts: Facts,
    found: Trace,
    *,
    current: int = -1,
    measure: Measure = approximate,
) -> TraceScene:
    """The picture of a trace by its dates; activities without dates are left out."""
    rows = [
        row
        for row in kept_rows(found.levels, facts)
        if facts.start[row] != NO_TIME and facts.finish[row] != NO_TIME
    ]
    if not rows:
        return TraceScene(Scene(0, 0), left_out=len(found.levels))
    first = min(int(facts.start[row]) for row in rows)
    last = max(int(facts.finish[row]) for row in rows)
    span = max(last - first, 5 * DAY)
    inner = min(max(_PER_ACTIVITY * len(rows), _LEAST_WIDTH), _GREATEST_WIDTH)
    scale = inner / span

    def x(minute: int) -> float:
        return _MARGIN + (minute - first) * scale

    bars = {
        row: (
            x(int(facts.start[row])),
            max(x(int(facts.finish[row])) - x(int(facts.start[row])), 4.0),
        )
        for row in rows
    }
    words = {row: _words(schedule, facts, row, measure) for row in rows}
    lanes = _lanes(rows, bars, {row: measure(words[row], "card-name") for row in rows}, found.row)
    height = _HEAD + (1 + max(lanes.values())) * _LANE + _FOOT
    scene = Scene(inner + 2 * _MARGIN + _NAME, height)
    heads = _axis(scene, first, last, scale)
    levels = {row: found.levels[row] for row in rows}
    now = schedule.data_date
    if first <= now <= last:
        scene.add("lines", "data-date", [(x(now), _HEAD - 6, x(now), height)])
    edges = _wired(
        schedule, joined_links(schedule, result, facts, found.relationships, levels), bars, lanes
    )
    for look in ("trace-link", "trace-driving", "trace-critical"):
        mine = [edge for edge in edges if edge.look == look]
        scene.add("wires", look, [edge.wire for edge in mine])
        scene.add("polygons", look, [arrow(edge.wire, 6.0, 6.0) for edge in mine])
    chosen = found.row if current < 0 else current
    cards = tuple(
        Card(row, levels[row], lanes[row], bars[row][0], _bar_top(lanes[row]), bars[row][1], _BAR)
        for row in rows
    )
    wide = {row: measure(words[row], "card-name-strong") for row in rows}
    grounds = [(card.x - 2, card.y - 19, wide[card.row] + 4, 17.0) for card in cards]
    scene.add("rects", "text-ground", grounds)  # links stop short of what is written
    _draw(scene, facts, cards, words, chosen)
    return TraceScene(scene, cards, edges, len(found.levels) - len(rows), heads, True)


def _words(schedule: Schedule, facts: Facts, row: int, measure: Measure) -> str:
    """Id, name and float above a bar, cut to their room."""
    acts = schedule.activities
    told = f"{acts.code[row]}  {acts.name[row]}"
    slack = slack_text(facts, row)
    room = _NAME - (measure(f"  {slack}", "card-name") if slack else 0.0)
    if measure(told, "card-name") > room:
        while told and measure(f"{told}…", "card-name") > room:
            told = told[:-1]
        told = f"{told.rstrip()}…"
    return f"{told}  {slack}" if slack else told


def _lanes(
    rows: list[int],
    bars: dict[int, tuple[float, float]],
    widths: dict[int, float],
    traced: int,
) -> dict[int, int]:
    """The lane of each activity: by start, each in the first lane that is free there."""
    ends: list[float] = []
    lanes: dict[int, int] = {}
    if traced in bars:  # alone in the first lane, so that it is found at once
        lanes[traced] = 0
        ends.append(float("inf"))
    for row in sorted(rows, key=lambda one: (bars[one], one)):
        if row in lanes:
            continue
        left, wide = bars[row]
        lane = next((n for n, end in enumerate(ends) if end <= left), len(ends))
        if lane == len(ends):
            ends.append(0.0)
        ends[lane] = left + max(wide, widths[row]) + 18.0
        lanes[row] = lane
    return lanes


def _bar_top(lane: int) -> float:
    return _HEAD + lane * _LANE + _TEXT + 6.0


def _axis(scene: Scene, first: int, last: int, scale: float) -> tuple[tuple[float, str, bool], ...]:
    """Firsts of months (or of every few months) as lines through the picture, named above."""
    low = np.datetime64(first, "m").astype("datetime64[M]").astype(int)
    high = np.datetime64(last, "m").astype("datetime64[M]").astype(int)
    month = 30.44 * DAY * scale
    step = next((n for n in (1, 2, 3, 6, 12, 24, 60) if n * month >= 64), 120)
    lines, heads = [], []
    for number in range(int(low) // step * step, int(high) + step + 1, step):
        at = int(np.datetime64(number, "M").astype("datetime64[m]").astype(np.int64))
        x = _MARGIN + (at - first) * scale
        if not 0 <= x <= scene.width - 8:
            continue
        lines.append((x, _HEAD - 6, 1.0, scene.height - _HEAD))
        year = 1970 + number // 12
        title = str(year) if step >= 12 else f"{MONTHS[number % 12]} {year % 100:02d}"
        heads.append((x, title, False))
    scene.add("rects", "rule", lines)
    scene.add("texts", "trace-head", [(x, 22.0, title) for x, title, _ in heads])
    return tuple(heads)


def _wired(
    schedule: Schedule,
    edges: list[Edge],
    bars: dict[int, tuple[float, float]],
    lanes: dict[int, int],
) -> tuple[Edge, ...]:
    """The links with their corners; flat first, upright beside the end they enter, flat again."""
    entering: dict[int, int] = defaultdict(int)
    found = []
    for edge in edges:
        kind = LinkType(int(schedule.relationships.type[edge.relationships[0]]))
        (left, wide), (to, long_) = bars[edge.predecessor], bars[edge.successor]
        out = left if kind in (LinkType.SS, LinkType.SF) else left + wide
        into = to + long_ if kind in (LinkType.FF, LinkType.SF) else to
        from_left = kind in (LinkType.FS, LinkType.SS)
        side = entering[edge.successor] % 3
        entering[edge.successor] += 1
        gap = 7.0 + 4.0 * side
        turn = into - gap if from_left else into + gap
        y1 = _bar_top(lanes[edge.predecessor]) + _BAR / 2
        y2 = _bar_top(lanes[edge.successor]) + _BAR / 2
        wire = ((out, y1), (turn, y1), (turn, y2), (into, y2))
        found.append(
            Edge(
                edge.predecessor,
                edge.successor,
                edge.relationships,
                edge.look,
                edge.label,
                wire,
            )
        )
    return tuple(found)


def _draw(
    scene: Scene, facts: Facts, cards: tuple[Card, ...], words: dict[int, str], chosen: int
) -> None:
    boxes: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    texts: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    for card in cards:
        critical, near, done = state_of(facts, card.row)
        bar = "critical" if critical else "near" if near else "progress" if done else "remaining"
        boxes[f"bar-{bar}"].append(card.box)
        if card.row == chosen:
            edge = (card.x - 3, card.y - 3, card.width + 6, card.height + 6)
            scene.add("rects", "card-chosen", [edge])
        ink = "card-name-strong" if card.row == chosen else "card-name"
        texts[ink].append((card.x, card.y - 6, words[card.row]))
    for style, items in sorted(boxes.items()):
        scene.add("rects", style, list(items))
    for style, written in sorted(texts.items()):
        scene.add("texts", style, list(written))
