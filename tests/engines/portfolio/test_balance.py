from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.engines.portfolio import balance as ba
from planbench.engines.portfolio.finance import certainty_equivalent
from planbench.engines.portfolio.register import Budget, Factor, Project, Register, Settings

Q1 = 4 * 2027


def _register(count: int, loading: float, **more: object) -> Register:
    projects = tuple(
        Project(
            f"P{k}",
            f"P{k}",
            capex={Q1: 100.0},
            benefits={2028: 150.0},
            fund="F",
            loadings={"F1": (loading, 0.0)},
            **more,  # type: ignore[arg-type]
        )
        for k in range(count)
    )
    return Register(
        Settings("2026-10-01", 0.05),
        projects,
        budgets=(Budget(2027, "F", 100.0 * count), Budget(2028, "F", 10.0)),
        factors=(Factor("F1", "Price", distribution="lognormal", sigma=0.2),),
    )


PLAN = {f"P{k}": 0 for k in range(10)}


def test_one_common_driver_alone_leaves_nothing_to_diversify() -> None:
    found = ba.simulate(_register(10, 1.0), PLAN, own_spread=0.0)
    assert found.diversification == pytest.approx(0.0, abs=1e-9)
    assert found.variance_by_driver["F1"] == pytest.approx(1.0, abs=0.05)  # first order
    # the total is lognormal: P80 = 1000 * exp(0.2 * 0.8416)
    assert found.cost_percentile(80) == pytest.approx(1000 * np.exp(0.2 * 0.8416), rel=0.01)
    year = found.years[0]
    assert year.probability_over == pytest.approx(0.5, abs=0.02)
    assert found.years[1].probability_over == 0.0
    assert found.probability_within(1000.0) == pytest.approx(0.5, abs=0.02)


def test_ten_projects_of_their_own_diversify_as_the_square_root_says() -> None:
    found = ba.simulate(_register(10, 0.0), PLAN, own_spread=0.1)
    # near normal: sum of P80 - P50 is 10 s z, of the sum sqrt(10) s z, besides the mean's shift
    assert found.diversification == pytest.approx(1 - 1 / np.sqrt(10), abs=0.08)
    assert sum(found.variance_by_project.values()) == pytest.approx(1.0)
    assert found.variance_by_driver["F1"] == pytest.approx(0.0, abs=0.02)


def test_a_projects_own_percentiles_come_back() -> None:
    register = _register(1, 1.0, cost_p10=90.0, cost_p50=105.0, cost_p90=160.0)
    found = ba.simulate(register, {"P0": 0})
    assert np.percentile(found.cost, [10, 50, 90]) == pytest.approx([90, 105, 160], rel=2e-3)
    bad = _register(1, 1.0, cost_p10=90.0, cost_p50=80.0, cost_p90=160.0)
    with pytest.raises(ModelError):
        ba.simulate(bad, {"P0": 0})


def test_own_percentiles_still_move_with_the_common_driver() -> None:
    given = {"cost_p10": 90.0, "cost_p50": 105.0, "cost_p90": 160.0}
    together = ba.simulate(_register(2, 1.0, **given), {"P0": 0, "P1": 0}, own_spread=0.01)
    apart = ba.simulate(_register(2, 0.0, **given), {"P0": 0, "P1": 0}, own_spread=0.1)
    assert (together.diversification or 0) < 0.05
    assert (apart.diversification or 0) > 0.10


def test_one_changed_driver_moves_every_project_that_is_mapped_and_no_other() -> None:
    register = _register(3, 1.0)
    lone = replace(register.projects[2], loadings={})
    register = replace(register, projects=(*register.projects[:2], lone))
    shocked = replace(
        register, factors=(replace(register.factors[0], shock_probability=1.0, shock_size=0.5),)
    )
    before = ba.draw(register.open_projects, register.factors)
    after = ba.draw(shocked.open_projects, shocked.factors)
    ratio = after.cost / before.cost
    assert ratio[:, :2] == pytest.approx(np.exp(0.5))
    assert ratio[:, 2] == pytest.approx(1.0)


def test_the_same_seed_gives_the_same_and_success_is_counted() -> None:
    register = _register(2, 0.5, p_success=0.3)
    one = ba.simulate(register, {"P0": 0, "P1": None})
    two = ba.simulate(register, {"P0": 0, "P1": None})
    assert np.array_equal(one.npv, two.npv)
    assert one.projects == ("P0",)
    drawn = ba.draw(register.open_projects, register.factors)
    assert drawn.success.mean() == pytest.approx(0.3, abs=0.02)
    assert not np.array_equal(ba.simulate(register, {"P0": 0}, seed=5).npv, one.npv)


def test_normal_drivers_change_cost_by_their_mean() -> None:
    factor = Factor("F", "x", mean=0.1, sigma=0.05)
    drawn = ba.draw_factor(factor, np.random.default_rng(1), 20_000)
    assert np.exp(drawn).mean() == pytest.approx(1.1, abs=2e-3)
    with pytest.raises(ModelError):
        ba.draw_factor(replace(factor, distribution="magic"), np.random.default_rng(1), 5)


def test_concentration_of_four_shares() -> None:
    found = ba.concentration({"a": 4.0, "b": 3.0, "c": 2.0, "d": 1.0, "none": 0.0})
    assert found is not None
    assert found.index == pytest.approx(0.30)
    assert found.effective == pytest.approx(3.33, abs=5e-3)
    assert found.normalised == pytest.approx((0.30 - 0.25) / 0.75)
    assert found.shares[0] == ("a", pytest.approx(0.4))
    assert ba.concentration({}) is None


def test_unknown_drivers_are_refused() -> None:
    register = _register(1, 1.0)
    with pytest.raises(ModelError, match="no driver"):
        ba.draw(register.projects, ())


def test_the_certainty_equivalent_is_mean_less_aversion_times_deviation_of_the_draws() -> None:
    register = _register(1, 0.5)
    name = register.projects[0].id
    found = ba.simulate(register, {name: 0})
    for aversion in (0.0, 0.5, 2.0):
        by_hand = certainty_equivalent(found.npv.tolist(), aversion)
        assert found.certain(name, aversion) == pytest.approx(by_hand)
    assert found.certain("another", 1.0) is None
    many = ba.simulate(_register(10, 0.0), {f"P{k}": 0 for k in range(10)})
    assert sum(many.npv_mean.values()) == pytest.approx(float(many.npv.mean()))
