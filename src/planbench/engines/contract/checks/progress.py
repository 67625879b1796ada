"""Progress: what is reported, what was changed since the previous programme, what it takes now."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Status
from planbench.domain.times import DAY, NO_TIME, Minutes, day_number
from planbench.engines.contract.checks.base import Check, Parameters
from planbench.engines.contract.facts import Facts, day_of, unmapped
from planbench.engines.contract.result import (
    MET,
    NEEDS_EVIDENCE,
    NOT_APPLICABLE,
    NOT_MET,
    Outcome,
    Shown,
)
from planbench.engines.trace.words import day as date_words

_FIRST = Outcome(NOT_APPLICABLE, "There is no previous programme to compare with")


def statused(facts: Facts, parameters: Parameters) -> Outcome:
    """All work before the data date has its actual dates.

    Not started although the file plans it earlier, in progress without an actual start or with
    nothing left, complete without an actual finish.
    """
    acts, now = facts.activities, facts.data_date
    planned = np.where(acts.stored_early_start != NO_TIME, acts.stored_early_start, NO_TIME)
    waiting = (acts.status == Status.NOT_STARTED) & (planned != NO_TIME) & (planned < now)
    begun = acts.status == Status.IN_PROGRESS
    unsaid = begun & (acts.actual_start == NO_TIME)
    left = begun & (acts.remaining_duration == 0) & ~facts.milestone
    ended = (acts.status == Status.COMPLETE) & (acts.actual_finish == NO_TIME)
    bad = (waiting | unsaid | left | ended) & ~facts.soft & (now != NO_TIME)

    def note(row: int) -> str:
        if waiting[row]:
            return f"planned {date_words(int(planned[row]))} and not started"
        if unsaid[row]:
            return "in progress without an actual start"
        return "nothing left and not finished" if left[row] else "complete without actual finish"

    return facts.judged(
        bad,
        ~facts.soft,
        "All {of} activities are statused to the data date",
        "{n} of {of} activities are not statused to the data date",
        note,
    )


def future_actuals(facts: Facts, parameters: Parameters) -> Outcome:
    """No actual date lies after the data date."""
    acts, now = facts.activities, facts.data_date
    late = np.maximum(acts.actual_start, acts.actual_finish)
    bad = (late != NO_TIME) & (now != NO_TIME) & (late > now) & ~facts.soft
    return facts.judged(
        bad,
        (late != NO_TIME) & ~facts.soft,
        "None of {of} reported activities has an actual date after the data date",
        "{n} of {of} reported activities have an actual date after the data date",
        lambda row: f"actual {date_words(int(late[row]))}",
    )


def _then(facts: Facts, name: str) -> Minutes:
    """A column of the previous update in this one's order; `NO_TIME` for new activities."""
    assert facts.previous is not None
    column = getattr(facts.previous.activities, name).astype(np.int64)
    rows = np.array(
        [facts.previous.row_of_code.get(code, -1) for code in facts.activities.code.tolist()]
    )
    if not column.size:
        return np.full(facts.n, NO_TIME)
    return np.where(rows < 0, NO_TIME, column[np.maximum(rows, 0)])


def actuals_kept(facts: Facts, parameters: Parameters) -> Outcome:
    """No actual date reported in the previous update is another one now, or gone."""
    if facts.previous is None:
        return _FIRST
    bad = np.zeros(facts.n, dtype=bool)
    reported = bad.copy()
    before = np.full(facts.n, NO_TIME)
    for name in ("actual_start", "actual_finish"):
        then, now = _then(facts, name), getattr(facts.activities, name)
        differs = (then != NO_TIME) & (day_of(then) != day_of(now))
        reported |= then != NO_TIME
        before = np.where(differs, then, before)
        bad |= differs
    return facts.judged(
        bad,
        reported,
        "All {of} dates reported before are as they were",
        "{n} of {of} activities have reported dates that were changed",
        lambda row: f"was reported {date_words(int(before[row]))}",
    )


def delays_explained(facts: Facts, parameters: Parameters) -> Outcome:
    """Open work that slipped more than `days` since the previous programme has a note on it."""
    if facts.previous is None:
        return _FIRST
    then, now = _then(facts, "stored_early_finish"), facts.finish
    planned = _then(facts, "planned_finish")
    then = np.where(then == NO_TIME, planned, then)
    both = facts.work_open & (then != NO_TIME) & (now != NO_TIME)
    slip = np.where(both, (now - np.where(both, then, 0)) / DAY, 0.0)
    told = np.zeros(facts.n, dtype=bool)
    told[facts.schedule.notes.activity] = True
    limit = float(parameters["days"])
    return facts.judged(
        both & (slip > limit) & ~told,
        both,
        f"Every slip of more than {limit:g} d since the previous programme has a note, of {{of}}",
        f"{{n}} of {{of}} open activities slipped more than {limit:g} d without a note",
        lambda row: f"{slip[row]:+.0f} d since the previous programme",
        NEEDS_EVIDENCE,
    )


def changes_described(facts: Facts, parameters: Parameters) -> Outcome:
    """What was changed since the previous programme, progress apart: to be described.

    Evidence is needed as soon as there is any change of `families`.
    """
    if facts.previous is None:
        return _FIRST
    from planbench.engines.compare.changes import FAMILIES
    from planbench.engines.compare.differences import find_changes
    from planbench.engines.compare.matching import match

    changes = find_changes(facts.previous, facts.schedule, match(facts.previous, facts.schedule))
    wanted = parameters["families"]
    shown = []
    for number in range(len(changes)):
        one = changes.row(number)
        if FAMILIES.get(one["type"]) in wanted and one["field"] != "data_date":
            words = str(one["type"]).replace("-", " ")
            shown.append(Shown(str(one["id"]), int(one["new_row"]), words))
    size = max(len(facts.schedule), 1)
    if not shown:
        return Outcome(MET, "Nothing but progress changed since the previous programme", (), size)
    words = f"{len(shown)} changes since the previous programme to be described"
    return Outcome(NEEDS_EVIDENCE, words, tuple(shown), size)


def realistic_rate(facts: Facts, parameters: Parameters) -> Outcome:
    """The remaining work does not need more than `most` times the pace achieved so far.

    Pace is work done, as original durations in days, by calendar day: done since the first actual
    start against what is left to the latest planned finish.
    """
    acts = facts.activities
    work = ~facts.soft & ~facts.milestone
    begun = acts.actual_start[work & (acts.actual_start != NO_TIME)]
    ends = facts.finish[work & facts.open & (facts.finish != NO_TIME)]
    if facts.status_date == NO_TIME or not begun.size or not ends.size:
        return Outcome(NOT_APPLICABLE, "Nothing has begun or nothing is left")
    length = facts.duration_days
    left = np.where(facts.complete, 0.0, np.minimum(acts.remaining_duration / facts.day, length))
    done = float((length - left)[work].sum())
    days = (facts.status_date - int(begun.min())) / DAY
    rest = (int(ends.max()) - facts.status_date) / DAY
    if done <= 0 or days < 30 or rest <= 0:
        return Outcome(NOT_APPLICABLE, "Too little has been done to tell a pace")
    ratio = (float(left[work].sum()) / rest) / (done / days)
    most = float(parameters["most"])
    words = f"The remaining work needs {ratio:.2f} times the pace so far, {most:g} at most"
    size = int(np.count_nonzero(work & facts.open))
    if ratio <= most:
        return Outcome(MET, words, (), size)
    return Outcome(NOT_MET, words, (Shown("pace", -1, words),), size)


def recovery(facts: Facts, parameters: Parameters) -> Outcome:
    """Completion later than the contract date by more than `days` asks for a recovery schedule."""
    ends = facts.data.of_kind(["completion"])
    if not ends:
        return unmapped("the completion milestone")
    limit = int(parameters["days"])
    shown = []
    for one in ends:
        row = facts.row_of(one.activity)
        if row < 0 or facts.finish[row] == NO_TIME:
            continue
        late = int(facts.finish[row]) // DAY - day_number(one.due)
        if late > limit:
            shown.append(Shown(one.activity, row, f"{one.name}: {late} d late"))
    if shown:
        words = f"Completion is more than {limit} d late: a recovery schedule is due"
        return Outcome(NEEDS_EVIDENCE, words, tuple(shown), len(ends))
    return Outcome(MET, f"Completion is not more than {limit} d late", (), len(ends))


CHECKS: dict[str, Check] = {
    "statused": Check(statused),
    "future-actuals": Check(future_actuals),
    "actuals-kept": Check(actuals_kept),
    "delays-explained": Check(delays_explained, {"days": 5}),
    "changes-described": Check(
        changes_described,
        {"families": ["activities", "durations", "logic", "constraints", "calendars", "options"]},
    ),
    "realistic-rate": Check(realistic_rate, {"most": 1.3}),
    "recovery": Check(recovery, {"days": 15}),
}
