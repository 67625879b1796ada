"""Filters over the fields of a schedule: conditions nested in all-of and any-of groups.

A filter is a small tree with a plain text form that layouts and files keep:

    [Status] is "In progress" and ([Total float] <= 10 or [Finish] before DD+4w)

Field names stand in brackets (a bracket inside is doubled), values in quotes where they are not a
single word. Dates may be relative to the data date (`DD`, `DD+4w`, `DD-10d`; d, w, m and y), and
`{Area}` or `{Area=North}` is a parameter that is asked for, with what is taken at first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Flags
from planbench.domain.times import DAY, NO_TIME
from planbench.scenes.columns import Column, PlanTable
from planbench.scenes.formats import read_date

MOST_DEEP = 20
"""Groups inside groups that are read: more is no filter a person made."""

OPERATORS: dict[str, dict[str, str]] = {
    "text": {
        "contains": "contains",
        "not-contains": "does not contain",
        "is": "is",
        "is-not": "is not",
        "one-of": "is one of",
        "starts": "starts with",
        "empty": "is empty",
        "filled": "is not empty",
    },
    "number": {
        "is": "=",
        "is-not": "<>",
        "less": "<",
        "at-most": "<=",
        "greater": ">",
        "at-least": ">=",
        "between": "between",
        "empty": "is empty",
        "filled": "is not empty",
    },
    "date": {
        "is": "on",
        "before": "before",
        "at-most": "on or before",
        "after": "after",
        "at-least": "on or after",
        "between": "between",
        "empty": "is empty",
        "filled": "is not empty",
    },
    "flag": {"yes": "is set", "no": "is not set"},
}
"""What can be asked of a field, by its form: keys and how they are written."""

VALUES = {"empty": 0, "filled": 0, "yes": 0, "no": 0, "between": 2}
"""How many values an operator takes, where it is not one."""


class FilterError(PlanbenchError):
    """A filter that cannot be read or asked."""


@dataclass(frozen=True)
class Condition:
    """One question. `field` is a column's id or name, `values` are as typed."""

    field: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Conditions and groups of which all (`every`) or any have to hold; an empty one lets all."""

    every: bool = True
    parts: tuple[Condition | Group, ...] = ()


def form(column: Column) -> str:
    """Which of `OPERATORS` a column has."""
    return {"name": "text", "float": "number"}.get(column.kind, column.kind)


def find_column(columns: Mapping[str, Column], name: str) -> Column | None:
    """A column by id, or by its name without regard to case."""
    if name in columns:
        return columns[name]
    folded = name.casefold()
    return next((one for one in columns.values() if one.name.casefold() == folded), None)


# ---------------------------------------------------------------- asking


def matching(
    wanted: Group,
    table: PlanTable,
    columns: Mapping[str, Column],
    parameters: Mapping[str, str] | None = None,
) -> Flags:
    """Which activities a filter lets pass.

    Raises FilterError for a field the schedule does not have or a value that cannot be read.
    """
    asked = parameters or {}

    def group(part: Group) -> Flags:
        found = [
            group(one) if isinstance(one, Group) else _asked(one, table, columns, asked)
            for one in part.parts
        ]
        if not found:
            return np.ones(len(table.schedule), dtype=bool)
        how = np.logical_and if part.every else np.logical_or
        return np.asarray(how.reduce(found), dtype=bool)

    return group(wanted)


def _asked(
    one: Condition, table: PlanTable, columns: Mapping[str, Column], asked: Mapping[str, str]
) -> Flags:
    column = find_column(columns, one.field)
    if column is None:
        raise FilterError(f"This schedule has no field “{one.field}”.")
    kind = form(column)
    if one.operator not in OPERATORS[kind]:
        raise FilterError(f"“{column.name}” cannot be asked with “{one.operator}”.")
    typed = [filled(value, asked) for value in one.values]
    wanted = VALUES.get(one.operator, 1)
    if len(typed) != wanted and one.operator != "one-of":
        raise FilterError(f"“{column.name}” needs {wanted} value{'s' * (wanted != 1)}.")
    return ask(kind, one.operator, column.values(table), typed, table.schedule.data_date)


def ask(kind: str, operator: str, values: Any, typed: list[str], data_date: int) -> Flags:
    """Which values of a column answer to an operator of `OPERATORS[kind]` with what was typed.

    Raises FilterError for typed text that is no value of the kind.
    """
    if kind == "flag":
        return np.asarray(values == (operator == "yes"), dtype=bool)
    if kind == "text":
        return _ask_text(operator, values, typed)
    if kind == "date":
        return _ask_date(operator, values, [read_when(text, data_date) for text in typed])
    return _ask_number(operator, values, [_read_number(text) for text in typed])


def _ask_text(operator: str, values: Any, typed: list[str]) -> Flags:
    folded = [str(text).casefold() for text in values.tolist()]
    given = {text.casefold() for text in typed}
    first = typed[0].casefold() if typed else ""
    tests: dict[str, Callable[[str], bool]] = {
        "contains": lambda text: first in text,
        "not-contains": lambda text: first not in text,
        "is": lambda text: text == first,
        "is-not": lambda text: text != first,
        "one-of": lambda text: text in given,
        "starts": lambda text: text.startswith(first),
        "empty": lambda text: not text,
        "filled": bool,
    }
    return np.array([tests[operator](text) for text in folded], dtype=bool)


def _ask_date(operator: str, values: Any, typed: list[tuple[int, int]]) -> Flags:
    """`typed` are (first, last) minute of what was given: a day is all of its minutes."""
    there = values != NO_TIME
    if operator in ("empty", "filled"):
        return np.asarray(there == (operator == "filled"))
    low, high = typed[0]
    tests: dict[str, Callable[[], Any]] = {
        "is": lambda: (values >= low) & (values <= high),
        "before": lambda: values < low,
        "at-most": lambda: values <= high,
        "after": lambda: values > high,
        "at-least": lambda: values >= low,
        "between": lambda: (values >= low) & (values <= typed[1][1]),
    }
    return np.asarray(there & tests[operator]())


def _ask_number(operator: str, values: Any, typed: list[float]) -> Flags:
    there = ~np.isnan(values)
    if operator in ("empty", "filled"):
        return np.asarray(there == (operator == "filled"))
    low = typed[0]
    near = np.isclose(values, low, rtol=0.0, atol=1e-6)
    tests: dict[str, Callable[[], Any]] = {
        "is": lambda: near,
        "is-not": lambda: ~near,
        "less": lambda: (values < low) & ~near,
        "at-most": lambda: (values < low) | near,
        "greater": lambda: (values > low) & ~near,
        "at-least": lambda: (values > low) | near,
        "between": lambda: ((values > low) | near) & (values <= typed[-1] + 1e-6),
    }
    return np.asarray(there & tests[operator]())


def _read_number(text: str) -> float:
    try:
        return float(text.replace("−", "-").replace(",", "."))
    except ValueError:
        raise FilterError(f"“{text}” is not a number.") from None


_RELATIVE = re.compile(r"DD(?:\s*([+\-−])\s*(\d{1,5})\s*([dwmy]))?", re.IGNORECASE)


def read_when(text: str, data_date: int) -> tuple[int, int]:
    """First and last minute of a typed date, absolute or relative to the data date.

    Raises FilterError.
    """
    relative = re.fullmatch(
        r"DD(?:\s*([+\-−])\s*(\d{1,5})\s*([dwmy]))?", text.strip(), re.IGNORECASE
    )
    if relative is None:
        try:
            minute, timed = read_date(text)
        except ValueError:
            raise FilterError(
                f"“{text}” is not a date. Type it as 03-May-26, or DD+4w from the data date."
            ) from None
        return (minute, minute) if timed else (minute, minute + DAY - 1)
    if data_date == NO_TIME:
        raise FilterError("The schedule has no data date to count from.")
    day = data_date // DAY
    if relative[2]:
        amount = int(relative[2]) * (1 if relative[1] == "+" else -1)
        day = _moved(day, amount, relative[3].lower())
    return day * DAY, day * DAY + DAY - 1


def _moved(day: int, amount: int, unit: str) -> int:
    """A day moved by days, weeks, months or years; the 31st becomes the month's last day."""
    if unit in "dw":
        return day + amount * (7 if unit == "w" else 1)
    months = amount * (12 if unit == "y" else 1)
    date = np.datetime64(day, "D")
    month = date.astype("datetime64[M]")
    first, following = ((month + months + step).astype("datetime64[D]") for step in (0, 1))
    offset = (date - month.astype("datetime64[D]")).astype(np.int64)
    last = following.astype(np.int64) - 1
    return int(min(first.astype(np.int64) + offset, last))


# ---------------------------------------------------------------- parameters

_PARAMETER = re.compile(r"\{([^{}=]+)(?:=([^{}]*))?\}")


def parameters_of(wanted: Group) -> dict[str, str]:
    """What a filter asks for, with what is taken at first."""
    found: dict[str, str] = {}
    for one in conditions(wanted):
        for text in one.values:
            for name, given in _PARAMETER.findall(text):
                found.setdefault(name.strip(), given.strip())
    return found


def filled(text: str, asked: Mapping[str, str]) -> str:
    """A value with its parameters put in."""

    def put(match: re.Match[str]) -> str:
        return asked.get(match[1].strip(), "") or (match[2] or "").strip()

    return _PARAMETER.sub(put, text)


def conditions(wanted: Group) -> Iterator[Condition]:
    """All conditions of a filter, from the left."""
    for part in wanted.parts:
        if isinstance(part, Group):
            yield from conditions(part)
        else:
            yield part


# ---------------------------------------------------------------- the text form

_WRITTEN = {(kind, key): words for kind, known in OPERATORS.items() for key, words in known.items()}
_PLAIN = re.compile(r"[^\s\"()\[\],]+")


def write_filter(wanted: Group, columns: Mapping[str, Column]) -> str:
    """A filter as text, "" for one that lets everything pass.

    Fields stand with their names; those that `columns` does not have keep what they were called.
    """

    def condition(one: Condition) -> str:
        column = find_column(columns, one.field)
        kinds = [form(column)] if column is not None else list(OPERATORS)
        words = next(_WRITTEN[k, one.operator] for k in kinds if (k, one.operator) in _WRITTEN)
        name = (column.name if column is not None else one.field).replace("]", "]]")
        joined = (" and " if one.operator == "between" else ", ").join(map(_quoted, one.values))
        return f"[{name}] {words} {joined}".rstrip()

    def group(part: Group, inside: bool) -> str:
        texts = [
            group(one, True) if isinstance(one, Group) else condition(one) for one in part.parts
        ]
        texts = [text for text in texts if text]
        joined = (" and " if part.every else " or ").join(texts)
        return f"({joined})" if inside and len(texts) > 1 else joined

    return group(wanted, False)


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.casefold() not in ("and", "or"):
        return text
    return '"' + text.replace('"', '""') + '"'


def read_filter(text: str, columns: Mapping[str, Column]) -> Group:
    """The filter of a text.

    Raises FilterError where it cannot be read, or names a field that `columns` does not have.
    """
    return _Reader(text, columns).read()


class _Reader:
    """Reads one filter from left to right; `and` binds closer than `or`."""

    def __init__(self, text: str, columns: Mapping[str, Column]) -> None:
        self.text, self.columns, self.at = text, columns, 0

    def read(self) -> Group:
        self._skip()
        if self.at == len(self.text):
            return Group()
        found = self._any(0)
        if self.at < len(self.text):
            raise self._refused("“and”, “or” or the end")
        return found if isinstance(found, Group) else Group(True, (found,))

    def _refused(self, wanted: str) -> FilterError:
        rest = self.text[self.at : self.at + 20] or "the end"
        return FilterError(f"The filter cannot be read: {wanted} is missing at “{rest}”.")

    def _skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def _take(self, words: str) -> bool:
        """Whether these words come next; they are passed then."""
        end = self.at + len(words)
        if self.text[self.at : end].casefold() != words.casefold():
            return False
        inside_word = words[-1].isalnum() and self.text[end : end + 1].isalnum()
        if inside_word:
            return False
        self.at = end
        self._skip()
        return True

    def _any(self, depth: int) -> Condition | Group:
        return self._joined("or", False, lambda: self._all(depth))

    def _all(self, depth: int) -> Condition | Group:
        return self._joined("and", True, lambda: self._part(depth))

    def _joined(
        self, word: str, every: bool, read: Callable[[], Condition | Group]
    ) -> Condition | Group:
        parts = [read()]
        while self._take(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else Group(every, tuple(parts))

    def _part(self, depth: int) -> Condition | Group:
        if self._take("("):
            if depth >= MOST_DEEP:
                raise FilterError(f"The filter has more than {MOST_DEEP} groups in each other.")
            found = self._any(depth + 1)
            if not self._take(")"):
                raise self._refused("“)”")
            return found
        return self._condition()

    def _condition(self) -> Condition:
        named = re.compile(r"\[((?:[^\]]|\]\])+)\]").match(self.text, self.at)
        if named is None:
            raise self._refused("a field in brackets")
        self.at = named.end()
        self._skip()
        name = named[1].replace("]]", "]")
        column = find_column(self.columns, name)
        if column is None:
            raise FilterError(f"This schedule has no field “{name}”.")
        known = OPERATORS[form(column)]
        for words in sorted(known.values(), key=len, reverse=True):
            if self._take(words):
                operator = next(key for key, written in known.items() if written == words)
                return Condition(column.id, operator, self._values(operator))
        raise self._refused(f"one of {', '.join(known.values())}")

    def _values(self, operator: str) -> tuple[str, ...]:
        wanted = VALUES.get(operator, 1)
        if not wanted:
            return ()
        found = [self._value()]
        if operator == "between":
            if not self._take("and"):
                raise self._refused("“and”")
            found.append(self._value())
        while operator == "one-of" and self._take(","):
            found.append(self._value())
        return tuple(found)

    def _value(self) -> str:
        quoted = re.compile(r'"((?:[^"]|"")*)"').match(self.text, self.at)
        found = quoted or _PLAIN.match(self.text, self.at)
        if found is None:
            raise self._refused("a value")
        self.at = found.end()
        self._skip()
        return found[1].replace('""', '"') if quoted else found[0]
