"""The network before and after in one picture: links that came, went or are another now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import numpy as np

from planbench.engines.compare.compare import Comparison
from planbench.engines.compare.network import (
    ADDED,
    CHANGED,
    DELETED,
    JointNetwork,
    components,
    layers,
)
from planbench.scenes.facts import Facts, activity_facts
from planbench.scenes.trace import MOST, Edge, Measure, TraceScene, approximate, laid_out, link_text
from planbench.scenes.trace_slots import place

_LOOKS = {ADDED: "link-added", DELETED: "link-deleted", CHANGED: "link-changed"}
_CARDS = {ADDED: "card-added", DELETED: "card-deleted"}


def joint_facts(comparison: Comparison, joint: JointNetwork) -> Facts:
    """Facts of the newer schedule, of deleted activities those of the older one."""
    new = activity_facts(comparison.new, comparison.new_cpm)
    old = activity_facts(comparison.old, comparison.old_cpm)
    deleted = joint.old_row[len(comparison.new) :]
    return Facts(
        **{
            item.name: np.concatenate((getattr(new, item.name), getattr(old, item.name)[deleted]))
            for item in fields(Facts)
        }
    )


def network_scene(
    comparison: Comparison,
    joint: JointNetwork,
    facts: Facts,
    rows: Sequence[int],
    *,
    current: int = -1,
    measure: Measure = approximate,
    title: Callable[[int], str] | None = None,
) -> TraceScene:
    """The picture of some activities of both networks; of many those with the least float.

    `current` is the card that is chosen. Deleted links run dashed, changed ones say what they were.
    """
    kept = sorted(rows, key=lambda row: (row != current, *_weight(facts, row), row))[:MOST]
    levels = layers(joint.schedule, kept)
    edges = _edges(comparison, joint, levels)
    spots: dict[int, tuple[int, int]] = {}
    below = 0
    for group in components(joint.schedule, kept):
        mine = {row: levels[row] for row in group}
        inside = [
            (e.predecessor, e.successor, e.look != "trace-link")
            for e in edges
            if e.predecessor in mine
        ]
        first = min(group, key=lambda row: (mine[row], *_weight(facts, row), row))
        slots = place(mine, inside, {row: _weight(facts, row) for row in group}, first)
        spots |= {row: (levels[row], below + slots[row]) for row in group}
        below += 1 + max(slots.values())
    head = title or (lambda level: f"step {level + 1}")
    made = laid_out(
        joint.schedule,
        facts,
        spots,
        edges,
        {row: _CARDS.get(int(joint.activity[row]), "") for row in kept},
        chosen=current,
        title=lambda level: (head(level), False),
        measure=measure,
    )
    return replace(made, left_out=len(rows) - len(kept))


def _weight(facts: Facts, row: int) -> tuple[bool, float]:
    slack = float(facts.total_float[row])
    return (not bool(facts.longest_path[row]), slack if slack == slack else 1e9)


def _edges(comparison: Comparison, joint: JointNetwork, levels: dict[int, int]) -> list[Edge]:
    """All links between two activities as one; its look is that of the greatest change in it."""
    links = joint.schedule.relationships
    mask = np.zeros(len(joint.schedule), dtype=bool)
    mask[list(levels)] = True
    picked = np.flatnonzero(mask[links.predecessor] & mask[links.successor])
    pairs: dict[tuple[int, int], list[int]] = {}
    for link in picked.tolist():
        pair = (int(links.predecessor[link]), int(links.successor[link]))
        if pair[0] != pair[1]:
            pairs.setdefault(pair, []).append(link)
    edges = []
    for (a, b), joined in pairs.items():
        kinds = {int(joint.link[link]) for link in joined}
        look = _LOOKS.get(kinds.pop(), "trace-link") if len(kinds) == 1 else "link-changed"
        label = ", ".join(_words(comparison, joint, link) for link in joined)
        edges.append(Edge(a, b, tuple(joined), look, label))
    return edges


def _words(comparison: Comparison, joint: JointNetwork, link: int) -> str:
    """`FS`, `SS → FS + 2 d` where it was another."""
    now = link_text(joint.schedule, link)
    if joint.link[link] == CHANGED:
        return f"{link_text(comparison.old, int(joint.old_link[link]))} → {now}"
    return now
