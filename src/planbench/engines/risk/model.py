"""The risk model: ranges, correlation, drivers and the register, as read from JSON.

The shape is that of `planbench risk --model`. Reading is strict: an unknown key, an impossible
number or a name that is not there is refused with one line that says where it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from planbench.domain.errors import ModelError
from planbench.engines.risk.cost_lines import (
    CostLine,
    Currency,
    cost_json,
    cost_law,
    cost_line,
    currency,
    currency_json,
)
from planbench.engines.risk.distributions import Distribution
from planbench.engines.risk.events import (
    Branch,
    Existence,
    Weather,
    branch,
    branch_json,
    existence,
    existence_json,
    weather,
    weather_json,
)
from planbench.engines.risk.occurrence import (
    Occurrence,
    check_occurrences,
    occurrence,
    occurrence_json,
)
from planbench.engines.risk.reading import (
    Where,
    all_different,
    choice,
    entries,
    known_keys,
    law_json,
    law_of,
    list_of,
    mapping,
    number,
    probability,
    text,
    where_of,
)

SCHEMA = "planbench/risk-model/1"

PARTS = (
    "uncertainty",
    "correlation",
    "drivers",
    "risks",
    "occurrence",
    "weather",
    "existence",
    "branches",
    "cost",
    "currencies",
    "watch",
)
"""Parts of a model, each a list."""

UNITS = ("percent", "hours", "days")

MOST_CORRELATED = 500
"""Activities of one correlation matrix."""

__all__ = ["CostLine", "Where"]  # besides what stands below


@dataclass(frozen=True)
class Uncertainty:
    """A range of the remaining duration of the activities it applies to.

    With "percent", 100 leaves the remaining duration as it is; "hours" and "days" (of the
    activity's own calendar) replace it.
    """

    where: Where
    distribution: Distribution
    unit: str = "percent"


@dataclass(frozen=True)
class Correlation:
    """Rank correlation between the ranges of all activities of a group.

    One coefficient for every pair, or a matrix with a row for each of the ids of `where`.
    """

    where: Where
    coefficient: float
    matrix: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Driver:
    """A factor on the durations of many activities; it applies in `probability` of all runs."""

    id: str
    probability: float
    factor: Distribution
    where: Where


@dataclass(frozen=True)
class Impact:
    """Effect of a risk on each of some activities: the same draw counts for all of them.

    "days" and "hours" are added to the duration, "percent" is a share of the sampled duration.
    """

    where: Where
    distribution: Distribution
    unit: str = "days"


@dataclass(frozen=True)
class Response:
    """Probability and impacts of a risk once its action was taken."""

    probability: float
    impacts: tuple[Impact, ...]
    cost_of_action: float = 0.0
    cost: Distribution | None = None


@dataclass(frozen=True)
class Risk:
    """A threat or an opportunity of the register.

    Threats on one activity add up when `parallel` is false; of the parallel ones only the largest
    counts. The larger of that sum and that maximum is added. Opportunities likewise shorten.
    """

    id: str
    title: str
    probability: float
    impacts: tuple[Impact, ...]
    opportunity: bool = False
    parallel: bool = False
    cost: Distribution | None = None
    mitigated: Response | None = None
    taken_out: bool = False  # never occurs, while the draws of all others stay as they are

    def chance(self, mitigated: bool) -> float:
        """Probability before or after its action."""
        return self.mitigated.probability if mitigated and self.mitigated else self.probability


@dataclass(frozen=True)
class RiskModel:
    """All that is uncertain about a schedule."""

    uncertainty: tuple[Uncertainty, ...] = ()
    correlation: tuple[Correlation, ...] = ()
    drivers: tuple[Driver, ...] = ()
    risks: tuple[Risk, ...] = ()
    cost: tuple[CostLine, ...] = ()
    watch: tuple[str, ...] = ()
    weather: tuple[Weather, ...] = ()
    existence: tuple[Existence, ...] = ()
    branches: tuple[Branch, ...] = ()
    occurrence: tuple[Occurrence, ...] = ()
    currencies: tuple[Currency, ...] = ()

    def with_only(self, kept: Collection[str]) -> RiskModel:
        """The model in which the other risks of the register never occur."""
        risks = (replace(r, taken_out=r.taken_out or r.id not in kept) for r in self.risks)
        return replace(self, risks=tuple(risks))

    def without(self, risk_id: str) -> RiskModel:
        """The model in which one risk of the register never occurs."""
        return self.with_only({risk.id for risk in self.risks} - {risk_id})

    @property
    def has_cost(self) -> bool:
        """Whether a line or a risk says what something costs."""
        of_risks = (
            r.cost or (r.mitigated and (r.mitigated.cost or r.mitigated.cost_of_action))
            for r in self.risks
        )
        return bool(self.cost) or any(of_risks)


def parse_model(given: Any, name: str = "") -> RiskModel:
    """Read the JSON object of a risk model.

    Raises ModelError in one line: file, place, what is wrong, what may stand there.
    """
    top = mapping(given, name or "risk model")
    if top.get("schema", SCHEMA) != SCHEMA:
        raise ModelError(f"schema '{top['schema']}' is not {SCHEMA}", name)
    known_keys(top, ("schema", *PARTS), name)
    at = f"{name}: " if name else ""
    risks = tuple(_risk(*item) for item in entries(top, "risks", at))
    drivers = tuple(_driver(*item) for item in entries(top, "drivers", at))
    all_different([risk.id for risk in risks], f"{at}risks")
    all_different([driver.id for driver in drivers], f"{at}drivers")
    cost = tuple(cost_line(*item) for item in entries(top, "cost", at))
    all_different([line.id for line in cost], f"{at}cost")
    currencies = tuple(currency(*item) for item in entries(top, "currencies", at))
    all_different([item.code for item in currencies], f"{at}currencies")
    for line in cost:
        if line.currency and line.currency not in {item.code for item in currencies}:
            raise ModelError(f"there is no currency {line.currency}", f"{at}cost {line.id}")
    branches = tuple(branch(*item) for item in entries(top, "branches", at))
    all_different([item.id for item in branches], f"{at}branches")
    together = tuple(occurrence(*item) for item in entries(top, "occurrence", at))
    check_occurrences(together, risks, at)
    return RiskModel(
        occurrence=together,
        currencies=currencies,
        cost=cost,
        uncertainty=tuple(_uncertainty(*item) for item in entries(top, "uncertainty", at)),
        correlation=tuple(_correlation(*item) for item in entries(top, "correlation", at)),
        drivers=drivers,
        risks=risks,
        watch=tuple(text(item, f"{at}watch") for item in list_of(top, "watch", at)),
        weather=tuple(weather(*item) for item in entries(top, "weather", at)),
        existence=tuple(existence(*item) for item in entries(top, "existence", at)),
        branches=branches,
    )


def model_json(model: RiskModel) -> dict[str, Any]:
    """The JSON object that `parse_model` reads back as the same model."""
    return {
        "schema": SCHEMA,
        "uncertainty": [
            {
                "where": item.where.as_dict(),
                "of": "remaining",
                **law_json(item.distribution, item.unit),
            }
            for item in model.uncertainty
        ],
        "correlation": [
            {"ids": list(item.where.ids), "matrix": [list(row) for row in item.matrix]}
            if item.matrix
            else {"where": item.where.as_dict(), "coefficient": item.coefficient}
            for item in model.correlation
        ],
        "drivers": [
            {
                "id": item.id,
                "probability": item.probability,
                "factor": law_json(item.factor),
                "where": item.where.as_dict(),
            }
            for item in model.drivers
        ],
        "risks": [_risk_json(item) for item in model.risks],
        "occurrence": [occurrence_json(item) for item in model.occurrence],
        "weather": [weather_json(item) for item in model.weather],
        "existence": [existence_json(item) for item in model.existence],
        "branches": [branch_json(item) for item in model.branches],
        "cost": [cost_json(line) for line in model.cost],
        "currencies": [currency_json(item) for item in model.currencies],
        "watch": list(model.watch),
    }


def _risk_json(risk: Risk) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": risk.id,
        "title": risk.title,
        "kind": "opportunity" if risk.opportunity else "threat",
        "probability": risk.probability,
        "impacts": _impacts_json(risk.impacts),
        "mode": "parallel" if risk.parallel else "series",
    }
    if risk.cost is not None:
        made["cost"] = law_json(risk.cost)
    if risk.mitigated is not None:
        made["mitigated"] = {
            "probability": risk.mitigated.probability,
            "impacts": _impacts_json(risk.mitigated.impacts),
            "cost_of_action": risk.mitigated.cost_of_action,
        }
        if risk.mitigated.cost is not None:
            made["mitigated"]["cost"] = law_json(risk.mitigated.cost)
    return made


def _impacts_json(impacts: Iterable[Impact]) -> list[dict[str, Any]]:
    return [
        {"where": item.where.as_dict(), **law_json(item.distribution, item.unit)}
        for item in impacts
    ]


def _uncertainty(given: Mapping[str, Any], at: str) -> Uncertainty:
    known_keys(given, ("where", "distribution", "of", "as", "parameters"), at)
    if given.get("of", "remaining") != "remaining":
        raise ModelError(f"'of' is '{given['of']}'", at, "Only the remaining duration has a range.")
    law = law_of(given, at)
    unit = choice(given.get("as", "percent"), UNITS, f"{at} as")
    if float(law.quantile(1.0 - 1e-6)[0]) <= 0:
        raise ModelError("the whole range is at or below zero", at)
    return Uncertainty(where_of(given, at), law, unit)


def _correlation(given: Mapping[str, Any], at: str) -> Correlation:
    known_keys(given, ("where", "ids", "coefficient", "matrix"), at)
    if ("ids" in given) == ("where" in given):
        raise ModelError("give either 'where' or 'ids'", at)
    where = where_of(given if "where" in given else {"where": {"ids": given["ids"]}}, at)
    if given.get("matrix"):
        return Correlation(where, 0.0, _matrix(given, where.ids, at))
    coefficient = number(given.get("coefficient"), f"{at} coefficient")
    if not -1 <= coefficient <= 1:
        raise ModelError(f"a coefficient of {coefficient:g} is impossible", at, "Use -1 to 1.")
    if coefficient < 0 and len(where.ids) != 2:
        raise ModelError("a negative coefficient is possible for a pair only", at)
    return Correlation(where, coefficient)


def _matrix(
    given: Mapping[str, Any], ids: tuple[str, ...], at: str
) -> tuple[tuple[float, ...], ...]:
    place = f"{at} matrix"
    if "coefficient" in given:
        raise ModelError("give either 'coefficient' or 'matrix'", at)
    if not 2 <= len(ids) <= MOST_CORRELATED or len(set(ids)) < len(ids):
        raise ModelError(f"needs 'ids' of 2 to {MOST_CORRELATED} different activities", place)
    rows = list_of(given, "matrix", f"{at} ")
    if any(not isinstance(row, list) or len(row) != len(ids) for row in [*rows, rows]):
        raise ModelError(f"is not {len(ids)} rows of {len(ids)} numbers", place)
    made = tuple(tuple(number(value, place) for value in row) for row in rows)
    for a, row in enumerate(made):
        for b, value in enumerate(row):
            if not -1 <= value <= 1 or (a == b and value != 1):
                raise ModelError(f"{value:g} between {ids[a]} and {ids[b]} is impossible", place)
            if value != made[b][a]:
                raise ModelError(f"{ids[a]} and {ids[b]} have two different values", place)
    return made


def _driver(given: Mapping[str, Any], at: str) -> Driver:
    known_keys(given, ("id", "probability", "factor", "where"), at)
    factor = mapping(given.get("factor"), f"{at} factor")
    known_keys(factor, ("distribution", "parameters"), f"{at} factor")
    law = law_of(factor, f"{at} factor")
    if float(law.quantile(0.5)[0]) > 10:
        raise ModelError(
            "the factor is ten times and more", at, "Factors multiply: write 1.2 for 120 %."
        )
    name = text(given.get("id"), f"{at} id")
    return Driver(name, probability(given.get("probability", 1.0), at), law, where_of(given, at))


def _risk(given: Mapping[str, Any], at: str) -> Risk:
    allowed = ("id", "title", "kind", "probability", "impacts", "cost", "mode", "mitigated")
    known_keys(given, allowed, at)
    name = text(given.get("id"), f"{at} id")
    kind = choice(given.get("kind", "threat"), ("threat", "opportunity"), f"{at} kind")
    mode = choice(given.get("mode", "series"), ("series", "parallel"), f"{at} mode")
    return Risk(
        name,
        str(given.get("title", "")),
        probability(given.get("probability"), at),
        _impacts(given, at),
        kind == "opportunity",
        mode == "parallel",
        cost_law(given, at),
        _response(given["mitigated"], f"{at} mitigated") if given.get("mitigated") else None,
    )


def _response(given: Any, at: str) -> Response:
    part = mapping(given, at)
    known_keys(part, ("probability", "impacts", "cost_of_action", "cost"), at)
    action = number(part.get("cost_of_action", 0.0), f"{at} cost_of_action")
    chance = probability(part.get("probability"), at)
    return Response(chance, _impacts(part, at), action, cost_law(part, at))


def _impacts(given: Mapping[str, Any], at: str) -> tuple[Impact, ...]:
    made = []
    for item, place in entries(given, "impacts", f"{at} "):
        known_keys(item, ("where", "as", "distribution", "parameters"), place)
        unit = choice(item.get("as", "days"), UNITS, f"{place} as")
        made.append(Impact(where_of(item, place), law_of(item, place), unit))
    return tuple(made)
