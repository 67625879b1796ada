"""Cost of every iteration, drawn for the same iterations as the dates, and both together.

The total of a run is the sum of its cost lines (a fixed part, and a rate per day worked by the
activities of the line) and of the costs of the register's risks that occur in it, which are the
runs in which their impacts occur. Costs of opportunities are savings. Once actions are taken, what
they cost is part of every run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Numbers, Schedule, Status
from planbench.domain.times import Minutes
from planbench.engines.cpm.result import CpmResult
from planbench.engines.risk.clock import work_all
from planbench.engines.risk.cost_lines import CostLine
from planbench.engines.risk.distributions import Distribution
from planbench.engines.risk.model import Risk, RiskModel
from planbench.engines.risk.result import half_width, ranked
from planbench.engines.risk.rng import REPLICATE, VALUE, draw, stable_hash
from planbench.engines.risk.selection import selected
from planbench.engines.risk.spending import Bands, Lump, Spend, Spender, Work, bands
from planbench.engines.risk.variables import open_work

if TYPE_CHECKING:
    from planbench.engines.risk.measures import Replay
    from planbench.engines.risk.simulate import Setting


@dataclass(frozen=True)
class CostResult:
    """Total cost by iteration, in the currency of the model, beside the finish of the run."""

    total: Numbers
    finish: Minutes
    at_plan: float  # middle values and calculated durations, no risk occurs
    means: Mapping[str, float]  # by cost line and risk; the key "actions" for taken actions
    parts: Mapping[str, Numbers] = field(default_factory=dict)  # the same by iteration
    cbs: Mapping[str, str] = field(default_factory=dict)  # code of the lines that have one
    _flow: Callable[[Minutes], Bands] | None = field(default=None, repr=False, compare=False)

    def flow(self, edges: Minutes) -> Bands:
        """Cost by period between instants, over all runs; the runs are drawn again for it.

        Fixed parts without an activity, risks and actions are spread evenly from the data date to
        the finish of the run.
        """
        if self._flow is None:
            raise ModelError("nothing is known of when this is spent", "cost")
        return self._flow(edges)

    def by_cbs(self) -> dict[str, Numbers]:
        """Cost by iteration of every CBS code; "" for what has none."""
        made: dict[str, Numbers] = {}
        for name, values in self.parts.items():
            code = self.cbs.get(name, "")
            made[code] = made[code] + values if code in made else values
        return dict(sorted(made.items()))

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
    cpm: CpmResult,
    check: Callable[[], None] = lambda: None,
) -> CostResult | None:
    """Draw the cost of every iteration; None for a model without costs.

    Durations, and dates where prices rise, are drawn again; `check` is called every block and may
    raise to end it. Raises ModelError for names the
    schedule does not have.
    """
    if not model.has_cost:
        return None
    spender = Spender(setting, finish, cpm)
    money = {item.code: _with_middle(setting, item.rate, f"currency {item.code}")
             for item in model.currencies}  # fmt: skip
    spends = [_line(setting, schedule, line, money, finish, cpm) for line in model.cost]
    spends += _of_risks(setting, model, replay)
    amounts, plan = spender.totals(spends, check)
    total = np.zeros(setting.options.iterations)
    for row in amounts:
        total += row
    return CostResult(
        total,
        finish,
        float(plan.sum()),
        {s.name: float(row.mean()) for s, row in zip(spends, amounts, strict=True)},
        {s.name: row for s, row in zip(spends, amounts, strict=True)},
        {line.id: line.cbs for line in model.cost if line.cbs},
        lambda edges: bands(*spender.by_period(spends, edges), edges),
    )


def _of_risks(setting: Setting, model: RiskModel, replay: Replay) -> list[Spend]:
    """Costs of the risks in the runs in which they occur, and of actions that were taken."""
    n = setting.options.iterations
    made: list[Spend] = []
    actions = 0.0
    occurs = replay.occurrences(n) if any(map(_costs, model.risks)) else {}
    for risk in model.risks:
        response = risk.mitigated if setting.options.mitigated else None
        law = response.cost if response else risk.cost
        actions += response.cost_of_action if response else 0.0
        if law is None or risk.taken_out:
            continue
        values = np.where(occurs[risk.id], _values(setting, law, f"cost of {risk.id}"), 0.0)
        values = np.append(-values if risk.opportunity else values, 0.0)
        made.append(Spend(risk.id, lumps=[Lump(values)]))
    if actions:
        made.append(Spend("actions", lumps=[Lump(np.full(n + 1, actions))]))
    return made


def _costs(risk: Risk) -> bool:
    return bool(risk.cost or (risk.mitigated and risk.mitigated.cost))


def _line(
    setting: Setting,
    schedule: Schedule,
    line: CostLine,
    money: Mapping[str, Numbers],
    finish: Minutes,
    cpm: CpmResult,
) -> Spend:
    """What one line spends."""
    at = f"cost {line.id}"
    made = Spend(line.id)
    worth = money[line.currency] if line.currency else 1.0
    growth = None
    if line.escalation is not None:
        growth = _with_middle(setting, line.escalation, f"{at} escalation")
    if line.fixed is not None:
        amount = _with_middle(setting, line.fixed, f"{at} fixed") * worth
        made.lumps.append(Lump(amount, _position(setting, schedule, line.at, at), growth))
    if line.per_day is not None and line.whole:
        days = _project_days(setting, schedule, finish, cpm)
        amount = days * _with_middle(setting, line.per_day, f"{at} per day") * worth
        made.lumps.append(Lump(amount, growth=growth))
    elif line.per_day is not None and line.where is not None:
        value = _with_middle(setting, line.per_day, f"{at} per day") * worth
        rows = np.flatnonzero(open_work(schedule) & selected(schedule, line.where, at))
        lengths = np.array([c.minutes_per_day for c in schedule.calendars] or [480.0])
        own = 1.0 / lengths[np.maximum(schedule.activities.calendar[rows], 0)]
        _add_work(setting, made, rows, own, np.zeros(rows.size), value, growth, cpm)
    elif line.resource:
        value = worth * np.ones(setting.options.iterations + 1)
        if line.rate is not None:
            value = value * _with_middle(setting, line.rate, f"{at} rate")
        per_minute, once = assigned(schedule, cpm, resource_row(schedule, line.resource, at), True)
        if line.where is not None:
            chosen = selected(schedule, line.where, at)
            per_minute, once = per_minute * chosen, once * chosen
        rows = np.flatnonzero((per_minute != 0) | (once != 0))
        _add_work(setting, made, rows, per_minute[rows], once[rows], value, growth, cpm)
    return made


def _position(setting: Setting, schedule: Schedule, code: str, at: str) -> int:
    if not code:
        return -1
    row = schedule.row_of_code.get(code)
    if row is None:
        raise ModelError(f"there is no activity {code}", at, "Correct or remove the id.")
    return int(setting.sim.position[row])


def _add_work(
    setting: Setting,
    spend: Spend,
    rows: Any,
    per_minute: Numbers,
    once: Numbers,
    factor: Numbers,
    growth: Numbers | None,
    cpm: CpmResult,
) -> None:
    """Work of simulated activities by itself; the rest, which nothing moves, as a lump."""
    position = setting.sim.position[rows]
    there = position >= 0
    spend.work.append(
        Work(position[there].astype(np.int64), per_minute[there], once[there], factor, growth)
    )
    rest = cpm.remaining_duration[rows[~there]] * per_minute[~there] + once[~there]
    if rest.size:
        spend.lumps.append(Lump(factor * float(rest.sum()), growth=growth))


def resource_row(schedule: Schedule, code: str, at: str) -> int:
    """Row of a resource by its code. Raises ModelError."""
    found = np.flatnonzero(schedule.resources.code == code)
    if not found.size:
        raise ModelError(f"there is no resource {code}", at, "Correct or remove the id.")
    return int(found[0])


def assigned(
    schedule: Schedule, cpm: CpmResult, resource: int, cost: bool
) -> tuple[Numbers, Numbers]:
    """(by working minute, once) what is left of a resource's cost or units on every activity.

    Labour and equipment go with the duration of open tasks; material, and work of which nothing
    remains by time, is counted once.
    """
    given, resources = schedule.assignments, schedule.resources
    mine = given.resource == resource
    units = np.where(np.isnan(given.remaining_units), 0.0, given.remaining_units)
    amount = units
    if cost:
        price = float(resources.price[resource])
        priced = units * (0.0 if np.isnan(price) else price)
        stored = given.remaining_cost
        amount = np.where(np.isnan(stored) | (stored == 0), priced, stored)
    left = np.zeros(len(schedule))
    np.add.at(left, given.activity[mine], amount[mine])
    left[schedule.activities.status == Status.COMPLETE] = 0.0
    minutes = cpm.remaining_duration
    timed = open_work(schedule) & (minutes > 0) & (resources.kind[resource] != "material")
    per_minute = np.divide(left, minutes, out=np.zeros(left.size), where=timed)
    return per_minute, np.where(timed, 0.0, left)


def _project_days(setting: Setting, schedule: Schedule, finish: Minutes, cpm: CpmResult) -> Numbers:
    """Working days of the project's calendar from the data date to the finish, and by plan."""
    sim = setting.sim
    ends = np.append(finish, cpm.project_finish[setting.options.project])
    both = np.append(ends, sim.network.data_date[setting.options.project]) - sim.axes.first_minute
    work = np.zeros(both.size, dtype=np.int64)
    calendar = np.full(both.size, sim.project_calendar, dtype=np.int32)
    work_all(sim.axes.head, sim.axes.work, calendar, np.maximum(both, 0), work)
    length = schedule.calendars[sim.project_calendar].minutes_per_day if schedule.calendars else 480
    days: Numbers = np.maximum(work[:-1] - work[-1], 0) / length
    return days


def resource_bands(
    setting: Setting, schedule: Schedule, code: str, finish: Minutes, cpm: CpmResult, edges: Minutes
) -> Bands:
    """Units of a resource by period over all runs. Raises ModelError for an unknown one."""
    per_minute, once = assigned(schedule, cpm, resource_row(schedule, code, "resource"), False)
    spend = Spend(code)
    rows = np.flatnonzero((per_minute != 0) | (once != 0))
    everyone = np.ones(setting.options.iterations + 1)
    _add_work(setting, spend, rows, per_minute[rows], once[rows], everyone, None, cpm)
    return bands(*Spender(setting, finish, cpm).by_period([spend], edges), edges)


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


def _with_middle(setting: Setting, law: Distribution, name: str) -> Numbers:
    """One law drawn for all iterations, and its middle for the plan at the end."""
    return np.append(_values(setting, law, name), _middle(law))


def _middle(law: Distribution) -> float:
    return float(law.quantile(0.5)[0])
