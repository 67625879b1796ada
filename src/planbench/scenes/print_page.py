"""What stands on one printed sheet, as texts, fills, lines and scenes ready to be painted.

The bars, the time axis and the legend are scenes like those on screen and are painted by the same
painter; the rest are cells of text in the type styles of the theme.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from planbench.domain.schedule import Flags, Rows
from planbench.domain.times import NO_TIME
from planbench.scenes.columns import Column, PlanTable
from planbench.scenes.facts import BAND, EFFORT, NEAR_DAYS, TASK
from planbench.scenes.formats import ACTUAL, THIN, date_text, days_text, long_date_text
from planbench.scenes.gantt import GanttOptions, GanttPlan, Window, build_gantt
from planbench.scenes.primitives import Layer, Scene
from planbench.scenes.print_setup import (
    BLOCK,
    LEGEND,
    ROW,
    PageSetup,
    PrintLayout,
    Sheet,
    lay_out,
)
from planbench.scenes.timescale import build_header

PAD = 8.0
INDENT = 12.0
SIGN = 14.0


class Cell(NamedTuple):
    """A text whose box begins at (x, y), `width` wide and `height` high, centred upright.

    `style` is a type style of the theme; what is too long is cut with an ellipsis.
    """

    x: float
    y: float
    width: float
    height: float
    text: str
    role: str = "text"
    style: str = "body"
    right: bool = False


class Mark(NamedTuple):
    """A small shape in the table around (x, y): "diamond", "triangle", "open" or "closed".

    The last two are the signs of groups whose rows follow, or are not printed.
    """

    kind: str
    x: float
    y: float
    role: str
    half: float


@dataclass(frozen=True)
class PrintSource:
    """The plan that is printed; nothing of it changes while sheets are made."""

    plan: GanttPlan
    table: PlanTable
    columns: tuple[tuple[Column, float], ...]
    options: GanttOptions
    heading: tuple[str, str]  # right of the title: two lines
    source: str  # the file and its hash
    span: tuple[int, int]


@dataclass
class PrintPage:
    """A sheet. Scenes lie in their box (x, y, width, height) and are cut at its edges."""

    width: float
    height: float
    fills: list[tuple[float, float, float, float, str]] = field(default_factory=list)
    lines: list[tuple[float, float, float, float, str]] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    scenes: list[tuple[float, float, float, float, Scene]] = field(default_factory=list)
    logo: tuple[float, float, float, float] | None = None


def build_page(source: PrintSource, layout: PrintLayout, sheet: Sheet) -> PrintPage:
    """All that stands on one sheet."""
    page = PrintPage(layout.width, layout.height)
    left, right = layout.margin, layout.width - layout.margin
    _head(page, source, layout)
    table = layout.table if sheet.columns else 0.0
    high = float((sheet.last - sheet.first) * ROW)
    top = layout.top
    if sheet.columns:
        _column_heads(page, layout, left, top - layout.axis)
        _rows(page, source, layout, sheet, left)
    gantt = _gantt(source, sheet, layout.setup)
    axis = _axis(source, layout, sheet)
    page.scenes.append((left + table, top - layout.axis, sheet.time.width, layout.axis, axis))
    page.scenes.append((left + table, top, sheet.time.width, high, gantt))
    _frame(page, layout, table, right, high)
    if layout.setup.legend:
        wide = right - left
        scene = build_legend(gantt.styles(), source.plan.text_width, wide)
        page.scenes.append((left, top + high, wide, LEGEND, scene))
    _block(page, source, layout, sheet)
    return page


def laid_out(source: PrintSource, setup: PageSetup) -> PrintLayout:
    """The rows of a plan divided over sheets, see `lay_out` for what is raised."""
    tiers = source.options.scale.tiers
    return lay_out(len(source.plan.rows), source.span, source.columns, setup, tiers)


# ------------------------------------------------------------ head and foot


def _head(page: PrintPage, source: PrintSource, layout: PrintLayout) -> None:
    setup, left, top = layout.setup, layout.margin, layout.margin
    right = layout.width - layout.margin
    beside = (right - left) * 0.55
    text = left
    if setup.logo:
        page.logo = (left, top, 120.0, 40.0)
        text += 132.0
    page.cells.append(Cell(text, top - 2, beside, 24, setup.title, style="title"))
    page.cells.append(Cell(text, top + 22, beside, 18, setup.subtitle, "text-muted"))
    for k, words in enumerate(source.heading):
        place = right - (right - left) * 0.43
        style, role = ("strong", "text") if k == 0 else ("body", "text-muted")
        wide = right - place
        page.cells.append(Cell(place, top + 20 * k, wide, 20, words, role, style, right=True))


def _block(page: PrintPage, source: PrintSource, layout: PrintLayout, sheet: Sheet) -> None:
    """The revision block at the foot: who made what, from which file, and the page."""
    setup = layout.setup
    left, right = layout.margin, layout.width - layout.margin
    bottom = layout.height - layout.margin
    top = bottom - BLOCK + 4
    named = (
        ("Document", setup.document),
        ("Revision", setup.revision),
        ("Prepared", setup.prepared),
        ("Checked", setup.checked),
        ("Approved", setup.approved),
        ("Source", source.source),
    )
    unit = (right - left) / 9.0
    x = left
    for title, text in named:
        wide = unit * (2.4 if title == "Source" else 1.1)
        _entry(page, x, top, wide, title, text)
        x += wide
        page.lines.append((x, top, x, bottom, "border"))
    words = f"{sheet.number} of {len(layout.sheets)}"
    page.cells.append(
        Cell(right - unit, top + 6, unit - PAD, 16, "Page", "text-muted", "small", True)
    )
    page.cells.append(
        Cell(right - unit, top + 24, unit - PAD, 20, words, style="strong", right=True)
    )
    for box in ((left, top, right, top), (left, bottom, right, bottom)):
        page.lines.append((*box, "border-strong"))
    for at in (left, right):
        page.lines.append((at, top, at, bottom, "border-strong"))


def _entry(page: PrintPage, x: float, top: float, wide: float, title: str, text: str) -> None:
    page.cells.append(Cell(x + PAD, top + 6, wide - 2 * PAD, 16, title, "text-muted", "small"))
    page.cells.append(Cell(x + PAD, top + 24, wide - 2 * PAD, 20, text, style="strong"))


def _frame(page: PrintPage, layout: PrintLayout, table: float, right: float, high: float) -> None:
    """Around columns and bars, and between the two."""
    left, top = layout.margin, layout.top
    above, below = top - layout.axis, top + high
    for y in (above, top, below):
        page.lines.append((left, y, right, y, "border-strong"))
    for x in (left, *([left + table] if table else []), right):
        page.lines.append((x, above, x, below, "border-strong"))


# ------------------------------------------------------------ the columns


def _column_heads(page: PrintPage, layout: PrintLayout, left: float, top: float) -> None:
    page.fills.append((left, top, layout.table, layout.axis, "surface-header"))
    for column, x, wide in layout.columns:
        lines = column.title.split("\n")
        first = top + (layout.axis - 15 * len(lines)) / 2
        for k, line in enumerate(lines):
            box = (left + x + PAD, first + 15 * k, wide - 2 * PAD, 15.0)
            page.cells.append(Cell(*box, line, "text-muted", "small", column.right))
        if x:
            page.lines.append((left + x, top, left + x, top + layout.axis, "border"))


def _rows(
    page: PrintPage, source: PrintSource, layout: PrintLayout, sheet: Sheet, left: float
) -> None:
    nodes = source.plan.rows.nodes[sheet.first : sheet.last]
    tops = [layout.top + k * ROW for k in range(nodes.size)]
    bands = (nodes < source.table.outline.bands).tolist()
    for y, band in zip(tops, bands, strict=True):
        if band:
            page.fills.append((left, y, layout.table, float(ROW), "surface-header"))
        page.lines.append((left, y + ROW, left + layout.table, y + ROW, "grid-line"))
    for column, x, wide in layout.columns:
        if column.kind == "name":
            _names(page, source, column, sheet, tops, (left + x, wide))
        else:
            _texts(page, source, column, nodes, tops, bands, (left + x, wide))


def _texts(
    page: PrintPage,
    source: PrintSource,
    column: Column,
    nodes: Rows,
    tops: Sequence[float],
    bands: Sequence[bool],
    place: tuple[float, float],
) -> None:
    x, wide = place
    texts = column.texts(source.table, nodes)
    roles = column.roles(source.table, nodes) if column.roles else ["text"] * nodes.size
    width = source.plan.text_width
    for text, role, y, band in zip(texts, roles, tops, bands, strict=True):
        if not text:
            continue
        style = "small-strong" if band else "small"
        actual = column.kind == "date" and text.endswith(ACTUAL)
        text = text.removesuffix(ACTUAL) if actual else text
        box = (x + PAD, y, wide - 2 * PAD, float(ROW))
        page.cells.append(Cell(*box, text, role, style, column.right))
        if actual:
            beside = x + PAD + width(text) + 3
            page.cells.append(Cell(beside, y, 12.0, float(ROW), "A", "text-muted", "small"))
        if column.kind == "float" and not band and role != "text":
            kind = "triangle" if role == "critical-text" else "diamond"
            at = x + wide - PAD - width(text) - 10
            page.marks.append(Mark(kind, at, y + ROW / 2, role, 4.0))


def _names(
    page: PrintPage,
    source: PrintSource,
    column: Column,
    sheet: Sheet,
    tops: Sequence[float],
    place: tuple[float, float],
) -> None:
    x, wide = place
    plan, table = source.plan, source.table
    nodes = plan.rows.nodes[sheet.first : sheet.last]
    facts = (plan.facts.kind, plan.facts.count, plan.facts.critical, plan.facts.finished)
    depth = table.outline.depth[nodes]
    columns = (depth, _opened(source, sheet), *(one[nodes] for one in facts))
    shift = SIGN if table.outline.bands and depth.size else 0.0
    texts = column.texts(table, nodes)
    for text, y, level, is_open, kind, count, critical, done in zip(
        texts, tops, *(one.tolist() for one in columns), strict=True
    ):
        at = x + PAD + INDENT * min(level, 8) + shift
        middle = y + ROW / 2
        if TASK < kind < EFFORT:
            role = "critical" if critical else "progress" if done else "milestone"
            page.marks.append(Mark("diamond", at + 4, middle, role, 4.0))
            at += 13
        room = max(x + wide - PAD - at, 8.0)
        if kind != BAND:
            page.cells.append(Cell(at, y, room, float(ROW), text, style="small"))
            continue
        sign = "open" if is_open else "closed"
        page.marks.append(Mark(sign, at - SIGN + 4, middle, "text-muted", 3.0))
        mute = f"{count:,}".replace(",", THIN)
        most = max(room - plan.text_width(mute) - 6, 8.0)
        page.cells.append(Cell(at, y, most, float(ROW), text, style="small-strong"))
        beside = at + min(plan.text_width(text), most) + 6
        page.cells.append(Cell(beside, y, 60.0, float(ROW), mute, "text-muted", "small"))


def _opened(source: PrintSource, sheet: Sheet) -> Flags:
    """Rows of a sheet that are followed by rows beneath them, on this sheet or the next."""
    depth = source.table.outline.depth[source.plan.rows.nodes[sheet.first : sheet.last + 1]]
    found = np.zeros(sheet.last - sheet.first, dtype=bool)
    found[: depth.size - 1] = depth[1:] > depth[:-1]
    return found


# ------------------------------------------------------------ the bars


def _gantt(source: PrintSource, sheet: Sheet, setup: PageSetup) -> Scene:
    high = float((sheet.last - sheet.first) * ROW)
    window = Window(sheet.time, high, sheet.first * ROW)
    options = replace(source.options, names=setup.names, labels=True, today=NO_TIME)
    return build_gantt(source.plan, window, options)


def _axis(source: PrintSource, layout: PrintLayout, sheet: Sheet) -> Scene:
    """The time axis; labels that the edge of the paper would cut are left out."""
    date = source.plan.data_date
    flag = None if date == NO_TIME else (f"DD {date_text(date)}", 82.0, 16.0)
    counting = source.options.scale
    scene = build_header(sheet.time, layout.axis / counting.tiers, date, flag, counting)
    width = source.plan.text_width

    def whole(layer: Layer) -> Layer:
        share = {"header-top": 1.1, "header-bottom": 0.5}.get(layer.style)
        if share is None:
            return layer
        kept = [item for item in layer.items if item[0] + share * width(item[2]) < scene.width]
        return replace(layer, items=kept)

    return Scene(scene.width, scene.height, [whole(layer) for layer in scene.layers])


# ------------------------------------------------------------ the legend

_SWATCH = 28.0
_KEYS: tuple[tuple[str, str], ...] = (
    ("progress", "Actual work"),
    ("remaining", "Remaining"),
    ("critical", "Critical"),
    ("near", f"Near-critical, float to {NEAR_DAYS:.0f} d"),
    ("criticality-0", "Critical in no run"),
    ("criticality-1", "to 25 % of the runs"),
    ("criticality-2", "to 50 %"),
    ("criticality-3", "to 75 %"),
    ("criticality-4", "in more"),
    ("risk-whisker", "P10, P50, P90 of the finish"),
    ("effort", "Level of effort"),
    ("baseline", "Baseline"),
    ("baseline2", "Baseline 2"),
    ("baseline3", "Baseline 3"),
    ("late-bar", "Late dates"),
    ("float", "Total float"),
    ("float-negative", "Negative float"),
    ("progress-line", "Progress line"),
    ("constraint", "Constraint"),
    ("milestone", "Milestone"),
    ("baseline-milestone", "Baseline milestone"),
    ("summary", "Summary"),
    ("link-critical", "Driving link, critical"),
    ("link-driving", "Driving link"),
    ("link", "Other link"),
    ("pause", "Pause"),
    ("data-date", "Data date"),
    ("nonwork", "Non-working"),
    ("curtain", "Curtain"),
    ("spotlight", "Progress spotlight"),
)
"""Styles of marks in the order of the legend, and their words."""


def build_legend(styles: Sequence[str], text_width: Callable[[str], float], width: float) -> Scene:
    """The marks that are used, each with its word, in as many as two lines of `width` pixels."""
    scene = Scene(width, LEGEND)
    used = set(styles)
    if used & {"milestone-done", "milestone-near", "milestone-critical"}:
        used.add("milestone")
    x, y = 0.0, 6.0
    labels = []
    for style, words in _KEYS:
        if style not in used:
            continue
        wide = _SWATCH + 6 + text_width(words) + 22
        if x + wide > width and x:
            x, y = 0.0, y + 19
        _swatch(scene, style, x, y)
        labels.append((x + _SWATCH + 6, y + 10, words))
        x += wide
    scene.add("texts", "label", labels)
    return scene


def _swatch(scene: Scene, style: str, x: float, y: float) -> None:
    middle = y + 6.0
    end = x + _SWATCH
    if style in ("progress", "remaining", "critical", "near") or style[:11] == "criticality":
        scene.add("rects", style, [(x, middle - 4.5, _SWATCH, 9.0)])
        if style == "critical":
            scene.add("rects", "keel", [(x, middle + 2.5, _SWATCH, 2.0)])
    elif style in ("baseline2", "baseline3", "late-bar"):
        scene.add("rects", style, [(x, middle - 1, _SWATCH, 2.0)])
    elif style == "risk-whisker":
        ends = [(at, middle - 3.5, at, middle + 3.5) for at in (x, end)]
        scene.add("lines", style, [(x, middle, end, middle), *ends])
        dot = x + _SWATCH / 2
        diamond = ((dot, middle - 3), (dot + 3, middle), (dot, middle + 3), (dot - 3, middle))
        scene.add("polygons", "risk-median", [diamond])
    elif style in ("float", "float-negative", "progress-line"):
        scene.add("lines", style, [(x, middle, end, middle)])
    elif style == "constraint":
        left = x + _SWATCH / 2
        mark = ((left, middle - 3), (left + 6, middle), (left, middle + 3))
        scene.add("polygons", style, [mark])
    elif style in ("baseline", "effort"):
        scene.add("rects", style, [(x, middle - 2, _SWATCH, 4.0)])
    elif style in ("milestone", "baseline-milestone"):
        half, centre = (6.0 if style == "milestone" else 4.0), x + _SWATCH / 2
        corners = ((centre, middle - half), (centre + half, middle), (centre, middle + half),
                   (centre - half, middle))  # fmt: skip
        scene.add("polygons", style, [corners])
    elif style == "summary":
        scene.add("rects", style, [(x, middle - 4, _SWATCH, 4.0)])
        caps = [((x, middle), (x + 6, middle), (x, middle + 4)),
                ((end, middle), (end - 6, middle), (end, middle + 4))]  # fmt: skip
        scene.add("polygons", style, caps)
    elif style.startswith("link"):
        path = ((x, middle - 4), (x + _SWATCH / 2, middle - 4), (x + _SWATCH / 2, middle + 4),
                (end - 5, middle + 4))  # fmt: skip
        scene.add("wires", style, [path])
        head = ((end - 5, middle + 1), (end, middle + 4), (end - 5, middle + 7))
        scene.add("polygons", style, [head])
    elif style == "data-date":
        scene.add("lines", style, [(x + _SWATCH / 2, middle - 8, x + _SWATCH / 2, middle + 8)])
    elif style == "pause":
        scene.add("lines", style, [(x, middle, end, middle)])
    else:
        scene.add("rects", style, [(x, middle - 6, _SWATCH, 12.0)])


# ------------------------------------------------------------ words of the head


def heading_words(
    source_plan: GanttPlan, finish: int, variance: float, shown: str
) -> tuple[str, str]:
    """The two lines right of the title: data date and finish, then what is shown."""
    words = []
    if source_plan.data_date != NO_TIME:
        words.append(f"Data date {long_date_text(source_plan.data_date)}")
    if finish != NO_TIME:
        words.append(f"Finish {long_date_text(finish)}")
    if variance == variance and variance:
        words.append(f"{days_text(variance, sign=True)} d to baseline")
    return "   ".join(words), shown
