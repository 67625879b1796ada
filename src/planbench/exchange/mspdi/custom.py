"""User-defined fields and codes in the custom fields of Microsoft Project."""

from __future__ import annotations

import math
import re

import numpy as np

from planbench.domain.schedule import Schedule
from planbench.exchange.mspdi import terms
from planbench.exchange.xer.formats import plain, plain_ids
from planbench.exchange.xml_text import leaf, leaves, node

_HOLDERS = {"number": "Number", "integer": "Number", "cost": "Cost", "date": "Date"}
"""Kind of custom field for a kind of user-defined field; all others are texts."""

_OWNERS = {"TASK": "activities", "RSRC": "resources"}
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d))?", re.ASCII)


class CustomFields:
    """The custom fields of the activities and resources of one schedule.

    A field that came from Project keeps its number. Others take the first free one that holds
    their kind, else a text.
    """

    def __init__(self, schedule: Schedule, task: list[str]) -> None:
        self.schedule = schedule
        self.of_task: dict[int, tuple[list[str], list[str]]] = {}  # (custom fields, codes)
        self.of_resource: dict[int, list[str]] = {}
        made = self._user_fields()
        made += self._activity_ids(task)
        self.definitions = node("ExtendedAttributes", *made)
        self.codes = node("OutlineCodes", *self._codes())

    def _put(self, row: int, text: str, code: bool = False) -> None:
        self.of_task.setdefault(row, ([], []))[code].append(text)

    def _user_fields(self) -> list[str]:
        types, values = self.schedule.udf_types, self.schedule.udf_values
        field_of = self._chosen("TASK") | self._chosen("RSRC")
        row_of = {
            table: {uid: k for k, uid in enumerate(getattr(self.schedule, name).uid.tolist())}
            for table, name in _OWNERS.items()
        }
        tables, columns = types.table.tolist(), (values.type, values.subject, values.value)
        for kind, subject, value in zip(*(one.tolist() for one in columns), strict=True):
            row = row_of[tables[kind]].get(subject) if kind in field_of else None
            if row is None:
                continue
            number = field_of[kind]
            text = leaf("FieldID", str(number)) + leaf("Value", _value(value, _NAMES[number]))
            made = node("ExtendedAttribute", text)
            if tables[kind] == "TASK":
                self._put(row, made)
            else:
                self.of_resource.setdefault(row, []).append(made)
        pairs = sorted((number, str(types.name[row])) for row, number in field_of.items())
        return [_definition(number, title) for number, title in pairs]

    def _chosen(self, table: str) -> dict[int, int]:
        """Number of the custom field for each user-defined field of a table, while they last."""
        types, known = self.schedule.udf_types, terms.CUSTOM[table]
        rows = np.flatnonzero(types.table == table).tolist()
        own = {row: _number(types.uid[row]) for row in rows}
        taken = {number for number in own.values() if number in known}
        free: dict[str, list[int]] = {}
        for number, name in known.items():
            if number not in taken and number != _ID_FIELD:
                free.setdefault(_bare(name), []).append(number)
        found: dict[int, int] = {}
        for row in rows:
            if own[row] in known and own[row] not in found.values():
                found[row] = own[row]
                continue
            for holder in (_HOLDERS.get(str(types.kind[row]), "Text"), "Text"):
                if free.get(holder):
                    found[row] = free[holder].pop(0)
                    break
        return found

    def _activity_ids(self, task: list[str]) -> list[str]:
        codes = self.schedule.activities.code.tolist()
        if codes == task:
            return []
        number = _ID_FIELD
        for row, code in enumerate(codes):
            text = leaf("FieldID", str(number)) + leaf("Value", str(code))
            self._put(row, node("ExtendedAttribute", text))
        return [_definition(number, terms.ACTIVITY_ID)]

    def _codes(self) -> list[str]:
        types, values = self.schedule.code_types, self.schedule.code_values
        free = [k for k in terms.OUTLINE_CODES if str(k) not in set(types.uid.tolist())]
        field_of: dict[int, str] = {}
        for row, uid in enumerate(types.uid.tolist()):
            known = (
                uid.isascii()
                and uid.isdigit()
                and len(uid) < 12
                and int(uid) in terms.OUTLINE_CODES
            )
            if known or free:
                field_of[row] = uid if known else str(free.pop(0))
        own = plain_ids(values.uid.tolist())
        made = []
        for row, number in field_of.items():
            rows = np.flatnonzero(values.type == row).tolist()
            items = [
                node(
                    "Value",
                    leaves(
                        [
                            ("ValueID", own[k]),
                            ("ParentValueID", own[parent] if parent >= 0 else "0"),
                            ("Type", "21"),
                            ("Value", str(values.code[k])),
                            ("Description", str(values.name[k])),
                        ]
                    ),
                )
                for k, parent in ((k, int(values.parent[k])) for k in rows)
            ]
            head = [
                ("FieldID", number),
                ("FieldName", terms.OUTLINE_CODES[int(number)]),
                ("Alias", str(types.name[row])),
            ]
            made.append(node("OutlineCode", leaves(head), node("Values", *items)))
        used = self.schedule.code_assignments
        for activity, value in zip(used.activity.tolist(), used.value.tolist(), strict=True):
            kind = int(values.type[value])
            if kind in field_of:
                text = leaf("FieldID", field_of[kind]) + leaf("ValueID", own[value])
                self._put(activity, node("OutlineCode", text), True)
        return made


_NAMES = terms.CUSTOM["TASK"] | terms.CUSTOM["RSRC"]
_ID_FIELD = next(number for number, name in terms.CUSTOM["TASK"].items() if name == "Text30")
"""The text field that is kept for activity ids."""


def _bare(name: str) -> str:
    return name.rstrip("0123456789")


def _number(uid: object) -> int:
    text = str(uid)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else -1


def _value(value: str, name: str) -> str:
    """A value as its kind of field is written: costs in cents, dates with a T."""
    kind = terms.KINDS.get(_bare(name))
    if kind == "cost":
        amount = _amount(value)
        return value if amount is None else plain(amount * 100.0)
    found = _MOMENT.fullmatch(value.strip()) if kind == "date" else None
    return f"{found[1]}T{found[2] or '00:00'}:00" if found else value


def _amount(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _definition(number: int, title: str) -> str:
    fields = [("FieldID", str(number)), ("FieldName", _NAMES[number]), ("Alias", title)]
    return node("ExtendedAttribute", leaves(fields))
