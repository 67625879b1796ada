"""From the objects of a P6 XML file to a Schedule, by way of the tables an XER has."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from planbench.domain.errors import ImportRefused
from planbench.domain.reports import Repair
from planbench.domain.schedule import Schedule, Source
from planbench.domain.times import NO_TIME
from planbench.exchange.imported import Imported, Progress
from planbench.exchange.p6xml import mapping
from planbench.exchange.p6xml.baselines import read_baselines
from planbench.exchange.p6xml.calendars import calendar_text, finishes_inclusive
from planbench.exchange.p6xml.mapping import Field
from planbench.exchange.repairs import Repairs
from planbench.exchange.xer.document import XerDocument, XerTable
from planbench.exchange.xer.reader import schedule_of
from planbench.exchange.xml_records import Record, read_records, root_tag

_VERSION = re.compile(r"/V(\d+(?:\.\d+){0,3})/")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)")
_PROJECTS = ("Project", "BaselineProject")


def looks_like_p6xml(data: bytes) -> bool:
    """Whether the outermost element is P6's."""
    return root_tag(data) == "APIBusinessObjects"


def read_p6xml(
    data: bytes, name: str = "", encoding: str | None = None, progress: Progress | None = None
) -> Imported:
    """Read a P6 XML file of any version, with or without namespace.

    Objects may lie in their project or at the top level. Baseline projects become
    `Schedule.baselines`, matched by activity id. Faults are mended and listed. Raises ImportRefused
    when the file is no P6 XML, is unsafe, or holds neither projects nor activities.
    """
    tell = progress or (lambda done, total, text: None)
    repairs = Repairs()
    root, encoding = read_records(
        data, repairs, mapping.WANTED, lambda record, _: record.tag not in _LEFT, encoding, progress
    )
    if root.tag != "APIBusinessObjects":
        raise ImportRefused(f"its outermost element is {root.tag or 'missing'}, not P6's", name)
    objects = list(_objects(root))
    if not any(record.tag in ("Project", "Activity") for record, _ in objects):
        raise ImportRefused(
            "it has neither a project nor an activity",
            name,
            "Export the project itself, not only its dictionaries.",
        )
    version = root.get("ExportVersion")
    found = _VERSION.search(root.get("schema"))
    version = version or (found[1] if found else "")
    tables = _tables(objects, repairs)
    currency = _currency(objects)
    header = ("ERMHDR", version, "", "", "", "", "", "", currency)
    document = XerDocument(
        header,
        tuple(XerTable.from_columns(t, dict(c), "utf-8") for t, c in tables.items() if c),
    )
    tell(5, 10, "Reading activities")
    schedule: Schedule = schedule_of(document, repairs, tell)
    schedule = replace(
        schedule,
        baselines=read_baselines(root, schedule, repairs),
        source=Source(name, "p6xml", version, hashlib.sha256(data).hexdigest(), NO_TIME, encoding),
    )
    tell(10, 10, "Read")
    return Imported(schedule, tuple(map(_in_words_of_xml, repairs.result())))


_LEFT = frozenset(
    {
        "ProjectList",
        "ResourceAssignmentPeriodActual",
        "ResourceCurve",
        "PlannedCurve",
        "ActualCurve",
        "RemainingCurve",
    }
)
"""Records that are of no use here."""


def _objects(root: Record) -> Iterator[tuple[Record, str]]:
    """Every business object with the id of the project it lies in, those of baselines left out."""
    for record in root.children:
        if record.tag == "BaselineProject":
            continue
        yield record, record.get("ProjectObjectId")
        if record.tag == "Project":
            own = record.get("ObjectId")
            for child in record.children:
                yield child, child.get("ProjectObjectId") or own


def _currency(objects: Iterable[tuple[Record, str]]) -> str:
    """Short name of the base currency, which P6 gives the id 1."""
    found = [record for record, _ in objects if record.tag == "Currency"]
    base = [record for record in found if record.get("ObjectId") == "1"]
    return next((record.get("Id") for record in base or found), "")


Columns = dict[str, list[str]]


def _tables(objects: list[tuple[Record, str]], repairs: Repairs) -> dict[str, Columns]:
    """Columns of text of each XER table."""
    rows: dict[str, list[tuple[Record, str]]] = {}
    for record, project in objects:
        if record.tag in mapping.OBJECTS:
            rows.setdefault(mapping.OBJECTS[record.tag][0], []).append((record, project))
        elif record.tag in ("Project", "Calendar", "ScheduleOptions"):
            rows.setdefault(record.tag, []).append((record, project))
    fields = dict(mapping.OBJECTS.values())
    tables = {
        table: columns_of([record for record, _ in found], fields[table], table, repairs)
        for table, found in rows.items()
        if table in fields
    }
    for table in ("TASK", "PROJWBS", "TASKRSRC", "PROJCOST", "TASKMEMO", "TASKPROC"):
        if table in tables:
            own = tables[table]["proj_id"]
            owners = [project for _, project in rows[table]]
            tables[table]["proj_id"] = [a or b for a, b in zip(own, owners, strict=True)]
    projects = [record for record, _ in rows.get("Project", [])]
    options = _options(projects, rows.get("ScheduleOptions", []))
    tables["PROJECT"] = columns_of(options, mapping.PROJECT, "PROJECT", repairs)
    tables["PROJECT"]["export_flag"] = ["Y"] * len(projects)
    tables["SCHEDOPTIONS"] = _settings(options, repairs)
    tables["CALENDAR"] = _calendars([record for record, _ in rows.get("Calendar", [])], repairs)
    tables["PROJWBS"], roots = _rooted(projects, tables.get("PROJWBS", {}))
    if "TASK" in tables:  # P6 names no node for activities right beneath the project
        task = tables["TASK"]
        pairs = zip(task["wbs_id"], task["proj_id"], strict=True)
        task["wbs_id"] = [uid or roots.get(project, "") for uid, project in pairs]
    _costs(tables.get("TASKRSRC"), [record for record, _ in rows.get("TASKRSRC", [])])
    _percents(tables, "TASK", "phys_complete_pct", repairs)
    _percents(tables, "TASKPROC", "complete_pct", repairs)
    _unscheduled(tables.get("TASK"), [record for record, _ in rows.get("TASK", [])])
    tables["TASKACTV"] = _code_assignments(rows.get("TASK", []))
    tables["UDFVALUE"] = _user_values(objects)
    return tables


def columns_of(
    records: list[Record], fields: tuple[Field, ...], table: str, repairs: Repairs
) -> Columns:
    """The fields of objects as columns of XER text; words that are not known stay as they are."""
    columns = {}
    for item in fields:
        texts = [record.get(*item.names) for record in records]
        if item.kind == "date":
            texts = [_date(text) for text in texts]
        elif item.kind == "percent":
            texts = [text.rstrip("%") for text in texts]
        elif not isinstance(item.kind, str):
            texts = [item.kind.get(text) or _loose(item.kind, text) for text in texts]
        columns[item.column] = texts
    return columns


def _date(text: str) -> str:
    found = _DATE.match(text)
    return f"{found[1]} {found[2]}" if found else text


def _loose(words: mapping.Words, text: str) -> str:
    """The word in another case or spacing, else the text itself for the reader to report."""
    if not text:
        return ""
    key = text.replace(" ", "").lower()
    return next((v for k, v in words.items() if k.replace(" ", "").lower() == key), text)


def _options(projects: list[Record], found: list[tuple[Record, str]]) -> list[Record]:
    """The projects with the fields of their scheduling options, which older versions had in them.

    Identity and dates stay the project's own.
    """
    by_project = {project: record for record, project in found}
    if len(projects) == 1 and len(found) == 1:
        by_project = {projects[0].get("ObjectId"): found[0][0]}
    merged = []
    for project in projects:
        more = by_project.get(project.get("ObjectId"))
        fields = dict(project.fields)
        if more is not None:
            kept = {k: v for k, v in more.fields.items() if k not in ("ObjectId", "Name", "Id")}
            fields |= {key: value for key, value in kept.items() if value}
        merged.append(Record("Project", fields))
    return merged


def _settings(projects: list[Record], repairs: Repairs) -> Columns:
    """SCHEDOPTIONS of the projects that say anything of it."""
    names = [name for item in mapping.OPTIONS for name in item.names]
    names += ["OutOfSequenceScheduleType", "SchedulingProgressedActivities"]
    telling = [project for project in projects if project.get(*names)]
    columns = columns_of(telling, mapping.OPTIONS, "SCHEDOPTIONS", repairs)
    words = [project.get(*names[-2:]) for project in telling]
    known = {key.lower(): value for key, value in mapping.LOGIC.items()}
    for word, project in zip(words, telling, strict=True):
        if word and word.lower() not in known:
            repairs.add(
                "unknown-value",
                "warning",
                f"SCHEDOPTIONS of project {project.get('ObjectId')}",
                f"{word!r} is not known",
                "retained logic taken",
            )
    flags = [known.get(word.lower(), ("Y", "N")) for word in words]
    columns["proj_id"] = [project.get("ObjectId") for project in telling]
    columns["sched_retained_logic"] = [flag[0] for flag in flags]
    columns["sched_progress_override"] = [flag[1] for flag in flags]
    return columns


def _calendars(records: list[Record], repairs: Repairs) -> Columns:
    inclusive = finishes_inclusive(records)
    return {
        "clndr_id": [record.get("ObjectId") for record in records],
        "default_flag": [mapping.FLAG.get(record.get("IsDefault"), "N") for record in records],
        "clndr_name": [record.get("Name") for record in records],
        "base_clndr_id": [record.get("BaseCalendarObjectId") for record in records],
        "clndr_type": [
            mapping.CALENDAR_TYPES.get(record.get("Type"), "CA_Base") for record in records
        ],
        "day_hr_cnt": [record.get("HoursPerDay") for record in records],
        "week_hr_cnt": [record.get("HoursPerWeek") for record in records],
        "clndr_data": [
            calendar_text(record, inclusive, f"CALENDAR row {row}", repairs)
            for row, record in enumerate(records, 1)
        ],
    }


def _rooted(projects: list[Record], wbs: Columns) -> tuple[Columns, dict[str, str]]:
    """PROJWBS with the root node of each project, which P6 leaves out of the file, and the roots.

    `WBSObjectId` of the project names it. Without that name a single top node is the root.
    """
    if not wbs:
        wbs = {item.column: [] for item in mapping.WBS}
    known = set(wbs["wbs_id"])
    parents = [parent if parent in known else "" for parent in wbs["parent_wbs_id"]]
    wbs["proj_node_flag"] = ["N"] * len(parents)
    tops: dict[str, list[int]] = {}
    for row, (parent, project) in enumerate(zip(parents, wbs["proj_id"], strict=True)):
        if not parent:
            tops.setdefault(project, []).append(row)
    made: list[list[str]] = []
    roots: dict[str, str] = {}
    for item in projects:
        own, root = item.get("ObjectId"), item.get("WBSObjectId")
        mine = tops.get(own, [])
        named = [row for row in mine if wbs["wbs_id"][row] == root] if root else mine[:2]
        if len(named) == 1:
            root = wbs["wbs_id"][named[0]]
            wbs["proj_node_flag"][named[0]] = "Y"
        else:
            root = root or f"{own}-root"
            made.append([root, own, "", "0", item.get("Id"), item.get("Name"), "Y"])
        roots[own] = root
        for row in mine:
            parents[row] = "" if wbs["wbs_id"][row] == root else root
    wbs["parent_wbs_id"] = parents
    for column, new in zip(wbs, zip(*made, strict=True), strict=False):
        wbs[column] = [*new, *wbs[column]]
    return wbs, roots


def _costs(table: Columns | None, records: list[Record]) -> None:
    """Regular cost and units: the total where the file does not tell overtime apart."""
    if table is None:
        return
    for row, record in enumerate(records):
        if not record.get("ActualRegularCost"):
            table["act_reg_cost"][row] = record.get("ActualCost")
            table["act_ot_cost"][row] = ""
        if not record.get("ActualRegularUnits"):
            table["act_ot_qty"][row] = ""


def _unscheduled(table: Columns | None, records: list[Record]) -> None:
    """No early dates where only remaining ones are given and none of them late.

    That is how an activity looks whose project was never scheduled.
    """
    if table is None:
        return
    for row, record in enumerate(records):
        if not table["late_end_date"][row] and not table["late_start_date"][row]:
            if not record.get("EarlyStartDate", "EarlyStart"):
                table["early_start_date"][row] = ""
            if not record.get("EarlyFinishDate", "EarlyFinish"):
                table["early_end_date"][row] = ""


def _percents(tables: dict[str, Columns], name: str, field: str, repairs: Repairs) -> None:
    """Fractions as percentages; a file that goes beyond 1 has percentages already."""
    table = tables.get(name)
    if table is None:
        return
    values: list[float | None] = []
    for text in table[field]:
        try:
            values.append(float(text or 0))
        except ValueError:
            values.append(None)
    if max((value for value in values if value is not None), default=0.0) > 1.0:
        repairs.add(
            "percent-not-fraction",
            "info",
            f"{name} {field}",
            "the file has percentages where P6 writes fractions",
            "read as percentages",
        )
        return
    table[field] = [
        text if value is None else f"{value * 100.0:.10g}"
        for text, value in zip(table[field], values, strict=True)
    ]


def _code_assignments(activities: list[tuple[Record, str]]) -> Columns:
    found: Columns = {"task_id": [], "actv_code_type_id": [], "actv_code_id": []}
    for activity, _ in activities:
        for code in activity.all("Code"):
            if code.get("ValueObjectId"):
                found["task_id"].append(activity.get("ObjectId"))
                found["actv_code_type_id"].append(code.get("TypeObjectId"))
                found["actv_code_id"].append(code.get("ValueObjectId"))
    return found


def _user_values(objects: list[tuple[Record, str]]) -> Columns:
    found: Columns = {
        name: [] for name in ("udf_type_id", "fk_id", "udf_text", "udf_number", "udf_date")
    }
    for record, _ in objects:
        for value in record.all("UDF"):
            name = next((name for name in mapping.UDF_VALUES if value.get(name)), None)
            if name is None:
                continue
            column, text = mapping.UDF_VALUES[name], value.get(name)
            for key in ("udf_text", "udf_number", "udf_date"):
                found[key].append("")
            found[column][-1] = _date(text) if column == "udf_date" else text
            found["udf_type_id"].append(value.get("TypeObjectId"))
            found["fk_id"].append(record.get("ObjectId"))
    return found


_WHERE = re.compile(r"^([A-Z]+)( row \d+)?( [a-z_0-9]+)?$")
_TAGS = {table: (tag, fields) for tag, (table, fields) in mapping.OBJECTS.items()}
_TAGS |= {
    "PROJECT": ("Project", mapping.PROJECT),
    "SCHEDOPTIONS": ("ScheduleOptions", mapping.OPTIONS),
    "CALENDAR": ("Calendar", ()),
    "TASKACTV": ("Code of an activity", ()),
    "UDFVALUE": ("UDF", ()),
}


def _in_words_of_xml(repair: Repair) -> Repair:
    """The repair with the object and field of this file instead of table and column."""
    table, _, rest = repair.where.partition(" ")
    if table not in _TAGS:
        return repair
    tag, fields = _TAGS[table]
    found = _WHERE.match(repair.where)
    if found and found[3]:
        names = {item.column: item.names[0] for item in fields}
        rest = f"{found[2] or ''} {names.get(found[3].strip(), found[3].strip())}".strip()
    return replace(repair, where=f"{tag} {rest}".strip())
