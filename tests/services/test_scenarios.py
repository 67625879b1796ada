"""Scenarios in the library, and comparing them with the same random numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planbench.domain.errors import Cancelled, PlanbenchError
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.risk.model import parse_model
from planbench.engines.risk.result import paired_gain
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.risk import default_model, run_risk
from planbench.services.scenarios import (
    SCENARIO,
    compare_scenarios,
    forget_scenario,
    keep_scenario,
    kept_scenarios,
    scenario_of,
)
from planbench.services.scheduling import recalculate


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "work.planbench", Recents(tmp_path / "recent.json")) as opened:
        yield opened


@pytest.fixture
def document():
    made = Document(synthetic_schedule(60, 120, 3))
    recalculate(made)
    return made


def later(hours: float):
    """The default model with one risk that always costs some hours everywhere."""
    impact = {"where": {"all": True}, "as": "hours", "distribution": "fixed",
              "parameters": {"value": hours}}  # fmt: skip
    risk = {"id": "R", "probability": 1.0, "impacts": [impact]}
    return replace(default_model(), risks=parse_model({"risks": [risk]}).risks)


def test_a_scenario_is_kept_with_its_update_replaced_and_taken_out(library, document) -> None:
    with pytest.raises(PlanbenchError, match="nothing was simulated"):
        scenario_of(document, "A")
    run_risk(document, default_model(), iterations=512, seed=5, exclusion=False)
    with pytest.raises(PlanbenchError, match="kept with an update"):
        keep_scenario(library, document, "As it stands")
    assert kept_scenarios(library, document) == ()
    document = library.open_update(library.add_schedule(document.schedule, label="One"))
    recalculate(document)
    run_risk(document, default_model(), iterations=512, seed=5, exclusion=False)
    first = keep_scenario(library, document, " As it stands ")
    assert first.name == "As it stands"
    run_risk(document, later(8), iterations=512, seed=5, exclusion=False)
    keep_scenario(library, document, "With R")
    assert [s.name for s in kept_scenarios(library, document)] == ["As it stands", "With R"]
    assert kept_scenarios(library, document)[0] == first
    keep_scenario(library, document, "As it stands")
    assert kept_scenarios(library, document)[0].model == later(8)
    forget_scenario(library, document, "As it stands")
    assert [s.name for s in kept_scenarios(library, document)] == ["With R"]
    assert len(library.journal(SCENARIO)) == 4


def test_scenarios_are_compared_with_the_same_numbers(document) -> None:
    scenarios = []
    for name, model in (("plain", default_model()), ("R", later(8)), ("more", later(16))):
        run_risk(document, model, iterations=4096, seed=5, exclusion=False)
        scenarios.append(scenario_of(document, name))
    compared = compare_scenarios(document, scenarios)
    assert [c.name for c in compared] == ["plain", "R", "more"]
    assert [c.result.digest for c in compared] == [s.digest for s in scenarios]
    assert compared[0].gains[80.0][0] == 0
    runs = [c.result.finish for c in compared]
    assert compared[2].gains[80.0] == paired_gain(runs[0], runs[2], 80.0)
    assert compared[2].gains[80.0][0] < compared[1].gains[80.0][0] < 0
    assert (runs[2] >= runs[1]).all()  # run by run, which other numbers would not give
    other = compare_scenarios(document, scenarios[:2], iterations=256, seed=9, percents=(50,))
    assert other[0].result.iterations == 256
    assert set(other[1].gains) == {50}
    assert compare_scenarios(document, []) == ()


def test_comparing_can_be_cancelled(document) -> None:
    run_risk(document, default_model(), iterations=256, exclusion=False)
    context = JobContext(lambda progress: context.cancel())
    scenarios = [replace(scenario_of(document, "A"), iterations=200_000)] * 3
    with pytest.raises(Cancelled):
        compare_scenarios(document, scenarios, context=context)
