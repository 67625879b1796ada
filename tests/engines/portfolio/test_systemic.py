from __future__ import annotations

from math import comb

import pytest

from planbench.engines.portfolio import systemic as sy
from planbench.engines.portfolio.register import Delay


def _events(supplier: str, late: int, total: int, projects: int, periods: int = 4) -> list[Delay]:
    made = []
    for k in range(total):
        is_late = (k * late) % total < late  # spread evenly
        made.append(
            Delay(
                f"{supplier}{k}",
                f"P{k % projects}",
                supplier,
                "steel",
                f"2026Q{k * periods // total + 1}",
                "FAT",
                "CAP" if is_late else "",
                "",
                "",
                10.0 if is_late else 0.0,
                is_late,
                100.0 if is_late else 0.0,
            )
        )
    assert sum(event.late for event in made) == late
    return made


def _fisher_by_counting(a: int, n: int, b: int, m: int) -> float:
    whole = comb(n + m, a + b)
    top = min(n, a + b)
    return sum(comb(n, k) * comb(m, a + b - k) for k in range(a, top + 1)) / whole


def test_the_chronic_supplier_is_flagged_and_the_small_one_is_not() -> None:
    events = _events("bad", 18, 24, 4) + _events("rest", 30, 100, 5) + _events("few", 2, 3, 2)
    # without the three of the small one the published figures
    alone = {level.name: level for level in sy.late_levels(events[:124], "supplier")}
    bad = alone["bad"]
    assert bad.ratio == pytest.approx(2.5)
    assert bad.p == pytest.approx(7.1e-5, rel=0.01)
    assert bad.systemic
    assert bad.chronic
    found = {level.name: level for level in sy.late_levels(events, "supplier")}
    assert found["bad"].systemic
    assert not found["few"].systemic
    assert found["few"].p is None
    assert sy.late_levels(events, "supplier")[0].name == "bad"


def test_fishers_test_is_what_counting_all_tables_gives() -> None:
    for a, n, b, m in [(18, 24, 30, 100), (3, 4, 1, 4), (0, 5, 3, 9), (5, 5, 0, 7), (2, 8, 6, 9)]:
        assert sy.fisher_greater(a, n, b, m) == pytest.approx(_fisher_by_counting(a, n, b, m))


def test_lateness_in_a_single_project_is_no_systemic_problem() -> None:
    events = _events("local", 10, 10, 1) + _events("rest", 5, 60, 4)
    local = {level.name: level for level in sy.late_levels(events, "supplier")}["local"]
    assert local.p is None
    assert not local.systemic
    assert not local.chronic


def test_false_discoveries_are_held_down_as_published() -> None:
    # Benjamini and Hochberg (1995), 15 p-values: at 0.05 exactly four are rejected
    values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    values += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    q = sy.false_discovery_rates(values)
    assert sum(one <= 0.05 for one in q) == 4
    assert sy.false_discovery_rates(values[::-1]) == q[::-1]
    assert sy.false_discovery_rates([]) == ()


def test_a_trend_and_shrinkage_and_what_it_costs() -> None:
    events = _events("x", 0, 10, 2, 2) + _events("y", 10, 10, 2, 2)
    by_name = {level.name: level for level in sy.late_levels(events, "supplier")}
    assert by_name["y"].smoothed == pytest.approx((10 + 8 * 0.5) / 18)
    assert by_name["y"].ratio is None
    assert by_name["y"].trend == 0.0
    assert sy.pareto(events, "cause") == (("CAP", 1000.0, 1.0),)
    cells = {(c.level, c.project): (c.events, c.late) for c in sy.heat_cells(events, "supplier")}
    assert cells["y", "P0"] == (5, 5)
    with pytest.raises(ValueError, match="no factor"):
        sy.late_levels(events, "weather")
    causes = sy.late_levels(events, "cause")
    assert [level.p for level in causes] == [None]
