"""Queries on results, notes and settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy.typing as npt
import sqlalchemy as sql
from sqlalchemy import Connection

from planbench.store import codec
from planbench.store.projects import head_of, now
from planbench.store.records import Note, StoredResult
from planbench.store.schema import notes, result_columns, results, settings


def save_result(
    connection: Connection,
    key: tuple[int, str, str],
    digest: str,
    meta: Mapping[str, Any],
    columns: Mapping[str, npt.NDArray[Any]],
) -> int:
    """Keep a result in place of the one with the same key (update, kind, label); its id."""
    update, kind, label = key
    connection.execute(sql.delete(results).where(_is(key)))
    made = connection.execute(
        sql.insert(results).values(
            update_id=update,
            kind=kind,
            label=label,
            digest=digest,
            created=now(),
            meta=codec.to_json(meta),
        )
    )
    result = int(made.inserted_primary_key[0])  # type: ignore[index]
    for name, column in columns.items():
        dtype, shape, content = codec.pack(column)
        connection.execute(
            sql.insert(result_columns).values(
                result_id=result, name=name, dtype=dtype, shape=shape, content=content
            )
        )
    return result


def _is(key: tuple[int, str, str]) -> sql.ColumnElement[bool]:
    update, kind, label = key
    return sql.and_(results.c.update_id == update, results.c.kind == kind, results.c.label == label)


def load_result(connection: Connection, key: tuple[int, str, str]) -> StoredResult | None:
    """The result with this key (update, kind, label), None without one.

    Raises ValueError when a column is not what was written.
    """
    row = connection.execute(sql.select(results).where(_is(key))).first()
    if row is None:
        return None
    table = result_columns
    columns = {
        column.name: codec.unpack(column.dtype, column.shape, column.content)
        for column in connection.execute(sql.select(table).where(table.c.result_id == row.id))
    }
    return StoredResult(head_of(row), columns)


def add_note(
    connection: Connection, project: int, update: int | None, subject: str, text: str
) -> int:
    """A new note; its id."""
    made = connection.execute(
        sql.insert(notes).values(
            project_id=project, update_id=update, subject=subject, text=text, created=now()
        )
    )
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def notes_of(connection: Connection, project: int) -> tuple[Note, ...]:
    """All notes of a project, oldest first."""
    query = sql.select(notes).where(notes.c.project_id == project).order_by(notes.c.id)
    return tuple(
        Note(r.id, r.project_id, r.update_id, r.subject, r.text, r.created)
        for r in connection.execute(query)
    )


def delete_note(connection: Connection, note: int) -> None:
    """Forget a note."""
    connection.execute(sql.delete(notes).where(notes.c.id == note))


def setting(connection: Connection, key: str, default: Any) -> Any:
    """A setting of the library."""
    query = sql.select(settings.c.value).where(settings.c.key == key)
    text = connection.execute(query).scalar_one_or_none()
    return default if text is None else json.loads(text)


def set_setting(connection: Connection, key: str, value: Any) -> None:
    """Keep a setting: any value that JSON can hold."""
    connection.execute(sql.delete(settings).where(settings.c.key == key))
    connection.execute(sql.insert(settings).values(key=key, value=codec.to_json(value)))
