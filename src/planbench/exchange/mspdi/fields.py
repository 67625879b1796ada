"""Custom fields and outline codes of Microsoft Project as user-defined fields and codes."""

from __future__ import annotations

import re

from planbench.domain.schedule import (
    NO_ROW,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Notes,
    UdfTypes,
    UdfValues,
    make_table,
)
from planbench.exchange.mspdi import terms
from planbench.exchange.parents import without_rings
from planbench.exchange.repairs import Repairs
from planbench.exchange.xml_records import Record

_DEFINED = terms.CUSTOM["TASK"] | terms.CUSTOM["RSRC"]


def read_user_fields(
    root: Record, tasks: list[Record], resources: list[Record]
) -> tuple[UdfTypes, UdfValues, dict[str, str]]:
    """(types, values, activity ids by task UID from a field of that title).

    Fields are those that the project defines and those that only turn up in a task or resource.
    """
    definitions: dict[str, Record] = {}
    for group in root.all("ExtendedAttributes"):
        for item in group.all("ExtendedAttribute"):
            definitions.setdefault(item.get("FieldID"), item)
    values: list[tuple[str, str, str]] = []
    for owners in (tasks, resources):
        for owner in owners:
            for item in owner.all("ExtendedAttribute"):
                field = item.get("FieldID")
                if field and item.get("Value"):
                    definitions.setdefault(field, Record("ExtendedAttribute", {"FieldID": field}))
                    values.append((field, owner.get("UID"), item.get("Value")))
    title = terms.ACTIVITY_ID.lower()
    id_fields = {
        field for field, item in definitions.items() if item.get("Alias").strip().lower() == title
    }
    ids = {uid: value for field, uid, value in values if field in id_fields}
    fields = [field for field in definitions if field not in id_fields]
    place = {field: row for row, field in enumerate(fields)}
    names = [_name(definitions[field]) for field in fields]
    types = make_table(
        UdfTypes,
        len(fields),
        uid=fields,
        table=[_table_of(field) for field in fields],
        name=[definitions[f].get("Alias") or n for f, n in zip(fields, names, strict=True)],
        kind=[terms.KINDS.get(re.sub(r"\d+$", "", name), "text") for name in names],
    )
    kept = [value for value in values if value[0] in place]
    table = make_table(
        UdfValues,
        len(kept),
        type=[place[field] for field, _, _ in kept],
        subject=[uid for _, uid, _ in kept],
        value=[_plain(value, str(types.kind[place[field]])) for field, _, value in kept],
    )
    return types, table, ids


def _plain(value: str, kind: str) -> str:
    """Dates as other formats have them, costs in whole units of the currency."""
    if kind == "date":
        return value[:16].replace("T", " ")
    if kind == "cost":
        try:
            return f"{float(value) / 100.0:.10g}"
        except ValueError:
            return value
    return value


def _is_number(field: str) -> bool:
    """Whether this is a number as the ids of fields are."""
    return field.isascii() and field.isdigit() and len(field) < 12


def _name(item: Record) -> str:
    """The field's own name, such as Text1."""
    field = item.get("FieldID")
    known = _DEFINED.get(int(field)) if _is_number(field) else None
    return item.get("FieldName") or known or f"Field {field}"


def _table_of(field: str) -> str:
    number = int(field) if _is_number(field) else 0
    return terms.FIELD_TABLES.get(number & 0x0FF00000, "TASK")


def read_codes(
    root: Record, tasks: list[Record], repairs: Repairs
) -> tuple[CodeTypes, CodeValues, CodeAssignments]:
    """Outline codes of the project and the values that tasks carry."""
    kinds: list[Record] = [
        item for group in root.all("OutlineCodes") for item in group.all("OutlineCode")
    ]
    values: list[tuple[int, Record]] = [
        (k, value)
        for k, kind in enumerate(kinds)
        for group in kind.all("Values")
        for value in group.all("Value")
    ]
    row_of: dict[tuple[int, str], int] = {}
    for row, (kind, value) in enumerate(values):
        for name in ("ValueID", "FieldGUID"):
            if value.get(name):
                row_of.setdefault((kind, value.get(name)), row)
    types = make_table(
        CodeTypes,
        len(kinds),
        uid=[item.get("FieldID") for item in kinds],
        name=[item.get("Alias", "FieldName", "FieldID") for item in kinds],
        scope=["project"] * len(kinds),
    )
    above = [
        row_of.get((kind, value.get("ParentValueID")), NO_ROW)
        if value.get("ParentValueID") not in ("", "0")
        else NO_ROW
        for kind, value in values
    ]
    table = make_table(
        CodeValues,
        len(values),
        uid=[value.get("ValueID", "FieldGUID") for _, value in values],
        type=[kind for kind, _ in values],
        code=[value.get("Value") for _, value in values],
        name=[value.get("Description", "Value") for _, value in values],
        parent=above,
    )
    table = table.with_columns(parent=without_rings(table.parent, "Value", repairs))
    kind_of = {item.get("FieldID"): k for k, item in enumerate(kinds)}
    pairs: list[tuple[int, int]] = []
    for activity, task in enumerate(tasks):
        for item in task.all("OutlineCode"):
            kind_row = kind_of.get(item.get("FieldID"), NO_ROW)
            found = row_of.get((kind_row, item.get("ValueID")))
            if found is None:
                found = row_of.get((kind_row, item.get("ValueGUID")))
            if found is None:
                repairs.add(
                    "unknown-reference",
                    "warning",
                    f"Task {task.get('UID')} OutlineCode",
                    "its value is not defined in the file",
                    "left out",
                )
            else:
                pairs.append((activity, found))
    used = make_table(
        CodeAssignments,
        len(pairs),
        activity=[activity for activity, _ in pairs],
        value=[value for _, value in pairs],
    )
    return types, table, used


def read_notes(tasks: list[Record]) -> Notes:
    """The notes of the tasks."""
    found = [(row, task.get("Notes")) for row, task in enumerate(tasks) if task.get("Notes")]
    return make_table(
        Notes,
        len(found),
        activity=[row for row, _ in found],
        topic=["Notes"] * len(found),
        text=[text for _, text in found],
    )
