"""One run as a schedule: its bars are the run's dates, and it says what occurred."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from planbench.domain.schedule import Status
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.risk.model import model_json, parse_model
from planbench.services.document import Document
from planbench.services.risk import default_model, run_risk
from planbench.services.scheduling import recalculate
from planbench.ui import text
from planbench.ui.risk.workspace import RiskWorkspace
from planbench.ui.state import AppState


@pytest.fixture(scope="module")
def document() -> Document:
    made = Document(synthetic_schedule(80, 160, 3), risk_reason="a test")
    recalculate(made)
    code = str(made.schedule.activities.code[int(np.flatnonzero(made.cpm.longest_path)[-2])])
    impact = {"where": {"ids": [code]}, "as": "days", "distribution": "fixed",
              "parameters": {"value": 20}}  # fmt: skip
    risk = {"id": "R-1", "title": "Late steel", "probability": 0.5, "impacts": [impact]}
    model = parse_model({**model_json(default_model()), "risks": [risk]})
    run_risk(made, model, iterations=1024, exclusion=False)
    return made


@pytest.fixture
def workspace(themed, document, qtbot):
    state = AppState()
    made = RiskWorkspace(state)
    qtbot.addWidget(made)
    made.resize(1700, 900)
    made.show()
    state.open_document(document)
    yield made
    state.close()


def open_run(workspace: RiskWorkspace, qtbot, date: float) -> None:
    workspace.results.chart.chosen(date)
    qtbot.waitUntil(lambda: not workspace.state.busy, timeout=60_000)


def test_a_click_on_the_curve_opens_that_run(workspace, document, qtbot, nameless) -> None:
    result, view = document.risk, workspace.run_view
    for percent in (10, 90):
        date = result.percentile(percent)
        open_run(workspace, qtbot, float(date))
        assert workspace._pages.currentWidget() is view
        number = int(np.abs(result.finish - date).argmin())
        run = result.iteration(number)
        assert view.run.number == number
        waiting = document.schedule.activities.status == Status.NOT_STARTED
        bands = view.plan.outline.bands
        assert np.array_equal(view.plan.facts.start[bands:][waiting], run.start[waiting])
        assert np.array_equal(view.plan.facts.finish[bands:][waiting], run.finish[waiting])
        planned = document.cpm.finish[waiting]
        assert np.array_equal(view.plan.facts.baseline_finish[bands:][waiting], planned)
        critical = view.plan.facts.critical[bands:]
        assert np.array_equal(critical[waiting], run.driving[waiting])
        assert text.long_date(run.project_finish) in view.title.text()
        assert ("R-1 Late steel" in view.fired.text()) == ("R-1" in run.risks)
        assert ("no risk" in view.fired.text()) == (not run.risks)
    assert nameless(workspace) == []


def test_the_next_run_by_finish_is_a_step_away(workspace, document, qtbot) -> None:
    result, view = document.risk, workspace.run_view
    open_run(workspace, qtbot, float(result.percentile(50)))
    before = int(result.finish[view.run.number])
    qtbot.mouseClick(view.later, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not workspace.state.busy, timeout=60_000)
    after = int(result.finish[view.run.number])
    assert after >= before
    between = (result.finish > before) & (result.finish < after)
    assert not between.any()
    open_run(workspace, qtbot, float(result.finish.min()) - 1e6)
    assert not view.earlier.isEnabled()


def test_driving_work_alone_and_back(workspace, document, qtbot) -> None:
    view = workspace.run_view
    open_run(workspace, qtbot, float(document.risk.percentile(80)))
    everything = view.model.rowCount()
    view.driving.setChecked(True)
    bands = view.plan.outline.bands
    shown = view.plan.rows.nodes[view.plan.rows.nodes >= bands] - bands
    assert set(shown.tolist()) == set(np.flatnonzero(view.run.driving).tolist())
    assert view.model.rowCount() < everything
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_Escape)
    assert workspace._pages.currentWidget() is workspace.results
