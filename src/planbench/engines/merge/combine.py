"""Putting schedules side by side in one: the merge itself.

Ids become plain numbers of their own, references follow, and what came from where stays with
every activity as user fields. Nothing moves a date as long as no link is made between projects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.reports import Repair
from planbench.domain.schedule import (
    NO_ROW,
    Baseline,
    BaselineColumns,
    CodeTypes,
    CodeValues,
    Project,
    Schedule,
    Source,
    Table,
    Texts,
    Timephased,
    UdfTypes,
    UdfValues,
    empty_baseline,
    make_table,
)
from planbench.domain.times import latest
from planbench.engines.merge import dictionaries
from planbench.engines.merge.links import Crossing, join_links
from planbench.engines.merge.parts import (
    LinkRequest,
    MergeOptions,
    Notes,
    Part,
    Placing,
    fresh_uids,
    span_of,
)
from planbench.engines.merge.projects import merge_projects

PROVENANCE = ("Source file", "Source project", "Source activity ID", "Source unique ID")
"""User fields that say where an activity came from; the last only where its number changed."""

LONGEST_ID = 40
"""Characters of an activity id in P6."""

_REFERENCES: dict[str, dict[str, str]] = {
    "activities": {"project": "projects", "wbs": "wbs", "calendar": "calendars"},
    "wbs": {"parent": "wbs", "project": "projects"},
    "code_assignments": {"activity": "activities", "value": "code_values"},
    "resources": {"parent": "resources", "calendar": "calendars"},
    "resource_rates": {"resource": "resources"},
    "roles": {"parent": "roles"},
    "assignments": {
        "activity": "activities",
        "resource": "resources",
        "account": "accounts",
        "role": "roles",
    },
    "expenses": {"activity": "activities", "account": "accounts"},
    "accounts": {"parent": "accounts"},
    "notes": {"activity": "activities"},
    "splits": {"activity": "activities"},
    "steps": {"activity": "activities"},
    "timephased": {"activity": "activities"},
}


@dataclass(frozen=True)
class Origin:
    """One project of the master and where it came from."""

    project: int  # row in the merged schedule
    file: str
    code: str  # as it was
    activities: int
    renamed: int  # activities whose id had to change


@dataclass(frozen=True)
class Merged:
    """The master schedule, what was done to get it, and the links between its projects."""

    schedule: Schedule
    repairs: tuple[Repair, ...]
    origins: tuple[Origin, ...]
    crossings: tuple[Crossing, ...]

    @property
    def conflicts(self) -> tuple[Repair, ...]:
        """What a planner should look at."""
        return tuple(repair for repair in self.repairs if repair.severity != "info")


def merge(
    parts: Sequence[Part], links: Sequence[LinkRequest] = (), options: MergeOptions | None = None
) -> Merged:
    """One schedule with the projects of all parts, in their order.

    External links become relationships where the other end is among the parts; `links` are made
    besides. Raises ModelError for fewer than two parts, and for links that name no activity.
    """
    if len(parts) < 2:
        raise ModelError("one schedule alone cannot be merged", "merge", "Name two or more.")
    chosen = options or MergeOptions()
    notes = Notes()
    placings = [Placing(part) for part in parts]
    calendars = dictionaries.merge_calendars(placings, span_of(tuple(parts)), chosen, notes)
    projects = merge_projects(placings, chosen, notes)
    _place_activities(placings)
    codes = dictionaries.merge_codes(placings, chosen.codes, notes)
    fields = dictionaries.merge_user_fields(placings, notes)
    dictionaries.merge_accounts(placings, notes)
    resource_codes = dictionaries.merge_resources(placings, chosen, notes)
    dictionaries.merge_roles(placings)
    tables = {name: _joined(placings, name) for name in _REFERENCES}
    ids, renamed = _activity_ids(placings, projects, tables["activities"], notes)
    uids = {name: fresh_uids(table.uid.tolist()) for name, table in tables.items() if _has(table)}
    tables["resources"] = tables["resources"].with_columns(code=_texts(resource_codes))
    tables["timephased"] = _timephased(placings, tables, uids, notes)
    tables["code_assignments"] = _one_value_a_type(tables["code_assignments"], codes, notes)
    values = _user_values(placings, tables, uids, fields, ids)
    for name, found in uids.items():
        tables[name] = tables[name].with_columns(uid=_texts(found))
    tables["activities"] = tables["activities"].with_columns(code=_texts(ids))
    names: dict[str, Any] = {
        **tables,
        "code_types": make_table(CodeTypes, len(codes.types), **_code_types(codes)),
        "code_values": make_table(CodeValues, len(codes.values), **_code_values(codes)),
        "udf_types": values[0],
        "udf_values": values[1],
    }
    bare = Schedule(
        tuple(projects),
        tuple(calendars),
        baselines=_baselines(placings, notes),
        source=Source(" + ".join(part.name for part in parts), "merge"),
        **names,
    )
    schedule, crossings = join_links(bare, placings, links, notes)
    origins = _origins(placings, renamed)
    return Merged(schedule, tuple(notes.found), origins, crossings)


def _texts(values: Sequence[str]) -> Texts:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _has(table: Table) -> bool:
    return hasattr(table, "uid")


def _place_activities(placings: list[Placing]) -> None:
    """Rows of activities and WBS nodes: those of stubs whose project is there are left out."""
    next_activity = next_node = 0
    for placing in placings:
        schedule, kept = placing.part.schedule, placing.kept["projects"]
        mine = kept[schedule.activities.project] if len(schedule) else np.zeros(0, dtype=bool)
        nodes = kept[schedule.wbs.project] if len(schedule.wbs) else np.zeros(0, dtype=bool)
        next_activity = placing.place_after("activities", next_activity, mine)
        next_node = placing.place_after("wbs", next_node, nodes)


def _joined(placings: list[Placing], name: str) -> Any:
    """The rows of one table that the parts bring along, their references led over."""
    pieces: list[Table] = []
    base = 0
    for placing in placings:
        table: Table = getattr(placing.part.schedule, name)
        kept = placing.kept.get(name)
        if kept is None and name == "resource_rates":  # those of resources that came along
            kept = placing.kept["resources"][placing.part.schedule.resource_rates.resource]
        if kept is None:  # hangs on activities
            owner = getattr(table, "activity", np.zeros(0, dtype=np.int32))
            kept = placing.rows["activities"][owner] != NO_ROW
        placing.base[name] = base
        taken = table.take(kept)
        base += len(taken)
        led = {
            column: placing.rows[target][getattr(taken, column)]
            for column, target in _REFERENCES[name].items()
        }
        pieces.append(taken.with_columns(**led))
    columns = [dict(piece.columns()) for piece in pieces]
    return replace(
        pieces[0], **{key: np.concatenate([one[key] for one in columns]) for key in columns[0]}
    )


def _timephased(
    placings: list[Placing], tables: dict[str, Any], uids: dict[str, list[str]], notes: Notes
) -> Timephased:
    """Records over time with the new ids of what they are of; those of resources are left out."""
    table: Timephased = tables["timephased"]
    subject, owner = table.subject.copy(), table.owner
    for place in range(len(placings)):

        def brought(name: str, place: int = place) -> slice:
            last = place + 1 == len(placings)
            end = len(tables[name]) if last else placings[place + 1].base[name]
            return slice(placings[place].base[name], end)

        led: dict[tuple[str, str], str] = {}
        for kind, name in (("expense", "expenses"), ("assignment", "assignments")):
            mine = brought(name)
            old = tables[name].uid[mine].tolist()
            led.update(((kind, a), b) for a, b in zip(old, uids[name][mine], strict=True))
        for row in range(len(table))[brought("timephased")]:
            subject[row] = led.get((owner[row], subject[row]), subject[row])
    lost = sum(int((one.part.schedule.timephased.activity == NO_ROW).sum()) for one in placings)
    if lost:
        words = f"{lost:,} records over time of resources alone"
        notes.add("timephased", "warning", "resources", words, "left out: they are of one plan")
    return table.with_columns(subject=subject)


def _activity_ids(
    placings: list[Placing], projects: list[Project], activities: Any, notes: Notes
) -> tuple[list[str], dict[int, int]]:
    """Activity ids of their own, and how many of each project had to change.

    An id that several projects use gets its project's id before it, in each of them.
    """
    codes, project = activities.code.tolist(), activities.project.tolist()
    users: dict[str, set[int]] = {}
    for code, row in zip(codes, project, strict=True):
        users.setdefault(code, set()).add(row)
    taken = set(users)
    made: list[str] = []
    changed: Counter[int] = Counter()
    first: dict[int, str] = {}
    given: dict[tuple[int, str], str] = {}
    for code, row in zip(codes, project, strict=True):
        if len(users[code]) == 1:
            made.append(code)
            continue
        changed[row] += 1
        first.setdefault(row, code)
        if (row, code) not in given:
            given[row, code] = _prefixed(projects[row].code, code, taken)
        made.append(given[row, code])
    for row, count in sorted(changed.items()):
        notes.add(
            "activity-id-renamed",
            "warning",
            f"project {projects[row].code}",
            f"{count} activity ids are used in other projects too, {first[row]} for one",
            f"the project's id put before them: {given[row, first[row]]}",
        )
    return made, dict(changed)


def _prefixed(project: str, code: str, taken: set[str]) -> str:
    """An activity id with its project's before it, no longer than P6 takes, and not taken yet."""
    number = 1
    while True:
        tail = f":{code}" if number == 1 else f"~{number}:{code}"
        made = project[: max(LONGEST_ID - len(tail), 1)] + tail
        if made not in taken:
            taken.add(made)
            return made
        number += 1


def _one_value_a_type(table: Any, codes: dictionaries.Codes, notes: Notes) -> Any:
    """Code assignments with one value a type on each activity, as P6 has it; the first stays."""
    kinds = np.array([value[1] for value in codes.values], dtype=np.int64)
    if not len(table):
        return table
    key = table.activity.astype(np.int64) * max(len(codes.types), 1) + kinds[table.value]
    _, first = np.unique(key, return_index=True)
    if first.size == len(table):
        return table
    lost = np.setdiff1d(np.arange(len(table)), first)
    counted = Counter(codes.types[kinds[row]][1] for row in table.value[lost].tolist())
    for name, count in counted.items():
        notes.add(
            "code-twice",
            "warning",
            f"activity code {name}",
            f"{count} activities would carry two of its values",
            "the first one kept",
        )
    return table.take(np.sort(first))


def _code_types(codes: dictionaries.Codes) -> dict[str, list[str]]:
    uids = fresh_uids([uid for uid, _, _ in codes.types])
    return {
        "uid": uids,
        "name": [name for _, name, _ in codes.types],
        "scope": [scope for _, _, scope in codes.types],
    }


def _code_values(codes: dictionaries.Codes) -> dict[str, list[Any]]:
    return {
        "uid": fresh_uids([value[0] for value in codes.values]),
        "type": [value[1] for value in codes.values],
        "code": [value[2] for value in codes.values],
        "name": [value[3] for value in codes.values],
        "parent": [value[4] for value in codes.values],
    }


_SUBJECTS = {"TASK": "activities", "PROJWBS": "wbs", "RSRC": "resources",
             "TASKRSRC": "assignments", "PROJCOST": "expenses", "ACCOUNT": "accounts"}  # fmt: skip


def _user_values(
    placings: list[Placing],
    tables: dict[str, Any],
    uids: dict[str, list[str]],
    fields: list[tuple[str, str, str, str]],
    ids: list[str],
) -> tuple[UdfTypes, UdfValues]:
    """User fields with their values led over to the new ids, and the provenance beside them."""
    types, subjects, values = list[int](), list[str](), list[str]()
    for placing in placings:
        schedule = placing.part.schedule
        table = schedule.udf_values
        named: dict[str, dict[str, str]] = {}
        of = schedule.udf_types.table.tolist()
        for own, subject, value in zip(
            table.type.tolist(), table.subject.tolist(), table.value.tolist(), strict=True
        ):
            if own < 0:
                continue
            if of[own] not in named:
                named[of[own]] = _new_uids(placing, of[own], uids)
            new = named[of[own]].get(subject)
            if new is not None:
                types.append(int(placing.rows["udf_types"][own]))
                subjects.append(new)
                values.append(value)
    fields = list(fields)
    _add_provenance(placings, tables, uids["activities"], fields, ids, types, subjects, values)
    made = make_table(
        UdfTypes,
        len(fields),
        uid=fresh_uids([field[0] for field in fields]),
        table=[field[1] for field in fields],
        name=[field[2] for field in fields],
        kind=[field[3] for field in fields],
    )
    return made, make_table(UdfValues, len(types), type=types, subject=subjects, value=values)


def _new_uids(placing: Placing, table: str, uids: dict[str, list[str]]) -> dict[str, str]:
    """The merged id of every row of a part's table by its old one."""
    schedule = placing.part.schedule
    if table == "PROJECT":
        rows = placing.rows["projects"].tolist()
        new = placing.project_uids
        return {p.uid: new[rows[k]] for k, p in enumerate(schedule.projects) if rows[k] >= 0}
    name = _SUBJECTS.get(table)
    if name is None:
        return {}
    old = getattr(schedule, name).uid
    if name in placing.rows:
        rows = placing.rows[name][:-1]
    else:
        kept = placing.rows["activities"][getattr(schedule, name).activity] != NO_ROW
        rows = np.where(kept, placing.base[name] + np.cumsum(kept) - 1, NO_ROW)
    return {
        uid: uids[name][row]
        for uid, row in zip(old.tolist(), rows.tolist(), strict=True)
        if row != NO_ROW
    }


def _add_provenance(
    placings: list[Placing],
    tables: dict[str, Any],
    uids: list[str],
    fields: list[tuple[str, str, str, str]],
    ids: list[str],
    types: list[int],
    subjects: list[str],
    values: list[str],
) -> None:
    """Where each activity came from; one that tells it already, from an earlier merge, keeps it."""
    known = {(of, name): row for row, (_, of, name, kind) in enumerate(fields) if kind == "text"}
    rows = []
    for name in PROVENANCE:
        if ("TASK", name) not in known:
            known["TASK", name] = len(fields)
            fields.append(("", "TASK", name, "text"))
        rows.append(known["TASK", name])
    told = {subject for kind, subject in zip(types, subjects, strict=True) if kind == rows[0]}
    activities = tables["activities"]
    old_uids, old_codes = activities.uid.tolist(), activities.code.tolist()
    for placing in placings:
        schedule = placing.part.schedule
        codes = [project.code for project in schedule.projects]
        project = schedule.activities.project.tolist()
        for own, row in enumerate(placing.rows["activities"][:-1].tolist()):
            if row == NO_ROW or uids[row] in told:
                continue
            told_of = [placing.part.name, codes[project[own]], old_codes[row], old_uids[row]]
            for field, text in zip(rows, told_of, strict=True):
                if field == rows[3] and text == uids[row]:
                    continue
                types.append(field)
                subjects.append(uids[row])
                values.append(text)


def _baselines(placings: list[Placing], notes: Notes) -> tuple[Baseline, ...]:
    """Baselines of the same place among those of each part, over the activities of all parts."""
    most = max(len(placing.part.schedule.baselines) for placing in placings)
    made = []
    for number in range(most):
        columns: list[BaselineColumns] = []
        names: list[str] = []
        dates: list[int] = []
        for placing in placings:
            kept = placing.kept["activities"]
            found = placing.part.schedule.baselines[number : number + 1]
            columns.append(
                found[0].columns.take(kept) if found else empty_baseline(int(kept.sum()))
            )
            names += [baseline.name for baseline in found]
            dates += [baseline.data_date for baseline in found]
        together = {
            name: np.concatenate([getattr(one, name) for one in columns])
            for name, _ in columns[0].columns()
        }
        name = " + ".join(dict.fromkeys(names))
        made.append(
            Baseline(name, latest(np.array(dates, dtype=np.int64)), BaselineColumns(**together))
        )
        if len(names) > 1:
            notes.add(
                "baselines-joined",
                "info",
                f"baseline {number + 1}",
                f"{len(names)} schedules bring one along",
                f"one baseline, {name}",
            )
    return tuple(made)


def _origins(placings: list[Placing], renamed: dict[int, int]) -> tuple[Origin, ...]:
    found = []
    for placing in placings:
        schedule = placing.part.schedule
        counts = np.bincount(schedule.activities.project, minlength=len(schedule.projects))
        for own, project in enumerate(schedule.projects):
            row = int(placing.rows["projects"][own])
            if placing.kept["projects"][own]:
                found.append(
                    Origin(
                        row, placing.part.name, project.code, int(counts[own]), renamed.get(row, 0)
                    )
                )
    return tuple(found)
