"""Dating again after an edit gives what a whole run gives, to the last value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import prepare, run, run_again, schedule_network
from planbench.engines.cpm.again import schedule_again
from planbench.engines.cpm.result import CpmResult


def assert_same(one: CpmResult, other: CpmResult) -> None:
    for item in fields(CpmResult):
        a, b = getattr(one, item.name), getattr(other, item.name)
        assert np.array_equal(a, b), item.name


def edit_and_compare(schedule: Schedule, seed: int, edits: int = 6) -> int:
    """Edits one after the other, each from the result of the one before; how many moved a date."""
    random = np.random.default_rng(seed)
    network = prepare(schedule)
    before, left, moves = run(network), network.remaining.copy(), 0
    for _ in range(edits):
        row = int(random.integers(0, len(schedule)))
        left[row] = max(0, left[row] + int(random.choice([-2400, -480, -60, 60, 480, 4800])))
        again = run_again(network, before, left)
        assert_same(again, run(network, left))
        moves += int((again.early_finish != before.early_finish).sum() > 1)
        before = again
    return moves


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**40))
@example(seed=33273)  # a link that drove no longer does
def test_small_schedules_with_everything_in_them(seed: int, small: ModuleType) -> None:
    edit_and_compare(small.at_random(seed), seed)


def test_larger_networks_of_plain_work() -> None:
    assert edit_and_compare(synthetic_schedule(600, 1500, 3), 3, 20) > 5


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["54069-update-2025-11-21", "start-to-finish-links-8.2", "hotel"])
def test_real_schedules(name: str, shared: Path) -> None:
    from planbench.exchange.registry import read_schedule

    edit_and_compare(read_schedule(shared / "corpus" / "p6" / f"{name}.xer").schedule, 5, 12)


def test_a_schedule_with_other_durations_is_known_as_such() -> None:
    schedule = synthetic_schedule(50, 100, 1)
    first = schedule_again(schedule, None)
    acts = schedule.activities
    longer = replace(
        schedule, activities=acts.with_columns(remaining_duration=acts.remaining_duration + 480)
    )
    second = schedule_again(longer, first)
    assert second.network.nodes is first.network.nodes
    assert second.network.schedule is longer
    assert_same(second.result, schedule_network(longer))


@pytest.mark.parametrize(
    "change",
    [
        lambda s: replace(
            s, activities=s.activities.with_columns(status=s.activities.status.copy())
        ),
        lambda s: replace(s, relationships=s.relationships.with_columns(lag=s.relationships.lag)),
        lambda s: replace(s, projects=(replace(s.projects[0], data_date=29671680),)),
    ],
)
def test_any_other_difference_makes_a_whole_run_of_it(
    change: Callable[[Schedule], Schedule],
) -> None:
    schedule = synthetic_schedule(50, 100, 1)
    first = schedule_again(schedule, None)
    other = change(schedule)
    second = schedule_again(other, first)
    assert second.network.nodes is not first.network.nodes
    assert_same(second.result, schedule_network(other))
