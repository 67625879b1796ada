"""Risks whose occurrence hangs together: correlated, exclusive, or dependent on another risk."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.engines.risk.reading import known_keys, list_of, number, probability, text
from planbench.engines.risk.rng import stable_hash

if TYPE_CHECKING:
    from planbench.engines.risk.correlation import Groups
    from planbench.engines.risk.model import Risk

RISK_LOW, RISK_HIGH, RISK_FROM, RISK_TO, RISK_IF, RISK_PARENT, RISK_GROUP = range(7)
"""Columns of a risk: halves of the hash of its draw; the share of the numbers, in units of 2**-32,
in which it occurs; the upper end of that share in runs in which its parent (a row, -1 for none)
occurs; the group with which its score is correlated."""

_ALL = 1 << 32


@dataclass(frozen=True)
class Occurrence:
    """How some risks occur together, in one of three ways.

    `coefficient`: the normal scores that decide about them correlate so (a tetrachoric
    correlation: each keeps its own probability). `exclusive`: at most one of them occurs in a
    run. `parent`: in the runs in which that risk occurs they have `probability`, in the others
    their own.
    """

    risks: tuple[str, ...]
    coefficient: float = 0.0
    exclusive: bool = False
    parent: str = ""
    probability: float = 0.0


def occurrence(given: Mapping[str, Any], at: str) -> Occurrence:
    """Read one entry of `occurrence`. Raises ModelError."""
    known_keys(given, ("risks", "coefficient", "exclusive", "if", "probability"), at)
    risks = tuple(text(item, f"{at} risks") for item in list_of(given, "risks", f"{at} "))
    ways = [key for key in ("coefficient", "exclusive", "if") if given.get(key)]
    if len(ways) != 1:
        raise ModelError("give one of coefficient, exclusive and if", at)
    if len(set(risks)) < len(risks) or len(risks) < (1 if ways == ["if"] else 2):
        raise ModelError("needs different risks, and two at least", at)
    if ("probability" in given) != (ways == ["if"]):
        raise ModelError("'if' and 'probability' belong together", at)
    if ways == ["if"]:
        chance = probability(given["probability"], at)
        return Occurrence(risks, parent=text(given["if"], f"{at} if"), probability=chance)
    if ways == ["exclusive"]:
        return Occurrence(risks, exclusive=True)
    coefficient = number(given["coefficient"], f"{at} coefficient")
    if not -1 <= coefficient <= 1:
        raise ModelError(f"a coefficient of {coefficient:g} is impossible", at, "Use -1 to 1.")
    if coefficient < 0 and len(risks) != 2:
        raise ModelError("a negative coefficient is possible for a pair only", at)
    return Occurrence(risks, coefficient)


def occurrence_json(item: Occurrence) -> dict[str, Any]:
    """The JSON that `occurrence` reads back."""
    made: dict[str, Any] = {"risks": list(item.risks)}
    if item.parent:
        return {**made, "if": item.parent, "probability": item.probability}
    return {
        **made,
        **({"exclusive": True} if item.exclusive else {"coefficient": item.coefficient}),
    }


def check_occurrences(items: Sequence[Occurrence], risks: Sequence[Risk], at: str) -> None:
    """Raises ModelError for unknown risks, two entries of one, circles and too much probability."""
    known = {risk.id: risk for risk in risks}
    parent: dict[str, str] = {}
    seen: set[str] = set()
    for k, item in enumerate(items, start=1):
        place = f"{at}occurrence {k}"
        for name in (*item.risks, *([item.parent] if item.parent else ())):
            if name not in known:
                raise ModelError(f"there is no risk {name}", place, "Correct or remove the id.")
        for name in item.risks:
            if name in seen:
                raise ModelError(f"{name} is in another entry as well", place)
            seen.add(name)
            parent[name] = item.parent
        if item.exclusive:
            for mitigated in (False, True):
                total = sum(known[name].chance(mitigated) for name in item.risks)
                if total > 1 + 1e-9:
                    raise ModelError(f"the probabilities add up to {total:g}", place, "At most 1.")
    for name in parent:
        above, steps = parent[name], 0
        while above:
            above, steps = parent.get(above, ""), steps + 1
            if steps > len(parent):
                raise ModelError(f"{name} depends on itself", f"{at}occurrence")


def bind_risks(
    items: Sequence[Occurrence], risks: Sequence[Risk], mitigated: bool, groups: Groups
) -> tuple[Any, Any, tuple[str, ...]]:
    """(whole numbers (r, 7), weights of shared and own score (r, 2), ids) of the risks.

    A parent stands before the risks that depend on it. Risks that were taken out never occur;
    where the others occur does not change by that.
    """
    by_id = {risk.id: risk for risk in risks}
    entry = {name: item for item in items for name in item.risks}
    order: list[str] = []

    def place(name: str) -> None:
        if name not in order:
            if name in entry and entry[name].parent:
                place(entry[name].parent)
            order.append(name)

    for risk in risks:
        place(risk.id)
    row = {name: k for k, name in enumerate(order)}
    whole = np.zeros((len(order), 7), dtype=np.int64)
    weights = np.tile([0.0, 1.0], (len(order), 1))
    shared: dict[Occurrence, int] = {}
    begun: dict[Occurrence, float] = {}
    for k, name in enumerate(order):
        risk, item = by_id[name], entry.get(name)
        chance, key = risk.chance(mitigated), f"risk {name}"
        start, parent, group = 0.0, -1, -1
        given = chance
        if item is not None and item.parent:
            parent, given = row[item.parent], item.probability
        elif item is not None and item.exclusive:
            key = f"exclusive {item.risks}"
            start = begun.get(item, 0.0)
            begun[item] = given = chance = start + chance
        elif item is not None:
            if item not in shared:
                shared[item] = groups.add(f"occurrence {item.risks}")
            group = shared[item]
            sign = -1.0 if item.coefficient < 0 and name == item.risks[1] else 1.0
            weights[k] = (
                sign * math.sqrt(abs(item.coefficient)),
                math.sqrt(1.0 - abs(item.coefficient)),
            )
        if risk.taken_out:
            start = chance = given = 0.0
        bits = stable_hash(key)
        share = (round(start * _ALL), round(chance * _ALL), round(given * _ALL))
        whole[k] = (bits & 0xFFFFFFFF, bits >> 32, *share, parent, group)
    return whole, weights, tuple(order)
