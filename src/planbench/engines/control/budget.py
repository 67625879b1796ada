"""The budget of a contract and its reserves: what each log of changes adds up to.

Identities after EIA-748: contract budget base CBB = performance measurement baseline PMB +
reserve; PMB = budgets of the control accounts + undistributed budget; with an over-target
baseline the total allocated budget TAB = CBB + over-target budget. Dates are ISO texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planbench.domain.errors import ModelError

CONTRACT, PMB, RESERVE = "contract", "baseline", "reserve"
UNDISTRIBUTED, ACCOUNTS, OVER_TARGET = "undistributed", "accounts", "over-target"
POTS = (CONTRACT, PMB, RESERVE, UNDISTRIBUTED, ACCOUNTS, OVER_TARGET)
"""Where budget can come from and go to. `undistributed` and `accounts` lie within `baseline`."""

_WITHIN = (PMB, UNDISTRIBUTED, ACCOUNTS)

OPENING, ADDITION, DRAWDOWN, RETURN = "opening", "addition", "drawdown", "return"
MOVES = {OPENING: 1.0, ADDITION: 1.0, RETURN: 1.0, DRAWDOWN: -1.0}
"""Kinds of entries of a reserve and the sign with which each counts."""

CENT = 0.005


@dataclass(frozen=True)
class BudgetChange:
    """One line of the budget log: an amount above zero from one pot to another, and why."""

    date: str
    id: str
    source: str  # one of POTS
    target: str
    amount: float
    reason: str


@dataclass(frozen=True)
class BudgetFrame:
    """The sums of a budget log at a date."""

    contract: float  # CBB
    baseline: float  # PMB
    reserve: float
    undistributed: float
    over_target: float
    accounts: float  # budgets of the control accounts, from the schedule

    @property
    def total(self) -> float:
        """Total allocated budget TAB = CBB + over-target budget."""
        return self.contract + self.over_target

    @property
    def gaps(self) -> dict[str, float]:
        """What each identity is off by, in money; 0.0 where it holds to the cent."""
        found = {
            "TAB = PMB + reserve": self.total - self.baseline - self.reserve,
            "PMB = accounts + undistributed": self.baseline - self.accounts - self.undistributed,
        }
        return {name: 0.0 if abs(gap) < CENT else gap for name, gap in found.items()}


def checked_change(change: BudgetChange) -> BudgetChange:
    """The change. Raises ModelError when it says no sensible thing."""
    where = f"budget change {change.id}"
    if change.source not in POTS or change.target not in POTS:
        raise ModelError("the budget goes nowhere that is known", where, f"Use {', '.join(POTS)}.")
    if change.source == change.target or not change.amount > 0:
        raise ModelError("a change moves more than nothing from one pot to another", where)
    if not change.reason.strip():
        raise ModelError("a change of the budget needs a reason", where)
    return change


def budget_frame(log: Sequence[BudgetChange], accounts: float, until: str = "") -> BudgetFrame:
    """The pots after all changes up to and including the ISO date `until` (all without one).

    `accounts` is the sum of the control accounts' budgets. Raises ModelError for a bad change.
    """
    held, inside = dict.fromkeys(POTS, 0.0), 0.0
    for change in map(checked_change, log):
        if until and change.date > until:
            continue
        held[change.source] -= change.amount
        held[change.target] += change.amount
        crossing = (change.target in _WITHIN) - (change.source in _WITHIN)
        inside += crossing * change.amount
    return BudgetFrame(
        -held[CONTRACT], inside, held[RESERVE], held[UNDISTRIBUTED], -held[OVER_TARGET], accounts
    )


@dataclass(frozen=True)
class ReserveMove:
    """One entry of a reserve's ledger. `amount` is above zero; `kind` says which way it goes."""

    date: str
    kind: str  # of MOVES
    amount: float
    risk: str = ""
    account: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Reserve:
    """A reserve's ledger in order of date with what remained after each entry."""

    moves: tuple[ReserveMove, ...]
    remaining: tuple[float, ...]

    @property
    def left(self) -> float:
        """What remains now."""
        return self.remaining[-1] if self.remaining else 0.0

    def sums(self) -> dict[str, float]:
        """Sums by kind. Opening + additions + returns - drawdowns = what remains."""
        return {
            kind: sum(move.amount for move in self.moves if move.kind == kind) for kind in MOVES
        }


def reserve_of(moves: Sequence[ReserveMove]) -> Reserve:
    """A reserve from its entries. Raises ModelError when more is drawn than there is."""
    ordered = sorted(moves, key=lambda move: (move.date, move.kind != OPENING))
    left, remaining = 0.0, []
    for move in ordered:
        where = f"reserve, {move.date}"
        if move.kind not in MOVES or not move.amount > 0:
            raise ModelError("an entry needs a kind and an amount above zero", where)
        left = round(left + MOVES[move.kind] * move.amount, 2)
        if left < -CENT:
            raise ModelError(f"{-left:,.2f} more is drawn than there is", where)
        remaining.append(left)
    return Reserve(tuple(ordered), tuple(remaining))
