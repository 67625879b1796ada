"""Neighbourhoods, driving paths and float paths on networks drawn by hand, and their laws."""

from __future__ import annotations

from types import ModuleType

from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import ActivityType, Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import schedule_network
from planbench.engines.cpm.result import CpmResult
from planbench.engines.trace import driving_path, float_paths, leading_to, trace


def diamond(small: ModuleType) -> tuple[Schedule, CpmResult]:
    """A > B (16 h) > D, A > C (8 h) > D, E (4 h) > C; D > F."""
    rows = [{"hours": h} for h in (8, 16, 8, 8, 4, 8)]
    links = [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("E", "C"), ("D", "F")]
    schedule = small.make(rows, links)
    return schedule, schedule_network(schedule)


def test_the_driving_path_runs_through_the_longer_branch(small: ModuleType) -> None:
    schedule, result = diamond(small)
    path = driving_path(schedule, result, 5)
    assert path.rows == (0, 1, 3, 5)
    assert path.relationships == (0, 2, 5)
    assert driving_path(schedule, result, 4).rows == (4,)


def test_levels_around_an_activity(small: ModuleType) -> None:
    schedule, result = diamond(small)
    near = trace(schedule, result, 3)
    assert near.levels == {3: 0, 1: -1, 2: -1, 5: 1}
    assert near.relationships == (2, 3, 5)
    far = trace(schedule, result, 3, back=5, forward=0)
    assert far.levels == {3: 0, 1: -1, 2: -1, 0: -2, 4: -2}
    driving = trace(schedule, result, 3, back=5, forward=5, driving_only=True)
    assert driving.levels == {3: 0, 1: -1, 0: -2, 5: 1}


def test_complete_activities_can_end_the_walk(small: ModuleType) -> None:
    rows = [
        {"hours": 8},
        {"actual_start": "2026-05-28 08:00", "actual_finish": "2026-05-29 17:00"},
        {"hours": 8},
    ]
    schedule = small.make(rows, [("A", "B"), ("B", "C")])
    result = schedule_network(schedule)
    assert trace(schedule, result, 2, back=9).levels == {2: 0, 1: -1, 0: -2}
    assert trace(schedule, result, 2, back=9, through_completed=False).levels == {2: 0, 1: -1}


def test_float_paths_by_what_they_can_slip(small: ModuleType) -> None:
    """The second path leads through E and C, a day behind B, into D; G, last of all, is alone."""
    rows = [{"hours": h} for h in (8, 16, 8, 8, 4, 8)] + [{"code": "G", "hours": 2}]
    links = [("A", "B"), ("A", "C"), ("B", "D"), ("C", "D"), ("E", "C"), ("D", "F"), ("G", "C")]
    schedule = small.make(rows, links)
    result = schedule_network(schedule)
    paths = float_paths(schedule, result, 5)
    assert [(p.rows, p.relationships, p.slack, p.joins) for p in paths] == [
        ((0, 1, 3, 5), (0, 2, 5), 0, 5),
        ((4, 2), (4, 3), 480, 3),
        ((6,), (6,), 480 + 360, 2),
    ]
    total = float_paths(schedule, result, 5, by="total")
    assert [p.slack for p in total] == [0, 480, 840]
    assert len(float_paths(schedule, result, 5, count=2)) == 2


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 60), st.integers(0, 100), st.integers(0, 10**6))
def test_laws_of_paths(n: int, links: int, seed: int) -> None:
    schedule = synthetic_schedule(n, min(links, n * (n - 1) // 2), seed)
    result = schedule_network(schedule)
    last = int(result.early_finish.argmax())
    path = driving_path(schedule, result, last)
    assert path.rows[-1] == last
    assert all(result.driving[k] for k in path.relationships)
    assert all(result.longest_path[row] for row in path.rows)
    paths = float_paths(schedule, result, last, count=1000)
    on_paths = [row for p in paths for row in p.rows]
    ancestors = trace(schedule, result, last, back=n, forward=0).levels
    assert sorted(on_paths) == sorted(ancestors)
    assert [p.slack for p in paths] == sorted(p.slack for p in paths)
    for p in paths:
        ends = [schedule.relationships.successor[k] for k in p.relationships]
        assert ends == [*p.rows[1:], *([p.joins] if p.number > 1 else [])]


def test_float_paths_leave_complete_activities_out(small: ModuleType) -> None:
    rows = [
        {"actual_start": "2026-05-28 08:00", "actual_finish": "2026-05-29 17:00"},
        {"hours": 8},
    ]
    schedule = small.make(rows, [("A", "B")])
    result = schedule_network(schedule)
    assert result.total_float[0] == NO_TIME
    assert [p.rows for p in float_paths(schedule, result, 1)] == [(1,)]


def test_by_total_float_what_is_critical_for_the_project_goes_before_what_drives(
    small: ModuleType,
) -> None:
    """A > B > C > E is critical; D follows C by logic alone and is driven by S, a longer way.

    C ends on Wednesday, S on Thursday, so S drives D; but the total float of C is none. S and D
    end on Friday, E a week later: S has five working days of float.
    """
    rows = [
        {"hours": 8}, {"hours": 8}, {"hours": 8}, {"hours": 8}, {"hours": 56},
        {"code": "S", "hours": 32},
    ]  # fmt: skip
    links = [("A", "B"), ("B", "C"), ("C", "D"), ("C", "E"), ("S", "D")]
    schedule = small.make(rows, links)
    result = schedule_network(schedule)
    assert result.total_float.tolist() == [0, 0, 0, 5 * 480, 0, 5 * 480]
    assert [p.rows for p in float_paths(schedule, result, 3)] == [(5, 3), (0, 1, 2)]
    assert [p.rows for p in float_paths(schedule, result, 3, by="total")] == [(0, 1, 2, 3), (5,)]


def test_paths_of_microsoft_project_lead_through_summaries(plans: ModuleType) -> None:
    """P (two days) leads to the summary S with A (a day) and B (three days); S leads to X.

    B holds X; A leaves two days, but both are held by P.
    """
    rows = [
        {"code": "S", "summary": True},
        {"code": "P", "hours": 16},
        {"code": "A", "hours": 8, "under": "S"},
        {"code": "B", "hours": 24, "under": "S"},
        {"code": "X", "hours": 8},
        {"code": "Y", "hours": 4},
    ]
    schedule = plans.make(rows, [("P", "S"), ("S", "X"), ("Y", "X")])
    result = schedule_network(schedule)
    path = driving_path(schedule, result, 4)
    assert (path.rows, path.relationships) == ((1, 3, 4), (0, 1))
    paths = float_paths(schedule, result, 4)
    assert [(p.rows, p.relationships, p.slack, p.joins) for p in paths] == [
        ((1, 3, 4), (0, 1), 0, 4),
        ((2,), (1,), 2 * 480, 4),
        ((5,), (2,), 4 * 480 + 240, 4),
    ]
    total = float_paths(schedule, result, 4, by="total")
    assert [(p.rows, p.slack) for p in total] == [
        ((1, 3, 4), 0), ((2,), 2 * 480), ((5,), 4 * 480 + 240)
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_laws_of_paths_under_the_rules_of_microsoft_project(seed: int, plans: ModuleType) -> None:
    schedule = plans.at_random(seed)
    result = schedule_network(schedule)
    acts = schedule.activities
    leaves = (acts.type != ActivityType.WBS_SUMMARY) & ~acts.inactive
    for goal in leaves.nonzero()[0].tolist():
        path = driving_path(schedule, result, goal)
        assert path.rows[-1] == goal
        assert len(path.relationships) == len(path.rows) - 1
        for by in ("free", "total"):
            paths = float_paths(schedule, result, goal, count=100, by=by)
            on_paths = [row for p in paths for row in p.rows]
            assert len(set(on_paths)) == len(on_paths)
            assert all(leaves[row] for row in on_paths)
            for p in paths:
                assert len(p.relationships) == len(p.rows) - (p.number == 1)
                assert min(p.relationships, default=0) >= 0


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 60), st.integers(0, 120), st.integers(0, 10**6), st.data())
def test_a_trace_to_a_target_keeps_what_leads_there(
    n: int, links: int, seed: int, data: st.DataObject
) -> None:
    schedule = synthetic_schedule(n, min(links, n * (n - 1) // 2), seed)
    result = schedule_network(schedule)
    ends = schedule.relationships
    after: dict[int, list[int]] = {}
    for one, other in zip(ends.predecessor.tolist(), ends.successor.tolist(), strict=True):
        after.setdefault(one, []).append(other)

    def reaches(row: int, goal: int) -> bool:
        seen, waiting = {row}, [row]
        while waiting:
            here = waiting.pop()
            if here == goal:
                return True
            fresh = [other for other in after.get(here, []) if other not in seen]
            seen.update(fresh)
            waiting += fresh
        return False

    row = data.draw(st.integers(0, n - 1))
    goal = data.draw(st.integers(0, n - 1))
    flags = leading_to(schedule, goal)
    assert flags.tolist() == [reaches(one, goal) for one in range(n)]
    whole = trace(schedule, result, row, 2, n)
    kept = trace(schedule, result, row, 2, n, towards=flags)
    ahead = {one for one, level in whole.levels.items() if level > 0}
    assert {one for one, level in kept.levels.items() if level > 0} == {
        one for one in ahead if flags[one]
    }
    assert {one for one, level in kept.levels.items() if level < 0} == {
        one for one, level in whole.levels.items() if level < 0
    }
    for k in set(whole.relationships) - set(kept.relationships):
        assert not flags[ends.successor[k]]
