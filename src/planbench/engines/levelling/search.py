"""Short schedules under resource limits: priority rules first, then a search that mixes the best.

Serial and parallel generation with the usual priority rules (Kolisch 1996) give the first plans;
each is justified to both sides (Valls, Ballestin and Quintanilla 2005). The best ones become the
population of a small genetic search on activity lists (two-point crossover, Hartmann 1998). All
is deterministic for a seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planbench.domain.errors import ScheduleError
from planbench.domain.times import Minutes
from planbench.engines.kernel import kernel
from planbench.engines.levelling.generation import Floats, Ints, justify, parallel, serial

State = npt.NDArray[np.uint64]

POPULATION = 40
RULES = ("latest finish", "latest start", "least slack", "most successors", "longest tail", "rank")


@dataclass(frozen=True)
class Problem:
    """Activities with whole-period durations and demands, under constant capacities.

    `duration` is int32[n], `demand` int32[n, r], `capacity` int32[r]; `into` and `out` are the
    predecessors and successors as compressed sparse rows with their `_start` offsets.
    """

    duration: Ints
    demand: Ints
    capacity: Ints
    into_start: Ints
    into: Ints
    out_start: Ints
    out: Ints


@dataclass(frozen=True)
class Plan:
    """Start period of every activity, the makespan, and how the plan was found."""

    start: Ints
    makespan: int
    lower_bound: int  # the critical path without resources
    method: str
    generated: int  # schedules that were tried


def make_problem(duration: Ints, demand: Ints, capacity: Ints, links: Ints) -> Problem:
    """A problem from links int32[m, 2] (predecessor, successor).

    Raises ScheduleError when a single activity asks for more than there is.
    """
    n = duration.size
    over = np.argwhere((demand > capacity[None, :]) & (duration[:, None] > 0))
    if over.size:
        row, resource = over[0].tolist()
        raise ScheduleError(
            f"activity {row} needs {int(demand[row, resource])} of resource {resource}, "
            f"there are {int(capacity[resource])}",
            "levelling",
            "Raise the limit or lower the units.",
        )
    parts = []
    for key, other in ((1, 0), (0, 1)):
        order = np.argsort(links[:, key], kind="stable")
        offsets = np.zeros(n + 1, dtype=np.int32)
        np.cumsum(np.bincount(links[:, key], minlength=n), out=offsets[1:])
        parts += [offsets, links[order, other].astype(np.int32)]
    return Problem(duration, demand, capacity, *parts)


def topological(problem: Problem) -> Ints:
    """Activities in an order that respects precedence. Raises ScheduleError on a loop."""
    waiting = np.diff(problem.into_start).astype(np.int32)
    order = [int(j) for j in np.flatnonzero(waiting == 0)]
    for j in order:
        for k in problem.out[problem.out_start[j] : problem.out_start[j + 1]].tolist():
            waiting[k] -= 1
            if waiting[k] == 0:
                order.append(k)
    if len(order) < problem.duration.size:
        raise ScheduleError("the network has a loop", "levelling")
    return np.array(order, dtype=np.int32)


def priorities(problem: Problem, order: Ints) -> tuple[dict[str, Floats], int]:
    """Priority values by rule (smaller goes first) and the critical path length."""
    n = problem.duration.size
    early = np.zeros(n, dtype=np.int64)
    for j in order.tolist():
        for i in problem.into[problem.into_start[j] : problem.into_start[j + 1]].tolist():
            early[j] = max(early[j], early[i] + problem.duration[i])
    end = int((early + problem.duration).max(initial=0))
    late = np.full(n, end, dtype=np.int64)
    tail = problem.duration.astype(np.int64)
    followers = [0] * n  # bit sets: Python's integers count them exactly
    for j in order[::-1].tolist():
        for k in problem.out[problem.out_start[j] : problem.out_start[j + 1]].tolist():
            late[j] = min(late[j], late[k] - problem.duration[k])
            tail[j] = max(tail[j], problem.duration[j] + tail[k])
            followers[j] |= followers[k] | (1 << k)
    count = np.array([bits.bit_count() for bits in followers], dtype=np.float64)
    direct = np.array(
        [
            problem.duration[j]
            + problem.duration[problem.out[problem.out_start[j] : problem.out_start[j + 1]]].sum()
            for j in range(n)
        ],
        dtype=np.float64,
    )
    rules = {
        "latest finish": late.astype(np.float64),
        "latest start": (late - problem.duration).astype(np.float64),
        "least slack": (late - problem.duration - early).astype(np.float64),
        "most successors": -count,
        "longest tail": -tail.astype(np.float64),
        "rank": -direct,
    }
    return rules, end


@kernel
def _next_random(
    state: State,
) -> float:
    """xorshift64*: uniform in [0, 1)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@kernel
def list_by_priority(
    priority: Floats,
    into_start: Ints,
    out_start: Ints,
    out: Ints,
    order: Ints,
) -> None:
    """Fill `order` with the eligible activity of smallest priority, again and again."""
    n = priority.size
    waiting = np.empty(n, dtype=np.int32)
    for j in range(n):
        waiting[j] = into_start[j + 1] - into_start[j]
    for place in range(n):
        best = -1
        for j in range(n):
            if waiting[j] == 0 and (best < 0 or priority[j] < priority[best]):
                best = j
        order[place] = best
        waiting[best] = -1
        for p in range(out_start[best], out_start[best + 1]):
            waiting[out[p]] -= 1


@kernel
def _evolve(
    lists: Ints,
    lengths: Minutes,
    starts: Ints,
    position: Minutes,
    duration: Ints,
    demand: Ints,
    capacity: Ints,
    into_start: Ints,
    into: Ints,
    out_start: Ints,
    out: Ints,
    effort: int,
    bound: int,
    state: State,
) -> int:
    """Cross two lists of the population at two points; a better child replaces the worst.

    Returns the number of schedules generated.
    """
    size, n = lists.shape
    usage = np.zeros((duration.sum() + 1, capacity.size), dtype=np.int32)
    child = np.empty(n, dtype=np.int32)
    start = np.empty(n, dtype=np.int32)
    taken = np.empty(n, dtype=np.bool_)
    generated = 0
    while generated < effort and lengths.min() > bound:
        mother, father = -1, -1
        while mother == father:
            mother = _tournament(lengths, state)
            father = _tournament(lengths, state)
        low = int(_next_random(state) * n)
        high = low + int(_next_random(state) * (n - low))
        taken[:] = False
        for place in range(low):
            child[place] = lists[mother, place]
            taken[child[place]] = True
        place = low
        for other in lists[father]:
            if place >= high:
                break
            if not taken[other]:
                child[place] = other
                taken[other] = True
                place += 1
        for other in lists[mother]:
            if not taken[other]:
                child[place] = other
                taken[other] = True
                place += 1
        _mutate(child, into_start, into, state)
        serial(child, duration, demand, capacity, into_start, into, usage, start)
        length = justify(duration, demand, capacity, into_start, into, out_start, out, usage, start)
        generated += 3
        worst = np.argmax(lengths)
        same = False
        for member in range(size):
            if lengths[member] == length and (starts[member] == start).all():
                same = True
        if length <= lengths[worst] and not same:
            starts[worst] = start
            lengths[worst] = length
            lists[worst] = np.argsort(start * np.int64(n) + position)
    return generated


@kernel
def _tournament(
    lengths: Minutes,
    state: State,
) -> int:
    a = int(_next_random(state) * lengths.size)
    b = int(_next_random(state) * lengths.size)
    return a if lengths[a] <= lengths[b] else b


@kernel
def _mutate(
    child: Ints,
    into_start: Ints,
    into: Ints,
    state: State,
) -> None:
    """Swap neighbours that no link orders, each pair with one chance in twenty."""
    for place in range(child.size - 1):
        if _next_random(state) >= 0.05:
            continue
        a, b = child[place], child[place + 1]
        linked = False
        for p in range(into_start[b], into_start[b + 1]):
            if into[p] == a:
                linked = True
        if not linked:
            child[place], child[place + 1] = b, a


def shorten(problem: Problem, effort: int = 5_000, seed: int = 1) -> Plan:
    """The shortest plan found after about `effort` generated schedules.

    Deterministic for a seed. Raises ScheduleError on a loop.
    """
    order = topological(problem)
    rules, bound = priorities(problem, order)
    n = problem.duration.size
    position = np.empty(n, dtype=np.int64)
    position[order] = np.arange(n)
    network = (problem.into_start, problem.into)
    both = (*network, problem.out_start, problem.out)
    work = (problem.duration, problem.demand, problem.capacity)
    usage = np.zeros((int(problem.duration.sum()) + 1, problem.capacity.size), dtype=np.int32)
    members: list[tuple[int, str, Ints]] = []
    generator = np.random.default_rng(seed)

    def consider(priority: Floats, name: str) -> None:
        for scheme in ("serial", "parallel"):
            start = np.empty(n, dtype=np.int32)
            if scheme == "serial":
                listed = np.empty(n, dtype=np.int32)
                list_by_priority(
                    priority, problem.into_start, problem.out_start, problem.out, listed
                )
                serial(listed, *work, *network, usage, start)
            else:
                parallel(priority, *work, *network, usage, start)
            length = int(justify(*work, *both, usage, start))
            members.append((length, f"{scheme}, {name}", start))

    for name in RULES:
        consider(rules[name], name)
    spread = max(bound, 1) * 0.15
    while len(members) < POPULATION:
        consider(rules["latest finish"] + generator.normal(0, spread, n), "latest finish, varied")
    members = members[:POPULATION]
    lengths = np.array([length for length, _, _ in members], dtype=np.int64)
    starts = np.stack([start for _, _, start in members])
    lists = np.argsort(starts * np.int64(n) + position, axis=1).astype(np.int32)
    first = int(np.argmin(lengths))
    method, before = members[first][1], int(lengths[first])
    state = generator.integers(1, 2**63, size=1, dtype=np.uint64)
    generated = 3 * POPULATION + int(
        _evolve(lists, lengths, starts, position, *work, *both, effort, bound, state)
    )
    best = int(np.argmin(lengths))
    if int(lengths[best]) < before:
        method = "genetic search"
    return Plan(starts[best].copy(), int(lengths[best]), bound, method, generated)
