"""Steps of activities, roles and rates over time, as they come back from a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import NO_ROW, Schedule, Status
from planbench.domain.times import from_datetime, to_iso
from planbench.exchange.tables.sheets import Cell, Grid
from planbench.services import table_cells as cells
from planbench.services.steps import MOST_STEPS, follows_steps, steps_of, steps_percent
from planbench.services.table_columns import TABLES
from planbench.services.table_rows import (
    Change,
    Given,
    Parsers,
    Rows,
    filled,
    one_of,
    places,
    text_needed,
)

ALWAYS = from_datetime(dt.datetime(1990, 1, 1))
"""Since when a resource's first rate holds, where nothing says so: as it is written for P6."""


def _percent(cell: Cell) -> float:
    found = cells.quantity(cell)
    if found > 100.0:
        raise PlanbenchError("A step is done between 0 and 100 %.")
    return found


class StepRows(Rows):
    """Steps, found by their id, else by activity and name, several of a name in their order.

    Where the project takes physical percents from steps, that of a started activity follows; the
    preview tells it in a line of its own.
    """

    table = "steps"
    needs = ("activity", "name")
    parsers: ClassVar[Parsers] = {
        "name": text_needed("A step's name"), "weight": cells.quantity, "percent": _percent,
    }  # fmt: skip

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        table = schedule.steps
        self.owner: list[int] = table.activity.tolist()
        self.by_uid = places(table.uid.tolist())
        self.by_name: dict[tuple[int, str], list[int]] = {}
        for row, pair in enumerate(zip(self.owner, table.name.tolist(), strict=True)):
            self.by_name.setdefault(pair, []).append(row)
        self.count = np.bincount(table.activity, minlength=len(schedule)).tolist()
        self.line_of: dict[int, int] = {}  # the last line of the file that touches an activity

    def _name(self, given: Given) -> str:
        return f"{cells.told(given['activity'])}, {cells.told(given['name'])}"

    def _find(self, given: Given) -> int:
        activity, name = self.activity(given["activity"]), self.parsers["name"](given["name"])
        uid = cells.text(given.get("uid"))
        if not uid:
            known = self.by_name.get((activity, name), [NO_ROW])
            return next((row for row in known if row not in self.seen), known[-1])
        row = one_of(self.by_uid, uid, "step")
        if self.owner[row] != activity:
            raise PlanbenchError("The step is another activity's; it cannot move.")
        return row

    def _put(self, row: int, key: str, value: Any) -> None:
        super()._put(row, key, value)
        self.line_of[self.owner[row]] = self.line

    def _make(self, given: Given) -> dict[str, Any]:
        activity = self.activity(given["activity"])
        if self.count[activity] >= MOST_STEPS:
            raise PlanbenchError(f"An activity has {MOST_STEPS} steps at most.")
        weight, percent = given.get("weight"), given.get("percent")
        made = {
            "activity": activity,
            "name": self.parsers["name"](given["name"]),
            "weight": 1.0 if weight is None else cells.quantity(weight),
            "percent": 0.0 if percent is None else _percent(percent),
        }
        row = len(self.schedule.steps) + len(self.new.get("steps", []))
        self.by_name.setdefault((activity, made["name"]), []).append(row)
        self.seen.add(row)
        self.count[activity] += 1
        self.line_of[activity] = self.line
        return made

    def _line(self, line: int, given: Given) -> None:
        self.line = line
        super()._line(line, given)

    def result(self) -> Schedule | None:
        """With the physical percents that follow from the steps."""
        made = super().result()
        if made is None:
            return None
        percent = made.activities.physical_percent.copy()
        title = next(one.title for one in TABLES["activities"] if one.key == "percent")
        for row, line in sorted(self.line_of.items()):
            follows = made.activities.status[row] == Status.IN_PROGRESS and follows_steps(made, row)
            found = steps_percent(steps_of(made, row)) if follows else None
            if found is None or found == percent[row]:
                continue
            before, after = cells.told(float(percent[row])), f"{found:.4g} (from its steps)"
            code = str(made.activities.code[row])
            self.changes.changed.append(Change(line, code, title, before, after))
            percent[row] = found
        if np.array_equal(percent, made.activities.physical_percent):
            return made
        return made.with_activities(physical_percent=percent)


class Roles(Rows):
    """Roles, found by their code. One may be put below another, but not below itself."""

    table = "roles"
    needs = ("code", "name")
    parsers: ClassVar[Parsers] = {"name": text_needed("A name"), "parent": cells.text}

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        self.places = places(schedule.roles.code.tolist())
        self.parents: list[int] = schedule.roles.parent.tolist()

    def _find(self, given: Given) -> int:
        code = filled(cells.text(given["code"]), "A role id")
        return one_of(self.places, code, "role") if code in self.places else NO_ROW

    def _parsed(self, row: int, key: str, cell: Cell) -> Any:
        value = super()._parsed(row, key, cell)
        return self._parent(value, row) if key == "parent" else value

    def _parent(self, code: str, row: int = NO_ROW) -> int:
        """Row of the parent role. Raises PlanbenchError where `row` is above it already."""
        found = one_of(self.places, code, "role") if code else NO_ROW
        above = found
        while above not in (row, NO_ROW):
            above = self.parents[above]
        if above == row != NO_ROW:
            raise PlanbenchError("A role cannot stand below itself.")
        return found

    def _put(self, row: int, key: str, value: Any) -> None:
        super()._put(row, key, value)
        if key == "parent":
            self.parents[row] = value

    def _make(self, given: Given) -> dict[str, Any]:
        code, row = cells.text(given["code"]), len(self.parents)
        made = {
            "code": code,
            "name": self.parsers["name"](given["name"]),
            "parent": self._parent(cells.text(given.get("parent"))),
        }
        self.places[code] = [row]
        self.seen.add(row)
        self.parents.append(made["parent"])
        return made


class Rates(Rows):
    """Rates over time, found by resource and the date from which they hold.

    A resource that had one rate so far keeps it before the first date that is given. What holds at
    the data date is what the resource itself says, so that follows.
    """

    table = "resource_rates"
    needs = ("resource", "start")
    parsers: ClassVar[Parsers] = {"max": cells.quantity, "price": cells.quantity}

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        self.resources = places(schedule.resources.code.tolist())
        rates = schedule.resource_rates
        self.rates: dict[int, dict[int, int]] = {}  # resource -> since when -> row
        for row, one in enumerate(rates.resource.tolist()):
            self.rates.setdefault(one, {})[int(rates.start[row])] = row
        self.rows = len(rates)

    def _name(self, given: Given) -> str:
        return f"{cells.told(given['resource'])}, {cells.told(given['start'])}"

    def _key(self, given: Given) -> tuple[int, int]:
        start = cells.moment(given["start"])
        if start is None:
            raise PlanbenchError("A rate needs the date from which it holds.")
        resource = one_of(self.resources, cells.text(given["resource"]), "resource")
        return resource, from_datetime(start)

    def _find(self, given: Given) -> int:
        resource, start = self._key(given)
        return self.rates.get(resource, {}).get(start, NO_ROW)

    def _make(self, given: Given) -> dict[str, Any]:
        resource, start = self._key(given)
        own = self.schedule.resources
        figures = {
            name: float(getattr(own, name)[resource]) if cell is None else cells.quantity(cell)
            for name, cell in (("max_units", given.get("max")), ("price", given.get("price")))
        }
        known = self.rates.setdefault(resource, {})
        if not known:
            if start <= ALWAYS:
                raise PlanbenchError(f"The rate that the resource has holds from {to_iso(ALWAYS)}.")
            first = {"max_units": own.max_units[resource], "price": own.price[resource]}
            self._add(resource, ALWAYS, first)
        known[start] = self.rows
        self.seen.add(self.rows)
        self.rows += 1
        return {"resource": resource, "start": start, **figures}

    def _add(self, resource: int, start: int, figures: dict[str, Any]) -> None:
        row = self.add(self.model, {"resource": resource, "start": start, **figures})
        self.rates[resource][start] = row
        self.rows += 1

    def result(self) -> Schedule | None:
        """In the order of time, and the resources with what holds at the data date."""
        made = super().result()
        if made is None:
            return None
        rates, now, resources = made.resource_rates, made.data_date, made.resources
        touched = {row for rows in self.cells.values() for row in rows}
        touched |= set(range(len(self.schedule.resource_rates), len(rates)))
        units, price = resources.max_units.copy(), resources.price.copy()
        for resource, known in self.rates.items():
            begun = [start for start in known if start <= now]
            holds = known[max(begun) if begun else min(known)] if known else NO_ROW
            if holds in touched:
                units[resource], price[resource] = rates.max_units[holds], rates.price[holds]
        if not (
            np.array_equal(units, resources.max_units) and np.array_equal(price, resources.price)
        ):
            made = replace(made, resources=resources.with_columns(max_units=units, price=price))
        return replace(made, resource_rates=rates.take(np.lexsort((rates.start, rates.resource))))
