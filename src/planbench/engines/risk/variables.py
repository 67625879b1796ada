"""What is random about each activity: the risk model bound to a network, as columns.

A duration is made in this order: the range of the activity (or its remaining duration), then the
factors of the drivers that occur, then the impacts of the risks that occur; never below zero,
rounded to the minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import ActivityType, Schedule, Status
from planbench.domain.times import Minutes
from planbench.engines.risk.correlation import Correlated, Groups, bind_correlation
from planbench.engines.risk.distributions import Distribution, Law, distribution
from planbench.engines.risk.model import Impact, Risk, RiskModel, Uncertainty
from planbench.engines.risk.occurrence import bind_risks
from planbench.engines.risk.optional import bind_options
from planbench.engines.risk.rng import stable_hash
from planbench.engines.risk.selection import selected

LONGEST = 50 * 366 * 1440
"""Minutes beyond which a duration or an impact is refused: fifty years, mostly a wrong unit."""

CONSTANT = -1
"""Kind of a law with one value."""

_WORKING = (ActivityType.TASK, ActivityType.RESOURCE_DEPENDENT)


LAW_KIND, LAW_OFFSET, LAW_COUNT = range(3)
"""Columns of `Variables.lawhead`: law k has `count` knots from `offset`."""

LAW, LOW, HIGH, GROUP, THRESHOLD, RISK, SIGN, PARALLEL = range(8)
"""Whole numbers of an activity's range, a driver or an impact: its law, the halves of the hash
that keys its draws, the correlation group; a driver's probability in units of 2**-32; the row of
an impact's risk, +1 for a threat, and whether it counts in parallel."""

LOCATION, SCALE, SHARED, OWN = range(4)
"""Fractions: location and scale of the law (minutes for activities), and the weights of the
group's and the activity's own normal score."""


class Variables(NamedTuple):
    """The pool of laws, the activities' ranges, and what activities share."""

    lawhead: Any  # (laws, 3) int64; law 0 is the standard normal
    values: Any
    chances: Any
    base: Any  # (n,) int32 remaining duration
    varies: Any  # (n,) bool: not the same in every run
    xi: Any  # (n, 4) int64
    xf: Any  # (n, 4) float64
    risky: Any  # (n,) bool: has drivers or impacts
    driver_start: Any  # CSR of drivers
    drivers: Any
    impact_start: Any  # CSR of impacts
    impacts: Any
    impact_minutes: Any  # float64 minutes per unit, 0 for a share of the duration
    groups: Any  # (groups, 4) int64, see planbench.engines.risk.correlation
    mix: Any  # float64 weights of the rows of correlation matrices
    risk_i: Any  # (risks, 7) int64, see planbench.engines.risk.occurrence
    risk_f: Any  # (risks, 2) float64 weights of the shared and the own score
    driver_i: Any  # (drivers, 8) int64
    driver_f: Any  # (drivers, 4) float64
    impact_i: Any
    impact_f: Any
    options: Any  # (options, 8) int64, see planbench.engines.risk.optional
    option_of: Any  # (n,) int32, -1 for work of every run


@dataclass(frozen=True)
class Bound:
    """A model bound to the simulated activities of a schedule."""

    variables: Variables
    idle: tuple[str, ...]  # ids of risks and drivers that touch no open activity
    risks: tuple[str, ...]  # ids of the rows of `risk_i`
    correlated: tuple[Correlated, ...]


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

    def columns(self) -> tuple[Any, Any, Any]:
        knots = [law.knots() for law in self.laws]
        values = [value for value, _ in knots]
        probabilities = [p if p.size else np.zeros_like(v) for v, p in knots]
        sizes = np.array([value.size for value in values])
        offsets = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        kinds = [law.kind for law in self.laws]
        head = np.column_stack((kinds, offsets, sizes)).astype(np.int64)
        return head, np.concatenate(values), np.concatenate(probabilities)


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
    groups = Groups()
    group, shared_part, own_part, told = bind_correlation(model, schedule, rows, groups)
    risk_i, risk_f, risk_ids = bind_risks(model.occurrence, model.risks, mitigated, groups)
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
    impacts: list[tuple[Risk, Impact, str]] = []
    for risk in model.risks:
        if risk.taken_out:
            continue
        response = risk.mitigated if mitigated and risk.mitigated is not None else None
        touched = 0
        for k, impact in enumerate(response.impacts if response else risk.impacts):
            chosen = selected(schedule, impact.where, f"risks {risk.id}")[rows] & able
            at = np.flatnonzero(chosen)
            touched += at.size
            units = {"percent": float(base.max(initial=0)) / 100.0, "hours": 60.0, "days": 1440.0}
            _sensible(impact.distribution, units[impact.unit], f"risks {risk.id}")
            hits.append(np.column_stack((at, np.full(at.size, len(impacts)))))
            impacts.append((risk, impact, f"impact {risk.id} {k}"))
        if not touched:
            idle.append(risk.id)
    impact_start, impact_rows, impact_owner = _grouped(hits, n)
    unit = np.array([0.0 if i.unit == "percent" else 60.0 for _, i, _ in impacts] or [0.0])
    in_days = np.array([i.unit == "days" for _, i, _ in impacts] or [False])
    minutes = np.where(in_days[impact_rows], minutes_of_day[impact_owner], unit[impact_rows])

    risky = (np.diff(driver_start) > 0) | (np.diff(impact_start) > 0)
    driver_i, driver_f = _shared_columns([d.factor for d in model.drivers], pool)
    driver_i[:, (LOW, HIGH)] = _halves([stable_hash(f"driver {d.id}") for d in model.drivers])
    driver_i[:, THRESHOLD] = [round(d.probability * 2**32) for d in model.drivers]
    impact_i, impact_f = _shared_columns([impact.distribution for _, impact, _ in impacts], pool)
    impact_i[:, (LOW, HIGH)] = _halves([stable_hash(name) for _, _, name in impacts])
    impact_i[:, RISK] = [risk_ids.index(risk.id) for risk, _, _ in impacts]
    impact_i[:, SIGN] = [-1 if risk.opportunity else 1 for risk, _, _ in impacts]
    impact_i[:, PARALLEL] = [risk.parallel for risk, _, _ in impacts]
    options, option_of = bind_options(model, schedule, rows)
    variables = Variables(
        *pool.columns(),
        np.rint(np.where(law == CONSTANT, location, base)).astype(np.int32),
        (law != CONSTANT) | risky | (option_of >= 0),
        np.column_stack((law, _halves(hashes), group)).astype(np.int64),
        np.column_stack((location, scale, shared_part, own_part)),
        risky,
        driver_start,
        drivers,
        impact_start,
        impact_rows,
        minutes.astype(np.float64),
        np.array(groups.head, dtype=np.int64).reshape(-1, 4),
        np.array(groups.weights, dtype=np.float64),
        risk_i,
        risk_f,
        driver_i,
        driver_f,
        impact_i,
        impact_f,
        options,
        option_of,
    )
    return Bound(variables, tuple(idle), risk_ids, told)


def _sensible(law: Distribution, unit: float, at: str) -> None:
    """Raises ModelError when the law in `unit` minutes reaches beyond LONGEST."""
    if float(law.quantile(1.0 - 2.0**-22)[0]) * unit > LONGEST:
        raise ModelError("reaches beyond fifty years", at, "Check the unit.")


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
        _sensible(item.distribution, float(unit.max()), f"uncertainty {number + 1}")
        location[at] = item.distribution.location * unit
        scale[at] = item.distribution.scale * unit
        if not item.distribution.fixed:
            law[at] = pool.add(item.distribution)
        else:
            location[at] = float(item.distribution.quantile(0.5)[0]) * unit
    location[law == CONSTANT] = np.maximum(location[law == CONSTANT], 0.0)
    return law, location, scale


def _grouped(pairs: list[Any], n: int) -> tuple[Any, Any, Any]:
    """CSR (start, item, owner) of (activity, item) pairs, in order of the items."""
    both = np.concatenate(pairs) if pairs else np.zeros((0, 2), dtype=np.int64)
    order = np.argsort(both[:, 0], kind="stable")
    start = np.zeros(n + 1, dtype=np.int32)
    np.cumsum(np.bincount(both[:, 0], minlength=n)[:n], out=start[1:])
    return start, both[order, 1].astype(np.int32), both[order, 0]


def _halves(hashes: list[int]) -> Any:
    """(n, 2) low and high halves of 64-bit hashes."""
    whole = np.array(hashes, dtype=np.uint64)
    low, high = whole & np.uint64(0xFFFFFFFF), whole >> np.uint64(32)
    return np.column_stack((low, high)).astype(np.int64)


def _shared_columns(laws: list[Distribution], pool: _Pool) -> tuple[Any, Any]:
    """Whole numbers and fractions of draws that activities share; a single value has no law."""
    whole, fraction = np.zeros((len(laws), 8), dtype=np.int64), np.zeros((len(laws), 4))
    for row, law in enumerate(laws):
        whole[row, LAW] = CONSTANT if law.fixed else pool.add(law)
        fraction[row, LOCATION] = float(law.quantile(0.5)[0]) if law.fixed else law.location
        fraction[row, SCALE] = 0.0 if law.fixed else law.scale
    return whole, fraction
