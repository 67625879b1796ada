from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.errors import ImportRefused
from planbench.domain.schedule import (
    ActivityType,
    Constraint,
    FloatType,
    LagCalendar,
    LinkType,
    Logic,
    PercentType,
    Status,
)
from planbench.domain.times import NO_TIME, from_iso
from planbench.exchange.imported import Imported
from planbench.exchange.registry import read_schedule

Tables = dict[str, list[list[str]]]


def codes(found: Imported) -> list[str]:
    return [repair.code for repair in found.repairs]


def put(table: str, row: int, field: str, value: str):  # type: ignore[no-untyped-def]
    def change(tables: Tables) -> None:
        tables[table][row][tables[table][0].index(field)] = value

    return change


def test_a_sound_file_needs_no_repair(make_xer) -> None:
    found = read_schedule(make_xer(), name="dock.xer")
    schedule = found.schedule
    assert found.repairs == ()
    assert [schedule.source.format, schedule.source.version] == ["xer", "19.12"]
    assert schedule.source.exported == from_iso("2026-01-06")
    (project,) = schedule.projects
    assert (project.uid, project.code, project.name) == ("10", "DOCK", "New dock")
    assert project.currency == "EUR"
    assert project.must_finish_by == NO_TIME
    assert project.options.logic == Logic.OVERRIDE
    assert project.options.float_type == FloatType.SMALLEST
    assert project.options.lag_calendar == LagCalendar.ROUND_THE_CLOCK
    assert project.options.critical_threshold == 480
    assert not project.options.sf_one_minute


def test_activities_as_columns(make_xer) -> None:
    table = read_schedule(make_xer()).schedule.activities
    assert table.code.tolist() == ["A10", "A20", "A30"]
    assert table.type.tolist() == [ActivityType.TASK] * 2 + [ActivityType.FINISH_MILESTONE]
    assert table.status.tolist() == [Status.IN_PROGRESS, Status.NOT_STARTED, Status.NOT_STARTED]
    assert table.original_duration.tolist() == [2400, 4830, 0]
    assert table.remaining_duration.tolist() == [1440, 4830, 0]
    assert table.stored_total_float.tolist() == [-100, 0, NO_TIME]
    assert table.stored_longest_path.tolist() == [1, 0, -1]
    assert table.constraint.tolist() == [
        Constraint.START_ON_OR_AFTER,
        Constraint.NONE,
        Constraint.FINISH_ON_OR_BEFORE,
    ]
    assert table.constraint_date.tolist() == [
        from_iso("2026-01-02"),
        NO_TIME,
        from_iso("2026-03-02T17:00"),
    ]
    assert table.percent_type.tolist() == [
        PercentType.DURATION,
        PercentType.PHYSICAL,
        PercentType.UNITS,
    ]


def test_links_and_outline(make_xer) -> None:
    schedule = read_schedule(make_xer()).schedule
    assert schedule.relationships.predecessor.tolist() == [0, 1]
    assert schedule.relationships.successor.tolist() == [1, 2]
    assert schedule.relationships.type.tolist() == [LinkType.SS, LinkType.FS]
    assert schedule.relationships.lag.tolist() == [960, -30]
    assert schedule.wbs.code.tolist() == ["DOCK", "DRED", "QUAY"]  # outline order by seq_num
    assert schedule.wbs.parent.tolist() == [-1, 0, 0]
    assert schedule.activities.wbs.tolist() == [1, 2, 2]


@pytest.mark.parametrize(("version", "old"), [("6.0.0", True), ("7.0", False), ("19.12", False)])
def test_the_sf_minute_follows_the_exporter(make_xer, version: str, old: bool) -> None:
    schedule = read_schedule(make_xer(version=version)).schedule
    assert schedule.projects[0].options.sf_one_minute is old


FAULTS = {
    "self-link": (put("TASKPRED", 1, "pred_task_id", "101"), "TASKPRED row 1"),
    "dangling-link": (put("TASKPRED", 1, "pred_task_id", "999"), "TASKPRED row 1"),
    "duplicate-id": (put("TASK", 3, "task_id", "100"), "TASK row 3 task_id"),
    "bad-date": (put("TASK", 1, "cstr_date", "2026-02-30 08:00"), "TASK row 1 cstr_date"),
    "bad-number": (
        put("TASK", 2, "remain_drtn_hr_cnt", "NotANumber"),
        "TASK row 2 remain_drtn_hr_cnt",
    ),
    "decimal-comma": (
        put("TASK", 2, "target_drtn_hr_cnt", "80,5"),
        "TASK row 2 target_drtn_hr_cnt",
    ),
    "unknown-value": (put("TASK", 2, "task_type", "TT_Dream"), "TASK row 2 task_type"),
    "unknown-calendar": (put("TASK", 2, "clndr_id", "77"), "TASK row 2 clndr_id"),
    "unknown-wbs": (put("TASK", 2, "wbs_id", "77"), "TASK row 2 wbs_id"),
    "no-project": (put("TASK", 2, "proj_id", "77"), "TASK row 2 proj_id"),
    "unknown-project": (put("TASK", 2, "proj_id", ""), "TASK row 2 proj_id"),
    "row-without-id": (put("TASK", 1, "task_id", ""), "TASK row 1"),
    "status-without-dates": (put("TASK", 2, "status_code", "TK_Complete"), "TASK row 2"),
    "negative-duration": (put("TASK", 2, "target_drtn_hr_cnt", "-8"), "TASK row 2"),
    "no-data-date": (put("PROJECT", 1, "last_recalc_date", ""), "PROJECT DOCK"),
    "wbs-loop": (put("PROJWBS", 1, "parent_wbs_id", "22"), "PROJWBS row 1"),
    "row-too-short": (lambda tables: tables["TASK"][2].pop(), "TASK row 2"),
    "row-too-long": (lambda tables: tables["TASK"][2].append("x"), "TASK row 2"),
    "embedded-tab": (put("TASK", 2, "task_name", "Drive\tpiles"), "TASK row 2"),
    "no-schedoptions": (
        lambda tables: tables.pop("SCHEDOPTIONS"),
        "SCHEDOPTIONS of project 10",
    ),
    "no-calendar": (lambda tables: tables.pop("CALENDAR"), "CALENDAR"),
    "no-wbs": (lambda tables: tables.pop("PROJWBS"), "PROJWBS of project DOCK"),
}


@pytest.mark.parametrize("code", FAULTS)
def test_each_fault_is_mended_and_told_with_its_place(make_xer, code: str) -> None:
    change, where = FAULTS[code]
    found = read_schedule(make_xer(change))
    places = [repair.where for repair in found.repairs if repair.code == code]
    assert where in places, found.repairs
    lost = {"row-without-id": 1}.get(code, 0)
    assert len(found.schedule) == 3 - lost
    rows = found.schedule.activities
    assert ((rows.project >= 0) & (rows.calendar >= 0) & (rows.wbs >= 0)).all()
    assert (rows.original_duration >= 0).all()
    assert (rows.remaining_duration >= 0).all()


def test_self_links_go_dangling_ones_become_external(make_xer) -> None:
    alone = read_schedule(make_xer(FAULTS["self-link"][0])).schedule
    assert (len(alone.relationships), len(alone.external_links)) == (1, 0)
    loose = read_schedule(make_xer(FAULTS["dangling-link"][0])).schedule
    assert (len(loose.relationships), len(loose.external_links)) == (1, 1)
    assert loose.external_links.other_uid.tolist() == ["999"]
    assert loose.external_links.incoming.tolist() == [True]
    assert loose.external_links.activity.tolist() == [1]


def test_a_link_into_a_project_that_was_not_exported_is_no_fault(make_xer) -> None:
    def change(tables: Tables) -> None:
        tables["TASKPRED"].append(["3", "555", "102", "11", "10", "PR_FF", "8"])

    found = read_schedule(make_xer(change))
    assert [(r.code, r.severity) for r in found.repairs] == [("external-link", "info")]
    links = found.schedule.external_links
    assert links.incoming.tolist() == [False]
    assert (links.other_project.tolist(), links.lag.tolist()) == (["11"], [480])


def test_links_between_projects_of_one_file_are_links(make_xer) -> None:
    def change(tables: Tables) -> None:
        tables["PROJECT"].append(["11", "ROAD", "7", "2026-02-02 08:00", "", "", "", "", "Y"])
        tables["TASK"][3][1] = "11"

    found = read_schedule(make_xer(change))
    assert len(found.schedule.relationships) == 2
    assert found.schedule.activities.project.tolist() == [0, 0, 1]
    assert found.schedule.projects[1].data_date == from_iso("2026-02-02T08:00")


def test_a_loop_is_no_reading_error(make_xer) -> None:
    def change(tables: Tables) -> None:
        tables["TASKPRED"].append(["3", "100", "102", "10", "10", "PR_FS", "0"])

    found = read_schedule(make_xer(change))
    assert [repair.code for repair in found.repairs] == ["loop"]
    assert len(found.schedule.relationships) == 3


def test_a_tab_within_a_name_is_put_back(make_xer) -> None:
    names = read_schedule(make_xer(FAULTS["embedded-tab"][0])).schedule.activities
    assert names.name.tolist() == ["Dredge basin", "Drive\tpiles", "Dock open"]
    assert names.original_duration.tolist() == [2400, 4830, 0]


def test_a_doubled_id_keeps_both_rows_and_the_links_of_the_first(make_xer) -> None:
    schedule = read_schedule(make_xer(FAULTS["duplicate-id"][0])).schedule
    assert schedule.activities.uid.tolist() == ["100", "101", "100-2"]
    assert schedule.relationships.predecessor.tolist() == [0]


def test_values_with_line_breaks_and_quotes(make_xer) -> None:
    change = put("TASK", 2, "task_name", 'Pile 36""\x7f\x7fnorth')
    assert read_schedule(make_xer(change)).schedule.activities.name[1] == 'Pile 36"\nnorth'
    broken = put("TASK", 2, "task_name", "Drive\npiles")
    found = read_schedule(make_xer(broken))
    assert found.schedule.activities.name[1] == "Drive\npiles"
    assert codes(found) == ["continued-line"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\r\r\n"])
def test_line_endings(make_xer, newline: str) -> None:
    plain = read_schedule(make_xer()).schedule
    assert read_schedule(make_xer(newline=newline)).schedule.digest == plain.digest


def test_mixed_line_endings_and_no_last_one(make_xer) -> None:
    lines = make_xer().split(b"\n")
    mixed = b"".join(line + (b"\r\n", b"\n")[k % 2] for k, line in enumerate(lines)).rstrip()
    assert read_schedule(mixed).schedule.digest == read_schedule(make_xer()).schedule.digest


def test_field_names_in_capitals(make_xer) -> None:
    def change(tables: Tables) -> None:
        for rows in tables.values():
            rows[0] = [name.upper() for name in rows[0]]

    found = read_schedule(make_xer(change))
    assert set(codes(found)) == {"upper-case-fields"}
    assert found.schedule.digest == read_schedule(make_xer()).schedule.digest


def test_missing_frame_lines(make_xer) -> None:
    lines = make_xer().splitlines(keepends=True)
    headless = read_schedule(b"".join(lines[1:]))
    assert codes(headless) == ["no-header"]
    endless = read_schedule(b"".join(lines[:-1]))
    assert codes(endless) == ["no-end-marker"]
    short = read_schedule(b"ERMHDR\t1.0\t2026\n" + b"".join(lines[1:]))
    assert codes(short) == ["short-header"]
    assert short.schedule.source.exported in (NO_TIME, from_iso("2026-01-01"))


def test_dictionaries_alone_are_refused(make_xer) -> None:
    def change(tables: Tables) -> None:
        for name in [name for name in tables if name != "CURRTYPE"]:
            del tables[name]

    with pytest.raises(ImportRefused, match="neither a PROJECT nor a TASK"):
        read_schedule(make_xer(change), name="d.xer")


def test_many_repairs_of_a_kind_are_counted(make_xer) -> None:
    def change(tables: Tables) -> None:
        for k in range(500):
            tables["TASKPRED"].append([str(k), "101", "101", "10", "10", "PR_FS", "0"])

    found = [r for r in read_schedule(make_xer(change)).repairs if r.code == "self-link"]
    assert 10 < len(found) < 40
    assert str(500 - (len(found) - 1)) in found[-1].message


def test_costs_codes_fields_and_notes(make_xer) -> None:
    def change(tables: Tables) -> None:
        tables["UMEASURE"] = [["unit_id", "unit_abbrev"], ["4", "m3"]]
        tables["ACCOUNT"] = [
            ["acct_id", "parent_acct_id", "acct_short_name", "acct_name"],
            ["50", "", "C", "Civil"],
            ["51", "50", "C1", "Concrete"],
        ]
        tables["RSRC"] = [
            ["rsrc_id", "rsrc_short_name", "rsrc_name", "rsrc_type", "unit_id", "clndr_id"],
            ["60", "CREW", "Crew", "RT_Labor", "", "7"],
            ["61", "CONC", "Concrete", "RT_Mat", "4", ""],
        ]
        tables["RSRCRATE"] = [
            ["rsrc_rate_id", "rsrc_id", "max_qty_per_hr", "cost_per_qty", "start_date"],
            ["1", "60", "3", "70", "2027-01-01 00:00"],
            ["2", "60", "2", "55.5", "2025-01-01 00:00"],
            ["3", "60", "1", "40", "2020-01-01 00:00"],
            ["4", "61", "9", "120", "2026-06-01 00:00"],
        ]
        tables["TASKRSRC"] = [
            ["taskrsrc_id", "task_id", "rsrc_id", "acct_id", "target_qty", "act_reg_qty",
             "act_ot_qty", "remain_qty", "target_qty_per_hr", "target_cost", "act_reg_cost",
             "act_ot_cost", "remain_cost"],
            ["1", "100", "60", "51", "80", "30", "2", "48", "2", "4440", "1665", "111", "2664"],
            ["2", "101", "61", "", "10", "0", "0", "10", "0.5", "1200", "0", "0", "1200"],
            ["3", "404", "61", "", "1", "0", "0", "1", "1", "1", "0", "0", "1"],
        ]  # fmt: skip
        tables["PROJCOST"] = [
            ["cost_item_id", "task_id", "acct_id", "cost_name", "target_cost", "act_cost",
             "remain_cost"],
            ["1", "102", "50", "Opening", "5000", "0", "5000"],
        ]  # fmt: skip
        tables["ACTVTYPE"] = [
            ["actv_code_type_id", "actv_code_type", "actv_code_type_scope"],
            ["70", "Phase", "AS_Project"],
        ]
        tables["ACTVCODE"] = [
            ["actv_code_id", "parent_actv_code_id", "actv_code_type_id", "actv_code_name",
             "short_name"],
            ["72", "71", "70", "Marine", "MAR"],
            ["71", "", "70", "Works", "WRK"],
        ]  # fmt: skip
        tables["TASKACTV"] = [["task_id", "actv_code_type_id", "actv_code_id"], ["101", "70", "72"]]
        tables["UDFTYPE"] = [
            ["udf_type_id", "table_name", "udf_type_label", "logical_data_type"],
            ["80", "TASK", "Permit", "FT_START_DATE"],
            ["81", "TASK", "Weight", "FT_FLOAT_2_DECIMALS"],
        ]
        tables["UDFVALUE"] = [
            ["udf_type_id", "fk_id", "udf_date", "udf_number", "udf_text"],
            ["80", "100", "2026-01-03 00:00", "", ""],
            ["81", "101", "", "12.5", ""],
        ]
        tables["MEMOTYPE"] = [["memo_type_id", "memo_type"], ["90", "Method"]]
        tables["TASKMEMO"] = [
            ["memo_id", "task_id", "memo_type_id", "task_memo"],
            ["1", "100", "90", "<HTML><BODY><P>Use the big &amp; slow dredger</P></BODY></HTML>"],
        ]

    found = read_schedule(make_xer(change))
    schedule = found.schedule
    assert [(r.code, r.where) for r in found.repairs] == [
        ("unknown-reference", "TASKRSRC row 3 task_id")
    ]
    assert schedule.resources.kind.tolist() == ["labor", "material"]
    assert schedule.resources.unit.tolist() == ["", "m3"]
    assert schedule.resources.price.tolist() == [55.5, 120.0]  # in force at the data date
    assert schedule.resources.max_units.tolist() == [2.0, 9.0]
    assert schedule.resources.calendar.tolist() == [0, -1]
    assert schedule.assignments.actual_units.tolist() == [32.0, 0.0]
    assert schedule.assignments.actual_cost.tolist() == [1776.0, 0.0]
    assert schedule.assignments.account.tolist() == [1, -1]
    assert schedule.accounts.parent.tolist() == [-1, 0]
    assert schedule.expenses.remaining_cost.tolist() == [5000.0]
    assert schedule.code_values.parent.tolist() == [1, -1]
    assert schedule.code_types.scope.tolist() == ["project"]
    assert schedule.code_assignments.value.tolist() == [0]
    assert schedule.udf_types.kind.tolist() == ["date", "number"]
    assert schedule.udf_values.value.tolist() == ["2026-01-03 00:00", "12.5"]
    assert schedule.notes.topic.tolist() == ["Method"]
    assert schedule.notes.text.tolist() == ["Use the big & slow dredger"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_mutilated_file_raises_anything_else(data: st.DataObject) -> None:
    content = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 40))
        junk = data.draw(
            st.one_of(
                st.binary(max_size=12),
                st.sampled_from(
                    [
                        b"\t",
                        b"\n",
                        b"%T\tTASK\n",
                        b"%F\t",
                        b"%R\t",
                        b"%E\n",
                        b"-",
                        b"\x00",
                        b"9" * 20,
                    ]
                ),
            )
        )
        content[at : at + length] = junk
    try:
        found = read_schedule(bytes(content), name="mutilated.xer")
    except ImportRefused:
        return
    schedule = found.schedule
    n = len(schedule)
    for rows in (schedule.relationships.predecessor, schedule.relationships.successor):
        assert ((rows >= 0) & (rows < n)).all()
    assert (schedule.activities.calendar < len(schedule.calendars)).all()
    assert (schedule.activities.project < len(schedule.projects)).all() or not n
    assert (schedule.wbs.parent < range(len(schedule.wbs))).all() if len(schedule.wbs) else True
    assert ((schedule.activities.wbs >= 0) & (schedule.activities.wbs < len(schedule.wbs))).all()


def _sound() -> bytes:
    import importlib.util
    from pathlib import Path

    spec = importlib.util.spec_from_file_location(
        "xer_maker", Path(__file__).parents[1] / "conftest.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result: bytes = module.write(module.TABLES)
    return result


SOUND = _sound()
