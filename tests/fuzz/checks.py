"""What must hold whatever a file holds: a sound schedule, or one line that refuses it."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import TABLES, Schedule
from planbench.domain.times import NO_TIME, from_datetime

EARLIEST = from_datetime(dt.datetime(1, 1, 1))
LATEST = from_datetime(dt.datetime(9999, 12, 31, 23, 59))
FAR = 1 << 40  # minutes of a duration or lag: two million years


class Unsound(AssertionError):
    """A schedule was handed out that no engine may be given."""


def examine(data: bytes, name: str, deep: bool) -> str:
    """Read the file; "read" or "refused".

    Raises Unsound for a schedule with dangling rows, impossible codes or absurd times. With `deep`
    the schedule is calculated and written in every format as well.
    """
    from planbench.exchange.registry import read_schedule

    try:
        for ending, reader in _OTHERS.items():
            if name.endswith(ending):
                return reader(data, name)
        imported = read_schedule(data, name=name)
    except PlanbenchError as error:
        if "\n" in error.line or len(error.line) > 2000 or not error.line.isprintable():
            raise Unsound(f"not one clear line: {error.line[:200]!r}") from None
        return "refused"
    check(imported.schedule)
    if imported.raw is not None and imported.raw.encoding not in ("utf-16", "utf-32"):
        _same_bytes(imported.raw, data)
    if deep:
        _go_on(imported.schedule)
    return "read"


@cache
def plan() -> Schedule:
    """The schedule that tables are exported from and compared with."""
    import seeds

    return seeds.plan()


def _table(data: bytes, name: str) -> str:
    """Tables of a schedule: the difference is told, applied, written and taken back."""
    from planbench.services.document import Document
    from planbench.services.tables import apply_changes, read_all_changes, read_grids

    document = Document(plan())
    before = document.schedule.digest
    changes = read_all_changes(document, read_grids(data, name))
    if document.schedule.digest != before:
        raise Unsound("comparing a table changed the schedule")
    if changes.after is None:
        return "without changes"
    step = apply_changes(document, changes)
    step.redo(document)
    check(document.schedule)
    if len(data) % 8 == 0:  # writing is slow beside the rest
        _go_on(document.schedule)
    step.undo(document)
    if document.schedule.digest != before:
        raise Unsound("a table that was taken over cannot be undone")
    return "read"


def _register(data: bytes, name: str) -> str:
    from planbench.engines.register.scales import usual_matrix
    from planbench.exchange.register.workbook import read_register, write_register

    read = read_register(data, name)
    write_register(read.entries, read.matrix or usual_matrix())
    return "read"


def _portfolio(data: bytes, name: str) -> str:
    from planbench.exchange.portfolio.reader import register_of
    from planbench.exchange.portfolio.writer import grids_of
    from planbench.exchange.tables.sheets import read_xlsx

    register = register_of(read_xlsx(data, name), name)
    if register_of(grids_of(register), name) != register:
        raise Unsound("a portfolio does not come back as it was written")
    return "read"


def _comments(data: bytes, name: str) -> str:
    from planbench.exchange.comments.docx import read_comment_docx
    from planbench.exchange.comments.xlsx import read_comment_xlsx

    (read_comment_docx if name.endswith("docx") else read_comment_xlsx)(data, name)
    return "read"


def _bundle(data: bytes, name: str) -> str:
    from planbench.engines.findings.rounds import Review
    from planbench.exchange.comments.bundle import write_bundle
    from planbench.services.comments import take_bundle

    write_bundle(take_bundle(Review(), data, name)[0], "DOCK", "Me")
    return "read"


_OTHERS = {
    ".register.xlsx": _register,
    ".portfolio.xlsx": _portfolio,
    ".comments.xlsx": _comments,
    ".comments.docx": _comments,
    ".pbreview.json": _bundle,
    ".xlsx": _table,
    ".csv": _table,
}
"""How files that are no schedules are read, by their endings; the first that fits counts."""


def _same_bytes(document: object, data: bytes) -> None:
    from planbench.exchange.xer.writer import write_xer

    if not document.encoding.startswith(("utf-16", "utf-32")) and write_xer(document) != data:  # type: ignore[attr-defined,arg-type]
        raise Unsound("an unchanged XER is not written back as it was")


def _go_on(schedule: Schedule) -> None:
    from planbench.engines.cpm import schedule_network
    from planbench.exchange.mspdi.writer import write_mspdi
    from planbench.exchange.p6xml.writer import write_p6xml
    from planbench.exchange.xer.writer import schedule_to_document, write_xer

    for step in (
        schedule_network,
        lambda plan: write_xer(schedule_to_document(plan)),
        write_p6xml,
        write_mspdi,
    ):
        try:
            step(schedule)
        except PlanbenchError:
            continue


def check(schedule: Schedule) -> None:
    """Raise Unsound where rows, codes or times are out of their bounds."""
    n, projects = len(schedule.activities), len(schedule.projects)
    activities, links = schedule.activities, schedule.relationships
    _rows("activities.project", activities.project, 0, projects)
    _rows("activities.calendar", activities.calendar, 0, len(schedule.calendars))
    _rows("activities.wbs", activities.wbs, -1, len(schedule.wbs))
    _rows("relationships.predecessor", links.predecessor, 0, n)
    _rows("relationships.successor", links.successor, 0, n)
    _rows("external_links.activity", schedule.external_links.activity, 0, n)
    _rows("assignments.activity", schedule.assignments.activity, 0, n)
    _rows("assignments.resource", schedule.assignments.resource, -1, len(schedule.resources))
    _rows("assignments.account", schedule.assignments.account, -1, len(schedule.accounts))
    _rows("expenses.activity", schedule.expenses.activity, 0, n)
    _rows("expenses.account", schedule.expenses.account, -1, len(schedule.accounts))
    _rows("notes.activity", schedule.notes.activity, 0, n)
    _rows("splits.activity", schedule.splits.activity, 0, n)
    _rows("steps.activity", schedule.steps.activity, 0, n)
    _rows("resource_rates.resource", schedule.resource_rates.resource, 0, len(schedule.resources))
    _rows("timephased.activity", schedule.timephased.activity, -1, n)
    _rows("assignments.role", schedule.assignments.role, -1, len(schedule.roles))
    _rows("codes.activity", schedule.code_assignments.activity, 0, n)
    _rows("codes.value", schedule.code_assignments.value, 0, len(schedule.code_values))
    _rows("code_values.type", schedule.code_values.type, 0, len(schedule.code_types))
    _rows("udf_values.type", schedule.udf_values.type, 0, len(schedule.udf_types))
    _rows("resources.calendar", schedule.resources.calendar, -1, len(schedule.calendars))
    wbs, resources = schedule.wbs, schedule.resources
    for table in (wbs, resources, schedule.accounts, schedule.code_values, schedule.roles):
        _parents(type(table).__name__, table.parent)
    _rows("wbs.parent", schedule.wbs.parent - np.arange(len(schedule.wbs)), -(1 << 30), 0)
    for name, limit in {
        "type": 6, "status": 3, "constraint": 10, "constraint2": 10, "percent_type": 3,
        "levelling_priority": 5,
    }.items():  # fmt: skip
        _rows(f"activities.{name}", getattr(activities, name), 0, limit)
    _rows("assignments.contour", schedule.assignments.contour, 0, 9)
    _rows("relationships.type", links.type, 0, 4)
    _rows("relationships.lag_format", links.lag_format, 0, 4)
    _times(schedule)
    for project in schedule.projects:
        _rows("project.calendar", np.array([project.calendar]), -1, len(schedule.calendars))
    for baseline in schedule.baselines:
        if len(baseline.columns) != n:
            raise Unsound("a baseline is not as long as the activities")
    assert schedule.digest


_LENGTHS = ("duration", "float", "lag", "delay")


def _times(schedule: Schedule) -> None:
    for name in TABLES:
        for column, values in getattr(schedule, name).columns():
            if values.dtype == np.int64:
                there = values[values != NO_TIME]
                span = any(word in column for word in _LENGTHS)
                low, high = (-FAR, FAR) if span else (EARLIEST, LATEST)
                if there.size and (there.min() < low or there.max() > high):
                    raise Unsound(f"{name}.{column} has {there.min()} to {there.max()}")
            elif values.dtype == np.float64 and np.isinf(values).any():
                raise Unsound(f"{name}.{column} is infinite")


def _rows(what: str, values: np.ndarray, low: int, high: int) -> None:
    if values.size and (int(values.min()) < low or int(values.max()) >= high):
        raise Unsound(f"{what} has {values.min()} to {values.max()} of {low} to {high - 1}")


def _parents(what: str, parent: np.ndarray) -> None:
    """No parent is out of range, and going up ends."""
    _rows(f"{what}.parent", parent, -1, parent.size)
    at = np.arange(parent.size)
    for _ in range(parent.size + 1):
        at = np.where(at >= 0, parent[at], -1) if parent.size else at
        if not (at >= 0).any():
            return
    raise Unsound(f"{what} has a ring of parents")
