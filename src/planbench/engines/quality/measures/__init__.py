"""The measures, by the names that rulesets use."""

from __future__ import annotations

from planbench.engines.quality.measures.base import Measure
from planbench.engines.quality.measures.data import MEASURES as DATA
from planbench.engines.quality.measures.execution import MEASURES as EXECUTION
from planbench.engines.quality.measures.floats import MEASURES as FLOATS
from planbench.engines.quality.measures.links import MEASURES as LINKS
from planbench.engines.quality.measures.logic import MEASURES as LOGIC
from planbench.engines.quality.measures.network import MEASURES as NETWORK
from planbench.engines.quality.measures.own import MEASURES as OWN
from planbench.engines.quality.measures.path import MEASURES as PATH
from planbench.engines.quality.measures.plan import MEASURES as PLAN
from planbench.engines.quality.measures.updates import MEASURES as UPDATES

MEASURES: dict[str, Measure] = {
    **LOGIC,
    **LINKS,
    **NETWORK,
    **PLAN,
    **FLOATS,
    **DATA,
    **EXECUTION,
    **PATH,
    **UPDATES,
    **OWN,
}
