"""Risk of a document: models from files, runs, readiness, and the JSON of the command line."""

from __future__ import annotations

import json

import numpy as np
import pytest

from planbench.domain.errors import Cancelled, ModelError, PlanbenchError
from planbench.domain.schedule import Constraint
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import to_iso
from planbench.engines.risk.model import model_json
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.services.risk import (
    default_model,
    read_model,
    readiness,
    risk_json,
    run_risk,
    sample_model,
    simulated,
)
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate


@pytest.fixture(scope="module")
def sample() -> Document:
    document = Document(list(sample_schedules().values())[-1])
    recalculate(document)
    return document


def test_the_sample_runs_with_its_model(sample) -> None:
    result = run_risk(sample, sample_model(sample), iterations=5120, seed=3)
    assert result.deterministic == sample.cpm.project_finish[0]
    assert result.percentile(50) > result.deterministic
    assert result.percentile(80) > result.percentile(50)
    assert {effect.id for effect in result.effects} == {risk.id for risk in sample.risk_model.risks}
    assert result.left_out == ()
    after = simulated(
        sample, sample.risk_model, iterations=5120, seed=3, mitigated=True, exclusion=False
    )
    assert after.percentile(80) < result.percentile(80)


def test_the_json_has_the_shape_that_others_rely_on(sample) -> None:
    run_risk(sample, sample_model(sample), iterations=1024, seed=3, exclusion=False)
    made = json.loads(json.dumps(risk_json(sample), allow_nan=False))
    assert made["iterations"] == 1024
    assert len(made["digest"]) == 64
    finish = made["finish"]
    assert finish["deterministic"] == to_iso(int(sample.cpm.project_finish[0]))
    assert finish["p5"] <= finish["p50"] <= finish["p80"] <= finish["p95"]
    assert 0 <= finish["probability_of_deterministic"] <= 1
    assert set(made["watch"]) == set(sample.risk_model.watch)
    one = made["activities"][0]
    assert {"id", "criticality_index", "cruciality_pearson", "sensitivity_index"} <= set(one)
    assert set(one["early_finish"]) == {"mean", "p10", "p50", "p80", "p90"}
    cost, joint = made["cost"], made["joint"]
    assert cost["p50"] <= cost["p80"] <= cost["p95"]
    assert cost["mean"] == pytest.approx(sum(cost["mean_by_line"].values()))
    assert cost["at_plan"] == 0  # the sample's costs are those of its risks
    assert 0.5 < joint["p80_p80"] <= 0.8  # never above the lesser of both
    assert joint["level_for_80"] >= 80
    critical = [a for a in made["activities"] if a["criticality_index"]]
    assert all(a["significance_index"] >= 0 for a in critical)
    assert sum(made["histogram"]["counts"]) == 1024
    assert len(made["histogram"]["edges"]) == 61


def test_a_model_survives_the_file(sample, tmp_path) -> None:
    path = tmp_path / "model.json"
    model = sample_model(sample)
    path.write_text(json.dumps(model_json(model)), encoding="utf-8")
    assert read_model(path, sample) == model
    assert read_model(None, sample) == default_model()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "model.json line 1: is not JSON"),
        ('{"wether": []}', "unknown key 'wether'"),
        ('{"watch": ["nobody"]}', "there is no activity nobody"),
        (
            '{"uncertainty": [{"where": {"ids": ["nobody"]}, "distribution": "fixed",'
            ' "parameters": {"value": 100}}]}',
            "model.json: uncertainty 1: there is no activity nobody",
        ),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(sample, tmp_path, content, words) -> None:
    path = tmp_path / "model.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        read_model(path, sample)
    assert words in caught.value.line
    assert "\n" not in caught.value.line
    with pytest.raises(ModelError, match="cannot be read"):
        read_model(tmp_path / "none.json", sample)


def test_a_cancelled_context_stops_the_run(sample) -> None:
    context = JobContext()
    context.cancel()
    with pytest.raises(Cancelled):
        simulated(sample, default_model(), iterations=64, seed=1, context=context)


def test_readiness_counts_open_ends_and_hard_constraints() -> None:
    schedule = synthetic_schedule(200, 400, 4)
    constraint = np.zeros(200, dtype=np.int8)
    constraint[[3, 7]] = Constraint.MANDATORY_FINISH
    dates = np.full(200, schedule.data_date + 20 * 1440)
    document = Document(schedule.with_activities(constraint=constraint, constraint_date=dates))
    recalculate(document)
    found = {item.id: item.ids for item in readiness(document)}
    codes = schedule.activities.code
    assert found["hard-constraint"] == (codes[3], codes[7])
    links = schedule.relationships
    last = int(document.cpm.early_finish.argmax())
    ends = [r for r in range(200) if r not in set(links.predecessor.tolist()) and r != last]
    assert found["no-successor"] == tuple(codes[ends])


def test_without_a_run_there_is_no_result() -> None:
    with pytest.raises(PlanbenchError, match="nothing was simulated"):
        risk_json(Document(synthetic_schedule(5, 4)))
