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
    retained = certificates * terms.retention
    cash_in = np.zeros(periods)
    cash_in[0] += terms.advance
    cash_in[terms.lag : terms.lag + certificates.size] += certificates - retained - recovered
    for period, share in terms.releases:
        cash_in[period] += share * float(retained.sum())
    cash_out = np.zeros(periods)
    cash_out[: costs.size] = costs
    return Cash(cash_in, cash_out, np.cumsum(cash_in - cash_out), recovered, retained)
