"""The measures, by the names that rulesets use."""

from __future__ import annotations

from planbench.engines.quality.measures import (
    data,
    execution,
    floats,
    links,
    logic,
    network,
    path,
    plan,
    updates,
)
from planbench.engines.quality.measures.base import Measure

MEASURES: dict[str, Measure] = {
    **logic.MEASURES,
    **links.MEASURES,
    **network.MEASURES,
    **plan.MEASURES,
    **floats.MEASURES,
    **data.MEASURES,
    **execution.MEASURES,
    **path.MEASURES,
    **updates.MEASURES,
}
