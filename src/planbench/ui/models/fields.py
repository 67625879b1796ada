"""The fields of a schedule in the language of the window.

Filters, layouts and files name fields and their fixed words in English; what is shown is
translated here, and what is typed comes back through `stored`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from planbench.domain.schedule import Rows
from planbench.scenes.columns import (
    CONSTRAINT_WORDS,
    PERCENT_WORDS,
    STATUS_WORDS,
    TYPE_WORDS,
    Column,
    PlanTable,
)
from planbench.scenes.fields import CRITICAL_WORDS
from planbench.scenes.groups import INTERVALS, groupings
from planbench.services.editing import CONSTRAINT_NAMES
from planbench.ui.translation import tr, tr_data

YES = "Yes"
"""What a flag says where it is set."""

_CONSTRAINTS = tuple(dict.fromkeys((*CONSTRAINT_WORDS.values(), *CONSTRAINT_NAMES.values())))
FIXED_WORDS: dict[str, tuple[str, ...]] = {
    "type": tuple(TYPE_WORDS.values()),
    "status": tuple(STATUS_WORDS.values()),
    "constraint": _CONSTRAINTS,
    "constraint2": _CONSTRAINTS,
    "percent_type": tuple(PERCENT_WORDS.values()),
    "critical": tuple(map(str, CRITICAL_WORDS.tolist())),
}
"""Fields whose cells hold one of a few words, by column id."""

NAMED_BY_USER = ("code:", "description:", "udf:", "own:")
"""How the ids of columns begin whose titles are the user's."""

WIDE = 100
"""Columns from this width on (pixels) have room for longer titles."""

OF_METRIC = "flag:"
"""How the ids of columns begin that say what a metric flags."""


def in_window(column: Column) -> Column:
    """A column whose title, full name, explanation and category are translated."""
    category = tr_data(column.category)
    if column.id.startswith(NAMED_BY_USER):
        return replace(column, category=category)
    if column.id.startswith(OF_METRIC):  # its full name has the title of the ruleset in it
        title = tr_data(column.title)
        label = column.name.replace(column.title, title, 1)
        return replace(column, title=title, label=label, category=category)
    title = tr_data(column.title)
    return replace(
        column,
        title=title,
        width=_width(column, title),
        label=tr_data(column.name),
        tip=tr_data(column.tip),
        category=category,
    )


def _width(column: Column, title: str) -> int:
    """A narrow column is wider where its title is longer than in English, by 60 % at most."""
    if column.width >= WIDE or title == column.title:
        return column.width
    longest = [max(map(len, one.split("\n"))) for one in (column.title, title)]
    return round(column.width * min(max(longest[1] / max(longest[0], 1), 1.0), 1.6))


def all_in_window(columns: Mapping[str, Column]) -> dict[str, Column]:
    """The same columns by id, translated."""
    return {key: in_window(column) for key, column in columns.items()}


def names_in_window(columns: Iterable[Column]) -> dict[str, str]:
    """Full names by column id, translated."""
    return {column.id: in_window(column).name for column in columns}


def levels_in_window(columns: Mapping[str, Column]) -> dict[str, str]:
    """What a level of bands can stand by, as `groupings` gives it, translated."""
    return {key: _level(columns, key, title) for key, title in groupings(columns).items()}


def level_in_window(columns: Mapping[str, Column], key: str) -> str:
    """One level of `levels_in_window`: its button is named anew at every change of dates."""
    return _level(columns, key, groupings({}).get(key, key))  # of those that are no columns


def _level(columns: Mapping[str, Column], key: str, title: str) -> str:
    column, _, interval = key.rpartition("@")
    if column in columns and interval in INTERVALS:
        by = {
            "week": tr("{name} by week"),
            "month": tr("{name} by month"),
            "quarter": tr("{name} by quarter"),
            "year": tr("{name} by year"),
        }
        return by[interval].format(name=in_window(columns[column]).name)
    return in_window(columns[key]).name if key in columns else tr_data(title)


def cell_texts(column: Column, table: PlanTable, nodes: Rows) -> list[str]:
    """What a column says of some nodes, its fixed words translated."""
    texts = column.texts(table, nodes)
    if column.id in FIXED_WORDS:
        return [tr_data(one) for one in texts]
    if column.kind == "flag":
        return [tr_data(one) if one == YES else one for one in texts]
    return texts


def stored(field: str, text: str) -> str:
    """A fixed word of a field in English from what the window shows; other texts as they are."""
    typed = text.strip().casefold()
    words = FIXED_WORDS.get(field, ())
    return next((one for one in words if one and tr_data(one).casefold() == typed), text)
