"""Notes, expenses, resources, WBS in the register: each change a row, nothing where none is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planbench.domain.schedule import Expenses, Notes, Resources, Schedule, empty_table
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.compare.compare import compare


def texts(*values: str) -> np.ndarray:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def rows(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def numbers(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def with_notes(schedule: Schedule, *notes: tuple[int, str, str]) -> Schedule:
    at, topics, said = zip(*notes, strict=True)
    return replace(schedule, notes=Notes(rows(*at), texts(*topics), texts(*said)))


def listed(old: Schedule, new: Schedule) -> list[tuple[object, ...]]:
    changes = compare(old, new).changes
    columns = (changes.type, changes.id, changes.field, changes.before, changes.after)
    return [tuple(row) for row in zip(*columns, strict=True)]


PLAN = synthetic_schedule(12, 16, 3)
CODE = [str(code) for code in PLAN.activities.code]


def test_notebook_topics_are_compared_by_their_words() -> None:
    old = with_notes(PLAN, (2, "Scope", "<p>Two  lifts</p>"), (3, "Risk", "Wind"))
    same = with_notes(PLAN, (2, "Scope", "Two lifts"), (3, "Risk", "Wind"))
    assert listed(old, same) == []
    new = with_notes(PLAN, (2, "Scope", "Three lifts"), (4, "Risk", "Ice &amp; wind"))
    assert listed(old, new) == [
        ("notebook", CODE[2], "Scope", "Two lifts", "Three lifts"),
        ("notebook", CODE[3], "Risk", "Wind", None),
        ("notebook", CODE[4], "Risk", None, "Ice & wind"),
    ]


def expenses(*rows_: tuple[int, str, float]) -> Expenses:
    n = len(rows_)
    at, names, costs = zip(*rows_, strict=True)
    return Expenses(
        texts(*map(str, range(n))),
        rows(*at),
        texts(*names),
        rows(*[-1] * n),
        numbers(*costs),
        numbers(*[0.0] * n),
        numbers(*costs),
    )


def test_expenses_by_activity_and_name() -> None:
    old = replace(PLAN, expenses=expenses((1, "Crane", 500.0), (1, "Crane", 250.0)))
    new = replace(PLAN, expenses=expenses((1, "Crane", 900.0), (5, "Permit", 20.0)))
    assert listed(old, new) == [
        ("expense", CODE[1], "Crane", "cost 750.00", "cost 900.00"),
        ("expense", CODE[5], "Permit", None, "cost 20.00"),
    ]


def pool(*rows_: tuple[str, str, float, float]) -> Resources:
    if not rows_:
        return empty_table(Resources)
    codes, names, most, price = zip(*rows_, strict=True)
    n = len(rows_)
    return Resources(
        texts(*codes),
        texts(*codes),
        texts(*names),
        rows(*[-1] * n),
        rows(*[-1] * n),
        texts(*["labor"] * n),
        texts(*["h"] * n),
        numbers(*most),
        numbers(*price),
    )


def test_the_resource_pool_tells_limits_and_prices_and_names_alone_of_what_came() -> None:
    old = replace(PLAN, resources=pool(("FIT", "Fitters", 4, 80), ("WLD", "Welders", 2, 90)))
    new = replace(PLAN, resources=pool(("FIT", "Fitters", 6, 85), ("CRN", "Crane", 1, 300)))
    assert listed(old, new) == [
        ("resource-pool", "CRN", "name", None, "Crane"),
        ("resource-pool", "FIT", "max_units", "4 an hour", "6 an hour"),
        ("resource-pool", "FIT", "price", "80.00", "85.00"),
        ("resource-pool", "WLD", "name", "Welders", None),
    ]


def test_wbs_nodes_that_are_renamed_come_or_go() -> None:
    wbs = PLAN.wbs
    below = [row for row in range(len(wbs)) if wbs.parent[row] >= 0]
    assert below, "the plan has nodes below the project"
    row = below[0]
    names = wbs.name.copy()
    names[row] = "Marine works"
    new = replace(PLAN, wbs=wbs.with_columns(name=names))
    (change,) = listed(PLAN, new)
    assert change[0] == "wbs-node"
    assert change[3:] == (str(wbs.name[row]), "Marine works")
    codes = wbs.code.copy()
    codes[row] = "NEW"
    moved = listed(PLAN, replace(PLAN, wbs=wbs.with_columns(code=codes)))
    nodes = [one for one in moved if one[0] == "wbs-node"]
    assert ("NEW", None, str(wbs.name[row])) in [(one[1], one[3], one[4]) for one in nodes]
    assert str(wbs.name[row]) in [one[3] for one in nodes]
