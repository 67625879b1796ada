"""A Schedule from the sample's network and the status of one month."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.calendars import Calendar, Shifts
from planbench.domain.schedule import (
    Accounts,
    Activities,
    ActivityType,
    Assignments,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Constraint,
    Expenses,
    PercentType,
    Project,
    Relationships,
    Resources,
    Schedule,
    ScheduleOptions,
    Source,
    Status,
    UdfTypes,
    UdfValues,
    Wbs,
    make_table,
)
from planbench.domain.times import NO_TIME, day_number, from_hours, from_iso
from planbench.services.sample_network import (
    BASELINE,
    Network,
    Row,
    project_facts,
    table,
)

if TYPE_CHECKING:
    pass

_TYPES = {
    "TT_Task": ActivityType.TASK,
    "TT_Mile": ActivityType.START_MILESTONE,
    "TT_FinMile": ActivityType.FINISH_MILESTONE,
    "TT_LOE": ActivityType.LEVEL_OF_EFFORT,
}
_STATUS = {
    "TK_NotStart": Status.NOT_STARTED,
    "TK_Active": Status.IN_PROGRESS,
    "TK_Complete": Status.COMPLETE,
}
_CONSTRAINTS = {
    "": Constraint.NONE,
    "CS_MSOA": Constraint.START_ON_OR_AFTER,
    "CS_MSO": Constraint.START_ON,
    "CS_MEOB": Constraint.FINISH_ON_OR_BEFORE,
    "CS_MANDSTART": Constraint.MANDATORY_START,
    "CS_MANDFIN": Constraint.MANDATORY_FINISH,
}
_PERCENT = {"CP_Phys": PercentType.PHYSICAL, "CP_Drtn": PercentType.DURATION}
_KINDS = {"RT_Labor": "labor", "RT_Equip": "nonlabor"}
_CODES = {  # code type in the tables: (name, column of activities.csv)
    "PHASE": ("Phase", "phase"),
    "DISC": ("Discipline", "discipline"),
    "AREA": ("Area", "area"),
    "RESP": ("Responsibility", "responsibility"),
}
_ALLOWANCE, _TECHNIQUE = range(2)  # rows of the user-defined fields


def build_schedule(network: Network, label: str, data_date: str) -> Schedule:
    """The schedule of a network as it stands, with the status of the update `label`.

    Raises ValueError when the status table is not that of the network's activities.
    """
    facts = project_facts()
    rows = list(network.activities.values())
    progress = {row["activity_id"]: row for row in table(_status_table(label))}
    if progress.keys() != network.activities.keys():
        raise ValueError(f"the status of {label} is not that of its activities")
    status = [progress[row["activity_id"]] for row in rows]
    calendar_rows = {c["calendar_id"]: n for n, c in enumerate(network.calendars)}
    default = next(n for n, c in enumerate(network.calendars) if c["default"])
    project = Project(
        "1001",
        facts["project_id"],
        facts["name"],
        data_date=from_iso(data_date),
        planned_start=from_iso(facts["dates"]["plan_start"]),
        calendar=default,
        currency=facts["currency"],
        options=ScheduleOptions(critical_threshold=from_hours(network.threshold_h)),
    )
    uids = [network.uids[row["activity_id"]] for row in rows]
    schedule = Schedule(
        projects=(project,),
        calendars=tuple(_calendar(n, c) for n, c in enumerate(network.calendars, start=101)),
        activities=_activities(rows, status, uids, calendar_rows),
        relationships=_relationships(network),
        wbs=_wbs(),
        resources=_resources(calendar_rows),
        accounts=_accounts(),
        source=Source(name=f"{facts['project_id']} {label}", format="sample"),
    )
    return _with_fields(_with_costs(_with_codes(schedule, rows), rows, status), rows)


def _status_table(label: str) -> str:
    return "baseline.csv" if label == BASELINE else f"updates/{label}.csv"


def _calendar(number: int, facts: dict[str, Any]) -> Calendar:
    shifts: Shifts = tuple((_clock(start), _clock(finish)) for start, finish in facts["shifts"])
    working = set(facts["work_days_iso"])
    week: tuple[Shifts, ...] = tuple(shifts if day in working else () for day in range(1, 8))
    holidays: dict[int, Shifts] = {}
    for span in facts["non_work"]:
        first, last = (day_number(dt.date.fromisoformat(span[end])) for end in ("from", "to"))
        holidays |= {day: () for day in range(first, last + 1) if week[(day + 3) % 7]}
    hours = float(facts["hours_per_day"])
    return Calendar(str(number), facts["name"], week, holidays, hours, hours * len(working))


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _moment(text: str | None) -> int:
    return from_iso(text) if text else NO_TIME


def _activities(
    rows: list[Row], status: list[Row], uids: list[str], calendars: dict[str, int]
) -> Activities:
    wbs = {row["wbs_code"]: n for n, row in enumerate(table("wbs.csv"))}
    return make_table(
        Activities,
        len(rows),
        uid=uids,
        code=[row["activity_id"] for row in rows],
        name=[row["name"] for row in rows],
        project=np.zeros(len(rows)),
        wbs=[wbs[row["wbs_code"]] for row in rows],
        calendar=[calendars[row["calendar_id"]] for row in rows],
        type=[_TYPES[row["activity_type"]] for row in rows],
        status=[_STATUS[row["status"]] for row in status],
        original_duration=[from_hours(float(row["original_duration_h"])) for row in rows],
        remaining_duration=[from_hours(float(row["remaining_duration_h"])) for row in status],
        actual_start=[_moment(row["actual_start"]) for row in status],
        actual_finish=[_moment(row["actual_finish"]) for row in status],
        constraint=[_CONSTRAINTS[row["constraint_type"]] for row in rows],
        constraint_date=[_moment(row["constraint_date"]) for row in rows],
        percent_type=[_PERCENT[row["percent_complete_type"]] for row in rows],
        physical_percent=[float(row["physical_pct"]) for row in status],
        stored_early_start=[_moment(row.get("stored_early_start")) for row in status],
        stored_early_finish=[_moment(row.get("stored_early_finish")) for row in status],
        stored_longest_path=np.full(len(rows), -1),
        levelling_priority=np.full(len(rows), 2),
    )


def _relationships(network: Network) -> Relationships:
    row_of = {code: n for n, code in enumerate(network.activities)}
    return make_table(
        Relationships,
        len(network.links),
        uid=[link.uid for link in network.links],
        predecessor=[row_of[link.predecessor] for link in network.links],
        successor=[row_of[link.successor] for link in network.links],
        type=[link.type for link in network.links],
        lag=[from_hours(link.lag_h) for link in network.links],
    )


def _parents(rows: list[Row], key: str) -> list[int]:
    row_of = {row[key]: n for n, row in enumerate(rows)}
    return [row_of.get(row["parent_code"], -1) for row in rows]


def _wbs() -> Wbs:
    rows = table("wbs.csv")
    return make_table(
        Wbs,
        len(rows),
        uid=[str(2001 + n) for n in range(len(rows))],
        # P6 keeps the last part of the path; the dots come from the parents
        code=[row["wbs_code"].rpartition(".")[2] for row in rows],
        name=[row["name"] for row in rows],
        parent=_parents(rows, "wbs_code"),
        project=np.zeros(len(rows)),
    )


def _accounts() -> Accounts:
    rows = table("cbs.csv")
    return make_table(
        Accounts,
        len(rows),
        uid=[str(3001 + n) for n in range(len(rows))],
        code=[row["cbs_code"] for row in rows],
        name=[row["name"] for row in rows],
        parent=_parents(rows, "cbs_code"),
    )


def _resources(calendars: dict[str, int]) -> Resources:
    rows = table("resources.csv")
    return make_table(
        Resources,
        len(rows),
        uid=[str(4001 + n) for n in range(len(rows))],
        code=[row["resource_id"] for row in rows],
        name=[row["name"] for row in rows],
        calendar=[calendars[row["calendar_id"]] for row in rows],
        kind=[_KINDS[row["resource_type"]] for row in rows],
        unit=[row["unit"] for row in rows],
        max_units=[float(row["available_units"]) for row in rows],
        price=[float(row["rate_eur_per_h"]) for row in rows],
    )


def _with_codes(schedule: Schedule, rows: list[Row]) -> Schedule:
    types, values = list(_CODES), table("codes.csv")
    row_of = {(row["code_type"], row["value"]): n for n, row in enumerate(values)}
    pairs = [
        (activity, row_of[code, row[column]])
        for activity, row in enumerate(rows)
        for code, (_, column) in _CODES.items()
        if row[column]
    ]
    return replace(
        schedule,
        code_types=make_table(
            CodeTypes,
            len(types),
            uid=[str(5001 + n) for n in range(len(types))],
            name=[_CODES[code][0] for code in types],
            scope=["project"] * len(types),
        ),
        code_values=make_table(
            CodeValues,
            len(values),
            uid=[str(5101 + n) for n in range(len(values))],
            type=[types.index(row["code_type"]) for row in values],
            code=[row["value"] for row in values],
            name=[row["description"] for row in values],
        ),
        code_assignments=make_table(
            CodeAssignments,
            len(pairs),
            activity=[activity for activity, _ in pairs],
            value=[value for _, value in pairs],
        ),
    )


def _with_fields(schedule: Schedule, rows: list[Row]) -> Schedule:
    """Time risk allowance and earned value technique as user-defined fields."""
    uids = schedule.activities.uid.tolist()
    values = [
        (_TECHNIQUE, uid, row["ev_technique"]) for uid, row in zip(uids, rows, strict=True)
    ] + [
        (_ALLOWANCE, uid, row["time_risk_allowance_h"])
        for uid, row in zip(uids, rows, strict=True)
        if float(row["time_risk_allowance_h"])
    ]
    return replace(
        schedule,
        udf_types=make_table(
            UdfTypes,
            2,
            uid=["6001", "6002"],
            table=["TASK", "TASK"],
            name=["Time risk allowance (h)", "Earned value technique"],
            kind=["number", "text"],
        ),
        udf_values=make_table(
            UdfValues,
            len(values),
            type=[kind for kind, _, _ in values],
            subject=[subject for _, subject, _ in values],
            value=[value for _, _, value in values],
        ),
    )


def _with_costs(schedule: Schedule, rows: list[Row], status: list[Row]) -> Schedule:
    """Assignments and expenses with budget, actual and remaining.

    The status tables give the actual cost and labour of whole activities: cost is shared by
    budget (to the cent, the last share takes the rest), labour hours by budgeted labour, vessel
    hours follow cost. What is not yet earned remains.
    """
    given: dict[str, list[Row]] = defaultdict(list)
    for row in table("assignments.csv"):
        given[row["activity_id"]].append(row)
    accounts = _account_shares()
    resource_row = {code: n for n, code in enumerate(schedule.resources.code.tolist())}
    account_row = {code: n for n, code in enumerate(schedule.accounts.code.tolist())}
    kinds = schedule.resources.kind.tolist()
    assignments: list[tuple[Any, ...]] = []
    expenses: list[tuple[Any, ...]] = []
    for n, (row, done) in enumerate(zip(rows, status, strict=True)):
        code = row["activity_id"]
        budgets = [float(x["budget_cost"]) for x in given[code]]
        expense = float(row["budget_expense_cost"])
        actual = float(done.get("actual_cost") or done.get("actual_cost_to_baseline_date") or 0)
        costs = _shared(actual, [*budgets, expense])
        left = 1.0 - float(done["physical_pct"]) / 100.0
        labour = float(row["budget_labour_h"])
        spent = actual / float(row["budget_cost"]) if float(row["budget_cost"]) else 0.0
        worked = (
            float(done["actual_labour_h"]) / labour
            if labour and "actual_labour_h" in done
            else spent
        )
        for x, budget, cost in zip(given[code], budgets, costs, strict=False):
            who, units = resource_row[x["resource_id"]], float(x["budget_units_h"])
            pace = worked if kinds[who] == "labor" else spent
            account = account_row[accounts[code].get(budget, row["cost_account"])]
            assignments.append(
                (
                    n,
                    who,
                    units,
                    units * pace,
                    units * left,
                    float(x["units_per_time"]),
                    budget,
                    cost,
                    budget * left,
                    account,
                )
            )
        if expense:
            account = account_row[row["cost_account"]]
            expenses.append((n, account, expense, costs[-1], expense * left))
    return replace(
        schedule,
        assignments=_columns(
            Assignments,
            assignments,
            "activity resource budget_units actual_units remaining_units units_per_hour "
            "budget_cost actual_cost remaining_cost account",
            uid=_stable_uids(schedule, assignments, 20000),
        ),
        expenses=_columns(
            Expenses,
            expenses,
            "activity account budget_cost actual_cost remaining_cost",
            uid=_stable_uids(schedule, expenses, 80000),
            name=["Supply and subcontract"] * len(expenses),
        ),
    )


def _columns(kind: type[Any], rows: list[tuple[Any, ...]], names: str, **more: Any) -> Any:
    columns = dict(zip(names.split(), zip(*rows, strict=True), strict=True))
    return make_table(kind, len(rows), **columns, **more)


def _stable_uids(schedule: Schedule, rows: list[tuple[Any, ...]], base: int) -> list[str]:
    """Uids from the activity's and the place among its own, the same in every update."""
    seen: dict[int, int] = defaultdict(int)
    uids = []
    for activity, *_ in rows:
        number = int(schedule.activities.uid[activity]) - 10000
        uids.append(str(base + number * 10 + seen[activity]))
        seen[activity] += 1
    return uids


def _account_shares() -> dict[str, dict[float, str]]:
    """By activity: amounts that go to another cost account than the activity's own."""
    shares: dict[str, dict[float, str]] = defaultdict(dict)
    for row in table("cost_allocation.csv"):
        shares[row["activity_id"]][float(row["amount_eur"])] = row["cbs_code"]
    return shares


def _shared(total: float, weights: list[float]) -> list[float]:
    """Split an amount by weights to whole cents; the largest share takes what rounding leaves."""
    whole = sum(weights)
    if not whole:
        return [0.0] * len(weights)
    parts = [round(total * weight / whole, 2) for weight in weights]
    largest = weights.index(max(weights))
    parts[largest] = round(parts[largest] + total - sum(parts), 2)
    return parts
