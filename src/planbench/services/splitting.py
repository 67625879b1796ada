"""Splits of a planning package: one activity becomes a chain of several, its logic kept.

The package keeps its row, its id and its baseline and becomes the first part; the others follow
it finish to start. As long as the parts are as long as the package, no other activity moves: what
drove its start drives the first part, and what its finish drove is driven by the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import (
    ActivityType,
    Constraint,
    LagFormat,
    LinkType,
    Relationships,
    Schedule,
    Status,
    UdfValues,
    make_table,
)
from planbench.domain.times import NO_TIME
from planbench.services.document import Document
from planbench.services.editing import EditError, day_length, read_duration
from planbench.services.rewiring import SetRows, free_uids, grown_baseline, joined, next_code

MOST_PARTS = 50

_AT_FINISH = (
    Constraint.FINISH_ON_OR_AFTER,
    Constraint.FINISH_ON_OR_BEFORE,
    Constraint.FINISH_ON,
    Constraint.MANDATORY_FINISH,
)
_UNITS = ("budget_units", "actual_units", "remaining_units", "overtime_units",
          "remaining_overtime_units")  # fmt: skip
_COSTS = ("budget_cost", "actual_cost", "remaining_cost")


@dataclass(frozen=True)
class Part:
    """One part of a split: id, name, working minutes, and what of the package goes to it."""

    code: str
    name: str
    duration: int
    units: float
    cost: float


@dataclass(frozen=True)
class Split:
    """A split as it would be made: its parts, and in words where all the rest goes."""

    row: int
    parts: tuple[Part, ...]
    words: tuple[str, ...]


def why_no_split(schedule: Schedule, row: int) -> str:
    """Why an activity cannot be split, "" when it can."""
    acts = schedule.activities
    if ActivityType(int(acts.type[row])) not in (
        ActivityType.TASK,
        ActivityType.RESOURCE_DEPENDENT,
    ):
        return "Only activities with work of their own can be split."
    if acts.status[row] != Status.NOT_STARTED:
        return "The activity has started: what is done cannot be shared out among parts."
    if acts.original_duration[row] <= 0:
        return "The activity has no duration to share out."
    if acts.manual[row]:
        return "The activity keeps its dates by hand: let it be scheduled first."
    if (schedule.splits.activity == row).any():
        return "The activity pauses in between: make its work continuous first."
    return ""


def plan_split(
    document: Document,
    row: int,
    count: int = 2,
    *,
    lengths: Sequence[str] = (),
    codes: Sequence[str] = (),
    names: Sequence[str] = (),
) -> Split:
    """How an activity would be split into `count` parts; nothing is changed yet.

    `lengths` are typed durations of the first parts, the last one takes what is left; without
    them all parts are about equally long, in whole days where that is possible. Ids and names
    left out are made up. Raises EditError for what cannot be split so.
    """
    schedule = document.schedule
    reason = why_no_split(schedule, row)
    if reason:
        raise EditError(reason)
    if not 2 <= count <= MOST_PARTS:
        raise EditError(f"An activity is split into 2 to {MOST_PARTS} parts.")
    durations = _durations(schedule, row, count, lengths)
    titles = _names(schedule, row, count, names)
    shares = np.array(durations, dtype=np.float64) / sum(durations)
    mine = schedule.assignments.activity == row
    paid = schedule.expenses.activity == row
    units = _shared(float(schedule.assignments.budget_units[mine].sum()), shares)
    costs = _shared(
        float(
            schedule.assignments.budget_cost[mine].sum() + schedule.expenses.budget_cost[paid].sum()
        ),
        shares,
    )
    parts = zip(_codes(schedule, row, count, codes), titles, durations, units, costs, strict=True)
    made = tuple(Part(*one) for one in parts)
    return Split(row, made, tuple(_words(document, row, made)))


def split_activity(document: Document, split: Split) -> SetRows:
    """The step that makes a planned split. Raises EditError when the schedule is another by now."""
    schedule, row, parts = document.schedule, split.row, split.parts
    if row >= len(schedule) or parts[0].code != schedule.activities.code[row]:
        raise EditError("The schedule has changed since the split was planned: plan it again.")
    reason = why_no_split(schedule, row)
    if reason:
        raise EditError(reason)
    first, more = len(schedule), len(parts) - 1
    rows = [row, *range(first, first + more)]
    shares = np.array([part.duration for part in parts], dtype=np.float64)
    shares /= shares.sum()
    changed: dict[str, Any] = {
        "activities": _activities(schedule, row, parts),
        "relationships": _links(schedule, row, rows),
        "assignments": _divided(schedule.assignments, row, rows, shares, (*_UNITS, *_COSTS)),
        "expenses": _divided(schedule.expenses, row, rows, shares, _COSTS),
        "code_assignments": _copied(schedule.code_assignments, row, rows),
        "external_links": _external(schedule, row, rows[-1]),
        "baselines": tuple(grown_baseline(one, more) for one in schedule.baselines),
    }
    uids = changed["activities"].uid[rows].tolist()
    changed["udf_values"] = _fields(schedule, uids, shares)
    baseline = None if document.baseline is None else grown_baseline(document.baseline, more)
    label = f"Split {parts[0].code} into {len(parts)}"
    return SetRows(label, replace(schedule, **changed), baseline)


# ---------------------------------------------------------------- what the parts are


def _durations(schedule: Schedule, row: int, count: int, lengths: Sequence[str]) -> list[int]:
    """Working minutes of the parts; they add up to those of the package."""
    whole, per_day = int(schedule.activities.original_duration[row]), day_length(schedule, row)
    if lengths:
        found = [read_duration(text, per_day) for text in lengths[: count - 1]]
        left = whole - sum(found)
        if min(*found, left, 1) <= 0:
            days = f"{whole / per_day:.4g} d"
            raise EditError(f"Every part needs a duration: together they have {days}.")
        if len(found) == count - 1:
            return [*found, left]
    found = found if lengths else []
    open_, left = count - len(found), whole - sum(found)
    unit = max(1, round(per_day)) if left >= open_ * per_day else 1
    if left < open_:
        raise EditError(f"{whole} working minutes are too short for {count} parts.")
    pieces, rest = divmod(left, unit)
    each, extra = divmod(pieces, open_)
    made = [(each + (place < extra)) * unit for place in range(open_)]
    made[-1] += rest
    return [*found, *made]


def _codes(schedule: Schedule, row: int, count: int, codes: Sequence[str]) -> list[str]:
    """Ids of the parts: the package's own, then given ones, then the next free ones."""
    acts = schedule.activities
    own, known = str(acts.code[row]), set(acts.code.tolist())
    found = [own]
    for given in codes[1:count]:
        code = given.strip()
        if not code:
            raise EditError("Every part needs an ID.")
        if code in known:
            raise EditError(f"There is an activity with the ID “{code}” already.")
        known.add(code)
        found.append(code)
    while len(found) < count:
        code = next_code(own, known)
        known.add(code)
        found.append(code)
    return found


def _names(schedule: Schedule, row: int, count: int, names: Sequence[str]) -> list[str]:
    own = str(schedule.activities.name[row])
    given = [name.strip() for name in names[:count]]
    if not all(given):
        raise EditError("Every part needs a name.")
    return [*given, *(f"{own} ({place} of {count})" for place in range(len(given) + 1, count + 1))]


def _shared(total: float, shares: npt.NDArray[np.float64]) -> list[float]:
    """A total shared out; the parts add up to it exactly, the last takes what rounding leaves."""
    found: list[float] = [total * share for share in shares[:-1].tolist()]
    return [*found, total - sum(found)]


def _words(document: Document, row: int, parts: Sequence[Part]) -> list[str]:
    """Where links, resources, costs, codes and all the rest of the package go."""
    schedule = document.schedule
    first, last = parts[0].code, parts[-1].code
    links = schedule.relationships
    heads, tails = _ends(schedule, row)
    told = [
        f"Links at the start: {heads[0] + heads[1]}, with {first}. "
        f"At the finish: {tails[0] + tails[1]}, with {last}. "
        "The parts follow one another finish to start without lag."
    ]
    shared = (links.predecessor == row) & np.isin(
        links.lag_format, (LagFormat.PERCENT, LagFormat.ELAPSED_PERCENT)
    )
    uid = schedule.activities.uid[row]
    entries = (
        (shared.sum(), "Lags in percent", "they become the working time that they are now"),
        (_mine(schedule.external_links, row), "Links to other files", "by start or finish"),
        (_mine(schedule.assignments, row), "Resources", "units and costs by duration"),
        (_mine(schedule.expenses, row), "Expenses", "costs by duration"),
        (_mine(schedule.code_assignments, row), "Activity codes", "every part gets them"),
        (
            (schedule.udf_values.subject == uid).sum(),
            "User-defined fields",
            "every part gets them, amounts of money by duration",
        ),
        (_mine(schedule.notes, row), "Notes", f"with {first}"),
        (_mine(schedule.steps, row), "Steps", f"with {first}"),
    )
    told += [f"{title}: {int(count)}, {where}." for count, title, where in entries if count]
    if schedule.activities.constraint[row] or schedule.activities.constraint2[row]:
        told.append(f"Constraints: at the start on {first}, at the finish on {last}.")
    known = document.baseline
    if known is not None and known.columns.finish[row] != NO_TIME:
        told.append(f"The baseline stays with {first}: new parts have none until it is updated.")
    return told


def _mine(table: Any, row: int) -> int:
    return int((table.activity == row).sum())


def _ends(schedule: Schedule, row: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Links at the start and at the finish of an activity: (incoming, outgoing) each."""
    links = schedule.relationships
    kind, into, out = links.type, links.successor == row, links.predecessor == row
    to_start = np.isin(kind, (LinkType.FS, LinkType.SS))
    from_start = np.isin(kind, (LinkType.SS, LinkType.SF))
    counts = [(into & to_start), (out & from_start), (into & ~to_start), (out & ~from_start)]
    a, b, c, d = (int(one.sum()) for one in counts)
    return (a, b), (c, d)


# ---------------------------------------------------------------- the tables


def _activities(schedule: Schedule, row: int, parts: Sequence[Part]) -> Any:
    """The activities with the parts: the package's row is the first, the others at the end."""
    acts, count = schedule.activities, len(parts)
    more = acts.take(np.full(count - 1, row))
    uids = free_uids(acts.uid.tolist(), len(acts), count - 1)
    empty = np.full(count - 1, NO_TIME, dtype=np.int64)
    stored = {name: empty for name, _ in acts.columns() if name.startswith("stored_")}
    stored["stored_longest_path"] = np.full(count - 1, -1, dtype=np.int8)
    both = joined(
        acts,
        more.with_columns(
            uid=np.array(uids, dtype=object), planned_start=empty, planned_finish=empty, **stored
        ),
    )
    rows = np.array([row, *range(len(acts), len(acts) + count - 1)])
    columns = {name: column.copy() for name, column in both.columns()}
    columns["code"][rows] = [part.code for part in parts]
    columns["name"][rows] = [part.name for part in parts]
    for name in ("original_duration", "remaining_duration"):
        columns[name][rows] = [part.duration for part in parts]
    for name in ("constraint", "constraint2"):
        kind = Constraint(int(acts.__dict__[name][row]))
        if kind in (Constraint.NONE, Constraint.AS_LATE_AS_POSSIBLE):
            continue
        bare = rows[:-1] if kind in _AT_FINISH else rows[1:]
        columns[name][bare] = Constraint.NONE
        columns[f"{name}_date"][bare] = NO_TIME
    columns["planned_finish"][rows[-1]] = acts.planned_finish[row]
    columns["planned_finish"][rows[0]] = NO_TIME
    for name in ("expected_finish", "deadline", "external_late_finish"):
        columns[name][rows[:-1]] = NO_TIME
    for name, none in (("external_early_start", NO_TIME), ("levelling_delay", 0)):
        columns[name][rows[1:]] = none
    return both.with_columns(**columns)


def _links(schedule: Schedule, row: int, rows: Sequence[int]) -> Relationships:
    """The links: those at the finish go to the last part, and the parts are chained."""
    links, last = schedule.relationships, rows[-1]
    predecessor, successor = links.predecessor.copy(), links.successor.copy()
    from_finish = np.isin(links.type, (LinkType.FS, LinkType.FF))
    to_finish = np.isin(links.type, (LinkType.FF, LinkType.SF))
    predecessor[(links.predecessor == row) & from_finish] = last
    successor[(links.successor == row) & to_finish] = last
    lag, form = links.lag.copy(), links.lag_format.copy()
    whole = int(schedule.activities.original_duration[row])
    for share, plain in (
        (LagFormat.PERCENT, LagFormat.WORKING),
        (LagFormat.ELAPSED_PERCENT, LagFormat.ELAPSED),
    ):
        mine = (links.predecessor == row) & (form == share)
        lag[mine] = np.rint(lag[mine] / 10_000 * whole).astype(np.int64)
        form[mine] = plain
    count = len(rows) - 1
    chain = make_table(
        Relationships,
        count,
        uid=free_uids(links.uid.tolist(), len(links), count),
        predecessor=rows[:-1],
        successor=rows[1:],
        type=[LinkType.FS] * count,
        lag=[0] * count,
    )
    kept = links.with_columns(
        predecessor=predecessor, successor=successor, lag=lag, lag_format=form
    )
    made: Relationships = joined(kept, chain)
    return made


def _divided(table: Any, row: int, rows: Sequence[int], shares: Any, amounts: Sequence[str]) -> Any:
    """A table of what hangs on activities, with the amounts of one shared out among its parts.

    What comes has new ids and no stored dates; a delay of work stays with the first part.
    """
    mine = np.flatnonzero(table.activity == row)
    if not mine.size:
        return table
    fresh: dict[str, Any] = {"start": NO_TIME, "finish": NO_TIME, "delay": 0}
    uids = free_uids(table.uid.tolist(), len(table), mine.size * (len(rows) - 1))
    left = {name: getattr(table, name)[mine].copy() for name in amounts}
    pieces = []
    for place, part in enumerate(rows[1:], start=1):
        piece = table.take(mine)
        given = {name: getattr(piece, name) * shares[place] for name in amounts}
        for name in amounts:
            left[name] -= given[name]
        bare = {
            name: np.full(mine.size, value, dtype=np.int64)
            for name, value in fresh.items()
            if hasattr(table, name)
        }
        own = np.array(uids[(place - 1) * mine.size : place * mine.size], dtype=object)
        at = np.full(mine.size, part, dtype=np.int32)
        pieces.append(piece.with_columns(uid=own, activity=at, **given, **bare))
    kept = {name: getattr(table, name).copy() for name in amounts}
    for name in amounts:
        kept[name][mine] = left[name]
    made = table.with_columns(**kept)
    for piece in pieces:
        made = joined(made, piece)
    return made


def _copied(table: Any, row: int, rows: Sequence[int]) -> Any:
    """A table in which every part has what the package had."""
    mine = table.take(table.activity == row)
    for part in rows[1:]:
        table = joined(table, mine.with_columns(activity=np.full(len(mine), part, dtype=np.int32)))
    return table


def _external(schedule: Schedule, row: int, last: int) -> Any:
    """Links to other files: those at the finish go to the last part."""
    links = schedule.external_links
    at_finish = np.where(
        links.incoming,
        np.isin(links.type, (LinkType.FF, LinkType.SF)),
        np.isin(links.type, (LinkType.FS, LinkType.FF)),
    )
    moved = (links.activity == row) & at_finish
    if not moved.any():
        return links
    return links.with_columns(activity=np.where(moved, last, links.activity).astype(np.int32))


def _fields(schedule: Schedule, uids: Sequence[str], shares: Any) -> UdfValues:
    """User-defined fields: every part gets them, amounts of money are shared out."""
    values, types = schedule.udf_values, schedule.udf_types
    if not len(values):
        return values
    mine = np.flatnonzero((values.subject == uids[0]) & (types.table[values.type] == "TASK"))
    texts, added = values.value.copy(), []
    for place in mine.tolist():
        kind, text = int(values.type[place]), str(values.value[place])
        parts = [text] * len(uids)
        if types.kind[kind] == "cost" and text:
            parts = [f"{one:.10g}" for one in _shared(float(text), shares)]
        texts[place] = parts[0]
        added += [(kind, uid, part) for uid, part in zip(uids[1:], parts[1:], strict=True)]
    if not added:
        return values
    made: UdfValues = joined(
        values.with_columns(value=texts),
        make_table(
            UdfValues,
            len(added),
            type=[one[0] for one in added],
            subject=[one[1] for one in added],
            value=[one[2] for one in added],
        ),
    )
    return made
