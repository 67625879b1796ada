"""What activities carry: reviews, codes, allowances, resources, costs, level of detail."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Flags, Numbers, PercentType
from planbench.domain.times import NO_TIME
from planbench.engines.contract.checks.base import Check, Parameters
from planbench.engines.contract.facts import Facts, unmapped
from planbench.engines.contract.result import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    Outcome,
    Shown,
)

_NOT_MAPPED = {
    "review": "which activities are reviews",
    "test": "which activities are inspections and tests",
    "others": "which activities are of the Client and Others",
    "remedial": "which activities are remedial work",
    "safety": "which activities are health, safety and procedures",
    "risk-allowance": "where time risk allowances are kept",
    "need-by": "which activities are needs of the Contractor from others",
}


def _not_mapped(term: str) -> Outcome:
    return unmapped(_NOT_MAPPED.get(term, f"which activities “{term}” means"))


def review_periods(facts: Facts, parameters: Parameters) -> Outcome:
    """Open reviews allow at least `days` calendar days (see `Facts.calendar_days`)."""
    reviews = facts.term(str(parameters["term"]))
    if reviews is None:
        return _not_mapped(str(parameters["term"]))
    need = float(parameters["days"])
    population = reviews & facts.work_open
    days = facts.calendar_days
    return facts.judged(
        population & (days < need - 1e-9),
        population,
        f"All {{of}} open reviews allow {need:g} d",
        f"{{n}} of {{of}} open reviews are shorter than {need:g} d",
        lambda row: f"{days[row]:.0f} d",
    )


def term_present(facts: Facts, parameters: Parameters) -> Outcome:
    """The schedule has at least `least` activities of a word of the contract, with successors."""
    term = str(parameters["term"])
    found = facts.term(term)
    if found is None:
        return _not_mapped(term)
    least, size = int(parameters["least"]), int(np.count_nonzero(found))
    if size < least:
        words = f"{size} such activities, {least} at least"
        return Outcome(NOT_MET, words, (Shown(term, -1, words),), 1)
    lonely = found & facts.open & (facts.outgoing == 0)
    for one in facts.data.milestones:
        row = facts.row_of(one.activity)
        if row >= 0:
            lonely[row] = False
    return facts.judged(
        lonely,
        found,
        "{of} such activities, all with a successor",
        "{n} of {of} such activities have no successor",
        "no successor",
    )


def allowance(facts: Facts, parameters: Parameters) -> Outcome:
    """At least `share` percent of open work carries a time risk allowance."""
    carried = facts.term("risk-allowance")
    if carried is None:
        return _not_mapped("risk-allowance")
    return _share(
        facts, carried, float(parameters["share"]), "show a time risk allowance", "no allowance"
    )


def _share(facts: Facts, good: Flags, share: float, words: str, note: str) -> Outcome:
    """At least a share (percent) of open work has something."""
    population = facts.work_open
    size = int(np.count_nonzero(population))
    if not size:
        return Outcome(NOT_APPLICABLE, "No open work")
    have = int(np.count_nonzero(population & good))
    told = f"{have} of {size} open activities {words}, {share:g}\u202f% asked"
    if 100.0 * have >= share * size - 1e-9:
        return Outcome(MET, told, (), size)
    rows = np.flatnonzero(population & ~good).tolist()
    return Outcome(NOT_MET, told, tuple(Shown(facts.name(r), r, note) for r in rows), size)


def resourced(facts: Facts, parameters: Parameters) -> Outcome:
    """At least `share` percent of open work has a resource, or a note on how it will be done."""
    has = np.zeros(facts.n, dtype=bool)
    has[facts.schedule.assignments.activity] = True
    topic = str(parameters["note_topic"]).casefold()
    notes = facts.schedule.notes
    for row, name in zip(notes.activity.tolist(), notes.topic.tolist(), strict=True):
        if topic and topic in str(name).casefold():
            has[row] = True
    return _share(facts, has, float(parameters["share"]), "show how they are done", "no resources")


def costed(facts: Facts, parameters: Parameters) -> Outcome:
    """At least `share` percent of open work carries cost."""
    return _share(
        facts, _budget(facts) > 0, float(parameters["share"]), "carry cost", "no budgeted cost"
    )


def _budget(facts: Facts) -> Numbers:
    schedule = facts.schedule
    total = np.zeros(facts.n)
    np.add.at(total, schedule.assignments.activity, schedule.assignments.budget_cost)
    np.add.at(total, schedule.expenses.activity, schedule.expenses.budget_cost)
    return total


def price(facts: Facts, parameters: Parameters) -> Outcome:
    """The costs of all activities add up to the contract price, within `tolerance` percent."""
    wanted = facts.data.price
    if wanted is None:
        return unmapped("the contract price")
    total = float(_budget(facts).sum())
    words = f"Costs add up to {total:,.0f}, the contract price is {wanted:,.0f}"
    if abs(total - wanted) <= float(parameters["tolerance"]) / 100.0 * abs(wanted) + 0.005:
        return Outcome(MET, words, (), 1)
    return Outcome(NOT_MET, words, (Shown("contract price", -1, words),), 1)


def codes(facts: Facts, parameters: Parameters) -> Outcome:
    """Every activity that is not a summary carries a value of each code in `types`."""
    wanted = [str(one) for one in parameters["types"]]
    if not wanted:
        return unmapped("the mandatory activity codes")
    population = ~facts.summary
    lacking = np.zeros(facts.n, dtype=bool)
    which: dict[int, list[str]] = {}
    absent = []
    for name in wanted:
        column = facts.codes_of(name)
        if column is None:
            absent.append(Shown(name, -1, f"the code {name} is not in the schedule"))
            continue
        here = population & (column == "")
        lacking |= here
        for row in np.flatnonzero(here).tolist():
            which.setdefault(row, []).append(name)
    outcome = facts.judged(
        lacking,
        population,
        f"All {{of}} activities carry the {len(wanted)} codes",
        "{n} of {of} activities lack a mandatory code",
        lambda row: f"no {', '.join(which[row])}",
    )
    if not absent:
        return outcome
    words = f"{len(absent)} mandatory codes are not in the schedule"
    told = f"{outcome.words}; {words}" if outcome.state == NOT_MET else words
    return Outcome(NOT_MET, told, (*absent, *outcome.shown), outcome.looked_at)


def activity_count(facts: Facts, parameters: Parameters) -> Outcome:
    """The number of activities without summaries is between `least` and `most`."""
    size = int(np.count_nonzero(~facts.summary))
    least, most = int(parameters["least"]), int(parameters["most"])
    words = f"{size:,} activities, from {least:,} to {most:,} asked"
    if least <= size <= most:
        return Outcome(MET, words, (), size)
    return Outcome(NOT_MET, words, (Shown("level of detail", -1, words),), size)


def percent_types(facts: Facts, parameters: Parameters) -> Outcome:
    """Open work measures percent complete in one of the `types`: duration, physical, units."""
    names = {kind.name.lower(): kind for kind in PercentType}
    allowed = [int(names[one]) for one in parameters["types"] if one in names]
    kinds = facts.activities.percent_type
    return facts.judged(
        facts.work_open & ~np.isin(kinds, allowed),
        facts.work_open,
        "All {of} open activities measure percent complete as specified",
        "{n} of {of} open activities measure percent complete otherwise",
        lambda row: PercentType(int(kinds[row])).name.lower(),
    )


def baseline_set(facts: Facts, parameters: Parameters) -> Outcome:
    """There is a baseline, and it covers at least `share` percent of the activities."""
    if facts.baseline is None:
        words = "There is no baseline"
        return Outcome(NOT_MET, words, (Shown("baseline", -1, words),), 1)
    population = ~facts.soft
    size = int(np.count_nonzero(population))
    there = population & (facts.baseline.columns.finish != NO_TIME)
    have, share = int(np.count_nonzero(there)), float(parameters["share"])
    words = f"Baseline {facts.baseline.name}: {have} of {size} activities, {share:g}\u202f% asked"
    if 100.0 * have >= share * size - 1e-9:
        return Outcome(MET, words, (), size)
    rows = np.flatnonzero(population & ~there).tolist()
    shown = tuple(Shown(facts.name(row), row, "not in the baseline") for row in rows)
    return Outcome(NOT_MET, words, shown, size)


CHECKS: dict[str, Check] = {
    "review-periods": Check(review_periods, {"term": "review", "days": 21}),
    "term-present": Check(term_present, {"term": "others", "least": 1}),
    "risk-allowance": Check(allowance, {"share": 50}),
    "resourced": Check(resourced, {"share": 80, "note_topic": "method"}),
    "costed": Check(costed, {"share": 95}),
    "price": Check(price, {"tolerance": 0.0}),
    "codes": Check(codes, {"types": []}),
    "activity-count": Check(activity_count, {"least": 50, "most": 20000}),
    "percent-types": Check(percent_types, {"types": ["physical"]}),
    "baseline": Check(baseline_set, {"share": 90}),
}
