"""Queries on entries and their journal: JSON objects that users write down, and who changed what.

One table serves every room (findings, risks, actions, evidence, portfolio...); what the object of
a kind holds is the business of the service that keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import sqlalchemy as sql
from sqlalchemy import Connection

from planbench.store import codec
from planbench.store.projects import now
from planbench.store.records import Entry, JournalLine
from planbench.store.schema import entries, journal


def _is(entry: Entry) -> sql.ColumnElement[bool]:
    """Whether a row is this entry, in the words of the unique index, so that it is used."""
    return sql.and_(
        entries.c.kind == entry.kind,
        sql.func.ifnull(entries.c.project_id, sql.literal_column("0")) == (entry.project or 0),
        entries.c.uid == entry.uid,
    )


def entries_of(connection: Connection, kind: str, project: int | None) -> tuple[Entry, ...]:
    """The entries of a kind in the order they were first put; of one project, or of all (None)."""
    query = sql.select(entries).where(entries.c.kind == kind).order_by(entries.c.id)
    if project is not None:
        query = query.where(entries.c.project_id == project)
    return tuple(
        Entry(r.kind, r.uid, json.loads(r.body), r.project_id, r.changed)
        for r in connection.execute(query)
    )


def put(connection: Connection, new: Iterable[Entry], who: str, what: str) -> int:
    """Keep entries in place of those with the same key; how many of them were new or different."""
    changes = 0
    for entry in new:
        body = codec.to_json(entry.body)
        query = sql.select(entries.c.body).where(_is(entry))
        before = connection.execute(query).scalar_one_or_none()
        if before == body:
            continue
        at = now()
        if before is None:
            row = {"kind": entry.kind, "project_id": entry.project, "uid": entry.uid}
            connection.execute(sql.insert(entries).values(**row, body=body, changed=at))
        else:
            connection.execute(sql.update(entries).where(_is(entry)).values(body=body, changed=at))
        _log(connection, entry, (at, who, what), before, body)
        changes += 1
    return changes


def delete(connection: Connection, old: Iterable[Entry], who: str, what: str) -> int:
    """Forget entries, not their journal; how many of them were there."""
    gone = 0
    for entry in old:
        query = sql.select(entries.c.body).where(_is(entry))
        before = connection.execute(query).scalar_one_or_none()
        if before is not None:
            connection.execute(sql.delete(entries).where(_is(entry)))
            _log(connection, entry, (now(), who, what), before, None)
            gone += 1
    return gone


def _log(
    connection: Connection,
    entry: Entry,
    act: tuple[str, str, str],
    before: str | None,
    after: str | None,
) -> None:
    at, who, what = act
    key = {"kind": entry.kind, "project_id": entry.project, "uid": entry.uid}
    connection.execute(
        sql.insert(journal).values(**key, at=at, who=who, what=what, before=before, after=after)
    )


def journal_of(
    connection: Connection, kind: str, project: int | None, uid: str | None
) -> tuple[JournalLine, ...]:
    """What happened to the entries of a kind, oldest first; None: of all projects, of all uids."""
    query = sql.select(journal).where(journal.c.kind == kind).order_by(journal.c.id)
    if project is not None:
        query = query.where(journal.c.project_id == project)
    if uid is not None:
        query = query.where(journal.c.uid == uid)
    return tuple(
        JournalLine(
            r.kind,
            r.uid,
            r.project_id,
            r.at,
            r.who,
            r.what,
            None if r.before is None else json.loads(r.before),
            None if r.after is None else json.loads(r.after),
        )
        for r in connection.execute(query)
    )
