"""Projects of several schedules side by side: their ids, options, data dates and currencies."""

from __future__ import annotations

from dataclasses import fields, replace

from planbench.domain.schedule import Project, ScheduleOptions
from planbench.domain.times import NO_TIME, to_iso
from planbench.engines.merge.parts import MergeOptions, Notes, Placing, free_name, fresh_uids

NEAR = 7 * 1440
"""Data dates that lie no further apart than this are told, but do not hinder a programme."""


def merge_projects(placings: list[Placing], options: MergeOptions, notes: Notes) -> list[Project]:
    """All projects in the order of the parts; sets where each part's stand.

    A project that only came along as a stub, while the whole of it is in another part, is left
    out; `Placing.rows` leads to the whole one.
    """
    whole = _whole_projects(placings)
    made: list[Project] = []
    taken: set[str] = set()
    standing: dict[tuple[int, int], int] = {}
    for number, placing in enumerate(placings):
        for own, project in enumerate(placing.part.schedule.projects):
            if _stands_for(placing, own, number, whole) is not None:
                continue
            standing[number, own] = len(made)
            made.append(_placed(placing, project, taken, options, notes))
    for number, placing in enumerate(placings):
        rows, kept = [], []
        for own, project in enumerate(placing.part.schedule.projects):
            other = _stands_for(placing, own, number, whole)
            rows.append(standing[other if other is not None else (number, own)])
            kept.append(other is None)
            if other is not None:
                notes.add(
                    "stub-replaced",
                    "info",
                    f"{placing.part.name}, project {project.code}",
                    "it came along for its links alone",
                    f"the whole project of {placings[other[0]].part.name} taken",
                )
        placing.place("projects", rows, kept)
    made = _data_dates(made, options, notes)
    _tell_differences(made, notes)
    uids = fresh_uids([project.uid for project in made])
    for placing in placings:
        placing.project_uids = uids
    return [replace(project, uid=uid) for project, uid in zip(made, uids, strict=True)]


def _whole_projects(placings: list[Placing]) -> dict[tuple[str, str], tuple[int, int]]:
    """(part, row) of every exported project by uid and id; the first where they repeat."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for number, placing in enumerate(placings):
        for own, project in enumerate(placing.part.schedule.projects):
            if project.exported:
                found.setdefault((project.uid, project.code), (number, own))
    return found


def _stands_for(
    placing: Placing, own: int, number: int, whole: dict[tuple[str, str], tuple[int, int]]
) -> tuple[int, int] | None:
    """The whole project for which this one is a stub, None where it stands for itself."""
    project = placing.part.schedule.projects[own]
    if project.exported:
        return None
    other = whole.get((project.uid, project.code))
    return other if other is not None and other[0] != number else None


def _placed(
    placing: Placing, project: Project, taken: set[str], options: MergeOptions, notes: Notes
) -> Project:
    """The project with an id of its own, on the merged calendars."""
    code = project.code
    if code.casefold() in taken:
        code = free_name(code, placing.part.name.rsplit(".", 1)[0], taken, 40)
        notes.add(
            "project-renamed",
            "warning",
            f"{placing.part.name}, project {project.code}",
            "a project of this id came before; two updates of one project do not make a programme",
            f"kept as {code}",
        )
    taken.add(code.casefold())
    settings = project.options
    if options.programme_float == settings.float_to_project_finish:
        settings = replace(settings, float_to_project_finish=not options.programme_float)
        basis = "the programme's finish" if options.programme_float else "its own finish"
        alone = sum(p.exported for p in placing.part.schedule.projects) < 2
        notes.add(
            "float-basis",
            "info" if alone or options.programme_float else "warning",
            f"project {code}",
            "its options measure total float otherwise once projects are scheduled together",
            f"total float runs to {basis}",
        )
    calendar = int(placing.rows["calendars"][project.calendar])
    return replace(project, code=code, calendar=calendar, options=settings)


def _data_dates(made: list[Project], options: MergeOptions, notes: Notes) -> list[Project]:
    """The projects with their data dates, told where these differ, rolled forward where chosen."""
    dates = [p.data_date for p in made if p.exported and p.data_date != NO_TIME]
    if len(set(dates)) < 2:
        return made
    words = ", ".join(
        f"{p.code} {_day(p.data_date)}" for p in made if p.exported and p.data_date != NO_TIME
    )
    far = max(dates) - min(dates) > NEAR
    if not options.latest_data_date:
        notes.add(
            "data-dates-differ",
            "warning" if far else "info",
            "projects",
            f"the data dates differ{' by more than 7 days' if far else ''}: {words}",
            "each project keeps its own",
        )
        return made
    last = max(dates)
    notes.add(
        "data-dates-rolled",
        "warning",
        "projects",
        f"the data dates differ: {words}",
        f"all projects scheduled from {_day(last)}; work left before it moves",
    )
    return [replace(p, data_date=last) if p.data_date != NO_TIME else p for p in made]


def _tell_differences(made: list[Project], notes: Notes) -> None:
    """Scheduling options and currencies that are not the same in all projects."""
    whole = [p for p in made if p.exported]
    for item in fields(ScheduleOptions):
        values = {p.code: getattr(p.options, item.name) for p in whole}
        if len(set(values.values())) > 1:
            words = ", ".join(f"{code} {_word(value)}" for code, value in values.items())
            engine = item.name == "engine"
            notes.add(
                "options-differ",
                "warning",
                "scheduling options",
                f"{item.name.replace('_', ' ')}: {words}",
                "the whole master is scheduled as the first project is"
                if engine
                else "each project keeps its own",
            )
    currencies = {p.code: p.currency for p in whole if p.currency}
    if len(set(currencies.values())) > 1:
        notes.add(
            "currencies-differ",
            "warning",
            "projects",
            ", ".join(f"{code} {currency}" for code, currency in currencies.items()),
            "amounts are not converted; do not add them up",
        )


def _word(value: object) -> str:
    name = getattr(value, "name", None)
    return name.lower().replace("_", " ") if isinstance(name, str) else str(value).lower()


def _day(minute: int) -> str:
    return (to_iso(minute) or "")[:10]
