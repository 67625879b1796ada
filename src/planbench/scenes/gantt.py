"""The bar chart of a plan: only the visible rows and the visible time are built.

Paint order: shading, selected row, rules, sight lines, links, data date and today, bars, labels.
Lengths are those of the design tokens at rows of 24 pixels; other rows scale them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import NO_ROW, BaselineColumns, Codes, Flags, Rows, Schedule
from planbench.domain.times import DAY, NO_TIME, Minutes
from planbench.engines.cpm.result import CpmResult
from planbench.scenes import gantt_marks as marks
from planbench.scenes import links as wires
from planbench.scenes.curtains import add_curtains
from planbench.scenes.facts import BAND, EFFORT, SUMMARY, TASK, Facts
from planbench.scenes.formats import date_text
from planbench.scenes.gantt_marks import BEYOND
from planbench.scenes.metrics import Metrics
from planbench.scenes.outline import Outline, RowMap
from planbench.scenes.primitives import Scene
from planbench.scenes.risk_fields import RiskMarks
from planbench.scenes.shading import LEAST_PX, closed_stretches
from planbench.scenes.timescale import PLAIN, Scale, TimeView, build_timescale

ALL_LINKS, DRIVING_LINKS, NO_LINKS = "all", "driving", "none"


@dataclass(frozen=True)
class GanttOptions:
    """What is drawn besides the bars."""

    links: str = DRIVING_LINKS
    baseline: bool = True
    labels: bool = True
    names: bool = False  # names before the dates on labels, as on paper
    nonwork: bool = True
    today: int = NO_TIME
    baseline2: bool = False
    baseline3: bool = False
    late: bool = False  # late dates above the bars
    floats: bool = False  # total float behind every bar, negative float before its end
    progress_line: bool = False
    progress_by: str = marks.BY_PERCENT
    constraints: bool = False
    whiskers: bool = False  # of a risk run: P10 to P90 of every finish
    criticality: bool = False  # bars in the colour of their criticality index
    necks: bool = False  # bars are narrow where nothing is worked
    after: str = "finish"  # the column written behind bars where labels are shown
    scale: Scale = PLAIN  # how the time axis counts
    before: str = ""  # the column written before bars, "" for none
    spotlight: int = 0  # days after the data date that stand out
    curtains: tuple[str, ...] = ()  # see `planbench.scenes.curtains`
    attached: tuple[tuple[str, str], ...] = ()  # texts beside the bars of some activity ids


def rough_width(text: str) -> float:
    """Width of a label at 11 px where no font can be asked."""
    return 6.1 * len(text)


@dataclass(frozen=True)
class GanttPlan:
    """All that does not change from frame to frame; make a new one for new rows or facts."""

    schedule: Schedule
    outline: Outline
    facts: Facts  # of all nodes
    rows: RowMap
    cpm: CpmResult | None = None
    metrics: Metrics = field(default_factory=Metrics)
    text_width: Callable[[str], float] = rough_width
    marked: Flags | None = None  # activities that stand out
    more_baselines: tuple[BaselineColumns, ...] = ()  # the second and third
    texts: Callable[[str, Rows], list[str]] | None = None  # of a column, for some nodes
    risk: RiskMarks | None = None  # of the last run

    @cached_property
    def links(self) -> wires.LinkRows:
        """Links between displayed rows."""
        return wires.link_rows(self.schedule.relationships, self.outline, self.rows)

    def link_classes(self, link: Rows) -> Codes:
        """Classes of some relationships."""
        links = self.schedule.relationships
        ends = links.predecessor[link], links.successor[link]
        driving = np.zeros(link.size, dtype=bool) if self.cpm is None else self.cpm.driving[link]
        return wires.link_classes(*ends, driving, self.facts.critical[self.outline.bands :])

    @cached_property
    def data_date(self) -> int:
        """Of the main project; finding that one looks at every activity."""
        return self.schedule.data_date

    @cached_property
    def calendar(self) -> int:
        """The main project's default calendar, -1 without one."""
        projects = self.schedule.projects
        return projects[self.schedule.main_project].calendar if projects else NO_ROW

    @cached_property
    def span(self) -> tuple[int, int]:
        """Earliest start and latest finish of all nodes; (0, 0) without dates."""
        start, finish = self.facts.start, self.facts.finish
        there = (start != NO_TIME) & (finish != NO_TIME)
        if not there.any():
            return 0, 0
        return int(start[there].min()), int(finish[there].max())

    def with_rows(self, rows: RowMap) -> GanttPlan:
        """The same plan showing other rows."""
        made = replace(self, rows=rows)
        made._keep(self, "data_date", "calendar", "span")
        return made

    def following(self, before: GanttPlan) -> GanttPlan:
        """Take over what an earlier plan worked out where it cannot be different here."""
        now, old = self.schedule, before.schedule
        if now.projects is old.projects and now.activities.project is old.activities.project:
            self._keep(before, "data_date", "calendar")
        same = now.relationships is old.relationships and self.outline is before.outline
        if same and np.array_equal(self.rows.nodes, before.rows.nodes):
            self._keep(before, "links")
        return self

    def _keep(self, other: GanttPlan, *names: str) -> None:
        self.__dict__.update({one: vars(other)[one] for one in names if one in vars(other)})


@dataclass(frozen=True)
class Window:
    """The visible part: `scroll` pixels from the top of the rows, and a stretch of time."""

    time: TimeView
    height: float
    scroll: int = 0


def build_gantt(
    plan: GanttPlan, window: Window, options: GanttOptions | None = None, selected: int = NO_ROW
) -> Scene:
    """The picture of the visible rows. `selected` is a node or -1."""
    return Frame(plan, window, options or GanttOptions(), selected).build()


class Frame:
    """One picture being made."""

    def __init__(
        self, plan: GanttPlan, window: Window, options: GanttOptions, selected: int
    ) -> None:
        self.plan, self.options, self.selected = plan, options, selected
        self.time, self.height = window.time, window.height
        self.metrics = plan.metrics
        row = plan.metrics.row
        self.first = max(0, window.scroll // row)
        self.last = min(len(plan.rows), int((window.scroll + window.height) // row) + 1)
        self.scroll = window.scroll
        self.nodes = plan.rows.nodes[self.first : self.last]
        self.tops = np.arange(self.first, self.last, dtype=np.float64) * row - window.scroll
        self.scene = Scene(window.time.width, window.height)
        self.verticals: list[tuple[float, float, float]] = []
        self.labels_end: dict[float, float] = {}  # by row top: where the label behind a bar ends
        self.closed: dict[int, Any] = {}  # by calendar: x where work rests and where it goes on

    def build(self) -> Scene:
        """All of the picture, in paint order."""
        self._background()
        self._links()
        self._lines()
        self._baselines()
        self._wanted()
        self._bars()
        self._marks()
        if self.options.constraints:
            marks.constraints(self)
        marks.float_whisker(self)
        if self.options.whiskers:
            marks.risk_whiskers(self)
        if self.options.progress_line:
            marks.progress_line(self)
        if self.options.labels and self.metrics.row >= 16:
            self._labels()
            if self.options.before:
                self._before()
        if self.options.attached and self.metrics.row >= 16:
            marks.attached_texts(self)
        return self.scene

    def _wanted(self) -> None:
        """Bars behind the bars, where they are asked for."""
        if self.options.baseline2 or self.options.baseline3:
            marks.more_baselines(self)
        if self.options.late:
            marks.late_bars(self)
        if self.options.floats:
            marks.float_bars(self)

    # ------------------------------------------------------------ ground

    def _background(self) -> None:
        width, height, row = self.time.width, self.height, self.metrics.row
        self.scene.add("rects", "paper", [(0.0, 0.0, width, height)])
        add_curtains(self)
        if self.options.nonwork:
            self.scene.add("rects", "nonwork", self._shading())
        self._marked(width, float(row))
        at = int(self.plan.rows.row_of[self.selected]) if self.selected >= 0 else -1
        if self.first <= at < self.last:
            y = float(at * row - self.scroll)
            self.scene.add("rects", "row-selected", [(0.0, y, width, float(row))])
        thin = 1.0 / self.time.ratio
        rules = [(0.0, y + row - thin, width, thin) for y in self.tops.tolist()]
        self.scene.add("rects", "rule", rules)
        scale = build_timescale(self.time, self.options.scale)
        self.scene.add("rects", "sightline", [(x, 0.0, thin, height) for x in scale.minor])
        self.scene.add("rects", "sightline-major", [(x, 0.0, thin, height) for x in scale.major])

    def _marked(self, width: float, row: float) -> None:
        """Tint the rows that stand out."""
        if self.plan.marked is not None:
            own = self.nodes - self.plan.outline.bands
            found = (own >= 0) & self.plan.marked[np.maximum(own, 0)]
            rows = [(0.0, y, width, row) for y in self.tops[found].tolist()]
            self.scene.add("rects", "row-marked", rows)

    def _shading(self) -> list[tuple[float, float, float, float]]:
        calendar = self._calendar()
        if calendar is None:
            return []
        time = self.time
        if 7 * time.px_per_day < LEAST_PX and not calendar.exceptions:
            return []
        start, finish = closed_stretches(
            calendar, int(time.left // DAY) - 1, int(time.right // DAY) + 2
        )
        wide = (finish - start) * (time.px_per_day / DAY) >= LEAST_PX
        left = np.maximum(time.x(start[wide]), 0.0)
        right = np.minimum(time.x(finish[wide]), time.width)
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return [(x, 0.0, x2 - x, self.height) for x, x2 in pairs if x2 > x]

    def _calendar(self) -> Any:
        """The selected activity's calendar, else the project's own."""
        schedule, bands = self.plan.schedule, self.plan.outline.bands
        if self.selected >= bands:
            row = int(schedule.activities.calendar[self.selected - bands])
        else:
            row = self.plan.calendar
        return schedule.calendars[row] if 0 <= row < len(schedule.calendars) else None

    def _lines(self) -> None:
        """The data date, and today dotted."""
        moments = [("data-date", self.plan.data_date), ("today", self.options.today)]
        for style, moment in moments:
            if moment == NO_TIME:
                continue
            x = float(self.time.x(np.array([moment]))[0])
            if 0 <= x <= self.time.width:
                self.scene.add("lines", style, [(x, 0.0, x, self.height)])
                if style == "data-date":
                    self.verticals.append((x, 0.0, self.height))

    # ------------------------------------------------------------ links

    def _links(self) -> None:
        plan, metrics, px = self.plan, self.metrics, self.time.px_per_day
        if self.options.links == NO_LINKS:
            return
        all_opacity = wires.fade(px, metrics.fade_full, metrics.fade_gone)
        driving_opacity = wires.fade(px, metrics.fade_gone, metrics.driving_gone)
        at = wires.visible_links(plan.links, self.first, self.last)
        link = plan.links.link[at]
        classes = plan.link_classes(link)
        opacity = {
            wires.OTHER: all_opacity * metrics.other_opacity,
            wires.DRIVING: driving_opacity,
            wires.CRITICAL: driving_opacity,
            wires.SELECTED: 1.0,
        }
        if self.options.links == DRIVING_LINKS:
            opacity[wires.OTHER] = 0.0
        classes, mine = self._selected_links(link, classes)
        shown = mine | np.isin(classes, [k for k, alpha in opacity.items() if alpha > 0])
        at, link, classes, mine = at[shown], link[shown], classes[shown], mine[shown]
        at, link, classes, mine = self._in_time(at, link, classes, mine)
        cut = (classes != wires.CRITICAL) & ~mine & self._leads_away(at)
        stubs = self._stubs(at[cut], link[cut])
        at, link, classes, mine, cut_classes = (
            *(column[~cut] for column in (at, link, classes, mine)),
            classes[cut],
        )
        paths = self._routes(at, link)
        for kind, style in (
            (wires.OTHER, "link"),
            (wires.SELECTED, "link-selected"),
            (wires.DRIVING, "link-driving"),
            (wires.CRITICAL, "link-critical"),
        ):
            for own in (False, True):
                rows = np.flatnonzero((classes == kind) & (mine == own)).tolist()
                chosen = [paths[row] for row in rows]
                alpha = 1.0 if own else opacity[kind]
                self.scene.add("wires", style, chosen, alpha)
                heads = [wires.arrow(path, *metrics.arrow) for path in chosen]
                self.scene.add("polygons", style, heads, alpha)
            short = [stubs[row] for row in np.flatnonzero(cut_classes == kind).tolist()]
            self._add_stubs(style, short, opacity[kind])
        for path in paths:
            for (x, y), (x2, y2) in pairwise(path):
                if x == x2:
                    self.verticals.append((x, min(y, y2), max(y, y2)))

    def _leads_away(self, at: Rows) -> Flags:
        """Links with an end above or below the window: their long verticals tell nothing."""
        links, found = self.plan.links, np.zeros(at.size, dtype=bool)
        for rows in (links.predecessor[at], links.successor[at]):
            found |= (rows < self.first) | (rows >= self.last)
        return found

    def _stubs(self, at: Rows, link: Rows) -> list[tuple[bool, Any]]:
        """(whether it arrives, path) of links that leave the window: only what is at the bar."""
        if not at.size:
            return []
        arrives = self.plan.links.successor[at]
        inside = (arrives >= self.first) & (arrives < self.last)
        kind, (x1, y1, reach1), (x2, y2, reach2) = self._ends(at, link)
        paths = wires.stubs(kind, x1, x2, y1, y2, reach1, reach2, inside, self._laying())
        return list(zip(inside.tolist(), paths, strict=True))

    def _add_stubs(self, style: str, stubs: list[tuple[bool, Any]], alpha: float) -> None:
        """Draw each once, as links of one bar end in the same stub."""
        once = dict.fromkeys(stubs)
        self.scene.add("wires", style, [path for _, path in once], alpha)
        heads = [wires.arrow(path, *self.metrics.arrow) for arrives, path in once if arrives]
        self.scene.add("polygons", style, heads, alpha)

    def _selected_links(self, link: Rows, classes: Codes) -> tuple[Codes, Flags]:
        """The selected activity's own links are drawn at full strength at any zoom."""
        links, row = self.plan.schedule.relationships, self.selected - self.plan.outline.bands
        if self.selected < 0 or row < 0:
            return classes, np.zeros(link.size, dtype=bool)
        mine = (links.predecessor[link] == row) | (links.successor[link] == row)
        return np.where(mine & (classes == wires.OTHER), wires.SELECTED, classes), mine

    def _in_time(self, at: Rows, link: Rows, classes: Codes, mine: Flags) -> tuple[Any, ...]:
        """Drop links wholly left or right of the window, and the least telling of too many."""
        facts, plan = self.plan.facts, self.plan
        a = plan.rows.nodes[plan.links.predecessor[at]]
        b = plan.rows.nodes[plan.links.successor[at]]
        low = np.minimum(facts.start[a], facts.start[b])
        high = np.maximum(facts.finish[a], facts.finish[b])
        pad = BEYOND * DAY / self.time.px_per_day
        seen = (low != NO_TIME) & (high >= self.time.left - pad) & (low <= self.time.right + pad)
        keep = np.flatnonzero(seen)
        if keep.size > wires.MOST:
            telling = np.where(mine[keep], -1, -classes[keep].astype(np.int64))
            keep = np.sort(keep[np.argsort(telling, kind="stable")[: wires.MOST]])
        return at[keep], link[keep], classes[keep], mine[keep]

    def _routes(self, at: Rows, link: Rows) -> list[Any]:
        kind, (x1, y1, reach1), (x2, y2, reach2) = self._ends(at, link)
        return wires.route(kind, x1, x2, y1, y2, reach1, reach2, self._laying())

    def _laying(self) -> wires.Wiring:
        metrics = self.metrics
        return wires.Wiring(
            metrics.exit_stub, metrics.entry_stub, float(metrics.row), metrics.middle
        )

    def _ends(self, at: Rows, link: Rows) -> tuple[Any, Any, Any]:
        """Types of links and, for either end, its x, y, and how far its mark reaches."""
        plan, facts, row = self.plan, self.plan.facts, self.metrics.row
        kind = plan.schedule.relationships.type[link]
        ends = []
        for rows, at_start in (
            (plan.links.predecessor[at], (kind == 1) | (kind == 3)),
            (plan.links.successor[at], (kind == 0) | (kind == 1)),
        ):
            nodes = plan.rows.nodes[rows]
            x = self.time.x(np.where(at_start, facts.start[nodes], facts.finish[nodes]))
            x = np.clip(x, -BEYOND, self.time.width + BEYOND)
            y = rows * float(row) - self.scroll + self.metrics.middle
            mark = (facts.kind[nodes] != TASK) & (facts.kind[nodes] < EFFORT)
            ends.append((x, y, np.where(mark, self.metrics.milestone, 0.0)))
        return kind, ends[0], ends[1]

    # ------------------------------------------------------------ bars

    def span(
        self, start: Minutes, finish: Minutes, chosen: Flags, least: float = 2.0
    ) -> list[tuple[float, float, float]]:
        """(left, width, row top) of the chosen stretches that touch the window."""
        there = chosen & (start != NO_TIME) & (finish != NO_TIME)
        rows = np.flatnonzero(there)
        left, right = self.time.x(start[rows]), self.time.x(finish[rows])
        right = np.maximum(right, left + least)
        seen = (right >= -2) & (left <= self.time.width + 2)
        left = np.maximum(left[seen], -BEYOND)
        right = np.minimum(right[seen], self.time.width + BEYOND)
        tops = self.tops[rows[seen]]
        return list(zip(left.tolist(), (right - left).tolist(), tops.tolist(), strict=True))

    def take(self, name: str) -> npt.NDArray[Any]:
        """A column of the facts, of the visible rows."""
        column: npt.NDArray[Any] = getattr(self.plan.facts, name)[self.nodes]
        return column

    def _bars(self) -> None:
        metrics, kind = self.metrics, self.take("kind")
        task = kind == TASK
        critical, near = self.take("critical"), self.take("near")
        finish = self.take("finish")
        top, height = metrics.bar_top, metrics.bar_height
        gaps = self.span(
            self.take("progress_to"),
            self.take("remaining_from"),
            task & (self.take("remaining_from") > self.take("progress_to")),
        )
        middle = metrics.middle
        self.scene.add("lines", "pause", [(x, y + middle, x + w, y + middle) for x, w, y in gaps])
        classes = [
            ("remaining", task & ~critical & ~near),
            ("near", task & near),
            ("critical", task & critical),
        ]
        if self.options.criticality and self.plan.risk is not None:
            classes = marks.criticality_classes(self, self.plan.risk, classes)
        for style, chosen in classes:
            spans = self.span(self.take("remaining_from"), finish, chosen)
            pieces = list(marks.necked(self, spans, height))
            self.scene.add("rects", style, [(x, y + top, w, high) for x, y, w, high in pieces])
            if style == "critical":
                keel, low = metrics.keel, top + height - metrics.keel
                whole = [(x, y + low, w, keel) for x, y, w, high in pieces if high == height]
                self.scene.add("rects", "keel", whole)
        done = self.span(self.take("start"), self.take("progress_to"), task, least=0.0)
        pieces = list(marks.necked(self, [one for one in done if one[1] > 0], height))
        self.scene.add("rects", "progress", [(x, y + top, w, high) for x, y, w, high in pieces])
        self._efforts(kind == EFFORT)
        self._summaries((kind == BAND) | (kind == SUMMARY))

    def _efforts(self, chosen: Flags) -> None:
        metrics = self.metrics
        spans = self.span(self.take("start"), self.take("finish"), chosen)
        top = metrics.middle - metrics.effort / 2
        self.scene.add("rects", "effort", [(x, y + top, w, metrics.effort) for x, w, y in spans])
        low, high = metrics.middle - metrics.tick / 2, metrics.middle + metrics.tick / 2
        ticks = [(e, y + low, e, y + high) for x, w, y in spans for e in (x, x + w)]
        self.scene.add("lines", "effort-tick", ticks)

    def _summaries(self, chosen: Flags) -> None:
        metrics = self.metrics
        spans = self.span(self.take("start"), self.take("finish"), chosen)
        top = metrics.middle - metrics.summary / 2 - 2
        self.scene.add("rects", "summary", [(x, y + top, w, metrics.summary) for x, w, y in spans])
        caps = []
        for x, w, y in spans:
            cap = min(metrics.cap_width, w / 2)
            low, tip = y + top + metrics.summary, y + top + metrics.cap_drop
            caps.append(((x, low), (x + cap, low), (x, tip)))
            caps.append(((x + w, low), (x + w - cap, low), (x + w, tip)))
        self.scene.add("polygons", "summary", caps)

    def _diamonds(self, instants: Minutes, chosen: Flags, half: float, middle: float) -> list[Any]:
        rows = np.flatnonzero(chosen & (instants != NO_TIME))
        x = self.time.x(instants[rows])
        seen = (x >= -half) & (x <= self.time.width + half)
        pairs = zip(x[seen].tolist(), (self.tops[rows[seen]] + middle).tolist(), strict=True)
        return [((x, y - half), (x + half, y), (x, y + half), (x - half, y)) for x, y in pairs]

    def _marks(self) -> None:
        kind = self.take("kind")
        mark = (kind > TASK) & (kind < EFFORT)
        if not mark.any():
            return
        done, critical, near = self.take("finished"), self.take("critical"), self.take("near")
        at = self.take("finish")
        for style, chosen in (
            ("milestone-done", done),
            ("milestone", ~done & ~critical & ~near),
            ("milestone-near", ~done & near),
            ("milestone-critical", ~done & critical),
        ):
            shapes = self._diamonds(at, mark & chosen, self.metrics.milestone, self.metrics.middle)
            self.scene.add("polygons", style, shapes)

    def _baselines(self) -> None:
        if not self.options.baseline:
            return
        metrics, kind = self.metrics, self.take("kind")
        start, finish = self.take("baseline_start"), self.take("baseline_finish")
        spans = self.span(start, finish, (kind == TASK) | (kind == EFFORT))
        top, height = metrics.baseline_top, metrics.baseline_height
        self.scene.add("rects", "baseline", [(x, y + top, w, height) for x, w, y in spans])
        mark = (kind > TASK) & (kind < EFFORT)
        half = metrics.baseline_milestone
        shapes = self._diamonds(finish, mark, half, metrics.middle + 2)
        self.scene.add("polygons", "baseline-milestone", shapes)

    # ------------------------------------------------------------ labels

    def _labels(self) -> None:
        """Finish dates after the marks; a label that does not fit the window is dropped."""
        facts, metrics = self.plan.facts, self.metrics
        start, finish, kind = self.take("start"), self.take("finish"), self.take("kind")
        there = np.flatnonzero((finish != NO_TIME) & (start != NO_TIME))
        nodes = self.nodes[there]
        mark = (kind[there] > TASK) & (kind[there] < EFFORT)
        ends = np.maximum(self.time.x(finish[there]), self.time.x(start[there]) + 2)
        x = ends + np.where(mark, metrics.milestone_label_gap, metrics.label_gap)
        x = marks.past_whiskers(self, nodes, x)
        bold = mark & facts.critical[nodes]
        muted = (kind[there] == BAND) | (kind[there] == SUMMARY)
        made: dict[str, list[Any]] = {"label": [], "label-muted": [], "label-strong": []}
        boxes: list[tuple[float, float, float, bool]] = []
        base = metrics.middle + 4.0
        columns = (nodes, ends, x, self.tops[there], bold, muted)
        texts = self._behind(nodes, finish[there])
        for node, end, left, y, is_bold, is_muted, text in zip(
            *(column.tolist() for column in columns), texts, strict=True
        ):
            if end < 0 or not text:
                continue
            if self.options.names and not is_muted:
                text = f"{self._name(node)}, {text}"
            wide = self.plan.text_width(text)
            if left + wide > self.time.width - 2:
                continue
            style = "label-strong" if is_bold else "label-muted" if is_muted else "label"
            made[style].append((left, y + base, text))
            boxes.append((left, wide, y, node == self.selected))
            self.labels_end[y] = left + wide
        self._halos([item for items in made.values() for item in items], boxes)
        for style, items in made.items():
            self.scene.add("texts", style, items)

    def _behind(self, nodes: Rows, finish: Minutes) -> list[str]:
        """What is written behind bars."""
        if self.options.after == "finish" or self.plan.texts is None:
            return [date_text(when) for when in finish.tolist()]
        return self.plan.texts(self.options.after, nodes)

    def _before(self) -> None:
        """A column before bars; a text that does not fit the window is dropped."""
        start, finish, kind = self.take("start"), self.take("finish"), self.take("kind")
        own = (kind != BAND) & (kind != SUMMARY)
        there = np.flatnonzero((start != NO_TIME) & (finish != NO_TIME) & own)
        if self.plan.texts is None or not there.size:
            return
        texts = self.plan.texts(self.options.before, self.nodes[there])
        mark = (kind[there] > TASK) & (kind[there] < EFFORT)
        gap = np.where(mark, self.metrics.milestone_label_gap, self.metrics.label_gap)
        right = self.time.x(start[there]) - gap
        y = self.tops[there] + self.metrics.middle + 4.0
        placed = [
            (x - wide, base, text)
            for x, base, text in zip(right.tolist(), y.tolist(), texts, strict=True)
            if text and x <= self.time.width and x - (wide := self.plan.text_width(text)) > 0
        ]
        self.scene.add("texts", "halo", placed)
        self.scene.add("texts", "label-muted", placed)

    def _name(self, node: int) -> str:
        return str(self.plan.schedule.activities.name[node - self.plan.outline.bands])

    def _halos(self, items: list[Any], boxes: list[tuple[float, float, float, bool]]) -> None:
        """Back the labels that a vertical line crosses, in the colour of their row."""
        if not self.verticals or not boxes:
            return
        plain: list[Any] = []
        on: list[Any] = []
        by_place = {(item[0], item[1]): item for item in items}
        base, row = self.metrics.middle + 4.0, self.metrics.row
        place, top, bottom = (
            np.array(column)[:, None] for column in zip(*self.verticals, strict=True)
        )
        x, wide, y = np.array([box[:3] for box in boxes]).T
        crossed = (place > x - 3) & (place < x + wide + 3) & (top < y + row) & (bottom > y)
        for one in np.flatnonzero(crossed.any(axis=0)).tolist():
            left, _, above, is_selected = boxes[one]
            (on if is_selected else plain).append(by_place[left, above + base])
        self.scene.add("texts", "halo", plain)
        self.scene.add("texts", "halo-selected", on)
