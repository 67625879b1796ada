"""How the rows of each table beside the activities are found again, changed and made."""

from __future__ import annotations

from typing import Any, ClassVar

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import NO_ROW, Schedule
from planbench.exchange.tables.sheets import Cell, Grid
from planbench.services import table_cells as cells
from planbench.services.table_details import Rates, Roles, StepRows
from planbench.services.table_dictionaries import (
    SUBJECTS,
    CodeTypes,
    CodeValues,
    UdfTypes,
    subjects,
)
from planbench.services.table_network import ExternalLinks, Links, Splits
from planbench.services.table_rows import (
    Given,
    Parsers,
    Rows,
    filled,
    fresh_uids,
    one_of,
    places,
    text_needed,
)


class Wbs(Rows):
    """Nodes of the outline, found by their id; one with another id and a parent is new.

    Later lines may name a new node as their parent, by the id that the file gives it.
    """

    table = "wbs"
    needs = ("uid",)
    parsers: ClassVar[Parsers] = {"code": text_needed("A code"), "name": text_needed("A name")}

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        self.places = places(schedule.wbs.uid.tolist())
        self.projects: list[int] = schedule.wbs.project.tolist()
        wbs = schedule.wbs
        self.siblings = set(zip(wbs.parent.tolist(), wbs.code.tolist(), strict=True))

    def _find(self, given: Given) -> int:
        uid = cells.text(given["uid"])
        if uid not in self.places and given.get("parent") is not None:
            return NO_ROW
        return one_of(self.places, uid, "WBS node")

    def _make(self, given: Given) -> dict[str, Any]:
        parent = one_of(self.places, cells.text(given["parent"]), "WBS node")
        row, code = len(self.projects), filled(cells.text(given.get("code")), "A code")
        if (parent, code) in self.siblings:
            raise PlanbenchError("The parent has a node of this code; twice is one too many.")
        uid = cells.text(given["uid"]) or fresh_uids(self.places, 1)[0]
        made = {
            "uid": uid,
            "code": code,
            "name": filled(cells.text(given.get("name")), "A name"),
            "parent": parent,
            "project": self.projects[parent],
        }
        self.projects.append(self.projects[parent])
        self.siblings.add((parent, code))
        self.places[uid] = [row]
        self.seen.add(row)
        return made

    def _locked(self, row: int, key: str) -> str:
        if self.schedule.wbs.parent[row] == NO_ROW:
            return "The top node has code and name of its project."
        return super()._locked(row, key)


_KINDS = ("labor", "nonlabor", "material")


def _kind(cell: Cell) -> str:
    word = cells.text(cell).casefold()
    if word not in _KINDS:
        raise PlanbenchError(f"A kind is {', '.join(_KINDS[:-1])} or {_KINDS[-1]}.")
    return word


class Resources(Rows):
    """Resources, found by their id."""

    table = "resources"
    needs = ("id",)
    parsers: ClassVar[Parsers] = {
        "name": text_needed("A name"), "kind": _kind, "unit": cells.text,
        "max": cells.quantity, "price": cells.quantity,
    }  # fmt: skip

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        self.places = places(schedule.resources.code.tolist())

    def _find(self, given: Given) -> int:
        code = filled(cells.text(given["id"]), "A resource id")
        return one_of(self.places, code, "resource") if code in self.places else NO_ROW

    def _make(self, given: Given) -> dict[str, Any]:
        code = cells.text(given["id"])
        made = {
            "code": code,
            "name": filled(cells.text(given.get("name")), "A name"),
            "kind": _kind(given.get("kind")),
            "unit": cells.text(given.get("unit")),
            "max_units": cells.quantity(given["max"]) if given.get("max") is not None else 1.0,
            "price": cells.quantity(given["price"]) if given.get("price") is not None else 0.0,
        }
        row = len(self.schedule.resources) + len(self.new.get("resources", []))
        self.places[code] = [row]
        self.seen.add(row)
        return made


class Assignments(Rows):
    """Assignments, found by their id, else by activity and resource."""

    table = "assignments"
    needs = ("activity", "resource")
    parsers: ClassVar[Parsers] = {
        "budget": cells.quantity, "actual": cells.quantity, "remaining": cells.quantity,
        "cost": cells.quantity, "actual_cost": cells.quantity, "remaining_cost": cells.quantity,
    }  # fmt: skip

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        table = schedule.assignments
        self.by_uid = places(table.uid.tolist())
        self.resources = places(schedule.resources.code.tolist())
        self.by_pair: dict[tuple[int, int], list[int]] = {}
        for row, pair in enumerate(
            zip(table.activity.tolist(), table.resource.tolist(), strict=True)
        ):
            self.by_pair.setdefault(pair, []).append(row)

    def _name(self, given: Given) -> str:
        return f"{cells.told(given['activity'])}, {cells.told(given['resource'])}"

    def _find(self, given: Given) -> int:
        uid = cells.text(given.get("uid"))
        if uid:
            return one_of(self.by_uid, uid, "assignment")
        found = self.by_pair.get(self._pair(given), [])
        if len(found) > 1:
            raise PlanbenchError("It is assigned several times; give the column Assignment too.")
        return found[0] if found else NO_ROW

    def _pair(self, given: Given) -> tuple[int, int]:
        resource = one_of(self.resources, cells.text(given["resource"]), "resource")
        return self.activity(given["activity"]), resource

    def _make(self, given: Given) -> dict[str, Any]:
        activity, resource = self._pair(given)

        def read(key: str, default: float) -> float:
            cell = given.get(key)
            return default if cell is None else cells.quantity(cell)

        budget, actual = cells.quantity(given.get("budget")), read("actual", 0.0)
        remaining = read("remaining", max(budget - actual, 0.0))
        price = float(self.schedule.resources.price[resource])
        hours = int(self.schedule.activities.original_duration[activity]) / 60.0
        row = len(self.schedule.assignments) + len(self.new.get("assignments", []))
        self.by_pair.setdefault((activity, resource), []).append(row)
        self.seen.add(row)
        return {
            "activity": activity,
            "resource": resource,
            "budget_units": budget,
            "actual_units": actual,
            "remaining_units": remaining,
            "units_per_hour": budget / hours if hours > 0 else 0.0,
            "budget_cost": read("cost", budget * price),
            "actual_cost": read("actual_cost", actual * price),
            "remaining_cost": read("remaining_cost", remaining * price),
            "account": NO_ROW,
        }


class Codes(Rows):
    """Code values of activities, found by activity and code; values and codes may be new."""

    table = "codes"
    needs = ("activity", "code", "value")
    shown_only = ("name",)
    parsers: ClassVar[Parsers] = {
        "value": lambda cell: cell
    }  # told apart in `put`, which knows the code

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        self.types = places(schedule.code_types.name.tolist())
        values, used = schedule.code_values, schedule.code_assignments
        self.values: dict[tuple[int, str], int] = {}
        for row, pair in enumerate(zip(values.type.tolist(), values.code.tolist(), strict=True)):
            self.values.setdefault(pair, row)
        self.used: dict[tuple[int, int], list[int]] = {}
        kinds = values.type[used.value].tolist()
        for row, pair in enumerate(zip(used.activity.tolist(), kinds, strict=True)):
            self.used.setdefault(pair, []).append(row)
        self.given: Given = {}

    def renamed(self, before: Schedule) -> None:
        """Codes and values count under their former names too."""
        super().renamed(before)
        for row, name in enumerate(before.code_types.name.tolist()):
            self.types.setdefault(name, [row])
        values = before.code_values
        for row, pair in enumerate(zip(values.type.tolist(), values.code.tolist(), strict=True)):
            self.values.setdefault(pair, row)

    def _name(self, given: Given) -> str:
        return f"{cells.told(given['activity'])}, {cells.told(given['code'])}"

    def _find(self, given: Given) -> int:
        self.given = given
        activity = self.activity(given["activity"])
        code = filled(cells.text(given["code"]), "A code")
        if not cells.text(given["value"]):
            raise PlanbenchError("An empty cell takes nothing away. Remove the code in Schedule.")
        if code not in self.types:
            return NO_ROW
        # codes of several scopes may share a name: what the activity has tells which is meant
        found = [row for kind in self.types[code] for row in self.used.get((activity, kind), ())]
        if len(found) > 1:
            found = [r for r in found if cells.same(given["value"], self.old["value"][r])]
        if not found:
            one_of(self.types, code, "code")
        if len(found) != 1 and any(self.used.get((activity, kind)) for kind in self.types[code]):
            raise PlanbenchError("The activity has several values of this code.")
        return found[0] if found else NO_ROW

    def _locked(self, row: int, key: str) -> str:
        other = not self._keeps_value(row, self.given)
        return "" if key == "value" or (key == "name" and other) else super()._locked(row, key)

    def _compare(self, line: int, row: int, name: str, given: Given) -> None:
        if "name" in given and not self._keeps_value(row, given):
            given = {key: cell for key, cell in given.items() if key != "name"}  # of the new value
        super()._compare(line, row, name, given)

    def _keeps_value(self, row: int, given: Given) -> bool:
        cell = given["value"]
        return cells.same(cell, self.old["value"][row]) or self.is_former(row, "value", cell)

    def _put(self, row: int, key: str, value: Any) -> None:
        used, values = self.schedule.code_assignments, self.schedule.code_values
        kind = int(values.type[used.value[row]])
        self.cells.setdefault("value", {})[row] = self._value(kind, cells.text(value))

    def _make(self, given: Given) -> dict[str, Any]:
        code, activity = cells.text(given["code"]), self.activity(given["activity"])
        if code not in self.types:
            made = {"name": code, "scope": "project"}
            self.types[code] = [self.add("code_types", made)]
        kind = one_of(self.types, code, "code")
        row = len(self.schedule.code_assignments) + len(self.new.get("code_assignments", []))
        self.used[activity, kind] = [row]
        self.seen.add(row)
        return {"activity": activity, "value": self._value(kind, cells.text(given["value"]))}

    def _value(self, kind: int, code: str) -> int:
        """Row of a value of a code; one that the dictionary lacks comes into it."""
        if (kind, code) not in self.values:
            name = cells.text(self.given.get("name")) or code
            made = {"type": kind, "code": code, "name": name, "parent": NO_ROW}
            self.values[kind, code] = self.add("code_values", made)
        return self.values[kind, code]


class UserFields(Rows):
    """Values of user-defined fields that exist, found by row and field."""

    table = "udfs"
    needs = ("table", "subject", "field", "value")

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        types, values = schedule.udf_types, schedule.udf_values
        pairs = zip(types.table.tolist(), types.name.tolist(), strict=True)
        self.fields = {pair: row for row, pair in enumerate(pairs)}
        used = zip(values.type.tolist(), values.subject.tolist(), strict=True)
        self.used = {pair: row for row, pair in enumerate(used)}
        self.resources = places(schedule.resources.code.tolist())
        self.known: dict[str, set[str]] = {}

    def renamed(self, before: Schedule) -> None:
        """Fields count under their former names too."""
        super().renamed(before)
        types = before.udf_types
        for row, pair in enumerate(zip(types.table.tolist(), types.name.tolist(), strict=True)):
            self.fields.setdefault(pair, row)

    def _name(self, given: Given) -> str:
        return f"{cells.told(given['subject'])}, {cells.told(given['field'])}"

    def _find(self, given: Given) -> int:
        pair = self._pair(given)
        return self.used.get(pair, NO_ROW)

    def _pair(self, given: Given) -> tuple[int, str]:
        table, name = cells.text(given["table"]), cells.text(given["field"])
        kind = self.fields.get((table, name))
        if kind is None:
            raise PlanbenchError(
                f"There is no user-defined field “{name}” of {table or 'no table'}."
            )
        subject = cells.text(given["subject"])
        if table == "TASK":
            return kind, str(self.schedule.activities.uid[self.activity(subject)])
        if table == "RSRC":
            row = one_of(self.resources, subject, "resource")
            return kind, str(self.schedule.resources.uid[row])
        return kind, filled(subject, "A row")

    def _parsed(self, row: int, key: str, cell: Cell) -> Any:
        if key != "value":
            return super()._parsed(row, key, cell)
        kind = self.schedule.udf_types.kind[self.schedule.udf_values.type[row]]
        return user_value(cell, str(kind))

    def _make(self, given: Given) -> dict[str, Any]:
        kind, subject = self._pair(given)
        table = str(self.schedule.udf_types.table[kind])
        if table in SUBJECTS and table not in self.known:
            self.known[table] = subjects(self.schedule, table)
        if subject not in self.known.get(table, {subject}):
            raise PlanbenchError(f"There is no row “{subject}” of {table}.")
        text = user_value(given["value"], str(self.schedule.udf_types.kind[kind]))
        row = len(self.schedule.udf_values) + len(self.new.get("udf_values", []))
        self.used[kind, subject] = row
        self.seen.add(row)
        return {"type": kind, "subject": subject, "value": text}


def user_value(cell: Cell, kind: str) -> str:
    """A value of a user-defined field as the model keeps it. Raises PlanbenchError."""
    if cell is None:
        raise PlanbenchError("An empty cell takes nothing away.")
    if kind in ("number", "cost"):
        return f"{cells.number(cell):.10g}"
    if kind == "integer":
        found = cells.number(cell)
        if found != round(found):
            raise PlanbenchError("A whole number is needed here.")
        return str(round(found))
    if kind == "date":
        moment = cells.moment(cell)
        assert moment is not None
        return moment.strftime("%Y-%m-%d %H:%M")
    return cells.words(cell)


class Expenses(Rows):
    """Expenses, found by their id, else by activity and name."""

    table = "expenses"
    needs = ("activity", "name")
    parsers: ClassVar[Parsers] = {
        "name": text_needed("A name"), "budget": cells.quantity, "actual": cells.quantity,
        "remaining": cells.quantity,
    }  # fmt: skip

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        table = schedule.expenses
        self.by_uid = places(table.uid.tolist())
        self.by_name: dict[tuple[int, str], list[int]] = {}
        for row, pair in enumerate(zip(table.activity.tolist(), table.name.tolist(), strict=True)):
            self.by_name.setdefault(pair, []).append(row)
        self.accounts = places(schedule.accounts.code.tolist())

    def _name(self, given: Given) -> str:
        return f"{cells.told(given['activity'])}, {cells.told(given['name'])}"

    def _find(self, given: Given) -> int:
        uid = cells.text(given.get("uid"))
        if uid:
            return one_of(self.by_uid, uid, "expense")
        pair = self.activity(given["activity"]), filled(cells.text(given["name"]), "A name")
        found = self.by_name.get(pair, [])
        if len(found) > 1:
            raise PlanbenchError("Several expenses have this name; give the column Expense item.")
        return found[0] if found else NO_ROW

    def _make(self, given: Given) -> dict[str, Any]:
        def read(key: str, default: float) -> float:
            cell = given.get(key)
            return default if cell is None else cells.quantity(cell)

        account = cells.text(given.get("account"))
        budget, actual = cells.quantity(given.get("budget")), read("actual", 0.0)
        activity, name = self.activity(given["activity"]), cells.text(given["name"])
        row = len(self.schedule.expenses) + len(self.new.get("expenses", []))
        self.by_name.setdefault((activity, name), []).append(row)
        self.seen.add(row)
        return {
            "activity": activity,
            "name": name,
            "account": one_of(self.accounts, account, "account") if account else NO_ROW,
            "budget_cost": budget,
            "actual_cost": actual,
            "remaining_cost": read("remaining", max(budget - actual, 0.0)),
        }


class Notes(Rows):
    """Notes, found by activity and topic."""

    table = "notes"
    needs = ("activity", "topic", "text")
    parsers: ClassVar[Parsers] = {"text": lambda cell: filled(cells.words(cell), "A text")}

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        self.places: dict[tuple[int, str], list[int]] = {}
        pairs = zip(schedule.notes.activity.tolist(), schedule.notes.topic.tolist(), strict=True)
        for row, pair in enumerate(pairs):
            self.places.setdefault(pair, []).append(row)
        self.unused = {pair: list(rows) for pair, rows in self.places.items()}

    def _name(self, given: Given) -> str:
        return f"{cells.told(given['activity'])}, {cells.told(given['topic'])}"

    def _find(self, given: Given) -> int:
        """Several notes on one topic are taken in the order of the file."""
        pair = self.activity(given["activity"]), cells.text(given["topic"])
        left = self.unused.get(pair)
        return left.pop(0) if left else NO_ROW

    def _make(self, given: Given) -> dict[str, Any]:
        return {
            "activity": self.activity(given["activity"]),
            "topic": cells.text(given["topic"]),
            "text": filled(cells.words(given["text"]), "A text"),
        }


class Accounts(Rows):
    """Cost accounts, found by their code."""

    table = "accounts"
    needs = ("code",)
    parsers: ClassVar[Parsers] = {"name": text_needed("A name")}

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        self.places = places(schedule.accounts.code.tolist())

    def _find(self, given: Given) -> int:
        code = filled(cells.text(given["code"]), "An account")
        return one_of(self.places, code, "account") if code in self.places else NO_ROW

    def _make(self, given: Given) -> dict[str, Any]:
        code, parent = cells.text(given["code"]), cells.text(given.get("parent"))
        name = filled(cells.text(given.get("name")), "A name")
        above = one_of(self.places, parent, "account") if parent else NO_ROW
        row = len(self.schedule.accounts) + len(self.new.get("accounts", []))
        self.places[code] = [row]
        self.seen.add(row)
        return {"code": code, "name": name, "parent": above}


READERS: dict[str, type[Rows]] = {
    one.table: one
    for one in (
        Links, ExternalLinks, Splits, Wbs, Resources, Assignments, CodeTypes, CodeValues, Codes,
        UdfTypes, UserFields, Expenses, Notes, Accounts, Rates, Roles, StepRows,
    )
}  # fmt: skip
"""How the rows of each table beside the activities come back."""
