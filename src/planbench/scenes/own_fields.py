"""Fields that the user lays over a schedule: they are columns, and never part of its file.

Values go by activity id, so that they hold for every update of the project.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from planbench.domain.times import NO_TIME
from planbench.scenes.columns import Column, PlanTable, Values, dates, numbers, texts
from planbench.scenes.formats import read_date

OWN = "own:"
"""What the ids of such columns begin with."""

KINDS = ("text", "number", "date")


@dataclass(frozen=True)
class OwnField:
    """A field: its name, what it holds ("text", "number" or "date"), and texts by activity id."""

    uid: str
    name: str
    kind: str = "text"
    values: Mapping[str, str] = field(default_factory=dict)


def number_of(text: str) -> float:
    """The number of a text, NaN for none."""
    try:
        return float(text)
    except ValueError:
        return np.nan


def minute_of(text: str) -> int:
    """The moment of a text, NO_TIME for none."""
    try:
        return read_date(text)[0] if text else NO_TIME
    except ValueError:
        return NO_TIME


def _texts(uid: str, table: PlanTable) -> Values:
    """What the table's field of this uid says of every activity; columns outlive its values."""
    values = next((one.values for one in table.extras.own if one.uid == uid), {})
    found: Values = np.full(len(table.schedule), "", dtype=object)
    if values:
        codes = table.schedule.activities.code.tolist()
        found[:] = [values.get(code, "") for code in codes]
    return found


def _numbers(uid: str, table: PlanTable) -> Values:
    return np.array([number_of(text) for text in _texts(uid, table).tolist()], dtype=np.float64)


def _dates(uid: str, table: PlanTable) -> Values:
    return np.array([minute_of(text) for text in _texts(uid, table).tolist()], dtype=np.int64)


def own_columns(fields: Iterable[OwnField]) -> Iterable[Column]:
    """A column for each field."""
    tip = "Field of your own ({kind}), kept in the library beside the schedule, by activity ID"
    for one in fields:
        key, told = f"{OWN}{one.name}", tip.format(kind=one.kind)
        if one.kind == "number":
            source = numbers(key, partial(_numbers, one.uid), 1, "total")
            yield Column(key, one.name, 80, "number", source, told, category="Own fields")
        elif one.kind == "date":
            source = dates(key, partial(_dates, one.uid))
            yield Column(key, one.name, 84, "date", source, told, category="Own fields")
        else:
            source = texts(key, partial(_texts, one.uid))
            yield Column(key, one.name, 96, "text", source, told, category="Own fields")
