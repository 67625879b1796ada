"""How much of a movement is progress and how much revision: the half-step, in both orders.

After AACE 29R-03, MIP 3.4: the progress of the newer update is laid over the older network, which
is calculated at the newer data date. What the finish has moved by then is progress, the rest is
revision. The other order undoes the progress in the newer network instead; where the two differ,
the truth depends on the order, and both are told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planbench.domain.schedule import Schedule, Status
from planbench.domain.times import DAY, NO_TIME
from planbench.engines.compare.changes import FAMILIES
from planbench.engines.compare.compare import Comparison
from planbench.engines.compare.matching import Matching
from planbench.engines.compare.revert import reverted
from planbench.engines.cpm import schedule_network

STEPS = ("durations", "calendars", "constraints", "options", "logic", "activities", "other")
"""The families of revision in the order in which they are laid on after progress."""

_PROGRESS = (
    "status",
    "actual_start",
    "actual_finish",
    "physical_percent",
    "suspend",
    "resume",
    "expected_finish",
)


@dataclass(frozen=True)
class Step:
    """One part of the movement: where the finish stands after it, days it moved it by."""

    name: str
    finish: int
    days: float


@dataclass(frozen=True)
class HalfStep:
    """Both orders, and the parts of the first one. Days are calendar days, positive later."""

    before: int
    after: int
    progress_first: int  # finish with progress alone
    revision_first: int  # finish with revisions alone
    steps: tuple[Step, ...]  # progress, then the families of STEPS that changed
    left_out: tuple[str, ...]  # started activities that only the newer network knows

    @property
    def total_days(self) -> float:
        """The whole movement."""
        return (self.after - self.before) / DAY

    @property
    def progress_days(self) -> tuple[float, float]:
        """Effect of progress when it goes (first, last)."""
        return (
            (self.progress_first - self.before) / DAY,
            (self.after - self.revision_first) / DAY,
        )

    @property
    def revision_days(self) -> tuple[float, float]:
        """Effect of the revisions when they go (last, first)."""
        return (
            (self.after - self.progress_first) / DAY,
            (self.revision_first - self.before) / DAY,
        )


def with_progress(network: Schedule, source: Schedule, partner: Any) -> Schedule:
    """`network` with the progress and the data date of `source`.

    `partner` is, by row of `network`, the row in `source` or -1. Remaining durations follow
    where `source` says that work has begun, else the network keeps its own; work that had begun
    and has not by then starts anew with its original duration. Rows without a partner count as
    not started where `source` is the earlier one (they were not there), else stay.
    """
    acts, other = network.activities, source.activities
    there = partner >= 0
    earlier = source.data_date < network.data_date
    columns: dict[str, Any] = {
        name: np.where(there, getattr(other, name)[partner], getattr(acts, name))
        for name in _PROGRESS
    }
    begun = there & (columns["status"] != Status.NOT_STARTED)
    not_yet = (acts.status != Status.NOT_STARTED) & (columns["status"] == Status.NOT_STARTED)
    remaining = np.where(begun, other.remaining_duration[partner], acts.remaining_duration)
    remaining = np.where(not_yet, acts.original_duration, remaining)
    if earlier:
        fresh = ~there & (acts.status != Status.NOT_STARTED)
        columns["status"] = np.where(fresh, Status.NOT_STARTED, columns["status"])
        for name in ("actual_start", "actual_finish", "suspend", "resume"):
            columns[name] = np.where(fresh, NO_TIME, columns[name])
        remaining = np.where(fresh, acts.original_duration, remaining)
    columns["remaining_duration"] = remaining
    columns = {name: column.astype(getattr(acts, name).dtype) for name, column in columns.items()}
    row = network.main_project
    projects = list(network.projects)
    projects[row] = replace(projects[row], data_date=source.data_date)
    return replace(network.with_activities(**columns), projects=tuple(projects))


def half_step(comparison: Comparison) -> HalfStep | None:
    """The movement of the finish in question in its parts; None without a finish.

    Raises LoopError where the network between two steps has a loop, ScheduleError where it cannot
    be calculated.
    """
    before, after = comparison.finishes
    if NO_TIME in (before, after):
        return None
    old, new, matching = comparison.old, comparison.new, comparison.matching
    with_new, with_old = (
        with_progress(old, new, matching.new_of_old),
        with_progress(new, old, matching.old_of_new),
    )
    first = comparison.old_finish(with_new, schedule_network(with_new))
    last = comparison.new_finish(with_old, schedule_network(with_old))
    steps = [Step("progress", first, (first - before) / DAY)]
    changes = comparison.changes
    family = np.array(
        [
            "progress" if field == "data_date" else FAMILIES[kind]
            for kind, field in zip(changes.type.tolist(), changes.field.tolist(), strict=True)
        ],
        dtype=object,
    )
    present = [name for name in STEPS if name != "other" and (family == name).any()]
    for k, name in enumerate(present):
        ahead = present[k + 1 :]
        chosen = [row for row, one in enumerate(family.tolist()) if one in ahead]
        finish = after
        if ahead:
            undone = reverted(old, new, matching, changes, chosen)
            finish = comparison.new_finish(undone, schedule_network(undone))
        steps.append(Step(name, finish, (finish - steps[-1].finish) / DAY))
    if steps[-1].finish != after:
        steps.append(Step("other", after, (after - steps[-1].finish) / DAY))
    return HalfStep(before, after, first, last, tuple(steps), _left_out(new, matching))


def _left_out(new: Schedule, matching: Matching) -> tuple[str, ...]:
    acts = new.activities
    rows = (matching.old_of_new < 0) & (acts.status != Status.NOT_STARTED)
    return tuple(str(code) for code in acts.code[rows].tolist())
