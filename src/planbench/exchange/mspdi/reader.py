"""From a Microsoft Project XML file to a Schedule."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

from planbench.domain.calendars import Calendar
from planbench.domain.errors import ImportRefused
from planbench.domain.schedule import (
    FloatType,
    LagCalendar,
    Project,
    Schedule,
    ScheduleOptions,
    Source,
)
from planbench.domain.times import NO_TIME
from planbench.exchange.imported import Imported, Progress
from planbench.exchange.mspdi import terms
from planbench.exchange.mspdi.calendars import DEFAULT_WEEK, read_calendars
from planbench.exchange.mspdi.fields import read_codes, read_notes, read_user_fields
from planbench.exchange.mspdi.resources import read_assignments, read_resources, read_splits
from planbench.exchange.mspdi.tasks import (
    read_activities,
    read_baselines,
    read_links,
    read_outline,
)
from planbench.exchange.mspdi.timephased import read_timephased
from planbench.exchange.mspdi.values import Reader, flag
from planbench.exchange.repairs import Repairs
from planbench.exchange.xml_records import Record, read_records, root_tag


def looks_like_mspdi(data: bytes) -> bool:
    """Whether the outermost element is Microsoft Project's."""
    return root_tag(data) == "Project"


def read_mspdi(
    data: bytes, name: str = "", encoding: str | None = None, progress: Progress | None = None
) -> Imported:
    """Read a Microsoft Project XML file, with or without namespace.

    Summary tasks are WBS nodes and activities. Times of a tenth of a minute are rounded to
    minutes. Faults are mended and listed. Raises ImportRefused when the file is no Project XML, is
    unsafe, or has no tasks.
    """
    tell = progress or (lambda done, total, text: None)
    repairs = Repairs()
    dropped: Counter[tuple[str, str]] = Counter()

    def kept(record: Record, parent: Record) -> bool:
        keep = _kept(record, parent)
        one = record.tag in _SEVERAL and len(record.children) < 2  # says what the resource says
        lost = not keep or (record.tag == "Baseline" and parent.tag == "Assignment")
        if lost and not one and parent.tag in _TOLD.get(record.tag, ()):
            dropped[record.tag, parent.tag] += 1
        return keep

    root, encoding = read_records(data, repairs, terms.FIELDS, kept, encoding, progress)
    if root.tag != "Project":
        raise ImportRefused(
            f"its outermost element is {root.tag or 'missing'}: neither Microsoft Project's "
            "(Project) nor P6's (APIBusinessObjects)",
            name,
            "Save the project as XML in one of these programs.",
        )
    tasks = _group(root, "Tasks", "Task")
    if not tasks:
        raise ImportRefused("it has no tasks", name, "Save the project itself as XML.")
    for (tag, owner), count in sorted(dropped.items()):
        words = f"{count:,} of {owner.lower()}s"
        repairs.add("not-read", "info", f"{owner} {tag}", words, _TOLD[tag][owner])
    tell(5, 10, "Reading tasks")
    schedule = _schedule(root, tasks, name, repairs)
    source = Source(
        name,
        "mspdi",
        root.get("SaveVersion"),
        hashlib.sha256(data).hexdigest(),
        Reader(repairs).instant(root, "LastSaved"),
        encoding,
    )
    tell(10, 10, "Read")
    return Imported(Schedule(**{**vars(schedule), "source": source}), repairs.result())


_SEVERAL = frozenset(("AvailabilityPeriods", "Rates"))
_ONE_RATE = "left out: a resource has the one figure it says itself"
_TOLD: dict[str, dict[str, str]] = {
    "Baseline": dict.fromkeys(("Resource", "Assignment"), "left out: baselines are of tasks"),
    "AvailabilityPeriods": {"Resource": _ONE_RATE},
    "Rates": {"Resource": _ONE_RATE},
}
"""Records that are not read, by the one around them, and what is done instead."""


def _kept(record: Record, parent: Record) -> bool:
    """Baselines are of tasks; those of assignments matter for what they tell over time."""
    if record.tag == "Baseline":
        return parent.tag == "Task" or (
            parent.tag == "Assignment" and record.first("TimephasedData") is not None
        )
    return record.tag not in ("AvailabilityPeriods", "Rates", "Views", "Filters", "Groups")


def _group(root: Record, outer: str, inner: str) -> list[Record]:
    return [record for group in root.all(outer) for record in group.all(inner)]


def _schedule(root: Record, tasks: list[Record], name: str, repairs: Repairs) -> Schedule:
    reader = Reader(repairs)
    per_day = _between(reader.number(root, "MinutesPerDay", 480.0) / 60.0, 24.0, 8.0)
    per_week = _between(reader.number(root, "MinutesPerWeek", 2400.0) / 60.0, 168.0, 40.0)
    used = {root.get("CalendarUID")} | {task.get("CalendarUID") for task in tasks}
    calendars = read_calendars(
        _group(root, "Calendars", "Calendar"), per_day, per_week, used, repairs
    )
    if not calendars:
        repairs.add(
            "no-calendar",
            "warning",
            "Calendars",
            "the file has no calendar",
            "one of Monday to Friday 08:00 to 12:00 and 13:00 to 17:00 was made",
        )
        calendars = (Calendar("1", "Standard", DEFAULT_WEEK, {}, per_day, per_week),)
    calendar_of: dict[str, int] = {}
    for row, calendar in enumerate(calendars):
        calendar_of.setdefault(calendar.uid, row)
    main = calendar_of.get(root.get("CalendarUID"), 0)
    project = _project(root, name, main, per_day, reader)
    outline = read_outline(tasks, project.code, project.name, repairs)
    activities = read_activities(outline, calendar_of, main, repairs)
    relationships, external = read_links(outline, repairs)
    resource_records = _group(root, "Resources", "Resource")
    resources, row_of_resource, costs = read_resources(resource_records, calendar_of, repairs)
    records = _group(root, "Assignments", "Assignment")
    assignments, expenses = read_assignments(
        records, outline.rows, outline.row_of, row_of_resource, costs, repairs
    )
    udf_types, udf_values, ids = read_user_fields(root, outline.rows, resource_records)
    if ids:
        code = [ids.get(uid) or uid for uid in activities.uid.tolist()]
        column = activities.code.copy()
        column[:] = code
        activities = activities.with_columns(code=column)
    code_types, code_values, code_assignments = read_codes(root, outline.rows, repairs)
    schedule = Schedule(
        projects=(project,),
        calendars=calendars,
        activities=activities,
        relationships=relationships,
        external_links=external,
        wbs=outline.wbs,
        code_types=code_types,
        code_values=code_values,
        code_assignments=code_assignments,
        udf_types=udf_types,
        udf_values=udf_values,
        resources=resources,
        assignments=assignments,
        expenses=expenses,
        notes=read_notes(outline.rows),
        splits=read_splits(records, outline.row_of, activities, calendars, repairs),
        baselines=read_baselines(outline, repairs),
    )
    spread = read_timephased(schedule, outline, resource_records, records, repairs)
    return replace(schedule, timephased=spread)


def _between(value: float, limit: float, default: float) -> float:
    return value if 0.0 < value <= limit else default


_ENDINGS = (".mpp", ".xml", ".mpt", ".mpx")


def _bare(name: str) -> str:
    """A file's name without its ending."""
    name = name.strip()
    while name.lower().endswith(_ENDINGS) and len(name) > 4:
        name = name[:-4]
    return name


def _project(root: Record, file: str, calendar: int, per_day: float, reader: Reader) -> Project:
    """The project: its data date is the status date, else the date the file says is current."""
    code = _bare(root.get("Name"))
    if code.lower() in ("", "project"):  # converters give every file that name
        code = _bare(root.get("Title")) or _bare(file) or "Project"
    data_date = reader.instant(root, "StatusDate")
    if data_date == NO_TIME:
        data_date = reader.instant(root, "CurrentDate")
        if data_date != NO_TIME:
            reader.repairs.add(
                "no-data-date",
                "info",
                "Project StatusDate",
                "the project has no status date",
                "the file's current date taken, as Project does",
            )
    from_finish = not flag(root, "ScheduleFromStart", True)
    finish = reader.instant(root, "FinishDate")
    threshold = reader.number(root, "CriticalSlackLimit") * per_day * 60.0
    return Project(
        root.get("UID", "GUID") or "1",
        code,
        root.get("Title") or code,
        data_date,
        reader.instant(root, "StartDate"),
        finish if from_finish else NO_TIME,
        finish,
        NO_TIME,
        calendar,
        root.get("CurrencyCode", "CurrencySymbol"),
        True,
        ScheduleOptions(
            lag_calendar=LagCalendar.SUCCESSOR,
            float_type=FloatType.SMALLEST,
            critical_threshold=round(min(max(threshold, -1e8), 1e8)),
            engine="msp",
        ),
        from_finish,
        flag(root, "HonorConstraints", True),
    )
