"""Contingency, money by month, lifted constraints and the log of warnings."""

from __future__ import annotations

import json

import numpy as np
import pytest

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Constraint
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import DAY
from planbench.services.document import Document
from planbench.services.risk import default_model, readiness, run_risk, sample_model
from planbench.services.risk_figures import (
    cash_flow,
    contingency,
    figures_json,
    lifted,
    month_edges,
    run_despite,
)
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate


@pytest.fixture(scope="module")
def sample() -> Document:
    document = Document(list(sample_schedules().values())[-1])
    recalculate(document)
    run_risk(document, sample_model(document), iterations=2048, seed=3, exclusion=False)
    return document


def test_contingency_is_the_way_from_the_plan_to_the_percentile(sample) -> None:
    found = contingency(sample, 80)
    result = sample.risk
    assert found.finish == np.sort(result.finish)[1638]  # the 1,639th of 2,048
    assert found.calendar_days == (found.finish - result.deterministic) / DAY
    assert 0 < found.working_days < found.calendar_days
    assert found.cost == pytest.approx(result.cost.percentile(80))  # nothing costs by plan


def test_months_add_up_to_the_whole(sample) -> None:
    flow, edges = cash_flow(sample), month_edges(sample)
    assert (np.diff(edges) >= 28 * DAY).all()
    assert edges[0] <= sample.schedule.data_date < edges[1]
    assert flow.mean.sum() == pytest.approx(sample.risk.cost.total.mean())
    assert flow.cumulative[80][-1] == pytest.approx(sample.risk.cost.percentile(80))
    made = json.loads(json.dumps(figures_json(sample), allow_nan=False))
    assert len(made["cash_flow"]["mean"]) == edges.size - 1
    assert made["convergence"][-1]["iterations"] == 2048


def test_a_mandatory_finish_hides_delay() -> None:
    schedule = synthetic_schedule(60, 150, 4)
    document = Document(schedule)
    recalculate(document)
    last = int(document.cpm.early_finish.argmax())
    constraint = np.zeros(60, dtype=np.int8)
    constraint[last] = Constraint.MANDATORY_FINISH
    dates = np.full(60, int(document.cpm.early_finish[last]))
    held = Document(schedule.with_activities(constraint=constraint, constraint_date=dates))
    recalculate(held)
    run_risk(document, default_model(), iterations=512, seed=1)
    run_risk(held, default_model(), iterations=512, seed=1)
    found = lifted(held)
    assert found.ids == (schedule.activities.code[last],)
    assert found.p80 == document.risk.percentile(80) - held.risk.percentile(80)
    assert lifted(document).ids == ()


def test_a_run_in_spite_of_warnings_is_logged_with_its_reason() -> None:
    document = Document(synthetic_schedule(30, 10))
    recalculate(document)
    assert readiness(document)
    line = run_despite(document, "a first look")
    assert "no-successor" in line
    assert document.history[-1] == f"{line}."
    with pytest.raises(PlanbenchError, match="reason"):
        run_despite(document, " ")


def test_nothing_without_a_run() -> None:
    with pytest.raises(PlanbenchError, match="nothing was simulated"):
        contingency(Document(synthetic_schedule(5, 4)), 80)
