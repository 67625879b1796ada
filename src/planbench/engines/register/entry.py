"""An entry of the register: a threat or an opportunity, before and after its actions."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from planbench.domain.errors import ModelError

STATUSES = ("proposed", "open", "active", "closed", "occurred", "rejected")
"""States of a risk; those of MODELLED take part in the simulation."""

MODELLED = ("open", "active")

ACTION_STATES = ("planned", "under way", "done", "dropped")

PREVENTS, EASES = "prevents", "eases"
SIDES = (PREVENTS, EASES)
"""What an action is a control of: what keeps the event from occurring, or what its effects are."""

FULL, SPLIT = "each full", "split"
MAPPINGS = (FULL, SPLIT)
"""A delay on several activities: the same on each, or shared out by remaining duration."""


@dataclass(frozen=True)
class Three:
    """Least, likely and greatest value; of opportunities the gain, not below zero either."""

    low: float = 0.0
    mode: float = 0.0
    high: float = 0.0

    @property
    def mean(self) -> float:
        """Mean of the triangular distribution."""
        return (self.low + self.mode + self.high) / 3.0

    def __bool__(self) -> bool:
        return self.high > 0


@dataclass(frozen=True)
class Exposure:
    """Probability, delay in working days and cost: a risk as it stands, or after its actions."""

    probability: float = 0.0
    days: Three = Three()
    cost: Three = Three()


@dataclass(frozen=True)
class RiskAction:
    """Something done about a risk: its activity in the schedule, cost, and the day it is due.

    `works` is the share, 0 to 1, of the probability (a control that prevents) or of the effects
    (one that eases them) that it takes away; 0 where nobody judged it.
    """

    text: str
    owner: str = ""
    activity: str = ""
    budget: str = ""  # cost account that pays for it
    cost: float = 0.0
    due: str = ""  # ISO date or empty
    state: str = "planned"
    side: str = PREVENTS
    works: float = 0.0

    def overdue(self, today: dt.date) -> bool:
        """Whether it is past its day and neither done nor dropped."""
        late = bool(self.due) and self.due < today.isoformat()
        return late and self.state in ("planned", "under way")


@dataclass(frozen=True)
class RiskEntry:
    """One risk. `after` is None where no action is expected to change it."""

    id: str
    title: str
    opportunity: bool = False
    category: str = ""  # node of the risk breakdown structure, levels separated by dots or slashes
    cause: str = ""
    effect: str = ""
    event: str = ""
    owner: str = ""
    status: str = "open"
    proximity_from: str = ""
    proximity_to: str = ""
    activities: tuple[str, ...] = ()
    mapping: str = FULL
    before: Exposure = Exposure()
    after: Exposure | None = None
    actions: tuple[RiskAction, ...] = ()
    trigger: str = ""
    notes: str = ""
    parallel: bool = False

    @property
    def modelled(self) -> bool:
        """Whether it takes part in the simulation."""
        return self.status in MODELLED

    @property
    def next_action(self) -> RiskAction | None:
        """The first action that is neither done nor dropped, by its day."""
        live = [one for one in self.actions if one.state in ("planned", "under way")]
        return min(live, key=lambda one: one.due or "9999", default=None)

    @property
    def action_cost(self) -> float:
        """Cost of all actions that were not dropped."""
        return sum(one.cost for one in self.actions if one.state != "dropped")

    def controls(self, side: str) -> tuple[RiskAction, ...]:
        """Actions on one side of the event that were not dropped."""
        return tuple(one for one in self.actions if one.side == side and one.state != "dropped")

    def left(self, side: str) -> float:
        """Share, 0 to 1, that the controls of one side leave, each working on what is left."""
        return math.prod(1.0 - one.works for one in self.controls(side))


def checked(entry: RiskEntry) -> RiskEntry:
    """The entry itself. Raises ModelError in one line for what cannot be."""
    at = f"risk {entry.id or 'without an id'}"
    if not entry.id.strip():
        raise ModelError("needs an id", "risk")
    if not entry.title.strip():
        raise ModelError("needs a title", at)
    _one_of(entry.status, STATUSES, "status", at)
    _one_of(entry.mapping, MAPPINGS, "mapping", at)
    for name, exposure in (("before", entry.before), ("after", entry.after)):
        if exposure is not None:
            _check_exposure(exposure, f"{at} {name}")
    _check_date(entry.proximity_from, f"{at} proximity from")
    _check_date(entry.proximity_to, f"{at} proximity to")
    if entry.proximity_to and entry.proximity_to < entry.proximity_from:
        raise ModelError("the window ends before it begins", at)
    for action in entry.actions:
        _check_date(action.due, f"{at} action due")
        _one_of(action.state, ACTION_STATES, "state of an action", at)
        _one_of(action.side, SIDES, "side of an action", at)
        if not 0 <= action.works <= 1:
            raise ModelError("an action works by 0 to 100 %", at)
        if not action.text.strip():
            raise ModelError("an action needs words", at)
        if action.cost < 0 or not math.isfinite(action.cost):
            raise ModelError("the cost of an action is below zero", at)
    return entry


def _one_of(value: str, known: tuple[str, ...], what: str, at: str) -> None:
    if value not in known:
        raise ModelError(f"{what} '{value}' is not one of {', '.join(known)}", at)


def _check_exposure(exposure: Exposure, at: str) -> None:
    if not 0 <= exposure.probability <= 1:
        raise ModelError(
            f"a probability of {exposure.probability:g} is impossible", at, "Use 0 to 100 %."
        )
    for name, three in (("days", exposure.days), ("cost", exposure.cost)):
        values = (three.low, three.mode, three.high)
        if not all(map(math.isfinite, values)) or three.low < 0:
            raise ModelError(
                f"{name} must not be below zero", at, "Gains of opportunities are positive too."
            )
        if not three.low <= three.mode <= three.high:
            raise ModelError(f"{name} must rise from least over likely to greatest", at)


def _check_date(text: str, at: str) -> None:
    try:
        if text:
            dt.date.fromisoformat(text)
    except ValueError:
        raise ModelError(f"'{text}' is no date", at, "Write it as 2027-03-31.") from None


def entry_json(entry: RiskEntry) -> dict[str, Any]:
    """The JSON that `entry_from` reads back."""
    made = dict(vars(entry))
    made["activities"] = list(entry.activities)
    made["before"] = _exposure_json(entry.before)
    made["after"] = None if entry.after is None else _exposure_json(entry.after)
    made["actions"] = [dict(vars(action)) for action in entry.actions]
    return made


def _exposure_json(exposure: Exposure) -> dict[str, Any]:
    return {
        "probability": exposure.probability,
        "days": list(vars(exposure.days).values()),
        "cost": list(vars(exposure.cost).values()),
    }


def entry_from(given: Mapping[str, Any]) -> RiskEntry:
    """Read an entry. Raises ModelError for unknown fields and what cannot be."""
    at = f"risk {given.get('id', '')}"
    known = {item.name for item in fields(RiskEntry)}
    for key in given:
        if key not in known:
            raise ModelError(f"unknown field '{key}'", at)
    try:
        made = dict(given)
        made["activities"] = tuple(map(str, given.get("activities", ())))
        made["before"] = _exposure(given.get("before") or {})
        made["after"] = None if given.get("after") is None else _exposure(given["after"])
        made["actions"] = tuple(RiskAction(**one) for one in given.get("actions", ()))
        return checked(RiskEntry(**made))
    except (TypeError, ValueError) as error:
        raise ModelError(f"cannot be read: {error}", at) from error


def _exposure(given: Mapping[str, Any]) -> Exposure:
    zero = (0.0, 0.0, 0.0)
    return Exposure(
        float(given.get("probability", 0.0)),
        Three(*map(float, given.get("days", zero))),
        Three(*map(float, given.get("cost", zero))),
    )


def fresh_id(known: tuple[str, ...], opportunity: bool = False) -> str:
    """The next free id, `R-01` or `O-01`."""
    letter = "O" if opportunity else "R"
    taken = set(known)
    number = 1
    while f"{letter}-{number:02d}" in taken:
        number += 1
    return f"{letter}-{number:02d}"
