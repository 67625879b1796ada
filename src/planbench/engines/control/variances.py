"""Threshold rules on variances and indices, and the corrective actions that follow from them.

A rule is level x metric x window x limits x direction x persistence. A breach that lasts opens
one action, not one a period; an action is closed with a recorded verification only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from planbench.domain.errors import ModelError
from planbench.engines.control.indices import Values, ratio

LEVELS = ("project", "wbs", "account")
AMOUNTS = ("SV", "CV", "VAC")
INDICES = ("CPI", "SPI", "SPI_t", "TCPI_gap")
WINDOWS = ("cumulative", "current", "at-completion")
DIRECTIONS = ("adverse", "favourable", "either")

OPEN, ACCEPTED, CLOSED = "open", "accepted", "closed"
STATES = (OPEN, ACCEPTED, CLOSED)

ESCALATION_DAYS = 14
"""Days over the due date after which an action goes up one more level."""

MOST_LEVELS = 3


@dataclass(frozen=True)
class VarianceRule:
    """When a variance needs a cause and an action.

    `depth` is the level of the breakdown (0 the root; not used for "project"). Amounts (SV = EV -
    PV, CV = EV - AC, VAC = BAC - EAC with EAC by CPI) are held against `amount` and against
    `percent` of PV, EV and BAC; with `both` both must be exceeded, else one. Indices are held
    against `limit`: below it for CPI, SPI and SPI(t), above it for the gap TCPI - CPI. The window
    "current" takes the last period alone. `periods` in a row must breach.
    """

    id: str
    title: str
    level: str
    metric: str
    window: str = "cumulative"
    depth: int = 0
    amount: float | None = None
    percent: float | None = None
    both: bool = False
    limit: float | None = None
    direction: str = "adverse"
    periods: int = 1


@dataclass(frozen=True)
class Moment:
    """A subject at one data date. `spi_t` is None where it was not measured."""

    date: dt.date
    values: Values
    spi_t: float | None = None


@dataclass(frozen=True)
class Subject:
    """What rules are held against: the project, a WBS node, an account; moments oldest first."""

    level: str
    depth: int
    code: str
    name: str
    moments: tuple[Moment, ...]


@dataclass(frozen=True)
class Breach:
    """A rule that a subject breaks at its last data date, and since when without a break.

    `since` reaches back no further than the moments that were given.
    """

    rule: VarianceRule
    subject: Subject
    value: float
    share: float | None
    since: dt.date

    @property
    def adverse(self) -> bool:
        """Whether it is for the worse."""
        if self.rule.metric == "TCPI_gap":
            return self.value > 0
        return self.value < (0 if self.rule.metric in AMOUNTS else 1)


def rule_from(item: Mapping[str, Any], where: str = "") -> VarianceRule:
    """A rule from JSON. Raises ModelError for what makes no sense."""
    place = f"{where}, rule {item.get('id', '?')}" if where else f"rule {item.get('id', '?')}"
    unknown = sorted(set(item) - {one.name for one in fields(VarianceRule)})
    if unknown:
        raise ModelError(f"'{unknown[0]}' is not known", place)
    try:
        rule = VarianceRule(**item)
    except TypeError as error:
        raise ModelError(f"something is missing: {error}", place) from error
    metrics = (*AMOUNTS, *INDICES)
    for name, value, known in (
        ("level", rule.level, LEVELS),
        ("metric", rule.metric, metrics),
        ("window", rule.window, WINDOWS),
        ("direction", rule.direction, DIRECTIONS),
    ):
        if value not in known:
            raise ModelError(f"'{name}' must be one of {', '.join(known)}", place)
    limits = (rule.amount, rule.percent) if rule.metric in AMOUNTS else (rule.limit,)
    if all(one is None for one in limits):
        raise ModelError(f"{rule.metric} has no limit", place)
    for number in (rule.amount, rule.percent, rule.limit):
        if number is not None and (isinstance(number, bool) or not 0 <= float(number) < 1e15):
            raise ModelError("limits are numbers from 0 on", place)
    if not 1 <= rule.periods <= 36:
        raise ModelError("'periods' is from 1 to 36", place)
    if (rule.metric == "VAC") != (rule.window == "at-completion"):
        raise ModelError("VAC goes with the window at-completion, and only VAC does", place)
    return rule


def measured(rule: VarianceRule, moments: Sequence[Moment]) -> tuple[float, float | None] | None:
    """(value, share) of a rule's metric at the last moment, None where it does not exist."""
    if not moments:
        return None
    last = moments[-1]
    values = last.values
    if rule.window == "current":
        if len(moments) < 2:
            return None
        old = moments[-2].values
        values = Values(values.bac, values.pv - old.pv, values.ev - old.ev, values.ac - old.ac)
    if rule.metric == "SV":
        return values.sv, values.sv_share
    if rule.metric == "CV":
        return values.cv, values.cv_share
    if rule.metric == "VAC":
        eac = ratio(values.bac, values.cpi)
        return None if eac is None else (values.bac - eac, ratio(values.bac - eac, values.bac))
    found = {"CPI": values.cpi, "SPI": values.spi, "SPI_t": last.spi_t}.get(rule.metric)
    if rule.metric == "TCPI_gap" and values.tcpi_bac is not None and values.cpi is not None:
        found = values.tcpi_bac - values.cpi
    return None if found is None else (found, None)


def breaks(rule: VarianceRule, value: float, share: float | None) -> bool:
    """Whether one value is beyond a rule's limits in its direction."""
    if rule.metric in AMOUNTS:
        adverse = value < 0
        tests = []
        if rule.amount is not None:
            tests.append(abs(value) > rule.amount)
        if rule.percent is not None:
            tests.append(share is not None and abs(share) * 100.0 > rule.percent)
        beyond = all(tests) if rule.both else any(tests)
        wanted = {"adverse": adverse, "favourable": value > 0, "either": True}
        return beyond and wanted[rule.direction]
    assert rule.limit is not None
    if rule.metric == "TCPI_gap":
        sides = {"adverse": value > rule.limit, "favourable": value < -rule.limit}
    else:
        # what lies as far above 1 as the limit lies below it is the favourable side
        sides = {"adverse": value < rule.limit, "favourable": value > 2.0 - rule.limit}
    return any(sides.values()) if rule.direction == "either" else sides[rule.direction]


def breaches(rules: Iterable[VarianceRule], subjects: Sequence[Subject]) -> tuple[Breach, ...]:
    """Every breach at the last data date, rule by rule, the largest first."""
    found: list[Breach] = []
    for rule in rules:
        here = []
        for subject in subjects:
            if subject.level != rule.level or (
                rule.level != "project" and subject.depth != rule.depth
            ):
                continue
            breach = _breach(rule, subject)
            if breach is not None:
                here.append(breach)
        found += sorted(here, key=lambda one: -abs(one.value))
    return tuple(found)


def _breach(rule: VarianceRule, subject: Subject) -> Breach | None:
    run = 0
    since = None
    for last in range(len(subject.moments), 0, -1):
        now = measured(rule, subject.moments[:last])
        if now is None or not breaks(rule, *now):
            break
        run, since = run + 1, subject.moments[last - 1].date
    if since is None or run < rule.periods:
        return None
    now = measured(rule, subject.moments)
    assert now is not None
    return Breach(rule, subject, now[0], now[1], since)


# ------------------------------------------------------------------ actions


@dataclass(frozen=True)
class Action:
    """A corrective action: what triggered it, why, what is done, by whom, and whether it helped.

    Dates are ISO. `before` is the value that opened it, `latest` the one last seen, `seen` the
    data dates at which the breach was seen. `activities` are ids of linked activities.
    """

    uid: str
    rule: str
    title: str
    subject: str
    name: str
    metric: str
    opened: str
    before: float
    latest: float
    before_share: float | None = None
    latest_share: float | None = None
    seen: tuple[str, ...] = ()
    cause: str = ""
    narrative: str = ""
    impact: str = ""
    action: str = ""
    owner: str = ""
    due: str = ""
    activities: tuple[str, ...] = ()
    expected: str = ""
    state: str = OPEN
    verified: str = ""
    verification: str = ""
    after: float | None = None
    recovered: bool | None = None


def action_from(item: Mapping[str, Any]) -> Action:
    """An action from JSON. Raises ModelError for what this program does not understand."""
    try:
        made = Action(**item)
    except TypeError as error:
        raise ModelError(f"an action cannot be read: {error}", str(item.get("uid", "?"))) from error
    return replace(made, seen=tuple(made.seen), activities=tuple(made.activities))


def action_json(action: Action) -> dict[str, Any]:
    """An action as JSON; `action_from` reads the same back."""
    return {**vars(action), "seen": list(action.seen), "activities": list(action.activities)}


def follow_up(
    actions: Sequence[Action], found: Iterable[Breach], date: dt.date
) -> tuple[Action, ...]:
    """What breaches at a data date make of the actions: the ones that are new or different.

    A breach that already has an open or accepted action is noted there; only one without opens a
    new one. The same data date is never noted twice.
    """
    live = {(one.rule, one.subject): one for one in actions if one.state != CLOSED}
    taken = {one.uid for one in actions}
    day, changed = date.isoformat(), []
    for breach in found:
        key = (breach.rule.id, breach.subject.code)
        old = live.get(key)
        if old is None:
            uid = _fresh(f"{breach.rule.id}:{breach.subject.code or 'project'}", taken)
            taken.add(uid)
            made = Action(
                uid,
                breach.rule.id,
                breach.rule.title,
                breach.subject.code,
                breach.subject.name,
                breach.rule.metric,
                day,
                breach.value,
                breach.value,
                breach.share,
                breach.share,
                (day,),
            )
            live[key] = made
            changed.append(made)
        elif day not in old.seen:
            seen = tuple(sorted({*old.seen, day}))
            newest = seen[-1] == day
            changed.append(
                replace(
                    old,
                    seen=seen,
                    latest=breach.value if newest else old.latest,
                    latest_share=breach.share if newest else old.latest_share,
                )
            )
    return tuple(changed)


def _fresh(stem: str, taken: set[str]) -> str:
    number = 1
    while f"{stem}:{number}" in taken:
        number += 1
    return f"{stem}:{number}"


def escalation(action: Action, today: dt.date) -> int:
    """How many levels up an action has gone: 0 in time, one at its due date, one a fortnight on."""
    if action.state != OPEN or not action.due:
        return 0
    over = (today - dt.date.fromisoformat(action.due)).days
    return 0 if over <= 0 else min(1 + (over - 1) // ESCALATION_DAYS, MOST_LEVELS)


def closed(action: Action, words: str, date: dt.date, after: float | None, still: bool) -> Action:
    """The action closed with its verification: what was looked at, the value now, and the effect.

    `after` is the metric now, `still` whether the rule is still broken. Raises ModelError without
    words, without a root cause, or for an action that is closed already.
    """
    if action.state == CLOSED:
        raise ModelError("this action is closed already", action.uid)
    if not words.strip():
        raise ModelError("it is not verified", action.uid, "Say what shows that it worked.")
    if not action.cause:
        raise ModelError("it has no root cause", action.uid, "Choose a cause first.")
    return replace(
        action,
        state=CLOSED,
        verified=date.isoformat(),
        verification=words.strip(),
        after=after,
        recovered=not still,
    )
