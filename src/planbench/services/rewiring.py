"""Edits of the network: relationships and activities that come and go, as undoable steps.

New rows are appended, so that every reference by row stays valid; what is deleted takes all that
hangs on it along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import (
    NO_ROW,
    ActivityType,
    Baseline,
    Flags,
    LagFormat,
    LinkType,
    Relationships,
    Schedule,
    Table,
    empty_baseline,
    make_table,
)
from planbench.domain.times import NO_TIME
from planbench.engines.cpm.result import CpmResult
from planbench.services.document import Document
from planbench.services.editing import EditError, day_length, read_duration
from planbench.services.undo import Command, Macro, SetCells, SetSchedule

_HANGING = (
    "code_assignments",
    "assignments",
    "expenses",
    "notes",
    "splits",
    "steps",
    "timephased",
    "external_links",
)
NEW_DAYS = 5
"""Days of a new activity, as planners know them."""


class SetRows:
    """A schedule with other activities; the baseline and the dates beside it go along.

    The calculated dates are those of other rows: they are put aside until the next calculation,
    and come back with the rows they belong to.
    """

    touched = frozenset({"*"})

    def __init__(self, label: str, schedule: Schedule, baseline: Baseline | None) -> None:
        self.label = label
        self._other: tuple[Any, ...] = (schedule, baseline, None, None)

    def redo(self, document: Document) -> None:
        """Show the other rows."""
        self._swap(document)

    def undo(self, document: Document) -> None:
        """Show the rows of before, the very same objects."""
        self._swap(document)

    def _swap(self, document: Document) -> None:
        now = (document.schedule, document.baseline, document.cpm, document.agreement)
        document.schedule, document.baseline, document.cpm, document.agreement = self._other
        self._other = now


# ---------------------------------------------------------------- relationships


def add_link(
    document: Document,
    predecessor: int,
    successor: int,
    kind: LinkType = LinkType.FS,
    lag: int = 0,
) -> Command:
    """The step that links two activities (rows); lag in working minutes.

    Raises EditError for a link to itself, one that is there already, or one that closes a loop.
    """
    schedule = document.schedule
    codes, links = schedule.activities.code, schedule.relationships
    if predecessor == successor:
        raise EditError("An activity cannot drive itself.")
    there = (links.predecessor == predecessor) & (links.successor == successor)
    if (there & (links.type == kind)).any():
        raise EditError(
            f"{codes[predecessor]} and {codes[successor]} are linked {kind.name} already."
        )
    loop = path_between(schedule, successor, predecessor)
    if loop:
        words = " > ".join(str(codes[row]) for row in [predecessor, *loop])
        raise EditError(f"This link would close a loop: {words}.")
    made = make_table(
        Relationships,
        1,
        uid=free_uids(links.uid.tolist(), len(links)),
        predecessor=[predecessor],
        successor=[successor],
        type=[kind],
        lag=[lag],
        lag_format=[LagFormat.WORKING],
    )
    label = f"Link {codes[predecessor]} to {codes[successor]}"
    more = joined(links, made)
    return SetSchedule(label, replace(schedule, relationships=more), ["relationships.*"])


def path_between(schedule: Schedule, first: int, last: int) -> list[int]:
    """Activities on a shortest chain of links from one to another, both included; [] for none.

    Breadth first over the links: time and memory grow with the part of the network behind `first`.
    """
    came_from = {first: NO_ROW}
    reached = [first]
    successor, outgoing = schedule.relationships.successor, schedule.outgoing
    while reached and last not in came_from:
        fresh: list[int] = []
        for row in reached:
            for following in successor[outgoing.of(row)].tolist():
                if following not in came_from:
                    came_from[following] = row
                    fresh.append(following)
        reached = fresh
    if last not in came_from:
        return []
    path = [last]
    while path[-1] != first:
        path.append(came_from[path[-1]])
    return path[::-1]


def change_link(document: Document, link: int, kind: LinkType, lag: str) -> Command | None:
    """The step that gives a link another type and lag (typed, days of the predecessor's calendar).

    None when nothing would change. Raises EditError for a lag that cannot be read.
    """
    schedule = document.schedule
    links, label = schedule.relationships, f"Change link {link_words(schedule, link)}"
    steps: list[Command] = []
    if links.type[link] != kind:
        steps.append(SetCells(label, "relationships", "type", [link], [int(kind)]))
    if lag.strip() != lag_text(schedule, link):
        minutes = read_lag(schedule, int(links.predecessor[link]), lag)
        if links.lag[link] != minutes:
            steps.append(SetCells(label, "relationships", "lag", [link], [minutes]))
        if links.lag_format[link] != LagFormat.WORKING:
            plain = [int(LagFormat.WORKING)]
            steps.append(SetCells(label, "relationships", "lag_format", [link], plain))
    return Macro(label, steps) if steps else None


def delete_link(document: Document, link: int) -> Command:
    """The step that takes a link away."""
    schedule = document.schedule
    keep = np.ones(len(schedule.relationships), dtype=bool)
    keep[link] = False
    left = replace(schedule, relationships=schedule.relationships.take(keep))
    return SetSchedule(f"Delete link {link_words(schedule, link)}", left, ["relationships.*"])


def link_words(schedule: Schedule, link: int) -> str:
    """A link in words: its two activity ids."""
    links, codes = schedule.relationships, schedule.activities.code
    return f"{codes[links.predecessor[link]]} to {codes[links.successor[link]]}"


def lag_text(schedule: Schedule, link: int) -> str:
    """The lag of a link as it is typed: days of the predecessor's calendar, "%" for a share."""
    links = schedule.relationships
    lag, form = int(links.lag[link]), LagFormat(int(links.lag_format[link]))
    if form in (LagFormat.PERCENT, LagFormat.ELAPSED_PERCENT):
        return f"{lag / 100:g}%"
    if form == LagFormat.ELAPSED:
        return f"{lag / 60:g}h elapsed"
    return f"{lag / day_length(schedule, int(links.predecessor[link])):.4g}d"


def read_lag(schedule: Schedule, predecessor: int, text: str) -> int:
    """Working minutes of a typed lag, nothing typed being none. Raises EditError."""
    if not text.strip():
        return 0
    return read_duration(text, day_length(schedule, predecessor))


# ---------------------------------------------------------------- activities


@dataclass(frozen=True)
class Inserted:
    """The step that inserts an activity, and the row it will have."""

    command: Command
    row: int


def insert_activity(document: Document, beside: int = NO_ROW, wbs: int = NO_ROW) -> Inserted:
    """The step that adds an activity of five days to the band of another one, or to a band.

    It takes project, calendar and percent type from `beside`, else from the project. Its id is
    the next free one after the highest with the same beginning.
    """
    schedule = document.schedule
    acts, row = schedule.activities, len(schedule)
    if beside != NO_ROW:
        wbs, project = int(acts.wbs[beside]), int(acts.project[beside])
        calendar, measured = int(acts.calendar[beside]), int(acts.percent_type[beside])
        pattern = str(acts.code[beside])
    else:
        project = int(schedule.wbs.project[wbs]) if wbs != NO_ROW else schedule.main_project
        calendar = schedule.projects[project].calendar
        calendar = 0 if calendar == NO_ROW and schedule.calendars else calendar
        mine = np.flatnonzero(acts.project == project)
        measured, pattern = 0, str(acts.code[mine[-1]]) if mine.size else "A1000"
    code = next_code(pattern, acts.code.tolist())
    per_day = schedule.calendars[calendar].minutes_per_day if calendar != NO_ROW else 480.0
    duration = round(NEW_DAYS * (per_day or 480.0))
    made = make_table(
        type(acts),
        1,
        uid=free_uids(acts.uid.tolist(), row),
        code=[code],
        name=["New activity"],
        project=[project],
        wbs=[wbs],
        calendar=[calendar],
        type=[ActivityType.TASK],
        percent_type=[measured],
        original_duration=[duration],
        remaining_duration=[duration],
        stored_longest_path=[-1],
        levelling_priority=[2],
        levelling_delay=[0],
    )
    grown = replace(
        schedule,
        activities=joined(acts, made),
        baselines=tuple(grown_baseline(one) for one in schedule.baselines),
    )
    baseline = None if document.baseline is None else grown_baseline(document.baseline)
    return Inserted(SetRows(f"Insert {code}", grown, baseline), row)


def next_code(pattern: str, taken: Iterable[str]) -> str:
    """The next free id: the highest number with the same beginning plus ten.

    >>> next_code("A1000", ["A1000", "A1020"])
    'A1030'
    """
    head = pattern.rstrip("0123456789")
    wide = len(pattern) - len(head)
    known = set(taken)
    form = re.compile(re.escape(head) + r"(\d{1,12})")
    numbers = [int(found[1]) for code in known if (found := form.fullmatch(code))]
    number = max(numbers, default=0) // 10 * 10 + 10
    while (code := f"{head}{number:0{max(wide, 1)}d}") in known:
        number += 10
    return code


def free_uids(taken: Iterable[str], number: int, count: int = 1) -> list[str]:
    """Ids for new rows that none of their table has, counting on from `number` rows."""
    known = set(taken)
    found: list[str] = []
    while len(found) < count:
        number += 1
        if (uid := f"new-{number}") not in known:
            found.append(uid)
    return found


def delete_activities(document: Document, rows: Iterable[int]) -> Command:
    """The step that takes activities away, with their links and all that hangs on them.

    Raises EditError when none would be left.
    """
    schedule = document.schedule
    gone = np.zeros(len(schedule), dtype=bool)
    gone[list(rows)] = True
    if gone.all():
        raise EditError("A schedule needs one activity at least.")
    keep = ~gone
    codes = schedule.activities.code[gone].tolist()
    label = f"Delete {codes[0]}" if len(codes) == 1 else f"Delete {len(codes)} activities"
    baseline = None if document.baseline is None else kept_baseline(document.baseline, keep)
    return SetRows(label, without(schedule, keep), baseline)


def without(schedule: Schedule, keep: Flags) -> Schedule:
    """The schedule with only the activities to keep, and what hangs on them."""
    new_row = np.where(keep, np.cumsum(keep) - 1, NO_ROW).astype(np.int32)
    links = schedule.relationships
    links = links.take(keep[links.predecessor] & keep[links.successor])
    changed: dict[str, Any] = {
        "activities": schedule.activities.take(keep),
        "relationships": links.with_columns(
            predecessor=new_row[links.predecessor], successor=new_row[links.successor]
        ),
        "baselines": tuple(kept_baseline(one, keep) for one in schedule.baselines),
    }
    for name in _HANGING:
        table = getattr(schedule, name)
        own = table.activity != NO_ROW  # what is of a resource stays
        left = table.take(keep[table.activity] | ~own)
        moved = np.where(left.activity == NO_ROW, NO_ROW, new_row[left.activity])
        changed[name] = left.with_columns(activity=moved.astype(np.int32))
    fields = schedule.udf_values
    if len(fields):
        uids = set(schedule.activities.uid[~keep].tolist())
        about = schedule.udf_types.table[fields.type] == "TASK"
        dead = [a and s in uids for a, s in zip(about, fields.subject.tolist(), strict=True)]
        changed["udf_values"] = fields.take(~np.array(dead, dtype=bool))
    return replace(schedule, **changed)


def joined(first: Any, second: Table) -> Any:
    """A table with the rows of another one at its end."""
    both = {n: np.concatenate((c, getattr(second, n))) for n, c in first.columns()}
    return type(first)(**both)


def grown_baseline(baseline: Baseline, count: int = 1) -> Baseline:
    """A baseline with empty rows for activities that came."""
    return replace(baseline, columns=joined(baseline.columns, empty_baseline(count)))


def kept_baseline(baseline: Baseline, keep: Flags) -> Baseline:
    """A baseline without the activities that go."""
    return replace(baseline, columns=baseline.columns.take(keep))


# ---------------------------------------------------------------- the difference


@dataclass(frozen=True)
class Difference:
    """What an edit did: minutes by which the project finish moved, and how many activities did."""

    finish: int
    moved: int

    @property
    def words(self) -> str:
        """For a toast: "Finish +3 d, 14 activities moved"."""
        count = "1 activity" if self.moved == 1 else f"{self.moved:,} activities"
        moved = f"{count} moved" if self.moved else "nothing moved"
        return f"Finish {_shift_words(self.finish)}, {moved}"


def _shift_words(minutes: int) -> str:
    if not minutes:
        return "unchanged"
    sign, size = ("+" if minutes > 0 else "\u2212"), abs(minutes)
    return f"{sign}{size / 1440:.0f} d" if size >= 1440 else f"{sign}{size / 60:.3g} h"


def difference(before: tuple[Schedule, CpmResult], after: tuple[Schedule, CpmResult]) -> Difference:
    """Compare two calculations of a schedule; activities are matched by uid where rows differ.

    The finish is that of the main project, in minutes of the clock. An activity moved when its
    start or finish is another; inserted and deleted ones do not count.
    """
    (old, old_cpm), (new, new_cpm) = before, after
    if old.activities.uid is new.activities.uid:
        rows = theirs = np.arange(len(new), dtype=np.int64)
    else:
        place = {uid: row for row, uid in enumerate(old.activities.uid.tolist())}
        found = [place.get(uid, NO_ROW) for uid in new.activities.uid.tolist()]
        theirs = np.array(found, dtype=np.int64)
        rows = np.flatnonzero(theirs != NO_ROW)
        theirs = theirs[rows]
    moved: npt.NDArray[np.bool_] = (new_cpm.start[rows] != old_cpm.start[theirs]) | (
        new_cpm.finish[rows] != old_cpm.finish[theirs]
    )
    main = new.main_project
    ends = int(old_cpm.project_finish[main]), int(new_cpm.project_finish[main])
    shift = 0 if NO_TIME in ends else ends[1] - ends[0]
    return Difference(shift, int(moved.sum()))
