"""P6 XML against the XER of the same schedule, and every file of the corpus there and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planbench.domain.calendars import build_work_table
from planbench.domain.schedule import Schedule, Table
from planbench.domain.times import NO_TIME, from_iso
from planbench.engines.cpm import schedule_network
from planbench.exchange.p6xml.writer import write_p6xml
from planbench.exchange.registry import read_schedule

pytestmark = pytest.mark.corpus

PAIRS = {
    "percent-complete-types.xer": "p6xml/percent-complete-types.xml",
    "harbour-pointe-update.xer": "converted/HarbourPointe.pmxml.xml",
    "construction-p6-6.0.0.xer": "converted/CONSRTRUCTION.pmxml.xml",
    "54069-baseline-2025-09-02.xer": "converted/BL-54069.pmxml.xml",
}
"""The XER and the XML of one schedule."""

NOT_IN_XML = {"stored_total_float", "stored_free_float", "stored_longest_path"}
"""Columns of which these files have nothing or only part."""

STORED = {f"stored_{kind}_{end}" for kind in ("early", "late") for end in ("start", "finish")}


def rows(table: Table, *names: str) -> list[tuple[Any, ...]]:
    """The rows of some columns, sorted."""
    return sorted(zip(*(getattr(table, name).tolist() for name in names), strict=True))


def links(schedule: Schedule) -> list[tuple[Any, ...]]:
    table, code = schedule.relationships, schedule.activities.code
    columns = (code[table.predecessor], code[table.successor], table.type, table.lag)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def assert_same_activities(one: Schedule, other: Schedule, skipped: set[str]) -> None:
    a, b = one.activities, other.activities
    b = b.take(np.array([other.activities.uid.tolist().index(uid) for uid in a.uid.tolist()]))
    for name, column in a.columns():
        if name not in skipped | {"wbs", "calendar", "project"}:
            assert column.tolist() == getattr(b, name).tolist(), name
    for name, there in (("wbs", "wbs"), ("calendar", "calendars"), ("project", "projects")):
        for mine, theirs in zip(getattr(a, name).tolist(), getattr(b, name).tolist(), strict=True):
            if name == "wbs":
                assert one.wbs.code[mine] == other.wbs.code[theirs]
            else:
                assert getattr(one, there)[mine].uid == getattr(other, there)[theirs].uid


@pytest.mark.parametrize(("xer", "xml"), PAIRS.items())
def test_both_formats_of_a_schedule_give_the_same_model(shared: Path, xer: str, xml: str) -> None:
    one = read_schedule(shared / "corpus" / "p6" / xer).schedule
    other = read_schedule(shared / "corpus" / xml).schedule
    assert_same_activities(one, other, NOT_IN_XML | STORED)
    assert links(one) == links(other)
    assert rows(one.wbs, "uid", "code", "name") == rows(other.wbs, "uid", "code", "name")
    for mine, theirs in zip(one.calendars, other.calendars, strict=True):
        assert (mine.uid, mine.name, mine.week) == (theirs.uid, theirs.name, theirs.week)
    first, last = from_iso("2005-01-01") // 1440, from_iso("2035-01-01") // 1440
    tables = [build_work_table(schedule.calendars, first, last) for schedule in (one, other)]
    for row in range(len(one.calendars)):
        for mine, theirs in zip(tables[0].periods(row), tables[1].periods(row), strict=True):
            assert np.array_equal(mine, theirs)
    for name in ("code", "name", "kind"):
        assert sorted(getattr(one.resources, name)) == sorted(getattr(other.resources, name))
    for table in ("assignments", "expenses"):
        for name in ("budget_cost", "actual_cost", "remaining_cost"):
            mine, theirs = (getattr(getattr(s, table), name) for s in (one, other))
            assert np.sort(mine) == pytest.approx(np.sort(theirs))
    assert np.sort(one.assignments.units_per_hour) == pytest.approx(
        np.sort(other.assignments.units_per_hour), abs=1e-6
    )


@pytest.mark.parametrize(("xer", "xml"), PAIRS.items())
def test_stored_dates_of_open_activities_are_the_same(shared: Path, xer: str, xml: str) -> None:
    """XML has the remaining dates only: they are the early ones unless the project was levelled."""
    one = read_schedule(shared / "corpus" / "p6" / xer).schedule.activities
    other = read_schedule(shared / "corpus" / xml).schedule
    place = [other.activities.uid.tolist().index(uid) for uid in one.uid.tolist()]
    b = other.activities.take(np.array(place))
    unlevelled = (one.stored_start == one.stored_early_start) & (
        one.stored_finish == one.stored_early_finish
    )
    known = unlevelled & (b.stored_early_start != NO_TIME)
    for name in STORED:
        assert np.array_equal(getattr(one, name)[known], getattr(b, name)[known]), name
    assert np.array_equal(one.stored_start, b.stored_start)
    assert np.array_equal(one.stored_finish, b.stored_finish)


@pytest.mark.parametrize(("xer", "xml"), PAIRS.items())
def test_both_formats_are_calculated_to_the_same_dates(shared: Path, xer: str, xml: str) -> None:
    """By the options of the XER: an XML has none for the minute that releases before 7 add."""
    one = read_schedule(shared / "corpus" / "p6" / xer).schedule
    other = read_schedule(shared / "corpus" / xml).schedule
    row_of = {code: row for row, code in enumerate(other.activities.code.tolist())}
    place = np.array([row_of[code] for code in one.activities.code.tolist()])
    assert len(one) == len(other)
    options = one.projects[0].options
    mine, theirs = schedule_network(one, options), schedule_network(other, options)
    for name in ("early_start", "early_finish", "late_start", "late_finish", "total_float",
                 "free_float", "longest_path"):  # fmt: skip
        assert np.array_equal(getattr(mine, name), getattr(theirs, name)[place]), name


@pytest.mark.parametrize("kind", ["24-hour", "predecessor", "project-default", "successor"])
def test_lag_calendars_are_the_same_in_both_formats(shared: Path, kind: str) -> None:
    found = {
        read_schedule(shared / "corpus" / folder / f"lag-calendar-{kind}.{ending}")
        .schedule.projects[0]
        .options.lag_calendar
        for folder, ending in (("p6", "xer"), ("p6xml", "xml"))
    }
    assert len(found) == 1


def test_a_hand_written_file_with_flat_objects(shared: Path) -> None:
    imported = read_schedule(shared / "corpus" / "p6xml" / "demo.xml")
    schedule = imported.schedule
    assert (len(schedule), len(schedule.relationships), len(schedule.wbs)) == (8, 8, 2)
    assert {repair.severity for repair in imported.repairs} <= {"info"}
    assert schedule.calendars[0].week[0] == ((480, 720), (780, 1020))
    assert (schedule.activities.stored_total_float != NO_TIME).all()


FILES = (
    *(f"p6/{name}" for name in PAIRS),
    "p6/cfpp-cola-2022-12.xer",
    "p6/johnstown-three-projects.xer",
    "p6/p6-23.12-one-construct-per-project.xer",
    "p6/summary-utf8-body.xer",
    *PAIRS.values(),
)


@pytest.mark.parametrize("name", FILES)
def test_there_and_back(shared: Path, name: str) -> None:
    one = read_schedule(shared / "corpus" / name).schedule
    other = read_schedule(write_p6xml(one), name="back.xml").schedule
    assert_same_activities(one, other, set())
    assert links(one) == links(other)
    assert one.calendars == other.calendars
    assert [p.code for p in one.projects] == [p.code for p in other.projects]
    for name in ("wbs", "code_types", "code_values", "udf_types", "accounts", "notes"):
        mine, theirs = getattr(one, name), getattr(other, name)
        for column, values in mine.columns():
            assert values.tolist() == getattr(theirs, column).tolist(), (name, column)
    assert rows(one.udf_values, "subject", "value") == rows(other.udf_values, "subject", "value")
    assert len(one.code_assignments) == len(other.code_assignments)
    for table in ("assignments", "expenses", "resources"):
        mine, theirs = getattr(one, table), getattr(other, table)
        for column, values in mine.columns():
            if values.dtype == np.float64:
                assert np.sort(values) == pytest.approx(np.sort(getattr(theirs, column)), abs=1e-6)
