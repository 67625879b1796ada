"""Every measure of a run: its definition is told, and its movers are those of the run."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats  # noqa: TID253

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import DAY
from planbench.services.document import Document
from planbench.services.risk import run_risk, sample_model
from planbench.services.risk_measures import (
    MEASURES,
    MOST_HELD,
    measure_json,
    measures_of,
    movers,
)
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate

BY_ID = {measure.id: measure for measure in MEASURES}


@pytest.fixture(scope="module")
def sample() -> Document:
    document = Document(list(sample_schedules().values())[-1])
    recalculate(document)
    run_risk(document, sample_model(document), iterations=2048, seed=3)
    return document


QUICK = [m for m in MEASURES if m.id != "shared-out"]  # exact in the tests of the engine


@pytest.mark.parametrize("measure", QUICK, ids=lambda measure: measure.id)
def test_every_measure_lists_its_movers_by_size(sample, measure) -> None:
    found = movers(sample, measure)
    assert found
    sizes = [abs(mover.value) for mover in found]
    assert sizes == sorted(sizes, reverse=True)
    assert len(measure.definition) > 40
    for mover in found:
        code = sample.schedule.activities.code[mover.row] if mover.row >= 0 else mover.id
        assert code == mover.id


def test_cost_sensitivity_against_scipy(sample) -> None:
    cost = sample.risk.cost
    for mover in movers(sample, BY_ID["cost"]):
        expected = stats.spearmanr(cost.parts[mover.id], cost.total).statistic
        assert mover.value == pytest.approx(expected, abs=1e-9)


def test_cruciality_is_criticality_times_rank_correlation(sample) -> None:
    ranks = {mover.id: mover.value for mover in movers(sample, BY_ID["spearman"])}
    for mover in movers(sample, BY_ID["cruciality"]):
        share = np.nan_to_num(sample.risk.criticality[mover.row])
        assert mover.value == pytest.approx(abs(ranks[mover.id]) * share)


def test_swing_is_between_its_two_dates(sample) -> None:
    for mover in movers(sample, BY_ID["swing"]):
        dates = mover.parts["long_at"] - mover.parts["short_at"]
        assert mover.value == pytest.approx(dates / DAY)


@pytest.mark.parametrize("name", ["regression", "frozen"])
def test_what_is_not_explained_is_told(sample, name) -> None:
    found = {mover.id: mover for mover in movers(sample, BY_ID[name])}
    rest = found.pop("Rest").value
    assert rest < 1
    if name == "frozen":  # the sample has four risks and correlated work
        assert sum(mover.value for mover in found.values()) == pytest.approx(1 - rest)
        assert {risk.id for risk in sample.risk_model.risks} <= {
            one for mover in found for one in mover.split(", ")
        }
    else:
        rows = np.array([mover.row for mover in found.values()], dtype=np.int32)
        told = sample.risk.regression(rows)
        assert told.explained == pytest.approx(1 - rest, abs=0.01)


def test_as_many_are_held_as_it_says(sample) -> None:
    assert 0 < len(movers(sample, BY_ID["held"])) <= MOST_HELD


def test_measures_follow_what_the_run_knows(sample) -> None:
    assert measures_of(sample.risk) == MEASURES
    with pytest.raises(PlanbenchError, match="nothing was simulated"):
        movers(Document(sample.schedule), BY_ID["cost"])


def test_the_json_is_plain(sample, monkeypatch) -> None:
    import planbench.services.risk_measures as module

    few = tuple(m for m in MEASURES if m.id in ("swing", "contribution", "left-out"))
    monkeypatch.setattr(module, "MEASURES", few)
    made = json.loads(json.dumps(measure_json(sample), allow_nan=False))
    assert {one["id"] for one in made} == {m.id for m in few}
    assert made[1]["movers"][0]["short_at"] < made[1]["movers"][0]["long_at"]
