"""A Schedule into the library file and out again.

Activities and relationships lie row by row so that others can query the file; every other table,
and any column that joins the domain later, lies as one compressed blob a column. No value is kept
twice.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sql
from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import dialect

from planbench.domain import schedule as domain
from planbench.domain.schedule import Baseline, BaselineColumns, Schedule
from planbench.domain.times import NO_TIME
from planbench.store import codec, schema

_EMPTY = Schedule()
_KINDS: dict[str, type[domain.Table]] = {
    name: type(getattr(_EMPTY, name)) for name in domain.TABLES
}
_CHUNK = 10_000
"""Rows handled at once: longer steps would keep the window waiting for the interpreter."""

_MISSING: dict[str, int] = {"Minutes": NO_TIME, "Rows": domain.NO_ROW}


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the garbage collector from walking the million tuples of a bulk transfer.

    It finds nothing there and takes a third of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def insert_many(connection: Connection, table: sql.Table, rows: list[tuple[Any, ...]]) -> None:
    """Insert rows of plain Python values, in the order of the table's columns."""
    if rows:
        statement = str(sql.insert(table).compile(dialect=dialect()))
        connection.exec_driver_sql(statement, rows)


def write_schedule(connection: Connection, update: int, schedule: Schedule) -> None:
    """Write all of a schedule under a new update's id.

    Raises TypeError for columns that are not what their kind says.
    """
    with _without_collector():
        for name in schema.ROW_COLUMNS:
            _write_rows(connection, update, name, getattr(schedule, name))
    blobs: list[tuple[Any, ...]] = []
    for name in domain.TABLES:
        table: domain.Table = getattr(schedule, name)
        for column_name, column in table.columns():
            if column_name not in schema.ROW_COLUMNS.get(name, ()):
                blobs.append(_blob(update, name, column_name, column))
    for number, baseline in enumerate(schedule.baselines):
        for column_name, column in baseline.columns.columns():
            blobs.append(_blob(update, f"baseline {number}", column_name, column))
    insert_many(connection, schema.schedule_columns, blobs)
    parts = {
        "projects": codec.projects_json(schedule.projects),
        "calendars": codec.calendars_json(schedule.calendars),
        "source": codec.source_json(schedule.source),
        "baselines": codec.baselines_json(schedule.baselines),
    }
    connection.execute(
        sql.insert(schema.schedule_parts),
        [{"update_id": update, "name": name, "content": text} for name, text in parts.items()],
    )


def _blob(update: int, table: str, name: str, column: npt.NDArray[Any]) -> tuple[Any, ...]:
    return (update, table, name, *codec.pack(column))


def _write_rows(connection: Connection, update: int, name: str, table: domain.Table) -> None:
    kind = _KINDS[name]
    columns = [
        _values(getattr(table, column), domain.column_kind(kind, column))
        for column in schema.ROW_COLUMNS[name]
    ]
    for start in range(0, len(table), _CHUNK):
        numbers = range(start, min(start + _CHUNK, len(table)))
        cells = (column[start : start + _CHUNK] for column in columns)
        rows = list(zip([update] * len(numbers), numbers, *cells, strict=True))
        insert_many(connection, getattr(schema, name), rows)


def _values(column: npt.NDArray[Any], kind: str) -> list[Any]:
    """Plain values of a column, None for what does not exist."""
    values: list[Any] = column.tolist()
    if kind in _MISSING:
        missing = np.flatnonzero(column == _MISSING[kind])
    elif kind == "Numbers":
        missing = np.flatnonzero(np.isnan(column))
    else:
        return values
    if missing.size == len(values):
        return [None] * len(values)
    for row in missing.tolist():
        values[row] = None
    return values


def read_schedule(connection: Connection, update: int) -> Schedule:
    """The schedule of an update.

    What is stored and not what was written raises ValueError, LookupError, TypeError or
    OverflowError, or comes back as other values.
    """
    table = schema.schedule_parts
    query = sql.select(table.c.name, table.c.content).where(table.c.update_id == update)
    parts = {row.name: row.content for row in connection.execute(query)}
    columns = _read_blobs(connection, update)
    tables: dict[str, domain.Table] = {}
    for name, kind in _KINDS.items():
        found = columns.get(name, {})
        if name in schema.ROW_COLUMNS:
            with _without_collector():
                found = {**found, **_read_rows(connection, update, name, kind)}
        tables[name] = _table(kind, found)
    heads = json.loads(parts["baselines"])
    return Schedule(
        projects=codec.projects_of(parts["projects"]),
        calendars=codec.calendars_of(parts["calendars"]),
        baselines=tuple(
            _baseline(head, columns.get(f"baseline {number}", {}))
            for number, head in enumerate(heads)
        ),
        source=codec.source_of(parts["source"]),
        **tables,  # type: ignore[arg-type]
    )


def _table(kind: type[domain.Table], found: dict[str, Any]) -> domain.Table:
    """A table of the columns that were found; those that came to the domain later are default."""
    known = {item.name for item in fields(kind)}
    columns = {name: column for name, column in found.items() if name in known}
    length = len(next(iter(columns.values()))) if columns else 0
    return domain.make_table(kind, length, **columns)


def _baseline(head: dict[str, Any], found: dict[str, npt.NDArray[Any]]) -> Baseline:
    date = head["data_date"]
    columns = _table(BaselineColumns, found)
    assert isinstance(columns, BaselineColumns)
    return Baseline(head["name"], NO_TIME if date is None else date, columns)


def _read_blobs(connection: Connection, update: int) -> dict[str, dict[str, npt.NDArray[Any]]]:
    table = schema.schedule_columns
    found: dict[str, dict[str, npt.NDArray[Any]]] = {}
    for row in connection.execute(
        sql.select(
            table.c.table_name, table.c.column_name, table.c.dtype, table.c.shape, table.c.content
        ).where(table.c.update_id == update)
    ):
        column = codec.unpack(row.dtype, row.shape, row.content)
        found.setdefault(row.table_name, {})[row.column_name] = column
    return found


def _read_rows(
    connection: Connection, update: int, name: str, kind: type[domain.Table]
) -> dict[str, Any]:
    table: sql.Table = getattr(schema, name)
    names = schema.ROW_COLUMNS[name]
    chosen = []
    for column in names:
        missing = _MISSING.get(domain.column_kind(kind, column))
        cell: sql.ColumnElement[Any] = table.c[column]
        if missing is not None:  # SQLite puts the value for NULL in faster than we could
            cell = sql.func.ifnull(cell, sql.literal_column(str(missing)))
        chosen.append(cell)
    query = sql.select(*chosen).where(table.c.update_id == sql.bindparam("update"))
    text = str(query.order_by(table.c.row).compile(dialect=dialect()))
    found = connection.exec_driver_sql(text, (update,)).cursor
    assert found is not None
    parts: dict[str, list[npt.NDArray[Any]]] = {column: [] for column in names}
    dtypes = {column: getattr(domain.empty_table(kind), column).dtype for column in names}
    while rows := found.fetchmany(_CHUNK):
        for column, values in zip(names, zip(*rows, strict=True), strict=True):
            parts[column].append(np.array(values, dtype=dtypes[column]))  # None becomes NaN
    found.close()
    return {column: np.concatenate(pieces) if pieces else () for column, pieces in parts.items()}
