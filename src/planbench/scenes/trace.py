"""The logic around an activity as a picture: cards in columns, joined by orthogonal links.

Each column holds the activities of one level. Links leave a card at its right and enter one at
its left; they run upright between the columns and flat between the rows of cards, or along a row
where no card stands, so that no link ever crosses a card. Links of one predecessor may fork and
links into one successor may join; no other two share a stretch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from planbench.domain.schedule import LinkType, Schedule
from planbench.domain.times import NO_TIME
from planbench.engines.cpm.result import CpmResult
from planbench.engines.trace import Trace
from planbench.scenes.facts import Facts
from planbench.scenes.formats import THIN, date_text, days_text
from planbench.scenes.links import arrow
from planbench.scenes.primitives import Scene
from planbench.scenes.trace_slots import place

CARD_WIDTH, CARD_HEIGHT = 148.0, 78.0

MOST = 400
"""Cards of one picture; beyond that the least critical of each level are left out."""

_HEAD = 34.0
"""Height of the headings of the columns."""

_MARGIN = 16.0
_ROW_GAP, _LANE = 26.0, 7.0
_STUB, _TRACK, _LABEL_ROOM = 12.0, 7.0, 20.0
_LABEL_MOST = 84.0
_EXIT, _ENTRY = 10.0, 20.0
"""How far above or below the middle of a card links leave and enter it; straight ones do not."""

_ARROW = (6.0, 6.0)

LOOKS = (
    "trace-link",
    "trace-driving",
    "trace-critical",
    "link-changed",
    "link-deleted",
    "link-added",
)
"""Looks of links, those drawn first first."""

Measure = Callable[[str, str], float]
"""Width of a text in a style."""


def approximate(text: str, style: str) -> float:
    """Width of a text where no painter can be asked."""
    return len(text) * (6.6 if style == "card-name" else 6.1)


@dataclass(frozen=True)
class Card:
    """An activity in the picture."""

    row: int
    level: int
    slot: int
    x: float
    y: float
    width: float = CARD_WIDTH
    height: float = CARD_HEIGHT

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(x, y, width, height)."""
        return (self.x, self.y, self.width, self.height)


@dataclass(frozen=True)
class Edge:
    """All relationships between two activities, drawn as one link."""

    predecessor: int
    successor: int
    relationships: tuple[int, ...]
    look: str  # trace-link, trace-driving or trace-critical
    label: str
    wire: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class TraceScene:
    """The picture and where everything stands in it; `left_out` counts cards for want of room."""

    scene: Scene
    cards: tuple[Card, ...] = ()
    edges: tuple[Edge, ...] = ()
    left_out: int = 0
    heads: tuple[tuple[float, str, bool], ...] = ()  # middle of a column, title, selected there
    timed: bool = False  # cards stand at their dates, not in columns

    def at(self, x: float, y: float) -> int:
        """The activity whose card holds a point, -1 for none."""
        for card in self.cards:
            if card.x <= x < card.x + card.width and card.y <= y < card.y + card.height:
                return card.row
        return -1

    def card(self, row: int) -> Card | None:
        """The card of an activity."""
        return next((card for card in self.cards if card.row == row), None)

    def beside(self, row: int, dx: int, dy: int) -> int:
        """The nearest card in a direction (-1, 0, 1), -1 when there is none."""
        here = self.card(row)
        if here is None:
            return self.cards[0].row if self.cards else -1
        found: list[tuple[float, int]] = []
        for card in self.cards:
            across, down = card.x - here.x, card.y - here.y
            level = abs(across) < 1 or self.timed
            if (dx and across * dx > 0) or (dy and down * dy > 0 and level):
                far = abs(across) * 4 + abs(down) if dx else abs(down) * 4 + abs(across)
                found.append((far, card.row))
        return min(found)[1] if found else -1


def trace_scene(
    schedule: Schedule,
    result: CpmResult,
    facts: Facts,
    found: Trace,
    *,
    current: int = -1,
    titles: Callable[[int], str] | None = None,
    measure: Measure = approximate,
) -> TraceScene:
    """The picture of a trace.

    `current` is the card that the user has selected, the traced activity when it is not given;
    `titles` names a level, `measure` tells the width of a text in a style of the painter.
    """
    rows = kept_rows(found.levels, facts)
    levels = {row: found.levels[row] for row in rows}
    edges = joined_links(schedule, result, facts, found.relationships, levels)
    slots = place(
        levels,
        [(e.predecessor, e.successor, e.look != "trace-link") for e in edges],
        {row: _weight(facts, row) for row in rows},
        found.row,
    )
    name = titles or level_title
    chosen = found.row if current < 0 else current
    looks = dict.fromkeys(rows, "")
    looks[found.row] = "card-centre"
    made = laid_out(
        schedule,
        facts,
        {row: (levels[row], slots[row]) for row in rows},
        edges,
        looks,
        chosen=chosen,
        title=lambda level: (name(level), level == 0),
        measure=measure,
    )
    return replace(made, left_out=len(found.levels) - len(rows))


def laid_out(
    schedule: Schedule,
    facts: Facts,
    spots: Mapping[int, tuple[int, int]],
    edges: Sequence[Edge],
    looks: Mapping[int, str],
    *,
    chosen: int,
    title: Callable[[int], tuple[str, bool]],
    measure: Measure = approximate,
) -> TraceScene:
    """The picture of cards that stand at (level, row of cards), joined by links.

    `looks` are the styles of boxes by activity, "" for that of its criticality; `title` gives the
    heading of a level and whether it is to stand out. Links are drawn in the order of `LOOKS`.
    """
    number = {level: n for n, level in enumerate(sorted({level for level, _ in spots.values()}))}
    laying = _Laying({row: (number[at[0]], at[1]) for row, at in spots.items()}, edges, measure)
    cards = tuple(
        Card(row, level, slot, laying.left(number[level]), laying.top(slot))
        for row, (level, slot) in spots.items()
    )
    wired = laying.wired(edges)
    scene = Scene(laying.width, laying.height)
    _draw_links(scene, wired, laying, measure)
    _draw_cards(scene, schedule, facts, cards, chosen, looks, measure)
    heads = tuple(
        (laying.left(column) + CARD_WIDTH / 2, *title(level)) for level, column in number.items()
    )
    for style, here in (("trace-head", False), ("trace-head-here", True)):
        scene.add("texts", style, [(x, 22.0, text) for x, text, at in heads if at == here])
    return TraceScene(scene, cards, wired, 0, heads)


def in_sight(scene: Scene, x: float, y: float, width: float, height: float) -> Scene:
    """The part of a scene that a window on it can show; links are kept whole, texts with room."""
    found = Scene(scene.width, scene.height)
    right, bottom = x + width, y + height
    for layer in scene.layers:
        items = layer.items
        if layer.kind == "rects":
            items = [
                (a, b, w, h)
                for a, b, w, h in items
                if a < right and a + w > x and b < bottom and b + h > y
            ]
        elif layer.kind == "texts":
            room = 2 * CARD_WIDTH  # no text is wider
            items = [
                item
                for item in items
                if x - room < item[0] < right + room and y - 20 < item[1] < bottom + 20
            ]
        found.add(layer.kind, layer.style, items, layer.opacity)
    return found


def level_title(level: int) -> str:
    """`3 back`, `Selected`, `1 ahead`."""
    return "Selected" if level == 0 else f"{-level} back" if level < 0 else f"{level} ahead"


def _weight(facts: Facts, row: int) -> tuple[bool, float]:
    slack = float(facts.total_float[row])
    return (not bool(facts.longest_path[row]), slack if slack == slack else 1e9)


def kept_rows(levels: dict[int, int], facts: Facts) -> list[int]:
    """The rows to show: nearest levels first, within a level the most critical."""
    rows = sorted(levels, key=lambda row: (abs(levels[row]), *_weight(facts, row), row))
    return rows[:MOST]


def link_text(schedule: Schedule, link: int) -> str:
    """`FS`, `SS + 16 d`: type and lag of a relationship, in days of its lag's calendar."""
    links = schedule.relationships
    kind = LinkType(int(links.type[link])).name
    lag = int(links.lag[link])
    if lag in (0, NO_TIME):
        return kind
    calendar = int(schedule.activities.calendar[int(links.predecessor[link])])
    calendars = schedule.calendars
    per_day = calendars[calendar].minutes_per_day if 0 <= calendar < len(calendars) else 480.0
    size = days_text(abs(lag) / (per_day or 480.0))
    return f"{kind} {'+' if lag > 0 else chr(0x2212)} {size}{THIN}d"


def joined_links(
    schedule: Schedule,
    result: CpmResult,
    facts: Facts,
    relationships: Iterable[int],
    levels: dict[int, int],
) -> list[Edge]:
    """The links among the rows of `levels`, one for each pair of activities, not laid out yet."""
    links = schedule.relationships
    pairs: dict[tuple[int, int], list[int]] = {}
    for link in relationships:
        pair = (int(links.predecessor[link]), int(links.successor[link]))
        if pair[0] in levels and pair[1] in levels and pair[0] != pair[1]:
            pairs.setdefault(pair, []).append(link)
    edges = []
    for (a, b), joined in pairs.items():
        driving = any(bool(result.driving[link]) for link in joined)
        critical = driving and bool(facts.longest_path[b] or facts.critical[b])
        critical = critical and bool(
            facts.longest_path[a] or facts.critical[a] or result.longest_path[a]
        )
        look = "trace-critical" if critical else "trace-driving" if driving else "trace-link"
        label = ", ".join(link_text(schedule, link) for link in joined)
        edges.append(Edge(a, b, tuple(joined), look, label))
    return edges


# ---------------------------------------------------------------- links


@dataclass
class _Tracks:
    """Parallel lines in one channel: each key has an interval, and overlapping ones keep apart."""

    spans: dict[Hashable, tuple[float, float]] = field(default_factory=dict)
    number: dict[Hashable, int] = field(default_factory=dict)
    count: int = 0

    def cover(self, key: Hashable, *places: float) -> None:
        low, high = min(places), max(places)
        if key in self.spans:
            low, high = min(low, self.spans[key][0]), max(high, self.spans[key][1])
        self.spans[key] = (low, high)

    def assign(self) -> None:
        ends: list[float] = []
        for key, (low, high) in sorted(self.spans.items(), key=lambda item: item[1]):
            free = next((n for n, end in enumerate(ends) if end < low - 0.01), len(ends))
            if free == len(ends):
                ends.append(high)
            ends[free] = high
            self.number[key] = free
        self.count = len(ends)


@dataclass(frozen=True)
class _Route:
    """How a link runs: which ports, which tracks."""

    kind: str  # straight, one (one upright stretch), run (along the source's row), lane
    exit: float = 0.0
    entry: float = 0.0
    trunk: Hashable = None  # in the channel after the predecessor
    final: Hashable = None  # in the channel before the successor
    gap: int = -1
    lane: Hashable = None


class _Laying:
    """Positions of columns, rows, and all links, from the cells in which the cards stand."""

    def __init__(
        self, spots: dict[int, tuple[int, int]], edges: Sequence[Edge], measure: Measure
    ) -> None:
        self._spots = spots
        self._columns = 1 + max((c for c, _ in spots.values()), default=0)
        self._rows = 1 + max((s for _, s in spots.values()), default=0)
        self._taken: dict[int, list[int]] = defaultdict(list)  # columns with a card, by row
        for column, slot in spots.values():
            self._taken[slot].append(column)
        self._channels = [_Tracks() for _ in range(self._columns + 1)]  # channel c precedes c
        self._gaps = [_Tracks() for _ in range(self._rows + 1)]
        self._routes = {(e.predecessor, e.successor): self._route(e) for e in edges}
        for tracks in (*self._channels, *self._gaps):
            tracks.assign()
        self._labels = _labels(edges, self._routes)
        self._place(edges, measure)

    def _clear(self, slot: int, first: int, last: int) -> bool:
        """Whether no card stands in a row between two columns (both excluded)."""
        return not any(first < column < last for column in self._taken[slot])

    def _route(self, edge: Edge) -> _Route:
        (i, r), (j, s) = self._spots[edge.predecessor], self._spots[edge.successor]
        if j > i and r == s and self._clear(r, i, j):
            return _Route("straight")
        down = s > r
        out, into = (_EXIT, -_ENTRY) if down else (-_EXIT, _ENTRY)
        if j > i and (j == i + 1 or (self._clear(s, i, j) and not self._clear(r, i, j))):
            trunk = ("out", edge.predecessor, down)
            self._channels[i + 1].cover(trunk, _spot(r, out), _spot(s, into))
            return _Route("one", out, into, trunk)
        final = ("in", edge.successor, into)
        if j > i and self._clear(r, i, j):
            self._channels[j].cover(final, _spot(r, 0), _spot(s, into))
            return _Route("run", 0.0, into, None, final)
        gap = s if down else s + 1
        trunk = ("out", edge.predecessor, gap > r)
        out = _EXIT if gap > r else -_EXIT
        lane = ("lane", edge.successor)
        self._channels[i + 1].cover(trunk, _spot(r, out), 2 * gap - 0.4, 2 * gap + 0.4)
        self._channels[j].cover(final, _spot(s, into), 2 * gap - 0.4, 2 * gap + 0.4)
        self._gaps[gap].cover(lane, i + 1, j)
        return _Route("lane", out, into, trunk, final, gap, lane)

    def _place(self, edges: Sequence[Edge], measure: Measure) -> None:
        wanted = [0.0] * (self._columns + 1)
        for edge in edges:
            label = self._labels.get((edge.predecessor, edge.successor), "")
            column = self._spots[edge.successor][0]
            wanted[column] = max(wanted[column], measure(label, "trace-label") if label else 0.0)
        x, self._left, self._channel_x = _MARGIN, [], []
        for column in range(self._columns + 1):
            count = self._channels[column].count
            outer = column in (0, self._columns)
            room = min(wanted[column], _LABEL_MOST)
            width = _STUB + count * _TRACK + (room + _LABEL_ROOM if not outer or count else 0.0)
            self._channel_x.append(x + (_STUB if column else 0.0))
            x += 0.0 if outer and not count else max(width, 34.0)
            self._left.append(x)
            x += CARD_WIDTH if column < self._columns else 0.0
        self.width = x + _MARGIN
        y, self._top, self._gap_y = _HEAD, [], []
        for row in range(self._rows + 1):
            count = self._gaps[row].count
            inner = 0 < row < self._rows
            self._gap_y.append(y + 9.0)
            y += (_ROW_GAP if inner else 8.0) + count * _LANE
            self._top.append(y)
            y += CARD_HEIGHT if row < self._rows else 0.0
        self.height = y + _MARGIN

    def left(self, column: int) -> float:
        """Left edge of a column's cards."""
        return self._left[column]

    def top(self, slot: int) -> float:
        """Top edge of a row's cards."""
        return self._top[slot]

    def wired(self, edges: Sequence[Edge]) -> tuple[Edge, ...]:
        """The links with their corner points."""
        return tuple(
            Edge(e.predecessor, e.successor, e.relationships, e.look, e.label, self._wire(e))
            for e in edges
        )

    def label(self, edge: Edge) -> str:
        """What may be written at a link's end; empty where it would not be clear whose it is."""
        return self._labels.get((edge.predecessor, edge.successor), "")

    def _wire(self, edge: Edge) -> tuple[tuple[float, float], ...]:
        route = self._routes[edge.predecessor, edge.successor]
        (i, r), (j, s) = self._spots[edge.predecessor], self._spots[edge.successor]
        a, b = self._left[i] + CARD_WIDTH, self._left[j]
        middle = CARD_HEIGHT / 2
        y1, y2 = self._top[r] + middle + route.exit, self._top[s] + middle + route.entry
        if route.kind == "straight":
            return ((a, y1), (b, y2))
        if route.kind == "one":
            x = self._track(i + 1, route.trunk)
            return ((a, y1), (x, y1), (x, y2), (b, y2))
        end = self._track(j, route.final)
        if route.kind == "run":
            return ((a, y1), (end, y1), (end, y2), (b, y2))
        x = self._track(i + 1, route.trunk)
        lane = self._gap_y[route.gap] + self._gaps[route.gap].number[route.lane] * _LANE
        return ((a, y1), (x, y1), (x, lane), (end, lane), (end, y2), (b, y2))

    def _track(self, channel: int, key: Hashable) -> float:
        return self._channel_x[channel] + self._channels[channel].number[key] * _TRACK


def _spot(slot: int, offset: float) -> float:
    """A port's place along an upright channel: gaps lie at even numbers, rows at odd ones."""
    return 2 * slot + 1 + offset / 100


def _labels(
    edges: Sequence[Edge], routes: dict[tuple[int, int], _Route]
) -> dict[tuple[int, int], str]:
    """One label for each port into which links of one kind alone lead."""
    ports: dict[tuple[int, float], list[Edge]] = defaultdict(list)
    for edge in edges:
        ports[edge.successor, routes[edge.predecessor, edge.successor].entry].append(edge)
    found = {}
    for joined in ports.values():
        if len({edge.label for edge in joined}) == 1:
            first = joined[0]
            found[first.predecessor, first.successor] = first.label
    return found


def _draw_links(scene: Scene, edges: Sequence[Edge], laying: _Laying, measure: Measure) -> None:
    found = {edge.look for edge in edges}
    looks = [look for look in LOOKS if look in found]
    for look in looks:
        mine = [edge for edge in edges if edge.look == look]
        scene.add("wires", look, [edge.wire for edge in mine])
        scene.add("polygons", look, [arrow(edge.wire, *_ARROW) for edge in mine])
    for look in looks:
        texts = []
        for edge in edges:
            label = laying.label(edge) if edge.look == look else ""
            if label:
                x, y = edge.wire[-1]
                shown = _cut(label, _LABEL_MOST, measure, "trace-label")
                texts.append((x - 9.0, y - 4.0, shown))
        scene.add("texts", f"{look}-label", texts)


# ---------------------------------------------------------------- cards


def _draw_cards(
    scene: Scene,
    schedule: Schedule,
    facts: Facts,
    cards: Sequence[Card],
    chosen: int,
    looks: Mapping[int, str],
    measure: Measure,
) -> None:
    """Boxes, the coloured bar at their left, and what is written in them."""
    boxes: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    bars: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    texts: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    acts = schedule.activities
    for card in cards:
        row, x, y = card.row, card.x, card.y
        critical, near, done = state_of(facts, row)
        look = "card-critical" if critical else "card"
        look = "card-chosen" if row == chosen else looks[row] or look
        boxes[look].append(card.box)
        bar = "critical" if critical else "near" if near else "progress" if done else "remaining"
        bars[f"bar-{bar}"].append((x + 6, y + 9, 3.0, CARD_HEIGHT - 18))
        texts["card-code"].append((x + 16, y + 18, _cut(str(acts.code[row]), 70, measure)))
        slack = slack_text(facts, row)
        if slack:
            ink = "critical" if critical else "near" if near else "plain"
            texts[f"card-float-{ink}"].append((x + CARD_WIDTH - 9, y + 18, slack))
        ink = "card-name-strong" if critical or row == chosen else "card-name"
        lines = _wrap(str(acts.name[row]), CARD_WIDTH - 26, measure, ink)
        for number, line in enumerate(lines):
            texts[ink].append((x + 16, y + 35 + 15 * number, line))
        texts["card-dates"].append((x + 16, y + 68, _dates(facts, row, measure)))
    for layers in (boxes, bars):
        for style, items in sorted(layers.items()):
            scene.add("rects", style, list(items))
    for style, written in sorted(texts.items()):
        scene.add("texts", style, list(written))


def state_of(facts: Facts, row: int) -> tuple[bool, bool, bool]:
    """(critical, near-critical, complete) of an activity."""
    return bool(facts.critical[row]), bool(facts.near[row]), bool(facts.finished[row])


def slack_text(facts: Facts, row: int) -> str:
    """Total float with the mark of its kind, `done` for complete work."""
    critical, near, done = state_of(facts, row)
    if done:
        return "done"
    days = days_text(float(facts.total_float[row]))
    mark = "▲ " if critical else "◆ " if near else ""
    return f"{mark}{days}{THIN}d" if days else ""


def _dates(facts: Facts, row: int, measure: Measure) -> str:
    """Start and finish; where both do not fit, the year of the start is left out."""
    start, finish = date_text(int(facts.start[row])), date_text(int(facts.finish[row]))
    if start == finish:
        return start
    both = f"{start} – {finish}"
    if measure(both, "card-dates") <= CARD_WIDTH - 24:
        return both
    return f"{start[:-3] if start[-3:] == finish[-3:] else start}–{finish}"


def _cut(text: str, room: float, measure: Measure, style: str = "card-code") -> str:
    """The text, cut with an ellipsis where it is too wide."""
    if measure(text, style) <= room:
        return text
    while text and measure(f"{text}…", style) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _wrap(text: str, room: float, measure: Measure, style: str) -> list[str]:
    """At most two lines, broken between words."""
    words = text.split()
    line = ""
    for place_, word in enumerate(words):
        longer = f"{line} {word}".strip()
        if line and measure(longer, style) > room:
            return [
                _cut(line, room, measure, style),
                _cut(" ".join(words[place_:]), room, measure, style),
            ]
        line = longer
    return [_cut(line, room, measure, style)] if line else []
