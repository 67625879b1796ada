"""Ledgers of different layouts, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from planbench.domain.errors import ImportRefused, ModelError
from planbench.engines.control.fiscal import DATE, FiscalCalendar
from planbench.engines.control.ledger import Rate
from planbench.exchange.ledger.reader import guessed_map, postings
from planbench.exchange.tables.sheets import Cell, Grid, read_csv


def one(amount: Cell = "1.5", period: Cell = "2026-09", **more: Cell) -> Grid:
    return Grid("l", ("Month", "CBS", "Amount", *more), [(period, "1.1", amount, *more.values())])


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1234.56", 1234.56),
        ("1,234.56", 1234.56),
        ("1.234,56", 1234.56),
        ("1 234 567,8", 1234567.8),
        ("1,234,567", 1234567.0),
        ("12,5", 12.5),
        ("250.00-", -250.0),
        ("-3", -3.0),
        (7, 7.0),
    ],
)
def test_amounts(written: Cell, amount: float) -> None:
    grid = one(written)
    assert postings(grid, guessed_map(grid.titles), "EUR", ())[0].amount == amount


@pytest.mark.parametrize("written", ["1,234", "12 34", "a", "nan", "inf"])
def test_amounts_that_could_be_anything_are_refused(written: str) -> None:
    grid = one(written)
    with pytest.raises(ImportRefused, match="row 2"):
        postings(grid, guessed_map(grid.titles), "EUR", ())


@pytest.mark.parametrize(
    "written", ["2026-09", "2026-09-30", "2026/9", "30.09.2026", "09.2026", dt.datetime(2026, 9, 1)]
)
def test_periods(written: Cell) -> None:
    grid = one(1, written)
    assert postings(grid, guessed_map(grid.titles), "EUR", ())[0].period == "2026-09"


def test_other_currencies_are_converted() -> None:
    grid = one(10, Currency="USD")
    columns = guessed_map(grid.titles)
    rates = (Rate("USD", 0.9), Rate("USD", 0.8, "2026-09-15"))
    assert postings(grid, columns, "EUR", rates)[0].amount == 8.0  # that of the period's last day
    early, late = one(10, "2026-09-14", Currency="usd"), one(10, "2026-09-15", Currency="usd")
    assert postings(early, columns, "EUR", rates)[0].amount == 9.0
    assert postings(late, columns, "EUR", rates)[0].amount == 8.0
    with pytest.raises(ModelError, match=r"row 2: there is no rate for USD on 2026-09-14"):
        postings(early, columns, "EUR", rates[1:])
    with pytest.raises(ModelError, match="no rate"):
        postings(grid, columns, "EUR", ())


def test_a_ledger_with_its_own_titles() -> None:
    titles = "Posting date;WBS element;Cost element;Document type;Net amount"
    text = f"{titles}\n30.09.2026;N.1;1.1;Accrual;5\n"
    grid = read_csv(text.encode(), "sap.csv")
    found = postings(grid, guessed_map(grid.titles), "EUR", ())
    assert [(p.period, p.wbs, p.account, p.type, p.amount) for p in found] == [
        ("2026-09", "N.1", "1.1", "accrual", 5.0)
    ]


def test_needed_columns_are_named() -> None:
    with pytest.raises(ImportRefused, match="no column is chosen for amount"):
        postings(one(), {"period": "Month", "account": "CBS"}, "EUR", ())
    with pytest.raises(ImportRefused, match="no column “X”"):
        postings(one(), {"period": "X", "account": "CBS", "amount": "Amount"}, "EUR", ())


def test_a_date_goes_to_the_fiscal_period_it_lies_in() -> None:
    fiscal = FiscalCalendar(rule=DATE, day=25)
    for written, period in (
        ("2026-09-25", "2026-09"),
        ("26.09.2026", "2026-10"),
        ("2026-12-26", "2027-01"),
        ("2026-09", "2026-09"),  # named, not dated
    ):
        grid = one(1, written)
        assert postings(grid, guessed_map(grid.titles), "EUR", (), fiscal)[0].period == period
    grid = one(1, "2026-02-30")
    with pytest.raises(ImportRefused, match="no period"):
        postings(grid, guessed_map(grid.titles), "EUR", ())
