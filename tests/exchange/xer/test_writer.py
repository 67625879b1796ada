from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import (
    Schedule,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME
from planbench.exchange.registry import read_schedule
from planbench.exchange.xer.document import XerTable
from planbench.exchange.xer.writer import schedule_to_document, write_xer


def test_a_schedule_comes_back_as_it_went_out(full_schedule: Schedule) -> None:
    made = full_schedule
    found = read_schedule(write_xer(schedule_to_document(made)), name="out.xer")
    back = found.schedule
    assert {r.code for r in found.repairs} == {"external-link"}
    assert back.calendars == made.calendars
    expected = replace(made.projects[0], last_scheduled=NO_TIME)
    assert back.projects == (expected,)
    for name in (
        "activities", "relationships", "external_links", "code_types", "code_values",
        "code_assignments", "udf_types", "udf_values", "resources", "assignments", "expenses",
        "accounts", "notes",
    ):  # fmt: skip
        for column, values in getattr(made, name).columns():
            if column == "wbs":  # positions follow the outline, see below
                continue
            found_values = getattr(getattr(back, name), column)
            assert found_values.tolist() == values.tolist(), f"{name}.{column}"
    assert outline(back) == outline(made)
    assert (back.wbs.parent < np.arange(len(back.wbs))).all()


def outline(schedule: Schedule) -> tuple[set[tuple[str, str, str, str]], list[str]]:
    """Nodes with their parents' uids, and the node of each activity."""
    wbs = schedule.wbs
    uids = [*wbs.uid.tolist(), ""]
    nodes = zip(wbs.uid, wbs.code, wbs.name, [uids[row] for row in wbs.parent], strict=True)
    return set(nodes), [uids[row] for row in schedule.activities.wbs]


def test_calculated_columns_take_the_place_of_stored_ones() -> None:
    made = synthetic_schedule(50, 100)
    early = np.arange(50, dtype=np.int64) * 60 + 29_000_000
    path = np.arange(50) % 2 == 0
    document = schedule_to_document(
        made, calculated={"early_start": early, "longest_path": path, "total_float": early * 0 - 90}
    )
    back = read_schedule(write_xer(document)).schedule.activities
    assert back.stored_early_start.tolist() == early.tolist()
    assert back.stored_start.tolist() == early.tolist()
    assert back.stored_longest_path.tolist() == path.astype(int).tolist()
    assert back.stored_total_float.tolist() == [-90] * 50


def test_a_written_file_lacks_no_table_that_p6_needs(full_schedule: Schedule) -> None:
    document = schedule_to_document(full_schedule)
    assert document.missing_tables() == []
    names = [table.name for table in document.tables]
    assert names.index("PROJECT") < names.index("PROJWBS") < names.index("TASK")
    assert names.index("TASK") < names.index("TASKPRED")
    table = document.table("PROJWBS")
    assert table is not None
    assert table.texts("proj_node_flag").count("Y") == 1


def test_ids_that_are_no_numbers_are_replaced() -> None:
    made = synthetic_schedule(3, 2)
    uids = np.array(["{a-guid}", "2", "02"], dtype=object)
    named = made.with_activities(uid=uids)
    back = read_schedule(write_xer(schedule_to_document(named))).schedule
    assert len(set(back.activities.uid.tolist())) == 3
    assert all(uid.isdigit() for uid in back.activities.uid)
    links = made.relationships
    assert back.relationships.predecessor.tolist() == links.predecessor.tolist()


@pytest.mark.parametrize(("name", "encoding"), [("Gründung", "cp1252"), ("混凝土", "utf-8")])
def test_the_encoding_holds_every_letter(name: str, encoding: str) -> None:
    made = synthetic_schedule(2, 1)
    named = made.with_activities(name=np.array([name, 'tab\there "so"'], dtype=object))
    document = schedule_to_document(named)
    assert document.encoding == encoding
    back = read_schedule(write_xer(document)).schedule.activities
    assert back.name.tolist() == [name, 'tab here "so"']


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_was_read_goes_out_byte_for_byte(make_xer, encoding: str, newline: str) -> None:
    data = make_xer(encoding=encoding, newline=newline)
    document = read_schedule(data).raw
    assert document is not None
    assert write_xer(document) == data


def test_one_table_replaced_and_one_added(make_xer) -> None:
    document = read_schedule(make_xer(newline="\r\n")).raw
    assert document is not None
    fresh = XerTable.from_columns("CURRTYPE", {"curr_id": ["1", "2"]}, document.encoding)
    added = XerTable.from_columns("OBS", {"obs_id": ["1"], "obs_name": ["All"]}, document.encoding)
    changed = write_xer(document.with_table(fresh).with_table(added))
    back = read_schedule(changed)
    assert back.repairs == ()
    assert back.raw is not None
    assert back.raw.table("CURRTYPE").texts("curr_id") == ["1", "2"]  # type: ignore[union-attr]
    assert back.raw.table("OBS").rows() == [{"obs_id": "1", "obs_name": "All"}]  # type: ignore[union-attr]
    assert changed.endswith(b"%E\r\n")
    assert back.schedule.digest == read_schedule(make_xer()).schedule.digest


def test_a_table_that_occurs_twice_is_put_together(make_xer) -> None:
    twice = make_xer().replace(
        b"%E\n", b"%T\tTASK\n%F\ttask_code\ttask_id\tproj_id\n%R\tZ1\t900\t10\n%E\n"
    )
    found = read_schedule(twice)
    assert found.schedule.activities.code.tolist() == ["A10", "A20", "A30", "Z1"]
    assert found.schedule.activities.uid.tolist()[-1] == "900"
    assert found.raw is not None
    assert write_xer(found.raw) == twice


def test_projects_without_a_single_root_get_one() -> None:
    made = synthetic_schedule(30, 40)
    wbs = made.wbs.take(np.arange(1, len(made.wbs)))
    flat = replace(
        made,
        wbs=wbs.with_columns(parent=np.maximum(wbs.parent - 1, -1).astype(np.int32)),
        activities=made.activities.with_columns(wbs=made.activities.wbs - 1),
    )
    back = read_schedule(write_xer(schedule_to_document(flat)))
    assert back.repairs == ()
    assert back.schedule.projects[0].name == made.projects[0].name
