"""Envelope and fan against what they must be at their ends and against single runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.engines.cpm import schedule_network
from planbench.services.control import ControlReport, control_report
from planbench.services.curves import forecast_fan
from planbench.services.document import Document
from planbench.services.risk import sample_model, simulated
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate


@pytest.fixture(scope="module")
def document() -> Document:
    made = Document(sample_schedules()["2026-09-30"])
    recalculate(made)
    made.risk = simulated(made, sample_model(made), iterations=300, seed=3)
    return made


@pytest.fixture(scope="module")
def report(document: Document) -> ControlReport:
    base = sample_schedules()["baseline"]
    return control_report(document, base, schedule_network(base), "Baseline")


def test_the_plan_lies_between_early_and_late(report: ControlReport) -> None:
    plan, early, late = report.measured.curve_pv, report.early, report.late
    assert early is not None
    assert late is not None
    assert (late <= early + 0.01).all()
    assert early[-1] == pytest.approx(plan[-1])
    assert plan == pytest.approx(early)  # the baseline stands at its early dates
    assert (late < early - 1e6).any()


def test_the_fan_begins_at_what_is_spent_and_ends_at_the_runs(
    document: Document, report: ControlReport
) -> None:
    fan, risk = report.fan, document.risk
    assert fan is not None
    assert risk is not None
    assert risk.cost is not None
    spent = report.measured.values.ac
    assert fan.low[0] == pytest.approx(spent)
    assert fan.high[0] == pytest.approx(spent)
    assert (fan.low <= fan.middle).all()
    assert (fan.middle <= fan.high).all()
    over = risk.cost.total - risk.cost.at_plan
    last = [float(np.percentile(np.where(risk.finish <= fan.time[-1], over, 0), 90))]
    assert fan.high[-1] == pytest.approx(report.eac + last[0], rel=0.02)


def test_runs_that_are_all_the_forecast_leave_no_width(
    document: Document, report: ControlReport
) -> None:
    risk = document.risk
    assert risk is not None
    end = int(report.forecast_time[-1])
    same = replace(document, risk=replace(risk, finish=np.full(50, end), cost=None))
    fan = forecast_fan(same, report.forecast_time, report.forecast)
    assert fan is not None
    told = np.interp(fan.time, report.forecast_time, report.forecast)
    for curve in (fan.low, fan.middle, fan.high):
        assert curve == pytest.approx(told)


def test_a_run_of_another_schedule_makes_no_fan(document: Document, report: ControlReport) -> None:
    risk = document.risk
    assert risk is not None
    other = replace(document, risk=replace(risk, schedule_digest="x"))
    assert forecast_fan(other, report.forecast_time, report.forecast) is None
