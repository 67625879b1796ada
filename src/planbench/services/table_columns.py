"""Tables of a schedule as grids of plain values: which columns there are, and what they hold.

Every table of the model can be exported with every column of it. The first columns of a table are
those that planners work with and that can come back (see `services.tables`); the others follow
under the names that the model has for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.reports import Repair
from planbench.domain.schedule import (
    NO_ROW,
    ActivityType,
    Contour,
    LagFormat,
    LinkType,
    PercentType,
    Schedule,
    Status,
    Table,
    column_kind,
)
from planbench.domain.times import NO_TIME, to_datetime
from planbench.exchange.tables.sheets import Grid, Value
from planbench.services.editing import CONSTRAINT_NAMES


@dataclass(frozen=True)
class Column:
    """A column of an exported table.

    `edit` names the field that it changes when it comes back, "" for one that is only read.
    `model` is the column of the model behind it, "" for none of its own; `main` ones are exported
    where no columns are chosen.
    """

    key: str
    title: str
    values: Callable[[Schedule], list[Value]]
    edit: str = ""
    model: str = ""
    main: bool = True

    @property
    def locked(self) -> bool:
        """Whether no table that comes back changes it, not even with a new row."""
        return not self.main or self.model == "status"


def _plain(table: str, name: str) -> Callable[[Schedule], list[Value]]:
    def values(schedule: Schedule) -> list[Value]:
        found: list[Value] = getattr(getattr(schedule, table), name).tolist()
        return found

    return values


def _hours(table: str, name: str) -> Callable[[Schedule], list[Value]]:
    def values(schedule: Schedule) -> list[Value]:
        column = getattr(getattr(schedule, table), name).tolist()
        return [None if one == NO_TIME else round(one / 60.0, 4) for one in column]

    return values


def _dates(table: str, name: str) -> Callable[[Schedule], list[Value]]:
    def values(schedule: Schedule) -> list[Value]:
        return [to_datetime(one) for one in getattr(getattr(schedule, table), name).tolist()]

    return values


def _words(table: str, name: str, words: dict[int, str]) -> Callable[[Schedule], list[Value]]:
    def values(schedule: Schedule) -> list[Value]:
        column = getattr(getattr(schedule, table), name).tolist()
        return [words.get(one, str(one)) for one in column]

    return values


def _named(table: str, name: str, of: str, what: str) -> Callable[[Schedule], list[Value]]:
    """Texts of the rows referred to: column `what` of table `of`."""

    def values(schedule: Schedule) -> list[Value]:
        other = getattr(schedule, of)
        if isinstance(other, tuple):
            texts = [getattr(one, what) for one in other]
        else:
            texts = getattr(other, what).tolist()
        rows = getattr(getattr(schedule, table), name).tolist()
        return [texts[row] if row != NO_ROW else None for row in rows]

    return values


def _lags(schedule: Schedule) -> list[Value]:
    """Hours; nothing where the lag is a share of the predecessor's duration."""
    links = schedule.relationships
    return [
        None if share else round(lag / 60.0, 4)
        for lag, share in zip(links.lag.tolist(), is_share(links).tolist(), strict=True)
    ]


def _shares(schedule: Schedule) -> list[Value]:
    links = schedule.relationships
    return [
        round(lag / 100.0, 2) if share else None
        for lag, share in zip(links.lag.tolist(), is_share(links).tolist(), strict=True)
    ]


def is_share(links: Any) -> Any:
    """Which lags are percentages of the predecessor's duration."""
    return (links.lag_format == LagFormat.PERCENT) | (links.lag_format == LagFormat.ELAPSED_PERCENT)


OWNERS = {"TASK": "activities", "RSRC": "resources"}
"""Tables whose rows the values of user-defined fields name by a code instead of an id."""


def _subjects(schedule: Schedule) -> list[Value]:
    """The row that carries a value: the activity or resource id, else its id in the source."""
    codes: dict[str, dict[str, str]] = {}
    for table, name in OWNERS.items():
        rows = getattr(schedule, name)
        codes[table] = dict(zip(rows.uid.tolist(), rows.code.tolist(), strict=True))
    values = schedule.udf_values
    tables = schedule.udf_types.table[values.type].tolist()
    pairs = zip(tables, values.subject.tolist(), strict=True)
    return [codes.get(table, {}).get(uid, uid) for table, uid in pairs]


def _of_type(schedule: Schedule) -> list[Value]:
    values = schedule.code_values
    types = values.type[schedule.code_assignments.value]
    found: list[Value] = schedule.code_types.name[types].tolist()
    return found


def _spelled(kinds: Iterable[Any]) -> dict[int, str]:
    return {int(kind): kind.name.replace("_", " ").capitalize() for kind in kinds}


CONSTRAINT_WORDS = {int(kind): name for kind, name in CONSTRAINT_NAMES.items()}
TYPE_WORDS = _spelled(ActivityType)
LINK_WORDS = {int(kind): kind.name for kind in LinkType}
_STATUS_WORDS = _spelled(Status)

_WORDS: dict[str, dict[int, str]] = {
    "type": TYPE_WORDS,
    "status": _STATUS_WORDS,
    "constraint": CONSTRAINT_WORDS,
    "constraint2": CONSTRAINT_WORDS,
    "percent_type": _spelled(PercentType),
    "lag_format": _spelled(LagFormat),
    "contour": _spelled(Contour),
    "stored_longest_path": {-1: "", 0: "no", 1: "yes"},
}
_TARGETS = {
    "project": ("projects", "code"), "wbs": ("wbs", "code"), "calendar": ("calendars", "name"),
    "activity": ("activities", "code"), "predecessor": ("activities", "code"),
    "successor": ("activities", "code"), "resource": ("resources", "code"),
    "account": ("accounts", "code"), "value": ("code_values", "code"),
    "role": ("roles", "code"),
}  # fmt: skip
_TITLES = {
    "uid": "Source id",
    "stored_start": "Levelled start",
    "stored_finish": "Levelled finish",
    "constraint2": "Second constraint",
    "constraint2_date": "Second constraint date",
}
_SPANS = ("duration", "float", "lag", "delay")


def _automatic(table: str, name: str) -> Column:
    """A column of the model as it stands, under its own name."""
    title = _TITLES.get(name) or name.removeprefix("stored_").replace("_", " ").capitalize()
    kind = column_kind(type(getattr(Schedule(), table)), name)
    values: Callable[[Schedule], list[Value]]
    if kind == "Rows":
        values = _named(table, name, *_target(table, name))
    elif kind == "Minutes":
        span = any(word in name for word in _SPANS)
        title = f"{title} (h)" if span else title
        values = (_hours if span else _dates)(table, name)
    elif kind == "Codes" and (words := _words_of(table, name)) is not None:
        values = _words(table, name, words)
    else:
        values = _plain(table, name)
    return Column(name, title, values, model=name, main=False)


def _words_of(table: str, name: str) -> dict[int, str] | None:
    if name == "type":
        return TYPE_WORDS if table == "activities" else LINK_WORDS
    return _WORDS.get(name)


def _target(table: str, name: str) -> tuple[str, str]:
    if name == "parent":
        return table, "uid" if table == "wbs" else "code"
    if name == "type":
        return ("code_types" if table == "code_values" else "udf_types"), "name"
    return _TARGETS[name]


def _column(
    table: str,
    key: str,
    title: str,
    model: str,
    edit: bool = True,
    values: Callable[[Schedule], list[Value]] | None = None,
) -> Column:
    return Column(key, title, values or _automatic(table, model).values, key if edit else "", model)


def _of_value(what: str) -> Callable[[Schedule], list[Value]]:
    return _named("code_assignments", "value", "code_values", what)


def _of_field(what: str) -> Callable[[Schedule], list[Value]]:
    return _named("udf_values", "type", "udf_types", what)


def _activities() -> tuple[Column, ...]:
    def one(key: str, title: str, model: str, edit: bool = True) -> Column:
        return _column("activities", key, title, model, edit)

    return (
        one("project", "Project", "project", False),
        one("id", "Activity ID", "code", False),
        one("name", "Activity name", "name"),
        one("wbs", "WBS", "wbs", False),
        one("type", "Type", "type", False),
        one("status", "Status", "status", False),
        one("calendar", "Calendar", "calendar"),
        one("original", "Original duration (h)", "original_duration"),
        one("remaining", "Remaining duration (h)", "remaining_duration"),
        one("start", "Actual start", "actual_start"),
        one("finish", "Actual finish", "actual_finish"),
        one("constraint", "Constraint", "constraint"),
        one("constraint_date", "Constraint date", "constraint_date"),
        one("percent", "Physical % complete", "physical_percent"),
    )


def _main_columns() -> dict[str, tuple[Column, ...]]:
    c = _column
    return {
        "activities": _activities(),
        "relationships": (
            c("relationships", "uid", "Link", "uid", False),
            c("relationships", "predecessor", "Predecessor", "predecessor", False),
            c("relationships", "successor", "Successor", "successor", False),
            c("relationships", "type", "Type", "type"),
            c("relationships", "lag", "Lag (h)", "lag", values=_lags),
            c("relationships", "share", "Lag (%)", "", False, values=_shares),
        ),
        "wbs": (
            c("wbs", "uid", "WBS node", "uid", False),
            c("wbs", "code", "WBS", "code"),
            c("wbs", "name", "WBS name", "name"),
            c("wbs", "parent", "Parent node", "parent", False),
        ),
        "resources": (
            c("resources", "id", "Resource ID", "code", False),
            c("resources", "name", "Resource name", "name"),
            c("resources", "kind", "Kind", "kind"),
            c("resources", "unit", "Unit", "unit"),
            c("resources", "max", "Most units per hour", "max_units"),
            c("resources", "price", "Price per unit", "price"),
        ),
        "assignments": (
            c("assignments", "uid", "Assignment", "uid", False),
            c("assignments", "activity", "Activity ID", "activity", False),
            c("assignments", "resource", "Resource ID", "resource", False),
            c("assignments", "budget", "Budgeted units", "budget_units"),
            c("assignments", "actual", "Actual units", "actual_units"),
            c("assignments", "remaining", "Remaining units", "remaining_units"),
            c("assignments", "cost", "Budgeted cost", "budget_cost"),
            c("assignments", "actual_cost", "Actual cost", "actual_cost"),
            c("assignments", "remaining_cost", "Remaining cost", "remaining_cost"),
        ),
        "codes": (
            c("code_assignments", "activity", "Activity ID", "activity", False),
            Column("code", "Code", _of_type),
            c("code_assignments", "value", "Value", "value"),
            Column(
                "name", "Value name", _named("code_assignments", "value", "code_values", "name")
            ),
        ),
        "udfs": (
            Column("table", "Table", _of_field("table")),
            Column("subject", "Row", _subjects, model="subject"),
            Column(
                "field", "Field", _named("udf_values", "type", "udf_types", "name"), model="type"
            ),
            c("udf_values", "value", "Value", "value"),
        ),
        "expenses": (
            c("expenses", "uid", "Expense item", "uid", False),
            c("expenses", "activity", "Activity ID", "activity", False),
            c("expenses", "name", "Expense", "name"),
            c("expenses", "account", "Account", "account", False),
            c("expenses", "budget", "Budgeted cost", "budget_cost"),
            c("expenses", "actual", "Actual cost", "actual_cost"),
            c("expenses", "remaining", "Remaining cost", "remaining_cost"),
        ),
        "notes": (
            c("notes", "activity", "Activity ID", "activity", False),
            c("notes", "topic", "Topic", "topic", False),
            c("notes", "text", "Text", "text"),
        ),
        "accounts": (
            c("accounts", "code", "Account", "code", False),
            c("accounts", "name", "Account name", "name"),
            c("accounts", "parent", "Parent", "parent", False),
        ),
        "code_types": (
            c("code_types", "uid", "Code id", "uid", False),
            c("code_types", "name", "Code", "name"),
            c("code_types", "scope", "Scope", "scope", False),
        ),
        "code_values": (
            c("code_values", "uid", "Value id", "uid", False),
            c("code_values", "type", "Code", "type", False),
            c("code_values", "code", "Value", "code"),
            c("code_values", "name", "Value name", "name"),
            c("code_values", "parent", "Parent value", "parent"),
        ),
        "udf_types": (
            c("udf_types", "uid", "Field id", "uid", False),
            c("udf_types", "table", "Table", "table", False),
            c("udf_types", "name", "Field", "name"),
            c("udf_types", "kind", "Kind", "kind", False),
        ),
        "external_links": (
            c("external_links", "uid", "Link", "uid", False),
            c("external_links", "activity", "Activity ID", "activity", False),
            c("external_links", "incoming", "Incoming", "incoming", False),
            c("external_links", "other", "Other activity", "other_uid", False),
            c("external_links", "project", "Other project", "other_project", False),
            c("external_links", "type", "Type", "type"),
            c("external_links", "lag", "Lag (h)", "lag"),
        ),
        "splits": (
            c("splits", "activity", "Activity ID", "activity", False),
            c("splits", "start", "Part start", "start"),
            c("splits", "finish", "Part finish", "finish"),
        ),
        "steps": (
            c("steps", "uid", "Step id", "uid", False),
            c("steps", "activity", "Activity ID", "activity", False),
            c("steps", "name", "Step", "name"),
            c("steps", "weight", "Weight", "weight"),
            c("steps", "percent", "% complete", "percent"),
        ),
        "roles": (
            c("roles", "code", "Role ID", "code", False),
            c("roles", "name", "Role name", "name"),
            c("roles", "parent", "Parent role", "parent"),
        ),
        "resource_rates": (
            c("resource_rates", "resource", "Resource ID", "resource", False),
            c("resource_rates", "start", "Valid from", "start", False),
            c("resource_rates", "max", "Most units per hour", "max_units"),
            c("resource_rates", "price", "Price per unit", "price"),
        ),
    }


MODEL_OF = {"codes": "code_assignments", "udfs": "udf_values"}
"""Table of the model behind an exported one, where the names differ."""


def model_table(table: str) -> str:
    """Table of the model behind an exported one."""
    return MODEL_OF.get(table, table)


def _all_columns(table: str, main: tuple[Column, ...]) -> tuple[Column, ...]:
    """The main columns, then the rest of the model's."""
    behind = model_table(table)
    shown = {column.model for column in main}
    keys = {column.key for column in main}
    names = [name for name, _ in getattr(Schedule(), behind).columns()]
    rest = [_automatic(behind, name) for name in names if name not in shown]
    return (*main, *(replace(c, key=f"{c.key}_") if c.key in keys else c for c in rest))


TABLES: dict[str, tuple[Column, ...]] = {
    table: _all_columns(table, main) for table, main in _main_columns().items()
}
"""The tables that can be exported, with all their columns. Durations are in hours."""


def exported_grid(schedule: Schedule, table: str, columns: Iterable[str] = ()) -> Grid:
    """A table of a schedule with these columns (keys), the main ones without any.

    Raises PlanbenchError for a table or column that there is not.
    """
    if table not in TABLES:
        raise PlanbenchError(
            f"there is no table “{table}”", mend=f"Choose one of {', '.join(TABLES)}."
        )
    known = {column.key: column for column in TABLES[table]}
    wanted = tuple(columns) or tuple(column.key for column in TABLES[table] if column.main)
    for key in wanted:
        if key not in known:
            raise PlanbenchError(
                f"there is no column “{key}”", table, f"Choose from {', '.join(known)}."
            )
    found = [known[key].values(schedule) for key in wanted]
    locked = frozenset(known[key].title for key in wanted if known[key].locked)
    titles = tuple(known[key].title for key in wanted)
    return Grid(table, titles, list(zip(*found, strict=True)), locked)


def all_sheets(schedule: Schedule) -> list[Grid]:
    """Every table that has rows, the activities in any case."""
    grids = [exported_grid(schedule, table) for table in TABLES]
    return [grid for grid in grids if grid.rows or grid.name == "activities"]


def left_out(schedule: Schedule, grids: Iterable[Grid]) -> tuple[Repair, ...]:
    """What grids of a schedule do not show: tables with rows, and columns with values in them."""
    shown = {grid.name: set(grid.titles) for grid in grids}
    found = []
    for table, columns in TABLES.items():
        rows = getattr(schedule, model_table(table))
        label = table.replace("_", " ").capitalize()
        if not len(rows):
            continue
        if table not in shown:
            words = f"{len(rows):,} rows"
            found.append(Repair("not-written", "warning", label, words, "the table is left out"))
            continue
        absent = [
            column.title
            for column in columns
            if column.title not in shown[table] and column.model and _filled(rows, column.model)
        ]
        if absent:
            words = f"{len(absent)} columns: {', '.join(absent)}"
            found.append(Repair("not-written", "info", label, words, "not chosen"))
    for name, count in (
        ("Calendars", len(schedule.calendars)),
        ("Baselines", len(schedule.baselines)),
        ("Timephased", len(schedule.timephased)),
    ):
        if count:
            words = "a table of rows cannot hold them"
            found.append(Repair("not-written", "info", name, words, f"{count} left out"))
    return tuple(found)


def _filled(rows: Table, name: str) -> bool:
    """Whether a column has anything that differs from nothing."""
    values = getattr(rows, name)
    kind = column_kind(type(rows), name)
    empty = {"Minutes": NO_TIME, "Rows": NO_ROW, "Texts": ""}.get(kind, 0)
    return bool(np.any(values != empty))
