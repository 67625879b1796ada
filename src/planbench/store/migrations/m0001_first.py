"""The first layout: projects, updates, schedules, results and what people write about them.

All tables are STRICT. Instants are whole minutes since 1970-01-01T00:00 in project time, durations
and floats working minutes; NULL is a value that does not exist. `row` is the position (from 0) of
an activity or a relationship in its update, and what `predecessor`, `successor`, `wbs`,
`calendar` and `project` refer to. The views show the same with words and ISO dates.
"""

from __future__ import annotations

from sqlalchemy import Connection

from planbench.store.migrations import Step

info = Step(1, 0, "projects, updates, schedules, results, notes and settings")

_TABLES = """
CREATE TABLE projects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  baseline INTEGER REFERENCES updates (id) ON DELETE SET NULL,
  created TEXT NOT NULL
) STRICT;

CREATE INDEX projects_baseline ON projects (baseline);

CREATE TABLE files (
  sha256 TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT;

CREATE TABLE updates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  label TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('update', 'baseline', 'what-if')),
  data_date INTEGER,
  created TEXT NOT NULL,
  source_name TEXT NOT NULL,
  source_format TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  activities INTEGER NOT NULL,
  relationships INTEGER NOT NULL,
  figures TEXT NOT NULL,
  digest TEXT NOT NULL,
  layout TEXT NOT NULL
) STRICT;

CREATE INDEX updates_project ON updates (project_id);
CREATE INDEX updates_sha256 ON updates (sha256);

CREATE TABLE activities (
  update_id INTEGER NOT NULL REFERENCES updates (id) ON DELETE CASCADE,
  "row" INTEGER NOT NULL,
  uid TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  project INTEGER,
  wbs INTEGER,
  calendar INTEGER,
  type INTEGER NOT NULL,
  status INTEGER NOT NULL,
  original_duration INTEGER,
  remaining_duration INTEGER,
  actual_start INTEGER,
  actual_finish INTEGER,
  planned_start INTEGER,
  planned_finish INTEGER,
  expected_finish INTEGER,
  suspend INTEGER,
  resume INTEGER,
  external_early_start INTEGER,
  external_late_finish INTEGER,
  "constraint" INTEGER NOT NULL,
  constraint_date INTEGER,
  constraint2 INTEGER NOT NULL,
  constraint2_date INTEGER,
  percent_type INTEGER NOT NULL,
  physical_percent REAL,
  stored_early_start INTEGER,
  stored_early_finish INTEGER,
  stored_late_start INTEGER,
  stored_late_finish INTEGER,
  stored_total_float INTEGER,
  stored_free_float INTEGER,
  stored_longest_path INTEGER NOT NULL,
  stored_start INTEGER,
  stored_finish INTEGER,
  levelling_priority INTEGER NOT NULL,
  PRIMARY KEY (update_id, "row")
) STRICT, WITHOUT ROWID;

CREATE TABLE relationships (
  update_id INTEGER NOT NULL REFERENCES updates (id) ON DELETE CASCADE,
  "row" INTEGER NOT NULL,
  uid TEXT NOT NULL,
  predecessor INTEGER,
  successor INTEGER,
  type INTEGER NOT NULL,
  lag INTEGER,
  PRIMARY KEY (update_id, "row")
) STRICT, WITHOUT ROWID;

CREATE TABLE schedule_columns (
  update_id INTEGER NOT NULL REFERENCES updates (id) ON DELETE CASCADE,
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  dtype TEXT NOT NULL,
  shape TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (update_id, table_name, column_name)
) STRICT;

CREATE TABLE schedule_parts (
  update_id INTEGER NOT NULL REFERENCES updates (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (update_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE repairs (
  update_id INTEGER NOT NULL REFERENCES updates (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  severity TEXT NOT NULL,
  place TEXT NOT NULL,
  message TEXT NOT NULL,
  action TEXT NOT NULL,
  PRIMARY KEY (update_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE results (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  update_id INTEGER NOT NULL REFERENCES updates (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  digest TEXT NOT NULL,
  created TEXT NOT NULL,
  meta TEXT NOT NULL,
  UNIQUE (update_id, kind, label)
) STRICT;

CREATE TABLE result_columns (
  result_id INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  dtype TEXT NOT NULL,
  shape TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (result_id, name)
) STRICT;

CREATE TABLE findings (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  update_id INTEGER NOT NULL REFERENCES updates (id) ON DELETE CASCADE,
  metric TEXT NOT NULL,
  subject TEXT NOT NULL,
  severity TEXT NOT NULL,
  message TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'waived', 'closed')),
  reason TEXT NOT NULL
) STRICT;

CREATE INDEX findings_update ON findings (update_id);

CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  update_id INTEGER REFERENCES updates (id) ON DELETE CASCADE,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  created TEXT NOT NULL
) STRICT;

CREATE INDEX notes_project ON notes (project_id);
CREATE INDEX notes_update ON notes (update_id);

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID
"""


def _iso(column: str) -> str:
    """SQL that shows minutes as `YYYY-MM-DDTHH:MM`, under the column's own name."""
    name = column.split(".")[-1]
    return f"strftime('%Y-%m-%dT%H:%M', {column} * 60, 'unixepoch') AS {name}"


def _word(column: str, words: tuple[str, ...]) -> str:
    """SQL that shows a number as its word, under the column's own name."""
    cases = " ".join(f"WHEN {number} THEN '{word}'" for number, word in enumerate(words))
    return f"CASE {column} {cases} END AS {column.split('.')[-1]}"


_TYPES = (
    "task",
    "start milestone",
    "finish milestone",
    "level of effort",
    "WBS summary",
    "resource dependent",
)
_DATES = (
    "actual_start",
    "actual_finish",
    "planned_start",
    "planned_finish",
    "stored_early_start",
    "stored_early_finish",
    "stored_late_start",
    "stored_late_finish",
)

_VIEWS = (
    f"""
CREATE VIEW update_list AS
SELECT updates.id AS update_id, projects.code AS project, projects.name AS project_name,
  updates.label, updates.kind, {_iso("updates.data_date")}, updates.source_name,
  updates.activities, updates.relationships, projects.baseline IS updates.id AS is_baseline
FROM updates JOIN projects ON projects.id = updates.project_id
""",
    f"""
CREATE VIEW activity_list AS
SELECT update_id, "row", code, name, {_word("activities.type", _TYPES)},
  {_word("activities.status", ("not started", "in progress", "complete"))},
  original_duration / 60.0 AS original_hours, remaining_duration / 60.0 AS remaining_hours,
  {", ".join(_iso("activities." + name) for name in _DATES)},
  stored_total_float / 60.0 AS stored_total_float_hours, physical_percent
FROM activities
""",
    f"""
CREATE VIEW relationship_list AS
SELECT relationships.update_id, relationships."row", before.code AS predecessor,
  after.code AS successor, {_word("relationships.type", ("FS", "SS", "FF", "SF"))},
  relationships.lag / 60.0 AS lag_hours
FROM relationships
JOIN activities AS before ON before.update_id = relationships.update_id
  AND before."row" = relationships.predecessor
JOIN activities AS after ON after.update_id = relationships.update_id
  AND after."row" = relationships.successor
""",
)


def migrate(connection: Connection) -> None:
    """Create the tables and views in an empty file."""
    for statement in (*_TABLES.split(";"), *_VIEWS):
        connection.exec_driver_sql(statement)
