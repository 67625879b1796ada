"""Cash against a published flow and one worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.engines.control.cash import Terms, cash_flow


def test_published_retention_case_to_the_cent() -> None:
    """Six equal months, 88 % cost, 5 % retention, a month's lag, halves back in months 7 and 9."""
    month = 1_000_000 / 6
    terms = Terms(1_000_000, retention=0.05, releases=((6, 0.5), (8, 0.5)), lag=1)
    cash = cash_flow(np.full(6, month), np.full(6, 0.88 * month), terms, 9)
    told = [-146666.67, -135000, -123333.33, -111666.67, -100000, -88333.33, 95000, 95000, 120000]
    assert np.round(cash.balance, 2).tolist() == told
    assert cash.peak_need == (pytest.approx(-146666.67, abs=0.005), 0)


def test_advance_is_recovered_from_a_quarter_of_each_certificate() -> None:
    work = np.array([50.0, 100, 150, 200, 200, 150, 100, 50])
    cash = cash_flow(work, np.zeros(8), Terms(1000, retention=0.05, advance=100), 8)
    assert cash.recovered.tolist() == [0, 25, 37.5, 37.5, 0, 0, 0, 0]
    nets = [47.5, 70, 105, 152.5, 190, 142.5, 95, 47.5]
    nets[0] += 100  # the advance itself
    assert np.round(cash.cash_in, 9).tolist() == nets


def test_payments_outside_the_periods_are_refused() -> None:
    with pytest.raises(ModelError, match="do not hold"):
        cash_flow(np.ones(3), np.ones(3), Terms(3, lag=1), 3)
    with pytest.raises(ModelError, match="retention"):
        cash_flow(np.ones(3), np.ones(3), Terms(3, releases=((3, 1.0),)), 3)
