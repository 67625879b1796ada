"""Reading the JSON of a risk model piece by piece, strictly: every refusal says where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from planbench.domain.errors import ModelError
from planbench.engines.risk.distributions import Distribution, distribution


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


def entries(given: Mapping[str, Any], key: str, at: str) -> Iterable[tuple[Mapping[str, Any], str]]:
    """(entry, place) of a list of objects; a place carries the id where there is one."""
    for number, item in enumerate(list_of(given, key, at), start=1):
        place = f"{at}{key} {number}"
        entry = mapping(item, place)
        yield entry, f"{at}{key} {entry['id']}" if entry.get("id") else place


def list_of(given: Mapping[str, Any], key: str, at: str) -> list[Any]:
    """The list under a key, empty where there is none."""
    found = given.get(key) or []
    if not isinstance(found, list):
        raise ModelError("must be a list", f"{at}{key}")
    return found


def where_of(given: Mapping[str, Any], at: str) -> Where:
    """The choice of activities of an entry."""
    place = f"{at} where"
    part = mapping(given.get("where"), place)
    known_keys(part, ("all", "ids", "wbs", "code", "calendar"), place)
    if not part:
        raise ModelError("says nothing", place, 'Write {"all": true} for all activities.')
    ids = tuple(text(item, f"{place} ids") for item in list_of(part, "ids", f"{place} "))
    code = mapping(part.get("code", {}), f"{place} code")
    pairs = tuple((str(key), text(value, f"{place} code")) for key, value in code.items())
    wbs, calendar = (
        text(part[key], f"{place} {key}") if key in part else "" for key in ("wbs", "calendar")
    )
    return Where(part.get("all") is True, ids, wbs, pairs, calendar)


def law_of(given: Mapping[str, Any], at: str) -> Distribution:
    """The distribution of an entry."""
    name = text(given.get("distribution"), f"{at} distribution")
    return distribution(name, mapping(given.get("parameters"), f"{at} parameters"), at)


def law_json(law: Distribution, unit: str = "") -> dict[str, Any]:
    """Name, parameters and unit of a distribution."""
    made: dict[str, Any] = {"distribution": law.name, "parameters": law.given()}
    return {**made, "as": unit} if unit else made


def mapping(given: Any, at: str) -> Mapping[str, Any]:
    """An object. Raises ModelError for anything else."""
    if not isinstance(given, Mapping):
        raise ModelError("is missing or not an object", at)
    return given


def known_keys(given: Mapping[str, Any], allowed: tuple[str, ...], at: str) -> None:
    """Raises ModelError for a key that is not allowed."""
    for key in given:
        if key not in allowed:
            raise ModelError(f"unknown key '{key}'", at, f"Known are {', '.join(allowed)}.")


def text(given: Any, at: str) -> str:
    """A text that says something."""
    if not isinstance(given, str) or not given.strip():
        raise ModelError("must be a text", at)
    return given


def number(given: Any, at: str) -> float:
    """A number."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ModelError("must be a number", at)
    return float(given)


def probability(given: Any, at: str) -> float:
    """A number from 0 to 1."""
    value = number(given, f"{at} probability")
    if not 0 <= value <= 1:
        raise ModelError(f"a probability of {value:g} is impossible", at, "Use 0 to 1.")
    return value


def choice(given: Any, choices: tuple[str, ...], at: str) -> str:
    """One of some words."""
    if given not in choices:
        raise ModelError(f"'{given}' is not one of {', '.join(choices)}", at)
    return str(given)


def all_different(names: list[str], at: str) -> None:
    """Raises ModelError for a name that is there twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ModelError(f"'{name}' is there twice", at, "Give each entry an id of its own.")
        seen.add(name)
