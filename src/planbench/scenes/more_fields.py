"""Fields only some schedules have: codes, the user's own, resources, costs, risk, checks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np

from planbench.domain.schedule import NO_ROW, Flags, Numbers, Schedule
from planbench.domain.times import minutes_column
from planbench.scenes.columns import Column, Extras, PlanTable, Values, dates, flags, numbers, texts
from planbench.scenes.facts import variance_days
from planbench.scenes.further_fields import further_columns
from planbench.scenes.further_links import link_columns, resource_columns
from planbench.scenes.own_fields import minute_of, number_of, own_columns
from planbench.scenes.risk_fields import risk_columns


def more_columns(schedule: Schedule, extras: Extras) -> Iterable[Column]:
    """Columns of codes, fields of users, resources, costs, more baselines, risk and checks."""
    paid = len(schedule.assignments) or len(schedule.expenses)
    return (
        *_code_columns(schedule),
        *_user_columns(schedule),
        *own_columns(extras.own),
        *_code_names(schedule),
        *(_resource_columns() if paid else ()),
        *(resource_columns() if paid else ()),
        *_baseline_columns(),
        *further_columns(),
        *link_columns(),
        *risk_columns(),
        *_quality_columns(extras),
    )


def unique_names(names: Iterable[str]) -> list[str]:
    """The names, repeated ones with a number behind."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


# ---------------------------------------------------------------- codes and the user's fields


def code_ids(schedule: Schedule) -> list[str]:
    """Column ids of the activity codes, by the row of their type."""
    names = unique_names(map(str, schedule.code_types.name.tolist()))
    return [f"code:{name}" for name in names]


def value_of_code(schedule: Schedule, type_row: int) -> Values:
    """Each activity's value (row in `code_values`) of one activity code, -1 without one."""
    found = np.full(len(schedule), NO_ROW, dtype=np.int32)
    assigned = schedule.code_assignments
    mine = schedule.code_values.type[assigned.value] == type_row
    found[assigned.activity[mine]] = assigned.value[mine]
    return found


def _code_texts(row: int, table: PlanTable) -> Values:
    plain = np.append(table.schedule.code_values.code, "").astype(object)
    found: Values = plain[value_of_code(table.schedule, row)]  # -1 is the empty one at the end
    return found


def _code_columns(schedule: Schedule) -> Iterable[Column]:
    for row, one in enumerate(code_ids(schedule)):
        title = one.removeprefix("code:")
        source = texts(one, partial(_code_texts, row))
        yield Column(one, title, 96, "text", source, "Activity code", category="Codes")


def _code_words(row: int, table: PlanTable) -> Values:
    plain = np.append(table.schedule.code_values.name, "").astype(object)
    found: Values = plain[value_of_code(table.schedule, row)]
    return found


def _code_names(schedule: Schedule) -> Iterable[Column]:
    for row, one in enumerate(code_ids(schedule)):
        title = one.removeprefix("code:")
        source = texts(f"description:{title}", partial(_code_words, row))
        tip = f"What the value of the activity code {title} stands for"
        label = f"{title} description"
        yield Column(f"description:{title}", label, 130, "text", source, tip, None, "Codes", label)


def user_ids(schedule: Schedule) -> dict[str, int]:
    """Column ids of the activities' user-defined fields, with the row of their type."""
    types = schedule.udf_types
    rows = [row for row, kind in enumerate(types.table.tolist()) if kind == "TASK"]
    names = unique_names(str(types.name[row]) for row in rows)
    return {f"udf:{name}": row for name, row in zip(names, rows, strict=True)}


def _user_texts(row: int, table: PlanTable) -> Values:
    found = np.full(len(table.schedule), "", dtype=object)
    values = table.schedule.udf_values
    mine = np.flatnonzero(values.type == row)
    rows = table.once("rows by uid", lambda: _rows_by_uid(table.schedule))
    subjects = values.subject[mine].tolist()
    for subject, text in zip(subjects, values.value[mine].tolist(), strict=True):
        place = rows.get(subject)
        if place is not None:
            found[place] = str(text)
    return found


def _rows_by_uid(schedule: Schedule) -> dict[str, int]:
    return {uid: row for row, uid in enumerate(schedule.activities.uid.tolist())}


def _user_numbers(row: int, table: PlanTable) -> Values:
    return np.array(
        [number_of(text) for text in _user_texts(row, table).tolist()], dtype=np.float64
    )


def _user_dates(row: int, table: PlanTable) -> Values:
    return np.array([minute_of(text) for text in _user_texts(row, table).tolist()], dtype=np.int64)


def _user_columns(schedule: Schedule) -> Iterable[Column]:
    for one, row in user_ids(schedule).items():
        title, kind = one.removeprefix("udf:"), str(schedule.udf_types.kind[row])
        tip = f"User-defined field ({kind})"
        if kind in ("number", "integer", "cost"):
            decimals = 2 if kind == "cost" else 0 if kind == "integer" else 1
            fold = "total" if kind == "cost" else ""
            source = numbers(one, partial(_user_numbers, row), decimals, fold)
            yield Column(one, title, 80, "number", source, tip, category="User fields")
        elif kind == "date":
            source = dates(one, partial(_user_dates, row))
            yield Column(one, title, 84, "date", source, tip, category="User fields")
        else:
            source = texts(one, partial(_user_texts, row))
            yield Column(one, title, 96, "text", source, tip, category="User fields")


# ---------------------------------------------------------------- resources and costs


def primary_resource(schedule: Schedule) -> Values:
    """The resource (row) with most budgeted units on each activity, -1 without one."""
    assigned = schedule.assignments
    found = np.full(len(schedule), NO_ROW, dtype=np.int32)
    order = np.lexsort((-np.arange(len(assigned)), assigned.budget_units))
    found[assigned.activity[order]] = assigned.resource[order]  # the largest is written last
    return found


def _primary(table: PlanTable) -> Values:
    names = np.append(table.schedule.resources.name, "").astype(object)
    found: Values = names[primary_resource(table.schedule)]
    return found


def _resources(table: PlanTable) -> Values:
    schedule = table.schedule
    found = np.full(len(schedule), "", dtype=object)
    names = schedule.resources.name.tolist()
    order = np.argsort(-schedule.assignments.budget_units, kind="stable")
    rows = schedule.assignments.activity[order].tolist()
    for row, who in zip(rows, schedule.assignments.resource[order].tolist(), strict=True):
        if 0 <= who < len(names):
            found[row] = f"{found[row]}, {names[who]}" if found[row] else str(names[who])
    return found


def _assigned(names: tuple[str, ...], table: PlanTable) -> Numbers:
    """Sums of assignment columns over each activity, with the expenses where they are costs."""
    schedule, n = table.schedule, len(table.schedule)
    total = np.zeros(n)
    for name in names:
        for part in (schedule.assignments, schedule.expenses):
            if hasattr(part, name):
                total += np.bincount(part.activity, getattr(part, name), n)[:n]
    return total


def _resource_columns() -> Iterable[Column]:
    yield Column(
        "resource",
        "Primary\nresource",
        120,
        "text",
        texts("resource", _primary),
        "The resource with most budgeted units",
        category="Resources",
        label="Primary resource",
    )
    yield Column(
        "resources",
        "Resources",
        160,
        "text",
        texts("resources", _resources),
        "All resources, those with most budgeted units first",
        category="Resources",
    )
    words = {"budget": "Budgeted", "actual": "Actual", "remaining": "Remaining"}
    for unit, category, tip in (
        ("units", "Resources", "Units of all assignments (hours for labour)"),
        ("cost", "Costs", "Cost of assignments and expenses"),
    ):
        for name, word in words.items():
            key = f"{name}_{unit}"
            source = numbers(key, partial(_assigned, (key,)), fold="total")
            label, title = f"{word} {unit}", f"{word}\n{unit}"
            text = f"{tip}; a band adds up"
            yield Column(key, title, 84, "number", source, text, category=category, label=label)
        key, parts = f"final_{unit}", (f"actual_{unit}", f"remaining_{unit}")
        source = numbers(key, partial(_assigned, parts), fold="total")
        label = f"At completion {unit}"
        text = f"Actual {unit} + remaining {unit}"
        yield Column(key, f"At compl.\n{unit}", 84, "number", source, text, None, category, label)


# ---------------------------------------------------------------- more baselines


def _of_baseline(place: int, name: str, table: PlanTable) -> Values:
    found = table.extras.baselines
    if place >= len(found) or len(found[place].columns) != len(table.schedule):
        return minutes_column(len(table.schedule))
    column: Values = getattr(found[place].columns, name)
    return column


def _baseline_variance(place: int, table: PlanTable) -> Values:
    return variance_days(table.own("finish"), _of_baseline(place, "finish", table))


def _baseline_columns() -> Iterable[Column]:
    for place, number in ((0, 2), (1, 3)):
        for end, fold in (("start", "least"), ("finish", "greatest")):
            key = f"baseline{number}_{end}"
            source = dates(key, partial(_of_baseline, place, end), fold)
            label = f"Baseline {number} {end}"
            tip = f"{end.capitalize()} in baseline {number}"
            title = f"BL{number} {end}"
            yield Column(key, title, 84, "date", source, tip, None, "Baseline", label)
        key = f"baseline{number}_variance"
        source = numbers(key, partial(_baseline_variance, place))
        label = f"Baseline {number} finish variance"
        tip = f"Finish in baseline {number} − finish, calendar days; negative is later"
        title = f"BL{number} finish\nvar."
        yield Column(key, title, 66, "number", source, tip, None, "Baseline", label)


# ---------------------------------------------------------------- checks


def metric_flags(table: PlanTable) -> list[tuple[str, str, Flags]]:
    """(metric's title, its ruleset's, the activities it flags) of the checks that were run.

    Links count for their successor. Checks of a schedule with other rows are left out.
    """
    schedule, found = table.schedule, []
    for report in table.extras.reports:
        for result in report.metrics:
            if result.state != "flag":
                continue
            size = result.membership.codes.size
            if result.kind == "activity" and size == len(schedule):
                rows = result.rows
            elif result.kind == "relationship" and size == len(schedule.relationships):
                rows = schedule.relationships.successor[result.rows]
            else:
                continue
            mask = np.zeros(len(schedule), dtype=bool)
            mask[rows] = True
            found.append((result.name, report.ruleset.title, mask))
    return found


def _flagged(table: PlanTable) -> list[tuple[str, str, Flags]]:
    found: list[tuple[str, str, Flags]] = table.once("metrics", lambda: metric_flags(table))
    return found


def _findings(table: PlanTable) -> Values:
    total = np.zeros(len(table.schedule))
    for *_, mask in _flagged(table):
        total += mask
    return total


def _finding_names(table: PlanTable) -> Values:
    found = np.full(len(table.schedule), "", dtype=object)
    for name, _, mask in _flagged(table):
        first = found == ""
        found[mask & first] = name
        found[mask & ~first] += ", " + name
    return found


def _first_finding(table: PlanTable) -> Values:
    found = np.full(len(table.schedule), "", dtype=object)
    for name, _, mask in reversed(_flagged(table)):
        found[mask] = name
    return found


def _metric_flag(name: str, ruleset: str, table: PlanTable) -> Values:
    found = np.zeros(len(table.schedule), dtype=bool)
    for title, of, mask in _flagged(table):
        if (title, of) == (name, ruleset):
            found |= mask
    return found


def _quality_columns(extras: Extras) -> Iterable[Column]:
    source = numbers("findings", _findings, fold="total")
    tip = "Number of metrics that flag this activity or a link into it; a band adds up"
    yield Column("findings", "Find-\nings", 50, "number", source, tip, None, "Quality", "Findings")
    source = texts("finding_names", _finding_names)
    tip = "Metrics that flag this activity or a link into it"
    yield Column("finding_names", "Flagged by", 200, "text", source, tip, category="Quality")
    source = texts("finding", _first_finding)
    tip = "The first metric that flags this activity"
    yield Column("finding", "First finding", 160, "text", source, tip, category="Quality")
    seen = set[str]()
    for report in extras.reports:
        for metric in (result.metric for result in report.metrics if result.state == "flag"):
            key = f"flag:{report.ruleset_id}:{metric.id}"
            if key not in seen:
                seen.add(key)
                source = flags(key, partial(_metric_flag, metric.title, report.ruleset.title))
                label = f"Flag: {metric.title} ({report.ruleset.title})"
                yield Column(
                    key, metric.title, 80, "flag", source, metric.formula, None, "Quality", label
                )
