"""How a plan lies on paper: sizes, the number of sheets, and what each of them shows.

Lengths on paper are logical pixels of a fifth of a millimetre: a row of 22 is 4.4 mm high, as in
the design. A plan that has to fit fewer sheets is made smaller as a whole, never stretched.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import DAY, NO_TIME
from planbench.scenes.columns import Column
from planbench.scenes.timescale import MAX_PX_PER_DAY, MIN_PX_PER_DAY, TimeView

PX_PER_MM = 5.0

PAPERS: dict[str, tuple[float, float]] = {
    "A4": (210.0, 297.0),
    "A3": (297.0, 420.0),
    "A2": (420.0, 594.0),
    "A1": (594.0, 841.0),
    "A0": (841.0, 1189.0),
}
"""Width and height of upright sheets in millimetres (ISO 216)."""

ROW = 22
HEAD = 55.0  # title and what the sheet shows
TIER = 22.0  # one line of the time axis; the heads of the columns are as high as all of them
LEGEND = 45.0
BLOCK = 60.0  # document, revision, names, source, page

LEAST_ZOOM = 0.5
"""Texts of 11 pixels are 3 points high then; smaller ones cannot be read."""

MOST_SHEETS = 500

LEAST_BARS = 200.0
"""Pixels that the bars keep beside the columns."""


class PrintError(PlanbenchError):
    """A plan that does not fit the paper as asked."""


@dataclass(frozen=True)
class PageSetup:
    """What the user chose. `pages_tall` 0 takes as many sheets as the rows need.

    `start` and `finish` bound the time shown; `NO_TIME` is the first and last date of the rows.
    """

    paper: str = "A3"
    landscape: bool = True
    pages_wide: int = 1
    pages_tall: int = 0
    repeat_columns: bool = True
    start: int = NO_TIME
    finish: int = NO_TIME
    legend: bool = True
    names: bool = True  # names on the bars
    title: str = ""
    subtitle: str = ""
    document: str = ""
    revision: str = ""
    prepared: str = ""
    checked: str = ""
    approved: str = ""
    logo: str = ""  # a picture file, "" for none
    margin_mm: float = 10.0


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows [first, last) of the plan and a stretch of time."""

    number: int
    first: int
    last: int
    time: TimeView
    columns: bool  # whether the columns stand on it


@dataclass(frozen=True)
class PrintLayout:
    """All sheets. `width` and `height` are those of the paper in logical pixels at `zoom`."""

    setup: PageSetup
    width: float
    height: float
    zoom: float
    margin: float
    columns: tuple[tuple[Column, float, float], ...]  # column, x from the table's left, width
    table: float  # width of all columns
    top: float  # of the first row
    axis: float  # height of the time axis and the heads of the columns
    sheets: tuple[Sheet, ...] = field(default=())

    @property
    def scale(self) -> float:
        """Millimetres of a logical pixel."""
        return self.zoom / PX_PER_MM


def paper_mm(setup: PageSetup) -> tuple[float, float]:
    """Width and height of a sheet as it is laid, in millimetres. Raises PrintError."""
    if setup.paper not in PAPERS:
        raise PrintError(
            f"there is no paper {setup.paper}", mend=f"Use one of {', '.join(PAPERS)}."
        )
    width, height = PAPERS[setup.paper]
    return (height, width) if setup.landscape else (width, height)


def lay_out(
    rows: int,
    span: tuple[int, int],
    columns: Sequence[tuple[Column, float]],
    setup: PageSetup,
    tiers: int = 2,
) -> PrintLayout:
    """Divide `rows` rows and the time `span` (minutes) over sheets; `columns` carry their widths.

    The time axis has `tiers` lines.

    Sheets follow each other first through time, then down the rows. Raises PrintError when there
    is nothing to print, when the columns leave no room, or when more than `MOST_SHEETS` sheets
    would be needed.
    """
    first, last = _range(span, setup)
    if rows < 1:
        raise PrintError("there are no rows to print", mend="Clear the filter, or open a schedule.")
    if not 1 <= setup.pages_wide <= 20 or not 0 <= setup.pages_tall <= MOST_SHEETS:
        raise PrintError("that many sheets are not possible", mend="Take 1 to 20 across.")
    wide_mm, high_mm = paper_mm(setup)
    fixed = _fixed(setup) + tiers * TIER
    zoom = _zoom(rows, high_mm, setup, fixed)
    width, height = wide_mm * PX_PER_MM / zoom, high_mm * PX_PER_MM / zoom
    margin = setup.margin_mm * PX_PER_MM / zoom
    placed, table = _placed(columns)
    bars = width - 2 * margin - table
    if bars < LEAST_BARS:
        raise PrintError(
            f"the columns are {table * zoom / PX_PER_MM:.0f} mm wide and leave no room for bars on "
            f"{setup.paper}",
            mend="Take larger paper, lay it across, or print fewer columns.",
        )
    per_sheet = int((height - 2 * margin - fixed) / ROW + 1e-6)
    if per_sheet < 1:
        raise PrintError(f"no row fits on {setup.paper}", mend="Take larger paper.")
    down = math.ceil(rows / per_sheet)
    if down * setup.pages_wide > MOST_SHEETS:
        raise PrintError(
            f"{rows:,} rows would take {down * setup.pages_wide:,} sheets of {setup.paper}",
            mend=f"Close bands, filter, or take larger paper: {MOST_SHEETS} sheets at most.",
        )
    views = _times(first, last, bars, table, setup)
    sheets = [
        Sheet(
            row * setup.pages_wide + k + 1,
            row * per_sheet,
            min(rows, (row + 1) * per_sheet),
            view,
            k == 0 or setup.repeat_columns,
        )
        for row in range(down)
        for k, view in enumerate(views)
    ]
    axis = tiers * TIER
    top = margin + HEAD + axis
    return PrintLayout(
        setup, width, height, zoom, margin, tuple(placed), table, top, axis, tuple(sheets)
    )


def _range(span: tuple[int, int], setup: PageSetup) -> tuple[int, int]:
    first = span[0] if setup.start == NO_TIME else setup.start
    last = span[1] if setup.finish == NO_TIME else setup.finish
    if last <= first:
        if setup.start != NO_TIME or setup.finish != NO_TIME:
            raise PrintError("the time to print ends before it begins", mend="Check both dates.")
        last = first + 30 * DAY
    return first, last


def _fixed(setup: PageSetup) -> float:
    """Height of all that is neither row nor time axis."""
    return HEAD + (LEGEND if setup.legend else 12.0) + BLOCK


def _zoom(rows: int, high_mm: float, setup: PageSetup, fixed: float) -> float:
    """How much smaller the plan must be for its rows to fit the sheets; never larger than 1."""
    if setup.pages_tall == 0:
        return 1.0
    per_sheet = math.ceil(rows / setup.pages_tall)
    room = (high_mm - 2 * setup.margin_mm) * PX_PER_MM
    zoom = min(1.0, room / (fixed + per_sheet * ROW))
    if zoom < LEAST_ZOOM:
        fit = int((room / LEAST_ZOOM - fixed) // ROW)
        raise PrintError(
            f"{rows:,} rows would be too small to read on {setup.paper}, {setup.pages_tall} down",
            mend=f"Take {math.ceil(rows / max(fit, 1))} sheets or more down, or larger paper.",
        )
    return zoom


def _placed(
    columns: Sequence[tuple[Column, float]],
) -> tuple[list[tuple[Column, float, float]], float]:
    placed, x = [], 0.0
    for column, wide in columns:
        placed.append((column, x, wide))
        x += wide
    return placed, x


def _times(first: int, last: int, bars: float, table: float, setup: PageSetup) -> list[TimeView]:
    """The stretch of time on each sheet across, so that together they show [first, last]."""
    later = bars if setup.repeat_columns else bars + table
    widths = [bars] + [later] * (setup.pages_wide - 1)
    before = 16.0
    after = 200.0 if setup.names else 72.0
    room = max(sum(widths) - before - min(after, bars / 4), 32.0)
    px = room / max((last - first) / DAY, 1.0)
    px = min(max(px, MIN_PX_PER_DAY), MAX_PX_PER_DAY)
    views, left = [], first - before * DAY / px
    for wide in widths:
        views.append(TimeView(left, px, wide, 4.0))
        left += wide * DAY / px
    return views
