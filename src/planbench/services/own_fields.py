"""Fields of the user's own: made, filled and kept in the library; the schedule stays as it is."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from planbench.domain.errors import PlanbenchError
from planbench.scenes.own_fields import KINDS, OWN, OwnField
from planbench.services.document import Document
from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.services.library import Library

FIELD, VALUE = "own field", "own value"
TOUCHED = frozenset({"own fields"})
"""What a step touches that changes nothing else."""


class OwnFieldError(PlanbenchError):
    """A field that cannot be so."""


class SetOwnFields:
    """Other fields of the user's own."""

    touched = TOUCHED

    def __init__(self, label: str, fields: tuple[OwnField, ...]) -> None:
        self.label = label
        self._other = fields

    def redo(self, document: Document) -> None:
        """Show the new ones."""
        document.own_fields, self._other = self._other, document.own_fields

    undo = redo


def field_of(document: Document, column: str) -> OwnField:
    """The field of a column. Raises OwnFieldError where there is none."""
    name = column.removeprefix(OWN)
    for one in document.own_fields:
        if one.name == name:
            return one
    raise OwnFieldError(f"There is no field “{name}” of your own.")


def _exchanged(document: Document, uid: str, made: OwnField) -> tuple[OwnField, ...]:
    return tuple(made if one.uid == uid else one for one in document.own_fields)


def _free_name(document: Document, name: str, taken: Iterable[str], uid: str = "") -> str:
    name = name.strip()
    if not name:
        raise OwnFieldError("A field needs a name.")
    if set(name) & set("[]{}"):
        raise OwnFieldError("A name cannot have brackets: filters write names in them.")
    mine = (one.name for one in document.own_fields if one.uid != uid)
    if name.casefold() in {one.casefold() for one in (*taken, *mine)}:
        raise OwnFieldError(f"There is a field “{name}” already.")
    return name


def add_field(
    document: Document, name: str, kind: str = "text", taken: Iterable[str] = ()
) -> SetOwnFields:
    """A new field without values; `taken` are the names of the schedule's own fields.

    Raises OwnFieldError for a name that is empty or taken, and for a document that is not in the
    library, which could not keep it.
    """
    if document.library_project is None:
        raise OwnFieldError("Fields are kept with a project: import the file into the library.")
    if kind not in KINDS:
        raise OwnFieldError(f"“{kind}” is no kind of field.")
    made = OwnField(uuid.uuid4().hex[:12], _free_name(document, name, taken), kind)
    return SetOwnFields(f"Add field {made.name}", (*document.own_fields, made))


def rename_field(
    document: Document, uid: str, name: str, taken: Iterable[str] = ()
) -> SetOwnFields:
    """Call a field otherwise. Raises OwnFieldError as `add_field` does."""
    old = next(one for one in document.own_fields if one.uid == uid)
    made = replace(old, name=_free_name(document, name, taken, uid))
    return SetOwnFields(f"Rename field {old.name}", _exchanged(document, uid, made))


def delete_field(document: Document, uid: str) -> SetOwnFields:
    """Take a field with all its values away."""
    old = next(one for one in document.own_fields if one.uid == uid)
    left = tuple(one for one in document.own_fields if one.uid != uid)
    return SetOwnFields(f"Delete field {old.name}", left)


def set_values(
    document: Document,
    rows: Sequence[int],
    column: str,
    texts: Sequence[str],
    label: Callable[[list[int]], str],
) -> SetOwnFields | None:
    """Put texts, as they are kept, into a field of some activities; None where nothing changes."""
    one, codes = field_of(document, column), document.schedule.activities.code
    values, changed = dict(one.values), []
    for row, text in zip(rows, texts, strict=True):
        code = str(codes[row])
        if values.get(code, "") == text:
            continue
        changed.append(row)
        if text:
            values[code] = text
        else:
            values.pop(code)
    if not changed:
        return None
    made = replace(one, values=values)
    return SetOwnFields(label(changed), _exchanged(document, one.uid, made))


# ---------------------------------------------------------------- in the library


def attach_own_fields(library: Library, document: Document) -> None:
    """Give a document of a project the fields that are kept with it."""
    project = document.library_project
    if project is None:
        return
    values: dict[str, dict[str, str]] = {}
    for entry in library.entries(VALUE, project):
        uid, code = str(entry.body.get("field", "")), str(entry.body.get("activity", ""))
        values.setdefault(uid, {})[code] = str(entry.body.get("text", ""))
    found = tuple(
        OwnField(
            entry.uid,
            str(entry.body.get("name", entry.uid)),
            kind if (kind := str(entry.body.get("kind"))) in KINDS else "text",
            values.get(entry.uid, {}),
        )
        for entry in library.entries(FIELD, project)
    )
    document.own_fields = document.own_fields_kept = found


def keep_own_fields(
    library: Library, project: int, before: Sequence[OwnField], now: Sequence[OwnField]
) -> None:
    """Keep fields with a project, where `before` is what it has; the journal tells every value.

    Raises StoreError when the library cannot be changed.
    """
    known = {one.uid: one for one in before}
    there = {one.uid for one in now}
    new: list[Entry] = []
    gone: list[Entry] = []
    for one in now:
        old = known.get(one.uid, OwnField(one.uid, "", "", {}))
        if (one.name, one.kind) != (old.name, old.kind):
            new.append(Entry(FIELD, one.uid, {"name": one.name, "kind": one.kind}, project))
        if one.values is not old.values:
            new += [
                _value(project, one.uid, code, text)
                for code, text in one.values.items()
                if old.values.get(code) != text
            ]
            gone += [_value(project, one.uid, c, t) for c, t in old.values.items()
                     if c not in one.values]  # fmt: skip
    for old in before:
        if old.uid not in there:
            gone.append(Entry(FIELD, old.uid, {}, project))
            gone += [_value(project, old.uid, code, text) for code, text in old.values.items()]
    if new:
        library.put_entries(new, "own fields edited")
    if gone:
        library.delete_entries(gone, "own fields taken away")


def _value(project: int, field: str, code: str, text: str) -> Entry:
    body = {"field": field, "activity": code, "text": text}
    return Entry(VALUE, f"{field}/{code}", body, project)
