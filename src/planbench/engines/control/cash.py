"""Cash in and out of a contract: advance, retention, payment lag and their balance by period.

Money in the contract's currency; period k of the columns is k = 0, 1, ... months (or whatever
the caller counts).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Numbers


@dataclass(frozen=True)
class Terms:
    """Payment terms of a contract."""

    contract: float  # accepted amount
    retention: float = 0.0  # share withheld from each certificate
    releases: tuple[tuple[int, float], ...] = ()  # (period, share of all retention)
    lag: int = 0  # periods from certificate to cash
    advance: float = 0.0  # paid before the first period
    recovery_from: float = 0.10  # certified share of the contract at which recovery begins
    recovery_rate: float = 0.25  # of each certificate
    retention_cap: float = 1.0  # share of the contract that is withheld at most
    tax: float = 0.0  # value added tax on both ways, settled a period later


@dataclass(frozen=True)
class CostClass:
    """How costs of a kind are paid."""

    code: str
    lag: int = 0  # periods from cost to payment
    down_payment: float = 0.0  # share of the whole paid with the first cost, set off evenly
    retention: float = 0.0  # share withheld from each payment, released as the contract's is


@dataclass(frozen=True)
class Cash:
    """Columns by period. `balance` is the running sum of cash in less cash out."""

    cash_in: Numbers
    cash_out: Numbers
    balance: Numbers
    recovered: Numbers = field(default_factory=lambda: np.zeros(0))
    retained: Numbers = field(default_factory=lambda: np.zeros(0))

    @property
    def peak_need(self) -> tuple[float, int]:
        """The lowest balance and its period."""
        row = int(self.balance.argmin())
        return float(self.balance[row]), row


def advance_recovery(certificates: Numbers, terms: Terms) -> Numbers:
    """What each certificate pays back of the advance.

    After FIDIC 1999 14.2: recovery begins once certified work has passed `recovery_from` of the
    accepted amount, at `recovery_rate` of each certificate until the advance is repaid.
    """
    certified = np.cumsum(certificates)
    owed = terms.advance
    paid = np.zeros(certificates.size)
    for row, amount in enumerate(certificates.tolist()):
        if owed > 0 and certified[row] > terms.recovery_from * terms.contract + 1e-9:
            paid[row] = min(owed, terms.recovery_rate * amount)
            owed -= paid[row]
    return paid


def withheld(certificates: Numbers, terms: Terms) -> Numbers:
    """Retention of each certificate: a share of it until the cap is reached."""
    most = terms.retention_cap * terms.contract
    held = np.minimum(np.cumsum(certificates * terms.retention), most)
    return np.asarray(np.diff(held, prepend=0.0))


def payments(
    costs: Numbers, kind: CostClass, periods: int, releases: tuple[tuple[int, float], ...] = ()
) -> Numbers:
    """When costs of a class are paid, by period; the sum is that of the costs.

    Payments that would fall after the last period are made in it.
    """
    paid = np.zeros(periods)
    total = float(costs.sum())
    borne = np.flatnonzero(costs)
    first = min(int(borne[0]), periods - 1) if borne.size else 0
    paid[first] += kind.down_payment * total
    share = (1.0 - kind.down_payment) * (1.0 - kind.retention)
    due = np.minimum(np.arange(costs.size) + kind.lag, periods - 1)
    np.add.at(paid, due, costs * share)
    held = total * (1.0 - kind.down_payment) * kind.retention
    given = 0.0
    for period, part in releases:
        paid[min(period, periods - 1)] += part * held
        given += part
    paid[-1] += (1.0 - given) * held
    return paid


def settled_tax(cash_in: Numbers, cash_out: Numbers, rate: float) -> tuple[Numbers, Numbers]:
    """Cash (in, out) with tax on both ways; what was collected less what was paid is settled.

    It goes out a period later, that of the last period in the last: tax is worth nothing in sum.
    """
    owed = rate * (cash_in - cash_out)
    later = np.concatenate(([0.0], owed[:-1]))
    later[-1] += owed[-1]
    return cash_in * (1.0 + rate), cash_out * (1.0 + rate) + later


def financing(balance: Numbers, rate: float) -> Numbers:
    """Interest of each period on the balance below zero at its beginning, interest included.

    `rate` is for one period. Interest is above zero and comes on top of cash out.
    """
    owed, interest = 0.0, np.zeros(balance.size)
    for row in range(1, balance.size):
        overdraft = max(-(float(balance[row - 1]) - owed), 0.0)
        interest[row] = overdraft * rate
        owed += float(interest[row])
    return interest


def cash_flow(certificates: Numbers, costs: Numbers, terms: Terms, periods: int) -> Cash:
    """Cash of certified work and of its costs over `periods` periods.

    A certificate less retention and recovery is paid `lag` periods later; retention comes back
    by `releases`. The advance is not part of the balance before period 0: it is added there.
    Raises ModelError when payments fall outside the periods.
    """
    if certificates.size + terms.lag > periods or costs.size > periods:
        raise ModelError(f"{periods} periods do not hold all payments", "", "Use more periods.")
    if any(not 0 <= period < periods for period, _ in terms.releases):
        raise ModelError("retention is released outside the periods", "", "Use more periods.")
    recovered = advance_recovery(certificates, terms)
    retained = withheld(certificates, terms)
    cash_in = np.zeros(periods)
    cash_in[0] += terms.advance
    cash_in[terms.lag : terms.lag + certificates.size] += certificates - retained - recovered
    for period, share in terms.releases:
        cash_in[period] += share * float(retained.sum())
    cash_out = np.zeros(periods)
    cash_out[: costs.size] = costs
    if terms.tax:
        cash_in, cash_out = settled_tax(cash_in, cash_out, terms.tax)
    return Cash(cash_in, cash_out, np.cumsum(cash_in - cash_out), recovered, retained)
