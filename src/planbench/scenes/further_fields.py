"""The many fields that planners look for now and then, made from tables of words and formulas.

Every family is a function that yields columns; values are worked out when a column is first shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from planbench.domain.schedule import ActivityType, Constraint, Schedule, Status
from planbench.domain.times import DAY, NO_TIME, Minutes, known, minutes_column
from planbench.scenes.columns import Column, PlanTable, Values, dates, flags, numbers, texts
from planbench.scenes.facts import in_days, minutes_per_day, variance_days

Make = Callable[[PlanTable], Values]


def further_columns() -> Iterable[Column]:
    """Columns that every schedule has, besides the usual ones."""
    yield from _stored()
    yield from _more_durations()
    yield from _calendar_parts()
    yield from _baseline_figures()
    yield from _marks()
    yield from _wbs_levels()


def number_column(
    key: str, label: str, tip: str, category: str, make: Make, decimals: int = 0, fold: str = ""
) -> Column:
    """Numbers; with `fold` "total" bands add them up."""
    source = numbers(key, make, decimals, fold)
    return Column(key, label, 76, "number", source, tip, None, category, label)


def flag_column(key: str, label: str, tip: str, category: str, make: Make) -> Column:
    """Yes or nothing."""
    return Column(key, label, 70, "flag", flags(key, make), tip, None, category, label)


def date_column(key: str, label: str, tip: str, category: str, make: Make) -> Column:
    """Dates."""
    return Column(key, label, 84, "date", dates(key, make), tip, None, category, label)


def text_column(
    key: str, label: str, tip: str, category: str, make: Make, width: int = 110
) -> Column:
    """Texts."""
    return Column(key, label, width, "text", texts(key, make), tip, None, category, label)


def _acts(name: str) -> Make:
    return lambda table: getattr(table.schedule.activities, name)


def gap_days(later: Minutes, earlier: Minutes) -> Values:
    """Calendar days from one moment to another, NaN without either."""
    there = known(later) & known(earlier)
    gap = np.where(there, later, 0) - np.where(there, earlier, 0)
    return np.where(there, gap / DAY, np.nan)


def _data_date(table: PlanTable) -> Minutes:
    """Each activity's project's data date."""
    schedule = table.schedule
    moments = np.array([*(one.data_date for one in schedule.projects), NO_TIME], dtype=np.int64)
    found: Minutes = moments[np.minimum(schedule.activities.project, moments.size - 1)]
    return found


# ---------------------------------------------------------------- as the file stores it


_STORED = {
    "early_start": "Early start", "early_finish": "Early finish",
    "late_start": "Late start", "late_finish": "Late finish",
    "start": "Start", "finish": "Finish",
}  # fmt: skip


def _stored_days(name: str, table: PlanTable) -> Values:
    minutes = getattr(table.schedule.activities, f"stored_{name}")
    return in_days(minutes, minutes_per_day(table.schedule))


def _float_moved(name: str, table: PlanTable) -> Values:
    return table.own(name) - _stored_days(name, table)


def _moved(name: str, table: PlanTable) -> Values:
    return gap_days(table.own(name), getattr(table.schedule.activities, f"stored_{name}"))


def _between(first: str, last: str, table: PlanTable) -> Values:
    return gap_days(table.own(last), table.own(first))


def _from_data_date(name: str, table: PlanTable) -> Values:
    return gap_days(table.own(name), _data_date(table))


def _stored() -> Iterable[Column]:
    category = "As stored"
    for key, words in _STORED.items():
        tip = f"{words} as the file stores it, before planbench calculated"
        yield date_column(
            f"stored_{key}", f"Stored {words.lower()}", tip, category, _acts(f"stored_{key}")
        )
        if key in ("start", "finish"):
            continue

        moved = partial(_moved, key)
        tip = f"Calculated {words.lower()} − stored {words.lower()}, calendar days"
        label = f"{words}, calculated − stored"
        yield number_column(f"stored_gap_{key}", label, tip, category, moved, 1)
    for key, words in (("total_float", "Total float"), ("free_float", "Free float")):
        make = partial(_stored_days, key)
        tip = f"{words} as the file stores it, days of the activity's calendar"
        yield number_column(f"stored_{key}", f"Stored {words.lower()}", tip, category, make, 1)
        tip = f"Calculated {words.lower()} − stored {words.lower()}, days"
        yield number_column(
            f"stored_gap_{key}",
            f"{words}, calculated − stored",
            tip,
            category,
            partial(_float_moved, key),
            1,
        )
    tip = "On the longest path by the file's own word"
    yield flag_column(
        "stored_longest_path", "Stored longest path", tip, category,
        lambda table: table.schedule.activities.stored_longest_path == 1,
    )  # fmt: skip
    for key, words in (
        ("external_early_start", "External early start"),
        ("external_late_finish", "External late finish"),
    ):
        tip = "Set by a project that is not in this file"
        yield date_column(key, words, tip, category, _acts(key))


# ---------------------------------------------------------------- durations and percents


def _actual_days(table: PlanTable) -> Values:
    """Working days behind an activity: at completion less remaining."""
    status, original = table.own("status"), table.own("original")
    done = np.maximum(original - table.own("remaining"), 0.0)
    return np.where(status == Status.NOT_STARTED, 0.0, np.where(status == Status.COMPLETE,
                    original, done))  # fmt: skip


def _final_days(table: PlanTable) -> Values:
    left = table.own("remaining") * (table.own("status") != Status.COMPLETE)
    return np.asarray(_actual_days(table) + left)


def _hours_of(make: Make, table: PlanTable) -> Values:
    found: Values = make(table) * minutes_per_day(table.schedule) / 60.0
    return found


def share_of(part: Values, whole: Values) -> Values:
    """Percent of the whole, NaN of nothing."""
    share = np.full(whole.size, np.nan)
    np.divide(100.0 * part, whole, out=share, where=whole > 0)
    return share


def _duration_percent(table: PlanTable) -> Values:
    original = table.own("original")
    return np.clip(share_of(original - table.own("remaining"), original), 0.0, 100.0)


def _more_durations() -> Iterable[Column]:
    category = "Durations and float"
    days: dict[str, tuple[str, Make, str]] = {
        "original": ("Original duration", lambda t: t.own("original"), "Original duration"),
        "actual_days": (
            "Actual duration", _actual_days,
            "Original − remaining duration; the original one when complete, 0 before the start",
        ),
        "final_days": ("At completion duration", _final_days, "Actual + remaining duration"),
        "total_float": ("Total float", lambda t: t.own("total_float"), "Late − early finish"),
        "free_float": ("Free float", lambda t: t.own("free_float"),
                       "Earliest need of its successors − early finish"),
    }  # fmt: skip
    for key, (label, make, tip) in days.items():
        if key in ("actual_days", "final_days"):
            yield number_column(key, label, f"{tip}; days of its calendar", category, make, 1)
        hours = partial(_hours_of, make)
        yield number_column(
            f"{key}_hours", f"{label}, hours", f"{tip}; working hours", category, hours
        )
    for key, label, first, last in (
        ("span", "Calendar days", "start", "finish"),
        ("baseline_span", "Baseline calendar days", "baseline_start", "baseline_finish"),
        ("early_span", "Early calendar days", "early_start", "early_finish"),
        ("late_span", "Late calendar days", "late_start", "late_finish"),
    ):
        words = f"{last.replace('_', ' ')} − {first.replace('_', ' ')}"
        yield number_column(
            key, label, f"{words.capitalize()}, calendar days", category,
            partial(_between, first, last), 1,
        )  # fmt: skip
    yield number_column(
        "float_share", "Float to remaining", "Total float / remaining duration, percent", category,
        lambda t: share_of(t.own("total_float"), t.own("remaining")),
    )  # fmt: skip
    yield flag_column(
        "negative_float", "Negative float", "Total float below zero", category,
        lambda t: t.own("total_float") < 0,
    )  # fmt: skip
    yield flag_column(
        "near_critical", "Near-critical", "Not critical, with up to 15 days of total float",
        category, lambda t: t.own("near"),
    )  # fmt: skip
    yield number_column(
        "duration_percent", "Duration % complete",
        "(Original − remaining) / original duration", "Progress",
        _duration_percent,
    )  # fmt: skip
    yield number_column(
        "physical_percent", "Physical % complete", "As entered in the file", "Progress",
        _acts("physical_percent"),
    )  # fmt: skip


# ---------------------------------------------------------------- parts of dates


_MOMENTS = {
    "start": "Start", "finish": "Finish", "early_start": "Early start",
    "early_finish": "Early finish", "late_start": "Late start", "late_finish": "Late finish",
    "baseline_start": "Baseline start", "baseline_finish": "Baseline finish",
}  # fmt: skip
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _part(name: str, part: str, table: PlanTable) -> Values:
    """A part of a moment as a number, NaN without one; 1970-01-01 was a Thursday."""
    moments = table.own(name)
    there = known(moments)
    plain = np.where(there, moments, 0)
    day = plain // DAY
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    found: Values
    if part == "year":
        found = 1970 + month // 12
    elif part == "quarter":
        found = month % 12 // 3 + 1
    elif part == "month":
        found = month % 12 + 1
    elif part == "week":  # that of its Thursday, counted in the Thursday's year
        found = _week(day - (day + 3) % 7 + 3)
    else:
        found = plain % DAY / 60.0
    return np.where(there, found, np.nan)


def _week(thursday: Values) -> Values:
    first = thursday.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]")
    return (thursday - first.astype(np.int64)) // 7 + 1


def _weekday(name: str, table: PlanTable) -> Values:
    moments = table.own(name)
    words = np.array([*_WEEKDAYS, ""], dtype=object)
    found: Values = words[np.where(known(moments), (moments // DAY + 3) % 7, 7)]
    return found


def _calendar_parts() -> Iterable[Column]:
    category = "Parts of dates"
    parts = {"year": "year", "quarter": "quarter of the year", "month": "month of the year",
             "week": "week of the year (ISO 8601)", "hour": "hour of the day"}  # fmt: skip
    for key, words in _MOMENTS.items():
        for part, told in parts.items():
            label, tip = f"{words} {part}", f"{words}: {told}"
            make = partial(_part, key, part)
            yield number_column(
                f"{key}_{part}", label, tip, category, make, 1 if part == "hour" else 0
            )
        make = partial(_weekday, key)
        yield text_column(f"{key}_weekday", f"{words} weekday", f"{words}: weekday name", category,
                    make, 60)  # fmt: skip
        yield number_column(
            f"{key}_from_dd", f"{words} from data date",
            f"{words} − data date of its project, calendar days", category,
            partial(_from_data_date, key), 1,
        )  # fmt: skip


# ---------------------------------------------------------------- baselines


def _of(place: int, name: str, table: PlanTable) -> Any:
    """A column of the first, second or third baseline; NaN or NO_TIME without one."""
    extras, n = table.extras, len(table.schedule)
    found = (extras.first, *extras.baselines, None, None, None)[place]
    if found is None or len(found.columns) != n:
        return np.full(n, np.nan) if name == "cost" else minutes_column(n)
    return getattr(found.columns, name)


def _base_days(place: int, table: PlanTable) -> Values:
    return in_days(_of(place, "duration", table), minutes_per_day(table.schedule))


def _final_cost(table: PlanTable) -> Values:
    schedule, total = table.schedule, np.zeros(len(table.schedule))
    for part in (schedule.assignments, schedule.expenses):
        cost = part.actual_cost + part.remaining_cost
        total += np.bincount(part.activity, cost, total.size)[: total.size]
    return total


def _planned_share(place: int, table: PlanTable) -> Values:
    """Percent of the baseline's span that lies before the data date."""
    start, finish = _of(place, "start", table), _of(place, "finish", table)
    there = known(start) & known(finish) & known(_data_date(table))
    span, run = gap_days(finish, start), gap_days(_data_date(table), start)
    part = np.where(span > 0, 100.0 * run / np.where(span > 0, span, 1.0), 100.0 * (run >= 0))
    return np.where(there, np.clip(part, 0.0, 100.0), np.nan)


def _duration_variance(place: int, table: PlanTable) -> Values:
    return _base_days(place, table) - _final_days(table)


def _cost_variance(place: int, table: PlanTable) -> Values:
    return np.asarray(_of(place, "cost", table) - _final_cost(table))


def _planned_value(place: int, table: PlanTable) -> Values:
    return np.asarray(_of(place, "cost", table) * _planned_share(place, table) / 100.0)


def _start_variance(place: int, table: PlanTable) -> Values:
    return variance_days(table.own("start"), _of(place, "start", table))


def _passed(place: int, end: str, table: PlanTable) -> Values:
    moments = _of(place, end, table)
    return np.asarray(known(moments) & (moments < _data_date(table)))


def _not_begun(place: int, table: PlanTable) -> Values:
    return np.asarray(_passed(place, "start", table) & (table.own("status") == Status.NOT_STARTED))


def _not_done(place: int, table: PlanTable) -> Values:
    return np.asarray(_passed(place, "finish", table) & (table.own("status") != Status.COMPLETE))


def _baseline_figures() -> Iterable[Column]:
    category = "Baseline"
    for place, words in enumerate(("Baseline", "Baseline 2", "Baseline 3")):
        key = words.lower().replace(" ", "")
        days, share = partial(_base_days, place), partial(_planned_share, place)
        cost = partial(_of, place, "cost")
        yield number_column(f"{key}_duration", f"{words} duration",
                      f"Original duration in {words.lower()}, days", category, days, 1)  # fmt: skip
        yield number_column(
            f"{key}_duration_variance", f"{words} duration variance",
            f"{words} duration − at completion duration, days; negative is longer", category,
            partial(_duration_variance, place), 1,
        )  # fmt: skip
        yield number_column(
            f"{key}_cost",
            f"{words} cost",
            f"Budget in {words.lower()}; a band adds up",
            category,
            cost,
            0,
            "total",
        )
        yield number_column(
            f"{key}_cost_variance", f"{words} cost variance",
            f"{words} cost − cost at completion; negative is dearer", category,
            partial(_cost_variance, place), 0, "total",
        )  # fmt: skip
        yield number_column(f"{key}_planned_percent", f"{words} planned %",
                      f"Part of the span in {words.lower()} that lies before the data date",
                      category, share)  # fmt: skip
        yield number_column(
            f"{key}_planned_value", f"{words} planned value",
            f"{words} cost × its planned %, linear in time; a band adds up", category,
            partial(_planned_value, place), 0, "total",
        )  # fmt: skip
        yield flag_column(
            f"{key}_late_start", f"{words}: not begun in time",
            f"Its start in {words.lower()} lies before the data date and it has not begun",
            category,
            partial(_not_begun, place),
        )  # fmt: skip
        yield flag_column(
            f"{key}_late_finish", f"{words}: not done in time",
            f"Its finish in {words.lower()} lies before the data date and it is not complete",
            category,
            partial(_not_done, place),
        )  # fmt: skip
        if place:
            yield number_column(
                f"{key}_start_variance", f"{words} start variance",
                f"{words} start − start, calendar days; negative is later", category,
                partial(_start_variance, place),
            )  # fmt: skip


# ---------------------------------------------------------------- marks of activities


def _count(table_name: str, table: PlanTable) -> Values:
    rows = getattr(table.schedule, table_name).activity
    return np.bincount(rows[rows >= 0], minlength=len(table.schedule)).astype(np.float64)


def _step_percent(table: PlanTable) -> Values:
    steps, n = table.schedule.steps, len(table.schedule)
    weight = np.bincount(steps.activity, steps.weight, n)[:n]
    done = np.bincount(steps.activity, steps.weight * steps.percent / 100.0, n)[:n]
    return share_of(done, weight)


def _joined(name: str, table: PlanTable) -> Values:
    notes, found = table.schedule.notes, np.full(len(table.schedule), "", dtype=object)
    pairs = zip(notes.activity.tolist(), getattr(notes, name).tolist(), strict=True)
    for row, text in pairs:
        if row >= 0:
            found[row] = f"{found[row]}; {text}" if found[row] else str(text)
    return found


_AT_FINISH = (Constraint.FINISH_ON_OR_AFTER, Constraint.FINISH_ON_OR_BEFORE, Constraint.FINISH_ON,
              Constraint.MANDATORY_FINISH)  # fmt: skip


def _to_constraint(suffix: str, table: PlanTable) -> Values:
    acts = table.schedule.activities
    kind, date = getattr(acts, f"constraint{suffix}"), getattr(acts, f"constraint{suffix}_date")
    return gap_days(
        date, np.where(np.isin(kind, _AT_FINISH), table.own("finish"), table.own("start"))
    )


def _to_date(name: str, table: PlanTable) -> Values:
    return gap_days(getattr(table.schedule.activities, name), table.own("finish"))


def _is_type(kinds: tuple[ActivityType, ...], table: PlanTable) -> Values:
    return np.isin(table.schedule.activities.type, kinds)


def _marks() -> Iterable[Column]:
    of_type = {
        "is_milestone": ("Milestone", (ActivityType.START_MILESTONE,
                                       ActivityType.FINISH_MILESTONE)),
        "is_effort": ("Level of effort", (ActivityType.LEVEL_OF_EFFORT,)),
        "is_summary": ("WBS summary", (ActivityType.WBS_SUMMARY,)),
        "is_resource_dependent": ("Resource dependent", (ActivityType.RESOURCE_DEPENDENT,)),
    }  # fmt: skip
    for key, (label, kinds) in of_type.items():
        yield flag_column(key, label, f"Its type is {label.lower()}", "General",
                    partial(_is_type, kinds))  # fmt: skip
    for key, label, tip, category in (
        ("manual", "Scheduled by hand", "Keeps its planned dates", "General"),
        ("inactive", "Inactive", "Stays in the plan but passes no dates on", "General"),
        ("elapsed", "Elapsed duration", "Its durations run round the clock", "General"),
        ("fixed_duration", "Fixed duration", "Assignments do not change it", "Resources"),
        ("ignore_resource_calendar", "On its own calendar",
         "Assignments work on the activity's calendar alone", "Resources"),
        ("calendar_chosen", "Calendar chosen", "The calendar is the activity's own choice",
         "General"),
    ):  # fmt: skip
        yield flag_column(key, label, tip, category, _acts(key))
    yield text_column("uid", "Source ID", "Its id in the source: task_id, ObjectId, UID", "General",
                lambda t: np.array([str(one) for one in t.schedule.activities.uid.tolist()],
                                   dtype=object), 90)  # fmt: skip
    yield flag_column("is_started", "Started", "It has an actual start", "Progress",
                lambda t: t.own("started"))  # fmt: skip
    yield flag_column("is_finished", "Finished", "It has an actual finish", "Progress",
                lambda t: t.own("finished"))  # fmt: skip
    for key, label, table_name, category in (
        ("steps", "Steps", "steps", "Progress"), ("notes", "Notes", "notes", "General"),
        ("parts", "Parts", "splits", "Progress"),
    ):  # fmt: skip
        yield number_column(f"count_{key}", label, f"Number of its {key}", category,
                      partial(_count, table_name))  # fmt: skip
    yield number_column("step_percent", "Steps % complete",
                  "Average of its steps' percents by their weights", "Progress",
                  _step_percent)  # fmt: skip
    yield text_column("note_topics", "Note topics", "Topics of its notes", "General",
                partial(_joined, "topic"))  # fmt: skip
    yield text_column("note_texts", "Note texts", "Its notes in a row", "General",
                partial(_joined, "text"), 200)  # fmt: skip
    yield number_column("levelling_priority", "Levelling priority", "0 is levelled first, 4 last",
                  "Resources", lambda t: t.schedule.activities.levelling_priority.astype(float)
                  )  # fmt: skip
    yield number_column("levelling_delay", "Levelling delay",
                  "Calendar days by which levelling moves the start", "Resources",
                  lambda t: t.schedule.activities.levelling_delay / DAY, 1)  # fmt: skip
    for suffix, words in (("", "Constraint"), ("2", "Second constraint")):
        yield number_column(f"to_constraint{suffix}", f"{words} margin",
                      f"Date of the {words.lower()} − the start or finish it binds, calendar days",
                      "Constraints", partial(_to_constraint, suffix), 1)  # fmt: skip
    for key, label in (("deadline", "Deadline margin"), ("expected_finish", "Expected margin")):
        yield number_column(f"to_{key}", label,
                      f"{key.replace('_', ' ').capitalize()} − finish, calendar days",
                      "Constraints", partial(_to_date, key),
                      1)  # fmt: skip


# ---------------------------------------------------------------- WBS and project


LEVELS = 8


def _wbs_paths(schedule: Schedule) -> list[list[int]]:
    """Rows from the top for each WBS element; parents come before their children."""
    paths: list[list[int]] = []
    for row, above in enumerate(schedule.wbs.parent.tolist()):
        paths.append([*(paths[above] if 0 <= above < row else []), row])
    return paths


def _level(number: int, name: str, table: PlanTable) -> Values:
    schedule = table.schedule
    paths = table.once("wbs paths", lambda: _wbs_paths(schedule))
    words = getattr(schedule.wbs, name)
    plain = [str(words[path[number]]) if len(path) > number else "" for path in paths]
    rows = schedule.activities.wbs
    found: Values = np.array([*plain, ""], dtype=object)[rows]  # -1 is the empty one at the end
    return found


def _depth(table: PlanTable) -> Values:
    paths = table.once("wbs paths", lambda: _wbs_paths(table.schedule))
    lengths = np.array([*map(len, paths), 0], dtype=np.float64)
    found: Values = lengths[table.schedule.activities.wbs]
    return found


def _of_project(name: str, table: PlanTable) -> Values:
    projects, rows = table.schedule.projects, table.schedule.activities.project
    if name == "name":
        words = np.array([*(one.name for one in projects), ""], dtype=object)
    else:
        words = np.array([*(getattr(one, name) for one in projects), NO_TIME], dtype=np.int64)
    found: Values = words[np.minimum(rows, len(projects))]
    return found


def _wbs_levels() -> Iterable[Column]:
    category = "WBS and project"
    for number in range(LEVELS):
        for name, words in (("name", "WBS level"), ("code", "WBS code, level")):
            key, tip = (
                f"wbs_{name}_{number + 1}",
                f"{name.capitalize()} of the WBS element at level",
            )
            yield text_column(key, f"{words} {number + 1}", f"{tip} {number + 1}", category,
                        partial(_level, number, name))  # fmt: skip
    yield number_column("wbs_depth", "WBS depth", "Levels of the WBS above it", category, _depth)
    yield text_column("project_name", "Project name", "Name of its project", category,
                partial(_of_project, "name"))  # fmt: skip
    for key, label in (("data_date", "Data date"), ("planned_start", "Project planned start"),
                       ("must_finish_by", "Project must finish by")):  # fmt: skip
        yield date_column(f"project_{key}", label, f"{label} of its project", category,
                    partial(_of_project, key))  # fmt: skip
    yield number_column("hours_per_day", "Hours per day", "Working hours that count as a day",
                  "General", lambda t: minutes_per_day(t.schedule) / 60.0, 1)  # fmt: skip
