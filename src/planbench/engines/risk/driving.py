"""Which activities are on the driving path, iteration by iteration, compiled.

Names as in `planbench.engines.risk.dates`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from planbench.engines.kernel import row_kernel
from planbench.engines.risk.clock import to_work
from planbench.engines.risk.dates import clock_demand
from planbench.engines.risk.network import (
    CALENDAR,
    DATE,
    LAG,
    MODE,
    SAME,
    SEGMENT,
    SOURCE,
)
from planbench.engines.risk.optional import EXISTS, KIND, leave_out


@row_kernel
def _begin_mask(mask: Any, active: Any, k: Any) -> None:
    if active[k] == 0:
        active[k] = 1
        for v in range(mask.shape[1]):
            mask[k, v] = 0


@row_kernel
def driving_paths(
    t: Any,
    links: Any,
    ends: Any,
    head: Any,
    wt: Any,
    ct: Any,
    work: Any,
    clock: Any,
    scratch: Any,
    mask: Any,
    active: Any,
    last: Any,
    live: Any,
    critical: Any,
    options: Any,
    option_of: Any,
    absent: Any,
) -> None:
    """Count, for every activity, the iterations in which it is on a driving path.

    Walks back from the activities that finish last over the links whose demand is the date of
    their successor, ties included; activities that no driving path reaches are not looked at.
    Work that is not done in a run does not count.
    """
    for j in range(active.size):
        active[j] = 0
    for j in ends:
        finish = clock[2 * j + 1]
        hit = False
        for v in range(live):
            hit |= finish[v] == last[v]
        if hit:
            _begin_mask(mask, active, j)
            for v in range(live):
                mask[j, v] |= np.uint8(finish[v] == last[v])
    for j in range(active.size - 1, -1, -1):
        if active[j] == 0:
            continue
        count = 0
        option = option_of[j]
        if option >= 0 and options[option, KIND] != EXISTS:
            leave_out(absent[option], mask[j])
        for v in range(live):
            count += mask[j, v]
        if count != 0:
            critical[j] += count
            if option >= 0:
                for v in range(live):
                    critical[j] -= mask[j, v] & absent[option, v]
            _walk_back(t, links, head, wt, ct, work, clock, scratch, mask, active, j, live)


@row_kernel
def demand(
    t: Any,
    links: Any,
    head: Any,
    wt: Any,
    ct: Any,
    work: Any,
    clock: Any,
    scratch: Any,
    c: Any,
    part: Any,
    e: Any,
    live: Any,
) -> None:
    """What link e of a segment demands, as positions on work axis c, into `scratch[0]`."""
    demanded, source = scratch[0], links[e, SOURCE]
    if links[e, MODE] == SAME:
        for v in range(live):
            demanded[v] = np.int32(work[source, v] + links[e, LAG])
    elif part % 2 == 0:
        to_work(head, wt, c, clock[source], links[e, LAG], demanded)
    else:
        clock_demand(t, links, head, wt, ct, work, clock, e, scratch[1], scratch[4])
        to_work(head, wt, c, scratch[1], np.int32(0), demanded)


@row_kernel
def _walk_back(
    t: Any,
    links: Any,
    head: Any,
    wt: Any,
    ct: Any,
    work: Any,
    clock: Any,
    scratch: Any,
    mask: Any,
    active: Any,
    j: Any,
    live: Any,
) -> None:
    """Hand the mask of activity j to the predecessors that drive it."""
    c, date = t[j, CALENDAR], t[j, DATE]
    demanded = scratch[0]
    for part in range(4):
        own = work[2 * j + (part >> 1)]
        for e in range(t[j, SEGMENT + part], t[j, SEGMENT + part + 1]):
            source = links[e, SOURCE]
            demand(t, links, head, wt, ct, work, clock, scratch, c, part, e, live)
            hit = False
            for v in range(live):
                hit |= mask[j, v] != 0 and max(demanded[v], date) == own[v]
            if hit:
                k = source >> 1
                _begin_mask(mask, active, k)
                for v in range(live):
                    if mask[j, v] != 0 and max(demanded[v], date) == own[v]:
                        mask[k, v] = 1
