"""Shares of the variance of the finish: by regression, and by freezing one input at a time.

Regression: squared standardised coefficients of the durations on the finish; they add up to R
squared where the durations are independent. Freezing ("pick and freeze"): A are the runs that
were told, B the same runs with fresh numbers for everything, C those of B with one input's numbers
from A. Its first-order index is cov(A, C - B) / var, its total index mean((C - B)^2) / (2 var)
(Sobol, Math. Comp. Simul. 55 (2001); Saltelli et al., Comp. Phys. Comm. 181 (2010), table 2).
Indices need independent inputs: what is correlated, and risks that occur together, is one input.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.schedule import Numbers, Rows, Schedule
from planbench.engines.risk import weather
from planbench.engines.risk.correlation import GROUP_FIRST, GROUP_LOW
from planbench.engines.risk.measures import Replay, project_work
from planbench.engines.risk.model import RiskModel
from planbench.engines.risk.occurrence import RISK_GROUP, RISK_LOW
from planbench.engines.risk.optional import LOW as OPTION_LOW
from planbench.engines.risk.rng import REPLICATE
from planbench.engines.risk.variables import GROUP, LAW, LOW, RISK

if TYPE_CHECKING:
    from planbench.engines.risk.simulate import Setting, Tell

MOST_RUNS = 4096
"""Iterations of a run in which one input is frozen."""

MOST_REGRESSED = 16_384
"""Iterations over which the finish is regressed on the durations."""

_FRESH = 0x2545F491
"""Turns the hash that keys an input's numbers into another one."""


@dataclass(frozen=True)
class Regression:
    """Standardised coefficients, NaN for what does not vary, and the share that is explained."""

    beta: Numbers
    explained: float  # R squared


@dataclass
class Input:
    """One independent source of spread: rows of the variables whose numbers belong together.

    `row` is the schedule's row of a single activity, -1 for anything else.
    """

    id: str
    title: str
    row: int = -1
    activities: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    drivers: list[int] = field(default_factory=list)
    risks: list[int] = field(default_factory=list)
    impacts: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Frozen:
    """Sobol indices of one input; half of the 95 % interval of the first, NaN for few runs."""

    id: str
    title: str
    row: int
    first: float
    half_width: float
    total: float


def regression(replay: Replay, rows: Rows, setting: Setting) -> Regression:
    """Regress the finish on the durations of some activities, those that matter most first.

    Least squares of least norm, so that durations that always move together share what they
    explain. Of more than a quarter as many activities as runs only the first ones are taken.
    """
    n = min(setting.options.iterations, MOST_REGRESSED)
    beta, explained = np.full(rows.size, np.nan), 0.0
    late = project_work(setting, replay.finish[:n] - setting.sim.axes.first_minute)
    late = late - late.mean()
    columns: list[Any] = []
    places: list[int] = []
    for place, durations in replay.drawn(rows[: max(n // 4, 1)], n):
        column = durations - durations.mean()
        sd = float(column.std())
        if sd > 0:
            columns.append(column / sd)
            places.append(place)
    spread = float(late.std())
    if columns and spread > 0:
        x, y = np.array(columns).T, late / spread
        found = np.linalg.lstsq(x, y, rcond=None)[0]
        beta[places] = found
        explained = 1.0 - float(((y - x @ found) ** 2).mean())
    return Regression(beta, explained)


def inputs(setting: Setting, schedule: Schedule, model: RiskModel, rows: Rows) -> list[Input]:
    """Independent inputs: some activities, correlated ones as one, all drivers and all risks."""
    x = setting.bound.variables
    position = setting.sim.position
    head, acts = x.groups, schedule.activities
    made: list[Input] = []
    joined: dict[int, Input] = {}
    for row in rows.tolist():
        at = int(position[row])
        if at < 0 or x.xi[at, LAW] < 0:
            continue
        group = int(x.xi[at, GROUP])
        if group < 0:
            made.append(Input(str(acts.code[row]), str(acts.name[row]), row, activities=[at]))
            continue
        one = _whole(head, group)
        if one not in joined:
            every = [g for g in range(head.shape[0]) if _whole(head, g) == one]
            members = np.flatnonzero(np.isin(x.xi[:, GROUP], every)).tolist()
            title = f"{len(members)} correlated activities"
            name = f"{acts.code[row]} …"
            joined[one] = Input(name, title, activities=members, groups=every)
            made.append(joined[one])
    made += [Input(one.id, "", drivers=[k]) for k, one in enumerate(model.drivers)]
    return made + _risks(setting, model)


def _whole(head: Any, group: int) -> int:
    """The correlation that a row of the groups belongs to, by its first row."""
    return int(head[group, GROUP_FIRST]) if head[group, GROUP_FIRST] >= 0 else group


def _risks(setting: Setting, model: RiskModel) -> list[Input]:
    """The risks of the register; those whose occurrence is bound together as one."""
    x, ids = setting.bound.variables, setting.bound.risks
    titles = {risk.id: risk.title for risk in model.risks}
    bound_to = {name: name for name in ids}
    for item in model.occurrence:
        names = [*item.risks, *([item.parent] if item.parent else [])]
        first = bound_to[names[0]]
        others = {bound_to[name] for name in names}
        bound_to.update({name: first for name, of in bound_to.items() if of in others})
    made: dict[str, Input] = {}
    for k, name in enumerate(ids):
        one = made.setdefault(bound_to[name], Input(name, titles.get(name, "")))
        if one.risks:
            one.id, one.title = f"{one.id}, {name}", "risks that occur together"
        one.risks.append(k)
        one.impacts += np.flatnonzero(x.impact_i[:, RISK] == k).tolist()
        if x.risk_i[k, RISK_GROUP] >= 0:
            one.groups.append(int(x.risk_i[k, RISK_GROUP]))
    return list(made.values())


def frozen(
    setting: Setting,
    finish: Any,
    some: Iterable[Input],
    most: int = MOST_RUNS,
    progress: Tell | None = None,
) -> tuple[Frozen, ...]:
    """Sobol indices of inputs of a run whose finishes (clock of the horizon) are `finish`.

    One run of the first `most` iterations for each and one more. What `progress(done, total)`,
    over the iterations of all runs, raises comes through.
    """
    some = list(some)
    n = min(most, setting.options.iterations)
    done, total = 0, (len(some) + 1) * n

    def tell(so_far: int, _: int) -> None:
        if progress is not None:
            progress(done + so_far, total)

    told = project_work(setting, finish[:n]).astype(np.float64)
    other = _again(setting, None, n, tell)
    made = []
    for one in some:
        done += n
        change = _again(setting, one, n, tell) - other
        first, width = _first_order(told, other, change)
        pooled = (told.var() + other.var()) / 2.0
        all_in = float((change * change).mean()) / (2.0 * pooled) if pooled > 0 else math.nan
        made.append(Frozen(one.id, one.title, one.row, first, width, all_in))
    return tuple(made)


def _first_order(told: Numbers, other: Numbers, change: Numbers) -> tuple[float, float]:
    """(first-order index, half of its 95 % interval over whole replicates)."""

    def index(part: slice) -> float:
        a = told[part] - told[part].mean()
        return float((a * change[part]).mean())

    pooled = float(told.var() + other.var()) / 2.0
    if pooled <= 0:
        return math.nan, math.nan
    first = index(slice(None)) / pooled
    count = told.size // REPLICATE
    if count < 4:
        return first, math.nan
    from scipy.stats import t

    each = [index(slice(k * REPLICATE, (k + 1) * REPLICATE)) / pooled for k in range(count)]
    spread = float(np.std(each, ddof=1)) / math.sqrt(count)
    return first, float(t.ppf(0.975, count - 1)) * spread


def _again(setting: Setting, kept: Input | None, n: int, tell: Tell) -> Numbers:
    """Finishes, on the project's work axis, with fresh numbers for all but the kept input."""
    from planbench.engines.risk.simulate import run_afresh

    finish = run_afresh(_rekeyed(setting, kept), n, tell)
    late: Numbers = project_work(setting, finish).astype(np.float64)
    return late


def _rekeyed(setting: Setting, kept: Input | None) -> Setting:
    """The same runs with other numbers for everything but the kept input."""
    kept = kept or Input("", "")
    x, sky = setting.bound.variables, setting.sky
    variables = x._replace(
        xi=_other(x.xi, LOW, kept.activities),
        groups=_other(x.groups, GROUP_LOW, kept.groups),
        driver_i=_other(x.driver_i, LOW, kept.drivers),
        risk_i=_other(x.risk_i, RISK_LOW, kept.risks),
        impact_i=_other(x.impact_i, LOW, kept.impacts),
        options=_other(x.options, OPTION_LOW, ()),
    )
    sky = sky._replace(head=_other(sky.head, weather.LOW, ()))
    return replace(setting, bound=replace(setting.bound, variables=variables), sky=sky)


def _other(table: Any, column: int, kept: Iterable[int]) -> Any:
    made = table.copy()
    change = np.ones(table.shape[0], dtype=np.bool_)
    change[list(kept)] = False
    made[change, column] ^= _FRESH
    return made
