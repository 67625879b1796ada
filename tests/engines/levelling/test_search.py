"""Plans under resource limits: always feasible, and close to the best known ones."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.errors import ScheduleError
from planbench.engines.levelling.search import Plan, Problem, make_problem, shorten


def check(problem: Problem, links: np.ndarray, plan: Plan) -> None:
    """An independent checker: precedence and capacity, period by period."""
    finish = plan.start + problem.duration
    assert plan.start.min() >= 0
    for i, j in links.tolist():
        assert finish[i] <= plan.start[j], (i, j)
    assert plan.makespan == finish.max()
    for period in range(plan.makespan):
        running = (plan.start <= period) & (period < finish)
        assert (problem.demand[running].sum(axis=0) <= problem.capacity).all(), period


def read_instance(path: Path) -> tuple[Problem, np.ndarray]:
    """A PSPLIB single-mode file."""
    text = path.read_text(encoding="latin-1")
    blocks = re.split(r"\*{10,}", text)
    precedence = next(b for b in blocks if "PRECEDENCE RELATIONS" in b)
    requests = next(b for b in blocks if "REQUESTS/DURATIONS" in b)
    supply = next(b for b in blocks if "RESOURCEAVAILABILITIES" in b)
    links = []
    for line in precedence.splitlines():
        words = line.split()
        if words and words[0].isdigit():
            links += [(int(words[0]) - 1, int(word) - 1) for word in words[3:]]
    rows = [line.split() for line in requests.splitlines()]
    jobs = np.array([row for row in rows if len(row) > 3 and row[0].isdigit()], dtype=np.int32)
    capacity = np.array(supply.split("\n")[-2].split(), dtype=np.int32)
    pairs = np.array(links, dtype=np.int32)
    problem = make_problem(jobs[:, 2].copy(), np.ascontiguousarray(jobs[:, 3:]), capacity, pairs)
    return problem, pairs


def best_known(path: Path) -> dict[tuple[int, int], int]:
    rows = (line.split() for line in path.read_text(encoding="latin-1").splitlines())
    return {
        (int(row[0]), int(row[1])): int(row[2])
        for row in rows
        if len(row) > 2 and all(word.isdigit() for word in row[:3])
    }


@st.composite
def problems(draw: st.DrawFn) -> tuple[Problem, np.ndarray]:
    n = draw(st.integers(2, 9))
    kinds = draw(st.integers(1, 2))
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=2 * n, unique=True))
    links = np.array(chosen, dtype=np.int32).reshape(-1, 2)
    duration = np.array(draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)), np.int32)
    capacity = np.array(draw(st.lists(st.integers(1, 4), min_size=kinds, max_size=kinds)), np.int32)
    demand = np.array(
        [[draw(st.integers(0, int(limit))) for limit in capacity] for _ in range(n)], np.int32
    )
    return make_problem(duration, demand, capacity, links), links


@settings(max_examples=60, deadline=None)
@given(problems())
def test_every_plan_is_feasible_and_no_shorter_than_its_bounds(
    drawn: tuple[Problem, np.ndarray],
) -> None:
    problem, links = drawn
    plan = shorten(problem, effort=200)
    check(problem, links, plan)
    energy = (problem.demand * problem.duration[:, None]).sum(axis=0) / problem.capacity
    assert plan.makespan >= max(plan.lower_bound, int(np.ceil(energy.max())))


def test_two_of_three_machines_at_a_time() -> None:
    """Three jobs of 4 on two machines: two run together, the third after: 8, worked by hand."""
    duration = np.array([4, 4, 4], dtype=np.int32)
    problem = make_problem(
        duration,
        np.ones((3, 1), dtype=np.int32),
        np.array([2], dtype=np.int32),
        np.zeros((0, 2), dtype=np.int32),
    )
    plan = shorten(problem, effort=100)
    assert plan.makespan == 8
    assert plan.lower_bound == 4


def test_the_same_seed_gives_the_same_plan(shared: Path) -> None:
    problem, _ = read_instance(shared / "oracles/psplib/projects/j30/j3013_1.sm")
    first, second = (shorten(problem, effort=600, seed=3) for _ in range(2))
    assert first.start.tolist() == second.start.tolist()


def test_an_activity_that_never_fits_is_named() -> None:
    with pytest.raises(ScheduleError, match="activity 0 needs 3 of resource 0, there are 2"):
        make_problem(
            np.array([1], dtype=np.int32),
            np.array([[3]], dtype=np.int32),
            np.array([2], dtype=np.int32),
            np.zeros((0, 2), dtype=np.int32),
        )


def deviation(shared: Path, family: str, every: int, effort: int) -> float:
    """Mean percentage above the best known makespan; all plans are checked for feasibility."""
    known = best_known(shared / f"oracles/psplib/makespans/{family}hrs.sm")
    above = []
    for path in sorted((shared / f"oracles/psplib/projects/{family}").glob("*.sm"))[::every]:
        parameter, instance = path.stem[len(family) :].split("_")
        problem, links = read_instance(path)
        plan = shorten(problem, effort=effort)
        check(problem, links, plan)
        best = known[int(parameter), int(instance)]
        assert plan.makespan >= best or family != "j30"  # j30 is solved to optimality
        above.append(100 * (plan.makespan - best) / best)
    return float(np.mean(above))


@pytest.mark.corpus
def test_thirty_activities_come_within_two_percent(shared: Path) -> None:
    assert deviation(shared, "j30", every=8, effort=2_000) <= 2.0


@pytest.mark.corpus
def test_sixty_activities_come_within_three_and_a_half_percent(shared: Path) -> None:
    assert deviation(shared, "j60", every=16, effort=2_000) <= 3.5
