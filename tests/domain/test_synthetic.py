from __future__ import annotations

from graphlib import TopologicalSorter

import numpy as np
import pytest

from planbench.domain.schedule import LinkType, Schedule
from planbench.domain.synthetic import synthetic_schedule


def order(schedule: Schedule) -> list[int]:
    graph: dict[int, set[int]] = {row: set() for row in range(len(schedule))}
    links = schedule.relationships
    for before, after in zip(links.predecessor.tolist(), links.successor.tolist(), strict=True):
        graph[after].add(before)
    return list(TopologicalSorter(graph).static_order())  # raises CycleError on a loop


@pytest.mark.parametrize(("n", "links"), [(1, 0), (10, 20), (64, 100), (65, 150), (3000, 7500)])
def test_the_asked_for_size_without_a_loop(n: int, links: int) -> None:
    schedule = synthetic_schedule(n, links)
    assert len(schedule) == n
    assert len(schedule.relationships) == links
    assert len(order(schedule)) == n
    pairs = zip(schedule.relationships.predecessor, schedule.relationships.successor, strict=True)
    assert len(set(pairs)) == links
    assert (schedule.wbs.parent < np.arange(len(schedule.wbs))).all()
    assert schedule.activities.wbs.max() < len(schedule.wbs)


def test_same_seed_same_schedule_other_seed_another() -> None:
    assert synthetic_schedule(500, 1200).digest == synthetic_schedule(500, 1200).digest
    assert synthetic_schedule(500, 1200).digest != synthetic_schedule(500, 1200, seed=2).digest


def test_shares_of_link_types_and_lags() -> None:
    links = synthetic_schedule(4000, 10000).relationships
    shares = np.bincount(links.type, minlength=4) / len(links)
    wanted = {LinkType.FS: 0.80, LinkType.SS: 0.08, LinkType.FF: 0.10, LinkType.SF: 0.02}
    for kind, share in wanted.items():
        assert shares[kind] == pytest.approx(share, abs=0.02)
    assert (links.lag != 0).mean() == pytest.approx(0.2, abs=0.02)


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="pairs"):
        synthetic_schedule(3, 4)
    with pytest.raises(ValueError, match="at least one"):
        synthetic_schedule(0, 0)
