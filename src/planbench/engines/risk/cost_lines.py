"""Cost lines and currencies of a risk model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planbench.domain.errors import ModelError
from planbench.engines.risk.distributions import Distribution
from planbench.engines.risk.reading import (
    Where,
    choice,
    known_keys,
    law_json,
    law_of,
    mapping,
    text,
    where_of,
)

_LAWS = ("fixed", "per_day", "rate", "escalation")
_TEXTS = ("cbs", "currency", "at", "resource")
_KEYS = ("id", "where", "over", *_LAWS, *_TEXTS)


@dataclass(frozen=True)
class CostLine:
    """A cost: a fixed part, and a part that the work of some activities makes.

    The fixed part is spent when activity `at` finishes, else evenly from the data date to the
    finish. `per_day` is spent by working day of each activity of `where` (days of its own
    calendar), or by working day of the whole project where `whole`. With `resource` the work
    costs what that resource's assignments cost, times `rate`; assignments of labour and
    equipment cost more where the activity takes longer, those of material do not. Complete work
    costs nothing more. `escalation` is the rise of prices a year from the data date on, 0.03 for
    3 %; work rises with the middle of its own time.
    """

    id: str
    fixed: Distribution | None = None
    per_day: Distribution | None = None
    where: Where | None = None
    whole: bool = False
    cbs: str = ""
    currency: str = ""
    at: str = ""
    resource: str = ""
    rate: Distribution | None = None
    escalation: Distribution | None = None


@dataclass(frozen=True)
class Currency:
    """What one unit of a currency is worth in the currency of the model."""

    code: str
    rate: Distribution


def cost_law(given: Mapping[str, Any], at: str, key: str = "cost") -> Distribution | None:
    """The law under a key, None where there is none."""
    if not given.get(key):
        return None
    part = mapping(given[key], f"{at} {key}")
    known_keys(part, ("distribution", "parameters"), f"{at} {key}")
    return law_of(part, f"{at} {key}")


def cost_line(given: Mapping[str, Any], at: str) -> CostLine:
    """Read one entry of `cost`. Raises ModelError."""
    known_keys(given, _KEYS, at)
    laws = {key: cost_law(given, at, key) for key in _LAWS}
    words = {key: text(given[key], f"{at} {key}") if key in given else "" for key in _TEXTS}
    whole = "over" in given and choice(given["over"], ("project",), f"{at} over") == "project"
    where = where_of(given, at) if "where" in given else None
    if laws["fixed"] is None and laws["per_day"] is None and not words["resource"]:
        mend = "Give 'fixed', 'per_day' with 'where' or 'over', or 'resource'."
        raise ModelError("costs nothing", at, mend)
    if words["resource"]:
        if laws["per_day"] is not None or whole:
            raise ModelError("a resource has its own price, not one by day", at)
    elif laws["rate"] is not None:
        raise ModelError("'rate' belongs to 'resource'", at)
    elif (laws["per_day"] is not None) != ((where is not None) or whole) or (where and whole):
        raise ModelError("'per_day' belongs to one of 'where' and 'over'", at)
    if words["at"] and laws["fixed"] is None:
        raise ModelError("'at' says when a fixed part is spent, and there is none", at)
    escalation = laws["escalation"]
    if escalation is not None and abs(float(escalation.quantile(0.5)[0])) >= 1:
        mend = "Write 0.03 for 3 %."
        raise ModelError("the escalation is 100 % a year and more", at, mend)
    return CostLine(text(given.get("id"), f"{at} id"), where=where, whole=whole, **laws, **words)  # type: ignore[arg-type]


def cost_json(line: CostLine) -> dict[str, Any]:
    """The JSON that `cost_line` reads back."""
    made: dict[str, Any] = {"id": line.id}
    made |= {key: value for key in _TEXTS if (value := getattr(line, key))}
    made |= {key: law_json(law) for key in _LAWS if (law := getattr(line, key)) is not None}
    if line.where is not None:
        made["where"] = line.where.as_dict()
    return {**made, "over": "project"} if line.whole else made


def currency(given: Mapping[str, Any], at: str) -> Currency:
    """Read one entry of `currencies`. Raises ModelError."""
    known_keys(given, ("id", "distribution", "parameters"), at)
    law = law_of(given, at)
    if float(law.quantile(1e-6)[0]) <= 0:
        raise ModelError("a currency is always worth something", at)
    return Currency(text(given.get("id"), f"{at} id"), law)


def currency_json(item: Currency) -> dict[str, Any]:
    """The JSON that `currency` reads back."""
    return {"id": item.code, **law_json(item.rate)}
