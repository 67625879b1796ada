"""Resources, assignments, costs and splits of Microsoft Project."""

from __future__ import annotations

from typing import Any

import numpy as np

from planbench.domain.calendars import Calendar, build_work_table
from planbench.domain.schedule import (
    NO_ROW,
    Activities,
    Assignments,
    Contour,
    Expenses,
    Resources,
    Splits,
    Table,
    make_table,
)
from planbench.domain.times import DAY, NO_TIME
from planbench.exchange.mspdi import terms
from planbench.exchange.mspdi.values import Reader, flag
from planbench.exchange.repairs import Repairs
from planbench.exchange.xml_records import Record

_KINDS = {"0": "material", "1": "labor", "2": "cost"}

FIXED_COST = "Fixed cost"
"""Name of the expense that holds a task's fixed cost."""


def read_resources(
    records: list[Record], calendar_of: dict[str, int], repairs: Repairs
) -> tuple[Resources, dict[str, int], dict[str, str]]:
    """(resources, row by UID, names of cost resources by UID).

    Cost resources have no time; what is assigned of them becomes expenses.
    """
    reader = Reader(repairs)
    rows: list[dict[str, Any]] = []
    row_of: dict[str, int] = {}
    costs: dict[str, str] = {}
    for record in records:
        uid, name = record.get("UID"), record.get("Name")
        if flag(record, "IsNull") or not uid or uid in row_of or (uid == "0" and not name):
            continue
        kind = "cost" if flag(record, "IsCostResource") else _KINDS.get(record.get("Type"), "labor")
        if kind == "cost":
            costs[uid] = name
            continue
        row_of[uid] = len(rows)
        rows.append(
            {
                "uid": uid,
                "code": record.get("Initials") or name or uid,
                "name": name,
                "parent": NO_ROW,
                "calendar": calendar_of.get(record.get("CalendarUID"), NO_ROW),
                "kind": kind,
                "unit": record.get("MaterialLabel"),
                "max_units": reader.number(record, "MaxUnits", 1.0),
                "price": reader.number(record, "StandardRate"),
            }
        )
    return _table(Resources, rows), row_of, costs


def read_assignments(
    records: list[Record],
    tasks: list[Record],
    row_of_task: dict[str, int],
    row_of_resource: dict[str, int],
    costs: dict[str, str],
    repairs: Repairs,
) -> tuple[Assignments, Expenses]:
    """Assignments of work and material, and the costs that are neither."""
    reader = Reader(repairs)
    rows: list[dict[str, Any]] = []
    expenses: list[dict[str, Any]] = []
    for record in records:
        resource = record.get("ResourceUID")
        activity = row_of_task.get(record.get("TaskUID"))
        if resource in ("", terms.UNASSIGNED) or record.get("TaskUID") == "0":
            continue
        if activity is None:
            repairs.add(
                "unknown-reference",
                "warning",
                f"Assignment {record.get('UID')} TaskUID",
                f"task {record.get('TaskUID')!r} is not in the file",
                "left out",
            )
        elif resource in costs:
            expenses.append(_expense(record, activity, costs[resource], reader))
        elif resource not in row_of_resource:
            if resource != "0":
                repairs.add(
                    "unknown-reference",
                    "warning",
                    f"Assignment {record.get('UID')} ResourceUID",
                    f"resource {resource!r} is not in the file",
                    "left out",
                )
        else:
            rows.append(_assignment(record, activity, row_of_resource[resource], reader))
    expenses += _fixed_costs(tasks, reader)
    return _table(Assignments, rows), _table(Expenses, expenses)


def _assignment(record: Record, activity: int, resource: int, reader: Reader) -> dict[str, Any]:
    work, done = reader.hours(record, "Work"), reader.hours(record, "ActualWork")
    overtime = reader.hours(record, "OvertimeWork")
    contour = record.get("WorkContour") or "0"
    delay = reader.tenths(record, "Delay", 0) + reader.tenths(record, "LevelingDelay", 0)
    left = max(work - done, 0.0)
    return {
        "uid": record.get("UID"),
        "activity": activity,
        "resource": resource,
        "budget_units": work,
        "actual_units": done,
        "remaining_units": reader.hours(record, "RemainingWork", left),
        "units_per_hour": reader.number(record, "Units", 1.0),
        **_cost(record, reader),
        "account": NO_ROW,
        "overtime_units": overtime,
        "remaining_overtime_units": reader.hours(
            record,
            "RemainingOvertimeWork",
            max(overtime - reader.hours(record, "ActualOvertimeWork"), 0.0),
        ),
        "delay": delay or NO_TIME,
        "contour": int(contour) if contour in tuple("012345678") else Contour.EDITED,
        "start": reader.instant(record, "Start"),
        "finish": reader.instant(record, "Finish"),
    }


def _cost(record: Record, reader: Reader) -> dict[str, float]:
    total, spent = reader.money(record, "Cost"), reader.money(record, "ActualCost")
    left = reader.money(record, "RemainingCost", max(total - spent, 0.0))
    return {"budget_cost": total, "actual_cost": spent, "remaining_cost": left}


def _expense(record: Record, activity: int, name: str, reader: Reader) -> dict[str, Any]:
    return {
        "uid": record.get("UID"),
        "activity": activity,
        "name": name,
        "account": NO_ROW,
        **_cost(record, reader),
    }


def _fixed_costs(tasks: list[Record], reader: Reader) -> list[dict[str, Any]]:
    """An expense for every task with a fixed cost, spent as far as the task is complete."""
    found = []
    for row, task in enumerate(tasks):
        total = reader.money(task, "FixedCost")
        if total:
            share = min(max(reader.number(task, "PercentComplete") / 100.0, 0.0), 1.0)
            found.append(
                {
                    "uid": f"fixed-{task.get('UID')}",
                    "activity": row,
                    "name": FIXED_COST,
                    "account": NO_ROW,
                    "budget_cost": total,
                    "actual_cost": total * share,
                    "remaining_cost": total - total * share,
                }
            )
    return found


def _table(kind: type[Any], rows: list[dict[str, Any]]) -> Any:
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}
    made: Table = make_table(kind, len(rows), **columns)
    return made


def read_splits(
    records: list[Record],
    row_of_task: dict[str, int],
    activities: Activities,
    calendars: tuple[Calendar, ...],
    repairs: Repairs,
) -> Splits:
    """Working parts of the tasks whose work pauses although nobody is assigned.

    The assignment without a resource spreads their work over time. Parts between which no working
    time lies are one; a task of a single part is not split.
    """
    reader = Reader(repairs)
    parts: dict[int, list[tuple[int, int]]] = {}
    for record in records:
        row = row_of_task.get(record.get("TaskUID"))
        if row is None or activities.elapsed[row] or activities.original_duration[row] == 0:
            continue
        if record.get("ResourceUID") not in ("", terms.UNASSIGNED):
            continue
        for item in record.all("TimephasedData"):
            if item.get("Type") not in ("1", "2"):  # remaining and actual work
                continue
            start, finish = reader.instant(item, "Start"), reader.instant(item, "Finish")
            busy = reader.hours(item, "Value")
            if busy > 0.0 and NO_TIME not in (start, finish) and start < finish:
                parts.setdefault(row, []).append((start, finish))
    if not parts:
        return make_table(Splits, 0)
    bounds = [instant for found in parts.values() for part in found for instant in part]
    table = build_work_table(calendars, min(bounds) // DAY - 1, max(bounds) // DAY + 2)
    rows: list[tuple[int, int, int]] = []
    for row, found in sorted(parts.items()):
        calendar = int(activities.calendar[row])
        joined: list[list[int]] = []
        for start, finish in sorted(found):
            ends = np.array([joined[-1][1] if joined else start, start], dtype=np.int64)
            gap = table.work_between(calendar, ends[:1], ends[1:])
            if joined and gap[0] <= 0:
                joined[-1][1] = max(joined[-1][1], finish)
            else:
                joined.append([start, finish])
        if len(joined) > 1:
            rows += [(row, start, finish) for start, finish in joined]
    activity, starts, finishes = zip(*rows, strict=True) if rows else [()] * 3
    return make_table(Splits, len(rows), activity=activity, start=starts, finish=finishes)
