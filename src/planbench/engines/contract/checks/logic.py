"""The network: ends, links, constraints, floats, paths and the order of the stages."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Constraint, LinkType, Logic, Status
from planbench.domain.times import DAY, NO_TIME, Minutes
from planbench.engines.contract.checks.base import Check, Parameters
from planbench.engines.contract.facts import Facts, unmapped
from planbench.engines.contract.result import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    Outcome,
    Shown,
)
from planbench.engines.contract.terms import ENDING
from planbench.engines.trace.words import CONSTRAINT_WORDS
from planbench.engines.trace.words import day as date_words

_HARD = {
    "mandatory": (Constraint.MANDATORY_START, Constraint.MANDATORY_FINISH),
    "on": (Constraint.START_ON, Constraint.FINISH_ON),
    "no-later": (Constraint.START_ON_OR_BEFORE, Constraint.FINISH_ON_OR_BEFORE),
    "no-earlier": (Constraint.START_ON_OR_AFTER, Constraint.FINISH_ON_OR_AFTER),
    "as-late": (Constraint.AS_LATE_AS_POSSIBLE,),
}


def open_ends(facts: Facts, parameters: Parameters) -> Outcome:
    """All open work has a predecessor and a successor, but for the project's own ends."""
    first, last = facts.ends_of_project
    before = facts.open & (facts.incoming == 0)
    after = facts.open & (facts.outgoing == 0)
    if first >= 0:
        before[first] = False
    if last >= 0:
        after[last] = False
    for one in facts.data.of_kind(["commencement", "access"]):
        row = facts.row_of(one.activity)
        if row >= 0:
            before[row] = False  # the other party gives it
    for one in facts.data.of_kind(list(ENDING)):
        row = facts.row_of(one.activity)
        if row >= 0:
            after[row] = False

    def note(row: int) -> str:
        parts = [w for w, m in (("predecessor", before), ("successor", after)) if m[row]]
        return f"no {' and no '.join(parts)}"

    return facts.judged(
        before | after,
        facts.open,
        "None of {of} open activities has an open end",
        "{n} of {of} open activities have an open end",
        note,
    )


def constraints(facts: Facts, parameters: Parameters) -> Outcome:
    """No constraint of the listed `families` on open activities that the contract does not date."""
    kinds = [kind for name in parameters["families"] for kind in _HARD.get(name, ())]
    acts = facts.activities
    own = np.zeros(facts.n, dtype=bool)
    for one in facts.data.milestones:
        row = facts.row_of(one.activity)
        if row >= 0:
            own[row] = True
    imposed = np.isin(acts.constraint, kinds) | np.isin(acts.constraint2, kinds)
    mandatory = np.isin(acts.constraint, _HARD["mandatory"]) & np.isin(acts.constraint, kinds)

    def note(row: int) -> str:
        kind = acts.constraint[row] if acts.constraint[row] in kinds else acts.constraint2[row]
        return CONSTRAINT_WORDS[Constraint(int(kind))]

    return facts.judged(
        facts.open & imposed & (~own | mandatory),
        facts.open,
        "No such constraint on {of} open activities",
        "{n} of {of} open activities have a date imposed",
        note,
    )


def negative_float(facts: Facts, parameters: Parameters) -> Outcome:
    """No open activity has less total float than `least_days`."""
    least = float(parameters["least_days"])
    days = facts.float_days
    with np.errstate(invalid="ignore"):
        bad = facts.open & (days < least)
    return facts.judged(
        bad,
        facts.open & ~np.isnan(days),
        "No negative float on {of} open activities",
        "{n} of {of} open activities have too little float",
        lambda row: f"{days[row]:.1f} d of total float",
    )


def dates_shown(facts: Facts, parameters: Parameters) -> Outcome:
    """Open activities carry early and late dates and total float in the file itself."""
    acts = facts.activities
    columns = (
        acts.stored_early_start,
        acts.stored_early_finish,
        acts.stored_late_start,
        acts.stored_late_finish,
        acts.stored_total_float,
    )
    begun = acts.status == Status.IN_PROGRESS
    lacking = np.zeros(facts.n, dtype=bool)
    for place, column in enumerate(columns):
        gone = column == NO_TIME
        lacking |= gone & ~begun if place in (0, 2) else gone
    return facts.judged(
        lacking & facts.open,
        facts.open,
        "All {of} open activities show early and late dates and float",
        "{n} of {of} open activities lack early or late dates or float",
        "dates or float not in the file",
    )


def longest_path(facts: Facts, parameters: Parameters) -> Outcome:
    """The path that drives each open ending milestone runs unbroken from the data date.

    It is followed back along driving links. It is broken where it ends at work that has not begun
    and starts more than `days` calendar days after the data date.
    """
    cpm = facts.cpm
    if cpm is None:
        return Outcome(NOT_MET, "The network cannot be calculated", (), 1)
    rows = [facts.row_of(one.activity) for one in facts.data.of_kind(parameters["kinds"])]
    rows = [row for row in rows if row >= 0 and not facts.complete[row]]
    if not rows:
        if not facts.data.of_kind(parameters["kinds"]):
            return unmapped("the completion milestones")
        return Outcome(MET, "All are reached")
    room = float(parameters["days"]) * DAY
    found: dict[int, Shown] = {}
    for row in rows:
        root = _root(facts, row)
        start = int(cpm.early_start[root])
        begun = facts.activities.status[root] != Status.NOT_STARTED
        if begun or start == NO_TIME or start <= facts.status_date + room:
            continue
        said = f"the path to {facts.name(row)} begins here, {date_words(start)}"
        found.setdefault(root, Shown(facts.name(root), root, said))
    if found:
        words = f"{len(found)} of {len(rows)} paths to completion do not begin at the data date"
        return Outcome(NOT_MET, words, tuple(found.values()), len(rows))
    words = f"What drives completion runs unbroken from the data date, {len(rows)} looked at"
    return Outcome(MET, words, (), len(rows))


def _root(facts: Facts, row: int) -> int:
    """The activity at which the driving path into a row begins; begun work ends the search."""
    assert facts.cpm is not None
    seen = {row}
    while facts.activities.status[row] == Status.NOT_STARTED:
        links = facts.schedule.incoming.of(row)
        links = links[facts.cpm.driving[links]]
        before = facts.links.predecessor[links]
        before = before[~facts.complete[before]] if (~facts.complete[before]).any() else before
        if not before.size:
            break
        finish = facts.cpm.early_finish[before]
        row = int(before[int(np.argmax(finish))])
        if row in seen:
            break
        seen.add(row)
    return row


def out_of_sequence(facts: Facts, parameters: Parameters) -> Outcome:
    """No finish-to-start successor has begun before its predecessor was complete."""
    links = facts.links
    fs = links.type == LinkType.FS
    begun = facts.activities.actual_start[links.successor]
    ended = facts.activities.actual_finish[links.predecessor]
    soft = facts.soft[links.predecessor] | facts.soft[links.successor]
    open_ = ~facts.complete[links.successor]
    bad = fs & ~soft & open_ & (begun != NO_TIME) & ((ended == NO_TIME) | (ended > begun))
    rows = np.unique(links.successor[bad])
    return facts.judged(
        rows,
        facts.open & (facts.activities.status == Status.IN_PROGRESS),
        "None of {of} activities in progress began before its predecessor ended",
        "{n} of {of} activities in progress began before a predecessor ended",
        "out of sequence",
    )


def long_durations(facts: Facts, parameters: Parameters) -> Outcome:
    """No open work takes longer than `days` of its own calendar; `except_term` may."""
    limit = float(parameters["days"])
    population = facts.work_open.copy()
    exempt = facts.term(str(parameters["except_term"])) if parameters["except_term"] else None
    if exempt is not None:
        population &= ~exempt
    days = facts.duration_days
    return facts.judged(
        population & (days > limit),
        population,
        f"None of {{of}} activities is longer than {limit:g} d",
        f"{{n}} of {{of}} activities are longer than {limit:g} d",
        lambda row: f"{days[row]:.0f} d",
    )


def lags(facts: Facts, parameters: Parameters) -> Outcome:
    """No link into open work has a negative lag, or one longer than `days`."""
    limit = float(parameters["days"])
    links = facts.links
    members = facts.open[links.successor]
    length = facts.lag_days
    bad = members & ((links.lag < 0) | (length > limit))
    rows = np.unique(links.successor[bad])
    worst = np.zeros(facts.n)
    where = np.flatnonzero(bad)
    worst[links.successor[where]] = length[where]
    return facts.judged(
        rows,
        int(np.count_nonzero(members)),
        f"All {{of}} links have lags from 0 to {limit:g} d",
        f"Lags below 0 or above {limit:g} d into {{n}} activities, of {{of}} links",
        lambda row: f"lag {worst[row]:+.1f} d",
    )


def start_to_finish(facts: Facts, parameters: Parameters) -> Outcome:
    """No start-to-finish link into open work."""
    members = facts.open[facts.links.successor]
    bad = members & (facts.links.type == LinkType.SF)
    return facts.judged(
        np.unique(facts.links.successor[bad]),
        int(np.count_nonzero(members)),
        "None of {of} links is start-to-finish",
        "Start-to-finish links into {n} activities, of {of} links",
        "start-to-finish predecessor",
    )


def retained_logic(facts: Facts, parameters: Parameters) -> Outcome:
    """The schedule is calculated with retained logic."""
    schedule = facts.schedule
    if not schedule.projects:
        return Outcome(NOT_APPLICABLE, "The file has no project")
    option = schedule.projects[schedule.main_project].options.logic
    if option == Logic.RETAINED:
        return Outcome(MET, "Calculated with retained logic", (), 1)
    how = "progress override" if option == Logic.OVERRIDE else "actual dates"
    words = f"Calculated with {how}"
    return Outcome(NOT_MET, words, (Shown("scheduling options", -1, words),), 1)


def tests_before_completion(facts: Facts, parameters: Parameters) -> Outcome:
    """Open tests have a predecessor and lead to an ending milestone of the contract."""
    tests = facts.term("test")
    if tests is None:
        return unmapped("which activities are inspections and tests")
    ends = np.zeros(facts.n, dtype=bool)
    for one in facts.data.of_kind(list(ENDING)):
        row = facts.row_of(one.activity)
        if row >= 0:
            ends[row] = True
    if not ends.any():
        return unmapped("the completion milestones")
    leads = facts.reach(ends, forward=False)
    population = tests & facts.open
    lonely = facts.incoming == 0

    def note(row: int) -> str:
        return "no predecessor" if lonely[row] else "leads to no completion milestone"

    return facts.judged(
        population & (lonely | ~leads),
        population,
        "All {of} open inspections and tests precede a completion milestone",
        "{n} of {of} open inspections and tests stand outside the way to completion",
        note,
    )


def stages(facts: Facts, parameters: Parameters) -> Outcome:
    """Work of each stage follows work of an earlier stage, and each section has every stage.

    The stages are the contract data's, in order, as values of the code that "stage" is mapped to;
    `sections` asks for each of them in every value of the code of "section" (0: not asked).
    """
    term = facts.data.terms.get("stage")
    column = facts.codes_of(term.code) if term is not None else None
    order = facts.data.stages
    if column is None or not order:
        return unmapped("the code for stages of the work, and their order")
    place = {value: number for number, value in enumerate(order)}
    stage = np.array([place.get(value, -1) for value in column.tolist()], dtype=np.int64)
    population = facts.open & ~facts.milestone & (stage > 0)
    lonely = np.zeros(facts.n, dtype=bool)
    for number in range(1, len(order)):
        behind = facts.reach((stage >= 0) & (stage < number), forward=True)
        lonely |= population & (stage == number) & ~behind
    missing = _missing_stages(facts, stage) if parameters["sections"] else ()
    outcome = facts.judged(
        lonely,
        population,
        f"All {{of}} activities follow an earlier of {len(order)} stages",
        "{n} of {of} activities follow no earlier stage",
        lambda row: f"{column[row]} follows none of the stages before it",
    )
    if not missing:
        return outcome
    words = f"{len(missing)} stages are missing in a section"
    told = f"{outcome.words}; {words}" if outcome.state == NOT_MET else words
    return Outcome(NOT_MET, told, (*outcome.shown, *missing), outcome.looked_at)


def _missing_stages(facts: Facts, stage: Minutes) -> tuple[Shown, ...]:
    """Stages that a section of the contract has no activity of; complete work counts."""
    term = facts.data.terms.get("section")
    column = facts.codes_of(term.code) if term is not None else None
    if term is None or column is None:
        return ()
    order = facts.data.stages
    names = term.values or tuple(sorted({v for v in column.tolist() if v}))
    return tuple(
        Shown(f"{name} / {value}", -1, f"section {name} has no activity of stage {value}")
        for name in names
        for number, value in enumerate(order)
        if not ((column == name) & (stage == number)).any()
    )


CHECKS: dict[str, Check] = {
    "open-ends": Check(open_ends),
    "constraints": Check(constraints, {"families": ["mandatory", "on"]}),
    "negative-float": Check(negative_float, {"least_days": 0.0}),
    "dates-shown": Check(dates_shown),
    "longest-path": Check(longest_path, {"kinds": ["completion"], "days": 7}),
    "out-of-sequence": Check(out_of_sequence),
    "long-durations": Check(long_durations, {"days": 20, "except_term": ""}),
    "lags": Check(lags, {"days": 20}),
    "start-to-finish": Check(start_to_finish),
    "retained-logic": Check(retained_logic),
    "tests-before-completion": Check(tests_before_completion),
    "stages": Check(stages, {"sections": False}),
}
