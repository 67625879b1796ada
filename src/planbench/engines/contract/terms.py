"""Contract data: the dates of the contract and what its words mean in this schedule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planbench.domain.errors import ModelError

STARTING = ("commencement", "access")
ENDING = ("key-date", "section", "completion")
MILESTONE_KINDS = (*STARTING, *ENDING)


@dataclass(frozen=True)
class Milestone:
    """A date of the contract and the activity that stands for it ("" while it is not mapped)."""

    kind: str
    name: str
    activity: str
    date: dt.date
    extension: int = 0  # calendar days granted

    @property
    def due(self) -> dt.date:
        """The contract date with the extension of time."""
        return self.date + dt.timedelta(days=self.extension)


@dataclass(frozen=True)
class Delivery:
    """An item of the long-lead list, its delivery milestone, and the date it is needed by."""

    name: str
    activity: str
    needed: dt.date | None = None


@dataclass(frozen=True)
class Term:
    """A word of the contract as an activity code (all values for none) or a user-defined field."""

    code: str = ""
    values: tuple[str, ...] = ()
    field: str = ""


@dataclass(frozen=True)
class ContractData:
    """What the checks and deadlines need to know of the contract.

    `terms` map words such as "review", "test", "others", "stage", "section", "risk-allowance".
    `stages` are values of the stage code in the order of the work. `rest_days` are weekdays (1
    Monday to 7 Sunday) and `holidays` days on which nobody is to be planned. `calendar` names the
    schedule's calendar on which contract days are counted.
    """

    milestones: tuple[Milestone, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    terms: Mapping[str, Term] = field(default_factory=dict)
    stages: tuple[str, ...] = ()
    holidays: tuple[dt.date, ...] = ()
    rest_days: tuple[int, ...] = ()
    calendar: str = ""
    price: float | None = None
    facts: Mapping[str, str] = field(default_factory=dict)  # shown beside the list, in words

    def of_kind(self, kinds: list[str]) -> tuple[Milestone, ...]:
        """The milestones of some kinds, in the order of the list."""
        return tuple(one for one in self.milestones if one.kind in kinds)


def day_from(value: Any, name: str, place: str) -> dt.date:
    """A date from `YYYY-MM-DD`. Raises ModelError for anything else."""
    try:
        found = dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ModelError(f"'{name}' is no date: {value!r}", place, "Write YYYY-MM-DD.") from None
    if not 1900 <= found.year <= 2200:
        raise ModelError(f"'{name}' is no sensible date: {value}", place)
    return found


_KEYS = {
    "milestones",
    "deliveries",
    "terms",
    "stages",
    "holidays",
    "rest_days",
    "calendar",
    "price",
    "facts",
}


def data_from(data: Any, where: str = "") -> ContractData:
    """Contract data from JSON. Raises ModelError for anything that it cannot be."""
    if not isinstance(data, Mapping):
        raise ModelError("contract data is not an object", where)
    unknown = sorted(set(data) - _KEYS)
    if unknown:
        raise ModelError(f"'{unknown[0]}' is not known in contract data", where)
    try:
        return ContractData(
            tuple(_milestone(item, where) for item in data.get("milestones", ())),
            tuple(_delivery(item, where) for item in data.get("deliveries", ())),
            {str(name): _term(item) for name, item in data.get("terms", {}).items()},
            tuple(str(one) for one in data.get("stages", ())),
            tuple(day_from(one, "holidays", where) for one in data.get("holidays", ())),
            tuple(_weekday(one, where) for one in data.get("rest_days", ())),
            str(data.get("calendar", "")),
            _price(data.get("price")),
            {str(name): str(text) for name, text in data.get("facts", {}).items()},
        )
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        told = f"lacks {error}" if isinstance(error, KeyError) else f"cannot be read: {error}"
        raise ModelError(f"contract data {told}", where) from error


def _price(value: Any) -> float | None:
    found = None if value is None else float(value)
    if found is not None and not abs(found) < 1e15:
        raise ValueError("'price' is no sensible amount")
    return found


def _weekday(value: Any, where: str) -> int:
    if value not in range(1, 8):
        raise ModelError(f"'rest_days' are 1 (Monday) to 7, not {value!r}", where)
    return int(value)


def _milestone(item: Mapping[str, Any], where: str) -> Milestone:
    place = f"{where}, milestone {item.get('name', '?')}"
    if item["kind"] not in MILESTONE_KINDS:
        raise ModelError(f"'kind' must be one of {', '.join(MILESTONE_KINDS)}", place)
    days = item.get("extension", 0)
    if not isinstance(days, int) or abs(days) > 36_600:
        raise ModelError("'extension' is no sensible number of days", place)
    date = day_from(item["date"], "date", place)
    return Milestone(item["kind"], str(item["name"]), str(item.get("activity", "")), date, days)


def _delivery(item: Mapping[str, Any], where: str) -> Delivery:
    place = f"{where}, delivery {item.get('name', '?')}"
    needed = item.get("needed")
    return Delivery(
        str(item["name"]),
        str(item.get("activity", "")),
        None if needed is None else day_from(needed, "needed", place),
    )


def _term(item: Mapping[str, Any]) -> Term:
    values = tuple(str(one) for one in item.get("values", ()))
    return Term(str(item.get("code", "")), values, str(item.get("field", "")))


def data_json(data: ContractData) -> dict[str, Any]:
    """The data as JSON; `data_from` reads the same back."""
    return {
        "milestones": [
            {
                "kind": one.kind,
                "name": one.name,
                "activity": one.activity,
                "date": one.date.isoformat(),
                "extension": one.extension,
            }
            for one in data.milestones
        ],
        "deliveries": [
            {
                "name": one.name,
                "activity": one.activity,
                "needed": one.needed.isoformat() if one.needed else None,
            }
            for one in data.deliveries
        ],
        "terms": {
            name: {"code": one.code, "values": list(one.values), "field": one.field}
            for name, one in data.terms.items()
        },
        "stages": list(data.stages),
        "holidays": [one.isoformat() for one in data.holidays],
        "rest_days": list(data.rest_days),
        "calendar": data.calendar,
        "price": data.price,
        "facts": dict(data.facts),
    }
