"""Control accounts: where work breakdown and cost breakdown meet, and what does not fit there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planbench.domain.schedule import NO_ROW, Numbers, Rows
from planbench.engines.control.indices import Values
from planbench.engines.control.measure import Measured, Scope

CENT = 0.005


@dataclass(frozen=True)
class Matrix:
    """Values of every pair of a WBS row and an account that bears cost, in order of the rows.

    -1 stands for what is on no WBS node or no account.
    """

    wbs: tuple[int, ...]
    account: tuple[int, ...]
    values: tuple[Values, ...]


@dataclass(frozen=True)
class Misfit:
    """Something that keeps the two breakdowns apart.

    `kind` is "orphan" or "double"; `subject` the activity, account or control account; `amount`
    the money it is about.
    """

    kind: str
    subject: str
    words: str
    amount: float


def ancestors_at(parent: Rows, level: int) -> Rows:
    """For every row of a tree its ancestor at `level` (0: the roots), itself where it is above.

    Parents come before their children.
    """
    depth = np.zeros(parent.size, dtype=np.int32)
    found = np.arange(parent.size, dtype=np.int32)
    for row, above in enumerate(parent.tolist()):
        if above != NO_ROW:
            depth[row] = depth[above] + 1
            if depth[row] > level:
                found[row] = found[above]
    return found


def matrix(wbs: Rows, scope: Scope, measured: Measured) -> Matrix:
    """Values by pairs of a WBS row (by cost item) and the item's account."""
    pairs = np.stack((wbs.astype(np.int64), scope.item_account.astype(np.int64)))
    keys, place = np.unique(pairs, axis=1, return_inverse=True)
    place = place.ravel()
    columns = (scope.item_budget, measured.item_pv, measured.item_ev, scope.item_actual)
    sums = [np.bincount(place, column, minlength=keys.shape[1]).tolist() for column in columns]
    values = [Values(*row) for row in zip(*sums, strict=True)]
    kept = [place for place, one in enumerate(values) if one != Values()]
    rows, accounts = keys.tolist()
    return Matrix(
        tuple(rows[place] for place in kept),
        tuple(accounts[place] for place in kept),
        tuple(values[place] for place in kept),
    )


def misfits(
    found: Matrix,
    wbs_codes: Sequence[str],
    account_codes: Sequence[str],
    account_parent: Rows,
) -> list[Misfit]:
    """Orphans and double counts of a matrix.

    An orphan is budget or cost on no account or no WBS node, and an account or control account
    with cost but no budget. A double count is cost on an account whose branches bear cost too.
    """
    told: list[Misfit] = []
    by_account: dict[int, Values] = {}
    for wbs, account, values in zip(found.wbs, found.account, found.values, strict=True):
        by_account[account] = by_account.get(account, Values()) + values
        if wbs < 0 <= account:
            amount = values.bac or values.ac
            told.append(Misfit("orphan", account_codes[account], "is on no WBS node", amount))
        elif account < 0:
            name = wbs_codes[wbs] if wbs >= 0 else ""
            told.append(Misfit("orphan", name, "has cost on no account", values.bac or values.ac))
        elif values.ac > CENT and abs(values.bac) < CENT:
            name = f"{wbs_codes[wbs]} / {account_codes[account]}"
            told.append(Misfit("orphan", name, "has actual cost and no budget", values.ac))
    bearing = {account for account in by_account if account >= 0}
    for account in sorted(bearing):
        values = by_account[account]
        branches = np.flatnonzero(account_parent == account).tolist()
        if bearing & set(_below(branches, account_parent)):
            words = "bears cost itself and through the accounts below it"
            told.append(Misfit("double", account_codes[account], words, values.bac or values.ac))
    return told


def _below(rows: list[int], parent: Rows) -> list[int]:
    """These rows and all below them."""
    every, level = list(rows), list(rows)
    while level:
        level = np.flatnonzero(np.isin(parent, level)).tolist()
        every += level
    return every


def repeated_items(
    activity: Rows, account: Rows, budget: Numbers, kind: Sequence[str], codes: Sequence[str]
) -> list[Misfit]:
    """Cost items that are in a plan twice: same activity, account, name or resource, and amount."""
    seen: dict[tuple[int, int, float, str], int] = {}
    columns = (activity.tolist(), account.tolist(), budget.tolist(), kind)
    for key in zip(*columns, strict=True):
        if abs(key[2]) > CENT:
            seen[key] = seen.get(key, 0) + 1
    return [
        Misfit("double", codes[key[0]], f"has the same cost {count} times", key[2] * (count - 1))
        for key, count in seen.items()
        if count > 1
    ]


def drift(
    before: Sequence[tuple[str, float]], now: Sequence[tuple[str, float]]
) -> dict[str, float]:
    """By how much each account's share of all cost has moved between two plans, in points 0..1.

    Arguments are pairs of account and amount. Accounts whose share stayed are left out.
    """
    shares = []
    for pairs in (before, now):
        total = sum(amount for _, amount in pairs)
        one: dict[str, float] = {}
        for code, amount in pairs:
            one[code] = one.get(code, 0.0) + (amount / total if total else 0.0)
        shares.append(one)
    old, new = shares
    moved = {code: new.get(code, 0.0) - old.get(code, 0.0) for code in old | new}
    return {code: change for code, change in moved.items() if abs(change) > 1e-9}
