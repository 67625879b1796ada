"""Nothing differs from itself, and the other direction tells the same with sides exchanged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.compare.compare import compare
from planbench.engines.compare.halfstep import half_step

MIRROR = {
    "activity-added": "activity-deleted",
    "activity-deleted": "activity-added",
    "logic-added": "logic-deleted",
    "logic-deleted": "logic-added",
}


def changed(schedule: Schedule, seed: int) -> Schedule:
    """Some durations, lags, names and links differ, and the last activity lost its links."""
    random = np.random.default_rng(seed)
    acts, links = schedule.activities, schedule.relationships
    longer = acts.original_duration + 480 * random.integers(0, 2, len(schedule))
    names = acts.name.copy()
    names[int(random.integers(len(names)))] += " revised"
    lags = links.lag + 60 * random.integers(0, 2, len(links))
    keep = random.random(len(links)) > 0.1
    relationships = links.with_columns(lag=lags).take(keep)
    gone = len(schedule) - 1
    inside = (relationships.predecessor != gone) & (relationships.successor != gone)
    made = schedule.with_activities(
        original_duration=longer, remaining_duration=longer.copy(), name=names
    )
    return replace(
        made,
        activities=made.activities.take(np.arange(gone)),
        relationships=relationships.take(inside),
    )


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_a_schedule_does_not_differ_from_itself(seed: int) -> None:
    schedule = synthetic_schedule(40, 70, seed)
    found = compare(schedule, schedule)
    assert len(found.changes) == 0
    assert found.movement_days == 0
    assert not found.finish_shift.any()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_the_other_direction_mirrors(seed: int) -> None:
    old = synthetic_schedule(40, 70, seed)
    new = changed(old, seed)
    there, back = compare(old, new).changes, compare(new, old).changes
    left = {
        (MIRROR.get(there.type[k], there.type[k]), there.id[k], there.field[k], there.after[k])
        for k in range(len(there))
    }
    right = {(back.type[k], back.id[k], back.field[k], back.before[k]) for k in range(len(back))}
    assert left == right
    assert len(there) == len(back) > 0


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_the_parts_add_up(seed: int) -> None:
    old = synthetic_schedule(40, 70, seed)
    found = compare(old, changed(old, seed))
    half = half_step(found)
    assert half is not None
    assert abs(sum(step.days for step in half.steps) - half.total_days) < 1e-9
    assert half.progress_days == (0.0, 0.0)  # nothing was reported between the two
