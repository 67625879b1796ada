"""The projects of a library together: budget and value summed, indices made from the sums.

Every project stands at its latest update, measured against its baseline. Amounts of different
currencies are never added: each currency has a sum of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from planbench.domain.errors import PlanbenchError, StoreError
from planbench.engines.control.indices import Values
from planbench.services.control_history import Point, point_at

if TYPE_CHECKING:
    from planbench.domain.schedule import Schedule
    from planbench.services.library import Library
    from planbench.store.records import ProjectRecord, UpdateRecord

NO_BASELINE = "no baseline is chosen"


@dataclass(frozen=True)
class Member:
    """One project of the programme. Without a `point` it adds nothing, and `why_not` says why."""

    project: int
    update: int
    code: str
    name: str
    currency: str
    point: Point | None
    why_not: str = ""


@dataclass(frozen=True)
class Programme:
    """Projects by name, and their sums by currency."""

    members: tuple[Member, ...]

    @property
    def measured(self) -> tuple[Member, ...]:
        """The projects that add to a sum."""
        return tuple(one for one in self.members if one.point is not None)

    @property
    def sums(self) -> Mapping[str, Values]:
        """BAC, PV, EV and AC by currency; indices come from these, they are never averaged."""
        total: dict[str, Values] = {}
        for one in self.measured:
            assert one.point is not None
            total[one.currency] = total.get(one.currency, Values()) + one.point.values
        return total


def programme_of(library: Library) -> Programme:
    """All projects of a library at their latest updates; what was measured once is kept.

    Raises StoreError when the library cannot be read.
    """
    found = [_member(library, one, one.latest) for one in library.projects() if one.latest]
    return Programme(tuple(sorted(found, key=lambda one: one.name.casefold())))


def _member(library: Library, project: ProjectRecord, latest: UpdateRecord | None) -> Member:
    assert latest is not None
    base = next((one for one in project.updates if one.id == project.baseline), None)
    names = (project.id, latest.id, project.code, project.name)
    if base is None:
        return Member(*names, "", None, NO_BASELINE)
    chosen = base

    @cache
    def load() -> tuple[Schedule, Any]:
        schedule = library.file.load_schedule(chosen.id)
        return schedule, library.load_cpm(chosen.id, schedule)

    try:
        point = point_at(library, latest, chosen, load)
    except StoreError:
        raise
    except PlanbenchError as error:
        return Member(*names, "", None, error.line)
    if not point.values.bac:
        return Member(*names, point.currency, None, "no activity of the baseline has a budget")
    return Member(*names, point.currency, point)
