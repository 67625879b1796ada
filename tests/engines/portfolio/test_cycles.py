"""Fiscal cycles, envelopes and re-phasing against counting day by day and by hand."""

from __future__ import annotations

import datetime as dt
import math
import random
from typing import Any

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.control.fiscal import FiscalCalendar
from planbench.engines.portfolio.cycles import (
    PERIODS,
    QUARTERS,
    YEARS,
    allotments,
    cycles,
    in_periods,
    month_parts,
    shifts,
)
from planbench.engines.portfolio.envelopes import Envelope, Request, Spend
from planbench.engines.portfolio.months import days_in, first_day, month
from planbench.engines.portfolio.quarters import quarter
from planbench.engines.portfolio.register import Budget, Fund, Project, Register, Settings
from planbench.engines.portfolio.selection import solve
from planbench.engines.portfolio.timing import Assumptions, build


def _register(**more: Any) -> Register:
    projects = (
        Project(
            "A",
            "Alpha",
            "running",
            "grid",
            bucket="core",
            fund="F",
            capex={quarter("2027Q1"): 30.0, quarter("2028Q1"): 50.0},
            benefits={2029: 500.0},
        ),
        Project(
            "B",
            "Beta",
            type="grid",
            bucket="new",
            fund="F",
            capex={quarter("2027Q2"): 20.0},
            benefits={2029: 90.0},
        ),
    )
    given: dict[str, Any] = {
        "settings": Settings("2027-01-01", 0.05),
        "projects": projects,
        "funds": (Fund("F", "Fund", ("grid",)), Fund("G", "Other", ("sea",))),
        "budgets": (Budget(2027, "F", 100.0, 50.0, 10.0), Budget(2028, "F", 80.0)),
    }
    return Register(**{**given, **more})


PLAN: dict[str, int | None] = {"A": 0, "B": 0}


@pytest.mark.parametrize("rule", ["calendar month", "4-4-5", "4-5-4", "5-4-4"])
@pytest.mark.parametrize("start", [1, 4, 7, 10])
def test_a_cost_curve_over_months_comes_back_in_fiscal_periods_without_residual(
    rule: str, start: int
) -> None:
    """PPM-41: every day of a month counts in one period, and nothing is lost or added."""
    dice, calendar = random.Random(start), FiscalCalendar(start, rule)
    amounts = {month("2026-11") + k: round(dice.uniform(-5, 90), 2) for k in range(40)}
    made = in_periods(amounts, calendar)
    assert math.fsum(made.values()) - math.fsum(amounts.values()) == pytest.approx(0, abs=1e-11)
    by_day: dict[int, float] = {}
    for number, amount in amounts.items():
        for k in range(days_in(number)):
            when = first_day(number) + dt.timedelta(days=k)
            period = month(calendar.period(when))
            by_day[period] = by_day.get(period, 0.0) + amount / days_in(number)
    assert made == pytest.approx(by_day, abs=1e-9)


def test_weeks_make_periods_of_28_and_35_days() -> None:
    calendar = FiscalCalendar(1, "4-4-5")
    days: dict[int, int] = {}
    for number in range(month("2026-06"), month("2029-06")):
        for period, count in month_parts(calendar, number):
            days[period] = days.get(period, 0) + count
    inner = [days[month(f"2028-{m:02}")] for m in range(1, 13)]
    assert inner[:11] == [28, 28, 35] * 3 + [28, 28]
    assert inner[11] in (35, 42)


def test_cycles_add_up_whatever_their_size_and_tell_what_is_left_of_the_year() -> None:
    spending = (Spend("A", month("2027-01"), 25.0, 12.0), Spend("A", month("2027-02"), 0.0, 3.0))
    requests = (Request("R1", "A", "F", 2027, 60.0, decision="approved"),)
    register = _register(spending=spending, requests=requests)
    for size in (YEARS, QUARTERS, PERIODS):
        found = cycles(register, PLAN, size)
        assert sum(one.spent for one in found) == pytest.approx(15.0)
        assert sum(one.committed for one in found) == pytest.approx(25.0)
        assert sum(one.forecast for one in found) == pytest.approx(100.0)
        last = [one for one in found if one.fiscal_year == 2027][-1]
        assert last.used == pytest.approx(15.0 + 30.0 + 20.0)
        assert last.left == pytest.approx(60.0 - 65.0)  # an overspend of what was approved
    (first, second) = cycles(register, PLAN)
    assert (first.name, second.name) == ("FY2027", "FY2028")
    assert second.left == pytest.approx(80.0 - 50.0)  # nothing approved: the budget


def test_approved_reserve_and_unallocated_are_the_envelope_of_each_period() -> None:
    """PPM-40, with carry-over of at most half of what was not reserved."""
    register = _register(
        envelopes=(Envelope(2027, "F", "core", 50.0, 5.0),),
        requests=(
            Request("R1", "A", "F", 2027, 30.0, decision="approved"),
            Request("R2", "B", "F", 2027, 20.0),
            Request("R3", "B", "F", 2027, 7.0, decision="refused"),
        ),
    )
    found = {(a.fiscal_year, a.category): a for a in allotments(register)}
    whole, core, after = found[2027, ""], found[2027, "core"], found[2028, ""]
    assert (whole.approved, whole.waiting, whole.unallocated) == (30.0, 20.0, 60.0)
    assert (core.approved, core.waiting, core.unallocated) == (30.0, 0.0, 15.0)
    assert after.carried == 45.0
    for one in found.values():
        assert one.approved + one.reserve + one.unallocated == one.amount + one.carried


def test_the_envelope_of_a_category_binds_as_trying_every_choice_says() -> None:
    for most in (10.0, 20.0, 60.0):
        register = _register(envelopes=(Envelope(2027, "F", "new", most),))
        chosen = solve(build(register, Assumptions())).chosen
        problem = build(register, Assumptions())
        names = {problem.options[n].item for n in chosen if problem.options[n].active}
        assert names == ({"A", "B"} if most >= 20.0 else {"A"})


def test_an_underspend_goes_where_the_project_lacks_it_and_the_target_has_room() -> None:
    requests = (
        Request("R1", "A", "F", 2027, 70.0, decision="approved"),
        Request("R2", "A", "F", 2028, 20.0, decision="approved"),
    )
    (found,) = shifts(_register(requests=requests), PLAN, carry_over=False)
    assert (found.project, found.source, found.target) == ("A", 2027, 2028)
    assert found.amount == pytest.approx(30.0)  # it lacks 30, has 40 too much
    tight = _register(
        requests=requests, budgets=(Budget(2027, "F", 100.0), Budget(2028, "F", 32.0))
    )
    (found,) = shifts(tight, PLAN, carry_over=False)
    assert found.amount == pytest.approx(12.0)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"requests": (Request("R1", "A", "G", 2027, 5.0),)}, "does not pay for"),
        ({"requests": (Request("R1", "A", "F", 2027, 0.0),)}, "more than nothing"),
        ({"requests": (Request("R1", "X", "F", 2027, 1.0),)}, "no project"),
        ({"requests": (Request("R1", "A", "F", 2027, 1.0, decision="maybe"),)}, "no decision"),
        ({"envelopes": (Envelope(2027, "F", "core", 5.0, 6.0),)}, "reserve within"),
        ({"spending": (Spend("X", 24324, 1.0),)}, "no project"),
        ({"settings": Settings("2027-01-01", 0.05, fiscal_periods="13")}, "no fiscal periods"),
    ],
)
def test_what_cannot_be_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        _register(**changed)
