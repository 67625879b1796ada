"""Cost that is on no account, shared out among accounts by rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Rows
from planbench.engines.control.measure import Scope

ACTIVITY, CODE, WBS = "activity", "code", "wbs"
BASES = (ACTIVITY, CODE, WBS)
"""What a rule goes by, the strongest first; of WBS rules the one of the longest path holds."""

TOLERANCE = 0.001
"""By how much the percents of a rule may miss 100."""


@dataclass(frozen=True)
class Allocation:
    """A rule: what it goes by, which one of them, and the accounts with their percents.

    `key` is an activity id, `Type = value` of a code, or the dotted path of a WBS node, which
    stands for all below it.
    """

    basis: str
    key: str
    parts: tuple[tuple[str, float], ...]


def checked_rules(rules: Sequence[Allocation]) -> tuple[Allocation, ...]:
    """The rules. Raises ModelError for one whose percents do not sum to 100, or one given twice."""
    seen: set[tuple[str, str]] = set()
    for one in rules:
        where = f"allocation of {one.basis} {one.key}"
        if one.basis not in BASES or not one.key:
            raise ModelError("a rule goes by activity, code or wbs", where)
        if (one.basis, one.key) in seen:
            raise ModelError("there are two rules for the same", where)
        seen.add((one.basis, one.key))
        total = sum(percent for _, percent in one.parts)
        if any(not percent > 0 for _, percent in one.parts):
            raise ModelError("every percent is above zero", where)
        if not abs(total - 100.0) <= TOLERANCE:
            raise ModelError(f"the percents sum to {total:g}, not to 100", where)
        if len({account for account, _ in one.parts}) < len(one.parts):
            raise ModelError("an account is named twice", where)
    return tuple(rules)


def rule_of_wbs(paths: Sequence[str], rules: Sequence[Allocation]) -> Rows:
    """For every WBS path the place of the rule that holds there, -1 without one."""
    known = {one.key: place for place, one in enumerate(rules) if one.basis == WBS}
    found = np.full(len(paths), -1, dtype=np.int32)
    for row, path in enumerate(paths):
        while path and path not in known:
            path = path.rpartition(".")[0]
        found[row] = known.get(path, -1)
    return found


def allocated(
    scope: Scope, rule: Rows, rules: Sequence[Allocation], account_rows: Mapping[str, int]
) -> Scope:
    """A scope whose cost items without an account are split among those of their activity's rule.

    `rule` is the place of each activity's rule, -1 for none; `account_rows` the row of each
    account. The sums stay; a rule with an account that is not there splits nothing.
    """
    whole = [all(account in account_rows for account, _ in one.parts) for one in rules]
    usable = np.array([*whole, False])
    place = np.where(usable[rule], rule, -1)[scope.item_activity]
    loose = (scope.item_account < 0) & (place >= 0)
    if not loose.any():
        return scope
    sizes = np.array([len(one.parts) for one in rules], dtype=np.int64)
    begins = np.cumsum(sizes) - sizes
    accounts = np.array(
        [account_rows.get(account, -1) for one in rules for account, _ in one.parts],
        dtype=np.int32,
    )
    shares = np.array(
        [percent / sum(each for _, each in one.parts) for one in rules for _, percent in one.parts]
    )
    counts = np.where(loose, sizes[place], 1)
    source = np.repeat(np.arange(counts.size), counts)
    within = np.arange(source.size) - np.repeat(np.cumsum(counts) - counts, counts)
    split = loose[source]
    part = np.where(split, begins[place[source]] + within, 0)
    share = np.where(split, shares[part], 1.0)
    return replace(
        scope,
        item_activity=scope.item_activity[source],
        item_account=np.where(split, accounts[part], scope.item_account[source]).astype(np.int32),
        item_budget=scope.item_budget[source] * share,
        item_actual=scope.item_actual[source] * share,
        item_accrual=scope.item_accrual[source],
    )
