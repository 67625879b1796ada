"""The groups by which quality is split: work areas, codes, calendars, quarters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from planbench.domain.schedule import Rows
from planbench.domain.times import DAY, NO_TIME, Minutes
from planbench.scenes.expressions import Field
from planbench.services.document import Document
from planbench.services.quality import FieldAsker

QUARTER = "Finish by quarter"
YEAR = "Finish by year"

MOST_GROUPS = 200
"""Values of a field beyond which it is no grouping."""

Groups = tuple[tuple[str, ...], Rows]
"""Names of groups and the group of every activity, -1 for none."""


def groupings(document: Document) -> dict[str, Callable[[], Groups]]:
    """How the activities can be grouped besides work areas, by name: codes first, then fields."""
    fields = FieldAsker(document).activities
    codes = [one.name for one in fields.columns.values() if one.category == "Codes"]
    named = [*codes, "Calendar", "Activity type", "Status"]

    def by_field(field: Field) -> Callable[[], Groups]:
        return lambda: _by_texts(field)

    found = {f.name: by_field(f) for f in map(fields.find, named) if f is not None}
    finish = fields.find("Finish")
    if finish is not None:
        found[QUARTER] = lambda: _by_months(finish.values, 3)
        found[YEAR] = lambda: _by_months(finish.values, 12)
    return found


def _by_texts(field: Field) -> Groups:
    texts = [str(text) for text in field.values.tolist()]
    names, groups = np.unique(np.array(texts, dtype=np.str_), return_inverse=True)
    groups = groups.astype(np.int32)
    shown = [(int(place), str(name)) for place, name in enumerate(names.tolist()) if name]
    if len(shown) > MOST_GROUPS:
        count = np.bincount(groups, minlength=len(names))
        shown = sorted(sorted(shown, key=lambda one: -count[one[0]])[:MOST_GROUPS])
    place = np.full(len(names) + 1, -1, dtype=np.int32)
    for new, (old, _) in enumerate(shown):
        place[old] = new
    return tuple(name for _, name in shown), place[groups]


def _by_months(dates: Minutes, months: int) -> Groups:
    known = dates != NO_TIME
    days = (dates[known] // DAY).astype("datetime64[D]")
    number = days.astype("datetime64[M]").astype(np.int64) // months
    each, place = np.unique(number, return_inverse=True)
    groups = np.full(dates.size, -1, dtype=np.int32)
    groups[known] = place
    return tuple(_period(int(one), months) for one in each.tolist()), groups


def _period(number: int, months: int) -> str:
    """A quarter or year, counted from 1970."""
    if months == 12:
        return str(1970 + number)
    return f"{1970 + number // 4} Q{number % 4 + 1}"
