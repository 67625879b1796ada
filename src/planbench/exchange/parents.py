"""Trees of rows whose parents may go round in a ring."""

from __future__ import annotations

from planbench.domain.schedule import NO_ROW, Rows
from planbench.exchange.repairs import Repairs


def without_rings(parent: Rows, table: str, repairs: Repairs) -> Rows:
    """Parent row of each row, with every ring of parents opened at its first row in the file.

    That row becomes a top one, which is listed. Going up from any row ends afterwards.
    """
    above = parent.tolist()
    walk = [0] * len(above)  # in which walk a row was met, 0 for not yet
    opened = []
    for first in range(len(above)):
        row = first
        while row != NO_ROW and not walk[row]:
            walk[row] = first + 1
            row = above[row]
        if row != NO_ROW and walk[row] == first + 1:  # back in the same walk
            ring = [row]
            while above[ring[-1]] != row:
                ring.append(above[ring[-1]])
            opened.append(min(ring))
    for row in opened:
        above[row] = NO_ROW
        repairs.add(
            "parent-loop",
            "warning",
            f"{table} row {row + 1}",
            "it lies above itself: its parents go round in a ring",
            "taken as one without a parent",
        )
    result = parent.copy()
    result[:] = above
    return result
