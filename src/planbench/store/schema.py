"""The tables of the library file as SQLAlchemy Core sees them.

The file itself is made by `planbench.store.migrations`; a test holds the two beside each other.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import REAL, TypeEngine

from planbench.domain import schedule as domain

metadata = MetaData()

_SQL_TYPES: dict[str, type[TypeEngine[Any]]] = {"Texts": Text, "Numbers": REAL}


def _table(name: str, key: str, texts: str = "", numbers: str = "", blobs: str = "") -> Table:
    """A table with the columns named in `texts`, `numbers` and `blobs`; `key` is its key."""
    keys = key.split()
    return Table(
        name,
        metadata,
        *(Column(column, Integer, primary_key=column in keys) for column in numbers.split()),
        *(Column(column, Text, primary_key=column in keys) for column in texts.split()),
        *(Column(column, LargeBinary) for column in blobs.split()),
    )


ROW_COLUMNS: dict[str, tuple[str, ...]] = {
    "activities": (
        "uid",
        "code",
        "name",
        "project",
        "wbs",
        "calendar",
        "type",
        "status",
        "original_duration",
        "remaining_duration",
        "actual_start",
        "actual_finish",
        "planned_start",
        "planned_finish",
        "expected_finish",
        "suspend",
        "resume",
        "external_early_start",
        "external_late_finish",
        "constraint",
        "constraint_date",
        "constraint2",
        "constraint2_date",
        "percent_type",
        "physical_percent",
        "stored_early_start",
        "stored_early_finish",
        "stored_late_start",
        "stored_late_finish",
        "stored_total_float",
        "stored_free_float",
        "stored_longest_path",
        "stored_start",
        "stored_finish",
        "levelling_priority",
    ),
    "relationships": ("uid", "predecessor", "successor", "type", "lag"),
}
"""Schedule columns that lie row by row, for others to query; all other columns lie as blobs."""


def _rows(name: str, table: type[domain.Table]) -> Table:
    """A schedule table kept row by row."""
    return Table(
        name,
        metadata,
        Column("update_id", Integer, primary_key=True),
        Column("row", Integer, primary_key=True, quote=True),
        *(
            Column(column, _SQL_TYPES.get(domain.column_kind(table, column), Integer))
            for column in ROW_COLUMNS[name]
        ),
    )


projects = _table("projects", "id", "code name created", "id baseline")
files = _table("files", "sha256", "sha256", "size", "content")
updates = _table(
    "updates",
    "id",
    "label kind created source_name source_format sha256 figures digest layout",
    "id project_id data_date activities relationships",
)
activities = _rows("activities", domain.Activities)
relationships = _rows("relationships", domain.Relationships)
schedule_columns = _table(
    "schedule_columns",
    "update_id table_name column_name",
    "table_name column_name dtype shape",
    "update_id",
    "content",
)
schedule_parts = _table("schedule_parts", "update_id name", "name content", "update_id")
repairs = _table(
    "repairs", "update_id position", "code severity place message action", "update_id position"
)
results = _table("results", "id", "kind label digest created meta", "id update_id")
result_columns = _table(
    "result_columns", "result_id name", "name dtype shape", "result_id", "content"
)
findings = _table("findings", "id", "metric subject severity message state reason", "id update_id")
notes = _table("notes", "id", "subject text created", "id project_id update_id")
settings = _table("settings", "key", "key value")
entries = _table("entries", "id", "kind uid body changed", "id project_id")
journal = _table("journal", "id", "kind uid at who what before after", "id project_id")
