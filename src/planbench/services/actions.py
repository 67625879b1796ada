"""Variances of a project against its threshold rules, and its log of corrective actions.

Actions and a project's own rules are entries of the library; root-cause codes belong to the whole
library, so that projects share them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from planbench.domain.errors import StoreError
from planbench.domain.times import to_datetime
from planbench.engines.control.variances import (
    Action,
    Breach,
    Moment,
    Subject,
    VarianceRule,
    action_from,
    action_json,
    breaches,
    follow_up,
    measured,
    rule_from,
)
from planbench.services.contract import read_json
from planbench.services.control import ControlReport, baseline_of
from planbench.services.control_history import Stand, earlier_stands
from planbench.services.document import Document
from planbench.services.resources import resource
from planbench.store.records import Entry, JournalLine

if TYPE_CHECKING:
    from planbench.services.library import Library

ACTION = "action"
RULES = "variance-rules"
CAUSE = "cause-code"


@dataclass(frozen=True)
class Cause:
    """A root cause as projects of a library share it."""

    code: str
    name: str


@dataclass(frozen=True)
class ActionReport:
    """Breaches of an update and the actions of its project.

    `missing` are breaches without a live action; `subjects` what rules were held against.
    """

    rules: tuple[VarianceRule, ...]
    causes: tuple[Cause, ...]
    breaches: tuple[Breach, ...]
    actions: tuple[Action, ...]
    missing: tuple[Breach, ...]
    subjects: tuple[Subject, ...]
    date: dt.date

    def now(self, action: Action) -> tuple[float | None, bool]:
        """(the metric of an action's subject now, whether its rule is still broken)."""
        for breach in self.breaches:
            if (breach.rule.id, breach.subject.code) == (action.rule, action.subject):
                return breach.value, True
        rule = next((one for one in self.rules if one.id == action.rule), None)
        for subject in self.subjects:
            if rule and (subject.level, subject.code) == (rule.level, action.subject):
                found = measured(rule, subject.moments)
                return (None if found is None else found[0]), False
        return None, False


@cache
def _shipped() -> dict[str, Any]:
    found: dict[str, Any] = read_json(resource("packs", "variances.json"))
    return found


def shipped_rules() -> tuple[VarianceRule, ...]:
    """The threshold rules that ship."""
    return tuple(rule_from(item, "variances.json") for item in _shipped()["rules"])


def rules_of(library: Library | None, project: int | None) -> tuple[VarianceRule, ...]:
    """A project's own rules, else the shipped ones.

    Raises StoreError when the library cannot be read, ModelError for rules that make no sense.
    """
    if library is not None and project is not None:
        for entry in library.entries(RULES, project):
            return tuple(rule_from(item, "rules") for item in entry.body["rules"])
    return shipped_rules()


def keep_rules(library: Library, project: int, rules: Sequence[VarianceRule]) -> None:
    """Keep a project's own threshold rules."""
    body = {"rules": [dict(vars(rule)) for rule in rules]}
    library.put_entries([Entry(RULES, "rules", body, project)], "threshold rules edited")


def causes_of(library: Library | None) -> tuple[Cause, ...]:
    """Root-cause codes: the shipped ones and those the library adds, one name a code."""
    found = {item["code"]: item["name"] for item in _shipped()["causes"]}
    if library is not None:
        found |= {entry.uid: str(entry.body["name"]) for entry in library.entries(CAUSE)}
    return tuple(Cause(code, name) for code, name in found.items())


def keep_cause(library: Library, cause: Cause) -> None:
    """Add a root cause for all projects of the library, or rename it."""
    entry = Entry(CAUSE, cause.code, {"name": cause.name})
    library.put_entries([entry], f"root cause {cause.code}")


def cause_counts(library: Library) -> dict[str, int]:
    """How many actions of all projects each root cause has, the most frequent first."""
    codes = [str(entry.body.get("cause", "")) for entry in library.entries(ACTION)]
    return dict(Counter(code for code in codes if code).most_common())


def actions_of(library: Library, project: int) -> tuple[Action, ...]:
    """The actions of a project, oldest first."""
    return tuple(action_from(entry.body) for entry in library.entries(ACTION, project))


def keep_actions(library: Library, project: int, actions: Sequence[Action], what: str) -> None:
    """Keep actions, all or none, under one reason in the journal."""
    entries = [Entry(ACTION, one.uid, action_json(one), project) for one in actions]
    library.put_entries(entries, what)


def action_history(library: Library, project: int, uid: str) -> tuple[JournalLine, ...]:
    """Who changed an action and when, oldest first."""
    return library.journal(ACTION, project, uid)


def action_report(
    document: Document, library: Library | None, report: ControlReport | None = None
) -> ActionReport:
    """Breaches of a calculated document and the actions of its project.

    `report` is the document's own, made here where it is not given. Raises PlanbenchError when
    nothing can be measured, StoreError when the library cannot be read.
    """
    from planbench.services.control import library_report

    now = report or library_report(document, library)
    project = document.library_project
    rules = rules_of(library, project)
    stands = [*_earlier(document, library, rules), Stand(now.history[-1], now.wbs, now.cbs)]
    subjects = subjects_of(stands)
    found = breaches(rules, subjects)
    actions = () if library is None or project is None else actions_of(library, project)
    moment = to_datetime(now.data_date)
    assert moment is not None
    date = moment.date()
    changed = follow_up(actions, found, date)
    wanted = {(one.rule, one.subject) for one in changed}
    missing = tuple(one for one in found if (one.rule.id, one.subject.code) in wanted)
    return ActionReport(rules, causes_of(library), found, actions, missing, subjects, date)


def open_actions(library: Library, project: int, report: ActionReport) -> int:
    """Open an action for every breach without one and note the others; how many were changed."""
    changed = follow_up(report.actions, report.missing, report.date)
    if changed:
        keep_actions(library, project, changed, f"breaches at {report.date.isoformat()}")
    return len(changed)


def subjects_of(stands: Sequence[Stand]) -> tuple[Subject, ...]:
    """What rules are held against, from where updates stood in order of time."""
    last = stands[-1]
    days = []
    for one in stands:
        moment = to_datetime(one.point.data_date)
        assert moment is not None
        days.append(moment.date())
    whole = [
        Moment(day, one.point.values, one.point.spi_t)
        for day, one in zip(days, stands, strict=True)
    ]
    found = [Subject("project", 0, "", "Project", tuple(whole))]
    for level, name in (("wbs", "wbs"), ("account", "cbs")):
        tables = [{row.code: row for row in getattr(one, name)} for one in stands]
        for row in getattr(last, name):
            moments = tuple(
                Moment(day, table[row.code].values)
                for day, table in zip(days, tables, strict=True)
                if row.code in table
            )
            found.append(Subject(level, row.level, row.code, row.name, moments))
    return tuple(found)


def _earlier(
    document: Document, library: Library | None, rules: Sequence[VarianceRule]
) -> list[Stand]:
    """As many updates before this one as the rules look back, oldest first."""
    against = baseline_of(document, library)
    if library is None or against is None:
        return []
    back = max((one.periods + (one.window == "current") for one in rules), default=1) - 1
    return earlier_stands(document, library, *against, back)


def keep_sample_actions(library: Library, project: int) -> None:
    """The actions of the sample project, unless it has any. Raises StoreError if it cannot be."""
    if library.read_only or library.entries(ACTION, project):
        return
    items = read_json(resource("sample", "actions.json"))
    keep_actions(library, project, [action_from(item) for item in items], "the sample's actions")


def need_library(library: Library | None, project: int | None) -> tuple[Library, int]:
    """The library and project in which actions are kept. Raises StoreError without them."""
    if library is None or project is None:
        raise StoreError(
            "actions belong to a project of the library", mend="File the schedule in it first."
        )
    if library.read_only:
        raise StoreError(library.read_only)
    return library, project
