"""Loops are kept as the file has them, but reading one does not go by in silence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planbench.domain.errors import loop_path
from planbench.domain.reports import Repair
from planbench.domain.schedule import ActivityType
from planbench.exchange.imported import Imported

_OUTSIDE = (ActivityType.LEVEL_OF_EFFORT, ActivityType.WBS_SUMMARY)


def loops_noted(imported: Imported) -> Imported:
    """The same with a repair that names the shortest loop, where the network has one."""
    from planbench.engines.cpm.ordering import network_order, shortest_loop

    schedule = imported.schedule
    acts, links = schedule.activities, schedule.relationships
    if not len(links):
        return imported
    inside = ~np.isin(acts.type, [int(kind) for kind in _OUTSIDE])
    taken = inside[links.predecessor] & inside[links.successor]
    before, after = links.predecessor[taken], links.successor[taken]
    *_, free_of_loops = network_order(inside, before, after)
    if free_of_loops:
        return imported
    codes = acts.code[shortest_loop(len(acts), before, after)].tolist()
    loop = Repair(
        "loop",
        "error",
        "relationships",
        f"the network has a loop of {len(codes)} activities: {loop_path(codes)}",
        "kept; dates cannot be calculated until one of these links is removed",
    )
    return replace(imported, repairs=(*imported.repairs, loop))
