"""Writing P6 XML: what was read comes back, and what P6 insists on is there."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from planbench.domain.schedule import Baseline, LagFormat, Project, Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import from_iso
from planbench.exchange.p6xml.writer import VERSION, write_p6xml
from planbench.exchange.registry import read_schedule


def back(schedule: Schedule) -> Schedule:
    return read_schedule(write_p6xml(schedule), name="back.xml").schedule


def test_the_sample_comes_back_the_same(p6xml: str) -> None:
    schedule = read_schedule(p6xml.encode(), name="dock.xml").schedule
    once = back(schedule)
    assert once.digest == schedule.digest


def test_an_xer_comes_back_the_same(make_xer) -> None:
    schedule = read_schedule(make_xer()).schedule
    assert back(schedule).digest == schedule.digest


def test_a_generated_plan_comes_back_the_same() -> None:
    plan = back(synthetic_schedule(300, 700))
    assert len(plan) == 300
    assert back(plan).digest == plan.digest


def test_fields_stand_in_the_order_of_the_alphabet_in_the_stated_version(p6xml: str) -> None:
    root = ElementTree.fromstring(write_p6xml(read_schedule(p6xml.encode(), "a.xml").schedule))
    space = f"{{http://xmlns.oracle.com/Primavera/P6/V{VERSION}/API/BusinessObjects}}"
    assert root.tag == f"{space}APIBusinessObjects"
    assert {element.tag.startswith(space) for element in root.iter()} == {True}
    for element in root.iter():
        names = [child.tag for child in element if not len(child) and child.text]
        if element.tag.removeprefix(space) in ("Activity", "Project", "WBS", "ResourceAssignment"):
            assert names == sorted(names)


@pytest.mark.parametrize("schedule", [Schedule(), Schedule(projects=(Project("x", "A", "A"),))])
def test_what_is_empty_is_still_well_formed(schedule: Schedule) -> None:
    assert ElementTree.fromstring(write_p6xml(schedule)).tag.endswith("}APIBusinessObjects")


def test_finishes_are_the_last_minutes_worked(p6xml: str) -> None:
    text = write_p6xml(read_schedule(p6xml.encode(), "a.xml").schedule).decode()
    assert "<Start>13:00:00</Start><Finish>16:59:00</Finish>" in text
    assert "<Finish>23:59:00</Finish>" in text


def test_calculated_dates_take_the_place_of_stored_ones(p6xml: str) -> None:
    schedule = read_schedule(p6xml.encode(), "a.xml").schedule
    early = np.array([from_iso(f"2026-02-0{k} 08:00") for k in (2, 3, 4)])
    late = early + 1440
    text = write_p6xml(schedule, {"early_start": early, "late_start": late})
    assert (
        read_schedule(text, "b.xml").schedule.activities.stored_early_start.tolist()
        == early.tolist()
    )


def test_lags_in_percent_become_durations(make_xer) -> None:
    schedule = read_schedule(make_xer()).schedule
    half = schedule.relationships.with_columns(
        lag=np.array([5000, -2500]),
        lag_format=np.array([LagFormat.PERCENT, LagFormat.ELAPSED_PERCENT], dtype=np.int8),
    )
    found = back(replace(schedule, relationships=half))
    assert schedule.activities.original_duration[:2].tolist() == [2400, 4830]
    assert found.relationships.lag.tolist() == [1200, -1208]  # half, and a quarter back


def test_several_baselines_keep_their_names(p6xml: str) -> None:
    schedule = read_schedule(p6xml.encode(), "a.xml").schedule
    first = schedule.baselines[0]
    second = Baseline("Forecast", first.data_date, first.columns)
    found = back(replace(schedule, baselines=(first, second))).baselines
    assert [baseline.name for baseline in found] == ["As signed", "Forecast"]
    assert found[1].columns.start.tolist() == first.columns.start.tolist()


def test_projects_that_came_along_for_their_links_stay_out(make_xer) -> None:
    def stub(tables: dict[str, list[list[str]]]) -> None:
        tables["PROJECT"].append(["11", "FAR", "7", "", "", "", "CT_TotFloat", "0", "N"])
        tables["PROJWBS"].append(["30", "11", "0", "Y", "FAR", "Far", ""])
        far = ["200", "11", "30", "7", "CP_Drtn", "TT_Task", "TK_NotStart", "F1", "Far", "8", "8"]
        tables["TASK"].append(far + [""] * 6)
        tables["TASKPRED"].append(["3", "100", "200", "10", "11", "PR_FS", "0"])

    schedule = read_schedule(make_xer(stub)).schedule
    assert len(schedule.projects) == 2
    found = back(schedule)
    assert [project.code for project in found.projects] == ["DOCK"]
    assert found.activities.code.tolist() == ["A10", "A20", "A30"]
    assert found.external_links.other_uid.tolist() == ["200"]
