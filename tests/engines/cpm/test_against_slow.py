"""The engine against the recursive scheduler on random schedules with every option and rule."""

from __future__ import annotations

from types import ModuleType

from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import Critical
from planbench.domain.times import from_datetime
from planbench.engines.cpm import schedule_network


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_every_value_agrees(seed: int, small: ModuleType, slow_cpm: ModuleType) -> None:
    schedule = small.at_random(seed)
    slow = slow_cpm.SlowCpm(schedule)
    fast = schedule_network(schedule)
    path = slow.longest_path()
    for i in range(len(schedule)):
        expected = slow.dates(i)
        if expected is None:
            assert small.dates(fast, i) == (None,) * 4
            assert fast.total_float[i] < -(2**62)
            continue
        found = small.dates(fast, i)
        assert found == tuple(small.text(from_datetime(t)) for t in expected), (i, seed)
        if not slow.counts(i):
            start = slow.clock(i).work(expected[0], expected[2])
            finish = slow.clock(i).work(expected[1], expected[3])
            assert fast.total_float[i] in (start, finish)
            assert fast.free_float[i] == 0
            continue
        assert value(fast.total_float[i]) == slow.total_float(i), (i, seed)
        assert value(fast.free_float[i]) == slow.free_float(i), (i, seed)
        assert fast.remaining_duration[i] == slow.remaining(i)
        assert bool(fast.longest_path[i]) == (i in path)
        assert bool(fast.critical[i]) == critical(slow, i, path)
    for link in slow.links:
        assert bool(fast.driving[link[0]]) == slow.explains(link), (link, seed)
        assert value(fast.relationship_float[link[0]]) == slow.gap(link), (link, seed)


def value(minutes: int) -> int | None:
    return None if minutes < -(2**62) else int(minutes)


def critical(slow: object, i: int, path: set[int]) -> bool:
    options = slow.opts(i)  # type: ignore[attr-defined]
    total = slow.total_float(i)  # type: ignore[attr-defined]
    if total is None:
        return False
    if options.critical == Critical.LONGEST_PATH:
        return i in path
    return bool(total <= options.critical_threshold)
