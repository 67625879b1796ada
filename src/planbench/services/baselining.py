"""The baselines of a schedule: copied, updated, assigned and taken away, each as one step.

A schedule carries its own baselines; the first two that are not the primary one are drawn and
shown in columns as the second and third. The primary one is the document's: one of these, or an
update that the library names as the baseline of the project.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import (
    Baseline,
    BaselineColumns,
    Rows,
    Schedule,
    empty_baseline,
)
from planbench.domain.times import NO_TIME
from planbench.services.baselines import baseline_dates, budgets, same_baseline
from planbench.services.document import Document

DATES, DURATIONS, COSTS = "dates", "durations", "costs"
ALL_FIGURES = (DATES, DURATIONS, COSTS)
MOST = 50
"""Baselines that a schedule can have; each costs memory for every activity."""


class BaselineError(PlanbenchError):
    """A baseline that cannot be made so."""


class SetBaselines:
    """Other baselines of a schedule, and which of them it is measured against first."""

    touched = frozenset({"baselines"})

    def __init__(self, label: str, schedule: Schedule, primary: Baseline | None) -> None:
        self.label = label
        self._other: tuple[Any, ...] = (schedule, primary, primary.name if primary else "")

    def redo(self, document: Document) -> None:
        """Measure against the new ones."""
        self._swap(document)

    def undo(self, document: Document) -> None:
        """Measure against those of before."""
        self._swap(document)

    def _swap(self, document: Document) -> None:
        now = (document.schedule, document.baseline, document.baseline_label)
        document.schedule, document.baseline, document.baseline_label = self._other
        self._other = now


def present_baseline(document: Document, name: str) -> Baseline:
    """The schedule as it stands now: dates, original durations and budgets of every activity."""
    schedule = document.schedule
    start, finish = baseline_dates(schedule, document.cpm)
    duration = schedule.activities.original_duration
    return Baseline(
        name, schedule.data_date, BaselineColumns(start, finish, duration, budgets(schedule))
    )


def own_place(document: Document, baseline: Baseline | None) -> int:
    """Where a baseline stands among the schedule's own, -1 where it is none of them."""
    if baseline is None:
        return -1
    own = document.schedule.baselines
    return next((at for at, one in enumerate(own) if same_baseline(one, baseline)), -1)


def all_baselines(document: Document) -> tuple[Baseline, ...]:
    """What there is to measure against: the project's baseline first, then the schedule's own."""
    first = document.baseline
    outside = () if first is None or own_place(document, first) >= 0 else (first,)
    return (*outside, *document.schedule.baselines)


def _free_name(document: Document, name: str, but: int = -1) -> str:
    name = name.strip()
    if not name:
        raise BaselineError("A baseline needs a name.")
    taken = {one.name for at, one in enumerate(document.schedule.baselines) if at != but}
    if name in taken:
        raise BaselineError(f"There is a baseline “{name}” already.")
    return name


def copy_baseline(
    document: Document,
    name: str,
    source: Baseline | None = None,
    rows: Rows | None = None,
    figures: Collection[str] = ALL_FIGURES,
) -> SetBaselines:
    """A new baseline with the present figures, or those of `source`.

    `rows` are the activities that it is to know, None all of them. Raises BaselineError for a name
    that is empty or taken, for no activity, and when there are too many baselines.
    """
    own, name = document.schedule.baselines, _free_name(document, name)
    if len(own) >= MOST:
        raise BaselineError(f"A schedule has {MOST} baselines at most. Delete one first.")
    blank = Baseline(name, NO_TIME, empty_baseline(len(document.schedule)))
    made = _filled(document, blank, source, rows, figures)
    return _step(document, f"Copy baseline {name}", (*own, made), document.baseline or made)


def update_baseline(
    document: Document,
    place: int,
    source: Baseline | None = None,
    rows: Rows | None = None,
    figures: Collection[str] = ALL_FIGURES,
) -> SetBaselines:
    """Put the present figures, or those of `source`, into one of the schedule's own baselines.

    Activities besides `rows` (None: all) and figures besides `figures` stay as they are there; its
    data date is that of the source once all activities are taken. Raises BaselineError for no
    activity and no figure, and when nothing would change.
    """
    old = document.schedule.baselines[place]
    made = _filled(document, old, source, rows, figures)
    if made.data_date == old.data_date and all(
        np.array_equal(one, two, equal_nan=one.dtype.kind == "f")
        for (_, one), (_, two) in zip(made.columns.columns(), old.columns.columns(), strict=True)
    ):
        raise BaselineError(f"“{old.name}” is like this already.")
    return _exchanged(document, f"Update baseline {old.name}", place, made)


def rename_baseline(document: Document, place: int, name: str) -> SetBaselines:
    """Call one of the schedule's own baselines otherwise. Raises BaselineError as for a copy."""
    old = document.schedule.baselines[place]
    name = _free_name(document, name, place)
    return _exchanged(document, f"Rename baseline {old.name}", place, replace(old, name=name))


def delete_baseline(document: Document, place: int) -> SetBaselines:
    """Take one of the schedule's own baselines away; the next one takes a lost primary's place."""
    own = document.schedule.baselines
    gone = own[place]
    left = (*own[:place], *own[place + 1 :])
    primary = document.baseline
    if own_place(document, primary) == place:
        primary = left[0] if left else None
    return _step(document, f"Delete baseline {gone.name}", left, primary)


def assign_baselines(
    document: Document, primary: Baseline | None, more: Sequence[Baseline]
) -> SetBaselines:
    """Measure against `primary`, then against `more` as the second and third.

    One that is not the schedule's own becomes so where it is to be second or third. Raises
    BaselineError when one is chosen twice.
    """
    chosen = [one for one in (primary, *more) if one is not None]
    if any(same_baseline(a, b) for at, a in enumerate(chosen) for b in chosen[at + 1 :]):
        raise BaselineError("A baseline can have one place only.")
    rest = (
        one
        for one in document.schedule.baselines
        if not any(same_baseline(one, other) for other in more)
    )
    own = (*more, *rest)
    if len(own) > MOST:
        raise BaselineError(f"A schedule has {MOST} baselines at most. Delete one first.")
    names = " · ".join(one.name for one in chosen) or "none"
    return _step(document, f"Assign baselines: {names}", own, primary)


def _filled(
    document: Document,
    into: Baseline,
    source: Baseline | None,
    rows: Rows | None,
    figures: Collection[str],
) -> Baseline:
    if not figures:
        raise BaselineError("Say what is to be taken: dates, durations or costs.")
    if rows is not None and not len(rows):
        raise BaselineError("No activity is selected.")
    given = source or present_baseline(document, "")
    wanted = np.ones(len(document.schedule), dtype=bool)
    if rows is not None:
        wanted = np.zeros(len(document.schedule), dtype=bool)
        wanted[rows] = True
    named = {
        "start": DATES,
        "finish": DATES,
        "duration": DURATIONS,
        "cost": COSTS,
    }
    columns: dict[str, npt.NDArray[Any]] = {}
    for key, what in named.items():
        old, new = getattr(into.columns, key), getattr(given.columns, key)
        columns[key] = np.where(wanted, new, old) if what in figures else old
    taken_all = rows is None or bool(wanted.all()) or into.data_date == NO_TIME
    date = given.data_date if taken_all and DATES in figures else into.data_date
    return Baseline(into.name, date, into.columns.with_columns(**columns))


def _exchanged(document: Document, label: str, place: int, made: Baseline) -> SetBaselines:
    own = list(document.schedule.baselines)
    primary = made if own_place(document, document.baseline) == place else document.baseline
    own[place] = made
    return _step(document, label, tuple(own), primary)


def _step(
    document: Document, label: str, own: tuple[Baseline, ...], primary: Baseline | None
) -> SetBaselines:
    return SetBaselines(label, replace(document.schedule, baselines=own), primary)
