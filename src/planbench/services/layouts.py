"""Named layouts of the Schedule workspace: what is shown, in which order and how wide.

A user's own layouts live in the settings, a project's in the library; both can be written to a
JSON file and read from one. What a layout names and a schedule does not have is left out when it
is applied, so that a layout made for one project serves another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import NO_TIME
from planbench.scenes.timescale import Scale
from planbench.services.shelf import read_named, write_named

KIND, SHELF = "planbench schedule layout", "layouts"


class LayoutError(PlanbenchError):
    """A layout file that cannot be read or written."""


@dataclass(frozen=True)
class Layout:
    """One layout. Empty `columns` are those that fit the window, `level` -1 opens all bands.

    `widths` (pixels), `titles` and `sides` ("left", "right") go by column id where the user chose
    them; `px_per_day` 0 fits the plan.
    `grouping` names the levels of bands, the outermost first; `then` what is sorted by further, a
    minus before those from the top down; `filter` is the text of `planbench.scenes.filters`.
    """

    columns: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    sides: Mapping[str, str] = field(default_factory=dict)
    sort: str = "start"
    descending: bool = False
    then: tuple[str, ...] = ()
    grouping: tuple[str, ...] = ("wbs",)
    level: int = -1
    quick: str = ""
    filter: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    highlight: bool = False
    hide_empty: bool = False
    critical_by: str = "longest_path"
    px_per_day: float = 0.0
    links: str = "driving"
    baseline: bool = True
    labels: bool = True
    names: bool = False
    nonwork: bool = True
    baseline2: bool = False
    baseline3: bool = False
    late: bool = False
    floats: bool = False
    progress_line: bool = False
    progress_by: str = "percent"
    constraints: bool = False
    whiskers: bool = False
    criticality: bool = False
    necks: bool = False
    after: str = "finish"
    before: str = ""
    spotlight: int = 0
    curtains: tuple[str, ...] = ()
    attached: Mapping[str, str] = field(default_factory=dict)  # texts beside bars by activity id
    tiers: int = 2
    fiscal_month: int = 1
    ordinal: bool = False
    legend: bool = False


def axis_of(layout: Layout, first: int) -> Scale:
    """How the time axis of a layout counts; ordinals begin at `first` (minutes)."""
    month = layout.fiscal_month if 1 <= layout.fiscal_month <= 12 else 1
    return Scale(3 if layout.tiers > 2 else 2, month, first if layout.ordinal else NO_TIME)


BARS = (
    "links", "baseline", "labels", "names", "nonwork", "baseline2", "baseline3", "late", "floats",
    "progress_line", "progress_by", "constraints", "whiskers", "criticality", "necks", "after",
    "before", "spotlight", "curtains",
)  # fmt: skip
"""What of a layout says what the Gantt draws, by the names of its options."""


def bars_of(layout: Layout) -> dict[str, Any]:
    """The options of the Gantt that a layout names, without its time axis."""
    parts: dict[str, Any] = {name: getattr(layout, name) for name in BARS}
    return {**parts, "attached": tuple(layout.attached.items())}


def layout_json(layout: Layout) -> dict[str, Any]:
    """The layout as plain values for JSON."""
    plain: dict[str, Any] = {}
    for key, one in vars(layout).items():
        plain[key] = list(one) if isinstance(one, tuple) else one
        if isinstance(one, Mapping):
            plain[key] = dict(one)
    return plain


def parse_layout(values: Any, where: str = "") -> Layout:
    """The layout of such values; what is missing or unknown takes its default.

    Raises LayoutError when a value has the wrong kind.
    """
    if not isinstance(values, dict):
        raise LayoutError("this is not a layout", where)
    found: dict[str, Any] = {}
    for item in fields(Layout):
        if item.name not in values:
            continue
        value, kind = values[item.name], type(getattr(Layout(), item.name))
        if item.name == "grouping" and isinstance(value, str):  # as it was kept with one level
            value = [] if value == "none" else [value]
        if kind is tuple:
            good = isinstance(value, list) and all(isinstance(one, str) for one in value)
            value = tuple(value) if good else value
        elif kind is dict:
            good = isinstance(value, dict) and all(
                isinstance(key, str) and _fits(item.name, one) for key, one in value.items()
            )
        elif kind is float:
            good = type(value) in (int, float) and 0 <= value < 1e6
        else:
            good = type(value) is kind
        if not good:
            raise LayoutError(f"“{item.name}” cannot be {value!r}", where)
        found[item.name] = value
    return Layout(**found)


def _fits(name: str, value: Any) -> bool:
    """Whether one entry of a layout's mapping can be taken."""
    if name == "widths":
        return type(value) is int and 16 <= value <= 2000
    return isinstance(value, str) and (name != "sides" or value in ("left", "right"))


def write_layout(path: str | Path, name: str, layout: Layout) -> None:
    """Write a layout to a JSON file. Raises LayoutError when it cannot be written."""
    write_named(path, KIND, name, layout_json(layout), LayoutError)


def read_layout(path: str | Path) -> tuple[str, Layout]:
    """Name and layout of a JSON file. Raises LayoutError when it holds none."""
    name, values = read_named(path, KIND, LayoutError)
    return name, parse_layout(values, str(path))
