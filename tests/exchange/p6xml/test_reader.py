"""Reading P6 XML: every construct of the sample, versions, faults."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planbench.domain.calendars import ROUND_THE_CLOCK_WEEK
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


def read(text: str) -> Imported:
    return read_schedule(text.encode(), name="dock.xml")


def codes(imported: Imported) -> set[str]:
    return {repair.code for repair in imported.repairs}


def test_the_project_with_its_options(p6xml: str) -> None:
    schedule = read(p6xml).schedule
    (project,) = schedule.projects
    assert (project.code, project.name, project.currency) == ("DOCK", "New dock", "EUR")
    assert project.data_date == from_iso("2026-01-05 08:00")
    assert project.must_finish_by == NO_TIME
    options = project.options
    assert (options.logic, options.lag_calendar) == (Logic.OVERRIDE, LagCalendar.ROUND_THE_CLOCK)
    assert (options.float_type, options.critical_threshold) == (FloatType.SMALLEST, 480)
    assert options.open_ends_critical
    assert options.ignore_external
    assert not options.use_expected_finish
    assert not options.lag_from_early_start
    assert (schedule.source.format, schedule.source.version) == ("p6xml", "21.12")


def test_calendars_finish_on_the_full_hour_and_inherit_holidays(p6xml: str) -> None:
    day, pump = read(p6xml).schedule.calendars
    assert day.week == (((480, 720), (780, 1020)),) * 5 + ((), ())
    assert day.shifts_on(from_iso("2026-01-01") // 1440) == ()
    assert day.shifts_on(from_iso("2026-01-10") // 1440) == ((480, 1440),)
    assert pump.week == day.week
    assert pump.shifts_on(from_iso("2026-01-01") // 1440) == ()
    assert pump.shifts_on(from_iso("2026-02-02") // 1440) == ()
    assert (pump.scope, pump.hours_per_day) == ("resource", 24.0)


def test_finishes_on_the_full_hour_are_not_extended(p6xml: str) -> None:
    text = p6xml.replace("11:59:00", "12:00:00").replace("16:59:00", "17:00:00")
    assert read(text).schedule.calendars[0].week[0] == ((480, 720), (780, 1020))
    text = p6xml.replace("08:00:00</Start><Finish>11:59:00", "00:00:00</Start><Finish>00:00:00")
    text = text.replace("<WorkTime><Start>13:00:00</Start><Finish>16:59:00</Finish></WorkTime>", "")
    week = read(text).schedule.calendars[0].week
    assert week[:5] == ROUND_THE_CLOCK_WEEK[:5]


def test_activities(p6xml: str) -> None:
    schedule = read(p6xml).schedule
    dredge, piles, opening = (schedule.activity(row) for row in range(3))
    assert (dredge.code, dredge.name, dredge.uid) == ("A10", "Dredge & dump", "100")
    assert (dredge.state, dredge.percent_type) == (Status.IN_PROGRESS, PercentType.PHYSICAL)
    assert dredge.physical_percent == pytest.approx(37.0)
    assert (dredge.original_duration, dredge.remaining_duration) == (2400, 1440)
    assert (dredge.constraint, dredge.levelling_priority) == (Constraint.START_ON_OR_AFTER, 1)
    assert dredge.stored_early_start == from_iso("2026-01-05 08:00")
    assert dredge.stored_late_finish == from_iso("2026-01-09 17:00")
    assert (dredge.stored_total_float, dredge.stored_longest_path) == (960, 1)
    assert dredge.resume == from_iso("2026-01-06 08:00")
    assert (piles.kind, piles.original_duration) == (ActivityType.RESOURCE_DEPENDENT, 4830)
    assert piles.constraint2 == Constraint.FINISH_ON_OR_BEFORE
    assert piles.external_early_start == from_iso("2026-01-12 08:00")
    assert piles.stored_early_start == NO_TIME
    assert (piles.stored_longest_path, piles.own_calendar.name) == (-1, "Pump")
    assert (opening.kind, opening.own_calendar.name) == (ActivityType.FINISH_MILESTONE, "Five days")


def test_a_sound_file_needs_no_repair_but_for_what_it_lacks(p6xml: str) -> None:
    assert codes(read(p6xml)) == {"unknown-calendar", "external-link", "baseline-activity"}


def test_the_outline_has_the_root_that_the_file_leaves_out(p6xml: str) -> None:
    schedule = read(p6xml).schedule
    assert schedule.wbs.code.tolist() == ["DOCK", "QUAY", "PILE"]
    assert schedule.wbs.parent.tolist() == [-1, 0, 1]
    assert schedule.activities.wbs.tolist() == [0, 2, 1]


def test_links_within_and_to_outside(p6xml: str) -> None:
    imported = read(p6xml)
    links, outer = imported.schedule.relationships, imported.schedule.external_links
    assert links.type.tolist() == [LinkType.SS, LinkType.FS]
    assert links.lag.tolist() == [960, -30]
    assert (links.predecessor.tolist(), links.successor.tolist()) == ([0, 1], [1, 2])
    assert (outer.other_uid.tolist(), outer.other_project.tolist()) == (["999"], ["77"])
    assert (outer.incoming.tolist(), outer.activity.tolist()) == ([True], [0])
    assert "external-link" in codes(imported)


def test_codes_fields_resources_costs_and_notes(p6xml: str) -> None:
    schedule = read(p6xml).schedule
    assert schedule.code_types.scope.tolist() == ["global", "project"]
    assert schedule.code_values.name[schedule.code_assignments.value].tolist() == ["Wet", "North"]
    assert schedule.udf_types.kind.tolist() == ["text", "number", "date"]
    values = {
        (schedule.udf_types.name[k], subject): value
        for k, subject, value in zip(
            schedule.udf_values.type, schedule.udf_values.subject, schedule.udf_values.value,
            strict=True,
        )
    }  # fmt: skip
    assert values == {
        ("Zone", "100"): "Zone 4", ("Volume", "100"): "12.5", ("Gate", "10"): "2026-03-02 17:00",
    }  # fmt: skip
    crew, sand = (schedule.resources.take(np.array([k])) for k in (0, 1))
    assert (crew.max_units[0], crew.price[0], crew.calendar[0]) == (3.0, 55.5, 1)
    assert (sand.kind[0], sand.unit[0], sand.parent[0]) == ("material", "m3", 0)
    use = schedule.assignments
    assert (use.budget_units[0], use.actual_units[0], use.remaining_units[0]) == (16.0, 4.0, 12.0)
    assert (use.budget_cost[0], use.actual_cost[0], use.units_per_hour[0]) == (888.0, 120.0, 2.0)
    assert schedule.accounts.name[use.account].tolist() == ["Works"]
    assert schedule.expenses.name.tolist() == ["Permit"]
    assert (schedule.notes.topic.tolist(), schedule.notes.text.tolist()) == (["Scope"], ["Silt"])


def test_the_baseline_is_matched_by_activity_id(p6xml: str) -> None:
    imported = read(p6xml)
    (baseline,) = imported.schedule.baselines
    assert (baseline.name, baseline.data_date) == ("As signed", from_iso("2025-12-01 08:00"))
    columns = baseline.columns
    assert columns.start.tolist() == [
        from_iso("2026-01-05 08:00"), from_iso("2026-01-09 08:00"), NO_TIME,
    ]  # fmt: skip
    assert columns.duration.tolist() == [1920, 4800, NO_TIME]
    assert columns.cost[1] == 900.0
    assert np.isnan(columns.cost[[0, 2]]).all()
    assert "baseline-activity" in codes(imported)


def test_objects_at_the_top_level_read_as_those_within_the_project(p6xml: str) -> None:
    begin, end = p6xml.index(" <WBS>"), p6xml.index("</Project>")
    flat = p6xml[:begin] + "</Project>" + p6xml[begin:end] + p6xml[end + len("</Project>") :]
    flat = flat.replace("<Activity>", "<Activity><ProjectObjectId>10</ProjectObjectId>")
    flat = flat.replace("<WBS>", "<WBS><ProjectObjectId>10</ProjectObjectId>")
    assert read(flat).schedule.digest == read(p6xml).schedule.digest


VERSIONS = (
    *(f"P6Professional/V{number}" for number in ("7.0", "8.0", "8.1", "8.2", "8.3", "8.4")),
    *(f"P6/V{number}" for number in ("8.2", "15.1", "15.2", "16.1", "16.2", "17.7", "17.12",
      "18.8", "19.12", "20.12", "21.12", "22.12", "23.12", "24.12", "25.12")),
)  # fmt: skip
"""Schemas as P6 EPPM and P6 Professional name them."""

OWN = ' xmlns="http://xmlns.oracle.com/Primavera/P6/V21.12/API/BusinessObjects"'


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_the_schema_reads_alike(p6xml: str, version: str) -> None:
    named = OWN.replace("P6/V21.12", version)
    usual = read(p6xml)
    one = read(p6xml.replace(OWN, named))
    assert one.schedule.digest == usual.schedule.digest
    assert len(one.schedule.baselines) == 1  # the baseline project inside
    assert version.partition("/V")[2] in one.schedule.source.version
    prefixed = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1p6:", p6xml).replace(
        OWN, named.replace("xmlns=", "xmlns:p6=")
    )
    assert read(prefixed).schedule.digest == usual.schedule.digest
    assert read(p6xml.replace(OWN, "")).schedule.digest == usual.schedule.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' xmlns="http://xmlns.oracle.com/Primavera/P6/V21.12/API/BusinessObjects"', ""),
        ("In Progress", "IN PROGRESS"),
        ("Start to Start", "StartToStart"),
        ("0.37<", "37<"),
        ("Relationship>", "ActivityRelationship>"),
        ("T08:00:00<", "T08:00:00.000+00:00<"),
        ('xsi:nil="true"', ""),
    ],
)
def test_other_spellings_read_alike(p6xml: str, old: str, new: str) -> None:
    assert old in p6xml
    assert read(p6xml.replace(old, new)).schedule.digest == read(p6xml).schedule.digest


def test_two_projects_and_a_link_between_them(p6xml: str) -> None:
    begin, end = p6xml.index("<Project>"), p6xml.index("</Project>") + len("</Project>")
    second = p6xml[begin:end]
    for number in ("10", "20", "22", "23", "100", "101", "102"):
        second = second.replace(f"Id>{number}<", f"Id>9{number}<")
    second = second.replace(">999<", ">100<").replace(">77<", ">10<").replace("DOCK", "SHED")
    schedule = read(p6xml[:end] + second + p6xml[end:]).schedule
    assert [project.code for project in schedule.projects] == ["DOCK", "SHED"]
    assert schedule.activities.project.tolist() == [0, 0, 0, 1, 1, 1]
    links = schedule.relationships
    across = (
        schedule.activities.project[links.predecessor]
        != schedule.activities.project[links.successor]
    )
    assert across.sum() == 1
    assert len(schedule.external_links) == 1


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("<PlannedDuration>40<", "<PlannedDuration>many<", "bad-number",
         "Activity row 1 PlannedDuration"),
        ("2026-01-02T08:00:00", "2026-13-02T08:00:00", "bad-date",
         "Activity row 1 ActualStartDate"),
        (">Task Dependent<", ">Sleep<", "unknown-value", "Activity row 1 Type"),
        (">Progress Override<", ">Chaos<", "unknown-value", "ScheduleOptions of project 10"),
        ("<CalendarObjectId>9</CalendarObjectId><Id>", "<CalendarObjectId>5</CalendarObjectId><Id>",
         "unknown-calendar", "Activity row 2 CalendarObjectId"),
        ("<Finish>11:59:00<", "<Finish>noon<", "bad-calendar", "Calendar row 1 Monday"),
        ("<ValueObjectId>43<", "<ValueObjectId>44<", "unknown-reference",
         "Code of an activity row 2"),
        ("<ObjectId>101<", "<ObjectId>100<", "duplicate-id", "Activity row 2 ObjectId"),
        ("<Date>2026-01-01T", "<Date>soon", "bad-date", "Calendar row 1 Date"),
    ],
)  # fmt: skip
def test_faults_are_listed_with_their_place(
    p6xml: str, old: str, new: str, code: str, place: str
) -> None:
    assert old in p6xml
    repairs = read(p6xml.replace(old, new)).repairs
    first = next(repair for repair in repairs if repair.code == code)
    assert first.where.startswith(place)


def test_files_without_a_project_or_of_another_kind_are_refused(p6xml: str) -> None:
    with pytest.raises(ImportRefused, match=r"dock\.xml.*neither a project"):
        read("<APIBusinessObjects><Resource><Id>R</Id></Resource></APIBusinessObjects>")
    with pytest.raises(ImportRefused, match=r"dock\.xml.*no schedule file"):
        read_schedule(b"<html><body>x</body></html>", name="dock.xml.html")
    with pytest.raises(ImportRefused, match=r"dock\.xml.*document type"):
        read(p6xml.replace("<API", '<!DOCTYPE API [<!ENTITY a "b">]><API', 1))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_are_read_or_refused_but_never_crash(p6xml: str, data: st.DataObject) -> None:
    text = p6xml
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        length = data.draw(st.integers(0, 40))
        put = data.draw(
            st.sampled_from(["", "9", "-1", "<", ">x<", "\x00", "1e999", "\u00e9", "T"])
        )
        text = text[:at] + put + text[at + length :]
    try:
        schedule = read(text).schedule
    except ImportRefused:
        return
    assert len(schedule.activities) <= 3
    assert schedule.digest
