"""Recalculating a document's dates, and telling the result in the shape of `planbench schedule`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.schedule import (
    ActivityType,
    Critical,
    FloatType,
    LagCalendar,
    Logic,
    Schedule,
    ScheduleOptions,
    Status,
)
from planbench.domain.times import NO_TIME, Minutes, from_hours, to_hours, to_iso
from planbench.services.document import Document

_WORDS: dict[str, dict[str, Any]] = {
    "logic": {
        "retained": Logic.RETAINED,
        "override": Logic.OVERRIDE,
        "actual": Logic.ACTUAL_DATES,
    },
    "lag_calendar": {
        "predecessor": LagCalendar.PREDECESSOR,
        "successor": LagCalendar.SUCCESSOR,
        "project": LagCalendar.PROJECT,
        "24h": LagCalendar.ROUND_THE_CLOCK,
    },
    "float": {
        "finish": FloatType.FINISH,
        "start": FloatType.START,
        "smallest": FloatType.SMALLEST,
    },
    "critical": {"total_float": Critical.TOTAL_FLOAT, "longest_path": Critical.LONGEST_PATH},
}
_FIELDS = {"float": "float_type"}
_SWITCHES = (
    "open_ends_critical",
    "use_expected_finish",
    "lag_from_early_start",
    "float_to_project_finish",
    "ignore_external",
)
_YES_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def options_with(base: ScheduleOptions, settings: Sequence[str]) -> ScheduleOptions:
    """Scheduling options changed by `KEY=VALUE` words, as on the command line.

    Raises ModelError that names the key and what it can be.
    """
    changed: dict[str, Any] = {}
    for setting in settings:
        key, separator, value = setting.partition("=")
        key, value = key.strip(), value.strip().lower()
        if not separator:
            raise ModelError(f"'{setting}' is not KEY=VALUE", "--option")
        if key in _WORDS:
            changed[_FIELDS.get(key, key)] = _one_of(key, value, _WORDS[key])
        elif key in _SWITCHES:
            changed[key] = _one_of(key, value, _YES_NO)
        elif key == "critical_threshold_h":
            try:
                changed["critical_threshold"] = from_hours(float(value))
            except ValueError:
                raise ModelError(f"'{value}' is not a number of hours", f"--option {key}") from None
        else:
            known = ", ".join((*_WORDS, *_SWITCHES, "critical_threshold_h"))
            raise ModelError(f"there is no option '{key}'", "--option", f"Known are {known}.")
    return replace(base, **changed)


def _one_of(key: str, value: str, words: dict[str, Any]) -> Any:
    if value not in words:
        raise ModelError(
            f"'{value}' is not possible", f"--option {key}", f"Use one of {', '.join(words)}."
        )
    return words[value]


def with_options(
    schedule: Schedule, settings: Sequence[str], engine: str | None = None
) -> Schedule:
    """The same schedule with the options of all its projects changed by `KEY=VALUE` words.

    `engine` is "p6", "msp" or None for the one that the file's format implies.
    """
    if not settings and engine is None:
        return schedule
    projects = []
    for project in schedule.projects:
        options = options_with(project.options, settings)
        if engine is not None:
            options = replace(options, engine=engine)
        projects.append(replace(project, options=options))
    return replace(schedule, projects=tuple(projects))


def recalculate(document: Document) -> None:
    """Schedule the document: sets `cpm` and `agreement`, or `problem` when it cannot be done."""
    from planbench.services.agreement import compare_with_stored

    calculate_dates(document)
    document.agreement = None
    if document.cpm is not None:
        document.agreement = compare_with_stored(document.schedule, document.cpm)


def calculate_dates(document: Document) -> None:
    """The same without comparing the dates with the stored ones: `agreement` stays as it is.

    After an edit of durations alone, only what they reach is dated anew.
    """
    from planbench.engines.cpm import follows_msp, schedule_network

    before, document.dated = document.dated, None
    try:
        if follows_msp(document.schedule):
            document.cpm = schedule_network(document.schedule)
        else:
            from planbench.engines.cpm.again import schedule_again

            document.dated = schedule_again(document.schedule, before)
            document.cpm = document.dated.result
    except PlanbenchError as error:
        document.cpm, document.problem = None, error.line
        return
    document.problem = ""


_TYPE_WORDS = {
    ActivityType.TASK: "task",
    ActivityType.START_MILESTONE: "start-milestone",
    ActivityType.FINISH_MILESTONE: "finish-milestone",
    ActivityType.LEVEL_OF_EFFORT: "loe",
    ActivityType.WBS_SUMMARY: "wbs-summary",
    ActivityType.RESOURCE_DEPENDENT: "resource",
}
_STATUS_WORDS = {
    Status.NOT_STARTED: "not-started",
    Status.IN_PROGRESS: "in-progress",
    Status.COMPLETE: "complete",
}


def options_json(options: ScheduleOptions) -> dict[str, Any]:
    """Options in the words of the command line."""
    words: dict[str, Any] = {}
    for key, choices in _WORDS.items():
        value = getattr(options, _FIELDS.get(key, key))
        words[key] = next(word for word, choice in choices.items() if choice == value)
    words["critical_threshold_h"] = options.critical_threshold / 60.0
    for item in fields(options):
        if item.name in _SWITCHES:
            words[item.name] = bool(getattr(options, item.name))
    words["engine"] = options.engine
    return words


def schedule_json(document: Document) -> list[dict[str, Any]]:
    """`projects` of `planbench schedule`: recalculated and stored values of every activity.

    The document must have been recalculated; a project without activities has an empty list.
    """
    schedule, cpm, agreement = document.schedule, document.cpm, document.agreement
    if cpm is None or agreement is None:
        raise PlanbenchError(document.problem or "the schedule was not calculated")
    acts = schedule.activities
    stored = {
        "early_start": _isos(acts.stored_early_start),
        "early_finish": _isos(acts.stored_early_finish),
        "late_start": _isos(acts.stored_late_start),
        "late_finish": _isos(acts.stored_late_finish),
        "remaining_start": _isos(acts.stored_start),
        "remaining_finish": _isos(acts.stored_finish),
        "total_float_h": _hours(acts.stored_total_float),
        "free_float_h": _hours(acts.stored_free_float),
        "longest_path": [None if v < 0 else bool(v) for v in acts.stored_longest_path.tolist()],
    }
    columns: dict[str, list[Any]] = {
        "id": acts.code.tolist(),
        "uid": acts.uid.tolist(),
        "status": [_STATUS_WORDS[Status(v)] for v in acts.status.tolist()],
        "type": [_TYPE_WORDS[ActivityType(v)] for v in acts.type.tolist()],
        "early_start": _isos(cpm.early_start),
        "early_finish": _isos(cpm.early_finish),
        "late_start": _isos(cpm.late_start),
        "late_finish": _isos(cpm.late_finish),
        "total_float_h": _hours(cpm.total_float),
        "free_float_h": _hours(cpm.free_float),
        "critical": cpm.critical.tolist(),
        "longest_path": cpm.longest_path.tolist(),
        "stored": [
            dict(zip(stored, row, strict=True)) for row in zip(*stored.values(), strict=True)
        ],
    }
    projects = []
    for number, project in enumerate(schedule.projects):
        rows = np.flatnonzero(acts.project == number).tolist()
        projects.append(
            {
                "id": project.code,
                "uid": project.uid,
                "data_date": to_iso(project.data_date),
                "finish": to_iso(int(cpm.project_finish[number])),
                "options": options_json(project.options),
                "activities": [
                    {key: column[row] for key, column in columns.items()} for row in rows
                ],
                "agreement": agreement.as_json(number),
            }
        )
    return projects


def _isos(values: Minutes) -> list[str | None]:
    """`YYYY-MM-DDTHH:MM` of a whole column, None where there is no value."""
    there = values != NO_TIME
    texts = np.datetime_as_string(np.where(there, values, 0).astype("datetime64[m]")).tolist()
    return [text if known else None for text, known in zip(texts, there.tolist(), strict=True)]


def _hours(values: Minutes) -> list[float | None]:
    return [to_hours(value) for value in values.tolist()]


def summary_json(document: Document) -> dict[str, Any]:
    """`projects` of `planbench info`: what is in the file, without calculating anything."""
    schedule = document.schedule
    acts = schedule.activities
    projects = []
    for number, project in enumerate(schedule.projects):
        mine = acts.project == number
        links = acts.project[schedule.relationships.successor] == number
        projects.append(
            {
                "id": project.code,
                "uid": project.uid,
                "name": project.name,
                "exported": project.exported,
                "data_date": to_iso(project.data_date),
                "planned_start": to_iso(project.planned_start),
                "must_finish_by": to_iso(project.must_finish_by),
                "activities": int(mine.sum()),
                "by_status": _counts(acts.status[mine], _STATUS_WORDS),
                "by_type": _counts(acts.type[mine], _TYPE_WORDS),
                "relationships": int(links.sum()),
                "options": options_json(project.options),
            }
        )
    tables: dict[str, Callable[[], int]] = {
        "calendars": lambda: len(schedule.calendars),
        "wbs": lambda: len(schedule.wbs),
        "activity_codes": lambda: len(schedule.code_values),
        "user_defined_fields": lambda: len(schedule.udf_types),
        "resources": lambda: len(schedule.resources),
        "assignments": lambda: len(schedule.assignments),
        "expenses": lambda: len(schedule.expenses),
        "cost_accounts": lambda: len(schedule.accounts),
        "external_links": lambda: len(schedule.external_links),
        "notes": lambda: len(schedule.notes),
        "baselines": lambda: len(schedule.baselines),
    }
    source = schedule.source
    return {
        "exporter": {
            "format": source.format,
            "version": source.version or None,
            "exported": to_iso(source.exported),
            "encoding": source.encoding or None,
        },
        "projects": projects,
        "counts": {name: count() for name, count in tables.items()},
    }


def _counts(column: Any, words: dict[Any, str]) -> dict[str, int]:
    values, counts = np.unique(column, return_counts=True)
    kinds = {int(key): word for key, word in words.items()}
    return {kinds[v]: c for v, c in zip(values.tolist(), counts.tolist(), strict=True)}
