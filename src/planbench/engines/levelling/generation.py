"""Schedule generation under resource limits, compiled (Kolisch 1996; Valls et al. 2005).

Time is counted in whole periods from 0. Activities are rows 0..n-1; `start` holds the period in
which each begins, `usage[t, r]` what resource r is asked for in period t. Precedence is
finish-to-start without lag, as compressed sparse rows of predecessors and successors.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planbench.engines.kernel import kernel

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@kernel
def earliest_fit(
    usage: Ints,
    demand: Ints,
    capacity: Ints,
    duration: int,
    begin: int,
) -> int:
    """First period at or after `begin` from which the demand fits for the whole duration."""
    t = begin
    while True:
        fits = True
        for k in range(t + duration - 1, t - 1, -1):
            for r in range(capacity.size):
                if usage[k, r] + demand[r] > capacity[r]:
                    t = k + 1
                    fits = False
                    break
            if not fits:
                break
        if fits:
            return t


@kernel
def latest_fit(
    usage: Ints,
    demand: Ints,
    capacity: Ints,
    duration: int,
    end: int,
) -> int:
    """Last period from which the demand fits for the whole duration and that ends by `end`."""
    t = end - duration
    while True:
        fits = True
        for k in range(t, t + duration):
            for r in range(capacity.size):
                if usage[k, r] + demand[r] > capacity[r]:
                    t = k - duration
                    fits = False
                    break
            if not fits:
                break
        if fits:
            return t


@kernel
def occupy(
    usage: Ints,
    demand: Ints,
    duration: int,
    begin: int,
) -> None:
    """Add an activity to the usage."""
    for k in range(begin, begin + duration):
        for r in range(demand.size):
            usage[k, r] += demand[r]


@kernel
def serial(
    order: Ints,
    duration: Ints,
    demand: Ints,
    capacity: Ints,
    into_start: Ints,
    into: Ints,
    usage: Ints,
    start: Ints,
) -> int:
    """Serial generation: activities in `order` (precedence-feasible), each as early as it fits.

    Fills `start`, returns the makespan. `usage` is overwritten.
    """
    usage[:] = 0
    makespan = 0
    for j in order:
        begin = 0
        for p in range(into_start[j], into_start[j + 1]):
            i = into[p]
            begin = max(begin, start[i] + duration[i])
        begin = earliest_fit(usage, demand[j], capacity, duration[j], begin)
        start[j] = begin
        occupy(usage, demand[j], duration[j], begin)
        makespan = max(makespan, begin + duration[j])
    return makespan


@kernel
def parallel(
    priority: Floats,
    duration: Ints,
    demand: Ints,
    capacity: Ints,
    into_start: Ints,
    into: Ints,
    usage: Ints,
    start: Ints,
) -> int:
    """Parallel generation: period by period, what is ready and fits, smallest priority first.

    Fills `start`, returns the makespan. `usage` is overwritten.
    """
    n = duration.size
    usage[:] = 0
    start[:] = -1
    ranked = np.argsort(priority, kind="mergesort")
    done = 0
    t = 0
    makespan = 0
    while done < n:
        following = 1 << 30
        again = True
        while again:  # activities without duration may release others in the same period
            again = False
            for j in ranked:
                if start[j] >= 0:
                    continue
                ready = True
                for p in range(into_start[j], into_start[j + 1]):
                    i = into[p]
                    if start[i] < 0 or start[i] + duration[i] > t:
                        ready = False
                        break
                if not ready:
                    continue
                fits = True
                for r in range(capacity.size):
                    if duration[j] > 0 and usage[t, r] + demand[j, r] > capacity[r]:
                        fits = False
                        break
                if fits:
                    start[j] = t
                    occupy(usage, demand[j], duration[j], t)
                    makespan = max(makespan, t + duration[j])
                    done += 1
                    if duration[j] == 0:
                        again = True
        for j in range(n):
            if start[j] >= 0 and start[j] + duration[j] > t:
                following = min(following, start[j] + duration[j])
        t = following
    return makespan


@kernel
def justify(
    duration: Ints,
    demand: Ints,
    capacity: Ints,
    into_start: Ints,
    into: Ints,
    out_start: Ints,
    out: Ints,
    usage: Ints,
    start: Ints,
) -> int:
    """Double justification: everything as late as it fits, then as early; never a longer plan.

    Improves `start` in place and returns the makespan.
    """
    n = duration.size
    end = 0
    for j in range(n):
        end = max(end, start[j] + duration[j])
    usage[:] = 0
    by_finish = np.argsort(-(start + duration), kind="mergesort")
    for j in by_finish:
        limit = end
        for p in range(out_start[j], out_start[j + 1]):
            limit = min(limit, start[out[p]])
        start[j] = latest_fit(usage, demand[j], capacity, duration[j], limit)
        occupy(usage, demand[j], duration[j], start[j])
    usage[:] = 0
    by_start = np.argsort(start, kind="mergesort")
    makespan = 0
    for j in by_start:
        begin = 0
        for p in range(into_start[j], into_start[j + 1]):
            i = into[p]
            begin = max(begin, start[i] + duration[i])
        start[j] = earliest_fit(usage, demand[j], capacity, duration[j], begin)
        occupy(usage, demand[j], duration[j], start[j])
        makespan = max(makespan, start[j] + duration[j])
    return makespan
