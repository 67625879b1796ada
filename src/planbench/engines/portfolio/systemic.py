"""Problems that repeat across projects: who or what is late more often than all others.

A factor level (a supplier, a cause, a discipline...) is compared with everything else by Fisher's
exact test, one-sided. Levels with few events or from a single project are not judged. Several
levels are judged at once, so their false discoveries are held down (Benjamini and Hochberg 1995).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from planbench.engines.portfolio.register import Delay

LEAST_EVENTS = 8
LEAST_PROJECTS = 2
FALSE_DISCOVERIES = 0.10
SIGNIFICANT = 0.05
CHRONIC_PERIODS, CHRONIC_OF = 3, 4
FACTORS = ("supplier", "discipline", "phase", "location", "project", "cause")


@dataclass(frozen=True)
class Level:
    """One level of a factor against the rest.

    `ratio` of the late rates is None where nothing else is late; `p` and `q` are None where there
    are too few events or projects to judge. `smoothed` is the late rate drawn towards that of
    all, with a weight of `LEAST_EVENTS` events. `significant_periods` tells of each of the last
    periods, oldest first, whether all events up to its end were significant. `trend` is the late
    rate of its later half of periods less that of the earlier half.
    """

    factor: str
    name: str
    events: int
    late: int
    rest_events: int
    rest_late: int
    projects: int
    mean_days: float
    median_days: float
    cost: float
    smoothed: float
    ratio: float | None
    p: float | None
    q: float | None
    systemic: bool
    significant_periods: tuple[bool, ...]
    chronic: bool
    trend: float | None

    @property
    def rate(self) -> float:
        """Share of its events that were late."""
        return self.late / self.events


def fisher_greater(late: int, events: int, rest_late: int, rest_events: int) -> float:
    """Chance to see at least so many late ones if the level were like the rest (one-sided)."""
    from scipy.special import gammaln

    def log_ways(n: Any, k: Any) -> Any:
        return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)

    all_late, everything = late + rest_late, events + rest_events
    k = np.arange(late, min(events, all_late) + 1, dtype=np.float64)
    k = k[all_late - k <= rest_events]
    ways = log_ways(events, k) + log_ways(rest_events, all_late - k)
    return float(min(1.0, np.exp(ways - log_ways(everything, all_late)).sum()))


def rate_ratio(late: int, events: int, rest_late: int, rest_events: int) -> float | None:
    """Late rate over the late rate of the rest, None where the rest is never late."""
    if not rest_events or not rest_late or not events:
        return None
    return (late / events) / (rest_late / rest_events)


def false_discovery_rates(p_values: Sequence[float]) -> tuple[float, ...]:
    """Benjamini-Hochberg q-values in the given order."""
    n = len(p_values)
    order = sorted(range(n), key=lambda k: p_values[k])
    q = [0.0] * n
    least = 1.0
    for place in range(n - 1, -1, -1):
        least = min(least, p_values[order[place]] * n / (place + 1))
        q[order[place]] = least
    return tuple(q)


def late_levels(delays: Sequence[Delay], factor: str) -> tuple[Level, ...]:
    """All levels of a factor, systemic ones first, then by p-value, then by name.

    Causes are coded for late events only, so they are counted but never tested.
    """
    if factor not in FACTORS:
        raise ValueError(f"there is no factor {factor}")
    by_level: dict[str, list[Delay]] = defaultdict(list)
    for event in delays:
        by_level[getattr(event, factor)].append(event)
    by_level.pop("", None)
    periods = sorted({event.period for event in delays if event.period})
    found = [_level(delays, factor, name, by_level[name], periods) for name in sorted(by_level)]
    tested = [k for k, level in enumerate(found) if level[1] is not None]
    rates = false_discovery_rates([found[k][1] or 0.0 for k in tested])
    q_of = dict(zip(tested, rates, strict=True))
    made = [_judged(level, p, q_of.get(k)) for k, (level, p) in enumerate(found)]
    return tuple(
        sorted(made, key=lambda x: (not x.systemic, 1.0 if x.p is None else x.p, -x.late, x.name))
    )


def _level(
    delays: Sequence[Delay], factor: str, name: str, mine: list[Delay], periods: list[str]
) -> tuple[Level, float | None]:
    late = [event for event in mine if event.late]
    all_late = sum(event.late for event in delays)
    n, rest = len(mine), len(delays) - len(mine)
    projects = len({event.project for event in mine})
    enough = n >= LEAST_EVENTS and projects >= LEAST_PROJECTS and rest > 0 and factor != "cause"
    p = fisher_greater(len(late), n, all_late - len(late), rest) if enough else None
    flags = tuple(_significant(delays, factor, name, end) for end in periods[-CHRONIC_OF:])
    days = [event.days_late for event in late]
    prior = all_late / len(delays)
    level = Level(
        factor,
        name,
        n,
        len(late),
        rest,
        all_late - len(late),
        projects,
        sum(days) / len(days) if days else 0.0,
        float(median(days)) if days else 0.0,
        math.fsum(event.cost for event in late),
        (len(late) + LEAST_EVENTS * prior) / (n + LEAST_EVENTS),
        rate_ratio(len(late), n, all_late - len(late), rest),
        p,
        None,
        False,
        flags if enough else (),
        enough and sum(flags) >= CHRONIC_PERIODS,
        _trend(mine, periods),
    )
    return level, p


def _judged(level: Level, p: float | None, q: float | None) -> Level:
    from dataclasses import replace

    systemic = p is not None and q is not None and q <= FALSE_DISCOVERIES and p < SIGNIFICANT
    return replace(level, q=q, systemic=systemic, chronic=level.chronic and systemic)


def _significant(delays: Sequence[Delay], factor: str, name: str, end: str) -> bool:
    """Whether all events up to the end of a period set a level apart."""
    known = [event for event in delays if event.period and event.period <= end]
    mine = [event for event in known if getattr(event, factor) == name]
    if len(mine) < LEAST_EVENTS or len(known) == len(mine):
        return False
    late = sum(event.late for event in mine)
    rest_late = sum(event.late for event in known) - late
    return fisher_greater(late, len(mine), rest_late, len(known) - len(mine)) < SIGNIFICANT


def _trend(mine: list[Delay], periods: list[str]) -> float | None:
    half = len(periods) // 2
    early = [event.late for event in mine if event.period in periods[:half]]
    recent = [event.late for event in mine if event.period in periods[len(periods) - half :]]
    if not early or not recent:
        return None
    return sum(recent) / len(recent) - sum(early) / len(early)


@dataclass(frozen=True)
class HeatCell:
    """Events and late ones of a factor level in a project."""

    level: str
    project: str
    events: int
    late: int


def heat_cells(delays: Sequence[Delay], factor: str) -> tuple[HeatCell, ...]:
    """Counts by level and project, for levels and projects that met."""
    events: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for event in delays:
        if name := getattr(event, factor):
            events[name, event.project].append(event.late)
    return tuple(HeatCell(*key, len(late), sum(late)) for key, late in sorted(events.items()))


def pareto(delays: Sequence[Delay], factor: str) -> tuple[tuple[str, float, float], ...]:
    """Cost of lateness by level with its cumulated share, dearest first."""
    cost: dict[str, list[float]] = defaultdict(list)
    for event in delays:
        if event.late:
            cost[getattr(event, factor) or "not coded"].append(event.cost)
    sums = {name: math.fsum(parts) for name, parts in cost.items()}
    whole = math.fsum(sums.values())
    made, running = [], 0.0
    for name, amount in sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])):
        running += amount
        made.append((name, amount, running / whole if whole else 0.0))
    return tuple(made)
