"""The risk breakdown structure: a tree of categories with what the risks below each add up to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from planbench.domain.errors import ModelError
from planbench.engines.register.entry import Exposure, RiskEntry

Path = tuple[str, ...]

SEPARATOR = " / "
"""Between the levels of a category as it is written anew."""


@dataclass(frozen=True)
class Sum:
    """Open risks below a node: how many, and what is expected of them before and after actions.

    Expected is probability times the mean of the triangular law: working days, and cost. What
    opportunities gain counts against it.
    """

    risks: int = 0
    days: float = 0.0
    cost: float = 0.0
    days_after: float = 0.0
    cost_after: float = 0.0

    def __add__(self, other: Sum) -> Sum:
        return Sum(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))


@dataclass(frozen=True)
class Node:
    """A node of the tree, with the risks that stand right on it and the sum of all below."""

    path: Path
    risks: tuple[RiskEntry, ...]
    sum: Sum

    @property
    def name(self) -> str:
        """The last level; empty for risks without a category."""
        return self.path[-1] if self.path else ""


def path_of(category: str) -> Path:
    """Levels of a category, separated by slashes or dots: `Supply / Steel`, `2.1`."""
    return tuple(part.strip() for part in re.split(r"[/.]", category) if part.strip())


def category_of(path: Path) -> str:
    """The category as a risk writes it."""
    return SEPARATOR.join(path)


def expected(entry: RiskEntry) -> Sum:
    """What is expected of one risk, nothing of one that is not open."""
    if not entry.modelled:
        return Sum()

    def of(exposure: Exposure) -> tuple[float, float]:
        share = -exposure.probability if entry.opportunity else exposure.probability
        return share * exposure.days.mean, share * exposure.cost.mean

    return Sum(1, *of(entry.before), *of(entry.after or entry.before))


def breakdown(entries: Iterable[RiskEntry], kept: Sequence[Path] = ()) -> tuple[Node, ...]:
    """The tree from above: nodes that were laid out in their order, then others by name.

    Risks without a category stand on a last node with an empty path.
    """
    on: dict[Path, list[RiskEntry]] = {}
    for entry in entries:
        on.setdefault(path_of(entry.category), []).append(entry)
    order = _with_parents([*kept, *sorted(path for path in on if path)])
    sums: dict[Path, Sum] = dict.fromkeys(order, Sum())
    for path, several in on.items():
        whole = sum(map(expected, several), Sum())
        for depth in range(1, len(path) + 1):
            sums[path[:depth]] += whole
    made = [Node(path, tuple(on.get(path, ())), sums[path]) for path in order]
    loose = on.get((), [])
    if loose:
        made.append(Node((), tuple(loose), sum(map(expected, loose), Sum())))
    return tuple(made)


def _with_parents(paths: Iterable[Path]) -> list[Path]:
    """Every path once with those above it, children below their parents, else in given order."""
    children: dict[Path, dict[Path, None]] = {}
    for path in paths:
        for depth in range(1, len(path) + 1):
            children.setdefault(path[: depth - 1], {})[path[:depth]] = None
    made: list[Path] = []
    todo: list[Path] = list(children.get((), {}))[::-1]
    while todo:
        path = todo.pop()
        made.append(path)
        todo += list(children.get(path, {}))[::-1]
    return made


Tree = tuple[tuple[Path, ...], tuple[RiskEntry, ...]]
"""Laid out nodes, and the risks whose category changed."""


def added(kept: Sequence[Path], above: Path, name: str) -> tuple[Path, ...]:
    """With another node below one (or at the top). Raises ModelError for a name there is."""
    path = (*above, _checked(name))
    if path in kept:
        raise ModelError(f"there is a node {category_of(path)} already", "breakdown")
    return (*kept, path)


def renamed(kept: Sequence[Path], entries: Iterable[RiskEntry], path: Path, name: str) -> Tree:
    """With another name of a node; the risks below it follow. Raises ModelError."""
    return moved(kept, entries, path, (*path[:-1], _checked(name)))


def moved(kept: Sequence[Path], entries: Iterable[RiskEntry], path: Path, to: Path) -> Tree:
    """With a node and all below it under another path. Raises ModelError for one below itself."""
    if len(to) > len(path) and to[: len(path)] == path:
        raise ModelError(f"{category_of(path)} cannot stand below itself", "breakdown")

    def now(one: Path) -> Path:
        return (*to, *one[len(path) :]) if one[: len(path)] == path else one

    paths = tuple(dict.fromkeys(map(now, kept)))
    changed = []
    for entry in entries:
        old = path_of(entry.category)
        if now(old) != old:
            changed.append(replace(entry, category=category_of(now(old))))
    return paths, tuple(changed)


def removed(kept: Sequence[Path], entries: Iterable[RiskEntry], path: Path) -> Tree:
    """Without a node; its risks and what stands below it move up to the node above."""
    paths, changed = moved(kept, entries, path, path[:-1])
    return tuple(one for one in paths if one), changed


def _checked(name: str) -> str:
    plain = name.strip()
    if not plain or re.search(r"[/.]", plain):
        raise ModelError("a node needs a name without dots and slashes", "breakdown")
    return plain
