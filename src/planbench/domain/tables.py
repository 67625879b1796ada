"""Tables of columns, and those that hang on a schedule's activities: codes, resources, costs.

Activities and relationships themselves are in `planbench.domain.schedule`; all names of this file
can be imported from there too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from planbench.domain.times import NO_TIME, Minutes

if TYPE_CHECKING:
    # At run time a column's kind is only this word. The words are defined beside the activities:
    # compiled kernels are kept by the place of every word they use (see engines/kernel.py), and
    # moving them would compile a third of all kernels anew.
    from planbench.domain.schedule import Codes, Flags, Numbers, Rows, Texts

T = TypeVar("T", bound="Table")

NO_ROW = -1
"""A reference to no row."""


@dataclass(frozen=True)
class Table:
    """Base of the column tables: every field is a column of the same length."""

    def __len__(self) -> int:
        first = fields(self)[0].name
        return len(getattr(self, first))

    def columns(self) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        """(name, column) of every column in declaration order."""
        for item in fields(self):
            yield item.name, getattr(self, item.name)

    def take(self, rows: npt.NDArray[Any]) -> Self:
        """The same table with these rows (positions or mask)."""
        return replace(self, **{name: column[rows] for name, column in self.columns()})

    def with_columns(self, **columns: npt.NDArray[Any]) -> Self:
        """The same table with some columns replaced."""
        return replace(self, **columns)


_DTYPES: dict[str, Any] = {
    "Minutes": np.int64,
    "Rows": np.int32,
    "Codes": np.int8,
    "Numbers": np.float64,
    "Flags": np.bool_,
    "Texts": np.object_,
}

_DEFAULTS: dict[str, Any] = {
    "Minutes": NO_TIME,
    "Rows": NO_ROW,
    "Codes": 0,
    "Numbers": 0.0,
    "Flags": False,
    "Texts": "",
}


def column_kind(table: type[Table], name: str) -> str:
    """Kind of a column: Minutes, Rows, Codes, Numbers, Flags or Texts."""
    return next(str(item.type) for item in fields(table) if item.name == name)


def make_table(table: type[T], n: int, /, **columns: Any) -> T:
    """A table of n rows from the given columns; the others take the default of their kind.

    Columns are converted to their dtype. Raises ValueError on a wrong length.
    """
    made: dict[str, npt.NDArray[Any]] = {}
    for item in fields(table):
        kind = str(item.type)
        given = columns.pop(item.name, None)
        if given is None:
            made[item.name] = np.full(n, _DEFAULTS[kind], dtype=_DTYPES[kind])
            continue
        column = np.empty(n, dtype=object) if kind == "Texts" else None
        if column is None:
            made[item.name] = np.ascontiguousarray(given, dtype=_DTYPES[kind])
        else:
            column[:] = given
            made[item.name] = column
        if made[item.name].shape != (n,):
            raise ValueError(f"{table.__name__}.{item.name} has {made[item.name].shape}, not {n}")
    if columns:
        raise TypeError(f"{table.__name__} has no columns {', '.join(columns)}")
    return table(**made)


def empty_table(table: type[T]) -> T:
    """A table without rows."""
    return make_table(table, 0)


@dataclass(frozen=True)
class ExternalLinks(Table):
    """Links whose other end is not in the file."""

    uid: Texts
    activity: Rows
    incoming: Flags  # the missing end is the predecessor
    other_uid: Texts
    other_project: Texts
    type: Codes
    lag: Minutes


@dataclass(frozen=True)
class Wbs(Table):
    """The work breakdown structure; parents come before their children."""

    uid: Texts
    code: Texts
    name: Texts
    parent: Rows
    project: Rows


@dataclass(frozen=True)
class CodeTypes(Table):
    """Activity code dictionaries. `scope` is "global", "eps" or "project"."""

    uid: Texts
    name: Texts
    scope: Texts


@dataclass(frozen=True)
class CodeValues(Table):
    """Values of activity codes."""

    uid: Texts
    type: Rows
    code: Texts
    name: Texts
    parent: Rows


@dataclass(frozen=True)
class CodeAssignments(Table):
    """Which activity carries which code value."""

    activity: Rows
    value: Rows


@dataclass(frozen=True)
class UdfTypes(Table):
    """User-defined fields. `kind` is "text", "number", "integer", "cost", "date" or "indicator"."""

    uid: Texts
    table: Texts  # TASK, PROJECT, ...
    name: Texts
    kind: Texts


@dataclass(frozen=True)
class UdfValues(Table):
    """Values of user-defined fields as text; `subject` is the uid of the row that carries it."""

    type: Rows
    subject: Texts
    value: Texts


@dataclass(frozen=True)
class Resources(Table):
    """Resources. `kind` is "labor", "nonlabor" or "material"."""

    uid: Texts
    code: Texts
    name: Texts
    parent: Rows
    calendar: Rows
    kind: Texts
    unit: Texts
    max_units: Numbers  # units per hour that can be had
    price: Numbers  # per unit


@dataclass(frozen=True)
class ResourceRates(Table):
    """What of a resource can be had from a date on, where that changes over time."""

    resource: Rows
    start: Minutes  # until the next one of the resource
    max_units: Numbers  # units per hour
    price: Numbers  # per unit


@dataclass(frozen=True)
class Roles(Table):
    """Roles that assignments are planned for, whoever fills them."""

    uid: Texts
    code: Texts
    name: Texts
    parent: Rows


class Contour(IntEnum):
    """How an assignment spreads its work over its span, as Microsoft Project numbers it."""

    FLAT = 0
    BACK_LOADED = 1
    FRONT_LOADED = 2
    DOUBLE_PEAK = 3
    EARLY_PEAK = 4
    LATE_PEAK = 5
    BELL = 6
    TURTLE = 7
    EDITED = 8  # by hand: the span is that of its start and finish


@dataclass(frozen=True)
class Assignments(Table):
    """Resources on activities. Units are hours for labour, else the resource's own unit."""

    uid: Texts
    activity: Rows
    resource: Rows
    budget_units: Numbers
    actual_units: Numbers
    remaining_units: Numbers
    units_per_hour: Numbers
    budget_cost: Numbers
    actual_cost: Numbers
    remaining_cost: Numbers
    account: Rows
    overtime_units: Numbers  # part of the budget (and of what remains) done beside the span
    remaining_overtime_units: Numbers
    delay: Minutes  # working minutes after the activity's start
    contour: Codes  # Contour
    start: Minutes  # as stored
    finish: Minutes
    role: Rows


@dataclass(frozen=True)
class Expenses(Table):
    """Costs that are not resources."""

    uid: Texts
    activity: Rows
    name: Texts
    account: Rows
    budget_cost: Numbers
    actual_cost: Numbers
    remaining_cost: Numbers


@dataclass(frozen=True)
class Accounts(Table):
    """The cost breakdown structure."""

    uid: Texts
    code: Texts
    name: Texts
    parent: Rows


@dataclass(frozen=True)
class Notes(Table):
    """Notebook entries on activities."""

    activity: Rows
    topic: Texts
    text: Texts


@dataclass(frozen=True)
class Steps(Table):
    """Steps of activities in their order; physical percent is their average by weight."""

    uid: Texts
    activity: Rows
    name: Texts
    weight: Numbers
    percent: Numbers  # 0..100


@dataclass(frozen=True)
class Splits(Table):
    """Working parts of activities that pause in between, in order of time."""

    activity: Rows
    start: Minutes
    finish: Minutes


@dataclass(frozen=True)
class Timephased(Table):
    """Work, cost and progress over time, record by record as Microsoft Project keeps them."""

    owner: Texts  # "task", "resource", "assignment", "expense", "unassigned" (to nobody)
    activity: Rows  # NO_ROW for a resource's
    subject: Texts  # uid of the assignment, expense or resource; "" of a task
    baseline: Texts  # number of the baseline they lie in, "" outside
    type: Codes  # Microsoft Project's number of what is spread
    record_uid: Texts  # where it is not the owner's own
    start: Texts  # as written: to the second
    finish: Texts
    unit: Codes  # Microsoft Project's number of the length of its slices, -1 without
    value: Texts  # as written: a duration or a number, "" for none
    fits: Texts  # what the owner was like when its records were read
