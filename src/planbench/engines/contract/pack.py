"""Rule packs as data: what a form of contract asks of a programme, in planbench's own words.

A pack is a JSON object (schema `planbench/contract-pack/1`). Its texts are paraphrases that the
user may edit together with the parameters of the checks; the contract itself governs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from planbench.domain.errors import ModelError

SCHEMA = "planbench/contract-pack/1"

KINDS = ("automatic", "semi-automatic", "manual")
"""How a rule is decided: from the schedule alone, after mapping or evidence, by evidence alone."""

WEIGHTS = ("requirement", "good-practice")
DAY_RULES = ("calendar", "business", "contract")
FROM_RULES = ("date", "month-end")

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """One check of a rule: the name of its function and its parameters."""

    check: str
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One item that the programme has to show, or that has to be done with it.

    `evidence` says what is asked of the user; "" where the schedule tells all. `weight` is
    "requirement" or "good-practice" (the form does not ask for it, sound programmes show it).
    """

    id: str
    clause: str
    title: str
    text: str
    kind: str
    calls: tuple[Call, ...] = ()
    evidence: str = ""
    weight: str = "requirement"


@dataclass(frozen=True)
class DeadlineRule:
    """How many days after which event somebody has to act.

    `trigger` is the kind of event, `starts` the date of the event that counts ("aware",
    "notified", "date"), `base` whether from that date or from the end of its month. The time runs
    in `days` by `day_rule`: "calendar", "business" (Monday to Friday without the contract's
    holidays) or "contract" (the working days of the contract's calendar); `roll` moves a due date
    that is no business day to the next one. It is met by the date `met_by` of the same event, or
    by the next event of the kind `met_by_event`. `expiry` tells what follows when it passes.
    """

    id: str
    clause: str
    title: str
    who: str
    trigger: str
    starts: str
    days: int
    day_rule: str = "calendar"
    roll: bool = False
    base: str = "date"
    met_by: str = ""
    met_by_event: str = ""
    expiry: str = ""


@dataclass(frozen=True)
class Pack:
    """A form of contract (or an owner's specification) as rules and deadlines."""

    id: str
    version: str
    title: str
    edition: str
    note: str
    rules: tuple[Rule, ...]
    deadlines: tuple[DeadlineRule, ...] = ()

    def rule(self, name: str) -> Rule:
        """A rule by its id. Raises KeyError for an unknown one."""
        return next((one for one in self.rules if one.id == name), None) or _unknown(name)

    def with_rule(self, changed: Rule) -> Pack:
        """The same pack with the rule of this id replaced."""
        rules = tuple(changed if one.id == changed.id else one for one in self.rules)
        return replace(self, rules=rules)


def _unknown(name: str) -> Rule:
    raise KeyError(name)


def pack_from(data: Any, where: str = "") -> Pack:
    """A pack from the content of its file.

    Raises ModelError, naming the rule, for anything missing, unknown or of the wrong kind.
    """
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        raise ModelError(f"this is no rule pack ('schema' is not {SCHEMA})", where)
    heads = ("id", "version", "title", "edition", "note")
    _only(data, {"schema", *heads, "rules", "deadlines"}, where)
    texts = [_text(data, name, where) for name in heads]
    rules = tuple(_rule(item, where) for item in _list(data, "rules", where))
    deadlines = tuple(_deadline(item, where) for item in _list(data, "deadlines", where))
    if not rules:
        raise ModelError("a pack needs at least one rule", where)
    for ids in ([one.id for one in rules], [one.id for one in deadlines]):
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ModelError(f"{twice[0]} is there twice", where)
    return Pack(texts[0], texts[1], texts[2], texts[3], texts[4], rules, deadlines)


def _rule(item: Any, where: str) -> Rule:
    from planbench.engines.contract.checks import CHECKS, defaults_of

    place = _place(item, "rule", where)
    _only(item, {"id", "clause", "title", "text", "kind", "checks", "evidence", "weight"}, place)
    texts = [_text(item, name, place) for name in ("id", "clause", "title", "text")]
    kind = _among(item, "kind", KINDS, "", place)
    calls = []
    for call in _list(item, "checks", place):
        _only(call, {"check", "parameters"}, place)
        name = _text(call, "check", place)
        if name not in CHECKS:
            raise ModelError(f"there is no check '{name}'", place)
        given = call.get("parameters", {})
        known = defaults_of(name)
        for key, value in given.items():
            if key not in known:
                raise ModelError(f"check '{name}' has no parameter '{key}'", place)
            if not _alike(value, known[key]):
                raise ModelError(f"parameter '{key}' of check '{name}' cannot be {value!r}", place)
        calls.append(Call(name, {**known, **given}))
    evidence = _text(item, "evidence", place, "")
    if kind == "manual" and (calls or not evidence):
        raise ModelError("a manual rule asks for evidence and has no checks", place)
    if kind != "manual" and not calls:
        raise ModelError("a rule that is not manual needs a check", place)
    weight = _among(item, "weight", WEIGHTS, WEIGHTS[0], place)
    return Rule(texts[0], texts[1], texts[2], texts[3], kind, tuple(calls), evidence, weight)


def _alike(value: Any, default: Any) -> bool:
    """Whether a value is of the kind of the default; numbers are not negative unless it is."""
    if isinstance(default, bool):
        return isinstance(value, bool)
    if isinstance(default, int | float):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and abs(value) < 1e12 and (value >= 0 or default < 0)
    if isinstance(default, list):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, type(default))


def _deadline(item: Any, where: str) -> DeadlineRule:
    place = _place(item, "deadline", where)
    names = ("id", "clause", "title", "who", "trigger", "starts")
    optional = ("met_by", "met_by_event", "expiry")
    _only(item, {*names, *optional, "days", "day_rule", "roll", "base"}, place)
    texts = {name: _text(item, name, place) for name in names}
    texts |= {name: _text(item, name, place, "") for name in optional}
    days = item.get("days")
    if not isinstance(days, int) or isinstance(days, bool) or not -3660 <= days <= 3660:
        raise ModelError("'days' is missing or no sensible whole number", place)
    if bool(texts["met_by"]) == bool(texts["met_by_event"]):
        raise ModelError("either 'met_by' or 'met_by_event' says what meets it", place)
    roll = item.get("roll", False)
    if not isinstance(roll, bool):
        raise ModelError("'roll' is true or false", place)
    return DeadlineRule(
        days=days,
        day_rule=_among(item, "day_rule", DAY_RULES, DAY_RULES[0], place),
        roll=roll,
        base=_among(item, "base", FROM_RULES, FROM_RULES[0], place),
        **texts,
    )


def _place(item: Any, what: str, where: str) -> str:
    if not isinstance(item, Mapping):
        raise ModelError(f"a {what} is not an object", where)
    return f"{where}, {what} {item.get('id', '?')}"


def _text(item: Mapping[str, Any], name: str, place: str, default: str | None = None) -> str:
    value = item.get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise ModelError(f"'{name}' is missing or not a text", place)
    return value


def _list(item: Mapping[str, Any], name: str, place: str) -> list[Any]:
    value = item.get(name, [])
    if not isinstance(value, list):
        raise ModelError(f"'{name}' is not a list", place)
    return value


def _among(
    item: Mapping[str, Any], name: str, known: tuple[str, ...], default: str, place: str
) -> str:
    value = item.get(name, default)
    if value not in known:
        raise ModelError(f"'{name}' must be one of {', '.join(known)}", place)
    return str(value)


def _only(item: Any, known: set[str], place: str) -> None:
    if not isinstance(item, Mapping):
        raise ModelError("something here is not an object", place)
    unknown = sorted(set(item) - known)
    if unknown:
        raise ModelError(f"'{unknown[0]}' is not known", place)


def pack_json(pack: Pack) -> dict[str, Any]:
    """The pack as the content of its file; `pack_from` reads the same pack back."""
    return {
        "schema": SCHEMA,
        "id": pack.id,
        "version": pack.version,
        "title": pack.title,
        "edition": pack.edition,
        "note": pack.note,
        "rules": [_rule_json(one) for one in pack.rules],
        "deadlines": [dict(vars(one)) for one in pack.deadlines],
    }


def _rule_json(rule: Rule) -> dict[str, Any]:
    made: dict[str, Any] = {
        name: getattr(rule, name)
        for name in ("id", "clause", "title", "text", "kind", "evidence", "weight")
    }
    made["checks"] = [
        {"check": call.check, "parameters": dict(call.parameters)} for call in rule.calls
    ]
    return made
