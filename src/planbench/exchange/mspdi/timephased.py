"""Work, cost and progress over time: Project's timephased data, kept record by record.

The records say what Project made of an assignment's work on its dates. An edit of the activity or
the assignment makes them wrong, and Project makes new ones when it opens the file: each record
knows what its owner was like when it was read, and is only written while that is still so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property

from planbench.domain.schedule import (
    NO_ROW,
    ActivityType,
    Schedule,
    Table,
    Timephased,
    adjacency,
    make_table,
)
from planbench.exchange.mspdi import terms
from planbench.exchange.mspdi.tasks import Outline
from planbench.exchange.repairs import Repairs
from planbench.exchange.xml_records import Record
from planbench.exchange.xml_text import leaf, leaves, node

_WORK_OF_ACTIVITY = (
    "planned_start", "planned_finish", "original_duration", "remaining_duration", "actual_start",
    "actual_finish", "suspend", "resume", "levelling_delay",
)  # fmt: skip
_WORK_OF_ASSIGNMENT = (
    "budget_units", "actual_units", "remaining_units", "units_per_hour", "budget_cost",
    "actual_cost", "remaining_cost", "overtime_units", "remaining_overtime_units", "delay",
    "contour", "start", "finish",
)  # fmt: skip
_COST_OF_EXPENSE = ("budget_cost", "actual_cost", "remaining_cost")


class _Owners:
    """What the owners of records are like now: a short text that changes when they do."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.baselines = {one.name: one.columns for one in schedule.baselines}
        self._known: dict[tuple[str, int, str, str], str] = {}

    def like(self, owner: str, activity: int, subject: str, baseline: str) -> str:
        """The text of an owner, "" where it is not there."""
        key = (owner, activity, subject, baseline)
        if key not in self._known:
            words = self._words(*key)
            self._known[key] = _short(words) if words else ""
        return self._known[key]

    def _words(self, owner: str, activity: int, subject: str, baseline: str) -> str:
        if owner == "resource":
            return self._resource(subject)
        own = "task" if owner in ("task", "unassigned") else self._assigned(owner, subject)
        if not own:
            return ""
        if not baseline:
            return f"{own} {self._activity(activity)}"
        columns = self.baselines.get(terms.BASELINES[int(baseline)])
        # what was planned stays, whatever becomes of the activity
        return _cells(columns, tuple(dict(columns.columns())), activity) if columns else ""

    def _activity(self, row: int) -> str:
        table = self.schedule.activities
        calendar = int(table.calendar[row])
        name = self.schedule.calendars[calendar].name if calendar != NO_ROW else ""
        words = f"{name} {self._parts.get(row, '')} {_cells(table, _WORK_OF_ACTIVITY, row)}"
        # a summary's records are the sum of those beneath it
        summary = table.type[row] == ActivityType.WBS_SUMMARY
        return f"{words} {self._everything}" if summary else words

    @cached_property
    def _everything(self) -> str:
        table = self.schedule.activities
        return _short(repr([getattr(table, name).tolist() for name in _WORK_OF_ACTIVITY]))

    @cached_property
    def _parts(self) -> dict[int, str]:
        found: dict[int, str] = {}
        table = self.schedule.splits
        for row, *span in zip(
            table.activity.tolist(), table.start.tolist(), table.finish.tolist(), strict=True
        ):
            found[row] = f"{found.get(row, '')}{span}"
        return found

    @cached_property
    def rows(self) -> dict[tuple[str, str], int]:
        """Row of each assignment and expense by owner and uid; the first where these repeat."""
        found: dict[tuple[str, str], int] = {}
        uids = {
            "assignment": self.schedule.assignments.uid.tolist(),
            "expense": self.schedule.expenses.uid.tolist(),
        }
        for owner, some in uids.items():
            for row, uid in enumerate(some):
                found.setdefault((owner, uid), row)
        return found

    def _assigned(self, owner: str, subject: str) -> str:
        row = self.rows.get((owner, subject), NO_ROW)
        if row == NO_ROW:
            return ""
        if owner == "assignment":
            return _cells(self.schedule.assignments, _WORK_OF_ASSIGNMENT, row)
        return _cells(self.schedule.expenses, _COST_OF_EXPENSE, row)

    @cached_property
    def _resource_rows(self) -> dict[str, int]:
        return {uid: row for row, uid in enumerate(self.schedule.resources.uid.tolist())}

    @cached_property
    def _of_resource(self) -> list[list[int]]:
        n = len(self.schedule.resources)
        table = self.schedule.assignments
        used = [row for row in range(len(table)) if table.resource[row] != NO_ROW]
        grouped = adjacency(table.resource[used], n)
        return [[used[place] for place in grouped.of(row).tolist()] for row in range(n)]

    def _resource(self, subject: str) -> str:
        """A resource's records are the sum of those of its assignments."""
        row = self._resource_rows.get(subject, NO_ROW)
        if row == NO_ROW:
            return ""
        table = self.schedule.assignments
        return "resource" + " ".join(
            f"{_cells(table, _WORK_OF_ASSIGNMENT, one)} {self._activity(int(table.activity[one]))}"
            for one in self._of_resource[row]
        )


def _cells(table: Table, names: tuple[str, ...], row: int) -> str:
    values = (getattr(table, name)[row].item() for name in names)
    return " ".join(f"{v:.4f}" if isinstance(v, float) else str(v) for v in values)


def _short(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]


# ---------------------------------------------------------------- reading

_Owned = tuple[str, int, str, str, Record]
"""Owner, activity, subject, baseline and the record itself."""


def read_timephased(
    schedule: Schedule,
    outline: Outline,
    resources: list[Record],
    assignments: list[Record],
    repairs: Repairs,
) -> Timephased:
    """The records of tasks, resources and assignments, and of baselines of tasks and assignments.

    What hangs on nothing that was read is left out and told: the project's own summary, and owners
    left out themselves.
    """
    owners = _Owners(schedule)
    found: list[_Owned] = []
    for row, task in enumerate(outline.rows):
        found += _records("task", row, "", task)
    for record in resources:
        found += _records("resource", NO_ROW, record.get("UID"), record)
    mine: list[tuple[str, int, list[_Owned]]] = []
    for record in assignments:
        row = outline.row_of.get(record.get("TaskUID"), NO_ROW)
        if record.get("ResourceUID") in ("", terms.UNASSIGNED):
            mine.append(("unassigned", row, list(_records("unassigned", row, "", record))))
        else:
            uid = record.get("UID")
            owner = "expense" if ("expense", uid) in owners.rows else "assignment"
            place = owners.rows.get((owner, uid), NO_ROW)
            mine.append((owner, place, list(_records(owner, row, uid, record))))
    for _, _, some in sorted(mine, key=lambda one: one[:2]):  # in the order they are written in
        found += some
    rows: list[tuple[object, ...]] = []
    lost = 0
    for owner, activity, subject, baseline, record in found:
        there = owner == "resource" or activity != NO_ROW
        fits = owners.like(owner, activity, subject, baseline) if there else ""
        kind, unit = _code(record, "Type"), _code(record, "Unit")
        if not fits or kind < 0:
            lost += 1
            continue
        span = record.get("Start"), record.get("Finish")
        rows.append(
            (owner, activity, subject, baseline, kind, record.get("UID"), *span, unit,
             record.get("Value"), fits)
        )  # fmt: skip
    if lost:
        words = f"{lost:,} records of what is not in the plan"
        repairs.add("not-read", "info", "TimephasedData", words, "left out")
    names = (
        "owner", "activity", "subject", "baseline", "type", "record_uid", "start", "finish",
        "unit", "value", "fits",
    )  # fmt: skip
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    return _own_uids(schedule, make_table(Timephased, len(rows), **columns), assignments)


def _own_uids(schedule: Schedule, table: Timephased, assignments: list[Record]) -> Timephased:
    """The uids of records that are their owner's go: they follow it when it is renumbered."""
    nobody = {
        record.get("TaskUID"): record.get("UID")
        for record in assignments
        if record.get("ResourceUID") in ("", terms.UNASSIGNED)
    }
    column = table.record_uid.copy()
    uids = schedule.activities.uid.tolist()
    for row, (owner, activity, subject) in enumerate(
        zip(table.owner.tolist(), table.activity.tolist(), table.subject.tolist(), strict=True)
    ):
        own = subject
        if owner in ("task", "unassigned"):
            own = uids[activity] if owner == "task" else nobody.get(uids[activity], "")
        if column[row] == own:
            column[row] = ""
    return table.with_columns(record_uid=column)


def _records(owner: str, activity: int, subject: str, record: Record) -> Iterator[_Owned]:
    for inner in record.all("Baseline"):
        number = inner.get("Number")
        if number in _NUMBERS:
            for item in inner.all("TimephasedData"):
                yield owner, activity, subject, number, item
    for item in record.all("TimephasedData"):
        yield owner, activity, subject, "", item


_NUMBERS = frozenset(str(number) for number in range(len(terms.BASELINES)))


def _code(record: Record, name: str) -> int:
    """A number of Project, -1 where there is none that can be."""
    text = record.get(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else -1


# ---------------------------------------------------------------- writing


class TimephasedWriter:
    """The records that still fit, as XML by their owner."""

    def __init__(self, schedule: Schedule) -> None:
        table = schedule.timephased
        owners = _Owners(schedule)
        self._rows: dict[tuple[str, int, str, str], list[int]] = {}
        self.unassigned: dict[int, tuple[str, str]] = {}
        """First start and last finish of the work that is assigned to nobody, by activity."""
        self._columns = {name: column.tolist() for name, column in table.columns()}
        keys = (table.owner, table.activity, table.subject, table.baseline)
        rows = zip(*(column.tolist() for column in keys), strict=True)
        for row, (key, fits) in enumerate(zip(rows, table.fits.tolist(), strict=True)):
            if owners.like(*key) == fits:
                self._rows.setdefault(key, []).append(row)
                if key[0] == "unassigned":
                    self._reach(key[1], str(table.start[row]), str(table.finish[row]))

    def _reach(self, activity: int, start: str, finish: str) -> None:
        first, last = self.unassigned.get(activity, ("", ""))
        starts, finishes = ([x for x in pair if x] for pair in ((first, start), (last, finish)))
        self.unassigned[activity] = min(starts, default=""), max(finishes, default="")

    def of(self, owner: str, activity: int, subject: str, uid: str, baseline: str = "") -> str:
        """The records of one owner, whose number in the file is `uid`."""
        return "".join(
            self._record(row, uid)
            for row in self._rows.get((owner, activity, subject, baseline), ())
        )

    def of_assignment(self, owner: str, activity: int, subject: str, uid: str) -> str:
        """The records of an assignment, an expense or what is unassigned, baselines first."""
        made = []
        for number in range(len(terms.BASELINES)):
            over = self.of(owner, activity, subject, uid, str(number))
            if over:
                made.append(node("Baseline", over, leaf("Number", str(number))))
        return "".join([*made, self.of(owner, activity, subject, uid)])

    def _record(self, row: int, uid: str) -> str:
        at = {name: column[row] for name, column in self._columns.items()}
        return node(
            "TimephasedData",
            leaves(
                [
                    ("Type", str(at["type"])),
                    ("UID", at["record_uid"] or uid),
                    ("Start", at["start"]),
                    ("Finish", at["finish"]),
                    ("Unit", "" if at["unit"] < 0 else str(at["unit"])),
                    ("Value", at["value"]),
                ]
            ),
        )
