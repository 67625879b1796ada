"""A schedule as the checks of a contract see it: populations, codes, the contract's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.schedule import Baseline, Flags, Numbers, Rows, Schedule, Texts
from planbench.domain.times import DAY, NO_TIME, Minutes, day_number
from planbench.engines.contract.result import (
    MET,
    NEEDS_EVIDENCE,
    NOT_APPLICABLE,
    NOT_MET,
    Outcome,
    Shown,
)
from planbench.engines.contract.terms import ContractData
from planbench.engines.quality.context import Context
from planbench.engines.trace.words import day as date_words

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult


class Facts(Context):
    """A schedule, the update before it and the data of its contract, ready to be checked."""

    def __init__(
        self,
        schedule: Schedule,
        cpm: CpmResult | None,
        data: ContractData,
        previous: Schedule | None = None,
        baseline: Baseline | None = None,
    ) -> None:
        super().__init__(schedule, cpm, baseline, previous)
        self.data = data

    @cached_property
    def open(self) -> Flags:
        """Work and milestones that are not complete, without level of effort and summaries."""
        return ~self.complete & ~self.soft

    @cached_property
    def work_open(self) -> Flags:
        """The same without milestones."""
        return self.open & ~self.milestone

    def row_of(self, code: str) -> int:
        """Row of an activity id, -1 where there is none."""
        return self.schedule.row_of_code.get(code, -1)

    def name(self, row: int) -> str:
        """The id of an activity."""
        return str(self.activities.code[row])

    # ------------------------------------------------------------ the contract's words

    def codes_of(self, type_name: str) -> Texts | None:
        """The value of an activity code by activity, "" without one; None for an unknown code."""
        key = ("codes", type_name.casefold())
        if key not in self.shared:
            self.shared[key] = self._codes_of(type_name)
        found: Texts | None = self.shared[key]
        return found

    def _codes_of(self, type_name: str) -> Texts | None:
        schedule = self.schedule
        wanted = type_name.strip().casefold()
        types = [str(name).strip().casefold() for name in schedule.code_types.name.tolist()]
        if wanted not in types:
            return None
        of_type = np.isin(schedule.code_values.type, np.flatnonzero(np.array(types) == wanted))
        given = schedule.code_assignments
        mine = of_type[given.value]
        column = np.full(self.n, "", dtype=object)
        column[given.activity[mine]] = schedule.code_values.code[given.value[mine]]
        return column

    def field_of(self, name: str) -> Texts | None:
        """The value of a user-defined field by activity; None for an unknown field."""
        schedule = self.schedule
        names = [str(one).strip().casefold() for one in schedule.udf_types.name.tolist()]
        if name.strip().casefold() not in names:
            return None
        types = np.flatnonzero(np.array(names) == name.strip().casefold())
        values = schedule.udf_values.take(np.isin(schedule.udf_values.type, types))
        place = {uid: row for row, uid in enumerate(self.activities.uid.tolist())}
        column = np.full(self.n, "", dtype=object)
        for subject, value in zip(values.subject.tolist(), values.value.tolist(), strict=True):
            if subject in place:
                column[place[subject]] = value
        return column

    def term(self, name: str) -> Flags | None:
        """The activities that a word of the contract means; None while it is not mapped."""
        term = self.data.terms.get(name)
        if term is None:
            return None
        if term.field:
            column = self.field_of(term.field)
            return None if column is None else np.array([_says(v) for v in column.tolist()], bool)
        column = self.codes_of(term.code)
        if column is None:
            return None
        if not term.values:
            return np.asarray(column != "")
        return np.isin(column.astype(str), term.values)

    @cached_property
    def calendar_days(self) -> Numbers:
        """Original durations in calendar days: own days by seven over the workdays of the week.

        A review of 15 days on a five-day week counts as 21, as does one of 21 days on a
        seven-day week; holidays do not count.
        """
        weeks = [max(sum(bool(s) for s in c.week), 1) for c in self.schedule.calendars] or [5]
        days = np.array(weeks, dtype=float)[np.maximum(self.activities.calendar, 0)]
        own = self.activities.original_duration / self.day * 7.0 / days
        return np.where(self.activities.elapsed, self.activities.original_duration / DAY, own)

    @cached_property
    def duration_days(self) -> Numbers:
        """Original durations in days of the own calendar."""
        return np.asarray(self.activities.original_duration / self.day)

    # ------------------------------------------------------------ reach

    def reach(self, start: Flags, forward: bool) -> Flags:
        """What can be reached from a set of activities along the links, itself included."""
        found = start.copy()
        links = self.links
        side = self.schedule.outgoing if forward else self.schedule.incoming
        other = links.successor if forward else links.predecessor
        waiting = np.flatnonzero(start).tolist()
        while waiting:
            for far in other[side.of(waiting.pop())].tolist():
                if not found[far]:
                    found[far] = True
                    waiting.append(far)
        return found

    # ------------------------------------------------------------ outcomes

    def judged(
        self,
        bad: Flags | Rows,
        looked_at: Flags | int,
        good_words: str,
        bad_words: str,
        note: Any = "",
        state: str = NOT_MET,
    ) -> Outcome:
        """Not met where there are bad activities, not applicable where nothing was looked at.

        `{n}` and `{of}` stand in the words for both counts. `note` is a text, or a function from
        row to text.
        """
        rows = np.flatnonzero(bad) if bad.dtype == np.bool_ else bad
        size = looked_at if isinstance(looked_at, int) else int(np.count_nonzero(looked_at))
        if not size:
            return Outcome(NOT_APPLICABLE, "Nothing in this schedule to hold it against")
        if not rows.size:
            return Outcome(MET, good_words.format(n=0, of=size), (), size)
        shown = tuple(
            Shown(self.name(row), row, note(row) if callable(note) else note)
            for row in rows.tolist()
        )
        return Outcome(state, bad_words.format(n=rows.size, of=size), shown, size)


def _says(value: str) -> bool:
    """Whether a field says something: not empty, not zero."""
    try:
        return float(value) > 0
    except ValueError:
        return bool(str(value).strip())


def unmapped(what: str) -> Outcome:
    """Evidence is needed: the user has to say what a word of the contract is here."""
    return Outcome(NEEDS_EVIDENCE, f"Not mapped yet: {what}")


def of_items(
    items: Iterable[Shown], looked_at: int, good_words: str, bad_words: str, none: str
) -> Outcome:
    """An outcome over items of the contract; `none` tells what to map where there are none."""
    shown = tuple(items)
    if not looked_at:
        return unmapped(none)
    if shown:
        return Outcome(NOT_MET, bad_words.format(n=len(shown), of=looked_at), shown, looked_at)
    return Outcome(MET, good_words.format(n=0, of=looked_at), (), looked_at)


def minute_of(day: dt.date) -> int:
    """The first minute of a day."""
    return day_number(day) * DAY


def day_words(day: dt.date) -> str:
    """`30-Apr-2029`."""
    return date_words(minute_of(day))


def day_of(minutes: Minutes) -> Minutes:
    """Days of instants, `NO_TIME` where there is none."""
    return np.where(minutes == NO_TIME, NO_TIME, minutes // DAY)
