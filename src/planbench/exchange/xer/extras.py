"""Codes, user fields, resources, costs and notes of an XER file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planbench.domain.schedule import (
    NO_ROW,
    Accounts,
    Assignments,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Expenses,
    Notes,
    Numbers,
    ResourceRates,
    Resources,
    Roles,
    Rows,
    Schedule,
    Steps,
    UdfTypes,
    UdfValues,
    make_table,
)
from planbench.domain.times import NO_TIME
from planbench.exchange.parents import without_rings
from planbench.exchange.repairs import Repairs
from planbench.exchange.xer import terms
from planbench.exchange.xer.columns import (
    UNKNOWN_ROW,
    Ids,
    dates,
    flags,
    ids,
    lookup,
    numbers,
    plain_text,
    words,
)
from planbench.exchange.xer.document import XerTable

TableOf = Callable[[str], XerTable]


def read_extras(
    schedule: Schedule, table: TableOf, task_ids: Ids, calendar_ids: Ids, repairs: Repairs
) -> Schedule:
    """The schedule with everything that hangs on its activities.

    Rows that refer to something the file does not have are left out and listed.
    """
    code_types, code_values, code_assignments = _codes(table, task_ids, repairs)
    udf_types, udf_values = _user_fields(table, repairs)
    accounts, account_ids = _accounts(table, repairs)
    resources, resource_ids = _resources(table, calendar_ids, schedule.data_date, repairs)
    roles, role_ids = _roles(table("ROLES"), repairs)
    return replace(
        schedule,
        code_types=code_types,
        code_values=code_values,
        code_assignments=code_assignments,
        udf_types=udf_types,
        udf_values=udf_values,
        accounts=accounts,
        resources=resources,
        resource_rates=_changing_rates(table("RSRCRATE"), resource_ids, repairs),
        roles=roles,
        assignments=_assignments(
            table("TASKRSRC"), task_ids, (resource_ids, role_ids, account_ids), repairs
        ),
        expenses=_expenses(table("PROJCOST"), task_ids, account_ids, repairs),
        notes=_notes(table, task_ids, repairs),
        steps=_steps(table("TASKPROC"), task_ids, repairs),
    )


def _kept(table: XerTable, what: dict[str, Rows], repairs: Repairs) -> npt.NDArray[np.int64]:
    """Rows whose references are all there; the others are listed."""
    good = np.ones(len(table), dtype=bool)
    for name, rows in what.items():
        for row in np.flatnonzero(good & (rows < 0)).tolist():
            repairs.add(
                "unknown-reference",
                "warning",
                f"{table.name} row {row + 1} {name}",
                "it refers to a row that is not in the file",
                "left out",
            )
        good &= rows >= 0
    return np.flatnonzero(good)


def _chosen(texts: list[str], rows: npt.NDArray[np.int64]) -> list[str]:
    return texts if rows.size == len(texts) else [texts[row] for row in rows.tolist()]


def _optional(rows: Rows) -> Rows:
    return np.maximum(rows, NO_ROW)


def _codes(
    table: TableOf, task_ids: Ids, repairs: Repairs
) -> tuple[CodeTypes, CodeValues, CodeAssignments]:
    types, values, used = table("ACTVTYPE"), table("ACTVCODE"), table("TASKACTV")
    type_ids, value_ids = ids(types, "actv_code_type_id"), ids(values, "actv_code_id")
    scopes = types.texts("actv_code_type_scope")
    code_types = make_table(
        CodeTypes,
        len(types),
        uid=type_ids.as_texts(),
        name=words(types, "actv_code_type"),
        scope=[terms.CODE_SCOPES.get(scope.strip(), "global") for scope in scopes],
    )
    type_row = lookup(type_ids, ids(values, "actv_code_type_id"))
    kept = _kept(values, {"actv_code_type_id": type_row}, repairs)
    place = np.full(len(values) + 1, NO_ROW, dtype=np.int32)
    place[kept] = np.arange(kept.size)
    parent = lookup(value_ids, ids(values, "parent_actv_code_id"))
    code_values = make_table(
        CodeValues,
        kept.size,
        uid=_chosen(value_ids.as_texts(), kept),
        type=type_row[kept],
        code=_chosen(words(values, "short_name"), kept),
        name=_chosen(words(values, "actv_code_name"), kept),
        parent=without_rings(place[_optional(parent)][kept], "ACTVCODE", repairs),
    )
    activity = lookup(task_ids, ids(used, "task_id"))
    value = lookup(value_ids, ids(used, "actv_code_id"))
    value = np.where(value >= 0, place[np.maximum(value, 0)], value) if len(values) else value
    rows = _kept(used, {"task_id": activity, "actv_code_id": value}, repairs)
    assignments = make_table(CodeAssignments, rows.size, activity=activity[rows], value=value[rows])
    return code_types, code_values, assignments


def _user_fields(table: TableOf, repairs: Repairs) -> tuple[UdfTypes, UdfValues]:
    types, values = table("UDFTYPE"), table("UDFVALUE")
    type_ids = ids(types, "udf_type_id")
    labels = words(types, "udf_type_label")
    udf_types = make_table(
        UdfTypes,
        len(types),
        uid=type_ids.as_texts(),
        table=types.texts("table_name"),
        name=[a or b for a, b in zip(labels, types.texts("udf_type_name"), strict=True)],
        kind=[terms.UDF_KINDS.get(kind, "text") for kind in types.texts("logical_data_type")],
    )
    type_row = lookup(type_ids, ids(values, "udf_type_id"))
    rows = _kept(values, {"udf_type_id": type_row}, repairs)
    columns = [
        words(values, name) for name in ("udf_text", "udf_number", "udf_date", "udf_code_id")
    ]
    text = [a or b or c or d for a, b, c, d in zip(*columns, strict=True)]
    udf_values = make_table(
        UdfValues,
        rows.size,
        type=type_row[rows],
        subject=_chosen(values.texts("fk_id"), rows),
        value=_chosen(text, rows),
    )
    return udf_types, udf_values


def _accounts(table: TableOf, repairs: Repairs) -> tuple[Accounts, Ids]:
    rows = table("ACCOUNT")
    own = ids(rows, "acct_id")
    accounts = make_table(
        Accounts,
        len(rows),
        uid=own.as_texts(),
        code=words(rows, "acct_short_name"),
        name=words(rows, "acct_name"),
        parent=without_rings(
            _optional(lookup(own, ids(rows, "parent_acct_id"))), "ACCOUNT", repairs
        ),
    )
    return accounts, own


def _resources(
    table: TableOf, calendar_ids: Ids, data_date: int, repairs: Repairs
) -> tuple[Resources, Ids]:
    rows = table("RSRC")
    own = ids(rows, "rsrc_id")
    units = table("UMEASURE")
    unit_row = lookup(ids(units, "unit_id"), ids(rows, "unit_id"))
    unit_names = [*words(units, "unit_abbrev"), ""]
    kinds = rows.texts("rsrc_type")
    rate, price = _rates(table("RSRCRATE"), own, len(rows), data_date, repairs)
    usual = numbers(rows, "def_qty_per_hr", repairs, np.nan)
    rate = np.where(np.isnan(rate), np.where(np.isnan(usual), 1.0, usual), rate)
    resources = make_table(
        Resources,
        len(rows),
        uid=own.as_texts(),
        code=words(rows, "rsrc_short_name"),
        name=words(rows, "rsrc_name"),
        parent=without_rings(_optional(lookup(own, ids(rows, "parent_rsrc_id"))), "RSRC", repairs),
        calendar=_optional(lookup(calendar_ids, ids(rows, "clndr_id"))),
        kind=[terms.RESOURCE_KINDS.get(kind.strip(), "labor") for kind in kinds],
        unit=[unit_names[max(row, NO_ROW)] for row in unit_row.tolist()],
        max_units=rate,
        price=np.where(np.isnan(price), 0.0, price),
    )
    return resources, own


def chosen_rates(
    table: XerTable, resource_ids: Ids, n: int, data_date: int, repairs: Repairs
) -> Rows:
    """Row of RSRCRATE that holds for each of n resources at the data date, NO_ROW without one."""
    chosen = np.full(n, NO_ROW, dtype=np.int32)
    resource = lookup(resource_ids, ids(table, "rsrc_id"))
    start = dates(table, "start_date", repairs)
    known = np.flatnonzero(resource >= 0)
    # the latest rate that has begun wins; where none has, the first to come
    begun = start[known] <= data_date if data_date != NO_TIME else np.zeros(known.size, dtype=bool)
    order = known[np.lexsort((np.where(begun, start[known], -start[known]), begun))]
    chosen[resource[order]] = order
    return chosen


def _rates(
    table: XerTable, resource_ids: Ids, n: int, data_date: int, repairs: Repairs
) -> tuple[Numbers, Numbers]:
    """Units per hour and price of each resource at the data date, NaN where there is no rate."""
    chosen = chosen_rates(table, resource_ids, n, data_date, repairs)
    rate = np.append(numbers(table, "max_qty_per_hr", repairs, np.nan), np.nan)
    price = np.append(numbers(table, "cost_per_qty", repairs, np.nan), np.nan)
    return rate[chosen], price[chosen]


def _changing_rates(table: XerTable, resource_ids: Ids, repairs: Repairs) -> ResourceRates:
    """The rates of resources that have several, by resource and date."""
    resource = lookup(resource_ids, ids(table, "rsrc_id"))
    start = dates(table, "start_date", repairs)
    rows = np.flatnonzero((resource >= 0) & (start != NO_TIME))
    count = np.bincount(resource[rows], minlength=1)
    rows = rows[count[resource[rows]] > 1]
    rows = rows[np.lexsort((start[rows], resource[rows]))]
    return make_table(
        ResourceRates,
        rows.size,
        resource=resource[rows],
        start=start[rows],
        max_units=numbers(table, "max_qty_per_hr", repairs)[rows],
        price=numbers(table, "cost_per_qty", repairs)[rows],
    )


def _roles(table: XerTable, repairs: Repairs) -> tuple[Roles, Ids]:
    own = ids(table, "role_id")
    parent = lookup(own, ids(table, "parent_role_id"))
    made = make_table(
        Roles,
        len(table),
        uid=own.as_texts(),
        code=words(table, "role_short_name"),
        name=words(table, "role_name"),
        parent=without_rings(_optional(parent), "ROLES", repairs),
    )
    return made, own


def _steps(table: XerTable, task_ids: Ids, repairs: Repairs) -> Steps:
    """Steps of activities in the order of their sequence numbers."""
    activity = lookup(task_ids, ids(table, "task_id"))
    rows = _kept(table, {"task_id": activity}, repairs)
    place = numbers(table, "seq_num", repairs)
    rows = rows[np.lexsort((place[rows], activity[rows]))]
    done = flags(table, "complete_flag", False)
    percent = np.clip(numbers(table, "complete_pct", repairs), 0.0, 100.0)
    uids, names = table.texts("proc_id"), words(table, "proc_name")
    return make_table(
        Steps,
        rows.size,
        uid=[uids[row] for row in rows.tolist()],
        activity=activity[rows],
        name=[names[row] for row in rows.tolist()],
        weight=numbers(table, "proc_wt", repairs, 1.0)[rows],
        percent=np.where(done, 100.0, percent)[rows],
    )


def _assignments(
    table: XerTable, task_ids: Ids, owners: tuple[Ids, Ids, Ids], repairs: Repairs
) -> Assignments:
    """Assignments; `owners` are the ids of resources, roles and accounts."""
    resource_ids, role_ids, account_ids = owners
    activity = lookup(task_ids, ids(table, "task_id"))
    resource = lookup(resource_ids, ids(table, "rsrc_id"))
    unknown = np.flatnonzero(resource == UNKNOWN_ROW)
    for row in unknown.tolist():
        repairs.add(
            "unknown-reference",
            "warning",
            f"{table.name} row {row + 1} rsrc_id",
            "the resource is not in the file",
            "kept as an assignment without a resource",
        )
    rows = _kept(table, {"task_id": activity}, repairs)
    rate = numbers(table, "remain_qty_per_hr", repairs)
    planned = numbers(table, "target_qty_per_hr", repairs)

    def total(*names: str) -> Numbers:
        found = np.zeros(len(table))
        for name in names:
            found = found + numbers(table, name, repairs)
        return found[rows]

    return make_table(
        Assignments,
        rows.size,
        uid=_chosen(table.texts("taskrsrc_id"), rows),
        activity=activity[rows],
        resource=_optional(resource)[rows],
        budget_units=total("target_qty"),
        actual_units=total("act_reg_qty", "act_ot_qty"),
        remaining_units=total("remain_qty"),
        units_per_hour=np.where(rate > 0, rate, planned)[rows],
        budget_cost=total("target_cost"),
        actual_cost=total("act_reg_cost", "act_ot_cost"),
        remaining_cost=total("remain_cost"),
        account=_optional(lookup(account_ids, ids(table, "acct_id")))[rows],
        role=_optional(lookup(role_ids, ids(table, "role_id")))[rows],
    )


def _expenses(table: XerTable, task_ids: Ids, account_ids: Ids, repairs: Repairs) -> Expenses:
    activity = lookup(task_ids, ids(table, "task_id"))
    rows = _kept(table, {"task_id": activity}, repairs)
    return make_table(
        Expenses,
        rows.size,
        uid=_chosen(table.texts("cost_item_id"), rows),
        activity=activity[rows],
        name=_chosen(words(table, "cost_name"), rows),
        account=_optional(lookup(account_ids, ids(table, "acct_id")))[rows],
        budget_cost=numbers(table, "target_cost", repairs)[rows],
        actual_cost=numbers(table, "act_cost", repairs)[rows],
        remaining_cost=numbers(table, "remain_cost", repairs)[rows],
    )


def _notes(table: TableOf, task_ids: Ids, repairs: Repairs) -> Notes:
    rows, topics = table("TASKMEMO"), table("MEMOTYPE")
    activity = lookup(task_ids, ids(rows, "task_id"))
    kept = _kept(rows, {"task_id": activity}, repairs)
    topic = lookup(ids(topics, "memo_type_id"), ids(rows, "memo_type_id"))
    names = [*words(topics, "memo_type"), ""]
    return make_table(
        Notes,
        kept.size,
        activity=activity[kept],
        topic=[names[max(row, NO_ROW)] for row in topic[kept].tolist()],
        text=[plain_text(text) for text in _chosen(words(rows, "task_memo"), kept)],
    )
