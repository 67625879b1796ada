"""Calendars, codes, user fields, accounts and resources of several schedules as one dictionary.

Rows of the same schedule are never made one: what its planner kept apart stays apart.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from planbench.domain.calendars import Calendar
from planbench.domain.schedule import NO_ROW, Schedule
from planbench.engines.merge.parts import (
    CodeRule,
    MergeOptions,
    Notes,
    Placing,
    effective,
    free_name,
    fresh_uids,
)


@dataclass
class _Shelf:
    """Merged rows by what makes them the same, and whose they are."""

    rows: dict[Hashable, int] = field(default_factory=dict)
    owner: list[int] = field(default_factory=list)

    def add(self, key: Hashable, part: int) -> int:
        """A new row; the first of its key is the one that others are matched with."""
        self.owner.append(part)
        return self.rows.setdefault(key, len(self.owner) - 1)

    def match(self, key: Hashable, part: int) -> int:
        """The row with this key from another part, NO_ROW without one."""
        row = self.rows.get(key, NO_ROW)
        return row if row != NO_ROW and self.owner[row] != part else NO_ROW

    @property
    def last(self) -> int:
        """The row that was added last."""
        return len(self.owner) - 1


# ------------------------------------------------------------ calendars


def merge_calendars(
    placings: list[Placing], span: tuple[int, int], options: MergeOptions, notes: Notes
) -> list[Calendar]:
    """The calendars of all parts, same working time over `span` once; sets their rows."""
    shelf, made, names = _Shelf(), list[Calendar](), set[str]()
    weeks: dict[Hashable, int] = {}
    for number, placing in enumerate(placings):
        rows, kept = [], []
        for calendar in placing.part.schedule.calendars:
            private = calendar.scope == "resource"
            key = (*effective(calendar, span), private)
            row = shelf.match(key, number) if options.match_calendars else NO_ROW
            if row != NO_ROW:
                _share_calendar(placing, calendar, made[row], notes)
            else:
                near = weeks.setdefault((key[0], private), len(made))
                if near < len(made) and shelf.owner[near] != number:
                    _near_calendar(placing, calendar, made[near], notes)
                shelf.add(key, number)
                row = shelf.last
                made.append(_own_calendar(placing, calendar, names, notes))
            rows.append(row)
            kept.append(row == len(made) - 1 and shelf.owner[row] == number)
        placing.place("calendars", rows, kept)
    return _with_bases(placings, made)


def _share_calendar(placing: Placing, calendar: Calendar, other: Calendar, notes: Notes) -> None:
    notes.add(
        "calendar-shared",
        "info",
        f"{placing.part.name}, calendar {calendar.name}",
        f"it has the same working time as {other.name}",
        f"one calendar, {other.name}",
    )


def _near_calendar(placing: Placing, calendar: Calendar, other: Calendar, notes: Notes) -> None:
    days = len(set(calendar.exceptions.items()) ^ set(other.exceptions.items()))
    same = "the same week" if days else "the same working time but other hours per day"
    differ = f" and {days} other exceptions" if days else ""
    notes.add(
        "calendar-alike",
        "info",
        f"{placing.part.name}, calendar {calendar.name}",
        f"{same} as {other.name}{differ}",
        "kept apart; make them one calendar if they should be",
    )


def _own_calendar(placing: Placing, calendar: Calendar, names: set[str], notes: Notes) -> Calendar:
    """The calendar under a name of its own, usable in every project."""
    name = calendar.name
    if name.casefold() in names:
        name = free_name(name, placing.label, names)
        notes.add(
            "calendar-renamed",
            "warning",
            f"{placing.part.name}, calendar {calendar.name}",
            "another calendar of this name works at other times",
            f"kept as {name}",
        )
    names.add(name.casefold())
    scope = "global" if calendar.scope == "project" else calendar.scope
    return replace(calendar, name=name, scope=scope)


def _with_bases(placings: list[Placing], made: list[Calendar]) -> list[Calendar]:
    """The calendars with the uids of their bases as they are numbered now."""
    uids = fresh_uids([calendar.uid for calendar in made])
    bases = [""] * len(made)
    for placing in placings:
        rows = placing.rows["calendars"].tolist()
        calendars = placing.part.schedule.calendars
        own = {calendar.uid: rows[k] for k, calendar in enumerate(calendars)}
        for k, calendar in enumerate(calendars):
            base = own.get(calendar.base_uid, NO_ROW) if calendar.base_uid else NO_ROW
            if placing.kept["calendars"][k] and base not in (NO_ROW, rows[k]):
                bases[rows[k]] = uids[base]
    return [
        replace(calendar, uid=uid, base_uid=base)
        for calendar, uid, base in zip(made, uids, bases, strict=True)
    ]


# ------------------------------------------------------------ activity codes


@dataclass
class Codes:
    """The merged code dictionary, in columns."""

    types: list[tuple[str, str, str]] = field(default_factory=list)  # uid, name, scope
    values: list[tuple[str, int, str, str, int]] = field(
        default_factory=list
    )  # uid, type, code, name, parent


def merge_codes(placings: list[Placing], rules: tuple[CodeRule, ...], notes: Notes) -> Codes:
    """Code types by name and their values by code; `rules` rename values first."""
    made, types, values = Codes(), _Shelf(), _Shelf()
    renamed = {(r.type.casefold(), r.value.casefold()): r for r in rules}
    for number, placing in enumerate(placings):
        _types(placing, number, made, types, notes)
        _values(placing, number, made, types, values, renamed, notes)
    return made


def _types(placing: Placing, number: int, made: Codes, shelf: _Shelf, notes: Notes) -> None:
    table = placing.part.schedule.code_types
    rows, kept = [], []
    for uid, name, scope in zip(table.uid, table.name, table.scope, strict=True):
        row = shelf.match(name.strip().casefold(), number)
        kept.append(row == NO_ROW)
        if row == NO_ROW:
            shelf.add(name.strip().casefold(), number)
            row = shelf.last
            made.types.append((uid, name, "global"))
        else:
            notes.add(
                "code-shared",
                "info",
                f"{placing.part.name}, activity code {name}",
                "a code of this name came before",
                "one code, its values put together",
            )
        if scope != "global":
            notes.add(
                "code-made-global",
                "info",
                f"{placing.part.name}, activity code {name}",
                f"it belonged to one {'project' if scope == 'project' else 'part of the EPS'}",
                "made global, so that all projects can carry it",
            )
        rows.append(row)
    placing.place("code_types", rows, kept)


def _values(
    placing: Placing,
    number: int,
    made: Codes,
    types: _Shelf,
    shelf: _Shelf,
    renamed: dict[tuple[str, str], CodeRule],
    notes: Notes,
) -> None:
    schedule = placing.part.schedule
    table = schedule.code_values
    type_rows = placing.rows["code_types"]
    rows: list[int] = []
    kept: list[bool] = []
    for k in range(len(table)):
        own_type, code = int(table.type[k]), str(table.code[k])
        kind = int(type_rows[own_type])
        above = rows[table.parent[k]] if 0 <= table.parent[k] < k else NO_ROW
        type_name = str(schedule.code_types.name[own_type]) if own_type >= 0 else ""
        rule = _rule(renamed, type_name, code)
        if rule is not None:
            kind, code, above = _by_rule(rule, code, number, made, types, above)
            _note_rule(placing, type_name, str(table.code[k]), rule, code, notes)
        elif _unmapped(renamed, type_name, code):
            notes.add(
                "code-unmapped",
                "warning",
                f"{placing.part.name}, {type_name} {code}",
                "no rule of the code mapping takes it",
                "kept as it is called",
            )
        key = (kind, above, code.strip().casefold())
        row = shelf.rows.get(key, NO_ROW) if rule else shelf.match(key, number)
        kept.append(row == NO_ROW)
        if row == NO_ROW:
            shelf.add(key, number)
            row = shelf.last
            name = str(table.name[k])
            made.values.append((str(table.uid[k]), kind, code, name, above))
        elif str(table.name[k]).strip().casefold() != made.values[row][3].strip().casefold():
            notes.add(
                "code-value-differs",
                "warning",
                f"{placing.part.name}, {type_name} {code}",
                f"it is called {str(table.name[k])!r} here and {made.values[row][3]!r} before",
                "one value under the first name",
            )
        rows.append(row)
    placing.place("code_values", rows, kept)


def _rule(renamed: dict[tuple[str, str], CodeRule], type_name: str, code: str) -> CodeRule | None:
    name = type_name.strip().casefold()
    text = code.strip().casefold()
    tries = (text, *(f"{text[:cut]}*" for cut in range(len(text), -1, -1)))
    return next((renamed[name, one] for one in tries if (name, one) in renamed), None)


def _unmapped(renamed: dict[tuple[str, str], CodeRule], type_name: str, code: str) -> bool:
    """Whether rules are given for a code, but none for this value, nor is it one of the master."""
    name, text = type_name.strip().casefold(), code.strip().casefold()
    own = [rule for (kind, _), rule in renamed.items() if kind == name]
    return bool(own) and all(text != rule.to_value.strip().casefold() for rule in own)


def _by_rule(
    rule: CodeRule, code: str, number: int, made: Codes, types: _Shelf, above: int
) -> tuple[int, str, int]:
    """(type, code, parent) of a value that is called otherwise in the master."""
    key = rule.to_type.strip().casefold()
    if key not in types.rows:
        types.add(key, number)
        made.types.append(("", rule.to_type.strip(), "global"))
    same = key == rule.type.strip().casefold()
    now = rule.to_value or code
    if now.endswith("*") and rule.value.endswith("*"):
        now = now[:-1] + code.strip()[len(rule.value.strip()) - 1 :]
    return types.rows[key], now, above if same else NO_ROW


def _note_rule(
    placing: Placing, type_name: str, was: str, rule: CodeRule, now: str, notes: Notes
) -> None:
    notes.add(
        "code-mapped",
        "info",
        f"{placing.part.name}, {type_name} {was}",
        "a rule of the code mapping",
        f"{rule.to_type} {now}",
    )


# ------------------------------------------------------------ user fields and accounts


def merge_user_fields(placings: list[Placing], notes: Notes) -> list[tuple[str, str, str, str]]:
    """(uid, table, name, kind) of the user fields, one for a name of the same kind."""
    shelf, made, names = _Shelf(), list[tuple[str, str, str, str]](), set[str]()
    for number, placing in enumerate(placings):
        table = placing.part.schedule.udf_types
        rows, kept = [], []
        for uid, of, name, kind in zip(table.uid, table.table, table.name, table.kind, strict=True):
            key = (of, name.strip().casefold(), kind)
            row = shelf.match(key, number)
            kept.append(row == NO_ROW)
            if row == NO_ROW:
                if f"{of} {name}".strip().casefold() in names:
                    was, name = name, free_name(f"{of} {name}", placing.label, names)[len(of) + 1 :]
                    notes.add(
                        "field-renamed",
                        "warning",
                        f"{placing.part.name}, user field {was}",
                        "a field of this name holds another kind of values",
                        f"kept as {name}",
                    )
                names.add(f"{of} {name}".strip().casefold())
                shelf.add(key, number)
                row = shelf.last
                made.append((uid, of, name, kind))
            rows.append(row)
        placing.place("udf_types", rows, kept)
    return made


def merge_accounts(placings: list[Placing], notes: Notes) -> None:
    """Cost accounts by their place in the breakdown and their id."""
    shelf, names = _Shelf(), list[str]()
    for number, placing in enumerate(placings):
        table = placing.part.schedule.accounts
        rows: list[int] = []
        kept: list[bool] = []
        for k in range(len(table)):
            above = rows[table.parent[k]] if 0 <= table.parent[k] < k else NO_ROW
            key = (above, str(table.code[k]).strip().casefold())
            row = shelf.match(key, number)
            kept.append(row == NO_ROW)
            if row == NO_ROW:
                shelf.add(key, number)
                row = shelf.last
                names.append(str(table.name[k]))
            elif str(table.name[k]).strip().casefold() != names[row].strip().casefold():
                notes.add(
                    "account-differs",
                    "warning",
                    f"{placing.part.name}, cost account {table.code[k]}",
                    f"it is called {str(table.name[k])!r} here and {names[row]!r} before",
                    "one account under the first name",
                )
            rows.append(row)
        placing.place("accounts", rows, kept)


# ------------------------------------------------------------ resources

BY_NAME = ("mspdi", "mpp", "mpx")
"""Formats in which a resource's id is no more than its initials."""


def merge_resources(placings: list[Placing], options: MergeOptions, notes: Notes) -> list[str]:
    """The ids of the resources; those with the same id, kind, unit and calendar are one.

    One of the same id that works otherwise is kept under another id, as sharing it would move
    dates. Prices and limits may differ: the first ones count, and the difference is told.
    """
    by_code, by_name, codes = _Shelf(), _Shelf(), list[str]()
    facts: list[tuple[str, float, float]] = []
    taken: dict[str, int] = {}
    for number, placing in enumerate(placings):
        schedule = placing.part.schedule
        table, calendars = schedule.resources, placing.rows["calendars"]
        rows, kept = [], []
        for k in range(len(table)):
            code, name = str(table.code[k]).strip(), str(table.name[k]).strip()
            key = _resource_key(schedule, k)
            works = (str(table.kind[k]), str(table.unit[k]), int(calendars[table.calendar[k]]))
            row = by_code.match((key, works), number) if options.match_resources else NO_ROW
            if row == NO_ROW and options.match_resources and options.resources_by_name and name:
                row = by_name.match((name.casefold(), works), number)
            kept.append(row == NO_ROW)
            if row != NO_ROW:
                _share_resource(placing, k, codes[row], facts[row], notes)
                rows.append(row)
                continue
            if options.match_resources and not options.resources_by_name:
                _alike(placing, code, name, by_name.match((name.casefold(), works), number), codes,
                       notes)  # fmt: skip
            by_code.add((key, works), number)
            by_name.add((name.casefold(), works), number)
            codes.append(_own_resource(placing, code or name, number, taken, notes))
            facts.append((name, float(table.max_units[k]), float(table.price[k])))
            rows.append(by_code.last)
        placing.place("resources", rows, kept)
    return codes


def merge_roles(placings: list[Placing]) -> None:
    """Roles by their id and name: one that an earlier part has is the same."""
    known: dict[tuple[str, str], int] = {}
    for placing in placings:
        table, rows, kept = placing.part.schedule.roles, [], []
        for key in zip(table.code.tolist(), table.name.tolist(), strict=True):
            kept.append(key not in known)
            rows.append(known.setdefault(key, len(known)))
        placing.place("roles", rows, kept)


def _resource_key(schedule: Schedule, row: int) -> str:
    table = schedule.resources
    code, name = str(table.code[row]).strip(), str(table.name[row]).strip()
    return (name if schedule.source.format in BY_NAME or not code else code).casefold()


def _share_resource(
    placing: Placing, row: int, code: str, other: tuple[str, float, float], notes: Notes
) -> None:
    table = placing.part.schedule.resources
    where = f"{placing.part.name}, resource {table.code[row]}"
    mine = (str(table.name[row]).strip(), float(table.max_units[row]), float(table.price[row]))
    words = [
        f"{what} {b:g} here, {a:g} before" if isinstance(b, float) else f"{what} {b!r} and {a!r}"
        for what, a, b in zip(("name", "limit", "price"), other, mine, strict=True)
        if a != b
    ]
    if words:
        notes.add("resource-differs", "warning", where, "; ".join(words), f"{code} as it was first")
    else:
        notes.add("resource-shared", "info", where, "the same resource came before", f"one: {code}")


def _alike(
    placing: Placing, code: str, name: str, row: int, codes: list[str], notes: Notes
) -> None:
    if row != NO_ROW and name:
        notes.add(
            "resource-alike",
            "info",
            f"{placing.part.name}, resource {code}",
            f"it has the name and kind of {codes[row]}",
            "kept apart; resources can be matched by name as well",
        )


def _own_resource(
    placing: Placing, code: str, number: int, taken: dict[str, int], notes: Notes
) -> str:
    """The id of a resource that is new in the master; `taken` tells whose each id is."""
    made = code
    if taken.get(code.casefold(), number) != number:
        made = free_name(code, placing.label, set(taken), 40)
        notes.add(
            "resource-renamed",
            "warning",
            f"{placing.part.name}, resource {code}",
            "a resource of this id is of another kind or works on another calendar",
            f"kept as {made}",
        )
    taken.setdefault(made.casefold(), number)
    return made
