"""Cost of every iteration, drawn for the same iterations as the dates, and both together.

The total of a run is the sum of its cost lines (a fixed part, and a rate per day worked by the
activities of the line) and of the costs of the register's risks that occur in it, which are the
runs in which their impacts occur. Costs of opportunities are savings. Once actions are taken, what
they cost is part of every run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import ActivityType, Numbers, Schedule, Status
from planbench.domain.times import Minutes
from planbench.engines.risk.distributions import Distribution
from planbench.engines.risk.model import CostLine, Risk, RiskModel
from planbench.engines.risk.optional import decided_by_dates
from planbench.engines.risk.result import half_width, ranked
from planbench.engines.risk.rng import REPLICATE, VALUE, draw, stable_hash
from planbench.engines.risk.selection import selected

if TYPE_CHECKING:
    from planbench.engines.risk.measures import Replay
    from planbench.engines.risk.simulate import Setting

_AT_ONCE = 256  # activities whose durations are held in memory together
_WORKING = (ActivityType.TASK, ActivityType.RESOURCE_DEPENDENT)


@dataclass(frozen=True)
class CostResult:
    """Total cost by iteration, in the currency of the model, beside the finish of the run."""

    total: Numbers
    finish: Minutes
    at_plan: float  # middle values and calculated durations, no risk occurs
    means: Mapping[str, float]  # by cost line and risk; the key "actions" for taken actions

    def percentile(self, percent: float) -> float:
        """Cost that `percent` of all runs do not exceed, by nearest rank."""
        return float(ranked(self.total, percent))

    def interval(self, percent: float) -> float:
        """Half of the 95 % interval of a percentile."""
        return half_width(self.total, percent)

    def confidence(self, cost: float) -> float:
        """Share of the runs that cost no more."""
        return float(np.count_nonzero(self.total <= cost)) / self.total.size

    @property
    def correlation(self) -> float:
        """Pearson's correlation of cost and finish, NaN where one of them does not vary."""
        late = (self.finish - self.finish[0]).astype(np.float64)
        if not late.std() or not self.total.std():
            return float("nan")
        return float(np.corrcoef(self.total, late)[0, 1])

    def joint(self, cost: float, instant: int) -> float:
        """Share of the runs that meet both a cost and a date: joint confidence level."""
        return float(np.count_nonzero((self.total <= cost) & (self.finish <= instant))) / (
            self.total.size
        )

    def joint_at(self, percent: float) -> float:
        """Joint confidence of the cost and the date that have the same confidence each."""
        return self.joint(self.percentile(percent), int(ranked(self.finish, percent)))

    def level_for(self, joint: float) -> float:
        """Least percentile (to 0.1) whose cost and date together reach a joint confidence."""
        cost, finish = np.sort(self.total), np.sort(self.finish)
        low, high = 0, 1000
        while low < high:  # the joint share never falls as both limits rise
            middle = (low + high) // 2
            rank = min(max(-(-middle * cost.size // 1000), 1), cost.size) - 1
            if self.joint(float(cost[rank]), int(finish[rank])) >= joint - 1e-12:
                high = middle
            else:
                low = middle + 1
        return low / 10.0


def cost_of_runs(
    setting: Setting,
    schedule: Schedule,
    model: RiskModel,
    replay: Replay,
    finish: Minutes,
    remaining: Minutes,
) -> CostResult | None:
    """Draw the cost of every iteration; None for a model without costs.

    `remaining` are the calculated remaining durations by schedule row. Durations are drawn again,
    some hundred activities at a time. Raises ModelError for names the schedule does not have.
    """
    if not model.has_cost:
        return None
    n = setting.options.iterations
    total, plan = np.zeros(n), 0.0
    means: dict[str, float] = {}
    for line in model.cost:
        values, middle = _line(setting, schedule, line, replay, remaining)
        total += values
        plan += middle
        means[line.id] = float(values.mean())
    actions = 0.0
    occurs = replay.occurrences(n) if any(map(_costs, model.risks)) else {}
    for risk in model.risks:
        response = risk.mitigated if setting.options.mitigated else None
        law = response.cost if response else risk.cost
        actions += response.cost_of_action if response else 0.0
        if law is None or risk.taken_out:
            continue
        values = np.where(occurs[risk.id], _values(setting, law, f"cost of {risk.id}"), 0.0)
        if risk.opportunity:
            values = -values
        total += values
        means[risk.id] = float(values.mean())
    if actions:
        means["actions"] = actions
    return CostResult(total + actions, finish, plan + actions, means)


def _costs(risk: Risk) -> bool:
    return bool(risk.cost or (risk.mitigated and risk.mitigated.cost))


def _line(
    setting: Setting, schedule: Schedule, line: CostLine, replay: Replay, remaining: Minutes
) -> tuple[Numbers, float]:
    """(cost by iteration, the same by plan) of one line."""
    values, plan = np.zeros(setting.options.iterations), 0.0
    if line.fixed is not None:
        values += _values(setting, line.fixed, f"cost {line.id} fixed")
        plan += _middle(line.fixed)
    if line.per_day is not None and line.where is not None:
        acts = schedule.activities
        chosen = selected(schedule, line.where, f"cost {line.id}")
        chosen &= (acts.status != Status.COMPLETE) & np.isin(acts.type, _WORKING)
        days, planned = _days(setting, schedule, line.id, np.flatnonzero(chosen), replay, remaining)
        values += days * _values(setting, line.per_day, f"cost {line.id} per day")
        plan += planned * _middle(line.per_day)
    return values, plan


def _days(
    setting: Setting, schedule: Schedule, name: str, rows: Any, replay: Replay, remaining: Minutes
) -> tuple[Numbers, float]:
    """(days worked by some activities in every iteration, days by plan), of their calendars."""
    n = setting.options.iterations
    per_day = np.array([c.minutes_per_day for c in schedule.calendars] or [480.0])
    own = per_day[np.maximum(schedule.activities.calendar[rows], 0)]
    days, planned = np.zeros(n), float((remaining[rows] / own).sum())
    position = setting.sim.position[rows]
    if decided_by_dates(setting.bound.variables)[position[position >= 0]].any():
        raise ModelError(
            "a rate per day on work of a conditional branch is not possible",
            f"cost {name}",
            "Give its cost as a fixed part.",
        )
    moving = (position >= 0) & setting.bound.variables.varies[np.maximum(position, 0)]
    for length in np.unique(own).tolist():
        mine = own == length
        minutes = np.zeros(n, dtype=np.int64)
        fixed = mine & ~moving
        held = position[fixed]
        base = np.where(held >= 0, setting.bound.variables.base[held], remaining[rows[fixed]])
        minutes += int(base.sum())
        at = position[mine & moving].astype(np.int64)
        for k in range(0, at.size, _AT_ONCE):
            minutes += replay.durations(at[k : k + _AT_ONCE], n).sum(axis=0, dtype=np.int64)
        days += minutes / length
    return days, planned


def _words(setting: Setting, name: str, purpose: int) -> Any:
    """The 32-bit numbers of one variable for all iterations."""
    n = setting.options.iterations
    whole = -(-n // REPLICATE) * REPLICATE
    out = np.zeros(whole, dtype=np.uint32)
    key = stable_hash(name)
    low, high = np.uint32(key & 0xFFFFFFFF), np.uint32(key >> 32)
    for first in range(0, whole, REPLICATE):
        part = out[first : first + REPLICATE]
        draw(part, first, low, high, np.uint32(purpose), *setting.key, setting.strata)
    return out[:n]


def _values(setting: Setting, law: Distribution, name: str) -> Numbers:
    """One law drawn for all iterations."""
    u = (_words(setting, name, VALUE) + 0.5) / 2.0**32
    made: Numbers = np.asarray(law.quantile(u), dtype=np.float64)
    return made


def _middle(law: Distribution) -> float:
    return float(law.quantile(0.5)[0])
