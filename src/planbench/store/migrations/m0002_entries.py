"""Entries: what users write down (findings, risks, actions, evidence...), with its journal.

An entry is one JSON object, known by its kind, its project (NULL: the whole library) and its uid.
The journal holds every change of an entry, oldest first, and outlives the entry.
"""

from __future__ import annotations

from sqlalchemy import Connection

from planbench.store.migrations import Step

info = Step(1, 1, "entries that users write, each with a journal of its changes")

_TABLES = """
CREATE TABLE entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  project_id INTEGER REFERENCES projects (id) ON DELETE CASCADE,
  uid TEXT NOT NULL,
  body TEXT NOT NULL,
  changed TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX entries_key ON entries (kind, ifnull(project_id, 0), uid);
CREATE INDEX entries_project ON entries (project_id);

CREATE TABLE journal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  project_id INTEGER REFERENCES projects (id) ON DELETE CASCADE,
  uid TEXT NOT NULL,
  at TEXT NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL,
  before TEXT,
  after TEXT
) STRICT;

CREATE INDEX journal_key ON journal (kind, uid);
CREATE INDEX journal_project ON journal (project_id)
"""


def migrate(connection: Connection) -> None:
    """Add both tables."""
    for statement in _TABLES.split(";"):
        connection.exec_driver_sql(statement)
