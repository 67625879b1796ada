"""Queries on projects, updates and the files they came from."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zlib
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sql
from sqlalchemy import Connection

from planbench.domain.reports import Repair
from planbench.domain.schedule import Schedule
from planbench.domain.times import NO_TIME
from planbench.store import codec, schedules
from planbench.store.records import NewUpdate, ProjectRecord, ResultHead, UpdateRecord
from planbench.store.schema import files, projects, repairs, results, updates


def now() -> str:
    """The present instant, ISO, UTC, to the second."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def list_projects(connection: Connection) -> tuple[ProjectRecord, ...]:
    """All projects by name, with updates and what results they have."""
    of_project: dict[int, list[UpdateRecord]] = {}
    for update in _updates(connection, sql.true()):
        of_project.setdefault(update.project, []).append(update)
    found = connection.execute(sql.select(projects)).all()
    listed = [
        ProjectRecord(
            row.id, row.code, row.name, row.created, row.baseline, tuple(of_project.get(row.id, ()))
        )
        for row in found
    ]
    return tuple(sorted(listed, key=lambda project: (project.name.casefold(), project.code)))


def one_update(connection: Connection, update: int) -> UpdateRecord | None:
    """One update by its id."""
    return next(iter(_updates(connection, updates.c.id == update)), None)


def _updates(connection: Connection, chosen: sql.ColumnElement[bool]) -> list[UpdateRecord]:
    heads: dict[int, list[ResultHead]] = {}
    query = sql.select(results).join(updates, updates.c.id == results.c.update_id).where(chosen)
    for row in connection.execute(query.order_by(results.c.id)):
        heads.setdefault(row.update_id, []).append(head_of(row))
    order = (sql.func.ifnull(updates.c.data_date, 0), updates.c.id)
    return [
        UpdateRecord(
            id=row.id,
            project=row.project_id,
            label=row.label,
            kind=row.kind,
            data_date=NO_TIME if row.data_date is None else row.data_date,
            created=row.created,
            source_name=row.source_name,
            source_format=row.source_format,
            sha256=row.sha256,
            activities=row.activities,
            relationships=row.relationships,
            figures=json.loads(row.figures),
            digest=row.digest,
            results=tuple(heads.get(row.id, ())),
        )
        for row in connection.execute(sql.select(updates).where(chosen).order_by(*order))
    ]


def head_of(row: sql.Row[Any]) -> ResultHead:
    """A row of `results` as a record."""
    return ResultHead(
        row.id, row.update_id, row.kind, row.label, row.digest, row.created, json.loads(row.meta)
    )


def find_project(connection: Connection, code: str) -> int | None:
    """Id of the project with this code."""
    return connection.execute(
        sql.select(projects.c.id).where(projects.c.code == code)
    ).scalar_one_or_none()


def find_update(connection: Connection, sha256: str) -> int | None:
    """Id of the first update that was read from a file with this hash."""
    query = sql.select(updates.c.id).where(updates.c.sha256 == sha256).order_by(updates.c.id)
    return connection.execute(query.limit(1)).scalar_one_or_none()


def add_project(connection: Connection, code: str, name: str) -> int:
    """A new project; its id."""
    made = connection.execute(sql.insert(projects).values(code=code, name=name, created=now()))
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def add_update(
    connection: Connection,
    project: int,
    schedule: Schedule,
    new: NewUpdate,
    mended: Iterable[Repair],
    content: bytes | None,
) -> int:
    """A new update with its schedule, its repairs and the bytes of its file; its id."""
    schedule = codec.as_stored(schedule)
    made = connection.execute(
        sql.insert(updates).values(
            project_id=project,
            label=new.label,
            kind=new.kind,
            data_date=None if new.data_date == NO_TIME else int(new.data_date),
            created=now(),
            source_name=new.source_name,
            source_format=new.source_format,
            sha256=new.sha256,
            activities=len(schedule.activities),
            relationships=len(schedule.relationships),
            figures=codec.to_json(new.figures),
            digest=schedule.digest,
            layout=codec.layout(),
        )
    )
    update = int(made.inserted_primary_key[0])  # type: ignore[index]
    schedules.write_schedule(connection, update, schedule)
    rows = [
        (number, r.code, r.severity, r.where, r.message, r.action)
        for number, r in enumerate(mended)
    ]
    if rows:
        names = ("position", "code", "severity", "place", "message", "action")
        connection.execute(
            sql.insert(repairs),
            [{"update_id": update, **dict(zip(names, row, strict=True))} for row in rows],
        )
    if content is not None:
        keep_file(connection, new.sha256, content)
    return update


def keep_file(connection: Connection, sha256: str, content: bytes) -> None:
    """Keep the bytes of a file once, by their hash. Raises ValueError for another hash."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError("these bytes have another hash")
    known = connection.execute(sql.select(files.c.size).where(files.c.sha256 == sha256)).first()
    if known is None:
        packed = zlib.compress(content, 1)
        connection.execute(
            sql.insert(files).values(sha256=sha256, size=len(content), content=packed)
        )


def file_of(connection: Connection, update: int) -> bytes | None:
    """The bytes of the file an update was read from, None where they were not kept.

    Raises ValueError when they are not what was read.
    """
    query = sql.select(files).join(updates, updates.c.sha256 == files.c.sha256)
    row = connection.execute(query.where(updates.c.id == update)).first()
    if row is None:
        return None
    try:
        content = zlib.decompress(row.content)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise ValueError("another hash than when it was read")
    return content


def drop_unused_files(connection: Connection) -> None:
    """Forget the bytes of files that no update came from any more."""
    used = sql.select(updates.c.sha256)
    connection.execute(sql.delete(files).where(files.c.sha256.not_in(used)))


def repairs_of(connection: Connection, update: int) -> tuple[Repair, ...]:
    """What reading an update's file had to mend."""
    query = sql.select(repairs).where(repairs.c.update_id == update).order_by(repairs.c.position)
    return tuple(
        Repair(row.code, row.severity, row.place, row.message, row.action)
        for row in connection.execute(query)
    )
