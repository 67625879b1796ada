"""Edits of any field of one or many activities: codes and the user's fields besides the columns.

Fields go by the ids of the table's columns. What `planbench.services.editing` checks for one cell
holds here for each of many; those that refuse are left as they are and told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planbench.domain.schedule import NO_ROW, CodeAssignments, Schedule, UdfValues, make_table
from planbench.domain.times import to_datetime
from planbench.scenes.formats import date_text
from planbench.scenes.formats import read_date as parse_date
from planbench.scenes.more_fields import code_ids, user_ids, value_of_code
from planbench.scenes.own_fields import OWN
from planbench.services.document import Document
from planbench.services.editing import (
    FIELDS,
    EditError,
    choices,
    edit_cell,
    field_text,
    read_date,
)
from planbench.services.own_fields import field_of, set_values
from planbench.services.undo import Command, Macro, SetCells, SetSchedule

CODE, USER = "code:", "udf:"
MADE = (CODE, USER, OWN)
"""What fields begin with that are no columns of the activities."""
NO_VALUE = "None"


def can_edit(field: str) -> bool:
    """Whether a column of the table takes what is typed."""
    return field in FIELDS or field.startswith(MADE)


def text_of(document: Document, row: int, field: str) -> str:
    """What stands in a field when its editing begins, as `edit_cells` reads it."""
    schedule = document.schedule
    if field.startswith(OWN):
        one = field_of(document, field)
        return _shown(one.values.get(str(schedule.activities.code[row]), ""), one.kind)
    if field.startswith(CODE):
        value = int(value_of_code(schedule, _code_type(schedule, field))[row])
        return NO_VALUE if value == NO_ROW else _value_title(schedule, value)
    if field.startswith(USER):
        values = schedule.udf_values
        mine = (values.type == _user_type(schedule, field)) & (
            values.subject == schedule.activities.uid[row]
        )
        text = str(values.value[mine][0]) if mine.any() else ""
        return _shown(text, str(schedule.udf_types.kind[_user_type(schedule, field)]))
    return field_text(schedule, row, field)


def _shown(text: str, kind: str) -> str:
    """A kept value as it is typed."""
    if kind == "date" and text:
        try:
            return date_text(parse_date(text)[0])
        except ValueError:
            return text
    return text


def choices_of(schedule: Schedule, field: str) -> tuple[str, ...]:
    """What a field can be chosen from; nothing where it is typed."""
    if field.startswith(CODE):
        mine = np.flatnonzero(schedule.code_values.type == _code_type(schedule, field))
        return (NO_VALUE, *(_value_title(schedule, value) for value in mine.tolist()))
    if field.startswith((USER, OWN)):
        return ()
    return choices(schedule, field)


@dataclass(frozen=True)
class Edited:
    """The step of an edit of several rows, and what refused: (row, why) each."""

    command: Command | None
    refused: tuple[tuple[int, str], ...] = ()
    done: int = 0


def edit_cells(document: Document, rows: Sequence[int], field: str, text: str) -> Edited:
    """The step that puts a text into a field of several activities.

    Rows that refuse are told and left out. Raises EditError where no row can take the text.
    """
    return edit_rows(document, rows, field, [text] * len(rows))


def edit_rows(document: Document, rows: Sequence[int], field: str, texts: Sequence[str]) -> Edited:
    """The step that puts a text of its own into a field of each of several activities.

    Rows that refuse are told and left out. Raises EditError where no row can take its text.
    """
    refused: list[tuple[int, str]] = []
    if field.startswith(MADE):
        put = {CODE: _assign, USER: _set_user, OWN: _set_own}[field.partition(":")[0] + ":"]
        command, done = put(document, list(rows), field, [text.strip() for text in texts], refused)
        if refused and len(refused) == len(rows):
            raise EditError(refused[0][1])
        return Edited(command, tuple(refused), done)
    steps = []
    for row, text in zip(rows, texts, strict=True):
        try:
            step = edit_cell(document, row, field, text)
        except EditError as error:
            refused.append((row, error.line))
            continue
        if step is not None:
            steps.append(step)
    if refused and len(refused) == len(rows):
        raise EditError(refused[0][1])
    if not steps:
        return Edited(None, tuple(refused))
    label = f"{steps[0].label.rpartition(' ')[0]} {len(steps)} activities"
    one = steps[0] if len(steps) == 1 else _merged(label, steps)
    return Edited(one, tuple(refused), len(steps))


def _merged(label: str, steps: Sequence[Command]) -> Command:
    """Edits of different rows as one step a column: a column is copied once, not once a row."""
    cells: dict[tuple[str, str], tuple[list[int], list[Any]]] = {}
    for step in steps:
        for one in step.steps if isinstance(step, Macro) else (step,):
            if not isinstance(one, SetCells):
                return Macro(label, steps)
            rows, values = cells.setdefault((one.table, one.column), ([], []))
            rows += one.rows.tolist()
            values += list(np.broadcast_to(np.array(one.values, dtype=object), one.rows.shape))
    made = [SetCells(label, *key, rows, values) for key, (rows, values) in cells.items()]
    return made[0] if len(made) == 1 else Macro(label, made)


def fill_down(document: Document, rows: Sequence[int], field: str) -> Edited:
    """The step that gives the field of the first row to the others (Ctrl+D).

    Raises EditError for fewer than two rows, and where no row can take it.
    """
    if len(rows) < 2:
        raise EditError("Select the row to fill from and those below it.")
    if field == "id":
        raise EditError("Activity IDs differ: they cannot be filled down.")
    return edit_cells(document, rows[1:], field, text_of(document, rows[0], field))


def _title(schedule: Schedule, rows: list[int], words: str) -> str:
    if len(rows) == 1:
        return f"{words} of {schedule.activities.code[rows[0]]}"
    return f"{words} of {len(rows)} activities"


# ---------------------------------------------------------------- codes


def _code_type(schedule: Schedule, field: str) -> int:
    known = code_ids(schedule)
    if field not in known:
        raise EditError(f"This schedule has no activity code “{field.removeprefix(CODE)}”.")
    return known.index(field)


def _value_title(schedule: Schedule, value: int) -> str:
    values = schedule.code_values
    return f"{values.code[value]}  {values.name[value]}".strip()


Told = list[tuple[int, str]]
"""Rows that refuse, and why."""


def _taken(
    rows: list[int], texts: list[str], refused: Told, read: Callable[[str], Any]
) -> tuple[list[int], list[Any]]:
    """The rows whose texts can be read, and what they say; each text is read once."""
    known: dict[str, Any] = {}
    good, values = [], []
    for row, text in zip(rows, texts, strict=True):
        if text not in known:
            try:
                known[text] = read(text)
            except EditError as error:
                known[text] = error
        if isinstance(known[text], EditError):
            refused.append((row, known[text].line))
        else:
            good.append(row)
            values.append(known[text])
    return good, values


def _assign(
    document: Document, rows: list[int], field: str, texts: list[str], refused: Told
) -> tuple[Command | None, int]:
    """Give activities values of a code, by code or whole title; none takes it away."""
    schedule = document.schedule
    kind = _code_type(schedule, field)

    def read(text: str) -> int:
        return _find_value(schedule, kind, text) if text and not _is_none(text) else NO_ROW

    rows, values = _taken(rows, texts, refused, read)
    now = value_of_code(schedule, kind)[rows].tolist()
    changed = [(r, v) for r, v, one in zip(rows, values, now, strict=True) if v != one]
    if not changed:
        return None, 0
    other = [row for row, _ in changed]
    assigned = schedule.code_assignments
    mine = schedule.code_values.type[assigned.value] == kind
    keep = ~(mine & np.isin(assigned.activity, other))
    added = [pair for pair in changed if pair[1] != NO_ROW]
    new = np.array(added, dtype=np.int32).reshape(-1, 2)
    made = make_table(
        CodeAssignments,
        int(keep.sum()) + len(added),
        activity=np.concatenate((assigned.activity[keep], new[:, 0])),
        value=np.concatenate((assigned.value[keep], new[:, 1])),
    )
    label = _title(schedule, other, f"Set {field.removeprefix(CODE)}")
    step = SetSchedule(label, replace(schedule, code_assignments=made), ("code_assignments.value",))
    return step, len(rows)


def _is_none(text: str) -> bool:
    return text.casefold() == NO_VALUE.casefold()


def _find_value(schedule: Schedule, kind: int, text: str) -> int:
    folded = text.casefold()
    mine = np.flatnonzero(schedule.code_values.type == kind).tolist()
    for value in mine:
        titles = (_value_title(schedule, value), str(schedule.code_values.code[value]))
        if folded in (title.casefold() for title in titles):
            return int(value)
    name = str(schedule.code_types.name[kind])
    raise EditError(f"“{text}” is no value of the code {name}.")


# ---------------------------------------------------------------- fields of the user


def _user_type(schedule: Schedule, field: str) -> int:
    known = user_ids(schedule)
    if field not in known:
        raise EditError(f"This schedule has no field “{field.removeprefix(USER)}”.")
    return known[field]


def _as_kept(text: str, kind: str) -> str:
    """A typed value of a user-defined field as the model keeps it. Raises EditError."""
    if kind == "date":
        moment = to_datetime(read_date(text)[0])
        assert moment is not None
        return moment.strftime("%Y-%m-%d %H:%M")
    if kind in ("number", "integer", "cost"):
        try:
            number = float(text.replace("−", "-").replace(",", "."))
        except ValueError:
            raise EditError(f"“{text}” is not a number.") from None
        if not np.isfinite(number) or (kind == "integer" and number != round(number)):
            raise EditError(f"“{text}” is not a {'whole ' * (kind == 'integer')}number.")
        return f"{number:.10g}"
    return text


def _set_user(
    document: Document, rows: list[int], field: str, texts: list[str], refused: Told
) -> tuple[Command | None, int]:
    """Set a user-defined field of activities; an empty text takes its value away."""
    schedule, values = document.schedule, document.schedule.udf_values
    kind = _user_type(schedule, field)
    form = str(schedule.udf_types.kind[kind])
    rows, new = _taken(rows, texts, refused, lambda text: _as_kept(text, form) if text else "")
    uids: list[Any] = schedule.activities.uid[rows].tolist()
    wanted = dict(zip(uids, new, strict=True))
    of_field = values.type == kind
    subject = values.subject.tolist()
    places = [place for place in np.flatnonzero(of_field).tolist() if subject[place] in wanted]
    before = {subject[place]: str(values.value[place]) for place in places}
    other = [row for row, uid in zip(rows, uids, strict=True) if before.get(uid, "") != wanted[uid]]
    if not other:
        return None, 0
    keep = np.ones(len(values), dtype=bool)
    keep[places] = False
    added = [(uid, value) for uid, value in wanted.items() if value]
    made = make_table(
        UdfValues,
        int(keep.sum()) + len(added),
        type=np.concatenate((values.type[keep], np.full(len(added), kind, dtype=np.int32))),
        subject=[*values.subject[keep].tolist(), *(uid for uid, _ in added)],
        value=[*values.value[keep].tolist(), *(value for _, value in added)],
    )
    label = _title(schedule, other, f"Set {field.removeprefix(USER)}")
    step = SetSchedule(label, replace(schedule, udf_values=made), ("udf_values.value",))
    return step, len(rows)


def _set_own(
    document: Document, rows: list[int], field: str, texts: list[str], refused: Told
) -> tuple[Command | None, int]:
    """Set a field of the user's own; an empty text takes its value away."""
    kind = field_of(document, field).kind
    rows, new = _taken(rows, texts, refused, lambda text: _as_kept(text, kind) if text else "")
    words = f"Set {field.removeprefix(OWN)}"
    step = set_values(
        document, rows, field, new, lambda done: _title(document.schedule, done, words)
    )
    return step, len(rows)
