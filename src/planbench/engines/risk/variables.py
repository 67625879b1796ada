"""What is random about each activity: the risk model bound to a network, as columns.

A duration is made in this order: the range of the activity (or its remaining duration), then the
factors of the drivers that occur, then the impacts of the risks that occur; never below zero,
rounded to the minute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import ActivityType, Schedule, Status
from planbench.domain.times import Minutes
from planbench.engines.risk.distributions import Distribution, Law, distribution
from planbench.engines.risk.model import Impact, Risk, RiskModel, Uncertainty
from planbench.engines.risk.rng import stable_hash
from planbench.engines.risk.selection import selected

CONSTANT = -1
"""Kind of a law with one value."""

_WORKING = (ActivityType.TASK, ActivityType.RESOURCE_DEPENDENT)


class Laws(NamedTuple):
    """Pool of distinct laws: law k has its knots at `offset[k]`, `count[k]` of them."""

    kind: Any
    offset: Any
    count: Any
    values: Any
    probabilities: Any


class Variables(NamedTuple):
    """Per simulated activity its range and links to shared draws; then the shared draws."""

    base: Any  # int32 remaining duration
    varies: Any  # bool: not the same in every run
    law: Any  # int32, CONSTANT without a range
    location: Any  # float64 minutes
    scale: Any
    low: Any  # uint32 halves of the hash of its uid
    high: Any
    group: Any  # int32 correlation group, -1 for none
    shared_part: Any  # float64 weights of the group's and of its own normal score
    own_part: Any
    driver_start: Any  # CSR of drivers
    drivers: Any
    impact_start: Any  # CSR of impacts
    impacts: Any
    impact_minutes: Any  # float64 minutes per unit, 0 for a share of the duration
    group_low: Any
    group_high: Any
    driver_law: Any
    driver_location: Any
    driver_scale: Any
    driver_chance: Any  # uint64 threshold of 2**32
    driver_low: Any
    driver_high: Any
    impact_law: Any
    impact_location: Any
    impact_scale: Any
    impact_chance: Any
    impact_sign: Any  # +1 threat, -1 opportunity
    impact_parallel: Any
    impact_low: Any
    impact_high: Any
    risk_low: Any  # per impact: hash of its risk, so that all its impacts occur together
    risk_high: Any


@dataclass(frozen=True)
class Bound:
    """A model bound to the simulated activities of a schedule."""

    laws: Laws
    variables: Variables
    idle: tuple[str, ...]  # ids of risks and drivers that touch no open activity


class _Pool:
    """Distinct laws in order of first use; the standard normal law is number 0."""

    def __init__(self) -> None:
        self.laws: list[Law] = []
        self.number: dict[Any, int] = {}
        self.add(distribution("normal", {"mean": 0.0, "sd": 1.0}))

    def add(self, given: Distribution) -> int:
        key = given.law.key
        if key not in self.number:
            self.number[key] = len(self.laws)
            self.laws.append(given.law)
        return self.number[key]

    def columns(self) -> Laws:
        knots = [law.knots() for law in self.laws]
        values = [value for value, _ in knots]
        probabilities = [p if p.size else np.zeros_like(v) for v, p in knots]
        sizes = np.array([value.size for value in values])
        return Laws(
            np.array([law.kind for law in self.laws], dtype=np.int32),
            np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64),
            sizes.astype(np.int64),
            np.concatenate(values),
            np.concatenate(probabilities),
        )


def open_work(schedule: Schedule) -> Any:
    """Mask of activities whose duration can vary: incomplete tasks, not milestones or summaries."""
    acts = schedule.activities
    return np.isin(acts.type, _WORKING) & (acts.status != Status.COMPLETE)


def winning_ranges(schedule: Schedule, ranges: tuple[Uncertainty, ...]) -> Any:
    """Per activity the position of the range that counts for it, -1 for none.

    The more particular choice wins (ids over codes over WBS over calendars over all), of equal
    ones the later. Raises ModelError for names that the schedule does not have.
    """
    winner = np.full(len(schedule), -1, dtype=np.int32)
    rank = np.full(len(schedule), -1, dtype=np.int32)
    able = open_work(schedule)
    for number, item in enumerate(ranges):
        mask = selected(schedule, item.where, f"uncertainty {number + 1}") & able
        mask &= rank <= item.where.rank
        winner[mask] = number
        rank[mask] = item.where.rank
    return winner


def bind(
    model: RiskModel,
    schedule: Schedule,
    rows: Any,
    remaining: Minutes,
    mitigated: bool = False,
) -> Bound:
    """Bind a model to activities `rows` with these remaining durations (per schedule row).

    Raises ModelError for names that the schedule does not have and for correlation that
    contradicts itself.
    """
    pool = _Pool()
    n = rows.size
    day = np.array([calendar.minutes_per_day for calendar in schedule.calendars] or [480.0])
    minutes_of_day = day[np.maximum(schedule.activities.calendar[rows], 0)]
    base = remaining[rows]
    law, location, scale = _ranges(model, schedule, rows, base, minutes_of_day, pool)
    hashes = [stable_hash(f"activity {uid}") for uid in schedule.activities.uid[rows].tolist()]
    group, shared_part, own_part, group_hashes = _groups(model, schedule, rows)
    able = open_work(schedule)[rows] & (base > 0)
    idle: list[str] = []

    driven: list[Any] = []
    for number, driver in enumerate(model.drivers):
        at = np.flatnonzero(selected(schedule, driver.where, f"drivers {driver.id}")[rows] & able)
        driven.append(np.column_stack((at, np.full(at.size, number))))
        if not at.size:
            idle.append(driver.id)
    driver_start, drivers, _ = _grouped(driven, n)

    hits: list[Any] = []
    impacts: list[tuple[Risk, Impact, float, str]] = []
    for risk in model.risks:
        response = risk.mitigated if mitigated and risk.mitigated is not None else None
        chance = response.probability if response else risk.probability
        touched = 0
        for k, impact in enumerate(response.impacts if response else risk.impacts):
            chosen = selected(schedule, impact.where, f"risks {risk.id}")[rows] & able
            at = np.flatnonzero(chosen)
            touched += at.size
            hits.append(np.column_stack((at, np.full(at.size, len(impacts)))))
            impacts.append((risk, impact, chance, f"impact {risk.id} {k}"))
        if not touched:
            idle.append(risk.id)
    impact_start, impact_rows, impact_owner = _grouped(hits, n)
    unit = np.array([0.0 if i.unit == "percent" else 60.0 for _, i, _, _ in impacts] or [0.0])
    in_days = np.array([i.unit == "days" for _, i, _, _ in impacts] or [False])
    minutes = np.where(in_days[impact_rows], minutes_of_day[impact_owner], unit[impact_rows])

    varies = (law != CONSTANT) | (np.diff(driver_start) > 0) | (np.diff(impact_start) > 0)
    d_laws = [d.factor for d in model.drivers]
    i_laws = [impact.distribution for _, impact, _, _ in impacts]
    risk_hashes = [stable_hash(f"risk {risk.id}") for risk, _, _, _ in impacts]
    variables = Variables(
        np.rint(np.where(law == CONSTANT, location, base)).astype(np.int32),
        varies,
        law,
        location,
        scale,
        *_halves(hashes),
        group,
        shared_part,
        own_part,
        driver_start,
        drivers,
        impact_start,
        impact_rows,
        minutes.astype(np.float64),
        *_halves(group_hashes),
        *_law_columns(d_laws, pool),
        _thresholds([d.probability for d in model.drivers]),
        *_halves([stable_hash(f"driver {d.id}") for d in model.drivers]),
        *_law_columns(i_laws, pool),
        _thresholds([chance for _, _, chance, _ in impacts]),
        np.array([-1.0 if risk.opportunity else 1.0 for risk, _, _, _ in impacts]),
        np.array([risk.parallel for risk, _, _, _ in impacts], dtype=np.bool_),
        *_halves([stable_hash(name) for _, _, _, name in impacts]),
        *_halves(risk_hashes),
    )
    return Bound(pool.columns(), variables, tuple(idle))


def _ranges(
    model: RiskModel,
    schedule: Schedule,
    rows: Any,
    base: Minutes,
    minutes_of_day: Any,
    pool: _Pool,
) -> tuple[Any, Any, Any]:
    """(law, location, scale in minutes) of every activity."""
    law = np.full(rows.size, CONSTANT, dtype=np.int32)
    location = base.astype(np.float64)
    scale = np.zeros(rows.size)
    winner = winning_ranges(schedule, model.uncertainty)[rows]
    winner[base <= 0] = -1
    for number, item in enumerate(model.uncertainty):
        at = np.flatnonzero(winner == number)
        if not at.size:
            continue
        if item.unit == "percent":
            unit = base[at] / 100.0
        else:
            unit = minutes_of_day[at] if item.unit == "days" else np.full(at.size, 60.0)
        location[at] = item.distribution.location * unit
        scale[at] = item.distribution.scale * unit
        if not item.distribution.fixed:
            law[at] = pool.add(item.distribution)
        else:
            location[at] = float(item.distribution.quantile(0.5)[0]) * unit
    location[law == CONSTANT] = np.maximum(location[law == CONSTANT], 0.0)
    return law, location, scale


def _groups(model: RiskModel, schedule: Schedule, rows: Any) -> tuple[Any, Any, Any, list[int]]:
    """Correlation groups in one-factor form: score = shared * group + own * activity.

    A coefficient is a rank correlation r; scores then correlate by 2 sin(pi r / 6).
    """
    group = np.full(rows.size, -1, dtype=np.int32)
    shared_part, own_part = np.zeros(rows.size), np.ones(rows.size)
    hashes: list[int] = []
    for number, item in enumerate(model.correlation):
        at = f"correlation {number + 1}"
        chosen = np.flatnonzero(selected(schedule, item.where, at)[rows])
        twice = chosen[group[chosen] >= 0]
        if twice.size:
            code = schedule.activities.code[rows[twice[0]]]
            raise ModelError(
                f"{code} is in another correlation as well", at, "Join the two entries."
            )
        rho = 2.0 * math.sin(math.pi * abs(item.coefficient) / 6.0)
        group[chosen] = number
        shared_part[chosen] = math.sqrt(min(rho, 1.0))
        own_part[chosen] = math.sqrt(max(1.0 - rho, 0.0))
        if item.coefficient < 0 and chosen.size == 2:
            shared_part[chosen[1]] *= -1.0
        hashes.append(stable_hash(f"correlation {sorted(item.where.as_dict().items())}"))
    return group, shared_part, own_part, hashes


def _grouped(pairs: list[Any], n: int) -> tuple[Any, Any, Any]:
    """CSR (start, item, owner) of (activity, item) pairs, in order of the items."""
    both = np.concatenate(pairs) if pairs else np.zeros((0, 2), dtype=np.int64)
    order = np.argsort(both[:, 0], kind="stable")
    start = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(np.bincount(both[:, 0], minlength=n)[:n], out=start[1:])
    return start, both[order, 1].astype(np.int32), both[order, 0]


def _halves(hashes: list[int]) -> tuple[Any, Any]:
    whole = np.array(hashes, dtype=np.uint64)
    return (whole & np.uint64(0xFFFFFFFF)).astype(np.uint32), (whole >> np.uint64(32)).astype(
        np.uint32
    )


def _thresholds(chances: list[float]) -> Any:
    return np.array([round(chance * 2**32) for chance in chances], dtype=np.uint64)


def _law_columns(laws: list[Distribution], pool: _Pool) -> tuple[Any, Any, Any]:
    """(law, location, scale); a single value is a location without a law."""
    number = np.array([CONSTANT if d.fixed else pool.add(d) for d in laws], dtype=np.int32)
    location = np.array([float(d.quantile(0.5)[0]) if d.fixed else d.location for d in laws])
    scale = np.array([0.0 if d.fixed else d.scale for d in laws])
    return number, location.astype(np.float64), scale.astype(np.float64)
