"""Small schedules: written by hand as rows of words, or made up at random from a seed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np

from planbench.domain.calendars import ROUND_THE_CLOCK_WEEK, Calendar
from planbench.domain.schedule import (
    Activities,
    ActivityType,
    Assignments,
    Constraint,
    Critical,
    FloatType,
    LagCalendar,
    LinkType,
    Logic,
    Project,
    Relationships,
    Resources,
    Schedule,
    ScheduleOptions,
    Status,
    Wbs,
    make_table,
)
from planbench.domain.times import NO_TIME, day_number, from_iso, to_iso

OFFICE, CLOCK, NIGHT, SHORT = range(4)

CALENDARS = (
    Calendar(
        "1",
        "Office",
        (((480, 720), (780, 1020)),) * 5 + ((), ()),
        {day_number(dt.date(2026, 6, 4)): (), day_number(dt.date(2026, 6, 6)): ((540, 600),)},
    ),
    Calendar("2", "Round the clock", ROUND_THE_CLOCK_WEEK, {}, 24.0),
    Calendar("3", "Nights", (((0, 360), (1320, 1440)),) * 4 + (((0, 360),), (), ((1320, 1440),))),
    Calendar("4", "Short weeks", ((), ((600, 730),), ((600, 730),), (), (), ((480, 500),), ())),
)


def make(
    rows: list[dict[str, Any]],
    links: list[tuple[str, str] | tuple[str, str, str] | tuple[str, str, str, float]] = [],  # noqa: B006
    options: ScheduleOptions | None = None,
    **project: Any,
) -> Schedule:
    """A schedule of one project on Monday 2026-06-01 08:00; dates as texts, durations in hours.

    Links are (predecessor, successor, type, lag in hours).
    """
    n = len(rows)
    columns: dict[str, list[Any]] = {
        "code": [row.get("code", chr(65 + k)) for k, row in enumerate(rows)],
        "project": [0] * n,
        "wbs": [row.get("wbs", -1) for row in rows],
        "calendar": [row.get("calendar", OFFICE) for row in rows],
        "type": [row.get("type", ActivityType.TASK) for row in rows],
        "status": [_status(row) for row in rows],
        "remaining_duration": [int(row.get("hours", 0) * 60) for row in rows],
    }
    columns["uid"] = columns["code"]
    for name in [
        "actual_start",
        "actual_finish",
        "expected_finish",
        "suspend",
        "resume",
        "external_early_start",
        "external_late_finish",
        "constraint_date",
        "constraint2_date",
    ]:
        columns[name] = [from_iso(row[name]) if name in row else NO_TIME for row in rows]
    for name in ("constraint", "constraint2"):
        columns[name] = [row.get(name, Constraint.NONE) for row in rows]
    dates = {
        name: from_iso(value)
        for name, value in project.items()
        if name in ("data_date", "planned_start", "must_finish_by")
    }
    home = Project(
        "1",
        "P",
        "Project",
        **{"data_date": from_iso("2026-06-01 08:00"), "calendar": OFFICE, **dates},
        options=options or ScheduleOptions(),
    )
    where = {code: k for k, code in enumerate(columns["code"])}
    full = [(*link, "FS", 0.0)[:4] if len(link) == 2 else (*link, 0.0)[:4] for link in links]
    relationships = make_table(
        Relationships,
        len(full),
        uid=[str(k) for k in range(len(full))],
        predecessor=[where[link[0]] for link in full],
        successor=[where[link[1]] for link in full],
        type=[LinkType[link[2]] for link in full],
        lag=[int(link[3] * 60) for link in full],
    )
    return Schedule(
        projects=(home,),
        calendars=CALENDARS,
        activities=make_table(Activities, n, **columns),
        relationships=relationships,
    )


def _status(row: dict[str, Any]) -> Status:
    if "actual_finish" in row:
        return Status.COMPLETE
    return Status.IN_PROGRESS if "actual_start" in row else Status.NOT_STARTED


def text(minute: int) -> str | None:
    """`YYYY-MM-DD HH:MM`, None for no date."""
    found = to_iso(int(minute))
    return found.replace("T", " ") if found else None


def dates(result: Any, row: int) -> tuple[str | None, ...]:
    """(ES, EF, LS, LF) of a row as texts."""
    columns = (result.early_start, result.early_finish, result.late_start, result.late_finish)
    return tuple(text(column[row]) for column in columns)


def at_random(seed: int) -> Schedule:
    """Up to ten activities with everything that can be said about them, not always sensible."""
    r = np.random.default_rng(seed)
    n, n_projects = int(r.integers(2, 11)), int(r.integers(1, 3))

    def maybe(share: float) -> bool:
        return bool(r.random() < share)

    def instant(low: int = -5, high: int = 12) -> int:
        """A quarter hour near the data date, now and then on the stroke of a shift."""
        day = from_iso("2026-06-01") + 1440 * int(r.integers(low, high))
        return day + int(r.choice([0, 480, 1020, 720, 360, 15 * int(r.integers(0, 96))]))

    options = [_options(r) for _ in range(n_projects)]
    projects = tuple(
        Project(
            str(p),
            f"P{p}",
            "",
            data_date=instant(0, 3),
            planned_start=instant(0, 6) if maybe(0.5) else NO_TIME,
            must_finish_by=instant(4, 30) if maybe(0.3) else NO_TIME,
            calendar=int(r.integers(0, 4)),
            options=options[p],
        )
        for p in range(n_projects)
    )
    project = r.integers(0, n_projects, n)
    kinds = r.choice(6, n, p=[0.5, 0.1, 0.12, 0.1, 0.06, 0.12])
    calendar = r.integers(0, 4, n)
    status = r.choice(3, n, p=[0.6, 0.2, 0.2])
    minutes = 15 * r.integers(0, 100, n)
    dd = np.array([p.data_date for p in projects])[project]
    start, finish = np.full(n, NO_TIME), np.full(n, NO_TIME)
    for i in range(n):
        if status[i] != Status.NOT_STARTED:
            start[i] = dd[i] - 15 * int(r.integers(0, 400))
        if status[i] == Status.COMPLETE:
            finish[i] = start[i] + 15 * int(r.integers(0, 1 + (dd[i] - start[i]) // 15))

    def sometimes(share: float, low: int = -5, high: int = 12) -> list[int]:
        return [instant(low, high) if maybe(share) else NO_TIME for _ in range(n)]

    suspend = [
        start[i] + 15 * int(r.integers(0, 100)) if status[i] == 1 and maybe(0.3) else NO_TIME
        for i in range(n)
    ]
    resume = [
        suspend[i] + 15 * int(r.integers(0, 400))
        if suspend[i] != NO_TIME and maybe(0.8)
        else NO_TIME
        for i in range(n)
    ]
    two = [int(r.integers(1, 10)) if maybe(0.35) else 0 for _ in range(n)]
    activities = make_table(
        Activities,
        n,
        uid=[str(i) for i in range(n)],
        code=[f"A{i}" for i in range(n)],
        project=project,
        wbs=r.integers(0, 4, n),
        calendar=calendar,
        type=kinds,
        status=status,
        remaining_duration=np.where((kinds == 1) | (kinds == 2), 0, minutes),
        actual_start=start,
        actual_finish=finish,
        expected_finish=sometimes(0.15, -2, 15),
        suspend=suspend,
        resume=resume,
        external_early_start=sometimes(0.1),
        external_late_finish=sometimes(0.1, 0, 20),
        constraint=two,
        constraint_date=[instant(-3, 14) if kind != 9 else NO_TIME for kind in two],
        constraint2=[int(r.integers(1, 10)) if maybe(0.1) else 0 for _ in range(n)],
        constraint2_date=sometimes(0.9),
    )
    pairs = [(a, b) for a in range(n) for b in range(a + 1, n) if maybe(0.3)]
    m = len(pairs)
    renamed = r.permutation(n)  # the file's order is not the network's
    links = make_table(
        Relationships,
        m,
        uid=[str(k) for k in range(m)],
        predecessor=[renamed[a] for a, _ in pairs],
        successor=[renamed[b] for _, b in pairs],
        type=r.integers(0, 4, m),
        lag=np.where(r.random(m) < 0.5, 0, 15 * r.integers(-60, 120, m)),
    )
    given = np.flatnonzero((kinds == ActivityType.RESOURCE_DEPENDENT) & (r.random(n) < 0.7))
    given = np.repeat(given, 1 + (r.random(given.size) < 0.4))
    assignments = make_table(
        Assignments,
        given.size,
        activity=given,
        resource=r.integers(0, 2, given.size),
        remaining_units=r.integers(0, 30, given.size) / 2,
        units_per_hour=r.choice([0.5, 1.0, 2.0], given.size),
    )
    resources = make_table(Resources, 2, calendar=r.integers(0, 4, 2), kind=["labor", "nonlabor"])
    wbs = make_table(Wbs, 4, parent=[-1, 0, 0, 1], project=[0] * 4)
    return Schedule(
        projects=projects,
        calendars=CALENDARS,
        activities=activities,
        relationships=links,
        wbs=wbs,
        resources=resources,
        assignments=assignments,
    )


def _options(r: np.random.Generator) -> ScheduleOptions:
    options = ScheduleOptions(
        logic=Logic(int(r.choice(3, p=[0.6, 0.2, 0.2]))),
        lag_calendar=LagCalendar(int(r.integers(0, 4))),
        float_type=FloatType(int(r.integers(0, 3))),
        critical=Critical(int(r.integers(0, 2))),
        critical_threshold=int(r.choice([0, 240, -60])),
    )
    switches = [
        "open_ends_critical",
        "use_expected_finish",
        "lag_from_early_start",
        "float_to_project_finish",
        "ignore_external",
        "sf_one_minute",
    ]
    return replace(options, **{name: bool(r.random() < 0.5) for name in switches})
