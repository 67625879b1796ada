"""Postings of a cost ledger: periods that are locked, reversals, and agreement with the schedule.

Periods are named like months, `2026-09`; when each ends is the fiscal calendar's business. Amounts
are in the project's currency once converted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from planbench.domain.errors import ModelError

INVOICE, ACCRUAL, REVERSAL = "invoice", "accrual", "accrual reversal"
TYPES = (INVOICE, ACCRUAL, REVERSAL)

CENT = 0.005


@dataclass(frozen=True)
class Posting:
    """One line of a ledger."""

    period: str
    wbs: str  # control account
    account: str
    type: str  # one of TYPES
    amount: float
    order: str = ""  # the commitment it is charged to
    text: str = ""


@dataclass(frozen=True)
class Agreement:
    """A ledger up to a period held against the actual cost of an update.

    total = allocated + unallocated; gap = allocated - actual, 0.0 when it is to the cent.
    """

    period: str
    total: float
    allocated: float
    unallocated: float  # on no account of the schedule, waiting for one
    open_accruals: float
    actual: float  # of the schedule

    @property
    def gap(self) -> float:
        """Allocated postings less the actual cost of the update."""
        found = round(self.allocated - self.actual, 2)
        return 0.0 if abs(found) < CENT else found


@dataclass(frozen=True)
class Rate:
    """What one unit of a currency is worth in the project's, from a day on."""

    currency: str
    value: float
    since: str = ""  # ISO, "" from the beginning


def converted(amount: float, currency: str, own: str, rates: Iterable[Rate], day: str) -> float:
    """An amount of an ISO day in the project's currency, at the rate that held on that day.

    Raises ModelError when there is none.
    """
    if not currency or currency == own:
        return amount
    mine = [one for one in rates if one.currency == currency]
    held = [one for one in mine if one.since <= day]
    if not held:
        when = f" on {day}" if mine else ""
        raise ModelError(f"there is no rate for {currency}{when}", "ledger", "Add it to the rates.")
    return round(amount * max(held, key=lambda one: one.since).value, 2)


def merged(
    held: Mapping[str, Sequence[Posting]], new: Iterable[Posting], locked: str = ""
) -> dict[str, list[Posting]]:
    """The periods that an import brings, each in place of what was held of it.

    A period up to `locked` may come again unchanged, never otherwise: ModelError.
    """
    brought: dict[str, list[Posting]] = {}
    for posting in new:
        brought.setdefault(posting.period, []).append(posting)
    for period in [period for period in brought if locked and period <= locked]:
        if sorted(brought[period], key=repr) != sorted(held.get(period, ()), key=repr):
            raise ModelError(
                f"period {period} is locked and would change",
                "ledger",
                "Correct it by a posting in an open period.",
            )
        del brought[period]
    return brought


def agreement(
    postings: Iterable[Posting], known: Iterable[str], actual: float, until: str
) -> Agreement:
    """Postings up to and including a period against the actual cost of the schedule.

    `known` are the accounts of the schedule that bear cost; a posting on any other waits for one.
    """
    accounts = set(known)
    total = allocated = accruals = 0.0
    for posting in postings:
        if posting.period > until:
            continue
        total += posting.amount
        if posting.account in accounts:
            allocated += posting.amount
        if posting.type != INVOICE:
            accruals += posting.amount
    parts = (total, allocated, total - allocated, accruals, actual)
    return Agreement(until, *(round(part, 2) for part in parts))


def by_period(postings: Iterable[Posting], depth: int = 0) -> dict[tuple[str, str], float]:
    """Sums by period and account; with a `depth` above 0, by so many parts of a dotted account."""
    found: dict[tuple[str, str], float] = {}
    for posting in postings:
        parts = posting.account.split(".")
        account = ".".join(parts[:depth]) if depth else posting.account
        key = (posting.period, account)
        found[key] = found.get(key, 0.0) + posting.amount
    return found


@dataclass(frozen=True)
class Commitment:
    """An order: what is bound by contract with a supplier."""

    id: str
    supplier: str
    wbs: str
    account: str
    amount: float
    date: str = ""  # ISO, when it was placed
    currency: str = ""  # of the order itself; "" for the project's
    quoted: float = 0.0  # amount in that currency


def open_commitments(
    orders: Iterable[Commitment], postings: Iterable[Posting]
) -> dict[str, tuple[float, float]]:
    """(invoiced or accrued, still open) of every order by its id; open is never below zero."""
    charged: dict[str, float] = {}
    for posting in postings:
        if posting.order:
            charged[posting.order] = charged.get(posting.order, 0.0) + posting.amount
    return {
        order.id: (charged.get(order.id, 0.0), max(order.amount - charged.get(order.id, 0.0), 0.0))
        for order in orders
    }
