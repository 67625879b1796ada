"""Reading ProTrack files (.p2x): the plan, and its status at each tracking period.

Times in the file are `ddMMyyyyHHmm`, durations working hours of the one calendar, which is given
by the hours, weekdays and days on which nobody works. A fixed cost falls due when its activity
starts; the cost of resources and of time runs with working time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from xml.etree.ElementTree import Element, ParseError, fromstring

import numpy as np

from planbench.domain.calendars import Calendar, Shifts, normal_shifts
from planbench.domain.errors import ImportRefused
from planbench.domain.schedule import (
    Activities,
    ActivityType,
    Assignments,
    Expenses,
    PercentType,
    Project,
    Relationships,
    Resources,
    Schedule,
    Source,
    Status,
    Wbs,
    make_table,
)
from planbench.domain.times import NO_TIME, day_number, from_datetime, from_hours
from planbench.exchange.imported import Imported, Progress

_LINKS = {"0": 1, "1": 3, "2": 0, "3": 2}  # start-start, start-finish, finish-start, finish-finish
_BEFORE_ALL = from_datetime(dt.datetime(1902, 1, 1))  # 010101000000 stands for no date
_MOST = 1e15  # no number of a plan is larger, and products of two stay finite


def looks_like_p2x(data: bytes) -> bool:
    """Whether the bytes begin as ProTrack writes its files."""
    head = data[:4000]
    return b"<ProjectInfo>" in head and b"<LastSavedBy>" in head and b"<Settings>" in head


def read_p2x(
    data: bytes, name: str = "", encoding: str | None = None, progress: Progress | None = None
) -> Imported:
    """The project at its last tracking period, or the plan alone where it was not tracked.

    Raises ImportRefused for a file that is no ProTrack project.
    """
    return Imported(read_updates(data, name)[-1])


def read_updates(data: bytes, name: str = "") -> list[Schedule]:
    """The plan at its start, then the project at each tracking period in order of their dates.

    Raises ImportRefused for a file that is no ProTrack project.
    """
    if b"<!DOCTYPE" in (plain := data.replace(b"\x00", b"")) or b"<!ENTITY" in plain:
        raise ImportRefused("declares a document type", name)
    try:
        root = fromstring(data)
        plan = _plan(root, name)
        source = Source(name, "p2x", sha256=hashlib.sha256(data).hexdigest(), encoding="utf-8")
        plan = replace(plan, source=source)
        return [plan, *_tracked(root, plan)]
    except (ParseError, ValueError, LookupError, ArithmeticError) as error:
        raise ImportRefused(
            f"is no ProTrack project that can be read: {str(error)[:120]}", name
        ) from error


def _text(element: Element, name: str) -> str:
    found = element.findtext(name)
    if found is None:
        raise KeyError(f"{element.tag} without {name}")
    return found.strip()


def _number(element: Element, name: str) -> float:
    value = float(_text(element, name) or 0)
    if not abs(value) < _MOST:
        raise ValueError(f"{name} is {value:g}")
    return value


def _time(text: str) -> int:
    moment = dt.datetime.strptime(text.strip(), "%d%m%Y%H%M")
    minute = from_datetime(moment)
    return NO_TIME if minute < _BEFORE_ALL else minute


def _calendar(agenda: Element) -> Calendar:
    idle = {int(hour.text or 0) for hour in agenda.iter("Hour")}
    hours = [hour for hour in range(24) if hour not in idle]
    shifts: Shifts = normal_shifts([(hour * 60, hour * 60 + 60) for hour in hours])
    off = {int(day.text or 0) for day in agenda.iter("Day")}
    week = tuple(() if day in off else shifts for day in range(7))
    holidays: dict[int, Shifts] = {}
    for holiday in agenda.iter("Holiday"):
        moment = dt.datetime.strptime(holiday.text or "", "%d%m%Y%H%M")
        holidays[day_number(moment.date())] = ()
    days = 7 - len(off)
    return Calendar("1", "Agenda", week, holidays, float(len(hours)), float(len(hours) * days))


def _plan(root: Element, name: str) -> Schedule:
    agenda = root.find("Agenda")
    rows = [one for one in root.iter("Activity") if one.find("BaseLineStart") is not None]
    if agenda is None or not rows:
        raise KeyError("no agenda or no activities")
    uids = [_text(one, "UniqueID") for one in rows]
    row_of = {uid: row for row, uid in enumerate(uids)}
    hours = np.array([_number(one, "BaseLineDuration") for one in rows])
    durations = [from_hours(value) for value in hours.tolist()]
    starts = [_time(_text(one, "BaseLineStart")) for one in rows]
    calendar = _calendar(agenda)
    title = (root.findtext("NAME") or name).strip()
    finishes = _finishes(calendar, starts, durations)
    project = Project("1", title, title, min(starts), min(starts), calendar=0)
    n = len(rows)
    links = [one for one in root.iter("Relation") if one.find("FromTask") is not None]
    plan = Schedule(
        projects=(project,),
        calendars=(calendar,),
        activities=make_table(
            Activities,
            n,
            uid=uids,
            code=uids,
            name=[_text(one, "Name") for one in rows],
            project=np.zeros(n),
            wbs=np.zeros(n),
            calendar=np.zeros(n),
            type=[ActivityType.TASK if hour else ActivityType.FINISH_MILESTONE for hour in hours],
            original_duration=durations,
            remaining_duration=durations,
            planned_start=starts,
            planned_finish=finishes,
            stored_start=starts,
            stored_finish=finishes,
            stored_early_start=starts,
            stored_early_finish=finishes,
            percent_type=np.full(n, PercentType.PHYSICAL),
            stored_longest_path=np.full(n, -1),
            levelling_priority=np.full(n, 2),
        ),
        relationships=make_table(
            Relationships,
            len(links),
            uid=[_text(one, "UniqueID") for one in links],
            predecessor=[row_of[_text(one, "FromTask")] for one in links],
            successor=[row_of[_text(one, "ToTask")] for one in links],
            type=[_LINKS[_text(one, "LagType")] for one in links],
            lag=[from_hours(_number(one, "Lag")) for one in links],
        ),
        wbs=make_table(Wbs, 1, uid=["1"], code=[title], name=[title], project=[0]),
    )
    return _with_costs(root, plan, rows, row_of, hours)


def _finishes(calendar: Calendar, starts: list[int], durations: list[int]) -> list[int]:
    """Where working time of each duration ends."""
    finishes = []
    for start, left in zip(starts, durations, strict=True):
        day, at = divmod(start, 1440)
        finish = start
        while left > 0:
            for begin, end in calendar.shifts_on(day):
                worked = min(max(end - max(begin, at), 0), left)
                if worked:
                    left -= worked
                    finish = day * 1440 + max(begin, at) + worked
                if not left:
                    break
            day, at = day + 1, 0
        finishes.append(finish)
    return finishes


def _with_costs(
    root: Element, plan: Schedule, rows: list[Element], row_of: dict[str, int], hours: np.ndarray
) -> Schedule:
    """Fixed costs as expenses, costs of time and of resources as assignments."""
    people = [one for one in root.iter("Resource") if one.find("FIELD0") is not None]
    resource_of = {_text(one, "FIELD0"): row for row, one in enumerate(people)}
    prices = np.array([_number(one, "FIELD771") for one in people])
    used = []
    for one in root.iter("ResourceAssignment"):
        activity = row_of[_text(one, "FIELD1024")]
        who = resource_of.get(_text(one, "FIELD1025"))
        if who is None:  # a resource that was deleted has no price any more
            continue
        units = _number(one, "FIELD1026") * float(hours[activity])
        used.append((activity, who, units, units * float(prices[who])))
    for row, one in enumerate(rows):
        by_time = _number(one, "BaselineCostByUnit") * float(hours[row])
        if by_time:
            used.append((row, -1, 0.0, by_time))
    fixed = [(row, _number(one, "FixedBaselineCost")) for row, one in enumerate(rows)]
    fixed = [(row, cost) for row, cost in fixed if cost]
    return replace(
        plan,
        resources=make_table(
            Resources,
            len(people),
            uid=list(resource_of),
            code=list(resource_of),
            name=[_text(one, "FIELD1") for one in people],
            calendar=np.zeros(len(people)),
            kind=["labor"] * len(people),
            price=prices,
        ),
        assignments=make_table(
            Assignments,
            len(used),
            uid=[str(number) for number in range(1, len(used) + 1)],
            activity=[one[0] for one in used],
            resource=[one[1] for one in used],
            budget_units=[one[2] for one in used],
            remaining_units=[one[2] for one in used],
            budget_cost=[one[3] for one in used],
            remaining_cost=[one[3] for one in used],
            account=np.full(len(used), -1),
        ),
        expenses=make_table(
            Expenses,
            len(fixed),
            uid=[str(number) for number in range(1, len(fixed) + 1)],
            activity=[row for row, _ in fixed],
            name=["Fixed cost"] * len(fixed),
            account=np.full(len(fixed), -1),
            budget_cost=[cost for _, cost in fixed],
            remaining_cost=[cost for _, cost in fixed],
        ),
    )


def _tracked(root: Element, plan: Schedule) -> list[Schedule]:
    row_of = {uid: row for row, uid in enumerate(plan.activities.uid.tolist())}
    updates = []
    for tracking in root.iter("TrackingList"):
        date = NO_TIME
        for one in tracking:
            if one.tag == "TrackingPeriod":
                date = _time(_text(one, "EndDate"))
            elif one.tag == "TProTrackActivities-1" and date != NO_TIME:
                updates.append(_update(plan, row_of, one, date))
    return sorted(updates, key=lambda update: update.data_date)


def _update(plan: Schedule, row_of: dict[str, int], told: Element, date: int) -> Schedule:
    """The plan with the status of one tracking period."""
    acts, n = plan.activities, len(plan)
    share, worked, deviation = np.zeros(n), np.zeros(n), np.zeros(n)
    left = acts.original_duration.copy()
    start = np.full(n, NO_TIME, dtype=np.int64)
    parts = list(told)
    for key, one in zip(parts[::2], parts[1::2], strict=True):
        row = row_of[(key.text or "").strip()]
        share[row] = min(max(_number(one, "PercentageComplete"), 0.0), 1.0)
        worked[row] = _number(one, "ActualDuration")
        deviation[row] = _number(one, "ActualCostDev")
        left[row] = from_hours(_number(one, "RemainingDuration"))
        if worked[row] or share[row]:
            start[row] = _time(_text(one, "ActualStart"))
    started, done = start != NO_TIME, share >= 1.0
    lasted = [from_hours(value) for value in worked.tolist()]
    begun = [int(at) if at != NO_TIME else date for at in start.tolist()]
    ends = np.array(_finishes(plan.calendars[0], begun, lasted), dtype=np.int64)
    status = np.where(done, Status.COMPLETE, np.where(started, Status.IN_PROGRESS, 0))
    left[done] = 0
    schedule = plan.with_activities(
        status=status.astype(np.int8),
        actual_start=start,
        actual_finish=np.where(done, ends, NO_TIME),
        remaining_duration=left,
        physical_percent=100.0 * share,
    )
    whole = np.maximum(acts.original_duration / 60.0, 1e-9)
    pace = np.where(acts.original_duration > 0, worked / whole, share)
    used, fixed = plan.assignments, plan.expenses
    more = np.flatnonzero(deviation)
    extra = make_table(
        Expenses,
        more.size,
        uid=[f"d{row}" for row in more.tolist()],
        activity=more,
        name=["Cost deviation"] * more.size,
        account=np.full(more.size, -1),
        actual_cost=deviation[more],
    )
    fixed = fixed.with_columns(
        actual_cost=np.where(started[fixed.activity], fixed.budget_cost, 0.0),
        remaining_cost=np.where(started[fixed.activity], 0.0, fixed.budget_cost),
    )
    joined = {
        column: np.concatenate((values, getattr(extra, column)))
        for column, values in fixed.columns()
    }
    return replace(
        schedule,
        projects=(replace(plan.projects[0], data_date=date),),
        assignments=used.with_columns(
            actual_units=used.budget_units * pace[used.activity],
            actual_cost=used.budget_cost * pace[used.activity],
            remaining_units=used.budget_units * (1 - share[used.activity]),
            remaining_cost=used.budget_cost * (1 - share[used.activity]),
        ),
        expenses=make_table(Expenses, len(fixed) + more.size, **joined),
    )
