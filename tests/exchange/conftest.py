"""A small XER of our own that every test may bend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from planbench.domain.schedule import (
    Accounts,
    Assignments,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Expenses,
    ExternalLinks,
    Logic,
    Notes,
    Resources,
    Schedule,
    ScheduleOptions,
    UdfTypes,
    UdfValues,
    make_table,
)
from planbench.domain.synthetic import synthetic_schedule

WEEK = "".join(
    f"(0||{day}()({'' if day in (1, 7) else '(0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())'}))"
    for day in range(1, 8)
)
HOURS = f"(0||CalendarData()((0||DaysOfWeek()({WEEK}))(0||Exceptions()((0||0(d|46023)())))))"

TABLES: dict[str, list[list[str]]] = {
    "CURRTYPE": [["curr_id", "decimal_symbol", "curr_symbol"], ["1", ".", "$"]],
    "PROJECT": [
        [
            "proj_id", "proj_short_name", "clndr_id", "last_recalc_date", "plan_start_date",
            "plan_end_date", "critical_path_type", "critical_drtn_hr_cnt", "export_flag",
        ],
        ["10", "DOCK", "7", "2026-01-05 08:00", "2026-01-01 00:00", "", "CT_TotFloat", "8", "Y"],
    ],
    "CALENDAR": [
        ["clndr_id", "default_flag", "clndr_name", "base_clndr_id", "clndr_type", "day_hr_cnt",
         "week_hr_cnt", "clndr_data"],
        ["7", "Y", "Five days", "", "CA_Base", "8", "40", HOURS],
    ],
    "SCHEDOPTIONS": [
        ["schedoptions_id", "proj_id", "sched_retained_logic", "sched_progress_override",
         "sched_float_type", "sched_calendar_on_relationship_lag"],
        ["1", "10", "N", "Y", "FT_Min", "rcal_24Hour"],
    ],
    "PROJWBS": [
        ["wbs_id", "proj_id", "seq_num", "proj_node_flag", "wbs_short_name", "wbs_name",
         "parent_wbs_id"],
        ["22", "10", "2", "N", "QUAY", "Quay wall", "20"],
        ["20", "10", "0", "Y", "DOCK", "New dock", "3"],
        ["21", "10", "1", "N", "DRED", "Dredging", "20"],
    ],
    "TASK": [
        ["task_id", "proj_id", "wbs_id", "clndr_id", "complete_pct_type", "task_type",
         "status_code", "task_code", "task_name", "remain_drtn_hr_cnt", "target_drtn_hr_cnt",
         "total_float_hr_cnt", "act_start_date", "act_end_date", "cstr_type", "cstr_date",
         "driving_path_flag"],
        ["100", "10", "21", "7", "CP_Drtn", "TT_Task", "TK_Active", "A10", "Dredge basin", "24",
         "40", "-1.66666666666667", "2026-01-02 08:00", "", "CS_MSOA", "2026-01-02 00:00", "Y"],
        ["101", "10", "22", "7", "CP_Phys", "TT_Task", "TK_NotStart", "A20", "Drive piles",
         "80.5", "80.5", "0", "", "", "0", "", "N"],
        ["102", "10", "22", "7", "CP_Units", "TT_FinMile", "TK_NotStart", "A30", "Dock open", "0",
         "0", "", "", "", "CS_MEOB", "2026-03-02 17:00", ""],
    ],
    "TASKPRED": [
        ["task_pred_id", "task_id", "pred_task_id", "proj_id", "pred_proj_id", "pred_type",
         "lag_hr_cnt"],
        ["1", "101", "100", "10", "10", "PR_SS", "16"],
        ["2", "102", "101", "10", "10", "PR_FS", "-0.5"],
    ],
}  # fmt: skip

Maker = Callable[..., bytes]


def write(
    tables: dict[str, list[list[str]]],
    newline: str = "\n",
    encoding: str = "cp1252",
    version: str = "19.12",
) -> bytes:
    lines = [f"ERMHDR\t{version}\t2026-01-06\tProject\tme\tMe\tdb\tProject Management\tEUR"]
    for name, (fields, *rows) in tables.items():
        lines += [f"%T\t{name}", "\t".join(["%F", *fields])]
        lines += ["\t".join(["%R", *row]) for row in rows]
    return (newline.join([*lines, "%E"]) + newline).encode(encoding)


@pytest.fixture
def make_xer() -> Maker:
    """make_xer(change, ...) -> bytes: `change` may alter the tables before they are written."""

    def make(
        change: Callable[[dict[str, list[list[str]]]], object] = lambda tables: None, **how: str
    ) -> bytes:
        tables = {name: [list(row) for row in rows] for name, rows in TABLES.items()}
        change(tables)
        return write(tables, **how)

    return make


@pytest.fixture
def full_schedule() -> Schedule:
    """A synthetic network with one of everything on it."""
    made = synthetic_schedule(40, 60, seed=3)
    options = ScheduleOptions(logic=Logic.ACTUAL_DATES, critical_threshold=90)
    return replace(
        made,
        projects=(replace(made.projects[0], options=options, currency="NOK"),),
        external_links=make_table(
            ExternalLinks,
            2,
            uid=["9001", "9002"],
            activity=[3, 5],
            incoming=[True, False],
            other_uid=["70001", "70002"],
            other_project=["77", "77"],
            type=[0, 2],
            lag=[60, 0],
        ),
        code_types=make_table(CodeTypes, 1, uid=["1"], name=["Area"], scope=["global"]),
        code_values=make_table(
            CodeValues, 2, uid=["1", "2"], type=[0, 0], code=["N", "S"], name=["North", "South"],
            parent=[-1, 0],
        ),
        code_assignments=make_table(CodeAssignments, 2, activity=[0, 1], value=[0, 1]),
        udf_types=make_table(
            UdfTypes, 3, uid=["1", "2", "3"], table=["TASK"] * 3, name=["Text", "Number", "Date"],
            kind=["text", "number", "date"],
        ),
        udf_values=make_table(
            UdfValues, 3, type=[0, 1, 2], subject=["1", "2", "3"],
            value=['6" pipe', "4.25", "2026-03-01 00:00"],
        ),
        resources=make_table(
            Resources, 2, uid=["1", "2"], code=["CREW", "CONC"], name=["Crew", "Concrete"],
            parent=[-1, -1], calendar=[0, -1], kind=["labor", "material"], unit=["", "m3"],
            max_units=[4.0, 10.0], price=[55.25, 120.0],
        ),
        assignments=make_table(
            Assignments, 2, uid=["1", "2"], activity=[0, 1], resource=[0, 1],
            budget_units=[80.0, 7.5], actual_units=[8.0, 0.0], remaining_units=[72.0, 7.5],
            units_per_hour=[2.0, 1.0], budget_cost=[4420.0, 900.0], actual_cost=[442.0, 0.0],
            remaining_cost=[3978.0, 900.0], account=[1, -1],
        ),
        expenses=make_table(
            Expenses, 1, uid=["1"], activity=[2], name=["Permit"], account=[0],
            budget_cost=[100.0], actual_cost=[0.0], remaining_cost=[100.0],
        ),
        accounts=make_table(
            Accounts, 2, uid=["1", "2"], code=["C", "C1"], name=["Civil", "Concrete"],
            parent=[-1, 0],
        ),
        notes=make_table(Notes, 1, activity=[4], topic=["Method"], text=["First\nsecond"]),
    )  # fmt: skip
