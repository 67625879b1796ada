"""Changes of what hangs on activities (codes, resources, notes ...) and of what they hang on."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from typing import Any

import numpy as np

from planbench.domain.schedule import Schedule
from planbench.engines.compare.changes import Register
from planbench.engines.compare.matching import Matching, wbs_paths

Attached = dict[tuple[int, str], Any]
"""Values by (row of the activity, name of the field)."""

Named = dict[tuple[str, str], Any]
"""Values by (key of the thing, name of the field)."""

_TAG = re.compile(r"<[^>]*>")


def attached_changes(register: Register, old: Schedule, new: Schedule, matching: Matching) -> None:
    """Codes, resources, user fields, notes, expenses of matched activities; WBS; resource pool."""
    for kind, table in (
        ("code", _codes),
        ("resource", _assignments),
        ("user-field", _user_fields),
        ("notebook", _notes),
        ("expense", _expenses),
    ):
        left = {
            (int(matching.new_of_old[row]), name): value
            for (row, name), value in table(old).items()
            if row >= 0 and matching.new_of_old[row] >= 0
        }
        right = {
            key: value
            for key, value in table(new).items()
            if key[0] >= 0 and matching.old_of_new[key[0]] >= 0
        }
        keys = sorted(key for key in left.keys() | right.keys() if left.get(key) != right.get(key))
        rows = np.array([row for row, _ in keys], dtype=np.int32)
        register.add(
            kind,
            [name for _, name in keys],  # type: ignore[arg-type]
            new.activities.code[rows],
            [left.get(key) for key in keys],
            [right.get(key) for key in keys],
            matching.old_of_new[rows],
            rows,
        )
    for kind, things in (("wbs-node", _nodes), ("resource-pool", _pool)):
        _named(register, kind, things(old), things(new))


def _named(register: Register, kind: str, left: Named, right: Named) -> None:
    """Things that stand for themselves: of what came or went the name alone is told."""
    before, after = {key for key, _ in left}, {key for key, _ in right}
    keys = sorted(
        key
        for key in left.keys() | right.keys()
        if left.get(key) != right.get(key)
        and (key[1] == "name" or (key[0] in before and key[0] in after))
    )
    register.add(
        kind,
        [name for _, name in keys],  # type: ignore[arg-type]
        [key for key, _ in keys],
        [left.get(key) for key in keys],
        [right.get(key) for key in keys],
    )


def _codes(schedule: Schedule) -> Attached:
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    types, values = schedule.code_types.name.tolist(), schedule.code_values
    codes, owners = values.code.tolist(), values.type.tolist()
    given = schedule.code_assignments
    for row, value in zip(given.activity.tolist(), given.value.tolist(), strict=True):
        found[row, types[owners[value]]].append(codes[value])
    return {key: ", ".join(sorted(texts)) for key, texts in found.items()}


def _assignments(schedule: Schedule) -> Attached:
    given = schedule.assignments
    names = [*schedule.resources.code.tolist(), ""]
    totals: dict[tuple[int, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    columns = (given.activity, given.resource, given.budget_units, given.budget_cost)
    for row, who, units, cost in zip(*(c.tolist() for c in columns), strict=True):
        pair = totals[row, names[who]]
        pair[0] += units
        pair[1] += cost
    return {key: f"{u:,.2f} units, cost {c:,.2f}" for key, (u, c) in totals.items()}


def _user_fields(schedule: Schedule) -> Attached:
    types, given = schedule.udf_types, schedule.udf_values
    tables, names = types.table.tolist(), types.name.tolist()
    row_of: dict[str, int] = {u: r for r, u in enumerate(schedule.activities.uid.tolist())}
    found: Attached = {}
    columns = (given.type, given.subject, given.value)
    for kind, subject, value in zip(*(c.tolist() for c in columns), strict=True):
        if tables[kind] == "TASK" and subject in row_of and value != "":
            found[row_of[subject], names[kind]] = value
    return found


def _notes(schedule: Schedule) -> Attached:
    """The words of each notebook topic, without the mark-up that programs differ in."""
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    given = schedule.notes
    columns = (given.activity, given.topic, given.text)
    for row, topic, text in zip(*(c.tolist() for c in columns), strict=True):
        words = " ".join(html.unescape(_TAG.sub(" ", str(text))).split())
        if words:
            found[row, str(topic)].append(words)
    return {key: " / ".join(texts) for key, texts in found.items()}


def _expenses(schedule: Schedule) -> Attached:
    totals: dict[tuple[int, str], float] = defaultdict(float)
    given = schedule.expenses
    columns = (given.activity, given.name, given.budget_cost)
    for row, name, cost in zip(*(c.tolist() for c in columns), strict=True):
        totals[row, str(name)] += cost
    return {key: f"cost {cost:,.2f}" for key, cost in totals.items()}


def _nodes(schedule: Schedule) -> Named:
    """Names of the nodes below the projects', by path."""
    names = schedule.wbs.name.tolist()
    return {
        (path, "name"): " ".join(str(name).split())
        for path, name in zip(wbs_paths(schedule), names, strict=True)
        if path
    }


def _pool(schedule: Schedule) -> Named:
    given = schedule.resources
    calendars = [*(calendar.name for calendar in schedule.calendars), ""]
    found: Named = {}
    columns = (given.code, given.name, given.kind, given.calendar, given.max_units, given.price)
    for code, name, kind, calendar, most, price in zip(*(c.tolist() for c in columns), strict=True):
        key = str(code) or str(name)
        found[key, "name"] = str(name)
        found[key, "kind"] = str(kind)
        found[key, "calendar"] = calendars[calendar] if calendar < len(calendars) else ""
        found[key, "max_units"] = f"{most:g} an hour"
        found[key, "price"] = f"{price:,.2f}"
    return found
