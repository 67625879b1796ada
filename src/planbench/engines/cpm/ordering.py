"""The order of the passes, and the shortest loop where there is none."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Flags, Rows
from planbench.engines.kernel import kernel

_SEARCH_BUDGET = 100_000_000
"""Links looked at before the shortest loop found so far has to do (only giant loops need more)."""


@kernel
def network_order(
    inside: Flags, predecessor: Rows, successor: Rows
) -> tuple[Rows, Rows, Rows, bool]:
    """(order, link order, link start, whether there is no loop).

    `order` lists the rows that are `inside`, in file order except that every predecessor comes
    first. Links `link_order[link_start[k]:link_start[k + 1]]` lead into `order[k]`, in file order.
    """
    n, m = inside.size, predecessor.size
    first = np.zeros(n + 1, np.int32)
    for e in range(m):
        first[successor[e] + 1] += 1
    for i in range(n):
        first[i + 1] += first[i]
    fill, grouped = first[:-1].copy(), np.empty(m, np.int32)
    for e in range(m):
        grouped[fill[successor[e]]] = e
        fill[successor[e]] += 1
    order, size = np.empty(n, np.int32), 0
    state, following, stack = np.zeros(n, np.int8), first[:-1].copy(), np.empty(n, np.int32)
    for root in range(n):
        if not inside[root] or state[root]:
            continue
        stack[0], depth, state[root] = root, 1, 1
        while depth:
            i = stack[depth - 1]
            if following[i] < first[i + 1]:
                p = predecessor[grouped[following[i]]]
                following[i] += 1
                if state[p] == 1:
                    return order[:0], grouped[:0], first[:1], False
                if state[p] == 0:
                    stack[depth], state[p] = p, 1
                    depth += 1
            else:
                order[size], state[i] = i, 2
                size += 1
                depth -= 1
    link_order, link_start, at = np.empty(m, np.int32), np.zeros(size + 1, np.int32), 0
    for k in range(size):
        for g in range(first[order[k]], first[order[k] + 1]):
            link_order[at] = grouped[g]
            at += 1
        link_start[k + 1] = at
    return order[:size].copy(), link_order, link_start, True


@kernel
def shortest_loop(n: int, predecessor: Rows, successor: Rows) -> Rows:
    """Rows of a shortest loop, each the predecessor of the next one; empty without a loop.

    Breadth-first search from every activity that can lie on a loop, never deeper than the best
    loop so far. The loop begins with its lowest row.
    """
    m = predecessor.size
    alive = _on_loops(n, predecessor, successor)
    first = np.zeros(n + 1, np.int32)
    for e in range(m):
        first[predecessor[e] + 1] += 1
    for i in range(n):
        first[i + 1] += first[i]
    fill, reached = first[:-1].copy(), np.empty(m, np.int32)
    for e in range(m):
        reached[fill[predecessor[e]]] = successor[e]
        fill[predecessor[e]] += 1
    best, best_size, seen_links = np.empty(0, np.int32), n + 1, 0
    mark, parent = np.full(n, -1, np.int32), np.empty(n, np.int32)
    depth, queue = np.empty(n, np.int32), np.empty(n, np.int32)
    for root in range(n):
        if not alive[root] or (best_size <= n and seen_links > _SEARCH_BUDGET):
            continue
        head, tail = 0, 1
        queue[0], mark[root], depth[root] = root, root, 1
        closing = -1
        while head < tail and closing < 0:
            i = queue[head]
            head += 1
            if depth[i] >= best_size:
                break
            for g in range(first[i], first[i + 1]):
                s = reached[g]
                seen_links += 1
                if s == root:
                    closing = i
                    break
                # lower rows were roots before: every loop through them is known
                if s > root and alive[s] and mark[s] != root:
                    mark[s], parent[s], depth[s] = root, i, depth[i] + 1
                    queue[tail] = s
                    tail += 1
        if closing >= 0 and depth[closing] < best_size:
            best_size = depth[closing]
            best = np.empty(best_size, np.int32)
            i = closing
            for k in range(best_size - 1, -1, -1):
                best[k] = i
                if k:
                    i = parent[i]
    return best


@kernel
def _on_loops(n: int, predecessor: Rows, successor: Rows) -> Flags:
    """Rows left after taking away, again and again, all without a predecessor or successor."""
    alive = np.ones(n, np.bool_)
    for ends in ((predecessor, successor), (successor, predecessor)):
        source, target = ends
        waiting, first = np.zeros(n, np.int32), np.zeros(n + 1, np.int32)
        for e in range(source.size):
            if alive[source[e]] and alive[target[e]]:
                waiting[target[e]] += 1
                first[source[e] + 1] += 1
        for i in range(n):
            first[i + 1] += first[i]
        fill, reached = first[:-1].copy(), np.empty(first[n], np.int32)
        for e in range(source.size):
            if alive[source[e]] and alive[target[e]]:
                reached[fill[source[e]]] = target[e]
                fill[source[e]] += 1
        queue, tail = np.empty(n, np.int32), 0
        for i in range(n):
            if alive[i] and waiting[i] == 0:
                queue[tail] = i
                tail += 1
        head = 0
        while head < tail:
            i = queue[head]
            head += 1
            alive[i] = False
            for g in range(first[i], first[i + 1]):
                s = reached[g]
                waiting[s] -= 1
                if waiting[s] == 0:
                    queue[tail] = s
                    tail += 1
    return alive
