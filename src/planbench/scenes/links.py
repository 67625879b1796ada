"""Relationships between rows as orthogonal wires.

A wire leaves its bar by a short stub, turns at once and runs along the successor's row; where the
successor begins too close for that, or is entered at its finish where its label stands, it runs in
the gap above (or below) the successor's bar. Only links with an end among the visible rows are
made, and at most `MOST` of them; one that leads out of sight may be cut to a stub at its bar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import Flags, LinkType, Relationships, Rows
from planbench.scenes.outline import Outline, RowMap

Pixels = npt.NDArray[np.floating[Any]]

MOST = 400
"""Links of one picture; more than that is a grey cloud that tells nothing."""

OTHER, DRIVING, CRITICAL, SELECTED = range(4)


@dataclass(frozen=True)
class LinkRows:
    """Links between displayed rows: row of either end, and the relationship's own row."""

    link: Rows
    predecessor: Rows  # displayed row
    successor: Rows
    top: Rows
    bottom: Rows


def link_rows(relationships: Relationships, outline: Outline, rows: RowMap) -> LinkRows:
    """The links whose two ends are displayed."""
    a = rows.row_of[relationships.predecessor + outline.bands]
    b = rows.row_of[relationships.successor + outline.bands]
    both = np.flatnonzero((a >= 0) & (b >= 0)).astype(np.int32)
    a, b = a[both], b[both]
    return LinkRows(both, a, b, np.minimum(a, b), np.maximum(a, b))


def visible_links(links: LinkRows, first: int, last: int) -> Rows:
    """Positions in `links` of those with an end in the rows [first, last)."""
    crossing = np.flatnonzero((links.top < last) & (links.bottom >= first))
    a, b = links.predecessor[crossing], links.successor[crossing]
    near = ((a >= first) & (a < last)) | ((b >= first) & (b < last))
    return crossing[near].astype(np.int32)


def link_classes(
    predecessor: Rows, successor: Rows, driving: Flags, critical: Flags
) -> npt.NDArray[np.int8]:
    """Class of each of some links: other, driving, or critical (driving between critical ends).

    `driving` is per link, `critical` per activity.
    """
    both = driving & critical[predecessor] & critical[successor]
    return np.where(both, CRITICAL, np.where(driving, DRIVING, OTHER)).astype(np.int8)


@dataclass(frozen=True)
class Wiring:
    """Lengths in pixels of how wires are laid."""

    exit_stub: float = 5.0
    entry_stub: float = 6.0
    row: float = 24.0
    middle: float = 9.0  # of the bar within its row


def route(
    kind: npt.NDArray[np.int8],
    x1: Pixels,
    x2: Pixels,
    y1: Pixels,
    y2: Pixels,
    reach1: Pixels,
    reach2: Pixels,
    laying: Wiring,
) -> list[tuple[tuple[float, float], ...]]:
    """Corner points of each wire from (x1, y1) to (x2, y2), which are bar ends at bar middle.

    `reach` is how far the mark reaches beyond its instant (half a milestone's diamond).
    """
    from_start = (kind == LinkType.SS) | (kind == LinkType.SF)
    into_finish = (kind == LinkType.FF) | (kind == LinkType.SF)
    out = np.where(from_start, -1.0, 1.0)
    into = np.where(into_finish, -1.0, 1.0)
    x1, x2 = x1 + out * reach1, x2 - into * reach2
    leave, enter = x1 + out * laying.exit_stub, x2 - into * laying.entry_stub
    # From a start everything left of the bar is free: one vertical beyond the first end and before
    # the second. At a finish stands the label: only the short entry may run there.
    ahead = (into > 0) & np.where(out > 0, leave <= enter, True)
    simple = ahead | ((into < 0) & (np.abs(leave - enter) < 1.0))
    turn = np.where((out < 0) & (into > 0), np.minimum(leave, enter), leave)
    down = np.where(y2 > y1, 1.0, -1.0)
    gap = np.where(down > 0, y2 - laying.middle, y2 - laying.middle + laying.row)
    flat = [column.tolist() for column in (x1, y1, x2, y2, turn, leave, enter, gap)]
    wires: list[tuple[tuple[float, float], ...]] = []
    for is_simple, a, b, c, d, t, e, f, g in zip(simple.tolist(), *flat, strict=True):
        if is_simple:
            wires.append(((a, b), (t, b), (t, d), (c, d)))
        else:
            wires.append(((a, b), (e, b), (e, g), (f, g), (f, d), (c, d)))
    return wires


def stubs(
    kind: npt.NDArray[np.int8],
    x1: Pixels,
    x2: Pixels,
    y1: Pixels,
    y2: Pixels,
    reach1: Pixels,
    reach2: Pixels,
    arrives: Flags,
    laying: Wiring,
) -> list[tuple[tuple[float, float], ...]]:
    """Short wires where the other end is out of sight: the corner at the bar, pointing its way.

    `arrives` says whether the successor's end is the one in sight; the rest is as in `route`.
    """
    from_start = (kind == LinkType.SS) | (kind == LinkType.SF)
    into_finish = (kind == LinkType.FF) | (kind == LinkType.SF)
    out = np.where(from_start, -1.0, 1.0)
    into = np.where(into_finish, -1.0, 1.0)
    x = np.where(arrives, x2 - into * reach2, x1 + out * reach1)
    turn = x + np.where(arrives, -into * laying.entry_stub, out * laying.exit_stub)
    y = np.where(arrives, y2, y1)
    away = np.where(np.where(arrives, y1 < y2, y2 < y1), -1.0, 1.0)
    columns = (x, y, turn, y + away * laying.row / 3.0, arrives)
    made: list[tuple[tuple[float, float], ...]] = []
    for a, b, c, d, comes in zip(*(column.tolist() for column in columns), strict=True):
        corner = ((a, b), (c, b), (c, d))
        made.append(corner[::-1] if comes else corner)
    return made


def arrow(wire: tuple[tuple[float, float], ...], length: float, width: float) -> Any:
    """The arrowhead at the end of a wire."""
    (x0, _), (x, y) = wire[-2], wire[-1]
    back = x - length if x >= x0 else x + length
    return ((x, y), (back, y - width / 2), (back, y + width / 2))


def fade(px_per_day: float, full: float, gone: float) -> float:
    """Opacity 0..1 between the zoom at which links are gone and where they are full."""
    return min(max((px_per_day - gone) / (full - gone), 0.0), 1.0)
