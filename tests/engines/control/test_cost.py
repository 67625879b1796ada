"""Budget frame, reserves, control accounts and ledger against hand-made cases and identities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.errors import ModelError
from planbench.engines.control import budget, ledger
from planbench.engines.control.accounts import (
    Matrix,
    ancestors_at,
    drift,
    misfits,
    repeated_items,
)
from planbench.engines.control.budget import BudgetChange, ReserveMove, budget_frame, reserve_of
from planbench.engines.control.cash import (
    CostClass,
    Terms,
    financing,
    payments,
    settled_tax,
    withheld,
)
from planbench.engines.control.indices import Values
from planbench.engines.control.ledger import Commitment, Posting, agreement, merged


def move(source: str, target: str, amount: float, date: str = "2026-01-31") -> BudgetChange:
    return BudgetChange(date, "C", source, target, amount, "agreed")


LOG = [
    move("contract", "baseline", 100.0),
    move("contract", "reserve", 12.0),
    move("baseline", "undistributed", 10.0),
    move("undistributed", "accounts", 4.0),
    move("reserve", "accounts", 2.0, "2026-03-31"),
    move("over-target", "baseline", 5.0, "2026-04-30"),
]


def test_identities_of_the_budget_hold_at_every_date() -> None:
    # accounts by hand: 100 - 10 = 90, + 4, + 2, + 5 of the over-target baseline
    for until, accounts, reserve in (
        ("2026-02-28", 94.0, 12.0),
        ("2026-03-31", 96.0, 10.0),
        ("", 101.0, 10.0),
    ):
        frame = budget_frame(LOG, accounts, until)
        assert frame.contract == 112.0
        assert frame.reserve == reserve
        assert frame.undistributed == 6.0
        assert set(frame.gaps.values()) == {0.0}
    assert budget_frame(LOG, 101.0).total == 117.0
    assert budget_frame(LOG, 100.0).gaps["PMB = accounts + undistributed"] == 1.0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(budget.POTS),
            st.sampled_from(budget.POTS),
            st.integers(1, 10**9),
        ).filter(lambda one: one[0] != one[1]),
        max_size=20,
    )
)
@settings(max_examples=60, deadline=None)
def test_total_allocated_budget_is_baseline_and_reserve(moves: list[tuple[str, str, int]]) -> None:
    log = [move(source, target, float(amount)) for source, target, amount in moves]
    frame = budget_frame(log, 0.0)
    assert frame.total == frame.baseline + frame.reserve


@pytest.mark.parametrize(
    "wrong",
    [
        move("somewhere", "baseline", 1),
        move("reserve", "reserve", 1),
        move("reserve", "baseline", 0),
        replace(move("reserve", "baseline", 1), reason=" "),
    ],
)
def test_changes_without_sense_are_refused(wrong: BudgetChange) -> None:
    with pytest.raises(ModelError):
        budget_frame([wrong], 0.0)


def test_a_reserve_is_opening_and_additions_less_drawdowns() -> None:
    moves = [
        ReserveMove("2026-02-01", "drawdown", 30.0, "R-1"),
        ReserveMove("2026-01-01", "opening", 100.0),
        ReserveMove("2026-03-01", "return", 5.5),
        ReserveMove("2026-04-01", "addition", 4.5),
    ]
    found = reserve_of(moves)
    assert found.remaining == (100.0, 70.0, 75.5, 80.0)
    sums = found.sums()
    assert sums["opening"] + sums["addition"] + sums["return"] - sums["drawdown"] == found.left
    with pytest.raises(ModelError, match="more is drawn"):
        reserve_of([*moves, ReserveMove("2026-05-01", "drawdown", 80.01)])


def test_orphans_and_double_counts() -> None:
    parent = np.array([-1, 0, 0, -1], dtype=np.int32)  # accounts 1 and 2 below 0
    found = Matrix(
        (0, 1, 1, -1, 0, 1),
        (1, 0, 2, 2, -1, 3),
        (
            Values(10, 0, 0, 5),
            Values(20, 0, 0, 0),
            Values(5, 0, 0, 0),
            Values(7, 0, 0, 0),
            Values(3, 0, 0, 0),
            Values(0, 0, 0, 9),
        ),
    )
    told = [
        (one.kind, one.subject, one.amount)
        for one in misfits(found, ["W0", "W1"], ["A", "A1", "A2", "B"], parent)
    ]
    assert told == [
        ("orphan", "A2", 7),
        ("orphan", "W0", 3),
        ("orphan", "W1 / B", 9),
        ("double", "A", 20),
    ]


def test_the_same_item_twice_is_told_once() -> None:
    rows = np.array([0, 0, 1, 0], dtype=np.int32)
    accounts = np.array([1, 1, 1, 1], dtype=np.int32)
    told = repeated_items(rows, accounts, np.array([5.0, 5, 5, 6]), ["x"] * 4, ["A", "B"])
    assert [(one.subject, one.amount) for one in told] == [("A", 5.0)]


def test_control_accounts_are_the_ancestors_at_a_level() -> None:
    parent = np.array([-1, 0, 1, 2, 0], dtype=np.int32)
    assert ancestors_at(parent, 1).tolist() == [0, 1, 1, 1, 4]


def test_drift_of_shares() -> None:
    moved = drift([("A", 50.0), ("B", 50.0)], [("A", 60.0), ("B", 20.0), ("C", 20.0)])
    assert moved == pytest.approx({"A": 0.1, "B": -0.3, "C": 0.2})


def posting(period: str, amount: float, kind: str = "invoice", account: str = "A") -> Posting:
    return Posting(period, "W", account, kind, amount)


def test_a_locked_period_comes_again_only_unchanged() -> None:
    held = {"2026-08": [posting("2026-08", 5), posting("2026-08", 6)]}
    new = [posting("2026-08", 6), posting("2026-08", 5), posting("2026-09", 1)]
    assert list(merged(held, new, "2026-08")) == ["2026-09"]
    assert list(merged(held, new)) == ["2026-08", "2026-09"]
    with pytest.raises(ModelError, match="2026-08 is locked"):
        merged(held, [posting("2026-08", 7)], "2026-08")
    with pytest.raises(ModelError, match="locked"):
        merged({}, [posting("2026-08", 7)], "2026-08")


def test_agreement_with_the_schedule() -> None:
    postings = [
        posting("2026-08", 100),
        posting("2026-08", 20, "accrual"),
        posting("2026-09", -20, "accrual reversal"),
        posting("2026-09", 22),
        posting("2026-09", 3, account="9.9"),
        posting("2026-10", 50),
    ]
    found = agreement(postings, ["A"], 122.0, "2026-09")
    assert (found.total, found.allocated, found.unallocated) == (125.0, 122.0, 3.0)
    assert (found.open_accruals, found.gap) == (0.0, 0.0)
    assert agreement(postings, ["A"], 122.0, "2026-08").gap == -2.0


def test_money_of_another_currency_needs_a_rate() -> None:
    rates = [ledger.Rate("USD", 0.8, "2026-07-01"), ledger.Rate("USD", 0.9)]
    assert ledger.converted(10.0, "USD", "EUR", rates, "2026-06-30") == 9.0
    assert ledger.converted(10.0, "USD", "EUR", rates, "2026-07-01") == 8.0
    assert ledger.converted(10.0, "EUR", "EUR", (), "2026-07-01") == 10.0
    with pytest.raises(ModelError, match="no rate for GBP"):
        ledger.converted(10.0, "GBP", "EUR", rates, "2026-07-01")
    with pytest.raises(ModelError, match="no rate for USD on 2026-06-30"):
        ledger.converted(10.0, "USD", "EUR", rates[:1], "2026-06-30")


def test_open_commitments() -> None:
    orders = [Commitment("PO-1", "S", "W", "A", 100.0), Commitment("PO-2", "S", "W", "A", 10.0)]
    charged = [
        replace(posting("2026-08", 40), order="PO-1"),
        replace(posting("2026-09", 12), order="PO-2"),
    ]
    assert ledger.open_commitments(orders, charged) == {"PO-1": (40.0, 60.0), "PO-2": (12.0, 0.0)}


def test_payments_of_a_class_sum_to_its_cost() -> None:
    costs = np.array([0.0, 100, 200, 100])
    kind = CostClass("3", lag=1, down_payment=0.1, retention=0.05)
    paid = payments(costs, kind, 7, ((4, 0.5), (6, 0.5)))
    # down payment 40 in period 1; then 0.9 x 0.95 of each cost a period later; 18 retained
    assert np.round(paid, 9).tolist() == [0, 40, 85.5, 171, 94.5, 0, 9]
    assert paid.sum() == pytest.approx(400)
    assert payments(costs, CostClass("x", lag=9), 5).tolist() == [0, 0, 0, 0, 400]


def test_retention_stops_at_its_cap() -> None:
    held = withheld(np.array([100.0, 100, 100]), Terms(300, retention=0.10, retention_cap=0.05))
    assert held.tolist() == [10.0, 5.0, 0.0]


def test_tax_is_settled_a_period_later() -> None:
    cash_in, cash_out = settled_tax(np.array([100.0, 0, 0]), np.array([0.0, 50, 0]), 0.2)
    assert cash_in.tolist() == [120.0, 0.0, 0.0]
    assert cash_out.tolist() == [0.0, 80.0, -10.0]
    assert cash_in.sum() - cash_out.sum() == 50.0


def test_interest_on_an_overdraft_bears_interest() -> None:
    interest = financing(np.array([-100.0, -100, 50, 50]), 0.01)
    assert interest.tolist() == pytest.approx([0.0, 1.0, 1.01, 0.0])
