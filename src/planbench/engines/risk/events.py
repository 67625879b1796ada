"""Weather, work that may not exist, and branches of the logic.

These parts of a risk model decide when work is possible and whether it is done, not how long it
takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.times import from_iso, to_iso
from planbench.engines.risk.distributions import Distribution
from planbench.engines.risk.reading import (
    Where,
    entries,
    known_keys,
    law_json,
    law_of,
    list_of,
    number,
    probability,
    text,
    where_of,
)

MONTHS = 12


@dataclass(frozen=True)
class Weather:
    """Days of the calendar on which no work is possible, the same for all activities it concerns.

    Given in one of three ways. `non_workable` and `persistence` by month: the share of days that
    are lost in the long run, and the probability that a day after a lost one is lost as well (a
    Markov chain over calendar days). `lost_days` by month: the law of the number of working days
    lost in the month, spread at random. `years`: lost days of the year (1 to 366) of recorded
    years, of which every simulated year takes one at random.
    """

    where: Where
    non_workable: tuple[float, ...] = ()
    persistence: tuple[float, ...] = ()
    lost_days: tuple[tuple[int, Distribution], ...] = ()  # (month, law)
    years: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Existence:
    """Each of some activities exists in a share of the runs; else it takes no time."""

    where: Where
    probability: float


@dataclass(frozen=True)
class Path:
    """One way of a branch: its activities, and when it is taken.

    Either with a probability, or when `activity` finishes after `after`.
    """

    where: Where
    probability: float = 0.0
    activity: str = ""
    after: int = 0  # minutes since the epoch


@dataclass(frozen=True)
class Branch:
    """A point of the logic from which one path goes on; the work of the others is not done.

    Conditions are tried in their order; the last path is taken when none holds.
    """

    id: str
    paths: tuple[Path, ...]

    @property
    def conditional(self) -> bool:
        """Whether dates decide, not chance."""
        return bool(self.paths[0].activity)


def weather(given: Mapping[str, Any], at: str) -> Weather:
    """Read one entry of `weather`. Raises ModelError."""
    known_keys(given, ("where", "non_workable", "persistence", "lost_days", "years"), at)
    ways = [key for key in ("non_workable", "lost_days", "years") if given.get(key)]
    if len(ways) != 1:
        raise ModelError("give one of non_workable, lost_days and years", at)
    where = where_of(given, at)
    if ways == ["non_workable"]:
        lost = _by_month(given, "non_workable", at)
        stay = _by_month(given, "persistence", at) if given.get("persistence") else lost
        for k, (p, q) in enumerate(zip(lost, stay, strict=True), start=1):
            if p < 1 and p * (1 - q) > (1 - p) * (1 + 1e-9):
                raise ModelError(
                    f"month {k}: {p:g} of the days cannot be lost if bad weather lasts no "
                    f"longer than a persistence of {q:g} says",
                    at,
                    "Raise the persistence.",
                )
        return Weather(where, lost, stay)
    if "persistence" in given:
        raise ModelError("'persistence' belongs to 'non_workable'", at)
    if ways == ["years"]:
        return Weather(where, years=tuple(_year(item, at) for item in list_of(given, "years", at)))
    laws = []
    for item, place in entries(given, "lost_days", f"{at} "):
        known_keys(item, ("month", "distribution", "parameters"), place)
        month = number(item.get("month"), f"{place} month")
        if month not in range(1, MONTHS + 1):
            raise ModelError(f"there is no month {month:g}", place, "Use 1 to 12.")
        laws.append((int(month), law_of(item, place)))
    if len({month for month, _ in laws}) < len(laws):
        raise ModelError("a month is there twice", at)
    return Weather(where, lost_days=tuple(laws))


def _by_month(given: Mapping[str, Any], key: str, at: str) -> tuple[float, ...]:
    """Twelve shares; one alone counts for every month."""
    value = given[key]
    shares = [value] * MONTHS if isinstance(value, int | float) else list_of(given, key, f"{at} ")
    if len(shares) != MONTHS:
        raise ModelError(f"'{key}' has {len(shares)} values", at, "Give one, or one a month.")
    return tuple(probability(share, f"{at} {key}") for share in shares)


def _year(given: Any, at: str) -> tuple[int, ...]:
    if not isinstance(given, list):
        raise ModelError("a year must be a list of its lost days", at)
    days = [number(day, f"{at} years") for day in given]
    if any(day not in range(1, 367) for day in days):
        raise ModelError("a lost day is not a day of the year", at, "Use 1 to 366.")
    return tuple(sorted({int(day) for day in days}))


def weather_json(item: Weather) -> dict[str, Any]:
    """The JSON that `weather` reads back."""
    made: dict[str, Any] = {"where": item.where.as_dict()}
    if item.non_workable:
        made |= {"non_workable": list(item.non_workable), "persistence": list(item.persistence)}
    if item.lost_days:
        made["lost_days"] = [{"month": month, **law_json(law)} for month, law in item.lost_days]
    if item.years:
        made["years"] = [list(days) for days in item.years]
    return made


def existence(given: Mapping[str, Any], at: str) -> Existence:
    """Read one entry of `existence`. Raises ModelError."""
    known_keys(given, ("where", "probability"), at)
    return Existence(where_of(given, at), probability(given.get("probability"), at))


def existence_json(item: Existence) -> dict[str, Any]:
    """The JSON that `existence` reads back."""
    return {"where": item.where.as_dict(), "probability": item.probability}


def branch(given: Mapping[str, Any], at: str) -> Branch:
    """Read one entry of `branches`. Raises ModelError."""
    known_keys(given, ("id", "paths"), at)
    name = text(given.get("id"), f"{at} id")
    paths = tuple(_path(*item) for item in entries(given, "paths", f"{at} "))
    if len(paths) < 2:
        raise ModelError("needs two paths or more", at)
    conditions = [bool(path.activity) for path in paths]
    if any(conditions) and conditions != [True] * (len(paths) - 1) + [False]:
        raise ModelError("every path but the last needs a condition, the last one none", at)
    if not any(conditions):
        total = sum(path.probability for path in paths)
        if abs(total - 1.0) > 1e-6:
            raise ModelError(f"the probabilities add up to {total:g}", at, "They must make 1.")
    return Branch(name, paths)


def _path(given: Mapping[str, Any], at: str) -> Path:
    known_keys(given, ("where", "probability", "when"), at)
    where = where_of(given, at)
    if not given.get("when"):
        return Path(where, probability(given.get("probability", 0.0), at))
    when = given["when"]
    known_keys(when, ("activity", "finish_after"), f"{at} when")
    activity = text(when.get("activity"), f"{at} when activity")
    date = text(when.get("finish_after"), f"{at} when finish_after")
    try:
        return Path(where, activity=activity, after=from_iso(date))
    except (PlanbenchError, ValueError) as error:
        raise ModelError(f"'{date}' is not a date", f"{at} when", "Write 2027-03-31.") from error


def branch_json(item: Branch) -> dict[str, Any]:
    """The JSON that `branch` reads back."""
    paths: list[dict[str, Any]] = []
    for path in item.paths:
        made: dict[str, Any] = {"where": path.where.as_dict()}
        if path.activity:
            made["when"] = {"activity": path.activity, "finish_after": to_iso(path.after)}
        elif not item.conditional:
            made["probability"] = path.probability
        paths.append(made)
    return {"id": item.id, "paths": paths}
