"""Further fields of an activity's links, resources and costs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np

from planbench.domain.schedule import ActivityType, Assignments, Expenses, LinkType, Status
from planbench.domain.times import NO_TIME, known
from planbench.scenes.columns import Column, PlanTable, Values
from planbench.scenes.further_fields import (
    date_column,
    flag_column,
    number_column,
    share_of,
    text_column,
)

LOGIC = "Logic"
KINDS = {"labor": "Labour", "nonlabor": "Equipment", "material": "Material"}
STAGES = {"budget": "Budgeted", "actual": "Actual", "remaining": "Remaining"}


def _ends(table: PlanTable, incoming: bool) -> tuple[Values, Values]:
    """Of every link: the activity it is told of, and the one at its other end."""
    links = table.schedule.relationships
    ends = links.successor, links.predecessor
    return ends if incoming else ends[::-1]


def _count(table: PlanTable, incoming: bool, chosen: Values) -> Values:
    own, _ = _ends(table, incoming)
    return np.bincount(own[chosen], minlength=len(table.schedule)).astype(np.float64)


def _of_type(kind: LinkType, incoming: bool, table: PlanTable) -> Values:
    return _count(table, incoming, table.schedule.relationships.type == kind)


def _lagged(sign: int, incoming: bool, table: PlanTable) -> Values:
    return _count(table, incoming, np.sign(table.schedule.relationships.lag) == sign)


def _open(incoming: bool, table: PlanTable) -> Values:
    _, other = _ends(table, incoming)
    return _count(table, incoming, table.schedule.activities.status[other] != Status.COMPLETE)


def _critical(incoming: bool, table: PlanTable) -> Values:
    _, other = _ends(table, incoming)
    return _count(table, incoming, table.own("critical")[other])


def _external(incoming: bool, table: PlanTable) -> Values:
    links = table.schedule.external_links
    rows = links.activity[links.incoming == incoming]
    return np.bincount(rows, minlength=len(table.schedule)).astype(np.float64)


def _listed(incoming: bool, whole: bool, table: PlanTable) -> Values:
    """IDs of the activities at the other ends, with type and lag where `whole`."""
    schedule, links = table.schedule, table.schedule.relationships
    own, other = _ends(table, incoming)
    codes = schedule.activities.code
    parts: list[list[str]] = [[] for _ in range(len(schedule))]
    columns = own.tolist(), codes[other].tolist(), links.type.tolist(), links.lag.tolist()
    for row, code, kind, lag in zip(*columns, strict=True):
        days = f"{lag / 60:+.4g}h" if lag else ""
        parts[row].append(f"{code} {LinkType(kind).name}{days}" if whole else str(code))
    found = np.full(len(schedule), "", dtype=object)
    found[:] = [", ".join(one) for one in parts]
    return found


def _outermost(incoming: bool, table: PlanTable) -> Values:
    """The latest finish of the predecessors, or the earliest start of the successors."""
    own, other = _ends(table, incoming)
    n = len(table.schedule)
    moments = table.own("finish" if incoming else "start")[other]
    there = known(moments)
    if incoming:
        found = np.full(n, NO_TIME, dtype=np.int64)
        np.maximum.at(found, own[there], moments[there])
        return found
    last = np.iinfo(np.int64).max
    found = np.full(n, last, dtype=np.int64)
    np.minimum.at(found, own[there], moments[there])
    return np.where(found == last, NO_TIME, found)


def _most_lag(incoming: bool, table: PlanTable) -> Values:
    own, _ = _ends(table, incoming)
    found = np.full(len(table.schedule), -np.inf)
    np.maximum.at(found, own, table.schedule.relationships.lag / 60.0)
    return np.where(np.isfinite(found), found, np.nan)


def _out_of_sequence(table: PlanTable) -> Values:
    """Begun before the work that a finish-to-start link puts before it was done."""
    acts, links = table.schedule.activities, table.schedule.relationships
    done = acts.actual_finish[links.predecessor]
    begun = acts.actual_start[links.successor]
    early = (links.type == LinkType.FS) & known(begun) & (~known(done) | (done > begun))
    found = np.zeros(len(table.schedule), dtype=bool)
    found[links.successor[early]] = True
    return found


def _dangling(incoming: bool, table: PlanTable) -> Values:
    """No link holds its start (incoming: FS or SS), or none goes on from its finish (FS or FF)."""
    kinds = (LinkType.FS, LinkType.SS) if incoming else (LinkType.FS, LinkType.FF)
    held = _count(table, incoming, np.isin(table.schedule.relationships.type, kinds)) > 0
    effort = (ActivityType.LEVEL_OF_EFFORT, ActivityType.WBS_SUMMARY)
    return np.asarray(~held & ~np.isin(table.schedule.activities.type, effort))


def link_columns() -> Iterable[Column]:
    """Columns of links, which every schedule has."""
    for incoming, whose in ((True, "predecessors"), (False, "successors")):
        one, key = whose[:-1], whose[:4]
        for kind in LinkType:
            yield number_column(f"{key}_{kind.name}", f"{kind.name} {whose}",
                                f"Number of {whose} by {kind.name} links", LOGIC,
                                partial(_of_type, kind, incoming))  # fmt: skip
        for sign, word in ((1, "lag"), (-1, "lead")):
            tip = f"Number of {whose} with a {word} ({'positive' if sign > 0 else 'negative'} lag)"
            yield number_column(f"{key}_{word}s", f"{whose.capitalize()} with {word}", tip, LOGIC,
                                partial(_lagged, sign, incoming))  # fmt: skip
        yield number_column(f"{key}_open", f"Unfinished {whose}",
                            f"Number of {whose} that are not complete", LOGIC,
                            partial(_open, incoming))  # fmt: skip
        yield number_column(f"{key}_critical", f"Critical {whose}",
                            f"Number of {whose} that are critical", LOGIC,
                            partial(_critical, incoming))  # fmt: skip
        yield number_column(f"{key}_external", f"External {whose}",
                            f"Number of {whose} in projects that are not in this file", LOGIC,
                            partial(_external, incoming))  # fmt: skip
        yield number_column(f"{key}_most_lag", f"Longest {one} lag, hours",
                            f"The longest lag among links to its {whose}, working hours", LOGIC,
                            partial(_most_lag, incoming), 1)  # fmt: skip
        yield text_column(f"{key}_ids", f"{one.capitalize()} IDs", f"IDs of its {whose}", LOGIC,
                          partial(_listed, incoming, False), 150)  # fmt: skip
        yield text_column(f"{key}_details", f"{one.capitalize()} details",
                          f"Its {whose} with type and lag in working hours", LOGIC,
                          partial(_listed, incoming, True), 190)  # fmt: skip
    yield date_column("latest_predecessor", "Latest predecessor finish",
                      "The latest finish of its predecessors", LOGIC,
                      partial(_outermost, True))  # fmt: skip
    yield date_column("earliest_successor", "Earliest successor start",
                      "The earliest start of its successors", LOGIC,
                      partial(_outermost, False))  # fmt: skip
    yield flag_column("out_of_sequence", "Out of sequence",
                      "Begun before a finish-to-start predecessor was done", LOGIC,
                      _out_of_sequence)  # fmt: skip
    yield flag_column("dangling_start", "Dangling start",
                      "No FS or SS link comes to it: nothing holds its start", LOGIC,
                      partial(_dangling, True))  # fmt: skip
    yield flag_column("dangling_finish", "Dangling finish",
                      "No FS or FF link leaves it: its finish moves nothing", LOGIC,
                      partial(_dangling, False))  # fmt: skip


# ---------------------------------------------------------------- resources and costs


def _summed(names: tuple[str, ...], kind: str, table: PlanTable) -> Values:
    """Sums of assignment columns of one kind of resource; of expenses for "expense"."""
    schedule, n = table.schedule, len(table.schedule)
    part: Assignments | Expenses = schedule.expenses
    mine = np.ones(len(part), dtype=bool)
    if kind != "expense":
        part = schedule.assignments
        kinds = np.array([*schedule.resources.kind.tolist(), "labor"], dtype=object)
        mine = (
            kinds[schedule.assignments.resource] == kind
        )  # -1 is the last: a role without a resource
    total = np.zeros(n)
    for name in names:
        total += np.bincount(part.activity[mine], getattr(part, name)[mine], n)[:n]
    return total


def _all(unit: str, stages: tuple[str, ...], table: PlanTable) -> Values:
    total = np.zeros(len(table.schedule))
    for kind in (*KINDS, *(("expense",) if unit == "cost" else ())):
        total += _summed(tuple(f"{one}_{unit}" for one in stages), kind, table)
    return total


def _percent(unit: str, table: PlanTable) -> Values:
    actual = _all(unit, ("actual",), table)
    return share_of(actual, actual + _all(unit, ("remaining",), table))


def _variance(unit: str, table: PlanTable) -> Values:
    return _all(unit, ("budget",), table) - _all(unit, ("actual", "remaining"), table)


def _words(what: str, name: str, table: PlanTable) -> Values:
    """Codes or names of the resources or roles on each activity, each once."""
    schedule = table.schedule
    words = [*getattr(getattr(schedule, f"{what}s"), name).tolist(), ""]
    parts: list[dict[str, None]] = [{} for _ in range(len(schedule))]
    rows = getattr(schedule.assignments, what).tolist()
    for row, one in zip(schedule.assignments.activity.tolist(), rows, strict=True):
        if row >= 0 and words[one]:
            parts[row][str(words[one])] = None
    found = np.full(len(schedule), "", dtype=object)
    found[:] = [", ".join(one) for one in parts]
    return found


def _assignments(table: PlanTable) -> Values:
    rows = table.schedule.assignments.activity
    return np.bincount(rows[rows >= 0], minlength=len(table.schedule)).astype(np.float64)


def _per_hour(table: PlanTable) -> Values:
    part, n = table.schedule.assignments, len(table.schedule)
    return np.bincount(part.activity, part.units_per_hour, n)[:n]


def resource_columns() -> Iterable[Column]:
    """Columns of schedules that have resources or expenses."""
    for unit, category in (("units", "Resources"), ("cost", "Costs")):
        kinds = KINDS | ({"expense": "Expense"} if unit == "cost" else {})
        for kind, told in kinds.items():
            for stage, word in STAGES.items():
                yield number_column(
                    f"{kind}_{stage}_{unit}", f"{word} {told.lower()} {unit}",
                    f"{word} {unit} of {told.lower()}; a band adds up", category,
                    partial(_summed, (f"{stage}_{unit}",), kind), 0, "total",
                )  # fmt: skip
            yield number_column(
                f"{kind}_final_{unit}", f"At completion {told.lower()} {unit}",
                f"Actual + remaining {unit} of {told.lower()}; a band adds up", category,
                partial(_summed, (f"actual_{unit}", f"remaining_{unit}"), kind), 0, "total",
            )  # fmt: skip
        yield number_column(f"{unit}_percent", f"{unit.capitalize()} % complete",
                            f"Actual / (actual + remaining) {unit}", category,
                            partial(_percent, unit))  # fmt: skip
        yield number_column(f"{unit}_variance", f"{unit.capitalize()} variance",
                            f"Budgeted − at completion {unit}; negative is more", category,
                            partial(_variance, unit), 0, "total")  # fmt: skip
    for what in ("resource", "role"):
        for name, words in (("code", "IDs"), ("name", "names")):
            yield text_column(f"{what}_{name}s", f"{what.capitalize()} {words}",
                              f"{words.capitalize()} of its {what}s", "Resources",
                              partial(_words, what, name), 130)  # fmt: skip
    yield number_column("assignments", "Assignments", "Number of its assignments", "Resources",
                        _assignments)  # fmt: skip
    yield number_column("units_per_hour", "Units per hour",
                        "Units per hour of all its assignments together", "Resources", _per_hour,
                        1)  # fmt: skip
