"""Every field of a schedule as a column: what tables show, filters ask and groups stand by.

Ids are stable from schedule to schedule, so that a layout or a filter made for one serves another:
codes and fields of the user go by their names.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from planbench.domain.schedule import NO_ROW, ActivityType, Flags, Numbers, Schedule, Status
from planbench.domain.times import DAY, known
from planbench.scenes.columns import (
    CONSTRAINT_WORDS,
    PERCENT_WORDS,
    STATUS_WORDS,
    TYPE_WORDS,
    Column,
    Extras,
    PlanTable,
    Source,
    Values,
    activity_dates,
    activity_texts,
    fact_dates,
    fact_durations,
    fact_flags,
    fact_numbers,
    flags,
    float_roles,
    muted,
    numbers,
    texts,
    variance_roles,
    words,
)
from planbench.scenes.facts import in_days, minutes_per_day
from planbench.scenes.formats import days_text, number_text
from planbench.scenes.more_fields import more_columns
from planbench.scenes.outline import Ranks, rank_numbers

DEFAULT_COLUMNS = ("name", "id", "remaining", "start", "finish", "float", "percent", "variance")
NARROW_COLUMNS = ("name", "remaining", "start", "finish", "float", "variance")

CRITICAL_WORDS = np.array(["Critical", "Near-critical", "Others"], dtype=object)


def columns_of(schedule: Schedule, extras: Extras | None = None) -> dict[str, Column]:
    """All columns of a schedule by id, in the chooser's order; one for each metric that flags."""
    made = [*_main(schedule), *_dates(), *_durations(), *_status(), *_network()]
    made += more_columns(schedule, extras or Extras())
    return {column.id: column for column in made}


def same_columns(
    schedule: Schedule, before: Schedule, extras: Extras, extras_before: Extras
) -> bool:
    """Whether `columns_of` finds nothing new: what it looks at are the very same tables."""
    return (
        schedule.activities.code is before.activities.code
        and schedule.code_types is before.code_types
        and schedule.udf_types is before.udf_types
        and schedule.assignments is before.assignments
        and schedule.expenses is before.expenses
        and extras.reports is extras_before.reports
        and extras.own is extras_before.own
    )


def _main(schedule: Schedule) -> Iterable[Column]:
    longest = max(map(len, schedule.activities.code.tolist()), default=0)
    name = activity_texts("name")
    return (
        Column(
            "name",
            "Activity name",
            276,
            "name",
            Source(name.values, _name_texts, name.rank),
            "Name of the activity or WBS element",
        ),
        Column(
            "id",
            "ID",
            min(max(60, 18 + 8 * longest), 132),
            "text",
            activity_texts("code"),
            "Activity ID, as in the source",
            muted,
            label="Activity ID",
        ),
        Column("type", "Type", 112, "text", words("type", TYPE_WORDS), "Activity type"),
        Column(
            "calendar",
            "Calendar",
            140,
            "text",
            texts("calendar", _calendars),
            "The calendar it works by",
        ),
        Column("wbs", "WBS", 140, "text", texts("wbs", _wbs), "Name of the WBS element"),
        Column(
            "wbs_path",
            "WBS path",
            220,
            "text",
            texts("wbs_path", _wbs_paths),
            "Codes of the WBS elements from the top, with dots between",
        ),
        Column("project", "Project", 90, "text", texts("project", _projects), "Project's ID"),
    )


def _dates() -> Iterable[Column]:
    category = "Dates"
    return (
        Column(
            "start",
            "Start",
            96,
            "date",
            fact_dates("start", "started"),
            "Actual start where there is one (A), else early start",
            category=category,
        ),
        Column(
            "finish",
            "Finish",
            96,
            "date",
            fact_dates("finish", "finished"),
            "Actual finish where there is one (A), else early finish",
            category=category,
        ),
        *(
            Column(one, title, 84, "date", fact_dates(one), tip, category=category)
            for one, title, tip in (
                (
                    "early_start",
                    "Early start",
                    "Forward pass: the earliest its logic allows",
                ),
                ("early_finish", "Early finish", "Forward pass: early start plus remaining work"),
                ("late_start", "Late start", "Backward pass: late finish less remaining work"),
                ("late_finish", "Late finish", "Backward pass: the latest that delays no finish"),
            )
        ),
        *(
            Column(one, title, 84, "date", activity_dates(one), tip, category=category)
            for one, title, tip in (
                ("actual_start", "Actual start", "When work began"),
                ("actual_finish", "Actual finish", "When work was done"),
                ("planned_start", "Planned start", "As planned before progress, from the file"),
                ("planned_finish", "Planned finish", "As planned before progress, from the file"),
                ("expected_finish", "Expected\nfinish", "Sets the remaining duration, if wished"),
                ("suspend", "Suspended", "Work pauses from here"),
                ("resume", "Resumed", "Work goes on from here"),
                ("deadline", "Deadline", "Microsoft Project's deadline: caps the late finish"),
            )
        ),
        Column(
            "constraint",
            "Constraint",
            126,
            "text",
            words("constraint", CONSTRAINT_WORDS),
            "Primary constraint",
            category="Constraints",
        ),
        Column(
            "constraint_date",
            "Constraint\ndate",
            84,
            "date",
            activity_dates("constraint_date"),
            "Date of the primary constraint",
            category="Constraints",
        ),
        Column(
            "constraint2",
            "Second\nconstraint",
            126,
            "text",
            words("constraint2", CONSTRAINT_WORDS),
            "A second bound on its dates, beside the primary one",
            category="Constraints",
        ),
        Column(
            "constraint2_date",
            "Second\nconstr. date",
            84,
            "date",
            activity_dates("constraint2_date"),
            "Date of the second constraint",
            category="Constraints",
            label="Second constraint date",
        ),
    )


def _durations() -> Iterable[Column]:
    category = "Durations and float"
    return (
        Column(
            "remaining",
            "Rem.\ndur.",
            50,
            "number",
            fact_durations("remaining"),
            "Remaining duration, days of the activity's calendar",
            category=category,
            label="Remaining duration",
        ),
        Column(
            "original",
            "Orig.\ndur.",
            50,
            "number",
            fact_durations("original"),
            "Original duration, days of the activity's calendar",
            category=category,
            label="Original duration",
        ),
        Column(
            "float",
            "Total\nfloat",
            56,
            "float",
            fact_numbers("total_float", days_text),
            "Total float = late finish − early finish, days of the activity's calendar; "
            "a band shows its smallest",
            float_roles,
            category,
        ),
        Column(
            "free_float",
            "Free\nfloat",
            50,
            "number",
            fact_numbers("free_float", days_text),
            "Free float = earliest date its successors need − early finish, "
            "days of the activity's calendar",
            category=category,
        ),
        Column(
            "longest_path",
            "Longest\npath",
            62,
            "flag",
            fact_flags("longest_path"),
            "On the longest path, traced back from the latest finish",
            category=category,
        ),
        Column(
            "critical",
            "Critical",
            90,
            "text",
            Source(_critical, _critical_texts, _critical_rank),
            "By the longest path or by total float, as chosen in the toolbar; near-critical is "
            "up to 15 days of float",
            category=category,
        ),
    )


def _status() -> Iterable[Column]:
    category = "Progress"
    order = (Status.IN_PROGRESS, Status.NOT_STARTED, Status.COMPLETE)
    return (
        Column(
            "status",
            "Status",
            88,
            "text",
            words("status", STATUS_WORDS, tuple(int(one) for one in order)),
            "Not started, in progress or complete",
            category=category,
        ),
        Column(
            "percent",
            "%",
            40,
            "number",
            fact_numbers("percent", number_text),
            "Percent complete by the activity's own type: duration = (original − remaining) / "
            "original, units = actual / (actual + remaining), physical as entered; "
            "a band weighs by original duration",
            category=category,
            label="Percent complete",
        ),
        Column(
            "percent_type",
            "Percent\ntype",
            80,
            "text",
            words("percent_type", PERCENT_WORDS),
            "What percent complete is measured by",
            category=category,
        ),
        *(
            Column(
                f"{end}_variance" if end == "start" else "variance",
                f"BL {end}\nvar.",
                62,
                "number",
                fact_numbers(f"{end}_variance", _variance),
                f"Baseline {end} − {end}, calendar days; negative is later",
                variance_roles(f"{end}_variance"),
                "Baseline",
                f"Baseline {end} variance",
            )
            for end in ("finish", "start")
        ),
        *(
            Column(
                f"baseline_{end}",
                f"BL {end}",
                84,
                "date",
                fact_dates(f"baseline_{end}"),
                f"{end.capitalize()} in the baseline",
                category="Baseline",
                label=f"Baseline {end}",
            )
            for end in ("start", "finish")
        ),
    )


def _network() -> Iterable[Column]:
    return (
        Column(
            "predecessors",
            "Preds",
            50,
            "number",
            numbers("predecessors", lambda table: _links_of(table.schedule, incoming=True)),
            "Number of predecessors in this file",
            category="Logic",
            label="Predecessors",
        ),
        Column(
            "successors",
            "Succs",
            50,
            "number",
            numbers("successors", lambda table: _links_of(table.schedule, incoming=False)),
            "Number of successors in this file",
            category="Logic",
            label="Successors",
        ),
        Column(
            "open_end",
            "Open\nend",
            50,
            "flag",
            flags("open_end", lambda table: open_ends(table.schedule)),
            "Without a predecessor or without a successor",
            category="Logic",
        ),
        Column(
            "duration_hours",
            "Rem. dur.\nhours",
            64,
            "number",
            numbers("duration_hours", _hours),
            "Remaining duration in working hours",
            category="Durations and float",
            label="Remaining hours",
        ),
        Column(
            "float_start",
            "Start\nfloat",
            50,
            "number",
            numbers("float_start", _start_float, 1),
            "Late start − early start, calendar days",
            category="Durations and float",
        ),
    )


def open_ends(schedule: Schedule) -> Flags:
    """Activities without a predecessor or without a successor, links to other files counted.

    Levels of effort and WBS summaries take their dates from elsewhere and are left out.
    """
    n, links, outside = len(schedule), schedule.relationships, schedule.external_links
    driven = np.zeros(n, dtype=bool)
    drives = np.zeros(n, dtype=bool)
    driven[links.successor] = True
    drives[links.predecessor] = True
    driven[outside.activity[outside.incoming]] = True
    drives[outside.activity[~outside.incoming]] = True
    kinds = (ActivityType.LEVEL_OF_EFFORT, ActivityType.WBS_SUMMARY)
    return np.asarray(~(driven & drives) & ~np.isin(schedule.activities.type, kinds))


# ---------------------------------------------------------------- what they read


def _variance(value: float) -> str:
    return number_text(value, sign=True)


def _name_texts(table: PlanTable, nodes: Values) -> list[str]:
    bands = table.outline.bands
    own, band = table.schedule.activities.name, table.outline.band_name
    schedule = table.schedule
    return [band(schedule, n) if n < bands else str(own[n - bands]) for n in nodes.tolist()]


def named(names: Iterable[str], rows: Values) -> Values:
    """Each row's name, empty where it refers to none."""
    plain = np.array([*names, ""], dtype=object)
    inside = (rows >= 0) & (rows < plain.size - 1)
    found: Values = plain[np.where(inside, rows, plain.size - 1)]
    return found


def _calendars(table: PlanTable) -> Values:
    schedule = table.schedule
    return named((one.name for one in schedule.calendars), schedule.activities.calendar)


def _projects(table: PlanTable) -> Values:
    schedule = table.schedule
    return named((one.code for one in schedule.projects), schedule.activities.project)


def _wbs(table: PlanTable) -> Values:
    schedule = table.schedule
    return named(map(str, schedule.wbs.name.tolist()), schedule.activities.wbs)


def _wbs_paths(table: PlanTable) -> Values:
    schedule, paths = table.schedule, list[str]()
    for code, above in zip(schedule.wbs.code.tolist(), schedule.wbs.parent.tolist(), strict=True):
        inside = above != NO_ROW and above < len(paths)  # parents come before their children
        paths.append(f"{paths[above]}.{code}" if inside else str(code))
    return named(paths, schedule.activities.wbs)


def _links_of(schedule: Schedule, incoming: bool) -> Numbers:
    ends = schedule.relationships.successor if incoming else schedule.relationships.predecessor
    return np.bincount(ends, minlength=len(schedule)).astype(np.float64)


def _hours(table: PlanTable) -> Values:
    return table.own("remaining") * minutes_per_day(table.schedule) / 60.0


def _start_float(table: PlanTable) -> Values:
    early, late = table.own("early_start"), table.own("late_start")
    there = known(early) & known(late) & ~table.own("finished")
    gap = np.where(there, late, 0) - np.where(there, early, 0)
    return np.where(there, in_days(gap, np.full(gap.size, float(DAY))), np.nan)


def _critical_codes(table: PlanTable) -> Values:
    return np.where(table.own("critical"), 0, np.where(table.own("near"), 1, 2))


def _critical(table: PlanTable) -> Values:
    found: Values = CRITICAL_WORDS[_critical_codes(table)]
    return found


def _critical_texts(table: PlanTable, nodes: Values) -> list[str]:
    facts = table.facts
    codes = np.where(facts.critical[nodes], 0, np.where(facts.near[nodes], 1, 2)).tolist()
    return ["" if code == 2 else str(CRITICAL_WORDS[code]) for code in codes]


def _critical_rank(table: PlanTable, descending: bool) -> Ranks:
    return rank_numbers(_critical_codes(table).astype(np.int64), descending)
