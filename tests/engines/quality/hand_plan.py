"""The plan counted by hand: reads the tables of the folder `hand` into a schedule.

The tables are what a person reads; see `hand/README.md`.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from planbench.domain.calendars import ROUND_THE_CLOCK_WEEK, Calendar
from planbench.domain.schedule import (
    Activities,
    ActivityType,
    Assignments,
    Baseline,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Constraint,
    Expenses,
    ExternalLinks,
    LagCalendar,
    LinkType,
    Project,
    Relationships,
    Resources,
    Schedule,
    ScheduleOptions,
    Status,
    Wbs,
    empty_baseline,
    make_table,
)
from planbench.domain.times import NO_TIME, day_number, from_iso

FOLDER = Path(__file__).with_name("hand")
OUTSIDE = "(outside)"

KINDS = {
    "task": ActivityType.TASK,
    "start": ActivityType.START_MILESTONE,
    "finish": ActivityType.FINISH_MILESTONE,
    "effort": ActivityType.LEVEL_OF_EFFORT,
    "summary": ActivityType.WBS_SUMMARY,
    "resource": ActivityType.RESOURCE_DEPENDENT,
}
STATES = {"open": Status.NOT_STARTED, "progress": Status.IN_PROGRESS, "complete": Status.COMPLETE}
CHRISTMAS = {day_number(dt.date(2025, 12, 25)): ()}
LONG_DAY, SHORT_DAY = ((420, 1020),), ((480, 840),)
CALENDARS = (
    Calendar("1", "Office", exceptions=CHRISTMAS),
    Calendar("2", "Plant"),
    Calendar("3", "Yard", (LONG_DAY,) * 7, {}, 10.0, 70.0),
    Calendar("4", "Night", (SHORT_DAY,) * 5 + ((), ()), CHRISTMAS, 6.0, 30.0),
    Calendar("5", "Clock", ROUND_THE_CLOCK_WEEK, {}, 24.0, 168.0),
)
TODAY = ScheduleOptions(critical_threshold=5 * 480)
BEFORE = ScheduleOptions(lag_calendar=LagCalendar.SUCCESSOR)

Row = dict[str, str]


@dataclass(frozen=True)
class HandPlan:
    """The plan, its baseline and the update before it."""

    schedule: Schedule
    baseline: Baseline
    previous: Schedule


def table(name: str) -> list[Row]:
    """The rows of one table of the folder."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> int:
    return from_iso(text) if text else NO_TIME


def hand_plan() -> HandPlan:
    """The plan as the tables say it."""
    rows = table("activities.csv")
    codes = [row["id"] for row in rows]
    schedule = replace(
        _schedule(rows, "now", TODAY, "2026-03-02 08:00"),
        code_types=make_table(CodeTypes, 2, uid=["1", "2"], name=["Phase", "Area"]),
        code_values=make_table(CodeValues, 2, uid=["1", "2"], type=[0, 1], code=["x", "North"]),
        code_assignments=_coded(rows),
        resources=make_table(Resources, 1, uid=["1"], code=["CREW"], calendar=[0], kind=["labor"]),
        assignments=_assigned(rows),
        expenses=_paid(rows),
    )
    earlier = {row["id"]: row for row in table("earlier.csv")}
    known = [row for row in rows if earlier.get(row["id"], {}).get("status") != "none"]
    then = [_as_it_was(row, earlier.get(row["id"])) for row in known]
    previous = _schedule(then, "earlier", BEFORE, "2026-02-02 08:00")
    return HandPlan(schedule, _baseline(codes, [_minutes(row)[0] for row in rows]), previous)


def _as_it_was(row: Row, was: Row | None) -> Row:
    """A row of the earlier update: as today but not begun, unless `earlier.csv` says more."""
    fresh = {
        "status": "open",
        "actual start": "",
        "actual finish": "",
        "rd": row["od"],
        "start": "2026-05-04 08:00",
        "finish": "2026-05-08 16:00",
    } | (was or {})
    stored = {"stored start": fresh.pop("start"), "stored finish": fresh.pop("finish")}
    stored["stored float"] = ""
    return row | fresh | stored


def _minutes(row: Row) -> tuple[int, float]:
    calendar = int(row["calendar"]) if "calendar" in row else 0
    hours = CALENDARS[calendar].hours_per_day
    return calendar, hours * 60


def _schedule(rows: list[Row], which: str, options: ScheduleOptions, date: str) -> Schedule:
    links = [link for link in table("links.csv") if link[which] == "yes"]
    return replace(
        plan_of(rows, links, options, date),
        wbs=make_table(
            Wbs,
            4,
            uid=["0", "1", "2", "3"],
            code=["P", "P.1", "P.2", "P.3"],
            name=["Plan", "Prepare", "Build", "Close"],
            parent=[-1, 0, 0, 0],
            project=[0] * 4,
        ),
    )


def plan_of(rows: list[Row], links: list[Row], options: ScheduleOptions, date: str) -> Schedule:
    """Rows as in `activities.csv` and `links.csv` as a schedule."""
    codes = [row["id"] for row in rows]
    day = [_minutes(row)[1] for row in rows]

    def dates(name: str) -> list[int]:
        return [moment(row[name]) for row in rows]

    def days(name: str) -> list[int]:
        found = [(row[name], d) for row, d in zip(rows, day, strict=True)]
        return [round(float(text) * d) if text else NO_TIME for text, d in found]

    def constraints(name: str) -> list[int]:
        words = [row[name].upper().replace(" ", "_") or "NONE" for row in rows]
        return [int(Constraint[word]) for word in words]

    activities = make_table(
        Activities,
        len(rows),
        uid=codes,
        code=codes,
        name=[row["name"] for row in rows],
        project=[0] * len(rows),
        wbs=[int(row["wbs"] or -1) for row in rows],
        calendar=[int(row["calendar"]) for row in rows],
        type=[KINDS[row["kind"]] for row in rows],
        status=[STATES[row["status"]] for row in rows],
        original_duration=days("od"),
        remaining_duration=days("rd"),
        actual_start=dates("actual start"),
        actual_finish=dates("actual finish"),
        stored_early_start=dates("stored start"),
        stored_early_finish=dates("stored finish"),
        stored_total_float=days("stored float"),
        constraint=constraints("constraint"),
        constraint_date=dates("constraint date"),
        constraint2=constraints("constraint 2"),
        constraint2_date=dates("constraint 2 date"),
        expected_finish=dates("expected finish"),
        external_late_finish=dates("external late finish"),
    )
    row_of = {code: place for place, code in enumerate(codes)}
    inner = [link for link in links if OUTSIDE not in link.values()]
    outer = [link for link in links if OUTSIDE in link.values()]
    incoming = [link["predecessor"] == OUTSIDE for link in outer]
    return Schedule(
        projects=(
            Project(
                "1",
                "HAND",
                "Counted by hand",
                data_date=from_iso(date),
                planned_start=from_iso("2026-01-05 08:00"),
                calendar=0,
                options=options,
            ),
        ),
        calendars=CALENDARS,
        activities=activities,
        relationships=make_table(
            Relationships,
            len(inner),
            uid=[str(place) for place in range(len(inner))],
            predecessor=[row_of[link["predecessor"]] for link in inner],
            successor=[row_of[link["successor"]] for link in inner],
            type=[int(LinkType[link["type"]]) for link in inner],
            lag=[int(link["lag"]) * 60 for link in inner],
        ),
        external_links=make_table(
            ExternalLinks,
            len(outer),
            uid=[f"far{place}" for place in range(len(outer))],
            activity=[
                row_of[link["successor"] if into else link["predecessor"]]
                for link, into in zip(outer, incoming, strict=True)
            ],
            incoming=incoming,
            type=[int(LinkType[link["type"]]) for link in outer],
            lag=[0] * len(outer),
        ),
    )


def _coded(rows: list[Row]) -> CodeAssignments:
    """Phase where the column says so; Area only on the first ten rows, so that nobody misses it."""
    phase = [place for place, row in enumerate(rows) if row["phase"]]
    pairs = [(place, 0) for place in phase] + [(place, 1) for place in range(10)]
    return make_table(
        CodeAssignments, len(pairs), activity=[p for p, _ in pairs], value=[v for _, v in pairs]
    )


def _assigned(rows: list[Row]) -> Assignments:
    given = [(place, row) for place, row in enumerate(rows) if row["units"]]
    return make_table(
        Assignments,
        len(given),
        uid=[row["id"] for _, row in given],
        activity=[place for place, _ in given],
        budget_units=[float(row["units"]) for _, row in given],
        remaining_units=[float(row["rest"]) for _, row in given],
        resource=[0] * len(given),
        units_per_hour=[1.0] * len(given),
    )


def _paid(rows: list[Row]) -> Expenses:
    given = [(place, row) for place, row in enumerate(rows) if row["expense"]]
    return make_table(
        Expenses,
        len(given),
        uid=[row["id"] for _, row in given],
        activity=[place for place, _ in given],
        budget_cost=[float(row["expense"]) for _, row in given],
        remaining_cost=[float(row["expense"]) for _, row in given],
    )


def _baseline(codes: list[str], calendars: list[int]) -> Baseline:
    columns = empty_baseline(len(codes))
    for row in table("baseline.csv"):
        place = codes.index(row["id"])
        columns.start[place] = moment(row["start"])
        columns.finish[place] = moment(row["finish"])
        hours = CALENDARS[calendars[place]].hours_per_day
        columns.duration[place] = round(float(row["days"]) * hours * 60)
    assert isinstance(columns.cost, np.ndarray)
    return Baseline("As agreed", from_iso("2025-12-01 08:00"), columns)
