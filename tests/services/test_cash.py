"""Cash of the sample: nothing is lost on the way, and terms and scenarios do what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.services.cash import (
    CashReport,
    Payment,
    Scenario,
    cash_report,
    keep_payment,
    payment_of,
    sample_payment,
    scenarios_of,
)
from planbench.services.control import ControlReport, library_report
from planbench.services.cost import table
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate

Case = tuple[Document, Library, ControlReport]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("cash")
    with Library.open(folder / "l.planbench", Recents(folder / "r.json")) as library:
        ensure_sample(library)
        document = library.open_update(library.projects()[0].updates[-1].id)
        recalculate(document)
        yield document, library, library_report(document, library)


def cash_of(case: Case, payment: Payment, scenario: Scenario | None = None) -> CashReport:
    document, library, report = case
    return cash_report(document, library, report, payment, scenario or Scenario("Forecast"))


def test_all_of_the_price_comes_in_and_all_of_the_cost_goes_out(case: Case) -> None:
    document, library, report = case
    payment = payment_of(library, document.library_project)
    assert payment == sample_payment()[0]
    for scenario in scenarios_of(library, document.library_project):
        cash = cash_of(case, payment, scenario)
        assert cash.cash.cash_in.sum() == pytest.approx(1_248_000_000.00, abs=0.01)
        assert cash.cash.cash_out.sum() == pytest.approx(report.eac, abs=0.01)
        assert cash.certified[: cash.now].sum() * 1_148.6 / 1_248 == pytest.approx(
            report.measured.values.ev, abs=60e6
        )


def test_past_cost_is_that_of_the_ledger(case: Case) -> None:
    cash = cash_of(case, sample_payment()[0])
    for month in ("2024-09", "2025-12", "2026-08"):
        row = [cash.month(row) for row in range(cash.now)].index(month)
        told = sum(
            float(one["amount_eur"])
            for one in table("ledger.csv")
            if one["month"] == month and one["cbs_code"] != "9.9"
        )
        assert cash.cost[row] == pytest.approx(told, abs=0.01)
    assert len(cash.remarks) == 1  # only earned value had to be shared out


def test_earned_value_is_met_at_every_update(case: Case) -> None:
    cash = cash_of(case, Payment())
    ends = np.cumsum(cash.certified)
    for point in case[2].history[:-1]:
        row = int(np.searchsorted(cash.months, point.data_date))
        assert ends[row] == pytest.approx(point.values.ev, abs=0.01)


def test_without_terms_cash_is_value_and_cost_a_month_later(case: Case) -> None:
    cash = cash_of(case, Payment(days=0, classes=()))
    assert cash.cash.cash_in == pytest.approx(cash.certified)
    assert cash.cash.cash_out[1:-1] == pytest.approx(cash.cost[:-2])  # 30 days where none are told


def test_a_delay_moves_money_and_loses_none(case: Case) -> None:
    payment = sample_payment()[0]
    plain = cash_of(case, payment)
    late = cash_of(case, payment, Scenario("Late by a year", delay=365))
    middle = [
        float((np.arange(one.cost.size) * one.cost).sum() / one.cost.sum()) for one in (plain, late)
    ]
    assert middle[1] - middle[0] > 6.0  # the 60 % that remain, a year later
    assert late.cost.sum() == pytest.approx(plain.cost.sum(), abs=0.01)


def test_an_overdraft_costs_interest(case: Case) -> None:
    payment = replace(sample_payment()[0], advance=0.0, days=90)
    free, dear = cash_of(case, replace(payment, interest=0.0)), cash_of(case, payment)
    assert free.peak[0] < 0
    assert dear.interest.sum() > 0
    assert dear.balance[-1] == pytest.approx(free.balance[-1] - dear.interest.sum())


def test_terms_that_cannot_be_are_refused(case: Case) -> None:
    document, library, _ = case
    assert document.library_project is not None
    with pytest.raises(ModelError, match="shares"):
        keep_payment(library, document.library_project, Payment(retention=5.0))
