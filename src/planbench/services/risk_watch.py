"""What else of a run can be looked at: finish, duration, float of an activity or WBS element."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import NO_TIME
from planbench.services.document import Document
from planbench.services.jobs import JobContext

if TYPE_CHECKING:
    from planbench.engines.risk.model import RiskModel
    from planbench.engines.risk.result import RiskResult

DURATION, FLOAT = "duration", "float"
"""What besides dates can be told of an activity or a WBS element."""

MOST_DATED = 100_000
"""Activities times runs that are calculated for a float, and at least 512 runs, at most 4,096."""


@dataclass(frozen=True)
class Spread:
    """Values of some runs in a unit ("d", or "" for money), and the calculated one."""

    name: str
    values: Any
    plan: float
    unit: str

    def percentile(self, percent: float) -> float:
        """The value that `percent` of the runs do not exceed."""
        from planbench.engines.risk.result import ranked

        return float(ranked(self.values, percent))

    def interval(self, percent: float) -> float:
        """Half of the 95 % interval of a percentile."""
        from planbench.engines.risk.result import half_width

        return half_width(self.values, percent)

    def confidence(self) -> float:
        """Share of the runs that do not exceed the calculated value."""
        kept = int(np.count_nonzero(self.values <= self.plan + 1e-9))
        return kept / int(self.values.size)


def watchable(document: Document, row: int) -> dict[str, Any]:
    """What can be watched at an activity: itself and the WBS elements above it, by their names.

    The names are those that a model's `watch` takes.
    """
    from planbench.engines.risk.selection import WBS, watched_rows, wbs_paths

    schedule = document.schedule
    acts, wbs = schedule.activities, schedule.wbs
    made: dict[str, Any] = {str(acts.code[row]): np.array([row], dtype=np.int32)}
    paths, parents = wbs_paths(schedule), wbs.parent.tolist()
    node = int(acts.wbs[row])
    while node >= 0:
        name = f"{WBS}{paths[node]}"
        made[name] = watched_rows(schedule, name)
        node = parents[node]
    return made


def title_of(document: Document, name: str) -> str:
    """What is watched, with the name that planners gave it."""
    from planbench.engines.risk.selection import WBS, wbs_paths

    schedule = document.schedule
    row = schedule.row_of_code.get(name)
    if row is not None:
        return f"{name} {schedule.activities.name[row]}".strip()
    path = name.removeprefix(WBS)
    paths = wbs_paths(schedule)
    own = str(schedule.wbs.name[paths.index(path)]) if path in paths else ""
    return f"{name} {own}".strip()


def with_watched(model: RiskModel, names: Sequence[str]) -> RiskModel:
    """The model that also watches these, once each."""
    return replace(model, watch=tuple(dict.fromkeys((*model.watch, *names))))


def watch(document: Document, name: str, rows: Any, context: JobContext | None = None) -> None:
    """Add the latest finish of some activities to what the shown run tells.

    Raises PlanbenchError when nothing was simulated or nothing of it has logic.
    """
    result, context = _shown(document), context or JobContext()
    if document.cpm is None:
        raise PlanbenchError("the schedule was not calculated", mend="Calculate it first.")
    values = result.finish_of(rows, lambda: context.report(0, 1, f"Looking at {name}"))
    if (values == NO_TIME).any():
        raise PlanbenchError(f"nothing of {name} has logic of its own", "risk")
    inside = np.zeros(len(document.schedule), dtype=np.bool_)
    inside[rows] = True
    inside[np.setdiff1d(rows, document.cpm.order)] = False
    result.watch_deterministic[name] = int(document.cpm.finish[inside].max())
    result.watch[name] = values


def spread(
    document: Document, what: str, name: str, rows: Any, context: JobContext | None = None
) -> Spread:
    """DURATION or FLOAT of some activities over the runs, in days.

    Float over as many runs as can be calculated soon. Raises PlanbenchError when nothing was
    simulated, and ModelError where runs cannot tell it.
    """
    result, context = _shown(document), context or JobContext()

    def check() -> None:
        context.report(0, 1, f"Looking at {name}")

    if what == DURATION:
        values, plan = result.durations_of(rows, check)
    else:
        most = min(max(512, MOST_DATED // max(len(document.schedule), 1)), 4096)
        values, plan = result.floats_of(rows, most, check)
    return Spread(name, values, plan, "d")


def cost_spread(document: Document) -> Spread:
    """The total cost over the runs. Raises PlanbenchError where nothing says what it costs."""
    cost = _shown(document).cost
    if cost is None:
        raise PlanbenchError("nothing in the model says what something costs", "risk")
    return Spread("", cost.total, cost.at_plan, "")


def spread_json(document: Document, name: str, context: JobContext | None = None) -> dict[str, Any]:
    """Duration and float of what is watched, in days; None where runs cannot tell it."""
    from planbench.domain.errors import ModelError
    from planbench.engines.risk.selection import watched_rows
    from planbench.services.risk import PERCENTILES

    rows = watched_rows(document.schedule, name)
    made: dict[str, Any] = {}
    for what in (DURATION, FLOAT):
        try:
            found = spread(document, what, name, rows, context)
        except ModelError:
            made[f"{what}_d"] = None
            continue
        made[f"{what}_d"] = {
            "deterministic": found.plan,
            "probability_of_deterministic": found.confidence(),
            "runs": int(found.values.size),
            "mean": float(found.values.mean()),
            "sd": float(found.values.std()),
            **{f"p{level}": found.percentile(level) for level in PERCENTILES},
            **{f"p{level}_half_width": _plain(found.interval(level)) for level in PERCENTILES},
        }
    return made


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value


def _shown(document: Document) -> RiskResult:
    if document.risk is None:
        raise PlanbenchError("nothing was simulated", mend="Run the simulation first.")
    return document.risk
