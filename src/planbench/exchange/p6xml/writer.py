"""A Schedule as P6 XML: the tables that an XER would have, written as objects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planbench.domain.schedule import Schedule
from planbench.domain.times import NO_TIME
from planbench.exchange.p6xml import mapping
from planbench.exchange.p6xml.calendars import write_week
from planbench.exchange.p6xml.mapping import Field
from planbench.exchange.xer.extra_tables import ScheduleTables
from planbench.exchange.xer.formats import Columns, decimals, hours, times
from planbench.exchange.xer.network_tables import Calculated
from planbench.exchange.xml_text import leaf, leaves, node

VERSION = "19.12"
"""Release of P6 whose schema the files name."""

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<APIBusinessObjects xmlns="http://xmlns.oracle.com/Primavera/P6/V{0}/API/BusinessObjects" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="'
    "http://xmlns.oracle.com/Primavera/P6/V{0}/API/BusinessObjects "
    'http://xmlns.oracle.com/Primavera/P6/V{0}/API/p6apibo.xsd">\n'
)

_GLOBAL = (
    "UnitOfMeasure",
    "CostAccount",
    "UDFType",
    "NotebookTopic",
    "Role",
    "Resource",
    "ResourceRate",
    "ActivityCodeType",
    "ActivityCode",
)
_OF_PROJECT = (
    "Activity", "ResourceAssignment", "ActivityExpense", "ActivityNote", "ActivityStep",
    "Relationship",
)  # fmt: skip


def write_p6xml(schedule: Schedule, calculated: Calculated | None = None) -> bytes:
    """The schedule as P6 XML of the stated `VERSION`, in UTF-8.

    Fields of an object are in the order of the alphabet, as P6 writes them. Ids that are no plain
    numbers are replaced by such. `calculated` overrides the stored dates and floats by name, as for
    XER files. Baselines go along as baseline projects with their dates, durations and costs.
    Projects that only came along for their links are left out, the links are kept: P6 would take
    them for projects to be made.
    """
    tables = ScheduleTables(schedule, calculated or {})
    return _Writer(schedule, tables.tables()).text().encode()


class _Writer:
    """Objects from the tables of one schedule."""

    def __init__(self, schedule: Schedule, tables: dict[str, Columns]) -> None:
        self.schedule = schedule
        self.tables = tables

    def text(self) -> str:
        """The whole file."""
        shared = {name: "".join(self._objects(name)) for name in _GLOBAL}
        parts = [
            _HEAD.format(VERSION),
            self._currencies(),
            shared["UnitOfMeasure"],
            shared["CostAccount"],
            shared["UDFType"],
            shared["NotebookTopic"],
            self._calendars(),
            shared["Role"],
            shared["Resource"],
            shared["ResourceRate"],
            shared["ActivityCodeType"],
            shared["ActivityCode"],
            *self._projects(),
            *self._baselines(),
            "</APIBusinessObjects>\n",
        ]
        return "".join(parts)

    def _objects(self, tag: str, extra: dict[str, Sequence[str]] | None = None) -> list[str]:
        """All objects of one kind."""
        table, fields = mapping.OBJECTS[tag]
        columns = self.tables.get(table)
        if columns is None:
            return []
        nested = self._nested(tag, columns[fields[0].column])
        bodies = _bodies(columns, fields, extra or {})
        return [node(tag, body, nested.get(k, "")) for k, body in enumerate(bodies)]

    def _nested(self, tag: str, ids: Sequence[str]) -> dict[int, str]:
        """Codes and user fields of the objects, by row."""
        found: dict[int, list[str]] = {}
        place = {uid: row for row, uid in enumerate(ids)}
        codes = self.tables.get("TASKACTV")
        if codes is not None and tag == "Activity":
            triples = (codes["task_id"], codes["actv_code_type_id"], codes["actv_code_id"])
            for uid, kind, value in zip(*triples, strict=True):
                text = node("Code", leaf("TypeObjectId", kind), leaf("ValueObjectId", value))
                found.setdefault(place[uid], []).append(text)
        types, values = self.tables.get("UDFTYPE"), self.tables.get("UDFVALUE")
        if types is not None and values is not None:
            words = {xer: xml for xml, xer in mapping.UDF_KINDS.items() if xml != "Code"}
            table = {"Project": "PROJECT"}.get(tag) or mapping.OBJECTS[tag][0]
            kind_of = {
                uid: words.get(kind, "Text").replace(" ", "") + "Value"
                for uid, kind, owner in zip(
                    types["udf_type_id"],
                    types["logical_data_type"],
                    types["table_name"],
                    strict=True,
                )
                if owner == table
            }
            names = ("fk_id", "udf_type_id", "udf_text", "udf_number", "udf_date")
            for uid, kind, text, number, date in zip(*(values[n] for n in names), strict=True):
                if kind in kind_of and uid in place and (text or number or date):
                    value = leaf(kind_of[kind], text or number or _date(date))
                    udf = node("UDF", leaf("TypeObjectId", kind), value)
                    found.setdefault(place[uid], []).append(udf)
        return {row: "".join(parts) for row, parts in found.items()}

    def _currencies(self) -> str:
        table = self.tables["CURRTYPE"]
        if not any(project.currency for project in self.schedule.projects):
            return ""
        return "".join(
            node(
                "Currency",
                leaves(
                    [
                        ("DecimalPlaces", "2"),
                        ("DecimalSymbol", "Period"),
                        ("DigitGroupingSymbol", "Comma"),
                        ("ExchangeRate", "1"),
                        ("Id", name),
                        ("Name", name),
                        ("NegativeSymbol", "(#1.1)"),
                        ("ObjectId", uid),
                        ("PositiveSymbol", "#1.1"),
                        ("Symbol", name),
                    ]
                ),
            )
            for uid, name in zip(table["curr_id"], table["curr_short_name"], strict=True)
        )

    def _calendars(self) -> str:
        table = self.tables["CALENDAR"]
        kinds = {xer: xml for xml, xer in mapping.CALENDAR_TYPES.items()}
        made = []
        for row, calendar in enumerate(self.schedule.calendars):
            # exceptions of a base calendar are written out, so the base must not add its own
            fields = [
                ("HoursPerDay", table["day_hr_cnt"][row]),
                ("HoursPerMonth", table["month_hr_cnt"][row]),
                ("HoursPerWeek", table["week_hr_cnt"][row]),
                ("HoursPerYear", table["year_hr_cnt"][row]),
                ("IsDefault", "1" if table["default_flag"][row] == "Y" else "0"),
                ("IsPersonal", "0"),
                ("Name", table["clndr_name"][row]),
                ("ObjectId", table["clndr_id"][row]),
                ("ProjectObjectId", table["proj_id"][row]),
                ("Type", kinds[table["clndr_type"][row]]),
            ]
            if table["base_clndr_id"][row]:
                fields.insert(0, ("BaseCalendarObjectId", table["base_clndr_id"][row]))
            made.append(node("Calendar", leaves(fields), write_week(calendar)))
        return "".join(made)

    def _projects(self) -> list[str]:
        """The projects with everything that lies in them."""
        table = self.tables.get("PROJECT")
        if table is None:
            return []
        uids = table["proj_id"]
        roots, outline = self._outline()
        extra: dict[str, Sequence[str]] = {
            "Name": [project.name for project in self.schedule.projects],
            "Status": ["Active"] * len(uids),
            "WBSObjectId": [roots.get(uid, "") for uid in uids],
        }
        bodies = _bodies(table, mapping.PROJECT, extra)
        options = _bodies(self.tables["SCHEDOPTIONS"], mapping.OPTIONS, self._option_fields())
        nested = self._nested("Project", uids)
        some = any(project.exported for project in self.schedule.projects)  # else all are meant
        parts = {
            uid: [outline.get(uid, "")]
            for uid, project in zip(uids, self.schedule.projects, strict=True)
            if project.exported or not some
        }
        for tag in _OF_PROJECT:
            objects = self._objects(tag, self._more(tag))
            for uid, text in zip(self._owners(tag, set(parts)), objects, strict=True):
                if uid in parts:
                    parts[uid].append(text)
        return [
            node(
                "Project", body, nested.get(k, ""), *parts[uid], node("ScheduleOptions", options[k])
            )
            for k, (uid, body) in enumerate(zip(uids, bodies, strict=True))
            if uid in parts
        ]

    def _option_fields(self) -> dict[str, Sequence[str]]:
        options, projects = self.tables["SCHEDOPTIONS"], self.tables["PROJECT"]
        words = {flags: word for word, flags in mapping.LOGIC.items()}
        pairs = zip(
            options["sched_retained_logic"], options["sched_progress_override"], strict=True
        )
        critical = _words_of_xml(mapping.CRITICAL)
        return {
            "ProjectObjectId": options["proj_id"],
            "OutOfSequenceScheduleType": [words[pair] for pair in pairs],
            "CriticalActivityFloatThreshold": projects["critical_drtn_hr_cnt"],
            "CriticalActivityPathType": [critical[w] for w in projects["critical_path_type"]],
        }

    def _owners(self, tag: str, written: set[str]) -> Sequence[str]:
        """Project in which each object of a kind is written: for a link, that of either end."""
        columns = self.tables.get(mapping.OBJECTS[tag][0], {})
        owners = columns.get("proj_id", [])
        if tag != "Relationship" or not owners:
            return owners
        others = columns["pred_proj_id"]
        return [a if a in written else b for a, b in zip(owners, others, strict=True)]

    def _outline(self) -> tuple[dict[str, str], dict[str, str]]:
        """(root node of each project, the nodes beneath it as text).

        P6 keeps the root in the project itself.
        """
        columns = self.tables["PROJWBS"]
        root = {
            project: uid
            for uid, project, top in zip(
                columns["wbs_id"], columns["proj_id"], columns["proj_node_flag"], strict=True
            )
            if top == "Y"
        }
        tops = set(root.values())
        cut = dict(columns)
        cut["parent_wbs_id"] = [
            "" if parent in tops else parent for parent in columns["parent_wbs_id"]
        ]
        bodies = _bodies(cut, mapping.WBS, {"Status": ["Active"] * len(cut["wbs_id"])})
        nested = self._nested("WBS", columns["wbs_id"])
        found: dict[str, list[str]] = {}
        for row, (uid, body) in enumerate(zip(columns["wbs_id"], bodies, strict=True)):
            if uid not in tops:
                text = node("WBS", body, nested.get(row, ""))
                found.setdefault(columns["proj_id"][row], []).append(text)
        return root, {uid: "".join(texts) for uid, texts in found.items()}

    def _more(self, tag: str) -> dict[str, Sequence[str]]:
        """Fields that P6 shows and that follow from columns."""
        columns = self.tables.get(mapping.OBJECTS[tag][0], {})
        if tag == "Activity":
            return {
                "StartDate": _first(columns, "act_start_date restart_date target_start_date"),
                "FinishDate": _first(columns, "act_end_date reend_date target_end_date"),
            }
        if tag == "ResourceAssignment":
            return {
                "ActualCost": columns.get("act_reg_cost", []),
                "ActualUnits": columns.get("act_reg_qty", []),
            }
        return {}

    def _baselines(self) -> list[str]:
        """Baseline projects: one for each project a baseline has activities of."""
        schedule, table = self.schedule, self.schedule.activities
        if not schedule.baselines:
            return []
        task, project = self.tables["TASK"], self.tables["PROJECT"]
        number = max(int(uid) for uid in project["proj_id"])
        made = []
        for baseline in schedule.baselines:
            columns = baseline.columns
            there = (columns.start != NO_TIME) | (columns.finish != NO_TIME)
            there |= (columns.duration != NO_TIME) | ~np.isnan(columns.cost)
            for row, uid in enumerate(project["proj_id"]):
                rows = np.flatnonzero(there & (table.project == row))
                chosen = rows.tolist()
                if not chosen:
                    continue
                number += 1
                fields: dict[str, Sequence[str]] = {
                    "CalendarObjectId": [task["clndr_id"][k] for k in chosen],
                    "FinishDate": [_date(t) for t in times(columns.finish[rows])],
                    "Id": [task["task_code"][k] for k in chosen],
                    "Name": [task["task_name"][k] for k in chosen],
                    "ObjectId": [task["task_id"][k] for k in chosen],
                    "PlannedDuration": hours(columns.duration[rows]),
                    "PlannedTotalCost": decimals(columns.cost[rows]),
                    "ProjectObjectId": [str(number)] * len(chosen),
                    "StartDate": [_date(t) for t in times(columns.start[rows])],
                }
                head = [
                    ("DataDate", _date(times(np.array([baseline.data_date]))[0])),
                    ("Id", f"{project['proj_short_name'][row]} - B{number}"),
                    ("Name", baseline.name),
                    ("ObjectId", str(number)),
                    ("OriginalProjectObjectId", uid),
                ]
                made.append(
                    node(
                        "BaselineProject",
                        leaves(head),
                        *(node("Activity", body) for body in _bodies({}, (), fields)),
                    )
                )
        return made


def _first(columns: Columns, names: str) -> list[str]:
    """The first of the dates that is there, row by row."""
    chosen = [columns[name] for name in names.split() if name in columns]
    return [_date(next(filter(None, row), "")) for row in zip(*chosen, strict=True)]


def _bodies(
    columns: Columns, fields: tuple[Field, ...], extra: dict[str, Sequence[str]]
) -> list[str]:
    """The fields of each row as elements, by name; empty ones are left out."""
    texts: dict[str, Sequence[str]] = {}
    for item in fields:
        if item.column in columns:
            texts[item.names[0]] = _spelled(columns[item.column], item)
    texts |= extra
    ordered = sorted(texts.items())
    names = [name for name, _ in ordered]
    rows = zip(*(column for _, column in ordered), strict=True)
    return [leaves(zip(names, row, strict=True)) for row in rows]


def _spelled(column: Sequence[str], item: Field) -> Sequence[str]:
    """A column in XML's spelling."""
    if item.kind == "date":
        return [_date(text) for text in column]
    if item.kind == "percent":
        return [f"{float(text) / 100.0:.12g}" if text else "" for text in column]
    if isinstance(item.kind, str):
        return column
    words = _words_of_xml(item.kind)
    return [words.get(text, text) for text in column]


def _words_of_xml(words: mapping.Words) -> dict[str, str]:
    """XML's word for each of XER's, the first where there are several."""
    found: dict[str, str] = {}
    for xml, xer in words.items():
        found.setdefault(xer, xml)
    return found


def _date(text: str) -> str:
    """`yyyy-mm-dd hh:mm` as XML writes it."""
    return f"{text[:10]}T{text[11:16] or '00:00'}:00" if text else ""
