from __future__ import annotations

import datetime as dt

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.portfolio import finance as fi

BOOK = [-1000.0, 300.0, 400.0, 500.0, 200.0]


def test_rates_of_return_that_others_publish() -> None:
    # numpy-financial's manual
    flows = [-250_000.0, 100_000, 150_000, 200_000, 250_000, 300_000]
    assert fi.irr(flows) == (pytest.approx(0.5672303344, abs=1e-9),)
    assert fi.irr([-100.0, 39, 59, 55, 20]) == (pytest.approx(0.2809484, abs=1e-7),)
    assert fi.npv(0.281, [-100.0, 39, 59, 55, 20]) == pytest.approx(-0.00847859, abs=1e-7)


def test_a_case_worked_by_hand() -> None:
    assert fi.npv(0.10, BOOK) == pytest.approx(115.566, abs=5e-4)
    assert fi.profitability_index(0.10, BOOK) == pytest.approx(1.1156, abs=5e-5)
    assert fi.irr(BOOK) == (pytest.approx(0.15322, abs=5e-6),)
    assert fi.payback(BOOK) == pytest.approx(2.6)
    assert fi.payback(BOOK, 0.10) == pytest.approx(3.154, abs=5e-4)


def test_two_changes_of_sign_have_two_rates_and_none_is_hidden() -> None:
    flows = [-1600.0, 10_000, -10_000]
    assert fi.sign_changes(flows) == 2
    assert fi.irr(flows) == (pytest.approx(0.25), pytest.approx(4.0))
    assert fi.irr([100.0, 200.0]) == ()
    assert fi.irr([]) == ()
    assert fi.irr([-100.0, 0.0, 0.0]) == ()


def test_every_rate_of_return_makes_the_present_value_zero() -> None:
    for flows in ([-100.0, 30, 30, 60], [-50.0, 120, -70.5, 3], [0.0, -100.0, 0.0, 130.0]):
        rates = fi.irr(flows)
        assert rates
        for rate in rates:
            assert fi.npv(rate, flows) == pytest.approx(0.0, abs=1e-6)


def test_the_modified_rate_as_spreadsheets_give_it() -> None:
    # the published example of the spreadsheet function: 12.61 % and 13.48 %
    flows = [-120_000.0, 39_000, 30_000, 21_000, 37_000, 46_000]
    assert fi.mirr(flows, 0.10, 0.12) == pytest.approx(0.126094, abs=1e-6)
    assert fi.mirr(flows, 0.10, 0.14) == pytest.approx(0.134759, abs=1e-6)
    assert fi.mirr([1.0, 2.0], 0.1, 0.1) is None


def test_dated_flows_as_spreadsheets_value_them() -> None:
    dates = [
        dt.date(2008, 1, 1),
        dt.date(2008, 3, 1),
        dt.date(2008, 10, 30),
        dt.date(2009, 2, 15),
        dt.date(2009, 4, 1),
    ]
    flows = [-10_000.0, 2_750, 4_250, 3_250, 2_750]
    assert fi.xnpv(0.09, flows, dates) == pytest.approx(2086.6476, abs=5e-4)
    assert fi.xirr(flows, dates) == (pytest.approx(0.373362535, abs=1e-8),)


def test_payback_counts_the_last_crossing() -> None:
    assert fi.payback([-10.0, 5.0, 4.0]) is None
    assert fi.payback([0.0, 5.0]) == 0.0
    assert fi.payback([-10.0, 20.0, -15.0, 10.0]) == pytest.approx(2.5)


def test_ratios_and_annuities() -> None:
    assert fi.roi([0, 60, 60], [100, 0, 0]) == pytest.approx(0.2)
    assert fi.benefit_cost_ratio([0, 110], [50, 55], 0.10) == pytest.approx(1.0)
    assert fi.benefit_cost_ratio([1], [0]) is None
    assert fi.profitability_index(0.1, [5.0]) is None
    annuity = fi.equivalent_annuity(0.10, BOOK)
    assert annuity is not None
    assert fi.npv(0.10, [0.0, *[annuity] * 4]) == pytest.approx(fi.npv(0.10, BOOK))
    assert fi.equivalent_annuity(0.0, [-10.0, 6.0, 6.0]) == pytest.approx(1.0)
    assert fi.npv_mid_period(0.21, [110.0]) == pytest.approx(100.0)


def test_stage_gates_are_folded_back_and_may_be_left() -> None:
    # expected commercial value by hand: ((500*0.6 - 80)*0.5 - 20) at no interest
    stages = [fi.Stage(0, 20.0, 0.5), fi.Stage(0, 80.0, 0.6)]
    found = fi.staged_value(stages, 500.0, 0.0)
    assert found.value == pytest.approx(90.0)
    assert found.committed == pytest.approx(90.0)
    assert found.stop_after is None
    poor = fi.staged_value(stages, 100.0, 0.0)
    assert poor.committed == pytest.approx((100 * 0.6 - 80) * 0.5 - 20)
    assert poor.value == 0.0
    assert poor.stop_after == 0
    with pytest.raises(ModelError):
        fi.staged_value([fi.Stage(0, 1.0, 1.2)], 5.0, 0.1)


def test_risk_lowers_the_value_in_each_variant() -> None:
    assert fi.with_premium(BOOK, 0.10, 0.04) == pytest.approx(fi.npv(0.14, BOOK))
    assert fi.certainty_equivalent([8.0, 10.0, 12.0], 0.5) == pytest.approx(9.0)
    with pytest.raises(ModelError):
        fi.npv(-1.0, BOOK)
