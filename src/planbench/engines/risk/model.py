"""The risk model: ranges, correlation, drivers and the register, as read from JSON.

The shape is that of `planbench risk --model`. Reading is strict: an unknown key, an impossible
number or a name that is not there is refused with one line that says where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planbench.domain.errors import ModelError
from planbench.engines.risk.distributions import Distribution, distribution

SCHEMA = "planbench/risk-model/1"

UNITS = ("percent", "hours", "days")

NOT_SIMULATED = ("weather", "branches")
"""Parts of a model file that are read and kept, and reported as left out of the simulation."""


@dataclass(frozen=True)
class Where:
    """Which activities: every given condition must hold; no condition at all means none."""

    all: bool = False
    ids: tuple[str, ...] = ()
    wbs: str = ""
    code: tuple[tuple[str, str], ...] = ()  # (code type, value)
    calendar: str = ""

    @property
    def rank(self) -> int:
        """How particular it is: ids above codes, WBS, calendars and all."""
        if self.ids:
            return 4
        return 3 if self.code else 2 if self.wbs else 1 if self.calendar else 0

    def as_dict(self) -> dict[str, Any]:
        """The JSON of this choice."""
        made: dict[str, Any] = {"all": True} if self.all else {}
        if self.ids:
            made["ids"] = list(self.ids)
        if self.wbs:
            made["wbs"] = self.wbs
        if self.code:
            made["code"] = dict(self.code)
        if self.calendar:
            made["calendar"] = self.calendar
        return made


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
    """Rank correlation between the ranges of all activities of a group."""

    where: Where
    coefficient: float


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


@dataclass(frozen=True)
class CostLine:
    """A cost: a fixed part, and a rate per working day of each of some activities.

    Days are those of the activity's own calendar; complete work costs nothing more.
    """

    id: str
    fixed: Distribution | None = None
    per_day: Distribution | None = None
    where: Where | None = None


@dataclass(frozen=True)
class RiskModel:
    """All that is uncertain about a schedule."""

    uncertainty: tuple[Uncertainty, ...] = ()
    correlation: tuple[Correlation, ...] = ()
    drivers: tuple[Driver, ...] = ()
    risks: tuple[Risk, ...] = ()
    cost: tuple[CostLine, ...] = ()
    watch: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)  # parts named in NOT_SIMULATED

    def without(self, risk_id: str) -> RiskModel:
        """The model with one risk of the register taken out."""
        from dataclasses import replace

        return replace(self, risks=tuple(risk for risk in self.risks if risk.id != risk_id))

    @property
    def has_cost(self) -> bool:
        """Whether a line or a risk says what something costs."""
        of_risks = (
            r.cost or (r.mitigated and (r.mitigated.cost or r.mitigated.cost_of_action))
            for r in self.risks
        )
        return bool(self.cost) or any(of_risks)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Parts of the model that a run does not simulate."""
        return tuple(name for name in NOT_SIMULATED if self.kept.get(name))


def parse_model(given: Any, name: str = "") -> RiskModel:
    """Read the JSON object of a risk model.

    Raises ModelError in one line: file, place, what is wrong, what may stand there.
    """
    top = _mapping(given, name or "risk model")
    if top.get("schema", SCHEMA) != SCHEMA:
        raise ModelError(f"schema '{top['schema']}' is not {SCHEMA}", name)
    parts = ("uncertainty", "correlation", "drivers", "risks", *NOT_SIMULATED, "cost", "watch")
    _known(top, ("schema", *parts), name)
    at = f"{name}: " if name else ""
    risks = tuple(_risk(*item) for item in _entries(top, "risks", at))
    drivers = tuple(_driver(*item) for item in _entries(top, "drivers", at))
    _different([risk.id for risk in risks], f"{at}risks")
    _different([driver.id for driver in drivers], f"{at}drivers")
    cost = tuple(_cost_line(*item) for item in _entries(top, "cost", at))
    _different([line.id for line in cost], f"{at}cost")
    return RiskModel(
        cost=cost,
        uncertainty=tuple(_uncertainty(*item) for item in _entries(top, "uncertainty", at)),
        correlation=tuple(_correlation(*item) for item in _entries(top, "correlation", at)),
        drivers=drivers,
        risks=risks,
        watch=tuple(_text(item, f"{at}watch") for item in _list(top, "watch", at)),
        kept={key: top[key] for key in NOT_SIMULATED if top.get(key)},
    )


def model_json(model: RiskModel) -> dict[str, Any]:
    """The JSON object that `parse_model` reads back as the same model."""
    return {
        "schema": SCHEMA,
        "uncertainty": [
            {"where": item.where.as_dict(), "of": "remaining", **_law(item.distribution, item.unit)}
            for item in model.uncertainty
        ],
        "correlation": [
            {"where": item.where.as_dict(), "coefficient": item.coefficient}
            for item in model.correlation
        ],
        "drivers": [
            {
                "id": item.id,
                "probability": item.probability,
                "factor": _law(item.factor),
                "where": item.where.as_dict(),
            }
            for item in model.drivers
        ],
        "risks": [_risk_json(item) for item in model.risks],
        **{key: model.kept.get(key, []) for key in NOT_SIMULATED},
        "cost": [_cost_json(line) for line in model.cost],
        "watch": list(model.watch),
    }


def _cost_json(line: CostLine) -> dict[str, Any]:
    made: dict[str, Any] = {"id": line.id}
    if line.fixed is not None:
        made["fixed"] = _law(line.fixed)
    if line.per_day is not None and line.where is not None:
        made |= {"per_day": _law(line.per_day), "where": line.where.as_dict()}
    return made


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
        made["cost"] = _law(risk.cost)
    if risk.mitigated is not None:
        made["mitigated"] = {
            "probability": risk.mitigated.probability,
            "impacts": _impacts_json(risk.mitigated.impacts),
            "cost_of_action": risk.mitigated.cost_of_action,
        }
        if risk.mitigated.cost is not None:
            made["mitigated"]["cost"] = _law(risk.mitigated.cost)
    return made


def _impacts_json(impacts: Iterable[Impact]) -> list[dict[str, Any]]:
    return [
        {"where": item.where.as_dict(), **_law(item.distribution, item.unit)} for item in impacts
    ]


def _law(law: Distribution, unit: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {"distribution": law.name, "parameters": law.given()}
    return {**made, "as": unit} if unit else made


def _uncertainty(given: Mapping[str, Any], at: str) -> Uncertainty:
    _known(given, ("where", "distribution", "of", "as", "parameters"), at)
    if given.get("of", "remaining") != "remaining":
        raise ModelError(f"'of' is '{given['of']}'", at, "Only the remaining duration has a range.")
    law = _distribution(given, at)
    unit = _choice(given.get("as", "percent"), UNITS, f"{at} as")
    if float(law.quantile(1.0 - 1e-6)[0]) <= 0:
        raise ModelError("the whole range is at or below zero", at)
    return Uncertainty(_where(given, at), law, unit)


def _correlation(given: Mapping[str, Any], at: str) -> Correlation:
    _known(given, ("where", "ids", "coefficient"), at)
    if ("ids" in given) == ("where" in given):
        raise ModelError("give either 'where' or 'ids'", at)
    where = _where(given if "where" in given else {"where": {"ids": given["ids"]}}, at)
    coefficient = _number(given.get("coefficient"), f"{at} coefficient")
    if not -1 <= coefficient <= 1:
        raise ModelError(f"a coefficient of {coefficient:g} is impossible", at, "Use -1 to 1.")
    if coefficient < 0 and len(where.ids) != 2:
        raise ModelError("a negative coefficient is possible for a pair only", at)
    return Correlation(where, coefficient)


def _driver(given: Mapping[str, Any], at: str) -> Driver:
    _known(given, ("id", "probability", "factor", "where"), at)
    factor = _mapping(given.get("factor"), f"{at} factor")
    _known(factor, ("distribution", "parameters"), f"{at} factor")
    law = _distribution(factor, f"{at} factor")
    if float(law.quantile(0.5)[0]) > 10:
        raise ModelError(
            "the factor is ten times and more", at, "Factors multiply: write 1.2 for 120 %."
        )
    name = _text(given.get("id"), f"{at} id")
    return Driver(name, _probability(given.get("probability", 1.0), at), law, _where(given, at))


def _risk(given: Mapping[str, Any], at: str) -> Risk:
    allowed = ("id", "title", "kind", "probability", "impacts", "cost", "mode", "mitigated")
    _known(given, allowed, at)
    name = _text(given.get("id"), f"{at} id")
    kind = _choice(given.get("kind", "threat"), ("threat", "opportunity"), f"{at} kind")
    mode = _choice(given.get("mode", "series"), ("series", "parallel"), f"{at} mode")
    return Risk(
        name,
        str(given.get("title", "")),
        _probability(given.get("probability"), at),
        _impacts(given, at),
        kind == "opportunity",
        mode == "parallel",
        _cost(given, at),
        _response(given["mitigated"], f"{at} mitigated") if given.get("mitigated") else None,
    )


def _response(given: Any, at: str) -> Response:
    part = _mapping(given, at)
    _known(part, ("probability", "impacts", "cost_of_action", "cost"), at)
    action = _number(part.get("cost_of_action", 0.0), f"{at} cost_of_action")
    chance = _probability(part.get("probability"), at)
    return Response(chance, _impacts(part, at), action, _cost(part, at))


def _impacts(given: Mapping[str, Any], at: str) -> tuple[Impact, ...]:
    made = []
    for item, place in _entries(given, "impacts", f"{at} "):
        _known(item, ("where", "as", "distribution", "parameters"), place)
        unit = _choice(item.get("as", "days"), UNITS, f"{place} as")
        made.append(Impact(_where(item, place), _distribution(item, place), unit))
    return tuple(made)


def _cost(given: Mapping[str, Any], at: str, key: str = "cost") -> Distribution | None:
    if not given.get(key):
        return None
    part = _mapping(given[key], f"{at} {key}")
    _known(part, ("distribution", "parameters"), f"{at} {key}")
    return _distribution(part, f"{at} {key}")


def _cost_line(given: Mapping[str, Any], at: str) -> CostLine:
    _known(given, ("id", "fixed", "per_day", "where"), at)
    fixed, per_day = _cost(given, at, "fixed"), _cost(given, at, "per_day")
    if fixed is None and per_day is None:
        raise ModelError("costs nothing", at, "Give 'fixed', or 'per_day' with 'where', or both.")
    if (per_day is None) != ("where" not in given):
        raise ModelError("'per_day' and 'where' belong together", at)
    where = None if per_day is None else _where(given, at)
    return CostLine(_text(given.get("id"), f"{at} id"), fixed, per_day, where)


def _where(given: Mapping[str, Any], at: str) -> Where:
    place = f"{at} where"
    part = _mapping(given.get("where"), place)
    _known(part, ("all", "ids", "wbs", "code", "calendar"), place)
    if not part:
        raise ModelError("says nothing", place, 'Write {"all": true} for all activities.')
    ids = tuple(_text(item, f"{place} ids") for item in _list(part, "ids", f"{place} "))
    code = _mapping(part.get("code", {}), f"{place} code")
    pairs = tuple((str(key), _text(value, f"{place} code")) for key, value in code.items())
    wbs, calendar = (
        _text(part[key], f"{place} {key}") if key in part else "" for key in ("wbs", "calendar")
    )
    return Where(part.get("all") is True, ids, wbs, pairs, calendar)


def _distribution(given: Mapping[str, Any], at: str) -> Distribution:
    name = _text(given.get("distribution"), f"{at} distribution")
    return distribution(name, _mapping(given.get("parameters"), f"{at} parameters"), at)


def _entries(
    given: Mapping[str, Any], key: str, at: str
) -> Iterable[tuple[Mapping[str, Any], str]]:
    """(entry, place) of a list of objects; a place carries the id where there is one."""
    for number, item in enumerate(_list(given, key, at), start=1):
        place = f"{at}{key} {number}"
        entry = _mapping(item, place)
        yield entry, f"{at}{key} {entry['id']}" if entry.get("id") else place


def _list(given: Mapping[str, Any], key: str, at: str) -> list[Any]:
    found = given.get(key) or []
    if not isinstance(found, list):
        raise ModelError("must be a list", f"{at}{key}")
    return found


def _mapping(given: Any, at: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ModelError("is missing or not an object", at)
    return given


def _known(given: Mapping[str, Any], allowed: tuple[str, ...], at: str) -> None:
    for key in given:
        if key not in allowed:
            raise ModelError(f"unknown key '{key}'", at, f"Known are {', '.join(allowed)}.")


def _text(given: Any, at: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise ModelError("must be a text", at)
    return given


def _number(given: Any, at: str) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ModelError("must be a number", at)
    return float(given)


def _probability(given: Any, at: str) -> float:
    value = _number(given, f"{at} probability")
    if not 0 <= value <= 1:
        raise ModelError(f"a probability of {value:g} is impossible", at, "Use 0 to 1.")
    return value


def _choice(given: Any, choices: tuple[str, ...], at: str) -> str:
    if given not in choices:
        raise ModelError(f"'{given}' is not one of {', '.join(choices)}", at)
    return str(given)


def _different(names: list[str], at: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ModelError(f"'{name}' is there twice", at, "Give each entry an id of its own.")
        seen.add(name)
