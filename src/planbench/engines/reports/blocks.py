"""The blocks of a composed report. Everything is plain Python: the writers only lay it out.

Values stay values (numbers, minutes, texts) beside the words they are told in, so that a workbook
can calculate with what a page merely shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

Value = str | float | int | None

TEXT, NUMBER, MONEY, SHARE, INDEX, DATE, STATE = (
    "text", "number", "money", "share", "index", "date", "state",
)  # fmt: skip
KINDS = (TEXT, NUMBER, MONEY, SHARE, INDEX, DATE, STATE)
"""What a column holds: shares are 0..1, dates minutes since the epoch."""

LEFT = (TEXT, STATE)
"""Kinds that stand at the left of their column; all others are numbers or dates."""


@dataclass(frozen=True)
class Paragraph:
    """Prose; `role` is "prose", "note" (small and muted) or "missing" (what there is none of)."""

    text: str
    role: str = "prose"


@dataclass(frozen=True)
class Fact:
    """One figure to be read at a glance; `warn` where it asks for attention."""

    title: str
    text: str
    note: str = ""
    warn: bool = False


@dataclass(frozen=True)
class Facts:
    """Figures beside each other."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table. `weight` is its share of the width; `total` asks for a sum below.

    `formula` says how each of its cells follows from what.
    """

    title: str
    kind: str = TEXT
    weight: float = 1.0
    total: bool = False
    formula: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of values and of their words, of equal shape; `levels` indent the first text column.

    `totals` is the row of sums in words, empty without one.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    texts: tuple[tuple[str, ...], ...]
    levels: tuple[int, ...] = ()
    totals: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Series:
    """One line or row of columns; `y` has None where there is no value.

    `role` names a colour of `COLOURS`, `dashed` a broken line, `dots` its points.
    """

    name: str
    x: tuple[float | str, ...]
    y: tuple[float | None, ...]
    role: str = "accent"
    dashed: bool = False
    dots: bool = False


@dataclass(frozen=True)
class Mark:
    """An upright line at `x` with its words."""

    x: float
    text: str


@dataclass(frozen=True)
class Chart:
    """A chart for all writers alike.

    `kind`: "line" over dates (minutes) or numbers, "columns" or "bars" over categories,
    "scatter". `x_kind`: "date", "number" or "category". `stacked` columns stand on each other.
    """

    title: str
    kind: str
    x_kind: str
    series: tuple[Series, ...]
    unit: str = ""
    x_title: str = ""
    marks: tuple[Mark, ...] = ()
    stacked: bool = False
    note: str = ""


def around_one(chart: Chart, across: bool = False) -> tuple[float, float] | None:
    """The range of an axis for indices, which are read by their distance from 1; else None.

    The upright axis, or with `across` the other one, which holds indices in a "scatter".
    """
    asked = chart.kind == "scatter" if across else chart.unit in INDEX_UNITS
    if not asked:
        return None
    values = [v for one in chart.series for v in (one.x if across else one.y)]
    numbers = [abs(float(v) - 1.0) for v in values if v is not None]
    reach = max([*numbers, 0.05]) * 1.1
    return 1.0 - reach, 1.0 + reach


INDEX_UNITS = ("index", "CPI")
"""Units of charts of indices."""


@dataclass(frozen=True)
class Bar:
    """One row of a Gantt extract; instants in minutes, None where there is no date.

    `done` is how far the bar is worked off: up to the data date or its finish.
    """

    id: str
    name: str
    level: int
    kind: str  # "task", "milestone" or "summary"
    start: int | None
    finish: int | None
    done: int | None
    base_start: int | None
    base_finish: int | None
    critical: bool


@dataclass(frozen=True)
class Bars:
    """A Gantt extract."""

    title: str
    rows: tuple[Bar, ...]
    data_date: int | None
    note: str = ""


@dataclass(frozen=True)
class Sheets:
    """The whole Gantt on sheets of its own in print; elsewhere `table` stands for it."""

    title: str
    table: Table


Block = Paragraph | Facts | Table | Chart | Bars | Sheets


@dataclass(frozen=True)
class Section:
    """A heading with what follows it. `cites` are the sources (by figure) that it rests on."""

    kind: str
    title: str
    blocks: tuple[Block, ...]
    cites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Where a figure comes from: its words, formula, the data it rests on, and what made it."""

    figure: str
    text: str
    formula: str
    data: str
    engine: str


@dataclass(frozen=True)
class Report:
    """A composed report. `digest` is that of the update, `about` what stands under the title."""

    template: str
    title: str
    subtitle: str
    about: tuple[tuple[str, str], ...]
    data_date: int | None
    digest: str
    sections: tuple[Section, ...]
    sources: tuple[Source, ...]
    landscape: bool = False
    paper: str = "A4"
    extra: dict[str, str] = field(default_factory=dict)

    def blocks(self) -> Iterator[tuple[Section, Block]]:
        """All blocks with their sections, in order."""
        for section in self.sections:
            for block in section.blocks:
                yield section, block

    @property
    def identity(self) -> str:
        """SHA-256 of everything that the report says: the same snapshot, the same identity."""
        return hashlib.sha256(canonical(self)).hexdigest()


def canonical(report: Report) -> bytes:
    """The report as JSON with sorted keys; equal reports have equal bytes."""
    plain: Any = asdict(report)
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, allow_nan=False)
    return text.encode("utf-8")


COLOURS = {
    "accent": "#3451c6",
    "planned": "#5b6675",
    "actual": "#c2681a",
    "earned": "#3451c6",
    "late": "#9a3412",
    "early": "#0f766e",
    "critical": "#c0362c",
    "near": "#d99413",
    "bar": "#7fa3e6",
    "done": "#35588f",
    "ink": "#161b25",
    "muted": "#5b6675",
    "line": "#dfe3ea",
    "head": "#f1f3f7",
    "one": "#2f66bd",
    "two": "#2f9bc1",
    "three": "#1a8766",
    "four": "#cf7a1c",
    "five": "#b0468c",
    "six": "#7a7f14",
}
"""Colours on white paper by role; the last six are for series that mean no state."""

PALETTE = ("one", "two", "three", "four", "five", "six")
