"""How the cells and columns of a table are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy.typing as npt


class CellLook(NamedTuple):
    """How one cell is shown. Colours are roles of the theme, icons names of pictures.

    `expander` is None, or whether the row's children are shown; `chip` is a kind from `CHIPS`
    (the text stands in the chip); `spark` are the values of a trend; `parts` the shares of a bar
    as (amount, role), the text follows it; `bar` a share from 0 to 1 of a bar behind nothing;
    `check` None or a check box; `dot` marks an edited cell; `muted` follows the text in grey.
    """

    text: str = ""
    role: str = "text"
    strong: bool = False
    italic: bool = False
    icon: str = ""
    icon_role: str = "text-muted"
    indent: int = 0
    expander: bool | None = None
    chip: str = ""
    spark: tuple[float, ...] = ()
    parts: tuple[tuple[float, str], ...] = ()
    bar: float = -1.0
    bar_role: str = "remaining-edge"
    check: bool | None = None
    dot: bool = False
    muted: str = ""
    link: bool = False


@dataclass(frozen=True)
class Column:
    """One column: its key, header, width in pixels and how its values become text.

    `values` holds one entry per row of the data (array or list); without it the model's `look`
    must be overridden for the column. `sort_values`, when given, order the rows instead. Numbers
    stand right and are never cut; text stands left and is elided. `stretch` takes spare width.
    """

    key: str
    title: str
    width: int = 100
    right: bool = False
    values: npt.NDArray[Any] | Sequence[Any] | None = None
    format: Callable[[Any], str] = str
    sort_values: npt.NDArray[Any] | Sequence[Any] | None = None
    tip: str = ""
    elide: bool = True
    stretch: bool = False
    editable: bool = False
    sortable: bool = True
