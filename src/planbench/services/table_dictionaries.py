"""Activity codes, their values and user-defined fields, as they come back from a table."""

from __future__ import annotations

from typing import Any, ClassVar

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import NO_ROW, Schedule
from planbench.exchange.tables.sheets import Cell, Grid
from planbench.services import table_cells as cells
from planbench.services.table_rows import Given, Parsers, Rows, one_of, places, text_needed

SCOPES = ("project", "eps", "global")

KINDS = ("text", "number", "integer", "cost", "date", "indicator")


def _word(cell: Cell, known: tuple[str, ...], what: str) -> str:
    """One of the known words, the first of them for an empty cell. Raises PlanbenchError."""
    word = cells.text(cell).casefold()
    if word and word not in known:
        raise PlanbenchError(f"{what} is {', '.join(known[:-1])} or {known[-1]}.")
    return word or known[0]


class CodeTypes(Rows):
    """Activity codes, found by their id, else by their name."""

    table = "code_types"
    needs = ("name", "scope")
    parsers: ClassVar[Parsers] = {"name": text_needed("A name")}

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        self.by_uid = places(schedule.code_types.uid.tolist())
        self.by_name = places(schedule.code_types.name.tolist())

    def _find(self, given: Given) -> int:
        uid, name = cells.text(given.get("uid")), text_needed("A name")(given["name"])
        if uid:
            return one_of(self.by_uid, uid, "code")
        return one_of(self.by_name, name, "code") if name in self.by_name else NO_ROW

    def _parsed(self, row: int, key: str, cell: Cell) -> Any:
        value = super()._parsed(row, key, cell)
        if any(other != row for other in self.by_name.get(value, ())):
            raise PlanbenchError("There is another code of this name.")
        return value

    def _put(self, row: int, key: str, value: Any) -> None:
        super()._put(row, key, value)
        self.by_name.setdefault(value, []).append(row)

    def _make(self, given: Given) -> dict[str, Any]:
        name = cells.text(given["name"])
        self.by_name[name] = [len(self.schedule.code_types) + len(self.new.get("code_types", []))]
        self.seen.add(self.by_name[name][0])
        return {"name": name, "scope": _word(given["scope"], SCOPES, "A scope")}


class CodeValues(Rows):
    """Values of activity codes, found by their id, else by code and value."""

    table = "code_values"
    needs = ("type", "code")
    parsers: ClassVar[Parsers] = {
        "code": text_needed("A value"), "name": text_needed("A name"), "parent": cells.text,
    }  # fmt: skip

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        table = schedule.code_values
        self.types = places(schedule.code_types.name.tolist())
        self.by_uid = places(table.uid.tolist())
        self.kinds: list[int] = table.type.tolist()
        self.parents: list[int] = table.parent.tolist()
        self.by_code: dict[tuple[int, str], list[int]] = {}
        for row, pair in enumerate(zip(self.kinds, table.code.tolist(), strict=True)):
            self.by_code.setdefault(pair, []).append(row)

    def renamed(self, before: Schedule) -> None:
        """Codes count under their former names too."""
        super().renamed(before)
        for row, name in enumerate(before.code_types.name.tolist()):
            self.types.setdefault(name, [row])

    def _name(self, given: Given) -> str:
        return f"{cells.told(given['type'])}, {cells.told(given['code'])}"

    def _find(self, given: Given) -> int:
        uid, code = cells.text(given.get("uid")), text_needed("A value")(given["code"])
        if uid:
            return one_of(self.by_uid, uid, "value")
        kind = one_of(self.types, cells.text(given["type"]), "code")
        found = self.by_code.get((kind, code), [])
        if len(found) > 1:
            raise PlanbenchError("The code has this value several times; give the column Value id.")
        return found[0] if found else NO_ROW

    def _parsed(self, row: int, key: str, cell: Cell) -> Any:
        value = super()._parsed(row, key, cell)
        if key == "parent":
            return self._parent(self.kinds[row], value, row)
        if key == "code" and any(r != row for r in self.by_code.get((self.kinds[row], value), ())):
            raise PlanbenchError("The code has another value of this name.")
        return value

    def _parent(self, kind: int, code: str, row: int = NO_ROW) -> int:
        """Row of the parent value. Raises PlanbenchError where `row` is above it already."""
        if not code:
            return NO_ROW
        found = self.by_code.get((kind, code), [])
        if len(found) != 1:
            raise PlanbenchError(f"The code has no one value “{code}”.")
        above = found[0]
        while above not in (row, NO_ROW):
            above = self.parents[above]
        if above == row != NO_ROW:
            raise PlanbenchError("A value cannot stand below itself.")
        return found[0]

    def _put(self, row: int, key: str, value: Any) -> None:
        super()._put(row, key, value)
        if key == "code":
            self.by_code.setdefault((self.kinds[row], value), []).append(row)
        if key == "parent":
            self.parents[row] = value

    def _make(self, given: Given) -> dict[str, Any]:
        kind, code = (
            one_of(self.types, cells.text(given["type"]), "code"),
            cells.text(given["code"]),
        )
        parent = self._parent(kind, cells.text(given.get("parent")))
        made = {
            "type": kind,
            "code": code,
            "name": cells.text(given.get("name")) or code,
            "parent": parent,
        }
        self.by_code[kind, code] = [len(self.kinds)]
        self.seen.add(len(self.kinds))
        self.kinds.append(kind)
        self.parents.append(parent)
        return made


class UdfTypes(Rows):
    """User-defined fields, found by their id, else by table and name."""

    table = "udf_types"
    needs = ("table", "name", "kind")
    parsers: ClassVar[Parsers] = {"name": text_needed("A name")}

    def __init__(self, schedule: Schedule, grid: Grid) -> None:
        super().__init__(schedule, grid)
        table = schedule.udf_types
        self.by_uid = places(table.uid.tolist())
        self.tables: list[str] = [name.upper() for name in table.table.tolist()]
        self.by_name: dict[tuple[str, str], list[int]] = {}
        for row, pair in enumerate(zip(self.tables, table.name.tolist(), strict=True)):
            self.by_name.setdefault(pair, []).append(row)

    def _name(self, given: Given) -> str:
        return f"{cells.told(given['table'])}, {cells.told(given['name'])}"

    def _find(self, given: Given) -> int:
        uid, name = cells.text(given.get("uid")), text_needed("A name")(given["name"])
        if uid:
            return one_of(self.by_uid, uid, "field")
        found = self.by_name.get((cells.text(given["table"]).upper(), name), [])
        if len(found) > 1:
            raise PlanbenchError("Several fields have this name; give the column Field id.")
        return found[0] if found else NO_ROW

    def _parsed(self, row: int, key: str, cell: Cell) -> Any:
        value = super()._parsed(row, key, cell)
        if any(other != row for other in self.by_name.get((self.tables[row], value), ())):
            raise PlanbenchError("The table has another field of this name.")
        return value

    def _put(self, row: int, key: str, value: Any) -> None:
        super()._put(row, key, value)
        self.by_name.setdefault((self.tables[row], value), []).append(row)

    def _make(self, given: Given) -> dict[str, Any]:
        table, name = cells.text(given["table"]).upper(), cells.text(given["name"])
        if table not in SUBJECTS:
            raise PlanbenchError(f"A new field is of {', '.join(SUBJECTS)}.")
        made = {"table": table, "name": name, "kind": _word(given["kind"], KINDS, "A kind")}
        self.by_name[table, name] = [len(self.tables)]
        self.seen.add(len(self.tables))
        self.tables.append(table)
        return made


SUBJECTS: dict[str, str] = {
    "TASK": "activities", "PROJECT": "projects", "PROJWBS": "wbs", "RSRC": "resources",
    "TASKRSRC": "assignments", "PROJCOST": "expenses",
}  # fmt: skip
"""What new user-defined fields may be of: P6's table, the model's."""


def subjects(schedule: Schedule, table: str) -> set[str]:
    """Ids of the rows that values of a table's user-defined fields may name."""
    rows = getattr(schedule, SUBJECTS[table])
    return {row.uid for row in rows} if isinstance(rows, tuple) else set(rows.uid.tolist())
