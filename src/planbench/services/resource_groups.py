"""What a loading is grouped by: resources that have limits, or work that shares them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planbench.domain.schedule import Rows, Schedule

BY_RESOURCE, BY_GROUP, BY_KIND, BY_ALL = "resource", "group", "kind", "all"
BY_ROLE = "role"

_NONE = "Without a value"

_DEEPEST = 6
"""Levels of the WBS that are offered."""


@dataclass(frozen=True)
class Grouping:
    """Groups of assignments: texts, the group of each assignment (-1: none) and the limits.

    `limit` is the most units an hour of each group, NaN where it means nothing: activities of a
    WBS element share their resources with others. `hours` says whose units are hours.
    """

    key: str
    codes: list[str]
    names: list[str]
    of: Rows
    members: list[Rows]  # resources whose limits add up, none where there is no limit
    unit: list[str]


def groupings(schedule: Schedule) -> dict[str, str]:
    """What the loading of a schedule can be grouped by: keys and titles."""
    found = {BY_RESOURCE: "Resource", BY_KIND: "Kind of resource", BY_ALL: "All resources"}
    if (schedule.resources.parent >= 0).any():
        found[BY_GROUP] = "Top of the resource tree"
    if (schedule.assignments.role >= 0).any():
        found[BY_ROLE] = "Role"
    depth = int(_levels(schedule.wbs.parent).max(initial=-1))
    for level in range(1, min(depth + 1, _DEEPEST) + 1):
        found[f"wbs:{level}"] = f"WBS level {level}"
    for name in dict.fromkeys(map(str, schedule.code_types.name.tolist())):
        found[f"code:{name}"] = f"Code {name}"
    return found


def make_grouping(schedule: Schedule, key: str) -> Grouping:
    """The groups of one of the keys of `groupings`."""
    if key in (BY_RESOURCE, BY_GROUP, BY_KIND, BY_ALL):
        return _by_resources(schedule, key)
    return _by_work(schedule, key)


def _by_resources(schedule: Schedule, key: str) -> Grouping:
    """Groups whose resources can be counted; assignments without a resource stand last."""
    resources, given = schedule.resources, schedule.assignments
    n = len(resources)
    if key == BY_RESOURCE:
        codes = [*map(str, resources.code.tolist())]
        names = [*map(str, resources.name.tolist())]
        of = np.arange(n)
    elif key == BY_ALL:
        codes, names, of = ["All"], ["All resources"], np.zeros(n, dtype=np.int64)
    elif key == BY_KIND:
        kinds = sorted({*map(str, resources.kind.tolist())})
        codes, names = kinds, [{"nonlabor": "Equipment"}.get(k, k.capitalize()) for k in kinds]
        of = np.array([kinds.index(str(kind)) for kind in resources.kind], dtype=np.int64)
    else:
        top = _tops(resources.parent)
        heads, of = np.unique(top, return_inverse=True)
        codes = [str(resources.code[row]) for row in heads]
        names = [str(resources.name[row]) for row in heads]
    used = np.zeros(n + 1, dtype=bool)
    used[given.resource] = True
    members = (
        [
            np.flatnonzero((of == one) & used[:n] & (resources.kind != "material")).astype(np.int32)
            for one in range(len(codes))
        ]
        if key != BY_RESOURCE
        else [
            np.array([row] if resources.kind[row] != "material" else [], dtype=np.int32)
            for row in range(n)
        ]
    )
    unit = (
        [
            str(u) or "units" if k == "material" else "h"
            for u, k in zip(resources.unit.tolist(), resources.kind.tolist(), strict=True)
        ]
        if key == BY_RESOURCE
        else ["h"] * len(codes)
    )
    nobody = len(codes)
    where = np.append(of, nobody).astype(np.int32)[given.resource]
    return Grouping(
        key,
        [*codes, ""],
        [*names, "Without a resource"],
        where,
        [*members, np.zeros(0, dtype=np.int32)],
        [*unit, "h"],
    )


def _by_work(schedule: Schedule, key: str) -> Grouping:
    """Groups of activities; their resources work elsewhere too, so that they have no limit."""
    acts, given = schedule.activities, schedule.assignments
    kind, _, rest = key.partition(":")
    if kind == BY_ROLE:
        return _by_roles(schedule)
    if kind == "wbs":
        wbs, level = schedule.wbs, int(rest) - 1
        at = _at_level(wbs.parent, level)
        rows = np.flatnonzero(at == np.arange(len(wbs)))
        codes, names = wbs.code[rows].tolist(), wbs.name[rows].tolist()
        place = np.full(len(wbs) + 1, rows.size, dtype=np.int32)
        place[rows] = np.arange(rows.size, dtype=np.int32)
        group = place[np.append(at, -1)[acts.wbs]]
    else:
        values, types = schedule.code_values, schedule.code_types
        wanted = np.flatnonzero(types.name == rest)
        rows = np.flatnonzero(np.isin(values.type, wanted))
        codes, names = values.code[rows].tolist(), values.name[rows].tolist()
        place = np.full(len(values) + 1, rows.size, dtype=np.int32)
        place[rows] = np.arange(rows.size, dtype=np.int32)
        group = np.full(len(acts), rows.size, dtype=np.int32)
        mine = np.isin(values.type[schedule.code_assignments.value], wanted)
        assigned = schedule.code_assignments
        group[assigned.activity[mine]] = place[assigned.value[mine]]
    count = rows.size + 1
    return Grouping(
        key,
        [*map(str, codes), ""],
        [*map(str, names), _NONE],
        group[given.activity].astype(np.int32),
        [np.zeros(0, dtype=np.int32)] * count,
        ["h"] * count,
    )


def _by_roles(schedule: Schedule) -> Grouping:
    """Groups of the roles that work is planned for, whoever fills them; they have no limit."""
    roles, role = schedule.roles, schedule.assignments.role
    count = len(roles)
    known = (role >= 0) & (role < count)
    return Grouping(
        BY_ROLE,
        [*map(str, roles.code.tolist()), ""],
        [*map(str, roles.name.tolist()), "Without a role"],
        np.where(known, role, count).astype(np.int32),
        [np.zeros(0, dtype=np.int32)] * (count + 1),
        ["h"] * (count + 1),
    )


def _levels(parent: Rows) -> Rows:
    """Depth of each node; parents come before their children."""
    depth = np.zeros(parent.size, dtype=np.int32)
    for row, above in enumerate(parent.tolist()):
        if above >= 0:
            depth[row] = depth[above] + 1
    return depth


def _tops(parent: Rows) -> Rows:
    """The root above each node, itself where it is one; in whatever order the nodes stand."""
    top = np.arange(parent.size, dtype=np.int32)
    for _ in range(parent.size):
        above = parent[top]
        if not (above >= 0).any():
            break
        top = np.where(above >= 0, above, top).astype(np.int32)
    return top


def _at_level(parent: Rows, level: int) -> Rows:
    """The ancestor at a level of each node; a node above that level stands for itself."""
    at = np.arange(parent.size, dtype=np.int32)
    depth = _levels(parent)
    for row, above in enumerate(parent.tolist()):
        if depth[row] > level:
            at[row] = at[above]
    return at
