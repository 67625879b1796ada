"""Small plans: written by hand as rows of words, or made up at random from a seed.

All begin on Monday 2026-06-01 at 08:00 unless told otherwise; a day is 08:00-12:00, 13:00-17:00.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from planbench.domain.calendars import Calendar
from planbench.domain.schedule import (
    Activities,
    ActivityType,
    Assignments,
    Constraint,
    LagFormat,
    LinkType,
    Project,
    Relationships,
    Resources,
    Schedule,
    ScheduleOptions,
    Splits,
    Status,
    Wbs,
    make_table,
)
from planbench.domain.times import NO_TIME, from_iso, to_iso

OFFICE, SIX_DAYS, AFTERNOONS = range(3)
DAY = ((480, 720), (780, 1020))
CALENDARS = (
    Calendar("1", "Office", (DAY,) * 5 + ((), ())),
    Calendar("2", "Six days", (DAY,) * 6 + ((),)),
    Calendar("3", "Afternoons", (((780, 1020),),) * 5 + ((), ())),
)

_DATES = (
    "actual_start", "actual_finish", "planned_start", "planned_finish", "suspend", "resume",
    "constraint_date", "deadline",
)  # fmt: skip
_FLAGS = (
    "manual", "inactive", "elapsed", "fixed_duration", "ignore_resource_calendar",
    "calendar_chosen",
)  # fmt: skip


def make(
    rows: list[dict[str, Any]],
    links: list[tuple[Any, ...]] | None = None,
    work: list[dict[str, Any]] | None = None,
    splits: list[tuple[str, str, str]] | None = None,
    threshold: int = 0,
    **project: Any,
) -> Schedule:
    """A plan. Rows: code, hours, `under` (code of the summary), `summary`; dates as texts.

    Links are (predecessor, successor, type, lag, format); lags in hours, percentages in percent.
    Assignments: `on` (code), hours, units, calendar, delay in hours, contour.
    """
    n = len(rows)
    codes = [row["code"] for row in rows]
    where = {code: k for k, code in enumerate(codes)}
    wbs_of = {row["code"]: k + 1 for k, row in enumerate(r for r in rows if r.get("summary"))}
    parent = [-1] + [wbs_of.get(r.get("under"), 0) for r in rows if r.get("summary")]
    minutes = [int(row.get("hours", 0) * 60) for row in rows]
    left = [int(row.get("left", row.get("hours", 0)) * 60) for row in rows]
    activities = make_table(
        Activities,
        n,
        uid=codes,
        code=codes,
        name=codes,
        project=[0] * n,
        wbs=[wbs_of.get(r["code"] if r.get("summary") else r.get("under"), 0) for r in rows],
        calendar=[row.get("calendar", OFFICE) for row in rows],
        type=[ActivityType.WBS_SUMMARY if r.get("summary") else ActivityType.TASK for r in rows],
        status=[_status(row) for row in rows],
        original_duration=minutes,
        remaining_duration=left,
        constraint=[row.get("constraint", Constraint.NONE) for row in rows],
        levelling_delay=[int(row["delay"] * 60) if "delay" in row else NO_TIME for row in rows],
        **{f: [from_iso(r[f]) if f in r else NO_TIME for r in rows] for f in _DATES},
        **{f: [bool(row.get(f, f == "calendar_chosen" and "calendar" in row)) for row in rows]
           for f in _FLAGS},
    )  # fmt: skip
    full = [(*link, *("FS", 0.0, LagFormat.WORKING)[len(link) - 2 :]) for link in links or []]
    relationships = make_table(
        Relationships,
        len(full),
        uid=[str(k) for k in range(len(full))],
        predecessor=[where[link[0]] for link in full],
        successor=[where[link[1]] for link in full],
        type=[LinkType[link[2]] for link in full],
        lag=[int(link[3] * (100 if link[4] >= LagFormat.PERCENT else 60)) for link in full],
        lag_format=[link[4] for link in full],
    )
    given = work or []
    parts = splits or []
    dates = {k: from_iso(v) for k, v in project.items() if isinstance(v, str)}
    home = Project(
        "1", "P", "Project",
        **{"planned_start": from_iso("2026-06-01 08:00"), "calendar": OFFICE, **project, **dates},
        options=ScheduleOptions(engine="msp", critical_threshold=threshold),
    )  # fmt: skip
    return Schedule(
        projects=(home,),
        calendars=CALENDARS,
        activities=activities,
        relationships=relationships,
        wbs=make_table(
            Wbs, len(parent), uid=[str(k) for k in range(len(parent))], parent=parent,
            project=[0] * len(parent),
        ),
        resources=make_table(
            Resources, len(given), calendar=[g.get("calendar", OFFICE) for g in given],
            kind=[g.get("kind", "labor") for g in given],
        ),
        assignments=make_table(
            Assignments, len(given), activity=[where[g["on"]] for g in given],
            resource=list(range(len(given))), budget_units=[g["hours"] for g in given],
            remaining_units=[g.get("left", g["hours"]) for g in given],
            units_per_hour=[g.get("units", 1.0) for g in given],
            delay=[int(g["delay"] * 60) if "delay" in g else NO_TIME for g in given],
            contour=[g.get("contour", 0) for g in given],
            start=[from_iso(g["start"]) if "start" in g else NO_TIME for g in given],
            finish=[from_iso(g["finish"]) if "finish" in g else NO_TIME for g in given],
        ),
        splits=make_table(
            Splits, len(parts), activity=[where[p[0]] for p in parts],
            start=[from_iso(p[1]) for p in parts], finish=[from_iso(p[2]) for p in parts],
        ),
    )  # fmt: skip


def _status(row: dict[str, Any]) -> Status:
    if "actual_finish" in row:
        return Status.COMPLETE
    return Status.IN_PROGRESS if "actual_start" in row else Status.NOT_STARTED


def dates(result: Any, schedule: Schedule, code: str) -> tuple[str, ...]:
    """(ES, EF, LS, LF) as "06-01 08:00", "" for none."""
    row = schedule.row_of_code[code]
    columns = (result.early_start, result.early_finish, result.late_start, result.late_finish)
    return tuple((to_iso(int(c[row])) or "")[5:].replace("T", " ") for c in columns)


def slack(result: Any, schedule: Schedule, code: str) -> float:
    """Total slack in hours."""
    return int(result.total_float[schedule.row_of_code[code]]) / 60


def at_random(seed: int) -> Schedule:
    """Up to nine tasks, some under summaries, with everything that can be said about them."""
    r = np.random.default_rng(seed)
    n, n_summaries = int(r.integers(2, 10)), int(r.integers(0, 3))

    def maybe(share: float) -> bool:
        return bool(r.random() < share)

    def instant(low: int = 0, high: int = 12) -> str:
        day, hour = int(r.integers(low, high)), int(r.choice([8, 10, 13, 15, 17]))
        return (to_iso(from_iso("2026-06-01 00:00") + day * 1440 + hour * 60) or "").replace(
            "T", " "
        )

    rows: list[dict[str, Any]] = []
    for k in range(n_summaries):
        row: dict[str, Any] = {"code": f"S{k}", "summary": True, "hours": int(r.integers(8, 40))}
        if k and maybe(0.5):
            row["under"] = f"S{k - 1}"
        if maybe(0.2):
            kind = Constraint.START_ON_OR_AFTER if maybe(0.5) else Constraint.FINISH_ON_OR_BEFORE
            row.update(constraint=kind, constraint_date=instant())
        if maybe(0.2):
            row["deadline"] = instant()
        rows.append(row)
    for k in range(n):
        row = {"code": f"T{k}", "hours": int(r.choice([0, 2, 4, 8, 20]))}
        if n_summaries and k and maybe(0.7):  # in file order, so that summaries make no loops
            row["under"] = "S1" if n_summaries == 2 and k > n // 2 else "S0"
        if maybe(0.3):
            row["calendar"] = int(r.integers(0, 3))
        if maybe(0.3):
            row.update(constraint=Constraint(int(r.integers(1, 9))), constraint_date=instant())
        if maybe(0.1):
            row["deadline"] = instant(2, 16)
        if maybe(0.1):
            row["delay"] = int(r.integers(1, 40))
        row["elapsed"], row["inactive"] = maybe(0.1), maybe(0.1)
        row["fixed_duration"], row["ignore_resource_calendar"] = maybe(0.3), maybe(0.3)
        state = r.random()
        if state < 0.1:
            row.update(manual=True, planned_start=instant(0, 5), planned_finish=instant(6, 12))
        elif state < 0.2:
            row.update(actual_start=instant(0, 4), actual_finish=instant(5, 9))
        elif state < 0.35:
            row.update(actual_start=instant(0, 4), left=row["hours"] / 2)
            if maybe(0.5):
                row.update(suspend=instant(4, 6), resume=instant(6, 9))
        rows.append(row)
    pairs = {(a, b) for a in range(n) for b in range(a + 1, n) if maybe(0.3)}
    links: list[tuple[Any, ...]] = []

    def link(a: str, b: str) -> None:
        kind = str(r.choice(["FS", "FS", "SS", "FF", "SF"]))
        lag = int(r.choice([0, 0, 4, -2, 30]))
        links.append((a, b, kind, lag, LagFormat(int(r.choice([0, 0, 1, 2, 3])))))

    for a, b in sorted(pairs):
        link(f"T{a}", f"T{b}")
    if n_summaries:
        link("T0", "S0")
        if n_summaries == 2:
            link("T1", "S1")
            if "under" not in rows[1]:
                link("S0", "S1")
    work = [
        {
            "on": f"T{int(r.integers(0, n))}", "hours": int(r.choice([0, 4, 10])),
            "units": float(r.choice([0.5, 1.0, 2.0])), "calendar": int(r.integers(0, 3)),
            "delay": int(r.choice([0, 0, 3])), "contour": int(r.choice([0, 0, 1, 3, 7])),
            "kind": str(r.choice(["labor", "labor", "material"])), "left": int(r.integers(1, 5)),
        }
        for _ in range(int(r.integers(0, 5)))
    ]  # fmt: skip
    made = make(rows, links, work)
    honor = maybe(0.7)
    return replace(made, projects=(replace(made.projects[0], honor_constraints=honor),))
