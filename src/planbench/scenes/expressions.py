"""Expressions over the fields of activities and links: what a metric of one's own counts.

The language is that of the filters, with arithmetic, comparison of field with field, and `not`:

    [Total float] > 2 * [Remaining duration] and not [Status] is Completed
    [Lag] < 0 or [Predecessor: Calendar] <> [Successor: Calendar]

Every filter without parameters is an expression that finds the same activities. Nothing is run as
a program: a text becomes a small tree, and a tree is worked out on whole columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from planbench.domain.schedule import Flags, LinkType, Numbers, Schedule
from planbench.domain.times import DAY, NO_TIME
from planbench.scenes.columns import Column, PlanTable, Values
from planbench.scenes.facts import minutes_per_day
from planbench.scenes.filters import MOST_DEEP, OPERATORS, FilterError, ask, find_column, form
from planbench.scenes.filters import read_when as _when

MOST_LONG = 2000
"""Characters of an expression that are read."""

TYPE_NAMES = np.array([kind.name for kind in LinkType], dtype=object)


class ExpressionError(FilterError):
    """An expression that cannot be read or worked out; says at which column of its text."""


@dataclass(frozen=True)
class Field:
    """A column to calculate with. `kind` is "text", "number", "date" or "flag"."""

    name: str
    kind: str
    values: Values


class Fields(Protocol):
    """Where fields come from, by name."""

    data_date: int
    size: int

    def find(self, name: str) -> Field | None:
        """A field by its name without regard to case, None where there is none."""

    def names(self) -> Iterator[str]:
        """The names of all fields."""


class ActivityFields:
    """All columns of the Schedule workspace."""

    def __init__(self, table: PlanTable, columns: Mapping[str, Column]) -> None:
        self.table, self.columns = table, columns
        self.data_date, self.size = table.schedule.data_date, len(table.schedule)

    def find(self, name: str) -> Field | None:
        """A field by id or name."""
        column = find_column(self.columns, name)
        if column is None:
            return None
        return Field(column.name, form(column), column.values(self.table))

    def names(self) -> Iterator[str]:
        """The names of all columns."""
        return (column.name for column in self.columns.values())


class LinkFields:
    """Type, lag in days of the predecessor's calendar, and the fields of both ends."""

    ENDS = ("Predecessor", "Successor")

    def __init__(self, activities: ActivityFields, driving: Flags | None) -> None:
        self.activities = activities
        schedule = activities.table.schedule
        links = schedule.relationships
        self.data_date, self.size = schedule.data_date, len(links)
        self._ends = dict(zip(self.ENDS, (links.predecessor, links.successor), strict=True))
        self._own = {"type": Field("Type", "text", TYPE_NAMES[links.type])}
        self._own["lag"] = Field("Lag", "number", _lag_days(schedule))
        if driving is not None:
            self._own["driving"] = Field("Driving", "flag", driving)

    def find(self, name: str) -> Field | None:
        """`Type`, `Lag`, `Driving`, or `Predecessor: X` and `Successor: X` for a field X."""
        end, colon, field = name.partition(":")
        rows = self._ends.get(end.strip().capitalize()) if colon else None
        if rows is None:
            return self._own.get(name.strip().casefold())
        found = self.activities.find(field.strip())
        if found is None:
            return None
        return Field(f"{end.strip().capitalize()}: {found.name}", found.kind, found.values[rows])

    def names(self) -> Iterator[str]:
        """The names of all fields."""
        yield from (one.name for one in self._own.values())
        for end in self.ENDS:
            yield from (f"{end}: {name}" for name in self.activities.names())


def _lag_days(schedule: Schedule) -> Numbers:
    links = schedule.relationships
    return np.asarray(links.lag / minutes_per_day(schedule)[links.predecessor])


# ---------------------------------------------------------------- working out


def flags_of(text: str, fields: Fields) -> Flags:
    """Which objects an expression holds for. Raises ExpressionError."""
    found = _worked(text, fields)
    if found.kind != "flag":
        raise ExpressionError("The expression gives no yes or no: compare with something.")
    return np.asarray(np.broadcast_to(found.values, (fields.size,)), dtype=bool)


def numbers_of(text: str, fields: Fields) -> Numbers:
    """The value of an expression for every object, NaN where missing. Raises ExpressionError."""
    found = _worked(text, fields)
    if found.kind != "number":
        raise ExpressionError("The expression gives no number.")
    return np.array(np.broadcast_to(found.values, (fields.size,)), dtype=np.float64)


def check_expression(text: str) -> None:
    """Raise ExpressionError for a text that cannot be read, whatever fields there are."""
    _Reader(text).read()


def _worked(text: str, fields: Fields) -> Field:
    with np.errstate(all="ignore"):  # a share of nothing is missing, not an error
        return _Reader(text).read()(fields)


Node = Callable[[Fields], Field]
"""Part of an expression: gives its value over all objects."""

_WORDS = {
    "text": "a text",
    "number": "a number",
    "date": "a date",
    "flag": "a yes or no",
}


def _must(part: Field, kind: str, at: int) -> Values:
    if part.kind != kind:
        named = part.name or "this"
        raise ExpressionError(
            f"Column {at + 1}: {named} is {_WORDS[part.kind]}, {_WORDS[kind]} is needed."
        )
    return part.values


def _sum(left: Field, right: Field, sign: int, at: int) -> Field:
    """Numbers, a date and days, or the days between two dates."""
    kinds = (left.kind, right.kind)
    if kinds == ("number", "number"):
        return Field("", "number", left.values + sign * right.values)
    if kinds == ("date", "number"):
        there = (left.values != NO_TIME) & ~np.isnan(right.values)
        days = np.nan_to_num(right.values, nan=0.0, posinf=0.0, neginf=0.0)
        moved = left.values + np.rint(sign * days * DAY).astype(np.int64)
        return Field("", "date", np.where(there, moved, NO_TIME))
    if kinds == ("date", "date") and sign < 0:
        there = (left.values != NO_TIME) & (right.values != NO_TIME)
        return Field("", "number", np.where(there, (left.values - right.values) / DAY, np.nan))
    raise ExpressionError(
        f"Column {at + 1}: {_WORDS[left.kind]} and {_WORDS[right.kind]} have no "
        f"{'sum' if sign > 0 else 'difference'}."
    )


_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "is": lambda a, b: a == b,
    "is-not": lambda a, b: a != b,
    "less": lambda a, b: a < b,
    "at-most": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "at-least": lambda a, b: a >= b,
    "before": lambda a, b: a < b,
    "after": lambda a, b: a > b,
}


def _compared(left: Field, key: str, right: Field, at: int) -> Field:
    """Field against field; what is missing on either side answers no."""
    if right.kind != left.kind:
        _must(right, left.kind, at)
    if left.kind == "date":
        there = (left.values != NO_TIME) & (right.values != NO_TIME)
        return Field("", "flag", there & _COMPARED[key](left.values, right.values))
    if left.kind == "number":
        gap = left.values - right.values
        gap = np.where(np.abs(gap) <= 1e-6, 0.0, gap)
        return Field("", "flag", ~np.isnan(gap) & _COMPARED[key](gap, 0.0))
    if left.kind == "text" and key not in ("is", "is-not"):
        raise ExpressionError(
            f"Column {at + 1}: two fields of text are compared with is or is not."
        )
    pairs = zip(left.values.tolist(), right.values.tolist(), strict=True)
    same = np.array([str(a).casefold() == str(b).casefold() for a, b in pairs], dtype=bool)
    return Field("", "flag", same if key == "is" else ~same)


# ---------------------------------------------------------------- reading

_SPELLED: dict[str, dict[str, str]] = {
    kind: {words: key for key, words in known.items()} for kind, known in OPERATORS.items()
}
for _kind, _more in {
    "text": {"=": "is", "<>": "is-not"},
    "number": {"is not": "is-not", "is": "is"},
    "date": {"=": "is", "is": "is", "<": "before", "<=": "at-most", ">": "after", ">=": "at-least"},
}.items():
    _SPELLED[_kind].update(_more)

_PHRASES = sorted({words for known in _SPELLED.values() for words in known}, key=len, reverse=True)
_FIELD = re.compile(r"\[((?:[^\]]|\]\])+)\]")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?![A-Za-z0-9.])")
_DATE = re.compile(
    r"(?:DD(?:\s*[+\-−]\s*\d{1,5}\s*[dwmy]\b)?|\d{1,2}-[A-Za-z]{3}-\d{2,4}|\d{4}-\d{2}-\d{2})"
    r"(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[^\s\"()\[\],]+")
_AFTER_VALUE = re.compile(r"\)|,|and\b|or\b", re.IGNORECASE)
_WORD = re.compile(r"[^\s\"()\[\],+*/<>=]+")


@dataclass(frozen=True)
class _Part:
    """What was read: a node, or a plain value that is not yet a number, date or text."""

    node: Node
    at: int
    plain: str | None = None


class _Reader:
    """Reads one expression from left to right; `not` binds closer than `and`, that than `or`."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def read(self) -> Node:
        if len(self.text) > MOST_LONG:
            raise ExpressionError(f"The expression is longer than {MOST_LONG} characters.")
        self._skip()
        if self.at == len(self.text):
            raise ExpressionError("The expression is empty.")
        found = self._any()
        if self.at < len(self.text):
            raise self._refused("“and”, “or” or the end")
        return found.node

    # The text.

    def _refused(self, wanted: str) -> ExpressionError:
        rest = self.text[self.at : self.at + 20].rstrip()
        there = f", not “{rest}”" if rest else ""
        return ExpressionError(f"Column {self.at + 1}: {wanted} is expected{there}.")

    def _skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def _take(self, words: str) -> bool:
        end = self.at + len(words)
        if self.text[self.at : end].casefold() != words:
            return False
        if words[-1].isalnum() and self.text[end : end + 1].isalnum():
            return False
        self.at = end
        self._skip()
        return True

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
            self._skip()
        return found

    def _deeper(self, read: Callable[[], _Part]) -> _Part:
        if self.depth >= MOST_DEEP:
            raise ExpressionError(f"The expression has more than {MOST_DEEP} parts in each other.")
        self.depth += 1
        found = read()
        self.depth -= 1
        return found

    # Yes and no.

    def _any(self) -> _Part:
        return self._joined("or", self._all, np.logical_or)

    def _all(self) -> _Part:
        return self._joined("and", self._not, np.logical_and)

    def _joined(self, word: str, read: Callable[[], _Part], how: Any) -> _Part:
        parts = [read()]
        while self._take(word):
            parts.append(read())
        if len(parts) == 1:
            return parts[0]

        def node(fields: Fields) -> Field:
            values = [_must(part.node(fields), "flag", part.at) for part in parts]
            return Field("", "flag", how.reduce(values))

        return _Part(node, parts[0].at)

    def _not(self) -> _Part:
        at = self.at
        if not self._take("not"):
            return self._comparison()
        inner = self._deeper(self._not)
        return _Part(
            lambda fields: Field("", "flag", ~_must(inner.node(fields), "flag", inner.at)), at
        )

    def _comparison(self) -> _Part:
        left = self._total()
        at = self.at
        phrase = next((words for words in _PHRASES if self._take(words)), "")
        if not phrase:
            return left
        keys = {kind: known[phrase] for kind, known in _SPELLED.items() if phrase in known}
        key = next(iter(keys.values()))
        if key in ("empty", "filled", "yes", "no"):
            values: list[_Part] = []
        else:
            values = [self._operand()]
            if key == "between":
                if not self._take("and"):
                    raise self._refused("“and”")
                values.append(self._operand())
            while key == "one-of" and self._take(","):
                values.append(self._operand())
        return _Part(lambda fields: _asked(left, phrase, keys, values, at, fields), left.at)

    def _operand(self) -> _Part:
        """What a field is compared with: a single word as filters have them, or a calculation."""
        start = self.at
        word = self._match(_PLAIN)
        if word is not None and (self.at == len(self.text) or self._match(_AFTER_VALUE)):
            self.at = word.end()
            self._skip()
            return _literal(word[0], start)
        self.at = start
        return self._total()

    # Arithmetic.

    def _total(self) -> _Part:
        found = self._product()
        while True:
            at = self.at
            sign = 1 if self._take("+") else -1 if self._take("-") or self._take("−") else 0
            if not sign:
                return found
            found = self._added(found, self._product(), sign, at)

    def _added(self, left: _Part, right: _Part, sign: int, at: int) -> _Part:
        return _Part(lambda f: _sum(left.node(f), right.node(f), sign, at), left.at)

    def _product(self) -> _Part:
        found = self._value()
        while True:
            times = self._take("*")
            if not times and not self._take("/"):
                return found
            found = self._multiplied(found, self._value(), times)

    def _multiplied(self, left: _Part, right: _Part, times: bool) -> _Part:
        def node(fields: Fields) -> Field:
            a = _must(left.node(fields), "number", left.at)
            b = _must(right.node(fields), "number", right.at)
            if times:
                return Field("", "number", a * b)
            return Field("", "number", np.where(b == 0, np.nan, a / np.where(b == 0, 1.0, b)))

        return _Part(node, left.at)

    def _value(self) -> _Part:
        at = self.at
        if self._take("("):
            inner = self._deeper(self._any)
            if not self._take(")"):
                raise self._refused("“)”")
            return _Part(inner.node, at)
        if self._take("-") or self._take("−"):
            inner = self._deeper(self._value)
            plain = None if inner.plain is None else f"-{inner.plain}"
            return _Part(
                lambda f: Field("", "number", -_must(inner.node(f), "number", inner.at)), at, plain
            )
        if self._take("abs"):
            inner = self._deeper(self._value)
            return _Part(
                lambda f: Field("", "number", np.abs(_must(inner.node(f), "number", inner.at))), at
            )
        named = self._match(_FIELD)
        if named is not None:
            name = named[1].replace("]]", "]")
            return _Part(lambda fields: _field(fields, name, at), at)
        return self._literal(at)

    def _literal(self, at: int) -> _Part:
        quoted = self._match(_QUOTED)
        if quoted is not None:
            words = quoted[1].replace('""', '"')
            return _Part(lambda f: _column(f, "text", words), at, words)
        word = self._match(_DATE) or self._match(_NUMBER) or self._match(_WORD)
        if word is None or word[0].casefold() in ("and", "or", "not"):
            self.at = at
            raise self._refused("a field in brackets or a value")
        return _literal(word[0], at)


def _literal(word: str, at: int) -> _Part:
    """A date, a number, or else a text that stands without quotes."""
    if _DATE.fullmatch(word):
        return _Part(lambda fields: _date(fields, word, at), at, word)
    if _NUMBER.fullmatch(word):
        return _Part(lambda fields: _column(fields, "number", float(word)), at, word)
    return _Part(lambda fields: _column(fields, "text", word), at, word)


def _asked(
    left: _Part, phrase: str, keys: dict[str, str], values: list[_Part], at: int, fields: Fields
) -> Field:
    column = left.node(fields)
    if column.kind not in keys:
        known = ", ".join(OPERATORS[column.kind].values())
        raise ExpressionError(
            f"Column {at + 1}: “{phrase}” cannot be asked of {_WORDS[column.kind]}; use {known}."
        )
    key = keys[column.kind]
    if all(part.plain is not None for part in values):
        typed = [str(part.plain) for part in values]
        try:
            found = ask(column.kind, key, column.values, typed, fields.data_date)
        except FilterError as error:
            where = values[0].at if values else at
            raise ExpressionError(f"Column {where + 1}: {error}") from error
        return Field("", "flag", found)
    others = [part.node(fields) for part in values]
    if key == "between":
        low = _compared(column, "at-least", others[0], values[0].at)
        high = _compared(column, "at-most", others[1], values[1].at)
        return Field("", "flag", low.values & high.values)
    if key not in _COMPARED:
        raise ExpressionError(f"Column {values[0].at + 1}: “{phrase}” needs a value in quotes.")
    return _compared(column, key, others[0], values[0].at)


def _field(fields: Fields, name: str, at: int) -> Field:
    found = fields.find(name)
    if found is None:
        raise ExpressionError(f"Column {at + 1}: this schedule has no field “{name}”.")
    return found


def _column(fields: Fields, kind: str, value: Any) -> Field:
    dtype = {"text": object, "number": np.float64, "date": np.int64}[kind]
    return Field("", kind, np.full(fields.size, value, dtype=dtype))


def _date(fields: Fields, text: str, at: int) -> Field:
    try:
        first, _ = _when(text, fields.data_date)
    except FilterError as error:
        raise ExpressionError(f"Column {at + 1}: {error}") from error
    return _column(fields, "date", first)
