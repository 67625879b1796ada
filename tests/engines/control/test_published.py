"""Indices, forecasts and earned schedule against published numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planbench.engines.control.earned_schedule import earned_schedule
from planbench.engines.control.indices import (
    Values,
    cost_forecasts,
    duration_forecasts,
    implausible,
    ratio,
    recent_cpi,
)

# the eleven-week example of the earned schedule literature
PV = [5, 10, 25, 55, 85, 120, 130, 140, 150, 150, 150]
EV = [10 / 3, 20 / 3, 10, 22.5, 70, 82.5, 90, 120, 130, 140, 150]
ES = ["0.67", "1.33", "2.00", "2.83", "4.50", "4.92", "5.14", "6.00", "7.00", "8.00", "9.00"]
SPI_T = ["0.67", "0.67", "0.67", "0.71", "0.90", "0.82", "0.73", "0.75", "0.78", "0.80", "0.82"]
ES2 = [
    "13.50",
    "13.50",
    "13.50",
    "12.71",
    "10.00",
    "10.98",
    "12.25",
    "12.00",
    "11.57",
    "11.25",
    "11.00",
]

COSTS = {
    "1": "EAC (PF=1)",
    "CPI": "EAC (PF=CPI)",
    "SPI": "EAC (PF=SPI)",
    "SPI(t)": "EAC (PF=SPI(t))",
    "SCI": "EAC (PF=SCI)",
    "SCI(t)": "EAC (PF=SCI(t))",
    "0.8 CPI + 0.2 SPI": "EAC (PF=0.8*CPI+0.2*SPI)",
    "0.8 CPI + 0.2 SPI(t)": "EAC (PF=0.8*CPI+0.2*SPI(t))",
}
TIMES = {
    "PV1": "EAC(t)-PV (PF=1)",
    "PV2": "EAC(t)-PV (PF=SPI)",
    "PV3": "EAC(t)-PV (PF=SCI)",
    "ED1": "EAC(t)-ED (PF=1)",
    "ED2": "EAC(t)-ED (PF=SPI)",
    "ED3": "EAC(t)-ED (PF=SCI)",
    "ES1": "EAC(t)-ES (PF=1)",
    "ES2": "EAC(t)-ES (PF=SPI(t))",
    "ES3": "EAC(t)-ES (PF=SCI(t))",
}


@pytest.mark.parametrize("week", range(1, 12))
def test_eleven_weeks(week: int) -> None:
    earned = earned_schedule(PV, EV[week - 1], week)
    assert f"{earned:.2f}" == ES[week - 1]
    assert f"{earned / week:.2f}" == SPI_T[week - 1]
    values = Values(150, PV[week - 1], EV[week - 1], 1.0)
    forecast = duration_forecasts(values, 9, week, earned)["ES2"]
    assert f"{forecast:.2f}" == ES2[week - 1]


def test_schedule_variance_in_money_ends_at_nothing_and_in_time_does_not() -> None:
    assert Values(150, PV[-1], EV[-1], 0).sv == 0
    assert earned_schedule(PV, EV[-1], 11) - 11 == -2


def test_a_standstill_of_the_plan_counts_to_its_end() -> None:
    assert earned_schedule([10, 10, 10, 20], 10, 1) == 1  # on plan
    assert earned_schedule([10, 10, 10, 20], 10, 4) == 3  # late


@pytest.fixture(scope="module")
def building(shared: Path) -> dict[str, Any]:
    path = shared / "oracles" / "earned-schedule-C2011-12.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("row", range(8))
def test_all_forecasts_of_a_real_building(building: dict[str, Any], row: int) -> None:
    told, planned = building["rows"][row], float(building["PD_h"])
    values = Values(building["BAC"], told["PV"], told["EV"], told["AC"])
    # the published forecasts rest on the published ES, whole hours rounded down
    spi_t = ratio(told["ES_h"], told["AT_h"])
    assert spi_t == pytest.approx(float(told["SPIt"].rstrip("%")) / 100, abs=0.0051)
    times = duration_forecasts(values, planned, told["AT_h"], told["ES_h"])
    assert len(times) == 9
    for name, column in TIMES.items():
        assert times[name] == pytest.approx(told[column], abs=1.0), name
    for name, forecast in cost_forecasts(values, spi_t).items():
        assert forecast == pytest.approx(told[COSTS[name]], abs=1.0), name


def test_classroom_set() -> None:
    values = Values(500, 300, 200, 250)
    assert (values.cv, values.sv, values.cpi) == (-50, -100, 0.8)
    assert f"{values.spi:.2f}" == "0.67"
    assert cost_forecasts(values, None)["CPI"] == 625
    assert values.tcpi_bac == pytest.approx(300 / 250)


def test_a_division_by_nothing_is_none() -> None:
    nothing = Values()
    assert (nothing.cpi, nothing.spi, nothing.sci, nothing.planned) == (None,) * 4
    assert nothing.tcpi_bac is None  # the budget is exhausted
    assert duration_forecasts(Values(100, 0, 0, 0), 10, 0, 0)["PV2"] is None


def test_figures_that_do_not_fit_are_told() -> None:
    assert implausible(Values(100, 50, 120, 60), None) == ["More is earned than was budgeted."]
    assert len(implausible(Values(100, 50, 0, 60), 50)) == 2
    assert implausible(Values(100, 50, 50, 50), 100) == []


def test_cpi_of_the_last_periods() -> None:
    assert recent_cpi([10, 20, 40], [10, 25, 50], 1) == 20 / 25
    assert recent_cpi([10, 20, 40], [10, 25, 50], 3) is None
